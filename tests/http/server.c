/*
 * A server with one route for everything the http layer promises, for the node tests beside it and for
 * measuring. Usage: http_test_server [key=value ...]; prints "port N metrics M" when it serves; SIGTERM
 * drains and stops.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "motcua/base/log.h"
#include "motcua/http/server.h"
#include "motcua/http/session.h"

enum { ACCESS_PUBLIC = 1, ACCESS_PERSON = 2 };
enum { RATE_PAGE = 1, RATE_TIGHT, RATE_LOGIN };

static _Atomic int sink_open, sink_closed, sink_aborted, worker_starts, worker_stops, handler_runs;
static _Atomic bool is_ready = true;
static const struct static_files *files;
static bool own_pages;

static void answer_json(struct request *request, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    response_body_copy(request, "application/json", str_of(text));
    free(text);
    json_decref(value);
}

static json_t *text_of(struct str text)
{
    return text.data == NULL ? json_null() : json_stringn(text.data, text.length);
}

static json_t *values_of(const struct form_data *data)
{
    json_t *list = json_array();
    for (size_t i = 0; i < data->count; i++) {
        json_t *pair = json_array();
        json_array_append_new(pair, text_of(data->values[i].name));
        json_array_append_new(pair, text_of(data->values[i].value));
        json_array_append_new(list, pair);
    }
    return list;
}

static void home(struct request *request)
{
    response_body(request, "text/html; charset=utf-8",
                  STR("<!DOCTYPE html><title>Một Cửa</title><p>Xin chào"));
}

/* About 1 KB, as a small page is. */
static void page(struct request *request)
{
    struct buf body = BUF_WITH_MAXIMUM(4096);
    buf_append_cstr(&body, "<!DOCTYPE html><html lang=\"vi\"><title>Trang</title><body>");
    while (body.length < 990)
        buf_append_cstr(&body, "<p>Nộp hồ sơ trực tuyến tại Bộ phận Một Cửa.</p>\n");
    response_html(request, &body);
}

static void step(struct request *request)
{
    json_t *value = json_object();
    json_object_set_new(value, "code", text_of(request_param(request, "code")));
    json_object_set_new(value, "page", text_of(request_param(request, "page")));
    json_object_set_new(value, "path", text_of(request_path(request)));
    answer_json(request, value);
}

static void new_step(struct request *request)
{
    response_body(request, "text/plain; charset=utf-8", STR("literal"));
}

static void rest(struct request *request)
{
    json_t *value = json_object();
    json_object_set_new(value, "path", text_of(request_param(request, "path")));
    answer_json(request, value);
}

static void echo(struct request *request)
{
    json_t *value = json_object();
    json_object_set_new(value, "query", values_of(request_query_data(request)));
    json_object_set_new(value, "form", values_of(request_form_data(request)));
    json_object_set_new(value, "body", text_of(request_body(request)));
    json_object_set_new(value, "method", json_string(http_method_name(request_method(request))));
    answer_json(request, value);
}

static void about(struct request *request)
{
    json_t *value = json_object();
    json_object_set_new(value, "address", text_of(request_client_address(request)));
    json_object_set_new(value, "secure", json_boolean(request_is_secure(request)));
    json_object_set_new(value, "host", text_of(request_host(request)));
    json_object_set_new(value, "origin", text_of(request_origin(request)));
    json_object_set_new(value, "language", json_string(request_language(request)));
    json_object_set_new(value, "cookie", text_of(request_cookie(request, "mau")));
    json_object_set_new(value, "session", text_of(request_session_token(request)));
    json_object_set_new(value, "worker", json_boolean(request_worker(request) != NULL));
    json_object_set_new(value, "id", json_string(request_id(request)));
    answer_json(request, value);
}

