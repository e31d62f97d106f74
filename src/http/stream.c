/* Bodies that are handed to their sink as they arrive; what was opened is released exactly once. */
#include "motcua/http/stream.h"

#include "internal.h"

struct stream_state {
    const struct stream_sink *sink;
    void *file;
};

void stream_open(struct request *request)
{
    struct stream_state *stream = arena_zalloc(request->arena, sizeof *stream);
    stream->sink = request->match.route->stream;
    request->stream = stream;
    stream->sink->open(request, &stream->file);
}

enum status stream_feed(struct request *request, struct str data, struct error *error)
{
    struct stream_state *stream = request->stream;
    return stream->sink->write(request, stream->file, data.data, data.length, error);
}

void stream_release(struct request *request)
{
    struct stream_state *stream = request->stream;
    request->stream = NULL;
    if (stream != NULL && stream->file != NULL) stream->sink->release(request, stream->file);
}

void *request_stream(const struct request *request)
{
    return request->stream != NULL ? request->stream->file : NULL;
}
