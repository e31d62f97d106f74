/*
 * Incidents: what stopped and waits for somebody. It can be run again, a service that did not work can be
 * done by hand, and what needs nothing more can be settled; each with a name, and on the dossier's trail.
 */
#include "dossier_private.h"

DB_STATEMENT(
    incident_open_list, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"id", DB_UUID}, {"dossier_id", DB_UUID}, {"kind", DB_TEXT}, {"element_id", DB_TEXT},
               {"message", DB_TEXT}, {"dossier_code", DB_TEXT}, {"created_at", DB_INSTANT}),
    "SELECT i.id, i.dossier_id, i.kind, i.element_id, i.message, coalesce(d.code, '') AS dossier_code, "
    "i.created_at "
    "FROM incident i LEFT JOIN dossier d ON d.tenant_id = i.tenant_id AND d.id = i.dossier_id "
    "WHERE i.tenant_id = motcua.app_tenant() AND i.resolved_at IS NULL AND ($1 IS NULL OR d.unit_id = $1) "
    "ORDER BY i.created_at LIMIT 200")

struct db_value incident_unit(const struct work *work)
{
    return (work->actor->roles & ROLE_TENANT_ADMIN) != 0 ? db_null() : db_uuid(work->actor->unit_id);
}

enum status incident_list(struct work *work, struct incident **incidents, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &incident_open_list,
                                     DB_VALUES(incident_unit(work)), &rows, error);
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

DB_STATEMENT(incident_by_id, DB_PARAMETERS(DB_UUID, DB_UUID),
             DB_COLUMNS({"dossier_id", DB_UUID}, {"kind", DB_TEXT}, {"engine_incident", DB_TEXT},
                        {"element_id", DB_TEXT}),
             "SELECT i.dossier_id, i.kind, i.engine_incident, i.element_id FROM incident i "
             "LEFT JOIN dossier d ON d.tenant_id = i.tenant_id AND d.id = i.dossier_id "
             "WHERE i.tenant_id = motcua.app_tenant() AND i.id = $1 AND i.resolved_at IS NULL "
             "AND ($2 IS NULL OR d.unit_id = $2)")

DB_STATEMENT(incident_close, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT, DB_TEXT, DB_TEXT), DB_NOTHING,
             "UPDATE incident SET resolved_at = $2, resolved_by = $3, resolution = $4, reason = $5 "
             "WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(incident_timer_again, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE timer SET next_at = $2, attempts = 0 WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(
    incident_outbox_again, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
    "UPDATE outbox SET state = 'waiting', next_at = $2, attempts = 0 WHERE tenant_id = motcua.app_tenant() "
    "AND id = $1 AND state = 'failed'")

DB_STATEMENT(incident_outbox_drop, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE outbox SET state = 'dropped', done_at = $2 WHERE tenant_id = motcua.app_tenant() "
             "AND id = $1 AND state = 'failed'")

DB_STATEMENT(incident_job_again, DB_PARAMETERS(DB_UUID, DB_TEXT), DB_NOTHING,
             "DELETE FROM job_attempt WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND job = $2")

struct resolving {
    struct work *work;
    const struct uuid *incident_id;
    enum incident_resolution how;
    const char *reason;
    const char *kind;       /* workflow, timer, job, outbox */
    const char *subject;    /* the engine's number, the row's id, the job's name */
    struct uuid dossier_id; /* empty: a message that belongs to none */
    struct str element;
};

static const char *const resolution_names[] = {"retried", "completed", "settled"};

static bool is_kind(const struct resolving *resolving, const char *kind)
{
    return strcmp(resolving->kind, kind) == 0;
}

/* The rows around the incident that are not the engine's. */
static void add_rows(struct db_batch *write, const struct resolving *resolving)
{
    const struct work *work = resolving->work;
    bool again = resolving->how == INCIDENT_RETRY;
    struct uuid row = is_kind(resolving, "timer") || is_kind(resolving, "outbox")
                          ? uuid_from(str_of(resolving->subject))
                          : (struct uuid){""};
    if (is_kind(resolving, "timer") && again)
        db_add(write, &incident_timer_again, db_uuid(row), db_instant(work->now));
    if (is_kind(resolving, "outbox"))
        db_add(write, again ? &incident_outbox_again : &incident_outbox_drop, db_uuid(row),
               db_instant(work->now));
    if (is_kind(resolving, "job") && again)
        db_add(write, &incident_job_again, db_uuid(resolving->dossier_id), db_cstr(resolving->subject));
    db_add(write, &incident_close, db_uuid(*resolving->incident_id), db_instant(work->now),
           db_cstr(work->actor->name), db_cstr(resolution_names[resolving->how]), db_cstr(resolving->reason));
}

