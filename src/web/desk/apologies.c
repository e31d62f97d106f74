/* Apologies for late results (form 04): which are drafted, completing and sending one. */
#include "desk.h"

#include "motcua/calendar/civil.h"
#include "motcua/domain/reference.h"
#include "web/routes.h"

enum { REASON_BYTES = 8000 };

static const char *apology_url(struct visit *visit, const struct uuid *dossier_id, int number)
{
    return arena_printf(visit->arena, "/can-bo/ho-so/%s/xin-loi/%d", dossier_id->text, number);
}

static bool may_send(const struct visit *visit)
{
    return (visit->actor.roles & (ROLE_HEAD_OF_UNIT | ROLE_SIGNING_LEADER)) != 0;
}

void page_apologies(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct dossier_row *rows;
    struct apology *apologies;
    size_t count;
    enum status status = apology_drafts(&visit->work, &rows, &apologies, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = desk_view(visit, visit_text(visit, N_("Phiếu xin lỗi")), "/can-bo/xin-loi", NULL);
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_object();
        view_set(item, "left", desk_left_tag(visit, apologies[i].old_due_at));
        view_text(item, "procedure_name", rows[i].procedure_name);
        view_text(item, "code", rows[i].code);
        view_text(item, "applicant", rows[i].applicant_name);
        view_text(item, "dossier_url", desk_dossier_url(visit, &rows[i].id));
        view_text(item, "old_due_text", visit_short_moment(visit, apologies[i].old_due_at));
        view_text(item, "step_text", visit_pick(visit, rows[i].step_name, rows[i].step_name_en));
        view_text(item, "url", apology_url(visit, &rows[i].id, apologies[i].number));
        json_array_append_new(items, item);
    }
    view_list(view, "items", items);
    visit_render(visit, "desk/apologies", view);
}

/* --- One */

struct typed_apology {
    bool given;
    const char *reason, *day, *month, *year, *time;
    const char *reason_error, *due_error;
};

static const struct apology *apology_of_request(struct visit *visit, const struct dossier_file *file)
{
    int64_t number;
    if (str_to_int64(request_param(visit->request, "number"), &number) != STATUS_OK) return NULL;
    for (size_t i = 0; i < file->apology_count; i++)
        if (file->apologies[i].number == number) return &file->apologies[i];
    return NULL;
}

static const char *step_text(struct visit *visit, const struct dossier_file *file)
{
    for (size_t i = 0; i < file->task_count; i++) {
        const struct task *task = &file->tasks[i];
        if (strcmp(task->state, "open") != 0) continue;
        const char *who =
            task->assignee_name[0] != '\0' ? task->assignee_name : desk_role_text(visit, task->role);
        return arena_printf(visit->arena, "%s (%s)", visit_pick(visit, task->name, task->name_en), who);
    }
    return visit_pick(visit, file->dossier.step_name, file->dossier.step_name_en);
}

/* Proposed when nothing has been typed: one working day behind the old promise or from now, whichever is
 * later. */
static instant proposed_due(struct visit *visit, const struct dossier *dossier, const struct apology *apology)
{
    const struct calendar *calendar =
        reference_calendar(visit->web->domain->reference, dossier->calendar_code, NULL);
    instant from = apology->old_due_at > visit->work.now ? apology->old_due_at : visit->work.now, due;
    if (calendar == NULL || calendar_add(calendar, from, limit_of(LIMIT_WORKING_DAYS, 1), &due) != STATUS_OK)
        return from + DAY_US;
    return due;
}

static void prefill(struct visit *visit, const struct dossier *dossier, const struct apology *apology,
                    struct typed_apology *typed)
{
    instant due = proposed_due(visit, dossier, apology);
    struct civil_date date = civil_date_from_day(civil_day_of(due));
    typed->reason = apology->reason;
    typed->day = arena_printf(visit->arena, "%02d", date.day);
    typed->month = arena_printf(visit->arena, "%02d", date.month);
    typed->year = arena_printf(visit->arena, "%04d", date.year);
    typed->time = format_time(visit->arena, due);
}

