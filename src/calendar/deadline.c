/*
 * When a limit ends. A limit is an exact amount of some measure of time; the due moment is found by
 * walking the line of time from the receipt until the amount is used up. docs/clock.md states the rules.
 */
#include "calendar_private.h"

#define HORIZON_US (INT64_C(110) * 366 * DAY_US)

/* One computation. */
struct run {
    const struct calendar *calendar;
    const struct deadline_request *request;
    struct line_list lines;
    struct deadline result;
    bool late;     /* received after the cut-off */
    bool receipt;  /* the limit begins with a receipt: its first day is no day of the limit */
    bool earliest; /* the last due moment is the earliest of its place in working time */
    enum {
        PROBLEM_NONE,
        PROBLEM_HORIZON,
        PROBLEM_RANGE,
        PROBLEM_PAUSE,
        PROBLEM_EXTENSION,
        PROBLEM_CLOSED,
        PROBLEM_LIMIT
    } problem;
};

static struct timeline run_timeline(const struct run *run, enum measure measure)
{
    return (struct timeline){
        .calendar = run->calendar,
        .measure = measure,
        .pauses = run->request->pauses,
        .pause_count = run->request->pause_count,
    };
}

static bool fail(struct run *run, int problem)
{
    run->problem = problem;
    return false;
}

/* The clock stands still with `units` still to run. */
static void stop_paused(struct run *run, const struct timeline *timeline, instant moment, __int128 units)
{
    __int128 left = units / timeline_rate(timeline, civil_day_of(moment));
    run->result.paused = true;
    run->result.due = INSTANT_NONE;
    run->result.left_us = (int64_t)left;
    run->result.calendar_time = timeline->measure == MEASURE_WALL;
}

/* An amount to be used up from a moment on. */
struct advance {
    enum measure measure;
    instant from;
    __int128 amount;
    bool latest;   /* at a place in working time that is both a closing and an opening, take the opening */
    bool numbered; /* the limit is in days: lines carry the day's number */
};

static int32_t day_number(const struct advance *advance, const struct timeline *timeline, __int128 used)
{
    __int128 day = timeline_day(timeline);
    if (!advance->numbered || used <= 0) return 0;
    if (used >= advance->amount) return (int32_t)(advance->amount / day);
    return (int32_t)((used + day - 1) / day - 1);
}

static enum line_kind kind_of(const struct run *run, const struct advance *advance, const struct piece *piece)
{
    bool first_day = civil_day_of(piece->from) == civil_day_of(run->result.start);
    return piece->counts && advance->numbered && run->receipt && first_day ? LINE_RECEIPT_DAY : piece->kind;
}

/* Counting time ends at `moment`: a limit of nothing is over there already. */
static bool at_closing(const struct timeline *timeline, instant moment)
{
    struct piece piece;
    return timeline_next(timeline, moment - 1, &piece) && piece.counts && piece.from == moment - 1;
}

/* False on a problem; *due is INSTANT_NONE when the clock stands still. */
static bool advance(struct run *run, const struct advance *advance, instant *due)
{
    struct timeline timeline = run_timeline(run, advance->measure);
    __int128 left = advance->amount;
    instant moment = advance->from;
    struct piece piece;
    if (left == 0 && !advance->latest && at_closing(&timeline, moment)) {
        *due = moment;
        return true;
    }
    while (moment - advance->from <= HORIZON_US) {
        if (!timeline_next(&timeline, moment, &piece)) return fail(run, PROBLEM_CLOSED);
        if (piece.kind == LINE_PAUSED && left == 0) {
            *due = piece.from;
            return true;
        }
        if (piece.paused_open) {
            line_add_piece(&run->lines, &piece, civil_instant(civil_day_of(piece.from) + 1, 0), piece.kind,
                           0);
            stop_paused(run, &timeline, piece.from, left);
            *due = INSTANT_NONE;
            return true;
        }
        if (piece.counts) {
            int64_t rate = timeline_rate(&timeline, civil_day_of(piece.from));
            __int128 units = (__int128)(piece.to - piece.from) * rate;
            if (left < units || (left == units && !advance->latest)) {
                *due = piece.from + (int64_t)((left + rate - 1) / rate);
                line_add_piece(&run->lines, &piece, *due, kind_of(run, advance, &piece),
                               day_number(advance, &timeline, advance->amount));
                return true;
            }
            left -= units;
        }
        int32_t number =
            piece.counts && left > 0 ? day_number(advance, &timeline, advance->amount - left) : 0;
        if (piece.counts && left == 0 &&
            advance->numbered) /* a full last day; the due moment is the next opening */
            number = (int32_t)((advance->amount - 1) / timeline_day(&timeline));
        if (kind_of(run, advance, &piece) == LINE_RECEIPT_DAY) number = 0;
        line_add_piece(&run->lines, &piece, piece.to, kind_of(run, advance, &piece), number);
        moment = piece.to;
    }
    return fail(run, PROBLEM_HORIZON);
}

