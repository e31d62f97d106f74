/* Framing of what a connection sends: heads, bodies by length, chunks. */
#include "wire.h"

#include <errno.h>
#include <sys/socket.h>

#include "motcua/base/clock.h"

enum { LINE_MAXIMUM = 256, TRAILER_MAXIMUM = 4096, STEP = 16 * 1024 };

static const char stand_in[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

void wire_start(struct wire *wire, int descriptor, const struct wire_limits *limits, int64_t now_us)
{
    *wire = (struct wire){.limits = limits, .descriptor = descriptor, .state = WIRE_HEAD};
    wire->pending = BUF_WITH_MAXIMUM(1024 * 1024 + 2 * limits->head.head);
    atomic_store(&wire->timer_start_us, now_us);
    atomic_store(&wire->timer, WIRE_IN_HEAD);
}

void wire_release(struct wire *wire)
{
    struct head *head;
    while ((head = wire_take_head(wire)) != NULL)
        arena_destroy(head->arena);
    buf_release(&wire->pending);
}

struct head *wire_take_head(struct wire *wire)
{
    struct head *head = wire->first_head;
    if (head != NULL) {
        wire->first_head = head->next;
        if (wire->first_head == NULL) wire->last_head = NULL;
        head->next = NULL;
        atomic_store(&wire->timer, WIRE_IDLE);
    }
    return head;
}

static void add_head(struct wire *wire, struct head *head)
{
    if (wire->last_head != NULL)
        wire->last_head->next = head;
    else
        wire->first_head = head;
    wire->last_head = head;
}

void wire_request_done(struct wire *wire, int64_t now_us)
{
    atomic_store(&wire->timer_start_us, now_us);
    /* bytes of the next head may be here already: then its time runs */
    bool started = wire->state == WIRE_HEAD && wire->pending.length > wire->verified;
    atomic_store(&wire->timer, started ? WIRE_IN_HEAD : WIRE_IDLE);
}

void wire_body_begins(struct wire *wire, int64_t now_us)
{
    if (wire->state == WIRE_HEAD || wire->state == WIRE_REFUSED) return; /* all of it is here already */
    atomic_store(&wire->timer_start_us, now_us);
    atomic_store(&wire->body_bytes, 0);
    atomic_store(&wire->timer, WIRE_IN_BODY);
}

static void refuse_head(struct wire *wire, unsigned refusal, const char *reason)
{
    add_head(wire, head_refused(refusal, reason, wire->limits->arena));
    wire->state = WIRE_REFUSED;
    wire->stand_in_due = true;
}

/*
 * When the head of this body was not taken yet, it carries the refusal and is answered in the ordinary way;
 * else the request is in progress and its connection is cut (with an answer written by connection.c).
 */
static void refuse_body(struct wire *wire, unsigned refusal, const char *reason)
{
    wire->state = WIRE_REFUSED;
    if (wire->last_head != NULL) {
        wire->last_head->refusal = refusal;
        wire->last_head->reason = reason;
        wire->last_head->close = true;
        return;
    }
    wire->body_refusal = refusal;
    wire->body_reason = reason;
}

/* Returns the length of a verified head at the start of `data`, or 0. */
static size_t verify_head(struct wire *wire, char *data, size_t length)
{
    unsigned refusal = 0;
    const char *reason = NULL;
    if (atomic_load_explicit(&wire->timer, memory_order_relaxed) == WIRE_IDLE) {
        atomic_store(&wire->timer_start_us, clock_monotonic_us());
        atomic_store(&wire->timer, WIRE_IN_HEAD);
    }
    size_t end = head_scan(str_make(data, length), &wire->limits->head, &wire->scanned, &refusal, &reason);
    if (refusal != 0) {
        refuse_head(wire, refusal, reason);
        return 0;
    }
    if (end == 0) return 0;
    wire->scanned = 0;
    struct head *head = head_parse(str_make(data, end), &wire->limits->head, wire->limits->arena);
    add_head(wire, head);
    atomic_store(&wire->timer, WIRE_IDLE);
    if (head->refusal != 0) {
        wire->state = WIRE_REFUSED;
        wire->stand_in_due = true;
        return 0;
    }
    head_mask(head, data, end);
    wire->body_left = head->content_length;
    wire->state = head->chunked ? WIRE_CHUNK_SIZE : head->content_length > 0 ? WIRE_BODY : WIRE_HEAD;
    return end;
}

/* A whole line ending in CRLF without other control characters: its length with the end, 0 when more is
 * needed. */
static size_t verify_line(struct wire *wire, const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)data[i];
        bool after_cr = i > 0 && data[i - 1] == '\r';
        if (after_cr != (c == '\n') || (c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7F ||
            i >= LINE_MAXIMUM) {
            refuse_body(wire, 400, "malformed line in a chunked body");
            return 0;
        }
        if (c == '\n') return i + 1;
    }
    return 0;
}

