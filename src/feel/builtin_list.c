/* List functions (DMN 1.3, 10.3.4.4) and sort. */
#include "builtin.h"
#include "evaluate.h"

static const struct feel_value *make_list(struct feel_evaluation *evaluation, const struct feel_value **items,
                                          size_t count)
{
    return feel_list(evaluation->arena, items, count);
}

static const struct feel_value **new_items(struct feel_evaluation *evaluation, size_t count)
{
    evaluation_steps(evaluation, count / 8);
    return evaluation_alloc(evaluation, (count + 1) * sizeof(const struct feel_value *));
}

static void copy_items(const struct feel_value **to, const struct feel_value *const *from, size_t count)
{
    if (count > 0) memcpy(to, from, count * sizeof *to);
}

static bool contains_item(struct feel_evaluation *evaluation, const struct feel_value *const *items,
                          size_t count, const struct feel_value *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (compare_equal(evaluation, items[i], wanted) == 1) return true;
    return false;
}

static const struct feel_value *list_contains(struct feel_evaluation *evaluation,
                                              const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return feel_boolean(
        contains_item(evaluation, arguments[0]->list.items, arguments[0]->list.count, arguments[1]));
}

static const struct feel_value *count_of(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return feel_integer(evaluation->arena, (int64_t)arguments[0]->list.count);
}

/* A position counted from 1, or from the end when negative, as an index from 0. */
static bool position(const struct feel_value *number, size_t count, size_t *index)
{
    int64_t at;
    struct feel_number whole;
    if (!feel_number_round(number->number, 0, FEEL_ROUND_DOWN, &whole) || !feel_number_to_int64(whole, &at))
        return false;
    if (at < 0 && at >= -(int64_t)count)
        at += (int64_t)count;
    else if (at >= 1 && at <= (int64_t)count)
        at--;
    else
        return false;
    *index = (size_t)at;
    return true;
}

static const struct feel_value *outside(struct feel_evaluation *evaluation, size_t count)
{
    return NULL_BECAUSE(evaluation, "the position is outside the list of %zu", count);
}

static const struct feel_value *sublist(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    size_t from, length;
    (void)count;
    if (!position(arguments[1], list->count, &from)) return outside(evaluation, list->count);
    length = list->count - from;
    if (arguments[2] != NULL && !feel_is_null(arguments[2])) {
        int64_t asked;
        struct feel_number whole;
        if (!feel_number_round(arguments[2]->number, 0, FEEL_ROUND_DOWN, &whole) ||
            !feel_number_to_int64(whole, &asked) || asked < 1 || (uint64_t)asked > length)
            return NULL_BECAUSE(evaluation, "the length reaches beyond the list");
        length = (size_t)asked;
    }
    return feel_list(evaluation->arena, list->items + from, length);
}

static const struct feel_value *append(struct feel_evaluation *evaluation,
                                       const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    const struct feel_value **items = new_items(evaluation, list->count + count);
    copy_items(items, list->items, list->count);
    copy_items(items + list->count, arguments + 1, count - 1);
    return make_list(evaluation, items, list->count + count - 1);
}

static const struct feel_value *concatenate(struct feel_evaluation *evaluation,
                                            const struct feel_value *const *arguments, size_t count)
{
    size_t total = 0, at = 0;
    const struct feel_value **items;
    for (size_t i = 0; i < count; i++)
        total += arguments[i]->list.count;
    items = new_items(evaluation, total);
    for (size_t i = 0; i < count; i++) {
        copy_items(items + at, arguments[i]->list.items, arguments[i]->list.count);
        at += arguments[i]->list.count;
    }
    return make_list(evaluation, items, total);
}

static const struct feel_value *insert_before(struct feel_evaluation *evaluation,
                                              const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    const struct feel_value **items;
    size_t at;
    (void)count;
    if (!position(arguments[1], list->count, &at)) return outside(evaluation, list->count);
    items = new_items(evaluation, list->count + 1);
    copy_items(items, list->items, at);
    items[at] = arguments[2];
    copy_items(items + at + 1, list->items + at, list->count - at);
    return make_list(evaluation, items, list->count + 1);
}

