/* The frame of every command on a dossier: lock and load in one round trip, decide, write and commit in
 * another. */
#include "dossier_private.h"

#include "motcua/domain/keys.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"

DB_STATEMENT(command_lock, DB_PARAMETERS(DB_UUID), DB_COLUMNS(DOSSIER_COLUMNS),
             "SELECT " DOSSIER_SELECT
             " FROM dossier WHERE tenant_id = motcua.app_tenant() AND id = $1 FOR UPDATE")

DB_STATEMENT(command_state, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"state", DB_TEXT}, {"procedure_version_id", DB_UUID}),
             "SELECT state, procedure_version_id FROM workflow_instance WHERE tenant_id = "
             "motcua.app_tenant() AND dossier_id = $1")

DB_STATEMENT(command_pauses, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"number", DB_INT32}, {"note", DB_TEXT}, {"from_at", DB_INSTANT},
                        {"to_at", DB_INSTANT}),
             "SELECT number, note, from_at, to_at FROM pause WHERE tenant_id = motcua.app_tenant() AND "
             "dossier_id = $1 "
             "ORDER BY number LIMIT 200")

DB_STATEMENT(command_tasks, DB_PARAMETERS(DB_UUID), DB_COLUMNS(TASK_COLUMNS),
             "SELECT " TASK_SELECT " FROM task WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND state IN ('open', 'waiting')")

DB_STATEMENT(
    command_supplements, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"count", DB_INT64}),
    "SELECT count(*) FROM supplement_request WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1")

DB_STATEMENT(command_messages, DB_PARAMETERS(DB_UUID, DB_INT32),
             DB_COLUMNS({"name", DB_TEXT}, {"key", DB_TEXT}, {"data", DB_JSON}, {"keep_until", DB_INSTANT}),
             "SELECT name, key, data, keep_until FROM kept_message WHERE tenant_id = motcua.app_tenant() AND "
             "dossier_id = $1 ORDER BY received_at, name, key LIMIT $2")

DB_STATEMENT(command_messages_drop, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM kept_message WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1")

DB_STATEMENT(
    command_update,
    DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_JSON, DB_INSTANT, DB_INSTANT, DB_INSTANT, DB_JSON, DB_INSTANT,
                  DB_INSTANT, DB_INSTANT, DB_INT64, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT32, DB_BYTES, DB_INT32,
                  DB_TEXT, DB_JSON, DB_BYTES, DB_TEXT),
    DB_NOTHING,
    "UPDATE dossier SET status = $2, outcome = $3, answers = $4, received_at = $5, first_due_at = $6, "
    "due_at = $7, due_explanation = $8, paused_since = $9, finished_at = $10, returned_at = $11, "
    "fee_amount = $12, fee_state = $13, step_name = $14, step_name_en = $15, event_count = $16, "
    "event_head = $17, calendar_revision = $18, applicant_name = $19, contact = $20, event_seal = $21, "
    "applicant_key = $22, "
    "revision = revision + 1 "
    "WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(
    command_event_insert,
    DB_PARAMETERS(DB_UUID, DB_INT32, DB_INSTANT, DB_TEXT, DB_TEXT, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT,
                  DB_TEXT, DB_BOOL, DB_JSON, DB_BYTES, DB_BYTES),
    DB_NOTHING,
    "INSERT INTO event (tenant_id, dossier_id, sequence, at, kind, actor_kind, actor_account_id, actor_name, "
    "actor_title, actor_unit, address, is_public, data, previous_hash, hash) "
    "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")

DB_STATEMENT(command_pause_open, DB_PARAMETERS(DB_UUID, DB_INT32, DB_TEXT, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "INSERT INTO pause (tenant_id, dossier_id, number, reason, note, from_at) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5)")

DB_STATEMENT(
    command_pause_close, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
    "UPDATE pause SET to_at = $2 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND to_at IS NULL")

DB_STATEMENT(command_state_save, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_INSTANT, DB_INSTANT), DB_NOTHING,
             "INSERT INTO workflow_instance (tenant_id, dossier_id, procedure_version_id, state, started_at, "
             "ended_at) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5) ON CONFLICT (tenant_id, dossier_id) "
             "DO UPDATE SET state = EXCLUDED.state, ended_at = EXCLUDED.ended_at, "
             "procedure_version_id = EXCLUDED.procedure_version_id, "
             "revision = workflow_instance.revision + 1")

