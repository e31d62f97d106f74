/* The built-in functions of DMN 1.3, 10.3.4, and those that DMN 1.4 added. */
#include "feel_case.h"

static void conversion_functions(void **state)
{
    (void)state;
    CHECK_CASES(
        {"date(\"2026-11-24\")", "date(\"2026-11-24\")"}, {"date(2026, 11, 24)", "date(\"2026-11-24\")"},
        {"date(year: 2026, month: 2, day: 28)", "date(\"2026-02-28\")"}, {"date(2026, 2, 29)", "null"},
        {"date(2026.5, 2, 2)", "null"}, {"date(\"2026-2-1\")", "null"}, {"date(\"02026-02-01\")", "null"},
        {"date(\"+2026-02-01\")", "null"}, {"date(\"0000-01-01\")", "date(\"0000-01-01\")"},
        {"date(\"-999999999-12-31\")", "date(\"-999999999-12-31\")"}, {"date(1000000000, 1, 1)", "null"},
        {"date(date and time(\"2026-11-24T23:30:00-05:00\"))", "date(\"2026-11-24\")"},
        {"date([\"2026-11-24\", 1])", "null"}, {"date()", "null"}, {"date(null)", "null"},
        {"time(8, 30, 0, null)", "time(\"08:30:00\")"}, {"time(8, 30, 0)", "time(\"08:30:00\")"},
        {"time(8, 30, 1.5, @\"PT7H\")", "time(\"08:30:01.5+07:00\")"}, {"time(24, 0, 0)", "null"},
        {"time(\"23:59:60\")", "null"}, {"time(\"8:00:00\")", "null"}, {"time(\"08:00\")", "null"},
        {"time(\"08:00:00+18:01\")", "null"},
        {"time(@\"2026-11-24T08:00:00@Europe/Paris\")", "time(\"08:00:00@Europe/Paris\")"},
        {"time(@\"2026-11-24\")", "time(\"00:00:00Z\")"},
        {"time(8, 0, 0, @\"PT2H45M55S\")", "time(\"08:00:00+02:45:55\")"},
        {"date and time(\"2026-11-24\")", "date and time(\"2026-11-24T00:00:00\")"},
        {"date and time(@\"2026-11-24\", @\"08:00:00Z\")", "date and time(\"2026-11-24T08:00:00Z\")"},
        {"date and time(@\"2026-11-24T01:00:00+07:00\", @\"08:00:00\")",
         "date and time(\"2026-11-24T08:00:00\")"},
        {"date and time(\"2026-11-24T08:00:00+01:00@Europe/Paris\")", "null"},
        {"number(\"1 000,5\", \" \", \",\")", "1000.5"}, {"number(\"1.000.000\", \".\", null)", "1000000"},
        {"number(\"1,5\", \",\", \",\")", "null"}, {"number(\"1,5\", \";\", \".\")", "null"},
        {"number(\"x\", null, null)", "null"}, {"number(123, \".\", \",\")", "null"},
        {"number(12.5)", "12.5"}, {"number(\"00123\")", "123"},
        {"number(from: \"1,000.5\", grouping separator: \",\", decimal separator: \".\")", "1000.5"},
        {"string(1.50)", "\"1.5\""}, {"string(null)", "null"}, {"string(@\"P1D\")", "\"P1D\""},
        {"string(\"a\")", "\"a\""}, {"string([1, \"a\", null])", "\"[1, \\\"a\\\", null]\""},
        {"string({a: \"b\"})", "\"{a: \\\"b\\\"}\""}, {"string(true)", "\"true\""},
        {"duration(\"P1DT2H3M4.123456789S\")", "duration(\"P1DT2H3M4.123456789S\")"},
        {"duration(\"P26M\")", "duration(\"P2Y2M\")"}, {"duration(\"PT0.S\")", "duration(\"PT0S\")"},
        {"duration(\"P1Y1D\")", "null"}, {"duration(\"P\")", "null"}, {"duration(\"PT\")", "null"},
        {"duration(\"P1H\")", "null"}, {"duration(\"-P0M\")", "duration(\"P0M\")"},
        {"years and months duration(@\"2011-12-22\", @\"2013-08-24\")", "duration(\"P1Y8M\")"},
        {"years and months duration(@\"2013-08-24\", @\"2011-12-22\")", "duration(\"-P1Y8M\")"},
        {"years and months duration(@\"2026-01-31\", @\"2026-02-28\")", "duration(\"P0M\")"});
}

