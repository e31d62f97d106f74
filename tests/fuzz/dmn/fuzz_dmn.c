/* DMN XML: loads whatever comes and evaluates every decision of it with small caps. */
#include "motcua/base/error.h"
#include "motcua/dmn/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct feel_value *inputs(struct arena *arena)
{
    static const char text[] =
        "{n: 3, \"Hồ sơ\": {\"số bản\": 3, loại: \"thường\"}, p: [1, {a: 2}], l: \"A\"}";
    struct feel_environment environment = {.context = NULL};
    const struct feel_expression *expression;
    const struct feel_value *value = NULL;
    if (feel_compile(arena, str_of(text), NULL, &expression, NULL) != STATUS_OK ||
        feel_evaluate(expression, &environment, arena, &value, NULL) != STATUS_OK)
        return NULL;
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)256 << 20);
    const struct dmn_model *model;
    struct error error;
    struct str text = str_make((const char *)data, size);
    if (size < 20000 && dmn_load_with_imports(arena, text, &text, 1, &model, &error) == STATUS_OK) {
        struct feel_environment environment = {.context = inputs(arena),
                                               .limits = {.steps = 20000, .size = (size_t)4 << 20}};
        size_t count, input_count;
        const struct str *decisions = dmn_decisions(model, &count);
        for (size_t i = 0; i < count && i < 8; i++) {
            const struct feel_value *value;
            dmn_inputs(model, decisions[i], arena, &input_count);
            if (dmn_evaluate(model, decisions[i], &environment, arena, &value, &error) == STATUS_OK)
                feel_literal(arena, value, 100000);
        }
    }
    arena_destroy(arena);
    return 0;
}
