/* Publishing versions, and importing a whole catalogue: everything or nothing. */
#include "procedure_private.h"

#include "motcua/codec/json.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/document.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"

enum {
    CANONICAL_MAXIMUM = 8 * 1024 * 1024,
    CHECK_BYTES = 64 * 1024 * 1024,
    IMPORT_MAXIMUM = 64 * 1024 * 1024
};

DB_STATEMENT(
    publish_field, DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT), DB_NOTHING,
    "INSERT INTO procedure_field (code, name, name_en) VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET "
    "name = EXCLUDED.name, name_en = CASE WHEN EXCLUDED.name_en = '' THEN procedure_field.name_en "
    "ELSE EXCLUDED.name_en END "
    "WHERE procedure_field.name <> EXCLUDED.name OR (EXCLUDED.name_en <> '' AND procedure_field.name_en <> "
    "EXCLUDED.name_en)")

DB_STATEMENT(
    publish_procedure,
    DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT_ARRAY, DB_INT32, DB_TEXT, DB_TEXT,
                  DB_INSTANT),
    DB_NOTHING,
    "INSERT INTO procedure (id, code, field_code, name, name_en, levels, online_level, exact_key, "
    "search_key, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (code) DO UPDATE SET field_code = "
    "EXCLUDED.field_code, "
    "name = EXCLUDED.name, name_en = EXCLUDED.name_en, levels = EXCLUDED.levels, online_level = "
    "EXCLUDED.online_level, "
    "exact_key = EXCLUDED.exact_key, search_key = EXCLUDED.search_key, updated_at = EXCLUDED.updated_at")

DB_STATEMENT(
    publish_version,
    DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_JSON, DB_JSON, DB_TEXT, DB_TEXT, DB_INSTANT, DB_TEXT),
    DB_NOTHING,
    "WITH version AS (INSERT INTO procedure_version (id, procedure_id, number, content_hash, description, "
    "form, workflow, "
    "result_template, published_at, decisions) SELECT $1, p.id, coalesce((SELECT max(number) FROM "
    "procedure_version v "
    "WHERE v.procedure_id = p.id), 0) + 1, $3, $4, $5, $6, $7, $8, $9 FROM procedure p WHERE p.code = $2 "
    "RETURNING id, procedure_id) "
    "UPDATE procedure SET version_id = version.id FROM version WHERE procedure.id = version.procedure_id")

/* Two statements in one batch: the row must exist before its version is linked. */
DB_STATEMENT(publish_known, DB_PARAMETERS(DB_TEXT_ARRAY),
             DB_COLUMNS({"code", DB_TEXT}, {"id", DB_UUID}, {"content_hash", DB_TEXT}, {"has_form", DB_BOOL}),
             "SELECT p.code, p.id, v.content_hash, v.form IS NOT NULL AS has_form FROM procedure p "
             "JOIN procedure_version v ON v.id = p.version_id WHERE p.code = ANY ($1)")

static const char *content_hash(struct arena *arena, const struct procedure_source *source)
{
    struct hash_stream stream;
    hash_stream_start(&stream);
    struct str parts[] = {
        json_canonical_arena(source->description, arena, CANONICAL_MAXIMUM),
        source->form == NULL ? STR("") : json_canonical_arena(source->form, arena, CANONICAL_MAXIMUM),
        source->workflow.data == NULL ? STR("") : source->workflow,
        source->result_template.data == NULL ? STR("") : source->result_template, source->decisions};
    /* Versions without decisions keep the hash they had before there were any. */
    size_t count = sizeof parts / sizeof parts[0] - (source->decisions.data == NULL ? 1 : 0);
    for (size_t i = 0; i < count; i++) {
        hash_stream_add(&stream, str_of(arena_printf(arena, "%zu:", parts[i].length)));
        hash_stream_add(&stream, parts[i]);
    }
    struct hash hash = hash_stream_finish(&stream);
    char *hex = arena_alloc(arena, HASH_HEX_SIZE);
    hash_hex(&hash, hex);
    return hex;
}

