/* Secret bytes on guarded, locked pages. */
#include "motcua/crypto/secret.h"

#include <sodium.h>
#include <stdlib.h>

struct secret {
    size_t length;
    unsigned char *bytes; /* sodium_malloc: guard pages, not in core dumps, wiped when freed */
};

enum status crypto_start(void)
{
    return sodium_init() < 0 ? STATUS_FATAL : STATUS_OK;
}

struct secret *secret_create(size_t length)
{
    struct secret *secret = sodium_malloc(sizeof *secret);
    unsigned char *bytes = sodium_malloc(length == 0 ? 1 : length);
    if (secret == NULL || bytes == NULL) abort();
    sodium_memzero(bytes, length == 0 ? 1 : length);
    *secret = (struct secret){length, bytes};
    return secret;
}

struct secret *secret_copy(struct str bytes)
{
    struct secret *secret = secret_create(bytes.length);
    if (bytes.length > 0) memcpy(secret->bytes, bytes.data, bytes.length);
    return secret;
}

void secret_release(struct secret *secret)
{
    if (secret == NULL) return;
    sodium_free(secret->bytes);
    sodium_free(secret);
}

void secret_cleanup(struct secret **secret)
{
    secret_release(*secret);
}

unsigned char *secret_bytes(struct secret *secret)
{
    return secret->bytes;
}

struct str secret_view(const struct secret *secret)
{
    return str_make((const char *)secret->bytes, secret->length);
}

void secret_wipe(void *bytes, size_t length)
{
    sodium_memzero(bytes, length);
}

void secret_key_cleanup(struct secret_key *key)
{
    sodium_memzero(key->bytes, sizeof key->bytes);
}

void secret_key_random(struct secret_key *key)
{
    randombytes_buf(key->bytes, sizeof key->bytes);
}

bool secret_equal(struct str a, struct str b)
{
    return a.length == b.length && (a.length == 0 || sodium_memcmp(a.data, b.data, a.length) == 0);
}
