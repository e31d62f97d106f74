/* The slip: what was handed in, when, under which code, and when the result is due. */
#include "web/routes.h"

#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"
#include "own.h"
#include "web/dossier_view.h"

static json_t *step(int number, const char *name, const char *note, bool current)
{
    json_t *view = json_object();
    view_number(view, "number", number);
    view_text(view, "name", name);
    view_text(view, "note", note);
    view_flag(view, "is_current", current);
    return view;
}

static json_t *next_steps(struct visit *visit, const struct dossier *dossier,
                          const struct procedure_version *version)
{
    json_t *list = json_array();
    bool received = dossier->received_at != INSTANT_NONE;
    int number = 1;
    if (!received)
        json_array_append_new(
            list,
            step(number++, visit_text(visit, N_("Bộ phận một cửa kiểm tra hồ sơ")),
                 visit_text(
                     visit,
                     N_("Chậm nhất 8 giờ làm việc. Bạn nhận được giấy hẹn, hoặc được báo cần bổ sung gì.")),
                 true));
    json_array_append_new(
        list,
        step(number++, visit_text(visit, N_("Cơ quan giải quyết")),
             arena_printf(visit->arena, "%s. %s", format_limit(visit->arena, visit->language, version->limit),
                          visit_text(visit, N_("Theo dõi từng bước trên trang hồ sơ."))),
             received));
    json_array_append_new(list, step(number, visit_text(visit, N_("Bạn nhận kết quả")),
                                     own_return_text(visit, dossier), false));
    return list;
}

static const char *copies(struct visit *visit, int count)
{
    return count == 0 ? "–" : arena_printf(visit->arena, "%d", count);
}

static json_t *papers_view(struct visit *visit, const struct dossier *dossier,
                           const struct procedure_version *version)
{
    json_t *list = json_array();
    for (size_t i = 0; i < version->paper_count; i++) {
        const struct procedure_paper *paper = &version->papers[i];
        if (!procedure_paper_applies(paper, visit->arena, dossier->answers)) continue;
        json_t *view = json_object();
        view_text(view, "name", visit_pick(visit, paper->name, paper->name_en));
        view_text(view, "original", copies(visit, paper->original));
        view_text(view, "certified", copies(visit, paper->certified));
        view_text(view, "copy", copies(visit, paper->copy));
        json_array_append_new(list, view);
    }
    return list;
}

static json_t *received_view(struct visit *visit, const struct dossier *dossier)
{
    if (dossier->received_at == INSTANT_NONE) return json_null();
    json_t *received = json_object();
    view_text(received, "at_text", visit_moment(visit, dossier->received_at));
    view_text(received, "due_text",
              dossier->due_at == INSTANT_NONE ? visit_text(visit, N_("Không quy định"))
                                              : visit_moment(visit, dossier->due_at));
    return received;
}

void page_slip(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct procedure_version *version;
    const char *secret;
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    const struct dossier *dossier = &file.dossier;
    enum status status =
        reference_procedure_version(&visit->work, &dossier->procedure_version_id, &version, &visit->error);
    if (status == STATUS_OK)
        status =
            dossier_tracking_secret(&visit->work, &dossier->tenant_id, &dossier->id, &secret, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    bool received = dossier->received_at != INSTANT_NONE;
    const char *title =
        received ? visit_text(visit, N_("Giấy hẹn trả kết quả")) : visit_text(visit, N_("Hồ sơ đã được nộp"));
    json_t *view = own_dossier_view(visit, &file, title, title);
    json_t *shown = json_object();
    const char *url = own_dossier_url(visit, dossier);
    view_set(view, "received", received_view(visit, dossier));
    view_text(shown, "code", dossier->code);
    view_text(shown, "secret", arena_printf(visit->arena, "%.4s-%s", secret, secret + 4));
    view_text(shown, "qr_url", arena_printf(visit->arena, "%s/qr.svg", url));
    view_text(shown, "name", dossier_name(visit, dossier));
    view_text(shown, "agency", visit_agency_name_of(visit, &dossier->tenant_id));
    dossier_applicant_view(shown, visit, dossier);
    view_text(shown, "submitted_text", visit_moment(visit, dossier->submitted_at));
    view_text(shown, "return_text", own_return_text(visit, dossier));
    view_text(shown, "fee_text", own_fee_text(visit, &file));
    view_text(shown, "url", url);
    view_text(shown, "pdf_url", arena_printf(visit->arena, "%s/giay-hen.pdf", url));
    view_text(shown, "pdf_label",
              received ? visit_text(visit, N_("Tải giấy hẹn (PDF)"))
                       : visit_text(visit, N_("Tải giấy xác nhận đã nộp (PDF)")));
    view_set(shown, "explanation", dossier_explanation_view(visit, &file));
    view_set(shown, "papers", papers_view(visit, dossier, version));
    view_set(shown, "next_steps", next_steps(visit, dossier, version));
    view_set(view, "dossier", shown);
    visit_render(visit, "portal/slip", view);
}
