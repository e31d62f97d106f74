/*
 * Turns nodes into operations. A partial or parent becomes a function, compiled once for each place in the
 * markup and each set of block arguments it is called with, so escaping is decided before anything is
 * rendered and recursion costs nothing. Blocks and messages are put in place.
 *
 * An argument block is compiled in the environment in which it was written; which argument wins is decided
 * where it is passed: the outermost (the most derived template).
 */
#include "internal.h"

struct generator {
    struct mustache_set *set;
    struct error *error;
    const struct environment *environment;
    struct markup markup;
    struct operation **tail;
    struct buf pending; /* literal text not yet made an operation */
    unsigned depth;     /* of calls */
    unsigned nesting;   /* of bodies */
};

static enum status generate(struct generator *generator, const struct node *nodes);

static bool tracks_markup(const struct mustache_set *set)
{
    return set->options.mode == MUSTACHE_HTML || set->options.mode == MUSTACHE_XML;
}

static bool keeps_indentation(const struct mustache_set *set)
{
    return !tracks_markup(set);
}

static enum status too_large(struct generator *generator, const struct node *node, const char *what)
{
    return error_set(generator->error, generator->set->arena, STATUS_TOO_LARGE, "template.too_large", NULL,
                     "%s:%u: %s", node->source->name, node->line, what);
}

static void flush(struct generator *generator)
{
    if (generator->pending.length == 0) return;
    struct operation *operation = arena_zalloc(generator->set->arena, sizeof *operation);
    operation->kind = OPERATION_LITERAL;
    operation->text = buf_copy(&generator->pending, generator->set->arena);
    generator->set->literal_bytes += generator->pending.length;
    generator->set->operation_count++;
    buf_clear(&generator->pending);
    *generator->tail = operation;
    generator->tail = &operation->next;
}

static struct operation *add(struct generator *generator, enum operation_kind kind, const struct node *node)
{
    flush(generator);
    struct operation *operation = arena_zalloc(generator->set->arena, sizeof *operation);
    operation->kind = kind;
    operation->line = node->line;
    operation->source = node->source->name;
    operation->path = node->path;
    generator->set->operation_count++;
    *generator->tail = operation;
    generator->tail = &operation->next;
    return operation;
}

static enum status check_limits(struct generator *generator, const struct node *node)
{
    if (generator->set->operation_count > MAXIMUM_OPERATIONS ||
        generator->set->literal_bytes > MAXIMUM_LITERALS || generator->pending.overflow)
        return too_large(generator, node, "the compiled templates are too large");
    return STATUS_OK;
}

/* Operations of `nodes` as a body of their own. */
static enum status generate_body(struct generator *generator, const struct node *node,
                                 const struct node *nodes, struct operation **body)
{
    if (generator->nesting >= MAXIMUM_TOTAL_NESTING)
        return too_large(generator, node, "blocks nested too deeply");
    struct operation **tail = generator->tail;
    generator->tail = body;
    generator->nesting++;
    enum status status = generate(generator, nodes);
    flush(generator);
    generator->nesting--;
    generator->tail = tail;
    return status;
}

/* ---- text and values ---- */

static enum status generate_text(struct generator *generator, const struct node *node)
{
    if (tracks_markup(generator->set)) {
        const char *reason =
            markup_feed(&generator->markup, generator->set->options.mode == MUSTACHE_XML, node->text);
        if (reason != NULL)
            return template_error(generator->set, generator->error, node->source, node->line, "%s", reason);
    }
    buf_append_str(&generator->pending, node->text);
    if (generator->pending.length > MAXIMUM_SOURCE) flush(generator);
    return check_limits(generator, node);
}

static bool may_be_raw(const struct mustache_set *set, const char *name)
{
    if (set->options.raw_names == NULL) return false;
    for (const char *const *allowed = set->options.raw_names; *allowed != NULL; allowed++) {
        if ((*allowed)[0] == '*' ? str_ends_with(str_of(name), str_of(*allowed + 1))
                                 : strcmp(name, *allowed) == 0)
            return true;
    }
    return false;
}

static enum status generate_value(struct generator *generator, const struct node *node)
{
    enum escape escape = ESCAPE_NONE;
    enum mustache_mode mode = generator->set->options.mode;
    if (mode == MUSTACHE_SPEC) {
        escape = node->raw ? ESCAPE_NONE : ESCAPE_SPEC;
    } else if (mode != MUSTACHE_TEXT) {
        const char *last =
            node->path->count > 0 ? node->path->parts[node->path->count - 1] : node->path->text;
        if (node->raw && !may_be_raw(generator->set, last))
            return template_error(generator->set, generator->error, node->source, node->line,
                                  "{{{%s}}}: this name may not be written unescaped", node->path->text);
        markup_settle(&generator->markup);
        const char *reason = markup_value(&generator->markup, mode == MUSTACHE_XML, node->raw, &escape);
        if (reason != NULL)
            return template_error(generator->set, generator->error, node->source, node->line, "{{%s}}: %s",
                                  node->path->text, reason);
    }
    add(generator, OPERATION_VALUE, node)->escape = escape;
    return check_limits(generator, node);
}

