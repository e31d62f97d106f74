/* Where a person wanted to go before an account was needed, carried along as ?ve=. */
#ifndef WEB_ACCOUNT_BACK_H
#define WEB_ACCOUNT_BACK_H

#include "motcua/web/web.h"

/* A path of this site that makes sense after signing in; else empty. */
struct str back_safe(struct str wanted);
/* That of the address that was asked for. */
struct str back_asked(struct visit *visit);
/* `path`, with the way back behind it when there is one. */
const char *back_with(struct visit *visit, const char *path, struct str back);

#endif
