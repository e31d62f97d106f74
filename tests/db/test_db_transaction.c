/* Units of work: one round trip, the tenant, failures by kind, retries, nothing left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "database.h"
#include "motcua/db/transaction.h"

#define NAME "motcua_test_transaction"
#define A    "0189f7ea-0000-7000-8000-00000000000a"
#define B    "0189f7ea-0000-7000-8000-00000000000b"

static struct arena *arena;
static struct db_connection *connection;
static char *url;
static const struct db_scope tenant_a = {.tenant = A};
static const struct db_scope tenant_b = {.tenant = B};
static const struct db_scope nobody;

/* clang-format off */
DB_STATEMENT(note_list, DB_NOTHING, DB_COLUMNS({"tenant_id", DB_UUID}, {"body", DB_TEXT}),
             "SELECT tenant_id, body FROM note ORDER BY body")
DB_STATEMENT(note_insert, DB_PARAMETERS(DB_UUID, DB_TEXT), DB_NOTHING,
             "INSERT INTO note (tenant_id, body) VALUES ($1, $2)")
DB_STATEMENT(note_set, DB_PARAMETERS(DB_TEXT, DB_INT64), DB_NOTHING, "UPDATE note SET amount = $2 WHERE body = $1")
DB_STATEMENT(note_add, DB_PARAMETERS(DB_TEXT, DB_INT64), DB_COLUMNS({"amount", DB_INT64}),
             "UPDATE note SET amount = amount + $2 WHERE body = $1 RETURNING amount")
DB_STATEMENT(note_total, DB_NOTHING, DB_COLUMNS({"total", DB_INT64}),
             "SELECT coalesce(sum(amount), 0)::bigint AS total FROM note")
DB_STATEMENT(note_lock, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"amount", DB_INT64}),
             "SELECT amount FROM note WHERE body = $1 FOR UPDATE")
DB_STATEMENT(note_refer, DB_PARAMETERS(DB_TEXT), DB_NOTHING, "INSERT INTO mark (tenant_id, body) VALUES (motcua.app_tenant(), $1)")
DB_STATEMENT(demand, DB_PARAMETERS(DB_BOOL), DB_COLUMNS({"demand", DB_BOOL}), "SELECT motcua.demand($1, 'dossier_moved_on')")
DB_STATEMENT(sleep_for, DB_PARAMETERS(DB_DOUBLE), DB_COLUMNS({"slept", DB_INT32}), "SELECT 1 AS slept FROM pg_sleep($1)")
DB_STATEMENT(how_durable, DB_NOTHING, DB_COLUMNS({"commit", DB_TEXT}), "SELECT current_setting('synchronous_commit') AS commit")
DB_STATEMENT(who, DB_NOTHING,
             DB_COLUMNS({"role", DB_TEXT}, {"tenant", DB_UUID}, {"account", DB_UUID}, {"isolation", DB_TEXT}, {"read_only", DB_TEXT}),
             "SELECT current_user::text AS role, motcua.app_tenant() AS tenant, motcua.app_account() AS account,"
             " current_setting('transaction_isolation') AS isolation, current_setting('transaction_read_only') AS read_only")
