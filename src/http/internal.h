/*
 * The structures behind server.h, request.h and response.h. Who may touch what:
 *  - a request belongs to the event thread of its connection, but for the time between dispatch_push() and
 * its resume, when it belongs to a worker (or to nobody, waiting). `state` says which, and changes only under
 * dispatch.lock;
 *  - when the deadline passes first, the event thread leaves the request to the worker and goes on with a
 * fresh one (request_shadow), so a late answer is written to memory nobody reads and freed with its last
 * reference.
 */
#ifndef MOTCUA_HTTP_INTERNAL_H
#define MOTCUA_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>

#include "metrics.h"
#include "motcua/http/server.h"
#include "motcua/http/session.h"
#include "network.h"
#include "router.h"
#include "wire.h"

enum { REQUEST_ID_SIZE = 17, IDENTITY_SIZE = 64, RESPONSE_HEADERS_MAXIMUM = 12 * 1024 };

struct header_line {
    const char *name;
    const char *value;
};

enum response_kind { RESPONSE_NONE, RESPONSE_MEMORY, RESPONSE_FILE, RESPONSE_STREAM };
enum response_cache { CACHE_NO_STORE, CACHE_PRIVATE, CACHE_PUBLIC, CACHE_IMMUTABLE, CACHE_REVALIDATE };

struct response {
    unsigned status;
    enum response_kind kind;
    struct header_line *headers;
    size_t header_count;
    size_t header_capacity;
    size_t header_bytes;
    const char *content_type;
    struct str body;
    struct buf owned; /* memory of body, when it is a buf */
    int descriptor;   /* RESPONSE_FILE, -1 when handed on */
    uint64_t offset;
    uint64_t length;
    struct response_stream stream;
    const char *etag; /* of a file or stream, quoted */
    bool ranges;
    enum response_cache cache;
    unsigned cache_seconds;
    bool etag_from_body;
    bool framing_by_self;
    bool frames;
    bool no_compression;
    bool encoded; /* the body is compressed already (static files) */
    const char *form_action;
    bool defect; /* a header or cookie that must not be sent */
    bool close;
};

enum request_state {
    REQUEST_EVENT,   /* the event thread's */
    REQUEST_WAITING, /* in the queue */
    REQUEST_RUNNING, /* a worker's */
    REQUEST_DONE,    /* the worker is finished; the event thread goes on */
    REQUEST_EXPIRED, /* the deadline passed first */
    REQUEST_GONE     /* the connection broke first */
};

enum request_phase {
    PHASE_NEW,
    PHASE_START,   /* the head was judged; goes on in the library's last call, after which the connection can
                      stay open */
    PHASE_SWALLOW, /* the answer is ready; the small rest of the body is read first */
    PHASE_BEFORE,  /* an upload: the worker decides whether its body is wanted */
    PHASE_BODY,    /* the body is coming */
    PHASE_HANDLER, /* with a worker, or waiting for one */
    PHASE_ANSWERED
};

struct upload_state;
struct stream_state;

enum admission { ADMIT_ANSWER, ADMIT_INLINE, ADMIT_BODY, ADMIT_BEFORE, ADMIT_HANDLER };

struct request {
    _Atomic unsigned references;
    struct server *server;
    struct connection *connection; /* NULL once the request left it */
    struct MHD_Connection *mhd;
    struct arena *arena;
    struct head *head;
    struct request *parent; /* of a shadow: whose head and path it borrows */

    enum request_state state;   /* dispatch.lock */
    struct request *queue_next; /* dispatch.lock */
    struct request *pending_next, *pending_previous;
    enum request_phase phase;
    enum admission admission;
    _Atomic bool half_closed; /* the client sends nothing more: it may be gone */
    _Atomic bool abandoned;

    struct str path;  /* raw */
    struct str query; /* raw, without '?' */
    struct route_match match;
    size_t metric; /* row of the metrics */
    bool quiet;    /* no access log line for a success */
    struct form_data query_data;
    struct form_data form;
    bool query_parsed;
    struct buf body;
    struct upload_state *upload;
    struct stream_state *stream;
    uint64_t received_bytes; /* of the body */
    unsigned failure;        /* the body cannot be taken: status to answer once its small rest was read */
    const char *failure_message;

    struct address client;
    char client_text[ADDRESS_TEXT_SIZE];
    bool secure;
    char id[REQUEST_ID_SIZE];
    const char *language;
    instant received;
    int64_t start_us;
    int64_t queued_us;
    int64_t queue_wait_us; /* dispatch.lock */
    int64_t deadline_us;
    void *worker;
    void *context;
    char tenant[IDENTITY_SIZE];
    char account[IDENTITY_SIZE];
    char session[TOKEN_TEXT_SIZE]; /* set by this answer */
    char visitor[TOKEN_TEXT_SIZE];
    bool session_cleared;

    struct response response;
    uint64_t sent_bytes;
    unsigned sent_status;
};

struct connection {
    struct wire wire;
    struct server *server;
    int descriptor;
    struct address peer;
    bool trusted;
    bool ops;                           /* came to the metrics port */
    struct request *request;            /* in progress */
    struct connection *next, *previous; /* server.connections */
};

struct dispatch {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct request *first, *last; /* waiting */
    size_t waiting;
    size_t capacity;
    struct request *pending; /* waiting and running */
    bool stopping;
};

struct lingering_socket {
    int descriptor;
    int64_t until_us;
    int64_t last_us;
};
enum { LINGER_MAXIMUM = 256 };

struct address_counts; /* connections per client */

