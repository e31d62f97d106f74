/* Dates, numbers, money, words and durations as people read them. */
#include "i18n_support.h"

#include "motcua/i18n/format.h"

#define VI LANGUAGE_VIETNAMESE
#define EN LANGUAGE_ENGLISH

static instant at(const char *text)
{
    instant moment;
    if (civil_parse_instant(str_of(text), &moment) != STATUS_OK) fail_msg("%s", text);
    return moment;
}

static int32_t day(const char *text)
{
    return civil_day_of(at(text));
}

static void dates_follow_the_rules_of_official_papers(void **state)
{
    (void)state;
    assert_string_equal(format_date(arena, day("2017-02-05")), "05/02/2017");
    assert_string_equal(format_date_long(arena, VI, day("2017-02-05")), "ngày 05 tháng 02 năm 2017");
    assert_string_equal(format_date_long(arena, VI, day("2017-03-05")), "ngày 05 tháng 3 năm 2017");
    assert_string_equal(format_date_long(arena, VI, day("2017-01-15")), "ngày 15 tháng 01 năm 2017");
    assert_string_equal(format_date_long(arena, VI, day("2017-12-31")), "ngày 31 tháng 12 năm 2017");
    assert_string_equal(format_date_long(arena, EN, day("2017-02-05")), "5 February 2017");
    assert_string_equal(format_place_date(arena, VI, "Hà Nội", day("2017-10-09")),
                        "Hà Nội, ngày 09 tháng 10 năm 2017");
    assert_string_equal(format_moment(arena, VI, at("2023-10-27T09:32:59")),
                        "09 giờ 32 phút, ngày 27/10/2023");
    assert_string_equal(format_moment(arena, EN, at("2023-10-27T02:32Z")), "09:32, 27/10/2023");
    assert_string_equal(format_date_time(arena, at("2023-10-27T17:00Z")), "00:00 28/10/2023");
    assert_string_equal(format_weekday(arena, VI, day("2017-02-05")), "Chủ nhật");
    assert_string_equal(format_weekday(arena, VI, day("2017-02-06")), "Thứ Hai");
    assert_string_equal(format_weekday(arena, EN, day("2017-02-11")), "Saturday");
}

