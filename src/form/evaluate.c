/*
 * Evaluation of a form over answers: visibility, computed values, requirement, page states. Values are
 * settled in the order of their dependencies, so every expression sees final values. Each expression runs
 * with small caps of its own and their number is bounded: a definition can be wrong, it cannot make a request
 * slow.
 */
#include "motcua/codec/json.h"
#include "motcua/feel/json.h"

#include "internal.h"

#define STEPS_MAXIMUM       200000
#define SIZE_MAXIMUM        ((size_t)1 << 20)
#define EVALUATIONS_MAXIMUM 30000
#define VIETNAM_OFFSET      25200

static const struct feel_value *nothing_settled(const struct feel_value *value)
{
    return value ? value : feel_null();
}

static const struct feel_value *lookup(struct form_run *run, const struct form_binding *binding)
{
    switch (binding->scope) {
    case BINDING_ROW:
        return run->row ? nothing_settled(run->row[binding->index]) : feel_null();
    case BINDING_TOP:
        return nothing_settled(run->top[binding->index]);
    case BINDING_ROW_NUMBER:
        return feel_integer(run->arena, (int64_t)run->row_number);
    case BINDING_VARIABLE:
        break;
    }
    const struct feel_value *value = run->variables ? feel_get(run->variables, binding->name) : NULL;
    return nothing_settled(value);
}

void form_run_trouble(struct form_run *run, const char *path, const char *why)
{
    if (!run->state->trouble) run->state->trouble = arena_printf(run->arena, "%s: %s", path, why);
}

static void trouble(struct form_run *run, const struct form_expression *expression, const char *why)
{
    form_run_trouble(run, expression->path, why);
}

static const struct feel_value *evaluate(struct form_run *run, const struct form_expression *expression)
{
    if (++run->evaluations > EVALUATIONS_MAXIMUM) {
        trouble(run, expression, "too many evaluations");
        return feel_null();
    }
    struct feel_context_builder *builder = feel_context_begin(run->arena);
    for (size_t i = 0; i < expression->binding_count; i++)
        feel_context_put(builder, expression->bindings[i].name, lookup(run, &expression->bindings[i]));
    struct feel_environment environment = {
        .context = feel_context_end(builder),
        .now = run->now,
        .limits = {.steps = STEPS_MAXIMUM, .depth = 200, .size = SIZE_MAXIMUM},
    };
    const struct feel_value *value;
    struct error error = {0};
    if (feel_evaluate(expression->feel, &environment, run->arena, &value, &error) != STATUS_OK) {
        trouble(run, expression, error.code ? error.code : "failed");
        return feel_null();
    }
    return value;
}

bool form_run_true(struct form_run *run, const struct form_expression *expression)
{
    struct arena_mark mark = arena_mark(run->arena);
    char *before = (char *)(uintptr_t)run->state->trouble;
    bool result = feel_is_true(evaluate(run, expression));
    if (run->state->trouble == before) arena_rewind(run->arena, mark);
    return result;
}

/* Does it name another field that has no answer (yet)? */
static bool names_unanswered(struct form_run *run, const struct form_expression *expression, const char *key)
{
    for (size_t i = 0; i < expression->binding_count; i++) {
        const struct form_binding *binding = &expression->bindings[i];
        bool answer = binding->scope == BINDING_TOP || binding->scope == BINDING_ROW;
        if (answer && !str_equal_cstr(binding->name, key) && feel_is_null(lookup(run, binding))) return true;
    }
    return false;
}

bool form_run_valid(struct form_run *run, const struct form_field *field)
{
    struct arena_mark mark = arena_mark(run->arena);
    const char *before = run->state->trouble;
    const struct feel_value *value = evaluate(run, field->valid_if);
    if (run->state->trouble != before) return false;
    bool result =
        feel_is_true(value) || (feel_is_null(value) && names_unanswered(run, field->valid_if, field->key));
    arena_rewind(run->arena, mark);
    return result;
}

static bool holds(struct form_run *run, const struct form_expression *condition)
{
    return !condition || form_run_true(run, condition);
}

bool form_choice_visible(struct form_run *run, const struct form_choice *choice)
{
    return holds(run, choice->visible_if);
}

/* --- settling --- */

/* A computed value as JSON of the field's kind; NULL when it has none. */
static json_t *computed(struct form_run *run, const struct form_field *field, const struct feel_value **feel)
{
    const struct feel_value *value = evaluate(run, field->value);
    *feel = feel_null();
    if (feel_is_null(value)) return NULL;
    json_t *json = feel_to_json(value);
    if (json_is_string(json) && value->kind == FEEL_TIME &&
        field->kind == KIND_TIME) { /* "09:30:00" → "09:30" */
        json_t *brief = json_str_new(str_slice(json_str_value(json), 0, 5));
        json_decref(json);
        json = brief;
    }
    if (!form_value_typed(field, json)) {
        trouble(run, field->value, "the value is not of the field's kind");
        json_decref(json);
        return NULL;
    }
    *feel = field->kind == KIND_COMPUTED ? value : form_value_to_feel(run->arena, field, json);
    return json;
}

