/*
 * Submission: the draft becomes the dossier of the same id. Exactly once: the draft's row is locked first,
 * and a draft that has been submitted answers with its dossier. The day's counter is taken in the writing
 * round trip, so that it is held no longer than the commit takes.
 */
#include "dossier_private.h"

#include "motcua/domain/keys.h"
#include "motcua/domain/list.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"
#include "share_private.h"

DB_STATEMENT(submit_lock_draft, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"procedure_id", DB_UUID}, {"procedure_version_id", DB_UUID},
                        {"answers", DB_JSON}, {"submitted_at", DB_INSTANT}),
             "SELECT tenant_id, procedure_id, procedure_version_id, answers, submitted_at FROM draft "
             "WHERE account_id = motcua.app_account() AND id = $1 FOR UPDATE")

DB_STATEMENT(submit_account, DB_NOTHING,
             DB_COLUMNS({"full_name", DB_TEXT}, {"email", DB_TEXT}, {"phone", DB_TEXT}, {"address", DB_TEXT},
                        {"personal_id", DB_TEXT}, {"language", DB_TEXT}),
             "SELECT full_name, email, phone, address, personal_id, language FROM account WHERE id = "
             "motcua.app_account()")

DB_STATEMENT(
    submit_offering, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"unit_id", DB_UUID}),
    "SELECT unit_id FROM offering WHERE tenant_id = motcua.app_tenant() AND procedure_id = $1 AND enabled")

DB_STATEMENT(submit_papers, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"paper_key", DB_TEXT}, {"id", DB_UUID}),
             "SELECT paper_key, id FROM document WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND removed_at IS NULL AND scan_state <> 'infected' ORDER BY created_at, id")

/* What no paper of these answers asks for stays behind, as if its owner had removed it. */
DB_STATEMENT(submit_leave, DB_PARAMETERS(DB_UUID, DB_UUID_ARRAY, DB_INSTANT), DB_NOTHING,
             "UPDATE document SET removed_at = $3 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND id = ANY ($2) AND removed_at IS NULL")

DB_STATEMENT(submit_existing, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"code", DB_TEXT}),
             "SELECT code FROM dossier WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(
    submit_insert,
    DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_UUID, DB_UUID, DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_UUID, DB_TEXT,
                  DB_TEXT, DB_TEXT, DB_TEXT, DB_JSON, DB_TEXT, DB_JSON, DB_TEXT, DB_TEXT, DB_INT32,
                  DB_INSTANT, DB_INT64, DB_TEXT),
    DB_COLUMNS({"code", DB_TEXT}),
    "WITH next AS (INSERT INTO counter (tenant_id, series, value) VALUES (motcua.app_tenant(), $1, 1) "
    "ON CONFLICT (tenant_id, series) DO UPDATE SET value = counter.value + 1 RETURNING value) "
    "INSERT INTO dossier (tenant_id, code, id, account_id, procedure_id, procedure_version_id, "
    "procedure_code, "
    "procedure_name, unit_id, channel, return_channel, status, applicant_name, applicant_key, contact, "
    "subject, "
    "answers, limit_rule, calendar_code, calendar_revision, submitted_at, fee_amount, fee_state) "
    "SELECT motcua.app_tenant(), $2 || lpad(next.value::text, greatest(4, length(next.value::text)), '0'), "
    "$3, $4, "
    "$5, $6, $7, $8, $9, $10, $11, 'submitted', $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22 FROM "
    "next "
    "RETURNING code")

DB_STATEMENT(
    submit_mark_draft, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
    "UPDATE draft SET submitted_at = $2, updated_at = $2 WHERE account_id = motcua.app_account() AND id = $1")

struct submit {
    struct work *work;
    const struct uuid *draft_id;
    const char *return_channel;
    struct submission *submission;
};

struct form_environment form_environment_for(struct work *work, const struct uuid *tenant_id,
                                             const char *language)
{
    char *today = arena_alloc(work->arena, CIVIL_DATE_SIZE);
    civil_format_date(civil_day_of(work->now), today);
    bool english = strcmp(language, "en") == 0;
    return (struct form_environment){
        .today = today,
        .language = language,
        .translate = english ? domain_translate : NULL,
        .translate_context = english ? work->domain : NULL,
        .lists = list_of_forms(work, tenant_id),
    };
}

/* The answer that carries a standard meaning, as text for people; "" when there is none. */
static const char *answer_meaning(const struct procedure_version *version, const json_t *display,
                                  const char *meaning)
{
    for (size_t i = 0; i < form_field_count(version->form); i++) {
        const char *has = form_field_meaning(version->form, i);
        if (has != NULL && strcmp(has, meaning) == 0) {
            const char *text = json_get_cstr(display, form_field_key(version->form, i), "");
            if (text[0] != '\0') return text;
        }
    }
    return "";
}

