/*
 * Variables. A process, and whatever was given local ones (input mappings, loop instances), holds a context;
 * expressions see all of them from the inside out. A written variable goes to the nearest holder that has it,
 * else to the process. Every evaluation is capped and counted against the memory of the step.
 */
#include "machine.h"

#define EVALUATION_SIZE  ((size_t)4 << 20)
#define EVALUATION_STEPS 200000
#define EVALUATION_DEPTH 300

static bool fail(struct engine *engine, const char *code, struct str detail)
{
    engine->failure = (struct failure){code, detail};
    return false;
}

const struct feel_value *bpmn_data_of(struct engine *engine, const struct execution *execution)
{
    if (engine->cached == NULL || engine->cached_for != execution->id) {
        engine->cached = bpmn_visible_data(engine->state, engine->arena, execution);
        engine->cached_for = execution->id;
    }
    return engine->cached;
}

static bool compile_late(struct engine *engine, const struct bpmn_expression *expression,
                         const struct feel_value *context, const struct feel_expression **feel)
{
    struct feel_names names = {0};
    struct error error = {0};
    feel_names_of(engine->arena, context, &names);
    if (feel_compile(engine->arena, expression->text, &names, feel, &error) == STATUS_OK) return true;
    return fail(engine, "bpmn.unreadable_expression", expression->text);
}

bool bpmn_evaluate(struct engine *engine, const struct execution *execution,
                   const struct bpmn_expression *expression, const struct feel_value **value)
{
    if (expression->literal || expression->text.length == 0) {
        *value = expression->text.length == 0 ? feel_null() : feel_string(engine->arena, expression->text);
        return true;
    }
    size_t used = arena_used(engine->arena) - engine->memory_start;
    if (used >= engine->limits.memory) return fail(engine, "bpmn.too_much_memory", STR_NULL);
    size_t left = engine->limits.memory - used;
    const struct feel_value *context = bpmn_data_of(engine, execution);
    const struct feel_expression *feel = expression->feel;
    if (feel == NULL && !compile_late(engine, expression, context, &feel)) return false;
    struct feel_environment environment = {
        .context = context,
        .now = engine->now,
        .zones = engine->environment->zones,
        .limits = {.steps = EVALUATION_STEPS,
                   .depth = EVALUATION_DEPTH,
                   .size = left < EVALUATION_SIZE ? left : EVALUATION_SIZE}};
    struct error error = {0};
    const struct feel_value *result;
    if (feel_evaluate(feel, &environment, engine->arena, &result, &error) != STATUS_OK)
        return fail(engine, error.code == NULL ? "feel.failed" : error.code, expression->text);
    *value = result;
    return true;
}

bool bpmn_evaluate_text(struct engine *engine, const struct execution *execution,
                        const struct bpmn_expression *expression, struct str *text)
{
    if (expression->literal || expression->text.length == 0) {
        *text = expression->text;
        return true;
    }
    const struct feel_value *value;
    if (!bpmn_evaluate(engine, execution, expression, &value)) return false;
    if (value->kind == FEEL_NULL) {
        *text = STR_NULL;
        return true;
    }
    const char *written = feel_text(engine->arena, value, 4096);
    if (written == NULL) return fail(engine, "bpmn.text_too_long", expression->text);
    *text = str_of(written);
    return true;
}

bool bpmn_evaluate_condition(struct engine *engine, const struct execution *execution,
                             const struct bpmn_expression *expression, bool *result)
{
    const struct feel_value *value;
    if (!bpmn_evaluate(engine, execution, expression, &value)) return false;
    if (value->kind != FEEL_BOOLEAN && value->kind != FEEL_NULL)
        return fail(engine, "bpmn.condition_not_boolean", expression->text);
    *result = feel_is_true(value);
    return true;
}

/* ---- writing ---- */

static void data_moved(struct engine *engine)
{
    engine->cached = NULL;
    engine->data_changed = true;
}

static void copy_entries(struct feel_context_builder *builder, const struct feel_value *context)
{
    size_t count = context == NULL ? 0 : feel_context_count(context);
    for (size_t i = 0; i < count; i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(context, i, &name);
        feel_context_put(builder, name, value);
    }
}

void bpmn_set_local(struct engine *engine, struct execution *execution, struct str name,
                    const struct feel_value *value)
{
    struct feel_context_builder *builder = feel_context_begin(engine->arena);
    copy_entries(builder, execution->data);
    feel_context_put(builder, name, bpmn_value_storable(engine->arena, value));
    execution->data = feel_context_end(builder);
    data_moved(engine);
}

static struct execution *holder_of(struct engine *engine, struct execution *from, struct str name)
{
    struct execution *execution = from;
    for (;;) {
        if (execution->node->kind == BPMN_PROCESS ||
            (execution->data != NULL && feel_get(execution->data, name) != NULL))
            return execution;
        execution = bpmn_parent_of(engine->state, execution);
    }
}

