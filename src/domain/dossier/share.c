/* Invitations to a draft, and what its owner does with them. */
#include "motcua/domain/share.h"

#include "motcua/base/utf8.h"
#include "motcua/codec/json.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"
#include "share_private.h"

enum { DAY_SECONDS = 24 * 60 * 60, SIGNED_BYTES = 4 * 1024 * 1024 };

bool share_has(struct share_keys keys, const char *key)
{
    for (size_t i = 0; i < keys.count; i++)
        if (str_equal_cstr(keys.list[i], key)) return true;
    return false;
}

static bool state_is(const struct draft_share *share, const char *state)
{
    return strcmp(share->state, state) == 0;
}

bool share_is_open(const struct draft_share *share, instant now)
{
    return state_is(share, "accepted") || state_is(share, "finished") ||
           (state_is(share, "invited") && share->expires_at > now);
}

bool share_signs(const struct draft_share *share, instant now)
{
    return !share->transfer && share->sign.count > 0 && share_is_open(share, now);
}

static struct share_keys read_keys(struct work *work, const struct db_result *rows, size_t row, size_t column)
{
    struct share_keys keys;
    keys.list = db_get_text_array(rows, row, column, work->arena, &keys.count);
    return keys;
}

struct draft_share share_read_row(struct work *work, const struct db_result *rows, size_t row)
{
    return (struct draft_share){
        .id = db_get_uuid(rows, row, 0),
        .owner_id = db_get_uuid(rows, row, 1),
        .draft_id = db_get_uuid(rows, row, 2),
        .tenant_id = db_get_uuid(rows, row, 3),
        .version_id = db_get_uuid(rows, row, 4),
        .transfer = strcmp(db_get_cstr(rows, row, 5), "transfer") == 0,
        .state = db_get_cstr(rows, row, 6),
        .email = db_get_cstr(rows, row, 7),
        .label = db_get_cstr(rows, row, 8),
        .owner_name = db_get_cstr(rows, row, 9),
        .guest_name = db_get_cstr(rows, row, 10),
        .fill = read_keys(work, rows, row, 11),
        .see = read_keys(work, rows, row, 12),
        .sign = read_keys(work, rows, row, 13),
        .created_at = db_get_instant(rows, row, 14),
        .expires_at = db_get_instant(rows, row, 15),
        .answered_at = db_optional_instant(rows, row, 16),
        .finished_at = db_optional_instant(rows, row, 17),
        .signed_at = db_optional_instant(rows, row, 18),
        .signed_digest = db_is_null(rows, row, 19) ? STR_NULL : db_get_bytes(rows, row, 19),
        .guest_id = db_is_null(rows, row, 20) ? (struct uuid){""} : db_get_uuid(rows, row, 20),
    };
}

enum status share_read_all(struct work *work, const struct db_result *rows, struct draft_share **shares,
                           size_t *count)
{
    *shares = arena_array(work->arena, rows->row_count, sizeof **shares);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*shares)[i] = share_read_row(work, rows, i);
    return STATUS_OK;
}

/* --- Inviting */

DB_STATEMENT(share_unsign, DB_PARAMETERS(DB_UUID, DB_TEXT_ARRAY), DB_NOTHING,
             "UPDATE draft SET answers = answers - $2, revision = revision + 1 "
             "WHERE account_id = motcua.app_account() AND id = $1 AND submitted_at IS NULL")

void share_unsign_add(struct db_batch *batch, const struct uuid *draft_id, struct share_keys keys)
{
    if (keys.count > 0)
        db_add(batch, &share_unsign, db_uuid(*draft_id), db_text_array(keys.list, keys.count));
}

DB_STATEMENT(
    share_insert,
    DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY,
                  DB_BYTES, DB_INSTANT, DB_INSTANT, DB_INT32),
    DB_NOTHING,
    "INSERT INTO draft_share (account_id, draft_id, id, kind, state, email, label, fill, see, sign, "
    "tenant_id, "
    "procedure_version_id, owner_name, token_hash, created_at, expires_at) "
    "SELECT d.account_id, d.id, $2, $3, 'invited', $4, $5, $6, $7, $8, d.tenant_id, d.procedure_version_id, "
    "a.full_name, $9, $10, $11 FROM draft d JOIN account a ON a.id = d.account_id "
    "WHERE d.account_id = motcua.app_account() AND d.id = $1 AND d.submitted_at IS NULL AND "
    "(SELECT count(*) FROM draft_share s WHERE s.account_id = d.account_id AND s.draft_id = d.id AND "
    "(s.state IN ('accepted', 'finished') OR s.state = 'invited' AND s.expires_at > $10)) < $12")

static enum status invalid(struct work *work, struct error *error, const char *field, const char *message)
{
    error_set(error, work->arena, STATUS_INVALID, "share.invalid", message, NULL);
    if (error != NULL) error->field = field;
    return STATUS_INVALID;
}

