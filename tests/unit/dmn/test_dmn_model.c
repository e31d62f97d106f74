/* Decisions that require others, boxed expressions, business knowledge models, services, item definitions. */
#include "dmn_case.h"

/* clang-format would indent every part of a model deeper than the one before. */
/* clang-format off */

static void decisions_require_inputs_and_decisions(void **state)
{
    static const char xml[] = MODEL(
        INPUT("số bản", "number")
        INPUT("loại", "string")
        DECISION("đơn giá", "number", NEEDS_INPUT("loại") LITERAL("if loại = \"gấp\" then 15000 else 8000"))
        DECISION("phí", "number", NEEDS_INPUT("số bản") NEEDS("đơn giá") LITERAL("số bản * đơn giá"))
        DECISION("stranger", "number", LITERAL("số bản * 2")));
    struct arena *arena = arena_create(CASE_ARENA);
    const struct dmn_model *model;
    const struct str *names;
    size_t count;
    (void)state;
    check_decision(xml, "phí", "{\"số bản\": 3, loại: \"gấp\"}", "45000");
    check_decision(xml, "d_phí", "{\"số bản\": 3}", "24000");
    check_decision(xml, "stranger", "{\"số bản\": 3}", "null");
    check_decision(xml, "nobody", "{}", "error dmn.unknown_decision");
    assert_int_equal(dmn_load(arena, str_of(xml), &model, NULL), STATUS_OK);
    names = dmn_decisions(model, &count);
    assert_int_equal(count, 3);
    assert_true(str_equal_cstr(names[1], "phí"));
    names = dmn_inputs(model, STR("phí"), arena, &count);
    assert_int_equal(count, 2);
    assert_true(str_equal_cstr(names[0], "số bản") && str_equal_cstr(names[1], "loại"));
    assert_null(dmn_inputs(model, STR("nobody"), arena, &count));
    arena_destroy(arena);
}

static void boxed_contexts_lists_and_relations(void **state)
{
    static const char xml[] = MODEL(
        DECISION("c", "Any", "<context>" ENTRY("a b", LITERAL("2")) ENTRY("c", LITERAL("a b * 3")) "</context>")
        DECISION("d", "Any", "<context>" ENTRY("x", LITERAL("2")) "<contextEntry>" LITERAL("x + 40") "</contextEntry></context>")
        DECISION("l", "Any", "<list>" LITERAL("1") "<list>" LITERAL("\"x\"") "</list><context>" ENTRY("y", LITERAL("3")) "</context></list>")
        DECISION("r", "Any", "<relation><column name=\"k\"/><column name=\"v w\"/><row>" LITERAL("\"a\"") LITERAL("1") "</row><row>" LITERAL("\"b\"") LITERAL("2") "</row></relation>")
        DECISION("p", "Any", NEEDS("r") LITERAL("r[k = \"b\"].v w"))
        DECISION("f", "Any", "<context>" ENTRY("g", "<functionDefinition><formalParameter name=\"n\" typeRef=\"number\"/>" LITERAL("if n &lt; 2 then 1 else n * g(n - 1)") "</functionDefinition>") "<contextEntry>" LITERAL("g(5)") "</contextEntry>" "</context>"));
    (void)state;
    check_decision(xml, "c", "{}", "{\"a b\": 2, c: 6}");
    check_decision(xml, "d", "{}", "42");
    check_decision(xml, "l", "{}", "[1, [\"x\"], {y: 3}]");
    check_decision(xml, "r", "{}", "[{k: \"a\", \"v w\": 1}, {k: \"b\", \"v w\": 2}]");
    check_decision(xml, "p", "{}", "[2]");
    check_findings(xml, "");
}