static const struct feel_value *removed(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    const struct feel_value **items;
    size_t at;
    (void)count;
    if (!position(arguments[1], list->count, &at)) return outside(evaluation, list->count);
    items = new_items(evaluation, list->count);
    copy_items(items, list->items, at);
    copy_items(items + at, list->items + at + 1, list->count - at - 1);
    return make_list(evaluation, items, list->count - 1);
}

static const struct feel_value *reversed(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    const struct feel_value **items = new_items(evaluation, list->count);
    (void)count;
    for (size_t i = 0; i < list->count; i++)
        items[i] = list->items[list->count - 1 - i];
    return make_list(evaluation, items, list->count);
}

static const struct feel_value *index_of(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    const struct feel_value **items = new_items(evaluation, list->count);
    size_t found = 0;
    (void)count;
    for (size_t i = 0; i < list->count; i++)
        if (compare_equal(evaluation, list->items[i], arguments[1]) == 1)
            items[found++] = feel_integer(evaluation->arena, (int64_t)i + 1);
    return make_list(evaluation, items, found);
}

static const struct feel_value *distinct_values(struct feel_evaluation *evaluation,
                                                const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    const struct feel_value **items = new_items(evaluation, list->count);
    size_t kept = 0;
    (void)count;
    for (size_t i = 0; i < list->count; i++)
        if (!contains_item(evaluation, items, kept, list->items[i])) items[kept++] = list->items[i];
    return make_list(evaluation, items, kept);
}

static const struct feel_value *union_of(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    const struct feel_value *all = concatenate(evaluation, arguments, count);
    return all->kind == FEEL_LIST ? distinct_values(evaluation, &all, 1) : all;
}

struct flattened {
    const struct feel_value **items;
    size_t count, capacity;
};

static void flatten_into(struct feel_evaluation *evaluation, struct flattened *out,
                         const struct feel_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        feel_step(evaluation);
        if (list->items[i]->kind == FEEL_LIST) {
            flatten_into(evaluation, out, &list->items[i]->list); /* at most FEEL_MAXIMUM_VALUE_DEPTH deep */
            continue;
        }
        if (out->count == out->capacity) {
            size_t capacity = out->capacity == 0 ? 16 : out->capacity * 2;
            const struct feel_value **items = new_items(evaluation, capacity);
            copy_items(items, out->items, out->count);
            out->items = items;
            out->capacity = capacity;
        }
        out->items[out->count++] = list->items[i];
    }
}

static const struct feel_value *flatten(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    struct flattened out = {NULL, 0, 0};
    (void)count;
    flatten_into(evaluation, &out, &arguments[0]->list);
    return make_list(evaluation, out.items, out.count);
}

/* By position, or wherever match(item, newItem) is true. */
static const struct feel_value *list_replace(struct feel_evaluation *evaluation,
                                             const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    const struct feel_value **items = new_items(evaluation, list->count);
    size_t at;
    (void)count;
    copy_items(items, list->items, list->count);
    if (arguments[1]->kind == FEEL_FUNCTION) {
        for (size_t i = 0; i < list->count; i++) {
            const struct feel_value *pair[2] = {list->items[i], arguments[2]};
            const struct feel_value *match = feel_call(evaluation, arguments[1], pair, 2);
            if (match->kind != FEEL_BOOLEAN)
                return NULL_BECAUSE(evaluation, "the match must be true or false");
            if (match->boolean) items[i] = arguments[2];
        }
        return make_list(evaluation, items, list->count);
    }
    if (arguments[1]->kind != FEEL_NUMBER || !position(arguments[1], list->count, &at))
        return outside(evaluation, list->count);
    items[at] = arguments[2];
    return make_list(evaluation, items, list->count);
}

/* ---- sort: merge sort, stable ---- */

struct sorting {
    struct feel_evaluation *evaluation;
    const struct feel_value *precedes; /* NULL: natural order */
    const struct feel_value *problem;
};

static bool goes_first(struct sorting *sorting, const struct feel_value *a, const struct feel_value *b)
{
    const struct feel_value *pair[2] = {a, b}, *answer;
    int order = 0;
    feel_step(sorting->evaluation);
    if (sorting->precedes == NULL) {
        if (!compare_order(sorting->evaluation, a, b, &order) && sorting->problem == NULL)
            sorting->problem = NULL_BECAUSE(sorting->evaluation, "the items have no common order");
        return order < 0;
    }
    answer = feel_call(sorting->evaluation, sorting->precedes, pair, 2);
    if (answer->kind != FEEL_BOOLEAN && sorting->problem == NULL)
        sorting->problem = NULL_BECAUSE(sorting->evaluation, "precedes must be true or false");
    return feel_is_true(answer);
}

