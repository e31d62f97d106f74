/* Shared by the two halves of the page view: fields (view.c) and the page around them (page.c). */
#ifndef MOTCUA_FORM_VIEW_H
#define MOTCUA_FORM_VIEW_H

#include "internal.h"

struct form_viewer {
    struct form_run *run;
    struct arena *arena;
    const struct form_environment *environment;
    const char *language;
    const struct form_errors *errors;
    const json_t *filled;
    bool has_files;
    bool on_behalf;
};

/* A view whose blank-separated members are false until they are set. */
json_t *form_view_new(const char *names);
json_t *form_field_view(struct form_viewer *viewer, const struct form_field *field,
                        const struct form_field_state *state, const char *name, const json_t *answer);
const struct form_error *form_error_at(const struct form_errors *errors, const char *path);
/* Member totals of a group's view: [{label, value}]. */
void form_add_totals(struct form_viewer *viewer, json_t *view, const struct form_field *group,
                     const struct form_field_state *state);
/* Members of a view that has choices (view_choices.c). */
json_t *form_choice_options(struct form_viewer *viewer, const struct form_choice *choices, size_t count,
                            const char *name, const json_t *value, bool with_empty);
void form_add_yes_no(struct form_viewer *viewer, json_t *view, const char *name, const json_t *value);
void form_add_select(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                     const char *name, const json_t *value);
/* Options of a reference list for a select, the empty one first. */
json_t *form_list_view(struct form_viewer *viewer, const char *list, const char *parent, const char *name,
                       const json_t *value);

#endif
