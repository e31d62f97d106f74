/* Reading results. What a cell holds was checked against its declared type when the result arrived. */
#include "motcua/db/result.h"

#include "wire.h"

enum { ARRAY_HEADER = 12, ARRAY_DIMENSION = 8 };

static struct str cell(const struct db_result *result, size_t row, size_t column, enum db_type type)
{
    const struct db_statement *statement = result->statement;
    if (!result->done) wire_defect(statement, "result read before its batch ran");
    if (row >= result->row_count || column >= statement->column_count)
        wire_defect(statement, "row or column out of range");
    if (type != DB_TYPE_COUNT && statement->columns[column].type != type)
        wire_defect(statement, "column read as another type than declared");
    return result->cells[row * statement->column_count + column];
}

/* A fixed-size cell; NULL for SQL NULL. */
static const char *fixed_cell(const struct db_result *result, size_t row, size_t column, enum db_type type,
                              size_t size)
{
    struct str bytes = cell(result, row, column, type);
    if (bytes.data != NULL && bytes.length != size)
        wire_defect(result->statement, "column of another size than its type has");
    return bytes.data;
}

bool db_is_null(const struct db_result *result, size_t row, size_t column)
{
    return cell(result, row, column, DB_TYPE_COUNT).data == NULL;
}

struct str db_get_text(const struct db_result *result, size_t row, size_t column)
{
    return cell(result, row, column, DB_TEXT);
}

const char *db_get_cstr(const struct db_result *result, size_t row, size_t column)
{
    return cell(result, row, column, DB_TEXT).data; /* each cell was copied with a NUL behind it */
}

struct uuid db_get_uuid(const struct db_result *result, size_t row, size_t column)
{
    struct uuid uuid = {""};
    const char *bytes = fixed_cell(result, row, column, DB_UUID, 16);
    if (bytes != NULL) wire_read_uuid(bytes, &uuid);
    return uuid;
}

int32_t db_get_int32(const struct db_result *result, size_t row, size_t column)
{
    const char *bytes = fixed_cell(result, row, column, DB_INT32, 4);
    return bytes == NULL ? 0 : (int32_t)wire_read_uint32(bytes);
}

int64_t db_get_int64(const struct db_result *result, size_t row, size_t column)
{
    const char *bytes = fixed_cell(result, row, column, DB_INT64, 8);
    return bytes == NULL ? 0 : wire_read_int64(bytes);
}

double db_get_double(const struct db_result *result, size_t row, size_t column)
{
    double number = 0;
    const char *bytes = fixed_cell(result, row, column, DB_DOUBLE, 8);
    if (bytes != NULL) {
        int64_t bits = wire_read_int64(bytes);
        memcpy(&number, &bits, sizeof number);
    }
    return number;
}

bool db_get_bool(const struct db_result *result, size_t row, size_t column)
{
    const char *bytes = fixed_cell(result, row, column, DB_BOOL, 1);
    return bytes != NULL && bytes[0] != 0;
}

/* Saturates: timestamps 'infinity' and '-infinity' become the ends of the range. */
instant db_get_instant(const struct db_result *result, size_t row, size_t column)
{
    const char *bytes = fixed_cell(result, row, column, DB_INSTANT, 8);
    if (bytes == NULL) return 0;
    int64_t since_2000 = wire_read_int64(bytes), value;
    if (since_2000 == INT64_MIN || __builtin_add_overflow(since_2000, WIRE_EPOCH_MICROSECONDS, &value))
        return since_2000 < 0 ? INT64_MIN : INT64_MAX;
    return value;
}

int32_t db_get_date(const struct db_result *result, size_t row, size_t column)
{
    const char *bytes = fixed_cell(result, row, column, DB_DATE, 4);
    if (bytes == NULL) return 0;
    int32_t since_2000 = (int32_t)wire_read_uint32(bytes), value;
    if (since_2000 == INT32_MIN || __builtin_add_overflow(since_2000, WIRE_EPOCH_DAYS, &value))
        return since_2000 < 0 ? INT32_MIN : INT32_MAX;
    return value;
}

struct str db_get_bytes(const struct db_result *result, size_t row, size_t column)
{
    return cell(result, row, column, DB_BYTES);
}

struct str db_get_json_text(const struct db_result *result, size_t row, size_t column)
{
    struct str bytes = cell(result, row, column, DB_JSON);
    return bytes.data == NULL ? bytes : str_slice(bytes, 1, bytes.length); /* behind the version byte */
}

json_t *db_get_json(const struct db_result *result, size_t row, size_t column)
{
    struct str text = db_get_json_text(result, row, column);
    if (text.data == NULL) return NULL;
    /* jsonb cannot hold U+0000; numbers beyond jansson's range are the one thing it may refuse */
    json_t *json = json_loadb(text.data, text.length, JSON_DECODE_ANY, NULL);
    return json != NULL ? json
                        : json_loadb(text.data, text.length, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
}

/* Items of a one-dimensional array; calls `store` for each with data NULL for a NULL item. */
static void *read_array(const struct db_result *result, struct str bytes, struct arena *arena,
                        size_t item_size, void (*store)(void *items, size_t index, struct str item),
                        size_t *count)
{
    *count = 0;
    if (bytes.data == NULL || bytes.length < ARRAY_HEADER + ARRAY_DIMENSION ||
        wire_read_uint32(bytes.data) == 0)
        return arena_array(arena, 1, item_size);
    if (wire_read_uint32(bytes.data) != 1) wire_defect(result->statement, "array of more than one dimension");
    size_t length = wire_read_uint32(bytes.data + ARRAY_HEADER);
    size_t at = ARRAY_HEADER + ARRAY_DIMENSION;
    if (length > (bytes.length - at) / 4) wire_defect(result->statement, "array longer than its bytes");
    void *items = arena_array(arena, length + 1, item_size);
    for (size_t i = 0; i < length; i++) {
        if (bytes.length - at < 4) wire_defect(result->statement, "array cut short");
        uint32_t size = wire_read_uint32(bytes.data + at);
        at += 4;
        if (size == UINT32_MAX) {
            store(items, i, STR_NULL);
            continue;
        }
        if (size > bytes.length - at) wire_defect(result->statement, "array item cut short");
        store(items, i, arena_str(arena, str_make(bytes.data + at, size)));
        at += size;
    }
    *count = length;
    return items;
}

static void store_text(void *items, size_t index, struct str item)
{
    ((struct str *)items)[index] = item;
}

static void store_uuid(void *items, size_t index, struct str item)
{
    if (item.length == 16) wire_read_uuid(item.data, &((struct uuid *)items)[index]);
}

static void store_int64(void *items, size_t index, struct str item)
{
    if (item.length == 8) ((int64_t *)items)[index] = wire_read_int64(item.data);
}

struct str *db_get_text_array(const struct db_result *result, size_t row, size_t column, struct arena *arena,
                              size_t *count)
{
    return read_array(result, cell(result, row, column, DB_TEXT_ARRAY), arena, sizeof(struct str), store_text,
                      count);
}

struct uuid *db_get_uuid_array(const struct db_result *result, size_t row, size_t column, struct arena *arena,
                               size_t *count)
{
    return read_array(result, cell(result, row, column, DB_UUID_ARRAY), arena, sizeof(struct uuid),
                      store_uuid, count);
}

int64_t *db_get_int64_array(const struct db_result *result, size_t row, size_t column, struct arena *arena,
                            size_t *count)
{
    return read_array(result, cell(result, row, column, DB_INT64_ARRAY), arena, sizeof(int64_t), store_int64,
                      count);
}
