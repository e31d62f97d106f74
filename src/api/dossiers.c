/* Drafts made, changed, submitted and looked at by programs. */
#include "handlers.h"

#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"

/* The body as an object with these members only. False: a problem was answered. */
static bool read_body(struct visit *visit, const char *const *members, size_t count, json_t **body)
{
    enum { BODY_BYTES = 1024 * 1024 };
    const char *key;
    json_t *value;
    enum status status =
        json_parse(visit->arena, request_body(visit->request), BODY_BYTES, 0, body, &visit->error);
    if (status != STATUS_OK) {
        bool size = visit->error.code != NULL && strcmp(visit->error.code, "json.size") == 0;
        visit_problem(visit, size ? 413 : 400, NULL);
        return false;
    }
    const char *unknown = json_is_object(*body) ? NULL : "";
    json_object_foreach(*body, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known = known || strcmp(key, members[i]) == 0;
        if (!known) unknown = key;
    }
    if (unknown == NULL) return true;
    visit->error = (struct error){.code = "request.body",
                                  .message = N_("Nội dung gửi lên phải là một đối tượng JSON đúng mô tả"),
                                  .field = unknown};
    visit_problem(visit, 422, NULL);
    return false;
}

static json_t *field_error(const char *field, const char *label, const char *code, const char *text)
{
    json_t *error = json_object();
    view_text(error, "field", field);
    view_text(error, "label", label);
    view_text(error, "code", code);
    view_text(error, "message", text);
    return error;
}

static bool refuse_member(struct visit *visit, const char *member, const char *code, const char *message)
{
    json_t *errors = json_array();
    json_array_append_new(errors, field_error(member, member, code, visit_text(visit, message)));
    visit->error = (struct error){.code = code, .message = message};
    visit_problem(visit, 422, errors);
    return false;
}

/* What is there must be of the right shape; what is not there yet is told as missing. */
static bool take_answers(struct visit *visit, const struct procedure_version *version, const json_t *given,
                         json_t **answers)
{
    struct form_errors errors = {0};
    if (given == NULL || !json_is_object(given))
        return refuse_member(visit, "answers", "request.answers",
                             N_("answers phải là một đối tượng JSON theo lược đồ của biểu mẫu"));
    enum status status = form_validate_shape(version->form, visit->arena, given, &errors);
    if (status == STATUS_OK)
        status = form_parse_json(version->form, visit->arena, given, false, answers, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return false;
    }
    json_t *wrong = json_array();
    for (size_t i = 0; i < errors.count; i++) {
        const struct form_error *error = &errors.list[i];
        const char *text = error->text == NULL ? "" : error->text;
        if (strcmp(error->code, "form.required") != 0 &&
            (error->field[0] == '\0' || strchr(error->field, '[') != NULL ||
             json_object_get(given, error->field) != NULL))
            json_array_append_new(wrong, field_error(error->field,
                                                     error->label == NULL ? error->field : error->label,
                                                     error->code, text));
    }
    if (json_array_size(wrong) == 0) {
        json_decref(wrong);
        return true;
    }
    visit->error = (struct error){.code = "answers.shape",
                                  .message = N_("Có câu trả lời không đúng lược đồ của biểu mẫu")};
    visit_problem(visit, 422, wrong);
    return false;
}

static void answer_draft(struct visit *visit, unsigned http_status, struct draft_page *page)
{
    enum status status;
    json_t *view = api_draft(page, &status);
    if (view == NULL)
        visit_fail(visit, status);
    else
        visit_answer_json(visit, http_status, view);
}

static void answer_made(struct visit *visit, unsigned http_status, const struct uuid *id)
{
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_id(visit, id, &page)) return;
    answer_draft(visit, http_status, &page);
    response_header(visit->request, "Location",
                    str_of(arena_printf(visit->arena, "/api/v1/dossiers/%s", id->text)));
}

