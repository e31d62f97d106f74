/* Time-based one-time codes: the secret is sealed at rest with a key derived from the master key. */
#include "identity_private.h"

#include "motcua/crypto/keys.h"
#include "motcua/crypto/totp.h"
#include "motcua/domain/keys.h"

DB_STATEMENT(
    totp_find, DB_NOTHING,
    DB_COLUMNS({"totp_secret", DB_BYTES}, {"totp_confirmed_at", DB_INSTANT}, {"totp_last_step", DB_INT64},
               {"email", DB_TEXT}, {"phone", DB_TEXT}, {"password_hash", DB_TEXT}),
    "SELECT totp_secret, totp_confirmed_at, totp_last_step, email, phone, password_hash FROM account "
    "WHERE id = motcua.app_account() FOR UPDATE")

DB_STATEMENT(totp_store, DB_PARAMETERS(DB_BYTES), DB_NOTHING,
             "UPDATE account SET totp_secret = $1, totp_confirmed_at = NULL, totp_last_step = 0 "
             "WHERE id = motcua.app_account() AND totp_confirmed_at IS NULL")

DB_STATEMENT(totp_step, DB_PARAMETERS(DB_INT64, DB_INSTANT), DB_NOTHING,
             "UPDATE account SET totp_last_step = $1, totp_confirmed_at = coalesce(totp_confirmed_at, $2) "
             "WHERE id = motcua.app_account()")

DB_STATEMENT(totp_session, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE session SET second_factor_at = $2 WHERE account_id = motcua.app_account() AND id = $1")

DB_STATEMENT(totp_off, DB_NOTHING, DB_NOTHING,
             "UPDATE account SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = 0 "
             "WHERE id = motcua.app_account()")

static void sealing_key(struct work *work, struct secret_key *key)
{
    key_ring_derive(work->domain->keys, "totpseal", key);
}

static struct str seal_context(struct work *work)
{
    return str_of(arena_printf(work->arena, "totp:%s", work->actor->account_id.text));
}

static enum status wrong_code(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_DENIED, "second_factor.wrong",
                     N_("Mã xác thực không đúng hoặc đã dùng. Vui lòng nhập mã đang hiện trên điện thoại."),
                     NULL);
}

static const char *account_label(const struct db_result *rows)
{
    const char *email = db_get_cstr(rows, 0, 3);
    const char *phone = db_get_cstr(rows, 0, 4);
    return email != NULL ? email : phone != NULL ? phone : "";
}

enum status second_factor_begin(struct work *work, const char *issuer, const char **secret, const char **url,
                                struct error *error)
{
    unsigned char bytes[TOTP_SECRET_SIZE];
    random_bytes(bytes, sizeof bytes);
    struct str plain = str_make((const char *)bytes, sizeof bytes);
    SECRET_KEY_AUTO key;
    sealing_key(work, &key);
    struct str sealed = seal(work->arena, &key, seal_context(work), plain);
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status =
        db_write_one(work->db, &scope, work->arena, &totp_store, DB_VALUES(db_bytes(sealed)), &result, error);
    if (status != STATUS_OK) return status;
    if (result->affected == 0)
        return error_set(error, work->arena, STATUS_CONFLICT, "second_factor.on",
                         N_("Xác thực hai bước đang bật"), NULL);
    return second_factor_pending(work, issuer, secret, url, error);
}

DB_STATEMENT(totp_pending, DB_NOTHING,
             DB_COLUMNS({"totp_secret", DB_BYTES}, {"totp_confirmed_at", DB_INSTANT},
                        {"totp_last_step", DB_INT64}, {"email", DB_TEXT}, {"phone", DB_TEXT}),
             "SELECT totp_secret, totp_confirmed_at, totp_last_step, email, phone FROM account "
             "WHERE id = motcua.app_account()")

enum status second_factor_pending(struct work *work, const char *issuer, const char **secret,
                                  const char **url, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &totp_pending, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0 || db_is_null(rows, 0, 0) || !db_is_null(rows, 0, 1))
        return error_set(error, work->arena, STATUS_NOT_FOUND, "second_factor.not_begun",
                         N_("Chưa bắt đầu bật xác thực hai bước"), NULL);
    SECRET_KEY_AUTO key;
    sealing_key(work, &key);
    struct str plain;
    status = unseal(work->arena, &key, seal_context(work), db_get_bytes(rows, 0, 0), &plain);
    if (status != STATUS_OK)
        return error_set(error, work->arena, STATUS_FATAL, "second_factor.sealed", NULL,
                         "cannot unseal a TOTP secret");
    *secret = base32_encode(work->arena, plain);
    *url = totp_url(work->arena, plain, str_of(issuer), str_of(account_label(rows)));
    return STATUS_OK;
}

struct check {
    struct work *work;
    const struct uuid *session_id;
    struct str code;
    bool confirming;
};

static enum status check_code(struct db_transaction *transaction, void *context, struct error *error)
{
    struct check *check = context;
    struct work *work = check->work;
    struct db_batch *load = db_batch(transaction);
    struct db_result *rows = db_add(load, &totp_find);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    bool confirmed = rows->row_count > 0 && !db_is_null(rows, 0, 1);
    if (rows->row_count == 0 || db_is_null(rows, 0, 0) || confirmed == check->confirming)
        return wrong_code(work, error);
    SECRET_KEY_AUTO key;
    sealing_key(work, &key);
    struct str plain;
    int64_t step;
    if (unseal(work->arena, &key, seal_context(work), db_get_bytes(rows, 0, 0), &plain) != STATUS_OK)
        return error_set(error, work->arena, STATUS_FATAL, "second_factor.sealed", NULL,
                         "cannot unseal a TOTP secret");
    if (totp_verify(plain, check->code, work->now, db_get_int64(rows, 0, 2), &step) != STATUS_OK)
        return wrong_code(work, error);
    struct db_batch *write = db_batch(transaction);
    db_add(write, &totp_step, db_int64(step), db_instant(work->now));
    db_add(write, &totp_session, db_uuid(*check->session_id), db_instant(work->now));
    return db_commit(write, error);
}

static enum status run_check(struct work *work, const struct uuid *session_id, struct str code,
                             bool confirming, struct error *error)
{
    struct check check = {work, session_id, code.data == NULL ? STR("") : code, confirming};
    struct db_scope scope = work_scope(work, NULL);
    return db_transaction(work->db, &scope, work->arena, check_code, &check, error);
}

enum status second_factor_check(struct work *work, const struct uuid *session_id, struct str code,
                                bool *account_kept, struct error *error)
{
    *account_kept = false;
    enum status status = run_check(work, session_id, code, false, error);
    return status == STATUS_OK ? identity_keep_account(work, &work->actor->account_id, account_kept, error)
                               : status;
}

enum status second_factor_confirm(struct work *work, const struct uuid *session_id, struct str code,
                                  struct error *error)
{
    return run_check(work, session_id, code, true, error);
}

enum status second_factor_remove(struct work *work, struct str password, struct error *error)
{
    enum status status = identity_verify_own_password(work, password, "password", error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &totp_off, DB_VALUES(), &result, error);
}
