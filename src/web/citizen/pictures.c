/* Photos of one paper: put in the order of its pages, and made one PDF. The same for a draft and for a
 * supplement. */
#include "pictures.h"

#include "motcua/i18n/text.h"
#include "motcua/web/uploads.h"
#include "supplement.h"
#include "web/routes.h"

bool pictures_joinable(const struct draft_page *page, const struct procedure_paper *paper,
                       const struct document *document)
{
    unsigned pdf = document_type_bit("application/pdf");
    return paper->upload && (paper->types == 0 || (paper->types & pdf) != 0) &&
           strcmp(document->paper_key, paper->key) == 0 && document_is_picture(document) &&
           strcmp(document->scan_state, "infected") != 0 && document->created_at > page->since &&
           page->visit->web->domain->inspector != NULL;
}

size_t pictures_of(const struct draft_page *page, const struct procedure_paper *paper,
                   const struct document **pictures)
{
    size_t count = 0;
    for (size_t i = 0; i < page->document_count; i++)
        if (pictures_joinable(page, paper, &page->documents[i])) pictures[count++] = &page->documents[i];
    return count;
}

/* "up:ID" and "down:ID"; *ids in the new order, *moved the one. False: it cannot go there. */
static bool moved_order(struct visit *visit, const struct document *const *pictures, size_t count,
                        struct uuid *ids, struct uuid *moved)
{
    struct str direction, id;
    if (!str_split(visit_form(visit, "_action"), ':', &direction, &id)) return false;
    bool up = str_equal_cstr(direction, "up");
    *moved = uuid_from(id);
    for (size_t i = 0; i < count; i++)
        ids[i] = pictures[i]->id;
    for (size_t i = 0; i < count; i++) {
        if (uuid_is_empty(moved) || !uuid_same(&ids[i], moved)) continue;
        size_t other = up ? i - 1 : i + 1;
        if (other >= count) return false; /* also below the first */
        ids[i] = ids[other];
        ids[other] = *moved;
        return true;
    }
    return false;
}

/* The name of the paper, as a file. */
static struct str pdf_name(struct visit *visit, const struct procedure_paper *paper)
{
    char *words = arena_strdup(visit->arena, paper->name);
    for (char *c = words; *c != '\0'; c++)
        if (*c == '/' || *c == '\\') *c = '-'; /* or only what is behind it would stay */
    struct str name = text_shorten(visit->arena, str_of(words), 80);
    return str_of(arena_printf(visit->arena, "%.*s.pdf", STR_ARG(name)));
}

static void change(struct draft_page *page, const char *list_url)
{
    struct visit *visit = page->visit;
    const struct procedure_paper *paper = paper_of_request(page);
    if (paper == NULL) {
        visit_not_found(visit);
        return;
    }
    const struct document **pictures = arena_array(visit->arena, page->document_count, sizeof *pictures);
    size_t count = pictures_of(page, paper, pictures);
    struct uuid *ids = arena_array(visit->arena, count, sizeof *ids), moved;
    enum status status = STATUS_OK;
    if (str_equal_cstr(visit_form(visit, "_action"), "join")) {
        status = document_join(&visit->work, &page->draft.tenant_id, &page->draft.id, pictures, count,
                               pdf_name(visit, paper), &visit->error);
        if (status == STATUS_OK) visit_redirect(visit, "joined", "%s#giay-%s", list_url, paper->key);
    } else if (moved_order(visit, pictures, count, ids, &moved)) {
        status = document_arrange(&visit->work, &page->draft.tenant_id, &page->draft.id, ids, count,
                                  &visit->error);
        if (status == STATUS_OK) visit_redirect(visit, NULL, "%s#anh-%s", list_url, moved.text);
    } else {
        visit_redirect(visit, NULL, "%s#giay-%s", list_url, paper->key);
    }
    if (status != STATUS_OK) visit_fail(visit, status);
}

void page_draft_pictures(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (draft_page_open_unsent(visit, &page))
        change(&page, arena_printf(visit->arena, "%s/giay-to", page.url));
}

void page_supplement_pictures(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (supplement_page_open(visit, &page)) change(&page, supplement_url(&page));
}
