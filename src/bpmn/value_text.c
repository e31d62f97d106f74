/*
 * FEEL values in the saved form. JSON where JSON has the type: null, booleans, strings, lists, contexts, and
 * numbers by their exact decimal text. Dates, times, durations and ranges are {"@":"FEEL literal"}; a
 * context's own key that begins with '@' is written with a second one. Reading back gives the same value and
 * the same text.
 */
#include "machine.h"
#include "motcua/base/utf8.h"

enum { MAXIMUM_DEPTH = 200, LITERAL_SIZE = 4096 };

void bpmn_text_write(struct buf *out, struct str text)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            buf_append_char(out, '\\');
            buf_append_char(out, (char)c);
        } else if (c < 0x20 || c == 0x7F) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_append_char(out, (char)c);
        }
    }
    buf_append_char(out, '"');
}

static void write_literal(struct buf *out, const struct feel_value *value)
{
    ARENA_AUTO scratch = arena_create(256 * 1024);
    const char *literal = feel_literal(scratch, value, LITERAL_SIZE);
    if (literal == NULL) {
        buf_append_cstr(out, "null");
        return;
    }
    buf_append_cstr(out, "{\"@\":");
    bpmn_text_write(out, str_of(literal));
    buf_append_char(out, '}');
}

static void write_context(struct buf *out, const struct feel_value *value)
{
    size_t count = feel_context_count(value);
    buf_append_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        struct str name;
        const struct feel_value *item = feel_context_at(value, i, &name);
        if (i > 0) buf_append_char(out, ',');
        if (name.length > 0 && name.data[0] == '@') {
            buf_append_cstr(out, "\"@");
            BUF_AUTO inner = BUF_WITH_MAXIMUM(name.length * 6 + 16);
            bpmn_text_write(&inner, name);
            if (inner.length > 1) buf_append(out, inner.data + 1, inner.length - 1);
        } else {
            bpmn_text_write(out, name);
        }
        buf_append_char(out, ':');
        bpmn_value_write(out, item);
    }
    buf_append_char(out, '}');
}

void bpmn_value_write(struct buf *out, const struct feel_value *value)
{
    char number[FEEL_NUMBER_TEXT_SIZE];
    switch (value->kind) {
    case FEEL_NULL:
    case FEEL_FUNCTION:
        buf_append_cstr(out, "null");
        break;
    case FEEL_BOOLEAN:
        buf_append_cstr(out, value->boolean ? "true" : "false");
        break;
    case FEEL_NUMBER:
        buf_append(out, number, feel_number_text(value->number, number));
        break;
    case FEEL_STRING:
        bpmn_text_write(out, value->string);
        break;
    case FEEL_LIST:
        buf_append_char(out, '[');
        for (size_t i = 0; i < value->list.count; i++) {
            if (i > 0) buf_append_char(out, ',');
            bpmn_value_write(out, value->list.items[i]);
        }
        buf_append_char(out, ']');
        break;
    case FEEL_CONTEXT:
        write_context(out, value);
        break;
    default:
        write_literal(out, value);
        break;
    }
}

size_t bpmn_value_size(const struct feel_value *value)
{
    size_t size = 8;
    if (value == NULL) return 0;
    switch (value->kind) {
    case FEEL_STRING:
        return size + value->string.length;
    case FEEL_NUMBER:
        return size + 16;
    case FEEL_LIST:
        for (size_t i = 0; i < value->list.count; i++)
            size += bpmn_value_size(value->list.items[i]);
        return size;
    case FEEL_CONTEXT:
        for (size_t i = 0; i < feel_context_count(value); i++) {
            struct str name;
            const struct feel_value *item = feel_context_at(value, i, &name);
            size += name.length + bpmn_value_size(item);
        }
        return size;
    default:
        return size + 32;
    }
}

/* ---- what can be stored ---- */

static bool is_storable(const struct feel_value *value, unsigned depth)
{
    if (depth > MAXIMUM_DEPTH) return false;
    switch (value->kind) {
    case FEEL_NULL:
        return value->reason.length == 0;
    case FEEL_FUNCTION:
    case FEEL_RANGE:
        return false;
    case FEEL_LIST:
        for (size_t i = 0; i < value->list.count; i++)
            if (!is_storable(value->list.items[i], depth + 1)) return false;
        return true;
    case FEEL_CONTEXT:
        for (size_t i = 0; i < feel_context_count(value); i++) {
            struct str name;
            if (!is_storable(feel_context_at(value, i, &name), depth + 1) || !utf8_valid(name)) return false;
        }
        return true;
    case FEEL_STRING:
        return utf8_valid(value->string);
    default:
        return true;
    }
}

