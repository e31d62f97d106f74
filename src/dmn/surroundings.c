/* What a decision may name besides what it requires. Models of other engines declare neither their input data
 * nor the variables of their decisions: there a table sees every variable of the caller, and the columns of
 * the tables it requires. What the model itself declares is seen only where it is required. */
#include <stdlib.h>

#include "model.h"

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

void dmn_sort_declared(struct arena *arena, struct dmn_model *model)
{
    struct str *names = arena_array(arena, model->element_count * 3, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < model->element_count; i++) {
        const struct dmn_element *element = model->elements[i];
        names[count++] = element->name;
        names[count++] = element->variable;
        if (element->import.length > 0) names[count++] = element->import;
    }
    if (count > 0) qsort(names, count, sizeof *names, by_name);
    model->declared = names;
    model->declared_count = count;
}

static bool is_declared(const struct dmn_model *model, struct str name)
{
    return model->declared_count > 0 &&
           bsearch(&name, model->declared, model->declared_count, sizeof name, by_name) != NULL;
}

const struct feel_value *dmn_undeclared(struct dmn_evaluation *evaluation, const struct feel_value *inputs)
{
    struct feel_context_builder *builder = feel_context_begin(feel_evaluation_arena(evaluation->feel));
    for (size_t i = 0; inputs != NULL && i < feel_context_count(inputs); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(inputs, i, &name);
        feel_step(evaluation->feel);
        if (!is_declared(evaluation->model, name)) feel_context_put(builder, name, value);
    }
    return feel_context_end(builder);
}

void dmn_put_all(struct dmn_evaluation *evaluation, struct feel_context_builder *scope,
                 const struct feel_value *context)
{
    for (size_t i = 0; i < feel_context_count(context); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(context, i, &name);
        feel_step(evaluation->feel);
        feel_context_put(scope, name, value);
    }
}

/* One column of what a table gives: of a list of rows, a list. */
static const struct feel_value *column(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                       const struct feel_value *value, struct str name)
{
    struct arena *arena = feel_evaluation_arena(evaluation->feel);
    const struct feel_value **items, *entry;
    if (table->output_count == 1) return value;
    if (value->kind != FEEL_LIST) {
        entry = feel_get(value, name);
        return entry != NULL ? entry : feel_null();
    }
    items = arena_array(arena, value->list.count, sizeof *items);
    for (size_t i = 0; i < value->list.count; i++) {
        feel_step(evaluation->feel);
        entry = feel_get(value->list.items[i], name);
        items[i] = entry != NULL ? entry : feel_null();
    }
    return feel_list(arena, items, value->list.count);
}

void dmn_put_columns(struct dmn_evaluation *evaluation, struct feel_context_builder *scope,
                     const struct dmn_element *required, const struct feel_value *value)
{
    const struct dmn_table *table;
    if (required->kind != ELEMENT_DECISION || required->logic == NULL || required->logic->kind != BOXED_TABLE)
        return;
    table = required->logic->table;
    for (size_t i = 0; i < table->output_count; i++) {
        struct str name = table->outputs[i].name;
        if (name.length > 0 && !is_declared(evaluation->model, name))
            feel_context_put(scope, name, column(evaluation, table, value, name));
    }
}
