/*
 * Reference data in memory. Snapshots are published through atomic pointers and never freed before the
 * process ends; loading happens under one lock, by whichever worker notices first that the database knows
 * more.
 */
#include "reference_private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "list/list_private.h"
#include "motcua/calendar/calendar.h"
#include "motcua/codec/json.h"
#include "motcua/domain/keys.h"
#include "motcua/domain/procedure.h"

enum {
    LOOK_EVERY_US = 2 * 1000 * 1000,
    RETIRED_FOR_US = 15 * 60 * 1000 * 1000, /* longer than any request or job reads a table */
    SNAPSHOT_BYTES = 64 * 1024 * 1024,
    CALENDAR_BYTES = 4 * 1024 * 1024,
    VERSION_SLOTS = 4096
};

struct calendar_entry {
    const char *code, *notice;
    int revision;
    struct calendar *calendar;
};

struct calendars {
    struct calendar_entry *entries;
    size_t count;
};

struct reference_store {
    pthread_mutex_t lock;
    _Atomic int64_t looked_at; /* monotonic */
    int64_t tenant_version, calendar_version, key_version, list_version, unit_version;
    _Atomic(const struct tenants *) tenants;
    _Atomic(const struct calendars *) calendars;
    _Atomic(const struct unit_list *) units;
    _Atomic(struct list_table *) lists_uploaded;
    struct list_table *oldest_lists; /* leads to the present table over those it has replaced */
    struct arena *arenas[256];       /* of the snapshots, for the end */
    size_t arena_count;
    /* Compiled procedure versions by hash of their id; open addressing, never removed. */
    _Atomic(struct procedure_version *) versions[VERSION_SLOTS];
    size_t version_count;
};

struct reference_store *reference_create(void)
{
    struct reference_store *store = calloc(1, sizeof *store);
    if (store == NULL) abort();
    pthread_mutex_init(&store->lock, NULL);
    atomic_store(&store->looked_at, INT64_MIN / 2);
    return store;
}

static void version_release(struct procedure_version *version)
{

    json_decref((json_t *)(uintptr_t)version->description);
    arena_destroy(version->arena);
}

void reference_destroy(struct reference_store *store)
{
    if (store == NULL) return;
    for (size_t i = 0; i < VERSION_SLOTS; i++) {
        struct procedure_version *version = atomic_load(&store->versions[i]);
        if (version != NULL) version_release(version);
    }
    for (size_t i = 0; i < store->arena_count; i++)
        arena_destroy(store->arenas[i]);
    for (struct list_table *lists = store->oldest_lists, *newer; lists != NULL; lists = newer) {
        newer = lists->newer;
        list_table_free(lists, newer);
    }
    pthread_mutex_destroy(&store->lock);
    free(store);
}

DB_STATEMENT(reference_versions, DB_NOTHING, DB_COLUMNS({"name", DB_TEXT}, {"version", DB_INT64}),
             "SELECT name, version FROM reference_version")

DB_STATEMENT(reference_bump, DB_PARAMETERS(DB_TEXT), DB_NOTHING,
             "UPDATE reference_version SET version = version + 1 WHERE name = $1")

void reference_touch(struct db_batch *batch, const char *name)
{
    db_add(batch, &reference_bump, db_cstr(name));
}

DB_STATEMENT(
    calendar_newest, DB_NOTHING,
    DB_COLUMNS({"code", DB_TEXT}, {"revision", DB_INT32}, {"definition", DB_JSON}, {"notice", DB_TEXT}),
    "SELECT DISTINCT ON (code) code, revision, definition, notice FROM calendar ORDER BY code, revision DESC")

/* A definition is one text of docs/clock.md or an array of several, of which the agency named by `code` is
 * taken. */
static enum status compile_calendar(struct arena *into, const char *code, const json_t *definition,
                                    struct calendar **calendar, struct error *error)
{
    size_t count = json_is_array(definition) ? json_array_size(definition) : 1;
    struct str *texts = arena_array(into, count, sizeof *texts);
    for (size_t i = 0; i < count; i++)
        texts[i] = json_canonical_arena(
            json_is_array(definition) ? json_array_get(definition, i) : definition, into, CALENDAR_BYTES);
    struct calendar_definition read;
    enum status status = calendar_definition_read(into, texts, count, code, &read, error);
    return status == STATUS_OK ? calendar_create(into, &read, calendar, error) : status;
}

