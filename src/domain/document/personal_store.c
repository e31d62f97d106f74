/* The personal store: over all agencies by one function that answers for the person who asks, and copies. */
#include "motcua/domain/store.h"

#include <unistd.h>

#include "motcua/domain/document.h"

DB_STATEMENT(
    store_own, DB_NOTHING,
    DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}, {"dossier_id", DB_UUID}, {"code", DB_TEXT},
               {"procedure_version_id", DB_UUID}, {"kind", DB_TEXT}, {"paper_key", DB_TEXT},
               {"title", DB_TEXT}, {"file_name", DB_TEXT}, {"media_type", DB_TEXT}, {"size", DB_INT64},
               {"at", DB_INSTANT}, {"removable", DB_BOOL}),
    "SELECT tenant_id, id, dossier_id, code, procedure_version_id, kind, paper_key, title, file_name, "
    "media_type, size, at, removable FROM own_papers()")

enum status store_list(struct work *work, struct store_paper **papers, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &store_own, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct store_paper *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = (struct store_paper){
            .tenant_id = db_get_uuid(rows, i, 0),
            .id = db_get_uuid(rows, i, 1),
            .dossier_id = db_get_uuid(rows, i, 2),
            .code = db_get_cstr(rows, i, 3),
            .version_id = db_get_uuid(rows, i, 4),
            .kind = db_get_cstr(rows, i, 5),
            .paper_key = db_get_cstr(rows, i, 6),
            .title = db_get_cstr(rows, i, 7),
            .file_name = db_get_cstr(rows, i, 8),
            .media_type = db_get_cstr(rows, i, 9),
            .size = db_get_int64(rows, i, 10),
            .at = db_get_instant(rows, i, 11),
            .removable = db_get_bool(rows, i, 12),
        };
    *papers = list;
    *count = rows->row_count;
    return STATUS_OK;
}

enum status store_find(struct work *work, const struct uuid *id, struct store_paper *paper,
                       struct error *error)
{
    struct store_paper *papers;
    size_t count;
    enum status status = store_list(work, &papers, &count, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < count; i++) {
        if (!uuid_same(&papers[i].id, id)) continue;
        *paper = papers[i];
        return STATUS_OK;
    }
    return error_set(error, work->arena, STATUS_NOT_FOUND, "store.unknown",
                     N_("Không có giấy tờ này trong kho của bạn"), NULL);
}

DB_STATEMENT(store_own_uses, DB_NOTHING,
             DB_COLUMNS({"source_id", DB_UUID}, {"code", DB_TEXT}, {"procedure_name", DB_TEXT},
                        {"used_at", DB_INSTANT}),
             "SELECT u.source_id, coalesce(s.code, '') AS code, coalesce(s.procedure_name, '') AS "
             "procedure_name, u.used_at FROM paper_use u "
             "LEFT JOIN dossier s ON s.tenant_id = u.tenant_id AND s.id = u.dossier_id "
             "LEFT JOIN draft d ON d.account_id = u.account_id AND d.id = u.dossier_id "
             "WHERE u.account_id = motcua.app_account() AND (s.id IS NOT NULL OR d.id IS NOT NULL) "
             "ORDER BY u.used_at DESC LIMIT 500")

enum status store_uses(struct work *work, struct store_use **uses, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &store_own_uses, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct store_use *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = (struct store_use){.source_id = db_get_uuid(rows, i, 0),
                                     .code = db_get_cstr(rows, i, 1),
                                     .procedure_name = db_get_cstr(rows, i, 2),
                                     .used_at = db_get_instant(rows, i, 3)};
    *uses = list;
    *count = rows->row_count;
    return STATUS_OK;
}

/* --- Using one again */

enum { COPY_BYTES = 64 * 1024 };

static enum status copy_bytes(struct filecrypt_reader *reader, struct document_spool *spool,
                              struct arena *arena)
{
    char *piece = arena_alloc(arena, COPY_BYTES);
    enum status status = STATUS_OK;
    uint64_t at = 0;
    size_t length = 1;
    while (status == STATUS_OK && length > 0) {
        status = filecrypt_read(reader, at, piece, COPY_BYTES, &length);
        if (status == STATUS_OK && length > 0) status = document_spool_write(spool, str_make(piece, length));
        at += length;
    }
    return status == STATUS_OK ? document_spool_close(spool) : status;
}