DB_STATEMENT(command_tasks_name, DB_PARAMETERS(DB_UUID, DB_TEXT), DB_NOTHING,
             "UPDATE task SET applicant_name = $2 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND state IN ('open', 'waiting')")

DB_STATEMENT(command_tasks_due, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE task SET dossier_due_at = $2, urgent_at = least(coalesce(step_due_at, 'infinity'), "
             "coalesce($2, 'infinity'), created_at + interval '1 year') "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND state IN ('open', 'waiting')")

DB_STATEMENT(command_counter, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"value", DB_INT64}),
             "INSERT INTO counter (tenant_id, series, value) VALUES (motcua.app_tenant(), $1, 1) "
             "ON CONFLICT (tenant_id, series) DO UPDATE SET value = counter.value + 1 RETURNING value")

DB_STATEMENT(command_outbox_mail, DB_PARAMETERS(DB_UUID, DB_JSON, DB_INSTANT), DB_NOTHING,
             "INSERT INTO outbox (tenant_id, id, kind, payload, created_at, next_at) "
             "VALUES (motcua.app_tenant(), $1, 'mail', $2, $3, $3)")

void command_event(struct command *command, const char *kind, bool is_public, json_t *data)
{
    if (command->event_count ==
        COMMAND_EVENTS) { /* a workflow that does more in one step is cut in its trail's detail */
        json_decref(data);
        return;
    }
    command->events[command->event_count++] =
        (struct pending_event){kind, is_public, data == NULL ? json_object() : data};
}

void command_mail(struct command *command, const char *template, const json_t *extra)
{
    const json_t *contact = command->dossier.contact;
    const char *language = json_get_cstr(contact, "language", "vi"),
               *to = json_get_cstr(contact, "email", ""),
               *submitter = json_get_cstr(dossier_submitter(&command->dossier), "email", "");
    command_mail_to(command, template, to, language, extra);
    if (strcmp(to, submitter) != 0) command_mail_to(command, template, submitter, language, extra);
}

void command_mail_to(struct command *command, const char *template, const char *to, const char *language,
                     const json_t *extra)
{
    if (to[0] == '\0') return;
    json_auto payload = json_object();
    json_set_cstr(payload, "template", template);
    json_set_cstr(payload, "to", to);
    json_set_cstr(payload, "language", language);
    json_set_cstr(payload, "dossier_id", command->dossier.id.text);
    if (extra != NULL) json_object_set_new(payload, "extra", json_deep_copy(extra));
    db_add(command->write, &command_outbox_mail, db_uuid(uuid_create(command->work->now)), db_json(payload),
           db_instant(command->work->now));
}

enum status command_next_number(struct command *command, const char *series, int64_t *number,
                                struct error *error)
{
    struct db_batch *batch = db_batch(command->transaction);
    struct db_result *rows = db_add(batch, &command_counter, db_cstr(series));
    enum status status = db_run(batch, error);
    if (status == STATUS_OK) *number = db_get_int64(rows, 0, 0);
    return status;
}

void command_release(struct command *command)
{
    dossier_release(&command->dossier);
    for (size_t i = 0; i < command->event_count; i++)
        json_decref(command->events[i].data);
    command->event_count = 0;
}

void command_waive_fee(struct command *command)
{
    if (strcmp(command->dossier.fee_state, "due") == 0) command->dossier.fee_state = "none";
}

/*
 * Whatever brought the workflow to its end (a person, a message, a timer), the dossier does not stay open;
 * and the clock of a finished dossier does not stand.
 */
static enum status settle_end(struct command *command, struct error *error)
{
    struct dossier *dossier = &command->dossier;
    if (command->workflow_ended && dossier_is_open(dossier)) {
        dossier->status = "finished";
        dossier->outcome = "granted";
        dossier->finished_at = command->work->now;
    }
    return dossier->finished_at == INSTANT_NONE ? STATUS_OK : clock_resume(command, error);
}

