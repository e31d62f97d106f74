/* The private cluster: made, adopted, restarted after a crash, kept from others, stopped and removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database.h"
#include "motcua/base/clock.h"
#include "motcua/db/cluster.h"

static struct arena *arena;
static char *folder;
static struct db_cluster_options options;

/* A folder of its own for the tests that need one. */
static int prepare(void **state)
{
    (void)state;
    arena = arena_create(16 * 1024 * 1024);
    char template[] = "/tmp/motcua-cluster-XXXXXX";
    if (mkdtemp(template) == NULL) return -1;
    chmod(template, 0755);
    folder = arena_strdup(arena, template);
    options = (struct db_cluster_options){.folder = arena_printf(arena, "%s/pg", folder), .throwaway = true};
    return 0;
}

static int finish(void **state)
{
    (void)state;
    (void)!db_cluster_stop(&options, arena, NULL);
    (void)!db_cluster_remove(&options, arena, NULL);
    rmdir(folder);
    arena_destroy(arena);
    return 0;
}

/* Making a cluster takes a second: most tests share one, which stands still between them. */
static char shared[] = "/tmp/motcua-cluster-XXXXXX";

static int prepare_shared(void **state)
{
    (void)state;
    arena = arena_create(16 * 1024 * 1024);
    options = (struct db_cluster_options){.folder = arena_printf(arena, "%s/pg", shared), .throwaway = true};
    return 0;
}

static int finish_shared(void **state)
{
    (void)state;
    options.throwaway = false;
    (void)!db_cluster_stop(&options, arena, NULL);
    arena_destroy(arena);
    return 0;
}

static int make_shared(void **state)
{
    (void)state;
    return mkdtemp(shared) != NULL && chmod(shared, 0755) == 0 ? 0 : -1;
}

static int remove_shared(void **state)
{
    (void)prepare_shared(state);
    (void)!db_cluster_stop(&options, arena, NULL);
    (void)!db_cluster_remove(&options, arena, NULL);
    rmdir(shared);
    arena_destroy(arena);
    return 0;
}

