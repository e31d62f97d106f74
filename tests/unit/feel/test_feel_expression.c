/* FEEL expressions by clause of DMN 1.3, 10.3.1 and 10.3.2. */
#include "feel_case.h"

static void literals_keep_their_value(void **state)
{
    (void)state;
    CHECK_CASES({"1", "1"}, {"1.50", "1.5"}, {".5", "0.5"}, {"1e3", "1000"}, {"00012", "12"},
                {"true", "true"}, {"null", "null"}, {"\"a\\\"b\\n\\u00e9\\U01F600\"", "\"a\\\"b\\né😀\""},
                {"\"\\uD83D\\uDE00\"", "\"😀\""}, {"\"C:\\d\"", "\"C:\\\\d\""}, {"[]", "[]"}, {"{}", "{}"},
                {"[1, [2, \"x\"], {}]", "[1, [2, \"x\"], {}]"},
                {"12345678901234567890123456789012345", "12345678901234567890123456789012340"},
                {"0.1 + 0.2", "0.3"}, {"@\"2026-11-24\"", "date(\"2026-11-24\")"},
                {"@\"08:15:00+07:00\"", "time(\"08:15:00+07:00\")"},
                {"@\"2026-11-24T08:15:00.5Z\"", "date and time(\"2026-11-24T08:15:00.5Z\")"},
                {"@\"P1Y2M\"", "duration(\"P1Y2M\")"}, {"@\"-PT90M\"", "duration(\"-PT1H30M\")"},
                {"@\"gì đó\"", "null"}, {"1 /* one */ + // two\n 2", "3"}, {"1 + 1, \"x\"", "[2, \"x\"]"});
}

static void arithmetic_binds_as_the_grammar_says(void **state)
{
    (void)state;
    CHECK_CASES({"1 + 2 * 3", "7"}, {"(1 + 2) * 3", "9"}, {"10 - 3 - 2", "5"}, {"2 ** 3 ** 2", "64"},
                {"-2 ** 2", "4"}, {"2 * 3 ** 2", "18"}, {"--1", "1"}, {"8 / 2 / 2", "2"}, {"5 ** -2", "0.04"},
                {"4 ** 0.5", "2"}, {"2 ** 100", "1267650600228229401496703205376"},
                {"1 / 3", "0.3333333333333333333333333333333333"}, {"1 / 0", "null"}, {"10 ** 7000", "null"},
                {"0 ** 0", "1"}, {"\"a\" + \"b\"", "\"ab\""}, {"\"a\" + 1", "null"},
                {"\"a\" - \"a\"", "null"}, {"null + 1", "null"}, {"[1] + 1", "null"}, {"true + true", "null"},
                {"-\"a\"", "null"}, {"(-1) * (2 - 5)", "3"});
}

static void dates_and_durations_are_added_and_subtracted(void **state)
{
    (void)state;
    CHECK_CASES({"@\"2026-01-31\" + @\"P1M\"", "date(\"2026-02-28\")"},
                {"@\"2024-02-29\" - @\"P1Y\"", "date(\"2023-02-28\")"},
                {"@\"2026-11-24\" + @\"P7D\"", "date(\"2026-12-01\")"},
                {"@\"2026-11-24\" - @\"PT1S\"", "date(\"2026-11-23\")"},
                {"@\"P1D\" + @\"2026-12-31\"", "date(\"2027-01-01\")"},
                {"@\"P1D\" - @\"2026-12-31\"", "null"},
                {"@\"2026-11-24\" - @\"2026-11-01\"", "duration(\"P23D\")"},
                {"@\"2026-11-24T08:00:00\" - @\"2026-11-23T09:30:00\"", "duration(\"PT22H30M\")"},
                {"@\"2026-11-24T08:00:00+07:00\" - @\"2026-11-24T08:00:00Z\"", "duration(\"-PT7H\")"},
                {"@\"2026-11-24T08:00:00+07:00\" - @\"2026-11-24T08:00:00\"", "null"},
                {"@\"2026-11-24T07:00:00+07:00\" - @\"2026-11-24\"", "duration(\"PT0S\")"},
                {"@\"23:30:00\" + @\"PT1H\"", "time(\"00:30:00\")"},
                {"@\"00:30:00\" - @\"P1DT1H\"", "time(\"23:30:00\")"},
                {"@\"10:00:00\" - @\"11:30:00\"", "duration(\"-PT1H30M\")"},
                {"@\"10:00:00\" + @\"P1Y\"", "null"}, {"@\"P1Y\" + @\"P3M\"", "duration(\"P1Y3M\")"},
                {"@\"P1Y\" + @\"P3D\"", "null"}, {"@\"PT1H\" * 25.5", "duration(\"P1DT1H30M\")"},
                {"-2.5 * @\"P1Y11M\"", "duration(\"-P4Y9M\")"}, {"@\"P10D\" / 4", "duration(\"P2DT12H\")"},
                {"@\"P10D\" / @\"P4D\"", "2.5"}, {"@\"P1Y\" / @\"P5M\"", "2.4"}, {"@\"P1Y\" / 0", "null"},
                {"-@\"P1DT0.5S\"", "duration(\"-P1DT0.5S\")"}, {"2 / @\"P1D\"", "null"},
                {"@\"999999999-12-31\" + @\"P1D\"", "null"}, {"@\"P1D\" * 1e30", "null"});
}

