/* Renewing keys: the master key in one transaction, a tenant's by a version more. */
#include "motcua/domain/key_rotation.h"

#include "key_ring.h"
#include "motcua/domain/reference.h"

/* --- The master key */

DB_STATEMENT(master_key_marked, DB_PARAMETERS(DB_BYTES, DB_BYTES), DB_NOTHING,
             "UPDATE master_key_mark SET mark = $2, created_at = now() WHERE mark = $1")

DB_STATEMENT(tenant_keys_all, DB_NOTHING,
             DB_COLUMNS({"tenant_id", DB_UUID}, {"version", DB_INT32}, {"wrapped", DB_BYTES}),
             "SELECT tenant_id, version, wrapped FROM tenant_keys_wrapped()")

DB_STATEMENT(tenant_key_again, DB_PARAMETERS(DB_UUID, DB_INT32, DB_BYTES), DB_NOTHING,
             "SELECT FROM tenant_key_wrap($1, $2, $3)")

DB_STATEMENT(installation_key_put, DB_PARAMETERS(DB_TEXT, DB_BYTES), DB_NOTHING,
             "INSERT INTO installation_key (purpose, wrapped) VALUES ($1, $2) "
             "ON CONFLICT (purpose) DO UPDATE SET wrapped = excluded.wrapped")

struct master_change {
    struct work *work;
    const struct secret_key *from, *to;
    int64_t keys;
};

static struct str wrapped_bytes(struct arena *arena, const struct secret_key *wrapping, struct str context,
                                const struct secret_key *key)
{
    struct wrapped_key *wrapped = arena_alloc(arena, sizeof *wrapped);
    keys_wrap(wrapping, context, key, wrapped);
    return str_make((const char *)wrapped->bytes, sizeof wrapped->bytes);
}

static enum status wrap_tenants(struct master_change *change, const struct db_result *rows,
                                struct db_batch *write, struct error *error)
{
    struct arena *arena = change->work->arena;
    for (size_t i = 0; i < rows->row_count; i++) {
        SECRET_KEY_AUTO key;
        struct uuid tenant_id = db_get_uuid(rows, i, 0);
        struct str context = key_tenant_context(arena, &tenant_id);
        if (keys_unwrap(change->from, context, db_get_bytes(rows, i, 2), &key) != STATUS_OK)
            return error_set(error, arena, STATUS_FATAL, "keys.master", NULL,
                             "version %d of the key of tenant %s is not wrapped by the master key; nothing "
                             "was changed",
                             db_get_int32(rows, i, 1), tenant_id.text);
        db_add(write, &tenant_key_again, db_uuid(tenant_id), db_int32(db_get_int32(rows, i, 1)),
               db_bytes(wrapped_bytes(arena, change->to, context, &key)));
    }
    change->keys = (int64_t)rows->row_count;
    return STATUS_OK;
}

static void wrap_purposes(struct master_change *change, struct db_batch *write)
{
    struct arena *arena = change->work->arena;
    for (size_t i = 0; i < KEY_PURPOSES; i++) {
        SECRET_KEY_AUTO key;
        key_ring_derive(change->work->domain->keys, key_purposes[i], &key);
        db_add(write, &installation_key_put, db_cstr(key_purposes[i]),
               db_bytes(wrapped_bytes(arena, change->to, key_purpose_context(arena, key_purposes[i]), &key)));
    }
}

static enum status change_master(struct db_transaction *transaction, void *context, struct error *error)
{
    struct master_change *change = context;
    struct hash from = key_mark_of(change->from), to = key_mark_of(change->to);
    /* first the mark: whoever wraps a key by the old one holds it, and none begins after this */
    struct db_batch *load = db_batch(transaction);
    struct db_result *marked =
        db_add(load, &master_key_marked, db_bytes(hash_view(&from)), db_bytes(hash_view(&to)));
    struct db_result *keys = db_add(load, &tenant_keys_all);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (marked->affected != 1)
        return error_set(error, change->work->arena, STATUS_CONFLICT, "keys.elsewhere", NULL,
                         "somebody else has just renewed the master key; look with motcua keys status");
    struct db_batch *write = db_batch(transaction);
    status = wrap_tenants(change, keys, write, error);
    if (status != STATUS_OK) return status;
    wrap_purposes(change, write);
    reference_touch(write, "key");
    return db_commit(write, error);
}

