/* The switch of languages. */
#include "web/routes.h"

#include "motcua/codec/url.h"

enum { YEAR_SECONDS = 365 * 24 * 3600 };

void page_language(struct request *request)
{
    struct visit *visit = visit_of(request);
    enum language language;
    if (!language_from_code(request_param(request, "code"), &language)) {
        visit_not_found(visit);
        return;
    }
    struct set_cookie cookie = {
        .name = "ngon-ngu", .value = str_of(language_code(language)), .max_age_s = YEAR_SECONDS};
    response_cookie(request, &cookie);
    struct str back = request_query(request, "ve");
    response_redirect(request, back.length > 0 && url_is_local(back) ? back : STR("/"));
}
