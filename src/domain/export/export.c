/* What goes into the archive of a person's data. Row-level security holds: everything is read as the person.
 */
#include "motcua/domain/export.h"

#include <unistd.h>

#include "contents.h"
#include "domain/identity/identity_private.h"
#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/api_token.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/paper.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/scan.h"
#include "motcua/domain/share.h"
#include "motcua/domain/store.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/catalogue.h"
#include "zip.h"

#define ROUND_BYTES ((size_t)192 * 1024 * 1024) /* as far as one dossier may go; given back after it */
enum { PDF_BYTES = 8 * 1024 * 1024, PAPERS_AT_ONCE = 100 };

static const char *const readme[] = {
    N_("Dữ liệu của bạn trên cổng Một Cửa"),
    N_("MUC-LUC.txt: danh sách các bản nháp, hồ sơ và từng tệp có trong gói này."),
    N_("tai-khoan.json: hồ sơ cá nhân bạn đã khai trong tài khoản."),
    N_("thiet-bi.json: các thiết bị đang đăng nhập."),
    N_("khoa-truy-cap.json: các khóa bạn đã tạo cho phần mềm (không có mã khóa)."),
    N_("cung-khai.json: các hồ sơ của người khác mà bạn nhận lời cùng khai hoặc ký."),
    N_("dung-lai-giay-to.json: giấy tờ trong kho của bạn đã được dùng lại ở hồ sơ nào, lúc nào."),
    N_("giay-to-xem.json: cơ quan, bộ phận nào đã mở xem giấy tờ của bạn, lúc nào."),
    N_("kho: giấy tờ bạn tự cất trong kho giấy tờ, gồm kho.json và tep."),
    N_("nhap: các bản nháp chưa nộp và giấy tờ kèm theo."),
    N_("ho-so: từng hồ sơ đã nộp theo mã, gồm ho-so.json (thông tin, câu trả lời, quá trình giải quyết), "
       "ho-so.pdf (bản in) và tep (giấy tờ bạn nộp, kết quả)."),
    N_("Tệp chưa quét xong hoặc có mã độc không được đưa vào; ho-so.json ghi rõ tệp nào và vì sao. Kết quả "
       "chưa nộp phí, lệ phí chỉ có sau khi nộp."),
    N_("Mật khẩu và mã bí mật không nằm trong gói này. Hãy cất giữ gói này cẩn thận."),
};

enum { README_LINES = sizeof readme / sizeof readme[0], README_BYTES = 16 * 1024 };

/* In Vietnamese, then in English. */
static enum status add_readme(struct work *work, struct zip *zip)
{
    const struct catalogue *const languages[] = {NULL, work->domain->english};
    BUF_AUTO text = BUF_WITH_MAXIMUM(README_BYTES);
    for (size_t language = 0; language < 2; language++)
        for (size_t i = 0; i < README_LINES; i++)
            buf_printf(&text, "%s\n%s", translate(languages[language], readme[i]),
                       i == 0 || i + 1 == README_LINES ? "\n" : "");
    return zip_add_text(zip, "DOC-TRUOC-README.txt", buf_str(&text));
}

static void set_instant(json_t *object, const char *key, instant when)
{
    char text[CIVIL_INSTANT_SIZE];
    if (when == INSTANT_NONE) return;
    civil_format_instant(when, text);
    json_set_cstr(object, key, text);
}

static enum status add_profile(struct zip *zip, const struct profile *profile)
{
    json_auto json = json_object();
    json_set_cstr(json, "full_name", profile->full_name);
    json_set_cstr(json, "email", profile->email);
    json_set_cstr(json, "phone", profile->phone);
    json_set_cstr(json, "birth_date", profile->birth_date);
    json_set_cstr(json, "personal_id", profile->personal_id);
    json_set_cstr(json, "address", profile->address);
    json_set_cstr(json, "language", profile->language);
    return zip_add_json(zip, "tai-khoan.json", json);
}

static enum status add_sessions(struct work *work, struct zip *zip, struct error *error)
{
    struct session_row *rows;
    size_t count;
    enum status status = session_list(work, &rows, &count, error);
    if (status != STATUS_OK) return status;
    json_auto list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *session = json_object();
        json_set_cstr(session, "device", rows[i].user_agent);
        json_set_cstr(session, "address", rows[i].address);
        set_instant(session, "signed_in_at", rows[i].created_at);
        set_instant(session, "last_seen_at", rows[i].last_seen_at);
        json_array_append_new(list, session);
    }
    return zip_add_json(zip, "thiet-bi.json", list);
}

