/* Messages: their keys, their translations, and what a translation may not do. Prints the speed of a page. */
#include "support.h"

#include <stdio.h>

#include "motcua/base/clock.h"

struct catalogue {
    const char *key, *translation;
    char asked[512];
};

static const char *translate(void *context, const char *message, const char *template_name, unsigned line)
{
    struct catalogue *catalogue = context;
    snprintf(catalogue->asked, sizeof catalogue->asked, "%s:%u:%s", template_name, line, message);
    return strcmp(message, catalogue->key) == 0 ? catalogue->translation : NULL;
}

static void check(enum mustache_mode mode, const char *text, struct catalogue catalogue, const char *expected,
                  const char *asked)
{
    ARENA_AUTO arena = arena_create(1 << 20);
    BUF_AUTO out = BUF_WITH_MAXIMUM(10000);
    struct mustache_options options = {.mode = mode, .translate = translate, .translate_context = &catalogue};
    render_with(arena, &options, text, "{\"name\":\"<A>\",\"link\":\"/x\",\"list\":[1,2]}", NULL, &out);
    assert_string_equal(out.data, expected);
    if (asked != NULL) assert_string_equal(catalogue.asked, asked);
}

static void the_key_is_the_source_with_its_tags_and_white_space_made_one(void **state)
{
    (void)state;
    check(MUSTACHE_HTML, "<p>\n  {{#_}}\n    Nộp hồ sơ\n\tcho {{name}}\n  {{/_}}\n</p>",
          (struct catalogue){"Nộp hồ sơ cho {{name}}", "Submit for {{name}}", ""},
          "<p>\n  Submit for &lt;A&gt;\n</p>", "page:2:Nộp hồ sơ cho {{name}}");
}

static void a_message_without_translation_stays(void **state)
{
    (void)state;
    check(MUSTACHE_HTML, "{{#_}}Chào <b>{{name}}</b>{{/_}}", (struct catalogue){"?", "?", ""},
          "Chào <b>&lt;A&gt;</b>", "page:1:Chào <b>{{name}}</b>");
    check_with(MUSTACHE_HTML, "{{# _ }}  Chào\n{{x}} {{/ _ }}", "{\"x\":1}", NULL, "Chào 1");
    check_with(MUSTACHE_TEXT, "{{#_}}Chào {{x}}{{/_}}\n", "{\"x\":\"&\"}", NULL, "Chào &\n");
    check_with(MUSTACHE_SPEC, "{{#_}} {{x}} {{/_}}", "{\"x\":1,\"_\":true}", NULL, " 1 ");
}

static void a_translation_is_checked_in_its_context(void **state)
{
    (void)state;
    check(MUSTACHE_HTML, "<a title=\"{{#_}}Xem {{name}}{{/_}}\">",
          (struct catalogue){"Xem {{name}}", "View {{name}}", ""}, "<a title=\"View &lt;A&gt;\">", NULL);
    check(MUSTACHE_HTML, "\n<a title=\"{{#_}}Xem{{/_}}\">", (struct catalogue){"Xem", "a\"", ""},
          "error: page:2: the message or its translation does not end in the context that it began in: it "
          "begins in a "
          "quoted attribute value and ends in a tag",
          NULL);
    check(MUSTACHE_HTML, "{{#_}}Xem <a href=\"{{link}}\">{{name}}</a>{{/_}}",
          (struct catalogue){"Xem <a href=\"{{link}}\">{{name}}</a>", "<script>{{name}}</script>", ""},
          "error: page:1: {{name}}: a value inside script, style or another element whose text is not HTML",
          NULL);
    check(MUSTACHE_HTML, "{{#_}}Xem{{/_}}", (struct catalogue){"Xem", "<!--", ""},
          "error: page:1: the message or its translation does not end in the context that it began in: it "
          "begins in "
          "text and ends in a comment",
          NULL);
}

