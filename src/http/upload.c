/*
 * Streaming of multipart bodies into the sink. Runs on the event thread until the body is complete;
 * afterwards the worker reads the files. Every file opened is closed-and-kept, or aborted exactly once.
 */
#include "motcua/http/upload.h"

#include "internal.h"
#include "motcua/base/utf8.h"
#include "motcua/codec/multipart.h"

enum part_kind { PART_NONE, PART_FIELD, PART_FILE, PART_EMPTY_FILE };

struct upload_state {
    struct request *request;
    const struct upload_policy *policy;
    struct multipart *parser;
    struct form_limits limits;
    uint64_t received;
    size_t field_bytes;
    enum part_kind kind;
    struct str field_name;
    struct buf field;
    struct upload_file *files; /* policy->maximum_files */
    size_t count;              /* complete ones */
    bool open;                 /* files[count] is being written */
    bool csrf_checked;
};

static const char *const message_too_large = N_("Tệp tải lên quá lớn.");
static const char *const message_too_many = N_("Số tệp tải lên vượt quá giới hạn.");
static const char *const message_fields = N_("Nội dung biểu mẫu quá dài.");
static const char *const message_encoding =
    N_("Dữ liệu gửi lên không phải văn bản Unicode (UTF-8) hợp lệ. Vui lòng nhập lại.");
static const char *const message_csrf =
    N_("Trang đã mở quá lâu hoặc phiên làm việc đã thay đổi. Vui lòng tải lại trang rồi gửi lại.");

/* A file may reach the sink only behind the token: the hidden field must come before the file inputs. */
static enum status check_csrf(struct upload_state *upload, struct error *error)
{
    struct request *request = upload->request;
    if (upload->csrf_checked || request->match.route->csrf != CSRF_REQUIRED) return STATUS_OK;
    struct str token = head_field(request->head, CSRF_HEADER);
    if (token.data == NULL) token = form_data_get(&request->form, CSRF_FIELD);
    if (!csrf_check(request, token))
        return error_set(error, request->arena, STATUS_DENIED, "upload.csrf", message_csrf, NULL);
    upload->csrf_checked = true;
    return STATUS_OK;
}

static enum status open_file(struct upload_state *upload, const struct multipart_part *part,
                             struct error *error)
{
    struct request *request = upload->request;
    enum status status = check_csrf(upload, error);
    if (status != STATUS_OK) return status;
    if (upload->count == upload->policy->maximum_files)
        return error_set(error, request->arena, STATUS_TOO_LARGE, "upload.too_many", message_too_many, NULL);
    struct upload_file *file = &upload->files[upload->count];
    *file = (struct upload_file){.part = {.field = upload->field_name,
                                          .filename = arena_str(request->arena, part->filename),
                                          .content_type = part->content_type.data != NULL
                                                              ? arena_str(request->arena, part->content_type)
                                                              : STR_NULL}};
    status = upload->policy->sink->open(request, &file->part, &file->file, error);
    upload->open = status == STATUS_OK;
    return status;
}

static enum status part_begin(void *context, const struct multipart_part *part, struct error *error)
{
    struct upload_state *upload = context;
    upload->field_name = arena_str(upload->request->arena, part->name);
    buf_clear(&upload->field);
    if (part->filename.data == NULL) {
        upload->kind = PART_FIELD;
        return STATUS_OK;
    }
    if (part->filename.length == 0) {
        upload->kind = PART_EMPTY_FILE; /* a file input that was left empty */
        return STATUS_OK;
    }
    upload->kind = PART_FILE;
    return open_file(upload, part, error);
}

