/* Lists from the database into memory. */
#include "list_private.h"

#include <stdlib.h>

#include "motcua/i18n/text.h"

enum { LIST_MEMORY = 128 * 1024 * 1024, TABLE_MEMORY = 16 * 1024 * 1024 };

DB_STATEMENT(list_revisions, DB_NOTHING,
             DB_COLUMNS({"tenant_id", DB_UUID}, {"name", DB_TEXT}, {"revision", DB_INT64}),
             "SELECT tenant_id, name, revision FROM reference_list_revisions()")

DB_STATEMENT(list_entries, DB_PARAMETERS(DB_TEXT),
             DB_COLUMNS({"code", DB_TEXT}, {"label", DB_TEXT}, {"label_en", DB_TEXT}, {"valid_from", DB_DATE},
                        {"valid_to", DB_DATE}),
             "SELECT code, label, label_en, valid_from, valid_to FROM reference_entry "
             "WHERE tenant_id = motcua.app_tenant() AND list = $1 ORDER BY sort_order, code")

static int by_code(const void *a, const void *b)
{
    const struct list_entry *const *left = a, *const *right = b;
    return strcmp((*left)->code, (*right)->code);
}

const struct list_entry *list_entry_find(const struct list_snapshot *list, const char *code)
{
    struct list_entry wanted = {.code = code}, *key = &wanted;
    struct list_entry **found =
        bsearch(&key, list->by_code, list->count, sizeof(struct list_entry *), by_code);
    return found == NULL ? NULL : *found;
}

static const char *folded(struct arena *into, const struct list_entry *entry)
{
    const char *text = arena_printf(into, "%s %s %s", entry->code, entry->label, entry->label_en);
    return text_search_key(into, str_of(text)).data;
}

static void fill(struct list_snapshot *list, const struct db_result *rows)
{
    struct arena *into = list->arena;
    list->count = rows->row_count;
    list->entries = arena_array(into, rows->row_count, sizeof *list->entries);
    list->by_code = arena_array(into, rows->row_count, sizeof(struct list_entry *));
    for (size_t i = 0; i < rows->row_count; i++) {
        struct list_entry *entry = &list->entries[i];
        *entry = (struct list_entry){
            .code = arena_strdup(into, db_get_cstr(rows, i, 0)),
            .label = arena_strdup(into, db_get_cstr(rows, i, 1)),
            .label_en = arena_strdup(into, db_get_cstr(rows, i, 2)),
            .valid_from = db_is_null(rows, i, 3) ? INT32_MIN : db_get_date(rows, i, 3),
            .valid_to = db_is_null(rows, i, 4) ? INT32_MAX : db_get_date(rows, i, 4),
        };
        entry->folded = folded(into, entry);
        list->by_code[i] = entry;
    }
    qsort(list->by_code, list->count, sizeof(struct list_entry *), by_code);
}

static enum status load_one(struct work *work, const struct uuid *tenant_id, const char *name,
                            int64_t revision, struct list_snapshot **list, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    ARENA_AUTO read = arena_create(LIST_MEMORY);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, read, &list_entries, DB_VALUES(db_cstr(name)), &rows, error);
    if (status != STATUS_OK) return status;
    struct arena *arena = arena_create(LIST_MEMORY);
    *list = arena_zalloc(arena, sizeof **list);
    **list = (struct list_snapshot){
        .arena = arena, .tenant_id = *tenant_id, .name = arena_strdup(arena, name), .revision = revision};
    fill(*list, rows);
    return STATUS_OK;
}

static struct list_snapshot *find(const struct list_table *table, const struct uuid *tenant_id,
                                  const char *name, int64_t revision)
{
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        struct list_snapshot *list = table->lists[i];
        if (list->revision == revision && uuid_same(&list->tenant_id, tenant_id) &&
            strcmp(list->name, name) == 0)
            return list;
    }
    return NULL;
}

enum status list_load(struct work *work, const struct list_table *old, struct list_table **result,
                      struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &list_revisions, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct arena *arena = arena_create(TABLE_MEMORY);
    struct list_table *table = arena_zalloc(arena, sizeof *table);
    table->arena = arena;
    table->lists = arena_array(arena, rows->row_count + 1, sizeof(struct list_snapshot *));
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        struct uuid tenant_id = db_get_uuid(rows, i, 0);
        const char *name = db_get_cstr(rows, i, 1);
        int64_t revision = db_get_int64(rows, i, 2);
        struct list_snapshot *list = find(old, &tenant_id, name, revision);
        if (list == NULL) status = load_one(work, &tenant_id, name, revision, &list, error);
        if (status == STATUS_OK) table->lists[table->count++] = list;
    }
    if (status == STATUS_OK)
        *result = table;
    else
        list_table_free(table, old);
    return status;
}

void list_table_free(struct list_table *table, const struct list_table *kept)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct list_snapshot *list = table->lists[i];
        if (find(kept, &list->tenant_id, list->name, list->revision) != list) arena_destroy(list->arena);
    }
    arena_destroy(table->arena);
}
