/*
 * Who else works on a draft. Its owner invites somebody by mail to fill in, read or sign parts of it, or to
 * take it over. The guest's account sees the invitation, never the draft: what a guest does is worked on as
 * the owner, within what the invitation allows (share_owner()), and only the owner submits.
 */
#ifndef MOTCUA_DOMAIN_SHARE_H
#define MOTCUA_DOMAIN_SHARE_H

#include "motcua/crypto/token.h"
#include "motcua/domain/dossier.h"

enum { SHARES_PER_DRAFT = 10, SHARE_LABEL_MAXIMUM = 100, SHARE_INVITATION_DAYS = 14 };

struct share_keys {
    const struct str *list;
    size_t count;
};

struct draft_share {
    struct uuid id, owner_id, draft_id, tenant_id, version_id, guest_id;
    bool transfer;     /* the whole draft is handed over; else a part */
    const char *state; /* invited, accepted, finished, declined, revoked */
    const char *email, *label, *owner_name, *guest_name;
    struct share_keys fill, see; /* keys of pages of the form */
    struct share_keys sign;      /* keys of signature fields */
    instant created_at, expires_at;
    instant answered_at, finished_at, signed_at; /* INSTANT_NONE: not yet */
    struct str signed_digest;                    /* data NULL: not yet */
};

bool share_has(struct share_keys keys, const char *key);
/* Invited and still in time, taken, or finished. */
bool share_is_open(const struct draft_share *share, instant now);

/* Open, and to be signed by the guest. */
bool share_signs(const struct draft_share *share, instant now);

/* --- The owner */

/*
 * Mails an invitation with a link that works once. Reads email, label, transfer, fill, see and sign of
 * `wanted`. STATUS_INVALID with the field that is wrong: "email", "label", "part".
 */
NODISCARD enum status share_invite(struct work *work, const struct draft *draft,
                                   const struct draft_share *wanted, struct error *error);
NODISCARD enum status share_list(struct work *work, const struct uuid *draft_id, struct draft_share **shares,
                                 size_t *count, struct error *error);
/* Ends it: the link is dead, the guest sees nothing any more, and what the guest signed is unsigned. */
NODISCARD enum status share_revoke(struct work *work, const struct uuid *draft_id, const struct uuid *id,
                                   struct error *error);

/* --- Whoever holds the link */

/* STATUS_NOT_FOUND: unknown, answered, revoked, too late, or the dossier was submitted. */
NODISCARD enum status share_invitation(struct work *work, struct str token, struct draft_share *share,
                                       struct error *error);
/* Takes the part or the draft, or declines; the owner is told by mail. STATUS_CONFLICT: it is one's own. */
NODISCARD enum status share_answer(struct work *work, struct str token, bool accept,
                                   struct draft_share *share, struct error *error);

/* --- The guest */

/* Parts the actor has taken, newest first. */
NODISCARD enum status share_list_guest(struct work *work, struct draft_share **shares, size_t *count,
                                       struct error *error);
NODISCARD enum status share_open(struct work *work, const struct uuid *id, struct draft_share *share,
                                 struct error *error);
/* The actor as whom the draft of an opened share is worked on. */
struct actor share_owner(const struct work *work, const struct draft_share *share);
/* The three below: `owned` acts as share_owner(). */
/* Says that the part is finished, or that it is not after all; the owner is told by mail when it is. */
NODISCARD enum status share_finish(struct work *owned, const struct draft_share *share, bool finished,
                                   struct error *error);
/*
 * Signs: writes `name` into the signatures of the share and notes the time and what the answers were. The
 * draft as it was loaded; STATUS_CONFLICT ("draft.changed") when it has changed since.
 */
NODISCARD enum status share_sign(struct work *owned, const struct draft_share *share,
                                 const struct draft *draft, const struct form *form, struct str name,
                                 struct error *error);
/* Steps back from the part; the owner is told by mail. */
NODISCARD enum status share_leave(struct work *owned, const struct draft_share *share, struct error *error);

/* What is signed: the answers on the pages that the guest fills in or reads, but for signatures. False: too
 * much to be signed. */
bool share_digest(struct work *work, const struct draft_share *share, const struct form *form,
                  const json_t *answers, struct hash *digest);
/* The share's signature stands, and for these answers. */
bool share_is_signed(struct work *work, const struct draft_share *share, const struct form *form,
                     const json_t *answers);
/* [{label, name, state, signed_at}] for the trail of the dossier; new reference, NULL when nobody took part.
 */
json_t *share_record(const struct draft_share *shares, size_t count);

#endif
