/* What other libraries call: compiling, names, variables, unary tests, caps, conversion from and to JSON,
 * host functions. */
#include "feel_case.h"

#include <pthread.h>
#include <stdlib.h>

#include "motcua/feel/json.h"

static void check_unary(const char *test, const char *input, const char *expected)
{
    struct arena *arena = arena_create(CASE_ARENA);
    const char *literal = evaluate_text(arena, test, "{n: 3, t: true, s: \"a\"}", input);
    if (strcmp(literal, expected) != 0) print_message("# %s with %s gives %s\n", test, input, literal);
    assert_string_equal(literal, expected);
    arena_destroy(arena);
}

static void unary_tests_are_applied_to_the_input(void **state)
{
    (void)state;
    check_unary("-", "null", "true");
    check_unary("5", "5", "true");
    check_unary("< 5", "5", "false");
    check_unary("<= 5, > 9", "10", "true");
    check_unary("[1..5), 7", "7", "true");
    check_unary("not(1, 2)", "3", "true");
    check_unary("not(< 2)", "null", "null");
    check_unary("\"a\", \"b\"", "\"b\"", "true");
    check_unary("\"a\"", "1", "null");
    check_unary("null", "null", "true");
    check_unary("true", "true", "true");
    check_unary("true", "null", "false");
    check_unary("true", "false", "false");
    check_unary("n", "3", "true");
    check_unary("< n", "2", "true");
    check_unary("> n * 2", "7", "true");
    check_unary("? > n", "4", "true");
    check_unary("? + 1 = 5", "4", "true");
    check_unary("contains(?, \"ob\")", "\"foobar\"", "true");
    check_unary("not(contains(?, \"ob\"))", "\"foobar\"", "false");
    check_unary("not(contains(?, \"ob\")) and true", "\"foobar\"", "false");
    check_unary("n > 2", "\"anything\"", "true");
    check_unary("[1, 2, 3]", "2", "true");
    check_unary("[1, 2, 3]", "[1, 2, 3]", "true");
    check_unary("[[1..3], [7..9]]", "8", "true");
    check_unary("?.a = 1", "{a: 1}", "true");
    check_unary("date(\"2026-11-24\")", "@\"2026-11-24\"", "true");
    check_unary("< date(\"2026-11-24\")", "@\"2026-11-23\"", "true");
    check_unary("= 5", "5", "true");
    check_unary("!= 5", "5", "false");
    check_unary("", "5", "error feel.syntax");
    check_unary("5,", "5", "error feel.syntax");
}

static void names_may_hold_spaces_and_signs(void **state)
{
    (void)state;
    CHECK_CASES_IN(
        "{\"số bản\": 3, \"profit-loss\": 7, profit: 20, loss: 5, \"profit and loss\": 15, \"a.b\": 1, \"if "
        "then\": 4, "
        "người: {\"ngày sinh\": @\"2000-02-29\", \"con\": [{\"họ tên\": \"An\"}, {\"họ tên\": \"Bình\"}]}}",
        {"số bản * 8000", "24000"}, {"số  bản+1", "4"}, {"profit-loss", "7"}, {"profit - loss", "15"},
        {"profit and loss", "15"}, {"a.b + 1", "2"}, {"if then + 1", "5"}, {"người.ngày sinh.year", "2000"},
        {"người.con[họ tên = \"An\"].họ tên", "[\"An\"]"}, {"số bản khác", "null"},
        {"if số bản > 2 then \"A\" else \"B\"", "\"A\""},
        {"for bản sao in 1..số bản return bản sao * 2", "[2, 4, 6]"},
        {"years and months duration(người.ngày sinh, @\"2026-11-24\").years >= 18", "true"});
}

static void check_variables(const char *text, const char *expected)
{
    struct arena *arena = arena_create(CASE_ARENA);
    const struct feel_expression *expression;
    struct error error;
    BUF_AUTO found = BUF_WITH_MAXIMUM(1000);
    size_t count;
    const struct str *variables;
    assert_int_equal(feel_compile(arena, str_of(text), NULL, &expression, &error), STATUS_OK);
    variables = feel_variables(expression, &count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&found, "%s%.*s", i > 0 ? "," : "", STR_ARG(variables[i]));
    assert_string_equal(found.data != NULL ? found.data : "", expected);
    arena_destroy(arena);
}

static void variables_are_the_free_names(void **state)
{
    (void)state;
    check_variables("1 + 2", "");
    check_variables("so_ban * phí + so_ban", "so_ban,phí");
    check_variables("số bản * 8000", "số bản");
    check_variables("a.b.c + sum(d)", "a,d");
    check_variables("for x in xs return x + y", "xs,y");
    check_variables("function(a) a + b", "b");
    check_variables("{a: p, b: a + q}", "p,q");
    check_variables("xs[item > limit]", "xs,limit");
    check_variables("some x in [1] satisfies x > z", "z");
    check_variables("[a..b]", "a,b");
    check_variables("if c in (1..d] then e else f", "c,d,e,f");
    check_variables("age(ngày sinh, today) >= 18", "age,ngày sinh,today");
}