static void zones_follow_their_rules(void **state)
{
    (void)state;
    /* clocks in Paris go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00 */
    CHECK_CASES(
        {"date and time(\"2026-07-01T12:00:00@Europe/Paris\").time offset", "duration(\"PT2H\")"},
        {"date and time(\"2026-12-01T12:00:00@Europe/Paris\").time offset", "duration(\"PT1H\")"},
        {"date and time(\"2060-07-01T12:00:00@Europe/Paris\").time offset", "duration(\"PT2H\")"},
        {"date and time(\"2060-12-01T12:00:00@Europe/Paris\").time offset", "duration(\"PT1H\")"},
        {"date and time(\"2026-03-29T01:59:59@Europe/Paris\") + @\"PT1S\"",
         "date and time(\"2026-03-29T03:00:00@Europe/Paris\")"},
        {"date and time(\"2026-10-25T02:30:00@Europe/Paris\") + @\"PT1H\"",
         "date and time(\"2026-10-25T02:30:00@Europe/Paris\")"},
        {"date and time(\"2026-11-24T08:00:00@Asia/Ho_Chi_Minh\") - date and time(\"2026-11-24T01:00:00Z\")",
         "duration(\"PT0S\")"},
        {"date and time(\"2026-11-24T08:00:00@Asia/Ho_Chi_Minh\") > date and "
         "time(\"2026-11-24T02:00:00@Europe/Paris\")",
         "false"},
        {"@\"2026-07-01T12:00:00@Europe/Paris\" = @\"2026-07-01T12:00:00@Europe/Berlin\"", "true"},
        {"@\"2026-07-01T12:00:00@Europe/Paris\" = @\"2026-07-01T10:00:00Z\"", "true"},
        {"@\"2026-12-01T12:00:00@Europe/Paris\" = @\"2026-12-01T10:00:00Z\"", "false"},
        {"@\"2026-07-01T12:00:00@Europe/Paris\" = @\"2026-07-01T12:00:00\"", "false"},
        {"is(@\"2026-07-01T12:00:00@Europe/Paris\", @\"2026-07-01T12:00:00@Europe/Berlin\")", "false"},
        {"@\"10:30:00.25\" = @\"10:30:00.5\"", "true"}, {"is(@\"10:30:00.25\", @\"10:30:00.5\")", "false"},
        {"@\"10:30:00.25\" < @\"10:30:00.5\"", "true"}, {"@\"10:30:00@Etc/UTC\" = @\"10:30:00Z\"", "true"},
        {"time(\"08:00:00@Nowhere/City\")", "null"}, {"@\"2026-11-24T08:00:00@../etc/passwd\"", "null"},
        {"time(\"08:00:00@Etc/UTC\").timezone", "\"Etc/UTC\""}, {"time(\"08:00:00Z\").timezone", "null"});
}

