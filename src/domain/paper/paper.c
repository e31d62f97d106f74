/* Views for the print templates, and the way from a view to a PDF. */
#include "paper_private.h"

#include "motcua/codec/json.h"
#include "motcua/domain/list.h"
#include "motcua/domain/reference.h"
#include "motcua/form/form.h"
#include "motcua/i18n/format.h"
#include "motcua/print/print.h"

enum { MARKUP_MAXIMUM = PRINT_MAXIMUM_MARKUP };

static const char *const form_names[PAPER_KINDS] = {
    [PAPER_SLIP] = "print/appointment-slip", [PAPER_SUPPLEMENT] = "print/supplement-request",
    [PAPER_REFUSAL] = "print/refusal",       [PAPER_APOLOGY] = "print/apology",
    [PAPER_CONTROL] = "print/control-sheet",
};

enum status print_papers_add_partials(const struct print_papers *papers, struct mustache_set *set,
                                      struct error *error)
{
    for (size_t i = 0; papers != NULL && i < papers->count; i++) {
        enum status status = mustache_add(set, papers->names[i], papers->texts[i], error);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

enum status print_papers_create(struct arena *arena, const char *const *names, const struct str *texts,
                                size_t count, struct print_papers **result, struct error *error)
{
    struct print_papers *papers = arena_zalloc(arena, sizeof *papers);
    *papers = (struct print_papers){.names = names, .texts = texts, .count = count};
    struct mustache_options options = {.mode = MUSTACHE_XML};
    struct mustache_set *set = mustache_create(arena, &options);
    enum status status = print_papers_add_partials(papers, set, error);
    for (size_t i = 0; status == STATUS_OK && i < PAPER_KINDS; i++)
        status = mustache_compile(set, form_names[i], &papers->forms[i], error);
    if (status == STATUS_OK) status = mustache_compile(set, "print/rejection", &papers->rejection, error);
    if (status == STATUS_OK) status = mustache_compile(set, "print/dossier", &papers->whole, error);
    if (status == STATUS_OK) *result = papers;
    return status;
}

enum status paper_print(struct work *work, const struct mustache_template *template, const json_t *view,
                        const char *title, const char *author, struct buf *pdf, struct error *error)
{
    BUF_AUTO markup = BUF_WITH_MAXIMUM(MARKUP_MAXIMUM);
    enum status status = mustache_render(template, view, &markup, error);
    if (status != STATUS_OK) return status;
    struct print_options options = {.title = title, .author = author, .language = "vi", .created = work->now};
    return print_render_pdf(buf_str(&markup), &options, work->arena, pdf, error);
}

const char *paper_moment(struct work *work, instant when)
{
    return when == INSTANT_NONE ? "" : format_moment(work->arena, LANGUAGE_VIETNAMESE, when);
}

/* Head, code, QR and person: what every paper shares. */
json_t *paper_common_view(struct work *work, const struct tenant *tenant, const struct dossier *dossier,
                          const char *agency_name)
{
    json_t *view = json_object();
    json_t *agency = json_object();
    if (tenant->parent != NULL) json_set_cstr(agency, "parent", tenant->parent->name);
    json_set_cstr(agency, "name", agency_name);
    json_object_set_new(view, "agency", agency);
    json_set_cstr(
        view, "place_date",
        format_place_date(work->arena, LANGUAGE_VIETNAMESE, tenant->place_name, civil_day_of(work->now)));
    json_set_cstr(view, "code", dossier->code);
    json_set_cstr(view, "qr",
                  arena_printf(work->arena, "%s/tra-cuu?ma=%s", work->domain->base_url, dossier->code));
    if (tenant->agency_identifier_is_sample) json_set_cstr(view, "watermark", "MẪU");
    json_t *owner = json_object();
    json_set_cstr(owner, "name", dossier->applicant_name);
    json_set_cstr(owner, "identity", json_get_cstr(dossier->contact, "personal_id", ""));
    json_set_cstr(owner, "address", json_get_cstr(dossier->contact, "address", ""));
    json_set_cstr(owner, "phone", json_get_cstr(dossier->contact, "phone", ""));
    json_set_cstr(owner, "email", json_get_cstr(dossier->contact, "email", ""));
    json_object_set_new(view, "owner", owner);
    const json_t *submitter = dossier_submitter(dossier);
    json_object_set(view, "submitter", (json_t *)(uintptr_t)(submitter != NULL ? submitter : json_null()));
    json_set_cstr(view, "subject", dossier->subject[0] != '\0' ? dossier->subject : dossier->procedure_name);
    json_set_cstr(view, "submitter_name", json_get_cstr(submitter, "name", dossier->applicant_name));
    json_object_set_new(view, "online", json_boolean(strcmp(dossier->channel, "online") == 0));
    return view;
}

/* Who did the last action of this kind; "" when nobody has. */
static const char *actor_of(const struct dossier_file *file, const char *kind)
{
    const char *name = "";
    for (size_t i = 0; i < file->event_count; i++)
        if (strcmp(file->events[i].kind, kind) == 0) name = file->events[i].actor_name;
    return name;
}

static const char *note_of(const struct dossier_file *file, const char *kind)
{
    const char *note = "";
    for (size_t i = 0; i < file->event_count; i++)
        if (strcmp(file->events[i].kind, kind) == 0) note = json_get_cstr(file->events[i].data, "note", "");
    return note;
}

static json_t *named(const char *name)
{
    json_t *object = json_object();
    json_set_cstr(object, "name", name);
    return object;
}

static const char *delivery_text(struct work *work, const struct tenant *tenant,
                                 const struct dossier *dossier)
{
    if (strcmp(dossier->return_channel, "online") == 0) return "Trực tuyến, trên cổng dịch vụ công";
    if (strcmp(dossier->return_channel, "post") == 0) return "Qua dịch vụ bưu chính công ích";
    return arena_printf(work->arena, "Bộ phận Tiếp nhận và Trả kết quả %s", tenant->short_name);
}

void paper_add_wanted(struct work *work, const struct procedure_version *version,
                      const struct dossier *dossier, json_t *view)
{
    json_t *papers = json_array();
    for (size_t i = 0; i < version->paper_count; i++) {
        const struct procedure_paper *paper = &version->papers[i];
        if (!procedure_paper_applies(paper, work->arena, dossier->answers)) continue;
        json_t *row = named(paper->name);
        json_object_set_new(row, "original", json_integer(paper->original));
        json_object_set_new(row, "certified", json_integer(paper->certified));
        json_object_set_new(row, "copy", json_integer(paper->copy));
        json_array_append_new(papers, row);
    }
    json_object_set_new(view, "papers", papers);
}

static void fill_slip(struct work *work, const struct tenant *tenant, const struct procedure_version *version,
                      const struct dossier_file *file, json_t *view)
{
    const struct dossier *dossier = &file->dossier;
    json_set_cstr(view, "desk",
                  tenant->address[0] != '\0'
                      ? arena_printf(work->arena, "%s, %s", tenant->name, tenant->address)
                      : tenant->name);
    paper_add_wanted(work, version, dossier, view);
    json_set_cstr(view, "sets", arena_printf(work->arena, "%02d", dossier->copies));
    json_set_cstr(view, "duration", limit_to_vietnamese(work->arena, version->limit));
    bool received = dossier->received_at != INSTANT_NONE;
    json_set_cstr(view, "received_at",
                  received ? paper_moment(work, dossier->received_at)
                           : arena_printf(work->arena, "%s (nộp trực tuyến, chờ tiếp nhận)",
                                          paper_moment(work, dossier->submitted_at)));
    json_set_cstr(view, "due_at",
                  dossier->due_at != INSTANT_NONE ? paper_moment(work, dossier->due_at)
                  : received                      ? "Không quy định"
                                                  : "Thông báo khi hồ sơ được tiếp nhận");
    json_set_cstr(view, "delivery", delivery_text(work, tenant, dossier));
    json_object_set_new(view, "receiver", named(actor_of(file, "received")));
    if (dossier->fee_amount > 0) {
        json_t *fee = named("mức thu");
        json_set_cstr(fee, "amount", format_money(work->arena, LANGUAGE_VIETNAMESE, dossier->fee_amount));
        json_set_cstr(fee, "timing",
                      strcmp(dossier->fee_state, "paid") == 0 ? "đã thu" : "thu trước khi trả kết quả");
        json_t *fees = json_array();
        json_array_append_new(fees, fee);
        json_object_set_new(view, "fees", fees);
    }
}

static enum status fill_supplement(struct work *work, const struct tenant *tenant,
                                   const struct dossier_file *file, int number, json_t *view)
{
    const struct supplement_request *request = NULL;
    for (size_t i = 0; i < file->supplement_count; i++)
        if (file->supplements[i].number == number) request = &file->supplements[i];
    if (request == NULL) return STATUS_NOT_FOUND;
    json_t *papers = json_array();
    for (size_t i = 0; i < json_array_size(request->items); i++) {
        const json_t *item = json_array_get(request->items, i);
        json_t *row = named(json_get_cstr(item, "name", ""));
        json_set_cstr(row, "note", json_get_cstr(item, "reason", ""));
        json_object_set_new(row, "original", json_integer((json_int_t)json_get_int64(item, "original", 0)));
        json_object_set_new(row, "certified", json_integer((json_int_t)json_get_int64(item, "certified", 0)));
        json_object_set_new(row, "copy", json_integer((json_int_t)json_get_int64(item, "copy", 0)));
        json_array_append_new(papers, row);
    }
    json_object_set_new(view, "papers", papers);
    json_set_cstr(view, "number", request->paper_number);
    json_set_cstr(view, "reason",
                  request->reason[0] != '\0' ? request->reason : "như đã nêu tại từng mục trên.");
    if (request->answer_due_at != INSTANT_NONE)
        json_set_cstr(view, "deadline", paper_moment(work, request->answer_due_at));
    json_t *help = named(request->requested_by);
    if (tenant->phone[0] != '\0') json_set_cstr(help, "phone", tenant->phone);
    json_set_cstr(help, "website", work->domain->base_url);
    json_object_set_new(view, "help", help);
    json_object_set_new(view, "guide", named(request->requested_by));
    return STATUS_OK;
}

static enum status fill_apology(struct work *work, const struct tenant *tenant,
                                const struct dossier_file *file, int number, json_t *view)
{
    const struct apology *apology = NULL;
    for (size_t i = 0; i < file->apology_count; i++)
        if (file->apologies[i].number == number) apology = &file->apologies[i];
    if (apology == NULL) return STATUS_NOT_FOUND;
    if (apology->paper_number[0] != '\0')
        json_set_cstr(view, "number", apology->paper_number);
    else
        json_set_cstr(view, "watermark", "DỰ THẢO");
    json_set_cstr(view, "due_at", paper_moment(work, apology->old_due_at));
    json_set_cstr(view, "new_due_at",
                  apology->new_due_at == INSTANT_NONE ? "………" : paper_moment(work, apology->new_due_at));
    json_set_cstr(view, "unit", tenant->name);
    json_set_cstr(view, "reason", apology->reason[0] == '\0' ? "………" : apology->reason);
    json_set_cstr(view, "delivery", delivery_text(work, tenant, &file->dossier));
    json_t *signer = named(apology->signed_by);
    json_set_cstr(signer, "position",
                  apology->signed_title[0] == '\0' ? "THỦ TRƯỞNG ĐƠN VỊ" : apology->signed_title);
    json_object_set_new(view, "signer", signer);
    return STATUS_OK;
}

/* One row a hand-over: from one finished step to the next. */
static void fill_control(struct work *work, const struct tenant *tenant, const struct dossier_file *file,
                         json_t *view)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < file->task_count; i++) {
        const struct task *task = &file->tasks[i];
        if (strcmp(task->state, "done") != 0) continue;
        json_t *row = json_object();
        const char *role = role_title(role_parse(str_of(task->role)));
        json_set_cstr(row, "from", role == NULL ? "" : role);
        json_set_cstr(row, "to", task->name);
        json_set_cstr(row, "taken_at",
                      paper_moment(work, task->taken_at == INSTANT_NONE ? task->created_at : task->taken_at));
        json_set_cstr(row, "handed_at", paper_moment(work, task->done_at));
        json_set_cstr(row, "giver", task->done_by);
        json_set_cstr(row, "taker", task->done_by);
        const char *state = task->step_due_at == INSTANT_NONE    ? ""
                            : task->done_at <= task->step_due_at ? "Đúng hạn"
                                                                 : "Quá hạn";
        json_set_cstr(row, "result", state);
        json_set_cstr(row, "note", task->note);
        json_array_append_new(steps, row);
    }
    json_object_set_new(view, "steps", steps);
    json_set_cstr(view, "received_at", paper_moment(work, file->dossier.received_at));
    json_set_cstr(view, "due_at", paper_moment(work, file->dossier.due_at));
    json_set_cstr(view, "unit", tenant->name);
    BUF_AUTO partners = BUF_WITH_MAXIMUM(4000);
    const struct tenants *tenants = reference_tenants(work->domain->reference);
    for (size_t i = 0; i < file->consultation_count; i++) {
        const struct tenant *asked = tenant_by_id(tenants, &file->consultations[i].other_tenant_id);
        if (asked != NULL) buf_printf(&partners, "%s%s", partners.length > 0 ? "; " : "", asked->name);
    }
    json_set_str(view, "partners", partners.data == NULL ? STR("") : buf_str(&partners));
}