/* How to reach the person as far as the account says. */
static json_t *account_contact(const struct db_result *account)
{
    static const char *const names[] = {"email", "phone", "address", "personal_id"};
    bool known = account->row_count > 0;
    json_t *contact = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        json_set_cstr(contact, names[i], known ? db_cstr_or_empty(account, 0, 1 + i) : "");
    json_set_cstr(contact, "language", known ? db_cstr_or_empty(account, 0, 5) : "vi");
    return contact;
}

/* Who hands in for somebody else: the account, until the answers say more. Nothing of the account is taken
 * for the applicant's. */
static json_t *submitter_contact(const json_t *account, const char *name)
{
    json_t *contact = json_object(), *submitter = json_object();
    json_set_cstr(contact, "language", json_get_cstr(account, "language", "vi"));
    json_set_cstr(submitter, "name", name);
    json_set_cstr(submitter, "phone", json_get_cstr(account, "phone", ""));
    json_set_cstr(submitter, "email", json_get_cstr(account, "email", ""));
    json_object_set_new(contact, "submitter", submitter);
    return contact;
}

struct contact_meaning {
    const char *name, *meaning;
};

static const struct contact_meaning submitter_meanings[] = {
    {"name", "submitter.full_name"},
    {"phone", "submitter.phone"},
    {"email", "submitter.email"},
};

static const struct contact_meaning contact_meanings[] = {
    {"email", "person.email"},
    {"phone", "person.phone"},
    {"address", "person.permanent_address"},
    {"address", "person.current_address"},
    {"personal_id", "person.identity_number"},
    {"personal_id", "person.personal_id"},
};

static void follow(const struct procedure_version *version, const json_t *display,
                   const struct contact_meaning *meanings, size_t count, json_t *contact)
{
    for (size_t i = 0; i < count; i++) {
        const char *answer = answer_meaning(version, display, meanings[i].meaning);
        if (answer[0] != '\0') json_set_cstr(contact, meanings[i].name, answer);
    }
}

enum status dossier_follow_answers(struct command *command, const struct form_environment *environment,
                                   const struct form_state *state, struct error *error)
{
    struct arena *arena = command->work->arena;
    const struct procedure_version *version = command->version;
    struct dossier *d = &command->dossier;
    json_auto display = NULL;
    enum status status = form_display(version->form, arena, d->answers, environment, &display);
    if (status != STATUS_OK) return status;
    if (!form_on_behalf(version->form, state)) {
        json_object_del(d->contact, "submitter");
    } else {
        if (!dossier_on_behalf(d)) {
            json_t *contact = submitter_contact(d->contact, d->applicant_name);
            json_decref(d->contact);
            d->contact = contact;
        }
        follow(version, display, submitter_meanings, sizeof submitter_meanings / sizeof submitter_meanings[0],
               json_object_get(d->contact, "submitter"));
    }
    follow(version, display, contact_meanings, sizeof contact_meanings / sizeof contact_meanings[0],
           d->contact);
    const char *name = answer_meaning(version, display, "person.full_name");
    if (name[0] != '\0') d->applicant_name = arena_strdup(arena, name);
    bool settled = strcmp(d->fee_state, "paid") == 0 || strcmp(d->fee_state, "exempt") == 0;
    if (settled) return STATUS_OK;
    status = procedure_fee(version, arena, state->data, &d->fee_amount, error);
    if (status == STATUS_OK) d->fee_state = d->fee_amount > 0 ? "due" : "none";
    return status;
}

static enum status refuse_incomplete(struct work *work, struct error *error, const char *detail)
{
    return error_set(error, work->arena, STATUS_INVALID, "dossier.incomplete",
                     N_("Hồ sơ chưa đầy đủ. Vui lòng xem các mục còn thiếu, bổ sung rồi nộp lại."), "%s",
                     detail);
}

/* The files of the draft: those that go along, and those that stay behind. */
struct files {
    const char **keys; /* of their papers */
    struct uuid *ids, *left;
    size_t count, left_count;
};

static struct files read_files(struct arena *arena, const struct db_result *papers)
{
    struct files files = {.keys = arena_array(arena, papers->row_count, sizeof *files.keys),
                          .ids = arena_array(arena, papers->row_count, sizeof *files.ids),
                          .left = arena_array(arena, papers->row_count, sizeof *files.left),
                          .count = papers->row_count};
    for (size_t i = 0; i < files.count; i++) {
        files.keys[i] = db_get_cstr(papers, i, 0);
        files.ids[i] = db_get_uuid(papers, i, 1);
    }
    return files;
}

