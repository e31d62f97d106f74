/*
 * Tokens over sequence flows: entering and leaving nodes, gateways, joins, the start and the end of scopes
 * (BPMN 2.0.2, 13.2 to 13.5).
 */
#include "machine.h"

static bool is_join(const struct bpmn_node *node)
{
    return (node->kind == BPMN_PARALLEL_GATEWAY || node->kind == BPMN_INCLUSIVE_GATEWAY) &&
           node->incoming_count > 1;
}

void bpmn_place_token(struct engine *engine, const struct execution *scope, const struct bpmn_model *model,
                      const struct bpmn_flow *flow)
{
    struct execution *token = bpmn_spawn(engine, scope, model, flow->target);
    token->flow = flow;
    if (is_join(flow->target))
        token->phase = PHASE_JOIN;
    else
        bpmn_enqueue(engine, token, PHASE_ENTER);
}

/* ---- leaving ---- */

static bool select_exclusive(struct engine *engine, struct execution *execution, bool *taken)
{
    const struct bpmn_node *node = execution->node;
    for (size_t i = 0; i < node->outgoing_count; i++) {
        const struct bpmn_flow *flow = node->outgoing[i];
        bool holds = true;
        if (flow == node->default_flow) continue;
        if (flow->condition.text.length > 0 &&
            !bpmn_evaluate_condition(engine, execution, &flow->condition, &holds))
            return false;
        if (holds) {
            taken[i] = true;
            return true;
        }
    }
    for (size_t i = 0; i < node->outgoing_count; i++)
        taken[i] = node->outgoing[i] == node->default_flow;
    return true;
}

static bool select_all_true(struct engine *engine, struct execution *execution, bool *taken)
{
    const struct bpmn_node *node = execution->node;
    bool unconditional = node->kind == BPMN_PARALLEL_GATEWAY, any = false;
    for (size_t i = 0; i < node->outgoing_count; i++) {
        const struct bpmn_flow *flow = node->outgoing[i];
        taken[i] = true;
        if (unconditional) continue;
        if (flow == node->default_flow)
            taken[i] = false;
        else if (flow->condition.text.length > 0 &&
                 !bpmn_evaluate_condition(engine, execution, &flow->condition, &taken[i]))
            return false;
        any = any || taken[i];
    }
    /* The default flow of an activity or inclusive gateway is taken only when no other one is. */
    for (size_t i = 0; i < node->outgoing_count && !unconditional && !any; i++)
        taken[i] = node->outgoing[i] == node->default_flow;
    return true;
}

static size_t count_taken(const bool *taken, size_t count)
{
    size_t result = 0;
    for (size_t i = 0; i < count; i++)
        result += taken[i];
    return result;
}

void bpmn_leave(struct engine *engine, struct execution *execution)
{
    const struct bpmn_node *node = execution->node;
    struct execution *scope = bpmn_parent_of(engine->state, execution);
    execution->phase = PHASE_LEAVE;
    bool *taken = arena_array(engine->arena, node->outgoing_count, sizeof *taken);
    bool known = node->kind == BPMN_EXCLUSIVE_GATEWAY ? select_exclusive(engine, execution, taken)
                                                      : select_all_true(engine, execution, taken);
    if (!known) {
        bpmn_raise_failure(engine, execution);
        return;
    }
    size_t count = count_taken(taken, node->outgoing_count);
    if (node->outgoing_count > 0 && count == 0) {
        bpmn_raise_incident(engine, execution, "bpmn.no_flow", STR_NULL);
        return;
    }
    if (engine->live + count > engine->limits.tokens) {
        bpmn_raise_incident(engine, execution, "bpmn.too_many_tokens", STR_NULL);
        return;
    }
    const struct bpmn_model *model = execution->model;
    bpmn_remove_execution(engine, execution);
    for (size_t i = 0; i < node->outgoing_count; i++)
        if (taken[i]) bpmn_place_token(engine, scope, model, node->outgoing[i]);
    if (count == 0) bpmn_scope_check(engine, scope);
}

/* ---- joins ---- */

struct group {                /* the tokens before one join in one scope, one for each filled flow */
    struct execution **first; /* by incoming position; NULL: empty */
    size_t filled;
};

static void collect_group(struct engine *engine, const struct execution *token, struct group *group)
{
    const struct bpmn_node *gateway = token->node;
    group->first = arena_array(engine->arena, gateway->incoming_count, sizeof(struct execution *));
    group->filled = 0;
    for (size_t i = 0; i < engine->state->executions.count; i++) {
        struct execution *other = engine->state->executions.items[i];
        if (other->dead || other->phase != PHASE_JOIN || other->node != gateway ||
            other->parent != token->parent)
            continue;
        for (size_t k = 0; k < gateway->incoming_count; k++) {
            if (gateway->incoming[k] == other->flow && group->first[k] == NULL) {
                group->first[k] = other;
                group->filled++;
            }
        }
    }
}

