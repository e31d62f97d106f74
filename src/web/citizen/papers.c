/* The papers of a draft: what is asked for, upload, removal. */
#include "web/routes.h"

#include "motcua/web/draft_page.h"
#include "motcua/web/uploads.h"

static void show(struct draft_page *page, unsigned http_status, const char *wrong_paper)
{
    struct visit *visit = page->visit;
    json_t *view = draft_page_view(page, visit_text(visit, N_("Giấy tờ kèm theo")), STEP_PAPERS, NULL);
    json_t *papers = json_array();
    const char *base = arena_printf(visit->arena, "%s/giay-to", page->url);
    for (size_t i = 0; i < page->version->paper_count; i++) {
        const struct procedure_paper *paper = &page->version->papers[i];
        if (!procedure_paper_applies(paper, visit->arena, page->state.data)) continue;
        bool wrong = wrong_paper != NULL && strcmp(wrong_paper, paper->key) == 0;
        const char *problem = wrong ? visit_error_text(visit) : NULL;
        if (wrong) view_problem(view, arena_printf(visit->arena, "tep-%s", paper->key), problem);
        json_array_append_new(papers, paper_view(page, paper, base, problem));
    }
    if (wrong_paper != NULL && !json_is_object(json_object_get(view, "error_summary")))
        view_problem(view, "giay-to", visit_error_text(visit)); /* of a paper that is not on the page */
    view_set(view, "papers", papers);
    view_list(view, "unneeded", draft_page_unneeded(page));
    visit_render_status(visit, http_status, "portal/papers", view);
}

void page_papers(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (draft_page_open_unsent(visit, &page)) show(&page, 200, NULL);
}

void page_papers_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str action = visit_form(visit, "_action");
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    if (str_equal_cstr(action, "leave"))
        visit_redirect(visit, "draft_saved", "/ho-so");
    else if (str_equal_cstr(action, "back"))
        visit_redirect(visit, NULL, "%s/%s", page.url,
                       form_page_key(page.version->form, form_page_count(page.version->form) - 1));
    else
        visit_redirect(visit, NULL, "%s/xem-lai", page.url);
}

void page_paper_upload(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    const struct procedure_paper *paper = paper_of_request(&page);
    if (paper == NULL) {
        visit_not_found(visit);
        return;
    }
    enum status status = uploads_attach(&page, paper);
    if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
        show(&page, status == STATUS_TOO_LARGE ? 413 : 422, paper->key);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "uploaded", "%s/giay-to#giay-%s", page.url, paper->key);
}

void page_paper_remove(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid document = visit_param_uuid(visit, "document");
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    enum status status =
        document_remove(&visit->work, &page.draft.tenant_id, &page.draft.id, &document, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "removed", "%s/giay-to", page.url);
}

/* The file of the address; NULL: answered. */
static const struct document *find_file(struct visit *visit, struct draft_page *page)
{
    struct uuid wanted = visit_param_uuid(visit, "document");
    if (!draft_page_open_unsent(visit, page)) return NULL;
    for (size_t i = 0; i < page->document_count; i++)
        if (uuid_same(&page->documents[i].id, &wanted)) return &page->documents[i];
    visit_not_found(visit);
    return NULL;
}

void page_draft_file(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    const struct document *document = find_file(visit, &page);
    if (document != NULL) visit_send_document(visit, &page.draft.tenant_id, document);
}

void page_draft_file_page(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    const struct document *document = find_file(visit, &page);
    if (document != NULL) visit_send_preview(visit, &page.draft.tenant_id, document);
}

void page_draft_file_view(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    const struct document *document = find_file(visit, &page);
    if (document == NULL) return;
    visit_show_preview(visit, &page.draft.tenant_id, document,
                       arena_printf(visit->arena, "%s/xem/%s", page.url, document->id.text),
                       arena_printf(visit->arena, "%s/tep/%s", page.url, document->id.text),
                       arena_printf(visit->arena, "%s/giay-to#giay-%s", page.url, document->paper_key));
}
