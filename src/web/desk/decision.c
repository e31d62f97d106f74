/* The panel of a task: what may be decided, and by whom. */
#include "decision.h"

#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"

static const struct {
    const char *outcome, *text, *help;
} outcomes[] = {
    {"receive", N_("Tiếp nhận hồ sơ"), N_("Hồ sơ đủ và hợp lệ: cấp giấy hẹn, bắt đầu tính thời hạn.")},
    {"supplement", N_("Yêu cầu bổ sung"),
     N_("Chỉ một lần, ghi rõ từng giấy tờ và lý do; thời hạn tạm dừng.")},
    {"refuse", N_("Từ chối tiếp nhận"),
     N_("Không thuộc thẩm quyền hoặc không đủ điều kiện; bắt buộc ghi lý do.")},
    {"forward", N_("Chuyển bước tiếp theo"), ""},
    {"approve", N_("Đồng ý, trình bước tiếp theo"), ""},
    {"return", N_("Trả lại bước trước"), N_("Bắt buộc ghi rõ cần làm lại điều gì.")},
    {"reject", N_("Đề nghị từ chối giải quyết"),
     N_("Hồ sơ không đủ điều kiện; bắt buộc ghi lý do. Lý do này in trên thông báo gửi người dân.")},
    {"sign", N_("Ký"), N_("Tên và chức danh của bạn được in trên kết quả.")},
    {"issue", N_("Cấp số và phát hành"), N_("Kết quả được cấp số, không sửa được nữa; thời hạn kết thúc.")},
    {"hand_over", N_("Trả kết quả"), N_("Ghi tên người nhận kết quả.")},
};
enum { OUTCOME_COUNT = sizeof outcomes / sizeof outcomes[0], FREE_ITEMS = 2 };

const char *outcome_text(const struct visit *visit, struct str outcome)
{
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if (str_equal_cstr(outcome, outcomes[i].outcome)) return visit_text(visit, outcomes[i].text);
    return arena_strndup(visit->arena, outcome.data == NULL ? "" : outcome.data, outcome.length);
}

bool task_has_outcome(const struct task *task, const char *outcome)
{
    for (size_t i = 0; i < task->outcome_count; i++)
        if (str_equal_cstr(task->outcomes[i], outcome)) return true;
    return false;
}

bool task_may_decide(const struct visit *visit, const struct task *task)
{
    bool by_other = !uuid_is_empty(&task->assignee_account_id) &&
                    !uuid_same(&task->assignee_account_id, &visit->actor.account_id);
    return task_is_for(task, &visit->actor) && !by_other;
}

static json_t *outcomes_view(struct visit *visit, const struct task *task, const struct typed_decision *typed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < task->outcome_count; i++) {
        const char *help = "";
        for (size_t j = 0; j < OUTCOME_COUNT; j++)
            if (str_equal_cstr(task->outcomes[i], outcomes[j].outcome) && outcomes[j].help[0] != '\0')
                help = visit_text(visit, outcomes[j].help);
        json_t *view = json_object();
        view_str(view, "value", task->outcomes[i]);
        view_text(view, "label", outcome_text(visit, task->outcomes[i]));
        view_text(view, "help", help[0] == '\0' ? NULL : help);
        view_flag(view, "selected",
                  typed->given ? str_equal(typed->outcome, task->outcomes[i]) : task->outcome_count == 1);
        json_array_append_new(list, view);
    }
    return list;
}

static const char *already_text(struct visit *visit, const struct dossier_file *file)
{
    if (file->supplement_count == 0) return NULL;
    return arena_printf(visit->arena, "%s (%s).",
                        visit_text(visit, N_("Hồ sơ này đã có một phiếu yêu cầu bổ sung")),
                        file->supplements[file->supplement_count - 1].paper_number);
}

static struct str typed_item(struct visit *visit, const struct typed_decision *typed, size_t index,
                             const char *part)
{
    char name[40];
    snprintf(name, sizeof name, "items[%zu].%s", index, part);
    return typed->given ? visit_form(visit, name) : STR("");
}

