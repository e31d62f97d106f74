/* Figures of the agency for its leaders. */
#include "desk.h"
#include "figures.h"

#include "motcua/calendar/civil.h"
#include "motcua/domain/desk_report.h"
#include "web/routes.h"

enum { BAR_WIDTH = 1000 };

static const char *share(struct visit *visit, int64_t part, int64_t whole)
{
    return arena_printf(visit->arena, "%s (%s)", figure_number(visit, part),
                        format_percent(visit->arena, visit->language, part, whole));
}

static json_t *agency_figures(struct visit *visit, const struct report_figures *sum, int64_t waiting)
{
    json_t *list = figures_view(visit, sum);
    figures_add(list, figure_number(visit, sum->open_late), visit_text(visit, N_("Đang quá hạn")),
                sum->open_late > 0 ? "bad" : "good", sum->open_late > 0 ? "fire" : "check-circle",
                visit_text(visit, N_("xem Phiếu xin lỗi")));
    figures_add(list, figure_number(visit, waiting), visit_text(visit, N_("Chờ người dân")), "info", "pause",
                visit_text(visit, N_("thời hạn tạm dừng, tính đến lúc này")));
    return list;
}

/* Widths that add up to BAR_WIDTH whatever the rounding. */
static json_t *punctuality_view(struct visit *visit, const struct report_figures *sum)
{
    int64_t finished = report_finished(sum);
    if (finished == 0) return json_null();
    int64_t good = sum->finished_before * BAR_WIDTH / finished,
            bad = sum->finished_late * BAR_WIDTH / finished;
    if (sum->finished_on_time == 0) good = BAR_WIDTH - bad;
    int64_t warn = BAR_WIDTH - good - bad;
    json_t *view = json_object();
    view_text(view, "good_width", arena_printf(visit->arena, "%lld", (long long)good));
    view_text(view, "warn_width", arena_printf(visit->arena, "%lld", (long long)warn));
    view_text(view, "bad_start", arena_printf(visit->arena, "%lld", (long long)(good + warn)));
    view_text(view, "bad_width", arena_printf(visit->arena, "%lld", (long long)bad));
    view_text(view, "early_text",
              arena_printf(visit->arena, "%s: %s", visit_text(visit, N_("Trước hạn")),
                           share(visit, sum->finished_before, finished)));
    view_text(view, "on_time_text",
              arena_printf(visit->arena, "%s: %s", visit_text(visit, N_("Đúng hạn")),
                           share(visit, sum->finished_on_time, finished)));
    view_text(view, "late_text",
              arena_printf(visit->arena, "%s: %s", visit_text(visit, N_("Quá hạn")),
                           share(visit, sum->finished_late, finished)));
    return view;
}

static json_t *table_view(struct visit *visit, const struct report_agency *agency,
                          const struct report_figures *sum)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < agency->field_count; i++)
        figures_add_row(visit, rows, visit_pick(visit, agency->fields[i].name, agency->fields[i].name_en),
                        NULL, &agency->fields[i].figures);
    return figures_table_view(visit, visit_text(visit, N_("Theo lĩnh vực (số hồ sơ)")),
                              visit_text(visit, N_("Lĩnh vực")), rows, sum);
}

static json_t *people_view(struct visit *visit, const struct report_agency *agency)
{
    json_t *list = json_array();
    for (size_t i = 0; i < agency->person_count; i++) {
        json_t *person = json_object();
        view_text(person, "name", agency->people[i].name);
        view_text(person, "open", figure_number(visit, agency->people[i].open));
        view_text(person, "late", figure_number(visit, agency->people[i].late));
        view_text(person, "done", figure_number(visit, agency->people[i].done));
        json_array_append_new(list, person);
    }
    return list;
}

static json_t *ratings_view(struct visit *visit, const int64_t ratings[3])
{
    static const char *const levels[3][2] = {
        {"frown", N_("Không hài lòng")}, {"smile", N_("Hài lòng")}, {"smile-big", N_("Rất hài lòng")}};
    json_t *list = json_array();
    int64_t all = ratings[0] + ratings[1] + ratings[2];
    for (size_t i = 3; all > 0 && i > 0; i--) {
        json_t *rating = json_object();
        view_text(rating, "icon", levels[i - 1][0]);
        view_text(rating, "label", visit_text(visit, levels[i - 1][1]));
        view_text(rating, "value", share(visit, ratings[i - 1], all));
        json_array_append_new(list, rating);
    }
    return list;
}

void page_dashboard(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct desk_period period = desk_query_period(visit);
    struct report_agency agency;
    struct report_figures sum = {0};
    enum status status = report_agency_run(&visit->work, civil_instant(period.from, 0),
                                           desk_period_until(visit, period), &agency, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    for (size_t i = 0; i < agency.field_count; i++)
        report_add(&sum, &agency.fields[i].figures);
    json_t *view = desk_view(visit, visit_text(visit, N_("Tổng hợp")), "/can-bo/tong-hop", NULL),
           *filter = json_object();
    view_text(view, "scope_text", visit_agency_name(visit, visit_tenant(visit)));
    view_text(filter, "from", format_date(visit->arena, period.from));
    view_text(filter, "to", format_date(visit->arena, period.to));
    view_set(view, "filter", filter);
    view_set(view, "figures", agency_figures(visit, &sum, agency.waiting));
    view_set(view, "punctuality", punctuality_view(visit, &sum));
    view_set(view, "table", table_view(visit, &agency, &sum));
    view_list(view, "people", people_view(visit, &agency));
    view_list(view, "ratings", ratings_view(visit, agency.ratings));
    visit_render(visit, "desk/dashboard", view);
}
