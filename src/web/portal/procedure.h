/* Parts of the procedure page. */
#ifndef WEB_PORTAL_PROCEDURE_H
#define WEB_PORTAL_PROCEDURE_H

#include "web/portal/portal.h"

/* Everything the page says about a procedure but how to hand it in; members of the view's `procedure`. */
void procedure_describe(struct visit *visit, const struct procedure_row *row, const json_t *description,
                        json_t *view);

/*
 * The member `online`: the agency chosen by ?co-quan, or the lists to choose from; null when nobody takes the
 * procedure online. New reference in *online.
 */
NODISCARD enum status procedure_choice(struct visit *visit, const struct procedure_row *row,
                                       const struct procedure_version *version, json_t **online);

#endif
