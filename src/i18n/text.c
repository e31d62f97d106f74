/*
 * Vietnamese text over libunistring: normal form, case, folding, lengths. Buffers come from the arena; where
 * libunistring has to enlarge one, its copy is taken over and freed before anything else is allocated.
 */
#include "motcua/i18n/text.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

#include "motcua/base/buf.h"
#include "motcua/base/utf8.h"
#include "text_private.h"

/* Malformed bytes as U+FFFD, so that libunistring always gets valid text. */
static struct str repair(struct arena *arena, struct str text)
{
    if (utf8_valid(text)) return text;
    char *out = arena_alloc(arena, text.length * 3 + 1);
    size_t length = 0;
    for (size_t offset = 0; offset < text.length;) {
        uint32_t code = utf8_next(text, &offset);
        length += utf8_encode(code == UINT32_C(0xFFFFFFFF) ? 0xFFFD : code, out + length);
    }
    return str_make(out, length);
}

struct str text_to_form(struct arena *arena, struct str text, bool compose, bool compatible)
{
    uninorm_t form =
        compose ? (compatible ? UNINORM_NFKC : UNINORM_NFC) : (compatible ? UNINORM_NFKD : UNINORM_NFD);
    text = repair(arena, text);
    size_t length = text.length * 3 + 16;
    uint8_t *buffer = arena_alloc(arena, length);
    uint8_t *result = u8_normalize(form, (const uint8_t *)text.data, text.length, buffer, &length);
    if (result == NULL) return text;
    if (result != buffer) {
        struct str copy = arena_str(arena, str_make((const char *)result, length));
        free(result);
        return copy;
    }
    return arena_str(arena, str_make((const char *)result, length));
}

enum status text_normalise(struct arena *arena, struct str text, struct str *normalised, struct error *error)
{
    if (!utf8_valid(text) || (text.length > 0 && memchr(text.data, '\0', text.length) != NULL))
        return error_set(error, arena, STATUS_INVALID, "text.encoding",
                         N_("Văn bản chứa ký tự không đọc được. Hãy nhập lại bằng bảng mã Unicode (UTF-8)."),
                         NULL);
    *normalised = text_to_form(arena, text, true, false);
    return STATUS_OK;
}

bool text_is_normalised(struct str text)
{
    if (!utf8_valid(text)) return false;
    bool ascii = true;
    for (size_t i = 0; i < text.length; i++)
        ascii = ascii && (unsigned char)text.data[i] < 0x80;
    if (ascii) return true;
    size_t length = 0;
    uint8_t *result = u8_normalize(UNINORM_NFC, (const uint8_t *)text.data, text.length, NULL, &length);
    bool same = result != NULL && length == text.length && memcmp(result, text.data, length) == 0;
    free(result);
    return same;
}

typedef uint8_t *case_function(const uint8_t *, size_t, const char *, uninorm_t, uint8_t *, size_t *);

static struct str map_case(struct arena *arena, struct str text, case_function *function)
{
    text = repair(arena, text);
    size_t length = text.length * 3 + 16;
    uint8_t *buffer = arena_alloc(arena, length);
    uint8_t *result = function((const uint8_t *)text.data, text.length, NULL, UNINORM_NFC, buffer, &length);
    if (result == NULL) return text;
    struct str copy = arena_str(arena, str_make((const char *)result, length));
    if (result != buffer) free(result);
    return copy;
}

struct str text_upper(struct arena *arena, struct str text)
{
    return map_case(arena, text, u8_toupper);
}

struct str text_lower(struct arena *arena, struct str text)
{
    return map_case(arena, text, u8_tolower);
}

/* Length of the first user-perceived character. */
static size_t first_grapheme(struct str text)
{
    const uint8_t *start = (const uint8_t *)text.data, *end = start + text.length;
    const uint8_t *next = text.length == 0 ? NULL : u8_grapheme_next(start, end);
    return next == NULL ? text.length : (size_t)(next - start);
}

