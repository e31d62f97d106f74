/* Values against item definitions: types, the implicit conversions, allowed values. */
#include "model.h"

#define MAXIMUM_BASES 100

/* Texts where dates, times or durations are declared are read as such; everything else stays as it is. */
static const struct feel_value *read_texts(struct dmn_evaluation *evaluation, const struct feel_type *type,
                                           const struct feel_value *value)
{
    struct arena *arena = feel_evaluation_arena(evaluation->feel);
    const struct feel_value *read = NULL;
    feel_step(evaluation->feel);
    if (type == NULL) return value;
    if (type->kind == FEEL_TYPE_SCALAR && type->scalar >= FEEL_DATE && value->kind == FEEL_STRING) {
        read = feel_from_text_as(arena, value->string, type->scalar);
        return feel_is_null(read) ? value : read;
    }
    if (type->kind == FEEL_TYPE_LIST && value->kind == FEEL_LIST) {
        const struct feel_value **items = arena_array(arena, value->list.count, sizeof *items);
        for (size_t i = 0; i < value->list.count; i++)
            items[i] = read_texts(evaluation, type->element, value->list.items[i]);
        return feel_list(arena, items, value->list.count);
    }
    if (type->kind == FEEL_TYPE_CONTEXT && value->kind == FEEL_CONTEXT) {
        struct feel_context_builder *builder = feel_context_begin(arena);
        for (size_t i = 0; i < feel_context_count(value); i++) {
            struct str name;
            const struct feel_value *entry = feel_context_at(value, i, &name);
            const struct feel_type *field = NULL;
            for (size_t j = 0; j < type->field_count && field == NULL; j++)
                if (str_equal(type->fields[j].name, name)) field = type->fields[j].type;
            feel_context_put(builder, name, read_texts(evaluation, field, entry));
        }
        return feel_context_end(builder);
    }
    return value;
}

static bool passes(struct dmn_evaluation *evaluation, const struct feel_expression *tests,
                   const struct feel_value *value)
{
    return tests == NULL || feel_is_true(feel_run(evaluation->feel, tests, NULL, value));
}

static bool allowed(struct dmn_evaluation *evaluation, const struct dmn_item *item,
                    const struct feel_value *value, unsigned depth);

/* One value, not the collection. */
static bool element_allowed(struct dmn_evaluation *evaluation, const struct dmn_item *item,
                            const struct feel_value *value, unsigned depth)
{
    if (feel_is_null(value)) return true;
    if (!passes(evaluation, item->allowed, value)) return false;
    for (size_t i = 0; i < item->component_count; i++) {
        const struct feel_value *entry = feel_get(value, item->components[i]->name);
        if (entry != NULL && !allowed(evaluation, item->components[i], entry, depth + 1)) return false;
    }
    return item->base == NULL || allowed(evaluation, item->base, value, depth + 1);
}

static bool allowed(struct dmn_evaluation *evaluation, const struct dmn_item *item,
                    const struct feel_value *value, unsigned depth)
{
    feel_step(evaluation->feel);
    if (feel_is_null(value) || depth > MAXIMUM_BASES) return true;
    if (!passes(evaluation, item->constraint, value)) return false;
    if (!item->collection || value->kind != FEEL_LIST) return element_allowed(evaluation, item, value, depth);
    for (size_t i = 0; i < value->list.count; i++)
        if (!element_allowed(evaluation, item, value->list.items[i], depth)) return false;
    return true;
}

const struct feel_value *dmn_item_coerce(struct dmn_evaluation *evaluation, const struct dmn_item *item,
                                         const struct feel_value *value, bool texts)
{
    struct arena *arena = feel_evaluation_arena(evaluation->feel);
    if (item == NULL || feel_is_null(value)) return value;
    if (texts) value = read_texts(evaluation, &item->type, value);
    value = feel_coerce(arena, value, &item->type);
    if (feel_is_null(value) || allowed(evaluation, item, value, 0)) return value;
    return feel_null_because(arena, "the value is not among the allowed values of %.*s", STR_ARG(item->name));
}
