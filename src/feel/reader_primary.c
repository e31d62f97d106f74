/* Literals, names, brackets of all kinds, paths, filters, calls, and the expressions that begin with a
 * keyword. */
#include "builtin.h"
#include "reader.h"
#include "temporal.h"

static struct node *literal(struct reader *reader, const struct feel_value *value)
{
    struct node *node = reader_node(reader, NODE_LITERAL);
    node->value = value;
    return node;
}

static char here(struct reader *reader)
{
    return reader->at < reader->text.length ? reader->text.data[reader->at] : '\0';
}

/* @"..."; a text with a zone name is read when it is evaluated, because the zone must exist. */
static struct node *at_literal(struct reader *reader)
{
    struct str text;
    struct node *node;
    reader->at++;
    reader_skip(reader);
    if (here(reader) != '"') return reader_fail(reader, "a string behind '@'");
    if (!reader_string(reader, &text)) return NULL;
    node = reader_node(reader, NODE_AT_LITERAL);
    node->name = text;
    return node;
}

static struct node *name(struct reader *reader)
{
    struct node *node;
    bool known;
    struct str text = reader_used_name(reader, false, &known);
    bool listed = false, member = false;
    if (text.length == 0) return reader_fail(reader, "a value, a name or '('");
    node = reader_node(reader, NODE_NAME);
    node->name = text;
    node->builtin = builtin_function(text);
    if (str_equal_cstr(text, "partial")) reader->partial_reads++;
    if (str_equal_cstr(text, "?")) {
        reader->input_reads++;
        node->reads_input = true;
        return node;
    }
    if (reader->names != NULL)
        for (size_t i = 0; i < reader->names->variable_count && !listed; i++)
            listed = str_equal(reader->names->variables[i], text);
    if (known && !listed && node->builtin == NULL) { /* the entry of a context inside a filter, or local */
        for (const struct scope *scope = reader->scope; scope != NULL; scope = scope->parent)
            member |= scope->members;
    }
    reader_skip(reader);
    if (listed || (!member && (node->builtin == NULL || here(reader) != '(')))
        reader_note_variable(reader, text);
    return node;
}

/* The end of a range. '[' may close the range or begin a filter: first try the filter. */
static struct node *range_end(struct reader *reader)
{
    size_t start = reader->at, variables = reader->variable_count;
    unsigned depth = reader->depth;
    const struct scope *scope = reader->scope;
    bool no_filter = reader->no_filter;
    struct node *node;
    reader->no_filter = false;
    node = reader_arithmetic(reader);
    if (node != NULL) reader_skip(reader);
    if (!reader->too_deep && !reader->too_long &&
        (node == NULL || (here(reader) != ']' && here(reader) != ')' && here(reader) != '['))) {
        reader->failed = false;
        reader->at = start;
        reader->variable_count = variables;
        reader->depth = depth;
        reader->scope = scope;
        reader->no_filter = true;
        node = reader_arithmetic(reader);
    }
    reader->no_filter = no_filter;
    return node;
}

static struct node *range_tail(struct reader *reader, bool low_closed, const struct node *low)
{
    struct node *node = reader_node(reader, NODE_RANGE);
    node->low_closed = low_closed;
    node->left = low;
    node->right = range_end(reader);
    if (node->right == NULL) return NULL;
    if (reader_accept(reader, "]"))
        node->high_closed = true;
    else if (!reader_accept(reader, ")") && !reader_accept(reader, "["))
        return reader_fail(reader, "the end of the range: ']', ')' or '['");
    return node;
}

static struct node *parenthesis(struct reader *reader)
{
    struct node *inner;
    reader->at++;
    inner = reader_positive_test(reader);
    if (inner == NULL) return NULL;
    if (reader_accept(reader, "..")) return range_tail(reader, false, inner);
    return reader_accept(reader, ")") ? inner : reader_fail(reader, "')'");
}

static struct node *bracket(struct reader *reader)
{
    struct node_list items = {NULL, 0, 0};
    struct node *node;
    reader->at++;
    if (!reader_accept(reader, "]")) {
        do {
            struct node *item = reader_positive_test(reader);
            if (item == NULL) return NULL;
            if (items.count == 0 && reader_accept(reader, "..")) return range_tail(reader, true, item);
            reader_push(reader, &items, item);
        } while (reader_accept(reader, ","));
        if (!reader_accept(reader, "]")) return reader_fail(reader, "',' or ']'");
    }
    node = reader_node(reader, NODE_LIST);
    node->items = items.items;
    node->count = items.count;
    return node;
}

