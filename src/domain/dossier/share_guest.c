/* The other side of an invitation: answering it, and what a guest does. */
#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"
#include "share_private.h"

DB_STATEMENT(
    share_by_token, DB_PARAMETERS(DB_BYTES, DB_INSTANT),
    DB_COLUMNS({"id", DB_UUID}, {"account_id", DB_UUID}, {"draft_id", DB_UUID}, {"kind", DB_TEXT},
               {"label", DB_TEXT}, {"fill", DB_TEXT_ARRAY}, {"see", DB_TEXT_ARRAY}, {"sign", DB_TEXT_ARRAY},
               {"tenant_id", DB_UUID}, {"procedure_version_id", DB_UUID}, {"owner_name", DB_TEXT},
               {"owner_email", DB_TEXT}, {"owner_language", DB_TEXT}, {"expires_at", DB_INSTANT}),
    "SELECT id, account_id, draft_id, kind, label, fill, see, sign, tenant_id, procedure_version_id, "
    "owner_name, owner_email, owner_language, expires_at FROM draft_share_resolve($1, $2)")

static enum status unknown(struct work *work, struct error *error)
{
    return error_set(
        error, work->arena, STATUS_NOT_FOUND, "share.unknown",
        N_("Lời mời này không còn hiệu lực: đã được trả lời, đã bị thu hồi, quá hạn, hoặc hồ sơ đã "
           "được nộp. Hãy hỏi lại người đã mời bạn."),
        NULL);
}

static struct share_keys keys_at(struct work *work, const struct db_result *rows, size_t column)
{
    struct share_keys keys;
    keys.list = db_get_text_array(rows, 0, column, work->arena, &keys.count);
    return keys;
}

static enum status find(struct work *work, struct str token, struct db_result **rows,
                        struct draft_share *share, struct error *error)
{
    struct hash hash = token_hash(token);
    struct db_scope scope = work_scope(work, NULL);
    enum status status =
        db_read_one(work->db, &scope, work->arena, &share_by_token,
                    DB_VALUES(db_bytes(hash_view(&hash)), db_instant(work->now)), rows, error);
    if (status != STATUS_OK) return status;
    if ((*rows)->row_count == 0) return unknown(work, error);
    *share = (struct draft_share){.id = db_get_uuid(*rows, 0, 0),
                                  .owner_id = db_get_uuid(*rows, 0, 1),
                                  .draft_id = db_get_uuid(*rows, 0, 2),
                                  .transfer = strcmp(db_get_cstr(*rows, 0, 3), "transfer") == 0,
                                  .state = "invited",
                                  .email = "",
                                  .label = db_get_cstr(*rows, 0, 4),
                                  .fill = keys_at(work, *rows, 5),
                                  .see = keys_at(work, *rows, 6),
                                  .sign = keys_at(work, *rows, 7),
                                  .tenant_id = db_get_uuid(*rows, 0, 8),
                                  .version_id = db_get_uuid(*rows, 0, 9),
                                  .owner_name = db_get_cstr(*rows, 0, 10),
                                  .guest_name = "",
                                  .expires_at = db_get_instant(*rows, 0, 13),
                                  .answered_at = INSTANT_NONE,
                                  .finished_at = INSTANT_NONE,
                                  .signed_at = INSTANT_NONE};
    return STATUS_OK;
}

enum status share_invitation(struct work *work, struct str token, struct draft_share *share,
                             struct error *error)
{
    struct db_result *rows;
    return find(work, token, &rows, share, error);
}

/* --- Telling the owner */

json_t *share_letter(struct work *work, const struct draft_share *share, const char *template, const char *to,
                     const char *language)
{
    const struct procedure_version *version;
    struct error ignored;
    json_t *extra = json_object();
    bool known = reference_procedure_version(work, &share->version_id, &version, &ignored) == STATUS_OK;
    bool english = known && strcmp(language, "en") == 0 && version->name_en[0] != '\0';
    json_set_cstr(extra, "name", share->owner_name);
    json_set_cstr(extra, "who", share->label);
    json_set_cstr(extra, "procedure", !known ? "" : english ? version->name_en : version->name);
    json_set_cstr(extra, "url",
                  arena_printf(work->arena, "%s/ho-so/nhap/%s/cung-khai", work->domain->base_url,
                               share->draft_id.text));
    return draft_mail_payload(template, to, language, extra);
}

/* --- Answering */

DB_STATEMENT(share_answer_by_token, DB_PARAMETERS(DB_BYTES, DB_INSTANT, DB_BOOL, DB_TEXT),
             DB_COLUMNS({"id", DB_UUID}), "SELECT draft_share_answer($1, $2, $3, $4) AS id")

