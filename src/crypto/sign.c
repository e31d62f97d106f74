/* Ed25519 by libsodium. */
#include "motcua/crypto/sign.h"

#include <sodium.h>

static const unsigned char *bytes_of(struct str text)
{
    return (const unsigned char *)(text.data == NULL ? "" : text.data);
}

void sign_public_key(const struct secret_key *seed, struct sign_public *public_key)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key->bytes, secret, seed->bytes);
    sodium_memzero(secret, sizeof secret);
}

void sign_bytes(const struct secret_key *seed, struct str message, struct sign_signature *signature)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES], public_key[SIGN_PUBLIC_SIZE];
    crypto_sign_seed_keypair(public_key, secret, seed->bytes);
    crypto_sign_detached(signature->bytes, NULL, bytes_of(message), message.length, secret);
    sodium_memzero(secret, sizeof secret);
}

bool sign_verify(const struct sign_public *public_key, struct str message, struct str signature)
{
    return signature.length == SIGN_SIGNATURE_SIZE &&
           crypto_sign_verify_detached(bytes_of(signature), bytes_of(message), message.length,
                                       public_key->bytes) == 0;
}