struct inviting {
    struct work *work;
    const struct draft *draft;
    const struct draft_share *wanted;
    struct str email, label;
    struct token token;
    struct hash hash;
    const struct procedure_version *version;
    instant expires_at;
};

static json_t *invitation_payload(const struct inviting *inviting, const struct db_result *owner)
{
    struct work *work = inviting->work;
    const char *language = db_cstr_or_empty(owner, 0, 2);
    bool english = strcmp(language, "en") == 0 && inviting->version->name_en[0] != '\0';
    char until[CIVIL_INSTANT_SIZE];
    json_t *extra = json_object();
    civil_format_instant(inviting->expires_at / MICROSECONDS * MICROSECONDS, until);
    json_set_cstr(extra, "name", db_cstr_or_empty(owner, 0, 0));
    json_set_cstr(extra, "procedure", english ? inviting->version->name_en : inviting->version->name);
    json_set_cstr(extra, "until_instant", until);
    json_set_cstr(extra, "url",
                  arena_printf(work->arena, "%s/loi-moi/%s", work->domain->base_url, inviting->token.text));
    const char *to = arena_strndup(work->arena, inviting->email.data, inviting->email.length);
    return draft_mail_payload(inviting->wanted->transfer ? "draft-hand-over" : "draft-invitation", to,
                              language, extra);
}

static enum status run_inviting(struct db_transaction *transaction, void *context, struct error *error)
{
    struct inviting *inviting = context;
    struct work *work = inviting->work;
    const struct draft_share *wanted = inviting->wanted;
    struct db_batch *load = db_batch(transaction);
    struct db_result *owner = draft_owner_add(load);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (str_equal_cstr(inviting->email, db_cstr_or_empty(owner, 0, 1)))
        return invalid(work, error, "email",
                       N_("Đây là địa chỉ của chính bạn; hãy ghi địa chỉ của người được mời"));
    json_auto payload = invitation_payload(inviting, owner);
    struct db_batch *write = db_batch(transaction);
    struct db_result *inserted =
        db_add(write, &share_insert, db_uuid(inviting->draft->id), db_uuid(uuid_create(work->now)),
               db_cstr(wanted->transfer ? "transfer" : "part"), db_text(inviting->email),
               db_text(inviting->label), db_text_array(wanted->fill.list, wanted->fill.count),
               db_text_array(wanted->see.list, wanted->see.count),
               db_text_array(wanted->sign.list, wanted->sign.count), db_bytes(hash_view(&inviting->hash)),
               db_instant(work->now), db_instant(inviting->expires_at), db_int32(SHARES_PER_DRAFT));
    status = db_run(write, error);
    if (status != STATUS_OK) return status;
    if (inserted->affected == 0)
        return invalid(
            work, error, "email",
            N_("Hồ sơ đã được nộp, hoặc đã có đủ 10 lời mời; hãy thu hồi bớt lời mời không còn cần"));
    struct db_batch *mail = db_batch(transaction);
    share_unsign_add(mail, &inviting->draft->id, wanted->sign); /* nobody else has signed in their place */
    draft_mail_add(mail, work, payload);
    return db_commit(mail, error);
}

enum status share_invite(struct work *work, const struct draft *draft, const struct draft_share *wanted,
                         struct error *error)
{
    struct inviting inviting = {.work = work, .draft = draft, .wanted = wanted, .token = token_create()};
    struct error ignored;
    if (identifier_normalise(work->arena, str_of(wanted->email), &inviting.email, &ignored) != STATUS_OK ||
        str_find_char(inviting.email, '@') < 0)
        return invalid(work, error, "email",
                       N_("Địa chỉ thư điện tử chưa đúng; hãy ghi đủ, ví dụ ten@example.com"));
    if (text_normalise(work->arena, str_trim(str_of(wanted->label)), &inviting.label, &ignored) !=
            STATUS_OK ||
        inviting.label.length == 0 || utf8_length(inviting.label) > SHARE_LABEL_MAXIMUM)
        return invalid(work, error, "label", N_("Hãy ghi người được mời là ai, không quá 100 ký tự"));
    if (!wanted->transfer && wanted->fill.count + wanted->sign.count == 0)
        return invalid(work, error, "part", N_("Hãy chọn ít nhất một phần mà người được mời điền hoặc ký"));
    inviting.hash = token_hash(str_of(inviting.token.text));
    inviting.expires_at = work->now + (int64_t)SHARE_INVITATION_DAYS * DAY_SECONDS * MICROSECONDS;
    enum status status =
        reference_procedure_version(work, &draft->procedure_version_id, &inviting.version, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, &draft->tenant_id);
    return db_transaction(work->db, &scope, work->arena, run_inviting, &inviting, error);
}

