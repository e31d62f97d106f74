/* Closing one's account: what goes, what stays, and the password once more. */
#include "fields.h"
#include "motcua/codec/json.h"
#include "web/routes.h"

static const struct text_field closing_fields[] = {
    {"closing_password", N_("Mật khẩu hiện tại"), "password", NULL, "current-password", 200, false},
    {"closing_code", N_("Mã xác thực 6 chữ số"), "text",
     N_("Mở ứng dụng xác thực trên điện thoại của bạn. Mã đổi sau mỗi 30 giây."), "one-time-code", 6, false},
};

static void show(struct visit *visit, unsigned http_status)
{
    struct closing_preview preview;
    struct error wrong = visit->error;
    enum status status = account_closing_preview(&visit->work, &preview, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    visit->error = wrong;
    const char *title = visit_text(visit, N_("Xóa tài khoản"));
    json_t *view = view_create(visit, title);
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Tài khoản của tôi")), "/tai-khoan");
    view_crumb(view, title, NULL);
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {{"drafts", preview.drafts},
                  {"open", preview.open},
                  {"kept", preview.kept},
                  {"tokens", preview.tokens},
                  {"parts", preview.parts}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        view_text(view, counts[i].name,
                  counts[i].count == 0 ? NULL
                                       : arena_printf(visit->arena, "%lld", (long long)counts[i].count));
    view_flag(view, "official", preview.official);
    view_text(view, "until",
              preview.grace_s == 0 ? NULL
                                   : visit_moment(visit, visit->work.now + preview.grace_s * MICROSECONDS));
    view_set(view, "fields",
             text_fields_view(visit, view, closing_fields, preview.second_factor ? 2 : 1,
                              (const char *const[]){"", ""}));
    visit_render_status(visit, http_status, "portal/closing", view);
}

void page_closing(struct request *request)
{
    show(visit_of(request), 200);
}

void page_closing_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    instant due_at;
    enum status status = account_closing_request(
        &visit->work, &visit->person.session_id, request_form(request, "closing_password"),
        str_trim(visit_form(visit, "closing_code")), &due_at, &visit->error);
    if (status == STATUS_INVALID || (status == STATUS_CONFLICT && visit->error.message != NULL)) {
        show(visit, status == STATUS_INVALID ? 422 : 409);
        return;
    }
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    response_clear_session(request);
    visit_redirect(visit, due_at > visit->work.now ? "account_closing" : "account_closing_now", "/");
}
