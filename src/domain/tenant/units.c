/* Official administrative units: a table of them, with the days from and to which each is valid. */
#include "../table.h"
#include "motcua/base/utf8.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/text.h"

enum { UNITS_MAXIMUM = 50000, NAME_LETTERS = 200, TABLE_MEMORY = 64 * 1024 * 1024 };

enum column { CODE, KIND, NAME, FULL_NAME, PARENT, VALID_FROM, VALID_TO, COLUMNS };

static const struct table_columns columns = {
    .names = {{"code", "ma"},
              {"kind", "loai"},
              {"name", "ten"},
              {"full_name", "ten_day_du"},
              {"parent", "ma_cap_tren"},
              {"valid_from", "tu_ngay"},
              {"valid_to", "den_ngay"}},
    .count = COLUMNS,
    .needed = PARENT + 1,
    .head = N_("Dòng đầu của bảng phải có tên cột “ma”, “loai”, “ten”, “ten_day_du” và “ma_cap_tren”"),
};

/* The day all units begin of which nothing else is said. */
static const char since_ever[] = "2000-01-01";

DB_STATEMENT(
    units_save,
    DB_PARAMETERS(DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY,
                  DB_TEXT_ARRAY),
    DB_NOTHING,
    "INSERT INTO administrative_unit (code, kind, name, full_name, parent_code, valid_from, valid_to, "
    "sort_order) SELECT u.code, u.kind, u.name, u.full_name, u.parent, u.valid_from::date, "
    "nullif(u.valid_to, '')::date, u.place::int FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH "
    "ORDINALITY AS u (code, kind, name, full_name, parent, valid_from, valid_to, place) "
    "ON CONFLICT (code, valid_from) DO UPDATE SET kind = excluded.kind, name = excluded.name, "
    "full_name = excluded.full_name, parent_code = excluded.parent_code, valid_to = "
    "excluded.valid_to, sort_order = excluded.sort_order")

/* A code means one unit on any day, and what a unit belongs to is known. */
DB_STATEMENT(
    units_check, DB_NOTHING, DB_COLUMNS({"fault", DB_TEXT}, {"code", DB_TEXT}),
    "(SELECT 'twice' AS fault, a.code FROM administrative_unit a JOIN administrative_unit b ON b.code = "
    "a.code "
    "AND b.valid_from > a.valid_from AND b.valid_from <= coalesce(a.valid_to, 'infinity') LIMIT 1) "
    "UNION ALL (SELECT 'parent', u.code FROM administrative_unit u WHERE u.parent_code <> '' AND NOT EXISTS "
    "(SELECT 1 FROM administrative_unit p WHERE p.code = u.parent_code) LIMIT 1)")

DB_STATEMENT(
    units_all_rows, DB_NOTHING,
    DB_COLUMNS({"code", DB_TEXT}, {"kind", DB_TEXT}, {"name", DB_TEXT}, {"full_name", DB_TEXT},
               {"parent_code", DB_TEXT}, {"valid_from", DB_TEXT}, {"valid_to", DB_TEXT}),
    "SELECT code, kind, name, full_name, parent_code, valid_from::text, coalesce(valid_to::text, '') AS "
    "valid_to FROM administrative_unit ORDER BY length(code), parent_code, sort_order, code, valid_from "
    "LIMIT 200000")

/* Codes of the General Statistics Office: two digits a city or province, three a district, five a commune. */
static bool code_good(struct str code)
{
    if (code.length != 2 && code.length != 3 && code.length != 5) return false;
    for (size_t i = 0; i < code.length; i++)
        if (code.data[i] < '0' || code.data[i] > '9') return false;
    return true;
}

static enum status check_row(struct table *table, struct str *row, size_t count)
{
    if (!code_good(row[CODE]) || (row[PARENT].length > 0 && !code_good(row[PARENT])))
        return table_refuse(
            table, "unit.code",
            N_("Dòng %s: mã đơn vị gồm 2 chữ số (tỉnh, thành phố), 3 (cấp huyện) hoặc 5 (cấp xã)"));
    if ((row[CODE].length == 2) != (row[PARENT].length == 0) ||
        (row[PARENT].length > 0 && row[PARENT].length >= row[CODE].length))
        return table_refuse(
            table, "unit.parent",
            N_("Dòng %s: mã cấp trên phải là của một cấp cao hơn; chỉ tỉnh, thành phố không có"));
    for (int column = KIND; column <= FULL_NAME; column++)
        if (row[column].length == 0 || utf8_length(row[column]) > NAME_LETTERS)
            return table_refuse(table, "unit.name", N_("Dòng %s: thiếu loại hoặc tên, hoặc tên quá dài"));
    if (!table_read_day(table->arena, &row[VALID_FROM]) || !table_read_day(table->arena, &row[VALID_TO]))
        return table_refuse(table, "unit.day", N_("Dòng %s: ngày không đúng, ví dụ đúng: 01/07/2025"));
    if (row[VALID_FROM].length == 0) row[VALID_FROM] = str_of(since_ever);
    if (table_days_crossed(row[VALID_FROM], row[VALID_TO]))
        return table_refuse(table, "unit.days", N_("Dòng %s: ngày hết hiệu lực trước ngày có hiệu lực"));
    return count < UNITS_MAXIMUM
               ? STATUS_OK
               : table_refuse(table, "unit.many", N_("Dòng %s: bảng có quá nhiều dòng, tối đa 50.000"));
}

