/* What people type and how it is read. */
#include "form/internal.h"
#include "form_test.h"

static const char *number(const char *text, bool integer)
{
    struct str decimal;
    return form_read_number(arena, str_of(text), integer, &decimal) ? decimal.data : NULL;
}

static void numbers_are_read_the_vietnamese_way(void **state)
{
    (void)state;
    static const struct {
        const char *text, *decimal;
    } cases[] = {
        {"0", "0"},
        {"007", "7"},
        {"1234", "1234"},
        {"1.234", "1234"},
        {"1.234.567", "1234567"},
        {"1.234.567,89", "1234567.89"},
        {"1234,5", "1234.5"},
        {"0,50", "0.5"},
        {"12.5", "12.5"},
        {"1,234.5", "1234.5"},
        {"1,234,567", "1234567"},
        {"1 234 567", "1234567"},
        {"8.000 đồng", "8000"},
        {"8.000đ", "8000"},
        {"8.000 VNĐ", "8000"},
        {"-3", "-3"},
        {"+3", "3"},
        {"−3,5", "-3.5"},
        {"-0", "0"},
        {"0,000", "0"},
        {"12345678901234567890,5", "12345678901234567890.5"},
        {"", NULL},
        {"-", NULL},
        {",5", NULL},
        {"5,", NULL},
        {"1.23.456", NULL},
        {"1,2,3", NULL},
        {"1.234,567.8", NULL},
        {"1e5", NULL},
        {"0x10", NULL},
        {"mười", NULL},
        {"1..2", NULL},
        {"--1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = number(cases[i].text, false);
        if (cases[i].decimal)
            assert_string_equal(got ? got : cases[i].text, cases[i].decimal);
        else
            assert_null(got);
    }
    assert_string_equal(number("8,000", true), "8000");
    assert_string_equal(number("8,000", false), "8");
    assert_string_equal(number("8,5", true), "8.5");
}

static void days_must_exist(void **state)
{
    (void)state;
    static const struct {
        const char *text, *date;
    } cases[] = {
        {"14/02/2017", "2017-02-14"},
        {"14/2/2017", "2017-02-14"},
        {"14-2-2017", "2017-02-14"},
        {"14.2.2017", "2017-02-14"},
        {"14 2 2017", "2017-02-14"},
        {" 14 / 2 / 2017 ", "2017-02-14"},
        {"2017-02-14", "2017-02-14"},
        {"29/02/2016", "2016-02-29"},
        {"29/02/2000", "2000-02-29"},
        {"29/02/1900", NULL},
        {"29/02/2017", NULL},
        {"31/04/2017", NULL},
        {"00/01/2017", NULL},
        {"01/13/2017", NULL},
        {"01/00/2017", NULL},
        {"1/1/17", NULL},
        {"1/1/02017", NULL},
        {"1/1/1799", NULL},
        {"1/1/2200", NULL},
        {"14/02", NULL},
        {"14/02/2017/1", NULL},
        {"14//02/2017", NULL},
        {"mai", NULL},
        {"", NULL},
        {"14/02/2017x", NULL},
        {"/14/02/2017", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char date[11] = "untouched";
        assert_int_equal(form_read_date(str_of(cases[i].text), date), cases[i].date != NULL);
        assert_string_equal(date, cases[i].date ? cases[i].date : "untouched");
    }
}

static void a_date_may_be_known_only_in_part(void **state)
{
    (void)state;
    char date[11];
    assert_true(form_read_partial_date(STR("1950"), date));
    assert_string_equal(date, "1950");
    assert_true(form_read_partial_date(STR("3/1950"), date));
    assert_string_equal(date, "1950-03");
    assert_true(form_read_partial_date(STR("1950-03"), date));
    assert_string_equal(date, "1950-03");
    assert_true(form_read_partial_date(STR("12/3/1950"), date));
    assert_string_equal(date, "1950-03-12");
    assert_false(form_read_partial_date(STR("50"), date));
    assert_false(form_read_partial_date(STR("13/1950"), date));
    assert_true(form_read_date_parts(STR_NULL, STR_NULL, STR("1950"), true, date));
    assert_string_equal(date, "1950");
    assert_true(form_read_date_parts(STR(""), STR("3"), STR("1950"), true, date));
    assert_string_equal(date, "1950-03");
    assert_false(form_read_date_parts(STR("5"), STR(""), STR("1950"), true, date));
    assert_false(form_read_date_parts(STR(""), STR("3"), STR("1950"), false, date));
    assert_false(form_read_date_parts(STR("0"), STR("0"), STR("1950"), true, date));
    assert_false(form_read_date_parts(STR("30"), STR("2"), STR("1950"), false, date));
}

static void times_are_read_as_they_are_written_here(void **state)
{
    (void)state;
    static const struct {
        const char *text, *time;
    } cases[] = {{"9:32", "09:32"},
                 {"09:32", "09:32"},
                 {"9h32", "09:32"},
                 {"9h", "09:00"},
                 {"9 giờ 32", "09:32"},
                 {"9 giờ", "09:00"},
                 {"9 giờ 32 phút", "09:32"},
                 {"23:59", "23:59"},
                 {"0:00", "00:00"},
                 {"24:00", NULL},
                 {"9:60", NULL},
                 {"9", NULL},
                 {":30", NULL},
                 {"9:", NULL},
                 {"9:3:2", NULL},
                 {"", NULL},
                 {"123:00", NULL},
                 {"9:003", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char time[6] = "none";
        assert_int_equal(form_read_time(str_of(cases[i].text), time), cases[i].time != NULL);
        assert_string_equal(time, cases[i].time ? cases[i].time : "none");
    }
}

static const char *cleaned(const char *text, bool multiline)
{
    struct str clean;
    assert_int_equal(form_clean_text(arena, str_of(text), multiline, &clean), STATUS_OK);
    assert_int_equal(strlen(clean.data), clean.length);
    return clean.data;
}

static void text_becomes_nfc_without_invisible_characters(void **state)
{
    (void)state;
    assert_string_equal(cleaned("Nguye\xCC\x82\xCC\x83n", false), "Nguyễn");
    assert_string_equal(cleaned("  Nguyễn\xC2\xA0Văn \t A \xE2\x80\x8B ", false), "Nguyễn Văn   A");
    assert_string_equal(cleaned("a\x01\x7F\xE2\x80\xAE"
                                "b\xEF\xBB\xBF",
                                false),
                        "ab");
    assert_string_equal(cleaned("\r\n một\r\nhai\rba\n\n", true), "một\nhai\nba");
    assert_string_equal(cleaned("một\r\nhai", false), "một hai");
    assert_string_equal(cleaned("   ", true), "");
    struct str clean;
    assert_int_equal(form_clean_text(arena, STR("a\xFF"), false, &clean), STATUS_INVALID);
    assert_int_equal(form_clean_text(arena, STR_NULL, false, &clean), STATUS_OK);
    assert_int_equal(clean.length, 0);
}

static void patterns_that_other_engines_read_differently_are_refused(void **state)
{
    (void)state;
    static const char *const portable[] = {
        "[A-Z]{2}\\d{3,}", "(?:a|b)+?c*", "\\p{Lu}\\p{L}+", "[^\\d\\-]", "a(?=b)b", "\\.\\/", "x{2}"};
    static const char *const refused[] = {"a.b",
                                          "(?i)a",
                                          "a++",
                                          "(?<n>a)",
                                          "\\1",
                                          "\\h",
                                          "[[:alpha:]]",
                                          "(?R)",
                                          "(*UTF)a",
                                          "\\Qa",
                                          "(?<=a)b",
                                          "a{,3}",
                                          "x{",
                                          "]",
                                          "\\K",
                                          "[a",
                                          "\\",
                                          "\\p{Greek}",
                                          "[]a]",
                                          "(?>a)",
                                          "a?+",
                                          "\\s",
                                          "(?#note)",
                                          "(?|a)",
                                          "\\x41",
                                          "(?=a)*",
                                          "(?=a){2}",
                                          "(?!a)+b",
                                          "((?=a))(?=(?:b))?",
                                          "^*a",
                                          "a$?"};
    for (size_t i = 0; i < sizeof portable / sizeof *portable; i++) {
        assert_null(form_pattern_unportable(portable[i]));
        assert_non_null(form_pattern_compile(arena, portable[i]));
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_non_null(form_pattern_unportable(refused[i]));
    const pcre2_code *regex = form_pattern_compile(arena, "(a+)+b|[0-9]{3}");
    assert_int_equal(form_pattern_match(regex, STR("123")), PATTERN_MATCHES);
    assert_int_equal(form_pattern_match(regex, STR("1234")), PATTERN_DIFFERS);
    assert_int_equal(form_pattern_match(regex, STR("123\n")), PATTERN_DIFFERS);
}

/* A long text that fits is no endless one; and what cannot be decided is no refusal. */
static void a_pattern_that_reaches_its_limits_says_so(void **state)
{
    (void)state;
    static char longest[20000];
    memset(longest, 'a', sizeof longest);
    static const char *const linear[] = {"(?:a|b)*", "(?:a|b)*?", "[a-z]+", "(?:[a-z]+ ?)*", "(?=a)[ab]*"};
    for (size_t i = 0; i < sizeof linear / sizeof *linear; i++) {
        const pcre2_code *regex = form_pattern_compile(arena, linear[i]);
        assert_int_equal(form_pattern_match(regex, str_make(longest, 1000)), PATTERN_MATCHES);
        assert_int_equal(form_pattern_match(regex, str_make(longest, sizeof longest)), PATTERN_MATCHES);
    }
    assert_false(form_pattern_runs_away(form_pattern_compile(arena, "(?:a|b)*"), 5000));
    assert_false(form_pattern_runs_away(form_pattern_compile(arena, "[A-Z]{2}\\d{3,}"), 5));
    const pcre2_code *endless = form_pattern_compile(arena, "(a+)+[bc]");
    assert_int_equal(form_pattern_match(endless, str_make(longest, 500)), PATTERN_UNDECIDED);
    assert_true(form_pattern_runs_away(endless, 500));
    assert_false(form_pattern_runs_away(endless, 5));
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        form_test(numbers_are_read_the_vietnamese_way),
        form_test(days_must_exist),
        form_test(a_date_may_be_known_only_in_part),
        form_test(times_are_read_as_they_are_written_here),
        form_test(text_becomes_nfc_without_invisible_characters),
        form_test(patterns_that_other_engines_read_differently_are_refused),
        form_test(a_pattern_that_reaches_its_limits_says_so),
    };
    return cmocka_run_group_tests_name("form_text", tests, NULL, NULL);
}
