/*
 * How long ended dossiers are kept, and what happens then. The rule is a text: of the procedure's version
 * (`retention` of docs/catalogue-format.md), of an agency's exception, else of the configuration; the
 * database reads the same text (retention_schedule() of migration 0020). Each step on a dossier is a command:
 * it stands in the append-only register and, unless the dossier is deleted, on its trail.
 */
#ifndef MOTCUA_DOMAIN_RETENTION_H
#define MOTCUA_DOMAIN_RETENTION_H

#include "motcua/domain/context.h"

/* --- Rules */

enum retention_unit { RETENTION_DAYS, RETENTION_MONTHS, RETENTION_YEARS };
struct retention_period {
    int count; /* 0: never */
    enum retention_unit unit;
};
struct retention_rule {
    struct retention_period archive, erase;
    bool deletes;  /* erase: the whole dossier; else it is made anonymous */
    int warn_days; /* before it is erased; 0: without a warning */
};

#define RETENTION_KEEP "keep"

/* "keep", or clauses between commas: "archive after 2 years, warn 30 days before, anonymise after 10 years".
 * False: none of ours. */
bool retention_rule_parse(struct str text, struct retention_rule *rule);
/* The text of a rule, as retention_rule_parse() takes it. */
char *retention_rule_text(struct arena *arena, const struct retention_rule *rule);

/* --- The plan of the actor's agency */

/* Dossiers of one procedure that one step waits for. action: archive, warn, anonymise, delete */
struct retention_group {
    const char *procedure_code, *procedure_name, *action, *rule, *source;
    int64_t count, due_now;
    instant first_at;
};
struct retention_item {
    struct uuid id;
    const char *code, *procedure_name, *action;
    instant due_at;
};
struct retention_hold {
    struct uuid id, dossier_id;
    const char *code, *procedure_name, *reason, *placed_by;
    instant placed_at;
};
/* What was done on one day by one rule. */
struct retention_record {
    const char *day; /* ISO */
    const char *action, *rule, *source, *actor_name;
    int64_t dossiers, papers;
};
struct retention_plan {
    struct retention_group *groups;
    size_t group_count;
    struct retention_item *items; /* the next ones, the earliest first */
    size_t item_count;
    struct retention_hold *holds;
    size_t hold_count;
    struct retention_record *records; /* newest first */
    size_t record_count;
};
/* Everything of `tenant_id` that falls due within so many days. */
NODISCARD enum status retention_plan(struct work *work, const struct uuid *tenant_id, int days,
                                     struct retention_plan *plan, struct error *error);

/* --- Holds and exceptions, by the administrator of the actor's agency */

/* Nothing happens to the dossier until it is released. STATUS_NOT_FOUND: no such code in the agency;
 * STATUS_CONFLICT: held already, or erased; STATUS_INVALID ("retention.reason"). */
NODISCARD enum status retention_hold_place(struct work *work, struct str code, struct str reason,
                                           struct error *error);
NODISCARD enum status retention_hold_release(struct work *work, const struct uuid *hold_id,
                                             struct error *error);
/* An agency's own rule that erases announces it at least so many days before, to give time to notice a slip.
 */
enum { RETENTION_NOTICE_DAYS = 14 };
/* `rule` of the agency for a procedure from now on; NULL: the exception ends. STATUS_NOT_FOUND: no such
 * procedure; STATUS_INVALID ("retention.rule", "retention.notice", "retention.reason"). */
NODISCARD enum status retention_exception_set(struct work *work, struct str procedure_code,
                                              const struct retention_rule *rule, struct str reason,
                                              struct error *error);

/* What a rule would do to the agency's ended dossiers of a procedure, held ones left out. */
struct retention_preview {
    const char *procedure_name, *rule;
    int64_t ended, archived, erased; /* all of them; archived at once; erased as soon as the notice is over */
    instant first_erased_at;         /* INSTANT_NONE: none ever */
};
/* Errors as retention_exception_set(), which it does not call. */
NODISCARD enum status retention_exception_preview(struct work *work, struct str procedure_code,
                                                  const struct retention_rule *rule, struct str reason,
                                                  struct retention_preview *preview, struct error *error);

struct retention_exception {
    const char *procedure_code, *procedure_name, *rule, *reason, *set_by;
    instant set_at;
};
NODISCARD enum status retention_exceptions(struct work *work, struct retention_exception **list,
                                           size_t *count, struct error *error);

/* --- Doing it */

/*
 * At most `batch` steps that are due, of one agency (NULL: of all), each a transaction of its own; then the
 * bytes of papers whose dossiers were erased are deleted from their stores. May be killed at any moment: what
 * was not done is found again. *done: steps. One that fails has its turn later, then becomes an incident.
 */
NODISCARD enum status retention_run_due(struct work *work, const struct uuid *tenant_id, int batch,
                                        size_t *done, struct error *error);

#endif
