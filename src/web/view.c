/* Building views and rendering pages. */
#include <stdarg.h>
#include <stdio.h>

#include "motcua/base/log.h"
#include "motcua/codec/json.h"
#include "motcua/codec/url.h"
#include "pages.h"
#include "visit.h"

enum { PAGE_MAXIMUM = 8 * 1024 * 1024 };

void view_text(json_t *view, const char *key, const char *text)
{
    json_object_set_new(view, key, text == NULL ? json_null() : json_str_new(str_of(text)));
}

void view_str(json_t *view, const char *key, struct str text)
{
    json_object_set_new(view, key, json_str_new(text.data == NULL ? STR("") : text));
}

void view_flag(json_t *view, const char *key, bool value)
{
    json_object_set_new(view, key, json_boolean(value));
}

void view_number(json_t *view, const char *key, int64_t value)
{
    json_object_set_new(view, key, json_integer((json_int_t)value));
}

void view_null(json_t *view, const char *key)
{
    json_object_set_new(view, key, json_null());
}

void view_set(json_t *view, const char *key, json_t *value)
{
    json_object_set_new(view, key, value == NULL ? json_null() : value);
}

void view_list(json_t *view, const char *key, json_t *list)
{
    char has[80];
    snprintf(has, sizeof has, "has_%s", key);
    json_object_set_new(view, has, json_boolean(json_array_size(list) > 0));
    json_object_set_new(view, key, list);
}

json_t *view_tag(const char *tone, const char *icon, const char *text)
{
    json_t *tag = json_object();
    view_text(tag, "tone", tone);
    view_text(tag, "icon", icon);
    view_text(tag, "text", text);
    return tag;
}

void view_nav(json_t *view, const char *entry)
{
    json_object_set_new(json_object_get(view, "nav"), entry, json_true());
}

void view_crumb(json_t *view, const char *text, const char *url)
{
    json_t *crumb = json_object();
    view_text(crumb, "text", text);
    view_text(crumb, "url", url);
    json_array_append_new(json_object_get(view, "breadcrumbs"), crumb);
}

void view_problem(json_t *view, const char *target, const char *text)
{
    json_t *summary = json_object_get(view, "error_summary");
    if (!json_is_object(summary)) {
        summary = json_object();
        json_object_set_new(summary, "errors", json_array());
        json_object_set_new(view, "error_summary", summary);
    }
    json_t *problem = json_object();
    view_text(problem, "target", target);
    view_text(problem, "text", text);
    json_array_append_new(json_object_get(summary, "errors"), problem);
}

void view_flash(struct visit *visit, json_t *view, const char *kind, const char *text)
{
    (void)visit;
    const char *icon = strcmp(kind, "good") == 0 ? "check" : strcmp(kind, "info") == 0 ? "info" : "alert";
    json_t *flash = json_object();
    view_text(flash, "kind", kind);
    view_text(flash, "icon", icon);
    view_text(flash, "text", text);
    json_array_append_new(json_object_get(view, "flash"), flash);
}

const char *visit_date(struct visit *visit, instant when)
{
    return when == INSTANT_NONE ? "" : format_date(visit->arena, civil_day_of(when));
}

const char *visit_moment(struct visit *visit, instant when)
{
    return when == INSTANT_NONE ? "" : format_moment(visit->arena, visit->language, when);
}

const char *visit_money(struct visit *visit, int64_t dong)
{
    return format_money(visit->arena, visit->language, dong);
}

static json_t *site_view(const struct visit *visit)
{
    const struct web_settings *settings = visit->web->settings;
    json_t *site = json_object();
    view_text(site, "name", settings->site_name);
    view_text(site, "place", visit_text(visit, settings->site_place));
    view_text(site, "owner", visit_text(visit, settings->site_owner));
    view_text(site, "hotline", settings->hotline);
    view_text(site, "hotline_url", settings->hotline_url);
    view_text(site, "hours", visit_text(visit, settings->hours));
    view_flag(site, "sample", settings->sample);
    return site;
}

static json_t *now_view(struct visit *visit)
{
    json_t *now = json_object();
    char iso[CIVIL_INSTANT_SIZE];
    int32_t day = civil_day_of(visit->work.now);
    civil_format_instant(visit->work.now / MICROSECONDS * MICROSECONDS, iso);
    view_text(now, "iso", iso);
    view_text(now, "date", format_date(visit->arena, day));
    view_text(now, "text",
              arena_printf(visit->arena, "%s, %s", format_weekday(visit->arena, visit->language, day),
                           format_date_long(visit->arena, visit->language, day)));
    return now;
}

