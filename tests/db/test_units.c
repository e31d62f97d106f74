/* Official administrative units over time: taken over from a table, merged into two levels, remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_units"
#include "city.h"
#include "motcua/domain/list.h"
#include "motcua/form/form.h"

static struct hand *system_hand;

/* Dịch Vọng (00166) and Dịch Vọng Hậu (00167) end with Cầu Giấy (005); the city has the new ward itself. */
#define TWO_LEVELS                                                                                           \
    "ma,loai,ten,ten_day_du,ma_cap_tren,tu_ngay,den_ngay\n"                                                  \
    "005,quan,Cầu Giấy,Quận Cầu Giấy,01,,30/06/2025\n"                                             \
    "00166,phuong,Dịch Vọng,Phường Dịch Vọng,005,,30/06/2025\n"                                   \
    "00167,phuong,Dịch Vọng Hậu,Phường Dịch Vọng Hậu,005,,30/06/2025\n"                       \
    "00166,phuong,Cầu Giấy,Phường Cầu Giấy,01,01/07/2025,\n"

static enum status take(const char *table)
{
    int units = 0;
    struct work *work = of(system_hand);
    return administrative_unit_import(work, str_of(table), &units, &system_hand->error);
}

static const char *name_of(const char *code)
{
    const struct form_lists *lists = list_of_forms(of(system_hand), NULL);
    const char *label = lists->label(lists->context, city_arena, "administrative_unit", code, "vi");
    return label == NULL ? "" : label;
}

static size_t units_of(const char *parent)
{
    struct form_option *options;
    const struct form_lists *lists = list_of_forms(of(system_hand), NULL);
    return lists->options(lists->context, city_arena, "administrative_unit", parent, "vi", 1000, &options);
}

/* The faults of an address on the day `now` is. */
static const char *faults(const char *address)
{
    static const char form_text[] =
        "{\"form\":\"dia-chi\",\"title\":\"Đ\",\"pages\":[{\"key\":\"a\",\"title\":\"A\","
        "\"fields\":[{\"key\":\"o\",\"kind\":\"address\",\"label\":\"Ở\"}]}]}";
    json_auto answers = json_loads(arena_printf(city_arena, "{\"o\":%s}", address), 0, NULL);
    struct form *form;
    struct form_errors errors;
    char today[CIVIL_DATE_SIZE];
    civil_format_date(civil_day_of(now), today);
    struct form_environment environment = {.today = today, .lists = list_of_forms(of(system_hand), NULL)};
    assert_int_equal(form_compile_text(city_arena, str_of(form_text), &form, NULL), STATUS_OK);
    assert_int_equal(form_validate(form, city_arena, FORM_ALL_PAGES, answers, &environment, &errors),
                     STATUS_OK);
    return errors.count == 0 ? "" : errors.list[0].text;
}

static void a_table_is_taken_over_whole_or_not_at_all(void **state)
{
    (void)state;
    static const char head[] = "code,kind,name,full_name,parent,valid_from,valid_to\n";
    static const struct {
        const char *rows, *code;
    } bad[] = {
        {"01,thanh_pho\n", "unit.name"},
        {"0x5,quan,A,Quận A,01\n", "unit.code"},
        {"1234,quan,A,Quận A,01\n", "unit.code"},
        {"00999,phuong,A,Phường A,\n", "unit.parent"},
        {"005,quan,A,Quận A,00166\n", "unit.parent"},
        {"00999,phuong,A,Phường A,01,2025-02-30\n", "unit.day"},
        {"00999,phuong,A,Phường A,01,2025-02-02,2025-02-01\n", "unit.days"},
        {"00999,phuong,A,Phường A,999\n", "unit.parent"},
        {"00166,phuong,A,Phường A,01,2025-07-01\n", "unit.twice"},
        {"00999,phuong,\"A,Phường A,01\n", "table.row"},
        {"00997,phuong,A,Phường A,01\n00997,phuong,B,Phường B,01,2000-01-01\n", "table.twice"},
        {"", "unit.empty"},
    };
    assert_int_equal(take("code,name\n01,A\n"), STATUS_INVALID);
    assert_string_equal(system_hand->error.code, "table.head");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *table =
            arena_printf(city_arena, "%s%s%s", head,
                         bad[i].rows[0] == '\0' ? "" : "00998,phuong,B,Phường B,01\n", bad[i].rows);
        assert_int_equal(take(table), STATUS_INVALID);
        assert_string_equal(system_hand->error.code, bad[i].code);
        assert_true(bad[i].rows[0] == '\0' || strlen(system_hand->error.argument) > 0);
    }
    assert_string_equal(name_of("00998"), "");
}

