/* Answering the question of another agency. */
#include "decision.h"

#include "motcua/codec/json.h"
#include "web/routes.h"

enum { NOTE_BYTES = 20000 };

struct typed_answer {
    bool given;
    struct str answer, note;
    const char *problem, *target;
};

/* What the other agency let us see. Keys are those of its form; the ones every form has are named. */
static const char *fact_label(struct visit *visit, const char *key)
{
    static const char *const labels[][2] = {
        {"applicant_name", N_("Người nộp hồ sơ")},
        {"ho_ten", N_("Họ, chữ đệm và tên")},
        {"ngay_sinh", N_("Ngày sinh")},
        {"giay_to", N_("Giấy tờ tuỳ thân")},
        {"noi_o", N_("Nơi ở hiện nay")},
        {"dia_chi", N_("Địa chỉ")},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(key, labels[i][0]) == 0) return visit_text(visit, labels[i][1]);
    char *label = arena_strdup(visit->arena, key);
    for (char *c = label; *c != '\0'; c++)
        if (*c == '_') *c = ' ';
    return label;
}

static json_t *facts_view(struct visit *visit, const json_t *data)
{
    json_t *list = json_array(), *value;
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)data, key, value)
    {
        struct str text =
            json_is_string(value) ? json_str_value(value) : json_canonical_arena(value, visit->arena, 2000);
        json_t *fact = json_object();
        view_text(fact, "label", fact_label(visit, key));
        view_str(fact, "value", text);
        json_array_append_new(list, fact);
    }
    return list;
}

static json_t *answers_view(struct visit *visit, const struct typed_answer *typed)
{
    static const char *const answers[] = {"agree", "disagree", "confirmed", "not_confirmed"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        json_t *answer = json_object();
        view_text(answer, "value", answers[i]);
        view_text(answer, "label", answer_text(visit, answers[i]));
        view_flag(answer, "selected", typed->given && str_equal_cstr(typed->answer, answers[i]));
        json_array_append_new(list, answer);
    }
    return list;
}

static bool open_question(struct visit *visit, struct task *task, struct consultation *question)
{
    struct uuid id = visit_param_uuid(visit, "task");
    enum status status =
        uuid_is_empty(&id) ? STATUS_NOT_FOUND : task_find(&visit->work, &id, task, &visit->error);
    if (status == STATUS_OK && uuid_is_empty(&task->consultation_id)) status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        status = consultation_find(&visit->work, &task->consultation_id, question, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

static void show(struct visit *visit, const struct task *task, const struct consultation *question,
                 const struct typed_answer *typed, unsigned http_status)
{
    const char *path = arena_printf(visit->arena, "/can-bo/hoi-y-kien/%s", task->id.text);
    json_t *view = desk_view(visit, visit_text(visit, N_("Trả lời cơ quan khác")), "/can-bo", path),
           *asked = json_object();
    bool wrong_answer = typed->target != NULL && strcmp(typed->target, "tra-loi") == 0;
    view_crumb(view, visit_text(visit, N_("Việc cần làm")), "/can-bo");
    view_crumb(view, visit_text(visit, N_("Trả lời cơ quan khác")), NULL);
    view_text(asked, "task_id", task->id.text);
    view_number(asked, "revision", task->revision);
    view_set(asked, "left", desk_left_tag(visit, question->due_at));
    view_text(asked, "due_text", desk_due_text(visit, question->due_at));
    view_text(asked, "agency", visit_agency_name_of(visit, &question->other_tenant_id));
    view_text(asked, "code", question->dossier_code);
    view_text(asked, "procedure_name", question->procedure_name);
    view_text(asked, "received_text", visit_short_moment(visit, question->sent_at));
    view_text(asked, "question", question->question);
    view_set(asked, "facts", facts_view(visit, question->data));
    view_set(asked, "answers", answers_view(visit, typed));
    view_text(asked, "answer_error", wrong_answer ? typed->problem : NULL);
    view_str(asked, "note", typed->given ? typed->note : STR(""));
    view_text(
        asked, "silence_text",
        question->due_at == INSTANT_NONE
            ? NULL
            : visit_text(visit,
                         N_("Quá hạn mà không trả lời, cơ quan hỏi tự quyết định theo quy trình của mình.")));
    view_set(view, "consultation", asked);
    if (typed->problem != NULL) view_problem(view, typed->target, typed->problem);
    visit_render_status(visit, http_status, "desk/consultation", view);
}

void page_consultation(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed_answer nothing = {0};
    struct task task;
    struct consultation question = {0};
    if (!open_question(visit, &task, &question)) return;
    if (strcmp(task.state, "open") != 0) {
        visit->error = (struct error){.message = N_("Câu hỏi này đã được trả lời")};
        visit_fail(visit, STATUS_NOT_FOUND);
    } else if (!task_is_for(&task, &visit->actor)) {
        visit->error = (struct error){.message = N_("Bước này không thuộc vai trò hoặc đơn vị của bạn")};
        visit_fail(visit, STATUS_DENIED);
    } else {
        show(visit, &task, &question, &nothing, 200);
    }
    json_decref(question.data);
}

static enum status send_answer(struct visit *visit, const struct task *task, const struct typed_answer *typed)
{
    int64_t revision;
    bool by_other = !uuid_is_empty(&task->assignee_account_id) &&
                    !uuid_same(&task->assignee_account_id, &visit->actor.account_id);
    bool stale =
        str_to_int64(visit_form(visit, "revision"), &revision) != STATUS_OK || revision != task->revision;
    if (strcmp(task->state, "open") == 0 && (by_other || stale)) {
        enum status status = error_set(&visit->error, visit->arena, STATUS_CONFLICT, "task.taken",
                                       N_("Công việc này vừa được nhận bởi %s"), NULL);
        visit->error.argument = task->assignee_name[0] == '\0' ? N_("người khác") : task->assignee_name;
        return status;
    }
    if (typed->note.length > NOTE_BYTES)
        return error_set(&visit->error, visit->arena, STATUS_INVALID, "task.note_long", N_("Ghi chú quá dài"),
                         NULL);
    return consultation_answer(&visit->work, &task->id, typed->answer, typed->note, &visit->error);
}

void page_consultation_answer(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed_answer typed = {
        .given = true, .answer = visit_form(visit, "answer"), .note = visit_form(visit, "note")};
    struct task task;
    struct consultation question = {0};
    if (!open_question(visit, &task, &question)) return;
    enum status status = send_answer(visit, &task, &typed);
    if (status == STATUS_OK) {
        visit_redirect(visit, "answered", "/can-bo");
    } else if (status == STATUS_CONFLICT) {
        json_t *kept = json_array();
        conflict_keep(kept, visit_text(visit, N_("Ý kiến")),
                      typed.answer.length == 0
                          ? STR("")
                          : str_of(answer_text(visit, visit_form_cstr(visit, "answer"))));
        conflict_keep(kept, visit_text(visit, N_("Nội dung trả lời")), typed.note);
        conflict_page_show(visit, NULL, "/can-bo", kept);
    } else if (status == STATUS_INVALID) {
        bool about_note = visit->error.code != NULL && strncmp(visit->error.code, "task.note", 9) == 0;
        typed.problem = visit_error_text(visit);
        typed.target = about_note ? "note" : "tra-loi";
        show(visit, &task, &question, &typed, 422);
    } else {
        visit_fail(visit, status);
    }
    json_decref(question.data);
}
