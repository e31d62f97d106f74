/* Sessions: signing in, resolving the cookie, revoking. */
#include "identity_private.h"

#include "motcua/calendar/civil.h"

enum { DEFAULT_SESSION_HOURS = 12, TOUCH_MINUTES = 5 };

int64_t session_lifetime_s(const struct domain *domain)
{
    return domain->session_lifetime_s > 0 ? domain->session_lifetime_s : DEFAULT_SESSION_HOURS * 3600;
}

DB_STATEMENT(
    session_insert, DB_PARAMETERS(DB_BYTES, DB_UUID, DB_UUID, DB_INSTANT, DB_INSTANT, DB_TEXT, DB_TEXT),
    DB_NOTHING,
    "INSERT INTO session (token_hash, account_id, id, tenant_id, membership_id, created_at, last_seen_at, "
    "expires_at, "
    "user_agent, address) SELECT $1, $2, $3, m.tenant_id, m.id, $4, $4, $5, $6, $7 "
    "FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT tenant_id, id FROM membership WHERE account_id = $2 "
    "AND valid_from <= $4 AND (valid_to IS NULL OR valid_to > $4) ORDER BY created_at LIMIT 1) m ON true")

enum status session_create(struct work *work, const struct uuid *account_id, const struct sign_in *sign_in,
                           struct error *error)
{
    struct db_scope scope = {.account = account_id->text};
    int64_t lifetime = session_lifetime_s(work->domain) * MICROSECONDS;
    struct db_result *result;
    return db_write_one(
        work->db, &scope, work->arena, &session_insert,
        DB_VALUES(db_bytes(sign_in->token_hash), db_uuid(*account_id), db_uuid(uuid_create(work->now)),
                  db_instant(work->now), db_instant(work->now + lifetime),
                  db_text(str_slice(str_of(sign_in->user_agent), 0, 300)), db_cstr(sign_in->address)),
        &result, error);
}

DB_STATEMENT(session_rehash, DB_PARAMETERS(DB_TEXT), DB_NOTHING,
             "UPDATE account SET password_hash = $1 WHERE id = motcua.app_account()")

static void rehash(struct work *work, const struct uuid *account_id, struct str password)
{
    char hash[PASSWORD_HASH_SIZE];
    struct db_scope scope = {.account = account_id->text};
    struct db_result *result;
    struct error ignored;
    if (password_hash(password, identity_cost(), hash) == STATUS_OK &&
        db_write_one(work->db, &scope, work->arena, &session_rehash, DB_VALUES(db_cstr(hash)), &result,
                     &ignored) != STATUS_OK)
        return; /* next time */
}

enum status session_sign_in(struct work *work, const struct sign_in *sign_in, struct signed_in *signed_in,
                            struct error *error)
{
    *signed_in = (struct signed_in){false, false};
    struct str identifier = STR("");
    struct db_result *rows = NULL;
    struct error malformed;
    bool known = identifier_normalise(work->arena, sign_in->identifier, &identifier, &malformed) == STATUS_OK;
    if (known) {
        enum status status = identity_lookup(work, identifier, &rows, error);
        if (status != STATUS_OK) return status;
        known = rows->row_count > 0 && db_get_bool(rows, 0, 2);
    }
    bool needs_rehash = false;
    const char *stored = known ? db_get_cstr(rows, 0, 1) : NULL;
    struct str password = sign_in->password.data == NULL ? STR("") : sign_in->password;
    enum status verified = password_verify(password, stored, identity_cost(), &needs_rehash);
    if (!known || verified != STATUS_OK)
        return error_set(
            error, work->arena, STATUS_DENIED, "sign_in.refused",
            N_("Tên đăng nhập hoặc mật khẩu không đúng. Vui lòng kiểm tra lại hoặc đặt lại mật khẩu."), NULL);
    struct uuid account_id = db_get_uuid(rows, 0, 0);
    if (needs_rehash) rehash(work, &account_id, password);
    enum status status = session_create(work, &account_id, sign_in, error);
    if (status != STATUS_OK) return status;
    signed_in->second_factor = db_get_bool(rows, 0, 4);
    return signed_in->second_factor
               ? STATUS_OK
               : identity_keep_account(work, &account_id, &signed_in->account_kept, error);
}

DB_STATEMENT(session_by_hash, DB_PARAMETERS(DB_BYTES, DB_INSTANT),
             DB_COLUMNS({"session_id", DB_UUID}, {"account_id", DB_UUID}, {"full_name", DB_TEXT},
                        {"email", DB_TEXT}, {"language", DB_TEXT}, {"has_second_factor", DB_BOOL},
                        {"second_factor_at", DB_INSTANT}, {"last_seen_at", DB_INSTANT},
                        {"expires_at", DB_INSTANT}, {"tenant_id", DB_UUID}, {"membership_id", DB_UUID},
                        {"unit_id", DB_UUID}, {"title", DB_TEXT}, {"roles", DB_TEXT_ARRAY},
                        {"unit_name", DB_TEXT}, {"membership_count", DB_INT64}),
             "SELECT session_id, account_id, full_name, email, language, has_second_factor, "
             "second_factor_at, last_seen_at, "
             "expires_at, tenant_id, membership_id, unit_id, title, roles, unit_name, membership_count "
             "FROM session_resolve($1, $2)")

