/* Views for templates, the review, the display texts, the JSON Schema. */
#include "form_test.h"

/* Path like "sections.0.fields.0.parts.1.value"; a scalar as text, "" when false or absent. */
static const char *at(const json_t *view, const char *path)
{
    struct str rest = str_of(path), name;
    bool more = true;
    while (more) {
        more = str_split(rest, '.', &name, &rest);
        char key[64];
        snprintf(key, sizeof key, "%.*s", STR_ARG(name));
        view = json_is_array(view) ? json_array_get(view, (size_t)strtoul(key, NULL, 10))
                                   : json_object_get(view, key);
    }
    if (json_is_string(view)) return json_string_value(view);
    if (json_is_integer(view)) return arena_printf(arena, "%lld", (long long)json_integer_value(view));
    return json_is_true(view)    ? "true"
           : json_is_array(view) ? arena_printf(arena, "[%zu]", json_array_size(view))
                                 : "";
}

static bool contains(void *context, const char *list, const char *parent, const char *value)
{
    (void)context;
    (void)parent;
    return strcmp(list, "administrative_unit") != 0 || strcmp(value, "01") == 0 ||
           strcmp(value, "005") == 0 || strcmp(value, "00166") == 0;
}

static const char *label(void *context, struct arena *into, const char *list, const char *value,
                         const char *language)
{
    (void)context;
    (void)list;
    (void)language;
    return arena_printf(into, "Đơn vị %s", value);
}

static size_t options(void *context, struct arena *into, const char *list, const char *parent,
                      const char *language, size_t limit, struct form_option **found)
{
    (void)context;
    (void)list;
    (void)language;
    if (limit == 0) return 0;
    *found = arena_array(into, 1, sizeof **found);
    (*found)[0] = (struct form_option){.value = !parent               ? "01"
                                                : strlen(parent) == 2 ? "005"
                                                                      : "00166",
                                       .label = "Đơn vị"};
    return 1;
}

static const struct form_lists lists = {.contains = contains, .label = label, .options = options};

static json_t *view_of(const struct form *form, const char *answers, bool with_errors)
{
    struct form_environment with_lists = environment;
    with_lists.lists = &lists;
    json_auto json = json_of(answers);
    struct form_errors errors = {0};
    if (with_errors) assert_int_equal(form_validate(form, arena, 0, json, &with_lists, &errors), STATUS_OK);
    json_t *view = NULL;
    assert_int_equal(form_view(form, arena, 0, json, &errors, NULL, &with_lists, &view), STATUS_OK);
    return view;
}

#define FIELD "sections.0.fields.0."

static void a_simple_field_has_all_a_template_needs(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"ten\",\"kind\":\"person_name\",\"label\":\"Họ tên\",\"help\":\"Như trên giấy tờ\","
        "\"required\":true,\"meaning\":\"person.full_name\"},{\"key\":\"tien\",\"kind\":\"money\",\"label\":"
        "\"Tiền\"}");
    json_auto view = view_of(form, "{\"ten\":\"Lan <b>\",\"tien\":8000}", true);
    assert_string_equal(at(view, FIELD "name"), "ten");
    assert_string_equal(at(view, FIELD "id"), "f-ten");
    assert_string_equal(at(view, FIELD "is_person_name"), "true");
    assert_string_equal(at(view, FIELD "widget_input"), "true");
    assert_string_equal(at(view, FIELD "value"), "Lan <b>");
    assert_string_equal(at(view, FIELD "input.autocomplete"), "name");
    assert_string_equal(at(view, FIELD "described_by"), "f-ten-help f-ten-error");
    assert_string_equal(at(view, FIELD "error"), "Họ tên chỉ gồm chữ cái, ví dụ Nguyễn Thị Lan Anh.");
    assert_string_equal(at(view, FIELD "required"), "true");
    assert_string_equal(at(view, "errors.count"), "1");
    assert_string_equal(at(view, "errors.list.0.href"), "#f-ten");
    assert_string_equal(at(view, "errors.list.0.page_key"), "trang");
    assert_string_equal(at(view, "sections.0.fields.1.value"), "8.000");
    assert_string_equal(at(view, "sections.0.fields.1.input.unit"), "đồng");
    assert_string_equal(at(view, "sections.0.fields.1.optional"), "true");
    assert_string_equal(at(view, "page.is_first"), "true");
    assert_string_equal(at(view, "pages.0.is_incomplete"), "true");
    assert_true(json_is_false(json_object_get(
        json_array_get(json_object_get(json_array_get(json_object_get(view, "sections"), 0), "fields"), 1),
        "error")));
}

