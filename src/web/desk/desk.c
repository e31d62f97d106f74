/* The frame of officials' pages. */
#include "desk.h"

#include <stdlib.h>

#include "motcua/calendar/civil.h"
#include "motcua/codec/url.h"
#include "motcua/domain/reference.h"

/* --- Navigation */

struct entry {
    const char *url, *icon, *label;
    unsigned roles;  /* 0: every official */
    unsigned others; /* who has one of these finds it elsewhere */
};

static const struct entry entries[] = {
    {"/can-bo", "inbox", N_("Việc cần làm"), 0, 0},
    {"/can-bo/ky-duyet", "edit", N_("Ký duyệt"), ROLE_SIGNING_LEADER, 0},
    {"/can-bo/tra-ket-qua", "stamp", N_("Trả kết quả"), ROLE_RECEPTION_CLERK, 0},
    {"/can-bo/thu-phi", "coins", N_("Thu phí"), ROLE_CASHIER | ROLE_RECEPTION_CLERK, 0},
    {"/can-bo/xin-loi", "sorry", N_("Phiếu xin lỗi"),
     ROLE_PROCESSING_OFFICER | ROLE_HEAD_OF_UNIT | ROLE_SIGNING_LEADER, 0},
    {"/can-bo/ho-so", "search", N_("Tìm hồ sơ"), 0, 0},
    {"/can-bo/so-theo-doi", "book", N_("Sổ theo dõi"),
     ROLE_RECEPTION_CLERK | ROLE_RECORDS_CLERK | ROLE_HEAD_OF_UNIT, 0},
    {"/can-bo/tong-hop", "chart", N_("Tổng hợp"), ROLE_HEAD_OF_UNIT | ROLE_SIGNING_LEADER, 0},
    {"/quan-tri/su-co", "alert", N_("Sự cố"), ROLE_HEAD_OF_UNIT, ROLE_TENANT_ADMIN},
    {"/quan-tri", "gear", N_("Quản trị"), ROLE_TENANT_ADMIN, 0},
    {"/thanh-pho", "chart", N_("Toàn thành phố"), ROLE_CITY_SUPERVISOR, 0},
};
enum { ENTRY_COUNT = sizeof entries / sizeof entries[0] };

const char *desk_count_text(struct visit *visit, int count)
{
    return count >= DESK_COUNT_MAXIMUM ? arena_printf(visit->arena, "%d+", DESK_COUNT_MAXIMUM - 1)
                                       : arena_printf(visit->arena, "%d", count);
}

static const char *badge(struct visit *visit, const char *url, const struct desk_counts *counts)
{
    const struct {
        const char *url;
        int count;
    } badges[] = {
        {"/can-bo", counts->all},
        {"/can-bo/ky-duyet", counts->sign_off},
        {"/can-bo/tra-ket-qua", counts->hand_over},
        {"/can-bo/thu-phi", counts->fees},
        {"/can-bo/xin-loi", counts->apologies},
        {"/quan-tri/su-co", counts->incidents},
        {"/quan-tri", counts->incidents},
    };
    for (size_t i = 0; i < sizeof badges / sizeof badges[0]; i++)
        if (strcmp(url, badges[i].url) == 0 && badges[i].count > 0)
            return desk_count_text(visit, badges[i].count);
    return "";
}

static json_t *navigation(struct visit *visit, const char *current, const struct desk_counts *known)
{
    struct desk_counts counts = {0};
    struct error ignored;
    /* Badges are a convenience: a page is shown without them rather than not at all. */
    if (known != NULL)
        counts = *known;
    else if (desk_count(&visit->work, NULL, NULL, &counts, &ignored) != STATUS_OK)
        counts = (struct desk_counts){0};
    json_t *list = json_array();
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const struct entry *entry = &entries[i];
        if (entry->roles != 0 && (visit->actor.roles & entry->roles) == 0) continue;
        if ((visit->actor.roles & entry->others) != 0) continue;
        json_t *item = json_object();
        view_text(item, "url", entry->url);
        view_text(item, "icon", entry->icon);
        view_text(item, "label", visit_text(visit, entry->label));
        view_text(item, "count", badge(visit, entry->url, &counts));
        view_flag(item, "is_current", strcmp(entry->url, current) == 0);
        json_array_append_new(list, item);
    }
    return list;
}

