/* Every kind of value goes to PostgreSQL and comes back exactly; what cannot be sent is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "database.h"
#include "motcua/codec/json.h"
#include "motcua/db/transaction.h"

#define NAME "motcua_test_values"

static struct arena *arena;
static struct db_connection *connection;
static const struct db_scope nobody;

/* clang-format off */
DB_STATEMENT(values_scalars,
    DB_PARAMETERS(DB_TEXT, DB_UUID, DB_INT32, DB_INT64, DB_DOUBLE, DB_BOOL, DB_INSTANT, DB_DATE, DB_JSON, DB_BYTES),
    DB_COLUMNS({"t", DB_TEXT}, {"u", DB_UUID}, {"i", DB_INT32}, {"l", DB_INT64}, {"d", DB_DOUBLE}, {"b", DB_BOOL},
               {"w", DB_INSTANT}, {"day", DB_DATE}, {"j", DB_JSON}, {"y", DB_BYTES}),
    "SELECT $1 AS t, $2 AS u, $3 AS i, $4 AS l, $5 AS d, $6 AS b, $7 AS w, $8 AS day, $9 AS j, $10 AS y")
DB_STATEMENT(values_arrays, DB_PARAMETERS(DB_TEXT_ARRAY, DB_UUID_ARRAY, DB_INT64_ARRAY),
    DB_COLUMNS({"t", DB_TEXT_ARRAY}, {"u", DB_UUID_ARRAY}, {"l", DB_INT64_ARRAY}, {"shown", DB_TEXT}),
    "SELECT $1 AS t, $2 AS u, $3 AS l, concat($1::text, $2::text, $3::text) AS shown")
DB_STATEMENT(values_shown, DB_PARAMETERS(DB_INSTANT, DB_DATE, DB_BYTES, DB_INT64),
    DB_COLUMNS({"w", DB_TEXT}, {"d", DB_TEXT}, {"y", DB_TEXT}, {"l", DB_TEXT}),
    "SELECT $1::text AS w, $2::text AS d, encode($3, 'hex') AS y, $4::text AS l")
DB_STATEMENT(values_from_text, DB_NOTHING,
    DB_COLUMNS({"w", DB_INSTANT}, {"forever", DB_INSTANT}, {"d", DB_DATE}, {"varying", DB_TEXT}, {"j", DB_JSON}),
    "SELECT '1999-12-31 23:59:59.999999+00'::timestamptz AS w, 'infinity'::timestamptz AS forever,"
    " '1900-01-01'::date AS d, 'Nguyễn'::varchar(20) AS varying, '{\"b\": [1, null], \"a\": 12345678901234567890123}'::jsonb AS j")
/* clang-format on */

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(256 * 1024 * 1024);
    struct db_settings settings = {.url = database_create(arena, NAME)};
    connection = db_connection_create(&settings);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    db_connection_destroy(connection);
    database_drop(arena, NAME);
    arena_destroy(arena);
    return 0;
}

#define read_one(statement, result, ...)                                                                     \
    db_read_one(connection, &nobody, arena, statement, DB_VALUES(__VA_ARGS__), result, NULL)

static void scalars_come_back_as_they_went(void **state)
{
    (void)state;
    struct uuid uuid = uuid_create(clock_now());
    json_auto json = json_pack("{s:s, s:[i,n,b]}", "tên", "Trần Văn Á", "danh sách", 7, 1);
    struct db_result *row = NULL;
    struct str bytes = STR("\0\xff\\x00'");
    assert_int_equal(read_one(&values_scalars, &row, db_cstr("Ễ Ậ '; DROP TABLE x; --"), db_uuid(uuid),
                              db_int32(INT32_MIN), db_int64(INT64_MAX), db_double(-0.1), db_bool(true),
                              db_instant(INT64_C(1511434502123457)), db_date(-25567), db_json(json),
                              db_bytes(bytes)),
                     STATUS_OK);
    assert_int_equal(row->row_count, 1);
    assert_string_equal(db_get_cstr(row, 0, 0), "Ễ Ậ '; DROP TABLE x; --");
    assert_string_equal(db_get_uuid(row, 0, 1).text, uuid.text);
    assert_int_equal(db_get_int32(row, 0, 2), INT32_MIN);
    assert_true(db_get_int64(row, 0, 3) == INT64_MAX);
    assert_true(db_get_double(row, 0, 4) == -0.1);
    assert_true(db_get_bool(row, 0, 5));
    assert_true(db_get_instant(row, 0, 6) == INT64_C(1511434502123457));
    assert_int_equal(db_get_date(row, 0, 7), -25567);
    json_auto back = db_get_json(row, 0, 8);
    assert_true(json_equal(back, json));
    assert_true(str_equal(db_get_bytes(row, 0, 9), bytes));
}

