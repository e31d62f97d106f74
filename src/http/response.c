/* What handlers set on their answer. Nothing is sent here. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "internal.h"
#include "motcua/base/log.h"
#include "motcua/codec/url.h"

void response_release(struct request *request)
{
    struct response *response = &request->response;
    buf_release(&response->owned);
    if (response->descriptor >= 0) close(response->descriptor);
    response->descriptor = -1;
    if (response->kind == RESPONSE_STREAM && response->stream.release != NULL)
        response->stream.release(response->stream.context);
    response->stream.release = NULL;
    response->kind = RESPONSE_NONE;
    response->body = STR_NULL;
}

void response_reset(struct request *request)
{
    response_release(request);
    request->response = (struct response){.descriptor = -1, .close = request->response.close};
}

static void new_body(struct request *request, const char *content_type)
{
    response_release(request);
    request->response.content_type = content_type;
    request->response.etag = NULL;
    request->response.encoded = false;
    request->response.ranges = false;
}

void response_status(struct request *request, unsigned status)
{
    request->response.status = status;
}

unsigned response_status_get(const struct request *request)
{
    return request->response.status == 0 ? 200 : request->response.status;
}

static void defect(struct request *request, const char *what, const char *name)
{
    request->response.defect = true;
    log_error("http.response_defect", log_cstr("request", request->id), log_cstr("what", what),
              log_cstr("name", name));
}

/* RFC 9110 field value, ASCII or UTF-8 bytes. */
static bool clean_value(struct str value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
    }
    return true;
}

void response_header_add(struct request *request, const char *name, struct str value)
{
    struct response *response = &request->response;
    response->header_bytes += strlen(name) + value.length + 4;
    if (!clean_value(value) || response->header_bytes > RESPONSE_HEADERS_MAXIMUM) {
        defect(request, "header", name);
        return;
    }
    if (response->header_count == response->header_capacity) {
        size_t capacity = response->header_capacity == 0 ? 16 : response->header_capacity * 2;
        struct header_line *lines = arena_array(request->arena, capacity, sizeof *lines);
        if (response->header_count > 0)
            memcpy(lines, response->headers, response->header_count * sizeof *lines);
        response->headers = lines;
        response->header_capacity = capacity;
    }
    response->headers[response->header_count++] =
        (struct header_line){name, arena_strndup(request->arena, value.data ? value.data : "", value.length)};
}

void response_header(struct request *request, const char *name, struct str value)
{
    struct response *response = &request->response;
    size_t kept = 0;
    for (size_t i = 0; i < response->header_count; i++)
        if (!str_equal_ignore_case(str_of(response->headers[i].name), str_of(name)))
            response->headers[kept++] = response->headers[i];
    response->header_count = kept;
    response_header_add(request, name, value);
}

const char *response_header_get(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->response.header_count; i++)
        if (str_equal_ignore_case(str_of(request->response.headers[i].name), str_of(name)))
            return request->response.headers[i].value;
    return NULL;
}

void response_body(struct request *request, const char *content_type, struct str body)
{
    new_body(request, content_type);
    request->response.kind = RESPONSE_MEMORY;
    request->response.body = body.data != NULL ? body : STR("");
}

void response_body_copy(struct request *request, const char *content_type, struct str body)
{
    response_body(request, content_type, arena_str(request->arena, body));
}

void response_body_buf(struct request *request, const char *content_type, struct buf *body)
{
    struct buf taken = *body;
    *body = BUF_WITH_MAXIMUM(taken.maximum);
    new_body(request, content_type);
    request->response.kind = RESPONSE_MEMORY;
    request->response.owned = taken;
    request->response.body = taken.data != NULL ? str_make(taken.data, taken.length) : STR("");
    if (taken.overflow) defect(request, "body over its maximum", content_type);
}

void response_html(struct request *request, struct buf *body)
{
    response_body_buf(request, "text/html; charset=utf-8", body);
}

void response_static(struct request *request, const char *content_type, struct str body, const char *encoding,
                     const char *etag, bool immutable)
{
    response_body(request, content_type, body);
    request->response.encoded = true;
    request->response.etag = etag;
    request->response.cache = immutable ? CACHE_IMMUTABLE : CACHE_REVALIDATE;
    if (encoding != NULL) response_header(request, "Content-Encoding", str_of(encoding));
}

/* Content-Disposition by RFC 6266: an ASCII stand-in and the real name in UTF-8. */
static void name_download(struct request *request, struct str name)
{
    if (name.length == 0) return;
    BUF_AUTO value = BUF_WITH_MAXIMUM(4096);
    buf_append_cstr(&value, "attachment; filename=\"");
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c >= 0x80 && (c & 0xC0) == 0x80) continue; /* one '_' a character */
        bool plain = c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '/' && c != '%';
        buf_append_char(&value, plain ? (char)c : '_');
    }
    buf_append_cstr(&value, "\"; filename*=UTF-8''");
    url_encode(&value, name);
    if (!value.overflow) response_header(request, "Content-Disposition", buf_str(&value));
}

void response_file(struct request *request, const struct response_file *file)
{
    new_body(request, file->content_type);
    request->response.kind = RESPONSE_FILE;
    request->response.descriptor = file->descriptor;
    request->response.offset = file->offset;
    request->response.length = file->length;
    request->response.etag = file->etag != NULL ? arena_strdup(request->arena, file->etag) : NULL;
    request->response.ranges = true;
    name_download(request, file->download_name);
}

void response_stream(struct request *request, const struct response_stream *stream)
{
    new_body(request, stream->content_type);
    request->response.kind = RESPONSE_STREAM;
    request->response.stream = *stream;
    request->response.offset = 0;
    request->response.length = stream->length;
    request->response.etag = stream->etag != NULL ? arena_strdup(request->arena, stream->etag) : NULL;
    request->response.ranges = stream->ranges && stream->length != UINT64_MAX;
    name_download(request, stream->download_name);
}

