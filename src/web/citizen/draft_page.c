/* What the pages of a draft share. */
#include "motcua/web/draft_page.h"

#include "motcua/base/log.h"
#include "motcua/codec/json.h"
#include "motcua/domain/list.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/scan.h"
#include "motcua/web/uploads.h"
#include "pictures.h"

static const char *money_words(struct arena *arena, const char *language, int64_t dong)
{
    return format_money_words(arena, strcmp(language, "en") == 0 ? LANGUAGE_ENGLISH : LANGUAGE_VIETNAMESE,
                              dong, false);
}

struct form_environment draft_page_environment(struct visit *visit, const struct uuid *tenant_id)
{
    char *today = arena_alloc(visit->arena, CIVIL_DATE_SIZE);
    civil_format_date(civil_day_of(visit->work.now), today);
    bool english = visit_is_english(visit);
    return (struct form_environment){
        .today = today,
        .language = language_code(visit->language),
        .translate = english ? domain_translate : NULL,
        .translate_context = english ? visit->web->domain : NULL,
        .lists = list_of_forms(&visit->work, tenant_id),
        .money_words = money_words,
    };
}

static void take_files(struct draft_page *page)
{
    json_auto files = json_object();
    for (size_t i = 0; i < page->document_count; i++) {
        const struct document *document = &page->documents[i];
        if (document_standing(page->visit->web->domain, document) == SCAN_STANDING_INFECTED) continue;
        if (json_object_get(files, document->paper_key) == NULL)
            json_object_set_new(files, document->paper_key, json_array());
        json_array_append_new(json_object_get(files, document->paper_key), json_string(document->id.text));
    }
    answers_take_files(page->version->form, page->draft.answers, files);
}

enum status draft_page_evaluate(struct draft_page *page)
{
    enum status status = STATUS_OK;
    form_state_release(&page->state);
    page->state = (struct form_state){0};
    take_files(page);
    if (page->part == NULL) /* a guest is not told which dossiers the owner has */
        status = dossier_codes(&page->work, page->version->form, page->draft.answers,
                               &page->environment.codes, &page->visit->error);
    if (status != STATUS_OK) return status;
    status = form_evaluate(page->version->form, page->visit->arena, page->draft.answers, &page->environment,
                           &page->state);
    if (page->state.trouble != NULL) /* of the definition, not of what somebody answered */
        log_warning("form.trouble", log_cstr("procedure", page->version->code),
                    log_int("version", page->version->number), log_cstr("detail", page->state.trouble));
    return status;
}

bool draft_page_open(struct visit *visit, struct draft_page *page)
{
    struct uuid id = visit_param_uuid(visit, "draft");
    return draft_page_open_id(visit, &id, page);
}

static enum status load(struct draft_page *page, const struct uuid *id)
{
    struct visit *visit = page->visit;
    struct work *work = &page->work;
    enum status status =
        uuid_is_empty(id) ? STATUS_NOT_FOUND : draft_load(work, id, &page->draft, &visit->error);
    if (status == STATUS_OK)
        status = reference_procedure_version(work, &page->draft.procedure_version_id, &page->version,
                                             &visit->error);
    if (status == STATUS_OK && !procedure_is_online(page->version)) status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        status = document_list(work, &page->draft.tenant_id, &page->draft.id, &page->documents,
                               &page->document_count, &visit->error);
    if (status == STATUS_OK)
        status = share_list(work, &page->draft.id, &page->shares, &page->share_count, &visit->error);
    if (status != STATUS_OK) return status;
    page->tenant = tenant_by_id(visit_tenants(visit), &page->draft.tenant_id);
    page->environment = draft_page_environment(visit, &page->draft.tenant_id);
    return page->tenant == NULL ? STATUS_NOT_FOUND : draft_page_evaluate(page);
}

