/* Changing and recovering passwords. */
#include "identity_private.h"

#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/reference.h"

enum { RECOVERY_MINUTES = 60, CONFIRMATION_MINUTES = 48 * 60 };

DB_STATEMENT(password_own, DB_NOTHING, DB_COLUMNS({"password_hash", DB_TEXT}),
             "SELECT password_hash FROM account WHERE id = motcua.app_account()")

DB_STATEMENT(
    password_update, DB_PARAMETERS(DB_TEXT, DB_INSTANT), DB_NOTHING,
    "UPDATE account SET password_hash = $1, password_changed_at = $2 WHERE id = motcua.app_account()")

DB_STATEMENT(password_end_sessions, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM session WHERE account_id = motcua.app_account() AND ($1::uuid IS NULL OR id <> $1)")

/* Who has forgotten the password may have lost it to somebody who made a key. */
DB_STATEMENT(
    password_end_keys, DB_PARAMETERS(DB_INSTANT), DB_NOTHING,
    "UPDATE api_token SET revoked_at = $1 WHERE account_id = motcua.app_account() AND revoked_at IS NULL")

DB_STATEMENT(
    password_use_tokens, DB_PARAMETERS(DB_INSTANT), DB_NOTHING,
    "UPDATE one_time_token SET used_at = $1 WHERE account_id = motcua.app_account() AND purpose = 'recover' "
    "AND used_at IS NULL")

enum status identity_verify_own_password(struct work *work, struct str password, const char *field,
                                         struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &password_own, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    const char *stored = rows->row_count == 0 ? NULL : db_get_cstr(rows, 0, 0);
    if (password_verify(password.data == NULL ? STR("") : password, stored, identity_cost(), NULL) !=
        STATUS_OK)
        return identity_invalid(work, error, field, "password.wrong", N_("Mật khẩu hiện tại không đúng"));
    return STATUS_OK;
}

void identity_add_endings(struct db_batch *batch, const struct work *work)
{
    db_add(batch, &password_end_sessions, db_null());
    db_add(batch, &password_end_keys, db_instant(work->now));
    db_add(batch, &password_use_tokens, db_instant(work->now));
}

struct new_password {
    struct work *work;
    const char *hash;
    struct uuid keep_session_id; /* empty: end all, and the keys of programs */
};

static enum status write_password(struct db_transaction *transaction, void *context, struct error *error)
{
    struct new_password *change = context;
    struct db_batch *write = db_batch(transaction);
    db_add(write, &password_update, db_cstr(change->hash), db_instant(change->work->now));
    db_add(write, &password_end_sessions, db_uuid(change->keep_session_id));
    if (uuid_is_empty(&change->keep_session_id))
        db_add(write, &password_end_keys, db_instant(change->work->now));
    db_add(write, &password_use_tokens, db_instant(change->work->now));
    return db_commit(write, error);
}

static enum status set_password(struct work *work, const struct uuid *account_id, struct str password,
                                const struct uuid *keep_session_id, const char *field, struct error *error)
{
    char hash[PASSWORD_HASH_SIZE];
    password = password.data == NULL ? STR("") : password;
    enum status status = identity_check_password(work, password, field, error);
    if (status == STATUS_OK) status = password_hash(password, identity_cost(), hash);
    if (status != STATUS_OK) return status;
    struct new_password change = {.work = work, .hash = hash};
    if (keep_session_id != NULL) change.keep_session_id = *keep_session_id;
    struct db_scope scope = {.account = account_id->text};
    return db_transaction(work->db, &scope, work->arena, write_password, &change, error);
}

enum status password_change(struct work *work, struct str old_password, struct str new_password,
                            const struct uuid *keep_session_id, struct error *error)
{
    enum status status = identity_verify_own_password(work, old_password, "old_password", error);
    if (status == STATUS_OK)
        status = set_password(work, &work->actor->account_id, new_password, keep_session_id, "new_password",
                              error);
    return status;
}

enum status password_set(struct work *work, const struct uuid *account_id, struct str new_password,
                         struct error *error)
{
    return set_password(work, account_id, new_password, NULL, "password", error);
}

DB_STATEMENT(token_insert, DB_PARAMETERS(DB_BYTES, DB_TEXT, DB_INSTANT, DB_INSTANT), DB_NOTHING,
             "INSERT INTO one_time_token (token_hash, account_id, purpose, created_at, expires_at) "
             "VALUES ($1, motcua.app_account(), $2, $3, $4)")

DB_STATEMENT(identity_outbox, DB_PARAMETERS(DB_UUID, DB_JSON, DB_INSTANT), DB_NOTHING,
             "INSERT INTO outbox (tenant_id, id, kind, payload, created_at, next_at) "
             "VALUES (motcua.app_tenant(), $1, 'mail', $2, $3, $3)")

static json_t *mail_payload(const char *template, struct str to, struct str language, const json_t *extra)
{
    json_t *payload = json_object();
    json_set_cstr(payload, "template", template);
    json_set_str(payload, "to", to);
    json_set_str(payload, "language", language);
    if (extra != NULL) json_object_set_new(payload, "extra", json_deep_copy(extra));
    return payload;
}

/* Mails about accounts belong to no agency: they go out under the city. */
static const struct tenant *city(const struct work *work)
{
    const struct tenants *tenants = reference_tenants(work->domain->reference);
    return tenants == NULL ? NULL : tenants->city;
}

enum status identity_queue_mail(struct work *work, const char *template, struct str to, struct str language,
                                const json_t *extra, struct error *error)
{
    const struct tenant *sender = city(work);
    if (sender == NULL)
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "tenant.none", NULL,
                         "no city tenant to send mail for");
    json_auto payload = mail_payload(template, to, language, extra);
    struct db_scope scope = {.tenant = sender->id.text};
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &identity_outbox,
                        DB_VALUES(db_uuid(uuid_create(work->now)), db_json(payload), db_instant(work->now)),
                        &result, error);
}

