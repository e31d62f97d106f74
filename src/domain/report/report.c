/* Figures over a period, and the last thirty days kept in memory. What is kept is replaced as a whole, under
 * a lock. */
#include "motcua/domain/report.h"

#include <pthread.h>

#include "motcua/base/log.h"
#include "motcua/calendar/civil.h"

DB_STATEMENT(
    report_period, DB_PARAMETERS(DB_INSTANT, DB_INSTANT),
    DB_COLUMNS({"tenant_id", DB_UUID}, {"received_before", DB_INT64}, {"received_online", DB_INT64},
               {"received_other", DB_INT64}, {"finished_before", DB_INT64}, {"finished_on_time", DB_INT64},
               {"finished_late", DB_INT64}, {"open_in_time", DB_INT64}, {"open_late", DB_INT64},
               {"ratings", DB_INT64}, {"satisfied", DB_INT64}),
    "SELECT tenant_id, received_before, received_online, received_other, finished_before, finished_on_time, "
    "finished_late, open_in_time, open_late, ratings, satisfied FROM report_figures($1, $2)")

void report_add(struct report_figures *sum, const struct report_figures *figures)
{
    sum->received_before += figures->received_before;
    sum->received_online += figures->received_online;
    sum->received_other += figures->received_other;
    sum->finished_before += figures->finished_before;
    sum->finished_on_time += figures->finished_on_time;
    sum->finished_late += figures->finished_late;
    sum->open_in_time += figures->open_in_time;
    sum->open_late += figures->open_late;
    sum->ratings += figures->ratings;
    sum->satisfied += figures->satisfied;
}

static enum status run_into(struct work *work, struct arena *into, instant from, instant to,
                            struct report_figures **rows, size_t *count, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *result;
    enum status status = db_read_one(work->db, &scope, work->arena, &report_period,
                                     DB_VALUES(db_instant(from), db_instant(to)), &result, error);
    if (status != STATUS_OK) return status;
    struct report_figures *list = arena_array(into, result->row_count, sizeof *list);
    for (size_t i = 0; i < result->row_count; i++)
        list[i] = (struct report_figures){
            .tenant_id = db_get_uuid(result, i, 0),
            .received_before = db_get_int64(result, i, 1),
            .received_online = db_get_int64(result, i, 2),
            .received_other = db_get_int64(result, i, 3),
            .finished_before = db_get_int64(result, i, 4),
            .finished_on_time = db_get_int64(result, i, 5),
            .finished_late = db_get_int64(result, i, 6),
            .open_in_time = db_get_int64(result, i, 7),
            .open_late = db_get_int64(result, i, 8),
            .ratings = db_get_int64(result, i, 9),
            .satisfied = db_get_int64(result, i, 10),
        };
    *rows = list;
    *count = result->row_count;
    return STATUS_OK;
}

enum status report_run(struct work *work, instant from, instant to, struct report_figures **rows,
                       size_t *count, struct error *error)
{
    return run_into(work, work->arena, from, to, rows, count, error);
}

/* --- The last thirty days */

enum { SNAPSHOT_BYTES = 16 * 1024 * 1024 };
#define SNAPSHOT_AGE (INT64_C(60) * MICROSECONDS)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    struct arena *arena; /* of rows; NULL: nothing known yet */
    struct report_figures *rows, total;
    size_t count;
    instant tried_at; /* also after a failure, so that a broken database is not asked by every page */
    bool refreshing;
} recent; /* under `lock` */

static void keep(struct arena *arena, struct report_figures *rows, size_t count)
{
    struct arena *old = recent.arena;
    recent.arena = arena;
    recent.rows = rows;
    recent.count = count;
    recent.total = (struct report_figures){0};
    for (size_t i = 0; i < count; i++)
        report_add(&recent.total, &rows[i]);
    arena_destroy(old);
}

static void refresh(struct work *work)
{
    struct arena *arena = arena_create(SNAPSHOT_BYTES);
    struct report_figures *rows;
    size_t count;
    struct error error = {0};
    instant from = civil_instant(civil_day_of(work->now) - REPORT_RECENT_DAYS + 1, 0);
    enum status status = run_into(work, arena, from, work->now, &rows, &count, &error);
    pthread_mutex_lock(&lock);
    if (status == STATUS_OK) keep(arena, rows, count);
    recent.refreshing = false;
    pthread_mutex_unlock(&lock);
    if (status != STATUS_OK) {
        arena_destroy(arena);
        log_error("report.failed", log_cstr("status", status_name(status)));
    }
}

bool report_recent(struct work *work, const struct uuid *tenant_id, struct report_figures *figures)
{
    pthread_mutex_lock(&lock);
    bool stale = work->now - recent.tried_at >= SNAPSHOT_AGE || work->now < recent.tried_at;
    bool mine = stale && !recent.refreshing;
    if (mine) {
        recent.refreshing = true;
        recent.tried_at = work->now;
    }
    pthread_mutex_unlock(&lock);
    if (mine) refresh(work);
    pthread_mutex_lock(&lock);
    bool known = recent.arena != NULL;
    struct report_figures found = {0};
    if (known && tenant_id == NULL) found = recent.total;
    for (size_t i = 0; known && tenant_id != NULL && i < recent.count; i++)
        if (uuid_same(&recent.rows[i].tenant_id, tenant_id)) found = recent.rows[i];
    pthread_mutex_unlock(&lock);
    if (known) *figures = found;
    return known;
}

void report_forget(void)
{
    pthread_mutex_lock(&lock);
    arena_destroy(recent.arena);
    recent.arena = NULL;
    recent.count = 0;
    recent.tried_at = 0;
    pthread_mutex_unlock(&lock);
}
