/* The bytes that go to PostgreSQL, against its documented formats; the register of statements. No database
 * needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/wire.h"
#include "motcua/crypto/token.h"
#include "motcua/db/connection.h"
#include "motcua/db/transaction.h"

/* clang-format off */
DB_STATEMENT(first_statement, DB_PARAMETERS(DB_TEXT, DB_INT64), DB_COLUMNS({"a", DB_TEXT}), "SELECT $1 AS a, commas, in(SQL)")
DB_STATEMENT(second_statement, DB_NOTHING, DB_NOTHING, "DELETE FROM nothing")
/* clang-format on */

static struct arena *arena;

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(1024 * 1024);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static const char *encoded(struct db_value value)
{
    struct str bytes;
    if (wire_encode(arena, &value, &bytes) != STATUS_OK) return "refused";
    return bytes.data == NULL ? "null" : hex_encode(arena, bytes);
}

static void scalars_are_big_endian(void **state)
{
    (void)state;
    struct uuid uuid = {"015FE884-3feb-7000-8000-00000000000f"};
    assert_string_equal(encoded(db_int32(-2)), "fffffffe");
    assert_string_equal(encoded(db_int64(INT64_C(0x0102030405060708))), "0102030405060708");
    assert_string_equal(encoded(db_bool(true)), "01");
    assert_string_equal(encoded(db_double(1.0)), "3ff0000000000000");
    assert_string_equal(encoded(db_text(STR("Đ"))), "c490");
    assert_string_equal(encoded(db_bytes(STR("\0\1"))), "0001");
    assert_string_equal(encoded(db_uuid(uuid)), "015fe8843feb7000800000000000000f");
    assert_string_equal(encoded(db_json_text(STR("{}"))), "017b7d");
    assert_string_equal(encoded(db_null()), "null");
}

/* PostgreSQL counts from 2000-01-01. */
static void times_count_from_the_year_2000(void **state)
{
    (void)state;
    assert_string_equal(encoded(db_instant(INT64_C(946684800) * MICROSECONDS)), "0000000000000000");
    assert_string_equal(encoded(db_instant(INT64_C(946684800) * MICROSECONDS - 1)), "ffffffffffffffff");
    assert_string_equal(encoded(db_date(10957)), "00000000");
    assert_string_equal(encoded(db_date(10956)), "ffffffff");
    assert_string_equal(encoded(db_instant(INT64_MIN)), "refused");
    assert_string_equal(encoded(db_date(INT32_MIN)), "refused");
}

static void arrays_have_their_header(void **state)
{
    (void)state;
    struct str texts[] = {STR("a"), STR_NULL};
    int64_t numbers[] = {1};
    assert_string_equal(encoded(db_text_array(texts, 2)), "00000001"
                                                          "00000001"
                                                          "00000019"
                                                          "00000002"
                                                          "00000001"
                                                          "00000001"
                                                          "61"
                                                          "ffffffff");
    assert_string_equal(encoded(db_int64_array(numbers, 1)), "00000001"
                                                             "00000000"
                                                             "00000014"
                                                             "00000001"
                                                             "00000001"
                                                             "00000008"
                                                             "0000000000000001");
    assert_string_equal(encoded(db_int64_array(NULL, 0)), "00000000"
                                                          "00000000"
                                                          "00000014");
}

static void what_is_no_uuid_is_refused(void **state)
{
    (void)state;
    struct uuid bad = {"015fe884-3feb-7000-8000-00000000000g"}, cut = {"015fe884"},
                good = {"015fe884-3feb-7000-8000-000000000001"};
    struct uuid unterminated;
    memset(unterminated.text, 'a', sizeof unterminated.text);
    struct uuid list[] = {good, bad};
    assert_string_equal(encoded(db_uuid(bad)), "refused");
    assert_string_equal(encoded(db_uuid(cut)), "refused");
    assert_string_equal(encoded(db_uuid(unterminated)), "refused");
    assert_string_equal(encoded(db_uuid_array(list, 2)), "refused");
    assert_string_equal(encoded(db_uuid_array(list, 1)), "00000001"
                                                         "00000000"
                                                         "00000b86"
                                                         "00000001"
                                                         "00000001"
                                                         "00000010"
                                                         "015fe8843feb70008000000000000001");
}

static void statements_are_registered(void **state)
{
    (void)state;
    bool first = false, second = false;
    for (size_t i = 0; i < db_statement_count(); i++) {
        const struct db_statement *statement = db_statement_at(i);
        assert_int_equal(db_statement_index(statement), i);
        first = first || statement == &first_statement;
        second = second || statement == &second_statement;
    }
    assert_true(first && second);
    assert_string_equal(first_statement.name, "first_statement");
    assert_int_equal(first_statement.parameter_count, 2);
    assert_int_equal(first_statement.column_count, 1);
    assert_int_equal(second_statement.parameter_count, 0);
    assert_int_equal(second_statement.column_count, 0);
}

static void every_kind_has_its_type(void **state)
{
    (void)state;
    for (int type = 0; type < DB_TYPE_COUNT; type++) {
        assert_int_not_equal(db_type_oid((enum db_type)type), 0);
        assert_true(db_type_reads((enum db_type)type, db_type_oid((enum db_type)type)));
        for (int other = 0; other < type; other++)
            assert_false(db_type_reads((enum db_type)type, db_type_oid((enum db_type)other)));
    }
    assert_true(db_type_reads(DB_TEXT, 1043));
    assert_false(db_type_reads(DB_TEXT, 1700)); /* numeric */
}

static enum status never(struct db_transaction *transaction, void *context, struct error *error)
{
    (void)transaction;
    (void)error;
    *(int *)context = 1;
    return STATUS_OK;
}

static void without_a_database_nothing_runs(void **state)
{
    (void)state;
    static const struct db_scope nobody;
    struct db_settings settings = {.url = "host=/nonexistent/motcua dbname=x"};
    DB_CONNECTION_AUTO connection = db_connection_create(&settings);
    int ran = 0;
    struct error error = {0};
    assert_int_equal(db_transaction(connection, &nobody, arena, never, &ran, &error), STATUS_UNAVAILABLE);
    assert_int_equal(ran, 0);
    assert_string_equal(error.code, "db.unavailable");
    assert_true(db_connection_settle(connection));
    struct db_settings malformed = {.url = "postgresql://[broken"};
    DB_CONNECTION_AUTO broken = db_connection_create(&malformed);
    assert_int_equal(db_connection_open(broken, arena, &error), STATUS_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_big_endian),          cmocka_unit_test(times_count_from_the_year_2000),
        cmocka_unit_test(arrays_have_their_header),        cmocka_unit_test(what_is_no_uuid_is_refused),
        cmocka_unit_test(statements_are_registered),       cmocka_unit_test(every_kind_has_its_type),
        cmocka_unit_test(without_a_database_nothing_runs),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
