/*
 * Reading the catalogue. Search works on folded text (accents dropped): all words by prefix; when nothing has
 * them, trigrams tolerate a typo. Hits whose accents are as typed come first, those in
 * the name before those in the keywords.
 */
#include "motcua/codec/json.h"
#include "motcua/domain/procedure.h"
#include "motcua/i18n/text.h"

enum { QUERY_MAXIMUM = 200, TOTAL_MAXIMUM = 1001 };

/* $1 folded text ('' all), $2 tsquery, $3 field or '', $4 level or '', $5 online level or 0. */
#define MATCHES_TEXT                                                                                         \
    "($1 = '' OR to_tsvector('simple', p.search_key) @@ to_tsquery('simple', $2) OR ($1 <% p.search_key "    \
    "AND NOT EXISTS ("                                                                                       \
    "SELECT 1 FROM procedure q WHERE q.version_id IS NOT NULL AND to_tsvector('simple', q.search_key) @@ "   \
    "to_tsquery('simple', $2))))"
#define MATCHES_FIELD "($3 = '' OR p.field_code = $3)"
#define MATCHES_LEVEL "($4 = '' OR p.levels @> ARRAY[$4])"
/* What this portal offers: a procedure that is only described can be read about, whatever its country's
 * level. */
#define OFFERED_LEVEL                                                                                        \
    "CASE WHEN EXISTS (SELECT 1 FROM procedure_version w WHERE w.id = p.version_id AND w.form IS NOT NULL "  \
    "AND w.workflow IS NOT NULL) THEN p.online_level ELSE 1 END"
#define MATCHES_ONLINE "($5 = 0 OR " OFFERED_LEVEL " = $5)"
#define FILTER_TYPES   DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT32

#define ROW_COLUMNS                                                                                          \
    {"id", DB_UUID}, {"version_id", DB_UUID}, {"code", DB_TEXT}, {"name", DB_TEXT}, {"name_en", DB_TEXT},    \
        {"field_code", DB_TEXT}, {"field_name", DB_TEXT}, {"field_name_en", DB_TEXT},                        \
        {"online_level", DB_INT32}, {"levels", DB_TEXT}, {"online", DB_BOOL}, {"limit_rule", DB_TEXT},       \
        {"fee", DB_TEXT}, {"fee_note", DB_TEXT},                                                             \
    {                                                                                                        \
        "fee_note_en", DB_TEXT                                                                               \
    }
#define ROW_SELECT                                                                                           \
    "p.id, p.version_id, p.code, p.name, p.name_en, p.field_code, f.name AS field_name, f.name_en AS "       \
    "field_name_en, " OFFERED_LEVEL                                                                          \
    " AS online_level, array_to_string(p.levels, ',') AS levels, (v.form IS NOT NULL AND v.workflow IS NOT " \
    "NULL) AS online, "                                                                                      \
    "v.description->>'limit' AS limit_rule, v.description->>'fee' AS fee, v.description->>'fee_note' AS "    \
    "fee_note, "                                                                                             \
    "v.description->>'fee_note_en' AS fee_note_en"
#define ROW_FROM                                                                                             \
    "procedure p JOIN procedure_field f ON f.code = p.field_code JOIN procedure_version v ON v.id = "        \
    "p.version_id"

/* $6 the query with its accents and $9 in lower case, both escaped for LIKE. */
DB_STATEMENT(
    catalogue_page, DB_PARAMETERS(FILTER_TYPES, DB_TEXT, DB_INT32, DB_INT32, DB_TEXT),
    DB_COLUMNS(ROW_COLUMNS),
    "SELECT " ROW_SELECT " FROM " ROW_FROM " WHERE " MATCHES_TEXT " AND " MATCHES_FIELD " AND " MATCHES_LEVEL
    " AND " MATCHES_ONLINE " ORDER BY CASE WHEN $1 = '' THEN 0 WHEN p.exact_key LIKE $6 || '%' THEN 0 "
    "WHEN lower(p.name) LIKE '%' || $9 || '%' THEN 1 "
    "WHEN p.exact_key LIKE '%' || $6 || '%' THEN 2 WHEN p.search_key LIKE $1 || '%' THEN 3 "
    "WHEN p.search_key LIKE '%' || $1 || '%' THEN 4 ELSE 5 END, "
    "CASE WHEN $1 = '' THEN 0 ELSE word_similarity($1, p.search_key) END DESC, "
    "CASE WHEN $1 = '' THEN 0 ELSE length(p.name) END, (v.form IS NOT NULL) DESC, p.popularity DESC, "
    "p.name COLLATE \"vi-x-icu\", p.code LIMIT $7 OFFSET $8")

