/* Decision tables: which rules match, and what the hit policy makes of their outputs (DMN 1.3, 8.2.10). */
#include "model.h"

struct hits {
    const size_t *rules;
    size_t count;
};

static struct arena *arena_of(struct dmn_evaluation *evaluation)
{
    return feel_evaluation_arena(evaluation->feel);
}

/* The values of the input columns; false (with *problem) when one is not among the allowed input values. */
static bool read_inputs(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                        const struct feel_value *scope, const struct feel_value **inputs,
                        const struct feel_value **problem)
{
    for (size_t i = 0; i < table->input_count; i++) {
        const struct feel_value *test;
        inputs[i] = dmn_boxed_value(evaluation, table->inputs[i].expression, scope);
        inputs[i] = dmn_item_coerce(evaluation, table->inputs[i].type, inputs[i], true);
        if (table->inputs[i].allowed == NULL || feel_is_null(inputs[i])) continue;
        test = feel_run(evaluation->feel, table->inputs[i].allowed, scope, inputs[i]);
        if (test->kind == FEEL_BOOLEAN && !test->boolean) {
            *problem = feel_null_because(arena_of(evaluation),
                                         "the value of column %zu is not among the input values", i + 1);
            return false;
        }
    }
    return true;
}

static bool matches(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                    const struct dmn_rule *rule, const struct feel_value *const *inputs,
                    const struct feel_value *scope)
{
    feel_step(evaluation->feel);
    for (size_t i = 0; i < table->input_count; i++)
        if (rule->tests[i] == NULL ||
            !feel_is_true(feel_run(evaluation->feel, rule->tests[i], scope, inputs[i])))
            return false;
    return true;
}

static const struct feel_value *cell(struct dmn_evaluation *evaluation,
                                     const struct dmn_output_clause *clause, const struct dmn_boxed *boxed,
                                     const struct feel_value *scope)
{
    const struct feel_value *value = dmn_boxed_value(evaluation, boxed, scope);
    value = dmn_item_coerce(evaluation, clause->type, value, false);
    if (feel_is_null(value) || clause->allowed == NULL) return value;
    if (feel_is_true(feel_run(evaluation->feel, clause->allowed, scope, value))) return value;
    return feel_null_because(arena_of(evaluation), "the result is not among the output values");
}

/* The outputs of one rule as the table gives them: the value of the only column, or a context. */
static const struct feel_value *assemble(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                         const struct feel_value *const *cells)
{
    struct feel_context_builder *builder;
    if (table->output_count == 1) return cells[0];
    builder = feel_context_begin(arena_of(evaluation));
    for (size_t i = 0; i < table->output_count; i++)
        feel_context_put(builder, table->outputs[i].name, cells[i]);
    return feel_context_end(builder);
}

static const struct feel_value *const *cells_of(struct dmn_evaluation *evaluation,
                                                const struct dmn_table *table, size_t rule,
                                                const struct feel_value *scope)
{
    const struct feel_value **cells = arena_array(arena_of(evaluation), table->output_count, sizeof *cells);
    for (size_t i = 0; i < table->output_count; i++)
        cells[i] = cell(evaluation, &table->outputs[i], table->rules[rule].outputs[i], scope);
    return cells;
}

/* No rule matches: the default outputs, else what the hit policy gives for nothing. */
static const struct feel_value *nothing(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                        const struct feel_value *scope)
{
    const struct feel_value **cells = arena_array(arena_of(evaluation), table->output_count, sizeof *cells);
    bool any = false;
    for (size_t i = 0; i < table->output_count; i++) {
        const struct dmn_output_clause *clause = &table->outputs[i];
        any |= clause->otherwise != NULL;
        cells[i] =
            clause->otherwise != NULL ? cell(evaluation, clause, clause->otherwise, scope) : feel_null();
    }
    if (any) return assemble(evaluation, table, cells);
    if (table->policy == HIT_COLLECT && table->aggregation == AGGREGATE_NONE)
        return feel_list(arena_of(evaluation), NULL, 0);
    if (table->policy == HIT_COLLECT && table->aggregation == AGGREGATE_COUNT)
        return feel_integer(arena_of(evaluation), 0);
    return feel_null_because(arena_of(evaluation), "no rule of the table matches");
}

/* Position of a value in the list of output values; behind all when it is not there. */
static size_t priority(struct dmn_evaluation *evaluation, const struct feel_value *order,
                       const struct feel_value *value)
{
    size_t at = 0;
    if (order->kind != FEEL_LIST) return 0;
    while (at < order->list.count && feel_equal(order->list.items[at], value) != 1) {
        feel_step(evaluation->feel);
        at++;
    }
    return at;
}

struct ranked {
    const struct feel_value *const *cells;
    size_t *priorities;
};

static bool precedes(const struct ranked *a, const struct ranked *b, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        if (a->priorities[i] != b->priorities[i]) return a->priorities[i] < b->priorities[i];
    return false;
}

