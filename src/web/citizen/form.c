/* The pages of the form: plain HTML forms; every page that is sent is kept in the draft, right or wrong. */
#include "web/routes.h"

#include "motcua/codec/json.h"
#include "motcua/web/draft_page.h"
#include "supplement.h"

enum place { PLACE_DRAFT, PLACE_SUPPLEMENT, PLACE_PART };

static bool open_draft(struct visit *visit, struct draft_page *page, enum place place)
{
    switch (place) {
    case PLACE_SUPPLEMENT:
        return supplement_page_open(visit, page);
    case PLACE_PART:
        return draft_page_open_part(visit, page);
    default:
        return draft_page_open_unsent(visit, page);
    }
}

/* A page that is shown, and that a guest was invited to fill in. */
static bool is_open(const struct draft_page *page, int index)
{
    return index >= 0 && page->state.pages[index] != FORM_PAGE_HIDDEN &&
           (page->part == NULL ||
            share_has(page->part->fill, form_page_key(page->version->form, (size_t)index)));
}

static bool find_page(struct visit *visit, const struct draft_page *page, int *index)
{
    *index = form_page_find(page->version->form, request_param(visit->request, "page"));
    if (is_open(page, *index)) return true;
    visit_not_found(visit);
    return false;
}

/* The draft and which of its pages the address names; false when the answer is given already. */
static bool open_page(struct visit *visit, struct draft_page *page, enum place place, int *index)
{
    return open_draft(visit, page, place) && find_page(visit, page, index);
}

/* A signature that somebody else gives is shown, not asked for. */
static void show_held(json_t *shown, const json_t *held)
{
    size_t a, b;
    json_t *section, *field;
    json_array_foreach(json_get_array(shown, "sections"), a, section)
    {
        json_array_foreach(json_get_array(section, "fields"), b, field)
        {
            const json_t *who = json_object_get(held, json_get_cstr(field, "name", ""));
            if (who == NULL) continue;
            view_flag(field, "widget_parts", false);
            view_flag(field, "widget_output", true);
            view_text(field, "text", json_get_cstr(who, "text", ""));
        }
    }
}

/* A guest learns from the own page alone that no dossier is needed. */
static bool exit_is_elsewhere(const struct draft_page *page, int index)
{
    return page->part != NULL && page->state.exit != NULL && page->state.exit->page != (size_t)index;
}

