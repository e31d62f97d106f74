/*
 * JSON (RFC 8259) over jansson: parsing with limits, getters that never fail on a wrong type, and the
 * canonical form that is stored, hashed and compared. Invariant: what json_parse returns is valid UTF-8
 * without U+0000, without duplicate keys, not deeper and not larger than the caller allowed.
 */
#ifndef MOTCUA_CODEC_JSON_H
#define MOTCUA_CODEC_JSON_H

#include <jansson.h>

#include "motcua/base/buf.h"
#include "motcua/base/error.h"
#include "motcua/base/status.h"
#include "motcua/base/str.h"

/* `json_auto root = NULL;` drops the reference at the end of the scope. */
void json_release(json_t **json);
#define json_auto __attribute__((cleanup(json_release))) json_t *

#define JSON_DEPTH_DEFAULT 64

/*
 * Parses `text`: at most `maximum` bytes (0: 1 MiB) and `depth` nested arrays and objects (0:
 * JSON_DEPTH_DEFAULT). A top-level scalar is allowed. *json is a new reference. STATUS_TOO_LARGE (codes
 * "json.size", "json.depth"), STATUS_INVALID ("json.encoding", "json.syntax"; the argument of the message is
 * the line). An integer beyond int64 becomes a real.
 */
NODISCARD enum status json_parse(struct arena *arena, struct str text, size_t maximum, unsigned depth,
                                 json_t **json, struct error *error);

/*
 * Canonical text: keys sorted bytewise, no white space, non-ASCII as it is, reals by their shortest text.
 * Equal values give equal text. Appends to `out`; STATUS_TOO_LARGE when `out` is full.
 */
NODISCARD enum status json_canonical(const json_t *json, struct buf *out);
/* The same into the arena; STR_NULL when longer than `maximum`. */
struct str json_canonical_arena(const json_t *json, struct arena *arena, size_t maximum);
/* With an indent of two and keys in their order, for files people read. STATUS_TOO_LARGE when full. */
NODISCARD enum status json_pretty(const json_t *json, struct buf *out);

/*
 * Getters: `object` may be NULL or not an object; a missing key and a wrong type give the fallback (STR_NULL,
 * NULL). Strings and nodes are borrowed from `object`.
 */
struct str json_get_str(const json_t *object, const char *key);
const char *json_get_cstr(const json_t *object, const char *key, const char *fallback);
int64_t json_get_int64(const json_t *object, const char *key, int64_t fallback);
bool json_get_bool(const json_t *object, const char *key, bool fallback);
json_t *json_get_array(const json_t *object, const char *key);
json_t *json_get_object(const json_t *object, const char *key);

/* The value of a string node; STR_NULL for anything else. */
struct str json_str_value(const json_t *json);
/* New string node; malformed UTF-8 is replaced by U+FFFD and U+0000 dropped, so it never fails on content. */
json_t *json_str_new(struct str text);
/* object[key] = text, like json_str_new. */
void json_set_str(json_t *object, const char *key, struct str text);
void json_set_cstr(json_t *object, const char *key, const char *text); /* NULL sets nothing */

#endif