bool draft_page_open_id(struct visit *visit, const struct uuid *id, struct draft_page *page)
{
    *page = (struct draft_page){.visit = visit, .work = visit->work};
    page->url = arena_printf(visit->arena, "/ho-so/nhap/%s", id->text);
    enum status status = load(page, id);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

bool draft_page_open_part(struct visit *visit, struct draft_page *page)
{
    struct uuid id = visit_param_uuid(visit, "share");
    struct draft_share *part = arena_zalloc(visit->arena, sizeof *part);
    *page = (struct draft_page){.visit = visit, .work = visit->work, .part = part};
    page->url = arena_printf(visit->arena, "/ho-so/chung/%s", id.text);
    enum status status =
        uuid_is_empty(&id) ? STATUS_NOT_FOUND : share_open(&visit->work, &id, part, &visit->error);
    if (status == STATUS_OK) {
        page->owner = share_owner(&visit->work, part);
        page->work.actor = &page->owner;
        status = load(page, &part->draft_id);
    }
    if (status == STATUS_OK && page->draft.submitted_at != INSTANT_NONE)
        status = error_set(&visit->error, visit->arena, STATUS_NOT_FOUND, "share.submitted",
                           N_("Hồ sơ này đã được nộp, nên phần của bạn không còn mở được nữa"), NULL);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

bool draft_page_open_unsent(struct visit *visit, struct draft_page *page)
{
    if (!draft_page_open(visit, page)) return false;
    /* What is sent is kept first, on the form it was written for. */
    if (page->draft.submitted_at == INSTANT_NONE)
        return request_method(visit->request) != HTTP_GET || draft_page_current(page);
    DOSSIER_FILE_AUTO file = {0};
    enum status status =
        dossier_load(&visit->work, &page->draft.tenant_id, &page->draft.id, &file, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "already_submitted", "/ho-so/%s", file.dossier.code);
    return false;
}

enum status draft_page_newer(struct draft_page *page, const struct procedure_version **newer)
{
    struct visit *visit = page->visit;
    const struct uuid *current = &page->draft.current_version_id;
    *newer = NULL;
    if (uuid_is_empty(current) || uuid_same(current, &page->version->id)) return STATUS_OK;
    const struct procedure_version *version;
    enum status status = reference_procedure_version(&visit->work, current, &version, &visit->error);
    if (status == STATUS_OK && procedure_is_online(version)) *newer = version;
    return status;
}

static bool same_papers(const struct procedure_version *a, const struct procedure_version *b)
{
    bool same = a->paper_count == b->paper_count;
    for (size_t i = 0; same && i < a->paper_count; i++)
        same = strcmp(a->papers[i].key, b->papers[i].key) == 0 &&
               strcmp(a->papers[i].name, b->papers[i].name) == 0 &&
               a->papers[i].required == b->papers[i].required && a->papers[i].upload == b->papers[i].upload;
    return same;
}

static enum status take_same(struct draft_page *page, const struct procedure_version *newer, bool *taken)
{
    struct visit *visit = page->visit;
    struct form_changes changes;
    *taken = false;
    enum status status =
        form_compare(page->version->form, newer->form, visit->arena, &page->environment, &changes);
    if (status != STATUS_OK || changes.count > 0 || !same_papers(page->version, newer)) return status;
    status = draft_take_version(&visit->work, &page->draft, &newer->id, page->draft.answers,
                                page->draft.left_over, page->draft.updated_at, &visit->error);
    if (status != STATUS_OK) return status;
    *taken = true;
    page->draft.revision++;
    page->draft.procedure_version_id = newer->id;
    page->version = newer;
    return draft_page_evaluate(page);
}

enum status draft_page_settle(struct draft_page *page, bool *current)
{
    const struct procedure_version *newer;
    *current = true;
    enum status status = draft_page_newer(page, &newer);
    return status == STATUS_OK && newer != NULL ? take_same(page, newer, current) : status;
}

bool draft_page_current(struct draft_page *page)
{
    bool current;
    enum status status = draft_page_settle(page, &current);
    if (status != STATUS_OK)
        visit_fail(page->visit, status);
    else if (!current)
        visit_redirect(page->visit, NULL, "%s/doi-mau", page->url);
    return status == STATUS_OK && current;
}

void draft_page_close(struct draft_page *page)
{
    json_decref(page->turned);
    page->turned = NULL;
    form_state_release(&page->state);
    draft_release(&page->draft);
}

size_t draft_page_files(const struct draft_page *page, const char *paper_key)
{
    size_t count = 0;
    for (size_t i = 0; i < page->document_count; i++)
        count += strcmp(page->documents[i].paper_key, paper_key) == 0 &&
                 document_standing(page->visit->web->domain, &page->documents[i]) != SCAN_STANDING_INFECTED;
    return count;
}

static bool asks_for(const struct draft_page *page, const char *paper_key)
{
    return procedure_asks_for(page->version, paper_key, page->visit->arena, page->state.data);
}

bool draft_page_asks_for(const struct draft_page *page, const struct procedure_paper *paper)
{
    return asks_for(page, paper->key);
}

bool draft_page_needs(const struct draft_page *page, const struct document *document)
{
    return asks_for(page, document->paper_key);
}

json_t *draft_page_unneeded(const struct draft_page *page)
{
    json_t *list = json_array();
    for (size_t i = 0; i < page->document_count; i++) {
        if (draft_page_needs(page, &page->documents[i])) continue;
        json_t *file = json_object();
        view_text(file, "name", page->documents[i].file_name);
        json_array_append_new(list, file);
    }
    return list;
}

bool draft_page_too_many(const struct draft_page *page, const struct procedure_paper *paper)
{
    return paper->max_files > 0 && !page->supplement &&
           draft_page_files(page, paper->key) > (size_t)paper->max_files;
}

bool draft_page_lacks(const struct draft_page *page, const struct procedure_paper *paper)
{
    if (!draft_page_asks_for(page, paper)) return false;
    return (paper->required && draft_page_files(page, paper->key) == 0) || draft_page_too_many(page, paper);
}

bool draft_page_papers_complete(const struct draft_page *page)
{
    for (size_t i = 0; i < page->version->paper_count; i++)
        if (draft_page_lacks(page, &page->version->papers[i])) return false;
    return true;
}

const char *draft_page_next_form_page(const struct draft_page *page)
{
    for (size_t i = 0; i < page->state.page_count; i++)
        if (page->state.pages[i] == FORM_PAGE_EMPTY || page->state.pages[i] == FORM_PAGE_INCOMPLETE)
            return form_page_key(page->version->form, i);
    return NULL;
}

static const char *source_text(struct visit *visit, const json_t *note)
{
    if (strcmp(json_get_cstr(note, "from", ""), "dossier") != 0)
        return visit_text(visit, N_("Điền sẵn từ thông tin tài khoản của bạn. Hãy sửa nếu không còn đúng."));
    int32_t day;
    const char *on =
        civil_parse_date(json_get_str(note, "at"), &day) == STATUS_OK ? format_date(visit->arena, day) : "";
    return visit_format(visit, N_("Điền sẵn từ hồ sơ %s nộp ngày %s. Hãy sửa nếu không còn đúng."),
                        json_get_cstr(note, "code", ""), on);
}

json_t *draft_page_filled(const struct draft_page *page)
{
    const struct form *form = page->version->form;
    bool on_behalf = form_on_behalf(form, &page->state);
    json_t *filled = json_object();
    if (page->part != NULL) return filled; /* it tells of the owner's other dossiers */
    for (size_t i = 0; i < form_field_count(form); i++) {
        const char *key = form_field_key(form, i), *meaning = form_field_meaning(form, i);
        const json_t *note = json_object_get(page->draft.filled, key);
        const json_t *value = json_object_get(page->draft.answers, key);
        /* Of somebody else it is what was typed, however much it is like one's own. */
        if (meaning == NULL || (on_behalf && strncmp(meaning, "person.", strlen("person.")) == 0)) continue;
        if (note != NULL && value != NULL && json_equal(value, json_object_get(note, "value")))
            view_text(filled, key, source_text(page->visit, note));
    }
    return filled;
}

/* The titles come from the form's own view, of the page that is shown or of any. */
static json_t *pages_view(struct draft_page *page, const json_t *shown)
{
    json_auto any = NULL;
    json_t *list = json_array();
    int number = 0;
    if (shown == NULL && form_view(page->version->form, page->visit->arena, 0, page->draft.answers, NULL,
                                   NULL, &page->environment, &any) != STATUS_OK)
        return list;
    const json_t *pages = json_get_array(shown == NULL ? any : shown, "pages");
    for (size_t i = 0; i < json_array_size(pages); i++) {
        if (page->part != NULL &&
            !share_has(page->part->fill, json_get_cstr(json_array_get(pages, i), "key", "")))
            continue;
        json_t *item = json_deep_copy(json_array_get(pages, i));
        view_flag(item, "is_current", json_get_bool(item, "is_current", false) && shown != NULL);
        view_number(item, "number", ++number);
        json_array_append_new(list, item);
    }
    return list;
}

json_t *draft_page_view(struct draft_page *page, const char *title, enum draft_step step, const json_t *shown)
{
    struct visit *visit = page->visit;
    json_t *view = view_create(visit, title);
    const char *name = visit_pick(visit, page->version->name, page->version->name_en);
    view_nav(view, "dossiers");
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Hồ sơ của tôi")), "/ho-so");
    view_crumb(view, name, NULL);
    json_t *draft = json_object(), *procedure = json_object(), *agency = json_object(),
           *wizard = json_object();
    view_text(draft, "id", page->draft.id.text);
    view_text(draft, "url", page->url);
    view_text(draft, "save_url",
              page->supplement ? arena_printf(visit->arena, "%.*s/luu",
                                              (int)(strlen(page->url) - strlen("/khai")), page->url)
                               : arena_printf(visit->arena, "%s/luu", page->url));
    view_number(draft, "revision", page->draft.revision);
    const char *saved = visit_text(visit, N_("Bản nháp được lưu lúc"));
    view_text(draft, "saved_text",
              arena_printf(visit->arena, "%s %s", saved, visit_moment(visit, page->draft.updated_at)));
    view_list(draft, "left_over", page->part != NULL ? json_array() : json_incref(page->draft.left_over));
    view_text(draft, "together_url",
              page->part != NULL || page->supplement ? NULL
                                                     : arena_printf(visit->arena, "%s/cung-khai", page->url));
    view_set(view, "draft", draft);
    view_text(procedure, "code", page->version->code);
    view_text(procedure, "name", name);
    view_set(view, "procedure", procedure);
    view_text(agency, "slug", page->tenant->slug);
    view_text(agency, "name", visit_pick(visit, page->tenant->name, page->tenant->name_en));
    view_set(view, "agency", agency);
    if (page->supplement || page->part != NULL) {
        view_null(wizard, "papers");
        view_null(wizard, "review");
    } else {
        json_t *papers = json_object(), *review = json_object();
        view_flag(papers, "is_current", step == STEP_PAPERS);
        view_flag(papers, "is_complete", draft_page_papers_complete(page));
        view_flag(review, "is_current", step == STEP_REVIEW);
        view_set(wizard, "papers", papers);
        view_set(wizard, "review", review);
    }
    view_set(view, "wizard", wizard);
    view_set(view, "pages", pages_view(page, shown));
    return view;
}

static void fill_object(json_t *object, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_object_get(object, names[i]) == NULL) json_object_set_new(object, names[i], json_null());
}

static void fill_field(json_t *field)
{
    static const char *const names[] = {
        "help",        "help_id",      "example",     "required",   "optional",     "hidden",  "error",
        "error_id",    "described_by", "filled_from", "value",      "input",        "day",     "month",
        "year",        "partial",      "options",     "searchable", "parts",        "rows",    "can_add",
        "add_value",   "add_label",    "totals",      "files",      "consent_text", "depends", "visible_if",
        "text",        "visible",      "label",       "list",       "words",        "table",   "drawing",
        "has_drawing", "offered",      "has_offered"};
    static const char *const flags[] = {
        "widget_input",  "widget_textarea", "widget_radios",  "widget_checkboxes", "widget_checkbox",
        "widget_select", "widget_date",     "widget_parts",   "widget_group",      "widget_file",
        "widget_output", "widget_static",   "widget_search",  "widget_plot",       "is_money",
        "is_signature",  "is_map_point",    "is_person_name", "is_yes_no",         "is_address",
        "is_heading",    "is_explanation",  "is_notice"};
    fill_object(field, names, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (json_object_get(field, flags[i]) == NULL) json_object_set_new(field, flags[i], json_false());
    size_t index;
    json_t *row, *part;
    json_array_foreach(json_object_get(field, "rows"), index, row)
    {
        size_t inner;
        json_t *nested;
        json_array_foreach(json_object_get(row, "fields"), inner, nested) fill_field(nested);
    }
    json_array_foreach(json_object_get(field, "parts"), index, part)
    {
        static const char *const part_names[] = {"label", "error", "options",    "value",
                                                 "input", "help",  "searchable", "partial"};
        if (json_is_object(part)) fill_object(part, part_names, sizeof part_names / sizeof part_names[0]);
    }
}

void fill_members(json_t *view)
{
    static const char *const section_names[] = {"title", "help"};
    size_t index, inner;
    json_t *section, *field;
    json_array_foreach(json_object_get(view, "sections"), index, section)
    {
        fill_object(section, section_names, 2);
        json_array_foreach(json_object_get(section, "fields"), inner, field) fill_field(field);
    }
    static const char *const page_names[] = {"help", "previous_key", "next_key"};
    static const char *const top_names[] = {"exit", "errors"};
    fill_object(json_object_get(view, "page"), page_names, 3);
    fill_object(json_object_get(view, "form"), page_names, 1);
    fill_object(view, top_names, 2);
}

/* --- Papers */

static const char *count_text(struct visit *visit, const struct procedure_paper *paper, size_t have)
{
    if (have > 0) return visit_format(visit, N_("Đã tải lên %zu tệp"), have);
    return paper->required ? visit_text(visit, N_("Chưa có tệp nào"))
                           : visit_text(visit, N_("Không bắt buộc"));
}

/* Files are opened below the draft; of a dossier that has to be mended, below the dossier. */
static const char *files_url(const struct draft_page *page)
{
    size_t below = page->supplement ? strlen("/bo-sung/khai") : 0;
    return arena_strndup(page->visit->arena, page->url, strlen(page->url) - below);
}

static json_t *one_file(struct draft_page *page, const struct document *document, const char *base)
{
    struct visit *visit = page->visit;
    const char *id = document->id.text;
    json_t *file = json_object();
    bool shown = visit_can_preview(visit, document);
    view_text(file, "id", id);
    view_text(file, "name", document->file_name);
    view_text(file, "url", arena_printf(visit->arena, "%s/tep/%s", files_url(page), id));
    view_text(file, "view_url", shown ? arena_printf(visit->arena, "%s/xem/%s", files_url(page), id) : NULL);
    view_text(file, "small_url",
              shown ? arena_printf(visit->arena, "%s/xem/%s/1?nho=1", files_url(page), id) : NULL);
    view_text(file, "size_text", format_size(visit->arena, visit->language, document->size));
    view_text(file, "remove_url", arena_printf(visit->arena, "%s/%s/%s/xoa", base, document->paper_key, id));
    view_text(file, "state_text",
              arena_printf(visit->arena, "%s %s", visit_text(visit, N_("tải lên lúc")),
                           visit_moment(visit, document->created_at)));
    visit_add_scan(visit, file, document, false);
    return file;
}

/* Photos of which one PDF can be made are listed as its pages. */
static json_t *photos_view(struct draft_page *page, const struct document *const *pictures, size_t count,
                           const char *base)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *file = one_file(page, pictures[i], base);
        view_number(file, "number", (int64_t)i + 1);
        view_text(file, "up",
                  i == 0 ? NULL : arena_printf(page->visit->arena, "up:%s", pictures[i]->id.text));
        view_text(file, "down",
                  i + 1 == count ? NULL : arena_printf(page->visit->arena, "down:%s", pictures[i]->id.text));
        json_array_append_new(list, file);
    }
    return list;
}

