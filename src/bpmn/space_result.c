/* What a finished search means: outcomes, states nothing leads out of, loops without end. */
#include "space_search.h"

enum { MAXIMUM_REPORTS = 20 };

static bool same_end(const struct space_end *end, const struct bpmn_node *const *nodes, size_t count)
{
    return end->count == count && (count == 0 || memcmp(end->nodes, nodes, count * sizeof *nodes) == 0);
}

static void add_end(struct search *search, uint32_t index, bool tokens, struct space_end **list,
                    size_t *count, size_t *capacity, size_t maximum)
{
    const struct bpmn_node **nodes =
        arena_array(search->space->arena, 2 * search->scope->child_count + 1, sizeof *nodes);
    size_t found = 0;
    const uint8_t *state = search->states.items[index];
    for (size_t i = 0; i < search->scope->child_count; i++) {
        const struct bpmn_node *node = search->scope->children[i];
        bool here = tokens ? state[search->place[node->index]] > 0
                           : node->kind == BPMN_END_EVENT && state[search->flag_place[node->index]] > 0;
        for (size_t k = 0; tokens && k < node->incoming_count && !here; k++)
            here = search->flow_place[node->incoming[k]->index] != UINT32_MAX &&
                   state[search->flow_place[node->incoming[k]->index]] > 0;
        if (here) nodes[found++] = node;
    }
    for (size_t i = 0; i < *count; i++)
        if (same_end(&(*list)[i], nodes, found)) return;
    if (*count >= maximum) return;
    VEC(struct space_end) grown = {*list, *count, *capacity};
    VEC_PUSH(search->space->arena, &grown, ((struct space_end){nodes, found}));
    *list = grown.items;
    *count = grown.count;
    *capacity = grown.capacity;
}

/* Marks every state from which a marked one can be reached. */
static void close_backwards(const struct search *search, bool *marked, struct arena *arena)
{
    uint32_t *stack = arena_array(arena, search->states.count, sizeof *stack);
    size_t count = 0;
    for (uint32_t i = 0; i < search->states.count; i++)
        if (marked[i]) stack[count++] = i;
    while (count > 0) {
        uint32_t edge = search->into.items[stack[--count]];
        for (; edge != 0; edge = search->edges.items[edge - 1].next) {
            uint32_t from = search->edges.items[edge - 1].from;
            if (marked[from]) continue;
            marked[from] = true;
            stack[count++] = from;
        }
    }
}

void bpmn_space_conclude(struct search *search, bool top)
{
    struct space *space = search->space;
    bool *ends = arena_array(space->arena, search->states.count, sizeof *ends);
    bool *halts = arena_array(space->arena, search->states.count, sizeof *halts);
    for (uint32_t i = 0; i < search->states.count; i++) {
        ends[i] = search->final.items[i];
        halts[i] = search->final.items[i] || search->blocked.items[i];
        if (search->final.items[i] && top)
            add_end(search, i, false, &space->outcomes.items, &space->outcomes.count,
                    &space->outcomes.capacity, 1000);
        if (search->blocked.items[i])
            add_end(search, i, true, &space->stuck.items, &space->stuck.count, &space->stuck.capacity,
                    MAXIMUM_REPORTS);
    }
    if (!space->complete || space->pile != NULL) return; /* what was cut off might have led to an end */
    close_backwards(search, halts, space->arena);
    for (uint32_t i = (uint32_t)search->states.count;
         i-- > 0;) /* the last found: inside the loop, not before it */
        if (!halts[i])
            add_end(search, i, true, &space->endless.items, &space->endless.count, &space->endless.capacity,
                    1);
}
