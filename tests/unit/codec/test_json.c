/* JSON parsing limits, getters and the canonical form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "motcua/codec/json.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_create(1 << 22);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static enum status parse(struct str text, size_t maximum, unsigned depth, struct error *error)
{
    json_auto json = NULL;
    return json_parse(arena, text, maximum, depth, &json, error);
}

static void limits_are_errors_of_their_own(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(parse(STR("[1,2,3]"), 6, 0, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "json.size");
    assert_int_equal(parse(STR("[1,2,3]"), 7, 0, &error), STATUS_OK);
    assert_int_equal(parse(STR("[[[1]]]"), 0, 2, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "json.depth");
    assert_int_equal(parse(STR("[[[1]]]"), 0, 3, &error), STATUS_OK);
    assert_int_equal(parse(STR("[\"[[[[\",\"\\\"[[[\"]"), 0, 1, &error), STATUS_OK);
    char deep[200000];
    memset(deep, '[', sizeof deep);
    assert_int_equal(parse(str_make(deep, sizeof deep), 0, 0, &error), STATUS_TOO_LARGE);
}

static void malformed_text_names_its_line(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(parse(STR("{\"a\":1,\n\"b\":}"), 0, 0, &error), STATUS_INVALID);
    assert_string_equal(error.code, "json.syntax");
    assert_string_equal(error.argument, "2");
    assert_int_equal(parse(STR("\"\xC3\x28\""), 0, 0, &error), STATUS_INVALID);
    assert_string_equal(error.code, "json.encoding");
    assert_int_equal(parse(STR("\"a\\u0000b\""), 0, 0, &error), STATUS_INVALID);
    assert_int_equal(parse(STR("{\"a\":1,\"a\":2}"), 0, 0, &error), STATUS_INVALID);
    assert_int_equal(parse(STR(""), 0, 0, &error), STATUS_INVALID);
    assert_int_equal(parse(STR("1 2"), 0, 0, &error), STATUS_INVALID);
    assert_int_equal(parse(STR_NULL, 0, 0, &error), STATUS_INVALID);
}

static const char *message_of(struct str text)
{
    struct error error = {0};
    assert_int_equal(parse(text, 0, 0, &error), STATUS_INVALID);
    assert_string_equal(error.code, "json.syntax");
    assert_string_equal(error.argument, "1");
    return error.message;
}

static void what_looks_like_json_and_is_refused_says_why(void **state)
{
    (void)state;
    assert_non_null(strstr(message_of(STR("{\"a\":1,\"a\":2}")), "hai lần"));
    assert_non_null(strstr(message_of(STR("\"a\\u0000b\"")), "NUL"));
    assert_non_null(strstr(message_of(STR("{\"a\\u0000b\":1}")), "NUL"));
    assert_non_null(strstr(message_of(STR("\"\\ud800\"")), "surrogate"));
    assert_non_null(strstr(message_of(STR("\"\\ud800\\u0041\"")), "surrogate"));
    assert_non_null(strstr(message_of(STR("\"\\udc00\"")), "surrogate"));
    assert_non_null(strstr(message_of(STR("1e999")), "quá lớn"));
    assert_non_null(strstr(message_of(STR("{\"a\":}")), "sai cú pháp"));
}

/* JSON Schema has no largest number, so neither has what it is held against. */
static void an_integer_that_no_int64_holds_is_a_real(void **state)
{
    (void)state;
    json_auto json = NULL;
    assert_int_equal(json_parse(arena,
                                STR("[9223372036854775807,9223372036854775808,-9223372036854775809,"
                                    "100000000000000000000,\"\\\"100000000000000000000\",7,1e2]"),
                                0, 0, &json, NULL),
                     STATUS_OK);
    assert_string_equal(json_canonical_arena(json, arena, 1000).data,
                        "[9223372036854775807,9.223372036854776e+18,-9.223372036854776e+18,1e+20,"
                        "\"\\\"100000000000000000000\",7,100.0]");
    json_auto bad = NULL;
    assert_int_equal(json_parse(arena, STR("[100000000000000000000,\n}"), 0, 0, &bad, NULL), STATUS_INVALID);
    assert_int_equal(json_parse(arena, STR("[0100000000000000000000]"), 0, 0, &bad, NULL), STATUS_INVALID);
}

