/* PostgreSQL's binary formats, both ways. Private to the layer. */
#ifndef MOTCUA_DB_WIRE_H
#define MOTCUA_DB_WIRE_H

#include "motcua/base/buf.h"
#include "motcua/db/value.h"

/* Ends the program with a sentence: code and declaration disagree. */
void wire_defect(const struct db_statement *statement, const char *what) __attribute__((noreturn));

/* STATUS_INVALID: the value itself cannot be sent (not a uuid, JSON that cannot be printed, too long). */
NODISCARD enum status wire_encode(struct arena *arena, const struct db_value *value, struct str *bytes);

uint32_t wire_read_uint32(const char *bytes);
int64_t wire_read_int64(const char *bytes);
void wire_read_uuid(const char *bytes, struct uuid *uuid);

/* Microseconds and days from 1970-01-01 to PostgreSQL's epoch, 2000-01-01. */
#define WIRE_EPOCH_DAYS         INT32_C(10957)
#define WIRE_EPOCH_MICROSECONDS (INT64_C(10957) * 86400 * MICROSECONDS)

#endif
