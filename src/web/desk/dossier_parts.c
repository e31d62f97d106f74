/* Parts of the official's page of a dossier: steps, questions to other agencies, clock, trail, papers to
 * print. */
#include "decision.h"

#include "motcua/codec/json.h"

/* --- Steps */

static json_t *step_state(struct visit *visit, const struct task *task)
{
    if (strcmp(task->state, "done") != 0)
        return uuid_is_empty(&task->assignee_account_id)
                   ? view_tag("", "clock", visit_text(visit, N_("Chờ người nhận")))
                   : view_tag("info", "dot", visit_text(visit, N_("Đang làm")));
    bool stops = strcmp(task->outcome, "refuse") == 0 || strcmp(task->outcome, "reject") == 0;
    bool back = strcmp(task->outcome, "return") == 0 || strcmp(task->outcome, "supplement") == 0;
    bool late = task->step_due_at != INSTANT_NONE && task->done_at > task->step_due_at;
    const char *what = task->outcome[0] == '\0' ? visit_text(visit, N_("Đã xong"))
                                                : outcome_text(visit, str_of(task->outcome));
    if (late)
        return view_tag("warn", "alert",
                        arena_printf(visit->arena, "%s, %s", what, visit_text(visit, N_("quá hạn bước"))));
    return view_tag(stops  ? "bad"
                    : back ? "warn"
                           : "good",
                    stops  ? "stop"
                    : back ? "refresh"
                           : "check",
                    what);
}

json_t *dossier_tasks_view(struct visit *visit, const struct dossier_file *file)
{
    json_t *list = json_array();
    for (size_t i = 0; i < file->task_count; i++) {
        const struct task *task = &file->tasks[i];
        if (strcmp(task->state, "cancelled") == 0) continue;
        const char *who = task->done_by[0] != '\0'         ? task->done_by
                          : task->assignee_name[0] != '\0' ? task->assignee_name
                                                           : desk_role_text(visit, task->role);
        json_t *view = json_object();
        view_text(view, "name", desk_task_name(visit, task));
        view_text(view, "who", who);
        view_text(view, "from", visit_short_moment(visit, task->created_at));
        view_text(view, "due",
                  task->step_due_at == INSTANT_NONE ? "–" : visit_short_moment(visit, task->step_due_at));
        view_set(view, "state", step_state(visit, task));
        view_text(view, "note", task->note);
        json_array_append_new(list, view);
    }
    return list;
}

/* --- Questions to other agencies */

