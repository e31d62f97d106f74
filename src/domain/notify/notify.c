/* What mails say: facts looked up when the mail is sent, so that they are those of that moment. */
#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/outbox.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/catalogue.h"
#include "motcua/i18n/format.h"

struct letter {
    struct work *work;
    enum language language;
    const struct tenant *tenant;
    const struct dossier_file *file;
    json_t *view;
};

static const char *text(const struct letter *letter, const char *message)
{
    return letter->language == LANGUAGE_ENGLISH ? translate(letter->work->domain->english, message) : message;
}

static const char *moment(const struct letter *letter, instant when)
{
    return when == INSTANT_NONE ? "" : format_moment(letter->work->arena, letter->language, when);
}

static const char *money(const struct letter *letter, int64_t dong)
{
    return format_money(letter->work->arena, letter->language, dong);
}

static const char *agency_name(const struct letter *letter)
{
    bool english = letter->language == LANGUAGE_ENGLISH && letter->tenant->name_en[0] != '\0';
    return english ? letter->tenant->name_en : letter->tenant->name;
}

static const char *return_text(const struct letter *letter)
{
    const char *channel = letter->file->dossier.return_channel;
    if (strcmp(channel, "online") == 0) return text(letter, N_("trực tuyến, trên trang hồ sơ của Ông/Bà"));
    if (strcmp(channel, "post") == 0) return text(letter, N_("qua bưu điện, đến địa chỉ đã đăng ký"));
    return letter->tenant->address[0] == '\0'
               ? text(letter, N_("tại bộ phận một cửa"))
               : arena_printf(letter->work->arena, "%s, %s", text(letter, N_("tại bộ phận một cửa")),
                              letter->tenant->address);
}

static const char *fee_text(const struct letter *letter)
{
    const struct dossier *dossier = &letter->file->dossier;
    if (dossier->fee_amount == 0) return text(letter, N_("không thu"));
    const char *when = strcmp(dossier->fee_state, "paid") == 0 ? text(letter, N_("đã nộp"))
                                                               : text(letter, N_("nộp khi nhận kết quả"));
    return arena_printf(letter->work->arena, "%s, %s", money(letter, dossier->fee_amount), when);
}

static const char *how_text(const struct letter *letter)
{
    const char *channel = letter->file->dossier.return_channel;
    if (strcmp(channel, "online") == 0)
        return text(letter, N_("Kết quả đã có trên trang hồ sơ, xin mời Ông/Bà tải về."));
    if (strcmp(channel, "post") == 0) return text(letter, N_("Kết quả sẽ được gửi đến Ông/Bà qua bưu điện."));
    return text(letter,
                N_("Xin mời Ông/Bà đến nhận tại bộ phận một cửa, mang theo giấy hẹn và giấy tờ tùy thân."));
}

static void fill_supplement(const struct letter *letter)
{
    const struct dossier_file *file = letter->file;
    if (file->supplement_count == 0) return;
    const struct supplement_request *request = &file->supplements[file->supplement_count - 1];
    json_object_set(letter->view, "items", request->items);
    json_set_cstr(letter->view, "reason", request->reason);
    if (request->answer_due_at != INSTANT_NONE)
        json_set_cstr(letter->view, "until", moment(letter, request->answer_due_at));
    json_set_cstr(letter->view, "url",
                  arena_printf(letter->work->arena, "%s/ho-so/%s/bo-sung", letter->work->domain->base_url,
                               file->dossier.code));
}

static void fill_apology(const struct letter *letter)
{
    for (size_t i = 0; i < letter->file->apology_count; i++) {
        const struct apology *apology = &letter->file->apologies[i];
        if (strcmp(apology->state, "sent") != 0) continue;
        json_set_cstr(letter->view, "old_due", moment(letter, apology->old_due_at));
        json_set_cstr(letter->view, "new_due", moment(letter, apology->new_due_at));
        json_set_cstr(letter->view, "reason", apology->reason);
    }
}

static void fill_refusal(const struct letter *letter)
{
    for (size_t i = 0; i < letter->file->event_count; i++)
        if (strcmp(letter->file->events[i].kind, "refused") == 0)
            json_set_cstr(letter->view, "reason", json_get_cstr(letter->file->events[i].data, "note", ""));
}

static void fill_result(const struct letter *letter)
{
    const struct result *result = letter->file->result;
    if (result == NULL) return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    json_set_cstr(letter->view, "result",
                  arena_printf(letter->work->arena, text(letter, N_("%s số %s")), text(letter, result->title),
                               result->number));
#pragma GCC diagnostic pop
    json_set_cstr(letter->view, "how", how_text(letter));
    if (strcmp(letter->file->dossier.fee_state, "due") == 0)
        json_set_cstr(letter->view, "fee", money(letter, letter->file->dossier.fee_amount));
    else
        json_object_set_new(letter->view, "fee", json_null());
}

