/* One agency: what it handles, where it is, when it is open, how it keeps its promises. */
#include "web/portal/portal.h"

#include "motcua/calendar/calendar.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/report.h"
#include "web/dossier_view.h"
#include "web/routes.h"

enum { DAYS_AHEAD = 366 };

static bool same_hours(const struct day_hours *a, const struct day_hours *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->spans[i].from != b->spans[i].from || a->spans[i].to != b->spans[i].to) return false;
    return true;
}

/* "08:00–12:00, 13:00–17:00" */
static const char *spans_text(struct arena *arena, const struct day_hours *hours)
{
    const char *text = "";
    for (size_t i = 0; i < hours->count; i++)
        text = arena_printf(arena, "%s%s%02d:%02d–%02d:%02d", text, i == 0 ? "" : ", ",
                            hours->spans[i].from / 60, hours->spans[i].from % 60, hours->spans[i].to / 60,
                            hours->spans[i].to % 60);
    return text;
}

/* Days of the week with the same hours stand together; days that are closed are left out. */
static json_t *hours_view(struct visit *visit, const struct calendar *calendar)
{
    enum { MONDAY_OF_SOME_WEEK = 4 }; /* 1970-01-05 */
    json_t *list = json_array();
    const struct rule_set *rules =
        calendar == NULL ? NULL : calendar_rule_set(calendar, civil_day_of(visit->work.now));
    for (int first = 0; rules != NULL && first < 7;) {
        int last = first;
        while (last + 1 < 7 && same_hours(&rules->hours[last + 1], &rules->hours[first]))
            last++;
        if (rules->hours[first].count > 0) {
            const char *from = format_weekday(visit->arena, visit->language, MONDAY_OF_SOME_WEEK + first);
            const char *to = format_weekday(visit->arena, visit->language, MONDAY_OF_SOME_WEEK + last);
            json_t *line = json_object();
            view_text(line, "days", first == last ? from : arena_printf(visit->arena, "%s – %s", from, to));
            view_text(line, "times", spans_text(visit->arena, &rules->hours[first]));
            json_array_append_new(list, line);
        }
        first = last + 1;
    }
    return list;
}

/* The next day off that is no ordinary weekend: "Thứ Năm, 06/04/2017 (Giỗ Tổ Hùng Vương)"; NULL when none is
 * known. */
static const char *next_closing(struct visit *visit, const struct calendar *calendar)
{
    int32_t today = civil_day_of(visit->work.now);
    for (int32_t day = today; calendar != NULL && day < today + DAYS_AHEAD; day++) {
        const struct special_day *special = calendar_special_day(calendar, day);
        const struct rule_set *rules = calendar_rule_set(calendar, day);
        if (special == NULL || special->kind == DAY_SWAPPED_WORK || rules == NULL ||
            rules->hours[civil_weekday(day)].count == 0)
            continue;
        return arena_printf(visit->arena, "%s, %s%s%s%s", format_weekday(visit->arena, visit->language, day),
                            format_date(visit->arena, day), special->reason == NULL ? "" : " (",
                            special->reason == NULL ? "" : special->reason,
                            special->reason == NULL ? "" : ")");
    }
    return NULL;
}

static json_t *figures_view(struct visit *visit, const struct tenant *tenant)
{
    struct report_figures figures;
    if (!report_recent(&visit->work, &tenant->id, &figures) ||
        report_finished(&figures) + figures.ratings == 0)
        return json_null();
    json_t *view = json_object(), *items = json_array();
    const struct {
        const char *label;
        int64_t part, whole;
    } shares[] = {
        {N_("Trước và đúng hạn, 30 ngày qua"), figures.finished_before + figures.finished_on_time,
         report_finished(&figures)},
        {N_("Người dân hài lòng, 30 ngày qua"), figures.satisfied, figures.ratings},
    };
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        if (shares[i].whole == 0) continue;
        json_t *item = json_object();
        view_text(item, "label", visit_text(visit, shares[i].label));
        view_text(item, "value",
                  format_percent(visit->arena, visit->language, shares[i].part, shares[i].whole));
        json_array_append_new(items, item);
    }
    view_set(view, "items", items);
    return view;
}

/* Digits and a leading + of a phone number, for tel: links. */
static const char *phone_url(struct arena *arena, const char *phone)
{
    char *url = arena_alloc(arena, strlen(phone) + 5);
    size_t length = 4;
    memcpy(url, "tel:", 4);
    for (const char *c = phone; *c != '\0'; c++)
        if ((*c >= '0' && *c <= '9') || (*c == '+' && length == 4)) url[length++] = *c;
    url[length] = '\0';
    return url;
}

static json_t *agency_view(struct visit *visit, const struct tenant *tenant)
{
    const struct calendar *calendar =
        reference_calendar(visit->web->domain->reference, tenant->calendar_code, NULL);
    json_t *agency = json_object(), *children = json_array();
    view_text(agency, "slug", tenant->slug);
    view_text(agency, "name", visit_agency_name(visit, tenant));
    view_text(agency, "address", tenant->address);
    view_text(agency, "phone", tenant->phone);
    view_text(agency, "phone_url", phone_url(visit->arena, tenant->phone));
    view_text(agency, "email", tenant->email);
    view_text(agency, "email_url", arena_printf(visit->arena, "mailto:%s", tenant->email));
    view_set(agency, "hours", hours_view(visit, calendar));
    view_text(agency, "next_closing", next_closing(visit, calendar));
    view_text(agency, "identifier", tenant->agency_identifier);
    view_flag(agency, "identifier_is_sample", tenant->agency_identifier_is_sample);
    for (size_t i = 0; i < tenant->child_count; i++)
        json_array_append_new(children, agency_link(visit, tenant->children[i]));
    view_list(agency, "children", children);
    view_set(agency, "figures", figures_view(visit, tenant));
    return agency;
}

void page_agency(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct tenant *tenant = tenant_by_slug(visit_tenants(visit), request_param(request, "slug"));
    if (tenant == NULL) {
        visit_not_found(visit);
        return;
    }
    struct procedure_row *rows;
    size_t count;
    enum status status = offering_of_tenant(&visit->work, &tenant->id, &rows, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    int64_t number = visit_query_number(visit, "trang", 1, 1, PORTAL_PAGES);
    size_t from = (size_t)(number - 1) * PORTAL_PAGE_SIZE;
    size_t shown = from >= count ? 0 : count - from < PORTAL_PAGE_SIZE ? count - from : PORTAL_PAGE_SIZE;
    json_t *view = view_create(visit, visit_agency_name(visit, tenant));
    view_nav(view, "agencies");
    portal_crumbs(visit, view, visit_text(visit, N_("Cơ quan")), "/co-quan");
    if (tenant->parent != NULL && tenant->parent->parent != NULL)
        view_crumb(view, visit_agency_short_name(visit, tenant->parent),
                   arena_printf(visit->arena, "/co-quan/%s", tenant->parent->slug));
    view_crumb(view, visit_agency_short_name(visit, tenant), NULL);
    json_t *agency = agency_view(visit, tenant);
    view_list(agency, "procedures", procedure_lines(visit, rows + (shown > 0 ? from : 0), shown, STR("")));
    view_set(view, "agency", agency);
    view_set(view, "pagination",
             pagination_view(visit, arena_printf(visit->arena, "/co-quan/%s", tenant->slug), number,
                             PORTAL_PAGE_SIZE, (int64_t)count));
    visit_render(visit, "portal/agency", view);
}
