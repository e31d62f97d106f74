/* Session and visitor cookies, CSRF tokens and the origin check. */
#include "motcua/http/session.h"

#include <stdio.h>

#include "internal.h"

#define SESSION_COOKIE "phien"
#define VISITOR_COOKIE "khach"
enum { MASK_BYTES = 32, VISITOR_SECONDS = 180 * 24 * 3600 };

static bool well_formed(struct str token)
{
    if (token.length != TOKEN_TEXT_SIZE - 1) return false;
    for (size_t i = 0; i < token.length; i++) {
        char c = token.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '_'))
            return false;
    }
    return true;
}

struct str request_session_token(const struct request *request)
{
    struct str token = request_cookie(request, SESSION_COOKIE);
    return well_formed(token) ? token : STR_NULL;
}

static void put_cookie(struct request *request, const char *name, struct str value, int64_t max_age_s)
{
    response_cookie(request, &(struct set_cookie){.name = name, .value = value, .max_age_s = max_age_s});
}

void response_set_session(struct request *request, const struct token *token, int64_t max_age_s)
{
    snprintf(request->session, sizeof request->session, "%s", token->text);
    request->session_cleared = false;
    put_cookie(request, SESSION_COOKIE, str_of(token->text), max_age_s);
}

void response_clear_session(struct request *request)
{
    request->session[0] = '\0';
    request->session_cleared = true;
    put_cookie(request, SESSION_COOKIE, STR(""), -1);
}

/* What the CSRF token is bound to; data NULL when the browser holds nothing yet. */
static struct str bound_cookie(const struct request *request, bool of_answer)
{
    struct str session = request_session_token(request);
    if (of_answer && request->session[0] != '\0') return str_of(request->session);
    if (session.data != NULL && !(of_answer && request->session_cleared)) return session;
    if (of_answer && request->visitor[0] != '\0') return str_of(request->visitor);
    struct str visitor = request_cookie(request, VISITOR_COOKIE);
    return well_formed(visitor) ? visitor : STR_NULL;
}

/* HMAC-SHA-256 over a purpose and the cookie. */
static struct hash authenticator(const struct request *request, struct str cookie)
{
    char text[8 + TOKEN_TEXT_SIZE];
    int length = snprintf(text, sizeof text, "csrf:%.*s", STR_ARG(cookie));
    struct str key = str_make((const char *)request->server->config.secret.bytes, SECRET_KEY_SIZE);
    return hmac_sha256(key, str_make(text, (size_t)length));
}

const char *request_csrf_token(struct request *request)
{
    struct str cookie = bound_cookie(request, true);
    if (cookie.data == NULL) {
        struct token visitor = token_create();
        snprintf(request->visitor, sizeof request->visitor, "%s", visitor.text);
        put_cookie(request, VISITOR_COOKIE, str_of(visitor.text), VISITOR_SECONDS);
        cookie = str_of(request->visitor);
    }
    struct hash hash = authenticator(request, cookie);
    unsigned char masked[MASK_BYTES + HASH_SIZE];
    random_bytes(masked, MASK_BYTES);
    for (size_t i = 0; i < HASH_SIZE; i++)
        masked[MASK_BYTES + i] = (unsigned char)(masked[i] ^ hash.bytes[i]);
    return base64url_encode(request->arena, str_make((const char *)masked, sizeof masked));
}

static bool token_fits(const struct request *request, struct str token)
{
    struct str cookie = bound_cookie(request, false), bytes;
    if (cookie.data == NULL || token.length > 128 ||
        base64url_decode(request->arena, token, &bytes) != STATUS_OK ||
        bytes.length != MASK_BYTES + HASH_SIZE)
        return false;
    struct hash expected = authenticator(request, cookie), given;
    for (size_t i = 0; i < HASH_SIZE; i++)
        given.bytes[i] = (unsigned char)(bytes.data[i] ^ bytes.data[MASK_BYTES + i]);
    return hash_equal(&expected, &given);
}

/*
 * What the browser says about where the request comes from. Sec-Fetch-Site and Origin cannot be set by a
 * page; without both (old browsers, programs) the token alone decides.
 */
bool csrf_origin_fits(const struct request *request)
{
    struct str site = head_field(request->head, "Sec-Fetch-Site");
    if (site.data != NULL && !str_equal_cstr(site, "same-origin") && !str_equal_cstr(site, "none"))
        return false;
    struct str origin = head_field(request->head, "Origin");
    if (origin.data == NULL) return true;
    struct str scheme = request->secure ? STR("https://") : STR("http://");
    if (!str_starts_with(origin, scheme)) return false;
    return str_equal_ignore_case(str_slice(origin, scheme.length, origin.length), request->head->host);
}

bool request_is_same_origin(const struct request *request)
{
    bool said = head_field(request->head, "Sec-Fetch-Site").data != NULL ||
                head_field(request->head, "Origin").data != NULL;
    return said && csrf_origin_fits(request);
}

bool csrf_check(struct request *request, struct str token)
{
    return csrf_origin_fits(request) && token.data != NULL && token_fits(request, token);
}

bool request_csrf_check(struct request *request, struct str token)
{
    return csrf_check(request, token);
}
