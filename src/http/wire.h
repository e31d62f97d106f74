/*
 * What a connection receives, byte by byte, before libmicrohttpd sees it. Version 0.9.75 of the library
 * accepts what must be refused (bare LF, contradicting lengths, ...) and offers no place to look at raw
 * bytes, so its recv() is ours: the program defines the symbol, and bytes of a connection that has a wire go
 * through wire_receive(). Invariants:
 *  - the library is given only complete, verified heads (with everything masked that it need not know) and
 * verified body bytes; what breaks the rules is replaced by a harmless stand-in request whose head carries
 * the refusal;
 *  - a head is handed over here (wire_take_head) in the order of the requests; a request without one is not
 * served. One event thread uses a wire; the fields marked atomic are read by the monitor thread.
 */
#ifndef MOTCUA_HTTP_WIRE_H
#define MOTCUA_HTTP_WIRE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "head.h"
#include "motcua/base/buf.h"

enum wire_state {
    WIRE_HEAD,
    WIRE_BODY,       /* body_left bytes of Content-Length */
    WIRE_CHUNK_SIZE, /* the line with the size */
    WIRE_CHUNK_DATA, /* body_left bytes */
    WIRE_CHUNK_END,  /* CRLF behind them */
    WIRE_TRAILER,    /* lines up to the empty one */
    WIRE_REFUSED     /* nothing more is taken */
};

enum wire_timer { WIRE_IDLE, WIRE_IN_HEAD, WIRE_IN_BODY };

struct wire_limits {
    struct head_limits head;
    size_t arena;
};

struct wire {
    const struct wire_limits *limits;
    int descriptor;
    enum wire_state state;
    uint64_t body_left;
    size_t scanned;     /* of the unverified bytes, by the current state */
    size_t trailer;     /* bytes of trailer lines so far */
    struct buf pending; /* received and not handed on; its first `verified` bytes may be */
    size_t verified;
    struct head *first_head;
    struct head *last_head;
    bool end_of_input;     /* the client will send nothing more */
    bool stand_in_due;     /* a head was refused: the stand-in takes its place */
    unsigned body_refusal; /* the body in progress breaks the rules: the status to answer with */
    const char *body_reason;
    _Atomic unsigned timed_out; /* set by the monitor: 408 */
    _Atomic int timer;          /* enum wire_timer */
    _Atomic int64_t timer_start_us;
    _Atomic uint64_t body_bytes; /* of the body in progress */
};

void wire_start(struct wire *wire, int descriptor, const struct wire_limits *limits, int64_t now_us);
void wire_release(struct wire *wire);
/* The head of the next request, NULL when there is none. The caller owns it (destroy head->arena). */
struct head *wire_take_head(struct wire *wire);
/* The request is done; the next one may take its time. */
void wire_request_done(struct wire *wire, int64_t now_us);
/* The body may come now (its minimum rate counts from here). */
void wire_body_begins(struct wire *wire, int64_t now_us);

/*
 * Verifies `data` (the unverified bytes, from their start) in place and masks heads. Returns how many leading
 * bytes may be handed on. Exposed for tests and fuzzing; no I/O.
 */
size_t wire_verify(struct wire *wire, char *data, size_t length);

/* Like recv(): bytes for the library, 0 at the end, -1 with errno. */
ssize_t wire_receive(struct wire *wire, void *out, size_t size);

/* Which wire a descriptor has. Set when a connection starts, cleared before it is closed. False: descriptor
 * out of range. */
bool wire_register(int descriptor, struct wire *wire);
void wire_unregister(int descriptor);
/* False when this program's recv() is not the one shared libraries call: the guard would be blind. */
bool wire_hook_in_place(void);

#endif
