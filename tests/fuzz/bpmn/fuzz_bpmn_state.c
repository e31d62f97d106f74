/*
 * Saved state: what loads must save to the same bytes and must bear any input; the rest is refused. The model
 * has every kind of element, so that seeds can stand anywhere in it.
 */
#include <assert.h>

#include "motcua/bpmn/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char xml[] =
    "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' "
    "xmlns:camunda='http://camunda.org/schema/1.0/bpmn' targetNamespace='t'>"
    "<message id='m' name='m'/><signal id='g' name='g'/><error id='e' errorCode='E'/>"
    "<process id='p' isExecutable='true'><startEvent id='s'/><parallelGateway id='f'/><userTask id='u'/>"
    "<userTask id='v'><multiInstanceLoopCharacteristics camunda:collection='=[1,2]' "
    "camunda:elementVariable='i'/></userTask>"
    "<subProcess id='b'><startEvent id='bs'/><inclusiveGateway id='bo'/><userTask id='bu'/><receiveTask "
    "id='br' messageRef='m'/>"
    "<inclusiveGateway id='bj'/><endEvent id='be'><errorEventDefinition errorRef='e'/></endEvent>"
    "<sequenceFlow id='x0' sourceRef='bs' targetRef='bo'/><sequenceFlow id='x1' sourceRef='bo' "
    "targetRef='bu'>"
    "<conditionExpression>true</conditionExpression></sequenceFlow><sequenceFlow id='x2' sourceRef='bo' "
    "targetRef='br'>"
    "<conditionExpression>n &gt; 1</conditionExpression></sequenceFlow><sequenceFlow id='x3' sourceRef='bu' "
    "targetRef='bj'/>"
    "<sequenceFlow id='x4' sourceRef='br' targetRef='bj'/><sequenceFlow id='x5' sourceRef='bj' "
    "targetRef='be'/></subProcess>"
    "<boundaryEvent id='bt' attachedToRef='b'><timerEventDefinition><timeDuration>PT1H</timeDuration>"
    "</timerEventDefinition></boundaryEvent><boundaryEvent id='bx' "
    "attachedToRef='b'><errorEventDefinition/></boundaryEvent>"
    "<callActivity id='c' calledElement='q'/><boundaryEvent id='k' "
    "attachedToRef='u'><compensateEventDefinition/>"
    "</boundaryEvent><task id='ku' isForCompensation='true'/><association id='as' sourceRef='k' "
    "targetRef='ku'/>"
    "<eventBasedGateway id='g1'/><intermediateCatchEvent id='g2'><signalEventDefinition signalRef='g'/>"
    "</intermediateCatchEvent><intermediateCatchEvent id='g3'><conditionalEventDefinition><condition>n &gt; "
    "3</condition>"
    "</conditionalEventDefinition></intermediateCatchEvent><inclusiveGateway id='j'/>"
    "<intermediateThrowEvent id='t'><compensateEventDefinition/></intermediateThrowEvent><endEvent id='z'/>"
    "<sequenceFlow id='f0' sourceRef='s' targetRef='f'/><sequenceFlow id='f1' sourceRef='f' targetRef='u'/>"
    "<sequenceFlow id='f2' sourceRef='f' targetRef='v'/><sequenceFlow id='f3' sourceRef='f' targetRef='b'/>"
    "<sequenceFlow id='f4' sourceRef='f' targetRef='c'/><sequenceFlow id='f5' sourceRef='f' targetRef='g1'/>"
    "<sequenceFlow id='f6' sourceRef='g1' targetRef='g2'/><sequenceFlow id='f7' sourceRef='g1' "
    "targetRef='g3'/>"
    "<sequenceFlow id='f8' sourceRef='u' targetRef='j'/><sequenceFlow id='f9' sourceRef='v' targetRef='j'/>"
    "<sequenceFlow id='fa' sourceRef='b' targetRef='j'/><sequenceFlow id='fb' sourceRef='c' targetRef='j'/>"
    "<sequenceFlow id='fc' sourceRef='g2' targetRef='j'/><sequenceFlow id='fd' sourceRef='g3' targetRef='j'/>"
    "<sequenceFlow id='fe' sourceRef='bt' targetRef='j'/><sequenceFlow id='ff' sourceRef='bx' targetRef='j'/>"
    "<sequenceFlow id='fg' sourceRef='j' targetRef='t'/><sequenceFlow id='fh' sourceRef='t' targetRef='z'/>"
    "<subProcess id='h' triggeredByEvent='true'><startEvent id='hs' "
    "isInterrupting='false'><messageEventDefinition "
    "messageRef='m'/></startEvent><userTask id='hu'/><sequenceFlow id='h1' sourceRef='hs' "
    "targetRef='hu'/></subProcess>"
    "</process><process id='q' isExecutable='true'><startEvent id='qs'/><userTask "
    "id='qu'><standardLoopCharacteristics>"
    "<loopCondition>n &lt; 2</loopCondition></standardLoopCharacteristics></userTask><sequenceFlow id='q1' "
    "sourceRef='qs' "
    "targetRef='qu'/></process></definitions>";

