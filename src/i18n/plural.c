/*
 * Plural expressions of gettext catalogues: the operators of C over one unsigned variable n. Parsed once by
 * precedence climbing into a tree whose depth and size are bounded, so that evaluation is too.
 */
#include "plural.h"

#define MAXIMUM_DEPTH 40
#define MAXIMUM_NODES 200

enum operation {
    NUMBER,
    VARIABLE,
    NOT,
    CONDITIONAL,
    OR,
    AND,
    EQUAL,
    NOT_EQUAL,
    LESS,
    GREATER,
    LESS_EQUAL,
    GREATER_EQUAL,
    PLUS,
    MINUS,
    TIMES,
    DIVIDE,
    REMAINDER
};

struct plural {
    enum operation operation;
    uint64_t number;
    struct plural *a, *b, *c;
};

struct parser {
    struct arena *arena;
    struct str text;
    size_t at;
    int depth;
    int nodes;
};

static const struct {
    const char *text;
    enum operation operation;
    int precedence;
} binaries[] = {
    {"||", OR, 1},         {"&&", AND, 2},           {"==", EQUAL, 3}, {"!=", NOT_EQUAL, 3},
    {"<=", LESS_EQUAL, 4}, {">=", GREATER_EQUAL, 4}, {"<", LESS, 4},   {">", GREATER, 4},
    {"+", PLUS, 5},        {"-", MINUS, 5},          {"*", TIMES, 6},  {"/", DIVIDE, 6},
    {"%", REMAINDER, 6},
};

static void skip_blanks(struct parser *parser)
{
    while (parser->at < parser->text.length) {
        char c = parser->text.data[parser->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') break;
        parser->at++;
    }
}

static bool accept(struct parser *parser, const char *token)
{
    skip_blanks(parser);
    struct str rest = str_slice(parser->text, parser->at, parser->text.length);
    if (!str_starts_with(rest, str_of(token))) return false;
    parser->at += strlen(token);
    return true;
}

static struct plural *node(struct parser *parser, enum operation operation, struct plural *a,
                           struct plural *b, struct plural *c)
{
    if (++parser->nodes > MAXIMUM_NODES) return NULL;
    struct plural *result = arena_zalloc(parser->arena, sizeof *result);
    *result = (struct plural){.operation = operation, .a = a, .b = b, .c = c};
    return result;
}

static struct plural *parse_conditional(struct parser *parser);

static struct plural *parse_number(struct parser *parser)
{
    uint64_t value = 0;
    size_t start = parser->at;
    while (parser->at < parser->text.length && parser->text.data[parser->at] >= '0' &&
           parser->text.data[parser->at] <= '9') {
        if (parser->at - start >= 15) return NULL;
        value = value * 10 + (uint64_t)(parser->text.data[parser->at++] - '0');
    }
    if (parser->at == start) return NULL;
    struct plural *result = node(parser, NUMBER, NULL, NULL, NULL);
    if (result != NULL) result->number = value;
    return result;
}

static struct plural *parse_unary(struct parser *parser)
{
    if (++parser->depth > MAXIMUM_DEPTH) return NULL;
    struct plural *result = NULL;
    if (accept(parser, "!")) {
        struct plural *operand = parse_unary(parser);
        if (operand != NULL) result = node(parser, NOT, operand, NULL, NULL);
    } else if (accept(parser, "(")) {
        result = parse_conditional(parser);
        if (result != NULL && !accept(parser, ")")) result = NULL;
    } else if (accept(parser, "n")) {
        result = node(parser, VARIABLE, NULL, NULL, NULL);
    } else {
        result = parse_number(parser);
    }
    parser->depth--;
    return result;
}

static struct plural *parse_binary(struct parser *parser, int minimum)
{
    struct plural *left = parse_unary(parser);
    while (left != NULL) {
        size_t found = sizeof binaries / sizeof *binaries, start = parser->at;
        for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
            if (accept(parser, binaries[i].text)) {
                found = i;
                break;
            }
        if (found == sizeof binaries / sizeof *binaries) return left;
        if (binaries[found].precedence < minimum) {
            parser->at = start;
            return left;
        }
        if (++parser->depth > MAXIMUM_DEPTH) return NULL;
        struct plural *right = parse_binary(parser, binaries[found].precedence + 1);
        parser->depth--;
        left = right == NULL ? NULL : node(parser, binaries[found].operation, left, right, NULL);
    }
    return NULL;
}

static struct plural *parse_conditional(struct parser *parser)
{
    if (++parser->depth > MAXIMUM_DEPTH) return NULL;
    struct plural *result = parse_binary(parser, 1);
    if (result != NULL && accept(parser, "?")) {
        struct plural *yes = parse_conditional(parser), *no = NULL;
        if (yes != NULL && accept(parser, ":")) no = parse_conditional(parser);
        result = no == NULL ? NULL : node(parser, CONDITIONAL, result, yes, no);
    }
    parser->depth--;
    return result;
}

bool plural_parse(struct arena *arena, struct str text, struct plural **plural)
{
    struct parser parser = {.arena = arena, .text = text};
    struct plural *result = parse_conditional(&parser);
    skip_blanks(&parser);
    if (result == NULL || parser.at != text.length) return false;
    *plural = result;
    return true;
}

static bool evaluate(const struct plural *plural, uint64_t n, uint64_t *value);

static bool evaluate_binary(const struct plural *plural, uint64_t n, uint64_t *value)
{
    uint64_t a, b;
    if (!evaluate(plural->a, n, &a)) return false;
    if ((plural->operation == OR && a != 0) || (plural->operation == AND && a == 0)) {
        *value = a != 0;
        return true;
    }
    if (!evaluate(plural->b, n, &b)) return false;
    switch (plural->operation) {
    case OR:
    case AND:
        *value = b != 0;
        return true;
    case EQUAL:
        *value = a == b;
        return true;
    case NOT_EQUAL:
        *value = a != b;
        return true;
    case LESS:
        *value = a < b;
        return true;
    case GREATER:
        *value = a > b;
        return true;
    case LESS_EQUAL:
        *value = a <= b;
        return true;
    case GREATER_EQUAL:
        *value = a >= b;
        return true;
    case PLUS:
        *value = a + b;
        return true;
    case MINUS:
        *value = a - b;
        return true;
    case TIMES:
        *value = a * b;
        return true;
    case DIVIDE:
        *value = b == 0 ? 0 : a / b;
        return b != 0;
    case REMAINDER:
        *value = b == 0 ? 0 : a % b;
        return b != 0;
    default:
        return false;
    }
}

/* False on a division by zero. */
static bool evaluate(const struct plural *plural, uint64_t n, uint64_t *value)
{
    uint64_t inner;
    switch (plural->operation) {
    case NUMBER:
        *value = plural->number;
        return true;
    case VARIABLE:
        *value = n;
        return true;
    case NOT:
        if (!evaluate(plural->a, n, &inner)) return false;
        *value = inner == 0;
        return true;
    case CONDITIONAL:
        if (!evaluate(plural->a, n, &inner)) return false;
        return evaluate(inner != 0 ? plural->b : plural->c, n, value);
    default:
        return evaluate_binary(plural, n, value);
    }
}

uint64_t plural_evaluate(const struct plural *plural, uint64_t n)
{
    uint64_t value;
    return evaluate(plural, n, &value) ? value : 0;
}
