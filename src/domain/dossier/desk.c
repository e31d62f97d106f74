/* Lists and counts of officials' pages. Every range is bounded by an index and a limit. */
#include "motcua/domain/desk.h"

#include "dossier_private.h"
#include "motcua/domain/reference.h"

/* Open tasks of the queue ($1, $2: roles and units; $4 role or '', $5 procedure or '') that fit `condition`.
 */
#define COUNT_TASKS(kind, condition)                                                                         \
    "(SELECT count(*) FROM (SELECT 1 FROM unnest($1::text[], $2::uuid[]) AS q(role, unit_id) CROSS JOIN "    \
    "LATERAL ("                                                                                              \
    "SELECT 1 FROM task x WHERE x.tenant_id = motcua.app_tenant() AND x.role = q.role AND x.unit_id = "      \
    "q.unit_id "                                                                                             \
    "AND x.state = 'open' AND " kind " AND " condition " LIMIT 100) t LIMIT 100) n), "
#define QUEUED   "x.kind <> 'hand_over'"
#define NARROWED "($4 = '' OR x.role = $4) AND ($5 = '' OR x.procedure_code = $5)"
#define WAITING                                                                                              \
    "d.tenant_id = motcua.app_tenant() AND d.status IN ('supplement', 'payment') AND (d.unit_id = $8 OR $9)"

DB_STATEMENT(
    desk_counts,
    DB_PARAMETERS(DB_TEXT_ARRAY, DB_UUID_ARRAY, DB_UUID, DB_TEXT, DB_TEXT, DB_INSTANT, DB_INSTANT, DB_UUID,
                  DB_BOOL, DB_UUID),
    DB_COLUMNS({"every", DB_INT64}, {"mine", DB_INT64}, {"unassigned", DB_INT64}, {"questions", DB_INT64},
               {"late", DB_INT64}, {"today", DB_INT64}, {"later", DB_INT64}, {"sign_off", DB_INT64},
               {"hand_over", DB_INT64}, {"waiting", DB_INT64}, {"fees", DB_INT64}, {"apologies", DB_INT64},
               {"incidents", DB_INT64}),
    "SELECT every, mine, unassigned, questions, late, today, later, sign_off, hand_over, waiting, fees, "
    "apologies, incidents FROM "
    "(SELECT " COUNT_TASKS(
        QUEUED,
        NARROWED) "1) a(every, one), "
                  "LATERAL (SELECT " COUNT_TASKS(QUEUED, "x.assignee_account_id = $3 AND " NARROWED)
                      COUNT_TASKS(QUEUED, "x.assignee_account_id IS NULL AND " NARROWED) COUNT_TASKS(
                          QUEUED, "x.kind = 'consultation' AND " NARROWED)
                          COUNT_TASKS(QUEUED, "x.urgent_at < $6 AND " NARROWED) COUNT_TASKS(
                              QUEUED, "x.urgent_at >= $6 AND x.urgent_at < $7 AND " NARROWED)
                              COUNT_TASKS(QUEUED, "x.urgent_at >= $7 AND " NARROWED)
                                  COUNT_TASKS(QUEUED, "x.role = 'signing_leader'") COUNT_TASKS(
                                      "x.kind = 'hand_over'",
                                      "true") "(SELECT count(*) FROM (SELECT 1 FROM dossier d WHERE " WAITING
                                              " LIMIT 100) w), "
                                              "(SELECT count(*) FROM (SELECT 1 FROM dossier d WHERE "
                                              "d.tenant_id = motcua.app_tenant() AND d.fee_state = 'due' "
                                              "AND d.status NOT IN ('refused', 'withdrawn', 'stopped') LIMIT "
                                              "100) f), "
                                              "(SELECT count(*) FROM (SELECT 1 FROM apology s WHERE "
                                              "s.tenant_id = motcua.app_tenant() AND s.state = 'draft' LIMIT "
                                              "100) s), "
                                              "(SELECT count(*) FROM (SELECT 1 FROM incident i WHERE "
                                              "i.tenant_id = motcua.app_tenant() AND i.resolved_at IS NULL "
                                              "AND ($10 IS NULL OR EXISTS (SELECT 1 FROM dossier d WHERE "
                                              "d.tenant_id = i.tenant_id AND d.id = i.dossier_id AND "
                                              "d.unit_id = $10)) LIMIT 100) i)) "
                                              "b(mine, unassigned, questions, late, today, later, sign_off, "
                                              "hand_over, waiting, fees, apologies, incidents)")

