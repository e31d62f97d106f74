/* The plan of retention of an agency: what falls due, what is held, what was done, and its own rules. */
#include "retention_private.h"

#include "motcua/base/utf8.h"
#include "motcua/i18n/text.h"

enum { REASON_MAXIMUM = 1000 };

DB_STATEMENT(retention_groups, DB_PARAMETERS(DB_TEXT, DB_INSTANT, DB_INSTANT),
             DB_COLUMNS({"procedure_code", DB_TEXT}, {"procedure_name", DB_TEXT}, {"action", DB_TEXT},
                        {"rule", DB_TEXT}, {"source", DB_TEXT}, {"count", DB_INT64}, {"due_now", DB_INT64},
                        {"first_at", DB_INSTANT}),
             "SELECT procedure_code, min(procedure_name) AS procedure_name, action, rule, source, count(*), "
             "count(*) FILTER (WHERE due_at <= $2) AS due_now, min(due_at) AS first_at FROM "
             "retention_schedule($1, $2, $3) WHERE tenant_id = motcua.app_tenant() "
             "GROUP BY procedure_code, action, rule, source ORDER BY first_at, procedure_code LIMIT 300")

DB_STATEMENT(retention_items, DB_PARAMETERS(DB_TEXT, DB_INSTANT, DB_INSTANT),
             DB_COLUMNS({"id", DB_UUID}, {"code", DB_TEXT}, {"procedure_name", DB_TEXT}, {"action", DB_TEXT},
                        {"due_at", DB_INSTANT}),
             "SELECT id, code, procedure_name, action, due_at FROM retention_schedule($1, $2, $3) "
             "WHERE tenant_id = motcua.app_tenant() ORDER BY due_at, code, action LIMIT 50")

DB_STATEMENT(retention_holds, DB_NOTHING,
             DB_COLUMNS({"id", DB_UUID}, {"dossier_id", DB_UUID}, {"code", DB_TEXT},
                        {"procedure_name", DB_TEXT}, {"reason", DB_TEXT}, {"placed_by", DB_TEXT},
                        {"placed_at", DB_INSTANT}),
             "SELECT h.id, h.dossier_id, d.code, d.procedure_name, h.reason, h.placed_by, h.placed_at FROM "
             "retention_hold h JOIN dossier d ON d.tenant_id = h.tenant_id AND d.id = h.dossier_id "
             "WHERE h.tenant_id = motcua.app_tenant() AND h.released_at IS NULL ORDER BY h.placed_at DESC "
             "LIMIT 200")

DB_STATEMENT(retention_records, DB_NOTHING,
             DB_COLUMNS({"day", DB_TEXT}, {"action", DB_TEXT}, {"rule", DB_TEXT}, {"source", DB_TEXT},
                        {"actor_name", DB_TEXT}, {"dossiers", DB_INT64}, {"papers", DB_INT64}),
             "SELECT to_char(at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') AS day, action, rule, "
             "rule_source AS source, actor_name, count(*) AS dossiers, coalesce(sum(papers), 0) AS papers "
             "FROM retention_entry WHERE tenant_id = motcua.app_tenant() "
             "GROUP BY 1, 2, 3, 4, 5 ORDER BY 1 DESC, 2, 3 LIMIT 100")

static void fill_plan(struct arena *arena, const struct db_result *groups, const struct db_result *items,
                      const struct db_result *holds, const struct db_result *records,
                      struct retention_plan *plan)
{
    *plan = (struct retention_plan){
        .groups = arena_array(arena, groups->row_count, sizeof *plan->groups),
        .group_count = groups->row_count,
        .items = arena_array(arena, items->row_count, sizeof *plan->items),
        .item_count = items->row_count,
        .holds = arena_array(arena, holds->row_count, sizeof *plan->holds),
        .hold_count = holds->row_count,
        .records = arena_array(arena, records->row_count, sizeof *plan->records),
        .record_count = records->row_count,
    };
    for (size_t i = 0; i < groups->row_count; i++)
        plan->groups[i] = (struct retention_group){
            db_cstr_or_empty(groups, i, 0), db_cstr_or_empty(groups, i, 1), db_cstr_or_empty(groups, i, 2),
            db_cstr_or_empty(groups, i, 3), db_cstr_or_empty(groups, i, 4), db_get_int64(groups, i, 5),
            db_get_int64(groups, i, 6),     db_get_instant(groups, i, 7)};
    for (size_t i = 0; i < items->row_count; i++)
        plan->items[i] = (struct retention_item){db_get_uuid(items, i, 0), db_cstr_or_empty(items, i, 1),
                                                 db_cstr_or_empty(items, i, 2), db_cstr_or_empty(items, i, 3),
                                                 db_get_instant(items, i, 4)};
    for (size_t i = 0; i < holds->row_count; i++)
        plan->holds[i] = (struct retention_hold){db_get_uuid(holds, i, 0),      db_get_uuid(holds, i, 1),
                                                 db_cstr_or_empty(holds, i, 2), db_cstr_or_empty(holds, i, 3),
                                                 db_cstr_or_empty(holds, i, 4), db_cstr_or_empty(holds, i, 5),
                                                 db_get_instant(holds, i, 6)};
    for (size_t i = 0; i < records->row_count; i++)
        plan->records[i] = (struct retention_record){
            db_cstr_or_empty(records, i, 0), db_cstr_or_empty(records, i, 1), db_cstr_or_empty(records, i, 2),
            db_cstr_or_empty(records, i, 3), db_cstr_or_empty(records, i, 4), db_get_int64(records, i, 5),
            db_get_int64(records, i, 6)};
}

