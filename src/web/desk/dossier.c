/* The official's page of a dossier, its files and its papers as PDF. */
#include "decision.h"

#include "motcua/codec/json.h"
#include "motcua/domain/paper.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/scan.h"
#include "motcua/domain/store.h"
#include "motcua/web/draft_page.h"
#include "web/citizen/own.h"
#include "web/routes.h"

enum { PDF_MAXIMUM = 16 * 1024 * 1024 };

/* --- Papers that were handed in */

static bool handed_in(const struct document *document)
{
    return strcmp(document->kind, "paper") == 0 || strcmp(document->kind, "supplement") == 0;
}

struct papers {
    struct visit *visit;
    const struct dossier_file *file;
    const struct document *documents;
    size_t document_count;
    struct uuid shown; /* in the preview pane; empty: none */
    bool *used;        /* one a document */
};

static json_t *file_view(const struct papers *papers, const struct document *document)
{
    struct visit *visit = papers->visit;
    const char *base = desk_dossier_url(visit, &papers->file->dossier.id);
    json_t *view = json_object();
    view_text(view, "name", document->file_name);
    view_text(view, "size_text", format_size(visit->arena, visit->language, document->size));
    view_text(view, "at_text", visit_short_moment(visit, document->created_at));
    view_text(view, "url", arena_printf(visit->arena, "%s/tep/%s", base, document->id.text));
    view_text(view, "preview_url",
              visit_can_preview(visit, document)
                  ? arena_printf(visit->arena, "%s?xem=%s#giay-to", base, document->id.text)
                  : NULL);
    view_flag(view, "selected", uuid_same(&document->id, &papers->shown));
    visit_add_scan(visit, view, document, true);
    return view;
}

static json_t *paper_state(struct visit *visit, const struct procedure_paper *paper, size_t files)
{
    if (files > 0) return view_tag("good", "check", visit_format(visit, N_("Đã nộp %zu tệp"), files));
    if (!paper->upload) return view_tag("", "info", visit_text(visit, N_("Nộp bản giấy")));
    if (paper->required) return view_tag("warn", "alert", visit_text(visit, N_("Chưa nộp")));
    return view_tag("", "info", visit_text(visit, N_("Không bắt buộc, chưa nộp")));
}

/* `paper` NULL: files that belong to no paper of the procedure. */
static json_t *one_paper(const struct papers *papers, const struct procedure_paper *paper)
{
    struct visit *visit = papers->visit;
    json_t *files = json_array(), *view = json_object();
    for (size_t i = 0; i < papers->document_count; i++) {
        const struct document *document = &papers->documents[i];
        if (!handed_in(document) || papers->used[i] ||
            (paper != NULL && strcmp(document->paper_key, paper->key) != 0))
            continue;
        papers->used[i] = true;
        json_array_append_new(files, file_view(papers, document));
    }
    view_text(view, "name",
              paper == NULL ? visit_text(visit, N_("Giấy tờ khác"))
                            : visit_pick(visit, paper->name, paper->name_en));
    static const struct procedure_paper other = {.upload = true};
    view_set(view, "state", paper_state(visit, paper == NULL ? &other : paper, json_array_size(files)));
    view_list(view, "files", files);
    return view;
}

static json_t *papers_view(struct papers *papers, const struct procedure_version *version)
{
    json_t *list = json_array();
    for (size_t i = 0; i < version->paper_count; i++)
        if (procedure_paper_applies(&version->papers[i], papers->visit->arena, papers->file->dossier.answers))
            json_array_append_new(list, one_paper(papers, &version->papers[i]));
    json_t *rest = one_paper(papers, NULL);
    if (json_array_size(json_object_get(rest, "files")) > 0)
        json_array_append_new(list, rest);
    else
        json_decref(rest);
    return list;
}

static json_t *preview_view(const struct papers *papers)
{
    struct visit *visit = papers->visit;
    const struct dossier *dossier = &papers->file->dossier;
    const char *base = desk_dossier_url(visit, &dossier->id);
    for (size_t i = 0; i < papers->document_count; i++) {
        const struct document *document = &papers->documents[i];
        if (!uuid_same(&document->id, &papers->shown)) continue;
        struct preview_place place = {
            .pages_url = arena_printf(visit->arena, "%s/xem/%s", base, document->id.text),
            .file_url = arena_printf(visit->arena, "%s/tep/%s", base, document->id.text),
            .before_page = arena_printf(visit->arena, "%s?xem=%s&trang=", base, document->id.text),
            .behind_page = "#giay-to"};
        return visit_preview_view(visit, &dossier->tenant_id, document, &place);
    }
    return json_null();
}

/* --- The page */

static const char *channel_text(const struct visit *visit, const char *channel)
{
    if (strcmp(channel, "counter") == 0) return visit_text(visit, N_("Trực tiếp tại quầy"));
    if (strcmp(channel, "post") == 0) return visit_text(visit, N_("Qua bưu điện"));
    return visit_text(visit, N_("Trực tuyến"));
}

static const char *or_dash(const char *text)
{
    return text[0] == '\0' ? "–" : text;
}