DB_STATEMENT(share_of_draft, DB_PARAMETERS(DB_UUID), DB_COLUMNS(SHARE_COLUMNS),
             "SELECT " SHARE_SELECT " FROM draft_share WHERE account_id = motcua.app_account() AND "
             "draft_id = $1 ORDER BY created_at DESC, id LIMIT 100")

struct db_result *share_list_add(struct db_batch *batch, const struct uuid *draft_id)
{
    return db_add(batch, &share_of_draft, db_uuid(*draft_id));
}

enum status share_list(struct work *work, const struct uuid *draft_id, struct draft_share **shares,
                       size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &share_of_draft,
                                     DB_VALUES(db_uuid(*draft_id)), &rows, error);
    return status == STATUS_OK ? share_read_all(work, rows, shares, count) : status;
}

/* --- Ending */

DB_STATEMENT(share_end, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT), DB_COLUMNS({"sign", DB_TEXT_ARRAY}),
             "UPDATE draft_share SET state = $3, token_hash = NULL, signed_at = NULL, signed_digest = NULL "
             "WHERE account_id = motcua.app_account() AND draft_id = $1 AND id = $2 AND "
             "state IN ('invited', 'accepted', 'finished') RETURNING sign")

static enum status run_ending(struct db_transaction *transaction, void *context, struct error *error)
{
    struct share_ending *ending = context;
    struct work *work = ending->work;
    struct db_batch *batch = db_batch(transaction);
    struct db_result *ended =
        db_add(batch, &share_end, db_uuid(*ending->draft_id), db_uuid(*ending->id), db_cstr(ending->state));
    struct db_result *owner = draft_owner_add(batch);
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (ended->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "share.unknown",
                         N_("Lời mời này không còn hiệu lực"), NULL);
    struct share_keys sign = read_keys(work, ended, 0, 0);
    struct db_batch *write = db_batch(transaction);
    share_unsign_add(write, ending->draft_id, sign);
    const char *to = db_cstr_or_empty(owner, 0, 1);
    json_auto letter = NULL;
    if (ending->left != NULL && to[0] != '\0') {
        letter = share_letter(work, ending->left, "share-left", to, db_cstr_or_empty(owner, 0, 2));
        draft_mail_add(write, work, letter);
    }
    return db_commit(write, error);
}

enum status share_close(struct share_ending *ending, struct error *error)
{
    /* A mail leaves in the name of the agency. */
    struct db_scope scope = work_scope(ending->work, ending->left == NULL ? NULL : &ending->left->tenant_id);
    return db_transaction(ending->work->db, &scope, ending->work->arena, run_ending, ending, error);
}

enum status share_revoke(struct work *work, const struct uuid *draft_id, const struct uuid *id,
                         struct error *error)
{
    struct share_ending ending = {work, draft_id, id, "revoked", NULL};
    return share_close(&ending, error);
}

/* --- Signatures */

bool share_digest(struct work *work, const struct draft_share *share, const struct form *form,
                  const json_t *answers, struct hash *digest)
{
    json_auto signed_answers = json_object();
    for (size_t i = 0; i < form_field_count(form); i++) {
        const char *key = form_field_key(form, i);
        int page = key == NULL ? -1 : form_page_of_field(form, key);
        if (page < 0 || strcmp(form_field_kind(form, i), "signature") == 0 || form_field_is_file(form, i))
            continue; /* papers are the owner's */
        const char *page_key = form_page_key(form, (size_t)page);
        json_t *value = json_object_get(answers, key);
        if (value != NULL && (share_has(share->fill, page_key) || share_has(share->see, page_key)))
            json_object_set(signed_answers, key, value);
    }
    struct str text = json_canonical_arena(signed_answers, work->arena, SIGNED_BYTES);
    if (text.data == NULL) return false;
    *digest = hash_sha256(text);
    return true;
}

bool share_is_signed(struct work *work, const struct draft_share *share, const struct form *form,
                     const json_t *answers)
{
    struct hash now;
    return share->signed_digest.data != NULL && share_digest(work, share, form, answers, &now) &&
           str_equal(share->signed_digest, hash_view(&now));
}

json_t *share_record(const struct draft_share *shares, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct draft_share *share = &shares[i];
        if (share->transfer || (!state_is(share, "accepted") && !state_is(share, "finished"))) continue;
        char at[CIVIL_INSTANT_SIZE] = "";
        if (share->signed_at != INSTANT_NONE)
            civil_format_instant(share->signed_at / MICROSECONDS * MICROSECONDS, at);
        json_t *item = json_object();
        json_set_cstr(item, "label", share->label);
        json_set_cstr(item, "name", share->guest_name);
        json_set_cstr(item, "account", share->guest_id.text);
        json_set_cstr(item, "state", share->state);
        json_set_cstr(item, "signed_at", at);
        json_array_append_new(list, item);
    }
    if (json_array_size(list) > 0) return list;
    json_decref(list);
    return NULL;
}