/* Does the flow lead to an empty, or to a filled, incoming flow of the join? */
static void reach_from(const struct join *join, const struct group *group, const struct bpmn_flow *flow,
                       bool *empty, bool *filled)
{
    for (size_t k = 0; k < join->gateway->incoming_count; k++)
        if (bpmn_join_reaches(join, k, flow)) *(group->first[k] == NULL ? empty : filled) = true;
}

static void reach_from_node(const struct join *join, const struct group *group, const struct bpmn_node *node,
                            bool *empty, bool *filled)
{
    for (size_t i = 0; i < node->outgoing_count; i++)
        reach_from(join, group, node->outgoing[i], empty, filled);
    for (size_t i = 0; i < node->boundary_count; i++)
        for (size_t k = 0; k < node->boundary[i]->outgoing_count; k++)
            reach_from(join, group, node->boundary[i]->outgoing[k], empty, filled);
    if (node->link_target != NULL) reach_from_node(join, group, node->link_target, empty, filled);
}

/*
 * 13.4.3: the join waits while some token elsewhere in its scope can reach an empty incoming flow, unless the
 * same token can also reach a filled one; ways through the join itself do not count.
 */
static bool inclusive_ready(struct engine *engine, const struct execution *token, const struct group *group)
{
    const struct bpmn_node *gateway = token->node;
    const struct join *join = bpmn_join_of(token->model, gateway);
    if (join == NULL || group->filled == gateway->incoming_count) return true;
    for (size_t i = 0; i < engine->state->executions.count; i++) {
        const struct execution *other = engine->state->executions.items[i];
        if (other->dead || other->parent != token->parent || (other->flags & FLAG_HANDLER) != 0) continue;
        bool empty = false, filled = false;
        bool on_flow = other->flow != NULL && (other->phase == PHASE_JOIN || other->phase == PHASE_ENTER);
        if (on_flow && other->node == gateway) continue;
        if (on_flow)
            reach_from(join, group, other->flow, &empty, &filled);
        else if (other->node != gateway)
            reach_from_node(join, group, other->node, &empty, &filled);
        if (empty && !filled) return false;
    }
    return true;
}

static void activate_join(struct engine *engine, const struct execution *token, const struct group *group)
{
    struct execution *scope = bpmn_parent_of(engine->state, token);
    struct execution *gateway = bpmn_spawn(engine, scope, token->model, token->node);
    for (size_t k = 0; k < token->node->incoming_count; k++)
        if (group->first[k] != NULL) bpmn_remove_execution(engine, group->first[k]);
    bpmn_trace_passed(engine, gateway);
    bpmn_enqueue(engine, gateway, PHASE_LEAVE);
}

/* Looks at every token before a join, lowest number first, until none can go on. */
void bpmn_check_joins(struct engine *engine)
{
    struct bpmn_state *state = engine->state;
    const struct bpmn_node *looked_at = NULL; /* several tokens before one join stand together mostly */
    uint64_t looked_in = 0;
    for (size_t i = 0; i < state->executions.count; i++) {
        const struct execution *token = state->executions.items[i];
        if (token->dead || token->phase != PHASE_JOIN || token->incident != NULL) continue;
        if (token->node == looked_at && token->parent == looked_in) continue;
        struct arena_mark mark = arena_mark(engine->arena);
        struct group group;
        engine->work += 2 * state->executions.count;
        collect_group(engine, token, &group);
        bool ready = token->node->kind == BPMN_PARALLEL_GATEWAY ? group.filled == token->node->incoming_count
                                                                : inclusive_ready(engine, token, &group);
        if (!ready) {
            arena_rewind(engine->arena, mark);
            looked_at = token->node;
            looked_in = token->parent;
            continue;
        }
        activate_join(engine, token, &group);
        looked_at = NULL;
        i = (size_t)-1; /* a consumed token may have held another join */
    }
}

/* ---- entering ---- */

static void enter_gateway(struct engine *engine, struct execution *execution)
{
    if (execution->node->kind != BPMN_EVENT_GATEWAY) {
        bpmn_trace_passed(engine, execution);
        bpmn_leave(engine, execution);
        return;
    }
    const struct bpmn_node *node = execution->node;
    for (size_t i = 0; i < node->outgoing_count; i++) {
        if (!bpmn_subscribe(engine, execution, node->outgoing[i]->target)) {
            bpmn_unsubscribe_all(engine, execution);
            bpmn_raise_failure(engine, execution);
            return;
        }
    }
    bpmn_trace(engine, execution, BPMN_STARTED);
    execution->phase = PHASE_WAIT;
}