/* Chains the queued events onto the dossier's head and adds their rows. */
static enum status write_events(struct command *command, struct error *error)
{
    struct work *work = command->work;
    struct dossier *dossier = &command->dossier;
    for (size_t i = 0; i < command->event_count; i++) {
        const struct pending_event *pending = &command->events[i];
        struct audit_event event = {
            .tenant_id = dossier->tenant_id,
            .dossier_id = dossier->id,
            .sequence = dossier->event_count + 1,
            .at = work->now,
            .kind = pending->kind,
            .actor_kind = work->actor->kind,
            .actor_account_id = work->actor->account_id,
            .actor_name = work->actor->name,
            .actor_title = work->actor->title,
            .actor_unit = work->actor->unit_name,
            .address = work->actor->address,
            .is_public = pending->is_public,
            .data = json_canonical_arena(pending->data, work->arena, 1024 * 1024),
        };
        struct hash *hash = arena_alloc(work->arena, sizeof *hash);
        enum status status = audit_hash(work, &event, dossier->event_head, hash, error);
        if (status != STATUS_OK) return status;
        struct str previous = dossier->event_head.data == NULL ? STR("") : dossier->event_head;
        db_add(command->write, &command_event_insert, db_uuid(dossier->id), db_int32(event.sequence),
               db_instant(event.at), db_cstr(event.kind), db_cstr(actor_kind_name(event.actor_kind)),
               db_uuid(event.actor_account_id), db_cstr(event.actor_name), db_cstr(event.actor_title),
               db_cstr(event.actor_unit), db_cstr(event.address), db_bool(event.is_public),
               db_json_text(event.data), db_bytes(previous), db_bytes(hash_view(hash)));
        dossier->event_count++;
        dossier->event_head = hash_view(hash);
    }
    return STATUS_OK;
}

static enum status write_state(struct command *command, struct error *error)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    if (bpmn_state_save(command->state, &text) != STATUS_OK)
        return error_set(error, command->work->arena, STATUS_TOO_LARGE, "workflow.too_large",
                         N_("Quy trình của hồ sơ này đã quá lớn; hãy báo quản trị viên"), NULL);
    bool ended = bpmn_state_ended(command->state);
    db_add(command->write, &command_state_save, db_uuid(command->dossier.id),
           db_uuid(command->workflow_version->id), db_text(buf_copy(&text, command->work->arena)),
           db_instant(command->work->now), ended ? db_instant(command->work->now) : db_null());
    if (ended && command->message_count > 0) /* nothing will wait for them any more */
        db_add(command->write, &command_messages_drop, db_uuid(command->dossier.id));
    return STATUS_OK;
}

enum status command_finish(struct command *command, struct error *error)
{
    struct dossier *d = &command->dossier;
    struct db_batch *write = command->write;
    struct hash *seal = arena_alloc(command->work->arena, sizeof *seal);
    enum status status = settle_end(command, error);
    if (status == STATUS_OK) status = write_events(command, error);
    if (status == STATUS_OK)
        status = audit_seal(command->work, &d->tenant_id, &d->id, d->event_count, d->event_head, seal, error);
    if (status == STATUS_OK && command->state_changed) status = write_state(command, error);
    if (status != STATUS_OK) return status;
    bool closed_at_once = command->pause_opened && d->paused_since == INSTANT_NONE;
    if (command->pause_closed && !closed_at_once)
        db_add(write, &command_pause_close, db_uuid(d->id), db_instant(command->work->now));
    if (command->pause_opened)
        db_add(write, &command_pause_open, db_uuid(d->id), db_int32((int32_t)command->pause_count),
               db_cstr(command->pause_kind), db_cstr(command->pauses[command->pause_count - 1].reason),
               db_instant(command->work->now));
    if (closed_at_once) db_add(write, &command_pause_close, db_uuid(d->id), db_instant(command->work->now));
    if (command->name_changed) db_add(write, &command_tasks_name, db_uuid(d->id), db_cstr(d->applicant_name));
    if (command->due_changed)
        db_add(write, &command_tasks_due, db_uuid(d->id), db_instant_or_null(d->due_at));
    db_add(write, &command_update, db_uuid(d->id), db_cstr(d->status),
           d->outcome[0] == '\0' ? db_null() : db_cstr(d->outcome), db_json(d->answers),
           db_instant_or_null(d->received_at), db_instant_or_null(d->first_due_at),
           db_instant_or_null(d->due_at),
           d->due_explanation.data == NULL ? db_null() : db_json_text(d->due_explanation),
           db_instant_or_null(d->paused_since), db_instant_or_null(d->finished_at),
           db_instant_or_null(d->returned_at), db_int64(d->fee_amount), db_cstr(d->fee_state),
           db_cstr(d->step_name), db_cstr(d->step_name_en), db_int32(d->event_count),
           db_bytes(d->event_head.data == NULL ? STR("") : d->event_head), db_int32(d->calendar_revision),
           db_cstr(d->applicant_name), db_json(d->contact), db_bytes(hash_view(seal)),
           db_text(text_search_key(command->work->arena, str_of(d->applicant_name))));
    return db_commit(write, error);
}

