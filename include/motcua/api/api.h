/*
 * The interface for programs, /api/v1: what the portal's pages do with a draft, as JSON, for whoever shows a
 * person's key. docs/api.md and static/api/openapi.json say what it takes and gives.
 */
#ifndef MOTCUA_API_API_H
#define MOTCUA_API_API_H

#include "motcua/http/route.h"

/* Rows for the route table, beside those of the pages. */
const struct route *api_routes(size_t *count);

#endif
