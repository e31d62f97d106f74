/* "My dossiers", and the page of one dossier. */
#include "web/routes.h"

#include "motcua/codec/json.h"
#include "motcua/domain/paper.h"
#include "motcua/domain/reference.h"
#include "motcua/web/draft_page.h"
#include "own.h"
#include "together.h"
#include "web/account/message.h"
#include "web/dossier_view.h"

static const char *row_url(struct visit *visit, const struct dossier_row *row)
{
    return arena_printf(visit->arena, "/ho-so/%s", row->code);
}

static bool row_open(const struct dossier_row *row)
{
    return row->finished_at == INSTANT_NONE;
}

static json_t *drafts_view(struct visit *visit, const struct draft *drafts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct procedure_version *version;
        struct error ignored;
        if (reference_procedure_version(&visit->work, &drafts[i].procedure_version_id, &version, &ignored) !=
            STATUS_OK)
            continue;
        json_t *draft = json_object();
        view_text(draft, "name", visit_pick(visit, version->name, version->name_en));
        view_text(draft, "url", arena_printf(visit->arena, "/ho-so/nhap/%s", drafts[i].id.text));
        view_text(draft, "agency", visit_agency_name_of(visit, &drafts[i].tenant_id));
        view_text(draft, "saved_text",
                  arena_printf(visit->arena, "%s %s", visit_text(visit, N_("lưu lúc")),
                               visit_moment(visit, drafts[i].updated_at)));
        view_text(draft, "kept_text",
                  visit_format(visit, N_("Nếu không sửa gì thêm, bản nháp được giữ đến hết ngày %s."),
                               visit_date(visit, draft_kept_until(visit->web->domain, &drafts[i]))));
        json_array_append_new(list, draft);
    }
    return list;
}

static json_t *todo_view(struct visit *visit, const struct dossier_row *row)
{
    json_t *todo = json_object();
    view_text(todo, "icon", "paperclip");
    view_text(todo, "what", visit_text(visit, N_("Bổ sung giấy tờ")));
    view_text(todo, "name", row->procedure_name);
    view_text(todo, "url", row_url(visit, row));
    view_text(todo, "text",
              visit_text(visit, N_("Cơ quan cần bạn bổ sung hồ sơ. Thời hạn giải quyết đang tạm dừng.")));
    view_text(todo, "until", "");
    view_text(todo, "action_url", arena_printf(visit->arena, "/ho-so/%s/bo-sung", row->code));
    view_text(todo, "action_label", visit_text(visit, N_("Bổ sung ngay")));
    return todo;
}

static json_t *running_view(struct visit *visit, const struct dossier_row *row)
{
    json_t *view = json_object();
    view_text(view, "name", row->procedure_name);
    view_text(view, "url", row_url(visit, row));
    view_text(view, "code", row->code);
    view_text(view, "agency", visit_agency_name_of(visit, &row->tenant_id));
    view_set(view, "status", dossier_status_tag_of(visit, row->status, row->outcome));
    const char *due = row->paused_since != INSTANT_NONE ? visit_text(visit, N_("Thời hạn đang tạm dừng"))
                      : row->due_at != INSTANT_NONE
                          ? arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Hẹn trả")),
                                         visit_moment(visit, row->due_at))
                          : visit_text(visit, N_("Chưa có hẹn trả"));
    view_text(view, "due_text", due);
    return view;
}

static json_t *finished_view(struct visit *visit, const struct dossier_row *row)
{
    json_t *view = json_object();
    view_text(view, "name", row->procedure_name);
    view_text(view, "url", row_url(visit, row));
    view_text(view, "code", row->code);
    view_set(view, "status", dossier_status_tag_of(visit, row->status, row->outcome));
    view_text(view, "finished_text",
              arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Kết thúc ngày")),
                           visit_date(visit, row->finished_at)));
    view_flag(view, "can_rate",
              strcmp(row->outcome, "granted") == 0 || strcmp(row->outcome, "rejected") == 0);
    return view;
}

static json_t *shared_view(struct visit *visit, const struct draft_share *shares, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *view = json_object();
        view_text(view, "name", together_procedure(visit, &shares[i]));
        view_text(view, "url", arena_printf(visit->arena, "/ho-so/chung/%s", shares[i].id.text));
        view_text(view, "owner", shares[i].owner_name);
        view_text(view, "agency", visit_agency_name_of(visit, &shares[i].tenant_id));
        view_set(view, "state", together_state(visit, &shares[i]));
        json_array_append_new(list, view);
    }
    return list;
}