static void slow(struct request *request)
{
    int64_t milliseconds = 0;
    struct str text = request_query(request, "ms");
    handler_runs++;
    if (text.data == NULL || str_to_int64(text, &milliseconds) != STATUS_OK || milliseconds > 10000)
        milliseconds = 100;
    bool watch = request_query(request, "watch").data != NULL;
    int64_t until_us = clock_monotonic_us() + milliseconds * 1000;
    while (clock_monotonic_us() < until_us && !(watch && request_is_abandoned(request)))
        usleep(5000);
    struct buf body = BUF_WITH_MAXIMUM(1024 * 1024);
    buf_printf(&body, "slept %lld left %lld", (long long)milliseconds,
               (long long)request_time_left_us(request) / 1000);
    response_body_buf(request, "text/plain; charset=utf-8", &body);
}

static void memory(struct request *request)
{
    for (int i = 0; i < 10000; i++)
        memset(arena_alloc(request_arena(request), 64 * 1024), 1, 64 * 1024);
    home(request);
}

static void defect(struct request *request)
{
    home(request);
    response_header(request, "X-Broken", STR("a\r\nSet-Cookie: stolen=1"));
}

static void nothing(struct request *request)
{
    (void)request;
}

static void fails(struct request *request)
{
    struct error error;
    enum status status =
        error_set(&error, request_arena(request), STATUS_FATAL, "test.fatal", NULL, "secret detail %d", 42);
    response_error_status(request, status, &error);
}

static void redirect(struct request *request)
{
    response_redirect(request, request_query(request, "to"));
}

static int scratch_file(size_t size)
{
    char name[] = "/tmp/motcua-http-XXXXXX";
    int descriptor = mkstemp(name);
    if (descriptor < 0) return -1;
    unlink(name);
    for (size_t i = 0; i < size; i++) {
        char c = (char)('a' + (int)(i % 26));
        if (write(descriptor, &c, 1) != 1) break;
    }
    return descriptor;
}

static void file(struct request *request)
{
    response_file(request, &(struct response_file){.descriptor = scratch_file(2600),
                                                   .offset = 0,
                                                   .length = 2600,
                                                   .content_type = "application/pdf",
                                                   .etag = "\"v1\"",
                                                   .download_name = STR("Giấy hẹn \"số 1\".pdf")});
}

static int64_t stream_read(void *context, uint64_t position, void *data, size_t maximum)
{
    uint64_t length = *(uint64_t *)context;
    size_t count = position >= length            ? 0
                   : length - position < maximum ? (size_t)(length - position)
                                                 : maximum;
    for (size_t i = 0; i < count; i++)
        ((char *)data)[i] = (char)('a' + (int)((position + i) % 26));
    return (int64_t)count;
}

static void stream_release(void *context)
{
    free(context);
}

static void stream(struct request *request)
{
    uint64_t *length = malloc(sizeof *length);
    if (length == NULL) return;
    *length = 300000;
    bool known = request_query(request, "known").data != NULL;
    response_stream(request, &(struct response_stream){.context = length,
                                                       .read = stream_read,
                                                       .release = stream_release,
                                                       .length = known ? *length : UINT64_MAX,
                                                       .ranges = known,
                                                       .content_type = "application/octet-stream"});
}

static void tagged(struct request *request)
{
    page(request);
    response_etag_from_body(request);
}

static void token(struct request *request)
{
    response_body(request, "text/plain; charset=utf-8", str_of(request_csrf_token(request)));
}

static void sign_in(struct request *request)
{
    struct token session = token_create();
    response_set_session(request, &session, 3600);
    response_body(request, "text/plain; charset=utf-8", str_of(request_csrf_token(request)));
}

static void sign_out(struct request *request)
{
    response_clear_session(request);
    response_redirect(request, STR("/"));
}

static void login(struct request *request)
{
    unsigned wait = 0;
    if (!request_rate_take(request, RATE_LOGIN, request_form(request, "account"), &wait)) {
        response_too_many(request, wait);
        return;
    }
    response_body(request, "text/plain; charset=utf-8", STR("tried"));
}

static void ready(struct request *request)
{
    is_ready = request_query(request, "off").data == NULL;
    home(request);
}

static void links(struct request *request)
{
    const char *url = files != NULL ? static_files_url(files, "css/main.css") : NULL;
    response_body(request, "text/plain; charset=utf-8", str_of(url != NULL ? url : "-"));
}

