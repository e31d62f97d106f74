/*
 * Texts of a model that are computed: FEEL as it stands, "=…" (Zeebe), "${…}" and "#{…}" (Camunda family).
 * The latter are read as unified expression language and written as FEEL (unified.c), or are FEEL as they
 * stand. What is neither is a finding.
 */
#include "builder.h"
#include "motcua/base/buf.h"
#include "motcua/base/utf8.h"

#define MAXIMUM_REWRITTEN 32768

bool bpmn_is_simple_name(struct str text)
{
    if (text.length == 0 || (text.data[0] >= '0' && text.data[0] <= '9')) return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (!(c == '_' || c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
              (c >= 'A' && c <= 'Z')))
            return false;
    }
    return true;
}

/* ---- names the data may have ---- */

static void add_name(struct builder *builder, struct str name)
{
    if (name.length == 0 || name.length > 200 || bpmn_is_simple_name(name) || builder->names.count >= 2000)
        return;
    if (name.data[0] == '=' || str_find(name, STR("${")) >= 0) return;
    for (size_t i = 0; i < builder->names.count; i++)
        if (str_equal(builder->names.items[i], name)) return;
    VEC_PUSH(builder->arena, &builder->names, name);
}

static void collect_from(struct builder *builder, const xmlNode *node)
{
    static const char *const with_name[] = {"dataObject", "dataObjectReference", "property",      "dataInput",
                                            "dataOutput", "inputDataItem",       "outputDataItem"};
    for (size_t i = 0; i < sizeof with_name / sizeof *with_name; i++)
        if (bpmn_is_bpmn(node, with_name[i])) add_name(builder, bpmn_attribute(builder, node, "name"));
    if (xml_is(node, NULL, "formField")) add_name(builder, bpmn_attribute(builder, node, "id"));
    static const char *const targets[] = {"target", "resultVariable", "elementVariable", "inputElement"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        add_name(builder, bpmn_attribute(builder, node, targets[i]));
        add_name(builder, bpmn_extension_attribute(builder, node, targets[i]));
    }
}

void bpmn_collect_names(struct builder *builder)
{
    const xmlNode *node = builder->definitions;
    while (node != NULL) {
        if (node->type == XML_ELEMENT_NODE) collect_from(builder, node);
        if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
            node = node->children;
            continue;
        }
        while (node != builder->definitions && node->next == NULL)
            node = node->parent;
        node = node == builder->definitions ? NULL : node->next;
    }
    const struct feel_names *given = builder->options->names;
    for (size_t i = 0; given != NULL && i < given->variable_count; i++)
        add_name(builder, given->variables[i]);
    builder->feel_names = given != NULL ? *given : (struct feel_names){0};
    builder->feel_names.variables = builder->names.items;
    builder->feel_names.variable_count = builder->names.count;
}

static size_t string_end(struct str text, size_t from, char quote)
{
    for (size_t i = from + 1; i < text.length; i++) {
        if (text.data[i] == '\\')
            i++;
        else if (text.data[i] == quote)
            return i + 1;
    }
    return text.length;
}

/* Position of `wanted` outside strings and brackets, or -1. */
static ptrdiff_t find_outside(struct str text, char wanted)
{
    int depth = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '"' || c == '\'') {
            i = string_end(text, i, c) - 1;
            continue;
        }
        if (c == wanted && depth == 0) return (ptrdiff_t)i;
        depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
    }
    return -1;
}

/* ---- reading ---- */

struct bpmn_expression bpmn_literal_value(struct str text)
{
    return (struct bpmn_expression){.text = text, .literal = true};
}

struct bpmn_expression bpmn_variable_value(struct builder *builder, struct str name)
{
    struct bpmn_expression result = {.text = name};
    struct feel_names names = {.variables = &name, .variable_count = 1};
    (void)!feel_compile(builder->arena, name, &names, &result.feel, NULL);
    return result;
}

static bool compile(struct builder *builder, struct str text, struct bpmn_expression *result,
                    struct error *error)
{
    const struct feel_expression *feel = NULL;
    if (feel_compile(builder->arena, text, &builder->feel_names, &feel, error) != STATUS_OK) return false;
    *result = (struct bpmn_expression){.text = text, .feel = feel};
    return true;
}

