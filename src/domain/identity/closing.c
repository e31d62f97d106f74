/*
 * The end of an account, by its owner: asked for with the password, taken back by signing in within the time
 * of grace, then done by a job. What the application may not do is done by a function of the database that
 * works on the account of its transaction only, agency by agency (migration 0030).
 */
#include "identity_private.h"

#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/share.h"
#include "motcua/domain/tenant.h"

enum { SWEEP_BATCH = 500 };

DB_STATEMENT(
    closing_preview, DB_PARAMETERS(DB_INSTANT),
    DB_COLUMNS({"drafts", DB_INT64}, {"open", DB_INT64}, {"kept", DB_INT64}, {"tokens", DB_INT64},
               {"parts", DB_INT64}, {"official", DB_BOOL}, {"second_factor", DB_BOOL}),
    "SELECT (SELECT count(*) FROM draft WHERE account_id = motcua.app_account() AND submitted_at IS "
    "NULL) AS drafts, (SELECT count(*) FROM dossier WHERE account_id = motcua.app_account() AND "
    "finished_at IS NULL) AS open, (SELECT count(*) FROM dossier WHERE account_id = "
    "motcua.app_account() AND finished_at IS NOT NULL) AS kept, (SELECT count(*) FROM api_token "
    "WHERE account_id = motcua.app_account() AND revoked_at IS NULL AND expires_at > $1) AS tokens, "
    "(SELECT count(*) FROM draft_share WHERE guest_id = motcua.app_account() AND state = "
    "'accepted') AS parts, EXISTS (SELECT 1 FROM membership WHERE account_id = "
    "motcua.app_account()) AS official, EXISTS (SELECT 1 FROM account WHERE id = motcua.app_account() AND "
    "totp_confirmed_at IS NOT NULL) AS second_factor")

