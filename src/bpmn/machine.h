/*
 * The running state from inside. An execution is a token that stands somewhere, or a scope whose content
 * runs. Invariants kept by every step: executions and subscriptions are in order of their numbers; the parent
 * of an execution is alive and is a scope, a loop body or a call activity; nothing is queued between two
 * inputs; execution 1 is the process.
 */
#ifndef MOTCUA_BPMN_MACHINE_H
#define MOTCUA_BPMN_MACHINE_H

#include "builder.h"
#include "internal.h"
#include "motcua/bpmn/step.h"

enum phase {
    PHASE_ENTER, /* about to begin `node` (coming over `flow`, if any) */
    PHASE_JOIN,  /* stands on `flow` before a joining gateway */
    PHASE_WAIT,  /* begun; waits for the world, or for what runs inside */
    PHASE_LEAVE, /* done; the outgoing flows are to be taken */
    PHASE_ENDED  /* the first process, when it is over */
};

enum execution_flag {
    FLAG_STARTED = 1,     /* traced as started, not yet as completed or cancelled */
    FLAG_BODY = 2,        /* loop body: the instances run below it */
    FLAG_INSTANCE = 4,    /* one instance of the body above */
    FLAG_INTERRUPTED = 8, /* scope: an interrupting event subprocess has taken over */
    FLAG_EVENTS = 16,     /* its boundary events are subscribed */
    FLAG_MAPPED = 32,     /* its input mappings are done */
    FLAG_HANDLER = 64     /* compensation handler: belongs to `thrower` */
};

struct task {
    const struct str *roles;
    size_t role_count;
    struct str assignee, form_key, limit, call;
    bool limit_working;
    instant created, due;
};

struct loop_state {
    int64_t total; /* -1: standard loop */
    int64_t begun; /* instances made so far */
    int64_t completed;
    const struct feel_value *items;    /* collection or NULL */
    const struct feel_value **outputs; /* total entries (NULL: none yet), or NULL; copied with the state */
};

struct incident {
    uint64_t id;
    struct str code, detail;
    const char *message; /* static */
    instant raised;
};

struct execution {
    uint64_t id, parent;
    const struct bpmn_model *model;
    const struct bpmn_node *node;
    const struct bpmn_flow *flow;
    enum phase phase;
    unsigned flags;
    uint64_t thrower;              /* FLAG_HANDLER: the compensation event that waits */
    int64_t counter;               /* FLAG_INSTANCE: loopCounter */
    const struct feel_value *data; /* local variables (a context) or NULL */
    const struct task *task;
    struct loop_state *loop; /* copied with the state */
    const struct incident *incident;
    const struct bpmn_node *end; /* processes */
    struct str end_code;
    bool dead; /* only inside a step */
};

struct subscription {
    uint64_t id;
    uint64_t execution; /* waiting event, host of the boundary event, scope of the event subprocess */
    const struct bpmn_model *model;
    const struct bpmn_node *node; /* the event, or the receive task */
    enum bpmn_wait kind;
    struct str name, key;
    bool was_true; /* conditions */
    /* timers */
    bool working;
    instant from, due;
    int64_t repetitions; /* left after this one; -1 endless */
    struct str interval; /* of a cycle */
    bool dead;
};

/* Something completed that can be undone. */
struct compensation {
    uint64_t id;
    uint64_t scope;     /* execution; 0: inside `container` */
    uint64_t container; /* compensation record of the subprocess, or 0 */
    const struct bpmn_model *model;
    const struct bpmn_node *node;
    const struct feel_value *data;
    uint64_t thrower; /* being undone by this event; 0: not */
    uint64_t turn;
    bool dead;
};

struct bpmn_state {
    uint64_t next_id;
    VEC(struct execution *) executions;
    VEC(struct subscription *) subscriptions;
    VEC(struct compensation *) compensations;
};

