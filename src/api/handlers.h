/* Handlers of the interface for programs, and what they share. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "motcua/web/draft_page.h"

void api_openapi(struct request *request);
void api_procedure(struct request *request);
void api_list(struct request *request);
void api_create(struct request *request);
void api_show(struct request *request);
void api_answers(struct request *request);
void api_delete(struct request *request);
void api_missing(struct request *request);
void api_submit(struct request *request);
void api_upload(struct request *request);
void api_paper_remove(struct request *request);

/* "2017-03-14T09:00:00+07:00", null for INSTANT_NONE. */
void api_instant(json_t *object, const char *key, instant when);
/* The draft of the address with a form still in force, not yet submitted. False: a problem was answered. */
bool api_open_draft(struct visit *visit, struct draft_page *page);
/* [{kind, ...}] of what is missing; NULL and *status on failure. */
json_t *api_missing_list(struct draft_page *page, enum status *status);
/* The draft as a program sees it; NULL and *status on failure. */
json_t *api_draft(struct draft_page *page, enum status *status);
/* One paper that is attached. */
json_t *api_document(struct visit *visit, const struct document *document);
/*
 * The id of what this request makes, from its Idempotency-Key (empty without one). `content` tells requests
 * of one address apart. False: a problem was answered.
 */
bool api_take_key(struct visit *visit, struct str content, struct uuid *id, bool *repeated);

#endif
