/* Is this paper real? Anyone who holds the code printed on a result may ask. */
#include "web/portal/portal.h"

#include "motcua/codec/json.h"
#include "motcua/codec/url.h"
#include "motcua/domain/result.h"
#include "web/dossier_view.h"
#include "web/routes.h"

enum { GROUP = 4, CODE_SHOWN = 80 };

/* "7F3K92QDXW1M" -> "7F3K-92QD-XW1M" */
static const char *grouped(struct arena *arena, struct str code)
{
    const char *text = "";
    for (size_t i = 0; i < code.length; i += GROUP) {
        struct str part = str_slice(code, i, i + GROUP);
        text = arena_printf(arena, "%s%s%.*s", text, i == 0 ? "" : "-", STR_ARG(part));
    }
    return text;
}

static void show_form(struct visit *visit, struct str typed, const char *problem)
{
    json_t *view = view_create(visit, visit_text(visit, N_("Xác minh kết quả")));
    portal_crumbs(visit, view, visit_text(visit, N_("Xác minh kết quả")), NULL);
    view_str(view, "code", str_slice(typed, 0, CODE_SHOWN));
    if (problem != NULL) view_problem(view, "ma", problem);
    visit_render_status(visit, problem == NULL ? 200 : 422, "portal/verify", view);
}

void page_verify(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str typed = visit_query(visit, "ma");
    struct str code = result_code_normalise(visit->arena, typed);
    if (code.length > 0)
        visit_redirect(visit, NULL, "/xac-minh/%s", grouped(visit->arena, code));
    else if (request_query(request, "ma").data != NULL)
        show_form(
            visit, typed,
            visit_text(visit,
                       N_("Hãy nhập mã xác minh in trên kết quả: chỉ gồm chữ cái không dấu và chữ số.")));
    else
        show_form(visit, STR(""), NULL);
}

static void add_fact(json_t *facts, const char *label, const json_t *summary, const char *key)
{
    struct str value = json_get_str(summary, key);
    if (value.length == 0) return;
    json_t *fact = json_object();
    view_text(fact, "label", label);
    view_str(fact, "value", value);
    json_array_append_new(facts, fact);
}

static json_t *result_view(struct visit *visit, const struct verified_result *result)
{
    json_t *view = json_object(), *facts = json_array();
    bool revoked = result->revoked_at != INSTANT_NONE;
    view_flag(view, "valid", !revoked);
    view_text(view, "revoked_text",
              revoked ? arena_printf(visit->arena, "%s %s.", visit_text(visit, N_("Thu hồi ngày")),
                                     visit_date(visit, result->revoked_at))
                      : "");
    view_text(view, "title", visit_text(visit, result->title));
    view_text(view, "number", result->number);
    view_text(view, "agency", visit_agency_name_of(visit, &result->tenant_id));
    view_text(view, "issued_text",
              format_date_long(visit->arena, visit->language, civil_day_of(result->issued_at)));
    view_text(view, "signed_by",
              result->signed_title[0] == '\0'
                  ? result->signed_by
                  : arena_printf(visit->arena, "%s, %s", result->signed_by, result->signed_title));
    add_fact(facts, visit_text(visit, N_("Người nộp hồ sơ")), result->summary, "applicant");
    add_fact(facts, visit_text(visit, N_("Thủ tục")), result->summary, "procedure");
    add_fact(facts, visit_text(visit, N_("Mã hồ sơ")), result->summary, "dossier_code");
    view_set(view, "facts", facts);
    view_text(view, "sha256", result->sha256);
    return view;
}

void page_verification(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str typed = request_param(request, "code");
    struct str code = result_code_normalise(visit->arena, typed);
    RESULT_AUTO result = {0};
    enum status status = result_verify(&visit->work, code, &result, &visit->error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        visit_fail(visit, status);
        return;
    }
    const char *shown =
        code.length > 0 ? grouped(visit->arena, code) : visit_text(visit, N_("Mã không hợp lệ"));
    json_t *view = view_create(visit, visit_text(visit, N_("Xác minh kết quả")));
    portal_crumbs(visit, view, visit_text(visit, N_("Xác minh kết quả")), "/xac-minh");
    view_crumb(view, shown, NULL);
    view_text(view, "code", shown);
    view_set(view, "result", status == STATUS_OK ? result_view(visit, &result) : NULL);
    visit_render_status(visit, status == STATUS_OK ? 200 : 404, "portal/verification", view);
}
