/* Percent-decoding and -encoding (RFC 3986). Decoding refuses; it never repairs. */
#include "motcua/codec/url.h"

#include "motcua/base/utf8.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* Decodes into the arena; `plus_is_space` for forms. False for a broken escape. */
static bool decode(struct arena *arena, struct str raw, bool plus_is_space, struct str *decoded)
{
    char *out = arena_alloc(arena, raw.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < raw.length; i++) {
        char c = raw.data[i];
        if (c == '%') {
            if (raw.length - i < 3) return false;
            int high = hex_value(raw.data[i + 1]), low = hex_value(raw.data[i + 2]);
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[length++] = c;
    }
    out[length] = '\0';
    *decoded = str_make(out, length);
    return true;
}

static bool has_control(struct str text, bool allow_white_space)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == 0x7F || (c < 0x20 && !(allow_white_space && (c == '\t' || c == '\n' || c == '\r'))))
            return true;
    }
    return false;
}

enum status url_decode_segment(struct arena *arena, struct str raw, struct str *decoded)
{
    struct str text;
    if (!decode(arena, raw, false, &text) || has_control(text, false) || !utf8_valid(text))
        return STATUS_INVALID;
    if (str_find_char(text, '/') >= 0 || str_find_char(text, '\\') >= 0) return STATUS_INVALID;
    if (str_equal_cstr(text, ".") || str_equal_cstr(text, "..")) return STATUS_INVALID;
    *decoded = text;
    return STATUS_OK;
}

enum status url_decode_component(struct arena *arena, struct str raw, struct str *decoded)
{
    struct str text;
    if (!decode(arena, raw, true, &text) || has_control(text, true) || !utf8_valid(text))
        return STATUS_INVALID;
    *decoded = text;
    return STATUS_OK;
}

static bool unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void url_encode(struct buf *out, struct str text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (unreserved((char)c)) {
            buf_append_char(out, (char)c);
        } else {
            char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_append(out, escaped, sizeof escaped);
        }
    }
}

struct str url_encode_copy(struct arena *arena, struct str text)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(text.length * 3 + 1);
    url_encode(&out, text);
    return buf_copy(&out, arena);
}

bool url_is_local(struct str target)
{
    if (target.length == 0 || target.data[0] != '/') return false;
    if (target.length > 1 && (target.data[1] == '/' || target.data[1] == '\\')) return false;
    bool in_query = false;
    for (size_t i = 0; i < target.length; i++) {
        unsigned char c = (unsigned char)target.data[i];
        if (c <= 0x20 || c >= 0x7F) return false;
        if (c == '?') in_query = true;
        if (c == '\\' && !in_query) return false;
    }
    return true;
}
