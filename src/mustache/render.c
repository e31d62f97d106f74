/*
 * Runs the operations of a compiled template over a view. Nothing is allocated but in `out`; depth and steps
 * are bounded, because the shape of the view decides how often a section runs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* One level of the context stack; lives on the C stack. */
struct frame {
    const json_t *value;
    const struct frame *outer;
    const struct frame *list; /* the nearest frame that is an item of a list; may be itself */
    size_t index, count;
};

struct indentation {
    struct str text;
    const struct indentation *outer;
};

struct run {
    struct buf *out;
    struct error *error;
    mustache_observe_function *observe;
    void *observe_context;
    unsigned depth;
    uint64_t steps;
    enum status status;
};

static enum status fail(struct run *run, enum status status, const char *detail)
{
    run->status = status;
    if (run->error != NULL)
        *run->error = (struct error){.status = status, .code = "template.too_large", .detail = detail};
    return status;
}

/* ---- names ---- */

static const json_t *find_value(const struct path *path, const struct frame *frame)
{
    if (path->kind == PATH_CURRENT) return frame->value;
    const json_t *value = NULL;
    for (; frame != NULL && value == NULL; frame = frame->outer)
        value = json_object_get(frame->value, path->parts[0]);
    for (size_t i = 1; i < path->count && value != NULL; i++)
        value = json_object_get(value, path->parts[i]);
    return value;
}

static void observe(struct run *run, const struct operation *operation, bool found)
{
    if (run->observe != NULL)
        run->observe(run->observe_context, operation->source, operation->line, operation->path->text, found);
}

static bool truthy(const json_t *value)
{
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_REAL:
        return json_real_value(value) != 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    default:
        return true;
    }
}

/* True for -first and -last at such an item; *is_position says whether the path is one of -first, -last,
 * -index. */
static bool position_holds(const struct path *path, const struct frame *frame, bool *is_position)
{
    *is_position = path->kind == PATH_FIRST || path->kind == PATH_LAST || path->kind == PATH_INDEX;
    if (!*is_position || frame->list == NULL) return false;
    if (path->kind == PATH_INDEX) return true;
    return path->kind == PATH_FIRST ? frame->list->index == 0 : frame->list->index + 1 == frame->list->count;
}

/* ---- values ---- */

/* The shortest decimal that reads back as the same number. */
static struct str format_real(double number, char buffer[32])
{
    int length = 0;
    for (int precision = 15; precision <= 17; precision++) {
        length = snprintf(buffer, 32, "%.*g", precision, number);
        if (strtod(buffer, NULL) == number) break;
    }
    char *comma = memchr(buffer, ',', (size_t)length); /* of the locale */
    if (comma != NULL) *comma = '.';
    return str_make(buffer, (size_t)length);
}

static void write_value(struct run *run, const struct operation *operation, const struct frame *frame)
{
    char buffer[32];
    bool is_position;
    bool holds = position_holds(operation->path, frame, &is_position);
    if (is_position) {
        struct str text = holds ? STR("true") : STR("");
        if (holds && operation->path->kind == PATH_INDEX)
            text = str_make(buffer, (size_t)snprintf(buffer, sizeof buffer, "%zu", frame->list->index + 1));
        buf_append_str(run->out, text);
        return;
    }
    const json_t *value = find_value(operation->path, frame);
    observe(run, operation, value != NULL);
    struct str text = STR("");
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_STRING:
        text = str_make(json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        text = str_make(buffer, (size_t)snprintf(buffer, sizeof buffer, "%" JSON_INTEGER_FORMAT,
                                                 json_integer_value(value)));
        break;
    case JSON_REAL:
        text = format_real(json_real_value(value), buffer);
        break;
    case JSON_TRUE:
        text = STR("true");
        break;
    case JSON_FALSE:
        text = STR("false");
        break;
    default:
        break;
    }
    escape_append(run->out, operation->escape, text);
}

/* ---- operations ---- */

static enum status execute(struct run *run, const struct operation *operations, const struct frame *frame,
                           const struct indentation *indentation);

static void write_indentation(struct buf *out, const struct indentation *indentation)
{
    if (indentation == NULL) return;
    write_indentation(out, indentation->outer);
    buf_append_str(out, indentation->text);
}

