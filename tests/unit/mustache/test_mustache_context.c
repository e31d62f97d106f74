/* Every place of HTML and XML: what is escaped how, and what is refused. */
#include "support.h"

static void html(const char *text, const char *json, const char *expected)
{
    check_with(MUSTACHE_HTML, text, json, NULL, expected);
}

static void refused(const char *text, const char *reason)
{
    char expected[512];
    snprintf(expected, sizeof expected, "error: page:%s", reason);
    check_with(MUSTACHE_HTML, text, "{\"x\":\"1\"}", NULL, expected);
}

static void text_and_attributes_are_escaped(void **state)
{
    (void)state;
    const char *view = "{\"x\":\"<a href='\\\"'>&\\n\"}";
    html("<p>{{x}}</p>", view, "<p>&lt;a href=&#39;&quot;&#39;&gt;&amp;\n</p>");
    html("<p class=\"a {{x}} b\">", view, "<p class=\"a &lt;a href=&#39;&quot;&#39;&gt;&amp;\n b\">");
    html("<p class='{{x}}'>", view, "<p class='&lt;a href=&#39;&quot;&#39;&gt;&amp;\n'>");
    html("<title>{{x}}</title>", view, "<title>&lt;a href=&#39;&quot;&#39;&gt;&amp;\n</title>");
    html("<textarea>{{x}}</textarea>", view, "<textarea>&lt;a href=&#39;&quot;&#39;&gt;&amp;\n</textarea>");
    html("<p>{{x}}", "{\"x\":\"a\\u0000\\u0001\\u007f\\tb\"}", "<p>a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\tb");
    html("{{x}}", "{\"x\":\"Ễ Ậ 😀\"}", "Ễ Ậ 😀");
}

static void a_text_area_keeps_a_leading_line_feed(void **state)
{
    (void)state;
    html("<textarea name=\"a\">{{x}}</textarea>", "{\"x\":\"\\nb\"}",
         "<textarea name=\"a\">\n\nb</textarea>");
    html("<textarea>a{{x}}</textarea>", "{\"x\":\"\\nb\"}", "<textarea>a\nb</textarea>");
    html("<textarea>{{#x}}{{x}}{{/x}}</textarea>", "{\"x\":\"\\nb\"}", "<textarea>\n\nb</textarea>");
}

static void a_whole_url_is_checked_for_its_scheme(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"/ho-so/1?a=b&c=d#e", "/ho-so/1?a=b&amp;c=d#e"},
        {"https://hanoi.gov.vn/", "https://hanoi.gov.vn/"},
        {"HTTP://x", "HTTP://x"},
        {"mailto:a@b.vn", "mailto:a@b.vn"},
        {"tel:+84901", "tel:+84901"},
        {"javascript:alert(1)", "#blocked"},
        {"JavaScript:alert(1)", "#blocked"},
        {"  javascript:alert(1)", "#blocked"},
        {"java\\tscript:alert(1)", "#blocked"},
        {"\\u0001javascript:alert(1)", "#blocked"},
        {"java\\u0000script:alert(1)", "#blocked"},
        {"data:text/html,x", "#blocked"},
        {"vbscript:x", "#blocked"},
        {":x", "#blocked"},
        {"a/javascript:b", "a/javascript:b"},
        {"?a=javascript:b", "?a=javascript:b"},
        {"x y\\\"'<>`\\\\^{|}", "x%20y%22%27%3C%3E%60%5C%5E%7B%7C%7D"},
        {"/đường/%20", "/đường/%20"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char view[256], expected[256];
        snprintf(view, sizeof view, "{\"x\":\"%s\"}", rows[i][0]);
        snprintf(expected, sizeof expected, "<a href=\"%s\">", rows[i][1]);
        html("<a href=\"{{x}}\">", view, expected);
    }
    static const char *const attributes[] = {"src",  "action", "formaction", "poster",
                                             "cite", "HREF",   "xlink:href"};
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        char text[64], expected[64];
        snprintf(text, sizeof text, "<b %s='{{x}}'>", attributes[i]);
        snprintf(expected, sizeof expected, "<b %s='#blocked'>", attributes[i]);
        html(text, "{\"x\":\"javascript:1\"}", expected);
    }
}

