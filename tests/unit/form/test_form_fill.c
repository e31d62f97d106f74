/* Filling in: reading pages, conditions, computed values, validation, groups, exits. */
#include "form_test.h"

static void each_kind_reads_what_people_type(void **state)
{
    (void)state;
    static const struct {
        const char *field, *sent, *answer;
    } cases[] = {
        {"\"kind\":\"text\"", "  Hà  Nội ", "\"Hà  Nội\""},
        {"\"kind\":\"person_name\"", " Nguyễn   Thị  Lan ", "\"Nguyễn Thị Lan\""},
        {"\"kind\":\"email\"", "Lan.Anh@Example.COM", "\"Lan.Anh@example.com\""},
        {"\"kind\":\"phone\"", "+84 912.345.678", "\"0912345678\""},
        {"\"kind\":\"phone\"", "(+84) 912-345-678", "\"0912345678\""},
        {"\"kind\":\"phone\"", "84912345678", "\"0912345678\""},
        {"\"kind\":\"phone\"", "12", "\"12\""},
        {"\"kind\":\"number\"", "1.234,5", "1234.5"},
        {"\"kind\":\"number\"", "abc", "\"abc\""},
        {"\"kind\":\"integer\"", "1.234", "1234"},
        {"\"kind\":\"money\"", "8.000 đồng", "8000"},
        {"\"kind\":\"money\"", "8,000", "8000"},
        {"\"kind\":\"date\"", "5/2/2017", "\"2017-02-05\""},
        {"\"kind\":\"date\"", "30/2/2017", "\"30/2/2017\""},
        {"\"kind\":\"partial_date\"", "3/1950", "\"1950-03\""},
        {"\"kind\":\"time\"", "9h30", "\"09:30\""},
        {"\"kind\":\"yes_no\"", "true", "true"},
        {"\"kind\":\"yes_no\"", "maybe", "\"maybe\""},
        {"\"kind\":\"consent\"", "true", "true"},
        {"\"kind\":\"personal_id\"", "001 085 012 345", "\"001085012345\""},
        {"\"kind\":\"identity_card\"", "012.345.678", "\"012345678\""},
        {"\"kind\":\"passport\"", "b 1234567", "\"B1234567\""},
        {"\"kind\":\"tax_code\"", "0100109106001", "\"0100109106-001\""},
        {"\"kind\":\"dossier\"", "000.00.01.h26-170214-0001", "\"000.00.01.H26-170214-0001\""},
        {"\"kind\":\"country\"", "VN", "\"VN\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct form *form =
            form_with(arena_printf(arena, "{\"key\":\"a\",\"label\":\"A\",%s}", cases[i].field));
        json_auto answers = submit(form, NULL, "a", cases[i].sent);
        assert_json(answers, arena_printf(arena, "{\"a\":%s}", cases[i].answer));
        json_auto cleared = submit(form, answers, "a", "  ");
        assert_json(cleared, "{}");
    }
}

static void values_of_several_controls_are_read_together(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"d\",\"kind\":\"date\",\"label\":\"D\"},{\"key\":\"r\",\"kind\":\"date_range\",\"label\":"
        "\"R\"},"
        "{\"key\":\"a\",\"kind\":\"address\",\"label\":\"A\",\"city\":\"01\"},"
        "{\"key\":\"b\",\"kind\":\"bank_account\",\"label\":\"B\"},{\"key\":\"s\",\"kind\":\"signature\","
        "\"label\":\"S\",\"consent_text\":\"C\"},{\"key\":\"m\",\"kind\":\"map_point\",\"label\":\"M\"}");
    json_auto answers =
        submit(form, NULL, "d.day", "5", "d.month", "02", "d.year", "2017", "r.from", "1/1/2017", "r.to.day",
               "2", "r.to.month", "1", "r.to.year", "2017", "a.district", "005", "a.commune", "00166",
               "a.line", " Số 1 ", "a.city", "79", "b.bank", "vcb", "b.number", "0011 0022 33", "b.holder",
               "LAN", "s.name", "Lan", "s.consent", "true", "m.lat", "21,0285", "m.lon", "105,8542");
    assert_json(answers,
                "{\"d\":\"2017-02-05\",\"r\":{\"from\":\"2017-01-01\",\"to\":\"2017-01-02\"},\"a\":{\"city\":"
                "\"01\",\"district\":\"005\","
                "\"commune\":\"00166\",\"line\":\"Số "
                "1\"},\"b\":{\"bank\":\"vcb\",\"number\":\"0011002233\",\"holder\":\"LAN\"},"
                "\"s\":{\"name\":\"Lan\",\"consent\":true},\"m\":{\"lat\":21.0285,\"lon\":105.8542}}");
    json_auto typo = submit(form, answers, "d.day", "31", "d.month", "2", "d.year", "2017", "a.city", "",
                            "a.district", "", "a.commune", "", "a.line", "");
    assert_json(json_object_get(typo, "d"), "\"31/2/2017\"");
    assert_null(json_object_get(typo, "a"));
    assert_json(json_object_get(typo, "m"), "{\"lat\":21.0285,\"lon\":105.8542}");
}

