/* Handlers of all pages, as the route table names them. */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "motcua/web/web.h"

#define HANDLER(name) void name(struct request *request)

#include "handlers_account.def"
#include "handlers_citizen.def"
#include "handlers_city.def"
#include "handlers_desk.def"
#include "handlers_public.def"
#include "handlers_studio.def"

#endif
