/* A form and the version that replaced it: what differs for whoever fills it in, and what becomes of answers.
 */
#include "motcua/base/buf.h"
#include "motcua/codec/json.h"

#include "internal.h"

#define LOST_MAXIMUM ((size_t)1 << 20)

static const struct form_field *find_in(const struct form_field *fields, size_t count, const char *key)
{
    for (size_t i = 0; key && i < count; i++)
        if (fields[i].key && strcmp(fields[i].key, key) == 0 && field_takes_input(&fields[i]))
            return &fields[i];
    return NULL;
}

static const struct form_field *find(const struct form *form, const char *key)
{
    return find_in(form->fields, form->field_count, key);
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

struct carrier {
    struct arena *arena;
    const struct form_environment *environment;
    json_t *left;
};

static bool answered(const struct form_field *field, const json_t *value)
{
    return field->key && field_takes_input(field) && value && !form_value_empty(field, value);
}

/* "1) Họ tên: Lan, Tuổi: 3; 2) Họ tên: Hoa": all that stands in the rows of a group. */
static const char *rows_shown(const struct carrier *carrier, const struct form_field *group,
                              const json_t *rows)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(LOST_MAXIMUM);
    for (size_t r = 0; r < json_array_size(rows); r++) {
        const char *separator = "";
        buf_printf(&out, "%s%zu) ", r ? "; " : "", r + 1);
        for (size_t i = 0; i < group->field_count; i++) {
            const struct form_field *field = &group->fields[i];
            const json_t *value = form_answer(json_array_get(rows, r), field);
            if (!answered(field, value)) continue;
            buf_printf(&out, "%s%s: %s", separator,
                       form_text_in(&field->label, form_language(carrier->environment)),
                       form_value_shown(field, carrier->environment, carrier->arena, value));
            separator = ", ";
        }
    }
    return buf_copy(&out, carrier->arena).data;
}

static void leave(struct carrier *carrier, const char *key, const char *label, const char *text)
{
    json_t *item = json_object();
    json_set_cstr(item, "key", key);
    json_set_cstr(item, "label", label);
    json_set_cstr(item, "text", text);
    json_array_append_new(carrier->left, item);
}

/* Does the newer form have a place for the answer? What it has none for leaves `taken`. */
static bool keeps(const struct carrier *carrier, const struct form_field *before,
                  const struct form_field *now, const json_t *old_value, json_t *taken)
{
    const json_t *value = now ? form_answer(taken, now) : NULL;
    if (value && !became_unfit(before, now, carrier->arena, old_value, value)) return true;
    json_object_del(taken, before->key);
    return false;
}

/* One question of a group that goes on: its answers in all rows. */
static void carry_column(struct carrier *carrier, const struct form_field *group,
                         const struct form_field *before, const struct form_field *now,
                         const json_t *old_rows, json_t *rows)
{
    const char *language = form_language(carrier->environment);
    BUF_AUTO lost = BUF_WITH_MAXIMUM(LOST_MAXIMUM);
    for (size_t r = 0; r < json_array_size(rows); r++) {
        const json_t *old_value = form_answer(json_array_get(old_rows, r), before);
        if (!answered(before, old_value) || keeps(carrier, before, now, old_value, json_array_get(rows, r)))
            continue;
        buf_printf(&lost, "%s%zu) %s", lost.length ? "; " : "", r + 1,
                   form_value_shown(before, carrier->environment, carrier->arena, old_value));
    }
    if (lost.length)
        leave(carrier, arena_printf(carrier->arena, "%s.%s", group->key, before->key),
              arena_printf(carrier->arena, "%s › %s", form_text_in(&group->label, language),
                           form_text_in(&before->label, language)),
              buf_copy(&lost, carrier->arena).data);
}

static void carry_field(struct carrier *carrier, const struct form_field *before,
                        const struct form_field *now, const json_t *old_value, json_t *taken)
{
    bool group = before->kind == KIND_GROUP;
    if (!keeps(carrier, before, now, old_value, taken)) {
        leave(carrier, before->key, form_text_in(&before->label, form_language(carrier->environment)),
              group ? rows_shown(carrier, before, old_value)
                    : form_value_shown(before, carrier->environment, carrier->arena, old_value));
        return;
    }
    for (size_t i = 0; group && now->kind == KIND_GROUP && i < before->field_count; i++)
        carry_column(carrier, before, &before->fields[i],
                     find_in(now->fields, now->field_count, before->fields[i].key), old_value,
                     form_answer(taken, now));
}

enum status form_carry(const struct form *older, const struct form *newer, struct arena *arena,
                       const json_t *answers, const struct form_environment *environment, json_t **carried,
                       json_t **left_over, struct error *error)
{
    json_t *taken;
    enum status status = form_parse_json(newer, arena, answers, false, &taken, error);
    if (status != STATUS_OK) return status;
    struct carrier carrier = {.arena = arena, .environment = environment, .left = json_array()};
    for (size_t i = 0; i < older->field_count; i++) {
        const struct form_field *field = &older->fields[i];
        const json_t *old_value = form_answer(answers, field);
        if (answered(field, old_value))
            carry_field(&carrier, field, find(newer, field->key), old_value, taken);
    }
    *carried = taken;
    *left_over = carrier.left;
    return STATUS_OK;
}
