/* The sample city's accounts, shown on the sign-in page of a sample only. */
#ifndef WEB_ACCOUNT_SAMPLE_ACCOUNTS_H
#define WEB_ACCOUNT_SAMPLE_ACCOUNTS_H

#include "motcua/web/web.h"

/* {password, accounts: [{identifier, what}]}; new reference. */
json_t *sample_accounts_view(struct visit *visit);

#endif