/* The new key's file into its place; the old one keeps its fingerprint as a name. */
static enum status settle_files(struct work *work, const struct secret_key *previous,
                                struct master_rotation *result, struct error *error)
{
    struct key_ring *ring = work->domain->keys;
    struct hash mark = key_mark_of(previous);
    char fingerprint[FINGERPRINT_SIZE];
    key_fingerprint(&mark, fingerprint);
    result->previous = arena_printf(work->arena, "%s.%s", ring->path, fingerprint);
    enum status status = keys_put_next(ring->path, key_next_path(work->arena, ring->path), result->previous,
                                       work->arena, error);
    if (status == STATUS_OK) ring->unfinished = false;
    return status;
}

/* A rotation had come as far as the database. */
static enum status complete(struct work *work, struct master_rotation *result, struct error *error)
{
    const struct key_ring *ring = work->domain->keys;
    SECRET_KEY_AUTO previous;
    enum status status = keys_load_master(ring->path, false, &previous, work->arena, error);
    if (status != STATUS_OK) return status;
    result->finished = true;
    return settle_files(work, &previous, result, error);
}

static enum status renew(struct work *work, struct master_rotation *result, struct error *error)
{
    struct key_ring *ring = work->domain->keys;
    SECRET_KEY_AUTO from;
    SECRET_KEY_AUTO to;
    from = ring->master;
    enum status status =
        keys_prepare_next(ring->path, key_next_path(work->arena, ring->path), &to, work->arena, error);
    if (status != STATUS_OK) return status;
    struct master_change change = {.work = work, .from = &from, .to = &to};
    struct db_scope scope = {0};
    status = db_transaction(work->db, &scope, work->arena, change_master, &change, error);
    result->keys = change.keys;
    return status == STATUS_OK ? settle_files(work, &from, result, error) : status;
}

enum status key_rotate_master(struct work *work, struct master_rotation *result, struct error *error)
{
    struct key_ring *ring = work->domain->keys;
    *result = (struct master_rotation){.path = ring->path};
    enum status status = ring->unfinished ? complete(work, result, error) : renew(work, result, error);
    if (status == STATUS_OK) status = key_ring_refresh(work, error); /* as a server does that goes on */
    bool unfinished;
    if (status == STATUS_OK) key_master_describe(work, &result->path, &result->fingerprint, &unfinished);
    return status;
}

void key_master_describe(struct work *work, const char **path, const char **fingerprint, bool *unfinished)
{
    const struct key_ring *ring = work->domain->keys;
    char *text = arena_alloc(work->arena, FINGERPRINT_SIZE);
    key_fingerprint(&ring->mark, text);
    *path = ring->path;
    *fingerprint = text;
    *unfinished = ring->unfinished;
}

/* --- Versions of a tenant's key */

DB_STATEMENT(tenant_key_states, DB_NOTHING,
             DB_COLUMNS({"version", DB_INT32}, {"created_at", DB_INSTANT}, {"documents", DB_INT64},
                        {"uploads", DB_INT64}),
             "SELECT k.version, k.created_at, "
             "(SELECT count(*) FROM document d WHERE d.tenant_id = k.tenant_id AND "
             "d.key_version = k.version) AS documents, "
             "(SELECT count(*) FROM resumable_upload u WHERE u.tenant_id = k.tenant_id AND "
             "u.key_version = k.version) AS uploads "
             "FROM tenant_key k WHERE k.tenant_id = motcua.app_tenant() ORDER BY k.version")