/* What search looks at: name, keywords, code, summary. */
static struct str search_text(struct arena *arena, const json_t *description)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(64 * 1024);
    buf_append_str(&text, json_get_str(description, "name"));
    const json_t *keywords = json_get_array(description, "keywords");
    for (size_t i = 0; i < json_array_size(keywords); i++) {
        buf_append_char(&text, ' ');
        buf_append_str(&text, json_str_value(json_array_get(keywords, i)));
    }
    buf_append_char(&text, ' ');
    buf_append_str(&text, json_get_str(description, "code"));
    buf_append_char(&text, ' ');
    buf_append_str(&text, json_get_str(description, "name_en"));
    return buf_copy(&text, arena);
}

static void add_publication(struct work *work, struct db_batch *batch, const struct procedure_source *source,
                            const char *hash)
{
    const json_t *d = source->description;
    const json_t *field = json_get_object(d, "field");
    const json_t *levels = json_get_array(d, "levels");
    struct str *kinds = arena_array(work->arena, json_array_size(levels), sizeof *kinds);
    for (size_t i = 0; i < json_array_size(levels); i++)
        kinds[i] = json_str_value(json_array_get(levels, i));
    struct str text = search_text(work->arena, d);
    struct str code = json_get_str(d, "code");
    db_add(batch, &publish_field, db_text(json_get_str(field, "code")), db_text(json_get_str(field, "name")),
           db_cstr(json_get_cstr(field, "name_en", "")));
    db_add(batch, &publish_procedure, db_uuid(uuid_create(work->now)), db_text(code),
           db_text(json_get_str(field, "code")), db_text(json_get_str(d, "name")),
           db_cstr(json_get_cstr(d, "name_en", "")), db_text_array(kinds, json_array_size(levels)),
           db_int32(procedure_online_level(d)), db_text(text_accent_key(work->arena, text)),
           db_text(text_search_key(work->arena, text)), db_instant(work->now));
    db_add(batch, &publish_version, db_uuid(uuid_create(work->now)), db_text(code), db_cstr(hash), db_json(d),
           db_json(source->form), db_text(source->workflow), db_text(source->result_template),
           db_instant(work->now), db_text(source->decisions));
}

/* Waits for the answer of another agency without saying to which question; NULL: nothing does. */
static const struct bpmn_node *wait_for_any_answer(const struct bpmn_model *workflow)
{
    for (size_t i = 0; workflow != NULL && i < workflow->node_count; i++) {
        const struct bpmn_node *node = workflow->nodes[i];
        bool sends =
            node->kind == BPMN_THROW_EVENT || node->kind == BPMN_END_EVENT || node->kind == BPMN_SEND_TASK;
        if (!sends && node->reference.literal && node->correlation_key.text.length == 0 &&
            str_equal_cstr(node->reference.text, "consultation_answered"))
            return node;
    }
    return NULL;
}

/* Compiles everything in an arena that is thrown away. */
static enum status check_source(struct work *work, const struct procedure_source *source, struct error *error)
{
    const char *problem = description_problem(work->arena, source->description);
    if (problem != NULL)
        return error_set(error, work->arena, STATUS_INVALID, "procedure.description",
                         N_("Mô tả thủ tục không hợp lệ"), "%s", problem);
    ARENA_AUTO arena = arena_create(CHECK_BYTES);
    struct procedure_version version = {.id = {"00000000-0000-0000-0000-000000000000"}};
    struct error inner = {0};
    enum status status = procedure_compile(arena, source, &version, &inner);
    const struct bpmn_node *wait = status == STATUS_OK ? wait_for_any_answer(version.workflow) : NULL;
    if (wait != NULL) {
        status = error_set(&inner, arena, STATUS_INVALID, "procedure.workflow",
                           N_("Nơi chờ câu trả lời của cơ quan khác phải có correlationKey \"%s\""),
                           "%.*s waits for consultation_answered without correlationKey", STR_ARG(wait->id));
        inner.argument = "=consultation_id";
        inner.field = "workflow";
    }
    if (status == STATUS_OK && version.form != NULL) status = files_check(&version, arena, &inner);
    if (status != STATUS_OK && error != NULL) {
        *error = inner; /* its texts live in the arena that goes away */
        error->argument = inner.argument == NULL ? NULL : arena_strdup(work->arena, inner.argument);
        error->detail = inner.detail == NULL ? NULL : arena_strdup(work->arena, inner.detail);
    }
    return status;
}

