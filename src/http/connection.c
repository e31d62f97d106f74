/* libmicrohttpd's callbacks: a connection from accept to close, and the phases of each of its requests. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "motcua/base/log.h"

/* A small rest of a body that cannot be used is read, so that the connection can go on; a large one is cut.
 */
enum { SWALLOW_MAXIMUM = 256 * 1024 };

void connection_notify(void *context, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = connection_open(context, mhd);
        return;
    }
    if (*socket_context != NULL) connection_close(*socket_context);
    *socket_context = NULL;
}

static uint64_t body_left(const struct request *request)
{
    const struct head *head = request->head;
    return head->chunked ? UINT64_MAX : head->content_length - request->received_bytes;
}

/*
 * Sends a finished answer. While the body is still outstanding the library closes the connection behind it;
 * so a small rest is read before, unless the client waits to be told to send it.
 */
static enum MHD_Result send_finished(struct request *request)
{
    uint64_t left = body_left(request);
    bool first_call = request->phase == PHASE_NEW || request->phase == PHASE_BEFORE;
    bool keep =
        first_call && left <= SWALLOW_MAXIMUM && !request->response.close && !request->head->expect_continue;
    if (!keep) return answer_queue(request);
    request->phase = PHASE_SWALLOW;
    wire_body_begins(&request->connection->wire, clock_monotonic_us());
    return MHD_YES;
}

static enum MHD_Result send_answer(struct request *request)
{
    request_guarded(request, response_finish);
    return send_finished(request);
}

/* The error page of request->failure; may fill the arena like everything else that renders. */
static void render_failure(struct request *request)
{
    response_error_page(request, request->failure, request->failure_message, NULL);
    if (request->failure == 503) response_header(request, "Retry-After", STR("3"));
}

static void make_failure(struct request *request, unsigned status, const char *message)
{
    request->failure = status;
    request->failure_message = message;
    request_guarded(request, render_failure);
}

static enum MHD_Result send_failure(struct request *request, unsigned status, const char *message)
{
    make_failure(request, status, message);
    return send_answer(request);
}

/* To a worker; the phase changes only when there is room for it. */
static enum MHD_Result pass_on(struct request *request, enum request_phase phase)
{
    enum request_phase before = request->phase;
    request->phase = phase;
    if (dispatch_push(request)) return MHD_YES;
    request->phase = before;
    atomic_fetch_add(&request->server->metrics->queue_full, 1);
    return send_failure(request, 503, NULL);
}

static void decide(struct request *request)
{
    request->admission = ADMIT_ANSWER;
    request->admission = admission_decide(request);
}

/* First call of the library: the head alone. */
static enum MHD_Result begin(struct request *request)
{
    request_guarded(request, decide);
    if (request->admission == ADMIT_ANSWER) request->upload = NULL; /* not begun, or lost with the arena */
    switch (request->admission) {
    case ADMIT_BODY:
        request->phase = PHASE_BODY;
        wire_body_begins(&request->connection->wire, clock_monotonic_us());
        return MHD_YES;
    case ADMIT_BEFORE:
        return pass_on(request, PHASE_BEFORE);
    case ADMIT_ANSWER:
        return send_answer(request);
    default:
        request->phase = PHASE_START;
        return MHD_YES;
    }
}

static enum MHD_Result start(struct request *request)
{
    if (request->admission == ADMIT_HANDLER) return pass_on(request, PHASE_HANDLER);
    request_guarded(request, request_run_handler);
    return send_answer(request);
}

/* Leaves the request to the worker that may still write to it, and goes on with a shadow of it. */
static struct request *leave(struct request *request, void **request_context)
{
    struct request *shadow = request_shadow(request);
    request->connection->request = shadow;
    *request_context = shadow;
    return shadow;
}

