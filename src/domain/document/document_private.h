/* Shared inside document. */
#ifndef DOCUMENT_PRIVATE_H
#define DOCUMENT_PRIVATE_H

#include "motcua/crypto/filecrypt.h"
#include "motcua/crypto/keys.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/document.h"
#include "motcua/domain/document_store.h"

enum { DOCUMENT_PATH_SIZE = 4096, DOCUMENT_HEAD = 64 * 1024, DOCUMENT_NAME_LENGTH = 43 };

#define DOCUMENT_FIRST_ID "00000000-0000-0000-0000-000000000000"

struct document_spool {
    char path[DOCUMENT_PATH_SIZE];
    int file;
    struct secret_key key;
    struct filecrypt_writer *writer; /* NULL once closed */
    struct hash_stream hash;
    struct hash sha256;
    uint64_t size;
    bool complete, moved;
    size_t head_length;
    char head[DOCUMENT_HEAD]; /* the beginning, in the clear, to tell the type by */
};

/* Makes <data>/spool and <data>/documents. */
NODISCARD enum status document_folders(const char *data_folder);
/* The path of a stored file; makes its folder. STATUS_INVALID for a name that is none of ours. */
NODISCARD enum status document_place(const char *data_folder, const char *storage_name,
                                     char path[DOCUMENT_PATH_SIZE]);
/* Moves the complete file to its place; *storage_name is part of the spool. */
NODISCARD enum status document_spool_keep(struct document_spool *spool, const char *data_folder,
                                          const char **storage_name);
/* After that, when its row could not be made: the file is the spool's again. */
void document_spool_take_back(struct document_spool *spool, const char *data_folder);
/* Makes a rename in the folder of `path` lasting. */
NODISCARD enum status document_sync_folder(const char *path);

/* --- Stores */

struct document_store document_folder_store(const char *data_folder);
/* Of the store of that name; STATUS_UNAVAILABLE when it is not set up. Else as struct document_store. */
NODISCARD enum status document_store_open(struct work *work, const char *store, const char *name,
                                          const struct document_window *window, int *file,
                                          struct error *error);
NODISCARD enum status document_store_put(struct work *work, const char *store, const char *name, int file,
                                         struct error *error);
NODISCARD enum status document_store_remove(struct work *work, const char *store, const char *name,
                                            struct error *error);
NODISCARD enum status document_store_list(struct work *work, const char *store, document_blob_visitor *visit,
                                          void *visiting, struct error *error);
/* The complete spool into the store for new documents; *store is static, *name part of the spool. */
NODISCARD enum status document_store_keep(struct work *work, struct document_spool *spool, const char **store,
                                          const char **name, struct error *error);
/* known[i]: names[i] in that store belongs to a document of some agency. */
NODISCARD enum status document_names_check(struct work *work, const char *store, const struct str *names,
                                           size_t count, bool *known, struct error *error);

/* --- Rows */

#define DOCUMENT_COLUMNS                                                                                     \
    {"id", DB_UUID}, {"account_id", DB_UUID}, {"dossier_id", DB_UUID}, {"kind", DB_TEXT},                    \
        {"paper_key", DB_TEXT}, {"file_name", DB_TEXT}, {"media_type", DB_TEXT}, {"size", DB_INT64},         \
        {"sha256", DB_BYTES}, {"storage_name", DB_TEXT}, {"key_version", DB_INT32},                          \
        {"wrapped_key", DB_BYTES}, {"store", DB_TEXT}, {"created_at", DB_INSTANT},                           \
        {"received_sha256", DB_BYTES}, {"received_size", DB_INT64}, {"pages", DB_INT32},                     \
        {"remarks", DB_TEXT}, {"scan_state", DB_TEXT},                                                       \
    {                                                                                                        \
        "scan_finding", DB_TEXT                                                                              \
    }
#define DOCUMENT_SELECT                                                                                      \
    "id, account_id, dossier_id, kind, paper_key, file_name, media_type, size, sha256, storage_name, "       \
    "key_version, "                                                                                          \
    "wrapped_key, store, created_at, received_sha256, received_size, pages, remarks, scan_state, "           \
    "scan_finding"

struct document document_read_row(const struct db_result *rows, size_t row);
/* The blob of a document, also when it has just moved: document->store is what holds it. STATUS_NOT_FOUND:
 * lost. */
NODISCARD enum status document_open_wherever(struct work *work, const struct uuid *tenant_id,
                                             struct document *document, const struct document_window *window,
                                             int *file, struct error *error);
/* STATUS_INVALID: cut off or none of ours, STATUS_DENIED: the row's key is not the tenant's. */
NODISCARD enum status document_reader(struct work *work, const struct uuid *tenant_id,
                                      const struct document *document, int file,
                                      struct filecrypt_reader **reader, struct error *error);
/* Reads and authenticates the whole. *problem NULL: sound, and *file is the caller's to close; else what is
 * wrong, for the operator. */
NODISCARD enum status document_check_one(struct work *work, const struct uuid *tenant_id,
                                         const struct document *document, int *file, const char **problem,
                                         struct error *error);

/* The type that has this ending, ".pdf"; 0: none. */
unsigned document_type_of_ending(struct str ending);
/* ".pdf"; "" for what is none of the types. */
const char *document_type_ending(struct arena *arena, const char *media_type);
/* Wraps the file's key, moves the file to its place and fills the rest of the row. */
NODISCARD enum status document_keep_spool(struct work *work, struct document_spool *spool,
                                          const struct uuid *tenant_id, struct document *document,
                                          struct error *error);
/* The row of what a person hands in, and what belongs beside it, in one transaction. STATUS_CONFLICT
 * ("document.sent"): no longer. */
NODISCARD enum status document_add_own(struct work *work, const struct uuid *tenant_id,
                                       const struct document *document, const struct document_beside *beside,
                                       struct error *error);
/* The row of a paper for the actor's personal store. STATUS_INVALID ("store.full"): it takes no more. */
NODISCARD enum status document_add_stored(struct work *work, const struct uuid *tenant_id,
                                          const struct document *document, struct error *error);
/* Whether it failed in a way that leaves open if the row is there: then the bytes must stay. */
bool document_may_have_row(const struct error *error);
enum media_kind document_kind_of(const char *media_type);

/* Media type by content, static text; NULL when it is none that we take; then *refusal says why and what to
 * do. */
const char *document_media_type(const char *head, size_t length, const char **refusal);
/* The same, with what the paper takes and has already: of a file of which DOCUMENT_HEAD bytes, or all, have
 * come. STATUS_INVALID: it will not be taken. */
NODISCARD enum status document_check_begun(struct work *work, const struct document_spool *spool,
                                           const struct uuid *tenant_id, const struct uuid *dossier_id,
                                           const struct document_claim *claim, const char **media_type,
                                           struct error *error);
/*
 * Has the closed spool file looked into; fills pages, remarks and what was received. *kept: a closed file to
 * store instead, NULL when it stays as it came. STATUS_INVALID ("document.refused"): not to be taken.
 */
NODISCARD enum status document_inspect(struct work *work, const struct uuid *tenant_id,
                                       struct document_spool *spool, bool portrait, struct document *document,
                                       struct document_spool **kept, struct error *error);

/* --- The personal store */

struct store_paper;
struct removed_paper;
/* Takes away what its owner put in; *removed: the blob, which is then the caller's to delete. */
NODISCARD enum status store_remove_stored(struct work *work, const struct store_paper *paper,
                                          struct removed_paper *removed, struct error *error);

#endif
