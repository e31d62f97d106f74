/* Units and procedures of an agency, and what waits to leave it. */
#include "administration_private.h"
#include "motcua/base/utf8.h"
#include "motcua/domain/tenant.h"

enum { CODE_MAXIMUM = 40, NAME_MAXIMUM = 200, UNITS_MAXIMUM = 200 };

DB_STATEMENT(unit_counts, DB_PARAMETERS(DB_INSTANT, DB_INT32),
             DB_COLUMNS({"id", DB_UUID}, {"code", DB_TEXT}, {"kind", DB_TEXT}, {"name", DB_TEXT},
                        {"name_en", DB_TEXT}, {"sort_order", DB_INT32}, {"people", DB_INT32},
                        {"open_tasks", DB_INT32}),
             "SELECT u.id, u.code, u.kind, u.name, u.name_en, u.sort_order, "
             "(SELECT count(*)::int FROM (SELECT DISTINCT m.account_id FROM membership m WHERE m.tenant_id = "
             "u.tenant_id "
             "AND m.unit_id = u.id AND (m.valid_to IS NULL OR m.valid_to > $1) LIMIT $2) p) AS people, "
             "(SELECT count(*)::int FROM (SELECT 1 FROM task t WHERE t.tenant_id = u.tenant_id AND t.unit_id "
             "= u.id "
             "AND t.state = 'open' LIMIT $2) o) AS open_tasks "
             "FROM unit u WHERE u.tenant_id = motcua.app_tenant() ORDER BY u.sort_order, u.code LIMIT 500")

