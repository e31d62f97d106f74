/* Tenant keys: unwrapped once, then answered from memory under a lock. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "key_ring.h"
#include "motcua/base/log.h"

const char *const key_purposes[KEY_PURPOSES] = {"totpseal", "csrfhttp"};

struct hash key_mark_of(const struct secret_key *master)
{
    SECRET_KEY_AUTO derived;
    struct hash mark;
    _Static_assert(sizeof mark.bytes == sizeof derived.bytes, "a mark is a derived key");
    keys_derive(master, "dbmarker", 1, &derived);
    memcpy(mark.bytes, derived.bytes, sizeof mark.bytes);
    return mark;
}

void key_fingerprint(const struct hash *mark, char text[static FINGERPRINT_SIZE])
{
    char hex[HASH_HEX_SIZE];
    hash_hex(mark, hex);
    snprintf(text, FINGERPRINT_SIZE, "%.8s", hex);
}

struct str key_tenant_context(struct arena *arena, const struct uuid *tenant_id)
{
    return str_of(arena_printf(arena, "tenant:%s", tenant_id->text));
}

struct str key_purpose_context(struct arena *arena, const char *purpose)
{
    return str_of(arena_printf(arena, "purpose:%s", purpose));
}

const char *key_next_path(struct arena *arena, const char *path)
{
    return arena_printf(arena, "%s.next", path);
}

/* --- The master key and the database's mark */

DB_STATEMENT(master_key_mark, DB_NOTHING, DB_COLUMNS({"mark", DB_BYTES}), "SELECT mark FROM master_key_mark")

DB_STATEMENT(master_key_mark_first, DB_PARAMETERS(DB_BYTES), DB_NOTHING,
             "INSERT INTO master_key_mark (mark) VALUES ($1) ON CONFLICT DO NOTHING")

DB_STATEMENT(installation_keys, DB_NOTHING, DB_COLUMNS({"purpose", DB_TEXT}, {"wrapped", DB_BYTES}),
             "SELECT purpose, wrapped FROM installation_key")

/* What the database says: its mark (empty when it has none yet) and the wrapped keys of the purposes. */
struct marked {
    struct str mark;
    struct db_result *purposes;
};

static enum status read_marked(struct work *work, struct marked *marked, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_batch *batch = db_read(work->db, &scope, work->arena);
    struct db_result *mark = db_add(batch, &master_key_mark);
    marked->purposes = db_add(batch, &installation_keys);
    enum status status = db_run(batch, error);
    if (status == STATUS_OK) marked->mark = mark->row_count == 0 ? STR("") : db_get_bytes(mark, 0, 0);
    return status;
}

static bool fits(struct str mark, const struct secret_key *master)
{
    struct hash own = key_mark_of(master);
    return secret_equal(mark, hash_view(&own));
}

static enum status refuse_other(struct work *work, const char *path, struct str mark,
                                const struct secret_key *master, struct error *error)
{
    struct hash wanted = {{0}}, own = key_mark_of(master);
    char wanted_text[FINGERPRINT_SIZE], own_text[FINGERPRINT_SIZE];
    if (mark.length == sizeof wanted.bytes) memcpy(wanted.bytes, mark.data, sizeof wanted.bytes);
    key_fingerprint(&wanted, wanted_text);
    key_fingerprint(&own, own_text);
    return error_set(
        error, work->arena, STATUS_DENIED, "keys.other", NULL,
        "this database was made with another master key (%s) than the one in %s (%s); bring that "
        "one back from your backup",
        wanted_text, path, own_text);
}

/* The key that fits the mark: in its file, or beside it when a rotation was cut short. */
static enum status find_master(struct work *work, const char *path, struct str mark,
                               struct secret_key *master, bool *unfinished, struct error *error)
{
    const char *next = key_next_path(work->arena, path);
    *unfinished = false;
    enum status status = keys_load_master(path, mark.length == 0, master, work->arena, error);
    if (mark.length == 0 || (status == STATUS_OK && fits(mark, master))) return status;
    if (access(next, F_OK) == 0) {
        SECRET_KEY_AUTO beside;
        struct error other = {0};
        if (keys_load_master(next, false, &beside, work->arena, &other) == STATUS_OK && fits(mark, &beside)) {
            *master = beside;
            *unfinished = true;
            return STATUS_OK;
        }
    }
    if (status == STATUS_OK) return refuse_other(work, path, mark, master, error);
    if (status == STATUS_NOT_FOUND)
        return error_set(
            error, work->arena, status, "keys.missing", NULL,
            "the master key %s is missing, and this database was made with it; bring it back from "
            "your backup",
            path);
    return status;
}

