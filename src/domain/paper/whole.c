/* The whole dossier on paper: state, dates, answers, papers with their digests, and what has happened. */
#include "motcua/codec/json.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/document.h"
#include "motcua/domain/list.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/scan.h"
#include "motcua/form/form.h"
#include "motcua/i18n/explanation.h"
#include "motcua/i18n/format.h"
#include "motcua/print/print.h"
#include "paper_private.h"

/* TRIES: papers of which something is damaged are found one after another. */
enum { LEAD_BYTES = 8 * 1024 * 1024, TRIES = 4 };

static void add_leads(struct arena *arena, json_t *items)
{
    size_t a, b;
    json_t *item, *row;
    json_array_foreach(items, a, item)
    {
        json_set_cstr(item, "lead", form_lead(arena, json_get_cstr(item, "label", "")));
        json_array_foreach(json_object_get(item, "rows"), b, row)
            add_leads(arena, json_object_get(row, "items"));
    }
}

/* Members that Mustache must not look for in the surrounding page or section. */
static void close_review(struct arena *arena, json_t *review)
{
    size_t a, b;
    json_t *page, *section;
    json_array_foreach(json_object_get(review, "pages"), a, page)
    {
        json_array_foreach(json_object_get(page, "sections"), b, section)
        {
            if (json_object_get(section, "title") == NULL) json_object_set_new(section, "title", json_null());
            add_leads(arena, json_object_get(section, "items"));
        }
    }
}

static enum status add_review(struct work *work, const struct procedure_version *version,
                              const struct dossier *dossier, json_t *view, struct error *error)
{
    char today[CIVIL_DATE_SIZE];
    json_t *review = NULL;
    civil_format_date(civil_day_of(work->now), today);
    struct form_environment environment = {
        .today = today, .language = "vi", .lists = list_of_forms(work, &dossier->tenant_id)};
    enum status status = form_review(version->form, work->arena, dossier->answers, &environment, &review);
    if (status != STATUS_OK)
        return error_set(error, work->arena, status, "paper.answers", NULL, "cannot show the answers of %s",
                         dossier->code);
    close_review(work->arena, review);
    json_object_set_new(view, "review", review);
    return STATUS_OK;
}

/* When the result is due, and in one line how that was reckoned. */
static void add_dates(struct work *work, const struct dossier *dossier, json_t *view)
{
    struct deadline deadline;
    struct limit limit;
    struct error ignored;
    json_set_cstr(view, "submitted_at", paper_moment(work, dossier->submitted_at));
    json_set_cstr(view, "received_at", paper_moment(work, dossier->received_at));
    json_set_cstr(view, "due_at", paper_moment(work, dossier->due_at));
    json_set_cstr(view, "finished_at", paper_moment(work, dossier->finished_at));
    json_set_cstr(view, "returned_at", paper_moment(work, dossier->returned_at));
    if (dossier->due_explanation.data == NULL ||
        deadline_from_json(work->arena, dossier->due_explanation, &deadline, &limit, &ignored) != STATUS_OK)
        return;
    struct explanation_table table =
        explanation_describe(work->arena, NULL, LANGUAGE_VIETNAMESE, &deadline, limit);
    json_set_cstr(view, "explanation", arena_printf(work->arena, "%s %s", table.intro, table.conclusion));
}

static const char *paper_name(const struct procedure_version *version, const struct document *document)
{
    for (size_t i = 0; i < version->paper_count; i++)
        if (strcmp(version->papers[i].key, document->paper_key) == 0) return version->papers[i].name;
    if (strcmp(document->kind, "result") == 0) return "Kết quả giải quyết";
    return strcmp(document->kind, "supplement") == 0 ? "Giấy tờ bổ sung" : "Giấy tờ khác";
}

/* In two halves: a line of the table is not wide enough for 64 digits. */
static const char *digest_text(struct arena *arena, struct str digest)
{
    const char *hex = hex_encode(arena, digest);
    return digest.length == 32 ? arena_printf(arena, "%.32s %s", hex, hex + 32) : hex;
}

