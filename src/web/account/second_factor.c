/* Turning the second factor on and off. */
#include "web/routes.h"

static const char issuer[] = "Một Cửa";

/* Groups of four are easier to type. */
static const char *grouped(struct visit *visit, const char *secret)
{
    size_t length = strlen(secret);
    char *text = arena_alloc(visit->arena, length + length / 4 + 1);
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && i % 4 == 0) text[at++] = ' ';
        text[at++] = secret[i];
    }
    text[at] = '\0';
    return text;
}

static enum status pending(struct visit *visit, const char **secret, const char **url)
{
    enum status status = second_factor_pending(&visit->work, issuer, secret, url, &visit->error);
    if (status == STATUS_NOT_FOUND)
        status = second_factor_begin(&visit->work, issuer, secret, url, &visit->error);
    return status;
}

static void show(struct visit *visit, unsigned http_status, const char *problem)
{
    const char *secret, *url;
    enum status status = pending(visit, &secret, &url);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    const struct tenant *tenant = visit_tenant(visit);
    json_t *view = view_create(visit, visit_text(visit, N_("Xác thực hai lớp")));
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Tài khoản của tôi")), "/tai-khoan");
    view_crumb(view, visit_text(visit, N_("Xác thực hai lớp")), NULL);
    view_flag(view, "required_notice", tenant != NULL && tenant->require_second_factor);
    view_text(view, "qr_url", "/tai-khoan/xac-thuc-hai-lop/qr.svg");
    view_text(view, "secret_text", grouped(visit, secret));
    if (problem != NULL) view_problem(view, "code", problem);
    visit_render_status(visit, http_status, "portal/totp-enrol", view);
}

void page_totp_enrol(struct request *request)
{
    struct visit *visit = visit_of(request);
    if (visit->person.has_second_factor)
        response_redirect(request, STR("/tai-khoan"));
    else
        show(visit, 200, NULL);
}

void page_totp_enrol_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    enum status status = second_factor_confirm(&visit->work, &visit->person.session_id,
                                               visit_form(visit, "code"), &visit->error);
    if (status == STATUS_DENIED)
        show(visit, 422, visit_error_text(visit));
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "second_factor_on", "/tai-khoan");
}

void page_totp_qr(struct request *request)
{
    struct visit *visit = visit_of(request);
    const char *secret, *url;
    enum status status = second_factor_pending(&visit->work, issuer, &secret, &url, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_send_qr(visit, url);
}

void page_totp_off(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct tenant *tenant = visit_tenant(visit);
    if (tenant != NULL && tenant->require_second_factor) {
        visit->error =
            (struct error){.message = N_("Cơ quan của bạn yêu cầu xác thực hai lớp nên không tắt được")};
        visit_fail(visit, STATUS_DENIED);
        return;
    }
    enum status status = second_factor_remove(&visit->work, request_form(request, "password"), &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "second_factor_off", "/tai-khoan");
}
