/* The page around the fields, the review of all answers, and the answers as text for print templates. */
#include "motcua/codec/json.h"

#include "view.h"

static void set(json_t *object, const char *name, const char *text)
{
    if (text && *text) json_set_cstr(object, name, text);
}

static void flag(json_t *object, const char *name, bool value)
{
    if (value) json_object_set_new(object, name, json_true());
}

static json_t *titled(struct form_viewer *viewer, const char *key, const struct form_text *title,
                      const struct form_text *help)
{
    json_t *view = form_view_new("key title help");
    set(view, "key", key);
    set(view, "title", form_text_in(title, viewer->language));
    set(view, "help", form_text_in(help, viewer->language));
    return view;
}

static int neighbour(const struct form_run *run, size_t page, int step)
{
    for (int at = (int)page + step; at >= 0 && at < (int)run->form->page_count; at += step)
        if (run->page_visible[at]) return at;
    return -1;
}

static json_t *page_head(struct form_viewer *viewer, size_t index)
{
    const struct form *form = viewer->run->form;
    const struct form_page *page = &form->pages[index];
    json_t *view = titled(viewer, page->key, &page->title, &page->help);
    size_t number = 0, count = 0;
    for (size_t i = 0; i < form->page_count; i++) {
        count += viewer->run->page_visible[i];
        number += viewer->run->page_visible[i] && i <= index;
    }
    int previous = neighbour(viewer->run, index, -1), next = neighbour(viewer->run, index, 1);
    json_object_set_new(view, "number", json_integer((json_int_t)number));
    json_object_set_new(view, "count", json_integer((json_int_t)count));
    json_object_set_new(view, "is_first", json_boolean(previous < 0));
    json_object_set_new(view, "is_last", json_boolean(next < 0));
    json_object_set_new(view, "previous_key",
                        previous < 0 ? json_false() : json_string(form->pages[previous].key));
    json_object_set_new(view, "next_key", next < 0 ? json_false() : json_string(form->pages[next].key));
    return view;
}

static json_t *page_list(struct form_viewer *viewer, size_t current)
{
    const struct form *form = viewer->run->form;
    const struct form_state *state = viewer->run->state;
    json_t *list = json_array();
    size_t number = 0;
    for (size_t i = 0; i < form->page_count; i++) {
        if (!viewer->run->page_visible[i]) continue;
        json_t *view = titled(viewer, form->pages[i].key, &form->pages[i].title, &form->pages[i].help);
        json_object_set_new(view, "number", json_integer((json_int_t)++number));
        json_object_set_new(view, "is_current", json_boolean(i == current));
        json_object_set_new(view, "is_empty", json_boolean(state->pages[i] == FORM_PAGE_EMPTY));
        json_object_set_new(view, "is_incomplete", json_boolean(state->pages[i] == FORM_PAGE_INCOMPLETE));
        json_object_set_new(view, "is_complete", json_boolean(state->pages[i] == FORM_PAGE_COMPLETE));
        json_array_append_new(list, view);
    }
    return list;
}

const char *form_lead(struct arena *arena, const char *label)
{
    struct str text = str_of(label);
    if (str_ends_with(text, STR("?")) || str_ends_with(text, STR(":"))) return label;
    if (str_ends_with(text, STR("."))) text = str_slice(text, 0, text.length - 1);
    return arena_printf(arena, "%.*s:", STR_ARG(text));
}

static json_t *error_list(struct form_viewer *viewer)
{
    json_t *list = json_array();
    for (size_t i = 0; viewer->errors && i < viewer->errors->count; i++) {
        const struct form_error *error = &viewer->errors->list[i];
        json_t *view = form_view_new("label lead text");
        set(view, "field", error->field);
        set(view, "label", error->label);
        if (error->label) set(view, "lead", form_lead(viewer->arena, error->label));
        set(view, "text", error->text);
        set(view, "href", arena_printf(viewer->arena, "#%s", form_control_id(viewer->arena, error->field)));
        set(view, "page_key", viewer->run->form->pages[error->page].key);
        json_array_append_new(list, view);
    }
    if (json_array_size(list) == 0) {
        json_decref(list);
        return json_false();
    }
    return json_pack("{s:I,s:o}", "count", (json_int_t)json_array_size(list), "list", list);
}

static json_t *exit_view(const struct form_exit *exit)
{
    if (!exit) return json_false();
    json_t *view = form_view_new("title message link link_label");
    set(view, "title", exit->title);
    set(view, "message", exit->message);
    set(view, "link", exit->link);
    set(view, "link_label", exit->link_label);
    return view;
}

static json_t *section_views(struct form_viewer *viewer, size_t page_index, const json_t *answers)
{
    const struct form *form = viewer->run->form;
    const struct form_page *page = &form->pages[page_index];
    json_t *sections = json_array();
    for (size_t s = 0; s < page->section_count; s++) {
        const struct form_section *section = &page->sections[s];
        if (!form_section_visible(viewer->run, page_index, s)) continue;
        json_t *view = titled(viewer, section->key, &section->title, &section->help), *fields = json_array();
        for (size_t i = section->first; i < section->first + section->count; i++) {
            const struct form_field *field = &form->fields[i];
            if (field->value && field->hidden_value) continue;
            const char *name = field->key ? field->key : arena_printf(viewer->arena, "_text%zu", i);
            json_array_append_new(fields, form_field_view(viewer, field, &viewer->run->state->fields[i], name,
                                                          form_answer(answers, field)));
        }
        json_object_set_new(view, "fields", fields);
        json_array_append_new(sections, view);
    }
    return sections;
}

