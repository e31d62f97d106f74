/* Lists as agencies upload them. */
#include "list_private.h"

#include "../administration/administration_private.h"
#include "motcua/base/utf8.h"
#include "motcua/calendar/civil.h"
#include "motcua/codec/csv.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"

enum { TITLE_MAXIMUM = 200, CODE_BYTES = 100, LABEL_LETTERS = 500, TABLE_MEMORY = 256 * 1024 * 1024 };
enum column { CODE, LABEL, LABEL_EN, VALID_FROM, VALID_TO, COLUMNS };

static const char *const column_names[COLUMNS][2] = {{"code", "ma"},
                                                     {"label", "ten"},
                                                     {"label_en", "ten_en"},
                                                     {"valid_from", "tu_ngay"},
                                                     {"valid_to", "den_ngay"}};

DB_STATEMENT(list_own, DB_NOTHING,
             DB_COLUMNS({"name", DB_TEXT}, {"title", DB_TEXT}, {"changed_by", DB_TEXT}, {"entries", DB_INT32},
                        {"changed_at", DB_INSTANT}),
             "SELECT name, title, changed_by, entries, changed_at FROM reference_list "
             "WHERE tenant_id = motcua.app_tenant() ORDER BY name LIMIT 500")

DB_STATEMENT(list_upsert, DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_INT32, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "INSERT INTO reference_list (tenant_id, name, title, entries, changed_at, changed_by) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5) ON CONFLICT (tenant_id, name) DO UPDATE "
             "SET title = $2, entries = $3, changed_at = $4, changed_by = $5, "
             "revision = reference_list.revision + 1")

/* Those the new table does not name end the day before. */
DB_STATEMENT(list_end_entries, DB_PARAMETERS(DB_TEXT, DB_DATE), DB_NOTHING,
             "UPDATE reference_entry SET valid_to = $2 WHERE tenant_id = motcua.app_tenant() AND list = $1 "
             "AND (valid_to IS NULL OR valid_to > $2)")

DB_STATEMENT(list_fill,
             DB_PARAMETERS(DB_TEXT, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY,
                           DB_TEXT_ARRAY),
             DB_NOTHING,
             "INSERT INTO reference_entry (tenant_id, list, code, label, label_en, valid_from, valid_to, "
             "sort_order) "
             "SELECT motcua.app_tenant(), $1, e.code, e.label, e.label_en, nullif(e.valid_from, '')::date, "
             "nullif(e.valid_to, '')::date, e.place::int "
             "FROM unnest($2, $3, $4, $5, $6) WITH ORDINALITY AS e (code, label, label_en, valid_from, "
             "valid_to, place) "
             "ON CONFLICT (tenant_id, list, code) DO UPDATE SET label = excluded.label, label_en = "
             "excluded.label_en, valid_from = excluded.valid_from, valid_to = excluded.valid_to, "
             "sort_order = excluded.sort_order")

/* What servers can hold in memory: codes that have ended count too. */
DB_STATEMENT(
    list_demand_room, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"room", DB_BOOL}),
    "SELECT motcua.demand((SELECT count(*) <= 100 FROM reference_list "
    "WHERE tenant_id = motcua.app_tenant()) AND (SELECT count(*) <= 1000000 FROM reference_entry "
    "WHERE tenant_id = motcua.app_tenant()) AND (SELECT count(*) <= 300000 AND "
    "coalesce(sum(octet_length(code) + octet_length(label) + octet_length(label_en)), 0) <= 33554432 "
    "FROM reference_entry WHERE tenant_id = motcua.app_tenant() AND list = $1), 'list_room') AS room")

enum status list_rows(struct work *work, const struct uuid *tenant_id, struct list_row **list, size_t *count,
                      struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &list_own, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    *count = rows->row_count;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = (struct list_row){.name = db_get_cstr(rows, i, 0),
                                       .title = db_get_cstr(rows, i, 1),
                                       .changed_by = db_get_cstr(rows, i, 2),
                                       .entries = db_get_int32(rows, i, 3),
                                       .changed_at = db_get_instant(rows, i, 4)};
    return STATUS_OK;
}

/* --- The table */

