/* Shared by the pages of the personal store. */
#ifndef CITIZEN_STORE_H
#define CITIZEN_STORE_H

#include "motcua/domain/store.h"
#include "web/routes.h"

json_t *store_paper_view(struct visit *visit, const struct store_paper *paper);
/* {text, code, url, agency, at_text}. */
json_t *store_use_view(struct visit *visit, const struct store_use *use);
/* `last` NULL: the store itself. */
void store_crumbs(struct visit *visit, json_t *view, const char *last);
/* The paper of the address, if it is in the person's store. False: answered. */
bool store_open_paper(struct visit *visit, struct store_paper *paper);

#endif