static void a_part_of_a_url_cannot_leave_its_part(void **state)
{
    (void)state;
    html("<a href=\"/ho-so/{{x}}/in\">", "{\"x\":\"000.00.01.H26-260930-0012\"}",
         "<a href=\"/ho-so/000.00.01.H26-260930-0012/in\">");
    html("<a href=\"/a/{{x}}\">", "{\"x\":\"../b?c#d:e&f%2F'\\\"<\"}",
         "<a href=\"/a/..%2Fb%3Fc%23d%3Ae%26f%252F%27%22%3C\">");
    html("<a href=\"/a/{{x}}/xoa\">", "{\"x\":\"..\"}", "<a href=\"/a/-/xoa\">");
    html("<a href=\"/tim?q={{x}}&amp;trang=2\">", "{\"x\":\"hộ tịch&a=b+c\"}",
         "<a href=\"/tim?q=h%E1%BB%99%20t%E1%BB%8Bch%26a%3Db%2Bc&amp;trang=2\">");
    html("<a href=\"{{x}}?q={{x}}\">", "{\"x\":\"/a&b\"}", "<a href=\"/a&amp;b?q=%2Fa%26b\">");
    html("<a href=\"mailto:{{x}}\">", "{\"x\":\"a+b@c.vn?subject=d\"}",
         "<a href=\"mailto:a+b@c.vn%3Fsubject=d\">");
    html("<a href=\"{{x}}{{y}}\">", "{\"x\":\"javascript\",\"y\":\":alert(1)\"}",
         "<a href=\"javascript%3Aalert%281%29\">");
    html("<a href=\"java{{x}}\">", "{\"x\":\"script:alert(1)\"}", "<a href=\"javascript%3Aalert(1)\">");
    html("<a href=\"{{#l}}{{.}}{{/l}}\">", "{\"l\":[\"javascript\",\":alert(1)\"]}",
         "<a href=\"javascript#blocked\">");
    refused("<a href=\"{{x}}:{{x}}\">", "1: a colon or & behind a value that begins a URL");
    refused("<a href=\"{{x}}&#58;a\">", "1: a colon or & behind a value that begins a URL");
    refused("<a href=\"{{#x}}/a/{{/x}}{{x}}\">",
            "1: {{x}}: a value in a URL whose beginning depends on a section");
    refused("<a href=\"javascript:x\">", "1: a URL scheme other than http, https, mailto, tel");
    refused("<a href=\"java&#115;cript:x\">", "1: a character reference at the beginning of a URL");
    refused("<img src=\"data:image/png;base64,{{x}}\">", "1: {{x}}: a value in a data: URL");
    html("<a href=\"{{#x}}/a{{/x}}{{^x}}/b{{/x}}?q={{x}}\">", "{\"x\":\"1\"}", "<a href=\"/a?q=1\">");
}

static void what_a_page_runs_comes_from_this_site(void **state)
{
    (void)state;
    html("<script src=\"{{x}}\"></script>", "{\"x\":\"/static/a.js\"}",
         "<script src=\"/static/a.js\"></script>");
    html("<script src=\"{{x}}\"></script>", "{\"x\":\"//evil.example/a.js\"}",
         "<script src=\"#blocked\"></script>");
    html("<script src=\"{{x}}\"></script>", "{\"x\":\"/\\\\evil.example/a.js\"}",
         "<script src=\"#blocked\"></script>");
    html("<iframe src=\"{{x}}\"></iframe>", "{\"x\":\"https://evil.example\"}",
         "<iframe src=\"#blocked\"></iframe>");
    html("<script src=\"/static/{{x}}\"></script>", "{\"x\":\"a.js\"}",
         "<script src=\"/static/a.js\"></script>");
}

static void pieces_of_a_list_cannot_make_another_sites_address(void **state)
{
    (void)state;
    refused("<script src=\"{{#x}}{{x}}{{/x}}\"></script>",
            "1: the section \"x\" changes what a URL of something that the page runs begins with: it begins "
            "in a quoted "
            "attribute value and ends in a quoted attribute value");
    html("<base href=\"{{x}}\">", "{\"x\":\"https://evil.example/\"}", "<base href=\"#blocked\">");
}

