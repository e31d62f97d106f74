/* What the citizen does with a dossier of his own: answers a request, withdraws, rates. */
#include "dossier_private.h"

#include "motcua/crypto/keys.h"
#include "motcua/crypto/secret.h"
#include "motcua/domain/keys.h"

static enum status check_owner(const struct command *command, struct error *error)
{
    const struct actor *actor = command->work->actor;
    if (actor->kind == ACTOR_CITIZEN && !uuid_is_empty(&actor->account_id) &&
        uuid_same(&command->dossier.account_id, &actor->account_id))
        return STATUS_OK;
    return error_set(error, command->work->arena, STATUS_NOT_FOUND, "dossier.unknown",
                     N_("Không tìm thấy hồ sơ này"), NULL);
}

struct supplement_answer {
    const json_t *answers;
    struct str note;
};

DB_STATEMENT(citizen_close_supplement, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "UPDATE supplement_request SET answered_at = $2, answer_note = $3, closed_at = $2 "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND closed_at IS NULL")

DB_STATEMENT(
    citizen_expire_supplement, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
    "UPDATE supplement_request SET closed_at = $2 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
    "AND closed_at IS NULL")

/* Validates, and takes over what is visible, with what follows from it. */
static enum status take_answers(struct command *command, const json_t *answers, struct error *error)
{
    FORM_STATE_AUTO state = {0};
    struct form_environment environment =
        form_environment_for(command->work, &command->dossier.tenant_id, "vi");
    struct form_errors errors = {0};
    enum status status = dossier_codes_within(command->work, command->transaction, command->version->form,
                                              answers, &environment.codes, error);
    if (status == STATUS_OK)
        status = form_validate(command->version->form, command->work->arena, FORM_ALL_PAGES, answers,
                               &environment, &errors);
    if (status == STATUS_OK && errors.count > 0)
        return error_set(error, command->work->arena, STATUS_INVALID, "dossier.incomplete",
                         N_("Hồ sơ chưa đầy đủ. Vui lòng xem các mục còn thiếu, bổ sung rồi nộp lại."), "%s",
                         errors.list[0].code);
    if (status == STATUS_OK)
        status = form_evaluate(command->version->form, command->work->arena, answers, &environment, &state);
    if (status == STATUS_OK) {
        json_decref(command->dossier.answers);
        command->dossier.answers = json_incref(state.data);
        const char *name = command->dossier.applicant_name;
        status = dossier_follow_answers(command, &environment, &state, error);
        command->name_changed = strcmp(name, command->dossier.applicant_name) != 0;
    }
    return status;
}

static enum status answer_supplement(struct command *command, void *input, struct error *error)
{
    const struct supplement_answer *answer = input;
    enum status status = check_owner(command, error);
    if (status != STATUS_OK) return status;
    if (strcmp(command->dossier.status, "supplement") != 0)
        return error_set(error, command->work->arena, STATUS_CONFLICT, "supplement.none",
                         N_("Hồ sơ này hiện không chờ bổ sung. Có thể bạn đã gửi bổ sung rồi."), NULL);
    if (answer->answers != NULL) {
        status = take_answers(command, answer->answers, error);
        if (status != STATUS_OK) return status;
    }
    db_add(command->write, &citizen_close_supplement, db_uuid(command->dossier.id),
           db_instant(command->work->now), db_text(answer->note.data == NULL ? STR("") : answer->note));
    command->dossier.status = command->dossier.received_at == INSTANT_NONE ? "submitted" : "processing";
    status = clock_resume(command, error);
    if (status != STATUS_OK) return status;
    json_t *data = json_object();
    json_set_str(data, "note", answer->note);
    command_event(command, "supplement_answered", true, data);
    return message_take(command, "supplement_received", STR_NULL, command->dossier.answers, error);
}

static enum status expire_supplement(struct command *command, void *input, struct error *error)
{
    (void)input;
    /* Closed in any case: a request that a parallel branch has overtaken must not come up again and again. */
    db_add(command->write, &citizen_expire_supplement, db_uuid(command->dossier.id),
           db_instant(command->work->now));
    if (strcmp(command->dossier.status, "supplement") != 0) return STATUS_OK; /* answered meanwhile */
    command->dossier.status = command->dossier.received_at == INSTANT_NONE ? "submitted" : "processing";
    enum status status = clock_resume(command, error);
    if (status != STATUS_OK) return status;
    command_event(command, "supplement_expired", true, NULL);
    return workflow_message(command, "supplement_expired", STR_NULL, NULL, error);
}

DB_STATEMENT(citizen_expired_supplements, DB_PARAMETERS(DB_INSTANT, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM expired_supplements($1, $2)")

enum status supplement_expire_due(struct work *work, int batch, size_t *done, struct error *error)
{
    static const struct dossier_job job = {
        .name = "supplement", .function = expire_supplement, .claimed = false};
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    *done = 0;
    enum status status = db_read_one(work->db, &scope, work->arena, &citizen_expired_supplements,
                                     DB_VALUES(db_instant(work->now), db_int32(batch)), &rows, error);
    return status == STATUS_OK ? job_run(work, &job, rows, done, error) : status;
}

enum status dossier_answer_supplement(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                      const json_t *answers, struct str note, struct error *error)
{
    struct supplement_answer answer = {answers, note};
    return command_run(work, tenant_id, id, answer_supplement, &answer, error);
}

static enum status withdraw(struct command *command, void *input, struct error *error)
{
    const struct str *reason = input;
    enum status status = check_owner(command, error);
    if (status != STATUS_OK) return status;
    if (!dossier_is_open(&command->dossier))
        return error_set(error, command->work->arena, STATUS_CONFLICT, "dossier.closed",
                         N_("Hồ sơ này đã kết thúc nên không rút được nữa"), NULL);
    db_add(command->write, &citizen_expire_supplement, db_uuid(command->dossier.id),
           db_instant(command->work->now));
    status = clock_resume(command, error);
    if (status != STATUS_OK) return status;
    command->dossier.status = "withdrawn";
    command->dossier.outcome = "withdrawn";
    command->dossier.finished_at = command->work->now;
    command_waive_fee(command);
    json_t *data = json_object();
    json_set_str(data, "reason", *reason);
    command_event(command, "withdrawn", true, data);
    return workflow_cancel(command, error);
}

enum status dossier_withdraw(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                             struct str reason, struct error *error)
{
    return command_run(work, tenant_id, id, withdraw, &reason, error);
}

struct rate_input {
    int level;
    struct str reason;
    bool is_tracked; /* the tracking secret stands for the owner */
};

DB_STATEMENT(citizen_rate, DB_PARAMETERS(DB_UUID, DB_INT32, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "INSERT INTO rating (tenant_id, dossier_id, level, reason, created_at) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4)")

static enum status rate(struct command *command, void *input, struct error *error)
{
    const struct rate_input *rating = input;
    enum status status = rating->is_tracked ? STATUS_OK : check_owner(command, error);
    if (status != STATUS_OK) return status;
    if (dossier_is_open(&command->dossier))
        return error_set(error, command->work->arena, STATUS_CONFLICT, "rating.early",
                         N_("Bạn có thể đánh giá sau khi hồ sơ được giải quyết xong"), NULL);
    db_add(command->write, &citizen_rate, db_uuid(command->dossier.id), db_int32(rating->level),
           db_text(rating->reason), db_instant(command->work->now));
    json_t *data = json_object();
    json_object_set_new(data, "level", json_integer(rating->level));
    command_event(command, "rated", true, data);
    return STATUS_OK;
}

static enum status rate_as(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                           struct rate_input *input, struct error *error)
{
    input->reason = str_trim(input->reason.data == NULL ? STR("") : input->reason);
    if (input->level < 1 || input->level > 3)
        return error_set(error, work->arena, STATUS_INVALID, "rating.level",
                         N_("Vui lòng chọn một mức độ hài lòng"), NULL);
    if (input->level == 1 && input->reason.length == 0)
        return error_set(error, work->arena, STATUS_INVALID, "rating.reason",
                         N_("Vui lòng cho biết vì sao bạn không hài lòng, để cơ quan khắc phục"), NULL);
    enum status status = command_run(work, tenant_id, id, rate, input, error);
    if (status == STATUS_CONFLICT && error != NULL && error->code != NULL &&
        strcmp(error->code, "db.unique") == 0)
        return error_set(error, work->arena, STATUS_CONFLICT, "rating.again",
                         N_("Hồ sơ này đã được đánh giá. Xin cảm ơn bạn."), NULL);
    return status;
}

enum status dossier_rate(struct work *work, const struct uuid *tenant_id, const struct uuid *id, int level,
                         struct str reason, struct error *error)
{
    struct rate_input input = {.level = level, .reason = reason};
    return rate_as(work, tenant_id, id, &input, error);
}

enum { SECRET_LENGTH = 8 };

enum status dossier_tracking_secret(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                    const char **secret, struct error *error)
{
    static const char alphabet[] =
        "23456789ABCDEFGHJKMNPQRSTUVWXYZ"; /* nothing that looks like something else */
    SECRET_KEY_AUTO tenant_key;
    int version;
    enum status status = key_ring_tenant(work, tenant_id, 1, &tenant_key, &version, error);
    if (status != STATUS_OK) return status;
    SECRET_KEY_AUTO key;
    keys_derive(&tenant_key, "tracking", 1, &key);
    struct hash mac = hmac_sha256(str_make((const char *)key.bytes, sizeof key.bytes), str_of(id->text));
    char *text = arena_alloc(work->arena, SECRET_LENGTH + 1);
    for (int i = 0; i < SECRET_LENGTH; i++) {
        unsigned value = (unsigned)mac.bytes[2 * i] << 8 | mac.bytes[2 * i + 1];
        text[i] = alphabet[value % (sizeof alphabet - 1)];
    }
    text[SECRET_LENGTH] = '\0';
    *secret = text;
    return STATUS_OK;
}

/* --- Whoever holds the slip */

/* Dashes, blanks and case are how people write it down, not part of it. */
static struct str bare_secret(struct arena *arena, struct str typed)
{
    char *bare = arena_alloc(arena, SECRET_LENGTH);
    size_t length = 0;
    for (size_t i = 0; i < typed.length; i++) {
        char c = typed.data[i];
        if (c == '-' || c == ' ') continue;
        if (length == SECRET_LENGTH) return STR("");
        bare[length++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return str_make(bare, length);
}

static struct str upper_code(struct arena *arena, struct str typed)
{
    char *code = arena_strndup(arena, typed.data == NULL ? "" : typed.data, typed.length);
    for (char *c = code; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    return str_of(code);
}

enum status dossier_track(struct work *work, struct str code, struct str secret, struct dossier_file *file,
                          struct error *error)
{
    struct dossier_file found = {0};
    const char *expected = "";
    struct error detail = {0};
    enum status status = dossier_load_by_code(work, upper_code(work->arena, code), &found, &detail);
    if (status == STATUS_OK)
        status =
            dossier_tracking_secret(work, &found.dossier.tenant_id, &found.dossier.id, &expected, &detail);
    if (status == STATUS_OK && secret_equal(str_of(expected), bare_secret(work->arena, secret))) {
        *file = found;
        return STATUS_OK;
    }
    dossier_file_release(&found);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND || status == STATUS_INVALID)
        return error_set(error, work->arena, STATUS_DENIED, "track.refused",
                         N_("Mã hồ sơ hoặc mã tra cứu không đúng. Hãy xem lại trên giấy hẹn."), NULL);
    *error = detail;
    return status;
}

enum status dossier_rate_tracked(struct work *work, struct str code, struct str secret, int level,
                                 struct str reason, struct error *error)
{
    DOSSIER_FILE_AUTO file = {0};
    enum status status = dossier_track(work, code, secret, &file, error);
    if (status != STATUS_OK) return status;
    /* Whoever happens to be signed in at this browser is not who rates. */
    struct actor holder = {
        .kind = ACTOR_CITIZEN, .name = "", .title = "", .unit_name = "", .address = work->actor->address};
    struct work own = *work;
    own.actor = &holder;
    struct rate_input input = {.level = level, .reason = reason, .is_tracked = true};
    return rate_as(&own, &file.dossier.tenant_id, &file.dossier.id, &input, error);
}
