/* Documents, PDFs and QR codes as answers; uploads into encrypted spool files. */
#include <qrencode.h>
#include <stdlib.h>
#include <unistd.h>

#include "motcua/domain/document.h"
#include "motcua/domain/paper.h"
#include "motcua/web/web.h"

struct sending {
    struct filecrypt_reader *reader;
    int descriptor;
    struct document_spool *spool; /* goes with the answer; NULL: a document, by its descriptor */
};

static int64_t read_document(void *context, uint64_t position, void *data, size_t maximum)
{
    struct sending *sending = context;
    size_t length;
    if (filecrypt_read(sending->reader, position, data, maximum, &length) != STATUS_OK) return -1;
    return (int64_t)length;
}

static void release_document(void *context)
{
    struct sending *sending = context;
    filecrypt_reader_close(sending->reader);
    if (sending->spool == NULL) close(sending->descriptor);
    document_spool_destroy(sending->spool);
    free(sending);
}

void visit_send_document(struct visit *visit, const struct uuid *tenant_id, const struct document *document)
{
    struct sending *sending = calloc(1, sizeof *sending);
    if (sending == NULL) abort();
    const char *etag = arena_printf(visit->arena, "\"%s\"", document->id.text);
    uint64_t first, last;
    enum status status = response_range_asked(visit->request, (uint64_t)document->size, etag, &first, &last)
                             ? document_open_part(&visit->work, tenant_id, document, first, last,
                                                  &sending->reader, &sending->descriptor, &visit->error)
                             : document_open(&visit->work, tenant_id, document, &sending->reader,
                                             &sending->descriptor, &visit->error);
    if (status != STATUS_OK) {
        free(sending);
        visit_fail(visit, status);
        return;
    }
    struct response_stream stream = {
        .context = sending,
        .read = read_document,
        .release = release_document,
        .length = filecrypt_size(sending->reader),
        .ranges = true,
        .content_type = document->media_type,
        .etag = etag,
        .download_name =
            str_of(document_safe_name(visit->arena, str_of(document->file_name), document->media_type)),
    };
    response_stream(visit->request, &stream);
    response_cache_private(visit->request, 0);
}

void visit_send_spool(struct visit *visit, struct document_spool *spool, const char *media_type,
                      const char *file_name)
{
    struct sending *sending = calloc(1, sizeof *sending);
    if (sending == NULL) abort();
    sending->spool = spool;
    enum status status = document_spool_reader(spool, &sending->reader);
    if (status != STATUS_OK) {
        release_document(sending);
        visit_fail(visit, STATUS_UNAVAILABLE);
        return;
    }
    struct response_stream stream = {.context = sending,
                                     .read = read_document,
                                     .release = release_document,
                                     .length = filecrypt_size(sending->reader),
                                     .content_type = media_type,
                                     .download_name = str_of(file_name)};
    response_stream(visit->request, &stream);
    response_cache_private(visit->request, 0);
}

void visit_send_dossier_papers(struct visit *visit, const struct dossier_file *file, bool official)
{
    struct document_spool *pdf;
    enum status status = paper_render_dossier_papers(&visit->work, file, official, &pdf, &visit->error);
    if (status == STATUS_OK)
        visit_send_spool(visit, pdf, "application/pdf",
                         arena_printf(visit->arena, "ho-so-%s-kem-giay-to.pdf", file->dossier.code));
    else
        visit_fail(visit, status);
}

void visit_send_pdf(struct visit *visit, struct buf *pdf, const char *file_name)
{
    response_header(visit->request, "Content-Disposition",
                    str_of(arena_printf(visit->arena, "inline; filename=\"%s\"", file_name)));
    response_body_buf(visit->request, "application/pdf", pdf);
    response_allow_framing_by_self(visit->request);
}

void visit_send_qr(struct visit *visit, const char *text)
{
    enum { QUIET = 4, SVG_BYTES = 512 * 1024 };
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL) {
        visit_not_found(visit);
        return;
    }
    struct buf svg = BUF_WITH_MAXIMUM(SVG_BYTES);
    int size = code->width + 2 * QUIET;
    buf_printf(
        &svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
        "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"",
        size, size, size, size);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (code->data[y * code->width + x] & 1) buf_printf(&svg, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
    buf_append_cstr(&svg, "\"/></svg>");
    QRcode_free(code);
    response_body_buf(visit->request, "image/svg+xml", &svg);
}

/* --- Uploads */

static enum status upload_open(struct request *request, const struct upload_part *part, void **file,
                               struct error *error)
{
    (void)part;
    const struct web *web = request_server_context(request);
    struct document_spool *spool;
    enum status status = document_spool_open(web->domain->data_folder, &spool);
    if (status != STATUS_OK)
        return error_set(error, request_arena(request), status, "document.disk",
                         N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), NULL);
    *file = spool;
    return STATUS_OK;
}

static enum status upload_write(struct request *request, void *file, const void *data, size_t length,
                                struct error *error)
{
    const struct web *web = request_server_context(request);
    if (document_spool_size(file) + length > web->settings->upload_limit)
        return error_set(error, request_arena(request), STATUS_TOO_LARGE, "document.size",
                         N_("Tệp lớn quá mức cho phép; vui lòng giảm dung lượng"), NULL);
    enum status status = document_spool_write(file, str_make(data, length));
    if (status != STATUS_OK)
        return error_set(error, request_arena(request), STATUS_UNAVAILABLE, "document.disk",
                         N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), NULL);
    return STATUS_OK;
}

static enum status upload_close(struct request *request, void *file, struct error *error)
{
    enum status status = document_spool_close(file);
    if (status != STATUS_OK)
        return error_set(error, request_arena(request), STATUS_UNAVAILABLE, "document.disk",
                         N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), NULL);
    return STATUS_OK;
}

static void upload_abort(struct request *request, void *file)
{
    (void)request;
    document_spool_destroy(file);
}

static const struct upload_sink sink = {upload_open, upload_write, upload_close, upload_abort};

const struct upload_policy web_upload_policy = {
    .sink = &sink,
    .maximum_total = DOCUMENT_MAXIMUM_SIZE,
    .maximum_file = DOCUMENT_MAXIMUM_SIZE,
    .maximum_files = 20,
};