static void places_without_a_safe_escaping_are_refused(void **state)
{
    (void)state;
    refused("<script>var a = \"{{x}}\";</script>",
            "1: {{x}}: a value inside script, style or another element whose text is not HTML");
    refused("a\n<style>\n.a{color:{{x}}}</style>",
            "3: {{x}}: a value inside script, style or another element whose text is not HTML");
    refused("<a onclick=\"f('{{x}}')\">", "1: {{x}}: a value in an event attribute (on...)");
    refused("<a ONLOAD='{{x}}'>", "1: {{x}}: a value in an event attribute (on...)");
    refused("<a style=\"color:{{x}}\">", "1: {{x}}: a value in a style attribute");
    refused("<iframe srcdoc=\"{{x}}\">", "1: {{x}}: a value in srcdoc");
    refused("<img srcset=\"{{x}} 2x\">", "1: {{x}}: a value in srcset");
    refused("<a class={{x}}>", "1: {{x}}: a value in an attribute without quotes");
    refused("<a class=a{{x}}>", "1: {{x}}: a value in an attribute without quotes");
    refused("<{{x}}>", "1: {{x}}: a value in a tag name");
    refused("<h{{x}}>", "1: {{x}}: a value where an attribute name stands");
    refused("</{{x}}>", "1: {{x}}: a value in a tag name");
    refused("<a {{x}}>", "1: {{x}}: a value where an attribute name stands");
    refused("<a data-{{x}}=\"1\">", "1: {{x}}: a value where an attribute name stands");
    refused("<!-- {{x}} -->", "1: {{x}}: a value in a comment");
    refused("<!doctype {{x}}>",
            "1: {{x}}: a value in a declaration, CDATA section or processing instruction");
    refused("<textarea></text{{x}}</textarea>", "1: {{x}}: a value behind </ inside title or textarea");
    refused("<meta http-equiv=\"refresh\" content=\"0;url={{x}}\">",
            "1: {{x}}: a value in the http-equiv or its content of a meta element");
    refused("<meta content=\"{{x}}\" http-equiv=\"refresh\">",
            "1: http-equiv behind a content attribute that holds a value");
    html("<meta name=\"description\" content=\"{{x}}\">", "{\"x\":\"a\"}",
         "<meta name=\"description\" content=\"a\">");
    refused("<svg><set attributeName=\"href\" to=\"{{x}}\"/></svg>",
            "1: {{x}}: a value in an animated attribute");
}

static void markup_that_parsers_must_mend_is_refused(void **state)
{
    (void)state;
    refused("a < b", "1: a < that begins no tag (write &lt;)");
    refused("<a b\"c\">", "1: a quote or < in an attribute name");
    refused("<a b=\"c\"d=\"e\">", "1: white space is missing before an attribute");
    refused("<a b=>", "1: an attribute value without quotes");
    refused("<p <b>", "1: a wrong character where an attribute name is expected");
    refused("<textarea/>", "1: this element needs an end tag, HTML ignores the slash");
    refused("<script>a<!--b</script>", "1: <! inside this element changes where it ends");
    refused("<![CDATA[x]]>", "1: <! begins neither a comment nor a document type");
    refused("<?php", "1: a < that begins no tag (write &lt;)");
    refused("<a href=\"x", "1: the template ends inside a quoted attribute value");
    refused("<script>", "1: the template ends inside the text of script or style");
    refused("<!-- a", "1: the template ends inside a comment");
    refused("<a", "1: the template ends inside a tag");
}

static void tricky_markup_is_followed_like_a_browser_does(void **state)
{
    (void)state;
    html("<!--><p>{{x}}</p>-->", "{\"x\":\"<\"}", "<!--><p>&lt;</p>-->");
    html("<!-- a --!><p title=\"{{x}}\">", "{\"x\":\"<\"}", "<!-- a --!><p title=\"&lt;\">");
    html("<script>a</scripty></script >{{x}}", "{\"x\":\"<\"}", "<script>a</scripty></script >&lt;");
    html("<title></titles>{{x}}</TITLE>{{x}}", "{\"x\":\"<\"}", "<title></titles>&lt;</TITLE>&lt;");
    html("<textarea><script>{{x}}</textarea>", "{\"x\":\"<\"}", "<textarea><script>&lt;</textarea>");
    html("<a title='\"' class=\"{{x}}\">", "{\"x\":\"\\\"\"}", "<a title='\"' class=\"&quot;\">");
    html("<input value=\"{{x}}\" disabled>", "{\"x\":1}", "<input value=\"1\" disabled>");
    html("<br/><img alt=\"{{x}}\" />", "{\"x\":1}", "<br/><img alt=\"1\" />");
    html("<a class=x>{{x}}</a>", "{\"x\":1}", "<a class=x>1</a>");
}

