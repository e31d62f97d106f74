/* The first page: search, what people come for most, agencies, and how promises are kept. */
#include "web/portal/portal.h"

#include "motcua/codec/json.h"
#include "motcua/domain/report.h"
#include "motcua/i18n/text.h"
#include "web/dossier_view.h"
#include "web/routes.h"

enum { POPULAR = 5, SHORTCUTS = 4, SHORTCUT_GRAPHEMES = 40 };

/* Short labels for what is asked for most; anything else is shown by the start of its name. */
static const char *short_name(struct visit *visit, const struct procedure_row *row)
{
    static const struct {
        const char *code, *label;
    } known[] = {
        {"2.000635", N_("Bản sao giấy khai sinh")},
        {"1.001612", N_("Đăng ký hộ kinh doanh")},
        {"1.013225", N_("Giấy phép xây nhà")},
        {"1.004873", N_("Xác nhận tình trạng hôn nhân")},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].code, row->code) == 0) return visit_text(visit, known[i].label);
    struct str name =
        text_shorten(visit->arena, str_of(visit_pick(visit, row->name, row->name_en)), SHORTCUT_GRAPHEMES);
    return arena_strndup(visit->arena, name.data, name.length);
}

static json_t *shortcuts_view(struct visit *visit, const struct procedure_page *page)
{
    json_t *list = json_array();
    for (size_t i = 0; i < page->count && i < SHORTCUTS; i++) {
        json_t *shortcut = json_object();
        view_text(shortcut, "label", short_name(visit, &page->rows[i]));
        view_text(shortcut, "url", arena_printf(visit->arena, "/thu-tuc/%s", page->rows[i].code));
        json_array_append_new(list, shortcut);
    }
    return list;
}

static bool has_field(const struct procedure_page *page, const char *code)
{
    const json_t *fields = json_get_array(page->facets, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++)
        if (str_equal_cstr(json_get_str(json_array_get(fields, i), "code"), code)) return true;
    return false;
}

/* Events of life lead to fields of the catalogue; a field this city does not have is left out. */
static json_t *life_events_view(struct visit *visit, const struct procedure_page *page)
{
    static const struct {
        const char *icon, *field, *name, *note;
    } events[] = {
        {"baby", "ho-tich", N_("Sinh con, kết hôn, gia đình"),
         N_("Khai sinh, kết hôn, trích lục, tình trạng hôn nhân")},
        {"briefcase", "dang-ky-kinh-doanh", N_("Kinh doanh"), N_("Đăng ký hộ kinh doanh")},
        {"home", "xay-dung", N_("Xây, sửa nhà"), N_("Giấy phép xây dựng nhà ở riêng lẻ")},
        {"stamp", "chung-thuc", N_("Chứng thực giấy tờ"), N_("Bản sao, chữ ký")},
        {"cap", "giao-duc-dao-tao", N_("Đi học"), N_("Chuyển trường, bản sao văn bằng")},
        {"users", "viec-lam", N_("Việc làm"), N_("Trợ cấp thất nghiệp, giấy phép lao động")},
        {"pin", "cu-tru", N_("Nơi ở"), N_("Đăng ký thường trú")},
        {"heart", "bao-tro-xa-hoi", N_("Chính sách xã hội"), N_("Hộ nghèo, hộ cận nghèo")},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (!has_field(page, events[i].field)) continue;
        json_t *event = json_object();
        view_text(event, "icon", events[i].icon);
        view_text(event, "name", visit_text(visit, events[i].name));
        view_text(event, "note", visit_text(visit, events[i].note));
        view_text(event, "url", url_with(visit->arena, "/thu-tuc", "linh-vuc", str_of(events[i].field)));
        json_array_append_new(list, event);
    }
    return list;
}

