/* What the pages of an agency's administrator share. */
#ifndef WEB_STUDIO_STUDIO_H
#define WEB_STUDIO_STUDIO_H

#include "motcua/domain/administration.h"
#include "web/desk/desk.h"

enum studio_tab {
    STUDIO_USERS,
    STUDIO_UNITS,
    STUDIO_OFFERINGS,
    STUDIO_LISTS,
    STUDIO_RETENTION,
    STUDIO_INCIDENTS
};

/* New view of the desk's frame with the tab marked; `path` as for desk_view(). */
json_t *studio_view(struct visit *visit, const char *title, enum studio_tab tab, const char *path);
/* [{value, label, selected}] of the units; `selected` an id or empty. */
json_t *studio_units_view(struct visit *visit, const struct unit_row *units, size_t count,
                          const struct uuid *selected);
/* The unit whose code the form names; the empty uuid when there is none. */
struct uuid studio_form_unit(struct visit *visit, const struct unit_row *units, size_t count);

#endif
