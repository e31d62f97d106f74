/* Decision tables: every hit policy and aggregation (DMN 1.3, 8.2.10), entries, defaults, allowed values. */
#include "dmn_case.h"

#define TABLE(attributes, columns, rules)                                                                    \
    MODEL(INPUT("n", "number") DECISION(                                                                     \
        "r", "Any",                                                                                          \
        NEEDS_INPUT("n") "<decisionTable " attributes                                                        \
                         "><input><inputExpression><text>n</text></inputExpression></input>" columns rules   \
                         "</decisionTable>"))
#define ONE     "<output/>"
#define ORDERED "<output><outputValues><text>\"high\", \"middle\", \"low\"</text></outputValues></output>"
#define TWO     "<output name=\"a\"/><output name=\"b\"/>"
#define STEPS   RULE1("&gt; 1", "10") RULE1("&gt; 2", "20") RULE1("&gt; 3", "20")
#define WORDS   RULE1("&gt; 1", "\"low\"") RULE1("&gt; 2", "\"high\"") RULE1("&gt; 3", "\"middle\"")

static void unique_allows_one_rule_only(void **state)
{
    static const char xml[] = TABLE(
        "", ONE, RULE1("&lt; 5", "\"small\"") RULE1("[5..10]", "\"middle\"") RULE1("&gt;= 10", "\"large\""));
    (void)state;
    check_decision(xml, "r", "{n: 1}", "\"small\"");
    check_decision(xml, "r", "{n: 5}", "\"middle\"");
    check_decision(xml, "r", "{n: 10}", "null");
    check_decision(xml, "r", "{n: 11}", "\"large\"");
    check_decision(xml, "r", "{}", "null");
    check_decision(xml, "r", "{n: \"x\"}", "null");
}

static void first_takes_the_first_rule(void **state)
{
    (void)state;
    check_decision(TABLE("hitPolicy=\"FIRST\"", ONE, STEPS), "r", "{n: 4}", "10");
    check_decision(TABLE("hitPolicy=\"FIRST\"", ONE, STEPS), "r", "{n: 1}", "null");
}

static void any_demands_equal_results(void **state)
{
    (void)state;
    check_decision(TABLE("hitPolicy=\"ANY\"", ONE, RULE1("&gt; 1", "7") RULE1("&gt; 2", "7.0")), "r",
                   "{n: 4}", "7");
    check_decision(TABLE("hitPolicy=\"ANY\"", ONE, STEPS), "r", "{n: 4}", "null");
    check_decision(TABLE("hitPolicy=\"ANY\"", TWO, RULE2("&gt; 1", "1", "2") RULE2("&gt; 2", "1", "2")), "r",
                   "{n: 4}", "{a: 1, b: 2}");
}

static void priority_follows_the_output_values(void **state)
{
    (void)state;
    check_decision(TABLE("hitPolicy=\"PRIORITY\"", ORDERED, WORDS), "r", "{n: 4}", "\"high\"");
    check_decision(TABLE("hitPolicy=\"PRIORITY\"", ORDERED, WORDS), "r", "{n: 2}", "\"low\"");
    check_decision(TABLE("hitPolicy=\"PRIORITY\"",
                         "<output name=\"a\"><outputValues><text>2, 1</text></outputValues></output><output "
                         "name=\"b\"><outputValues><text>\"x\", \"y\"</text></outputValues></output>",
                         RULE2("-", "1", "\"x\"") RULE2("-", "2", "\"y\"") RULE2("-", "2", "\"x\"")),
                   "r", "{n: 1}", "{a: 2, b: \"x\"}");
}

static void order_policies_give_lists(void **state)
{
    (void)state;
    check_decision(TABLE("hitPolicy=\"OUTPUT ORDER\"", ORDERED, WORDS), "r", "{n: 4}",
                   "[\"high\", \"middle\", \"low\"]");
    check_decision(TABLE("hitPolicy=\"RULE ORDER\"", ONE, WORDS), "r", "{n: 4}",
                   "[\"low\", \"high\", \"middle\"]");
    check_decision(TABLE("hitPolicy=\"RULE ORDER\"", TWO, RULE2("-", "1", "2") RULE2("-", "3", "4")), "r",
                   "{n: 4}", "[{a: 1, b: 2}, {a: 3, b: 4}]");
    check_decision(TABLE("hitPolicy=\"RULE ORDER\"", ONE, WORDS), "r", "{n: 0}", "null");
}

