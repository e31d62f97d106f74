/*
 * Keys: one master key in a file (mode 0600), a key for each tenant wrapped by it, a key for each file
 * wrapped by the tenant's. Wrapping is XChaCha20-Poly1305 with the context (what the key is for) as
 * associated data, so that a wrapped key cannot be moved to another tenant or file.
 */
#ifndef MOTCUA_CRYPTO_KEYS_H
#define MOTCUA_CRYPTO_KEYS_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"
#include "motcua/crypto/secret.h"

/* format 1 byte, nonce 24, key 32, tag 16 */
enum { WRAPPED_KEY_SIZE = 73 };

struct wrapped_key {
    unsigned char bytes[WRAPPED_KEY_SIZE];
};

/*
 * Reads the master key file (64 hex digits and a newline); creates it with a random key when missing and
 * `create`. Refuses a file that others may read ("keys.exposed") or that is malformed ("keys.malformed").
 */
NODISCARD enum status keys_load_master(const char *path, bool create, struct secret_key *master,
                                       struct arena *arena, struct error *error);
/* The key in the file `next`, beside `path` and of the same owner; made when there is none. One that is there
 * is never overwritten: a database may have been marked with it. */
NODISCARD enum status keys_prepare_next(const char *path, const char *next, struct secret_key *master,
                                        struct arena *arena, struct error *error);
/* The file `next` takes the place of `path`, which stays under the name `kept`. */
NODISCARD enum status keys_put_next(const char *path, const char *next, const char *kept, struct arena *arena,
                                    struct error *error);
/* context: e.g. "tenant:<uuid>" or "file:<uuid>". */
void keys_wrap(const struct secret_key *wrapping, struct str context, const struct secret_key *key,
               struct wrapped_key *wrapped);
/* STATUS_DENIED: wrong key, wrong context or changed bytes. `wrapped` may have any length. */
NODISCARD enum status keys_unwrap(const struct secret_key *wrapping, struct str context, struct str wrapped,
                                  struct secret_key *key);
/* A key for one purpose out of another (BLAKE2b keyed, libsodium's kdf): cookies, CSRF, tracking codes. */
void keys_derive(const struct secret_key *key, const char purpose[static 8], uint64_t number,
                 struct secret_key *derived);

/* Small values at rest (TOTP secrets, tokens of other systems): nonce and tag included, context bound. */
struct str seal(struct arena *arena, const struct secret_key *key, struct str context, struct str plain);
NODISCARD enum status unseal(struct arena *arena, const struct secret_key *key, struct str context,
                             struct str sealed, struct str *plain);

#endif
