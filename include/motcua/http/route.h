/*
 * The route table: every address the program answers is one row, and every row says everything about itself
 * (who may call it, how it is protected, what it may carry). A row that leaves something out stops the start.
 */
#ifndef MOTCUA_HTTP_ROUTE_H
#define MOTCUA_HTTP_ROUTE_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"
#include "motcua/http/stream.h"
#include "motcua/http/upload.h"

struct request;

enum http_method {
    HTTP_METHOD_UNSET,
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS
};

enum csrf_policy {
    CSRF_UNSET,
    CSRF_SAFE,     /* only for GET and OPTIONS: the handler changes nothing */
    CSRF_REQUIRED, /* unsafe methods: token and origin are checked before the handler runs */
    CSRF_EXEMPT    /* unsafe without a check; `csrf_reason` says why that is right */
};

enum body_kind {
    BODY_UNSET,
    BODY_NONE,      /* a request with a body gets 400 */
    BODY_FORM,      /* application/x-www-form-urlencoded, read whole, at most body_limit bytes */
    BODY_MULTIPART, /* multipart/form-data, streamed; needs `upload`; fields at most body_limit bytes together
                     */
    BODY_JSON,      /* application/json (or +json), read whole */
    BODY_RAW,       /* anything, read whole */
    BODY_STREAM     /* anything or nothing, handed on as it arrives; needs `stream` */
};

enum route_flags {
    ROUTE_INLINE = 1u << 0, /* runs on the event thread, at once: no database, no waiting, no `before` hook */
    ROUTE_NO_DEADLINE = 1u << 1, /* the request deadline does not apply (long exports) */
    ROUTE_NO_LOG = 1u << 2,      /* no access log line for successes (probes) */
    ROUTE_OVERRIDE = 1u << 3,    /* a POST with X-HTTP-Method-Override may mean this row */
};

struct route {
    enum http_method
        method; /* HEAD comes from GET by itself, OPTIONS from all rows of a path if it has none */
    /*
     * Segments: a literal, "{name}" (exactly one non-empty segment) or, last only, "{name...}" (one or more).
     * "/ho-so/{code}/buoc/{page}". Literals win over parameters. No trailing slash (but "/").
     */
    const char *pattern;
    void (*handler)(struct request *request);
    uint64_t access; /* not 0; the meaning is the web layer's (its `before` hook reads it) */
    enum csrf_policy csrf;
    const char *csrf_reason; /* for CSRF_EXEMPT */
    enum body_kind body;
    size_t body_limit; /* bytes; not 0 but for BODY_NONE and BODY_STREAM, whose sink decides */
    unsigned rate;     /* rate class: index into server_config.rate_classes, counted from 1 */
    unsigned flags;
    const struct upload_policy *upload; /* for BODY_MULTIPART */
    const struct stream_sink *stream;   /* for BODY_STREAM */
    const void *data;                   /* for the handler: request_route(request)->data */
};

/*
 * Checks all rows: complete, consistent, unambiguous. STATUS_INVALID with error->detail naming the first bad
 * row. `rate_class_count`: classes known to the server.
 */
NODISCARD enum status route_table_validate(const struct route *rows, size_t count, size_t rate_class_count,
                                           struct arena *arena, struct error *error);

/* "GET", ...; static. */
const char *http_method_name(enum http_method method);

#endif