static const char *waiting_text(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    if (strcmp(dossier->status, "supplement") == 0)
        return visit_text(visit, N_("Đang chờ người nộp bổ sung giấy tờ; thời hạn tạm dừng."));
    for (size_t i = 0; i < file->task_count; i++) {
        const struct task *task = &file->tasks[i];
        if (strcmp(task->state, "open") != 0) continue;
        const char *who =
            task->assignee_name[0] != '\0' ? task->assignee_name : desk_role_text(visit, task->role);
        return arena_printf(visit->arena, "%s %s (%s).", visit_text(visit, N_("Đang ở bước:")),
                            desk_task_name(visit, task), who);
    }
    for (size_t i = 0; i < file->consultation_count; i++)
        if (file->consultations[i].answered_at == INSTANT_NONE && dossier_is_open(dossier))
            return arena_printf(visit->arena, "%s %s.", visit_text(visit, N_("Đang chờ ý kiến của")),
                                visit_agency_name_of(visit, &file->consultations[i].other_tenant_id));
    if (!dossier_is_open(dossier)) return visit_text(visit, N_("Hồ sơ đã kết thúc."));
    return visit_text(visit, N_("Quy trình đang chạy bước tự động."));
}

static json_t *facts_view(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    json_t *view = json_object();
    view_text(view, "id", dossier->id.text);
    view_number(view, "revision", dossier->revision);
    view_text(view, "code", dossier->code);
    view_text(view, "name", dossier_name(visit, dossier));
    view_text(view, "url", desk_dossier_url(visit, &dossier->id));
    view_set(view, "status", dossier_status_tag(visit, dossier));
    view_set(view, "left",
             dossier->received_at == INSTANT_NONE ? json_null() : desk_dossier_left_tag(visit, dossier));
    view_set(view, "incidents", desk_incidents_view(visit, file));
    dossier_applicant_view(view, visit, dossier);
    view_text(view, "phone", or_dash(json_get_cstr(dossier->contact, "phone", "")));
    view_text(view, "email", or_dash(json_get_cstr(dossier->contact, "email", "")));
    view_text(view, "channel_text", channel_text(visit, dossier->channel));
    view_text(view, "submitted_text", visit_short_moment(visit, dossier->submitted_at));
    view_text(view, "received_text", or_dash(visit_short_moment(visit, dossier->received_at)));
    view_text(view, "due_text",
              dossier->due_at == INSTANT_NONE && dossier->received_at != INSTANT_NONE
                  ? visit_text(visit, N_("Không quy định"))
                  : or_dash(visit_short_moment(visit, dossier->due_at)));
    view_text(view, "return_text", desk_return_text(visit, dossier->return_channel));
    view_text(view, "fee_text", desk_fee_text(visit, file));
    view_set(view, "steps", dossier_tasks_view(visit, file));
    view_set(view, "consultations", dossier_consultations_view(visit, file));
    view_text(view, "clock_text", dossier_clock_text(visit, file));
    view_set(view, "explanation", dossier_explanation_view(visit, file));
    view_set(view, "events", dossier_events_view(visit, file, 0));
    view_text(view, "waiting_text", waiting_text(visit, file));
    view_set(view, "documents", dossier_documents_view(visit, file));
    return view;
}

/* Of the unit's head: may see the panel in order to assign. */
static bool may_assign(const struct visit *visit, const struct task *task)
{
    return (visit->actor.roles & ROLE_HEAD_OF_UNIT) != 0 && strcmp(task->state, "open") == 0 &&
           uuid_same(&task->unit_id, &visit->actor.unit_id);
}

/* The wanted task, else one that may be decided, else one that is at least for this official. */
static const struct task *choose_task(struct visit *visit, const struct dossier_file *file)
{
    struct uuid wanted = uuid_from(visit_query(visit, "viec"));
    const struct task *best = NULL;
    int rank = 0;
    for (size_t i = 0; i < file->task_count; i++) {
        const struct task *task = &file->tasks[i];
        bool shown = task_is_for(task, &visit->actor) || may_assign(visit, task);
        int value = !shown                          ? 0
                    : uuid_same(&task->id, &wanted) ? 4
                    : task_may_decide(visit, task)  ? (uuid_is_empty(&task->assignee_account_id) ? 2 : 3)
                                                    : 1;
        if (value > rank) {
            rank = value;
            best = task;
        }
    }
    return best;
}

