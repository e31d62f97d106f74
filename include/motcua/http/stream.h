/*
 * Bodies that are handed on as they arrive and whose beginning is worth keeping: a connection that breaks
 * leaves what came before. The opposite of upload.h, where a broken connection leaves nothing.
 */
#ifndef MOTCUA_HTTP_STREAM_H
#define MOTCUA_HTTP_STREAM_H

#include "motcua/base/error.h"
#include "motcua/base/str.h"

struct request;

struct stream_sink {
    /*
     * On a worker, behind the `before` hook and the check of the token (in the header), before the body is
     * asked for. Answers with response_* to refuse it; else sets *file, which is then released exactly once.
     */
    void (*open)(struct request *request, void **file);
    /* On an event thread, in order; must not wait for the database. Statuses as in upload_sink. */
    enum status (*write)(struct request *request, void *file, const void *data, size_t length,
                         struct error *error);
    /* Behind the handler, or when the connection broke in the middle; on any thread, without a database. */
    void (*release)(struct request *request, void *file);
};

/* What open() gave; NULL when the stream was not opened. The handler runs once the body is complete. */
void *request_stream(const struct request *request);

#endif
