/* Activities, loops, data and calls: BPMN 2.0.2, 13.3 and 10.4, with the extension attributes of the usual
 * engines. */
#include "play.h"

static void a_parallel_multi_instance_runs_all_at_once(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user a mi='people'\n end e\n s -> a\n a -> e");
    assert_trace(play_start(&play, "{people: [\"x\", \"y\", \"z\"]}"), "s+ s. a+ a+ a+");
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(play_state(&play), play.arena, &count);
    const struct feel_value *data = bpmn_state_data(play_state(&play), play.arena, tasks[1].id);
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("item")), 100), "\"y\"");
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("loopCounter")), 100), "2");
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("nrOfInstances")), 100), "3");
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("nrOfActiveInstances")), 100), "3");
    play_complete_nth(&play, "a", 2, NULL);
    data = bpmn_state_data(play_state(&play), play.arena, tasks[0].id);
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("nrOfActiveInstances")), 100), "2");
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("nrOfCompletedInstances")), 100), "1");
    play_complete(&play, "a", NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. e+ e.");
    assert_string_equal(play_variables(&play), "{people: [\"x\", \"y\", \"z\"]}");
}

static void a_completion_condition_cancels_the_rest(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n user a times=5 until='nrOfCompletedInstances >= 2'\n end e\n s -> a\n a -> e");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a.");
    assert_trace(play_complete(&play, "a", NULL), "a. a! a! a! e+ e.");
}

static void a_sequential_multi_instance_runs_one_after_the_other(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n user a seq='[10, 20]'\n boundary m at=a message=stop\n end e\n end e2\n s -> a\n a -> e\n"
        "m -> e2");
    assert_trace(play_start(&play, NULL), "s+ s. a+");
    assert_trace(play_complete(&play, "a", "{seen: item}"), "a. a+");
    assert_string_equal(play_where(&play), "a | m:m");
    assert_trace(play_complete(&play, "a", NULL), "a. e+ e.");
    play_start(&play, NULL);
    play_complete(&play, "a", NULL);
    assert_trace(play_message(&play, "stop", NULL, NULL), "a! m+ m. e2+ e2.");
}

static void an_empty_collection_passes(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n user a mi='[]'\n user b times=0\n end e\n s -> a\n a -> b\n b -> e");
    assert_trace(play_start(&play, NULL), "s+ s. e+ e.");
}

static void what_is_no_collection_is_an_incident(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user a mi='people'\n end e\n s -> a\n a -> e");
    play_start(&play, NULL);
    assert_string_equal(play_where(&play), " # a:bpmn.collection_no_list");
    play_set(&play, "{people: [1]}");
    assert_trace(play_retry(&play), "a+");
    PLAY_AUTO many = play_open("start s\n user a times='n'\n s -> a");
    play_start(&many, "{n: -1}");
    assert_string_equal(play_where(&many), " # a:bpmn.bad_cardinality");
    play_start(&many, "{n: 1000000000}");
    assert_string_equal(play_where(&many), " # a:bpmn.too_many_instances");
}

static void zeebe_loops_collect_their_outputs(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n"
        "<userTask id='a'><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics "
        "inputCollection='=items' inputElement='it' outputCollection='results' outputElement='=it * x'/>"
        "</extensionElements></multiInstanceLoopCharacteristics></userTask>\n end e\n s -> a\n a -> e");
    play_start(&play, "{items: [1, 2, 3], x: 10}");
    play_complete_nth(&play, "a", 3, NULL);
    play_complete_nth(&play, "a", 1, NULL);
    play_complete_nth(&play, "a", 1, NULL);
    assert_string_equal(play_variable(&play, "results"), "[10, 20, 30]");
    assert_string_equal(play_variable(&play, "it"), "absent");
}

static void an_output_element_stays_with_its_instance(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n"
        "<userTask id='a'><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics "
        "inputCollection='=[1, 2]' outputCollection='results' outputElement='=vote'/>"
        "</extensionElements></multiInstanceLoopCharacteristics></userTask>\n end e\n s -> a\n a -> e");
    play_start(&play, NULL);
    play_complete_nth(&play, "a", 2, "{vote: \"no\"}");
    play_complete_nth(&play, "a", 1, "{vote: \"yes\"}");
    assert_string_equal(play_variables(&play), "{results: [\"yes\", \"no\"]}");
}

