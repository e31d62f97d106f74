/* Fields of the tus protocol: what is accepted keeps to the limits and reads the same when written again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/buf.h"
#include "motcua/crypto/token.h"
#include "motcua/http/tus.h"

static void demand(bool holds)
{
    if (!holds) abort();
}

static void try_number(struct str text)
{
    int64_t number;
    char again[32];
    if (!tus_number(text, &number)) return;
    demand(number >= 0 && number <= INT64_C(999999999999999999));
    snprintf(again, sizeof again, "%0*lld", (int)text.length, (long long)number);
    demand(str_equal_cstr(text, again));
}

static void try_metadata(struct arena *arena, struct str text)
{
    struct tus_metadata metadata, again;
    if (tus_metadata_parse(arena, text, &metadata) != STATUS_OK) return;
    demand(metadata.count <= TUS_METADATA_PAIRS && text.length <= TUS_METADATA_SIZE);
    BUF_AUTO written = BUF_WITH_MAXIMUM(2 * TUS_METADATA_SIZE);
    for (size_t i = 0; i < metadata.count; i++)
        buf_printf(&written, "%s%.*s %s", i > 0 ? "," : "", STR_ARG(metadata.keys[i]),
                   base64_encode(arena, metadata.values[i]));
    struct str text_again = written.data == NULL ? STR("") : buf_str(&written);
    if (text_again.length > TUS_METADATA_SIZE) return;
    demand(tus_metadata_parse(arena, text_again, &again) == STATUS_OK && again.count == metadata.count);
    for (size_t i = 0; i < metadata.count; i++) {
        demand(str_equal(again.keys[i], metadata.keys[i]));
        demand(str_equal(again.values[i], metadata.values[i]));
        char *key = arena_strndup(arena, metadata.keys[i].data, metadata.keys[i].length);
        demand(str_equal(tus_metadata_get(&metadata, key), metadata.values[i]));
    }
}

static void try_checksum(struct arena *arena, struct str text)
{
    struct str algorithm, digest;
    if (tus_checksum_parse(arena, text, &algorithm, &digest) != STATUS_OK) return;
    demand(algorithm.length > 0 && digest.length > 0 && digest.length <= 64);
    demand(str_equal_cstr(text,
                          arena_printf(arena, "%.*s %s", STR_ARG(algorithm), base64_encode(arena, digest))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 8192) return 0;
    ARENA_AUTO arena = arena_create(1 << 20);
    struct str text = str_make((const char *)data, size);
    try_number(text);
    try_metadata(arena, text);
    try_checksum(arena, text);
    return 0;
}
