/* A slice of bytes (usually UTF-8), not owned, not necessarily NUL-terminated. */
#ifndef MOTCUA_BASE_STR_H
#define MOTCUA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "motcua/base/status.h"

struct str {
    const char *data;
    size_t length;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NULL     ((struct str){NULL, 0})
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).length, (s).data ? (s).data : ""

static inline struct str str_of(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

static inline struct str str_make(const char *data, size_t length)
{
    return (struct str){data, length};
}

bool str_equal(struct str a, struct str b);
bool str_equal_cstr(struct str a, const char *b);
bool str_equal_ignore_case(struct str a, struct str b); /* ASCII only */
int str_compare(struct str a, struct str b);            /* bytewise, like memcmp, shorter first */
bool str_starts_with(struct str text, struct str prefix);
bool str_ends_with(struct str text, struct str suffix);
struct str str_trim(struct str text);                          /* ASCII white space off both ends */
struct str str_slice(struct str text, size_t from, size_t to); /* clamped */
/* Index of the first occurrence or -1. */
ptrdiff_t str_find(struct str text, struct str needle);
ptrdiff_t str_find_char(struct str text, char needle);
/* Splits at the first `separator`: head before it, *rest after it (both whole/empty when absent). False when
 * absent. */
bool str_split(struct str text, char separator, struct str *head, struct str *rest);

/* Whole slice as a decimal integer, nothing else allowed but a leading '-'. STATUS_INVALID otherwise. */
NODISCARD enum status str_to_int64(struct str text, int64_t *value);
uint64_t str_hash(struct str text); /* FNV-1a; not against attackers */

#endif