static struct node *open_range(struct reader *reader)
{
    struct node *low;
    reader->at++;
    low = reader_arithmetic(reader);
    if (low == NULL) return NULL;
    return reader_accept(reader, "..") ? range_tail(reader, false, low) : reader_fail(reader, "'..'");
}

static bool context_key(struct reader *reader, struct str *key)
{
    reader_skip(reader);
    if (here(reader) == '"') {
        if (!reader_string(reader, key)) return false;
    } else {
        *key = reader_declared_name(reader, ":", false);
        if (key->length == 0) {
            reader_fail(reader, "the name of an entry");
            return false;
        }
    }
    if (reader_accept(reader, ":")) return true;
    reader_fail(reader, "':' behind the name of the entry");
    return false;
}

/* Each entry sees the entries before it; a function also sees itself. */
static struct node *context(struct reader *reader)
{
    struct name_list keys = {NULL, 0, 0};
    struct node_list values = {NULL, 0, 0};
    struct scope scope = {reader->scope, NULL, 0, false};
    struct node *node = NULL;
    reader->at++;
    reader->scope = &scope;
    if (!reader_accept(reader, "}")) {
        do {
            struct str key;
            struct node *value;
            if (!context_key(reader, &key)) goto done;
            reader_push_name(reader, &keys, key);
            reader_note_member(reader, key);
            scope.names = keys.items;
            scope.count = reader_at_word(reader, "function") ? keys.count : keys.count - 1;
            value = reader_positive_test(reader);
            if (value == NULL) goto done;
            scope.count = keys.count;
            reader_push(reader, &values, value);
        } while (reader_accept(reader, ","));
        if (!reader_accept(reader, "}")) {
            reader_fail(reader, "',' or '}'");
            goto done;
        }
    }
    node = reader_node(reader, NODE_CONTEXT);
    node->names = keys.items;
    node->items = values.items;
    node->count = values.count;
done:
    reader->scope = scope.parent;
    return node;
}

/* ---- function definitions ---- */

static bool parameters(struct reader *reader, struct node *node)
{
    struct name_list names = {NULL, 0, 0};
    struct node_list unused = {NULL, 0, 0};
    const struct feel_type **types = NULL;
    size_t capacity = 0;
    (void)unused;
    if (!reader_accept(reader, "(")) {
        reader_fail(reader, "'(' behind 'function'");
        return false;
    }
    if (reader_accept(reader, ")")) return true;
    do {
        struct str parameter = reader_declared_name(reader, ":,)", false);
        const struct feel_type *type = NULL;
        if (parameter.length == 0) {
            reader_fail(reader, "the name of a parameter");
            return false;
        }
        if (reader_accept(reader, ":") && (type = reader_type(reader)) == NULL) return false;
        if (names.count == capacity) {
            const struct feel_type **larger;
            capacity = capacity == 0 ? 4 : capacity * 2;
            larger = arena_array(reader->arena, capacity, sizeof *larger);
            if (names.count > 0) memcpy(larger, types, names.count * sizeof *larger);
            types = larger;
        }
        types[names.count] = type;
        reader_push_name(reader, &names, parameter);
    } while (reader_accept(reader, ","));
    node->names = names.items;
    node->count = names.count;
    node->types = types;
    if (reader_accept(reader, ")")) return true;
    reader_fail(reader, "',' or ')'");
    return false;
}

static struct node *function_definition(struct reader *reader)
{
    struct node *node = reader_node(reader, NODE_FUNCTION);
    struct scope scope;
    reader->functions++;
    if (!parameters(reader, node)) return NULL;
    if (reader_accept(reader, ":") && reader_type(reader) == NULL) return NULL;
    if (reader_accept_word(reader, "external")) {
        size_t variables = reader->variable_count;
        node->external = true;
        node->left = reader_expression(reader);
        reader->variable_count = variables;
        return node->left != NULL ? node : NULL;
    }
    scope = (struct scope){reader->scope, node->names, node->count, false};
    reader->scope = &scope;
    node->left = reader_expression(reader);
    reader->scope = scope.parent;
    return node->left != NULL ? node : NULL;
}

/* ---- if, for, some, every ---- */