static void choices_mark_what_was_chosen(void **state)
{
    (void)state;
    const char *choices = "\"options\":[{\"value\":\"x\",\"label\":\"X\"},{\"value\":\"y\",\"label\":\"Y\","
                          "\"visible_if\":\"yes\"}]";
    const struct form *form = form_with(arena_printf(arena,
                                                     "{\"key\":\"c\",\"kind\":\"choice\",\"label\":\"C\",%s},"
                                                     "{\"key\":\"s\",\"kind\":\"select\",\"label\":\"S\",%s},"
                                                     "{\"key\":\"m\",\"kind\":\"several\",\"label\":\"M\",%s}"
                                                     ",{\"key\":\"yes\",\"kind\":\"yes_no\",\"label\":\"Y\"},"
                                                     "{\"key\":\"ok\",\"kind\":\"consent\",\"label\":\"O\"},{"
                                                     "\"key\":\"q\",\"kind\":\"country\",\"label\":\"Q\"}",
                                                     choices, choices, choices));
    json_auto view =
        view_of(form, "{\"c\":\"x\",\"s\":\"y\",\"m\":[\"x\"],\"yes\":false,\"ok\":true}", false);
    assert_string_equal(at(view, FIELD "options"), "[1]");
    assert_string_equal(at(view, FIELD "options.0.selected"), "true");
    assert_string_equal(at(view, FIELD "options.0.id"), "f-c-1");
    assert_string_equal(at(view, "sections.0.fields.1.options"), "[3]");
    assert_string_equal(at(view, "sections.0.fields.1.options.0.value"), "");
    assert_string_equal(at(view, "sections.0.fields.1.options.2.selected"), "true");
    assert_string_equal(at(view, "sections.0.fields.2.options.0.selected"), "true");
    assert_string_equal(at(view, "sections.0.fields.3.options.1.selected"), "true");
    assert_string_equal(at(view, "sections.0.fields.4.value"), "true");
    assert_string_equal(at(view, "sections.0.fields.5.searchable"), "true");
}

static void parts_are_small_fields(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"a\",\"kind\":\"address\",\"label\":\"A\",\"city\":\"01\"},{\"key\":\"r\",\"kind\":\"date_"
        "range\",\"label\":\"R\"},"
        "{\"key\":\"d\",\"kind\":\"partial_date\",\"label\":\"D\"},{\"key\":\"k\",\"kind\":\"cascade\","
        "\"label\":\"K\",\"levels\":[\"1\",\"2\"],"
        "\"options\":[{\"value\":\"x\",\"label\":\"X\",\"options\":[{\"value\":\"y\",\"label\":\"Y\"}]}]}");
    json_auto view = view_of(form,
                             "{\"a\":{\"city\":\"01\",\"district\":\"005\",\"line\":\"Số "
                             "1\"},\"r\":{\"from\":\"2017-02-05\",\"to\":\"31/2/2017\"},"
                             "\"d\":\"1950\",\"k\":[\"x\"]}",
                             false);
    assert_string_equal(at(view, FIELD "parts.0.text"), "Đơn vị 01");
    assert_string_equal(at(view, FIELD "parts.1.name"), "a.district");
    assert_string_equal(at(view, FIELD "parts.1.options.1.selected"), "true");
    assert_string_equal(at(view, FIELD "parts.2.options"), "[2]");
    assert_string_equal(at(view, FIELD "parts.3.value"), "Số 1");
    assert_string_equal(at(view, "sections.0.fields.1.parts.0.value"), "05/02/2017");
    assert_string_equal(at(view, "sections.0.fields.1.parts.0.month"), "02");
    assert_string_equal(at(view, "sections.0.fields.1.parts.1.day"), "31");
    assert_string_equal(at(view, "sections.0.fields.2.year"), "1950");
    assert_string_equal(at(view, "sections.0.fields.2.partial"), "true");
    assert_string_equal(at(view, "sections.0.fields.3.parts"), "[2]");
    assert_string_equal(at(view, "sections.0.fields.3.parts.1.options.1.label"), "Y");
}

