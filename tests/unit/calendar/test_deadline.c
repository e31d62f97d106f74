/* Due moments by the real notices, with the explanation. */
#include "calendar_support.h"

static void three_working_days_end_at_the_same_minute(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    assert_string_equal(due(calendar, "2017-02-13T10:17", "3 working days"), "2017-02-16 10:17");
    assert_string_equal(due(calendar, "2017-02-16T16:59", "1 working day"), "2017-02-17 16:59");
    assert_string_equal(due(calendar, "2017-02-17T08:00", "1 working day"), "2017-02-20 08:00");
    assert_string_equal(due(calendar, "2017-02-17T08:00", "0.5 working days"), "2017-02-17 13:00");
}

static void tet_2017_is_explained_line_by_line(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    struct deadline deadline =
        deadline_of(calendar, (struct deadline_request){.received = at("2017-01-25T10:17"),
                                                        .limit = limit("3 working days")});
    assert_string_equal(shown(deadline.due), "2017-02-06 10:17");
    assert_false(deadline.provisional);
    assert_string_equal(explained(&deadline.explanation),
                        "2017-01-25 receipt_day 343 0\n"
                        "2017-01-26 holiday 0 0 Tết Nguyên đán Đinh Dậu (mùng 1 là 28/01)\n"
                        "2017-01-27 holiday 0 0 Tết Nguyên đán Đinh Dậu (mùng 1 là 28/01)\n"
                        "2017-01-28 holiday 0 0 Tết Nguyên đán Đinh Dậu (mùng 1 là 28/01)\n"
                        "2017-01-29 holiday 0 0 Tết Nguyên đán Đinh Dậu (mùng 1 là 28/01)\n"
                        "2017-01-30 holiday 0 0 Tết Nguyên đán Đinh Dậu (mùng 1 là 28/01)\n"
                        "2017-01-31 holiday 0 0 Tết Nguyên đán Đinh Dậu (mùng 1 là 28/01)\n"
                        "2017-02-01 holiday 0 0 Tết Nguyên đán Đinh Dậu (mùng 1 là 28/01)\n"
                        "2017-02-02 counted 480 1\n"
                        "2017-02-03 counted 480 2\n"
                        "2017-02-04 weekend 0 0\n"
                        "2017-02-05 weekend 0 0\n"
                        "2017-02-06 counted 137 3\n"
                        "2017-02-06 due 0 3\n");
}

static void due_date_counts_a_swapped_saturday(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    /* 29 April off for 4 May 2024, a Saturday that is worked. */
    assert_string_equal(due(calendar, "2024-04-26T09:00", "1 working day"), "2024-05-02 09:00");
    assert_string_equal(due(calendar, "2024-04-26T09:00", "3 working days"), "2024-05-04 09:00");
    assert_string_equal(due(calendar, "2024-04-26T09:00", "4 working days"), "2024-05-06 09:00");
    assert_string_equal(due(calendar, "2025-04-25T09:00", "2 working days"), "2025-04-28 09:00");
    assert_string_equal(due(calendar, "2026-08-21T14:30", "1 working day"), "2026-08-22 14:30");
    assert_string_equal(due(calendar, "2018-12-28T14:30", "3 working days"), "2019-01-04 14:30");
    assert_string_equal(due(calendar, "2018-12-28T14:30", "4 working days"), "2019-01-05 14:30");
}

static void receipt_outside_hours_moves_to_the_next_opening(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    assert_string_equal(due(calendar, "2017-02-13T06:12", "4 working hours"), "2017-02-13 12:00");
    assert_string_equal(due(calendar, "2017-02-13T12:30", "1 working hour"), "2017-02-13 14:00");
    assert_string_equal(due(calendar, "2017-02-13T17:00", "8 working hours"), "2017-02-14 17:00");
    assert_string_equal(due(calendar, "2017-02-11T20:00", "1 working day"), "2017-02-14 08:00");
    struct deadline deadline =
        deadline_of(calendar, (struct deadline_request){.received = at("2017-02-11T20:00"),
                                                        .limit = limit("1 working day")});
    assert_string_equal(shown(deadline.start), "2017-02-13 08:00");
    assert_string_equal(explained(&deadline.explanation), "2017-02-11 outside_hours 0 0\n"
                                                          "2017-02-12 weekend 0 0\n"
                                                          "2017-02-13 receipt_day 480 0\n"
                                                          "2017-02-14 due 0 1\n");
}

