/*
 * Finds the tags of a template, pairs beginnings with ends and decides which white space around them belongs
 * to them (standalone tags and elements, indentation of blocks), after the Mustache specification 1.4.
 */
#include "scan.h"

struct scanner {
    struct mustache_set *set;
    const struct source *source;
    struct error *error;
    struct str text;
    size_t offset;
    unsigned line;
    size_t line_offset; /* up to where lines are counted */
    struct str open, close;
    bool in_message;
    struct tag *items;
    size_t count, capacity;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_white(char c)
{
    return is_blank(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool scan_left_blank(struct str text, size_t at, struct str *blanks)
{
    size_t begin = at;
    while (begin > 0 && is_blank(text.data[begin - 1]))
        begin--;
    if (begin > 0 && text.data[begin - 1] != '\n') return false;
    *blanks = str_make(text.data + begin, at - begin);
    return true;
}

bool scan_right_blank(struct str text, size_t at, size_t *next_line)
{
    while (at < text.length && is_blank(text.data[at]))
        at++;
    if (at + 1 < text.length && text.data[at] == '\r' && text.data[at + 1] == '\n') at++;
    if (at < text.length && text.data[at] != '\n') return false;
    *next_line = at < text.length ? at + 1 : at;
    return true;
}

static struct str trim_white(struct str text)
{
    while (text.length > 0 && is_white(text.data[0]))
        text = str_slice(text, 1, text.length);
    while (text.length > 0 && is_white(text.data[text.length - 1]))
        text.length--;
    return text;
}

static unsigned line_of(struct scanner *scanner, size_t offset)
{
    for (; scanner->line_offset < offset; scanner->line_offset++)
        if (scanner->text.data[scanner->line_offset] == '\n') scanner->line++;
    return scanner->line;
}

static struct tag *add_tag(struct scanner *scanner)
{
    if (scanner->count == scanner->capacity) {
        size_t capacity = scanner->capacity == 0 ? 32 : scanner->capacity * 2;
        struct tag *items = arena_array(scanner->set->arena, capacity, sizeof *items);
        if (scanner->count > 0) memcpy(items, scanner->items, scanner->count * sizeof *items);
        scanner->items = items;
        scanner->capacity = capacity;
    }
    return &scanner->items[scanner->count++];
}

/* Index of `needle` at or behind `from`, or -1. */
static ptrdiff_t find_from(struct str text, size_t from, struct str needle)
{
    ptrdiff_t index = str_find(str_slice(text, from, text.length), needle);
    return index < 0 ? -1 : index + (ptrdiff_t)from;
}

/* {{=<% %>=}}: `content` is what stands between the equals signs. */
static enum status set_delimiters(struct scanner *scanner, struct str content, unsigned line)
{
    content = trim_white(content);
    size_t middle = 0;
    while (middle < content.length && !is_white(content.data[middle]))
        middle++;
    struct str open = str_slice(content, 0, middle);
    struct str close = trim_white(str_slice(content, middle, content.length));
    bool wrong = open.length == 0 || close.length == 0 || open.length > 16 || close.length > 16;
    for (size_t i = 0; i < close.length; i++)
        wrong = wrong || is_white(close.data[i]);
    if (wrong || str_find_char(open, '=') >= 0 || str_find_char(close, '=') >= 0)
        return template_error(scanner->set, scanner->error, scanner->source, line,
                              "delimiters must be written {{=%s=}}", "<% %>");
    scanner->open = open;
    scanner->close = close;
    return STATUS_OK;
}

/* `name` trimmed, with a leading asterisk split off where names may be dynamic. */
static enum status read_name(struct scanner *scanner, struct tag *tag, struct str content)
{
    content = trim_white(content);
    if ((tag->kind == TAG_PARTIAL || tag->kind == TAG_PARENT) && content.length > 0 &&
        content.data[0] == '*') {
        tag->dynamic = true;
        content = trim_white(str_slice(content, 1, content.length));
    }
    if (content.length == 0)
        return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                              "a tag without a name");
    bool strange = content.length > 200;
    for (size_t i = 0; i < content.length && scanner->set->options.mode != MUSTACHE_SPEC; i++)
        strange = strange || (unsigned char)content.data[i] <= ' ';
    if (strange || memchr(content.data, '\0', content.length) != NULL)
        return template_error(scanner->set, scanner->error, scanner->source, tag->line, "\"%.*s\" is no name",
                              (int)(content.length > 200 ? 200 : content.length), content.data);
    tag->name = arena_str(scanner->set->arena, content);
    return STATUS_OK;
}

/* The {{/_}} that ends the message whose {{#_}} ends at `from`. */
static bool find_message_end(struct scanner *scanner, size_t from, size_t *inner_end, size_t *end,
                             bool *nested)
{
    size_t at = from;
    for (;;) {
        ptrdiff_t begin = find_from(scanner->text, at, scanner->open);
        if (begin < 0) return false;
        size_t content = (size_t)begin + scanner->open.length;
        ptrdiff_t close = find_from(scanner->text, content, scanner->close);
        if (close < 0) return false;
        struct str tag = trim_white(str_slice(scanner->text, content, (size_t)close));
        if (tag.length > 0 && (tag.data[0] == '/' || tag.data[0] == '#') &&
            str_equal(trim_white(str_slice(tag, 1, tag.length)), STR("_"))) {
            *nested = tag.data[0] == '#';
            *inner_end = (size_t)begin;
            *end = (size_t)close + scanner->close.length;
            return true;
        }
        at = (size_t)close + scanner->close.length;
    }
}

static enum status scan_message(struct scanner *scanner, struct tag *tag)
{
    size_t inner_end = 0, end = 0;
    bool nested = scanner->in_message;
    if (!nested && !find_message_end(scanner, tag->end, &inner_end, &end, &nested))
        return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                              "{{#_}} has no {{/_}}");
    if (nested)
        return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                              "a message within a message");
    struct str inner = str_slice(scanner->text, tag->end, inner_end);
    tag->kind = TAG_MESSAGE;
    tag->end = end;
    return message_text(scanner->set, scanner->source, tag->line, inner, scanner->open, scanner->close,
                        &tag->message, scanner->error);
}

