/*
 * Breadth-first search over the markings of one scope. A marking counts the tokens at every node and on every
 * flow into a join, and remembers which end events were reached. What needs no waiting moves first, one node
 * at a time, as the engine does; waiting nodes are free choices. Subprocesses are explored by themselves and
 * count as one node. Counts are cut at a small bound: beyond it tokens pile up.
 */
#include "space_search.h"

enum { BOUND = 8, WIDEST = 6000 };
#define MAXIMUM_MEMORY ((size_t)96 << 20)
#define MAXIMUM_WORK   ((size_t)60000000)

static bool is_join_flow(const struct bpmn_flow *flow)
{
    return (flow->target->kind == BPMN_PARALLEL_GATEWAY || flow->target->kind == BPMN_INCLUSIVE_GATEWAY) &&
           flow->target->incoming_count > 1;
}

/* ---- states ---- */

static uint64_t hash_state(const struct search *search, const uint8_t *state)
{
    return str_hash(str_make((const char *)state, search->width));
}

/* A changeable copy, good until the matching pop. */
static uint8_t *push_state(struct search *search, const uint8_t *state)
{
    uint8_t *copy = search->buffers[search->depth++];
    memcpy(copy, state, search->width);
    return copy;
}

static void pop_state(struct search *search)
{
    search->depth--;
}

static void add_edge(struct search *search, uint32_t target)
{
    struct edge edge = {.from = search->current, .next = search->into.items[target]};
    VEC_PUSH(search->space->arena, &search->edges, edge);
    search->into.items[target] = (uint32_t)search->edges.count;
}

/* The state becomes known, with an edge from the current one. */
static void reach(struct search *search, const uint8_t *state)
{
    struct space *space = search->space;
    size_t slot = hash_state(search, state) & (search->table_size - 1);
    search->moved = true;
    while (search->table[slot] != 0) {
        uint32_t index = search->table[slot] - 1;
        if (memcmp(search->states.items[index], state, search->width) == 0) {
            add_edge(search, index);
            return;
        }
        slot = (slot + 1) & (search->table_size - 1);
    }
    if (search->states.count >= space->budget) {
        space->complete = false;
        return;
    }
    uint8_t *copy = arena_alloc(space->arena, search->width);
    memcpy(copy, state, search->width);
    VEC_PUSH(space->arena, &search->states, copy);
    VEC_PUSH(space->arena, &search->into, 0);
    VEC_PUSH(space->arena, &search->final, false);
    VEC_PUSH(space->arena, &search->blocked, false);
    search->table[slot] = (uint32_t)search->states.count;
    if (search->states.count > 1) add_edge(search, (uint32_t)search->states.count - 1);
}

static void add_token(struct search *search, uint8_t *state, uint32_t place, const struct bpmn_node *node)
{
    if (state[place] < BOUND) {
        state[place]++;
        return;
    }
    search->space->pile = node;
}

static void put_on_flow(struct search *search, uint8_t *state, const struct bpmn_flow *flow)
{
    uint32_t place = search->flow_place[flow->index];
    search->space->visited[flow->target->index] |= place == UINT32_MAX;
    add_token(search, state, place != UINT32_MAX ? place : search->place[flow->target->index], flow->target);
}

/* ---- leaving a node: every choice of its outgoing flows ---- */

static void leave_all(struct search *search, const uint8_t *state, const struct bpmn_node *node)
{
    uint8_t *next = push_state(search, state);
    for (size_t i = 0; i < node->outgoing_count; i++)
        put_on_flow(search, next, node->outgoing[i]);
    reach(search, next);
    pop_state(search);
}

static void leave_by(struct search *search, const uint8_t *state, const struct bpmn_node *node,
                     uint64_t chosen, bool fixed)
{
    uint8_t *next = push_state(search, state);
    size_t bit = 0;
    for (size_t i = 0; i < node->outgoing_count; i++) {
        const struct bpmn_flow *flow = node->outgoing[i];
        bool choice = flow != node->default_flow && flow->condition.text.length > 0;
        bool taken = choice                       ? ((chosen >> (bit < 63 ? bit : 63)) & 1) != 0
                     : flow == node->default_flow ? chosen == 0 && !fixed
                                                  : true;
        bit += choice;
        if (taken) put_on_flow(search, next, flow);
    }
    reach(search, next);
    pop_state(search);
}

