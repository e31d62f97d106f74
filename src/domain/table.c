/* Tables that people upload or import, read row by row. */
#include "table.h"

#include <stdlib.h>

#include "motcua/calendar/civil.h"
#include "motcua/i18n/text.h"

enum status table_refuse_all(struct table *table, const char *code, const char *message, const char *argument)
{
    enum status status = error_set(table->error, table->words, STATUS_INVALID, code, message, NULL);
    table->error->field = "table";
    table->error->argument = argument;
    return status;
}

enum status table_refuse(struct table *table, const char *code, const char *message)
{
    return table_refuse_all(table, code, message, arena_printf(table->words, "%zu", table->csv.line));
}

static bool names_column(const struct table *table, struct str cell, int column)
{
    return str_equal_ignore_case(cell, str_of(table->columns->names[column][0])) ||
           str_equal_ignore_case(cell, str_of(table->columns->names[column][1]));
}

static enum status read_head(struct table *table, const struct str *cells, size_t count)
{
    bool complete = true;
    table->width = count;
    for (int column = 0; column < table->columns->count; column++) {
        table->place[column] = -1;
        for (size_t i = 0; i < count; i++) {
            if (!names_column(table, cells[i], column)) continue;
            if (table->place[column] >= 0)
                return table_refuse_all(table, "table.column_twice",
                                        N_("Dòng 1: hai cột cùng nghĩa “%s”. Hãy bỏ bớt một cột."),
                                        arena_str(table->words, cells[i]).data);
            table->place[column] = (int)i;
        }
        complete &= table->place[column] >= 0 || column >= table->columns->needed;
    }
    return complete ? STATUS_OK : table_refuse_all(table, "table.head", table->columns->head, NULL);
}

static enum status read_cells(struct table *table, struct str *cells, size_t *count)
{
    enum status status = csv_next(&table->csv, table->arena, cells, count);
    return status == STATUS_OK || status == STATUS_NOT_FOUND
               ? status
               : table_refuse(table, "table.row",
                              N_("Dòng %s: dấu ngoặc kép không khép lại, hoặc ô quá dài"));
}

enum status table_open(struct table *table, struct str text)
{
    struct str cells[CSV_CELLS_MAXIMUM];
    size_t count;
    table->csv = csv_open(text);
    enum status status = read_cells(table, cells, &count);
    return status == STATUS_OK ? read_head(table, cells, count) : status;
}

enum status table_next(struct table *table, struct str row[TABLE_COLUMNS_MAXIMUM])
{
    struct str cells[CSV_CELLS_MAXIMUM];
    size_t count;
    enum status status = read_cells(table, cells, &count);
    if (status != STATUS_OK) return status;
    for (size_t i = table->width; i < count;
         i++) /* a separator in a name that is not quoted shifts the rest */
        if (cells[i].length > 0)
            return table_refuse(
                table, "table.cells",
                N_("Dòng %s: nhiều ô hơn dòng đầu. Tên có dấu phẩy hay chấm phẩy phải đặt trong "
                   "ngoặc kép."));
    for (int column = 0; column < table->columns->count; column++) {
        size_t place = (size_t)table->place[column];
        struct str raw = table->place[column] < 0 || place >= count ? STR("") : cells[place];
        if (text_normalise(table->arena, raw, &row[column], table->error) != STATUS_OK ||
            text_has_forbidden(row[column], false))
            return table_refuse(table, "table.text",
                                N_("Dòng %s: có ký tự không đọc được. Hãy lưu bảng dưới dạng CSV UTF-8."));
    }
    return STATUS_OK;
}

static int compare_keys(const void *a, const void *b, void *context)
{
    const struct str *keys = context;
    const uint32_t *left = a, *right = b;
    return str_compare(keys[*left], keys[*right]);
}

enum status table_check_unique(struct table *table, const struct str *keys, size_t count)
{
    uint32_t *order = arena_array(table->arena, count, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, compare_keys, (void *)(uintptr_t)keys);
    for (size_t i = 1; i < count; i++)
        if (str_equal(keys[order[i]], keys[order[i - 1]]))
            return table_refuse_all(table, "table.twice", N_("Mã “%s” có hai lần trong bảng"),
                                    arena_str(table->words, keys[order[i]]).data);
    return STATUS_OK;
}

size_t table_room(struct str text, size_t limit)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.length && lines < limit; i++)
        lines += text.data[i] == '\n';
    return lines;
}

bool table_read_day(struct arena *arena, struct str *cell)
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

bool table_days_crossed(struct str from, struct str to)
{
    return from.length > 0 && to.length > 0 && str_compare(from, to) > 0;
}