void page_dossiers(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct draft *drafts;
    struct dossier_row *rows;
    struct draft_share *shares;
    size_t draft_count, row_count, share_count;
    enum status status = draft_list(&visit->work, &drafts, &draft_count, &visit->error);
    if (status == STATUS_OK) status = dossier_list_own(&visit->work, &rows, &row_count, &visit->error);
    if (status == STATUS_OK) status = share_list_guest(&visit->work, &shares, &share_count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = view_create(visit, visit_text(visit, N_("Hồ sơ của tôi")));
    json_t *todo = json_array(), *running = json_array(), *finished = json_array();
    view_nav(view, "dossiers");
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Hồ sơ của tôi")), NULL);
    for (size_t i = 0; i < row_count; i++) {
        if (strcmp(rows[i].status, "supplement") == 0)
            json_array_append_new(todo, todo_view(visit, &rows[i]));
        json_array_append_new(row_open(&rows[i]) ? running : finished, row_open(&rows[i])
                                                                           ? running_view(visit, &rows[i])
                                                                           : finished_view(visit, &rows[i]));
    }
    view_list(view, "todo", todo);
    view_list(view, "drafts", drafts_view(visit, drafts, draft_count));
    view_list(view, "shared", shared_view(visit, shares, share_count));
    view_list(view, "running", running);
    view_list(view, "finished", finished);
    visit_render(visit, "portal/dossiers", view);
}

static json_t *result_view(struct visit *visit, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    json_t *view = json_object();
    if (file->result != NULL) {
        bool granted = strcmp(file->result->kind, "granted") == 0;
        view_text(view, "tone", granted ? "good" : "bad");
        view_text(view, "icon", granted ? "check-circle" : "stop");
        view_text(view, "heading",
                  granted ? visit_text(visit, N_("Đã có kết quả"))
                          : visit_text(visit, N_("Hồ sơ bị từ chối giải quyết")));
        view_text(view, "text",
                  visit_format(visit, N_("%s số %s, cấp ngày %s."), visit_text(visit, file->result->title),
                               file->result->number, visit_date(visit, file->result->issued_at)));
        bool may_have = strcmp(dossier->fee_state, "due") != 0;
        view_text(view, "url",
                  may_have ? arena_printf(visit->arena, "/ho-so/%s/tep/%s", dossier->code,
                                          file->result->document_id.text)
                           : NULL);
        view_text(view, "verify_url",
                  arena_printf(visit->arena, "/xac-minh/%s", file->result->verification_code));
        return view;
    }
    if (strcmp(dossier->status, "refused") != 0) {
        json_decref(view);
        return json_null();
    }
    const char *reason = "";
    for (size_t i = 0; i < file->event_count; i++)
        if (strcmp(file->events[i].kind, "refused") == 0)
            reason = json_get_cstr(file->events[i].data, "note", "");
    view_text(view, "tone", "bad");
    view_text(view, "icon", "stop");
    view_text(view, "heading", visit_text(visit, N_("Hồ sơ không được tiếp nhận")));
    view_text(view, "text", reason);
    view_null(view, "url");
    view_null(view, "verify_url");
    return view;
}

static json_t *todo_of_file(struct visit *visit, const struct dossier_file *file)
{
    json_t *todo = dossier_todo_view(visit, file);
    if (json_is_object(todo)) {
        bool supplement = strcmp(file->dossier.status, "supplement") == 0;
        view_text(todo, "action_url",
                  supplement ? arena_printf(visit->arena, "/ho-so/%s/bo-sung", file->dossier.code) : NULL);
        view_text(todo, "action_label", supplement ? visit_text(visit, N_("Bổ sung ngay")) : NULL);
    }
    return todo;
}

static const char *paper_name(struct visit *visit, const struct procedure_version *version, const char *key)
{
    for (size_t i = 0; version != NULL && i < version->paper_count; i++)
        if (strcmp(version->papers[i].key, key) == 0)
            return visit_pick(visit, version->papers[i].name, version->papers[i].name_en);
    return "";
}

static json_t *files_view(struct visit *visit, const struct dossier *dossier,
                          const struct document *documents, size_t count)
{
    json_t *list = json_array();
    const struct procedure_version *version =
        reference_cached_version(visit->web->domain->reference, &dossier->procedure_version_id);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(documents[i].kind, "paper") != 0 && strcmp(documents[i].kind, "supplement") != 0) continue;
        json_t *file = json_object();
        view_text(file, "name", documents[i].file_name);
        view_text(file, "url",
                  arena_printf(visit->arena, "/ho-so/%s/tep/%s", dossier->code, documents[i].id.text));
        view_text(file, "view_url",
                  arena_printf(visit->arena, "/ho-so/%s/xem/%s", dossier->code, documents[i].id.text));
        view_text(file, "paper", paper_name(visit, version, documents[i].paper_key));
        view_text(file, "size_text", format_size(visit->arena, visit->language, documents[i].size));
        view_text(file, "at_text", visit_date(visit, documents[i].created_at));
        visit_add_scan(visit, file, &documents[i], false);
        json_array_append_new(list, file);
    }
    return list;
}

