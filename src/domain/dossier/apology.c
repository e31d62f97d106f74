/*
 * Late dossiers: the apology (form 04) is drafted by the portal before the promised time passes, completed
 * and sent by the head of the unit or the signing leader, and moves the promised time (domain.md 2.4).
 */
#include "dossier_private.h"

DB_STATEMENT(apology_insert, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_INSTANT), DB_NOTHING,
             "INSERT INTO apology (tenant_id, dossier_id, number, state, old_due_at, drafted_at) "
             "SELECT motcua.app_tenant(), $1, coalesce(max(number), 0) + 1, 'draft', $2, $3 FROM apology "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1")

DB_STATEMENT(
    apology_send_update,
    DB_PARAMETERS(DB_TEXT, DB_UUID, DB_INT32, DB_TEXT, DB_INSTANT, DB_INSTANT, DB_TEXT, DB_TEXT, DB_INSTANT),
    DB_NOTHING,
    "WITH next AS (INSERT INTO counter (tenant_id, series, value) VALUES (motcua.app_tenant(), 'apology:' || "
    "$1, 1) "
    "ON CONFLICT (tenant_id, series) DO UPDATE SET value = counter.value + 1 RETURNING value) "
    "UPDATE apology SET state = 'sent', paper_number = next.value || '/PXL', reason = $4, new_due_at = $5, "
    "sent_at = $6, signed_by = $7, signed_title = $8, old_due_at = $9 FROM next "
    "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $2 AND number = $3 AND state = 'draft'")

DB_STATEMENT(apology_promise, DB_PARAMETERS(DB_UUID, DB_INT32, DB_INSTANT), DB_NOTHING,
             "UPDATE apology SET new_due_at = $3 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND number = $2")

DB_STATEMENT(
    apology_find, DB_PARAMETERS(DB_UUID, DB_INT32), DB_COLUMNS({"state", DB_TEXT}),
    "SELECT state FROM apology WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND number = $2")

struct apology_input {
    int number;
    struct str reason;
    instant new_due;
};

static enum status check_draft(struct command *command, int number, struct error *error)
{
    struct db_batch *load = db_batch(command->transaction);
    struct db_result *rows = db_add(load, &apology_find, db_uuid(command->dossier.id), db_int32(number));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, command->work->arena, STATUS_NOT_FOUND, "apology.unknown",
                         N_("Không tìm thấy phiếu xin lỗi này"), NULL);
    if (!str_equal_cstr(db_get_text(rows, 0, 0), "draft"))
        return error_set(error, command->work->arena, STATUS_CONFLICT, "apology.sent",
                         N_("Phiếu xin lỗi này đã được gửi"), NULL);
    return STATUS_OK;
}

/* A head of a unit answers for his own unit; and the new time must be one that can be promised now. */
static enum status check_time(struct command *command, const struct apology_input *input, struct error *error)
{
    struct work *work = command->work;
    const struct dossier *dossier = &command->dossier;
    bool own = (work->actor->roles & ROLE_SIGNING_LEADER) != 0 ||
               uuid_same(&dossier->unit_id, &work->actor->unit_id);
    if (!own)
        return error_set(error, work->arena, STATUS_DENIED, "apology.unit",
                         N_("Hồ sơ này do đơn vị khác thụ lý"), NULL);
    if (dossier->paused_since != INSTANT_NONE || dossier->due_at == INSTANT_NONE)
        return error_set(error, work->arena, STATUS_CONFLICT, "apology.paused",
                         N_("Thời hạn của hồ sơ đang tạm dừng nên chưa hẹn lại được"), NULL);
    if (input->new_due <= dossier->due_at)
        return error_set(error, work->arena, STATUS_INVALID, "apology.due",
                         N_("Thời gian hẹn trả mới phải ở sau thời gian đã hẹn"), NULL);
    return STATUS_OK;
}

static enum status send_apology(struct command *command, void *context, struct error *error)
{
    const struct apology_input *input = context;
    struct work *work = command->work;
    if (!dossier_is_open(&command->dossier))
        return error_set(error, work->arena, STATUS_CONFLICT, "dossier.closed",
                         N_("Hồ sơ này đã giải quyết xong"), NULL);
    enum status status = check_time(command, input, error);
    if (status == STATUS_OK) status = check_draft(command, input->number, error);
    if (status != STATUS_OK) return status;
    int year = civil_date_from_day(civil_day_of(work->now)).year;
    struct db_batch *update =
        db_batch(command->transaction); /* first, so that the due date is reckoned with it */
    db_add(update, &apology_send_update, db_cstr(arena_printf(work->arena, "%d", year)),
           db_uuid(command->dossier.id), db_int32(input->number), db_text(input->reason),
           db_instant(input->new_due), db_instant(work->now), db_cstr(work->actor->name),
           db_cstr(work->actor->title), db_instant(command->dossier.due_at));
    status = db_run(update, error);
    if (status == STATUS_OK) status = clock_reckon(command, error);
    if (status != STATUS_OK) return status;
    /* Outside working hours nothing can be handed over: what is promised is what the calendar makes of it. */
    db_add(command->write, &apology_promise, db_uuid(command->dossier.id), db_int32(input->number),
           db_instant(command->dossier.due_at));
    json_t *data = json_object();
    json_set_str(data, "reason", input->reason);
    char due[CIVIL_INSTANT_SIZE];
    civil_format_instant(command->dossier.due_at, due);
    json_set_cstr(data, "new_due", due);
    command_event(command, "apology_sent", true, data);
    command_mail(command, "apology", NULL);
    return STATUS_OK;
}