static const char *standing_note(const struct domain *domain, const struct document *document)
{
    switch (document_standing(domain, document)) {
    case SCAN_STANDING_WAITING:
    case SCAN_STANDING_STUCK:
        return "chưa mở được: chờ quét mã độc";
    case SCAN_STANDING_INFECTED:
        return "không mở được: có mã độc";
    case SCAN_STANDING_OWN:
    case SCAN_STANDING_CLEAN:
    case SCAN_STANDING_NONE:
        break;
    }
    return "";
}

/* `notes`: one for each document, why it is not among the papers behind; NULL: no papers go with it. */
static void add_files(struct work *work, const struct procedure_version *version,
                      const struct document *documents, size_t count, const char *const *notes, json_t *view)
{
    json_t *files = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct document *document = &documents[i];
        if (strcmp(document->kind, "internal") == 0) continue;
        json_t *row = json_object();
        json_set_cstr(row, "paper", paper_name(version, document));
        json_set_cstr(row, "file", document->file_name);
        json_set_cstr(row, "size", format_size(work->arena, LANGUAGE_VIETNAMESE, document->size));
        json_set_cstr(row, "at", paper_moment(work, document->created_at));
        json_set_cstr(row, "digest", digest_text(work->arena, document->sha256));
        json_set_cstr(row, "received_digest",
                      document->received_sha256.data == NULL
                          ? ""
                          : digest_text(work->arena, document->received_sha256));
        json_set_cstr(row, "note", notes == NULL ? standing_note(work->domain, document) : notes[i]);
        json_array_append_new(files, row);
    }
    json_object_set_new(view, "with_papers", json_boolean(notes != NULL));
    json_object_set_new(view, "has_files", json_boolean(json_array_size(files) > 0));
    json_object_set_new(view, "files", files);
}

static const char *actor_text(struct arena *arena, const struct event *event)
{
    if (strcmp(event->actor_kind, "system") == 0) return "Hệ thống";
    if (strcmp(event->actor_kind, "citizen") == 0)
        return event->actor_name[0] == '\0' ? "người nộp"
                                            : arena_printf(arena, "%s, người nộp", event->actor_name);
    return event->actor_title[0] == '\0'
               ? event->actor_name
               : arena_printf(arena, "%s, %s", event->actor_name, event->actor_title);
}

static void add_events(struct work *work, const struct dossier_file *file, bool official, json_t *view)
{
    json_t *events = json_array();
    for (size_t i = 0; i < file->event_count; i++) {
        const struct event *event = &file->events[i];
        if (!official && !event->is_public) continue;
        json_t *row = json_object();
        json_set_cstr(row, "at", paper_moment(work, event->at));
        json_set_cstr(row, "what", dossier_event_text(work->arena, NULL, event));
        json_set_cstr(row, "who", actor_text(work->arena, event));
        json_set_cstr(row, "note", dossier_event_note(event));
        json_array_append_new(events, row);
    }
    json_object_set_new(view, "events", events);
}

struct printing {
    struct work *work;
    const struct dossier_file *file;
    bool official;
    struct document *documents;
    size_t count;
    const char **notes; /* as add_files() has them */
};

static enum status load(struct printing *printing, struct error *error)
{
    const struct dossier *dossier = &printing->file->dossier;
    return document_list(printing->work, &dossier->tenant_id, &dossier->id, &printing->documents,
                         &printing->count, error);
}

static enum status render(const struct printing *printing, struct buf *pdf, struct error *error)
{
    struct work *work = printing->work;
    const struct dossier *dossier = &printing->file->dossier;
    const struct procedure_version *version;
    const struct tenant *tenant =
        tenant_by_id(reference_tenants(work->domain->reference), &dossier->tenant_id);
    enum status status = reference_procedure_version(work, &dossier->procedure_version_id, &version, error);
    if (status != STATUS_OK) return status;
    if (tenant == NULL || version->form == NULL)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "paper.unknown",
                         N_("Hồ sơ này không có giấy tờ đó"), NULL);
    json_auto view = paper_common_view(work, tenant, dossier, "Bộ phận Tiếp nhận và Trả kết quả");
    json_set_cstr(json_object_get(view, "agency"), "parent", tenant->name);
    json_set_cstr(view, "procedure", dossier->procedure_name);
    json_set_cstr(view, "status", dossier_status_label(dossier->status));
    json_set_cstr(view, "step", dossier->finished_at == INSTANT_NONE ? dossier->step_name : "");
    add_dates(work, dossier, view);
    paper_add_wanted(work, version, dossier, view);
    add_files(work, version, printing->documents, printing->count, printing->notes, view);
    add_events(work, printing->file, printing->official, view);
    status = add_review(work, version, dossier, view, error);
    if (status != STATUS_OK) return status;
    return paper_print(work, work->domain->papers->whole, view, "Bản in hồ sơ", tenant->name, pdf, error);
}

