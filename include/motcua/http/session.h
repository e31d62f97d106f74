/*
 * Session and CSRF tokens. A session token is 32 random bytes, base64url; the person's browser holds it, the
 * server stores only its hash, so a stolen database opens no session. The CSRF token is an HMAC-SHA-256 of
 * the cookie it belongs to, masked freshly on every page (so compression leaks nothing, BREACH). Somebody
 * without a session (sign-in page) is bound by a visitor cookie of the same kind.
 */
#ifndef MOTCUA_HTTP_SESSION_H
#define MOTCUA_HTTP_SESSION_H

#include "motcua/crypto/token.h"
#include "motcua/http/response.h"

/* A token is made by token_create(); what is stored of it is token_hash() of its text (crypto/token.h). */

/* The session cookie of this request, well-formed or data NULL. Name: "phien", "__Host-phien" behind TLS. */
struct str request_session_token(const struct request *request);
/* Sets / deletes the session cookie; max_age_s 0 for a browser session. */
void response_set_session(struct request *request, const struct token *token, int64_t max_age_s);
void response_clear_session(struct request *request);

/* Name of the hidden field and of the header that carry the CSRF token. */
#define CSRF_FIELD  "csrf"
#define CSRF_HEADER "X-CSRF-Token"
/*
 * A token for the forms of this answer (fresh mask each call), in the request's arena. Sets the visitor
 * cookie when the request has neither session nor visitor cookie. After response_set_session() it belongs to
 * the new session.
 */
const char *request_csrf_token(struct request *request);
/* For handlers of CSRF_EXEMPT rows that check by themselves. True when token and origin are right. */
bool request_csrf_check(struct request *request, struct str token);

/* True when the browser itself says that the request comes from a page of this site. */
bool request_is_same_origin(const struct request *request);

#endif
