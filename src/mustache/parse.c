/*
 * Builds the nodes of a template from its tags: text split at the beginnings of lines (where a partial's
 * indentation goes), the intrinsic indentation of blocks taken off, messages replaced by their translation.
 */
#include "scan.h"

struct builder {
    struct mustache_set *set;
    const struct source *source;
    struct error *error;
    struct str text;
    struct tags tags;
    unsigned line; /* of the first byte of text */
    bool in_message;
};

/* Where nodes are appended, and what is taken off the beginning of lines there. */
struct place {
    struct node **tail;
    struct str strip;
};

static struct node *add_node(struct builder *builder, struct place *place, enum node_kind kind, unsigned line)
{
    struct node *node = arena_zalloc(builder->set->arena, sizeof *node);
    node->kind = kind;
    node->line = line;
    node->source = builder->source;
    *place->tail = node;
    place->tail = &node->next;
    return node;
}

static bool at_line_start(const struct builder *builder, size_t offset)
{
    return !builder->in_message && (offset == 0 || builder->text.data[offset - 1] == '\n');
}

/* Text from `from` to `to`, a LINE before each line that begins in it. */
static void add_text(struct builder *builder, struct place *place, size_t from, size_t to, unsigned line)
{
    while (from < to) {
        const char *newline = memchr(builder->text.data + from, '\n', to - from);
        size_t end = newline == NULL ? to : (size_t)(newline - builder->text.data) + 1;
        if (at_line_start(builder, from)) {
            struct str blanks = str_slice(builder->text, from, end);
            if (str_starts_with(blanks, place->strip)) from += place->strip.length;
            /* an empty line stays empty: indentation would only be white space at its end */
            struct str rest = str_slice(builder->text, from, end);
            if (!str_equal(rest, STR("\n")) && !str_equal(rest, STR("\r\n")))
                add_node(builder, place, NODE_LINE, line);
        }
        if (from < end) add_node(builder, place, NODE_TEXT, line)->text = str_slice(builder->text, from, end);
        if (newline != NULL) line++;
        from = end;
    }
}

static const struct path *make_path(struct arena *arena, struct str name)
{
    struct path *path = arena_zalloc(arena, sizeof *path);
    path->text = arena_str(arena, name).data;
    static const char *const special[] = {
        [PATH_CURRENT] = ".", [PATH_FIRST] = "-first", [PATH_LAST] = "-last", [PATH_INDEX] = "-index"};
    for (int kind = PATH_CURRENT; kind <= PATH_INDEX; kind++) {
        if (strcmp(path->text, special[kind]) == 0) {
            path->kind = kind;
            return path;
        }
    }
    size_t count = 1;
    for (size_t i = 0; i < name.length; i++)
        count += name.data[i] == '.';
    path->parts = arena_array(arena, count, sizeof *path->parts);
    path->count = count;
    for (size_t i = 0; i < count; i++) {
        struct str part, rest;
        str_split(name, '.', &part, &rest);
        path->parts[i] = arena_str(arena, part).data;
        name = rest;
    }
    return path;
}

static enum status build(struct builder *builder, size_t first, size_t last, size_t from, size_t to,
                         struct place *place);

/* The blanks before a standalone tag, relative to the indentation of the block that it stands in. */
static struct str relative(struct str blanks, struct str strip)
{
    return str_starts_with(blanks, strip) ? str_slice(blanks, strip.length, blanks.length) : blanks;
}

static struct str blanks_before(const struct builder *builder, const struct tag *tag)
{
    struct str blanks = STR("");
    if (!scan_left_blank(builder->text, tag->start, &blanks)) return STR("");
    return blanks;
}

static enum status add_block(struct builder *builder, struct place *place, size_t index)
{
    const struct tag *tag = &builder->tags.items[index];
    const struct tag *end = &builder->tags.items[tag->partner];
    struct node *node = add_node(builder, place, NODE_BLOCK, tag->line);
    node->text = tag->name;
    node->standalone = tag->standalone;
    if (tag->standalone)
        node->indent =
            relative(tag->has_intrinsic ? tag->intrinsic : blanks_before(builder, tag), place->strip);
    struct place inside = {&node->children, tag->has_intrinsic ? tag->intrinsic : place->strip};
    return build(builder, index + 1, tag->partner, tag->end, end->start, &inside);
}

