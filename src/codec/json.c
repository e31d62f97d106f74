/* JSON over jansson: limits are checked on the text before jansson sees it, so its own recursion is bounded.
 */
#include "motcua/codec/json.h"

#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/utf8.h"

#define SIZE_DEFAULT    ((size_t)1 << 20)
#define INT64_DIGITS    19
#define CANONICAL_DEPTH 500 /* deeper trees are nobody's document */

void json_release(json_t **json)
{
    if (json) json_decref(*json);
}

/* Deepest nesting of brackets outside strings; not yet known to be well-formed. */
static unsigned nesting(struct str text)
{
    unsigned depth = 0, deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest) deepest = depth;
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

static enum status fail(struct arena *arena, struct error *error, enum status status, const char *code,
                        const char *message, const char *argument, const char *detail)
{
    error_set(error, arena, status, code, message, "%s", detail);
    if (error) error->argument = argument;
    return status;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of the number at text[from], and whether it is an integer that no int64 holds. */
static size_t number_length(struct str text, size_t from, bool *too_long)
{
    size_t i = from;
    int64_t value;
    while (i < text.length && (is_digit(text.data[i]) || (i == from && text.data[i] == '-')))
        i++;
    struct str whole = str_slice(text, from, i);
    *too_long = whole.length >= INT64_DIGITS && str_to_int64(whole, &value) != STATUS_OK;
    for (; i < text.length && (is_digit(text.data[i]) || strchr(".eE+-", text.data[i])); i++)
        *too_long = false;
    return i - from;
}

/* JSON knows one kind of number. An integer beyond those of jansson is read as what it means: a real. */
static void write_long_integers_as_reals(struct str text, struct buf *out)
{
    bool in_string = false, too_long;
    for (size_t i = 0; i < text.length;) {
        char c = text.data[i];
        size_t length = in_string && c == '\\' && i + 1 < text.length ? 2 : 1;
        if (c == '"') in_string = !in_string;
        too_long = false;
        if (!in_string && (is_digit(c) || c == '-')) length = number_length(text, i, &too_long);
        buf_append(out, text.data + i, length);
        if (too_long) buf_append_cstr(out, ".0");
        i += length;
    }
}

static json_t *load(struct str text, json_error_t *problem)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    json_t *parsed = json_loadb(text.length ? text.data : "", text.length, flags, problem);
    if (parsed || json_error_code(problem) != json_error_numeric_overflow) return parsed;
    BUF_AUTO changed = BUF_WITH_MAXIMUM(2 * text.length + 1);
    write_long_integers_as_reals(text, &changed);
    return json_loadb(changed.data, changed.length, flags, problem);
}

/* What is wrong, for whoever wrote the text; %s is the line. */
static const char *words_of(const json_error_t *problem)
{
    switch (json_error_code(problem)) {
    case json_error_duplicate_key:
        return N_("Dữ liệu JSON có một khóa viết hai lần trong cùng một đối tượng, ở dòng %s.");
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return N_("Dữ liệu JSON có ký tự NUL (U+0000), không dùng được, ở dòng %s.");
    case json_error_numeric_overflow:
        return N_("Dữ liệu JSON có một số quá lớn, ở dòng %s.");
    case json_error_invalid_syntax:
        if (strstr(problem->text, "invalid Unicode"))
            return N_("Dữ liệu JSON có mã ký tự lẻ: một nửa của cặp thay thế Unicode (surrogate) đứng một "
                      "mình, ở dòng %s.");
        break;
    default:
        break;
    }
    return N_("Dữ liệu JSON sai cú pháp ở dòng %s.");
}

