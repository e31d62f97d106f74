/* The clauses of the Mustache specification 1.4, each with cases of our own. */
#include "support.h"

struct row {
    const char *text, *json, *expected;
    struct named partials[3];
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_with(MUSTACHE_SPEC, rows[i].text, rows[i].json, rows[i].partials, rows[i].expected);
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows)[0])

static void values_are_looked_up_and_escaped(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "{}", "", {{0}}},
        {"{ { x } }", "{}", "{ { x } }", {{0}}},
        {"Chào {{ten}}!", "{\"ten\":\"Ông Nguyễn\"}", "Chào Ông Nguyễn!", {{0}}},
        {"{{ten}}|{{&ten}}|{{{ten}}}",
         "{\"ten\":\"a & 'b' <\\\"c\\\">\"}",
         "a &amp; 'b' &lt;&quot;c&quot;&gt;|a & 'b' <\"c\">|a & 'b' <\"c\">",
         {{0}}},
        {"{{ ten }}|{{& ten }}|{{{ ten }}}|{{\nten\n}}", "{\"ten\":7}", "7|7|7|7", {{0}}},
        {"{{a}} {{b}} {{c}} {{d}} {{e}}",
         "{\"a\":-3,\"b\":2.5,\"c\":1.0,\"d\":0.1,\"e\":12345678901234}",
         "-3 2.5 1 0.1 12345678901234",
         {{0}}},
        {"[{{t}}{{f}}{{n}}{{missing}}{{o}}{{l}}]",
         "{\"t\":true,\"f\":false,\"n\":null,\"o\":{},\"l\":[1]}",
         "[truefalse]",
         {{0}}},
        {"  {{x}}\n", "{\"x\":\"1\\n2\"}", "  1\n2\n", {{0}}},
        {"{{.}}", "\"gốc\"", "gốc", {{0}}},
        {"{{{x}}}}", "{\"x\":1}", "1}", {{0}}},
    };
    CHECK(rows);
}

static void dotted_names_resolve_their_first_part_in_the_stack_and_the_rest_inside_it(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"đúng\"}}}", "đúng", {{0}}},
        {"[{{a.x.c}}]", "{\"a\":{\"b\":1},\"x\":{\"c\":2}}", "[]", {{0}}},
        {"[{{#a}}{{b.c}}{{/a}}]", "{\"a\":{\"b\":{}},\"b\":{\"c\":\"sai\"}}", "[]", {{0}}},
        {"{{#a}}{{b.c}}{{/a}}", "{\"a\":{\"x\":1},\"b\":{\"c\":\"ngoài\"}}", "ngoài", {{0}}},
        {"[{{a.b}}]", "{\"a.b\":\"sai\"}", "[]", {{0}}},
        {"[{{a.b}}]", "{\"a\":\"chữ\"}", "[]", {{0}}},
        {"{{#a.b}}có{{/a.b}}{{^a.c}}không{{/a.c}}", "{\"a\":{\"b\":true}}", "cókhông", {{0}}},
    };
    CHECK(rows);
}

static void sections_run_once_for_every_item_and_not_at_all_for_what_is_false(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{\"x\":true}", "1", {{0}}},
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{\"x\":false}", "0", {{0}}},
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{\"x\":null}", "0", {{0}}},
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{}", "0", {{0}}},
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{\"x\":[]}", "0", {{0}}},
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{\"x\":\"\"}", "0", {{0}}},
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{\"x\":0}", "0", {{0}}},
        {"{{#x}}1{{/x}}{{^x}}0{{/x}}", "{\"x\":{}}", "1", {{0}}},
        {"{{#x}}({{.}}){{/x}}", "{\"x\":[1,\"a\",2.5,null,false]}", "(1)(a)(2.5)()(false)", {{0}}},
        {"{{#x}}<{{#.}}{{.}},{{/.}}>{{/x}}", "{\"x\":[[1,2],[],[3]]}", "<1,2,><><3,>", {{0}}},
        {"{{#.}}{{v}}{{/.}}", "[{\"v\":1},{\"v\":2}]", "12", {{0}}},
        {"{{#p}}{{ten}} {{ngoai}} {{.}}{{/p}}",
         "{\"p\":{\"ten\":\"A\"},\"ten\":\"sai\",\"ngoai\":\"B\"}",
         "A B ",
         {{0}}},
        {"{{#s}}{{.}}={{s}}{{/s}}", "{\"s\":\"x\"}", "x=x", {{0}}},
        {"{{#a}}{{#b}}{{x}}{{y}}{{/b}}{{/a}}",
         "{\"a\":[{\"x\":1,\"b\":[{\"y\":2},{\"y\":3}]}]}",
         "1213",
         {{0}}},
        {"{{# x }}|{{/ x }}", "{\"x\":1}", "|", {{0}}},
        {"{{#x}}{{#x}}{{v}}{{/x}}{{/x}}", "{\"x\":{\"v\":5}}", "5", {{0}}},
    };
    CHECK(rows);
}