/* What libmicrohttpd's callbacks are given: which door the connection came through. */
struct listener {
    struct server *server;
    bool ops;   /* the metrics port */
    int socket; /* listening, -1: none */
    struct MHD_Daemon *daemon;
};

struct server {
    struct server_config config;
    struct server_hooks hooks;
    struct arena *arena;
    const struct route *rows;
    size_t row_count;
    struct router *router;
    const struct static_files *files;
    struct network_list trusted;
    struct network_list metrics_allow;
    struct rate_limiter *limiter;
    struct wire_limits wire_limits;
    struct metrics *metrics;
    struct listener main_listener;
    struct listener metrics_listener;
    pthread_t acceptor;
    bool acceptor_running;
    int acceptor_event;
    uint16_t port;
    uint16_t metrics_port;
    struct dispatch dispatch;
    pthread_t *workers;
    unsigned workers_running;
    pthread_t monitor;
    bool monitor_running;
    _Atomic bool monitor_stop;
    _Atomic bool draining;
    _Atomic unsigned active_requests;
    pthread_mutex_t connections_lock; /* the list, and descriptors staying open while the monitor uses them */
    struct connection *connections;
    struct address_counts *address_counts;
    pthread_mutex_t linger_lock;
    struct lingering_socket lingering[LINGER_MAXIMUM];
    size_t lingering_count;
};

/* request.c */
struct request *request_create(struct server *server, struct connection *connection,
                               struct MHD_Connection *mhd, struct head *head);
struct request *request_shadow(struct request *request);
void request_hold(struct request *request);
void request_release(struct request *request);
/* Decodes the query once. STATUS_INVALID when it is no clean UTF-8. */
NODISCARD enum status request_parse_query(struct request *request, struct error *error);
/* Key of the rate limiter and of connection counts. */
struct str request_client_key(const struct request *request);

/* run.c: on a worker (or inline) */
void request_run_before(struct request *request);
void request_run_handler(struct request *request);
/* Runs `run` with a recovery point for the arena; answers 500 when the request asks for too much memory. */
void request_guarded(struct request *request, void (*run)(struct request *));

/* response.c, finish.c */
void response_reset(struct request *request); /* forgets body and headers, releases what it held */
void response_release(struct request *request);
/* Makes the answer ready to send: default answer, compression, caching, security headers. */
void response_finish(struct request *request);
void response_error_page(struct request *request, unsigned status, const char *message, const char *argument);
const char *response_header_get(const struct request *request, const char *name);
void response_static(struct request *request, const char *content_type, struct str body, const char *encoding,
                     const char *etag, bool immutable);

/* compress.c: text types only; keeps the body when it would not shrink */
void response_compress(struct request *request);
bool accepts_encoding(struct str accept_encoding, const char *coding);

/* error_page.c */
void error_page_builtin(struct request *request, unsigned status, const char *message);

/* answer.c */
enum MHD_Result answer_queue(struct request *request);
/* Writes the answer straight to the socket, for a request whose body is cut short; the connection must be
 * closed then. */
void answer_raw(struct request *request);

/* session.c */
bool csrf_check(struct request *request, struct str token);
bool csrf_origin_fits(const struct request *request);

/* upload.c */
NODISCARD enum status upload_begin(struct request *request, struct str boundary);
NODISCARD enum status upload_feed(struct request *request, struct str data, struct error *error);
NODISCARD enum status upload_finish(struct request *request, struct error *error);
void upload_release(struct request *request); /* aborts what was not kept; idempotent */

/* stream.c */
/* On a worker: asks the sink whether the body is wanted; the answer is set when it is not. */
void stream_open(struct request *request);
NODISCARD enum status stream_feed(struct request *request, struct str data, struct error *error);
void stream_release(struct request *request); /* gives back what was opened; idempotent */

/* admission.c: decides what becomes of a request by its head. */
enum admission admission_decide(struct request *request);

/* static_files.c */
bool static_files_serve(struct request *request);

/* dispatch.c */
NODISCARD enum status dispatch_start(struct server *server);
/* Suspends the connection and queues the request. False: the queue is full (nothing was done). */
bool dispatch_push(struct request *request);
void dispatch_expire(struct server *server, int64_t now_us, bool all);
void dispatch_stop(struct server *server); /* joins the workers */
void dispatch_counts(struct server *server, size_t *waiting, size_t *running);

/* connection_list.c */
struct connection *connection_open(const struct listener *listener, struct MHD_Connection *mhd);
void connection_close(struct connection *connection);
struct address_counts *address_counts_create(struct arena *arena, size_t maximum);
/* Counts a connection of this peer; false over the limit per address. Undone by connection_close() or
 * _dismiss(). */
bool connection_admit(struct server *server, const struct sockaddr *address);
void connection_dismiss(struct server *server, const struct sockaddr *address);

/* acceptor.c */
NODISCARD enum status acceptor_start(struct server *server);
void acceptor_stop(struct server *server); /* closes the listening sockets */

/* connection.c: libmicrohttpd's callbacks */
void connection_notify(void *listener, struct MHD_Connection *mhd, void **context,
                       enum MHD_ConnectionNotificationCode code);
enum MHD_Result connection_access(void *listener, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data, size_t *length,
                                  void **context);
void connection_completed(void *listener, struct MHD_Connection *mhd, void **context,
                          enum MHD_RequestTerminationCode code);

/* monitor.c: deadlines, slow senders, gone clients, lingering sockets */
NODISCARD enum status monitor_start(struct server *server);
void monitor_stop(struct server *server);
void monitor_linger(struct server *server, int descriptor);

#endif