enum { COMMAND_ROUNDS = 8 };

struct call {
    struct work *work;
    const struct uuid *tenant_id, *dossier_id;
    command_function *function;
    void *input;
    struct uuid missing_version; /* to be loaded outside of the transaction */
    bool stale_reference;        /* another process knows a newer calendar */
    struct result_paper_kept *paper;
    bool archive; /* may also touch what is archived */
};

/* From memory; one that is not there yet is loaded outside of the transaction. */
static enum status find_version(struct call *call, const struct uuid *id,
                                const struct procedure_version **version)
{
    *version = reference_cached_version(call->work->domain->reference, id);
    if (*version != NULL) return STATUS_OK;
    call->missing_version = *id;
    return STATUS_CONFLICT; /* rolled back, loaded, run again */
}

/* `state`: the row of the workflow; one that was moved to another version runs by that, the rest of the
 * dossier stays with its own. */
static enum status prepare(struct call *call, struct command *command, const struct db_result *state,
                           int *revision, struct error *error)
{
    struct work *work = call->work;
    struct reference_store *reference = work->domain->reference;
    struct uuid workflow_version =
        state->row_count > 0 ? db_get_uuid(state, 0, 1) : command->dossier.procedure_version_id;
    enum status status = find_version(call, &command->dossier.procedure_version_id, &command->version);
    if (status == STATUS_OK) status = find_version(call, &workflow_version, &command->workflow_version);
    if (status != STATUS_OK) return status;
    command->tenant = tenant_by_id(reference_tenants(reference), &command->dossier.tenant_id);
    if (command->tenant == NULL)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "tenant.unknown",
                         N_("Cơ quan này không còn hoạt động"), NULL);
    command->calendar = reference_calendar(reference, command->dossier.calendar_code, revision);
    if (command->calendar == NULL)
        return error_set(error, work->arena, STATUS_FATAL, "calendar.unknown", NULL, "no calendar %s",
                         command->dossier.calendar_code);
    call->stale_reference = *revision < command->dossier.calendar_revision;
    return call->stale_reference ? STATUS_CONFLICT : STATUS_OK;
}

static void read_pauses(struct command *command, const struct db_result *rows)
{
    for (size_t i = 0; i < rows->row_count && i < COMMAND_PAUSES - 1; i++)
        command->pauses[command->pause_count++] = (struct pause){.from = db_get_instant(rows, i, 2),
                                                                 .to = db_optional_instant(rows, i, 3),
                                                                 .reason = db_cstr_or_empty(rows, i, 1)};
}

static enum status run_command(struct db_transaction *transaction, void *context, struct error *error)
{
    struct call *call = context;
    struct command command = {.work = call->work, .transaction = transaction, .paper = call->paper};
    call->paper->pdf = STR_NULL;
    call->paper->taken = false;
    struct db_batch *load = db_batch(transaction);
    struct db_result *row = db_add(load, &command_lock, db_uuid(*call->dossier_id));
    struct db_result *state = db_add(load, &command_state, db_uuid(*call->dossier_id));
    struct db_result *pauses = db_add(load, &command_pauses, db_uuid(*call->dossier_id));
    struct db_result *tasks = db_add(load, &command_tasks, db_uuid(*call->dossier_id));
    struct db_result *supplements = db_add(load, &command_supplements, db_uuid(*call->dossier_id));
    struct db_result *messages =
        db_add(load, &command_messages, db_uuid(*call->dossier_id), db_int32(COMMAND_MESSAGES));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (row->row_count == 0)
        return error_set(error, call->work->arena, STATUS_NOT_FOUND, "dossier.unknown",
                         N_("Không tìm thấy hồ sơ này"), NULL);
    dossier_read_row(row, 0, &command.dossier);
    int revision;
    if (command.dossier.archived_at != INSTANT_NONE && !call->archive) {
        command_release(&command);
        return error_set(error, call->work->arena, STATUS_CONFLICT, "dossier.archived",
                         N_("Hồ sơ này đã được đưa vào lưu trữ nên chỉ xem được, không thay đổi được nữa"),
                         NULL);
    }
    status = prepare(call, &command, state, &revision, error);
    if (status == STATUS_OK && state->row_count > 0)
        status = workflow_load(&command, db_get_text(state, 0, 0), error);
    if (status == STATUS_OK) {
        command.due_before = command.dossier.due_at;
        command.supplement_count = (int)db_get_int64(supplements, 0, 0);
        read_pauses(&command, pauses);
        message_read(&command, messages);
        command.task_count = tasks->row_count;
        command.tasks = arena_array(call->work->arena, tasks->row_count, sizeof *command.tasks);
        for (size_t i = 0; i < tasks->row_count; i++)
            task_read_row(call->work->arena, tasks, i, &command.tasks[i]);
        command.write = db_batch(transaction);
        if (command.dossier.finished_at == INSTANT_NONE && revision > command.dossier.calendar_revision)
            status = follow_calendar(&command, revision, error);
    }
    if (status == STATUS_OK) status = call->function(&command, call->input, error);
    if (status == STATUS_OK) status = command_finish(&command, error);
    command_release(&command);
    return status;
}

