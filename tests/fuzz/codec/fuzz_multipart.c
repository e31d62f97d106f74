/*
 * The multipart parser: never crashes, holds its limits, and gives the same parts whether the body comes at
 * once or cut where the first byte of the input says.
 */
#include <stdint.h>
#include <stdlib.h>

#include "motcua/base/buf.h"
#include "motcua/codec/multipart.h"

static enum status begin(void *context, const struct multipart_part *part, struct error *error)
{
    (void)error;
    if (part->name.length == 0 || part->name.length > 200 || part->filename.length > 255) abort();
    buf_printf(context, "[%.*s|%.*s]", STR_ARG(part->name), STR_ARG(part->filename));
    return STATUS_OK;
}

static enum status take(void *context, struct str data, struct error *error)
{
    (void)error;
    buf_append_str(context, data);
    return STATUS_OK;
}

static enum status end(void *context, struct error *error)
{
    (void)error;
    buf_append_char(context, ';');
    return STATUS_OK;
}

static enum status run(struct str body, size_t step, struct buf *out)
{
    static const struct multipart_callbacks callbacks = {begin, take, end};
    const struct multipart_limits limits = {10, 500, 200, 255};
    ARENA_AUTO arena = arena_create(65536);
    struct multipart *parser = multipart_create(arena, STR("b"), &limits, &callbacks, out);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < body.length && status == STATUS_OK; i += step)
        status = multipart_feed(parser, str_slice(body, i, i + step), NULL);
    return status != STATUS_OK ? status : multipart_finish(parser, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    struct str body = str_make((const char *)data + 1, size - 1);
    BUF_AUTO whole = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO cut = BUF_WITH_MAXIMUM(1 << 20);
    enum status one = run(body, body.length, &whole), two = run(body, data[0] % 16 + 1, &cut);
    if (one != two || (one == STATUS_OK && !str_equal(buf_str(&whole), buf_str(&cut)))) abort();
    struct str boundary;
    if (multipart_boundary(body, &boundary) == STATUS_OK && (boundary.length == 0 || boundary.length > 70))
        abort();
    return 0;
}