static void an_instance_keeps_what_its_output_mapping_writes(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n"
        "<userTask id='a'><extensionElements><zeebe:ioMapping><zeebe:input source='=it * 2' target='double'/>"
        "<zeebe:output source='=double + given' target='result'/><zeebe:output source='=it' target='last'/>"
        "</zeebe:ioMapping></extensionElements>"
        "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputElement='it' "
        "inputCollection='=[1, 2]' outputCollection='results' outputElement='=result'/></extensionElements>"
        "</multiInstanceLoopCharacteristics></userTask>\n end e\n s -> a\n a -> e");
    play_start(&play, NULL);
    play_complete_nth(&play, "a", 2, "{given: 100}");
    play_complete_nth(&play, "a", 1, "{given: 200}");
    assert_string_equal(play_variables(&play), "{last: 1, results: [202, 104]}");
    PLAY_AUTO part = play_open(
        "start s\n"
        "<userTask id='a'><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics "
        "inputCollection='=[1, 2]' outputCollection='results' outputElement='=vote.answer'/>"
        "</extensionElements></multiInstanceLoopCharacteristics></userTask>\n end e\n s -> a\n a -> e");
    play_start(&part, NULL);
    play_complete_nth(&part, "a", 1, "{vote: {answer: \"yes\"}}");
    play_complete_nth(&part, "a", 1, "{vote: {answer: \"no\"}}");
    assert_string_equal(play_variables(&part), "{results: [\"yes\", \"no\"]}");
}

static void the_standard_names_its_collection_by_data(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n<dataObject id='d1' name='people'/><dataObjectReference id='r1' dataObjectRef='d1'/>\n"
        "<userTask id='a'><ioSpecification><dataInput id='in1' name='inPeople'/></ioSpecification>"
        "<dataInputAssociation><sourceRef>r1</sourceRef><targetRef>in1</targetRef></dataInputAssociation>"
        "<multiInstanceLoopCharacteristics isSequential='true'><loopDataInputRef>in1</loopDataInputRef>"
        "<inputDataItem id='i1' name='person'/></multiInstanceLoopCharacteristics></userTask>\n end e\n s -> "
        "a\n a -> e");
    play_start(&play, "{people: [\"x\", \"y\"]}");
    const struct feel_value *data = bpmn_state_data(play_state(&play), play.arena, play_task(&play, "a", 1));
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("person")), 100), "\"x\"");
}

static void standard_loops_repeat_while_their_condition_holds(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user a loop='again'\n end e\n s -> a\n a -> e");
    assert_trace(play_start(&play, NULL), "s+ s. a+");
    assert_trace(play_complete(&play, "a", "{again: true}"), "a. a+");
    assert_trace(play_complete(&play, "a", "{again: false}"), "a. e+ e.");
    PLAY_AUTO before =
        play_open("start s\n<userTask id='a'><standardLoopCharacteristics testBefore='true' loopMaximum='2'>"
                  "<loopCondition>n &lt; 5</loopCondition></standardLoopCharacteristics></userTask>\n end e\n"
                  "s -> a\n a -> e");
    assert_trace(play_start(&before, "{n: 9}"), "s+ s. e+ e.");
    play_start(&before, "{n: 1}");
    assert_trace(play_complete(&before, "a", NULL), "a. a+");
    assert_trace(play_complete(&before, "a", NULL), "a. e+ e."); /* the maximum */
}

/* ---- data ---- */

static void scripts_and_results_write_variables(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n script a script='n * 2' camunda:resultVariable=twice\n script b script='{x: twice + 1}'\n"
        "<serviceTask id='c' camunda:expression='${x > 2 &amp;&amp; name == \"An\"}' "
        "camunda:resultVariable='ok'/>\n"
        "<scriptTask id='z'><extensionElements><zeebe:script expression='=x ** 2' "
        "resultVariable='square'/></extensionElements></scriptTask>\n"
        "end e\n s -> a\n a -> b\n b -> c\n c -> z\n z -> e");
    assert_trace(play_start(&play, "{n: 3, name: \"An\"}"), "s+ s. a+ a. b+ b. c+ c. z+ z. e+ e.");
    assert_string_equal(play_variable(&play, "twice"), "6");
    assert_string_equal(play_variable(&play, "x"), "7");
    assert_string_equal(play_variable(&play, "ok"), "true");
    assert_string_equal(play_variable(&play, "square"), "49");
}