static void unticked_boxes_clear_only_what_was_visible(void **state)
{
    (void)state;
    const char *options = "\"options\":[{\"value\":\"x\",\"label\":\"X\"},{\"value\":\"y\",\"label\":\"Y\"}]";
    const struct form *form =
        form_with(arena_printf(arena,
                               "{\"key\":\"show\",\"kind\":\"yes_no\",\"label\":\"S\"},{\"key\":\"m\","
                               "\"kind\":\"several\",\"label\":\"M\",%s},"
                               "{\"key\":\"h\",\"kind\":\"several\",\"label\":\"H\",\"visible_if\":\"show\",%"
                               "s},{\"key\":\"t\",\"kind\":\"text\",\"label\":\"T\"}",
                               options, options));
    json_auto before = submit(form, NULL, "show", "true", "m", "x", "m", "y", "h", "x", "t", "giữ");
    assert_json(before, "{\"show\":true,\"m\":[\"x\",\"y\"],\"h\":[\"x\"],\"t\":\"giữ\"}");
    json_auto hidden = submit(form, before, "show", "false", "m", "x", "h", "x");
    assert_json(hidden, "{\"show\":false,\"m\":[\"x\"],\"h\":[\"x\"],\"t\":\"giữ\"}");
    json_auto still = submit(form, hidden, "show", "false");
    assert_json(still, "{\"show\":false,\"h\":[\"x\"],\"t\":\"giữ\"}");
    assert_string_equal(data_of(form, "{\"show\":false,\"h\":[\"x\"]}"), "{\"show\":false}");
}

static void conditions_hide_and_require(void **state)
{
    (void)state;
    const struct form *form =
        form_with("{\"key\":\"thay\",\"kind\":\"yes_no\",\"label\":\"Nộp thay\",\"required\":true},"
                  "{\"key\":\"quan_he\",\"kind\":\"text\",\"label\":\"Quan "
                  "hệ\",\"visible_if\":\"thay\",\"required\":true},"
                  "{\"key\":\"so\",\"kind\":\"integer\",\"label\":\"Số\",\"required_if\":\"thay = "
                  "false\",\"minimum\":1,\"maximum\":10,"
                  "\"valid_if\":\"so != 7\",\"message\":\"Không dùng số 7.\"}");
    assert_string_equal(errors_of(form, "{}"), "thay:form.required");
    assert_string_equal(errors_of(form, "{\"thay\":true}"), "quan_he:form.required");
    assert_string_equal(errors_of(form, "{\"thay\":true,\"quan_he\":\"con\"}"), "");
    assert_string_equal(errors_of(form, "{\"thay\":false}"), "so:form.required");
    assert_string_equal(errors_of(form, "{\"thay\":false,\"so\":0}"), "so:form.minimum");
    assert_string_equal(errors_of(form, "{\"thay\":false,\"so\":11}"), "so:form.maximum");
    assert_string_equal(errors_of(form, "{\"thay\":false,\"so\":7}"), "so:form.condition");
    assert_string_equal(errors_of(form, "{\"thay\":false,\"so\":8}"), "");
    assert_string_equal(errors_of(form, "{\"thay\":\"x\",\"so\":\"bảy\"}"), "thay:form.type so:form.integer");
    assert_string_equal(data_of(form, "{\"thay\":false,\"quan_he\":\"con\",\"so\":\"bảy\"}"),
                        "{\"thay\":false}");
}

