/* Reading boxed expressions (DMN 1.3, 10.2; the conditional, iterators and filter of DMN 1.4). */
#include "loader.h"

#include <strings.h>

#include "motcua/codec/xml.h"

static struct dmn_boxed *new_boxed(struct loader *loader, enum boxed_kind kind)
{
    struct dmn_boxed *boxed = arena_zalloc(loader->arena, sizeof *boxed);
    boxed->kind = kind;
    return boxed;
}

const struct dmn_boxed *loader_broken(struct loader *loader, const char *reason)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_BROKEN);
    boxed->reason = reason;
    return boxed;
}

bool loader_is_feel(struct loader *loader, const xmlNode *node)
{
    const char *language = xml_attribute(node, NULL, "expressionLanguage", loader->arena);
    if (language == NULL || *language == '\0' || strcasestr(language, "feel") != NULL) return true;
    loader_finding(loader, node, "dmn.unsupported", N_("Biểu thức không viết bằng FEEL nên không chạy được."),
                   "%s", language);
    return false;
}

const struct dmn_boxed *loader_literal(struct loader *loader, const xmlNode *node)
{
    const char *text = loader_text(loader, node);
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_LITERAL);
    if (!loader_is_feel(loader, node)) return loader_broken(loader, "the expression is not FEEL");
    if (text == NULL || *text == '\0') return loader_broken(loader, "the expression is empty");
    boxed->literal = loader_compile(loader, node, text, false);
    if (boxed->literal == NULL) return loader_broken(loader, "the expression is malformed");
    return boxed;
}

static const xmlNode *first_boxed(const xmlNode *node)
{
    const xmlNode *child = loader_child(node, NULL);
    while (child != NULL && !loader_is_boxed(child))
        child = loader_next(child, NULL);
    return child;
}

/* The boxed expression inside a named child (<if>, <in>, ...). */
static const struct dmn_boxed *operand(struct loader *loader, const xmlNode *node, const char *name)
{
    const xmlNode *child = loader_child(node, name);
    const struct dmn_boxed *boxed = child != NULL ? loader_boxed_child(loader, child) : NULL;
    if (boxed != NULL) return boxed;
    loader_finding(loader, node, "dmn.expression", N_("Biểu thức thiếu một phần."), "%s", name);
    return loader_broken(loader, "a part of the expression is missing");
}

static void reserve(struct loader *loader, struct dmn_boxed *boxed, size_t variables, size_t parts)
{
    boxed->variables = arena_array(loader->arena, variables, sizeof *boxed->variables);
    boxed->parts = arena_array(loader->arena, parts, sizeof *boxed->parts);
}

static const struct dmn_boxed *context(struct loader *loader, const xmlNode *node)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_CONTEXT);
    size_t count = loader_count(node, "contextEntry"), mark = loader->scope_count;
    reserve(loader, boxed, count, count);
    for (const xmlNode *entry = loader_child(node, "contextEntry"); entry != NULL;
         entry = loader_next(entry, "contextEntry")) {
        const xmlNode *variable = loader_child(entry, "variable"), *logic = first_boxed(entry);
        struct str name = variable != NULL ? loader_name(loader, variable, "name") : STR_NULL;
        size_t before = loader->scope_count;
        const struct dmn_boxed *value;
        if (logic != NULL && xml_is(logic, NULL, "functionDefinition"))
            loader_push(loader, name); /* it may call itself */
        value = logic != NULL ? loader_boxed(loader, logic)
                              : loader_broken(loader, "the entry has no expression");
        loader_pop(loader, before);
        boxed->parts[boxed->part_count++] = value;
        if (name.length == 0) { /* the entry without a name is the result */
            boxed->has_result = true;
            break;
        }
        boxed->variables[boxed->variable_count++] =
            (struct dmn_variable){name, variable != NULL ? loader_type_of(loader, variable) : NULL};
        loader_push(loader, name);
    }
    loader_pop(loader, mark);
    return boxed;
}

