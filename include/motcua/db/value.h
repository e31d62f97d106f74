/*
 * Parameter values. Slices, arrays and JSON are borrowed until the batch they are added to; uuids and
 * scalars are copied. A value's kind must be the kind its statement declares (anything else is a defect
 * and aborts); db_null() fits every kind.
 */
#ifndef MOTCUA_DB_VALUE_H
#define MOTCUA_DB_VALUE_H

#include <jansson.h>

#include "motcua/base/clock.h"
#include "motcua/base/str.h"
#include "motcua/base/uuid.h"
#include "motcua/db/statement.h"

struct db_value {
    enum db_type type;
    bool null;
    bool json_text; /* DB_JSON: in `text`, not in `json` */
    union {
        struct str text; /* DB_TEXT, DB_BYTES, JSON text */
        struct uuid uuid;
        int64_t integer; /* DB_INT32, DB_INT64, DB_BOOL, DB_INSTANT, DB_DATE */
        double number;
        const json_t *json;
        struct {
            const void *items; /* struct str, struct uuid or int64_t */
            size_t count;
        } array;
    };
};

static inline struct db_value db_null(void)
{
    return (struct db_value){.type = DB_TYPE_COUNT, .null = true};
}
/* data NULL is SQL NULL; an empty slice with data is the empty text. */
static inline struct db_value db_text(struct str text)
{
    return (struct db_value){.type = DB_TEXT, .null = text.data == NULL, .text = text};
}
static inline struct db_value db_cstr(const char *text)
{
    return db_text(str_of(text));
}
/* An empty uuid (text[0] == 0) is SQL NULL. */
static inline struct db_value db_uuid(struct uuid uuid)
{
    return (struct db_value){.type = DB_UUID, .null = uuid.text[0] == '\0', .uuid = uuid};
}
static inline struct db_value db_int32(int32_t integer)
{
    return (struct db_value){.type = DB_INT32, .integer = integer};
}
static inline struct db_value db_int64(int64_t integer)
{
    return (struct db_value){.type = DB_INT64, .integer = integer};
}
static inline struct db_value db_double(double number)
{
    return (struct db_value){.type = DB_DOUBLE, .number = number};
}
static inline struct db_value db_bool(bool value)
{
    return (struct db_value){.type = DB_BOOL, .integer = value};
}
static inline struct db_value db_instant(instant when)
{
    return (struct db_value){.type = DB_INSTANT, .integer = when};
}
/* `days` since 1970-01-01. */
static inline struct db_value db_date(int32_t days)
{
    return (struct db_value){.type = DB_DATE, .integer = days};
}
/* NULL is SQL NULL (json_null() is the JSON null). */
static inline struct db_value db_json(const json_t *json)
{
    return (struct db_value){.type = DB_JSON, .null = json == NULL, .json = json};
}
static inline struct db_value db_json_text(struct str text)
{
    return (struct db_value){.type = DB_JSON, .null = text.data == NULL, .json_text = true, .text = text};
}
static inline struct db_value db_bytes(struct str bytes)
{
    return (struct db_value){.type = DB_BYTES, .null = bytes.data == NULL, .text = bytes};
}
/* Empty array, not NULL, when count is 0. */
static inline struct db_value db_text_array(const struct str *items, size_t count)
{
    return (struct db_value){.type = DB_TEXT_ARRAY, .array = {items, count}};
}
static inline struct db_value db_uuid_array(const struct uuid *items, size_t count)
{
    return (struct db_value){.type = DB_UUID_ARRAY, .array = {items, count}};
}
static inline struct db_value db_int64_array(const int64_t *items, size_t count)
{
    return (struct db_value){.type = DB_INT64_ARRAY, .array = {items, count}};
}

#endif
