/* Lists for forms out of reference data: official administrative units, agencies. */
#include "reference_private.h"

#include "motcua/domain/tenant.h"

DB_STATEMENT(units_all, DB_PARAMETERS(DB_INSTANT),
             DB_COLUMNS({"code", DB_TEXT}, {"parent_code", DB_TEXT}, {"full_name", DB_TEXT}),
             "SELECT code, parent_code, full_name FROM administrative_unit "
             "WHERE valid_from <= ($1 AT TIME ZONE 'Asia/Ho_Chi_Minh')::date "
             "AND (valid_to IS NULL OR valid_to >= ($1 AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) "
             "ORDER BY parent_code, sort_order, code LIMIT 100000")

enum status reference_load_units(struct work *work, struct arena *into, struct unit_list **result,
                                 struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &units_all,
                                     DB_VALUES(db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    struct unit_list *list = arena_zalloc(into, sizeof *list);
    list->units = arena_array(into, rows->row_count, sizeof *list->units);
    list->count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        list->units[i] = (struct official_unit){arena_strdup(into, db_get_cstr(rows, i, 0)),
                                                arena_strdup(into, db_get_cstr(rows, i, 1)),
                                                arena_strdup(into, db_get_cstr(rows, i, 2))};
    *result = list;
    return STATUS_OK;
}

static const struct official_unit *find_unit(const struct unit_list *list, const char *code)
{
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (strcmp(list->units[i].code, code) == 0) return &list->units[i];
    return NULL;
}

static bool is_units(const char *list)
{
    return strcmp(list, "administrative_unit") == 0;
}

static bool contains(void *context, const char *list, const char *parent, const char *value)
{
    const struct reference_store *store = context;
    if (is_units(list)) {
        const struct official_unit *unit = find_unit(reference_units(store), value);
        return unit != NULL && (parent == NULL || strcmp(unit->parent_code, parent) == 0);
    }
    if (strcmp(list, "agency") == 0) return tenant_by_slug(reference_tenants(store), str_of(value)) != NULL;
    return false;
}

static const char *label(void *context, struct arena *arena, const char *list, const char *value,
                         const char *language)
{
    const struct reference_store *store = context;
    (void)arena;
    if (is_units(list)) {
        const struct official_unit *unit = find_unit(reference_units(store), value);
        return unit == NULL ? NULL : unit->full_name;
    }
    if (strcmp(list, "agency") == 0) {
        const struct tenant *tenant = tenant_by_slug(reference_tenants(store), str_of(value));
        bool english = language != NULL && strcmp(language, "en") == 0;
        return tenant == NULL ? NULL : english && tenant->name_en[0] != '\0' ? tenant->name_en : tenant->name;
    }
    return NULL;
}

static size_t unit_options(const struct unit_list *units, struct arena *arena, const char *parent,
                           size_t limit, struct form_option **options)
{
    const char *wanted = parent == NULL ? "" : parent;
    size_t count = 0;
    for (size_t i = 0; units != NULL && i < units->count; i++)
        count += strcmp(units->units[i].parent_code, wanted) == 0;
    count = count < limit ? count : limit;
    struct form_option *list = arena_array(arena, count, sizeof *list);
    size_t filled = 0;
    for (size_t i = 0; units != NULL && i < units->count && filled < count; i++)
        if (strcmp(units->units[i].parent_code, wanted) == 0)
            list[filled++] = (struct form_option){units->units[i].code, units->units[i].full_name};
    *options = list;
    return filled;
}

static size_t agency_options(const struct tenants *tenants, struct arena *arena, const char *language,
                             size_t limit, struct form_option **options)
{
    bool english = language != NULL && strcmp(language, "en") == 0;
    size_t count = tenants->count < limit ? tenants->count : limit;
    struct form_option *list = arena_array(arena, count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct tenant *tenant = &tenants->all[i];
        list[i] = (struct form_option){tenant->slug, english && tenant->name_en[0] != '\0' ? tenant->name_en
                                                                                           : tenant->name};
    }
    *options = list;
    return count;
}

static size_t list_options(void *context, struct arena *arena, const char *list, const char *parent,
                           const char *language, size_t limit, struct form_option **options)
{
    const struct reference_store *store = context;
    if (is_units(list)) return unit_options(reference_units(store), arena, parent, limit, options);
    if (strcmp(list, "agency") == 0)
        return agency_options(reference_tenants(store), arena, language, limit, options);
    *options = NULL;
    return 0;
}

void reference_fill_lists(struct reference_store *store, struct form_lists *lists)
{
    *lists =
        (struct form_lists){.context = store, .contains = contains, .label = label, .options = list_options};
}