static int64_t files_of(const struct files *files, const char *key)
{
    int64_t count = 0;
    for (size_t i = 0; i < files->count; i++)
        count += strcmp(files->keys[i], key) == 0;
    return count;
}

static void take_files(const struct form *form, json_t *answers, const struct files *files)
{
    json_auto taken = json_object();
    for (size_t i = 0; i < files->count; i++) {
        const char *key = files->keys[i];
        if (json_object_get(taken, key) == NULL) json_object_set_new(taken, key, json_array());
        json_array_append_new(json_object_get(taken, key), json_string(files->ids[i].text));
    }
    answers_take_files(form, answers, taken);
}

/* Sorts out what these answers do not ask for. */
static void leave_files(const struct procedure_version *version, struct arena *arena, const json_t *data,
                        struct files *files)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        if (!procedure_asks_for(version, files->keys[i], arena, data)) {
            files->left[files->left_count++] = files->ids[i];
            continue;
        }
        files->keys[kept] = files->keys[i];
        files->ids[kept++] = files->ids[i];
    }
    files->count = kept;
}

/* The answers with the files that go along, evaluated. */
static enum status evaluate(struct work *work, const struct procedure_version *version, json_t *answers,
                            const struct form_environment *environment, struct files *files,
                            struct form_state *state)
{
    take_files(version->form, answers, files);
    enum status status = form_evaluate(version->form, work->arena, answers, environment, state);
    if (status != STATUS_OK) return status;
    leave_files(version, work->arena, state->data, files);
    if (files->left_count == 0) return STATUS_OK;
    form_state_release(state);
    *state = (struct form_state){0};
    take_files(version->form, answers, files);
    return form_evaluate(version->form, work->arena, answers, environment, state);
}

/* All answers valid, no early exit, all papers that these answers ask for attached. */
static enum status check_complete(struct work *work, const struct procedure_version *version,
                                  const json_t *answers, const struct form_environment *environment,
                                  const struct form_state *state, const struct files *papers,
                                  struct error *error)
{
    struct form_errors errors = {0};
    enum status status =
        form_validate(version->form, work->arena, FORM_ALL_PAGES, answers, environment, &errors);
    if (status != STATUS_OK) return status;
    if (errors.count > 0) return refuse_incomplete(work, error, errors.list[0].code);
    if (state->exit != NULL) return refuse_incomplete(work, error, "an early exit applies");
    for (size_t i = 0; i < version->paper_count; i++) {
        const struct procedure_paper *paper = &version->papers[i];
        int64_t files = files_of(papers, paper->key);
        if (!paper->upload || !procedure_paper_applies(paper, work->arena, state->data)) continue;
        if ((paper->required && files == 0) || (paper->max_files > 0 && files > paper->max_files))
            return refuse_incomplete(work, error, paper->key);
    }
    return STATUS_OK;
}

struct loaded {
    struct uuid tenant_id, procedure_id, version_id;
    const struct procedure_version *version;
};

/* Which tenant and version: read before the transaction, since both decide how it runs. */
static enum status look(struct submit *submit, struct loaded *loaded, struct error *error)
{
    DRAFT_AUTO draft = {.answers = NULL};
    enum status status = draft_load(submit->work, submit->draft_id, &draft, error);
    if (status != STATUS_OK) return status;
    loaded->tenant_id = draft.tenant_id;
    loaded->procedure_id = draft.procedure_id;
    loaded->version_id = draft.procedure_version_id;
    return reference_procedure_version(submit->work, &draft.procedure_version_id, &loaded->version, error);
}

struct submit_call {
    struct submit *submit;
    struct loaded loaded;
    struct draft_share *shares;
    size_t share_count;
};

/* Who was invited to sign has signed these answers, not others. */
static enum status check_signatures(struct submit_call *call, const json_t *answers, struct error *error)
{
    struct work *work = call->submit->work;
    for (size_t i = 0; i < call->share_count; i++)
        if (share_signs(&call->shares[i], work->now) &&
            !share_is_signed(work, &call->shares[i], call->loaded.version->form, answers))
            return refuse_incomplete(work, error, "not signed, or changed since");
    return STATUS_OK;
}

static const char *day_stamp(struct arena *arena, instant now)
{
    struct civil_date date = civil_date_from_day(civil_day_of(now));
    return arena_printf(arena, "%02d%02d%02d", date.year % 100, date.month, date.day);
}