/* Of two programs that start on an empty database at once, the first marks it; the second compares. */
static enum status mark_database(struct work *work, const char *path, const struct secret_key *master,
                                 struct marked *marked, struct error *error)
{
    struct hash own = key_mark_of(master);
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status = db_write_one(work->db, &scope, work->arena, &master_key_mark_first,
                                      DB_VALUES(db_bytes(hash_view(&own))), &result, error);
    if (status == STATUS_OK) status = read_marked(work, marked, error);
    if (status != STATUS_OK || fits(marked->mark, master)) return status;
    return refuse_other(work, path, marked->mark, master, error);
}

/* Derived from the first master key there was; wrapped in the database since it has gone. */
static enum status fill_purposes(struct arena *arena, const struct secret_key *master,
                                 const struct db_result *rows, struct secret_key purposes[KEY_PURPOSES])
{
    for (size_t i = 0; i < KEY_PURPOSES; i++) {
        keys_derive(master, key_purposes[i], 1, &purposes[i]);
        for (size_t row = 0; row < rows->row_count; row++)
            if (str_equal_cstr(db_get_text(rows, row, 0), key_purposes[i]) &&
                keys_unwrap(master, key_purpose_context(arena, key_purposes[i]), db_get_bytes(rows, row, 1),
                            &purposes[i]) != STATUS_OK)
                return STATUS_DENIED;
    }
    return STATUS_OK;
}

/* Takes the master key into the ring, with all that hangs on it. */
static enum status take_master(struct work *work, struct key_ring *ring, const struct secret_key *master,
                               bool unfinished, const struct marked *marked, struct error *error)
{
    struct secret_key purposes[KEY_PURPOSES];
    enum status status = fill_purposes(work->arena, master, marked->purposes, purposes);
    if (status == STATUS_OK) {
        pthread_mutex_lock(&ring->lock);
        ring->master = *master;
        ring->mark = key_mark_of(master);
        ring->unfinished = unfinished;
        ring->outdated = false;
        memcpy(ring->purposes, purposes, sizeof purposes);
        pthread_mutex_unlock(&ring->lock);
    }
    secret_wipe(purposes, sizeof purposes);
    if (status == STATUS_OK && unfinished)
        log_warning("keys.unfinished", log_cstr("file", key_next_path(work->arena, ring->path)));
    if (status == STATUS_OK) return status;
    return error_set(error, work->arena, STATUS_FATAL, "keys.master", NULL,
                     "a key of the installation was wrapped by another master key");
}

enum status key_ring_open(struct work *work, const char *path, struct key_ring **result, struct error *error)
{
    struct marked marked;
    SECRET_KEY_AUTO master;
    bool unfinished = false;
    enum status status = read_marked(work, &marked, error);
    if (status == STATUS_OK) status = find_master(work, path, marked.mark, &master, &unfinished, error);
    if (status == STATUS_OK && marked.mark.length == 0)
        status = mark_database(work, path, &master, &marked, error);
    if (status != STATUS_OK) return status;
    struct key_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL) abort();
    pthread_mutex_init(&ring->lock, NULL);
    ring->path = path;
    ring->generation = 1;
    status = take_master(work, ring, &master, unfinished, &marked, error);
    if (status == STATUS_OK)
        *result = ring;
    else
        key_ring_destroy(ring);
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
    pthread_mutex_destroy(&ring->lock);
    secret_wipe(ring, sizeof *ring);
    free(ring);
}

void key_ring_derive(struct key_ring *ring, const char purpose[static 8], struct secret_key *key)
{
    pthread_mutex_lock(&ring->lock);
    for (size_t i = 0; i < KEY_PURPOSES; i++)
        if (strcmp(key_purposes[i], purpose) == 0) *key = ring->purposes[i];
    pthread_mutex_unlock(&ring->lock);
}

