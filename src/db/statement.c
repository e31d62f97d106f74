/* The statements of this program (one array, laid out by the linker) and the types they speak of. */
#include "motcua/db/statement.h"

#include <stdio.h>
#include <stdlib.h>

/* Weak: a program may hold no statement at all. */
extern const struct db_statement *const __start_motcua_statements[] __attribute__((weak));
extern const struct db_statement *const __stop_motcua_statements[] __attribute__((weak));

/* From PostgreSQL's catalogue/pg_type.dat: these identifiers never change. */
static const struct {
    const char *name;
    unsigned oid;
} types[DB_TYPE_COUNT] = {
    [DB_TEXT] = {"text", 25},
    [DB_UUID] = {"uuid", 2950},
    [DB_INT32] = {"int4", 23},
    [DB_INT64] = {"int8", 20},
    [DB_DOUBLE] = {"float8", 701},
    [DB_BOOL] = {"bool", 16},
    [DB_INSTANT] = {"timestamptz", 1184},
    [DB_DATE] = {"date", 1082},
    [DB_JSON] = {"jsonb", 3802},
    [DB_BYTES] = {"bytea", 17},
    [DB_TEXT_ARRAY] = {"text[]", 1009},
    [DB_UUID_ARRAY] = {"uuid[]", 2951},
    [DB_INT64_ARRAY] = {"int8[]", 1016},
};

enum { OID_VARCHAR = 1043, OID_BPCHAR = 1042, OID_VARCHAR_ARRAY = 1015 };

size_t db_statement_count(void)
{
    if (__start_motcua_statements == NULL) return 0;
    return (size_t)(__stop_motcua_statements - __start_motcua_statements);
}

const struct db_statement *db_statement_at(size_t index)
{
    if (index >= db_statement_count()) abort();
    return __start_motcua_statements[index];
}

size_t db_statement_index(const struct db_statement *statement)
{
    return (size_t)(statement->slot - __start_motcua_statements);
}

unsigned db_type_oid(enum db_type type)
{
    return type < DB_TYPE_COUNT ? types[type].oid : 0;
}

bool db_type_reads(enum db_type type, unsigned oid)
{
    if (type == DB_TEXT && (oid == OID_VARCHAR || oid == OID_BPCHAR)) return true;
    if (type == DB_TEXT_ARRAY && oid == OID_VARCHAR_ARRAY) return true;
    return type < DB_TYPE_COUNT && types[type].oid == oid;
}

const char *db_type_name(enum db_type type)
{
    return type < DB_TYPE_COUNT ? types[type].name : "null";
}
