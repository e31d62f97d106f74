/* One-time passwords: TOTP (RFC 6238) over HOTP (RFC 4226): HMAC-SHA-1, 30 seconds, 6 digits. */
#ifndef MOTCUA_CRYPTO_TOTP_H
#define MOTCUA_CRYPTO_TOTP_H

#include "motcua/base/arena.h"
#include "motcua/base/clock.h"
#include "motcua/base/str.h"

enum { TOTP_SECRET_SIZE = 20, TOTP_PERIOD_SECONDS = 30 };

/* The code of a counter (RFC 4226), `digits` 6 to 8, NUL-terminated. */
void hotp_code(struct str secret, uint64_t counter, int digits, char code[9]);
/*
 * Right within one step either side of now. last_step: the step last used by this account (0: none); a step
 * is never accepted twice. *step: store it. STATUS_DENIED otherwise. Spaces in `code` are ignored.
 */
NODISCARD enum status totp_verify(struct str secret, struct str code, instant now, int64_t last_step,
                                  int64_t *step);
/* otpauth:// URL for a QR code; issuer and account are percent-encoded. */
char *totp_url(struct arena *arena, struct str secret, struct str issuer, struct str account);

#endif