static enum status fill(struct work *work, enum paper_kind kind, const struct tenant *tenant,
                        const struct procedure_version *version, const struct dossier_file *file, int number,
                        json_t *view)
{
    switch (kind) {
    case PAPER_SLIP:
        fill_slip(work, tenant, version, file, view);
        return STATUS_OK;
    case PAPER_SUPPLEMENT:
        return fill_supplement(work, tenant, file, number, view);
    case PAPER_APOLOGY:
        return fill_apology(work, tenant, file, number, view);
    case PAPER_CONTROL:
        fill_control(work, tenant, file, view);
        return STATUS_OK;
    case PAPER_REFUSAL:
        json_set_cstr(view, "reason", note_of(file, "refused"));
        json_object_set_new(view, "receiver", named(actor_of(file, "refused")));
        return strcmp(file->dossier.status, "refused") == 0 ? STATUS_OK : STATUS_NOT_FOUND;
    }
    return STATUS_NOT_FOUND;
}

bool paper_kind_of_name(struct str name, enum paper_kind *kind, int *number)
{
    static const struct {
        struct str prefix;
        enum paper_kind kind;
        bool numbered;
    } names[] = {
        {{"giay-hen", 8}, PAPER_SLIP, false},     {{"bo-sung-", 8}, PAPER_SUPPLEMENT, true},
        {{"tu-choi", 7}, PAPER_REFUSAL, false},   {{"xin-loi-", 8}, PAPER_APOLOGY, true},
        {{"kiem-soat", 9}, PAPER_CONTROL, false},
    };
    if (str_ends_with(name, STR(".pdf"))) name.length -= 4;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int64_t value = 0;
        struct str rest = str_slice(name, names[i].prefix.length, name.length);
        bool fits = str_starts_with(name, names[i].prefix) &&
                    (names[i].numbered ? str_to_int64(rest, &value) == STATUS_OK && value > 0 && value < 1000
                                       : rest.length == 0);
        if (fits) {
            *kind = names[i].kind;
            *number = (int)value;
            return true;
        }
    }
    return false;
}

