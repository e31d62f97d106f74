/* The evaluator: walks the tree of a compiled expression. */
#include "evaluate.h"

#include "builtin.h"

#define DEFAULT_STEPS UINT64_C(5000000)
#define DEFAULT_DEPTH 600
#define LARGEST_DEPTH 1500
#define DEFAULT_SIZE  ((size_t)16 << 20)

static void __attribute__((noreturn)) leave(struct feel_evaluation *evaluation, enum cap cap)
{
    evaluation->cap = cap;
    longjmp(evaluation->escape, 1);
}

void evaluation_reserve(struct feel_evaluation *evaluation, size_t bytes)
{
    size_t used = arena_used(evaluation->arena) - evaluation->arena_start;
    if (bytes > evaluation->limits.size || used > evaluation->limits.size - bytes)
        leave(evaluation, CAP_SIZE);
}

void *evaluation_alloc(struct feel_evaluation *evaluation, size_t bytes)
{
    evaluation_reserve(evaluation, bytes);
    return arena_alloc(evaluation->arena, bytes);
}

void evaluation_steps(struct feel_evaluation *evaluation, uint64_t steps)
{
    if (steps > evaluation->limits.steps - evaluation->steps) leave(evaluation, CAP_STEPS);
    evaluation->steps += steps;
}

void feel_step(struct feel_evaluation *evaluation)
{
    evaluation_steps(evaluation, 1);
    evaluation_reserve(evaluation, 0);
}

void feel_enter(struct feel_evaluation *evaluation)
{
    if (evaluation->depth >= evaluation->limits.depth) leave(evaluation, CAP_DEPTH);
    evaluation->depth++;
}

void feel_leave(struct feel_evaluation *evaluation)
{
    evaluation->depth--;
}

struct arena *feel_evaluation_arena(struct feel_evaluation *evaluation)
{
    return evaluation->arena;
}

/* ---- scopes ---- */

const struct feel_value *frame_lookup(const struct frame *frame, struct str name)
{
    for (; frame != NULL; frame = frame->parent) {
        if (frame->context != NULL) {
            const struct feel_value *value = feel_get(frame->context, name);
            if (value != NULL) return value;
        }
        for (size_t i = frame->count; i > 0; i--)
            if (str_equal(frame->names[i - 1], name)) return frame->values[i - 1];
    }
    return NULL;
}

static const struct feel_value *lookup(struct feel_evaluation *evaluation, const struct node *node,
                                       const struct frame *frame)
{
    const struct feel_value *value = frame_lookup(frame, node->name);
    if (value != NULL) return value;
    if (node->builtin != NULL) return node->builtin;
    return NULL_BECAUSE(evaluation, "there is no variable \"%.*s\"", STR_ARG(node->name));
}

/* ---- the kinds of nodes ---- */

static const struct feel_value *list(struct feel_evaluation *evaluation, const struct node *node,
                                     const struct frame *frame)
{
    const struct feel_value **items = evaluation_alloc(evaluation, node->count * sizeof *items);
    for (size_t i = 0; i < node->count; i++)
        items[i] = evaluate(evaluation, node->items[i], frame);
    return feel_list(evaluation->arena, items, node->count);
}

static const struct feel_value *context(struct feel_evaluation *evaluation, const struct node *node,
                                        const struct frame *parent)
{
    struct frame *frame = evaluation_alloc(evaluation, sizeof *frame);
    struct feel_context_builder *builder = feel_context_begin(evaluation->arena);
    *frame = (struct frame){.parent = parent, .names = node->names};
    frame->values = evaluation_alloc(evaluation, node->count * sizeof *frame->values);
    for (size_t i = 0; i < node->count; i++) {
        frame->values[i] = evaluate(evaluation, node->items[i], frame);
        frame->count = i + 1;
        feel_context_put(builder, node->names[i], frame->values[i]);
    }
    {
        const struct feel_value *value = feel_context_end(builder);
        if (feel_context_count(value) != node->count && value->kind == FEEL_CONTEXT)
            return NULL_BECAUSE(evaluation, "a context has two entries of the same name");
        return value;
    }
}

