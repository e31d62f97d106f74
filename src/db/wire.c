/* Values to PostgreSQL's binary formats and the primitives of reading them back. */
#include "wire.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { UUID_BYTES = 16, JSONB_VERSION = 1, VALUE_MAXIMUM = 256 * 1024 * 1024 };

void wire_defect(const struct db_statement *statement, const char *what)
{
    fprintf(stderr, "motcua: defect in the use of statement %s (%s:%d): %s\n", statement->name,
            statement->file, statement->line, what);
    abort();
}

static void put_uint32(char *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(value >> (24 - 8 * i));
}

static void put_uint64(char *out, uint64_t value)
{
    put_uint32(out, (uint32_t)(value >> 32));
    put_uint32(out + 4, (uint32_t)value);
}

uint32_t wire_read_uint32(const char *bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

int64_t wire_read_int64(const char *bytes)
{
    return (int64_t)((uint64_t)wire_read_uint32(bytes) << 32 | wire_read_uint32(bytes + 4));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c - 'A' + 10;
}

static bool put_uuid(char *out, const struct uuid *uuid)
{
    size_t length = strnlen(uuid->text, sizeof uuid->text);
    if (!uuid_valid(str_make(uuid->text, length))) return false;
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (uuid->text[i] == '-') continue;
        out[at++] = (char)(hex_digit(uuid->text[i]) << 4 | hex_digit(uuid->text[i + 1]));
        i++;
    }
    return true;
}

void wire_read_uuid(const char *bytes, struct uuid *uuid)
{
    static const char digits[] = "0123456789abcdef";
    char *out = uuid->text;
    for (int i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
        *out++ = digits[(unsigned char)bytes[i] >> 4];
        *out++ = digits[(unsigned char)bytes[i] & 15];
    }
    *out = '\0';
}

/* dimensions 1, has nulls, element type, length, lower bound 1; then each item with its length. */
static char *array_header(char *out, size_t count, bool nulls, enum db_type element)
{
    put_uint32(out, count > 0);
    put_uint32(out + 4, nulls);
    put_uint32(out + 8, db_type_oid(element));
    if (count == 0) return out + 12;
    put_uint32(out + 12, (uint32_t)count);
    put_uint32(out + 16, 1);
    return out + 20;
}

static enum status encode_text_array(struct arena *arena, const struct db_value *value, struct str *bytes)
{
    const struct str *items = value->array.items;
    size_t count = value->array.count, size = 20;
    bool nulls = false;
    for (size_t i = 0; i < count; i++) {
        if (items[i].length > VALUE_MAXIMUM || size > VALUE_MAXIMUM) return STATUS_INVALID;
        size += 4 + items[i].length;
        nulls = nulls || items[i].data == NULL;
    }
    char *start = arena_alloc(arena, size), *out = array_header(start, count, nulls, DB_TEXT);
    for (size_t i = 0; i < count; i++) {
        put_uint32(out, items[i].data == NULL ? UINT32_MAX : (uint32_t)items[i].length);
        out += 4;
        if (items[i].length > 0) memcpy(out, items[i].data, items[i].length);
        out += items[i].length;
    }
    *bytes = str_make(start, (size_t)(out - start));
    return STATUS_OK;
}

/* uuid[] and bigint[]: items of one size. */
static enum status encode_fixed_array(struct arena *arena, const struct db_value *value, struct str *bytes)
{
    bool uuids = value->type == DB_UUID_ARRAY;
    size_t count = value->array.count, item_size = uuids ? UUID_BYTES : 8;
    if (count > VALUE_MAXIMUM / 32) return STATUS_INVALID;
    char *start = arena_alloc(arena, 20 + count * (4 + item_size));
    char *out = array_header(start, count, false, uuids ? DB_UUID : DB_INT64);
    for (size_t i = 0; i < count; i++) {
        put_uint32(out, (uint32_t)item_size);
        if (!uuids)
            put_uint64(out + 4, (uint64_t)((const int64_t *)value->array.items)[i]);
        else if (!put_uuid(out + 4, &((const struct uuid *)value->array.items)[i]))
            return STATUS_INVALID;
        out += 4 + item_size;
    }
    *bytes = str_make(start, (size_t)(out - start));
    return STATUS_OK;
}

