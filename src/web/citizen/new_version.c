/*
 * The form of a draft was replaced: what is different, what becomes of the answers, and going on with the new
 * form.
 */
#include "web/routes.h"

#include "motcua/web/draft_page.h"

static json_t *change_view(struct visit *visit, const struct form_change *change)
{
    json_t *view = json_object();
    view_text(view, "label", change->label);
    view_text(view, "old_label", change->kind == FORM_FIELD_RENAMED ? change->old_label : NULL);
    view_text(view, "page", change->page_title);
    switch (change->kind) {
    case FORM_FIELD_ADDED:
        view_set(view, "state", view_tag("info", "info", visit_text(visit, N_("Câu hỏi mới"))));
        break;
    case FORM_FIELD_REMOVED:
        view_set(view, "state", view_tag("", "info", visit_text(visit, N_("Không còn hỏi"))));
        break;
    case FORM_FIELD_RENAMED:
        view_set(view, "state", view_tag("info", "edit", visit_text(visit, N_("Đổi tên câu hỏi"))));
        break;
    case FORM_FIELD_CHANGED:
        view_set(view, "state", view_tag("warn", "edit", visit_text(visit, N_("Đổi cách trả lời"))));
        break;
    }
    return view;
}

static const struct procedure_paper *paper_with_key(const struct procedure_version *version, const char *key)
{
    for (size_t i = 0; i < version->paper_count; i++)
        if (strcmp(version->papers[i].key, key) == 0) return &version->papers[i];
    return NULL;
}

/* Papers of `version` that the other one does not ask for. */
static json_t *only_papers(struct visit *visit, const struct procedure_version *version,
                           const struct procedure_version *other)
{
    json_t *list = json_array();
    for (size_t i = 0; i < version->paper_count; i++) {
        const struct procedure_paper *paper = &version->papers[i];
        if (paper_with_key(other, paper->key) != NULL) continue;
        json_t *view = json_object();
        view_text(view, "name", visit_pick(visit, paper->name, paper->name_en));
        json_array_append_new(list, view);
    }
    return list;
}

/* Opens the draft with the version that replaced its own. False: an answer has been made. */
static bool open_outdated(struct visit *visit, struct draft_page *page,
                          const struct procedure_version **newer)
{
    if (!draft_page_open(visit, page)) return false;
    enum status status = draft_page_newer(page, newer);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else if (*newer == NULL || page->draft.submitted_at != INSTANT_NONE)
        visit_redirect(visit, NULL, "%s", page->url);
    return status == STATUS_OK && *newer != NULL && page->draft.submitted_at == INSTANT_NONE;
}

static enum status carry(struct draft_page *page, const struct procedure_version *newer, json_t **carried,
                         json_t **left_over)
{
    struct visit *visit = page->visit;
    return form_carry(page->version->form, newer->form, visit->arena, page->draft.answers, &page->environment,
                      carried, left_over, &visit->error);
}

void page_draft_version(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct procedure_version *newer;
    struct form_changes changes;
    json_t *carried = NULL, *left_over = NULL;
    DRAFT_PAGE_AUTO page = {0};
    if (!open_outdated(visit, &page, &newer)) return;
    enum status status =
        form_compare(page.version->form, newer->form, visit->arena, &page.environment, &changes);
    if (status == STATUS_OK) status = carry(&page, newer, &carried, &left_over);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = view_create(visit, visit_text(visit, N_("Biểu mẫu đã thay đổi"))), *list = json_array();
    view_nav(view, "dossiers");
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Hồ sơ của tôi")), "/ho-so");
    view_crumb(view, visit_pick(visit, newer->name, newer->name_en), NULL);
    for (size_t i = 0; i < changes.count; i++)
        json_array_append_new(list, change_view(visit, &changes.list[i]));
    view_text(view, "name", visit_pick(visit, newer->name, newer->name_en));
    view_text(view, "url", arena_printf(visit->arena, "%s/doi-mau", page.url));
    view_number(view, "revision", page.draft.revision);
    view_list(view, "changes", list);
    view_list(view, "left_over", left_over);
    view_list(view, "new_papers", only_papers(visit, newer, page.version));
    view_list(view, "old_papers", only_papers(visit, page.version, newer));
    json_decref(carried);
    visit_render(visit, "portal/new-version", view);
}

void page_draft_version_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    const struct procedure_version *newer;
    json_t *carried = NULL, *left_over = NULL;
    DRAFT_PAGE_AUTO page = {0};
    if (!open_outdated(visit, &page, &newer)) return;
    enum status status = carry(&page, newer, &carried, &left_over);
    if (status == STATUS_OK) {
        /* What an earlier change had no place for stays on the list. */
        json_array_extend(left_over, page.draft.left_over);
        status = draft_take_version(&visit->work, &page.draft, &newer->id, carried, left_over,
                                    visit->work.now, &visit->error);
    }
    json_decref(carried);
    json_decref(left_over);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "version_taken", "%s", page.url);
}