static void a_text_of_literals_becomes_a_range(void **state)
{
    (void)state;
    CHECK_CASES(
        {"range(\"[2..5)\") = [2..5)", "true"}, {"range(from: \" ] -2 .. 5 ] \") = (-2..5]", "true"},
        {"range(\"[2..)\") = (>= 2)", "true"}, {"range(\"(..2)\") = (< 2)", "true"},
        {"range(\"[..2]\")", "null"}, {"range(\"[2..]\")", "null"}, {"range(\"(..)\")", "null"},
        {"range(\"[\\\"a..b\\\"..\\\"c\\\"]\") = [\"a..b\"..\"c\"]", "true"},
        {"range(\"[@\\\"2026-01-01\\\"..date(\\\"2026-02-01\\\")]\") = [@\"2026-01-01\"..@\"2026-02-01\"]",
         "true"},
        {"range(\"[duration(\\\"P1D\\\")..@\\\"P2D\\\"]\") = [@\"P1D\"..@\"P2D\"]", "true"},
        {"{x: 1, r: range(\"[x..5]\")}.r", "null"}, {"range(\"[1+1..5]\")", "null"},
        {"range(\"[date(string(\\\"2026-01-01\\\"))..@\\\"2026-02-01\\\"]\")", "null"},
        {"range(\"[5..2]\")", "null"}, {"range(\"[1..\\\"b\\\"]\")", "null"},
        {"range(\"[null..null]\")", "null"},
        {"range(\"[@\\\"2026-01-01\\\"..@\\\"2026-01-02T00:00:00\\\"]\")", "null"},
        {"range(\"[2]\")", "null"}, {"range(\"\")", "null"}, {"range(\">= 10\")", "null"},
        {"range([1..3])", "null"}, {"range()", "null"}, {"range(\"[1..2]\", 1)", "null"},
        {"range(\"[1..2]]\")", "null"}, {"range(\"[1...2]\")", "null"});
}

static void string_functions(void **state)
{
    (void)state;
    CHECK_CASES(
        {"substring(\"thành phố\", 7)", "\"phố\""}, {"substring(\"thành phố\", -3, 2)", "\"ph\""},
        {"substring(\"abc\", 0)", "null"}, {"substring(\"abc\", 4)", "null"},
        {"substring(\"abc\", 2, 10)", "\"bc\""}, {"substring(\"foobar\", 3, 3.8)", "\"oba\""},
        {"substring(\"a😀b\", 2, 1)", "\"😀\""}, {"string length(\"😀 Hà Nội\")", "8"},
        {"upper case(\"đơn vị ß\")", "\"ĐƠN VỊ SS\""}, {"lower case(\"ĐƠN VỊ\")", "\"đơn vị\""},
        {"substring before(\"foobar\", \"bar\")", "\"foo\""}, {"substring before(\"foobar\", \"x\")", "\"\""},
        {"substring before(\"foobar\", \"\")", "\"\""}, {"substring after(\"foobar\", \"ob\")", "\"ar\""},
        {"substring after(\"foobar\", \"\")", "\"foobar\""}, {"contains(\"foobar\", \"ob\")", "true"},
        {"contains(\"foobar\", null)", "null"}, {"starts with(\"foobar\", \"fo\")", "true"},
        {"ends with(\"foobar\", \"x\")", "false"}, {"contains([\"foobar\"], \"ob\")", "true"},
        {"string join([\"a\", null, \"b\"], \"-\")", "\"a-b\""},
        {"string join([\"a\", \"b\"], \", \", \"[\", \"]\")", "\"[a, b]\""}, {"string join([])", "\"\""},
        {"string join([\"a\", 1])", "null"},
        {"split(\"a;b;c;;\", \";\")", "[\"a\", \"b\", \"c\", \"\", \"\"]"},
        {"split(\"John Doe\", \"\\s\")", "[\"John\", \"Doe\"]"}, {"split(\"abc\", \"x*\")", "null"});
}