struct str text_capitalise(struct arena *arena, struct str text)
{
    text = repair(arena, text);
    size_t first = first_grapheme(text);
    struct str head = text_upper(arena, str_slice(text, 0, first)),
               tail = str_slice(text, first, text.length);
    return str_of(arena_printf(arena, "%.*s%.*s", STR_ARG(head), STR_ARG(tail)));
}

static bool is_blank(uint32_t code)
{
    return uc_is_property_white_space(code) || code == 0x200B;
}

bool text_is_mark(uint32_t code)
{
    return uc_is_general_category(code, UC_CATEGORY_M);
}

bool text_is_word(uint32_t code)
{
    return uc_is_general_category(code, UC_CATEGORY_L) || uc_is_general_category(code, UC_CATEGORY_N);
}

/* The mark of a Vietnamese tone (ngang has none): 1 huyền, 2 hỏi, 3 ngã, 4 sắc, 5 nặng; 0 for others. */
int text_tone(uint32_t code)
{
    static const uint32_t marks[] = {0x0300, 0x0309, 0x0303, 0x0301, 0x0323};
    for (int i = 0; i < 5; i++)
        if (code == marks[i]) return i + 1;
    return 0;
}

struct str text_search_key(struct arena *arena, struct str text)
{
    struct str parts = text_to_form(arena, text_lower(arena, text), false, true);
    char *out = arena_alloc(arena, parts.length * 2 + 1); /* a small letter may need more bytes */
    size_t length = 0;
    bool blank = false;
    for (size_t offset = 0; offset < parts.length;) {
        uint32_t code = utf8_next(parts, &offset);
        if (text_is_mark(code)) continue;
        if (!text_is_word(code)) {
            blank = length > 0;
            continue;
        }
        if (blank) out[length++] = ' ';
        blank = false;
        length += utf8_encode(code == 0x111 ? 'd' : uc_tolower(code), out + length);
    }
    out[length] = '\0';
    return str_make(out, length);
}

/*
 * Tones go behind their word, so that hòa and hoà, thúy and thuý meet; other marks (ă â ê ô ơ ư) stay with
 * their letter.
 */
struct str text_accent_key(struct arena *arena, struct str text)
{
    struct str parts = text_to_form(arena, text_lower(arena, text), false, false);
    char *out = arena_alloc(arena, parts.length * 2 + 8);
    char tones[64];
    size_t length = 0, tone_length = 0;
    bool blank = false;
    for (size_t offset = 0; offset < parts.length;) {
        uint32_t code = utf8_next(parts, &offset);
        if (text_tone(code) != 0 && tone_length + 4 < sizeof tones) {
            tone_length += utf8_encode(code, tones + tone_length);
            continue;
        }
        if (!text_is_word(code) && !text_is_mark(code)) {
            memcpy(out + length, tones, tone_length);
            length += tone_length;
            tone_length = 0;
            blank = length > 0;
            continue;
        }
        if (blank) out[length++] = ' ';
        blank = false;
        length += utf8_encode(code, out + length);
    }
    memcpy(out + length, tones, tone_length);
    return text_to_form(arena, str_make(out, length + tone_length), true, false);
}

/* ASCII for what people type outside Vietnamese letters; NULL when there is none. */
static const char *transliterate(uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *text;
    } table[] = {
        {0xA0, " "},     {0xAB, "\""},  {0xB0, "o"},    {0xB7, "-"},    {0xBB, "\""},   {0x111, "d"},
        {0x110, "D"},    {0x2010, "-"}, {0x2011, "-"},  {0x2012, "-"},  {0x2013, "-"},  {0x2014, "-"},
        {0x2018, "'"},   {0x2019, "'"}, {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2022, "-"},
        {0x2026, "..."}, {0x20AB, "d"}, {0x2192, "->"}, {0xD7, "x"},    {0x2265, ">="}, {0x2264, "<="},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].code == code) return table[i].text;
    return is_blank(code) ? " " : NULL;
}