struct import {
    struct work *work;
    struct arena *arena; /* of the table: larger than a request's */
    struct error *error;
    struct str name, title;
    struct str *cells[COLUMNS];
    size_t count, capacity;
    int place[COLUMNS]; /* in a row; -1: the table has no such column */
};

static enum status refuse_line(struct import *import, size_t line, const char *code, const char *message)
{
    enum status status = administration_invalid(import->work, "table", code, message, import->error);
    import->error->argument = arena_printf(import->work->arena, "%zu", line);
    return status;
}

static enum status read_head(struct import *import, const struct str *cells, size_t count)
{
    for (int column = 0; column < COLUMNS; column++) {
        import->place[column] = -1;
        for (size_t i = 0; i < count; i++)
            if (str_equal_ignore_case(cells[i], str_of(column_names[column][0])) ||
                str_equal_ignore_case(cells[i], str_of(column_names[column][1])))
                import->place[column] = (int)i;
    }
    if (import->place[CODE] >= 0 && import->place[LABEL] >= 0) return STATUS_OK;
    return administration_invalid(
        import->work, "table", "list.head",
        N_("Dòng đầu của bảng phải có tên cột “ma” và “ten” (hoặc “code” và “label”)"), import->error);
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

static enum status read_line(struct import *import, const struct str *cells, size_t count, size_t line)
{
    struct arena *arena = import->arena;
    struct str row[COLUMNS];
    for (int column = 0; column < COLUMNS; column++) {
        size_t place = (size_t)import->place[column];
        struct str raw = import->place[column] < 0 || place >= count ? STR("") : cells[place];
        if (text_normalise(arena, raw, &row[column], import->error) != STATUS_OK ||
            text_has_forbidden(row[column], false))
            return refuse_line(import, line, "list.text",
                               N_("Dòng %s: có ký tự không đọc được. Hãy lưu bảng dưới dạng CSV UTF-8."));
    }
    if (row[CODE].length == 0 || row[LABEL].length == 0)
        return refuse_line(import, line, "list.missing", N_("Dòng %s: thiếu mã hoặc tên"));
    if (row[CODE].length > CODE_BYTES || utf8_length(row[LABEL]) > LABEL_LETTERS ||
        utf8_length(row[LABEL_EN]) > LABEL_LETTERS)
        return refuse_line(import, line, "list.length", N_("Dòng %s: mã hoặc tên quá dài"));
    if (!read_day(arena, &row[VALID_FROM]) || !read_day(arena, &row[VALID_TO]))
        return refuse_line(import, line, "list.day", N_("Dòng %s: ngày không đúng, ví dụ đúng: 01/07/2025"));
    if (row[VALID_FROM].length > 0 && row[VALID_TO].length > 0 &&
        str_compare(row[VALID_FROM], row[VALID_TO]) > 0)
        return refuse_line(import, line, "list.days",
                           N_("Dòng %s: ngày hết hiệu lực trước ngày có hiệu lực"));
    if (import->count == LIST_ENTRIES_MAXIMUM)
        return refuse_line(import, line, "list.many", N_("Dòng %s: bảng có quá nhiều dòng, tối đa 100.000"));
    for (int column = 0; column < COLUMNS; column++)
        import->cells[column][import->count] = row[column];
    import->count++;
    return STATUS_OK;
}

static int compare_codes(const void *a, const void *b, void *context)
{
    const struct str *codes = context;
    const uint32_t *left = a, *right = b;
    return str_compare(codes[*left], codes[*right]);
}

static enum status refuse_twice(struct import *import)
{
    uint32_t *order = arena_array(import->arena, import->count, sizeof *order);
    struct str *codes = import->cells[CODE];
    for (size_t i = 0; i < import->count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, import->count, sizeof *order, compare_codes, codes);
    for (size_t i = 1; i < import->count; i++)
        if (str_equal(codes[order[i]], codes[order[i - 1]])) {
            enum status status = administration_invalid(import->work, "table", "list.twice",
                                                        N_("Mã “%s” có hai lần trong bảng"), import->error);
            import->error->argument = arena_str(import->work->arena, codes[order[i]]).data;
            return status;
        }
    return STATUS_OK;
}

static enum status read_table(struct import *import, struct str table)
{
    struct arena *arena = import->arena;
    struct csv csv = csv_open(table);
    struct str cells[CSV_CELLS_MAXIMUM];
    size_t count, lines = 1;
    for (size_t i = 0; i < table.length; i++)
        lines += table.data[i] == '\n';
    for (int column = 0; column < COLUMNS; column++)
        import->cells[column] = arena_array(
            arena, lines < LIST_ENTRIES_MAXIMUM ? lines : LIST_ENTRIES_MAXIMUM, sizeof(struct str));
    enum status status = csv_next(&csv, arena, cells, &count);
    if (status == STATUS_OK) status = read_head(import, cells, count);
    while (status == STATUS_OK && (status = csv_next(&csv, arena, cells, &count)) == STATUS_OK)
        status = read_line(import, cells, count, csv.line);
    if (import->error->code != NULL) return status;
    if (status != STATUS_NOT_FOUND)
        return refuse_line(import, csv.line, "list.row",
                           N_("Dòng %s: dấu ngoặc kép không khép lại, hoặc ô quá dài"));
    if (import->count == 0)
        return administration_invalid(import->work, "table", "list.empty",
                                      N_("Bảng không có dòng nào. Hãy chọn tệp CSV có mã và tên."),
                                      import->error);
    return refuse_twice(import);
}

static bool name_valid(struct str name)
{
    if (name.length == 0 || name.length > LIST_NAME_MAXIMUM) return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
    }
    return true;
}

