/*
 * The steps of retention on single dossiers: archive, warn, make anonymous, delete. Each is a command under
 * the dossier's lock, which asks again what is due; so two workers, a hold placed meanwhile and a process
 * that dies do no harm. What the application itself may not do is done by functions of the database.
 */
#include "dossier_private.h"
#include "motcua/domain/document_store.h"
#include "retention_private.h"

enum { SWEEP_BATCH = 500, DAY_SECONDS = 24 * 60 * 60 };

/* Stands where the name of a person stood. */
#define NOBODY N_("Đã xóa thông tin cá nhân")

const char *retention_default(const struct work *work)
{
    return work->domain->retention == NULL ? RETENTION_KEEP : work->domain->retention;
}

DB_STATEMENT(retention_next, DB_PARAMETERS(DB_TEXT, DB_INSTANT, DB_UUID),
             DB_COLUMNS({"action", DB_TEXT}, {"due_at", DB_INSTANT}, {"rule", DB_TEXT}, {"source", DB_TEXT}),
             "SELECT action, due_at, rule, source FROM retention_schedule($1, $2, $2) "
             "WHERE tenant_id = motcua.app_tenant() AND id = $3 "
             "ORDER BY CASE action WHEN 'archive' THEN 1 WHEN 'warn' THEN 2 ELSE 3 END LIMIT 1")

DB_STATEMENT(retention_entry_add,
             DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
                           DB_INSTANT, DB_TEXT, DB_TEXT, DB_INT32),
             DB_NOTHING,
             "INSERT INTO retention_entry (tenant_id, id, at, action, dossier_id, dossier_code, "
             "procedure_code, rule, rule_source, due_at, actor_name, reason, events, papers) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
             "(SELECT count(*) FROM document f WHERE f.tenant_id = motcua.app_tenant() AND f.dossier_id = $4 "
             "AND f.erased_at = $2))")

void retention_record(struct command *command, const struct retention_step *step, size_t events)
{
    const struct dossier *dossier = &command->dossier;
    db_add(command->write, &retention_entry_add, db_uuid(uuid_create(command->work->now)),
           db_instant(command->work->now), db_cstr(step->action), db_uuid(dossier->id),
           db_cstr(dossier->code), db_cstr(dossier->procedure_code), db_cstr(step->rule),
           db_cstr(step->source), db_instant_or_null(step->due_at), db_cstr(command->work->actor->name),
           db_text(step->reason), db_int32((int32_t)events));
}

static json_t *event_data(const struct retention_step *step)
{
    json_t *data = json_object();
    json_set_cstr(data, "rule", step->rule);
    json_set_cstr(data, "rule_source", step->source);
    return data;
}

/* --- Archive */

