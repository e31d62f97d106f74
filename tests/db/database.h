/*
 * For tests that need PostgreSQL: MOTCUA_TEST_DATABASE_URL names a cluster on which the tests may do as they
 * like. Each program makes a database of its own there, so programs do not see each other's rows.
 */
#ifndef MOTCUA_TESTS_DATABASE_H
#define MOTCUA_TESTS_DATABASE_H

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motcua/base/buf.h"
#include "motcua/db/connection.h"
#include "motcua/db/migrate.h"

/* Fails the test (not the program: what was set up is taken down again). */
static inline void database_fail(const char *what, const char *why) __attribute__((noreturn));
static inline void database_fail(const char *what, const char *why)
{
    fail_msg("%s: %s", what, why);
    abort(); /* fail_msg does not return, which the compiler does not know */
}

static inline const char *database_url(void)
{
    const char *url = getenv("MOTCUA_TEST_DATABASE_URL");
    if (url == NULL || url[0] == '\0') database_fail("MOTCUA_TEST_DATABASE_URL", "not set");
    return url;
}

/* The connection string with another database name. */
static inline char *database_url_for(struct arena *arena, const char *name)
{
    PQconninfoOption *options = PQconninfoParse(database_url(), NULL);
    if (options == NULL) database_fail("MOTCUA_TEST_DATABASE_URL", "malformed");
    char *url = arena_printf(arena, "dbname=%s", name);
    for (PQconninfoOption *option = options; option->keyword != NULL; option++)
        if (option->val != NULL && strcmp(option->keyword, "dbname") != 0)
            url = arena_printf(arena, "%s %s='%s'", url, option->keyword, option->val);
    PQconninfoFree(options);
    return url;
}

/* Runs a script as the owner; ends the program when it fails. */
static inline void database_execute(const char *url, const char *sql)
{
    PGconn *native = PQconnectdb(url);
    PGresult *result = PQexec(native, "SET client_min_messages = warning");
    PQclear(result);
    result = PQexec(native, sql);
    ExecStatusType outcome = PQresultStatus(result);
    if (outcome != PGRES_COMMAND_OK && outcome != PGRES_TUPLES_OK) database_fail(sql, PQerrorMessage(native));
    PQclear(result);
    PQfinish(native);
}

/* The first column of the first row, in the arena; "" when there is none. */
static inline const char *database_query(struct arena *arena, const char *url, const char *sql)
{
    PGconn *native = PQconnectdb(url);
    PGresult *result = PQexec(native, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) database_fail(sql, PQerrorMessage(native));
    const char *text = arena_strdup(arena, PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(native);
    return text;
}

/* A new empty database; returns its URL. */
static inline char *database_create(struct arena *arena, const char *name)
{
    database_execute(database_url(), arena_printf(arena, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name));
    database_execute(database_url(), arena_printf(arena, "CREATE DATABASE %s TEMPLATE template0", name));
    return database_url_for(arena, name);
}

/* A new database with all migrations applied. */
static inline char *database_create_migrated(struct arena *arena, const char *name)
{
    char *url = database_create(arena, name);
    size_t count, applied;
    const struct db_migration *migrations = db_migrations(&count);
    struct error error = {0};
    if (db_migrate(url, migrations, count, arena, &applied, &error) != STATUS_OK)
        database_fail("migrate", error.detail);
    return url;
}

static inline void database_drop(struct arena *arena, const char *name)
{
    database_execute(database_url(), arena_printf(arena, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name));
}

#endif