static void sections_must_end_where_they_began(void **state)
{
    (void)state;
    html("<option{{#x}} selected{{/x}}>", "{\"x\":1}", "<option selected>");
    html("<option value=\"1\"{{#x}} selected{{/x}}>", "{\"x\":1}", "<option value=\"1\" selected>");
    html("<a {{#x}}href=\"{{x}}\"{{/x}} class=\"b\">", "{\"x\":\"/a\"}", "<a href=\"/a\" class=\"b\">");
    html("<a class=\"{{#x}}b{{/x}} c\">", "{\"x\":1}", "<a class=\"b c\">");
    html("{{#x}}<b>{{/x}}a{{#x}}</b>{{/x}}", "{\"x\":1}", "<b>a</b>");
    refused("{{#x}}<a href=\"{{/x}}\">", "1: the section \"x\" does not end in the context that it began in: "
                                         "it begins in text and ends in a quoted attribute value");
    refused("<a\n{{^x}}>{{/x}}", "2: the section \"x\" does not end in the context that it began in: it "
                                 "begins in a tag and ends in text");
    refused("{{#x}}<script>{{/x}}</script>", "1: the section \"x\" does not end in the context that it began "
                                             "in: it begins in text and ends in the text of script or style");
    refused("{{#x}}<!--{{/x}}", "1: the section \"x\" does not end in the context that it began in: it "
                                "begins in text and ends in a comment");
    refused("{{#x}}<{{/x}}b>", "1: the section \"x\" does not end in the context that it began in: it begins "
                               "in text and ends in the beginning of a tag");
    refused("<option{{#x}}s{{/x}}>", "1: white space is missing before an attribute");
    refused("<a {{#x}}on{{/x}}click=\"{{x}}\">", "1: white space is missing before an attribute");
    refused("<a b{{#x}} c{{/x}}=\"d\">", "1: white space is missing before an attribute");
    refused("<a b=\"1\"{{#x}}c=\"2\"{{/x}}>", "1: white space is missing before an attribute");
    refused("<a b={{#x}}\"1\"{{/x}}>", "1: the section \"x\" does not end in the context that it began in: "
                                       "it begins in an attribute without its value and ends in a tag");
    refused("<title>{{#x}}</ti{{/x}}tle>",
            "1: the section \"x\" does not end in the context that it began in: it begins in the text of "
            "title or textarea and ends in the text of title or textarea");
}

