/* Values as text for people and for inputs; labels of choices. */
#include "motcua/codec/json.h"

#include "internal.h"

#define SHOWN_MAXIMUM ((size_t)1 << 20)

const struct form_choice *form_choice_find(const struct form_choice *choices, size_t count, const char *value)
{
    for (size_t i = 0; value && i < count; i++)
        if (strcmp(choices[i].value, value) == 0) return &choices[i];
    return NULL;
}

const char *form_choice_label(const struct form_field *field, const struct form_environment *environment,
                              struct arena *arena, const char *value)
{
    const struct form_choice *choice = form_choice_find(field->choices, field->choice_count, value);
    if (choice) return form_text_in(&choice->label, form_language(environment));
    const char *label = field->list ? form_list_label(environment, arena, field->list, value) : NULL;
    return label ? label : arena_strdup(arena, value);
}

const char *form_control_id(struct arena *arena, const char *name)
{
    char *id = arena_printf(arena, "f-%s", name);
    char *out = id;
    for (const char *in = id; *in; in++)
        if (*in == '[' || *in == '.')
            *out++ = '-';
        else if (*in != ']')
            *out++ = *in;
    *out = 0;
    return id;
}

static void separate(struct buf *out, const char *separator)
{
    if (out->length) buf_append_cstr(out, separator);
}

const char *form_plot_area_shown(const struct form_environment *environment, struct arena *arena,
                                 const json_t *corners)
{
    const char *area = arena_printf(arena, "%.0f", form_plot_area(arena, corners));
    return form_message(arena, environment, N_("%s m²"),
                        form_number_shown(arena, str_of(area), form_language(environment), true));
}

/* The area, and the corners that whoever decides looks up on a map: "1.250 m² (21,0285000 105,8542000; ...)".
 */
static const char *plot_shown(const struct form_environment *environment, struct arena *arena,
                              const json_t *corners)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(SHOWN_MAXIMUM);
    buf_printf(&out, "%s (", form_plot_area_shown(environment, arena, corners));
    for (const char *c = form_plot_typed(arena, corners); *c; c++)
        if (*c == '\n')
            buf_append_cstr(&out, "; ");
        else
            buf_append_char(&out, *c);
    buf_append_char(&out, ')');
    return arena_str(arena, buf_str(&out)).data;
}

static const char *list_shown(const struct form_field *field, const struct form_environment *environment,
                              struct arena *arena, const json_t *value)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(SHOWN_MAXIMUM);
    const struct form_choice *choices = field->choices;
    size_t count = field->choice_count;
    const char *language = form_language(environment);
    if (field->kind == KIND_MAP_PLOT) return plot_shown(environment, arena, value);
    if (field_info(field)->widget == WIDGET_FILE)
        return form_message(arena, environment, N_("%s tệp"),
                            arena_printf(arena, "%zu", json_array_size(value)));
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *item = json_string_value(json_array_get(value, i));
        const struct form_choice *choice = form_choice_find(choices, count, item);
        separate(&out, field->kind == KIND_CASCADE ? " › " : "; ");
        if (field->kind == KIND_RANKED) buf_printf(&out, "%zu. ", i + 1);
        buf_append_cstr(&out, choice ? form_text_in(&choice->label, language) : item ? item : "");
        if (field->kind == KIND_CASCADE && choice) {
            choices = choice->choices;
            count = choice->choice_count;
        }
    }
    return arena_str(arena, buf_str(&out)).data;
}

static const char *unit_label(const struct form_environment *environment, struct arena *arena,
                              const char *code)
{
    const char *label = form_list_label(environment, arena, "administrative_unit", code);
    return label ? label : code;
}