static enum tag_kind kind_of(char sigil)
{
    switch (sigil) {
    case '#':
        return TAG_SECTION;
    case '^':
        return TAG_INVERTED;
    case '/':
        return TAG_END;
    case '>':
        return TAG_PARTIAL;
    case '<':
        return TAG_PARENT;
    case '$':
        return TAG_BLOCK;
    case '!':
        return TAG_COMMENT;
    case '=':
        return TAG_DELIMITERS;
    case '&':
        return TAG_RAW_VALUE;
    default:
        return TAG_VALUE;
    }
}

/* The text that closes a tag of this kind; lives in `buffer`. */
static struct str closing(const struct scanner *scanner, const char *extra, char buffer[24])
{
    size_t length = strlen(extra);
    memcpy(buffer, extra, length);
    memcpy(buffer + length, scanner->close.data, scanner->close.length);
    return str_make(buffer, length + scanner->close.length);
}

/* Reads the tag whose opening delimiter stands at `start`. */
static enum status scan_tag(struct scanner *scanner, size_t start)
{
    struct tag *tag = add_tag(scanner);
    *tag = (struct tag){
        .start = start, .line = line_of(scanner, start), .open = scanner->open, .close = scanner->close};
    size_t at = start + scanner->open.length;
    char buffer[24];
    struct str close = scanner->close;
    if (at < scanner->text.length && scanner->text.data[at] == '{') {
        tag->kind = TAG_RAW_VALUE;
        close = closing(scanner, "}", buffer);
        at++;
    } else {
        while (at < scanner->text.length && is_white(scanner->text.data[at]))
            at++;
        tag->kind = at < scanner->text.length ? kind_of(scanner->text.data[at]) : TAG_VALUE;
        if (tag->kind != TAG_VALUE) at++;
        if (tag->kind == TAG_DELIMITERS) close = closing(scanner, "=", buffer);
    }
    ptrdiff_t end = find_from(scanner->text, at, close);
    if (end < 0)
        return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                              "a tag is not closed by %.*s", STR_ARG(close));
    struct str content = str_slice(scanner->text, at, (size_t)end);
    tag->end = (size_t)end + close.length;
    if (tag->kind == TAG_COMMENT) return STATUS_OK;
    if (tag->kind == TAG_DELIMITERS) {
        if (scanner->in_message)
            return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                                  "delimiters set in a message");
        return set_delimiters(scanner, content, tag->line);
    }
    enum status status = read_name(scanner, tag, content);
    if (status != STATUS_OK) return status;
    if (tag->kind == TAG_SECTION && scanner->set->options.mode != MUSTACHE_SPEC &&
        str_equal(tag->name, STR("_")))
        return scan_message(scanner, tag);
    return STATUS_OK;
}

