/* Lost, changed, cut-off and foreign blobs; blobs without a row; bytes of what was removed. */
#include <sys/stat.h>
#include <unistd.h>

#include "document_private.h"
#include "motcua/calendar/civil.h"

enum { ORPHAN_BATCH = 500, REMOVED_KEPT_DAYS = 7 };

/* Every chunk; NULL when all fit together and are what was handed in. */
static const char *read_through(struct work *work, const struct document *document,
                                struct filecrypt_reader *reader)
{
    char bytes[FILECRYPT_CHUNK];
    struct hash_stream stream;
    hash_stream_start(&stream);
    uint64_t size = filecrypt_size(reader);
    size_t length = 0;
    for (uint64_t at = 0;; at += length) {
        enum status status = filecrypt_read(reader, at, bytes, sizeof bytes, &length);
        if (status != STATUS_OK) {
            (void)hash_stream_finish(&stream);
            secret_wipe(bytes, sizeof bytes);
            if (status != STATUS_DENIED) return "cannot be read";
            if (size != (uint64_t)document->size)
                return arena_printf(work->arena, "cut off or foreign: %llu bytes instead of %lld",
                                    (unsigned long long)size, (long long)document->size);
            return at == 0 ? "changed at byte 0, or the bytes of another document"
                           : arena_printf(work->arena, "changed at byte %llu", (unsigned long long)at);
        }
        if (length == 0) break;
        hash_stream_add(&stream, str_make(bytes, length));
    }
    secret_wipe(bytes, sizeof bytes);
    struct hash sha256 = hash_stream_finish(&stream);
    return secret_equal(hash_view(&sha256), document->sha256) ? NULL : "another content than its row says";
}

enum status document_check_one(struct work *work, const struct uuid *tenant_id,
                               const struct document *document, int *file, const char **problem,
                               struct error *error)
{
    struct filecrypt_reader *reader = NULL;
    struct document now = *document;
    int descriptor = -1;
    enum status status = document_open_wherever(work, tenant_id, &now, NULL, &descriptor, error);
    if (status == STATUS_NOT_FOUND) {
        *problem = "lost: its store has no such blob";
        return STATUS_OK;
    }
    if (status != STATUS_OK) return status;
    status = document_reader(work, tenant_id, document, descriptor, &reader, error);
    if (status == STATUS_OK) {
        *problem = read_through(work, document, reader);
        filecrypt_reader_close(reader);
    } else if (status == STATUS_INVALID) {
        *problem = "cut off, or not a stored document at all";
    } else if (status == STATUS_DENIED) {
        *problem = "its key cannot be opened: the row was changed";
    } else {
        close(descriptor);
        return status;
    }
    if (*problem != NULL)
        close(descriptor);
    else
        *file = descriptor;
    return STATUS_OK;
}

DB_STATEMENT(document_after, DB_PARAMETERS(DB_UUID), DB_COLUMNS(DOCUMENT_COLUMNS),
             "SELECT " DOCUMENT_SELECT
             " FROM document WHERE tenant_id = motcua.app_tenant() AND swept_at IS NULL AND id > $1 "
             "ORDER BY id LIMIT 100")

DB_STATEMENT(document_sample, DB_PARAMETERS(DB_INT64), DB_COLUMNS(DOCUMENT_COLUMNS),
             "SELECT " DOCUMENT_SELECT
             " FROM document WHERE tenant_id = motcua.app_tenant() AND swept_at IS NULL "
             "ORDER BY random() LIMIT $1")

enum status document_check_all(struct work *work, const struct uuid *tenant_id, int64_t sample,
                               document_reporter *report, void *reporting, struct document_check *result,
                               struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct uuid after = {DOCUMENT_FIRST_ID};
    for (;;) {
        struct arena_mark mark = arena_mark(work->arena);
        struct db_result *rows;
        enum status status = sample > 0 ? db_read_one(work->db, &scope, work->arena, &document_sample,
                                                      DB_VALUES(db_int64(sample)), &rows, error)
                                        : db_read_one(work->db, &scope, work->arena, &document_after,
                                                      DB_VALUES(db_uuid(after)), &rows, error);
        if (status != STATUS_OK) return status;
        for (size_t i = 0; i < rows->row_count; i++) {
            struct document document = document_read_row(rows, i);
            const char *problem = NULL;
            int file;
            status = document_check_one(work, tenant_id, &document, &file, &problem, error);
            if (status != STATUS_OK) return status;
            if (problem == NULL) close(file);
            if (problem != NULL && report != NULL) report(reporting, &document, problem);
            result->documents++;
            result->faulty += problem != NULL;
            after = document.id;
        }
        bool last = rows->row_count == 0 || sample > 0;
        arena_rewind(work->arena, mark);
        if (last) return STATUS_OK;
    }
}

/* --- Without a row */

