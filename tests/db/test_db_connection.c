/* A connection's life: lost and found again, unreachable, notifications, left-overs after a jump out of a
 * request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "database.h"
#include "motcua/base/clock.h"
#include "motcua/db/transaction.h"

#define NAME "motcua_test_connection"

static struct arena *arena;
static struct db_connection *connection;
static char *url;
static const struct db_scope nobody;

/* clang-format off */
DB_STATEMENT(own_process, DB_NOTHING, DB_COLUMNS({"pid", DB_INT32}), "SELECT pg_backend_pid() AS pid")
DB_STATEMENT(tally_add, DB_NOTHING, DB_NOTHING, "INSERT INTO tally DEFAULT VALUES")
DB_STATEMENT(many_rows, DB_PARAMETERS(DB_INT32), DB_COLUMNS({"text", DB_TEXT}),
             "SELECT repeat('x', 1000) AS text FROM generate_series(1, $1)")
DB_STATEMENT(settings_shown, DB_NOTHING, DB_COLUMNS({"all", DB_TEXT}),
             "SELECT concat_ws(' ', current_setting('application_name'), current_setting('statement_timeout'),"
             " current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'),"
             " current_setting('TimeZone'), current_setting('search_path')) AS all")
/* clang-format on */

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(64 * 1024 * 1024);
    url = database_create(arena, NAME);
    database_execute(url, "CREATE TABLE tally (id bigserial)");
    struct db_settings settings = {.url = url, .application_name = "motcua test"};
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

static int32_t process(void)
{
    struct db_result *row = NULL;
    assert_int_equal(db_read_one(connection, &nobody, arena, &own_process, NULL, 0, &row, NULL), STATUS_OK);
    return db_get_int32(row, 0, 0);
}

static void terminate(int32_t pid)
{
    const char *sql = arena_printf(arena, "SELECT pg_terminate_backend(%d, 5000)", (int)pid);
    assert_string_equal(database_query(arena, url, sql), "t");
}

static void a_session_has_its_settings(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    assert_int_equal(db_read_one(connection, &nobody, arena, &settings_shown, NULL, 0, &row, NULL),
                     STATUS_OK);
    assert_string_equal(db_get_cstr(row, 0, 0), "motcua test 30s 5s 1min UTC public");
}

static void a_session_that_died_while_idle_is_not_noticed_by_the_caller(void **state)
{
    (void)state;
    int32_t first = process();
    terminate(first);
    int32_t second = process();
    assert_int_not_equal(first, second);
    terminate(second);
    assert_int_equal(db_write_one(connection, &nobody, arena, &tally_add, NULL, 0, NULL, NULL),
                     STATUS_UNAVAILABLE);
    assert_int_equal(db_connection_ping(connection, arena, NULL), STATUS_OK);
    assert_true(db_connection_settle(connection));
}

struct victim {
    int runs;
    int kills; /* how many times the session dies before the write */
};

static enum status die_then_write(struct db_transaction *transaction, void *context, struct error *error)
{
    struct victim *victim = context;
    struct db_batch *load = db_batch(transaction);
    struct db_result *row = db_add(load, &own_process);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (victim->runs++ < victim->kills) terminate(db_get_int32(row, 0, 0));
    struct db_batch *write = db_batch(transaction);
    db_add(write, &tally_add);
    status = db_run(write, error);
    return status == STATUS_OK ? db_commit(db_batch(transaction), error) : status;
}

static void a_transaction_whose_session_dies_before_commit_runs_once_more(void **state)
{
    (void)state;
    database_execute(url, "TRUNCATE tally");
    struct victim once = {0, 1};
    assert_int_equal(db_transaction(connection, &nobody, arena, die_then_write, &once, NULL), STATUS_OK);
    assert_int_equal(once.runs, 2);
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM tally"), "1");
    struct victim always = {0, 99};
    assert_int_equal(db_transaction(connection, &nobody, arena, die_then_write, &always, NULL),
                     STATUS_UNAVAILABLE);
    assert_int_equal(always.runs, 2);
    assert_true(db_connection_settle(connection));
}

static enum status die_before_commit(struct db_transaction *transaction, void *context, struct error *error)
{
    int *runs = context;
    (*runs)++;
    struct db_batch *load = db_batch(transaction);
    struct db_result *row = db_add(load, &own_process);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    terminate(db_get_int32(row, 0, 0));
    struct db_batch *write = db_batch(transaction);
    db_add(write, &tally_add);
    return db_commit(write, error);
}

static void nothing_is_tried_again_once_commit_was_sent(void **state)
{
    (void)state;
    database_execute(url, "TRUNCATE tally");
    int runs = 0;
    struct error error = {0};
    assert_int_equal(db_transaction(connection, &nobody, arena, die_before_commit, &runs, &error),
                     STATUS_UNAVAILABLE);
    assert_int_equal(runs, 1);
    assert_string_equal(error.code, "db.commit_unknown");
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM tally"), "0");
}

static void an_unreachable_server_is_said_at_once_and_tried_with_pauses(void **state)
{
    (void)state;
    struct db_settings settings = {.url = "host=/nonexistent/motcua dbname=x"};
    DB_CONNECTION_AUTO nowhere = db_connection_create(&settings);
    struct error error = {0};
    assert_int_equal(db_connection_open(nowhere, arena, &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "db.unavailable");
    assert_non_null(error.message);
    int64_t start = clock_monotonic_us();
    int waiting = 0;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(db_connection_ping(nowhere, arena, &error), STATUS_UNAVAILABLE);
        waiting += strstr(error.detail, "waiting") != NULL;
    }
    assert_in_range(waiting, 190, 200);
    assert_true(clock_monotonic_us() - start < 2 * MICROSECONDS);
}