static void boxed_conditionals_iterators_and_filters(void **state)
{
    static const char xml[] =
        MODEL(INPUT("n", "Any")
        DECISION("c", "Any",
            NEEDS_INPUT("n") "<conditional><if>" LITERAL("n &gt; 2") "</if><then>" LITERAL(
            "\"a\"") "</then><else>" LITERAL("\"b\"") "</else></conditional>")
        DECISION("f", "Any",
            NEEDS_INPUT("n") "<for iteratorVariable=\"i\"><in>" LITERAL(
            "n") "</in><return>" LITERAL("i + count(partial)") "</return></for>")
        DECISION("s", "Any",
            NEEDS_INPUT("n") "<some iteratorVariable=\"i\"><in>" LITERAL(
            "n") "</in><satisfies>" LITERAL("i &gt; 2") "</satisfies></some>")
        DECISION("e", "Any",
            NEEDS_INPUT("n") "<every iteratorVariable=\"i\"><in>" LITERAL(
            "n") "</in><satisfies>" LITERAL("i &gt; 2") "</satisfies></every>")
        DECISION("w", "Any",
            NEEDS_INPUT("n") "<filter><in>" LITERAL(
            "n") "</in><match>" LITERAL("a &gt; 1") "</match></filter>"));
    (void)state;
    check_decision(xml, "c", "{n: 3}", "\"a\"");
    check_decision(xml, "c", "{n: null}", "\"b\"");
    check_decision(xml, "f", "{n: [10, 20]}", "[10, 21]");
    check_decision(xml, "f", "{n: [1..3]}", "[1, 3, 5]");
    check_decision(xml, "s", "{n: [1, 3]}", "true");
    check_decision(xml, "e", "{n: [1, 3]}", "false");
    check_decision(xml, "w", "{n: [{a: 1}, {a: 2, b: 5}]}", "[{a: 2, b: 5}]");
}

#define KNOWLEDGE(name, parameters, body)                                                                    \
    "<businessKnowledgeModel name=\"" name "\" id=\"k_" name "\"><variable name=\"" name                     \
    "\"/><encapsulatedLogic>" parameters body "</encapsulatedLogic>"
#define END_KNOWLEDGE "</businessKnowledgeModel>"

static void knowledge_models_are_called(void **state)
{
    static const char xml[] = MODEL(
        KNOWLEDGE("half", "<formalParameter name=\"n\" typeRef=\"number\"/>", LITERAL("n / 2")) END_KNOWLEDGE
        KNOWLEDGE("quarter", "<formalParameter name=\"n\"/>", LITERAL("half(half(n))")) KNOWS("half") END_KNOWLEDGE
        KNOWLEDGE("steps", "<formalParameter name=\"n\"/>", "<decisionTable><input><inputExpression><text>n</text></inputExpression></input><output/>" RULE1("&lt; 5", "\"few\"") RULE1("&gt;= 5", "\"many\"") "</decisionTable>") END_KNOWLEDGE
        KNOWLEDGE("down", "<formalParameter name=\"n\"/>", LITERAL("if n &lt;= 0 then 0 else down(n - 1)")) END_KNOWLEDGE
        DECISION("a", "number", KNOWS("quarter") LITERAL("quarter(10)"))
        DECISION("b", "Any", KNOWS("half") LITERAL("half(\"x\")"))
        DECISION("c", "Any", KNOWS("steps") "<invocation>" LITERAL("steps") "<binding><parameter name=\"n\"/>" LITERAL("2 + 4") "</binding></invocation>")
        DECISION("d", "Any", KNOWS("steps") "<invocation>" LITERAL("steps") "<binding><parameter name=\"m\"/>" LITERAL("1") "</binding></invocation>")
        DECISION("e", "Any", KNOWS("half") LITERAL("for x in [2, 4] return half(n: x)"))
        DECISION("f", "Any", KNOWS("down") LITERAL("down(20)"))
        DECISION("g", "Any", KNOWS("down") LITERAL("down(1000000)"))
        DECISION("h", "Any", LITERAL("half(2)")));
    (void)state;
    check_decision(xml, "a", "{}", "2.5");
    check_decision(xml, "b", "{}", "null");
    check_decision(xml, "c", "{}", "\"many\"");
    check_decision(xml, "d", "{}", "null");
    check_decision(xml, "e", "{}", "[1, 2]");
    check_decision(xml, "f", "{}", "0");
    check_decision(xml, "g", "{}", "error feel.too_deep");
    check_decision(xml, "h", "{}", "null");
}

