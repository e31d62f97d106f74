/* for, some, every, filters and tests: evaluation over the items of lists. */
#include "builtin.h"
#include "evaluate.h"

/* ---- what is iterated over ---- */

struct source {                    /* a list, or the numbers or days from..to */
    const struct feel_value *list; /* NULL: counted */
    int64_t first, count, step;
    bool days;
};

static const struct feel_value *source_item(struct feel_evaluation *evaluation, const struct source *source,
                                            size_t index)
{
    int64_t at;
    struct feel_date date;
    if (source->list != NULL) return source->list->list.items[index];
    at = source->first + (int64_t)index * source->step;
    if (!source->days) return feel_integer(evaluation->arena, at);
    if (!feel_date_from_days(at, &date)) return NULL_BECAUSE(evaluation, "the day is outside the calendar");
    return feel_date(evaluation->arena, date);
}

static size_t source_count(const struct source *source)
{
    return source->list != NULL ? source->list->list.count : (size_t)source->count;
}

static const struct feel_value *counted(struct feel_evaluation *evaluation, const struct feel_value *from,
                                        const struct feel_value *to, struct source *source)
{
    int64_t first, last, distance;
    *source = (struct source){.list = NULL};
    if (from->kind == FEEL_DATE && to->kind == FEEL_DATE) {
        first = feel_date_to_days(from->date);
        last = feel_date_to_days(to->date);
        source->days = true;
    } else if (from->kind != FEEL_NUMBER || to->kind != FEEL_NUMBER ||
               !feel_number_to_int64(from->number, &first) || !feel_number_to_int64(to->number, &last)) {
        return NULL_BECAUSE(evaluation,
                            "an iteration goes from an integer to an integer or from a date to a date");
    }
    if (__builtin_sub_overflow(last, first, &distance) || distance == INT64_MIN) distance = INT64_MAX - 1;
    source->first = first;
    source->step = distance < 0 ? -1 : 1;
    source->count = (distance < 0 ? -distance : distance) + 1;
    return NULL;
}

/* A closed or open range of integers or dates as the list of its members, upwards. */
static const struct feel_value *range_source(struct feel_evaluation *evaluation,
                                             const struct feel_range *range, struct source *source)
{
    const struct feel_value *problem;
    if (range->low == NULL || range->high == NULL) return NULL_BECAUSE(evaluation, "the range has no end");
    problem = counted(evaluation, range->low, range->high, source);
    if (problem != NULL) return problem;
    if (!range->low_closed) {
        source->first += source->step;
        source->count--;
    }
    if (!range->high_closed) source->count--;
    if (source->count < 0 || source->step < 0) source->count = 0;
    return NULL;
}

/* Fills *source; otherwise the null that is the result of the whole iteration. */
static const struct feel_value *open_source(struct feel_evaluation *evaluation, const struct node *node,
                                            size_t index, const struct frame *frame, struct source *source)
{
    const struct feel_value *value = evaluate(evaluation, node->items[index], frame);
    if (node->range_ends[index] != NULL)
        return counted(evaluation, value, evaluate(evaluation, node->range_ends[index], frame), source);
    if (value->kind == FEEL_RANGE) return range_source(evaluation, &value->range, source);
    if (feel_is_null(value))
        return value->reason.length > 0 ? value : NULL_BECAUSE(evaluation, "the list is null");
    if (value->kind != FEEL_LIST) { /* a single value is a list of one */
        const struct feel_value **items = evaluation_alloc(evaluation, sizeof *items);
        *items = value;
        value = feel_list(evaluation->arena, items, 1);
        if (value->kind != FEEL_LIST) return value;
    }
    *source = (struct source){.list = value};
    return NULL;
}

/* ---- for, some, every ---- */

struct collector {
    const struct feel_value **items;
    size_t count, capacity;
};

static void collect(struct feel_evaluation *evaluation, struct collector *collector,
                    const struct feel_value *value)
{
    if (collector->count == collector->capacity) {
        size_t capacity = collector->capacity == 0 ? 8 : collector->capacity * 2;
        const struct feel_value **items = evaluation_alloc(evaluation, capacity * sizeof *items);
        if (collector->count > 0) memcpy(items, collector->items, collector->count * sizeof *items);
        collector->items = items;
        collector->capacity = capacity;
    }
    collector->items[collector->count++] = value;
}

struct iteration {
    const struct node *node;
    const struct feel_value **partial; /* where the variable `partial` is held */
    struct collector results;
    const struct feel_value *outcome; /* some, every: decided; or the null of a broken source */
    bool unknown;
};