struct str text_strip_accents(struct arena *arena, struct str text)
{
    text = repair(arena, text);
    char *out = arena_alloc(arena, text.length * 3 + 1);
    size_t length = 0;
    bool dropped = false; /* the letter before was given as '?': its marks go with it */
    for (size_t offset = 0; offset < text.length;) {
        size_t start = offset;
        uint32_t code = utf8_next(text, &offset);
        if (code < 0x80) {
            out[length++] = (char)code;
            dropped = false;
            continue;
        }
        const char *known = transliterate(code);
        size_t before = length;
        if (known != NULL) {
            memcpy(out + length, known, strlen(known));
            length += strlen(known);
        } else if (!text_is_mark(code)) {
            struct arena_mark mark = arena_mark(arena);
            struct str parts = text_to_form(arena, str_slice(text, start, offset), false, true);
            for (size_t i = 0; i < parts.length && length - before < 3; i++)
                if ((unsigned char)parts.data[i] < 0x80) out[length++] = parts.data[i];
            arena_rewind(arena, mark);
        } else if (dropped) {
            continue;
        }
        dropped = length == before && !text_is_mark(code);
        if (dropped) out[length++] = '?';
    }
    out[length] = '\0';
    return str_make(out, length);
}

struct str text_person_name(struct arena *arena, struct str text)
{
    struct str name = text_to_form(arena, text, true, false);
    char *out = arena_alloc(arena, name.length + 1);
    size_t length = 0;
    bool blank = false;
    for (size_t offset = 0; offset < name.length;) {
        uint32_t code = utf8_next(name, &offset);
        if (is_blank(code)) {
            blank = length > 0;
            continue;
        }
        if (blank) out[length++] = ' ';
        blank = false;
        length += utf8_encode(code, out + length);
    }
    name = str_make(out, length);
    struct str upper = text_upper(arena, name), lower = text_lower(arena, name);
    if (!str_equal(name, upper) && !str_equal(name, lower)) return arena_str(arena, name);
    BUF_AUTO result = BUF_WITH_MAXIMUM(lower.length * 3 + 16);
    struct str word, rest = lower;
    while (rest.length > 0) {
        bool more = str_split(rest, ' ', &word, &rest);
        struct arena_mark mark = arena_mark(arena);
        buf_append_str(&result, text_capitalise(arena, word));
        arena_rewind(arena, mark);
        if (more) buf_append_char(&result, ' ');
    }
    return buf_copy(&result, arena);
}

size_t text_grapheme_length(struct str text)
{
    if (!utf8_valid(text)) return utf8_length(text);
    size_t count = 0;
    for (; text.length > 0; count++)
        text = str_slice(text, first_grapheme(text), text.length);
    return count;
}

struct str text_shorten(struct arena *arena, struct str text, size_t maximum)
{
    text = repair(arena, text);
    if (text_grapheme_length(text) <= maximum) return arena_str(arena, text);
    if (maximum == 0) return STR("");
    size_t end = 0;
    for (size_t count = 0; count + 1 < maximum; count++)
        end += first_grapheme(str_slice(text, end, text.length));
    struct str head = str_trim(str_slice(text, 0, end));
    return str_of(arena_printf(arena, "%.*s…", STR_ARG(head)));
}

bool text_has_forbidden(struct str text, bool lines)
{
    for (size_t offset = 0; offset < text.length;) {
        uint32_t code = utf8_next(text, &offset);
        if (code == '\n' || code == '\r' || code == '\t' || code == 0x2028 || code == 0x2029) {
            if (!lines || code > 0x80) return true;
            continue;
        }
        bool control = code < 0x20 || (code >= 0x7F && code < 0xA0) || code == UINT32_C(0xFFFFFFFF);
        bool direction = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
                         code == 0x200E || code == 0x200F || code == 0x061C;
        bool nothing = (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE || code == 0xFEFF ||
                       (code >= 0xFFF9 && code <= 0xFFFB);
        if (control || direction || nothing) return true;
    }
    return false;
}