static enum status write_list(struct db_transaction *transaction, void *context, struct error *error)
{
    struct import *import = context;
    struct work *work = import->work;
    struct db_batch *write = db_batch(transaction);
    db_add(write, &list_upsert, db_text(import->name), db_text(import->title),
           db_int32((int32_t)import->count), db_instant(work->now), db_cstr(work->actor->name));
    db_add(write, &list_end_entries, db_text(import->name), db_date(civil_day_of(work->now) - 1));
    db_add(write, &list_fill, db_text(import->name), db_text_array(import->cells[CODE], import->count),
           db_text_array(import->cells[LABEL], import->count),
           db_text_array(import->cells[LABEL_EN], import->count),
           db_text_array(import->cells[VALID_FROM], import->count),
           db_text_array(import->cells[VALID_TO], import->count));
    db_add(write, &list_demand_room, db_text(import->name));
    reference_touch(write, "list");
    return db_commit(write, error);
}

enum status list_import(struct work *work, const struct uuid *tenant_id, struct str name, struct str title,
                        struct str table, int *entries, struct error *error)
{
    ARENA_AUTO arena = arena_create(TABLE_MEMORY);
    struct import import = {
        .work = work, .arena = arena, .error = error, .name = name, .title = str_trim(title)};
    if (!name_valid(name))
        return administration_invalid(
            work, "name", "list.name",
            N_("Tên danh mục chỉ gồm chữ thường không dấu, chữ số, gạch nối và gạch dưới, tối đa 40 ký tự"),
            error);
    if (import.title.length == 0 || utf8_length(import.title) > TITLE_MAXIMUM)
        return administration_invalid(work, "title", "list.title",
                                      N_("Vui lòng nhập tên gọi, tối đa 200 ký tự"), error);
    enum status status = read_table(&import, table);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, tenant_id);
    status = db_transaction(work->db, &scope, arena, write_list, &import, error);
    if (status == STATUS_CONFLICT && error->field != NULL && strcmp(error->field, "list_room") == 0)
        return administration_invalid(
            work, "table", "list.room",
            N_("Quá nhiều danh mục (tối đa 100), hoặc danh mục này cùng các mã đã bỏ quá lớn (tối đa 300.000 "
               "mục). Hãy dùng lại các mã đã có."),
            error);
    if (status == STATUS_OK) {
        *entries = (int)import.count;
        status = reference_refresh(work, true, error);
    }
    return status;
}

enum status list_upload(struct work *work, struct str name, struct str title, struct str table, int *entries,
                        struct error *error)
{
    enum status status = administration_allowed(work, error);
    return status == STATUS_OK
               ? list_import(work, &work->actor->tenant_id, name, title, table, entries, error)
               : status;
}
