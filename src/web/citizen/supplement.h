/* Mending a dossier that the agency asked about: its answers are kept in the draft row until they are sent.
 */
#ifndef WEB_CITIZEN_SUPPLEMENT_H
#define WEB_CITIZEN_SUPPLEMENT_H

#include "motcua/web/draft_page.h"

/* The draft behind the dossier of the address, while a request is open. False: an answer has been made. */
bool supplement_page_open(struct visit *visit, struct draft_page *page);
/* "/ho-so/{code}/bo-sung" */
const char *supplement_url(const struct draft_page *page);

#endif
