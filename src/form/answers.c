/* Answers that do not come from a page: JSON of the API, single values set by the shell, prefilled meanings.
 */
#include <math.h>

#include "motcua/base/utf8.h"
#include "motcua/codec/json.h"

#include "internal.h"

#define ANSWERS_DEPTH 8

/* Normalises every string inside; *failed on malformed text. What lies deeper than in the answer of any kind
 * is left out: the validation refuses the answer all the same. New reference. */
static json_t *normalised(struct arena *arena, const json_t *value, bool multiline, unsigned depth,
                          bool *failed)
{
    struct str text;
    if (depth > ANSWERS_DEPTH) return json_null();
    if (json_is_string(value)) {
        if (form_clean_text(arena, json_str_value(value), multiline, &text) != STATUS_OK) {
            *failed = true;
            return json_null();
        }
        return json_str_new(text);
    }
    if (json_is_array(value)) {
        json_t *list = json_array();
        for (size_t i = 0; i < json_array_size(value); i++)
            json_array_append_new(list,
                                  normalised(arena, json_array_get(value, i), multiline, depth + 1, failed));
        return list;
    }
    if (json_is_object(value)) {
        json_t *object = json_object();
        const char *name;
        json_t *member;
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
            json_object_set_new(object, name, normalised(arena, member, multiline, depth + 1, failed));
        return object;
    }
    return json_incref((json_t *)(uintptr_t)value);
}

static json_t *take_fields(struct arena *arena, const struct form_field *fields, size_t count,
                           const json_t *answers, bool strict, bool *failed);

static json_t *take_value(struct arena *arena, const struct form_field *field, const json_t *value,
                          bool strict, bool *failed)
{
    if (field->kind == KIND_GROUP && json_is_array(value)) {
        json_t *rows = json_array();
        size_t count = json_array_size(value);
        for (size_t i = 0; i < count && i <= FORM_ROWS_MAXIMUM;
             i++) /* one more than allowed, for the validation to see */
            json_array_append_new(rows, json_is_object(json_array_get(value, i))
                                            ? take_fields(arena, field->fields, field->field_count,
                                                          json_array_get(value, i), strict, failed)
                                            : json_incref(json_array_get(value, i)));
        return rows;
    }
    json_t *clean = normalised(arena, value, field->kind == KIND_LONG_TEXT, 0, failed);
    if (strict) return clean;
    if (json_is_string(clean)) {
        json_t *read = form_text_value(arena, field, json_str_value(clean));
        json_decref(clean);
        return read;
    }
    if (field_info(field)->shape == SHAPE_INTEGER && json_is_real(clean) &&
        fabs(json_real_value(clean)) < 9007199254740992.0 &&
        json_real_value(clean) == floor(json_real_value(clean))) {
        json_t *integer = json_integer((json_int_t)json_real_value(clean));
        json_decref(clean);
        return integer;
    }
    return clean;
}

static json_t *take_fields(struct arena *arena, const struct form_field *fields, size_t count,
                           const json_t *answers, bool strict, bool *failed)
{
    json_t *taken = strict ? json_copy((json_t *)(uintptr_t)answers) : json_object();
    for (size_t i = 0; i < count; i++) {
        const json_t *value = form_answer(answers, &fields[i]);
        if (!value || !field_takes_input(&fields[i]) || (!strict && json_is_null(value))) continue;
        json_t *made = take_value(arena, &fields[i], value, strict, failed);
        if (made) json_object_set_new(taken, fields[i].key, made);
    }
    return taken;
}

enum status form_parse_json(const struct form *form, struct arena *arena, const json_t *answers, bool strict,
                            json_t **result, struct error *error)
{
    if (!json_is_object(answers))
        return error_set(error, arena, STATUS_INVALID, "form.type",
                         N_("Câu trả lời phải là một đối tượng JSON."), NULL);
    bool failed = false;
    json_t *taken = take_fields(arena, form->fields, form->field_count, answers, strict, &failed);
    if (failed) {
        json_decref(taken);
        return error_set(error, arena, STATUS_INVALID, "form.encoding",
                         N_("Nội dung gửi lên không phải chữ UTF-8 hợp lệ."), NULL);
    }
    *result = taken;
    return STATUS_OK;
}