static json_t *due_field(struct visit *visit, const struct typed_apology *typed)
{
    json_t *field = json_object();
    bool wrong = typed->due_error != NULL;
    view_text(field, "id", "new_due");
    view_text(field, "name", "new_due");
    view_text(field, "label", visit_text(visit, N_("Hẹn trả mới")));
    view_null(field, "optional");
    view_null(field, "help");
    view_null(field, "help_id");
    view_text(field, "error", typed->due_error);
    view_text(field, "error_id", wrong ? "new_due-error" : NULL);
    view_text(field, "described_by", wrong ? "new_due-error" : NULL);
    view_null(field, "filled_from");
    view_text(field, "day", typed->day);
    view_text(field, "month", typed->month);
    view_text(field, "year", typed->year);
    return field;
}

static json_t *form_view_of(struct visit *visit, const struct dossier_file *file,
                            const struct apology *apology, const struct typed_apology *typed)
{
    json_t *form = json_object();
    view_text(form, "url", apology_url(visit, &file->dossier.id, apology->number));
    view_number(form, "revision", file->dossier.revision);
    view_text(form, "reason", typed->reason);
    view_text(form, "reason_error", typed->reason_error);
    view_set(form, "new_due", due_field(visit, typed));
    view_text(form, "new_due_time", typed->time);
    view_flag(form, "can_send", may_send(visit));
    view_text(form, "preview_url",
              arena_printf(visit->arena, "%s/phieu/xin-loi-%d.pdf",
                           desk_dossier_url(visit, &file->dossier.id), apology->number));
    return form;
}

static void show(struct visit *visit, const struct dossier_file *file, const struct apology *apology,
                 const struct typed_apology *typed, unsigned http_status, const char *problem)
{
    bool sent = strcmp(apology->state, "sent") == 0;
    json_t *view = desk_view(visit, visit_text(visit, N_("Phiếu xin lỗi")), "/can-bo/xin-loi", NULL);
    json_t *dossier = json_object(), *paper = json_object();
    view_crumb(view, visit_text(visit, N_("Phiếu xin lỗi")), "/can-bo/xin-loi");
    view_crumb(view, file->dossier.code, NULL);
    view_text(dossier, "code", file->dossier.code);
    view_text(dossier, "name", dossier_name(visit, &file->dossier));
    view_text(dossier, "applicant", file->dossier.applicant_name);
    view_text(dossier, "url", desk_dossier_url(visit, &file->dossier.id));
    view_set(view, "dossier", dossier);
    view_text(paper, "old_due_text", visit_moment(visit, apology->old_due_at));
    view_text(paper, "step_text", step_text(visit, file));
    view_text(paper, "number_text", sent ? apology->paper_number : visit_text(visit, N_("cấp khi gửi")));
    view_text(paper, "sent_text",
              sent ? arena_printf(visit->arena, "%s %s, %s %s", visit_text(visit, N_("Đã gửi lúc")),
                                  visit_short_moment(visit, apology->sent_at),
                                  visit_text(visit, N_("hẹn trả mới")),
                                  visit_short_moment(visit, apology->new_due_at))
                   : NULL);
    view_set(paper, "form",
             sent || !dossier_is_open(&file->dossier) ? json_null()
                                                      : form_view_of(visit, file, apology, typed));
    view_set(view, "apology", paper);
    if (typed->reason_error != NULL) view_problem(view, "reason", typed->reason_error);
    if (typed->due_error != NULL) view_problem(view, "new_due", typed->due_error);
    if (problem != NULL) view_problem(view, "noi-dung", problem);
    visit_render_status(visit, http_status, "desk/apology", view);
}