DB_STATEMENT(retention_archive, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE dossier SET archived_at = $2 WHERE tenant_id = motcua.app_tenant() AND id = $1")

static void archive(struct command *command, const struct retention_step *step)
{
    db_add(command->write, &retention_archive, db_uuid(command->dossier.id), db_instant(command->work->now));
    command_event(command, "archived", true, event_data(step));
    retention_record(command, step, 0);
}

/* --- Warn */

DB_STATEMENT(retention_mark_warned, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE dossier SET retention_warned_at = $2 WHERE tenant_id = motcua.app_tenant() AND id = $1")

/* Nobody, when they have been told of others within a day. */
DB_STATEMENT(retention_administrators, DB_PARAMETERS(DB_INSTANT, DB_INSTANT),
             DB_COLUMNS({"email", DB_TEXT}, {"language", DB_TEXT}, {"full_name", DB_TEXT}),
             "SELECT a.email, a.language, a.full_name FROM membership m JOIN account a ON a.id = "
             "m.account_id WHERE m.tenant_id = motcua.app_tenant() AND m.roles @> ARRAY['tenant_admin'] "
             "AND m.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1) AND a.email IS NOT NULL "
             "AND a.active AND NOT EXISTS (SELECT 1 FROM retention_entry r WHERE r.tenant_id = "
             "motcua.app_tenant() AND r.action = 'warn' AND r.at > $2) LIMIT 10")

static json_t *mail_extra(struct command *command, const char *path, instant until, bool deletes)
{
    char text[CIVIL_INSTANT_SIZE];
    json_t *extra = json_object();
    civil_format_instant(until, text);
    json_set_cstr(extra, "url",
                  arena_printf(command->work->arena, "%s%s", command->work->domain->base_url, path));
    json_set_cstr(extra, "until_instant", text);
    json_object_set_new(extra, "deletes", json_boolean(deletes));
    return extra;
}

static enum status warn(struct command *command, const struct retention_step *step, struct error *error)
{
    struct work *work = command->work;
    struct retention_rule rule = {0};
    if (!retention_rule_parse(str_of(step->rule), &rule))
        return error_set(error, work->arena, STATUS_FATAL, "retention.rule", NULL, "\"%s\" is no rule",
                         step->rule);
    instant until = work->now + rule.warn_days * DAY_SECONDS * MICROSECONDS;
    struct db_batch *load = db_batch(command->transaction);
    struct db_result *administrators = db_add(load, &retention_administrators, db_instant(work->now),
                                              db_instant(work->now - DAY_SECONDS * MICROSECONDS));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < administrators->row_count; i++) {
        json_auto extra = mail_extra(command, "/quan-tri/luu-tru", until, rule.deletes);
        json_set_cstr(extra, "name", db_cstr_or_empty(administrators, i, 2));
        command_mail_to(command, "retention-plan", db_cstr_or_empty(administrators, i, 0),
                        db_cstr_or_empty(administrators, i, 1), extra);
    }
    if (!uuid_is_empty(&command->dossier.account_id)) {
        json_auto extra = mail_extra(command, arena_printf(work->arena, "/ho-so/%s", command->dossier.code),
                                     until, rule.deletes);
        command_mail(command, "retention-notice", extra);
    }
    db_add(command->write, &retention_mark_warned, db_uuid(command->dossier.id), db_instant(work->now));
    command_event(command, "retention_warned", true, event_data(step));
    retention_record(command, step, 0);
    return STATUS_OK;
}

/* --- Erase */

DB_STATEMENT(retention_erase_event, DB_PARAMETERS(DB_UUID, DB_INT32, DB_BYTES),
             DB_COLUMNS({"count", DB_INT64}), "SELECT count(*) FROM retention_erase_event($1, $2, $3)")

DB_STATEMENT(retention_erase_around, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_INSTANT),
             DB_COLUMNS({"papers", DB_INT32}), "SELECT retention_erase($1, $2, $3, $4) AS papers")

/* What command_finish() does not write. The name and the answers are among what it does. */
DB_STATEMENT(retention_erase_row, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "UPDATE dossier SET account_id = NULL, subject = '', erased_at = $3, erased_how = $2, "
             "archived_at = coalesce(archived_at, $3) WHERE tenant_id = motcua.app_tenant() AND id = $1")

static enum status erase(struct command *command, const struct retention_step *step, struct error *error)
{
    struct dossier *dossier = &command->dossier;
    struct erasure_seal *seals;
    size_t count;
    bool deletes = strcmp(step->action, "delete") == 0;
    enum status status = audit_seals_for_erasure(command->work, command->transaction, &dossier->tenant_id,
                                                 &dossier->id, &seals, &count, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < count && !deletes; i++)
        db_add(command->write, &retention_erase_event, db_uuid(dossier->id), db_int32(seals[i].sequence),
               db_bytes(hash_view(&seals[i].seal)));
    db_add(command->write, &retention_erase_around, db_uuid(dossier->id), db_cstr(step->action),
           db_cstr(NOBODY), db_instant(command->work->now));
    db_add(command->write, &retention_erase_row, db_uuid(dossier->id), db_cstr(step->action),
           db_instant(command->work->now));
    retention_record(command, step, count);
    json_decref(dossier->contact);
    json_decref(dossier->answers);
    dossier->contact = json_object();
    dossier->answers = json_object();
    dossier->applicant_name = NOBODY;
    if (deletes) { /* a chain without an event, sealed as such */
        dossier->event_count = 0;
        dossier->event_head = STR("");
    } else {
        command_event(command, "anonymised", true, event_data(step));
    }
    return STATUS_OK;
}