DB_STATEMENT(catalogue_total, DB_PARAMETERS(FILTER_TYPES),
             DB_COLUMNS({"total", DB_INT64}, {"has_words", DB_BOOL}),
             "SELECT count(*) AS total, coalesce(bool_or(words), false) AS has_words FROM (SELECT "
             "to_tsvector('simple', p.search_key) @@ to_tsquery('simple', $2) AS words FROM procedure p "
             "WHERE p.version_id IS NOT NULL AND " MATCHES_TEXT " AND " MATCHES_FIELD " AND " MATCHES_LEVEL
             " AND " MATCHES_ONLINE " LIMIT 1001) bounded")

/* Each facet counts under the other filters. */
DB_STATEMENT(catalogue_fields, DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_INT32),
             DB_COLUMNS({"code", DB_TEXT}, {"name", DB_TEXT}, {"name_en", DB_TEXT}, {"total", DB_INT64}),
             "SELECT f.code, f.name, f.name_en, count(*) AS total FROM procedure p JOIN procedure_field f ON "
             "f.code = p.field_code "
             "WHERE p.version_id IS NOT NULL AND " MATCHES_TEXT
             " AND ($3 = '' OR p.levels @> ARRAY[$3]) AND ($4 = 0 OR " OFFERED_LEVEL " = $4) "
             "GROUP BY f.code ORDER BY f.sort_order, f.name")

DB_STATEMENT(
    catalogue_levels, DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_INT32),
    DB_COLUMNS({"level", DB_TEXT}, {"total", DB_INT64}),
    "SELECT l.level, count(*) AS total FROM procedure p CROSS JOIN LATERAL unnest(p.levels) AS l(level) "
    "WHERE p.version_id IS NOT NULL AND " MATCHES_TEXT " AND " MATCHES_FIELD " AND ($4 = 0 OR " OFFERED_LEVEL
    " = $4) GROUP BY l.level")

DB_STATEMENT(catalogue_online_levels, DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT),
             DB_COLUMNS({"online_level", DB_INT32}, {"total", DB_INT64}),
             "SELECT " OFFERED_LEVEL " AS online_level, count(*) AS total FROM procedure p "
             "WHERE p.version_id IS NOT NULL AND " MATCHES_TEXT " AND " MATCHES_FIELD " AND " MATCHES_LEVEL
             " GROUP BY 1 ORDER BY 1")

static const char *text_at(const struct db_result *rows, size_t row, size_t column)
{
    const char *text = db_get_cstr(rows, row, column);
    return text == NULL ? "" : text;
}

static struct procedure_row read_row(const struct db_result *rows, size_t row)
{
    return (struct procedure_row){
        .id = db_get_uuid(rows, row, 0),
        .version_id = db_get_uuid(rows, row, 1),
        .code = text_at(rows, row, 2),
        .name = text_at(rows, row, 3),
        .name_en = text_at(rows, row, 4),
        .field_code = text_at(rows, row, 5),
        .field_name = text_at(rows, row, 6),
        .field_name_en = text_at(rows, row, 7),
        .online_level = db_get_int32(rows, row, 8),
        .levels = text_at(rows, row, 9),
        .online = db_get_bool(rows, row, 10),
        .limit = text_at(rows, row, 11),
        .fee = text_at(rows, row, 12),
        .fee_note = text_at(rows, row, 13),
        .fee_note_en = text_at(rows, row, 14),
    };
}

static struct procedure_row *read_rows(struct arena *arena, const struct db_result *rows)
{
    struct procedure_row *list = arena_array(arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = read_row(rows, i);
    return list;
}

/* "ket:* & hon:*": the folded key holds letters, digits and single blanks only. */
static struct str prefix_query(struct arena *arena, struct str key)
{
    BUF_AUTO query = BUF_WITH_MAXIMUM(4 * QUERY_MAXIMUM + 16);
    while (key.length > 0) {
        struct str word, rest;
        (void)str_split(key, ' ', &word, &rest);
        if (word.length > 0) buf_printf(&query, "%s%.*s:*", query.length > 0 ? " & " : "", STR_ARG(word));
        key = rest;
    }
    return query.length == 0 ? STR("") : buf_copy(&query, arena);
}

/* For LIKE: the accent key may hold signs that mean something there. */
static struct str escape_like(struct arena *arena, struct str text)
{
    BUF_AUTO escaped = BUF_WITH_MAXIMUM(2 * text.length + 1);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '%' || text.data[i] == '_' || text.data[i] == '\\')
            buf_append_char(&escaped, '\\');
        buf_append_char(&escaped, text.data[i]);
    }
    return escaped.length == 0 ? STR("") : buf_copy(&escaped, arena);
}

