/*
 * Renewing keys while servers run. These are for `motcua keys`: `work` is the owner of the database, since
 * the program as it serves may not change what is wrapped. docs/decisions/0011 says what is wrapped by what.
 */
#ifndef MOTCUA_DOMAIN_KEY_ROTATION_H
#define MOTCUA_DOMAIN_KEY_ROTATION_H

#include "motcua/domain/context.h"

struct master_rotation {
    bool finished;        /* one that had been cut short was completed, no other key was made */
    int64_t keys;         /* wrapped anew */
    const char *path;     /* of the key now in force */
    const char *previous; /* where the one before it is kept, for older backups */
    const char *fingerprint;
};
/*
 * A new master key: written beside the old one, then every key wrapped by it and the database marked with it
 * in one transaction, then put in the old one's place. Killed at any moment, one of the two files opens
 * everything and every program finds it; called again, it goes on.
 */
NODISCARD enum status key_rotate_master(struct work *work, struct master_rotation *result,
                                        struct error *error);

/* The file of the master key and its fingerprint; *unfinished: a rotation of it was cut short. */
void key_master_describe(struct work *work, const char **path, const char **fingerprint, bool *unfinished);

struct tenant_key_state {
    int version;
    instant created_at;
    int64_t documents, uploads; /* wrapped by it */
};
/* All versions, the oldest first. */
NODISCARD enum status key_list(struct work *work, const struct uuid *tenant_id,
                               struct tenant_key_state **states, size_t *count, struct error *error);
/* A new version, for what comes from now on. *version 0: the tenant has no key yet, so nothing to renew. */
NODISCARD enum status key_rotate_tenant(struct work *work, const struct uuid *tenant_id, int *version,
                                        struct error *error);

struct key_rewrap {
    int64_t done, damaged; /* damaged: a key that its version does not open; left as it is */
};
typedef void key_rewrap_reporter(void *context, const char *kind, const char *id);
/*
 * Wraps the keys of all documents and open uploads by the newest version, in batches of one transaction each;
 * may be killed and started again. The encrypted files are not touched. `report` hears of what is damaged.
 */
NODISCARD enum status key_rewrap(struct work *work, const struct uuid *tenant_id, key_rewrap_reporter *report,
                                 void *reporting, struct key_rewrap *result, struct error *error);
/*
 * Deletes versions that wrap nothing. The first stays for ever, since the trail's seals and the tracking
 * codes hang on it, and so does the newest; nothing goes before the newest has been there for a minute, so
 * that every process has seen it.
 */
NODISCARD enum status key_retire(struct work *work, const struct uuid *tenant_id, int64_t *retired,
                                 struct error *error);

#endif