static void unreadable(struct builder *builder, const struct bpmn_node *node, struct str text,
                       const struct error *error)
{
    if (error->status == STATUS_TOO_LARGE) {
        bpmn_refuse(builder, node, "bpmn.expression_too_large",
                    N_("Biểu thức FEEL quá dài hoặc lồng nhau quá sâu."), STR_NULL);
        return;
    }
    struct str shown = str_slice(text, 0, 200);
    while (shown.length > 0 && !utf8_valid(shown))
        shown.length--;
    bpmn_refuse(builder, node, "bpmn.unreadable_expression", N_("Không đọc được biểu thức FEEL: %s"), shown);
}

/* `unified`: the text stood in ${...}. FEEL reads "a eq b" as one name with spaces, so there the unified
 * language is tried first; elsewhere plain FEEL is. */
static struct bpmn_expression read_feel(struct builder *builder, const struct bpmn_node *node,
                                        struct str text, bool unified)
{
    struct bpmn_expression result = {.text = text};
    struct error error = {0};
    if (!unified && compile(builder, text, &result, &error)) return result;
    struct str feel = text;
    enum bpmn_unified found = bpmn_unified_to_feel(builder->arena, text, &feel);
    if (found == BPMN_UNIFIED_WRITTEN && compile(builder, feel, &result, NULL)) return result;
    if (unified && found == BPMN_UNIFIED_NOT && compile(builder, text, &result, &error)) return result;
    unreadable(builder, node, text, &error);
    return (struct bpmn_expression){.text = text};
}

static bool is_wrapped(struct str text, char first)
{
    return text.length > 3 && text.data[0] == first && text.data[1] == '{' &&
           text.data[text.length - 1] == '}' &&
           find_outside(str_slice(text, 2, text.length), '}') == (ptrdiff_t)text.length - 3;
}

struct bpmn_expression bpmn_read_expression(struct builder *builder, const struct bpmn_node *node,
                                            struct str text)
{
    text = str_trim(text);
    if (text.length == 0) return (struct bpmn_expression){.text = STR_NULL};
    if (is_wrapped(text, '$') || is_wrapped(text, '#'))
        return read_feel(builder, node, str_trim(str_slice(text, 2, text.length - 1)), true);
    if (text.data[0] == '=')
        return read_feel(builder, node, str_trim(str_slice(text, 1, text.length)), false);
    return read_feel(builder, node, text, false);
}

/* "order-${id}" → "order-" + string(id) */
static struct bpmn_expression read_template(struct builder *builder, const struct bpmn_node *node,
                                            struct str text)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(MAXIMUM_REWRITTEN);
    bool first = true, foreign = false;
    for (size_t i = 0; i < text.length;) {
        struct str rest = str_slice(text, i, text.length);
        bool computed =
            rest.length > 2 && (rest.data[0] == '$' || rest.data[0] == '#') && rest.data[1] == '{';
        buf_append_cstr(&out, first ? "" : " + ");
        first = false;
        if (computed) {
            ptrdiff_t end = find_outside(str_slice(rest, 2, rest.length), '}');
            size_t stop = end < 0 ? rest.length : (size_t)end + 2;
            struct str inside = str_slice(rest, 2, stop), feel = inside;
            buf_append_cstr(&out, "string(");
            if (bpmn_unified_to_feel(builder->arena, inside, &feel) == BPMN_UNIFIED_FOREIGN) foreign = true;
            buf_append_str(&out, feel);
            buf_append_char(&out, ')');
            i += end < 0 ? rest.length : stop + 1;
            continue;
        }
        size_t stop = i + 1;
        while (stop < text.length && !((text.data[stop] == '$' || text.data[stop] == '#') &&
                                       stop + 1 < text.length && text.data[stop + 1] == '{'))
            stop++;
        buf_append_char(&out, '"');
        for (; i < stop; i++) {
            if (text.data[i] == '"' || text.data[i] == '\\') buf_append_char(&out, '\\');
            buf_append_char(&out, text.data[i]);
        }
        buf_append_char(&out, '"');
    }
    if (foreign) {
        unreadable(builder, node, text, &(struct error){0});
        return (struct bpmn_expression){.text = text};
    }
    return read_feel(builder, node, buf_copy(&out, builder->arena), false);
}

struct bpmn_expression bpmn_read_value(struct builder *builder, const struct bpmn_node *node, struct str text)
{
    text = str_trim(text);
    if (text.length == 0) return (struct bpmn_expression){.text = STR_NULL};
    if (text.data[0] == '=' && text.length > 1) return bpmn_read_expression(builder, node, text);
    if (is_wrapped(text, '$') || is_wrapped(text, '#')) return bpmn_read_expression(builder, node, text);
    if (str_find(text, STR("${")) >= 0 || str_find(text, STR("#{")) >= 0)
        return read_template(builder, node, text);
    return bpmn_literal_value(text);
}