static void null_is_null_in_every_kind(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    assert_int_equal(read_one(&values_scalars, &row, db_cstr(NULL), db_uuid((struct uuid){""}), db_null(),
                              db_null(), db_null(), db_null(), db_null(), db_null(), db_json(NULL),
                              db_bytes(STR_NULL)),
                     STATUS_OK);
    for (size_t column = 0; column < values_scalars.column_count; column++)
        assert_true(db_is_null(row, 0, column));
    assert_null(db_get_cstr(row, 0, 0));
    assert_string_equal(db_get_uuid(row, 0, 1).text, "");
    assert_int_equal(db_get_int32(row, 0, 2), 0);
    assert_null(db_get_json(row, 0, 8));
}

static void an_empty_text_is_not_null(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    assert_int_equal(read_one(&values_scalars, &row, db_text(STR("")), db_null(), db_null(), db_null(),
                              db_null(), db_null(), db_null(), db_null(), db_json_text(STR("null")),
                              db_bytes(STR(""))),
                     STATUS_OK);
    assert_false(db_is_null(row, 0, 0));
    assert_int_equal(db_get_text(row, 0, 0).length, 0);
    assert_false(db_is_null(row, 0, 8));
    assert_true(str_equal_cstr(db_get_json_text(row, 0, 8), "null"));
    assert_false(db_is_null(row, 0, 9));
}

static void arrays_come_back_as_they_went(void **state)
{
    (void)state;
    struct str texts[] = {STR("Cầu Giấy"), STR(""), STR("a,b{}\"\\"), STR_NULL};
    struct uuid uuids[] = {uuid_create(1), uuid_create(2)};
    int64_t numbers[] = {INT64_MIN, -1, 0, INT64_MAX};
    struct db_result *row = NULL;
    assert_int_equal(read_one(&values_arrays, &row, db_text_array(texts, 4), db_uuid_array(uuids, 2),
                              db_int64_array(numbers, 4)),
                     STATUS_OK);
    size_t count;
    struct str *back = db_get_text_array(row, 0, 0, arena, &count);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(str_equal(back[i], texts[i]));
    assert_null(back[3].data);
    struct uuid *uuids_back = db_get_uuid_array(row, 0, 1, arena, &count);
    assert_int_equal(count, 2);
    assert_string_equal(uuids_back[1].text, uuids[1].text);
    int64_t *numbers_back = db_get_int64_array(row, 0, 2, arena, &count);
    assert_int_equal(count, 4);
    assert_memory_equal(numbers_back, numbers, sizeof numbers);
    assert_non_null(strstr(db_get_cstr(row, 0, 3), "{\"Cầu Giấy\",\"\",\"a,b{}\\\"\\\\\",NULL}"));
}

static void empty_arrays_are_empty(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    assert_int_equal(
        read_one(&values_arrays, &row, db_text_array(NULL, 0), db_uuid_array(NULL, 0), db_null()), STATUS_OK);
    size_t count = 99;
    db_get_text_array(row, 0, 0, arena, &count);
    assert_int_equal(count, 0);
    assert_false(db_is_null(row, 0, 1));
    assert_true(db_is_null(row, 0, 2));
    count = 99;
    db_get_int64_array(row, 0, 2, arena, &count);
    assert_int_equal(count, 0);
    assert_string_equal(db_get_cstr(row, 0, 3), "{}{}");
}

/* Agreement with what PostgreSQL itself says about the value, not only with our own reading. */
static void the_server_reads_what_was_meant(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    assert_int_equal(read_one(&values_shown, &row, db_instant(INT64_C(1511434502123457)), db_date(17493),
                              db_bytes(STR("\x01\xab")), db_int64(-9007199254740993)),
                     STATUS_OK);
    assert_string_equal(db_get_cstr(row, 0, 0), "2017-11-23 10:55:02.123457+00");
    assert_string_equal(db_get_cstr(row, 0, 1), "2017-11-23");
    assert_string_equal(db_get_cstr(row, 0, 2), "01ab");
    assert_string_equal(db_get_cstr(row, 0, 3), "-9007199254740993");
}

