/* Keys of programs: only their hashes are stored. */
#include "motcua/domain/api_token.h"

#include <stdio.h>

#include "identity_private.h"
#include "motcua/calendar/civil.h"
#include "motcua/i18n/text.h"

enum { DAY_SECONDS = 24 * 60 * 60, NAME_MAXIMUM = 100, TOUCH_SECONDS = 60 };

static const char *const scope_names[API_SCOPE_COUNT] = {"read", "write", "submit"};
static const char token_prefix[] = "motcua_"; /* so that a key that got out is recognised as one */

const char *api_scope_name(enum api_scope scope)
{
    for (int i = 0; i < API_SCOPE_COUNT; i++)
        if (scope == 1u << i) return scope_names[i];
    return "";
}

static instant instant_or_none(const struct db_result *rows, size_t row, size_t column)
{
    return db_is_null(rows, row, column) ? INSTANT_NONE : db_get_instant(rows, row, column);
}

static unsigned scope_of(struct str name)
{
    for (int i = 0; i < API_SCOPE_COUNT; i++)
        if (str_equal_cstr(name, scope_names[i])) return 1u << i;
    return 0;
}

static unsigned read_scopes(const struct db_result *rows, size_t row, int column, struct arena *arena)
{
    size_t count;
    unsigned scopes = 0;
    struct str *names = db_get_text_array(rows, row, (size_t)column, arena, &count);
    for (size_t i = 0; i < count; i++)
        scopes |= scope_of(names[i]);
    return scopes;
}

DB_STATEMENT(
    api_token_insert,
    DB_PARAMETERS(DB_UUID, DB_TEXT, DB_BYTES, DB_TEXT_ARRAY, DB_INSTANT, DB_INSTANT, DB_INT32), DB_NOTHING,
    "INSERT INTO api_token (account_id, id, name, token_hash, scopes, created_at, expires_at) "
    "SELECT motcua.app_account(), $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM api_token WHERE "
    "account_id = motcua.app_account() AND revoked_at IS NULL AND expires_at > $5) < $7")

static enum status check_wanted(struct work *work, struct str *name, unsigned scopes, int64_t days,
                                struct error *error)
{
    struct str normal;
    if (text_normalise(work->arena, str_trim(*name), &normal, error) != STATUS_OK || normal.length == 0 ||
        utf8_length(normal) > NAME_MAXIMUM)
        return identity_invalid(work, error, "name", "api_token.name",
                                N_("Hãy đặt tên cho khóa để sau này nhận ra, không quá 100 ký tự"));
    if (scopes == 0 || scopes >= 1u << API_SCOPE_COUNT)
        return identity_invalid(work, error, "scope", "api_token.scope",
                                N_("Hãy chọn ít nhất một việc mà khóa này được làm"));
    if (days < 1 || days > API_TOKEN_DAYS_MAXIMUM)
        return identity_invalid(work, error, "days", "api_token.days",
                                N_("Hãy chọn thời hạn của khóa, không quá một năm"));
    *name = normal;
    return STATUS_OK;
}

enum status api_token_create(struct work *work, struct str password, struct str name, unsigned scopes,
                             int64_t days, char *text, struct error *error)
{
    enum status status = check_wanted(work, &name, scopes, days, error);
    if (status == STATUS_OK) status = identity_verify_own_password(work, password, "password", error);
    if (status != STATUS_OK) return status;
    struct token token = token_create();
    snprintf(text, API_TOKEN_SIZE, "%s%s", token_prefix, token.text);
    struct hash hash = token_hash(str_of(text));
    struct str names[API_SCOPE_COUNT];
    size_t count = 0;
    for (int i = 0; i < API_SCOPE_COUNT; i++)
        if ((scopes & 1u << i) != 0) names[count++] = str_of(scope_names[i]);
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    status =
        db_write_one(work->db, &scope, work->arena, &api_token_insert,
                     DB_VALUES(db_uuid(uuid_create(work->now)), db_text(name), db_bytes(hash_view(&hash)),
                               db_text_array(names, count), db_instant(work->now),
                               db_instant(work->now + days * DAY_SECONDS * MICROSECONDS),
                               db_int32(API_TOKENS_PER_ACCOUNT)),
                     &result, error);
    if (status == STATUS_OK && result->affected == 0)
        status = identity_invalid(work, error, "name", "api_token.many",
                                  N_("Bạn đã có 20 khóa còn hiệu lực; hãy thu hồi bớt khóa không còn dùng"));
    return status;
}

DB_STATEMENT(api_token_own, DB_NOTHING,
             DB_COLUMNS({"id", DB_UUID}, {"name", DB_TEXT}, {"scopes", DB_TEXT_ARRAY},
                        {"created_at", DB_INSTANT}, {"expires_at", DB_INSTANT}, {"last_used_at", DB_INSTANT},
                        {"revoked_at", DB_INSTANT}),
             "SELECT id, name, scopes, created_at, expires_at, last_used_at, revoked_at FROM api_token "
             "WHERE account_id = motcua.app_account() ORDER BY created_at DESC, id LIMIT 100")

enum status api_token_list(struct work *work, struct api_token **tokens, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &api_token_own, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct api_token *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = (struct api_token){.id = db_get_uuid(rows, i, 0),
                                     .name = db_get_cstr(rows, i, 1),
                                     .scopes = read_scopes(rows, i, 2, work->arena),
                                     .created_at = db_get_instant(rows, i, 3),
                                     .expires_at = db_get_instant(rows, i, 4),
                                     .last_used_at = instant_or_none(rows, i, 5),
                                     .revoked_at = instant_or_none(rows, i, 6)};
    *tokens = list;
    *count = rows->row_count;
    return STATUS_OK;
}