/* Lines for the days off between two moments. */
static void explain_closed(struct run *run, enum measure measure, instant from, instant to)
{
    struct timeline timeline = run_timeline(run, measure);
    timeline.pause_count = 0;
    struct piece piece;
    while (from < to && timeline_next(&timeline, from, &piece) && piece.from < to) {
        if (!piece.counts) line_add_piece(&run->lines, &piece, piece.to < to ? piece.to : to, piece.kind, 0);
        from = piece.to;
    }
}

/* Whole working days: the Nth closing time after the day of receipt, closings in a pause not counted. */
static bool count_closings(struct run *run, instant from, int64_t days, instant *due)
{
    struct timeline timeline = run_timeline(run, MEASURE_DAYS);
    instant opening, closing;
    if (!timeline_opening(&timeline, from, &opening)) return fail(run, PROBLEM_CLOSED);
    int32_t day = civil_day_of(opening);
    *due = opening;
    if (timeline_closes_at(&timeline, from)) {
        day = civil_day_of(from - 1);
        *due = from;
        if (days > 0 && run->receipt)
            line_add(&run->lines, (struct explanation_line){
                                      .date = day, .from = from, .to = from, .kind = LINE_RECEIPT_DAY});
    } else if (days > 0 && run->receipt && timeline_closing(&timeline, day, &closing))
        line_add(&run->lines, (struct explanation_line){
                                  .date = day, .from = opening, .to = closing, .kind = LINE_RECEIPT_DAY});
    int64_t counted = 0;
    for (day++; counted < days; day++) {
        instant midnight = civil_instant(day, 0);
        if (midnight - from > HORIZON_US) return fail(run, PROBLEM_HORIZON);
        if (!timeline_closing(&timeline, day, &closing)) {
            explain_closed(run, MEASURE_DAYS, midnight, midnight + DAY_US);
            continue;
        }
        bool open;
        if (timeline_paused(&timeline, closing - 1, &open)) {
            struct piece piece = {.from = midnight};
            struct timeline paused = timeline;
            while (timeline_next(&paused, midnight, &piece) && piece.kind != LINE_PAUSED)
                midnight = piece.to;
            line_add_piece(&run->lines, &piece, closing, LINE_PAUSED, 0);
            if (open) {
                stop_paused(run, &timeline, closing - 1,
                            (__int128)(days - counted) * timeline_day(&timeline));
                *due = INSTANT_NONE;
                return true;
            }
            continue;
        }
        counted++;
        struct timeline unpaused = timeline;
        unpaused.pause_count = 0;
        struct piece piece;
        while (midnight < closing && timeline_next(&unpaused, midnight, &piece)) {
            line_add_piece(&run->lines, &piece, piece.to, piece.kind, piece.counts ? (int32_t)counted : 0);
            midnight = piece.to;
        }
        *due = closing;
    }
    return true;
}

