/* The personal store: what a person keeps, has handed in and got, putting papers in, and using them again. */
#include "store.h"

#include "motcua/domain/reference.h"
#include "motcua/domain/scan.h"
#include "motcua/web/draft_page.h"
#include "motcua/web/uploads.h"
#include "web/account/fields.h"
#include "web/dossier_view.h"

static const struct text_field put_fields[] = {
    {"title", N_("Tên giấy tờ"), "text", N_("Ví dụ: Căn cước công dân. Bỏ trống thì lấy tên của tệp."), NULL,
     STORE_TITLE_MAXIMUM, true},
};

static const char *name_of(struct visit *visit, const struct store_paper *paper)
{
    const struct procedure_version *version;
    struct error ignored;
    if (paper->title[0] != '\0') return visit_text(visit, paper->title);
    if (reference_procedure_version(&visit->work, &paper->version_id, &version, &ignored) == STATUS_OK)
        for (size_t i = 0; i < version->paper_count; i++)
            if (strcmp(version->papers[i].key, paper->paper_key) == 0)
                return visit_pick(visit, version->papers[i].name, version->papers[i].name_en);
    return paper->file_name;
}

static json_t *uses_view(struct visit *visit, const struct store_paper *paper, const struct store_use *uses,
                         size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (uuid_same(&uses[i].source_id, &paper->id))
            json_array_append_new(list, store_use_view(visit, &uses[i]));
    return list;
}

json_t *store_use_view(struct visit *visit, const struct store_use *use)
{
    json_t *view = json_object();
    bool sent = use->code[0] != '\0';
    view_text(view, "text", sent ? use->procedure_name : visit_text(visit, N_("Bản nháp chưa nộp")));
    view_text(view, "code", sent ? use->code : NULL);
    view_text(view, "url",
              sent ? arena_printf(visit->arena, "/ho-so/%s", use->code)
                   : arena_printf(visit->arena, "/ho-so/nhap/%s", use->dossier_id.text));
    view_text(view, "agency", visit_agency_name_of(visit, &use->tenant_id));
    view_text(view, "at_text", visit_date(visit, use->used_at));
    return view;
}

/* What the scanner and the inspection have said, from the columns the store has. */
static void add_safety(struct visit *visit, json_t *view, const struct store_paper *paper)
{
    struct document document = {
        .kind = paper->kind, .scan_state = paper->scan_state, .scan_finding = "", .remarks = paper->remarks};
    visit_add_scan(visit, view, &document, false);
}

json_t *store_paper_view(struct visit *visit, const struct store_paper *paper)
{
    json_t *view = json_object();
    bool of_dossier = !store_paper_is_stored(paper);
    const char *url = arena_printf(visit->arena, "/kho-giay-to/%s", paper->id.text);
    view_text(view, "id", paper->id.text);
    view_text(view, "name", name_of(visit, paper));
    view_text(view, "file_name",
              of_dossier ? paper->file_name
                         : document_type_names(visit->arena, document_type_bit(paper->media_type)));
    view_text(view, "url", url);
    view_text(view, "view_url", arena_printf(visit->arena, "%s/xem", url));
    view_text(view, "details_url", arena_printf(visit->arena, "%s/chi-tiet", url));
    view_text(view, "code", of_dossier ? paper->code : NULL);
    view_text(view, "dossier_url", of_dossier ? arena_printf(visit->arena, "/ho-so/%s", paper->code) : NULL);
    view_text(view, "agency", of_dossier ? visit_agency_name_of(visit, &paper->tenant_id) : NULL);
    view_text(view, "size_text", format_size(visit->arena, visit->language, paper->size));
    view_text(view, "at_text", visit_date(visit, paper->at));
    view_text(view, "remove_url", paper->removable ? arena_printf(visit->arena, "%s/xoa", url) : NULL);
    add_safety(visit, view, paper);
    return view;
}

enum { PAPERS_A_PAGE = 50, PAGES_MAXIMUM = 1000000 };

