/* What an official does at a step: the outcomes of samples/procedures/README.md. */
#include "dossier_private.h"

#include "issue.h"
#include "motcua/domain/document.h"

DB_STATEMENT(
    complete_task, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT, DB_TEXT, DB_TEXT, DB_TEXT), DB_NOTHING,
    "UPDATE task SET state = 'done', done_at = $3, done_by = $4, outcome = $5, note = $6, revision = "
    "revision + 1 "
    "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND engine_task = $2 AND state = 'open'")

DB_STATEMENT(
    complete_supplement,
    DB_PARAMETERS(DB_TEXT, DB_UUID, DB_INT32, DB_JSON, DB_TEXT, DB_TEXT, DB_INSTANT, DB_INSTANT), DB_NOTHING,
    "WITH next AS (INSERT INTO counter (tenant_id, series, value) VALUES (motcua.app_tenant(), $1, 1) "
    "ON CONFLICT (tenant_id, series) DO UPDATE SET value = counter.value + 1 RETURNING value) "
    "INSERT INTO supplement_request (tenant_id, dossier_id, number, paper_number, items, reason, "
    "requested_by, "
    "requested_at, answer_due_at) "
    "SELECT motcua.app_tenant(), $2, $3, next.value || '/HDHS', $4, $5, $6, $7, $8 FROM next")

static const struct task *find_task(const struct command *command, const struct uuid *id)
{
    for (size_t i = 0; i < command->task_count; i++)
        if (uuid_same(&command->tasks[i].id, id)) return &command->tasks[i];
    return NULL;
}

bool task_is_for(const struct task *task, const struct actor *actor)
{
    if (actor->kind != ACTOR_OFFICIAL || strcmp(task->state, "open") != 0) return false;
    unsigned wanted = role_parse(str_of(task->role));
    for (size_t i = 0; i < task->other_role_count; i++)
        wanted |= role_parse(task->other_roles[i]);
    bool unit_fits = strcmp(task->unit_id.text, NIL_UUID) == 0 || uuid_same(&task->unit_id, &actor->unit_id);
    return (actor->roles & wanted) != 0 && unit_fits;
}

static enum status changed(struct work *work, struct error *error, const char *who)
{
    enum status status =
        error_set(error, work->arena, STATUS_CONFLICT, "dossier.changed",
                  N_("Bước này vừa được xử lý bởi %s. Những gì bạn nhập vẫn còn trên trang trước; vui lòng "
                     "xem lại hồ sơ."),
                  NULL);
    if (error != NULL) error->argument = who;
    return status;
}

static bool outcome_allowed(const struct task *task, struct str outcome)
{
    for (size_t i = 0; i < task->outcome_count; i++)
        if (str_equal(task->outcomes[i], outcome)) return true;
    return false;
}

static enum status check_decision(struct command *command, const struct task *task,
                                  const struct decision *decision, struct error *error)
{
    struct work *work = command->work;
    if (!task_is_for(task, work->actor))
        return error_set(error, work->arena, STATUS_DENIED, "task.not_yours",
                         N_("Bước này không thuộc vai trò hoặc đơn vị của bạn"), NULL);
    if (!uuid_is_empty(&task->assignee_account_id) &&
        !uuid_same(&task->assignee_account_id, &work->actor->account_id))
        return changed(work, error, task->assignee_name);
    if (decision->task_revision != 0 && decision->task_revision != task->revision)
        return changed(work, error, task->assignee_name[0] != '\0' ? task->assignee_name : N_("người khác"));
    if (!outcome_allowed(task, decision->outcome))
        return error_set(error, work->arena, STATUS_INVALID, "task.outcome",
                         N_("Vui lòng chọn một kết quả xử lý"), NULL);
    static const char *const need_reason[] = {"refuse", "reject", "return"};
    for (size_t i = 0; i < sizeof need_reason / sizeof need_reason[0]; i++) {
        if (str_equal_cstr(decision->outcome, need_reason[i]) && str_trim(decision->note).length == 0) {
            enum status status = error_set(error, work->arena, STATUS_INVALID, "task.note_required",
                                           N_("Vui lòng ghi rõ lý do"), NULL);
            if (error != NULL) error->field = "note";
            return status;
        }
    }
    return STATUS_OK;
}

static enum status receive(struct command *command, struct error *error)
{
    if (command->dossier.received_at != INSTANT_NONE) /* once: the promise made then stands */
        return STATUS_OK;
    command->dossier.status = "received";
    enum status status = clock_receive(command, error);
    command_mail(command, "dossier-received", NULL);
    return status;
}