static void same_day_procedures_end_with_the_working_day(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    assert_string_equal(due(calendar, "2017-02-13T08:30", "same day"), "2017-02-13 17:00");
    assert_string_equal(due(calendar, "2017-02-13T15:00:59", "same day"), "2017-02-13 17:00");
    assert_string_equal(due(calendar, "2017-02-13T15:01", "same day"), "2017-02-14 17:00");
    assert_string_equal(due(calendar, "2017-02-17T15:01", "same day"), "2017-02-20 17:00");
    assert_string_equal(due(calendar, "2017-02-17T18:00", "same day"), "2017-02-20 17:00");
    assert_string_equal(due(calendar, "2017-02-13T14:10", "same day cutoff 14:00"), "2017-02-14 17:00");
    assert_string_equal(due(calendar, "2017-01-25T16:00", "same day"), "2017-02-02 17:00");
    struct deadline deadline = deadline_of(
        calendar, (struct deadline_request){.received = at("2017-02-17T15:01"), .limit = limit("same day")});
    assert_string_equal(explained(&deadline.explanation), "2017-02-17 after_cutoff 0 0\n"
                                                          "2017-02-18 weekend 0 0\n"
                                                          "2017-02-19 weekend 0 0\n"
                                                          "2017-02-20 counted 480 0\n"
                                                          "2017-02-20 due 0 0\n");
}

static void a_cutoff_moves_the_day_of_receipt(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    assert_string_equal(due(calendar, "2017-02-13T15:30", "3 working days cutoff 15:00"), "2017-02-17 08:00");
    assert_string_equal(due(calendar, "2017-02-13T15:30", "4 working hours cutoff 15:00"),
                        "2017-02-14 12:00");
    assert_string_equal(due(calendar, "2017-02-13T14:59", "3 working days cutoff 15:00"), "2017-02-16 14:59");
}

static void calendar_days_roll_off_a_day_off(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    assert_string_equal(due(calendar, "2017-02-13T10:17", "15 days"), "2017-02-28 10:17");
    assert_string_equal(due(calendar, "2017-02-13T10:17", "5 days"), "2017-02-20 10:17");
    assert_string_equal(due(calendar, "2017-01-16T10:17", "10 days"), "2017-02-02 10:17");
    assert_string_equal(due(calendar, "2017-01-31T10:17", "1 month"),
                        "2017-03-02 08:00"); /* received in Tết */
    assert_string_equal(due(calendar, "2017-03-31T10:17", "1 month"), "2017-05-03 10:17");
    assert_string_equal(due(calendar, "2024-04-25T10:17", "9 days"),
                        "2024-05-04 10:17"); /* a worked Saturday */
    struct deadline deadline = deadline_of(
        calendar, (struct deadline_request){.received = at("2017-03-28T10:17"), .limit = limit("33 days")});
    assert_string_equal(shown(deadline.due), "2017-05-03 10:17");
    const struct explanation *lines = &deadline.explanation;
    assert_int_equal(lines->lines[lines->count - 5].day_number, 33);
    assert_int_equal(lines->lines[lines->count - 4].kind, LINE_ROLLED);
    assert_string_equal(lines->lines[lines->count - 4].reason, "Ngày Chiến thắng 30/4");
    assert_int_equal(lines->lines[lines->count - 3].kind, LINE_HOLIDAY);
    assert_int_equal(lines->lines[lines->count - 2].kind, LINE_COMPENSATORY);
    assert_string_equal(lines->lines[lines->count - 2].legal, "khoản 3 Điều 115 Bộ luật Lao động 2012");
}

static void a_pause_moves_the_due_moment_by_its_working_time(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    struct pause pauses[] = {
        {.from = at("2017-02-16T09:00"), .to = at("2017-02-20T14:00"), .reason = "Chờ bổ sung giấy tờ"},
        {.from = at("2017-02-14T09:00"), .to = at("2017-02-14T10:00"), .reason = "Chờ nộp lệ phí"},
        {.from = at("2017-02-14T09:30"), .to = at("2017-02-14T11:00"), .reason = "Chờ bổ sung giấy tờ"},
    };
    struct deadline deadline =
        deadline_of(calendar, (struct deadline_request){.received = at("2017-02-13T10:17"),
                                                        .limit = limit("3 working days"),
                                                        .pauses = pauses,
                                                        .pause_count = 3});
    /* 14th: 2 h lost; 16th: one hour counted; 20th: three hours; 17 minutes are left for the 21st. */
    assert_string_equal(shown(deadline.due), "2017-02-21 08:17");
}

