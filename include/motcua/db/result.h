/*
 * Results, copied into the caller's arena: nothing to release, and they stay valid as long as the arena.
 * Row and column are checked against the declaration; reading a column as another type than declared is a
 * defect and aborts.
 */
#ifndef MOTCUA_DB_RESULT_H
#define MOTCUA_DB_RESULT_H

#include <jansson.h>

#include "motcua/base/arena.h"
#include "motcua/base/clock.h"
#include "motcua/base/uuid.h"
#include "motcua/db/statement.h"

struct db_result {
    const struct db_statement *statement;
    bool done;        /* false until the batch ran successfully */
    size_t row_count; /* rows returned */
    int64_t affected; /* rows written by INSERT, UPDATE, DELETE; rows returned for SELECT */
    struct str
        *cells; /* row_count * column_count; data NULL is SQL NULL; wire format: use the readers below */
};

bool db_is_null(const struct db_result *result, size_t row, size_t column);
/* For SQL NULL: STR_NULL, NULL, 0, false, a uuid with an empty text, no items. */
struct str db_get_text(const struct db_result *result, size_t row, size_t column);
const char *db_get_cstr(const struct db_result *result, size_t row, size_t column);
struct uuid db_get_uuid(const struct db_result *result, size_t row, size_t column);
int32_t db_get_int32(const struct db_result *result, size_t row, size_t column);
int64_t db_get_int64(const struct db_result *result, size_t row, size_t column);
double db_get_double(const struct db_result *result, size_t row, size_t column);
bool db_get_bool(const struct db_result *result, size_t row, size_t column);
instant db_get_instant(const struct db_result *result, size_t row, size_t column);
int32_t db_get_date(const struct db_result *result, size_t row, size_t column); /* days since 1970-01-01 */
struct str db_get_bytes(const struct db_result *result, size_t row, size_t column);
/* The JSON text as PostgreSQL prints it. */
struct str db_get_json_text(const struct db_result *result, size_t row, size_t column);
/* New reference for json_auto; NULL for SQL NULL. */
json_t *db_get_json(const struct db_result *result, size_t row, size_t column) NODISCARD;
/* NULL items of an array read as STR_NULL / empty uuid / 0. One dimension only. */
struct str *db_get_text_array(const struct db_result *result, size_t row, size_t column, struct arena *arena,
                              size_t *count);
struct uuid *db_get_uuid_array(const struct db_result *result, size_t row, size_t column, struct arena *arena,
                               size_t *count);
int64_t *db_get_int64_array(const struct db_result *result, size_t row, size_t column, struct arena *arena,
                            size_t *count);

#endif
