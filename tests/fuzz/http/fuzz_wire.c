/*
 * The guard: however a stream of bytes is cut, the same bytes and heads come out; nothing comes out behind a
 * refusal; what comes out has no bare LF in a head and no target of the client's making.
 */
#include <stdint.h>
#include <stdlib.h>

#include "http/wire.h"

static const struct wire_limits limits = {{1024, 256}, 1 << 20};

/* Feeds `text` in steps through wire_verify() as wire_receive() does, without a socket. */
static void run(struct str text, size_t step, struct buf *out, struct buf *heads)
{
    struct wire wire;
    BUF_AUTO pending = BUF_WITH_MAXIMUM(1 << 20);
    wire_start(&wire, -1, &limits, 0);
    for (size_t i = 0; i < text.length && wire.state != WIRE_REFUSED; i += step) {
        struct str piece = str_slice(text, i, i + step);
        buf_append_str(&pending, piece);
        size_t good = wire_verify(&wire, pending.data, pending.length);
        buf_append(out, pending.data, good);
        memmove(pending.data, pending.data + good, pending.length - good);
        pending.length -= good;
        if (wire.state != WIRE_REFUSED && wire.state == WIRE_HEAD && pending.length > 1024 + 4)
            abort(); /* bounded by the limit */
    }
    buf_printf(heads, "state %d body %u\n", wire.state, wire.body_refusal);
    struct head *head;
    while ((head = wire_take_head(&wire)) != NULL) {
        buf_printf(heads, "%u %.*s %.*s %zu\n", head->refusal, STR_ARG(head->method_text),
                   STR_ARG(head->target), head->field_count);
        if (head->refusal == 0 && head->chunked && head->content_length > 0) abort();
        arena_destroy(head->arena);
    }
    wire_release(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 16384) return 0;
    struct str text = str_make((const char *)data + 1, size - 1);
    BUF_AUTO whole = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO cut = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO whole_heads = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO cut_heads = BUF_WITH_MAXIMUM(1 << 20);
    run(text, text.length, &whole, &whole_heads);
    run(text, data[0] % 32 + 1, &cut, &cut_heads);
    if (!str_equal(buf_str(&whole), buf_str(&cut)) || !str_equal(buf_str(&whole_heads), buf_str(&cut_heads)))
        abort();
    return 0;
}
