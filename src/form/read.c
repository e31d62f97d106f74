/* Typed reading of a definition: every wrong type or unknown property becomes a finding with its path. */
#include "motcua/base/utf8.h"
#include "motcua/codec/json.h"

#include "model.h"

#define FINDINGS_MAXIMUM 200
#define TEXT_MAXIMUM     4000 /* bytes of one text for people */

void form_report(struct form_reader *reader, bool warning, const char *path, const char *code,
                 const char *message, const char *argument)
{
    if (!warning) reader->failed = true;
    if (reader->finding_count == FINDINGS_MAXIMUM) return;
    if (reader->finding_count == reader->finding_capacity) {
        size_t capacity = reader->finding_capacity ? reader->finding_capacity * 2 : 8;
        struct form_finding *grown = arena_array(reader->arena, capacity, sizeof *grown);
        if (reader->finding_count) memcpy(grown, reader->findings, reader->finding_count * sizeof *grown);
        reader->findings = grown;
        reader->finding_capacity = capacity;
    }
    reader->findings[reader->finding_count++] = (struct form_finding){
        .path = path, .code = code, .message = message, .argument = argument, .warning = warning};
}

static const char *join(struct form_reader *reader, const char *path, const char *name)
{
    return *path ? arena_printf(reader->arena, "%s.%s", path, name) : arena_strdup(reader->arena, name);
}

/* Is `name` one of the blank-separated words? */
static bool word_in(const char *words, const char *name)
{
    struct str rest = str_of(words), word;
    bool more = rest.length > 0;
    while (more) {
        more = str_split(rest, ' ', &word, &rest);
        if (word.length && str_equal_cstr(word, name)) return true;
    }
    return false;
}

void form_check_properties(struct form_reader *reader, const json_t *json, const char *path,
                           const char *allowed, const char *more)
{
    if (!json_is_object(json)) {
        form_report(reader, false, path, "form.definition.type",
                    N_("Chỗ này phải là một đối tượng JSON {…}."), NULL);
        return;
    }
    for (void *at = json_object_iter((json_t *)(uintptr_t)json); at;
         at = json_object_iter_next((json_t *)(uintptr_t)json, at)) {
        const char *name = json_object_iter_key(at);
        if (!word_in(allowed, name) && !word_in(more, name))
            form_report(reader, false, join(reader, path, name), "form.definition.unknown_property",
                        N_("Thuộc tính “%s” không có trong định dạng biểu mẫu ở chỗ này."),
                        arena_strdup(reader->arena, name));
    }
}

static void wrong_type(struct form_reader *reader, const char *path, const char *name, const char *message)
{
    form_report(reader, false, join(reader, path, name), "form.definition.type", message, NULL);
}

static void too_long(struct form_reader *reader, const char *path)
{
    form_report(reader, false, path, "form.definition.text_length",
                N_("Đoạn chữ này quá dài (tối đa 4000 byte)."), NULL);
}

static const char *people_text(struct form_reader *reader, const json_t *node, const char *path)
{
    struct str text = json_str_value(node);
    if (!text.data || str_trim(text).length == 0) {
        form_report(reader, false, path, "form.definition.text",
                    N_("Chỗ này phải là một đoạn chữ không trống."), NULL);
        return NULL;
    }
    if (text.length > TEXT_MAXIMUM) {
        too_long(reader, path);
        return NULL;
    }
    return arena_str(reader->arena, text).data;
}

struct form_text form_read_text_node(struct form_reader *reader, const json_t *node, const char *path)
{
    struct form_text text = {0};
    if (json_is_object(node)) {
        form_check_properties(reader, node, path, "vi en", "");
        text.vi = people_text(reader, json_object_get(node, "vi"), join(reader, path, "vi"));
        if (json_object_get(node, "en"))
            text.en = people_text(reader, json_object_get(node, "en"), join(reader, path, "en"));
        else
            form_report(reader, true, path, "form.definition.no_english", N_("Thiếu bản tiếng Anh."), NULL);
    } else {
        text.vi = people_text(reader, node, path);
    }
    return text;
}

struct form_text form_read_text(struct form_reader *reader, const json_t *json, const char *path,
                                const char *name, bool required)
{
    const json_t *node = json_object_get(json, name);
    if (!node) {
        if (required)
            form_report(reader, false, join(reader, path, name), "form.definition.missing",
                        N_("Thiếu thuộc tính “%s”."), name);
        return (struct form_text){0};
    }
    return form_read_text_node(reader, node, join(reader, path, name));
}

const char *form_read_string(struct form_reader *reader, const json_t *json, const char *path,
                             const char *name)
{
    const json_t *node = json_object_get(json, name);
    if (!node) return NULL;
    if (!json_is_string(node) || json_string_length(node) == 0) {
        wrong_type(reader, path, name, N_("Chỗ này phải là một chuỗi ký tự không trống."));
        return NULL;
    }
    if (json_string_length(node) > TEXT_MAXIMUM) {
        too_long(reader, join(reader, path, name));
        return NULL;
    }
    return arena_str(reader->arena, json_str_value(node)).data;
}

bool form_read_bool(struct form_reader *reader, const json_t *json, const char *path, const char *name,
                    bool fallback)
{
    const json_t *node = json_object_get(json, name);
    if (node && !json_is_boolean(node))
        wrong_type(reader, path, name, N_("Chỗ này phải là true hoặc false."));
    return json_get_bool(json, name, fallback);
}

int64_t form_read_integer(struct form_reader *reader, const json_t *json, const char *path, const char *name,
                          int64_t low, int64_t high, int64_t fallback)
{
    const json_t *node = json_object_get(json, name);
    if (!node) return fallback;
    if (!json_is_integer(node) || json_integer_value(node) < low || json_integer_value(node) > high) {
        form_report(reader, false, join(reader, path, name), "form.definition.number",
                    N_("Chỗ này phải là một số nguyên trong khoảng %s."),
                    arena_printf(reader->arena, "%lld–%lld", (long long)low, (long long)high));
        return fallback;
    }
    return json_integer_value(node);
}

struct form_expression *form_read_expression(struct form_reader *reader, const json_t *json, const char *path,
                                             const char *name)
{
    const json_t *node = json_object_get(json, name);
    if (!node) return NULL;
    if (!json_is_string(node) || str_trim(json_str_value(node)).length == 0) {
        wrong_type(reader, path, name, N_("Chỗ này phải là một biểu thức FEEL viết trong chuỗi ký tự."));
        return NULL;
    }
    struct form_expression *expression = arena_zalloc(reader->arena, sizeof *expression);
    expression->source = arena_str(reader->arena, json_str_value(node)).data;
    expression->path = join(reader, path, name);
    return expression;
}

/* Letters as FEEL counts them, narrowed to what keyboards here type: ASCII, Latin with marks. */
static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x1E00 && c <= 0x1EFF);
}

bool form_key_valid(struct str key)
{
    static const char keywords[] =
        "not and or if then else for in return every some satisfies between instance of function true false "
        "null external row_number";
    if (key.length == 0 || key.length > 64) return false;
    size_t at = 0;
    while (at < key.length) {
        bool first = at == 0;
        uint32_t c = utf8_next(key, &at);
        if (!is_letter(c) && (first || c < '0' || c > '9')) return false;
    }
    char text[65];
    memcpy(text, key.data, key.length);
    text[key.length] = 0;
    return !word_in(keywords, text);
}