struct answering {
    struct work *work;
    struct hash hash;
    bool accept;
    const struct draft_share *share;
    const json_t *payload;
    struct share_keys given; /* signatures and declarations of a draft that is taken over */
};

static enum status run_answering(struct db_transaction *transaction, void *context, struct error *error)
{
    struct answering *answering = context;
    struct work *work = answering->work;
    struct db_batch *batch = db_batch(transaction);
    struct db_result *answered =
        db_add(batch, &share_answer_by_token, db_bytes(hash_view(&answering->hash)), db_instant(work->now),
               db_bool(answering->accept), db_cstr(work->actor->name));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (db_is_null(answered, 0, 0)) return unknown(work, error);
    struct db_batch *write = db_batch(transaction);
    share_unsign_add(write, &answering->share->draft_id, answering->given);
    if (answering->payload != NULL) draft_mail_add(write, work, answering->payload);
    return db_commit(write, error);
}

/* What the former owner signed and declared, the new one gives anew. */
static enum status find_given(struct work *work, const struct draft_share *share, struct share_keys *given,
                              struct error *error)
{
    const struct procedure_version *version;
    enum status status = reference_procedure_version(work, &share->version_id, &version, error);
    if (status != STATUS_OK || version->form == NULL) return status;
    struct str *keys = arena_array(work->arena, form_field_count(version->form), sizeof *keys);
    for (size_t i = 0; i < form_field_count(version->form); i++) {
        const char *kind = form_field_kind(version->form, i);
        if (strcmp(kind, "signature") == 0 || strcmp(kind, "consent") == 0)
            keys[given->count++] = str_of(form_field_key(version->form, i));
    }
    given->list = keys;
    return STATUS_OK;
}

enum status share_answer(struct work *work, struct str token, bool accept, struct draft_share *share,
                         struct error *error)
{
    struct db_result *rows;
    enum status status = find(work, token, &rows, share, error);
    if (status != STATUS_OK) return status;
    if (accept && uuid_same(&share->owner_id, &work->actor->account_id))
        return error_set(
            error, work->arena, STATUS_CONFLICT, "share.own",
            N_("Lời mời này do chính bạn gửi. Người được mời phải đăng nhập bằng tài khoản của họ."), NULL);
    const char *to = db_get_cstr(rows, 0, 11), *language = db_get_cstr(rows, 0, 12);
    const char *template = !accept ? "share-declined" : share->transfer ? "hand-over-done" : "share-accepted";
    json_auto payload = to[0] == '\0' ? NULL : share_letter(work, share, template, to, language);
    struct answering answering = {
        .work = work, .hash = token_hash(token), .accept = accept, .share = share, .payload = payload};
    if (accept && share->transfer) status = find_given(work, share, &answering.given, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, &share->tenant_id);
    return db_transaction(work->db, &scope, work->arena, run_answering, &answering, error);
}

/* --- What the guest has */

DB_STATEMENT(share_of_guest, DB_NOTHING, DB_COLUMNS(SHARE_COLUMNS),
             "SELECT " SHARE_SELECT " FROM draft_share WHERE guest_id = motcua.app_account() AND "
             "state IN ('accepted', 'finished') ORDER BY answered_at DESC, id LIMIT 100")

enum status share_list_guest(struct work *work, struct draft_share **shares, size_t *count,
                             struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &share_of_guest, DB_VALUES(), &rows, error);
    return status == STATUS_OK ? share_read_all(work, rows, shares, count) : status;
}

DB_STATEMENT(share_for_guest, DB_PARAMETERS(DB_UUID), DB_COLUMNS(SHARE_COLUMNS),
             "SELECT " SHARE_SELECT " FROM draft_share WHERE guest_id = motcua.app_account() AND id = $1 AND "
             "state IN ('accepted', 'finished')")

enum status share_open(struct work *work, const struct uuid *id, struct draft_share *share,
                       struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &share_for_guest, DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(
            error, work->arena, STATUS_NOT_FOUND, "share.unknown",
            N_("Phần này không còn mở được: lời mời đã bị thu hồi, hoặc bạn đã thôi làm. Hãy hỏi "
               "lại người đã mời bạn."),
            NULL);
    *share = share_read_row(work, rows, 0);
    return STATUS_OK;
}

struct actor share_owner(const struct work *work, const struct draft_share *share)
{
    struct actor owner = *work->actor;
    owner.account_id = share->owner_id;
    owner.name = share->owner_name;
    return owner;
}

/* --- What the guest does */

DB_STATEMENT(
    share_set_finished, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_INSTANT), DB_NOTHING,
    "UPDATE draft_share SET state = $3, finished_at = $4 WHERE account_id = motcua.app_account() AND "
    "id = $1 AND guest_id = $2 AND state IN ('accepted', 'finished') AND state <> $3")