static void drop_paper(struct work *work, struct result_paper_kept *paper)
{
    if (paper->stored) document_discard(work, &paper->document);
    paper->stored = false;
}

/* Into its store, while neither the dossier nor the agency's counter is held. */
static enum status store_paper(struct call *call, struct error *error)
{
    struct result_paper_kept *paper = call->paper;
    drop_paper(call->work, paper); /* it bore another number */
    enum status status =
        document_prepare(call->work, call->tenant_id, call->dossier_id, "result", paper->file_name,
                         "application/pdf", paper->pdf, &paper->document, error);
    paper->stored = status == STATUS_OK;
    return status;
}

/* What a round was missing, so that the next one can go through. STATUS_CONFLICT: nothing that can be got. */
static enum status fetch_missing(struct call *call, struct error *error)
{
    const struct procedure_version *version;
    if (call->stale_reference) return reference_refresh(call->work, true, error);
    if (!uuid_is_empty(&call->missing_version))
        return reference_procedure_version(call->work, &call->missing_version, &version, error);
    if (call->paper->pdf.data != NULL) return store_paper(call, error);
    return STATUS_CONFLICT;
}

static enum status run_in_scope(struct work *work, const struct db_scope *scope, const struct uuid *tenant_id,
                                const struct uuid *dossier_id, command_function *function, void *input,
                                bool archive, struct error *error)
{
    SECRET_KEY_AUTO key; /* so that the chain's key is in memory before the transaction begins */
    int key_version;
    struct result_paper_kept paper = {0};
    enum status status = key_ring_tenant(work, tenant_id, 1, &key, &key_version, error);
    for (int round = 0; status == STATUS_OK && round < COMMAND_ROUNDS; round++) {
        struct call call = {.work = work,
                            .tenant_id = tenant_id,
                            .dossier_id = dossier_id,
                            .function = function,
                            .input = input,
                            .archive = archive,
                            .paper = &paper};
        status = db_transaction(work->db, scope, work->arena, run_command, &call, error);
        if (status != STATUS_CONFLICT) break;
        if (round + 1 < COMMAND_ROUNDS) status = fetch_missing(&call, error);
    }
    /* When nobody knows whether the commit went through, the file must stay: the row may point to it. */
    bool unknown = error != NULL && error->code != NULL && strcmp(error->code, "db.commit_unknown") == 0;
    if (!(status == STATUS_OK && paper.taken) && !unknown) drop_paper(work, &paper);
    return status;
}

enum status command_run(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                        command_function *function, void *input, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    return run_in_scope(work, &scope, tenant_id, dossier_id, function, input, false, error);
}

enum status command_run_again(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                              command_function *function, void *input, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    scope.found_again = true;
    return run_in_scope(work, &scope, tenant_id, dossier_id, function, input, false, error);
}

enum status command_run_archive(struct work *work, const struct uuid *tenant_id,
                                const struct uuid *dossier_id, command_function *function, void *input,
                                struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    return run_in_scope(work, &scope, tenant_id, dossier_id, function, input, true, error);
}
