/* Attaching what an upload request brought. */
#include "motcua/web/uploads.h"

const struct procedure_paper *paper_of_request(const struct draft_page *page)
{
    struct str key = request_param(page->visit->request, "paper");
    for (size_t i = 0; i < page->version->paper_count; i++)
        if (page->version->papers[i].upload && str_equal_cstr(key, page->version->papers[i].key))
            return &page->version->papers[i];
    return NULL;
}

uint64_t uploads_limit_anywhere(const struct web_settings *settings, const struct procedure_paper *paper)
{
    uint64_t limit = settings->upload_limit;
    return paper->upload_limit > 0 && paper->upload_limit < limit ? paper->upload_limit : limit;
}

uint64_t uploads_limit(const struct draft_page *page, const struct procedure_paper *paper)
{
    uint64_t limit = uploads_limit_anywhere(page->visit->web->settings, paper);
    uint64_t agency = page->tenant != NULL ? page->tenant->upload_limit : 0;
    return agency > 0 && agency < limit ? agency : limit;
}

const char *uploads_limit_text(const struct draft_page *page, const struct procedure_paper *paper)
{
    struct visit *visit = page->visit;
    return format_size_limit(visit->arena, visit->language, (int64_t)uploads_limit(page, paper));
}

enum status uploads_check_wanted(struct draft_page *page, const struct procedure_paper *paper)
{
    struct visit *visit = page->visit;
    if (page->supplement || draft_page_asks_for(page, paper)) return STATUS_OK;
    error_set(
        &visit->error, visit->arena, STATUS_INVALID, "paper.not_asked",
        N_("Với những gì đã khai, hồ sơ này không cần “%s” nên tệp chưa được nhận; nếu vẫn cần nộp, vui "
           "lòng sửa phần khai liên quan trước"),
        NULL);
    visit->error.argument = visit_pick(visit, paper->name, paper->name_en);
    return STATUS_INVALID;
}

enum status uploads_check_file(struct draft_page *page, const struct procedure_paper *paper, uint64_t size)
{
    struct visit *visit = page->visit;
    enum status status = uploads_check_wanted(page, paper);
    if (status != STATUS_OK) return status;
    if (size <= uploads_limit(page, paper)) return STATUS_OK;
    error_set(&visit->error, visit->arena, STATUS_TOO_LARGE, "document.size",
              N_("Tệp lớn hơn mức cho phép là %s; vui lòng giảm dung lượng"), NULL);
    visit->error.argument = uploads_limit_text(page, paper);
    return STATUS_TOO_LARGE;
}

enum status uploads_check_total(struct visit *visit, const struct document *documents, size_t count,
                                uint64_t size)
{
    uint64_t held = size;
    for (size_t i = 0; i < count; i++)
        held += (uint64_t)documents[i].size;
    if (held <= visit->web->settings->dossier_upload_limit) return STATUS_OK;
    return error_set(
        &visit->error, visit->arena, STATUS_TOO_LARGE, "document.total",
        N_("Các tệp của hồ sơ này cộng lại lớn quá mức cho phép; vui lòng bỏ bớt hoặc giảm dung lượng"),
        NULL);
}

enum status uploads_fit(struct draft_page *page, uint64_t size)
{
    return uploads_check_total(page->visit, page->documents, page->document_count, size);
}

struct document_claim uploads_claim(const struct draft_page *page, const struct procedure_paper *paper)
{
    return (struct document_claim){.kind = page->supplement ? "supplement" : "paper",
                                   .paper_key = str_of(paper->key),
                                   .types = paper->types,
                                   .max_files = paper->max_files,
                                   .portrait = paper->portrait,
                                   .since = page->since};
}

static enum status attach(struct draft_page *page, const struct procedure_paper *paper, size_t index,
                          uint64_t held, struct uuid *id)
{
    struct visit *visit = page->visit;
    struct document_claim claim = uploads_claim(page, paper);
    struct upload_file *file = request_upload(visit->request, index);
    uint64_t size = document_spool_size(file->file);
    struct work work = visit->work;
    work.now += (instant)index; /* so that they stay in the order in which they were chosen */
    claim.file_name = file->part.filename;
    enum status status = uploads_check_file(page, paper, size);
    if (status == STATUS_OK)
        status = uploads_check_total(visit, page->documents, page->document_count, held + size);
    if (status == STATUS_OK)
        status = document_attach(&work, file->file, &page->draft.tenant_id, &page->draft.id, &claim, id,
                                 &visit->error);
    return status;
}

enum status uploads_attach_one(struct draft_page *page, const struct procedure_paper *paper, size_t index,
                               struct uuid *id)
{
    return attach(page, paper, index, 0, id);
}

enum status uploads_attach(struct draft_page *page, const struct procedure_paper *paper)
{
    struct visit *visit = page->visit;
    size_t count = request_upload_count(visit->request), attached = 0;
    enum status status = STATUS_OK;
    uint64_t held = 0;
    if (count == 0)
        return error_set(&visit->error, visit->arena, STATUS_INVALID, "document.none",
                         N_("Vui lòng chọn tệp cần tải lên"), NULL);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct uuid id = {""};
        status = attach(page, paper, i, held, &id);
        held += document_spool_size(request_upload(visit->request, i)->file);
        attached += status == STATUS_OK;
    }
    struct error ignored; /* the page says what was refused, and shows what came before it */
    if (status != STATUS_OK && attached > 0 &&
        document_list(&visit->work, &page->draft.tenant_id, &page->draft.id, &page->documents,
                      &page->document_count, &ignored) != STATUS_OK)
        page->document_count = 0;
    return status;
}
