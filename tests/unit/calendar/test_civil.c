/* Civil time and the texts of limits. */
#include "calendar_support.h"

static void every_day_of_eleven_centuries_goes_to_a_date_and_back(void **state)
{
    (void)state;
    int32_t day = civil_day_from_date((struct civil_date){1900, 1, 1});
    assert_int_equal(day, CIVIL_FIRST_DAY);
    assert_int_equal(civil_weekday(day), MONDAY);
    enum weekday weekday = MONDAY;
    for (int year = 1900; year <= 2999; year++)
        for (int month = 1; month <= 12; month++)
            for (int d = 1; d <= civil_days_in_month(year, month); d++) {
                struct civil_date date = civil_date_from_day(day);
                if (date.year != year || date.month != month || date.day != d ||
                    civil_weekday(day) != weekday || civil_day_from_date(date) != day)
                    fail_msg("day %d is not %d-%d-%d", day, year, month, d);
                day++;
                weekday = (weekday + 1) % 7;
            }
    assert_int_equal(day - 1, CIVIL_LAST_DAY);
}

static void the_civil_day_begins_at_seventeen_hours_universal_time(void **state)
{
    (void)state;
    assert_string_equal(shown(at("2017-01-25T16:59:59Z")), "2017-01-25 23:59:59");
    assert_string_equal(shown(at("2017-01-25T17:00Z")), "2017-01-26 00:00");
    assert_int_equal(civil_day_of(at("1969-12-31T17:00Z")), 0);
    assert_int_equal(civil_day_of(at("1969-12-31T16:59:59.999999Z")), -1);
    assert_int_equal(civil_minute_of_day(at("1955-06-01 23:59:59")), 1439);
}

static void moments_are_read_in_the_forms_of_iso_8601(void **state)
{
    (void)state;
    assert_int_equal(at("1970-01-01T07:00"), 0);
    assert_int_equal(at("1970-01-01T07:00:00.5"), 500000);
    assert_int_equal(at("1970-01-01 00:00:00Z"), 0);
    assert_int_equal(at("1970-01-01T02:30:00+02:30"), 0);
    assert_int_equal(at("1970-01-01T00:00:01-0000"), MICROSECONDS);
    assert_int_equal(at("01/01/1970 07:00"), 0);
    assert_int_equal(at("2017-02-05"),
                     civil_instant(civil_day_from_date((struct civil_date){2017, 2, 5}), 0));
    assert_int_equal(at("2017-02-05T24:00"), at("2017-02-06"));
}

static void what_is_no_moment_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2017",
        "2017-02-29",
        "2017-13-01",
        "2017-00-10",
        "1899-12-31",
        "3000-01-01",
        "2017-2-5",
        "2017-02-05T",
        "2017-02-05T25:00",
        "2017-02-05T10:60",
        "2017-02-05T10:17:60",
        "32/01/2017",
        "2017-02-05X10",
        "2017-02-05T10:17+7",
        "2017-02-05T10:17+19:00",
        "2017-02-05T10:17:00.Z",
        "2017-02-05T10:17 ",
        "2017-02-05T24:01",
        "２０１７-02-05",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        instant moment = 42;
        if (civil_parse_instant(str_of(wrong[i]), &moment) != STATUS_INVALID || moment != 42)
            fail_msg("accepted: %s", wrong[i]);
    }
}

static void months_end_on_their_last_day(void **state)
{
    (void)state;
    struct civil_date date = civil_date_from_day(civil_add_months(civil_day_of(at("2017-01-31")), 1));
    assert_int_equal(date.day, 28);
    date = civil_date_from_day(civil_add_months(civil_day_of(at("2024-01-31")), 1));
    assert_int_equal(date.day, 29);
    date = civil_date_from_day(civil_add_months(civil_day_of(at("2017-12-15")), 14));
    assert_true(date.year == 2019 && date.month == 2 && date.day == 15);
    date = civil_date_from_day(civil_add_months(civil_day_of(at("2017-01-15")), -1));
    assert_true(date.year == 2016 && date.month == 12 && date.day == 15);
}

static void limits_are_read_in_english_vietnamese_and_iso(void **state)
{
    (void)state;
    static const char *const pairs[][3] = {
        {"3 working days", "3 working days", "03 ngày làm việc"},
        {"1 WORKING  DAY", "1 working day", "01 ngày làm việc"},
        {"0.5 working day", "0.5 working days", "0,5 ngày làm việc"},
        {"0,125 ngày làm việc", "0.125 working days", "0,125 ngày làm việc"},
        {"4 working hours", "4 working hours", "04 giờ làm việc"},
        {"20 working minutes", "20 working minutes", "20 phút làm việc"},
        {"15 days", "15 days", "15 ngày"},
        {"2 weeks", "14 days", "14 ngày"},
        {"2 months", "2 months", "02 tháng"},
        {"1 year", "12 months", "12 tháng"},
        {"same day", "same day", "Trong ngày làm việc"},
        {"same day cutoff 15:00", "same day cutoff 15:00", "Trong ngày làm việc"},
        {"3 working days cutoff 9:30", "3 working days cutoff 09:30", "03 ngày làm việc"},
        {"none", "none", "Không quy định"},
        {"Không quy định", "none", "Không quy định"},
        {"Trong ngày", "same day", "Trong ngày làm việc"},
        {" 03 ngày làm việc ", "3 working days", "03 ngày làm việc"},
        {"30 ngày", "30 days", "30 ngày"},
        {"P3D", "3 days", "03 ngày"},
        {"P3D working", "3 working days", "03 ngày làm việc"},
        {"PT4H working", "4 working hours", "04 giờ làm việc"},
        {"PT90M", "90 minutes", "90 phút"},
        {"PT2H", "2 hours", "02 giờ"},
        {"P1DT12H", "36 hours", "36 giờ"},
        {"P2W", "14 days", "14 ngày"},
        {"P1Y2M", "14 months", "14 tháng"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct limit read = limit(pairs[i][0]);
        assert_string_equal(limit_to_text(arena, read), pairs[i][1]);
        assert_string_equal(limit_to_vietnamese(arena, read), pairs[i][2]);
        assert_true(limit_equal(limit(limit_to_text(arena, read)), read));
    }
}

static void what_is_no_limit_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "3",
        "days",
        "-3 days",
        "3 wor days",
        "3.5 months",
        "1e3 days",
        "3 days cutoff",
        "P",
        "PT",
        "P3",
        "P1M3D",
        "P1DT",
        "PT5",
        "3 days cutoff 24:00",
        "0.1234 days",
        "3. days",
        "99999999999 days",
        "36601 days",
        "1 day 2 hours",
        "P1M working",
        "\xff\xfe",
        "PTT5M",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct limit result;
        struct error error = {0};
        if (limit_parse(arena, str_of(wrong[i]), &result, &error) != STATUS_INVALID || error.message == NULL)
            fail_msg("accepted: %s", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_day_of_eleven_centuries_goes_to_a_date_and_back),
        TEST(the_civil_day_begins_at_seventeen_hours_universal_time),
        TEST(moments_are_read_in_the_forms_of_iso_8601),
        TEST(what_is_no_moment_is_refused),
        TEST(months_end_on_their_last_day),
        TEST(limits_are_read_in_english_vietnamese_and_iso),
        TEST(what_is_no_limit_is_refused),
    };
    return cmocka_run_group_tests_name("calendar: civil time and limits", tests, NULL, NULL);
}
