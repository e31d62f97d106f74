/* Checksums by name, over OpenSSL's digests. */
#include "motcua/crypto/checksum.h"

#include <openssl/evp.h>
#include <stdlib.h>

bool checksum_start(struct checksum *checksum, struct str algorithm)
{
    const EVP_MD *digest = str_equal_cstr(algorithm, "sha1")     ? EVP_sha1()
                           : str_equal_cstr(algorithm, "sha256") ? EVP_sha256()
                                                                 : NULL;
    if (digest == NULL) return false;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestInit_ex(context, digest, NULL) != 1) abort();
    *checksum = (struct checksum){context, (size_t)EVP_MD_get_size(digest)};
    return true;
}

void checksum_add(struct checksum *checksum, struct str bytes)
{
    if (EVP_DigestUpdate(checksum->context, bytes.data, bytes.length) != 1) abort();
}

bool checksum_matches(struct checksum *checksum, struct str expected)
{
    unsigned char found[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_DigestFinal_ex(checksum->context, found, &length) != 1) abort();
    return expected.length == length && memcmp(found, expected.data, length) == 0;
}

void checksum_end(struct checksum *checksum)
{
    EVP_MD_CTX_free(checksum->context);
    checksum->context = NULL;
}
