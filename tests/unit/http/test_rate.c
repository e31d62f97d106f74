/* Token buckets: burst, refill, keys, and what happens when memory is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "motcua/crypto/secret.h"
#include "motcua/http/rate.h"

static const struct rate_class classes[] = {{"page", 3, 1}, {"login", 2, 0.1}};

static bool take(struct rate_limiter *limiter, unsigned class, const char *key, double second, unsigned *wait)
{
    return rate_limiter_take(limiter, class, str_of(key), (int64_t)(second * 1e6), wait);
}

static void a_bucket_empties_and_fills_again(void **state)
{
    struct rate_limiter *limiter = rate_limiter_create(classes, 2, 1024);
    unsigned wait = 0;
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(take(limiter, 1, "a", 10, &wait));
    assert_false(take(limiter, 1, "a", 10, &wait));
    assert_int_equal(wait, 1);
    assert_false(take(limiter, 1, "a", 10.9, &wait));
    assert_true(take(limiter, 1, "a", 11.1, &wait));
    assert_false(take(limiter, 1, "a", 11.2, NULL));
    for (int i = 0; i < 3; i++)
        assert_true(take(limiter, 1, "a", 100, &wait)); /* never more than the burst */
    assert_false(take(limiter, 1, "a", 100, &wait));
    rate_limiter_destroy(limiter);
}

static void keys_and_classes_are_apart(void **state)
{
    struct rate_limiter *limiter = rate_limiter_create(classes, 2, 1024);
    unsigned wait = 0;
    (void)state;
    assert_true(take(limiter, 2, "a", 0, &wait));
    assert_true(take(limiter, 2, "a", 0, &wait));
    assert_false(take(limiter, 2, "a", 0, &wait));
    assert_int_equal(wait, 10);
    assert_true(take(limiter, 2, "b", 0, &wait));
    assert_true(take(limiter, 1, "a", 0, &wait));
    assert_true(take(limiter, 1, "", 0, &wait));
    rate_limiter_destroy(limiter);
}

static void time_that_runs_back_gives_nothing(void **state)
{
    struct rate_limiter *limiter = rate_limiter_create(classes, 2, 1024);
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(take(limiter, 1, "a", 50, NULL));
    assert_false(take(limiter, 1, "a", 40, NULL));
    rate_limiter_destroy(limiter);
}

static void a_flood_of_keys_does_not_free_who_is_held_back(void **state)
{
    struct rate_limiter *limiter = rate_limiter_create(classes, 2, 64);
    (void)state;
    while (take(limiter, 2, "held", 0, NULL))
        continue;
    for (int i = 0; i < 20000; i++) {
        char key[32];
        snprintf(key, sizeof key, "other-%d", i);
        assert_true(take(limiter, 2, key, 0, NULL));
    }
    assert_false(take(limiter, 2, "held", 0, NULL));
    rate_limiter_destroy(limiter);
}

int main(void)
{
    if (crypto_start() != STATUS_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_empties_and_fills_again),
        cmocka_unit_test(keys_and_classes_are_apart),
        cmocka_unit_test(time_that_runs_back_gives_nothing),
        cmocka_unit_test(a_flood_of_keys_does_not_free_who_is_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