static void services_are_functions_of_their_inputs(void **state)
{
    static const char xml[] =
        MODEL(INPUT("x", "number") DECISION("inner", "number", LITERAL("1000"))
        DECISION("out", "number", NEEDS_INPUT("x") NEEDS("inner") LITERAL("x + inner")) DECISION(
            "other", "number",
            NEEDS_INPUT("x") LITERAL(
            "x * 2")) "<decisionService name=\"s\" id=\"k_s\"><variable "
            "name=\"s\"/><outputDecision href=\"#d_out\"/><inputDecision "
            "href=\"#d_inner\"/><inputData href=\"#i_x\"/></decisionService>"
        "<decisionService name=\"two\" id=\"k_two\"><variable "
            "name=\"two\"/><outputDecision href=\"#d_out\"/><outputDecision "
            "href=\"#d_other\"/><encapsulatedDecision href=\"#d_inner\"/><inputData "
            "href=\"#i_x\"/></decisionService>" DECISION(
            "call", "number", KNOWS("s") LITERAL("s(1, 2)"))
        DECISION("named", "number", KNOWS("s") LITERAL("s(inner: 5, x: 1)"))
        DECISION("wrong", "number", KNOWS("s") LITERAL("s(1)"))
        DECISION("typed", "Any", KNOWS("s") LITERAL("s(\"a\", 1)")));
    (void)state;
    check_decision(xml, "s", "{x: 1, inner: 2}", "3");
    check_decision(xml, "two", "{x: 1}", "{out: 1001, other: 2}");
    check_decision(xml, "call", "{x: 99}", "3");
    check_decision(xml, "named", "{}", "6");
    check_decision(xml, "wrong", "{}", "null");
    check_decision(xml, "typed", "{}", "null");
}

#define ITEM(name, body)      "<itemDefinition name=\"" name "\">" body "</itemDefinition>"
#define COMPONENT(name, type) "<itemComponent name=\"" name "\"><typeRef>" type "</typeRef></itemComponent>"

/* As other engines' modelers write them: no input data, no variables, columns seen by their names. */
static void undeclared_inputs_and_columns_are_seen(void **state)
{
    static const char xml[] = MODEL(
        "<decision id=\"top\" name=\"Top\">" "<informationRequirement><requiredDecision href=\"#fee\"/></informationRequirement>"
        "<informationRequirement><requiredDecision href=\"#rows\"/></informationRequirement>"
        "<decisionTable><input><inputExpression typeRef=\"double\"><text>sum</text></inputExpression></input><output name=\"a\"/><output name=\"b\"/>"
        RULE2("&lt; 10", "kind", "[price, item price]") "</decisionTable></decision>"
        "<decision id=\"fee\" name=\"Fee table\"><decisionTable><input><inputExpression typeRef=\"integer\"><text>copies</text></inputExpression></input>"
        "<output name=\"kind\" typeRef=\"string\"/>" RULE1("[1..3]", "\"few\"") RULE1("&gt; 3", "\"many\"") "</decisionTable></decision>"
        "<decision id=\"rows\" name=\"Rows\"><decisionTable hitPolicy=\"COLLECT\"><input><inputExpression typeRef=\"date\"><text>day</text></inputExpression></input>"
        "<output name=\"price\"/><output name=\"item price\"/>" RULE2("&lt; date(\"2027-01-01\")", "1", "sum") RULE2("-", "2", "null") "</decisionTable></decision>"
        KNOWLEDGE("k", "<formalParameter name=\"n\" typeRef=\"date\"/>", LITERAL("copies"))
        END_KNOWLEDGE
        DECISION("called", "Any", KNOWS("k") LITERAL("k(null)"))
        INPUT("declared", "number")
        DECISION("stranger", "Any", LITERAL("declared")));
    (void)state;
    check_findings(xml, "");
    check_decision(xml, "fee", "{copies: 2}", "\"few\"");
    check_decision(xml, "top", "{copies: 4, sum: 5, day: \"2026-11-24\"}", "{a: \"many\", b: [[1, 2], [5, null]]}");
    check_decision(xml, "rows", "{day: date(\"2027-11-24\")}", "[{price: 2, \"item price\": null}]");
    check_decision(xml, "called", "{copies: 5}", "null");
    check_decision(xml, "stranger", "{declared: 5}", "null");
}

