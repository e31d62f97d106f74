/* Everything wrong with the answers of a page, in the order of the form, in words for the person. */
#include "motcua/codec/json.h"

#include "internal.h"

struct checker {
    struct form_run *run;
    struct form_errors *errors;
    size_t capacity;
};

#define ERRORS_MAXIMUM 2000

static void add(struct checker *checker, const struct form_field *field, const char *path,
                struct form_problem problem, const struct form_text *own)
{
    struct form_errors *errors = checker->errors;
    struct form_run *run = checker->run;
    if (errors->count == ERRORS_MAXIMUM) return;
    if (errors->count == checker->capacity) {
        size_t capacity = checker->capacity ? checker->capacity * 2 : 8;
        struct form_error *grown = arena_array(run->arena, capacity, sizeof *grown);
        if (errors->count) memcpy(grown, errors->list, errors->count * sizeof *grown);
        errors->list = grown;
        checker->capacity = capacity;
    }
    const char *language = form_language(run->environment);
    errors->list[errors->count++] = (struct form_error){
        .field = path,
        .label = form_text_in(&field->label, language),
        .code = problem.code,
        .text = own ? form_text_in(own, language)
                    : form_message(run->arena, run->environment, problem.message, problem.argument),
        .message = own ? NULL : problem.message,
        .argument = own ? NULL : problem.argument,
        .page = field->page,
    };
}

/* The label stands beside the text wherever it is shown, so it is not part of it. */
static struct form_problem missing(const struct form_field *field)
{
    switch (field_info(field)->widget) {
    case WIDGET_RADIOS:
    case WIDGET_CHECKBOXES:
    case WIDGET_SELECT:
        return (struct form_problem){.code = "form.required", .message = N_("Hãy chọn câu trả lời.")};
    case WIDGET_CHECKBOX:
        return (struct form_problem){.code = "form.consent", .message = N_("Hãy đánh dấu vào ô này.")};
    case WIDGET_FILE:
        return (struct form_problem){.code = "form.required", .message = N_("Hãy đính kèm tệp.")};
    case WIDGET_GROUP:
        return (struct form_problem){.code = "form.required", .message = N_("Hãy điền ít nhất một dòng.")};
    default:
        return (struct form_problem){.code = "form.required", .message = N_("Hãy nhập thông tin này.")};
    }
}

/* Was something chosen whose own condition leaves it out of the list? */
static bool has_hidden_choice(struct form_run *run, const struct form_field *field, const json_t *value)
{
    const struct form_choice *choices = field->choices;
    size_t count = field->choice_count, chosen = json_is_string(value) ? 1 : json_array_size(value);
    for (size_t i = 0; count > 0 && i < chosen; i++) {
        const json_t *item = json_is_string(value) ? value : json_array_get(value, i);
        const struct form_choice *choice = form_choice_find(choices, count, json_string_value(item));
        if (choice && !form_choice_visible(run, choice)) return true;
        if (choice && field->kind == KIND_CASCADE) {
            choices = choice->choices;
            count = choice->choice_count;
        }
    }
    return false;
}

/* `siblings` and `scope`: the fields and answers of the same row, or of the form. False when the value itself
 * is fine. */
static bool check_one(struct checker *checker, const struct form_field *field,
                      const struct form_field_state *state, const char *path,
                      const struct form_field *siblings, const json_t *scope)
{
    struct form_run *run = checker->run;
    struct form_problem problem;
    const json_t *value = field->value ? state->value : form_answer(scope, field);
    if (form_value_empty(field, value)) {
        if (state->required) add(checker, field, path, missing(field), NULL);
        return state->required;
    }
    if (!field->value && form_check_value(field, run->environment, run->arena, value, &problem)) {
        bool own = strcmp(problem.code, "form.pattern") == 0;
        if (strcmp(problem.code, "form.pattern_limit") == 0)
            form_run_trouble(run, field->path, "the pattern reached its limits");
        add(checker, field, path, problem, own ? &field->pattern_message : NULL);
        return true;
    }
    if (has_hidden_choice(run, field, value)) {
        add(checker, field, path,
            (struct form_problem){"form.option", N_("Hãy chọn một mục trong danh sách."), NULL}, NULL);
        return true;
    }
    if (form_check_agreement(field, siblings, scope, &problem)) {
        add(checker, field, path, problem, NULL);
        return true;
    }
    if (field->valid_if && !form_run_valid(run, field)) {
        add(checker, field, path, (struct form_problem){.code = "form.condition"}, &field->message);
        return true;
    }
    return false;
}

static void check_rows(struct checker *checker, size_t index, const json_t *rows)
{
    struct form_run *run = checker->run;
    const struct form_field *group = &run->form->fields[index];
    const struct form_field_state *state = &run->state->fields[index];
    for (size_t r = 0; r < state->row_count; r++) {
        form_run_enter_row(run, index, r);
        for (size_t i = 0; i < group->field_count; i++) {
            const struct form_field *field = &group->fields[i];
            if (field->key && state->rows[r][i].visible)
                check_one(checker, field, &state->rows[r][i],
                          arena_printf(run->arena, "%s[%zu].%s", group->key, r, field->key), group->fields,
                          json_array_get(rows, r));
        }
    }
    form_run_leave_row(run);
}

