/* The agencies of the city: by kind, or found by name. */
#include "web/portal/portal.h"

#include "motcua/i18n/text.h"
#include "web/dossier_view.h"
#include "web/routes.h"

enum { FOUND_MAXIMUM = 200 };

static json_t *kinds_view(struct visit *visit, const char *selected)
{
    const struct tenants *tenants = visit_tenants(visit);
    json_t *list = json_array();
    for (size_t k = 0; agency_kinds[k] != NULL; k++) {
        int64_t count = 0;
        for (size_t i = 0; i < tenants->count; i++)
            count += strcmp(tenants->all[i].kind, agency_kinds[k]) == 0;
        json_t *kind = json_object();
        view_text(kind, "label", agency_kind_text(visit, agency_kinds[k]));
        view_text(kind, "count", format_integer(visit->arena, visit->language, count));
        view_text(kind, "url", url_with(visit->arena, "/co-quan", "cap", str_of(agency_kinds[k])));
        view_flag(kind, "selected", selected != NULL && strcmp(selected, agency_kinds[k]) == 0);
        json_array_append_new(list, kind);
    }
    return list;
}

static json_t *group_view(const char *slug, const char *name, const char *url, json_t *agencies)
{
    json_t *group = json_object();
    view_text(group, "slug", slug);
    view_text(group, "name", name);
    view_text(group, "url", url);
    view_set(group, "agencies", agencies);
    return group;
}

static void add_group(json_t *groups, const char *slug, const char *name, const char *url, json_t *agencies)
{
    if (json_array_size(agencies) > 0)
        json_array_append_new(groups, group_view(slug, name, url, agencies));
    else
        json_decref(agencies);
}

/* Agencies of one kind below their parents, or all in one group when they stand directly below the city. */
static json_t *groups_of_kind(struct visit *visit, const char *kind)
{
    const struct tenants *tenants = visit_tenants(visit);
    json_t *groups = json_array(), *rest = json_array();
    for (size_t i = 0; i < tenants->count; i++) {
        const struct tenant *parent = &tenants->all[i];
        json_t *below = parent == tenants->city ? NULL : json_array();
        for (size_t c = 0; below != NULL && c < parent->child_count; c++)
            if (strcmp(parent->children[c]->kind, kind) == 0)
                json_array_append_new(below, agency_link(visit, parent->children[c]));
        if (below != NULL)
            add_group(groups, parent->slug, visit_agency_short_name(visit, parent),
                      arena_printf(visit->arena, "/co-quan/%s", parent->slug), below);
        if (strcmp(parent->kind, kind) == 0 && (parent->parent == NULL || parent->parent == tenants->city))
            json_array_append_new(rest, agency_link(visit, parent));
    }
    add_group(groups, kind, agency_kind_text(visit, kind), NULL, rest);
    return groups;
}

/* Wards of the same name are told apart by the district behind them. */
static json_t *found_link(struct visit *visit, const struct tenant *tenant)
{
    json_t *link = agency_link(visit, tenant);
    const struct tenant *parent = tenant->parent;
    if (parent != NULL && parent != visit_tenants(visit)->city)
        view_text(link, "name",
                  arena_printf(visit->arena, "%s, %s", visit_agency_short_name(visit, tenant),
                               visit_agency_short_name(visit, parent)));
    return link;
}

static json_t *groups_found(struct visit *visit, struct str query)
{
    const struct tenant **found = arena_array(visit->arena, FOUND_MAXIMUM, sizeof *found);
    size_t count =
        tenant_search(visit_tenants(visit), text_search_key(visit->arena, query), found, FOUND_MAXIMUM);
    json_t *groups = json_array();
    static const char *const kinds[] = {"city", "department", "district", "commune"};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        json_t *agencies = json_array();
        for (size_t i = 0; i < count; i++)
            if (strcmp(found[i]->kind, kinds[k]) == 0)
                json_array_append_new(agencies, found_link(visit, found[i]));
        add_group(groups, kinds[k], agency_kind_text(visit, kinds[k]), NULL, agencies);
    }
    return groups;
}

/* The kind asked for; districts when nothing is. */
static const char *kind_asked(struct visit *visit)
{
    struct str kind = visit_query(visit, "cap");
    for (size_t k = 0; agency_kinds[k] != NULL; k++)
        if (str_equal_cstr(kind, agency_kinds[k])) return agency_kinds[k];
    return "district";
}

void page_agencies(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str query = visit_query(visit, "q");
    const char *kind = query.length > 0 ? NULL : kind_asked(visit);
    json_t *view = view_create(visit, visit_text(visit, N_("Cơ quan giải quyết")));
    view_nav(view, "agencies");
    portal_crumbs(visit, view, visit_text(visit, N_("Cơ quan")), NULL);
    view_str(view, "q", query);
    view_set(view, "kinds", kinds_view(visit, kind));
    view_set(view, "groups", kind == NULL ? groups_found(visit, query) : groups_of_kind(visit, kind));
    visit_render(visit, "portal/agencies", view);
}
