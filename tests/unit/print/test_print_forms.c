/* The forms 01 to 05 with the example data: complete, on the pages expected, their text to be read back. */
#include "support.h"

static const char *const names[] = {"layouts/form",     "partials/person",    "partials/papers",
                                    "appointment-slip", "supplement-request", "refusal",
                                    "apology",          "control-sheet"};

static void note_missing(void *context, const char *template_name, unsigned line, const char *name,
                         bool found)
{
    (void)template_name;
    (void)line;
    struct buf *missing = context;
    if (!found) buf_printf(missing, "%s ", name);
}

/* Text of the form `name` rendered with its example; `change` may alter the view. */
static void read_form(const char *name, void change(json_t *view), struct buf *text, int *pages,
                      struct buf *missing)
{
    ARENA_AUTO arena = arena_create(16 << 20);
    struct mustache_set *set = mustache_create(arena, &(struct mustache_options){.mode = MUSTACHE_XML});
    struct error error = {.detail = NULL};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        BUF_AUTO source = BUF_WITH_MAXIMUM(1 << 20);
        read_source_file(arena_printf(arena, "templates/print/%s.xml", names[i]), &source);
        if (mustache_add(set, arena_printf(arena, "print/%s", names[i]), buf_str(&source), &error) !=
            STATUS_OK)
            fail_msg("%s", error.detail);
    }
    const struct mustache_template *template;
    if (mustache_compile(set, arena_printf(arena, "print/%s", name), &template, &error) != STATUS_OK)
        fail_msg("%s", error.detail);
    BUF_AUTO data = BUF_WITH_MAXIMUM(1 << 20);
    read_source_file(arena_printf(arena, "tests/vectors/print/%s.json", name), &data);
    json_t *view = json_loadb(data.data, data.length, 0, NULL);
    assert_non_null(view);
    if (change != NULL) change(view);
    BUF_AUTO markup = BUF_WITH_MAXIMUM(1 << 20);
    assert_int_equal(mustache_render_observed(template, view, &markup, note_missing, missing, &error),
                     STATUS_OK);
    json_decref(view);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(8 << 20);
    make_pdf(markup.data, &pdf);
    pdf_text(&pdf, text);
    *pages = pdf_pages(&pdf);
}

static void check_form(const char *name, void change(json_t *view), int expected_pages,
                       const char *const *parts)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO missing = BUF_WITH_MAXIMUM(1 << 16);
    int pages;
    read_form(name, change, &text, &pages, &missing);
    assert_int_equal(pages, expected_pages);
    for (; *parts != NULL; parts++)
        assert_contains(text.data, *parts);
    assert_contains(text.data, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    assert_contains(text.data, "Độc lập - Tự do - Hạnh phúc");
}

static void the_appointment_slip_fits_on_one_page(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "ỦY BAN NHÂN DÂN QUẬN BA ĐÌNH",
        "BỘ PHẬN TIẾP NHẬN\nVÀ TRẢ KẾT QUẢ",
        "Mã hồ sơ: 000.00.01.H26-170112-0361",
        "GIẤY TIẾP NHẬN HỒ SƠ\nVÀ HẸN TRẢ KẾT QUẢ",
        "Tiếp nhận hồ sơ của: Nguyễn Thị Phượng Vỹ",
        "5. Thời gian trả kết quả giải quyết hồ sơ: 09 giờ 32 phút, ngày 17/01/2017",
        "7. Phí, lệ phí: Lệ phí đăng ký hộ kinh doanh: 100.000 đồng (thu trước)",
        "NGƯỜI NỘP HỒ SƠ",
        "Lê Thị Ngọc Diễm",
        NULL};
    check_form("appointment-slip", NULL, 1, parts);
}

static void make_online(json_t *view)
{
    json_object_set_new(view, "online", json_true());
}

static void an_online_slip_is_signed_by_the_receiver_only(void **state)
{
    (void)state;
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO missing = BUF_WITH_MAXIMUM(1 << 16);
    int pages;
    read_form("appointment-slip", make_online, &text, &pages, &missing);
    assert_null(strstr(text.data, "NGƯỜI NỘP HỒ SƠ"));
    assert_contains(text.data, "NGƯỜI TIẾP NHẬN HỒ SƠ");
}

static void the_supplement_request_names_papers_and_reasons(void **state)
{
    (void)state;
    static const char *const parts[] = {"PHIẾU YÊU CẦU BỔ SUNG,\nHOÀN THIỆN HỒ SƠ",
                                        "Hồ sơ của Ông/Bà: Nguyễn Thị Phượng Vỹ",
                                        "Chưa có trong hồ sơ",
                                        "Lý do: Hồ sơ thiết kế chưa đủ thành phần theo quy định.\n",
                                        "16 giờ 30 phút, ngày 23/02/2017",
                                        "NGƯỜI HƯỚNG DẪN",
                                        NULL};
    check_form("supplement-request", NULL, 1, parts);
}