void key_ring_expire(struct key_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->generation++;
    pthread_mutex_unlock(&ring->lock);
}

static bool is_in_ring(struct key_ring *ring, struct str mark)
{
    pthread_mutex_lock(&ring->lock);
    bool same = str_equal(hash_view(&ring->mark), mark);
    pthread_mutex_unlock(&ring->lock);
    return same;
}

enum status key_ring_refresh(struct work *work, struct error *error)
{
    struct key_ring *ring = work->domain->keys;
    struct marked marked;
    SECRET_KEY_AUTO master;
    bool unfinished = false;
    enum status status = read_marked(work, &marked, error);
    if (status == STATUS_OK && !is_in_ring(ring, marked.mark)) {
        status = find_master(work, ring->path, marked.mark, &master, &unfinished, error);
        if (status == STATUS_OK) status = take_master(work, ring, &master, unfinished, &marked, error);
        if (status == STATUS_OK) {
            log_info("keys.master_changed");
        } else {
            pthread_mutex_lock(&ring->lock);
            bool known = ring->outdated;
            ring->outdated = true;
            pthread_mutex_unlock(&ring->lock);
            if (!known && error != NULL && error->detail != NULL)
                log_error("keys.outdated", log_cstr("reason", error->detail));
        }
    }
    /* without the new master key nothing new can be unwrapped: what is known goes on */
    if (status == STATUS_OK) key_ring_expire(ring);
    return status;
}

/* --- Keys of tenants */

static struct ring_entry **slot_of(struct key_ring *ring, const struct uuid *tenant_id)
{
    return &ring->slots[str_hash(str_of(tenant_id->text)) % RING_SLOTS];
}

/* version 0: the newest one; while `sure`, only if the database has been asked since it may know a newer. */
static bool ring_find(struct key_ring *ring, const struct uuid *tenant_id, int version, bool sure,
                      struct secret_key *key, int *found_version)
{
    const struct ring_entry *best = NULL;
    pthread_mutex_lock(&ring->lock);
    for (const struct ring_entry *entry = *slot_of(ring, tenant_id); entry != NULL; entry = entry->next) {
        bool wanted = version != 0 ? entry->version == version
                                   : (!sure || entry->generation == ring->generation || ring->outdated) &&
                                         (best == NULL || entry->version > best->version);
        if (uuid_same(&entry->tenant_id, tenant_id) && wanted) best = entry;
    }
    if (best != NULL) {
        *key = best->key;
        *found_version = best->version;
    }
    pthread_mutex_unlock(&ring->lock);
    return best != NULL;
}

/* Under the lock. */
static void ring_put(struct key_ring *ring, const struct uuid *tenant_id, int version, uint64_t generation,
                     const struct secret_key *key)
{
    struct ring_entry **slot = slot_of(ring, tenant_id), *entry = *slot;
    while (entry != NULL && (entry->version != version || !uuid_same(&entry->tenant_id, tenant_id)))
        entry = entry->next;
    if (entry == NULL) {
        entry = calloc(1, sizeof *entry);
        if (entry == NULL) abort();
        entry->next = *slot;
        *slot = entry;
    }
    entry->tenant_id = *tenant_id;
    entry->version = version;
    entry->generation = generation;
    entry->key = *key;
}

/* Under the lock: what the database no longer has. */
static void ring_forget_older(struct key_ring *ring, const struct uuid *tenant_id, uint64_t generation)
{
    for (struct ring_entry **place = slot_of(ring, tenant_id); *place != NULL;) {
        struct ring_entry *entry = *place;
        if (!uuid_same(&entry->tenant_id, tenant_id) || entry->generation >= generation) {
            place = &entry->next;
            continue;
        }
        *place = entry->next;
        secret_wipe(&entry->key, sizeof entry->key);
        free(entry);
    }
}

DB_STATEMENT(tenant_keys, DB_NOTHING, DB_COLUMNS({"version", DB_INT32}, {"wrapped", DB_BYTES}),
             "SELECT version, wrapped FROM tenant_key WHERE tenant_id = motcua.app_tenant() ORDER BY version")