/* ---- value_text.c: FEEL values in the saved form ---- */
void bpmn_value_write(struct buf *out, const struct feel_value *value);
/* Parses one value at *at; NULL when malformed. */
const struct feel_value *bpmn_value_read(struct arena *arena, struct str text, size_t *at, unsigned depth);
void bpmn_text_write(struct buf *out, struct str text); /* JSON string */
bool bpmn_text_read(struct arena *arena, struct str text, size_t *at, struct str *result);
size_t bpmn_value_size(const struct feel_value *value); /* about its saved bytes */
/* What has no saved form (functions) becomes null; the rest is the same value. */
const struct feel_value *bpmn_value_storable(struct arena *arena, const struct feel_value *value);

/* ---- state_check.c ---- */
enum { STATE_MODELS = 64 }; /* versions that one state may run on */
bool bpmn_state_valid(const struct bpmn_state *state, const struct bpmn_model *const *models, size_t count);

/* ---- state.c ---- */
struct execution *bpmn_execution_find(const struct bpmn_state *state, uint64_t id);
struct execution *bpmn_parent_of(const struct bpmn_state *state, const struct execution *execution);
uint64_t bpmn_instance_of(const struct bpmn_state *state, const struct execution *execution);
struct bpmn_state *bpmn_state_copy(const struct bpmn_state *state, struct arena *arena);
void bpmn_state_compact(struct bpmn_state *state);
struct bpmn_task_view bpmn_task_view(const struct bpmn_state *state, const struct execution *execution);
bool bpmn_is_service(const struct execution *execution);
/* Variables seen from an execution, nearest first; the result may be one of the scopes' own contexts. */
const struct feel_value *bpmn_visible_data(const struct bpmn_state *state, struct arena *arena,
                                           const struct execution *execution);
const char *bpmn_incident_message(struct str code); /* text for a code read from a saved state */

/* ---- the engine during one step ---- */
struct failure {
    const char *code;
    struct str detail;
};

struct engine {
    const struct bpmn_environment *environment;
    struct arena *arena;
    struct bpmn_limits limits;
    struct bpmn_state *state;
    size_t memory_start;
    unsigned steps;
    uint64_t work;       /* executions looked at by joins */
    size_t live;         /* executions alive */
    bool overflow;       /* twice the cap of executions: the input is refused */
    bool data_changed;   /* conditions must be looked at */
    uint64_t cached_for; /* visible data of this execution ... */
    const struct feel_value *cached;
    struct failure failure; /* of the last evaluation */
    VEC(uint64_t) queue;
    size_t queue_head;
    VEC(struct bpmn_effect) effects;
    VEC(struct bpmn_trace) trace;
    const struct feel_value *now;
};

/* step.c */
struct execution *bpmn_spawn(struct engine *engine, const struct execution *parent,
                             const struct bpmn_model *model, const struct bpmn_node *node);
void bpmn_enqueue(struct engine *engine, struct execution *execution, enum phase phase);
void bpmn_remove_execution(struct engine *engine, struct execution *execution);
void bpmn_trace(struct engine *engine, struct execution *execution, enum bpmn_event_kind event);
void bpmn_trace_passed(struct engine *engine, struct execution *execution);
struct bpmn_effect *bpmn_effect(struct engine *engine, enum bpmn_effect_kind kind,
                                const struct execution *execution, uint64_t id);
void bpmn_raise_incident(struct engine *engine, struct execution *execution, const char *code,
                         struct str detail);
void bpmn_raise_failure(struct engine *engine, struct execution *execution);
void bpmn_clear_incident(struct engine *engine, struct execution *execution);
bool bpmn_has_live_children(const struct engine *engine, const struct execution *execution);
/* `scope` may be done: completes it when nothing runs in it. */
void bpmn_scope_check(struct engine *engine, struct execution *scope);

/* data.c */
bool bpmn_evaluate(struct engine *engine, const struct execution *execution,
                   const struct bpmn_expression *expression, const struct feel_value **value);
bool bpmn_evaluate_text(struct engine *engine, const struct execution *execution,
                        const struct bpmn_expression *expression, struct str *text);
bool bpmn_evaluate_condition(struct engine *engine, const struct execution *execution,
                             const struct bpmn_expression *expression, bool *result);
void bpmn_set_local(struct engine *engine, struct execution *execution, struct str name,
                    const struct feel_value *value);
