/* Due timers and incidents. A timer that cannot run comes back later and, after some attempts, becomes an
 * incident. */
#include "dossier_private.h"

enum { ATTEMPTS = 8, LEASE_SECONDS = 60 };

DB_STATEMENT(timer_claim_due, DB_PARAMETERS(DB_INSTANT, DB_INT64, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM timer_claim($1, $2 * interval '1 second', $3)")

DB_STATEMENT(timer_by_id, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"dossier_id", DB_UUID}, {"engine_timer", DB_TEXT}, {"element_id", DB_TEXT},
                        {"attempts", DB_INT32}, {"due_at", DB_INSTANT}),
             "SELECT dossier_id, engine_timer, element_id, attempts, due_at FROM timer "
             "WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(timer_remove, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM timer WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(timer_give_up, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_INSTANT),
             DB_NOTHING,
             "WITH put_off AS (UPDATE timer SET next_at = 'infinity' WHERE tenant_id = motcua.app_tenant() "
             "AND id = $1 RETURNING id) "
             "INSERT INTO incident (tenant_id, id, dossier_id, element_id, engine_incident, kind, message, "
             "created_at) "
             "SELECT motcua.app_tenant(), $2, $3, $4, put_off.id::text, 'timer', $5, $6 FROM put_off")

static enum status fire(struct command *command, void *input, struct error *error)
{
    const uint64_t *engine_timer = input;
    json_t *data = json_object();
    json_object_set_new(data, "timer", json_integer((json_int_t)*engine_timer));
    command_event(command, "timer_fired", false, data);
    return workflow_timer(command, *engine_timer, error);
}

/* Only the engine's own word: a tenant or a row that cannot be found just now is no reason to forget a timer.
 */
static bool no_longer_waits(const struct error *error)
{
    return error != NULL && error->code != NULL &&
           (strcmp(error->code, "bpmn.unknown_job") == 0 || strcmp(error->code, "bpmn.instance_ended") == 0);
}

static enum status run_timer(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                             struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows, *ignored;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &timer_by_id, DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK || rows->row_count == 0) return status;
    struct uuid dossier_id = db_get_uuid(rows, 0, 0);
    int64_t number = 0;
    if (str_to_int64(db_get_text(rows, 0, 1), &number) != STATUS_OK) return STATUS_FATAL;
    uint64_t engine_timer = (uint64_t)number;
    status = command_run(work, tenant_id, &dossier_id, fire, &engine_timer, error);
    if (status != STATUS_OK && no_longer_waits(error))
        return db_write_one(work->db, &scope, work->arena, &timer_remove, DB_VALUES(db_uuid(*id)), &ignored,
                            error);
    if (status != STATUS_OK && status != STATUS_UNAVAILABLE && db_get_int32(rows, 0, 3) >= ATTEMPTS)
        return db_write_one(
            work->db, &scope, work->arena, &timer_give_up,
            DB_VALUES(db_uuid(*id), db_uuid(uuid_create(work->now)), db_uuid(dossier_id),
                      db_text(db_get_text(rows, 0, 2)),
                      db_cstr(error != NULL && error->detail != NULL ? error->detail : status_name(status)),
                      db_instant(work->now)),
            &ignored, error);
    return status;
}

enum status timer_run_due(struct work *work, int batch, size_t *done, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    *done = 0;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &timer_claim_due,
        DB_VALUES(db_instant(work->now), db_int64(LEASE_SECONDS), db_int32(batch)), &rows, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < rows->row_count; i++) {
        struct uuid tenant = db_get_uuid(rows, i, 0), id = db_get_uuid(rows, i, 1);
        enum status one = run_timer(work, &tenant, &id, error);
        if (one == STATUS_OK)
            (*done)++;
        else
            status = one; /* the others still run; the row comes back after its lease */
    }
    return status;
}