static void show_with(struct draft_page *page, unsigned http_status, int index,
                      const struct form_errors *errors, const char *warning, json_t *elsewhere)
{
    struct visit *visit = page->visit;
    json_auto shown = NULL;
    json_auto filled = draft_page_filled(page);
    enum status status = form_view(page->version->form, visit->arena, (size_t)index, page->draft.answers,
                                   errors, filled, &page->environment, &shown);
    if (status != STATUS_OK) {
        json_decref(elsewhere);
        visit_fail(visit, status);
        return;
    }
    fill_members(shown);
    json_auto held = draft_page_held(page);
    show_held(shown, held);
    if (exit_is_elsewhere(page, index)) view_flag(shown, "exit", false);
    json_t *view =
        draft_page_view(page, json_get_cstr(json_get_object(shown, "page"), "title", ""), STEP_FORM, shown);
    static const char *const members[] = {"form", "page", "exit", "errors", "has_files", "sections"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        json_object_set(view, members[i], json_object_get(shown, members[i]));
    if (warning != NULL) view_flash(visit, view, "warn", warning);
    view_list(view, "elsewhere", elsewhere);
    visit_render_status(visit, http_status, "portal/form", view);
}

static void show(struct draft_page *page, unsigned http_status, int index, const struct form_errors *errors)
{
    show_with(page, http_status, index, errors, NULL, json_array());
}

/* The answers of one page for people, by the keys of the fields. */
static json_t *items_of_page(struct draft_page *page, const char *key, const json_t *answers)
{
    json_auto review = NULL;
    json_t *items = json_object(), *one, *section, *item;
    size_t a, b, c;
    if (form_review(page->version->form, page->visit->arena, answers, &page->environment, &review) !=
        STATUS_OK)
        return items;
    json_array_foreach(json_get_array(review, "pages"), a, one)
    {
        if (strcmp(json_get_cstr(one, "key", ""), key) != 0) continue;
        json_array_foreach(json_get_array(one, "sections"), b, section)
            json_array_foreach(json_get_array(section, "items"), c, item)
                json_object_set(items, json_get_cstr(item, "key", ""), item);
    }
    return items;
}

static const char *item_text(struct visit *visit, const json_t *item)
{
    if (json_get_bool(item, "is_group", false))
        return visit_format(visit, N_("%zu dòng"), json_array_size(json_get_array(item, "rows")));
    return json_get_bool(item, "empty", true) ? visit_text(visit, N_("Không khai"))
                                              : json_get_cstr(item, "text", "");
}

/* What the draft holds on this page, where it is not what was sent now. */
static json_t *held_elsewhere(struct draft_page *page, int index)
{
    struct visit *visit = page->visit;
    DRAFT_AUTO newest = {.answers = NULL};
    json_t *list = json_array(), *item;
    const char *key = form_page_key(page->version->form, (size_t)index);
    struct error ignored;
    if (draft_load(&page->work, &page->draft.id, &newest, &ignored) != STATUS_OK ||
        !uuid_same(&newest.procedure_version_id, &page->version->id))
        return list;
    json_auto theirs = items_of_page(page, key, newest.answers);
    json_auto ours = items_of_page(page, key, page->draft.answers);
    json_object_foreach(theirs, key, item)
    {
        if (json_equal(item, json_object_get(ours, key)) || json_get_bool(item, "computed", false)) continue;
        json_t *view = json_object();
        view_text(view, "label", json_get_cstr(item, "label", ""));
        view_text(view, "text", item_text(visit, item));
        json_array_append_new(list, view);
    }
    return list;
}

static void show_changed(struct draft_page *page, int index)
{
    show_with(page, 409, index, NULL,
              visit_text(page->visit, N_("Trang này vừa được lưu ở một cửa sổ khác. Dưới đây là những gì bạn "
                                         "vừa nhập; bấm “Lưu và tiếp tục” để giữ lại.")),
              held_elsewhere(page, index));
}

static void page_show(struct request *request, enum place place)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    int index;
    if (open_page(visit, &page, place, &index)) show(&page, 200, index, NULL);
}

void page_form(struct request *request)
{
    page_show(request, PLACE_DRAFT);
}

void page_supplement_form(struct request *request)
{
    page_show(request, PLACE_SUPPLEMENT);
}

void page_part_form(struct request *request)
{
    page_show(request, PLACE_PART);
}

/* The page before or after this one among those that are open; NULL: there is none. */
static const char *neighbour(const struct draft_page *page, int index, int step)
{
    for (int i = index + step; i >= 0 && (size_t)i < page->state.page_count; i += step)
        if (is_open(page, i)) return form_page_key(page->version->form, (size_t)i);
    return NULL;
}

/* The revision the page was shown with; 0 when it does not say. */
static int shown_revision(struct visit *visit)
{
    int64_t revision = 0;
    if (str_to_int64(visit_form(visit, "_revision"), &revision) != STATUS_OK || revision < 0 ||
        revision > INT32_MAX)
        return 0;
    return (int)revision;
}

static enum status save(struct draft_page *page, int index)
{
    struct visit *visit = page->visit;
    json_auto held = draft_page_held(page);
    struct str editor = visit_form(visit, "_editor");
    struct draft_edit edit = {.answers = page->draft.answers,
                              .page = form_page_key(page->version->form, (size_t)index),
                              .revision = shown_revision(visit),
                              .editor = editor.length <= DRAFT_EDITOR_MAXIMUM
                                            ? arena_strndup(visit->arena, editor.data, editor.length)
                                            : "",
                              .form = page->version->form,
                              .form_page = (size_t)index,
                              .held = held,
                              .turned = page->turned,
                              .turned_at = page->draft.revision,
                              .share = page->part == NULL ? NULL : &page->part->id};
    return page->supplement
               ? draft_save_supplement(&page->work, &page->draft.id, &edit, &page->draft.revision,
                                       &visit->error)
               : draft_save(&page->work, &page->draft.id, &edit, &page->draft.revision, &visit->error);
}

