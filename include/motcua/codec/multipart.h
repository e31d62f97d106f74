/*
 * multipart/form-data (RFC 7578, RFC 2046) as a push parser: bytes go in as they arrive, parts come out by
 * callback; no part is ever held whole. Memory is fixed by the limits. Strict: CRLF only, no nesting, one
 * Content-Disposition: form-data with a name per part, names and file names valid UTF-8 without control
 * characters, only its own delimiter ends a part.
 */
#ifndef MOTCUA_CODEC_MULTIPART_H
#define MOTCUA_CODEC_MULTIPART_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"
#include "motcua/base/str.h"

struct multipart;

/* Slices live until the next callback only. */
struct multipart_part {
    struct str name;
    struct str filename;     /* data NULL when the part is a plain field; base name only (no '/' or '\') */
    struct str content_type; /* data NULL when absent */
};

struct multipart_callbacks {
    /* A status other than STATUS_OK stops the parser with it; the error is the callback's to fill. */
    enum status (*part_begin)(void *context, const struct multipart_part *part, struct error *error);
    enum status (*part_data)(void *context, struct str data, struct error *error);
    enum status (*part_end)(void *context, struct error *error);
};

struct multipart_limits {
    size_t maximum_parts;
    size_t maximum_header;   /* bytes of all header lines of one part */
    size_t maximum_name;     /* bytes */
    size_t maximum_filename; /* bytes; a longer one is cut at a character, keeping its extension */
};

#define MULTIPART_LIMITS_DEFAULT ((struct multipart_limits){500, 4096, 200, 255})

/*
 * Takes the boundary out of a Content-Type value ("multipart/form-data; boundary=..."). STATUS_INVALID when
 * it is not multipart/form-data or the boundary is missing, repeated, empty, over 70 bytes or has foreign
 * characters.
 */
NODISCARD enum status multipart_boundary(struct str content_type, struct str *boundary);

/* Lives in the arena. */
struct multipart *multipart_create(struct arena *arena, struct str boundary,
                                   const struct multipart_limits *limits,
                                   const struct multipart_callbacks *callbacks, void *context);
/*
 * Feeds bytes. STATUS_INVALID ("multipart.malformed"), STATUS_TOO_LARGE ("multipart.too_many",
 * "multipart.header"), or what a callback returned. After a failure every further call returns the same
 * status.
 */
NODISCARD enum status multipart_feed(struct multipart *parser, struct str data, struct error *error);
/* No more bytes will come: STATUS_INVALID ("multipart.truncated") unless the closing delimiter was seen. */
NODISCARD enum status multipart_finish(struct multipart *parser, struct error *error);

#endif
