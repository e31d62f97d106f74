/* Figures of a period as the agency's and the city's page show them. */
#ifndef WEB_DESK_FIGURES_H
#define WEB_DESK_FIGURES_H

#include "motcua/domain/report.h"
#include "motcua/web/web.h"

const char *figure_number(struct visit *visit, int64_t value);
void figures_add(json_t *list, const char *value, const char *label, const char *tone, const char *icon,
                 const char *note);
/* The figures that both begin with: received, finished, open; new reference. */
json_t *figures_view(struct visit *visit, const struct report_figures *sum);

/* A row of the table: the label, with an address or NULL, and what was counted; takes no references. */
void figures_add_row(struct visit *visit, json_t *rows, const char *label, const char *url,
                     const struct report_figures *figures);
/* The table with its total; takes the reference of `rows`. Texts translated. New reference. */
json_t *figures_table_view(struct visit *visit, const char *caption, const char *first_column, json_t *rows,
                           const struct report_figures *sum);

#endif
