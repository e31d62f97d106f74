/*
 * The state of one running instance (with the instances it called): tokens, scopes, data, subscriptions,
 * timers, incidents. It is made by bpmn_step and kept as text: bpmn_state_save gives a stable form, for which
 * save(load(text)) is text byte for byte. What a text refers to (models by key) must be given to load it.
 *
 * Numbers (executions, tasks, jobs, incidents, instances) are counters of the state, unique inside it and
 * never used again.
 */
#ifndef MOTCUA_BPMN_STATE_H
#define MOTCUA_BPMN_STATE_H

#include "motcua/base/buf.h"
#include "motcua/bpmn/model.h"

#define BPMN_MAXIMUM_STATE (8u * 1024 * 1024) /* bytes of the saved form */

struct bpmn_state;

/* The models a state may need: bpmn_state_models names them. */
struct bpmn_models {
    const struct bpmn_model *const *items;
    size_t count;
};

/* Keys of the models that a saved state refers to, without loading it. STATUS_INVALID "bpmn.state". */
NODISCARD enum status bpmn_state_models(struct arena *arena, struct str text, const struct str **keys,
                                        size_t *count, struct error *error);
/* STATUS_INVALID "bpmn.state" (malformed, or does not fit the models), STATUS_NOT_FOUND "bpmn.state_model"
 * (the model with the key in error->argument is not among `models`). Damaged text never crashes. */
NODISCARD enum status bpmn_state_load(struct arena *arena, struct str text, const struct bpmn_models *models,
                                      const struct bpmn_state **state, struct error *error);
/* STATUS_TOO_LARGE when `out` is full. */
NODISCARD enum status bpmn_state_save(const struct bpmn_state *state, struct buf *out);

/* ---- views, in order of their numbers; arrays in `arena` ---- */

struct bpmn_instance_view {
    uint64_t id;     /* execution number of the process; the first one is 1 */
    uint64_t caller; /* execution of the call activity, 0 for the first */
    const struct bpmn_model *model;
    const struct bpmn_node *process;
    bool ended;
    const struct bpmn_node *end; /* the last end event reached, or the one that ended it; may be NULL */
    struct str end_code;         /* error code when it ended by an error nobody caught */
    const struct feel_value *data;
};

/* What somebody or something outside has to complete: user tasks, receive tasks excluded. */
struct bpmn_task_view {
    uint64_t id;
    uint64_t instance;
    const struct bpmn_node *element;
    bool service; /* service, send, business rule: a worker's job, else a person's task */
    const struct str *roles;
    size_t role_count;
    struct str assignee, form_key;
    struct str limit; /* text as specified, evaluated; empty: none */
    bool limit_working;
    instant created;
    instant due;     /* 0: none or not computable */
    struct str call; /* topic, decision */
};

enum bpmn_wait { BPMN_WAIT_MESSAGE, BPMN_WAIT_TIMER, BPMN_WAIT_SIGNAL, BPMN_WAIT_CONDITION };

struct bpmn_wait_view {
    uint64_t id; /* timers: the job id */
    uint64_t instance;
    enum bpmn_wait kind;
    const struct bpmn_node *element; /* the event or receive task */
    struct str name;                 /* message, signal; timers: the specification */
    struct str key;                  /* correlation key, empty: none */
    instant due;                     /* timers; 0: not computable */
    bool working;
};

struct bpmn_incident_view {
    uint64_t id;
    uint64_t execution; /* the number of the task it is at, where it is at one */
    uint64_t instance;
    const struct bpmn_node *element;
    struct str code;     /* "bpmn.no_flow", "feel.syntax", ... */
    const char *message; /* N_() source text */
    struct str detail;
    instant raised;
};

bool bpmn_state_ended(const struct bpmn_state *state);
const struct bpmn_instance_view *bpmn_state_instances(const struct bpmn_state *state, struct arena *arena,
                                                      size_t *count);
const struct bpmn_task_view *bpmn_state_tasks(const struct bpmn_state *state, struct arena *arena,
                                              size_t *count);
const struct bpmn_wait_view *bpmn_state_waits(const struct bpmn_state *state, struct arena *arena,
                                              size_t *count);
const struct bpmn_incident_view *bpmn_state_incidents(const struct bpmn_state *state, struct arena *arena,
                                                      size_t *count);
/* The variables an execution (task, instance) sees: nearest scope first. Empty context when unknown. */
const struct feel_value *bpmn_state_data(const struct bpmn_state *state, struct arena *arena,
                                         uint64_t execution);

/* ---- migration ---- */
struct bpmn_rename {
    struct str from, to; /* element ids; an element not named keeps its id */
};
/*
 * The saved state moved to another version of its (first) process. Each waiting element must exist in
 * `target` with the same kind, in the corresponding scope. On STATUS_CONFLICT "bpmn.migration" *findings
 * tells what is in the way (a preview is a call whose result is thrown away). Timers and subscriptions are
 * kept as they are.
 */
NODISCARD enum status bpmn_state_migrate(struct arena *arena, struct str text,
                                         const struct bpmn_models *models, const struct bpmn_model *target,
                                         struct str process, const struct bpmn_rename *renames,
                                         size_t rename_count, const struct bpmn_state **state,
                                         const struct bpmn_finding **findings, size_t *finding_count,
                                         struct error *error);

#endif
