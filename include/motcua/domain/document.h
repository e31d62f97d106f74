/*
 * Papers and results. Bytes are blobs in a store (domain/document_store.h), each encrypted with a key of its
 * own that is wrapped by the tenant's key (crypto/filecrypt.h); the database row says what, whose, how large
 * and its SHA-256. A blob without a row is rubbish; a row never points to a blob that is not complete.
 */
#ifndef MOTCUA_DOMAIN_DOCUMENT_H
#define MOTCUA_DOMAIN_DOCUMENT_H

#include "motcua/base/buf.h"
#include "motcua/crypto/filecrypt.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/context.h"

struct document {
    struct uuid id, account_id, dossier_id;
    const char *kind;  /* paper, supplement, result, internal, stored (domain/store.h) */
    const char *title; /* of a stored one to be kept; else NULL */
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
/* Of a complete one: SHA-256 of the plain bytes. */
struct hash document_spool_hash(const struct document_spool *spool);

/* Over the plain bytes of a closed spool that stays with its owner. STATUS_INVALID: it is cut off. */
NODISCARD enum status document_spool_reader(struct document_spool *spool, struct filecrypt_reader **reader);

/* What may be attached. */
enum { DOCUMENTS_PER_DOSSIER = 100 };
#define DOCUMENT_MAXIMUM_SIZE (INT64_C(2) * 1024 * 1024 * 1024)

/* Kinds of files: bits, so that a paper can say which of them it may be; 0 stands for all. */
enum { DOCUMENT_TYPES = 6 };
/* "pdf", "jpg", "png", "webp", "docx", "odt"; 0: no such word. */
unsigned document_type_of_word(struct str word);
unsigned document_type_bit(const char *media_type);
/* "PDF, JPG", and ".pdf,.jpg,.jpeg" as a file input has it. */
const char *document_type_names(struct arena *arena, unsigned types);
const char *document_type_endings(struct arena *arena, unsigned types);
/* Their media types, for programs. */
json_t *document_type_list(unsigned types);
/* The last part of the name as sent, in NFC, without signs that mean something to file systems, and with an
 * ending that fits what the file is. */
const char *document_safe_name(struct arena *arena, struct str name, const char *media_type);

/* Statements for the transaction in which a document gets its row; NULL: none. They may run more than once.
 */
struct document_beside {
    void (*add)(struct db_batch *batch, const struct document *document, void *context);
    void *context;
};

/* What a file is handed in as, and what its paper allows. */
struct document_claim {
    const char *kind;
    struct str paper_key, file_name;
    const char *title; /* of a paper for the personal store; else NULL */
    unsigned types;    /* 0: all */
    int max_files;     /* of this paper; 0: any number. Photos that can become one PDF count as one. */
    bool portrait;     /* should be a picture of a person, 3 by 4 */
    instant since;     /* files before that do not count (those of the dossier that is being supplemented) */
    const struct document_beside *beside;
};

/*
 * Makes the spooled file a document of a dossier or draft (same id). The type is told by content (libmagic),
 * not by name: PDF, JPEG, PNG, WebP, Office Open XML / OpenDocument text; anything else STATUS_INVALID
 * ("document.type"), also what its paper does not
 * take; more files than its paper takes "document.paper_full"; empty files "document.empty"; too many
 * "document.too_many"; damaged, with a password or with macros "document.refused". Pictures are written anew,
 * upright and without metadata; a PDF loses its active content (domain/inspect.h). The name is made safe. *id
 * is the new document's: a new one when it is empty before, else that one. When it fails, the file is the
 * spool's as before.
 */
NODISCARD enum status document_attach(struct work *work, struct document_spool *spool,
                                      const struct uuid *tenant_id, const struct uuid *dossier_id,
                                      const struct document_claim *claim, struct uuid *id,
                                      struct error *error);
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
/* The same when only the plain bytes first to last will be read: no more than their chunks is fetched from a
 * store that is far away. */
NODISCARD enum status document_open_part(struct work *work, const struct uuid *tenant_id,
                                         const struct document *document, uint64_t first, uint64_t last,
                                         struct filecrypt_reader **reader, int *descriptor,
                                         struct error *error);
/* The same for the virus scanner, which must read what nobody else may yet. */
NODISCARD enum status document_open_quarantined(struct work *work, const struct uuid *tenant_id,
                                                const struct document *document,
                                                struct filecrypt_reader **reader, int *descriptor,
                                                struct error *error);
/* What the inspection has found: "dark", "blurred", "small" (a picture that may be hard to read), "ratio" (no
 * portrait of 3 by 4, where it should be), "active" (something was taken out), "repaired". */
bool document_has_remark(const struct document *document, const char *remark);
/* All of them, as strings, each once. */
json_t *document_remark_list(const struct document *document);
/* Of a PDF made of photos: the pages it was found on, "2, 5"; "" where it is not said. */
const char *document_remark_pages(struct arena *arena, const struct document *document, const char *remark);
/* Marks as removed, if it is the actor's own and of this dossier. STATUS_NOT_FOUND otherwise. */
NODISCARD enum status document_remove(struct work *work, const struct uuid *tenant_id,
                                      const struct uuid *dossier_id, const struct uuid *id,
                                      struct error *error);
/* --- Photos of one paper */

/* JPEG, PNG, WebP. */
bool document_is_picture(const struct document *document);
/* Puts the actor's own pictures of a draft or supplement into this order of pages. STATUS_CONFLICT: one of
 * them is no longer there. */
NODISCARD enum status document_arrange(struct work *work, const struct uuid *tenant_id,
                                       const struct uuid *dossier_id, const struct uuid *ids, size_t count,
                                       struct error *error);
/*
 * Makes one PDF of the actor's own pictures, in this order, and removes them, in one transaction. One with a
 * virus is refused (STATUS_DENIED); one that waits for the scanner is taken, since what comes out waits as
 * well. What was remarked upon stays, with the page. Kind and paper are those of the first. STATUS_INVALID
 * ("document.pages"): too many, or too large together; STATUS_CONFLICT: meanwhile changed or sent.
 */
NODISCARD enum status document_join(struct work *work, const struct uuid *tenant_id,
                                    const struct uuid *dossier_id, const struct document *const *pictures,
                                    size_t count, struct str file_name, struct error *error);

/* --- Looking at one without opening it */

/* Documents that document_preview() can show: PDF and pictures. */
bool document_can_preview(const struct document *document);
/*
 * A page (from 1) as a JPEG, its longer side at most `side`, made in a child process. Refused as
 * document_open() refuses. *pages: how many there are. STATUS_NOT_FOUND: no such page.
 */
NODISCARD enum status document_preview(struct work *work, const struct uuid *tenant_id,
                                       const struct document *document, unsigned page, unsigned side,
                                       struct buf *jpeg, int *pages, struct error *error);

/* --- Many as one */

enum { BUNDLE_PAPERS = 30 };
#define BUNDLE_BYTES (INT64_C(120) * 1024 * 1024)
/*
 * One PDF of `lead` (a PDF) and these papers behind it (document_can_preview(), at most BUNDLE_PAPERS,
 * together at most BUNDLE_BYTES), made in a child process. *pdf is the caller's to destroy; NULL when
 * *left_out tells by bits (1 << 0: the first) which of them cannot be joined: try without them. Refused as
 * document_open() refuses.
 */
NODISCARD enum status document_bundle(struct work *work, const struct uuid *tenant_id, struct str lead,
                                      const struct document *const *papers, size_t count,
                                      struct document_spool **pdf, unsigned *left_out, struct error *error);

/* Deletes spool files older than a day. Count of what was deleted. */
size_t document_sweep(const char *data_folder, instant now);

#endif
