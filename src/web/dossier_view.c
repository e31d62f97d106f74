/* Status, due date and its explanation, as every audience reads them. */
#include "web/dossier_view.h"

#include "motcua/codec/json.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/explanation.h"
#include "motcua/i18n/text.h"

void dossier_applicant_view(json_t *view, struct visit *visit, const struct dossier *dossier)
{
    const json_t *submitter = dossier_submitter(dossier);
    const char *phone = json_get_cstr(submitter, "phone", ""), *email = json_get_cstr(submitter, "email", "");
    const char *between = phone[0] != '\0' && email[0] != '\0' ? " · " : "";
    view_text(view, "applicant", dossier->applicant_name);
    view_null(view, "submitter");
    if (submitter == NULL) return;
    json_t *shown = json_object();
    view_text(shown, "name", json_get_cstr(submitter, "name", ""));
    view_text(shown, "contact", arena_printf(visit->arena, "%s%s%s", phone, between, email));
    view_set(view, "submitter", shown);
}

const char *visit_agency_name(const struct visit *visit, const struct tenant *tenant)
{
    return visit_pick(visit, tenant->name, tenant->name_en);
}

const char *visit_agency_short_name(const struct visit *visit, const struct tenant *tenant)
{
    static const char committee[] = "Ủy ban nhân dân "; /* vietnamese only: how official names begin */
    const char *name = visit_agency_name(visit, tenant);
    if (visit_is_english(visit)) return tenant->short_name[0] != '\0' ? tenant->short_name : name;
    if (strncmp(name, committee, sizeof committee - 1) != 0) return name;
    struct str place = text_capitalise(visit->arena, str_of(name + sizeof committee - 1));
    return arena_strndup(visit->arena, place.data, place.length);
}

const char *visit_agency_name_of(const struct visit *visit, const struct uuid *tenant_id)
{
    const struct tenant *tenant = tenant_by_id(visit_tenants(visit), tenant_id);
    return tenant == NULL ? "" : visit_agency_name(visit, tenant);
}

const char *dossier_name(struct visit *visit, const struct dossier *dossier)
{
    if (!visit_is_english(visit)) return dossier->procedure_name;
    const struct procedure_version *version;
    struct error ignored;
    if (reference_procedure_version(&visit->work, &dossier->procedure_version_id, &version, &ignored) !=
        STATUS_OK)
        return dossier->procedure_name;
    return visit_pick(visit, dossier->procedure_name, version->name_en);
}

const char *dossier_role_text(const struct visit *visit, const char *role)
{
    static const struct {
        enum role role;
        const char *text;
    } texts[] = {
        {ROLE_RECEPTION_CLERK, N_("Bộ phận một cửa")}, {ROLE_PROCESSING_OFFICER, N_("Cán bộ thụ lý")},
        {ROLE_HEAD_OF_UNIT, N_("Lãnh đạo phòng")},     {ROLE_SIGNING_LEADER, N_("Lãnh đạo cơ quan")},
        {ROLE_RECORDS_CLERK, N_("Văn thư")},           {ROLE_CASHIER, N_("Bộ phận thu phí")},
    };
    unsigned known = role_parse(str_of(role));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if ((unsigned)texts[i].role == known) return visit_text(visit, texts[i].text);
    return "";
}

const char *visit_long_moment(struct visit *visit, instant when)
{
    if (when == INSTANT_NONE) return "";
    const char *moment = visit_moment(visit, when), *date = strstr(moment, ", ");
    if (date == NULL) return moment;
    return arena_printf(visit->arena, "%.*s, %s%s", (int)(date - moment), moment,
                        format_weekday(visit->arena, visit->language, civil_day_of(when)), date);
}

const char *visit_short_moment(struct visit *visit, instant when)
{
    if (when == INSTANT_NONE) return "";
    return arena_printf(visit->arena, "%s, %s", format_time(visit->arena, when),
                        format_date(visit->arena, civil_day_of(when)));
}

/* --- Status */

json_t *dossier_status_tag_of(struct visit *visit, const char *status, const char *outcome)
{
    static const struct {
        const char *status, *tone, *icon, *text;
    } tags[] = {
        {"submitted", "info", "inbox", N_("Mới nộp, chờ tiếp nhận")},
        {"received", "info", "stamp", N_("Đã tiếp nhận")},
        {"processing", "info", "refresh", N_("Đang giải quyết")},
        {"supplement", "warn", "pause", N_("Chờ bổ sung giấy tờ")},
        {"payment", "warn", "coins", N_("Chờ nộp phí, lệ phí")},
        {"refused", "bad", "stop", N_("Không được tiếp nhận")},
        {"withdrawn", "", "cross", N_("Đã rút hồ sơ")},
        {"stopped", "bad", "stop", N_("Dừng xử lý")},
        {"finished", "good", "check-circle", N_("Đã có kết quả")},
        {"returned", "good", "check-circle", N_("Đã trả kết quả")},
    };
    if (strcmp(outcome, "rejected") == 0)
        return view_tag("bad", "stop", visit_text(visit, N_("Không được giải quyết")));
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (strcmp(tags[i].status, status) == 0)
            return view_tag(tags[i].tone, tags[i].icon, visit_text(visit, tags[i].text));
    return view_tag("", "info", visit_text(visit, dossier_status_label(status)));
}

