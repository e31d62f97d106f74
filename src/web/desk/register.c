/* The register of dossiers (form 06 of Thông tư 01/2018/TT-VPCP), on screen and as CSV. */
#include "desk.h"

#include "motcua/calendar/civil.h"
#include "motcua/codec/csv.h"
#include "motcua/codec/url.h"
#include "web/routes.h"

enum {
    ROWS_A_PAGE = 50,
    COUNT_MAXIMUM = 10001,
    PAGES_MAXIMUM = 201,
    CSV_ROWS = 5000,
    CSV_BYTES = 8 * 1024 * 1024
};

struct period {
    struct desk_period days;
    struct str text;
};

static struct period read_period(struct visit *visit)
{
    struct period period = {desk_query_period(visit), visit_query(visit, "tim")};
    if (period.text.length > 400) period.text = STR("");
    return period;
}

static struct dossier_search search_of(const struct period *period, int offset, int limit)
{
    return (struct dossier_search){
        .text = period->text,
        .received_from = civil_instant(period->days.from, 0),
        .received_to = civil_instant(period->days.to + 1, 0),
        .offset = offset,
        .limit = limit,
    };
}

static const char *contact_text(struct visit *visit, const struct register_row *row)
{
    if (row->address[0] == '\0' || row->phone[0] == '\0')
        return row->address[0] == '\0' ? row->phone : row->address;
    return arena_printf(visit->arena, "%s; %s", row->address, row->phone);
}

/* What the register says in "Ghi chú": only what the other columns do not. */
static const char *note_text(struct visit *visit, const struct register_row *row)
{
    const struct dossier_row *dossier = &row->dossier;
    instant ended = dossier->finished_at == INSTANT_NONE ? visit->work.now : dossier->finished_at;
    if (strcmp(dossier->status, "supplement") == 0 || strcmp(dossier->status, "withdrawn") == 0 ||
        strcmp(dossier->status, "refused") == 0 || strcmp(dossier->status, "stopped") == 0)
        return visit_text(visit, dossier_status_label(dossier->status));
    if (dossier->due_at != INSTANT_NONE && dossier->paused_since == INSTANT_NONE &&
        civil_floor_minute(ended) > dossier->due_at)
        return visit_text(visit, N_("Quá hạn"));
    if (strcmp(dossier->outcome, "rejected") == 0) return visit_text(visit, N_("Từ chối giải quyết"));
    return "";
}

static json_t *row_view(struct visit *visit, const struct register_row *row, int number)
{
    json_t *view = json_object();
    view_text(view, "number", format_integer(visit->arena, visit->language, number));
    view_text(view, "code", row->dossier.code);
    view_text(view, "url", desk_dossier_url(visit, &row->dossier.id));
    view_text(view, "procedure_name", row->dossier.procedure_name);
    view_text(view, "copies", arena_printf(visit->arena, "%d", row->copies));
    view_text(view, "applicant", row->dossier.applicant_name);
    view_text(view, "contact", contact_text(visit, row));
    view_text(view, "unit", row->unit_name);
    view_text(view, "received", visit_date(visit, row->dossier.received_at));
    view_text(view, "due", visit_date(visit, row->dossier.due_at));
    view_text(view, "returned", visit_date(visit, row->dossier.returned_at));
    view_text(view, "return_text", desk_return_text(visit, row->return_channel));
    view_text(view, "note", note_text(visit, row));
    return view;
}

static const char *address(struct visit *visit, const char *path, const struct period *period)
{
    struct str text = url_encode_copy(visit->arena, period->text);
    return arena_printf(visit->arena, "%s?tu=%s&den=%s&tim=%.*s", path,
                        format_date(visit->arena, period->days.from),
                        format_date(visit->arena, period->days.to), STR_ARG(text));
}