static void redirect(struct request *request, struct str target)
{
    response_status(request, 303);
    response_header(request, "Location", target);
    response_body(request, "text/plain; charset=utf-8", STR(""));
}

void response_redirect(struct request *request, struct str local_target)
{
    if (!url_is_local(local_target)) {
        log_warning("http.redirect_refused", log_cstr("request", request->id),
                    log_str("target", local_target));
        local_target = STR("/");
    }
    redirect(request, local_target);
}

void response_redirect_outside(struct request *request, struct str url)
{
    bool clean = str_starts_with(url, STR("https://")) && url.length > 8;
    for (size_t i = 0; i < url.length; i++)
        clean = clean && (unsigned char)url.data[i] > 0x20 && (unsigned char)url.data[i] < 0x7F;
    if (!clean) {
        defect(request, "outside redirect", "Location");
        return;
    }
    redirect(request, url);
}

void response_error_page(struct request *request, unsigned status, const char *message, const char *argument)
{
    const struct server_hooks *hooks = &request->server->hooks;
    response_release(request);
    response_status(request, status);
    if (hooks->error_page != NULL) hooks->error_page(hooks->context, request, status, message, argument);
    if (request->response.kind == RESPONSE_NONE)
        error_page_builtin(request, status, argument == NULL ? message : NULL);
    response_status(request, status);
    request->response.cache = CACHE_NO_STORE;
    request->response.etag_from_body = false;
}

void response_error(struct request *request, unsigned status, const struct error *error)
{
    if (error != NULL && (error->detail != NULL || status >= 500)) {
        log_write(status >= 500 ? LOG_ERROR : LOG_INFO, "http.error",
                  LOG_FIELDS(log_int("status", status), log_cstr("code", error->code ? error->code : ""),
                             log_cstr("detail", error->detail ? error->detail : "")));
    }
    response_error_page(request, status, error != NULL ? error->message : NULL,
                        error != NULL ? error->argument : NULL);
}

void response_error_status(struct request *request, enum status status, const struct error *error)
{
    unsigned code = 500;
    switch (status) {
    case STATUS_OK:
    case STATUS_FATAL:
        code = 500;
        break;
    case STATUS_NOT_FOUND:
        code = 404;
        break;
    case STATUS_CONFLICT:
        code = 409;
        break;
    case STATUS_INVALID:
        code = 400;
        break;
    case STATUS_DENIED:
        code = 403;
        break;
    case STATUS_TOO_LARGE:
        code = 413;
        break;
    case STATUS_RETRY:
    case STATUS_UNAVAILABLE:
        code = 503;
        break;
    }
    response_error(request, code, error);
    if (code == 503) response_header(request, "Retry-After", STR("5"));
}

void response_too_many(struct request *request, unsigned retry_after_s)
{
    response_error_page(request, 429, NULL, NULL);
    response_header(request, "Retry-After",
                    str_of(arena_printf(request->arena, "%u", retry_after_s > 0 ? retry_after_s : 1)));
}

void response_cache_private(struct request *request, unsigned seconds)
{
    request->response.cache = CACHE_PRIVATE;
    request->response.cache_seconds = seconds;
}

void response_cache_public(struct request *request, unsigned seconds)
{
    request->response.cache = CACHE_PUBLIC;
    request->response.cache_seconds = seconds;
}

void response_etag_from_body(struct request *request)
{
    request->response.etag_from_body = true;
}

void response_allow_framing_by_self(struct request *request)
{
    request->response.framing_by_self = true;
}

void response_allow_frames(struct request *request)
{
    request->response.frames = true;
}

void response_form_action_outside(struct request *request, struct str origin)
{
    bool clean = str_starts_with(origin, STR("https://"));
    for (size_t i = 0; i < origin.length; i++)
        clean = clean && origin.data[i] > 0x20 && origin.data[i] < 0x7F &&
                strchr(";,'\"", origin.data[i]) == NULL;
    if (!clean)
        defect(request, "form-action origin", "Content-Security-Policy");
    else
        request->response.form_action = arena_strndup(request->arena, origin.data, origin.length);
}

void response_no_compression(struct request *request)
{
    request->response.no_compression = true;
}

static bool cookie_octets(struct str value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c <= 0x20 || c >= 0x7F || c == '"' || c == ',' || c == ';' || c == '\\') return false;
    }
    return true;
}

void response_cookie(struct request *request, const struct set_cookie *cookie)
{
    if (!cookie_octets(cookie->value) || !cookie_octets(str_of(cookie->name)) ||
        strchr(cookie->name, '=') != NULL) {
        defect(request, "cookie", cookie->name);
        return;
    }
    BUF_AUTO line = BUF_WITH_MAXIMUM(4096);
    buf_printf(&line, "%s%s=%.*s; Path=/", request->secure ? "__Host-" : "", cookie->name,
               STR_ARG(cookie->value));
    if (cookie->max_age_s < 0)
        buf_append_cstr(&line, "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    else if (cookie->max_age_s > 0)
        buf_printf(&line, "; Max-Age=%lld", (long long)cookie->max_age_s);
    buf_append_cstr(&line, cookie->readable ? "" : "; HttpOnly");
    buf_append_cstr(&line, request->secure ? "; Secure" : "");
    buf_append_cstr(&line, cookie->strict ? "; SameSite=Strict" : "; SameSite=Lax");
    if (line.overflow)
        defect(request, "long cookie", cookie->name);
    else
        response_header_add(request, "Set-Cookie", buf_str(&line));
}