static void comparison_is_null_between_kinds(void **state)
{
    (void)state;
    CHECK_CASES(
        {"1 = 1.0", "true"}, {"1 = \"1\"", "null"}, {"1 != 2", "true"}, {"null = null", "true"},
        {"1 = null", "false"}, {"null != 1", "true"}, {"1 < null", "null"}, {"\"a\" < \"b\"", "true"},
        {"\"Z\" < \"a\"", "true"}, {"true < false", "null"}, {"[1, 2] = [1, 2]", "true"},
        {"[1, 2] = [2, 1]", "false"}, {"[1] = 1", "null"}, {"{a: 1, b: 2} = {b: 2, a: 1}", "true"},
        {"{a: 1} = {a: 1, b: 2}", "false"}, {"{a: 1} = {a: \"x\"}", "null"}, {"[1..5] = [1..5]", "true"},
        {"(< 2) = (< 2)", "true"}, {"(= 2) = [2..2]", "false"}, {"{n: null, r: (< 2) = (n..2)}.r", "false"},
        {"{n: null, r: (n..2) = (n..2)}.r", "true"}, {"range(\"(..2)\") = < 2", "true"},
        {"range(\"[2..)\") = >= 2", "true"}, {"(< 2) != < 3", "true"}, {"(> 2) = >2 and 1 = 1", "true"},
        {"1 == 1", "error feel.syntax"}, {"1 < > 2", "error feel.syntax"}, {"[1..5] = [1..5)", "false"},
        {"@\"P1D\" = @\"PT24H\"", "true"}, {"@\"P1Y\" = @\"P365D\"", "null"},
        {"@\"2026-11-24\" < @\"2026-11-25\"", "true"}, {"@\"2026-11-24\" = @\"2026-11-24T00:00:00\"", "null"},
        {"@\"10:00:00Z\" = @\"10:00:00+00:00\"", "true"}, {"@\"10:00:00Z\" = @\"10:00:00\"", "false"},
        {"@\"10:00:00Z\" < @\"10:00:00\"", "null"}, {"@\"10:00:00Z\" = @\"17:00:00+07:00\"", "true"},
        {"5 between 1 and 5", "true"}, {"0 between 1 and 5", "false"}, {"\"b\" between 1 and 5", "null"},
        {"1 < 2 and 2 < 3", "true"}, {"(1 < 2) = (2 < 3)", "true"});
}

static void logic_has_three_values(void **state)
{
    (void)state;
    CHECK_CASES({"true and true", "true"}, {"true and null", "null"}, {"false and null", "false"},
                {"null and false", "false"}, {"null and null", "null"}, {"true or null", "true"},
                {"null or true", "true"}, {"false or null", "null"}, {"false or false", "false"},
                {"true and 1", "null"}, {"false and 1", "false"}, {"\"x\" or true", "true"},
                {"\"x\" or false", "null"}, {"not(true)", "false"}, {"not(null)", "null"}, {"not(1)", "null"},
                {"true or false and false", "true"}, {"some x in [] satisfies x", "false"},
                {"every x in [] satisfies x", "true"}, {"some x in [1, 2] satisfies x > 1", "true"},
                {"every x in [1, 2] satisfies x > 1", "false"},
                {"some x in [null, true] satisfies x", "true"},
                {"every x in [null, true] satisfies x", "null"},
                {"some x in [1, 2], y in [2, 3] satisfies x = y", "true"},
                {"every x in [[1], [2, 3]], y in x satisfies y < 3", "false"},
                {"some x in null satisfies x", "null"});
}

static void membership_takes_lists_ranges_and_comparisons(void **state)
{
    (void)state;
    CHECK_CASES({"5 in [1..5]", "true"}, {"5 in [1..5)", "false"}, {"5 in (5..9)", "false"},
                {"5 in ]5..9]", "false"}, {"5 in [5..9[", "true"}, {"5 in > 4", "true"},
                {"5 in (< 3, > 4)", "true"}, {"5 in (1, 2, 5)", "true"}, {"5 in [1, 2, 5]", "true"},
                {"5 in [[1..2], [4..6]]", "true"}, {"5 in 5", "true"}, {"5 in \"a\"", "null"},
                {"[1] in [[1], [2]]", "true"}, {"[1, 2] in [1, 2]", "true"},
                {"\"b\" in [\"a\"..\"c\"]", "true"}, {"null in [null]", "true"}, {"5 in [1..\"a\"]", "false"},
                {"@\"2026-11-24\" in [@\"2026-01-01\"..@\"2026-12-31\"]", "true"}, {"null in < 5", "null"},
                {"5 in (? > 4)", "true"}, {"1 in [2..4] or 3 in [2..4]", "true"}, {"5 in (!= 4)", "true"});
}

static void descendants_are_found_by_name(void **state)
{
    (void)state;
    CHECK_CASES({"{a: {b: {b: 1}}}...b", "[{b: 1}, 1]"},
                {"{a: {n: 2}, l: [{n: 3}, [{n: null}]], n: 1}...n", "[2, 3, 1]"},
                {"{a: {\"x y\": 1}}...x y", "[1]"}, {"5...a", "[]"}, {"null...a", "[]"},
                {"[\"a\"]...a", "[]"},
                {"{a: {p: {k: 1, n: \"u\"}}, p: {k: 2, n: \"v\"}}...p[k = 2]...n[1]", "\"v\""},
                {"0.5 in [0...5]", "true"}, {"{a: {if: 1}}...if", "[1]"},
                {"{a: 1}....a", "error feel.syntax"}, {"{a: {b: 1}}...a.b", "[1]"});
}

