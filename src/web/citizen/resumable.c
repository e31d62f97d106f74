/*
 * Uploads by the tus protocol 1.0.0 (core, creation, creation-with-upload, termination, expiration, checksum)
 * for the papers of a draft or a supplement. Everything that can be refused is refused before the body; what
 * a broken connection brought stays. A checked part (Upload-Checksum) is held apart until it has proved
 * right.
 */
#include "motcua/domain/resumable.h"

#include <time.h>

#include "motcua/base/utf8.h"
#include "motcua/crypto/checksum.h"
#include "motcua/http/tus.h"
#include "motcua/web/resumable.h"
#include "motcua/web/uploads.h"
#include "supplement.h"
#include "web/routes.h"
#include "web/visit.h"

#define TUS_EXTENSIONS "creation,creation-with-upload,termination,expiration,checksum"
enum { STATUS_CHECKSUM_MISMATCH = 460, STATUS_LOCKED = 423, DATE_SIZE = 40 };

static const char *const message_busy =
    N_("Tệp này đang được tải lên ở một kết nối khác; vui lòng chờ giây lát");

static const char *const message_no_paper = N_("Không tìm thấy giấy tờ này trong thành phần hồ sơ");

const struct tus_place tus_draft = {.supplement = false};
const struct tus_place tus_supplement = {.supplement = true};

/* One request that brings bytes; lives in its arena. */
struct receiving {
    struct uuid tenant_id;
    struct document_claim claim;
    struct resumable resumable;
    struct resumable_writer *writer;
    bool created;
    struct checksum checksum;        /* under way when one was asked for */
    struct str digest;               /* what it must give */
    struct document_spool *unproved; /* the bytes until then */
};

/* --- Answers */

static void answer(struct request *request, unsigned status)
{
    response_status(request, status);
    response_header(request, "Tus-Resumable", STR(TUS_VERSION));
    response_body(request, NULL, STR(""));
}

/* A sentence; below /api/ as every refusal there. */
static void refuse_error(struct visit *visit, unsigned status)
{
    answer(visit->request, status);
    if (for_program(visit->request))
        visit_problem(visit, status, NULL);
    else
        visit_answer_text(visit, status, visit_error_text(visit));
    if (status == 503 || status == STATUS_LOCKED) response_header(visit->request, "Retry-After", STR("1"));
}

static void refuse(struct visit *visit, unsigned status, const char *message)
{
    visit->error = (struct error){.message = message};
    refuse_error(visit, status);
}

/* A conflict over the state of the dossier is no conflict of offsets, which would be tried again. */
static void refuse_status(struct visit *visit, enum status status)
{
    switch (status) {
    case STATUS_NOT_FOUND:
        refuse_error(visit, 404);
        return;
    case STATUS_INVALID:
        refuse_error(visit, 422);
        return;
    case STATUS_TOO_LARGE:
        refuse_error(visit, 413);
        return;
    case STATUS_CONFLICT:
        refuse_error(visit, 410);
        return;
    case STATUS_DENIED:
        refuse_error(visit, 403);
        return;
    default:
        refuse_error(visit, 503);
    }
}

static void put_number(struct request *request, const char *name, int64_t number)
{
    response_header(request, name, str_of(arena_printf(request_arena(request), "%lld", (long long)number)));
}

static void put_expiry(struct request *request, instant when)
{
    char *text = arena_alloc(request_arena(request), DATE_SIZE);
    time_t seconds = (time_t)(when / MICROSECONDS);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL) return;
    strftime(text, DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    response_header(request, "Upload-Expires", str_of(text));
}

void tus_options(struct request *request)
{
    const struct web *web = request_server_context(request);
    answer(request, 204);
    response_header(request, "Tus-Version", STR(TUS_VERSION));
    response_header(request, "Tus-Extension", STR(TUS_EXTENSIONS));
    response_header(request, "Tus-Checksum-Algorithm", STR(CHECKSUM_ALGORITHMS));
    put_number(request, "Tus-Max-Size", (int64_t)web->settings->upload_limit);
}

/* --- What the address and the head say */

static bool version_fits(struct visit *visit)
{
    if (str_equal_cstr(request_header(visit->request, "Tus-Resumable"), TUS_VERSION)) return true;
    refuse(visit, 412, N_("Phiên bản giao thức tải tệp không được hỗ trợ"));
    response_header(visit->request, "Tus-Version", STR(TUS_VERSION));
    return false;
}

