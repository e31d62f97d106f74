/* Results as anyone may check them who holds the verification code printed on the paper. */
#ifndef MOTCUA_DOMAIN_RESULT_H
#define MOTCUA_DOMAIN_RESULT_H

#include <jansson.h>

#include "motcua/crypto/token.h"
#include "motcua/domain/context.h"

struct verified_result {
    struct uuid tenant_id;
    const char *kind; /* granted, rejected */
    const char *number, *title, *signed_by, *signed_title;
    const char *sha256;            /* of the PDF, hexadecimal */
    instant issued_at, revoked_at; /* INSTANT_NONE: not revoked */
    json_t *summary;               /* owned: result_release; what the public may read */
};

void result_release(struct verified_result *result);
#define RESULT_AUTO __attribute__((cleanup(result_release))) struct verified_result

/*
 * The code as it is stored: capital letters and digits, without the dashes and blanks people type. Empty when
 * it can be no code at all.
 */
struct str result_code_normalise(struct arena *arena, struct str typed);
/* STATUS_NOT_FOUND: nothing carries this code. */
NODISCARD enum status result_verify(struct work *work, struct str code, struct verified_result *result,
                                    struct error *error);

#endif
