/*
 * Where uploaded files go. The bytes of a multipart body are handed to the caller's sink as they arrive, on
 * an event thread; the http layer keeps none of them. Nothing is left behind by default: every file that was
 * opened and is not explicitly kept by the handler is given back through abort().
 */
#ifndef MOTCUA_HTTP_UPLOAD_H
#define MOTCUA_HTTP_UPLOAD_H

#include "motcua/base/error.h"
#include "motcua/base/str.h"

struct request;

struct upload_part {
    struct str field; /* name of the form field */
    struct str
        filename; /* as sent, base name only, valid UTF-8, at most 255 bytes; for showing, never for a path */
    struct str content_type; /* as sent; never trust it */
};

/*
 * Called on an event thread, in order, never two at once for one request; abort may also come from a worker.
 * They must not wait for the database or the network. A status other than OK ends the upload: TOO_LARGE →
 * 413, INVALID → 400, DENIED → 403, CONFLICT → 409, else 503; error->message is shown.
 */
struct upload_sink {
    enum status (*open)(struct request *request, const struct upload_part *part, void **file,
                        struct error *error);
    enum status (*write)(struct request *request, void *file, const void *data, size_t length,
                         struct error *error);
    enum status (*close)(struct request *request, void *file, struct error *error); /* all bytes have come */
    /* Exactly once for each opened file that the handler did not keep: delete everything. */
    void (*abort)(struct request *request, void *file);
};

struct upload_policy {
    const struct upload_sink *sink;
    uint64_t
        maximum_total; /* bytes of the whole body, decided from Content-Length where there is one → 413 */
    uint64_t maximum_file; /* bytes of one file → 413 */
    unsigned maximum_files;
};

struct upload_file {
    struct upload_part part;
    uint64_t size;
    void *file; /* what sink.open() gave */
    bool kept;
};

/*
 * The files of this request, complete and closed, in order. A file input left empty (no name, no bytes) is
 * not among them and never reaches the sink.
 */
size_t request_upload_count(const struct request *request);
struct upload_file *request_upload(struct request *request, size_t index);
/* The file is the caller's now; abort() will not be called for it. */
void request_upload_keep(struct upload_file *file);

#endif