static void zeebe_outputs_let_only_the_mapped_data_out(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n<userTask id='a'><extensionElements><zeebe:ioMapping><zeebe:input "
                               "source='=order.id' target='ref'/>"
                               "<zeebe:output source='=answer + ref' "
                               "target='order.answer'/></zeebe:ioMapping></extensionElements></userTask>\n"
                               "end e\n s -> a\n a -> e");
    play_start(&play, "{order: {id: 5, keep: true}}");
    const struct feel_value *data = bpmn_state_data(play_state(&play), play.arena, play_task(&play, "a", 1));
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("ref")), 100), "5");
    play_complete(&play, "a", "{answer: 37, secret: 1}");
    assert_string_equal(play_variables(&play), "{order: {id: 5, keep: true, answer: 42}}");
}

static void camunda_parameters_are_local(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n<userTask id='a'><extensionElements><camunda:inputOutput><camunda:inputParameter "
        "name='who'>${name}"
        "</camunda:inputParameter><camunda:inputParameter name='plain'>text</camunda:inputParameter>"
        "<camunda:inputParameter "
        "name='l'><camunda:list><camunda:value>x</camunda:value><camunda:value>${n}</camunda:value>"
        "</camunda:list></camunda:inputParameter>"
        "<camunda:inputParameter name='m'><camunda:map><camunda:entry key='k'>v</camunda:entry></camunda:map>"
        "</camunda:inputParameter><camunda:outputParameter name='said'>${who}</camunda:outputParameter>"
        "</camunda:inputOutput></extensionElements></userTask>\n user b\n s -> a\n a -> b");
    play_start(&play, "{name: \"An\", n: 2}");
    uint64_t task = play_task(&play, "a", 1);
    const struct feel_value *data = bpmn_state_data(play_state(&play), play.arena, task);
    assert_string_equal(feel_literal(play.arena, data, 1000),
                        "{name: \"An\", n: 2, who: \"An\", plain: \"text\", l: [\"x\", 2], m: {k: \"v\"}}");
    play_complete(&play, "a", "{who: \"Bình\", extra: 1}");
    assert_string_equal(play_variables(&play), "{name: \"An\", n: 2, extra: 1, said: \"Bình\"}");
}

static void called_processes_get_and_give_all_data_when_nothing_is_mapped(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("process p\n start s\n call c calledElement=q\n end e\n s -> c\n c -> e\n end-process\n"
                  "process q\n start qs\n user a\n end qe\n qs -> a\n a -> qe\n end-process");
    assert_trace(play_start_process(&play, "p", NULL, "{x: 1}"), "s+ s. c+ qs+ qs. a+");
    size_t count;
    const struct bpmn_instance_view *views = bpmn_state_instances(play_state(&play), play.arena, &count);
    assert_int_equal(count, 2);
    assert_string_equal(feel_literal(play.arena, views[1].data, 100), "{x: 1}");
    assert_trace(play_complete(&play, "a", "{y: 2}"), "a. qe+ qe. c. e+ e.");
    assert_string_equal(play_variables(&play), "{x: 1, y: 2}");
}

static void called_processes_see_only_what_is_mapped(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("process p\n start s\n<callActivity id='c' "
                               "calledElement='q'><extensionElements><camunda:in source='x' target='a'/>"
                               "<camunda:in sourceExpression='${x + 1}' target='b'/><camunda:out source='r' "
                               "target='result'/></extensionElements>"
                               "</callActivity>\n end e\n s -> c\n c -> e\n end-process\n process q\n start "
                               "qs\n user t\n qs -> t\n end-process");
    play_start_process(&play, "p", NULL, "{x: 1, hidden: 2}");
    size_t count;
    const struct bpmn_instance_view *views = bpmn_state_instances(play_state(&play), play.arena, &count);
    assert_string_equal(feel_literal(play.arena, views[1].data, 100), "{a: 1, b: 2}");
    play_complete(&play, "t", "{r: 7, junk: 8}");
    assert_string_equal(play_variables(&play), "{x: 1, hidden: 2, result: 7}");
}

static void data_associations_move_data_in_and_out_of_tasks(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "<dataObject id='o' name='tổng số'/>\n<dataObjectReference id='r' dataObjectRef='o'/>\n start s\n"
        "<userTask id='a'><ioSpecification><dataInput id='i' name='x'/><dataOutput id='u' name='y'/>"
        "</ioSpecification><dataInputAssociation><sourceRef>r</sourceRef><targetRef>i</targetRef>"
        "</dataInputAssociation><dataOutputAssociation><sourceRef>u</sourceRef><targetRef>r</targetRef>"
        "</dataOutputAssociation></userTask>\n user b\n s -> a\n a -> b\n b -> a");
    play_start(&play, "{\"tổng số\": 5}");
    const struct feel_value *data = bpmn_state_data(play_state(&play), play.arena, play_task(&play, "a", 1));
    assert_string_equal(feel_literal(play.arena, feel_get(data, STR("x")), 100), "5");
    play_complete(&play, "a", NULL); /* no output: nothing is overwritten */
    assert_string_equal(play_variables(&play), "{\"tổng số\": 5}");
    play_complete(&play, "b", NULL);
    play_complete(&play, "a", "{y: 7}");
    assert_string_equal(play_variables(&play), "{\"tổng số\": 7, y: 7}");
}

