/* Entries of a long list that fit what somebody types into a form. */
#include "web/routes.h"

#include "motcua/domain/list.h"
#include "web/pages.h"

enum { SUGGESTIONS = 12, WORDS_MAXIMUM = 200 };

void page_list_suggestions(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct tenant *tenant = tenant_by_slug(visit_tenants(visit), request_param(request, "agency"));
    struct str name = request_param(request, "list"), words = visit_query(visit, "q");
    if (tenant == NULL || name.length > LIST_NAME_MAXIMUM || words.length > WORDS_MAXIMUM) {
        visit_not_found(visit);
        return;
    }
    const struct form_lists *lists = list_of_forms(&visit->work, &tenant->id);
    struct form_option *found;
    size_t count = lists->search(lists->context, visit->arena, arena_str(visit->arena, name).data, words,
                                 language_code(visit->language), SUGGESTIONS, &found);
    json_t *view = json_object(), *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *suggestion = json_object();
        view_number(suggestion, "index", (int64_t)i + 1);
        view_text(suggestion, "label", found[i].label);
        view_text(suggestion, "code", found[i].value);
        view_text(suggestion, "value", arena_printf(visit->arena, "%s (%s)", found[i].label, found[i].value));
        json_array_append_new(list, suggestion);
    }
    view_set(view, "suggestions", list);
    visit_render(visit, "portal/list-suggestions", view);
}