static const struct dmn_boxed *list(struct loader *loader, const xmlNode *node)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_LIST);
    reserve(loader, boxed, 0, loader_count(node, NULL));
    for (const xmlNode *child = loader_child(node, NULL); child != NULL; child = loader_next(child, NULL))
        if (loader_is_boxed(child)) boxed->parts[boxed->part_count++] = loader_boxed(loader, child);
    return boxed;
}

static const struct dmn_boxed *relation(struct loader *loader, const xmlNode *node)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_RELATION);
    size_t columns = loader_count(node, "column"), rows = loader_count(node, "row");
    reserve(loader, boxed, columns, columns * rows);
    for (const xmlNode *column = loader_child(node, "column"); column != NULL;
         column = loader_next(column, "column"))
        boxed->variables[boxed->variable_count++] =
            (struct dmn_variable){loader_name(loader, column, "name"), loader_type_of(loader, column)};
    for (const xmlNode *row = loader_child(node, "row"); row != NULL; row = loader_next(row, "row")) {
        const xmlNode *cell = first_boxed(row);
        for (size_t i = 0; i < columns; i++) {
            boxed->parts[boxed->part_count++] = cell != NULL
                                                    ? loader_boxed(loader, cell)
                                                    : loader_broken(loader, "the row has too few cells");
            while (cell != NULL && (cell = loader_next(cell, NULL)) != NULL && !loader_is_boxed(cell))
                ;
        }
    }
    return boxed;
}

/* parts[0]: the function; then one part per binding. */
static const struct dmn_boxed *invocation(struct loader *loader, const xmlNode *node)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_INVOCATION);
    size_t count = loader_count(node, "binding");
    const xmlNode *function = first_boxed(node);
    reserve(loader, boxed, count, count + 1);
    boxed->parts[boxed->part_count++] = function != NULL
                                            ? loader_boxed(loader, function)
                                            : loader_broken(loader, "the invocation names no function");
    for (const xmlNode *binding = loader_child(node, "binding"); binding != NULL;
         binding = loader_next(binding, "binding")) {
        const xmlNode *parameter = loader_child(binding, "parameter"), *value = first_boxed(binding);
        boxed->variables[boxed->variable_count++] = (struct dmn_variable){
            parameter != NULL ? loader_name(loader, parameter, "name") : STR_NULL, NULL};
        boxed->parts[boxed->part_count++] =
            value != NULL ? loader_boxed(loader, value) : loader_broken(loader, "the binding has no value");
    }
    return boxed;
}

const struct dmn_boxed *loader_function(struct loader *loader, const xmlNode *node)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_FUNCTION);
    const char *kind = xml_attribute(node, NULL, "kind", loader->arena);
    const xmlNode *body = first_boxed(node);
    size_t mark = loader->scope_count;
    reserve(loader, boxed, loader_count(node, "formalParameter"), 1);
    for (const xmlNode *parameter = loader_child(node, "formalParameter"); parameter != NULL;
         parameter = loader_next(parameter, "formalParameter")) {
        struct str name = loader_name(loader, parameter, "name");
        boxed->variables[boxed->variable_count++] =
            (struct dmn_variable){name, loader_type_of(loader, parameter)};
        loader_push(loader, name);
    }
    boxed->part_count = 1;
    if (kind != NULL && (strcasecmp(kind, "Java") == 0 || strcasecmp(kind, "PMML") == 0)) {
        loader_finding(loader, node, "dmn.unsupported", N_("Hàm viết bằng Java hoặc PMML không chạy được."),
                       "%s", kind);
        boxed->parts[0] = loader_broken(loader, "external functions are not executed");
    } else if (body == NULL) {
        boxed->parts[0] = loader_broken(loader, "the function has no body");
    } else {
        boxed->parts[0] = loader_boxed(loader, body);
    }
    loader_pop(loader, mark);
    return boxed;
}

static const struct dmn_boxed *conditional(struct loader *loader, const xmlNode *node)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_CONDITIONAL);
    reserve(loader, boxed, 0, 3);
    boxed->parts[0] = operand(loader, node, "if");
    boxed->parts[1] = operand(loader, node, "then");
    boxed->parts[2] = operand(loader, node, "else");
    boxed->part_count = 3;
    return boxed;
}