static enum status add_keys(struct work *work, struct zip *zip, struct error *error)
{
    struct api_token *keys;
    size_t count;
    enum status status = api_token_list(work, &keys, &count, error);
    if (status != STATUS_OK) return status;
    json_auto list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *key = json_object(), *scopes = json_array();
        for (unsigned bit = 0; bit < API_SCOPE_COUNT; bit++)
            if ((keys[i].scopes & 1U << bit) != 0)
                json_array_append_new(scopes, json_string(api_scope_name((enum api_scope)(1U << bit))));
        json_set_cstr(key, "name", keys[i].name);
        json_object_set_new(key, "may", scopes);
        set_instant(key, "created_at", keys[i].created_at);
        set_instant(key, "expires_at", keys[i].expires_at);
        set_instant(key, "last_used_at", keys[i].last_used_at);
        set_instant(key, "revoked_at", keys[i].revoked_at);
        json_array_append_new(list, key);
    }
    return zip_add_json(zip, "khoa-truy-cap.json", list);
}

/* --- Who else works on what */

static json_t *keys_json(struct share_keys keys)
{
    json_t *list = json_array();
    for (size_t i = 0; i < keys.count; i++)
        json_array_append_new(list, json_stringn(keys.list[i].data, keys.list[i].length));
    return list;
}

static json_t *share_json(struct work *work, const struct draft_share *share)
{
    json_t *json = json_object();
    json_set_cstr(json, "what", share->transfer ? "transfer" : "part");
    json_set_cstr(json, "label", share->label);
    json_set_cstr(json, "state", share->state);
    json_object_set_new(json, "fills_in", keys_json(share->fill));
    json_object_set_new(json, "reads", keys_json(share->see));
    json_object_set_new(json, "signs", keys_json(share->sign));
    set_instant(json, "invited_at", share->created_at);
    set_instant(json, "answered_at", share->answered_at);
    set_instant(json, "finished_at", share->finished_at);
    set_instant(json, "signed_at", share->signed_at);
    if (share->signed_digest.data != NULL)
        json_set_cstr(json, "signed_sha256", hex_encode(work->arena, share->signed_digest));
    return json;
}

/* Whom the person invited to a draft, or to what has become a dossier. */
static enum status add_invited(struct work *work, const struct uuid *draft_id, json_t *json,
                               struct error *error)
{
    struct draft_share *shares;
    size_t count;
    enum status status = share_list(work, draft_id, &shares, &count, error);
    json_t *list = json_array();
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        json_t *one = share_json(work, &shares[i]);
        json_set_cstr(one, "email", shares[i].email);
        json_set_cstr(one, "name", shares[i].guest_name);
        json_array_append_new(list, one);
    }
    json_object_set_new(json, "invited", list);
    return status;
}

/* What others invited the person to. The drafts are theirs, so no answers. */
static enum status add_parts(struct work *work, struct zip *zip, struct error *error)
{
    struct draft_share *shares;
    size_t count;
    enum status status = share_list_guest(work, &shares, &count, error);
    if (status != STATUS_OK) return status;
    json_auto list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *one = share_json(work, &shares[i]);
        json_set_cstr(one, "invited_by", shares[i].owner_name);
        json_array_append_new(list, one);
    }
    return zip_add_json(zip, "cung-khai.json", list);
}

static enum status append_openings(struct work *work, const struct uuid *documents, size_t document_count,
                                   json_t *list, struct error *error)
{
    struct store_opening *openings;
    size_t count;
    enum status status = store_openings(work, documents, document_count, &openings, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        const struct tenant *agency =
            tenant_by_id(reference_tenants(work->domain->reference), &openings[i].tenant_id);
        json_t *opening = json_object();
        json_set_cstr(opening, "paper", openings[i].document_id.text);
        json_set_cstr(opening, "agency", agency == NULL ? "" : agency->name);
        json_set_cstr(opening, "unit", openings[i].unit_name);
        set_instant(opening, "first_at", openings[i].first_at);
        set_instant(opening, "last_at", openings[i].last_at);
        json_array_append_new(list, opening);
    }
    return status;
}