static void an_open_pause_leaves_the_due_moment_open(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    struct pause pause = {
        .from = at("2017-02-14T10:17"), .to = INSTANT_NONE, .reason = "Chờ bổ sung giấy tờ"};
    struct deadline deadline =
        deadline_of(calendar, (struct deadline_request){.received = at("2017-02-13T10:17"),
                                                        .limit = limit("3 working days"),
                                                        .pauses = &pause,
                                                        .pause_count = 1});
    assert_true(deadline.paused);
    assert_string_equal(shown(deadline.due), "none");
    assert_int_equal(deadline.left_us, 2 * 480 * MINUTE_US);
    struct remaining remaining =
        calendar_remaining(calendar, &deadline, at("2017-03-01T09:00"), INSTANT_NONE);
    assert_int_equal(remaining.state, DEADLINE_PAUSED);
    assert_int_equal(remaining.time.days, 2);
    assert_int_equal(remaining.time.rest_us, 0);
}

static void a_pause_on_the_rolled_day_still_counts(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    /* Ends on Sunday the 19th, rolls to Monday 10:17, paused on that Monday from 9:00 for two days. */
    struct pause pause = {
        .from = at("2017-02-20T09:00"), .to = at("2017-02-22T09:00"), .reason = "Chờ ý kiến"};
    struct deadline deadline =
        deadline_of(calendar, (struct deadline_request){.received = at("2017-02-14T10:17"),
                                                        .limit = limit("5 days"),
                                                        .pauses = &pause,
                                                        .pause_count = 1});
    assert_string_equal(shown(deadline.due), "2017-02-22 10:17");
    pause.to = INSTANT_NONE;
    deadline = deadline_of(calendar, (struct deadline_request){.received = at("2017-02-14T10:17"),
                                                               .limit = limit("5 days"),
                                                               .pauses = &pause,
                                                               .pause_count = 1});
    assert_true(deadline.paused);
    assert_int_equal(deadline.left_us, 77 * MINUTE_US);
}

static void an_extension_runs_on_and_needs_a_reason(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    struct extension extension = {.limit = limit("2 working days"), .reason = "Vụ việc phức tạp"};
    struct deadline_request request = {.received = at("2017-02-13T10:17"),
                                       .limit = limit("3 working days"),
                                       .extensions = &extension,
                                       .extension_count = 1};
    struct deadline deadline = deadline_of(calendar, request);
    assert_string_equal(shown(deadline.due), "2017-02-20 10:17");
    assert_non_null(strstr(explained(&deadline.explanation), "2017-02-16 extended 0 0 Vụ việc phức tạp\n"));
    request.limit = limit("same day");
    assert_string_equal(shown(deadline_of(calendar, request).due), "2017-02-15 17:00");
    extension.reason = "  ";
    struct error error = {0};
    assert_int_equal(calendar_due(arena, calendar, &request, &deadline, &error), STATUS_INVALID);
    assert_string_equal(error.code, "calendar.extension");
}

static void whole_days_end_at_closing_time(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("het-ngay");
    assert_string_equal(due(calendar, "2017-01-25T10:17", "3 working days"), "2017-02-06 17:00");
    assert_string_equal(due(calendar, "2017-02-13T17:00", "1 working day"), "2017-02-14 17:00");
    assert_string_equal(due(calendar, "2017-02-13T17:01", "1 working day"), "2017-02-15 17:00");
    assert_string_equal(due(calendar, "2017-02-13T10:17", "5 days"), "2017-02-20 17:00");
    struct pause pause = {
        .from = at("2017-02-14T09:00"), .to = at("2017-02-16T14:00"), .reason = "Chờ bổ sung"};
    struct deadline deadline =
        deadline_of(calendar, (struct deadline_request){.received = at("2017-02-13T10:17"),
                                                        .limit = limit("2 working days"),
                                                        .pauses = &pause,
                                                        .pause_count = 1});
    assert_string_equal(shown(deadline.due), "2017-02-17 17:00");
    assert_string_equal(explained(&deadline.explanation), "2017-02-13 receipt_day 0 0\n"
                                                          "2017-02-14 paused 0 0 Chờ bổ sung\n"
                                                          "2017-02-15 paused 0 0 Chờ bổ sung\n"
                                                          "2017-02-16 counted 480 1\n"
                                                          "2017-02-17 counted 480 2\n"
                                                          "2017-02-17 due 0 2\n");
}