/* The connection was resumed. */
static enum MHD_Result resumed(struct request *request, void **request_context)
{
    struct dispatch *dispatch = &request->server->dispatch;
    pthread_mutex_lock(&dispatch->lock);
    enum request_state state = request->state;
    pthread_mutex_unlock(&dispatch->lock);
    switch (state) {
    case REQUEST_EXPIRED:
        return send_failure(leave(request, request_context), 503, NULL);
    case REQUEST_DONE:
        break;
    case REQUEST_GONE:
        leave(request, request_context);
        return MHD_NO;
    default:
        return MHD_YES; /* still with the worker */
    }
    request->state = REQUEST_EVENT;
    if (request->phase == PHASE_HANDLER || request->response.kind != RESPONSE_NONE)
        return send_finished(request);
    request->phase = PHASE_BODY;
    wire_body_begins(&request->connection->wire, clock_monotonic_us());
    return MHD_YES;
}

static enum MHD_Result cut_body(struct request *request, unsigned status, const char *message)
{
    upload_release(request);
    request->response.close = true;
    make_failure(request, status, message);
    request_guarded(request, response_finish);
    answer_raw(request);
    return MHD_NO;
}

static enum MHD_Result fail_body(struct request *request, unsigned status, const char *message)
{
    upload_release(request);
    if (body_left(request) > SWALLOW_MAXIMUM) return cut_body(request, status, message);
    request->failure = status;
    request->failure_message = message;
    return MHD_YES;
}

static unsigned upload_failure(enum status status)
{
    switch (status) {
    case STATUS_TOO_LARGE:
        return 413;
    case STATUS_INVALID:
        return 400;
    case STATUS_DENIED:
        return 403;
    case STATUS_CONFLICT:
        return 409;
    default:
        return 503;
    }
}

static void log_upload_failure(struct request *request, enum status status, const struct error *error)
{
    log_write(status == STATUS_UNAVAILABLE || status == STATUS_FATAL ? LOG_ERROR : LOG_INFO,
              "http.upload_failed",
              LOG_FIELDS(log_cstr("request", request->id), log_cstr("status", status_name(status)),
                         log_cstr("code", error->code ? error->code : ""),
                         log_cstr("detail", error->detail ? error->detail : "")));
}

/* The arena's recovery point lies here and not in request_guarded(): files must be given back before memory
 * is. */
static enum MHD_Result feed_upload(struct request *request, struct str data)
{
    jmp_buf recovery;
    const struct arena_mark mark = arena_mark(request->arena);
    if (setjmp(recovery) != 0) {
        arena_set_recovery(request->arena, NULL);
        log_error("http.memory", log_cstr("request", request->id), log_str("path", request->path));
        upload_release(request);
        arena_rewind(request->arena, mark);
        request->form = (struct form_data){0};
        return cut_body(request, 500, NULL);
    }
    arena_set_recovery(request->arena, &recovery);
    struct error error = {0};
    enum status status = request->match.route->body == BODY_STREAM ? stream_feed(request, data, &error)
                                                                   : upload_feed(request, data, &error);
    arena_set_recovery(request->arena, NULL);
    if (status == STATUS_OK) return MHD_YES;
    log_upload_failure(request, status, &error);
    return fail_body(request, upload_failure(status), error.message);
}

static enum MHD_Result body_data(struct request *request, const char *data, size_t length)
{
    request->received_bytes += length;
    if (request->failure != 0) return MHD_YES;
    if (request->match.route->body == BODY_MULTIPART || request->match.route->body == BODY_STREAM)
        return feed_upload(request, str_make(data, length));
    buf_append(&request->body, data, length);
    return request->body.overflow ? fail_body(request, 413, NULL) : MHD_YES;
}

static enum MHD_Result body_end(struct request *request)
{
    struct error error = {0};
    if (request->failure == 0 && request->match.route->body == BODY_MULTIPART) {
        enum status status = upload_finish(request, &error);
        if (status != STATUS_OK) {
            upload_release(request);
            request->failure = upload_failure(status);
            request->failure_message = error.message;
        }
    }
    if (request->failure == 0) return pass_on(request, PHASE_HANDLER);
    return send_failure(request, request->failure, request->failure_message);
}

