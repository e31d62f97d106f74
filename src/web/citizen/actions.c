/* Withdrawing, rating, and starting anew from an earlier dossier. */
#include "web/routes.h"

#include "motcua/web/draft_page.h"
#include "own.h"
#include "web/dossier_view.h"

void page_dossier_copy(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid draft;
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    struct form_environment environment = draft_page_environment(visit, &file.dossier.tenant_id);
    enum status status = draft_copy(&visit->work, &file.dossier, &environment, &draft, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "copied", "/ho-so/nhap/%s", draft.text);
}

void page_withdraw(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    json_t *view = own_dossier_view(visit, &file, visit_text(visit, N_("Rút hồ sơ")),
                                    visit_text(visit, N_("Rút hồ sơ")));
    json_t *dossier = json_object();
    view_text(dossier, "code", file.dossier.code);
    view_number(dossier, "revision", file.dossier.revision);
    view_text(dossier, "name", dossier_name(visit, &file.dossier));
    view_text(dossier, "url", own_dossier_url(visit, &file.dossier));
    view_set(view, "dossier", dossier);
    bool paid = strcmp(file.dossier.fee_state, "paid") == 0;
    view_text(view, "fee_note", paid ? visit_text(visit, N_("Phí, lệ phí đã nộp không được hoàn lại.")) : "");
    view_text(view, "reason", "");
    visit_render(visit, "portal/withdraw", view);
}

void page_withdraw_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    enum status status = dossier_withdraw(&visit->work, &file.dossier.tenant_id, &file.dossier.id,
                                          visit_form(visit, "reason"), &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "withdrawn", "%s", own_dossier_url(visit, &file.dossier));
}

static void show_rating(struct visit *visit, const struct dossier_file *file, unsigned http_status, int level)
{
    json_t *view =
        own_dossier_view(visit, file, visit_text(visit, N_("Đánh giá")), visit_text(visit, N_("Đánh giá")));
    json_t *dossier = json_object();
    bool about_reason = visit->error.code != NULL && strcmp(visit->error.code, "rating.reason") == 0;
    const char *problem = http_status == 200 ? NULL : visit_error_text(visit);
    view_text(dossier, "code", file->dossier.code);
    view_text(dossier, "name", dossier_name(visit, &file->dossier));
    view_text(dossier, "agency", visit_agency_name_of(visit, &file->dossier.tenant_id));
    view_set(view, "dossier", dossier);
    view_text(view, "action_url",
              arena_printf(visit->arena, "%s/danh-gia", own_dossier_url(visit, &file->dossier)));
    view_null(view, "track");
    view_text(view, "level_error", about_reason ? NULL : problem);
    view_text(view, "reason_error", about_reason ? problem : NULL);
    for (int i = 1; i <= 3; i++)
        view_flag(view, arena_printf(visit->arena, "level_%d", i), level == i);
    view_text(view, "reason", http_status == 200 ? "" : visit_form_cstr(visit, "reason"));
    if (problem != NULL) view_problem(view, about_reason ? "ly-do" : "muc", problem);
    visit_render_status(visit, http_status, "portal/rating", view);
}

void page_rating(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (own_dossier_open(visit, &file)) show_rating(visit, &file, 200, 0);
}

void page_rating_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    int64_t level = 0;
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    if (str_to_int64(visit_form(visit, "level"), &level) != STATUS_OK || level < 1 || level > 3) level = 0;
    enum status status = dossier_rate(&visit->work, &file.dossier.tenant_id, &file.dossier.id, (int)level,
                                      visit_form(visit, "reason"), &visit->error);
    if (status == STATUS_INVALID)
        show_rating(visit, &file, 422, (int)level);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "rated", "%s", own_dossier_url(visit, &file.dossier));
}
