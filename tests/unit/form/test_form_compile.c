/* The linter: everything that cannot work is refused with its place. */
#include "form_test.h"

/* The first finding as "path code". */
static const char *lint(const char *definition)
{
    struct form *form = NULL;
    struct form_findings findings = {0};
    enum status status = form_compile_text(arena, str_of(definition), &form, &findings);
    assert_int_equal(status == STATUS_OK, form != NULL);
    const char *first = "";
    bool refused = false;
    for (size_t i = findings.count; i-- > 0;) {
        assert_non_null(findings.list[i].message);
        assert_non_null(findings.list[i].path);
        if (!findings.list[i].warning)
            first = arena_printf(arena, "%s %s", findings.list[i].path, findings.list[i].code),
            refused = true;
    }
    assert_int_equal(refused, status != STATUS_OK);
    return first;
}

static const char *lint_fields(const char *fields)
{
    return lint(definition_of(fields));
}

/* Does a form that was published with these fields still load? */
static bool loads(const char *fields)
{
    struct form *form = NULL;
    json_auto definition = json_loads(definition_of(fields), 0, NULL);
    return form_load(arena, definition, &form, NULL) == STATUS_OK;
}

#define F "pages[0].fields[0]"

static void structure_errors_name_their_place(void **state)
{
    (void)state;
    assert_string_equal(lint(""), " json.syntax");
    assert_string_equal(lint("[]"), " form.definition.type");
    assert_string_equal(lint("{\"form\":\"a\",\"title\":\"A\",\"pages\":[]}"), " form.definition.list");
    assert_string_equal(lint("{\"form\":\"a b\",\"title\":\"A\",\"pages\":[]}"),
                        " form.definition.identifier");
    assert_string_equal(lint("{\"form\":\"a\",\"titel\":\"A\",\"pages\":[]}"),
                        "titel form.definition.unknown_property");
    assert_string_equal(lint("{\"form\":\"a\",\"title\":{\"en\":\"A\"},\"pages\":[]}"),
                        "title.vi form.definition.text");
    assert_string_equal(lint("{\"form\":\"a\",\"title\":\"A\",\"pages\":[{\"key\":\"p\",\"title\":\"P\"}]}"),
                        "pages[0] form.definition.sections");
    assert_string_equal(
        lint("{\"form\":\"a\",\"title\":\"A\",\"pages\":[{\"key\":\"p\",\"title\":\"P\",\"fields\":[7]}]}"),
        F " form.definition.missing");
    BUF_AUTO deep = BUF_WITH_MAXIMUM(10000);
    for (int i = 0; i < 1000; i++)
        buf_append_char(&deep, '[');
    assert_string_equal(lint(arena_str(arena, buf_str(&deep)).data), " json.depth");
}

static void field_errors_name_their_place(void **state)
{
    (void)state;
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"no\",\"label\":\"A\"}"),
                        F " form.definition.kind");
    assert_string_equal(lint_fields("{\"kind\":\"text\",\"label\":\"A\"}"), F " form.definition.missing");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"dossier\",\"label\":\"A\",\"accepts\":\"x\"}"),
                        F " form.definition.accepts");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"group\",\"label\":\"A\",\"fields\":[{\"key\":\"b\","
                    "\"kind\":\"photo\",\"label\":\"B\"}]}"),
        F ".fields[0] form.definition.kind");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"text\"}"), F ".label form.definition.missing");
    assert_string_equal(lint_fields("{\"key\":\"1a\",\"kind\":\"text\",\"label\":\"A\"}"),
                        F " form.definition.key");
    assert_string_equal(lint_fields("{\"key\":\"and\",\"kind\":\"text\",\"label\":\"A\"}"),
                        F " form.definition.key");
    assert_string_equal(lint_fields("{\"key\":\"a-b\",\"kind\":\"text\",\"label\":\"A\"}"),
                        F " form.definition.key");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"maximum\":3}"),
                        F ".maximum form.definition.unknown_property");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"required\":\"yes\"}"),
                        F ".required form.definition.type");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"min_length\":9,\"max_length\":3}"),
        F " form.definition.limits");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"choice\",\"label\":\"A\"}"),
                        F " form.definition.options");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"choice\",\"label\":\"A\",\"options\":[{"
                                    "\"value\":\"x\",\"label\":\"X\"},"
                                    "{\"value\":\"x\",\"label\":\"Y\"}]}"),
                        F ".options[1] form.definition.option_twice");
    assert_string_equal(
        lint_fields(
            "{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"pattern\":\"(\",\"pattern_message\":\"M\"}"),
        F ".pattern form.definition.pattern");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"pattern\":\"(?i)a\","
                                    "\"pattern_message\":\"M\"}"),
                        F ".pattern form.definition.pattern_portable");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"date\",\"label\":\"A\",\"minimum\":\"2017-02-30\"}"),
        F ".minimum form.definition.limit");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"},{\"key\":\"a\","
                                    "\"kind\":\"text\",\"label\":\"B\"}"),
                        "pages[0].fields[1] form.definition.key_twice");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"integer\",\"label\":\"A\",\"default\":\"x\"}"),
                        F ".default form.definition.default");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"integer\",\"label\":\"A\",\"meaning\":\"person.full_name\"}"),
        F " form.definition.meaning_kind");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"meaning\":\"person.shoe_size\"}"),
        F " form.definition.meaning");
    assert_string_equal(
        lint_fields(
            "{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"fields\":[{\"key\":\"h\",\"kind\":\"group\","
            "\"label\":\"H\",\"fields\":[]}]}"),
        F ".fields[0] form.definition.kind");
}

