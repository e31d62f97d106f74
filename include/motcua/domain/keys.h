/*
 * Keys of tenants, unwrapped on first use and kept in memory. A tenant without a key gets one, wrapped by the
 * master key. Data keys of files are wrapped by the tenant's newest key; older versions stay readable. What
 * is renewed (domain/key_rotation.h) is noticed within seconds by every process, with reference_refresh().
 */
#ifndef MOTCUA_DOMAIN_KEYS_H
#define MOTCUA_DOMAIN_KEYS_H

#include "motcua/crypto/keys.h"
#include "motcua/domain/context.h"

/* The ring of the master key in the file `path`, or in the one beside it that a rotation cut short has left;
 * the caller destroys it. An empty database gets a new key, when there is no file, and is marked with it;
 * later only that key opens it. STATUS_NOT_FOUND: the file is missing, STATUS_DENIED: another key. `work`
 * needs no ring yet. */
NODISCARD enum status key_ring_open(struct work *work, const char *path, struct key_ring **ring,
                                    struct error *error);
void key_ring_destroy(struct key_ring *ring); /* NULL is fine */
/*
 * The database says that keys have changed: the newest versions are asked for again, and a new master key is
 * read from its file. STATUS_UNAVAILABLE: that file is not here (yet); what is known goes on to work.
 */
NODISCARD enum status key_ring_refresh(struct work *work, struct error *error);

/* The newest key and its version (version 0 asked), or the one of that version. Creates the first one when
 * there is none. Asks the database, so not within a transaction unless it has been asked just before. */
NODISCARD enum status key_ring_tenant(struct work *work, const struct uuid *tenant_id, int version,
                                      struct secret_key *key, int *found_version, struct error *error);
/* A key of the whole installation for one of its purposes ("totpseal", "csrfhttp"); it outlives the master
 * key. */
void key_ring_derive(struct key_ring *ring, const char purpose[static 8], struct secret_key *key);

#endif