static void frame(struct request *request)
{
    home(request);
    response_allow_framing_by_self(request);
}

static void counters(struct request *request)
{
    json_t *value = json_object();
    json_object_set_new(value, "open", json_integer(sink_open));
    json_object_set_new(value, "closed", json_integer(sink_closed));
    json_object_set_new(value, "aborted", json_integer(sink_aborted));
    json_object_set_new(value, "runs", json_integer(handler_runs));
    answer_json(request, value);
}

static enum status part_open(struct request *request, const struct upload_part *part, void **out,
                             struct error *error)
{
    (void)request;
    if (str_equal_cstr(part->filename, "refused.exe"))
        return error_set(error, request_arena(request), STATUS_INVALID, "test.type",
                         N_("Loại tệp này không được nhận."), NULL);
    *out = calloc(1, sizeof(uint64_t));
    sink_open++;
    return STATUS_OK;
}

static enum status part_write(struct request *request, void *out, const void *data, size_t length,
                              struct error *error)
{
    (void)request;
    (void)error;
    for (size_t i = 0; i < length; i++) /* a checksum stands for the disk */
        *(uint64_t *)out = *(uint64_t *)out * 31 + ((const unsigned char *)data)[i];
    return STATUS_OK;
}

static enum status part_close(struct request *request, void *out, struct error *error)
{
    (void)request;
    (void)out;
    (void)error;
    sink_closed++;
    return STATUS_OK;
}

static void part_abort(struct request *request, void *out)
{
    (void)request;
    free(out);
    sink_aborted++;
}

static const struct upload_sink sink = {part_open, part_write, part_close, part_abort};
static const struct upload_policy policy = {&sink, 8 * 1024 * 1024, 2 * 1024 * 1024, 3};

static void upload(struct request *request)
{
    json_t *value = json_object(), *list = json_array();
    for (size_t i = 0; i < request_upload_count(request); i++) {
        struct upload_file *got = request_upload(request, i);
        json_t *entry = json_object();
        json_object_set_new(entry, "field", text_of(got->part.field));
        json_object_set_new(entry, "name", text_of(got->part.filename));
        json_object_set_new(entry, "type", text_of(got->part.content_type));
        json_object_set_new(entry, "size", json_integer((json_int_t)got->size));
        json_array_append_new(list, entry);
        if (request_form(request, "keep").data != NULL) {
            request_upload_keep(got);
            free(got->file);
        }
    }
    json_object_set_new(value, "files", list);
    json_object_set_new(value, "form", values_of(request_form_data(request)));
    answer_json(request, value);
}

#define SAFE   .csrf = CSRF_SAFE, .body = BODY_NONE
#define UNSAFE .csrf = CSRF_EXEMPT, .csrf_reason = "test server"
#define PUBLIC .access = ACCESS_PUBLIC, .rate = RATE_PAGE
#define GET(path, function)                                                                                  \
    {                                                                                                        \
        .method = HTTP_GET, .pattern = path, .handler = function, PUBLIC, SAFE                               \
    }