static void lists_are_filtered_and_projected(void **state)
{
    (void)state;
    CHECK_CASES({"[1, 2, 3][1]", "1"}, {"[1, 2, 3][-1]", "3"}, {"[1, 2, 3][0]", "null"},
                {"[1, 2, 3][4]", "null"}, {"[1, 2, 3][1.5]", "null"}, {"[1, 2, 3][item > 1]", "[2, 3]"},
                {"[1, 2, 3][item > 9]", "[]"}, {"7[1]", "7"}, {"7[item > 1]", "[7]"}, {"null[1]", "null"},
                {"null[item > 1]", "[]"}, {"[1, null, 3][item > 1]", "[3]"},
                {"[{a: 1, b: \"x\"}, {a: 2, b: \"y\"}][a = 2].b", "[\"y\"]"},
                {"[{a: 1}, {b: 2}].a", "[1, null]"}, {"[{item: 1}, {item: 5}][item > 2]", "[{item: 5}]"},
                {"{a: {b: [10, 20]}}.a.b[2]", "20"}, {"{a: 1}.b", "null"},
                {"{l: [1, 2, 3], r: l[item > {m: 1}.m]}.r", "[2, 3]"}, {"[[1, 2], [3]][2][1]", "3"},
                {"[1, 2, 3, 4][item > 1][item < 4]", "[2, 3]"}, {"{i: 2, r: [10, 20, 30][i]}.r", "20"});
}

static void iterations_return_lists(void **state)
{
    (void)state;
    CHECK_CASES({"for x in [1, 2] return x * 10", "[10, 20]"}, {"for x in 1..3 return x", "[1, 2, 3]"},
                {"for x in 3..1 return x", "[3, 2, 1]"}, {"for x in [1..3] return x", "[1, 2, 3]"},
                {"for x in (1..3) return x", "[2]"},
                {"for x in [1, 2], y in [x, 5] return x * y", "[1, 5, 4, 10]"},
                {"for x in 5 return x", "[5]"}, {"for x in null return x", "null"},
                {"for x in 1.5..2 return x", "null"},
                {"for i in 1..6 return if i < 3 then 1 else partial[-1] + partial[-2]", "[1, 1, 2, 3, 5, 8]"},
                {"for i in 1..3 return count(partial)", "[0, 1, 2]"},
                {"for d in @\"2026-11-29\"..@\"2026-12-01\" return d.day", "[29, 30, 1]"},
                {"for f in (for i in 1..3 return function() i) return f()", "[1, 2, 3]"},
                {"for x in [] return x", "[]"}, {"if null then 1 else 2", "2"},
                {"if \"x\" then 1 else 2", "2"}, {"if 1 < 2 then \"a\" else \"b\"", "\"a\""});
}

static void functions_are_values(void **state)
{
    (void)state;
    CHECK_CASES(
        {"(function(a, b) a - b)(5, 2)", "3"}, {"(function(a, b) a - b)(b: 5, a: 2)", "-3"},
        {"(function(a) a)(1, 2)", "null"}, {"(function(a) a)(b: 1)", "null"},
        {"{add: function(n) function(m) n + m, r: add(1)(2)}.r", "3"},
        {"{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(25)}.r", "15511210043330985984000000"},
        {"(function(a: number) a)(\"x\")", "null"}, {"(function(a: number) a = null)(\"x\")", "null"},
        {"(function(a: number) a = null)(null)", "true"}, {"(function(a: number) a)([7])", "7"},
        {"(function(a: list<number>) a)(7)", "[7]"}, {"(function(x y) x y + 1)(2)", "3"},
        {"{g: min, r: g(3, 1, 2)}.r", "1"}, {"5(1)", "null"}, {"function(a, b) a", "function(a, b) ..."},
        {"(function(x) external {java: {class: \"a\", method signature: \"b\"}})(1)", "null"},
        {"substring(start position: 2, string: \"Hà Nội\")", "\"à Nội\""}, {"abs(n: -1)", "1"},
        {"abs(number: -1)", "null"}, {"abs()", "null"});
}

