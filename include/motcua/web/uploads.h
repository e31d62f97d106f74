/* Attaching what an upload request brought. */
#ifndef MOTCUA_WEB_UPLOADS_H
#define MOTCUA_WEB_UPLOADS_H

#include "motcua/web/draft_page.h"

/* The paper named by the address, if it may be uploaded; else NULL. */
const struct procedure_paper *paper_of_request(const struct draft_page *page);
/* Bytes of one file of this paper, wherever it is handed in; an agency may take less. */
uint64_t uploads_limit_anywhere(const struct web_settings *settings, const struct procedure_paper *paper);
/* The same of a draft: the least of the portal's, the agency's and the paper's limit. */
uint64_t uploads_limit(const struct draft_page *page, const struct procedure_paper *paper);
/* That as a person reads it. */
const char *uploads_limit_text(const struct draft_page *page, const struct procedure_paper *paper);
/* STATUS_INVALID ("paper.not_asked"): the answers of the draft do not ask for this paper. */
NODISCARD enum status uploads_check_wanted(struct draft_page *page, const struct procedure_paper *paper);
/* STATUS_TOO_LARGE, with the limit in words. */
NODISCARD enum status uploads_check_file(struct draft_page *page, const struct procedure_paper *paper,
                                         uint64_t size);
/* What the dossier holds and this file together. STATUS_TOO_LARGE. */
NODISCARD enum status uploads_check_total(struct visit *visit, const struct document *documents, size_t count,
                                          uint64_t size);
/* One more file of this size beside those of the page. */
NODISCARD enum status uploads_fit(struct draft_page *page, uint64_t size);
/* Attaches one file of the request, as the document of that id where it has one. */
NODISCARD enum status uploads_attach_one(struct draft_page *page, const struct procedure_paper *paper,
                                         size_t index, struct uuid *id);
/* Attaches every file of the request; the first failure ends it (what was attached before stays).
 * STATUS_INVALID without any file. */
NODISCARD enum status uploads_attach(struct draft_page *page, const struct procedure_paper *paper);
/* A file for this paper, still without its name. */
struct document_claim uploads_claim(const struct draft_page *page, const struct procedure_paper *paper);

#endif