static void numbers_are_grouped(void **state)
{
    (void)state;
    assert_string_equal(format_integer(arena, VI, 1234567), "1.234.567");
    assert_string_equal(format_integer(arena, EN, 1234567), "1,234,567");
    assert_string_equal(format_integer(arena, VI, 999), "999");
    assert_string_equal(format_integer(arena, VI, -1000), "-1.000");
    assert_string_equal(format_integer(arena, VI, INT64_MIN), "-9.223.372.036.854.775.808");
    assert_string_equal(format_decimal(arena, VI, "1234567.89"), "1.234.567,89");
    assert_string_equal(format_decimal(arena, EN, "-1234567.890"), "-1,234,567.890");
    assert_string_equal(format_decimal(arena, VI, "0.5"), "0,5");
    static const char *const kept[] = {"", "-", "1.", ".5", "1e9", "abc", "1.2.3", "NaN"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_string_equal(format_decimal(arena, VI, kept[i]), kept[i]);
    assert_string_equal(format_money(arena, VI, 8000), "8.000 đồng");
    assert_string_equal(format_money(arena, EN, 1500000), "1,500,000 VND");
    assert_string_equal(format_percent(arena, VI, 39, 40), "97,5%");
    assert_string_equal(format_percent(arena, VI, 1, 1), "100%");
    assert_string_equal(format_percent(arena, EN, 2, 3), "66.7%");
    assert_string_equal(format_percent(arena, VI, 0, 0), "–");
    assert_string_equal(format_size(arena, VI, 999), "999 B");
    assert_string_equal(format_size(arena, VI, 1400000), "1,4 MB");
    assert_string_equal(format_size(arena, EN, 999949), "999.9 KB");
    assert_string_equal(format_size(arena, EN, 999950), "1 MB");
}

static void numbers_are_read_aloud_in_vietnamese(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *words;
    } numbers[] = {
        {0, "không"},
        {1, "một"},
        {4, "bốn"},
        {5, "năm"},
        {10, "mười"},
        {11, "mười một"},
        {14, "mười bốn"},
        {15, "mười lăm"},
        {20, "hai mươi"},
        {21, "hai mươi mốt"},
        {24, "hai mươi tư"},
        {25, "hai mươi lăm"},
        {55, "năm mươi lăm"},
        {91, "chín mươi mốt"},
        {100, "một trăm"},
        {101, "một trăm linh một"},
        {104, "một trăm linh bốn"},
        {105, "một trăm linh năm"},
        {110, "một trăm mười"},
        {115, "một trăm mười lăm"},
        {121, "một trăm hai mươi mốt"},
        {555, "năm trăm năm mươi lăm"},
        {1000, "một nghìn"},
        {1005, "một nghìn không trăm linh năm"},
        {1010, "một nghìn không trăm mười"},
        {1100, "một nghìn một trăm"},
        {10000, "mười nghìn"},
        {21000, "hai mươi mốt nghìn"},
        {200000, "hai trăm nghìn"},
        {1000000, "một triệu"},
        {1000001, "một triệu không trăm linh một"},
        {1005000, "một triệu không trăm linh năm nghìn"},
        {1234567, "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy"},
        {1000000000, "một tỷ"},
        {1000000005, "một tỷ không trăm linh năm"},
        {2050000000, "hai tỷ không trăm năm mươi triệu"},
        {1500000000000, "một nghìn năm trăm tỷ"},
        {1000000000000000000, "một tỷ tỷ"},
        {-15, "âm mười lăm"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_string_equal(format_number_words(arena, VI, numbers[i].value), numbers[i].words);
    assert_true(strlen(format_number_words(arena, VI, INT64_MIN)) > 100);
    assert_string_equal(format_money_words(arena, VI, 8000, false), "Tám nghìn đồng");
    assert_string_equal(format_money_words(arena, VI, 200000, true), "Hai trăm nghìn đồng chẵn");
    assert_string_equal(format_money_words(arena, VI, 0, false), "Không đồng");
    assert_string_equal(format_money_words(arena, VI, -5000, false), "Âm năm nghìn đồng");
}

static void numbers_are_read_aloud_in_english(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *words;
    } numbers[] = {
        {0, "zero"},
        {13, "thirteen"},
        {21, "twenty-one"},
        {100, "one hundred"},
        {105, "one hundred and five"},
        {1005, "one thousand and five"},
        {1234567, "one million two hundred and thirty-four thousand five hundred and sixty-seven"},
        {2000000000, "two billion"},
        {-7, "minus seven"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_string_equal(format_number_words(arena, EN, numbers[i].value), numbers[i].words);
    assert_non_null(strstr(format_number_words(arena, EN, INT64_MAX), "nine quintillion"));
    assert_string_equal(format_money_words(arena, EN, 8000, true), "Eight thousand dong only");
}

static void working_time_is_said_in_two_units(void **state)
{
    (void)state;
    struct working_time time = {.days = 2, .rest_us = 3 * 60 * MINUTE_US + 59 * MINUTE_US};
    assert_string_equal(format_working_time(arena, VI, time), "2 ngày 3 giờ");
    time.rest_us = 20 * MINUTE_US;
    assert_string_equal(format_working_time(arena, VI, time), "2 ngày 20 phút");
    time = (struct working_time){.rest_us = 61 * MINUTE_US};
    assert_string_equal(format_working_time(arena, EN, time), "1 hour 1 minute");
    time = (struct working_time){.rest_us = MINUTE_US - 1};
    assert_string_equal(format_working_time(arena, VI, time), "0 phút");
}

static void what_is_left_is_said_in_words(void **state)
{
    (void)state;
    struct working_time time = {.days = 2, .rest_us = 3 * 60 * MINUTE_US};
    struct remaining remaining = {DEADLINE_RUNNING, time};
    assert_string_equal(format_remaining(arena, VI, remaining), "Còn 2 ngày 3 giờ làm việc");
    assert_string_equal(format_remaining(arena, EN, remaining), "2 days 3 hours of working time left");
    remaining.state = DEADLINE_PAUSED;
    assert_string_equal(format_remaining(arena, VI, remaining), "Tạm dừng, còn 2 ngày 3 giờ làm việc");
    remaining.state = DEADLINE_ON_TIME;
    assert_string_equal(format_remaining(arena, VI, remaining), "Đúng hạn");
    remaining = (struct remaining){DEADLINE_LATE, {.days = 1}};
    assert_string_equal(format_remaining(arena, VI, remaining), "Quá hạn 1 ngày làm việc");
    remaining = (struct remaining){DEADLINE_LATE, {.days = 0}};
    assert_string_equal(format_remaining(arena, VI, remaining), "Quá hạn");
    remaining = (struct remaining){DEADLINE_RUNNING, {.days = 0}};
    assert_string_equal(format_remaining(arena, VI, remaining), "Đến hạn");
    remaining = (struct remaining){DEADLINE_NONE, {.days = 5}};
    assert_string_equal(format_remaining(arena, EN, remaining), "No fixed limit");
}

static void events_are_dated_from_now(void **state)
{
    (void)state;
    instant now = at("2017-02-14T10:00");
    assert_string_equal(format_ago(arena, VI, at("2017-02-14T09:59:30"), now), "vừa xong");
    assert_string_equal(format_ago(arena, VI, at("2017-02-14T09:57"), now), "3 phút trước");
    assert_string_equal(format_ago(arena, EN, at("2017-02-14T09:59"), now), "1 minute ago");
    assert_string_equal(format_ago(arena, VI, at("2017-02-14T07:05"), now), "hôm nay lúc 07:05");
    assert_string_equal(format_ago(arena, VI, at("2017-02-13T09:32"), now), "hôm qua lúc 09:32");
    assert_string_equal(format_ago(arena, VI, at("2017-02-12T09:32"), now), "09:32 12/02/2017");
    assert_string_equal(format_ago(arena, VI, at("2017-02-15T09:32"), now), "09:32 15/02/2017");
    assert_string_equal(format_limit(arena, VI, limit_of(LIMIT_WORKING_DAYS, 3)), "03 ngày làm việc");
    assert_string_equal(format_limit(arena, EN, limit_of(LIMIT_WORKING_DAYS, 3)), "3 working days");
}

static void the_language_is_negotiated(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum language language;
    } headers[] = {
        {"", VI},
        {"en", EN},
        {"en-GB,en;q=0.9,vi;q=0.8", EN},
        {"vi-VN,vi;q=0.9,en-US;q=0.6", VI},
        {"fr, de;q=0.9", VI},
        {"en;q=0.5, vi", VI},
        {"en;q=0", VI},
        {"EN_us", EN},
        {"en;q=2", VI},
        {"en;q=x, vi;q=0.1", VI},
        {",,;;==,en ; q=0.3", EN},
        {"english", VI},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (language_negotiate(str_of(headers[i].header)) != headers[i].language)
            fail_msg("%s", headers[i].header);
    enum language language = VI;
    assert_true(language_from_code(STR("en"), &language));
    assert_string_equal(language_code(language), "en");
    assert_false(language_from_code(STR("fr"), &language));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dates_follow_the_rules_of_official_papers),
        TEST(numbers_are_grouped),
        TEST(numbers_are_read_aloud_in_vietnamese),
        TEST(numbers_are_read_aloud_in_english),
        TEST(working_time_is_said_in_two_units),
        TEST(what_is_left_is_said_in_words),
        TEST(events_are_dated_from_now),
        TEST(the_language_is_negotiated),
    };
    return cmocka_run_group_tests_name("i18n: formats", tests, NULL, NULL);
}