static json_t *supplement_view(struct visit *visit, const struct dossier_file *file,
                               const struct procedure_version *version, const struct typed_decision *typed)
{
    json_t *view = json_object(), *items = json_array(), *contents = json_array();
    size_t index = 0;
    for (size_t i = 0; i < version->paper_count; i++) {
        const struct procedure_paper *paper = &version->papers[i];
        if (!procedure_paper_applies(paper, visit->arena, file->dossier.answers)) continue;
        json_t *item = json_object();
        view_number(item, "index", (int64_t)index);
        view_text(item, "paper", paper->key);
        view_text(item, "name", visit_pick(visit, paper->name, paper->name_en));
        view_flag(item, "checked", typed_item(visit, typed, index, "ask").length > 0);
        view_str(item, "reason", typed_item(visit, typed, index, "reason"));
        json_array_append_new(items, item);
        index++;
    }
    for (int number = 1; number <= FREE_ITEMS; number++, index++) {
        json_t *content = json_object();
        view_number(content, "index", (int64_t)index);
        view_number(content, "number", number);
        view_str(content, "name", typed_item(visit, typed, index, "name"));
        view_str(content, "reason", typed_item(visit, typed, index, "reason"));
        json_array_append_new(contents, content);
    }
    view_text(view, "already_text", already_text(visit, file));
    view_set(view, "items", items);
    view_set(view, "contents", contents);
    return view;
}

static json_t *hand_over_view(struct visit *visit, const struct dossier_file *file)
{
    json_t *view = json_object();
    bool due = strcmp(file->dossier.fee_state, "due") == 0;
    view_text(view, "hint",
              visit_text(visit, due ? N_("Chưa thu phí, lệ phí: thu trước khi trả kết quả.")
                                    : N_("Đối chiếu giấy tờ tuỳ thân; nhận thay phải có giấy uỷ quyền.")));
    return view;
}

static const char *note_help(struct visit *visit, const struct task *task)
{
    if (task_has_outcome(task, "refuse"))
        return visit_text(visit, N_("Bắt buộc khi từ chối. Người dân đọc được lý do này."));
    if (task_has_outcome(task, "reject"))
        return visit_text(visit, N_("Bắt buộc khi đề nghị từ chối hoặc trả lại."));
    if (task_has_outcome(task, "return")) return visit_text(visit, N_("Bắt buộc khi trả lại."));
    return visit_text(visit, N_("Không bắt buộc."));
}

/* Colleagues of the unit who have the role of the task; null when the official may not assign or nobody is
 * there. */
static json_t *assign_view(struct visit *visit, const struct task *task)
{
    struct membership *members;
    size_t count;
    struct error ignored;
    bool may = (visit->actor.roles & ROLE_HEAD_OF_UNIT) != 0 &&
               uuid_same(&task->unit_id, &visit->actor.unit_id) && strcmp(task->state, "open") == 0;
    if (!may || membership_list_tenant(&visit->work, &visit->actor.tenant_id, &members, &count, &ignored) !=
                    STATUS_OK)
        return json_null();
    json_t *people = json_array();
    for (size_t i = 0; i < count; i++) {
        bool fits = uuid_same(&members[i].unit_id, &visit->actor.unit_id) &&
                    (members[i].roles & role_parse(str_of(task->role))) != 0 &&
                    members[i].valid_from <= visit->work.now &&
                    !uuid_same(&members[i].account_id, &task->assignee_account_id);
        if (!fits) continue;
        json_t *person = json_object();
        view_text(person, "value", members[i].account_id.text);
        view_text(person, "label", members[i].full_name);
        json_array_append_new(people, person);
    }
    if (json_array_size(people) == 0) {
        json_decref(people);
        return json_null();
    }
    json_t *view = json_object();
    view_text(view, "task_id", task->id.text);
    view_set(view, "people", people);
    return view;
}

static const char *taken_by(struct visit *visit, const struct task *task)
{
    if (uuid_is_empty(&task->assignee_account_id)) return NULL;
    bool mine = uuid_same(&task->assignee_account_id, &visit->actor.account_id);
    return mine ? arena_printf(visit->arena, "%s (%s)", task->assignee_name, visit_text(visit, N_("bạn")))
                : task->assignee_name;
}

