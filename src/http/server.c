/* Start and stop: configuration, listening sockets, libmicrohttpd, workers, monitor. */
#include "motcua/http/server.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "motcua/base/log.h"

enum { BACKLOG = 1024, POOL_EXTRA = 32 * 1024, POOL_STEP = 8 * 1024 };

struct server_config server_config_default(void)
{
    return (struct server_config){
        .address = "127.0.0.1",
        .port = 8080,
        .event_threads = 2,
        .workers = 16,
        .queue_length = 256,
        .connection_limit = 4096,
        .address_limit = 512,
        .header_timeout_ms = 10 * 1000,
        .idle_timeout_ms = 60 * 1000,
        .body_minimum_rate = 500,
        .request_deadline_ms = 30 * 1000,
        .header_limit = 16 * 1024,
        .target_limit = 8 * 1024,
        .arena_limit = 32 * 1024 * 1024,
        .response_limit = 32 * 1024 * 1024,
        .rate_buckets = 65536,
    };
}

struct bound {
    const char *name;
    uint64_t value;
    uint64_t least;
    uint64_t most;
};

static enum status check_config(const struct server_config *config, struct arena *arena, struct error *error)
{
    const struct bound bounds[] = {
        {"event_threads", config->event_threads, 1, 64},
        {"workers", config->workers, 1, 1024},
        {"queue_length", config->queue_length, 1, 100000},
        {"connection_limit", config->connection_limit, config->event_threads, 60000},
        {"address_limit", config->address_limit, 1, 60000},
        {"header_timeout_ms", config->header_timeout_ms, 100, 3600000},
        {"idle_timeout_ms", config->idle_timeout_ms, 1000, 3600000},
        {"body_minimum_rate", config->body_minimum_rate, 1, 1000000},
        {"request_deadline_ms", config->request_deadline_ms, 50, 3600000},
        {"header_limit", config->header_limit, 2048, 65536},
        {"target_limit", config->target_limit, 256, config->header_limit},
        {"arena_limit", config->arena_limit, 1024 * 1024, UINT64_C(1) << 32},
        {"response_limit", config->response_limit, 65536, UINT64_C(1) << 32},
        {"rate_buckets", config->rate_buckets, 8, 100000000},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (bounds[i].value < bounds[i].least || bounds[i].value > bounds[i].most)
            return error_set(error, arena, STATUS_INVALID, "config.range", NULL,
                             "%s is %llu, not in %llu..%llu", bounds[i].name,
                             (unsigned long long)bounds[i].value, (unsigned long long)bounds[i].least,
                             (unsigned long long)bounds[i].most);
    for (size_t i = 0; i < config->rate_class_count; i++)
        if (config->rate_classes[i].burst < 1 || !(config->rate_classes[i].per_second > 0))
            return error_set(error, arena, STATUS_INVALID, "config.rate", NULL,
                             "rate class %s: burst or rate", config->rate_classes[i].name);
    return STATUS_OK;
}

/* A body is decoded in the arena; what is allowed to come must fit. */
static enum status check_bodies(const struct server *server, struct arena *arena, struct error *error)
{
    for (size_t i = 0; i < server->row_count; i++)
        if (server->rows[i].body_limit > (server->config.arena_limit - 512 * 1024) / 4)
            return error_set(error, arena, STATUS_INVALID, "config.body_limit", NULL,
                             "%s: body_limit is more than a quarter of arena_limit", server->rows[i].pattern);
    return STATUS_OK;
}

static int bind_one(const struct addrinfo *info)
{
    const int on = 1, off = 0;
    int listener = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (info->ai_family == AF_INET6) /* "::" takes IPv4 too */
        setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(listener, info->ai_addr, info->ai_addrlen) == 0 && listen(listener, BACKLOG) == 0)
        return listener;
    int failure = errno;
    close(listener);
    errno = failure;
    return -1;
}

