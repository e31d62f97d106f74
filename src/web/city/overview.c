/* Figures of all agencies, for those who watch over the city: counts only, nothing of single dossiers. */
#include <stdlib.h>

#include "motcua/calendar/civil.h"
#include "web/desk/desk.h"
#include "web/desk/figures.h"
#include "web/routes.h"

enum { AGENCIES_A_PAGE = 50, ATTENTION = 5, PAGES = 1000, PERIOD_DAYS = 3 * 366 };

static const char *const levels[][2] = {
    {"", N_("Mọi cấp")},
    {"city", N_("Thành phố")},
    {"department", N_("Sở, ban, ngành")},
    {"district", N_("Quận, huyện, thị xã")},
    {"commune", N_("Phường, xã, thị trấn")},
};
enum { LEVELS = sizeof levels / sizeof levels[0] };

struct agency_line {
    const struct tenant *tenant;
    struct report_figures figures;
};

struct overview {
    struct desk_period period;
    const char *level;         /* "": all */
    struct agency_line *lines; /* in tree order */
    size_t count;
    struct report_figures sum;
};

static json_t *city_figures(struct visit *visit, const struct report_figures *sum)
{
    json_t *list = figures_view(visit, sum);
    figures_add(
        list, figure_number(visit, sum->open_late), visit_text(visit, N_("Đang quá hạn")),
        sum->open_late > 0 ? "bad" : "good", sum->open_late > 0 ? "fire" : "check-circle",
        visit_format(visit, N_("%s số hồ sơ đang giải quyết"),
                     format_percent(visit->arena, visit->language, sum->open_late, report_open(sum))));
    figures_add(list, format_percent(visit->arena, visit->language, sum->satisfied, sum->ratings),
                visit_text(visit, N_("Người dân hài lòng")), "info", "smile",
                visit_format(visit, N_("%s lượt đánh giá"), figure_number(visit, sum->ratings)));
    return list;
}

/* More late dossiers first. */
static int compare_late(const void *a, const void *b)
{
    const struct agency_line *left = *(const struct agency_line *const *)a;
    const struct agency_line *right = *(const struct agency_line *const *)b;
    if (left->figures.open_late != right->figures.open_late)
        return left->figures.open_late < right->figures.open_late ? 1 : -1;
    return left < right ? -1 : left > right;
}

