/* A page of a document as a picture: decrypted into the child process, the picture comes back. */
#include "document_private.h"

#include <unistd.h>

#include "child.h"

bool document_is_picture(const struct document *document)
{
    return strncmp(document->media_type, "image/", 6) == 0;
}

bool document_can_preview(const struct document *document)
{
    return document_is_picture(document) || strcmp(document->media_type, "application/pdf") == 0;
}

struct showing {
    struct filecrypt_reader *reader;
    uint64_t at;
    struct buf *jpeg;
};

static enum status read_document(void *context, void *bytes, size_t capacity, size_t *length)
{
    struct showing *showing = context;
    enum status status = filecrypt_read(showing->reader, showing->at, bytes, capacity, length);
    if (status == STATUS_OK) showing->at += *length;
    return status;
}

static enum status write_picture(void *context, struct str bytes)
{
    struct showing *showing = context;
    buf_append_str(showing->jpeg, bytes);
    return showing->jpeg->overflow ? STATUS_TOO_LARGE : STATUS_OK;
}

enum status document_preview(struct work *work, const struct uuid *tenant_id, const struct document *document,
                             unsigned page, unsigned side, struct buf *jpeg, int *pages, struct error *error)
{
    struct showing showing = {.jpeg = jpeg};
    struct media_report report;
    int descriptor;
    if (!document_can_preview(document) || work->domain->inspector == NULL)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "document.no_preview",
                         N_("Tệp này không xem trước được; vui lòng tải về để mở"), NULL);
    enum status status = document_open(work, tenant_id, document, &showing.reader, &descriptor, error);
    if (status != STATUS_OK) return status;
    struct child_job job = {.account = work->actor->account_id,
                            .tenant = *tenant_id,
                            .kind = document_kind_of(document->media_type),
                            .page = page,
                            .side = side,
                            .context = &showing,
                            .read = read_document,
                            .write = write_picture};
    status = child_run(work->domain->inspector, &job, &report, work->arena, error);
    filecrypt_reader_close(showing.reader);
    close(descriptor);
    if (status == STATUS_OK && report.problem != MEDIA_GOOD)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "document.no_page",
                         N_("Trang này không xem trước được; vui lòng tải tệp về để mở"),
                         "document %s, page %u: problem %d", document->id.text, page, (int)report.problem);
    if (status == STATUS_OK) *pages = report.pages;
    return status;
}