static void a_drawn_arrow_to_a_data_object_moves_nothing(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "process p\n start s\n<dataObject id='o' name='x'/>\n<dataObjectReference id='r' "
        "dataObjectRef='o'/>\n"
        "<callActivity id='c' calledElement='q'><property id='h' name='__targetRef_placeholder'/>"
        "<dataInputAssociation><sourceRef>r</sourceRef><targetRef>h</targetRef></dataInputAssociation>"
        "<dataOutputAssociation><targetRef>r</targetRef></dataOutputAssociation></callActivity>\n user z\n"
        "s -> c\n c -> z\n end-process\n process q\n start qs\n user t\n qs -> t\n end-process");
    play_start_process(&play, "p", NULL, "{x: 1}");
    play_complete(&play, "t", "{y: 2}");
    assert_string_equal(play_variables(&play), "{x: 1, y: 2}");
}

static void an_unknown_called_process_is_an_incident(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n call c calledElement=nowhere\n s -> c");
    play_start(&play, NULL);
    assert_string_equal(play_where(&play), " # c:bpmn.unknown_process");
    PLAY_AUTO self = play_open("start s\n call c calledElement=p\n s -> c");
    play_start(&self, NULL);
    assert_non_null(strstr(play_where(&self), "c:bpmn.too_deep"));
}

static void a_call_activity_can_run_many_times(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "process p\n start s\n call c calledElement=q mi='[1,2]'\n boundary t at=c timer=P1D\n end e\n"
        "end late\n s -> c\n c -> e\n t -> late\n end-process\n process q\n start qs\n user a\n qs -> a\n"
        "end-process");
    play_start_process(&play, "p", NULL, NULL);
    assert_string_equal(play_where(&play), "a a | t:t");
    play_complete(&play, "a", NULL);
    assert_trace(play_due(&play, "t"), "a! c! t+ t. late+ late.");
    assert_string_equal(play_where(&play), "ended late");
}

/* ---- tasks ---- */