/* One page of the store, by `?trang=`, and the links to its neighbours at `url`. */
static enum status list_page(struct visit *visit, const char *url, json_t *view, struct store_paper **papers,
                             size_t *count)
{
    int64_t number = 1;
    bool more;
    (void)!str_to_int64(visit_query(visit, "trang"), &number);
    if (number < 1 || number > PAGES_MAXIMUM) number = 1;
    enum status status = store_list(&visit->work, (int)(number - 1) * PAPERS_A_PAGE, PAPERS_A_PAGE, papers,
                                    count, &more, &visit->error);
    if (status != STATUS_OK) return status;
    view_text(view, "newer_url",
              number == 1 ? NULL : arena_printf(visit->arena, "%s?trang=%lld", url, (long long)number - 1));
    view_text(view, "older_url",
              more ? arena_printf(visit->arena, "%s?trang=%lld", url, (long long)number + 1) : NULL);
    return STATUS_OK;
}

static void add_papers(struct visit *visit, json_t *view, const struct store_paper *papers, size_t count,
                       const struct store_use *uses, size_t use_count)
{
    json_t *stored = json_array(), *results = json_array(), *handed_in = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *paper = store_paper_view(visit, &papers[i]);
        view_list(paper, "uses", uses_view(visit, &papers[i], uses, use_count));
        json_array_append_new(store_paper_is_stored(&papers[i])       ? stored
                              : strcmp(papers[i].kind, "result") == 0 ? results
                                                                      : handed_in,
                              paper);
    }
    view_list(view, "stored", stored);
    view_list(view, "results", results);
    view_list(view, "papers", handed_in);
}

/* The form for one more; with what is wrong, when visit->error says it. */
static json_t *put_view(struct visit *visit, json_t *page, const struct store_room *room, bool failed)
{
    json_t *view = json_object();
    const char *title = failed ? arena_str(visit->arena, visit_form(visit, "title")).data : "";
    const char *error = failed && visit->error.field == NULL ? visit_error_text(visit) : NULL;
    const char *limit =
        format_size_limit(visit->arena, visit->language, (int64_t)visit->web->settings->upload_limit);
    view_list(view, "fields", text_fields_view(visit, page, put_fields, 1, &title));
    if (error != NULL) view_problem(page, "file", error);
    view_text(view, "error", error);
    view_text(view, "accept", document_type_endings(visit->arena, 0));
    view_text(
        view, "accept_text",
        visit_format(visit, N_("%s; mỗi tệp không quá %s."), document_type_names(visit->arena, 0), limit));
    view_text(view, "room_text",
              visit_format(visit, N_("Bạn đang cất %d/%d giấy tờ, %s trong số %s."), (int)room->files,
                           (int)room->most_files, format_size(visit->arena, visit->language, room->bytes),
                           format_size_limit(visit->arena, visit->language, room->most_bytes)));
    view_flag(view, "full", room->files >= room->most_files);
    return view;
}

void store_crumbs(struct visit *visit, json_t *view, const char *last)
{
    view_nav(view, "dossiers");
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Hồ sơ của tôi")), "/ho-so");
    view_crumb(view, visit_text(visit, N_("Kho giấy tờ của tôi")), last == NULL ? NULL : "/kho-giay-to");
    if (last != NULL) view_crumb(view, last, NULL);
}

static void show_store(struct visit *visit, unsigned http_status)
{
    struct store_paper *papers;
    struct store_use *uses;
    struct store_room room;
    struct error refused = visit->error;
    size_t count, use_count;
    json_t *view = view_create(visit, visit_text(visit, N_("Kho giấy tờ của tôi")));
    enum status status = list_page(visit, "/kho-giay-to", view, &papers, &count);
    if (status == STATUS_OK)
        status = store_uses(&visit->work, papers, count, &uses, &use_count, &visit->error);
    if (status == STATUS_OK) status = store_room(&visit->work, &room, &visit->error);
    if (status != STATUS_OK) {
        json_decref(view);
        visit_fail(visit, status);
        return;
    }
    visit->error = refused;
    store_crumbs(visit, view, NULL);
    add_papers(visit, view, papers, count, uses, use_count);
    view_set(view, "put", put_view(visit, view, &room, http_status != 200));
    visit_render_status(visit, http_status, "portal/store", view);
}

void page_store(struct request *request)
{
    show_store(visit_of(request), 200);
}

/* Every file of the form; the first failure ends it (what was put in before stays). */
static enum status put_files(struct visit *visit)
{
    struct str title = visit_form(visit, "title");
    size_t count = request_upload_count(visit->request);
    enum status status = count > 0 ? STATUS_OK
                                   : error_set(&visit->error, visit->arena, STATUS_INVALID, "document.none",
                                               N_("Vui lòng chọn tệp cần tải lên"), NULL);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct upload_file *file = request_upload(visit->request, i);
        status = store_put(&visit->work, file->file, title, file->part.filename, &visit->error);
    }
    return status;
}