void dossier_page_show(struct visit *visit, const struct dossier_file *file, const struct task *task,
                       const struct typed_decision *typed, unsigned http_status, const char *problem,
                       const char *problem_target)
{
    const struct dossier *dossier = &file->dossier;
    const struct procedure_version *version;
    struct papers papers = {.visit = visit, .file = file, .shown = uuid_from(visit_query(visit, "xem"))};
    struct document *documents;
    enum status status =
        reference_procedure_version(&visit->work, &dossier->procedure_version_id, &version, &visit->error);
    if (status == STATUS_OK)
        status = document_list(&visit->work, &dossier->tenant_id, &dossier->id, &documents,
                               &papers.document_count, &visit->error);
    json_t *review = status == STATUS_OK ? own_review(visit, dossier) : NULL;
    if (status != STATUS_OK || review == NULL) {
        visit_fail(visit, status != STATUS_OK ? status : STATUS_FATAL);
        return;
    }
    papers.documents = documents;
    papers.used = arena_zalloc(visit->arena, papers.document_count * sizeof *papers.used);
    const char *path = typed->given ? desk_dossier_url(visit, &dossier->id) : NULL;
    json_t *view = desk_view(visit, dossier->code, "/can-bo", path);
    view_crumb(view, visit_text(visit, N_("Việc cần làm")), "/can-bo");
    view_crumb(view, dossier->code, NULL);
    view_set(view, "review", review);
    json_t *facts = facts_view(visit, file), *list = papers_view(&papers, version);
    view_text(facts, "paper_count", arena_printf(visit->arena, "%zu", json_array_size(list)));
    view_set(facts, "papers", list);
    view_set(facts, "preview", preview_view(&papers));
    if (task == NULL) task = choose_task(visit, file);
    view_set(facts, "task", task == NULL ? json_null() : task_panel_view(visit, file, version, task, typed));
    view_set(view, "dossier", facts);
    if (problem != NULL) view_problem(view, problem_target, problem);
    visit_render_status(visit, http_status, "desk/dossier", view);
}

void page_desk_dossier(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed_decision nothing = {0};
    DOSSIER_FILE_AUTO file = {0};
    if (desk_dossier_open(visit, &file)) dossier_page_show(visit, &file, NULL, &nothing, 200, NULL, NULL);
}

/* --- Files and papers */

/* Whose papers they are sees it in the personal store. What cannot be opened has not been seen. */
static enum status note_opening(struct visit *visit, const struct document *documents, size_t count)
{
    struct uuid *opened = arena_array(visit->arena, count, sizeof *opened);
    struct error closed = {0};
    size_t opened_count = 0;
    for (size_t i = 0; i < count; i++)
        if (document_may_open(&visit->work, &documents[i], &closed) == STATUS_OK)
            opened[opened_count++] = documents[i].id;
    return opened_count == 0 ? STATUS_OK
                             : store_note_openings(&visit->work, opened, opened_count, &visit->error);
}

static bool find_file(struct visit *visit, struct document *document)
{
    struct uuid dossier = visit_param_uuid(visit, "id"), wanted = visit_param_uuid(visit, "document");
    enum status status =
        uuid_is_empty(&wanted) || uuid_is_empty(&dossier)
            ? STATUS_NOT_FOUND
            : document_find(&visit->work, &visit->actor.tenant_id, &wanted, document, &visit->error);
    if (status == STATUS_OK && !uuid_same(&document->dossier_id, &dossier)) status = STATUS_NOT_FOUND;
    if (status == STATUS_OK) status = note_opening(visit, document, 1);
    if (status == STATUS_NOT_FOUND)
        visit_not_found(visit);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    return status == STATUS_OK;
}

void page_desk_file(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct document document;
    if (find_file(visit, &document)) visit_send_document(visit, &visit->actor.tenant_id, &document);
}

void page_desk_file_page(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct document document;
    if (find_file(visit, &document)) visit_send_preview(visit, &visit->actor.tenant_id, &document);
}

void page_desk_paper(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str name = request_param(visit->request, "name");
    enum paper_kind kind;
    int number;
    DOSSIER_FILE_AUTO file = {0};
    if (!str_ends_with(name, STR(".pdf")) || !paper_kind_of_name(name, &kind, &number)) {
        visit_not_found(visit);
        return;
    }
    if (!desk_dossier_open(visit, &file)) return;
    struct buf pdf = BUF_WITH_MAXIMUM(PDF_MAXIMUM);
    enum status status = paper_render(&visit->work, kind, &file, number, &pdf, &visit->error);
    if (status != STATUS_OK) {
        buf_release(&pdf);
        visit_fail(visit, status);
        return;
    }
    visit_send_pdf(
        visit, &pdf,
        arena_printf(visit->arena, "%.*s-%s.pdf", (int)name.length - 4, name.data, file.dossier.code));
}

void page_desk_dossier_pdf(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (!desk_dossier_open(visit, &file)) return;
    struct buf pdf = BUF_WITH_MAXIMUM(PDF_MAXIMUM);
    enum status status = paper_render_dossier(&visit->work, &file, true, &pdf, &visit->error);
    if (status != STATUS_OK) {
        buf_release(&pdf);
        visit_fail(visit, status);
        return;
    }
    visit_send_pdf(visit, &pdf, arena_printf(visit->arena, "ho-so-%s.pdf", file.dossier.code));
}

void page_desk_dossier_pdf_papers(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    struct document *documents;
    size_t count;
    if (!desk_dossier_open(visit, &file)) return;
    enum status status = document_list(&visit->work, &file.dossier.tenant_id, &file.dossier.id, &documents,
                                       &count, &visit->error);
    if (status == STATUS_OK) status = note_opening(visit, documents, count);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_send_dossier_papers(visit, &file, true);
}
