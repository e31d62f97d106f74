/* Search over procedures and agencies, and the suggestions below the box while somebody types. */
#include "web/portal/portal.h"

#include "motcua/codec/json.h"
#include "motcua/i18n/text.h"
#include "web/routes.h"

enum { QUERY_GRAPHEMES = 200, AGENCIES_SHOWN = 5, SUGGESTIONS = 8, SUGGEST_FROM = 2 };

static struct str read_query(struct visit *visit)
{
    struct str typed = visit_query(visit, "q");
    return text_grapheme_length(typed) > QUERY_GRAPHEMES ? text_shorten(visit->arena, typed, QUERY_GRAPHEMES)
                                                         : typed;
}

static json_t *agencies_found(struct visit *visit, struct str query)
{
    const struct tenant *found[AGENCIES_SHOWN];
    size_t count =
        tenant_search(visit_tenants(visit), text_search_key(visit->arena, query), found, AGENCIES_SHOWN);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, agency_link(visit, found[i]));
    return list;
}

void page_search(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str query = read_query(visit);
    int64_t number = visit_query_number(visit, "trang", 1, 1, PORTAL_PAGES);
    struct procedure_filter filter = {
        .text = query, .offset = (int)(number - 1) * PORTAL_PAGE_SIZE, .limit = PORTAL_PAGE_SIZE};
    struct procedure_page page = {0};
    enum status status = STATUS_OK;
    bool searchable = text_search_key(visit->arena, query).length > 0;
    if (searchable) status = procedure_search(&visit->work, &filter, false, &page, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = view_create(visit, visit_text(visit, N_("Kết quả tìm kiếm")));
    view_nav(view, "catalogue");
    portal_crumbs(visit, view, visit_text(visit, N_("Tìm kiếm")), NULL);
    view_str(view, "q", query);
    view_flag(view, "corrected", page.approximate);
    view_text(view, "total", format_integer(visit->arena, visit->language, page.total));
    view_list(view, "procedures", procedure_lines(visit, page.rows, page.count, query));
    view_list(view, "agencies", number == 1 ? agencies_found(visit, query) : json_array());
    view_set(view, "pagination",
             pagination_view(visit, url_with(visit->arena, "/tim-kiem", "q", query), number, PORTAL_PAGE_SIZE,
                             page.total));
    visit_render(visit, "portal/search", view);
}

void page_suggestions(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str query = read_query(visit);
    struct procedure_filter filter = {.text = query, .limit = SUGGESTIONS};
    struct procedure_page page = {0};
    enum status status = STATUS_OK;
    if (text_search_key(visit->arena, query).length >= SUGGEST_FROM)
        status = procedure_search(&visit->work, &filter, false, &page, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = json_object(), *list = json_array();
    for (size_t i = 0; i < page.count; i++) {
        const struct procedure_row *row = &page.rows[i];
        const char *name = visit_pick(visit, row->name, row->name_en),
                   *marked = mark_hits(visit->arena, name, query);
        json_t *suggestion = json_object();
        view_number(suggestion, "index", (int64_t)i + 1);
        view_text(suggestion, "url", arena_printf(visit->arena, "/thu-tuc/%s", row->code));
        view_text(suggestion, "name_marked_html",
                  marked[0] != '\0' ? marked : escape_html(visit->arena, name));
        view_text(suggestion, "note", levels_text(visit, row->levels));
        json_array_append_new(list, suggestion);
    }
    view_set(view, "suggestions", list);
    visit_render(visit, "portal/suggestions", view);
}