/* Each variable goes to the nearest scope from `from` upwards that has it, else to the process. */
bool bpmn_write_data(struct engine *engine, struct execution *from, const struct feel_value *data);
bool bpmn_write_variable(struct engine *engine, struct execution *from, struct str name,
                         const struct feel_value *value);
bool bpmn_map_inputs(struct engine *engine, struct execution *execution);
/* Evaluates in `source`, writes from `target` upwards. */
bool bpmn_map_outputs(struct engine *engine, const struct bpmn_node *node, struct execution *source,
                      struct execution *target);
const struct feel_value *bpmn_data_of(struct engine *engine, const struct execution *execution);

/* flow.c */
void bpmn_enter(struct engine *engine, struct execution *execution);
void bpmn_leave(struct engine *engine, struct execution *execution);
void bpmn_check_joins(struct engine *engine);
void bpmn_place_token(struct engine *engine, const struct execution *scope, const struct bpmn_model *model,
                      const struct bpmn_flow *flow);
void bpmn_start_scope(struct engine *engine, struct execution *scope, const struct bpmn_node *start);
void bpmn_end_process(struct engine *engine, struct execution *process, const struct bpmn_node *end,
                      struct str code);

/* activity.c */
void bpmn_activity_enter(struct engine *engine, struct execution *execution);
void bpmn_activity_complete(struct engine *engine, struct execution *execution,
                            const struct feel_value *data);
void bpmn_request_call(struct engine *engine, struct execution *execution);
/* loop.c */
void bpmn_loop_begin(struct engine *engine, struct execution *execution);
void bpmn_loop_instance_done(struct engine *engine, struct execution *instance);
void bpmn_loop_retry(struct engine *engine, struct execution *execution);

/* event.c */
bool bpmn_wait_of(const struct bpmn_node *event, enum bpmn_wait *kind); /* false: found when it is thrown */
bool bpmn_subscribe(struct engine *engine, struct execution *owner, const struct bpmn_node *event);
bool bpmn_subscribe_boundary(struct engine *engine, struct execution *host);
bool bpmn_subscribe_scope(struct engine *engine, struct execution *scope);
void bpmn_unsubscribe_all(struct engine *engine, const struct execution *owner);
void bpmn_fire(struct engine *engine, struct subscription *subscription, const struct feel_value *data);
void bpmn_fire_boundary(struct engine *engine, struct execution *host, const struct bpmn_node *event,
                        const struct feel_value *data, struct str code);
void bpmn_fire_event_subprocess(struct engine *engine, struct execution *scope, const struct bpmn_node *start,
                                const struct feel_value *data, struct str code);
void bpmn_check_conditions_of(struct engine *engine);
bool bpmn_broadcast(struct engine *engine, struct str name, const struct feel_value *data);
struct subscription *bpmn_subscription_find(const struct bpmn_state *state, uint64_t id);
instant bpmn_compute_due(const struct bpmn_environment *environment, const struct bpmn_node *node,
                         struct str text, bool working, instant from);
void bpmn_fire_timer(struct engine *engine, struct subscription *subscription);
void bpmn_reschedule(struct engine *engine);

/* throw.c */
void bpmn_throw_event(struct engine *engine, struct execution *execution);
bool bpmn_throw_error(struct engine *engine, struct execution *origin, struct str code,
                      const struct feel_value *data);
bool bpmn_throw_escalation(struct engine *engine, struct execution *origin, struct str code,
                           const struct feel_value *data);
void bpmn_cancel(struct engine *engine, struct execution *execution);
void bpmn_cancel_children(struct engine *engine, struct execution *scope, const struct execution *except);

/* compensation.c */
void bpmn_record_compensation(struct engine *engine, struct execution *completed);
void bpmn_drop_compensations(struct engine *engine, uint64_t scope);
void bpmn_compensate(struct engine *engine, struct execution *thrower);
void bpmn_compensation_next(struct engine *engine, struct execution *thrower);
void bpmn_handler_done(struct engine *engine, struct execution *handler);
void bpmn_compensation_done(struct engine *engine, struct execution *thrower); /* throw.c */

#endif