static void knowledge_models_are_asked_by_name(void **state)
{
    static const char xml[] = MODEL(
        KNOWLEDGE("twice", "<formalParameter name=\"n\" typeRef=\"number\"/>", LITERAL("n * 2")) END_KNOWLEDGE
        KNOWLEDGE("year", "<formalParameter name=\"d\" typeRef=\"date\"/>", LITERAL("d.year")) END_KNOWLEDGE
        KNOWLEDGE("more", "<formalParameter name=\"n\"/>", LITERAL("twice(n) + 1")) KNOWS("twice") END_KNOWLEDGE
        "<businessKnowledgeModel name=\"empty\" id=\"k_empty\"/>");
    (void)state;
    check_decision(xml, "twice", "{n: 4}", "8");
    check_decision(xml, "year", "{d: 5}", "null");
    check_decision(xml, "k_twice", "{}", "null");
    check_decision(xml, "more", "{n: 4}", "9");
    check_decision(xml, "year", "{d: \"2026-11-24\"}", "2026");
    check_decision(xml, "empty", "{n: 4}", "null");
}

/* A function is not called with an argument that does not conform; null conforms to every type. */
static void arguments_of_the_wrong_type_give_null(void **state)
{
    static const char xml[] = MODEL(
        KNOWLEDGE("k", "<formalParameter name=\"n\" typeRef=\"number\"/>", LITERAL("n = null")) END_KNOWLEDGE
        INPUT("s", "string")
        DECISION("out", "Any", NEEDS_INPUT("s") LITERAL("s = null"))
        "<decisionService name=\"service\" id=\"k_service\"><outputDecision href=\"#d_out\"/><inputData href=\"#i_s\"/></decisionService>"
        DECISION("model", "Any", KNOWS("k") LITERAL("[k(1), k(null), k(\"x\"), k([2])]"))
        DECISION("decision service", "Any", KNOWS("service") LITERAL("[service(\"x\"), service(null), service(1)]"))
        DECISION("boxed", "Any", "<context>" ENTRY("f", "<functionDefinition><formalParameter name=\"n\" typeRef=\"number\"/>" LITERAL("n = null") "</functionDefinition>") "<contextEntry>" LITERAL("[f(1), f(\"x\")]") "</contextEntry></context>"));
    (void)state;
    check_decision(xml, "model", "{}", "[false, true, null, false]");
    check_decision(xml, "decision service", "{}", "[false, true, null]");
    check_decision(xml, "boxed", "{}", "[false, null]");
    check_decision(xml, "service", "{s: 1}", "null");
    check_decision(xml, "k", "{n: \"x\"}", "null");
    check_decision(xml, "out", "{s: 1}", "true");
}