void identity_add_mail(struct db_batch *batch, const struct work *work, const char *template, struct str to,
                       struct str language, const json_t *extra)
{
    json_auto payload = mail_payload(template, to, language, extra);
    db_add(batch, &identity_outbox, db_uuid(uuid_create(work->now)), db_json(payload), db_instant(work->now));
}

struct mailed_token {
    struct work *work;
    const char *purpose;
    struct str hash;
    instant expires_at;
    json_t *payload;
};

static enum status write_token(struct db_transaction *transaction, void *context, struct error *error)
{
    struct mailed_token *mailed = context;
    struct work *work = mailed->work;
    struct db_batch *write = db_batch(transaction);
    db_add(write, &token_insert, db_bytes(mailed->hash), db_cstr(mailed->purpose), db_instant(work->now),
           db_instant(mailed->expires_at));
    db_add(write, &identity_outbox, db_uuid(uuid_create(work->now)), db_json(mailed->payload),
           db_instant(work->now));
    return db_commit(write, error);
}

struct letter {
    const char *template, *purpose, *path;
    struct str to, language, name;
    int64_t minutes;   /* how long the link works */
    struct str onward; /* behind the link; empty: nothing */
};

/* A link with a fresh token, mailed; only the token's hash is stored. */
static enum status mail_link(struct work *work, const struct uuid *account_id, const struct letter *letter,
                             struct error *error)
{
    const struct tenant *sender = city(work);
    if (sender == NULL)
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "tenant.none", NULL,
                         "no city tenant to send mail for");
    struct token token = token_create();
    struct hash hash = token_hash(str_of(token.text));
    instant until = work->now + letter->minutes * MINUTE_US;
    char until_text[CIVIL_INSTANT_SIZE];
    civil_format_instant(until / MICROSECONDS * MICROSECONDS, until_text);
    json_auto extra = json_object();
    json_set_str(extra, "name", letter->name);
    json_set_cstr(extra, "url",
                  arena_printf(work->arena, "%s/%s/%s%.*s", work->domain->base_url, letter->path, token.text,
                               STR_ARG(letter->onward)));
    json_set_cstr(extra, "until_instant", until_text);
    json_auto payload = mail_payload(letter->template, letter->to, letter->language, extra);
    struct mailed_token mailed = {work, letter->purpose, hash_view(&hash), until, payload};
    struct db_scope scope = {.account = account_id->text, .tenant = sender->id.text};
    return db_transaction(work->db, &scope, work->arena, write_token, &mailed, error);
}