static enum status open_listener(const char *address, uint16_t port, int *listener, uint16_t *bound_port,
                                 struct arena *arena, struct error *error)
{
    char service[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *info = NULL;
    snprintf(service, sizeof service, "%u", port);
    int failure = getaddrinfo(address, service, &hints, &info);
    if (failure != 0)
        return error_set(error, arena, STATUS_INVALID, "config.address", NULL, "address %s: %s", address,
                         gai_strerror(failure));
    int opened = bind_one(info);
    freeaddrinfo(info);
    if (opened < 0)
        return error_set(error, arena, STATUS_UNAVAILABLE, "http.listen", NULL,
                         "cannot listen on %s port %u: %s", address, port, strerror(errno));
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    getsockname(opened, (struct sockaddr *)&name, &length);
    *bound_port = ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&name)->sin6_port
                                                   : ((struct sockaddr_in *)&name)->sin_port);
    *listener = opened;
    return STATUS_OK;
}

__attribute__((format(printf, 2, 0))) static void log_library(void *context, const char *format,
                                                              va_list arguments)
{
    char line[512];
    (void)context;
    vsnprintf(line, sizeof line, format, arguments);
    log_debug("http.library", log_str("text", str_trim(str_of(line))));
}

/* The library may not decode anything: the target was masked, and is ours. */
static size_t no_unescape(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context;
    (void)mhd;
    return strlen(text);
}

static enum status start_daemon(struct listener *listener, unsigned threads, struct arena *arena,
                                struct error *error)
{
    enum { SPARE = 64 }; /* the acceptor holds the real limit */
    const struct server_config *config = &listener->server->config;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     MHD_USE_NO_LISTEN_SOCKET;
    size_t pool = 2 * config->header_limit + POOL_EXTRA;
    unsigned connections =
        (config->connection_limit + SPARE) * threads; /* the library divides it by threads */
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)((config->idle_timeout_ms + 999) / 1000), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)pool, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_INCREMENT, POOL_STEP, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_notify, listener},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)connection_completed, listener},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)no_unescape, NULL},
        /* one thread is asked for by leaving the option out */
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    listener->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, connection_access, listener, MHD_OPTION_EXTERNAL_LOGGER,
                         log_library, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (listener->daemon != NULL) return STATUS_OK;
    return error_set(error, arena, STATUS_UNAVAILABLE, "http.start", NULL, "libmicrohttpd does not start");
}

static enum status start_listeners(struct server *server, struct arena *arena, struct error *error)
{
    const struct server_config *config = &server->config;
    enum status status = open_listener(config->address, config->port, &server->main_listener.socket,
                                       &server->port, arena, error);
    if (status == STATUS_OK)
        status = start_daemon(&server->main_listener, config->event_threads, arena, error);
    if (status == STATUS_OK && config->metrics_address != NULL) {
        status = open_listener(config->metrics_address, config->metrics_port,
                               &server->metrics_listener.socket, &server->metrics_port, arena, error);
        if (status == STATUS_OK) status = start_daemon(&server->metrics_listener, 1, arena, error);
    }
    if (status == STATUS_OK && acceptor_start(server) != STATUS_OK)
        return error_set(error, arena, STATUS_UNAVAILABLE, "http.threads", NULL, "cannot start threads");
    return status;
}

/* Raises the soft limit of open files as far as needed; takes fewer connections where that is not allowed. */
static void fit_descriptors(struct server *server)
{
    enum { OTHERS = 256 }; /* database, files, mail, the sockets on their way out */
    struct rlimit limit;
    rlim_t wanted = server->config.connection_limit + OTHERS + LINGER_MAXIMUM;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == wanted) return;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t fitting = limit.rlim_cur > 2 * OTHERS + 64 ? limit.rlim_cur - 2 * OTHERS : 64;
    log_warning("http.few_descriptors", log_int("limit", (int64_t)limit.rlim_cur),
                log_int("connections", (int64_t)fitting));
    server->config.connection_limit = (unsigned)fitting;
}

