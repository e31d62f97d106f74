/*
 * Percent-encoding (RFC 3986) and the parts of a request target. Decoding is strict: what a person can
 * never have typed (a broken %XX, NUL, another control character, invalid UTF-8) is refused, not repaired.
 */
#ifndef MOTCUA_CODEC_URL_H
#define MOTCUA_CODEC_URL_H

#include "motcua/base/arena.h"
#include "motcua/base/buf.h"
#include "motcua/base/str.h"

/*
 * One path segment (between two '/'), decoded into the arena. STATUS_INVALID for a broken escape, a control
 * character, invalid UTF-8, a decoded '/' or '\', and for a segment that means "." or ".." however written.
 */
NODISCARD enum status url_decode_segment(struct arena *arena, struct str raw, struct str *decoded);

/*
 * One name or value of a query or form body ('+' is a space). Tab, CR and LF are allowed (text areas);
 * STATUS_INVALID for a broken escape, NUL, other control characters and invalid UTF-8.
 */
NODISCARD enum status url_decode_component(struct arena *arena, struct str raw, struct str *decoded);

/* Encodes everything but the unreserved characters, so the result fits any part of a URL. */
void url_encode(struct buf *out, struct str text);
struct str url_encode_copy(struct arena *arena, struct str text);

/*
 * True for a path on this site that is safe in a Location header: starts with one '/', not followed by '/' or
 * '\', printable ASCII only, no '\' before the query. Everything else (scheme, authority, control) is false.
 */
bool url_is_local(struct str target);

#endif
