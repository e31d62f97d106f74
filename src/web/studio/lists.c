/* Lists of the agency for the choices of forms: what there is, and a table to replace one or begin another.
 */
#include "table_upload.h"

#include "motcua/domain/list.h"
#include "studio.h"
#include "web/account/fields.h"
#include "web/routes.h"

static const struct text_field list_fields[] = {
    {"name", N_("Mã danh mục"), "text",
     N_("Chữ thường không dấu, chữ số, gạch nối; là tên mà biểu mẫu dùng. Mã đã có: thay toàn bộ danh mục "
        "đó."),
     NULL, LIST_NAME_MAXIMUM, false},
    {"title", N_("Tên gọi"), "text", NULL, NULL, 200, false},
};

/* --- The table on its way */

static enum status table_open(struct request *request, const struct upload_part *part, void **file,
                              struct error *error)
{
    (void)part, (void)error;
    struct buf *table = arena_alloc(request_arena(request), sizeof *table);
    *table = BUF_WITH_MAXIMUM(LIST_BYTES_MAXIMUM);
    *file = table;
    return STATUS_OK;
}

static enum status table_write(struct request *request, void *file, const void *data, size_t length,
                               struct error *error)
{
    struct buf *table = file;
    if (table->length + length > LIST_BYTES_MAXIMUM)
        return error_set(error, request_arena(request), STATUS_TOO_LARGE, "list.size",
                         N_("Tệp danh mục lớn quá mức cho phép là 16 MB"), NULL);
    buf_append(table, data, length);
    return STATUS_OK;
}

static enum status table_close(struct request *request, void *file, struct error *error)
{
    (void)request, (void)file, (void)error;
    return STATUS_OK;
}

static void table_abort(struct request *request, void *file)
{
    (void)request;
    buf_release(file);
}

static const struct upload_sink table_sink = {table_open, table_write, table_close, table_abort};

const struct upload_policy studio_table_policy = {
    .sink = &table_sink,
    .maximum_total = LIST_BYTES_MAXIMUM + 256 * 1024,
    .maximum_file = LIST_BYTES_MAXIMUM,
    .maximum_files = 1,
};

/* --- The page */

static json_t *rows_view(struct visit *visit, const struct list_row *rows, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_object();
        view_text(row, "name", rows[i].name);
        view_text(row, "title", rows[i].title);
        view_text(row, "entries", format_integer(visit->arena, visit->language, rows[i].entries));
        view_text(row, "changed_at", visit_moment(visit, rows[i].changed_at));
        view_text(row, "changed_by", rows[i].changed_by);
        json_array_append_new(list, row);
    }
    return list;
}

static void show_lists(struct visit *visit, unsigned http_status, const char *const values[2])
{
    struct list_row *rows;
    size_t count;
    struct error typed_wrong = visit->error;
    enum status status = list_rows(&visit->work, &visit->actor.tenant_id, &rows, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    visit->error = typed_wrong;
    json_t *view = studio_view(visit, visit_text(visit, N_("Danh mục")), STUDIO_LISTS, "/quan-tri/danh-muc");
    json_t *form = json_object();
    view_set(view, "lists", rows_view(visit, rows, count));
    view_set(form, "fields", text_fields_view(visit, view, list_fields, 2, values));
    bool bad_table = visit->error.field != NULL && strcmp(visit->error.field, "table") == 0;
    if (bad_table) view_problem(view, "table", visit_error_text(visit));
    view_text(form, "table_error", bad_table ? visit_error_text(visit) : NULL);
    view_set(view, "list_form", form);
    visit_render_status(visit, http_status, "studio/lists", view);
}

void page_studio_lists(struct request *request)
{
    static const char *const nothing[2] = {"", ""};
    show_lists(visit_of(request), 200, nothing);
}

void page_studio_lists_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    const char *const values[2] = {visit_form_cstr(visit, "name"), visit_form_cstr(visit, "title")};
    bool brought = request_upload_count(request) > 0;
    struct str table = brought ? buf_str(request_upload(request, 0)->file) : STR("");
    int entries;
    enum status status =
        list_upload(&visit->work, str_of(values[0]), str_of(values[1]), table, &entries, &visit->error);
    if (status == STATUS_OK)
        visit_redirect(visit, "saved", "/quan-tri/danh-muc");
    else if (status == STATUS_INVALID)
        show_lists(visit, 422, values);
    else
        visit_fail(visit, status);
}