static void syntax_errors_name_their_place(void **state)
{
    static const struct {
        const char *text, *place;
    } cases[] = {{"1 +", "1:4"},   {"(1", "1:3"},  {"a b c )", "1:7"}, {"\n  if x then 1", "2:14"},
                 {"\"abc", "1:1"}, {"1..", "1:2"}, {"[1, 2", "1:6"},   {"f(a: 1, 2)", "1:10"},
                 {"đ +", "1:4"},   {"1a", "1:2"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_create(CASE_ARENA);
        const struct feel_expression *expression = NULL;
        struct error error = {.code = NULL};
        assert_int_equal(feel_compile(arena, str_of(cases[i].text), NULL, &expression, &error),
                         STATUS_INVALID);
        assert_string_equal(error.code, "feel.syntax");
        assert_string_equal(error.argument, cases[i].place);
        assert_null(expression);
        arena_destroy(arena);
    }
}

static void every_cap_has_its_own_error(void **state)
{
    struct arena *arena = arena_create(CASE_ARENA);
    BUF_AUTO deep = BUF_WITH_MAXIMUM(100000);
    (void)state;
    CHECK_CASES(
        {"for x in 1..100000000 return x", "error feel.too_large"},
        {"some x in 1..100000000 satisfies x < 0", "error feel.too_many_steps"},
        {"{f: function(n) f(n + 1), r: f(1)}.r", "error feel.too_deep"},
        {"for i in 1..60 return if count(partial) = 0 then \"ab\" else partial[-1] + partial[-1]",
         "error feel.too_large"},
        {"for i in 1..60 return if count(partial) = 0 then [1] else concatenate(partial[-1], partial[-1])",
         "error feel.too_large"},
        {"for i in 1..100000 return if i = 1 then [] else [partial[-1]]", "null"},
        {"count(for i in 1..300000 return matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"(a+)+$\"))",
         "error feel.too_many_steps"},
        {"{\"a\": 1}.a + 10 ** 6000 * 10 ** 6000", "null"});
    for (int i = 0; i < 5000; i++)
        buf_append_char(&deep, '(');
    assert_string_equal(evaluate_text(arena, deep.data, NULL, NULL), "error feel.text_too_deep");
    buf_clear(&deep);
    for (int i = 0; i < 70000; i++)
        buf_append_char(&deep, '1');
    assert_string_equal(evaluate_text(arena, deep.data, NULL, NULL), "error feel.text_too_long");
    buf_clear(&deep);
    for (int i = 0; i < 300; i++)
        buf_append_cstr(&deep, "1 and ");
    buf_append_cstr(&deep, "true");
    assert_string_equal(evaluate_text(arena, deep.data, NULL, NULL), "null");
    arena_destroy(arena);
}

/* Two texts of 1 MiB, equal to the last byte: comparing them must cost more than one step, or an expression
 * with few steps runs for minutes. */
static void comparing_long_texts_is_paid_for(void **state)
{
    static const char *const tests[] = {"s != t", "s > t", "not(starts with(s, t))", "not(ends with(s, t))",
                                        "not(list contains([s], t))"};
    (void)state;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        struct arena *arena = arena_create(CASE_ARENA);
        const char *text = arena_printf(arena,
                                        "{double: function(t, n) if n = 0 then t else double(t + t, n - 1), "
                                        "s: double(\"a\", 20), t: double(\"a\", 20), "
                                        "r: some i in 1..1000 satisfies %s}.r",
                                        tests[i]);
        assert_string_equal(evaluate_text(arena, text, NULL, NULL), "error feel.too_many_steps");
        arena_destroy(arena);
    }
}

static void invalid_utf8_is_refused(void **state)
{
    struct arena *arena = arena_create(CASE_ARENA);
    (void)state;
    assert_string_equal(evaluate_text(arena, "\"\xFF\"", NULL, NULL), "error feel.encoding");
    arena_destroy(arena);
}

static void json_goes_in_and_comes_out(void **state)
{
    struct arena *arena = arena_create(CASE_ARENA);
    json_t *json = json_loads("{\"a\": [1, 2.50, true, null, \"x\"], \"b\": {\"số\": 9007199254740993}, "
                              "\"c\": 0.1, \"d\": 1e-7}",
                              0, NULL),
           *back;
    const struct feel_value *value = feel_from_json(arena, json);
    char *text;
    (void)state;
    assert_string_equal(feel_literal(arena, value, 1000),
                        "{a: [1, 2.5, true, null, \"x\"], b: {số: 9007199254740993}, c: 0.1, d: 0.0000001}");
    back = feel_to_json(value);
    assert_true(json_equal(back, json));
    json_decref(json);
    json_decref(back);
    json = json_string("2026-11-24");
    assert_int_equal(feel_from_json_as(arena, json, FEEL_DATE)->kind, FEEL_DATE);
    assert_int_equal(feel_from_json_as(arena, json, FEEL_STRING)->kind, FEEL_STRING);
    value = feel_from_json_as(arena, json, FEEL_TIME);
    assert_true(feel_is_null(value) && value->reason.length > 0);
    json_decref(json);
    back = feel_to_json(feel_date(arena, (struct feel_date){2026, 11, 24}));
    assert_string_equal(json_string_value(back), "2026-11-24");
    json_decref(back);
    back = feel_to_json(feel_days_duration(arena, (struct feel_duration){90000, 0}));
    text = json_dumps(back, JSON_ENCODE_ANY);
    assert_string_equal(text, "\"P1DT1H\"");
    free(text);
    json_decref(back);
    arena_destroy(arena);
}