static void regular_expressions_are_those_of_xpath(void **state)
{
    (void)state;
    CHECK_CASES(
        {"matches(\"foobar\", \"^fo*b\")", "true"}, {"matches(\"foobar\", \"o.o\")", "false"},
        {"matches(\"a\\nb\", \"a.b\")", "false"}, {"matches(\"a\\nb\", \"a.b\", \"s\")", "true"},
        {"matches(\"x\\nb\", \"^b\")", "false"}, {"matches(\"x\\nb\", \"^b\", \"m\")", "true"},
        {"matches(\"b\\n\", \"b$\")", "false"}, {"matches(\"ABC\", \"abc\", \"i\")", "true"},
        {"matches(\"ab\", \"a b\", \"x\")", "true"}, {"matches(\"a b\", \" a [ ] b\", \"x\")", "true"},
        {"matches(\"a b\", \"a\\ sb\", \"x\")", "true"},
        {"matches(\"a\", \"\\p{ IsBasic Latin}\", \"x\")", "true"},
        {"matches(\"a\", \"\\p{ IsBasicLatin}\")", "null"}, {"matches(\"\\u212A\", \"k\", \"i\")", "true"},
        {"matches(\"i\", \"[A-Z-[OI]]\", \"i\")", "false"}, {"matches(\"\\nab\\n\", \"^$\", \"m\")", "true"},
        {"matches(\"a.b\", \"a.b\", \"q\")", "true"}, {"matches(\"axb\", \"a.b\", \"q\")", "false"},
        {"matches(\"a\", \"a\", \"p\")", "null"}, {"matches(\"a\", \"(\")", "null"},
        {"matches(\"a\", \"(?=a)\")", "null"}, {"matches(\"a\", \"a++\")", "null"},
        {"matches(\"a\", \"[]\")", "null"}, {"matches(\"a\", \"\\\\q\")", "null"},
        {"matches(\"b\", \"^[a-z-[aeiou]]$\")", "true"}, {"matches(\"e\", \"^[a-z-[aeiou]]$\")", "false"},
        {"matches(\"ự\", \"^\\\\w$\")", "true"}, {"matches(\"٣\", \"^\\\\d$\")", "true"},
        {"matches(\"ự\", \"^\\\\p{L}$\")", "true"},
        {"matches(\"ự\", \"^\\\\p{IsLatinExtendedAdditional}$\")", "true"},
        {"matches(\"abab\", \"^(ab)\\\\1$\")", "true"}, {"matches(\"ab\", \"(a)\\\\2\")", "null"},
        {"matches(\"x-1\", \"^\\\\c+$\")", "true"}, {"matches(\"1x\", \"^\\\\i\")", "false"},
        {"replace(\"abracadabra\", \"a(.)\", \"a$1$1\")", "\"abbraccaddabbra\""},
        {"replace(\"0123456789\", \"(\\d{3})(\\d{3})(\\d{4})\", \"($1) $2-$3\")", "\"(012) 345-6789\""},
        {"replace(\"facetiously\", \"[iouy]\", \"[$0]\")", "\"facet[i][o][u]sl[y]\""},
        {"replace(\"abc\", \"b\", \"\\\\$\")", "\"a$c\""}, {"replace(\"abc\", \"b\", \"$\")", "null"},
        {"replace(\"abc\", \"x*\", \"-\")", "null"},
        {"replace(\"abcd\", \"(ab)|(a)\", \"[1=$1][2=$2]\")", "\"[1=ab][2=]cd\""},
        {"replace(\"a.b\", \".\", \"$1\", \"q\")", "\"a$1b\""},
        {"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a|aa)+$\")", "null"});
}