enum status retention_plan(struct work *work, const struct uuid *tenant_id, int days,
                           struct retention_plan *plan, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_batch *batch = db_read(work->db, &scope, work->arena);
    struct db_value rule = db_cstr(retention_default(work)), now = db_instant(work->now),
                    until = db_instant(work->now + days * DAY_US);
    struct db_result *groups = db_add(batch, &retention_groups, rule, now, until);
    struct db_result *items = db_add(batch, &retention_items, rule, now, until);
    struct db_result *holds = db_add(batch, &retention_holds);
    struct db_result *records = db_add(batch, &retention_records);
    enum status status = db_run(batch, error);
    if (status == STATUS_OK) fill_plan(work->arena, groups, items, holds, records, plan);
    return status;
}

/* --- Reasons */

static enum status check_reason(struct work *work, struct str text, struct str *reason, struct error *error)
{
    enum status status = text_normalise(work->arena, str_trim(text), reason, error);
    if (status == STATUS_OK && reason->length > 0 && utf8_length(*reason) <= REASON_MAXIMUM) return STATUS_OK;
    status = error_set(error, work->arena, STATUS_INVALID, "retention.reason",
                       N_("Vui lòng ghi rõ lý do (không quá 1.000 ký tự)"), NULL);
    if (error != NULL) error->field = "reason";
    return status;
}

/* --- Holds */

DB_STATEMENT(retention_dossier_by_code, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM dossier WHERE tenant_id = motcua.app_tenant() AND code = $1")

DB_STATEMENT(retention_hold_of, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM retention_hold WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND "
             "released_at IS NULL")

DB_STATEMENT(retention_hold_find, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"dossier_id", DB_UUID}),
             "SELECT dossier_id FROM retention_hold WHERE tenant_id = motcua.app_tenant() AND id = $1 AND "
             "released_at IS NULL")

DB_STATEMENT(retention_hold_add, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "INSERT INTO retention_hold (tenant_id, id, dossier_id, reason, placed_at, placed_by) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5)")

DB_STATEMENT(retention_hold_end, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "UPDATE retention_hold SET released_at = $2, released_by = $3 WHERE tenant_id = "
             "motcua.app_tenant() AND dossier_id = $1 AND released_at IS NULL")

struct holding {
    struct str reason;
    bool release;
};

static enum status change_hold(struct command *command, void *input, struct error *error)
{
    const struct holding *holding = input;
    struct work *work = command->work;
    struct db_batch *load = db_batch(command->transaction);
    struct db_result *held = db_add(load, &retention_hold_of, db_uuid(command->dossier.id));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (command->dossier.erased_at != INSTANT_NONE)
        return error_set(error, work->arena, STATUS_CONFLICT, "retention.erased",
                         N_("Thông tin của hồ sơ này đã được xóa theo quy định nên không giữ lại được nữa"),
                         NULL);
    if ((held->row_count > 0) != holding->release)
        return error_set(error, work->arena, STATUS_CONFLICT, "retention.held",
                         holding->release ? N_("Hồ sơ này đã được thôi giữ lại trước đó")
                                          : N_("Hồ sơ này đang được giữ lại rồi"),
                         NULL);
    struct retention_step step = {.action = holding->release ? "release" : "hold",
                                  .rule = "",
                                  .source = "",
                                  .due_at = INSTANT_NONE,
                                  .reason = holding->reason};
    if (holding->release)
        db_add(command->write, &retention_hold_end, db_uuid(command->dossier.id), db_instant(work->now),
               db_cstr(work->actor->name));
    else
        db_add(command->write, &retention_hold_add, db_uuid(uuid_create(work->now)),
               db_uuid(command->dossier.id), db_text(holding->reason), db_instant(work->now),
               db_cstr(work->actor->name));
    json_t *data = json_object();
    json_set_str(data, "note", holding->reason);
    command_event(command, holding->release ? "retention_released" : "retention_held", false, data);
    retention_record(command, &step, 0);
    return STATUS_OK;
}