static enum status load_calendars(struct work *work, struct arena *into, struct calendars **result,
                                  struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &calendar_newest, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct calendars *calendars = arena_zalloc(into, sizeof *calendars);
    calendars->entries = arena_array(into, rows->row_count, sizeof *calendars->entries);
    for (size_t i = 0; i < rows->row_count; i++) {
        struct calendar_entry *entry = &calendars->entries[calendars->count];
        entry->code = arena_strdup(into, db_get_cstr(rows, i, 0));
        entry->revision = db_get_int32(rows, i, 1);
        entry->notice = arena_strdup(into, db_get_cstr(rows, i, 3));
        json_auto definition = db_get_json(rows, i, 2);
        status = compile_calendar(into, entry->code, definition, &entry->calendar, error);
        if (status != STATUS_OK) return status;
        calendars->count++;
    }
    *result = calendars;
    return STATUS_OK;
}

/* A new arena for a snapshot, kept for the end of the process. */
static struct arena *snapshot_arena(struct reference_store *store)
{
    if (store->arena_count == sizeof store->arenas / sizeof store->arenas[0]) return NULL;
    struct arena *arena = arena_create(SNAPSHOT_BYTES);
    store->arenas[store->arena_count++] = arena;
    return arena;
}

/* Keys were renewed. What cannot be read yet (a new master key that is not here) is tried again at the next
 * look; nothing else has to wait for it. */
static void follow_keys(struct work *work, int64_t version)
{
    struct reference_store *store = work->domain->reference;
    struct error ignored = {0}; /* logged where it was found */
    if (version != store->key_version && key_ring_refresh(work, &ignored) == STATUS_OK)
        store->key_version = version;
}

/*
 * Lists are large, so a table that another has replaced is freed: once it has been out of use for so long
 * that nobody can still be reading it.
 */
static void free_retired_lists(struct reference_store *store, int64_t now)
{
    const struct list_table *present = atomic_load(&store->lists_uploaded);
    struct list_table *oldest = store->oldest_lists;
    while (oldest != NULL && oldest != present && now - oldest->retired_at >= RETIRED_FOR_US) {
        store->oldest_lists = oldest->newer;
        list_table_free(oldest, oldest->newer);
        oldest = store->oldest_lists;
    }
}

static enum status load_lists(struct work *work, int64_t version, struct error *error)
{
    struct reference_store *store = work->domain->reference;
    struct list_table *present = atomic_load(&store->lists_uploaded), *fresh;
    int64_t now = clock_monotonic_us();
    free_retired_lists(store, now);
    enum status status = list_load(work, present, &fresh, error);
    if (status != STATUS_OK) return status;
    if (present == NULL) {
        store->oldest_lists = fresh;
    } else {
        present->newer = fresh;
        present->retired_at = now;
    }
    atomic_store(&store->lists_uploaded, fresh);
    store->list_version = version;
    return STATUS_OK;
}

static enum status load_changed(struct work *work, struct error *error)
{
    struct reference_store *store = work->domain->reference;
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &reference_versions, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    int64_t tenant_version = 0, calendar_version = 0, key_version = 0, list_version = 0, unit_version = 0;
    for (size_t i = 0; i < rows->row_count; i++) {
        struct str name = db_get_text(rows, i, 0);
        if (str_equal(name, STR("tenant")))
            tenant_version = db_get_int64(rows, i, 1);
        else if (str_equal(name, STR("calendar")))
            calendar_version = db_get_int64(rows, i, 1);
        else if (str_equal(name, STR("key")))
            key_version = db_get_int64(rows, i, 1);
        else if (str_equal(name, STR("list")))
            list_version = db_get_int64(rows, i, 1);
        else if (str_equal(name, STR("unit")))
            unit_version = db_get_int64(rows, i, 1);
    }
    follow_keys(work, key_version);
    if (list_version != store->list_version || atomic_load(&store->lists_uploaded) == NULL)
        status = load_lists(work, list_version, error);
    if (status != STATUS_OK) return status;
    bool tenants_stale = tenant_version != store->tenant_version || atomic_load(&store->tenants) == NULL;
    bool calendars_stale =
        calendar_version != store->calendar_version || atomic_load(&store->calendars) == NULL;
    bool units_stale = unit_version != store->unit_version || atomic_load(&store->units) == NULL;
    if (!tenants_stale && !calendars_stale && !units_stale) return STATUS_OK;
    struct arena *into = snapshot_arena(store);
    if (into == NULL)
        return error_set(error, work->arena, STATUS_FATAL, "reference.full", NULL,
                         "reference data changed too often; restart the server");
    struct tenants *tenants = NULL;
    struct calendars *calendars = NULL;
    struct unit_list *units = NULL;
    if (units_stale && (status = reference_load_units(work, into, &units, error)) != STATUS_OK) return status;
    if (tenants_stale && (status = tenant_load(work, into, &tenants, error)) != STATUS_OK) return status;
    if (calendars_stale && (status = load_calendars(work, into, &calendars, error)) != STATUS_OK)
        return status;
    if (units_stale) {
        atomic_store(&store->units, units);
        store->unit_version = unit_version;
    }
    if (tenants_stale) {
        atomic_store(&store->tenants, tenants);
        store->tenant_version = tenant_version;
    }
    if (calendars_stale) {
        atomic_store(&store->calendars, calendars);
        store->calendar_version = calendar_version;
    }
    return STATUS_OK;
}

