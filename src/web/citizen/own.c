/* The citizen's own dossier named by the address. */
#include "own.h"

#include "motcua/codec/json.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"
#include "motcua/web/draft_page.h"
#include "web/dossier_view.h"

bool own_dossier_open(struct visit *visit, struct dossier_file *file)
{
    enum status status =
        dossier_load_by_code(&visit->work, request_param(visit->request, "code"), file, &visit->error);
    if (status == STATUS_OK && !uuid_same(&file->dossier.account_id, &visit->actor.account_id))
        status = error_set(&visit->error, visit->arena, STATUS_NOT_FOUND, "dossier.unknown",
                           N_("Không tìm thấy hồ sơ này"), NULL);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

const char *own_dossier_url(struct visit *visit, const struct dossier *dossier)
{
    return arena_printf(visit->arena, "/ho-so/%s", dossier->code);
}

json_t *own_dossier_view(struct visit *visit, const struct dossier_file *file, const char *title,
                         const char *crumb)
{
    json_t *view = view_create(visit, title);
    view_nav(view, "dossiers");
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Hồ sơ của tôi")), "/ho-so");
    view_crumb(view, file->dossier.code, crumb == NULL ? NULL : own_dossier_url(visit, &file->dossier));
    if (crumb != NULL) view_crumb(view, crumb, NULL);
    return view;
}

const char *own_fee_text(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    if (dossier->fee_amount == 0) return visit_text(visit, N_("Không thu"));
    const char *money = visit_money(visit, dossier->fee_amount);
    if (strcmp(dossier->fee_state, "paid") != 0)
        return arena_printf(visit->arena, "%s, %s", money,
                            visit_text(visit, N_("chưa nộp; nộp trước khi nhận kết quả")));
    const char *receipt = file->payment_count > 0 ? file->payments[0].receipt_number : "";
    return arena_printf(visit->arena, "%s, %s %s", money, visit_text(visit, N_("đã nộp, biên lai")), receipt);
}

const char *own_return_text(const struct visit *visit, const struct dossier *dossier)
{
    if (strcmp(dossier->return_channel, "online") == 0)
        return visit_text(visit, N_("Trực tuyến, trên trang hồ sơ"));
    if (strcmp(dossier->return_channel, "post") == 0) return visit_text(visit, N_("Qua bưu điện"));
    return visit_text(visit, N_("Tại bộ phận một cửa"));
}

const struct supplement_request *own_open_supplement(const struct dossier_file *file)
{
    for (size_t i = file->supplement_count; i > 0; i--)
        if (file->supplements[i - 1].closed_at == INSTANT_NONE) return &file->supplements[i - 1];
    return NULL;
}

void review_without_links(json_t *review)
{
    size_t a, b, c;
    json_t *page, *section, *item;
    json_array_foreach(json_object_get(review, "pages"), a, page)
    {
        json_array_foreach(json_object_get(page, "sections"), b, section)
        {
            if (json_object_get(section, "title") == NULL) view_null(section, "title");
            json_array_foreach(json_object_get(section, "items"), c, item) view_null(item, "edit_url");
        }
    }
}

json_t *own_review(struct visit *visit, const struct dossier *dossier)
{
    const struct procedure_version *version;
    json_t *review = NULL;
    if (reference_procedure_version(&visit->work, &dossier->procedure_version_id, &version, &visit->error) !=
        STATUS_OK)
        return NULL;
    struct form_environment environment = draft_page_environment(visit, &dossier->tenant_id);
    if (form_review(version->form, visit->arena, dossier->answers, &environment, &review) != STATUS_OK)
        return NULL;
    review_without_links(review);
    return review;
}
