/* Simple text fields of the account pages. */
#include "fields.h"

json_t *text_field_view(struct visit *visit, const struct text_field *field, const char *value,
                        const char *error)
{
    json_t *view = json_object();
    const char *described = NULL;
    if (field->help != NULL && error != NULL)
        described = arena_printf(visit->arena, "%s-help %s-error", field->name, field->name);
    else if (field->help != NULL || error != NULL)
        described = arena_printf(visit->arena, "%s-%s", field->name, field->help != NULL ? "help" : "error");
    view_text(view, "name", field->name);
    view_text(view, "label", visit_text(visit, field->label));
    view_text(view, "type", field->type);
    view_text(view, "value", strcmp(field->type, "password") == 0 ? "" : value);
    view_text(view, "help", field->help == NULL ? NULL : visit_text(visit, field->help));
    view_text(view, "error", error);
    view_set(view, "optional", field->optional ? json_true() : json_null());
    view_text(view, "autocomplete", field->autocomplete);
    view_number(view, "max_length", field->max_length);
    view_text(view, "described_by", described);
    return view;
}

json_t *text_fields_view(struct visit *visit, json_t *view, const struct text_field *fields, size_t count,
                         const char *const *values)
{
    json_t *list = json_array();
    const char *wrong = visit->error.field;
    for (size_t i = 0; i < count; i++) {
        bool mine = wrong != NULL && strcmp(wrong, fields[i].name) == 0;
        const char *error = mine ? visit_error_text(visit) : NULL;
        if (mine) view_problem(view, fields[i].name, error);
        json_array_append_new(list,
                              text_field_view(visit, &fields[i], values == NULL ? "" : values[i], error));
    }
    return list;
}