static const struct dmn_boxed *iterator(struct loader *loader, const xmlNode *node, enum boxed_kind kind)
{
    struct dmn_boxed *boxed = new_boxed(loader, kind);
    struct str name = kind == BOXED_FILTER ? STR("item") : loader_name(loader, node, "iteratorVariable");
    size_t mark = loader->scope_count;
    reserve(loader, boxed, 1, 2);
    boxed->variables[0] = (struct dmn_variable){name, NULL};
    boxed->variable_count = 1;
    boxed->parts[0] = operand(loader, node, "in");
    loader_push(loader, name);
    if (kind == BOXED_FOR) loader_push(loader, STR("partial"));
    for (size_t i = 0; kind == BOXED_FILTER && i < loader->member_count; i++)
        loader_push(loader, loader->members[i]);
    boxed->parts[1] = operand(loader, node,
                              kind == BOXED_FILTER ? "match"
                              : kind == BOXED_FOR  ? "return"
                                                   : "satisfies");
    boxed->part_count = 2;
    loader_pop(loader, mark);
    return boxed;
}

static const struct dmn_boxed *table(struct loader *loader, const xmlNode *node)
{
    struct dmn_boxed *boxed = new_boxed(loader, BOXED_TABLE);
    boxed->table = loader_table(loader, node);
    return boxed->table != NULL ? boxed : loader_broken(loader, "the decision table is malformed");
}

static const char *const boxed_names[] = {
    [BOXED_LITERAL] = "literalExpression",
    [BOXED_TABLE] = "decisionTable",
    [BOXED_CONTEXT] = "context",
    [BOXED_LIST] = "list",
    [BOXED_RELATION] = "relation",
    [BOXED_INVOCATION] = "invocation",
    [BOXED_FUNCTION] = "functionDefinition",
    [BOXED_CONDITIONAL] = "conditional",
    [BOXED_FOR] = "for",
    [BOXED_SOME] = "some",
    [BOXED_EVERY] = "every",
    [BOXED_FILTER] = "filter",
};

static enum boxed_kind kind_of(const xmlNode *node)
{
    for (int kind = BOXED_LITERAL; kind < BOXED_BROKEN; kind++)
        if (xml_is(node, NULL, boxed_names[kind])) return (enum boxed_kind)kind;
    return BOXED_BROKEN;
}

bool loader_is_boxed(const xmlNode *node)
{
    return kind_of(node) != BOXED_BROKEN;
}

const struct dmn_boxed *loader_boxed(struct loader *loader, const xmlNode *node)
{
    const struct dmn_boxed *boxed = NULL;
    const struct dmn_item *type = loader_type_of(loader, node);
    enum boxed_kind kind = kind_of(node);
    switch (kind) {
    case BOXED_LITERAL:
        boxed = loader_literal(loader, node);
        break;
    case BOXED_TABLE:
        boxed = table(loader, node);
        break;
    case BOXED_CONTEXT:
        boxed = context(loader, node);
        break;
    case BOXED_LIST:
        boxed = list(loader, node);
        break;
    case BOXED_RELATION:
        boxed = relation(loader, node);
        break;
    case BOXED_INVOCATION:
        boxed = invocation(loader, node);
        break;
    case BOXED_FUNCTION:
        boxed = loader_function(loader, node);
        break;
    case BOXED_CONDITIONAL:
        boxed = conditional(loader, node);
        break;
    case BOXED_FOR:
    case BOXED_SOME:
    case BOXED_EVERY:
    case BOXED_FILTER:
        boxed = iterator(loader, node, kind);
        break;
    case BOXED_BROKEN:
        return loader_broken(loader, "the kind of expression is not known");
    }
    if (type != NULL &&
        kind != BOXED_FUNCTION) { /* the type of a function definition is that of its result, or its own */
        struct dmn_boxed *typed = arena_alloc(loader->arena, sizeof *typed);
        *typed = *boxed;
        typed->type = type;
        return typed;
    }
    return boxed;
}

const struct dmn_boxed *loader_boxed_child(struct loader *loader, const xmlNode *node)
{
    const xmlNode *child = first_boxed(node);
    return child != NULL ? loader_boxed(loader, child) : NULL;
}