static bool comparable_kind(enum feel_kind kind)
{
    return kind == FEEL_NUMBER || kind == FEEL_STRING || kind == FEEL_DATE || kind == FEEL_TIME ||
           kind == FEEL_DATE_TIME || kind == FEEL_DAYS_DURATION || kind == FEEL_MONTHS_DURATION;
}

static const struct feel_value *range(struct feel_evaluation *evaluation, const struct node *node,
                                      const struct frame *frame)
{
    const struct feel_value *low = evaluate(evaluation, node->left, frame);
    const struct feel_value *high = evaluate(evaluation, node->right, frame);
    struct feel_range result = {low, high, node->low_closed, node->high_closed, false};
    if (low->kind != high->kind && !feel_is_null(low) && !feel_is_null(high))
        return NULL_BECAUSE(evaluation, "a range from %s to %s", feel_kind_name(low->kind),
                            feel_kind_name(high->kind));
    if ((!comparable_kind(low->kind) && !feel_is_null(low)) ||
        (!comparable_kind(high->kind) && !feel_is_null(high)))
        return NULL_BECAUSE(evaluation, "a range of %s",
                            feel_kind_name(feel_is_null(low) ? high->kind : low->kind));
    if (feel_is_null(low) && feel_is_null(high)) return NULL_BECAUSE(evaluation, "a range without ends");
    if (feel_is_null(low)) result.low = NULL;
    if (feel_is_null(high)) result.high = NULL;
    return feel_range(evaluation->arena, result);
}

/* `< 5` standing alone is the range without a lower end; `!= 5` has 5 at both ends, which are not included.
 */
static const struct feel_value *comparison_range(struct feel_evaluation *evaluation, const struct node *node,
                                                 const struct frame *frame)
{
    const struct feel_value *end = evaluate(evaluation, node->left, frame);
    bool equal = node->operator== OPERATOR_EQUAL;
    if (!comparable_kind(end->kind))
        return NULL_BECAUSE(evaluation, "a range needs an end that has an order, not %s",
                            feel_kind_name(end->kind));
    if (equal || node->operator== OPERATOR_NOT_EQUAL)
        return feel_range(evaluation->arena, (struct feel_range){end, end, equal, equal, true});
    if (node->operator== OPERATOR_LESS || node->operator== OPERATOR_LESS_EQUAL)
        return feel_range(evaluation->arena,
                          (struct feel_range){NULL, end, false, node->operator== OPERATOR_LESS_EQUAL, true});
    return feel_range(evaluation->arena,
                      (struct feel_range){end, NULL, node->operator== OPERATOR_GREATER_EQUAL, false, true});
}

/* Three-valued: `decisive` (false for and, true for or) wins over everything; what is no boolean counts as
 * null. */
static const struct feel_value *logical(struct feel_evaluation *evaluation, const struct node *node,
                                        const struct frame *frame)
{
    bool decisive = node->kind == NODE_OR;
    const struct feel_value *unknown = NULL;
    for (size_t i = 0; i < node->count; i++) {
        const struct feel_value *value = evaluate(evaluation, node->items[i], frame);
        if (value->kind == FEEL_BOOLEAN && value->boolean == decisive) return value;
        if (value->kind != FEEL_BOOLEAN && unknown == NULL)
            unknown = feel_is_null(value)
                          ? value
                          : NULL_BECAUSE(evaluation, "%s is no boolean", feel_kind_name(value->kind));
    }
    return unknown != NULL ? unknown : feel_boolean(!decisive);
}

static const struct feel_value *between(struct feel_evaluation *evaluation, const struct node *node,
                                        const struct frame *frame)
{
    const struct feel_value *value = evaluate(evaluation, node->left, frame);
    const struct feel_value *low = evaluate(evaluation, node->right, frame);
    const struct feel_value *high = evaluate(evaluation, node->third, frame);
    const struct feel_value *above = compare(evaluation, OPERATOR_GREATER_EQUAL, value, low);
    const struct feel_value *below = compare(evaluation, OPERATOR_LESS_EQUAL, value, high);
    if (feel_is_null(above)) return above;
    if (feel_is_null(below)) return below;
    return feel_boolean(above->boolean && below->boolean);
}

