/* Percent-decoding and local targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "motcua/codec/url.h"

static void segment_is(struct arena *arena, const char *raw, const char *expected)
{
    struct str decoded = STR_NULL;
    enum status status = url_decode_segment(arena, str_of(raw), &decoded);
    if (expected == NULL) {
        assert_int_equal(status, STATUS_INVALID);
        return;
    }
    assert_int_equal(status, STATUS_OK);
    assert_string_equal(decoded.data, expected);
}

static void segments_are_decoded_or_refused(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    (void)state;
    segment_is(arena, "", "");
    segment_is(arena, "ho-so", "ho-so");
    segment_is(arena, "%C4%90%e1%bb%87", "Đệ");
    segment_is(arena, "a+b", "a+b");
    segment_is(arena, "...", "...");
    segment_is(arena, "a..b", "a..b");
    static const char *const refused[] = {
        "%",   "%4",     "%zz",  "%00", "a%00b", "%0a", "%7f", "%1B",  "%ff",       "%c0%af", ".",     "..",
        "%2e", "%2E%2e", ".%2e", "%2f", "a%2Fb", "%5c", "\\",  "\x80", "%ed%a0%80", "%f5",    "%e2%82"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        segment_is(arena, refused[i], NULL);
}

static void a_decoded_value_is_not_decoded_again(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    (void)state;
    segment_is(arena, "%252e%252e%252f", "%2e%2e%2f");
}

static void components_allow_line_ends_and_plus(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    struct str decoded;
    (void)state;
    assert_int_equal(url_decode_component(arena, STR("a+b%2B%0D%0A%09"), &decoded), STATUS_OK);
    assert_string_equal(decoded.data, "a b+\r\n\t");
    assert_int_equal(url_decode_component(arena, STR("%00"), &decoded), STATUS_INVALID);
    assert_int_equal(url_decode_component(arena, STR("%1b"), &decoded), STATUS_INVALID);
    assert_int_equal(url_decode_component(arena, STR("%fe"), &decoded), STATUS_INVALID);
}

static void encoding_keeps_only_unreserved_characters(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    (void)state;
    struct str encoded = url_encode_copy(arena, STR("aZ09-._~ /?&=+%\"<Đ"));
    assert_string_equal(encoded.data, "aZ09-._~%20%2F%3F%26%3D%2B%25%22%3C%C4%90");
    assert_int_equal(url_encode_copy(arena, STR("")).length, 0);
}

static void only_paths_on_this_site_are_local(void **state)
{
    (void)state;
    static const char *const local[] = {"/", "/a", "/a/b?c=d&e=//x", "/a?b=\\", "/a#b"};
    static const char *const foreign[] = {"",        "a",    "//a",   "/\\a",  "http://a", "javascript:x",
                                          "/a\r\nb", "/a b", "/\ta",  "/\xc4", "\\/a",     "/a\\b",
                                          "///a",    " /a",  "/a\x7f"};
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        assert_true(url_is_local(str_of(local[i])));
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_false(url_is_local(str_of(foreign[i])));
    assert_false(url_is_local(STR_NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_are_decoded_or_refused),
        cmocka_unit_test(a_decoded_value_is_not_decoded_again),
        cmocka_unit_test(components_allow_line_ends_and_plus),
        cmocka_unit_test(encoding_keeps_only_unreserved_characters),
        cmocka_unit_test(only_paths_on_this_site_are_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
