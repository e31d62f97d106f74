/*
 * Questions between agencies. Each side has its own row under the same id; the outbox carries question and
 * answer across, one tenant per transaction, and every delivery may be repeated without harm.
 */
#include "dossier_private.h"

#include "motcua/domain/reference.h"

DB_STATEMENT(consultation_outgoing, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"to_tenant_id", DB_UUID}, {"question", DB_TEXT}, {"data", DB_JSON},
                        {"due_at", DB_INSTANT}, {"code", DB_TEXT}, {"procedure_code", DB_TEXT},
                        {"procedure_name", DB_TEXT}, {"applicant_name", DB_TEXT}),
             "SELECT c.to_tenant_id, c.question, c.data, c.due_at, d.code, d.procedure_code, "
             "d.procedure_name, d.applicant_name "
             "FROM consultation_sent c JOIN dossier d ON d.tenant_id = c.tenant_id AND d.id = c.dossier_id "
             "WHERE c.tenant_id = motcua.app_tenant() AND c.id = $1")

DB_STATEMENT(consultation_incoming,
             DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_JSON, DB_INSTANT, DB_INSTANT),
             DB_NOTHING,
             "INSERT INTO consultation_received (tenant_id, id, from_tenant_id, dossier_code, "
             "procedure_name, question, data, "
             "received_at, due_at) VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT "
             "DO NOTHING")

DB_STATEMENT(consultation_unit, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"unit_id", DB_UUID}),
             "SELECT o.unit_id FROM offering o JOIN procedure p ON p.id = o.procedure_id "
             "WHERE o.tenant_id = motcua.app_tenant() AND p.code = $1")

DB_STATEMENT(
    consultation_task,
    DB_PARAMETERS(DB_UUID, DB_TEXT, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT, DB_INSTANT),
    DB_NOTHING,
    "INSERT INTO task (tenant_id, id, kind, consultation_id, name, name_en, role, unit_id, outcomes, state, "
    "dossier_code, procedure_code, procedure_name, applicant_name, created_at, step_due_at, urgent_at) "
    "VALUES (motcua.app_tenant(), $1, 'consultation', $1, $2, 'Answer another agency', 'processing_officer', "
    "$3, "
    "'{}', 'open', $4, $5, $6, $7, $8, $9, least(coalesce($9, 'infinity'), $8 + interval '1 year')) "
    "ON CONFLICT DO NOTHING")

static enum status deliver_question(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                    struct error *error)
{
    struct db_scope from = work_scope(work, tenant_id);
    struct db_result *sent, *unit;
    enum status status = db_read_one(work->db, &from, work->arena, &consultation_outgoing,
                                     DB_VALUES(db_uuid(*id)), &sent, error);
    if (status != STATUS_OK) return status;
    if (sent->row_count == 0) return STATUS_OK; /* the dossier is gone: nobody to ask for */
    struct uuid asked = db_get_uuid(sent, 0, 0);
    struct db_scope to = work_scope(work, &asked);
    status = db_read_one(work->db, &to, work->arena, &consultation_unit,
                         DB_VALUES(db_text(db_get_text(sent, 0, 5))), &unit, error);
    if (status != STATUS_OK) return status;
    /* An agency that does not take this procedure itself: whoever processes there may answer. */
    struct uuid unit_id = unit->row_count > 0 ? db_get_uuid(unit, 0, 0) : (struct uuid){NIL_UUID};
    json_auto data = db_get_json(sent, 0, 2);
    struct db_value due = db_instant_or_null(db_optional_instant(sent, 0, 3));
    struct db_result *ignored;
    status = db_write_one(work->db, &to, work->arena, &consultation_incoming,
                          DB_VALUES(db_uuid(*id), db_uuid(*tenant_id), db_text(db_get_text(sent, 0, 4)),
                                    db_text(db_get_text(sent, 0, 6)), db_text(db_get_text(sent, 0, 1)),
                                    db_json(data), db_instant(work->now), due),
                          &ignored, error);
    if (status == STATUS_OK)
        status = db_write_one(work->db, &to, work->arena, &consultation_task,
                              DB_VALUES(db_uuid(*id), db_cstr(N_("Trả lời cơ quan khác")), db_uuid(unit_id),
                                        db_text(db_get_text(sent, 0, 4)), db_text(db_get_text(sent, 0, 5)),
                                        db_text(db_get_text(sent, 0, 6)), db_text(db_get_text(sent, 0, 7)),
                                        db_instant(work->now), due),
                              &ignored, error);
    return status;
}

struct answer_input {
    struct uuid id;
    const char *answer, *note, *answered_by;
};

DB_STATEMENT(consultation_store_answer, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT, DB_TEXT, DB_TEXT),
             DB_NOTHING,
             "UPDATE consultation_sent SET answered_at = $2, answer = $3, answer_note = $4, answered_by = $5 "
             "WHERE tenant_id = motcua.app_tenant() AND id = $1 AND answered_at IS NULL")

