/* From one store to another while the portal runs. */
#include <unistd.h>

#include "document_private.h"

DB_STATEMENT(document_elsewhere, DB_PARAMETERS(DB_TEXT, DB_UUID), DB_COLUMNS(DOCUMENT_COLUMNS),
             "SELECT " DOCUMENT_SELECT
             " FROM document WHERE tenant_id = motcua.app_tenant() AND store <> $1 AND swept_at IS NULL "
             "AND id > $2 ORDER BY id LIMIT 100")

DB_STATEMENT(
    document_moved, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT), DB_NOTHING,
    "UPDATE document SET store = $3 WHERE tenant_id = motcua.app_tenant() AND id = $1 AND store = $2 "
    "AND swept_at IS NULL")

/* The old blob goes when no row of whatever agency points to it any more. */
static enum status remove_old(struct work *work, const struct document *document, struct error *error)
{
    struct str name = str_of(document->storage_name);
    bool known;
    enum status status = document_names_check(work, document->store, &name, 1, &known, error);
    if (status == STATUS_OK && !known)
        status = document_store_remove(work, document->store, document->storage_name, error);
    return status;
}

static enum status move_one(struct work *work, const struct uuid *tenant_id, const struct document *document,
                            const char *to, const char **problem, struct error *error)
{
    int file;
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    enum status status = document_check_one(work, tenant_id, document, &file, problem, error);
    if (status != STATUS_OK || *problem != NULL) return status;
    status = document_store_put(work, to, document->storage_name, file, error);
    close(file);
    if (status == STATUS_OK)
        status = db_write_one(work->db, &scope, work->arena, &document_moved,
                              DB_VALUES(db_uuid(document->id), db_cstr(document->store), db_cstr(to)),
                              &result, error);
    return status == STATUS_OK && result->affected == 1 ? remove_old(work, document, error) : status;
}

enum status document_move_all(struct work *work, const struct uuid *tenant_id, const char *to,
                              document_reporter *report, void *reporting, struct document_move *result,
                              struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct uuid after = {DOCUMENT_FIRST_ID};
    for (;;) {
        struct arena_mark mark = arena_mark(work->arena);
        struct db_result *rows;
        enum status status = db_read_one(work->db, &scope, work->arena, &document_elsewhere,
                                         DB_VALUES(db_cstr(to), db_uuid(after)), &rows, error);
        if (status != STATUS_OK) return status;
        for (size_t i = 0; i < rows->row_count; i++) {
            struct document document = document_read_row(rows, i);
            const char *problem = NULL;
            status = move_one(work, tenant_id, &document, to, &problem, error);
            if (status != STATUS_OK) return status;
            if (problem != NULL && report != NULL) report(reporting, &document, problem);
            result->moved += problem == NULL;
            result->damaged += problem != NULL;
            after = document.id;
        }
        bool last = rows->row_count == 0;
        arena_rewind(work->arena, mark);
        if (last) return STATUS_OK;
    }
}
