/*
 * The store of `motcua workflow console`: sessions with their models, instances, kept messages, timer starts
 * and history. One command of the console is one change: it is written whole, in one round trip, or not at
 * all, and only onto the revision that the caller has read. Strings and arrays of what is loaded live in
 * work->arena, those of a change are borrowed until the call returns.
 */
#ifndef MOTCUA_DOMAIN_PROCESS_H
#define MOTCUA_DOMAIN_PROCESS_H

#include "motcua/domain/context.h"

struct process_session {
    struct uuid tenant, id;
    int64_t revision;
    instant now;           /* the virtual clock */
    struct str *calendars; /* a change with NULL leaves calendars and agency alone */
    size_t calendar_count;
    struct str agency;
    int64_t history_count;
};

struct process_model {
    int64_t number; /* from 1 */
    struct str file, name, xml;
    int64_t generation;
};

struct process_instance {
    int64_t number;
    struct str state, ended_calls; /* saved state; JSON */
    int64_t revision;              /* 0: not stored yet */
    bool ended;
};

/* Kinds: task, job, message, signal, timer, condition. */
struct process_wait {
    int64_t instance, number;
    struct str kind, element, name, key, roles, specification;
    instant due; /* 0: none */
};

struct process_message {
    int64_t number;
    struct str name, key, data; /* data: JSON, empty: none */
    instant until;
};

struct process_start {
    int64_t number, model;
    struct str element;
    instant from, due; /* reckoned from; the next start */
    int64_t repetitions;
    bool repeated, over;
};

struct process_history {
    instant at;
    struct str entry;
};

struct process_rows {
    struct process_session session;
    struct process_model *models;
    size_t model_count;
    struct process_instance *instances;
    size_t instance_count;
    struct process_message *messages;
    size_t message_count;
    struct process_start *starts;
    size_t start_count;
};

struct process_change {
    const struct process_session *session; /* as it shall be; its revision is the one that was read */
    const struct process_model *models;    /* added */
    size_t model_count;
    const struct process_instance *instances; /* added and changed, with the revision that was read */
    size_t instance_count;
    const struct process_wait *waits; /* all of these instances */
    size_t wait_count;
    const int64_t *had_waits; /* instances that have rows of waits now */
    size_t had_wait_count;
    const struct process_message *messages; /* added */
    size_t message_count;
    const int64_t *messages_gone;
    size_t messages_gone_count;
    const struct process_start *starts; /* added and changed */
    size_t start_count;
    const struct process_history *history; /* behind session->history_count */
    size_t history_count;
};

/* A new session without anything in it; session->id is set. */
NODISCARD enum status process_session_create(struct work *work, struct process_session *session,
                                             struct error *error);
/* All but the history. STATUS_NOT_FOUND "process.session". */
NODISCARD enum status process_load(struct work *work, const struct uuid *tenant, const struct uuid *id,
                                   struct process_rows *rows, struct error *error);
/* Writes and commits in one round trip. STATUS_CONFLICT "db.demand": somebody else has changed the session
 * since. A lost answer to the COMMIT is looked up. */
NODISCARD enum status process_save(struct work *work, const struct process_change *change,
                                   struct error *error);
/* The revision now, to see whether somebody else was there. */
NODISCARD enum status process_revision(struct work *work, const struct uuid *tenant, const struct uuid *id,
                                       int64_t *revision, struct error *error);
/* The whole history in its order. */
NODISCARD enum status process_history_load(struct work *work, const struct uuid *tenant,
                                           const struct uuid *id, struct process_history **history,
                                           size_t *count, struct error *error);

#endif