static struct str valid_text(struct arena *arena, struct str text)
{
    if (utf8_valid(text)) return text;
    char *copy = arena_alloc(arena, text.length * 3 + 1);
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        uint32_t point = utf8_next(text, &at);
        length += utf8_encode(point == 0xFFFFFFFFu ? 0xFFFD : point, copy + length);
    }
    return str_make(copy, length);
}

static const struct feel_value *make_storable(struct arena *arena, const struct feel_value *value,
                                              unsigned depth)
{
    if (depth > MAXIMUM_DEPTH) return feel_null();
    if (value->kind == FEEL_LIST) {
        const struct feel_value **items = arena_array(arena, value->list.count, sizeof *items);
        for (size_t i = 0; i < value->list.count; i++)
            items[i] = make_storable(arena, value->list.items[i], depth + 1);
        return feel_list(arena, items, value->list.count);
    }
    if (value->kind == FEEL_CONTEXT) {
        struct feel_context_builder *builder = feel_context_begin(arena);
        for (size_t i = 0; i < feel_context_count(value); i++) {
            struct str name;
            const struct feel_value *item = feel_context_at(value, i, &name);
            feel_context_put(builder, valid_text(arena, name), make_storable(arena, item, depth + 1));
        }
        return feel_context_end(builder);
    }
    if (value->kind == FEEL_STRING) return feel_string(arena, valid_text(arena, value->string));
    if (value->kind == FEEL_RANGE) {
        bool plain = (value->range.low == NULL || value->range.low->kind != FEEL_FUNCTION) &&
                     (value->range.high == NULL || value->range.high->kind != FEEL_FUNCTION);
        return plain && feel_literal(arena, value, LITERAL_SIZE) != NULL ? value : feel_null();
    }
    return value->kind == FEEL_NULL || value->kind == FEEL_FUNCTION ? feel_null() : value;
}

const struct feel_value *bpmn_value_storable(struct arena *arena, const struct feel_value *value)
{
    return is_storable(value, 0) ? value : make_storable(arena, value, 0);
}

/* ---- reading ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool bpmn_text_read(struct arena *arena, struct str text, size_t *at, struct str *result)
{
    size_t i = *at;
    if (i >= text.length || text.data[i] != '"') return false;
    size_t end = ++i;
    while (end < text.length && text.data[end] != '"') {
        if ((unsigned char)text.data[end] < 0x20 || text.data[end] == 0x7F) return false;
        end += text.data[end] == '\\' ? 2 : 1;
    }
    if (end >= text.length) return false;
    char *copy = arena_alloc(arena, end - i + 1);
    size_t length = 0;
    while (i < end) {
        if (text.data[i] != '\\') {
            copy[length++] = text.data[i++];
            continue;
        }
        char c = text.data[i + 1];
        if (c == '"' || c == '\\') {
            copy[length++] = c;
            i += 2;
            continue;
        }
        if (c != 'u' || i + 6 > end || text.data[i + 2] != '0' || text.data[i + 3] != '0') return false;
        int high = hex_digit(text.data[i + 4]), low = hex_digit(text.data[i + 5]);
        if (high < 0 || low < 0 || (high * 16 + low >= 0x20 && high * 16 + low != 0x7F))
            return false; /* only what the writer escapes, so that the text comes back the same */
        copy[length++] = (char)(high * 16 + low);
        i += 6;
    }
    copy[length] = '\0';
    *result = str_make(copy, length);
    *at = end + 1;
    return utf8_valid(*result);
}

static bool skip_char(struct str text, size_t *at, char c)
{
    if (*at >= text.length || text.data[*at] != c) return false;
    ++*at;
    return true;
}