static void leave_choosing(struct search *search, const uint8_t *state, const struct bpmn_node *node)
{
    size_t choices = 0;
    bool fixed = false;
    for (size_t i = 0; i < node->outgoing_count; i++) {
        bool choice = node->outgoing[i] != node->default_flow && node->outgoing[i]->condition.text.length > 0;
        choices += choice;
        fixed = fixed || (!choice && node->outgoing[i] != node->default_flow);
    }
    bool may_be_none = fixed || node->default_flow != NULL;
    if (choices <= 6) {
        for (uint64_t chosen = may_be_none ? 0 : 1; chosen < UINT64_C(1) << choices; chosen++)
            leave_by(search, state, node, chosen, fixed);
        return;
    }
    search->space->complete = false; /* only one at a time, and all together */
    for (size_t i = 0; i < choices && i < 63; i++)
        leave_by(search, state, node, UINT64_C(1) << i, fixed);
    leave_by(search, state, node, UINT64_MAX, fixed);
    if (may_be_none) leave_by(search, state, node, 0, fixed);
}

static void leave_node(struct search *search, const uint8_t *state, const struct bpmn_node *node)
{
    if (node->kind == BPMN_THROW_EVENT && node->trigger == BPMN_LINK) {
        uint8_t *next = push_state(search, state);
        if (node->link_target != NULL) {
            search->space->visited[node->link_target->index] = true;
            add_token(search, next, search->place[node->link_target->index], node->link_target);
        }
        reach(search, next);
        pop_state(search);
    } else if (node->kind == BPMN_EXCLUSIVE_GATEWAY && node->outgoing_count > 0) {
        for (size_t i = 0; i < node->outgoing_count; i++) {
            uint8_t *next = push_state(search, state);
            put_on_flow(search, next, node->outgoing[i]);
            reach(search, next);
            pop_state(search);
        }
    } else if (node->kind == BPMN_PARALLEL_GATEWAY || node->outgoing_count == 0) {
        leave_all(search, state, node);
    } else {
        leave_choosing(search, state, node);
    }
}

/* ---- one move ---- */

static void clear_tokens(const struct search *search, uint8_t *state)
{
    for (size_t i = 0; i < search->scope->child_count; i++)
        state[search->place[search->scope->children[i]->index]] = 0;
    for (size_t i = 0; i < search->space->model->flow_count; i++)
        if (search->flow_place[i] != UINT32_MAX) state[search->flow_place[i]] = 0;
}

static void forget_events(const struct search *search, uint8_t *state, const struct bpmn_node *host)
{
    if (state[search->place[host->index]] > 0) return;
    for (size_t i = 0; i < host->boundary_count; i++)
        if (search->flag_place[host->boundary[i]->index] != UINT32_MAX)
            state[search->flag_place[host->boundary[i]->index]] = 0;
}

static const struct bpmn_node *start_of(const struct bpmn_node *scope)
{
    for (size_t i = 0; i < scope->child_count; i++)
        if (scope->children[i]->kind == BPMN_START_EVENT) return scope->children[i];
    return NULL;
}

static bool catches_throw(const struct bpmn_node *boundary)
{
    return boundary->trigger == BPMN_ERROR || boundary->trigger == BPMN_CANCEL;
}

static bool catches_errors(const struct bpmn_node *node)
{
    for (size_t i = 0; i < node->boundary_count; i++)
        if (catches_throw(node->boundary[i])) return true;
    return false;
}

/* An error leaves everything in the scope: to its error event subprocess, or out of it. */
static void error_thrown(struct search *search, uint8_t *state, const struct bpmn_node *by)
{
    clear_tokens(search, state);
    for (size_t i = 0; i < search->scope->child_count; i++) {
        const struct bpmn_node *inner = search->scope->children[i];
        const struct bpmn_node *start = inner->kind == BPMN_EVENT_SUBPROCESS ? start_of(inner) : NULL;
        if (start == NULL || inner == by || start->trigger != BPMN_ERROR || state[search->interrupted] > 0)
            continue;
        state[search->flag_place[inner->index]] = 1;
        state[search->interrupted] = 1;
        search->space->visited[inner->index] = true;
        add_token(search, state, search->place[inner->index], inner);
        reach(search, state);
        return;
    }
    if (search->scope->kind == BPMN_PROCESS) {
        reach(search, state);
        return;
    }
    search->space->throws = true;
    search->moved = true; /* no state of this scope any more */
    search->final.items[search->current] = true;
}