static void standalone_tags_take_their_line_with_them(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a\n{{#x}}\nb\n{{/x}}\nc\n", "{\"x\":1}", "a\nb\nc\n", {{0}}},
        {"a\r\n  {{#x}}\r\nb\r\n\t{{/x}} \r\nc", "{\"x\":1}", "a\r\nb\r\nc", {{0}}},
        {"  {{^x}}\nb{{/x}}", "{}", "b", {{0}}},
        {"b{{^x}}\nc\n  {{/x}}", "{}", "b\nc\n", {{0}}},
        {" {{#x}}b{{/x}}\n {{#x}}c{{/x}}\n", "{\"x\":1}", " b\n c\n", {{0}}},
        {"a\n  {{! ghi chú }}\nb", "{}", "a\nb", {{0}}},
        {"a\n  {{!\n nhiều\n dòng\n }}  \nb", "{}", "a\nb", {{0}}},
        {"a {{! giữa dòng }} b", "{}", "a  b", {{0}}},
        {"  x {{! cuối }}\n", "{}", "  x \n", {{0}}},
        {"{{! a }} {{! b }}\nc", "{}", " \nc", {{0}}},
        {"a\n{{=| |=}}\n|x|", "{\"x\":1}", "a\n1", {{0}}},
    };
    CHECK(rows);
}

static void delimiters_can_be_changed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{{=<% %>=}}<%x%> {{x}}", "{\"x\":1}", "1 {{x}}", {{0}}},
        {"{{= | | =}}|x||=[ ]=|[x]", "{\"x\":1}", "11", {{0}}},
        {"{{=@ @=}}@{x}@@&x@@#x@<@.@>@/x@", "{\"x\":\"&\"}", "&&<&amp;>", {{0}}},
        {"{{#x}}{{=| |=}}|.|{{.}}|/x||={{ }}=|{{x}}", "{\"x\":2}", "2{{.}}2", {{0}}},
        {"{{=| |=}}|>p||x|", "{\"x\":1}", "[1|x|]1", {{"p", "[{{x}}|x|]"}}},
        {"{{>p}} {{x}} |x|", "{\"x\":1}", "1 1 |x|", {{"p", "{{=| |=}}|x|"}}},
    };
    CHECK(rows);
}

static void partials_take_the_indentation_of_their_tag(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"[{{>p}}]", "{}", "[chữ]", {{"p", "chữ"}}},
        {"[{{>missing}}]", "{}", "[]", {{0}}},
        {"[{{> p }}]", "{\"x\":1}", "[*1*]", {{"p", "*{{x}}*"}}},
        {">\n  {{>p}}\n<", "{\"x\":\"1\\n2\"}", ">\n  a\n  1\n2\n  b\n<", {{"p", "a\n{{x}}\nb\n"}}},
        {"  {{x}}  {{>p}}\n", "{\"x\":1}", "  1  a\nb\n", {{"p", "a\nb"}}},
        {"  {{>p}}\n>", "{}", "  a\n  b>", {{"p", "a\nb"}}},
        {" {{>p}}",
         "{\"x\":1}",
         " a\n   b\n   c\n z\n",
         {{"p", "a\n{{#x}}\n  {{>q}}\n{{/x}}\nz\n"}, {"q", "b\nc\n"}}},
        {"{{>p}}",
         "{\"v\":1,\"n\":[{\"v\":2,\"n\":[]},{\"v\":3,\"n\":[{\"v\":4,\"n\":[]}]}]}",
         "1<2<>3<4<>>>",
         {{"p", "{{v}}<{{#n}}{{>p}}{{/n}}>"}}},
        {" {{>p}}\n", "{}", "\n a\n", {{"p", "\na\n"}}},
        {"\t{{>p}}\r\n.", "{}", "\t1\r\n\t2\r\n.", {{"p", "1\r\n2\r\n"}}},
    };
    CHECK(rows);
}

