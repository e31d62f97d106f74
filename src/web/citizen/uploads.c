/* Attaching what an upload request brought. */
#include "uploads.h"

const struct procedure_paper *paper_of_request(const struct draft_page *page)
{
    struct str key = request_param(page->visit->request, "paper");
    for (size_t i = 0; i < page->version->paper_count; i++)
        if (page->version->papers[i].upload && str_equal_cstr(key, page->version->papers[i].key))
            return &page->version->papers[i];
    return NULL;
}

/* What the dossier holds and this file together stay within the limits. */
static enum status check_size(struct draft_page *page, uint64_t held, uint64_t size)
{
    struct visit *visit = page->visit;
    if (size > visit->web->settings->upload_limit)
        return error_set(&visit->error, visit->arena, STATUS_TOO_LARGE, "document.size",
                         N_("Tệp lớn quá mức cho phép; vui lòng giảm dung lượng"), NULL);
    if (held + size > visit->web->settings->dossier_upload_limit)
        return error_set(
            &visit->error, visit->arena, STATUS_TOO_LARGE, "document.total",
            N_("Các tệp của hồ sơ này cộng lại lớn quá mức cho phép; vui lòng bỏ bớt hoặc giảm dung lượng"),
            NULL);
    return STATUS_OK;
}

static uint64_t held_bytes(const struct draft_page *page)
{
    uint64_t held = 0;
    for (size_t i = 0; i < page->document_count; i++)
        held += (uint64_t)page->documents[i].size;
    return held;
}

enum status uploads_fit(struct draft_page *page, uint64_t size)
{
    return check_size(page, held_bytes(page), size);
}

enum status uploads_attach(struct draft_page *page, const char *kind, const char *paper_key)
{
    struct visit *visit = page->visit;
    size_t count = request_upload_count(visit->request), attached = 0;
    enum status status = STATUS_OK;
    uint64_t held = held_bytes(page);
    if (count == 0)
        return error_set(&visit->error, visit->arena, STATUS_INVALID, "document.none",
                         N_("Vui lòng chọn tệp cần tải lên"), NULL);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct upload_file *file = request_upload(visit->request, i);
        struct uuid id;
        uint64_t size = document_spool_size(file->file);
        status = check_size(page, held, size);
        if (status == STATUS_OK)
            status = document_attach(&visit->work, file->file, &page->draft.tenant_id, &page->draft.id, kind,
                                     str_of(paper_key), file->part.filename, &id, &visit->error);
        held += size;
        attached += status == STATUS_OK;
    }
    struct error ignored; /* the page says what was refused, and shows what came before it */
    if (status != STATUS_OK && attached > 0 &&
        document_list(&visit->work, &page->draft.tenant_id, &page->draft.id, &page->documents,
                      &page->document_count, &ignored) != STATUS_OK)
        page->document_count = 0;
    return status;
}
