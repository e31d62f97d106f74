/*
 * Throwing: end and intermediate events, errors and escalations looking for whoever catches them, and the
 * cancelling of what is interrupted (BPMN 2.0.2, 13.5.1 to 13.5.5).
 */
#include "machine.h"

/* ---- cancelling ---- */

void bpmn_cancel_children(struct engine *engine, struct execution *scope, const struct execution *except)
{
    const struct bpmn_state *state = engine->state;
    size_t count = state->executions.count;
    for (size_t i = 0; i < count; i++) {
        struct execution *child = state->executions.items[i];
        if (!child->dead && child->parent == scope->id && child != except) bpmn_cancel(engine, child);
    }
}

void bpmn_cancel(struct engine *engine, struct execution *execution)
{
    if (execution->dead) return;
    if (execution->phase == PHASE_WAIT) bpmn_cancel_children(engine, execution, NULL);
    bpmn_drop_compensations(engine, execution->id);
    if (execution->task != NULL)
        bpmn_effect(engine, bpmn_is_service(execution) ? BPMN_CALL_CANCELLED : BPMN_TASK_CANCELLED, execution,
                    execution->id);
    execution->task = NULL;
    if ((execution->flags & FLAG_STARTED) != 0) bpmn_trace(engine, execution, BPMN_CANCELLED);
    if (execution->node->kind == BPMN_PROCESS) {
        struct bpmn_effect *ended = bpmn_effect(engine, BPMN_INSTANCE_ENDED, execution, execution->id);
        ended->element = NULL;
        ended->name = execution->node->id;
        ended->code = STR("cancelled");
        ended->data = execution->data;
    }
    bpmn_remove_execution(engine, execution);
}

/* ---- who catches ---- */

struct catcher {
    struct execution *host; /* of the boundary event, or the scope of the event subprocess */
    const struct bpmn_node *event;
};

static bool catches(const struct bpmn_node *event, enum bpmn_trigger trigger, struct str code, bool any)
{
    if (event->trigger != trigger) return false;
    return any ? event->reference.text.length == 0 || event->any_code
               : code.length > 0 && event->reference.text.length > 0 &&
                     str_equal(event->reference.text, code);
}

static const struct bpmn_node *boundary_catcher(const struct bpmn_node *node, enum bpmn_trigger trigger,
                                                struct str code)
{
    for (int any = 0; any < 2; any++)
        for (size_t i = 0; i < node->boundary_count; i++)
            if (catches(node->boundary[i], trigger, code, any != 0)) return node->boundary[i];
    return NULL;
}

/* `thrown_by`: what came out of this event subprocess is not caught by it again. */
static const struct bpmn_node *scope_catcher(const struct bpmn_node *scope, const struct bpmn_node *thrown_by,
                                             enum bpmn_trigger trigger, struct str code)
{
    for (int any = 0; any < 2; any++) {
        for (size_t i = 0; i < scope->child_count; i++) {
            const struct bpmn_node *inner = scope->children[i];
            for (size_t k = 0;
                 inner->kind == BPMN_EVENT_SUBPROCESS && inner != thrown_by && k < inner->child_count; k++)
                if (inner->children[k]->kind == BPMN_START_EVENT &&
                    catches(inner->children[k], trigger, code, any != 0))
                    return inner->children[k];
        }
    }
    return NULL;
}

/*
 * From the origin outwards: first what hangs on the activity, then the event subprocesses of the scope around
 * it, and so on, through call activities too. The nearest one catches; a code that fits goes before a
 * catch-all of the same place. An event subprocess does not catch what the interrupting one of its own scope
 * throws.
 */