static json_t *counted(int64_t total)
{
    json_t *object = json_object();
    json_object_set_new(object, "count", json_integer((json_int_t)total));
    return object;
}

static json_t *facets_of(const struct db_result *fields, const struct db_result *levels,
                         const struct db_result *online)
{
    json_t *facets = json_object(), *list = json_array();
    for (size_t i = 0; i < fields->row_count; i++) {
        json_t *field = counted(db_get_int64(fields, i, 3));
        json_set_str(field, "code", db_get_text(fields, i, 0));
        json_set_str(field, "name", db_get_text(fields, i, 1));
        json_set_str(field, "name_en", db_get_text(fields, i, 2));
        json_array_append_new(list, field);
    }
    json_object_set_new(facets, "fields", list);
    list = json_array();
    for (size_t i = 0; i < levels->row_count; i++) {
        json_t *level = counted(db_get_int64(levels, i, 1));
        json_set_str(level, "level", db_get_text(levels, i, 0));
        json_array_append_new(list, level);
    }
    json_object_set_new(facets, "levels", list);
    list = json_array();
    for (size_t i = 0; i < online->row_count; i++) {
        json_t *level = counted(db_get_int64(online, i, 1));
        json_object_set_new(level, "online_level", json_integer(db_get_int32(online, i, 0)));
        json_array_append_new(list, level);
    }
    json_object_set_new(facets, "online_levels", list);
    return facets;
}

enum status procedure_search(struct work *work, const struct procedure_filter *filter, bool with_facets,
                             struct procedure_page *page, struct error *error)
{
    struct arena *arena = work->arena;
    struct str text = str_slice(filter->text.data == NULL ? STR("") : filter->text, 0, QUERY_MAXIMUM);
    struct str key = text_search_key(arena, text);
    if (key.length == 0) key = STR("");
    struct str exact = escape_like(arena, text_accent_key(arena, text));
    struct str lower = escape_like(arena, text_lower(arena, text));
    struct str query = prefix_query(arena, key);
    const char *field = filter->field == NULL ? "" : filter->field;
    const char *level = filter->level == NULL ? "" : filter->level;
    struct db_scope scope = {0};
    struct db_batch *batch = db_read(work->db, &scope, arena);
    struct db_result *rows = db_add(batch, &catalogue_page, db_text(key), db_text(query), db_cstr(field),
                                    db_cstr(level), db_int32(filter->online_level), db_text(exact),
                                    db_int32(filter->limit), db_int32(filter->offset), db_text(lower));
    struct db_result *total = db_add(batch, &catalogue_total, db_text(key), db_text(query), db_cstr(field),
                                     db_cstr(level), db_int32(filter->online_level));
    struct db_result *fields = NULL, *levels = NULL, *online = NULL;
    if (with_facets) {
        fields = db_add(batch, &catalogue_fields, db_text(key), db_text(query), db_cstr(level),
                        db_int32(filter->online_level));
        levels = db_add(batch, &catalogue_levels, db_text(key), db_text(query), db_cstr(field),
                        db_int32(filter->online_level));
        online = db_add(batch, &catalogue_online_levels, db_text(key), db_text(query), db_cstr(field),
                        db_cstr(level));
    }
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    *page = (struct procedure_page){
        .rows = read_rows(arena, rows),
        .count = rows->row_count,
        .total = db_get_int64(total, 0, 0),
        .approximate = key.length > 0 && rows->row_count > 0 && !db_get_bool(total, 0, 1),
        .facets = with_facets ? facets_of(fields, levels, online) : NULL,
    };
    return STATUS_OK;
}

DB_STATEMENT(catalogue_by_code, DB_PARAMETERS(DB_TEXT), DB_COLUMNS(ROW_COLUMNS),
             "SELECT " ROW_SELECT " FROM " ROW_FROM " WHERE p.code = $1")

enum status procedure_find(struct work *work, struct str code, struct procedure_row *row, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &catalogue_by_code,
                                     DB_VALUES(db_text(code.data == NULL ? STR("") : code)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "procedure.unknown",
                         N_("Không tìm thấy thủ tục này"), NULL);
    *row = read_row(rows, 0);
    return STATUS_OK;
}

