/*
 * Papers and results. Bytes are blobs in a store (domain/document_store.h), each encrypted with a key of its
 * own that is wrapped by the tenant's key (crypto/filecrypt.h); the database row says what, whose, how large
 * and its SHA-256. A blob without a row is rubbish; a row never points to a blob that is not complete.
 */
#ifndef MOTCUA_DOMAIN_DOCUMENT_H
#define MOTCUA_DOMAIN_DOCUMENT_H

#include "motcua/crypto/filecrypt.h"
#include "motcua/domain/context.h"

struct document {
    struct uuid id, account_id, dossier_id;
    const char *kind; /* paper, supplement, result, internal */
    const char *paper_key, *file_name, *media_type, *storage_name;
    const char *store; /* "folder" or "s3": domain/document_store.h */
    int64_t size;
    struct str sha256, wrapped_key;
    int key_version;
    instant created_at;
    struct str received_sha256;            /* as handed in, where what is kept differs; else data NULL */
    int64_t received_size;                 /* of that */
    int pages;                             /* of a PDF; 0: not known */
    const char *remarks;                   /* see document_has_remark() */
    const char *scan_state, *scan_finding; /* as stored; read it through domain/scan.h */
};

/* Call when a thread that attached documents ends. */
void document_thread_end(void);

/* --- Receiving: needs no database, so it may run while the bytes come in. */

struct document_spool;

/* A new encrypted file below `data_folder`/spool. STATUS_UNAVAILABLE: the disk refuses. */
NODISCARD enum status document_spool_open(const char *data_folder, struct document_spool **spool);
NODISCARD enum status document_spool_write(struct document_spool *spool, struct str bytes);
/* Complete and on disk. */
NODISCARD enum status document_spool_close(struct document_spool *spool);
/* Deletes the file unless it was attached; frees. NULL is fine. */
void document_spool_destroy(struct document_spool *spool);
/* Plain bytes so far. */
uint64_t document_spool_size(const struct document_spool *spool);

/* Over the plain bytes of a closed spool that stays with its owner. STATUS_INVALID: it is cut off. */
NODISCARD enum status document_spool_reader(struct document_spool *spool, struct filecrypt_reader **reader);

/* What may be attached. */
enum { DOCUMENTS_PER_DOSSIER = 100 };
#define DOCUMENT_MAXIMUM_SIZE (INT64_C(2) * 1024 * 1024 * 1024)

/*
 * Makes the spooled file a document of a dossier or draft (same id). The type is told by content (libmagic),
 * not by name: PDF, JPEG, PNG, WebP, Office Open XML / OpenDocument text; anything else STATUS_INVALID
 * ("document.type"); empty files "document.empty"; too many "document.too_many"; damaged, with a password or
 * with macros "document.refused". Pictures are written anew, upright and without metadata; a PDF loses its
 * active content (domain/inspect.h). The name is made safe. *id is the new document's: a new
 * one when it is empty before, else that one. When it fails, the file is the spool's as before.
 */
NODISCARD enum status document_attach(struct work *work, struct document_spool *spool,
                                      const struct uuid *tenant_id, const struct uuid *dossier_id,
                                      const char *kind, struct str paper_key, struct str file_name,
                                      struct uuid *id, struct error *error);
/* A document made by the program (result PDF), within a transaction: writes the file, adds the row to the
 * batch. */
NODISCARD enum status document_prepare(struct work *work, const struct uuid *tenant_id,
                                       const struct uuid *dossier_id, const char *kind, const char *file_name,
                                       const char *media_type, struct str bytes, struct document *document,
                                       struct error *error);
void document_insert(struct db_batch *batch, const struct document *document);
/* The file of a prepared document whose transaction failed. */
void document_discard(struct work *work, const struct document *document);

/* --- Reading. Who may look has been decided by the caller. */

NODISCARD enum status document_list(struct work *work, const struct uuid *tenant_id,
                                    const struct uuid *dossier_id, struct document **documents, size_t *count,
                                    struct error *error);
NODISCARD enum status document_find(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                    struct document *document, struct error *error);
/* An open reader over the plain bytes; *descriptor is the caller's to close after the reader. What is in
 * quarantine or infected is refused (domain/scan.h). */
NODISCARD enum status document_open(struct work *work, const struct uuid *tenant_id,
                                    const struct document *document, struct filecrypt_reader **reader,
                                    int *descriptor, struct error *error);
/* The same for the virus scanner, which must read what nobody else may yet. */
NODISCARD enum status document_open_quarantined(struct work *work, const struct uuid *tenant_id,
                                                const struct document *document,
                                                struct filecrypt_reader **reader, int *descriptor,
                                                struct error *error);
/* What the inspection has found: "dark", "blurred", "small" (a picture that may be hard to read), "active"
 * (something was taken out), "repaired". */
bool document_has_remark(const struct document *document, const char *remark);
/* Marks as removed, if it is the actor's own and of this dossier. STATUS_NOT_FOUND otherwise. */
NODISCARD enum status document_remove(struct work *work, const struct uuid *tenant_id,
                                      const struct uuid *dossier_id, const struct uuid *id,
                                      struct error *error);
/* Deletes spool files older than a day. Count of what was deleted. */
size_t document_sweep(const char *data_folder, instant now);

#endif