static void merge(struct sorting *sorting, const struct feel_value **from, const struct feel_value **to,
                  size_t low, size_t middle, size_t high)
{
    size_t left = low, right = middle;
    for (size_t at = low; at < high; at++) {
        if (left < middle && (right >= high || !goes_first(sorting, from[right], from[left])))
            to[at] = from[left++];
        else
            to[at] = from[right++];
    }
}

static const struct feel_value *sort(struct feel_evaluation *evaluation,
                                     const struct feel_value *const *arguments, size_t count)
{
    size_t length = arguments[0]->list.count;
    const struct feel_value **a = new_items(evaluation, length), **b = new_items(evaluation, length);
    struct sorting sorting = {evaluation, count > 1 ? arguments[1] : NULL, NULL};
    copy_items(a, arguments[0]->list.items, length);
    for (size_t width = 1; width < length && sorting.problem == NULL; width *= 2) {
        const struct feel_value **swapped = a;
        for (size_t low = 0; low < length; low += 2 * width) {
            size_t middle = low + width < length ? low + width : length;
            size_t high = low + 2 * width < length ? low + 2 * width : length;
            merge(&sorting, a, b, low, middle, high);
        }
        a = b;
        b = swapped;
    }
    return sorting.problem != NULL ? sorting.problem : make_list(evaluation, a, length);
}

#define ONE_LIST                                                                                             \
    {                                                                                                        \
        1, 1, false,                                                                                         \
        {                                                                                                    \
            PARAMETER("list", TAKES_LIST)                                                                    \
        }                                                                                                    \
    }

const struct builtin builtins_list[] = {
    BUILTIN("list contains", list_contains,
            {2, 2, false, {PARAMETER("list", TAKES_LIST), PARAMETER_OR_NULL("element", TAKES_ANY)}}),
    BUILTIN("count", count_of, ONE_LIST),
    BUILTIN("sublist", sublist,
            {2,
             3,
             false,
             {PARAMETER("list", TAKES_LIST), PARAMETER("start position", TAKES_NUMBER),
              PARAMETER_OR_NULL("length", TAKES_NUMBER)}}),
    BUILTIN("append", append,
            {1, 2, true, {PARAMETER("list", TAKES_LIST), PARAMETER_OR_NULL("item", TAKES_ANY)}}),
    BUILTIN("concatenate", concatenate, {1, 1, true, {PARAMETER("list", TAKES_LIST)}}),
    BUILTIN("insert before", insert_before,
            {3,
             3,
             false,
             {PARAMETER("list", TAKES_LIST), PARAMETER("position", TAKES_NUMBER),
              PARAMETER_OR_NULL("newItem", TAKES_ANY)}}),
    BUILTIN("remove", removed,
            {2, 2, false, {PARAMETER("list", TAKES_LIST), PARAMETER("position", TAKES_NUMBER)}}),
    BUILTIN("reverse", reversed, ONE_LIST),
    BUILTIN("index of", index_of,
            {2, 2, false, {PARAMETER("list", TAKES_LIST), PARAMETER_OR_NULL("match", TAKES_ANY)}}),
    BUILTIN("union", union_of, {1, 1, true, {PARAMETER("list", TAKES_LIST)}}),
    BUILTIN("distinct values", distinct_values, ONE_LIST),
    BUILTIN("flatten", flatten, ONE_LIST),
    BUILTIN("list replace", list_replace,
            {3,
             3,
             false,
             {PARAMETER("list", TAKES_LIST), PARAMETER("position", TAKES_ANY),
              PARAMETER_OR_NULL("newItem", TAKES_ANY)}},
            {3,
             3,
             false,
             {PARAMETER("list", TAKES_LIST), PARAMETER("match", TAKES_FUNCTION),
              PARAMETER_OR_NULL("newItem", TAKES_ANY)}}),
    BUILTIN("sort", sort,
            {1, 2, false, {PARAMETER("list", TAKES_LIST), PARAMETER("precedes", TAKES_FUNCTION)}}),
    END_OF_BUILTINS,
};