static void collect_gathers_or_aggregates(void **state)
{
    (void)state;
    check_decision(TABLE("hitPolicy=\"COLLECT\"", ONE, STEPS), "r", "{n: 4}", "[10, 20, 20]");
    check_decision(TABLE("hitPolicy=\"COLLECT\"", ONE, STEPS), "r", "{n: 0}", "[]");
    check_decision(TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", ONE, STEPS), "r", "{n: 4}", "50");
    check_decision(TABLE("hitPolicy=\"COLLECT\" aggregation=\"MIN\"", ONE, STEPS), "r", "{n: 4}", "10");
    check_decision(TABLE("hitPolicy=\"COLLECT\" aggregation=\"MAX\"", ONE, STEPS), "r", "{n: 4}", "20");
    check_decision(TABLE("hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", ONE, STEPS), "r", "{n: 4}", "3");
    check_decision(TABLE("hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", ONE, STEPS), "r", "{n: 0}", "0");
    check_decision(TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", ONE, WORDS), "r", "{n: 4}", "null");
    check_decision(
        TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", TWO, RULE2("-", "1", "2") RULE2("-", "3", "4")),
        "r", "{n: 4}", "{a: 4, b: 6}");
}

static void entries_are_unary_tests_and_expressions(void **state)
{
    (void)state;
    check_decision(TABLE("", ONE, RULE1("? &gt; 2 and ? &lt; 5", "n * 2") RULE1("not(3, 4)", "null")), "r",
                   "{n: 4}", "8");
    check_decision(TABLE("", ONE, RULE1("", "\"empty cell\"")), "r", "{}", "\"empty cell\"");
    check_decision(TABLE("", ONE, RULE1("null", "\"none\"") RULE1("&gt; 0", "\"some\"")), "r", "{n: null}",
                   "\"none\"");
    check_decision(TABLE("", ONE, RULE1("[1, 2, 3]", "\"listed\"")), "r", "{n: 2}", "\"listed\"");
    check_decision(TABLE("", ONE, RULE1("1 +", "\"broken\"") RULE1("-", "\"whole\"")), "r", "{n: 2}",
                   "\"whole\"");
    check_decision(TABLE("", ONE, RULE1("-", "")), "r", "{n: 2}", "null");
}

static void defaults_stand_when_no_rule_matches(void **state)
{
    static const char column[] =
        "<output name=\"a\"><defaultOutputEntry><text>n + 100</text></defaultOutputEntry></output>";
    char xml[4000];
    (void)state;
    check_decision(TABLE("", "<output><defaultOutputEntry><text>n + 100</text></defaultOutputEntry></output>",
                         RULE1("5", "1")),
                   "r", "{n: 1}", "101");
    snprintf(xml, sizeof xml, TABLE("", "%s<output name=\"b\"/>", RULE2("5", "1", "2")), column);
    check_decision(xml, "r", "{n: 1}", "{a: 101, b: null}");
}

static void allowed_values_are_held(void **state)
{
    static const char inputs[] = MODEL(INPUT("n", "number") DECISION(
        "r", "Any",
        NEEDS_INPUT("n") "<decisionTable><input><inputExpression><text>n</text></"
                         "inputExpression><inputValues><text>[0..9]</text></inputValues></input><output/"
                         ">" RULE1("-", "1") "</decisionTable>"));
    static const char typed[] =
        TABLE("", "<output typeRef=\"string\"/>", RULE1("1", "\"a\"") RULE1("2", "5"));
    (void)state;
    check_decision(inputs, "r", "{n: 5}", "1");
    check_decision(inputs, "r", "{n: 10}", "null");
    check_decision(typed, "r", "{n: 1}", "\"a\"");
    check_decision(typed, "r", "{n: 2}", "null");
    check_decision(TABLE("", ORDERED, RULE1("-", "\"other\"")), "r", "{n: 2}", "null");
}

static void malformed_tables_are_found(void **state)
{
    (void)state;
    check_findings(TABLE("", ONE, STEPS), "");
    check_findings(TABLE("hitPolicy=\"BEST\"", ONE, STEPS), "dmn.table");
    check_findings(TABLE("hitPolicy=\"COLLECT\" aggregation=\"MEAN\"", ONE, STEPS), "dmn.table");
    check_findings(TABLE("", "", ""), "dmn.table");
    check_findings(TABLE("", ONE, RULE2("-", "1", "2")), "dmn.table");
    check_findings(TABLE("", ONE, RULE1("1 +", "1 /")), "dmn.expression,dmn.expression");
    check_decision(TABLE("hitPolicy=\"BEST\"", ONE, STEPS), "r", "{n: 1}", "null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unique_allows_one_rule_only),
        cmocka_unit_test(first_takes_the_first_rule),
        cmocka_unit_test(any_demands_equal_results),
        cmocka_unit_test(priority_follows_the_output_values),
        cmocka_unit_test(order_policies_give_lists),
        cmocka_unit_test(collect_gathers_or_aggregates),
        cmocka_unit_test(entries_are_unary_tests_and_expressions),
        cmocka_unit_test(defaults_stand_when_no_rule_matches),
        cmocka_unit_test(allowed_values_are_held),
        cmocka_unit_test(malformed_tables_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
