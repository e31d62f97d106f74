/*
 * Declared statements: the only way SQL reaches the database. A statement is a static constant with a
 * name, its SQL, the types of its parameters and the types of its result columns:
 *
 *     DB_STATEMENT(dossier_find, DB_PARAMETERS(DB_UUID),
 *                  DB_COLUMNS({"code", DB_TEXT}, {"due", DB_INSTANT}),
 *                  "SELECT code, due FROM dossier WHERE tenant_id = motcua.app_tenant() AND id = $1")
 *
 * The invariant: SQL is never built from input, and every statement is enumerable, so that a test can
 * prepare all of them against a freshly migrated database and run all of them across two tenants.
 *
 * Registration: the macro puts a pointer into the ELF section `motcua_statements`; the linker lays those
 * pointers out as one array, and a statement's place in it is its number on every connection. A static
 * library's object file only takes part when something in it is used, which is always so for code that
 * runs; the statement tests link with --whole-archive so that they see those that nobody calls yet, too.
 */
#ifndef MOTCUA_DB_STATEMENT_H
#define MOTCUA_DB_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All travel in PostgreSQL's binary format, so nothing is lost in between. */
enum db_type {
    DB_TEXT,        /* text, varchar */
    DB_UUID,        /* uuid */
    DB_INT32,       /* int4 */
    DB_INT64,       /* int8; money is whole dong */
    DB_DOUBLE,      /* float8: ranks and ratios, never money */
    DB_BOOL,        /* bool */
    DB_INSTANT,     /* timestamptz: microseconds since 1970 (instant) */
    DB_DATE,        /* date: days since 1970-01-01 */
    DB_JSON,        /* jsonb */
    DB_BYTES,       /* bytea */
    DB_TEXT_ARRAY,  /* text[] */
    DB_UUID_ARRAY,  /* uuid[] */
    DB_INT64_ARRAY, /* bigint[] */
    DB_TYPE_COUNT
};

struct db_column {
    const char *name; /* as the database names it; the test compares */
    enum db_type type;
};

struct db_statement {
    const char *name; /* the C symbol; shown in logs and errors */
    const char *sql;
    const enum db_type *parameters;
    size_t parameter_count;
    const struct db_column *columns;
    size_t column_count;
    const char *file; /* where it is declared, for the tests' messages */
    int line;
    const struct db_statement *const *slot; /* its place in the section */
};

#define DB_PARAMETERS(...) (__VA_ARGS__)
#define DB_COLUMNS(...)    (__VA_ARGS__)
#define DB_NOTHING         () /* no parameters, or no result columns */

#define DB_STRIP_(...) __VA_ARGS__
/* symbol: static constant of this file; parameters: DB_PARAMETERS(...) or DB_NOTHING; columns: likewise. */
#define DB_STATEMENT(symbol, parameters_, columns_, sql_)                                                    \
    static const enum db_type symbol##_parameters[] = {DB_STRIP_ parameters_};                               \
    static const struct db_column symbol##_columns[] = {DB_STRIP_ columns_};                                 \
    static const struct db_statement *const symbol##_slot                                                    \
        __attribute__((section("motcua_statements"), used, aligned(8)));                                     \
    static const struct db_statement symbol = {                                                              \
        .name = #symbol,                                                                                     \
        .sql = sql_,                                                                                         \
        .parameters = symbol##_parameters,                                                                   \
        .parameter_count = sizeof symbol##_parameters / sizeof(enum db_type),                                \
        .columns = symbol##_columns,                                                                         \
        .column_count = sizeof symbol##_columns / sizeof(struct db_column),                                  \
        .file = __FILE__,                                                                                    \
        .line = __LINE__,                                                                                    \
        .slot = &symbol##_slot,                                                                              \
    };                                                                                                       \
    static const struct db_statement *const symbol##_slot = &symbol;

/* How many statements this program holds, and the one at `index` (below the count). */
size_t db_statement_count(void);
const struct db_statement *db_statement_at(size_t index);
size_t db_statement_index(const struct db_statement *statement);

/* PostgreSQL's type identifier for a parameter of this type. */
unsigned db_type_oid(enum db_type type);
/* True when a result column of PostgreSQL type `oid` may be read as `type`. */
bool db_type_reads(enum db_type type, unsigned oid);
const char *db_type_name(enum db_type type); /* "text", "uuid", ... */

#endif