static void reach_end(struct search *search, uint8_t *state, const struct bpmn_node *node)
{
    state[search->flag_place[node->index]] = 1;
    if (node->trigger == BPMN_ERROR || node->trigger == BPMN_CANCEL) {
        error_thrown(search, state, node);
        return;
    }
    if (node->trigger == BPMN_TERMINATE) clear_tokens(search, state);
    reach(search, state);
}

static bool waits(const struct bpmn_node *node)
{
    switch (node->kind) {
    case BPMN_USER_TASK:
    case BPMN_SERVICE_TASK:
    case BPMN_SEND_TASK:
    case BPMN_RECEIVE_TASK:
    case BPMN_BUSINESS_RULE_TASK:
    case BPMN_CALL_ACTIVITY:
    case BPMN_SUBPROCESS:
    case BPMN_EVENT_SUBPROCESS:
    case BPMN_EVENT_GATEWAY:
        return true;
    case BPMN_CATCH_EVENT:
        return node->trigger != BPMN_LINK;
    default:
        return node->boundary_count > 0 && bpmn_is_activity(node);
    }
}

static void move_immediate(struct search *search, const uint8_t *state, const struct bpmn_node *node)
{
    uint8_t *next = push_state(search, state);
    next[search->place[node->index]]--;
    if (node->kind == BPMN_END_EVENT)
        reach_end(search, next, node);
    else
        leave_node(search, next, node);
    pop_state(search);
}

/* ---- joins ---- */

static void reach_counts(const struct search *search, const uint8_t *state, const struct join *join,
                         const struct bpmn_flow *flow, bool *empty, bool *filled)
{
    for (size_t k = 0; k < join->gateway->incoming_count; k++)
        if (bpmn_join_reaches(join, k, flow))
            *(state[search->flow_place[join->gateway->incoming[k]->index]] == 0 ? empty : filled) = true;
}

static void reach_of_node(const struct search *search, const uint8_t *state, const struct join *join,
                          const struct bpmn_node *node, bool *empty, bool *filled)
{
    for (size_t i = 0; i < node->outgoing_count; i++)
        reach_counts(search, state, join, node->outgoing[i], empty, filled);
    for (size_t i = 0; i < node->boundary_count; i++)
        for (size_t k = 0; k < node->boundary[i]->outgoing_count; k++)
            reach_counts(search, state, join, node->boundary[i]->outgoing[k], empty, filled);
    if (node->link_target != NULL) reach_of_node(search, state, join, node->link_target, empty, filled);
}

static bool inclusive_enabled(const struct search *search, const uint8_t *state,
                              const struct bpmn_node *gateway)
{
    const struct join *join = bpmn_join_of(search->space->model, gateway);
    if (join == NULL) return true;
    for (size_t i = 0; i < search->scope->child_count; i++) {
        const struct bpmn_node *node = search->scope->children[i];
        bool empty = false, filled = false;
        if (node != gateway && state[search->place[node->index]] > 0)
            reach_of_node(search, state, join, node, &empty, &filled);
        if (empty && !filled) return false;
        for (size_t k = 0; node != gateway && k < node->incoming_count; k++) {
            uint32_t place = search->flow_place[node->incoming[k]->index];
            empty = filled = false;
            if (place != UINT32_MAX && state[place] > 0)
                reach_counts(search, state, join, node->incoming[k], &empty, &filled);
            if (empty && !filled) return false;
        }
    }
    return true;
}

static bool fire_join(struct search *search, const uint8_t *state, const struct bpmn_node *gateway)
{
    size_t filled = 0;
    for (size_t k = 0; k < gateway->incoming_count; k++)
        filled += state[search->flow_place[gateway->incoming[k]->index]] > 0;
    bool all = filled == gateway->incoming_count;
    if (filled == 0 ||
        (gateway->kind == BPMN_PARALLEL_GATEWAY ? !all : !all && !inclusive_enabled(search, state, gateway)))
        return false;
    uint8_t *next = push_state(search, state);
    for (size_t k = 0; k < gateway->incoming_count; k++) {
        uint32_t place = search->flow_place[gateway->incoming[k]->index];
        next[place] -= next[place] > 0;
    }
    search->space->visited[gateway->index] = true;
    add_token(search, next, search->place[gateway->index], gateway);
    reach(search, next);
    pop_state(search);
    return true;
}