enum status key_list(struct work *work, const struct uuid *tenant_id, struct tenant_key_state **states,
                     size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &tenant_key_states, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    *states = arena_array(work->arena, rows->row_count + 1, sizeof **states);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*states)[i] = (struct tenant_key_state){db_get_int32(rows, i, 0), db_get_instant(rows, i, 1),
                                                 db_get_int64(rows, i, 2), db_get_int64(rows, i, 3)};
    return STATUS_OK;
}

DB_STATEMENT(tenant_key_next, DB_PARAMETERS(DB_BYTES, DB_BYTES, DB_INT32), DB_NOTHING,
             "INSERT INTO tenant_key (tenant_id, version, wrapped) SELECT motcua.app_tenant(), $3, $1 "
             "FROM master_key_mark WHERE mark = $2 FOR SHARE")

struct tenant_change {
    struct work *work;
    struct str wrapped;
    int version;
};

static enum status add_version(struct db_transaction *transaction, void *context, struct error *error)
{
    struct tenant_change *change = context;
    struct db_batch *add = db_batch(transaction);
    struct db_result *added =
        db_add(add, &tenant_key_next, db_bytes(change->wrapped),
               db_bytes(hash_view(&change->work->domain->keys->mark)), db_int32(change->version));
    enum status status = db_run(add, error);
    if (status == STATUS_OK && added->affected != 1)
        status = error_set(error, change->work->arena, STATUS_CONFLICT, "keys.elsewhere", NULL,
                           "the master key was renewed at this moment; try again");
    if (status != STATUS_OK) return status;
    struct db_batch *write = db_batch(transaction);
    reference_touch(write, "key");
    return db_commit(write, error);
}

enum status key_rotate_tenant(struct work *work, const struct uuid *tenant_id, int *version,
                              struct error *error)
{
    struct tenant_key_state *states;
    struct key_ring *ring = work->domain->keys;
    size_t count;
    *version = 0;
    enum status status = key_list(work, tenant_id, &states, &count, error);
    if (status != STATUS_OK || count == 0) return status;
    SECRET_KEY_AUTO fresh;
    secret_key_random(&fresh);
    struct tenant_change change = {
        work, wrapped_bytes(work->arena, &ring->master, key_tenant_context(work->arena, tenant_id), &fresh),
        states[count - 1].version + 1};
    struct db_scope scope = work_scope(work, tenant_id);
    status = db_transaction(work->db, &scope, work->arena, add_version, &change, error);
    key_ring_expire(ring);
    if (status == STATUS_OK) *version = change.version;
    return status;
}

DB_STATEMENT(tenant_key_retire, DB_NOTHING, DB_COLUMNS({"version", DB_INT32}),
             "DELETE FROM tenant_key k USING (SELECT version, created_at FROM tenant_key "
             "WHERE tenant_id = motcua.app_tenant() ORDER BY version DESC LIMIT 1) newest "
             "WHERE k.tenant_id = motcua.app_tenant() AND k.version > 1 AND k.version < newest.version "
             "AND newest.created_at < now() - interval '1 minute' "
             "AND NOT EXISTS (SELECT FROM document d WHERE d.tenant_id = k.tenant_id AND "
             "d.key_version = k.version) "
             "AND NOT EXISTS (SELECT FROM resumable_upload u WHERE u.tenant_id = k.tenant_id AND "
             "u.key_version = k.version) RETURNING k.version")

static enum status retire(struct db_transaction *transaction, void *context, struct error *error)
{
    int64_t *retired = context;
    struct db_batch *load = db_batch(transaction);
    struct db_result *gone = db_add(load, &tenant_key_retire);
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    *retired = (int64_t)gone->row_count;
    struct db_batch *write = db_batch(transaction);
    if (gone->row_count > 0) reference_touch(write, "key");
    return db_commit(write, error);
}

enum status key_retire(struct work *work, const struct uuid *tenant_id, int64_t *retired, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    *retired = 0;
    enum status status = db_transaction(work->db, &scope, work->arena, retire, retired, error);
    key_ring_expire(work->domain->keys);
    return status;
}
