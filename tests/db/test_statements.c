/*
 * Every declared statement is prepared against a freshly migrated database, and what PostgreSQL says about
 * its parameters and columns is compared with the declaration. One test a statement. This program is linked
 * with whole archives, so it sees statements that nobody calls, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "database.h"
#include "motcua/db/statement.h"

#define NAME "motcua_test_statements"

static struct arena *arena;
static PGconn *native;

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(64 * 1024 * 1024);
    native = PQconnectdb(database_create_migrated(arena, NAME));
    PQclear(PQexec(native, "SET search_path = public; CREATE DOMAIN short AS text"));
    return 0;
}

static int finish(void **state)
{
    (void)state;
    PQfinish(native);
    database_drop(arena, NAME);
    arena_destroy(arena);
    return 0;
}

static const char *compare_columns(const struct db_statement *statement, const PGresult *described)
{
    if ((size_t)PQnfields(described) != statement->column_count)
        return arena_printf(arena, "it has %d columns, %zu are declared", PQnfields(described),
                            statement->column_count);
    for (int i = 0; i < PQnfields(described); i++) {
        const struct db_column *column = &statement->columns[i];
        if (strcmp(PQfname(described, i), column->name) != 0)
            return arena_printf(arena, "column %d is \"%s\", declared as \"%s\"", i, PQfname(described, i),
                                column->name);
        if (!db_type_reads(column->type, PQftype(described, i)))
            return arena_printf(arena, "column \"%s\" has type %u, declared as %s", column->name,
                                (unsigned)PQftype(described, i), db_type_name(column->type));
    }
    return NULL;
}

/* NULL: as declared; otherwise what is wrong. */
static const char *check(const struct db_statement *statement)
{
    Oid oids[64];
    if (statement->parameter_count > 64) return "more than 64 parameters";
    for (size_t i = 0; i < statement->parameter_count; i++)
        oids[i] = db_type_oid(statement->parameters[i]);
    PGresult *result = PQprepare(native, "", statement->sql, (int)statement->parameter_count, oids);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        const char *why = arena_strdup(arena, PQresultErrorMessage(result));
        PQclear(result);
        return why;
    }
    PQclear(result);
    result = PQdescribePrepared(native, "");
    const char *problem = NULL;
    if ((size_t)PQnparams(result) != statement->parameter_count)
        problem = arena_printf(arena, "it uses %d parameters, %zu are declared", PQnparams(result),
                               statement->parameter_count);
    if (problem == NULL) problem = compare_columns(statement, result);
    PQclear(result);
    return problem;
}

static void statement_is_as_declared(void **state)
{
    const struct db_statement *statement = *state;
    const char *problem = check(statement);
    if (problem != NULL)
        fail_msg("%s:%d: %s: %s", statement->file, statement->line, statement->name, problem);
}

/* Names are what logs and errors show: one name, one statement. */
static void names_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < db_statement_count(); i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(db_statement_at(i)->name, db_statement_at(j)->name) == 0)
                fail_msg("%s is declared in %s and in %s", db_statement_at(i)->name, db_statement_at(i)->file,
                         db_statement_at(j)->file);
}

/* clang-format off */
DB_STATEMENT(bad_sql, DB_NOTHING, DB_NOTHING, "SELEC 1")
DB_STATEMENT(bad_table, DB_NOTHING, DB_NOTHING, "DELETE FROM no_such_table")
DB_STATEMENT(bad_parameter_type, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"x", DB_BOOL}), "SELECT $1 = now() AS x")
DB_STATEMENT(bad_parameter_count, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"x", DB_BOOL}), "SELECT $1 = $2 AS x")
DB_STATEMENT(bad_column_name, DB_NOTHING, DB_COLUMNS({"y", DB_INT32}), "SELECT 1 AS x")
DB_STATEMENT(bad_column_type, DB_NOTHING, DB_COLUMNS({"x", DB_INT64}), "SELECT 1 AS x")
DB_STATEMENT(bad_column_domain, DB_NOTHING, DB_COLUMNS({"x", DB_TEXT}), "SELECT 1::numeric AS x")
DB_STATEMENT(bad_column_count, DB_NOTHING, DB_COLUMNS({"x", DB_INT32}), "SELECT 1 AS x, 2 AS y")
DB_STATEMENT(good_statement, DB_PARAMETERS(DB_INT32), DB_COLUMNS({"x", DB_INT32}, {"s", DB_TEXT}), "SELECT $1 AS x, 'a'::short AS s")
/* clang-format on */

static void the_check_can_fail(void **state)
{
    (void)state;
    const struct db_statement *const bad[] = {
        &bad_sql,         &bad_table,       &bad_parameter_type, &bad_parameter_count,
        &bad_column_name, &bad_column_type, &bad_column_domain,  &bad_column_count};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (check(bad[i]) == NULL) fail_msg("%s was accepted", bad[i]->name);
    assert_null(check(&good_statement));
}

int main(void)
{
    size_t count = db_statement_count(), tests_count = 0;
    struct CMUnitTest *tests = calloc(count + 2, sizeof *tests);
    if (tests == NULL) return 1;
    tests[tests_count++] = (struct CMUnitTest)cmocka_unit_test(the_check_can_fail);
    tests[tests_count++] = (struct CMUnitTest)cmocka_unit_test(names_are_unique);
    for (size_t i = 0; i < count; i++) {
        const struct db_statement *statement = db_statement_at(i);
        if (strcmp(statement->file, __FILE__) == 0) continue;
        tests[tests_count++] = (struct CMUnitTest){
            .name = statement->name,
            .test_func = statement_is_as_declared,
            .initial_state = (void *)(uintptr_t)statement,
        };
    }
    int failed = _cmocka_run_group_tests("statements", tests, tests_count, prepare, finish);
    free(tests);
    return failed;
}