static void saturday_mornings_count_in_hours_but_not_in_days(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("yen-hoa");
    assert_string_equal(due(calendar, "2017-02-17T16:00", "3 working hours"), "2017-02-18 10:00");
    assert_string_equal(due(calendar, "2017-02-17T16:00", "1 working day"), "2017-02-20 16:00");
    assert_string_equal(due(calendar, "2017-02-18T09:00", "same day"), "2017-02-20 17:00");
    assert_string_equal(due(calendar, "2017-02-18T09:00", "2 working hours"), "2017-02-18 11:00");
}

static void a_closure_and_new_hours_are_followed(void **state)
{
    (void)state;
    struct calendar *calendar = calendar_from(
        "{\"format\":\"motcua-calendar/1\",\"agencies\":[{\"id\":\"a\",\"rule_sets\":["
        "{\"id\":\"old\",\"valid_to\":\"2017-02-14\",\"hours\":{\"monday\":[\"08:00-12:00\",\"13:00-17:00\"],"
        "\"tuesday\":[\"08:00-12:00\",\"13:00-17:00\"]}},"
        "{\"id\":\"new\",\"valid_from\":\"2017-02-15\",\"hours\":{\"wednesday\":[\"07:00-11:00\"],"
        "\"thursday\":"
        "[\"07:00-11:00\"]},\"hours_per_day\":4}],"
        "\"closures\":[{\"from\":\"2017-02-14T13:00\",\"to\":\"2017-02-14T15:00\",\"reason\":\"Mất "
        "điện\"}]}]}");
    assert_string_equal(due(calendar, "2017-02-13T16:00", "6 working hours"), "2017-02-14 16:00");
    /* A working day is worth eight hours under the old hours and four under the new ones. */
    assert_string_equal(due(calendar, "2017-02-14T15:00", "1 working day"), "2017-02-15 10:00");
    assert_true(calendar_is_open(calendar, at("2017-02-14T15:00")));
    assert_false(calendar_is_open(calendar, at("2017-02-14T13:30")));
    struct working_time time;
    assert_int_equal(calendar_between(arena, calendar, at("2017-02-14T11:00"), at("2017-02-15T08:00"), NULL,
                                      0, &time, NULL),
                     STATUS_OK);
    assert_int_equal(time.working_us, (1 + 2 + 1) * 60 * MINUTE_US);
    assert_string_equal(explained(&time.explanation), "2017-02-14 counted 60 0\n"
                                                      "2017-02-14 closed 0 0 Mất điện\n"
                                                      "2017-02-14 counted 120 0\n"
                                                      "2017-02-15 counted 60 0\n");
}

static void years_without_a_notice_are_provisional(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    struct deadline_request request = {.received = at("2017-12-29T09:00"), .limit = limit("2 working days")};
    assert_false(deadline_of(calendar, request).provisional);
    request.received = at("2026-12-31T09:00");
    assert_true(deadline_of(calendar, request).provisional);
    request.received = at("2021-03-01T09:00");
    assert_true(deadline_of(calendar, request).provisional);
}

static void states_are_told_apart_by_the_minute(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    struct deadline deadline =
        deadline_of(calendar, (struct deadline_request){.received = at("2017-02-13T10:17:30"),
                                                        .limit = limit("3 working days")});
    struct remaining remaining =
        calendar_remaining(calendar, &deadline, at("2017-02-14T10:17"), INSTANT_NONE);
    assert_int_equal(remaining.state, DEADLINE_RUNNING);
    assert_int_equal(remaining.time.days, 2);
    remaining = calendar_remaining(calendar, &deadline, at("2017-02-16T10:17:59"), INSTANT_NONE);
    assert_int_equal(remaining.state, DEADLINE_RUNNING);
    remaining = calendar_remaining(calendar, &deadline, at("2017-02-17T11:18"), INSTANT_NONE);
    assert_int_equal(remaining.state, DEADLINE_LATE);
    assert_int_equal(remaining.time.days, 1);
    assert_int_equal(remaining.time.rest_us, 61 * MINUTE_US);
    assert_int_equal(calendar_remaining(calendar, &deadline, 0, at("2017-02-16T10:16:59")).state,
                     DEADLINE_BEFORE);
    assert_int_equal(calendar_remaining(calendar, &deadline, 0, at("2017-02-16T10:17:00")).state,
                     DEADLINE_ON_TIME);
    assert_int_equal(calendar_remaining(calendar, &deadline, 0, at("2017-02-16T10:18:00")).state,
                     DEADLINE_MISSED);
    deadline = deadline_of(
        calendar, (struct deadline_request){.received = at("2017-02-13T10:17"), .limit = limit("none")});
    assert_int_equal(deadline.due, INSTANT_NONE);
    assert_int_equal(calendar_remaining(calendar, &deadline, at("2017-02-14"), INSTANT_NONE).state,
                     DEADLINE_NONE);
}