static void a_translation_brings_no_tags_of_its_own(void **state)
{
    (void)state;
    check(MUSTACHE_HTML, "{{#_}}Chào {{name}}{{/_}}", (struct catalogue){"Chào {{name}}", "{{secret}}", ""},
          "error: page:1: the translation uses {{secret}}, which the message \"Chào {{name}}\" does not have",
          NULL);
    check(MUSTACHE_HTML, "{{#_}}Chào {{name}}{{/_}}", (struct catalogue){"Chào {{name}}", "Hello", ""},
          "Hello", NULL);
    check(MUSTACHE_HTML, "{{#_}}{{#list}}{{.}} ngày{{/list}}{{/_}}",
          (struct catalogue){"{{#list}}{{.}} ngày{{/list}}", "{{#list}}{{.}} days {{/list}}", ""},
          "1 days 2 days ", NULL);
    check(MUSTACHE_HTML, "{{#_}}a{{#list}}b{{/list}}{{/_}}",
          (struct catalogue){"a{{#list}}b{{/list}}", "{{#list}}", ""},
          "error: page:1: \"list\" is never closed", NULL);
}

static void messages_are_simple(void **state)
{
    (void)state;
    check_with(MUSTACHE_HTML, "\n{{#_}}a", "{}", NULL, "error: page:2: {{#_}} has no {{/_}}");
    check_with(MUSTACHE_HTML, "{{#_}}a{{#_}}b{{/_}}{{/_}}", "{}", NULL,
               "error: page:1: a message within a message");
    check_with(MUSTACHE_HTML, "{{#_}} \n {{/_}}", "{}", NULL, "error: page:1: an empty message {{#_}}{{/_}}");
    check_with(MUSTACHE_HTML, "{{#_}}{{>p}}{{/_}}", "{}", NULL,
               "error: page:1: partials, parents and blocks may not stand in a message");
    check_with(MUSTACHE_HTML, "{{#_}}{{=| |=}}{{/_}}", "{}", NULL,
               "error: page:1: delimiters set in a message");
    check_with(MUSTACHE_HTML, "{{=| |=}}|#_|Chào |x||/_|", "{\"x\":1}", NULL, "Chào 1");
}

/* Not a limit, a report: a page of some 20 KB with 400 escaped values. */
static void the_speed_of_a_page_is_printed(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(16 << 20);
    struct mustache_set *set = mustache_create(arena, &(struct mustache_options){.mode = MUSTACHE_HTML});
    struct error error;
    const char *page =
        "<!doctype html><title>{{title}}</title><table>{{#rows}}<tr><td>{{code}}</td><td><a "
        "href=\"/ho-so/{{code}}\">{{name}}</a></td><td class=\"due\">{{due}}</td></tr>\n{{/rows}}</table>";
    assert_int_equal(mustache_add(set, "page", str_of(page), &error), STATUS_OK);
    const struct mustache_template *template;
    assert_int_equal(mustache_compile(set, "page", &template, &error), STATUS_OK);
    json_t *view = json_object(), *rows = json_array();
    for (int i = 0; i < 100; i++)
        json_array_append_new(rows, json_pack("{ssssss}", "code", "000.00.01.H26-170112-0361", "name",
                                              "Đăng ký thành lập hộ kinh doanh của ông Nguyễn Văn <An>",
                                              "due", "09 giờ 32 phút, ngày 17/01/2017"));
    json_object_set_new(view, "rows", rows);
    json_object_set_new(view, "title", json_string("Hồ sơ"));
    BUF_AUTO out = BUF_WITH_MAXIMUM(1 << 20);
    enum { ROUNDS = 500 };
    int64_t begin = clock_monotonic_us();
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&out);
        assert_int_equal(mustache_render(template, view, &out, &error), STATUS_OK);
    }
    int64_t elapsed = clock_monotonic_us() - begin;
    json_decref(view);
    assert_in_range(out.length, 15000, 30000);
    print_message("# %zu bytes with 401 values in %.1f microseconds\n", out.length, (double)elapsed / ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_is_the_source_with_its_tags_and_white_space_made_one),
        cmocka_unit_test(a_message_without_translation_stays),
        cmocka_unit_test(a_translation_is_checked_in_its_context),
        cmocka_unit_test(a_translation_brings_no_tags_of_its_own),
        cmocka_unit_test(messages_are_simple),
        cmocka_unit_test(the_speed_of_a_page_is_printed),
    };
    return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