static enum status find_one(struct work *work, const struct db_statement *statement, struct db_value wanted,
                            const char *message, struct uuid *id, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, statement, DB_VALUES(wanted), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "retention.unknown", message, NULL);
    *id = db_get_uuid(rows, 0, 0);
    return STATUS_OK;
}

enum status retention_hold_place(struct work *work, struct str code, struct str reason, struct error *error)
{
    struct holding holding = {.release = false};
    struct uuid id;
    enum status status = check_reason(work, reason, &holding.reason, error);
    if (status == STATUS_OK)
        status = find_one(work, &retention_dossier_by_code, db_text(str_trim(code)),
                          N_("Cơ quan không có hồ sơ nào mang mã này"), &id, error);
    if (status != STATUS_OK) return status;
    return command_run_archive(work, &work->actor->tenant_id, &id, change_hold, &holding, error);
}

enum status retention_hold_release(struct work *work, const struct uuid *hold_id, struct error *error)
{
    struct holding holding = {.release = true, .reason = STR("")};
    struct uuid id;
    enum status status = find_one(work, &retention_hold_find, db_uuid(*hold_id),
                                  N_("Hồ sơ này đã được thôi giữ lại trước đó"), &id, error);
    if (status != STATUS_OK) return status;
    return command_run_archive(work, &work->actor->tenant_id, &id, change_hold, &holding, error);
}

/* --- Exceptions */

DB_STATEMENT(retention_exception_list, DB_NOTHING,
             DB_COLUMNS({"procedure_code", DB_TEXT}, {"procedure_name", DB_TEXT}, {"rule", DB_TEXT},
                        {"reason", DB_TEXT}, {"set_by", DB_TEXT}, {"set_at", DB_INSTANT}),
             "SELECT p.code AS procedure_code, p.name AS procedure_name, e.rule, e.reason, e.set_by, "
             "e.set_at FROM retention_exception e JOIN procedure p ON p.id = e.procedure_id WHERE "
             "e.tenant_id = motcua.app_tenant() AND e.ended_at IS NULL ORDER BY p.code LIMIT 500")

enum status retention_exceptions(struct work *work, struct retention_exception **list, size_t *count,
                                 struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &retention_exception_list, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = (struct retention_exception){db_cstr_or_empty(rows, i, 0), db_cstr_or_empty(rows, i, 1),
                                                  db_cstr_or_empty(rows, i, 2), db_cstr_or_empty(rows, i, 3),
                                                  db_cstr_or_empty(rows, i, 4), db_get_instant(rows, i, 5)};
    return STATUS_OK;
}

DB_STATEMENT(retention_procedure, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM procedure WHERE code = $1")

DB_STATEMENT(retention_exception_end, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "UPDATE retention_exception SET ended_at = $2, ended_by = $3 WHERE tenant_id = "
             "motcua.app_tenant() AND procedure_id = $1 AND ended_at IS NULL")

DB_STATEMENT(retention_exception_add, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_INSTANT, DB_TEXT),
             DB_NOTHING,
             "INSERT INTO retention_exception (tenant_id, id, procedure_id, rule, reason, set_at, set_by) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6)")

struct exception_change {
    struct work *work;
    struct uuid procedure_id;
    const char *rule; /* NULL: none any more */
    struct str reason;
};

static enum status change_exception(struct db_transaction *transaction, void *context, struct error *error)
{
    const struct exception_change *change = context;
    struct work *work = change->work;
    struct db_batch *write = db_batch(transaction);
    db_add(write, &retention_exception_end, db_uuid(change->procedure_id), db_instant(work->now),
           db_cstr(work->actor->name));
    if (change->rule != NULL)
        db_add(write, &retention_exception_add, db_uuid(uuid_create(work->now)),
               db_uuid(change->procedure_id), db_cstr(change->rule), db_text(change->reason),
               db_instant(work->now), db_cstr(work->actor->name));
    return db_commit(write, error);
}

