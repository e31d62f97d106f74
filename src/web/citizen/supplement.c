/* Answering a request for supplement. */
#include "web/routes.h"

#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/scan.h"
#include "motcua/web/uploads.h"
#include "own.h"
#include "supplement.h"
#include "web/dossier_view.h"

const char *supplement_url(const struct draft_page *page)
{
    return arena_strndup(page->visit->arena, page->url, strlen(page->url) - strlen("/khai"));
}

static bool nothing_open(struct visit *visit, const struct dossier_file *file)
{
    if (strcmp(file->dossier.status, "supplement") == 0 && own_open_supplement(file) != NULL) return false;
    visit->error =
        (struct error){.message = N_("Hồ sơ này hiện không chờ bổ sung. Có thể bạn đã gửi bổ sung rồi.")};
    visit_fail(visit, STATUS_CONFLICT);
    return true;
}

/* The draft's row still holds the answers; it is opened by the dossier's id. */
static bool open_page(struct visit *visit, const struct dossier_file *file, struct draft_page *page)
{
    *page = (struct draft_page){.visit = visit, .work = visit->work, .supplement = true};
    enum status status = draft_load(&visit->work, &file->dossier.id, &page->draft, &visit->error);
    if (status == STATUS_OK)
        status = reference_procedure_version(&visit->work, &file->dossier.procedure_version_id,
                                             &page->version, &visit->error);
    if (status == STATUS_OK)
        status = document_list(&visit->work, &file->dossier.tenant_id, &file->dossier.id, &page->documents,
                               &page->document_count, &visit->error);
    if (status == STATUS_OK) {
        page->since = own_open_supplement(file)->requested_at;
        page->tenant = tenant_by_id(visit_tenants(visit), &file->dossier.tenant_id);
        page->environment = draft_page_environment(visit, &page->draft.tenant_id);
        page->url = arena_printf(visit->arena, "/ho-so/%s/bo-sung/khai", file->dossier.code);
        status = page->tenant == NULL ? STATUS_NOT_FOUND : draft_page_evaluate(page);
    }
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

bool supplement_page_open(struct visit *visit, struct draft_page *page)
{
    DOSSIER_FILE_AUTO file = {0};
    *page = (struct draft_page){.visit = visit, .work = visit->work};
    return own_dossier_open(visit, &file) && !nothing_open(visit, &file) && open_page(visit, &file, page);
}

static const struct procedure_paper *find_paper(const struct procedure_version *version, const char *key)
{
    for (size_t i = 0; i < version->paper_count; i++)
        if (strcmp(version->papers[i].key, key) == 0) return &version->papers[i];
    return NULL;
}

/* Only what came after the request counts as an answer to it. */
static size_t new_files(const struct draft_page *page, const char *key, instant since)
{
    size_t count = 0;
    for (size_t i = 0; i < page->document_count; i++)
        count += strcmp(page->documents[i].paper_key, key) == 0 && page->documents[i].created_at > since &&
                 document_standing(page->visit->web->domain, &page->documents[i]) != SCAN_STANDING_INFECTED;
    return count;
}

static void add_item(struct draft_page *page, const json_t *item, instant since, const char *base,
                     const char *wrong_paper, json_t *view, json_t *papers, json_t *contents)
{
    struct visit *visit = page->visit;
    const char *key = json_get_cstr(item, "paper", "");
    const struct procedure_paper *paper = find_paper(page->version, key);
    if (paper == NULL || !paper->upload) {
        json_t *content = json_object();
        view_text(content, "name", json_get_cstr(item, "name", ""));
        view_text(content, "reason", json_get_cstr(item, "reason", ""));
        view_text(content, "edit_url",
                  arena_printf(visit->arena, "%s/%s", page->url, form_page_key(page->version->form, 0)));
        json_array_append_new(contents, content);
        return;
    }
    bool wrong = wrong_paper != NULL && strcmp(wrong_paper, key) == 0;
    const char *problem = wrong ? visit_error_text(visit) : NULL;
    if (wrong) view_problem(view, arena_printf(visit->arena, "tep-%s", key), problem);
    json_t *one = paper_view(page, paper, base, problem);
    view_text(one, "reason", json_get_cstr(item, "reason", ""));
    if (new_files(page, key, since) == 0)
        view_set(one, "state", view_tag("warn", "alert", visit_text(visit, N_("Chờ bạn bổ sung"))));
    json_array_append_new(papers, one);
}

static void show(struct draft_page *page, const struct dossier_file *file, unsigned http_status,
                 const char *wrong_paper)
{
    struct visit *visit = page->visit;
    const struct supplement_request *request = own_open_supplement(file);
    const char *url = own_dossier_url(visit, &file->dossier);
    const char *base = arena_printf(visit->arena, "%s/bo-sung", url);
    json_t *view = own_dossier_view(visit, file, visit_text(visit, N_("Bổ sung hồ sơ")),
                                    visit_text(visit, N_("Bổ sung")));
    json_t *dossier = json_object(), *shown = json_object(), *papers = json_array(), *contents = json_array();
    for (size_t i = 0; i < json_array_size(request->items); i++)
        add_item(page, json_array_get(request->items, i), request->requested_at, base, wrong_paper, view,
                 papers, contents);
    if (http_status != 200 && json_is_null(json_object_get(view, "error_summary")))
        view_problem(view, "noi-dung", visit_error_text(visit));
    view_text(dossier, "code", file->dossier.code);
    view_text(dossier, "name", dossier_name(visit, &file->dossier));
    view_text(dossier, "url", url);
    view_set(view, "dossier", dossier);
    view_text(shown, "url", base);
    view_number(shown, "revision", file->dossier.revision);
    view_text(shown, "until",
              request->answer_due_at == INSTANT_NONE
                  ? ""
                  : arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Hạn bổ sung:")),
                                 visit_moment(visit, request->answer_due_at)));
    view_text(shown, "reason", request->reason);
    view_text(shown, "by_text",
              visit_format(visit, N_("Phiếu số %s, %s lập lúc %s"), request->paper_number,
                           request->requested_by, visit_moment(visit, request->requested_at)));
    view_text(shown, "pdf_url", arena_printf(visit->arena, "%s/phieu/bo-sung-%d.pdf", url, request->number));
    view_text(shown, "note", http_status == 200 ? "" : visit_form_cstr(visit, "note"));
    view_set(shown, "papers", papers);
    view_set(shown, "contents", contents);
    view_set(view, "request", shown);
    visit_render_status(visit, http_status, "portal/supplement", view);
}