static bool move_without_waiting(struct search *search, const uint8_t *state)
{
    for (size_t i = 0; i < search->scope->child_count; i++) {
        const struct bpmn_node *node = search->scope->children[i];
        if (state[search->place[node->index]] > 0 && !waits(node)) {
            move_immediate(search, state, node);
            return true;
        }
        if (node->incoming_count > 1 &&
            (node->kind == BPMN_PARALLEL_GATEWAY || node->kind == BPMN_INCLUSIVE_GATEWAY) &&
            fire_join(search, state, node))
            return true;
    }
    return false;
}

/* ---- waiting nodes ---- */

static void happen_boundary(struct search *search, const uint8_t *state, const struct bpmn_node *host)
{
    for (size_t i = 0; i < host->boundary_count; i++) {
        const struct bpmn_node *event = host->boundary[i];
        uint32_t flag = search->flag_place[event->index];
        if (event->trigger == BPMN_COMPENSATION || (!event->interrupting && state[flag] > 0)) continue;
        if (!search->space->with_events && !(catches_throw(event) && search->throws[host->index])) continue;
        uint8_t *next = push_state(search, state);
        if (event->interrupting) {
            next[search->place[host->index]]--;
            forget_events(search, next, host);
        } else {
            next[flag] = 1;
        }
        search->space->visited[event->index] = true;
        leave_node(search, next, event);
        pop_state(search);
    }
}

static void move_waiting(struct search *search, const uint8_t *state, const struct bpmn_node *node)
{
    uint8_t *next = push_state(search, state);
    next[search->place[node->index]]--;
    bool scope = node->kind == BPMN_SUBPROCESS || node->kind == BPMN_EVENT_SUBPROCESS;
    if (node->kind == BPMN_EVENT_GATEWAY) {
        for (size_t i = 0; i < node->outgoing_count; i++) {
            search->space->visited[node->outgoing[i]->target->index] = true;
            leave_node(search, next, node->outgoing[i]->target);
        }
    } else if (!scope || search->completes[node->index]) {
        forget_events(search, next, node);
        leave_node(search, next, node);
    }
    if (scope && search->throws[node->index] && !catches_errors(node)) error_thrown(search, next, node);
    pop_state(search);
    happen_boundary(search, state, node);
}

static void happen_event_subprocesses(struct search *search, const uint8_t *state)
{
    for (size_t i = 0; i < search->scope->child_count; i++) {
        const struct bpmn_node *inner = search->scope->children[i];
        const struct bpmn_node *start = inner->kind == BPMN_EVENT_SUBPROCESS ? start_of(inner) : NULL;
        if (start == NULL || start->trigger == BPMN_COMPENSATION || state[search->interrupted] > 0 ||
            state[search->flag_place[inner->index]] > 0)
            continue;
        uint8_t *next = push_state(search, state);
        next[search->flag_place[inner->index]] = 1;
        if (start->interrupting) {
            clear_tokens(search, next);
            next[search->interrupted] = 1;
        }
        search->space->visited[inner->index] = true;
        add_token(search, next, search->place[inner->index], inner);
        reach(search, next);
        pop_state(search);
    }
}

static bool has_tokens(const struct search *search, const uint8_t *state)
{
    for (size_t i = 0; i < search->scope->child_count; i++) {
        const struct bpmn_node *node = search->scope->children[i];
        if (state[search->place[node->index]] > 0) return true;
        for (size_t k = 0; k < node->incoming_count; k++)
            if (search->flow_place[node->incoming[k]->index] != UINT32_MAX &&
                state[search->flow_place[node->incoming[k]->index]] > 0)
                return true;
    }
    return false;
}

static void expand(struct search *search, uint32_t index)
{
    const uint8_t *state = search->states.items[index];
    search->current = index;
    search->moved = false;
    if (!has_tokens(search, state)) {
        search->final.items[index] = true;
        search->space->completes = true;
        return;
    }
    if (move_without_waiting(search, state)) return;
    for (size_t i = 0; i < search->scope->child_count; i++)
        if (state[search->place[search->scope->children[i]->index]] > 0)
            move_waiting(search, state, search->scope->children[i]);
    search->blocked.items[index] = !search->moved;
    if (search->space->with_events) happen_event_subprocesses(search, state);
}

/* ---- the search ---- */

