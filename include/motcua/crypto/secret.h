/* Secret bytes: in locked memory, wiped when released, and of a type that no format can print by accident. */
#ifndef MOTCUA_CRYPTO_SECRET_H
#define MOTCUA_CRYPTO_SECRET_H

#include "motcua/base/str.h"

enum { SECRET_KEY_SIZE = 32 };

struct secret_key {
    unsigned char bytes[SECRET_KEY_SIZE];
};

struct secret; /* any length, on guarded pages */

/* Once per program before anything else of this layer; STATUS_FATAL when the random source does not work. */
NODISCARD enum status crypto_start(void);

struct secret *secret_create(size_t length); /* zeroed; aborts when memory is out */
struct secret *secret_copy(struct str bytes);
void secret_release(struct secret *secret); /* wipes; NULL is fine */
void secret_cleanup(struct secret **secret);
#define SECRET_AUTO __attribute__((cleanup(secret_cleanup))) struct secret *
unsigned char *secret_bytes(struct secret *secret);
struct str secret_view(const struct secret *secret); /* borrowed; do not copy it about */

void secret_wipe(void *bytes, size_t length);
void secret_key_cleanup(struct secret_key *key);
#define SECRET_KEY_AUTO __attribute__((cleanup(secret_key_cleanup))) struct secret_key
void secret_key_random(struct secret_key *key);

/* Constant time for equal lengths; false for different lengths. */
bool secret_equal(struct str a, struct str b);

#endif