enum status apology_send(struct work *work, const struct uuid *dossier_id, int number, struct str reason,
                         instant new_due, struct error *error)
{
    struct apology_input input = {number, str_trim(reason.data == NULL ? STR("") : reason), new_due};
    if ((work->actor->roles & (ROLE_HEAD_OF_UNIT | ROLE_SIGNING_LEADER)) == 0)
        return error_set(error, work->arena, STATUS_DENIED, "apology.role",
                         N_("Chỉ lãnh đạo phòng hoặc lãnh đạo cơ quan được gửi phiếu xin lỗi"), NULL);
    if (input.reason.length == 0)
        return error_set(error, work->arena, STATUS_INVALID, "apology.reason",
                         N_("Vui lòng ghi rõ lý do chậm trả kết quả"), NULL);
    if (new_due <= work->now)
        return error_set(error, work->arena, STATUS_INVALID, "apology.due",
                         N_("Thời gian hẹn trả mới phải ở sau thời điểm hiện tại"), NULL);
    return command_run(work, &work->actor->tenant_id, dossier_id, send_apology, &input, error);
}

DB_STATEMENT(
    apology_heads, DB_PARAMETERS(DB_UUID, DB_INSTANT),
    DB_COLUMNS({"email", DB_TEXT}, {"language", DB_TEXT}, {"full_name", DB_TEXT}),
    "SELECT a.email, a.language, a.full_name FROM membership m JOIN account a ON a.id = m.account_id "
    "WHERE m.tenant_id = motcua.app_tenant() AND m.unit_id = $1 AND m.roles @> ARRAY['head_of_unit'] "
    "AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2) AND a.email IS NOT NULL LIMIT 10")

DB_STATEMENT(apology_known, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_COLUMNS({"number", DB_INT32}),
             "SELECT number FROM apology WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND "
             "old_due_at = $2")

/* The heads of the handling unit learn that a dossier is late. */
static enum status tell_heads(struct command *command, struct error *error)
{
    struct db_batch *load = db_batch(command->transaction);
    struct db_result *heads =
        db_add(load, &apology_heads, db_uuid(command->dossier.unit_id), db_instant(command->work->now));
    enum status status = db_run(load, error);
    for (size_t i = 0; status == STATUS_OK && i < heads->row_count; i++) {
        json_auto extra = json_object();
        json_set_str(extra, "name", db_get_text(heads, i, 2));
        json_set_cstr(
            extra, "url",
            arena_printf(command->work->arena, "%s/can-bo/xin-loi", command->work->domain->base_url));
        command_mail_to(command, "overdue", db_cstr_or_empty(heads, i, 0), db_cstr_or_empty(heads, i, 1),
                        extra);
    }
    return status;
}

static enum status draft_apology(struct command *command, void *input, struct error *error)
{
    (void)input;
    struct dossier *dossier = &command->dossier;
    bool running = strcmp(dossier->status, "received") == 0 || strcmp(dossier->status, "processing") == 0;
    if (!running || dossier->due_at == INSTANT_NONE || dossier->paused_since != INSTANT_NONE)
        return STATUS_OK; /* it moved on meanwhile */
    struct db_batch *load = db_batch(command->transaction);
    struct db_result *known = db_add(load, &apology_known, db_uuid(dossier->id), db_instant(dossier->due_at));
    enum status status = db_run(load, error);
    if (status != STATUS_OK || known->row_count > 0) return status; /* another worker was here */
    db_add(command->write, &apology_insert, db_uuid(dossier->id), db_instant(dossier->due_at),
           db_instant(command->work->now));
    command_event(command, "apology_drafted", false, NULL);
    return tell_heads(command, error);
}

DB_STATEMENT(apology_late, DB_PARAMETERS(DB_INSTANT, DB_INT64, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM late_dossiers($1, $2 * interval '1 microsecond', $3)")

enum { AHEAD_HOURS = 4 };

enum status apology_draft_due(struct work *work, int batch, size_t *done, struct error *error)
{
    static const struct dossier_job job = {.name = "apology", .function = draft_apology, .claimed = false};
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    *done = 0;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &apology_late,
                    DB_VALUES(db_instant(work->now), db_int64(AHEAD_HOURS * INT64_C(3600) * MICROSECONDS),
                              db_int32(batch)),
                    &rows, error);
    return status == STATUS_OK ? job_run(work, &job, rows, done, error) : status;
}
