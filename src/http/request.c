/* Creating and releasing requests, and what handlers read from them. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"
#include "motcua/base/log.h"

static void make_id(char id[REQUEST_ID_SIZE])
{
    unsigned char bytes[12];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(id, REQUEST_ID_SIZE, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void split_target(struct request *request)
{
    struct str target = request->head->target;
    str_split(target, '?', &request->path, &request->query);
}

static void identify_client(struct request *request)
{
    const struct connection *connection = request->connection;
    const struct server *server = request->server;
    struct str forwarded = STR_NULL, protocol = STR_NULL;
    if (connection->trusted) {
        /* several fields mean one list, in order */
        BUF_AUTO all = BUF_WITH_MAXIMUM(4096);
        for (size_t i = 0; i < request->head->field_count; i++)
            if (str_equal_ignore_case(request->head->fields[i].name, STR("X-Forwarded-For"))) {
                buf_append_cstr(&all, all.length > 0 ? "," : "");
                buf_append_str(&all, request->head->fields[i].value);
            }
        forwarded = all.length > 0 && !all.overflow ? buf_copy(&all, request->arena) : STR_NULL;
        protocol = head_field(request->head, "X-Forwarded-Proto");
    }
    request->client = network_client(&server->trusted, &connection->peer, forwarded);
    address_format(&request->client, request->client_text);
    request->secure = server->config.behind_tls || str_equal_ignore_case(protocol, STR("https"));
}

struct request *request_create(struct server *server, struct connection *connection,
                               struct MHD_Connection *mhd, struct head *head)
{
    struct request *request = arena_zalloc(head->arena, sizeof *request);
    atomic_init(&request->references, 1);
    request->server = server;
    request->connection = connection;
    request->mhd = mhd;
    request->arena = head->arena;
    request->head = head;
    request->metric = server->row_count + METRIC_NO_ROUTE;
    request->received = clock_now();
    request->start_us = clock_monotonic_us();
    request->deadline_us = INT64_MAX;
    request->body = BUF_WITH_MAXIMUM(1);
    request->response.descriptor = -1;
    make_id(request->id);
    split_target(request);
    identify_client(request);
    atomic_fetch_add(&server->active_requests, 1);
    return request;
}

struct request *request_shadow(struct request *request)
{
    struct arena *arena = arena_create(request->server->config.arena_limit);
    struct request *shadow = arena_zalloc(arena, sizeof *shadow);
    atomic_init(&shadow->references, 1);
    shadow->server = request->server;
    shadow->connection = request->connection;
    shadow->mhd = request->mhd;
    shadow->arena = arena;
    shadow->head = request->head;
    shadow->parent = request;
    shadow->path = request->path;
    shadow->query = request->query;
    shadow->match = request->match;
    shadow->metric = request->metric;
    shadow->client = request->client;
    memcpy(shadow->client_text, request->client_text, sizeof shadow->client_text);
    shadow->secure = request->secure;
    memcpy(shadow->id, request->id, sizeof shadow->id);
    shadow->received = request->received;
    shadow->start_us = request->start_us;
    shadow->queue_wait_us = request->queue_wait_us;
    shadow->deadline_us = INT64_MAX;
    shadow->response.descriptor = -1;
    atomic_fetch_add(&shadow->server->active_requests, 1);
    return shadow;
}

void request_hold(struct request *request)
{
    atomic_fetch_add(&request->references, 1);
}

void request_release(struct request *request)
{
    if (atomic_fetch_sub(&request->references, 1) > 1) return;
    struct server *server = request->server;
    struct request *parent = request->parent;
    upload_release(request);
    response_release(request);
    buf_release(&request->body);
    arena_destroy(request->arena); /* the request itself lies in it */
    if (parent != NULL) request_release(parent);
    atomic_fetch_sub(&server->active_requests, 1);
}

enum status request_parse_query(struct request *request, struct error *error)
{
    if (request->query_parsed) return STATUS_OK;
    const struct form_limits limits = {500, 200, 16 * 1024};
    enum status status =
        form_data_parse(request->arena, request->query, &limits, &request->query_data, error);
    request->query_parsed = status == STATUS_OK;
    return status;
}

struct str request_client_key(const struct request *request)
{
    struct address client = address_client(&request->client);
    return arena_str(request->arena, str_make((const char *)client.bytes, sizeof client.bytes));
}

struct arena *request_arena(struct request *request)
{
    return request->arena;
}

const struct route *request_route(const struct request *request)
{
    return request->match.route;
}

enum http_method request_method(const struct request *request)
{
    return request->head->method == HTTP_HEAD ? HTTP_GET : request->head->method;
}

bool request_is_head(const struct request *request)
{
    return request->head->method == HTTP_HEAD;
}

struct str request_path(const struct request *request)
{
    return request->path;
}

struct str request_target(const struct request *request)
{
    return request->head->target;
}

struct str request_param(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->match.parameter_count; i++)
        if (str_equal_cstr(request->match.parameters[i].name, name))
            return request->match.parameters[i].value;
    return STR_NULL;
}

struct str request_query(const struct request *request, const char *name)
{
    return form_data_get(&request->query_data, name);
}

