/*
 * What the pages of officials list and count, always within the tenant of the actor's membership. Every list
 * is bounded and every count stops at DESK_COUNT_MAXIMUM: a page never waits for the size of an archive.
 */
#ifndef MOTCUA_DOMAIN_DESK_H
#define MOTCUA_DOMAIN_DESK_H

#include "motcua/domain/dossier.h"

enum { DESK_COUNT_MAXIMUM = 100 };

/* DESK_COUNT_MAXIMUM reads "more than 99". */
struct desk_counts {
    int all, mine, unassigned, questions; /* open tasks of the actor's queue */
    int late, today, later;               /* the same, by urgent_at */
    int waiting;                          /* dossiers that wait for the citizen */
    int sign_off, hand_over;              /* 0 without the role */
    int fees, apologies;                  /* of the whole agency */
    int incidents;                        /* that the actor answers for */
};
/* `role` and `procedure_code` narrow the counts of the queue (NULL: all). */
NODISCARD enum status desk_count(struct work *work, const char *role, const char *procedure_code,
                                 struct desk_counts *counts, struct error *error);

struct desk_procedure {
    const char *code, *name;
};
/* Procedures of the most urgent tasks of the actor's queue, by name. */
NODISCARD enum status desk_procedures(struct work *work, struct desk_procedure **list, size_t *count,
                                      struct error *error);

/* Dossiers that wait for the citizen, longest first: of the own unit, or of all for the reception desk and
 * the leader. */
NODISCARD enum status desk_waiting(struct work *work, int limit, struct dossier_row **rows, size_t *count,
                                   struct error *error);

/* A task with what its dossier says. */
struct desk_task {
    struct task task;
    instant finished_at, due_at;
    const char *return_channel, *fee_state;
    int64_t fee_amount;
    /* of the step before, for the leader who signs */
    const char *proposed_by, *proposed_role, *proposal_note;
    bool rejects; /* the workflow carries the decision "reject" */
};
/* What waits for the actor's signature, most urgent first; keyset as in task_filter. */
NODISCARD enum status desk_sign_off(struct work *work, const struct task_filter *filter,
                                    struct desk_task **rows, size_t *count, struct error *error);
/* Results to be handed over, newest first; `text`: code, name or phone (empty: all). Keyset: older than
 * (before, before_id). */
NODISCARD enum status desk_hand_over(struct work *work, struct str text, instant before,
                                     const struct uuid *before_id, int limit, struct desk_task **rows,
                                     size_t *count, struct error *error);
/* The decision the workflow of a dossier carries now is a refusal in substance. */
NODISCARD enum status desk_decision(struct work *work, const struct uuid *dossier_id, bool *rejects,
                                    const char **reason, struct error *error);
/* The number the next result with this symbol would get. */
NODISCARD enum status desk_next_result(struct work *work, const char *symbol, int64_t *number,
                                       struct error *error);

/* A line of the register (form 06). */
struct register_row {
    struct dossier_row dossier;
    int copies;
    const char *address, *phone, *unit_name, *return_channel;
};
NODISCARD enum status desk_register(struct work *work, const struct dossier_search *search,
                                    struct register_row **rows, size_t *count, struct error *error);
/* Lines of the register altogether; at most `maximum`. */
NODISCARD enum status desk_register_count(struct work *work, const struct dossier_search *search, int maximum,
                                          int *count, struct error *error);

struct receipt_row {
    struct payment payment;
    struct uuid dossier_id;
    const char *dossier_code;
};
/* Receipts of the agency from <= paid < to, oldest first, at most 500. */
NODISCARD enum status desk_receipts(struct work *work, instant from, instant to, struct receipt_row **rows,
                                    size_t *count, struct error *error);

#endif