static enum status part_data(void *context, struct str data, struct error *error)
{
    struct upload_state *upload = context;
    struct request *request = upload->request;
    if (upload->kind == PART_EMPTY_FILE)
        return error_set(error, request->arena, STATUS_INVALID, "upload.unnamed", message_encoding,
                         "file content without a file name");
    if (upload->kind == PART_FIELD) {
        upload->field_bytes += data.length;
        if (upload->field_bytes > request->match.route->body_limit)
            return error_set(error, request->arena, STATUS_TOO_LARGE, "upload.fields", message_fields, NULL);
        buf_append_str(&upload->field, data);
        return STATUS_OK;
    }
    struct upload_file *file = &upload->files[upload->count];
    file->size += data.length;
    if (file->size > upload->policy->maximum_file)
        return error_set(error, request->arena, STATUS_TOO_LARGE, "upload.too_large", message_too_large,
                         NULL);
    return upload->policy->sink->write(request, file->file, data.data, data.length, error);
}

static enum status end_field(struct upload_state *upload, struct error *error)
{
    struct request *request = upload->request;
    struct str value = upload->field.data == NULL ? STR("") : buf_str(&upload->field);
    bool clean = utf8_valid(value);
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        clean = clean && c != 0x7F && (c >= 0x20 || c == '\t' || c == '\r' || c == '\n');
    }
    if (!clean)
        return error_set(error, request->arena, STATUS_INVALID, "form.encoding", message_encoding, NULL);
    return form_data_add(request->arena, &request->form, &upload->limits, upload->field_name,
                         arena_str(request->arena, value), error);
}

static enum status part_end(void *context, struct error *error)
{
    struct upload_state *upload = context;
    enum part_kind kind = upload->kind;
    upload->kind = PART_NONE;
    if (kind == PART_FIELD) return end_field(upload, error);
    if (kind != PART_FILE) return STATUS_OK;
    struct upload_file *file = &upload->files[upload->count];
    enum status status = upload->policy->sink->close(upload->request, file->file, error);
    if (status == STATUS_OK) {
        upload->count++;
        upload->open = false;
    }
    return status;
}

enum status upload_begin(struct request *request, struct str boundary)
{
    static const struct multipart_callbacks callbacks = {part_begin, part_data, part_end};
    const struct route *route = request->match.route;
    struct upload_state *upload = arena_zalloc(request->arena, sizeof *upload);
    const struct multipart_limits limits = MULTIPART_LIMITS_DEFAULT;
    upload->request = request;
    upload->policy = route->upload;
    upload->limits = FORM_LIMITS_DEFAULT;
    upload->limits.maximum_value = route->body_limit;
    upload->field = BUF_WITH_MAXIMUM(route->body_limit);
    upload->files = arena_array(request->arena, route->upload->maximum_files, sizeof *upload->files);
    upload->parser = multipart_create(request->arena, boundary, &limits, &callbacks, upload);
    request->upload = upload;
    return STATUS_OK;
}

enum status upload_feed(struct request *request, struct str data, struct error *error)
{
    struct upload_state *upload = request->upload;
    upload->received += data.length;
    if (upload->received > upload->policy->maximum_total)
        return error_set(error, request->arena, STATUS_TOO_LARGE, "upload.total", message_too_large, NULL);
    return multipart_feed(upload->parser, data, error);
}

enum status upload_finish(struct request *request, struct error *error)
{
    return multipart_finish(request->upload->parser, error);
}

void upload_release(struct request *request)
{
    stream_release(request);
    struct upload_state *upload = request->upload;
    if (upload == NULL) return;
    request->upload = NULL;
    size_t opened = upload->count + (upload->open ? 1 : 0);
    for (size_t i = 0; i < opened; i++)
        if (!upload->files[i].kept) upload->policy->sink->abort(request, upload->files[i].file);
    buf_release(&upload->field);
}

size_t request_upload_count(const struct request *request)
{
    return request->upload != NULL ? request->upload->count : 0;
}

struct upload_file *request_upload(struct request *request, size_t index)
{
    return request->upload != NULL && index < request->upload->count ? &request->upload->files[index] : NULL;
}

void request_upload_keep(struct upload_file *file)
{
    file->kept = true;
}
