/* Entry points of the reader: text to compiled expression, with the place of a syntax error. */
#include "motcua/base/utf8.h"

#include "context.h"
#include "reader.h"

static enum status report(const struct reader *reader, struct error *error)
{
    unsigned line = 1, column = 1;
    size_t limit = reader->failed_at < reader->text.length ? reader->failed_at : reader->text.length;
    enum status status;
    char *place;
    if (reader->too_deep)
        return error_set(error, reader->arena, STATUS_TOO_LARGE, "feel.text_too_deep",
                         N_("Biểu thức lồng nhau quá nhiều tầng. Hãy tách thành các biểu thức nhỏ hơn."),
                         "nested more than %d deep", MAXIMUM_NESTING);
    if (reader->too_long)
        return error_set(error, reader->arena, STATUS_TOO_LARGE, "feel.text_too_long",
                         N_("Biểu thức quá dài hoặc quá phức tạp. Hãy tách thành các biểu thức nhỏ hơn."),
                         "more than %d characters to read", MAXIMUM_WORK);
    for (size_t at = 0; at < limit;) {
        uint32_t c = utf8_next(reader->text, &at);
        column = c == '\n' ? 1 : column + 1;
        line += c == '\n';
    }
    place = arena_printf(reader->arena, "%u:%u", line, column);
    status = error_set(error, reader->arena, STATUS_INVALID, "feel.syntax",
                       N_("Biểu thức FEEL viết sai ở vị trí %s (dòng:cột). Hãy kiểm tra lại."),
                       "%s: expected %s", place, reader->expected);
    if (error != NULL) error->argument = place;
    return status;
}

static enum status check_text(struct arena *arena, struct str text, struct error *error)
{
    if (text.length > FEEL_MAXIMUM_TEXT)
        return error_set(error, arena, STATUS_TOO_LARGE, "feel.text_too_long",
                         N_("Biểu thức quá dài hoặc quá phức tạp. Hãy tách thành các biểu thức nhỏ hơn."),
                         "%zu bytes, at most %d", text.length, FEEL_MAXIMUM_TEXT);
    if (!utf8_valid(text))
        return error_set(error, arena, STATUS_INVALID, "feel.encoding",
                         N_("Biểu thức chứa ký tự không hợp lệ (không phải UTF-8)."), "not valid UTF-8");
    return STATUS_OK;
}

static void start(struct reader *reader, struct arena *arena, struct str text, const struct feel_names *names)
{
    *reader = (struct reader){.arena = arena, .text = arena_str(arena, text), .names = names};
    reader->arena_start = arena_used(arena);
}

/* Several expressions with commas between them are a list (rule 3 of the grammar). */
static const struct node *expressions(struct reader *reader)
{
    const struct node *first = reader_expression(reader);
    struct node_list items = {NULL, 0, 0};
    struct node *list;
    if (first == NULL || !reader_accept(reader, ",")) return first;
    reader_push(reader, &items, first);
    do {
        const struct node *item = reader_expression(reader);
        if (item == NULL) return NULL;
        reader_push(reader, &items, item);
    } while (reader_accept(reader, ","));
    list = reader_node(reader, NODE_LIST);
    list->items = items.items;
    list->count = items.count;
    return list;
}

static enum status compile(struct arena *arena, struct str text, const struct feel_names *names, bool unary,
                           const struct feel_expression **expression, struct error *error)
{
    struct reader reader;
    struct feel_expression *result;
    const struct node *root;
    enum status status = check_text(arena, text, error);
    if (status != STATUS_OK) return status;
    start(&reader, arena, text, names);
    root = unary ? reader_unary_tests(&reader) : expressions(&reader);
    reader_skip(&reader);
    if (!reader.failed && reader.at != reader.text.length) reader_fail(&reader, "the end of the expression");
    if (reader.failed || root == NULL) return report(&reader, error);
    result = arena_zalloc(arena, sizeof *result);
    result->root = root;
    result->unary = unary;
    result->variables = reader.variables;
    result->variable_count = reader.variable_count;
    *expression = result;
    return STATUS_OK;
}

enum status feel_compile(struct arena *arena, struct str text, const struct feel_names *names,
                         const struct feel_expression **expression, struct error *error)
{
    return compile(arena, text, names, false, expression, error);
}

enum status feel_compile_unary_tests(struct arena *arena, struct str text, const struct feel_names *names,
                                     const struct feel_expression **expression, struct error *error)
{
    return compile(arena, text, names, true, expression, error);
}

enum status feel_compile_type(struct arena *arena, struct str text, const struct feel_named_type *types,
                              size_t type_count, const struct feel_type **type, struct error *error)
{
    struct reader reader;
    struct feel_names names = {.types = types, .type_count = type_count};
    const struct feel_type *result;
    enum status status = check_text(arena, text, error);
    if (status != STATUS_OK) return status;
    start(&reader, arena, text, &names);
    result = reader_type(&reader);
    reader_skip(&reader);
    if (!reader.failed && reader.at != reader.text.length) reader_fail(&reader, "the end of the type");
    if (reader.failed || result == NULL) return report(&reader, error);
    *type = result;
    return STATUS_OK;
}

const struct str *feel_variables(const struct feel_expression *expression, size_t *count)
{
    *count = expression->variable_count;
    return expression->variables;
}

/* ---- the names of a context ---- */

struct name_set {
    struct feel_context_builder *builder; /* a context doubles as an ordered set */
    struct arena *arena;
};

static void collect_members(struct name_set *set, const struct feel_value *value)
{
    if (value->kind == FEEL_LIST) {
        for (size_t i = 0; i < value->list.count; i++)
            collect_members(set, value->list.items[i]);
    } else if (value->kind == FEEL_CONTEXT) {
        for (size_t i = 0; i < value->context->count; i++) {
            feel_context_put(set->builder, value->context->entries[i].name, feel_null());
            collect_members(set, value->context->entries[i].value);
        }
    }
}

static const struct str *keys(struct arena *arena, const struct feel_value *context, size_t *count)
{
    struct str *names = arena_array(arena, context->context->count, sizeof *names);
    *count = context->context->count;
    for (size_t i = 0; i < *count; i++)
        names[i] = context->context->entries[i].name;
    return names;
}

void feel_names_of(struct arena *arena, const struct feel_value *context, struct feel_names *names)
{
    struct name_set set = {feel_context_begin(arena), arena};
    *names = (struct feel_names){.variables = NULL};
    if (context == NULL || context->kind != FEEL_CONTEXT) return;
    names->variables = keys(arena, context, &names->variable_count);
    for (size_t i = 0; i < context->context->count; i++)
        collect_members(&set, context->context->entries[i].value);
    names->members = keys(arena, feel_context_end(set.builder), &names->member_count);
}
