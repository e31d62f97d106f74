/*
 * Messages `{{#_}}...{{/_}}`: the key of the catalogue is the text between with white space normalised. A
 * translation may leave tags out but may not bring tags of its own: what a page shows of the view is decided
 * in the template.
 */
#include "internal.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static struct str normalise(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_space(text.data[i]))
            copy[length++] = text.data[i];
        else if (length > 0 && copy[length - 1] != ' ')
            copy[length++] = ' ';
    }
    if (length > 0 && copy[length - 1] == ' ') length--;
    copy[length] = '\0';
    return str_make(copy, length);
}

/* The next tag of `text` from *offset on, content trimmed; false behind the last. */
static bool next_tag(struct str text, struct str open, struct str close, size_t *offset, struct str *tag)
{
    ptrdiff_t begin = str_find(str_slice(text, *offset, text.length), open);
    if (begin < 0) return false;
    size_t from = *offset + (size_t)begin + open.length;
    ptrdiff_t end = str_find(str_slice(text, from, text.length), close);
    size_t to = end < 0 ? text.length : from + (size_t)end;
    *tag = str_trim(str_slice(text, from, to));
    *offset = end < 0 ? text.length : to + close.length;
    return true;
}

static bool has_tag(struct str text, struct str open, struct str close, struct str wanted)
{
    size_t offset = 0;
    struct str tag;
    while (next_tag(text, open, close, &offset, &tag))
        if (str_equal(tag, wanted)) return true;
    return false;
}

enum status message_text(struct mustache_set *set, const struct source *source, unsigned line,
                         struct str inner, struct str open, struct str close, struct str *text,
                         struct error *error)
{
    struct str message = normalise(set->arena, inner);
    if (message.length == 0) return template_error(set, error, source, line, "an empty message {{#_}}{{/_}}");
    if (set->options.translate == NULL) {
        *text = message;
        return STATUS_OK;
    }
    const char *translation =
        set->options.translate(set->options.translate_context, message.data, source->name, line);
    if (translation == NULL) {
        *text = message;
        return STATUS_OK;
    }
    struct str translated = str_of(translation);
    if (translated.length > MAXIMUM_SOURCE)
        return template_error(set, error, source, line, "the translation is too long");
    size_t offset = 0;
    struct str tag;
    while (next_tag(translated, open, close, &offset, &tag))
        if (!has_tag(message, open, close, tag))
            return template_error(set, error, source, line,
                                  "the translation uses %.*s%.*s%.*s, which the message \"%s\" does not have",
                                  STR_ARG(open), STR_ARG(tag), STR_ARG(close), message.data);
    *text = translated;
    return STATUS_OK;
}