static enum status wrong_days(struct work *work, const char *code, const char *message, struct error *error)
{
    enum status status = error_set(error, work->arena, STATUS_INVALID, code, message, NULL);
    if (error != NULL) error->field = "warn_days";
    return status;
}

/* Text of the rule, reason and procedure. */
static enum status check_exception(struct work *work, struct str procedure_code,
                                   const struct retention_rule *rule, struct str reason,
                                   struct exception_change *change, struct error *error)
{
    struct retention_rule checked;
    change->rule = retention_rule_text(work->arena, rule);
    if (!retention_rule_parse(str_of(change->rule), &checked))
        return wrong_days(work, "retention.rule", N_("Số ngày báo trước chỉ dùng khi có thời hạn xóa"),
                          error);
    if (rule->erase.count > 0 && rule->warn_days < RETENTION_NOTICE_DAYS)
        return wrong_days(work, "retention.notice",
                          N_("Phải báo trước khi xóa ít nhất 14 ngày, để còn kịp giữ lại hoặc sửa quy định"),
                          error);
    enum status status = check_reason(work, reason, &change->reason, error);
    return status == STATUS_OK ? find_one(work, &retention_procedure, db_text(procedure_code),
                                          N_("Không tìm thấy thủ tục này"), &change->procedure_id, error)
                               : status;
}

DB_STATEMENT(
    retention_preview, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT),
    DB_COLUMNS({"name", DB_TEXT}, {"ended", DB_INT64}, {"archived", DB_INT64}, {"erased", DB_INT64},
               {"first_erased_at", DB_INSTANT}),
    "SELECT p.name, count(e.id) AS ended, count(*) FILTER (WHERE e.archived_at IS NULL AND e.base + "
    "r.archive "
    "<= $3) AS archived, count(*) FILTER (WHERE e.base + r.erase <= $3 + r.warn) AS erased, "
    "min(greatest(e.base + r.erase, $3 + r.warn)) FILTER (WHERE e.id IS NOT NULL) AS first_erased_at FROM "
    "procedure p CROSS JOIN LATERAL "
    "(SELECT retention_period($2, 'archive') AS archive, retention_period($2, 'warn') AS warn, "
    "coalesce(retention_period($2, 'anonymise'), retention_period($2, 'delete')) AS erase) r "
    "LEFT JOIN LATERAL (SELECT d.id, d.archived_at, coalesce(d.returned_at, d.finished_at) AS base FROM "
    "dossier d WHERE d.tenant_id = motcua.app_tenant() AND d.procedure_id = p.id AND d.erased_at IS NULL AND "
    "d.status IN ('refused', 'withdrawn', 'stopped', 'returned') AND NOT EXISTS (SELECT 1 FROM "
    "retention_hold h WHERE h.tenant_id = d.tenant_id AND h.dossier_id = d.id AND h.released_at IS NULL)) e "
    "ON true WHERE p.id = $1 GROUP BY p.name")

enum status retention_exception_preview(struct work *work, struct str procedure_code,
                                        const struct retention_rule *rule, struct str reason,
                                        struct retention_preview *preview, struct error *error)
{
    struct exception_change change = {.work = work};
    struct db_result *rows;
    enum status status = check_exception(work, procedure_code, rule, reason, &change, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    status = db_read_one(work->db, &scope, work->arena, &retention_preview,
                         DB_VALUES(db_uuid(change.procedure_id), db_cstr(change.rule), db_instant(work->now)),
                         &rows, error);
    if (status != STATUS_OK) return status;
    *preview = (struct retention_preview){
        .procedure_name = db_cstr_or_empty(rows, 0, 0),
        .rule = change.rule,
        .ended = db_get_int64(rows, 0, 1),
        .archived = db_get_int64(rows, 0, 2),
        .erased = db_get_int64(rows, 0, 3),
        .first_erased_at = db_is_null(rows, 0, 4) ? INSTANT_NONE : db_get_instant(rows, 0, 4)};
    return STATUS_OK;
}

enum status retention_exception_set(struct work *work, struct str procedure_code,
                                    const struct retention_rule *rule, struct str reason, struct error *error)
{
    struct exception_change change = {.work = work, .reason = STR("")};
    enum status status = rule != NULL
                             ? check_exception(work, procedure_code, rule, reason, &change, error)
                             : find_one(work, &retention_procedure, db_text(procedure_code),
                                        N_("Không tìm thấy thủ tục này"), &change.procedure_id, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    return db_transaction(work->db, &scope, work->arena, change_exception, &change, error);
}