DB_STATEMENT(
    consultation_dossier, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"dossier_id", DB_UUID}, {"answered_at", DB_INSTANT}),
    "SELECT dossier_id, answered_at FROM consultation_sent WHERE tenant_id = motcua.app_tenant() AND id = $1")

static enum status take_answer(struct command *command, void *context, struct error *error)
{
    const struct answer_input *input = context;
    struct work *work = command->work;
    struct db_batch *load = db_batch(command->transaction); /* again, now under the dossier's lock */
    struct db_result *rows = db_add(load, &consultation_dossier, db_uuid(input->id));
    enum status status = db_run(load, error);
    if (status != STATUS_OK || rows->row_count == 0 || !db_is_null(rows, 0, 1))
        return status; /* delivered twice: the first one counts */
    db_add(command->write, &consultation_store_answer, db_uuid(input->id), db_instant(work->now),
           db_cstr(input->answer), db_cstr(input->note), db_cstr(input->answered_by));
    json_t *event = json_object();
    json_set_cstr(event, "answer", input->answer);
    json_set_cstr(event, "note", input->note);
    json_set_cstr(event, "answered_by", input->answered_by);
    command_event(command, "consultation_answered", true, event);
    json_auto data = json_object();
    json_set_cstr(data, "consultation_answer", input->answer);
    json_set_cstr(data, "consultation_note", input->note);
    /* The answer may come before the workflow waits for it, or after the time was over and it went on, also
     * to another question: its key keeps it from being taken for that one's. */
    status = message_take(command, "consultation_answered", str_of(input->id.text), data, error);
    return status == STATUS_CONFLICT ? STATUS_OK : status;
}

static enum status deliver_answer(struct work *work, const json_t *payload, struct error *error)
{
    struct uuid asking = uuid_from(json_get_str(payload, "to_tenant_id"));
    struct answer_input input = {
        .id = uuid_from(json_get_str(payload, "consultation_id")),
        .answer = json_get_cstr(payload, "answer", ""),
        .note = json_get_cstr(payload, "note", ""),
        .answered_by = json_get_cstr(payload, "answered_by", ""),
    };
    struct db_scope scope = work_scope(work, &asking);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &consultation_dossier,
                                     DB_VALUES(db_uuid(input.id)), &rows, error);
    if (status != STATUS_OK || rows->row_count == 0 || !db_is_null(rows, 0, 1)) return status;
    struct uuid dossier_id = db_get_uuid(rows, 0, 0);
    return command_run(work, &asking, &dossier_id, take_answer, &input, error);
}

enum status consultation_deliver(struct work *work, const struct uuid *tenant_id, const json_t *payload,
                                 bool is_answer, struct error *error)
{
    if (is_answer) return deliver_answer(work, payload, error);
    struct uuid id = uuid_from(json_get_str(payload, "consultation_id"));
    return deliver_question(work, tenant_id, &id, error);
}

DB_STATEMENT(consultation_by_id, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"id", DB_UUID}, {"from_tenant_id", DB_UUID}, {"question", DB_TEXT},
                        {"answer", DB_TEXT}, {"answer_note", DB_TEXT}, {"answered_by", DB_TEXT},
                        {"dossier_code", DB_TEXT}, {"procedure_name", DB_TEXT}, {"data", DB_JSON},
                        {"received_at", DB_INSTANT}, {"due_at", DB_INSTANT}, {"answered_at", DB_INSTANT}),
             "SELECT id, from_tenant_id, question, answer, answer_note, answered_by, dossier_code, "
             "procedure_name, data, "
             "received_at, due_at, answered_at FROM consultation_received WHERE tenant_id = "
             "motcua.app_tenant() AND id = $1")

enum status consultation_find(struct work *work, const struct uuid *id, struct consultation *consultation,
                              struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &consultation_by_id,
                                     DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "consultation.unknown",
                         N_("Không tìm thấy câu hỏi này"), NULL);
    *consultation = (struct consultation){
        .id = db_get_uuid(rows, 0, 0),
        .other_tenant_id = db_get_uuid(rows, 0, 1),
        .question = db_cstr_or_empty(rows, 0, 2),
        .answer = db_cstr_or_empty(rows, 0, 3),
        .answer_note = db_cstr_or_empty(rows, 0, 4),
        .answered_by = db_cstr_or_empty(rows, 0, 5),
        .dossier_code = db_cstr_or_empty(rows, 0, 6),
        .procedure_name = db_cstr_or_empty(rows, 0, 7),
        .data = db_get_json(rows, 0, 8),
        .sent_at = db_get_instant(rows, 0, 9),
        .due_at = db_optional_instant(rows, 0, 10),
        .answered_at = db_optional_instant(rows, 0, 11),
    };
    return STATUS_OK;
}

struct answering {
    struct work *work;
    const struct uuid *task_id;
    struct str answer, note;
};