static void add_paper(json_t *list, const char *label, const char *url)
{
    json_t *paper = json_object();
    view_text(paper, "icon", "file");
    view_text(paper, "label", label);
    view_text(paper, "url", url);
    json_array_append_new(list, paper);
}

static json_t *papers_view(struct visit *visit, const struct dossier_file *file)
{
    json_t *list = json_array();
    const char *code = file->dossier.code;
    add_paper(list,
              file->dossier.received_at == INSTANT_NONE ? visit_text(visit, N_("Giấy xác nhận đã nộp"))
                                                        : visit_text(visit, N_("Giấy hẹn trả kết quả")),
              arena_printf(visit->arena, "/ho-so/%s/giay-hen", code));
    add_paper(list, visit_text(visit, N_("Bản in toàn bộ hồ sơ (PDF)")),
              arena_printf(visit->arena, "/ho-so/%s/ban-in.pdf", code));
    add_paper(list, visit_text(visit, N_("Bản in kèm giấy tờ (một tệp PDF)")),
              arena_printf(visit->arena, "/ho-so/%s/ban-in-kem-giay-to.pdf", code));
    for (size_t i = 0; i < file->supplement_count; i++)
        add_paper(
            list, visit_text(visit, N_("Phiếu yêu cầu bổ sung")),
            arena_printf(visit->arena, "/ho-so/%s/phieu/bo-sung-%d.pdf", code, file->supplements[i].number));
    if (strcmp(file->dossier.status, "refused") == 0)
        add_paper(list, visit_text(visit, N_("Phiếu từ chối tiếp nhận")),
                  arena_printf(visit->arena, "/ho-so/%s/phieu/tu-choi.pdf", code));
    for (size_t i = 0; i < file->apology_count; i++)
        if (strcmp(file->apologies[i].state, "sent") == 0)
            add_paper(list, visit_text(visit, N_("Phiếu xin lỗi và hẹn lại")),
                      arena_printf(visit->arena, "/ho-so/%s/phieu/xin-loi-%d.pdf", code,
                                   file->apologies[i].number));
    return list;
}

static json_t *rating_view(struct visit *visit, const struct dossier_file *file)
{
    static const char *const levels[] = {N_("Không hài lòng"), N_("Hài lòng"), N_("Rất hài lòng")};
    if (file->rating == NULL) return json_null();
    json_t *rating = json_object();
    view_text(rating, "text", visit_text(visit, levels[file->rating->level - 1]));
    view_text(rating, "reason", file->rating->reason);
    view_text(rating, "at_text", visit_date(visit, file->rating->created_at));
    return rating;
}

void page_dossier(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct document *documents;
    size_t document_count;
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    const struct dossier *dossier = &file.dossier;
    enum status status = document_list(&visit->work, &dossier->tenant_id, &dossier->id, &documents,
                                       &document_count, &visit->error);
    json_t *review = status == STATUS_OK ? own_review(visit, dossier) : NULL;
    if (review == NULL) {
        visit_fail(visit, status == STATUS_OK ? STATUS_FATAL : status);
        return;
    }
    json_t *view = own_dossier_view(visit, &file, dossier_name(visit, dossier), NULL);
    json_t *shown = json_object();
    view_set(view, "review", review);
    view_text(shown, "code", dossier->code);
    view_number(shown, "revision", dossier->revision);
    view_text(shown, "name", dossier_name(visit, dossier));
    view_text(shown, "url", own_dossier_url(visit, dossier));
    view_text(shown, "agency", visit_agency_name_of(visit, &dossier->tenant_id));
    dossier_applicant_view(shown, visit, dossier);
    view_text(shown, "submitted_text", visit_short_moment(visit, dossier->submitted_at));
    view_text(shown, "return_text", own_return_text(visit, dossier));
    view_text(shown, "fee_text", own_fee_text(visit, &file));
    view_set(shown, "status", dossier_status_tag(visit, dossier));
    view_set(shown, "todo", todo_of_file(visit, &file));
    view_set(shown, "result", result_view(visit, &file));
    view_set(shown, "due", dossier_due_view(visit, &file));
    view_set(shown, "explanation", dossier_explanation_view(visit, &file));
    view_set(shown, "steps", dossier_steps_view(visit, &file));
    view_list(shown, "files", files_view(visit, dossier, documents, document_count));
    view_set(shown, "documents", papers_view(visit, &file));
    view_set(shown, "rating", rating_view(visit, &file));
    view_flag(shown, "can_rate", file.rating == NULL && file.result != NULL);
    view_flag(shown, "can_withdraw", dossier_is_open(dossier));
    view_set(view, "dossier", shown);
    visit_render(visit, "portal/dossier", view);
}

/* --- Files and papers */

