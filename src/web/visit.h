/* Inside of the web layer: between visit.c, view.c and error_page.c. */
#ifndef WEB_VISIT_H
#define WEB_VISIT_H

#include "motcua/web/web.h"

/* server_hooks.error_page: may run without a worker, so it makes no use of the database. */
void web_error_page(void *context, struct request *request, unsigned status, const char *message,
                    const char *argument);
/* Programs ask below /api/, and are answered without pages. */
bool for_program(const struct request *request);
/* A client of tus wants its version on every answer. */
void mark_tus(struct request *request);
/* application/problem+json: the texts are translated. `errors` may be NULL; taken. */
void problem_answer(struct request *request, unsigned status, const char *code, const char *title,
                    const char *detail, json_t *errors);
/* N_() source text: what an answer of this status means. */
const char *error_heading(unsigned status);
/* Adds the flash of the cookie to the view and deletes the cookie. */
void flash_show(struct visit *visit, json_t *view);
/* Sets the cookie. */
void flash_keep(struct visit *visit, const char *name);

#endif
