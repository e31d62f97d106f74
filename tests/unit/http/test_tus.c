/* The fields of the tus protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "motcua/http/tus.h"

static struct arena *arena;

static void numbers_are_digits(void **state)
{
    (void)state;
    int64_t number = -7;
    static const char *const wrong[] = {
        "", " 1", "1 ", "+1", "-1", "0x10", "1e3", "1.0", "1,2", "9999999999999999999", "١"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(tus_number(str_of(wrong[i]), &number));
    assert_false(tus_number(STR_NULL, &number));
    assert_true(number == -7);
    assert_true(tus_number(STR("0"), &number));
    assert_true(number == 0);
    assert_true(tus_number(STR("999999999999999999"), &number));
    assert_true(number == INT64_C(999999999999999999));
}

static void metadata_are_pairs(void **state)
{
    (void)state;
    struct tus_metadata metadata;
    assert_int_equal(tus_metadata_parse(arena, STR_NULL, &metadata), STATUS_OK);
    assert_int_equal(metadata.count, 0);
    assert_int_equal(
        tus_metadata_parse(arena, STR("filename Z2nhuqV5LnBkZg==,is_confidential, empty "), &metadata),
        STATUS_OK);
    assert_int_equal(metadata.count, 3);
    assert_true(str_equal_cstr(tus_metadata_get(&metadata, "filename"), "giấy.pdf"));
    assert_int_equal(tus_metadata_get(&metadata, "is_confidential").length, 0);
    assert_non_null(tus_metadata_get(&metadata, "is_confidential").data);
    assert_null(tus_metadata_get(&metadata, "filetype").data);
}

static void malformed_metadata_are_refused(void **state)
{
    (void)state;
    struct tus_metadata metadata;
    static const char *const wrong[] = {
        ",", "a,", ",a", "a b c", "a YQ", "a YQ=", "a Y Q==", "a YQ==, a YQ==", "ơ YQ==", "a -_-_", "a\tYQ==",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(tus_metadata_parse(arena, str_of(wrong[i]), &metadata), STATUS_INVALID);
    char many[256] = "a0";
    for (int i = 1; i < 20; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), ",a%d", i);
    assert_int_equal(tus_metadata_parse(arena, str_of(many), &metadata), STATUS_TOO_LARGE);
    char *large = arena_alloc(arena, TUS_METADATA_SIZE + 1);
    memset(large, 'a', TUS_METADATA_SIZE + 1);
    assert_int_equal(tus_metadata_parse(arena, str_make(large, TUS_METADATA_SIZE + 1), &metadata),
                     STATUS_TOO_LARGE);
}

static void a_checksum_names_its_algorithm(void **state)
{
    (void)state;
    struct str algorithm, digest;
    assert_int_equal(tus_checksum_parse(arena, STR("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="), &algorithm, &digest),
                     STATUS_OK);
    assert_true(str_equal_cstr(algorithm, "sha1"));
    assert_int_equal(digest.length, 20);
    static const char *const wrong[] = {"", "sha1", "sha1 ", " YQ==", "sha1 YQ", "sha1  YQ==", "sha1 YQ== "};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(tus_checksum_parse(arena, str_of(wrong[i]), &algorithm, &digest), STATUS_INVALID);
}

static int start(void **state)
{
    (void)state;
    arena = arena_create(1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_digits),
        cmocka_unit_test(metadata_are_pairs),
        cmocka_unit_test(malformed_metadata_are_refused),
        cmocka_unit_test(a_checksum_names_its_algorithm),
    };
    return cmocka_run_group_tests(tests, start, end);
}
