/* Photos of one paper that can become one PDF. */
#ifndef WEB_CITIZEN_PICTURES_H
#define WEB_CITIZEN_PICTURES_H

#include "motcua/web/draft_page.h"

/* A picture of this paper that may still be changed, of a paper that takes PDF. */
bool pictures_joinable(const struct draft_page *page, const struct procedure_paper *paper,
                       const struct document *document);
/* All of them, in the order of the pages; `pictures` has room for every document of the page. */
size_t pictures_of(const struct draft_page *page, const struct procedure_paper *paper,
                   const struct document **pictures);

#endif