static void a_jump_out_of_a_read_leaves_a_usable_connection(void **state)
{
    (void)state;
    struct arena *small = arena_create(64 * 1024);
    jmp_buf recovery;
    if (setjmp(recovery) == 0) {
        arena_set_recovery(small, &recovery);
        struct db_result *rows = NULL;
        (void)!db_read_one(connection, &nobody, small, &many_rows, DB_VALUES(db_int32(1000)), &rows, NULL);
        fail_msg("the arena was large enough");
    }
    assert_false(db_connection_settle(connection)); /* something had been left open */
    assert_true(db_connection_settle(connection));
    arena_destroy(small);
    assert_int_equal(db_connection_ping(connection, arena, NULL), STATUS_OK);
}

static jmp_buf way_out;

static enum status jump_away(struct db_transaction *transaction, void *context, struct error *error)
{
    (void)context;
    struct db_batch *batch = db_batch(transaction);
    db_add(batch, &tally_add);
    assert_int_equal(db_run(batch, error), STATUS_OK);
    longjmp(way_out, 1);
}

static void a_jump_out_of_a_transaction_rolls_back(void **state)
{
    (void)state;
    database_execute(url, "TRUNCATE tally");
    if (setjmp(way_out) == 0) (void)!db_transaction(connection, &nobody, arena, jump_away, NULL, NULL);
    assert_false(db_connection_settle(connection));
    assert_int_equal(db_connection_ping(connection, arena, NULL), STATUS_OK);
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM tally"), "0");
}

static void *notify_soon(void *context)
{
    usleep(50000);
    database_execute(context, "SELECT pg_notify('outbox', 'tenant-1')");
    return NULL;
}

static void a_notification_wakes_the_waiting(void **state)
{
    (void)state;
    struct db_settings settings = {.url = url};
    DB_CONNECTION_AUTO listener = db_connection_create(&settings);
    struct db_notification notification;
    assert_int_equal(db_listen(listener, "outbox", arena, NULL), STATUS_OK);
    assert_int_equal(db_wait(listener, 20, -1, arena, &notification, NULL), STATUS_NOT_FOUND);
    pthread_t thread;
    pthread_create(&thread, NULL, notify_soon, url);
    assert_int_equal(db_wait(listener, 10000, -1, arena, &notification, NULL), STATUS_OK);
    pthread_join(thread, NULL);
    assert_string_equal(notification.channel, "outbox");
    assert_string_equal(notification.payload, "tenant-1");
}

static void a_listener_subscribes_again_after_a_loss(void **state)
{
    (void)state;
    struct db_settings settings = {.url = url, .application_name = "lost listener"};
    DB_CONNECTION_AUTO listener = db_connection_create(&settings);
    struct db_notification notification;
    assert_int_equal(db_listen(listener, "outbox", arena, NULL), STATUS_OK);
    database_query(arena, url,
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = "
                   "'lost listener'");
    assert_int_equal(db_wait(listener, 2000, -1, arena, &notification, NULL), STATUS_UNAVAILABLE);
    assert_int_equal(db_wait(listener, 10, -1, arena, &notification, NULL), STATUS_NOT_FOUND);
    database_execute(url, "NOTIFY outbox");
    assert_int_equal(db_wait(listener, 2000, -1, arena, &notification, NULL), STATUS_OK);
    assert_string_equal(notification.payload, "");
}

static void a_waiting_thread_can_be_woken_to_stop(void **state)
{
    (void)state;
    struct db_settings settings = {.url = url};
    DB_CONNECTION_AUTO listener = db_connection_create(&settings);
    struct db_notification notification;
    int wake = eventfd(1, EFD_CLOEXEC);
    int64_t start = clock_monotonic_us();
    assert_int_equal(db_listen(listener, "outbox", arena, NULL), STATUS_OK);
    assert_int_equal(db_wait(listener, 10000, wake, arena, &notification, NULL), STATUS_NOT_FOUND);
    assert_true(clock_monotonic_us() - start < 5 * MICROSECONDS);
    close(wake);
    assert_int_equal(db_listen(listener, "bad\"; DROP TABLE tally; --", arena, NULL), STATUS_FATAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_has_its_settings),
        cmocka_unit_test(a_session_that_died_while_idle_is_not_noticed_by_the_caller),
        cmocka_unit_test(a_transaction_whose_session_dies_before_commit_runs_once_more),
        cmocka_unit_test(nothing_is_tried_again_once_commit_was_sent),
        cmocka_unit_test(an_unreachable_server_is_said_at_once_and_tried_with_pauses),
        cmocka_unit_test(a_jump_out_of_a_read_leaves_a_usable_connection),
        cmocka_unit_test(a_jump_out_of_a_transaction_rolls_back),
        cmocka_unit_test(a_notification_wakes_the_waiting),
        cmocka_unit_test(a_listener_subscribes_again_after_a_loss),
        cmocka_unit_test(a_waiting_thread_can_be_woken_to_stop),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