struct finishing {
    struct work *work;
    const struct draft_share *share;
    bool finished;
};

static enum status run_finishing(struct db_transaction *transaction, void *context, struct error *error)
{
    struct finishing *finishing = context;
    struct work *work = finishing->work;
    struct db_batch *batch = db_batch(transaction);
    struct db_result *changed =
        db_add(batch, &share_set_finished, db_uuid(finishing->share->id), db_uuid(finishing->share->guest_id),
               db_cstr(finishing->finished ? "finished" : "accepted"),
               finishing->finished ? db_instant(work->now) : db_null());
    struct db_result *owner = draft_owner_add(batch);
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    const char *to = db_cstr_or_empty(owner, 0, 1);
    json_auto payload = NULL;
    struct db_batch *write = db_batch(transaction);
    if (finishing->finished && changed->affected > 0 && to[0] != '\0') {
        payload = share_letter(work, finishing->share, "share-finished", to, db_cstr_or_empty(owner, 0, 2));
        draft_mail_add(write, work, payload);
    }
    return db_commit(write, error);
}

enum status share_finish(struct work *owned, const struct draft_share *share, bool finished,
                         struct error *error)
{
    struct finishing finishing = {owned, share, finished};
    struct db_scope scope = work_scope(owned, &share->tenant_id);
    return db_transaction(owned->db, &scope, owned->arena, run_finishing, &finishing, error);
}

DB_STATEMENT(share_sign_draft, DB_PARAMETERS(DB_UUID, DB_INT32, DB_JSON, DB_INSTANT), DB_NOTHING,
             "UPDATE draft SET answers = answers || $3, updated_at = $4, revision = revision + 1 "
             "WHERE account_id = motcua.app_account() AND id = $1 AND submitted_at IS NULL AND revision = $2")

DB_STATEMENT(share_note_signed, DB_PARAMETERS(DB_UUID, DB_UUID, DB_INSTANT, DB_BYTES), DB_NOTHING,
             "UPDATE draft_share SET signed_at = $3, signed_digest = $4 "
             "WHERE account_id = motcua.app_account() AND id = $1 AND guest_id = $2 AND "
             "state IN ('accepted', 'finished')")

struct signing {
    struct work *work;
    const struct draft_share *share;
    const struct draft *draft;
    const json_t *signatures;
    struct hash digest;
};

static enum status run_signing(struct db_transaction *transaction, void *context, struct error *error)
{
    struct signing *signing = context;
    struct work *work = signing->work;
    struct db_batch *batch = db_batch(transaction);
    struct db_result *written =
        db_add(batch, &share_sign_draft, db_uuid(signing->draft->id), db_int32(signing->draft->revision),
               db_json(signing->signatures), db_instant(work->now));
    struct db_result *noted =
        db_add(batch, &share_note_signed, db_uuid(signing->share->id), db_uuid(signing->share->guest_id),
               db_instant(work->now), db_bytes(hash_view(&signing->digest)));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (written->affected == 0 || noted->affected == 0)
        return error_set(error, work->arena, STATUS_CONFLICT, "draft.changed",
                         N_("Nội dung vừa thay đổi sau khi bạn mở trang. Hãy đọc lại rồi ký."), NULL);
    struct db_batch *nothing = db_batch(transaction);
    return db_commit(nothing, error);
}

enum status share_sign(struct work *owned, const struct draft_share *share, const struct draft *draft,
                       const struct form *form, struct str name, struct error *error)
{
    json_auto signatures = json_object();
    for (size_t i = 0; i < share->sign.count; i++) {
        json_t *signature = json_object();
        json_set_str(signature, "name", name);
        json_object_set_new(signature, "consent", json_true());
        json_object_setn_new(signatures, share->sign.list[i].data, share->sign.list[i].length, signature);
    }
    struct signing signing = {.work = owned, .share = share, .draft = draft, .signatures = signatures};
    if (!share_digest(owned, share, form, draft->answers, &signing.digest))
        return error_set(error, owned->arena, STATUS_INVALID, "share.too_large",
                         N_("Nội dung phần bạn ký quá lớn nên không ký được; hãy báo người mời bạn rút gọn"),
                         NULL);
    struct db_scope scope = work_scope(owned, NULL);
    return db_transaction(owned->db, &scope, owned->arena, run_signing, &signing, error);
}

enum status share_leave(struct work *owned, const struct draft_share *share, struct error *error)
{
    struct share_ending ending = {owned, &share->draft_id, &share->id, "declined", share};
    return share_close(&ending, error);
}
