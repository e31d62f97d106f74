/*
 * Persons: accounts, sessions, memberships, passwords, one-time codes. Nothing here tells a stranger whether
 * an account exists: signing in costs the same time and gives the same answer for an unknown name and a wrong
 * password, and recovery always says that a mail is on its way.
 */
#ifndef MOTCUA_DOMAIN_IDENTITY_H
#define MOTCUA_DOMAIN_IDENTITY_H

#include <jansson.h>

#include "motcua/domain/context.h"

enum { PASSWORD_MINIMUM = 10 };

struct registration {
    struct str full_name, email, phone, password;
    const char *language; /* "vi" or "en" */
    struct str onward;    /* "?ve=..." behind the mailed address; empty: nothing */
};
/*
 * A citizen registers. STATUS_INVALID with a field for each wrong value. When the e-mail address or phone
 * number is taken, the answer is STATUS_OK with *created false, and the owner of the address is told by mail
 * (no enumeration).
 */
NODISCARD enum status account_register(struct work *work, const struct registration *registration,
                                       bool *created, struct uuid *account_id, struct error *error);
/* For the command line and admins: like register, but STATUS_CONFLICT when taken. */
NODISCARD enum status account_create(struct work *work, const struct registration *registration,
                                     struct uuid *account_id, struct error *error);
/* Lower-case e-mail or phone with digits only; STATUS_INVALID when neither. */
NODISCARD enum status identifier_normalise(struct arena *arena, struct str text, struct str *identifier,
                                           struct error *error);
/* STATUS_NOT_FOUND when nobody has it. For admins and the command line only. */
NODISCARD enum status account_find(struct work *work, struct str identifier, struct uuid *account_id,
                                   struct error *error);

/* --- Sessions. The token's hash is all that is stored. */

struct sign_in {
    struct str identifier, password;
    struct str token_hash; /* 32 bytes of the new session */
    const char *user_agent, *address;
};
/* How long a session lasts, in use or not; the cookie's age too. */
int64_t session_lifetime_s(const struct domain *domain);
struct signed_in {
    bool second_factor; /* a code is still needed */
    bool account_kept;  /* it was about to be closed, and is not any more */
};
/* STATUS_DENIED ("sign_in.refused") for everything that does not fit. */
NODISCARD enum status session_sign_in(struct work *work, const struct sign_in *sign_in,
                                      struct signed_in *signed_in, struct error *error);
/* For the person who has just registered. */
NODISCARD enum status session_create(struct work *work, const struct uuid *account_id,
                                     const struct sign_in *sign_in, struct error *error);

struct person {
    struct uuid account_id, session_id;
    const char *name, *email, *language;
    bool has_second_factor, second_factor_done;
    /* the membership in use; membership_id empty: acts as a citizen */
    struct uuid tenant_id, membership_id, unit_id;
    const char *title, *unit_name;
    unsigned roles;
    int membership_count;
    instant expires_at;
};
/* STATUS_NOT_FOUND: no such session, or it is over. Moves last_seen at most every few minutes. */
NODISCARD enum status session_resolve(struct work *work, struct str token_hash, struct person *person,
                                      struct error *error);
NODISCARD enum status session_end(struct work *work, struct str token_hash, struct error *error);
/* The actor's own sessions; one or all others ended. */
struct session_row {
    struct uuid id;
    const char *user_agent, *address;
    instant created_at, last_seen_at;
};
NODISCARD enum status session_list(struct work *work, struct session_row **rows, size_t *count,
                                   struct error *error);
NODISCARD enum status session_revoke(struct work *work, const struct uuid *session_id, struct error *error);
NODISCARD enum status session_revoke_others(struct work *work, const struct uuid *keep_session_id,
                                            struct error *error);

/* --- Second factor (RFC 6238) */

/* Checks a code and marks the session; a code works once. STATUS_DENIED when wrong. *account_kept as of
 * signing in. */
NODISCARD enum status second_factor_check(struct work *work, const struct uuid *session_id, struct str code,
                                          bool *account_kept, struct error *error);
/* A new secret, not yet in force; *url for the QR code, *secret for typing (base32). */
NODISCARD enum status second_factor_begin(struct work *work, const char *issuer, const char **secret,
                                          const char **url, struct error *error);
/* The enrolment under way: the same texts again. STATUS_NOT_FOUND when none has begun. */
NODISCARD enum status second_factor_pending(struct work *work, const char *issuer, const char **secret,
                                            const char **url, struct error *error);
