/* Lists as agencies upload them. */
#include "list_private.h"

#include "../administration/administration_private.h"
#include "motcua/base/utf8.h"
#include "motcua/calendar/civil.h"
#include "motcua/domain/reference.h"

enum { TITLE_MAXIMUM = 200, TABLE_MEMORY = 256 * 1024 * 1024 };

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

struct import {
    struct work *work;
    struct str name, title;
    struct list_cells read;
};

static bool name_valid(struct str name)
{
    if (name.length == 0 || name.length > LIST_NAME_MAXIMUM) return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
    }
    return true;
}

/* Lists that every form has already. */
static bool name_taken(struct str name)
{
    static const char *const own[] = {"administrative_unit", "agency", "country", "nationality",
                                      "ethnic_group"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (str_equal_cstr(name, own[i])) return true;
    return false;
}

static enum status write_list(struct db_transaction *transaction, void *context, struct error *error)
{
    struct import *import = context;
    struct work *work = import->work;
    struct db_batch *write = db_batch(transaction);
    db_add(write, &list_upsert, db_text(import->name), db_text(import->title),
           db_int32((int32_t)import->read.count), db_instant(work->now), db_cstr(work->actor->name));
    db_add(write, &list_end_entries, db_text(import->name), db_date(civil_day_of(work->now) - 1));
    db_add(write, &list_fill, db_text(import->name),
           db_text_array(import->read.columns[LIST_CODE], import->read.count),
           db_text_array(import->read.columns[LIST_LABEL], import->read.count),
           db_text_array(import->read.columns[LIST_LABEL_EN], import->read.count),
           db_text_array(import->read.columns[LIST_VALID_FROM], import->read.count),
           db_text_array(import->read.columns[LIST_VALID_TO], import->read.count));
    db_add(write, &list_demand_room, db_text(import->name));
    reference_touch(write, "list");
    return db_commit(write, error);
}

enum status list_import(struct work *work, const struct uuid *tenant_id, struct str name, struct str title,
                        struct str table, int *entries, struct error *error)
{
    ARENA_AUTO arena = arena_create(TABLE_MEMORY);
    struct import import = {.work = work, .name = name, .title = str_trim(title)};
    if (!name_valid(name))
        return administration_invalid(
            work, "name", "list.name",
            N_("Tên danh mục chỉ gồm chữ thường không dấu, chữ số, gạch nối và gạch dưới, tối đa 40 ký tự"),
            error);
    if (name_taken(name))
        return administration_invalid(
            work, "name", "list.own",
            N_("Hệ thống đã có sẵn danh mục mang tên này. Hãy chọn tên khác, ví dụ thêm tên cơ quan"), error);
    if (import.title.length == 0 || utf8_length(import.title) > TITLE_MAXIMUM)
        return administration_invalid(work, "title", "list.title",
                                      N_("Vui lòng nhập tên gọi, tối đa 200 ký tự"), error);
    enum status status = list_table_read(arena, work->arena, table, &import.read, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, tenant_id);
    status = db_transaction(work->db, &scope, arena, write_list, &import, error);
    if (status == STATUS_CONFLICT && error->field != NULL && strcmp(error->field, "list_room") == 0)
        return administration_invalid(
            work, "table", "list.room",
            N_("Quá nhiều danh mục (tối đa 100), hoặc danh mục này cùng các mã đã bỏ quá lớn (tối đa 300.000 "
               "mục). Hãy dùng lại các mã đã có."),
            error);
    if (status != STATUS_OK) return error_keep(error, work->arena);
    *entries = (int)import.read.count;
    return reference_refresh(work, true, error);
}

enum status list_upload(struct work *work, struct str name, struct str title, struct str table, int *entries,
                        struct error *error)
{
    enum status status = administration_allowed(work, error);
    return status == STATUS_OK
               ? list_import(work, &work->actor->tenant_id, name, title, table, entries, error)
               : status;
}
