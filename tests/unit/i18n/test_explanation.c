/* The explanation of a due date in words, from the clock to the table. */
#include "i18n_support.h"

#include "motcua/i18n/explanation.h"

static const char definition[] =
    "{\"format\":\"motcua-calendar/"
    "1\",\"notices\":[{\"id\":\"n\",\"from\":\"2017-01-01\",\"to\":\"2017-12-31\",\"days\":["
    "{\"date\":\"2017-02-14\",\"kind\":\"holiday\",\"reason\":\"Ngày hội\",\"legal\":\"Điều 1\"}]}],"
    "\"rule_sets\":[{\"id\":\"r\",\"hours\":{\"monday\":[\"08:00-12:00\",\"13:00-17:00\"],\"tuesday\":[\"08:"
    "00-12:00\","
    "\"13:00-17:00\"],\"wednesday\":[\"08:00-12:00\",\"13:00-17:00\"],\"thursday\":[\"08:00-12:00\",\"13:00-"
    "17:00\"],"
    "\"friday\":[\"08:00-12:00\",\"13:00-17:00\"]}}],\"agencies\":[{\"id\":\"a\"}]}";

static struct explanation_table table(const char *received, const char *text, const struct pause *pause,
                                      enum language language)
{
    struct str json = str_of(definition);
    struct calendar_definition read;
    struct calendar *calendar = NULL;
    struct catalogue *english = NULL;
    struct deadline deadline = {0};
    struct deadline_request request = {.pauses = pause, .pause_count = pause == NULL ? 0 : 1};
    assert_int_equal(calendar_definition_read(arena, &json, 1, NULL, &read, NULL), STATUS_OK);
    assert_int_equal(calendar_create(arena, &read, &calendar, NULL), STATUS_OK);
    assert_int_equal(catalogue_read(arena, catalogue_embedded("en"), &english, NULL), STATUS_OK);
    assert_int_equal(civil_parse_instant(str_of(received), &request.received), STATUS_OK);
    assert_int_equal(limit_parse(arena, str_of(text), &request.limit, NULL), STATUS_OK);
    assert_int_equal(calendar_due(arena, calendar, &request, &deadline, NULL), STATUS_OK);
    return explanation_describe(arena, language == LANGUAGE_ENGLISH ? english : NULL, language, &deadline,
                                request.limit);
}

static const char *shown(const struct explanation_table *of)
{
    const char *text = arena_printf(arena, "%s\n", of->intro);
    for (size_t i = 0; i < of->count; i++) {
        const struct explanation_row *row = &of->rows[i];
        text = arena_printf(arena, "%s%s | %s%s%s%s | %s | %s\n", text, row->date, row->reason,
                            row->basis == NULL ? "" : " [", row->basis == NULL ? "" : row->basis,
                            row->basis == NULL ? "" : "]", row->counted == NULL ? "" : row->counted,
                            row->total == NULL ? "" : row->total);
    }
    return arena_printf(arena, "%s%s", text, of->conclusion);
}

static void working_days_are_told_day_by_day(void **state)
{
    (void)state;
    struct explanation_table vietnamese =
        table("2017-02-13T10:17", "2 working days", NULL, LANGUAGE_VIETNAMESE);
    assert_null(vietnamese.warning);
    assert_string_equal(
        shown(&vietnamese),
        "Tiếp nhận lúc 10 giờ 17 phút, ngày 13/02/2017; thời hạn: 02 ngày làm việc.\n"
        "Thứ Hai 13/02/2017 | Ngày tiếp nhận, chưa tính là ngày thứ nhất, lúc 10:17 | 5 giờ 43 phút | 5 giờ "
        "43 phút\n"
        "Thứ Ba 14/02/2017 | Nghỉ lễ, tết: Ngày hội [Điều 1] |  | \n"
        "Thứ Tư 15/02/2017 | Ngày làm việc, ngày thứ 1 (08:00–17:00) | 8 giờ | 13 giờ 43 phút\n"
        "Thứ Năm 16/02/2017 | Ngày làm việc, ngày thứ 2 (08:00–10:17) | 2 giờ 17 phút | 16 giờ\n"
        "Hẹn trả kết quả lúc 10 giờ 17 phút, ngày 16/02/2017.");
    struct explanation_table english = table("2017-02-13T10:17", "2 working days", NULL, LANGUAGE_ENGLISH);
    assert_string_equal(english.intro, "Received at 10:17, 13/02/2017; time limit: 2 working days.");
    assert_string_equal(english.rows[2].reason, "Working day, day 1 (08:00–17:00)");
    assert_string_equal(english.rows[1].reason, "Public holiday: Ngày hội");
}

static void calendar_days_are_told_as_days(void **state)
{
    (void)state;
    struct explanation_table of = table("2017-02-10T10:17", "2 days", NULL, LANGUAGE_VIETNAMESE);
    assert_string_equal(
        shown(&of),
        "Tiếp nhận lúc 10 giờ 17 phút, ngày 10/02/2017; thời hạn: 02 ngày.\n"
        "Thứ Sáu 10/02/2017 | Ngày tiếp nhận, chưa tính là ngày thứ nhất, lúc 10:17 |  | \n"
        "Thứ Bảy 11/02/2017 | Tính theo ngày liên tục, ngày thứ 1 | 1 ngày | 1 ngày\n"
        "Chủ nhật 12/02/2017 | Tính theo ngày liên tục, ngày thứ 2 (00:00–10:17) | 1 ngày | 2 ngày\n"
        "Chủ nhật 12/02/2017 | Hạn rơi vào ngày nghỉ, chuyển sang ngày làm việc kế tiếp |  | \n"
        "Hẹn trả kết quả lúc 10 giờ 17 phút, ngày 13/02/2017.");
}

static void a_stopped_clock_says_what_is_left(void **state)
{
    (void)state;
    struct pause pause = {.to = INSTANT_NONE, .reason = "Chờ bổ sung giấy tờ"};
    assert_int_equal(civil_parse_instant(STR("2017-02-13T13:00"), &pause.from), STATUS_OK);
    struct explanation_table of = table("2017-02-13T10:00", "4 working hours", &pause, LANGUAGE_VIETNAMESE);
    assert_string_equal(of.conclusion, "Đang tạm dừng tính thời gian; khi tính tiếp còn 2 giờ.");
    assert_string_equal(of.rows[1].reason, "Tạm dừng tính thời gian (13:00–24:00): Chờ bổ sung giấy tờ");
    of = table("2017-02-13T10:00", "none", NULL, LANGUAGE_ENGLISH);
    assert_string_equal(of.conclusion, "The law sets no limit for this procedure.");
    of = table("2018-02-13T10:00", "1 working day", NULL, LANGUAGE_VIETNAMESE);
    assert_non_null(of.warning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(working_days_are_told_day_by_day),
        TEST(calendar_days_are_told_as_days),
        TEST(a_stopped_clock_says_what_is_left),
    };
    return cmocka_run_group_tests_name("i18n: explanations", tests, NULL, NULL);
}
