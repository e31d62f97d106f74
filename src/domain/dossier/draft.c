/* Drafts: only their owner sees them (row-level security by account). */
#include "dossier_private.h"

void draft_release(struct draft *draft)
{
    json_decref(draft->answers);
    json_decref(draft->filled);
    json_decref(draft->left_over);
    draft->answers = draft->filled = draft->left_over = NULL;
}

DB_STATEMENT(
    draft_insert, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_UUID, DB_JSON, DB_INSTANT, DB_JSON, DB_JSON),
    DB_NOTHING,
    "INSERT INTO draft (account_id, id, tenant_id, procedure_id, procedure_version_id, answers, created_at, "
    "updated_at, filled, left_over) VALUES (motcua.app_account(), $1, $2, $3, $4, $5, $6, $6, $7, $8) "
    "ON CONFLICT (account_id, id) DO NOTHING")

enum status draft_begin(struct work *work, const struct draft *draft, struct uuid *id, struct error *error)
{
    struct uuid created = uuid_is_empty(&draft->id) ? uuid_create(work->now) : draft->id;
    json_auto empty = json_object();
    json_auto nothing = json_array();
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status =
        db_write_one(work->db, &scope, work->arena, &draft_insert,
                     DB_VALUES(db_uuid(created), db_uuid(draft->tenant_id), db_uuid(draft->procedure_id),
                               db_uuid(draft->procedure_version_id),
                               db_json(draft->answers == NULL ? empty : draft->answers),
                               db_instant(work->now), db_json(draft->filled == NULL ? empty : draft->filled),
                               db_json(draft->left_over == NULL ? nothing : draft->left_over)),
                     &result, error);
    if (status == STATUS_OK) *id = created;
    return status;
}

enum status draft_create(struct work *work, const struct uuid *tenant_id, const struct uuid *procedure_id,
                         const struct uuid *version_id, const json_t *answers, struct uuid *id,
                         struct error *error)
{
    struct draft draft = {.tenant_id = *tenant_id,
                          .procedure_id = *procedure_id,
                          .procedure_version_id = *version_id,
                          .answers = (json_t *)(uintptr_t)answers};
    return draft_begin(work, &draft, id, error);
}

#define DRAFT_COLUMNS                                                                                        \
    {"id", DB_UUID}, {"tenant_id", DB_UUID}, {"procedure_id", DB_UUID}, {"procedure_version_id", DB_UUID},   \
        {"page", DB_TEXT}, {"revision", DB_INT32}, {"created_at", DB_INSTANT}, {"updated_at", DB_INSTANT},   \
        {"submitted_at", DB_INSTANT},                                                                        \
    {                                                                                                        \
        "reminded_at", DB_INSTANT                                                                            \
    }
#define DRAFT_SELECT                                                                                         \
    "id, tenant_id, procedure_id, procedure_version_id, page, revision, created_at, updated_at, "            \
    "submitted_at, reminded_at"

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
        .reminded_at = db_optional_instant(rows, row, 9),
    };
}

DB_STATEMENT(
    draft_find, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS(DRAFT_COLUMNS, {"answers", DB_JSON}, {"filled", DB_JSON}, {"left_over", DB_JSON},
               {"current_version_id", DB_UUID}),
    "SELECT " DRAFT_SELECT ", answers, filled, left_over, "
    "(SELECT version_id FROM procedure WHERE procedure.id = draft.procedure_id) AS current_version_id "
    "FROM draft WHERE account_id = motcua.app_account() AND id = $1")

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
    draft->answers = db_get_json(rows, 0, 10);
    draft->filled = db_get_json(rows, 0, 11);
    draft->left_over = db_get_json(rows, 0, 12);
    if (!db_is_null(rows, 0, 13)) draft->current_version_id = db_get_uuid(rows, 0, 13);
    return STATUS_OK;
}

/*
 * Whose page it is that was changed since: another one than the page that saves now. Where only the answers
 * of one page of the form are written ($7), what was saved on other pages meanwhile does not count, unless
 * something on them follows from what is saved ($9) and was worked out before ($10).
 */