/* Groups that need rows show as many empty ones, so that there is something to fill in without pressing a
 * button first. */
static json_t *with_blank_rows(const struct form *form, const struct form_page *page, const json_t *answers)
{
    json_t *copy = json_is_object(answers) ? json_copy((json_t *)(uintptr_t)answers) : json_object();
    for (size_t i = page->first; i < page->first + page->count; i++) {
        const struct form_field *group = &form->fields[i];
        const json_t *rows = group->kind == KIND_GROUP ? form_answer(copy, group) : NULL;
        size_t wanted = group->min_items > 0                    ? (size_t)group->min_items
                        : group->required || group->required_if ? 1
                                                                : 0;
        if (group->kind != KIND_GROUP || (rows && !json_is_array(rows)) || json_array_size(rows) >= wanted)
            continue;
        json_t *more = rows ? json_copy((json_t *)(uintptr_t)rows) : json_array();
        while (json_array_size(more) < wanted)
            json_array_append_new(more, json_object());
        json_object_set_new(copy, group->key, more);
    }
    return copy;
}

static struct form_viewer viewer_for(struct form_run *run, const struct form_errors *errors,
                                     const json_t *filled)
{
    return (struct form_viewer){.run = run,
                                .arena = run->arena,
                                .environment = run->environment,
                                .language = form_language(run->environment),
                                .errors = errors,
                                .filled = filled,
                                .on_behalf = form_on_behalf(run->form, run->state)};
}

enum status form_view(const struct form *form, struct arena *arena, size_t page, const json_t *answers,
                      const struct form_errors *errors, const json_t *filled,
                      const struct form_environment *environment, json_t **view)
{
    if (page >= form->page_count) return STATUS_NOT_FOUND;
    FORM_STATE_AUTO whole = {0}; /* page states come from the answers as they are */
    FORM_STATE_AUTO state = {0};
    struct form_run run;
    enum status status = form_evaluate(form, arena, answers, environment, &whole);
    if (status != STATUS_OK) return status;
    json_auto padded = with_blank_rows(form, &form->pages[page], answers);
    status = form_run_start(&run, form, arena, padded, environment, &state);
    if (status != STATUS_OK) return status;
    state.pages = whole.pages;
    struct form_viewer viewer = viewer_for(&run, errors, filled);
    json_t *made = json_object();
    json_object_set_new(made, "form", titled(&viewer, form->key, &form->title, &form->help));
    json_object_set_new(made, "page", page_head(&viewer, page));
    json_object_set_new(made, "pages", page_list(&viewer, page));
    json_object_set_new(made, "exit", exit_view(whole.exit));
    json_object_set_new(made, "errors", error_list(&viewer));
    json_object_set_new(made, "sections", section_views(&viewer, page, padded));
    json_object_set_new(made, "has_files", json_boolean(viewer.has_files));
    *view = made;
    return STATUS_OK;
}

/* --- review --- */

static json_t *review_item(struct form_viewer *viewer, const struct form_field *field,
                           const struct form_field_state *state, const char *name, const json_t *answer);

static bool in_review(const struct form_field *field, const struct form_field_state *state)
{
    return field->key && state->visible && !(field->value && field->hidden_value);
}

static json_t *review_rows(struct form_viewer *viewer, const struct form_field *group,
                           const struct form_field_state *state, const json_t *answer)
{
    json_t *rows = json_array();
    for (size_t r = 0; r < state->row_count; r++) {
        json_t *items = json_array();
        for (size_t i = 0; i < group->field_count; i++) {
            const struct form_field *field = &group->fields[i];
            if (!in_review(field, &state->rows[r][i])) continue;
            const char *name = arena_printf(viewer->arena, "%s[%zu].%s", group->key, r, field->key);
            json_array_append_new(items, review_item(viewer, field, &state->rows[r][i], name,
                                                     form_answer(json_array_get(answer, r), field)));
        }
        json_array_append_new(rows, json_pack("{s:I,s:o}", "number", (json_int_t)r + 1, "items", items));
    }
    return rows;
}

/* A table needs the same columns in every row. */
static bool rows_alike(const struct form_field *group, const struct form_field_state *state)
{
    for (size_t r = 1; r < state->row_count; r++)
        for (size_t i = 0; i < group->field_count; i++)
            if (state->rows[r][i].visible != state->rows[0][i].visible) return false;
    return true;
}

static json_t *review_columns(struct form_viewer *viewer, const struct form_field *group,
                              const struct form_field_state *row)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < group->field_count; i++)
        if (in_review(&group->fields[i], &row[i]))
            json_array_append_new(
                columns,
                json_pack("{s:s}", "label", form_text_in(&group->fields[i].label, viewer->language)));
    return columns;
}

