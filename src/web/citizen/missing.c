/* What stands against submitting a draft: wrong or open answers, papers, an early exit. */
#include "motcua/web/draft_page.h"

static bool is_missing(const struct draft_page *page, const struct procedure_paper *paper)
{
    return paper->required && paper->upload &&
           procedure_paper_applies(paper, page->visit->arena, page->state.data) &&
           draft_page_files(page, paper->key) == 0;
}

enum status draft_page_missing(struct draft_page *page, struct draft_missing **list, size_t *count)
{
    struct visit *visit = page->visit;
    const struct procedure_version *version = page->version;
    struct form_errors errors = {0};
    enum status status = form_validate(version->form, visit->arena, FORM_ALL_PAGES, page->draft.answers,
                                       &page->environment, &errors);
    if (status != STATUS_OK) return status;
    struct draft_missing *found =
        arena_array(visit->arena, errors.count + version->paper_count + 1, sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < errors.count; i++) {
        const struct form_error *error = &errors.list[i];
        found[n++] = (struct draft_missing){.kind = MISSING_ANSWER,
                                            .page = error->page,
                                            .field = error->field,
                                            .code = error->code,
                                            .label = error->label == NULL ? "" : error->label,
                                            .text = error->text};
    }
    for (size_t i = 0; i < version->paper_count; i++)
        if (is_missing(page, &version->papers[i]))
            found[n++] = (struct draft_missing){
                .kind = MISSING_PAPER,
                .paper = version->papers[i].key,
                .label = visit_pick(visit, version->papers[i].name, version->papers[i].name_en),
                .text = ""};
    if (page->state.exit != NULL)
        found[n++] = (struct draft_missing){.kind = MISSING_EXIT,
                                            .page = page->state.exit->page,
                                            .label = page->state.exit->title,
                                            .text = page->state.exit->message};
    *list = found;
    *count = n;
    return STATUS_OK;
}
