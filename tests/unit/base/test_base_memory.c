/* The arena: alignment, its maximum, recovery, marks; errors that live in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "motcua/base/arena.h"
#include "motcua/base/error.h"

static void memory_is_aligned_and_apart(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(4 * 1024 * 1024);
    unsigned char *last = NULL;
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *bytes = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        memset(bytes, (int)size, size == 0 ? 1 : size);
        assert_ptr_not_equal(bytes, last);
        last = bytes;
    }
    unsigned char *zeroed = arena_zalloc(arena, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(zeroed[i], 0);
}

/* `limit` counts what may still be taken; returns whether the arena gave up. */
static bool gives_up(size_t maximum, size_t size, size_t times)
{
    struct arena *arena = arena_create(maximum);
    jmp_buf recovery;
    volatile bool gave_up = true;
    if (setjmp(recovery) == 0) {
        arena_set_recovery(arena, &recovery);
        for (size_t i = 0; i < times; i++)
            (void)arena_alloc(arena, size);
        gave_up = false;
    }
    arena_destroy(arena);
    return gave_up;
}

static void an_arena_has_its_maximum(void **state)
{
    (void)state;
    assert_false(gives_up(1024 * 1024, 1024, 1024));
    assert_true(gives_up(1024 * 1024, 1024, 1025));
    assert_false(gives_up(1000000, 1000000, 1));
    assert_true(gives_up(1000000, 1000001, 1));
    assert_true(gives_up(1024, SIZE_MAX, 1));
    assert_true(gives_up(1024, SIZE_MAX - 8, 1));
    assert_true(gives_up(100, 16, 8));
    assert_true(gives_up(0, 1, 2));
}

static void a_product_that_overflows_is_no_allocation(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(1024);
    jmp_buf recovery;
    if (setjmp(recovery) == 0) {
        arena_set_recovery(arena, &recovery);
        (void)arena_array(arena, SIZE_MAX / 8 + 2, 8);
        fail_msg("it was given");
    }
}

static void what_came_after_a_mark_is_taken_back(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(64 * 1024);
    char *kept = arena_strdup(arena, "kept");
    size_t used = arena_used(arena);
    for (int i = 0; i < 1000; i++) { /* far more than the maximum in all */
        struct arena_mark mark = arena_mark(arena);
        memset(arena_alloc(arena, 40000), i, 40000);
        arena_rewind(arena, mark);
    }
    assert_int_equal(arena_used(arena), used);
    assert_string_equal(kept, "kept");
}

static void a_reset_arena_can_be_used_again(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(1024 * 1024);
    for (int i = 0; i < 100; i++) {
        (void)arena_alloc(arena, 900000);
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
}

static void texts_are_copied(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(1024 * 1024);
    assert_string_equal(arena_printf(arena, "%s-%05d", "Hồ sơ", 42), "Hồ sơ-00042");
    assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
    struct str copy = arena_str(arena, STR("a\0b"));
    assert_int_equal(copy.length, 3);
    assert_memory_equal(copy.data, "a\0b\0", 4);
    assert_string_equal(arena_str(arena, STR_NULL).data, "");
}

static void errors_carry_both_texts(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create(1024);
    struct error error = {.field = "old"};
    assert_int_equal(
        error_set(&error, arena, STATUS_INVALID, "form.required", N_("Bắt buộc nhập"), "page %d", 3),
        STATUS_INVALID);
    assert_string_equal(error.code, "form.required");
    assert_string_equal(error.message, "Bắt buộc nhập");
    assert_string_equal(error.detail, "page 3");
    assert_null(error.field);
    assert_int_equal(error_set(NULL, arena, STATUS_DENIED, "x", NULL, NULL), STATUS_DENIED);
    for (int status = STATUS_OK; status <= STATUS_FATAL; status++)
        assert_string_not_equal(status_name((enum status)status), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_and_apart),
        cmocka_unit_test(an_arena_has_its_maximum),
        cmocka_unit_test(a_product_that_overflows_is_no_allocation),
        cmocka_unit_test(what_came_after_a_mark_is_taken_back),
        cmocka_unit_test(a_reset_arena_can_be_used_again),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(errors_carry_both_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