static void show(struct visit *visit, const struct period *period, unsigned http_status, const char *problem)
{
    int page = (int)visit_query_number(visit, "trang", 1, 1, PAGES_MAXIMUM), total;
    struct dossier_search search = search_of(period, (page - 1) * ROWS_A_PAGE, ROWS_A_PAGE);
    struct register_row *rows;
    size_t count;
    enum status status = desk_register(&visit->work, &search, &rows, &count, &visit->error);
    if (status == STATUS_OK)
        status = desk_register_count(&visit->work, &search, COUNT_MAXIMUM, &total, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = desk_view(visit, visit_text(visit, N_("Sổ theo dõi hồ sơ")), "/can-bo/so-theo-doi",
                             problem == NULL ? NULL : address(visit, "/can-bo/so-theo-doi", period));
    json_t *filter = json_object(), *list = json_array();
    view_text(filter, "from", format_date(visit->arena, period->days.from));
    view_text(filter, "to", format_date(visit->arena, period->days.to));
    view_str(filter, "text", period->text);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, row_view(visit, &rows[i], search.offset + (int)i + 1));
    view_set(view, "filter", filter);
    view_text(view, "csv_url", count == 0 ? NULL : address(visit, "/can-bo/so-theo-doi.csv", period));
    view_list(view, "rows", list);
    bool more = total > search.offset + (int)count;
    const char *base = arena_printf(visit->arena, "%s&", address(visit, "/can-bo/so-theo-doi", period));
    view_set(view, "pagination", desk_pagination(visit, base, page, ROWS_A_PAGE, total, more));
    if (problem != NULL) view_problem(view, "tu", problem);
    visit_render_status(visit, http_status, "desk/register", view);
}

void page_register_of_dossiers(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct period period = read_period(visit);
    show(visit, &period, 200, NULL);
}

static void csv_row(struct visit *visit, struct buf *csv, const struct register_row *row, int number)
{
    const char *const cells[] = {
        arena_printf(visit->arena, "%d", number),
        row->dossier.code,
        row->dossier.procedure_name,
        arena_printf(visit->arena, "%d", row->copies),
        row->dossier.applicant_name,
        contact_text(visit, row),
        row->unit_name,
        visit_date(visit, row->dossier.received_at),
        visit_date(visit, row->dossier.due_at),
        visit_date(visit, row->dossier.returned_at),
        desk_return_text(visit, row->return_channel),
        note_text(visit, row),
    };
    enum { COUNT = sizeof cells / sizeof cells[0] };
    for (size_t i = 0; i < COUNT; i++)
        csv_write_cell(csv, str_of(cells[i]), i + 1 == COUNT);
}

void page_register_csv(struct request *request)
{
    static const char *const heads[] = {
        N_("STT"),
        N_("Mã hồ sơ"),
        N_("Tên thủ tục"),
        N_("Số bộ"),
        N_("Người nộp"),
        N_("Địa chỉ, điện thoại"),
        N_("Đơn vị giải quyết"),
        N_("Nhận hồ sơ"),
        N_("Hẹn trả"),
        N_("Trả kết quả"),
        N_("Cách nhận"),
        N_("Ghi chú"),
    };
    enum { HEADS = sizeof heads / sizeof heads[0] };
    struct visit *visit = visit_of(request);
    struct period period = read_period(visit);
    struct dossier_search search = search_of(&period, 0, CSV_ROWS + 1);
    struct register_row *rows;
    size_t count;
    enum status status = desk_register(&visit->work, &search, &rows, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    if (count > CSV_ROWS) {
        show(visit, &period, 422,
             visit_text(visit, N_("Khoảng này có hơn 5.000 hồ sơ; hãy chọn khoảng ngắn hơn để tải CSV.")));
        return;
    }
    struct buf csv = BUF_WITH_MAXIMUM(CSV_BYTES);
    buf_append_cstr(&csv, "\xEF\xBB\xBF"); /* spreadsheets take the file for UTF-8 only with this mark */
    for (size_t i = 0; i < HEADS; i++)
        csv_write_cell(&csv, str_of(visit_text(visit, heads[i])), i + 1 == HEADS);
    for (size_t i = 0; i < count; i++)
        csv_row(visit, &csv, &rows[i], (int)i + 1);
    response_header(visit->request, "Content-Disposition", STR("attachment; filename=\"so-theo-doi.csv\""));
    response_body_buf(visit->request, "text/csv; charset=utf-8", &csv);
}
