/* Operators and the expressions that begin with a word (DMN 1.3, 10.3.1.2), and unary tests. */
#include "reader.h"

struct node *reader_node(struct reader *reader, enum node_kind kind)
{
    struct node *node = arena_zalloc(reader->arena, sizeof *node);
    node->kind = kind;
    if (arena_used(reader->arena) - reader->arena_start >
            MEMORY_BASE + reader->text.length * MEMORY_PER_BYTE &&
        !reader->failed) {
        reader->too_long = true;
        reader_fail(reader, "a simpler expression");
    }
    return node;
}

bool reader_enter(struct reader *reader)
{
    if (++reader->depth <= MAXIMUM_NESTING) return true;
    if (!reader->failed) {
        reader->too_deep = true;
        reader_fail(reader, "less nesting");
    }
    reader->depth--;
    return false;
}

void reader_leave(struct reader *reader)
{
    reader->depth--;
}

static struct node *binary(struct reader *reader, enum node_kind kind, enum operator_kind operator,
                           const struct node * left, const struct node *right)
{
    struct node *node;
    if (left == NULL || right == NULL) return NULL;
    node = reader_node(reader, kind);
    node->operator= operator;
    node->left = left;
    node->right = right;
    return node;
}

/* '-' binds tighter than '**' (the order of the grammar's rules). */
static struct node *negation(struct reader *reader)
{
    struct node *node = NULL;
    if (!reader_enter(reader)) return NULL;
    if (reader_accept(reader, "-")) {
        const struct node *operand = negation(reader);
        if (operand != NULL) {
            node = reader_node(reader, NODE_NEGATE);
            node->left = operand;
        }
    } else {
        node = reader_postfix(reader);
    }
    reader_leave(reader);
    return node;
}

static struct node *unary(struct reader *reader)
{
    struct node *node = negation(reader);
    while (node != NULL && reader_accept_word(reader, "instance")) {
        struct node *test = reader_node(reader, NODE_INSTANCE_OF);
        test->left = node;
        if (!reader_accept_word(reader, "of")) return reader_fail(reader, "'of' behind 'instance'");
        test->type = reader_type(reader);
        node = test->type != NULL ? test : NULL;
    }
    return node;
}

/* The arithmetic operator at the cursor, if it binds at least as tightly as `level` (0: + -, 1: * /, 2: **).
 */
static bool accept_operator(struct reader *reader, int level, enum operator_kind *operator, int * its_level)
{
    char c, following;
    reader_skip(reader);
    if (reader->failed || reader->at >= reader->text.length) return false;
    c = reader->text.data[reader->at];
    following = reader->at + 1 < reader->text.length ? reader->text.data[reader->at + 1] : '\0';
    if (c == '*' && following == '*') {
        if (level > 2) return false; /* 2 ** 3 ** 2 is (2 ** 3) ** 2 */
        *operator= OPERATOR_POWER;
        *its_level = 2;
        reader->at += 2;
        return true;
    }
    switch (c) {
    case '+':
        *operator= OPERATOR_ADD;
        *its_level = 0;
        break;
    case '-':
        *operator= OPERATOR_SUBTRACT;
        *its_level = 0;
        break;
    case '*':
        *operator= OPERATOR_MULTIPLY;
        *its_level = 1;
        break;
    case '/':
        *operator= OPERATOR_DIVIDE;
        *its_level = 1;
        break;
    default:
        return false;
    }
    if (*its_level < level) return false;
    reader->at++;
    return true;
}

static struct node *arithmetic(struct reader *reader, int level)
{
    struct node *left = unary(reader);
    enum operator_kind operator;
    int its_level;
    while (left != NULL && accept_operator(reader, level, &operator, & its_level))
        left = binary(reader, NODE_ARITHMETIC, operator, left, arithmetic(reader, its_level + 1));
    return reader->failed ? NULL : left;
}

struct node *reader_arithmetic(struct reader *reader)
{
    return arithmetic(reader, 0);
}

static bool accept_comparison(struct reader *reader, enum operator_kind *operator)
{
    if (reader_accept(reader, "<="))
        *operator= OPERATOR_LESS_EQUAL;
    else if (reader_accept(reader, ">="))
        *operator= OPERATOR_GREATER_EQUAL;
    else if (reader_accept(reader, "<"))
        *operator= OPERATOR_LESS;
    else if (reader_accept(reader, ">"))
        *operator= OPERATOR_GREATER;
    else if (reader_accept(reader, "!="))
        *operator= OPERATOR_NOT_EQUAL;
    else if (reader_accept(reader, "="))
        *operator= OPERATOR_EQUAL;
    else
        return false;
    return true;
}

/* `< 5`: an operator with its right side only. NULL without failure when there is none. */
static struct node *comparison_range(struct reader *reader)
{
    enum operator_kind operator;
    struct node *node;
    if (!accept_comparison(reader, &operator)) return NULL;
    node = reader_node(reader, NODE_COMPARISON_RANGE);
    node->operator= operator;
    node->left = reader_arithmetic(reader);
    return node->left != NULL ? node : NULL;
}

struct node *reader_positive_test(struct reader *reader)
{
    struct node *node;
    unsigned reads = reader->input_reads;
    node = comparison_range(reader);
    if (node == NULL && !reader->failed) node = reader_expression(reader);
    if (node != NULL) node->reads_input = reader->input_reads != reads;
    return node;
}

