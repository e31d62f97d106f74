/* Secret bytes: wiped when no longer needed, and of a type that no format can print by accident. */
#ifndef MOTCUA_CRYPTO_SECRET_H
#define MOTCUA_CRYPTO_SECRET_H

#include "motcua/base/str.h"

enum { SECRET_KEY_SIZE = 32 };

struct secret_key {
    unsigned char bytes[SECRET_KEY_SIZE];
};

/* Once per program before anything else of this layer; STATUS_FATAL when the random source does not work. */
NODISCARD enum status crypto_start(void);

void secret_wipe(void *bytes, size_t length);
void secret_key_cleanup(struct secret_key *key);
#define SECRET_KEY_AUTO __attribute__((cleanup(secret_key_cleanup))) struct secret_key
void secret_key_random(struct secret_key *key);

/* Constant time for equal lengths; false for different lengths. */
bool secret_equal(struct str a, struct str b);

#endif