DB_STATEMENT(
    incident_open_list, DB_NOTHING,
    DB_COLUMNS({"id", DB_UUID}, {"dossier_id", DB_UUID}, {"kind", DB_TEXT}, {"element_id", DB_TEXT},
               {"message", DB_TEXT}, {"dossier_code", DB_TEXT}, {"created_at", DB_INSTANT}),
    "SELECT i.id, i.dossier_id, i.kind, i.element_id, i.message, coalesce(d.code, '') AS dossier_code, "
    "i.created_at "
    "FROM incident i LEFT JOIN dossier d ON d.tenant_id = i.tenant_id AND d.id = i.dossier_id "
    "WHERE i.tenant_id = motcua.app_tenant() AND i.resolved_at IS NULL ORDER BY i.created_at LIMIT 200")

enum status incident_list(struct work *work, struct incident **incidents, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &incident_open_list, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct incident *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = (struct incident){db_get_uuid(rows, i, 0),      db_get_uuid(rows, i, 1),
                                    db_cstr_or_empty(rows, i, 2), db_cstr_or_empty(rows, i, 3),
                                    db_cstr_or_empty(rows, i, 4), db_cstr_or_empty(rows, i, 5),
                                    db_get_instant(rows, i, 6)};
    *incidents = list;
    *count = rows->row_count;
    return STATUS_OK;
}

DB_STATEMENT(incident_by_id, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"dossier_id", DB_UUID}, {"kind", DB_TEXT}, {"engine_incident", DB_TEXT}),
             "SELECT dossier_id, kind, engine_incident FROM incident WHERE tenant_id = motcua.app_tenant() "
             "AND id = $1 "
             "AND resolved_at IS NULL")

DB_STATEMENT(incident_close, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "UPDATE incident SET resolved_at = $2, resolved_by = $3 WHERE tenant_id = motcua.app_tenant() "
             "AND id = $1")

DB_STATEMENT(incident_timer_again, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE timer SET next_at = $2, attempts = 0 WHERE tenant_id = motcua.app_tenant() AND id = $1")

static enum status retry(struct command *command, void *input, struct error *error)
{
    const uint64_t *engine_incident = input;
    command_event(command, "incident_retried", false, NULL);
    return workflow_retry(command, *engine_incident, error);
}

DB_STATEMENT(incident_outbox_again, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE outbox SET state = 'waiting', next_at = $2, attempts = 0 WHERE tenant_id = "
             "motcua.app_tenant() AND id = $1 "
             "AND state = 'failed'")

struct again {
    struct work *work;
    const struct uuid *incident_id;
    struct uuid row; /* the timer or the message */
    bool outbox;
};

static enum status run_again(struct db_transaction *transaction, void *context, struct error *error)
{
    const struct again *again = context;
    const struct work *work = again->work;
    struct db_batch *write = db_batch(transaction);
    db_add(write, again->outbox ? &incident_outbox_again : &incident_timer_again, db_uuid(again->row),
           db_instant(work->now));
    db_add(write, &incident_close, db_uuid(*again->incident_id), db_instant(work->now),
           db_cstr(work->actor->name));
    return db_commit(write, error);
}

enum status incident_retry(struct work *work, const struct uuid *incident_id, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    if ((work->actor->roles & (ROLE_TENANT_ADMIN | ROLE_HEAD_OF_UNIT)) == 0)
        return error_set(error, work->arena, STATUS_DENIED, "incident.role",
                         N_("Chỉ quản trị đơn vị hoặc lãnh đạo phòng được chạy lại"), NULL);
    enum status status = db_read_one(work->db, &scope, work->arena, &incident_by_id,
                                     DB_VALUES(db_uuid(*incident_id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "incident.unknown",
                         N_("Sự cố này đã được xử lý"), NULL);
    struct uuid dossier_id = db_get_uuid(rows, 0, 0);
    if (str_equal_cstr(db_get_text(rows, 0, 1), "workflow")) {
        int64_t number = 0;
        if (str_to_int64(db_get_text(rows, 0, 2), &number) != STATUS_OK) return STATUS_FATAL;
        uint64_t engine_incident = (uint64_t)number;
        return command_run(work, &work->actor->tenant_id, &dossier_id, retry, &engine_incident, error);
    }
    struct again again = {work, incident_id, uuid_from(db_get_text(rows, 0, 2)),
                          str_equal_cstr(db_get_text(rows, 0, 1), "outbox")};
    return db_transaction(work->db, &scope, work->arena, run_again, &again, error);
}