static bool find_catcher(struct engine *engine, struct execution *origin, enum bpmn_trigger trigger,
                         struct str code, struct catcher *catcher)
{
    struct execution *execution = origin;
    while (execution != NULL) {
        bool outer = (execution->flags & FLAG_INSTANCE) == 0; /* boundary events hang on the loop's body */
        const struct bpmn_node *event = outer && bpmn_is_activity(execution->node)
                                            ? boundary_catcher(execution->node, trigger, code)
                                            : NULL;
        if (event != NULL) {
            *catcher = (struct catcher){execution, event};
            return true;
        }
        struct execution *parent = bpmn_parent_of(engine->state, execution);
        bool listens = parent != NULL && bpmn_is_scope(parent->node) && (parent->flags & FLAG_BODY) == 0 &&
                       (parent->flags & FLAG_INTERRUPTED) == 0;
        event = listens ? scope_catcher(parent->node, execution->node, trigger, code) : NULL;
        if (event != NULL) {
            *catcher = (struct catcher){parent, event};
            return true;
        }
        execution = parent;
    }
    return false;
}

static void deliver(struct engine *engine, const struct catcher *catcher, const struct feel_value *data,
                    struct str code)
{
    if (catcher->event->kind == BPMN_BOUNDARY_EVENT)
        bpmn_fire_boundary(engine, catcher->host, catcher->event, data, code);
    else
        bpmn_fire_event_subprocess(engine, catcher->host, catcher->event, data, code);
}

bool bpmn_throw_error(struct engine *engine, struct execution *origin, struct str code,
                      const struct feel_value *data)
{
    struct catcher catcher;
    if (!find_catcher(engine, origin, BPMN_ERROR, code, &catcher)) return false;
    deliver(engine, &catcher, data, code);
    return true;
}

bool bpmn_throw_escalation(struct engine *engine, struct execution *origin, struct str code,
                           const struct feel_value *data)
{
    struct catcher catcher;
    if (!find_catcher(engine, origin, BPMN_ESCALATION, code, &catcher)) return false;
    deliver(engine, &catcher, data, code);
    return true;
}

/* ---- events that throw ---- */

static struct execution *process_of(const struct bpmn_state *state, struct execution *execution)
{
    while (execution->node->kind != BPMN_PROCESS)
        execution = bpmn_parent_of(state, execution);
    return execution;
}

/* After a throwing event did its work: an intermediate one goes on, an end event is consumed. */
static void finish_event(struct engine *engine, struct execution *execution)
{
    if (execution->dead) return; /* what it threw has interrupted it */
    struct execution *scope = bpmn_parent_of(engine->state, execution);
    if (execution->node->kind == BPMN_THROW_EVENT) {
        bpmn_leave(engine, execution);
        return;
    }
    if (scope->node->kind == BPMN_PROCESS) scope->end = execution->node;
    bpmn_remove_execution(engine, execution);
    bpmn_scope_check(engine, scope);
}

static bool throw_message(struct engine *engine, struct execution *execution)
{
    struct str name, key;
    if (!bpmn_evaluate_text(engine, execution, &execution->node->reference, &name) ||
        !bpmn_evaluate_text(engine, execution, &execution->node->correlation_key, &key))
        return false;
    bpmn_trace_passed(engine, execution);
    struct bpmn_effect *sent = bpmn_effect(engine, BPMN_MESSAGE_SENT, execution, execution->id);
    sent->name = name;
    sent->key = key;
    sent->data = execution->data;
    for (size_t i = 0; i < execution->model->message_flow_count; i++)
        if (execution->model->message_flows[i].source == execution->node)
            sent->message_flow = &execution->model->message_flows[i];
    finish_event(engine, execution);
    return true;
}

static bool throw_signal(struct engine *engine, struct execution *execution)
{
    struct str name;
    if (!bpmn_evaluate_text(engine, execution, &execution->node->reference, &name)) return false;
    bpmn_trace_passed(engine, execution);
    struct bpmn_effect *thrown = bpmn_effect(engine, BPMN_SIGNAL_THROWN, execution, execution->id);
    thrown->name = name;
    thrown->data = execution->data;
    const struct feel_value *data = execution->data;
    (void)bpmn_broadcast(engine, name, data);
    finish_event(engine, execution);
    return true;
}

/* An error nobody catches ends the whole process: the standard leaves it open; a silent end would be worse.
 */