static enum status execute_section(struct run *run, const struct operation *operation,
                                   const struct frame *frame, const struct indentation *indentation)
{
    bool is_position;
    bool holds = position_holds(operation->path, frame, &is_position);
    const json_t *value = NULL;
    if (!is_position) {
        value = find_value(operation->path, frame);
        observe(run, operation, value != NULL);
        holds = truthy(value);
    }
    if (operation->kind == OPERATION_INVERTED)
        return holds ? STATUS_OK : execute(run, operation->body, frame, indentation);
    if (!holds) return STATUS_OK;
    if (is_position) return execute(run, operation->body, frame, indentation);
    struct frame inner = {.value = value, .outer = frame, .list = frame->list};
    if (!json_is_array(value)) return execute(run, operation->body, &inner, indentation);
    inner.list = &inner;
    inner.count = json_array_size(value);
    for (; inner.index < inner.count; inner.index++) {
        inner.value = json_array_get(value, inner.index);
        enum status status = execute(run, operation->body, &inner, indentation);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

/* Body of a partial or of a block under the indentation that its place gives it. */
static enum status execute_indented(struct run *run, const struct operation *operation,
                                    const struct operation *body, const struct frame *frame,
                                    const struct indentation *indentation)
{
    if (!operation->inherit) return execute(run, body, frame, NULL);
    if (operation->text.length == 0) return execute(run, body, frame, indentation);
    struct indentation inner = {operation->text, indentation};
    return execute(run, body, frame, &inner);
}

static const struct function *choose(struct run *run, const struct operation *operation,
                                     const struct frame *frame)
{
    const json_t *name = find_value(operation->path, frame);
    observe(run, operation, name != NULL);
    if (!json_is_string(name)) return NULL;
    for (const struct function **function = operation->table; *function != NULL; function++)
        if (strcmp((*function)->source->name, json_string_value(name)) == 0) return *function;
    return NULL;
}

static enum status execute_one(struct run *run, const struct operation *operation, const struct frame *frame,
                               const struct indentation *indentation)
{
    const struct function *function = operation->function;
    switch (operation->kind) {
    case OPERATION_LITERAL:
        buf_append_str(run->out, operation->text);
        return STATUS_OK;
    case OPERATION_LINE:
        write_indentation(run->out, indentation);
        return STATUS_OK;
    case OPERATION_VALUE:
        write_value(run, operation, frame);
        return STATUS_OK;
    case OPERATION_SECTION:
    case OPERATION_INVERTED:
        return execute_section(run, operation, frame, indentation);
    case OPERATION_DYNAMIC_CALL:
        function = choose(run, operation, frame);
        if (function == NULL) return STATUS_OK;
        return execute_indented(run, operation, function->operations, frame, indentation);
    case OPERATION_CALL:
        if (function == NULL) return STATUS_OK;
        return execute_indented(run, operation, function->operations, frame, indentation);
    case OPERATION_SCOPE:
        return execute_indented(run, operation, operation->body, frame, indentation);
    }
    return STATUS_OK;
}

static enum status execute(struct run *run, const struct operation *operations, const struct frame *frame,
                           const struct indentation *indentation)
{
    if (++run->depth > MAXIMUM_DEPTH)
        return fail(run, STATUS_TOO_LARGE, "sections and partials nested too deeply");
    if (++run->steps > MAXIMUM_STEPS) return fail(run, STATUS_TOO_LARGE, "too many steps");
    for (const struct operation *operation = operations; operation != NULL; operation = operation->next) {
        if (++run->steps > MAXIMUM_STEPS) return fail(run, STATUS_TOO_LARGE, "too many steps");
        enum status status = execute_one(run, operation, frame, indentation);
        if (status != STATUS_OK) return status;
        if (run->out->overflow) return fail(run, STATUS_TOO_LARGE, "the document is too large");
    }
    run->depth--;
    return STATUS_OK;
}

enum status mustache_render_observed(const struct mustache_template *template, const json_t *view,
                                     struct buf *out, mustache_observe_function *observer, void *context,
                                     struct error *error)
{
    struct run run = {.out = out, .error = error, .observe = observer, .observe_context = context};
    struct frame frame = {.value = view};
    buf_append(out, "", 0); /* an empty document is a string too */
    return execute(&run, template->function->operations, &frame, NULL);
}

enum status mustache_render(const struct mustache_template *template, const json_t *view, struct buf *out,
                            struct error *error)
{
    return mustache_render_observed(template, view, out, NULL, NULL, error);
}