/* The draft or the dossier under supplement, still open for papers. */
static bool open_page(struct visit *visit, struct draft_page *page)
{
    const struct tus_place *place = request_route(visit->request)->data;
    bool opened = place->supplement ? supplement_page_open(visit, page) : draft_page_open(visit, page);
    if (opened && !place->supplement && page->draft.submitted_at != INSTANT_NONE) {
        visit->error =
            (struct error){.message = N_("Hồ sơ đã được gửi đi nên không thêm, bớt giấy tờ được nữa")};
        refuse_status(visit, STATUS_CONFLICT);
        return false;
    }
    if (!opened) { /* a page was answered: no page for a program */
        unsigned status = response_status_get(visit->request);
        refuse_error(visit, status == 409 ? 410 : status);
    }
    return opened;
}

/* The upload of the address, of this paper and not expired. */
static bool open_upload(struct visit *visit, struct draft_page *page, struct resumable *resumable,
                        struct document_claim *claim)
{
    struct uuid id = visit_param_uuid(visit, "upload");
    if (!version_fits(visit) || !open_page(visit, page)) return false;
    const struct procedure_paper *paper = paper_of_request(page);
    if (paper == NULL) {
        refuse(visit, 404, message_no_paper);
        return false;
    }
    enum status status = uuid_is_empty(&id) ? STATUS_NOT_FOUND
                                            : resumable_find(&visit->work, &page->draft.tenant_id,
                                                             &page->draft.id, &id, resumable, &visit->error);
    if (status == STATUS_OK && strcmp(paper->key, resumable->paper_key) != 0) status = STATUS_NOT_FOUND;
    if (status == STATUS_OK && resumable->expires_at <= visit->work.now) {
        refuse(visit, 410, N_("Lần tải lên này đã quá hạn; vui lòng tải lại tệp từ đầu"));
        return false;
    }
    if (status != STATUS_OK) {
        refuse_status(visit, status);
        return false;
    }
    if (uploads_check_wanted(page, paper) != STATUS_OK) {
        refuse_status(visit, STATUS_INVALID);
        return false;
    }
    *claim = uploads_claim(page, paper);
    claim->file_name = str_of(resumable->file_name);
    return true;
}

/* Takes the lock; 423 when somebody else writes. */
static bool lock(struct visit *visit, const struct uuid *tenant_id, const struct resumable *resumable,
                 struct resumable_writer **writer)
{
    enum status status = resumable_open(&visit->work, tenant_id, resumable, writer, &visit->error);
    if (status == STATUS_CONFLICT)
        refuse_error(visit, STATUS_LOCKED);
    else if (status == STATUS_NOT_FOUND)
        refuse_error(visit, 410);
    else if (status != STATUS_OK)
        refuse_status(visit, status);
    return status == STATUS_OK;
}

static bool has_body(struct request *request)
{
    struct str length = request_header(request, "Content-Length");
    return request_header(request, "Transfer-Encoding").data != NULL ||
           (length.data != NULL && !str_equal_cstr(length, "0"));
}

static bool body_fits(struct visit *visit, int64_t left)
{
    int64_t length = 0;
    if (!str_equal_cstr(request_header(visit->request, "Content-Type"), TUS_MEDIA_TYPE)) {
        refuse(visit, 415, N_("Định dạng dữ liệu gửi lên không được hỗ trợ."));
        return false;
    }
    struct str text = request_header(visit->request, "Content-Length");
    if (text.data == NULL || (tus_number(text, &length) && length <= left)) return true;
    refuse(visit, 413, N_("Dữ liệu gửi lên dài hơn độ dài đã khai của tệp"));
    return false;
}