enum status paper_render_dossier(struct work *work, const struct dossier_file *file, bool official,
                                 struct buf *pdf, struct error *error)
{
    struct printing printing = {.work = work, .file = file, .official = official};
    enum status status = load(&printing, error);
    return status == STATUS_OK ? render(&printing, pdf, error) : status;
}

/* --- With the papers behind it */

/* Why a document does not go along; "": it does. The result is handed over against the fee, in print as
 * online. */
static const char *why_not(const struct printing *printing, const struct document *document, size_t taken,
                           int64_t bytes)
{
    const char *standing = standing_note(printing->work->domain, document);
    bool owed = !printing->official && strcmp(document->kind, "result") == 0 &&
                strcmp(printing->file->dossier.fee_state, "due") == 0;
    if (owed) return "không kèm theo: nhận sau khi nộp phí, lệ phí";
    if (standing[0] != '\0') return standing;
    if (!document_can_preview(document)) return "không kèm theo: tệp văn bản, xin tải riêng";
    if (taken == BUNDLE_PAPERS) return "không kèm theo: quá nhiều tệp, xin tải riêng";
    return bytes + document->size > BUNDLE_BYTES ? "không kèm theo: tệp quá lớn, xin tải riêng" : "";
}

static size_t choose(struct printing *printing, const struct document **papers, size_t *places)
{
    size_t taken = 0;
    int64_t bytes = 0;
    for (size_t i = 0; i < printing->count; i++) {
        const struct document *document = &printing->documents[i];
        if (printing->notes[i] != NULL && printing->notes[i][0] != '\0')
            continue; /* known by the first try */
        printing->notes[i] = why_not(printing, document, taken, bytes);
        if (printing->notes[i][0] != '\0' || strcmp(document->kind, "internal") == 0) continue;
        places[taken] = i;
        papers[taken++] = document;
        bytes += document->size;
    }
    return taken;
}

static enum status print_once(struct printing *printing, struct document_spool **pdf, unsigned *left_out,
                              struct error *error)
{
    const struct document *papers[BUNDLE_PAPERS];
    size_t places[BUNDLE_PAPERS], count = choose(printing, papers, places);
    BUF_AUTO lead = BUF_WITH_MAXIMUM(LEAD_BYTES);
    enum status status = render(printing, &lead, error);
    if (status == STATUS_OK)
        status = document_bundle(printing->work, &printing->file->dossier.tenant_id, buf_str(&lead), papers,
                                 count, pdf, left_out, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        if ((*left_out & 1U << i) != 0)
            printing->notes[places[i]] = "không kèm theo: không ghép được, xin tải riêng";
    return status;
}

enum status paper_render_dossier_papers(struct work *work, const struct dossier_file *file, bool official,
                                        struct document_spool **pdf, struct error *error)
{
    struct printing printing = {.work = work, .file = file, .official = official};
    unsigned left_out = 0;
    *pdf = NULL;
    enum status status = load(&printing, error);
    if (status != STATUS_OK) return status;
    printing.notes = arena_array(work->arena, printing.count, sizeof *printing.notes);
    for (size_t i = 0; i < printing.count; i++)
        printing.notes[i] = NULL;
    status = print_once(&printing, pdf, &left_out, error);
    for (int again = 0; status == STATUS_OK && left_out != 0 && again < TRIES; again++)
        status = print_once(&printing, pdf, &left_out, error);
    if (status == STATUS_OK && *pdf == NULL)
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "paper.bundle", NULL,
                         "papers of %s cannot be joined", file->dossier.code);
    return status;
}