static json_t *agency_kinds_view(struct visit *visit)
{
    const struct tenants *tenants = visit_tenants(visit);
    json_t *list = json_array();
    for (size_t k = 0; agency_kinds[k] != NULL; k++) {
        int64_t count = 0;
        for (size_t i = 0; i < tenants->count; i++)
            count += strcmp(tenants->all[i].kind, agency_kinds[k]) == 0;
        if (count == 0) continue;
        json_t *kind = json_object();
        view_text(kind, "label", agency_kind_text(visit, agency_kinds[k]));
        view_text(kind, "count", format_integer(visit->arena, visit->language, count));
        view_text(kind, "url", url_with(visit->arena, "/co-quan", "cap", str_of(agency_kinds[k])));
        json_array_append_new(list, kind);
    }
    return list;
}

static void add_figure(json_t *list, const char *label, const char *value, const char *note)
{
    json_t *figure = json_object();
    view_text(figure, "label", label);
    view_text(figure, "value", value);
    view_text(figure, "note", note);
    json_array_append_new(list, figure);
}

/* "label: number" */
static const char *counted(struct visit *visit, const char *label, int64_t number)
{
    return arena_printf(visit->arena, "%s: %s", visit_text(visit, label),
                        format_integer(visit->arena, visit->language, number));
}

static json_t *promise_view(struct visit *visit)
{
    struct report_figures figures;
    if (!report_recent(&visit->work, NULL, &figures) || report_received(&figures) == 0) return json_null();
    json_t *promise = json_object(), *list = json_array();
    int32_t today = civil_day_of(visit->work.now);
    view_text(promise, "period",
              arena_printf(visit->arena, "%s %s – %s", visit_text(visit, N_("Toàn thành phố,")),
                           format_date(visit->arena, today - REPORT_RECENT_DAYS + 1),
                           format_date(visit->arena, today)));
    int64_t came = figures.received_online + figures.received_other;
    add_figure(list, visit_text(visit, N_("Hồ sơ mới tiếp nhận")),
               format_integer(visit->arena, visit->language, came),
               counted(visit, N_("Nộp trực tuyến"), figures.received_online));
    int64_t kept = figures.finished_before + figures.finished_on_time;
    add_figure(list, visit_text(visit, N_("Giải quyết trước và đúng hạn")),
               format_percent(visit->arena, visit->language, kept, report_finished(&figures)),
               counted(visit, N_("Đã giải quyết"), report_finished(&figures)));
    add_figure(list, visit_text(visit, N_("Đang giải quyết")),
               format_integer(visit->arena, visit->language, report_open(&figures)),
               counted(visit, N_("Quá hạn"), figures.open_late));
    add_figure(list, visit_text(visit, N_("Người dân hài lòng")),
               format_percent(visit->arena, visit->language, figures.satisfied, figures.ratings),
               counted(visit, N_("Lượt đánh giá"), figures.ratings));
    view_set(promise, "figures", list);
    return promise;
}

void page_home(struct request *request)
{
    struct visit *visit = visit_of(request);
    /* An agency with a host name of its own is met at its own page. */
    const struct tenant *here = tenant_by_host(visit_tenants(visit), request_host(request));
    if (here != NULL && here->parent != NULL) {
        visit_redirect(visit, NULL, "/co-quan/%s", here->slug);
        return;
    }
    struct procedure_filter filter = {.limit = POPULAR};
    struct procedure_page page;
    enum status status = procedure_search(&visit->work, &filter, true, &page, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_auto facets = page.facets;
    json_t *view = view_create(visit, visit_text(visit, N_("Trang chủ")));
    view_nav(view, "home");
    view_text(view, "q", "");
    view_set(view, "shortcuts", shortcuts_view(visit, &page));
    view_set(view, "life_events", life_events_view(visit, &page));
    view_text(view, "procedure_count", format_integer(visit->arena, visit->language, page.total));
    view_set(view, "popular", procedure_lines(visit, page.rows, page.count, STR("")));
    view_set(view, "agency_kinds", agency_kinds_view(visit));
    view_set(view, "promise", promise_view(visit));
    visit_render(visit, "portal/home", view);
}