static void dynamic_names_choose_a_template_by_the_view(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"[{{>*kind}}]", "{\"kind\":\"p\",\"x\":1}", "[p1]", {{"p", "p{{x}}"}, {"q", "q{{x}}"}}},
        {"{{#l}}{{>* kind}}{{/l}}",
         "{\"l\":[{\"kind\":\"p\"},{\"kind\":\"q\"},{\"kind\":\"?\"},{\"kind\":1}]}",
         "pq",
         {{"p", "p"}, {"q", "q"}}},
        {"[{{>*a.b}}]", "{\"a\":{\"b\":\"p\"},\"x\":1}", "[1]", {{"p", "{{x}}"}}},
        {"[{{>**a}}]", "{\"a\":\"b\",\"b\":\"p\"}", "[]", {{"p", "sai"}}},
        {"{{<*k}}{{$b}}con{{/b}}{{/*k}}", "{\"k\":\"p\"}", "<con>", {{"p", "<{{$b}}cha{{/b}}>"}}},
        {" {{>*k}}\n", "{\"k\":\"p\"}", " 1\n 2\n", {{"p", "1\n2\n"}}},
    };
    CHECK(rows);
}

static void parents_and_blocks_inherit(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{{$t}}mặc định {{x}}{{/t}}", "{\"x\":1}", "mặc định 1", {{0}}},
        {"{{<p}}{{/p}}", "{}", "[cha]", {{"p", "[{{$t}}cha{{/t}}]"}}},
        {"{{<p}}bỏ qua {{$t}}con{{/t}} bỏ qua{{/p}}",
         "{\"t\":\"dữ liệu\"}",
         "[con]",
         {{"p", "[{{$t}}cha{{/t}}]"}}},
        {"{{<p}}{{$b}}2{{/b}}{{/p}}", "{}", "1, 2", {{"p", "{{$a}}1{{/a}}, {{$b}}x{{/b}}"}}},
        {"{{<p}}{{$a}}con{{/a}}{{/p}}",
         "{}",
         "con",
         {{"p", "{{<q}}{{$a}}cha{{/a}}{{/q}}"}, {"q", "{{$a}}ông{{/a}}"}}},
        {"{{<p}}{{/p}}", "{}", "cha", {{"p", "{{<q}}{{$a}}cha{{/a}}{{/q}}"}, {"q", "{{$a}}ông{{/a}}"}}},
        {"{{<p}}{{$m}}nội dung{{/m}}{{/p}}",
         "{}",
         "<h><m>nội dung</m></h>",
         {{"p", "{{<q}}{{$b}}<m>{{$m}}{{/m}}</m>{{/b}}{{/q}}"}, {"q", "<h>{{$b}}{{/b}}</h>"}}},
        {"{{<p}}{{$a}}{{x}}{{/a}}{{/p}}",
         "{\"x\":1,\"s\":{\"x\":2}}",
         "2",
         {{"p", "{{#s}}{{$a}}{{/a}}{{/s}}"}}},
        {"{{<p}}{{$a}}1{{/a}}{{/p}} {{<p}}{{$a}}2{{/a}}{{/p}} {{>p}}",
         "{}",
         "[1] [2] [0]",
         {{"p", "[{{$a}}0{{/a}}]"}}},
        {"{{<p}}{{$a}}con{{/a}}{{/p}}", "{}", "con", {{"p", "{{>q}}"}, {"q", "{{$a}}ông{{/a}}"}}},
        {"{{<p}}{{$a}}{{$a}}trong{{/a}}{{/a}}{{/p}}", "{}", "[trong]", {{"p", "[{{$a}}{{/a}}]"}}},
        {"[{{<missing}}{{$a}}{{/a}}{{/missing}}]", "{}", "[]", {{0}}},
    };
    CHECK(rows);
}

static void blocks_are_indented_where_they_are_used_not_where_they_are_written(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a\n  {{<p}}{{/p}}\nb\n", "{}", "a\n  1\n  2\nb\n", {{"p", "1\n2\n"}}},
        {"{{<p}}{{$b}}con{{/b}}{{/p}}", "{}", "a\n  con\n", {{"p", "a\n  {{$b}}cha{{/b}}\n"}}},
        {"{{<p}}{{$b}}\n1\n2{{/b}}\n{{/p}}\n", "{}", "a\n  1\n  2\n", {{"p", "a\n  {{$b}}{{/b}}\n"}}},
        {"{{<p}}{{$b}}\n      1\n       2\n{{/b}}{{/p}}\n",
         "{}",
         "a\n  1\n   2\n",
         {{"p", "a\n  {{$b}}\n  {{/b}}\n"}}},
        {"{{<p}}{{$b}}\n1\n2\n{{/b}}{{/p}}\n", "{}", "a\n  1\n  2\n", {{"p", "a\n{{$b}}\n  cha\n{{/b}}\n"}}},
        {"{{<p}}{{/p}}\n", "{}", "a\n  cha\n", {{"p", "a\n{{$b}}\n  cha\n{{/b}}\n"}}},
        {"  {{>p}}\n", "{}", "  a\n    cha\n", {{"p", "a\n{{$b}}\n  cha\n{{/b}}\n"}}},
        {"{{<p}}{{$n}}\n3\n{{/n}}{{/p}}\n",
         "{}",
         "1\n  3\n",
         {{"p", "{{<q}}{{$b}}\n  1\n  {{$n}}\n    2\n  {{/n}}\n{{/b}}{{/q}}\n"}, {"q", "{{$b}}x{{/b}}"}}},
    };
    CHECK(rows);
}

