/* A search while it runs; see space.c. */
#ifndef MOTCUA_BPMN_SPACE_SEARCH_H
#define MOTCUA_BPMN_SPACE_SEARCH_H

#include "space.h"

enum { DEEPEST_COPY = 8 };

struct edge {
    uint32_t from, next; /* index of the state, index of the next edge into the same target (0: none) */
};

struct search {
    struct space *space;
    const struct bpmn_node *scope;
    size_t width;          /* places */
    uint32_t *place;       /* by node index: its token place */
    uint32_t *flow_place;  /* by flow index: of flows into joins, else UINT32_MAX */
    uint32_t *flag_place;  /* by node index: end reached, event happened; else UINT32_MAX */
    const bool *completes; /* by node index: subprocesses that can end normally */
    const bool *throws;
    uint32_t interrupted; /* flag place */
    VEC(uint8_t *) states;
    VEC(uint32_t) into; /* by state: first edge into it, index + 1 */
    VEC(struct edge) edges;
    uint32_t *table; /* hash: state index + 1 */
    size_t table_size;
    VEC(bool) final, blocked;
    uint8_t *buffers[DEEPEST_COPY]; /* scratch states, a stack */
    size_t depth;
    uint32_t current;
    bool moved; /* the current state has a successor */
};

void bpmn_space_conclude(struct search *search, bool top);

#endif
