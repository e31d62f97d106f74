/* Answers as values: their types, emptiness, and the way to and from FEEL and text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/utf8.h"
#include "motcua/codec/json.h"

#include "internal.h"

static bool digits_at(struct str text, size_t from, size_t count)
{
    if (from + count > text.length) return false;
    for (size_t i = from; i < from + count; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

static int number_at(struct str text, size_t from, size_t count)
{
    int value = 0;
    for (size_t i = from; i < from + count; i++)
        value = value * 10 + (text.data[i] - '0');
    return value;
}

bool form_partial_date_valid(struct str text)
{
    if ((text.length != 4 && text.length != 7 && text.length != 10) || !digits_at(text, 0, 4)) return false;
    int year = number_at(text, 0, 4);
    if (year < 1800 || year > 2199) return false;
    if (text.length == 4) return true;
    if (text.data[4] != '-' || !digits_at(text, 5, 2)) return false;
    int month = number_at(text, 5, 2);
    if (month < 1 || month > 12) return false;
    return text.length == 7 || (text.data[7] == '-' && digits_at(text, 8, 2) &&
                                feel_date_valid(year, month, number_at(text, 8, 2)));
}

bool form_date_valid(struct str text)
{
    return text.length == 10 && form_partial_date_valid(text);
}

bool form_time_valid(struct str text)
{
    return text.length == 5 && text.data[2] == ':' && digits_at(text, 0, 2) && digits_at(text, 3, 2) &&
           number_at(text, 0, 2) < 24 && number_at(text, 3, 2) < 60;
}

const char *const *form_part_names(enum form_kind kind)
{
    static const char *const range[] = {"from", "to", NULL};
    static const char *const address[] = {"city", "district", "commune", "line", NULL};
    static const char *const account[] = {"bank", "number", "holder", NULL};
    static const char *const signature[] = {"name", "consent", "drawing", NULL};
    static const char *const point[] = {"lat", "lon", NULL};
    switch (kind) {
    case KIND_DATE_RANGE:
        return range;
    case KIND_ADDRESS:
        return address;
    case KIND_BANK_ACCOUNT:
        return account;
    case KIND_SIGNATURE:
        return signature;
    case KIND_MAP_POINT:
        return point;
    default:
        return NULL;
    }
}

/* The type of a member of an object kind. */
static bool part_typed(const char *name, const json_t *value)
{
    if (strcmp(name, "from") == 0 || strcmp(name, "to") == 0) return form_date_valid(json_str_value(value));
    if (strcmp(name, "consent") == 0) return json_is_boolean(value);
    if (strcmp(name, "lat") == 0 || strcmp(name, "lon") == 0) return json_is_number(value);
    return json_is_string(value);
}

static bool parts_typed(enum form_kind kind, const json_t *value)
{
    const char *const *names = form_part_names(kind);
    size_t known = 0;
    if (!json_is_object(value)) return false;
    for (size_t i = 0; names[i]; i++) {
        const json_t *part = json_object_get(value, names[i]);
        if (part && !part_typed(names[i], part)) return false;
        known += part != NULL;
    }
    return known == json_object_size(value);
}

static bool list_typed(const json_t *value)
{
    if (!json_is_array(value)) return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_string(json_array_get(value, i))) return false;
    return true;
}

static bool group_typed(const json_t *value)
{
    if (!json_is_array(value)) return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_object(json_array_get(value, i))) return false;
    return true;
}

/* JSON Schema calls 3.0 an integer; so do we. */
static bool is_integer(const json_t *value)
{
    return json_is_integer(value) ||
           (json_is_real(value) && json_real_value(value) == floor(json_real_value(value)));
}

bool form_value_typed(const struct form_field *field, const json_t *value)
{
    switch (field_info(field)->shape) {
    case SHAPE_NONE:
        return false;
    case SHAPE_ANY:
        return value != NULL && !json_is_null(value);
    case SHAPE_TEXT:
        return json_is_string(value);
    case SHAPE_NUMBER:
        return json_is_number(value);
    case SHAPE_INTEGER:
        return is_integer(value);
    case SHAPE_BOOLEAN:
        return json_is_boolean(value);
    case SHAPE_DATE:
        return form_date_valid(json_str_value(value));
    case SHAPE_PARTIAL_DATE:
        return form_partial_date_valid(json_str_value(value));
    case SHAPE_TIME:
        return form_time_valid(json_str_value(value));
    case SHAPE_LIST:
        return list_typed(value);
    case SHAPE_PARTS:
        return parts_typed(field->kind, value);
    case SHAPE_GROUP:
        return group_typed(value);
    }
    return false;
}

static bool blank(struct str text)
{
    return str_trim(text).length == 0;
}

