/* What the citizen does with a dossier of his own: answers a request, withdraws, rates. */
#include "dossier_private.h"

#include "motcua/crypto/keys.h"
#include "motcua/domain/keys.h"

static enum status check_owner(const struct command *command, struct error *error)
{
    const struct actor *actor = command->work->actor;
    if (actor->kind == ACTOR_CITIZEN && !uuid_is_empty(&actor->account_id) &&
        uuid_same(&command->dossier.account_id, &actor->account_id))
        return STATUS_OK;
    return error_set(error, command->work->arena, STATUS_NOT_FOUND, "dossier.unknown", N_("Không tìm thấy hồ sơ này"), NULL);
}

struct supplement_answer {
    const json_t *answers;
    struct str note;
};

DB_STATEMENT(citizen_close_supplement, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "UPDATE supplement_request SET answered_at = $2, answer_note = $3, closed_at = $2 "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND closed_at IS NULL")

static enum status check_answers(struct command *command, const json_t *answers, struct error *error)
{
    struct form_environment environment = form_environment_for(command->work, "vi");
    struct form_errors errors = {0};
    enum status status =
        form_validate(command->version->form, command->work->arena, FORM_ALL_PAGES, answers, &environment, &errors);
    if (status == STATUS_OK && errors.count > 0)
        return error_set(error, command->work->arena, STATUS_INVALID, "dossier.incomplete",
                         N_("Hồ sơ chưa đầy đủ. Vui lòng xem các mục còn thiếu, bổ sung rồi nộp lại."), "%s",
                         errors.list[0].code);
    return status;
}

static enum status answer_supplement(struct command *command, void *input, struct error *error)
{
    const struct supplement_answer *answer = input;
    enum status status = check_owner(command, error);
    if (status != STATUS_OK)
        return status;
    if (strcmp(command->dossier.status, "supplement") != 0)
        return error_set(error, command->work->arena, STATUS_CONFLICT, "supplement.none",
                         N_("Hồ sơ này hiện không chờ bổ sung. Có thể bạn đã gửi bổ sung rồi."), NULL);
    if (answer->answers != NULL) {
        status = check_answers(command, answer->answers, error);
        if (status != STATUS_OK)
            return status;
        json_decref(command->dossier.answers);
        command->dossier.answers = json_deep_copy(answer->answers);
    }
    db_add(command->write, &citizen_close_supplement, db_uuid(command->dossier.id), db_instant(command->work->now),
           db_text(answer->note.data == NULL ? STR("") : answer->note));
    command->dossier.status = command->dossier.received_at == INSTANT_NONE ? "submitted" : "processing";
    status = clock_resume(command, error);
    if (status != STATUS_OK)
        return status;
    json_t *data = json_object();
    json_set_str(data, "note", answer->note);
    command_event(command, "supplement_answered", true, data);
    return workflow_message(command, "supplement_received", answer->answers, error);
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
    if (status != STATUS_OK)
        return status;
    if (!dossier_is_open(&command->dossier))
        return error_set(error, command->work->arena, STATUS_CONFLICT, "dossier.closed",
                         N_("Hồ sơ này đã kết thúc nên không rút được nữa"), NULL);
    db_add(command->write, &citizen_close_supplement, db_uuid(command->dossier.id), db_instant(command->work->now), db_text(STR("")));
    status = clock_resume(command, error);
    if (status != STATUS_OK)
        return status;
    command->dossier.status = "withdrawn";
    command->dossier.outcome = "withdrawn";
    command->dossier.finished_at = command->work->now;
    json_t *data = json_object();
    json_set_str(data, "reason", *reason);
    command_event(command, "withdrawn", true, data);
    return workflow_cancel(command, error);
}

enum status dossier_withdraw(struct work *work, const struct uuid *tenant_id, const struct uuid *id, struct str reason,
                             struct error *error)
{
    return command_run(work, tenant_id, id, withdraw, &reason, error);
}

struct rate_input {
    int level;
    struct str reason;
};

DB_STATEMENT(citizen_rate, DB_PARAMETERS(DB_UUID, DB_INT32, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "INSERT INTO rating (tenant_id, dossier_id, level, reason, created_at) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4)")

static enum status rate(struct command *command, void *input, struct error *error)
{
    const struct rate_input *rating = input;
    enum status status = check_owner(command, error);
    if (status != STATUS_OK)
        return status;
    if (dossier_is_open(&command->dossier))
        return error_set(error, command->work->arena, STATUS_CONFLICT, "rating.early",
                         N_("Bạn có thể đánh giá sau khi hồ sơ được giải quyết xong"), NULL);
    db_add(command->write, &citizen_rate, db_uuid(command->dossier.id), db_int32(rating->level), db_text(rating->reason),
           db_instant(command->work->now));
    json_t *data = json_object();
    json_object_set_new(data, "level", json_integer(rating->level));
    command_event(command, "rated", true, data);
    return STATUS_OK;
}

enum status dossier_rate(struct work *work, const struct uuid *tenant_id, const struct uuid *id, int level,
                         struct str reason, struct error *error)
{
    struct rate_input input = {level, str_trim(reason.data == NULL ? STR("") : reason)};
    if (level < 1 || level > 3)
        return error_set(error, work->arena, STATUS_INVALID, "rating.level", N_("Vui lòng chọn một mức độ hài lòng"), NULL);
    if (level == 1 && input.reason.length == 0)
        return error_set(error, work->arena, STATUS_INVALID, "rating.reason",
                         N_("Vui lòng cho biết vì sao bạn không hài lòng, để cơ quan khắc phục"), NULL);
    enum status status = command_run(work, tenant_id, id, rate, &input, error);
    if (status == STATUS_CONFLICT && error != NULL && error->code != NULL && strcmp(error->code, "db.unique") == 0)
        return error_set(error, work->arena, STATUS_CONFLICT, "rating.again", N_("Hồ sơ này đã được đánh giá. Xin cảm ơn bạn."),
                         NULL);
    return status;
}

enum { SECRET_LENGTH = 8 };

enum status dossier_tracking_secret(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                    const char **secret, struct error *error)
{
    static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"; /* nothing that looks like something else */
    SECRET_KEY_AUTO tenant_key;
    int version;
    enum status status = key_ring_tenant(work, tenant_id, 1, &tenant_key, &version, error);
    if (status != STATUS_OK)
        return status;
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