static struct node *conditional(struct reader *reader)
{
    struct node *node = reader_node(reader, NODE_IF);
    if ((node->left = reader_expression(reader)) == NULL) return NULL;
    if (!reader_accept_word(reader, "then")) return reader_fail(reader, "'then'");
    if ((node->right = reader_expression(reader)) == NULL) return NULL;
    if (!reader_accept_word(reader, "else")) return reader_fail(reader, "'else'");
    node->third = reader_expression(reader);
    return node->third != NULL ? node : NULL;
}

struct iteration {
    struct name_list names;
    struct node_list lists, ends;
};

/* "x in list" or "x in from..to"; the lists of later variables see the earlier ones. */
static bool iteration_contexts(struct reader *reader, struct scope *scope, struct iteration *iteration)
{
    do {
        struct str variable = reader_declared_name(reader, "", true);
        struct node *list, *end = NULL;
        if (variable.length == 0 || !reader_accept_word(reader, "in")) {
            reader_fail(reader, "a variable and 'in'");
            return false;
        }
        list = reader_expression(reader);
        if (list == NULL) return false;
        if (reader_accept(reader, "..") && (end = reader_expression(reader)) == NULL) return false;
        reader_push_name(reader, &iteration->names, variable);
        reader_push(reader, &iteration->lists, list);
        reader_push(reader, &iteration->ends, end);
        scope->names = iteration->names.items;
        scope->count = iteration->names.count;
    } while (reader_accept(reader, ","));
    return true;
}

static struct node *iterated(struct reader *reader, enum node_kind kind)
{
    static const struct str partial = {"partial", 7};
    struct node *node = reader_node(reader, kind);
    struct scope outer = {reader->scope, &partial, kind == NODE_FOR, false};
    struct scope scope = {&outer, NULL, 0, false};
    struct iteration iteration = {.names = {NULL, 0, 0}};
    unsigned functions = reader->functions, partials = reader->partial_reads;
    const char *word = kind == NODE_FOR ? "return" : "satisfies";
    reader->scope = &scope;
    if (iteration_contexts(reader, &scope, &iteration)) {
        if (!reader_accept_word(reader, word))
            reader_fail(reader, kind == NODE_FOR ? "'return'" : "'satisfies'");
        else
            node->left = reader_expression(reader);
    }
    reader->scope = outer.parent;
    node->makes_function = reader->functions != functions;
    node->uses_partial = reader->partial_reads != partials;
    node->names = iteration.names.items;
    node->items = iteration.lists.items;
    node->range_ends = iteration.ends.items;
    node->count = iteration.lists.count;
    return node->left != NULL && !reader->failed ? node : NULL;
}

static struct node *primary_word(struct reader *reader)
{
    if (reader_accept_word(reader, "true")) return literal(reader, feel_boolean(true));
    if (reader_accept_word(reader, "false")) return literal(reader, feel_boolean(false));
    if (reader_accept_word(reader, "null")) return literal(reader, feel_null());
    if (reader_accept_word(reader, "if")) return conditional(reader);
    if (reader_accept_word(reader, "for")) return iterated(reader, NODE_FOR);
    if (reader_accept_word(reader, "some")) return iterated(reader, NODE_SOME);
    if (reader_accept_word(reader, "every")) return iterated(reader, NODE_EVERY);
    if (reader_accept_word(reader, "function")) return function_definition(reader);
    return NULL;
}

static struct node *primary(struct reader *reader)
{
    struct node *node = NULL;
    bool no_filter = reader->no_filter;
    size_t start;
    char c;
    reader_skip(reader);
    if (reader->failed) return NULL;
    c = here(reader);
    start = reader->at;
    if (c == '(' || c == '[' || c == '{' || c == ']') {
        reader->no_filter = false;
        node = c == '('   ? parenthesis(reader)
               : c == '[' ? bracket(reader)
               : c == '{' ? context(reader)
                          : open_range(reader);
        reader->no_filter = no_filter;
        return node;
    }
    if (c == '"') {
        struct str text;
        return reader_string(reader, &text) ? literal(reader, feel_string(reader->arena, text)) : NULL;
    }
    if (c == '@') return at_literal(reader);
    if ((c >= '0' && c <= '9') ||
        (c == '.' && reader->at + 1 < reader->text.length && reader->text.data[reader->at + 1] >= '0' &&
         reader->text.data[reader->at + 1] <= '9'))
        return reader_number(reader);
    if (!reader_is_keyword(reader_word(reader, start))) return name(reader);
    { /* a known name may begin with a keyword */
        bool known;
        struct str longer = reader_used_name(reader, false, &known);
        reader->at = start;
        if (known && longer.length > 0) return name(reader);
    }
    node = primary_word(reader);
    return node != NULL || reader->failed ? node : reader_fail(reader, "a value, a name or '('");
}

