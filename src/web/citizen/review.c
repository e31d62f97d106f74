/* The last look before submission, and submission itself. */
#include "web/routes.h"

#include "motcua/codec/json.h"
#include "motcua/web/draft_page.h"
#include "together.h"

static void add_edit_urls(struct draft_page *page, json_t *review)
{
    size_t a, b, c;
    json_t *one, *section, *item;
    json_array_foreach(json_object_get(review, "pages"), a, one)
    {
        json_array_foreach(json_object_get(one, "sections"), b, section)
        {
            if (json_object_get(section, "title") == NULL) view_null(section, "title");
            json_array_foreach(json_object_get(section, "items"), c, item) view_text(
                item, "edit_url",
                arena_printf(page->visit->arena, "%s/%s#%s", page->url, json_get_cstr(item, "page_key", ""),
                             json_get_cstr(item, "field_id", "")));
        }
    }
}

/* The files of a paper of which something is to be said before they are sent. */
static json_t *doubtful_files(struct draft_page *page, const char *key)
{
    json_t *list = json_array();
    for (size_t i = 0; i < page->document_count; i++) {
        const struct document *document = &page->documents[i];
        if (strcmp(document->paper_key, key) != 0 || document->remarks[0] == '\0') continue;
        json_t *file = json_object();
        view_text(file, "name", document->file_name);
        visit_add_scan(page->visit, file, document, false);
        json_array_append_new(list, file);
    }
    return list;
}

static json_t *papers_view(struct draft_page *page)
{
    struct visit *visit = page->visit;
    json_t *papers = json_array();
    for (size_t i = 0; i < page->version->paper_count; i++) {
        const struct procedure_paper *paper = &page->version->papers[i];
        if (!procedure_paper_applies(paper, visit->arena, page->state.data)) continue;
        size_t have = draft_page_files(page, paper->key);
        bool missing = draft_page_lacks(page, paper);
        json_t *view = json_object();
        view_text(view, "name", visit_pick(visit, paper->name, paper->name_en));
        view_set(view, "state",
                 missing ? view_tag("warn", "alert",
                                    visit_text(visit, draft_page_too_many(page, paper) ? N_("Quá số tệp")
                                                                                       : N_("Còn thiếu")))
                         : view_tag("good", "check", visit_text(visit, N_("Đủ"))));
        view_text(view, "files_text", visit_format(visit, N_("%zu tệp"), have));
        view_list(view, "doubtful", doubtful_files(page, paper->key));
        json_array_append_new(papers, view);
    }
    return papers;
}

static json_t *fee_view(struct draft_page *page)
{
    struct visit *visit = page->visit;
    int64_t fee = 0;
    struct error ignored;
    json_t *view = json_object();
    if (procedure_fee(page->version, visit->arena, page->state.data, &fee, &ignored) != STATUS_OK) {
        view_text(view, "text", visit_text(visit, N_("Tính khi khai đủ thông tin")));
        view_text(view, "note", "");
        return view;
    }
    view_text(view, "text",
              fee == 0 ? visit_text(visit, N_("Không thu phí, lệ phí")) : visit_money(visit, fee));
    view_text(view, "note",
              fee == 0 ? "" : visit_text(visit, N_("Nộp tại bộ phận một cửa trước khi nhận kết quả")));
    return view;
}

static json_t *channel(const char *value, const char *label, const char *note, bool selected)
{
    json_t *view = json_object();
    view_text(view, "value", value);
    view_text(view, "label", label);
    view_text(view, "note", note);
    view_flag(view, "selected", selected);
    return view;
}

static json_t *channels_view(struct draft_page *page, const char *selected)
{
    struct visit *visit = page->visit;
    const json_t *can = json_get_object(page->version->description, "capabilities");
    json_t *list = json_array();
    json_array_append_new(list, channel("counter", visit_text(visit, N_("Tại bộ phận một cửa")),
                                        page->tenant->address, strcmp(selected, "counter") == 0));
    if (json_get_bool(can, "result_online", false))
        json_array_append_new(list, channel("online", visit_text(visit, N_("Trực tuyến")),
                                            visit_text(visit, N_("Tải bản điện tử trên trang hồ sơ")),
                                            strcmp(selected, "online") == 0));
    if (json_get_bool(can, "result_post", false))
        json_array_append_new(
            list, channel("post", visit_text(visit, N_("Qua bưu điện")),
                          visit_text(visit, N_("Gửi đến địa chỉ của bạn; cước phí bưu chính do bạn trả")),
                          strcmp(selected, "post") == 0));
    return list;
}