/* A definition in which each part is well-formed and the whole cannot work. */
static void what_could_never_work_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"kind\":\"choice\",\"default\":\"z\",\"options\":[{\"value\":\"x\",\"label\":\"X\"}]",
         F ".default form.definition.default"},
        {"\"kind\":\"choice\",\"default\":\"x\",\"options\":[{\"value\":\"x\",\"label\":\"X\"}]", ""},
        {"\"kind\":\"country\",\"default\":\"XX\"", F ".default form.definition.default"},
        {"\"kind\":\"integer\",\"maximum\":3,\"default\":4", F ".default form.definition.default"},
        {"\"kind\":\"personal_id\",\"birth_date\":\"a\"", F ".birth_date form.definition.agreement"},
        {"\"kind\":\"personal_id\",\"birth_date\":\"chu\"", F ".birth_date form.definition.agreement"},
        {"\"kind\":\"personal_id\",\"gender\":\"ngay\"", F ".gender form.definition.agreement"},
        {"\"kind\":\"personal_id\",\"gender\":\"khong\"", F ".gender form.definition.unknown_name"},
        {"\"kind\":\"personal_id\",\"birth_date\":\"ngay\"", ""},
        {"\"kind\":\"text\",\"shown\":false,\"required\":true", F ".shown form.definition.shown"},
        {"\"kind\":\"text\",\"shown\":false,\"value\":\"chu\"", ""},
        {"\"kind\":\"date\",\"minimum\":\"today\",\"maximum\":\"2000-01-01\"", F " form.definition.limits"},
        {"\"kind\":\"date\",\"minimum\":\"2150-01-01\",\"maximum\":\"today\"", F " form.definition.limits"},
        {"\"kind\":\"date\",\"minimum\":\"today\",\"maximum\":\"2030-01-01\"", ""},
        {"\"kind\":\"date\",\"minimum\":\"today\",\"maximum\":\"today\"", ""},
        {"\"kind\":\"file\",\"accept\":[\"pdf\",\"exe\"]", F ".accept[1] form.definition.accept"},
        {"\"kind\":\"heading\",\"required\":true", F " form.definition.static"},
        {"\"kind\":\"notice\",\"default\":1", F " form.definition.static"},
        {"\"kind\":\"address\",\"city\":\"99\"", F ".city form.definition.city"},
        {"\"kind\":\"address\",\"city\":\"1\"", F ".city form.definition.city"},
        {"\"kind\":\"address\",\"city\":\"01\"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *fields = arena_printf(arena,
                                          "{\"key\":\"a\",\"label\":\"A\",%s},{\"key\":\"chu\",\"kind\":"
                                          "\"text\",\"label\":\"C\"},{\"key\":\"ngay\",\"kind\":\"date\","
                                          "\"label\":\"N\"}",
                                          cases[i][0]);
        assert_string_equal(lint_fields(fields), cases[i][1]);
        assert_int_equal(loads(fields), strstr(cases[i][1], "unknown_name") == NULL);
    }
    static const char variable[] = "{\"form\":\"a\",\"title\":\"A\",\"variables\":[\"x\",\"%s\"],\"pages\":[{"
                                   "\"key\":\"p\",\"title\":\"P\","
                                   "\"fields\":[{\"key\":\"b\",\"kind\":\"group\",\"label\":\"B\",\"fields\":"
                                   "[{\"key\":\"c\",\"kind\":\"text\","
                                   "\"label\":\"C\"}]}]}]}";
    assert_string_equal(lint(arena_printf(arena, variable, "b")), "variables[1] form.definition.variable");
    assert_string_equal(lint(arena_printf(arena, variable, "c")), "variables[1] form.definition.variable");
    assert_string_equal(lint(arena_printf(arena, variable, "d")), "");
    static const char repeated[] = "{\"key\":\"a\",\"label\":\"A\",\"kind\":\"text\",\"pattern\":\"(?=a)*a\","
                                   "\"pattern_message\":\"M\"}";
    assert_string_equal(lint_fields(repeated), F ".pattern form.definition.pattern_portable");
    assert_true(loads(repeated));
}

static const char *rows_of(const char *kind, int rows, int fields)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    buf_printf(&text, "{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"max_rows\":%d,\"fields\":[", rows);
    for (int i = 0; i < fields; i++)
        buf_printf(&text, "%s{\"key\":\"f%d\",\"kind\":\"%s\",\"label\":\"F\"}", i ? "," : "", i, kind);
    buf_append_cstr(&text, "]}");
    return arena_str(arena, buf_str(&text)).data;
}