static void roles_come_from_the_usual_attributes(void **state)
{
    (void)state;
    static const struct {
        const char *xml, *roles;
    } cases[] = {
        {"<userTask id='a' camunda:candidateGroups='clerk, head'/>", "clerk,head,"},
        {"<userTask id='a' xmlns:f='http://flowable.org/bpmn' f:candidateGroups='clerk'/>", "clerk,"},
        {"<userTask id='a' xmlns:o='http://operaton.org/schema/1.0/bpmn' o:candidateGroups='clerk'/>",
         "clerk,"},
        {"<userTask id='a' motcua:roles='signer' camunda:candidateGroups='clerk'/>", "signer,"},
        {"<userTask id='a'><extensionElements><zeebe:assignmentDefinition candidateGroups='x, "
         "y'/></extensionElements>"
         "</userTask>",
         "x,y,"},
        {"<userTask id='a'><extensionElements><zeebe:assignmentDefinition candidateGroups='=[\"x\", r]'/>"
         "</extensionElements></userTask>",
         "x,dynamic,"},
        {"<userTask id='a' camunda:candidateGroups='${r}'/>", "dynamic,"},
        {"<userTask id='a'><potentialOwner><resourceAssignmentExpression><formalExpression>group(g1), "
         "user(u1), g2"
         "</formalExpression></resourceAssignmentExpression></potentialOwner></userTask>",
         "g1,g2,"},
        {"<userTask id='a'/><laneSet id='ls'><lane id='l' name='Một "
         "cửa'><flowNodeRef>a</flowNodeRef></lane></laneSet>",
         "Một cửa,"},
        {"<userTask id='a'/>", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        BUF_AUTO sketch = BUF_WITH_MAXIMUM(65536);
        BUF_AUTO roles = BUF_WITH_MAXIMUM(65536);
        buf_printf(&sketch, "start s\n%s\n s -> a", cases[i].xml);
        PLAY_AUTO play = play_open(sketch.data);
        play_start(&play, "{r: \"dynamic\"}");
        size_t count;
        const struct bpmn_task_view *tasks = bpmn_state_tasks(play_state(&play), play.arena, &count);
        assert_int_equal(count, 1);
        buf_append_cstr(&roles, "");
        for (size_t k = 0; k < tasks[0].role_count; k++)
            buf_printf(&roles, "%.*s,", STR_ARG(tasks[0].roles[k]));
        assert_string_equal(roles.data == NULL ? "" : roles.data, cases[i].roles);
    }
}

static bool three_days(void *user, const struct bpmn_due_request *request, instant *due)
{
    (void)user;
    if (!request->working) return false;
    *due = request->from + INT64_C(5) * 86400 * MICROSECONDS; /* over a weekend */
    return true;
}

static void limits_are_kept_as_texts_and_computed_by_the_calendar(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n<userTask id='a' motcua:limit='3 working days' camunda:formKey='form-1'/>\n"
        "<boundaryEvent id='t' attachedToRef='a' motcua:clock='working'><timerEventDefinition>"
        "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>\n end e\n s -> a\n t -> e");
    struct bpmn_environment environment = {
        .models = {play.models, 1}, .now = PLAY_START, .utc_offset = 25200, .due = three_days};
    struct bpmn_input input = {.kind = BPMN_START};
    struct bpmn_result result;
    assert_int_equal(bpmn_step(&environment, NULL, &input, play.arena, &result, NULL), STATUS_OK);
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(result.state, play.arena, &count);
    assert_true(tasks[0].due == PLAY_START + INT64_C(5) * 86400 * MICROSECONDS);
    assert_true(str_equal(tasks[0].limit, STR("3 working days")));
    assert_true(str_equal(tasks[0].form_key, STR("form-1")));
    const struct bpmn_wait_view *waits = bpmn_state_waits(result.state, play.arena, &count);
    assert_true(waits[0].working && waits[0].due == tasks[0].due);
    /* another calendar: the due dates move, and the effects say from where */
    environment.due = NULL;
    struct bpmn_input moved = {.kind = BPMN_RESCHEDULE};
    struct bpmn_result again;
    assert_int_equal(bpmn_step(&environment, result.state, &moved, play.arena, &again, NULL), STATUS_OK);
    assert_int_equal(again.effect_count, 2);
    assert_int_equal(again.effects[0].kind, BPMN_TASK_CHANGED);
    assert_true(again.effects[0].previous_due == tasks[0].due && again.effects[0].due == 0);
    assert_int_equal(again.effects[1].kind, BPMN_TIMER_MOVED);
}

/* The end of a limit in calendar days rolls off a day off: it depends on the calendar without being working
 * time. */
static bool rolled(void *user, const struct bpmn_due_request *request, instant *due)
{
    const int64_t *days = user;
    *due = request->from + *days * 86400 * MICROSECONDS;
    return !request->working;
}

static void limits_in_days_follow_another_calendar_too(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n<userTask id='a' motcua:limit='12 days'/>\n<boundaryEvent id='t' attachedToRef='a'>"
        "<timerEventDefinition motcua:limit='12 "
        "days'><timeDuration>P12D</timeDuration></timerEventDefinition>"
        "</boundaryEvent>\n<boundaryEvent id='u' attachedToRef='a'><timerEventDefinition>"
        "<timeDuration>P12D</timeDuration></timerEventDefinition></boundaryEvent>\n end e\n s -> a\n t -> "
        "e\n "
        "u -> e");
    int64_t days = 12;
    struct bpmn_environment environment = {
        .models = {play.models, 1}, .now = PLAY_START, .utc_offset = 25200, .due = rolled, .user = &days};
    struct bpmn_input input = {.kind = BPMN_START}, moved = {.kind = BPMN_RESCHEDULE};
    struct bpmn_result result, again;
    assert_int_equal(bpmn_step(&environment, NULL, &input, play.arena, &result, NULL), STATUS_OK);
    days = 13;
    assert_int_equal(bpmn_step(&environment, result.state, &moved, play.arena, &again, NULL), STATUS_OK);
    assert_int_equal(again.effect_count, 2); /* P12D is civil time and stays */
    assert_int_equal(again.effects[0].kind, BPMN_TASK_CHANGED);
    assert_int_equal(again.effects[1].kind, BPMN_TIMER_MOVED);
    assert_true(str_equal(again.effects[1].element->id, STR("t")));
    assert_true(again.effects[1].due - again.effects[1].previous_due == INT64_C(86400) * MICROSECONDS);
}