const char *answer_text(const struct visit *visit, const char *answer)
{
    static const char *const answers[][2] = {
        {"agree", N_("Đồng ý")},
        {"disagree", N_("Không đồng ý")},
        {"confirmed", N_("Xác nhận đúng")},
        {"not_confirmed", N_("Không xác nhận")},
        {"silent", N_("Không trả lời trong hạn")},
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (strcmp(answer, answers[i][0]) == 0) return visit_text(visit, answers[i][1]);
    return answer;
}

json_t *dossier_consultations_view(struct visit *visit, const struct dossier_file *file)
{
    json_t *list = json_array();
    for (size_t i = 0; i < file->consultation_count; i++) {
        const struct consultation *asked = &file->consultations[i];
        bool answered = asked->answered_at != INSTANT_NONE;
        bool late = !answered && asked->due_at != INSTANT_NONE && asked->due_at < visit->work.now;
        json_t *view = json_object();
        view_text(view, "agency", visit_agency_name_of(visit, &asked->other_tenant_id));
        view_text(view, "question", asked->question);
        view_set(view, "state",
                 answered ? view_tag("good", "check", visit_text(visit, N_("Đã trả lời")))
                 : late   ? view_tag("bad", "fire", visit_text(visit, N_("Quá hạn trả lời")))
                          : view_tag("info", "clock", visit_text(visit, N_("Chờ trả lời"))));
        view_text(view, "when",
                  answered ? visit_short_moment(visit, asked->answered_at)
                           : desk_due_text(visit, asked->due_at));
        view_text(view, "answer", answered ? answer_text(visit, asked->answer) : NULL);
        view_text(view, "note", asked->answer_note);
        json_array_append_new(list, view);
    }
    return list;
}

/* --- Incidents */

json_t *desk_incidents_view(struct visit *visit, const struct dossier_file *file)
{
    if (file->incident_count == 0) return json_null();
    bool may_resolve = (visit->actor.roles & (ROLE_TENANT_ADMIN | ROLE_HEAD_OF_UNIT)) != 0;
    json_t *view = json_object(), *list = json_array();
    for (size_t i = 0; i < file->incident_count; i++) {
        const struct incident *incident = &file->incidents[i];
        json_t *line = json_object();
        view_text(line, "kind_text", desk_incident_kind(visit, incident->kind));
        view_text(line, "at", visit_short_moment(visit, incident->created_at));
        view_text(line, "message", visit_text(visit, incident->message));
        json_array_append_new(list, line);
    }
    view_set(view, "list", list);
    view_text(view, "url", may_resolve ? "/quan-tri/su-co" : NULL);
    return view;
}

/* --- The trail */

static const char *event_what(struct visit *visit, const struct event *event)
{
    const char *text =
        dossier_event_text(visit->arena, visit_is_english(visit) ? visit->web->domain->english : NULL, event);
    struct str outcome = json_get_str(event->data, "outcome");
    if (strcmp(event->kind, "step_completed") == 0 && outcome.length > 0)
        text = arena_printf(visit->arena, "%s: %s", text, outcome_text(visit, outcome));
    return text;
}

static const char *event_who(struct visit *visit, const struct event *event)
{
    if (strcmp(event->actor_kind, "system") == 0) return visit_text(visit, N_("Hệ thống"));
    if (strcmp(event->actor_kind, "citizen") == 0)
        return arena_printf(visit->arena, "%s, %s", event->actor_name, visit_text(visit, N_("người nộp")));
    return event->actor_title[0] == '\0'
               ? event->actor_name
               : arena_printf(visit->arena, "%s, %s", event->actor_name, event->actor_title);
}

static const char *joined(struct visit *visit, const char *text, const char *more)
{
    return more[0] == '\0' ? text : text[0] == '\0' ? more : arena_printf(visit->arena, "%s; %s", text, more);
}

/* The due date, then each step and timer that moved. */
static const char *moved_note(struct visit *visit, const json_t *data)
{
    const char *note = json_object_get(data, "new_due") == NULL ? "" : dossier_move_text(visit, data);
    size_t index;
    json_t *step;
    json_array_foreach(json_get_array(data, "steps"), index, step)
    {
        instant moment;
        const char *name =
            visit_pick(visit, json_get_cstr(step, "step", ""), json_get_cstr(step, "step_en", ""));
        if (civil_parse_instant(json_get_str(step, "new_due"), &moment) == STATUS_OK)
            note = joined(visit, note,
                          arena_printf(visit->arena, "%s → %s", name, visit_short_moment(visit, moment)));
    }
    return note;
}

/* Who filled in or signed a part of the dossier before it was submitted. */
static const char *together_note(struct visit *visit, const json_t *item)
{
    const char *who = json_get_cstr(item, "label", ""), *name = json_get_cstr(item, "name", "");
    instant at;
    return civil_parse_instant(json_get_str(item, "signed_at"), &at) == STATUS_OK
               ? visit_format(visit, N_("%s (tài khoản của %s) đã ký lúc %s"), who, name,
                              visit_moment(visit, at))
               : visit_format(visit, N_("%s (tài khoản của %s) cùng khai"), who, name);
}

static const char *event_note(struct visit *visit, const struct event *event)
{
    static const char *const keys[] = {"note", "reason", "message", "question", "file", "finding"};
    const char *note = "";
    size_t index;
    json_t *item;
    json_array_foreach(json_get_array(event->data, "items"), index, item) note =
        joined(visit, note,
               arena_printf(visit->arena, "%s: %s", json_get_cstr(item, "name", ""),
                            json_get_cstr(item, "reason", "")));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        note = joined(visit, note, json_get_cstr(event->data, keys[i], ""));
    const char *assignee = json_get_cstr(event->data, "assignee", ""),
               *recipient = json_get_cstr(event->data, "recipient", "");
    if (strcmp(event->kind, "task_assigned") == 0 && assignee[0] != '\0')
        note =
            joined(visit, note, arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Cho:")), assignee));
    if (recipient[0] != '\0')
        note = joined(visit, note,
                      arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Người nhận:")), recipient));
    json_array_foreach(json_get_array(event->data, "together"), index, item) note =
        joined(visit, note, together_note(visit, item));
    if (strcmp(event->kind, "calendar_changed") == 0) note = moved_note(visit, event->data);
    if (strcmp(event->kind, "consultation_answered") == 0)
        note = joined(visit, answer_text(visit, json_get_cstr(event->data, "answer", "")), note);
    if (strcmp(event->kind, "payment_received") == 0)
        note =
            arena_printf(visit->arena, "%s, %s", visit_money(visit, json_get_int64(event->data, "amount", 0)),
                         desk_method_text(visit, json_get_cstr(event->data, "method", "")));
    return note;
}

json_t *dossier_events_view(struct visit *visit, const struct dossier_file *file, size_t limit)
{
    json_t *list = json_array();
    for (size_t i = file->event_count; i > 0 && (limit == 0 || file->event_count - i < limit); i--) {
        const struct event *event = &file->events[i - 1];
        json_t *view = json_object();
        view_text(view, "at", visit_short_moment(visit, event->at));
        view_text(view, "what", event_what(visit, event));
        view_text(view, "who", event_who(visit, event));
        view_text(view, "address", event->address);
        view_text(view, "note", event_note(visit, event));
        json_array_append_new(list, view);
    }
    return list;
}

/* --- The clock */

const char *dossier_clock_text(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    if (dossier->received_at == INSTANT_NONE)
        return visit_text(visit, dossier_is_open(dossier)
                                     ? N_("Đồng hồ chưa chạy: hồ sơ chưa được tiếp nhận.")
                                     : N_("Đồng hồ không chạy: hồ sơ kết thúc trước khi được tiếp nhận."));
    const char *started = arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Tính từ")),
                                       visit_moment(visit, dossier->received_at));
    if (dossier->finished_at != INSTANT_NONE)
        return arena_printf(visit->arena, "%s; %s %s.", started, visit_text(visit, N_("kết thúc lúc")),
                            visit_moment(visit, dossier->finished_at));
    if (dossier->paused_since != INSTANT_NONE)
        return arena_printf(visit->arena, "%s; %s %s.", started, visit_text(visit, N_("đang tạm dừng từ")),
                            visit_moment(visit, dossier->paused_since));
    if (file->pause_count > 0)
        return visit_format(visit, N_("%s; đã tạm dừng %zu lần."), started, file->pause_count);
    return arena_printf(visit->arena, "%s; %s.", started, visit_text(visit, N_("đang chạy")));
}

/* --- Papers to print */

static void add_document(json_t *list, const char *icon, const char *label, const char *url)
{
    json_t *document = json_object();
    view_text(document, "icon", icon);
    view_text(document, "label", label);
    view_text(document, "url", url);
    json_array_append_new(list, document);
}

json_t *dossier_documents_view(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    const char *base = desk_dossier_url(visit, &dossier->id);
    json_t *list = json_array();
    add_document(list, "file", visit_text(visit, N_("Bản in hồ sơ (PDF)")),
                 arena_printf(visit->arena, "%s/ban-in.pdf", base));
    add_document(list, "file", visit_text(visit, N_("Bản in kèm giấy tờ (một tệp PDF)")),
                 arena_printf(visit->arena, "%s/ban-in-kem-giay-to.pdf", base));
    add_document(list, "file",
                 visit_text(visit, dossier->received_at == INSTANT_NONE
                                       ? N_("Giấy xác nhận đã nộp")
                                       : N_("Giấy tiếp nhận và hẹn trả (mẫu 01)")),
                 arena_printf(visit->arena, "%s/phieu/giay-hen.pdf", base));
    for (size_t i = 0; i < file->supplement_count; i++)
        add_document(
            list, "file",
            arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Phiếu yêu cầu bổ sung (mẫu 02)")),
                         file->supplements[i].paper_number),
            arena_printf(visit->arena, "%s/phieu/bo-sung-%d.pdf", base, file->supplements[i].number));
    if (strcmp(dossier->status, "refused") == 0)
        add_document(list, "file", visit_text(visit, N_("Phiếu từ chối (mẫu 03)")),
                     arena_printf(visit->arena, "%s/phieu/tu-choi.pdf", base));
    for (size_t i = 0; i < file->apology_count; i++) {
        bool sent = strcmp(file->apologies[i].state, "sent") == 0;
        add_document(
            list, "sorry",
            arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Phiếu xin lỗi (mẫu 04)")),
                         sent ? file->apologies[i].paper_number : visit_text(visit, N_("(dự thảo)"))),
            sent ? arena_printf(visit->arena, "%s/phieu/xin-loi-%d.pdf", base, file->apologies[i].number)
                 : arena_printf(visit->arena, "%s/xin-loi/%d", base, file->apologies[i].number));
    }
    if (dossier->received_at != INSTANT_NONE)
        add_document(list, "file", visit_text(visit, N_("Phiếu kiểm soát (mẫu 05)")),
                     arena_printf(visit->arena, "%s/phieu/kiem-soat.pdf", base));
    if (file->result != NULL)
        add_document(
            list, "stamp",
            arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Kết quả số")), file->result->number),
            arena_printf(visit->arena, "%s?xem=%s#giay-to", base, file->result->document_id.text));
    return list;
}
