/* What stands against submitting a draft: wrong or open answers, papers, an early exit. */
#include "motcua/web/draft_page.h"

#include "motcua/codec/json.h"

json_t *draft_page_held(const struct draft_page *page)
{
    struct visit *visit = page->visit;
    json_t *held = json_object();
    for (size_t i = 0; i < page->share_count; i++) {
        const struct draft_share *share = &page->shares[i];
        if (!share_signs(share, page->work.now)) continue;
        const char *text =
            share->signed_at == INSTANT_NONE
                ? visit_format(visit, N_("Chờ %s ký"), share->label)
                : visit_format(visit, N_("%s đã ký lúc %s, bằng tài khoản của %s"), share->label,
                               visit_moment(visit, share->signed_at), share->guest_name);
        json_t *who = json_object();
        view_text(who, "text", text);
        for (size_t k = 0; k < share->sign.count; k++)
            json_object_setn(held, share->sign.list[k].data, share->sign.list[k].length, who);
        json_decref(who);
    }
    return held;
}

void draft_page_keep(json_t *answers, const json_t *before, json_t *keys)
{
    const char *key;
    json_t *unused;
    json_object_foreach(keys, key, unused)
    {
        json_t *value = json_object_get(before, key);
        if (value != NULL)
            json_object_set(answers, key, value);
        else
            json_object_del(answers, key);
    }
}

/* The paper that a file field of the form stands for; NULL: the fault is about another field. */
static const struct procedure_paper *paper_of(const struct procedure_version *version,
                                              const struct form_error *error)
{
    for (size_t i = 0; i < form_field_count(version->form); i++)
        if (form_field_is_file(version->form, i) &&
            strcmp(form_field_key(version->form, i), error->field) == 0)
            for (size_t k = 0; k < version->paper_count; k++)
                if (strcmp(version->papers[k].key, error->field) == 0) return &version->papers[k];
    return NULL;
}

static struct draft_missing missing_paper(struct draft_page *page, const struct procedure_paper *paper)
{
    struct visit *visit = page->visit;
    bool too_many = draft_page_too_many(page, paper);
    return (struct draft_missing){
        .kind = MISSING_PAPER,
        .paper = paper->key,
        .code = too_many ? "paper.too_many" : "paper.required",
        .label = visit_pick(visit, paper->name, paper->name_en),
        .text = too_many ? visit_format(visit,
                                        N_("Chỉ nhận %d tệp mà đang có %zu; hãy bỏ bớt, hoặc ghép các ảnh "
                                           "thành một tệp PDF."),
                                        paper->max_files, draft_page_files(page, paper->key))
                         : visit_text(visit, N_("Chưa đính kèm giấy tờ này."))};
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
        arena_array(visit->arena, errors.count + version->paper_count + page->share_count + 1, sizeof *found);
    json_auto held = draft_page_held(page);
    size_t n = 0;
    for (size_t i = 0; i < errors.count; i++) {
        const struct form_error *error = &errors.list[i];
        if (json_object_get(held, error->field) != NULL) continue; /* somebody else's to give: below */
        const struct procedure_paper *paper = paper_of(version, error);
        if (paper != NULL && draft_page_lacks(page, paper)) continue; /* told below */
        if (paper != NULL) {
            found[n++] = (struct draft_missing){.kind = MISSING_PAPER,
                                                .paper = paper->key,
                                                .code = error->code,
                                                .label = error->label,
                                                .text = error->text};
            continue;
        }
        found[n++] = (struct draft_missing){.kind = MISSING_ANSWER,
                                            .page = error->page,
                                            .field = error->field,
                                            .code = error->code,
                                            .label = error->label == NULL ? "" : error->label,
                                            .text = error->text};
    }
    for (size_t i = 0; i < version->paper_count; i++)
        if (draft_page_lacks(page, &version->papers[i]))
            found[n++] = missing_paper(page, &version->papers[i]);
    for (size_t i = 0; i < page->share_count; i++)
        if (share_signs(&page->shares[i], page->work.now) &&
            !share_is_signed(&page->work, &page->shares[i], version->form, page->draft.answers))
            found[n++] = (struct draft_missing){
                .kind = MISSING_SIGNATURE,
                .label = page->shares[i].label,
                .text = page->shares[i].signed_at != INSTANT_NONE
                            ? visit_text(visit, N_("Nội dung đã thay đổi sau khi người này ký; cần ký lại."))
                            : visit_text(visit, N_("Người này chưa ký. Hãy chờ, hoặc thu hồi lời mời."))};
    if (page->state.exit != NULL)
        found[n++] = (struct draft_missing){.kind = MISSING_EXIT,
                                            .page = page->state.exit->page,
                                            .label = page->state.exit->title,
                                            .text = page->state.exit->message};
    *list = found;
    *count = n;
    return STATUS_OK;
}