/* The due moment on or after the civil day on which a limit in calendar days ends. */
static bool settle_day(struct run *run, instant end, enum working_day_rule rule, instant *due)
{
    struct timeline timeline = run_timeline(run, MEASURE_DAYS);
    int32_t first = civil_day_of(end), day = first;
    int64_t time = civil_time_of_day_us(end);
    instant closing, opening;
    for (; !timeline_closing(&timeline, day, &closing); day++) {
        instant midnight = civil_instant(day, 0);
        if (midnight - end > HORIZON_US) return fail(run, PROBLEM_CLOSED);
        if (day > first) {
            explain_closed(run, MEASURE_DAYS, midnight, midnight + DAY_US);
            continue;
        }
        struct piece piece = {.from = midnight};
        if (timeline_next(&timeline, midnight, &piece))
            line_add_piece(&run->lines, &piece, midnight + DAY_US, LINE_ROLLED, 0);
    }
    instant wanted = civil_instant(day, 0) + time;
    *due = closing;
    if (rule == WORKING_DAY_SAME_TIME && timeline_opening(&timeline, wanted, &opening) &&
        civil_day_of(opening) == day)
        *due = opening;
    return true;
}

/* Working time between `from` and `to` in units of the days' measure, pauses not looked at. */
static __int128 count_units(const struct run *run, instant from, instant to)
{
    struct timeline timeline = run_timeline(run, MEASURE_DAYS);
    timeline.pause_count = 0;
    __int128 units = 0;
    struct piece piece;
    while (from < to && timeline_next(&timeline, from, &piece) && piece.from < to) {
        instant end = piece.to < to ? piece.to : to;
        if (piece.counts)
            units += (__int128)(end - piece.from) * timeline_rate(&timeline, civil_day_of(piece.from));
        from = piece.to;
    }
    return units;
}

/*
 * Calendar days or months, then off a day off. What the end gained by moving to opening hours stands still
 * in a pause like the rest of the limit.
 */
static bool calendar_limit(struct run *run, instant from, int64_t amount_us, enum working_day_rule rule,
                           instant *due)
{
    struct advance step = {
        .measure = MEASURE_WALL, .from = from, .amount = amount_us, .latest = true, .numbered = true};
    instant end, settled;
    if (!advance(run, &step, &end)) return false;
    *due = end;
    if (end == INSTANT_NONE) return true;
    if (!settle_day(run, end, rule, &settled)) return false;
    *due = settled;
    __int128 gained = count_units(run, end, settled);
    bool touched = false;
    for (size_t i = 0; i < run->request->pause_count; i++) {
        const struct pause *pause = &run->request->pauses[i];
        touched = touched || (pause->from < settled && (pause->to == INSTANT_NONE || pause->to > end));
    }
    if (!touched || gained == 0) return true;
    struct advance rest = {.measure = MEASURE_DAYS, .from = end, .amount = gained};
    return advance(run, &rest, due);
}

static bool same_day_limit(struct run *run, instant from, instant *due)
{
    struct timeline timeline = run_timeline(run, MEASURE_DAYS);
    instant closing;
    if (!timeline_closing(&timeline, civil_day_of(from), &closing)) return fail(run, PROBLEM_CLOSED);
    run->earliest = true;
    struct advance step = {.measure = MEASURE_DAYS, .from = from, .amount = count_units(run, from, closing)};
    return advance(run, &step, due);
}

static bool working_days_limit(struct run *run, instant from, int64_t amount, enum working_day_rule rule,
                               instant *due)
{
    struct timeline timeline = run_timeline(run, MEASURE_DAYS);
    struct advance step = {.measure = MEASURE_DAYS, .from = from, .latest = !run->earliest, .numbered = true};
    step.amount = timeline_day(&timeline) / LIMIT_SCALE * amount;
    if (rule == WORKING_DAY_SAME_TIME) return advance(run, &step, due);
    if (!count_closings(run, from, amount / LIMIT_SCALE, due)) return false;
    if (*due == INSTANT_NONE || amount % LIMIT_SCALE == 0) return true;
    step.from = *due;
    step.amount = timeline_day(&timeline) / LIMIT_SCALE * (amount % LIMIT_SCALE);
    step.latest = false;
    step.numbered = false;
    return advance(run, &step, due);
}

