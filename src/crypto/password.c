/* Argon2id by libsodium. */
#include "motcua/crypto/password.h"

#include <sodium.h>

const struct password_cost password_cost_default = {3, 32 * 1024 * 1024};
const struct password_cost password_cost_test = {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN};

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "the size the library writes");

static const char *text_of(struct str password)
{
    return password.data == NULL ? "" : password.data;
}

enum status password_hash(struct str password, const struct password_cost *cost,
                          char hash[PASSWORD_HASH_SIZE])
{
    if (password.length > PASSWORD_LENGTH_MAXIMUM) return STATUS_TOO_LARGE;
    int result = crypto_pwhash_str_alg(hash, text_of(password), password.length, cost->operations,
                                       cost->memory, crypto_pwhash_ALG_ARGON2ID13);
    return result == 0 ? STATUS_OK : STATUS_UNAVAILABLE;
}

/* The same work as a check, for an account that does not exist. */
static void spend_time(struct str password, const struct password_cost *cost)
{
    unsigned char key[32], salt[crypto_pwhash_SALTBYTES] = {0};
    volatile int result = crypto_pwhash(key, sizeof key, text_of(password), password.length, salt,
                                        cost->operations, cost->memory, crypto_pwhash_ALG_ARGON2ID13);
    (void)result;
    sodium_memzero(key, sizeof key);
}

enum status password_verify(struct str password, const char *hash, const struct password_cost *cost,
                            bool *needs_rehash)
{
    if (password.length > PASSWORD_LENGTH_MAXIMUM)
        password.length = 0; /* no stored password is that long: wrong, at the usual cost */
    if (hash == NULL || strlen(hash) >= PASSWORD_HASH_SIZE) {
        spend_time(password, cost);
        return STATUS_DENIED;
    }
    char padded[PASSWORD_HASH_SIZE] = ""; /* the library reads the whole size */
    memcpy(padded, hash, strlen(hash));
    if (crypto_pwhash_str_verify(padded, text_of(password), password.length) != 0) return STATUS_DENIED;
    if (needs_rehash != NULL)
        *needs_rehash = crypto_pwhash_str_needs_rehash(padded, cost->operations, cost->memory) != 0;
    return STATUS_OK;
}
