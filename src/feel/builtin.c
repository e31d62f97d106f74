/* Finding and calling built-in functions: named arguments, checks and the implicit conversions of arguments.
 */
#include "builtin.h"

#include "evaluate.h"

#define MAXIMUM_BUILTINS 128

static const struct builtin *const groups[] = {
    builtins_conversion, builtins_string,   builtins_regex, builtins_list,    builtins_aggregate,
    builtins_numeric,    builtins_temporal, builtins_range, builtins_context,
};

struct table {
    struct str names[MAXIMUM_BUILTINS];
    struct feel_function functions[MAXIMUM_BUILTINS];
    struct feel_value values[MAXIMUM_BUILTINS];
    size_t count;
};

/* Filled once, before main, and never changed. */
static struct table table;

static void __attribute__((constructor)) fill_table(void)
{
    for (size_t group = 0; group < sizeof groups / sizeof *groups; group++) {
        for (const struct builtin *builtin = groups[group]; builtin->name.length > 0; builtin++) {
            size_t at = table.count++;
            table.names[at] = builtin->name;
            table.functions[at] = (struct feel_function){.kind = FUNCTION_BUILTIN, .builtin = builtin};
            table.values[at] = (struct feel_value){.kind = FEEL_FUNCTION, .function = &table.functions[at]};
        }
    }
}

const struct str *builtin_names(size_t *count)
{
    *count = table.count;
    return table.names;
}

const struct feel_value *builtin_function(struct str name)
{
    for (size_t i = 0; i < table.count; i++)
        if (str_equal(table.names[i], name)) return &table.values[i];
    return NULL;
}

/* ---- arguments ---- */

static bool kind_fits(enum parameter_type type, enum feel_kind kind)
{
    switch (type) {
    case TAKES_ANY:
        return true;
    case TAKES_SCALAR:
        return kind != FEEL_LIST;
    case TAKES_NUMBER:
        return kind == FEEL_NUMBER;
    case TAKES_STRING:
        return kind == FEEL_STRING;
    case TAKES_BOOLEAN:
        return kind == FEEL_BOOLEAN;
    case TAKES_LIST:
        return kind == FEEL_LIST;
    case TAKES_CONTEXT:
        return kind == FEEL_CONTEXT;
    case TAKES_FUNCTION:
        return kind == FEEL_FUNCTION;
    case TAKES_DATE:
    case TAKES_TEMPORAL:
        return kind == FEEL_DATE || kind == FEEL_DATE_TIME;
    case TAKES_POINT:
        return kind != FEEL_NULL && kind != FEEL_LIST && kind != FEEL_CONTEXT && kind != FEEL_FUNCTION;
    }
    return false;
}

static const struct feel_value *convert(struct feel_evaluation *evaluation, enum parameter_type type,
                                        const struct feel_value *value)
{
    if (type == TAKES_LIST && value->kind != FEEL_LIST) {
        const struct feel_value **items = evaluation_alloc(evaluation, sizeof *items);
        *items = value;
        return feel_list(evaluation->arena, items, 1);
    }
    if (value->kind == FEEL_LIST && value->list.count == 1 && !kind_fits(type, FEEL_LIST) &&
        kind_fits(type, value->list.items[0]->kind))
        value = value->list.items[0];
    if (type == TAKES_DATE && value->kind == FEEL_DATE_TIME)
        return feel_date(evaluation->arena, value->date_time.date);
    return value;
}

/* Positions of the parameters for the names; false when one does not fit or a required one is missing. */
static bool place_named(const struct signature *signature, const struct feel_value *const *arguments,
                        const struct str *names, size_t count, const struct feel_value **placed,
                        size_t *placed_count)
{
    *placed_count = 0;
    for (size_t i = 0; i < MAXIMUM_PARAMETERS; i++)
        placed[i] = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        size_t known = signature->maximum < MAXIMUM_PARAMETERS ? signature->maximum : MAXIMUM_PARAMETERS;
        while (at < known && !str_equal(signature->parameters[at].name, names[i]))
            at++;
        if (at == known || placed[at] != NULL) return false;
        placed[at] = arguments[i];
        if (at + 1 > *placed_count) *placed_count = at + 1;
    }
    for (size_t i = 0; i < signature->minimum; i++)
        if (placed[i] == NULL) return false;
    return true;
}

static const struct parameter *parameter_at(const struct signature *signature, size_t index)
{
    if (index < signature->maximum) return &signature->parameters[index];
    return &signature->parameters[signature->maximum - 1]; /* variadic: the last one repeats */
}

/* Checks and converts in place; the null that is the result when an argument does not fit, else NULL. */
static const struct feel_value *check(struct feel_evaluation *evaluation, const struct builtin *builtin,
                                      const struct signature *signature, const struct feel_value **arguments,
                                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct parameter *parameter = parameter_at(signature, i);
        if (arguments[i] == NULL) continue;
        if (feel_is_null(arguments[i])) {
            if (parameter->nullable) continue;
            if (arguments[i]->reason.length > 0) return arguments[i];
            return NULL_BECAUSE(evaluation, "%.*s: the argument \"%.*s\" is null", STR_ARG(builtin->name),
                                STR_ARG(parameter->name));
        }
        arguments[i] = convert(evaluation, parameter->type, arguments[i]);
        if (!kind_fits(parameter->type, arguments[i]->kind))
            return NULL_BECAUSE(evaluation, "%.*s: the argument \"%.*s\" may not be %s",
                                STR_ARG(builtin->name), STR_ARG(parameter->name),
                                feel_kind_name(arguments[i]->kind));
    }
    return NULL;
}

const struct feel_value *builtin_invoke(struct feel_evaluation *evaluation, const struct builtin *builtin,
                                        const struct feel_value *const *arguments, const struct str *names,
                                        size_t count)
{
    size_t room = count > MAXIMUM_PARAMETERS ? count : MAXIMUM_PARAMETERS;
    const struct feel_value **placed = evaluation_alloc(evaluation, room * sizeof *placed), *problem = NULL;
    for (size_t i = 0; i < MAXIMUM_SIGNATURES; i++) {
        const struct signature *signature = &builtin->signatures[i];
        size_t placed_count = count;
        if (i > 0 && signature->maximum == 0) break;
        if (names != NULL) {
            if (!place_named(signature, arguments, names, count, placed, &placed_count)) continue;
        } else {
            if (count < signature->minimum || (count > signature->maximum && !signature->variadic)) continue;
            for (size_t j = 0; j < room; j++)
                placed[j] = j < count ? arguments[j] : NULL;
        }
        problem = check(evaluation, builtin, signature, placed, placed_count);
        if (problem == NULL) return builtin->call(evaluation, placed, placed_count);
    }
    if (problem != NULL) return problem;
    return names != NULL
               ? NULL_BECAUSE(evaluation, "%.*s has no such parameters", STR_ARG(builtin->name))
               : NULL_BECAUSE(evaluation, "%.*s does not take %zu arguments", STR_ARG(builtin->name), count);
}
