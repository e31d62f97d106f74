/* Drafts: only their owner sees them (row-level security by account). */
#include "dossier_private.h"

void draft_release(struct draft *draft)
{
    json_decref(draft->answers);
    draft->answers = NULL;
}

DB_STATEMENT(
    draft_insert, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_UUID, DB_JSON, DB_INSTANT), DB_NOTHING,
    "INSERT INTO draft (account_id, id, tenant_id, procedure_id, procedure_version_id, answers, created_at, "
    "updated_at) VALUES (motcua.app_account(), $1, $2, $3, $4, $5, $6, $6)")

enum status draft_create(struct work *work, const struct uuid *tenant_id, const struct uuid *procedure_id,
                         const struct uuid *version_id, const json_t *answers, struct uuid *id,
                         struct error *error)
{
    struct uuid created = uuid_create(work->now);
    json_auto empty = json_object();
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &draft_insert,
        DB_VALUES(db_uuid(created), db_uuid(*tenant_id), db_uuid(*procedure_id), db_uuid(*version_id),
                  db_json(answers == NULL ? empty : answers), db_instant(work->now)),
        &result, error);
    if (status == STATUS_OK) *id = created;
    return status;
}

#define DRAFT_COLUMNS                                                                                        \
    {"id", DB_UUID}, {"tenant_id", DB_UUID}, {"procedure_id", DB_UUID}, {"procedure_version_id", DB_UUID},   \
        {"page", DB_TEXT}, {"revision", DB_INT32}, {"created_at", DB_INSTANT}, {"updated_at", DB_INSTANT},   \
    {                                                                                                        \
        "submitted_at", DB_INSTANT                                                                           \
    }

static void read_row(const struct db_result *rows, size_t row, struct draft *draft)
{
    *draft = (struct draft){
        .id = db_get_uuid(rows, row, 0),
        .tenant_id = db_get_uuid(rows, row, 1),
        .procedure_id = db_get_uuid(rows, row, 2),
        .procedure_version_id = db_get_uuid(rows, row, 3),
        .page = db_cstr_or_empty(rows, row, 4),
        .revision = db_get_int32(rows, row, 5),
        .created_at = db_get_instant(rows, row, 6),
        .updated_at = db_get_instant(rows, row, 7),
        .submitted_at = db_optional_instant(rows, row, 8),
    };
}

DB_STATEMENT(
    draft_find, DB_PARAMETERS(DB_UUID), DB_COLUMNS(DRAFT_COLUMNS, {"answers", DB_JSON}),
    "SELECT id, tenant_id, procedure_id, procedure_version_id, page, revision, created_at, updated_at, "
    "submitted_at, answers FROM draft WHERE account_id = motcua.app_account() AND id = $1")

enum status draft_load(struct work *work, const struct uuid *id, struct draft *draft, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &draft_find, DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "draft.unknown",
                         N_("Không tìm thấy hồ sơ nháp này. Có thể bạn đã xóa hoặc đã nộp hồ sơ."), NULL);
    read_row(rows, 0, draft);
    draft->answers = db_get_json(rows, 0, 9);
    return STATUS_OK;
}

DB_STATEMENT(draft_update, DB_PARAMETERS(DB_UUID, DB_INT32, DB_JSON, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "UPDATE draft SET answers = $3, page = $4, updated_at = $5, revision = revision + 1 "
             "WHERE account_id = motcua.app_account() AND id = $1 AND submitted_at IS NULL "
             "AND ($2 = 0 OR revision = $2)")

enum status draft_save(struct work *work, const struct uuid *id, int revision, const json_t *answers,
                       const char *page, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &draft_update,
        DB_VALUES(db_uuid(*id), db_int32(revision), db_json(answers), db_cstr(page), db_instant(work->now)),
        &result, error);
    if (status == STATUS_OK && result->affected == 0)
        return error_set(
            error, work->arena, STATUS_CONFLICT, "draft.changed",
            N_("Hồ sơ nháp này đã được nộp hoặc vừa được sửa ở một cửa sổ khác. Vui lòng mở lại trang."),
            NULL);
    return status;
}

DB_STATEMENT(draft_update_supplement, DB_PARAMETERS(DB_UUID, DB_JSON, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "UPDATE draft SET answers = $2, page = $3, updated_at = $4, revision = revision + 1 "
             "WHERE account_id = motcua.app_account() AND id = $1 AND submitted_at IS NOT NULL AND EXISTS ("
             "SELECT 1 FROM dossier d WHERE d.tenant_id = draft.tenant_id AND d.id = draft.id AND d.status = "
             "'supplement')")

enum status draft_save_supplement(struct work *work, const struct uuid *id, const json_t *answers,
                                  const char *page, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &draft_update_supplement,
        DB_VALUES(db_uuid(*id), db_json(answers), db_cstr(page), db_instant(work->now)), &result, error);
    if (status == STATUS_OK && result->affected == 0)
        return error_set(error, work->arena, STATUS_CONFLICT, "supplement.none",
                         N_("Hồ sơ này hiện không chờ bổ sung. Có thể bạn đã gửi bổ sung rồi."), NULL);
    return status;
}

DB_STATEMENT(draft_remove, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM draft WHERE account_id = motcua.app_account() AND id = $1 AND submitted_at IS NULL")

enum status draft_delete(struct work *work, const struct uuid *id, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &draft_remove, DB_VALUES(db_uuid(*id)), &result,
                        error);
}

DB_STATEMENT(
    draft_own, DB_NOTHING, DB_COLUMNS(DRAFT_COLUMNS),
    "SELECT id, tenant_id, procedure_id, procedure_version_id, page, revision, created_at, updated_at, "
    "submitted_at FROM draft WHERE account_id = motcua.app_account() AND submitted_at IS NULL "
    "ORDER BY updated_at DESC LIMIT 100")

enum status draft_list(struct work *work, struct draft **drafts, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &draft_own, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct draft *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        read_row(rows, i, &list[i]);
    *drafts = list;
    *count = rows->row_count;
    return STATUS_OK;
}