static void item_definitions_hold_values(void **state)
{
    static const char xml[] = MODEL(
        ITEM("tLoại", "<typeRef>string</typeRef><allowedValues><text>\"A\", \"B\"</text></allowedValues>")
        ITEM("tNgười", COMPONENT("họ tên", "string") COMPONENT("ngày sinh", "date") COMPONENT("loại", "tLoại"))
        "<itemDefinition name=\"tNhóm\" isCollection=\"true\"><typeRef>tNgười</typeRef></itemDefinition>"
        "<itemDefinition name=\"tNumbers\" isCollection=\"true\"><typeRef>number</typeRef></itemDefinition>"
        ITEM("tTree", COMPONENT("value", "number") "<itemComponent name=\"children\" isCollection=\"true\"><typeRef>tTree</typeRef></itemComponent>")
        "<itemDefinition name=\"tFn\"><functionItem outputTypeRef=\"string\"><parameters name=\"a\" typeRef=\"number\"/></functionItem></itemDefinition>"
        INPUT("p", "tNgười")
        INPUT("g", "tNhóm")
        INPUT("l", "tLoại")
        INPUT("t", "tTree")
        DECISION("name", "string", NEEDS_INPUT("p") LITERAL("p.họ tên"))
        DECISION("year", "number", NEEDS_INPUT("p") LITERAL("p.ngày sinh.year"))
        DECISION("names", "Any", NEEDS_INPUT("g") LITERAL("g[loại = \"B\"].họ tên"))
        DECISION("kind", "Any", NEEDS_INPUT("l") LITERAL("l"))
        DECISION("wrapped", "tNumbers", LITERAL("5"))
        DECISION("unwrapped", "number", LITERAL("[5]"))
        DECISION("bad", "number", LITERAL("\"5\""))
        DECISION("badList", "tNumbers", LITERAL("[1, \"x\"]"))
        DECISION("outside", "tLoại", LITERAL("\"C\""))
        DECISION("is", "boolean", NEEDS_INPUT("p") LITERAL("p instance of tNgười"))
        DECISION("isC", "boolean", LITERAL("\"C\" instance of tLoại"))
        DECISION("fn", "boolean", LITERAL("(function(a: number) \"x\") instance of tFn"))
        DECISION("fnResult", "boolean", LITERAL("(function(a: number) 1) instance of tFn"))
        DECISION("fnParameter", "boolean", LITERAL("(function(a: string) \"x\") instance of tFn"))
        DECISION("tree", "number", NEEDS_INPUT("t") LITERAL("sum(t.children.value)")));
    static const char person[] = "{p: {\"họ tên\": \"An\", \"ngày sinh\": @\"2000-02-29\", loại: \"A\"}}";
    (void)state;
    check_findings(xml, "");
    check_decision(xml, "name", person, "\"An\"");
    check_decision(xml, "year", "{p: {\"họ tên\": \"An\", \"ngày sinh\": \"2000-02-29\", loại: \"A\"}}",
            "2000");
    check_decision(xml, "name", "{p: {\"họ tên\": \"An\", \"ngày sinh\": @\"2000-02-29\", loại: \"X\"}}",
            "null");
    check_decision(xml, "name", "{p: {\"họ tên\": 5, \"ngày sinh\": @\"2000-02-29\", loại: \"A\"}}", "null");
    check_decision(xml, "names",
            "{g: [{\"họ tên\": \"An\", \"ngày sinh\": null, loại: \"A\"}, {\"họ tên\": \"Bình\", "
            "\"ngày sinh\": null, loại: \"B\"}]}",
            "[\"Bình\"]");
    check_decision(xml, "kind", "{l: \"A\"}", "\"A\"");
    check_decision(xml, "kind", "{l: \"Z\"}", "null");
    check_decision(xml, "wrapped", "{}", "[5]");
    check_decision(xml, "unwrapped", "{}", "5");
    check_decision(xml, "bad", "{}", "null");
    check_decision(xml, "badList", "{}", "null");
    check_decision(xml, "outside", "{}", "null");
    check_decision(xml, "is", person, "true");
    check_decision(xml, "isC", "{}", "true");
    check_decision(xml, "fn", "{}", "true");
    check_decision(xml, "fnResult", "{}", "false");
    check_decision(xml, "fnParameter", "{}", "false");
    check_decision(xml, "tree",
            "{t: {value: 1, children: [{value: 2, children: []}, {value: 3, children: []}]}}", "5");
}

static void what_cannot_work_is_found(void **state)
{
    (void)state;
    check_findings(MODEL(DECISION("a", "number", NEEDS("b") LITERAL("b"))
        DECISION("b", "number", NEEDS("a") LITERAL("a"))),
            "dmn.cycle");
    check_findings(MODEL(DECISION("a", "number", NEEDS("nobody") LITERAL("1"))), "dmn.reference");
    check_findings(MODEL(DECISION("a", "tNobody", LITERAL("1"))), "dmn.type");
    check_findings(MODEL(DECISION("a", "number", LITERAL("1 +"))), "dmn.expression");
    check_findings(MODEL("<import namespace=\"urn:x\" name=\"x\" importType=\"y\"/>"), "dmn.import");
    check_findings(
        MODEL(DECISION(
            "a", "Any",
            "<literalExpression expressionLanguage=\"urn:groovy\"><text>1</text></literalExpression>")),
        "dmn.unsupported");
    check_findings(
        MODEL("<decision name=\"a\"><decisionTable><input><inputExpression><text>n</text></inputExpression></input><output/>"
              "<rule><inputEntry expressionLanguage=\"juel\"><text>n &gt; 1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision>"),
        "dmn.unsupported");
    check_findings(MODEL(KNOWLEDGE("j", "", "") END_KNOWLEDGE), "");
    check_decision(MODEL(DECISION("a", "number", NEEDS("b") LITERAL("b"))
        DECISION("b", "number", NEEDS("a") LITERAL("a"))),
            "a", "{}", "null");
    check_decision(MODEL(DECISION("a", "number", "")), "a", "{}", "null");
}