static void each_part_says_whether_it_must_be_filled_in(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"a\",\"kind\":\"address\",\"label\":\"A\",\"required\":true,\"line_required\":false},"
        "{\"key\":\"b\",\"kind\":\"bank_account\",\"label\":\"B\"},"
        "{\"key\":\"r\",\"kind\":\"ranked\",\"label\":\"R\",\"required\":true,\"options\":[{\"value\":\"x\","
        "\"label\":\"X\"},{\"value\":\"y\",\"label\":\"Y\"}]},"
        "{\"key\":\"t\",\"kind\":\"time\",\"label\":\"T\"}");
    json_auto view = view_of(form, "{}", false);
    assert_string_equal(at(view, FIELD "parts.0.required"), "true");
    assert_string_equal(at(view, FIELD "parts.3.required"), "");
    assert_string_equal(at(view, FIELD "parts.3.optional"), "true");
    assert_string_equal(at(view, "sections.0.fields.1.parts.1.required"), "");
    assert_string_equal(at(view, "sections.0.fields.2.parts.0.required"), "true");
    assert_string_equal(at(view, "sections.0.fields.2.parts.1.required"), "");
    assert_string_equal(at(view, "sections.0.fields.3.described_by"), "f-t-help");
}

static void a_plot_is_read_back_with_its_corners(void **state)
{
    (void)state;
    const struct form *form = form_with("{\"key\":\"p\",\"kind\":\"map_plot\",\"label\":\"P\"}");
    const char *answers = "{\"p\":[\"21.0285000,105.8542000\",\"21.0286000,105.8542000\",\"21.0286000,"
                          "105.8543000\"]}";
    json_auto view = view_of(form, answers, false);
    assert_string_equal(at(view, FIELD "value"), "21,0285 105,8542\n21,0286 105,8542\n21,0286 105,8543");
    assert_string_equal(at(view, FIELD "text"), "58 m²");
    json_auto json = json_of(answers);
    json_auto review = NULL;
    assert_int_equal(form_review(form, arena, json, &environment, &review), STATUS_OK);
    assert_string_equal(at(review, "pages.0.sections.0.items.0.text"),
                        "58 m² (21,0285 105,8542; 21,0286 105,8542; 21,0286 105,8543)");
}

static void groups_show_rows_totals_and_one_to_start_with(void **state)
{
    (void)state;
    const struct form *form = form_with("{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"min_rows\":1,"
                                        "\"max_rows\":2,\"totals\":[\"n\"],\"add_label\":\"Thêm\","
                                        "\"fields\":[{\"key\":\"n\",\"kind\":\"money\",\"label\":\"N\","
                                        "\"required\":true},{\"key\":\"t\",\"kind\":\"text\",\"label\":\"T\","
                                        "\"visible_if\":\"n > 5\"}]}");
    json_auto blank = view_of(form, "{}", false);
    assert_string_equal(at(blank, FIELD "rows"), "[1]");
    assert_string_equal(at(blank, FIELD "rows.0.fields.0.name"), "g[0].n");
    assert_string_equal(at(blank, FIELD "can_add"), "true");
    assert_string_equal(at(blank, "pages.0.is_empty"), "true");
    json_auto full = view_of(form, "{\"g\":[{\"n\":1000},{\"n\":2}]}", false);
    assert_string_equal(at(full, FIELD "totals.0.value"), "1.002 đồng");
    assert_string_equal(at(full, FIELD "rows.1.remove_value"), "g[1]");
    assert_string_equal(at(full, FIELD "rows.0.fields.1.visible"), "true");
    assert_string_equal(at(full, FIELD "rows.1.fields.1.hidden"), "true");
    assert_string_equal(at(full, FIELD "can_add"), "");
}

static void the_review_and_the_display_are_in_words(void **state)
{
    (void)state;
    const struct form *form =
        form_with("{\"key\":\"ngay\",\"kind\":\"date\",\"label\":\"Ngày\"},{\"key\":\"tien\",\"kind\":"
                  "\"money\",\"label\":\"Tiền\",\"value\":\"8000 * 3\"},"
                  "{\"key\":\"q\",\"kind\":\"nationality\",\"label\":\"Q\"},{\"key\":\"a\",\"kind\":"
                  "\"address\",\"label\":\"A\"},"
                  "{\"key\":\"yes\",\"kind\":\"yes_no\",\"label\":\"Y\"},{\"key\":\"an\",\"kind\":\"text\","
                  "\"label\":\"Ẩn\",\"visible_if\":\"yes\"},"
                  "{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"fields\":[{\"key\":\"x\",\"kind\":"
                  "\"number\",\"label\":\"X\",\"unit\":\"m²\"}]}");
    struct form_environment with_lists = environment;
    with_lists.lists = &lists;
    json_auto answers = json_of("{\"ngay\":\"2017-02-05\",\"q\":\"VN\",\"a\":{\"city\":\"01\",\"district\":"
                                "\"005\",\"commune\":\"00166\",\"line\":\"Số 1\"},"
                                "\"yes\":false,\"an\":\"x\",\"g\":[{\"x\":1234.5}]}");
    json_auto view = NULL;
    assert_int_equal(form_review(form, arena, answers, &with_lists, &view), STATUS_OK);
    assert_string_equal(at(view, "pages.0.sections.0.items.0.text"), "05/02/2017");
    assert_string_equal(at(view, "pages.0.sections.0.items.1.text"), "24.000 đồng");
    assert_string_equal(at(view, "pages.0.sections.0.items.2.text"), "Việt Nam");
    assert_string_equal(at(view, "pages.0.sections.0.items.3.text"),
                        "Số 1, Đơn vị 00166, Đơn vị 005, Đơn vị 01");
    assert_string_equal(at(view, "pages.0.sections.0.items.4.text"), "Không");
    assert_string_equal(at(view, "pages.0.sections.0.items.5.rows.0.items.0.text"), "1.234,5 m²");
    json_auto values = NULL;
    assert_int_equal(form_display(form, arena, answers, &with_lists, &values), STATUS_OK);
    assert_json(values, "{\"ngay\":\"05/02/2017\",\"tien\":\"24.000 đồng\",\"q\":\"Việt Nam\",\"a\":\"Số 1, "
                        "Đơn vị 00166, Đơn vị 005, Đơn vị 01\","
                        "\"yes\":\"Không\",\"g\":[{\"x\":\"1.234,5 m²\"}]}");
}

