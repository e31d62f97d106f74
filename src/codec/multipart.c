/*
 * The push parser for multipart/form-data. Invariant: bytes are either handed to a callback, part of the
 * bounded header block, or a prefix of the delimiter (whose text we have ourselves), so nothing of a body is
 * stored.
 */
#include "motcua/codec/multipart.h"

#include "multipart_header.h"

enum { BOUNDARY_MAXIMUM = 70, PREAMBLE_MAXIMUM = 4096 };

enum state {
    STATE_PREAMBLE,  /* before the first delimiter */
    STATE_AFTER,     /* just behind a delimiter: "--", or padding and CRLF */
    STATE_DASH,      /* one '-' seen behind a delimiter */
    STATE_PADDING,   /* blanks behind a delimiter */
    STATE_LINE_FEED, /* CR seen behind a delimiter */
    STATE_HEADERS,
    STATE_DATA,
    STATE_EPILOGUE,
    STATE_FAILED
};

struct multipart {
    struct arena *arena;
    struct multipart_limits limits;
    const struct multipart_callbacks *callbacks;
    void *context;
    enum state state;
    enum status failure;
    char delimiter[4 + BOUNDARY_MAXIMUM]; /* CR LF - - boundary */
    size_t delimiter_length;
    size_t matched; /* bytes of the delimiter seen so far */
    size_t preamble;
    size_t parts;
    char *header;
    size_t header_length;
};

static const char *const message_malformed = N_("Dữ liệu tải lên không đúng định dạng. Vui lòng thử lại.");
static const char *const message_too_many = N_("Biểu mẫu có quá nhiều phần.");

static enum status fail(struct multipart *parser, enum status status)
{
    parser->state = STATE_FAILED;
    parser->failure = status;
    return status;
}

static enum status malformed(struct multipart *parser, const char *detail, struct error *error)
{
    error_set(error, parser->arena, STATUS_INVALID, "multipart.malformed", message_malformed, "%s", detail);
    return fail(parser, STATUS_INVALID);
}

struct multipart *multipart_create(struct arena *arena, struct str boundary,
                                   const struct multipart_limits *limits,
                                   const struct multipart_callbacks *callbacks, void *context)
{
    struct multipart *parser = arena_zalloc(arena, sizeof *parser);
    size_t length = boundary.length < BOUNDARY_MAXIMUM ? boundary.length : BOUNDARY_MAXIMUM;
    parser->arena = arena;
    parser->limits = *limits;
    parser->callbacks = callbacks;
    parser->context = context;
    memcpy(parser->delimiter, "\r\n--", 4);
    memcpy(parser->delimiter + 4, boundary.data, length);
    parser->delimiter_length = 4 + length;
    parser->matched = 2; /* the first delimiter needs no line end before it */
    parser->header = arena_alloc(arena, limits->maximum_header);
    return parser;
}

static enum status hand_out(struct multipart *parser, const char *data, size_t length, struct error *error)
{
    if (length == 0) return STATUS_OK;
    if (parser->state == STATE_PREAMBLE) {
        parser->preamble += length;
        return parser->preamble <= PREAMBLE_MAXIMUM ? STATUS_OK : malformed(parser, "long preamble", error);
    }
    enum status status = parser->callbacks->part_data(parser->context, str_make(data, length), error);
    return status == STATUS_OK ? STATUS_OK : fail(parser, status);
}

/* A whole delimiter was read: the part before it (if any) ends. */
static enum status delimiter_complete(struct multipart *parser, struct error *error)
{
    bool in_part = parser->state == STATE_DATA;
    parser->matched = 0;
    parser->state = STATE_AFTER;
    if (!in_part) return STATUS_OK;
    enum status status = parser->callbacks->part_end(parser->context, error);
    return status == STATUS_OK ? STATUS_OK : fail(parser, status);
}