/* The desk and the leaders look after the whole agency, others after their unit. */
static bool sees_every_unit(const struct actor *actor)
{
    return (actor->roles & (ROLE_RECEPTION_CLERK | ROLE_SIGNING_LEADER | ROLE_RECORDS_CLERK)) != 0;
}

enum status desk_count(struct work *work, const char *role, const char *procedure_code,
                       struct desk_counts *counts, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct str *roles;
    struct uuid *units;
    size_t keys = task_queue_keys(work, NULL, &roles, &units);
    instant tomorrow = civil_instant(civil_day_of(work->now) + 1, 0);
    struct db_result *rows;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &desk_counts,
        DB_VALUES(db_text_array(roles, keys), db_uuid_array(units, keys), db_uuid(work->actor->account_id),
                  db_cstr(role == NULL ? "" : role), db_cstr(procedure_code == NULL ? "" : procedure_code),
                  db_instant(work->now), db_instant(tomorrow), db_uuid(work->actor->unit_id),
                  db_bool(sees_every_unit(work->actor)), incident_unit(work)),
        &rows, error);
    if (status != STATUS_OK) return status;
    int *const into[] = {&counts->all,       &counts->mine,    &counts->unassigned, &counts->questions,
                         &counts->late,      &counts->today,   &counts->later,      &counts->sign_off,
                         &counts->hand_over, &counts->waiting, &counts->fees,       &counts->apologies,
                         &counts->incidents};
    for (size_t i = 0; i < sizeof into / sizeof into[0]; i++)
        *into[i] = (int)db_get_int64(rows, 0, i);
    return STATUS_OK;
}

DB_STATEMENT(desk_queue_procedures, DB_PARAMETERS(DB_TEXT_ARRAY, DB_UUID_ARRAY),
             DB_COLUMNS({"procedure_code", DB_TEXT}, {"procedure_name", DB_TEXT}),
             "SELECT procedure_code, min(procedure_name) AS procedure_name FROM unnest($1::text[], "
             "$2::uuid[]) AS q(role, unit_id) "
             "CROSS JOIN LATERAL (SELECT x.procedure_code, x.procedure_name FROM task x WHERE x.tenant_id = "
             "motcua.app_tenant() "
             "AND x.role = q.role AND x.unit_id = q.unit_id AND x.state = 'open' AND x.kind <> 'hand_over' "
             "ORDER BY x.urgent_at, x.id LIMIT 300) t WHERE procedure_code <> '' GROUP BY procedure_code "
             "ORDER BY 2 LIMIT 200")

enum status desk_procedures(struct work *work, struct desk_procedure **list, size_t *count,
                            struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct str *roles;
    struct uuid *units;
    size_t keys = task_queue_keys(work, NULL, &roles, &units);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &desk_queue_procedures,
                    DB_VALUES(db_text_array(roles, keys), db_uuid_array(units, keys)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = (struct desk_procedure){db_cstr_or_empty(rows, i, 0), db_cstr_or_empty(rows, i, 1)};
    return STATUS_OK;
}

#undef WAITING
#define WAITING                                                                                              \
    "d.tenant_id = motcua.app_tenant() AND d.status IN ('supplement', 'payment') AND (d.unit_id = $1 OR $2)"

DB_STATEMENT(desk_waiting_rows, DB_PARAMETERS(DB_UUID, DB_BOOL, DB_INT32), DB_COLUMNS(ROW_COLUMNS),
             "SELECT " ROW_SELECT " FROM dossier d WHERE " WAITING " ORDER BY d.paused_since, d.id LIMIT $3")

enum status desk_waiting(struct work *work, int limit, struct dossier_row **rows, size_t *count,
                         struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *found;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &desk_waiting_rows,
        DB_VALUES(db_uuid(work->actor->unit_id), db_bool(sees_every_unit(work->actor)), db_int32(limit)),
        &found, error);
    if (status != STATUS_OK) return status;
    *rows = dossier_fill_rows(work->arena, found);
    *count = found->row_count;
    return STATUS_OK;
}

/* --- Signing and handing over */

enum { TASK_COLUMN_COUNT = 29 };