/* Lets one limit run from `from`; `rule` is that of the receipt's rule set. */
static bool run_limit(struct run *run, struct limit limit, instant from, enum working_day_rule rule,
                      instant *due)
{
    struct advance step = {.from = from, .measure = MEASURE_WORKING};
    switch (limit.unit) {
    case LIMIT_NONE:
        *due = INSTANT_NONE;
        return true;
    case LIMIT_SAME_DAY:
        return same_day_limit(run, from, due);
    case LIMIT_WORKING_MINUTES:
        step.amount = (__int128)limit.amount * (MINUTE_US / LIMIT_SCALE);
        break;
    case LIMIT_WORKING_HOURS:
        step.amount = (__int128)limit.amount * (60 * MINUTE_US / LIMIT_SCALE);
        break;
    case LIMIT_WORKING_DAYS:
        return working_days_limit(run, from, limit.amount, rule, due);
    case LIMIT_MINUTES:
        step.measure = MEASURE_WALL;
        step.amount = (__int128)limit.amount * (MINUTE_US / LIMIT_SCALE);
        break;
    case LIMIT_HOURS:
        step.measure = MEASURE_WALL;
        step.amount = (__int128)limit.amount * (60 * MINUTE_US / LIMIT_SCALE);
        break;
    case LIMIT_DAYS:
        return calendar_limit(run, from, limit.amount * (DAY_US / LIMIT_SCALE), rule, due);
    case LIMIT_MONTHS: {
        int32_t first = civil_day_of(from);
        int32_t last = civil_add_months(first, (int)(limit.amount / LIMIT_SCALE));
        return calendar_limit(run, from, (int64_t)(last - first) * DAY_US, rule, due);
    }
    }
    run->earliest = step.measure == MEASURE_WORKING;
    return advance(run, &step, due);
}

static bool limit_valid(struct limit limit)
{
    return limit.unit <= LIMIT_MONTHS && limit.amount >= 0 &&
           limit.amount <= INT64_C(100) * 366 * 1440 * LIMIT_SCALE && limit.cutoff >= LIMIT_NO_CUTOFF &&
           limit.cutoff < 1440 && (limit.unit != LIMIT_MONTHS || limit.amount <= 1200 * LIMIT_SCALE) &&
           ((limit.unit != LIMIT_DAYS && limit.unit != LIMIT_WORKING_DAYS) ||
            limit.amount <= INT64_C(36600) * LIMIT_SCALE);
}

static bool check_request(struct run *run)
{
    const struct deadline_request *request = run->request;
    if (!moment_in_range(request->received)) return fail(run, PROBLEM_RANGE);
    if (!limit_valid(request->limit)) return fail(run, PROBLEM_LIMIT);
    if (request->pause_count > DEADLINE_MAXIMUM_PAUSES) return fail(run, PROBLEM_PAUSE);
    for (size_t i = 0; i < request->pause_count; i++) {
        const struct pause *pause = &request->pauses[i];
        if (!moment_in_range(pause->from) ||
            (pause->to != INSTANT_NONE && (pause->to < pause->from || !moment_in_range(pause->to))))
            return fail(run, PROBLEM_PAUSE);
    }
    if (request->extension_count > DEADLINE_MAXIMUM_EXTENSIONS) return fail(run, PROBLEM_EXTENSION);
    for (size_t i = 0; i < request->extension_count; i++) {
        const struct extension *extension = &request->extensions[i];
        if (extension->reason == NULL || str_trim(str_of(extension->reason)).length == 0 ||
            !limit_valid(extension->limit) || extension->limit.unit == LIMIT_NONE ||
            extension->limit.unit == LIMIT_SAME_DAY || request->limit.unit == LIMIT_NONE)
            return fail(run, PROBLEM_EXTENSION);
    }
    return true;
}

