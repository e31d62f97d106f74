/*
 * Everything that the portal keeps about the actor, as one ZIP archive: profile, sessions, drafts, dossiers
 * with answers, papers and results, and where papers were used again; nothing of others, and no secrets. It
 * is made in an encrypted spool file, piece by piece, so that memory does not grow with it.
 */
#ifndef MOTCUA_DOMAIN_EXPORT_H
#define MOTCUA_DOMAIN_EXPORT_H

#include "motcua/domain/document.h"

/* STATUS_INVALID ("identity.password"): not the actor's password. *archive is the caller's to destroy. */
NODISCARD enum status account_export(struct work *work, struct str password, struct document_spool **archive,
                                     struct error *error);

#endif
