/*
 * The migration runner. The advisory lock is a session lock on the runner's own connection: two programs that
 * start at once migrate one after the other, and a runner that dies lets go of it.
 */
#include "motcua/db/migrate.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motcua/crypto/token.h"

enum { LOCK_WAIT_MS = 120000, CONNECT_SECONDS = 10 };
#define LOCK_KEY "7236827461" /* any number, the same for ever */

struct runner {
    PGconn *native;
    const struct db_migration *migrations;
    size_t count;
    struct arena *arena;
    struct error *error;
};

struct applied {
    int number;
    const char *name;
    const char *checksum;
    const char *at;
};

static enum status refuse(struct runner *runner, enum status status, const char *code, const char *format,
                          ...) __attribute__((format(printf, 4, 5)));

static enum status refuse(struct runner *runner, enum status status, const char *code, const char *format,
                          ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *sentence = arena_vprintf(runner->arena, format, arguments);
    va_end(arguments);
    return error_set(runner->error, runner->arena, status, code, NULL, "%s", sentence);
}

static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

static enum status connect_runner(struct runner *runner, const char *url)
{
    const char *const keys[] = {"application_name", "connect_timeout", "dbname", "client_encoding", NULL};
    char timeout[16];
    snprintf(timeout, sizeof timeout, "%d", CONNECT_SECONDS);
    const char *const values[] = {"motcua migrate", timeout, url, "UTF8", NULL};
    runner->native = PQconnectdbParams(keys, values, 1);
    if (runner->native == NULL || PQstatus(runner->native) != CONNECTION_OK)
        return refuse(runner, STATUS_UNAVAILABLE, "migrate.unavailable", "cannot connect to the database: %s",
                      str_trim(str_of(PQerrorMessage(runner->native))).data);
    PQsetNoticeReceiver(runner->native, ignore_notice, NULL);
    return STATUS_OK;
}

/* One command or script; the result's rows are dropped. */
static enum status execute(struct runner *runner, const char *sql, const char *purpose)
{
    PGresult *result = PQexec(runner->native, sql);
    ExecStatusType outcome = PQresultStatus(result);
    enum status status = STATUS_OK;
    if (outcome != PGRES_COMMAND_OK && outcome != PGRES_TUPLES_OK && outcome != PGRES_EMPTY_QUERY)
        status = refuse(runner, STATUS_UNAVAILABLE, "migrate.unavailable", "%s: %s", purpose,
                        PQerrorMessage(runner->native));
    PQclear(result);
    return status;
}

static enum status prepare_database(struct runner *runner)
{
    char lock_timeout[64];
    snprintf(lock_timeout, sizeof lock_timeout, "SET lock_timeout = %d; SET client_min_messages = warning",
             LOCK_WAIT_MS);
    enum status status = execute(runner, lock_timeout, "preparing the session");
    if (status == STATUS_OK)
        status = execute(runner, "SELECT pg_advisory_lock(" LOCK_KEY ")",
                         "waiting for another migration that is running");
    if (status == STATUS_OK)
        status = execute(runner,
                         "SET lock_timeout = 0;"
                         "SET search_path = public;" /* not a schema that happens to be named like the user */
                         "CREATE SCHEMA IF NOT EXISTS motcua;"
                         "CREATE TABLE IF NOT EXISTS motcua.migration ("
                         " number integer PRIMARY KEY CHECK (number > 0),"
                         " name text NOT NULL,"
                         " checksum text NOT NULL,"
                         " applied_at timestamptz NOT NULL DEFAULT now())",
                         "creating the table of migrations");
    return status;
}

static enum status load_applied(struct runner *runner, struct applied **applied, size_t *count)
{
    *count = 0;
    PGresult *result = PQexec(runner->native, "SELECT to_regclass('motcua.migration') IS NOT NULL");
    bool exists = PQresultStatus(result) == PGRES_TUPLES_OK && PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    if (!exists) return STATUS_OK;
    result = PQexec(runner->native, "SELECT number, name, checksum, to_char(applied_at AT TIME ZONE 'UTC', "
                                    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
                                    " FROM motcua.migration ORDER BY number");
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        PQclear(result);
        return refuse(runner, STATUS_UNAVAILABLE, "migrate.unavailable",
                      "reading the table of migrations: %s", PQerrorMessage(runner->native));
    }
    size_t rows = (size_t)PQntuples(result);
    struct applied *list = arena_array(runner->arena, rows + 1, sizeof *list);
    for (size_t i = 0; i < rows; i++)
        list[i] = (struct applied){
            .number = (int)strtol(PQgetvalue(result, (int)i, 0), NULL, 10),
            .name = arena_strdup(runner->arena, PQgetvalue(result, (int)i, 1)),
            .checksum = arena_strdup(runner->arena, PQgetvalue(result, (int)i, 2)),
            .at = arena_strdup(runner->arena, PQgetvalue(result, (int)i, 3)),
        };
    PQclear(result);
    *applied = list;
    *count = rows;
    return STATUS_OK;
}

static void checksum_of(const struct db_migration *migration, char hex[HASH_HEX_SIZE])
{
    struct hash hash = hash_sha256(str_make(migration->sql, migration->length));
    hash_hex(&hash, hex);
}

