/* Slices, UTF-8 and buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "motcua/base/buf.h"
#include "motcua/base/str.h"
#include "motcua/base/utf8.h"

static void slices_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(str_equal(STR(""), STR_NULL));
    assert_true(str_equal(STR("a\0b"), STR("a\0b")));
    assert_false(str_equal(STR("a\0b"), STR("a\0c")));
    assert_true(str_equal_cstr(STR("abc"), "abc"));
    assert_false(str_equal_cstr(STR("abc"), "abcd"));
    assert_true(str_equal_ignore_case(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_equal_ignore_case(STR("Đ"), STR("đ"))); /* ASCII only */
    assert_true(str_compare(STR("a"), STR("b")) < 0);
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_compare(STR_NULL, STR("")), 0);
}

static void slices_are_cut_within_their_ends(void **state)
{
    (void)state;
    struct str text = STR("abcdef");
    assert_true(str_equal_cstr(str_slice(text, 1, 3), "bc"));
    assert_true(str_equal_cstr(str_slice(text, 4, 100), "ef"));
    assert_int_equal(str_slice(text, 7, 9).length, 0);
    assert_int_equal(str_slice(text, 3, 1).length, 0);
    assert_null(str_slice(STR_NULL, 0, 5).data);
    assert_true(str_equal_cstr(str_trim(STR(" \t\r\n a b \f\v")), "a b"));
    assert_int_equal(str_trim(STR("   ")).length, 0);
    assert_true(str_starts_with(text, STR("abc")) && str_starts_with(text, STR("")));
    assert_false(str_starts_with(STR("ab"), STR("abc")));
    assert_true(str_ends_with(text, STR("def")) && str_ends_with(STR_NULL, STR_NULL));
    assert_false(str_ends_with(text, STR("deg")));
}

static void slices_are_searched_and_split(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("hồ sơ"), STR("sơ")), 5);
    assert_int_equal(str_find(STR("abc"), STR("abcd")), -1);
    assert_int_equal(str_find(STR_NULL, STR("a")), -1);
    assert_int_equal(str_find(STR("abc"), STR("")), 0);
    assert_int_equal(str_find_char(STR("a=b"), '='), 1);
    assert_int_equal(str_find_char(STR_NULL, '='), -1);
    struct str head, rest = STR("k=v=w");
    assert_true(str_split(rest, '=', &head, &rest));
    assert_true(str_equal_cstr(head, "k") && str_equal_cstr(rest, "v=w"));
    assert_false(str_split(STR("whole"), '=', &head, &rest));
    assert_true(str_equal_cstr(head, "whole") && rest.length == 0);
}

static void integers_are_whole_or_refused(void **state)
{
    (void)state;
    int64_t value = 7;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"007", 7},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(str_to_int64(str_of(good[i].text), &value), STATUS_OK);
        assert_true(value == good[i].value);
    }
    static const char *const bad[] = {
        "", "-", "+1", " 1", "1 ", "1.0", "9223372036854775808", "-9223372036854775809", "0x1", "١"};
    value = 7;
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(str_to_int64(str_of(bad[i]), &value), STATUS_INVALID);
    assert_int_equal(value, 7);
}

static void utf_8_is_strict(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "Ễ",
                                       "\xC2\x80",
                                       "\xDF\xBF",
                                       "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",
                                       "\xEE\x80\x80",
                                       "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xC2\x41",
                                      "\xE0\x9F\xBF",
                                      "\xE0\xA0",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFE",
                                      "\xFF",
                                      "\xF0\x90\x80",
                                      "abc\xE1\xBB"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(utf8_valid(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (utf8_valid(str_of(bad[i]))) fail_msg("malformed text %zu was taken", i);
    assert_int_equal(utf8_length(STR("Hà Nội")), 6);
    assert_int_equal(utf8_length(STR("\xff\xfe")), 2);
}

static void every_code_point_goes_there_and_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        char bytes[4];
        size_t length = utf8_encode(c, bytes), offset = 0;
        bool valid = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        assert_int_equal(length > 0, valid);
        if (valid) {
            assert_true(utf8_next(str_make(bytes, length), &offset) == c);
            assert_int_equal(offset, length);
        }
    }
}

static void a_buffer_stops_at_its_maximum(void **state)
{
    (void)state;
    BUF_AUTO buf = BUF_WITH_MAXIMUM(10);
    buf_append_cstr(&buf, "12345");
    buf_printf(&buf, "%d", 6789);
    assert_false(buf.overflow);
    assert_string_equal(buf.data, "123456789");
    buf_append_char(&buf, '0');
    assert_false(buf.overflow);
    buf_append_char(&buf, 'x');
    assert_true(buf.overflow);
    assert_string_equal(buf.data, "1234567890");
    buf_append_cstr(&buf, ""); /* stays so */
    assert_true(buf.overflow);
    buf_clear(&buf);
    assert_false(buf.overflow);
    buf_printf(&buf, "%s", "longer than ten");
    assert_true(buf.overflow);
    assert_string_equal(buf.data, "");
}

static void a_buffer_grows_and_is_copied(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(1024 * 1024);
    BUF_AUTO buf = BUF_WITH_MAXIMUM(100000);
    for (int i = 0; i < 10000; i++)
        buf_append_str(&buf, STR("abcd"));
    struct str copy = buf_copy(&buf, arena);
    buf_clear(&buf);
    assert_int_equal(copy.length, 40000);
    assert_memory_equal(copy.data + 39996, "abcd", 5);
    BUF_AUTO empty = BUF_WITH_MAXIMUM(0);
    assert_int_equal(buf_str(&empty).length, 0);
    assert_int_equal(buf_copy(&empty, arena).length, 0);
    buf_append_char(&empty, 'x');
    assert_true(empty.overflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare_by_bytes),
        cmocka_unit_test(slices_are_cut_within_their_ends),
        cmocka_unit_test(slices_are_searched_and_split),
        cmocka_unit_test(integers_are_whole_or_refused),
        cmocka_unit_test(utf_8_is_strict),
        cmocka_unit_test(every_code_point_goes_there_and_back),
        cmocka_unit_test(a_buffer_stops_at_its_maximum),
        cmocka_unit_test(a_buffer_grows_and_is_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
