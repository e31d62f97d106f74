/* What becomes of a request, decided by its head alone, on the event thread: answered at once, or passed on.
 */
#include <stdio.h>

#include "internal.h"
#include "motcua/base/log.h"
#include "motcua/codec/multipart.h"
#include "motcua/codec/url.h"

static const char *const message_unsupported = N_("Định dạng dữ liệu gửi lên không được hỗ trợ.");
static const char *const message_body = N_("Trang này không nhận dữ liệu gửi kèm.");

static enum admission refuse(struct request *request, unsigned status, const char *message)
{
    response_error_page(request, status, message, NULL);
    return ADMIT_ANSWER;
}

static enum admission answer_text(struct request *request, unsigned status, const char *text)
{
    response_status(request, status);
    response_body(request, "text/plain; charset=utf-8", str_of(text));
    return ADMIT_ANSWER;
}

static enum admission answer_metrics(struct request *request)
{
    struct server *server = request->server;
    struct metrics_now now = {.workers = server->config.workers,
                              .active = atomic_load(&server->active_requests)};
    struct buf text = BUF_WITH_MAXIMUM(4 * 1024 * 1024);
    dispatch_counts(server, &now.waiting, &now.running);
    metrics_write(server->metrics, &now, &text);
    if (server->hooks.metrics != NULL) server->hooks.metrics(server->hooks.context, &text);
    response_body_buf(request, "text/plain; version=0.0.4; charset=utf-8", &text);
    return ADMIT_ANSWER;
}

/* /healthz, /readyz, /metrics. True when the path is one of them. */
static bool operations(struct request *request, enum admission *admission)
{
    struct server *server = request->server;
    bool metrics = str_equal_cstr(request->path, "/metrics");
    bool health = str_equal_cstr(request->path, "/healthz"), ready = str_equal_cstr(request->path, "/readyz");
    if (metrics && !request->connection->ops && !network_list_has(&server->metrics_allow, &request->client))
        return false; /* as if it were not there */
    if (!metrics && !health && !ready) return false;
    request->metric = server->row_count + METRIC_OPERATIONS;
    request->quiet = true;
    if (request_method(request) != HTTP_GET) {
        *admission = refuse(request, 405, NULL);
        response_header(request, "Allow", STR("GET, HEAD"));
    } else if (metrics) {
        *admission = answer_metrics(request);
    } else if (health) {
        *admission = answer_text(request, 200, "ok\n");
    } else {
        bool fine = !atomic_load(&server->draining) &&
                    (server->hooks.ready == NULL || server->hooks.ready(server->hooks.context));
        *admission = answer_text(request, fine ? 200 : 503, fine ? "ready\n" : "not ready\n");
    }
    return true;
}

static bool static_file(struct request *request)
{
    if (request->server->files == NULL || !str_starts_with(request->path, STR("/static/"))) return false;
    request->metric = request->server->row_count + METRIC_STATIC;
    request->quiet = true;
    if (request_method(request) != HTTP_GET) {
        refuse(request, 405, NULL);
        response_header(request, "Allow", STR("GET, HEAD"));
    } else if (!static_files_serve(request)) {
        refuse(request, 404, NULL);
    }
    return true;
}

static enum admission no_row(struct request *request)
{
    const struct route_match *match = &request->match;
    if (match->allowed != 0) {
        const char *allow = router_allow(request->arena, match->allowed);
        if (request->head->method == HTTP_OPTIONS) {
            response_status(request, 204);
            response_body(request, NULL, STR(""));
        } else {
            refuse(request, 405, NULL);
        }
        response_header(request, "Allow", str_of(allow));
        return ADMIT_ANSWER;
    }
    struct str shorter = str_slice(request->path, 0, request->path.length - 1);
    if (match->trailing_slash && request_method(request) == HTTP_GET && url_is_local(shorter)) {
        bool query = request->head->target.length > request->path.length;
        response_body(request, "text/plain; charset=utf-8", STR(""));
        response_status(request, 308);
        response_header(request, "Location",
                        str_of(arena_printf(request->arena, "%.*s%s%.*s", STR_ARG(shorter), query ? "?" : "",
                                            STR_ARG(request->query))));
        return ADMIT_ANSWER;
    }
    return refuse(request, 404, NULL);
}

/* "type/subtype" of a Content-Type and whether its charset (if any) is UTF-8. */
static struct str media_type(struct str content_type, bool *utf8)
{
    struct str type, parameters;
    str_split(content_type, ';', &type, &parameters);
    *utf8 = true;
    while (parameters.length > 0) {
        struct str parameter, rest, name, value;
        str_split(parameters, ';', &parameter, &rest);
        parameters = rest;
        if (!str_split(str_trim(parameter), '=', &name, &value) ||
            !str_equal_ignore_case(name, STR("charset")))
            continue;
        if (value.length >= 2 && value.data[0] == '"') value = str_slice(value, 1, value.length - 1);
        *utf8 = str_equal_ignore_case(value, STR("utf-8")) || str_equal_ignore_case(value, STR("us-ascii"));
    }
    return str_trim(type);
}

