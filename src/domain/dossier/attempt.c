/*
 * Jobs that find dossiers by a question (what is late, what is over): each dossier is a command of its own.
 * One that fails rests for a while, longer each time, and at last becomes an incident.
 */
#include "dossier_private.h"

#include "motcua/domain/attempt.h"

DB_STATEMENT(attempt_over, DB_PARAMETERS(DB_UUID, DB_TEXT), DB_NOTHING,
             "DELETE FROM job_attempt WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND job = $2")

DB_STATEMENT(attempt_find, DB_PARAMETERS(DB_UUID, DB_TEXT), DB_COLUMNS({"attempts", DB_INT32}),
             "SELECT attempts FROM job_attempt WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND job = $2")

DB_STATEMENT(attempt_later, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INT32, DB_INSTANT), DB_NOTHING,
             "INSERT INTO job_attempt (tenant_id, dossier_id, job, attempts, next_at) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4) ON CONFLICT (tenant_id, dossier_id, job) "
             "DO UPDATE SET attempts = EXCLUDED.attempts, next_at = EXCLUDED.next_at")

DB_STATEMENT(attempt_give_up, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INT32, DB_UUID, DB_TEXT, DB_INSTANT),
             DB_NOTHING,
             "WITH given_up AS (INSERT INTO job_attempt (tenant_id, dossier_id, job, attempts, next_at) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, 'infinity') ON CONFLICT (tenant_id, dossier_id, job) "
             "DO UPDATE SET attempts = EXCLUDED.attempts, next_at = EXCLUDED.next_at RETURNING dossier_id) "
             "INSERT INTO incident (tenant_id, id, dossier_id, engine_incident, kind, message, created_at) "
             "SELECT motcua.app_tenant(), $4, given_up.dossier_id, $2, 'job', $5, $6 FROM given_up")

static enum status run_job(struct command *command, void *input, struct error *error)
{
    const struct dossier_job *job = input;
    db_add(command->write, &attempt_over, db_uuid(command->dossier.id), db_cstr(job->name));
    return job->function(command, NULL, error);
}

/* The failure is on record in `failure`; what comes of writing it down is returned. */
static enum status put_off(struct work *work, const struct dossier_job *job, const struct uuid *tenant_id,
                           const struct uuid *id, enum status failure, const struct error *reason)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    struct error inner = {0};
    enum status status = db_read_one(work->db, &scope, work->arena, &attempt_find,
                                     DB_VALUES(db_uuid(*id), db_cstr(job->name)), &rows, &inner);
    if (status != STATUS_OK) return status;
    /* A claim has counted this attempt already. */
    int attempts = (rows->row_count == 0 ? 0 : db_get_int32(rows, 0, 0)) + (job->claimed ? 0 : 1);
    if (attempts < ATTEMPTS_MAXIMUM)
        return db_write_one(work->db, &scope, work->arena, &attempt_later,
                            DB_VALUES(db_uuid(*id), db_cstr(job->name), db_int32(attempts),
                                      db_instant(work->now + attempt_pause(attempts))),
                            &rows, &inner);
    const char *why = reason != NULL && reason->detail != NULL ? reason->detail : status_name(failure);
    return db_write_one(work->db, &scope, work->arena, &attempt_give_up,
                        DB_VALUES(db_uuid(*id), db_cstr(job->name), db_int32(attempts),
                                  db_uuid(uuid_create(work->now)), db_cstr(why), db_instant(work->now)),
                        &rows, &inner);
}

enum status job_run(struct work *work, const struct dossier_job *job, const struct db_result *found,
                    size_t *done, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < found->row_count; i++) {
        struct uuid tenant = db_get_uuid(found, i, 0), id = db_get_uuid(found, i, 1);
        struct dossier_job copy = *job;
        enum status one =
            (job->archive ? command_run_archive : command_run)(work, &tenant, &id, run_job, &copy, error);
        if (one == STATUS_OK) {
            (*done)++;
            continue;
        }
        status = one; /* the others still have their turn */
        if (one == STATUS_UNAVAILABLE) return status;
        enum status written = put_off(work, job, &tenant, &id, one, error);
        if (written != STATUS_OK) status = written;
    }
    return status;
}