static bool was_changed(const struct visit *visit, enum status status)
{
    return status == STATUS_CONFLICT && visit->error.code != NULL &&
           strcmp(visit->error.code, "draft.changed") == 0;
}

static enum status take_answers(struct draft_page *page, int index, struct form_submission *submission)
{
    struct visit *visit = page->visit;
    const struct form_data *data = request_form_data(visit->request);
    struct form_pair *pairs = arena_array(visit->arena, data->count, sizeof *pairs);
    for (size_t i = 0; i < data->count; i++)
        pairs[i] = (struct form_pair){data->values[i].name, data->values[i].value};
    enum status status = form_parse_page(page->version->form, visit->arena, (size_t)index, pairs, data->count,
                                         page->draft.answers, &page->environment, submission, &visit->error);
    if (status != STATUS_OK) return status;
    json_auto held = draft_page_held(page);
    draft_page_keep(submission->answers, page->draft.answers, held);
    json_decref(page->draft.answers);
    page->draft.answers = submission->answers;
    bool before = form_on_behalf(page->version->form, &page->state);
    status = draft_page_evaluate(page);
    bool on_behalf = status == STATUS_OK && form_on_behalf(page->version->form, &page->state);
    if (status != STATUS_OK || on_behalf == before) return status;
    /* What is known of the owner is not put before a guest. */
    page->turned = form_turn_behalf(page->version->form, on_behalf, page->part == NULL, page->draft.filled,
                                    page->draft.answers);
    return draft_page_evaluate(page);
}

/* Files come at the step of papers, which finds fault with what is not there. */
static void leave_files_for_later(const struct form *form, struct form_errors *errors)
{
    size_t kept = 0;
    for (size_t i = 0; i < errors->count; i++) {
        bool file = false;
        for (size_t k = 0; k < form_field_count(form); k++)
            file = file || (form_field_is_file(form, k) &&
                            strcmp(form_field_key(form, k), errors->list[i].field) == 0);
        if (!file) errors->list[kept++] = errors->list[i];
    }
    errors->count = kept;
}

static void go_on(struct draft_page *page, int index)
{
    struct visit *visit = page->visit;
    struct str action = visit_form(visit, "_action");
    bool back = str_equal_cstr(action, "back");
    if (str_equal_cstr(action, "leave")) {
        visit_redirect(visit, "draft_saved", "%s",
                       page->part != NULL ? page->url
                       : page->supplement ? supplement_url(page)
                                          : "/ho-so");
        return;
    }
    const char *key = neighbour(page, index, back ? -1 : 1);
    if (key != NULL)
        visit_redirect(visit, NULL, "%s/%s", page->url, key);
    else if (page->supplement)
        visit_redirect(visit, "saved", "%s", supplement_url(page));
    else if (page->part != NULL)
        visit_redirect(visit, "saved", "%s", page->url);
    else
        visit_redirect(visit, NULL, "%s/%s", page->url,
                       back ? form_page_key(page->version->form, 0) : "giay-to");
}

