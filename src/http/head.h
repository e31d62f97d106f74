/*
 * A request head as it came over the wire, checked strictly (RFC 9110, RFC 9112) before anything else sees
 * it. Pure: no socket, no library. What head_parse() takes is unambiguous: one reading only, for us and for
 * any proxy in front.
 */
#ifndef MOTCUA_HTTP_HEAD_H
#define MOTCUA_HTTP_HEAD_H

#include "motcua/base/arena.h"
#include "motcua/http/route.h"

enum { HEAD_FIELDS_MAXIMUM = 100 };

struct head_field {
    struct str name;
    struct str value;
};

struct head {
    struct head *next;
    struct arena *arena;     /* holds this struct and all slices */
    unsigned refusal;        /* HTTP status to answer with, 0: the head is fine */
    const char *reason;      /* static, for the log */
    enum http_method method; /* HTTP_METHOD_UNSET: none of ours */
    struct str method_text;
    struct str target;
    unsigned minor_version; /* of HTTP/1.x: 0 or 1 */
    struct str host;        /* lower case */
    bool chunked;
    bool expect_continue;
    bool close; /* the client will not send another request */
    uint64_t content_length;
    size_t field_count;
    struct head_field *fields;
};

struct head_limits {
    size_t head;   /* bytes → 431 */
    size_t target; /* bytes → 414 */
};

/*
 * Looks for the end of a head in bytes received so far. *scanned (0 at first) remembers how far earlier calls
 * came. Returns the length with the final empty line, 0 when more is needed; *refusal is set (with *reason)
 * as soon as the bytes cannot become a head: bare CR or LF, control characters, a malformed first line, a
 * limit.
 */
size_t head_scan(struct str data, const struct head_limits *limits, size_t *scanned, unsigned *refusal,
                 const char **reason);

/* Parses a complete head (as head_scan() found it). Always gives a head in an arena of its own (maximum
 * `arena_limit`), with `refusal` set when it must not be served. */
struct head *head_parse(struct str data, const struct head_limits *limits, size_t arena_limit);
/* A head that stands for bytes that were none. */
struct head *head_refused(unsigned refusal, const char *reason, size_t arena_limit);

/* First field of the name (any case), data NULL when absent. */
struct str head_field(const struct head *head, const char *name);

/*
 * Overwrites in `data` (the bytes the head was parsed from) all that libmicrohttpd does not need for framing:
 * the target, and names and values of all other fields. It must not interpret what is none of its business.
 */
void head_mask(const struct head *head, char *data, size_t length);

/* True when a comma-separated list holds the token (any case). */
bool head_list_has(struct str list, const char *token);

#endif
