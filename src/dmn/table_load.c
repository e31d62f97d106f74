/* Reading decision tables (DMN 1.3, chapter 8). */
#include "loader.h"

#include "motcua/codec/xml.h"

static bool word(const char *text, const char *const *words, int *index)
{
    for (int i = 0; words[i] != NULL; i++)
        if (text != NULL && strcmp(text, words[i]) == 0) {
            *index = i;
            return true;
        }
    return false;
}

static bool policy(struct loader *loader, const xmlNode *node, struct dmn_table *table)
{
    static const char *const policies[] = {"UNIQUE",     "ANY",          "PRIORITY", "FIRST",
                                           "RULE ORDER", "OUTPUT ORDER", "COLLECT",  NULL};
    static const char *const aggregations[] = {"", "SUM", "MIN", "MAX", "COUNT", NULL};
    const char *text = xml_attribute(node, NULL, "hitPolicy", loader->arena);
    const char *aggregation = xml_attribute(node, NULL, "aggregation", loader->arena);
    int index = HIT_UNIQUE;
    if (text != NULL && !word(text, policies, &index)) {
        loader_finding(loader, node, "dmn.table", N_("Cách chọn kết quả (hit policy) của bảng không hợp lệ."),
                       "%s", text);
        return false;
    }
    table->policy = (enum hit_policy)index;
    index = AGGREGATE_NONE;
    if (aggregation != NULL && !word(aggregation, aggregations, &index)) {
        loader_finding(loader, node, "dmn.table", N_("Phép gộp kết quả của bảng không hợp lệ."), "%s",
                       aggregation);
        return false;
    }
    if (table->policy == HIT_COLLECT) table->aggregation = (enum aggregation)index;
    return true;
}

static const char *text_of_child(struct loader *loader, const xmlNode *node, const char *name)
{
    const xmlNode *child = loader_child(node, name);
    return child != NULL ? loader_text(loader, child) : NULL;
}

static void input_clauses(struct loader *loader, const xmlNode *node, struct dmn_table *table)
{
    table->inputs = arena_array(loader->arena, loader_count(node, "input"), sizeof *table->inputs);
    for (const xmlNode *input = loader_child(node, "input"); input != NULL;
         input = loader_next(input, "input")) {
        struct dmn_input_clause *clause = &table->inputs[table->input_count++];
        const xmlNode *expression = loader_child(input, "inputExpression");
        clause->expression = expression != NULL ? loader_literal(loader, expression)
                                                : loader_broken(loader, "the column has no input expression");
        if (expression != NULL) clause->type = loader_type_of(loader, expression);
        clause->allowed = loader_compile(loader, input, text_of_child(loader, input, "inputValues"), true);
    }
}

/* The allowed values as a list in the order of priority: of the clause, else of its type. */
static const struct feel_expression *priorities(struct loader *loader, const xmlNode *output,
                                                const struct dmn_item *type)
{
    const char *text = text_of_child(loader, output, "outputValues");
    while ((text == NULL || *text == '\0') && type != NULL) {
        text = type->allowed_text;
        type = type->base;
    }
    if (text == NULL || *text == '\0' || strlen(text) > FEEL_MAXIMUM_TEXT - 2) return NULL;
    return loader_compile(loader, output, arena_printf(loader->arena, "[%s]", text), false);
}

/* In a table of one column the type of the decision counts when the column names none. */
static void output_clauses(struct loader *loader, const xmlNode *node, struct dmn_table *table)
{
    table->outputs = arena_array(loader->arena, loader_count(node, "output"), sizeof *table->outputs);
    for (const xmlNode *output = loader_child(node, "output"); output != NULL;
         output = loader_next(output, "output")) {
        struct dmn_output_clause *clause = &table->outputs[table->output_count++];
        const xmlNode *otherwise = loader_child(output, "defaultOutputEntry");
        bool ordered = table->policy == HIT_PRIORITY || table->policy == HIT_OUTPUT_ORDER;
        const struct dmn_item *type;
        clause->name = loader_name(loader, output, "name");
        clause->type = type = loader_type_of(loader, output);
        clause->allowed = loader_compile(loader, output, text_of_child(loader, output, "outputValues"), true);
        if (type == NULL) type = loader_type_of(loader, node);
        if (ordered) clause->order = priorities(loader, output, type);
        if (otherwise != NULL && loader_text(loader, otherwise) != NULL &&
            *loader_text(loader, otherwise) != '\0')
            clause->otherwise = loader_literal(loader, otherwise);
    }
}

static bool rule(struct loader *loader, const xmlNode *node, struct dmn_table *table)
{
    struct dmn_rule *result = &table->rules[table->rule_count];
    const xmlNode *entry = loader_child(node, "inputEntry");
    if (loader_count(node, "inputEntry") != table->input_count ||
        loader_count(node, "outputEntry") != table->output_count) {
        loader_finding(loader, node, "dmn.table", N_("Một dòng của bảng có số ô khác số cột."), "rule %zu",
                       table->rule_count + 1);
        return false;
    }
    result->tests = arena_array(loader->arena, table->input_count, sizeof *result->tests);
    result->outputs = arena_array(loader->arena, table->output_count, sizeof *result->outputs);
    for (size_t i = 0; i < table->input_count; i++, entry = loader_next(entry, "inputEntry")) {
        const char *text = loader_text(loader, entry);
        if (text != NULL && *text != '\0' && !loader_is_feel(loader, entry)) continue;
        result->tests[i] = loader_compile(loader, entry, text == NULL || *text == '\0' ? "-" : text, true);
    }
    entry = loader_child(node, "outputEntry");
    for (size_t i = 0; i < table->output_count; i++, entry = loader_next(entry, "outputEntry")) {
        const char *text = loader_text(loader, entry);
        result->outputs[i] = text == NULL || *text == '\0' ? loader_broken(loader, "the cell is empty")
                                                           : loader_literal(loader, entry);
    }
    table->rule_count++;
    return true;
}

const struct dmn_table *loader_table(struct loader *loader, const xmlNode *node)
{
    struct dmn_table *table = arena_zalloc(loader->arena, sizeof *table);
    if (!policy(loader, node, table)) return NULL;
    input_clauses(loader, node, table);
    output_clauses(loader, node, table);
    if (table->output_count == 0) {
        loader_finding(loader, node, "dmn.table", N_("Bảng quyết định không có cột kết quả."), NULL);
        return NULL;
    }
    table->rules = arena_array(loader->arena, loader_count(node, "rule"), sizeof *table->rules);
    for (const xmlNode *child = loader_child(node, "rule"); child != NULL; child = loader_next(child, "rule"))
        if (!rule(loader, child, table)) return NULL;
    return table;
}