static void getters_fall_back_on_missing_keys_and_wrong_types(void **state)
{
    (void)state;
    json_auto json = NULL;
    assert_int_equal(json_parse(arena,
                                STR("\xEF\xBB\xBF{\"s\":\"Hà\",\"i\":7,\"b\":true,\"l\":[1],\"o\":{}}"), 0, 0,
                                &json, NULL),
                     STATUS_OK);
    assert_true(str_equal_cstr(json_get_str(json, "s"), "Hà"));
    assert_null(json_get_str(json, "i").data);
    assert_string_equal(json_get_cstr(json, "missing", "fallback"), "fallback");
    assert_int_equal(json_get_int64(json, "i", 0), 7);
    assert_int_equal(json_get_int64(json, "s", -1), -1);
    assert_true(json_get_bool(json, "b", false));
    assert_true(json_get_bool(json, "s", true));
    assert_non_null(json_get_array(json, "l"));
    assert_null(json_get_array(json, "o"));
    assert_non_null(json_get_object(json, "o"));
    assert_null(json_get_object(NULL, "o"));
    assert_null(json_get_array(json_get_array(json, "l"), "x"));
}

static void equal_values_have_equal_canonical_text(void **state)
{
    (void)state;
    json_auto first = NULL;
    json_auto second = NULL;
    assert_int_equal(json_parse(arena, STR("{ \"b\": [1, 2.5, null], \"a\": \"ế\" }"), 0, 0, &first, NULL),
                     STATUS_OK);
    assert_int_equal(json_parse(arena, STR("{\"a\":\"\\u1ebf\",\"b\":[1,2.5,null]}"), 0, 0, &second, NULL),
                     STATUS_OK);
    struct str text = json_canonical_arena(first, arena, 1000);
    assert_true(str_equal(text, json_canonical_arena(second, arena, 1000)));
    assert_true(str_equal_cstr(text, "{\"a\":\"ế\",\"b\":[1,2.5,null]}"));
    assert_null(json_canonical_arena(first, arena, 10).data);
    json_auto numbers = NULL;
    assert_int_equal(
        json_parse(arena, STR("[0.1,21.0285,3.0,1e300,0.30000000000000004,-7,-0.0]"), 0, 0, &numbers, NULL),
        STATUS_OK);
    assert_string_equal(json_canonical_arena(numbers, arena, 1000).data,
                        "[0.1,21.0285,3.0,1e+300,0.30000000000000004,-7,-0.0]");
    json_auto empty = NULL;
    assert_int_equal(json_parse(arena, STR("{\"b\":{},\"a\":[],\"\":\"\\n\"}"), 0, 0, &empty, NULL),
                     STATUS_OK);
    assert_string_equal(json_canonical_arena(empty, arena, 1000).data, "{\"\":\"\\n\",\"a\":[],\"b\":{}}");
}

static void text_of_any_bytes_becomes_a_string_node(void **state)
{
    (void)state;
    json_auto object = json_object();
    json_set_str(object, "bad", STR("a\xFF\0b"));
    json_set_cstr(object, "none", NULL);
    json_set_str(object, "empty", STR_NULL);
    assert_true(str_equal_cstr(json_get_str(object, "bad"), "a\xEF\xBF\xBD"
                                                            "b"));
    assert_null(json_object_get(object, "none"));
    assert_string_equal(json_get_cstr(object, "empty", "x"), "");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(limits_are_errors_of_their_own, setup, teardown),
        cmocka_unit_test_setup_teardown(malformed_text_names_its_line, setup, teardown),
        cmocka_unit_test_setup_teardown(what_looks_like_json_and_is_refused_says_why, setup, teardown),
        cmocka_unit_test_setup_teardown(an_integer_that_no_int64_holds_is_a_real, setup, teardown),
        cmocka_unit_test_setup_teardown(getters_fall_back_on_missing_keys_and_wrong_types, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_values_have_equal_canonical_text, setup, teardown),
        cmocka_unit_test_setup_teardown(text_of_any_bytes_becomes_a_string_node, setup, teardown),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