DB_STATEMENT(catalogue_version, DB_PARAMETERS(DB_TEXT, DB_INT32), DB_COLUMNS({"id", DB_UUID}),
             "SELECT v.id FROM procedure p JOIN procedure_version v ON v.procedure_id = p.id "
             "WHERE p.code = $1 AND v.number = $2")

enum status procedure_version_find(struct work *work, struct str code, int number, struct uuid *version_id,
                                   struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &catalogue_version,
                    DB_VALUES(db_text(code.data == NULL ? STR("") : code), db_int32(number)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "procedure.unknown",
                         N_("Không tìm thấy thủ tục này"), NULL);
    *version_id = db_get_uuid(rows, 0, 0);
    return STATUS_OK;
}

DB_STATEMENT(catalogue_description, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"description", DB_JSON}),
             "SELECT description FROM procedure_version WHERE id = $1")

enum status procedure_description(struct work *work, const struct uuid *version_id, json_t **description,
                                  struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &catalogue_description,
                                     DB_VALUES(db_uuid(*version_id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "procedure.unknown",
                         N_("Không tìm thấy thủ tục này"), NULL);
    *description = db_get_json(rows, 0, 0);
    return STATUS_OK;
}

/* --- Offerings */

DB_STATEMENT(
    offering_tenants, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"tenant_id", DB_UUID}, {"unit_id", DB_UUID}, {"enabled", DB_BOOL}),
    "SELECT o.tenant_id, o.unit_id, o.enabled FROM offering o JOIN tenant t ON t.id = o.tenant_id "
    "WHERE o.procedure_id = $1 AND o.enabled ORDER BY t.kind, t.sort_order, t.code, t.slug LIMIT 2000")

enum status offering_of_procedure(struct work *work, const struct uuid *procedure_id, struct offering **list,
                                  size_t *count, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &offering_tenants,
                                     DB_VALUES(db_uuid(*procedure_id)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] =
            (struct offering){db_get_uuid(rows, i, 0), db_get_uuid(rows, i, 1), db_get_bool(rows, i, 2)};
    return STATUS_OK;
}

DB_STATEMENT(offering_procedures, DB_PARAMETERS(DB_UUID), DB_COLUMNS(ROW_COLUMNS),
             "SELECT " ROW_SELECT " FROM offering o JOIN " ROW_FROM " ON p.id = o.procedure_id "
             "WHERE o.tenant_id = $1 AND o.enabled ORDER BY f.sort_order, f.name, p.name LIMIT 1000")

enum status offering_of_tenant(struct work *work, const struct uuid *tenant_id, struct procedure_row **list,
                               size_t *count, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &offering_procedures,
                                     DB_VALUES(db_uuid(*tenant_id)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = read_rows(work->arena, rows);
    *count = rows->row_count;
    return STATUS_OK;
}

DB_STATEMENT(offering_upsert, DB_PARAMETERS(DB_UUID, DB_UUID, DB_BOOL), DB_NOTHING,
             "INSERT INTO offering (tenant_id, procedure_id, unit_id, enabled) VALUES (motcua.app_tenant(), "
             "$1, $2, $3) "
             "ON CONFLICT (tenant_id, procedure_id) DO UPDATE SET unit_id = EXCLUDED.unit_id, enabled = "
             "EXCLUDED.enabled")

enum status offering_save(struct work *work, const struct uuid *tenant_id, const struct uuid *procedure_id,
                          const struct uuid *unit_id, bool enabled, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &offering_upsert,
                        DB_VALUES(db_uuid(*procedure_id), db_uuid(*unit_id), db_bool(enabled)), &result,
                        error);
}

DB_STATEMENT(
    offering_one, DB_PARAMETERS(DB_UUID, DB_UUID),
    DB_COLUMNS({"tenant_id", DB_UUID}, {"unit_id", DB_UUID}, {"enabled", DB_BOOL}),
    "SELECT tenant_id, unit_id, enabled FROM offering WHERE tenant_id = $1 AND procedure_id = $2 AND enabled")

enum status offering_find(struct work *work, const struct uuid *tenant_id, const struct uuid *procedure_id,
                          struct offering *offering, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &offering_one,
                                     DB_VALUES(db_uuid(*tenant_id), db_uuid(*procedure_id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "offering.closed",
                         N_("Cơ quan này hiện không tiếp nhận thủ tục này. Vui lòng chọn cơ quan khác."),
                         NULL);
    *offering = (struct offering){db_get_uuid(rows, 0, 0), db_get_uuid(rows, 0, 1), db_get_bool(rows, 0, 2)};
    return STATUS_OK;
}