DB_STATEMENT(take_no_writes, DB_NOTHING, DB_NOTHING, "SET TRANSACTION READ ONLY")
DB_STATEMENT(broken_sql, DB_NOTHING, DB_NOTHING, "SELECT FROM WHERE")
DB_STATEMENT(wrong_type, DB_NOTHING, DB_COLUMNS({"x", DB_INT64}), "SELECT 1::int4 AS x")
DB_STATEMENT(forbidden, DB_NOTHING, DB_NOTHING, "DELETE FROM note")
/* clang-format on */

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(64 * 1024 * 1024);
    url = database_create(arena, NAME);
    size_t count, applied;
    const struct db_migration *migrations = db_migrations(&count);
    struct error error = {0};
    if (db_migrate(url, migrations, 1, arena, &applied, &error) != STATUS_OK)
        database_fail("migrate", error.detail);
    database_execute(
        url,
        "CREATE TABLE note (tenant_id uuid NOT NULL, body text NOT NULL, amount bigint NOT NULL DEFAULT 0"
        " CONSTRAINT amount_is_not_negative CHECK (amount >= 0), CONSTRAINT note_once PRIMARY KEY "
        "(tenant_id, body));"
        "CREATE TABLE mark (tenant_id uuid NOT NULL, body text NOT NULL, CONSTRAINT mark_of_note"
        " FOREIGN KEY (tenant_id, body) REFERENCES note DEFERRABLE INITIALLY DEFERRED);"
        "ALTER TABLE note ENABLE ROW LEVEL SECURITY; ALTER TABLE note FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY isolation ON note USING (tenant_id = motcua.app_tenant());"
        "GRANT SELECT, INSERT, UPDATE ON note, mark TO motcua_app;"
        "ALTER DATABASE " NAME " SET synchronous_commit = on"); /* a throw-away cluster has it off */
    struct db_settings settings = {
        .url = url, .role = DB_APPLICATION_ROLE, .statement_timeout_ms = 700, .lock_timeout_ms = 200};
    connection = db_connection_create(&settings);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    db_connection_destroy(connection);
    database_drop(arena, NAME);
    arena_destroy(arena);
    return 0;
}

static int empty_tables(void **state)
{
    (void)state;
    database_execute(url, "TRUNCATE note, mark");
    return 0;
}

static enum status insert(const struct db_scope *scope, const char *tenant, const char *body,
                          struct error *error)
{
    struct uuid id;
    snprintf(id.text, sizeof id.text, "%s", tenant);
    return db_write_one(connection, scope, arena, &note_insert, DB_VALUES(db_uuid(id), db_cstr(body)), NULL,
                        error);
}

static void a_tenant_sees_its_own_rows_only(void **state)
{
    (void)state;
    assert_int_equal(insert(&tenant_a, A, "of a", NULL), STATUS_OK);
    assert_int_equal(insert(&tenant_b, B, "of b", NULL), STATUS_OK);
    struct db_result *rows = NULL;
    assert_int_equal(db_read_one(connection, &tenant_a, arena, &note_list, NULL, 0, &rows, NULL), STATUS_OK);
    assert_int_equal(rows->row_count, 1);
    assert_string_equal(db_get_cstr(rows, 0, 1), "of a");
    assert_int_equal(db_read_one(connection, &nobody, arena, &note_list, NULL, 0, &rows, NULL), STATUS_OK);
    assert_int_equal(rows->row_count, 0);
}

static void a_row_of_another_tenant_cannot_be_written(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(insert(&tenant_a, B, "smuggled", &error), STATUS_DENIED);
    assert_string_equal(error.code, "db.denied");
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM note"), "0");
}

static void the_scope_ends_with_its_unit_of_work(void **state)
{
    (void)state;
    struct db_scope scope = {.tenant = A, .account = B};
    struct db_result *row = NULL;
    assert_int_equal(db_read_one(connection, &scope, arena, &who, NULL, 0, &row, NULL), STATUS_OK);
    assert_string_equal(db_get_cstr(row, 0, 0), "motcua_app");
    assert_string_equal(db_get_uuid(row, 0, 1).text, A);
    assert_string_equal(db_get_uuid(row, 0, 2).text, B);
    assert_string_equal(db_get_cstr(row, 0, 4), "on");
    assert_int_equal(db_read_one(connection, &nobody, arena, &who, NULL, 0, &row, NULL), STATUS_OK);
    assert_true(db_is_null(row, 0, 1));
    assert_true(db_is_null(row, 0, 2));
    assert_int_equal(db_write_one(connection, &nobody, arena, &who, NULL, 0, &row, NULL), STATUS_OK);
    assert_string_equal(db_get_cstr(row, 0, 4), "off");
    assert_true(db_is_null(row, 0, 1));
}

static void only_what_is_found_again_does_not_wait_for_the_disk(void **state)
{
    (void)state;
    struct db_scope lazy = {.tenant = A, .found_again = true};
    static const char *const wanted[] = {"on", "off", "on"};
    const struct db_scope *const scopes[] = {&tenant_a, &lazy, &tenant_a};
    for (int i = 0; i < 3; i++) {
        struct db_result *row = NULL;
        assert_int_equal(db_write_one(connection, scopes[i], arena, &how_durable, NULL, 0, &row, NULL),
                         STATUS_OK);
        assert_string_equal(db_get_cstr(row, 0, 0), wanted[i]);
    }
}