static enum status copy_to_spool(struct work *work, const struct store_paper *paper,
                                 struct document_spool **result, struct error *error)
{
    struct document document;
    struct filecrypt_reader *reader = NULL;
    int descriptor = -1;
    enum status status = document_find(work, &paper->tenant_id, &paper->id, &document, error);
    if (status == STATUS_OK)
        status = document_open(work, &paper->tenant_id, &document, &reader, &descriptor, error);
    if (status != STATUS_OK) return status;
    struct document_spool *spool = NULL;
    status = document_spool_open(work->domain->data_folder, &spool);
    if (status == STATUS_OK) status = copy_bytes(reader, spool, work->arena);
    filecrypt_reader_close(reader);
    close(descriptor);
    if (status == STATUS_OK) {
        *result = spool;
        return STATUS_OK;
    }
    document_spool_destroy(spool);
    return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                     N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), "copy of document %s: %s",
                     paper->id.text, status_name(status));
}

DB_STATEMENT(store_note_use, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_UUID, DB_INSTANT), DB_NOTHING,
             "INSERT INTO paper_use (account_id, document_id, source_id, tenant_id, dossier_id, used_at) "
             "VALUES (motcua.app_account(), $1, $2, $3, $4, $5)")

enum status store_use_paper(struct work *work, const struct store_paper *paper, const struct uuid *tenant_id,
                            const struct uuid *draft_id, const char *paper_key, struct error *error)
{
    struct document_spool *spool = NULL;
    struct uuid copy = {""};
    struct db_result *noted;
    struct db_scope scope = work_scope(work, NULL);
    enum status status = copy_to_spool(work, paper, &spool, error);
    if (status != STATUS_OK) return status;
    status = document_attach(work, spool, tenant_id, draft_id, "paper", str_of(paper_key),
                             str_of(paper->file_name), &copy, error);
    document_spool_destroy(spool);
    if (status != STATUS_OK) return status;
    return db_write_one(work->db, &scope, work->arena, &store_note_use,
                        DB_VALUES(db_uuid(copy), db_uuid(paper->id), db_uuid(*tenant_id), db_uuid(*draft_id),
                                  db_instant(work->now)),
                        &noted, error);
}

/* --- Removal */

DB_STATEMENT(store_mark_removed, DB_PARAMETERS(DB_UUID, DB_UUID, DB_INSTANT),
             DB_COLUMNS({"storage_name", DB_TEXT}, {"store", DB_TEXT}),
             "UPDATE document SET removed_at = $3 WHERE tenant_id = motcua.app_tenant() AND id = $1 AND "
             "dossier_id = $2 AND account_id = motcua.app_account() AND kind IN ('paper', 'supplement') AND "
             "removed_at IS NULL AND EXISTS (SELECT 1 FROM dossier s WHERE s.tenant_id = motcua.app_tenant() "
             "AND s.id = $2 AND s.account_id = motcua.app_account() AND s.received_at IS NULL AND "
             "s.finished_at IS NOT NULL) RETURNING storage_name, store")

enum status store_remove(struct work *work, const struct store_paper *paper, struct error *error)
{
    struct db_scope scope = work_scope(work, &paper->tenant_id);
    struct db_result *rows;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &store_mark_removed,
        DB_VALUES(db_uuid(paper->id), db_uuid(paper->dossier_id), db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(
            error, work->arena, STATUS_CONFLICT, "store.kept",
            N_("Giấy tờ này thuộc hồ sơ đã được tiếp nhận nên cơ quan phải lưu giữ, chưa xóa được"), NULL);
    struct document document = {.storage_name = db_get_cstr(rows, 0, 0), .store = db_get_cstr(rows, 0, 1)};
    document_discard(work, &document);
    return STATUS_OK;
}