#define DOCUMENT(name_space, body)                                                                           \
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" namespace=\"" name_space \
    "\">" body "</definitions>"
#define IMPORT(name, name_space) "<import name=\"" name "\" namespace=\"" name_space "\" importType=\"dmn\"/>"

static void imported_models_are_seen_under_their_names(void **state)
{
    static const char base[] = DOCUMENT("urn:base",
        ITEM("tNgười", COMPONENT("họ tên", "string"))
        INPUT("p", "tNgười")
        DECISION("chào bạn", "string", NEEDS_INPUT("p") LITERAL("\"Chào \" + p.họ tên"))
        KNOWLEDGE("nhân đôi", "<formalParameter name=\"n\"/>", LITERAL("n * 2")) END_KNOWLEDGE);
    static const char middle[] =
        DOCUMENT("urn:middle",
            IMPORT("gốc", "urn:base")
        DECISION("dài", "number",
        "<informationRequirement><requiredDecision href=\"urn:base#d_chào "
            "bạn\"/></informationRequirement>" LITERAL("string length(gốc.chào bạn)")));
    static const char text[] = DOCUMENT("urn:main", IMPORT("g", "urn:base") IMPORT("mô hình giữa", "urn:middle") IMPORT("z", "urn:nowhere")
        INPUT("x", "g.tNgười")
        DECISION("all", "string", "<informationRequirement><requiredDecision href=\"urn:base#d_chào bạn\"/></informationRequirement><informationRequirement><requiredDecision href=\"urn:middle#d_dài\"/></informationRequirement>" "<knowledgeRequirement><requiredKnowledge href=\"urn:base#k_nhân đôi\"/></knowledgeRequirement>" LITERAL("g.chào bạn + \" \" + string(mô hình giữa.dài) + \" \" + string(g.nhân đôi(4))"))
        DECISION("typed", "boolean", NEEDS_INPUT("x") LITERAL("x instance of g.tNgười")));
    struct str imports[] = {{middle, sizeof middle - 1}, {"broken", 6}, {base, sizeof base - 1}};
    static const char *const contexts[] = {"{p: {\"họ tên\": \"An\"}, x: {\"họ tên\": \"B\"}}",
            "{g: {p: {\"họ tên\": \"An\"}}, x: {\"họ tên\": \"B\"}}"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct arena *arena = arena_create(CASE_ARENA);
        struct feel_environment environment = {.context = NULL};
        const struct dmn_model *model;
        const struct feel_expression *expression;
        const struct feel_value *value;
        struct error error;
        size_t count;
        assert_int_equal(feel_compile(arena, str_of(contexts[i]), NULL, &expression, &error), STATUS_OK);
        assert_int_equal(feel_evaluate(expression, &environment, arena, &environment.context, &error),
            STATUS_OK);
        assert_int_equal(dmn_load_with_imports(arena, str_of(text), imports, 3, &model, &error), STATUS_OK);
        assert_string_equal(dmn_findings(model, &count)[0].code, "dmn.import");
        assert_int_equal(count, 1);
        dmn_decisions(model, &count);
        assert_int_equal(count, 2);
        assert_int_equal(dmn_evaluate(model, STR("all"), &environment, arena, &value, &error), STATUS_OK);
        assert_string_equal(feel_literal(arena, value, 1000), "\"Chào An 7 8\"");
        assert_int_equal(dmn_evaluate(model, STR("typed"), &environment, arena, &value, &error), STATUS_OK);
        assert_true(feel_is_true(value));
        arena_destroy(arena);
    }
}

