/* One paper of the personal store: into which dossiers it went, who opened it there, its name. */
#include "store.h"

#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"
#include "web/account/fields.h"
#include "web/dossier_view.h"

static const struct text_field name_fields[] = {
    {"title", N_("Tên giấy tờ"), "text", NULL, NULL, STORE_TITLE_MAXIMUM, false},
};

/* All that is known of one paper. */
struct shown {
    struct store_paper paper;
    struct store_use *uses;
    struct store_opening *openings;
    size_t use_count, opening_count;
};

static enum status load(struct visit *visit, struct shown *shown)
{
    enum status status =
        store_uses(&visit->work, &shown->paper, 1, &shown->uses, &shown->use_count, &visit->error);
    if (status != STATUS_OK) return status;
    struct uuid *documents = arena_array(visit->arena, shown->use_count + 1, sizeof *documents);
    for (size_t i = 0; i < shown->use_count; i++)
        documents[i] = shown->uses[i].copy_id;
    documents[shown->use_count] = shown->paper.id;
    return store_openings(&visit->work, documents, shown->use_count + 1, &shown->openings,
                          &shown->opening_count, &visit->error);
}

/* "Bộ phận một cửa: 09:32 14/03/2017"; a second moment where it was looked at again on that day. */
static json_t *opening_view(struct visit *visit, const struct store_opening *opening)
{
    json_t *view = json_object();
    const char *who =
        opening->unit_name[0] != '\0' ? opening->unit_name : visit_agency_name_of(visit, &opening->tenant_id);
    const char *first = visit_short_moment(visit, opening->first_at);
    view_text(view, "text",
              opening->last_at == opening->first_at
                  ? arena_printf(visit->arena, "%s: %s", who, first)
                  : visit_format(visit, N_("%s: %s, lần cuối %s"), who, first,
                                 visit_short_moment(visit, opening->last_at)));
    return view;
}

static void add_openings(struct visit *visit, const struct shown *shown, const struct uuid *document,
                         json_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < shown->opening_count; i++)
        if (uuid_same(&shown->openings[i].document_id, document))
            json_array_append_new(list, opening_view(visit, &shown->openings[i]));
    view_list(view, "openings", list);
}

/* The dossier it was handed in with is its first use. */
static json_t *own_use_view(struct visit *visit, const struct store_paper *paper)
{
    const struct procedure_version *version;
    struct error ignored;
    struct store_use use = {.tenant_id = paper->tenant_id,
                            .dossier_id = paper->dossier_id,
                            .code = paper->code,
                            .procedure_name = paper->code,
                            .used_at = paper->at};
    if (reference_procedure_version(&visit->work, &paper->version_id, &version, &ignored) == STATUS_OK)
        use.procedure_name = visit_pick(visit, version->name, version->name_en);
    return store_use_view(visit, &use);
}

static json_t *all_uses_view(struct visit *visit, const struct shown *shown)
{
    json_t *list = json_array();
    for (size_t i = 0; i < shown->use_count; i++) {
        json_t *use = store_use_view(visit, &shown->uses[i]);
        add_openings(visit, shown, &shown->uses[i].copy_id, use);
        json_array_append_new(list, use);
    }
    if (strcmp(shown->paper.kind, "paper") == 0 || strcmp(shown->paper.kind, "supplement") == 0) {
        json_t *use = own_use_view(visit, &shown->paper);
        add_openings(visit, shown, &shown->paper.id, use);
        json_array_append_new(list, use);
    }
    return list;
}

static void show(struct visit *visit, const struct store_paper *paper, unsigned http_status)
{
    struct shown shown = {.paper = *paper};
    struct error refused = visit->error;
    enum status status = load(visit, &shown);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    visit->error = refused;
    json_t *about = store_paper_view(visit, paper);
    const char *name = json_string_value(json_object_get(about, "name"));
    json_t *view = view_create(visit, name);
    store_crumbs(visit, view, name);
    view_list(about, "uses", all_uses_view(visit, &shown));
    if (store_paper_is_stored(paper)) {
        const char *typed =
            http_status == 200 ? paper->title : arena_str(visit->arena, visit_form(visit, "title")).data;
        json_t *rename = json_object();
        view_text(rename, "action_url", arena_printf(visit->arena, "/kho-giay-to/%s/ten", paper->id.text));
        view_list(rename, "fields", text_fields_view(visit, view, name_fields, 1, &typed));
        view_set(about, "rename", rename);
    } else {
        view_null(about, "rename");
    }
    view_set(view, "paper", about);
    visit_render_status(visit, http_status, "portal/store-paper", view);
}

void page_store_paper(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct store_paper paper;
    if (store_open_paper(visit, &paper)) show(visit, &paper, 200);
}

void page_store_rename(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct store_paper paper;
    if (!store_open_paper(visit, &paper)) return;
    enum status status = store_rename(&visit->work, &paper, visit_form(visit, "title"), &visit->error);
    if (status == STATUS_INVALID)
        show(visit, &paper, 422);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "saved", "/kho-giay-to/%s/chi-tiet", paper.id.text);
}