/* Where these went, and who opened them: the papers themselves and their copies. */
static enum status append_uses(struct work *work, const struct store_paper *papers, size_t paper_count,
                               json_t *list, json_t *openings, struct error *error)
{
    struct store_use *uses;
    size_t count;
    enum status status = store_uses(work, papers, paper_count, &uses, &count, error);
    if (status != STATUS_OK) return status;
    struct uuid *documents = arena_array(work->arena, paper_count + count, sizeof *documents);
    for (size_t i = 0; i < paper_count; i++)
        documents[i] = papers[i].id;
    for (size_t i = 0; i < count; i++) {
        documents[paper_count + i] = uses[i].copy_id;
        json_t *use = json_object();
        json_set_cstr(use, "paper", uses[i].source_id.text);
        json_set_cstr(use, "dossier", uses[i].code);
        json_set_cstr(use, "procedure", uses[i].procedure_name);
        json_set_cstr(use, "copy", uses[i].copy_id.text);
        set_instant(use, "used_at", uses[i].used_at);
        json_array_append_new(list, use);
    }
    return append_openings(work, documents, paper_count + count, openings, error);
}

/* --- Files */

/* Names in the archive are plain letters and digits; the name as it was handed in stands in the JSON. */
static const char *extension_of(const struct document *document)
{
    static const char *const known[][2] = {
        {"application/pdf", "pdf"}, {"image/jpeg", "jpg"}, {"image/png", "png"}, {"image/webp", "webp"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(document->media_type, known[i][0]) == 0) return known[i][1];
    const char *dot = strrchr(document->file_name, '.');
    size_t length = dot == NULL ? 0 : strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
    return length > 0 && length < 6 && dot[1 + length] == '\0' ? dot + 1 : "bin";
}

/* Why it is not put in; NULL: it is. */
static const char *left_out(const struct work *work, const struct document *document, const char *fee_state)
{
    if (strcmp(document->kind, "result") == 0 && strcmp(fee_state, "due") == 0) return "fee due";
    enum scan_standing standing = document_standing(work->domain, document);
    if (standing == SCAN_STANDING_INFECTED) return "virus found";
    return standing == SCAN_STANDING_WAITING || standing == SCAN_STANDING_STUCK ? "not scanned yet" : NULL;
}

static enum status add_file(struct work *work, struct zip *zip, const struct uuid *tenant_id,
                            const struct document *document, const char *name, struct error *error)
{
    struct filecrypt_reader *reader = NULL;
    int descriptor = -1;
    enum status status = document_open(work, tenant_id, document, &reader, &descriptor, error);
    if (status != STATUS_OK) return status;
    status = zip_add_document(zip, name, reader);
    filecrypt_reader_close(reader);
    close(descriptor);
    return status;
}

/* What is being written: the archive and its list of contents. */
struct export
{
    struct zip *zip;
    struct contents contents;
};

/* One file below `folder`, as `number`; what is said of it goes to `list`. */
static enum status add_one_file(struct work *work, struct export *export, const struct uuid *tenant_id,
                                const struct document *document, const char *folder, size_t number,
                                const char *fee_state, json_t *list, struct error *error)
{
    const char *why = left_out(work, document, fee_state);
    const char *name = arena_printf(work->arena, "tep/%02zu.%s", number, extension_of(document));
    json_t *file = json_object();
    json_set_cstr(file, "kind", document->kind);
    json_set_cstr(file, "paper", document->paper_key);
    json_set_cstr(file, "name", document->file_name);
    json_set_cstr(file, "sha256", hex_encode(work->arena, document->sha256));
    set_instant(file, "at", document->created_at);
    json_set_cstr(file, why == NULL ? "file" : "left_out", why == NULL ? name : why);
    json_array_append_new(list, file);
    const char *path = arena_printf(work->arena, "%s/%s", folder, name);
    contents_file(&export->contents, path, document->file_name, why);
    return why == NULL ? add_file(work, export->zip, tenant_id, document, path, error) : STATUS_OK;
}

/* --- The personal store */

/* What its owner put in herself; the other papers lie with their dossiers. */
static enum status add_stored(struct work *work, struct export *export, const struct store_paper *papers,
                              size_t count, json_t *list, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct document document;
        if (!store_paper_is_stored(&papers[i])) continue;
        if (json_array_size(list) == 0) contents_stored(&export->contents);
        status = store_document(work, &papers[i], &document, error);
        if (status == STATUS_OK)
            status = add_one_file(work, export, &papers[i].tenant_id, &document, "kho",
                                  json_array_size(list) + 1, "", list, error);
    }
    return status;
}