/* ---- paths, filters, calls ---- */

static struct node *path(struct reader *reader, enum node_kind kind, const struct node *left)
{
    struct node *node = reader_node(reader, kind);
    bool known;
    node->left = left;
    node->name = reader_used_name(reader, true, &known);
    if (node->name.length > 0) return node;
    { /* after a dot a keyword is a plain name */
        struct str word = reader_word(reader, reader->at);
        if (word.length == 0) return reader_fail(reader, "a name behind '.'");
        reader->at += word.length;
        node->name = word;
    }
    return node;
}

static struct node *filter(struct reader *reader, const struct node *left)
{
    static const struct str item = {"item", 4};
    struct node *node = reader_node(reader, NODE_FILTER);
    struct scope scope = {reader->scope, &item, 1, true};
    unsigned functions = reader->functions;
    bool no_filter = reader->no_filter;
    reader->no_filter = false;
    reader->scope = &scope;
    node->left = left;
    node->right = reader_positive_test(reader);
    reader->scope = scope.parent;
    reader->no_filter = no_filter;
    node->makes_function = reader->functions != functions;
    if (node->right == NULL) return NULL;
    return reader_accept(reader, "]") ? node : reader_fail(reader, "']'");
}

/* "name:" in front of an argument. */
static struct str argument_name(struct reader *reader)
{
    size_t start;
    struct str text;
    reader_skip(reader);
    start = reader->at;
    text = reader_declared_name(reader, ":", false);
    if (text.length > 0 && reader_accept(reader, ":")) return text;
    reader->at = start;
    return STR_NULL;
}

static struct node *call(struct reader *reader, const struct node *left)
{
    struct node *node = reader_node(reader, NODE_CALL);
    struct node_list arguments = {NULL, 0, 0};
    struct name_list names = {NULL, 0, 0};
    bool no_filter = reader->no_filter;
    reader->no_filter = false;
    node->left = left;
    if (!reader_accept(reader, ")")) {
        do {
            struct str text = argument_name(reader);
            struct node *argument = reader_positive_test(reader);
            if (argument == NULL) return NULL;
            if (arguments.count != (text.length > 0 ? names.count : arguments.count) ||
                (text.length == 0 && names.count > 0))
                return reader_fail(reader, "either all arguments named or none");
            if (text.length > 0) reader_push_name(reader, &names, text);
            reader_push(reader, &arguments, argument);
        } while (reader_accept(reader, ","));
        if (!reader_accept(reader, ")")) return reader_fail(reader, "',' or ')'");
    }
    reader->no_filter = no_filter;
    node->items = arguments.items;
    node->count = arguments.count;
    node->names = names.count > 0 ? names.items : NULL;
    return node;
}

/* Behind a value: 1 for the dot of a path, 3 for those of `left...name`, else 0: two begin the end of a
 * range, and so do three before a number. */
static size_t path_dots(const struct reader *reader)
{
    size_t dots = 0, next;
    while (reader->at + dots < reader->text.length && reader->text.data[reader->at + dots] == '.')
        dots++;
    if (dots == 3 && !reader_name_start(reader_peek(reader, reader->at + dots, &next))) return 0;
    return dots == 1 || dots == 3 ? dots : 0;
}

struct node *reader_postfix(struct reader *reader)
{
    struct node *node = primary(reader);
    while (node != NULL && !reader->failed) {
        reader_skip(reader);
        if (reader->failed) return NULL;
        size_t dots = path_dots(reader);
        if (dots > 0) {
            reader->at += dots;
            node = path(reader, dots == 1 ? NODE_PATH : NODE_DESCENDANTS, node);
        } else if (here(reader) == '[' && !reader->no_filter) {
            reader->at++;
            node = filter(reader, node);
        } else if (here(reader) == '(') {
            reader->at++;
            node = call(reader, node);
        } else {
            break;
        }
    }
    return reader->failed ? NULL : node;
}
