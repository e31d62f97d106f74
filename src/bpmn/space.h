/* The state space of one scope, whatever the data say: conditions are free choices, each activity can end. */
#ifndef MOTCUA_BPMN_SPACE_H
#define MOTCUA_BPMN_SPACE_H

#include "builder.h"
#include "internal.h"

struct space_end { /* a set of end events, or the tokens of a state nothing leads out of */
    const struct bpmn_node *const *nodes;
    size_t count;
};

struct space {
    const struct bpmn_model *model;
    struct arena *arena;
    bool with_events; /* boundary events and event subprocesses may happen */
    bool *visited;    /* by node index */
    bool complete;
    bool completes; /* the scope can end normally */
    bool throws;    /* or by an error */
    size_t states;
    size_t budget;
    const struct bpmn_node *pile; /* tokens pile up here without limit, or NULL */
    VEC(struct space_end) outcomes;
    VEC(struct space_end) stuck;
    VEC(struct space_end) endless;
};

/* Explores `scope`, its subprocesses first. Adds to outcomes (of this scope), stuck, endless (of all). */
void bpmn_space_explore(struct space *space, const struct bpmn_node *scope);

#endif
