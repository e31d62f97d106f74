/* Is a state that was read one that the engine could have made? What these rules let through cannot harm it.
 */
#include "machine.h"

static bool parent_fits(const struct bpmn_state *state, const struct execution *execution)
{
    const struct execution *parent = bpmn_parent_of(state, execution);
    if (execution->id == 1) return execution->parent == 0 && execution->node->kind == BPMN_PROCESS;
    if (parent == NULL || parent->id >= execution->id || parent->phase != PHASE_WAIT) return false;
    if (execution->node->kind == BPMN_PROCESS)
        return parent->node->kind == BPMN_CALL_ACTIVITY && (parent->flags & FLAG_BODY) == 0;
    if (parent->model != execution->model) return false;
    if ((execution->flags & FLAG_INSTANCE) != 0)
        return parent->node == execution->node && (parent->flags & FLAG_BODY) != 0 &&
               (parent->flags & FLAG_INSTANCE) == 0 && execution->counter <= parent->loop->begun;
    if (!bpmn_is_scope(parent->node) || (parent->flags & FLAG_BODY) != 0) return false;
    return (execution->flags & FLAG_HANDLER) != 0 || execution->node->parent == parent->node;
}

static bool kind_fits(const struct execution *execution)
{
    const struct bpmn_node *node = execution->node;
    bool body = (execution->flags & FLAG_BODY) != 0;
    bool service = bpmn_is_service(execution);
    if (body != (execution->loop != NULL) || (body && node->loop.kind == BPMN_LOOP_NONE)) return false;
    if (body && (execution->loop->total < 0) != (node->loop.kind == BPMN_LOOP_STANDARD)) return false;
    if ((execution->flags & FLAG_INSTANCE) != 0 &&
        (node->loop.kind == BPMN_LOOP_NONE || execution->counter == 0 || body))
        return false;
    if ((execution->flags & FLAG_INSTANCE) == 0 && execution->counter != 0) return false;
    if (execution->task != NULL &&
        ((node->kind != BPMN_USER_TASK && !service) || execution->phase != PHASE_WAIT || body))
        return false;
    if ((execution->flags & FLAG_HANDLER) != 0 && !bpmn_is_activity(node) &&
        node->kind != BPMN_EVENT_SUBPROCESS)
        return false;
    if (((execution->flags & FLAG_HANDLER) != 0) != (execution->thrower != 0)) return false;
    if (node->kind == BPMN_PROCESS && execution->data == NULL) return false;
    return (execution->end == NULL && execution->end_code.length == 0) || node->kind == BPMN_PROCESS;
}

static bool phase_fits(const struct execution *execution, size_t count)
{
    const struct bpmn_node *node = execution->node;
    if (execution->flow != NULL && (execution->flow->target != node ||
                                    (execution->phase != PHASE_JOIN && execution->phase != PHASE_ENTER)))
        return false;
    switch (execution->phase) {
    case PHASE_JOIN:
        return execution->flow != NULL && node->incoming_count > 1 &&
               (node->kind == BPMN_PARALLEL_GATEWAY || node->kind == BPMN_INCLUSIVE_GATEWAY) &&
               execution->incident == NULL;
    case PHASE_ENTER:
    case PHASE_LEAVE:
        return execution->incident != NULL; /* nothing moves between two inputs */
    case PHASE_WAIT:
        return true;
    case PHASE_ENDED:
        return execution->id == 1 && count == 1;
    }
    return false;
}

/* No more instances of a loop are alive than have begun and are not over. */
static bool loop_fits(const struct bpmn_state *state, const struct execution *body)
{
    int64_t alive = 0;
    for (size_t i = 0; i < state->executions.count; i++) {
        const struct execution *execution = state->executions.items[i];
        alive += execution->parent == body->id && (execution->flags & FLAG_INSTANCE) != 0;
    }
    return alive <= body->loop->begun - body->loop->completed;
}