const struct form_data *request_query_data(const struct request *request)
{
    return &request->query_data;
}

struct str request_form(const struct request *request, const char *name)
{
    return form_data_get(&request->form, name);
}

const struct form_data *request_form_data(const struct request *request)
{
    return &request->form;
}

struct str request_body(const struct request *request)
{
    return request->body.data == NULL ? STR("") : buf_str(&request->body);
}

struct str request_header(const struct request *request, const char *name)
{
    return head_field(request->head, name);
}

static struct str find_cookie(struct str cookies, struct str prefix, const char *name)
{
    while (cookies.length > 0) {
        struct str pair, rest, key, value;
        str_split(cookies, ';', &pair, &rest);
        cookies = rest;
        if (!str_split(str_trim(pair), '=', &key, &value) || !str_starts_with(key, prefix)) continue;
        if (!str_equal_cstr(str_slice(key, prefix.length, key.length), name)) continue;
        if (value.length >= 2 && value.data[0] == '"' && value.data[value.length - 1] == '"')
            value = str_slice(value, 1, value.length - 1);
        return value;
    }
    return STR_NULL;
}

struct str request_cookie(const struct request *request, const char *name)
{
    struct str prefix = request->secure ? STR("__Host-") : STR("");
    for (size_t i = 0; i < request->head->field_count; i++) {
        if (!str_equal_ignore_case(request->head->fields[i].name, STR("Cookie"))) continue;
        struct str value = find_cookie(request->head->fields[i].value, prefix, name);
        if (value.data != NULL) return value;
    }
    return STR_NULL;
}

/* q-value of "vi;q=0.8" in thousandths, -1 when malformed. */
static int quality(struct str parameters)
{
    struct str text = str_trim(parameters);
    if (text.length == 0) return 1000;
    if (text.length < 3 || (text.data[0] != 'q' && text.data[0] != 'Q') || text.data[1] != '=') return -1;
    text = str_slice(text, 2, text.length);
    int value = 0, scale = 1000;
    for (size_t i = 0; i < text.length; i++) {
        if (i == 1 ? text.data[i] != '.' : (text.data[i] < '0' || text.data[i] > '9')) return -1;
        if (i == 1) continue;
        value += (text.data[i] - '0') * scale;
        scale /= 10;
    }
    return value > 1000 ? -1 : value;
}

static const char *accepted_language(struct str list)
{
    const char *best = "vi";
    int best_quality = 0;
    while (list.length > 0) {
        struct str item, rest, tag, parameters;
        str_split(list, ',', &item, &rest);
        list = rest;
        str_split(str_trim(item), ';', &tag, &parameters);
        tag = str_slice(str_trim(tag), 0, tag.length);
        const char *language = NULL;
        if (tag.length >= 2 && (tag.length == 2 || tag.data[2] == '-')) {
            if (str_equal_ignore_case(str_slice(tag, 0, 2), STR("vi")))
                language = "vi";
            else if (str_equal_ignore_case(str_slice(tag, 0, 2), STR("en")))
                language = "en";
        }
        int value = language != NULL ? quality(parameters) : 0;
        if (value > best_quality) {
            best = language;
            best_quality = value;
        }
    }
    return best;
}

const char *request_language(const struct request *request)
{
    if (request->language != NULL) return request->language;
    return accepted_language(head_field(request->head, "Accept-Language"));
}

void request_set_language(struct request *request, const char *language)
{
    request->language = language;
}

struct str request_client_address(const struct request *request)
{
    return str_of(request->client_text);
}

bool request_is_secure(const struct request *request)
{
    return request->secure;
}

struct str request_host(const struct request *request)
{
    return request->head->host;
}

struct str request_origin(const struct request *request)
{
    return str_of(arena_printf(request->arena, "%s://%.*s", request->secure ? "https" : "http",
                               STR_ARG(request->head->host)));
}

const char *request_id(const struct request *request)
{
    return request->id;
}

instant request_received(const struct request *request)
{
    return request->received;
}

void *request_worker(const struct request *request)
{
    return request->worker;
}

void *request_server_context(const struct request *request)
{
    return request->server->hooks.context;
}

void *request_context(const struct request *request)
{
    return request->context;
}

void request_set_context(struct request *request, void *context)
{
    request->context = context;
}

void request_set_log_identity(struct request *request, const char *tenant, const char *account)
{
    if (tenant != NULL) snprintf(request->tenant, sizeof request->tenant, "%s", tenant);
    if (account != NULL) snprintf(request->account, sizeof request->account, "%s", account);
    if (request->worker != NULL) log_set_context(request->id, request->tenant, request->account);
}

int64_t request_time_left_us(const struct request *request)
{
    if (request->deadline_us == INT64_MAX) return INT64_MAX;
    int64_t left = request->deadline_us - clock_monotonic_us();
    return left > 0 ? left : 0;
}

bool request_is_abandoned(const struct request *request)
{
    return atomic_load(&request->abandoned) || atomic_load(&request->half_closed);
}

bool request_rate_take(struct request *request, unsigned rate_class, struct str key, unsigned *retry_after_s)
{
    return rate_limiter_take(request->server->limiter, rate_class, key, clock_monotonic_us(), retry_after_s);
}