static void iteration_result(struct feel_evaluation *evaluation, struct iteration *iteration,
                             const struct feel_value *value)
{
    if (iteration->node->kind == NODE_FOR) {
        collect(evaluation, &iteration->results, value);
        return;
    }
    if (value->kind != FEEL_BOOLEAN)
        iteration->unknown = true;
    else if (value->boolean == (iteration->node->kind == NODE_SOME))
        iteration->outcome = value;
}

/* `partial`: the results so far, as a value of its own each round, so that one that is kept does not change.
 */
static void publish_partial(struct feel_evaluation *evaluation, struct iteration *iteration)
{
    const struct feel_value *partial =
        feel_list(evaluation->arena, iteration->results.items, iteration->results.count);
    iteration->partial[0] = partial;
    if (partial->kind != FEEL_LIST) iteration->outcome = partial; /* nested too deep */
}

static struct frame *new_frame(struct feel_evaluation *evaluation, const struct frame *parent,
                               const struct str *name)
{
    struct frame *frame = evaluation_alloc(evaluation, sizeof *frame);
    *frame = (struct frame){.parent = parent, .names = name, .count = 1};
    frame->values = evaluation_alloc(evaluation, sizeof *frame->values);
    return frame;
}

/* Variable number `index` takes every item in turn; the last one is the fastest. */
static void iterate(struct feel_evaluation *evaluation, struct iteration *iteration,
                    const struct frame *outer, size_t index)
{
    const struct node *node = iteration->node;
    struct source source;
    struct frame *frame;
    const struct feel_value *problem = open_source(evaluation, node, index, outer, &source);
    if (problem != NULL) {
        iteration->outcome = problem;
        return;
    }
    frame = new_frame(evaluation, outer, &node->names[index]);
    for (size_t i = 0; i < source_count(&source) && iteration->outcome == NULL; i++) {
        struct arena_mark mark = arena_mark(evaluation->arena);
        feel_step(evaluation);
        if (node->makes_function) /* a closure may keep the frame of its round */
            frame = new_frame(evaluation, outer, &node->names[index]);
        frame->values[0] = source_item(evaluation, &source, i);
        if (index + 1 < node->count) {
            feel_enter(evaluation);
            iterate(evaluation, iteration, frame, index + 1);
            feel_leave(evaluation);
            continue;
        }
        if (node->uses_partial) {
            evaluation_steps(evaluation, iteration->results.count / 16); /* the depth of each is looked at */
            publish_partial(evaluation, iteration);
        }
        iteration_result(evaluation, iteration, evaluate(evaluation, node->left, frame));
        if (node->kind != NODE_FOR)
            arena_rewind(evaluation->arena, mark); /* nothing but a truth value is kept */
    }
}

const struct feel_value *evaluate_iteration(struct feel_evaluation *evaluation, const struct node *node,
                                            const struct frame *frame)
{
    static const struct str partial_name = {"partial", 7};
    struct iteration iteration = {.node = node};
    struct frame *outer = evaluation_alloc(evaluation, sizeof *outer);
    *outer = (struct frame){.parent = frame, .names = &partial_name, .count = node->uses_partial};
    outer->values = evaluation_alloc(evaluation, sizeof *outer->values);
    outer->values[0] = feel_null();
    iteration.partial = outer->values;
    iterate(evaluation, &iteration, outer, 0);
    if (iteration.outcome != NULL) return iteration.outcome;
    if (node->kind == NODE_FOR)
        return feel_list(evaluation->arena, iteration.results.items, iteration.results.count);
    if (iteration.unknown) return NULL_BECAUSE(evaluation, "a condition was neither true nor false");
    return feel_boolean(node->kind == NODE_EVERY);
}

/* ---- filters ---- */

static const struct feel_value *by_index(struct feel_evaluation *evaluation, const struct feel_value *list,
                                         const struct feel_value *number)
{
    int64_t index;
    if (!feel_number_to_int64(number->number, &index))
        return NULL_BECAUSE(evaluation, "an index must be an integer");
    if (index < 0) index += (int64_t)list->list.count + 1;
    if (index < 1 || (uint64_t)index > list->list.count)
        return NULL_BECAUSE(evaluation, "the index is outside the list of %zu", list->list.count);
    return list->list.items[index - 1];
}

/* An index that does not mention the items is evaluated once. */
static bool constant_index(const struct node *node)
{
    return node->kind == NODE_LITERAL || (node->kind == NODE_NEGATE && node->left->kind == NODE_LITERAL);
}

