/*
 * Keys of tenants, unwrapped on first use and kept in locked memory. A tenant without a key gets one, wrapped
 * by the master key. Data keys of files are wrapped by the tenant's newest key; older versions stay readable.
 */
#ifndef MOTCUA_DOMAIN_KEYS_H
#define MOTCUA_DOMAIN_KEYS_H

#include "motcua/crypto/keys.h"
#include "motcua/domain/context.h"

struct key_ring *key_ring_create(const struct secret_key *master);
/* The ring of the master key in the file `path`; the caller destroys it. An empty database gets a new key,
 * when there is no file, and is marked with it; later only that key opens it. STATUS_NOT_FOUND: the file is
 * missing, STATUS_DENIED: another key. `work` needs no ring yet. */
NODISCARD enum status key_ring_open(struct work *work, const char *path, struct key_ring **ring,
                                    struct error *error);
void key_ring_destroy(struct key_ring *ring); /* NULL is fine */

/* The newest key and its version (version 0 asked), or the one of that version. Creates the first one when
 * there is none. */
NODISCARD enum status key_ring_tenant(struct work *work, const struct uuid *tenant_id, int version,
                                      struct secret_key *key, int *found_version, struct error *error);
/* A key of the whole installation for one purpose (8 characters), e.g. "totpseal". */
void key_ring_derive(const struct key_ring *ring, const char purpose[static 8], struct secret_key *key);

#endif