static bool throw_error_event(struct engine *engine, struct execution *execution)
{
    struct str code;
    struct catcher catcher;
    if (!bpmn_evaluate_text(engine, execution, &execution->node->reference, &code)) return false;
    bpmn_trace_passed(engine, execution);
    if (find_catcher(engine, execution, BPMN_ERROR, code, &catcher)) {
        bpmn_remove_execution(engine, execution);
        deliver(engine, &catcher, NULL, code);
        return true;
    }
    const struct bpmn_node *end = execution->node;
    struct execution *process = process_of(engine->state, execution);
    struct execution *first = bpmn_execution_find(engine->state, 1);
    bpmn_remove_execution(engine, execution);
    bpmn_cancel_children(engine, first, NULL);
    bpmn_end_process(engine, first, process == first ? end : NULL, code.length > 0 ? code : STR("error"));
    return true;
}

static bool throw_escalation_event(struct engine *engine, struct execution *execution)
{
    struct str code;
    if (!bpmn_evaluate_text(engine, execution, &execution->node->reference, &code)) return false;
    bpmn_trace_passed(engine, execution);
    (void)bpmn_throw_escalation(engine, execution, code, NULL); /* nobody: it goes on (13.5.4) */
    finish_event(engine, execution);
    return true;
}

static void terminate(struct engine *engine, struct execution *execution)
{
    struct execution *scope = bpmn_parent_of(engine->state, execution);
    bpmn_trace_passed(engine, execution);
    if (scope->node->kind == BPMN_PROCESS) scope->end = execution->node;
    bpmn_remove_execution(engine, execution);
    bpmn_cancel_children(engine, scope, NULL);
    bpmn_scope_check(engine, scope);
}

/* The end of a transaction by its cancel event: undo what was done, then leave by the cancel boundary event.
 */
static void cancel_transaction(struct engine *engine, struct execution *execution)
{
    struct execution *scope = bpmn_parent_of(engine->state, execution);
    const struct bpmn_node *event = NULL;
    for (size_t i = 0; i < scope->node->boundary_count; i++)
        if (scope->node->boundary[i]->trigger == BPMN_CANCEL) event = scope->node->boundary[i];
    bpmn_trace(engine, execution, BPMN_COMPLETED);
    bpmn_remove_execution(engine, execution);
    struct execution *host = scope;
    if ((host->flags & FLAG_INSTANCE) != 0) host = bpmn_parent_of(engine->state, host);
    if (event != NULL) {
        bpmn_fire_boundary(engine, host, event, NULL, STR_NULL);
        return;
    }
    bpmn_cancel_children(engine, scope, NULL);
    bpmn_scope_check(engine, scope);
}

/* Compensation is over (or there was nothing to undo). */
void bpmn_compensation_done(struct engine *engine, struct execution *thrower)
{
    if (thrower->node->trigger == BPMN_CANCEL) {
        cancel_transaction(engine, thrower);
        return;
    }
    bpmn_trace(engine, thrower, BPMN_COMPLETED);
    finish_event(engine, thrower);
}

void bpmn_throw_event(struct engine *engine, struct execution *execution)
{
    bool done = true;
    if (!bpmn_map_inputs(engine, execution)) {
        bpmn_raise_failure(engine, execution);
        return;
    }
    switch (execution->node->trigger) {
    case BPMN_MESSAGE:
        done = throw_message(engine, execution);
        break;
    case BPMN_SIGNAL:
        done = throw_signal(engine, execution);
        break;
    case BPMN_ERROR:
        done = throw_error_event(engine, execution);
        break;
    case BPMN_ESCALATION:
        done = throw_escalation_event(engine, execution);
        break;
    case BPMN_TERMINATE:
        terminate(engine, execution);
        break;
    case BPMN_CANCEL:
    case BPMN_COMPENSATION:
        bpmn_compensate(engine, execution);
        break;
    case BPMN_LINK:
        bpmn_trace_passed(engine, execution);
        execution->node = execution->node->link_target;
        bpmn_enqueue(engine, execution, PHASE_ENTER);
        break;
    default:
        bpmn_trace_passed(engine, execution);
        finish_event(engine, execution);
        break;
    }
    if (!done) bpmn_raise_failure(engine, execution);
}