static void workers_are_asked_and_answer(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n<serviceTask id='a' camunda:type='external' camunda:topic='pay'/>\n"
        "<serviceTask id='b'><extensionElements><zeebe:taskDefinition type='=kind'/></extensionElements>"
        "</serviceTask>\n<businessRuleTask id='c' camunda:decisionRef='fee'/>\n service d\n"
        "boundary x at=a error=E\n end e\n end e2\n s -> a\n a -> b\n b -> c\n c -> d\n d -> e\n x -> e2");
    assert_trace(play_start(&play, "{kind: \"mail\"}"), "s+ s. a+");
    assert_string_equal(play.effects, "instance_started:p call_requested:a");
    struct bpmn_input failed = {.kind = BPMN_FAIL, .id = play_task(&play, "a", 1), .detail = STR("no route")};
    play_input(&play, &failed);
    assert_string_equal(play_where(&play), "a # a:bpmn.call_failed");
    play_retry(&play);
    assert_string_equal(play.effects, "incident_resolved:a call_requested:a");
    assert_trace(play_complete(&play, "a", NULL), "a. b+");
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(play_state(&play), play.arena, &count);
    assert_true(tasks[0].service && str_equal(tasks[0].call, STR("mail")));
    assert_trace(play_complete(&play, "b", NULL), "b. c+");
    assert_trace(play_complete(&play, "c", "{fee: 8000}"), "c. d+ d. e+ e.");
    play_start(&play, NULL);
    assert_trace(play_error(&play, "a", "E"), "a! x+ x. e2+ e2.");
}

static void names_with_spaces_are_read_when_the_data_has_them(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n xor g\n user a\n user b\n s -> g\n g -> a : số ngày > 3 and loại hồ sơ = \"A\"\n"
                  "g -> b default");
    assert_trace(play_start(&play, "{\"số ngày\": 5, \"loại hồ sơ\": \"A\"}"), "s+ s. g+ g. a+");
}

static void oversized_data_is_refused(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n script a script='{x: x + x}'\n user b\n s -> a\n a -> b\n b -> a");
    play.limits = (struct bpmn_limits){.data = 10000};
    play_start(&play, "{x: \"0123456789012345678901234567890123456789\"}");
    for (int i = 0; i < 20 && strstr(play_where(&play), "#") == NULL; i++)
        play_complete(&play, "b", NULL);
    assert_string_equal(play_where(&play), " # a:bpmn.data_too_large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parallel_multi_instance_runs_all_at_once),
        cmocka_unit_test(a_completion_condition_cancels_the_rest),
        cmocka_unit_test(a_sequential_multi_instance_runs_one_after_the_other),
        cmocka_unit_test(an_empty_collection_passes),
        cmocka_unit_test(what_is_no_collection_is_an_incident),
        cmocka_unit_test(zeebe_loops_collect_their_outputs),
        cmocka_unit_test(an_output_element_stays_with_its_instance),
        cmocka_unit_test(an_instance_keeps_what_its_output_mapping_writes),
        cmocka_unit_test(the_standard_names_its_collection_by_data),
        cmocka_unit_test(standard_loops_repeat_while_their_condition_holds),
        cmocka_unit_test(scripts_and_results_write_variables),
        cmocka_unit_test(zeebe_outputs_let_only_the_mapped_data_out),
        cmocka_unit_test(camunda_parameters_are_local),
        cmocka_unit_test(called_processes_get_and_give_all_data_when_nothing_is_mapped),
        cmocka_unit_test(called_processes_see_only_what_is_mapped),
        cmocka_unit_test(data_associations_move_data_in_and_out_of_tasks),
        cmocka_unit_test(a_drawn_arrow_to_a_data_object_moves_nothing),
        cmocka_unit_test(an_unknown_called_process_is_an_incident),
        cmocka_unit_test(a_call_activity_can_run_many_times),
        cmocka_unit_test(roles_come_from_the_usual_attributes),
        cmocka_unit_test(limits_are_kept_as_texts_and_computed_by_the_calendar),
        cmocka_unit_test(limits_in_days_follow_another_calendar_too),
        cmocka_unit_test(workers_are_asked_and_answer),
        cmocka_unit_test(names_with_spaces_are_read_when_the_data_has_them),
        cmocka_unit_test(oversized_data_is_refused),
    };
    return cmocka_run_group_tests_name("bpmn activities", tests, NULL, NULL);
}