const struct feel_value *evaluate_filter(struct feel_evaluation *evaluation, const struct node *node,
                                         const struct frame *frame)
{
    const struct feel_value *list = evaluate(evaluation, node->left, frame), *test;
    static const struct str item_name = {"item", 4};
    struct collector kept = {NULL, 0, 0};
    struct frame *frame_of_item;
    if (feel_is_null(list)) {
        list = feel_list(evaluation->arena, NULL, 0);
    } else if (list->kind != FEEL_LIST) {
        const struct feel_value **items = evaluation_alloc(evaluation, sizeof *items);
        *items = list;
        list = feel_list(evaluation->arena, items, 1);
        if (list->kind != FEEL_LIST) return list;
    }
    if (constant_index(node->right) || list->list.count == 0) {
        test = evaluate(evaluation, node->right, frame);
        if (test->kind == FEEL_NUMBER) return by_index(evaluation, list, test);
        if (list->list.count == 0) return list;
    }
    frame_of_item = new_frame(evaluation, frame, &item_name);
    for (size_t i = 0; i < list->list.count; i++) {
        const struct feel_value *item = list->list.items[i];
        struct arena_mark mark = arena_mark(evaluation->arena);
        bool passes;
        frame_of_item->values[0] = item;
        frame_of_item->context = item->kind == FEEL_CONTEXT ? item : NULL;
        feel_step(evaluation);
        test = evaluate(evaluation, node->right, frame_of_item);
        if (test->kind == FEEL_NUMBER && i == 0) return by_index(evaluation, list, test);
        passes = feel_is_true(test);
        arena_rewind(evaluation->arena, mark); /* what the test made is not kept */
        if (passes) collect(evaluation, &kept, item);
    }
    return feel_list(evaluation->arena, kept.items, kept.count);
}

/* ---- in, unary tests ---- */

/* 1: passes, 0: does not, -1: unknown. */
static int test_value(struct feel_evaluation *evaluation, const struct feel_value *input,
                      const struct feel_value *test)
{
    int equal, unknown = 0;
    if (test->kind == FEEL_RANGE && input->kind != FEEL_RANGE)
        return range_includes(evaluation, &test->range, input);
    equal = compare_equal(evaluation, input, test);
    if (equal == 1 || test->kind != FEEL_LIST) return equal;
    for (size_t i = 0; i < test->list.count; i++) {
        const struct feel_value *item = test->list.items[i];
        feel_step(evaluation);
        if (item->kind == FEEL_RANGE && input->kind != FEEL_RANGE)
            equal = range_includes(evaluation, &item->range, input);
        else
            equal = compare_equal(evaluation, input, item);
        if (equal == 1) return 1;
        unknown |= equal < 0 && item->kind == FEEL_RANGE;
    }
    return unknown ? -1 : 0;
}

static int run_test(struct feel_evaluation *evaluation, const struct feel_value *input,
                    const struct node *test, bool unary, const struct frame *frame)
{
    const struct feel_value *value;
    if (test->kind == NODE_COMPARISON_RANGE) {
        value = compare(evaluation, test->operator, input, evaluate(evaluation, test->left, frame));
        return value->kind == FEEL_BOOLEAN ? value->boolean : -1;
    }
    value = evaluate(evaluation, test, frame);
    if (value->kind == FEEL_BOOLEAN && test->reads_input) return value->boolean;
    if (value->kind == FEEL_BOOLEAN && unary && input->kind != FEEL_BOOLEAN && test->kind != NODE_LITERAL &&
        test->kind != NODE_NAME) /* a condition on other variables */
        return value->boolean;
    if (test->reads_input && feel_is_null(value)) return -1;
    return test_value(evaluation, input, value);
}

const struct feel_value *evaluate_tests(struct feel_evaluation *evaluation, const struct feel_value *input,
                                        const struct node *tests, const struct frame *frame)
{
    static const struct str input_name = {"?", 1};
    bool unary = tests->kind == NODE_UNARY_TESTS;
    bool unknown = false;
    if (!unary && tests->reads_input) { /* `?` of the operator `in` */
        struct frame *inner = evaluation_alloc(evaluation, sizeof *inner);
        *inner = (struct frame){.parent = frame, .names = &input_name, .count = 1};
        inner->values = evaluation_alloc(evaluation, sizeof *inner->values);
        inner->values[0] = input;
        frame = inner;
    }
    for (size_t i = 0; i < tests->count; i++) {
        int result = run_test(evaluation, input, tests->items[i], unary, frame);
        if (result == 1) return feel_boolean(true);
        unknown |= result < 0;
    }
    return unknown ? NULL_BECAUSE(evaluation, "the test does not apply to %s", feel_kind_name(input->kind))
                   : feel_boolean(false);
}