static const char *const titles[PAPER_KINDS] = {
    [PAPER_SLIP] = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    [PAPER_SUPPLEMENT] = "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    [PAPER_REFUSAL] = "Phiếu từ chối tiếp nhận, giải quyết hồ sơ",
    [PAPER_APOLOGY] = "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
    [PAPER_CONTROL] = "Phiếu kiểm soát quá trình giải quyết hồ sơ",
};

enum status paper_render(struct work *work, enum paper_kind kind, const struct dossier_file *file, int number,
                         struct buf *pdf, struct error *error)
{
    const struct procedure_version *version;
    const struct tenant *tenant =
        tenant_by_id(reference_tenants(work->domain->reference), &file->dossier.tenant_id);
    enum status status =
        reference_procedure_version(work, &file->dossier.procedure_version_id, &version, error);
    if (status != STATUS_OK) return status;
    if (tenant == NULL)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "tenant.unknown",
                         N_("Cơ quan này không còn hoạt động"), NULL);
    bool by_agency = kind == PAPER_APOLOGY;
    json_auto view = paper_common_view(work, tenant, &file->dossier,
                                       by_agency ? tenant->name : "Bộ phận Tiếp nhận và Trả kết quả");
    if (!by_agency) json_set_cstr(json_object_get(view, "agency"), "parent", tenant->name);
    json_set_cstr(view, "received_on",
                  file->dossier.received_at == INSTANT_NONE
                      ? ""
                      : format_date(work->arena, civil_day_of(file->dossier.received_at)));
    status = fill(work, kind, tenant, version, file, number, view);
    if (status != STATUS_OK)
        return error_set(error, work->arena, status, "paper.unknown", N_("Hồ sơ này không có giấy tờ đó"),
                         NULL);
    return paper_print(work, work->domain->papers->forms[kind], view, titles[kind], tenant->name, pdf, error);
}