const char *desk_role_text(struct visit *visit, const char *role)
{
    const char *title = role_title(role_parse(str_of(role)));
    return title == NULL ? "" : visit_text(visit, title);
}

const char *desk_incident_kind(const struct visit *visit, const char *kind)
{
    if (strcmp(kind, "timer") == 0) return visit_text(visit, N_("Hẹn giờ không chạy được"));
    if (strcmp(kind, "job") == 0) return visit_text(visit, N_("Việc nền không chạy được"));
    if (strcmp(kind, "outbox") == 0) return visit_text(visit, N_("Không gửi đi được"));
    return visit_text(visit, N_("Quy trình dừng"));
}

const char *desk_roles_text(struct visit *visit, unsigned roles)
{
    const char *text = "";
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        if ((roles & (1u << i)) != 0)
            text = arena_printf(visit->arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ",
                                visit_text(visit, role_title(1u << i)));
    return text;
}

/* A page shown again after a POST is known by the address it can be opened with. */
static void set_path(struct visit *visit, json_t *view, const char *path)
{
    struct str back = url_encode_copy(visit->arena, str_of(path));
    view_text(view, "path", path);
    view_text(json_object_get(view, "lang_switch"), "url",
              arena_printf(visit->arena, "/ngon-ngu/%s?ve=%.*s", visit_is_english(visit) ? "vi" : "en",
                           STR_ARG(back)));
}

json_t *desk_view_with(struct visit *visit, const char *title, const char *current, const char *path,
                       const struct desk_counts *counts)
{
    json_t *view = view_create(visit, title);
    const struct tenant *tenant = visit_tenant(visit);
    json_t *agency = json_object(), *membership = json_object();
    /* Without a membership in use only the page that chooses one is shown. */
    view_text(agency, "name",
              tenant == NULL ? visit->web->settings->site_name : visit_agency_name(visit, tenant));
    view_text(agency, "short_name",
              tenant == NULL ? visit->web->settings->site_name : visit_agency_short_name(visit, tenant));
    view_text(agency, "slug", tenant == NULL ? "" : tenant->slug);
    view_set(view, "tenant", agency);
    view_text(membership, "id", visit->person.membership_id.text);
    view_text(membership, "unit_name", tenant == NULL ? "" : visit->person.unit_name);
    view_text(membership, "title", tenant == NULL ? "" : visit->person.title);
    view_text(membership, "roles_text", desk_roles_text(visit, visit->actor.roles));
    view_flag(membership, "can_switch", visit->person.membership_count > 1);
    view_set(view, "membership", membership);
    view_set(view, "desk_nav", tenant == NULL ? json_array() : navigation(visit, current, counts));
    if (path != NULL) set_path(visit, view, path);
    return view;
}

json_t *desk_view(struct visit *visit, const char *title, const char *current, const char *path)
{
    return desk_view_with(visit, title, current, path, NULL);
}

/* --- The dossier of the address */

const char *desk_dossier_url(struct visit *visit, const struct uuid *dossier_id)
{
    return arena_printf(visit->arena, "/can-bo/ho-so/%s", dossier_id->text);
}

