/* What programs are told: drafts, what is missing, papers. */
#include "handlers.h"

#include "motcua/codec/json.h"
#include "motcua/domain/api_token.h"

void api_instant(json_t *object, const char *key, instant when)
{
    char text[CIVIL_INSTANT_SIZE];
    if (when == INSTANT_NONE) {
        view_null(object, key);
        return;
    }
    civil_format_instant(when / MICROSECONDS * MICROSECONDS, text);
    view_text(object, key, text);
}

static void refuse(struct visit *visit, unsigned http_status, const char *code, const char *message)
{
    visit->error = (struct error){.code = code, .message = message};
    visit_problem(visit, http_status, NULL);
}

bool api_open_draft(struct visit *visit, struct draft_page *page)
{
    bool current;
    if (!draft_page_open(visit, page)) return false;
    if (page->draft.submitted_at != INSTANT_NONE) {
        refuse(visit, 409, "draft.submitted", N_("Hồ sơ này đã được nộp nên không sửa bản nháp được nữa"));
        return false;
    }
    enum status status = draft_page_settle(page, &current);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else if (!current)
        refuse(visit, 409, "draft.outdated",
               N_("Biểu mẫu đã thay đổi; hãy đăng nhập và xem thay đổi trên trang hồ sơ nháp, hoặc lập hồ sơ "
                  "nháp mới"));
    return status == STATUS_OK && current;
}

json_t *api_missing_list(struct draft_page *page, enum status *status)
{
    static const char *const kinds[] = {"answer", "paper", "exit", "signature"};
    struct draft_missing *missing;
    size_t count;
    *status = draft_page_missing(page, &missing, &count);
    if (*status != STATUS_OK) return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct draft_missing *one = &missing[i];
        bool about_page = one->kind == MISSING_ANSWER || one->kind == MISSING_EXIT;
        json_t *item = json_object();
        view_text(item, "kind", kinds[one->kind]);
        view_text(item, "page", about_page ? form_page_key(page->version->form, one->page) : NULL);
        view_text(item, "field", one->field);
        view_text(item, "paper", one->paper);
        view_text(item, "code",
                  one->kind == MISSING_EXIT        ? "form.exit"
                  : one->kind == MISSING_SIGNATURE ? "share.sign_again"
                                                   : one->code);
        view_text(item, "label", one->label);
        view_text(item, "message", one->text);
        json_array_append_new(list, item);
    }
    return list;
}

json_t *api_document(struct visit *visit, const struct document *document)
{
    json_t *view = json_object();
    view_text(view, "id", document->id.text);
    view_text(view, "paper", document->paper_key);
    view_text(view, "name", document->file_name);
    view_text(view, "media_type", document->media_type);
    view_number(view, "size", document->size);
    view_text(view, "sha256", hex_encode(visit->arena, document->sha256));
    view_text(view, "scan", document->scan_state);
    view_set(view, "remarks", document_remark_list(document));
    api_instant(view, "created_at", document->created_at);
    return view;
}

static json_t *papers(struct draft_page *page)
{
    struct visit *visit = page->visit;
    json_t *list = json_array();
    for (size_t i = 0; i < page->version->paper_count; i++) {
        const struct procedure_paper *paper = &page->version->papers[i];
        if (!procedure_paper_applies(paper, visit->arena, page->state.data)) continue;
        json_t *view = json_object(), *documents = json_array();
        view_text(view, "key", paper->key);
        view_text(view, "name", visit_pick(visit, paper->name, paper->name_en));
        view_flag(view, "required", paper->required);
        view_flag(view, "upload", paper->upload);
        for (size_t d = 0; d < page->document_count; d++)
            if (strcmp(page->documents[d].paper_key, paper->key) == 0)
                json_array_append_new(documents, api_document(visit, &page->documents[d]));
        view_set(view, "documents", documents);
        json_array_append_new(list, view);
    }
    return list;
}

static json_t *unneeded(struct draft_page *page)
{
    json_t *list = json_array();
    for (size_t i = 0; i < page->document_count; i++)
        if (!draft_page_needs(page, &page->documents[i]))
            json_array_append_new(list, api_document(page->visit, &page->documents[i]));
    return list;
}

json_t *api_draft(struct draft_page *page, enum status *status)
{
    struct visit *visit = page->visit;
    const struct procedure_version *version = page->version;
    json_t *missing = api_missing_list(page, status);
    if (missing == NULL) return NULL;
    json_t *view = json_object(), *procedure = json_object();
    view_text(view, "id", page->draft.id.text);
    view_text(view, "state", "draft");
    view_text(procedure, "code", version->code);
    view_text(procedure, "name", visit_pick(visit, version->name, version->name_en));
    view_text(
        procedure, "schema",
        arena_printf(visit->arena, "/thu-tuc/%s/phien-ban/%d/luoc-do.json", version->code, version->number));
    view_set(view, "procedure", procedure);
    view_text(view, "agency", page->tenant->slug);
    view_number(view, "revision", page->draft.revision);
    api_instant(view, "created_at", page->draft.created_at);
    api_instant(view, "updated_at", page->draft.updated_at);
    api_instant(view, "kept_until", draft_kept_until(visit->web->domain, &page->draft));
    view_set(view, "answers", json_incref(page->draft.answers));
    view_set(view, "papers", papers(page));
    view_set(view, "unneeded", unneeded(page));
    view_flag(view, "complete", json_array_size(missing) == 0);
    view_set(view, "missing", missing);
    return view;
}

bool api_take_key(struct visit *visit, struct str content, struct uuid *id, bool *repeated)
{
    struct str key = request_header(visit->request, "Idempotency-Key");
    *id = (struct uuid){""};
    *repeated = false;
    if (key.data == NULL) return true;
    struct str path = request_path(visit->request);
    struct str whole = str_of(arena_printf(visit->arena, "%.*s\n%.*s", STR_ARG(path), STR_ARG(content)));
    struct hash fingerprint = hash_sha256(whole);
    enum status status = api_request_take(&visit->work, key, &fingerprint, id, repeated, &visit->error);
    if (status == STATUS_CONFLICT)
        visit_problem(visit, 422, NULL);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else if (*repeated)
        response_header(visit->request, "Idempotency-Replayed", STR("true"));
    return status == STATUS_OK;
}