DB_STATEMENT(session_touch, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE session SET last_seen_at = $2 WHERE id = $1")

static const char *text_at(const struct db_result *rows, size_t column)
{
    const char *text = db_get_cstr(rows, 0, column);
    return text == NULL ? "" : text;
}

static void touch(struct work *work, const struct person *person, instant last_seen)
{
    if (work->now - last_seen < TOUCH_MINUTES * MINUTE_US) return;
    struct db_scope scope = {.account = person->account_id.text};
    struct db_result *result;
    struct error ignored;
    if (db_write_one(work->db, &scope, work->arena, &session_touch,
                     DB_VALUES(db_uuid(person->session_id), db_instant(work->now)), &result,
                     &ignored) != STATUS_OK)
        return; /* only a convenience for the list of sessions */
}

enum status session_resolve(struct work *work, struct str token_hash, struct person *person,
                            struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &session_by_hash,
                                     DB_VALUES(db_bytes(token_hash), db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "session.over",
                         N_("Phiên đăng nhập đã hết. Vui lòng đăng nhập lại."), NULL);
    *person = (struct person){
        .session_id = db_get_uuid(rows, 0, 0),
        .account_id = db_get_uuid(rows, 0, 1),
        .name = text_at(rows, 2),
        .email = text_at(rows, 3),
        .language = text_at(rows, 4),
        .has_second_factor = db_get_bool(rows, 0, 5),
        .second_factor_done = !db_is_null(rows, 0, 6),
        .expires_at = db_get_instant(rows, 0, 8),
        .tenant_id = db_get_uuid(rows, 0, 9),
        .membership_id = db_get_uuid(rows, 0, 10),
        .unit_id = db_get_uuid(rows, 0, 11),
        .title = text_at(rows, 12),
        .unit_name = text_at(rows, 14),
        .membership_count = (int)db_get_int64(rows, 0, 15),
    };
    size_t count;
    struct str *roles = db_get_text_array(rows, 0, 13, work->arena, &count);
    for (size_t i = 0; i < count; i++)
        person->roles |= role_parse(roles[i]);
    touch(work, person, db_get_instant(rows, 0, 7));
    return STATUS_OK;
}

DB_STATEMENT(session_delete_hash, DB_PARAMETERS(DB_BYTES), DB_NOTHING,
             "DELETE FROM session WHERE token_hash = $1")

enum status session_end(struct work *work, struct str token_hash, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &session_delete_hash, DB_VALUES(db_bytes(token_hash)),
                        &result, error);
}

DB_STATEMENT(
    session_own, DB_PARAMETERS(DB_INSTANT),
    DB_COLUMNS({"id", DB_UUID}, {"user_agent", DB_TEXT}, {"address", DB_TEXT}, {"created_at", DB_INSTANT},
               {"last_seen_at", DB_INSTANT}),
    "SELECT id, user_agent, address, created_at, last_seen_at FROM session "
    "WHERE account_id = motcua.app_account() AND expires_at > $1 ORDER BY last_seen_at DESC LIMIT 100")

enum status session_list(struct work *work, struct session_row **rows, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *found;
    enum status status = db_read_one(work->db, &scope, work->arena, &session_own,
                                     DB_VALUES(db_instant(work->now)), &found, error);
    if (status != STATUS_OK) return status;
    struct session_row *list = arena_array(work->arena, found->row_count, sizeof *list);
    for (size_t i = 0; i < found->row_count; i++)
        list[i] =
            (struct session_row){db_get_uuid(found, i, 0), db_get_cstr(found, i, 1), db_get_cstr(found, i, 2),
                                 db_get_instant(found, i, 3), db_get_instant(found, i, 4)};
    *rows = list;
    *count = found->row_count;
    return STATUS_OK;
}

DB_STATEMENT(session_delete_id, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM session WHERE account_id = motcua.app_account() AND id = $1")
DB_STATEMENT(session_delete_others, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM session WHERE account_id = motcua.app_account() AND id <> $1")

enum status session_revoke(struct work *work, const struct uuid *session_id, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status = db_write_one(work->db, &scope, work->arena, &session_delete_id,
                                      DB_VALUES(db_uuid(*session_id)), &result, error);
    if (status == STATUS_OK && result->affected == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "session.unknown",
                         N_("Phiên đăng nhập này đã kết thúc"), NULL);
    return status;
}

enum status session_revoke_others(struct work *work, const struct uuid *keep_session_id, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &session_delete_others,
                        DB_VALUES(db_uuid(*keep_session_id)), &result, error);
}

DB_STATEMENT(session_expired, DB_PARAMETERS(DB_INSTANT), DB_COLUMNS({"removed", DB_INT64}),
             "SELECT session_remove_expired($1) AS removed")

enum status session_sweep(struct work *work, int64_t *removed, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_write_one(work->db, &scope, work->arena, &session_expired,
                                      DB_VALUES(db_instant(work->now)), &rows, error);
    if (status == STATUS_OK) *removed = db_get_int64(rows, 0, 0);
    return status;
}