json_t *dossier_status_tag(struct visit *visit, const struct dossier *dossier)
{
    return dossier_status_tag_of(visit, dossier->status, dossier->outcome);
}

/* --- Due date */

static bool stored_deadline(struct visit *visit, const struct dossier *dossier, struct deadline *deadline,
                            struct limit *limit)
{
    struct error ignored;
    if (dossier->due_explanation.data == NULL) return false;
    return deadline_from_json(visit->arena, dossier->due_explanation, deadline, limit, &ignored) == STATUS_OK;
}

struct remaining dossier_remaining(struct visit *visit, const struct dossier *dossier)
{
    struct deadline deadline;
    struct limit limit;
    const struct calendar *calendar =
        reference_calendar(visit->web->domain->reference, dossier->calendar_code, NULL);
    if (calendar == NULL || !stored_deadline(visit, dossier, &deadline, &limit))
        return (struct remaining){.state = DEADLINE_NONE};
    return calendar_remaining(calendar, &deadline, visit->work.now, dossier->finished_at);
}

static json_t *due_box(const char *icon, const char *label, const char *text, const char *note)
{
    json_t *due = json_object();
    view_text(due, "icon", icon);
    view_text(due, "label", label);
    view_text(due, "text", text);
    view_text(due, "note", note);
    return due;
}

/* The newest change of the calendar that moved the due date; NULL: none. */
static const struct event *newest_move(const struct dossier_file *file)
{
    for (size_t i = file->event_count; i > 0; i--)
        if (strcmp(file->events[i - 1].kind, "calendar_changed") == 0 && file->events[i - 1].is_public)
            return &file->events[i - 1];
    return NULL;
}

/* The note below a running due date: what is left, and why it is no longer the first one. */
static const char *running_note(struct visit *visit, const struct dossier_file *file,
                                struct remaining remaining)
{
    const struct dossier *dossier = &file->dossier;
    const char *left = format_remaining(visit->arena, visit->language, remaining), *moved = NULL;
    for (size_t i = 0; i < file->apology_count; i++)
        if (strcmp(file->apologies[i].state, "sent") == 0)
            moved = N_("Cơ quan đã xin lỗi và hẹn lại; ngày hẹn ban đầu: %s.");
    if (moved == NULL && dossier->due_at != dossier->first_due_at && newest_move(file) != NULL)
        moved = N_("Tính lại theo lịch làm việc mới; ngày hẹn ban đầu: %s.");
    if (moved == NULL && dossier->due_at != dossier->first_due_at && file->pause_count > 0)
        moved = N_("Đã cộng thời gian tạm dừng; ngày hẹn ban đầu: %s.");
    if (moved == NULL || dossier->first_due_at == INSTANT_NONE)
        return arena_printf(visit->arena, "%s.", left);
    const char *text = visit_text(visit, moved), *place = strstr(text, "%s");
    return arena_printf(visit->arena, "%s. %.*s%s%s", left, (int)(place - text), text,
                        visit_date(visit, dossier->first_due_at), place + 2);
}

static json_t *finished_due(struct visit *visit, const struct dossier *dossier, struct remaining remaining)
{
    const char *label = N_("Đã giải quyết xong"), *icon = "check-circle";
    if (remaining.state == DEADLINE_BEFORE) label = N_("Giải quyết trước hạn");
    if (remaining.state == DEADLINE_ON_TIME) label = N_("Giải quyết đúng hạn");
    if (remaining.state == DEADLINE_MISSED) {
        label = N_("Giải quyết quá hạn");
        icon = "alert";
    }
    const char *done = arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Xong lúc")),
                                    visit_moment(visit, dossier->finished_at));
    const char *note = dossier->due_at == INSTANT_NONE
                           ? ""
                           : arena_printf(visit->arena, "%s %s.", visit_text(visit, N_("Hẹn trả")),
                                          visit_moment(visit, dossier->due_at));
    return due_box(icon, visit_text(visit, label), done, note);
}

static json_t *paused_due(struct visit *visit, const struct dossier *dossier, struct remaining remaining)
{
    const char *text = strcmp(dossier->status, "supplement") == 0
                           ? N_("Tính tiếp khi giấy tờ bổ sung được gửi đến")
                       : strcmp(dossier->status, "payment") == 0 ? N_("Tính tiếp khi phí, lệ phí đã nộp")
                                                                 : N_("Tính tiếp khi hết lý do tạm dừng");
    const char *note = format_remaining(visit->arena, visit->language, remaining);
    return due_box("pause", visit_text(visit, N_("Thời hạn đang tạm dừng")), visit_text(visit, text),
                   remaining.state == DEADLINE_PAUSED ? arena_printf(visit->arena, "%s.", note) : "");
}

