/* Attaching what an upload request brought. */
#ifndef WEB_CITIZEN_UPLOADS_H
#define WEB_CITIZEN_UPLOADS_H

#include "draft_page.h"

/* The paper named by the address, if it may be uploaded; else NULL. */
const struct procedure_paper *paper_of_request(const struct draft_page *page);
/* One more file of this size is within the limits of one and of all. */
NODISCARD enum status uploads_fit(struct draft_page *page, uint64_t size);
/* Attaches every file of the request; the first failure ends it (what was attached before stays).
 * STATUS_INVALID without any file. */
NODISCARD enum status uploads_attach(struct draft_page *page, const char *kind, const char *paper_key);

#endif