static const struct route routes[] = {
    GET("/", home),
    GET("/page", page),
    GET("/ho-so/{code}/buoc/{page}", step),
    GET("/ho-so/{code}/buoc/moi", new_step),
    GET("/tep/{path...}", rest),
    GET("/echo", echo),
    GET("/about", about),
    GET("/slow", slow),
    GET("/memory", memory),
    GET("/defect", defect),
    GET("/nothing", nothing),
    GET("/fails", fails),
    GET("/redirect", redirect),
    GET("/file", file),
    GET("/stream", stream),
    GET("/tagged", tagged),
    GET("/token", token),
    GET("/sign-in", sign_in),
    GET("/sign-out", sign_out),
    GET("/ready", ready),
    GET("/links", links),
    GET("/frame", frame),
    GET("/counters", counters),
    {.method = HTTP_GET, .pattern = "/inline", .handler = about, PUBLIC, SAFE, .flags = ROUTE_INLINE},
    {.method = HTTP_GET, .pattern = "/long", .handler = slow, PUBLIC, SAFE, .flags = ROUTE_NO_DEADLINE},
    {.method = HTTP_GET,
     .pattern = "/private",
     .handler = about,
     .access = ACCESS_PERSON,
     .rate = RATE_PAGE,
     SAFE},
    {.method = HTTP_GET,
     .pattern = "/limited",
     .handler = home,
     .access = ACCESS_PUBLIC,
     .rate = RATE_TIGHT,
     SAFE},
    {.method = HTTP_POST,
     .pattern = "/form",
     .handler = echo,
     PUBLIC,
     UNSAFE,
     .body = BODY_FORM,
     .body_limit = 65536},
    {.method = HTTP_POST,
     .pattern = "/json",
     .handler = echo,
     PUBLIC,
     UNSAFE,
     .body = BODY_JSON,
     .body_limit = 65536},
    {.method = HTTP_POST,
     .pattern = "/raw",
     .handler = echo,
     PUBLIC,
     UNSAFE,
     .body = BODY_RAW,
     .body_limit = 65536},
    {.method = HTTP_PUT,
     .pattern = "/raw",
     .handler = echo,
     PUBLIC,
     UNSAFE,
     .body = BODY_RAW,
     .body_limit = 65536},
    {.method = HTTP_DELETE, .pattern = "/thing/{id}", .handler = echo, PUBLIC, UNSAFE, .body = BODY_NONE},
    {.method = HTTP_POST, .pattern = "/nobody", .handler = echo, PUBLIC, UNSAFE, .body = BODY_NONE},
    {.method = HTTP_POST,
     .pattern = "/login",
     .handler = login,
     PUBLIC,
     UNSAFE,
     .body = BODY_FORM,
     .body_limit = 4096},
    {.method = HTTP_POST,
     .pattern = "/guarded",
     .handler = echo,
     PUBLIC,
     .csrf = CSRF_REQUIRED,
     .body = BODY_FORM,
     .body_limit = 65536},
    {.method = HTTP_POST,
     .pattern = "/upload",
     .handler = upload,
     PUBLIC,
     UNSAFE,
     .body = BODY_MULTIPART,
     .body_limit = 65536,
     .upload = &policy},
    {.method = HTTP_POST,
     .pattern = "/upload-guarded",
     .handler = upload,
     PUBLIC,
     .csrf = CSRF_REQUIRED,
     .body = BODY_MULTIPART,
     .body_limit = 65536,
     .upload = &policy},
    {.method = HTTP_POST,
     .pattern = "/upload-private",
     .handler = upload,
     .access = ACCESS_PERSON,
     .rate = RATE_PAGE,
     UNSAFE,
     .body = BODY_MULTIPART,
     .body_limit = 65536,
     .upload = &policy},
};

static void *worker_start(void *context, unsigned index)
{
    static int marks[1024];
    (void)context;
    worker_starts++;
    return &marks[index];
}

static void worker_stop(void *context, void *worker)
{
    (void)context;
    (void)worker;
    worker_stops++;
}

static enum before_result before(void *context, struct request *request)
{
    (void)context;
    if (request_route(request)->access == ACCESS_PUBLIC || request_header(request, "X-Person").data != NULL)
        return BEFORE_CONTINUE;
    if (request_method(request) == HTTP_GET)
        response_redirect(request, STR("/sign-in"));
    else
        response_error(request, 403, NULL);
    return BEFORE_ANSWERED;
}

/* A page of our own, and for one path none, one that fills the arena, one that is a defect. */
static void error_page(void *context, struct request *request, unsigned status, const char *message,
                       const char *argument)
{
    (void)context;
    struct str how = request_header(request, "X-Page");
    if (str_equal_cstr(how, "none")) return;
    if (str_equal_cstr(how, "memory")) memory(request);
    if (str_equal_cstr(how, "defect")) {
        defect(request);
        return;
    }
    response_body(request, "text/html; charset=utf-8",
                  str_of(arena_printf(request_arena(request), "own page %u %s %s %s", status,
                                      message != NULL ? message : "-", argument != NULL ? argument : "-",
                                      request_worker(request) != NULL ? "worker" : "event")));
}