static void mistakes_are_refused_with_name_line_and_reason(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a\n{{#x}}", "{}", "error: page:2: \"x\" is never closed", {{0}}},
        {"a\n\n{{/x}}", "{}", "error: page:3: {{/x}} ends nothing", {{0}}},
        {"{{#a}}\n{{#b}}{{/a}}",
         "{}",
         "error: page:2: {{/a}} stands where {{/b}} of line 2 is expected",
         {{0}}},
        {"{{a", "{}", "error: page:1: a tag is not closed by }}", {{0}}},
        {"{{{a}}", "{}", "error: page:1: a tag is not closed by }}}", {{0}}},
        {"{{}}", "{}", "error: page:1: a tag without a name", {{0}}},
        {"{{# }}", "{}", "error: page:1: a tag without a name", {{0}}},
        {"{{=<%=}}", "{}", "error: page:1: delimiters must be written {{=<% %>=}}", {{0}}},
        {"{{>p}}", "{}", "error: p:2: \"y\" is never closed", {{"p", "\n{{#y}}"}}},
        {"{{>p}}", "{}", "error: sections and partials nested too deeply", {{"p", "{{>p}}"}}},
    };
    CHECK(rows);
}

static void limits_hold(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(256 << 20);
    BUF_AUTO text = BUF_WITH_MAXIMUM(4 << 20);
    BUF_AUTO out = BUF_WITH_MAXIMUM(1000);
    struct mustache_options options = {.mode = MUSTACHE_SPEC};
    for (int i = 0; i < 65; i++)
        buf_append_cstr(&text, "{{#x}}");
    render_with(arena, &options, text.data, "{}", NULL, &out);
    assert_string_equal(out.data, "error: page:1: more than 64 sections within each other");

    /* a view that would run for ever: every level calls itself twice */
    render_with(arena, &options, "{{#x}}{{>page}}{{>page}}{{/x}}", "{\"x\":{}}", NULL, &out);
    assert_string_equal(out.data, "error: sections and partials nested too deeply");
    render_with(arena, &options, "{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}",
                "{\"l\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]}",
                NULL, &out);
    assert_string_equal(out.data, "error: too many steps");
    render_with(arena, &options, "{{#l}}0123456789012345678901234567890123456789{{/l}}",
                "{\"l\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]}",
                NULL, &out);
    assert_string_equal(out.data, "error: the document is too large");

    buf_clear(&text);
    for (int i = 0; i <= (1 << 20); i++)
        buf_append_char(&text, 'x');
    struct mustache_set *set = mustache_create(arena, &options);
    struct error error;
    assert_int_equal(mustache_add(set, "a", buf_str(&text), &error), STATUS_TOO_LARGE);
    assert_int_equal(mustache_add(set, "a", STR(""), &error), STATUS_OK);
    assert_int_equal(mustache_add(set, "a", STR(""), &error), STATUS_CONFLICT);
    const struct mustache_template *template;
    assert_int_equal(mustache_compile(set, "b", &template, &error), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_looked_up_and_escaped),
        cmocka_unit_test(dotted_names_resolve_their_first_part_in_the_stack_and_the_rest_inside_it),
        cmocka_unit_test(sections_run_once_for_every_item_and_not_at_all_for_what_is_false),
        cmocka_unit_test(standalone_tags_take_their_line_with_them),
        cmocka_unit_test(delimiters_can_be_changed),
        cmocka_unit_test(partials_take_the_indentation_of_their_tag),
        cmocka_unit_test(dynamic_names_choose_a_template_by_the_view),
        cmocka_unit_test(parents_and_blocks_inherit),
        cmocka_unit_test(blocks_are_indented_where_they_are_used_not_where_they_are_written),
        cmocka_unit_test(mistakes_are_refused_with_name_line_and_reason),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests_name("the Mustache specification", tests, NULL, NULL);
}