static enum status add_store(struct work *work, struct export *export, struct error *error)
{
    json_auto uses = json_array();
    json_auto openings = json_array();
    json_auto stored = json_array();
    enum status status = STATUS_OK;
    bool more = true;
    for (int first = 0; status == STATUS_OK && more; first += PAPERS_AT_ONCE) {
        struct store_paper *papers;
        size_t count;
        status = store_list(work, first, PAPERS_AT_ONCE, &papers, &count, &more, error);
        if (status == STATUS_OK) status = append_uses(work, papers, count, uses, openings, error);
        if (status == STATUS_OK) status = add_stored(work, export, papers, count, stored, error);
    }
    if (status == STATUS_OK) status = zip_add_json(export->zip, "dung-lai-giay-to.json", uses);
    if (status == STATUS_OK) status = zip_add_json(export->zip, "giay-to-xem.json", openings);
    if (status == STATUS_OK && json_array_size(stored) > 0) {
        contents_file(&export->contents, "kho/kho.json", "", NULL);
        status = zip_add_json(export->zip, "kho/kho.json", stored);
    }
    return status;
}

/* The files of a dossier or draft below `folder`; *list tells of each. */
static enum status add_files(struct work *work, struct export *export, const struct uuid *tenant_id,
                             const struct uuid *id, const char *folder, const char *fee_state, json_t **list,
                             struct error *error)
{
    struct document *documents;
    size_t count;
    enum status status = document_list(work, tenant_id, id, &documents, &count, error);
    if (status != STATUS_OK) return status;
    *list = json_array();
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        if (strcmp(documents[i].kind, "internal") == 0) continue;
        status = add_one_file(work, export, tenant_id, &documents[i], folder, i + 1, fee_state, *list, error);
    }
    return status;
}

/* --- Drafts and dossiers */

static enum status add_draft(struct work *work, struct export *export, const struct uuid *id,
                             struct error *error)
{
    DRAFT_AUTO draft = {0};
    enum status status = draft_load(work, id, &draft, error);
    if (status != STATUS_OK) return status;
    const char *folder = arena_printf(work->arena, "nhap/%s", id->text);
    const char *path = arena_printf(work->arena, "%s/nhap.json", folder);
    json_t *files = NULL;
    json_auto json = json_object();
    contents_draft(&export->contents, work, &draft);
    contents_file(&export->contents, path, "", NULL);
    status = add_files(work, export, &draft.tenant_id, id, folder, "", &files, error);
    if (status == STATUS_OK) status = add_invited(work, id, json, error);
    json_object_set_new(json, "files", files == NULL ? json_array() : files);
    json_object_set(json, "answers", draft.answers);
    set_instant(json, "created_at", draft.created_at);
    set_instant(json, "updated_at", draft.updated_at);
    return status == STATUS_OK ? zip_add_json(export->zip, path, json) : status;
}

