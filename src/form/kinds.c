/* The kinds of fields as data. */
#include "model.h"

const struct form_kind_info form_kinds[KIND_COUNT] = {
#define X(enumerator, name, widget, shape, list, properties)                                                 \
    {name, WIDGET_##widget, SHAPE_##shape, list, properties},
    FORM_KINDS(X)
#undef X
};

const char *const form_widget_names[] = {"static",     "output",   "input",  "textarea", "radios",
                                         "checkboxes", "checkbox", "select", "date",     "parts",
                                         "group",      "file",     "plot"};