static bool take_checksum(struct visit *visit, struct receiving *receiving)
{
    struct str text = request_header(visit->request, "Upload-Checksum"), algorithm;
    if (text.data == NULL) return true;
    if (tus_checksum_parse(visit->arena, text, &algorithm, &receiving->digest) == STATUS_OK)
        (void)checksum_start(&receiving->checksum, algorithm);
    if (receiving->checksum.context == NULL || receiving->checksum.length != receiving->digest.length) {
        refuse(visit, 400, N_("Mã kiểm tra của dữ liệu gửi lên không đúng dạng hoặc không được hỗ trợ"));
        return false;
    }
    if (document_spool_open(visit->web->domain->data_folder, &receiving->unproved) == STATUS_OK) return true;
    refuse(visit, 503, N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"));
    return false;
}

/* --- Bytes */

static enum status write_bytes(struct request *request, void *file, const void *data, size_t length,
                               struct error *error)
{
    struct receiving *receiving = file;
    struct str bytes = str_make(data, length);
    enum status status;
    if (receiving->unproved == NULL) {
        status = resumable_write(receiving->writer, bytes);
    } else {
        uint64_t left = (uint64_t)(receiving->resumable.length - resumable_offset(receiving->writer)) -
                        document_spool_size(receiving->unproved);
        checksum_add(&receiving->checksum, bytes);
        status = length > left ? STATUS_TOO_LARGE : resumable_heard(receiving->writer);
        if (status == STATUS_OK) status = document_spool_write(receiving->unproved, bytes);
    }
    if (status == STATUS_OK) return status;
    struct arena *arena = request_arena(request);
    if (status == STATUS_CONFLICT)
        return error_set(error, arena, status, "resumable.busy", message_busy, NULL);
    if (status == STATUS_TOO_LARGE)
        return error_set(error, arena, status, "resumable.length",
                         N_("Dữ liệu gửi lên dài hơn độ dài đã khai của tệp"), NULL);
    return error_set(error, arena, STATUS_UNAVAILABLE, "document.disk",
                     N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), NULL);
}

static void release(struct request *request, void *file)
{
    (void)request;
    struct receiving *receiving = file;
    resumable_close(receiving->writer);
    document_spool_destroy(receiving->unproved);
    checksum_end(&receiving->checksum);
    receiving->writer = NULL;
    receiving->unproved = NULL;
}

/* The whole size of the dossier may have grown since the upload began. */
static enum status complete(struct visit *visit, const struct uuid *tenant_id,
                            const struct document_claim *claim, const struct resumable *resumable,
                            struct resumable_writer *writer)
{
    struct document *documents;
    size_t count;
    struct error ignored;
    enum status status =
        document_list(&visit->work, tenant_id, &resumable->dossier_id, &documents, &count, &visit->error);
    if (status != STATUS_OK) return status;
    status = uploads_check_total(visit, documents, count, (uint64_t)resumable->length);
    if (status == STATUS_OK)
        return resumable_complete(&visit->work, tenant_id, resumable, claim, writer, &visit->error);
    enum status removed = resumable_remove(&visit->work, tenant_id, resumable, writer, &ignored);
    return removed == STATUS_OK ? status : removed;
}

