/*
 * One request as a handler sees it. A handler runs on a worker thread as straight-line code, reads through
 * these functions, and answers through response.h. All slices live as long as the request (its arena); data
 * is NULL where there is no such thing. Names and values are decoded, valid UTF-8 and free of NUL.
 */
#ifndef MOTCUA_HTTP_REQUEST_H
#define MOTCUA_HTTP_REQUEST_H

#include "motcua/base/arena.h"
#include "motcua/base/clock.h"
#include "motcua/codec/form_data.h"
#include "motcua/http/route.h"
#include "motcua/http/upload.h"

struct request;

struct arena *request_arena(struct request *request);
const struct route *request_route(const struct request *request); /* NULL on an error page before routing */
enum http_method request_method(const struct request *request);   /* HTTP_GET for HEAD */
bool request_is_head(const struct request *request);
struct str request_path(const struct request *request); /* raw, as sent, without the query */
struct str
request_target(const struct request *request); /* raw path and query: local, fit for a "back to" link */
struct str request_param(const struct request *request, const char *name); /* {name} of the pattern */

struct str request_query(const struct request *request, const char *name); /* first value */
const struct form_data *request_query_data(const struct request *request);
struct str request_form(const struct request *request,
                        const char *name); /* first value; form or multipart fields */
const struct form_data *request_form_data(const struct request *request);
struct str request_body(const struct request *request); /* BODY_JSON, BODY_RAW */

struct str request_header(const struct request *request, const char *name);
/* Name as in response_cookie(): on a secure connection only "__Host-" + name counts. */
struct str request_cookie(const struct request *request, const char *name);

/* "vi" or "en": what was set, else the first known of Accept-Language, else "vi". */
const char *request_language(const struct request *request);
void request_set_language(struct request *request, const char *language); /* static string */

/* The person's address (IPv4 or IPv6 text). X-Forwarded-For counts only as far as trusted proxies vouch for
 * it. */
struct str request_client_address(const struct request *request);
/* True when the person's connection is TLS (config behind_tls, or X-Forwarded-Proto of a trusted proxy). */
bool request_is_secure(const struct request *request);
struct str
request_host(const struct request *request); /* lower case, with port as sent: "motcua.example:8080" */
struct str request_origin(const struct request *request); /* "https://motcua.example" */
/* URL-safe, unique, also in the X-Request-Id header and in the log. */
const char *request_id(const struct request *request);
instant request_received(const struct request *request);

void *request_worker(const struct request *request); /* what worker_start() made; NULL on an event thread */
void *request_server_context(const struct request *request); /* server_hooks.context */
/* For the web layer: whatever its `before` hook found out (session, person, tenant); lives in the arena. */
void *request_context(const struct request *request);
void request_set_context(struct request *request, void *context);
/* For the access log; copied, cut at 63 bytes. NULL leaves as is. */
void request_set_log_identity(struct request *request, const char *tenant, const char *account);

/* What is left until the person gets a 503 instead of our answer; at least 0. For statement timeouts. */
int64_t request_time_left_us(const struct request *request);
/* True when nobody waits for the answer any more (deadline passed or connection broken): long work may stop.
 */
bool request_is_abandoned(const struct request *request);

/*
 * Takes from a token bucket of the server's rate limiter (class counted from 1). The key is any text: an
 * account, a phone number. True: go on. False: *retry_after_s seconds (may be NULL); answer with
 * response_too_many().
 */
bool request_rate_take(struct request *request, unsigned rate_class, struct str key, unsigned *retry_after_s);

#endif
