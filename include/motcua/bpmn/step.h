/*
 * The engine: step(models, state, input, now) → new state + effects + trace. Pure and deterministic: the same
 * arguments give the same bytes. An input runs everything it makes possible up to the next wait, at most
 * `limits.steps` elements; what goes wrong inside becomes an incident in the state, never a hang.
 */
#ifndef MOTCUA_BPMN_STEP_H
#define MOTCUA_BPMN_STEP_H

#include "motcua/bpmn/state.h"

struct bpmn_limits { /* 0: the default */
    unsigned steps;  /* elements entered or left by one input; 10,000 */
    unsigned tokens; /* executions alive in one state; 5,000 */
    size_t data;     /* bytes of all variables, saved; 1 MiB */
    size_t memory;   /* bytes of the arena one step may use; 48 MiB. The arena must hold 16 MiB more. */
};

/* A due date by the working calendar. */
struct bpmn_due_request {
    struct str text; /* "P3D", "PT4H", "3 working days", ... */
    bool working;    /* by the working clock */
    instant from;
    const struct bpmn_node *element;
};

struct bpmn_environment {
    struct bpmn_models models; /* those of the state, and those that may be started or called */
    instant now;
    int32_t utc_offset; /* of local civil time; seconds; Việt Nam: 25200 */
    struct feel_zone_source zones;
    /* True and *due when the calendar can compute it. NULL, or false: ISO 8601 is computed by civil time,
     * other texts and working ones stay without due date (due 0). */
    bool (*due)(void *user, const struct bpmn_due_request *request, instant *due);
    /* The model whose process a call activity starts now; NULL or returning NULL: the first in `models`. */
    const struct bpmn_model *(*resolve)(void *user, struct str process);
    void *user;
    struct bpmn_limits limits;
    bool quiet; /* no trace */
};

enum bpmn_input_kind {
    BPMN_START,     /* state NULL: a new instance of `process` (of `model`, NULL: the first that has it) */
    BPMN_COMPLETE,  /* task or service job `id`: data; or error; or escalation */
    BPMN_FAIL,      /* service job `id`: an incident with `detail` (the worker gave up) */
    BPMN_CORRELATE, /* message `name`, `key`, data: the first subscription that fits, or the one with `id` */
    BPMN_BROADCAST, /* signal `name`, data: every subscription that fits */
    BPMN_DUE,       /* timer job `id` is due */
    BPMN_DATA,  /* data changed by somebody (execution `id`; 0: the first instance); conditions are looked at
                 */
    BPMN_RETRY, /* incident `id`: run that step again */
    BPMN_RESCHEDULE, /* the calendar changed: due dates of working timers and task limits are computed anew */
    BPMN_CANCEL_INSTANCE /* somebody stops the whole instance */
};

struct bpmn_input {
    enum bpmn_input_kind kind;
    uint64_t id;
    struct str
        name; /* message, signal; BPMN_START: message or signal of the start event, empty: plain start */
    struct str key;     /* correlation key; empty: none */
    struct str element; /* BPMN_START: this start event (timer starts); BPMN_CORRELATE and others: empty */
    struct str error, escalation; /* codes */
    struct str detail;
    const struct feel_value *data; /* context or NULL */
    /* BPMN_START */
    const struct bpmn_model *model;
    struct str process;
};

enum bpmn_effect_kind {
    BPMN_TASK_CREATED,
    BPMN_TASK_CHANGED, /* another due date */
    BPMN_TASK_COMPLETED,
    BPMN_TASK_CANCELLED,
    BPMN_TIMER_SCHEDULED,
    BPMN_TIMER_MOVED, /* another due date: first or again computed */
    BPMN_TIMER_CANCELLED,
    BPMN_SUBSCRIPTION_OPENED, /* message or signal */
    BPMN_SUBSCRIPTION_CLOSED,
    BPMN_CALL_REQUESTED, /* service, send, business rule: answer with BPMN_COMPLETE or BPMN_FAIL */
    BPMN_CALL_CANCELLED,
    BPMN_CALL_COMPLETED,
    BPMN_MESSAGE_SENT,  /* message end or throw event, send task with a message */
    BPMN_SIGNAL_THROWN, /* this instance has heard it already: tell the others, and start events */
    BPMN_CALL_STARTED,  /* call activity: the called instance lives in the same state */
    BPMN_INSTANCE_STARTED,
    BPMN_INSTANCE_ENDED, /* element: the end event, may be NULL; code: of an uncaught error */
    BPMN_INCIDENT_RAISED,
    BPMN_INCIDENT_RESOLVED
};

struct bpmn_effect {
    enum bpmn_effect_kind kind;
    uint64_t id; /* task, job, subscription, incident, instance */
    uint64_t instance;
    const struct bpmn_model *model;
    const struct bpmn_node *element;
    struct str name; /* message, signal, topic, decision; timers and limits: the specification; instances: the
                        process's id */
    struct str key;  /* correlation key */
    struct str code; /* incidents, errors */
    struct str detail;
    instant due, previous_due; /* 0: none */
    bool working;
    const struct bpmn_message_flow *message_flow; /* BPMN_MESSAGE_SENT: where the model leads it, or NULL */
    const struct feel_value *data;                /* what the service, message, decision is given */
    const struct bpmn_task_view *task;            /* BPMN_TASK_CREATED, BPMN_CALL_REQUESTED */
};

enum bpmn_event_kind { BPMN_STARTED, BPMN_COMPLETED, BPMN_CANCELLED };

struct bpmn_trace {
    const struct bpmn_node *element;
    enum bpmn_event_kind event;
    uint64_t execution, instance;
};

struct bpmn_result {
    const struct bpmn_state *state;
    const struct bpmn_effect *effects;
    size_t effect_count;
    const struct bpmn_trace *trace;
    size_t trace_count;
};

/*
 * Runs one input. `state` is not changed (NULL for BPMN_START); all results are in `arena`, which must
 * outlive them, and refer to the old state's arena too. Refused, with nothing changed: STATUS_NOT_FOUND (no
 * such task, subscription, job, incident, process), STATUS_CONFLICT (the instance has ended), STATUS_INVALID
 * (data no context, an escalation nobody catches, a process with blocking findings), STATUS_TOO_LARGE.
 */
NODISCARD enum status bpmn_step(const struct bpmn_environment *environment, const struct bpmn_state *state,
                                const struct bpmn_input *input, struct arena *arena,
                                struct bpmn_result *result, struct error *error);

/* What of a model starts instances by itself, to be registered when it is deployed. */
struct bpmn_start {
    const struct bpmn_node *process, *element;
    enum bpmn_trigger trigger;
    struct str name; /* message or signal; timers: the specification */
    bool working;
    instant due;         /* timers: the first */
    int64_t repetitions; /* timers: starts left, -1 endless */
};
/* Executable processes only. Timer starts get their first due date from environment->now. */
const struct bpmn_start *bpmn_model_starts(const struct bpmn_environment *environment,
                                           const struct bpmn_model *model, struct arena *arena,
                                           size_t *count);
/* The start after `start` (a cycle): its new due date and repetitions; false when there is none. */
bool bpmn_start_next(const struct bpmn_environment *environment, struct bpmn_start *start);

const char *bpmn_effect_name(enum bpmn_effect_kind kind); /* "task_created", ... static */
const char *bpmn_event_name(enum bpmn_event_kind event);  /* "started", ... static */
const char *bpmn_wait_name(enum bpmn_wait kind);          /* "message", ... static */

#endif
