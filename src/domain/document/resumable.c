/* Rows of resumable uploads: making, finding, completing and sweeping them. */
#include "motcua/domain/keys.h"
#include "motcua/domain/tenant.h"
#include "resumable_private.h"

#define LIFETIME_DEFAULT_S (INT64_C(24) * 3600)
/* the document of the same id is there, removed by its owner since or not */
#define COMPLETE                                                                                             \
    "EXISTS (SELECT 1 FROM document d WHERE d.tenant_id = motcua.app_tenant() AND d.id = r.id) AS complete"

DB_STATEMENT(
    resumable_add,
    DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT64, DB_TEXT, DB_INT32, DB_BYTES,
                  DB_INSTANT, DB_INSTANT),
    DB_NOTHING,
    "INSERT INTO resumable_upload (tenant_id, account_id, id, dossier_id, kind, paper_key, file_name, "
    "metadata, length, storage_name, key_version, wrapped_key, created_at, expires_at) VALUES "
    "(motcua.app_tenant(), motcua.app_account(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")

DB_STATEMENT(resumable_give_way, DB_PARAMETERS(DB_INSTANT, DB_INT64), DB_NOTHING,
             "UPDATE resumable_upload SET expires_at = $1 WHERE tenant_id = motcua.app_tenant() AND "
             "account_id = motcua.app_account() AND id IN (SELECT r.id FROM resumable_upload r "
             "WHERE r.tenant_id = motcua.app_tenant() AND r.account_id = motcua.app_account() "
             "AND r.expires_at > $1 AND NOT EXISTS (SELECT 1 FROM document d WHERE d.tenant_id = r.tenant_id "
             "AND d.id = r.id) ORDER BY r.created_at DESC, r.id DESC OFFSET $2)")

DB_STATEMENT(resumable_of_dossier, DB_PARAMETERS(DB_UUID, DB_UUID),
             DB_COLUMNS({"kind", DB_TEXT}, {"paper_key", DB_TEXT}, {"file_name", DB_TEXT},
                        {"metadata", DB_TEXT}, {"length", DB_INT64}, {"storage_name", DB_TEXT},
                        {"key_version", DB_INT32}, {"wrapped_key", DB_BYTES}, {"expires_at", DB_INSTANT},
                        {"complete", DB_BOOL}),
             "SELECT kind, paper_key, file_name, metadata, length, storage_name, key_version, wrapped_key, "
             "expires_at, " COMPLETE " FROM resumable_upload r WHERE tenant_id = motcua.app_tenant() AND "
             "account_id = motcua.app_account() AND dossier_id = $1 AND id = $2")

DB_STATEMENT(resumable_go_on, DB_PARAMETERS(DB_UUID, DB_INT64, DB_INSTANT), DB_NOTHING,
             "UPDATE resumable_upload SET received = $2, expires_at = $3 WHERE "
             "tenant_id = motcua.app_tenant() AND account_id = motcua.app_account() AND id = $1")

DB_STATEMENT(resumable_forget, DB_PARAMETERS(DB_UUID), DB_NOTHING,
             "DELETE FROM resumable_upload WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(resumable_expired_tenants, DB_PARAMETERS(DB_INSTANT), DB_COLUMNS({"tenant_id", DB_UUID}),
             "SELECT tenant_id FROM resumable_upload_expired($1)")

DB_STATEMENT(resumable_expired, DB_PARAMETERS(DB_INSTANT),
             DB_COLUMNS({"id", DB_UUID}, {"storage_name", DB_TEXT}, {"complete", DB_BOOL}),
             "SELECT id, storage_name, " COMPLETE
             " FROM resumable_upload r WHERE tenant_id = motcua.app_tenant() AND expires_at <= $1 "
             "ORDER BY expires_at LIMIT 500")

static instant expiry(const struct work *work)
{
    int64_t seconds = work->domain->upload_lifetime_s;
    return work->now + (seconds > 0 ? seconds : LIFETIME_DEFAULT_S) * MICROSECONDS;
}

static struct str key_context(struct arena *arena, const struct uuid *id)
{
    return str_of(arena_printf(arena, "upload:%s", id->text));
}

static enum status disk_refuses(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                     N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), "cannot write below %s/spool",
                     work->domain->data_folder);
}

static enum status unknown(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_NOT_FOUND, "resumable.unknown",
                     N_("Không tìm thấy lần tải lên này; vui lòng tải lại tệp từ đầu"), NULL);
}

