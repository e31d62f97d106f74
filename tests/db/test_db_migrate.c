/* Migrations: once, in order, unchanged, whole or not at all, and never two runners at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "database.h"

#define NAME "motcua_test_migrate"

static struct arena *arena;
static char *url;

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(64 * 1024 * 1024);
    url = database_create(arena, NAME);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    database_drop(arena, NAME);
    arena_destroy(arena);
    return 0;
}

#define MIGRATION(number, name, sql)                                                                         \
    {                                                                                                        \
        number, name, sql, sizeof(sql) - 1                                                                   \
    }

static const struct db_migration three[] = {
    MIGRATION(1, "0001_one", "CREATE TABLE one (id int);"),
    MIGRATION(2, "0002_two", "CREATE TABLE two (id int);\nINSERT INTO two VALUES (2);"),
    MIGRATION(3, "0003_three", "SELECT pg_sleep(0.05); CREATE TABLE three (id int);"),
};

static enum status migrate(const struct db_migration *migrations, size_t count, size_t *applied,
                           struct error *error)
{
    *error = (struct error){0};
    return db_migrate(url, migrations, count, arena, applied, error);
}

static void each_is_applied_once(void **state)
{
    (void)state;
    size_t applied = 99;
    struct error error;
    assert_int_equal(migrate(three, 2, &applied, &error), STATUS_OK);
    assert_int_equal(applied, 2);
    assert_int_equal(migrate(three, 2, &applied, &error), STATUS_OK);
    assert_int_equal(applied, 0);
    assert_int_equal(migrate(three, 3, &applied, &error), STATUS_OK);
    assert_int_equal(applied, 1);
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM two"), "1");
}

static void the_state_shows_what_is_pending(void **state)
{
    (void)state;
    size_t applied, rows;
    struct error error;
    struct db_migration_state *states;
    assert_int_equal(db_migrate_status(url, three, 3, arena, &states, &rows, &error), STATUS_OK);
    assert_int_equal(rows, 3);
    assert_null(states[0].applied_at);
    assert_string_equal(database_query(arena, url, "SELECT to_regclass('motcua.migration') IS NULL"), "t");
    assert_int_equal(migrate(three, 2, &applied, &error), STATUS_OK);
    assert_int_equal(db_migrate_status(url, three, 3, arena, &states, &rows, &error), STATUS_OK);
    assert_non_null(states[1].applied_at);
    assert_null(states[2].applied_at);
}

static void a_changed_file_is_refused(void **state)
{
    (void)state;
    size_t applied = 99;
    struct error error;
    assert_int_equal(migrate(three, 2, &applied, &error), STATUS_OK);
    struct db_migration changed[] = {three[0], MIGRATION(2, "0002_two", "CREATE TABLE two (id bigint);"),
                                     three[2]};
    assert_int_equal(migrate(changed, 3, &applied, &error), STATUS_INVALID);
    assert_string_equal(error.code, "migrate.changed");
    assert_non_null(strstr(error.detail, "0002_two"));
    assert_string_equal(database_query(arena, url, "SELECT to_regclass('three') IS NULL"), "t");
}

static void a_gap_is_refused(void **state)
{
    (void)state;
    size_t applied;
    struct error error;
    struct db_migration gap[] = {three[0], three[2]};
    assert_int_equal(migrate(gap, 2, &applied, &error), STATUS_INVALID);
    assert_string_equal(error.code, "migrate.gap");
    assert_string_equal(database_query(arena, url, "SELECT to_regclass('one') IS NULL"), "t");
    assert_int_equal(migrate(three, 3, &applied, &error), STATUS_OK);
    database_execute(url, "DELETE FROM motcua.migration WHERE number = 2");
    assert_int_equal(migrate(three, 3, &applied, &error), STATUS_INVALID);
    assert_string_equal(error.code, "migrate.gap");
}

static void a_database_of_a_newer_program_is_refused(void **state)
{
    (void)state;
    size_t applied;
    struct error error;
    assert_int_equal(migrate(three, 3, &applied, &error), STATUS_OK);
    assert_int_equal(migrate(three, 2, &applied, &error), STATUS_INVALID);
    assert_string_equal(error.code, "migrate.newer");
}

static void a_failing_one_leaves_nothing_and_names_its_line(void **state)
{
    (void)state;
    size_t applied;
    struct error error;
    struct db_migration broken[] = {
        three[0], MIGRATION(2, "0002_broken",
                            "CREATE TABLE half (id int);\n-- Ễ Ậ\nINSERT INTO nowhere VALUES (1);\n")};
    assert_int_equal(migrate(broken, 2, &applied, &error), STATUS_INVALID);
    assert_string_equal(error.code, "migrate.failed");
    assert_non_null(strstr(error.detail, "0002_broken, line 3"));
    assert_string_equal(database_query(arena, url, "SELECT to_regclass('half') IS NULL"), "t");
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM motcua.migration"), "1");
    assert_int_equal(migrate(three, 3, &applied, &error), STATUS_OK);
    assert_int_equal(applied, 2);
}

static void one_that_commits_by_itself_is_refused(void **state)
{
    (void)state;
    size_t applied;
    struct error error;
    struct db_migration own[] = {MIGRATION(1, "0001_own", "CREATE TABLE own (id int); COMMIT;")};
    assert_int_equal(migrate(own, 1, &applied, &error), STATUS_INVALID);
    assert_non_null(strstr(error.detail, "COMMIT"));
    assert_string_equal(database_query(arena, url, "SELECT count(*) FROM motcua.migration"), "0");
}

struct runner {
    size_t applied;
    enum status status;
};

static void *run_one(void *context)
{
    struct runner *runner = context;
    struct arena *own = arena_create(1024 * 1024);
    runner->status = db_migrate(url, three, 3, own, &runner->applied, NULL);
    arena_destroy(own);
    return NULL;
}

static void two_at_once_take_turns(void **state)
{
    (void)state;
    struct runner runners[3] = {0};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, run_one, &runners[i]);
    size_t applied = 0;
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(runners[i].status, STATUS_OK);
        applied += runners[i].applied;
    }
    assert_int_equal(applied, 3);
}

static void the_embedded_ones_are_the_files(void **state)
{
    (void)state;
    size_t count;
    const struct db_migration *migrations = db_migrations(&count);
    assert_true(count >= 1);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(migrations[i].number, i + 1);
        const char *path = arena_printf(arena, MOTCUA_SOURCE_DIR "/migrations/%s.sql", migrations[i].name);
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        char *text = arena_alloc(arena, migrations[i].length + 2);
        assert_int_equal(fread(text, 1, migrations[i].length + 2, file), migrations[i].length);
        assert_memory_equal(text, migrations[i].sql, migrations[i].length);
        fclose(file);
    }
}

static void the_embedded_ones_apply_to_an_empty_database(void **state)
{
    (void)state;
    size_t count, applied;
    struct error error = {0};
    const struct db_migration *migrations = db_migrations(&count);
    assert_int_equal(migrate(migrations, count, &applied, &error), STATUS_OK);
    assert_int_equal(applied, count);
    assert_string_equal(
        database_query(arena, url,
                       "SELECT count(*) FROM pg_roles WHERE rolname = 'motcua_app' AND NOT rolsuper AND NOT"
                       " rolbypassrls AND NOT rolcanlogin AND NOT rolcreaterole AND NOT rolcreatedb"),
        "1");
    assert_string_equal(
        database_query(arena, url,
                       "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'motcua_app'"),
        "0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, finish)
    const struct CMUnitTest tests[] = {
        TEST(each_is_applied_once),
        TEST(the_state_shows_what_is_pending),
        TEST(a_changed_file_is_refused),
        TEST(a_gap_is_refused),
        TEST(a_database_of_a_newer_program_is_refused),
        TEST(a_failing_one_leaves_nothing_and_names_its_line),
        TEST(one_that_commits_by_itself_is_refused),
        TEST(two_at_once_take_turns),
        TEST(the_embedded_ones_are_the_files),
        TEST(the_embedded_ones_apply_to_an_empty_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