static void a_page_that_could_grow_too_large_is_refused(void **state)
{
    (void)state;
    assert_string_equal(lint_fields(rows_of("nationality", 200, 8)), F " form.definition.page_size");
    assert_string_equal(lint_fields(rows_of("nationality", 200, 1)), "");
    assert_string_equal(lint_fields(rows_of("nationality", 40, 5)), "");
    assert_string_equal(lint_fields(rows_of("address", 200, 8)), F " form.definition.page_size");
    assert_string_equal(lint_fields(rows_of("text", 200, 20)), "");
    assert_string_equal(lint_fields(rows_of("text", 200, 60)), F " form.definition.page_size");
}

/* What is allowed is drawn in half of what a request may use (32 MiB). */
static void the_largest_page_can_be_drawn(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int rows, fields;
    } pages[] = {{"nationality", 200, 1}, {"nationality", 40, 5}, {"text", 200, 20}, {"address", 77, 4}};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        const struct form *form = form_with(rows_of(pages[i].kind, pages[i].rows, pages[i].fields));
        json_auto answers = json_object();
        json_t *rows = json_array();
        for (int row = 0; row < pages[i].rows; row++)
            json_array_append_new(rows, json_object());
        json_object_set_new(answers, "g", rows);
        json_auto view = NULL;
        size_t used = arena_used(arena);
        assert_int_equal(form_view(form, arena, 0, answers, NULL, NULL, &environment, &view), STATUS_OK);
        assert_true(arena_used(arena) - used < (size_t)16 << 20);
    }
}

static void expressions_are_checked_before_publication(void **state)
{
    (void)state;
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"visible_if\":\"1 +\"}"),
        F ".visible_if form.definition.feel");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"visible_if\":\"b = 1\"}"),
        F ".visible_if form.definition.unknown_name");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"valid_if\":\"a != \\\"\\\"\"}"),
        F ".message form.definition.missing");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"visible_if\":\"a = \\\"x\\\"\"}"),
        F " form.definition.cycle");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"integer\",\"label\":\"A\",\"value\":\"b + 1\"},"
                    "{\"key\":\"b\",\"kind\":\"integer\",\"label\":\"B\",\"value\":\"a + 1\"}"),
        F " form.definition.cycle");
    assert_string_equal(lint_fields("{\"key\":\"a\",\"kind\":\"computed\",\"label\":\"A\"}"),
                        F " form.definition.value");
    assert_string_equal(
        lint_fields("{\"key\":\"a\",\"kind\":\"integer\",\"label\":\"A\",\"value\":\"1\",\"required\":true}"),
        F " form.definition.value");
    assert_string_equal(lint_fields("{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"fields\":[{\"key\":"
                                    "\"x\",\"kind\":\"integer\","
                                    "\"label\":\"X\",\"visible_if\":\"row_number > 1 and "
                                    "y\"},{\"key\":\"y\",\"kind\":\"yes_no\",\"label\":\"Y\"}]}"),
                        "");
}

static void what_is_right_compiles(void **state)
{
    (void)state;
    assert_string_equal(lint("{\"form\":\"2.000635\",\"title\":{\"vi\":\"A\",\"en\":\"A\"},\"variables\":["
                             "\"procedure\"],\"pages\":[{\"key\":\"p\","
                             "\"title\":\"P\",\"exits\":[{\"if\":\"số_bản = "
                             "0\",\"title\":\"T\",\"message\":\"M\",\"link\":\"/x\","
                             "\"link_label\":\"L\"}],\"sections\":[{\"title\":\"S\",\"visible_if\":"
                             "\"procedure.code != null\",\"fields\":["
                             "{\"key\":\"số_bản\",\"kind\":\"integer\",\"label\":\"Số "
                             "bản\"},{\"kind\":\"heading\",\"label\":\"H\"}]}]}]}"),
                        "");
    const struct form *form =
        form_with("{\"key\":\"a\",\"kind\":\"email\",\"label\":\"A\",\"meaning\":\"person.email\"}");
    assert_string_equal(form_key(form), "thu");
    assert_int_equal(form_page_count(form), 1);
    assert_int_equal(form_page_find(form, STR("trang")), 0);
    assert_int_equal(form_page_find(form, STR("khac")), -1);
    assert_int_equal(form_page_of_field(form, "a"), 0);
    assert_int_equal(form_page_of_field(form, "b"), -1);
    assert_string_equal(form_field_meaning(form, 0), "person.email");
    assert_string_equal(form_field_kind(form, 0), "email");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        form_test(structure_errors_name_their_place),
        form_test(field_errors_name_their_place),
        form_test(what_could_never_work_is_refused),
        form_test(a_page_that_could_grow_too_large_is_refused),
        form_test(the_largest_page_can_be_drawn),
        form_test(expressions_are_checked_before_publication),
        form_test(what_is_right_compiles),
    };
    return cmocka_run_group_tests_name("form_compile", tests, NULL, NULL);
}