static const struct feel_value *twice(struct feel_evaluation *evaluation, void *user,
                                      const struct feel_value *const *arguments)
{
    int64_t number = 0;
    (void)user;
    if (arguments[0]->kind != FEEL_NUMBER || !feel_number_to_int64(arguments[0]->number, &number))
        return feel_null();
    return feel_integer(feel_evaluation_arena(evaluation), number * 2);
}

static void functions_in_c_are_called(void **state)
{
    static const struct str parameter = {"n", 1};
    struct arena *arena = arena_create(CASE_ARENA);
    struct feel_context_builder *builder = feel_context_begin(arena);
    struct feel_environment environment = {.context = NULL};
    const struct feel_expression *expression;
    const struct feel_value *value;
    struct error error;
    (void)state;
    feel_context_put(builder, STR("twice"), feel_host_function(arena, &parameter, 1, twice, NULL));
    environment.context = feel_context_end(builder);
    assert_int_equal(feel_compile(arena, STR("twice(n: 4) + twice(1)"), NULL, &expression, &error),
                     STATUS_OK);
    assert_int_equal(feel_evaluate(expression, &environment, arena, &value, &error), STATUS_OK);
    assert_string_equal(feel_literal(arena, value, 100), "10");
    arena_destroy(arena);
}

static void *evaluate_often(void *user)
{
    const struct feel_expression *expression = user;
    struct arena *arena = arena_create(CASE_ARENA);
    bool right = true;
    for (int i = 0; i < 200 && right; i++) {
        const struct feel_value *value = NULL;
        struct error error;
        struct feel_environment environment = {.zones = {.load = zone_load}};
        int64_t number = 0;
        right = feel_evaluate(expression, &environment, arena, &value, &error) == STATUS_OK &&
                value->kind == FEEL_NUMBER && feel_number_to_int64(value->number, &number) && number == 5050;
        arena_reset(arena);
    }
    arena_destroy(arena);
    return right ? user : NULL;
}

static void one_expression_serves_many_threads(void **state)
{
    struct arena *arena = arena_create(CASE_ARENA);
    const struct feel_expression *expression;
    struct error error;
    pthread_t threads[4];
    (void)state;
    assert_int_equal(feel_compile(arena,
                                  STR("if @\"2026-07-01T00:00:00@Europe/Paris\".time offset = @\"PT2H\" then "
                                      "sum(for x in 1..100 return x) else 0"),
                                  NULL, &expression, &error),
                     STATUS_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, evaluate_often, (void *)(uintptr_t)expression), 0);
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    arena_destroy(arena);
}

static void literals_read_back_as_the_same_value(void **state)
{
    static const char *const texts[] = {"[1, \"a\\\"\\\\\\n\", null, true]",
                                        "{\"a b\": @\"PT0.5S\", if: [1..3), \"?\": (> 5)}",
                                        "@\"2026-11-24T08:00:00.25@Asia/Ho_Chi_Minh\"",
                                        "1e-30",
                                        "1e300",
                                        "-0.5",
                                        "@\"-P1DT1S\"",
                                        "[\"a\"..\"b\"]",
                                        "(<= @\"P1M\")",
                                        "@\"08:00:00-03:30\""};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena *arena = arena_create(CASE_ARENA);
        const char *once, *again;
        if (strchr(texts[i], '{') != NULL)
            once = evaluate_text(arena, "{\"a b\": @\"PT0.5S\", \"if\": [1..3), \"?\": (> 5)}", NULL, NULL);
        else
            once = evaluate_text(arena, texts[i], NULL, NULL);
        again = evaluate_text(arena, once, NULL, NULL);
        assert_string_equal(once, again);
        assert_string_not_equal(once, "null");
        arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unary_tests_are_applied_to_the_input),
        cmocka_unit_test(names_may_hold_spaces_and_signs),
        cmocka_unit_test(variables_are_the_free_names),
        cmocka_unit_test(syntax_errors_name_their_place),
        cmocka_unit_test(every_cap_has_its_own_error),
        cmocka_unit_test(comparing_long_texts_is_paid_for),
        cmocka_unit_test(invalid_utf8_is_refused),
        cmocka_unit_test(json_goes_in_and_comes_out),
        cmocka_unit_test(functions_in_c_are_called),
        cmocka_unit_test(one_expression_serves_many_threads),
        cmocka_unit_test(literals_read_back_as_the_same_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