/* Puts the field's value into `data` and its state; `answers` and `data` are those of the same scope. */
static const struct feel_value *settle_value(struct form_run *run, const struct form_field *field,
                                             const json_t *answers, json_t *data,
                                             struct form_field_state *state)
{
    const struct feel_value *feel = feel_null();
    if (!field->key) return feel;
    json_t *value = NULL;
    if (field->value) {
        value = computed(run, field, &feel);
    } else {
        json_t *answer = form_answer(answers, field);
        if (answer && form_value_typed(field, answer) && !form_value_empty(field, answer))
            value = json_incref(answer);
        else if (field->kind == KIND_CONSENT && json_is_false(answer))
            value = json_incref(answer);
        feel = form_value_to_feel(run->arena, field, value);
    }
    if (!value) return feel;
    json_object_set_new(data, field->key, value);
    state->value = json_object_get(data, field->key);
    return feel;
}

static const struct feel_value *row_context(struct form_run *run, const struct form_field *group)
{
    struct feel_context_builder *builder = feel_context_begin(run->arena);
    for (size_t i = 0; i < group->field_count; i++)
        if (group->fields[i].key)
            feel_context_put(builder, str_of(group->fields[i].key), nothing_settled(run->row[i]));
    return feel_context_end(builder);
}

static const struct feel_value *settle_group(struct form_run *run, size_t index, const json_t *answers,
                                             struct form_field_state *state)
{
    const struct form_field *group = &run->form->fields[index];
    const json_t *rows = form_answer(answers, group);
    size_t count = json_is_array(rows) ? json_array_size(rows) : 0;
    if (count > FORM_ROWS_MAXIMUM) count = FORM_ROWS_MAXIMUM;
    json_t *data = json_array();
    const struct feel_value **contexts = arena_array(run->arena, count + 1, sizeof *contexts);
    state->rows = arena_array(run->arena, count + 1, sizeof *state->rows);
    state->row_count = count;
    run->group_rows[index] = arena_array(run->arena, count + 1, sizeof **run->group_rows);
    for (size_t r = 0; r < count; r++) {
        json_t *row = json_object();
        state->rows[r] = arena_array(run->arena, group->field_count, sizeof **state->rows);
        run->group_rows[index][r] = arena_array(run->arena, group->field_count, sizeof *run->row);
        form_run_enter_row(run, index, r);
        for (size_t i = 0; i < group->field_count; i++) {
            size_t at = group->order[i];
            const struct form_field *field = &group->fields[at];
            state->rows[r][at].visible = holds(run, field->visible_if);
            run->row[at] = state->rows[r][at].visible
                               ? settle_value(run, field, json_array_get(rows, r), row, &state->rows[r][at])
                               : feel_null();
        }
        contexts[r] = row_context(run, group);
        json_array_append_new(data, row);
    }
    form_run_leave_row(run);
    if (count == 0) {
        json_decref(data);
        return feel_list(run->arena, contexts, 0);
    }
    json_object_set_new(run->state->data, group->key, data);
    state->value = json_object_get(run->state->data, group->key);
    return feel_list(run->arena, contexts, count);
}

void form_run_enter_row(struct form_run *run, size_t group, size_t row)
{
    run->row = run->group_rows[group][row];
    run->row_number = row + 1;
}

void form_run_leave_row(struct form_run *run)
{
    run->row = NULL;
    run->row_number = 0;
}

bool form_section_visible(const struct form_run *run, size_t page, size_t section)
{
    return run->page_visible[page] && run->section_visible[run->section_first[page] + section];
}

static void settle_field(struct form_run *run, size_t index, const json_t *answers, bool *page_known,
                         bool *section_known)
{
    const struct form_field *field = &run->form->fields[index];
    const struct form_page *page = &run->form->pages[field->page];
    size_t section = run->section_first[field->page] + field->section;
    if (!page_known[field->page]) {
        page_known[field->page] = true;
        run->page_visible[field->page] = holds(run, page->visible_if);
    }
    if (!section_known[section]) {
        section_known[section] = true;
        run->section_visible[section] = holds(run, page->sections[field->section].visible_if);
    }
    struct form_field_state *state = &run->state->fields[index];
    state->visible = form_section_visible(run, field->page, field->section) && holds(run, field->visible_if);
    if (!state->visible)
        run->top[index] = feel_null();
    else if (field->kind == KIND_GROUP)
        run->top[index] = settle_group(run, index, answers, state);
    else
        run->top[index] = settle_value(run, field, answers, run->state->data, state);
}

static void settle_requirements(struct form_run *run)
{
    for (size_t i = 0; i < run->form->field_count; i++) {
        const struct form_field *field = &run->form->fields[i];
        struct form_field_state *state = &run->state->fields[i];
        if (!state->visible || field->value) continue;
        state->required = field->required || (field->required_if && form_run_true(run, field->required_if));
        for (size_t r = 0; r < state->row_count; r++) {
            form_run_enter_row(run, i, r);
            for (size_t j = 0; j < field->field_count; j++) {
                const struct form_field *inner = &field->fields[j];
                struct form_field_state *inner_state = &state->rows[r][j];
                if (inner_state->visible && !inner->value)
                    inner_state->required =
                        inner->required || (inner->required_if && form_run_true(run, inner->required_if));
            }
        }
        form_run_leave_row(run);
    }
}