DB_STATEMENT(
    desk_sign_off_rows, DB_PARAMETERS(DB_TEXT_ARRAY, DB_UUID_ARRAY, DB_INSTANT, DB_UUID, DB_INT32),
    DB_COLUMNS(TASK_COLUMNS, {"due_at", DB_INSTANT}, {"procedure_version_id", DB_UUID},
               {"engine_state", DB_TEXT}, {"proposed_by", DB_TEXT}, {"proposed_role", DB_TEXT},
               {"proposal_note", DB_TEXT}),
    "SELECT " TASK_SELECT_OF(
        "t") ", d.due_at, coalesce(w.procedure_version_id, d.procedure_version_id) AS procedure_version_id, "
             "w.state AS engine_state, p.done_by AS proposed_by, "
             "p.role AS proposed_role, p.note AS proposal_note "
             "FROM (SELECT x.* FROM unnest($1::text[], $2::uuid[]) AS q(role, unit_id) CROSS JOIN LATERAL ("
             "SELECT * FROM task y WHERE y.tenant_id = motcua.app_tenant() AND y.role = q.role AND y.unit_id "
             "= q.unit_id "
             "AND y.state = 'open' AND y.kind <> 'hand_over' AND (y.urgent_at, y.id) > ($3, $4) "
             "ORDER BY y.urgent_at, y.id LIMIT $5) x) t "
             "JOIN dossier d ON d.tenant_id = t.tenant_id AND d.id = t.dossier_id "
             "LEFT JOIN workflow_instance w ON w.tenant_id = t.tenant_id AND w.dossier_id = t.dossier_id "
             "LEFT JOIN LATERAL (SELECT z.done_by, z.role, z.note FROM task z WHERE z.tenant_id = "
             "t.tenant_id "
             "AND z.dossier_id = t.dossier_id AND z.state = 'done' ORDER BY z.done_at DESC, z.id DESC LIMIT "
             "1) p ON true "
             "ORDER BY t.urgent_at, t.id LIMIT $5")

/* Whether the saved workflow carries the decision "reject", and its reason. */
static enum status read_decision(struct work *work, const struct uuid *version_id, struct str state,
                                 bool *rejects, const char **reason, struct error *error)
{
    struct command command = {.work = work};
    enum status status = reference_procedure_version(work, version_id, &command.workflow_version, error);
    if (status == STATUS_OK) status = workflow_load(&command, state, error);
    if (status != STATUS_OK) return status;
    struct str why = workflow_text(&command, "decision_reason");
    *rejects = str_equal_cstr(workflow_text(&command, "decision"), "reject");
    *reason = why.data == NULL ? "" : why.data;
    return STATUS_OK;
}

enum status desk_sign_off(struct work *work, const struct task_filter *filter, struct desk_task **list,
                          size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    instant after = filter->after_urgent == INSTANT_NONE ? 0 : filter->after_urgent;
    struct uuid after_id = uuid_is_empty(&filter->after_id) ? (struct uuid){NIL_UUID} : filter->after_id;
    struct str *roles;
    struct uuid *units;
    size_t keys = task_queue_keys(work, role_name(ROLE_SIGNING_LEADER), &roles, &units);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &desk_sign_off_rows,
                                     DB_VALUES(db_text_array(roles, keys), db_uuid_array(units, keys),
                                               db_instant(after), db_uuid(after_id), db_int32(filter->limit)),
                                     &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        struct desk_task *row = &(*list)[i];
        const char *ignored;
        struct uuid version = db_get_uuid(rows, i, TASK_COLUMN_COUNT + 1);
        task_read_row(work->arena, rows, i, &row->task);
        row->due_at = db_optional_instant(rows, i, TASK_COLUMN_COUNT);
        row->proposed_by = db_cstr_or_empty(rows, i, TASK_COLUMN_COUNT + 3);
        row->proposed_role = db_cstr_or_empty(rows, i, TASK_COLUMN_COUNT + 4);
        row->proposal_note = db_cstr_or_empty(rows, i, TASK_COLUMN_COUNT + 5);
        if (!db_is_null(rows, i, TASK_COLUMN_COUNT + 2))
            status = read_decision(work, &version, db_get_text(rows, i, TASK_COLUMN_COUNT + 2), &row->rejects,
                                   &ignored, error);
    }
    return status;
}

DB_STATEMENT(desk_state, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"procedure_version_id", DB_UUID}, {"state", DB_TEXT}),
             "SELECT procedure_version_id, state FROM workflow_instance WHERE tenant_id = "
             "motcua.app_tenant() AND dossier_id = $1")

