/* Adding and changing agencies and their units. */
#include <jansson.h>

#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/text.h"

DB_STATEMENT(tenant_find_slug, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM tenant WHERE slug = $1")

DB_STATEMENT(
    tenant_upsert,
    DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
                  DB_TEXT, DB_BOOL, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT32, DB_BOOL, DB_INT64),
    DB_COLUMNS({"id", DB_UUID}),
    "INSERT INTO tenant (id, parent_id, slug, kind, code, name, short_name, name_en, place_name, host_name, "
    "agency_identifier, agency_identifier_is_sample, address, phone, email, calendar_code, search_key, "
    "sort_order, require_second_factor, upload_limit) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "coalesce($19, false), coalesce($20, 0)) "
    "ON CONFLICT (slug) DO UPDATE SET parent_id = EXCLUDED.parent_id, kind = EXCLUDED.kind, code = "
    "EXCLUDED.code, "
    "name = EXCLUDED.name, short_name = EXCLUDED.short_name, name_en = EXCLUDED.name_en, "
    "place_name = EXCLUDED.place_name, host_name = EXCLUDED.host_name, "
    "agency_identifier = EXCLUDED.agency_identifier, "
    "agency_identifier_is_sample = EXCLUDED.agency_identifier_is_sample, address = EXCLUDED.address, "
    "phone = EXCLUDED.phone, email = EXCLUDED.email, calendar_code = EXCLUDED.calendar_code, "
    "search_key = EXCLUDED.search_key, sort_order = EXCLUDED.sort_order, "
    "require_second_factor = coalesce($19, tenant.require_second_factor), "
    "upload_limit = coalesce($20, tenant.upload_limit) RETURNING id")

struct save {
    const struct work *work;
    const struct tenant_definition *definition;
    struct uuid id;
};

static bool kind_known(const char *kind)
{
    static const char *const kinds[] = {"city", "department", "district", "commune"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i], kind) == 0) return true;
    return false;
}

static bool slug_valid(const char *slug)
{
    size_t length = strlen(slug);
    if (length == 0 || length > 63 || slug[0] == '-' || slug[length - 1] == '-') return false;
    for (size_t i = 0; i < length; i++) {
        bool plain = (slug[i] >= 'a' && slug[i] <= 'z') || (slug[i] >= '0' && slug[i] <= '9');
        if (!plain && (slug[i] != '-' || slug[i - 1] == '-')) return false;
    }
    return true;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static struct db_value optional(const char *text)
{
    return text == NULL || text[0] == '\0' ? db_null() : db_cstr(text);
}

static enum status write_tenant(struct db_transaction *transaction, void *context, struct error *error)
{
    struct save *save = context;
    const struct tenant_definition *d = save->definition;
    struct uuid parent = {""};
    if (d->parent_slug != NULL) {
        struct db_batch *load = db_batch(transaction);
        struct db_result *found = db_add(load, &tenant_find_slug, db_cstr(d->parent_slug));
        enum status status = db_run(load, error);
        if (status != STATUS_OK) return status;
        if (found->row_count == 0)
            return error_set(error, save->work->arena, STATUS_NOT_FOUND, "tenant.parent",
                             N_("Không có cơ quan cấp trên này"), "parent %s", d->parent_slug);
        parent = db_get_uuid(found, 0, 0);
    }
    struct arena *arena = save->work->arena;
    struct str key = text_search_key(arena, str_of(arena_printf(arena, "%s %s", d->short_name, d->name)));
    struct db_batch *write = db_batch(transaction);
    struct db_result *saved = db_add(
        write, &tenant_upsert, db_uuid(uuid_create(save->work->now)), db_uuid(parent), db_cstr(d->slug),
        db_cstr(d->kind), db_cstr(or_empty(d->code)), db_cstr(d->name), db_cstr(d->short_name),
        db_cstr(or_empty(d->name_en)), db_cstr(d->place_name == NULL ? "Hà Nội" : d->place_name),
        optional(d->host_name), db_cstr(or_empty(d->agency_identifier)),
        db_bool(d->agency_identifier_is_sample), db_cstr(or_empty(d->address)), db_cstr(or_empty(d->phone)),
        db_cstr(or_empty(d->email)), db_cstr(d->calendar_code == NULL ? "default" : d->calendar_code),
        db_text(key), db_int32(d->sort_order),
        d->require_second_factor == NULL ? db_null() : db_bool(*d->require_second_factor),
        d->upload_limit == NULL ? db_null() : db_int64(*d->upload_limit));
    reference_touch(write, "tenant");
    enum status status = db_commit(write, error);
    if (status == STATUS_OK) save->id = db_get_uuid(saved, 0, 0);
    return status;
}

enum status tenant_save(struct work *work, const struct tenant_definition *definition, struct uuid *id,
                        struct error *error)
{
    if (!slug_valid(definition->slug))
        return error_set(error, work->arena, STATUS_INVALID, "tenant.slug",
                         N_("Tên ngắn chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối"), NULL);
    if (!kind_known(definition->kind))
        return error_set(error, work->arena, STATUS_INVALID, "tenant.kind",
                         N_("Loại cơ quan phải là city, department, district hoặc commune"), NULL);
    struct save save = {.work = work, .definition = definition};
    struct db_scope scope = work_scope(work, NULL);
    enum status status = db_transaction(work->db, &scope, work->arena, write_tenant, &save, error);
    if (status == STATUS_OK) *id = save.id;
    return status;
}

DB_STATEMENT(unit_upsert, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT32),
             DB_COLUMNS({"id", DB_UUID}),
             "INSERT INTO unit (tenant_id, id, code, kind, name, name_en, sort_order) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6) "
             "ON CONFLICT (tenant_id, code) DO UPDATE SET kind = EXCLUDED.kind, name = EXCLUDED.name, "
             "name_en = EXCLUDED.name_en, sort_order = EXCLUDED.sort_order RETURNING id")