DB_STATEMENT(
    consultation_task_lock, DB_PARAMETERS(DB_UUID), DB_COLUMNS(TASK_COLUMNS, {"from_tenant_id", DB_UUID}),
    "SELECT t.id, t.kind, t.dossier_id, t.consultation_id, t.engine_task, t.element_id, t.name, t.name_en, "
    "t.role, "
    "t.other_roles, t.unit_id, t.outcomes, t.state, t.dossier_code, t.procedure_code, t.procedure_name, "
    "t.applicant_name, t.created_at, t.step_due_at, t.dossier_due_at, t.urgent_at, t.assignee_account_id, "
    "t.assignee_name, t.taken_at, t.done_at, t.done_by, t.outcome, t.note, t.revision, c.from_tenant_id "
    "FROM task t JOIN consultation_received c ON c.tenant_id = t.tenant_id AND c.id = t.consultation_id "
    "WHERE t.tenant_id = motcua.app_tenant() AND t.id = $1 FOR UPDATE OF t")

DB_STATEMENT(consultation_task_done, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT, DB_TEXT, DB_TEXT),
             DB_NOTHING,
             "UPDATE task SET state = 'done', done_at = $2, done_by = $3, outcome = $4, note = $5, revision "
             "= revision + 1 "
             "WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(
    consultation_answered, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT, DB_TEXT, DB_TEXT), DB_NOTHING,
    "UPDATE consultation_received SET answered_at = $2, answered_by = $3, answer = $4, answer_note = $5 "
    "WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(consultation_outbox_answer, DB_PARAMETERS(DB_UUID, DB_JSON, DB_INSTANT), DB_NOTHING,
             "INSERT INTO outbox (tenant_id, id, kind, payload, created_at, next_at) "
             "VALUES (motcua.app_tenant(), $1, 'consultation_answer', $2, $3, $3)")

static bool answer_known(struct str answer)
{
    static const char *const answers[] = {"agree", "disagree", "confirmed", "not_confirmed"};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (str_equal_cstr(answer, answers[i])) return true;
    return false;
}

static enum status write_answer(struct db_transaction *transaction, void *context, struct error *error)
{
    struct answering *answering = context;
    struct work *work = answering->work;
    struct db_batch *load = db_batch(transaction);
    struct db_result *rows = db_add(load, &consultation_task_lock, db_uuid(*answering->task_id));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "task.unknown",
                         N_("Không tìm thấy công việc này"), NULL);
    struct task task;
    task_read_row(work->arena, rows, 0, &task);
    if (strcmp(task.state, "open") != 0) {
        status = error_set(error, work->arena, STATUS_CONFLICT, "dossier.changed",
                           N_("Bước này vừa được xử lý bởi %s. Những gì bạn nhập vẫn còn trên trang trước; "
                              "vui lòng xem lại hồ sơ."),
                           NULL);
        if (error != NULL) error->argument = task.done_by;
        return status;
    }
    if (!task_is_for(&task, work->actor))
        return error_set(error, work->arena, STATUS_DENIED, "task.not_yours",
                         N_("Bước này không thuộc vai trò hoặc đơn vị của bạn"), NULL);
    if (!uuid_is_empty(&task.assignee_account_id) &&
        !uuid_same(&task.assignee_account_id, &work->actor->account_id)) {
        status = error_set(error, work->arena, STATUS_CONFLICT, "task.taken",
                           N_("Công việc này vừa được nhận bởi %s"), NULL);
        if (error != NULL) error->argument = task.assignee_name;
        return status;
    }
    struct uuid asking = db_get_uuid(rows, 0, 29);
    json_auto payload = json_object();
    json_set_cstr(payload, "consultation_id", task.consultation_id.text);
    json_set_cstr(payload, "to_tenant_id", asking.text);
    json_set_str(payload, "answer", answering->answer);
    json_set_str(payload, "note", answering->note);
    json_set_cstr(payload, "answered_by", work->actor->name);
    struct db_batch *write = db_batch(transaction);
    db_add(write, &consultation_task_done, db_uuid(task.id), db_instant(work->now),
           db_cstr(work->actor->name), db_text(answering->answer), db_text(answering->note));
    db_add(write, &consultation_answered, db_uuid(task.consultation_id), db_instant(work->now),
           db_cstr(work->actor->name), db_text(answering->answer), db_text(answering->note));
    db_add(write, &consultation_outbox_answer, db_uuid(uuid_create(work->now)), db_json(payload),
           db_instant(work->now));
    return db_commit(write, error);
}

enum status consultation_answer(struct work *work, const struct uuid *task_id, struct str answer,
                                struct str note, struct error *error)
{
    struct answering answering = {work, task_id, answer, str_trim(note.data == NULL ? STR("") : note)};
    if (!answer_known(answer))
        return error_set(error, work->arena, STATUS_INVALID, "consultation.answer",
                         N_("Vui lòng chọn một câu trả lời"), NULL);
    bool negative = str_equal_cstr(answer, "disagree") || str_equal_cstr(answer, "not_confirmed");
    if (negative && answering.note.length == 0)
        return error_set(error, work->arena, STATUS_INVALID, "task.note_required",
                         N_("Vui lòng ghi rõ lý do"), NULL);
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    return db_transaction(work->db, &scope, work->arena, write_answer, &answering, error);
}
