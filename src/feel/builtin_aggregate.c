/* Functions that make one value of many (DMN 1.3, 10.3.4.4): of a list, or of their arguments. */
#include "builtin.h"
#include "evaluate.h"
#include "number_functions.h"

/* The one list, or the arguments. */
static struct feel_list operands(const struct feel_value *const *arguments, size_t count)
{
    if (count == 1 && arguments[0]->kind == FEEL_LIST) return arguments[0]->list;
    return (struct feel_list){count, arguments};
}

static const struct feel_value *empty(struct feel_evaluation *evaluation)
{
    return NULL_BECAUSE(evaluation, "the list is empty");
}

static const struct feel_value *extreme(struct feel_evaluation *evaluation, struct feel_list list, int wanted)
{
    const struct feel_value *best;
    if (list.count == 0) return empty(evaluation);
    best = list.items[0];
    for (size_t i = 0; i < list.count; i++) { /* the first is compared with itself: it must have an order */
        int order;
        feel_step(evaluation);
        if (!compare_order(evaluation, list.items[i], best, &order))
            return NULL_BECAUSE(evaluation, "the values have no common order");
        if (order == wanted) best = list.items[i];
    }
    return best;
}

static const struct feel_value *minimum(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    return extreme(evaluation, operands(arguments, count), -1);
}

static const struct feel_value *maximum(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    return extreme(evaluation, operands(arguments, count), 1);
}

/* The numbers of the list; NULL (with *problem) when an item is none or there are none. */
static struct feel_number *numbers(struct feel_evaluation *evaluation, struct feel_list list,
                                   const struct feel_value **problem)
{
    struct feel_number *result;
    if (list.count == 0) {
        *problem = empty(evaluation);
        return NULL;
    }
    result = evaluation_alloc(evaluation, list.count * sizeof *result);
    for (size_t i = 0; i < list.count; i++) {
        feel_step(evaluation);
        if (list.items[i]->kind != FEEL_NUMBER) {
            *problem = NULL_BECAUSE(evaluation, "%s is no number", feel_kind_name(list.items[i]->kind));
            return NULL;
        }
        result[i] = list.items[i]->number;
    }
    return result;
}

static const struct feel_value *too_large(struct feel_evaluation *evaluation)
{
    return NULL_BECAUSE(evaluation, "the result is no number of decimal128 size");
}

static bool add_all(const struct feel_number *values, size_t count, struct feel_number *sum)
{
    *sum = feel_number_from_int64(0);
    for (size_t i = 0; i < count; i++)
        if (!feel_number_add(*sum, values[i], sum)) return false;
    return true;
}

static const struct feel_value *sum(struct feel_evaluation *evaluation,
                                    const struct feel_value *const *arguments, size_t count)
{
    struct feel_list list = operands(arguments, count);
    const struct feel_value *problem = NULL;
    struct feel_number *values = numbers(evaluation, list, &problem), total;
    if (values == NULL) return problem;
    return add_all(values, list.count, &total) ? feel_number(evaluation->arena, total)
                                               : too_large(evaluation);
}

static bool average(const struct feel_number *values, size_t count, struct feel_number *mean)
{
    return add_all(values, count, mean) &&
           feel_number_divide(*mean, feel_number_from_int64((int64_t)count), mean);
}

static const struct feel_value *mean(struct feel_evaluation *evaluation,
                                     const struct feel_value *const *arguments, size_t count)
{
    struct feel_list list = operands(arguments, count);
    const struct feel_value *problem = NULL;
    struct feel_number *values = numbers(evaluation, list, &problem), result;
    if (values == NULL) return problem;
    return average(values, list.count, &result) ? feel_number(evaluation->arena, result)
                                                : too_large(evaluation);
}

static const struct feel_value *product(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    struct feel_list list = operands(arguments, count);
    const struct feel_value *problem = NULL;
    struct feel_number *values = numbers(evaluation, list, &problem), result = feel_number_from_int64(1);
    if (values == NULL) return problem;
    for (size_t i = 0; i < list.count; i++)
        if (!feel_number_multiply(result, values[i], &result)) return too_large(evaluation);
    return feel_number(evaluation->arena, result);
}

/* Of a sample: divided by n - 1. */
static const struct feel_value *standard_deviation(struct feel_evaluation *evaluation,
                                                   const struct feel_value *const *arguments, size_t count)
{
    struct feel_list list = operands(arguments, count);
    const struct feel_value *problem = NULL;
    struct feel_number *values = numbers(evaluation, list, &problem), middle,
                       total = feel_number_from_int64(0);
    if (values == NULL) return problem;
    if (list.count < 2) return NULL_BECAUSE(evaluation, "stddev needs at least two numbers");
    if (!average(values, list.count, &middle)) return too_large(evaluation);
    for (size_t i = 0; i < list.count; i++) {
        struct feel_number distance;
        if (!feel_number_subtract(values[i], middle, &distance) ||
            !feel_number_multiply(distance, distance, &distance) || !feel_number_add(total, distance, &total))
            return too_large(evaluation);
    }
    if (!feel_number_divide(total, feel_number_from_int64((int64_t)list.count - 1), &total) ||
        !feel_number_sqrt(total, &total))
        return too_large(evaluation);
    return feel_number(evaluation->arena, total);
}