/* Is `moment` behind the cut-off of a day that is worked? */
static bool after_cutoff(const struct run *run, const struct timeline *timeline, instant moment)
{
    const struct limit *limit = &run->request->limit;
    const struct rule_set *rules = calendar_rule_set(run->calendar, civil_day_of(moment));
    int cutoff = limit->cutoff;
    if (cutoff == LIMIT_NO_CUTOFF && limit->unit == LIMIT_SAME_DAY && rules != NULL)
        cutoff = rules->same_day_cutoff;
    instant closing;
    return !run->request->continues && cutoff != LIMIT_NO_CUTOFF && civil_minute_of_day(moment) > cutoff &&
           timeline_closing(timeline, civil_day_of(moment), &closing) && moment < closing;
}

/* From where the clock runs. */
static bool find_start(struct run *run)
{
    const struct limit *limit = &run->request->limit;
    instant received = run->request->received, start = received;
    run->result.start = received;
    if (limit->unit == LIMIT_MINUTES || limit->unit == LIMIT_HOURS) return true;
    bool days = limit->unit == LIMIT_WORKING_DAYS || limit->unit == LIMIT_SAME_DAY;
    enum measure measure = days ? MEASURE_DAYS : MEASURE_WORKING;
    struct timeline timeline = run_timeline(run, measure);
    instant midnight = civil_instant(civil_day_of(received) + 1, 0);
    run->late = after_cutoff(run, &timeline, received);
    bool hours = limit->unit == LIMIT_WORKING_MINUTES || limit->unit == LIMIT_WORKING_HOURS;
    if (hours && limit->amount == 0 && !run->late && at_closing(&timeline, received)) return true;
    /* Whole days: at closing time the receipt still belongs to that day. */
    const struct rule_set *rules = calendar_rule_set(run->calendar, civil_day_of(received - 1));
    bool whole_days =
        limit->unit == LIMIT_WORKING_DAYS && rules != NULL && rules->rule == WORKING_DAY_END_OF_DAY;
    if (whole_days && !run->late && timeline_closes_at(&timeline, received)) return true;
    if (!timeline_opening(&timeline, run->late ? midnight : received, &start))
        return fail(run, PROBLEM_CLOSED);
    run->result.start = start;
    if (start == received || !run->receipt) return true;
    const struct special_day *special = calendar_special_day(run->calendar, civil_day_of(received));
    line_add(&run->lines, (struct explanation_line){
                              .date = civil_day_of(received),
                              .from = received,
                              .to = start < midnight ? start : midnight,
                              .kind = run->late ? LINE_AFTER_CUTOFF : LINE_OUTSIDE_HOURS,
                              .reason = special == NULL ? NULL : special->reason,
                              .legal = special == NULL ? NULL : special->legal,
                          });
    explain_closed(run, measure, midnight, start);
    return true;
}

/* Time an extension adds while the clock stands still; only of the same measure as what is left. */
static void extend_paused(struct run *run, const struct extension *extension, const struct rule_set *rules)
{
    bool working = limit_is_working_time(extension->limit);
    if (working == run->result.calendar_time) return;
    int64_t unit_us = MINUTE_US;
    switch (extension->limit.unit) {
    case LIMIT_WORKING_HOURS:
    case LIMIT_HOURS:
        unit_us = 60 * MINUTE_US;
        break;
    case LIMIT_WORKING_DAYS:
        unit_us = rules->minutes_per_day * MINUTE_US;
        break;
    case LIMIT_DAYS:
        unit_us = DAY_US;
        break;
    case LIMIT_MONTHS:
        unit_us = 30 * DAY_US;
        break;
    default:
        break;
    }
    run->result.left_us += extension->limit.amount * (unit_us / LIMIT_SCALE);
}

/* The extensions, each running on from the due moment before it. */
static bool run_extensions(struct run *run, const struct rule_set *rules, instant *due)
{
    for (size_t i = 0; i < run->request->extension_count; i++) {
        const struct extension *extension = &run->request->extensions[i];
        if (run->result.paused) {
            extend_paused(run, extension, rules);
            continue;
        }
        line_add(&run->lines, (struct explanation_line){
                                  .date = civil_day_of(*due),
                                  .from = *due,
                                  .to = *due,
                                  .kind = LINE_EXTENDED,
                                  .reason = extension->reason,
                                  .legal = extension->legal,
                              });
        if (!run_limit(run, extension->limit, *due, rules->rule, due)) return false;
    }
    return true;
}

