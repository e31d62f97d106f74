/* The citizen's own dossier named by the address. */
#ifndef WEB_CITIZEN_OWN_H
#define WEB_CITIZEN_OWN_H

#include "motcua/domain/dossier.h"
#include "motcua/web/web.h"

/* Loads it when it is the person's own; otherwise "not found" has been answered and false is returned. */
bool own_dossier_open(struct visit *visit, struct dossier_file *file);
/* "/ho-so/{code}" */
const char *own_dossier_url(struct visit *visit, const struct dossier *dossier);
/* Start of a page about it: navigation, crumbs to the dossier and, unless NULL, one more. */
json_t *own_dossier_view(struct visit *visit, const struct dossier_file *file, const char *title,
                         const char *crumb);
/* "100.000 đồng, chưa nộp" */
const char *own_fee_text(struct visit *visit, const struct dossier_file *file);
const char *own_return_text(const struct visit *visit, const struct dossier *dossier);
/* The request that waits for an answer; NULL: none. */
const struct supplement_request *own_open_supplement(const struct dossier_file *file);
/* A review that leads nowhere to mend it. */
void review_without_links(json_t *review);
/* form_review without links. New reference, NULL on failure. */
json_t *own_review(struct visit *visit, const struct dossier *dossier);

#endif
