/* Slices of bytes. */
#include "motcua/base/str.h"

bool str_equal(struct str a, struct str b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool str_equal_cstr(struct str a, const char *b)
{
    return str_equal(a, str_of(b));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_equal_ignore_case(struct str a, struct str b)
{
    if (a.length != b.length) return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower(a.data[i]) != lower(b.data[i])) return false;
    return true;
}

int str_compare(struct str a, struct str b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    if (order != 0) return order;
    return (a.length > b.length) - (a.length < b.length);
}

bool str_starts_with(struct str text, struct str prefix)
{
    return text.length >= prefix.length && str_equal(str_make(text.data, prefix.length), prefix);
}

bool str_ends_with(struct str text, struct str suffix)
{
    return text.length >= suffix.length &&
           str_equal(str_make(text.data + (text.length - suffix.length), suffix.length), suffix);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str text)
{
    while (text.length > 0 && is_space(text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && is_space(text.data[text.length - 1]))
        text.length--;
    return text;
}

struct str str_slice(struct str text, size_t from, size_t to)
{
    if (to > text.length) to = text.length;
    if (from > to) from = to;
    return str_make(text.data == NULL ? NULL : text.data + from, to - from);
}

ptrdiff_t str_find(struct str text, struct str needle)
{
    if (needle.length == 0) return 0;
    if (text.length < needle.length) return -1;
    const char *hit = memmem(text.data, text.length, needle.data, needle.length);
    return hit == NULL ? -1 : hit - text.data;
}

ptrdiff_t str_find_char(struct str text, char needle)
{
    const char *hit = text.length == 0 ? NULL : memchr(text.data, needle, text.length);
    return hit == NULL ? -1 : hit - text.data;
}

bool str_split(struct str text, char separator, struct str *head, struct str *rest)
{
    ptrdiff_t at = str_find_char(text, separator);
    if (at < 0) {
        *head = text;
        *rest = str_slice(text, text.length, text.length);
        return false;
    }
    *head = str_slice(text, 0, (size_t)at);
    *rest = str_slice(text, (size_t)at + 1, text.length);
    return true;
}

enum status str_to_int64(struct str text, int64_t *value)
{
    bool negative = text.length > 0 && text.data[0] == '-';
    struct str digits = str_slice(text, negative, text.length);
    if (digits.length == 0) return STATUS_INVALID;
    int64_t result = 0;
    for (size_t i = 0; i < digits.length; i++) {
        char c = digits.data[i];
        int digit = negative ? -(c - '0') : c - '0';
        if (c < '0' || c > '9' || __builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, digit, &result))
            return STATUS_INVALID;
    }
    *value = result;
    return STATUS_OK;
}

uint64_t str_hash(struct str text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
    return hash;
}