/* The files are 1, 2, 3 ...; what was applied is a prefix of them, unchanged. */
static enum status compare(struct runner *runner, const struct applied *applied, size_t applied_count)
{
    for (size_t i = 0; i < runner->count; i++)
        if (runner->migrations[i].number != (int)i + 1)
            return refuse(runner, STATUS_INVALID, "migrate.gap",
                          "the migrations are not numbered without gaps: %04zu is missing before %s", i + 1,
                          runner->migrations[i].name);
    for (size_t i = 0; i < applied_count; i++) {
        if (applied[i].number != (int)i + 1)
            return refuse(runner, STATUS_INVALID, "migrate.gap",
                          "the database has migration %s but not number %04zu before it", applied[i].name,
                          i + 1);
        if (i >= runner->count)
            return refuse(
                runner, STATUS_INVALID, "migrate.newer",
                "the database has migration %s, which this program does not know: it is older than the "
                "database; install the newer program",
                applied[i].name);
        char hex[HASH_HEX_SIZE];
        checksum_of(&runner->migrations[i], hex);
        if (strcmp(hex, applied[i].checksum) != 0)
            return refuse(
                runner, STATUS_INVALID, "migrate.changed",
                "migration %s was changed after it had been applied on %s; restore the file and write the "
                "change as a new migration",
                applied[i].name, applied[i].at);
    }
    return STATUS_OK;
}

static int line_of(const char *sql, const char *position)
{
    int line = 1;
    long characters = position == NULL ? 0 : strtol(position, NULL, 10);
    for (const char *c = sql; *c != '\0' && characters > 1; c++) {
        if (*c == '\n') line++;
        if (((unsigned char)*c & 0xC0) != 0x80) /* positions count characters, not bytes */
            characters--;
    }
    return line;
}

static enum status record(struct runner *runner, const struct db_migration *migration)
{
    char number[16], hex[HASH_HEX_SIZE];
    snprintf(number, sizeof number, "%d", migration->number);
    checksum_of(migration, hex);
    const char *const values[] = {number, migration->name, hex};
    PGresult *result = PQexecParams(
        runner->native, "INSERT INTO motcua.migration (number, name, checksum) VALUES ($1, $2, $3)", 3, NULL,
        values, NULL, NULL, 0);
    bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return done ? STATUS_OK
                : refuse(runner, STATUS_UNAVAILABLE, "migrate.unavailable", "recording migration %s: %s",
                         migration->name, PQerrorMessage(runner->native));
}

static enum status run_script(struct runner *runner, const struct db_migration *migration)
{
    if (memchr(migration->sql, '\0', migration->length) != NULL)
        return refuse(runner, STATUS_INVALID, "migrate.failed", "migration %s contains a NUL byte",
                      migration->name);
    PGresult *result = PQexec(runner->native, migration->sql);
    ExecStatusType outcome = PQresultStatus(result);
    enum status status = STATUS_OK;
    if (outcome == PGRES_FATAL_ERROR || outcome == PGRES_BAD_RESPONSE)
        status =
            refuse(runner, STATUS_INVALID, "migrate.failed", "migration %s, line %d: %s", migration->name,
                   line_of(migration->sql, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION)),
                   PQresultErrorMessage(result));
    PQclear(result);
    if (status == STATUS_OK && PQtransactionStatus(runner->native) != PQTRANS_INTRANS)
        status = refuse(runner, STATUS_INVALID, "migrate.failed",
                        "migration %s ends its transaction by itself; it must not contain COMMIT or ROLLBACK",
                        migration->name);
    return status;
}

static enum status apply(struct runner *runner, const struct db_migration *migration)
{
    enum status status = execute(runner, "BEGIN", "beginning a transaction");
    if (status == STATUS_OK) status = run_script(runner, migration);
    if (status == STATUS_OK) status = record(runner, migration);
    if (status == STATUS_OK) return execute(runner, "COMMIT", "committing a migration");
    PQclear(PQexec(runner->native, "ROLLBACK"));
    return status;
}

enum status db_migrate(const char *url, const struct db_migration *migrations, size_t count,
                       struct arena *arena, size_t *applied_now, struct error *error)
{
    struct runner runner = {NULL, migrations, count, arena, error};
    struct applied *applied = NULL;
    size_t applied_count = 0, done = 0;
    enum status status = connect_runner(&runner, url);
    if (status == STATUS_OK) status = prepare_database(&runner);
    if (status == STATUS_OK) status = load_applied(&runner, &applied, &applied_count);
    if (status == STATUS_OK) status = compare(&runner, applied, applied_count);
    for (size_t i = applied_count; status == STATUS_OK && i < count; i++, done++)
        status = apply(&runner, &migrations[i]);
    PQfinish(runner.native);
    if (status == STATUS_OK) *applied_now = done;
    return status;
}

enum status db_migrate_status(const char *url, const struct db_migration *migrations, size_t count,
                              struct arena *arena, struct db_migration_state **states, size_t *state_count,
                              struct error *error)
{
    struct runner runner = {NULL, migrations, count, arena, error};
    struct applied *applied = NULL;
    size_t applied_count = 0;
    enum status status = connect_runner(&runner, url);
    if (status == STATUS_OK) status = load_applied(&runner, &applied, &applied_count);
    if (status == STATUS_OK) status = compare(&runner, applied, applied_count);
    PQfinish(runner.native);
    if (status != STATUS_OK) return status;
    struct db_migration_state *list = arena_array(arena, count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct db_migration_state){migrations[i].number, migrations[i].name,
                                              i < applied_count ? applied[i].at : NULL};
    *states = list;
    *state_count = count;
    return STATUS_OK;
}