/* --- What is missing, page by page and paper by paper, each with the place where it is mended. */

/* "f-thanh_vien-1-ho_ten" for "thanh_vien[1].ho_ten". */
static const char *control_of(struct arena *arena, const char *field)
{
    char *id = arena_printf(arena, "f-%s", field), *out = id;
    for (const char *in = id; *in != '\0'; in++)
        if (*in == '[' || *in == '.')
            *out++ = '-';
        else if (*in != ']')
            *out++ = *in;
    *out = '\0';
    return id;
}

static json_t *problem_view(const char *text, const char *url)
{
    json_t *view = json_object();
    view_text(view, "text", text);
    view_text(view, "url", url);
    return view;
}

static json_t *group_view(const char *title, json_t *problems)
{
    json_t *view = json_object();
    view_text(view, "title", title);
    view_set(view, "problems", problems);
    return view;
}

static json_t *missing_view(struct draft_page *page, const struct draft_missing *missing)
{
    struct arena *arena = page->visit->arena;
    const char *key = form_page_key(page->version->form, missing->page);
    switch (missing->kind) {
    case MISSING_PAPER:
        return problem_view(arena_printf(arena, "%s %s", form_lead(arena, missing->label), missing->text),
                            arena_printf(arena, "%s/giay-to#giay-%s", page->url, missing->paper));
    case MISSING_SIGNATURE:
        return problem_view(arena_printf(arena, "%s %s", form_lead(arena, missing->label), missing->text),
                            arena_printf(arena, "%s/cung-khai", page->url));
    case MISSING_EXIT:
        return problem_view(missing->label, arena_printf(arena, "%s/%s", page->url, key));
    default:
        return problem_view(
            arena_printf(arena, "%s %s", form_lead(arena, missing->label), missing->text),
            arena_printf(arena, "%s/%s#%s", page->url, key, control_of(arena, missing->field)));
    }
}

struct missing_list {
    struct draft_missing *items;
    size_t count;
};

/* Those of one kind; of answers, those of one page. */
static void add_group(struct draft_page *page, json_t *groups, const struct missing_list *missing, int kind,
                      size_t index, const char *title)
{
    json_t *problems = json_array();
    for (size_t i = 0; i < missing->count; i++) {
        const struct draft_missing *one = &missing->items[i];
        if ((int)one->kind == kind && (kind != MISSING_ANSWER || one->page == index))
            json_array_append_new(problems, missing_view(page, one));
    }
    if (json_array_size(problems) > 0)
        json_array_append_new(groups, group_view(title, problems));
    else
        json_decref(problems);
}

/* Fills view.missing; true when nothing is. `pages` as draft_page_view() gives them. */
static bool list_missing(struct draft_page *page, json_t *view)
{
    struct visit *visit = page->visit;
    struct missing_list missing = {0};
    json_t *groups = json_array();
    enum status status = draft_page_missing(page, &missing.items, &missing.count);
    size_t i;
    json_t *one;
    json_array_foreach(json_get_array(view, "pages"), i, one)
    {
        int index = form_page_find(page->version->form, json_get_str(one, "key"));
        add_group(page, groups, &missing, MISSING_ANSWER, (size_t)index, json_get_cstr(one, "title", ""));
    }
    add_group(page, groups, &missing, MISSING_PAPER, 0, visit_text(visit, N_("Giấy tờ kèm theo")));
    add_group(page, groups, &missing, MISSING_SIGNATURE, 0, visit_text(visit, N_("Người cùng khai")));
    add_group(page, groups, &missing, MISSING_EXIT, 0, visit_text(visit, N_("Bạn không cần nộp hồ sơ này")));
    bool complete = status == STATUS_OK && json_array_size(groups) == 0;
    view_list(view, "missing", groups);
    return complete;
}

