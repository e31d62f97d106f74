/*
 * The private cluster's life: made (initdb into a folder that is renamed when whole), configured, started or
 * adopted, given its database, stopped.
 *
 * The postmaster is not tied to the server's life by a death signal: a server killed with SIGKILL leaves a
 * database that finishes its work and is adopted at the next start, which is also what makes that start
 * quick.
 */
#include "motcua/db/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "motcua/base/buf.h"
#include "motcua/base/clock.h"
#include "process.h"

enum {
    START_TIMEOUT_MS = 60000,      /* without a sign of life */
    RECOVERY_TIMEOUT_MS = 1800000, /* replaying its log after a crash */
    STOP_TIMEOUT_MS = 120000,
    PROBE_EVERY_MS = 20,
    START_ATTEMPTS = 5
};

#define OWNER    "motcua_owner"
#define DATABASE "motcua"

static const char *url_for(const struct place *place, struct arena *arena, const char *database)
{
    return arena_printf(arena, "host=%s port=5432 user=" OWNER " dbname=%s", place->socket, database);
}

/* The postmaster's process, 0 when none runs. */
static pid_t running_process(const struct place *place, struct arena *arena)
{
    FILE *file = fopen(arena_printf(arena, "%s/postmaster.pid", place->data), "re");
    if (file == NULL) return 0;
    char line[32] = "";
    pid_t pid = fgets(line, sizeof line, file) == NULL ? 0 : (pid_t)strtol(line, NULL, 10);
    fclose(file);
    return pid > 1 && process_is_postgres(pid) ? pid : 0;
}

static void fill(const struct place *place, struct arena *arena, pid_t pid, bool adopted,
                 struct db_cluster *cluster)
{
    *cluster = (struct db_cluster){.data = place->data,
                                   .socket = place->socket,
                                   .url = url_for(place, arena, DATABASE),
                                   .version = place->version,
                                   .pid = pid,
                                   .adopted = adopted};
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static bool remove_tree(const char *path)
{
    return access(path, F_OK) != 0 || nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0;
}

static enum status create_data(const struct db_cluster_options *options, const struct place *place,
                               struct arena *arena, struct error *error)
{
    if (access(place->data, F_OK) == 0) return STATUS_OK;
    const char *unfinished = arena_printf(arena, "%s.new", place->data);
    if (!remove_tree(unfinished)) /* of an attempt that was interrupted */
        return place_refuse(arena, error, "cluster.folder", "cannot remove %s: %s", unfinished,
                            strerror(errno));
    const char *const arguments[] = {"initdb",
                                     "-D",
                                     unfinished,
                                     "-U",
                                     OWNER,
                                     "--auth-local=peer",
                                     "--auth-host=reject",
                                     "--encoding=UTF8",
                                     "--locale=C.UTF-8",
                                     "--data-checksums",
                                     "--no-instructions",
                                     options->throwaway ? "--no-sync" : NULL,
                                     NULL};
    pid_t child = process_start(place, arguments);
    if (child < 0 || !process_wait(child))
        return place_refuse(arena, error, "cluster.create", "PostgreSQL's initdb failed: %s",
                            process_log_tail(place, arena));
    BUF_AUTO settings = BUF_WITH_MAXIMUM(64 * 1024);
    buf_append_cstr(
        &settings,
        "# The program writes motcua.conf at each start. Your own settings belong into local.conf,\n"
        "# which is read last. What initdb wrote stands in postgresql.initdb.conf.\n"
        "include_if_exists = 'postgresql.initdb.conf'\n"
        "include = 'motcua.conf'\ninclude_if_exists = 'local.conf'\n");
    const char *main_file = arena_printf(arena, "%s/postgresql.conf", unfinished);
    if (rename(main_file, arena_printf(arena, "%s/postgresql.initdb.conf", unfinished)) != 0 ||
        !process_write_file(place, main_file, buf_str(&settings), arena) ||
        rename(unfinished, place->data) != 0)
        return place_refuse(arena, error, "cluster.create", "cannot write into %s: %s", place->data,
                            strerror(errno));
    return STATUS_OK;
}

/* An eighth of the memory, within reason: the rest is the system's file cache, which PostgreSQL counts on. */
static long shared_buffers_mb(bool throwaway)
{
    if (throwaway) return 128;
    long megabytes = sysconf(_SC_PHYS_PAGES) / 1024 * (sysconf(_SC_PAGESIZE) / 1024) / 8;
    return megabytes < 128 ? 128 : megabytes > 4096 ? 4096 : megabytes;
}

static void append_quoted(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') buf_append_char(out, '\'');
        buf_append_char(out, *text);
    }
}

