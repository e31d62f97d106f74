/* The page of one procedure, its blank form, and the start of a dossier. */
#include "web/portal/procedure.h"

#include "motcua/codec/json.h"
#include "motcua/codec/url.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/reference.h"
#include "web/dossier_view.h"
#include "web/routes.h"

/* Answers 404 or the failure itself; false: answered. */
static bool find_procedure(struct visit *visit, struct procedure_row *row)
{
    enum status status =
        procedure_find(&visit->work, request_param(visit->request, "code"), row, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

/* The compiled version where the procedure can be handed in online; *version NULL otherwise. */
static enum status online_version(struct visit *visit, const struct procedure_row *row,
                                  const struct procedure_version **version)
{
    *version = NULL;
    return row->online ? reference_procedure_version(&visit->work, &row->version_id, version, &visit->error)
                       : STATUS_OK;
}

static void add_crumbs(struct visit *visit, json_t *view, const struct procedure_row *row)
{
    portal_crumbs(visit, view, visit_text(visit, N_("Danh mục thủ tục")), "/thu-tuc");
    view_crumb(view, visit_pick(visit, row->field_name, row->field_name_en),
               url_with(visit->arena, "/thu-tuc", "linh-vuc", str_of(row->field_code)));
}

void page_procedure(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct procedure_row row;
    const struct procedure_version *version;
    json_auto description = NULL;
    json_t *online = NULL;
    if (!find_procedure(visit, &row)) return;
    enum status status = online_version(visit, &row, &version);
    if (status == STATUS_OK)
        status = procedure_description(&visit->work, &row.version_id, &description, &visit->error);
    if (status == STATUS_OK) status = procedure_choice(visit, &row, version, &online);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = view_create(visit, visit_pick(visit, row.name, row.name_en)), *procedure = json_object();
    view_nav(view, "catalogue");
    add_crumbs(visit, view, &row);
    view_crumb(view, row.code, NULL);
    procedure_describe(visit, &row, description, procedure);
    view_set(procedure, "online", online);
    view_set(view, "procedure", procedure);
    visit_render(visit, "portal/procedure", view);
}

/* --- The blank form, to read beforehand or to fill in by hand */

static enum status add_form_pages(struct visit *visit, const struct form *form, json_t *pages)
{
    char today[CIVIL_DATE_SIZE];
    civil_format_date(civil_day_of(visit->work.now), today);
    struct form_environment environment = {
        .today = today,
        .language = language_code(visit->language),
        .translate = visit_is_english(visit) ? domain_translate : NULL,
        .translate_context = visit->web->domain,
        .lists = reference_form_lists(&visit->work),
    };
    json_auto nothing = json_object();
    for (size_t i = 0; i < form_page_count(form); i++) {
        json_t *page = NULL;
        enum status status = form_view(form, visit->arena, i, nothing, NULL, NULL, &environment, &page);
        if (status != STATUS_OK) return status;
        /* Numbered through: which pages a person will see is not known yet. */
        view_number(json_object_get(page, "page"), "number", (int64_t)i + 1);
        json_array_append_new(pages, page);
    }
    return STATUS_OK;
}

void page_procedure_form(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct procedure_row row;
    const struct procedure_version *version;
    if (!find_procedure(visit, &row)) return;
    enum status status = online_version(visit, &row, &version);
    if (status == STATUS_OK && (version == NULL || !str_equal(request_param(request, "number"), STR("1")))) {
        visit_not_found(visit);
        return;
    }
    json_t *pages = json_array();
    if (status == STATUS_OK) status = add_form_pages(visit, version->form, pages);
    if (status != STATUS_OK) {
        json_decref(pages);
        visit_fail(visit, status);
        return;
    }
    json_t *view = view_create(visit, visit_text(visit, N_("Tờ khai"))), *procedure = json_object();
    view_nav(view, "catalogue");
    add_crumbs(visit, view, &row);
    view_crumb(view, row.code, arena_printf(visit->arena, "/thu-tuc/%s", row.code));
    view_crumb(view, visit_text(visit, N_("Tờ khai")), NULL);
    view_text(procedure, "code", row.code);
    view_text(procedure, "name", visit_pick(visit, row.name, row.name_en));
    view_set(view, "procedure", procedure);
    view_set(view, "form_pages", pages);
    visit_render(visit, "portal/blank-form", view);
}

/* --- What answers must look like, for programs */

enum { SCHEMA_BYTES = 4 * 1024 * 1024, SCHEMA_SECONDS = 24 * 60 * 60 };

static void send_schema(struct visit *visit, const struct procedure_version *version)
{
    json_auto schema = NULL;
    struct str text = STR_NULL;
    enum status status = form_json_schema(version->form, visit->arena, &schema);
    if (status == STATUS_OK) {
        json_set_cstr(schema, "$id",
                      arena_printf(visit->arena, "%s/thu-tuc/%s/phien-ban/%d/luoc-do.json",
                                   visit->web->domain->base_url, version->code, version->number));
        text = json_canonical_arena(schema, visit->arena, SCHEMA_BYTES);
    }
    if (text.data == NULL) {
        visit_fail(visit, status == STATUS_OK ? STATUS_TOO_LARGE : status);
        return;
    }
    response_body(visit->request, "application/schema+json", text);
    response_cache_public(visit->request, SCHEMA_SECONDS);
}

/* A published version never changes, so its schema does not either. */
void page_procedure_schema(struct request *request)
{
    struct visit *visit = visit_of(request);
    int64_t number = 0;
    struct uuid version_id;
    const struct procedure_version *version;
    enum status status = str_to_int64(request_param(request, "number"), &number) == STATUS_OK && number > 0 &&
                                 number <= INT32_MAX
                             ? STATUS_OK
                             : STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        status = procedure_version_find(&visit->work, request_param(request, "code"), (int)number,
                                        &version_id, &visit->error);
    if (status == STATUS_OK)
        status = reference_procedure_version(&visit->work, &version_id, &version, &visit->error);
    if (status == STATUS_OK && version->form == NULL) status = STATUS_NOT_FOUND;
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        send_schema(visit, version);
}

/* The version in force. */
void page_procedure_current_schema(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct procedure_row row;
    const struct procedure_version *version;
    if (!find_procedure(visit, &row)) return;
    enum status status = online_version(visit, &row, &version);
    if (status == STATUS_OK && version == NULL) status = STATUS_NOT_FOUND;
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, NULL, "/thu-tuc/%s/phien-ban/%d/luoc-do.json", row.code, version->number);
}

/* --- The start */

/* Answers with a redirect when the person must sign in first; false: answered. */
static bool is_signed_in(struct visit *visit, const char *back)
{
    bool half = visit->signed_in && visit->person.has_second_factor && !visit->person.second_factor_done;
    if (visit->signed_in && !half) return true;
    struct str escaped = url_encode_copy(visit->arena, str_of(back));
    visit_redirect(visit, NULL, "%s?ve=%.*s", half ? "/dang-nhap/xac-thuc" : "/dang-nhap", STR_ARG(escaped));
    return false;
}

void page_procedure_start(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct procedure_row row;
    const struct procedure_version *version;
    struct offering offering;
    struct uuid id;
    if (!find_procedure(visit, &row)) return;
    const struct tenant *agency = tenant_by_slug(visit_tenants(visit), visit_form(visit, "agency"));
    if (agency == NULL || !row.online) {
        visit_redirect(visit, NULL, "/thu-tuc/%s?chon=1", row.code);
        return;
    }
    if (!is_signed_in(visit, arena_printf(visit->arena, "/thu-tuc/%s?co-quan=%s", row.code, agency->slug)))
        return;
    DRAFT_AUTO draft = {.tenant_id = agency->id,
                        .procedure_id = row.id,
                        .procedure_version_id = row.version_id,
                        .answers = json_object()};
    enum status status = online_version(visit, &row, &version);
    if (status == STATUS_OK)
        status = offering_find(&visit->work, &agency->id, &row.id, &offering, &visit->error);
    if (status == STATUS_OK)
        status = answers_fill(&visit->work, version->form, draft.answers, &draft.filled, &visit->error);
    if (status == STATUS_OK) status = draft_begin(&visit->work, &draft, &id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, NULL, "/ho-so/nhap/%s", id.text);
}
