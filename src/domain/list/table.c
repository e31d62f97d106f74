/* The table an agency uploads, read line by line: every line good, or the first fault and where it is. */
#include "list_private.h"

#include "motcua/base/utf8.h"
#include "motcua/calendar/civil.h"
#include "motcua/codec/csv.h"
#include "motcua/i18n/text.h"

enum { CODE_BYTES = 100, LABEL_LETTERS = 500 };

static const char *const column_names[LIST_COLUMNS][2] = {{"code", "ma"},
                                                          {"label", "ten"},
                                                          {"label_en", "ten_en"},
                                                          {"valid_from", "tu_ngay"},
                                                          {"valid_to", "den_ngay"}};

struct reading {
    struct arena *arena; /* of the cells: larger than a request's */
    struct arena *words; /* of what is said about a fault */
    struct error *error;
    struct list_cells *cells;
    int place[LIST_COLUMNS]; /* in a row; -1: the table has no such column */
};

static enum status refuse(struct reading *reading, const char *code, const char *message,
                          const char *argument)
{
    enum status status = error_set(reading->error, reading->words, STATUS_INVALID, code, message, NULL);
    reading->error->field = "table";
    reading->error->argument = argument;
    return status;
}

static enum status refuse_line(struct reading *reading, size_t line, const char *code, const char *message)
{
    return refuse(reading, code, message, arena_printf(reading->words, "%zu", line));
}

static enum status read_head(struct reading *reading, const struct str *cells, size_t count)
{
    for (int column = 0; column < LIST_COLUMNS; column++) {
        reading->place[column] = -1;
        for (size_t i = 0; i < count; i++)
            if (str_equal_ignore_case(cells[i], str_of(column_names[column][0])) ||
                str_equal_ignore_case(cells[i], str_of(column_names[column][1])))
                reading->place[column] = (int)i;
    }
    if (reading->place[LIST_CODE] >= 0 && reading->place[LIST_LABEL] >= 0) return STATUS_OK;
    return refuse(reading, "list.head",
                  N_("Dòng đầu của bảng phải có tên cột “ma” và “ten” (hoặc “code” và “label”)"), NULL);
}

/* A day as ISO text; "" stays empty. */
static bool read_day(struct arena *arena, struct str *cell)
{
    int32_t day;
    struct str text = *cell, d, m, y, rest;
    if (text.length == 0) return true;
    if (str_split(text, '/', &d, &rest) && str_split(rest, '/', &m, &y) && y.length == 4 && d.length <= 2 &&
        m.length <= 2)
        text = str_of(arena_printf(arena, "%.*s-%s%.*s-%s%.*s", STR_ARG(y), m.length < 2 ? "0" : "",
                                   STR_ARG(m), d.length < 2 ? "0" : "", STR_ARG(d)));
    *cell = text;
    return civil_parse_date(text, &day) == STATUS_OK;
}

static enum status check_row(struct reading *reading, struct str row[LIST_COLUMNS], size_t line)
{
    if (row[LIST_CODE].length == 0 || row[LIST_LABEL].length == 0)
        return refuse_line(reading, line, "list.missing", N_("Dòng %s: thiếu mã hoặc tên"));
    if (row[LIST_CODE].length > CODE_BYTES || utf8_length(row[LIST_LABEL]) > LABEL_LETTERS ||
        utf8_length(row[LIST_LABEL_EN]) > LABEL_LETTERS)
        return refuse_line(reading, line, "list.length", N_("Dòng %s: mã hoặc tên quá dài"));
    if (!read_day(reading->arena, &row[LIST_VALID_FROM]) || !read_day(reading->arena, &row[LIST_VALID_TO]))
        return refuse_line(reading, line, "list.day", N_("Dòng %s: ngày không đúng, ví dụ đúng: 01/07/2025"));
    if (row[LIST_VALID_FROM].length > 0 && row[LIST_VALID_TO].length > 0 &&
        str_compare(row[LIST_VALID_FROM], row[LIST_VALID_TO]) > 0)
        return refuse_line(reading, line, "list.days",
                           N_("Dòng %s: ngày hết hiệu lực trước ngày có hiệu lực"));
    if (reading->cells->count == LIST_ENTRIES_MAXIMUM)
        return refuse_line(reading, line, "list.many", N_("Dòng %s: bảng có quá nhiều dòng, tối đa 100.000"));
    return STATUS_OK;
}

static enum status read_line(struct reading *reading, const struct str *cells, size_t count, size_t line)
{
    struct str row[LIST_COLUMNS];
    for (int column = 0; column < LIST_COLUMNS; column++) {
        size_t place = (size_t)reading->place[column];
        struct str raw = reading->place[column] < 0 || place >= count ? STR("") : cells[place];
        if (text_normalise(reading->arena, raw, &row[column], reading->error) != STATUS_OK ||
            text_has_forbidden(row[column], false))
            return refuse_line(reading, line, "list.text",
                               N_("Dòng %s: có ký tự không đọc được. Hãy lưu bảng dưới dạng CSV UTF-8."));
    }
    enum status status = check_row(reading, row, line);
    if (status != STATUS_OK) return status;
    for (int column = 0; column < LIST_COLUMNS; column++)
        reading->cells->columns[column][reading->cells->count] = row[column];
    reading->cells->count++;
    return STATUS_OK;
}

static int compare_codes(const void *a, const void *b, void *context)
{
    const struct str *codes = context;
    const uint32_t *left = a, *right = b;
    return str_compare(codes[*left], codes[*right]);
}

static enum status refuse_twice(struct reading *reading)
{
    size_t count = reading->cells->count;
    uint32_t *order = arena_array(reading->arena, count, sizeof *order);
    struct str *codes = reading->cells->columns[LIST_CODE];
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, compare_codes, codes);
    for (size_t i = 1; i < count; i++)
        if (str_equal(codes[order[i]], codes[order[i - 1]]))
            return refuse(reading, "list.twice", N_("Mã “%s” có hai lần trong bảng"),
                          arena_str(reading->words, codes[order[i]]).data);
    return STATUS_OK;
}

enum status list_table_read(struct arena *arena, struct arena *words, struct str table,
                            struct list_cells *read, struct error *error)
{
    struct reading reading = {.arena = arena, .words = words, .error = error, .cells = read};
    struct csv csv = csv_open(table);
    struct str cells[CSV_CELLS_MAXIMUM];
    size_t count, lines = 1;
    for (size_t i = 0; i < table.length; i++)
        lines += table.data[i] == '\n';
    if (lines > LIST_ENTRIES_MAXIMUM) lines = LIST_ENTRIES_MAXIMUM;
    *read = (struct list_cells){.count = 0};
    for (int column = 0; column < LIST_COLUMNS; column++)
        read->columns[column] = arena_array(arena, lines, sizeof(struct str));
    enum status status = csv_next(&csv, arena, cells, &count);
    if (status == STATUS_OK) status = read_head(&reading, cells, count);
    while (status == STATUS_OK && (status = csv_next(&csv, arena, cells, &count)) == STATUS_OK)
        status = read_line(&reading, cells, count, csv.line);
    if (error->code != NULL) return status;
    if (status != STATUS_NOT_FOUND)
        return refuse_line(&reading, csv.line, "list.row",
                           N_("Dòng %s: dấu ngoặc kép không khép lại, hoặc ô quá dài"));
    if (read->count == 0)
        return refuse(&reading, "list.empty", N_("Bảng không có dòng nào. Hãy chọn tệp CSV có mã và tên."),
                      NULL);
    return refuse_twice(&reading);
}