static void what_a_view_shows_reads_back_as_the_same_answer(void **state)
{
    (void)state;
    static const char *const answers[][2] = {
        {"\"kind\":\"number\"", "1234567.5"},
        {"\"kind\":\"number\"", "1.234"},
        {"\"kind\":\"number\"", "1234"},
        {"\"kind\":\"integer\"", "-1234"},
        {"\"kind\":\"money\"", "1234567"},
        {"\"kind\":\"date\"", "\"2016-02-29\""},
        {"\"kind\":\"partial_date\"", "\"1950-03\""},
        {"\"kind\":\"partial_date\"", "\"1950\""},
        {"\"kind\":\"time\"", "\"09:30\""},
        {"\"kind\":\"yes_no\"", "false"},
        {"\"kind\":\"date\"", "\"31/2/2017\""},
        {"\"kind\":\"integer\"", "\"ba\""},
        {"\"kind\":\"tax_code\"", "\"0100109106-001\""},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct form *form =
            form_with(arena_printf(arena, "{\"key\":\"a\",\"label\":\"A\",%s}", answers[i][0]));
        const char *text = arena_printf(arena, "{\"a\":%s}", answers[i][1]);
        json_auto view = view_of(form, text, false);
        json_auto back = submit(form, NULL, "a", at(view, FIELD "value"));
        assert_json(back, text);
    }
}

static void the_schema_names_types_limits_and_requirements(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"so\",\"kind\":\"integer\",\"label\":\"Số\",\"required\":true,\"minimum\":1,\"maximum\":"
        "50},"
        "{\"key\":\"an\",\"kind\":\"text\",\"label\":\"Ẩn\",\"required\":true,\"visible_if\":\"so > 1\"},"
        "{\"key\":\"tinh\",\"kind\":\"computed\",\"label\":\"T\",\"value\":\"1\"}");
    json_auto schema = NULL;
    assert_int_equal(form_json_schema(form, arena, &schema), STATUS_OK);
    assert_json(json_object_get(schema, "required"), "[\"so\"]");
    assert_json(json_object_get(json_object_get(schema, "properties"), "so"),
                "{\"type\":\"integer\",\"minimum\":1,\"maximum\":50,\"title\":\"Số\"}");
    assert_null(json_object_get(json_object_get(schema, "properties"), "tinh"));
    assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
}

static void a_label_leads_to_a_sentence_without_two_marks(void **state)
{
    (void)state;
    assert_string_equal(form_lead(arena, "Họ và tên"), "Họ và tên:");
    assert_string_equal(form_lead(arena, "Bạn nộp thay?"), "Bạn nộp thay?");
    assert_string_equal(form_lead(arena, "Tôi cam đoan."), "Tôi cam đoan:");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        form_test(a_simple_field_has_all_a_template_needs),
        form_test(choices_mark_what_was_chosen),
        form_test(parts_are_small_fields),
        form_test(each_part_says_whether_it_must_be_filled_in),
        form_test(a_plot_is_read_back_with_its_corners),
        form_test(groups_show_rows_totals_and_one_to_start_with),
        form_test(the_review_and_the_display_are_in_words),
        form_test(what_a_view_shows_reads_back_as_the_same_answer),
        form_test(the_schema_names_types_limits_and_requirements),
        form_test(a_label_leads_to_a_sentence_without_two_marks),
    };
    return cmocka_run_group_tests_name("form_view", tests, NULL, NULL);
}