/* Whoever was invited and has not finished. */
static json_t *waiting_view(struct draft_page *page)
{
    struct visit *visit = page->visit;
    json_t *list = json_array();
    for (size_t i = 0; i < page->share_count; i++) {
        const struct draft_share *share = &page->shares[i];
        if (!share_is_open(share, visit->work.now) || strcmp(share->state, "finished") == 0 ||
            together_only_signed(share))
            continue;
        json_t *view = json_object();
        view_text(view, "who", share->label);
        view_set(view, "state", together_state(visit, share));
        json_array_append_new(list, view);
    }
    return list;
}

/* For whom it is, when for somebody else; NULL: for whoever fills it in. */
static const char *behalf_text(struct draft_page *page)
{
    const struct form *form = page->version->form;
    if (!form_on_behalf(form, &page->state)) return NULL;
    const char *name = "…";
    for (size_t i = 0; i < form_field_count(form); i++) {
        const char *meaning = form_field_meaning(form, i);
        if (meaning != NULL && strcmp(meaning, "person.full_name") == 0)
            name = json_get_cstr(page->state.data, form_field_key(form, i), name);
    }
    return visit_format(page->visit, N_("Bạn nộp thay: hồ sơ đứng tên %s."), name);
}

/* `refusal`: why it was not taken, said where nothing is missing. */
static void show(struct draft_page *page, unsigned http_status, const char *selected, const char *agree_error,
                 const char *refusal)
{
    struct visit *visit = page->visit;
    json_auto review = NULL;
    enum status status =
        form_review(page->version->form, visit->arena, page->draft.answers, &page->environment, &review);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    add_edit_urls(page, review);
    json_t *view = draft_page_view(page, visit_text(visit, N_("Xem lại và nộp")), STEP_REVIEW, NULL);
    json_object_set(view, "review", review);
    view_list(view, "papers", papers_view(page));
    view_list(view, "unneeded", draft_page_unneeded(page));
    view_set(view, "fee", fee_view(page));
    view_text(view, "limit_text", format_limit(visit->arena, visit->language, page->version->limit));
    view_set(view, "return_channels", channels_view(page, selected));
    bool complete = list_missing(page, view);
    view_flag(view, "refused", http_status != 200 && agree_error == NULL);
    view_text(view, "behalf_text", behalf_text(page));
    view_text(view, "agree_error", agree_error);
    if (agree_error != NULL) view_problem(view, "agree", agree_error);
    if (refusal != NULL && complete) view_problem(view, "agree", refusal);
    view_list(view, "waiting", waiting_view(page));
    view_flag(view, "can_submit", complete);
    visit_render_status(visit, http_status, "portal/review", view);
}

void page_review(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (draft_page_open_unsent(visit, &page)) show(&page, 200, "counter", NULL, NULL);
}

static const char *channel_of_form(struct visit *visit)
{
    struct str wanted = visit_form(visit, "return_channel");
    return str_equal_cstr(wanted, "online") ? "online" : str_equal_cstr(wanted, "post") ? "post" : "counter";
}

void page_submit(struct request *request)
{
    struct visit *visit = visit_of(request);
    const char *selected = channel_of_form(visit);
    struct submission submission = {0};
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open(visit, &page)) return;
    if (page.draft.submitted_at == INSTANT_NONE && !draft_page_current(&page)) return;
    if (page.draft.submitted_at == INSTANT_NONE && visit_form(visit, "agree").length == 0) {
        show(&page, 422, selected, visit_text(visit, N_("Hãy đánh dấu cam đoan trước khi nộp.")), NULL);
        return;
    }
    enum status status = dossier_submit(&visit->work, &page.draft.id, selected, &submission, &visit->error);
    if (status == STATUS_INVALID)
        show(&page, 422, selected, NULL, visit_error_text(visit));
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, submission.repeated ? NULL : "submitted", "/ho-so/%s/giay-hen",
                       submission.code);
}