static void sift_down(struct feel_number *values, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;
        struct feel_number swapped = values[root];
        if (child >= count) return;
        if (child + 1 < count && feel_number_compare(values[child], values[child + 1]) < 0) child++;
        if (feel_number_compare(values[root], values[child]) >= 0) return;
        values[root] = values[child];
        values[child] = swapped;
        root = child;
    }
}

/* Heap sort: the time is bounded, whatever the order of the input. */
static void sort_numbers(struct feel_number *values, size_t count)
{
    for (size_t i = count / 2; i > 0; i--)
        sift_down(values, i - 1, count);
    for (size_t end = count; end > 1; end--) {
        struct feel_number largest = values[0];
        values[0] = values[end - 1];
        values[end - 1] = largest;
        sift_down(values, 0, end - 1);
    }
}

static const struct feel_value *median(struct feel_evaluation *evaluation,
                                       const struct feel_value *const *arguments, size_t count)
{
    struct feel_list list = operands(arguments, count);
    const struct feel_value *problem = NULL;
    struct feel_number *values = numbers(evaluation, list, &problem), result;
    if (values == NULL) return problem;
    sort_numbers(values, list.count);
    result = values[list.count / 2];
    if (list.count % 2 == 0 && (!feel_number_add(values[list.count / 2 - 1], result, &result) ||
                                !feel_number_divide(result, feel_number_from_int64(2), &result)))
        return too_large(evaluation);
    return feel_number(evaluation->arena, result);
}

/* All most frequent numbers, ascending. */
static const struct feel_value *mode(struct feel_evaluation *evaluation,
                                     const struct feel_value *const *arguments, size_t count)
{
    struct feel_list list = operands(arguments, count);
    const struct feel_value *problem = NULL, **items;
    struct feel_number *values;
    size_t most = 0, found = 0, run = 0;
    if (list.count == 0) return feel_list(evaluation->arena, NULL, 0);
    values = numbers(evaluation, list, &problem);
    if (values == NULL) return problem;
    sort_numbers(values, list.count);
    items = evaluation_alloc(evaluation, list.count * sizeof *items);
    for (size_t i = 0; i < list.count; i++) {
        run = i > 0 && feel_number_compare(values[i], values[i - 1]) == 0 ? run + 1 : 1;
        if (run > most) {
            most = run;
            found = 0;
        }
        if (run == most) items[found++] = feel_number(evaluation->arena, values[i]);
    }
    return feel_list(evaluation->arena, items, found);
}

/* all: false wins; any: true wins; otherwise what is no boolean makes it null. */
static const struct feel_value *quantify(struct feel_evaluation *evaluation, struct feel_list list,
                                         bool decisive)
{
    bool unknown = false;
    for (size_t i = 0; i < list.count; i++) {
        feel_step(evaluation);
        if (list.items[i]->kind != FEEL_BOOLEAN)
            unknown = true;
        else if (list.items[i]->boolean == decisive)
            return feel_boolean(decisive);
    }
    return unknown ? NULL_BECAUSE(evaluation, "an item is neither true nor false") : feel_boolean(!decisive);
}

static const struct feel_value *all(struct feel_evaluation *evaluation,
                                    const struct feel_value *const *arguments, size_t count)
{
    return quantify(evaluation, operands(arguments, count), false);
}

static const struct feel_value *any(struct feel_evaluation *evaluation,
                                    const struct feel_value *const *arguments, size_t count)
{
    return quantify(evaluation, operands(arguments, count), true);
}

#define LIST_OR_ITEMS                                                                                        \
    {1, 1, false, {PARAMETER("list", TAKES_LIST)}},                                                          \
    {                                                                                                        \
        1, 1, true,                                                                                          \
        {                                                                                                    \
            PARAMETER_OR_NULL("c1", TAKES_ANY)                                                               \
        }                                                                                                    \
    }

const struct builtin builtins_aggregate[] = {
    BUILTIN("min", minimum, LIST_OR_ITEMS),
    BUILTIN("max", maximum, LIST_OR_ITEMS),
    BUILTIN("sum", sum, LIST_OR_ITEMS),
    BUILTIN("mean", mean, LIST_OR_ITEMS),
    BUILTIN("product", product, LIST_OR_ITEMS),
    BUILTIN("stddev", standard_deviation, LIST_OR_ITEMS),
    BUILTIN("median", median, LIST_OR_ITEMS),
    BUILTIN("mode", mode, LIST_OR_ITEMS),
    BUILTIN("all", all, LIST_OR_ITEMS),
    BUILTIN("any", any, LIST_OR_ITEMS),
    END_OF_BUILTINS,
};
