/* Context functions (DMN 1.3, 10.3.4.10; the constructing ones are of DMN 1.4). */
#include "builtin.h"
#include "evaluate.h"

static const struct feel_value *get_value(struct feel_evaluation *evaluation,
                                          const struct feel_value *const *arguments, size_t count)
{
    const struct feel_value *value = arguments[0];
    (void)count;
    if (arguments[1]->kind == FEEL_STRING) {
        value = feel_get(value, arguments[1]->string);
    } else if (arguments[1]->kind == FEEL_LIST && arguments[1]->list.count > 0) { /* a way of keys */
        for (size_t i = 0; i < arguments[1]->list.count && value != NULL; i++) {
            const struct feel_value *key = arguments[1]->list.items[i];
            feel_step(evaluation);
            value = key->kind == FEEL_STRING ? feel_get(value, key->string) : NULL;
        }
    } else {
        value = NULL;
    }
    return value != NULL ? value : NULL_BECAUSE(evaluation, "the context has no such entry");
}

static const struct feel_value *pair(struct feel_evaluation *evaluation, struct str name,
                                     const struct feel_value *value)
{
    struct feel_context_builder *builder = feel_context_begin(evaluation->arena);
    feel_context_put(builder, STR("key"), feel_string(evaluation->arena, name));
    feel_context_put(builder, STR("value"), value);
    return feel_context_end(builder);
}

static const struct feel_value *get_entries(struct feel_evaluation *evaluation,
                                            const struct feel_value *const *arguments, size_t count)
{
    size_t entries = feel_context_count(arguments[0]);
    const struct feel_value **items = evaluation_alloc(evaluation, entries * sizeof *items);
    (void)count;
    for (size_t i = 0; i < entries; i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(arguments[0], i, &name);
        feel_step(evaluation);
        items[i] = pair(evaluation, name, value);
    }
    return feel_list(evaluation->arena, items, entries);
}

static void copy_entries(struct feel_evaluation *evaluation, struct feel_context_builder *builder,
                         const struct feel_value *context)
{
    for (size_t i = 0; i < feel_context_count(context); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(context, i, &name);
        feel_step(evaluation);
        feel_context_put(builder, name, value);
    }
}

static const struct feel_value *context_of(struct feel_evaluation *evaluation,
                                           const struct feel_value *const *arguments, size_t count)
{
    struct feel_context_builder *builder = feel_context_begin(evaluation->arena);
    const struct feel_list *entries = &arguments[0]->list;
    const struct feel_value *result;
    (void)count;
    for (size_t i = 0; i < entries->count; i++) {
        const struct feel_value *key = feel_get(entries->items[i], STR("key"));
        const struct feel_value *value = feel_get(entries->items[i], STR("value"));
        feel_step(evaluation);
        if (key == NULL || key->kind != FEEL_STRING || value == NULL)
            return NULL_BECAUSE(evaluation, "an entry is a context of key and value");
        feel_context_put(builder, key->string, value);
    }
    result = feel_context_end(builder);
    if (result->kind == FEEL_CONTEXT && feel_context_count(result) != entries->count)
        return NULL_BECAUSE(evaluation, "two entries have the same key");
    return result;
}

static const struct feel_value *with_entry(struct feel_evaluation *evaluation,
                                           const struct feel_value *context, struct str key,
                                           const struct feel_value *value)
{
    struct feel_context_builder *builder = feel_context_begin(evaluation->arena);
    copy_entries(evaluation, builder, context);
    feel_context_put(builder, key, value);
    return feel_context_end(builder);
}

static const struct feel_value *put_at(struct feel_evaluation *evaluation, const struct feel_value *context,
                                       const struct feel_value *const *keys, size_t count,
                                       const struct feel_value *value)
{
    const struct feel_value *inner, *changed;
    if (count == 0) return value;
    if (context == NULL || context->kind != FEEL_CONTEXT || keys[0]->kind != FEEL_STRING)
        return NULL_BECAUSE(evaluation, "the way of keys leads to no context");
    inner = feel_get(context, keys[0]->string);
    feel_enter(evaluation);
    changed = put_at(evaluation, inner, keys + 1, count - 1, value);
    feel_leave(evaluation);
    if (count > 1 && feel_is_null(changed)) return changed;
    return with_entry(evaluation, context, keys[0]->string, changed);
}

static const struct feel_value *context_put(struct feel_evaluation *evaluation,
                                            const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    if (arguments[1]->kind == FEEL_STRING)
        return with_entry(evaluation, arguments[0], arguments[1]->string, arguments[2]);
    if (arguments[1]->kind != FEEL_LIST || arguments[1]->list.count == 0)
        return NULL_BECAUSE(evaluation, "a key is a string or a list of strings");
    return put_at(evaluation, arguments[0], arguments[1]->list.items, arguments[1]->list.count, arguments[2]);
}

static const struct feel_value *context_merge(struct feel_evaluation *evaluation,
                                              const struct feel_value *const *arguments, size_t count)
{
    struct feel_context_builder *builder = feel_context_begin(evaluation->arena);
    (void)count;
    for (size_t i = 0; i < arguments[0]->list.count; i++) {
        if (arguments[0]->list.items[i]->kind != FEEL_CONTEXT)
            return NULL_BECAUSE(evaluation, "only contexts are merged");
        copy_entries(evaluation, builder, arguments[0]->list.items[i]);
    }
    return feel_context_end(builder);
}

const struct builtin builtins_context[] = {
    BUILTIN("get value", get_value,
            {2, 2, false, {PARAMETER("m", TAKES_CONTEXT), PARAMETER("key", TAKES_ANY)}},
            {2, 2, false, {PARAMETER("context", TAKES_CONTEXT), PARAMETER("key", TAKES_ANY)}},
            {2, 2, false, {PARAMETER("context", TAKES_CONTEXT), PARAMETER("keys", TAKES_ANY)}}),
    BUILTIN("get entries", get_entries, {1, 1, false, {PARAMETER("m", TAKES_CONTEXT)}},
            {1, 1, false, {PARAMETER("context", TAKES_CONTEXT)}}),
    BUILTIN("context", context_of, {1, 1, false, {PARAMETER("entries", TAKES_LIST)}}),
    BUILTIN("context put", context_put,
            {3,
             3,
             false,
             {PARAMETER("context", TAKES_CONTEXT), PARAMETER("key", TAKES_ANY),
              PARAMETER_OR_NULL("value", TAKES_ANY)}},
            {3,
             3,
             false,
             {PARAMETER("context", TAKES_CONTEXT), PARAMETER("keys", TAKES_ANY),
              PARAMETER_OR_NULL("value", TAKES_ANY)}}),
    BUILTIN("context merge", context_merge, {1, 1, false, {PARAMETER("contexts", TAKES_LIST)}}),
    END_OF_BUILTINS,
};