static const struct feel_value *read_list(struct arena *arena, struct str text, size_t *at, unsigned depth)
{
    VEC(const struct feel_value *) items = {0};
    ++*at;
    if (skip_char(text, at, ']')) return feel_list(arena, NULL, 0);
    for (;;) {
        const struct feel_value *item = bpmn_value_read(arena, text, at, depth + 1);
        if (item == NULL) return NULL;
        VEC_PUSH(arena, &items, item);
        if (skip_char(text, at, ']')) return feel_list(arena, items.items, items.count);
        if (!skip_char(text, at, ',')) return NULL;
    }
}

/* A literal of a type JSON has not; evaluating it is pure and capped. */
static const struct feel_value *read_literal(struct arena *arena, struct str literal)
{
    const struct feel_expression *expression;
    const struct feel_value *value;
    struct feel_environment environment = {.limits = {.steps = 1000, .depth = 50, .size = 65536}};
    if (literal.length > LITERAL_SIZE || feel_compile(arena, literal, NULL, &expression, NULL) != STATUS_OK ||
        feel_evaluate(expression, &environment, arena, &value, NULL) != STATUS_OK)
        return NULL;
    if (value->kind < FEEL_DATE || value->kind == FEEL_LIST || value->kind == FEEL_CONTEXT ||
        value->kind == FEEL_FUNCTION)
        return NULL;
    const char *again = feel_literal(arena, value, LITERAL_SIZE);
    return again != NULL && str_equal_cstr(literal, again) ? value : NULL;
}

static const struct feel_value *read_context(struct arena *arena, struct str text, size_t *at, unsigned depth)
{
    struct feel_context_builder *builder = feel_context_begin(arena);
    ++*at;
    if (skip_char(text, at, '}')) return feel_context_end(builder);
    for (size_t count = 0;; count++) {
        struct str name, literal;
        if (!bpmn_text_read(arena, text, at, &name) || !skip_char(text, at, ':')) return NULL;
        if (str_equal_cstr(name, "@")) {
            if (count > 0 || !bpmn_text_read(arena, text, at, &literal) || !skip_char(text, at, '}'))
                return NULL;
            return read_literal(arena, literal);
        }
        if (name.length > 1 && name.data[0] == '@' && name.data[1] == '@')
            name = str_slice(name, 1, name.length);
        else if (name.length > 0 && name.data[0] == '@')
            return NULL;
        const struct feel_value *item = bpmn_value_read(arena, text, at, depth + 1);
        if (item == NULL) return NULL;
        feel_context_put(builder, name, item);
        if (skip_char(text, at, '}')) {
            const struct feel_value *context = feel_context_end(builder);
            return feel_context_count(context) == count + 1 ? context : NULL; /* a name given twice */
        }
        if (!skip_char(text, at, ',')) return NULL;
    }
}

static const struct feel_value *read_number(struct arena *arena, struct str text, size_t *at)
{
    size_t end = *at;
    while (end < text.length && end - *at < FEEL_NUMBER_TEXT_SIZE &&
           strchr("+-.0123456789eE", text.data[end]) != NULL)
        end++;
    struct feel_number number;
    char again[FEEL_NUMBER_TEXT_SIZE];
    struct str digits = str_slice(text, *at, end);
    if (!feel_number_from_text(digits, &number)) return NULL;
    size_t length = feel_number_text(number, again);
    if (!str_equal(str_make(again, length), digits)) return NULL; /* not the form the writer gives */
    *at = end;
    return feel_number(arena, number);
}

static bool read_word(struct str text, size_t *at, const char *word)
{
    if (!str_starts_with(str_slice(text, *at, text.length), str_of(word))) return false;
    *at += strlen(word);
    return true;
}

const struct feel_value *bpmn_value_read(struct arena *arena, struct str text, size_t *at, unsigned depth)
{
    struct str string;
    if (depth > MAXIMUM_DEPTH + 2 || *at >= text.length) return NULL;
    switch (text.data[*at]) {
    case 'n':
        return read_word(text, at, "null") ? feel_null() : NULL;
    case 't':
        return read_word(text, at, "true") ? feel_boolean(true) : NULL;
    case 'f':
        return read_word(text, at, "false") ? feel_boolean(false) : NULL;
    case '"':
        return bpmn_text_read(arena, text, at, &string) ? feel_string(arena, string) : NULL;
    case '[':
        return read_list(arena, text, at, depth);
    case '{':
        return read_context(arena, text, at, depth);
    default:
        return read_number(arena, text, at);
    }
}
