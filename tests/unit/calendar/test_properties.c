/*
 * Laws of the clock over ten years (2017 to 2026), on calendars drawn at random and on the samples:
 *   due(a, x + y) = due(due(a, x), y)       between(a, due(a, x)) = x       due grows with a and with x
 *   the lines of an explanation add up to the limit
 *   a change of the calendar never moves what has ended
 * The generator has a fixed seed, so that a failure repeats.
 */
#include "calendar_support.h"

static uint64_t random_state;

static uint64_t random_next(void)
{
    random_state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int64_t random_between(int64_t low, int64_t high)
{
    return low + (int64_t)(random_next() % (uint64_t)(high - low + 1));
}

#define FIRST_MOMENT at("2017-01-01T00:00")
#define LAST_MOMENT  at("2026-12-31T00:00")

/* Any minute of the ten years; often exactly at an opening or a closing, sometimes between two minutes. */
static instant random_moment(void)
{
    static const int edges[] = {0, 450, 480, 690, 720, 780, 810, 900, 1020, 1439};
    instant moment = civil_floor_minute(random_between(FIRST_MOMENT, LAST_MOMENT));
    if (random_next() % 3 == 0) moment = civil_instant(civil_day_of(moment), edges[random_next() % 10]);
    if (random_next() % 7 == 0) moment += random_between(0, MINUTE_US - 1);
    return moment;
}

static void random_hours(struct day_hours *hours)
{
    int minute = (int)random_between(0, 9) * 60;
    size_t wanted = (size_t)random_between(0, 4);
    for (hours->count = 0; hours->count < wanted && minute < 1400; hours->count++) {
        int to = minute + (int)random_between(1, 300);
        if (to > 1440) to = 1440;
        hours->spans[hours->count] = (struct day_span){(uint16_t)minute, (uint16_t)to};
        minute = to + (int)random_between(1, 120);
    }
    hours->open_only = random_next() % 8 == 0;
}

/* Two or three rule sets, days off and on, closures over the ten years and beyond. */
static struct calendar *random_calendar(enum working_day_rule rule, bool same_length)
{
    static const uint16_t lengths[] = {480, 450, 420, 60, 1440};
    struct rule_set sets[3] = {0};
    size_t set_count = (size_t)random_between(1, 3);
    int32_t first = civil_day_of(FIRST_MOMENT);
    for (size_t i = 0; i < set_count; i++) {
        sets[i].id = arena_printf(arena, "r%zu", i);
        sets[i].valid_from = i == 0 ? CIVIL_DAY_NONE : first + (int32_t)i * 1000;
        sets[i].valid_to = i + 1 == set_count ? CIVIL_DAY_NONE : first + (int32_t)(i + 1) * 1000 - 1;
        for (int weekday = 0; weekday < 7; weekday++)
            random_hours(&sets[i].hours[weekday]);
        sets[i].hours[TUESDAY] = (struct day_hours){.spans = {{480, 720}, {780, 1020}}, .count = 2};
        sets[i].minutes_per_day = same_length ? 480 : lengths[random_next() % 5];
        sets[i].rule = rule;
        sets[i].same_day_cutoff = 900;
    }
    struct special_day *days = arena_array(arena, 200, sizeof *days);
    for (size_t i = 0; i < 200; i++) {
        days[i] = (struct special_day){.date = first + (int32_t)random_between(0, 4400),
                                       .kind = (enum special_day_kind)random_between(DAY_HOLIDAY, DAY_CLOSED),
                                       .reason = "Lý do",
                                       .swapped_with = CIVIL_DAY_NONE};
        if (days[i].kind == DAY_SWAPPED_WORK && random_next() % 2 == 0) random_hours(&days[i].hours);
    }
    struct closure *closures = arena_array(arena, 50, sizeof *closures);
    for (size_t i = 0; i < 50; i++) {
        closures[i].from = random_moment();
        closures[i].to = closures[i].from + random_between(1, 3 * DAY_US);
        closures[i].reason = "Đóng cửa";
    }
    struct calendar_definition definition = {.agency = "a",
                                             .rule_sets = sets,
                                             .rule_set_count = set_count,
                                             .days = days,
                                             .day_count = 200,
                                             .closures = closures,
                                             .closure_count = 50};
    struct calendar *calendar;
    assert_int_equal(calendar_create(arena, &definition, &calendar, NULL), STATUS_OK);
    return calendar;
}

static struct limit random_limit(bool whole)
{
    struct limit result = {.cutoff = LIMIT_NO_CUTOFF};
    result.unit = (enum limit_unit)random_between(LIMIT_WORKING_MINUTES, LIMIT_WORKING_DAYS);
    int64_t most = result.unit == LIMIT_WORKING_MINUTES ? 3000
                   : result.unit == LIMIT_WORKING_HOURS ? 100
                                                        : 40;
    result.amount = random_between(0, most) * LIMIT_SCALE;
    if (!whole && random_next() % 3 == 0) result.amount += random_between(0, 1) * 500;
    return result;
}

static instant due_after(const struct calendar *calendar, instant from, struct limit amount)
{
    instant result = 0;
    assert_int_equal(calendar_add(calendar, from, amount, &result), STATUS_OK);
    return result;
}

static void check_sum(const struct calendar *calendar, instant from, struct limit x, struct limit y)
{
    struct limit sum = x;
    sum.amount += y.amount;
    instant whole = due_after(calendar, from, sum), first = due_after(calendar, from, x);
    instant parts = due_after(calendar, first, y);
    if (whole != parts)
        fail_msg("from %s: %s and %s give %s, together %s", shown(from), limit_to_text(arena, x),
                 limit_to_text(arena, y), shown(parts), shown(whole));
    if (first > whole || due_after(calendar, from + random_between(0, 3 * DAY_US), x) < first)
        fail_msg("not in order: %s", shown(from));
}

static void check_elapsed(const struct calendar *calendar, instant from, struct limit x,
                          enum working_day_rule rule)
{
    instant end = due_after(calendar, from, x);
    struct working_time time;
    assert_int_equal(calendar_between(NULL, calendar, from, end, NULL, 0, &time, NULL), STATUS_OK);
    bool good;
    if (x.unit == LIMIT_WORKING_MINUTES)
        good = time.working_us == x.amount * (MINUTE_US / LIMIT_SCALE);
    else if (x.unit == LIMIT_WORKING_HOURS)
        good = time.working_us == x.amount * (60 * MINUTE_US / LIMIT_SCALE);
    else if (rule == WORKING_DAY_END_OF_DAY)
        good = time.whole_days == x.amount / LIMIT_SCALE;
    else
        good = time.days == x.amount / LIMIT_SCALE && (x.amount % LIMIT_SCALE != 0 || time.rest_us == 0);
    if (!good)
        fail_msg("%s after %s is %s, but measures %lld us, %lld days and %lld us, %lld whole days",
                 limit_to_text(arena, x), shown(from), shown(end), (long long)time.working_us,
                 (long long)time.days, (long long)time.rest_us, (long long)time.whole_days);
}

/* What the lines count is the limit, and they follow each other in time. */
static void check_explanation(const struct calendar *calendar, instant from, struct limit x)
{
    struct deadline deadline = deadline_of(calendar, (struct deadline_request){.received = from, .limit = x});
    int64_t counted = 0;
    instant last = from;
    for (size_t i = 0; i < deadline.explanation.count; i++) {
        const struct explanation_line *line = &deadline.explanation.lines[i];
        if (line->from < last || line->to < line->from || (line->to > deadline.due && line->counted_us > 0))
            fail_msg("line %zu of %s from %s is out of order", i, limit_to_text(arena, x), shown(from));
        last = line->to;
        counted += line->counted_us;
    }
    struct working_time time;
    assert_int_equal(calendar_between(NULL, calendar, from, deadline.due, NULL, 0, &time, NULL), STATUS_OK);
    int64_t expected = x.unit == LIMIT_WORKING_MINUTES ? x.amount * (MINUTE_US / LIMIT_SCALE)
                                                       : x.amount * (60 * MINUTE_US / LIMIT_SCALE);
    if (x.unit != LIMIT_WORKING_DAYS && counted != expected)
        fail_msg("lines of %s from %s count %lld us", limit_to_text(arena, x), shown(from),
                 (long long)counted);
    if (x.unit == LIMIT_WORKING_DAYS && counted > time.working_us)
        fail_msg("lines of %s from %s count more than there is", limit_to_text(arena, x), shown(from));
    assert_int_equal(deadline.due, due_after(calendar, from, x));
}

static void run_laws(const struct calendar *calendar, enum working_day_rule rule, int rounds)
{
    struct arena_mark mark = arena_mark(arena);
    for (int i = 0; i < rounds; i++) {
        instant from = random_moment();
        struct limit x = random_limit(rule == WORKING_DAY_END_OF_DAY), y = x;
        y.amount = random_limit(true).amount % (40 * LIMIT_SCALE);
        check_sum(calendar, from, x, y);
        check_elapsed(calendar, from, x, rule);
        check_explanation(calendar, from, x);
        arena_rewind(arena, mark);
    }
}

static void laws_hold_on_the_sample_calendars(void **state)
{
    (void)state;
    random_state = 1;
    run_laws(sample_calendar("default"), WORKING_DAY_SAME_TIME, 3000);
    run_laws(sample_calendar("yen-hoa"), WORKING_DAY_SAME_TIME, 3000);
    run_laws(sample_calendar("soc-son"), WORKING_DAY_SAME_TIME, 3000);
    run_laws(sample_calendar("het-ngay"), WORKING_DAY_END_OF_DAY, 3000);
}

static void laws_hold_on_random_calendars(void **state)
{
    (void)state;
    random_state = 2;
    for (int i = 0; i < 60; i++) {
        run_laws(random_calendar(WORKING_DAY_SAME_TIME, true), WORKING_DAY_SAME_TIME, 60);
        run_laws(random_calendar(WORKING_DAY_END_OF_DAY, false), WORKING_DAY_END_OF_DAY, 60);
    }
}

static void days_of_different_length_add_up_from_whole_minutes(void **state)
{
    (void)state;
    random_state = 3;
    for (int i = 0; i < 60; i++) {
        struct calendar *calendar = random_calendar(WORKING_DAY_SAME_TIME, false);
        for (int k = 0; k < 60; k++) {
            struct limit x = limit_of(LIMIT_WORKING_DAYS, random_between(0, 40));
            struct limit y = limit_of(LIMIT_WORKING_DAYS, random_between(0, 40));
            check_sum(calendar, civil_floor_minute(random_moment()), x, y);
        }
    }
}

/* A pause shifts the due moment by exactly the working time that lies in it. */
static void pauses_shift_by_their_working_time(void **state)
{
    (void)state;
    random_state = 4;
    struct calendar *calendar = sample_calendar("yen-hoa");
    struct arena_mark mark = arena_mark(arena);
    for (int i = 0; i < 3000; i++) {
        struct limit x = random_limit(false);
        x.amount += LIMIT_SCALE;
        instant from = random_moment();
        instant plain = due_after(calendar, from, x);
        struct pause pauses[3];
        size_t count = (size_t)random_between(1, 3);
        for (size_t k = 0; k < count; k++) {
            pauses[k] = (struct pause){.from = random_between(from, plain), .reason = "Chờ bổ sung"};
            pauses[k].to = pauses[k].from + random_between(0, 9 * DAY_US);
        }
        struct deadline deadline = deadline_of(
            calendar,
            (struct deadline_request){
                .received = from, .limit = x, .pauses = pauses, .pause_count = count, .continues = true});
        struct working_time with, without;
        assert_int_equal(calendar_between(NULL, calendar, from, deadline.due, pauses, count, &with, NULL),
                         STATUS_OK);
        assert_int_equal(calendar_between(NULL, calendar, from, plain, NULL, 0, &without, NULL), STATUS_OK);
        bool days = x.unit == LIMIT_WORKING_DAYS;
        if (deadline.due < plain || (!days && with.working_us != without.working_us) ||
            (days && (with.days != without.days || with.rest_us != without.rest_us)))
            fail_msg("%s from %s: %s without and %s with pauses", limit_to_text(arena, x), shown(from),
                     shown(plain), shown(deadline.due));
        arena_rewind(arena, mark);
    }
}

static void a_changed_calendar_never_moves_what_has_ended(void **state)
{
    (void)state;
    random_state = 5;
    int moved_open = 0;
    for (int i = 0; i < 40; i++) {
        struct calendar *before = random_calendar(WORKING_DAY_SAME_TIME, true);
        struct calendar *after = random_calendar(WORKING_DAY_SAME_TIME, true);
        for (int k = 0; k < 20; k++) {
            struct deadline_request request = {.received = random_moment(), .limit = random_limit(false)};
            struct deadline recorded = deadline_of(before, request), fresh;
            bool moved;
            instant ended = recorded.due + random_between(-10 * DAY_US, 10 * DAY_US);
            assert_int_equal(
                calendar_reconsider(arena, after, &request, &recorded, ended, &fresh, &moved, NULL),
                STATUS_OK);
            assert_false(moved);
            assert_int_equal(fresh.due, recorded.due);
            assert_string_equal(deadline_to_json(arena, &fresh, request.limit),
                                deadline_to_json(arena, &recorded, request.limit));
            assert_int_equal(
                calendar_reconsider(arena, after, &request, &recorded, INSTANT_NONE, &fresh, &moved, NULL),
                STATUS_OK);
            assert_int_equal(fresh.due, deadline_of(after, request).due);
            assert_int_equal(moved, fresh.due != recorded.due);
            moved_open += moved;
        }
    }
    assert_true(moved_open > 100); /* the change was a real one */
}

/* Calendar-day limits end on the right date, or on the first working day after it. */
static void calendar_days_end_on_a_working_day(void **state)
{
    (void)state;
    random_state = 6;
    struct calendar *calendar = sample_calendar("default");
    struct arena_mark mark = arena_mark(arena);
    for (int i = 0; i < 3000; i++) {
        int32_t amount = (int32_t)random_between(0, 400);
        bool months = random_next() % 4 == 0;
        if (months) amount %= 24;
        struct deadline deadline = deadline_of(
            calendar,
            (struct deadline_request){.received = random_moment(),
                                      .limit = limit_of(months ? LIMIT_MONTHS : LIMIT_DAYS, amount)});
        int32_t start = civil_day_of(deadline.start), end = civil_day_of(deadline.due);
        int32_t day = months ? civil_add_months(start, amount) : start + amount;
        while (!calendar_is_working_day(calendar, day))
            day++;
        if (day != end || civil_minute_of_day(deadline.due) < 480 || civil_minute_of_day(deadline.due) > 1020)
            fail_msg("%d after %s is %s", amount, shown(deadline.received), shown(deadline.due));
        arena_rewind(arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(laws_hold_on_the_sample_calendars),
        TEST(laws_hold_on_random_calendars),
        TEST(days_of_different_length_add_up_from_whole_minutes),
        TEST(pauses_shift_by_their_working_time),
        TEST(a_changed_calendar_never_moves_what_has_ended),
        TEST(calendar_days_end_on_a_working_day),
    };
    return cmocka_run_group_tests_name("calendar: laws over ten years", tests, NULL, NULL);
}
