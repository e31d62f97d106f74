/*
 * The end of drafts. One that nobody touches is reminded of by mail before its time is over, and deleted with
 * its papers only after the whole time of notice has passed; whatever its owner saves meanwhile starts the
 * time anew. Drafts belong to accounts, so each is worked on as its owner.
 */
#include "dossier_private.h"

#include "motcua/domain/reference.h"

enum { DAY_SECONDS = 24 * 60 * 60, LIFETIME_DAYS = 90, NOTICE_DAYS = 14 };

static int64_t lifetime_s(const struct domain *domain)
{
    return domain->draft_lifetime_s > 0 ? domain->draft_lifetime_s : LIFETIME_DAYS * DAY_SECONDS;
}

/* Never longer than half the lifetime. */
static int64_t notice_s(const struct domain *domain)
{
    int64_t notice = domain->draft_notice_s > 0 ? domain->draft_notice_s : NOTICE_DAYS * DAY_SECONDS;
    return notice > lifetime_s(domain) / 2 ? lifetime_s(domain) / 2 : notice;
}

instant draft_kept_until(const struct domain *domain, const struct draft *draft)
{
    instant until = draft->updated_at + lifetime_s(domain) * MICROSECONDS;
    bool reminded = draft->reminded_at != INSTANT_NONE && draft->reminded_at >= draft->updated_at;
    instant notified = reminded ? draft->reminded_at + notice_s(domain) * MICROSECONDS : until;
    return notified > until ? notified : until;
}

/* --- Deletion */

DB_STATEMENT(draft_lock, DB_PARAMETERS(DB_UUID, DB_INSTANT, DB_INSTANT), DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM draft WHERE account_id = motcua.app_account() AND id = $1 "
             "AND submitted_at IS NULL AND ($2::timestamptz IS NULL OR updated_at <= $2 AND "
             "reminded_at >= updated_at AND reminded_at <= $3) FOR UPDATE")

DB_STATEMENT(draft_papers_remove, DB_PARAMETERS(DB_UUID, DB_INSTANT),
             DB_COLUMNS({"id", DB_UUID}, {"storage_name", DB_TEXT}, {"store", DB_TEXT}),
             "UPDATE document SET removed_at = $2 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND account_id = motcua.app_account() AND removed_at IS NULL RETURNING id, storage_name, store")