static void a_pattern_without_end_is_reported_and_not_blamed_on_the_answer(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"pattern\":\"(a+)+[bc]\",\"pattern_message\":"
        "\"Sai\"}");
    json_auto answers = json_of("{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad\"}");
    assert_string_equal(errors_of(form, json_canonical_arena(answers, arena, 1000).data),
                        "a:form.pattern_limit");
    FORM_STATE_AUTO evaluated = {0};
    assert_int_equal(form_evaluate(form, arena, answers, &environment, &evaluated), STATUS_OK);
    assert_non_null(strstr(evaluated.trouble, "fields[0]"));
}

static void messages_are_in_the_words_of_the_definition_or_the_catalogue(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"so\",\"kind\":\"integer\",\"label\":{\"vi\":\"Số\",\"en\":\"Number\"},\"maximum\":1000,"
        "\"required\":true,\"valid_if\":\"so > 1\",\"message\":{\"vi\":\"Phải lớn hơn 1.\",\"en\":\"More "
        "than 1.\"}}");
    struct form_environment english = environment;
    english.language = "en";
    struct form_errors errors;
    json_auto one = json_of("{\"so\":1}");
    assert_int_equal(form_validate(form, arena, 0, one, &english, &errors), STATUS_OK);
    assert_string_equal(errors.list[0].text, "More than 1.");
    assert_string_equal(errors.list[0].label, "Number");
    json_auto much = json_of("{\"so\":1001}");
    assert_int_equal(form_validate(form, arena, 0, much, &environment, &errors), STATUS_OK);
    assert_string_equal(errors.list[0].text, "Giá trị không được vượt quá 1.000.");
    assert_int_equal(form_validate(form, arena, 0, NULL, &environment, &errors), STATUS_OK);
    assert_string_equal(errors.list[0].text, "Hãy nhập thông tin này.");
    assert_int_equal(form_validate(form, arena, 1, NULL, &environment, &errors), STATUS_NOT_FOUND);
}

static void computed_values_settle_in_the_order_of_dependencies(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"tong\",\"kind\":\"money\",\"label\":\"T\",\"value\":\"phi + 1000\"},"
        "{\"key\":\"phi\",\"kind\":\"money\",\"label\":\"P\",\"value\":\"so_ban * don_gia\"},"
        "{\"key\":\"don_gia\",\"kind\":\"integer\",\"label\":\"Đ\",\"value\":\"if mien then 0 else 8000\"},"
        "{\"key\":\"so_ban\",\"kind\":\"integer\",\"label\":\"S\"},{\"key\":\"mien\",\"kind\":\"yes_no\","
        "\"label\":\"M\"}");
    assert_string_equal(data_of(form, "{\"so_ban\":3,\"mien\":false,\"tong\":1}"),
                        "{\"don_gia\":8000,\"mien\":false,\"phi\":24000,\"so_ban\":3,\"tong\":25000}");
    assert_string_equal(data_of(form, "{\"so_ban\":3,\"mien\":true}"),
                        "{\"don_gia\":0,\"mien\":true,\"phi\":0,\"so_ban\":3,\"tong\":1000}");
    assert_string_equal(data_of(form, "{}"), "{\"don_gia\":8000}");
    json_auto forged = submit(form, NULL, "phi", "1", "tong", "1", "so_ban", "2");
    assert_json(forged, "{\"so_ban\":2}");
}

static void a_hidden_condition_chain_collapses(void **state)
{
    (void)state;
    const struct form *form = form_with("{\"key\":\"a\",\"kind\":\"yes_no\",\"label\":\"A\"},{\"key\":\"b\","
                                        "\"kind\":\"yes_no\",\"label\":\"B\","
                                        "\"visible_if\":\"a\"},{\"key\":\"c\",\"kind\":\"text\",\"label\":"
                                        "\"C\",\"visible_if\":\"b\",\"required\":true}");
    assert_string_equal(errors_of(form, "{\"a\":true,\"b\":true}"), "c:form.required");
    assert_string_equal(errors_of(form, "{\"a\":false,\"b\":true}"), "");
    assert_string_equal(data_of(form, "{\"a\":false,\"b\":true,\"c\":\"x\"}"), "{\"a\":false}");
}

