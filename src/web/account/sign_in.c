/* Signing in and out, the second factor at the door. */
#include "web/routes.h"

#include "back.h"
#include "motcua/base/utf8.h"
#include "motcua/codec/json.h"
#include "web/account/kept_form.h"
#include "web/account/sample_accounts.h"
#include "web/visit.h"

static const struct kept_form nothing_kept;

static void show_sign_in(struct visit *visit, unsigned status, struct str back, struct str identifier,
                         const struct kept_form *kept, const char *problem)
{
    json_t *view = view_create(visit, visit_text(visit, N_("Đăng nhập")));
    view_str(view, "back", back);
    view_str(view, "identifier", identifier);
    view_text(view, "register_url", back_with(visit, "/dang-ky", back));
    const char *reason = kept->path.length > 0
                             ? N_("Phiên đăng nhập đã hết hạn, nên thông tin bạn vừa gửi chưa được lưu. Hãy "
                                  "đăng nhập lại; thông tin ấy vẫn được giữ để bạn gửi tiếp.")
                             : N_("Hãy đăng nhập để tiếp tục.");
    view_text(view, "reason", back.length + kept->path.length > 0 ? visit_text(visit, reason) : NULL);
    kept_form_view(view, kept);
    view_set(view, "sample_accounts", visit->web->settings->sample ? sample_accounts_view(visit) : NULL);
    if (problem != NULL) view_problem(view, "identifier", problem);
    visit_render_status(visit, status, "portal/sign-in", view);
}

/* A membership means work: officials land on their queue. */
static struct str landing(const struct visit *visit, struct str back)
{
    if (back.length > 0) return back;
    return !uuid_is_empty(&visit->person.membership_id) ? STR("/can-bo") : STR("/ho-so");
}

/* Signed in: on to where the person wanted to go, or first to what they had sent before. */
static void go_on(struct visit *visit, struct str back, const struct kept_form *kept)
{
    if (kept->path.length > 0)
        kept_form_offer(visit, kept, landing(visit, back));
    else
        response_redirect(visit->request, landing(visit, back));
}

static void learn_who(struct visit *visit, struct str token)
{
    struct hash hash = token_hash(token);
    struct error ignored;
    visit->signed_in = session_resolve(&visit->work, hash_view(&hash), &visit->person, &ignored) == STATUS_OK;
}

void sign_in_for_form(struct visit *visit, const struct kept_form *kept, struct str back)
{
    show_sign_in(visit, 401, back_safe(back), STR(""), kept, NULL);
}

void page_sign_in(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str back = back_asked(visit);
    if (visit->signed_in && !(visit->person.has_second_factor && !visit->person.second_factor_done)) {
        response_redirect(request, landing(visit, back));
        return;
    }
    show_sign_in(visit, 200, back, STR(""), &nothing_kept, NULL);
}

/* As much of the browser's name as is kept, at the end of a character; "" when it is no text at all. */
static const char *user_agent(struct visit *visit)
{
    enum { KEPT = 300 };
    struct str agent = request_header(visit->request, "User-Agent");
    if (agent.data == NULL || !utf8_valid(agent)) return "";
    size_t length = agent.length < KEPT ? agent.length : KEPT;
    while (length < agent.length && ((unsigned char)agent.data[length] & 0xC0) == 0x80)
        length--;
    return arena_strndup(visit->arena, agent.data, length);
}

static void show_second_factor(struct visit *visit, unsigned status, struct str back,
                               const struct kept_form *kept, const char *problem)
{
    json_t *view = view_create(visit, visit_text(visit, N_("Xác thực hai lớp")));
    view_null(view, "account");
    view_str(view, "back", back);
    kept_form_view(view, kept);
    if (problem != NULL) view_problem(view, "code", problem);
    visit_render_status(visit, status, "portal/second-factor", view);
}

void page_sign_in_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str identifier = visit_form(visit, "identifier");
    struct str back = back_safe(request_form(request, "back"));
    struct kept_form kept = kept_form_carried(visit);
    unsigned retry_after;
    /* Besides the address, each name (however it is written) has its own bucket: many addresses cannot try
     * one account. */
    struct str bucket;
    struct error malformed;
    if (identifier_normalise(visit->arena, identifier, &bucket, &malformed) != STATUS_OK) bucket = identifier;
    if (!request_rate_take(request, RATE_SIGN_IN, bucket, &retry_after)) {
        response_too_many(request, retry_after);
        return;
    }
    struct token token = token_create();
    struct hash hash = token_hash(str_of(token.text));
    struct sign_in sign_in = {
        .identifier = identifier,
        .password = request_form(request, "password"),
        .token_hash = hash_view(&hash),
        .user_agent = user_agent(visit),
        .address = visit->actor.address,
    };
    struct signed_in signed_in;
    enum status status = session_sign_in(&visit->work, &sign_in, &signed_in, &visit->error);
    if (status == STATUS_DENIED) {
        show_sign_in(visit, 401, back, identifier, &kept, visit_error_text(visit));
        return;
    }
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    response_set_session(request, &token, session_lifetime_s(visit->web->domain));
    if (signed_in.second_factor && kept.path.length > 0) {
        show_second_factor(visit, 200, back, &kept, NULL);
        return;
    }
    if (signed_in.second_factor) {
        visit_redirect(visit, NULL, "%s", back_with(visit, "/dang-nhap/xac-thuc", back));
        return;
    }
    if (back.length == 0 || kept.path.length > 0) learn_who(visit, str_of(token.text));
    if (signed_in.account_kept) flash_keep(visit, "account_kept");
    go_on(visit, back, &kept);
}

void page_second_factor(struct request *request)
{
    show_second_factor(visit_of(request), 200, back_asked(visit_of(request)), &nothing_kept, NULL);
}

void page_second_factor_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str back = back_safe(request_form(request, "back"));
    struct kept_form kept = kept_form_carried(visit);
    unsigned retry_after;
    if (!request_rate_take(request, RATE_SIGN_IN, str_of(visit->actor.account_id.text), &retry_after)) {
        response_too_many(request, retry_after);
        return;
    }
    bool account_kept;
    enum status status = second_factor_check(&visit->work, &visit->person.session_id,
                                             visit_form(visit, "code"), &account_kept, &visit->error);
    if (status == STATUS_DENIED) {
        show_second_factor(visit, 401, back, &kept, visit_error_text(visit));
    } else if (status != STATUS_OK) {
        visit_fail(visit, status);
    } else {
        if (account_kept) flash_keep(visit, "account_kept");
        go_on(visit, back, &kept);
    }
}

void page_sign_out(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str token = request_session_token(request);
    if (token.data != NULL) {
        struct hash hash = token_hash(token);
        enum status status = session_end(&visit->work, hash_view(&hash), &visit->error);
        if (status != STATUS_OK) {
            visit_fail(visit, status);
            return;
        }
    }
    response_clear_session(request);
    visit_redirect(visit, "signed_out", "/");
}
