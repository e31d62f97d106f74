/*
 * Keys that a person's programs show instead of a password: made and revoked by the person, for some purposes
 * and some time, shown once and kept as a hash. And what a program's repeated request made the first time.
 */
#ifndef MOTCUA_DOMAIN_API_TOKEN_H
#define MOTCUA_DOMAIN_API_TOKEN_H

#include "motcua/crypto/token.h"
#include "motcua/domain/identity.h"

enum api_scope { API_READ = 1 << 0, API_WRITE = 1 << 1, API_SUBMIT = 1 << 2 };
enum { API_SCOPE_COUNT = 3, API_TOKENS_PER_ACCOUNT = 20, API_TOKEN_SIZE = 64, API_TOKEN_DAYS_MAXIMUM = 366 };

struct api_token {
    struct uuid id;
    const char *name;
    unsigned scopes; /* of enum api_scope */
    instant created_at, expires_at;
    instant last_used_at, revoked_at; /* INSTANT_NONE: not yet */
};

/* "read", "write", "submit"; static. */
const char *api_scope_name(enum api_scope scope);

/*
 * Makes one that expires after `days`; the person gives the password again. `text` (API_TOKEN_SIZE bytes) is
 * what the program shows. STATUS_INVALID with the field that is wrong ("name", "scope", "days", "password").
 */
NODISCARD enum status api_token_create(struct work *work, struct str password, struct str name,
                                       unsigned scopes, int64_t days, char *text, struct error *error);
/* The actor's own, newest first, revoked and expired ones too. */
NODISCARD enum status api_token_list(struct work *work, struct api_token **tokens, size_t *count,
                                     struct error *error);
NODISCARD enum status api_token_revoke(struct work *work, const struct uuid *id, struct error *error);
/* Whose it is. STATUS_NOT_FOUND: unknown, revoked, expired, or its owner's account is closed. Notes the use,
 * at most once a minute. */
NODISCARD enum status api_token_resolve(struct work *work, struct str text, struct person *person,
                                        unsigned *scopes, struct error *error);

enum { API_REQUEST_KEY_MAXIMUM = 128 };
/*
 * The id of what the request with this key makes: a new one, or the one it was given within the last day.
 * STATUS_INVALID ("request.key"): no key; STATUS_CONFLICT ("request.key_reused"): it was another request.
 */
NODISCARD enum status api_request_take(struct work *work, struct str key, const struct hash *fingerprint,
                                       struct uuid *resource_id, bool *repeated, struct error *error);

#endif