static void isolation_is_what_was_asked_for(void **state)
{
    (void)state;
    static const char *const names[] = {"read committed", "repeatable read", "serializable"};
    for (int isolation = DB_READ_COMMITTED; isolation <= DB_SERIALIZABLE; isolation++) {
        struct db_scope scope = {.isolation = (enum db_isolation)isolation};
        struct db_result *row = NULL;
        assert_int_equal(db_read_one(connection, &scope, arena, &who, NULL, 0, &row, NULL), STATUS_OK);
        assert_string_equal(db_get_cstr(row, 0, 3), names[isolation]);
        assert_string_equal(db_get_cstr(row, 0, 4), "on");
        assert_int_equal(db_write_one(connection, &scope, arena, &who, NULL, 0, &row, NULL), STATUS_OK);
        assert_string_equal(db_get_cstr(row, 0, 3), names[isolation]);
        assert_string_equal(db_get_cstr(row, 0, 4), "off");
    }
    assert_true(db_connection_settle(connection));
}

static void a_read_cannot_write(void **state)
{
    (void)state;
    struct uuid id = {A};
    struct error error = {0};
    struct db_result *none = NULL;
    assert_int_equal(db_read_one(connection, &tenant_a, arena, &note_insert,
                                 DB_VALUES(db_uuid(id), db_cstr("x")), &none, &error),
                     STATUS_FATAL);
    assert_string_equal(db_last_sqlstate(connection), "25006");
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM note"), "0");
}

static enum status write_without_leave(struct db_transaction *transaction, void *context, struct error *error)
{
    (void)context;
    struct db_batch *batch = db_batch(transaction);
    db_add(batch, &take_no_writes);
    db_add(batch, &note_set, db_cstr("one"), db_int64(1));
    return db_commit(batch, error);
}

/* After a failover the old primary may come back as a standby: not a defect, but a reason to look for the new
 * one. */
static void a_server_that_takes_no_writes_is_unavailable(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(db_transaction(connection, &tenant_a, arena, write_without_leave, NULL, &error),
                     STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "db.unavailable");
    assert_int_equal(insert(&tenant_a, A, "after", NULL), STATUS_OK);
}

static void a_tenant_that_is_no_uuid_is_invalid(void **state)
{
    (void)state;
    struct db_scope scope = {.tenant = "'; DROP TABLE note; --"};
    struct db_result *rows = NULL;
    assert_int_equal(db_read_one(connection, &scope, arena, &note_list, NULL, 0, &rows, NULL),
                     STATUS_INVALID);
    assert_int_equal(insert(&scope, A, "x", NULL), STATUS_INVALID);
    assert_true(db_connection_settle(connection));
}

