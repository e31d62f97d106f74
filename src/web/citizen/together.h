/* Who else works on a draft, as pages show it. */
#ifndef WEB_CITIZEN_TOGETHER_H
#define WEB_CITIZEN_TOGETHER_H

#include "motcua/web/draft_page.h"

/* A tag: invited, too late, taken, finished, signed, declined, revoked. */
json_t *together_state(struct visit *visit, const struct draft_share *share);

/* Was asked for a signature alone, and gave it. */
bool together_only_signed(const struct draft_share *share);

struct signature_field {
    const char *key, *label;
    size_t page;
};
/* The signatures that the visible pages ask for. */
NODISCARD enum status together_signatures(struct draft_page *page, struct signature_field **fields,
                                          size_t *count);
/* "Name of the procedure" of a share, "" when it is gone. */
const char *together_procedure(struct visit *visit, const struct draft_share *share);

#endif