static enum status prepare(struct server *server, struct arena *arena, struct error *error)
{
    const struct server_config *config = &server->config;
    if (!wire_hook_in_place())
        return error_set(error, arena, STATUS_FATAL, "http.guard", NULL,
                         "recv() of this program is not in force; requests cannot be checked");
    enum status status = check_config(config, arena, error);
    if (status == STATUS_OK)
        status =
            route_table_validate(server->rows, server->row_count, config->rate_class_count, arena, error);
    if (status == STATUS_OK) status = check_bodies(server, arena, error);
    if (status == STATUS_OK)
        status = network_list_parse(config->trusted_proxies, &server->trusted, server->arena, error);
    if (status == STATUS_OK)
        status = network_list_parse(config->metrics_allow, &server->metrics_allow, server->arena, error);
    if (status != STATUS_OK) return status;
    fit_descriptors(server);
    server->router = router_create(server->arena, server->rows, server->row_count);
    server->metrics = metrics_create(server->arena, server->rows, server->row_count);
    server->limiter =
        rate_limiter_create(config->rate_classes, config->rate_class_count, config->rate_buckets);
    server->address_counts = address_counts_create(server->arena, config->connection_limit + 16);
    server->wire_limits =
        (struct wire_limits){{config->header_limit, config->target_limit}, config->arena_limit};
    return STATUS_OK;
}

enum status server_start(const struct server_config *config, const struct route *rows, size_t row_count,
                         const struct static_files *files, const struct server_hooks *hooks,
                         struct server **server, struct arena *arena, struct error *error)
{
    struct arena *own = arena_create(256 * 1024 * 1024);
    struct server *made = arena_zalloc(own, sizeof *made);
    made->arena = own;
    made->config = *config;
    made->hooks = *hooks;
    made->rows = rows;
    made->row_count = row_count;
    made->files = files;
    made->acceptor_event = -1;
    made->main_listener = (struct listener){made, false, -1, NULL};
    made->metrics_listener = (struct listener){made, true, -1, NULL};
    pthread_mutex_init(&made->dispatch.lock, NULL);
    pthread_cond_init(&made->dispatch.work, NULL);
    pthread_mutex_init(&made->connections_lock, NULL);
    pthread_mutex_init(&made->linger_lock, NULL);
    enum status status = prepare(made, arena, error);
    if (status == STATUS_OK && (dispatch_start(made) != STATUS_OK || monitor_start(made) != STATUS_OK))
        status = error_set(error, arena, STATUS_UNAVAILABLE, "http.threads", NULL, "cannot start threads");
    if (status == STATUS_OK) status = start_listeners(made, arena, error);
    if (status != STATUS_OK) {
        if (error != NULL && error->detail != NULL)
            error->detail = arena_strdup(arena, error->detail); /* it may lie in the server's own arena */
        server_stop(made, 0);
        return status;
    }
    *server = made;
    return STATUS_OK;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

uint16_t server_metrics_port(const struct server *server)
{
    return server->metrics_port;
}

/* Waits until nothing is in progress, at most `milliseconds`. */
static void wait_until_quiet(struct server *server, unsigned milliseconds)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)milliseconds * 1000;
    while (atomic_load(&server->active_requests) > 0 && clock_monotonic_us() < until_us)
        usleep(5000);
}

void server_stop(struct server *server, unsigned drain_ms)
{
    enum { LAST_WORDS_MS = 500 };
    if (server == NULL) return;
    atomic_store(&server->draining, true);
    acceptor_stop(server);
    wait_until_quiet(server, drain_ms);
    if (atomic_load(&server->active_requests) > 0) {
        log_warning("http.drain_incomplete", log_int("requests", atomic_load(&server->active_requests)));
        dispatch_expire(server, 0, true); /* their clients get a 503 */
        wait_until_quiet(server, LAST_WORDS_MS);
    }
    dispatch_stop(server);
    dispatch_expire(server, 0, true);
    monitor_stop(server);
    if (server->metrics_listener.daemon != NULL) MHD_stop_daemon(server->metrics_listener.daemon);
    if (server->main_listener.daemon != NULL) MHD_stop_daemon(server->main_listener.daemon);
    rate_limiter_destroy(server->limiter);
    secret_wipe(&server->config.secret, sizeof server->config.secret);
    arena_destroy(server->arena);
}
