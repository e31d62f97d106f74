/* Tenant keys: unwrapped once, then answered from memory under a lock. */
#include "motcua/domain/keys.h"

#include <pthread.h>
#include <stdlib.h>

struct ring_entry {
    struct uuid tenant_id;
    int version;
    struct secret_key key;
    struct ring_entry *next;
};

enum { RING_SLOTS = 1024 };

struct key_ring {
    pthread_mutex_t lock;
    struct secret_key master;
    struct ring_entry *slots[RING_SLOTS];
};

struct key_ring *key_ring_create(const struct secret_key *master)
{
    struct key_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL) abort();
    pthread_mutex_init(&ring->lock, NULL);
    ring->master = *master;
    return ring;
}

DB_STATEMENT(master_key_mark, DB_NOTHING, DB_COLUMNS({"mark", DB_BYTES}), "SELECT mark FROM master_key_mark")

DB_STATEMENT(master_key_mark_first, DB_PARAMETERS(DB_BYTES), DB_NOTHING,
             "INSERT INTO master_key_mark (mark) VALUES ($1) ON CONFLICT DO NOTHING")

/* `mark` is empty when the database is marked with no key yet. */
static enum status read_mark(struct work *work, struct str *mark, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &master_key_mark, DB_VALUES(), &rows, error);
    if (status == STATUS_OK) *mark = rows->row_count == 0 ? STR("") : db_get_bytes(rows, 0, 0);
    return status;
}

/* Of two programs that start on an empty database at once, the first marks it; the second compares. */
static enum status confirm_mark(struct work *work, const char *path, struct str mark,
                                const struct secret_key *master, struct error *error)
{
    SECRET_KEY_AUTO derived;
    keys_derive(master, "dbmarker", 1, &derived);
    struct str own = str_make((const char *)derived.bytes, sizeof derived.bytes);
    if (mark.length == 0) {
        struct db_scope scope = work_scope(work, NULL);
        struct db_result *result;
        enum status status = db_write_one(work->db, &scope, work->arena, &master_key_mark_first,
                                          DB_VALUES(db_bytes(own)), &result, error);
        if (status == STATUS_OK) status = read_mark(work, &mark, error);
        if (status != STATUS_OK) return status;
    }
    if (secret_equal(mark, own)) return STATUS_OK;
    return error_set(error, work->arena, STATUS_DENIED, "keys.other", NULL,
                     "this database was made with another master key than the one in %s; bring that one back "
                     "from your backup",
                     path);
}

enum status key_ring_open(struct work *work, const char *path, struct key_ring **ring, struct error *error)
{
    struct str mark;
    SECRET_KEY_AUTO master;
    enum status status = read_mark(work, &mark, error);
    if (status != STATUS_OK) return status;
    status = keys_load_master(path, mark.length == 0, &master, work->arena, error);
    if (status == STATUS_NOT_FOUND)
        return error_set(
            error, work->arena, status, "keys.missing", NULL,
            "the master key %s is missing, and this database was made with it; bring it back from "
            "your backup",
            path);
    if (status == STATUS_OK) status = confirm_mark(work, path, mark, &master, error);
    if (status == STATUS_OK) *ring = key_ring_create(&master);
    return status;
}

