/*
 * Segment tree. A literal child is tried before the parameter child; a rest parameter takes what nothing else
 * took. With literals and parameters at the same place the search steps back, so its cost is bounded by
 * 2^depth of ambiguous places, which validation keeps to the table itself (SEGMENTS_MAXIMUM).
 */
#include "router.h"

#include "motcua/base/buf.h"
#include "motcua/codec/url.h"

struct node {
    struct str literal;
    struct node *next;     /* sibling literal */
    struct node *children; /* literals */
    struct node *parameter;
    const struct route *rows[HTTP_OPTIONS + 1];      /* the path ends here */
    const struct route *rest_rows[HTTP_OPTIONS + 1]; /* "{name...}" starts here */
    unsigned allowed;
    unsigned rest_allowed;
};

struct router {
    struct node root;
    const struct route *rows;
};

const char *http_method_name(enum http_method method)
{
    static const char *const names[] = {"", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    return method <= HTTP_OPTIONS ? names[method] : "";
}

static struct node *literal_child(const struct node *node, struct str literal)
{
    for (struct node *child = node->children; child != NULL; child = child->next)
        if (str_equal(child->literal, literal)) return child;
    return NULL;
}

static struct node *descend(struct arena *arena, struct node *node, struct str segment)
{
    if (segment.length > 0 && segment.data[0] == '{') {
        if (node->parameter == NULL) node->parameter = arena_zalloc(arena, sizeof *node->parameter);
        return node->parameter;
    }
    struct node *child = literal_child(node, segment);
    if (child == NULL) {
        child = arena_zalloc(arena, sizeof *child);
        child->literal = segment;
        child->next = node->children;
        node->children = child;
    }
    return child;
}

static void insert(struct arena *arena, struct router *router, const struct route *row)
{
    struct node *node = &router->root;
    struct str rest = str_of(row->pattern);
    unsigned bit = 1u << row->method;
    rest = str_slice(rest, 1, rest.length);
    while (rest.length > 0) {
        struct str segment, tail;
        str_split(rest, '/', &segment, &tail);
        if (str_ends_with(segment, STR("...}"))) {
            node->rest_rows[row->method] = row;
            node->rest_allowed |= bit;
            return;
        }
        node = descend(arena, node, segment);
        rest = tail;
    }
    node->rows[row->method] = row;
    node->allowed |= bit;
}

struct router *router_create(struct arena *arena, const struct route *rows, size_t count)
{
    struct router *router = arena_zalloc(arena, sizeof *router);
    router->rows = rows;
    for (size_t i = 0; i < count; i++)
        insert(arena, router, &rows[i]);
    return router;
}

struct search {
    const struct str *segments;
    size_t count;
    enum http_method method;
    const struct node *found; /* deepest right one */
    bool rest;
    size_t rest_from;
};

static bool find(struct search *search, const struct node *node, size_t at)
{
    if (at == search->count) {
        if (node->allowed == 0) return false;
        search->found = node;
        search->rest = false;
        return true;
    }
    struct str segment = search->segments[at];
    const struct node *child = literal_child(node, segment);
    if (child != NULL && find(search, child, at + 1)) return true;
    if (node->parameter != NULL && segment.length > 0 && find(search, node->parameter, at + 1)) return true;
    if (node->rest_allowed == 0 || segment.length == 0) return false;
    search->found = node;
    search->rest = true;
    search->rest_from = at;
    return true;
}

/* Fills names and values from the pattern and the decoded segments. */
static void take_parameters(struct arena *arena, const struct search *search, struct route_match *match)
{
    struct str rest = str_of(match->route->pattern);
    rest = str_slice(rest, 1, rest.length);
    for (size_t at = 0; rest.length > 0 && match->parameter_count < PARAMETERS_MAXIMUM; at++) {
        struct str segment, tail;
        str_split(rest, '/', &segment, &tail);
        rest = tail;
        if (segment.data[0] != '{') continue;
        struct route_parameter *parameter = &match->parameters[match->parameter_count++];
        if (!str_ends_with(segment, STR("...}"))) {
            *parameter =
                (struct route_parameter){str_slice(segment, 1, segment.length - 1), search->segments[at]};
            continue;
        }
        BUF_AUTO joined = BUF_WITH_MAXIMUM(64 * 1024);
        for (size_t i = at; i < search->count; i++) {
            buf_append_cstr(&joined, i > at ? "/" : "");
            buf_append_str(&joined, search->segments[i]);
        }
        *parameter =
            (struct route_parameter){str_slice(segment, 1, segment.length - 4), buf_copy(&joined, arena)};
    }
}

static enum status split_path(struct arena *arena, struct str path, struct str *segments, size_t *count)
{
    struct str rest = str_slice(path, 1, path.length);
    size_t n = 0;
    bool more = path.length > 1;
    while (more) {
        struct str raw, tail;
        more = str_split(rest, '/', &raw, &tail);
        struct str decoded;
        if (url_decode_segment(arena, raw, &decoded) != STATUS_OK) return STATUS_INVALID;
        if (n < SEGMENTS_MAXIMUM) segments[n] = decoded;
        n++;
        rest = tail;
    }
    *count = n;
    return STATUS_OK;
}

enum status router_match(const struct router *router, struct arena *arena, enum http_method method,
                         struct str path, struct route_match *match)
{
    struct str segments[SEGMENTS_MAXIMUM];
    struct search search = {.segments = segments, .method = method};
    *match = (struct route_match){.route = NULL};
    if (path.length == 0 || path.data[0] != '/' ||
        split_path(arena, path, segments, &search.count) != STATUS_OK)
        return STATUS_INVALID;
    if (search.count > SEGMENTS_MAXIMUM) return STATUS_OK;
    if (!find(&search, &router->root, 0)) {
        if (search.count > 1 && segments[search.count - 1].length == 0) {
            search.count--;
            match->trailing_slash = find(&search, &router->root, 0);
        }
        return STATUS_OK;
    }
    const struct route *const *rows = search.rest ? search.found->rest_rows : search.found->rows;
    match->allowed = search.rest ? search.found->rest_allowed : search.found->allowed;
    match->route = rows[method == HTTP_HEAD ? HTTP_GET : method];
    if (match->route != NULL) {
        match->index = (size_t)(match->route - router->rows);
        take_parameters(arena, &search, match);
    }
    return STATUS_OK;
}

const char *router_allow(struct arena *arena, unsigned allowed)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(128);
    for (enum http_method method = HTTP_GET; method < HTTP_OPTIONS; method++) {
        bool implied = method == HTTP_HEAD && (allowed & (1u << HTTP_GET)) != 0;
        if ((allowed & (1u << method)) != 0 || implied) buf_printf(&text, "%s, ", http_method_name(method));
    }
    buf_append_cstr(&text, "OPTIONS");
    return arena_strndup(arena, text.data, text.length);
}
