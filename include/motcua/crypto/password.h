/*
 * Passwords by Argon2id (RFC 9106) through libsodium; the stored text is the PHC string with its parameters.
 * Cost is a parameter, so that it can grow: a stored password made with less asks to be made anew at sign-in.
 */
#ifndef MOTCUA_CRYPTO_PASSWORD_H
#define MOTCUA_CRYPTO_PASSWORD_H

#include "motcua/base/arena.h"
#include "motcua/base/str.h"

struct password_cost {
    unsigned long long operations; /* at least 1 */
    size_t memory;                 /* bytes, at least 8192 */
};

/* RFC 9106 section 4, second recommended choice, halved in memory for two-core servers: 3 passes, 32 MiB. */
extern const struct password_cost password_cost_default;
/* For tests only: as cheap as the algorithm allows. */
extern const struct password_cost password_cost_test;

enum { PASSWORD_HASH_SIZE = 128, PASSWORD_LENGTH_MAXIMUM = 1024 };

/* STATUS_TOO_LARGE above the maximum length, STATUS_UNAVAILABLE when the memory is not to be had. */
NODISCARD enum status password_hash(struct str password, const struct password_cost *cost,
                                    char hash[PASSWORD_HASH_SIZE]);
/*
 * STATUS_OK or STATUS_DENIED. hash NULL (no such account) costs the same time as a wrong password of `cost`.
 * *needs_rehash (may be NULL): right, but stored with another cost.
 */
NODISCARD enum status password_verify(struct str password, const char *hash, const struct password_cost *cost,
                                      bool *needs_rehash);

#endif