enum status paper_render_result(struct work *work, const struct result_paper *paper, struct buf *pdf,
                                struct error *error)
{
    const struct dossier *dossier = paper->dossier;
    json_auto answers = NULL;
    char today[CIVIL_DATE_SIZE];
    civil_format_date(civil_day_of(work->now), today);
    struct form_environment environment = {
        .today = today, .language = "vi", .lists = list_of_forms(work, &dossier->tenant_id)};
    enum status status =
        form_display(paper->version->form, work->arena, dossier->answers, &environment, &answers);
    if (status != STATUS_OK)
        return error_set(error, work->arena, status, "paper.answers", NULL, "cannot show the answers of %s",
                         dossier->code);
    json_auto view = paper_common_view(work, paper->tenant, dossier, paper->tenant->name);
    json_object_set(view, "answers", answers);
    json_set_cstr(view, "number", paper->number);
    json_set_cstr(view, "title", paper->version->result_title);
    json_set_cstr(view, "reason", paper->reason);
    json_set_cstr(
        view, "received_on",
        format_date(work->arena, civil_day_of(dossier->received_at == INSTANT_NONE ? dossier->submitted_at
                                                                                   : dossier->received_at)));
    json_t *signer = named(paper->signed_by);
    json_set_cstr(signer, "position", paper->signed_title);
    json_object_set_new(view, "signer", signer);
    json_t *verification = json_object();
    if (paper->draft) {
        json_set_cstr(view, "watermark", "DỰ THẢO");
        json_set_cstr(verification, "code", "…");
        json_set_cstr(verification, "url", arena_printf(work->arena, "%s/xac-minh", work->domain->base_url));
        json_object_del(view, "qr");
    } else {
        const char *url =
            arena_printf(work->arena, "%s/xac-minh/%s", work->domain->base_url, paper->verification_code);
        json_set_cstr(verification, "code", paper->verification_code);
        json_set_cstr(verification, "url", url);
        json_set_cstr(view, "qr", url);
    }
    json_object_set_new(view, "verification", verification);
    bool rejected = strcmp(paper->decision, "reject") == 0;
    const struct mustache_template *template = rejected || paper->version->result_template == NULL
                                                   ? work->domain->papers->rejection
                                                   : paper->version->result_template;
    return paper_print(work, template, view, paper->version->result_title, paper->tenant->name, pdf, error);
}