static const char *household(void)
{
    return "{\"key\":\"nguoi\",\"kind\":\"group\",\"label\":\"Người\",\"min_rows\":1,\"max_rows\":3,"
           "\"required\":true,\"totals\":[\"phan\"],"
           "\"valid_if\":\"sum(for r in nguoi return r.phan) = 100\",\"message\":\"Tổng phải bằng "
           "100.\",\"fields\":["
           "{\"key\":\"ten\",\"kind\":\"person_name\",\"label\":\"Tên\",\"required\":true},"
           "{\"key\":\"phan\",\"kind\":\"integer\",\"label\":\"Phần\",\"required\":true,\"valid_if\":\"row_"
           "number != 2 or phan < 100\",\"message\":\"M\"},"
           "{\"key\":\"con\",\"kind\":\"yes_no\",\"label\":\"Con\"},"
           "{\"key\":\"sinh\",\"kind\":\"date\",\"label\":\"Sinh\",\"visible_if\":\"con\",\"required\":true,"
           "\"maximum\":\"today\"}]}";
}

static void rows_are_kept_in_order_added_and_removed(void **state)
{
    (void)state;
    const struct form *form = form_with(household());
    enum form_action action;
    json_auto answers = submit(form, NULL, "nguoi[0].ten", "Lê A", "nguoi[0].phan", "60", "nguoi[3].ten",
                               "Lê B", "nguoi[3].phan", "40", "nguoi[3].con", "true", "nguoi[1].ten", "",
                               "nguoi[x].ten", "Ma", "nguoi[-1].ten", "Ma", "nguoi[99999].ten", "Ma");
    assert_json(answers,
                "{\"nguoi\":[{\"ten\":\"Lê A\",\"phan\":60},{\"ten\":\"Lê B\",\"phan\":40,\"con\":true}]}");
    const char *const add[] = {"nguoi[0].ten", "Lê A", "nguoi[1].ten", "Lê B", "_add", "nguoi", NULL};
    json_auto added = submit_action(form, answers, &action, add);
    assert_int_equal(action, FORM_ACTION_ADD_ROW);
    assert_int_equal(json_array_size(json_object_get(added, "nguoi")), 3);
    const char *const more[] = {"nguoi[0].ten", "Lê A", "nguoi[1].ten", "Lê B", "nguoi[2].ten",
                                "Lê C",         "_add", "nguoi",        NULL};
    json_auto full = submit_action(form, added, &action, more);
    assert_int_equal(json_array_size(json_object_get(full, "nguoi")), 3);
    const char *const remove[] = {"nguoi[0].ten", "Lê A",    "nguoi[1].ten", "Lê B", "nguoi[2].ten",
                                  "Lê C",         "_remove", "nguoi[1]",     NULL};
    json_auto removed = submit_action(form, added, &action, remove);
    assert_int_equal(action, FORM_ACTION_REMOVE_ROW);
    assert_string_equal(json_get_cstr(json_array_get(json_object_get(removed, "nguoi"), 1), "ten", ""),
                        "Lê C");
    const char *const nonsense[] = {"_remove", "nguoi[zz", NULL};
    json_auto kept = submit_action(form, answers, &action, nonsense);
    assert_int_equal(action, FORM_ACTION_NONE);
    assert_json(kept,
                "{\"nguoi\":[{\"ten\":\"Lê A\",\"phan\":60},{\"ten\":\"Lê B\",\"phan\":40,\"con\":true}]}");
}

static void rows_are_validated_one_by_one_and_together(void **state)
{
    (void)state;
    const struct form *form = form_with(household());
    assert_string_equal(errors_of(form, "{}"), "nguoi:form.required");
    assert_string_equal(errors_of(form, "{\"nguoi\":[{\"ten\":\"Lê A\",\"phan\":100}]}"), "");
    assert_string_equal(errors_of(form, "{\"nguoi\":[{\"ten\":\"Lê A\",\"phan\":60}]}"),
                        "nguoi:form.condition");
    assert_string_equal(
        errors_of(
            form,
            "{\"nguoi\":[{\"ten\":\"A\",\"phan\":0},{\"phan\":100,\"con\":true,\"sinh\":\"2017-02-15\"}]}"),
        "nguoi[0].ten:form.name nguoi[1].ten:form.required nguoi[1].phan:form.condition "
        "nguoi[1].sinh:form.date_maximum");
    assert_string_equal(errors_of(form, "{\"nguoi\":[{},{},{},{}]}"),
                        "nguoi:form.rows_maximum nguoi[0].ten:form.required nguoi[0].phan:form.required "
                        "nguoi[1].ten:form.required "
                        "nguoi[1].phan:form.required nguoi[2].ten:form.required nguoi[2].phan:form.required "
                        "nguoi[3].ten:form.required "
                        "nguoi[3].phan:form.required");
    assert_string_equal(errors_of(form, "{\"nguoi\":\"x\"}"), "nguoi:form.type");
}

