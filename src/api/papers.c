/* Papers of a draft, and what a program needs to know of a procedure before it makes one. */
#include "handlers.h"

#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"
#include "motcua/web/uploads.h"

void api_openapi(struct request *request)
{
    struct visit *visit = visit_of(request);
    const char *url = static_files_url(visit->web->files, "api/openapi.json");
    if (url == NULL)
        visit_not_found(visit);
    else
        response_redirect(request, str_of(url));
}

static json_t *papers_of(struct visit *visit, const struct procedure_version *version)
{
    json_t *list = json_array();
    for (size_t i = 0; i < version->paper_count; i++) {
        const struct procedure_paper *paper = &version->papers[i];
        json_t *view = json_object();
        view_text(view, "key", paper->key);
        view_text(view, "name", visit_pick(visit, paper->name, paper->name_en));
        view_flag(view, "required", paper->required);
        view_flag(view, "conditional", paper->condition != NULL);
        view_flag(view, "upload", paper->upload);
        view_set(view, "accept", document_type_list(paper->types));
        if (paper->max_files > 0) view_number(view, "max_files", paper->max_files);
        if (paper->upload)
            view_number(view, "max_bytes", (int64_t)uploads_limit_anywhere(visit->web->settings, paper));
        json_array_append_new(list, view);
    }
    return list;
}

void api_procedure(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct procedure_row row;
    struct offering *offerings;
    size_t count;
    const struct procedure_version *version = NULL;
    enum status status = procedure_find(&visit->work, request_param(request, "code"), &row, &visit->error);
    if (status == STATUS_OK)
        status = reference_procedure_version(&visit->work, &row.version_id, &version, &visit->error);
    if (status == STATUS_OK && !procedure_is_online(version))
        status = error_set(&visit->error, visit->arena, STATUS_NOT_FOUND, "procedure.not_online",
                           N_("Thủ tục này chưa nộp trực tuyến được"), NULL);
    if (status == STATUS_OK)
        status = offering_of_procedure(&visit->work, &row.id, &offerings, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = json_object(), *agencies = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct tenant *tenant = tenant_by_id(visit_tenants(visit), &offerings[i].tenant_id);
        if (tenant == NULL || !offerings[i].enabled) continue;
        json_t *agency = json_object();
        view_text(agency, "slug", tenant->slug);
        view_text(agency, "name", visit_pick(visit, tenant->name, tenant->name_en));
        json_array_append_new(agencies, agency);
    }
    view_text(view, "code", version->code);
    view_text(view, "name", visit_pick(visit, version->name, version->name_en));
    view_number(view, "version", version->number);
    view_text(
        view, "schema",
        arena_printf(visit->arena, "/thu-tuc/%s/phien-ban/%d/luoc-do.json", version->code, version->number));
    view_set(view, "papers", papers_of(visit, version));
    view_set(view, "agencies", agencies);
    visit_answer_json(visit, 200, view);
}

/* What tells one upload from another: the bytes of its files. */
static struct str content_of(struct visit *visit)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(64 * 1024);
    for (size_t i = 0; i < request_upload_count(visit->request); i++) {
        struct upload_file *file = request_upload(visit->request, i);
        struct hash hash = document_spool_hash(file->file);
        buf_printf(&text, "%s\n", hex_encode(visit->arena, hash_view(&hash)));
    }
    return buf_copy(&text, visit->arena);
}

static const struct document *document_with(const struct draft_page *page, const struct uuid *id)
{
    for (size_t i = 0; i < page->document_count; i++)
        if (uuid_same(&page->documents[i].id, id)) return &page->documents[i];
    return NULL;
}

/* One file a request, so that it is made wholly or not at all. */
void api_upload(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid id;
    bool repeated;
    DRAFT_PAGE_AUTO page = {0};
    if (!api_open_draft(visit, &page)) return;
    const struct procedure_paper *paper = paper_of_request(&page);
    if (paper == NULL) {
        visit_not_found(visit);
        return;
    }
    if (request_upload_count(request) != 1 ||
        !str_equal_cstr(request_upload(request, 0)->part.field, "file")) {
        visit->error = (struct error){.code = "document.one",
                                      .message = N_("Mỗi yêu cầu tải lên đúng một tệp, trong phần tên file")};
        visit_problem(visit, 422, NULL);
        return;
    }
    if (!api_take_key(visit, content_of(visit), &id, &repeated)) return;
    enum status status = STATUS_OK;
    if (!repeated || document_with(&page, &id) == NULL) status = uploads_attach_one(&page, paper, 0, &id);
    if (status == STATUS_OK)
        status = document_list(&visit->work, &page.draft.tenant_id, &page.draft.id, &page.documents,
                               &page.document_count, &visit->error);
    const struct document *document = status == STATUS_OK ? document_with(&page, &id) : NULL;
    if (status == STATUS_OK && document == NULL) status = STATUS_NOT_FOUND;
    if (status == STATUS_INVALID)
        visit_problem(visit, 422, NULL);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_answer_json(visit, repeated ? 200 : 201, api_document(visit, document));
}

void api_paper_remove(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid id = visit_param_uuid(visit, "document");
    DRAFT_PAGE_AUTO page = {0};
    if (!api_open_draft(visit, &page)) return;
    const struct document *document = document_with(&page, &id);
    enum status status = STATUS_NOT_FOUND;
    if (document != NULL && str_equal_cstr(request_param(request, "paper"), document->paper_key))
        status = document_remove(&visit->work, &page.draft.tenant_id, &page.draft.id, &id, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    response_status(request, 204);
    response_body(request, NULL, STR(""));
}