static bool run_all(struct run *run)
{
    static const struct rule_set no_rules = {.minutes_per_day = 480};
    if (!check_request(run) || !find_start(run)) return false;
    const struct deadline_request *request = run->request;
    const struct rule_set *rules = calendar_rule_set(run->calendar, civil_day_of(run->result.start));
    if (rules == NULL) /* only wall-clock limits begin on such a day */
        rules = &no_rules;
    run->result.rule_set = rules->id;
    instant due;
    if (!run_limit(run, request->limit, run->result.start, rules->rule, &due)) return false;
    bool days = request->limit.unit == LIMIT_WORKING_DAYS || request->limit.unit == LIMIT_DAYS;
    run->receipt = false;
    if (!run_extensions(run, rules, &due)) return false;
    run->result.due = due;
    if (due == INSTANT_NONE) return true;
    line_add(&run->lines, (struct explanation_line){
                              .date = civil_day_of(due),
                              .from = due,
                              .to = due,
                              .day_number = days && request->extension_count == 0
                                                ? (int32_t)(request->limit.amount / LIMIT_SCALE)
                                                : 0,
                              .kind = LINE_DUE,
                          });
    return true;
}

static enum status report(struct arena *arena, const struct run *run, struct error *error)
{
    static const struct {
        const char *code;
        const char *message;
    } problems[] = {
        [PROBLEM_NONE] = {"calendar.internal", NULL},
        [PROBLEM_HORIZON] = {"calendar.horizon", N_("Thời hạn quá dài, không tính được ngày trả kết quả.")},
        [PROBLEM_RANGE] = {"calendar.range", N_("Thời điểm tiếp nhận nằm ngoài khoảng thời gian của lịch.")},
        [PROBLEM_PAUSE] = {"calendar.pause",
                           N_("Khoảng tạm dừng không hợp lệ: thời điểm kết thúc phải sau thời "
                              "điểm bắt đầu.")},
        [PROBLEM_EXTENSION] = {"calendar.extension", N_("Gia hạn phải có lý do và một thời hạn cụ thể.")},
        [PROBLEM_CLOSED] = {"calendar.closed",
                            N_("Lịch của cơ quan không có ngày làm việc nào sau thời điểm này. "
                               "Hãy bổ sung giờ làm việc vào lịch.")},
        [PROBLEM_LIMIT] = {"calendar.limit", N_("Thời hạn không hợp lệ.")},
    };
    return error_set(error, arena, STATUS_INVALID, problems[run->problem].code,
                     problems[run->problem].message, NULL);
}

enum status calendar_due(struct arena *arena, const struct calendar *calendar,
                         const struct deadline_request *request, struct deadline *deadline,
                         struct error *error)
{
    struct run run = {
        .calendar = calendar,
        .request = request,
        .lines = {.arena = request->without_explanation ? NULL : arena},
        .result = {.received = request->received, .due = INSTANT_NONE},
        .receipt = !request->continues,
    };
    if (!run_all(&run)) return report(arena, &run, error);
    run.result.explanation = (struct explanation){run.lines.lines, run.lines.count};
    instant end = run.result.due == INSTANT_NONE ? run.result.start : run.result.due;
    run.result.provisional = !calendar_covered(calendar, civil_day_of(request->received), civil_day_of(end));
    *deadline = run.result;
    return STATUS_OK;
}

enum status calendar_add(const struct calendar *calendar, instant from, struct limit limit, instant *due)
{
    struct deadline_request request = {
        .received = from, .limit = limit, .without_explanation = true, .continues = true};
    struct deadline deadline;
    enum status status = calendar_due(NULL, calendar, &request, &deadline, NULL);
    if (status == STATUS_OK) *due = deadline.due;
    return status;
}
