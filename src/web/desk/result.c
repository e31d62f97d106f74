/* Before the result is issued: what it will say, as a draft, and the button. */
#include "decision.h"

#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/domain/paper.h"
#include "motcua/domain/reference.h"
#include "web/routes.h"

enum { PDF_MAXIMUM = 16 * 1024 * 1024 };

/* The task by which the official may issue the result; NULL: none. */
static const struct task *issuing_task(struct visit *visit, const struct dossier_file *file)
{
    struct uuid wanted = uuid_from(visit_query(visit, "viec"));
    for (size_t i = 0; i < file->task_count; i++) {
        const struct task *task = &file->tasks[i];
        bool fits = uuid_is_empty(&wanted) || uuid_same(&task->id, &wanted);
        if (fits && task_has_outcome(task, "issue") && task_may_decide(visit, task)) return task;
    }
    return NULL;
}

static const struct task *signature(const struct dossier_file *file)
{
    const struct task *newest = NULL;
    for (size_t i = 0; i < file->task_count; i++)
        if (strcmp(file->tasks[i].outcome, "sign") == 0 &&
            (newest == NULL || file->tasks[i].done_at >= newest->done_at))
            newest = &file->tasks[i];
    return newest;
}

/* The title of whoever signed stands in the trail. */
static const char *signer_title(const struct dossier_file *file)
{
    const char *title = "";
    for (size_t i = 0; i < file->event_count; i++)
        if (strcmp(json_get_cstr(file->events[i].data, "outcome", ""), "sign") == 0)
            title = file->events[i].actor_title;
    return title;
}

static const char *symbol_of(const struct procedure_version *version, bool rejects)
{
    return rejects ? RESULT_REJECTION_SYMBOL : version->result_symbol;
}

static const char *signed_text(struct visit *visit, const struct dossier_file *file)
{
    const struct task *sign = signature(file);
    if (sign == NULL) return visit_text(visit, N_("Chưa ký"));
    const char *title = signer_title(file);
    return arena_printf(visit->arena, "%s%s%s, %s %s", sign->done_by, title[0] == '\0' ? "" : ", ", title,
                        visit_text(visit, N_("ký lúc")), visit_short_moment(visit, sign->done_at));
}

void page_result(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct procedure_version *version;
    bool rejects;
    const char *reason;
    int64_t number;
    DOSSIER_FILE_AUTO file = {0};
    if (!desk_dossier_open(visit, &file)) return;
    const struct task *task = issuing_task(visit, &file);
    if (task ==
        NULL) { /* issued meanwhile, or not for this official: the dossier's page says where it stands */
        visit_redirect(visit, NULL, "%s", desk_dossier_url(visit, &file.dossier.id));
        return;
    }
    enum status status = reference_procedure_version(&visit->work, &file.dossier.procedure_version_id,
                                                     &version, &visit->error);
    if (status == STATUS_OK)
        status = desk_decision(&visit->work, &file.dossier.id, &rejects, &reason, &visit->error);
    if (status == STATUS_OK)
        status = desk_next_result(&visit->work, symbol_of(version, rejects), &number, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    const char *url = desk_dossier_url(visit, &file.dossier.id);
    json_t *view = desk_view(visit, visit_text(visit, N_("Phát hành kết quả")), "/can-bo", NULL);
    json_t *dossier = json_object(), *button = json_object(), *result = json_object();
    view_crumb(view, visit_text(visit, N_("Việc cần làm")), "/can-bo");
    view_crumb(view, file.dossier.code, url);
    view_crumb(view, visit_text(visit, N_("Phát hành")), NULL);
    view_text(dossier, "code", file.dossier.code);
    view_text(dossier, "name", dossier_name(visit, &file.dossier));
    view_text(dossier, "applicant", file.dossier.applicant_name);
    view_text(dossier, "url", url);
    view_set(view, "dossier", dossier);
    view_text(button, "id", task->id.text);
    view_number(button, "revision", task->revision);
    view_set(view, "task", button);
    view_text(result, "title",
              rejects ? visit_text(visit, N_("Thông báo từ chối giải quyết hồ sơ"))
                      : visit_pick(visit, version->result_title, version->result_title_en));
    view_text(result, "preview_url", arena_printf(visit->arena, "%s/ket-qua/xem-truoc.pdf", url));
    view_set(result, "decision",
             rejects ? view_tag("bad", "stop", visit_text(visit, N_("Từ chối giải quyết")))
                     : view_tag("good", "check", visit_text(visit, N_("Cấp"))));
    view_text(result, "number_text",
              arena_printf(visit->arena, "%02lld/%s (%s)", (long long)number, symbol_of(version, rejects),
                           visit_text(visit, N_("dự kiến"))));
    view_text(result, "date_text", visit_date(visit, visit->work.now));
    view_text(result, "signed_by", signed_text(visit, &file));
    view_set(view, "result", result);
    response_allow_frames(visit->request);
    visit_render(visit, "desk/result", view);
}

void page_result_preview(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct procedure_version *version;
    bool rejects;
    const char *reason;
    DOSSIER_FILE_AUTO file = {0};
    if (!desk_dossier_open(visit, &file)) return;
    if (!dossier_is_open(&file.dossier)) { /* what was issued is no draft any more */
        visit_not_found(visit);
        return;
    }
    enum status status = reference_procedure_version(&visit->work, &file.dossier.procedure_version_id,
                                                     &version, &visit->error);
    if (status == STATUS_OK)
        status = desk_decision(&visit->work, &file.dossier.id, &rejects, &reason, &visit->error);
    struct buf pdf = BUF_WITH_MAXIMUM(PDF_MAXIMUM);
    if (status == STATUS_OK) {
        const struct task *sign = signature(&file);
        struct result_paper paper = {
            .tenant = visit_tenant(visit),
            .version = version,
            .dossier = &file.dossier,
            .decision = rejects ? "reject" : "grant",
            .number = arena_printf(visit->arena, "……/%s", symbol_of(version, rejects)),
            .signed_by = sign == NULL ? "" : sign->done_by,
            .signed_title = sign == NULL ? "" : signer_title(&file),
            .reason = reason,
            .verification_code = "",
            .draft = true,
        };
        status = paper_render_result(&visit->work, &paper, &pdf, &visit->error);
    }
    if (status != STATUS_OK) {
        buf_release(&pdf);
        visit_fail(visit, status);
        return;
    }
    visit_send_pdf(visit, &pdf, arena_printf(visit->arena, "du-thao-%s.pdf", file.dossier.code));
}