static const struct feel_value *midnight(struct arena *arena, const struct form_environment *environment)
{
    struct feel_date date;
    struct str today = str_of(environment ? environment->today : NULL);
    if (!form_date_valid(today) || !feel_date_from_text(today, &date)) return NULL;
    struct feel_time time = {.zone = {.kind = FEEL_ZONE_OFFSET, .offset = VIETNAM_OFFSET}};
    return feel_date_time(arena, date, time);
}

enum status form_run_start(struct form_run *run, const struct form *form, struct arena *arena,
                           const json_t *answers, const struct form_environment *environment,
                           struct form_state *state)
{
    *run = (struct form_run){.form = form, .arena = arena, .environment = environment, .state = state};
    *state = (struct form_state){.data = json_object(), .page_count = form->page_count};
    if (!state->data) return STATUS_UNAVAILABLE;
    state->fields = arena_array(arena, form->field_count + 1, sizeof *state->fields);
    state->pages = arena_array(arena, form->page_count + 1, sizeof *state->pages);
    run->top = arena_array(arena, form->field_count + 1, sizeof *run->top);
    run->group_rows = arena_array(arena, form->field_count + 1, sizeof *run->group_rows);
    run->page_visible = arena_zalloc(arena, form->page_count + 1);
    run->section_first = arena_array(arena, form->page_count + 1, sizeof *run->section_first);
    size_t sections = 0;
    for (size_t i = 0; i < form->page_count; i++) {
        run->section_first[i] = sections;
        sections += form->pages[i].section_count;
    }
    run->section_visible = arena_zalloc(arena, sections + 1);
    run->now = midnight(arena, environment);
    if (environment && environment->variables) run->variables = feel_from_json(arena, environment->variables);
    bool *page_known = arena_zalloc(arena, form->page_count + 1);
    bool *section_known = arena_zalloc(arena, sections + 1);
    for (size_t i = 0; i < form->field_count; i++)
        settle_field(run, form->order[i], answers, page_known, section_known);
    settle_requirements(run);
    return STATUS_OK;
}

/* --- page states and exits --- */

static bool page_has_answer(const struct form *form, const struct form_page *page, const json_t *answers)
{
    for (size_t i = page->first; i < page->first + page->count; i++)
        if (field_takes_input(&form->fields[i]) &&
            !form_value_empty(&form->fields[i], form_answer(answers, &form->fields[i])))
            return true;
    return false;
}

static void find_exit(struct form_run *run)
{
    const char *language = form_language(run->environment);
    for (size_t p = 0; p < run->form->page_count; p++) {
        const struct form_page *page = &run->form->pages[p];
        for (size_t i = 0; run->page_visible[p] && i < page->exit_count; i++) {
            const struct form_exit_rule *rule = &page->exits[i];
            if (!form_run_true(run, rule->condition)) continue;
            struct form_exit *exit = arena_zalloc(run->arena, sizeof *exit);
            *exit = (struct form_exit){.page = p,
                                       .title = form_text_in(&rule->title, language),
                                       .message = form_text_in(&rule->message, language),
                                       .link = rule->link,
                                       .link_label = form_text_in(&rule->link_label, language)};
            run->state->exit = exit;
            return;
        }
    }
}

static void find_page_states(struct form_run *run, const json_t *answers)
{
    struct form_errors errors;
    form_run_validate(run, answers, 0, run->form->page_count, &errors);
    size_t *wrong = arena_array(run->arena, run->form->page_count + 1, sizeof *wrong);
    for (size_t i = 0; i < errors.count; i++)
        wrong[errors.list[i].page]++;
    run->state->complete = run->state->exit == NULL;
    for (size_t p = 0; p < run->form->page_count; p++) {
        enum form_page_state *page = &run->state->pages[p];
        if (!run->page_visible[p])
            *page = FORM_PAGE_HIDDEN;
        else if (wrong[p] == 0)
            *page = FORM_PAGE_COMPLETE;
        else
            *page = page_has_answer(run->form, &run->form->pages[p], answers) ? FORM_PAGE_INCOMPLETE
                                                                              : FORM_PAGE_EMPTY;
        if (*page == FORM_PAGE_EMPTY || *page == FORM_PAGE_INCOMPLETE) run->state->complete = false;
    }
}

enum status form_evaluate(const struct form *form, struct arena *arena, const json_t *answers,
                          const struct form_environment *environment, struct form_state *state)
{
    struct form_run run;
    enum status status = form_run_start(&run, form, arena, answers, environment, state);
    if (status != STATUS_OK) return status;
    find_exit(&run);
    find_page_states(&run, answers);
    return STATUS_OK;
}

void form_state_release(struct form_state *state)
{
    if (state) {
        json_decref(state->data);
        state->data = NULL;
    }
}
