/* One arena a test. */
#ifndef I18N_SUPPORT_H
#define I18N_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "motcua/base/arena.h"

static struct arena *arena;

static inline int open_arena(void **state)
{
    (void)state;
    arena = arena_create((size_t)64 << 20);
    return 0;
}

static inline int close_arena(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

#endif
