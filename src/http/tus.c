/* The fields of the tus protocol. */
#include "motcua/http/tus.h"

#include "motcua/crypto/token.h"

enum { DIGEST_MAXIMUM = 64 };

bool tus_number(struct str text, int64_t *number)
{
    int64_t value = 0;
    if (text.length == 0 || text.length > TUS_NUMBER_DIGITS) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        value = value * 10 + (text.data[i] - '0');
    }
    *number = value;
    return true;
}

/* Printable ASCII without the two separators. */
static bool valid_key(struct str key)
{
    for (size_t i = 0; i < key.length; i++)
        if (key.data[i] <= ' ' || key.data[i] > '~' || key.data[i] == ',') return false;
    return key.length > 0;
}

struct str tus_metadata_get(const struct tus_metadata *metadata, const char *key)
{
    for (size_t i = 0; i < metadata->count; i++)
        if (str_equal_cstr(metadata->keys[i], key)) return metadata->values[i];
    return STR_NULL;
}

static enum status add_pair(struct arena *arena, struct str pair, struct tus_metadata *metadata)
{
    struct str key, encoded, value = STR("");
    if (metadata->count == TUS_METADATA_PAIRS) return STATUS_TOO_LARGE;
    str_split(str_trim(pair), ' ', &key, &encoded);
    if (!valid_key(key)) return STATUS_INVALID;
    for (size_t i = 0; i < metadata->count; i++)
        if (str_equal(metadata->keys[i], key)) return STATUS_INVALID;
    if (encoded.length > 0 && base64_decode(arena, encoded, &value) != STATUS_OK) return STATUS_INVALID;
    metadata->keys[metadata->count] = key;
    metadata->values[metadata->count++] = value;
    return STATUS_OK;
}

enum status tus_metadata_parse(struct arena *arena, struct str text, struct tus_metadata *metadata)
{
    struct tus_metadata found = {.count = 0};
    if (text.length > TUS_METADATA_SIZE) return STATUS_TOO_LARGE;
    for (bool more = text.length > 0; more;) {
        struct str pair, rest;
        more = str_split(text, ',', &pair, &rest);
        text = rest;
        enum status status = add_pair(arena, pair, &found);
        if (status != STATUS_OK) return status;
    }
    *metadata = found;
    return STATUS_OK;
}

enum status tus_checksum_parse(struct arena *arena, struct str text, struct str *algorithm,
                               struct str *digest)
{
    struct str name, encoded, bytes;
    if (!str_split(text, ' ', &name, &encoded) || !valid_key(name) || encoded.length == 0 ||
        encoded.length > 2 * DIGEST_MAXIMUM || base64_decode(arena, encoded, &bytes) != STATUS_OK ||
        bytes.length > DIGEST_MAXIMUM)
        return STATUS_INVALID;
    *algorithm = name;
    *digest = bytes;
    return STATUS_OK;
}