static json_t *events_of(struct work *work, const struct dossier_file *file)
{
    json_t *list = json_array();
    for (size_t i = 0; i < file->event_count; i++) {
        const struct event *event = &file->events[i];
        if (!event->is_public) continue;
        json_t *row = json_object();
        set_instant(row, "at", event->at);
        json_set_cstr(row, "what", dossier_event_text(work->arena, NULL, event));
        json_set_cstr(row, "who", event->actor_name);
        json_set_cstr(row, "note", dossier_event_note(event));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *dossier_json(struct work *work, const struct dossier_file *file)
{
    const struct dossier *dossier = &file->dossier;
    const struct tenant *agency =
        tenant_by_id(reference_tenants(work->domain->reference), &dossier->tenant_id);
    json_t *json = json_object();
    json_set_cstr(json, "code", dossier->code);
    json_set_cstr(json, "agency", agency == NULL ? "" : agency->name);
    json_set_cstr(json, "procedure_code", dossier->procedure_code);
    json_set_cstr(json, "procedure", dossier->procedure_name);
    json_set_cstr(json, "status", dossier->status);
    json_set_cstr(json, "applicant", dossier->applicant_name);
    json_object_set(json, "contact", dossier->contact);
    json_object_set(json, "answers", dossier->answers);
    set_instant(json, "submitted_at", dossier->submitted_at);
    set_instant(json, "received_at", dossier->received_at);
    set_instant(json, "due_at", dossier->due_at);
    set_instant(json, "finished_at", dossier->finished_at);
    set_instant(json, "returned_at", dossier->returned_at);
    json_object_set_new(json, "fee", json_integer((json_int_t)dossier->fee_amount));
    json_object_set_new(json, "events", events_of(work, file));
    return json;
}

static enum status add_dossier(struct work *work, struct export *export, const struct dossier_row *row,
                               struct error *error)
{
    DOSSIER_FILE_AUTO file = {0};
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(PDF_BYTES);
    json_t *files = NULL;
    const char *folder = arena_printf(work->arena, "ho-so/%s", row->code);
    enum status status = dossier_load(work, &row->tenant_id, &row->id, &file, error);
    if (status != STATUS_OK) return status;
    if (!uuid_same(&file.dossier.account_id, &work->actor->account_id))
        return STATUS_OK; /* erased meanwhile */
    const char *print = arena_printf(work->arena, "%s/ho-so.pdf", folder);
    const char *path = arena_printf(work->arena, "%s/ho-so.json", folder);
    contents_dossier(&export->contents, work, &file.dossier);
    contents_file(&export->contents, print, "", NULL);
    contents_file(&export->contents, path, "", NULL);
    status = paper_render_dossier(work, &file, false, &pdf, error);
    if (status == STATUS_OK) status = zip_add_text(export->zip, print, buf_str(&pdf));
    if (status == STATUS_OK)
        status = add_files(work, export, &row->tenant_id, &row->id, folder, row->fee_state, &files, error);
    json_auto json = dossier_json(work, &file);
    json_object_set_new(json, "files", files == NULL ? json_array() : files);
    if (status == STATUS_OK) status = add_invited(work, &row->id, json, error);
    return status == STATUS_OK ? zip_add_json(export->zip, path, json) : status;
}

static enum status add_drafts(struct work *work, struct export *export, struct error *error)
{
    struct draft *drafts;
    size_t count;
    enum status status = draft_list(work, &drafts, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = add_draft(work, export, &drafts[i].id, error);
    return status;
}

static enum status add_dossiers(struct work *work, struct export *export, struct error *error)
{
    struct dossier_row *rows;
    size_t count;
    enum status status = dossier_list_own_all(work, &rows, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        ARENA_AUTO round = arena_create(ROUND_BYTES);
        struct work scratch = *work;
        scratch.arena = round;
        struct error inner = {0};
        status = add_dossier(&scratch, export, &rows[i], &inner);
        if (status != STATUS_OK)
            (void)error_set(error, work->arena, status, "export.dossier", inner.message, "%s: %s",
                            rows[i].code, inner.detail == NULL ? "" : inner.detail);
    }
    return status;
}

static enum status fill(struct work *work, struct export *export, const struct profile *profile,
                        struct error *error)
{
    struct zip *zip = export->zip;
    enum status status = add_readme(work, zip);
    if (status == STATUS_OK) status = add_profile(zip, profile);
    if (status == STATUS_OK) status = add_sessions(work, zip, error);
    if (status == STATUS_OK) status = add_keys(work, zip, error);
    if (status == STATUS_OK) status = add_parts(work, zip, error);
    if (status == STATUS_OK) status = add_drafts(work, export, error);
    if (status == STATUS_OK) status = add_dossiers(work, export, error);
    if (status == STATUS_OK) status = add_store(work, export, error);
    return status == STATUS_OK ? zip_add_text(zip, "MUC-LUC.txt", buf_str(&export->contents.text)) : status;
}

enum status account_export(struct work *work, struct str password, struct document_spool **archive,
                           struct error *error)
{
    struct export export = {0};
    struct profile profile;
    enum status status = identity_verify_own_password(work, password, "export_password", error);
    if (status == STATUS_OK) status = profile_load(work, &profile, error);
    if (status == STATUS_OK) status = zip_create(work, &export.zip, error);
    if (status != STATUS_OK) return status;
    contents_begin(&export.contents, work, &profile);
    status = fill(work, &export, &profile, error);
    buf_release(&export.contents.text);
    if (status != STATUS_OK) {
        zip_abandon(export.zip);
        return status;
    }
    return zip_finish(export.zip, archive);
}