/* The start data of the workflow: visible answers and what the portal adds. */
static json_t *start_data(const struct command *command, const json_t *data)
{
    json_t *variables = json_deep_copy(data);
    json_set_cstr(variables, "procedure_code", command->dossier.procedure_code);
    json_set_cstr(variables, "channel", command->dossier.channel);
    json_set_cstr(variables, "applicant_name", command->dossier.applicant_name);
    return variables;
}

static enum status fill_dossier(struct command *command, const struct db_result *account,
                                const struct db_result *offering, const struct form_state *state,
                                const struct form_environment *environment, struct error *error)
{
    struct dossier *d = &command->dossier;
    d->contact = account_contact(account);
    d->applicant_name = account->row_count == 0 ? "" : db_cstr_or_empty(account, 0, 0);
    d->fee_state = "none";
    d->unit_id = db_get_uuid(offering, 0, 0);
    enum status status = dossier_follow_answers(command, environment, state, error);
    if (d->applicant_name[0] == '\0') d->applicant_name = command->work->actor->name;
    return status;
}

static void add_insert(struct command *command, const json_t *data, struct db_result **inserted)
{
    struct work *work = command->work;
    struct dossier *d = &command->dossier;
    const char *stamp = day_stamp(work->arena, work->now);
    *inserted =
        db_add(command->write, &submit_insert, db_cstr(arena_printf(work->arena, "dossier:%s", stamp)),
               db_cstr(arena_printf(work->arena, "%s-%s-", command->tenant->agency_identifier, stamp)),
               db_uuid(d->id), db_uuid(d->account_id), db_uuid(d->procedure_id),
               db_uuid(d->procedure_version_id), db_cstr(d->procedure_code), db_cstr(d->procedure_name),
               db_uuid(d->unit_id), db_cstr(d->channel), db_cstr(d->return_channel),
               db_cstr(d->applicant_name), db_text(text_search_key(work->arena, str_of(d->applicant_name))),
               db_json(d->contact), db_cstr(d->subject), db_json(data), db_cstr(d->limit_rule),
               db_cstr(d->calendar_code), db_int32(d->calendar_revision), db_instant(d->submitted_at),
               db_int64(d->fee_amount), db_cstr(d->fee_state));
    db_add(command->write, &submit_mark_draft, db_uuid(d->id), db_instant(work->now));
}

static enum status start_command(struct submit_call *call, struct command *command, const json_t *answers,
                                 struct error *error)
{
    struct work *work = call->submit->work;
    const struct procedure_version *version = call->loaded.version;
    command->version = command->workflow_version = version;
    command->tenant = tenant_by_id(reference_tenants(work->domain->reference), &call->loaded.tenant_id);
    if (command->tenant == NULL || command->tenant->agency_identifier[0] == '\0')
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "tenant.no_identifier",
                         N_("Cơ quan này chưa được cấu hình mã định danh nên chưa nhận hồ sơ trực tuyến"),
                         NULL);
    command->dossier = (struct dossier){
        .tenant_id = call->loaded.tenant_id,
        .id = *call->submit->draft_id,
        .account_id = work->actor->account_id,
        .procedure_id = call->loaded.procedure_id,
        .procedure_version_id = call->loaded.version_id,
        .code = "",
        .procedure_code = version->code,
        .procedure_name = version->name,
        .channel = "online",
        .return_channel = call->submit->return_channel,
        .status = "submitted",
        .outcome = "",
        .subject = "",
        .step_name = "",
        .step_name_en = "",
        .answers = json_deep_copy(answers),
        .copies = 1,
        .limit_rule = limit_to_text(work->arena, version->limit),
        .calendar_code = command->tenant->calendar_code,
        .submitted_at = work->now,
        .received_at = INSTANT_NONE,
        .first_due_at = INSTANT_NONE,
        .due_at = INSTANT_NONE,
        .paused_since = INSTANT_NONE,
        .finished_at = INSTANT_NONE,
        .returned_at = INSTANT_NONE,
        .archived_at = INSTANT_NONE,
        .erased_at = INSTANT_NONE,
    };
    command->calendar = reference_calendar(work->domain->reference, command->dossier.calendar_code,
                                           &command->dossier.calendar_revision);
    if (command->calendar == NULL)
        return error_set(error, work->arena, STATUS_FATAL, "calendar.unknown", NULL, "no calendar %s",
                         command->dossier.calendar_code);
    return STATUS_OK;
}

