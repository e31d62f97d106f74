/* Signing as in "Authenticating Requests (AWS Signature Version 4)" of the Amazon S3 reference. */
#include "sigv4.h"

#include "motcua/base/buf.h"
#include "motcua/crypto/secret.h"
#include "motcua/crypto/token.h"

enum { REQUEST_MAXIMUM = 64 * 1024, DAY_DIGITS = 8 };

static struct hash signing_key(struct arena *arena, const struct sigv4_key *key, struct str day)
{
    char *start = arena_printf(arena, "AWS4%s", key->secret_key);
    struct hash hash = hmac_sha256(str_of(start), day);
    secret_wipe(start, strlen(start));
    hash = hmac_sha256(hash_view(&hash), str_of(key->region));
    hash = hmac_sha256(hash_view(&hash), STR("s3"));
    return hmac_sha256(hash_view(&hash), STR("aws4_request"));
}

const char *sigv4_authorization(struct arena *arena, const struct sigv4_key *key,
                                const struct sigv4_request *request)
{
    BUF_AUTO canonical = BUF_WITH_MAXIMUM(REQUEST_MAXIMUM);
    BUF_AUTO names = BUF_WITH_MAXIMUM(REQUEST_MAXIMUM);
    buf_printf(&canonical, "%s\n%s\n%s\n", request->method, request->path, request->query);
    for (size_t i = 0; i < request->header_count; i++) {
        buf_printf(&canonical, "%s:%s\n", request->headers[i].name, request->headers[i].value);
        buf_printf(&names, "%s%s", i == 0 ? "" : ";", request->headers[i].name);
    }
    struct str signed_names = buf_copy(&names, arena);
    buf_printf(&canonical, "\n%.*s\n%s", STR_ARG(signed_names), request->payload_hash);
    char digest[HASH_HEX_SIZE], signature[HASH_HEX_SIZE];
    struct hash hash = hash_sha256(buf_str(&canonical));
    hash_hex(&hash, digest);
    const char *scope =
        arena_printf(arena, "%.*s/%s/s3/aws4_request", DAY_DIGITS, request->time, key->region);
    const char *text = arena_printf(arena, "AWS4-HMAC-SHA256\n%s\n%s\n%s", request->time, scope, digest);
    struct hash signing = signing_key(arena, key, str_make(request->time, DAY_DIGITS));
    hash = hmac_sha256(hash_view(&signing), str_of(text));
    secret_wipe(&signing, sizeof signing);
    hash_hex(&hash, signature);
    return arena_printf(arena, "AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%.*s,Signature=%s",
                        key->access_key, scope, STR_ARG(signed_names), signature);
}
