/*
 * What the administrator of an agency looks after: who works there in which role, which procedures it takes,
 * what got stuck. Everything is within the tenant of the actor's membership; a caller without the role
 * tenant_admin gets STATUS_DENIED. An agency always keeps one administrator, and only the command line makes
 * supervisors of the city.
 */
#ifndef MOTCUA_DOMAIN_ADMINISTRATION_H
#define MOTCUA_DOMAIN_ADMINISTRATION_H

#include "motcua/domain/identity.h"
#include "motcua/domain/procedure.h"

/* --- People */

struct member {
    struct membership membership; /* with names of person and unit */
    bool has_second_factor;
};
/* In force, by unit and name. At most `limit`; *more: there are others behind them. */
NODISCARD enum status member_list(struct work *work, int offset, int limit, struct member **rows,
                                  size_t *count, bool *more, struct error *error);
/* STATUS_NOT_FOUND: no such membership, or it is over. */
NODISCARD enum status member_find(struct work *work, const struct uuid *id, struct member *member,
                                  struct error *error);
/*
 * Roles for the person with this e-mail address or phone number, which has to be exact: accounts cannot be
 * browsed. Adds to what the person already has in that unit. STATUS_INVALID with error->field "identifier",
 * "roles", "unit" or "title".
 */
NODISCARD enum status member_grant(struct work *work, struct str identifier, const struct uuid *unit_id,
                                   unsigned roles, const char *title, struct error *error);
/*
 * Replaces unit, title and roles; work in hand that the person may no longer do goes back to the queue.
 * STATUS_CONFLICT ("member.last_admin"): nobody else could administer the agency.
 */
NODISCARD enum status member_change(struct work *work, const struct uuid *id, const struct uuid *unit_id,
                                    unsigned roles, const char *title, struct error *error);
/* Ends it now; sessions that use it fall back to citizen at once. The same STATUS_CONFLICT. */
NODISCARD enum status member_end(struct work *work, const struct uuid *id, struct error *error);

/* --- Units */

struct unit_row {
    struct uuid id;
    const char *code, *kind, *name, *name_en;
    int sort_order;
    int people, open_tasks; /* at most UNIT_COUNT_MAXIMUM */
};
enum { UNIT_COUNT_MAXIMUM = 1000 };
NODISCARD enum status unit_rows(struct work *work, struct unit_row **rows, size_t *count,
                                struct error *error);
/* Adds a unit, or changes name and kind of the one with this code. STATUS_INVALID with a field. */
NODISCARD enum status unit_save(struct work *work, struct str code, struct str kind, struct str name,
                                struct error *error);

/* --- Procedures */

struct offering_choice {
    struct uuid procedure_id;
    const char *code, *name, *name_en;
    int online_level;
    bool online;
    struct uuid unit_id; /* empty: never offered */
    bool enabled;
};
/* Procedures of this kind of agency and those it offers already, enabled ones first; at most 500. */
NODISCARD enum status offering_choices(struct work *work, const char *kind, struct offering_choice **rows,
                                       size_t *count, struct error *error);
/* STATUS_NOT_FOUND: not a procedure for this kind of agency. */
NODISCARD enum status offering_choice_find(struct work *work, const char *kind, struct str code,
                                           struct offering_choice *choice, struct error *error);

/* --- What waits to be sent */

struct outgoing {
    const char *kind, *to, *state, *last_error;
    instant created_at, next_at;
    int attempts;
};
/* Waiting and given up, newest first, at most 100. */
NODISCARD enum status outgoing_list(struct work *work, struct outgoing **rows, size_t *count,
                                    struct error *error);

#endif
