/*
 * range(from) of DMN 1.5: the text of a range whose ends are literals. Unlike in an expression an end may be
 * missing: "[2..)". What is no literal (a variable, a computed text) is not evaluated: the text may come from
 * anywhere.
 */
#include "evaluate.h"

#define MAXIMUM_RANGE_TEXT 4096

/* A number, a string, @"…", or a conversion of one string: date("2026-01-01"). */
static bool is_literal(const struct node *node)
{
    static const char *const conversions[] = {"date", "time", "date and time", "duration"};
    if (node->kind == NODE_NEGATE)
        return node->left->kind == NODE_LITERAL && node->left->value->kind == FEEL_NUMBER;
    if (node->kind == NODE_LITERAL)
        return node->value->kind == FEEL_NUMBER || node->value->kind == FEEL_STRING;
    if (node->kind == NODE_AT_LITERAL) return true;
    if (node->kind != NODE_CALL || node->left->kind != NODE_NAME || node->count != 1 || node->names != NULL ||
        node->items[0]->kind != NODE_LITERAL || node->items[0]->value->kind != FEEL_STRING)
        return false;
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
        if (str_equal_cstr(node->left->name, conversions[i])) return true;
    return false;
}

/* False when the end is no literal; an empty text is a missing end. */
static bool read_end(struct feel_evaluation *evaluation, struct str text, const struct feel_value **end)
{
    const struct feel_expression *expression;
    text = str_trim(text);
    *end = NULL;
    if (text.length == 0) return true;
    if (feel_compile(evaluation->arena, text, NULL, &expression, NULL) != STATUS_OK ||
        !is_literal(expression->root))
        return false;
    *end = evaluate(evaluation, expression->root, NULL);
    return !feel_is_null(*end);
}

/* Where the two dots stand, outside of quotes; -1 without them. */
static ptrdiff_t find_dots(struct str text)
{
    bool quoted = false;
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (quoted && text.data[i] == '\\')
            i++;
        else if (text.data[i] == '"')
            quoted = !quoted;
        else if (!quoted && text.data[i] == '.' && text.data[i + 1] == '.')
            return (ptrdiff_t)i;
    }
    return -1;
}

const struct feel_value *range_from_string(struct feel_evaluation *evaluation, struct str text)
{
    struct feel_range range;
    ptrdiff_t dots;
    int order = 0;
    text = str_trim(text);
    if (text.length > MAXIMUM_RANGE_TEXT)
        return NULL_BECAUSE(evaluation, "the text of the range is too long");
    evaluation_steps(evaluation, text.length);
    dots = text.length < 2 ? -1 : find_dots(text);
    if (dots < 1 || strchr("[(]", text.data[0]) == NULL ||
        strchr("])[", text.data[text.length - 1]) == NULL ||
        !read_end(evaluation, str_slice(text, 1, (size_t)dots), &range.low) ||
        !read_end(evaluation, str_slice(text, (size_t)dots + 2, text.length - 1), &range.high))
        return NULL_BECAUSE(evaluation, "the text is no range of literals");
    range.low_closed = text.data[0] == '[';
    range.high_closed = text.data[text.length - 1] == ']';
    if ((range.low == NULL && (range.high == NULL || range.low_closed)) ||
        (range.high == NULL && range.high_closed))
        return NULL_BECAUSE(evaluation, "a missing end of a range is open, and one end must be there");
    if (range.low != NULL && range.high != NULL &&
        (range.low->kind != range.high->kind || !compare_order(evaluation, range.low, range.high, &order) ||
         order > 0))
        return NULL_BECAUSE(evaluation, "the ends of a range are of one type and in order");
    range.by_operator = range.low == NULL || range.high == NULL;
    return feel_range(evaluation->arena, range);
}
