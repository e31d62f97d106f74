/* Checksums that a sender names by algorithm ("sha1", "sha256"); computed while the bytes pass. */
#ifndef MOTCUA_CRYPTO_CHECKSUM_H
#define MOTCUA_CRYPTO_CHECKSUM_H

#include "motcua/base/str.h"

/* What checksum_start() knows, comma-separated. */
#define CHECKSUM_ALGORITHMS "sha1,sha256"

struct checksum {
    void *context; /* NULL: none under way */
    size_t length; /* bytes of the result */
};

/* False: no such algorithm. Freed by checksum_end(). */
bool checksum_start(struct checksum *checksum, struct str algorithm);
void checksum_add(struct checksum *checksum, struct str bytes);
/* Whether all bytes added give `expected`. Once. */
bool checksum_matches(struct checksum *checksum, struct str expected);
void checksum_end(struct checksum *checksum); /* none under way is fine */

#endif
