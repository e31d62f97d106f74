/* Claiming and settling rows of the outbox. */
#include "motcua/domain/outbox.h"

enum { FIRST_PAUSE_S = 10, LONGEST_PAUSE_S = 3600 };

DB_STATEMENT(outbox_claim_due, DB_PARAMETERS(DB_INSTANT, DB_INT64, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM outbox_claim($1, $2 * interval '1 second', $3)")

DB_STATEMENT(outbox_by_id, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"kind", DB_TEXT}, {"payload", DB_JSON}, {"created_at", DB_INSTANT},
                        {"attempts", DB_INT32}),
             "SELECT kind, payload, created_at, attempts FROM outbox WHERE tenant_id = motcua.app_tenant() "
             "AND id = $1 "
             "AND state = 'waiting'")

static enum status load_row(struct work *work, struct outbox_row *row, bool *found, struct error *error)
{
    struct db_scope scope = work_scope(work, &row->tenant_id);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &outbox_by_id, DB_VALUES(db_uuid(row->id)), &rows, error);
    *found = status == STATUS_OK && rows->row_count > 0;
    if (*found) {
        row->kind = db_get_cstr(rows, 0, 0);
        row->payload = db_get_json(rows, 0, 1);
        row->created_at = db_get_instant(rows, 0, 2);
        row->attempts = db_get_int32(rows, 0, 3);
    }
    return status;
}

enum status outbox_claim(struct work *work, int batch, int lease_s, struct outbox_row **rows, size_t *count,
                         struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *claimed;
    enum status status =
        db_write_one(work->db, &scope, work->arena, &outbox_claim_due,
                     DB_VALUES(db_instant(work->now), db_int64(lease_s), db_int32(batch)), &claimed, error);
    if (status != STATUS_OK) return status;
    struct outbox_row *list = arena_array(work->arena, claimed->row_count, sizeof *list);
    size_t filled = 0;
    for (size_t i = 0; status == STATUS_OK && i < claimed->row_count; i++) {
        bool found;
        list[filled].tenant_id = db_get_uuid(claimed, i, 0);
        list[filled].id = db_get_uuid(claimed, i, 1);
        status = load_row(work, &list[filled], &found, error);
        filled += found;
    }
    *rows = list;
    *count = filled;
    return status;
}

DB_STATEMENT(outbox_settle, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE outbox SET state = 'done', done_at = $2, last_error = '' WHERE tenant_id = "
             "motcua.app_tenant() AND id = $1")

enum status outbox_done(struct work *work, const struct outbox_row *row, struct error *error)
{
    struct db_scope scope = work_scope(work, &row->tenant_id);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &outbox_settle,
                        DB_VALUES(db_uuid(row->id), db_instant(work->now)), &result, error);
}

DB_STATEMENT(
    outbox_again, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT), DB_NOTHING,
    "UPDATE outbox SET next_at = $2, last_error = $3 WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(outbox_give_up, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "WITH failed AS (UPDATE outbox SET state = 'failed', last_error = $3 WHERE tenant_id = "
             "motcua.app_tenant() AND id = $1 "
             "RETURNING id, kind, payload) "
             "INSERT INTO incident (tenant_id, id, dossier_id, engine_incident, kind, message, created_at) "
             "SELECT motcua.app_tenant(), $2, nullif(failed.payload ->> 'dossier_id', '')::uuid, "
             "failed.id::text, 'outbox', $3, $4 "
             "FROM failed")

enum status outbox_failed(struct work *work, const struct outbox_row *row, bool for_ever, const char *reason,
                          struct error *error)
{
    struct db_scope scope = work_scope(work, &row->tenant_id);
    struct db_result *result;
    if (for_ever || row->attempts >= OUTBOX_ATTEMPTS)
        return db_write_one(work->db, &scope, work->arena, &outbox_give_up,
                            DB_VALUES(db_uuid(row->id), db_uuid(uuid_create(work->now)), db_cstr(reason),
                                      db_instant(work->now)),
                            &result, error);
    int64_t pause = FIRST_PAUSE_S;
    for (int i = 1; i < row->attempts && pause < LONGEST_PAUSE_S; i++)
        pause *= 2;
    if (pause > LONGEST_PAUSE_S) pause = LONGEST_PAUSE_S;
    return db_write_one(
        work->db, &scope, work->arena, &outbox_again,
        DB_VALUES(db_uuid(row->id), db_instant(work->now + pause * MICROSECONDS), db_cstr(reason)), &result,
        error);
}