static const struct bpmn_model *model_of(void)
{
    static struct arena *arena;
    static const struct bpmn_model *model;
    if (model != NULL) return model;
    struct bpmn_parse_options options = {.key = STR("k")};
    struct error error = {0};
    arena = arena_create((size_t)256 << 20);
    enum status status = bpmn_model_parse(arena, str_of(xml), &options, &model, &error);
    assert(status == STATUS_OK);
    assert(!bpmn_model_has_errors(model, NULL, true));
    return model;
}

static void try_input(const struct bpmn_environment *environment, const struct bpmn_state *state,
                      const struct bpmn_input *input, struct arena *arena)
{
    struct bpmn_result result;
    struct error error = {0};
    BUF_AUTO saved = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    BUF_AUTO again = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    if (bpmn_step(environment, state, input, arena, &result, &error) != STATUS_OK) return;
    if (bpmn_state_save(result.state, &saved) != STATUS_OK) return;
    const struct bpmn_state *loaded = NULL;
    enum status status = bpmn_state_load(arena, buf_str(&saved), &environment->models, &loaded, &error);
    assert(status == STATUS_OK);
    status = bpmn_state_save(loaded, &again);
    assert(status == STATUS_OK && str_equal(buf_str(&saved), buf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bpmn_model *model = model_of();
    ARENA_AUTO arena = arena_create((size_t)1 << 30);
    struct bpmn_environment environment = {.models = {&model, 1},
                                           .now = 1795482000000000,
                                           .utc_offset = 25200,
                                           .limits = {.steps = 200, .tokens = 200}};
    struct str text = str_make((const char *)data, size);
    const struct bpmn_state *state = NULL;
    struct error error = {0};
    if (bpmn_state_load(arena, text, &environment.models, &state, &error) != STATUS_OK) return 0;
    BUF_AUTO saved = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    enum status status = bpmn_state_save(state, &saved);
    assert(status == STATUS_OK && str_equal(buf_str(&saved), text));
    size_t tasks, waits, incidents;
    const struct bpmn_task_view *task = bpmn_state_tasks(state, arena, &tasks);
    const struct bpmn_wait_view *wait = bpmn_state_waits(state, arena, &waits);
    const struct bpmn_incident_view *incident = bpmn_state_incidents(state, arena, &incidents);
    for (size_t i = 0; i < tasks && i < 8; i++) {
        struct bpmn_input done = {.kind = BPMN_COMPLETE, .id = task[i].id};
        try_input(&environment, state, &done, arena);
        done.error = STR("E");
        try_input(&environment, state, &done, arena);
    }
    for (size_t i = 0; i < waits && i < 8; i++) {
        struct bpmn_input input = {.id = wait[i].id, .name = wait[i].name};
        input.kind = wait[i].kind == BPMN_WAIT_MESSAGE  ? BPMN_CORRELATE
                     : wait[i].kind == BPMN_WAIT_SIGNAL ? BPMN_BROADCAST
                     : wait[i].kind == BPMN_WAIT_TIMER  ? BPMN_DUE
                                                        : BPMN_RESCHEDULE;
        try_input(&environment, state, &input, arena);
    }
    for (size_t i = 0; i < incidents && i < 4; i++) {
        struct bpmn_input retry = {.kind = BPMN_RETRY, .id = incident[i].id};
        try_input(&environment, state, &retry, arena);
    }
    struct bpmn_input end = {.kind = BPMN_CANCEL_INSTANCE};
    try_input(&environment, state, &end, arena);
    return 0;
}
