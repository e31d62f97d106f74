/* JSON Schema 2020-12 of the answers: exactly what form_validate_shape checks. */
#include "motcua/codec/json.h"

#include "internal.h"

#define NO_CONTROLS "^[^\\u0000-\\u001f\\u007f]*$"
#define LINES       "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f]*$"
/* Real days of the years 1800 to 2199, leap years included. */
#define YEAR      "(?:1[89]|2[01])[0-9][0-9]"
#define LEAP_YEAR "(?:(?:1[89]|2[01])(?:0[48]|[2468][048]|[13579][26])|2000)"
#define DAY_OF_YEAR                                                                                          \
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[" \
    "0-9]|2[0-8]))"
#define DATE "(?:" YEAR "-" DAY_OF_YEAR "|" LEAP_YEAR "-02-29)"

#define CORNER  "^(?:[6-9]|1[0-9]|2[0-3])\\.[0-9]{1,7},1(?:0[2-9]|1[0-7])\\.[0-9]{1,7}$"
#define DRAWING "^(?:[ML][0-9]{1,3},[0-9]{1,3})*$"

static json_t *typed(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

static json_t *pattern(const char *regex)
{
    json_t *schema = typed("string");
    json_object_set_new(schema, "pattern", json_string(regex));
    return schema;
}

static json_t *text(const char *regex, int64_t minimum, int64_t maximum)
{
    json_t *schema = pattern(regex);
    if (minimum > 0) json_object_set_new(schema, "minLength", json_integer(minimum));
    json_object_set_new(schema, "maxLength", json_integer(maximum));
    return schema;
}

static json_t *enumeration(const struct form_field *field)
{
    json_t *values = json_array();
    const char *const(*rows)[3];
    size_t count = field_has_choices(field) ? 0 : form_builtin_list(field->list, &rows);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(values, json_string(rows[i][0]));
    for (size_t i = 0; i < field->choice_count; i++)
        json_array_append_new(values, json_string(field->choices[i].value));
    return json_pack("{s:s,s:o}", "type", "string", "enum", values);
}

static json_t *code_schema(const struct form_field *field)
{
    switch (field->kind) {
    case KIND_PHONE:
        return pattern("^0[0-9]{9,10}$");
    case KIND_PERSONAL_ID:
        return pattern("^[0-9]{12}$");
    case KIND_IDENTITY_CARD:
        return pattern("^[0-9]{9}$");
    case KIND_IDENTITY_NUMBER:
        return pattern("^(?:[0-9]{9}|[0-9]{12})$");
    case KIND_PASSPORT:
        return pattern("^[A-Z][0-9]{7,8}$");
    case KIND_TAX_CODE:
        return pattern("^[0-9]{10}(?:-[0-9]{3})?$");
    case KIND_HOUSEHOLD:
        return pattern("^[0-9]{9,12}$");
    case KIND_DOSSIER:
        return pattern("^[A-Z0-9./-]{3,60}$");
    case KIND_ADMINISTRATIVE_UNIT:
        if (field->level && strcmp(field->level, "city") == 0) return pattern("^[0-9]{2}$");
        return pattern(field->level && strcmp(field->level, "district") == 0 ? "^[0-9]{3}$" : "^[0-9]{5}$");
    default:
        return NULL;
    }
}

static json_t *text_schema(const struct form_field *field, struct arena *arena)
{
    const char *const(*rows)[3];
    json_t *code = code_schema(field);
    if (code) return code;
    if (field_has_choices(field) || (field->list && form_builtin_list(field->list, &rows)))
        return enumeration(field);
    if (field->list || field_info(field)->widget == WIDGET_SELECT)
        return json_pack("{s:s,s:i,s:i,s:s}", "type", "string", "minLength", 1, "maxLength", 100, "pattern",
                         NO_CONTROLS);
    bool free_text = field->kind == KIND_TEXT || field->kind == KIND_LONG_TEXT;
    json_t *schema = text(field->kind == KIND_LONG_TEXT ? LINES : NO_CONTROLS,
                          free_text ? field->min_length : 0, free_text ? field->max_length : 500);
    if (field->pattern)
        json_object_set_new(
            schema, "allOf",
            json_pack("[o]", json_pack("{s:s}", "pattern", arena_printf(arena, "^(?:%s)$", field->pattern))));
    return schema;
}

static json_t *number_of(struct feel_number number)
{
    char buffer[FEEL_NUMBER_TEXT_SIZE];
    size_t length = feel_number_text(number, buffer);
    json_t *json = form_number_json(str_make(buffer, length));
    return json ? json : json_real(feel_number_to_double(number));
}

static json_t *number_schema(const struct form_field *field)
{
    json_t *schema = typed(field_info(field)->shape == SHAPE_INTEGER ? "integer" : "number");
    if (field->has_minimum) json_object_set_new(schema, "minimum", number_of(field->minimum));
    if (field->has_maximum) json_object_set_new(schema, "maximum", number_of(field->maximum));
    return schema;
}

static json_t *list_schema(const struct form_field *field)
{
    bool files = field_info(field)->widget == WIDGET_FILE, cascade = field->kind == KIND_CASCADE;
    json_t *items = files                          ? pattern("^[0-9a-f-]{36}$")
                    : field->kind == KIND_MAP_PLOT ? pattern(CORNER)
                    : cascade ? json_pack("{s:s,s:i,s:i,s:s}", "type", "string", "minLength", 1, "maxLength",
                                          100, "pattern", NO_CONTROLS)
                              : enumeration(field);
    json_t *schema = json_pack("{s:s,s:o}", "type", "array", "items", items);
    json_object_set_new(schema, "maxItems",
                        json_integer(cascade ? (json_int_t)field->level_count : field->max_items));
    if (!cascade) json_object_set_new(schema, "uniqueItems", json_true());
    return schema;
}

static json_t *parts_schema(const struct form_field *field)
{
    json_t *properties = json_object();
    switch (field->kind) {
    case KIND_DATE_RANGE:
        json_object_set_new(properties, "from", pattern("^" DATE "$"));
        json_object_set_new(properties, "to", pattern("^" DATE "$"));
        break;
    case KIND_ADDRESS:
        json_object_set_new(properties, "city", pattern("^[0-9]{2}$"));
        json_object_set_new(properties, "district", pattern("^[0-9]{3}$"));
        json_object_set_new(properties, "commune", pattern("^[0-9]{5}$"));
        json_object_set_new(properties, "line", text(NO_CONTROLS, 0, 200));
        break;
    case KIND_BANK_ACCOUNT:
        json_object_set_new(properties, "bank", text(NO_CONTROLS, 1, 100));
        json_object_set_new(properties, "number", pattern("^[0-9]{6,19}$"));
        json_object_set_new(properties, "holder", text(NO_CONTROLS, 0, 100));
        break;
    case KIND_SIGNATURE:
        json_object_set_new(properties, "name", text(NO_CONTROLS, 0, 100));
        json_object_set_new(properties, "consent", typed("boolean"));
        json_object_set_new(properties, "drawing", text(DRAWING, 0, SIGNATURE_MAXIMUM));
        break;
    default: /* KIND_MAP_POINT */
        json_object_set_new(properties, "lat",
                            json_pack("{s:s,s:i,s:i}", "type", "number", "minimum", 6, "maximum", 24));
        json_object_set_new(properties, "lon",
                            json_pack("{s:s,s:i,s:i}", "type", "number", "minimum", 102, "maximum", 118));
        break;
    }
    return json_pack("{s:s,s:o,s:b}", "type", "object", "properties", properties, "additionalProperties", 0);
}

static json_t *fields_schema(const struct form *form, struct arena *arena, const struct form_field *fields,
                             size_t count, bool in_group);

static json_t *group_schema(const struct form *form, struct arena *arena, const struct form_field *field)
{
    json_t *rows = fields_schema(form, arena, field->fields, field->field_count, true);
    return json_pack("{s:s,s:o,s:I}", "type", "array", "items", rows, "maxItems",
                     (json_int_t)field->max_items);
}

static json_t *value_schema(const struct form *form, struct arena *arena, const struct form_field *field)
{
    switch (field_info(field)->shape) {
    case SHAPE_TEXT:
        return text_schema(field, arena);
    case SHAPE_NUMBER:
    case SHAPE_INTEGER:
        return number_schema(field);
    case SHAPE_BOOLEAN:
        return typed("boolean");
    case SHAPE_DATE:
        return pattern("^" DATE "$");
    case SHAPE_PARTIAL_DATE:
        return pattern("^(?:" YEAR "(?:-(?:0[1-9]|1[0-2]))?|" DATE ")$");
    case SHAPE_TIME:
        return pattern("^(?:[01][0-9]|2[0-3]):[0-5][0-9]$");
    case SHAPE_LIST:
        return list_schema(field);
    case SHAPE_PARTS:
        return parts_schema(field);
    case SHAPE_GROUP:
        return group_schema(form, arena, field);
    default:
        return json_object();
    }
}

/* A required answer is there and not empty. An empty list stands for no answer; a choice of few is at least
 * min_items. */
static void add_requirement(json_t *schema, const struct form_field *field, bool required)
{
    enum form_shape shape = field_info(field)->shape;
    json_int_t minimum =
        field->kind == KIND_SEVERAL || field->kind == KIND_RANKED || field->kind == KIND_MAP_PLOT
            ? field->min_items
            : 0;
    if (required && minimum == 0) minimum = 1;
    if (required && shape == SHAPE_TEXT && !json_object_get(schema, "minLength"))
        json_object_set_new(schema, "minLength", json_integer(1));
    if (required && (shape == SHAPE_LIST || shape == SHAPE_GROUP))
        json_object_set_new(schema, "minItems", json_integer(minimum));
    if (!required && minimum > 1)
        json_object_set_new(schema, "anyOf", json_pack("[{s:i},{s:I}]", "maxItems", 0, "minItems", minimum));
    if (required && field->kind == KIND_CONSENT) json_object_set_new(schema, "const", json_true());
}

static json_t *fields_schema(const struct form *form, struct arena *arena, const struct form_field *fields,
                             size_t count, bool in_group)
{
    json_t *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct form_field *field = &fields[i];
        if (!field->key || !field_takes_input(field)) continue;
        bool always = form_required_always(form, field, in_group);
        json_t *schema = value_schema(form, arena, field);
        add_requirement(schema, field, always);
        if (field->label.vi) json_object_set_new(schema, "title", json_string(field->label.vi));
        if (field->help.vi) json_object_set_new(schema, "description", json_string(field->help.vi));
        json_object_set_new(properties, field->key, schema);
        if (always) json_array_append_new(required, json_string(field->key));
    }
    return json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties, "required", required,
                     "additionalProperties", 0);
}

enum status form_json_schema(const struct form *form, struct arena *arena, json_t **schema)
{
    json_t *made = fields_schema(form, arena, form->fields, form->field_count, false);
    if (!made) return STATUS_UNAVAILABLE;
    json_object_set_new(made, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(made, "title", json_string(form->title.vi));
    *schema = made;
    return STATUS_OK;
}