DB_STATEMENT(document_known, DB_PARAMETERS(DB_TEXT, DB_TEXT_ARRAY), DB_COLUMNS({"storage_name", DB_TEXT}),
             "SELECT storage_name FROM document_names_known($1, $2)")

enum status document_names_check(struct work *work, const char *store, const struct str *names, size_t count,
                                 bool *known, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &document_known,
                                     DB_VALUES(db_cstr(store), db_text_array(names, count)), &rows, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < count; i++) {
        known[i] = false;
        for (size_t row = 0; row < rows->row_count && !known[i]; row++)
            known[i] = str_equal_cstr(names[i], db_get_cstr(rows, row, 0));
    }
    return STATUS_OK;
}

struct orphan_search {
    struct work *work;
    const char *store;
    instant old_before;
    bool remove;
    document_orphan_reporter *report;
    void *reporting;
    struct document_orphans *result;
    size_t count;
    char names[ORPHAN_BATCH][DOCUMENT_NAME_LENGTH + 1];
    struct document_blob blobs[ORPHAN_BATCH];
};

/* The rows are asked after the store has been listed, so a row that came meanwhile is seen. */
static enum status settle_batch(struct orphan_search *search, struct error *error)
{
    struct work *work = search->work;
    struct str names[ORPHAN_BATCH];
    bool known[ORPHAN_BATCH];
    for (size_t i = 0; i < search->count; i++)
        names[i] = str_of(search->names[i]);
    enum status status = search->count == 0
                             ? STATUS_OK
                             : document_names_check(work, search->store, names, search->count, known, error);
    for (size_t i = 0; i < search->count && status == STATUS_OK; i++) {
        if (known[i]) continue;
        struct document_blob *blob = &search->blobs[i];
        bool old = blob->changed_at < search->old_before;
        if (old && search->remove)
            status = document_store_remove(work, search->store, search->names[i], error);
        bool removed = old && search->remove && status == STATUS_OK;
        blob->name = search->names[i];
        search->result->found++;
        search->result->removed += removed;
        search->result->old += old && !removed;
        if (search->report != NULL) search->report(search->reporting, search->store, blob, removed);
    }
    search->count = 0;
    return status;
}

static enum status gather(void *context, const struct document_blob *blob, struct error *error)
{
    struct orphan_search *search = context;
    memcpy(search->names[search->count], blob->name, DOCUMENT_NAME_LENGTH + 1);
    search->blobs[search->count++] = *blob;
    return search->count == ORPHAN_BATCH ? settle_batch(search, error) : STATUS_OK;
}

enum status document_orphans_find(struct work *work, const char *store, instant old_before, bool remove,
                                  document_orphan_reporter *report, void *reporting,
                                  struct document_orphans *result, struct error *error)
{
    struct orphan_search *search = arena_zalloc(work->arena, sizeof *search);
    search->work = work;
    search->store = store;
    search->old_before = old_before;
    search->remove = remove;
    search->report = report;
    search->reporting = reporting;
    search->result = result;
    enum status status = document_store_list(work, store, gather, search, error);
    return status == STATUS_OK ? settle_batch(search, error) : status;
}

/* --- Removed from a draft */

DB_STATEMENT(document_removed, DB_PARAMETERS(DB_INSTANT, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}, {"store", DB_TEXT},
                        {"storage_name", DB_TEXT}),
             "SELECT tenant_id, id, store, storage_name FROM document_removed_due($1, $2)")

DB_STATEMENT(document_swept, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "UPDATE document SET swept_at = $3 WHERE tenant_id = motcua.app_tenant() AND id = $1 "
             "AND store = $2 AND removed_at IS NOT NULL AND swept_at IS NULL")

enum status document_sweep_removed(struct work *work, int maximum, size_t *done, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows, *result;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &document_removed,
        DB_VALUES(db_instant(work->now - REMOVED_KEPT_DAYS * DAY_US), db_int32(maximum)), &rows, error);
    if (status != STATUS_OK) return status;
    const char *failed = ""; /* a store that does not answer now holds up no other */
    for (size_t i = 0; i < rows->row_count; i++) {
        struct uuid tenant_id = db_get_uuid(rows, i, 0);
        const char *store = db_get_cstr(rows, i, 2);
        struct db_scope own = work_scope(work, &tenant_id);
        if (strcmp(store, failed) == 0) continue;
        enum status removed = document_store_remove(work, store, db_get_cstr(rows, i, 3), error);
        if (removed == STATUS_OK)
            removed = db_write_one(
                work->db, &own, work->arena, &document_swept,
                DB_VALUES(db_uuid(db_get_uuid(rows, i, 1)), db_cstr(store), db_instant(work->now)), &result,
                error);
        else
            failed = store;
        if (removed != STATUS_OK) status = removed;
        *done += removed == STATUS_OK && result->affected == 1;
    }
    return status;
}
