/*
 * Multi-instance and standard loops (BPMN 2.0.2, 13.3.6 and 13.3.7). The body holds the boundary events and
 * the counters; the instances run below it, each with its item and loopCounter (from 1, as the standard
 * says).
 */
#include "machine.h"

#define MAXIMUM_SEQUENTIAL 100000

static bool fail(struct engine *engine, const char *code, struct str detail)
{
    engine->failure = (struct failure){code, detail};
    return false;
}

static void set_number(struct engine *engine, struct feel_context_builder *builder, const char *name,
                       int64_t value)
{
    feel_context_put(builder, str_of(name), feel_integer(engine->arena, value));
}

/* nrOf… are the names of Camunda and its kin, numberOf… those of the standard. */
static void tell_counters(struct engine *engine, struct execution *body)
{
    const struct loop_state *loop = body->loop;
    struct feel_context_builder *builder = feel_context_begin(engine->arena);
    for (size_t i = 0; body->data != NULL && i < feel_context_count(body->data); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(body->data, i, &name);
        feel_context_put(builder, name, value);
    }
    int64_t active = loop->begun - loop->completed;
    if (loop->total >= 0) {
        set_number(engine, builder, "nrOfInstances", loop->total);
        set_number(engine, builder, "nrOfActiveInstances", active);
        set_number(engine, builder, "nrOfCompletedInstances", loop->completed);
        set_number(engine, builder, "numberOfInstances", loop->total);
        set_number(engine, builder, "numberOfActiveInstances", active);
        set_number(engine, builder, "numberOfCompletedInstances", loop->completed);
        set_number(engine, builder, "numberOfTerminatedInstances", 0);
    }
    body->data = feel_context_end(builder);
    engine->cached = NULL;
}

/* The variable that an output element like "vote" or "vote.answer" reads; none when it is another expression.
 */
static struct str output_variable(const struct bpmn_loop *model)
{
    struct str first = STR_NULL, part, rest = model->output_element.text;
    bool more = true;
    while (more) {
        more = str_split(rest, '.', &part, &rest);
        if (!bpmn_is_simple_name(part)) return STR_NULL;
        if (first.length == 0) first = part;
    }
    return first;
}

static void begin_instance(struct engine *engine, struct execution *body)
{
    struct str output = output_variable(&body->node->loop);
    const struct bpmn_loop *model = &body->node->loop;
    struct loop_state *loop = body->loop;
    loop->begun++;
    struct execution *instance = bpmn_spawn(engine, body, body->model, body->node);
    instance->flags = FLAG_INSTANCE;
    instance->counter = loop->begun;
    struct feel_context_builder *builder = feel_context_begin(engine->arena);
    set_number(engine, builder, "loopCounter", loop->begun);
    if (model->element_variable.length > 0 && loop->items != NULL)
        feel_context_put(builder, model->element_variable, loop->items->list.items[loop->begun - 1]);
    else if (model->element_variable.length > 0)
        feel_context_put(builder, model->element_variable, feel_integer(engine->arena, loop->begun));
    if (output.length > 0 && !str_equal(output, model->element_variable) &&
        !str_equal_cstr(output, "loopCounter")) /* the instance's own, not the process's */
        feel_context_put(builder, output, feel_null());
    instance->data = feel_context_end(builder);
    bpmn_enqueue(engine, instance, PHASE_ENTER);
}

/* ---- the end of the body ---- */

static bool write_outputs(struct engine *engine, struct execution *body)
{
    const struct loop_state *loop = body->loop;
    struct str name = body->node->loop.output_collection;
    if (name.length == 0 || loop->total < 0) return true;
    const struct feel_value **items = arena_array(engine->arena, (size_t)loop->total, sizeof *items);
    for (int64_t i = 0; i < loop->total; i++)
        items[i] = loop->outputs == NULL || loop->outputs[i] == NULL ? feel_null() : loop->outputs[i];
    const struct feel_value *list = feel_list(engine->arena, items, (size_t)loop->total);
    return bpmn_write_variable(engine, bpmn_parent_of(engine->state, body), name, list);
}

static void body_done(struct engine *engine, struct execution *body)
{
    if (!write_outputs(engine, body)) {
        bpmn_raise_failure(engine, body);
        return;
    }
    bpmn_clear_incident(engine, body);
    bpmn_unsubscribe_all(engine, body);
    body->loop = NULL;
    body->data = NULL;
    body->flags &= ~(unsigned)FLAG_BODY;
    engine->cached = NULL;
    if ((body->flags & FLAG_HANDLER) != 0)
        bpmn_handler_done(engine, body);
    else
        bpmn_enqueue(engine, body, PHASE_LEAVE);
}

/* ---- the beginning ---- */