struct publication {
    struct work *work;
    const struct procedure_source *sources;
    const char **hashes;
    size_t count;
    bool keep_packages; /* an import of descriptions does not touch procedures that have a form */
    struct procedure_import *result;
};

static ptrdiff_t find_code(const struct db_result *known, struct str code)
{
    for (size_t i = 0; i < known->row_count; i++)
        if (str_equal(db_get_text(known, i, 0), code)) return (ptrdiff_t)i;
    return -1;
}

static enum status write_publication(struct db_transaction *transaction, void *context, struct error *error)
{
    struct publication *publication = context;
    struct procedure_import *result = publication->result;
    struct arena *arena = publication->work->arena;
    struct str *codes = arena_array(arena, publication->count, sizeof *codes);
    for (size_t i = 0; i < publication->count; i++)
        codes[i] = json_get_str(publication->sources[i].description, "code");
    struct db_batch *load = db_batch(transaction);
    struct db_result *known = db_add(load, &publish_known, db_text_array(codes, publication->count));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    result->added = result->changed = result->unchanged = 0;
    struct db_batch *write = db_batch(transaction);
    for (size_t i = 0; i < publication->count; i++) {
        ptrdiff_t row = find_code(known, codes[i]);
        bool same = row >= 0 && str_equal_cstr(db_get_text(known, (size_t)row, 2), publication->hashes[i]);
        bool package = row >= 0 && publication->keep_packages && db_get_bool(known, (size_t)row, 3);
        if (same || package) {
            result->unchanged++;
            continue;
        }
        *(row >= 0 ? &result->changed : &result->added) += 1;
        add_publication(publication->work, write, &publication->sources[i], publication->hashes[i]);
    }
    reference_touch(write, "procedure");
    return db_commit(write, error);
}

static enum status publish_all(struct work *work, const struct procedure_source *sources, size_t count,
                               bool keep_packages, struct procedure_import *result, struct error *error)
{
    const char **hashes = arena_array(work->arena, count, sizeof *hashes);
    for (size_t i = 0; i < count; i++)
        hashes[i] = content_hash(work->arena, &sources[i]);
    struct publication publication = {work, sources, hashes, count, keep_packages, result};
    struct db_scope scope = {0};
    return db_transaction(work->db, &scope, work->arena, write_publication, &publication, error);
}

enum status procedure_publish(struct work *work, const struct procedure_package *package, bool *published,
                              struct uuid *procedure_id, struct error *error)
{
    struct procedure_source source = {package->description,
                                      package->form,
                                      package->workflow,
                                      package->result_template,
                                      work->domain->papers,
                                      package->decisions,
                                      false};
    struct procedure_import result = {0};
    struct procedure_row row;
    enum status status = check_source(work, &source, error);
    if (status == STATUS_OK) status = publish_all(work, &source, 1, false, &result, error);
    if (status == STATUS_OK)
        status = procedure_find(work, json_get_str(package->description, "code"), &row, error);
    if (status == STATUS_OK) {
        *published = result.unchanged == 0;
        *procedure_id = row.id;
    }
    return status;
}

/* --- Import */

struct entries {
    json_t *array; /* owned */
    size_t *lines;
    struct procedure_refusal *refused;
    size_t refused_count, capacity;
};

static void refuse(struct arena *arena, struct entries *entries, size_t line, const char *code,
                   const char *reason)
{
    if (entries->refused_count == entries->capacity) {
        size_t capacity = entries->capacity == 0 ? 16 : entries->capacity * 2;
        struct procedure_refusal *grown = arena_array(arena, capacity, sizeof *grown);
        if (entries->refused_count > 0)
            memcpy(grown, entries->refused, entries->refused_count * sizeof *grown);
        entries->refused = grown;
        entries->capacity = capacity;
    }
    entries->refused[entries->refused_count++] =
        (struct procedure_refusal){line, arena_strdup(arena, code), reason};
}

/* The line of each entry of a pretty-printed array: where its opening brace at depth one stands. */
static void find_lines(struct str text, size_t *lines, size_t count)
{
    size_t line = 1, found = 0;
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.length && found < count; i++) {
        char c = text.data[i];
        line += c == '\n';
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
            continue;
        }
        if (depth == 1 &&
            (c == '{' || c == '[' || c == '"' || (c >= '0' && c <= '9') || c == '-' ||
             (c >= 'a' && c <= 'z')) &&
            (i == 0 || text.data[i - 1] < '0' || text.data[i - 1] > 'z'))
            lines[found++] = line;
        quoted = c == '"';
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
    }
}

