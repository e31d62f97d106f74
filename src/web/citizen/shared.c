/* The guest's pages: the invitation, and the part of a draft that was taken. */
#include "motcua/codec/json.h"
#include "motcua/i18n/text.h"
#include "own.h"
#include "together.h"
#include "web/account/back.h"
#include "web/account/message.h"
#include "web/dossier_view.h"
#include "web/routes.h"

/* --- The invitation: for whoever holds the link */

static void show_invitation(struct visit *visit, const struct draft_share *share)
{
    struct str token = request_param(visit->request, "token");
    const char *title = share->transfer ? visit_text(visit, N_("Nhận bàn giao hồ sơ nháp"))
                                        : visit_text(visit, N_("Lời mời cùng làm hồ sơ"));
    json_t *view = view_create(visit, title);
    const char *path = arena_printf(visit->arena, "/loi-moi/%.*s", STR_ARG(token));
    view_text(view, "heading", title);
    view_text(view, "owner", share->owner_name);
    view_text(view, "procedure", together_procedure(visit, share));
    view_text(view, "agency", visit_agency_name_of(visit, &share->tenant_id));
    view_flag(view, "transfer", share->transfer);
    view_flag(view, "fills", share->fill.count > 0);
    view_flag(view, "signs", share->sign.count > 0);
    view_text(view, "until_text",
              visit_format(visit, N_("Lời mời có hiệu lực đến %s."), visit_moment(visit, share->expires_at)));
    view_text(view, "accept_url", arena_printf(visit->arena, "%s/nhan", path));
    view_text(view, "decline_url", arena_printf(visit->arena, "%s/tu-choi", path));
    view_text(view, "sign_in_url", back_with(visit, "/dang-nhap", str_of(path)));
    view_text(view, "register_url", back_with(visit, "/dang-ky", str_of(path)));
    view_text(view, "as_text",
              visit->signed_in
                  ? visit_format(visit, N_("Bạn đang đăng nhập bằng tài khoản của %s."), visit->person.name)
                  : NULL);
    visit_render(visit, "portal/invitation", view);
}

/* A link that opens nothing (any more) says what may have happened, and what to do. */
static void fail_invitation(struct visit *visit, enum status status)
{
    static const char *const paragraphs[] = {
        N_("Bạn đã nhận lời mời này rồi? Phần của bạn nằm trong trang “Hồ sơ của tôi”."),
        N_("Nếu chưa nhận: lời mời đã bị từ chối, bị thu hồi, quá hạn, hoặc hồ sơ đã được nộp. Hãy nhờ người "
           "đã mời bạn gửi lời mời khác."),
        N_("Hãy kiểm tra cả đường dẫn: phải mở đúng và đủ đường dẫn trong thư."),
    };
    if (status == STATUS_NOT_FOUND)
        message_show_status(visit, 404, N_("Lời mời này không còn mở được"), paragraphs, 3, "/ho-so",
                            N_("Mở “Hồ sơ của tôi”"));
    else
        visit_fail(visit, status);
}

void page_invitation(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct draft_share share;
    enum status status =
        share_invitation(&visit->work, request_param(request, "token"), &share, &visit->error);
    if (status != STATUS_OK)
        fail_invitation(visit, status);
    else
        show_invitation(visit, &share);
}

static bool answer(struct visit *visit, bool accept, struct draft_share *share)
{
    enum status status =
        share_answer(&visit->work, request_param(visit->request, "token"), accept, share, &visit->error);
    if (status != STATUS_OK) fail_invitation(visit, status);
    return status == STATUS_OK;
}

void page_invitation_accept(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct draft_share share;
    if (!answer(visit, true, &share)) return;
    if (share.transfer)
        visit_redirect(visit, "taken_over", "/ho-so/nhap/%s", share.draft_id.text);
    else
        visit_redirect(visit, "share_taken", "/ho-so/chung/%s", share.id.text);
}

void page_invitation_decline(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct draft_share share;
    if (answer(visit, false, &share)) visit_redirect(visit, "share_declined", "/");
}

/* --- The part */

static json_t *read_pages(struct draft_page *page, enum status *status)
{
    json_t *review = NULL, *pages = json_array(), *one;
    size_t i;
    *status = form_review(page->version->form, page->visit->arena, page->draft.answers, &page->environment,
                          &review);
    json_array_foreach(json_get_array(review, "pages"), i, one)
    {
        const char *key = json_get_cstr(one, "key", "");
        if (share_has(page->part->see, key) || share_has(page->part->fill, key))
            json_array_append(pages, one);
    }
    if (*status == STATUS_OK) {
        json_object_set_new(review, "pages", pages);
        review_without_links(review);
    }
    return review;
}

