/*
 * BPMN 2.0 XML → an immutable model, with what the linter found. A model may be used by many threads at once
 * and lives as long as its arena. Executed semantics: BPMN 2.0.2 (formal/2013-12-09), chapter 13;
 * docs/workflow.md has the table of elements and extension attributes.
 */
#ifndef MOTCUA_BPMN_MODEL_H
#define MOTCUA_BPMN_MODEL_H

#include "motcua/base/error.h"
#include "motcua/feel/expression.h"

#define BPMN_NAMESPACE        "http://www.omg.org/spec/BPMN/20100524/MODEL"
#define BPMN_NAMESPACE_MOTCUA "http://motcua.vn/bpmn/1.0"

#define BPMN_MAXIMUM_XML      (4u * 1024 * 1024) /* bytes of one file */
#define BPMN_MAXIMUM_ELEMENTS 10000              /* flow elements of one file */
#define BPMN_MAXIMUM_NESTING  32                 /* subprocesses inside each other */

enum bpmn_kind {
    BPMN_PROCESS,
    BPMN_START_EVENT,
    BPMN_END_EVENT,
    BPMN_CATCH_EVENT, /* intermediate */
    BPMN_THROW_EVENT, /* intermediate */
    BPMN_BOUNDARY_EVENT,
    BPMN_TASK,
    BPMN_USER_TASK,
    BPMN_MANUAL_TASK,
    BPMN_SERVICE_TASK,
    BPMN_SEND_TASK,
    BPMN_RECEIVE_TASK,
    BPMN_BUSINESS_RULE_TASK,
    BPMN_SCRIPT_TASK,
    BPMN_CALL_ACTIVITY,
    BPMN_SUBPROCESS, /* embedded, also transaction */
    BPMN_EVENT_SUBPROCESS,
    BPMN_EXCLUSIVE_GATEWAY,
    BPMN_PARALLEL_GATEWAY,
    BPMN_INCLUSIVE_GATEWAY,
    BPMN_EVENT_GATEWAY,
    BPMN_UNSUPPORTED /* known to the standard, not executed here (lint error) */
};

enum bpmn_trigger {
    BPMN_NONE,
    BPMN_MESSAGE,
    BPMN_TIMER,
    BPMN_SIGNAL,
    BPMN_CONDITIONAL,
    BPMN_ERROR,
    BPMN_ESCALATION,
    BPMN_TERMINATE,
    BPMN_LINK,
    BPMN_COMPENSATION,
    BPMN_CANCEL
};

/* A text of the model that may be computed. `feel` NULL with a text that is no literal: it is compiled when
 * it is evaluated, with the names of the data (names with spaces). */
struct bpmn_expression {
    struct str text; /* literal: the value; else FEEL without delimiters; data NULL: absent */
    bool literal;
    const struct feel_expression *feel;
};

enum bpmn_timer_kind { BPMN_TIMER_DURATION, BPMN_TIMER_DATE, BPMN_TIMER_CYCLE };

struct bpmn_timer {
    enum bpmn_timer_kind kind;
    struct bpmn_expression value; /* ISO 8601, or a working-time text ("3 working days") */
    bool working;                 /* measured by the calendar of the agency */
};

/* name := value, evaluated in the source scope. `all`: every variable (camunda:in variables="all"). */
struct bpmn_mapping {
    struct str target;
    struct bpmn_expression value;
    bool all;
    bool if_any; /* a value that is null is not written */
};

enum bpmn_loop_kind { BPMN_LOOP_NONE, BPMN_LOOP_STANDARD, BPMN_LOOP_PARALLEL, BPMN_LOOP_SEQUENTIAL };

struct bpmn_loop {
    enum bpmn_loop_kind kind;
    struct bpmn_expression condition; /* standard: continue while; multi-instance: completion condition */
    struct bpmn_expression cardinality;
    struct bpmn_expression collection;
    struct str element_variable; /* gets the item */
    struct str output_collection;
    struct bpmn_expression output_element;
    bool test_before;
    int64_t maximum; /* standard loops; 0: the engine's limit */
};

enum bpmn_call_kind {
    BPMN_CALL_NONE,       /* nothing to call: the task passes at once */
    BPMN_CALL_WORKER,     /* a topic or job type that a worker serves */
    BPMN_CALL_EXPRESSION, /* FEEL, computed by the engine */
    BPMN_CALL_DECISION,   /* DMN decision */
    BPMN_CALL_CODE        /* a class, delegate or web service of another engine */
};

struct bpmn_attribute;

struct bpmn_flow {
    struct str id, name;
    unsigned index; /* in model->flows */
    const struct bpmn_node *source, *target;
    struct bpmn_expression condition;
    bool is_default;
    long line;
};

struct bpmn_node {
    enum bpmn_kind kind;
    enum bpmn_trigger trigger; /* of events */
    const char *type;          /* the XML element: "userTask", "startEvent", ...; static */
    struct str id, name;
    struct str documentation;
    unsigned index; /* in model->nodes */
    long line;
    const struct bpmn_node *parent;  /* enclosing subprocess or process; NULL for a process */
    const struct bpmn_node *process; /* itself for a process */
    const struct bpmn_flow *const *incoming;
    size_t incoming_count;
    const struct bpmn_flow *const *outgoing; /* in the order of the <outgoing> elements */
    size_t outgoing_count;
    const struct bpmn_flow *default_flow;

    /* processes and subprocesses: direct children in document order */
    const struct bpmn_node *const *children;
    size_t child_count;
    bool executable;  /* process: to be deployed */
    bool transaction; /* subprocess */