static void contexts_see_their_earlier_entries(void **state)
{
    (void)state;
    CHECK_CASES({"{a: 1, b: a + 1, c: {d: b * 10}}", "{a: 1, b: 2, c: {d: 20}}"}, {"{a: 1, a: 2}", "null"},
                {"{\"ngày sinh\": 1}", "{\"ngày sinh\": 1}"}, {"{ngày   sinh: 1, b: ngày sinh + 1}.b", "2"},
                {"{a-b: 5, a: 9, b: 1, r: [a-b, a - b]}.r", "[5, 8]"}, {"{a+b: 1}", "{\"a+b\": 1}"},
                {"{if: 1}.if", "1"}, {"{a: 1}.a + {a: 2}.a", "3"}, {"{x: {y z: 4}}.x.y z", "4"},
                {"{số: 3}.số", "3"}, {"{\"\": 1}", "{\"\": 1}"});
}

static void instance_of_names_types(void **state)
{
    (void)state;
    CHECK_CASES({"1 instance of number", "true"}, {"-1 instance of number", "true"},
                {"null instance of number", "false"}, {"null instance of Any", "false"},
                {"1 instance of Any", "true"}, {"\"a\" instance of string", "true"},
                {"@\"P1D\" instance of days and time duration", "true"},
                {"@\"P1Y\" instance of days and time duration", "false"},
                {"@\"2026-11-24T00:00:00\" instance of date and time", "true"},
                {"@\"2026-11-24\" instance of date", "true"}, {"[1, 2] instance of list<number>", "true"},
                {"[1, \"a\"] instance of list<number>", "false"}, {"[1] instance of list", "true"},
                {"{a: 1} instance of context<a: number>", "true"},
                {"{a: 1, b: 2} instance of context<a: number>", "true"},
                {"{b: 2} instance of context<a: number>", "false"},
                {"(function(a) a) instance of function<Any> -> Any", "true"},
                {"(function(a: string) a) instance of function<number> -> Any", "false"},
                {"(function(a) \"x\") instance of function<Any> -> string", "true"},
                {"(function(a) \"x\") instance of function<Any> -> number", "false"},
                {"(function(a: list<number>) {b: \"b\"}) instance of function<list<number>> -> context<b: "
                 "string, c: string>",
                 "false"},
                {"(function(a: context<a: string>) {b: \"b\", c: \"c\"}) instance of function<context<a: "
                 "string, b: string>> -> context<b: string>",
                 "true"},
                {"(function(a: number) a) instance of function<number> -> string", "false"},
                {"(function(a: number) a > 1) instance of function<number> -> boolean", "true"},
                {"(function(a, b) a) instance of function<number> -> Any", "false"},
                {"[1..3] instance of range<number>", "true"}, {"1 instance of list<list<number>>", "false"},
                {"1 instance of tNobody", "null"}, {"1 instance of number = true", "true"});
}

static void properties_of_temporal_values(void **state)
{
    (void)state;
    CHECK_CASES({"@\"2026-11-24\".year", "2026"}, {"@\"2026-11-24\".weekday", "2"},
                {"@\"2026-11-29\".weekday", "7"}, {"@\"2026-11-24\".hour", "null"},
                {"@\"2026-11-24T08:15:30.25+07:00\".second", "30.25"},
                {"@\"08:15:30-05:30\".time offset", "duration(\"-PT5H30M\")"}, {"@\"P1DT2H3M4S\".hours", "2"},
                {"@\"-P1DT2H3M4.5S\".seconds", "-4.5"}, {"@\"-P1DT2H\".days", "-1"}, {"@\"P14M\".years", "1"},
                {"@\"P14M\".months", "2"}, {"@\"P14M\".days", "null"}, {"[1..5).end included", "false"},
                {"[1..5).start", "1"}, {"(1..5).start included", "false"}, {"(!= 5).start", "5"},
                {"(!= 5).end included", "false"}, {"(= 5).end included", "true"}, {"(< [1]).end", "null"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_keep_their_value),
        cmocka_unit_test(arithmetic_binds_as_the_grammar_says),
        cmocka_unit_test(dates_and_durations_are_added_and_subtracted),
        cmocka_unit_test(zones_follow_their_rules),
        cmocka_unit_test(comparison_is_null_between_kinds),
        cmocka_unit_test(logic_has_three_values),
        cmocka_unit_test(membership_takes_lists_ranges_and_comparisons),
        cmocka_unit_test(descendants_are_found_by_name),
        cmocka_unit_test(lists_are_filtered_and_projected),
        cmocka_unit_test(iterations_return_lists),
        cmocka_unit_test(functions_are_values),
        cmocka_unit_test(contexts_see_their_earlier_entries),
        cmocka_unit_test(instance_of_names_types),
        cmocka_unit_test(properties_of_temporal_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