enum status json_parse(struct arena *arena, struct str text, size_t maximum, unsigned depth, json_t **json,
                       struct error *error)
{
    if (maximum == 0) maximum = SIZE_DEFAULT;
    if (depth == 0) depth = JSON_DEPTH_DEFAULT;
    if (text.length > maximum)
        return fail(arena, error, STATUS_TOO_LARGE, "json.size", N_("Dữ liệu JSON quá lớn (tối đa %s byte)."),
                    arena_printf(arena, "%zu", maximum), "too many bytes");
    /* jansson accepts a byte order mark nowhere; many editors write one */
    if (str_starts_with(text, STR("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.length);
    if (!utf8_valid(text))
        return fail(arena, error, STATUS_INVALID, "json.encoding",
                    N_("Dữ liệu JSON không phải là UTF-8 hợp lệ. Hãy lưu tệp ở dạng UTF-8."), NULL,
                    "malformed UTF-8");
    if (nesting(text) > depth)
        return fail(arena, error, STATUS_TOO_LARGE, "json.depth",
                    N_("Dữ liệu JSON lồng nhau quá sâu (tối đa %s mức)."), arena_printf(arena, "%u", depth),
                    "too deep");
    json_error_t problem;
    json_t *parsed = load(text, &problem);
    if (!parsed)
        return fail(arena, error, STATUS_INVALID, "json.syntax", words_of(&problem),
                    arena_printf(arena, "%d", problem.line), arena_strdup(arena, problem.text));
    *json = parsed;
    return STATUS_OK;
}

static int append(const char *data, size_t size, void *context)
{
    struct buf *out = context;
    buf_append(out, data, size);
    return out->overflow ? -1 : 0;
}

static bool write_node(const json_t *json, struct buf *out, unsigned depth);

/* Shortest text that reads back as the same double, always recognisable as a real. */
static void write_real(double value, struct buf *out)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    buf_append_cstr(out, text);
    if (!strpbrk(text, ".e")) buf_append_cstr(out, ".0");
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool write_object(const json_t *json, struct buf *out, unsigned depth)
{
    size_t count = 0, size = json_object_size(json);
    const char **keys = calloc(size + 1, sizeof *keys);
    if (!keys) return false;
    json_t *object = (json_t *)(uintptr_t)json;
    for (void *at = json_object_iter(object); at && count < size; at = json_object_iter_next(object, at))
        keys[count++] = json_object_iter_key(at);
    qsort(keys, count, sizeof *keys, compare_keys);
    bool written = true;
    buf_append_char(out, '{');
    for (size_t i = 0; i < count && written; i++) {
        json_auto key = json_string(keys[i]);
        if (i) buf_append_char(out, ',');
        written = write_node(key, out, depth);
        buf_append_char(out, ':');
        written = written && write_node(json_object_get(json, keys[i]), out, depth);
    }
    buf_append_char(out, '}');
    free(keys);
    return written;
}

static bool write_node(const json_t *json, struct buf *out, unsigned depth)
{
    if (!json || depth > CANONICAL_DEPTH) return false;
    bool written = true;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return write_object(json, out, depth + 1);
    case JSON_ARRAY:
        buf_append_char(out, '[');
        for (size_t i = 0; i < json_array_size(json) && written; i++) {
            if (i) buf_append_char(out, ',');
            written = write_node(json_array_get(json, i), out, depth + 1);
        }
        buf_append_char(out, ']');
        return written;
    case JSON_REAL:
        write_real(json_real_value(json), out);
        return true;
    default:
        return json_dump_callback(json, append, out, JSON_ENCODE_ANY) == 0;
    }
}

enum status json_canonical(const json_t *json, struct buf *out)
{
    bool written = write_node(json, out, 0);
    if (out->overflow) return STATUS_TOO_LARGE;
    return written ? STATUS_OK : STATUS_INVALID;
}

struct str json_canonical_arena(const json_t *json, struct arena *arena, size_t maximum)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(maximum);
    if (json_canonical(json, &out) != STATUS_OK) return STR_NULL;
    return buf_copy(&out, arena);
}

enum status json_pretty(const json_t *json, struct buf *out)
{
    if (!json || json_dump_callback(json, append, out, JSON_INDENT(2) | JSON_ENCODE_ANY) != 0)
        return out->overflow ? STATUS_TOO_LARGE : STATUS_INVALID;
    return STATUS_OK;
}

struct str json_str_value(const json_t *json)
{
    if (!json_is_string(json)) return STR_NULL;
    return str_make(json_string_value(json), json_string_length(json));
}

struct str json_get_str(const json_t *object, const char *key)
{
    return json_str_value(json_object_get(object, key));
}

const char *json_get_cstr(const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : fallback;
}

int64_t json_get_int64(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool json_get_bool(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

json_t *json_get_array(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_array(value) ? value : NULL;
}

json_t *json_get_object(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_object(value) ? value : NULL;
}

json_t *json_str_new(struct str text)
{
    json_t *value = NULL;
    if (!memchr(text.length ? text.data : "-", 0, text.length ? text.length : 1))
        value = json_stringn(text.length ? text.data : "", text.length);
    if (value) return value;
    BUF_AUTO clean = BUF_WITH_MAXIMUM(text.length * 3 + 1);
    for (size_t i = 0; i < text.length;) {
        uint32_t code_point = utf8_next(text, &i);
        char bytes[4];
        if (code_point == 0) continue;
        size_t length = utf8_encode(code_point, bytes);
        if (length)
            buf_append(&clean, bytes, length);
        else
            buf_append_cstr(&clean, "\xEF\xBF\xBD");
    }
    return json_stringn(clean.length ? clean.data : "", clean.length);
}

void json_set_str(json_t *object, const char *key, struct str text)
{
    json_object_set_new(object, key, json_str_new(text));
}

void json_set_cstr(json_t *object, const char *key, const char *text)
{
    if (text) json_set_str(object, key, str_of(text));
}
