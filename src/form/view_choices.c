/* Choices of a field: fixed options, short lists to choose from, long ones to search. */
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

static json_t *option(struct form_viewer *viewer, const char *name, const char *id, size_t number,
                      const char *value, const char *label, const char *help, bool selected)
{
    json_t *view = form_view_new("help selected");
    json_set_cstr(view, "value", value);
    set(view, "label", label);
    set(view, "help", help);
    set(view, "name", name);
    set(view, "id",
        number ? arena_printf(viewer->arena, "%s-%zu", id, number)
               : id); /* never that of the field set around it */
    flag(view, "selected", selected);
    return view;
}

static bool is_selected(const json_t *value, const char *candidate)
{
    if (json_is_string(value)) return strcmp(json_string_value(value), candidate) == 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *item = json_string_value(json_array_get(value, i));
        if (item && strcmp(item, candidate) == 0) return true;
    }
    return false;
}

json_t *form_choice_options(struct form_viewer *viewer, const struct form_choice *choices, size_t count,
                            const char *name, const json_t *value, bool with_empty)
{
    json_t *options = json_array();
    const char *id = form_control_id(viewer->arena, name);
    if (with_empty)
        json_array_append_new(options,
                              option(viewer, name, arena_printf(viewer->arena, "%s-none", id), 0, "",
                                     form_translate(viewer->environment, N_("— Chọn —")), NULL, false));
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        bool selected = is_selected(value, choices[i].value);
        if (!selected && !form_choice_visible(viewer->run, &choices[i])) continue;
        json_array_append_new(options, option(viewer, name, id, shown + 1, choices[i].value,
                                              form_text_in(&choices[i].label, viewer->language),
                                              form_text_in(&choices[i].help, viewer->language), selected));
        shown++;
    }
    return options;
}

json_t *form_list_view(struct form_viewer *viewer, const char *list, const char *parent, const char *name,
                       const json_t *value)
{
    struct form_option *found;
    const char *id = form_control_id(viewer->arena, name);
    size_t count = form_list_options(viewer->environment, viewer->arena, list, parent, &found);
    json_t *options = json_array();
    json_array_append_new(options, option(viewer, name, arena_printf(viewer->arena, "%s-none", id), 0, "",
                                          form_translate(viewer->environment, N_("— Chọn —")), NULL, false));
    bool present = false;
    for (size_t i = 0; i < count; i++) {
        bool selected = is_selected(value, found[i].value);
        present |= selected;
        json_array_append_new(
            options, option(viewer, name, id, i + 1, found[i].value, found[i].label, NULL, selected));
    }
    if (!present && json_is_string(value) &&
        json_string_length(value)) { /* what was answered is never lost */
        const char *label =
            form_list_label(viewer->environment, viewer->arena, list, json_string_value(value));
        json_array_append_new(options, option(viewer, name, id, count + 1, json_string_value(value),
                                              label ? label : json_string_value(value), NULL, true));
    }
    return options;
}

void form_add_yes_no(struct form_viewer *viewer, json_t *view, const char *name, const json_t *value)
{
    json_t *options = json_array();
    const char *id = form_control_id(viewer->arena, name);
    json_array_append_new(options,
                          option(viewer, name, id, 1, "true", form_translate(viewer->environment, N_("Có")),
                                 NULL, json_is_true(value)));
    json_array_append_new(options, option(viewer, name, id, 2, "false",
                                          form_translate(viewer->environment, N_("Không")), NULL,
                                          json_is_false(value)));
    json_object_set_new(view, "options", options);
}

/* In the place of a select: a box for words or a code. */
static json_t *text_box(json_t *view, const char *width)
{
    json_t *input = json_object();
    json_object_set_new(view, "widget_select", json_false());
    set(input, "type", "text");
    set(input, "width", width);
    json_object_set_new(view, "input", input);
    return view;
}

static void add_search(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                       const char *name, const json_t *value)
{
    static const char prefix[] = "reference:";
    const struct form_environment *environment = viewer->environment;
    const char *typed = json_is_string(value) ? json_string_value(value) : "";
    bool custom = strncmp(field->list, prefix, sizeof prefix - 1) == 0;
    bool known = *typed && form_list_contains(environment, field->list, NULL, typed);
    flag(text_box(view, "long"), "widget_search", true);
    set(view, "list", custom ? field->list + sizeof prefix - 1 : field->list);
    set(view, "text", typed);
    json_t *options = json_array();
    const char *choice = arena_printf(viewer->arena, "%s.choice", name);
    struct form_option *found;
    size_t count = *typed && !known ? environment->lists->search(environment->lists->context, viewer->arena,
                                                                 field->list, str_of(typed), viewer->language,
                                                                 LIST_FOUND_MAXIMUM, &found)
                                    : 0;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(options, option(viewer, choice, form_control_id(viewer->arena, choice), i + 1,
                                              found[i].value, found[i].label, found[i].value, false));
    json_object_set_new(view, "options", options);
    flag(view, "searchable", count > 0);
}

void form_add_select(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                     const char *name, const json_t *value)
{
    enum form_list_way way = form_list_way(viewer->environment, field->list);
    if (way == LIST_SEARCHED) {
        add_search(viewer, view, field, name, value);
        return;
    }
    if (way == LIST_TYPED) {
        flag(text_box(view, "medium"), "widget_input", true);
        return;
    }
    json_t *options =
        field_has_choices(field)
            ? form_choice_options(viewer, field->choices, field->choice_count, name, value, true)
            : form_list_view(viewer, field->list ? field->list : "", field->parent, name, value);
    flag(view, "searchable", json_array_size(options) > 16);
    json_object_set_new(view, "options", options);
}