/* In force from now on; the session counts as checked. */
NODISCARD enum status second_factor_confirm(struct work *work, const struct uuid *session_id, struct str code,
                                            struct error *error);
/* Off again; needs the password. */
NODISCARD enum status second_factor_remove(struct work *work, struct str password, struct error *error);

/* --- Passwords */

NODISCARD enum status password_change(struct work *work, struct str old_password, struct str new_password,
                                      const struct uuid *keep_session_id, struct error *error);
/* Queues the mail with the link when there is such an account; the same answer otherwise. */
NODISCARD enum status recovery_request(struct work *work, struct str identifier, struct error *error);
/* STATUS_NOT_FOUND: the link is unknown, used or too old. Ends all sessions. */
NODISCARD enum status recovery_finish(struct work *work, struct str token, struct str new_password,
                                      struct error *error);
/* The mailed link of a new account: its address is confirmed. STATUS_NOT_FOUND as above. */
NODISCARD enum status confirmation_finish(struct work *work, struct str token, struct error *error);
/* Command line. */
NODISCARD enum status password_set(struct work *work, const struct uuid *account_id, struct str new_password,
                                   struct error *error);

/* --- Profile */

struct profile {
    const char *full_name, *email, *phone, *birth_date, *personal_id, *address,
        *language; /* "" where none; date ISO */
};
NODISCARD enum status profile_load(struct work *work, struct profile *profile, struct error *error);
NODISCARD enum status profile_save(struct work *work, const struct profile *profile, struct error *error);
NODISCARD enum status profile_set_language(struct work *work, const char *language, struct error *error);
/* {"person.full_name": ..., ...}: what form_prefill() takes. New reference. */
json_t *profile_known(const struct profile *profile);

/* --- The end of an account */

/* What would go and what would stay. */
struct closing_preview {
    int64_t drafts;     /* deleted, with their papers */
    int64_t open, kept; /* dossiers under way, and ended ones: they stay with the agencies */
    int64_t tokens;     /* keys of programs in force */
    int64_t parts;      /* of others' drafts that the person works on */
    bool official;      /* works, or worked, for an agency: not by the person alone */
    bool second_factor; /* a code is asked for as well */
    int64_t grace_s;
};
NODISCARD enum status account_closing_preview(struct work *work, struct closing_preview *preview,
                                              struct error *error);
/*
 * The actor wants the account closed. STATUS_INVALID with the field that is wrong ("closing_password",
 * "closing_code"); STATUS_CONFLICT ("account.official"). All sessions and keys of programs end at once, the
 * rest when the time of grace is over (account_close_due()); signing in before takes it back. *due_at: when.
 */
NODISCARD enum status account_closing_request(struct work *work, const struct uuid *session_id,
                                              struct str password, struct str code, instant *due_at,
                                              struct error *error);
/*
 * Closes at most `batch` accounts whose time of grace is over: drafts and their papers, the profile, and what
 * signs in are deleted; dossiers stay with the agencies as those of a person without an account. Each is a
 * transaction of its own and may be killed at any moment. *done: how many.
 */
NODISCARD enum status account_close_due(struct work *work, int batch, size_t *done, struct error *error);

/* --- Memberships */

struct membership {
    struct uuid tenant_id, id, account_id, unit_id;
    const char *full_name, *email, *title, *unit_name;
    unsigned roles;
    instant valid_from, valid_to; /* INSTANT_NONE: open */
};
/* The actor's own, in force. Unit names are filled only for membership_list_tenant. */
NODISCARD enum status membership_list_own(struct work *work, struct membership **list, size_t *count,
                                          struct error *error);
/* Acts under this membership from now on (empty id: as a citizen). STATUS_NOT_FOUND when it is not the
 * actor's. */
NODISCARD enum status session_use_membership(struct work *work, const struct uuid *session_id,
                                             const struct uuid *tenant_id, const struct uuid *membership_id,
                                             struct error *error);
/* All of a tenant. */
NODISCARD enum status membership_list_tenant(struct work *work, const struct uuid *tenant_id,
                                             struct membership **list, size_t *count, struct error *error);
/* Adds roles to (account, unit), or makes the membership. */
NODISCARD enum status membership_grant(struct work *work, const struct uuid *tenant_id,
                                       const struct uuid *account_id, const struct uuid *unit_id,
                                       unsigned roles, const char *title, struct error *error);

/* House-keeping. */
NODISCARD enum status session_sweep(struct work *work, int64_t *removed, struct error *error);
/* Argon2id cost of new passwords; default password_cost_default. Tests lower it. */
struct password_cost;
void identity_use_cost(const struct password_cost *cost);

#endif