static json_t *supplement_items(const struct decision *decision)
{
    json_t *items = json_array();
    for (size_t i = 0; i < decision->item_count; i++) {
        json_t *item = json_object();
        json_set_str(item, "paper", decision->items[i].paper);
        json_set_str(item, "name", decision->items[i].name);
        json_set_str(item, "reason", decision->items[i].reason);
        json_array_append_new(items, item);
    }
    return items;
}

static enum status check_supplement(struct command *command, const struct decision *decision,
                                    struct error *error)
{
    struct arena *arena = command->work->arena;
    if (decision->item_count == 0)
        return error_set(error, arena, STATUS_INVALID, "supplement.no_items",
                         N_("Vui lòng nêu ít nhất một giấy tờ hoặc nội dung cần bổ sung, kèm lý do"), NULL);
    for (size_t i = 0; i < decision->item_count; i++)
        if (str_trim(decision->items[i].reason).length == 0 || str_trim(decision->items[i].name).length == 0)
            return error_set(error, arena, STATUS_INVALID, "supplement.no_reason",
                             N_("Mỗi giấy tờ hoặc nội dung cần bổ sung phải có lý do"), NULL);
    if (command->supplement_count > 0 && !decision->second_supplement)
        return error_set(error, arena, STATUS_INVALID, "supplement.second",
                         N_("Hồ sơ này đã được yêu cầu bổ sung một lần. Yêu cầu thêm lần nữa sẽ bị tính là "
                            "quá hạn; hãy xác "
                            "nhận nếu vẫn cần."),
                         NULL);
    return STATUS_OK;
}

static enum status ask_supplement(struct command *command, const struct decision *decision,
                                  struct error *error)
{
    struct work *work = command->work;
    enum status status = check_supplement(command, decision, error);
    if (status != STATUS_OK) return status;
    instant answer_due = 0;
    if (command->version->supplement_limit.unit != LIMIT_NONE &&
        calendar_add(command->calendar, work->now, command->version->supplement_limit, &answer_due) !=
            STATUS_OK)
        answer_due = 0;
    json_auto items = supplement_items(decision);
    int year = civil_date_from_day(civil_day_of(work->now)).year;
    db_add(command->write, &complete_supplement, db_cstr(arena_printf(work->arena, "supplement:%d", year)),
           db_uuid(command->dossier.id), db_int32(command->supplement_count + 1), db_json(items),
           db_text(decision->note.data == NULL ? STR("") : decision->note), db_cstr(work->actor->name),
           db_instant(work->now), db_instant_or_null(answer_due));
    command->dossier.status = "supplement";
    message_forget(command, "supplement_received"); /* an answer to an earlier request is none to this one */
    command_mail(command, "supplement", NULL);
    return clock_pause(command, "supplement", N_("Chờ người nộp bổ sung giấy tờ"), error);
}

static enum status hand_over(struct command *command, struct error *error)
{
    if (strcmp(command->dossier.fee_state, "due") == 0)
        return error_set(error, command->work->arena, STATUS_CONFLICT, "dossier.fee_due",
                         N_("Chưa thu phí, lệ phí của hồ sơ này. Vui lòng thu trước khi trả kết quả."), NULL);
    command->dossier.status = "returned";
    command->dossier.returned_at = command->work->now;
    return STATUS_OK;
}

static void refuse(struct command *command)
{
    command->dossier.status = "refused";
    command->dossier.outcome = "refused";
    command->dossier.finished_at = command->work->now;
    command_waive_fee(command);
    command_mail(command, "refusal", NULL);
}

/* The variables the workflow gets with the outcome. */
static json_t *outcome_data(struct command *command, const struct decision *decision)
{
    json_t *data = json_object();
    json_set_str(data, "outcome", decision->outcome);
    json_set_str(data, "note", decision->note);
    if (str_equal_cstr(decision->outcome, "reject")) {
        json_set_cstr(data, "decision", "reject");
        json_set_str(data, "decision_reason", decision->note);
    } else if (str_equal_cstr(decision->outcome, "sign")) {
        struct str current = workflow_text(command, "decision");
        json_set_cstr(data, "decision", str_equal_cstr(current, "reject") ? "reject" : "grant");
        json_set_cstr(data, "signed_by", command->work->actor->name);
        json_set_cstr(data, "signed_title", command->work->actor->title);
    }
    return data;
}