/* Only the argument blocks of a parent count; outside of the plain specification anything else is a mistake.
 */
static enum status add_parent(struct builder *builder, struct place *place, size_t index)
{
    const struct tag *tag = &builder->tags.items[index];
    struct node *node = add_node(builder, place, NODE_PARENT, tag->line);
    node->text = tag->name;
    if (tag->dynamic) node->path = make_path(builder->set->arena, tag->name);
    node->standalone = tag->standalone;
    if (tag->standalone) node->indent = relative(blanks_before(builder, tag), place->strip);
    struct place inside = {&node->children, STR("")};
    size_t at = tag->end;
    for (size_t i = index + 1; i <= tag->partner; i++) {
        const struct tag *child = &builder->tags.items[i];
        if (builder->set->options.mode != MUSTACHE_SPEC) {
            bool blank = true;
            for (size_t j = at; j < child->start; j++)
                blank = blank && (unsigned char)builder->text.data[j] <= ' ';
            bool allowed = child->kind == TAG_BLOCK || child->kind == TAG_COMMENT || i == tag->partner;
            if (!blank || !allowed)
                return template_error(builder->set, builder->error, builder->source, child->line,
                                      "only blocks may stand inside {{<%.*s}}", STR_ARG(tag->name));
        }
        at = child->end;
        if (child->kind == TAG_BLOCK) {
            enum status status = add_block(builder, &inside, i);
            if (status != STATUS_OK) return status;
        }
        bool begins = child->kind == TAG_BLOCK || child->kind == TAG_SECTION || child->kind == TAG_INVERTED ||
                      child->kind == TAG_PARENT;
        if (begins) {
            i = child->partner;
            at = builder->tags.items[i].end;
        }
    }
    return STATUS_OK;
}

/* The text of a message is a small template of its own, in the place of the message. */
static enum status add_message(struct builder *builder, struct place *place, const struct tag *tag)
{
    struct builder inner = {.set = builder->set,
                            .source = builder->source,
                            .error = builder->error,
                            .text = tag->message,
                            .line = tag->line,
                            .in_message = true};
    enum status status = scan_tags(builder->set, builder->source, tag->message, tag->line, tag->open,
                                   tag->close, true, &inner.tags, builder->error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < inner.tags.count; i++) {
        struct tag *item = &inner.tags.items[i];
        if (item->kind == TAG_PARTIAL || item->kind == TAG_PARENT || item->kind == TAG_BLOCK)
            return template_error(builder->set, builder->error, builder->source, tag->line,
                                  "partials, parents and blocks may not stand in a message");
        item->trim_left = item->trim_right = false;
    }
    struct node *node = add_node(builder, place, NODE_MESSAGE, tag->line);
    struct place inside = {&node->children, STR("")};
    return build(&inner, 0, inner.tags.count, 0, tag->message.length, &inside);
}

/* Adds what the tag at `index` stands for. */
static enum status add_tag_node(struct builder *builder, struct place *place, size_t index)
{
    const struct tag *tag = &builder->tags.items[index];
    struct node *node;
    switch (tag->kind) {
    case TAG_VALUE:
    case TAG_RAW_VALUE:
        node = add_node(builder, place, NODE_VALUE, tag->line);
        node->path = make_path(builder->set->arena, tag->name);
        node->raw = tag->kind == TAG_RAW_VALUE;
        return STATUS_OK;
    case TAG_SECTION:
    case TAG_INVERTED:
        node = add_node(builder, place, tag->kind == TAG_SECTION ? NODE_SECTION : NODE_INVERTED, tag->line);
        node->path = make_path(builder->set->arena, tag->name);
        struct place inside = {&node->children, place->strip};
        return build(builder, index + 1, tag->partner, tag->end, builder->tags.items[tag->partner].start,
                     &inside);
    case TAG_PARTIAL:
        node = add_node(builder, place, NODE_PARTIAL, tag->line);
        node->text = tag->name;
        if (tag->dynamic) node->path = make_path(builder->set->arena, tag->name);
        node->standalone = tag->standalone;
        if (tag->standalone) node->indent = relative(blanks_before(builder, tag), place->strip);
        return STATUS_OK;
    case TAG_PARENT:
        return add_parent(builder, place, index);
    case TAG_BLOCK:
        return add_block(builder, place, index);
    case TAG_MESSAGE:
        return add_message(builder, place, tag);
    case TAG_END:
    case TAG_COMMENT:
    case TAG_DELIMITERS:
        return STATUS_OK;
    }
    return STATUS_OK;
}