static const struct feel_value *instance_of(struct feel_evaluation *evaluation, const struct node *node,
                                            const struct frame *frame)
{
    const struct feel_value *value = evaluate(evaluation, node->left, frame);
    if (node->type->kind == FEEL_TYPE_UNKNOWN) return NULL_BECAUSE(evaluation, "there is no such type");
    if (feel_is_null(value)) return feel_boolean(node->type->kind == FEEL_TYPE_NULL);
    return feel_boolean(feel_conforms(value, node->type));
}

static const struct feel_value *function(struct feel_evaluation *evaluation, const struct node *node,
                                         const struct frame *frame)
{
    struct feel_function *definition = evaluation_alloc(evaluation, sizeof *definition);
    struct feel_value *value = evaluation_alloc(evaluation, sizeof *value);
    *definition = (struct feel_function){.kind = node->external ? FUNCTION_EXTERNAL : FUNCTION_DEFINED,
                                         .parameters = node->names,
                                         .count = node->count,
                                         .types = node->types,
                                         .body = node->left,
                                         .frame = frame};
    memset(value, 0, sizeof *value);
    value->kind = FEEL_FUNCTION;
    value->function = definition;
    return value;
}

static const struct feel_value *unary_tests(struct feel_evaluation *evaluation, const struct node *node,
                                            const struct frame *frame)
{
    static const struct str input_name = {"?", 1};
    const struct feel_value *input = frame_lookup(frame, input_name), *result;
    if (input == NULL) input = feel_null();
    result = evaluate_tests(evaluation, input, node, frame);
    if (!node->negated || result->kind != FEEL_BOOLEAN) return result;
    return feel_boolean(!result->boolean);
}

static const struct feel_value *conditional(struct feel_evaluation *evaluation, const struct node *node,
                                            const struct frame *frame)
{
    return feel_is_true(evaluate(evaluation, node->left, frame)) ? evaluate(evaluation, node->right, frame)
                                                                 : evaluate(evaluation, node->third, frame);
}

static const struct feel_value *dispatch(struct feel_evaluation *evaluation, const struct node *node,
                                         const struct frame *frame)
{
    const struct feel_value *left;
    switch (node->kind) {
    case NODE_LITERAL:
        return node->value;
    case NODE_NAME:
        return lookup(evaluation, node, frame);
    case NODE_AT_LITERAL:
        return temporal_from_string(evaluation, node->name);
    case NODE_LIST:
        return list(evaluation, node, frame);
    case NODE_CONTEXT:
        return context(evaluation, node, frame);
    case NODE_RANGE:
        return range(evaluation, node, frame);
    case NODE_COMPARISON_RANGE:
        return comparison_range(evaluation, node, frame);
    case NODE_NEGATE:
        return operate_negate(evaluation, evaluate(evaluation, node->left, frame));
    case NODE_ARITHMETIC:
        left = evaluate(evaluation, node->left, frame);
        return operate(evaluation, node->operator, left, evaluate(evaluation, node->right, frame));
    case NODE_COMPARISON:
        left = evaluate(evaluation, node->left, frame);
        return compare(evaluation, node->operator, left, evaluate(evaluation, node->right, frame));
    case NODE_AND:
    case NODE_OR:
        return logical(evaluation, node, frame);
    case NODE_BETWEEN:
        return between(evaluation, node, frame);
    case NODE_IN:
        left = evaluate(evaluation, node->left, frame);
        return evaluate_tests(evaluation, left, node, frame);
    case NODE_INSTANCE_OF:
        return instance_of(evaluation, node, frame);
    case NODE_PATH:
        return evaluate_path(evaluation, evaluate(evaluation, node->left, frame), node->name);
    case NODE_DESCENDANTS:
        return evaluate_descendants(evaluation, evaluate(evaluation, node->left, frame), node->name);
    case NODE_FILTER:
        return evaluate_filter(evaluation, node, frame);
    case NODE_CALL:
        return evaluate_call(evaluation, node, frame);
    case NODE_FUNCTION:
        return function(evaluation, node, frame);
    case NODE_IF:
        return conditional(evaluation, node, frame);
    case NODE_FOR:
    case NODE_SOME:
    case NODE_EVERY:
        return evaluate_iteration(evaluation, node, frame);
    case NODE_UNARY_TESTS:
        return unary_tests(evaluation, node, frame);
    case NODE_ANY_INPUT:
        return feel_boolean(true);
    }
    return feel_null();
}