static const struct form_field *find(const struct form_field *fields, size_t count, struct str key)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].key && str_equal_cstr(key, fields[i].key)) return &fields[i];
    return NULL;
}

static void put(json_t *object, const struct form_field *field, const json_t *value)
{
    if (value)
        json_object_set(object, field->key, (json_t *)(uintptr_t)value);
    else
        json_object_del(object, field->key);
}

enum status form_set(const struct form *form, json_t *answers, const char *path, const json_t *value)
{
    struct str head, rest, number, inner;
    struct str whole = str_of(path);
    if (!str_split(whole, '[', &head, &rest)) {
        const struct form_field *field = find(form->fields, form->field_count, whole);
        if (!field || !field_takes_input(field) || !json_is_object(answers)) return STATUS_NOT_FOUND;
        put(answers, field, value);
        return STATUS_OK;
    }
    int64_t row;
    const struct form_field *group = find(form->fields, form->field_count, head);
    if (!group || !str_split(rest, ']', &number, &inner) || !str_starts_with(inner, STR(".")) ||
        number.length > 4 || str_to_int64(number, &row) != STATUS_OK || row < 0)
        return STATUS_NOT_FOUND;
    const struct form_field *field =
        find(group->fields, group->field_count, str_slice(inner, 1, inner.length));
    json_t *rows = json_get_array(answers, group->key);
    json_t *at = json_array_get(rows, (size_t)row);
    if (!field || !field_takes_input(field) || !json_is_object(at)) return STATUS_NOT_FOUND;
    put(at, field, value);
    return STATUS_OK;
}

enum status form_prefill(const struct form *form, struct arena *arena, json_t *answers, const json_t *known,
                         json_t **filled)
{
    json_t *from = json_object();
    for (size_t i = 0; i < form->field_count; i++) {
        const struct form_field *field = &form->fields[i];
        const json_t *value = field->meaning ? json_object_get(known, field->meaning) : NULL;
        if (!value || json_object_get(answers, field->key)) continue;
        bool failed = false;
        json_t *taken = take_value(arena, field, value, false, &failed);
        struct form_problem problem;
        if (taken && !failed && !form_value_empty(field, taken) &&
            !form_check_shape(field, arena, taken, &problem)) {
            json_object_set_new(answers, field->key, taken);
            json_object_set_new(from, field->key, json_string(field->meaning));
        } else {
            json_decref(taken);
        }
    }
    *filled = from;
    return STATUS_OK;
}

/* --- Handed in for somebody else */

static bool about(const struct form_field *field, const char *whom)
{
    return field->meaning && strncmp(field->meaning, whom, strlen(whom)) == 0;
}

bool form_on_behalf(const struct form *form, const struct form_state *state)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (about(&form->fields[i], "submitter.full_name") && state->fields[i].visible) return true;
    return false;
}

json_t *form_turn_behalf(const struct form *form, bool on_behalf, bool restore, const json_t *filled,
                         json_t *answers)
{
    json_t *turned = json_object();
    for (size_t i = 0; i < form->field_count; i++) {
        const struct form_field *field = &form->fields[i];
        json_t *value = json_object_get(json_object_get(filled, field->key), "value");
        json_t *answer = json_object_get(answers, field->key);
        bool comes = about(field, on_behalf ? "submitter." : "person.");
        if (!value || (!comes && !about(field, on_behalf ? "person." : "submitter."))) continue;
        if (!comes && answer && json_equal(answer, value)) {
            json_object_set_new(turned, field->key, json_null());
            json_object_del(answers, field->key);
        } else if (comes && restore && !answer) {
            json_object_set(turned, field->key, value);
            json_object_set(answers, field->key, value);
        }
    }
    return turned;
}