enum status account_closing_preview(struct work *work, struct closing_preview *preview, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &closing_preview,
                                     DB_VALUES(db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    *preview = (struct closing_preview){.drafts = db_get_int64(rows, 0, 0),
                                        .open = db_get_int64(rows, 0, 1),
                                        .kept = db_get_int64(rows, 0, 2),
                                        .tokens = db_get_int64(rows, 0, 3),
                                        .parts = db_get_int64(rows, 0, 4),
                                        .official = db_get_bool(rows, 0, 5),
                                        .second_factor = db_get_bool(rows, 0, 6),
                                        .grace_s = work->domain->account_grace_s};
    return STATUS_OK;
}

/* --- The wish */

DB_STATEMENT(closing_request, DB_PARAMETERS(DB_INSTANT, DB_INSTANT), DB_NOTHING,
             "INSERT INTO account_closing (account_id, requested_at, due_at) VALUES (motcua.app_account(), "
             "$1, $2) ON CONFLICT (account_id) DO NOTHING")

DB_STATEMENT(closing_take_back, DB_NOTHING, DB_COLUMNS({"account_id", DB_UUID}),
             "DELETE FROM account_closing WHERE account_id = motcua.app_account() AND closed_at IS NULL "
             "RETURNING account_id")

struct letter {
    const char *template;
    instant due_at; /* INSTANT_NONE: is not told */
};

static json_t *mail_extra(struct work *work, const struct profile *profile, const struct letter *letter)
{
    char until[CIVIL_INSTANT_SIZE];
    json_t *extra = json_object();
    json_set_cstr(extra, "name", profile->full_name);
    json_set_cstr(extra, "url", arena_printf(work->arena, "%s/dang-nhap", work->domain->base_url));
    if (letter->due_at != INSTANT_NONE) {
        civil_format_instant(letter->due_at / MICROSECONDS * MICROSECONDS, until);
        json_set_cstr(extra, "until_instant", until);
    }
    return extra;
}

/* To whoever has an e-mail address. */
static void add_mail(struct db_batch *batch, struct work *work, const struct profile *profile,
                     const struct letter *letter)
{
    if (profile->email[0] == '\0') return;
    json_auto extra = mail_extra(work, profile, letter);
    identity_add_mail(batch, work, letter->template, str_of(profile->email), str_of(profile->language),
                      extra);
}

struct closing {
    struct work *work;
    struct profile profile;
    struct letter letter;
    bool done;
};

/* Sessions and keys of programs end together with the wish: whoever made it is out, as is everybody else. */
static enum status write_request(struct db_transaction *transaction, void *context, struct error *error)
{
    struct closing *closing = context;
    struct work *work = closing->work;
    struct db_batch *write = db_batch(transaction);
    db_add(write, &closing_request, db_instant(work->now), db_instant(closing->letter.due_at));
    identity_add_endings(write, work);
    add_mail(write, work, &closing->profile, &closing->letter);
    return db_commit(write, error);
}

static enum status check_who(struct work *work, const struct uuid *session_id, struct str password,
                             bool second_factor, struct str code, struct error *error)
{
    bool kept;
    enum status status = identity_verify_own_password(work, password, "closing_password", error);
    if (status != STATUS_OK || !second_factor) return status;
    status = second_factor_check(work, session_id, code, &kept, error);
    if (status == STATUS_DENIED)
        return identity_invalid(work, error, "closing_code", "second_factor.wrong", error->message);
    return status;
}

static struct db_scope under_city(const struct work *work, const struct uuid *account_id)
{
    const struct tenants *tenants = reference_tenants(work->domain->reference);
    return (struct db_scope){.tenant =
                                 tenants == NULL || tenants->city == NULL ? NULL : tenants->city->id.text,
                             .account = account_id->text};
}

enum status account_closing_request(struct work *work, const struct uuid *session_id, struct str password,
                                    struct str code, instant *due_at, struct error *error)
{
    struct closing_preview preview;
    struct closing closing = {.work = work};
    *due_at = work->now + work->domain->account_grace_s * MICROSECONDS;
    closing.letter = (struct letter){"account-closing", *due_at};
    enum status status = account_closing_preview(work, &preview, error);
    if (status == STATUS_OK && preview.official)
        return error_set(
            error, work->arena, STATUS_CONFLICT, "account.official",
            N_("Tài khoản này đang hoặc đã dùng cho công vụ nên không tự xóa được; vui lòng liên "
               "hệ quản trị viên của cơ quan"),
            NULL);
    if (status == STATUS_OK)
        status = check_who(work, session_id, password, preview.second_factor, code, error);
    if (status == STATUS_OK) status = profile_load(work, &closing.profile, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = under_city(work, &work->actor->account_id);
    return db_transaction(work->db, &scope, work->arena, write_request, &closing, error);
}

static enum status take_back(struct db_transaction *transaction, void *context, struct error *error)
{
    struct closing *closing = context;
    struct db_batch *batch = db_batch(transaction);
    struct db_result *rows = db_add(batch, &closing_take_back);
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    closing->done = rows->row_count > 0;
    struct db_batch *write = db_batch(transaction);
    if (closing->done) add_mail(write, closing->work, &closing->profile, &closing->letter);
    return db_commit(write, error);
}

DB_STATEMENT(closing_wished, DB_NOTHING, DB_COLUMNS({"wished", DB_BOOL}),
             "SELECT EXISTS (SELECT 1 FROM account_closing WHERE account_id = motcua.app_account() AND "
             "closed_at IS NULL) AS wished")

enum status identity_keep_account(struct work *work, const struct uuid *account_id, bool *kept,
                                  struct error *error)
{
    struct actor owner = {.kind = ACTOR_CITIZEN, .account_id = *account_id, .name = "", .address = ""};
    struct work own = *work;
    own.actor = &owner;
    struct closing closing = {.work = &own, .letter = {"account-kept", INSTANT_NONE}};
    struct db_scope scope = under_city(work, account_id);
    struct db_result *rows;
    *kept = false;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &closing_wished, DB_VALUES(), &rows, error);
    if (status != STATUS_OK || !db_get_bool(rows, 0, 0)) return status;
    status = profile_load(&own, &closing.profile, error);
    if (status == STATUS_OK)
        status = db_transaction(work->db, &scope, work->arena, take_back, &closing, error);
    *kept = status == STATUS_OK && closing.done;
    return status;
}

/* --- The end */

DB_STATEMENT(account_closing_found, DB_PARAMETERS(DB_INSTANT, DB_INT32), DB_COLUMNS({"account_id", DB_UUID}),
             "SELECT account_id FROM account_closing_due($1, $2)")

DB_STATEMENT(account_close_own, DB_PARAMETERS(DB_INSTANT),
             DB_COLUMNS({"drafts", DB_INT32}, {"dossiers", DB_INT32}),
             "SELECT drafts, dossiers FROM account_close($1)")

static enum status close_own(struct db_transaction *transaction, void *context, struct error *error)
{
    struct closing *closing = context;
    struct db_batch *batch = db_batch(transaction);
    struct db_result *rows = db_add(batch, &account_close_own, db_instant(closing->work->now));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    closing->done = rows->row_count > 0;
    struct db_batch *write = db_batch(transaction);
    if (closing->done) add_mail(write, closing->work, &closing->profile, &closing->letter);
    return db_commit(write, error);
}

/* Parts of others' drafts that were not finished: given back, and what was signed in them is unsigned. */
static enum status give_parts_back(struct work *own, struct error *error)
{
    struct draft_share *shares;
    size_t count;
    enum status status = share_list_guest(own, &shares, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        if (strcmp(shares[i].state, "accepted") != 0) continue;
        struct actor owner = share_owner(own, &shares[i]);
        struct work owned = *own;
        owned.actor = &owner;
        status = share_leave(&owned, &shares[i], error);
        if (status == STATUS_NOT_FOUND) status = STATUS_OK; /* it ended meanwhile */
    }
    return status;
}

static enum status close_one(struct work *work, const struct uuid *account_id, bool *done,
                             struct error *error)
{
    struct actor owner = {.kind = ACTOR_CITIZEN, .account_id = *account_id, .name = "", .address = ""};
    struct work own = *work;
    own.actor = &owner;
    struct closing closing = {.work = &own, .letter = {"account-closed", INSTANT_NONE}};
    struct db_scope scope = under_city(work, account_id);
    enum status status = profile_load(&own, &closing.profile, error);
    *done = false;
    if (status == STATUS_NOT_FOUND) return STATUS_OK; /* somebody was faster */
    if (status == STATUS_OK) status = give_parts_back(&own, error);
    if (status == STATUS_OK)
        status = db_transaction(work->db, &scope, work->arena, close_own, &closing, error);
    *done = status == STATUS_OK && closing.done;
    return status;
}

enum status account_close_due(struct work *work, int batch, size_t *done, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    size_t swept = 0;
    *done = 0;
    enum status status = db_read_one(work->db, &scope, work->arena, &account_closing_found,
                                     DB_VALUES(db_instant(work->now), db_int32(batch)), &rows, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < rows->row_count; i++) {
        struct uuid account_id = db_get_uuid(rows, i, 0);
        struct error inner = {0};
        bool closed = false;
        enum status one = close_one(work, &account_id, &closed, &inner);
        *done += closed;
        if (one == STATUS_OK) continue;
        status = one; /* the others are not held up by one that fails */
        if (error != NULL) *error = inner;
    }
    if (*done == 0) return status;
    struct error sweeping = {0};
    enum status cleaned = document_sweep_removed(work, SWEEP_BATCH, &swept, &sweeping);
    if (status == STATUS_OK && cleaned != STATUS_OK && error != NULL) *error = sweeping;
    return status == STATUS_OK ? cleaned : status;
}
