/*
 * Compensation (BPMN 2.0.2, 13.5.5): completed activities with a handler are remembered in their scope; a
 * compensation event undoes them one after another, the last completed first. A completed subprocess keeps
 * what was remembered inside it, and is undone by its compensation event subprocess or, without one, piece by
 * piece.
 */
#include "machine.h"

static const struct bpmn_node *own_handler(const struct bpmn_node *node)
{
    for (size_t i = 0; i < node->boundary_count; i++)
        if (node->boundary[i]->trigger == BPMN_COMPENSATION && node->boundary[i]->handler != NULL)
            return node->boundary[i];
    return NULL;
}

/* The start event of the compensation event subprocess of a subprocess. */
static const struct bpmn_node *inner_handler(const struct bpmn_node *node)
{
    for (size_t i = 0; i < node->child_count; i++)
        for (size_t k = 0;
             node->children[i]->kind == BPMN_EVENT_SUBPROCESS && k < node->children[i]->child_count; k++)
            if (node->children[i]->children[k]->kind == BPMN_START_EVENT &&
                node->children[i]->children[k]->trigger == BPMN_COMPENSATION)
                return node->children[i]->children[k];
    return NULL;
}

static struct execution *enclosing_scope(const struct bpmn_state *state, const struct execution *execution)
{
    struct execution *scope = bpmn_parent_of(state, execution);
    while (scope != NULL && (scope->flags & FLAG_BODY) != 0)
        scope = bpmn_parent_of(state, scope);
    return scope;
}

void bpmn_record_compensation(struct engine *engine, struct execution *completed)
{
    struct bpmn_state *state = engine->state;
    bool holds = own_handler(completed->node) != NULL || inner_handler(completed->node) != NULL;
    for (size_t i = 0; i < state->compensations.count && !holds; i++)
        holds = !state->compensations.items[i]->dead && state->compensations.items[i]->scope == completed->id;
    const struct execution *scope = enclosing_scope(state, completed);
    if (!holds || scope == NULL || (completed->flags & FLAG_HANDLER) != 0) {
        bpmn_drop_compensations(engine, completed->id);
        return;
    }
    if (state->compensations.count >= 2 * (size_t)engine->limits.tokens)
        return; /* a loop of compensable work without end: the oldest can be undone, what comes later cannot
                 */
    struct compensation *record = arena_zalloc(engine->arena, sizeof *record);
    record->id = state->next_id++;
    record->scope = scope->id;
    record->model = completed->model;
    record->node = completed->node;
    record->data = completed->data;
    for (size_t i = 0; i < state->compensations.count; i++) {
        struct compensation *inner = state->compensations.items[i];
        if (inner->dead || inner->scope != completed->id) continue;
        inner->scope = 0;
        inner->container = record->id;
    }
    VEC_PUSH(engine->arena, &state->compensations, record);
}

static void drop_container(struct engine *engine, uint64_t container)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = state->compensations.count; i-- > 0;) { /* what is inside is older than its container */
        struct compensation *record = state->compensations.items[i];
        if (!record->dead && record->container == container && container != 0) {
            record->dead = true;
            drop_container(engine, record->id);
        }
    }
}

void bpmn_drop_compensations(struct engine *engine, uint64_t scope)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = 0; i < state->compensations.count; i++) {
        struct compensation *record = state->compensations.items[i];
        if (record->dead || record->scope != scope || scope == 0) continue;
        record->dead = true;
        drop_container(engine, record->id);
    }
}

/* ---- undoing ---- */

/* Gives the record, or what it consists of, its place in the order of undoing. What a subprocess consists of
 * belongs to the scope from then on: the record of the subprocess itself is used up. */
static void schedule(struct engine *engine, struct compensation *record, uint64_t scope, uint64_t thrower,
                     uint64_t *turn)
{
    if (own_handler(record->node) != NULL || inner_handler(record->node) != NULL) {
        record->container = 0;
        record->scope = scope;
        record->thrower = thrower;
        record->turn = ++*turn;
        return;
    }
    const struct bpmn_state *state = engine->state;
    for (size_t i = state->compensations.count; i-- > 0;)
        if (!state->compensations.items[i]->dead && state->compensations.items[i]->container == record->id)
            schedule(engine, state->compensations.items[i], scope, thrower, turn);
    record->dead = true;
}