DB_STATEMENT(draft_remove, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM draft WHERE account_id = motcua.app_account() AND id = $1 AND submitted_at IS NULL")

struct removal {
    struct work *work;
    const struct uuid *id;
    instant updated_before, reminded_before; /* INSTANT_NONE: whenever */
    bool done;
    struct document *papers;
    size_t paper_count;
};

static enum status run_removal(struct db_transaction *transaction, void *context, struct error *error)
{
    struct removal *removal = context;
    struct work *work = removal->work;
    removal->done = false;
    struct db_batch *load = db_batch(transaction);
    struct db_result *held =
        db_add(load, &draft_lock, db_uuid(*removal->id), db_instant_or_null(removal->updated_before),
               db_instant_or_null(removal->reminded_before));
    enum status status = db_run(load, error);
    if (status != STATUS_OK || held->row_count == 0) return status;
    struct db_batch *write = db_batch(transaction);
    struct db_result *papers =
        db_add(write, &draft_papers_remove, db_uuid(*removal->id), db_instant(work->now));
    db_add(write, &draft_remove, db_uuid(*removal->id));
    status = db_commit(write, error);
    if (status != STATUS_OK) return status;
    removal->papers = arena_array(work->arena, papers->row_count, sizeof *removal->papers);
    removal->paper_count = papers->row_count;
    for (size_t i = 0; i < papers->row_count; i++)
        removal->papers[i] = (struct document){.id = db_get_uuid(papers, i, 0),
                                               .storage_name = db_get_cstr(papers, i, 1),
                                               .store = db_get_cstr(papers, i, 2)};
    removal->done = true;
    return STATUS_OK;
}

static enum status remove_draft(struct work *work, const struct uuid *tenant_id, struct removal *removal,
                                struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    enum status status = db_transaction(work->db, &scope, work->arena, run_removal, removal, error);
    for (size_t i = 0; status == STATUS_OK && i < removal->paper_count; i++)
        document_discard(work, &removal->papers[i]);
    return status;
}

enum status draft_delete(struct work *work, const struct draft *draft, struct error *error)
{
    struct removal removal = {
        .work = work, .id = &draft->id, .updated_before = INSTANT_NONE, .reminded_before = INSTANT_NONE};
    return remove_draft(work, &draft->tenant_id, &removal, error);
}

/* --- Reminders */

DB_STATEMENT(
    draft_mark_reminded, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_COLUMNS({"updated_at", DB_INSTANT}),
    "UPDATE draft SET reminded_at = $2 WHERE account_id = motcua.app_account() AND id = $1 AND "
    "submitted_at IS NULL AND (reminded_at IS NULL OR reminded_at < updated_at) RETURNING updated_at")

DB_STATEMENT(draft_owner, DB_NOTHING,
             DB_COLUMNS({"full_name", DB_TEXT}, {"email", DB_TEXT}, {"language", DB_TEXT}),
             "SELECT full_name, email, language FROM account WHERE id = motcua.app_account()")

DB_STATEMENT(draft_outbox_mail, DB_PARAMETERS(DB_UUID, DB_JSON, DB_INSTANT), DB_NOTHING,
             "INSERT INTO outbox (tenant_id, id, kind, payload, created_at, next_at) "
             "VALUES (motcua.app_tenant(), $1, 'mail', $2, $3, $3)")

json_t *draft_mail_payload(const char *template, const char *to, const char *language, json_t *extra)
{
    json_t *payload = json_object();
    json_set_cstr(payload, "template", template);
    json_set_cstr(payload, "to", to);
    json_set_cstr(payload, "language", language);
    json_object_set_new(payload, "extra", extra);
    return payload;
}

void draft_mail_add(struct db_batch *batch, const struct work *work, const json_t *payload)
{
    db_add(batch, &draft_outbox_mail, db_uuid(uuid_create(work->now)), db_json(payload),
           db_instant(work->now));
}

struct db_result *draft_owner_add(struct db_batch *batch)
{
    return db_add(batch, &draft_owner);
}

struct reminder {
    struct work *work;
    const struct uuid *id;
    const struct procedure_version *version;
    bool done;
};

static json_t *reminder_payload(const struct reminder *reminder, instant updated_at,
                                const struct db_result *owner)
{
    struct work *work = reminder->work;
    struct draft draft = {.updated_at = updated_at, .reminded_at = work->now};
    const char *language = db_cstr_or_empty(owner, 0, 2);
    bool english = strcmp(language, "en") == 0 && reminder->version->name_en[0] != '\0';
    char until[CIVIL_INSTANT_SIZE];
    civil_format_instant(draft_kept_until(work->domain, &draft), until);
    json_t *extra = json_object();
    json_set_cstr(extra, "name", db_cstr_or_empty(owner, 0, 0));
    json_set_cstr(extra, "procedure", english ? reminder->version->name_en : reminder->version->name);
    json_set_cstr(extra, "url",
                  arena_printf(work->arena, "%s/ho-so/nhap/%s", work->domain->base_url, reminder->id->text));
    json_set_cstr(extra, "until_instant", until);
    return draft_mail_payload("draft-reminder", db_cstr_or_empty(owner, 0, 1), language, extra);
}

static enum status run_reminder(struct db_transaction *transaction, void *context, struct error *error)
{
    struct reminder *reminder = context;
    struct work *work = reminder->work;
    struct db_batch *load = db_batch(transaction);
    struct db_result *marked =
        db_add(load, &draft_mark_reminded, db_uuid(*reminder->id), db_instant(work->now));
    struct db_result *owner = draft_owner_add(load);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    reminder->done = marked->row_count > 0;
    struct db_batch *write = db_batch(transaction);
    json_auto payload = NULL;
    if (reminder->done && owner->row_count > 0 && db_cstr_or_empty(owner, 0, 1)[0] != '\0') {
        payload = reminder_payload(reminder, db_get_instant(marked, 0, 0), owner);
        draft_mail_add(write, work, payload);
    }
    return db_commit(write, error);
}

/* --- The job */

DB_STATEMENT(draft_idle, DB_PARAMETERS(DB_INSTANT, DB_INT64, DB_INT64, DB_INT32),
             DB_COLUMNS({"account_id", DB_UUID}, {"id", DB_UUID}, {"tenant_id", DB_UUID},
                        {"procedure_version_id", DB_UUID}, {"expired", DB_BOOL}),
             "SELECT account_id, id, tenant_id, procedure_version_id, expired FROM "
             "idle_drafts($1, $2 * interval '1 second', $3 * interval '1 second', $4)")

static enum status keep_one(struct work *work, const struct db_result *idle, size_t row, size_t *reminded,
                            size_t *deleted, struct error *error)
{
    struct uuid id = db_get_uuid(idle, row, 1), tenant_id = db_get_uuid(idle, row, 2),
                version_id = db_get_uuid(idle, row, 3);
    if (db_get_bool(idle, row, 4)) {
        struct removal removal = {.work = work,
                                  .id = &id,
                                  .updated_before = work->now - lifetime_s(work->domain) * MICROSECONDS,
                                  .reminded_before = work->now - notice_s(work->domain) * MICROSECONDS};
        enum status status = remove_draft(work, &tenant_id, &removal, error);
        *deleted += status == STATUS_OK && removal.done;
        return status;
    }
    struct reminder reminder = {.work = work, .id = &id};
    enum status status = reference_procedure_version(work, &version_id, &reminder.version, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, &tenant_id);
    status = db_transaction(work->db, &scope, work->arena, run_reminder, &reminder, error);
    *reminded += status == STATUS_OK && reminder.done;
    return status;
}

enum status draft_keep_due(struct work *work, int batch, size_t *reminded, size_t *deleted,
                           struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *idle;
    *reminded = *deleted = 0;
    enum status status = db_read_one(work->db, &scope, work->arena, &draft_idle,
                                     DB_VALUES(db_instant(work->now), db_int64(lifetime_s(work->domain)),
                                               db_int64(notice_s(work->domain)), db_int32(batch)),
                                     &idle, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < idle->row_count; i++) {
        struct actor owner = *work->actor;
        owner.account_id = db_get_uuid(idle, i, 0);
        struct work own = *work;
        own.actor = &owner;
        enum status one = keep_one(&own, idle, i, reminded, deleted, error);
        if (one != STATUS_OK) status = one; /* the others still have their turn */
    }
    return status;
}