enum status unit_rows(struct work *work, struct unit_row **list, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = administration_allowed(work, error);
    if (status == STATUS_OK)
        status = db_read_one(work->db, &scope, work->arena, &unit_counts,
                             DB_VALUES(db_instant(work->now), db_int32(UNIT_COUNT_MAXIMUM)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = (struct unit_row){
            .id = db_get_uuid(rows, i, 0),
            .code = db_get_cstr(rows, i, 1),
            .kind = db_get_cstr(rows, i, 2),
            .name = db_get_cstr(rows, i, 3),
            .name_en = db_get_cstr(rows, i, 4),
            .sort_order = db_get_int32(rows, i, 5),
            .people = db_get_int32(rows, i, 6),
            .open_tasks = db_get_int32(rows, i, 7),
        };
    return STATUS_OK;
}

static bool code_valid(struct str code)
{
    if (code.length == 0 || code.length > CODE_MAXIMUM || code.data[0] == '-' ||
        code.data[code.length - 1] == '-')
        return false;
    for (size_t i = 0; i < code.length; i++) {
        char c = code.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (c != '-' || code.data[i - 1] == '-')) return false;
    }
    return true;
}

static bool kind_known(struct str kind)
{
    static const char *const kinds[] = {"reception", "division", "leadership", "records", "cashier"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_equal_cstr(kind, kinds[i])) return true;
    return false;
}

enum status unit_save(struct work *work, struct str code, struct str kind, struct str name,
                      struct error *error)
{
    struct unit_row *rows;
    size_t count;
    enum status status = unit_rows(work, &rows, &count, error);
    if (status != STATUS_OK) return status;
    if (!code_valid(code))
        return administration_invalid(
            work, "code", "unit.code",
            N_("Mã chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, tối đa 40 ký tự"), error);
    if (name.length == 0 || utf8_length(name) > NAME_MAXIMUM)
        return administration_invalid(work, "name", "unit.name", N_("Vui lòng nhập tên, tối đa 200 ký tự"),
                                      error);
    if (!kind_known(kind))
        return administration_invalid(work, "kind", "unit.kind", N_("Vui lòng chọn loại phòng, bộ phận"),
                                      error);
    const struct unit_row *old = NULL;
    for (size_t i = 0; i < count; i++)
        if (str_equal_cstr(code, rows[i].code)) old = &rows[i];
    if (old == NULL && count >= UNITS_MAXIMUM)
        return administration_invalid(work, "code", "unit.many", N_("Cơ quan đã có quá nhiều phòng, bộ phận"),
                                      error);
    struct arena *arena = work->arena;
    struct unit_definition definition = {
        .code = arena_strndup(arena, code.data, code.length),
        .kind = arena_strndup(arena, kind.data, kind.length),
        .name = arena_strndup(arena, name.data, name.length),
        .name_en = old == NULL ? "" : old->name_en,
        .sort_order = old != NULL  ? old->sort_order
                      : count == 0 ? 0
                                   : rows[count - 1].sort_order + 1,
    };
    struct uuid id;
    return unit_save_all(work, &work->actor->tenant_id, &definition, 1, &id, error);
}

DB_STATEMENT(offering_choice_rows, DB_PARAMETERS(DB_TEXT, DB_TEXT),
             DB_COLUMNS({"id", DB_UUID}, {"code", DB_TEXT}, {"name", DB_TEXT}, {"name_en", DB_TEXT},
                        {"online_level", DB_INT32}, {"online", DB_BOOL}, {"unit_id", DB_UUID},
                        {"enabled", DB_BOOL}),
             "SELECT p.id, p.code, p.name, p.name_en, p.online_level, "
             "(v.form IS NOT NULL AND v.workflow IS NOT NULL) AS online, o.unit_id, coalesce(o.enabled, "
             "false) AS enabled "
             "FROM procedure p JOIN procedure_version v ON v.id = p.version_id "
             "LEFT JOIN offering o ON o.tenant_id = motcua.app_tenant() AND o.procedure_id = p.id "
             "WHERE (p.levels @> ARRAY[$1] OR o.procedure_id IS NOT NULL) AND ($2 = '' OR p.code = $2) "
             "ORDER BY coalesce(o.enabled, false) DESC, (v.form IS NOT NULL AND v.workflow IS NOT NULL) "
             "DESC, p.name, p.code LIMIT 500")

static enum status read_choices(struct work *work, const char *kind, struct str code,
                                struct offering_choice **list, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = administration_allowed(work, error);
    if (status == STATUS_OK)
        status = db_read_one(work->db, &scope, work->arena, &offering_choice_rows,
                             DB_VALUES(db_cstr(kind), db_text(code)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = (struct offering_choice){
            .procedure_id = db_get_uuid(rows, i, 0),
            .code = db_get_cstr(rows, i, 1),
            .name = db_get_cstr(rows, i, 2),
            .name_en = db_get_cstr(rows, i, 3),
            .online_level = db_get_int32(rows, i, 4),
            .online = db_get_bool(rows, i, 5),
            .unit_id = db_is_null(rows, i, 6) ? (struct uuid){""} : db_get_uuid(rows, i, 6),
            .enabled = db_get_bool(rows, i, 7),
        };
    return STATUS_OK;
}

enum status offering_choices(struct work *work, const char *kind, struct offering_choice **rows,
                             size_t *count, struct error *error)
{
    return read_choices(work, kind, STR(""), rows, count, error);
}

enum status offering_choice_find(struct work *work, const char *kind, struct str code,
                                 struct offering_choice *choice, struct error *error)
{
    struct offering_choice *rows;
    size_t count = 0;
    enum status status = code.length == 0 ? STATUS_OK : read_choices(work, kind, code, &rows, &count, error);
    if (status != STATUS_OK) return status;
    if (count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "procedure.unknown",
                         N_("Không tìm thấy thủ tục này"), NULL);
    *choice = rows[0];
    return STATUS_OK;
}

DB_STATEMENT(outgoing_rows, DB_NOTHING,
             DB_COLUMNS({"kind", DB_TEXT}, {"recipient", DB_TEXT}, {"state", DB_TEXT},
                        {"last_error", DB_TEXT}, {"created_at", DB_INSTANT}, {"next_at", DB_INSTANT},
                        {"attempts", DB_INT32}),
             "SELECT kind, coalesce(payload ->> 'to', '') AS recipient, state, last_error, created_at, "
             "next_at, attempts "
             "FROM outbox WHERE tenant_id = motcua.app_tenant() AND state IN ('waiting', 'failed') "
             "ORDER BY created_at DESC, id DESC LIMIT 100")

enum status outgoing_list(struct work *work, struct outgoing **list, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = administration_allowed(work, error);
    if (status == STATUS_OK)
        status = db_read_one(work->db, &scope, work->arena, &outgoing_rows, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = (struct outgoing){
            .kind = db_get_cstr(rows, i, 0),
            .to = db_get_cstr(rows, i, 1),
            .state = db_get_cstr(rows, i, 2),
            .last_error = db_get_cstr(rows, i, 3),
            .created_at = db_get_instant(rows, i, 4),
            .next_at = db_get_instant(rows, i, 5),
            .attempts = db_get_int32(rows, i, 6),
        };
    return STATUS_OK;
}
