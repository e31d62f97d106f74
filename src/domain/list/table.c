/* The table an agency uploads, read line by line: every line good, or the first fault and where it is. */
#include "list_private.h"

#include "../table.h"
#include "motcua/base/utf8.h"
#include "motcua/i18n/text.h"

enum { CODE_BYTES = 100, LABEL_LETTERS = 500 };

static const struct table_columns columns = {
    .names = {{"code", "ma"},
              {"label", "ten"},
              {"label_en", "ten_en"},
              {"valid_from", "tu_ngay"},
              {"valid_to", "den_ngay"}},
    .count = LIST_COLUMNS,
    .needed = 2,
    .head = N_("Dòng đầu của bảng phải có tên cột “ma” và “ten” (hoặc “code” và “label”)"),
};

static enum status check_row(struct table *table, struct str *row, size_t count)
{
    if (row[LIST_CODE].length == 0 || row[LIST_LABEL].length == 0)
        return table_refuse(table, "list.missing", N_("Dòng %s: thiếu mã hoặc tên"));
    if (row[LIST_CODE].length > CODE_BYTES || utf8_length(row[LIST_LABEL]) > LABEL_LETTERS ||
        utf8_length(row[LIST_LABEL_EN]) > LABEL_LETTERS)
        return table_refuse(table, "list.length", N_("Dòng %s: mã hoặc tên quá dài"));
    if (!table_read_day(table->arena, &row[LIST_VALID_FROM]) ||
        !table_read_day(table->arena, &row[LIST_VALID_TO]))
        return table_refuse(table, "list.day", N_("Dòng %s: ngày không đúng, ví dụ đúng: 01/07/2025"));
    if (table_days_crossed(row[LIST_VALID_FROM], row[LIST_VALID_TO]))
        return table_refuse(table, "list.days", N_("Dòng %s: ngày hết hiệu lực trước ngày có hiệu lực"));
    if (count == LIST_ENTRIES_MAXIMUM)
        return table_refuse(table, "list.many", N_("Dòng %s: bảng có quá nhiều dòng, tối đa 100.000"));
    return STATUS_OK;
}

enum status list_table_read(struct arena *arena, struct arena *words, struct str text,
                            struct list_cells *read, struct error *error)
{
    struct table table = {.arena = arena, .words = words, .error = error, .columns = &columns};
    struct str row[TABLE_COLUMNS_MAXIMUM];
    *read = (struct list_cells){.count = 0};
    for (int column = 0; column < LIST_COLUMNS; column++)
        read->columns[column] =
            arena_array(arena, table_room(text, LIST_ENTRIES_MAXIMUM), sizeof(struct str));
    enum status status = table_open(&table, text);
    while (status == STATUS_OK && (status = table_next(&table, row)) == STATUS_OK) {
        status = check_row(&table, row, read->count);
        for (int column = 0; status == STATUS_OK && column < LIST_COLUMNS; column++)
            read->columns[column][read->count] = row[column];
        read->count += status == STATUS_OK;
    }
    if (status != STATUS_NOT_FOUND) return status;
    if (read->count == 0)
        return table_refuse_all(&table, "list.empty",
                                N_("Bảng không có dòng nào. Hãy chọn tệp CSV có mã và tên."), NULL);
    return table_check_unique(&table, read->columns[LIST_CODE], read->count);
}