static void pages_have_states_and_an_exit_ends_the_form(void **state)
{
    (void)state;
    const struct form *form = form_from(
        "{\"form\":\"a\",\"title\":\"A\",\"pages\":[{\"key\":\"p1\",\"title\":\"1\",\"exits\":[{\"if\":\"a = "
        "0\",\"title\":\"Dừng\","
        "\"message\":\"Không cần hồ "
        "sơ.\"}],\"fields\":[{\"key\":\"a\",\"kind\":\"integer\",\"label\":\"A\",\"required\":true}]},"
        "{\"key\":\"p2\",\"title\":\"2\",\"visible_if\":\"a > "
        "1\",\"fields\":[{\"key\":\"b\",\"kind\":\"text\",\"label\":\"B\","
        "\"required\":true},{\"key\":\"c\",\"kind\":\"text\",\"label\":\"C\"}]}]}");
    static const struct {
        const char *answers;
        enum form_page_state first, second;
        bool complete, exit;
    } cases[] = {
        {"{}", FORM_PAGE_EMPTY, FORM_PAGE_HIDDEN, false, false},
        {"{\"a\":\"x\"}", FORM_PAGE_INCOMPLETE, FORM_PAGE_HIDDEN, false, false},
        {"{\"a\":1}", FORM_PAGE_COMPLETE, FORM_PAGE_HIDDEN, true, false},
        {"{\"a\":2}", FORM_PAGE_COMPLETE, FORM_PAGE_EMPTY, false, false},
        {"{\"a\":2,\"c\":\"x\"}", FORM_PAGE_COMPLETE, FORM_PAGE_INCOMPLETE, false, false},
        {"{\"a\":2,\"b\":\"x\"}", FORM_PAGE_COMPLETE, FORM_PAGE_COMPLETE, true, false},
        {"{\"a\":0}", FORM_PAGE_COMPLETE, FORM_PAGE_HIDDEN, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_auto answers = json_of(cases[i].answers);
        FORM_STATE_AUTO result = {0};
        assert_int_equal(form_evaluate(form, arena, answers, &environment, &result), STATUS_OK);
        assert_int_equal(result.pages[0], cases[i].first);
        assert_int_equal(result.pages[1], cases[i].second);
        assert_int_equal(result.complete, cases[i].complete);
        assert_int_equal(result.exit != NULL, cases[i].exit);
        assert_null(result.trouble);
        if (result.exit) assert_string_equal(result.exit->title, "Dừng");
    }
}

static void a_broken_condition_is_reported_and_counts_as_false(void **state)
{
    (void)state;
    const struct form *form =
        form_with("{\"key\":\"a\",\"kind\":\"integer\",\"label\":\"A\"},{\"key\":\"b\",\"kind\":\"text\","
                  "\"label\":\"B\","
                  "\"visible_if\":\"count(for i in 1..3000 return for j in 1..3000 return i) > a\"},"
                  "{\"key\":\"c\",\"kind\":\"integer\",\"label\":\"C\",\"value\":\"\\\"text\\\"\"}");
    json_auto answers = json_of("{\"a\":1,\"b\":\"x\"}");
    FORM_STATE_AUTO result = {0};
    assert_int_equal(form_evaluate(form, arena, answers, &environment, &result), STATUS_OK);
    assert_non_null(result.trouble);
    assert_false(result.fields[1].visible);
    assert_null(result.fields[2].value);
}

static void what_is_malformed_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    const struct form *form = form_with("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"}");
    struct form_submission submission = {0};
    struct error error = {0};
    struct form_pair bad = {STR("a"), STR("\xC3\x28")};
    assert_int_equal(form_parse_page(form, arena, 0, &bad, 1, NULL, &environment, &submission, &error),
                     STATUS_INVALID);
    assert_string_equal(error.code, "form.encoding");
    char *huge = arena_alloc(arena, FORM_TEXT_MAXIMUM * 4 + 1);
    memset(huge, 'a', FORM_TEXT_MAXIMUM * 4 + 1);
    struct form_pair large = {STR("a"), str_make(huge, FORM_TEXT_MAXIMUM * 4 + 1)};
    assert_int_equal(form_parse_page(form, arena, 0, &large, 1, NULL, &environment, &submission, &error),
                     STATUS_TOO_LARGE);
    struct form_pair *many = arena_array(arena, FORM_PAIRS_MAXIMUM + 1, sizeof *many);
    assert_int_equal(form_parse_page(form, arena, 0, many, FORM_PAIRS_MAXIMUM + 1, NULL, &environment,
                                     &submission, &error),
                     STATUS_TOO_LARGE);
    assert_int_equal(form_parse_page(form, arena, 5, NULL, 0, NULL, &environment, &submission, &error),
                     STATUS_NOT_FOUND);
    assert_null(submission.answers);
}

