/*
 * The HTTP server: libmicrohttpd's epoll threads in front, a bounded queue, worker threads behind. Each
 * worker owns an opaque context (the web layer's database connection). See docs/http.md.
 */
#ifndef MOTCUA_HTTP_SERVER_H
#define MOTCUA_HTTP_SERVER_H

#include "motcua/crypto/secret.h"
#include "motcua/http/rate.h"
#include "motcua/http/request.h"
#include "motcua/http/response.h"
#include "motcua/http/route.h"
#include "motcua/http/static_files.h"

struct server;

/* Times in milliseconds, sizes in bytes. server_config_default() fills sound values; 0 is not "no limit". */
struct server_config {
    const char *address; /* "127.0.0.1", "0.0.0.0", "::" */
    uint16_t port;       /* 0: any free one, see server_port() */
    unsigned event_threads;
    unsigned workers;
    unsigned queue_length;      /* waiting requests; beyond: 503 with Retry-After */
    unsigned connection_limit;  /* open connections in all */
    unsigned address_limit;     /* open connections per client address (trusted proxies are not limited) */
    unsigned header_timeout_ms; /* a request head must be complete by then */
    unsigned idle_timeout_ms;   /* between two requests of a connection, and while the client reads nothing */
    unsigned body_minimum_rate; /* bytes per second a body must come with, after 5 s of grace */
    unsigned request_deadline_ms; /* from the complete request (or its head, for uploads) to the answer */
    size_t header_limit;          /* of a request head → 431 */
    size_t target_limit;          /* → 414 */
    size_t arena_limit;           /* memory of one request */
    size_t response_limit;        /* bodies held in memory */
    bool behind_tls;              /* a proxy in front speaks TLS: Secure and __Host- cookies, HSTS */
    const char *trusted_proxies;  /* "127.0.0.1, 10.0.0.0/8, ::1"; NULL or "": none */
    const char *metrics_address;  /* separate listener for /metrics; NULL: none */
    uint16_t metrics_port;
    const char *metrics_allow; /* networks that may read /metrics on the main port; NULL or "": nobody */
    const struct rate_class *rate_classes;
    size_t rate_class_count;
    size_t rate_buckets;      /* memory bound of the limiter: buckets in all */
    struct secret_key secret; /* key for CSRF tokens; must survive restarts, else open forms turn invalid */
};

struct server_config server_config_default(void);

enum before_result {
    BEFORE_CONTINUE, /* go on to body and handler */
    BEFORE_ANSWERED  /* a response_* function was called: send that (redirect to sign-in, 403, ...) */
};

struct access_summary {
    const char *request_id;
    const char *method;
    struct str path;     /* without query */
    const char *pattern; /* of the route, or "-" */
    unsigned status;     /* 0: the connection broke before an answer */
    uint64_t response_bytes;
    int64_t duration_us;
    int64_t queue_us;
    struct str address;
    const char *tenant;
    const char *account;
};

/* All but `context` may be NULL. */
struct server_hooks {
    void *context;
    /* On the worker's own thread. NULL from worker_start is fine (the handler must then cope). */
    void *(*worker_start)(void *context, unsigned index);
    void (*worker_stop)(void *context, void *worker);
    /* On the worker after each request (answered or discarded): "no transaction left open". */
    void (*worker_idle)(void *context, void *worker);
    /* Before the handler, for uploads also before the body: authenticate, authorise (route->access). */
    enum before_result (*before)(void *context, struct request *request);
    /*
     * Renders an error page with response_body*(); no waiting: may run on an event thread (request_worker()
     * NULL). `message`: Vietnamese source text for the person or NULL, `argument` fills its %s. When it sets
     * no body, or is absent, a plain bilingual page is sent.
     */
    void (*error_page)(void *context, struct request *request, unsigned status, const char *message,
                       const char *argument);
    /* Instead of the JSON line "http.access". Event thread; no waiting. */
    void (*access_log)(void *context, const struct access_summary *summary);
    /* /readyz: true when requests can be served (database reachable). Event thread; no waiting. */
    bool (*ready)(void *context);
    /* Appends Prometheus text to /metrics. */
    void (*metrics)(void *context, struct buf *out);
};

/*
 * Validates the table and starts. `rows`, `files` (may be NULL) and `hooks->context` must outlive the server.
 * STATUS_INVALID (configuration or table), STATUS_UNAVAILABLE (address in use, ...); error->detail says what.
 */
NODISCARD enum status server_start(const struct server_config *config, const struct route *rows,
                                   size_t row_count, const struct static_files *files,
                                   const struct server_hooks *hooks, struct server **server,
                                   struct arena *arena, struct error *error);
uint16_t server_port(const struct server *server);
uint16_t server_metrics_port(const struct server *server);
/*
 * Graceful stop: no new connections, /readyz says 503, running requests finish within drain_ms, then
 * everything is closed and freed. Workers have stopped (worker_stop called) when this returns. Not from a
 * signal handler.
 */
void server_stop(struct server *server, unsigned drain_ms);

#endif