static const char *parts_shown(const struct form_field *field, const struct form_environment *environment,
                               struct arena *arena, const json_t *value)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(SHOWN_MAXIMUM);
    static const char *const units[] = {"commune", "district", "city"};
    const char *label;
    switch (field->kind) {
    case KIND_ADDRESS:
        buf_append_str(&out, json_get_str(value, "line"));
        for (size_t i = 0; i < 3; i++) {
            const char *code = json_get_cstr(value, units[i], "");
            if (*code) {
                separate(&out, ", ");
                buf_append_cstr(&out, unit_label(environment, arena, code));
            }
        }
        break;
    case KIND_DATE_RANGE:
        buf_append_cstr(&out, form_date_shown(arena, json_get_str(value, "from")));
        buf_append_cstr(&out, " – ");
        buf_append_cstr(&out, form_date_shown(arena, json_get_str(value, "to")));
        break;
    case KIND_BANK_ACCOUNT:
        label = form_list_label(environment, arena, "bank", json_get_cstr(value, "bank", ""));
        buf_printf(&out, "%s – %s – %s", json_get_cstr(value, "number", ""),
                   json_get_cstr(value, "holder", ""), label ? label : json_get_cstr(value, "bank", ""));
        break;
    case KIND_SIGNATURE:
        buf_append_str(&out, json_get_str(value, "name"));
        break;
    default: /* map point */
        for (size_t i = 0; i < 2; i++) {
            const json_t *number = json_object_get(value, i ? "lon" : "lat");
            separate(&out, "; ");
            if (json_is_number(number))
                buf_append_cstr(&out, form_number_shown(arena, form_number_text(arena, number),
                                                        form_language(environment), false));
        }
        break;
    }
    return arena_str(arena, buf_str(&out)).data;
}

static const char *number_shown(const struct form_field *field, const struct form_environment *environment,
                                struct arena *arena, const json_t *value)
{
    const char *language = form_language(environment);
    const char *text = form_number_shown(arena, form_number_text(arena, value), language, true);
    const char *unit = form_text_in(&field->unit, language);
    bool money = field->kind == KIND_MONEY || (field->format && strcmp(field->format, "money") == 0);
    if (money) return form_message(arena, environment, N_("%s đồng"), text);
    return unit ? arena_printf(arena, "%s %s", text, unit) : text;
}

static const char *boolean_shown(const struct form_field *field, const struct form_environment *environment,
                                 bool value)
{
    if (field->kind == KIND_CONSENT)
        return form_translate(environment, value ? N_("Đồng ý") : N_("Không đồng ý"));
    return form_translate(environment, value ? N_("Có") : N_("Không"));
}

static const char *text_shown(const struct form_field *field, const struct form_environment *environment,
                              struct arena *arena, const json_t *value)
{
    enum form_shape shape = field_info(field)->shape;
    bool date = shape == SHAPE_DATE || shape == SHAPE_PARTIAL_DATE ||
                (field->format && strcmp(field->format, "date") == 0);
    if (date) return form_date_shown(arena, json_str_value(value));
    if (field_has_choices(field) || field->list)
        return form_choice_label(field, environment, arena, json_string_value(value));
    return arena_str(arena, json_str_value(value)).data;
}

const char *form_value_shown(const struct form_field *field, const struct form_environment *environment,
                             struct arena *arena, const json_t *value)
{
    if (!value || json_is_null(value)) return "";
    if (json_is_string(value)) return text_shown(field, environment, arena, value);
    if (json_is_number(value)) return number_shown(field, environment, arena, value);
    if (json_is_boolean(value)) return boolean_shown(field, environment, json_is_true(value));
    if (json_is_array(value) && field_info(field)->shape == SHAPE_LIST)
        return list_shown(field, environment, arena, value);
    if (json_is_object(value) && field_info(field)->shape == SHAPE_PARTS)
        return parts_shown(field, environment, arena, value);
    const char *text = json_canonical_arena(value, arena, SHOWN_MAXIMUM).data;
    return text ? text : "";
}

const char *form_value_typed_text(const struct form_field *field, struct arena *arena, const json_t *value)
{
    enum form_shape shape = field_info(field)->shape;
    if (json_is_string(value)) {
        bool date = shape == SHAPE_DATE || shape == SHAPE_PARTIAL_DATE;
        return date ? form_date_shown(arena, json_str_value(value))
                    : arena_str(arena, json_str_value(value)).data;
    }
    if (json_is_number(value)) /* always as Vietnamese is written, whatever the page's language: that is how
                                  it is read */
        return form_number_shown(arena, form_number_text(arena, value), "vi", field->kind == KIND_MONEY);
    if (json_is_boolean(value)) return json_is_true(value) ? "true" : "false";
    return "";
}