static json_t *review_item(struct form_viewer *viewer, const struct form_field *field,
                           const struct form_field_state *state, const char *name, const json_t *answer)
{
    json_t *item = form_view_new(
        "text empty is_group rows files computed field_id error drawing words table columns totals");
    const json_t *value = field->value ? state->value : answer;
    bool empty = form_value_empty(field, value);
    set(item, "key", field->key);
    set(item, "label", form_text_in(&field->label, viewer->language));
    set(item, "page_key", viewer->run->form->pages[field->page].key);
    set(item, "field_id", form_control_id(viewer->arena, name));
    flag(item, "computed", field->value != NULL);
    flag(item, "empty", empty);
    if (field->kind == KIND_GROUP) {
        flag(item, "is_group", true);
        json_object_set_new(item, "rows", review_rows(viewer, field, state, answer));
        if (field->table && state->row_count > 0 && rows_alike(field, state)) {
            flag(item, "table", true);
            json_object_set_new(item, "columns", review_columns(viewer, field, state->rows[0]));
        }
        if (state->row_count > 0) form_add_totals(viewer, item, field, state);
        return item;
    }
    if (!empty) set(item, "text", form_value_shown(field, viewer->environment, viewer->arena, value));
    if (field->kind == KIND_SIGNATURE) set(item, "drawing", json_get_cstr(value, "drawing", NULL));
    if (!empty && field_info(field)->widget == WIDGET_FILE) {
        json_t *files = json_array();
        for (size_t i = 0; i < json_array_size(value); i++)
            json_array_append_new(files, json_pack("{s:O}", "document", json_array_get(value, i)));
        json_object_set_new(item, "files", files);
    }
    return item;
}

static json_t *review_section(struct form_viewer *viewer, const struct form_section *section,
                              const json_t *answers)
{
    const struct form *form = viewer->run->form;
    json_t *items = json_array();
    for (size_t i = section->first; i < section->first + section->count; i++) {
        const struct form_field *field = &form->fields[i];
        const struct form_field_state *state = &viewer->run->state->fields[i];
        if (field->key && state->visible && field_info(field)->shape != SHAPE_NONE &&
            !(field->value && field->hidden_value))
            json_array_append_new(items,
                                  review_item(viewer, field, state, field->key, form_answer(answers, field)));
    }
    return items;
}

enum status form_review(const struct form *form, struct arena *arena, const json_t *answers,
                        const struct form_environment *environment, json_t **view)
{
    FORM_STATE_AUTO state = {0};
    struct form_run run;
    enum status status = form_run_start(&run, form, arena, answers, environment, &state);
    if (status != STATUS_OK) return status;
    struct form_viewer viewer = viewer_for(&run, NULL, NULL);
    json_t *pages = json_array();
    for (size_t p = 0; p < form->page_count; p++) {
        const struct form_page *page = &form->pages[p];
        if (!run.page_visible[p]) continue;
        json_t *page_view = titled(&viewer, page->key, &page->title, &page->help), *sections = json_array();
        for (size_t s = 0; s < page->section_count; s++) {
            if (!form_section_visible(&run, p, s)) continue;
            json_t *section_view =
                titled(&viewer, page->sections[s].key, &page->sections[s].title, &page->sections[s].help);
            json_object_set_new(section_view, "items", review_section(&viewer, &page->sections[s], answers));
            json_array_append_new(sections, section_view);
        }
        json_object_set_new(page_view, "sections", sections);
        json_array_append_new(pages, page_view);
    }
    *view = json_pack("{s:o}", "pages", pages);
    return STATUS_OK;
}

/* --- display --- */

static void display_fields(struct form_viewer *viewer, const struct form_field *fields, size_t count,
                           const struct form_field_state *states, json_t *values)
{
    for (size_t i = 0; i < count; i++) {
        const struct form_field *field = &fields[i];
        if (!field->key || !states[i].visible || field_info(field)->shape == SHAPE_NONE) continue;
        if (field->kind != KIND_GROUP) {
            json_set_cstr(values, field->key,
                          form_value_shown(field, viewer->environment, viewer->arena, states[i].value));
            continue;
        }
        json_t *rows = json_array();
        for (size_t r = 0; r < states[i].row_count; r++) {
            json_t *row = json_object();
            display_fields(viewer, field->fields, field->field_count, states[i].rows[r], row);
            json_array_append_new(rows, row);
        }
        json_object_set_new(values, field->key, rows);
    }
}

enum status form_display(const struct form *form, struct arena *arena, const json_t *answers,
                         const struct form_environment *environment, json_t **values)
{
    FORM_STATE_AUTO state = {0};
    struct form_run run;
    enum status status = form_run_start(&run, form, arena, answers, environment, &state);
    if (status != STATUS_OK) return status;
    struct form_viewer viewer = viewer_for(&run, NULL, NULL);
    json_t *made = json_object();
    display_fields(&viewer, form->fields, form->field_count, state.fields, made);
    *values = made;
    return STATUS_OK;
}
