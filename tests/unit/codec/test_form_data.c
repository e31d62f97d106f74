/* Form bodies: order, repetition, limits, encodings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "motcua/codec/form_data.h"

static enum status parse(struct arena *arena, struct str text, struct form_data *data, struct error *error)
{
    const struct form_limits limits = {4, 8, 16};
    *data = (struct form_data){0};
    return form_data_parse(arena, text, &limits, data, error);
}

static void names_repeat_and_keep_their_order(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    struct form_data data;
    (void)state;
    assert_int_equal(parse(arena, STR("a=1&b=&a=%C4%90+x&c"), &data, NULL), STATUS_OK);
    assert_int_equal(data.count, 4);
    assert_string_equal(form_data_get(&data, "a").data, "1");
    assert_string_equal(form_data_get_at(&data, "a", 1).data, "Đ x");
    assert_null(form_data_get_at(&data, "a", 2).data);
    assert_int_equal(form_data_count(&data, "a"), 2);
    assert_non_null(form_data_get(&data, "c").data);
    assert_int_equal(form_data_get(&data, "b").length, 0);
    assert_null(form_data_get(&data, "d").data);
}

static void empty_pairs_say_nothing(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    struct form_data data;
    (void)state;
    assert_int_equal(parse(arena, STR("&&=&a=1&&"), &data, NULL), STATUS_OK);
    assert_int_equal(data.count, 1);
    assert_int_equal(parse(arena, STR_NULL, &data, NULL), STATUS_OK);
    assert_int_equal(data.count, 0);
}

static void each_limit_has_its_own_error(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    struct form_data data;
    struct error error;
    (void)state;
    assert_int_equal(parse(arena, STR("a=1&b=2&c=3&d=4&e=5"), &data, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "form.too_many");
    assert_int_equal(data.count, 0); /* untouched */
    assert_int_equal(parse(arena, STR("abcdefghi=1"), &data, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "form.too_long");
    assert_int_equal(parse(arena, STR("a=12345678901234567"), &data, &error), STATUS_TOO_LARGE);
    assert_int_equal(parse(arena, STR("a=1234567890123456"), &data, &error), STATUS_OK);
}

static void what_is_no_text_is_refused_whole(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    static const char *const refused[] = {"a=%ff",           "a=%00", "a=%",       "%c0%80=1",
                                          "a=1&b=%ed%a0%80", "=x",    "a=\xe1\xbb"};
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct form_data data;
        struct error error = {0};
        assert_int_equal(parse(arena, str_of(refused[i]), &data, &error), STATUS_INVALID);
        assert_non_null(error.message);
        assert_int_equal(data.count, 0);
    }
    struct form_data data;
    assert_int_equal(parse(arena, STR("a=x\0y"), &data, NULL), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_repeat_and_keep_their_order),
        cmocka_unit_test(empty_pairs_say_nothing),
        cmocka_unit_test(each_limit_has_its_own_error),
        cmocka_unit_test(what_is_no_text_is_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
