/* Tracking a dossier with the code and secret on its slip, and rating it afterwards. */
#include "web/portal/portal.h"

#include "web/dossier_view.h"
#include "web/routes.h"

enum { CODE_SHOWN = 64 };

static void show_form(struct visit *visit, unsigned status, struct str code, const char *problem)
{
    json_t *view = view_create(visit, visit_text(visit, N_("Tra cứu hồ sơ")));
    view_nav(view, "track");
    portal_crumbs(visit, view, visit_text(visit, N_("Tra cứu hồ sơ")), NULL);
    view_str(view, "code", str_slice(code, 0, CODE_SHOWN));
    if (problem != NULL) view_problem(view, "secret", problem);
    visit_render_status(visit, status, "portal/track", view);
}

void page_track(struct request *request)
{
    struct visit *visit = visit_of(request);
    show_form(visit, 200, visit_query(visit, "ma"), NULL);
}

/* Besides the address, each code has its own bucket: many addresses cannot try one dossier. */
static bool may_try(struct visit *visit, struct str code)
{
    unsigned retry_after;
    if (request_rate_take(visit->request, RATE_TRACK, code, &retry_after)) return true;
    response_too_many(visit->request, retry_after);
    return false;
}

/* The members of the rating form, untouched. */
static void add_rating_form(json_t *view, int level, struct str reason)
{
    view_null(view, "level_error");
    view_null(view, "reason_error");
    view_flag(view, "level_1", level == 1);
    view_flag(view, "level_2", level == 2);
    view_flag(view, "level_3", level == 3);
    view_str(view, "reason", reason);
}

/* "K7QX2MPD" as it is printed: "K7QX-2MPD" */
static const char *printed_secret(struct arena *arena, const char *secret)
{
    return strlen(secret) == 8 ? arena_printf(arena, "%.4s-%s", secret, secret + 4) : secret;
}

static void show_dossier(struct visit *visit, const struct dossier_file *file, const char *secret)
{
    const struct dossier *dossier = &file->dossier;
    json_t *view = view_create(visit, visit_text(visit, N_("Tra cứu hồ sơ"))), *tracked = json_object();
    view_nav(view, "track");
    portal_crumbs(visit, view, visit_text(visit, N_("Tra cứu hồ sơ")), "/tra-cuu");
    view_crumb(view, dossier->code, NULL);
    view_text(tracked, "code", dossier->code);
    view_text(tracked, "name", dossier_name(visit, dossier));
    view_text(tracked, "agency", visit_agency_name_of(visit, &dossier->tenant_id));
    view_set(tracked, "status", dossier_status_tag(visit, dossier));
    view_set(tracked, "due", dossier_due_view(visit, file));
    view_set(tracked, "explanation", dossier_explanation_view(visit, file));
    view_set(tracked, "steps", dossier_steps_view(visit, file));
    view_set(tracked, "todo", dossier_todo_view(visit, file));
    view_text(tracked, "secret", printed_secret(visit->arena, secret));
    view_flag(tracked, "can_rate", !dossier_is_open(dossier) && file->rating == NULL);
    add_rating_form(tracked, 0, STR(""));
    view_set(view, "dossier", tracked);
    response_cache_private(visit->request, 0);
    visit_render(visit, "portal/tracking", view);
}

void page_track_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str code = visit_form(visit, "code");
    DOSSIER_FILE_AUTO file = {0};
    if (!may_try(visit, code)) return;
    enum status status = dossier_track(&visit->work, code, visit_form(visit, "secret"), &file, &visit->error);
    const char *secret = "";
    if (status == STATUS_OK)
        status = dossier_tracking_secret(&visit->work, &file.dossier.tenant_id, &file.dossier.id, &secret,
                                         &visit->error);
    if (status == STATUS_DENIED)
        show_form(visit, 422, code, visit_error_text(visit));
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        show_dossier(visit, &file, secret);
}

/* --- Rating */

static void show_rating(struct visit *visit, const struct dossier *dossier, struct str secret, int level,
                        struct str reason)
{
    bool about_reason = visit->error.code != NULL && strcmp(visit->error.code, "rating.reason") == 0;
    const char *problem = visit_error_text(visit);
    json_t *view = view_create(visit, visit_text(visit, N_("Đánh giá"))), *rated = json_object(),
           *track = json_object();
    view_nav(view, "track");
    portal_crumbs(visit, view, visit_text(visit, N_("Tra cứu hồ sơ")), "/tra-cuu");
    view_crumb(view, visit_text(visit, N_("Đánh giá")), NULL);
    view_text(rated, "code", dossier->code);
    view_text(rated, "name", dossier_name(visit, dossier));
    view_text(rated, "agency", visit_agency_name_of(visit, &dossier->tenant_id));
    view_set(view, "dossier", rated);
    view_text(view, "action_url", "/tra-cuu/danh-gia");
    view_text(track, "code", dossier->code);
    view_str(track, "secret", secret);
    view_set(view, "track", track);
    add_rating_form(view, level, reason);
    view_text(view, about_reason ? "reason_error" : "level_error", problem);
    view_problem(view, about_reason ? "ly-do" : "muc", problem);
    response_cache_private(visit->request, 0);
    visit_render_status(visit, 422, "portal/rating", view);
}

void page_track_rating_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str code = visit_form(visit, "code"), secret = visit_form(visit, "secret"),
               reason = visit_form(visit, "reason");
    int64_t level = 0;
    if (!may_try(visit, code)) return;
    if (str_to_int64(visit_form(visit, "level"), &level) != STATUS_OK || level < 1 || level > 3) level = 0;
    enum status status = dossier_rate_tracked(&visit->work, code, secret, (int)level, reason, &visit->error);
    if (status == STATUS_OK) {
        visit_redirect(visit, "rated", "/");
        return;
    }
    if (status == STATUS_DENIED) {
        show_form(visit, 422, code, visit_error_text(visit));
        return;
    }
    struct error wrong = visit->error;
    DOSSIER_FILE_AUTO file = {0};
    if (status == STATUS_INVALID)
        status = dossier_track(&visit->work, code, secret, &file, &visit->error);
    else {
        visit_fail(visit, status);
        return;
    }
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    visit->error = wrong;
    show_rating(visit, &file.dossier, secret, (int)level, reason);
}