enum status identity_send_confirmation(struct work *work, const struct registration *registration,
                                       const struct uuid *account_id, struct error *error)
{
    struct str address;
    struct error malformed;
    if (registration->email.data == NULL || str_trim(registration->email).length == 0 ||
        identifier_normalise(work->arena, registration->email, &address, &malformed) != STATUS_OK)
        return STATUS_OK; /* by telephone only: nothing to confirm */
    struct letter letter = {"register-confirm",
                            "confirm",
                            "xac-nhan",
                            address,
                            str_of(registration->language),
                            str_trim(registration->full_name),
                            CONFIRMATION_MINUTES,
                            registration->onward};
    return mail_link(work, account_id, &letter, error);
}

enum status recovery_request(struct work *work, struct str text, struct error *error)
{
    struct str identifier;
    struct db_result *rows;
    enum status status = identifier_normalise(work->arena, text, &identifier, error);
    if (status == STATUS_OK) status = identity_lookup(work, identifier, &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0 || !db_get_bool(rows, 0, 2) || db_get_text(rows, 0, 5).length == 0)
        return STATUS_OK;
    struct uuid account_id = db_get_uuid(rows, 0, 0);
    struct letter letter = {"recover",
                            "recover",
                            "quen-mat-khau",
                            db_get_text(rows, 0, 5),
                            db_get_text(rows, 0, 3),
                            db_get_text(rows, 0, 6),
                            RECOVERY_MINUTES,
                            STR("")};
    return mail_link(work, &account_id, &letter, error);
}

DB_STATEMENT(token_resolve, DB_PARAMETERS(DB_BYTES, DB_TEXT, DB_INSTANT), DB_COLUMNS({"account_id", DB_UUID}),
             "SELECT account_id FROM one_time_token_resolve($1, $2, $3)")

static enum status resolve_token(struct work *work, struct str token, const char *purpose,
                                 struct uuid *account_id, struct hash *hash, struct error *error)
{
    *hash = token_hash(token.data == NULL ? STR("") : token);
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &token_resolve,
        DB_VALUES(db_bytes(hash_view(hash)), db_cstr(purpose), db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "link.over",
                         N_("Đường dẫn này đã dùng hoặc đã hết hạn. Vui lòng yêu cầu đường dẫn mới."), NULL);
    *account_id = db_get_uuid(rows, 0, 0);
    return STATUS_OK;
}

enum status recovery_finish(struct work *work, struct str token, struct str new_password, struct error *error)
{
    struct uuid account_id;
    struct hash hash;
    enum status status = resolve_token(work, token, "recover", &account_id, &hash, error);
    return status == STATUS_OK ? set_password(work, &account_id, new_password, NULL, "password", error)
                               : status;
}

DB_STATEMENT(confirm_address, DB_PARAMETERS(DB_BYTES, DB_INSTANT), DB_NOTHING,
             "WITH used AS (UPDATE one_time_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL "
             "RETURNING account_id) "
             "UPDATE account SET email_confirmed_at = $2 FROM used WHERE account.id = used.account_id")

enum status confirmation_finish(struct work *work, struct str token, struct error *error)
{
    struct uuid account_id;
    struct hash hash;
    struct db_result *result;
    enum status status = resolve_token(work, token, "confirm", &account_id, &hash, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = {.account = account_id.text};
    return db_write_one(work->db, &scope, work->arena, &confirm_address,
                        DB_VALUES(db_bytes(hash_view(&hash)), db_instant(work->now)), &result, error);
}
