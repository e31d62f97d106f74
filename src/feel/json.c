/* JSON to FEEL and back. */
#include "motcua/feel/json.h"

#include <stdio.h>
#include <stdlib.h>

static const struct feel_value *from_real(struct arena *arena, double real)
{
    char text[32];
    struct feel_number number;
    for (int digits = 15; digits <= 17; digits++) { /* the shortest text that reads back */
        snprintf(text, sizeof text, "%.*g", digits, real);
        if (strtod(text, NULL) == real) break;
    }
    if (!feel_number_from_text(str_of(text), &number))
        return feel_null_because(arena, "the number is not finite");
    return feel_number(arena, number);
}

static const struct feel_value *from_json(struct arena *arena, const json_t *json, unsigned depth)
{
    if (depth >= FEEL_MAXIMUM_VALUE_DEPTH)
        return feel_null_because(arena, "values may be nested at most %d deep", FEEL_MAXIMUM_VALUE_DEPTH);
    switch (json == NULL ? JSON_NULL : json_typeof(json)) {
    case JSON_OBJECT: {
        struct feel_context_builder *builder = feel_context_begin(arena);
        const char *key;
        json_t *value, *object = (json_t *)(uintptr_t)json; /* jansson's iteration takes no const */
        json_object_foreach(object, key, value)
            feel_context_put(builder, arena_str(arena, str_of(key)), from_json(arena, value, depth + 1));
        return feel_context_end(builder);
    }
    case JSON_ARRAY: {
        size_t count = json_array_size(json);
        const struct feel_value **items = arena_array(arena, count, sizeof *items);
        for (size_t i = 0; i < count; i++)
            items[i] = from_json(arena, json_array_get(json, i), depth + 1);
        return feel_list(arena, items, count);
    }
    case JSON_STRING:
        return feel_string(arena,
                           arena_str(arena, str_make(json_string_value(json), json_string_length(json))));
    case JSON_INTEGER:
        return feel_integer(arena, json_integer_value(json));
    case JSON_REAL:
        return from_real(arena, json_real_value(json));
    case JSON_TRUE:
        return feel_boolean(true);
    case JSON_FALSE:
        return feel_boolean(false);
    case JSON_NULL:
        return feel_null();
    }
    return feel_null();
}

const struct feel_value *feel_from_json(struct arena *arena, const json_t *json)
{
    return from_json(arena, json, 0);
}

const struct feel_value *feel_from_json_as(struct arena *arena, const json_t *json, enum feel_kind kind)
{
    struct str text;
    if (!json_is_string(json)) return feel_from_json(arena, json);
    text = arena_str(arena, str_make(json_string_value(json), json_string_length(json)));
    if (kind == FEEL_NUMBER || (kind >= FEEL_DATE && kind <= FEEL_MONTHS_DURATION))
        return feel_from_text_as(arena, text, kind);
    return feel_string(arena, text);
}

static json_t *number_to_json(struct feel_number number)
{
    char text[FEEL_NUMBER_TEXT_SIZE];
    int64_t integer;
    size_t digits = 0;
    feel_number_text(number, text);
    if (feel_number_to_int64(number, &integer)) return json_integer(integer);
    for (const char *at = text; *at != '\0' && *at != 'E'; at++)
        digits += *at >= '0' && *at <= '9' && (digits > 0 || *at != '0');
    return digits <= 15 && strlen(text) < 24 ? json_real(feel_number_to_double(number)) : json_string(text);
}

static json_t *text_to_json(const struct feel_value *value)
{
    struct arena *arena = arena_create((size_t)4 << 20);
    const char *text = value->kind == FEEL_RANGE || value->kind == FEEL_FUNCTION
                           ? feel_literal(arena, value, (size_t)1 << 20)
                           : feel_text(arena, value, (size_t)1 << 20);
    json_t *json = text != NULL ? json_string(text) : json_null();
    arena_destroy(arena);
    return json;
}

json_t *feel_to_json(const struct feel_value *value)
{
    json_t *json;
    switch (value->kind) {
    case FEEL_NULL:
        return json_null();
    case FEEL_BOOLEAN:
        return json_boolean(value->boolean);
    case FEEL_NUMBER:
        return number_to_json(value->number);
    case FEEL_STRING:
        json = json_stringn(value->string.data, value->string.length);
        return json != NULL ? json : json_null();
    case FEEL_LIST:
        json = json_array();
        for (size_t i = 0; i < value->list.count; i++)
            json_array_append_new(json, feel_to_json(value->list.items[i]));
        return json;
    case FEEL_CONTEXT:
        json = json_object();
        for (size_t i = 0; i < feel_context_count(value); i++) {
            struct str name;
            const struct feel_value *entry = feel_context_at(value, i, &name);
            json_object_setn_new(json, name.data, name.length, feel_to_json(entry));
        }
        return json;
    default:
        return text_to_json(value);
    }
}