/* ---- pairs ---- */

static enum status pair_tags(struct scanner *scanner)
{
    size_t stack[MAXIMUM_NESTING];
    size_t depth = 0;
    for (size_t i = 0; i < scanner->count; i++) {
        struct tag *tag = &scanner->items[i];
        bool begins = tag->kind == TAG_SECTION || tag->kind == TAG_INVERTED || tag->kind == TAG_PARENT ||
                      tag->kind == TAG_BLOCK;
        if (begins) {
            if (depth == MAXIMUM_NESTING)
                return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                                      "more than %d sections within each other", MAXIMUM_NESTING);
            tag->argument =
                tag->kind == TAG_BLOCK && depth > 0 && scanner->items[stack[depth - 1]].kind == TAG_PARENT;
            stack[depth++] = i;
        }
        if (tag->kind != TAG_END) continue;
        if (depth == 0)
            return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                                  "{{/%.*s}} ends nothing", STR_ARG(tag->name));
        struct tag *begin = &scanner->items[stack[--depth]];
        struct str name = tag->name;
        if (begin->dynamic && name.data[0] == '*') name = trim_white(str_slice(name, 1, name.length));
        if (!str_equal(name, begin->name))
            return template_error(scanner->set, scanner->error, scanner->source, tag->line,
                                  "{{/%.*s}} stands where {{/%.*s}} of line %u is expected",
                                  STR_ARG(tag->name), STR_ARG(begin->name), begin->line);
        begin->partner = i;
        tag->partner = stack[depth];
    }
    if (depth > 0) {
        const struct tag *begin = &scanner->items[stack[depth - 1]];
        return template_error(scanner->set, scanner->error, scanner->source, begin->line,
                              "\"%.*s\" is never closed", STR_ARG(begin->name));
    }
    return STATUS_OK;
}

/* ---- white space ---- */

static void trim_block(struct str text, struct tag *tag, bool element_alone)
{
    size_t next = 0;
    if (element_alone && !tag->argument) {
        tag->standalone = true;
        tag->trim_left = true;
    }
    if ((tag->argument || tag->standalone) && scan_right_blank(text, tag->end, &next)) {
        tag->trim_right = true;
        tag->has_intrinsic = true;
        size_t end = next;
        while (end < text.length && is_blank(text.data[end]))
            end++;
        tag->intrinsic = str_slice(text, next, end);
    }
}

static void decide_white_space(struct scanner *scanner)
{
    for (size_t i = 0; i < scanner->count; i++) {
        struct tag *tag = &scanner->items[i];
        if (tag->kind == TAG_VALUE || tag->kind == TAG_RAW_VALUE || tag->kind == TAG_MESSAGE) continue;
        struct str blanks;
        size_t next;
        bool left = scan_left_blank(scanner->text, tag->start, &blanks);
        if (left && scan_right_blank(scanner->text, tag->end, &next)) {
            tag->trim_left = tag->trim_right = true;
            tag->standalone = tag->kind == TAG_PARTIAL || tag->kind == TAG_PARENT;
        }
        if (tag->kind != TAG_PARENT && tag->kind != TAG_BLOCK) continue;
        struct tag *end = &scanner->items[tag->partner];
        bool element_alone = left && scan_right_blank(scanner->text, end->end, &next);
        if (tag->kind == TAG_BLOCK) trim_block(scanner->text, tag, element_alone);
        if (tag->kind == TAG_PARENT && element_alone) {
            tag->trim_left = tag->standalone = true;
            end->trim_right = true;
        }
    }
}

enum status scan_tags(struct mustache_set *set, const struct source *source, struct str text, unsigned line,
                      struct str open, struct str close, bool in_message, struct tags *tags,
                      struct error *error)
{
    struct scanner scanner = {.set = set,
                              .source = source,
                              .error = error,
                              .text = text,
                              .line = line,
                              .open = open,
                              .close = close,
                              .in_message = in_message};
    for (;;) {
        ptrdiff_t start = find_from(text, scanner.offset, scanner.open);
        if (start < 0) break;
        enum status status = scan_tag(&scanner, (size_t)start);
        if (status != STATUS_OK) return status;
        scanner.offset = scanner.items[scanner.count - 1].end;
    }
    enum status status = pair_tags(&scanner);
    if (status != STATUS_OK) return status;
    decide_white_space(&scanner);
    *tags = (struct tags){scanner.items, scanner.count};
    return STATUS_OK;
}
