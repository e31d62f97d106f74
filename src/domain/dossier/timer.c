/*
 * Due timers. Those of one dossier that are due together run in one command; one that cannot run comes back
 * after a growing pause and, after some attempts, becomes an incident. A worker that dies gives its timers
 * back when the lease is over.
 */
#include "dossier_private.h"

#include "motcua/domain/attempt.h"

enum { LEASE_SECONDS = 60 };

DB_STATEMENT(timer_claim_due, DB_PARAMETERS(DB_INSTANT, DB_INT64, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}, {"dossier_id", DB_UUID},
                        {"engine_timer", DB_TEXT}, {"element_id", DB_TEXT}, {"attempts", DB_INT32}),
             "SELECT tenant_id, id, dossier_id, engine_timer, element_id, attempts "
             "FROM timer_claim($1, $2 * interval '1 second', $3) ORDER BY dossier_id, due_at, id")

DB_STATEMENT(timer_later, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE timer SET next_at = $2 WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(timer_give_up, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_INSTANT),
             DB_NOTHING,
             "WITH put_off AS (UPDATE timer SET next_at = 'infinity' WHERE tenant_id = motcua.app_tenant() "
             "AND id = $1 RETURNING id) "
             "INSERT INTO incident (tenant_id, id, dossier_id, element_id, engine_incident, kind, message, "
             "created_at) "
             "SELECT motcua.app_tenant(), $2, $3, $4, put_off.id::text, 'timer', $5, $6 FROM put_off")

struct due_timer {
    struct uuid tenant_id, id, dossier_id;
    uint64_t engine_timer;
    struct str element_id;
    int attempts;
};

struct due_timers {
    const struct due_timer *list;
    size_t count;
};

static enum status fire(struct command *command, void *input, struct error *error)
{
    const struct due_timers *timers = input;
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < timers->count; i++)
        status = workflow_timer(command, timers->list[i].engine_timer, error);
    return status;
}

static enum status put_off(struct work *work, const struct due_timer *timer, enum status failure,
                           const struct error *reason)
{
    struct db_scope scope = work_scope(work, &timer->tenant_id);
    struct db_result *ignored;
    struct error inner = {0};
    if (timer->attempts < ATTEMPTS_MAXIMUM)
        return db_write_one(
            work->db, &scope, work->arena, &timer_later,
            DB_VALUES(db_uuid(timer->id), db_instant(work->now + attempt_pause(timer->attempts))), &ignored,
            &inner);
    const char *why = reason != NULL && reason->detail != NULL ? reason->detail : status_name(failure);
    return db_write_one(work->db, &scope, work->arena, &timer_give_up,
                        DB_VALUES(db_uuid(timer->id), db_uuid(uuid_create(work->now)),
                                  db_uuid(timer->dossier_id), db_text(timer->element_id), db_cstr(why),
                                  db_instant(work->now)),
                        &ignored, &inner);
}

/* All of one dossier at once; when that fails, each by itself, so that one does not hold up the others. */
static enum status run_together(struct work *work, const struct due_timer *list, size_t count, size_t *done,
                                struct error *error)
{
    struct due_timers timers = {list, count};
    struct arena_mark mark = arena_mark(work->arena);
    enum status status =
        command_run_again(work, &list[0].tenant_id, &list[0].dossier_id, fire, &timers, error);
    if (status == STATUS_OK) {
        arena_rewind(work->arena, mark);
        *done += count;
        return STATUS_OK;
    }
    if (status == STATUS_UNAVAILABLE) return status; /* they come back after the lease */
    if (count > 1) {
        status = STATUS_OK;
        for (size_t i = 0; i < count; i++) {
            enum status one = run_together(work, &list[i], 1, done, error);
            if (one != STATUS_OK) status = one;
        }
        return status;
    }
    enum status written = put_off(work, list, status, error);
    return written == STATUS_OK ? status : written;
}

static enum status read_claimed(const struct db_result *rows, struct due_timer *list)
{
    for (size_t i = 0; i < rows->row_count; i++) {
        int64_t number = 0;
        if (str_to_int64(db_get_text(rows, i, 3), &number) != STATUS_OK) return STATUS_FATAL;
        list[i] = (struct due_timer){.tenant_id = db_get_uuid(rows, i, 0),
                                     .id = db_get_uuid(rows, i, 1),
                                     .dossier_id = db_get_uuid(rows, i, 2),
                                     .engine_timer = (uint64_t)number,
                                     .element_id = db_get_text(rows, i, 4),
                                     .attempts = db_get_int32(rows, i, 5)};
    }
    return STATUS_OK;
}

enum status timer_run_due(struct work *work, int batch, size_t *done, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    *done = 0;
    scope.found_again = true;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &timer_claim_due,
        DB_VALUES(db_instant(work->now), db_int64(LEASE_SECONDS), db_int32(batch)), &rows, error);
    if (status != STATUS_OK) return status;
    struct due_timer *list = arena_array(work->arena, rows->row_count, sizeof *list);
    status = read_claimed(rows, list);
    if (status != STATUS_OK) return status;
    for (size_t i = 0, next; i < rows->row_count; i = next) {
        for (next = i + 1; next < rows->row_count && uuid_same(&list[i].dossier_id, &list[next].dossier_id);)
            next++;
        enum status one = run_together(work, &list[i], next - i, done, error);
        if (one == STATUS_OK) continue;
        status = one; /* the others still run */
        if (one == STATUS_UNAVAILABLE) return status;
    }
    return status;
}