/* What the newest change of the calendar did to the due date. */
static void fill_moved(const struct letter *letter)
{
    for (size_t i = 0; i < letter->file->event_count; i++) {
        const struct event *event = &letter->file->events[i];
        instant old_due, new_due;
        if (strcmp(event->kind, "calendar_changed") != 0 ||
            civil_parse_instant(json_get_str(event->data, "old_due"), &old_due) != STATUS_OK ||
            civil_parse_instant(json_get_str(event->data, "new_due"), &new_due) != STATUS_OK)
            continue;
        json_set_cstr(letter->view, "old_due", moment(letter, old_due));
        json_set_cstr(letter->view, "new_due", moment(letter, new_due));
        json_set_cstr(
            letter->view, "reason",
            dossier_move_reason(letter->work->arena,
                                letter->language == LANGUAGE_ENGLISH ? letter->work->domain->english : NULL,
                                event->data));
    }
}

static enum status fill_dossier(const struct letter *letter, const char *template, struct error *error)
{
    const struct dossier *dossier = &letter->file->dossier;
    const struct procedure_version *version;
    const char *secret;
    enum status status =
        dossier_tracking_secret(letter->work, &dossier->tenant_id, &dossier->id, &secret, error);
    if (status == STATUS_OK)
        status = reference_procedure_version(letter->work, &dossier->procedure_version_id, &version, error);
    if (status != STATUS_OK) return status;
    bool english = letter->language == LANGUAGE_ENGLISH && version->name_en[0] != '\0';
    json_t *view = letter->view;
    const json_t *submitter = dossier_submitter(dossier);
    if (submitter != NULL) json_set_cstr(view, "submitter", json_get_cstr(submitter, "name", ""));
    json_set_cstr(view, "name", dossier->applicant_name);
    json_set_cstr(view, "code", dossier->code);
    json_set_cstr(view, "agency", agency_name(letter));
    json_set_cstr(view, "procedure", english ? version->name_en : version->name);
    json_set_cstr(
        view, "url",
        arena_printf(letter->work->arena, "%s/ho-so/%s", letter->work->domain->base_url, dossier->code));
    json_set_cstr(view, "secret", secret);
    json_set_cstr(view, "submitted", moment(letter, dossier->submitted_at));
    json_set_cstr(view, "received", moment(letter, dossier->received_at));
    json_set_cstr(view, "due",
                  dossier->due_at == INSTANT_NONE ? text(letter, N_("không quy định"))
                                                  : moment(letter, dossier->due_at));
    json_set_cstr(view, "return_channel", return_text(letter));
    json_set_cstr(view, "fee", fee_text(letter));
    json_set_cstr(view, "step", dossier->step_name);
    if (strcmp(template, "supplement") == 0)
        fill_supplement(letter);
    else if (strcmp(template, "apology") == 0)
        fill_apology(letter);
    else if (strcmp(template, "due-moved") == 0)
        fill_moved(letter);
    else if (strcmp(template, "refusal") == 0)
        fill_refusal(letter);
    else if (strcmp(template, "result-ready") == 0)
        fill_result(letter);
    return STATUS_OK;
}

enum status notify_view(struct work *work, const struct uuid *tenant_id, const json_t *payload, json_t **view,
                        struct error *error)
{
    struct letter letter = {.work = work,
                            .tenant = tenant_by_id(reference_tenants(work->domain->reference), tenant_id)};
    struct uuid dossier_id = uuid_from(json_get_str(payload, "dossier_id"));
    DOSSIER_FILE_AUTO file = {0};
    (void)language_from_code(json_get_str(payload, "language"), &letter.language);
    if (letter.tenant == NULL)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "notify.tenant", NULL,
                         "mail of an unknown tenant");
    json_auto built = json_object();
    letter.view = built;
    json_object_set_new(built, "submitter", json_null());
    json_set_cstr(built, "site_name", work->domain->site_name);
    json_set_cstr(built, "hotline", work->domain->hotline);
    json_set_cstr(built, "sender", agency_name(&letter));
    if (!uuid_is_empty(&dossier_id)) {
        enum status status = dossier_load(work, tenant_id, &dossier_id, &file, error);
        letter.file = &file;
        if (status == STATUS_OK)
            status = fill_dossier(&letter, json_get_cstr(payload, "template", ""), error);
        if (status != STATUS_OK) return status;
    }
    const json_t *extra = json_get_object(payload, "extra");
    if (extra != NULL) json_object_update(built, (json_t *)(uintptr_t)extra);
    instant until;
    if (civil_parse_instant(json_get_str(extra, "until_instant"), &until) == STATUS_OK)
        json_set_cstr(built, "until", moment(&letter, until));
    *view = json_incref(built);
    return STATUS_OK;
}