/* "1a3" or "1a3;extension" */
static size_t verify_chunk_size(struct wire *wire, const char *data, size_t length)
{
    size_t end = verify_line(wire, data, length), i = 0;
    uint64_t size = 0;
    if (end == 0) return 0;
    for (; i < end - 2 && i <= 12; i++) {
        char c = data[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) break;
        size = size * 16 + (uint64_t)digit;
    }
    if (i == 0 || i > 12 || (i < end - 2 && data[i] != ';')) {
        refuse_body(wire, 400, "malformed chunk size");
        return 0;
    }
    wire->body_left = size;
    wire->trailer = 0;
    wire->state = size > 0 ? WIRE_CHUNK_DATA : WIRE_TRAILER;
    return end;
}

static size_t verify_trailer(struct wire *wire, const char *data, size_t length)
{
    size_t end = verify_line(wire, data, length);
    if (end == 0) return 0;
    wire->trailer += end;
    if (end == 2) {
        wire->state = WIRE_HEAD;
        atomic_store(&wire->timer, WIRE_IDLE);
    } else if (wire->trailer > TRAILER_MAXIMUM || memchr(data, ':', end) == NULL || data[0] == ':' ||
               data[0] == ' ' || data[0] == '\t') {
        refuse_body(wire, 400, "malformed trailer");
        return 0;
    }
    return end;
}

static size_t verify_data(struct wire *wire, size_t length)
{
    size_t taken = wire->body_left < length ? (size_t)wire->body_left : length;
    wire->body_left -= taken;
    atomic_fetch_add_explicit(&wire->body_bytes, taken, memory_order_relaxed);
    if (wire->body_left == 0) {
        bool last = wire->state == WIRE_BODY;
        wire->state = last ? WIRE_HEAD : WIRE_CHUNK_END;
        if (last) atomic_store(&wire->timer, WIRE_IDLE);
    }
    return taken;
}

static size_t verify_chunk_end(struct wire *wire, const char *data, size_t length)
{
    if (data[0] != '\r' || (length > 1 && data[1] != '\n')) {
        refuse_body(wire, 400, "chunk longer than its size");
        return 0;
    }
    if (length < 2) return 0;
    wire->state = WIRE_CHUNK_SIZE;
    return 2;
}

size_t wire_verify(struct wire *wire, char *data, size_t length)
{
    size_t done = 0;
    while (done < length && wire->state != WIRE_REFUSED) {
        size_t taken = 0, left = length - done;
        switch (wire->state) {
        case WIRE_HEAD:
            taken = verify_head(wire, data + done, left);
            break;
        case WIRE_BODY:
        case WIRE_CHUNK_DATA:
            taken = verify_data(wire, left);
            break;
        case WIRE_CHUNK_SIZE:
            taken = verify_chunk_size(wire, data + done, left);
            break;
        case WIRE_CHUNK_END:
            taken = verify_chunk_end(wire, data + done, left);
            break;
        case WIRE_TRAILER:
            taken = verify_trailer(wire, data + done, left);
            break;
        case WIRE_REFUSED:
            break;
        }
        if (taken == 0) break;
        done += taken;
    }
    return done;
}

