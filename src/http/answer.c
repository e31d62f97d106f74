/* Sending a finished answer: through libmicrohttpd, or in the middle of a body straight to the socket. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "motcua/base/log.h"

enum { STREAM_BLOCK = 64 * 1024 };

static void release_request(void *request)
{
    request_release(request);
}

/* A stream and what it belongs to, for libmicrohttpd's callbacks. */
struct stream_reader {
    struct request *request;
    struct response_stream stream;
    uint64_t offset;
};

static ssize_t read_stream(void *context, uint64_t position, char *data, size_t maximum)
{
    struct stream_reader *reader = context;
    int64_t count = reader->stream.read(reader->stream.context, reader->offset + position, data, maximum);
    if (count > 0) return (ssize_t)count;
    if (count == 0 && reader->stream.length == UINT64_MAX) return MHD_CONTENT_READER_END_OF_STREAM;
    log_error("http.stream", log_cstr("request", reader->request->id),
              log_str("path", reader->request->path));
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void release_stream(void *context)
{
    struct stream_reader *reader = context;
    if (reader->stream.release != NULL) reader->stream.release(reader->stream.context);
    request_release(reader->request);
}

static struct MHD_Response *stream_response(struct request *request)
{
    struct response *response = &request->response;
    struct stream_reader *reader = arena_zalloc(request->arena, sizeof *reader);
    *reader = (struct stream_reader){request, response->stream, response->offset};
    uint64_t size = response->length == UINT64_MAX ? MHD_SIZE_UNKNOWN : response->length;
    struct MHD_Response *made =
        MHD_create_response_from_callback(size, STREAM_BLOCK, read_stream, reader, release_stream);
    if (made != NULL) {
        request_hold(request);
        response->stream.release = NULL; /* the reader's now */
    }
    return made;
}

static struct MHD_Response *make_response(struct request *request)
{
    struct response *response = &request->response;
    struct MHD_Response *made = NULL;
    if (response->kind == RESPONSE_STREAM && response->length > 0) {
        made = stream_response(request);
        request->sent_bytes = response->length == UINT64_MAX ? 0 : response->length;
    } else if (response->kind == RESPONSE_FILE && response->length > 0) {
        made =
            MHD_create_response_from_fd_at_offset64(response->length, response->descriptor, response->offset);
        if (made != NULL) response->descriptor = -1;
        request->sent_bytes = response->length;
    } else if (response->kind == RESPONSE_MEMORY && response->body.length > 0) {
        made = MHD_create_response_from_buffer_with_free_callback_cls(
            response->body.length, (void *)(uintptr_t)response->body.data, release_request, request);
        if (made != NULL) request_hold(request);
        request->sent_bytes = response->body.length;
    } else {
        made = MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
        request->sent_bytes = 0;
    }
    return made;
}

enum MHD_Result answer_queue(struct request *request)
{
    struct response *response = &request->response;
    unsigned status = response_status_get(request);
    struct MHD_Response *made = make_response(request);
    if (made == NULL) return MHD_NO;
    for (size_t i = 0; i < response->header_count; i++)
        if (MHD_add_response_header(made, response->headers[i].name, response->headers[i].value) != MHD_YES)
            log_error("http.response_header", log_cstr("name", response->headers[i].name));
    enum MHD_Result result = MHD_queue_response(request->mhd, status, made);
    MHD_destroy_response(made);
    request->sent_status = result == MHD_YES ? status : 0;
    if (request_is_head(request)) request->sent_bytes = 0;
    request->phase = PHASE_ANSWERED;
    return result;
}

void answer_raw(struct request *request)
{
    struct response *response = &request->response;
    char date[64];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    unsigned status = response_status_get(request);
    BUF_AUTO text = BUF_WITH_MAXIMUM(256 * 1024);
    buf_printf(&text, "HTTP/1.1 %u %s\r\nDate: %s\r\nContent-Length: %zu\r\n", status,
               MHD_get_reason_phrase_for(status), date, response->body.length);
    for (size_t i = 0; i < response->header_count; i++)
        if (!str_equal_ignore_case(str_of(response->headers[i].name), STR("Connection")))
            buf_printf(&text, "%s: %s\r\n", response->headers[i].name, response->headers[i].value);
    buf_append_cstr(&text, "Connection: close\r\n\r\n");
    buf_append_str(&text, response->body);
    if (text.overflow) return;
    ssize_t sent = send(request->connection->descriptor, text.data, text.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    request->sent_status = sent == (ssize_t)text.length ? status : 0;
    request->sent_bytes = response->body.length;
    request->phase = PHASE_ANSWERED;
}