static void page_send(struct request *request, enum place place)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    int index;
    if (!open_page(visit, &page, place, &index)) return;
    struct form_submission submission = {0};
    enum status status = take_answers(&page, index, &submission);
    if (status == STATUS_OK && submission.action != FORM_ACTION_NONE &&
        visit_form(visit, "_background").length > 0) {
        /* A script asks what depends on an answer. Nothing is kept, or a press at the same moment would find
         * the draft changed; and the page stays one of the revision it was opened with. */
        page.draft.revision = shown_revision(visit);
        show(&page, 200, index, NULL);
        return;
    }
    if (status == STATUS_OK) status = save(&page, index);
    if (was_changed(visit, status)) {
        /* Nothing typed is lost: it is shown again over the newer draft, and the next press keeps it. */
        show_changed(&page, index);
        return;
    }
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    struct str action = visit_form(visit, "_action");
    if (submission.action != FORM_ACTION_NONE) {
        show(&page, 200, index, NULL);
        return;
    }
    struct form_errors errors = {0};
    bool going_on = !str_equal_cstr(action, "back") && !str_equal_cstr(action, "leave");
    if (going_on)
        status = form_validate(page.version->form, visit->arena, (size_t)index, page.draft.answers,
                               &page.environment, &errors);
    leave_files_for_later(page.version->form, &errors);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else if (errors.count > 0 ||
             (going_on && page.state.exit != NULL && page.state.exit->page == (size_t)index))
        show(&page, 422, index, &errors);
    else
        go_on(&page, index);
}

void page_form_post(struct request *request)
{
    page_send(request, PLACE_DRAFT);
}

void page_supplement_form_post(struct request *request)
{
    page_send(request, PLACE_SUPPLEMENT);
}

void page_part_form_post(struct request *request)
{
    page_send(request, PLACE_PART);
}

/* --- Saving while a person types: the answer is for the script, and nothing is found fault with. */

enum { AUTOSAVE_BYTES = 4096 };

static void answer_script(struct visit *visit, unsigned http_status, int revision, const char *text)
{
    json_auto answer = json_object();
    view_number(answer, "revision", revision);
    view_text(answer, "text", text);
    response_status(visit->request, http_status);
    response_body_copy(visit->request, "application/json",
                       json_canonical_arena(answer, visit->arena, AUTOSAVE_BYTES));
}

/* Tells when the draft was changed, and its newest revision, with which the script may take over. */
static void answer_changed(struct draft_page *page)
{
    struct visit *visit = page->visit;
    DRAFT_AUTO newest = {.answers = NULL};
    enum status status = draft_load(&page->work, &page->draft.id, &newest, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        answer_script(visit, 409, newest.revision,
                      visit_format(visit,
                                   N_("Trang này vừa được lưu ở một cửa sổ hoặc thiết bị khác lúc %s."),
                                   format_time(visit->arena, newest.updated_at)));
}

/* In another window the dossier was handed in: the page that still types is told, not led away. */
static bool open_to_save(struct visit *visit, struct draft_page *page, enum place place)
{
    if (place != PLACE_DRAFT) return open_draft(visit, page, place);
    if (!draft_page_open(visit, page)) return false;
    if (page->draft.submitted_at == INSTANT_NONE) return true;
    answer_script(visit, 410, page->draft.revision,
                  visit_text(visit, N_("Hồ sơ này đã được nộp ở một cửa sổ hoặc thiết bị khác, nên những gì "
                                       "nhập ở đây không được lưu nữa.")));
    return false;
}

static void page_autosave(struct request *request, enum place place)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    int index;
    if (!open_to_save(visit, &page, place) || !find_page(visit, &page, &index)) return;
    struct form_submission submission = {0};
    enum status status = take_answers(&page, index, &submission);
    if (status == STATUS_OK) status = save(&page, index);
    if (was_changed(visit, status))
        answer_changed(&page);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        answer_script(visit, 200, page.draft.revision,
                      visit_format(visit, N_("Đã lưu lúc %s"), format_time(visit->arena, visit->work.now)));
}

void page_form_autosave(struct request *request)
{
    page_autosave(request, PLACE_DRAFT);
}

void page_supplement_autosave(struct request *request)
{
    page_autosave(request, PLACE_SUPPLEMENT);
}

void page_part_autosave(struct request *request)
{
    page_autosave(request, PLACE_PART);
}

void page_draft(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    const char *key = draft_page_next_form_page(&page);
    if (key != NULL)
        visit_redirect(visit, NULL, "%s/%s", page.url, key);
    else
        visit_redirect(visit, NULL, "%s/%s", page.url,
                       draft_page_papers_complete(&page) ? "xem-lai" : "giay-to");
}