static void add_files(struct draft_page *page, const struct procedure_paper *paper, const char *base,
                      json_t *view)
{
    struct visit *visit = page->visit;
    json_t *files = json_array();
    const struct document **pictures = arena_array(visit->arena, page->document_count, sizeof *pictures);
    size_t count = pictures_of(page, paper, pictures);
    bool photos = count > 1;
    for (size_t i = 0; i < page->document_count; i++)
        if (strcmp(page->documents[i].paper_key, paper->key) == 0 &&
            !(photos && pictures_joinable(page, paper, &page->documents[i])))
            json_array_append_new(files, one_file(page, &page->documents[i], base));
    view_list(view, "files", files);
    view_list(view, "photos", photos_view(page, pictures, photos ? count : 0, base));
    view_text(view, "photos_url", arena_printf(visit->arena, "%s/%s/anh", base, paper->key));
    view_text(view, "join_text",
              photos ? visit_format(visit, N_("Ghép %zu ảnh thành một tệp PDF"), count) : NULL);
}

/* The files a paper takes, said before anything is chosen. */
static const char *accept_text(struct draft_page *page, const struct procedure_paper *paper)
{
    struct visit *visit = page->visit;
    const char *names = document_type_names(visit->arena, paper->types),
               *limit = uploads_limit_text(page, paper);
    if (paper->max_files == 0) return visit_format(visit, N_("%s; mỗi tệp không quá %s."), names, limit);
    return visit_format(visit, N_("%s; mỗi tệp không quá %s; tối đa %d tệp."), names, limit,
                        paper->max_files);
}

