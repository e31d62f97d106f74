/*
 * Units of work. Reads go out as one pipeline, one round trip:
 *
 *     struct db_batch *batch = db_read(connection, &scope, arena);
 *     struct db_result *dossier = db_add(batch, &dossier_find, db_uuid(id));
 *     struct db_result *events = db_add(batch, &dossier_events, db_uuid(id));
 *     if ((status = db_run(batch, error)) != STATUS_OK) return status;
 *
 * A write is a function run by db_transaction(): round one loads and locks, round two writes everything and
 * commits in the same round trip:
 *
 *     static enum status receive(struct db_transaction *transaction, void *context, struct error *error)
 *     {
 *         struct db_batch *load = db_batch(transaction);
 *         struct db_result *row = db_add(load, &dossier_lock, db_uuid(id));
 *         if ((status = db_run(load, error)) != STATUS_OK) return status;
 *         ... decide ...
 *         struct db_batch *write = db_batch(transaction);
 *         db_add(write, &dossier_update, ...);
 *         return db_commit(write, error);
 *     }
 *     status = db_transaction(connection, &scope, arena, receive, &context, error);
 *
 * The function may run more than once (serialization failure, deadlock, a connection that had died while
 * idle), so it changes nothing outside the database but its own results. Any status but STATUS_OK rolls back.
 * Nothing is ever tried again once COMMIT has been sent: a loss then is STATUS_UNAVAILABLE with code
 * "db.commit_unknown", and only an idempotency key of the caller can tell what happened.
 *
 * Invariants: the tenant is set here and nowhere else; no unit of work leaves a transaction open.
 */
#ifndef MOTCUA_DB_TRANSACTION_H
#define MOTCUA_DB_TRANSACTION_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"
#include "motcua/db/connection.h"
#include "motcua/db/result.h"
#include "motcua/db/value.h"

enum db_isolation { DB_READ_COMMITTED, DB_REPEATABLE_READ, DB_SERIALIZABLE };

/* On whose behalf. Row-level security sees motcua.app_tenant() and motcua.app_account(). */
struct db_scope {
    const char *tenant;  /* uuid; NULL: none (tenant tables look empty) */
    const char *account; /* uuid; NULL: nobody signed in */
    enum db_isolation isolation;
    /* For jobs that find again what is lost: COMMIT does not wait for the disk. When PostgreSQL itself
     * crashes, the newest of them may be gone as a whole (never in part), but none that a commit which waited
     * came after. */
    bool found_again;
};

struct db_batch;
struct db_transaction;

/* A read-only unit of work (the server refuses writes in it). */
struct db_batch *db_read(struct db_connection *connection, const struct db_scope *scope, struct arena *arena);
/* A round trip within a transaction; one at a time. */
struct db_batch *db_batch(struct db_transaction *transaction);
struct arena *db_transaction_arena(struct db_transaction *transaction);

/* Adds a statement. The result is filled by db_run() / db_commit(). Values are encoded at once. */
struct db_result *db_batch_add(struct db_batch *batch, const struct db_statement *statement,
                               const struct db_value *values, size_t count);
#define db_add(batch, statement, ...)                                                                        \
    db_batch_add(                                                                                            \
        (batch), (statement), (const struct db_value[]){__VA_ARGS__ __VA_OPT__(, ) db_null()},               \
        sizeof((struct db_value[]){__VA_ARGS__ __VA_OPT__(, ) db_null()}) / sizeof(struct db_value) - 1)

/*
 * Sends the batch, waits, fills the results. Each batch runs once. Failures:
 *   STATUS_CONFLICT     unique or exclusion constraint (code "db.unique"), or motcua.demand() (code
 * "db.demand"); error->field: name of the constraint, or demand()'s reason STATUS_INVALID      foreign key,
 * check, not null, malformed or too long value (codes "db.reference", "db.check", "db.value"); error->field:
 * name of the constraint or column STATUS_DENIED       row-level security or privilege (code "db.denied")
 *   STATUS_RETRY        serialization failure, deadlock (code "db.retry"); db_transaction() handles it
 *   STATUS_UNAVAILABLE  no connection, shutting down, timeout ("db.timeout"), lock not free in time
 * ("db.busy"), disk full STATUS_FATAL        a defect in the SQL (code "db.statement")
 */
NODISCARD enum status db_run(struct db_batch *batch, struct error *error);
/* The same with COMMIT in the same round trip. Only inside db_transaction(). */
NODISCARD enum status db_commit(struct db_batch *batch, struct error *error);

/* The database error's SQLSTATE of the last failed batch on this connection ("" when none). For logs and
 * tests. */
const char *db_last_sqlstate(const struct db_connection *connection);

NODISCARD enum status db_transaction(struct db_connection *connection, const struct db_scope *scope,
                                     struct arena *arena,
                                     enum status (*function)(struct db_transaction *transaction,
                                                             void *context, struct error *error),
                                     void *context, struct error *error);

/* The frequent small cases: one statement, one round trip. */
NODISCARD enum status db_read_one(struct db_connection *connection, const struct db_scope *scope,
                                  struct arena *arena, const struct db_statement *statement,
                                  const struct db_value *values, size_t count, struct db_result **result,
                                  struct error *error);
NODISCARD enum status db_write_one(struct db_connection *connection, const struct db_scope *scope,
                                   struct arena *arena, const struct db_statement *statement,
                                   const struct db_value *values, size_t count, struct db_result **result,
                                   struct error *error);
#define DB_VALUES(...)                                                                                       \
    (const struct db_value[]){__VA_ARGS__ __VA_OPT__(, ) db_null()},                                         \
        sizeof((struct db_value[]){__VA_ARGS__ __VA_OPT__(, ) db_null()}) / sizeof(struct db_value) - 1

#endif
