/*
 * Reachability for inclusive joins (BPMN 2.0.2, 13.4.3): which flows lead to which incoming flow of the
 * gateway without visiting it. Besides sequence flows a way leads from an activity out of its boundary events
 * (a token inside it can leave there) and from a throwing link to its catching one. Computed once a model.
 */
#include "builder.h"
#include "internal.h"

struct search {
    const struct bpmn_model *model;
    uint64_t *reach;
    const struct bpmn_node **stack; /* nodes whose incoming flows are to be looked at */
    bool *seen;
    size_t count;
};

static void visit(struct search *search, const struct bpmn_node *node)
{
    if (!search->seen[node->index]) {
        search->seen[node->index] = true;
        search->stack[search->count++] = node;
    }
}

/* Backwards from the source of `flow`; the gateway itself is a wall. */
static void search_back(struct search *search, const struct bpmn_node *gateway, const struct bpmn_flow *flow)
{
    search->reach[flow->index / 64] |= UINT64_C(1) << (flow->index % 64);
    search->seen[gateway->index] = true;
    visit(search, flow->source);
    while (search->count > 0) {
        const struct bpmn_node *node = search->stack[--search->count];
        for (size_t i = 0; i < node->incoming_count; i++) {
            const struct bpmn_flow *before = node->incoming[i];
            search->reach[before->index / 64] |= UINT64_C(1) << (before->index % 64);
            visit(search, before->source);
        }
        if (node->kind == BPMN_BOUNDARY_EVENT && node->attached_to != NULL) visit(search, node->attached_to);
        if (node->kind != BPMN_CATCH_EVENT || node->trigger != BPMN_LINK || node->parent == NULL) continue;
        for (size_t i = 0; i < node->parent->child_count; i++)
            if (node->parent->children[i]->link_target == node) visit(search, node->parent->children[i]);
    }
}

const struct join *const *bpmn_joins_build(const struct bpmn_model *model, struct arena *arena)
{
    const struct join **joins = arena_array(arena, model->node_count, sizeof *joins);
    size_t words = (model->flow_count + 63) / 64;
    struct search search = {.model = model};
    search.stack = arena_array(arena, model->node_count, sizeof *search.stack);
    search.seen = arena_array(arena, model->node_count, sizeof *search.seen);
    size_t budget = 4096; /* joins' incoming flows of one model */
    for (size_t i = 0; i < model->node_count; i++) {
        const struct bpmn_node *node = model->nodes[i];
        if (node->kind != BPMN_INCLUSIVE_GATEWAY || node->incoming_count < 2 || node->incoming_count > budget)
            continue;
        budget -= node->incoming_count;
        struct join *join = arena_zalloc(arena, sizeof *join);
        uint64_t **reach = arena_array(arena, node->incoming_count, sizeof *reach);
        for (size_t k = 0; k < node->incoming_count; k++) {
            reach[k] = arena_array(arena, words, sizeof **reach);
            search.reach = reach[k];
            memset(search.seen, 0, model->node_count * sizeof *search.seen);
            search_back(&search, node, node->incoming[k]);
        }
        join->gateway = node;
        join->words = words;
        join->reach = (const uint64_t *const *)reach;
        joins[i] = join;
    }
    return joins;
}

bool bpmn_join_reaches(const struct join *join, size_t incoming, const struct bpmn_flow *from)
{
    return (join->reach[incoming][from->index / 64] >> (from->index % 64)) & 1;
}

const struct join *bpmn_join_of(const struct bpmn_model *model, const struct bpmn_node *gateway)
{
    return model->index->joins[gateway->index];
}