/* Moves verified bytes to the library's buffer. */
static size_t hand_on(struct wire *wire, char *out, size_t size)
{
    size_t length = wire->verified < size ? wire->verified : size;
    if (length == 0) return 0;
    memcpy(out, wire->pending.data, length);
    memmove(wire->pending.data, wire->pending.data + length, wire->pending.length - length);
    wire->pending.length -= length;
    wire->verified -= length;
    if (wire->pending.length == 0) buf_release(&wire->pending);
    return length;
}

/* After a refusal nothing unverified is handed on any more; a refused head is stood in for. */
static void close_pending(struct wire *wire)
{
    if (wire->state != WIRE_REFUSED) return;
    wire->pending.length = wire->verified;
    if (wire->stand_in_due) buf_append(&wire->pending, stand_in, sizeof stand_in - 1);
    wire->stand_in_due = false;
    wire->verified = wire->pending.length;
}

/* The monitor (or the client) ended the input. */
static void end_input(struct wire *wire)
{
    wire->end_of_input = true;
    if (atomic_load(&wire->timed_out) == 0 || wire->state == WIRE_REFUSED) return;
    if (wire->state == WIRE_HEAD) {
        if (wire->pending.length == wire->verified) return; /* nothing was being said: close without a word */
        refuse_head(wire, 408, "head came too slowly");
    } else {
        refuse_body(wire, 408, "body came too slowly");
    }
    close_pending(wire);
}

/* Reads once into `pending`; false when there is nothing more to read now. */
static bool read_more(struct wire *wire, int *failure)
{
    char step[STEP];
    ssize_t result = recvfrom(wire->descriptor, step, sizeof step, 0, NULL, NULL);
    if (result < 0) *failure = errno;
    if (result == 0) end_input(wire);
    if (result <= 0) return false;
    buf_append(&wire->pending, step, (size_t)result);
    if (wire->pending.overflow) { /* unverified bytes are bounded by the head limit, so: out of memory */
        *failure = ENOMEM;
        return false;
    }
    wire->verified +=
        wire_verify(wire, wire->pending.data + wire->verified, wire->pending.length - wire->verified);
    close_pending(wire);
    return true;
}

/* First read of a turn, straight into the library's buffer. Returns how much of it may stay there. */
static size_t read_direct(struct wire *wire, char *out, size_t size, bool *more, int *failure)
{
    ssize_t result = recvfrom(wire->descriptor, out, size, 0, NULL, NULL);
    *more = result > 0;
    if (result < 0) *failure = errno;
    if (result == 0) end_input(wire);
    if (result <= 0) return 0;
    size_t good = wire_verify(wire, out, (size_t)result);
    if (wire->state != WIRE_REFUSED) buf_append(&wire->pending, out + good, (size_t)result - good);
    close_pending(wire);
    return good;
}

/*
 * The library polls edge-triggered, takes a short count for "nothing more to read" and would then sleep over
 * an end of input that came with the last bytes. So a short count is returned only after the socket said
 * EAGAIN, or when nothing more will be taken from it.
 */
ssize_t wire_receive(struct wire *wire, void *out, size_t size)
{
    size_t given = 0;
    bool more = wire->state != WIRE_REFUSED && !wire->end_of_input;
    int failure = 0;
    if (more && wire->pending.length == 0) given = read_direct(wire, out, size, &more, &failure);
    given += hand_on(wire, (char *)out + given, size - given);
    while (given < size && more && wire->state != WIRE_REFUSED) {
        more = read_more(wire, &failure);
        given += hand_on(wire, (char *)out + given, size - given);
    }
    if (wire->body_refusal != 0) {
        errno = ECONNRESET;
        return -1;
    }
    if (given > 0) return (ssize_t)given;
    if (wire->end_of_input) return 0;
    errno = failure != 0 ? failure : EAGAIN;
    return -1;
}