enum status desk_decision(struct work *work, const struct uuid *dossier_id, bool *rejects,
                          const char **reason, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &desk_state,
                                     DB_VALUES(db_uuid(*dossier_id)), &rows, error);
    *rejects = false;
    *reason = "";
    if (status != STATUS_OK || rows->row_count == 0) return status;
    struct uuid version = db_get_uuid(rows, 0, 0);
    return read_decision(work, &version, db_get_text(rows, 0, 1), rejects, reason, error);
}

DB_STATEMENT(desk_counter, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"value", DB_INT64}),
             "SELECT value FROM counter WHERE tenant_id = motcua.app_tenant() AND series = $1")

enum status desk_next_result(struct work *work, const char *symbol, int64_t *number, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    int year = civil_date_from_day(civil_day_of(work->now)).year;
    struct db_result *rows;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &desk_counter,
        DB_VALUES(db_cstr(arena_printf(work->arena, "result:%d:%s", year, symbol))), &rows, error);
    if (status == STATUS_OK) *number = rows->row_count == 0 ? 1 : db_get_int64(rows, 0, 0) + 1;
    return status;
}

/* $5, $6 of the condition: no bounds. $7, $8: roles and units; $9, $10: older than; $11: how many. */
DB_STATEMENT(desk_hand_over_rows,
             DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT, DB_INSTANT, DB_TEXT_ARRAY,
                           DB_UUID_ARRAY, DB_INSTANT, DB_UUID, DB_INT32),
             DB_COLUMNS(TASK_COLUMNS, {"due_at", DB_INSTANT}, {"finished_at", DB_INSTANT},
                        {"return_channel", DB_TEXT}, {"fee_state", DB_TEXT}, {"fee_amount", DB_INT64}),
             "SELECT " TASK_SELECT_OF(
                 "t") ", t.dossier_due AS due_at, t.finished_at, t.return_channel, t.fee_state, t.fee_amount "
                      "FROM unnest($7::text[], $8::uuid[]) AS q(role, unit_id) CROSS JOIN LATERAL ("
                      "SELECT x.*, d.due_at AS dossier_due, d.finished_at, d.return_channel, d.fee_state, "
                      "d.fee_amount FROM task x "
                      "JOIN dossier d ON d.tenant_id = x.tenant_id AND d.id = x.dossier_id "
                      "WHERE x.tenant_id = motcua.app_tenant() AND x.role = q.role AND x.unit_id = q.unit_id "
                      "AND x.state = 'open' AND x.kind = 'hand_over' AND ($9::timestamptz IS NULL OR "
                      "(x.created_at, x.id) < ($9, $10)) "
                      "AND " SEARCH_CONDITION " ORDER BY x.created_at DESC, x.id DESC LIMIT $11) t "
                      "ORDER BY t.created_at DESC, t.id DESC LIMIT $11")

enum status desk_hand_over(struct work *work, struct str text, instant before, const struct uuid *before_id,
                           int limit, struct desk_task **list, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct dossier_search search = {.text = text};
    struct search_terms terms = search_terms_of(work, &search);
    struct str *roles;
    struct uuid *units;
    size_t keys = task_queue_keys(work, NULL, &roles, &units);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &desk_hand_over_rows,
                    DB_VALUES(db_text(terms.text), db_cstr(terms.name), db_cstr(terms.compact), db_cstr(""),
                              db_null(), db_null(), db_text_array(roles, keys), db_uuid_array(units, keys),
                              db_instant_or_null(before),
                              uuid_is_empty(before_id) ? db_null() : db_uuid(*before_id), db_int32(limit)),
                    &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++) {
        struct desk_task *row = &(*list)[i];
        task_read_row(work->arena, rows, i, &row->task);
        row->due_at = db_optional_instant(rows, i, TASK_COLUMN_COUNT);
        row->finished_at = db_optional_instant(rows, i, TASK_COLUMN_COUNT + 1);
        row->return_channel = db_cstr_or_empty(rows, i, TASK_COLUMN_COUNT + 2);
        row->fee_state = db_cstr_or_empty(rows, i, TASK_COLUMN_COUNT + 3);
        row->fee_amount = db_get_int64(rows, i, TASK_COLUMN_COUNT + 4);
        row->proposed_by = row->proposed_role = row->proposal_note = "";
    }
    return STATUS_OK;
}

/* --- Register and receipts */