static enum status read_array(struct work *work, struct str text, struct entries *entries,
                              struct error *error)
{
    enum status status = json_parse(work->arena, text, IMPORT_MAXIMUM, 0, &entries->array, error);
    if (status == STATUS_OK && !json_is_array(entries->array))
        return error_set(error, work->arena, STATUS_INVALID, "import.array",
                         N_("Tệp phải là một mảng JSON hoặc JSON Lines"), NULL);
    if (status != STATUS_OK) return status;
    size_t count = json_array_size(entries->array);
    entries->lines = arena_array(work->arena, count, sizeof *entries->lines);
    find_lines(text, entries->lines, count);
    return STATUS_OK;
}

static enum status read_lines(struct work *work, struct str text, struct entries *entries,
                              struct error *error)
{
    (void)error;
    size_t total = 1, line = 0;
    for (size_t i = 0; i < text.length; i++)
        total += text.data[i] == '\n';
    entries->array = json_array();
    entries->lines = arena_array(work->arena, total, sizeof *entries->lines);
    while (text.length > 0) {
        struct str one, rest;
        (void)str_split(text, '\n', &one, &rest);
        line++;
        one = str_trim(one);
        text = rest;
        if (one.length == 0) continue;
        json_t *entry = NULL;
        struct error problem = {0};
        if (json_parse(work->arena, one, IMPORT_MAXIMUM, 0, &entry, &problem) != STATUS_OK) {
            refuse(work->arena, entries, line, "", arena_printf(work->arena, "no JSON: %s", problem.code));
            continue;
        }
        entries->lines[json_array_size(entries->array)] = line;
        json_array_append_new(entries->array, entry);
    }
    return STATUS_OK;
}

static bool seen_before(const json_t *array, size_t index, struct str code)
{
    for (size_t i = 0; i < index; i++)
        if (str_equal(json_get_str(json_array_get(array, i), "code"), code)) return true;
    return false;
}

static struct procedure_source *check_entries(struct work *work, struct entries *entries)
{
    size_t count = json_array_size(entries->array);
    struct procedure_source *sources = arena_array(work->arena, count, sizeof *sources);
    for (size_t i = 0; i < count; i++) {
        sources[i] = (struct procedure_source){.description = json_array_get(entries->array, i)};
        const char *code = json_get_cstr(sources[i].description, "code", "");
        struct error problem = {0};
        if (seen_before(entries->array, i, str_of(code)) && code[0] != '\0')
            refuse(work->arena, entries, entries->lines[i], code, "the code stands twice in this file");
        else if (check_source(work, &sources[i], &problem) != STATUS_OK)
            refuse(work->arena, entries, entries->lines[i], code,
                   problem.detail != NULL ? problem.detail : problem.code);
    }
    return sources;
}

enum status procedure_import(struct work *work, struct str text, struct procedure_import *result,
                             struct error *error)
{
    struct entries entries = {0};
    struct str trimmed = str_trim(text);
    *result = (struct procedure_import){0};
    bool array = trimmed.length > 0 && trimmed.data[0] == '[';
    enum status status =
        array ? read_array(work, text, &entries, error) : read_lines(work, text, &entries, error);
    json_auto owned = entries.array;
    if (status != STATUS_OK) return status;
    struct procedure_source *sources = check_entries(work, &entries);
    result->total = json_array_size(owned) + (array ? 0 : entries.refused_count);
    result->refused = entries.refused;
    result->refused_count = entries.refused_count;
    if (entries.refused_count > 0)
        return error_set(error, work->arena, STATUS_INVALID, "import.refused",
                         N_("Có mục không hợp lệ; chưa nhập mục nào"), NULL);
    result->total = json_array_size(entries.array);
    if (result->total == 0)
        return error_set(error, work->arena, STATUS_INVALID, "import.empty", N_("Tệp không có mục nào"),
                         NULL);
    return publish_all(work, sources, result->total, true, result, error);
}
