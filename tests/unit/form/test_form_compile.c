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
                        F " form.definition.default");
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
        form_test(expressions_are_checked_before_publication),
        form_test(what_is_right_compiles),
    };
    return cmocka_run_group_tests_name("form_compile", tests, NULL, NULL);
}
