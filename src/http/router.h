/* The route table as a tree of segments. Built once, read by all threads. */
#ifndef MOTCUA_HTTP_ROUTER_H
#define MOTCUA_HTTP_ROUTER_H

#include "motcua/http/route.h"

enum { SEGMENTS_MAXIMUM = 32, PARAMETERS_MAXIMUM = 8 };

struct route_parameter {
    struct str name;
    struct str value; /* decoded */
};

struct route_match {
    const struct route *route; /* NULL: no row for the method, or no such path */
    size_t index;              /* of the row */
    unsigned allowed;          /* bit 1 << method of all rows of the path; 0: no such path */
    bool trailing_slash;       /* no such path, but there is one without the '/' at the end */
    struct route_parameter parameters[PARAMETERS_MAXIMUM];
    size_t parameter_count;
};

struct router;

/* Rows must have passed route_table_validate(). Lives in the arena. */
struct router *router_create(struct arena *arena, const struct route *rows, size_t count);
/*
 * Splits and decodes the raw path (without query) into `arena` and finds the row; HEAD finds GET rows.
 * STATUS_INVALID when a segment cannot be decoded or means "." or "..": answer 400. STATUS_NOT_FOUND is told
 * by allowed == 0.
 */
NODISCARD enum status router_match(const struct router *router, struct arena *arena, enum http_method method,
                                   struct str path, struct route_match *match);

/* "GET, HEAD, OPTIONS" for a bit set, into the arena. */
const char *router_allow(struct arena *arena, unsigned allowed);

#endif
