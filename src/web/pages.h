/* Inside of the web layer: compiled pages. */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "motcua/mustache/mustache.h"
#include "motcua/web/web.h"

/* NULL when there is no such page. */
const struct mustache_template *page_find(const struct page_set *pages, const char *name);

#endif