void page_apology(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed_apology typed = {0};
    DOSSIER_FILE_AUTO file = {0};
    if (!desk_dossier_open(visit, &file)) return;
    const struct apology *apology = apology_of_request(visit, &file);
    if (apology == NULL) {
        visit_not_found(visit);
        return;
    }
    prefill(visit, &file.dossier, apology, &typed);
    show(visit, &file, apology, &typed, 200, NULL);
}

/* INSTANT_NONE: no such day or time. */
static instant typed_due(struct visit *visit)
{
    static const char *const names[] = {"new_due.day", "new_due.month", "new_due.year"};
    int64_t part[3];
    int minute;
    for (size_t i = 0; i < 3; i++)
        if (str_to_int64(visit_form(visit, names[i]), &part[i]) != STATUS_OK || part[i] < 1 || part[i] > 2200)
            return INSTANT_NONE;
    if (part[2] < 1900 || part[1] > 12 || part[0] > 31 ||
        !civil_date_valid((int)part[2], (int)part[1], (int)part[0]) ||
        civil_parse_minute(visit_form(visit, "new_due_time"), &minute) != STATUS_OK)
        return INSTANT_NONE;
    struct civil_date date = {.year = (int)part[2], .month = (int)part[1], .day = (int)part[0]};
    return civil_instant(civil_day_from_date(date), minute);
}

static enum status send_apology(struct visit *visit, const struct dossier_file *file,
                                const struct apology *apology)
{
    struct error *error = &visit->error;
    struct str reason = visit_form(visit, "reason");
    int64_t revision;
    instant due = typed_due(visit);
    if (str_to_int64(visit_form(visit, "revision"), &revision) != STATUS_OK ||
        revision != file->dossier.revision)
        return error_set(error, visit->arena, STATUS_CONFLICT, "apology.changed",
                         N_("Hồ sơ vừa thay đổi; phiếu chưa được gửi. Hãy xem lại rồi gửi."), NULL);
    if (reason.length > REASON_BYTES)
        return error_set(error, visit->arena, STATUS_INVALID, "apology.reason", N_("Lý do quá dài"), NULL);
    if (due == INSTANT_NONE)
        return error_set(error, visit->arena, STATUS_INVALID, "apology.due",
                         N_("Hãy nhập ngày, giờ hẹn trả mới, ví dụ 17/02/2017 và 17:00"), NULL);
    if (due <= apology->old_due_at)
        return error_set(error, visit->arena, STATUS_INVALID, "apology.due",
                         N_("Hẹn trả mới phải ở sau hẹn cũ"), NULL);
    return apology_send(&visit->work, &file->dossier.id, apology->number, reason, due, error);
}

void page_apology_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (!desk_dossier_open(visit, &file)) return;
    const struct apology *apology = apology_of_request(visit, &file);
    if (apology == NULL) {
        visit_not_found(visit);
        return;
    }
    enum status status = send_apology(visit, &file, apology);
    if (status == STATUS_OK) {
        visit_redirect(visit, "apology_sent", "/can-bo/xin-loi");
        return;
    }
    if (status != STATUS_INVALID && status != STATUS_CONFLICT) {
        visit_fail(visit, status);
        return;
    }
    const char *text = visit_error_text(visit), *code = visit->error.code == NULL ? "" : visit->error.code;
    struct typed_apology typed = {
        .given = true,
        .reason = visit_form_cstr(visit, "reason"),
        .day = visit_form_cstr(visit, "new_due.day"),
        .month = visit_form_cstr(visit, "new_due.month"),
        .year = visit_form_cstr(visit, "new_due.year"),
        .time = visit_form_cstr(visit, "new_due_time"),
        .reason_error = strcmp(code, "apology.reason") == 0 ? text : NULL,
        .due_error = strcmp(code, "apology.due") == 0 ? text : NULL,
    };
    bool elsewhere = typed.reason_error == NULL && typed.due_error == NULL;
    show(visit, &file, apology, &typed, status == STATUS_CONFLICT ? 409 : 422, elsewhere ? text : NULL);
}