#define UNCHANGED                                                                                            \
    "($2 = 0 OR revision = $2 OR $6 <> '' AND CASE WHEN $7::text[] IS NULL THEN editor ELSE "                \
    "saved->$4->>'editor' END = $6 OR $7 IS NOT NULL AND $2 >= greatest(coalesce((saved->$4->>'revision')"   \
    "::integer, 0), coalesce((saved->''->>'revision')::integer, 0))) AND NOT EXISTS (SELECT 1 FROM "         \
    "unnest($9::text[]) p WHERE p <> $4 AND (saved->p->>'revision')::integer > $10)"
#define WRITTEN                                                                                              \
    "answers = CASE WHEN $7::text[] IS NULL THEN $3 ELSE (answers - $7) || $3 END, page = $4, "              \
    "updated_at = $5, editor = $6, revision = revision + 1, saved = saved || (SELECT jsonb_object_agg(p, "   \
    "jsonb_build_object('revision', revision + 1, 'editor', $6)) FROM unnest($9::text[]) p)"
#define EDIT_PARAMETERS                                                                                      \
    DB_PARAMETERS(DB_UUID, DB_INT32, DB_JSON, DB_TEXT, DB_INSTANT, DB_TEXT, DB_TEXT_ARRAY, DB_UUID,          \
                  DB_TEXT_ARRAY, DB_INT32)
/* Somebody who was invited writes as long as the part is theirs. */
#define PART_IN_HAND                                                                                         \
    "($8::uuid IS NULL OR EXISTS (SELECT 1 FROM draft_share s WHERE s.account_id = draft.account_id AND "    \
    "s.draft_id = draft.id AND s.id = $8 AND s.state IN ('accepted', 'finished')))"

DB_STATEMENT(draft_update, EDIT_PARAMETERS, DB_COLUMNS({"revision", DB_INT32}),
             "UPDATE draft SET " WRITTEN " WHERE account_id = motcua.app_account() AND id = $1 AND "
             "submitted_at IS NULL AND " UNCHANGED " AND " PART_IN_HAND " RETURNING revision")

/* The answers of the edit's page and what follows from them, and the keys; signatures that others give are
 * left alone. */
static json_t *answers_of_page(struct work *work, const struct draft_edit *edit, struct str **keys,
                               size_t *count)
{
    size_t fields = form_field_count(edit->form);
    json_t *answers = json_object();
    *keys = arena_array(work->arena, fields, sizeof **keys);
    *count = 0;
    for (size_t i = 0; i < fields; i++) {
        const char *key = form_field_key(edit->form, i);
        if (key == NULL ||
            (form_page_of_field(edit->form, key) != (int)edit->form_page &&
             json_object_get(edit->turned, key) == NULL) ||
            json_object_get(edit->held, key) != NULL)
            continue;
        (*keys)[(*count)++] = str_of(key);
        json_t *value = json_object_get(edit->answers, key);
        if (value != NULL) json_object_set(answers, key, value);
    }
    return answers;
}

/* The pages that are written: the edit's own, and those with answers that follow from it; "": all. */
static size_t pages_written(struct work *work, const struct draft_edit *edit, struct str **pages)
{
    size_t count = 0;
    *pages = arena_array(work->arena, json_object_size(edit->turned) + 1, sizeof **pages);
    (*pages)[count++] = str_of(edit->form == NULL ? "" : edit->page);
    const char *key;
    json_t *unused;
    json_object_foreach((json_t *)(uintptr_t)edit->turned, key, unused)
    {
        struct str page = str_of(form_page_key(edit->form, (size_t)form_page_of_field(edit->form, key)));
        size_t i = 0;
        while (i < count && !str_equal((*pages)[i], page))
            i++;
        (*pages)[i] = page;
        if (i == count) count++;
    }
    return count;
}