void bpmn_compensate(struct engine *engine, struct execution *thrower)
{
    struct bpmn_state *state = engine->state;
    const struct execution *scope = enclosing_scope(state, thrower);
    if (scope->node->kind == BPMN_EVENT_SUBPROCESS && (scope->flags & FLAG_HANDLER) == 0)
        scope = enclosing_scope(state, scope); /* a handler of the scope undoes the scope's work */
    if ((thrower->flags & FLAG_STARTED) == 0) bpmn_trace(engine, thrower, BPMN_STARTED);
    if (thrower->node->trigger == BPMN_CANCEL) {
        const struct bpmn_state *all = engine->state;
        struct execution *transaction = bpmn_parent_of(state, thrower);
        for (size_t i = 0; i < all->executions.count; i++) /* what still runs in the transaction stops */
            if (all->executions.items[i]->parent == transaction->id && all->executions.items[i] != thrower)
                bpmn_cancel(engine, all->executions.items[i]);
    }
    uint64_t turn = 0;
    for (size_t i = state->compensations.count; i-- > 0 && scope != NULL;) {
        struct compensation *record = state->compensations.items[i];
        if (record->dead || record->scope != scope->id || record->thrower != 0 ||
            (thrower->node->compensates != NULL && record->node != thrower->node->compensates))
            continue;
        schedule(engine, record, scope->id, thrower->id, &turn);
    }
    thrower->phase = PHASE_WAIT;
    bpmn_compensation_next(engine, thrower);
}

static struct compensation *next_record(const struct bpmn_state *state, uint64_t thrower)
{
    struct compensation *next = NULL;
    for (size_t i = 0; i < state->compensations.count; i++) {
        struct compensation *record = state->compensations.items[i];
        if (!record->dead && record->thrower == thrower && (next == NULL || record->turn < next->turn))
            next = record;
    }
    return next;
}

void bpmn_compensation_next(struct engine *engine, struct execution *thrower)
{
    struct compensation *record = next_record(engine->state, thrower->id);
    if (record == NULL) {
        bpmn_compensation_done(engine, thrower);
        return;
    }
    record->dead = true;
    struct execution *scope = bpmn_parent_of(engine->state, thrower);
    const struct bpmn_node *boundary = own_handler(record->node);
    const struct bpmn_node *start = boundary == NULL ? inner_handler(record->node) : NULL;
    struct execution *handler =
        bpmn_spawn(engine, scope, record->model, boundary != NULL ? boundary->handler : start->parent);
    handler->flags |= FLAG_HANDLER;
    handler->thrower = thrower->id;
    handler->data = record->data;
    if (boundary != NULL) {
        struct bpmn_trace passed = {.element = boundary, .execution = handler->id};
        passed.instance = bpmn_instance_of(engine->state, handler);
        for (int i = 0; i < 2 && !engine->environment->quiet; i++) {
            passed.event = i == 0 ? BPMN_STARTED : BPMN_COMPLETED;
            VEC_PUSH(engine->arena, &engine->trace, passed);
        }
        drop_container(engine, record->id);
        bpmn_enqueue(engine, handler, PHASE_ENTER);
        return;
    }
    for (size_t i = 0; i < engine->state->compensations.count;
         i++) { /* its own events may undo what is inside */
        struct compensation *inner = engine->state->compensations.items[i];
        if (!inner->dead && inner->container == record->id) {
            inner->container = 0;
            inner->scope = handler->id;
        }
    }
    bpmn_trace(engine, handler, BPMN_STARTED);
    bpmn_start_scope(engine, handler, start);
}

void bpmn_handler_done(struct engine *engine, struct execution *handler)
{
    struct execution *thrower = bpmn_execution_find(engine->state, handler->thrower);
    struct execution *scope = bpmn_parent_of(engine->state, handler);
    bpmn_drop_compensations(engine, handler->id);
    bpmn_remove_execution(engine, handler);
    if (thrower != NULL && !thrower->dead)
        bpmn_compensation_next(engine, thrower);
    else
        bpmn_scope_check(engine, scope);
}