const struct feel_value *evaluate(struct feel_evaluation *evaluation, const struct node *node,
                                  const struct frame *frame)
{
    const struct feel_value *value;
    feel_step(evaluation);
    if (node->kind == NODE_LITERAL) return node->value;
    feel_enter(evaluation);
    value = dispatch(evaluation, node, frame);
    feel_leave(evaluation);
    return value;
}

/* ---- entry points ---- */

static enum status cap_error(const struct feel_evaluation *evaluation, struct error *error)
{
    switch (evaluation->cap) {
    case CAP_STEPS:
        return error_set(error, evaluation->arena, STATUS_TOO_LARGE, "feel.too_many_steps",
                         N_("Biểu thức cần quá nhiều bước tính nên đã bị dừng. Hãy viết gọn lại."),
                         "more than %llu steps", (unsigned long long)evaluation->limits.steps);
    case CAP_DEPTH:
        return error_set(error, evaluation->arena, STATUS_TOO_LARGE, "feel.too_deep",
                         N_("Biểu thức gọi lồng nhau quá sâu nên đã bị dừng. Hãy viết gọn lại."),
                         "deeper than %u", evaluation->limits.depth);
    default:
        return error_set(error, evaluation->arena, STATUS_TOO_LARGE, "feel.too_large",
                         N_("Biểu thức tạo ra quá nhiều dữ liệu nên đã bị dừng. Hãy viết gọn lại."),
                         "more than %zu bytes", evaluation->limits.size);
    }
}

enum status feel_guard(const struct feel_environment *environment, struct arena *arena,
                       void (*body)(struct feel_evaluation *evaluation, void *user), void *user,
                       struct error *error)
{
    struct feel_evaluation evaluation = {.environment = environment, .arena = arena};
    evaluation.limits = environment->limits;
    if (evaluation.limits.steps == 0) evaluation.limits.steps = DEFAULT_STEPS;
    if (evaluation.limits.depth == 0) evaluation.limits.depth = DEFAULT_DEPTH;
    if (evaluation.limits.depth > LARGEST_DEPTH) evaluation.limits.depth = LARGEST_DEPTH;
    if (evaluation.limits.size == 0) evaluation.limits.size = DEFAULT_SIZE;
    evaluation.arena_start = arena_used(arena);
    if (setjmp(evaluation.escape) != 0) return cap_error(&evaluation, error);
    body(&evaluation, user);
    return STATUS_OK;
}

const struct feel_value *feel_run(struct feel_evaluation *evaluation,
                                  const struct feel_expression *expression,
                                  const struct feel_value *context_value, const struct feel_value *input)
{
    static const struct str input_name = {"?", 1};
    struct frame *variables = evaluation_alloc(evaluation, 2 * sizeof *variables);
    struct frame *frame = variables;
    variables[0] =
        (struct frame){.context = context_value != NULL ? context_value : evaluation->environment->context};
    if (input != NULL) { /* `?`, and the entries of a context as the input's own properties */
        const struct feel_value **value = evaluation_alloc(evaluation, sizeof *value);
        *value = input;
        variables[1] = (struct frame){.parent = variables, .names = &input_name, .values = value, .count = 1};
        frame = &variables[1];
    }
    return evaluate(evaluation, expression->root, frame);
}

struct single {
    const struct feel_expression *expression;
    const struct feel_value *value;
};

static void run_single(struct feel_evaluation *evaluation, void *user)
{
    struct single *single = user;
    const struct feel_value *input = evaluation->environment->input;
    if (input == NULL && single->expression->unary) input = feel_null();
    single->value = feel_run(evaluation, single->expression, NULL, input);
}

enum status feel_evaluate(const struct feel_expression *expression,
                          const struct feel_environment *environment, struct arena *arena,
                          const struct feel_value **value, struct error *error)
{
    static const struct feel_environment nothing = {.context = NULL};
    struct single single = {expression, NULL};
    enum status status =
        feel_guard(environment != NULL ? environment : &nothing, arena, run_single, &single, error);
    if (status == STATUS_OK) *value = single.value;
    return status;
}