bool desk_dossier_open(struct visit *visit, struct dossier_file *file)
{
    struct uuid id = visit_param_uuid(visit, "id");
    if (uuid_is_empty(&id)) {
        visit_not_found(visit);
        return false;
    }
    enum status status = dossier_load(&visit->work, &visit->actor.tenant_id, &id, file, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

/* --- Time left */

json_t *desk_remaining_tag(struct visit *visit, struct remaining remaining, instant due)
{
    const char *text = format_remaining(visit->arena, visit->language, remaining);
    switch (remaining.state) {
    case DEADLINE_NONE:
        return view_tag("", "clock", visit_text(visit, N_("Không tính thời hạn")));
    case DEADLINE_PAUSED:
        return view_tag("info", "pause", text);
    case DEADLINE_LATE:
        return view_tag("bad", "fire", text);
    case DEADLINE_MISSED:
        return view_tag("bad", "alert", text);
    case DEADLINE_BEFORE:
    case DEADLINE_ON_TIME:
        return view_tag("good", "check-circle", text);
    case DEADLINE_RUNNING:
        break;
    }
    if (due != INSTANT_NONE && civil_day_of(due) == civil_day_of(visit->work.now))
        return view_tag("warn", "clock",
                        arena_printf(visit->arena, "%s, %s", text, visit_text(visit, N_("đến hạn hôm nay"))));
    return view_tag("good", "check-circle", text);
}

json_t *desk_left_tag(struct visit *visit, instant due)
{
    const struct calendar *calendar =
        reference_calendar(visit->web->domain->reference, visit_tenant(visit)->calendar_code, NULL);
    struct deadline deadline = {.received = visit->work.now, .start = visit->work.now, .due = due};
    struct remaining remaining = {.state = DEADLINE_NONE};
    if (calendar != NULL && due != INSTANT_NONE)
        remaining = calendar_remaining(calendar, &deadline, visit->work.now, INSTANT_NONE);
    return desk_remaining_tag(visit, remaining, due);
}

json_t *desk_dossier_left_tag(struct visit *visit, const struct dossier *dossier)
{
    return desk_remaining_tag(visit, dossier_remaining(visit, dossier), dossier->due_at);
}

instant desk_task_due(const struct task *task)
{
    if (task->step_due_at == INSTANT_NONE) return task->dossier_due_at;
    if (task->dossier_due_at == INSTANT_NONE) return task->step_due_at;
    return task->step_due_at < task->dossier_due_at ? task->step_due_at : task->dossier_due_at;
}

const char *desk_due_text(struct visit *visit, instant due)
{
    if (due == INSTANT_NONE) return "";
    const char *word = visit_text(visit, N_("hạn"));
    if (civil_day_of(due) == civil_day_of(visit->work.now))
        return arena_printf(visit->arena, "%s %s %s", word, format_time(visit->arena, due),
                            visit_text(visit, N_("hôm nay")));
    return arena_printf(visit->arena, "%s %s", word, visit_short_moment(visit, due));
}

/* --- Words */

const char *desk_task_name(const struct visit *visit, const struct task *task)
{
    if (strcmp(task->kind, "consultation") == 0) return visit_text(visit, N_("Trả lời cơ quan khác"));
    return visit_pick(visit, task->name, task->name_en);
}

const char *desk_return_text(const struct visit *visit, const char *channel)
{
    if (strcmp(channel, "online") == 0) return visit_text(visit, N_("Trực tuyến"));
    if (strcmp(channel, "post") == 0) return visit_text(visit, N_("Qua bưu điện"));
    return visit_text(visit, N_("Tại quầy"));
}

const char *desk_method_text(const struct visit *visit, const char *method)
{
    if (strcmp(method, "transfer") == 0) return visit_text(visit, N_("Chuyển khoản"));
    if (strcmp(method, "online") == 0) return visit_text(visit, N_("Thanh toán trực tuyến"));
    return visit_text(visit, N_("Tiền mặt"));
}

const char *desk_fee_text(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    if (dossier->fee_amount == 0) return visit_text(visit, N_("Không thu"));
    const char *money = visit_money(visit, dossier->fee_amount);
    if (strcmp(dossier->fee_state, "paid") == 0 && file->payment_count > 0)
        return arena_printf(visit->arena, "%s, %s %s", money, visit_text(visit, N_("đã nộp, biên lai")),
                            file->payments[0].receipt_number);
    if (strcmp(dossier->fee_state, "exempt") == 0)
        return arena_printf(visit->arena, "%s, %s", money, visit_text(visit, N_("được miễn")));
    return arena_printf(visit->arena, "%s, %s", money, visit_text(visit, N_("chưa nộp")));
}

/* --- Addresses */

/* "dd/mm/yyyy" of the query; `fallback` when absent or no date. */
static int32_t query_day(struct visit *visit, const char *name, int32_t fallback)
{
    struct str text = visit_query(visit, name), part[3];
    int64_t number[3];
    for (size_t i = 0; i < 3; i++) {
        bool more = str_split(text, '/', &part[i], &text);
        if (more != (i < 2) || str_to_int64(part[i], &number[i]) != STATUS_OK) return fallback;
    }
    if (number[2] < 1900 || number[2] > 2200 || number[1] < 1 || number[1] > 12 || number[0] < 1 ||
        number[0] > 31 || !civil_date_valid((int)number[2], (int)number[1], (int)number[0]))
        return fallback;
    return civil_day_from_date(
        (struct civil_date){.year = (int)number[2], .month = (int)number[1], .day = (int)number[0]});
}

struct desk_period desk_query_period(struct visit *visit)
{
    int32_t today = civil_day_of(visit->work.now);
    struct civil_date first = civil_date_from_day(today);
    first.day = 1;
    int32_t from = query_day(visit, "tu", civil_day_from_date(first)), to = query_day(visit, "den", today);
    return from <= to ? (struct desk_period){from, to} : (struct desk_period){to, from};
}

instant desk_period_until(const struct visit *visit, struct desk_period period)
{
    return period.to >= civil_day_of(visit->work.now) ? visit->work.now : civil_instant(period.to + 1, 0);
}

const char *desk_cursor(struct visit *visit, instant at, const struct uuid *id)
{
    return arena_printf(visit->arena, "%lld.%s", (long long)at, id->text);
}

bool desk_read_cursor(struct visit *visit, instant *at, struct uuid *id)
{
    struct str head, rest;
    int64_t moment;
    if (!str_split(visit_query(visit, "sau"), '.', &head, &rest) || str_to_int64(head, &moment) != STATUS_OK)
        return false;
    struct uuid found = uuid_from(rest);
    if (uuid_is_empty(&found) || moment <= INT64_C(-2000) * 366 * 86400 * MICROSECONDS ||
        moment > INT64_C(2000) * 366 * 86400 * MICROSECONDS)
        return false;
    *at = moment;
    *id = found;
    return true;
}

/* "/can-bo/..." of the Referer on this very host; data NULL: none. */
static struct str referring_page(struct visit *visit)
{
    struct str referer = request_header(visit->request, "Referer");
    struct str origin = request_origin(visit->request);
    if (referer.data == NULL || !str_starts_with(referer, origin)) return STR_NULL;
    struct str path = str_slice(referer, origin.length, referer.length);
    bool ours = str_starts_with(path, STR("/can-bo")) && !str_starts_with(path, STR("/can-bo/viec/")) &&
                url_is_local(path);
    return ours ? path : STR_NULL;
}

void desk_back(struct visit *visit, const char *flash, const char *fallback)
{
    struct str page = referring_page(visit);
    if (page.data == NULL) page = str_of(fallback);
    visit_redirect(visit, flash, "%.*s", STR_ARG(page));
}

json_t *desk_pagination(struct visit *visit, const char *base, int page, int per_page, int total, bool more)
{
    if (total == 0 || (page == 1 && !more)) return json_null();
    json_t *view = json_object();
    int from = (page - 1) * per_page + 1, to = more || total > page * per_page ? page * per_page : total;
    view_text(view, "from", format_integer(visit->arena, visit->language, from));
    view_text(view, "to", format_integer(visit->arena, visit->language, to));
    view_text(view, "total",
              more && total <= to
                  ? arena_printf(visit->arena, "%s+", format_integer(visit->arena, visit->language, total))
                  : format_integer(visit->arena, visit->language, total));
    view_text(view, "previous_url",
              page == 1 ? NULL : arena_printf(visit->arena, "%strang=%d", base, page - 1));
    view_text(view, "next_url", !more ? NULL : arena_printf(visit->arena, "%strang=%d", base, page + 1));
    return view;
}
