/* Who has opened what: noted when an official is given a paper, read by the person whose paper it is. */
#include "motcua/calendar/civil.h"
#include "motcua/domain/store.h"

DB_STATEMENT(opening_note, DB_PARAMETERS(DB_UUID_ARRAY, DB_TEXT, DB_DATE, DB_INSTANT), DB_NOTHING,
             "INSERT INTO paper_opening (tenant_id, document_id, unit_name, day, first_at, last_at) "
             "SELECT d.tenant_id, d.id, $2, $3, $4, $4 FROM document d WHERE d.tenant_id = "
             "motcua.app_tenant() AND d.id = ANY ($1) AND d.kind IN ('paper', 'supplement') "
             "ON CONFLICT (tenant_id, document_id, unit_name, day) DO UPDATE SET last_at = excluded.last_at "
             "WHERE paper_opening.last_at < excluded.last_at - interval '1 minute'")

enum status store_note_openings(struct work *work, const struct uuid *documents, size_t document_count,
                                struct error *error)
{
    const struct actor *actor = work->actor;
    struct db_scope scope = work_scope(work, &actor->tenant_id);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &opening_note,
                        DB_VALUES(db_uuid_array(documents, document_count),
                                  db_cstr(actor->unit_name == NULL ? "" : actor->unit_name),
                                  db_date(civil_day_of(work->now)), db_instant(work->now)),
                        &result, error);
}

DB_STATEMENT(opening_own, DB_PARAMETERS(DB_UUID_ARRAY),
             DB_COLUMNS({"document_id", DB_UUID}, {"tenant_id", DB_UUID}, {"unit_name", DB_TEXT},
                        {"first_at", DB_INSTANT}, {"last_at", DB_INSTANT}),
             "SELECT document_id, tenant_id, unit_name, first_at, last_at FROM own_openings($1)")

enum status store_openings(struct work *work, const struct uuid *documents, size_t document_count,
                           struct store_opening **openings, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &opening_own,
                                     DB_VALUES(db_uuid_array(documents, document_count)), &rows, error);
    if (status != STATUS_OK) return status;
    struct store_opening *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = (struct store_opening){.document_id = db_get_uuid(rows, i, 0),
                                         .tenant_id = db_get_uuid(rows, i, 1),
                                         .unit_name = db_get_cstr(rows, i, 2),
                                         .first_at = db_get_instant(rows, i, 3),
                                         .last_at = db_get_instant(rows, i, 4)};
    *openings = list;
    *count = rows->row_count;
    return STATUS_OK;
}