static bool begins(const struct bpmn_node *node)
{
    return node->incoming_count == 0 && node->kind != BPMN_BOUNDARY_EVENT &&
           node->kind != BPMN_EVENT_SUBPROCESS && node->kind != BPMN_START_EVENT && !node->for_compensation &&
           !(node->kind == BPMN_CATCH_EVENT && node->trigger == BPMN_LINK);
}

static void number_places(struct search *search)
{
    const struct bpmn_model *model = search->space->model;
    struct arena *arena = search->space->arena;
    search->place = arena_array(arena, model->node_count, sizeof *search->place);
    search->flag_place = arena_array(arena, model->node_count, sizeof *search->flag_place);
    search->flow_place = arena_array(arena, model->flow_count, sizeof *search->flow_place);
    memset(search->flag_place, 0xFF, model->node_count * sizeof *search->flag_place);
    memset(search->flow_place, 0xFF, model->flow_count * sizeof *search->flow_place);
    for (size_t i = 0; i < search->scope->child_count; i++) {
        const struct bpmn_node *node = search->scope->children[i];
        search->place[node->index] = (uint32_t)search->width++;
        if (node->kind == BPMN_END_EVENT || node->kind == BPMN_EVENT_SUBPROCESS ||
            (node->kind == BPMN_BOUNDARY_EVENT && !node->interrupting))
            search->flag_place[node->index] = (uint32_t)search->width++;
        for (size_t k = 0; k < node->incoming_count; k++)
            if (is_join_flow(node->incoming[k]))
                search->flow_place[node->incoming[k]->index] = (uint32_t)search->width++;
    }
    search->interrupted = (uint32_t)search->width++;
}

static void add_starts(struct search *search)
{
    const struct bpmn_node *scope = search->scope;
    uint8_t *state = arena_zalloc(search->space->arena, search->width);
    bool any = false;
    for (size_t i = 0; i < scope->child_count; i++) { /* each start event begins an instance of its own */
        const struct bpmn_node *node = scope->children[i];
        if (node->kind != BPMN_START_EVENT) continue;
        any = true;
        memset(state, 0, search->width);
        state[search->place[node->index]] = 1;
        search->space->visited[node->index] = true;
        reach(search, state);
    }
    if (any) return;
    memset(state, 0, search->width);
    for (size_t i = 0; i < scope->child_count; i++) {
        if (!begins(scope->children[i])) continue;
        state[search->place[scope->children[i]->index]] = 1;
        search->space->visited[scope->children[i]->index] = true;
    }
    reach(search, state);
}

void bpmn_space_explore(struct space *space, const struct bpmn_node *scope)
{
    struct search search = {.space = space, .scope = scope};
    bool *completes = arena_array(space->arena, space->model->node_count, sizeof *completes);
    bool *throws = arena_array(space->arena, space->model->node_count, sizeof *throws);
    bool top = scope->kind == BPMN_PROCESS;
    for (size_t i = 0; i < scope->child_count; i++) {
        const struct bpmn_node *inner = scope->children[i];
        if (inner->kind != BPMN_SUBPROCESS && inner->kind != BPMN_EVENT_SUBPROCESS) continue;
        space->completes = space->throws = false;
        bpmn_space_explore(space, inner);
        completes[inner->index] = space->completes;
        throws[inner->index] = space->throws;
    }
    space->completes = space->throws = false;
    search.completes = completes;
    search.throws = throws;
    number_places(&search);
    if (search.width > WIDEST) {
        space->complete = false;
        space->completes = true;
        return;
    }
    for (size_t i = 0; i < DEEPEST_COPY; i++)
        search.buffers[i] = arena_alloc(space->arena, search.width);
    size_t budget = space->budget, affordable = MAXIMUM_WORK / search.width;
    if (affordable < budget) space->budget = budget = affordable;
    search.table_size = 1024;
    while (search.table_size < 4 * budget)
        search.table_size *= 2;
    search.table = arena_array(space->arena, search.table_size, sizeof *search.table);
    add_starts(&search);
    size_t memory = arena_used(space->arena);
    for (uint32_t i = 0; i < search.states.count; i++) {
        if (space->pile != NULL || arena_used(space->arena) - memory > MAXIMUM_MEMORY) {
            space->complete = false;
            break;
        }
        expand(&search, i);
    }
    space->states += search.states.count;
    space->budget -= search.states.count < budget - 1 ? search.states.count : budget - 1;
    bpmn_space_conclude(&search, top);
}