/* Behind `in (`: the tests in parentheses, unless it is a range. */
static bool in_tests(struct reader *reader, struct node_list *tests)
{
    size_t start = reader->at, variables = reader->variable_count;
    bool no_filter = reader->no_filter;
    if (!reader_accept(reader, "(")) return false;
    reader->no_filter = false;
    do {
        struct node *test = reader_positive_test(reader);
        if (test == NULL) break;
        reader_push(reader, tests, test);
    } while (reader_accept(reader, ","));
    reader->no_filter = no_filter;
    if (!reader->failed && reader_accept(reader, ")")) return true;
    if (!reader->failed && tests->count == 1) { /* (1..5]: read again as an expression */
        reader->at = start;
        reader->variable_count = variables;
        tests->count = 0;
        return false;
    }
    reader_fail(reader, "')'");
    return false;
}

static struct node *in_operator(struct reader *reader, const struct node *left)
{
    struct node *node = reader_node(reader, NODE_IN), *test;
    struct node_list tests = {NULL, 0, 0};
    unsigned reads = reader->input_reads;
    node->left = left;
    if (!in_tests(reader, &tests)) {
        if (reader->failed) return NULL;
        test = comparison_range(reader);
        if (test == NULL && !reader->failed) test = reader_arithmetic(reader);
        if (test == NULL) return NULL;
        test->reads_input = reader->input_reads != reads;
        reader_push(reader, &tests, test);
    }
    node->items = tests.items;
    node->count = tests.count;
    node->reads_input = reader->input_reads != reads;
    return node;
}

/* Behind `=` and `!=` may stand a range by its operator: r = >= 2. A second `=` is no such range but a slip.
 */
static struct node *right_side(struct reader *reader, enum operator_kind operator)
{
    bool equality = operator== OPERATOR_EQUAL || operator== OPERATOR_NOT_EQUAL;
    char c;
    reader_skip(reader);
    c = reader->at < reader->text.length ? reader->text.data[reader->at] : '\0';
    return equality && (c == '<' || c == '>') ? comparison_range(reader) : reader_arithmetic(reader);
}

static struct node *comparison(struct reader *reader)
{
    struct node *left = reader_arithmetic(reader);
    enum operator_kind operator;
    while (left != NULL) {
        if (accept_comparison(reader, &operator)) {
            left = binary(reader, NODE_COMPARISON, operator, left, right_side(reader, operator));
        } else if (reader_accept_word(reader, "between")) {
            struct node *node = reader_node(reader, NODE_BETWEEN);
            node->left = left;
            node->right = reader_arithmetic(reader);
            if (node->right == NULL) return NULL;
            if (!reader_accept_word(reader, "and")) return reader_fail(reader, "'and' of 'between'");
            node->third = reader_arithmetic(reader);
            left = node->third != NULL ? node : NULL;
        } else if (reader_accept_word(reader, "in")) {
            left = in_operator(reader, left);
        } else {
            break;
        }
    }
    return reader->failed ? NULL : left;
}

/* and / or: one node with all operands, so that long chains are not deep. */
static struct node *logical(struct reader *reader, enum node_kind kind)
{
    struct node *first = kind == NODE_OR ? logical(reader, NODE_AND) : comparison(reader);
    const char *word = kind == NODE_OR ? "or" : "and";
    struct node_list operands = {NULL, 0, 0};
    struct node *node;
    if (first == NULL || !reader_at_word(reader, word)) return reader->failed ? NULL : first;
    reader_push(reader, &operands, first);
    while (reader_accept_word(reader, word)) {
        node = kind == NODE_OR ? logical(reader, NODE_AND) : comparison(reader);
        if (node == NULL) return NULL;
        reader_push(reader, &operands, node);
    }
    node = reader_node(reader, kind);
    node->items = operands.items;
    node->count = operands.count;
    return reader->failed ? NULL : node;
}

struct node *reader_expression(struct reader *reader)
{
    struct node *node;
    if (!reader_enter(reader)) return NULL;
    node = logical(reader, NODE_OR);
    reader_leave(reader);
    return node;
}

static bool positive_tests(struct reader *reader, struct node_list *tests)
{
    do {
        struct node *test = reader_positive_test(reader);
        if (test == NULL) return false;
        reader_push(reader, tests, test);
    } while (reader_accept(reader, ","));
    return true;
}

static bool at_end(struct reader *reader)
{
    reader_skip(reader);
    return !reader->failed && reader->at == reader->text.length;
}

struct node *reader_unary_tests(struct reader *reader)
{
    struct node *node = reader_node(reader, NODE_UNARY_TESTS);
    struct node_list tests = {NULL, 0, 0};
    size_t start;
    reader_skip(reader);
    start = reader->at;
    if (reader_accept(reader, "-") && at_end(reader)) {
        node->kind = NODE_ANY_INPUT;
        return node;
    }
    if (reader->failed) return NULL;
    reader->at = start;
    if (reader_accept_word(reader, "not") && reader_accept(reader, "(")) {
        node->negated = positive_tests(reader, &tests) && reader_accept(reader, ")") && at_end(reader);
        if (reader->too_deep || reader->too_long) return NULL;
    }
    if (!node->negated) { /* not(...) inside a larger expression is the function */
        reader->failed = false;
        reader->at = start;
        reader->variable_count = 0;
        tests.count = 0;
        if (!positive_tests(reader, &tests)) return NULL;
    }
    node->items = tests.items;
    node->count = tests.count;
    return node;
}
