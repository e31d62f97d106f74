/* The unified expression language in ${...}: what it becomes, and what is refused. */
#include "play.h"

struct unified_case {
    const char *condition, *data; /* the condition holds with these data */
};

static void takes(const struct unified_case *one, const char *wanted)
{
    BUF_AUTO sketch = BUF_WITH_MAXIMUM(4096);
    buf_printf(&sketch,
               "start s\n<exclusiveGateway id='g' default='n'/>\n user yes\n user no\n s -> g\n"
               "<sequenceFlow id='y' sourceRef='g' targetRef='yes'><conditionExpression><![CDATA[%s]]>"
               "</conditionExpression></sequenceFlow>"
               "<sequenceFlow id='n' sourceRef='g' targetRef='no'/>",
               one->condition);
    PLAY_AUTO play = play_open(sketch.data);
    play_start(&play, one->data);
    if (strcmp(play_where(&play), wanted) != 0)
        fail_msg("%s with %s: %s", one->condition, one->data, play_where(&play));
}

static void conditions_of_other_engines_hold(void **state)
{
    (void)state;
    static const struct unified_case cases[] = {
        {"${n == 3}", "{n: 3}"},
        {" \t${n\t eq 3} ", "{n: 3}"},
        {"#{n ne 4 && n lt 4 and n >= 3}", "{n: 3}"},
        {"${!done && (a || b)}", "{done: false, a: false, b: true}"},
        {"${not done}", "{done: false}"},
        {"${name == 'Hoa' or name == \"An\"}", "{name: \"An\"}"},
        {"${name == 'l\\'eau \"x\"'}", "{name: \"l'eau \\\"x\\\"\"}"},
        {"${a == null}", "{a: null}"},
        {"${n > 2 ? m == 1 : m == 2}", "{n: 3, m: 1}"},
        {"${n > 2 ? m == 1 : n > 1 ? m == 2 : m == 3}", "{n: 2, m: 2}"},
        {"${a < 2 == b}", "{a: 1, b: true}"},
        {"${a + 2 * b - 1 == 8}", "{a: 3, b: 3}"},
        {"${-a == 2}", "{a: -2}"},
        {"${n div 2 == 2.5}", "{n: 5}"},
        {"${n % 2 == 1 and n mod 3 == 2}", "{n: 5}"},
        {"${n % 2 == -1}", "{n: -5}"}, /* the sign of the dividend */
        {"${n == 1e3}", "{n: 1000}"},
        {"${số bản >= 2}", "{\"số bản\": 2}"},
        {"${count(items) > 1}", "{items: [1, 2]}"},
        {"${if n > 1 then true else false}", "{n: 2}"}, /* FEEL in braces stays FEEL */
        {"${n in [1, 2, 3]}", "{n: 2}"},
        {"${some x in items satisfies x > 1}", "{items: [1, 2]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        takes(&cases[i], "yes");
}

static void emptiness_is_asked_of_texts_lists_and_maps(void **state)
{
    (void)state;
    static const struct unified_case empty[] = {
        {"${empty a}", "{a: null}"}, {"${empty a}", "{a: \"\"}"}, {"${empty a}", "{a: []}"},
        {"${empty a}", "{a: {}}"},   {"${empty a.b}", "{a: {}}"}, {"${a.isEmpty() || false}", "{a: []}"},
    };
    static const struct unified_case full[] = {
        {"${not empty a}", "{a: [1]}"},     {"${!empty a}", "{a: \"x\"}"},
        {"${!empty a && a > 1}", "{a: 2}"}, {"${not empty a}", "{a: {b: 1}}"},
        {"${not empty a}", "{a: [null]}"},  {"${!a.isEmpty()}", "{a: [\"x\"]}"},
    };
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        takes(&empty[i], "yes");
        takes(&full[i], "yes");
    }
}

static void positions_count_from_zero_and_texts_name_entries(void **state)
{
    (void)state;
    static const struct unified_case cases[] = {
        {"${a[0] == 'x' && a[1] == 'y'}", "{a: [\"x\", \"y\"]}"},
        {"${a[i] == 'y'}", "{a: [\"x\", \"y\"], i: 1}"},
        {"${a['k'] == 1 && a[k] == 1}", "{a: {k: 1}, k: \"k\"}"},
        {"${a['k m'].b[0] == 1}", "{a: {\"k m\": {b: [1]}}}"},
        {"${a.get(0) == 'x'}", "{a: [\"x\"]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        takes(&cases[i], "yes");
}

static void common_methods_mean_the_same_in_feel(void **state)
{
    (void)state;
    static const struct unified_case cases[] = {
        {"${a.size() > 1 && a.contains('y')}", "{a: [\"x\", \"y\"]}"},
        {"${a.contains('an') && a.startsWith('H') && a.endsWith('h')}", "{a: \"Hanh\"}"},
        {"${a.equals('x') and a.length() == 1}", "{a: \"x\"}"},
        {"${a.equalsIgnoreCase('X')}", "{a: \"x\"}"},
        {"${a.toUpperCase() == 'X' && a.toLowerCase() == 'x'}", "{a: \"x\"}"},
        {"${n.toString() == '5'}", "{n: 5}"},
        {"${a.containsKey('k')}", "{a: {k: 1}}"},
        {"${execution.getVariable('n') == 5 && execution.hasVariable(\"n\")}", "{n: 5}"},
        {"${a.b.name.toLowerCase().startsWith('x')}", "{a: {b: {name: \"Xa\"}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        takes(&cases[i], "yes");
}

static void what_has_no_meaning_in_feel_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "${bean.decide(order)}",
        "${execution.setVariable('x', 1)}",
        "${list.stream().count() > 0}",
        "${fn:length(list) > 0}",
        "${a ==}",
        "${'unclosed}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        BUF_AUTO sketch = BUF_WITH_MAXIMUM(4096);
        buf_printf(&sketch,
                   "start s\n xor g\n user a\n s -> g\n<sequenceFlow id='y' sourceRef='g' targetRef='a'>"
                   "<conditionExpression><![CDATA[%s]]></conditionExpression></sequenceFlow>",
                   texts[i]);
        PLAY_AUTO play = play_open(sketch.data);
        bool found = false;
        for (size_t k = 0; k < play.models[0]->finding_count; k++)
            found |= strcmp(play.models[0]->findings[k].code, "bpmn.unreadable_expression") == 0;
        if (!found) fail_msg("not refused: %s", texts[i]);
    }
}

static void texts_with_computed_parts_are_put_together(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n<userTask id='a' motcua:assignee='${items[0].no}-${empty x ? "
                               "&quot;new&quot; : x}'/>\n s -> a");
    play_start(&play, "{items: [{no: 7}]}");
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(play_state(&play), play.arena, &count);
    assert_int_equal(count, 1);
    assert_true(str_equal(tasks[0].assignee, STR("7-new")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_of_other_engines_hold),
        cmocka_unit_test(emptiness_is_asked_of_texts_lists_and_maps),
        cmocka_unit_test(positions_count_from_zero_and_texts_name_entries),
        cmocka_unit_test(common_methods_mean_the_same_in_feel),
        cmocka_unit_test(what_has_no_meaning_in_feel_is_refused),
        cmocka_unit_test(texts_with_computed_parts_are_put_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