static bool type_fits(enum body_kind kind, struct str content_type)
{
    bool utf8;
    struct str type = media_type(content_type, &utf8);
    switch (kind) {
    case BODY_FORM:
        return utf8 && str_equal_ignore_case(type, STR("application/x-www-form-urlencoded"));
    case BODY_JSON: {
        bool suffix = type.length > 5 &&
                      str_equal_ignore_case(str_slice(type, type.length - 5, type.length), STR("+json"));
        return utf8 && (suffix || str_equal_ignore_case(type, STR("application/json")));
    }
    case BODY_MULTIPART:
        return str_equal_ignore_case(type, STR("multipart/form-data"));
    default:
        return true;
    }
}

static enum admission admit_body(struct request *request)
{
    const struct route *route = request->match.route;
    const struct head *head = request->head;
    bool has_body = head->chunked || head->content_length > 0;
    struct str encoding = head_field(head, "Content-Encoding"), type = head_field(head, "Content-Type");
    if (route->body == BODY_NONE)
        return has_body                             ? refuse(request, 400, message_body)
               : (route->flags & ROUTE_INLINE) != 0 ? ADMIT_INLINE
                                                    : ADMIT_HANDLER;
    if (encoding.data != NULL && !str_equal_ignore_case(encoding, STR("identity")))
        return refuse(request, 415, message_unsupported);
    if ((has_body || route->body == BODY_MULTIPART) && !type_fits(route->body, type))
        return refuse(request, 415, message_unsupported);
    if (route->body == BODY_STREAM) return ADMIT_BEFORE;
    uint64_t limit = route->upload != NULL ? route->upload->maximum_total : route->body_limit;
    if (head->content_length > limit) return refuse(request, 413, NULL);
    if (route->body != BODY_MULTIPART) {
        request->body = BUF_WITH_MAXIMUM(route->body_limit);
        return has_body ? ADMIT_BODY : ADMIT_HANDLER;
    }
    struct str boundary;
    if (multipart_boundary(type, &boundary) != STATUS_OK || upload_begin(request, boundary) != STATUS_OK)
        return refuse(request, 400, NULL);
    return ADMIT_BEFORE;
}

static enum admission admit_route(struct request *request)
{
    struct server *server = request->server;
    const struct route *route = request->match.route;
    unsigned retry_after_s = 1;
    request->metric = request->match.index;
    request->quiet = (route->flags & ROUTE_NO_LOG) != 0;
    if (!rate_limiter_take(server->limiter, route->rate, request_client_key(request), clock_monotonic_us(),
                           &retry_after_s)) {
        atomic_fetch_add(&server->metrics->rate_limited, 1);
        response_too_many(request, retry_after_s);
        return ADMIT_ANSWER;
    }
    return admit_body(request);
}

/*
 * What a POST with X-HTTP-Method-Override means, where the row it names says that it may be meant so. Other
 * rows do not know the field: nobody gets around a method that a proxy in front filters.
 */
static void override_method(struct request *request)
{
    struct str wanted = head_field(request->head, "X-HTTP-Method-Override");
    struct route_match match;
    if (wanted.data == NULL || request->head->method != HTTP_POST) return;
    for (enum http_method method = HTTP_GET; method <= HTTP_OPTIONS; method++) {
        if (!str_equal_ignore_case(wanted, str_of(http_method_name(method)))) continue;
        if (router_match(request->server->router, request->arena, method, request->path, &match) !=
                STATUS_OK ||
            match.route == NULL || (match.route->flags & ROUTE_OVERRIDE) == 0)
            return;
        request->head->method = method;
        request->match = match;
        return;
    }
}

enum admission admission_decide(struct request *request)
{
    struct server *server = request->server;
    const struct head *head = request->head;
    enum admission admission = ADMIT_ANSWER;
    request->response.close = head->close;
    if (head->refusal != 0) {
        request->metric = server->row_count + METRIC_REFUSED;
        log_info("http.refused", log_cstr("request", request->id), log_int("status", head->refusal),
                 log_cstr("reason", head->reason), log_cstr("address", request->client_text));
        response_status(request, head->refusal);
        error_page_builtin(request, head->refusal, NULL);
        return ADMIT_ANSWER;
    }
    if (head->method == HTTP_METHOD_UNSET) return refuse(request, 501, NULL);
    if (str_equal_cstr(head->target, "*")) {
        response_status(request, 204);
        response_body(request, NULL, STR(""));
        response_header(request, "Allow", STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
        return ADMIT_ANSWER;
    }
    if (operations(request, &admission)) return admission;
    if (request->connection->ops) return refuse(request, 404, NULL);
    if (router_match(server->router, request->arena, head->method, request->path, &request->match) !=
        STATUS_OK) {
        request->response.close = true; /* nobody types such a path */
        return refuse(request, 400, NULL);
    }
    if (static_file(request)) return ADMIT_ANSWER;
    override_method(request);
    return request->match.route != NULL ? admit_route(request) : no_row(request);
}