/* ---- sections ---- */

static enum status generate_section(struct generator *generator, const struct node *node)
{
    struct operation *operation =
        add(generator, node->kind == NODE_SECTION ? OPERATION_SECTION : OPERATION_INVERTED, node);
    markup_settle(&generator->markup);
    struct markup begin = generator->markup;
    enum status status = generate_body(generator, node, node->children, &operation->body);
    if (status != STATUS_OK || !tracks_markup(generator->set)) return status;
    markup_settle(&generator->markup);
    const char *reason = markup_join(&begin, &generator->markup, &generator->markup);
    if (reason != NULL)
        return template_error(generator->set, generator->error, node->source, node->line,
                              "the section \"%s\" %s: it begins in %s and ends in %s", node->path->text,
                              reason, markup_describe(&begin), markup_describe(&generator->markup));
    return check_limits(generator, node);
}

static enum status generate_message(struct generator *generator, const struct node *node)
{
    markup_settle(&generator->markup);
    struct markup begin = generator->markup, joined;
    enum status status = generate(generator, node->children);
    if (status != STATUS_OK || !tracks_markup(generator->set)) return status;
    markup_settle(&generator->markup);
    const char *reason = markup_join(&begin, &generator->markup, &joined);
    if (reason != NULL)
        return template_error(generator->set, generator->error, node->source, node->line,
                              "the message or its translation %s: it begins in %s and ends in %s", reason,
                              markup_describe(&begin), markup_describe(&generator->markup));
    return check_limits(generator, node);
}

/* ---- partials, parents, blocks ---- */

static const struct environment *bound(const struct environment *environment, struct str name)
{
    for (; environment != NULL; environment = environment->outer)
        if (str_equal(environment->block->text, name)) return environment;
    return NULL;
}

/* `outer` with `block` as an argument, unless that name has one already. */
static const struct environment *bind(struct mustache_set *set, const struct environment *outer,
                                      const struct node *block, const struct environment *scope)
{
    if (bound(outer, block->text) != NULL) return outer;
    for (const struct environment *known = set->environments; known != NULL; known = known->next)
        if (known->outer == outer && known->block == block && known->scope == scope) return known;
    struct environment *environment = arena_zalloc(set->arena, sizeof *environment);
    *environment =
        (struct environment){.outer = outer, .block = block, .scope = scope, .next = set->environments};
    set->environments = environment;
    return environment;
}

static struct function *find_function(const struct generator *generator, const struct source *source,
                                      const struct environment *environment)
{
    for (struct function *function = generator->set->functions; function != NULL; function = function->next)
        if (function->source == source && function->environment == environment &&
            markup_equal(&function->start, &generator->markup))
            return function;
    return NULL;
}

/* `source` as it is called from here. A recursive call must leave the markup where it found it. */
static enum status make_function(struct generator *generator, const struct node *node,
                                 const struct source *source, const struct environment *environment,
                                 struct function **made)
{
    struct function *function = find_function(generator, source, environment);
    if (function == NULL) {
        if (generator->depth >= MAXIMUM_CALLS || generator->set->function_count >= MAXIMUM_FUNCTIONS)
            return too_large(generator, node, "partials nested too deeply");
        function = arena_zalloc(generator->set->arena, sizeof *function);
        function->source = source;
        function->environment = environment;
        function->start = function->end = generator->markup;
        function->next = generator->set->functions;
        generator->set->functions = function;
        generator->set->function_count++;
        BUF_AUTO pending = BUF_WITH_MAXIMUM(2 * MAXIMUM_SOURCE);
        struct generator inner = {.set = generator->set,
                                  .error = generator->error,
                                  .environment = environment,
                                  .markup = generator->markup,
                                  .tail = &function->operations,
                                  .pending = pending,
                                  .depth = generator->depth + 1};
        inner.nesting = generator->nesting;
        enum status status = generate(&inner, source->nodes);
        flush(&inner);
        pending = inner.pending;
        if (status != STATUS_OK) return status;
        markup_settle(&inner.markup);
        if (function->recursive && !markup_equal(&function->start, &inner.markup))
            return template_error(generator->set, generator->error, source, 1,
                                  "calls itself and ends in %s, but begins in %s",
                                  markup_describe(&inner.markup), markup_describe(&function->start));
        function->end = inner.markup;
        function->finished = true;
    } else if (!function->finished) {
        function->recursive = true; /* called while it is being compiled */
    }
    generator->markup = function->end;
    *made = function;
    return STATUS_OK;
}