static enum status submit_checked(struct submit_call *call, struct command *command,
                                  const struct db_result *draft, const struct db_result *account,
                                  const struct db_result *offering, const struct db_result *papers,
                                  struct error *error)
{
    struct submit *submit = call->submit;
    struct work *work = submit->work;
    struct form_environment environment = form_environment_for(work, &call->loaded.tenant_id, "vi");
    json_auto answers = db_get_json(draft, 0, 3);
    FORM_STATE_AUTO state = {0};
    struct files files = read_files(work->arena, papers);
    enum status status = start_command(call, command, answers, error);
    if (status == STATUS_OK)
        status = dossier_codes_within(work, command->transaction, call->loaded.version->form, answers,
                                      &environment.codes, error);
    if (status == STATUS_OK)
        status = evaluate(work, call->loaded.version, answers, &environment, &files, &state);
    if (status == STATUS_OK)
        status = check_complete(work, call->loaded.version, answers, &environment, &state, &files, error);
    if (status == STATUS_OK) status = check_signatures(call, answers, error);
    if (status == STATUS_OK) {
        json_decref(command->dossier.answers);
        command->dossier.answers = json_incref(state.data);
        status = fill_dossier(command, account, offering, &state, &environment, error);
    }
    if (status != STATUS_OK) return status;
    command->write = db_batch(command->transaction);
    struct db_result *inserted;
    add_insert(command, state.data, &inserted);
    if (files.left_count > 0)
        db_add(command->write, &submit_leave, db_uuid(command->dossier.id),
               db_uuid_array(files.left, files.left_count), db_instant(work->now));
    json_auto variables = start_data(command, state.data);
    json_t *together = share_record(call->shares, call->share_count);
    command_event(command, "submitted", true,
                  together == NULL ? NULL : json_pack("{s:o}", "together", together));
    status = workflow_start(command, variables, error);
    if (status == STATUS_OK) {
        command_mail(command, "dossier-submitted", NULL);
        status = command_finish(command, error);
    }
    if (status == STATUS_OK) submit->submission->code = db_get_cstr(inserted, 0, 0);
    return status;
}

static enum status run_submit(struct db_transaction *transaction, void *context, struct error *error)
{
    struct submit_call *call = context;
    struct submit *submit = call->submit;
    struct work *work = submit->work;
    struct db_batch *load = db_batch(transaction);
    struct db_result *draft = db_add(load, &submit_lock_draft, db_uuid(*submit->draft_id));
    struct db_result *account = db_add(load, &submit_account);
    struct db_result *offering = db_add(load, &submit_offering, db_uuid(call->loaded.procedure_id));
    struct db_result *papers = db_add(load, &submit_papers, db_uuid(*submit->draft_id));
    struct db_result *existing = db_add(load, &submit_existing, db_uuid(*submit->draft_id));
    struct db_result *shares = share_list_add(load, submit->draft_id);
    enum status status = db_run(load, error);
    if (status == STATUS_OK) status = share_read_all(work, shares, &call->shares, &call->share_count);
    if (status != STATUS_OK) return status;
    if (draft->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "draft.unknown",
                         N_("Không tìm thấy hồ sơ nháp này"), NULL);
    if (existing->row_count > 0) {
        submit->submission->code = db_get_cstr(existing, 0, 0);
        submit->submission->repeated = true;
        return STATUS_OK;
    }
    if (offering->row_count == 0)
        return error_set(error, work->arena, STATUS_CONFLICT, "offering.closed",
                         N_("Cơ quan này hiện không tiếp nhận thủ tục này. Vui lòng chọn cơ quan khác."),
                         NULL);
    struct command command = {.work = work, .transaction = transaction};
    status = submit_checked(call, &command, draft, account, offering, papers, error);
    command_release(&command);
    return status;
}

enum status dossier_submit(struct work *work, const struct uuid *draft_id, const char *return_channel,
                           struct submission *submission, struct error *error)
{
    struct submission result = {.dossier_id = *draft_id};
    struct submit submit = {work, draft_id, return_channel, &result};
    struct submit_call call = {.submit = &submit};
    SECRET_KEY_AUTO key;
    int key_version;
    enum status status = look(&submit, &call.loaded, error);
    if (status == STATUS_OK && !procedure_is_online(call.loaded.version))
        status = error_set(error, work->arena, STATUS_INVALID, "procedure.not_online",
                           N_("Thủ tục này chưa nộp trực tuyến được"), NULL);
    if (status == STATUS_OK)
        status = key_ring_tenant(work, &call.loaded.tenant_id, 1, &key, &key_version, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, &call.loaded.tenant_id);
    status = db_transaction(work->db, &scope, work->arena, run_submit, &call, error);
    if (status == STATUS_OK) *submission = result;
    return status;
}
