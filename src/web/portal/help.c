/* Help for people, and what the site does for people with disabilities. */
#include "web/portal/portal.h"

#include "web/routes.h"

void page_help(struct request *request)
{
    struct visit *visit = visit_of(request);
    json_t *view = view_create(visit, visit_text(visit, N_("Trợ giúp")));
    view_nav(view, "help");
    portal_crumbs(visit, view, visit_text(visit, N_("Trợ giúp")), NULL);
    view_text(view, "upload_limit_text",
              format_size(visit->arena, visit->language, (int64_t)visit->web->settings->upload_limit));
    visit_render(visit, "portal/help", view);
}

void page_accessibility(struct request *request)
{
    struct visit *visit = visit_of(request);
    json_t *view = view_create(visit, visit_text(visit, N_("Trợ năng")));
    view_nav(view, "help");
    portal_crumbs(visit, view, visit_text(visit, N_("Trợ giúp")), "/tro-giup");
    view_crumb(view, visit_text(visit, N_("Trợ năng")), NULL);
    visit_render(visit, "portal/accessibility", view);
}