static void a_stored_explanation_reads_back_the_same(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    static const char *const limits[] = {"3 working days cutoff 15:00", "same day", "20 days", "none",
                                         "90 minutes"};
    for (size_t i = 0; i < 5; i++) {
        struct deadline deadline =
            deadline_of(calendar, (struct deadline_request){.received = at("2017-01-25T15:17:08.25"),
                                                            .limit = limit(limits[i])});
        char *json = deadline_to_json(arena, &deadline, limit(limits[i]));
        struct deadline read;
        struct limit read_limit;
        assert_int_equal(deadline_from_json(arena, str_of(json), &read, &read_limit, NULL), STATUS_OK);
        assert_true(limit_equal(read_limit, limit(limits[i])));
        assert_int_equal(read.due, deadline.due);
        assert_int_equal(read.start, deadline.start);
        assert_string_equal(explained(&read.explanation), explained(&deadline.explanation));
        assert_string_equal(deadline_to_json(arena, &read, read_limit), json);
    }
    struct deadline read;
    struct limit read_limit;
    assert_int_equal(deadline_from_json(arena, STR("{\"version\":1}"), &read, &read_limit, NULL),
                     STATUS_INVALID);
    assert_int_equal(deadline_from_json(arena, STR("[]"), &read, &read_limit, NULL), STATUS_INVALID);
    assert_int_equal(deadline_from_json(arena, STR("{"), &read, &read_limit, NULL), STATUS_INVALID);
}

static void impossible_requests_are_refused(void **state)
{
    (void)state;
    struct calendar *calendar = sample_calendar("default");
    struct deadline deadline;
    struct error error = {0};
    struct pause backwards = {.from = at("2017-02-14"), .to = at("2017-02-13"), .reason = ""};
    struct deadline_request request = {
        .received = at("2017-02-13T10:17"), .limit = limit("1 day"), .pauses = &backwards, .pause_count = 1};
    assert_int_equal(calendar_due(arena, calendar, &request, &deadline, &error), STATUS_INVALID);
    assert_string_equal(error.code, "calendar.pause");
    request = (struct deadline_request){.received = INT64_MAX, .limit = limit("1 day")};
    assert_int_equal(calendar_due(arena, calendar, &request, &deadline, &error), STATUS_INVALID);
    assert_string_equal(error.code, "calendar.range");
    request = (struct deadline_request){.received = at("2999-12-31T16:00"), .limit = limit("3 working days")};
    assert_int_equal(calendar_due(arena, calendar, &request, &deadline, &error), STATUS_INVALID);
    request = (struct deadline_request){.received = at("2017-02-13"),
                                        .limit = {.unit = LIMIT_WORKING_DAYS, .amount = INT64_MAX}};
    assert_int_equal(calendar_due(arena, calendar, &request, &deadline, &error), STATUS_INVALID);
    instant moment = 7;
    assert_int_equal(calendar_add(calendar, INT64_MIN, limit("1 day"), &moment), STATUS_INVALID);
    assert_int_equal(moment, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(three_working_days_end_at_the_same_minute),
        TEST(tet_2017_is_explained_line_by_line),
        TEST(due_date_counts_a_swapped_saturday),
        TEST(receipt_outside_hours_moves_to_the_next_opening),
        TEST(same_day_procedures_end_with_the_working_day),
        TEST(a_cutoff_moves_the_day_of_receipt),
        TEST(calendar_days_roll_off_a_day_off),
        TEST(a_pause_moves_the_due_moment_by_its_working_time),
        TEST(an_open_pause_leaves_the_due_moment_open),
        TEST(a_pause_on_the_rolled_day_still_counts),
        TEST(an_extension_runs_on_and_needs_a_reason),
        TEST(whole_days_end_at_closing_time),
        TEST(saturday_mornings_count_in_hours_but_not_in_days),
        TEST(a_closure_and_new_hours_are_followed),
        TEST(years_without_a_notice_are_provisional),
        TEST(states_are_told_apart_by_the_minute),
        TEST(a_stored_explanation_reads_back_the_same),
        TEST(impossible_requests_are_refused),
    };
    return cmocka_run_group_tests_name("calendar: due moments", tests, NULL, NULL);
}
