/* Agencies in memory: lookups over the immutable snapshot. */
#include "motcua/domain/tenant.h"

#include <stdlib.h>

const struct tenant *tenant_by_id(const struct tenants *tenants, const struct uuid *id)
{
    size_t low = 0, high = tenants->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(id->text, tenants->by_id[middle]->id.text);
        if (order == 0) return tenants->by_id[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct tenant *tenant_by_slug(const struct tenants *tenants, struct str slug)
{
    size_t low = 0, high = tenants->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_compare(slug, str_of(tenants->by_slug[middle]->slug));
        if (order == 0) return tenants->by_slug[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Rare lookups go over all rows: some hundreds. */
static const struct tenant *find(const struct tenants *tenants, struct str wanted,
                                 const char *(*member)(const struct tenant *))
{
    if (wanted.length == 0) return NULL;
    for (size_t i = 0; i < tenants->count; i++)
        if (str_equal_ignore_case(wanted, str_of(member(&tenants->all[i])))) return &tenants->all[i];
    return NULL;
}

static const char *host_name(const struct tenant *tenant)
{
    return tenant->host_name;
}

static const char *code(const struct tenant *tenant)
{
    return tenant->code;
}

static const char *agency_identifier(const struct tenant *tenant)
{
    return tenant->agency_identifier;
}

const struct tenant *tenant_by_host(const struct tenants *tenants, struct str host)
{
    struct str name, port;
    (void)str_split(host, ':', &name, &port);
    return find(tenants, name, host_name);
}

const struct tenant *tenant_by_code(const struct tenants *tenants, struct str wanted)
{
    return find(tenants, wanted, code);
}

const struct tenant *tenant_by_agency_identifier(const struct tenants *tenants, struct str identifier)
{
    return find(tenants, identifier, agency_identifier);
}

size_t tenant_search(const struct tenants *tenants, struct str search_key, const struct tenant **found,
                     size_t limit)
{
    size_t count = 0;
    if (search_key.length == 0) return 0;
    /* Names that have the words from the beginning of one; only when there are none, names that hold them
     * anywhere
     * ("yen hoa" is also in "huyen Hoai Duc"). */
    for (int pass = 0; pass < 2 && count == 0; pass++) {
        for (size_t i = 0; i < tenants->count && count < limit; i++) {
            ptrdiff_t at = str_find(tenants->all[i].search_key, search_key);
            bool whole_word = at == 0 || (at > 0 && tenants->all[i].search_key.data[at - 1] == ' ');
            if (at >= 0 && whole_word == (pass == 0)) found[count++] = &tenants->all[i];
        }
    }
    return count;
}

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct tenant *const *)a)->id.text, (*(const struct tenant *const *)b)->id.text);
}

static int by_slug(const void *a, const void *b)
{
    return strcmp((*(const struct tenant *const *)a)->slug, (*(const struct tenant *const *)b)->slug);
}

DB_STATEMENT(tenant_all, DB_PARAMETERS(DB_INSTANT),
             DB_COLUMNS({"id", DB_UUID}, {"parent_id", DB_UUID}, {"slug", DB_TEXT}, {"kind", DB_TEXT},
                        {"code", DB_TEXT}, {"name", DB_TEXT}, {"short_name", DB_TEXT}, {"name_en", DB_TEXT},
                        {"place_name", DB_TEXT}, {"host_name", DB_TEXT}, {"agency_identifier", DB_TEXT},
                        {"agency_identifier_is_sample", DB_BOOL}, {"address", DB_TEXT}, {"phone", DB_TEXT},
                        {"email", DB_TEXT}, {"calendar_code", DB_TEXT}, {"require_second_factor", DB_BOOL},
                        {"search_key", DB_TEXT}, {"upload_limit", DB_INT64}),
             "SELECT id, parent_id, slug, kind, code, name, short_name, name_en, place_name, host_name, "
             "agency_identifier, agency_identifier_is_sample, address, phone, email, calendar_code, "
             "require_second_factor, search_key, upload_limit FROM tenant "
             "WHERE valid_from <= ($1 AT TIME ZONE 'Asia/Ho_Chi_Minh')::date "
             "AND (valid_to IS NULL OR valid_to >= ($1 AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) "
             "ORDER BY array_position(ARRAY['city', 'department', 'district', 'commune'], kind), sort_order, "
             "code, slug")