enum status reference_refresh(struct work *work, bool force, struct error *error)
{
    struct reference_store *store = work->domain->reference;
    int64_t now = clock_monotonic_us();
    bool loaded = atomic_load(&store->tenants) != NULL;
    if (loaded && !force && now - atomic_load(&store->looked_at) < LOOK_EVERY_US) return STATUS_OK;
    /* While one looks, the others go on with what is there. */
    if (loaded && !force) {
        if (pthread_mutex_trylock(&store->lock) != 0) return STATUS_OK;
    } else {
        pthread_mutex_lock(&store->lock);
    }
    enum status status = load_changed(work, error);
    if (status == STATUS_OK) atomic_store(&store->looked_at, now);
    pthread_mutex_unlock(&store->lock);
    return status;
}

const struct tenants *reference_tenants(const struct reference_store *store)
{
    return atomic_load(&store->tenants);
}

const struct unit_list *reference_units(const struct reference_store *store)
{
    return atomic_load(&store->units);
}

const struct list_table *reference_list_table(const struct reference_store *store)
{
    return atomic_load(&store->lists_uploaded);
}

static const struct calendar_entry *find_calendar(const struct reference_store *store, const char *code)
{
    const struct calendars *calendars = atomic_load(&store->calendars);
    for (size_t i = 0; calendars != NULL && i < calendars->count; i++)
        if (strcmp(calendars->entries[i].code, code) == 0) return &calendars->entries[i];
    return NULL;
}

const struct calendar *reference_calendar(const struct reference_store *store, const char *code,
                                          int *revision)
{
    const struct calendar_entry *entry = find_calendar(store, code);
    if (entry == NULL) return NULL;
    if (revision != NULL) *revision = entry->revision;
    return entry->calendar;
}

const char *reference_calendar_notice(const struct reference_store *store, const char *code)
{
    const struct calendar_entry *entry = find_calendar(store, code);
    return entry == NULL ? "" : entry->notice;
}

static _Atomic(struct procedure_version *) *version_slot(struct reference_store *store,
                                                         const struct uuid *id);

const struct procedure_version *reference_cached_version(const struct reference_store *store,
                                                         const struct uuid *version_id)
{
    return atomic_load(version_slot((struct reference_store *)(uintptr_t)store, version_id));
}

/* Finds the version's slot: its own, or the free one where it belongs. */
static _Atomic(struct procedure_version *) *version_slot(struct reference_store *store, const struct uuid *id)
{
    size_t slot = str_hash(str_of(id->text)) % VERSION_SLOTS;
    for (;;) {
        struct procedure_version *version = atomic_load(&store->versions[slot]);
        if (version == NULL || uuid_same(&version->id, id)) return &store->versions[slot];
        slot = (slot + 1) % VERSION_SLOTS;
    }
}

enum status reference_procedure_version(struct work *work, const struct uuid *version_id,
                                        const struct procedure_version **version, struct error *error)
{
    struct reference_store *store = work->domain->reference;
    struct procedure_version *found = atomic_load(version_slot(store, version_id));
    if (found == NULL) {
        struct procedure_version *loaded;
        enum status status = procedure_version_load(work, version_id, &loaded, error);
        if (status != STATUS_OK) return status;
        pthread_mutex_lock(&store->lock);
        _Atomic(struct procedure_version *) *slot = version_slot(store, version_id);
        found = atomic_load(slot);
        if (found == NULL && store->version_count < VERSION_SLOTS / 2) {
            atomic_store(slot, loaded);
            store->version_count++;
            found = loaded;
            loaded = NULL;
        }
        pthread_mutex_unlock(&store->lock);
        if (loaded != NULL) version_release(loaded);
        if (found == NULL)
            return error_set(error, work->arena, STATUS_FATAL, "reference.full", NULL,
                             "too many procedure versions");
    }
    *version = found;
    return STATUS_OK;
}