static void answers_may_come_as_json(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"ten\",\"kind\":\"person_name\",\"label\":\"T\",\"meaning\":\"person.full_name\"},"
        "{\"key\":\"ngay\",\"kind\":\"date\",\"label\":\"N\",\"meaning\":\"person.birth_date\"},"
        "{\"key\":\"so\",\"kind\":\"integer\",\"label\":\"S\"},{\"key\":\"g\",\"kind\":\"group\",\"label\":"
        "\"G\","
        "\"fields\":[{\"key\":\"x\",\"kind\":\"text\",\"label\":\"X\"}]}");
    json_auto sent =
        json_of("{\"ten\":\" Lê  Lan "
                "\",\"ngay\":\"5/2/2017\",\"so\":3.0,\"la\":1,\"g\":[{\"x\":\"e\\u0302\",\"y\":1}]}");
    json_auto answers = NULL;
    assert_int_equal(form_parse_json(form, arena, sent, false, &answers, NULL), STATUS_OK);
    assert_json(answers, "{\"ten\":\"Lê Lan\",\"ngay\":\"2017-02-05\",\"so\":3,\"g\":[{\"x\":\"ê\"}]}");
    json_auto strict = NULL;
    assert_int_equal(form_parse_json(form, arena, sent, true, &strict, NULL), STATUS_OK);
    assert_non_null(json_object_get(strict, "la"));
    assert_int_equal(form_set(form, answers, "g[0].x", NULL), STATUS_OK);
    assert_int_equal(form_set(form, answers, "g[1].x", NULL), STATUS_NOT_FOUND);
    assert_int_equal(form_set(form, answers, "khong", NULL), STATUS_NOT_FOUND);
    json_auto text = json_string("Trần B");
    assert_int_equal(form_set(form, answers, "ten", text), STATUS_OK);
    assert_string_equal(json_get_cstr(answers, "ten", ""), "Trần B");
    json_auto draft = json_of("{\"ten\":\"Của tôi\"}");
    json_auto known = json_of("{\"person.full_name\":\"Lê Lan\",\"person.birth_date\":\"1985-01-02\"}");
    json_auto filled = NULL;
    assert_int_equal(form_prefill(form, arena, draft, known, &filled), STATUS_OK);
    assert_json(draft, "{\"ten\":\"Của tôi\",\"ngay\":\"1985-01-02\"}");
    assert_json(filled, "{\"ngay\":\"person.birth_date\"}");
}

static bool on_behalf(const struct form *form, const char *text)
{
    FORM_STATE_AUTO result = {0};
    json_auto answers = json_of(text);
    assert_int_equal(form_evaluate(form, arena, answers, &environment, &result), STATUS_OK);
    return form_on_behalf(form, &result);
}

/* Own data go from the person the dossier is for to the one who hands it in, and back; what somebody typed
 * stays where it is. */