/* What came is put on disk for good, and makes the document when it was the last. False: answered. */
static bool take_in(struct visit *visit, struct receiving *receiving)
{
    struct resumable_writer *writer = receiving->writer;
    struct resumable *resumable = &receiving->resumable;
    if (receiving->unproved != NULL && !checksum_matches(&receiving->checksum, receiving->digest)) {
        refuse(visit, STATUS_CHECKSUM_MISMATCH,
               N_("Dữ liệu đến nơi không giống dữ liệu gửi đi; vui lòng gửi lại phần này"));
        return false;
    }
    enum status status =
        receiving->unproved == NULL ? STATUS_OK : resumable_append(writer, receiving->unproved);
    if (status == STATUS_OK) status = resumable_keep(writer);
    if (status == STATUS_CONFLICT) {
        refuse(visit, STATUS_LOCKED, message_busy);
        return false;
    }
    if (status != STATUS_OK) {
        refuse(visit, 503, N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"));
        return false;
    }
    status = resumable_note(&visit->work, &receiving->tenant_id, resumable, writer, &visit->error);
    if (status == STATUS_OK)
        status = resumable_offset(writer) == resumable->length
                     ? complete(visit, &receiving->tenant_id, &receiving->claim, resumable, writer)
                     : resumable_check(&visit->work, &receiving->tenant_id, resumable, &receiving->claim,
                                       writer, &visit->error);
    if (status != STATUS_OK) refuse_status(visit, status);
    return status == STATUS_OK;
}

/* --- Creation */

static bool take_metadata(struct visit *visit, struct resumable *resumable)
{
    struct str text = request_header(visit->request, "Upload-Metadata");
    struct tus_metadata metadata;
    if (tus_metadata_parse(visit->arena, text, &metadata) != STATUS_OK) return false;
    struct str name = tus_metadata_get(&metadata, "filename");
    if (!utf8_valid(name)) return false;
    for (size_t i = 0; i < name.length; i++)
        if ((unsigned char)name.data[i] < 0x20 || name.data[i] == 0x7F) return false;
    resumable->metadata = arena_strndup(visit->arena, text.data == NULL ? "" : text.data, text.length);
    resumable->file_name = arena_strndup(visit->arena, name.data == NULL ? "" : name.data, name.length);
    return true;
}

/* A number that is one, however large: more than anything may have. */
static bool is_beyond_all(struct str number)
{
    for (size_t i = 0; i < number.length; i++)
        if (number.data[i] < '0' || number.data[i] > '9') return false;
    return number.length > TUS_NUMBER_DIGITS;
}

static bool take_length(struct visit *visit, struct draft_page *page, const struct procedure_paper *paper,
                        struct resumable *resumable)
{
    struct request *request = visit->request;
    struct str length = request_header(request, "Upload-Length");
    if (is_beyond_all(length)) resumable->length = INT64_MAX;
    if (request_header(request, "Upload-Concat").data != NULL ||
        request_header(request, "Upload-Defer-Length").data != NULL ||
        (!tus_number(length, &resumable->length) && !is_beyond_all(length))) {
        refuse(visit, 400, N_("Độ dài của tệp không được khai đúng cách"));
        return false;
    }
    if (resumable->length == 0) {
        refuse(visit, 422, N_("Tệp này rỗng; vui lòng chọn tệp khác"));
        return false;
    }
    enum status status = uploads_check_file(page, paper, (uint64_t)resumable->length);
    if (status == STATUS_OK)
        status =
            uploads_check_total(visit, page->documents, page->document_count, (uint64_t)resumable->length);
    if (status != STATUS_OK) refuse_status(visit, status);
    return status == STATUS_OK;
}

static void create_open(struct request *request, void **file)
{
    struct visit *visit = visit_of(request);
    struct receiving *receiving = arena_zalloc(visit->arena, sizeof *receiving);
    struct resumable *resumable = &receiving->resumable;
    DRAFT_PAGE_AUTO page = {0};
    *file = receiving;
    if (!version_fits(visit) || !open_page(visit, &page)) return;
    const struct procedure_paper *paper = paper_of_request(&page);
    if (paper == NULL) {
        refuse(visit, 404, message_no_paper);
        return;
    }
    if (!take_length(visit, &page, paper, resumable)) return;
    if (!take_metadata(visit, resumable)) {
        refuse(visit, 400, N_("Thông tin kèm theo tệp không đúng dạng"));
        return;
    }
    if (has_body(request) && (!body_fits(visit, resumable->length) || !take_checksum(visit, receiving)))
        return;
    receiving->tenant_id = page.draft.tenant_id;
    resumable->dossier_id = page.draft.id;
    receiving->claim = uploads_claim(&page, paper);
    receiving->claim.file_name = str_of(resumable->file_name);
    resumable->kind = receiving->claim.kind;
    resumable->paper_key = arena_strdup(visit->arena, paper->key);
    enum status status = resumable_create(&visit->work, &page.draft.tenant_id, resumable, &visit->error);
    if (status != STATUS_OK)
        refuse_status(visit, status);
    else if (has_body(request) && !lock(visit, &page.draft.tenant_id, resumable, &receiving->writer))
        return;
    receiving->created = status == STATUS_OK;
}

void page_tus_create(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct receiving *receiving = request_stream(request);
    struct resumable *resumable = &receiving->resumable;
    struct error ignored;
    struct str path = request_path(request);
    if (receiving->writer != NULL && !take_in(visit, receiving)) {
        /* nobody knows its address */
        if (response_status_get(request) == STATUS_CHECKSUM_MISMATCH)
            (void)!resumable_remove(&visit->work, &receiving->tenant_id, resumable, receiving->writer,
                                    &ignored);
        return;
    }
    answer(request, 201);
    response_header(request, "Location",
                    str_of(arena_printf(visit->arena, "%.*s/%s", STR_ARG(path), resumable->id.text)));
    if (receiving->writer != NULL) put_number(request, "Upload-Offset", resumable_offset(receiving->writer));
    put_expiry(request, resumable->expires_at);
}

const struct stream_sink tus_creation = {create_open, write_bytes, release};

/* --- Going on */

/* Every byte has come before; the last request is repeated because its answer was lost. */
static void answer_complete(struct visit *visit, const struct resumable *resumable)
{
    answer(visit->request, 204);
    put_number(visit->request, "Upload-Offset", resumable->length);
    put_expiry(visit->request, resumable->expires_at);
}

static void refuse_offset(struct visit *visit, int64_t offset)
{
    refuse(visit, 409, N_("Phần gửi lên không nối tiếp phần đã nhận"));
    put_number(visit->request, "Upload-Offset", offset);
}

static void patch_open(struct request *request, void **file)
{
    struct visit *visit = visit_of(request);
    struct receiving *receiving = arena_zalloc(visit->arena, sizeof *receiving);
    struct resumable *resumable = &receiving->resumable;
    int64_t offset = 0;
    DRAFT_PAGE_AUTO page = {0};
    *file = receiving;
    if (!open_upload(visit, &page, resumable, &receiving->claim)) return;
    receiving->tenant_id = page.draft.tenant_id;
    if (!tus_number(request_header(request, "Upload-Offset"), &offset)) {
        refuse(visit, 400, N_("Vị trí của phần gửi lên không được khai đúng cách"));
        return;
    }
    if (!body_fits(visit, INT64_MAX)) return;
    if (resumable->complete) {
        if (offset == resumable->length && !has_body(request))
            answer_complete(visit, resumable);
        else
            refuse_offset(visit, resumable->length);
        return;
    }
    if (!lock(visit, &page.draft.tenant_id, resumable, &receiving->writer)) return;
    if (offset != resumable_offset(receiving->writer))
        refuse_offset(visit, resumable_offset(receiving->writer));
    else if (body_fits(visit, resumable->length - offset))
        (void)take_checksum(visit, receiving);
}

void page_tus_patch(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct receiving *receiving = request_stream(request);
    if (!take_in(visit, receiving)) return;
    answer(request, 204);
    put_number(request, "Upload-Offset", resumable_offset(receiving->writer));
    put_expiry(request, receiving->resumable.expires_at);
}

const struct stream_sink tus_continuation = {patch_open, write_bytes, release};

/* --- Asking and ending */

/*
 * An upload that has all its bytes, but whose document could not be made then (the database was away), is
 * completed now: clients take "all bytes are there" for the end and send nothing more.
 */
static bool look(struct visit *visit, const struct uuid *tenant_id, const struct document_claim *claim,
                 const struct resumable *resumable, int64_t *offset)
{
    struct resumable_writer *writer = NULL;
    enum status status = resumable_open(&visit->work, tenant_id, resumable, &writer, &visit->error);
    if (status == STATUS_CONFLICT) {
        *offset = resumable_received(&visit->work, resumable);
        return true;
    }
    if (status == STATUS_OK) {
        *offset = resumable_offset(writer);
        if (*offset == resumable->length) {
            status = resumable_keep(writer);
            if (status == STATUS_OK) status = complete(visit, tenant_id, claim, resumable, writer);
        }
        resumable_close(writer);
    }
    if (status == STATUS_NOT_FOUND)
        refuse_error(visit, 410);
    else if (status != STATUS_OK)
        refuse_status(visit, status);
    return status == STATUS_OK;
}

void page_tus_head(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct resumable resumable;
    struct document_claim claim;
    DRAFT_PAGE_AUTO page = {0};
    if (!open_upload(visit, &page, &resumable, &claim)) return;
    int64_t offset = resumable.length;
    if (!resumable.complete && !look(visit, &page.draft.tenant_id, &claim, &resumable, &offset)) return;
    answer(request, 200);
    put_number(request, "Upload-Offset", offset);
    put_number(request, "Upload-Length", resumable.length);
    if (resumable.metadata[0] != '\0')
        response_header(request, "Upload-Metadata", str_of(resumable.metadata));
    put_expiry(request, resumable.expires_at);
}

void page_tus_end(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct resumable resumable;
    struct document_claim claim;
    struct resumable_writer *writer = NULL;
    DRAFT_PAGE_AUTO page = {0};
    if (!open_upload(visit, &page, &resumable, &claim)) return;
    if (!resumable.complete && !lock(visit, &page.draft.tenant_id, &resumable, &writer)) return;
    enum status status =
        resumable_remove(&visit->work, &page.draft.tenant_id, &resumable, writer, &visit->error);
    resumable_close(writer);
    if (status != STATUS_OK)
        refuse_status(visit, status);
    else
        answer(request, 204);
}