static bool read_total(struct engine *engine, struct execution *execution, struct loop_state *loop)
{
    const struct bpmn_loop *model = &execution->node->loop;
    const struct feel_value *value;
    if (model->collection.text.length > 0) {
        if (!bpmn_evaluate(engine, execution, &model->collection, &value)) return false;
        if (value->kind != FEEL_LIST) return fail(engine, "bpmn.collection_no_list", model->collection.text);
        loop->items = bpmn_value_storable(engine->arena, value);
        loop->total = (int64_t)value->list.count;
    } else {
        if (!bpmn_evaluate(engine, execution, &model->cardinality, &value)) return false;
        const struct feel_value *number = value;
        struct feel_number parsed;
        if (value->kind == FEEL_STRING && feel_number_from_text(value->string, &parsed))
            number = feel_number(engine->arena, parsed);
        if (number->kind != FEEL_NUMBER || !feel_number_to_int64(number->number, &loop->total) ||
            loop->total < 0)
            return fail(engine, "bpmn.bad_cardinality", model->cardinality.text);
    }
    int64_t most = model->kind == BPMN_LOOP_PARALLEL ? (int64_t)engine->limits.tokens - (int64_t)engine->live
                                                     : MAXIMUM_SEQUENTIAL;
    if (loop->total > most || loop->total > MAXIMUM_SEQUENTIAL)
        return fail(engine, "bpmn.too_many_instances", STR_NULL);
    return true;
}

static bool loop_start(struct engine *engine, struct execution *execution)
{
    const struct bpmn_loop *model = &execution->node->loop;
    struct loop_state *loop = arena_zalloc(engine->arena, sizeof *loop);
    bool go = true;
    loop->total = -1;
    if (model->kind != BPMN_LOOP_STANDARD && !read_total(engine, execution, loop)) return false;
    if (model->kind == BPMN_LOOP_STANDARD && model->test_before && model->condition.text.length > 0) {
        bpmn_set_local(engine, execution, STR("loopCounter"), feel_integer(engine->arena, 0));
        bool known = bpmn_evaluate_condition(engine, execution, &model->condition, &go);
        execution->data = NULL;
        engine->cached = NULL;
        if (!known) return false;
    }
    if (!bpmn_subscribe_boundary(engine, execution)) return false;
    execution->flags |= FLAG_BODY;
    execution->phase = PHASE_WAIT;
    execution->loop = loop;
    tell_counters(engine, execution);
    int64_t first = model->kind == BPMN_LOOP_PARALLEL ? loop->total : loop->total == 0 || !go ? 0 : 1;
    for (int64_t i = 0; i < first; i++)
        begin_instance(engine, execution);
    tell_counters(engine, execution);
    if (first == 0) body_done(engine, execution);
    return true;
}

void bpmn_loop_begin(struct engine *engine, struct execution *execution)
{
    if (!loop_start(engine, execution)) {
        bpmn_unsubscribe_all(engine, execution);
        bpmn_raise_failure(engine, execution);
    }
}

/* ---- one instance is done ---- */

static bool keep_output(struct engine *engine, struct execution *instance, struct execution *body)
{
    const struct bpmn_expression *element = &body->node->loop.output_element;
    const struct feel_value *value;
    if (body->node->loop.output_collection.length == 0 || element->text.length == 0 || body->loop->total < 0)
        return true;
    if (!bpmn_evaluate(engine, instance, element, &value)) return false;
    struct loop_state *loop = body->loop;
    if (loop->outputs == NULL)
        loop->outputs = arena_array(engine->arena, (size_t)loop->total, sizeof *loop->outputs);
    loop->outputs[instance->counter - 1] = bpmn_value_storable(engine->arena, value);
    return true;
}

/* Is the loop over after this instance? False with a failure when that cannot be told. */
static bool decide(struct engine *engine, struct execution *instance, struct execution *body, bool *over)
{
    const struct bpmn_loop *model = &body->node->loop;
    const struct loop_state *loop = body->loop;
    bool holds = false;
    if (model->condition.text.length > 0) {
        engine->cached = NULL;
        if (!bpmn_evaluate_condition(engine, instance, &model->condition, &holds)) return false;
    }
    if (loop->total >= 0) {
        *over = holds || loop->completed == loop->total;
    } else {
        bool goes_on = model->condition.text.length == 0 || holds;
        *over = !goes_on || (model->maximum > 0 && loop->completed >= model->maximum);
    }
    return true;
}

void bpmn_loop_instance_done(struct engine *engine, struct execution *instance)
{
    struct execution *body = bpmn_parent_of(engine->state, instance);
    if (!keep_output(engine, instance, body)) {
        bpmn_raise_failure(engine, instance);
        return;
    }
    struct loop_state *loop = body->loop;
    loop->completed++;
    tell_counters(engine, body);
    bool over = false;
    bool known = decide(engine, instance, body, &over);
    bpmn_remove_execution(engine, instance);
    if (!known) {
        bpmn_raise_failure(engine, body);
        return;
    }
    if (over) {
        bpmn_cancel_children(engine, body, NULL);
        body_done(engine, body);
    } else if (loop->total < 0 ||
               (body->node->loop.kind == BPMN_LOOP_SEQUENTIAL && loop->begun < loop->total)) {
        begin_instance(engine, body);
        tell_counters(engine, body);
    }
}

/* After an incident: what had failed when an instance, or the whole body, was done. */
void bpmn_loop_retry(struct engine *engine, struct execution *execution)
{
    if ((execution->flags & FLAG_INSTANCE) != 0 && (execution->flags & (FLAG_STARTED | FLAG_BODY)) == 0) {
        bpmn_loop_instance_done(engine, execution);
        return;
    }
    if ((execution->flags & FLAG_BODY) == 0 || bpmn_has_live_children(engine, execution)) return;
    const struct loop_state *loop = execution->loop;
    if (loop->total >= 0 && loop->begun < loop->total) {
        begin_instance(engine, execution);
        tell_counters(engine, execution);
    } else {
        body_done(engine, execution);
    }
}