static json_t *sign_view(struct draft_page *page, const char *field, const char *problem)
{
    struct visit *visit = page->visit;
    const struct draft_share *part = page->part;
    struct signature_field *fields;
    size_t count;
    json_t *view = json_object(), *labels = json_array();
    if (part->sign.count == 0 || together_signatures(page, &fields, &count) != STATUS_OK) {
        json_decref(view);
        json_decref(labels);
        return json_null();
    }
    for (size_t i = 0; i < count; i++) {
        if (!share_has(part->sign, fields[i].key)) continue;
        json_t *label = json_object();
        view_text(label, "text", fields[i].label);
        json_array_append_new(labels, label);
    }
    bool is_signed = share_is_signed(&page->work, part, page->version->form, page->draft.answers);
    view_set(view, "labels", labels);
    view_text(view, "name", problem == NULL ? visit->person.name : visit_form_cstr(visit, "name"));
    view_number(view, "revision", page->draft.revision);
    bool at_name = problem != NULL && strcmp(field, "name") == 0;
    view_text(view, "name_error", at_name ? problem : NULL);
    view_text(view, "consent_error", at_name ? NULL : problem);
    view_flag(view, "consent", at_name && visit_form(visit, "consent").length > 0);
    view_text(view, "signed_text",
              is_signed ? visit_format(visit, N_("Bạn đã ký lúc %s."), visit_moment(visit, part->signed_at))
                        : NULL);
    view_flag(view, "again", part->signed_at != INSTANT_NONE && !is_signed);
    return view;
}

static void show_part(struct draft_page *page, unsigned http_status, const char *sign_field,
                      const char *sign_problem)
{
    struct visit *visit = page->visit;
    enum status status;
    json_t *review = read_pages(page, &status);
    if (status != STATUS_OK) {
        json_decref(review);
        visit_fail(visit, status);
        return;
    }
    bool finished = strcmp(page->part->state, "finished") == 0;
    json_t *view = draft_page_view(page, visit_text(visit, N_("Phần của bạn trong hồ sơ")), STEP_FORM, NULL);
    view_text(view, "owner", page->part->owner_name);
    view_text(view, "url", page->url);
    view_set(view, "state", together_state(visit, page->part));
    view_flag(view, "finished", finished);
    view_flag(view, "has_pages", json_array_size(json_get_array(view, "pages")) > 0);
    view_flag(view, "has_review", json_array_size(json_get_array(review, "pages")) > 0);
    view_set(view, "review", review);
    view_set(view, "sign", sign_view(page, sign_field, sign_problem));
    if (sign_problem != NULL) view_problem(view, sign_field, sign_problem);
    visit_render_status(visit, http_status, "portal/shared", view);
}

void page_part(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (draft_page_open_part(visit, &page)) show_part(&page, 200, NULL, NULL);
}

static void finish(struct visit *visit, bool finished)
{
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_part(visit, &page)) return;
    enum status status = share_finish(&page.work, page.part, finished, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, finished ? "part_finished" : "part_reopened", "%s", page.url);
}

void page_part_finish(struct request *request)
{
    finish(visit_of(request), true);
}

void page_part_reopen(struct request *request)
{
    finish(visit_of(request), false);
}

void page_part_leave(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_part(visit, &page)) return;
    enum status status = share_leave(&page.work, page.part, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "share_left", "/ho-so");
}

/* The name typed is that of the account: nobody signs for somebody else. `field`: where the fault is. */
static const char *sign_problem(struct visit *visit, const char **field)
{
    *field = "name";
    struct str typed = text_search_key(visit->arena, visit_form(visit, "name"));
    if (typed.length == 0 || !str_equal(typed, text_search_key(visit->arena, str_of(visit->person.name))))
        return visit_text(visit, N_("Hãy ghi họ tên đúng như trong tài khoản của bạn."));
    *field = "consent";
    if (!str_equal_cstr(visit_form(visit, "consent"), "true"))
        return visit_text(visit, N_("Hãy đánh dấu xác nhận trước khi ký."));
    return NULL;
}

void page_part_sign(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    int64_t revision = 0;
    if (!draft_page_open_part(visit, &page)) return;
    if (page.part->sign.count == 0) {
        visit_not_found(visit);
        return;
    }
    const char *field, *problem = sign_problem(visit, &field);
    enum status status = STATUS_INVALID;
    if (problem == NULL && (str_to_int64(visit_form(visit, "_revision"), &revision) != STATUS_OK ||
                            revision != page.draft.revision))
        problem = visit_text(visit, N_("Nội dung vừa thay đổi sau khi bạn mở trang. Hãy đọc lại rồi ký."));
    if (problem == NULL)
        status = share_sign(&page.work, page.part, &page.draft, page.version->form,
                            str_of(visit->person.name), &visit->error);
    if (status == STATUS_INVALID || status == STATUS_CONFLICT)
        show_part(&page, status == STATUS_CONFLICT ? 409 : 422, field,
                  problem != NULL ? problem : visit_error_text(visit));
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "part_signed", "%s", page.url);
}
