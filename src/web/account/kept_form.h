/*
 * A form that was sent after its session had ended: the pages of signing in carry it along, and the person is
 * then asked whether to send it again. Nothing is done with it before.
 */
#ifndef WEB_ACCOUNT_KEPT_FORM_H
#define WEB_ACCOUNT_KEPT_FORM_H

#include "motcua/web/web.h"

struct kept_form {
    struct str path; /* where it was sent; empty: there is none */
    struct str body; /* application/x-www-form-urlencoded, as it came */
};

/* The form of this request, if it can be kept: sent by a page of this site, not in the background by a
 * script, of bounded size, and no page of the account (passwords). */
struct kept_form kept_form_of_request(const struct visit *visit);
/* What a page of signing in carried along. */
struct kept_form kept_form_carried(const struct visit *visit);
/* "kept" of the view: null or {path, body}. */
void kept_form_view(json_t *view, const struct kept_form *kept);
/* The page that offers to send it again; `back`: the page to go to instead. The person is signed in. */
void kept_form_offer(struct visit *visit, const struct kept_form *kept, struct str back);

/* The sign-in page as the answer to such a form (src/web/account/sign_in.c). */
void sign_in_for_form(struct visit *visit, const struct kept_form *kept, struct str back);

#endif
