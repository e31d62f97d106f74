/* The keys of files wrapped by the newest version of their tenant's key, instead of an older one. */
#include "document_private.h"
#include "motcua/domain/key_rotation.h"
#include "motcua/domain/keys.h"

enum { REWRAP_BATCH = 100 };

#define REWRAP_COLUMNS DB_COLUMNS({"id", DB_UUID}, {"key_version", DB_INT32}, {"wrapped_key", DB_BYTES})
#define REWRAP_FROM(table, further)                                                                          \
    "SELECT id, key_version, wrapped_key FROM " table " WHERE tenant_id = motcua.app_tenant() AND "          \
    "key_version <> $1 AND id > $2 " further "ORDER BY id LIMIT $3"
#define REWRAP_IN(table)                                                                                     \
    "UPDATE " table " SET key_version = $3, wrapped_key = $4 WHERE tenant_id = motcua.app_tenant() AND "     \
    "id = $1 AND key_version = $2"

DB_STATEMENT(rewrap_documents, DB_PARAMETERS(DB_INT32, DB_UUID, DB_INT32), REWRAP_COLUMNS,
             REWRAP_FROM("document", "AND swept_at IS NULL "))
DB_STATEMENT(rewrap_document, DB_PARAMETERS(DB_UUID, DB_INT32, DB_INT32, DB_BYTES), DB_NOTHING,
             REWRAP_IN("document"))
DB_STATEMENT(rewrap_uploads, DB_PARAMETERS(DB_INT32, DB_UUID, DB_INT32), REWRAP_COLUMNS,
             REWRAP_FROM("resumable_upload", ""))
DB_STATEMENT(rewrap_upload, DB_PARAMETERS(DB_UUID, DB_INT32, DB_INT32, DB_BYTES), DB_NOTHING,
             REWRAP_IN("resumable_upload"))

/* What was swept away has no key; nor does it hold an old version back. */
DB_STATEMENT(rewrap_swept, DB_PARAMETERS(DB_INT32), DB_NOTHING,
             "UPDATE document SET key_version = $1 WHERE tenant_id = motcua.app_tenant() AND "
             "key_version <> $1 AND swept_at IS NOT NULL")

struct rewrap {
    struct work *work;
    const struct uuid *tenant_id;
    const char *kind; /* in the context of the wrapping: "file:<id>" */
    const struct db_statement *next, *write;
    struct secret_key newest;
    int version;
    key_rewrap_reporter *report;
    void *reporting;
    const struct db_result *rows; /* the batch */
    struct wrapped_key **fresh;   /* of each row; NULL: damaged */
    struct key_rewrap *result;
};

/* NULL: its version does not open it. */
static struct wrapped_key *wrap_again(struct rewrap *rewrap, const struct uuid *id, int version,
                                      struct str wrapped)
{
    SECRET_KEY_AUTO old;
    SECRET_KEY_AUTO key;
    struct arena *arena = rewrap->work->arena;
    struct error ignored = {0};
    int found;
    struct str context = str_of(arena_printf(arena, "%s:%s", rewrap->kind, id->text));
    if (key_ring_tenant(rewrap->work, rewrap->tenant_id, version, &old, &found, &ignored) != STATUS_OK ||
        keys_unwrap(&old, context, wrapped, &key) != STATUS_OK)
        return NULL;
    struct wrapped_key *fresh = arena_alloc(arena, sizeof *fresh);
    keys_wrap(&rewrap->newest, context, &key, fresh);
    return fresh;
}

/* Unwraps and wraps before the transaction, so that nothing is locked meanwhile. */
static void prepare_batch(struct rewrap *rewrap)
{
    const struct db_result *rows = rewrap->rows;
    rewrap->fresh = arena_array(rewrap->work->arena, rows->row_count, sizeof(struct wrapped_key *));
    for (size_t i = 0; i < rows->row_count; i++) {
        struct uuid id = db_get_uuid(rows, i, 0);
        rewrap->fresh[i] = wrap_again(rewrap, &id, db_get_int32(rows, i, 1), db_get_bytes(rows, i, 2));
        if (rewrap->fresh[i] != NULL) continue;
        rewrap->result->damaged++;
        if (rewrap->report != NULL) rewrap->report(rewrap->reporting, rewrap->kind, id.text);
    }
}

static enum status write_batch(struct db_transaction *transaction, void *context, struct error *error)
{
    const struct rewrap *rewrap = context;
    struct db_batch *write = db_batch(transaction);
    for (size_t i = 0; i < rewrap->rows->row_count; i++) {
        const struct wrapped_key *fresh = rewrap->fresh[i];
        if (fresh == NULL) continue;
        db_add(write, rewrap->write, db_uuid(db_get_uuid(rewrap->rows, i, 0)),
               db_int32(db_get_int32(rewrap->rows, i, 1)), db_int32(rewrap->version),
               db_bytes(str_make((const char *)fresh->bytes, sizeof fresh->bytes)));
    }
    return db_commit(write, error);
}

static enum status rewrap_table(struct rewrap *rewrap, struct error *error)
{
    struct work *work = rewrap->work;
    struct db_scope scope = work_scope(work, rewrap->tenant_id);
    struct uuid after = {DOCUMENT_FIRST_ID};
    for (;;) {
        struct arena_mark mark = arena_mark(work->arena);
        struct db_result *rows;
        enum status status = db_read_one(
            work->db, &scope, work->arena, rewrap->next,
            DB_VALUES(db_int32(rewrap->version), db_uuid(after), db_int32(REWRAP_BATCH)), &rows, error);
        if (status != STATUS_OK || rows->row_count == 0) return status;
        after = db_get_uuid(rows, rows->row_count - 1, 0);
        rewrap->rows = rows;
        int64_t damaged = rewrap->result->damaged;
        prepare_batch(rewrap);
        status = db_transaction(work->db, &scope, work->arena, write_batch, rewrap, error);
        if (status != STATUS_OK) return status;
        rewrap->result->done += (int64_t)rows->row_count - (rewrap->result->damaged - damaged);
        arena_rewind(work->arena, mark);
    }
}

enum status key_rewrap(struct work *work, const struct uuid *tenant_id, key_rewrap_reporter *report,
                       void *reporting, struct key_rewrap *result, struct error *error)
{
    SECRET_KEY_AUTO newest;
    struct rewrap rewrap = {.work = work,
                            .tenant_id = tenant_id,
                            .kind = "file",
                            .next = &rewrap_documents,
                            .write = &rewrap_document,
                            .report = report,
                            .reporting = reporting,
                            .result = result};
    struct tenant_key_state *states;
    size_t count;
    enum status status = key_list(work, tenant_id, &states, &count, error);
    if (status != STATUS_OK || count == 0) return status;
    status = key_ring_tenant(work, tenant_id, 0, &newest, &rewrap.version, error);
    if (status != STATUS_OK) return status;
    rewrap.newest = newest;
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *ignored;
    status = db_write_one(work->db, &scope, work->arena, &rewrap_swept, DB_VALUES(db_int32(rewrap.version)),
                          &ignored, error);
    if (status == STATUS_OK) status = rewrap_table(&rewrap, error);
    if (status == STATUS_OK) {
        rewrap.kind = "upload";
        rewrap.next = &rewrap_uploads;
        rewrap.write = &rewrap_upload;
        status = rewrap_table(&rewrap, error);
    }
    secret_wipe(&rewrap.newest, sizeof rewrap.newest);
    return status;
}