DB_STATEMENT(api_token_end, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE api_token SET revoked_at = $2 WHERE account_id = motcua.app_account() AND id = $1 AND "
             "revoked_at IS NULL")

enum status api_token_revoke(struct work *work, const struct uuid *id, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status = db_write_one(work->db, &scope, work->arena, &api_token_end,
                                      DB_VALUES(db_uuid(*id), db_instant(work->now)), &result, error);
    if (status == STATUS_OK && result->affected == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "api_token.unknown",
                         N_("Không tìm thấy khóa này, hoặc khóa đã được thu hồi"), NULL);
    return status;
}

DB_STATEMENT(api_token_by_hash, DB_PARAMETERS(DB_BYTES, DB_INSTANT),
             DB_COLUMNS({"id", DB_UUID}, {"account_id", DB_UUID}, {"full_name", DB_TEXT}, {"email", DB_TEXT},
                        {"language", DB_TEXT}, {"scopes", DB_TEXT_ARRAY}, {"last_used_at", DB_INSTANT}),
             "SELECT id, account_id, full_name, email, language, scopes, last_used_at "
             "FROM api_token_resolve($1, $2)")

DB_STATEMENT(api_token_touch, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
             "UPDATE api_token SET last_used_at = $2 WHERE account_id = motcua.app_account() AND id = $1")

enum status api_token_resolve(struct work *work, struct str text, struct person *person, unsigned *scopes,
                              struct error *error)
{
    struct hash hash = token_hash(text);
    struct db_scope scope = {0};
    struct db_result *rows, *touched;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &api_token_by_hash,
                    DB_VALUES(db_bytes(hash_view(&hash)), db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "token.unknown",
                         N_("Khóa truy cập không đúng, đã hết hạn hoặc đã bị thu hồi"), NULL);
    struct uuid id = db_get_uuid(rows, 0, 0);
    *person = (struct person){.account_id = db_get_uuid(rows, 0, 1),
                              .name = db_get_cstr(rows, 0, 2),
                              .email = db_get_cstr(rows, 0, 3),
                              .language = db_get_cstr(rows, 0, 4)};
    *scopes = read_scopes(rows, 0, 5, work->arena);
    instant last = instant_or_none(rows, 0, 6);
    if (last != INSTANT_NONE && work->now - last < TOUCH_SECONDS * MICROSECONDS) return STATUS_OK;
    scope.account = person->account_id.text;
    return db_write_one(work->db, &scope, work->arena, &api_token_touch,
                        DB_VALUES(db_uuid(id), db_instant(work->now)), &touched, error);
}

/* --- Requests that are sent again */

DB_STATEMENT(api_request_forget, DB_PARAMETERS(DB_INSTANT), DB_NOTHING,
             "DELETE FROM api_request WHERE account_id = motcua.app_account() AND created_at < $1")

DB_STATEMENT(api_request_insert, DB_PARAMETERS(DB_TEXT, DB_BYTES, DB_UUID, DB_INSTANT), DB_NOTHING,
             "INSERT INTO api_request (account_id, key, fingerprint, resource_id, created_at) "
             "VALUES (motcua.app_account(), $1, $2, $3, $4) ON CONFLICT DO NOTHING")

DB_STATEMENT(api_request_find, DB_PARAMETERS(DB_TEXT),
             DB_COLUMNS({"fingerprint", DB_BYTES}, {"resource_id", DB_UUID}),
             "SELECT fingerprint, resource_id FROM api_request WHERE account_id = motcua.app_account() AND "
             "key = $1")

struct taking {
    struct work *work;
    struct str key;
    const struct hash *fingerprint;
    struct str known_fingerprint;
    struct uuid id;
    bool repeated;
};

static enum status run_taking(struct db_transaction *transaction, void *context, struct error *error)
{
    struct taking *taking = context;
    struct work *work = taking->work;
    struct db_batch *batch = db_batch(transaction);
    db_add(batch, &api_request_forget, db_instant(work->now - DAY_SECONDS * MICROSECONDS));
    struct db_result *inserted =
        db_add(batch, &api_request_insert, db_text(taking->key), db_bytes(hash_view(taking->fingerprint)),
               db_uuid(uuid_create(work->now)), db_instant(work->now));
    struct db_result *found = db_add(batch, &api_request_find, db_text(taking->key));
    enum status status = db_commit(batch, error);
    if (status != STATUS_OK) return status;
    if (found->row_count == 0)
        return error_set(error, work->arena, STATUS_RETRY, "request.key_lost", NULL, NULL);
    taking->repeated = inserted->affected == 0;
    taking->known_fingerprint = db_get_bytes(found, 0, 0);
    taking->id = db_get_uuid(found, 0, 1);
    return STATUS_OK;
}

enum status api_request_take(struct work *work, struct str key, const struct hash *fingerprint,
                             struct uuid *resource_id, bool *repeated, struct error *error)
{
    if (key.length == 0 || key.length > API_REQUEST_KEY_MAXIMUM)
        return error_set(error, work->arena, STATUS_INVALID, "request.key",
                         N_("Idempotency-Key phải có từ 1 đến 128 ký tự"), NULL);
    struct taking taking = {.work = work, .key = key, .fingerprint = fingerprint};
    struct db_scope scope = work_scope(work, NULL);
    enum status status = db_transaction(work->db, &scope, work->arena, run_taking, &taking, error);
    if (status != STATUS_OK) return status;
    if (!str_equal(taking.known_fingerprint, hash_view(fingerprint)))
        return error_set(error, work->arena, STATUS_CONFLICT, "request.key_reused",
                         N_("Idempotency-Key này đã dùng cho một yêu cầu khác; hãy dùng khóa mới"), NULL);
    *resource_id = taking.id;
    *repeated = taking.repeated;
    return STATUS_OK;
}