struct saving {
    struct work *work;
    struct str *cells[COLUMNS];
    size_t count;
};

static enum status refuse_sum(struct work *work, const struct db_result *faults, struct error *error)
{
    bool twice = strcmp(db_get_cstr(faults, 0, 0), "twice") == 0;
    enum status status = error_set(
        error, work->arena, STATUS_INVALID, twice ? "unit.twice" : "unit.parent",
        twice ? N_("Mã %s có hai đơn vị trong cùng một thời gian; hãy ghi ngày hết hiệu lực của đơn vị trước")
              : N_("Đơn vị %s thuộc một đơn vị không có trong danh mục"),
        NULL);
    error->field = "table";
    error->argument = db_get_cstr(faults, 0, 1);
    return status;
}

static enum status write_units(struct db_transaction *transaction, void *context, struct error *error)
{
    const struct saving *saving = context;
    struct db_batch *write = db_batch(transaction);
    struct str *const *cells = saving->cells;
    size_t count = saving->count;
    db_add(write, &units_save, db_text_array(cells[CODE], count), db_text_array(cells[KIND], count),
           db_text_array(cells[NAME], count), db_text_array(cells[FULL_NAME], count),
           db_text_array(cells[PARENT], count), db_text_array(cells[VALID_FROM], count),
           db_text_array(cells[VALID_TO], count));
    reference_touch(write, "unit");
    struct db_result *faults = db_add(write, &units_check);
    enum status status = db_run(write, error);
    if (status == STATUS_OK && faults->row_count > 0) return refuse_sum(saving->work, faults, error);
    return status == STATUS_OK ? db_commit(db_batch(transaction), error) : status;
}

enum status administrative_unit_add(struct work *work, const struct administrative_unit *list, size_t count,
                                    struct error *error)
{
    struct saving saving = {.work = work, .count = count};
    struct db_scope scope = {0};
    for (int column = 0; column < COLUMNS; column++)
        saving.cells[column] = arena_array(work->arena, count, sizeof(struct str));
    for (size_t i = 0; i < count; i++) {
        const char *const cells[COLUMNS] = {[CODE] = list[i].code,
                                            [KIND] = list[i].kind,
                                            [NAME] = list[i].name,
                                            [FULL_NAME] = list[i].full_name,
                                            [PARENT] = list[i].parent_code,
                                            [VALID_FROM] = since_ever,
                                            [VALID_TO] = ""};
        for (int column = 0; column < COLUMNS; column++)
            saving.cells[column][i] = str_of(cells[column]);
    }
    return db_transaction(work->db, &scope, work->arena, write_units, &saving, error);
}

static enum status read_table(struct table *table, struct str text, struct saving *saving)
{
    struct str row[TABLE_COLUMNS_MAXIMUM];
    for (int column = 0; column < COLUMNS; column++)
        saving->cells[column] =
            arena_array(table->arena, table_room(text, UNITS_MAXIMUM), sizeof(struct str));
    enum status status = table_open(table, text);
    while (status == STATUS_OK && (status = table_next(table, row)) == STATUS_OK) {
        status = check_row(table, row, saving->count);
        for (int column = 0; status == STATUS_OK && column < COLUMNS; column++)
            saving->cells[column][saving->count] = row[column];
        saving->count += status == STATUS_OK;
    }
    if (status != STATUS_NOT_FOUND) return status;
    if (saving->count == 0) return table_refuse_all(table, "unit.empty", N_("Bảng không có dòng nào"), NULL);
    struct str *keys = arena_array(table->arena, saving->count, sizeof *keys); /* "00166 2025-07-01" */
    for (size_t i = 0; i < saving->count; i++)
        keys[i] = str_of(arena_printf(table->arena, "%.*s %.*s", STR_ARG(saving->cells[CODE][i]),
                                      STR_ARG(saving->cells[VALID_FROM][i])));
    return table_check_unique(table, keys, saving->count);
}

enum status administrative_unit_import(struct work *work, struct str text, int *units, struct error *error)
{
    ARENA_AUTO arena = arena_create(TABLE_MEMORY);
    struct table table = {.arena = arena, .words = work->arena, .error = error, .columns = &columns};
    struct saving saving = {.work = work};
    struct db_scope scope = {0};
    enum status status = read_table(&table, text, &saving);
    if (status == STATUS_OK) status = db_transaction(work->db, &scope, arena, write_units, &saving, error);
    if (status != STATUS_OK) return error_keep(error, work->arena);
    *units = (int)saving.count;
    return reference_refresh(work, true, error);
}

enum status administrative_unit_export(struct work *work, struct buf *out, struct error *error)
{
    ARENA_AUTO arena = arena_create(TABLE_MEMORY);
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, arena, &units_all_rows, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return error_keep(error, work->arena);
    for (int column = 0; column < COLUMNS; column++)
        csv_write_cell(out, str_of(columns.names[column][0]), column + 1 == COLUMNS);
    for (size_t row = 0; row < rows->row_count; row++)
        for (int column = 0; column < COLUMNS; column++)
            csv_write_cell(out, db_get_text(rows, row, (size_t)column), column + 1 == COLUMNS);
    return out->overflow ? error_set(error, work->arena, STATUS_TOO_LARGE, "unit.many", NULL,
                                     "the table of units is too large")
                         : STATUS_OK;
}
