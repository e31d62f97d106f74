/*
 * Uploads that survive a broken line and a restart. A row says whose, for what and how long; the bytes lie in
 * <data>/spool/resumable, sealed like finished documents (crypto/filecrypt.h) under a key of their own that
 * is wrapped by the tenant's. Beside the file stands its state: what is not sealed yet, the state of the
 * SHA-256 and how far both go, sealed too. How far an upload has come is told by these two files alone, so
 * bytes may be added without a database, and a killed server loses at most the chunk it was filling.
 *
 * One writer at a time, in all processes: it holds a lock on the file. One that has been silent for three
 * seconds (a telephone that lost its net says no good-bye) loses it to the next of the same process. The
 * upload becomes the document of the same id, so there is never a second one, however often the last bytes
 * are sent.
 */
#ifndef MOTCUA_DOMAIN_RESUMABLE_H
#define MOTCUA_DOMAIN_RESUMABLE_H

#include "motcua/domain/document.h"

/* Uploads that one person may have under way at an agency; the oldest gives way to a further one. */
enum { RESUMABLE_OPEN_MAXIMUM = 30 };

struct resumable {
    struct uuid id, dossier_id;
    const char *kind, *paper_key, *file_name;
    const char *metadata; /* as sent */
    int64_t length;
    const char *storage_name;
    int key_version;
    struct str wrapped_key;
    instant expires_at;
    bool complete; /* its document is there */
};

struct resumable_writer;

/*
 * New row and file for the actor: dossier_id, kind, paper_key, file_name, metadata and length are given, the
 * rest is filled in. STATUS_UNAVAILABLE: the disk refuses.
 */
NODISCARD enum status resumable_create(struct work *work, const struct uuid *tenant_id,
                                       struct resumable *resumable, struct error *error);
/* The actor's own upload of this dossier or draft; STATUS_NOT_FOUND. It may have expired. */
NODISCARD enum status resumable_find(struct work *work, const struct uuid *tenant_id,
                                     const struct uuid *dossier_id, const struct uuid *id,
                                     struct resumable *resumable, struct error *error);
/*
 * Takes the lock and finds out how far the upload has come. STATUS_CONFLICT ("resumable.busy"): somebody
 * writes; STATUS_NOT_FOUND: the file is gone.
 */
NODISCARD enum status resumable_open(struct work *work, const struct uuid *tenant_id,
                                     const struct resumable *resumable, struct resumable_writer **writer,
                                     struct error *error);
/* How far an upload has come that somebody else is writing: its whole chunks. */
int64_t resumable_received(const struct work *work, const struct resumable *resumable);

/* --- With the lock held; none of these needs a database. */

int64_t resumable_offset(struct resumable_writer *writer);
/*
 * STATUS_TOO_LARGE: more than the upload's length; nothing is written then. STATUS_CONFLICT, here and below:
 * nothing was heard for seconds, and another request has taken over.
 */
NODISCARD enum status resumable_write(struct resumable_writer *writer, struct str bytes);
/* Takes over what lies in `spool`, which is complete then and still the caller's. Statuses of
 * resumable_write(). */
NODISCARD enum status resumable_append(struct resumable_writer *writer, struct document_spool *spool);
/* Bytes came that are held apart for now: the line is alive. */
NODISCARD enum status resumable_heard(struct resumable_writer *writer);
/* All of it is on disk and survives a loss of power. */
NODISCARD enum status resumable_keep(struct resumable_writer *writer);
/* Keeps what came, gives the lock back, frees. NULL is fine. */
void resumable_close(struct resumable_writer *writer);

/* Notes the offset of the kept writer and puts off the expiry. STATUS_NOT_FOUND: the row is gone. */
NODISCARD enum status resumable_note(struct work *work, const struct uuid *tenant_id,
                                     struct resumable *resumable, struct resumable_writer *writer,
                                     struct error *error);
/*
 * Whether what has come so far may become a paper at all. A refusal (type, number of files) ends the upload:
 * a person need not send all of a film to hear that films are not taken.
 */
NODISCARD enum status resumable_check(struct work *work, const struct uuid *tenant_id,
                                      const struct resumable *resumable, const struct document_claim *claim,
                                      struct resumable_writer *writer, struct error *error);
/*
 * Makes the document of an upload that has all its bytes, kept. A refusal (type, number of files, already
 * sent) ends the upload; STATUS_UNAVAILABLE leaves it, so that the last request may be repeated.
 */
NODISCARD enum status resumable_complete(struct work *work, const struct uuid *tenant_id,
                                         const struct resumable *resumable,
                                         const struct document_claim *claim, struct resumable_writer *writer,
                                         struct error *error);
/* Row and files go; what became a document stays one. The writer is still the caller's to close. */
NODISCARD enum status resumable_remove(struct work *work, const struct uuid *tenant_id,
                                       const struct resumable *resumable, struct resumable_writer *writer,
                                       struct error *error);

/* Removes what has expired, of all agencies, and files without a row. */
NODISCARD enum status resumable_sweep(struct work *work, int64_t *removed, struct error *error);

#endif
