/*
 * The paper trail: an append-only event per action, each hashed over its fields and the hash before it, keyed
 * so that who can write to the database but has no key cannot forge a chain. The dossier's row holds count
 * and head of its chain.
 */
#ifndef MOTCUA_DOMAIN_AUDIT_H
#define MOTCUA_DOMAIN_AUDIT_H

#include "motcua/crypto/token.h"
#include "motcua/domain/context.h"
#include "motcua/domain/dossier.h"

struct audit_event {
    struct uuid tenant_id, dossier_id;
    int sequence; /* from 1 */
    instant at;
    const char *kind;
    enum actor_kind actor_kind;
    struct uuid actor_account_id;
    const char *actor_name, *actor_title, *actor_unit, *address;
    bool is_public;
    struct str data; /* canonical JSON */
};

/* The hash of an event after `previous` (32 bytes, or empty for the first). STATUS_UNAVAILABLE: no key of the
 * tenant. */
NODISCARD enum status audit_hash(struct work *work, const struct audit_event *event, struct str previous,
                                 struct hash *hash, struct error *error);

/* Keyed over count and head of a chain, so that its last events cannot be taken away unnoticed. Errors as
 * audit_hash. */
NODISCARD enum status audit_seal(struct work *work, const struct uuid *tenant_id,
                                 const struct uuid *dossier_id, int count, struct str head, struct hash *seal,
                                 struct error *error);

struct erasure_seal {
    int sequence;
    struct hash seal;
};
/*
 * Seals for the events of a dossier whose personal part (data, address, the name of a citizen) is about to be
 * erased: keyed, over what is left and the event's hash, so that the chain still fits and nothing of what is
 * left can be changed unnoticed. Events that have theirs already are left out. STATUS_CONFLICT
 * ("audit.broken"): the chain does not fit as it is.
 */
NODISCARD enum status audit_seals_for_erasure(struct work *work, struct db_transaction *transaction,
                                              const struct uuid *tenant_id, const struct uuid *dossier_id,
                                              struct erasure_seal **seals, size_t *count,
                                              struct error *error);

struct audit_finding {
    const char *dossier_code;
    int sequence; /* the first event that does not fit; 0: the chain as a whole */
    const char *problem;
};
struct audit_report {
    int64_t dossiers, events;
    struct audit_finding *findings;
    size_t finding_count;
};
/* Checks every chain of a tenant: changed, removed, inserted, reordered events and a head that does not fit.
 */
NODISCARD enum status audit_verify(struct work *work, const struct uuid *tenant_id,
                                   struct audit_report *report, struct error *error);

#endif