/* Preamble and data: looks for the delimiter; returns how many bytes were used. */
static enum status scan_data(struct multipart *parser, struct str data, size_t *used, struct error *error)
{
    size_t i = 0, start = 0;
    while (i < data.length) {
        if (parser->matched == 0) {
            const char *cr = memchr(data.data + i, '\r', data.length - i);
            if (cr == NULL) {
                i = data.length;
                break;
            }
            i = (size_t)(cr - data.data);
        }
        if (data.data[i] == parser->delimiter[parser->matched]) {
            parser->matched++;
            i++;
            if (parser->matched < parser->delimiter_length) continue;
            size_t end = i > parser->delimiter_length ? i - parser->delimiter_length : 0;
            enum status status = STATUS_OK;
            if (end > start) status = hand_out(parser, data.data + start, end - start, error);
            *used = i;
            return status == STATUS_OK ? delimiter_complete(parser, error) : status;
        }
        /* Not the delimiter after all. What came with earlier calls is handed out from our copy; CR stands
         * only first. */
        if (parser->matched > i - start) {
            size_t early = parser->matched - (i - start);
            if (parser->state == STATE_PREAMBLE && parser->preamble == 0 && early > 0)
                early = 0; /* the line end that was assumed before the first byte */
            enum status status = hand_out(parser, parser->delimiter, early, error);
            if (status != STATUS_OK) return status;
        }
        if (parser->state == STATE_PREAMBLE && parser->preamble == 0) parser->preamble = 1;
        parser->matched = 0;
    }
    size_t end = i - (parser->matched < i - start ? parser->matched : i - start);
    *used = i;
    return hand_out(parser, data.data + start, end - start, error);
}

static enum status begin_part(struct multipart *parser, struct error *error)
{
    struct multipart_part part;
    if (parser->parts >= parser->limits.maximum_parts) {
        error_set(error, parser->arena, STATUS_TOO_LARGE, "multipart.too_many", message_too_many, NULL);
        return fail(parser, STATUS_TOO_LARGE);
    }
    parser->parts++;
    const char *detail = "";
    if (multipart_header_parse(parser->header, parser->header_length, &parser->limits, &part, &detail) !=
        STATUS_OK)
        return malformed(parser, detail, error);
    parser->state = STATE_DATA;
    parser->matched = 0;
    enum status status = parser->callbacks->part_begin(parser->context, &part, error);
    return status == STATUS_OK ? STATUS_OK : fail(parser, status);
}

/* Collects the header block up to its empty line. */
static enum status scan_headers(struct multipart *parser, struct str data, size_t *used, struct error *error)
{
    for (size_t i = 0; i < data.length; i++) {
        if (parser->header_length == parser->limits.maximum_header) {
            error_set(error, parser->arena, STATUS_TOO_LARGE, "multipart.header", message_malformed, NULL);
            return fail(parser, STATUS_TOO_LARGE);
        }
        parser->header[parser->header_length++] = data.data[i];
        size_t length = parser->header_length;
        bool empty = length == 2 && memcmp(parser->header, "\r\n", 2) == 0;
        if (empty || (length >= 4 && memcmp(parser->header + length - 4, "\r\n\r\n", 4) == 0)) {
            *used = i + 1;
            return begin_part(parser, error);
        }
    }
    *used = data.length;
    return STATUS_OK;
}

/* Behind a delimiter. */
static enum status scan_after(struct multipart *parser, char c, struct error *error)
{
    switch (parser->state) {
    case STATE_AFTER:
    case STATE_PADDING:
        if (c == '-' && parser->state == STATE_AFTER)
            parser->state = STATE_DASH;
        else if (c == ' ' || c == '\t')
            parser->state = STATE_PADDING;
        else if (c == '\r')
            parser->state = STATE_LINE_FEED;
        else
            return malformed(parser, "foreign bytes behind a delimiter", error);
        return STATUS_OK;
    case STATE_DASH:
        if (c != '-') return malformed(parser, "foreign bytes behind a delimiter", error);
        parser->state = STATE_EPILOGUE;
        return STATUS_OK;
    default: /* STATE_LINE_FEED */
        if (c != '\n') return malformed(parser, "CR without LF behind a delimiter", error);
        parser->state = STATE_HEADERS;
        parser->header_length = 0;
        return STATUS_OK;
    }
}

enum status multipart_feed(struct multipart *parser, struct str data, struct error *error)
{
    while (data.length > 0) {
        size_t used = 1;
        enum status status = STATUS_OK;
        switch (parser->state) {
        case STATE_FAILED:
            return parser->failure;
        case STATE_EPILOGUE:
            return STATUS_OK;
        case STATE_PREAMBLE:
        case STATE_DATA:
            status = scan_data(parser, data, &used, error);
            break;
        case STATE_HEADERS:
            status = scan_headers(parser, data, &used, error);
            break;
        default:
            status = scan_after(parser, data.data[0], error);
            break;
        }
        if (status != STATUS_OK) return status;
        data = str_slice(data, used, data.length);
    }
    return parser->state == STATE_FAILED ? parser->failure : STATUS_OK;
}

enum status multipart_finish(struct multipart *parser, struct error *error)
{
    if (parser->state == STATE_FAILED) return parser->failure;
    if (parser->state == STATE_EPILOGUE) return STATUS_OK;
    error_set(error, parser->arena, STATUS_INVALID, "multipart.truncated", message_malformed, NULL);
    return fail(parser, STATUS_INVALID);
}