static void partials_parents_and_blocks_carry_the_context(void **state)
{
    (void)state;
    static const struct named partials[] = {
        {"value", "{{x}}"},
        {"attribute", " title=\"{{x}}\""},
        {"open", "<a href=\""},
        {"script", "<script>{{$code}}{{/code}}</script>"},
        {"layout",
         "<title>{{$title}}{{x}}{{/title}}</title><a href=\"{{$link}}/{{/link}}\">{{$body}}{{/body}}</a>"},
        {"tree", "<li>{{v}}{{#n}}<ul>{{>tree}}</ul>{{/n}}</li>"},
        {"drift", "{{#n}}{{>drift}}{{/n}}<a href=\""},
        {NULL, NULL}};
    check_with(MUSTACHE_HTML, "<b>{{>value}}</b><a href=\"{{>value}}\">", "{\"x\":\"javascript:'\"}",
               partials, "<b>javascript:&#39;</b><a href=\"#blocked\">");
    check_with(MUSTACHE_HTML, "<a{{>attribute}}>", "{\"x\":\"\\\"\"}", partials, "<a title=\"&quot;\">");
    check_with(MUSTACHE_HTML, "{{>open}}{{x}}\">", "{\"x\":\"javascript:1\"}", partials,
               "<a href=\"#blocked\">");
    check_with(
        MUSTACHE_HTML, "\n<script>{{>value}}</script>", "{}", partials,
        "error: value:1: {{x}}: a value inside script, style or another element whose text is not HTML");
    check_with(
        MUSTACHE_HTML, "{{<script}}\n{{$code}}{{x}}{{/code}}{{/script}}", "{}", partials,
        "error: page:2: {{x}}: a value inside script, style or another element whose text is not HTML");
    check_with(MUSTACHE_HTML, "{{<layout}}{{$link}}{{x}}{{/link}}{{$body}}<i>{{x}}</i>{{/body}}{{/layout}}",
               "{\"x\":\"vbscript:<\"}", partials,
               "<title>vbscript:&lt;</title><a href=\"#blocked\"><i>vbscript:&lt;</i></a>");
    check_with(MUSTACHE_HTML, "{{>tree}}", "{\"v\":\"<\",\"n\":{\"v\":\"&\",\"n\":null}}", partials,
               "<li>&lt;<ul><li>&amp;</li></ul></li>");
    check_with(MUSTACHE_HTML, "{{>drift}}", "{}", partials,
               "error: drift:1: calls itself and ends in a quoted attribute value, but begins in text");
    check_with(MUSTACHE_HTML, "{{>missing}}", "{}", partials,
               "error: page:1: there is no template \"missing\"");
    check_with(MUSTACHE_HTML, "{{>*x}}", "{}", partials, "error: page:1: a dynamic name cannot be checked");
    check_with(MUSTACHE_HTML, "{{<layout}}<p>{{$body}}{{/body}}{{/layout}}", "{}", partials,
               "error: page:1: only blocks may stand inside {{<layout}}");
}

static void only_named_values_may_be_unescaped_and_only_in_text(void **state)
{
    (void)state;
    html("<div>{{{help_html}}}{{&body}}</div>", "{\"help_html\":\"<b>\",\"body\":\"</b>\"}",
         "<div><b></b></div>");
    html("<div>{{{a.b_html}}}</div>", "{\"a\":{\"b_html\":\"<b>\"}}", "<div><b></div>");
    refused("{{{x}}}", "1: {{{x}}}: this name may not be written unescaped");
    refused("\n{{&x}}", "2: {{{x}}}: this name may not be written unescaped");
    refused("{{{html}}}", "1: {{{html}}}: this name may not be written unescaped");
    refused("<a title=\"{{{x_html}}}\">", "1: {{x_html}}: unescaped markup anywhere but in text");
    refused("<title>{{{x_html}}}</title>", "1: {{x_html}}: unescaped markup anywhere but in text");
}

static void a_file_without_raw_names_allows_none(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(1 << 20);
    BUF_AUTO out = BUF_WITH_MAXIMUM(1000);
    render_with(arena, &(struct mustache_options){.mode = MUSTACHE_HTML}, "{{{a_html}}}", "{}", NULL, &out);
    assert_string_equal(out.data, "error: page:1: {{{a_html}}}: this name may not be written unescaped");
}

static void xml_is_escaped_by_its_own_rules(void **state)
{
    (void)state;
    check_with(MUSTACHE_XML, "<?xml version=\"1.0\"?><d a='{{x}}'>{{x}}</d>", "{\"x\":\"<'&\\n\\t\\u0001\"}",
               NULL,
               "<?xml version=\"1.0\"?><d "
               "a='&lt;&#39;&amp;&#10;&#9;\xEF\xBF\xBD'>&lt;&#39;&amp;\n\t\xEF\xBF\xBD</d>");
    check_with(MUSTACHE_XML, "<title>{{x}}<b/></title><style>{{x}}</style>", "{\"x\":\"<\"}", NULL,
               "<title>&lt;<b/></title><style>&lt;</style>");
    check_with(MUSTACHE_XML, "<t href=\"{{x}}\" onclick=\"{{x}}\"/>", "{\"x\":\"javascript:1\"}", NULL,
               "<t href=\"javascript:1\" onclick=\"javascript:1\"/>");
    check_with(MUSTACHE_XML, "<t>{{{a_xml}}}</t>", "{\"a_xml\":\"<b/>\"}", NULL, "<t><b/></t>");
    check_with(MUSTACHE_XML, "<![CDATA[{{x}}]]>", "{}", NULL,
               "error: page:1: {{x}}: a value in a declaration, CDATA section or processing instruction");
    check_with(MUSTACHE_XML, "<t a={{x}}>", "{}", NULL,
               "error: page:1: {{x}}: a value in an attribute without quotes");
    check_with(MUSTACHE_XML, "<!-- {{x}} -->", "{}", NULL, "error: page:1: {{x}}: a value in a comment");
    check_with(MUSTACHE_XML, "<!DOCTYPE a [<!ENTITY b 'c'>]>", "{}", NULL,
               "error: page:1: a document type with declarations of its own");
}