static struct request *first_call(const struct listener *listener, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info != NULL ? info->socket_context : NULL;
    struct head *head = connection != NULL ? wire_take_head(&connection->wire) : NULL;
    if (head == NULL) { /* nobody checked this request: never serve it */
        log_error("http.unguarded", log_bool("connection", connection != NULL));
        return NULL;
    }
    struct request *request = request_create(listener->server, connection, mhd, head);
    connection->request = request;
    return request;
}

enum MHD_Result connection_access(void *context, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data, size_t *length,
                                  void **request_context)
{
    (void)url;
    (void)method;
    (void)version;
    struct request *request = *request_context;
    if (request == NULL) {
        request = first_call(context, mhd);
        *request_context = request;
        return request != NULL ? begin(request) : MHD_NO;
    }
    switch (request->phase) {
    case PHASE_BODY: {
        size_t received = *length;
        *length = 0;
        return received > 0 ? body_data(request, data, received) : body_end(request);
    }
    case PHASE_START:
        return start(request);
    case PHASE_SWALLOW: {
        size_t received = *length;
        *length = 0;
        request->received_bytes += received;
        return received > 0 ? MHD_YES : answer_queue(request);
    }
    case PHASE_BEFORE:
    case PHASE_HANDLER:
        return resumed(request, request_context);
    default:
        *length = 0;
        return MHD_YES;
    }
}

static void log_access(struct request *request, int64_t duration_us)
{
    const struct server *server = request->server;
    bool refused = request->metric == server->row_count + METRIC_REFUSED;
    struct access_summary summary = {
        .request_id = request->id,
        .method = request->head->method != HTTP_METHOD_UNSET ? http_method_name(request->head->method) : "-",
        .path = refused ? STR("-") : request->path,
        .pattern = request->match.route != NULL ? request->match.route->pattern : "-",
        .status = request->sent_status,
        .response_bytes = request->sent_bytes,
        .duration_us = duration_us,
        .queue_us = request->queue_wait_us,
        .address = str_of(request->client_text),
        .tenant = request->tenant,
        .account = request->account,
    };
    if (request->quiet && request->sent_status >= 200 && request->sent_status < 400) return;
    if (server->hooks.access_log != NULL) {
        server->hooks.access_log(server->hooks.context, &summary);
        return;
    }
    log_set_context(request->id, request->tenant, request->account);
    log_info("http.access", log_cstr("method", summary.method), log_str("path", summary.path),
             log_cstr("route", summary.pattern), log_int("status", summary.status),
             log_int("bytes", (int64_t)summary.response_bytes), log_double("ms", (double)duration_us / 1000),
             log_double("queue_ms", (double)summary.queue_us / 1000), log_str("address", summary.address));
    log_set_context(NULL, NULL, NULL);
}

void connection_completed(void *context, struct MHD_Connection *mhd, void **request_context,
                          enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)mhd;
    struct request *request = *request_context;
    if (request == NULL) return;
    *request_context = NULL;
    struct connection *connection = request->connection;
    int64_t now_us = clock_monotonic_us();
    bool in_body = request->phase == PHASE_BODY || request->phase == PHASE_SWALLOW;
    if (in_body && connection->wire.body_refusal != 0) {
        log_info("http.refused", log_cstr("request", request->id),
                 log_int("status", connection->wire.body_refusal),
                 log_cstr("reason", connection->wire.body_reason), log_cstr("address", request->client_text));
        cut_body(request, connection->wire.body_refusal, NULL);
    } else if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK && code != MHD_REQUEST_TERMINATED_WITH_ERROR) {
        request->sent_status = request->phase == PHASE_ANSWERED ? request->sent_status : 0;
    }
    if (request->phase == PHASE_BODY)
        upload_release(request); /* killed in mid-upload: nothing is left behind, but what a stream keeps */
    int64_t duration_us = now_us - request->start_us;
    metrics_count(request->server->metrics, request->metric, request->sent_status, duration_us,
                  request->sent_bytes);
    log_access(request, duration_us);
    wire_request_done(&connection->wire, now_us);
    connection->request = NULL;
    request_release(request);
}
