/*
 * FEEL text: compiles and evaluates whatever comes, with small caps. The first byte chooses expression or
 * unary tests. What evaluates must write a literal that compiles and evaluates to the same literal again.
 */
#include <stdlib.h>

#include "motcua/base/zone.h"
#include "motcua/feel/expression.h"
#include "motcua/feel/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct feel_value *context_value(struct arena *arena)
{
    static const char json_text[] =
        "{\"a\": 1, \"số bản\": 3, \"list\": [1, \"x\", {\"b c\": [true]}], \"a-b\": \"text\"}";
    json_t *json = json_loads(json_text, 0, NULL);
    const struct feel_value *value = feel_from_json(arena, json);
    json_decref(json);
    return value;
}

static bool has_function(const struct feel_value *value)
{
    if (value->kind == FEEL_FUNCTION) return true;
    if (value->kind == FEEL_LIST)
        for (size_t i = 0; i < value->list.count; i++)
            if (has_function(value->list.items[i])) return true;
    for (size_t i = 0; i < feel_context_count(value); i++) {
        struct str name;
        if (has_function(feel_context_at(value, i, &name))) return true;
    }
    return false;
}

static void check_round_trip(struct arena *arena, const struct feel_environment *environment,
                             const struct feel_value *value)
{
    const struct feel_expression *expression;
    const struct feel_value *again;
    const char *literal = feel_literal(arena, value, 50000), *second;
    if (literal == NULL || has_function(value)) return;
    if (feel_compile(arena, str_of(literal), NULL, &expression, NULL) != STATUS_OK) {
        if (value->depth < 60) abort(); /* deeper literals may pass the cap of the reader */
        return;
    }
    if (feel_evaluate(expression, environment, arena, &again, NULL) != STATUS_OK) return;
    second = feel_literal(arena, again, 60000);
    if (second == NULL || strcmp(literal, second) != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)64 << 20);
    struct feel_environment environment = {.limits = {.steps = 20000, .size = (size_t)2 << 20},
                                           .zones = {.load = zone_load}};
    const struct feel_expression *expression;
    const struct feel_value *value;
    struct feel_names names;
    struct error error;
    struct str text;
    enum status status;
    if (size > 0 && size < 5000) {
        text = str_make((const char *)data + 1, size - 1);
        environment.context = context_value(arena);
        environment.input = feel_integer(arena, 5);
        environment.now = feel_date_time_from_instant(arena, 0, 25200);
        feel_names_of(arena, environment.context, &names);
        status = data[0] == 'u' ? feel_compile_unary_tests(arena, text, &names, &expression, &error)
                                : feel_compile(arena, text, &names, &expression, &error);
        if (status == STATUS_OK &&
            feel_evaluate(expression, &environment, arena, &value, &error) == STATUS_OK) {
            json_decref(feel_to_json(value));
            environment.limits.steps = 1000000;
            check_round_trip(arena, &environment, value);
        }
    }
    arena_destroy(arena);
    return 0;
}