static bool executions_fit(const struct bpmn_state *state)
{
    uint64_t last = 0;
    for (size_t i = 0; i < state->executions.count; i++) {
        const struct execution *execution = state->executions.items[i];
        if (execution->id <= last || execution->id >= state->next_id || (i == 0) != (execution->id == 1))
            return false;
        last = execution->id;
        if (!kind_fits(execution) || !phase_fits(execution, state->executions.count) ||
            !parent_fits(state, execution) || (execution->loop != NULL && !loop_fits(state, execution)))
            return false;
        if (execution->incident != NULL && execution->incident->id >= state->next_id) return false;
        unsigned depth = 0;
        for (const struct execution *up = execution; up != NULL && depth <= 2 * BPMN_MAXIMUM_NESTING;
             depth++) {
            while (up != NULL && up->node->kind != BPMN_PROCESS)
                up = bpmn_parent_of(state, up);
            up = up == NULL ? NULL : bpmn_parent_of(state, up);
        }
        if (depth > 2 * BPMN_MAXIMUM_NESTING) return false;
    }
    return state->executions.count > 0;
}

static bool follows(const struct bpmn_node *gateway, const struct bpmn_node *event)
{
    for (size_t i = 0; i < gateway->outgoing_count; i++)
        if (gateway->outgoing[i]->target == event) return true;
    return false;
}

static bool owner_fits(const struct execution *owner, const struct bpmn_node *event)
{
    if (owner->phase != PHASE_WAIT) return false;
    switch (event->kind) {
    case BPMN_BOUNDARY_EVENT:
        return event->attached_to == owner->node && (owner->flags & FLAG_INSTANCE) == 0;
    case BPMN_START_EVENT:
        return event->parent != NULL && event->parent->kind == BPMN_EVENT_SUBPROCESS &&
               event->parent->parent == owner->node && (owner->flags & FLAG_BODY) == 0;
    case BPMN_CATCH_EVENT:
    case BPMN_RECEIVE_TASK:
        return (owner->node == event && (owner->flags & FLAG_BODY) == 0) ||
               (owner->node->kind == BPMN_EVENT_GATEWAY && follows(owner->node, event));
    default:
        return false;
    }
}

static bool subscriptions_fit(const struct bpmn_state *state)
{
    uint64_t last = 0;
    for (size_t i = 0; i < state->subscriptions.count; i++) {
        const struct subscription *subscription = state->subscriptions.items[i];
        const struct execution *owner = bpmn_execution_find(state, subscription->execution);
        enum bpmn_wait kind;
        if (subscription->id <= last || subscription->id >= state->next_id || owner == NULL ||
            owner->model != subscription->model || !owner_fits(owner, subscription->node) ||
            !bpmn_wait_of(subscription->node, &kind) || kind != subscription->kind)
            return false;
        last = subscription->id;
    }
    return true;
}

static const struct compensation *record_find(const struct bpmn_state *state, uint64_t id)
{
    for (size_t i = 0; i < state->compensations.count; i++)
        if (state->compensations.items[i]->id == id) return state->compensations.items[i];
    return NULL;
}

static bool compensations_fit(const struct bpmn_state *state)
{
    uint64_t last = 0;
    if (state->compensations.count > 20000) return false;
    for (size_t i = 0; i < state->compensations.count; i++) {
        const struct compensation *record = state->compensations.items[i];
        const struct execution *scope = record->scope == 0 ? NULL : bpmn_execution_find(state, record->scope);
        const struct compensation *container =
            record->container == 0 ? NULL : record_find(state, record->container);
        if (record->id <= last || record->id >= state->next_id ||
            (!bpmn_is_activity(record->node) && record->node->kind != BPMN_EVENT_SUBPROCESS) ||
            (record->scope == 0) == (record->container == 0))
            return false;
        if (record->scope != 0 && (scope == NULL || !bpmn_is_scope(scope->node) ||
                                   scope->model != record->model || scope->phase == PHASE_ENDED))
            return false;
        if (record->container != 0 && (container == NULL || container->id <= record->id ||
                                       container->model != record->model || !bpmn_is_scope(container->node)))
            return false;
        last = record->id;
    }
    return true;
}

/* Each model is used, in the order in which the executions name them: the writer's order. */
static bool models_fit(const struct bpmn_state *state, const struct bpmn_model *const *models, size_t count)
{
    size_t known = 0;
    for (size_t i = 0; i < state->executions.count; i++) {
        size_t k = 0;
        while (k < known && models[k] != state->executions.items[i]->model)
            k++;
        if (k < known) continue;
        if (known == count || models[known] != state->executions.items[i]->model) return false;
        known++;
    }
    return known == count;
}

bool bpmn_state_valid(const struct bpmn_state *state, const struct bpmn_model *const *models, size_t count)
{
    return state->next_id < INT64_MAX && executions_fit(state) && subscriptions_fit(state) &&
           compensations_fit(state) && models_fit(state, models, count);
}