static void check_group(struct checker *checker, size_t index, const json_t *answers)
{
    struct form_run *run = checker->run;
    const struct form_field *group = &run->form->fields[index];
    const struct form_field_state *state = &run->state->fields[index];
    const json_t *rows = form_answer(answers, group);
    if (check_one(checker, group, state, group->key, run->form->fields, answers) && state->row_count == 0)
        return;
    if (state->row_count < (size_t)group->min_items &&
        (state->row_count > 0 || state->required || group->min_items > 0)) {
        struct form_problem problem = {"form.rows_minimum", N_("Cần ít nhất %s dòng."),
                                       arena_printf(run->arena, "%lld", (long long)group->min_items)};
        add(checker, group, group->key, problem, NULL);
    }
    if (json_is_array(rows)) check_rows(checker, index, rows);
}

void form_run_validate(struct form_run *run, const json_t *answers, size_t first, size_t last,
                       struct form_errors *errors)
{
    *errors = (struct form_errors){0};
    struct checker checker = {.run = run, .errors = errors};
    for (size_t p = first; p < last; p++) {
        const struct form_page *page = &run->form->pages[p];
        for (size_t i = page->first; i < page->first + page->count; i++) {
            const struct form_field *field = &run->form->fields[i];
            const struct form_field_state *state = &run->state->fields[i];
            if (!state->visible || !field->key || field_info(field)->shape == SHAPE_NONE) continue;
            if (field->kind == KIND_GROUP)
                check_group(&checker, i, answers);
            else
                check_one(&checker, field, state, field->key, run->form->fields, answers);
        }
    }
}

enum status form_validate(const struct form *form, struct arena *arena, size_t page, const json_t *answers,
                          const struct form_environment *environment, struct form_errors *errors)
{
    if (page != FORM_ALL_PAGES && page >= form->page_count) return STATUS_NOT_FOUND;
    FORM_STATE_AUTO state = {0};
    struct form_run run;
    enum status status = form_run_start(&run, form, arena, answers, environment, &state);
    if (status != STATUS_OK) return status;
    size_t first = page == FORM_ALL_PAGES ? 0 : page;
    form_run_validate(&run, answers, first, page == FORM_ALL_PAGES ? form->page_count : page + 1, errors);
    return STATUS_OK;
}

/* --- shape only --- */

/* True when the schema lists the field as required: asked for in every case. */
bool form_required_always(const struct form *form, const struct form_field *field, bool in_group)
{
    if (!field->required || field->visible_if || field->value || !field->key) return false;
    const struct form_page *page = &form->pages[field->page];
    return in_group || (!page->visible_if && !page->sections[field->section].visible_if);
}

static void shape_fields(struct checker *checker, const struct form_field *fields, size_t count,
                         const json_t *answers, const char *prefix, bool in_group);

static void shape_field(struct checker *checker, const struct form_field *field, const json_t *value,
                        const char *path, bool required)
{
    struct arena *arena = checker->run->arena;
    struct form_problem problem;
    bool blank = required && ((json_is_string(value) && json_string_length(value) == 0) ||
                              (json_is_array(value) && json_array_size(value) == 0) ||
                              (field->kind == KIND_CONSENT && json_is_false(value)));
    if (!value || blank) {
        if (required) add(checker, field, path, missing(field), NULL);
        return;
    }
    if (form_check_shape(field, arena, value, &problem)) {
        bool own = strcmp(problem.code, "form.pattern") == 0;
        add(checker, field, path, problem, own ? &field->pattern_message : NULL);
        return;
    }
    for (size_t r = 0; field->kind == KIND_GROUP && r < json_array_size(value); r++)
        shape_fields(checker, field->fields, field->field_count, json_array_get(value, r),
                     arena_printf(arena, "%s[%zu].", path, r), true);
}

static bool is_known(const struct form_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].key && field_takes_input(&fields[i]) && strcmp(fields[i].key, name) == 0) return true;
    return false;
}

static void shape_fields(struct checker *checker, const struct form_field *fields, size_t count,
                         const json_t *answers, const char *prefix, bool in_group)
{
    struct arena *arena = checker->run->arena;
    const char *name;
    json_t *value;
    for (size_t i = 0; i < count; i++)
        if (fields[i].key && field_takes_input(&fields[i]))
            shape_field(checker, &fields[i], form_answer(answers, &fields[i]),
                        arena_printf(arena, "%s%s", prefix, fields[i].key),
                        form_required_always(checker->run->form, &fields[i], in_group));
    static const struct form_field unknown = {.label = {"", ""}};
    json_object_foreach((json_t *)(uintptr_t)answers, name, value) if (!is_known(fields, count, name))
        add(checker, &unknown, arena_printf(arena, "%s%s", prefix, name),
            (struct form_problem){"form.unknown", N_("Biểu mẫu không có ô “%s”."), arena_strdup(arena, name)},
            NULL);
}

enum status form_validate_shape(const struct form *form, struct arena *arena, const json_t *answers,
                                struct form_errors *errors)
{
    struct form_run run = {.form = form, .arena = arena};
    struct checker checker = {.run = &run, .errors = errors};
    static const struct form_field whole = {.label = {"", ""}};
    *errors = (struct form_errors){0};
    if (json_is_object(answers))
        shape_fields(&checker, form->fields, form->field_count, answers, "", false);
    else
        add(&checker, &whole, "",
            (struct form_problem){"form.type", N_("Câu trả lời phải là một đối tượng JSON."), NULL}, NULL);
    return STATUS_OK;
}