/* By the output values, first column first; stable. */
static struct ranked *rank(struct dmn_evaluation *evaluation, const struct dmn_table *table, struct hits hits,
                           const struct feel_value *scope)
{
    struct ranked *ranked = arena_array(arena_of(evaluation), hits.count, sizeof *ranked);
    const struct feel_value **orders = arena_array(arena_of(evaluation), table->output_count, sizeof *orders);
    for (size_t i = 0; i < table->output_count; i++)
        orders[i] = table->outputs[i].order != NULL
                        ? feel_run(evaluation->feel, table->outputs[i].order, scope, NULL)
                        : feel_null();
    for (size_t i = 0; i < hits.count; i++) {
        struct ranked entry = {.cells = cells_of(evaluation, table, hits.rules[i], scope)};
        size_t at = i;
        entry.priorities = arena_array(arena_of(evaluation), table->output_count, sizeof *entry.priorities);
        for (size_t j = 0; j < table->output_count; j++)
            entry.priorities[j] = priority(evaluation, orders[j], entry.cells[j]);
        for (; at > 0 && precedes(&entry, &ranked[at - 1], table->output_count); at--) {
            feel_step(evaluation->feel);
            ranked[at] = ranked[at - 1];
        }
        ranked[at] = entry;
    }
    return ranked;
}

static const struct feel_value *any(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                    struct hits hits, const struct feel_value *scope)
{
    const struct feel_value *first =
        assemble(evaluation, table, cells_of(evaluation, table, hits.rules[0], scope));
    for (size_t i = 1; i < hits.count; i++)
        if (feel_equal(first,
                       assemble(evaluation, table, cells_of(evaluation, table, hits.rules[i], scope))) != 1)
            return feel_null_because(arena_of(evaluation), "rules %zu and %zu match with different results",
                                     hits.rules[0] + 1, hits.rules[i] + 1);
    return first;
}

static const struct feel_value *list_of(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                        struct hits hits, const struct feel_value *scope)
{
    const struct feel_value **items = arena_array(arena_of(evaluation), hits.count, sizeof *items);
    for (size_t i = 0; i < hits.count; i++)
        items[i] = assemble(evaluation, table, cells_of(evaluation, table, hits.rules[i], scope));
    return feel_list(arena_of(evaluation), items, hits.count);
}

/* Each column for itself. */
static const struct feel_value *aggregate(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                          struct hits hits, const struct feel_value *scope)
{
    const struct feel_value **totals = arena_array(arena_of(evaluation), table->output_count, sizeof *totals);
    const struct feel_value *const **rows = arena_array(arena_of(evaluation), hits.count, sizeof *rows);
    for (size_t i = 0; i < hits.count; i++)
        rows[i] = cells_of(evaluation, table, hits.rules[i], scope);
    if (table->aggregation == AGGREGATE_COUNT) return feel_integer(arena_of(evaluation), (int64_t)hits.count);
    for (size_t column = 0; column < table->output_count; column++) {
        const struct feel_value **items = arena_array(arena_of(evaluation), hits.count, sizeof *items);
        struct feel_context_builder *builder = feel_context_begin(arena_of(evaluation));
        for (size_t i = 0; i < hits.count; i++)
            items[i] = rows[i][column];
        feel_context_put(builder, STR("list"), feel_list(arena_of(evaluation), items, hits.count));
        totals[column] = feel_run(evaluation->feel, evaluation->model->aggregate[table->aggregation],
                                  feel_context_end(builder), NULL);
    }
    return assemble(evaluation, table, totals);
}

static const struct feel_value *by_policy(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                          struct hits hits, const struct feel_value *scope)
{
    struct ranked *ranked;
    const struct feel_value **items;
    switch (table->policy) {
    case HIT_UNIQUE:
        if (hits.count > 1)
            return feel_null_because(arena_of(evaluation), "rules %zu and %zu match, but only one may",
                                     hits.rules[0] + 1, hits.rules[1] + 1);
        return assemble(evaluation, table, cells_of(evaluation, table, hits.rules[0], scope));
    case HIT_FIRST:
        return assemble(evaluation, table, cells_of(evaluation, table, hits.rules[0], scope));
    case HIT_ANY:
        return any(evaluation, table, hits, scope);
    case HIT_PRIORITY:
        return assemble(evaluation, table, rank(evaluation, table, hits, scope)[0].cells);
    case HIT_OUTPUT_ORDER:
        ranked = rank(evaluation, table, hits, scope);
        items = arena_array(arena_of(evaluation), hits.count, sizeof *items);
        for (size_t i = 0; i < hits.count; i++)
            items[i] = assemble(evaluation, table, ranked[i].cells);
        return feel_list(arena_of(evaluation), items, hits.count);
    case HIT_RULE_ORDER:
        return list_of(evaluation, table, hits, scope);
    case HIT_COLLECT:
        break;
    }
    return table->aggregation == AGGREGATE_NONE ? list_of(evaluation, table, hits, scope)
                                                : aggregate(evaluation, table, hits, scope);
}

const struct feel_value *dmn_table_value(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                         const struct feel_value *scope)
{
    const struct feel_value **inputs = arena_array(arena_of(evaluation), table->input_count, sizeof *inputs);
    const struct feel_value *problem = NULL;
    size_t *rules = arena_array(arena_of(evaluation), table->rule_count, sizeof *rules);
    struct hits hits = {rules, 0};
    if (!read_inputs(evaluation, table, scope, inputs, &problem)) return problem;
    for (size_t i = 0; i < table->rule_count; i++) {
        if (!matches(evaluation, table, &table->rules[i], inputs, scope)) continue;
        rules[hits.count++] = i;
        if (table->policy == HIT_FIRST) break;
    }
    return hits.count == 0 ? nothing(evaluation, table, scope) : by_policy(evaluation, table, hits, scope);
}