/* What the workflow says about the step; written by its author, in Vietnamese. */
static const char *step_help(struct visit *visit, const struct dossier_file *file, const struct task *task)
{
    const struct procedure_version *version;
    struct error ignored;
    if (reference_procedure_version(&visit->work, &file->workflow_version_id, &version, &ignored) !=
            STATUS_OK ||
        version->workflow == NULL)
        return NULL;
    const struct bpmn_node *node = bpmn_model_node(version->workflow, str_of(task->element_id));
    if (node == NULL) return NULL;
    struct str text =
        visit_is_english(visit) ? bpmn_node_attribute(node, "documentation_en") : node->documentation;
    return text.length == 0 ? NULL : arena_strndup(visit->arena, text.data, text.length);
}

json_t *task_panel_view(struct visit *visit, const struct dossier_file *file,
                        const struct procedure_version *version, const struct task *task,
                        const struct typed_decision *typed)
{
    bool decide = task_may_decide(visit, task), issues = task_has_outcome(task, "issue");
    bool taken = !uuid_is_empty(&task->assignee_account_id);
    json_t *view = json_object();
    view_text(view, "id", task->id.text);
    view_number(view, "revision", task->revision);
    view_text(view, "name", desk_task_name(visit, task));
    view_text(view, "role", desk_role_text(visit, task->role));
    view_set(view, "left", desk_left_tag(visit, desk_task_due(task)));
    view_text(view, "help", step_help(visit, file, task));
    view_text(view, "taken_by", taken_by(visit, task));
    view_flag(view, "can_take", decide && !taken);
    view_flag(view, "can_decide", decide && !issues);
    view_flag(view, "can_give_back", decide && taken);
    view_text(view, "result_url",
              decide && issues ? arena_printf(visit->arena, "%s/ket-qua?viec=%s",
                                              desk_dossier_url(visit, &file->dossier.id), task->id.text)
                               : NULL);
    view_set(view, "assign", assign_view(visit, task));
    view_set(view, "outcomes", outcomes_view(visit, task, typed));
    view_text(view, "outcome_error", typed->outcome_error);
    view_set(view, "supplement",
             task_has_outcome(task, "supplement") ? supplement_view(visit, file, version, typed)
                                                  : json_null());
    view_set(view, "hand_over",
             task_has_outcome(task, "hand_over") ? hand_over_view(visit, file) : json_null());
    view_str(view, "recipient", typed->given ? typed->recipient : str_of(file->dossier.applicant_name));
    view_str(view, "note", typed->note.data == NULL ? STR("") : typed->note);
    view_text(view, "note_error", typed->note_error);
    view_text(view, "note_help", note_help(visit, task));
    return view;
}

/* --- Somebody else was first */

bool conflict_by_other(const struct visit *visit)
{
    static const char *const codes[] = {"dossier.changed", "task.taken", "task.done"};
    for (size_t i = 0; visit->error.code != NULL && i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(visit->error.code, codes[i]) == 0) return true;
    return false;
}

void conflict_keep(json_t *kept, const char *label, struct str text)
{
    if (text.length == 0) return;
    json_t *item = json_object();
    view_text(item, "label", label);
    view_str(item, "text", text);
    json_array_append_new(kept, item);
}

void conflict_page_show(struct visit *visit, const struct dossier_file *file, const char *url, json_t *kept)
{
    enum { EVENTS_SHOWN = 4 };
    const char *who = visit->error.argument != NULL && visit->error.argument[0] != '\0'
                          ? visit->error.argument
                          : N_("Người khác");
    json_t *view = desk_view(visit, visit_text(visit, N_("Hồ sơ vừa được người khác xử lý")), "/can-bo", url),
           *held = json_object();
    view_text(view, "who", visit_text(visit, who));
    view_text(view, "code", file == NULL ? "" : file->dossier.code);
    view_text(view, "url", url);
    view_set(view, "changes", file == NULL ? json_array() : dossier_events_view(visit, file, EVENTS_SHOWN));
    view_set(held, "items", kept);
    view_set(view, "kept", json_array_size(kept) == 0 ? json_null() : held);
    if (json_array_size(kept) == 0) json_decref(held);
    visit_render_status(visit, 409, "desk/conflict", view);
}
