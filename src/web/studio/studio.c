/* The frame of the administrator's pages. */
#include "studio.h"

json_t *studio_view(struct visit *visit, const char *title, enum studio_tab tab, const char *path)
{
    static const char *const names[] = {"users", "units", "offerings", "lists", "retention", "incidents"};
    bool administrates =
        (visit->actor.roles & ROLE_TENANT_ADMIN) != 0; /* a head of a unit sees the incidents only */
    json_t *view = desk_view(visit, title, administrates ? "/quan-tri" : "/quan-tri/su-co", path);
    json_t *studio = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        view_flag(studio, names[i], i == tab);
    view_set(view, "studio", studio);
    return view;
}

json_t *studio_units_view(struct visit *visit, const struct unit_row *units, size_t count,
                          const struct uuid *selected)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *unit = json_object();
        view_text(unit, "value", units[i].code);
        view_text(unit, "label", visit_pick(visit, units[i].name, units[i].name_en));
        view_flag(unit, "selected", uuid_same(&units[i].id, selected));
        json_array_append_new(list, unit);
    }
    return list;
}

struct uuid studio_form_unit(struct visit *visit, const struct unit_row *units, size_t count)
{
    struct str code = visit_form(visit, "unit");
    for (size_t i = 0; i < count; i++)
        if (str_equal_cstr(code, units[i].code)) return units[i].id;
    return (struct uuid){""};
}
