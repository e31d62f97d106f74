/* Shared by the two sides of an invitation to a draft. */
#ifndef SHARE_PRIVATE_H
#define SHARE_PRIVATE_H

#include "dossier_private.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/share.h"

#define SHARE_COLUMNS                                                                                        \
    {"id", DB_UUID}, {"account_id", DB_UUID}, {"draft_id", DB_UUID}, {"tenant_id", DB_UUID},                 \
        {"procedure_version_id", DB_UUID}, {"kind", DB_TEXT}, {"state", DB_TEXT}, {"email", DB_TEXT},        \
        {"label", DB_TEXT}, {"owner_name", DB_TEXT}, {"guest_name", DB_TEXT}, {"fill", DB_TEXT_ARRAY},       \
        {"see", DB_TEXT_ARRAY}, {"sign", DB_TEXT_ARRAY}, {"created_at", DB_INSTANT},                         \
        {"expires_at", DB_INSTANT}, {"answered_at", DB_INSTANT}, {"finished_at", DB_INSTANT},                \
        {"signed_at", DB_INSTANT}, {"signed_digest", DB_BYTES},                                              \
    {                                                                                                        \
        "guest_id", DB_UUID                                                                                  \
    }
#define SHARE_SELECT                                                                                         \
    "id, account_id, draft_id, tenant_id, procedure_version_id, kind, state, email, label, owner_name, "     \
    "guest_name, fill, see, sign, created_at, expires_at, answered_at, finished_at, signed_at, "             \
    "signed_digest, guest_id"

/* A row of SHARE_COLUMNS. */
struct draft_share share_read_row(struct work *work, const struct db_result *rows, size_t row);
NODISCARD enum status share_read_all(struct work *work, const struct db_result *rows,
                                     struct draft_share **shares, size_t *count);
/* All shares of a draft of whoever the scope is; share_read_all() reads the rows. */
struct db_result *share_list_add(struct db_batch *batch, const struct uuid *draft_id);
struct share_ending {
    struct work *work; /* as the owner */
    const struct uuid *draft_id, *id;
    const char *state;
    const struct draft_share
        *left; /* the guest steps back: the owner is told by mail; NULL: the owner's doing */
};
/* The invitation ends in this state, and what was signed under it is unsigned. */
NODISCARD enum status share_close(struct share_ending *ending, struct error *error);
/* Takes these signatures out of the draft of whoever the scope is. */
void share_unsign_add(struct db_batch *batch, const struct uuid *draft_id, struct share_keys keys);
/* What the owner is told about it; new reference. */
json_t *share_letter(struct work *work, const struct draft_share *share, const char *template, const char *to,
                     const char *language);

#endif