static void text_is_not_escaped_at_all(void **state)
{
    (void)state;
    check_with(MUSTACHE_TEXT, "a < {{x}} {{{x}}}", "{\"x\":\"<&'\"}", NULL, "a < <&' <&'");
}

static void lists_know_their_position(void **state)
{
    (void)state;
    html("{{#l}}{{-index}}.{{.}}{{^-last}}, {{/-last}}{{/l}}", "{\"l\":[\"a\",\"b\",\"c\"]}",
         "1.a, 2.b, 3.c");
    html("{{#l}}{{#-first}}<ul>{{/-first}}<li>{{v}}{{#-last}}</ul>{{/-last}}{{/l}}",
         "{\"l\":[{\"v\":1},{\"v\":2}]}", "<ul><li>1<li>2</ul>");
    html("{{#l}}{{#o}}{{-index}}{{/o}}{{/l}}[{{-index}}{{#-first}}x{{/-first}}]",
         "{\"l\":[{\"o\":{}},{\"o\":{}}]}", "12[]");
}

struct seen {
    char text[512];
};

static void note(void *context, const char *template_name, unsigned line, const char *name, bool found)
{
    struct seen *seen = context;
    size_t length = strlen(seen->text);
    if (!found)
        snprintf(seen->text + length, sizeof seen->text - length, "%s:%u:%s ", template_name, line, name);
}

static void names_that_the_view_lacks_can_be_observed(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(1 << 20);
    struct mustache_set *set = mustache_create(arena, &(struct mustache_options){.mode = MUSTACHE_HTML});
    struct error error;
    assert_int_equal(mustache_add(set, "p", STR("{{a}}\n{{b.c}}{{#d}}{{e}}{{/d}}{{^f}}{{/f}}"), &error),
                     STATUS_OK);
    const struct mustache_template *template;
    assert_int_equal(mustache_compile(set, "p", &template, &error), STATUS_OK);
    json_t *view = json_loads("{\"a\":null,\"b\":{},\"d\":[1]}", 0, NULL);
    BUF_AUTO out = BUF_WITH_MAXIMUM(100);
    struct seen seen = {""};
    assert_int_equal(mustache_render_observed(template, view, &out, note, &seen, &error), STATUS_OK);
    json_decref(view);
    assert_string_equal(seen.text, "p:2:b.c p:2:e p:2:f ");
    assert_int_equal(mustache_render(template, NULL, &out, &error), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_attributes_are_escaped),
        cmocka_unit_test(a_text_area_keeps_a_leading_line_feed),
        cmocka_unit_test(a_whole_url_is_checked_for_its_scheme),
        cmocka_unit_test(a_part_of_a_url_cannot_leave_its_part),
        cmocka_unit_test(what_a_page_runs_comes_from_this_site),
        cmocka_unit_test(pieces_of_a_list_cannot_make_another_sites_address),
        cmocka_unit_test(places_without_a_safe_escaping_are_refused),
        cmocka_unit_test(markup_that_parsers_must_mend_is_refused),
        cmocka_unit_test(tricky_markup_is_followed_like_a_browser_does),
        cmocka_unit_test(sections_must_end_where_they_began),
        cmocka_unit_test(partials_parents_and_blocks_carry_the_context),
        cmocka_unit_test(only_named_values_may_be_unescaped_and_only_in_text),
        cmocka_unit_test(a_file_without_raw_names_allows_none),
        cmocka_unit_test(xml_is_escaped_by_its_own_rules),
        cmocka_unit_test(text_is_not_escaped_at_all),
        cmocka_unit_test(lists_know_their_position),
        cmocka_unit_test(names_that_the_view_lacks_can_be_observed),
    };
    return cmocka_run_group_tests_name("values in their place", tests, NULL, NULL);
}