static void a_model_imported_without_a_name_is_part_of_the_importing_one(void **state)
{
    static const char first[] = DOCUMENT("urn:first", DECISION("phí", "string", LITERAL("\"first\"")));
    static const char second[] =
        DOCUMENT("urn:second", DECISION("phí", "string", LITERAL("\"second\""))
                 DECISION("hạn", "string", LITERAL("\"limit\"")) IMPORT("", "urn:main"));
    static const char middle[] =
        DOCUMENT("urn:middle", IMPORT("", "urn:first") IMPORT("", "urn:second")
                 DECISION("giữa", "string", NEEDS("hạn") LITERAL("hạn + \"!\"")));
    static const char text[] =
        DOCUMENT("urn:main", IMPORT("", "urn:middle")
                 DECISION("all", "string", NEEDS("phí") NEEDS("giữa") NEEDS("hạn")
                          LITERAL("phí + \" \" + giữa + \" \" + hạn"))
                 DECISION("none", "string", NEEDS("không có") LITERAL("1")));
    struct str imports[] = {
        {middle, sizeof middle - 1}, {first, sizeof first - 1}, {second, sizeof second - 1}};
    struct arena *arena = arena_create(CASE_ARENA);
    struct feel_environment environment = {.context = NULL};
    const struct dmn_model *model;
    const struct feel_value *value;
    struct error error;
    size_t count;
    (void)state;
    assert_int_equal(dmn_load_with_imports(arena, str_of(text), imports, 3, &model, &error), STATUS_OK);
    assert_string_equal(dmn_findings(model, &count)[0].code, "dmn.reference");
    assert_int_equal(count, 1);
    assert_int_equal(dmn_evaluate(model, STR("all"), &environment, arena, &value, &error), STATUS_OK);
    assert_string_equal(feel_literal(arena, value, 1000), "\"first limit! limit\"");
    arena_destroy(arena);
}

static void hostile_files_are_refused(void **state)
{
    struct arena *arena = arena_create(CASE_ARENA);
    const struct dmn_model *model = NULL;
    struct error error;
    BUF_AUTO deep = BUF_WITH_MAXIMUM(1 << 20);
    (void)state;
    assert_int_equal(
        dmn_load(arena, STR("<!DOCTYPE definitions [<!ENTITY a \"b\">]><definitions/>"), &model, &error),
        STATUS_INVALID);
    assert_string_equal(error.code, "xml.doctype");
    assert_int_equal(dmn_load(arena, STR("<a/>"), &model, &error), STATUS_INVALID);
    assert_string_equal(error.code, "dmn.root");
    assert_int_equal(dmn_load(arena, STR("no xml"), &model, &error), STATUS_INVALID);
    buf_append_cstr(&deep, "<definitions><decision name=\"a\">");
    for (int i = 0; i < 5000; i++)
        buf_append_cstr(&deep, "<list>");
    assert_int_not_equal(dmn_load(arena, buf_str(&deep), &model, &error), STATUS_OK);
    assert_null(model);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_require_inputs_and_decisions),
        cmocka_unit_test(boxed_contexts_lists_and_relations),
        cmocka_unit_test(boxed_conditionals_iterators_and_filters),
        cmocka_unit_test(knowledge_models_are_called),
        cmocka_unit_test(services_are_functions_of_their_inputs),
        cmocka_unit_test(undeclared_inputs_and_columns_are_seen),
        cmocka_unit_test(knowledge_models_are_asked_by_name),
        cmocka_unit_test(arguments_of_the_wrong_type_give_null),
        cmocka_unit_test(item_definitions_hold_values),
        cmocka_unit_test(what_cannot_work_is_found),
        cmocka_unit_test(imported_models_are_seen_under_their_names),
        cmocka_unit_test(a_model_imported_without_a_name_is_part_of_the_importing_one),
        cmocka_unit_test(hostile_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