json_t *dossier_due_view(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    struct remaining remaining = dossier_remaining(visit, dossier);
    bool decided = strcmp(dossier->status, "finished") == 0 || strcmp(dossier->status, "returned") == 0;
    if (decided)
        return dossier->finished_at == INSTANT_NONE ? json_null() : finished_due(visit, dossier, remaining);
    if (!dossier_is_open(dossier)) return json_null();
    if (dossier->paused_since != INSTANT_NONE && dossier->received_at != INSTANT_NONE)
        return paused_due(visit, dossier, remaining);
    if (dossier->received_at == INSTANT_NONE) {
        bool waits = strcmp(dossier->status, "supplement") == 0;
        return due_box("clock", visit_text(visit, N_("Chưa có ngày hẹn trả")),
                       visit_text(visit, waits ? N_("Hồ sơ đang chờ bạn bổ sung")
                                               : N_("Hồ sơ đang chờ bộ phận một cửa kiểm tra")),
                       visit_text(visit, N_("Ngày hẹn trả kết quả được báo ngay khi hồ sơ được tiếp nhận.")));
    }
    if (dossier->due_at == INSTANT_NONE)
        return due_box("calendar", visit_text(visit, N_("Thời hạn giải quyết")),
                       visit_text(visit, N_("Không quy định thời hạn")), "");
    bool late = remaining.state == DEADLINE_LATE;
    return due_box(late ? "alert" : "calendar",
                   visit_text(visit, late ? N_("Đã quá ngày hẹn trả kết quả") : N_("Hẹn trả kết quả")),
                   visit_long_moment(visit, dossier->due_at), running_note(visit, file, remaining));
}

const char *dossier_move_text(struct visit *visit, const json_t *data)
{
    const struct catalogue *catalogue = visit_is_english(visit) ? visit->web->domain->english : NULL;
    const char *why = dossier_move_reason(visit->arena, catalogue, data);
    instant old_due, new_due;
    if (civil_parse_instant(json_get_str(data, "old_due"), &old_due) != STATUS_OK ||
        civil_parse_instant(json_get_str(data, "new_due"), &new_due) != STATUS_OK)
        return why;
    return arena_printf(visit->arena, "%s → %s. %s", visit_moment(visit, old_due),
                        visit_moment(visit, new_due), why);
}

json_t *dossier_explanation_view(struct visit *visit, const struct dossier_file *file)
{
    struct deadline deadline;
    struct limit limit;
    if (!stored_deadline(visit, &file->dossier, &deadline, &limit)) return json_null();
    const struct catalogue *catalogue = visit_is_english(visit) ? visit->web->domain->english : NULL;
    struct explanation_table table =
        explanation_describe(visit->arena, catalogue, visit->language, &deadline, limit);
    json_t *view = json_object(), *lines = json_array();
    const char *total = "0";
    for (size_t i = 0; i < table.count; i++) {
        const struct explanation_row *row = &table.rows[i];
        total = row->total == NULL ? total : row->total;
        json_t *line = json_object();
        view_text(line, "date", row->date);
        view_text(line, "reason", row->reason);
        view_text(line, "basis", row->basis == NULL ? "" : row->basis);
        view_text(line, "counted", row->counted == NULL ? "–" : row->counted);
        view_text(line, "total", total);
        view_flag(line, "is_muted", row->counted == NULL);
        json_array_append_new(lines, line);
    }
    const struct event *move = newest_move(file);
    view_flag(view, "open", false);
    view_text(view, "intro", table.intro);
    view_text(view, "moved", move == NULL ? NULL : dossier_move_text(visit, move->data));
    view_set(view, "lines", lines);
    view_text(view, "conclusion",
              table.warning == NULL ? table.conclusion
                                    : arena_printf(visit->arena, "%s %s", table.conclusion, table.warning));
    return view;
}

/* --- What the applicant has to do */

json_t *dossier_todo_view(struct visit *visit, const struct dossier_file *file)
{
    const struct supplement_request *open = NULL;
    for (size_t i = 0; i < file->supplement_count; i++)
        if (file->supplements[i].closed_at == INSTANT_NONE) open = &file->supplements[i];
    json_t *todo = json_object();
    if (open != NULL && strcmp(file->dossier.status, "supplement") == 0) {
        const char *until = "";
        if (open->answer_due_at != INSTANT_NONE)
            until = arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Hạn bổ sung:")),
                                 visit_moment(visit, open->answer_due_at));
        view_text(todo, "icon", "paperclip");
        view_text(todo, "what", visit_text(visit, N_("Cần bổ sung giấy tờ")));
        view_text(todo, "text", open->reason);
        view_text(todo, "until", until);
        view_flag(todo, "sign_in", true);
        return todo;
    }
    if (strcmp(file->dossier.fee_state, "due") == 0 && dossier_is_open(&file->dossier)) {
        view_text(todo, "icon", "coins");
        view_text(todo, "what", visit_text(visit, N_("Cần nộp phí, lệ phí")));
        view_text(todo, "text",
                  arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Số tiền:")),
                               visit_money(visit, file->dossier.fee_amount)));
        view_text(todo, "until", visit_text(visit, N_("Nộp tại bộ phận một cửa trước khi nhận kết quả")));
        view_flag(todo, "sign_in", false);
        return todo;
    }
    json_decref(todo);
    return json_null();
}