static void enter_catch(struct engine *engine, struct execution *execution)
{
    if (execution->node->trigger == BPMN_LINK) {
        bpmn_trace_passed(engine, execution);
        bpmn_leave(engine, execution);
        return;
    }
    if (!bpmn_map_inputs(engine, execution) || !bpmn_subscribe(engine, execution, execution->node)) {
        bpmn_raise_failure(engine, execution);
        return;
    }
    bpmn_trace(engine, execution, BPMN_STARTED);
    execution->phase = PHASE_WAIT;
}

void bpmn_enter(struct engine *engine, struct execution *execution)
{
    execution->flow = NULL;
    switch (execution->node->kind) {
    case BPMN_EXCLUSIVE_GATEWAY:
    case BPMN_PARALLEL_GATEWAY:
    case BPMN_INCLUSIVE_GATEWAY:
    case BPMN_EVENT_GATEWAY:
        enter_gateway(engine, execution);
        break;
    case BPMN_START_EVENT:
    case BPMN_BOUNDARY_EVENT:
        bpmn_trace_passed(engine, execution);
        bpmn_leave(engine, execution);
        break;
    case BPMN_CATCH_EVENT:
        enter_catch(engine, execution);
        break;
    case BPMN_THROW_EVENT:
    case BPMN_END_EVENT:
        bpmn_throw_event(engine, execution);
        break;
    case BPMN_PROCESS:
    case BPMN_EVENT_SUBPROCESS:
        bpmn_start_scope(engine, execution, NULL);
        break;
    case BPMN_UNSUPPORTED:
        bpmn_raise_incident(engine, execution, "bpmn.unsupported", str_of(execution->node->type));
        break;
    default:
        bpmn_activity_enter(engine, execution);
        break;
    }
}

/* ---- scopes ---- */

static bool begins_alone(const struct bpmn_node *node)
{
    return node->incoming_count == 0 && node->kind != BPMN_BOUNDARY_EVENT &&
           node->kind != BPMN_EVENT_SUBPROCESS && node->kind != BPMN_START_EVENT && !node->for_compensation &&
           !(node->kind == BPMN_CATCH_EVENT && node->trigger == BPMN_LINK);
}

static void begin_at(struct engine *engine, struct execution *scope, const struct bpmn_node *start,
                     bool happened)
{
    struct execution *token = bpmn_spawn(engine, scope, scope->model, start);
    if (happened && start->kind != BPMN_START_EVENT) { /* the message of a receive task made the instance */
        bpmn_trace_passed(engine, token);
        bpmn_enqueue(engine, token, PHASE_LEAVE);
        return;
    }
    bpmn_enqueue(engine, token, PHASE_ENTER);
}

void bpmn_start_scope(struct engine *engine, struct execution *scope, const struct bpmn_node *start)
{
    const struct bpmn_node *node = scope->node;
    scope->phase = PHASE_WAIT;
    if (!bpmn_subscribe_scope(engine, scope)) {
        bpmn_unsubscribe_all(engine, scope);
        scope->phase = PHASE_ENTER;
        bpmn_raise_failure(engine, scope);
        return;
    }
    bool happened = start != NULL;
    for (size_t i = 0; i < node->child_count && start == NULL; i++)
        if (node->children[i]->kind == BPMN_START_EVENT &&
            (node->children[i]->trigger == BPMN_NONE || node->kind == BPMN_EVENT_SUBPROCESS))
            start = node->children[i];
    if (start != NULL) {
        begin_at(engine, scope, start, happened);
        return;
    }
    bool any = false;
    for (size_t i = 0; i < node->child_count; i++) {
        if (!begins_alone(node->children[i])) continue;
        any = true;
        begin_at(engine, scope, node->children[i], false);
    }
    if (!any) bpmn_scope_check(engine, scope);
}

/* What a called process hands back; an expression that fails leaves it waiting with an incident. */
static bool hand_back(struct engine *engine, struct execution *process, struct execution *caller)
{
    if (caller->node->propagate_all_out && !bpmn_write_data(engine, caller, process->data)) return false;
    return bpmn_map_outputs(engine, caller->node, process, caller);
}

void bpmn_end_process(struct engine *engine, struct execution *process, const struct bpmn_node *end,
                      struct str code)
{
    struct execution *caller = bpmn_parent_of(engine->state, process);
    if (caller != NULL && code.length == 0 && !hand_back(engine, process, caller)) {
        bpmn_raise_failure(engine, process);
        return;
    }
    process->end = end;
    process->end_code = code;
    bpmn_unsubscribe_all(engine, process);
    bpmn_drop_compensations(engine, process->id);
    bpmn_clear_incident(engine, process);
    struct bpmn_effect *ended = bpmn_effect(engine, BPMN_INSTANCE_ENDED, process, process->id);
    ended->element = end;
    ended->name = process->node->id;
    ended->code = code;
    ended->data = process->data;
    if (caller == NULL) {
        process->phase = PHASE_ENDED;
        return;
    }
    bpmn_remove_execution(engine, process);
    bpmn_activity_complete(engine, caller, NULL);
}
