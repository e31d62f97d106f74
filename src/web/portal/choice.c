/* Which agency takes the dossier: where only one does, it is chosen; otherwise people pick their district and
 * their ward. */
#include "web/portal/procedure.h"

#include "motcua/domain/reference.h"
#include "web/dossier_view.h"

enum { MINUTES_A_PAGE = 3, MINUTES_AT_LEAST = 5 };

struct choices {
    const struct tenant **agencies; /* that take the procedure, by name within their parents */
    size_t count;
};

static enum status load_choices(struct visit *visit, const struct procedure_row *row, struct choices *choices)
{
    struct offering *offerings;
    size_t count;
    enum status status = offering_of_procedure(&visit->work, &row->id, &offerings, &count, &visit->error);
    if (status != STATUS_OK) return status;
    choices->agencies = arena_array(visit->arena, count, sizeof *choices->agencies);
    choices->count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct tenant *tenant = tenant_by_id(visit_tenants(visit), &offerings[i].tenant_id);
        if (tenant != NULL) choices->agencies[choices->count++] = tenant;
    }
    return STATUS_OK;
}

static bool is_commune(const struct tenant *tenant)
{
    return strcmp(tenant->kind, "commune") == 0 && tenant->parent != NULL;
}

static const struct tenant *chosen_agency(const struct choices *choices, struct str slug, struct str district,
                                          bool again)
{
    if (!again && choices->count == 1) return choices->agencies[0];
    for (size_t i = 0; slug.length > 0 && i < choices->count; i++) {
        const struct tenant *agency = choices->agencies[i];
        bool fits =
            district.length == 0 || !is_commune(agency) || str_equal_cstr(district, agency->parent->slug);
        if (str_equal_cstr(slug, agency->slug) && fits) return agency;
    }
    return NULL;
}

static json_t *option_view(const struct visit *visit, const struct tenant *tenant, bool selected)
{
    json_t *option = json_object();
    view_text(option, "value", tenant->slug);
    view_text(option, "label", visit_agency_short_name(visit, tenant));
    view_flag(option, "selected", selected);
    return option;
}

static bool has_communes(const struct choices *choices)
{
    for (size_t i = 0; i < choices->count; i++)
        if (is_commune(choices->agencies[i])) return true;
    return false;
}

/* The district an agency stands in, itself for the district's own; NULL for those of the whole city. */
static const struct tenant *district_of(const struct tenant *agency)
{
    if (is_commune(agency)) return agency->parent;
    return strcmp(agency->kind, "district") == 0 ? agency : NULL;
}

/* The districts where an agency takes the procedure; null when no wards do, for then nothing is to be
 * narrowed. */
static json_t *district_choice(struct visit *visit, const struct choices *choices, struct str district)
{
    const struct tenants *tenants = visit_tenants(visit);
    json_t *options = json_array();
    for (size_t t = 0; t < tenants->count; t++) {
        const struct tenant *parent = &tenants->all[t];
        bool takes = false;
        for (size_t i = 0; !takes && i < choices->count; i++)
            takes = district_of(choices->agencies[i]) == parent;
        if (takes)
            json_array_append_new(options,
                                  option_view(visit, parent, str_equal_cstr(district, parent->slug)));
    }
    if (!has_communes(choices)) {
        json_decref(options);
        return json_null();
    }
    json_t *choice = json_object();
    view_text(choice, "hint", visit_text(visit, N_("Quận, huyện, thị xã có cơ quan bạn muốn nộp")));
    view_set(choice, "options", options);
    return choice;
}

static json_t *agency_choice(struct visit *visit, const struct choices *choices, struct str district)
{
    json_t *options = json_array();
    bool kinds[3] = {false, false, false}, narrowed = has_communes(choices);
    for (size_t i = 0; i < choices->count; i++) {
        const struct tenant *agency = choices->agencies[i];
        const struct tenant *within = district_of(agency);
        if (narrowed && within != NULL && !str_equal_cstr(district, within->slug)) continue;
        for (size_t k = 0; agency_kinds[k] != NULL; k++)
            kinds[k] = kinds[k] || strcmp(agency->kind, agency_kinds[k]) == 0;
        json_array_append_new(options, option_view(visit, agency, false));
    }
    if (json_array_size(options) == 0) {
        json_decref(options);
        return json_null();
    }
    const char *label = visit_text(visit, N_("Cơ quan tiếp nhận"));
    for (size_t k = 0; agency_kinds[k] != NULL; k++)
        if (kinds[k] && kinds[0] + kinds[1] + kinds[2] == 1) label = agency_kind_text(visit, agency_kinds[k]);
    json_t *choice = json_object();
    view_text(choice, "label", label);
    view_set(choice, "options", options);
    return choice;
}

static const char *minutes_text(struct visit *visit, const struct procedure_version *version)
{
    size_t minutes = form_page_count(version->form) * MINUTES_A_PAGE;
    minutes = (minutes + 4) / 5 * 5;
    return arena_printf(visit->arena, "%zu", minutes < MINUTES_AT_LEAST ? (size_t)MINUTES_AT_LEAST : minutes);
}

enum status procedure_choice(struct visit *visit, const struct procedure_row *row,
                             const struct procedure_version *version, json_t **online)
{
    struct choices choices = {0};
    *online = NULL;
    if (version == NULL || !procedure_is_online(version)) return STATUS_OK;
    enum status status = load_choices(visit, row, &choices);
    if (status != STATUS_OK || choices.count == 0) return status;
    struct str district = visit_query(visit, "quan");
    bool again = visit_query(visit, "chon").length > 0;
    struct str wanted = visit_query(visit, "co-quan");
    const struct tenant *here = tenant_by_host(visit_tenants(visit), request_host(visit->request));
    if (wanted.length == 0 && here != NULL && !again) wanted = str_of(here->slug);
    const struct tenant *agency = chosen_agency(&choices, wanted, district, again);
    json_t *view = json_object(), *chosen = NULL;
    view_text(view, "minutes", minutes_text(visit, version));
    if (agency != NULL) {
        chosen = json_object();
        view_text(chosen, "slug", agency->slug);
        view_text(chosen, "name", visit_agency_name(visit, agency));
        view_text(chosen, "address", agency->address);
        view_flag(chosen, "has_others", choices.count > 1);
    }
    view_set(view, "agency", chosen);
    view_set(view, "district_choice", agency != NULL ? NULL : district_choice(visit, &choices, district));
    view_set(view, "agency_choice", agency != NULL ? NULL : agency_choice(visit, &choices, district));
    *online = view;
    return STATUS_OK;
}