/* The file of the address, if its owner may have it. False: answered. */
static bool find_file(struct visit *visit, struct dossier_file *file, struct document *document)
{
    struct uuid id = visit_param_uuid(visit, "document");
    if (!own_dossier_open(visit, file)) return false;
    enum status status = document_find(&visit->work, &file->dossier.tenant_id, &id, document, &visit->error);
    bool of_dossier = status == STATUS_OK && uuid_same(&document->dossier_id, &file->dossier.id) &&
                      strcmp(document->kind, "internal") != 0;
    /* The result is handed over against the fee, online as at the counter. */
    bool owed =
        of_dossier && strcmp(document->kind, "result") == 0 && strcmp(file->dossier.fee_state, "due") == 0;
    if (!of_dossier || owed) visit_not_found(visit);
    return of_dossier && !owed;
}

void page_dossier_file(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct document document;
    DOSSIER_FILE_AUTO file = {0};
    if (find_file(visit, &file, &document)) visit_send_document(visit, &file.dossier.tenant_id, &document);
}

void page_dossier_file_page(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct document document;
    DOSSIER_FILE_AUTO file = {0};
    if (find_file(visit, &file, &document)) visit_send_preview(visit, &file.dossier.tenant_id, &document);
}

void page_dossier_file_view(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct document document;
    DOSSIER_FILE_AUTO file = {0};
    if (!find_file(visit, &file, &document)) return;
    const char *url = own_dossier_url(visit, &file.dossier);
    visit_show_preview(visit, &file.dossier.tenant_id, &document,
                       arena_printf(visit->arena, "%s/xem/%s", url, document.id.text),
                       arena_printf(visit->arena, "%s/tep/%s", url, document.id.text), url);
}

enum { PDF_BYTES = 8 * 1024 * 1024 };

/* Sends what was made, or says why there is none. */
static void send_made(struct visit *visit, enum status status, struct buf *pdf, const char *name)
{
    if (status == STATUS_OK) {
        visit_send_pdf(visit, pdf, name);
    } else {
        buf_release(pdf);
        visit_fail(visit, status);
    }
}

static void send_paper(struct visit *visit, const struct dossier_file *file, enum paper_kind kind, int number,
                       const char *name)
{
    struct buf pdf = BUF_WITH_MAXIMUM(PDF_BYTES);
    send_made(visit, paper_render(&visit->work, kind, file, number, &pdf, &visit->error), &pdf, name);
}

void page_slip_pdf(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (own_dossier_open(visit, &file))
        send_paper(visit, &file, PAPER_SLIP, 0,
                   arena_printf(visit->arena, "giay-hen-%s.pdf", file.dossier.code));
}

void page_dossier_pdf(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    struct buf pdf = BUF_WITH_MAXIMUM(PDF_BYTES);
    send_made(visit, paper_render_dossier(&visit->work, &file, false, &pdf, &visit->error), &pdf,
              arena_printf(visit->arena, "ho-so-%s.pdf", file.dossier.code));
}

void page_dossier_pdf_papers(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (own_dossier_open(visit, &file)) visit_send_dossier_papers(visit, &file, false);
}

void page_dossier_paper(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str name = request_param(request, "name");
    enum paper_kind kind;
    int number;
    DOSSIER_FILE_AUTO file = {0};
    if (!own_dossier_open(visit, &file)) return;
    bool known = paper_kind_of_name(name, &kind, &number);
    bool draft = known && kind == PAPER_APOLOGY;
    for (size_t i = 0; draft && i < file.apology_count; i++)
        if (file.apologies[i].number == number && strcmp(file.apologies[i].state, "sent") == 0)
            draft = false; /* citizens see what was sent only */
    if (!known || draft || kind == PAPER_CONTROL)
        visit_not_found(visit);
    else
        send_paper(visit, &file, kind, number, arena_printf(visit->arena, "%.*s", STR_ARG(name)));
}

void page_dossier_qr(struct request *request)
{
    struct visit *visit = visit_of(request);
    DOSSIER_FILE_AUTO file = {0};
    if (own_dossier_open(visit, &file))
        visit_send_qr(visit, arena_printf(visit->arena, "%s/tra-cuu?ma=%s", visit->web->domain->base_url,
                                          file.dossier.code));
}

/* --- Deleting a draft */

void page_draft_delete(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    const char *name = visit_pick(visit, page.version->name, page.version->name_en);
    const char *text =
        visit_format(visit, N_("Bản nháp “%s” cùng %zu tệp đã tải lên sẽ bị xóa và không khôi phục được."),
                     name, page.document_count);
    message_confirm(visit, N_("Xóa bản nháp này?"), text, arena_printf(visit->arena, "%s/xoa", page.url),
                    N_("Xóa bản nháp"), "/ho-so");
}

void page_draft_delete_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    enum status status = draft_delete(&visit->work, &page.draft, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "draft_deleted", "/ho-so");
}