static void own_data_follow_whom_the_dossier_is_for(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"ho\",\"kind\":\"yes_no\",\"label\":\"H\"},"
        "{\"key\":\"ten\",\"kind\":\"person_name\",\"label\":\"T\",\"meaning\":\"person.full_name\"},"
        "{\"key\":\"dt\",\"kind\":\"phone\",\"label\":\"D\",\"meaning\":\"person.phone\"},"
        "{\"key\":\"nop\",\"kind\":\"person_name\",\"label\":\"N\",\"meaning\":\"submitter.full_name\","
        "\"visible_if\":\"ho = true\"}");
    assert_true(on_behalf(form, "{\"ho\":true}"));
    assert_false(on_behalf(form, "{\"ho\":false}"));
    assert_false(on_behalf(form, "{}"));
    json_auto filled = json_of("{\"ten\":{\"value\":\"Lê Lan\"},\"dt\":{\"value\":\"0912345678\"},"
                               "\"nop\":{\"value\":\"Lê Lan\"}}");
    json_auto answers = json_of("{\"ho\":true,\"ten\":\"Lê Lan\",\"dt\":\"0987654321\"}");
    json_auto turned = form_turn_behalf(form, true, true, filled, answers);
    assert_json(turned, "{\"ten\":null,\"nop\":\"Lê Lan\"}");
    assert_json(answers, "{\"ho\":true,\"dt\":\"0987654321\",\"nop\":\"Lê Lan\"}");
    json_auto back = form_turn_behalf(form, false, true, filled, answers);
    assert_json(back, "{\"ten\":\"Lê Lan\",\"nop\":null}");
    assert_json(answers, "{\"ho\":true,\"dt\":\"0987654321\",\"ten\":\"Lê Lan\"}");
    json_auto guest = form_turn_behalf(form, true, false, filled, answers);
    assert_json(guest, "{\"ten\":null}");
    assert_json(answers, "{\"ho\":true,\"dt\":\"0987654321\"}");
}

/* Three entries, two of the same name; 300 as far as the form is told. */
static const struct form_option goods[] = {{"01", "Gạo"}, {"02", "Muối"}, {"03", "Muối"}};

static bool goods_contain(void *context, const char *list, const char *parent, const char *value)
{
    (void)context, (void)list, (void)parent;
    return strlen(value) == 2 && value[0] == '0' && value[1] >= '1' && value[1] <= '3';
}

static size_t goods_size(void *context, const char *list)
{
    (void)list;
    return *(size_t *)context;
}

static size_t goods_search(void *context, struct arena *into, const char *list, struct str text,
                           const char *language, size_t limit, struct form_option **options)
{
    (void)context, (void)list, (void)language;
    size_t count = 0;
    *options = arena_array(into, 3, sizeof **options);
    for (size_t i = 0; i < 3 && count < limit; i++)
        if (str_find(str_of(goods[i].label), text) >= 0) (*options)[count++] = goods[i];
    return count;
}

static void what_is_typed_for_a_long_list_becomes_a_code(void **state)
{
    (void)state;
    size_t size = 300;
    const struct form_lists lists = {
        .context = &size, .contains = goods_contain, .size = goods_size, .search = goods_search};
    const struct form_environment with_lists = {.today = "2017-02-14", .lists = &lists};
    const struct form *form =
        form_with("{\"key\":\"hang\",\"kind\":\"reference\",\"list\":\"hang\",\"label\":\"Hàng\"}");
    static const char *const cases[][4] = {
        /* typed, chosen, words they were found for, answer */
        {"02", "", "", "{\"hang\":\"02\"}"},
        {"Gạo", "", "", "{\"hang\":\"01\"}"},
        {"Gạo (nếp) (01)", "", "", "{\"hang\":\"01\"}"},
        {"Muối", "", "", "{\"hang\":\"Muối\"}"},
        {"Muối", "03", "Muối", "{\"hang\":\"03\"}"},
        {"Gạo", "03", "Muối", "{\"hang\":\"01\"}"},
        {"(", "", "", "{\"hang\":\"(\"}"},
        {"()", "", "", "{\"hang\":\"()\"}"},
        {"", "03", "Muối", "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct form_pair pairs[] = {{STR("hang"), str_of(cases[i][0])},
                                    {STR("hang.choice"), str_of(cases[i][1])},
                                    {STR("hang.words"), str_of(cases[i][2])}};
        struct form_submission submission = {0};
        assert_int_equal(form_parse_page(form, arena, 0, pairs, 3, NULL, &with_lists, &submission, NULL),
                         STATUS_OK);
        json_auto answers = submission.answers;
        assert_json(answers, cases[i][3]);
    }
}