static enum status write_edit(struct work *work, const struct db_statement *statement, const struct uuid *id,
                              const struct draft_edit *edit, int *revision, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    struct str *keys = NULL, *pages;
    size_t count = 0, page_count = pages_written(work, edit, &pages);
    json_auto part = edit->form == NULL ? json_incref((json_t *)(uintptr_t)edit->answers)
                                        : answers_of_page(work, edit, &keys, &count);
    enum status status = db_write_one(
        work->db, &scope, work->arena, statement,
        DB_VALUES(db_uuid(*id), db_int32(edit->revision), db_json(part), db_cstr(edit->page),
                  db_instant(work->now), db_cstr(edit->editor == NULL ? "" : edit->editor),
                  edit->form == NULL ? db_null() : db_text_array(keys, count),
                  edit->share == NULL ? db_null() : db_uuid(*edit->share), db_text_array(pages, page_count),
                  db_int32(edit->turned == NULL ? INT32_MAX : edit->turned_at)),
        &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0) return STATUS_CONFLICT;
    *revision = db_get_int32(rows, 0, 0);
    return STATUS_OK;
}

static enum status refuse_changed(struct work *work, struct error *error)
{
    return error_set(
        error, work->arena, STATUS_CONFLICT, "draft.changed",
        N_("Hồ sơ nháp này đã được nộp hoặc vừa được sửa ở một cửa sổ khác. Vui lòng mở lại trang."), NULL);
}

enum status draft_save(struct work *work, const struct uuid *id, const struct draft_edit *edit, int *revision,
                       struct error *error)
{
    enum status status = write_edit(work, &draft_update, id, edit, revision, error);
    return status == STATUS_CONFLICT ? refuse_changed(work, error) : status;
}

#define WAITS_FOR_SUPPLEMENT                                                                                 \
    "submitted_at IS NOT NULL AND EXISTS (SELECT 1 FROM dossier d WHERE d.tenant_id = draft.tenant_id AND "  \
    "d.id = draft.id AND d.status = 'supplement')"

DB_STATEMENT(draft_update_supplement, EDIT_PARAMETERS, DB_COLUMNS({"revision", DB_INT32}),
             "UPDATE draft SET " WRITTEN
             " WHERE account_id = motcua.app_account() AND id = $1 AND " WAITS_FOR_SUPPLEMENT
             " AND " UNCHANGED " AND " PART_IN_HAND " RETURNING revision")

DB_STATEMENT(draft_waits, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM draft WHERE account_id = motcua.app_account() AND id = $1 "
             "AND " WAITS_FOR_SUPPLEMENT)

enum status draft_save_supplement(struct work *work, const struct uuid *id, const struct draft_edit *edit,
                                  int *revision, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *waits;
    enum status status = write_edit(work, &draft_update_supplement, id, edit, revision, error);
    if (status != STATUS_CONFLICT) return status;
    status = db_read_one(work->db, &scope, work->arena, &draft_waits, DB_VALUES(db_uuid(*id)), &waits, error);
    if (status != STATUS_OK) return status;
    if (waits->row_count > 0) return refuse_changed(work, error);
    return error_set(error, work->arena, STATUS_CONFLICT, "supplement.none",
                     N_("Hồ sơ này hiện không chờ bổ sung. Có thể bạn đã gửi bổ sung rồi."), NULL);
}

DB_STATEMENT(draft_change_version, DB_PARAMETERS(DB_UUID, DB_INT32, DB_JSON, DB_UUID, DB_JSON, DB_INSTANT),
             DB_NOTHING,
             "UPDATE draft SET answers = $3, procedure_version_id = $4, left_over = $5, updated_at = $6, "
             "editor = '', revision = revision + 1, "
             "saved = jsonb_build_object('', jsonb_build_object('revision', revision + 1)) "
             "WHERE account_id = motcua.app_account() AND id = $1 AND submitted_at IS NULL AND revision = $2")

enum status draft_take_version(struct work *work, const struct draft *draft, const struct uuid *version_id,
                               const json_t *answers, const json_t *left_over, instant updated_at,
                               struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status =
        db_write_one(work->db, &scope, work->arena, &draft_change_version,
                     DB_VALUES(db_uuid(draft->id), db_int32(draft->revision), db_json(answers),
                               db_uuid(*version_id), db_json(left_over), db_instant(updated_at)),
                     &result, error);
    return status == STATUS_OK && result->affected == 0 ? refuse_changed(work, error) : status;
}

DB_STATEMENT(draft_own, DB_NOTHING, DB_COLUMNS(DRAFT_COLUMNS),
             "SELECT " DRAFT_SELECT
             " FROM draft WHERE account_id = motcua.app_account() AND submitted_at IS NULL "
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
