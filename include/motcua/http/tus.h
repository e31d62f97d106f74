/*
 * The fields of the tus protocol for resumable uploads, version 1.0.0
 * (https://tus.io/protocols/resumable-upload), read strictly: nothing is repaired, every list has a limit.
 */
#ifndef MOTCUA_HTTP_TUS_H
#define MOTCUA_HTTP_TUS_H

#include "motcua/base/arena.h"
#include "motcua/base/status.h"
#include "motcua/base/str.h"

#define TUS_VERSION "1.0.0"
enum { TUS_NUMBER_DIGITS = 18 };
#define TUS_MEDIA_TYPE "application/offset+octet-stream"

enum { TUS_METADATA_SIZE = 4096, TUS_METADATA_PAIRS = 16 };

struct tus_metadata {
    struct str keys[TUS_METADATA_PAIRS];
    struct str values[TUS_METADATA_PAIRS]; /* decoded; may be any bytes */
    size_t count;
};

/* Upload-Length, Upload-Offset: digits only, at most 18. False: anything else. */
bool tus_number(struct str text, int64_t *number);
/*
 * Upload-Metadata: pairs "key base64" (the value may be missing), separated by commas, no key twice. data
 * NULL or empty: no pairs. STATUS_INVALID; STATUS_TOO_LARGE over the limits above.
 */
NODISCARD enum status tus_metadata_parse(struct arena *arena, struct str text, struct tus_metadata *metadata);
/* data NULL: no such key. */
struct str tus_metadata_get(const struct tus_metadata *metadata, const char *key);
/* Upload-Checksum: "algorithm base64". STATUS_INVALID. */
NODISCARD enum status tus_checksum_parse(struct arena *arena, struct str text, struct str *algorithm,
                                         struct str *digest);

#endif