static void violations_have_their_kind_and_name(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    assert_int_equal(insert(&tenant_a, A, "one", &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "db.unique");
    assert_string_equal(error.field, "note_once");
    assert_non_null(strstr(error.detail, "note_insert"));
    assert_null(strstr(error.detail, "Key (")); /* the row's values do not go to the log */
    assert_int_equal(db_write_one(connection, &tenant_a, arena, &note_set,
                                  DB_VALUES(db_cstr("one"), db_int64(-1)), NULL, &error),
                     STATUS_INVALID);
    assert_string_equal(error.code, "db.check");
    assert_string_equal(error.field, "amount_is_not_negative");
    assert_int_equal(db_write_one(connection, &tenant_a, arena, &note_insert,
                                  DB_VALUES(db_null(), db_cstr("two")), NULL, &error),
                     STATUS_DENIED); /* the policy looks before the column's NOT NULL */
    assert_int_equal(db_write_one(connection, &tenant_a, arena, &note_set,
                                  DB_VALUES(db_cstr("one"), db_null()), NULL, &error),
                     STATUS_INVALID);
    assert_string_equal(error.field, "amount");
    assert_int_equal(db_write_one(connection, &tenant_a, arena, &forbidden, NULL, 0, NULL, &error),
                     STATUS_DENIED);
    assert_true(db_connection_settle(connection));
}

/* A deferred constraint fails at COMMIT, which travels with the writes. */
static void a_violation_at_commit_is_seen(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(
        db_write_one(connection, &tenant_a, arena, &note_refer, DB_VALUES(db_cstr("missing")), NULL, &error),
        STATUS_INVALID);
    assert_string_equal(error.code, "db.reference");
    assert_string_equal(error.field, "mark_of_note");
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM mark"), "0");
    assert_true(db_connection_settle(connection));
}

static void an_unmet_demand_is_a_conflict(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(
        db_write_one(connection, &tenant_a, arena, &demand, DB_VALUES(db_bool(true)), NULL, &error),
        STATUS_OK);
    assert_int_equal(db_write_one(connection, &tenant_a, arena, &demand, DB_VALUES(db_null()), NULL, &error),
                     STATUS_CONFLICT);
    assert_string_equal(error.code, "db.demand");
    assert_string_equal(error.field, "dossier_moved_on");
}

struct steps {
    int runs;
    bool fail_at_end;
    int64_t seen;
};

static enum status load_then_write(struct db_transaction *transaction, void *context, struct error *error)
{
    struct steps *steps = context;
    steps->runs++;
    struct db_batch *load = db_batch(transaction);
    struct db_result *row = db_add(load, &note_lock, db_cstr("one"));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    steps->seen = row->row_count == 0 ? -1 : db_get_int64(row, 0, 0);
    struct db_batch *write = db_batch(transaction);
    struct db_result *changed = db_add(write, &note_set, db_cstr("one"), db_int64(steps->seen + 5));
    if (steps->fail_at_end) {
        status = db_run(write, error);
        return status == STATUS_OK ? STATUS_DENIED : status;
    }
    status = db_commit(write, error);
    if (status == STATUS_OK) assert_int_equal(changed->affected, 1);
    return status;
}

static void a_write_loads_then_writes_and_commits(void **state)
{
    (void)state;
    struct steps steps = {0};
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    assert_int_equal(db_transaction(connection, &tenant_a, arena, load_then_write, &steps, NULL), STATUS_OK);
    assert_int_equal(db_transaction(connection, &tenant_a, arena, load_then_write, &steps, NULL), STATUS_OK);
    assert_int_equal(steps.runs, 2);
    assert_int_equal(steps.seen, 5);
    assert_string_equal(database_query(arena, url, "SELECT amount FROM note"), "10");
}

static void a_function_that_says_no_leaves_nothing(void **state)
{
    (void)state;
    struct steps steps = {.fail_at_end = true};
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    assert_int_equal(db_transaction(connection, &tenant_a, arena, load_then_write, &steps, NULL),
                     STATUS_DENIED);
    assert_int_equal(steps.runs, 1);
    assert_string_equal(database_query(arena, url, "SELECT amount FROM note"), "0");
    assert_true(db_connection_settle(connection));
}

static enum status forget_to_commit(struct db_transaction *transaction, void *context, struct error *error)
{
    (void)context;
    struct db_batch *batch = db_batch(transaction);
    db_add(batch, &note_set, db_cstr("one"), db_int64(77));
    return db_run(batch, error);
}

static void success_without_commit_is_committed(void **state)
{
    (void)state;
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    assert_int_equal(db_transaction(connection, &tenant_a, arena, forget_to_commit, NULL, NULL), STATUS_OK);
    assert_string_equal(database_query(arena, url, "SELECT amount FROM note"), "77");
}

static enum status pass_over_a_failure(struct db_transaction *transaction, void *context, struct error *error)
{
    (void)context;
    struct db_batch *batch = db_batch(transaction);
    db_add(batch, &note_set, db_cstr("one"), db_int64(-1));
    (void)!db_run(batch, error);
    return STATUS_OK;
}

static void a_failed_batch_cannot_be_passed_over(void **state)
{
    (void)state;
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    assert_int_equal(db_transaction(connection, &tenant_a, arena, pass_over_a_failure, NULL, NULL),
                     STATUS_FATAL);
    assert_true(db_connection_settle(connection));
}

static void defects_in_sql_are_fatal_and_the_connection_goes_on(void **state)
{
    (void)state;
    struct error error = {0};
    struct db_result *row = NULL;
    assert_int_equal(db_read_one(connection, &nobody, arena, &broken_sql, NULL, 0, &row, &error),
                     STATUS_FATAL);
    assert_string_equal(error.code, "db.statement");
    assert_int_equal(db_read_one(connection, &nobody, arena, &wrong_type, NULL, 0, &row, &error),
                     STATUS_FATAL);
    assert_int_equal(db_read_one(connection, &nobody, arena, &who, NULL, 0, &row, &error), STATUS_OK);
    assert_true(db_connection_settle(connection));
}

/* The statement behind a failing one was never prepared: it must be sent again. */
static void a_batch_that_fails_in_the_middle_can_be_repeated(void **state)
{
    (void)state;
    db_connection_close(connection);
    for (int attempt = 0; attempt < 2; attempt++) {
        struct db_batch *batch = db_read(connection, &tenant_a, arena);
        db_add(batch, &note_list);
        db_add(batch, &broken_sql);
        db_add(batch, &note_total);
        assert_int_equal(db_run(batch, NULL), STATUS_FATAL);
    }
    struct db_batch *batch = db_read(connection, &tenant_a, arena);
    db_add(batch, &note_list);
    struct db_result *total = db_add(batch, &note_total);
    struct db_result *again = db_add(batch, &note_total);
    assert_int_equal(db_run(batch, NULL), STATUS_OK);
    assert_int_equal(db_get_int64(total, 0, 0), db_get_int64(again, 0, 0));
}

static void a_slow_statement_is_a_timeout(void **state)
{
    (void)state;
    struct error error = {0};
    struct db_result *row = NULL;
    assert_int_equal(
        db_read_one(connection, &nobody, arena, &sleep_for, DB_VALUES(db_double(5)), &row, &error),
        STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "db.timeout");
    assert_non_null(error.message);
    assert_int_equal(
        db_read_one(connection, &nobody, arena, &sleep_for, DB_VALUES(db_double(0)), &row, &error),
        STATUS_OK);
}

static void a_lock_that_is_not_given_up_is_busy(void **state)
{
    (void)state;
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    PGconn *holder = PQconnectdb(url);
    PQclear(PQexec(holder, "BEGIN; SELECT * FROM note FOR UPDATE"));
    struct steps steps = {0};
    struct error error = {0};
    assert_int_equal(db_transaction(connection, &tenant_a, arena, load_then_write, &steps, &error),
                     STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "db.busy");
    PQfinish(holder);
    assert_int_equal(db_transaction(connection, &tenant_a, arena, load_then_write, &steps, &error),
                     STATUS_OK);
}

/* Two threads add to two rows in opposite order: one is chosen as victim and tries again. */
struct worker {
    const char *first, *second;
    pthread_barrier_t *barrier;
    int runs;
    enum status status;
};

static enum status add_both(struct db_transaction *transaction, void *context, struct error *error)
{
    struct worker *worker = context;
    worker->runs++;
    struct db_batch *batch = db_batch(transaction);
    db_add(batch, &note_add, db_cstr(worker->first), db_int64(1));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (worker->runs == 1) pthread_barrier_wait(worker->barrier);
    batch = db_batch(transaction);
    db_add(batch, &note_add, db_cstr(worker->second), db_int64(1));
    return db_commit(batch, error);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct arena *own = arena_create(1024 * 1024);
    struct db_settings settings = {.url = url, .role = DB_APPLICATION_ROLE, .lock_timeout_ms = 20000};
    struct db_connection *mine = db_connection_create(&settings);
    worker->status = db_transaction(mine, &tenant_a, own, add_both, worker, NULL);
    db_connection_destroy(mine);
    arena_destroy(own);
    return NULL;
}

static void a_deadlock_is_tried_again(void **state)
{
    (void)state;
    assert_int_equal(insert(&tenant_a, A, "x", NULL), STATUS_OK);
    assert_int_equal(insert(&tenant_a, A, "y", NULL), STATUS_OK);
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    struct worker workers[] = {{"x", "y", &barrier, 0, STATUS_FATAL}, {"y", "x", &barrier, 0, STATUS_FATAL}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, work, &workers[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    assert_int_equal(workers[0].status, STATUS_OK);
    assert_int_equal(workers[1].status, STATUS_OK);
    assert_int_equal(workers[0].runs + workers[1].runs, 3);
    assert_string_equal(database_query(arena, url, "SELECT sum(amount) FROM note"), "4");
}

struct interference {
    int runs;
    int times; /* how often somebody else is faster */
};

static enum status read_then_write(struct db_transaction *transaction, void *context, struct error *error)
{
    struct interference *interference = context;
    struct db_batch *load = db_batch(transaction);
    struct db_result *total = db_add(load, &note_total);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (interference->runs++ < interference->times)
        database_execute(url, "UPDATE note SET amount = amount + 100");
    struct db_batch *write = db_batch(transaction);
    db_add(write, &note_set, db_cstr("one"), db_int64(db_get_int64(total, 0, 0) + 1));
    return db_commit(write, error);
}

static void a_serialization_failure_is_tried_again_on_new_data(void **state)
{
    (void)state;
    struct db_scope scope = {.tenant = A, .isolation = DB_REPEATABLE_READ};
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    struct interference twice = {0, 2};
    assert_int_equal(db_transaction(connection, &scope, arena, read_then_write, &twice, NULL), STATUS_OK);
    assert_int_equal(twice.runs, 3);
    assert_string_equal(database_query(arena, url, "SELECT amount FROM note"), "201");
}

static void retries_come_to_an_end(void **state)
{
    (void)state;
    struct db_scope scope = {.tenant = A, .isolation = DB_REPEATABLE_READ};
    struct error error = {0};
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    struct interference always = {0, 1000};
    assert_int_equal(db_transaction(connection, &scope, arena, read_then_write, &always, &error),
                     STATUS_RETRY);
    assert_in_range(always.runs, 3, 10);
    assert_string_equal(error.code, "db.retry");
    assert_true(db_connection_settle(connection));
}

static void a_changed_table_does_not_break_known_statements(void **state)
{
    (void)state;
    struct db_result *rows = NULL;
    assert_int_equal(insert(&tenant_a, A, "one", NULL), STATUS_OK);
    assert_int_equal(db_read_one(connection, &tenant_a, arena, &note_list, NULL, 0, &rows, NULL), STATUS_OK);
    database_execute(url, "ALTER TABLE note ALTER COLUMN body TYPE varchar(100)");
    assert_int_equal(db_read_one(connection, &tenant_a, arena, &note_list, NULL, 0, &rows, NULL), STATUS_OK);
    assert_int_equal(rows->row_count, 1);
    database_execute(url, "ALTER TABLE note ALTER COLUMN body TYPE text");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, empty_tables)
    const struct CMUnitTest tests[] = {
        TEST(a_tenant_sees_its_own_rows_only),
        TEST(a_row_of_another_tenant_cannot_be_written),
        TEST(the_scope_ends_with_its_unit_of_work),
        TEST(only_what_is_found_again_does_not_wait_for_the_disk),
        TEST(isolation_is_what_was_asked_for),
        TEST(a_read_cannot_write),
        TEST(a_server_that_takes_no_writes_is_unavailable),
        TEST(a_tenant_that_is_no_uuid_is_invalid),
        TEST(violations_have_their_kind_and_name),
        TEST(a_violation_at_commit_is_seen),
        TEST(an_unmet_demand_is_a_conflict),
        TEST(a_write_loads_then_writes_and_commits),
        TEST(a_function_that_says_no_leaves_nothing),
        TEST(success_without_commit_is_committed),
        TEST(a_failed_batch_cannot_be_passed_over),
        TEST(defects_in_sql_are_fatal_and_the_connection_goes_on),
        TEST(a_batch_that_fails_in_the_middle_can_be_repeated),
        TEST(a_slow_statement_is_a_timeout),
        TEST(a_lock_that_is_not_given_up_is_busy),
        TEST(a_deadlock_is_tried_again),
        TEST(a_serialization_failure_is_tried_again_on_new_data),
        TEST(retries_come_to_an_end),
        TEST(a_changed_table_does_not_break_known_statements),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
