/* A form and the version that replaced it: what differs for whoever fills it in, and what becomes of answers.
 */
#include "motcua/codec/json.h"

#include "internal.h"

static const struct form_field *find(const struct form *form, const char *key)
{
    for (size_t i = 0; key && i < form->field_count; i++)
        if (form->fields[i].key && strcmp(form->fields[i].key, key) == 0 &&
            field_takes_input(&form->fields[i]))
            return &form->fields[i];
    return NULL;
}

static void add_change(const struct form *form, const struct form_field *field, enum form_change_kind kind,
                       const char *old_label, const char *language, struct form_changes *changes)
{
    changes->list[changes->count++] =
        (struct form_change){.kind = kind,
                             .key = field->key,
                             .label = form_text_in(&field->label, language),
                             .old_label = old_label,
                             .page_title = form_text_in(&form->pages[field->page].title, language)};
}

enum status form_compare(const struct form *older, const struct form *newer, struct arena *arena,
                         const struct form_environment *environment, struct form_changes *changes)
{
    const char *language = form_language(environment);
    size_t most = older->field_count + newer->field_count;
    *changes = (struct form_changes){.list = arena_array(arena, most ? most : 1, sizeof *changes->list)};
    for (size_t i = 0; i < newer->field_count; i++) {
        const struct form_field *field = &newer->fields[i];
        if (!field->key || !field_takes_input(field)) continue;
        const struct form_field *before = find(older, field->key);
        const char *old_label = before ? form_text_in(&before->label, language) : NULL;
        if (!before)
            add_change(newer, field, FORM_FIELD_ADDED, NULL, language, changes);
        else if (strcmp(before->rules, field->rules) != 0)
            add_change(newer, field, FORM_FIELD_CHANGED, old_label, language, changes);
        else if (strcmp(old_label, form_text_in(&field->label, language)) != 0)
            add_change(newer, field, FORM_FIELD_RENAMED, old_label, language, changes);
    }
    for (size_t i = 0; i < older->field_count; i++) {
        const struct form_field *field = &older->fields[i];
        if (field->key && field_takes_input(field) && !find(newer, field->key))
            add_change(older, field, FORM_FIELD_REMOVED, NULL, language, changes);
    }
    return STATUS_OK;
}

/* An answer that was in order before and is not in the newer form. */
static bool became_unfit(const struct form_field *before, const struct form_field *now, struct arena *arena,
                         const json_t *old_value, const json_t *value)
{
    struct form_problem problem;
    return !form_check_shape(before, arena, old_value, &problem) &&
           form_check_shape(now, arena, value, &problem);
}

static const char *shown(const struct form_field *field, const struct form_environment *environment,
                         struct arena *arena, const json_t *value)
{
    if (field->kind != KIND_GROUP) return form_value_shown(field, environment, arena, value);
    return form_message(arena, environment, N_("%s dòng"),
                        arena_printf(arena, "%zu", json_array_size(value)));
}

enum status form_carry(const struct form *older, const struct form *newer, struct arena *arena,
                       const json_t *answers, const struct form_environment *environment, json_t **carried,
                       json_t **left_over, struct error *error)
{
    json_t *taken;
    enum status status = form_parse_json(newer, arena, answers, false, &taken, error);
    if (status != STATUS_OK) return status;
    json_t *left = json_array();
    for (size_t i = 0; i < older->field_count; i++) {
        const struct form_field *field = &older->fields[i];
        if (!field->key || !field_takes_input(field)) continue;
        const json_t *old_value = form_answer(answers, field);
        if (!old_value || form_value_empty(field, old_value)) continue;
        const struct form_field *now = find(newer, field->key);
        const json_t *value = now ? form_answer(taken, now) : NULL;
        if (value && !became_unfit(field, now, arena, old_value, value)) continue;
        json_object_del(taken, field->key);
        json_t *item = json_object();
        json_set_cstr(item, "key", field->key);
        json_set_cstr(item, "label", form_text_in(&field->label, form_language(environment)));
        json_set_cstr(item, "text", shown(field, environment, arena, old_value));
        json_array_append_new(left, item);
    }
    *carried = taken;
    *left_over = left;
    return STATUS_OK;
}