/* One function for every template that the name may turn out to be. */
static enum status generate_dynamic(struct generator *generator, const struct node *node,
                                    const struct environment *environment, struct operation *operation)
{
    if (tracks_markup(generator->set))
        return template_error(generator->set, generator->error, node->source, node->line,
                              "a dynamic name cannot be checked");
    operation->table =
        arena_array(generator->set->arena, generator->set->source_count + 1, sizeof *operation->table);
    size_t count = 0;
    for (struct source *source = generator->set->first; source != NULL; source = source->next) {
        struct function *function;
        enum status status = make_function(generator, node, source, environment, &function);
        if (status != STATUS_OK) return status;
        operation->table[count++] = function;
        source->used = true;
    }
    return STATUS_OK;
}

static enum status generate_call(struct generator *generator, const struct node *node)
{
    const struct environment *environment = generator->environment;
    if (node->kind == NODE_PARENT)
        for (const struct node *block = node->children; block != NULL; block = block->next)
            if (block->kind == NODE_BLOCK)
                environment = bind(generator->set, environment, block, generator->environment);
    markup_settle(&generator->markup);
    struct operation *operation =
        add(generator, node->path != NULL ? OPERATION_DYNAMIC_CALL : OPERATION_CALL, node);
    operation->inherit = node->standalone && keeps_indentation(generator->set);
    if (operation->inherit) operation->text = node->indent;
    if (node->path != NULL) return generate_dynamic(generator, node, environment, operation);
    struct source *source = set_find(generator->set, node->text);
    if (source == NULL) {
        if (generator->set->options.mode == MUSTACHE_SPEC) return STATUS_OK;
        return template_error(generator->set, generator->error, node->source, node->line,
                              "there is no template \"%.*s\"", STR_ARG(node->text));
    }
    source->used = true;
    struct function *function;
    enum status status = make_function(generator, node, source, environment, &function);
    operation->function = function;
    return status;
}

static enum status generate_block_content(struct generator *generator, const struct node *node, bool in_scope,
                                          const struct node *content)
{
    if (!in_scope) return generate(generator, content);
    struct operation *scope = add(generator, OPERATION_SCOPE, node);
    scope->inherit = node->standalone;
    scope->text = node->indent;
    enum status status = generate_body(generator, node, content, &scope->body);
    if (status != STATUS_OK || !node->standalone || content == NULL || content->kind == NODE_LINE ||
        (content->kind == NODE_TEXT && content->text.data[0] == '\n'))
        return status;
    /* The block stood at the beginning of a line: its content does too. */
    struct operation *line = arena_zalloc(generator->set->arena, sizeof *line);
    line->kind = OPERATION_LINE;
    line->next = scope->body;
    scope->body = line;
    return STATUS_OK;
}

static enum status generate_block(struct generator *generator, const struct node *node)
{
    const struct environment *argument = bound(generator->environment, node->text);
    const struct environment *environment = generator->environment;
    const struct node *content = argument == NULL ? node->children : argument->block->children;
    bool in_scope = keeps_indentation(generator->set) && (node->standalone || argument != NULL);
    if (argument != NULL) generator->environment = argument->scope;
    if (++generator->nesting >= MAXIMUM_TOTAL_NESTING)
        return too_large(generator, node, "blocks nested too deeply");
    markup_settle(&generator->markup);
    enum status status = generate_block_content(generator, node, in_scope, content);
    generator->nesting--;
    generator->environment = environment;
    return status;
}

static enum status generate(struct generator *generator, const struct node *nodes)
{
    for (const struct node *node = nodes; node != NULL; node = node->next) {
        enum status status = STATUS_OK;
        switch (node->kind) {
        case NODE_TEXT:
            status = generate_text(generator, node);
            break;
        case NODE_LINE:
            if (keeps_indentation(generator->set)) add(generator, OPERATION_LINE, node);
            break;
        case NODE_VALUE:
            status = generate_value(generator, node);
            break;
        case NODE_SECTION:
        case NODE_INVERTED:
            status = generate_section(generator, node);
            break;
        case NODE_PARTIAL:
        case NODE_PARENT:
            status = generate_call(generator, node);
            break;
        case NODE_BLOCK:
            status = generate_block(generator, node);
            break;
        case NODE_MESSAGE:
            status = generate_message(generator, node);
            break;
        }
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

enum status mustache_compile(struct mustache_set *set, const char *name,
                             const struct mustache_template **template, struct error *error)
{
    struct source *source = set_find(set, str_of(name));
    if (source == NULL)
        return error_set(error, set->arena, STATUS_NOT_FOUND, "template.not_found", NULL,
                         "%s: there is no such template", name);
    struct generator generator = {.set = set, .error = error};
    struct node place = {.source = source, .line = 1};
    struct function *function, *before = set->functions;
    enum status status = make_function(&generator, &place, source, NULL, &function);
    if (status != STATUS_OK) {
        set->functions = before; /* half-made functions must not be found again */
        return status;
    }
    if (tracks_markup(set) && function->end.state != MARKUP_TEXT)
        return template_error(set, error, source, 1, "the template ends inside %s",
                              markup_describe(&function->end));
    struct mustache_template *made = arena_zalloc(set->arena, sizeof *made);
    made->function = function;
    made->mode = set->options.mode;
    *template = made;
    return STATUS_OK;
}
