/*
 * The answer of a handler. Everything is set on the request; nothing is sent before the handler returns. A
 * handler that sets nothing answers 500 (and the log says so). Security headers, Content-Length, Date,
 * compression, Vary and no-store are added by the server. The last call of a response_* body function wins.
 */
#ifndef MOTCUA_HTTP_RESPONSE_H
#define MOTCUA_HTTP_RESPONSE_H

#include "motcua/base/buf.h"
#include "motcua/http/request.h"

/* 200 unless set. */
void response_status(struct request *request, unsigned status);
unsigned response_status_get(const struct request *request);

/* Sets (replaces) a header / adds one more line. Names are literals; a value with CR, LF or NUL is a defect:
 * refused with an error log and a 500. */
void response_header(struct request *request, const char *name, struct str value);
void response_header_add(struct request *request, const char *name, struct str value);

/* Bodies. `content_type` is a literal, e.g. "text/html; charset=utf-8". */
void response_body(struct request *request, const char *content_type,
                   struct str body); /* lives in the arena or longer */
void response_body_copy(struct request *request, const char *content_type, struct str body);
/* Takes the memory of the buf (it is empty afterwards). An overflown buf answers 500. */
void response_body_buf(struct request *request, const char *content_type, struct buf *body);
void response_html(struct request *request,
                   struct buf *body); /* response_body_buf with text/html; charset=utf-8 */

/*
 * A part of a file: takes the descriptor (closed when sent). Answers Range and If-Range with 206 or 416,
 * If-None-Match with 304. `etag` quoted or NULL; `download_name` gives Content-Disposition: attachment with
 * that name, NULL inline.
 */
struct response_file {
    int descriptor;
    uint64_t offset;
    uint64_t length;
    const char *content_type;
    const char *etag;
    struct str download_name;
};
void response_file(struct request *request, const struct response_file *file);

/*
 * A body made piece by piece while it is sent (decrypted documents, exports). read() runs on an event thread,
 * gives up to `maximum` bytes from `position`, 0 at the end (only when length is unknown), -1 on failure (the
 * connection is cut, so that no one takes half for the whole). release() is called exactly once. length
 * UINT64_MAX when unknown (chunked). With a known length and `ranges`, single ranges are answered: read()
 * must then accept any position.
 */
struct response_stream {
    void *context;
    int64_t (*read)(void *context, uint64_t position, void *data, size_t maximum);
    void (*release)(void *context);
    uint64_t length;
    bool ranges;
    const char *content_type;
    const char *etag;
    struct str download_name;
};
void response_stream(struct request *request, const struct response_stream *stream);
/* Whether response_stream() with this length and etag will be asked for its bytes first to last only: then no
 * others need to be at hand. */
bool response_range_asked(const struct request *request, uint64_t length, const char *etag, uint64_t *first,
                          uint64_t *last);

/* 303 to a path on this site; a target that is not local (url_is_local) goes to "/" and is logged. */
void response_redirect(struct request *request, struct str local_target);
/* 303 to an absolute https URL from configuration (payment gateway), never from input. */
void response_redirect_outside(struct request *request, struct str url);

/*
 * An error answer through the error_page hook. `error` may be NULL; its message is shown, never its detail.
 * response_error_status maps a status: NOT_FOUND 404, CONFLICT 409, INVALID 400, DENIED 403, TOO_LARGE 413,
 * RETRY and UNAVAILABLE 503 with Retry-After, FATAL 500.
 */
void response_error(struct request *request, unsigned status, const struct error *error);
void response_error_status(struct request *request, enum status status, const struct error *error);
void response_too_many(struct request *request, unsigned retry_after_s); /* 429 */

/* Caching. Default for handlers: no-store. */
void response_cache_private(struct request *request, unsigned seconds); /* private, max-age */
void response_cache_public(struct request *request,
                           unsigned seconds); /* only for what is the same for everyone */
/* Weak ETag over the body; answers 304 when the person's copy is the same. Cache-Control: private, no-cache.
 */
void response_etag_from_body(struct request *request);

/* Content-Security-Policy changes for this answer. */
void response_allow_framing_by_self(
    struct request *request);                        /* this answer may be shown in our own frame (preview) */
void response_allow_frames(struct request *request); /* this page may hold frames of our own site */
void response_form_action_outside(struct request *request,
                                  struct str origin); /* form-action 'self' + origin */
/* This answer mirrors input beside a secret: do not compress it. (Pages with CSRF tokens are safe: they are
 * masked.) */
void response_no_compression(struct request *request);

struct set_cookie {
    const char *name;  /* without prefix; "__Host-" is put before it when the request is secure */
    struct str value;  /* cookie-octets (RFC 6265); anything else is refused and logged */
    int64_t max_age_s; /* 0: until the browser closes; negative: delete */
    bool strict;       /* SameSite=Strict instead of Lax */
    bool readable;     /* without HttpOnly */
};
void response_cookie(struct request *request, const struct set_cookie *cookie);

#endif