bool form_value_empty(const struct form_field *field, const json_t *value)
{
    if (!value || json_is_null(value)) return true;
    if (json_is_string(value)) return blank(json_str_value(value));
    if (json_is_array(value)) return json_array_size(value) == 0;
    if (json_is_boolean(value)) return field->kind == KIND_CONSENT && json_is_false(value);
    if (!json_is_object(value)) return false;
    const char *name;
    json_t *part;
    json_object_foreach((json_t *)(uintptr_t)value, name, part)
    {
        bool fixed = field->kind == KIND_ADDRESS && field->parent && strcmp(name, "city") == 0;
        bool nothing = json_is_null(part) || json_is_false(part) ||
                       (json_is_string(part) && blank(json_str_value(part)));
        if (!nothing && !fixed) return false;
    }
    return true;
}

struct str form_number_text(struct arena *arena, const json_t *number)
{
    if (json_is_integer(number))
        return str_of(arena_printf(arena, "%lld", (long long)json_integer_value(number)));
    double value = json_real_value(number);
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    struct feel_number exact;
    if (!feel_number_from_text(str_of(text), &exact)) return str_of(arena_strdup(arena, text));
    char *plain = arena_alloc(arena, FEEL_NUMBER_TEXT_SIZE);
    feel_number_text(exact, plain);
    return str_of(plain);
}

json_t *form_number_json(struct str decimal)
{
    size_t significant = 0;
    bool leading = true, fraction = false;
    for (size_t i = 0; i < decimal.length; i++) {
        char c = decimal.data[i];
        fraction |= c == '.';
        leading &= c < '1' || c > '9';
        significant += !leading && c >= '0' && c <= '9';
    }
    char text[80];
    if (decimal.length >= sizeof text) return NULL;
    memcpy(text, decimal.data, decimal.length);
    text[decimal.length] = 0;
    int64_t integer;
    if (!fraction) return str_to_int64(decimal, &integer) == STATUS_OK ? json_integer(integer) : NULL;
    return significant <= 15 ? json_real(strtod(text, NULL)) : NULL;
}

static const struct feel_value *number_to_feel(struct arena *arena, const json_t *value)
{
    struct feel_number number;
    if (!feel_number_from_text(form_number_text(arena, value), &number)) return feel_null();
    return feel_number(arena, number);
}

static const struct feel_value *date_to_feel(struct arena *arena, struct str text)
{
    struct feel_date date;
    if (!form_date_valid(text) || !feel_date_from_text(text, &date))
        return text.data ? feel_string(arena, arena_str(arena, text)) : feel_null();
    return feel_date(arena, date);
}

static const struct feel_value *scalar_to_feel(struct arena *arena, const json_t *value)
{
    if (json_is_string(value)) return feel_string(arena, arena_str(arena, json_str_value(value)));
    if (json_is_boolean(value)) return feel_boolean(json_is_true(value));
    if (json_is_number(value)) return number_to_feel(arena, value);
    return feel_null();
}

static const struct feel_value *parts_to_feel(struct arena *arena, enum form_kind kind, const json_t *value)
{
    struct feel_context_builder *builder = feel_context_begin(arena);
    const char *const *names = form_part_names(kind);
    for (size_t i = 0; names[i]; i++) {
        const json_t *part = json_object_get(value, names[i]);
        const struct feel_value *made = kind == KIND_DATE_RANGE && part
                                            ? date_to_feel(arena, json_str_value(part))
                                            : scalar_to_feel(arena, part);
        feel_context_put(builder, str_of(names[i]), made);
    }
    return feel_context_end(builder);
}

static const struct feel_value *list_to_feel(struct arena *arena, const json_t *value)
{
    size_t count = json_array_size(value);
    const struct feel_value **items = arena_array(arena, count ? count : 1, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = scalar_to_feel(arena, json_array_get(value, i));
    return feel_list(arena, items, count);
}

const struct feel_value *form_value_to_feel(struct arena *arena, const struct form_field *field,
                                            const json_t *value)
{
    struct feel_time time;
    if (!value || !form_value_typed(field, value) || form_value_empty(field, value))
        return field->kind == KIND_CONSENT && json_is_boolean(value) ? feel_boolean(false) : feel_null();
    switch (field_info(field)->shape) {
    case SHAPE_DATE:
    case SHAPE_PARTIAL_DATE:
        return date_to_feel(arena, json_str_value(value));
    case SHAPE_TIME:
        if (!feel_time_from_text(str_of(arena_printf(arena, "%s:00", json_string_value(value))), &time))
            return feel_null();
        return feel_time(arena, time);
    case SHAPE_LIST:
        return list_to_feel(arena, value);
    case SHAPE_PARTS:
        return parts_to_feel(arena, field->kind, value);
    case SHAPE_NONE:
    case SHAPE_GROUP:
    case SHAPE_ANY:
        return feel_null();
    default:
        return scalar_to_feel(arena, value);
    }
}
