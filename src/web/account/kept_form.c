/* See kept_form.h. */
#include "kept_form.h"

#include "motcua/codec/url.h"
#include "motcua/http/session.h"

enum { KEPT_MAXIMUM = 200 * 1024 };

static bool keepable_path(struct str path)
{
    return path.length > 0 && path.length < 2000 && url_is_local(path) &&
           !str_starts_with(path, STR("/tai-khoan")) && !str_starts_with(path, STR("/dang-"));
}

/* Scripts ask again by themselves. */
static bool sent_by_script(const struct request *request)
{
    struct str mode = request_header(request, "Sec-Fetch-Mode");
    return request_form(request, "_background").data != NULL ||
           (mode.data != NULL && !str_equal_cstr(mode, "navigate"));
}

struct kept_form kept_form_of_request(const struct visit *visit)
{
    struct request *request = visit->request;
    struct kept_form kept = {request_target(request), request_body(request)};
    bool keeps = request_route(request)->body == BODY_FORM && request_is_same_origin(request) &&
                 kept.body.length <= KEPT_MAXIMUM && keepable_path(kept.path) && !sent_by_script(request);
    return keeps ? kept : (struct kept_form){STR(""), STR("")};
}

struct kept_form kept_form_carried(const struct visit *visit)
{
    struct kept_form kept = {request_form(visit->request, "kept_path"),
                             request_form(visit->request, "kept_body")};
    bool usable = keepable_path(kept.path) && kept.body.length <= KEPT_MAXIMUM;
    return usable ? kept : (struct kept_form){STR(""), STR("")};
}

void kept_form_view(json_t *view, const struct kept_form *kept)
{
    json_t *shown = kept->path.length > 0 ? json_object() : json_null();
    if (kept->path.length > 0) {
        view_str(shown, "path", kept->path);
        view_str(shown, "body", kept->body);
    }
    view_set(view, "kept", shown);
}

void kept_form_offer(struct visit *visit, const struct kept_form *kept, struct str back)
{
    struct form_limits limits = FORM_LIMITS_DEFAULT;
    struct form_data data = {0};
    enum status status = form_data_parse(visit->arena, kept->body, &limits, &data, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *fields = json_array();
    for (size_t i = 0; i < data.count; i++) {
        if (str_equal_cstr(data.values[i].name, CSRF_FIELD)) continue;
        json_t *field = json_object();
        view_str(field, "name", data.values[i].name);
        view_str(field, "value", data.values[i].value);
        json_array_append_new(fields, field);
    }
    json_t *view = view_create(visit, visit_text(visit, N_("Gửi lại thông tin vừa nhập")));
    view_str(view, "action", kept->path);
    view_str(view, "back", back);
    view_list(view, "fields", fields);
    visit_render(visit, "portal/resend", view);
}
