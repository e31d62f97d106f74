/* The compiled form of an expression: a tree that never changes after the reader has built it. */
#ifndef MOTCUA_FEEL_NODE_H
#define MOTCUA_FEEL_NODE_H

#include "motcua/feel/expression.h"
#include "motcua/feel/value.h"

struct builtin;

enum node_kind {
    NODE_LITERAL,
    NODE_NAME,
    NODE_AT_LITERAL,
    NODE_LIST,
    NODE_CONTEXT,
    NODE_RANGE,            /* [left..right], flags low_closed, high_closed */
    NODE_COMPARISON_RANGE, /* operator and endpoint without left side: < 5 */
    NODE_NEGATE,
    NODE_ARITHMETIC,
    NODE_COMPARISON,
    NODE_AND,
    NODE_OR,
    NODE_BETWEEN,
    NODE_IN, /* left in any of items */
    NODE_INSTANCE_OF,
    NODE_PATH,
    NODE_DESCENDANTS, /* left...name, of DMN 1.6 */
    NODE_FILTER,
    NODE_CALL,
    NODE_FUNCTION,
    NODE_IF,
    NODE_FOR,
    NODE_SOME,
    NODE_EVERY,
    NODE_UNARY_TESTS, /* items against the input; negated: not(...) */
    NODE_ANY_INPUT,   /* the test "-" */
};

enum operator_kind {
    OPERATOR_ADD,
    OPERATOR_SUBTRACT,
    OPERATOR_MULTIPLY,
    OPERATOR_DIVIDE,
    OPERATOR_POWER,
    OPERATOR_EQUAL,
    OPERATOR_NOT_EQUAL,
    OPERATOR_LESS,
    OPERATOR_LESS_EQUAL,
    OPERATOR_GREATER,
    OPERATOR_GREATER_EQUAL,
};

struct node {
    enum node_kind kind;
    enum operator_kind operator;
    bool low_closed, high_closed; /* NODE_RANGE */
    bool negated;                 /* NODE_UNARY_TESTS */
    bool reads_input;             /* the sub-expression mentions `?` */
    bool makes_function;          /* a function value may be born below (it would keep the frame) */
    bool uses_partial;            /* NODE_FOR: the body mentions `partial` */
    bool external;                /* NODE_FUNCTION without a FEEL body */
    const struct node *left, *right, *third;
    const struct node *const *items; /* list items, call arguments, context values, iteration lists */
    size_t count;
    const struct str *names; /* context keys, parameters, argument names (or NULL), iteration variables */
    const struct feel_type *const *types; /* types of parameters, NULL entries: any */
    const struct feel_type *type;   /* NODE_INSTANCE_OF; result type of a function is not declared in FEEL */
    struct str name;                /* NODE_NAME, NODE_PATH, NODE_DESCENDANTS, NODE_AT_LITERAL */
    const struct feel_value *value; /* NODE_LITERAL */
    const struct feel_value *builtin;     /* NODE_NAME: the built-in function of that name, or NULL */
    const struct node *const *range_ends; /* NODE_FOR: per variable the end of from..to, or NULL */
};

struct feel_expression {
    const struct node *root;
    bool unary;
    const struct str *variables;
    size_t variable_count;
};

#endif