    /* events */
    struct bpmn_expression reference; /* name of message or signal, code of error or escalation, name of link;
                                         absent on a catching error or escalation: any */
    struct bpmn_expression correlation_key;
    struct bpmn_expression condition; /* conditional */
    struct bpmn_timer timer;
    bool interrupting;                       /* boundary, start of an event subprocess */
    const struct bpmn_node *attached_to;     /* boundary */
    const struct bpmn_node *const *boundary; /* of activities: the events attached to it */
    size_t boundary_count;
    const struct bpmn_node *compensates; /* compensation throw: activityRef, NULL: the scope */
    const struct bpmn_node *handler;     /* compensation boundary: the activity that undoes */
    const struct bpmn_node *link_target; /* link throw */
    struct str code_variable;            /* catching error: gets the code */
    bool any_code; /* catching error or escalation: its definition has no code, so every one sets it off */

    /* activities */
    struct bpmn_loop loop;
    bool for_compensation;
    bool instantiate; /* receive task, event gateway */
    const struct bpmn_mapping *inputs;
    size_t input_count;
    const struct bpmn_mapping *outputs;
    size_t output_count;
    bool outputs_only; /* what is completed goes on only through `outputs` (zeebe:ioMapping) */
    enum bpmn_call_kind call;
    struct bpmn_expression call_target; /* topic, job type, decision, expression; call activity: process id */
    struct str result_variable;
    bool propagate_all_in, propagate_all_out; /* call activity */
    struct bpmn_expression script;
    struct str script_format;
    const struct bpmn_expression *roles; /* candidate groups, roles, last the lane's name */
    size_t role_count;
    struct bpmn_expression assignee;
    struct bpmn_expression form_key;
    struct bpmn_expression limit; /* working-time limit or due date of a user task */
    bool limit_working;
    struct str lane;

    /* attributes of the namespace BPMN_NAMESPACE_MOTCUA as they stand on the element; see bpmn_node_attribute
     */
    const struct bpmn_attribute *attributes;
    size_t attribute_count;
};

struct bpmn_attribute {
    struct str name, value;
};

enum bpmn_severity { BPMN_INFO, BPMN_WARNING, BPMN_ERROR_FINDING };

struct bpmn_finding {
    enum bpmn_severity severity;
    bool blocking;        /* the process cannot be started at all */
    const char *code;     /* "bpmn.unknown_reference", ...; static */
    const char *message;  /* N_() source text, %s: argument; static */
    const char *argument; /* or NULL */
    struct str element;   /* id; may be empty */
    struct str process;   /* id; may be empty */
    long line;            /* 0 when unknown */
};

struct bpmn_message_flow {
    const struct bpmn_node *source; /* node or process; NULL: outside */
    const struct bpmn_node *target;
};

struct bpmn_model {
    struct str key;  /* given by the caller: names this version for ever (states keep it) */
    struct str name; /* of the definitions */
    const struct bpmn_node *const *processes;
    size_t process_count;
    const struct bpmn_node *const *nodes; /* all, processes too; nodes[i]->index == i */
    size_t node_count;
    const struct bpmn_flow *const *flows;
    size_t flow_count;
    const struct bpmn_message_flow *message_flows;
    size_t message_flow_count;
    const struct bpmn_finding *findings;
    size_t finding_count;
    const struct bpmn_index *index; /* private */
};

struct bpmn_parse_options {
    struct str key;                 /* see bpmn_model.key */
    const struct feel_names *names; /* names the data will have (form fields); may be NULL */
    /* Candidate roles the tenant knows; NULL: not checked. */
    const struct str *roles;
    size_t role_count;
    /* Ids of processes that call activities may name besides those of this file; NULL: not checked. */
    const struct str *processes;
    size_t process_count;
    /* Models that are deployed beside this one: their processes start by messages, too. A process that this
     * one has as well is an older version of it. */
    const struct bpmn_model *const *others;
    size_t other_count;
    /* May `text` be read as a limit by the working calendar ("3 working days")? NULL: the usual texts are. */
    bool (*limit_readable)(void *user, struct str text);
    void *user;
    bool quick; /* without the state-space part of the linter */
};

/*
 * Reads a model. STATUS_INVALID / STATUS_TOO_LARGE only where there is no model at all (no XML, entities, no
 * BPMN, over the caps); what is wrong inside it is in model->findings. `options` may be NULL.
 */
NODISCARD enum status bpmn_model_parse(struct arena *arena, struct str xml,
                                       const struct bpmn_parse_options *options,
                                       const struct bpmn_model **model, struct error *error);
/* The node or process with this id, or NULL. */
const struct bpmn_node *bpmn_model_node(const struct bpmn_model *model, struct str id);
/* The process with this id; empty id: the first executable one. NULL when there is none. */
const struct bpmn_node *bpmn_model_process(const struct bpmn_model *model, struct str id);
/* An attribute of the namespace BPMN_NAMESPACE_MOTCUA by its local name ("outcomes"); data NULL when absent.
 */
struct str bpmn_node_attribute(const struct bpmn_node *node, const char *name);
/* Is there a finding of severity error; with `blocking_only`: one that forbids to start `process` (NULL:
 * any)? */
bool bpmn_model_has_errors(const struct bpmn_model *model, const struct bpmn_node *process,
                           bool blocking_only);
/* The finding's text with its argument, untranslated. */
const char *bpmn_finding_text(struct arena *arena, const struct bpmn_finding *finding);
const char *bpmn_severity_name(enum bpmn_severity severity);
const char *bpmn_trigger_name(enum bpmn_trigger trigger);

#endif