DB_STATEMENT(tenant_key_first, DB_PARAMETERS(DB_BYTES, DB_BYTES), DB_NOTHING,
             "INSERT INTO tenant_key (tenant_id, version, wrapped) SELECT motcua.app_tenant(), 1, $1 "
             "FROM master_key_mark WHERE mark = $2 FOR SHARE ON CONFLICT DO NOTHING")

/* A copy of what the ring holds now; of the master key, wipe it. */
static uint64_t ring_state(struct key_ring *ring, struct secret_key *master, struct hash *mark)
{
    pthread_mutex_lock(&ring->lock);
    *master = ring->master;
    *mark = ring->mark;
    uint64_t generation = ring->generation;
    pthread_mutex_unlock(&ring->lock);
    return generation;
}

/* None is made when another master key is in force since. */
static enum status create_first(struct work *work, const struct uuid *tenant_id, struct error *error)
{
    SECRET_KEY_AUTO fresh;
    SECRET_KEY_AUTO master;
    struct hash mark;
    struct wrapped_key wrapped;
    secret_key_random(&fresh);
    ring_state(work->domain->keys, &master, &mark);
    keys_wrap(&master, key_tenant_context(work->arena, tenant_id), &fresh, &wrapped);
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &tenant_key_first,
                        DB_VALUES(db_bytes(str_make((const char *)wrapped.bytes, sizeof wrapped.bytes)),
                                  db_bytes(hash_view(&mark))),
                        &result, error);
}

/* STATUS_DENIED: wrapped by another master key. */
static enum status load_keys(struct work *work, const struct uuid *tenant_id, size_t *count,
                             struct error *error)
{
    struct key_ring *ring = work->domain->keys;
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    SECRET_KEY_AUTO master;
    struct hash mark;
    uint64_t generation = ring_state(ring, &master, &mark);
    enum status status = db_read_one(work->db, &scope, work->arena, &tenant_keys, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct secret_key *keys = arena_array(work->arena, rows->row_count + 1, sizeof *keys);
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++)
        status = keys_unwrap(&master, key_tenant_context(work->arena, tenant_id), db_get_bytes(rows, i, 1),
                             &keys[i]);
    pthread_mutex_lock(&ring->lock);
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++)
        ring_put(ring, tenant_id, db_get_int32(rows, i, 0), generation, &keys[i]);
    if (status == STATUS_OK) ring_forget_older(ring, tenant_id, generation);
    pthread_mutex_unlock(&ring->lock);
    secret_wipe(keys, rows->row_count * sizeof *keys);
    *count = rows->row_count;
    return status;
}

/* From the database into the ring; a tenant without a key gets one. */
static enum status fetch(struct work *work, const struct uuid *tenant_id, struct error *error)
{
    size_t count = 0;
    enum status status = load_keys(work, tenant_id, &count, error);
    if (status == STATUS_OK && count == 0) {
        status = create_first(work, tenant_id, error);
        if (status == STATUS_OK) status = load_keys(work, tenant_id, &count, error);
    }
    return status == STATUS_OK && count == 0 ? STATUS_DENIED : status;
}

enum status key_ring_tenant(struct work *work, const struct uuid *tenant_id, int version,
                            struct secret_key *key, int *found_version, struct error *error)
{
    struct key_ring *ring = work->domain->keys;
    if (ring_find(ring, tenant_id, version, true, key, found_version)) return STATUS_OK;
    enum status status = fetch(work, tenant_id, error);
    if (status == STATUS_DENIED) { /* the master key was renewed a moment ago */
        status = key_ring_refresh(work, error);
        if (status == STATUS_OK) status = fetch(work, tenant_id, error);
        if (status == STATUS_DENIED || status == STATUS_NOT_FOUND)
            return error_set(error, work->arena, STATUS_UNAVAILABLE, "keys.master", NULL,
                             "the key of tenant %s was wrapped by another master key", tenant_id->text);
    }
    if (status != STATUS_OK) return status;
    if (!ring_find(ring, tenant_id, version, false, key, found_version))
        return error_set(error, work->arena, STATUS_NOT_FOUND, "keys.version", NULL,
                         "tenant %s has no key %d", tenant_id->text, version);
    return STATUS_OK;
}