static struct db_cluster start(void)
{
    struct db_cluster cluster = {0};
    struct error error = {0};
    if (db_cluster_start(&options, arena, &cluster, &error) != STATUS_OK) fail_msg("%s", error.detail);
    return cluster;
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Owner of the process by /proc. */
static uid_t owner_of(int pid)
{
    struct stat about;
    assert_int_equal(stat(arena_printf(arena, "/proc/%d", pid), &about), 0);
    return about.st_uid;
}

static void it_is_made_and_answers_and_belongs_to_no_root(void **state)
{
    (void)state;
    struct db_cluster cluster = start();
    assert_false(cluster.adopted);
    assert_int_not_equal(owner_of(cluster.pid), 0);
    assert_string_equal(database_query(arena, cluster.url, "SELECT current_database()"), "motcua");
    assert_string_equal(database_query(arena, cluster.url, "SHOW listen_addresses"), "");
    assert_string_equal(database_query(arena, cluster.url, "SHOW server_encoding"), "UTF8");
    assert_string_equal(database_query(arena, cluster.url, "SHOW data_checksums"), "on");
    struct stat about;
    assert_int_equal(stat(cluster.socket, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    assert_int_equal(stat(cluster.data, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
}

static void a_second_start_adopts_what_runs(void **state)
{
    (void)state;
    struct db_cluster first = start(), second = start(), found = {0};
    assert_true(second.adopted);
    assert_int_equal(first.pid, second.pid);
    assert_int_equal(db_cluster_find(&options, arena, &found, NULL), STATUS_OK);
    assert_int_equal(found.pid, first.pid);
}

static void it_stops_and_starts_with_its_data(void **state)
{
    (void)state;
    struct db_cluster cluster = start();
    options.throwaway = false; /* from here on: an orderly stop */
    database_execute(cluster.url, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS id");
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_NOT_FOUND);
    struct db_cluster found;
    assert_int_equal(db_cluster_find(&options, arena, &found, NULL), STATUS_NOT_FOUND);
    int64_t begin = clock_monotonic_us();
    cluster = start();
    assert_true(clock_monotonic_us() - begin < 10 * MICROSECONDS);
    assert_string_equal(database_query(arena, cluster.url, "SELECT id FROM kept"), "42");
}

static void it_comes_back_after_kill_9(void **state)
{
    (void)state;
    struct db_cluster cluster = start();
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    options.throwaway = false; /* from here on: durable */
    cluster = start();
    database_execute(cluster.url, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS id");
    kill(cluster.pid, SIGKILL);
    waitpid(cluster.pid, NULL, 0);
    struct db_cluster again = start();
    assert_int_not_equal(cluster.pid, again.pid);
    assert_string_equal(database_query(arena, again.url, "SELECT id FROM kept"), "42");
}

/* The number in a left-over postmaster.pid may by now be somebody else's process. */
static void a_stale_pid_file_does_not_adopt_a_stranger(void **state)
{
    (void)state;
    struct db_cluster cluster = start();
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    const char *path = arena_printf(arena, "%s/postmaster.pid", cluster.data);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
    struct db_cluster found;
    assert_int_equal(db_cluster_find(&options, arena, &found, NULL), STATUS_NOT_FOUND);
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_NOT_FOUND);
    remove(path);
}

static void a_long_path_gets_a_short_socket(void **state)
{
    (void)state;
    char *deep = arena_printf(arena, "%s/%0100d", folder, 7);
    options.folder = arena_printf(arena, "%s/it's, here/pg", deep);
    struct db_cluster cluster = start();
    assert_true(strlen(cluster.socket) < 60);
    assert_string_equal(database_query(arena, cluster.url, "SELECT 1"), "1");
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    assert_int_equal(db_cluster_remove(&options, arena, NULL), STATUS_OK);
    assert_int_not_equal(access(cluster.socket, F_OK), 0);
    rmdir(arena_printf(arena, "%s/it's, here", deep));
    rmdir(deep);
}

/* A checkout below a folder that only root can enter: root must put the cluster where the account gets at it.
 */
static void a_folder_out_of_the_accounts_reach_is_replaced_by_a_link(void **state)
{
    (void)state;
    if (geteuid() != 0) skip();
    chmod(folder, 0700);
    struct db_cluster cluster = start();
    struct stat about;
    assert_int_equal(lstat(options.folder, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(strncmp(cluster.data, "/var/lib/motcua/", 16), 0);
    assert_string_equal(database_query(arena, cluster.url, "SELECT 1"), "1");
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    cluster = start(); /* by way of the link */
    assert_int_equal(strncmp(cluster.data, "/var/lib/motcua/", 16), 0);
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    assert_int_equal(db_cluster_remove(&options, arena, NULL), STATUS_OK);
    assert_int_not_equal(lstat(options.folder, &about), 0);
}

/* A checkout that was deleted leaves its cluster behind; the next one of the same name begins anew, while one
 * that has lost nothing but the link finds its data. */
static void a_new_folder_of_an_old_name_begins_anew(void **state)
{
    (void)state;
    if (geteuid() != 0) skip();
    const char *key = arena_printf(arena, "%s/master.key", folder);
    chmod(folder, 0700);
    options.throwaway = false; /* what is committed stays */
    struct db_cluster old = start();
    const char *old_data = arena_strdup(arena, old.data);
    assert_string_equal(database_query(arena, old.url, "SELECT lo_create(4711)"),
                        "4711"); /* something to find again */
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    assert_int_equal(unlink(options.folder), 0);
    struct db_cluster fresh = start();
    assert_string_not_equal(fresh.data, old_data);
    assert_string_equal(database_query(arena, fresh.url, "SELECT count(*) FROM pg_largeobject_metadata"),
                        "0");
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    assert_int_equal(db_cluster_remove(&options, arena, NULL), STATUS_OK);
    close(open(key, O_CREAT | O_WRONLY, 0600));
    old = start();
    assert_string_equal(old.data, old_data);
    assert_string_equal(database_query(arena, old.url, "SELECT count(*) FROM pg_largeobject_metadata"), "1");
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    assert_int_equal(db_cluster_remove(&options, arena, NULL), STATUS_OK);
    unlink(key);
}

/* Root must not give away a folder that somebody else had prepared. */
static void root_gives_away_only_what_it_made(void **state)
{
    (void)state;
    if (geteuid() != 0) skip();
    assert_int_equal(mkdir(options.folder, 0755), 0);
    const char *other = arena_printf(arena, "%s/something", options.folder);
    assert_int_equal(mkdir(other, 0700), 0);
    struct db_cluster cluster;
    struct error error = {0};
    assert_int_equal(db_cluster_start(&options, arena, &cluster, &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "cluster.folder");
    struct stat about;
    assert_int_equal(stat(options.folder, &about), 0);
    assert_int_equal(about.st_uid, 0);
    rmdir(other);
    rmdir(options.folder);
}

static void missing_programs_are_said_in_a_sentence(void **state)
{
    (void)state;
    options.bin_folder = "/nonexistent";
    struct db_cluster cluster;
    struct error error = {0};
    assert_int_equal(db_cluster_start(&options, arena, &cluster, &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "cluster.programs");
    assert_non_null(strstr(error.detail, "/nonexistent"));
}

static void data_of_another_version_is_said_in_a_sentence(void **state)
{
    (void)state;
    struct db_cluster cluster = start();
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    const char *version = cluster.version;
    put(arena_printf(arena, "%s/PG_VERSION", cluster.data), "9\n");
    struct error error = {0};
    assert_int_equal(db_cluster_start(&options, arena, &cluster, &error), STATUS_UNAVAILABLE);
    assert_non_null(strstr(error.detail, "postgresql-9"));
    put(arena_printf(arena, "%s/PG_VERSION", cluster.data), arena_printf(arena, "%s\n", version));
}

static void a_failing_start_shows_the_log(void **state)
{
    (void)state;
    struct db_cluster cluster = start();
    assert_int_equal(db_cluster_stop(&options, arena, NULL), STATUS_OK);
    const char *data = cluster.data;
    put(arena_printf(arena, "%s/local.conf", cluster.data), "max_connections = many\n");
    assert_int_equal(chmod(arena_printf(arena, "%s/local.conf", cluster.data), 0644), 0);
    struct error error = {0};
    assert_int_equal(db_cluster_start(&options, arena, &cluster, &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "cluster.start");
    assert_non_null(strstr(error.detail, "max_connections"));
    unlink(arena_printf(arena, "%s/local.conf", data));
}

int main(void)
{
#define ALONE(name)  cmocka_unit_test_setup_teardown(name, prepare, finish)
#define SHARED(name) cmocka_unit_test_setup_teardown(name, prepare_shared, finish_shared)
    const struct CMUnitTest tests[] = {
        SHARED(it_is_made_and_answers_and_belongs_to_no_root),
        SHARED(a_second_start_adopts_what_runs),
        SHARED(it_stops_and_starts_with_its_data),
        SHARED(it_comes_back_after_kill_9),
        SHARED(a_stale_pid_file_does_not_adopt_a_stranger),
        SHARED(data_of_another_version_is_said_in_a_sentence),
        SHARED(a_failing_start_shows_the_log),
        ALONE(a_long_path_gets_a_short_socket),
        ALONE(a_folder_out_of_the_accounts_reach_is_replaced_by_a_link),
        ALONE(a_new_folder_of_an_old_name_begins_anew),
        ALONE(root_gives_away_only_what_it_made),
        ALONE(missing_programs_are_said_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, make_shared, remove_shared);
}