static void what_the_server_says_is_read_as_meant(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    assert_int_equal(db_read_one(connection, &nobody, arena, &values_from_text, NULL, 0, &row, NULL),
                     STATUS_OK);
    assert_true(db_get_instant(row, 0, 0) == INT64_C(946684799999999));
    assert_true(db_get_instant(row, 0, 1) == INT64_MAX);
    assert_int_equal(db_get_date(row, 0, 2), -25567);
    assert_string_equal(db_get_cstr(row, 0, 3), "Nguyễn");
    json_auto json = db_get_json(row, 0, 4);
    assert_non_null(json);
    assert_true(json_is_number(json_object_get(json, "a")));
}

static void a_value_that_cannot_be_sent_is_invalid_not_fatal(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    struct error error = {0};
    struct uuid broken = {"not-a-uuid"};
    assert_int_equal(db_read_one(connection, &nobody, arena, &values_scalars,
                                 DB_VALUES(db_null(), db_uuid(broken), db_null(), db_null(), db_null(),
                                           db_null(), db_null(), db_null(), db_null(), db_null()),
                                 &row, &error),
                     STATUS_INVALID);
    assert_string_equal(error.code, "db.value");
    assert_null(row);
}

static void text_that_postgresql_cannot_store_is_invalid(void **state)
{
    (void)state;
    struct db_result *row = NULL;
    static const char *const bad[] = {"\xff", "\xc3(", "\xed\xa0\x80"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(read_one(&values_scalars, &row, db_cstr(bad[i]), db_null(), db_null(), db_null(),
                                  db_null(), db_null(), db_null(), db_null(), db_null(), db_null()),
                         STATUS_INVALID);
    assert_int_equal(read_one(&values_scalars, &row, db_text(STR("a\0b")), db_null(), db_null(), db_null(),
                              db_null(), db_null(), db_null(), db_null(), db_null(), db_null()),
                     STATUS_INVALID);
    assert_int_equal(read_one(&values_scalars, &row, db_null(), db_null(), db_null(), db_null(), db_null(),
                              db_null(), db_null(), db_null(), db_json_text(STR("{\"a\":\"\\u0000\"}")),
                              db_null()),
                     STATUS_INVALID);
    assert_int_equal(read_one(&values_scalars, &row, db_null(), db_null(), db_null(), db_null(), db_null(),
                              db_null(), db_null(), db_null(), db_json_text(STR("{broken")), db_null()),
                     STATUS_INVALID);
    assert_true(db_connection_settle(connection));
}

static void large_values_go_both_ways_at_once(void **state)
{
    (void)state;
    size_t size = 8 * 1024 * 1024;
    char *text = arena_alloc(arena, size);
    memset(text, 'x', size);
    struct db_batch *batch = db_read(connection, &nobody, arena);
    struct db_result *rows[4];
    for (size_t i = 0; i < 4; i++)
        rows[i] =
            db_add(batch, &values_scalars, db_text(str_make(text, size)), db_null(), db_null(), db_null(),
                   db_null(), db_null(), db_null(), db_null(), db_null(), db_bytes(str_make(text, size / 2)));
    assert_int_equal(db_run(batch, NULL), STATUS_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(db_get_text(rows[i], 0, 0).length, size);
        assert_int_equal(db_get_bytes(rows[i], 0, 9).length, size / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_come_back_as_they_went),
        cmocka_unit_test(null_is_null_in_every_kind),
        cmocka_unit_test(an_empty_text_is_not_null),
        cmocka_unit_test(arrays_come_back_as_they_went),
        cmocka_unit_test(empty_arrays_are_empty),
        cmocka_unit_test(the_server_reads_what_was_meant),
        cmocka_unit_test(what_the_server_says_is_read_as_meant),
        cmocka_unit_test(a_value_that_cannot_be_sent_is_invalid_not_fatal),
        cmocka_unit_test(text_that_postgresql_cannot_store_is_invalid),
        cmocka_unit_test(large_values_go_both_ways_at_once),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