static void addresses_follow_the_units_of_the_day(void **state)
{
    (void)state;
    static const char old[] =
        "{\"city\":\"01\",\"district\":\"005\",\"commune\":\"00167\",\"line\":\"Số 1\"}";
    static const char new[] = "{\"city\":\"01\",\"commune\":\"00166\",\"line\":\"Số 1\"}";
    now = at("2017-02-14T09:00:00+07:00");
    assert_string_equal(faults(old), "");
    assert_string_equal(faults(new), "Hãy chọn đủ tỉnh/thành phố, quận/huyện và phường/xã.");
    assert_ok(system_hand, take(TWO_LEVELS));
    assert_string_equal(faults(old), ""); /* nothing has ended yet */
    assert_string_equal(name_of("00166"), "Phường Dịch Vọng");
    assert_int_equal(units_of("005"), 8);

    now = at("2025-07-01T00:00:00+07:00"); /* without another look at the database */
    assert_string_equal(faults(new), "");
    assert_string_equal(faults(old),
                        "Phường Dịch Vọng Hậu không còn là đơn vị hành chính hiện nay. Hãy chọn đơn vị mới.");
    assert_string_equal(name_of("00166"), "Phường Cầu Giấy");
    assert_string_equal(name_of("00167"), "Phường Dịch Vọng Hậu");
    assert_string_equal(name_of("005"), "Quận Cầu Giấy");

    now = at("2025-06-30T23:59:59+07:00");
    assert_string_equal(faults(old), "");
    now = at("2017-02-14T09:00:00+07:00");
}

static void what_was_exported_can_be_taken_over_again(void **state)
{
    (void)state;
    BUF_AUTO out = BUF_WITH_MAXIMUM(1 << 20), again = BUF_WITH_MAXIMUM(1 << 20);
    assert_ok(system_hand,
              take("code,kind,name,full_name,parent\n00997,phuong,\"A \"\"b\"\", c\",Phường A,01\n"));
    assert_ok(system_hand, administrative_unit_export(of(system_hand), &out, &system_hand->error));
    const char *table = arena_str(city_arena, buf_str(&out)).data;
    assert_non_null(
        strstr(table, "\"00997\",\"phuong\",\"A \"\"b\"\", c\",\"Phường A\",\"01\",\"2000-01-01\",\"\"\r\n"));
    assert_ok(system_hand, take(table));
    assert_ok(system_hand, administrative_unit_export(of(system_hand), &again, &system_hand->error));
    assert_true(str_equal(buf_str(&out), buf_str(&again)));
}

/* The SQLSTATE of a statement of the owner. */
static const char *state_of(const char *sql)
{
    PGconn *native = PQconnectdb(city_database.url);
    PGresult *result = PQexec(native, sql);
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    code = code == NULL ? "" : arena_strdup(city_arena, code);
    PQclear(result);
    PQfinish(native);
    return code;
}

/* Not the owner of the database either. */
static void what_is_published_is_never_changed_or_removed(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "UPDATE procedure_version SET form = '{}'", "UPDATE procedure_version SET published_at = now()",
        "DELETE FROM procedure_version", "UPDATE calendar SET name = ''", "DELETE FROM calendar"};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        assert_string_equal(state_of(statements[i]), "23001");
}

/* Rules for definitions that come with a newer program do not reach back. */
static void a_published_form_outlives_newer_rules(void **state)
{
    (void)state;
    const struct procedure_version *version;
    struct uuid id = uuid_from(STR("00000000-0000-4000-8000-00000000f0f0"));
    database_execute(
        city_database.url,
        "INSERT INTO procedure_version (id, procedure_id, number, content_hash, description, form, workflow, "
        "result_template, published_at) SELECT '00000000-0000-4000-8000-00000000f0f0', v.procedure_id, 900, "
        "'x', "
        "v.description, jsonb_set(v.form, '{pages,0,fields}', v.form->'pages'->0->'fields' || "
        "'{\"kind\": \"notice\", \"label\": \"Chữ\", \"required\": true}'::jsonb), v.workflow, "
        "v.result_template, v.published_at FROM procedure_version v JOIN procedure p ON p.version_id = v.id "
        "WHERE p.code = '2.000635'");
    assert_ok(system_hand, reference_procedure_version(of(system_hand), &id, &version, &system_hand->error));
    assert_int_equal(version->number, 900);
}

static int start(void **state)
{
    (void)state;
    system_hand = city_open(DATABASE);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    city_close(system_hand, DATABASE);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_taken_over_whole_or_not_at_all),
        cmocka_unit_test(addresses_follow_the_units_of_the_day),
        cmocka_unit_test(what_was_exported_can_be_taken_over_again),
        cmocka_unit_test(what_is_published_is_never_changed_or_removed),
        cmocka_unit_test(a_published_form_outlives_newer_rules),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
