/* Ed25519 signatures (RFC 8032) for result documents and webhooks. */
#ifndef MOTCUA_CRYPTO_SIGN_H
#define MOTCUA_CRYPTO_SIGN_H

#include "motcua/base/str.h"
#include "motcua/crypto/secret.h"

enum { SIGN_PUBLIC_SIZE = 32, SIGN_SIGNATURE_SIZE = 64 };

struct sign_public {
    unsigned char bytes[SIGN_PUBLIC_SIZE];
};
struct sign_signature {
    unsigned char bytes[SIGN_SIGNATURE_SIZE];
};

/* `seed` is the private key as RFC 8032 counts it (32 bytes). */
void sign_public_key(const struct secret_key *seed, struct sign_public *public_key);
void sign_bytes(const struct secret_key *seed, struct str message, struct sign_signature *signature);
bool sign_verify(const struct sign_public *public_key, struct str message, struct str signature);

#endif
