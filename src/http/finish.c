/* From what a handler said to what is sent: conditional and range requests, caching, compression, security
 * headers. */
#include <sodium.h>
#include <stdio.h>

#include "internal.h"
#include "motcua/base/log.h"

static void cache_headers(struct request *request)
{
    struct response *response = &request->response;
    char value[64] = "no-store";
    switch (response->cache) {
    case CACHE_NO_STORE:
        break;
    case CACHE_PRIVATE:
        snprintf(value, sizeof value, "private, max-age=%u", response->cache_seconds);
        break;
    case CACHE_PUBLIC:
        snprintf(value, sizeof value, "public, max-age=%u", response->cache_seconds);
        break;
    case CACHE_IMMUTABLE:
        snprintf(value, sizeof value, "public, max-age=31536000, immutable");
        break;
    case CACHE_REVALIDATE:
        snprintf(value, sizeof value, "public, no-cache");
        break;
    }
    if (response->cache == CACHE_NO_STORE && response->etag_from_body)
        snprintf(value, sizeof value, "private, no-cache");
    if (response_header_get(request, "Cache-Control") == NULL)
        response_header(request, "Cache-Control", str_of(value));
}

static void security_headers(struct request *request)
{
    const struct response *response = &request->response;
    BUF_AUTO policy = BUF_WITH_MAXIMUM(2048);
    buf_printf(
        &policy,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'%s%s; base-uri 'none'; frame-ancestors %s%s",
        response->form_action != NULL ? " " : "", response->form_action != NULL ? response->form_action : "",
        response->framing_by_self ? "'self'" : "'none'", response->frames ? "; frame-src 'self'" : "");
    if (response_header_get(request, "Content-Security-Policy") == NULL)
        response_header(request, "Content-Security-Policy", buf_str(&policy));
    response_header(request, "X-Content-Type-Options", STR("nosniff"));
    response_header(request, "X-Frame-Options", response->framing_by_self ? STR("SAMEORIGIN") : STR("DENY"));
    if (response_header_get(request, "Referrer-Policy") == NULL)
        response_header(request, "Referrer-Policy", STR("same-origin"));
    response_header(request, "Permissions-Policy",
                    STR("camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"));
    response_header(request, "Cross-Origin-Opener-Policy", STR("same-origin"));
    response_header(request, "Cross-Origin-Resource-Policy", STR("same-origin"));
    if (request->secure) response_header(request, "Strict-Transport-Security", STR("max-age=31536000"));
    response_header(request, "X-Request-Id", str_of(request->id));
}

static void add_vary(struct request *request, const char *name)
{
    const char *already = response_header_get(request, "Vary");
    if (already == NULL)
        response_header(request, "Vary", str_of(name));
    else if (!head_list_has(str_of(already), name))
        response_header(request, "Vary", str_of(arena_printf(request->arena, "%s, %s", already, name)));
}

/* If-None-Match by weak comparison (RFC 9110 section 13.1.2). */
static bool matches(struct str list, struct str etag)
{
    struct str plain = str_starts_with(etag, STR("W/")) ? str_slice(etag, 2, etag.length) : etag;
    if (str_equal_cstr(str_trim(list), "*")) return true;
    while (list.length > 0) {
        struct str item, rest;
        str_split(list, ',', &item, &rest);
        list = rest;
        item = str_trim(item);
        if (str_starts_with(item, STR("W/"))) item = str_slice(item, 2, item.length);
        if (str_equal(item, plain)) return true;
    }
    return false;
}

static void empty_body(struct request *request)
{
    response_release(request);
    request->response.kind = RESPONSE_MEMORY;
    request->response.body = STR("");
    request->response.content_type = NULL;
}

static void conditional(struct request *request)
{
    struct response *response = &request->response;
    if (response->etag_from_body && response->kind == RESPONSE_MEMORY &&
        response_status_get(request) == 200) {
        unsigned char hash[16];
        char hex[2 * sizeof hash + 1];
        crypto_generichash(hash, sizeof hash, (const unsigned char *)response->body.data,
                           response->body.length, NULL, 0);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        response->etag = arena_printf(request->arena, "W/\"%s\"", hex);
    }
    if (response->etag == NULL || response_status_get(request) != 200) return;
    response_header(request, "ETag", str_of(response->etag));
    struct str wanted = head_field(request->head, "If-None-Match");
    if (wanted.data != NULL && request_method(request) == HTTP_GET &&
        matches(wanted, str_of(response->etag))) {
        response_status(request, 304);
        empty_body(request);
    }
}

/* Any number of digits (RFC 9110, 14.1.1): what is larger than all sizes is as good as the largest. */
static bool range_number(struct str text, uint64_t *number)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        value = value > UINT64_MAX / 10 - 1 ? UINT64_MAX : value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *number = value;
    return true;
}