void page_store_put(struct request *request)
{
    struct visit *visit = visit_of(request);
    enum status status = put_files(visit);
    if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
        show_store(visit, status == STATUS_TOO_LARGE ? 413 : 422);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "stored", "/kho-giay-to#h-tu-cat");
}

bool store_open_paper(struct visit *visit, struct store_paper *paper)
{
    struct uuid id = visit_param_uuid(visit, "document");
    enum status status =
        uuid_is_empty(&id) ? STATUS_NOT_FOUND : store_find(&visit->work, &id, paper, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

static bool open_file(struct visit *visit, struct store_paper *paper, struct document *document)
{
    if (!store_open_paper(visit, paper)) return false;
    enum status status = store_document(&visit->work, paper, document, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

void page_store_file(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct store_paper paper;
    struct document document;
    if (open_file(visit, &paper, &document)) visit_send_document(visit, &paper.tenant_id, &document);
}

void page_store_file_page(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct store_paper paper;
    struct document document;
    if (open_file(visit, &paper, &document)) visit_send_preview(visit, &paper.tenant_id, &document);
}

void page_store_file_view(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct store_paper paper;
    struct document document;
    if (!open_file(visit, &paper, &document)) return;
    const char *url = arena_printf(visit->arena, "/kho-giay-to/%s", paper.id.text);
    visit_show_preview(visit, &paper.tenant_id, &document, arena_printf(visit->arena, "%s/xem", url), url,
                       "/kho-giay-to");
}

void page_store_remove(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct store_paper paper;
    if (!store_open_paper(visit, &paper)) return;
    enum status status = store_remove(&visit->work, &paper, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "removed", "/kho-giay-to");
}

/* --- Into a draft */

static void show_choice(struct draft_page *page, unsigned http_status, const struct procedure_paper *wanted)
{
    struct visit *visit = page->visit;
    struct store_paper *papers;
    size_t count;
    const char *url = arena_printf(visit->arena, "%s/kho/%s", page->url, wanted->key);
    json_t *view = draft_page_view(page, visit_text(visit, N_("Lấy từ kho giấy tờ")), STEP_PAPERS, NULL);
    enum status status = list_page(visit, url, view, &papers, &count);
    if (status != STATUS_OK) {
        json_decref(view);
        visit_fail(visit, status);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, store_paper_view(visit, &papers[i]));
    view_list(view, "papers", list);
    view_text(view, "wanted", visit_pick(visit, wanted->name, wanted->name_en));
    view_text(view, "action_url", url);
    view_text(view, "back_url", arena_printf(visit->arena, "%s/giay-to#giay-%s", page->url, wanted->key));
    if (http_status != 200) view_flash(visit, view, "bad", visit_error_text(visit));
    visit_render_status(visit, http_status, "portal/store-choice", view);
}

static const struct procedure_paper *open_choice(struct visit *visit, struct draft_page *page)
{
    if (!draft_page_open_unsent(visit, page)) return NULL;
    const struct procedure_paper *wanted = paper_of_request(page);
    if (wanted == NULL) visit_not_found(visit);
    return wanted;
}

void page_store_choice(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    const struct procedure_paper *wanted = open_choice(visit, &page);
    if (wanted != NULL) show_choice(&page, 200, wanted);
}

void page_store_use(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct store_paper paper;
    DRAFT_PAGE_AUTO page = {0};
    const struct procedure_paper *wanted = open_choice(visit, &page);
    if (wanted == NULL) return;
    struct uuid id = uuid_from(visit_form(visit, "document"));
    enum status status = store_find(&visit->work, &id, &paper, &visit->error);
    if (status == STATUS_OK) status = uploads_check_file(&page, wanted, (uint64_t)paper.size);
    if (status == STATUS_OK) status = uploads_fit(&page, (uint64_t)paper.size);
    struct document_claim claim = uploads_claim(&page, wanted);
    if (status == STATUS_OK)
        status = store_use_paper(&visit->work, &paper, &page.draft.tenant_id, &page.draft.id, &claim,
                                 &visit->error);
    if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
        show_choice(&page, status == STATUS_TOO_LARGE ? 413 : 422, wanted);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "taken_from_store", "%s/giay-to#giay-%s", page.url, wanted->key);
}
