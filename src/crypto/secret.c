/* Secret bytes: made, wiped and compared by libsodium. */
#include "motcua/crypto/secret.h"

#include <sodium.h>

enum status crypto_start(void)
{
    return sodium_init() < 0 ? STATUS_FATAL : STATUS_OK;
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
