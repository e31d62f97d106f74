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

enum status uploads_attach(struct visit *visit, const struct uuid *tenant_id, const struct uuid *dossier_id, const char *kind,
                           const char *paper_key)
{
    size_t count = request_upload_count(visit->request);
    enum status status = STATUS_OK;
    if (count == 0)
        return error_set(&visit->error, visit->arena, STATUS_INVALID, "document.none", N_("Vui lòng chọn tệp cần tải lên"), NULL);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct upload_file *file = request_upload(visit->request, i);
        struct uuid id;
        if (document_spool_size(file->file) > visit->web->settings->upload_limit)
            return error_set(&visit->error, visit->arena, STATUS_TOO_LARGE, "document.size",
                             N_("Tệp lớn quá mức cho phép; vui lòng giảm dung lượng"), NULL);
        status = document_attach(&visit->work, file->file, tenant_id, dossier_id, kind, str_of(paper_key), file->part.filename, &id,
                                 &visit->error);
    }
    return status;
}
