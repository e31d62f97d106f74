/* Tables of expressions and the literals they must give, for the tests of FEEL by clause of DMN 1.3. */
#ifndef TESTS_UNIT_FEEL_CASE_H
#define TESTS_UNIT_FEEL_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "motcua/base/buf.h"
#include "motcua/base/zone.h"
#include "motcua/feel/expression.h"

struct feel_case {
    const char *expression;
    const char *literal; /* of the value; "error CODE" when it must not compile or run */
};

#define CASE_ARENA ((size_t)64 << 20)

/* The literal of the value, in the arena; "error CODE". */
static inline const char *evaluate_text(struct arena *arena, const char *text, const char *context_text,
                                        const char *unary_input)
{
    struct feel_environment environment = {.zones = {.load = zone_load}};
    struct feel_names names = {.variables = NULL};
    const struct feel_expression *expression;
    const struct feel_value *value;
    struct error error = {.code = NULL};
    enum status status;
    /* 2026-11-24T08:00:00+07:00, a Tuesday */
    environment.now = feel_date_time_from_instant(arena, INT64_C(1795482000) * MICROSECONDS, 25200);
    if (context_text != NULL) {
        assert_int_equal(feel_compile(arena, str_of(context_text), NULL, &expression, &error), STATUS_OK);
        assert_int_equal(feel_evaluate(expression, &environment, arena, &environment.context, &error),
                         STATUS_OK);
        feel_names_of(arena, environment.context, &names);
    }
    if (unary_input != NULL) {
        assert_int_equal(feel_compile(arena, str_of(unary_input), &names, &expression, &error), STATUS_OK);
        assert_int_equal(feel_evaluate(expression, &environment, arena, &environment.input, &error),
                         STATUS_OK);
        status = feel_compile_unary_tests(arena, str_of(text), &names, &expression, &error);
    } else {
        status = feel_compile(arena, str_of(text), &names, &expression, &error);
    }
    if (status == STATUS_OK) status = feel_evaluate(expression, &environment, arena, &value, &error);
    if (status != STATUS_OK) {
        assert_non_null(error.message);
        return arena_printf(arena, "error %s", error.code);
    }
    return feel_literal(arena, value, (size_t)1 << 20);
}

static inline void check_cases(const struct feel_case *cases, size_t count, const char *context)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_create(CASE_ARENA);
        const char *literal = evaluate_text(arena, cases[i].expression, context, NULL);
        if (literal == NULL || strcmp(literal, cases[i].literal) != 0) {
            print_message("# %s\n#   gives   %s\n#   must be %s\n", cases[i].expression,
                          literal != NULL ? literal : "(too long)", cases[i].literal);
            failed++;
        }
        arena_destroy(arena);
    }
    assert_int_equal(failed, 0);
}

#define CHECK_CASES(...) CHECK_CASES_IN(NULL, __VA_ARGS__)
#define CHECK_CASES_IN(context, ...)                                                                         \
    do {                                                                                                     \
        static const struct feel_case cases_[] = {__VA_ARGS__};                                              \
        check_cases(cases_, sizeof cases_ / sizeof *cases_, context);                                        \
    } while (0)

#endif