static enum status write_settings(const struct db_cluster_options *options, const struct place *place,
                                  struct arena *arena, struct error *error)
{
    BUF_AUTO settings = BUF_WITH_MAXIMUM(64 * 1024);
    long buffers = shared_buffers_mb(options->throwaway);
    buf_append_cstr(&settings,
                    "# Written by the program at each start: changes here are lost, use local.conf.\n"
                    "listen_addresses = ''\nport = 5432\nunix_socket_permissions = 0700\n"
                    "unix_socket_directories = '");
    append_quoted(&settings, place->socket);
    buf_printf(&settings, "'\nmax_connections = 100\nshared_buffers = %ldMB\neffective_cache_size = %ldMB\n",
               buffers, buffers * 4);
    buf_append_cstr(&settings, "huge_pages = try\njit = off\nrandom_page_cost = 1.1\nwork_mem = 16MB\n"
                               "maintenance_work_mem = 128MB\nmax_wal_size = 2GB\nwal_compression = on\n"
                               "timezone = 'UTC'\nlog_timezone = 'UTC'\nlogging_collector = on\n"
                               "log_directory = 'log'\nlog_filename = 'postgresql-%a.log'\n"
                               "log_truncate_on_rotation = on\nlog_rotation_age = 1d\nlog_rotation_size = 0\n"
                               "log_line_prefix = '%m [%p] %a '\nlog_parameter_max_length = 0\n"
                               "log_parameter_max_length_on_error = 0\nlog_error_verbosity = terse\n");
    if (options->throwaway)
        buf_append_cstr(&settings,
                        "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_wal_senders = 0\n"
                        "wal_level = minimal\nlog_min_error_statement = panic\n");
    BUF_AUTO identities = BUF_WITH_MAXIMUM(4096);
    buf_printf(&identities, "motcua \"%s\" " OWNER "\n", place->account);
    struct passwd *self = getpwuid(geteuid());
    if (self != NULL && strcmp(self->pw_name, place->account) != 0)
        buf_printf(&identities, "motcua \"%s\" " OWNER "\n", self->pw_name);
    if (!process_write_file(place, arena_printf(arena, "%s/motcua.conf", place->data), buf_str(&settings),
                            arena) ||
        !process_write_file(place, arena_printf(arena, "%s/pg_ident.conf", place->data), buf_str(&identities),
                            arena) ||
        !process_write_file(place, arena_printf(arena, "%s/pg_hba.conf", place->data),
                            STR("local all all peer map=motcua\n"), arena))
        return place_refuse(arena, error, "cluster.folder", "cannot write into %s: %s", place->data,
                            strerror(errno));
    return STATUS_OK;
}

/* True as long as it makes sense to go on waiting. */
static bool still_starting(pid_t child, pid_t pid)
{
    if (child > 0) return waitpid(child, NULL, WNOHANG) == 0;
    return process_is_postgres(pid);
}

/* Waits until it takes connections. child > 0: started by us; otherwise `pid` was already there. */
static bool wait_until_ready(const struct place *place, struct arena *arena, pid_t child, pid_t pid)
{
    const char *url = url_for(place, arena, "postgres");
    int64_t start = clock_monotonic_us();
    int64_t sign_of_life = start;
    for (;;) {
        PGPing answer = PQping(url);
        if (answer == PQPING_OK) return true;
        int64_t now = clock_monotonic_us();
        if (answer == PQPING_REJECT) /* up, replaying its log or shutting down */
            sign_of_life = now;
        if (!still_starting(child, pid) || now - sign_of_life > START_TIMEOUT_MS * INT64_C(1000) ||
            now - start > RECOVERY_TIMEOUT_MS * INT64_C(1000))
            return false;
        process_sleep_ms(PROBE_EVERY_MS);
    }
}

/* A crashed postmaster's children may hold its memory for a moment longer. */
static bool worth_another_attempt(const struct place *place, struct arena *arena)
{
    const char *tail = process_log_tail(place, arena);
    return strstr(tail, "shared memory") != NULL || strstr(tail, "lock file") != NULL;
}

static enum status start_process(const struct place *place, struct arena *arena, pid_t *pid,
                                 struct error *error)
{
    for (int attempt = 0; attempt < START_ATTEMPTS; attempt++) {
        if (attempt > 0) process_sleep_ms(500);
        const char *const arguments[] = {"postgres", "-D", place->data, NULL};
        pid_t child = process_start(place, arguments);
        if (child < 0)
            return place_refuse(arena, error, "cluster.start", "cannot start a process: %s", strerror(errno));
        if (wait_until_ready(place, arena, child, child)) {
            *pid = child;
            return STATUS_OK;
        }
        if (waitpid(child, NULL, WNOHANG) == 0) { /* alive but mute */
            kill(child, SIGQUIT);
            process_wait(child);
            break;
        }
        if (!worth_another_attempt(place, arena)) break;
    }
    return place_refuse(arena, error, "cluster.start", "PostgreSQL does not start: %s",
                        process_log_tail(place, arena));
}

static enum status create_database(const struct place *place, struct arena *arena, struct error *error)
{
    PGconn *native = PQconnectdb(url_for(place, arena, "postgres"));
    PGresult *result = PQexec(native, "SELECT 1 FROM pg_database WHERE datname = '" DATABASE "'");
    bool done = PQresultStatus(result) == PGRES_TUPLES_OK;
    if (done && PQntuples(result) == 0) {
        PQclear(result);
        result = PQexec(native, "CREATE DATABASE " DATABASE);
        done = PQresultStatus(result) == PGRES_COMMAND_OK;
    }
    PQclear(result);
    enum status status = STATUS_OK;
    if (!done)
        status = place_refuse(arena, error, "cluster.database", "cannot make the database: %s",
                              PQerrorMessage(native));
    PQfinish(native);
    return status;
}