void page_supplement(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    DRAFT_PAGE_AUTO page = {0};
    if (own_dossier_open(visit, &file) && !nothing_open(visit, &file) && open_page(visit, &file, &page))
        show(&page, &file, 200, NULL);
}

/* The first paper asked for that has no new file; NULL when all have. */
static const char *still_missing(const struct draft_page *page, const struct supplement_request *request)
{
    for (size_t i = 0; i < json_array_size(request->items); i++) {
        const char *key = json_get_cstr(json_array_get(request->items, i), "paper", "");
        const struct procedure_paper *paper = find_paper(page->version, key);
        if (paper != NULL && paper->upload && new_files(page, key, request->requested_at) == 0) return key;
    }
    return NULL;
}

void page_supplement_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    DRAFT_PAGE_AUTO page = {0};
    if (!own_dossier_open(visit, &file) || nothing_open(visit, &file) || !open_page(visit, &file, &page))
        return;
    const char *missing = still_missing(&page, own_open_supplement(&file));
    struct str note = visit_form(visit, "note");
    /* Who cannot supply a paper says why; the desk decides then. */
    if (missing != NULL && note.length == 0) {
        visit->error = (struct error){
            .message = N_("Vui lòng tải giấy tờ này lên, hoặc ghi ở phần ghi chú vì sao chưa có")};
        show(&page, &file, 422, missing);
        return;
    }
    enum status status = dossier_answer_supplement(&visit->work, &file.dossier.tenant_id, &file.dossier.id,
                                                   page.draft.answers, note, &visit->error);
    if (status == STATUS_INVALID)
        show(&page, &file, 422, NULL);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "supplemented", "%s", own_dossier_url(visit, &file.dossier));
}

void page_supplement_upload(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    DRAFT_PAGE_AUTO page = {0};
    if (!own_dossier_open(visit, &file) || nothing_open(visit, &file) || !open_page(visit, &file, &page))
        return;
    const struct procedure_paper *paper = paper_of_request(&page);
    if (paper == NULL) {
        visit_not_found(visit);
        return;
    }
    enum status status = uploads_attach(&page, paper);
    if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
        show(&page, &file, 422, paper->key);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "uploaded", "%s/bo-sung#giay-%s", own_dossier_url(visit, &file.dossier),
                       paper->key);
}

void page_supplement_remove(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid wanted = visit_param_uuid(visit, "document");
    DOSSIER_FILE_AUTO file = {0};
    DRAFT_PAGE_AUTO page = {0};
    if (!own_dossier_open(visit, &file) || nothing_open(visit, &file) || !open_page(visit, &file, &page))
        return;
    /* What the dossier was received with stays; only what was added since the request may be taken back. */
    enum status status = STATUS_NOT_FOUND;
    instant since = own_open_supplement(&file)->requested_at;
    for (size_t i = 0; i < page.document_count; i++)
        if (uuid_same(&page.documents[i].id, &wanted) && page.documents[i].created_at > since)
            status = document_remove(&visit->work, &file.dossier.tenant_id, &file.dossier.id, &wanted,
                                     &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "removed", "%s/bo-sung", own_dossier_url(visit, &file.dossier));
}