void key_ring_destroy(struct key_ring *ring)
{
    if (ring == NULL) return;
    for (size_t i = 0; i < RING_SLOTS; i++) {
        for (struct ring_entry *entry = ring->slots[i]; entry != NULL;) {
            struct ring_entry *next = entry->next;
            secret_wipe(&entry->key, sizeof entry->key);
            free(entry);
            entry = next;
        }
    }
    secret_wipe(&ring->master, sizeof ring->master);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

void key_ring_derive(const struct key_ring *ring, const char purpose[static 8], struct secret_key *key)
{
    keys_derive(&ring->master, purpose, 1, key);
}

/* version 0: the newest known. */
static bool ring_find(struct key_ring *ring, const struct uuid *tenant_id, int version,
                      struct secret_key *key, int *found_version)
{
    const struct ring_entry *best = NULL;
    pthread_mutex_lock(&ring->lock);
    for (const struct ring_entry *entry = ring->slots[str_hash(str_of(tenant_id->text)) % RING_SLOTS];
         entry != NULL; entry = entry->next) {
        bool wanted =
            version == 0 ? best == NULL || entry->version > best->version : entry->version == version;
        if (uuid_same(&entry->tenant_id, tenant_id) && wanted) best = entry;
    }
    if (best != NULL) {
        *key = best->key;
        *found_version = best->version;
    }
    pthread_mutex_unlock(&ring->lock);
    return best != NULL;
}

static void ring_put(struct key_ring *ring, const struct uuid *tenant_id, int version,
                     const struct secret_key *key)
{
    struct secret_key known;
    int known_version;
    if (ring_find(ring, tenant_id, version, &known, &known_version)) {
        secret_wipe(&known, sizeof known);
        return;
    }
    struct ring_entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL) abort();
    entry->tenant_id = *tenant_id;
    entry->version = version;
    entry->key = *key;
    size_t slot = str_hash(str_of(tenant_id->text)) % RING_SLOTS;
    pthread_mutex_lock(&ring->lock);
    entry->next = ring->slots[slot];
    ring->slots[slot] = entry;
    pthread_mutex_unlock(&ring->lock);
}

DB_STATEMENT(tenant_keys, DB_NOTHING, DB_COLUMNS({"version", DB_INT32}, {"wrapped", DB_BYTES}),
             "SELECT version, wrapped FROM tenant_key WHERE tenant_id = motcua.app_tenant() ORDER BY version")

DB_STATEMENT(tenant_key_first, DB_PARAMETERS(DB_BYTES), DB_NOTHING,
             "INSERT INTO tenant_key (tenant_id, version, wrapped) VALUES (motcua.app_tenant(), 1, $1) "
             "ON CONFLICT DO NOTHING")

static struct str key_context(struct arena *arena, const struct uuid *tenant_id)
{
    return str_of(arena_printf(arena, "tenant:%s", tenant_id->text));
}

static enum status create_first(struct work *work, const struct uuid *tenant_id, struct error *error)
{
    SECRET_KEY_AUTO fresh;
    secret_key_random(&fresh);
    struct wrapped_key wrapped;
    keys_wrap(&work->domain->keys->master, key_context(work->arena, tenant_id), &fresh, &wrapped);
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &tenant_key_first,
                        DB_VALUES(db_bytes(str_make((const char *)wrapped.bytes, sizeof wrapped.bytes))),
                        &result, error);
}

static enum status load_keys(struct work *work, const struct uuid *tenant_id, size_t *count,
                             struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &tenant_keys, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < rows->row_count; i++) {
        SECRET_KEY_AUTO key;
        status = keys_unwrap(&work->domain->keys->master, key_context(work->arena, tenant_id),
                             db_get_bytes(rows, i, 1), &key);
        if (status != STATUS_OK)
            return error_set(error, work->arena, STATUS_FATAL, "keys.master", NULL,
                             "the key of tenant %s was wrapped by another master key", tenant_id->text);
        ring_put(work->domain->keys, tenant_id, db_get_int32(rows, i, 0), &key);
    }
    *count = rows->row_count;
    return STATUS_OK;
}

enum status key_ring_tenant(struct work *work, const struct uuid *tenant_id, int version,
                            struct secret_key *key, int *found_version, struct error *error)
{
    struct key_ring *ring = work->domain->keys;
    if (ring_find(ring, tenant_id, version, key, found_version)) return STATUS_OK;
    size_t count = 0;
    enum status status = load_keys(work, tenant_id, &count, error);
    if (status == STATUS_OK && count == 0) {
        status = create_first(work, tenant_id, error);
        if (status == STATUS_OK) status = load_keys(work, tenant_id, &count, error);
    }
    if (status != STATUS_OK) return status;
    if (!ring_find(ring, tenant_id, version, key, found_version))
        return error_set(error, work->arena, STATUS_NOT_FOUND, "keys.version", NULL,
                         "tenant %s has no key %d", tenant_id->text, version);
    return STATUS_OK;
}