static void list_functions(void **state)
{
    (void)state;
    CHECK_CASES(
        {"list contains([1, null], null)", "true"}, {"list contains([1, 2], \"1\")", "false"},
        {"list contains(null, 1)", "null"}, {"count([1, [2, 3]])", "2"}, {"count([])", "0"},
        {"count(null)", "null"}, {"count(5)", "1"}, {"min([3, 1, 2])", "1"}, {"min(3, 1, 2)", "1"},
        {"max(\"a\", \"b\")", "\"b\""}, {"max([])", "null"}, {"min([1, \"a\"])", "null"},
        {"min([1, null])", "null"}, {"max(@\"2026-01-01\", @\"2025-01-01\")", "date(\"2026-01-01\")"},
        {"sum([1, 2, 3])", "6"}, {"sum(1, 2)", "3"}, {"sum([])", "null"}, {"sum([1, null])", "null"},
        {"sum(0.1, 0.2)", "0.3"}, {"mean(1, 2)", "1.5"}, {"mean([])", "null"}, {"product(2, 3, 4)", "24"},
        {"median(8, 2, 5, 3, 4)", "4"}, {"median([6, 1, 2, 3])", "2.5"}, {"median([])", "null"},
        {"stddev(2, 4, 7, 5)", "2.081665999466132735282297706979931"}, {"stddev([47])", "null"},
        {"mode(6, 3, 9, 6, 6)", "[6]"}, {"mode([6, 1, 9, 6, 1])", "[1, 6]"}, {"mode([])", "[]"},
        {"all([true, null, false])", "false"}, {"all([true, null])", "null"}, {"all([])", "true"},
        {"all(true, true)", "true"}, {"all(null)", "null"}, {"any([null, true])", "true"},
        {"any([false, null])", "null"}, {"any([])", "false"}, {"sublist([1, 2, 3], 2)", "[2, 3]"},
        {"sublist([1, 2, 3], 1, 2)", "[1, 2]"}, {"sublist([1, 2, 3], -2, 1)", "[2]"},
        {"sublist([1, 2], 0)", "null"}, {"append([1], 2, [3])", "[1, 2, [3]]"}, {"append(1, 2)", "[1, 2]"},
        {"append([], null)", "[null]"}, {"concatenate([1, 2], [3])", "[1, 2, 3]"},
        {"insert before([1, 3], 1, 2)", "[2, 1, 3]"}, {"insert before([1, 3], -1, 2)", "[1, 2, 3]"},
        {"insert before([1], 3, 2)", "null"}, {"remove([1, 2, 3], 2)", "[1, 3]"}, {"remove([1], 2)", "null"},
        {"reverse([1, 2, 3])", "[3, 2, 1]"}, {"index of([1, 2, 3, 2], 2)", "[2, 4]"},
        {"index of([1, null], null)", "[2]"}, {"union([1, 2], [2, 3])", "[1, 2, 3]"},
        {"distinct values([1, 2.0, 2, null, null, \"2\"])", "[1, 2, null, \"2\"]"},
        {"flatten([[1, [2]], 3, []])", "[1, 2, 3]"}, {"list replace([1, 2, 3], 2, 9)", "[1, 9, 3]"},
        {"list replace([1, 2, 3], function(item, newItem) item < newItem, 3)", "[3, 3, 3]"},
        {"sort([3, 1, 2], function(x, y) x > y)", "[3, 2, 1]"},
        {"sort(list: [{a: 2, b: 1}, {a: 1, b: 2}, {a: 2, b: 3}], precedes: function(x, y) x.a < y.a).b",
         "[2, 1, 3]"},
        {"sort([2, 1])", "[1, 2]"}, {"sort([1, 2], function(x, y) 1)", "null"});
}

static void numeric_functions(void **state)
{
    (void)state;
    CHECK_CASES({"decimal(2.5, 0)", "2"}, {"decimal(3.5, 0)", "4"}, {"decimal(1 / 3, 2)", "0.33"},
                {"decimal(1234, -2)", "1200"}, {"decimal(1, 7000)", "null"}, {"floor(-1.5)", "-2"},
                {"floor(1.56, 1)", "1.5"}, {"ceiling(-1.5)", "-1"}, {"ceiling(1.52, 1)", "1.6"},
                {"round up(5.5, 0)", "6"}, {"round up(-5.5, 0)", "-6"}, {"round up(1.121, 2)", "1.13"},
                {"round down(-5.5, 0)", "-5"}, {"round half up(-5.5, 0)", "-6"},
                {"round half up(1.126, 2)", "1.13"}, {"round half down(5.5, 0)", "5"},
                {"round half down(-2.5, 0)", "-2"}, {"round half down(2.51, 0)", "3"}, {"abs(-10)", "10"},
                {"abs(@\"-P1D\")", "duration(\"P1D\")"}, {"modulo(12, 5)", "2"}, {"modulo(-12, 5)", "3"},
                {"modulo(12, -5)", "-3"}, {"modulo(10.1, 4.5)", "1.1"}, {"modulo(10, 0)", "null"},
                {"sqrt(16)", "4"}, {"sqrt(-1)", "null"}, {"decimal(log(10), 8)", "2.30258509"},
                {"log(0)", "null"}, {"decimal(exp(5), 6)", "148.413159"}, {"exp(100000)", "null"},
                {"odd(5)", "true"}, {"odd(-3)", "true"}, {"odd(2)", "false"}, {"even(0)", "true"},
                {"even(2.5)", "false"}, {"abs(\"x\")", "null"}, {"abs([-1])", "1"}, {"abs([1, 2])", "null"},
                {"not([true])", "false"}, {"number([\"1\"])", "1"},
                {"date([\"2026-11-24\"])", "date(\"2026-11-24\")"},
                {"duration([@\"P1D\"])", "duration(\"P1D\")"}, {"string([1])", "\"[1]\""});
}