static const char *text(struct arena *into, const struct db_result *rows, size_t row, size_t column)
{
    struct str value = db_get_text(rows, row, column);
    return arena_strndup(into, value.data == NULL ? "" : value.data, value.length);
}

static void read_row(struct arena *into, const struct db_result *rows, size_t row, struct tenant *tenant)
{
    tenant->id = db_get_uuid(rows, row, 0);
    tenant->slug = text(into, rows, row, 2);
    tenant->kind = text(into, rows, row, 3);
    tenant->code = text(into, rows, row, 4);
    tenant->name = text(into, rows, row, 5);
    tenant->short_name = text(into, rows, row, 6);
    tenant->name_en = text(into, rows, row, 7);
    tenant->place_name = text(into, rows, row, 8);
    tenant->host_name = text(into, rows, row, 9);
    tenant->agency_identifier = text(into, rows, row, 10);
    tenant->agency_identifier_is_sample = db_get_bool(rows, row, 11);
    tenant->address = text(into, rows, row, 12);
    tenant->phone = text(into, rows, row, 13);
    tenant->email = text(into, rows, row, 14);
    tenant->calendar_code = text(into, rows, row, 15);
    tenant->require_second_factor = db_get_bool(rows, row, 16);
    tenant->search_key = str_of(text(into, rows, row, 17));
    tenant->upload_limit = (uint64_t)db_get_int64(rows, row, 18);
}

/* Links each tenant to its parent and the parents to their children, in the order of `all`. */
static void link_tree(struct arena *into, struct tenants *tenants, struct tenant *all,
                      const struct db_result *rows)
{
    for (size_t i = 0; i < tenants->count; i++) {
        struct uuid parent = db_get_uuid(rows, i, 1);
        all[i].parent = uuid_is_empty(&parent) ? NULL : tenant_by_id(tenants, &parent);
        if (all[i].parent == NULL && tenants->city == NULL) tenants->city = &all[i];
    }
    for (size_t i = 0; i < tenants->count; i++) {
        size_t count = 0;
        for (size_t j = 0; j < tenants->count; j++)
            count += all[j].parent == &all[i];
        const struct tenant **children = arena_array(into, count, sizeof *children);
        for (size_t j = 0; j < tenants->count; j++)
            if (all[j].parent == &all[i]) children[all[i].child_count++] = &all[j];
        all[i].children = children;
    }
}

enum status tenant_load(const struct work *work, struct arena *into, struct tenants **result,
                        struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &tenant_all,
                                     DB_VALUES(db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    struct tenants *tenants = arena_zalloc(into, sizeof *tenants);
    struct tenant *all = arena_array(into, rows->row_count, sizeof *all);
    tenants->count = rows->row_count;
    tenants->all = all;
    tenants->by_id = arena_array(into, tenants->count, sizeof *tenants->by_id);
    tenants->by_slug = arena_array(into, tenants->count, sizeof *tenants->by_slug);
    for (size_t i = 0; i < tenants->count; i++) {
        read_row(into, rows, i, &all[i]);
        tenants->by_id[i] = tenants->by_slug[i] = &all[i];
    }
    if (tenants->count > 0) {
        qsort(tenants->by_id, tenants->count, sizeof *tenants->by_id, by_id);
        qsort(tenants->by_slug, tenants->count, sizeof *tenants->by_slug, by_slug);
    }
    link_tree(into, tenants, all, rows);
    *result = tenants;
    return STATUS_OK;
}