/* A running one that takes connections is taken over; one that is on its way down is waited for. */
static bool adopt(const struct place *place, struct arena *arena, pid_t *pid)
{
    *pid = running_process(place, arena);
    return *pid != 0 && wait_until_ready(place, arena, 0, *pid);
}

static enum status start_locked(const struct db_cluster_options *options, struct place *place,
                                struct arena *arena, struct db_cluster *cluster, struct error *error)
{
    pid_t pid = 0;
    enum status status = place_find_programs(options, arena, place, error);
    if (status == STATUS_OK) status = place_make_socket_folder(place, arena, error);
    if (status == STATUS_OK) status = create_data(options, place, arena, error);
    if (status != STATUS_OK) return status;
    bool adopted = adopt(place, arena, &pid);
    if (!adopted) status = write_settings(options, place, arena, error);
    if (!adopted && status == STATUS_OK) status = start_process(place, arena, &pid, error);
    if (status == STATUS_OK) status = create_database(place, arena, error);
    if (status == STATUS_OK) fill(place, arena, pid, adopted, cluster);
    return status;
}

/* Two programs that start at once on one folder take turns. */
static int lock_folder(const struct place *place, struct arena *arena)
{
    int file = open(arena_printf(arena, "%s/start.lock", place->root),
                    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0 && place->switch_account && fchown(file, place->uid, place->gid) != 0) {
        close(file);
        return -1;
    }
    while (file >= 0 && flock(file, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        close(file);
        return -1;
    }
    return file;
}

enum status db_cluster_start(const struct db_cluster_options *options, struct arena *arena,
                             struct db_cluster *cluster, struct error *error)
{
    struct place place;
    enum status status = place_find(options, true, arena, &place, error);
    if (status != STATUS_OK) return status;
    int lock = lock_folder(&place, arena);
    if (lock < 0)
        return place_refuse(arena, error, "cluster.folder", "cannot lock %s: %s", place.root,
                            strerror(errno));
    status = start_locked(options, &place, arena, cluster, error);
    close(lock);
    return status;
}

enum status db_cluster_find(const struct db_cluster_options *options, struct arena *arena,
                            struct db_cluster *cluster, struct error *error)
{
    struct place place;
    enum status status = place_find(options, false, arena, &place, error);
    if (status != STATUS_OK) return status;
    pid_t pid = running_process(&place, arena);
    if (pid == 0 || PQping(url_for(&place, arena, "postgres")) != PQPING_OK) return STATUS_NOT_FOUND;
    status = place_find_programs(options, arena, &place, error);
    if (status == STATUS_OK) fill(&place, arena, pid, true, cluster);
    return status;
}

/* Also reaps it when it is our own child. */
static bool wait_until_gone(pid_t pid, int timeout_ms)
{
    for (int waited = 0; waited < timeout_ms; waited += PROBE_EVERY_MS) {
        (void)waitpid(pid, NULL, WNOHANG);
        if (!process_is_postgres(pid)) return true;
        process_sleep_ms(PROBE_EVERY_MS);
    }
    return false;
}

enum status db_cluster_stop(const struct db_cluster_options *options, struct arena *arena,
                            struct error *error)
{
    struct place place;
    enum status status = place_find(options, false, arena, &place, error);
    if (status != STATUS_OK) return status;
    pid_t pid = running_process(&place, arena);
    if (pid == 0) return STATUS_NOT_FOUND;
    if (kill(pid, options->throwaway ? SIGQUIT : SIGINT) != 0 && errno != ESRCH)
        return place_refuse(arena, error, "cluster.stop", "cannot stop process %d: %s", (int)pid,
                            strerror(errno));
    if (wait_until_gone(pid, STOP_TIMEOUT_MS)) return STATUS_OK;
    kill(pid, SIGQUIT); /* its log makes the next start whole */
    return wait_until_gone(pid, STOP_TIMEOUT_MS)
               ? STATUS_OK
               : place_refuse(arena, error, "cluster.stop", "process %d does not end", (int)pid);
}

enum status db_cluster_remove(const struct db_cluster_options *options, struct arena *arena,
                              struct error *error)
{
    struct place place;
    enum status status = place_find(options, false, arena, &place, error);
    if (status != STATUS_OK) return status;
    if (running_process(&place, arena) != 0)
        return place_refuse(arena, error, "cluster.remove", "the database in %s still runs", place.root);
    bool removed = remove_tree(place.socket) && remove_tree(place.root);
    struct stat about;
    if (removed && lstat(options->folder, &about) == 0 && S_ISLNK(about.st_mode))
        removed = unlink(options->folder) == 0;
    return removed ? STATUS_OK
                   : place_refuse(arena, error, "cluster.remove", "cannot remove %s: %s", place.root,
                                  strerror(errno));
}
