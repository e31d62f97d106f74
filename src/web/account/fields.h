/* Simple text fields of the account pages (partials/text-field.html). */
#ifndef WEB_ACCOUNT_FIELDS_H
#define WEB_ACCOUNT_FIELDS_H

#include "motcua/web/web.h"

struct text_field {
    const char *name;
    const char *label; /* N_() */
    const char *type;
    const char *help; /* N_() or NULL */
    const char *autocomplete;
    int max_length;
    bool optional;
};

/* The view of one field; `error` translated or NULL. */
json_t *text_field_view(struct visit *visit, const struct text_field *field, const char *value,
                        const char *error);
/* All of them: values from `values[i]`; the error of visit->error goes to the field it names. Adds it to
 * error_summary. */
json_t *text_fields_view(struct visit *visit, json_t *view, const struct text_field *fields, size_t count,
                         const char *const *values);

#endif