/* Where the text before the tag ends, and where the text behind it begins. */
static size_t text_end(const struct builder *builder, const struct tag *tag, size_t from)
{
    size_t end = tag->start;
    if (tag->trim_left) end -= blanks_before(builder, tag).length;
    return end < from ? from : end;
}

static size_t text_start(const struct builder *builder, const struct tag *tag, size_t to)
{
    size_t next = tag->end;
    if (tag->trim_right && scan_right_blank(builder->text, tag->end, &next) && next > to) next = to;
    return next;
}

/* Builds tags [first, last) and the text [from, to) that they stand in. tags.items[first - 1] has opened the
 * place. */
static enum status build(struct builder *builder, size_t first, size_t last, size_t from, size_t to,
                         struct place *place)
{
    unsigned line = builder->line;
    if (first > 0) {
        const struct tag *opening = &builder->tags.items[first - 1];
        from = text_start(builder, opening, to);
        line = opening->line;
        for (size_t i = opening->start; i < from; i++)
            line += builder->text.data[i] == '\n';
    }
    for (size_t i = first; i < last; i++) {
        const struct tag *tag = &builder->tags.items[i];
        add_text(builder, place, from, text_end(builder, tag, from), line);
        if (!tag->trim_left && at_line_start(builder, tag->start))
            add_node(builder, place, NODE_LINE, tag->line);
        enum status status = add_tag_node(builder, place, i);
        if (status != STATUS_OK) return status;
        bool begins = tag->kind == TAG_SECTION || tag->kind == TAG_INVERTED || tag->kind == TAG_PARENT ||
                      tag->kind == TAG_BLOCK;
        if (begins) i = tag->partner;
        const struct tag *behind = &builder->tags.items[i];
        bool outside = behind != tag && (tag->kind == TAG_BLOCK || tag->kind == TAG_PARENT);
        if (outside && !behind->trim_left && !behind->trim_right && at_line_start(builder, behind->start))
            add_node(builder, place, NODE_LINE, behind->line);
        from = text_start(builder, behind, to);
        line = behind->line;
        for (size_t j = behind->start; j < from; j++)
            line += builder->text.data[j] == '\n';
    }
    /* The end tag of this place may take its blanks with it, or begin a line that goes on behind it. */
    const struct tag *end = last < builder->tags.count && to == builder->tags.items[last].start
                                ? &builder->tags.items[last]
                                : NULL;
    add_text(builder, place, from, end == NULL ? to : text_end(builder, end, from), line);
    bool in_section = first > 0 && (builder->tags.items[first - 1].kind == TAG_SECTION ||
                                    builder->tags.items[first - 1].kind == TAG_INVERTED);
    if (end != NULL && in_section && !end->trim_left && at_line_start(builder, to))
        add_node(builder, place, NODE_LINE, end->line);
    return STATUS_OK;
}

enum status parse_template(struct mustache_set *set, struct source *source, struct error *error)
{
    struct builder builder = {.set = set, .source = source, .error = error, .text = source->text, .line = 1};
    enum status status =
        scan_tags(set, source, source->text, 1, STR("{{"), STR("}}"), false, &builder.tags, error);
    if (status != STATUS_OK) return status;
    struct place place = {&source->nodes, STR("")};
    return build(&builder, 0, builder.tags.count, 0, source->text.length, &place);
}