static enum status act(struct command *command, const struct decision *decision, struct error *error)
{
    struct str outcome = decision->outcome;
    if (str_equal_cstr(outcome, "receive")) return receive(command, error);
    if (str_equal_cstr(outcome, "supplement")) return ask_supplement(command, decision, error);
    if (str_equal_cstr(outcome, "hand_over")) return hand_over(command, error);
    if (str_equal_cstr(outcome, "issue")) return result_issue(command, error);
    if (str_equal_cstr(outcome, "refuse"))
        refuse(command);
    else if (strcmp(command->dossier.status, "received") == 0)
        command->dossier.status = "processing";
    return STATUS_OK;
}

static void mark_done(struct command *command, struct str engine_task, struct str outcome, struct str note)
{
    db_add(command->write, &complete_task, db_uuid(command->dossier.id), db_text(engine_task),
           db_instant(command->work->now), db_cstr(command->work->actor->name), db_text(outcome),
           db_text(note.data == NULL ? STR("") : note));
}

/* The step after the issue, where the citizen wants the result online and owes nothing: done by the portal
 * itself. */
static enum status deliver_online(struct command *command, struct error *error)
{
    struct arena *arena = command->work->arena;
    if (strcmp(command->dossier.return_channel, "online") != 0 ||
        strcmp(command->dossier.fee_state, "due") == 0)
        return STATUS_OK;
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(command->state, arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (tasks[i].service ||
            !str_equal_cstr(bpmn_node_attribute(tasks[i].element, "outcomes"), "hand_over"))
            continue;
        struct task task = {.engine_task = arena_printf(arena, "%llu", (unsigned long long)tasks[i].id)};
        json_auto data = json_object();
        json_set_cstr(data, "outcome", "hand_over");
        command->dossier.status = "returned";
        command->dossier.returned_at = command->work->now;
        mark_done(command, str_of(task.engine_task), STR("hand_over"), STR(""));
        command_event(command, "result_delivered_online", true, NULL);
        return workflow_complete(command, &task, data, error);
    }
    return STATUS_OK;
}

static void record(struct command *command, const struct task *task, const struct decision *decision)
{
    json_t *data = json_object();
    json_set_cstr(data, "step", task->name);
    json_set_cstr(data, "step_en", task->name_en);
    json_set_str(data, "outcome", decision->outcome);
    if (decision->note.length > 0) json_set_str(data, "note", decision->note);
    if (decision->recipient.length > 0) json_set_str(data, "recipient", decision->recipient);
    if (decision->item_count > 0) json_object_set_new(data, "items", supplement_items(decision));
    static const char *const public_outcomes[] = {"receive", "supplement", "refuse", "issue", "hand_over"};
    static const char *const kinds[] = {"received", "supplement_requested", "refused", "result_issued",
                                        "result_handed_over"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_equal_cstr(decision->outcome, public_outcomes[i])) {
            command_event(command, kinds[i], true, data);
            return;
        }
    }
    command_event(command, "step_completed", false, data);
}

static enum status complete(struct command *command, void *input, struct error *error)
{
    const struct decision *decision = input;
    const struct task *task = find_task(command, &decision->task_id);
    if (task == NULL) return changed(command->work, error, N_("người khác"));
    enum status status = check_decision(command, task, decision, error);
    if (status == STATUS_OK) status = act(command, decision, error);
    if (status != STATUS_OK) return status;
    json_auto data = outcome_data(command, decision);
    mark_done(command, str_of(task->engine_task), decision->outcome, decision->note);
    record(command, task, decision);
    status = workflow_complete(command, task, data, error);
    if (status == STATUS_OK && str_equal_cstr(decision->outcome, "issue"))
        status = deliver_online(command, error);
    return status;
}

DB_STATEMENT(
    complete_find, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"dossier_id", DB_UUID}, {"kind", DB_TEXT}, {"state", DB_TEXT}, {"done_by", DB_TEXT}),
    "SELECT dossier_id, kind, state, done_by FROM task WHERE tenant_id = motcua.app_tenant() AND id = $1")

enum status task_complete(struct work *work, const struct decision *decision, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &complete_find,
                                     DB_VALUES(db_uuid(decision->task_id)), &rows, error);
    if (status != STATUS_OK) return status;
    struct uuid dossier_id = rows->row_count == 0 ? (struct uuid){""} : db_get_uuid(rows, 0, 0);
    if (uuid_is_empty(&dossier_id))
        return error_set(error, work->arena, STATUS_NOT_FOUND, "task.unknown",
                         N_("Không tìm thấy công việc này"), NULL);
    if (!str_equal_cstr(db_get_text(rows, 0, 2), "open"))
        return changed(work, error,
                       db_get_text(rows, 0, 3).length > 0 ? db_cstr_or_empty(rows, 0, 3) : N_("người khác"));
    struct decision copy = *decision;
    return command_run(work, &work->actor->tenant_id, &dossier_id, complete, &copy, error);
}