/* --- One step */

static enum status take_step(struct command *command, void *input, struct error *error)
{
    (void)input;
    struct db_batch *load = db_batch(command->transaction);
    struct db_result *rows = db_add(load, &retention_next, db_cstr(retention_default(command->work)),
                                    db_instant(command->work->now), db_uuid(command->dossier.id));
    enum status status = db_run(load, error);
    if (status != STATUS_OK || rows->row_count == 0) return status; /* somebody was faster, or holds it */
    struct retention_step step = {.action = db_cstr_or_empty(rows, 0, 0),
                                  .due_at = db_get_instant(rows, 0, 1),
                                  .rule = db_cstr_or_empty(rows, 0, 2),
                                  .source = db_cstr_or_empty(rows, 0, 3),
                                  .reason = STR("")};
    if (strcmp(step.action, "warn") == 0) return warn(command, &step, error);
    if (strcmp(step.action, "archive") != 0) return erase(command, &step, error);
    archive(command, &step);
    return STATUS_OK;
}

/* --- The questions that went to other agencies with it */

DB_STATEMENT(retention_consultations, DB_PARAMETERS(DB_TEXT, DB_INSTANT, DB_UUID),
             DB_COLUMNS({"id", DB_UUID}, {"to_tenant_id", DB_UUID}),
             "SELECT c.id, c.to_tenant_id FROM consultation_sent c WHERE c.tenant_id = motcua.app_tenant() "
             "AND c.dossier_id = $3 AND EXISTS (SELECT 1 FROM retention_schedule($1, $2, $2) s WHERE "
             "s.tenant_id = c.tenant_id AND s.id = c.dossier_id AND s.action IN ('anonymise', 'delete'))")

DB_STATEMENT(retention_erase_consultation, DB_PARAMETERS(DB_UUID, DB_UUID), DB_COLUMNS({"count", DB_INT64}),
             "SELECT count(*) FROM retention_erase_consultation($1, $2)")

/* Before the dossier itself, so that nothing is forgotten when the process dies in between. */
static enum status erase_consultations(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                       struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows, *erased;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &retention_consultations,
        DB_VALUES(db_cstr(retention_default(work)), db_instant(work->now), db_uuid(*id)), &rows, error);
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        struct uuid asked = db_get_uuid(rows, i, 1);
        struct db_scope other = work_scope(work, &asked);
        status =
            db_write_one(work->db, &other, work->arena, &retention_erase_consultation,
                         DB_VALUES(db_uuid(db_get_uuid(rows, i, 0)), db_uuid(*tenant_id)), &erased, error);
    }
    return status;
}

DB_STATEMENT(retention_found, DB_PARAMETERS(DB_TEXT, DB_INSTANT, DB_UUID, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM retention_due($1, $2, $3, $4)")

enum status retention_run_due(struct work *work, const struct uuid *tenant_id, int batch, size_t *done,
                              struct error *error)
{
    static const struct dossier_job job = {.name = "retention", .function = take_step, .archive = true};
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    *done = 0;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &retention_found,
                    DB_VALUES(db_cstr(retention_default(work)), db_instant(work->now),
                              tenant_id == NULL ? db_null() : db_uuid(*tenant_id), db_int32(batch)),
                    &rows, error);
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        struct uuid tenant = db_get_uuid(rows, i, 0), id = db_get_uuid(rows, i, 1);
        status = erase_consultations(work, &tenant, &id, error);
    }
    if (status == STATUS_OK) status = job_run(work, &job, rows, done, error);
    size_t swept = 0;
    struct error sweeping = {0};
    enum status cleaned = document_sweep_removed(work, SWEEP_BATCH, &swept, &sweeping);
    if (status == STATUS_OK && cleaned != STATUS_OK) {
        status = cleaned;
        if (error != NULL) *error = sweeping;
    }
    return status;
}