DB_STATEMENT(desk_register_rows,
             DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT, DB_INSTANT, DB_INT32, DB_INT32),
             DB_COLUMNS(ROW_COLUMNS, {"copies", DB_INT32}, {"address", DB_TEXT}, {"phone", DB_TEXT},
                        {"unit_name", DB_TEXT}, {"return_channel", DB_TEXT}),
             "SELECT " ROW_SELECT
             ", d.copies, d.contact->>'address' AS address, d.contact->>'phone' AS phone, "
             "u.name AS unit_name, d.return_channel FROM dossier d "
             "LEFT JOIN unit u ON u.tenant_id = d.tenant_id AND u.id = d.unit_id "
             "WHERE d.tenant_id = motcua.app_tenant() AND d.received_at IS NOT NULL AND " SEARCH_CONDITION
             " ORDER BY d.received_at, d.id LIMIT $7 OFFSET $8")

enum status desk_register(struct work *work, const struct dossier_search *search, struct register_row **list,
                          size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct search_terms terms = search_terms_of(work, search);
    struct db_result *rows;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &desk_register_rows,
        DB_VALUES(db_text(terms.text), db_cstr(terms.name), db_cstr(terms.compact), db_cstr(terms.status),
                  db_instant_or_null(search->received_from), db_instant_or_null(search->received_to),
                  db_int32(search->limit), db_int32(search->offset)),
        &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++) {
        struct register_row *row = &(*list)[i];
        dossier_fill_row(rows, i, &row->dossier);
        row->copies = db_get_int32(rows, i, ROW_COLUMN_COUNT);
        row->address = db_cstr_or_empty(rows, i, ROW_COLUMN_COUNT + 1);
        row->phone = db_cstr_or_empty(rows, i, ROW_COLUMN_COUNT + 2);
        row->unit_name = db_cstr_or_empty(rows, i, ROW_COLUMN_COUNT + 3);
        row->return_channel = db_cstr_or_empty(rows, i, ROW_COLUMN_COUNT + 4);
    }
    return STATUS_OK;
}

DB_STATEMENT(desk_register_total,
             DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT, DB_INSTANT, DB_INT32),
             DB_COLUMNS({"total", DB_INT64}),
             "SELECT count(*) AS total FROM (SELECT 1 FROM dossier d WHERE d.tenant_id = motcua.app_tenant() "
             "AND d.received_at IS NOT NULL AND " SEARCH_CONDITION " LIMIT $7) n")

enum status desk_register_count(struct work *work, const struct dossier_search *search, int maximum,
                                int *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct search_terms terms = search_terms_of(work, search);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &desk_register_total,
                    DB_VALUES(db_text(terms.text), db_cstr(terms.name), db_cstr(terms.compact),
                              db_cstr(terms.status), db_instant_or_null(search->received_from),
                              db_instant_or_null(search->received_to), db_int32(maximum)),
                    &rows, error);
    if (status == STATUS_OK) *count = (int)db_get_int64(rows, 0, 0);
    return status;
}

DB_STATEMENT(desk_receipt_rows, DB_PARAMETERS(DB_INSTANT, DB_INSTANT),
             DB_COLUMNS({"amount", DB_INT64}, {"method", DB_TEXT}, {"receipt_number", DB_TEXT},
                        {"received_by", DB_TEXT}, {"paid_at", DB_INSTANT}, {"dossier_id", DB_UUID},
                        {"code", DB_TEXT}),
             "SELECT p.amount, p.method, p.receipt_number, p.received_by, p.paid_at, p.dossier_id, d.code "
             "FROM payment p "
             "JOIN dossier d ON d.tenant_id = p.tenant_id AND d.id = p.dossier_id WHERE p.tenant_id = "
             "motcua.app_tenant() "
             "AND p.paid_at >= $1 AND p.paid_at < $2 ORDER BY p.paid_at, p.id LIMIT 500")

enum status desk_receipts(struct work *work, instant from, instant to, struct receipt_row **list,
                          size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &desk_receipt_rows,
                                     DB_VALUES(db_instant(from), db_instant(to)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = (struct receipt_row){
            .payment = {db_get_int64(rows, i, 0), db_cstr_or_empty(rows, i, 1), db_cstr_or_empty(rows, i, 2),
                        db_cstr_or_empty(rows, i, 3), db_get_instant(rows, i, 4)},
            .dossier_id = db_get_uuid(rows, i, 5),
            .dossier_code = db_cstr_or_empty(rows, i, 6),
        };
    return STATUS_OK;
}