static enum status resolve_in_engine(struct command *command, const struct resolving *resolving,
                                     struct error *error)
{
    uint64_t number;
    if (!workflow_number(resolving->subject, &number)) return STATUS_FATAL;
    if (resolving->how == INCIDENT_RETRY) return workflow_retry(command, number, error);
    if (resolving->how == INCIDENT_COMPLETE) return workflow_complete_failed(command, number, error);
    return STATUS_OK;
}

static enum status resolve_in_dossier(struct command *command, void *input, struct error *error)
{
    static const char *const kinds[] = {"incident_retried", "incident_completed", "incident_settled"};
    const struct resolving *resolving = input;
    json_t *data = json_object();
    json_set_str(data, "element", resolving->element);
    if (resolving->reason[0] != '\0') json_set_cstr(data, "reason", resolving->reason);
    command_event(command, kinds[resolving->how], false, data);
    enum status status =
        is_kind(resolving, "workflow") ? resolve_in_engine(command, resolving, error) : STATUS_OK;
    if (status == STATUS_OK) add_rows(command->write, resolving);
    return status;
}

static enum status resolve_alone(struct db_transaction *transaction, void *context, struct error *error)
{
    struct db_batch *write = db_batch(transaction);
    add_rows(write, context);
    return db_commit(write, error);
}

static enum status check_resolving(const struct resolving *resolving, struct error *error)
{
    const struct work *work = resolving->work;
    if ((work->actor->roles & (ROLE_TENANT_ADMIN | ROLE_HEAD_OF_UNIT)) == 0)
        return error_set(error, work->arena, STATUS_DENIED, "incident.role",
                         N_("Chỉ quản trị đơn vị hoặc lãnh đạo phòng được xử lý sự cố"), NULL);
    if (resolving->how == INCIDENT_RETRY || resolving->reason[0] != '\0') return STATUS_OK;
    enum status status =
        error_set(error, work->arena, STATUS_INVALID, "incident.reason", N_("Vui lòng ghi rõ lý do"), NULL);
    if (error != NULL) error->field = "reason";
    return status;
}

enum status incident_resolve(struct work *work, const struct uuid *incident_id, enum incident_resolution how,
                             struct str reason, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct str text = str_trim(reason.data == NULL ? STR("") : reason);
    struct resolving resolving = {.work = work,
                                  .incident_id = incident_id,
                                  .how = how,
                                  .reason = arena_strndup(work->arena, text.data, text.length)};
    struct db_result *rows;
    enum status status = check_resolving(&resolving, error);
    if (status == STATUS_OK)
        status = db_read_one(work->db, &scope, work->arena, &incident_by_id,
                             DB_VALUES(db_uuid(*incident_id), incident_unit(work)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "incident.unknown",
                         N_("Sự cố này đã được xử lý"), NULL);
    resolving.dossier_id = db_is_null(rows, 0, 0) ? (struct uuid){""} : db_get_uuid(rows, 0, 0);
    resolving.kind = db_cstr_or_empty(rows, 0, 1);
    resolving.subject = db_cstr_or_empty(rows, 0, 2);
    resolving.element = db_get_text(rows, 0, 3);
    if (how == INCIDENT_COMPLETE && !is_kind(&resolving, "workflow"))
        return error_set(error, work->arena, STATUS_INVALID, "incident.no_service",
                         N_("Chỉ bước gọi dịch vụ mới có thể coi là đã làm xong bằng tay"), NULL);
    if (uuid_is_empty(&resolving.dossier_id))
        return db_transaction(work->db, &scope, work->arena, resolve_alone, &resolving, error);
    return command_run(work, &work->actor->tenant_id, &resolving.dossier_id, resolve_in_dossier, &resolving,
                       error);
}
