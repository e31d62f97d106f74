/* Lists for forms out of reference data: official administrative units, agencies. */
#include "reference_private.h"

#include "motcua/calendar/civil.h"
#include "motcua/domain/tenant.h"

DB_STATEMENT(units_all, DB_NOTHING,
             DB_COLUMNS({"code", DB_TEXT}, {"parent_code", DB_TEXT}, {"full_name", DB_TEXT},
                        {"valid_from", DB_DATE}, {"valid_to", DB_DATE}),
             "SELECT code, parent_code, full_name, valid_from, valid_to FROM administrative_unit "
             "ORDER BY parent_code, sort_order, code, valid_from LIMIT 200000")

/* What the callbacks get: the lists as they are on one day. */
struct lists_on_day {
    const struct reference_store *store;
    int32_t day;
};

static int newest_of_code_first(const void *a, const void *b)
{
    const struct official_unit *const *left = a, *const *right = b;
    int order = strcmp((*left)->code, (*right)->code);
    if (order == 0) order = (*left)->valid_from < (*right)->valid_from ? 1 : -1;
    return order;
}

enum status reference_load_units(struct work *work, struct arena *into, struct unit_list **result,
                                 struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &units_all, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    struct unit_list *list = arena_zalloc(into, sizeof *list);
    list->count = rows->row_count;
    list->units = arena_array(into, list->count, sizeof *list->units);
    list->by_code = arena_array(into, list->count, sizeof *list->by_code);
    for (size_t i = 0; i < list->count; i++) {
        list->units[i] = (struct official_unit){
            .code = arena_strdup(into, db_get_cstr(rows, i, 0)),
            .parent_code = arena_strdup(into, db_get_cstr(rows, i, 1)),
            .full_name = arena_strdup(into, db_get_cstr(rows, i, 2)),
            .valid_from = db_get_date(rows, i, 3),
            .valid_to = db_is_null(rows, i, 4) ? INT32_MAX : db_get_date(rows, i, 4),
        };
        list->by_code[i] = &list->units[i];
    }
    qsort(list->by_code, list->count, sizeof *list->by_code, newest_of_code_first);
    *result = list;
    return STATUS_OK;
}

static bool on_day(const struct official_unit *unit, int32_t day)
{
    return unit->valid_from <= day && day <= unit->valid_to;
}

/* The unit as it is on that day; where there is none of that code then, with `ended` the newest there was. */
static const struct official_unit *find_unit(const struct lists_on_day *lists, const char *code, bool ended)
{
    const struct unit_list *list = reference_units(lists->store);
    size_t low = 0, high = list == NULL ? 0 : list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(list->by_code[middle]->code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct official_unit *newest = NULL;
    for (; list != NULL && low < list->count && strcmp(list->by_code[low]->code, code) == 0; low++) {
        if (on_day(list->by_code[low], lists->day)) return list->by_code[low];
        if (newest == NULL && ended) newest = list->by_code[low];
    }
    return newest;
}

static bool is_units(const char *list)
{
    return strcmp(list, "administrative_unit") == 0;
}

static bool contains(void *context, const char *list, const char *parent, const char *value)
{
    const struct lists_on_day *lists = context;
    if (is_units(list)) {
        const struct official_unit *unit = find_unit(lists, value, false);
        return unit != NULL && (parent == NULL || strcmp(unit->parent_code, parent) == 0);
    }
    if (strcmp(list, "agency") == 0)
        return tenant_by_slug(reference_tenants(lists->store), str_of(value)) != NULL;
    return false;
}

static const char *label(void *context, struct arena *arena, const char *list, const char *value,
                         const char *language)
{
    const struct lists_on_day *lists = context;
    (void)arena;
    if (is_units(list)) {
        const struct official_unit *unit = find_unit(lists, value, true);
        return unit == NULL ? NULL : unit->full_name;
    }
    if (strcmp(list, "agency") == 0) {
        const struct tenant *tenant = tenant_by_slug(reference_tenants(lists->store), str_of(value));
        bool english = language != NULL && strcmp(language, "en") == 0;
        return tenant == NULL ? NULL : english && tenant->name_en[0] != '\0' ? tenant->name_en : tenant->name;
    }
    return NULL;
}

static size_t unit_options(const struct unit_list *units, struct arena *arena, const char *parent,
                           int32_t day, size_t limit, struct form_option **options)
{
    const char *wanted = parent == NULL ? "" : parent;
    size_t count = 0, filled = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) *options = arena_array(arena, count, sizeof **options);
        for (size_t i = 0; units != NULL && i < units->count && filled < limit; i++) {
            const struct official_unit *unit = &units->units[i];
            if (strcmp(unit->parent_code, wanted) != 0 || !on_day(unit, day)) continue;
            if (pass == 1)
                (*options)[filled++] = (struct form_option){unit->code, unit->full_name};
            else
                count++;
        }
    }
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
    const struct lists_on_day *lists = context;
    if (is_units(list))
        return unit_options(reference_units(lists->store), arena, parent, lists->day, limit, options);
    if (strcmp(list, "agency") == 0)
        return agency_options(reference_tenants(lists->store), arena, language, limit, options);
    *options = NULL;
    return 0;
}

const struct form_lists *reference_form_lists(const struct work *work)
{
    struct lists_on_day *on_day = arena_alloc(work->arena, sizeof *on_day);
    struct form_lists *lists = arena_alloc(work->arena, sizeof *lists);
    *on_day = (struct lists_on_day){work->domain->reference, civil_day_of(work->now)};
    *lists =
        (struct form_lists){.context = on_day, .contains = contains, .label = label, .options = list_options};
    return lists;
}