struct unit_saving {
    const struct work *work;
    const struct unit_definition *definitions;
    size_t count;
    struct uuid *ids;
};

static enum status write_units(struct db_transaction *transaction, void *context, struct error *error)
{
    struct unit_saving *saving = context;
    struct arena *arena = saving->work->arena;
    struct db_result **saved = arena_array(arena, saving->count, sizeof *saved);
    struct db_batch *write = db_batch(transaction);
    for (size_t i = 0; i < saving->count; i++) {
        const struct unit_definition *unit = &saving->definitions[i];
        saved[i] = db_add(write, &unit_upsert, db_uuid(uuid_create(saving->work->now)), db_cstr(unit->code),
                          db_cstr(unit->kind), db_cstr(unit->name), db_cstr(or_empty(unit->name_en)),
                          db_int32(unit->sort_order));
    }
    enum status status = db_commit(write, error);
    for (size_t i = 0; status == STATUS_OK && i < saving->count; i++)
        saving->ids[i] = db_get_uuid(saved[i], 0, 0);
    return status;
}

enum status unit_save_all(struct work *work, const struct uuid *tenant_id,
                          const struct unit_definition *definitions, size_t count, struct uuid *ids,
                          struct error *error)
{
    struct unit_saving saving = {work, definitions, count, ids};
    struct db_scope scope = work_scope(work, tenant_id);
    return db_transaction(work->db, &scope, work->arena, write_units, &saving, error);
}

DB_STATEMENT(unit_all, DB_NOTHING,
             DB_COLUMNS({"id", DB_UUID}, {"code", DB_TEXT}, {"kind", DB_TEXT}, {"name", DB_TEXT},
                        {"name_en", DB_TEXT}),
             "SELECT id, code, kind, name, name_en FROM unit WHERE tenant_id = motcua.app_tenant() ORDER BY "
             "sort_order, code")

enum status unit_list(struct work *work, const struct uuid *tenant_id, json_t **units, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &unit_all, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    json_t *list = json_array();
    for (size_t i = 0; i < rows->row_count; i++) {
        json_t *unit = json_object();
        struct uuid id = db_get_uuid(rows, i, 0);
        json_set_cstr(unit, "id", id.text);
        json_set_str(unit, "code", db_get_text(rows, i, 1));
        json_set_str(unit, "kind", db_get_text(rows, i, 2));
        json_set_str(unit, "name", db_get_text(rows, i, 3));
        json_set_str(unit, "name_en", db_get_text(rows, i, 4));
        json_array_append_new(list, unit);
    }
    *units = list;
    return STATUS_OK;
}
