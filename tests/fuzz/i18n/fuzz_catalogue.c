/* Any bytes as a catalogue: refused, or every lookup stays inside it. */
#include <stdlib.h>

#include "motcua/i18n/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_create((size_t)64 << 20);
    struct catalogue *catalogue;
    struct error error;
    if (catalogue_read(arena, str_make((const char *)data, size), &catalogue, &error) != STATUS_OK) return 0;
    size_t total = strlen(catalogue_language(catalogue)) + strlen(translate(catalogue, "Ngày"));
    for (int64_t n = -3; n < 120; n++)
        total += strlen(translate_count(catalogue, "hồ sơ", n));
    total += strlen(translate_context(catalogue, "nút", "Gửi"));
    if (total > size * 200 + 100000) abort();
    return 0;
}
