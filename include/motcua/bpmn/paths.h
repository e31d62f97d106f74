/*
 * What can become of a model, whatever the data say: conditions are taken as free choices, loops are counted
 * once, every event may happen. Bounded; `complete` says whether everything was seen.
 */
#ifndef MOTCUA_BPMN_PATHS_H
#define MOTCUA_BPMN_PATHS_H

#include "motcua/bpmn/model.h"

struct bpmn_duration {
    int64_t working_seconds; /* a working day counts 8 hours */
    int64_t calendar_seconds;
    bool unknown; /* some limit on the way is computed or not readable: not counted */
};

/* One way a process can end: the end events (or places without way out) reached together. */
struct bpmn_outcome {
    const struct bpmn_node *const
        *ends; /* by document order; empty: the last token ended without end event */
    size_t end_count;
};

struct bpmn_end_time {
    const struct bpmn_node *end;
    struct bpmn_duration longest;
    const struct bpmn_node *const *path; /* the longest way, from the start */
    size_t path_count;
    bool loops; /* the way passes elements of a loop, counted once */
};

/* A state from which no end can be reached. */
struct bpmn_dead_end {
    const struct bpmn_node *const *tokens; /* where the tokens stand */
    size_t token_count;
    bool endless; /* it goes on for ever, else it is stuck */
};

struct bpmn_paths {
    const struct bpmn_outcome *outcomes;
    size_t outcome_count;
    const struct bpmn_end_time *times;
    size_t time_count;
    const struct bpmn_dead_end *dead_ends;
    size_t dead_end_count;
    size_t states;
    bool complete;  /* false: the caps were reached, more may exist */
    bool unbounded; /* tokens can pile up without limit on `pile` */
    const struct bpmn_node *pile;
    const bool *visited; /* by node index: was ever reached */
};

#define BPMN_MAXIMUM_PATH_STATES 20000

/* Never fails; results in `arena`. */
const struct bpmn_paths *bpmn_paths(const struct bpmn_model *model, const struct bpmn_node *process,
                                    struct arena *arena);

#endif