/* "bytes=0-99", "bytes=100-", "bytes=-500". False: not one plain range, serve the whole. */
static bool parse_range(struct str text, uint64_t length, uint64_t *first, uint64_t *last, bool *satisfiable)
{
    struct str from, to;
    uint64_t a, b;
    if (!str_equal_ignore_case(str_slice(text, 0, 6), STR("bytes="))) return false;
    text = str_slice(text, 6, text.length);
    if (!str_split(str_trim(text), '-', &from, &to) || (from.length == 0 && to.length == 0)) return false;
    if (!range_number(from, &a) || !range_number(to, &b)) return false;
    if (from.length == 0) {
        *satisfiable = b > 0 && length > 0;
        *first = b < length ? length - b : 0;
        *last = length - 1;
        return true;
    }
    if (to.length > 0 && b < a) return false;
    *satisfiable = a < length;
    *first = a;
    *last = to.length > 0 && b < length ? b : length - 1;
    return true;
}

/* What is asked for of something so long; false: the whole. */
static bool asked_range(const struct request *request, uint64_t whole, const char *etag, uint64_t *first,
                        uint64_t *last, bool *satisfiable)
{
    struct str text = head_field(request->head, "Range"), condition = head_field(request->head, "If-Range");
    if (text.data == NULL || request->head->method != HTTP_GET) return false;
    /* If-Range needs a strong match; a date never matches, we send none */
    if (condition.data != NULL &&
        (etag == NULL || !str_equal_cstr(condition, etag) || str_starts_with(condition, STR("W/"))))
        return false;
    return parse_range(text, whole, first, last, satisfiable);
}

bool response_range_asked(const struct request *request, uint64_t length, const char *etag, uint64_t *first,
                          uint64_t *last)
{
    bool satisfiable = false;
    return asked_range(request, length, etag, first, last, &satisfiable) && satisfiable;
}

static void range(struct request *request)
{
    struct response *response = &request->response;
    if (!response->ranges || response_status_get(request) != 200) return;
    response_header(request, "Accept-Ranges", STR("bytes"));
    uint64_t first, last, whole = response->length;
    bool satisfiable;
    if (!asked_range(request, whole, response->etag, &first, &last, &satisfiable)) return;
    if (!satisfiable) {
        response_error_page(request, 416, NULL, NULL);
        response_header(request, "Content-Range",
                        str_of(arena_printf(request->arena, "bytes */%llu", (unsigned long long)whole)));
        return;
    }
    response_status(request, 206);
    response->offset += first;
    response->length = last - first + 1;
    response_header(request, "Content-Range",
                    str_of(arena_printf(request->arena, "bytes %llu-%llu/%llu", (unsigned long long)first,
                                        (unsigned long long)last, (unsigned long long)whole)));
}

static bool is_text(const char *content_type)
{
    struct str type = str_of(content_type);
    static const char *const others[] = {"application/json",          "application/javascript",
                                         "application/xml",           "image/svg+xml",
                                         "application/manifest+json", "application/problem+json"};
    if (str_starts_with(type, STR("text/"))) return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (str_starts_with(type, str_of(others[i]))) return true;
    return false;
}

static void default_answer(struct request *request)
{
    struct response *response = &request->response;
    if (response->kind == RESPONSE_MEMORY && response->body.length > request->server->config.response_limit) {
        log_error("http.response_defect", log_cstr("request", request->id),
                  log_cstr("what", "response_limit"));
        response->defect = true;
    }
    if (response->kind == RESPONSE_NONE && response->status == 204) response_body(request, NULL, STR(""));
    if (response->kind != RESPONSE_NONE && !response->defect) return;
    if (!response->defect)
        log_error("http.no_answer", log_cstr("request", request->id), log_str("path", request->path));
    response_reset(request);
    response_error_page(request, 500, NULL, NULL);
    if (request->response.defect) { /* the error page itself is wrong */
        response_reset(request);
        response_status(request, 500);
        error_page_builtin(request, 500, NULL);
    }
}

void response_finish(struct request *request)
{
    default_answer(request);
    conditional(request);
    range(request);
    cache_headers(request);
    struct response *response = &request->response;
    if (response->content_type != NULL && is_text(response->content_type) && !response->no_compression &&
        response->kind == RESPONSE_MEMORY) {
        add_vary(request, "Accept-Encoding");
        if (!response->encoded) response_compress(request);
    }
    if (response->content_type != NULL)
        response_header(request, "Content-Type", str_of(response->content_type));
    security_headers(request);
    if (response->close || atomic_load(&request->server->draining))
        response_header(request, "Connection", STR("close"));
}