static bool server_ready(void *context)
{
    (void)context;
    return is_ready;
}

static void more_metrics(void *context, struct buf *out)
{
    (void)context;
    buf_printf(out, "motcua_test_worker_starts %d\n", worker_starts);
}

/* Sets the number a "key=value" argument names. */
static bool configure(struct server_config *config, const char *argument, const char **static_directory)
{
    struct {
        const char *key;
        unsigned *value;
    } numbers[] = {{"threads", &config->event_threads},
                   {"workers", &config->workers},
                   {"queue", &config->queue_length},
                   {"connections", &config->connection_limit},
                   {"per-address", &config->address_limit},
                   {"head-ms", &config->header_timeout_ms},
                   {"idle-ms", &config->idle_timeout_ms},
                   {"body-rate", &config->body_minimum_rate},
                   {"deadline-ms", &config->request_deadline_ms}};
    const char *equals = strchr(argument, '=');
    if (equals == NULL) return false;
    struct str key = str_make(argument, (size_t)(equals - argument));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (str_equal_cstr(key, numbers[i].key)) {
            *numbers[i].value = (unsigned)strtoul(equals + 1, NULL, 10);
            return true;
        }
    if (str_equal_cstr(key, "port"))
        config->port = (uint16_t)strtoul(equals + 1, NULL, 10);
    else if (str_equal_cstr(key, "tls"))
        config->behind_tls = equals[1] == '1';
    else if (str_equal_cstr(key, "trusted"))
        config->trusted_proxies = equals + 1;
    else if (str_equal_cstr(key, "metrics"))
        config->metrics_address = equals + 1;
    else if (str_equal_cstr(key, "metrics-allow"))
        config->metrics_allow = equals + 1;
    else if (str_equal_cstr(key, "pages"))
        own_pages = true;
    else if (str_equal_cstr(key, "static"))
        *static_directory = equals + 1;
    else
        return false;
    return true;
}

static const struct rate_class classes[] = {{"page", 1e6, 1e6}, {"tight", 3, 0.5}, {"login", 2, 0.1}};

int main(int count, char **arguments)
{
    struct server_config config = server_config_default();
    const char *static_directory = NULL;
    unsigned drain_ms = 3000;
    config.port = 0;
    config.workers = 4;
    config.arena_limit = 8 * 1024 * 1024;
    config.rate_classes = classes;
    config.rate_class_count = sizeof classes / sizeof classes[0];
    memset(config.secret.bytes, 7, sizeof config.secret.bytes);
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], "drain-ms=", 9) == 0)
            drain_ms = (unsigned)strtoul(arguments[i] + 9, NULL, 10);
        else if (!configure(&config, arguments[i], &static_directory))
            return fprintf(stderr, "unknown argument %s\n", arguments[i]), 2;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    ARENA_AUTO arena = arena_create(1024 * 1024);
    struct error error = {0};
    struct static_files *loaded = NULL;
    if (crypto_start() != STATUS_OK) return 1;
    if (static_directory != NULL && static_files_load(static_directory, &loaded, arena, &error) != STATUS_OK)
        return fprintf(stderr, "%s\n", error.detail), 1;
    files = loaded;
    const struct server_hooks hooks = {.worker_start = worker_start,
                                       .worker_stop = worker_stop,
                                       .before = before,
                                       .error_page = own_pages ? error_page : NULL,
                                       .ready = server_ready,
                                       .metrics = more_metrics};
    struct server *server = NULL;
    if (server_start(&config, routes, sizeof routes / sizeof routes[0], files, &hooks, &server, arena,
                     &error) != STATUS_OK)
        return fprintf(stderr, "%s\n", error.detail), 1;
    printf("port %u metrics %u\n", server_port(server), server_metrics_port(server));
    fflush(stdout);
    int received;
    sigwait(&signals, &received);
    server_stop(server, drain_ms);
    static_files_destroy(loaded);
    printf("stopped workers %d/%d\n", worker_stops, worker_starts);
    return 0;
}
