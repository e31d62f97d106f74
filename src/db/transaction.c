/*
 * Units of work over one connection. The one place that sets the tenant is add_scope(): everything goes
 * through it, and what it sets ends with the transaction.
 */
#include "motcua/db/transaction.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "motcua/base/clock.h"
#include "motcua/crypto/token.h"
#include "session.h"
#include "wire.h"

enum { ATTEMPTS_MAXIMUM = 6, FIRST_BACKOFF_US = 2000 };

#define MESSAGE_VALUE N_("Dữ liệu không hợp lệ. Vui lòng kiểm tra lại nội dung đã nhập.")

/* clang-format off */
DB_STATEMENT(transaction_begin, DB_NOTHING, DB_NOTHING, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
DB_STATEMENT(transaction_begin_repeatable, DB_NOTHING, DB_NOTHING, "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE")
DB_STATEMENT(transaction_begin_serializable, DB_NOTHING, DB_NOTHING, "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE")
DB_STATEMENT(transaction_begin_snapshot, DB_NOTHING, DB_NOTHING, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
DB_STATEMENT(transaction_begin_safe, DB_NOTHING, DB_NOTHING, "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY")
DB_STATEMENT(transaction_found_again, DB_NOTHING, DB_NOTHING, "SET LOCAL synchronous_commit = off")
DB_STATEMENT(transaction_commit, DB_NOTHING, DB_NOTHING, "COMMIT")
DB_STATEMENT(transaction_rollback, DB_NOTHING, DB_NOTHING, "ROLLBACK")
DB_STATEMENT(transaction_ping, DB_NOTHING, DB_COLUMNS({"one", DB_INT32}), "SELECT 1 AS one")
DB_STATEMENT(transaction_scope, DB_PARAMETERS(DB_TEXT, DB_TEXT),
             DB_COLUMNS({"tenant", DB_TEXT}, {"account", DB_TEXT}),
             "SELECT set_config('motcua.tenant', $1, true) AS tenant,"
             " set_config('motcua.account', $2, true) AS account")
/* A read needs no BEGIN: the statements before one sync are one transaction. */
DB_STATEMENT(transaction_read_scope, DB_PARAMETERS(DB_TEXT, DB_TEXT),
             DB_COLUMNS({"tenant", DB_TEXT}, {"account", DB_TEXT}, {"read_only", DB_TEXT}),
             "SELECT set_config('motcua.tenant', $1, true) AS tenant,"
             " set_config('motcua.account', $2, true) AS account,"
             " set_config('transaction_read_only', 'on', true) AS read_only")
/* clang-format on */

struct db_transaction {
    struct db_connection *connection;
    const struct db_scope *scope;
    struct arena *arena;
    bool begun;
    bool commit_sent;
    bool committed;
    enum status failed; /* of a batch; STATUS_OK: none */
    bool lost;
};

struct db_batch {
    struct db_connection *connection;
    struct db_transaction *transaction; /* NULL: a read */
    const struct db_scope *scope;
    struct arena *arena;
    struct db_step *first;
    struct db_step **end;
    const struct db_statement *refused; /* a value of it could not be encoded */
    size_t refused_parameter;
    bool ran;
};

static struct db_batch *create_batch(struct db_connection *connection, struct db_transaction *transaction,
                                     const struct db_scope *scope, struct arena *arena)
{
    struct db_batch *batch = arena_zalloc(arena, sizeof *batch);
    batch->connection = connection;
    batch->transaction = transaction;
    batch->scope = scope;
    batch->arena = arena;
    batch->end = &batch->first;
    return batch;
}

struct db_batch *db_read(struct db_connection *connection, const struct db_scope *scope, struct arena *arena)
{
    return create_batch(connection, NULL, scope, arena);
}

struct db_batch *db_batch(struct db_transaction *transaction)
{
    return create_batch(transaction->connection, transaction, transaction->scope, transaction->arena);
}

struct arena *db_transaction_arena(struct db_transaction *transaction)
{
    return transaction->arena;
}

static struct db_step *create_step(struct db_batch *batch, const struct db_statement *statement,
                                   const struct db_value *values, size_t count)
{
    if (count != statement->parameter_count)
        wire_defect(statement, "another number of values than parameters");
    struct db_step *step = arena_zalloc(batch->arena, sizeof *step);
    step->statement = statement;
    step->values = arena_array(batch->arena, count + 1, sizeof *step->values);
    step->lengths = arena_array(batch->arena, count + 1, sizeof *step->lengths);
    for (size_t i = 0; i < count; i++) {
        if (values[i].type != statement->parameters[i] && values[i].type != DB_TYPE_COUNT)
            wire_defect(statement, "a value of another type than declared");
        struct str bytes;
        if (wire_encode(batch->arena, &values[i], &bytes) != STATUS_OK) {
            batch->refused = statement;
            batch->refused_parameter = i + 1;
            bytes = STR_NULL;
        }
        step->values[i] = bytes.data;
        step->lengths[i] = (int)bytes.length;
    }
    return step;
}

struct db_result *db_batch_add(struct db_batch *batch, const struct db_statement *statement,
                               const struct db_value *values, size_t count)
{
    if (batch->ran) wire_defect(statement, "added to a batch that has already run");
    struct db_step *step = create_step(batch, statement, values, count);
    step->result = arena_zalloc(batch->arena, sizeof *step->result);
    step->result->statement = statement;
    *batch->end = step;
    batch->end = &step->next;
    return step->result;
}

static void put_first(struct db_batch *batch, struct db_step *step)
{
    step->next = batch->first;
    if (batch->first == NULL) batch->end = &step->next;
    batch->first = step;
}

static void put_last(struct db_batch *batch, struct db_step *step)
{
    *batch->end = step;
    batch->end = &step->next;
}

static void add_scope(struct db_batch *batch, const struct db_statement *statement)
{
    const struct db_scope *scope = batch->scope;
    const struct db_value values[] = {db_cstr(scope->tenant == NULL ? "" : scope->tenant),
                                      db_cstr(scope->account == NULL ? "" : scope->account)};
    put_first(batch, create_step(batch, statement, values, 2));
}

static void add_read_head(struct db_batch *batch)
{
    if (batch->scope->isolation == DB_READ_COMMITTED) {
        add_scope(batch, &transaction_read_scope);
        return;
    }
    add_scope(batch, &transaction_scope);
    bool serializable = batch->scope->isolation == DB_SERIALIZABLE;
    put_first(batch, create_step(batch, serializable ? &transaction_begin_safe : &transaction_begin_snapshot,
                                 NULL, 0));
    put_last(batch, create_step(batch, &transaction_commit, NULL, 0));
}

static void add_write_head(struct db_batch *batch)
{
    static const struct db_statement *const begins[] = {[DB_READ_COMMITTED] = &transaction_begin,
                                                        [DB_REPEATABLE_READ] = &transaction_begin_repeatable,
                                                        [DB_SERIALIZABLE] = &transaction_begin_serializable};
    add_scope(batch, &transaction_scope);
    if (batch->scope->found_again) put_first(batch, create_step(batch, &transaction_found_again, NULL, 0));
    put_first(batch, create_step(batch, begins[batch->scope->isolation], NULL, 0));
}

static bool scope_is_valid(const struct db_scope *scope)
{
    return (scope->tenant == NULL || uuid_valid(str_of(scope->tenant))) &&
           (scope->account == NULL || uuid_valid(str_of(scope->account)));
}

static enum status check_batch(struct db_batch *batch, struct error *error)
{
    if (batch->ran && batch->first != NULL) wire_defect(batch->first->statement, "batch run twice");
    batch->ran = true;
    if (batch->refused != NULL)
        return error_set(error, batch->arena, STATUS_INVALID, "db.value", MESSAGE_VALUE,
                         "statement %s: parameter %zu cannot be sent", batch->refused->name,
                         batch->refused_parameter);
    if (!scope_is_valid(batch->scope))
        return error_set(error, batch->arena, STATUS_INVALID, "db.value", MESSAGE_VALUE,
                         "tenant or account is not a uuid");
    return STATUS_OK;
}

/* Leaves no transaction open; a session that does not even roll back is dropped. */
static void roll_back(struct db_connection *connection, struct arena *arena)
{
    if (connection->native == NULL || PQtransactionStatus(connection->native) == PQTRANS_IDLE) return;
    char sqlstate[SQLSTATE_SIZE]; /* of the failure, not of the way out */
    memcpy(sqlstate, connection->sqlstate, sizeof sqlstate);
    struct db_step step = {.statement = &transaction_rollback};
    const char *none[1] = {NULL};
    int lengths[1] = {0};
    step.values = none;
    step.lengths = lengths;
    struct db_failure failure;
    if (session_exchange(connection, &step, arena, &failure, NULL) != STATUS_OK ||
        PQtransactionStatus(connection->native) != PQTRANS_IDLE)
        session_drop(connection);
    memcpy(connection->sqlstate, sqlstate, sizeof sqlstate);
}

static void begin_work(struct db_connection *connection, const struct db_statement *statement)
{
    if (connection->working) wire_defect(statement, "a unit of work within another on the same connection");
    connection->working = true;
}

static enum status run_read(struct db_batch *batch, struct error *error)
{
    struct db_connection *connection = batch->connection;
    begin_work(connection, batch->first == NULL ? &transaction_read_scope : batch->first->statement);
    add_read_head(batch);
    enum status status = STATUS_OK;
    /* a read changes nothing, so a session that had died unnoticed, or an outdated plan, costs a second try
     */
    for (int attempt = 0; attempt < 2; attempt++) {
        status = db_connection_open(connection, batch->arena, error);
        if (status != STATUS_OK) break;
        struct db_failure failure;
        status = session_exchange(connection, batch->first, batch->arena, &failure, error);
        if (status != STATUS_OK) roll_back(connection, batch->arena);
        if (!failure.lost && status != STATUS_RETRY) break;
    }
    connection->working = false;
    return status;
}

/* The server has become a standby: a new session may find the new primary. */
static bool is_standby(const struct db_connection *connection, const struct db_failure *failure)
{
    if (strcmp(connection->sqlstate, "25006") == 0) return true; /* read_only_sql_transaction, at a write */
    /* feature_not_supported, at BEGIN READ WRITE during recovery */
    return failure->statement != NULL && strncmp(failure->statement->sql, "BEGIN", 5) == 0 &&
           strcmp(connection->sqlstate, "0A000") == 0;
}

static enum status run_write(struct db_batch *batch, bool commit, struct error *error)
{
    struct db_transaction *transaction = batch->transaction;
    if (transaction->failed != STATUS_OK || transaction->committed)
        return error_set(error, batch->arena, STATUS_FATAL, "db.statement", NULL,
                         "a batch after the end of its transaction");
    if (!transaction->begun) add_write_head(batch);
    if (commit) put_last(batch, create_step(batch, &transaction_commit, NULL, 0));
    if (batch->first == NULL) return STATUS_OK;
    transaction->begun = true;
    transaction->commit_sent = commit;
    struct db_failure failure;
    enum status status =
        session_exchange(transaction->connection, batch->first, batch->arena, &failure, error);
    if (is_standby(transaction->connection, &failure)) {
        session_drop(transaction->connection);
        status = failure_unavailable(batch->arena, error, "the database takes no writes (a standby)");
    }
    transaction->failed = status;
    transaction->lost = failure.lost;
    transaction->committed = commit && status == STATUS_OK;
    if (failure.lost && commit && error != NULL) error->code = "db.commit_unknown";
    return status;
}

enum status db_run(struct db_batch *batch, struct error *error)
{
    enum status status = check_batch(batch, error);
    if (status == STATUS_OK)
        status = batch->transaction == NULL ? run_read(batch, error) : run_write(batch, false, error);
    return status;
}

enum status db_commit(struct db_batch *batch, struct error *error)
{
    if (batch->transaction == NULL) wire_defect(&transaction_commit, "commit outside of db_transaction()");
    enum status status = check_batch(batch, error);
    return status == STATUS_OK ? run_write(batch, true, error) : status;
}

static void pause_before_attempt(int attempt)
{
    uint32_t span = (uint32_t)FIRST_BACKOFF_US << attempt;
    int64_t wait = span / 2 + random_below(span);
    struct timespec duration = {.tv_sec = (time_t)(wait / MICROSECONDS),
                                .tv_nsec = (long)(wait % MICROSECONDS) * 1000};
    nanosleep(&duration, NULL);
}

/* One run of the function and the end of its transaction. */
static enum status attempt_transaction(struct db_transaction *transaction,
                                       enum status (*function)(struct db_transaction *, void *,
                                                               struct error *),
                                       void *context, struct error *error)
{
    enum status status = function(transaction, context, error);
    if (status == STATUS_OK && transaction->failed != STATUS_OK)
        status = error_set(error, transaction->arena, STATUS_FATAL, "db.statement", NULL,
                           "a failed batch was passed over as success");
    if (status == STATUS_OK && transaction->begun && !transaction->committed)
        status = db_commit(db_batch(transaction), error);
    if (status != STATUS_OK) roll_back(transaction->connection, transaction->arena);
    return status;
}

static bool may_try_again(const struct db_transaction *transaction, int attempt, bool lost_before)
{
    if (attempt + 1 >= ATTEMPTS_MAXIMUM) return false;
    if (transaction->failed == STATUS_RETRY) return true;
    /* the session had died: nothing was committed, and a new one may be had at once */
    return transaction->lost && !transaction->commit_sent && !lost_before;
}

enum status db_transaction(struct db_connection *connection, const struct db_scope *scope,
                           struct arena *arena,
                           enum status (*function)(struct db_transaction *transaction, void *context,
                                                   struct error *error),
                           void *context, struct error *error)
{
    begin_work(connection, &transaction_begin);
    enum status status;
    bool lost_before = false;
    for (int attempt = 0;; attempt++) {
        struct db_transaction transaction = {.connection = connection, .scope = scope, .arena = arena};
        status = db_connection_open(connection, arena, error);
        if (status != STATUS_OK) break;
        status = attempt_transaction(&transaction, function, context, error);
        if (status == STATUS_OK || !may_try_again(&transaction, attempt, lost_before)) break;
        lost_before = lost_before || transaction.lost;
        if (!transaction.lost) pause_before_attempt(attempt);
    }
    connection->working = false;
    return status;
}

struct single {
    const struct db_statement *statement;
    const struct db_value *values;
    size_t count;
    struct db_result *result;
};

static enum status write_single(struct db_transaction *transaction, void *context, struct error *error)
{
    struct single *single = context;
    struct db_batch *batch = db_batch(transaction);
    single->result = db_batch_add(batch, single->statement, single->values, single->count);
    return db_commit(batch, error);
}

enum status db_read_one(struct db_connection *connection, const struct db_scope *scope, struct arena *arena,
                        const struct db_statement *statement, const struct db_value *values, size_t count,
                        struct db_result **result, struct error *error)
{
    struct db_batch *batch = db_read(connection, scope, arena);
    struct db_result *only = db_batch_add(batch, statement, values, count);
    enum status status = db_run(batch, error);
    if (status == STATUS_OK) *result = only;
    return status;
}

enum status db_write_one(struct db_connection *connection, const struct db_scope *scope, struct arena *arena,
                         const struct db_statement *statement, const struct db_value *values, size_t count,
                         struct db_result **result, struct error *error)
{
    struct single single = {statement, values, count, NULL};
    enum status status = db_transaction(connection, scope, arena, write_single, &single, error);
    if (status == STATUS_OK && result != NULL) *result = single.result;
    return status;
}

enum status db_connection_ping(struct db_connection *connection, struct arena *arena, struct error *error)
{
    static const struct db_scope nobody = {0};
    struct db_result *result = NULL;
    return db_read_one(connection, &nobody, arena, &transaction_ping, NULL, 0, &result, error);
}
