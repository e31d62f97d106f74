/* Registering, and recovering a lost password. */
#include "web/routes.h"

#include "back.h"
#include "fields.h"
#include "message.h"

static const struct text_field fields[] = {
    {"full_name", N_("Họ, chữ đệm và tên"), "text", NULL, "name", 200, false},
    {"email", N_("Thư điện tử"), "email", N_("Để nhận giấy hẹn và thông báo."), "email", 254, false},
    {"phone", N_("Số điện thoại"), "tel", NULL, "tel", 20, true},
    {"password", N_("Mật khẩu"), "password", N_("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
     "new-password", 200, false},
    {"password_again", N_("Nhập lại mật khẩu"), "password", NULL, "new-password", 200, false},
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

static void show(struct visit *visit, unsigned status, const char *const *values, bool agree,
                 const char *agree_error)
{
    json_t *view = view_create(visit, visit_text(visit, N_("Tạo tài khoản")));
    view_set(view, "fields", text_fields_view(visit, view, fields, FIELD_COUNT, values));
    view_text(view, "action_url", back_with(visit, "/dang-ky", back_asked(visit)));
    view_text(view, "sign_in_url", back_with(visit, "/dang-nhap", back_asked(visit)));
    view_flag(view, "agree", agree);
    view_text(view, "agree_error", agree_error);
    if (agree_error != NULL) view_problem(view, "agree", agree_error);
    visit_render_status(visit, status, "portal/register", view);
}

void page_register(struct request *request)
{
    show(visit_of(request), 200, NULL, false, NULL);
}

static enum status wrong(struct visit *visit, const char *field, const char *message)
{
    visit->error =
        (struct error){.status = STATUS_INVALID, .code = "register", .field = field, .message = message};
    return STATUS_INVALID;
}

void page_register_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    const char *values[FIELD_COUNT];
    for (size_t i = 0; i < FIELD_COUNT; i++)
        values[i] = visit_form_cstr(visit, fields[i].name);
    bool agree = visit_form(visit, "agree").length > 0;
    struct str password = request_form(request, "password");
    struct registration registration = {str_of(values[0]),
                                        str_of(values[1]),
                                        str_of(values[2]),
                                        password,
                                        language_code(visit->language),
                                        str_of(back_with(visit, "", back_asked(visit)))};
    struct uuid id;
    bool created = false;
    enum status status = STATUS_OK;
    if (!str_equal(password, request_form(request, "password_again")))
        status = wrong(visit, "password_again", N_("Hai lần nhập mật khẩu không giống nhau"));
    if (status == STATUS_OK && !agree) {
        show(visit, 422, values, false, visit_text(visit, N_("Hãy đánh dấu đồng ý để tạo tài khoản.")));
        return;
    }
    if (status == STATUS_OK)
        status = account_register(&visit->work, &registration, &created, &id, &visit->error);
    if (status == STATUS_INVALID) {
        show(visit, 422, values, agree, NULL);
        return;
    }
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    /* The same page whether or not the address was free. */
    static const char *const paragraphs[] = {
        N_("Nếu địa chỉ này chưa có tài khoản, tài khoản của bạn đã sẵn sàng: hãy đăng nhập bằng mật khẩu "
           "vừa đặt."),
        N_("Nếu địa chỉ đã có tài khoản, chúng tôi đã gửi thư hướng dẫn tới chủ tài khoản."),
    };
    message_show(visit, N_("Đã nhận đăng ký"), paragraphs, 2,
                 back_with(visit, "/dang-nhap", back_asked(visit)), N_("Đăng nhập"));
}

void page_recover(struct request *request)
{
    struct visit *visit = visit_of(request);
    json_t *view = view_create(visit, visit_text(visit, N_("Quên mật khẩu")));
    view_text(view, "identifier", "");
    visit_render(visit, "portal/recover", view);
}

void page_recover_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str identifier = visit_form(visit, "identifier"), bucket;
    unsigned retry_after;
    /* Each mailbox has its own bucket too: many addresses cannot flood one person. */
    if (identifier_normalise(visit->arena, identifier, &bucket, &visit->error) == STATUS_OK &&
        !request_rate_take(request, RATE_ACCOUNT, bucket, &retry_after)) {
        response_too_many(request, retry_after);
        return;
    }
    enum status status = recovery_request(&visit->work, identifier, &visit->error);
    if (status == STATUS_INVALID) {
        json_t *view = view_create(visit, visit_text(visit, N_("Quên mật khẩu")));
        view_str(view, "identifier", identifier);
        view_problem(view, "identifier", visit_error_text(visit));
        visit_render_status(visit, 422, "portal/recover", view);
        return;
    }
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    static const char *const paragraphs[] = {
        N_("Nếu có tài khoản ứng với địa chỉ này, một đường dẫn đặt lại mật khẩu vừa được gửi đi."),
        N_("Không thấy thư sau 5 phút? Hãy xem cả mục thư rác, hoặc thử lại."),
    };
    message_show(visit, N_("Hãy xem hộp thư của bạn"), paragraphs, 2, "/dang-nhap", N_("Quay lại đăng nhập"));
}

static const struct text_field new_password_fields[] = {
    {"password", N_("Mật khẩu mới"), "password", N_("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
     "new-password", 200, false},
    {"password_again", N_("Nhập lại mật khẩu mới"), "password", NULL, "new-password", 200, false},
};

static void show_recover_set(struct visit *visit, unsigned status)
{
    struct str token = request_param(visit->request, "token");
    json_t *view = view_create(visit, visit_text(visit, N_("Đặt mật khẩu mới")));
    view_text(view, "action_url", arena_printf(visit->arena, "/quen-mat-khau/%.*s", STR_ARG(token)));
    view_set(view, "fields", text_fields_view(visit, view, new_password_fields, 2, NULL));
    visit_render_status(visit, status, "portal/recover-set", view);
}

void page_recover_set(struct request *request)
{
    show_recover_set(visit_of(request), 200);
}

void page_recover_set_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str password = request_form(request, "password");
    enum status status = STATUS_OK;
    if (!str_equal(password, request_form(request, "password_again")))
        status = wrong(visit, "password_again", N_("Hai lần nhập mật khẩu không giống nhau"));
    if (status == STATUS_OK)
        status = recovery_finish(&visit->work, request_param(request, "token"), password, &visit->error);
    if (status == STATUS_INVALID)
        show_recover_set(visit, 422);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "password_reset", "/dang-nhap");
}

void page_confirm(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str token = request_param(request, "token");
    const char *url = arena_printf(visit->arena, "/xac-nhan/%.*s", STR_ARG(token));
    message_confirm(visit, N_("Xác nhận địa chỉ thư"),
                    visit_text(visit, N_("Bấm nút dưới đây để xác nhận địa chỉ thư điện tử của bạn.")),
                    back_with(visit, url, back_asked(visit)), N_("Xác nhận"), "/");
}

void page_confirm_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    static const char *const paragraphs[] = {N_("Địa chỉ thư của bạn đã được xác nhận.")};
    enum status status = confirmation_finish(&visit->work, request_param(request, "token"), &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        message_show(visit, N_("Đã xác nhận"), paragraphs, 1,
                     back_with(visit, "/dang-nhap", back_asked(visit)),
                     visit->signed_in ? N_("Tiếp tục") : N_("Đăng nhập"));
}