void api_create(struct request *request)
{
    static const char *const members[] = {"procedure", "agency", "answers"};
    struct visit *visit = visit_of(request);
    struct procedure_row row;
    struct offering offering;
    const struct procedure_version *version = NULL;
    struct uuid id;
    bool repeated;
    json_auto body = NULL;
    if (!read_body(visit, members, 3, &body)) return;
    const struct tenant *agency = tenant_by_slug(visit_tenants(visit), json_get_str(body, "agency"));
    enum status status = procedure_find(&visit->work, json_get_str(body, "procedure"), &row, &visit->error);
    if (status == STATUS_OK && row.online)
        status = reference_procedure_version(&visit->work, &row.version_id, &version, &visit->error);
    if (status == STATUS_NOT_FOUND ||
        (status == STATUS_OK && (version == NULL || !procedure_is_online(version)))) {
        refuse_member(visit, "procedure", "procedure.not_online", N_("Thủ tục này chưa nộp trực tuyến được"));
        return;
    }
    if (status == STATUS_OK)
        status = agency == NULL ? STATUS_NOT_FOUND
                                : offering_find(&visit->work, &agency->id, &row.id, &offering, &visit->error);
    if (status == STATUS_NOT_FOUND) {
        refuse_member(visit, "agency", "offering.closed", N_("Cơ quan này hiện không tiếp nhận thủ tục này"));
        return;
    }
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    DRAFT_AUTO draft = {
        .tenant_id = agency->id, .procedure_id = row.id, .procedure_version_id = row.version_id};
    if (!take_answers(visit, version, json_object_get(body, "answers"), &draft.answers) ||
        !api_take_key(visit, request_body(request), &draft.id, &repeated))
        return;
    status = draft_begin(&visit->work, &draft, &id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        answer_made(visit, repeated ? 200 : 201, &id);
}

void api_answers(struct request *request)
{
    static const char *const members[] = {"answers", "revision"};
    struct visit *visit = visit_of(request);
    json_auto body = NULL;
    json_auto answers = NULL;
    DRAFT_PAGE_AUTO page = {0};
    if (!read_body(visit, members, 2, &body) || !api_open_draft(visit, &page)) return;
    int64_t revision = json_get_int64(body, "revision", 0);
    if (revision < 1 || revision > INT32_MAX) {
        refuse_member(visit, "revision", "request.revision",
                      N_("revision phải là số của bản nháp mà bạn đọc lần cuối"));
        return;
    }
    if (!take_answers(visit, page.version, json_object_get(body, "answers"), &answers)) return;
    json_auto held = draft_page_held(&page);
    draft_page_keep(answers, page.draft.answers, held);
    struct draft_edit edit = {.answers = answers, .page = page.draft.page, .revision = (int)revision};
    enum status status = draft_save(&visit->work, &page.draft.id, &edit, &page.draft.revision, &visit->error);
    if (status == STATUS_OK)
        answer_made(visit, 200, &page.draft.id);
    else if (status == STATUS_CONFLICT)
        visit_problem(visit, 409, NULL);
    else
        visit_fail(visit, status);
}

void api_delete(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open(visit, &page)) return;
    enum status status = STATUS_CONFLICT;
    visit->error =
        (struct error){.code = "draft.submitted", .message = N_("Hồ sơ này đã được nộp nên không xóa được")};
    if (page.draft.submitted_at == INSTANT_NONE)
        status = draft_delete(&visit->work, &page.draft, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    response_status(request, 204);
    response_body(request, NULL, STR(""));
}

/* --- Looking */

static void answer_dossier(struct visit *visit, unsigned http_status, const struct draft_page *page)
{
    DOSSIER_FILE_AUTO file = {0};
    enum status status =
        dossier_load(&visit->work, &page->draft.tenant_id, &page->draft.id, &file, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    const struct dossier *dossier = &file.dossier;
    json_t *view = json_object(), *fee = json_object(), *procedure = json_object();
    view_text(view, "id", page->draft.id.text);
    view_text(view, "state", "submitted");
    view_text(view, "code", dossier->code);
    view_text(procedure, "code", dossier->procedure_code);
    view_text(procedure, "name", dossier->procedure_name);
    view_set(view, "procedure", procedure);
    view_text(view, "agency", page->tenant->slug);
    view_text(view, "status", dossier->status);
    view_text(view, "status_text", visit_text(visit, dossier_status_label(dossier->status)));
    view_text(view, "outcome", dossier->outcome[0] == '\0' ? NULL : dossier->outcome);
    api_instant(view, "submitted_at", dossier->submitted_at);
    api_instant(view, "received_at", dossier->received_at);
    api_instant(view, "due_at", dossier->due_at);
    api_instant(view, "finished_at", dossier->finished_at);
    view_number(fee, "amount", dossier->fee_amount);
    view_text(fee, "state", dossier->fee_state);
    view_set(view, "fee", fee);
    view_text(view, "page", arena_printf(visit->arena, "/ho-so/%s", dossier->code));
    visit_answer_json(visit, http_status, view);
}

void api_show(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open(visit, &page)) return;
    if (page.draft.submitted_at != INSTANT_NONE)
        answer_dossier(visit, 200, &page);
    else
        answer_draft(visit, 200, &page);
}

static json_t *list_item(struct visit *visit, const struct uuid *id, const struct uuid *tenant_id,
                         const char *state, const char *procedure)
{
    const struct tenant *tenant = tenant_by_id(visit_tenants(visit), tenant_id);
    json_t *item = json_object();
    view_text(item, "id", id->text);
    view_text(item, "state", state);
    view_text(item, "procedure", procedure);
    view_text(item, "agency", tenant == NULL ? NULL : tenant->slug);
    return item;
}

void api_list(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct draft *drafts;
    struct dossier_row *rows;
    size_t draft_count, row_count;
    enum status status = draft_list(&visit->work, &drafts, &draft_count, &visit->error);
    if (status == STATUS_OK) status = dossier_list_own(&visit->work, &rows, &row_count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *body = json_object(), *list = json_array();
    for (size_t i = 0; i < draft_count; i++) {
        const struct procedure_version *version;
        struct error ignored;
        if (reference_procedure_version(&visit->work, &drafts[i].procedure_version_id, &version, &ignored) !=
            STATUS_OK)
            continue;
        json_t *item = list_item(visit, &drafts[i].id, &drafts[i].tenant_id, "draft", version->code);
        view_null(item, "code");
        view_null(item, "status");
        api_instant(item, "at", drafts[i].updated_at);
        json_array_append_new(list, item);
    }
    for (size_t i = 0; i < row_count; i++) {
        json_t *item = list_item(visit, &rows[i].id, &rows[i].tenant_id, "submitted", rows[i].procedure_code);
        view_text(item, "code", rows[i].code);
        view_text(item, "status", rows[i].status);
        api_instant(item, "at", rows[i].submitted_at);
        json_array_append_new(list, item);
    }
    view_set(body, "dossiers", list);
    visit_answer_json(visit, 200, body);
}

void api_missing(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    enum status status;
    if (!api_open_draft(visit, &page)) return;
    json_t *missing = api_missing_list(&page, &status);
    if (missing == NULL) {
        visit_fail(visit, status);
        return;
    }
    json_t *body = json_object();
    view_flag(body, "complete", json_array_size(missing) == 0);
    view_set(body, "missing", missing);
    visit_answer_json(visit, 200, body);
}

/* --- Submission: once, however often it is asked for */

static bool check_submission(struct visit *visit, const json_t *body, const char **channel)
{
    *channel = json_get_cstr(body, "return_channel", "counter");
    if (strcmp(*channel, "counter") != 0 && strcmp(*channel, "online") != 0 && strcmp(*channel, "post") != 0)
        return refuse_member(visit, "return_channel", "request.return_channel",
                             N_("return_channel là counter, online hoặc post"));
    if (!json_get_bool(body, "declaration", false))
        return refuse_member(visit, "declaration", "request.declaration",
                             N_("Người nộp phải cam đoan những điều đã khai là đúng (declaration: true)"));
    return true;
}

static void refuse_incomplete(struct draft_page *page)
{
    enum status status;
    json_t *missing = api_missing_list(page, &status);
    visit_problem(page->visit, 422, missing);
}

void api_submit(struct request *request)
{
    static const char *const members[] = {"return_channel", "declaration"};
    struct visit *visit = visit_of(request);
    struct submission submission = {0};
    const char *channel;
    json_auto body = NULL;
    DRAFT_PAGE_AUTO page = {0};
    if (!read_body(visit, members, 2, &body) || !check_submission(visit, body, &channel) ||
        !draft_page_open(visit, &page))
        return;
    bool before = page.draft.submitted_at != INSTANT_NONE;
    if (!before) {
        draft_page_close(&page);
        if (!api_open_draft(visit, &page)) return;
    }
    enum status status = dossier_submit(&visit->work, &page.draft.id, channel, &submission, &visit->error);
    if (status == STATUS_INVALID)
        refuse_incomplete(&page);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        answer_dossier(visit, submission.repeated ? 200 : 201, &page);
}