static enum status add_row(struct work *work, const struct db_scope *scope, const struct resumable *resumable,
                           struct error *error)
{
    struct db_result *result;
    enum status status =
        db_write_one(work->db, scope, work->arena, &resumable_give_way,
                     DB_VALUES(db_instant(work->now), db_int64(RESUMABLE_OPEN_MAXIMUM - 1)), &result, error);
    if (status != STATUS_OK) return status;
    return db_write_one(work->db, scope, work->arena, &resumable_add,
                        DB_VALUES(db_uuid(resumable->id), db_uuid(resumable->dossier_id),
                                  db_cstr(resumable->kind), db_cstr(resumable->paper_key),
                                  db_cstr(resumable->file_name), db_cstr(resumable->metadata),
                                  db_int64(resumable->length), db_cstr(resumable->storage_name),
                                  db_int32(resumable->key_version), db_bytes(resumable->wrapped_key),
                                  db_instant(work->now), db_instant(resumable->expires_at)),
                        &result, error);
}

enum status resumable_create(struct work *work, const struct uuid *tenant_id, struct resumable *resumable,
                             struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct resumable_writer *writer;
    SECRET_KEY_AUTO tenant_key;
    enum status status = key_ring_tenant(work, tenant_id, 0, &tenant_key, &resumable->key_version, error);
    if (status != STATUS_OK) return status;
    if (resumable_file_create(work->domain->data_folder, (uint64_t)resumable->length, &writer) != STATUS_OK)
        return disk_refuses(work, error);
    resumable->id = uuid_create(work->now);
    resumable->storage_name = arena_strdup(work->arena, strrchr(writer->spool->path, '/') + 1);
    resumable->expires_at = expiry(work);
    resumable->complete = false;
    struct wrapped_key *wrapped = arena_alloc(work->arena, sizeof *wrapped);
    keys_wrap(&tenant_key, key_context(work->arena, &resumable->id), &writer->spool->key, wrapped);
    resumable->wrapped_key = str_make((const char *)wrapped->bytes, sizeof wrapped->bytes);
    resumable_close(writer);
    status = add_row(work, &scope, resumable, error);
    if (status != STATUS_OK) resumable_file_remove(work->domain->data_folder, resumable->storage_name, false);
    return status;
}

enum status resumable_find(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                           const struct uuid *id, struct resumable *resumable, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &resumable_of_dossier,
                                     DB_VALUES(db_uuid(*dossier_id), db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0) return unknown(work, error);
    *resumable = (struct resumable){
        .id = *id,
        .dossier_id = *dossier_id,
        .kind = db_get_cstr(rows, 0, 0),
        .paper_key = db_get_cstr(rows, 0, 1),
        .file_name = db_get_cstr(rows, 0, 2),
        .metadata = db_get_cstr(rows, 0, 3),
        .length = db_get_int64(rows, 0, 4),
        .storage_name = db_get_cstr(rows, 0, 5),
        .key_version = db_get_int32(rows, 0, 6),
        .wrapped_key = db_get_bytes(rows, 0, 7),
        .expires_at = db_get_instant(rows, 0, 8),
        .complete = db_get_bool(rows, 0, 9),
    };
    return STATUS_OK;
}

enum status resumable_open(struct work *work, const struct uuid *tenant_id, const struct resumable *resumable,
                           struct resumable_writer **writer, struct error *error)
{
    SECRET_KEY_AUTO tenant_key;
    SECRET_KEY_AUTO key;
    int version;
    enum status status =
        key_ring_tenant(work, tenant_id, resumable->key_version, &tenant_key, &version, error);
    if (status != STATUS_OK) return status;
    if (keys_unwrap(&tenant_key, key_context(work->arena, &resumable->id), resumable->wrapped_key, &key) !=
        STATUS_OK)
        return unknown(work, error);
    status = resumable_file_open(work->domain->data_folder, resumable->storage_name, &key,
                                 (uint64_t)resumable->length, writer);
    if (status == STATUS_CONFLICT)
        return error_set(error, work->arena, status, "resumable.busy",
                         N_("Tệp này đang được tải lên ở một kết nối khác; vui lòng chờ giây lát"), NULL);
    if (status == STATUS_NOT_FOUND) return unknown(work, error);
    return status == STATUS_OK ? status : disk_refuses(work, error);
}

int64_t resumable_received(const struct work *work, const struct resumable *resumable)
{
    uint64_t whole = resumable_file_whole(work->domain->data_folder, resumable->storage_name);
    return whole < (uint64_t)resumable->length ? (int64_t)whole : resumable->length;
}