static json_t *attention_view(struct visit *visit, const struct overview *overview)
{
    const struct agency_line **late = arena_array(visit->arena, overview->count, sizeof *late);
    size_t count = 0;
    for (size_t i = 0; i < overview->count; i++)
        if (overview->lines[i].figures.open_late > 0) late[count++] = &overview->lines[i];
    if (count > 0) qsort(late, count, sizeof *late, compare_late);
    json_t *list = json_array();
    for (size_t i = 0; i < count && i < ATTENTION; i++) {
        const struct report_figures *figures = &late[i]->figures;
        json_t *item = json_object();
        view_set(
            item, "state",
            view_tag("bad", "fire",
                     visit_format(visit, N_("%s hồ sơ quá hạn"), figure_number(visit, figures->open_late))));
        view_text(item, "name", visit_agency_name(visit, late[i]->tenant));
        view_text(item, "text",
                  visit_format(visit, N_("%s hồ sơ đang giải quyết; trong kỳ %s trước và đúng hạn"),
                               figure_number(visit, report_open(figures)),
                               format_percent(visit->arena, visit->language,
                                              figures->finished_before + figures->finished_on_time,
                                              report_finished(figures))));
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *table_view(struct visit *visit, const struct overview *overview, size_t first, size_t end)
{
    json_t *rows = json_array();
    for (size_t i = first; i < end; i++)
        figures_add_row(visit, rows, visit_agency_name(visit, overview->lines[i].tenant),
                        arena_printf(visit->arena, "/co-quan/%s", overview->lines[i].tenant->slug),
                        &overview->lines[i].figures);
    return figures_table_view(visit, visit_text(visit, N_("Theo cơ quan (số hồ sơ)")),
                              visit_text(visit, N_("Cơ quan")), rows, &overview->sum);
}

static json_t *filter_view(struct visit *visit, const struct overview *overview)
{
    json_t *filter = json_object(), *list = json_array();
    view_text(filter, "from", format_date(visit->arena, overview->period.from));
    view_text(filter, "to", format_date(visit->arena, overview->period.to));
    for (size_t i = 0; i < LEVELS; i++) {
        json_t *level = json_object();
        view_text(level, "value", levels[i][0]);
        view_text(level, "label", visit_text(visit, levels[i][1]));
        view_flag(level, "selected", strcmp(levels[i][0], overview->level) == 0);
        json_array_append_new(list, level);
    }
    view_set(filter, "levels", list);
    return filter;
}

/* The period of the query is not longer than three years. */
static void read_filter(struct visit *visit, struct overview *overview)
{
    struct desk_period *period = &overview->period;
    *period = desk_query_period(visit);
    if (period->to - period->from > PERIOD_DAYS) period->from = period->to - PERIOD_DAYS;
    struct str level = visit_query(visit, "cap");
    overview->level = "";
    for (size_t i = 0; i < LEVELS; i++)
        if (str_equal_cstr(level, levels[i][0])) overview->level = levels[i][0];
}

/* Agencies in tree order; those without anything to report have no line. */
static enum status load_lines(struct visit *visit, struct overview *overview)
{
    struct report_figures *rows;
    size_t count;
    enum status status = report_run(&visit->work, civil_instant(overview->period.from, 0),
                                    desk_period_until(visit, overview->period), &rows, &count, &visit->error);
    if (status != STATUS_OK) return status;
    const struct tenants *tenants = visit_tenants(visit);
    overview->lines = arena_array(visit->arena, count, sizeof *overview->lines);
    for (size_t i = 0; i < tenants->count; i++) {
        const struct tenant *tenant = &tenants->all[i];
        if (overview->level[0] != '\0' && strcmp(tenant->kind, overview->level) != 0) continue;
        for (size_t k = 0; k < count; k++) {
            if (!uuid_same(&rows[k].tenant_id, &tenant->id)) continue;
            overview->lines[overview->count++] = (struct agency_line){tenant, rows[k]};
            report_add(&overview->sum, &rows[k]);
            break;
        }
    }
    return STATUS_OK;
}

static const char *page_base(struct visit *visit, const struct overview *overview)
{
    return arena_printf(visit->arena, "/thanh-pho?tu=%s&den=%s&cap=%s&",
                        format_date(visit->arena, overview->period.from),
                        format_date(visit->arena, overview->period.to), overview->level);
}

void page_city_overview(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct overview overview = {0};
    read_filter(visit, &overview);
    enum status status = load_lines(visit, &overview);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    int page = (int)visit_query_number(visit, "trang", 1, 1, PAGES);
    size_t first = (size_t)(page - 1) * AGENCIES_A_PAGE;
    if (first >= overview.count) { /* a page behind the last is the first */
        page = 1;
        first = 0;
    }
    bool more = overview.count > first + AGENCIES_A_PAGE;
    size_t end = more ? first + AGENCIES_A_PAGE : overview.count;
    json_t *view = desk_view(visit, visit_text(visit, N_("Toàn thành phố")), "/thanh-pho", NULL);
    view_set(view, "filter", filter_view(visit, &overview));
    view_set(view, "figures", city_figures(visit, &overview.sum));
    view_list(view, "attention", attention_view(visit, &overview));
    view_set(view, "table", overview.count == 0 ? json_null() : table_view(visit, &overview, first, end));
    view_set(view, "pagination",
             desk_pagination(visit, page_base(visit, &overview), page, AGENCIES_A_PAGE, (int)overview.count,
                             more));
    visit_render(visit, "city/overview", view);
}