static void the_refusal_gives_its_reason(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "PHIẾU TỪ CHỐI TIẾP NHẬN,\nGIẢI QUYẾT HỒ SƠ", "với lý do cụ thể như sau:",
        "Đề nghị Ông/Bà nộp hồ sơ tại Ủy ban nhân dân phường Thụy Khuê, quận Tây Hồ.",
        "Xin thông báo cho Ông/Bà được biết và thực hiện.", NULL};
    check_form("refusal", NULL, 1, parts);
}

static void the_apology_names_the_new_day(void **state)
{
    (void)state;
    static const char *const parts[] = {"PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ",
                                        "Kính gửi: Ông/Bà Nguyễn Thị Phượng Vỹ",
                                        "16 giờ 30 phút, ngày 21/02/2017",
                                        "Nơi nhận:",
                                        "- Lưu: VT.",
                                        "KT. CHỦ TỊCH",
                                        "PHÓ CHỦ TỊCH",
                                        NULL};
    check_form("apology", NULL, 1, parts);
}

static void the_control_sheet_repeats_its_head_on_the_second_page(void **state)
{
    (void)state;
    static const char *const parts[] = {"PHIẾU KIỂM SOÁT\nQUÁ TRÌNH GIẢI QUYẾT HỒ SƠ", "Trả lời", NULL};
    check_form("control-sheet", NULL, 2, parts);
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO missing = BUF_WITH_MAXIMUM(1 << 16);
    int pages;
    read_form("control-sheet", NULL, &text, &pages, &missing);
    assert_int_equal(occurrences(text.data, "TÊN CƠ QUAN"), 2);
    assert_int_equal(occurrences(text.data, "Người giao"), 6);
}

static void set_hostile(json_t *view)
{
    json_t *owner = json_object_get(view, "owner");
    json_object_set_new(owner, "name", json_string("</p><page-break/>\"'&<b>Ễ\x01"));
}

static void values_cannot_bring_markup(void **state)
{
    (void)state;
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO missing = BUF_WITH_MAXIMUM(1 << 16);
    int pages;
    read_form("apology", set_hostile, &text, &pages, &missing);
    assert_int_equal(pages, 1);
    assert_contains(text.data, "</p><page-break/>\"'&<b>Ễ");
}

static void fill_long(json_t *view)
{
    json_t *papers = json_object_get(view, "papers");
    for (int i = 0; i < 60; i++)
        json_array_append_new(papers, json_pack("{sssi}", "name", "Giấy tờ kèm theo", "original", 1));
    BUF_AUTO reason = BUF_WITH_MAXIMUM(1 << 20);
    for (int i = 0; i < 800; i++)
        buf_append_cstr(&reason, "lý do rất dài, ");
    json_object_set_new(view, "reason", json_string(reason.data));
}

static void a_long_form_runs_over_pages(void **state)
{
    (void)state;
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO missing = BUF_WITH_MAXIMUM(1 << 16);
    int pages;
    read_form("supplement-request", fill_long, &text, &pages, &missing);
    assert_in_range(pages, 4, 7);
    assert_int_equal(occurrences(text.data, "Giấy tờ kèm theo"), 60);
    assert_contains(text.data, "NGƯỜI HƯỚNG DẪN");
}

static void the_example_gives_every_field_that_a_form_needs(void **state)
{
    (void)state;
    static const char *const optional = " copy certified original note result online ";
    for (size_t i = 3; i < sizeof names / sizeof *names; i++) {
        BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
        BUF_AUTO missing = BUF_WITH_MAXIMUM(1 << 16);
        int pages;
        read_form(names[i], NULL, &text, &pages, &missing);
        struct str rest = buf_str(&missing), name;
        while (str_split(rest, ' ', &name, &rest)) {
            char padded[64];
            snprintf(padded, sizeof padded, " %.*s ", STR_ARG(name));
            if (strcmp(names[i], "control-sheet") == 0 && str_equal(name, STR("number"))) continue;
            if (strstr(optional, padded) == NULL)
                fail_msg("%s: no example has \"%.*s\"", names[i], STR_ARG(name));
        }
    }
}

static int finish(void **state)
{
    (void)state;
    print_finish();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_appointment_slip_fits_on_one_page),
        cmocka_unit_test(an_online_slip_is_signed_by_the_receiver_only),
        cmocka_unit_test(the_supplement_request_names_papers_and_reasons),
        cmocka_unit_test(the_refusal_gives_its_reason),
        cmocka_unit_test(the_apology_names_the_new_day),
        cmocka_unit_test(the_control_sheet_repeats_its_head_on_the_second_page),
        cmocka_unit_test(values_cannot_bring_markup),
        cmocka_unit_test(a_long_form_runs_over_pages),
        cmocka_unit_test(the_example_gives_every_field_that_a_form_needs),
    };
    return cmocka_run_group_tests_name("forms in print", tests, NULL, finish);
}