enum status resumable_note(struct work *work, const struct uuid *tenant_id, struct resumable *resumable,
                           struct resumable_writer *writer, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    resumable->expires_at = expiry(work);
    enum status status = db_write_one(work->db, &scope, work->arena, &resumable_go_on,
                                      DB_VALUES(db_uuid(resumable->id), db_int64(resumable_offset(writer)),
                                                db_instant(resumable->expires_at)),
                                      &result, error);
    return status == STATUS_OK && result->affected == 0 ? unknown(work, error) : status;
}

enum status resumable_remove(struct work *work, const struct uuid *tenant_id,
                             const struct resumable *resumable, struct resumable_writer *writer,
                             struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    enum status status = db_write_one(work->db, &scope, work->arena, &resumable_forget,
                                      DB_VALUES(db_uuid(resumable->id)), &result, error);
    if (status != STATUS_OK) return status;
    if (writer != NULL) writer->removed = true;
    resumable_file_remove(work->domain->data_folder, resumable->storage_name, !resumable->complete);
    return STATUS_OK;
}

/* Whether trying again may help. */
static bool passing(enum status status)
{
    return status == STATUS_UNAVAILABLE || status == STATUS_RETRY || status == STATUS_FATAL;
}

enum status resumable_check(struct work *work, const struct uuid *tenant_id,
                            const struct resumable *resumable, const struct document_claim *claim,
                            struct resumable_writer *writer, struct error *error)
{
    const char *media_type;
    struct error ignored = {0};
    if (writer->spool->head_length < DOCUMENT_HEAD) return STATUS_OK;
    enum status status = document_check_begun(work, writer->spool, tenant_id, &resumable->dossier_id, claim,
                                              &media_type, error);
    if (status != STATUS_OK && !passing(status) &&
        resumable_remove(work, tenant_id, resumable, writer, &ignored) != STATUS_OK)
        return status; /* it expires by itself */
    return status;
}

enum status resumable_complete(struct work *work, const struct uuid *tenant_id,
                               const struct resumable *resumable, const struct document_claim *claim,
                               struct resumable_writer *writer, struct error *error)
{
    struct document_spool *spool = writer->spool;
    struct uuid id = resumable->id;
    struct error ignored = {0};
    if (document_spool_close(spool) != STATUS_OK) return disk_refuses(work, error);
    enum status status = document_attach(work, spool, tenant_id, &resumable->dossier_id, claim, &id, error);
    if (status == STATUS_OK) {
        writer->removed = true;
        resumable_file_remove(work->domain->data_folder, resumable->storage_name, false); /* the state */
    } else if (!passing(status) &&
               resumable_remove(work, tenant_id, resumable, writer, &ignored) != STATUS_OK) {
        return status; /* it expires by itself */
    }
    return status;
}

/* --- Sweeping */

static enum status sweep_tenant(struct work *work, const struct uuid *tenant_id, int64_t *removed,
                                struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows, *result;
    enum status status = db_read_one(work->db, &scope, work->arena, &resumable_expired,
                                     DB_VALUES(db_instant(work->now)), &rows, error);
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        const char *name = db_get_cstr(rows, i, 1);
        /* its last request is still running: next time */
        if (resumable_file_idle(work->domain->data_folder, name) != STATUS_OK) continue;
        resumable_file_remove(work->domain->data_folder, name, !db_get_bool(rows, i, 2));
        status = db_write_one(work->db, &scope, work->arena, &resumable_forget,
                              DB_VALUES(db_uuid(db_get_uuid(rows, i, 0))), &result, error);
        *removed += status == STATUS_OK;
    }
    return status;
}

enum status resumable_sweep(struct work *work, int64_t *removed, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *tenants;
    enum status status = db_read_one(work->db, &scope, work->arena, &resumable_expired_tenants,
                                     DB_VALUES(db_instant(work->now)), &tenants, error);
    for (size_t i = 0; status == STATUS_OK && i < tenants->row_count; i++) {
        struct uuid tenant_id = db_get_uuid(tenants, i, 0);
        status = sweep_tenant(work, &tenant_id, removed, error);
    }
    /* an upload whose row was made is gone by now; what is this old never got one */
    instant before = work->now - (expiry(work) - work->now) - 24 * 3600 * MICROSECONDS;
    *removed += (int64_t)resumable_file_sweep(work->domain->data_folder, before);
    return status;
}
