/* The catalogue with its filters: field, level of agency, online level. Each filter counts under the others.
 */
#include "web/portal/portal.h"

#include "motcua/codec/json.h"
#include "web/routes.h"

struct filters {
    struct str field, level;
    int online_level; /* 0: all */
};

/* The catalogue's address with these filters. */
static const char *catalogue_url(struct visit *visit, struct str field, struct str level, int online_level)
{
    const char *url = url_with(visit->arena, "/thu-tuc", "linh-vuc", field);
    url = url_with(visit->arena, url, "cap", level);
    return online_level == 0
               ? url
               : url_with(visit->arena, url, "muc", str_of(arena_printf(visit->arena, "%d", online_level)));
}

static void add_option(struct visit *visit, json_t *options, const char *label, int64_t count,
                       const char *url, bool selected)
{
    json_t *option = json_object();
    view_text(option, "label", label);
    view_text(option, "count", format_integer(visit->arena, visit->language, count));
    view_text(option, "url", url);
    view_flag(option, "selected", selected);
    json_array_append_new(options, option);
}

static json_t *facet_view(json_t *facets, const char *key, const char *label)
{
    json_t *facet = json_object(), *options = json_array();
    view_text(facet, "key", key);
    view_text(facet, "label", label);
    view_set(facet, "options", options);
    json_array_append_new(facets, facet);
    return options;
}

static int64_t sum_of(const json_t *list)
{
    int64_t sum = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        sum += json_get_int64(json_array_get(list, i), "count", 0);
    return sum;
}

static void add_fields(struct visit *visit, json_t *facets, const json_t *found, const struct filters *chosen)
{
    const json_t *fields = json_get_array(found, "fields");
    json_t *options = facet_view(facets, "linh-vuc", visit_text(visit, N_("Lĩnh vực")));
    add_option(visit, options, visit_text(visit, N_("Tất cả")), sum_of(fields),
               catalogue_url(visit, STR(""), chosen->level, chosen->online_level), chosen->field.length == 0);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        struct str code = json_get_str(field, "code");
        add_option(visit, options,
                   visit_pick(visit, json_get_cstr(field, "name", ""), json_get_cstr(field, "name_en", "")),
                   json_get_int64(field, "count", 0),
                   catalogue_url(visit, code, chosen->level, chosen->online_level),
                   str_equal(code, chosen->field));
    }
}

static void add_levels(struct visit *visit, json_t *facets, const json_t *found, const struct filters *chosen,
                       int64_t all)
{
    static const char *const kinds[] = {"city", "department", "district", "commune"};
    const json_t *levels = json_get_array(found, "levels");
    json_t *options = facet_view(facets, "cap", visit_text(visit, N_("Cấp giải quyết")));
    add_option(visit, options, visit_text(visit, N_("Tất cả")), all,
               catalogue_url(visit, chosen->field, STR(""), chosen->online_level), chosen->level.length == 0);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        int64_t count = 0;
        for (size_t i = 0; i < json_array_size(levels); i++)
            if (str_equal_cstr(json_get_str(json_array_get(levels, i), "level"), kinds[k]))
                count = json_get_int64(json_array_get(levels, i), "count", 0);
        bool selected = str_equal_cstr(chosen->level, kinds[k]);
        if (count > 0 || selected)
            add_option(visit, options, agency_kind_text(visit, kinds[k]), count,
                       catalogue_url(visit, chosen->field, str_of(kinds[k]), chosen->online_level), selected);
    }
}

static void add_online_levels(struct visit *visit, json_t *facets, const json_t *found,
                              const struct filters *chosen)
{
    const json_t *levels = json_get_array(found, "online_levels");
    json_t *options = facet_view(facets, "muc", visit_text(visit, N_("Mức độ trực tuyến")));
    add_option(visit, options, visit_text(visit, N_("Tất cả")), sum_of(levels),
               catalogue_url(visit, chosen->field, chosen->level, 0), chosen->online_level == 0);
    for (int level = 4; level >= 1; level--) {
        int64_t count = 0;
        for (size_t i = 0; i < json_array_size(levels); i++)
            if (json_get_int64(json_array_get(levels, i), "online_level", 0) == level)
                count = json_get_int64(json_array_get(levels, i), "count", 0);
        if (count > 0 || chosen->online_level == level)
            add_option(visit, options, online_level_text(visit, level), count,
                       catalogue_url(visit, chosen->field, chosen->level, level),
                       chosen->online_level == level);
    }
}