static void temporal_functions(void **state)
{
    (void)state;
    CHECK_CASES({"now()", "date and time(\"2026-11-24T08:00:00+07:00\")"},
                {"today()", "date(\"2026-11-24\")"}, {"day of year(date(2024, 12, 31))", "366"},
                {"day of week(date(2026, 11, 24))", "\"Tuesday\""},
                {"month of year(date and time(\"2026-11-24T00:00:00\"))", "\"November\""},
                {"week of year(date(2005, 1, 1))", "53"}, {"week of year(date(2003, 12, 29))", "1"},
                {"week of year(date(2004, 1, 4))", "1"}, {"is(@\"10:00:00Z\", @\"10:00:00\")", "false"},
                {"is(@\"10:00:00Z\", @\"10:00:00+00:00\")", "true"},
                {"is(@\"10:00:00Z\", @\"17:00:00+07:00\")", "false"}, {"is(1, \"1\")", "false"},
                {"is(null, null)", "true"}, {"is(@\"2026-11-24\", @\"2026-11-24T00:00:00\")", "false"},
                {"day of year(\"2026-01-01\")", "null"});
}

static void relations_of_points_and_ranges(void **state)
{
    (void)state;
    CHECK_CASES({"before(1, 10)", "true"}, {"before(1, [1..10])", "false"}, {"before(1, (1..10])", "true"},
                {"before([1..10), 10)", "true"}, {"before([1..5], (5..9])", "true"},
                {"before([1..5], [5..9])", "false"}, {"after(10, [1..5])", "true"},
                {"after((5..9], 5)", "true"}, {"meets([1..5], [5..10])", "true"},
                {"meets([1..5), [5..10])", "false"}, {"met by([5..10], [1..5])", "true"},
                {"overlaps([1..5], [3..8])", "true"}, {"overlaps([1..5], (5..8])", "false"},
                {"overlaps([3..8], [1..5))", "true"}, {"overlaps before([1..5], [3..8])", "true"},
                {"overlaps before([3..8], [1..5])", "false"}, {"overlaps before([1..5], (1..5])", "true"},
                {"overlaps after([3..8], [1..5])", "true"}, {"finishes(10, [1..10])", "true"},
                {"finishes(10, [1..10))", "false"}, {"finishes([5..10], [1..10])", "true"},
                {"finished by([1..10], 10)", "true"}, {"finished by([1..10], (5..10])", "true"},
                {"includes([1..10], 5)", "true"}, {"includes([1..10), 10)", "false"},
                {"includes([1..10], [4..6])", "true"}, {"includes((1..10), [1..5])", "false"},
                {"during(5, [1..10])", "true"}, {"during((1..5), [1..5])", "true"},
                {"starts(1, [1..10])", "true"}, {"starts([1..5], [1..10])", "true"},
                {"starts((1..5], [1..10])", "false"}, {"started by([1..10], 1)", "true"},
                {"coincides([1..5], [1..5])", "true"}, {"coincides(5, 5)", "true"},
                {"coincides([1..5], [1..5))", "false"}, {"before(point1: 1, point2: 2)", "true"},
                {"during(point: 5, range: [1..10])", "true"}, {"before(1, \"a\")", "null"},
                {"meets(1, [1..2])", "null"}, {"before(null, 1)", "null"},
                {"before(@\"2026-01-01\", [@\"2026-02-01\"..@\"2026-03-01\"])", "true"},
                {"includes((> 5), 7)", "true"}, {"before((< 5), [5..6])", "true"});
}

static void context_functions(void **state)
{
    (void)state;
    CHECK_CASES({"get value({a: 1}, \"a\")", "1"}, {"get value({a: 1}, \"b\")", "null"},
                {"get value(null, \"b\")", "null"}, {"get value({x: {y: 2}}, [\"x\", \"y\"])", "2"},
                {"get entries({a: 1, \"b c\": 2})", "[{key: \"a\", value: 1}, {key: \"b c\", value: 2}]"},
                {"get entries({a: 1})[key = \"a\"].value", "[1]"},
                {"context([{key: \"a\", value: 1}, {key: \"b\", value: null}])", "{a: 1, b: null}"},
                {"context([{key: \"a\", value: 1}, {key: \"a\", value: 2}])", "null"},
                {"context([{key: \"a\"}])", "null"}, {"context put({a: 1}, \"b\", 2)", "{a: 1, b: 2}"},
                {"context put({x: 1, y: {a: 0}}, [\"y\", \"a\"], 2)", "{x: 1, y: {a: 2}}"},
                {"context put({x: 1}, [\"z\", \"a\"], 2)", "null"},
                {"context merge([{a: 1}, {a: 2, b: 3}])", "{a: 2, b: 3}"}, {"context merge([1])", "null"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversion_functions), cmocka_unit_test(a_text_of_literals_becomes_a_range),
        cmocka_unit_test(string_functions),     cmocka_unit_test(regular_expressions_are_those_of_xpath),
        cmocka_unit_test(list_functions),       cmocka_unit_test(numeric_functions),
        cmocka_unit_test(temporal_functions),   cmocka_unit_test(relations_of_points_and_ranges),
        cmocka_unit_test(context_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
