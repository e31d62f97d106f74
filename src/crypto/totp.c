/* HOTP and TOTP. */
#include "motcua/crypto/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>

#include "motcua/base/buf.h"
#include "motcua/crypto/token.h"

enum { DIGITS = 6, URL_MAXIMUM = 2048 };

void hotp_code(struct str secret, uint64_t counter, int digits, char code[9])
{
    unsigned char message[8], mac[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    for (int i = 0; i < 8; i++)
        message[i] = (unsigned char)(counter >> (56 - 8 * i));
    if (HMAC(EVP_sha1(), secret.data == NULL ? "" : secret.data, (int)secret.length, message, sizeof message,
             mac, &length) == NULL)
        abort();
    unsigned offset = mac[19] & 15u; /* RFC 4226 section 5.3 */
    uint32_t number = (uint32_t)(mac[offset] & 0x7F) << 24 | (uint32_t)mac[offset + 1] << 16 |
                      (uint32_t)mac[offset + 2] << 8 | mac[offset + 3];
    digits = digits < 6 ? 6 : digits > 8 ? 8 : digits;
    code[digits] = '\0';
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        code[i] = (char)('0' + number % 10);
    sodium_memzero(mac, sizeof mac);
}

enum status totp_verify(struct str secret, struct str code, instant now, int64_t last_step, int64_t *step)
{
    char typed[DIGITS + 1] = "";
    size_t count = 0;
    for (size_t i = 0; i < code.length; i++) {
        if (code.data[i] == ' ') continue;
        if (code.data[i] < '0' || code.data[i] > '9' || count == DIGITS) return STATUS_DENIED;
        typed[count++] = code.data[i];
    }
    if (count != DIGITS || now < 0) return STATUS_DENIED;
    int64_t current = now / (TOTP_PERIOD_SECONDS * MICROSECONDS), found = -1;
    for (int64_t candidate = current - 1; candidate <= current + 1; candidate++) {
        char expected[9];
        if (candidate < 0) continue;
        hotp_code(secret, (uint64_t)candidate, DIGITS, expected);
        if (sodium_memcmp(expected, typed, DIGITS) == 0 && candidate > last_step) found = candidate;
    }
    if (found < 0) return STATUS_DENIED;
    *step = found;
    return STATUS_OK;
}

static void append_encoded(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain)
            buf_append_char(out, c);
        else
            buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

char *totp_url(struct arena *arena, struct str secret, struct str issuer, struct str account)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(URL_MAXIMUM);
    buf_append_cstr(&out, "otpauth://totp/");
    append_encoded(&out, issuer);
    buf_append_char(&out, ':');
    append_encoded(&out, account);
    buf_printf(&out, "?secret=%s&issuer=", base32_encode(arena, secret));
    append_encoded(&out, issuer);
    buf_append_cstr(&out, "&algorithm=SHA1&digits=6&period=30");
    return arena_strndup(arena, out.data, out.length);
}