/* What the catalogue says about this paper; NULL: nothing. */
static const char *paper_note(struct visit *visit, const struct procedure_version *version, const char *key)
{
    const json_t *papers = json_get_array(version->description, "papers");
    for (size_t i = 0; i < json_array_size(papers); i++) {
        const json_t *paper = json_array_get(papers, i);
        const char *note = json_get_cstr(paper, "note", "");
        if (strcmp(json_get_cstr(paper, "key", ""), key) == 0 && note[0] != '\0')
            return visit_pick(visit, note, json_get_cstr(paper, "note_en", ""));
    }
    return NULL;
}

json_t *paper_view(struct draft_page *page, const struct procedure_paper *paper, const char *base,
                   const char *problem)
{
    struct visit *visit = page->visit;
    size_t have = draft_page_files(page, paper->key);
    json_t *view = json_object();
    view_text(view, "key", paper->key);
    view_text(view, "name", visit_pick(visit, paper->name, paper->name_en));
    if (!paper->upload)
        view_set(view, "state",
                 view_tag("info", "info", visit_text(visit, N_("Mang theo khi nhận kết quả"))));
    else if (draft_page_too_many(page, paper))
        view_set(view, "state", view_tag("warn", "alert", visit_text(visit, N_("Quá số tệp"))));
    else if (have > 0)
        view_set(view, "state", view_tag("good", "check", visit_text(visit, N_("Đã có"))));
    else if (paper->required)
        view_set(view, "state", view_tag("warn", "alert", visit_text(visit, N_("Còn thiếu"))));
    else
        view_set(view, "state", view_tag("info", "info", visit_text(visit, N_("Không bắt buộc"))));
    view_text(view, "count_text", paper->upload ? count_text(visit, paper, have) : "");
    view_text(view, "help", paper_note(visit, page->version, paper->key));
    view_null(view, "reason");
    add_files(page, paper, base, view);
    view_text(view, "upload_url",
              paper->upload ? arena_printf(visit->arena, "%s/%s", base, paper->key) : NULL);
    view_text(view, "store_url",
              paper->upload && !page->supplement
                  ? arena_printf(visit->arena, "%s/kho/%s", page->url, paper->key)
                  : NULL);
    view_text(view, "tus_url",
              paper->upload ? arena_printf(visit->arena, "%s/%s/tai-len", base, paper->key) : NULL);
    view_text(view, "accept", document_type_endings(visit->arena, paper->types));
    view_text(view, "accept_text", accept_text(page, paper));
    view_flag(view, "takes_photos",
              paper->types == 0 || (paper->types & document_type_bit("image/jpeg")) != 0);
    view_text(view, "error", problem);
    return view;
}
