/* Shared by the tests of forms: an arena per test, a definition from text, answers from text, pages as a
 * browser sends them. */
#ifndef MOTCUA_TESTS_FORM_TEST_H
#define MOTCUA_TESTS_FORM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "motcua/codec/json.h"
#include "motcua/form/form.h"

static struct arena *arena;
static const struct form_environment environment = {.today = "2017-02-14"};

static inline int form_test_setup(void **state)
{
    (void)state;
    arena = arena_create((size_t)64 << 20);
    return 0;
}

static inline int form_test_teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static inline json_t *json_of(const char *text)
{
    json_t *json = NULL;
    struct error error = {0};
    if (json_parse(arena, str_of(text), 0, 0, &json, &error) != STATUS_OK)
        fail_msg("bad JSON in the test: %s: %s", error.detail, text);
    return json;
}

/* A form of one page "trang" with these fields. */
static inline const char *definition_of(const char *fields)
{
    return arena_printf(arena,
                        "{\"form\":\"thu\",\"title\":\"Thử\",\"pages\":[{\"key\":\"trang\",\"title\":"
                        "\"Trang\",\"fields\":[%s]}]}",
                        fields);
}

static inline const struct form *form_from(const char *definition)
{
    struct form *form = NULL;
    struct form_findings findings = {0};
    if (form_compile_text(arena, str_of(definition), &form, &findings) != STATUS_OK) {
        for (size_t i = 0; i < findings.count; i++)
            print_error("%s: %s (%s) %s\n", findings.list[i].path, findings.list[i].code,
                        findings.list[i].argument ? findings.list[i].argument : "", findings.list[i].message);
        fail_msg("the form does not compile");
    }
    return form;
}

static inline const struct form *form_with(const char *fields)
{
    return form_from(definition_of(fields));
}

/* name, value, name, value, ..., NULL */
static inline json_t *submit_action(const struct form *form, const json_t *before, enum form_action *action,
                                    const char *const *names)
{
    struct form_pair pairs[64];
    size_t count = 0;
    for (; names[2 * count]; count++)
        pairs[count] = (struct form_pair){str_of(names[2 * count]), str_of(names[2 * count + 1])};
    struct form_submission submission = {0};
    struct error error = {0};
    if (form_parse_page(form, arena, 0, pairs, count, before, &environment, &submission, &error) != STATUS_OK)
        fail_msg("page refused: %s", error.code);
    if (action) *action = submission.action;
    return submission.answers;
}
#define submit(form, before, ...) submit_action(form, before, NULL, (const char *const[]){__VA_ARGS__, NULL})

static inline void assert_json(const json_t *json, const char *expected)
{
    struct str text = json_canonical_arena(json, arena, 1 << 20);
    json_auto wanted = json_of(expected);
    struct str other = json_canonical_arena(wanted, arena, 1 << 20);
    assert_string_equal(text.data, other.data);
}

/* "field:code field:code" of all errors. */
static inline const char *errors_of(const struct form *form, const char *answers)
{
    json_auto json = json_of(answers);
    struct form_errors errors;
    assert_int_equal(form_validate(form, arena, FORM_ALL_PAGES, json, &environment, &errors), STATUS_OK);
    const char *text = "";
    for (size_t i = 0; i < errors.count; i++) {
        assert_non_null(errors.list[i].text);
        assert_null(strstr(errors.list[i].text, "%s"));
        text =
            arena_printf(arena, "%s%s%s:%s", text, i ? " " : "", errors.list[i].field, errors.list[i].code);
    }
    return text;
}

static inline const char *data_of(const struct form *form, const char *answers)
{
    json_auto json = json_of(answers);
    FORM_STATE_AUTO state = {0};
    assert_int_equal(form_evaluate(form, arena, json, &environment, &state), STATUS_OK);
    return json_canonical_arena(state.data, arena, 1 << 20).data;
}

#define form_test(test) cmocka_unit_test_setup_teardown(test, form_test_setup, form_test_teardown)

#endif