static json_t *language_switch(struct visit *visit)
{
    json_t *other = json_object();
    const char *code = visit_is_english(visit) ? "vi" : "en";
    struct str back = url_encode_copy(visit->arena, request_target(visit->request));
    view_text(other, "url", arena_printf(visit->arena, "/ngon-ngu/%s?ve=%.*s", code, STR_ARG(back)));
    view_text(other, "code", code);
    view_text(other, "label", visit_is_english(visit) ? "Tiếng Việt" : "English");
    return other;
}

static json_t *account_view(const struct visit *visit)
{
    if (!visit->signed_in) return json_null();
    json_t *account = json_object();
    view_text(account, "name", visit->person.name);
    view_number(account, "waiting", 0);
    view_flag(account, "is_official", visit->person.membership_count > 0);
    return account;
}

json_t *view_create(struct visit *visit, const char *title)
{
    static const char *const entries[] = {"home", "catalogue", "agencies", "track", "dossiers", "help"};
    json_t *view = json_object();
    view_text(view, "lang", language_code(visit->language));
    view_set(view, "lang_switch", language_switch(visit));
    json_object_set(view, "asset", visit->web->assets);
    view_text(view, "csrf", request_csrf_token(visit->request));
    view_str(view, "path", request_target(visit->request));
    view_set(view, "now", now_view(visit));
    view_set(view, "site", site_view(visit));
    view_text(view, "title", title);
    view_set(view, "account", account_view(visit));
    json_t *nav = json_object();
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        view_flag(nav, entries[i], false);
    view_set(view, "nav", nav);
    view_set(view, "breadcrumbs", json_array());
    view_set(view, "flash", json_array());
    view_null(view, "error_summary");
    flash_show(visit, view);
    return view;
}

/* A page that holds too much is no fault of the system: whoever filled it in can make it smaller. */
static void refuse_page(struct visit *visit, enum status status)
{
    static const struct error too_large = {
        .code = "page.size",
        .message =
            N_("Trang này có quá nhiều nội dung nên không hiện ra được. Những gì đã nhập vẫn được lưu. "
               "Hãy quay lại, bớt số dòng hoặc chia nội dung thành nhiều hồ sơ; nếu cần, hãy gọi cơ "
               "quan tiếp nhận.")};
    if (status == STATUS_TOO_LARGE)
        response_error(visit->request, 422, &too_large);
    else
        response_error(visit->request, 500, NULL);
}

void visit_render(struct visit *visit, const char *template, json_t *view)
{
    json_auto owned = view;
    const struct mustache_template *page = page_find(visit->web->pages[visit->language], template);
    struct buf body = BUF_WITH_MAXIMUM(PAGE_MAXIMUM);
    enum status status = page == NULL ? STATUS_FATAL : mustache_render(page, owned, &body, &visit->error);
    if (status != STATUS_OK) {
        buf_release(&body);
        log_error("web.render", log_cstr("template", template), log_cstr("status", status_name(status)));
        refuse_page(visit, status);
        return;
    }
    response_html(visit->request, &body);
}

void visit_render_status(struct visit *visit, unsigned status, const char *template, json_t *view)
{
    response_status(visit->request, status);
    visit_render(visit, template, view);
}

void visit_fail(struct visit *visit, enum status status)
{
    if (status == STATUS_FATAL || status == STATUS_UNAVAILABLE)
        log_error("web.failed", log_cstr("status", status_name(status)),
                  log_cstr("code", visit->error.code == NULL ? "" : visit->error.code),
                  log_cstr("detail", visit->error.detail == NULL ? "" : visit->error.detail));
    response_error_status(visit->request, status, &visit->error);
}

void visit_answer_text(struct visit *visit, unsigned status, const char *text)
{
    response_status(visit->request, status);
    response_body_copy(visit->request, "text/plain; charset=utf-8",
                       str_of(arena_printf(visit->arena, "%s\n", text)));
}

void visit_not_found(struct visit *visit)
{
    response_error(visit->request, 404, NULL);
}

void visit_redirect(struct visit *visit, const char *flash, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *target = arena_vprintf(visit->arena, format, arguments);
    va_end(arguments);
    if (flash != NULL) flash_keep(visit, flash);
    response_redirect(visit->request, str_of(target));
}
