/* Figures of one agency: by field, by person, ratings. Within the tenant, so row-level security holds here
 * too. */
#include "motcua/domain/desk_report.h"

/* As report_figures() of migration 0008, for one tenant and by field. */
DB_STATEMENT(
    report_fields, DB_PARAMETERS(DB_INSTANT, DB_INSTANT),
    DB_COLUMNS({"code", DB_TEXT}, {"name", DB_TEXT}, {"name_en", DB_TEXT}, {"received_before", DB_INT64},
               {"received_online", DB_INT64}, {"received_other", DB_INT64}, {"finished_before", DB_INT64},
               {"finished_on_time", DB_INT64}, {"finished_late", DB_INT64}, {"open_in_time", DB_INT64},
               {"open_late", DB_INT64}),
    "SELECT f.code, f.name, f.name_en, count(*) FILTER (WHERE c.received_at < $1) AS received_before, "
    "count(*) FILTER (WHERE c.received_at >= $1 AND c.channel = 'online') AS received_online, "
    "count(*) FILTER (WHERE c.received_at >= $1 AND c.channel <> 'online') AS received_other, "
    "count(*) FILTER (WHERE c.ended AND c.distance < interval '0') AS finished_before, "
    "count(*) FILTER (WHERE c.ended AND c.distance = interval '0') AS finished_on_time, "
    "count(*) FILTER (WHERE c.ended AND c.distance > interval '0') AS finished_late, "
    "count(*) FILTER (WHERE NOT c.ended AND NOT c.late_now) AS open_in_time, "
    "count(*) FILTER (WHERE NOT c.ended AND c.late_now) AS open_late "
    "FROM (SELECT o.procedure_id, o.received_at, o.channel, o.finished_at IS NOT NULL AND o.finished_at < $2 "
    "AS ended, "
    "coalesce(date_trunc('minute', o.finished_at) - date_trunc('minute', o.due_at), interval '0') AS "
    "distance, "
    "coalesce(o.paused_since IS NULL AND date_trunc('minute', o.due_at) < date_trunc('minute', $2), false) "
    "AS late_now "
    "FROM (SELECT a.procedure_id, a.received_at, a.channel, a.finished_at, a.due_at, a.paused_since FROM "
    "dossier a "
    "WHERE a.tenant_id = motcua.app_tenant() AND a.status IN ('submitted', 'received', 'processing', "
    "'supplement', 'payment') "
    "AND a.received_at < $2 UNION ALL "
    "SELECT b.procedure_id, b.received_at, b.channel, b.finished_at, b.due_at, b.paused_since FROM dossier b "
    "WHERE b.tenant_id = motcua.app_tenant() AND b.finished_at >= $1 "
    "AND b.status NOT IN ('submitted', 'received', 'processing', 'supplement', 'payment') AND b.received_at "
    "< $2) o) c "
    "JOIN procedure p ON p.id = c.procedure_id JOIN procedure_field f ON f.code = p.field_code "
    "GROUP BY f.code, f.name, f.name_en ORDER BY count(*) DESC, f.name LIMIT 200")

DB_STATEMENT(
    report_people, DB_PARAMETERS(DB_INSTANT, DB_INSTANT, DB_INSTANT),
    DB_COLUMNS({"name", DB_TEXT}, {"open", DB_INT64}, {"late", DB_INT64}, {"done", DB_INT64}),
    "SELECT name, sum(open)::bigint AS open, sum(late)::bigint AS late, sum(done)::bigint AS done FROM ("
    "SELECT assignee_name AS name, count(*) AS open, count(*) FILTER (WHERE urgent_at < $3) AS late, 0 AS "
    "done FROM task "
    "WHERE tenant_id = motcua.app_tenant() AND state = 'open' AND assignee_account_id IS NOT NULL GROUP BY 1 "
    "UNION ALL "
    "SELECT done_by, 0, 0, count(*) FROM task WHERE tenant_id = motcua.app_tenant() AND state = 'done' "
    "AND done_at >= $1 AND done_at < $2 AND done_by <> '' GROUP BY 1) t GROUP BY name ORDER BY name LIMIT "
    "200")

DB_STATEMENT(
    report_ratings, DB_PARAMETERS(DB_INSTANT, DB_INSTANT),
    DB_COLUMNS({"level", DB_INT32}, {"count", DB_INT64}),
    "SELECT level, count(*) AS count FROM rating WHERE tenant_id = motcua.app_tenant() AND created_at >= $1 "
    "AND created_at < $2 GROUP BY level")

DB_STATEMENT(report_waiting, DB_NOTHING, DB_COLUMNS({"count", DB_INT64}),
             "SELECT count(*) AS count FROM dossier WHERE tenant_id = motcua.app_tenant() AND status IN "
             "('supplement', 'payment')")

static const char *text_of(const struct db_result *rows, size_t row, size_t column)
{
    const char *text = db_get_cstr(rows, row, column);
    return text == NULL ? "" : text;
}

static void fill_fields(struct arena *arena, const struct db_result *rows, struct report_agency *agency)
{
    agency->fields = arena_array(arena, rows->row_count, sizeof *agency->fields);
    agency->field_count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++) {
        struct report_figures *figures = &agency->fields[i].figures;
        agency->fields[i].code = text_of(rows, i, 0);
        agency->fields[i].name = text_of(rows, i, 1);
        agency->fields[i].name_en = text_of(rows, i, 2);
        int64_t *const into[] = {&figures->received_before,  &figures->received_online,
                                 &figures->received_other,   &figures->finished_before,
                                 &figures->finished_on_time, &figures->finished_late,
                                 &figures->open_in_time,     &figures->open_late};
        for (size_t j = 0; j < sizeof into / sizeof into[0]; j++)
            *into[j] = db_get_int64(rows, i, j + 3);
    }
}

enum status report_agency_run(struct work *work, instant from, instant to, struct report_agency *agency,
                              struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_batch *batch = db_read(work->db, &scope, work->arena);
    struct db_result *fields = db_add(batch, &report_fields, db_instant(from), db_instant(to));
    struct db_result *people =
        db_add(batch, &report_people, db_instant(from), db_instant(to), db_instant(work->now));
    struct db_result *ratings = db_add(batch, &report_ratings, db_instant(from), db_instant(to));
    struct db_result *waiting = db_add(batch, &report_waiting);
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    *agency =
        (struct report_agency){.waiting = db_get_int64(waiting, 0, 0), .person_count = people->row_count};
    fill_fields(work->arena, fields, agency);
    agency->people = arena_array(work->arena, people->row_count, sizeof *agency->people);
    for (size_t i = 0; i < people->row_count; i++)
        agency->people[i] = (struct report_person){text_of(people, i, 0), db_get_int64(people, i, 1),
                                                   db_get_int64(people, i, 2), db_get_int64(people, i, 3)};
    for (size_t i = 0; i < ratings->row_count; i++) {
        int level = db_get_int32(ratings, i, 0);
        if (level >= 1 && level <= 3) agency->ratings[level - 1] = db_get_int64(ratings, i, 1);
    }
    return STATUS_OK;
}