static bool check_size(struct engine *engine, const struct execution *holder)
{
    return bpmn_value_size(holder->data) <= engine->limits.data ||
           fail(engine, "bpmn.data_too_large", STR_NULL);
}

bool bpmn_write_data(struct engine *engine, struct execution *from, const struct feel_value *data)
{
    if (data == NULL || data->kind != FEEL_CONTEXT) return true;
    size_t count = feel_context_count(data);
    VEC(struct execution *) holders = {0};
    struct execution **targets = arena_array(engine->arena, count, sizeof(struct execution *));
    for (size_t i = 0; i < count; i++) {
        struct str name;
        (void)feel_context_at(data, i, &name);
        targets[i] = holder_of(engine, from, name);
        bool known = false;
        for (size_t k = 0; k < holders.count && !known; k++)
            known = holders.items[k] == targets[i];
        if (!known) VEC_PUSH(engine->arena, &holders, targets[i]);
    }
    for (size_t k = 0; k < holders.count; k++) {
        struct execution *holder = holders.items[k];
        const struct feel_value *before = holder->data;
        struct feel_context_builder *builder = feel_context_begin(engine->arena);
        copy_entries(builder, before);
        for (size_t i = 0; i < count; i++) {
            struct str name;
            const struct feel_value *value = feel_context_at(data, i, &name);
            if (targets[i] == holder)
                feel_context_put(builder, name, bpmn_value_storable(engine->arena, value));
        }
        holder->data = feel_context_end(builder);
        data_moved(engine);
        if (!check_size(engine, holder)) {
            holder->data = before;
            return false;
        }
    }
    return true;
}

/* {outer: value} with "outer.inner" as a path: the part of the existing value that is not named stays. */
static const struct feel_value *at_path(struct engine *engine, const struct feel_value *existing,
                                        struct str path, const struct feel_value *value, unsigned depth)
{
    struct str head, rest;
    struct feel_context_builder *builder = feel_context_begin(engine->arena);
    if (existing != NULL && existing->kind == FEEL_CONTEXT) copy_entries(builder, existing);
    if (depth < 32 && str_split(path, '.', &head, &rest)) {
        const struct feel_value *inner = existing == NULL ? NULL : feel_get(existing, head);
        feel_context_put(builder, head, at_path(engine, inner, rest, value, depth + 1));
    } else {
        feel_context_put(builder, path, value);
    }
    return feel_context_end(builder);
}

static const struct feel_value *path_update(struct engine *engine, const struct execution *seen_by,
                                            struct str target, const struct feel_value *value,
                                            struct str *name)
{
    struct str head, rest;
    *name = target;
    if (!str_split(target, '.', &head, &rest) || head.length == 0 || rest.length == 0) return value;
    *name = head;
    return at_path(engine, feel_get(bpmn_data_of(engine, seen_by), head), rest, value, 0);
}

static const struct feel_value *single(struct engine *engine, struct str name, const struct feel_value *value)
{
    struct feel_context_builder *builder = feel_context_begin(engine->arena);
    feel_context_put(builder, name, value);
    return feel_context_end(builder);
}

bool bpmn_write_variable(struct engine *engine, struct execution *from, struct str name,
                         const struct feel_value *value)
{
    struct str head;
    const struct feel_value *updated = path_update(engine, from, name, value, &head);
    return bpmn_write_data(engine, from, single(engine, head, updated));
}

bool bpmn_map_inputs(struct engine *engine, struct execution *execution)
{
    if ((execution->flags & FLAG_MAPPED) != 0 || execution->node->kind == BPMN_CALL_ACTIVITY) return true;
    const struct feel_value *before = execution->data;
    for (size_t i = 0; i < execution->node->input_count; i++) {
        const struct bpmn_mapping *mapping = &execution->node->inputs[i];
        const struct feel_value *value;
        if (!bpmn_evaluate(engine, execution, &mapping->value, &value)) {
            execution->data = before;
            engine->cached = NULL;
            return false;
        }
        struct str name;
        value = path_update(engine, execution, mapping->target, value, &name);
        bpmn_set_local(engine, execution, name, value);
        if (!check_size(engine, execution)) {
            execution->data = before;
            engine->cached = NULL;
            return false;
        }
    }
    execution->flags |= FLAG_MAPPED;
    return true;
}

bool bpmn_map_outputs(struct engine *engine, const struct bpmn_node *node, struct execution *source,
                      struct execution *target)
{
    for (size_t i = 0; i < node->output_count; i++) {
        const struct bpmn_mapping *mapping = &node->outputs[i];
        const struct feel_value *value;
        if (mapping->all) {
            if (!bpmn_write_data(engine, target, source->data)) return false;
            continue;
        }
        if (!bpmn_evaluate(engine, source, &mapping->value, &value)) return false;
        if (mapping->if_any && feel_is_null(value)) continue;
        if (!bpmn_write_variable(engine, target, mapping->target, value)) return false;
    }
    return true;
}
