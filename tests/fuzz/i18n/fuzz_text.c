/* Any bytes as text: keys and forms are valid UTF-8, normalising twice changes nothing, folding is stable. */
#include <stdlib.h>

#include "motcua/base/utf8.h"
#include "motcua/i18n/format.h"
#include "motcua/i18n/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096) return 0;
    ARENA_AUTO arena = arena_create((size_t)64 << 20);
    struct str text = {(const char *)data, size}, normal;
    struct error error;
    if (text_normalise(arena, text, &normal, &error) == STATUS_OK) {
        require(text_is_normalised(normal));
        require(str_equal(text_search_key(arena, text), text_search_key(arena, normal)));
        require(str_equal(text_collation_key(arena, text), text_collation_key(arena, normal)));
    }
    struct str key = text_search_key(arena, text);
    require(utf8_valid(key) && str_equal(key, text_search_key(arena, key)));
    require(utf8_valid(text_accent_key(arena, text)) && utf8_valid(text_upper(arena, text)));
    require(utf8_valid(text_name_sort_key(arena, text)) && utf8_valid(text_person_name(arena, text)));
    struct str plain = text_strip_accents(arena, text);
    for (size_t i = 0; i < plain.length; i++)
        require((unsigned char)plain.data[i] < 0x80);
    require(text_grapheme_length(text_shorten(arena, text, 7)) <= 7);
    (void)text_has_forbidden(text, true);
    (void)language_negotiate(text);
    char *decimal = arena_strndup(arena, text.data, text.length);
    (void)format_decimal(arena, LANGUAGE_VIETNAMESE, decimal);
    return 0;
}
