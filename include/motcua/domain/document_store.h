/*
 * Where the encrypted bytes of documents lie: a folder, or a bucket that speaks S3 (a port, filled by app). A
 * store sees only sealed bytes under random names; each document's row says in which store it is, so both can
 * be in use at once and documents can move while the portal runs. A blob is written once and never changed.
 */
#ifndef MOTCUA_DOMAIN_DOCUMENT_STORE_H
#define MOTCUA_DOMAIN_DOCUMENT_STORE_H

#include "motcua/domain/document.h"

#define DOCUMENT_STORE_FOLDER "folder"
#define DOCUMENT_STORE_S3     "s3"

struct document_blob {
    const char *name;
    uint64_t size;
    instant changed_at;
};
typedef enum status document_blob_visitor(void *context, const struct document_blob *blob,
                                          struct error *error);

/* The part of a blob of `size` bytes that somebody wants to read: its first `head` bytes, and `from` to `to`,
 * without `to`. */
struct document_window {
    uint64_t size, head, from, to;
};

/* All functions may be called by any thread. `name`: of our form, see document_storage_name_valid(). */
struct document_store {
    void *context;
    /* All bytes of `file` (a regular file) under `name`: whole and lasting on STATUS_OK. */
    enum status (*put)(void *context, struct arena *arena, const char *name, int file, struct error *error);
    /* A regular file that holds the blob, at least as far as `window` says (NULL: whole), each byte in its
     * place; the caller closes it. STATUS_NOT_FOUND: there is none. */
    enum status (*open)(void *context, struct arena *arena, const char *name,
                        const struct document_window *window, int *file, struct error *error);
    /* STATUS_OK also when there is none. */
    enum status (*remove)(void *context, struct arena *arena, const char *name, struct error *error);
    /* Every blob with a name of our form, in any order; stops when the visitor fails. */
    enum status (*list)(void *context, struct arena *arena, document_blob_visitor *visit, void *visiting,
                        struct error *error);
};

bool document_storage_name_valid(const char *name);

/* --- Moving */

struct document_move {
    int64_t moved, damaged; /* damaged ones stay where they are */
};
/*
 * Moves every document of the tenant that is not yet in store `to`. Each is read whole and authenticated,
 * written there, its row changed, and only then the old blob deleted; so it may be killed and started again
 * at any moment, and whoever reads finds the bytes. `report` (may be NULL) hears of what cannot be moved.
 */
typedef void document_reporter(void *context, const struct document *document, const char *problem);
NODISCARD enum status document_move_all(struct work *work, const struct uuid *tenant_id, const char *to,
                                        document_reporter *report, void *reporting,
                                        struct document_move *result, struct error *error);

/* --- Checking */

struct document_check {
    int64_t documents, faulty;
};
/* Reads and authenticates all documents of a tenant, or `sample` of them chosen at random (0: all). */
NODISCARD enum status document_check_all(struct work *work, const struct uuid *tenant_id, int64_t sample,
                                         document_reporter *report, void *reporting,
                                         struct document_check *result, struct error *error);
struct document_orphans {
    int64_t found, removed;
    int64_t old; /* of those that stay: written before `old_before` */
};
/*
 * Blobs without a row in a store, each told to `report`; with `remove` those are deleted that were written
 * before `old_before`. Something younger may belong to an upload whose row is yet to come.
 */
typedef void document_orphan_reporter(void *context, const char *store, const struct document_blob *blob,
                                      bool removed);
NODISCARD enum status document_orphans_find(struct work *work, const char *store, instant old_before,
                                            bool remove, document_orphan_reporter *report, void *reporting,
                                            struct document_orphans *result, struct error *error);

/* Deletes the bytes of documents that were removed from drafts at least a week ago; at most `maximum`. */
NODISCARD enum status document_sweep_removed(struct work *work, int maximum, size_t *done,
                                             struct error *error);

#endif