static void codes_are_looked_up_by_the_shell(void **state)
{
    (void)state;
    static const struct form_code found[] = {{.code = "A-1", .is_own = true},
                                             {.code = "B-2", .is_result = true},
                                             {.code = "C-3", .is_result = true, .is_revoked = true}};
    static const struct form_codes codes = {.list = found, .count = 3};
    static const struct {
        const char *accepts, *code, *problem;
    } cases[] = {
        {"", "A-1", ""},
        {"", "B-2", ""},
        {"", "C-3", "form.result_revoked"},
        {"", "D-4", "form.dossier_unknown"},
        {",\"accepts\":\"dossier\"", "A-1", ""},
        {",\"accepts\":\"dossier\"", "B-2", "form.dossier_unknown"},
        {",\"accepts\":\"dossier\"", "C-3", "form.dossier_unknown"},
        {",\"accepts\":\"result\"", "A-1", "form.dossier_unknown"},
        {",\"accepts\":\"result\"", "B-2", ""},
        {",\"accepts\":\"any\"", "D-4", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct form_environment looked_up = environment;
        struct form_errors errors;
        const char **named;
        looked_up.codes = &codes;
        const struct form *form = form_with(arena_printf(
            arena, "{\"key\":\"ma\",\"kind\":\"dossier\",\"label\":\"Mã\"%s}", cases[i].accepts));
        bool any = strstr(cases[i].accepts, "any") != NULL;
        json_auto answers = json_of(arena_printf(arena, "{\"ma\":\"%s\"}", cases[i].code));
        assert_int_equal(form_validate(form, arena, 0, answers, &looked_up, &errors), STATUS_OK);
        assert_string_equal(errors.count == 0 ? "" : errors.list[0].code, cases[i].problem);
        assert_int_equal(form_asks_for_codes(form), !any);
        assert_int_equal(form_named_codes(form, arena, answers, &named), !any);
        /* Where nobody has looked, any code of the right shape is taken. */
        assert_int_equal(form_validate(form, arena, 0, answers, &environment, &errors), STATUS_OK);
        assert_int_equal(errors.count, 0);
    }
}

static void codes_are_named_in_rows_too_and_only_so_many(void **state)
{
    (void)state;
    const char **named;
    const struct form *form =
        form_with("{\"key\":\"ma\",\"kind\":\"dossier\",\"label\":\"Mã\"},"
                  "{\"key\":\"nhom\",\"kind\":\"group\",\"label\":\"Nhóm\",\"max_rows\":200,\"fields\":["
                  "{\"key\":\"a\",\"kind\":\"dossier\",\"label\":\"A\"},{\"key\":\"b\",\"kind\":\"dossier\","
                  "\"label\":\"B\"},{\"key\":\"c\",\"kind\":\"dossier\",\"label\":\"C\"}]}");
    json_auto answers = json_of("{\"ma\":\"M-1\",\"nhom\":[{\"a\":\"A-1\",\"b\":\"no code\"},7,{\"c\":[]}]}");
    assert_int_equal(form_named_codes(form, arena, answers, &named), 2);
    assert_string_equal(named[1], "A-1");
    json_auto many = json_of("{}");
    json_t *rows = json_array();
    for (int i = 0; i < 200; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s}", "a", "A-1", "b", "B-1", "c", "C-1"));
    json_object_set_new(many, "nhom", rows);
    assert_int_equal(form_named_codes(form, arena, many, &named), FORM_CODES_MAXIMUM);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        form_test(each_kind_reads_what_people_type),
        form_test(values_of_several_controls_are_read_together),
        form_test(unticked_boxes_clear_only_what_was_visible),
        form_test(conditions_hide_and_require),
        form_test(a_pattern_without_end_is_reported_and_not_blamed_on_the_answer),
        form_test(messages_are_in_the_words_of_the_definition_or_the_catalogue),
        form_test(computed_values_settle_in_the_order_of_dependencies),
        form_test(a_hidden_condition_chain_collapses),
        form_test(rows_are_kept_in_order_added_and_removed),
        form_test(rows_are_validated_one_by_one_and_together),
        form_test(pages_have_states_and_an_exit_ends_the_form),
        form_test(a_broken_condition_is_reported_and_counts_as_false),
        form_test(what_is_malformed_is_refused_and_changes_nothing),
        form_test(own_data_follow_whom_the_dossier_is_for),
        form_test(codes_are_looked_up_by_the_shell),
        form_test(codes_are_named_in_rows_too_and_only_so_many),
        form_test(what_is_typed_for_a_long_list_becomes_a_code),
        form_test(answers_may_come_as_json),
    };
    return cmocka_run_group_tests_name("form_fill", tests, NULL, NULL);
}