/* An agency level has several procedures and a procedure several levels, so "all" is asked for by itself. */
static enum status count_all_levels(struct visit *visit, const struct procedure_filter *filter, int64_t total,
                                    int64_t *all)
{
    *all = total;
    if (filter->level == NULL) return STATUS_OK;
    struct procedure_filter without = *filter;
    without.level = NULL;
    without.offset = 0;
    without.limit = 1;
    struct procedure_page page;
    enum status status = procedure_search(&visit->work, &without, false, &page, &visit->error);
    if (status == STATUS_OK) *all = page.total;
    return status;
}

static json_t *online_levels_view(const struct visit *visit)
{
    static const struct {
        const char *name, *meaning;
    } levels[] = {
        {N_("Mức 1"), N_("Xem đầy đủ hướng dẫn về thủ tục.")},
        {N_("Mức 2"), N_("Như mức 1, thêm mẫu đơn tải về để điền; hồ sơ nộp trực tiếp hoặc qua bưu điện.")},
        {N_("Mức 3"), N_("Điền và nộp hồ sơ trên mạng; trả phí và nhận kết quả tại cơ quan.")},
        {N_("Mức 4"),
         N_("Như mức 3, thêm trả phí trên mạng; kết quả nhận trên mạng, tại cơ quan hoặc qua bưu điện.")},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        json_t *level = json_object();
        view_text(level, "name", visit_text(visit, levels[i].name));
        view_text(level, "meaning", visit_text(visit, levels[i].meaning));
        json_array_append_new(list, level);
    }
    return list;
}

static const char *heading_of(struct visit *visit, const json_t *found, struct str field)
{
    const json_t *fields = json_get_array(found, "fields");
    for (size_t i = 0; field.length > 0 && i < json_array_size(fields); i++) {
        const json_t *entry = json_array_get(fields, i);
        if (str_equal(json_get_str(entry, "code"), field))
            return arena_printf(
                visit->arena, "%s %s", visit_text(visit, N_("Lĩnh vực")),
                visit_pick(visit, json_get_cstr(entry, "name", ""), json_get_cstr(entry, "name_en", "")));
    }
    return visit_text(visit, field.length == 0 ? N_("Tất cả thủ tục") : N_("Lĩnh vực đã chọn"));
}

static struct filters read_filters(struct visit *visit)
{
    return (struct filters){
        .field = visit_query(visit, "linh-vuc"),
        .level = visit_query(visit, "cap"),
        .online_level = (int)visit_query_number(visit, "muc", 0, 0, 4),
    };
}

void page_catalogue(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct filters chosen = read_filters(visit);
    int64_t number = visit_query_number(visit, "trang", 1, 1, PORTAL_PAGES), all = 0;
    struct procedure_filter filter = {
        .field = chosen.field.length == 0
                     ? NULL
                     : arena_strndup(visit->arena, chosen.field.data, chosen.field.length),
        .level = chosen.level.length == 0
                     ? NULL
                     : arena_strndup(visit->arena, chosen.level.data, chosen.level.length),
        .online_level = chosen.online_level,
        .offset = (int)(number - 1) * PORTAL_PAGE_SIZE,
        .limit = PORTAL_PAGE_SIZE,
    };
    struct procedure_page page = {0};
    enum status status = procedure_search(&visit->work, &filter, true, &page, &visit->error);
    json_auto found = page.facets;
    if (status == STATUS_OK) status = count_all_levels(visit, &filter, page.total, &all);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    bool filtered = chosen.field.length > 0 || chosen.level.length > 0 || chosen.online_level > 0;
    json_t *view = view_create(visit, visit_text(visit, N_("Danh mục thủ tục"))), *facets = json_array();
    view_nav(view, "catalogue");
    portal_crumbs(visit, view, visit_text(visit, N_("Danh mục thủ tục")), NULL);
    view_text(view, "q", "");
    view_text(view, "heading", heading_of(visit, found, chosen.field));
    view_text(view, "clear_url", filtered ? "/thu-tuc" : NULL);
    view_text(view, "total", format_integer(visit->arena, visit->language, page.total));
    add_fields(visit, facets, found, &chosen);
    add_levels(visit, facets, found, &chosen, all);
    add_online_levels(visit, facets, found, &chosen);
    view_set(view, "facets", facets);
    view_list(view, "procedures", procedure_lines(visit, page.rows, page.count, STR("")));
    view_set(view, "pagination",
             pagination_view(visit, catalogue_url(visit, chosen.field, chosen.level, chosen.online_level),
                             number, PORTAL_PAGE_SIZE, page.total));
    view_set(view, "levels", online_levels_view(visit));
    visit_render(visit, "portal/catalogue", view);
}