static int append_json(const char *chunk, size_t size, void *data)
{
    struct buf *buf = data;
    buf_append(buf, chunk, size);
    return buf->overflow ? -1 : 0;
}

static enum status encode_json(struct arena *arena, const struct db_value *value, struct str *bytes)
{
    BUF_AUTO buf = BUF_WITH_MAXIMUM(VALUE_MAXIMUM);
    buf_append_char(&buf, JSONB_VERSION);
    if (value->json_text)
        buf_append_str(&buf, value->text);
    else if (json_dump_callback(value->json, append_json, &buf, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        return STATUS_INVALID;
    if (buf.overflow) return STATUS_INVALID;
    *bytes = buf_copy(&buf, arena);
    return STATUS_OK;
}

static struct str fixed(struct arena *arena, uint64_t value, size_t size)
{
    char *out = arena_alloc(arena, 8);
    if (size == 8)
        put_uint64(out, value);
    else if (size == 4)
        put_uint32(out, (uint32_t)value);
    else
        out[0] = (char)value;
    return str_make(out, size);
}

static enum status encode_instant(struct arena *arena, instant when, struct str *bytes)
{
    int64_t shifted;
    if (__builtin_sub_overflow(when, WIRE_EPOCH_MICROSECONDS, &shifted)) return STATUS_INVALID;
    *bytes = fixed(arena, (uint64_t)shifted, 8);
    return STATUS_OK;
}

static enum status encode_date(struct arena *arena, int64_t days, struct str *bytes)
{
    int32_t shifted;
    if (days < INT32_MIN || days > INT32_MAX ||
        __builtin_sub_overflow((int32_t)days, WIRE_EPOCH_DAYS, &shifted))
        return STATUS_INVALID;
    *bytes = fixed(arena, (uint32_t)shifted, 4);
    return STATUS_OK;
}

enum status wire_encode(struct arena *arena, const struct db_value *value, struct str *bytes)
{
    if (value->null) {
        *bytes = STR_NULL;
        return STATUS_OK;
    }
    switch (value->type) {
    case DB_TEXT:
    case DB_BYTES:
        if (value->text.length > VALUE_MAXIMUM) return STATUS_INVALID;
        *bytes = arena_str(arena, value->text);
        return STATUS_OK;
    case DB_UUID: {
        char *out = arena_alloc(arena, UUID_BYTES);
        *bytes = str_make(out, UUID_BYTES);
        return put_uuid(out, &value->uuid) ? STATUS_OK : STATUS_INVALID;
    }
    case DB_INT32:
        *bytes = fixed(arena, (uint64_t)value->integer, 4);
        return STATUS_OK;
    case DB_INT64:
        *bytes = fixed(arena, (uint64_t)value->integer, 8);
        return STATUS_OK;
    case DB_BOOL:
        *bytes = fixed(arena, value->integer != 0, 1);
        return STATUS_OK;
    case DB_DOUBLE: {
        uint64_t bits;
        memcpy(&bits, &value->number, sizeof bits);
        *bytes = fixed(arena, bits, 8);
        return STATUS_OK;
    }
    case DB_INSTANT:
        return encode_instant(arena, value->integer, bytes);
    case DB_DATE:
        return encode_date(arena, value->integer, bytes);
    case DB_JSON:
        return encode_json(arena, value, bytes);
    case DB_TEXT_ARRAY:
        return encode_text_array(arena, value, bytes);
    case DB_UUID_ARRAY:
    case DB_INT64_ARRAY:
        return encode_fixed_array(arena, value, bytes);
    case DB_TYPE_COUNT:
        break;
    }
    return STATUS_INVALID;
}
