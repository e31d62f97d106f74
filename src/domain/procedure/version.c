/* A published version, compiled: what commands and pages work with. */
#include "procedure_private.h"

#include "motcua/base/zone.h"
#include "motcua/codec/json.h"
#include "motcua/domain/document.h"
#include "motcua/domain/paper.h"
#include "motcua/feel/json.h"

enum { VERSION_BYTES = 64 * 1024 * 1024, FEE_MAXIMUM = 2000000000 };

bool procedure_is_online(const struct procedure_version *version)
{
    return version->form != NULL && version->workflow != NULL;
}

static const char *copy_text(struct arena *arena, const json_t *object, const char *key, const char *fallback)
{
    return arena_strdup(arena, json_get_cstr(object, key, fallback));
}

static enum status compile_feel(struct arena *arena, const json_t *value,
                                const struct feel_expression **expression, struct error *error)
{
    *expression = NULL;
    if (value == NULL || json_is_null(value)) return STATUS_OK;
    struct str text = json_is_integer(value)
                          ? str_of(arena_printf(arena, "%lld", (long long)json_integer_value(value)))
                          : json_str_value(value);
    if (text.data == NULL)
        return error_set(error, arena, STATUS_INVALID, "procedure.fee", N_("Phải là số hoặc biểu thức FEEL"),
                         NULL);
    return feel_compile(arena, text, NULL, expression, error);
}

static enum status compile_limit(struct arena *arena, const json_t *description, const char *key,
                                 struct limit *limit, struct error *error)
{
    struct str text = json_get_str(description, key);
    *limit = (struct limit){.unit = LIMIT_NONE, .cutoff = LIMIT_NO_CUTOFF};
    return text.length == 0 ? STATUS_OK : limit_parse(arena, text, limit, error);
}

static int count_of(const json_t *paper, const char *key)
{
    int64_t count = json_get_int64(paper, key, 0);
    return count < 0 || count > 100 ? 0 : (int)count;
}

static uint64_t megabytes_of(const json_t *paper, const char *key)
{
    int64_t count = json_get_int64(paper, key, 0);
    return count < 0 || count > 2048 ? 0 : (uint64_t)count * 1024 * 1024;
}

static unsigned types_of(const json_t *paper)
{
    const json_t *words = json_get_array(paper, "accept");
    unsigned types = 0;
    for (size_t i = 0; i < json_array_size(words); i++)
        types |= document_type_of_word(json_str_value(json_array_get(words, i)));
    return types;
}

static enum status compile_papers(struct arena *arena, const json_t *description,
                                  struct procedure_version *version, struct error *error)
{
    const json_t *list = json_get_array(description, "papers");
    size_t count = json_array_size(list);
    struct procedure_paper *papers = arena_array(arena, count, sizeof *papers);
    for (size_t i = 0; i < count; i++) {
        const json_t *paper = json_array_get(list, i);
        papers[i] = (struct procedure_paper){
            .key = copy_text(arena, paper, "key", arena_printf(arena, "giay_to_%zu", i + 1)),
            .name = copy_text(arena, paper, "name", ""),
            .name_en = copy_text(arena, paper, "name_en", ""),
            .original = count_of(paper, "original"),
            .certified = count_of(paper, "certified"),
            .copy = count_of(paper, "copy"),
            .required = json_get_bool(paper, "required", true),
            .upload = json_get_bool(paper, "upload", true),
            .upload_limit = megabytes_of(paper, "upload_limit_mb"),
            .types = types_of(paper),
            .max_files = count_of(paper, "max_files"),
        };
        enum status status =
            compile_feel(arena, json_object_get(paper, "condition"), &papers[i].condition, error);
        if (status != STATUS_OK) return status;
    }
    if (version->form != NULL) files_tighten(version->form, papers, count);
    version->papers = papers;
    version->paper_count = count;
    return STATUS_OK;
}

enum status procedure_compile(struct arena *arena, const struct procedure_source *source,
                              struct procedure_version *version, struct error *error)
{
    const json_t *description = source->description;
    version->arena = arena;
    version->description = description;
    version->code = copy_text(arena, description, "code", "");
    version->name = copy_text(arena, description, "name", "");
    version->name_en = copy_text(arena, description, "name_en", "");
    version->field_code = copy_text(arena, json_get_object(description, "field"), "code", "");
    version->result_symbol = copy_text(arena, description, "result_symbol", "KQ");
    const json_t *first_result = json_array_get(json_get_array(description, "results"), 0);
    version->result_title = copy_text(arena, first_result, "name", version->name);
    version->result_title_en = copy_text(arena, first_result, "name_en", version->name_en);
    enum status status = compile_limit(arena, description, "limit", &version->limit, error);
    if (status == STATUS_OK)
        status = compile_limit(arena, description, "supplement_limit", &version->supplement_limit, error);
    if (status == STATUS_OK)
        status = compile_feel(arena, json_object_get(description, "fee"), &version->fee, error);
    if (status == STATUS_OK && source->form != NULL) status = compile_form(arena, source, version, error);
    if (status == STATUS_OK) status = compile_papers(arena, description, version, error);
    if (status == STATUS_OK && source->decisions.data != NULL)
        status = compile_decisions(arena, source->decisions, version, error);
    if (status == STATUS_OK && source->workflow.data != NULL)
        status = compile_workflow(arena, source->workflow, version, error);
    if (status == STATUS_OK && source->result_template.data != NULL)
        status = compile_template(arena, source, version, error);
    return status;
}

enum status compile_form(struct arena *arena, const struct procedure_source *source,
                         struct procedure_version *version, struct error *error)
{
    struct form_findings findings = {0};
    enum status status = source->published ? form_load(arena, source->form, &version->form, &findings)
                                           : form_compile(arena, source->form, &version->form, &findings);
    if (status == STATUS_OK) return STATUS_OK;
    const struct form_finding *first = findings.count > 0 ? &findings.list[0] : NULL;
    for (size_t i = 0; i < findings.count; i++) {
        if (!findings.list[i].warning) {
            first = &findings.list[i];
            break;
        }
    }
    status = error_set(error, arena, STATUS_INVALID, "procedure.form",
                       first == NULL ? N_("Biểu mẫu không hợp lệ") : first->message, "%s (%s): %s",
                       first == NULL ? "" : first->path, first == NULL ? "" : first->place,
                       first == NULL ? "" : first->code);
    if (error != NULL) {
        error->field = "form";
        error->argument = first == NULL ? NULL : first->argument;
    }
    return status;
}

static bool limit_readable(void *user, struct str text)
{
    struct limit limit;
    struct error ignored;
    return limit_parse(user, text, &limit, &ignored) == STATUS_OK;
}

enum status compile_decisions(struct arena *arena, struct str xml, struct procedure_version *version,
                              struct error *error)
{
    enum status status = dmn_load(arena, arena_str(arena, xml), &version->decisions, error);
    size_t count = 0;
    const struct dmn_finding *findings =
        status == STATUS_OK ? dmn_findings(version->decisions, &count) : NULL;
    if (count > 0)
        status = error_set(error, arena, STATUS_INVALID, "procedure.decisions", findings[0].message,
                           "%s at %s, line %ld: %s", findings[0].code, findings[0].element, findings[0].line,
                           findings[0].detail == NULL ? "" : findings[0].detail);
    if (status != STATUS_OK && error != NULL) error->field = "decisions";
    return status;
}

static bool has_decision(const struct procedure_version *version, struct str name)
{
    size_t count = 0;
    const struct str *names = version->decisions == NULL ? NULL : dmn_decisions(version->decisions, &count);
    for (size_t i = 0; i < count; i++)
        if (str_equal(names[i], name)) return true;
    return false;
}

/* A task that calls a decision must find it among those of the procedure. */
static enum status check_called_decisions(struct arena *arena, const struct procedure_version *version,
                                          struct error *error)
{
    for (size_t i = 0; i < version->workflow->node_count; i++) {
        const struct bpmn_node *node = version->workflow->nodes[i];
        if (node->call != BPMN_CALL_DECISION || !node->call_target.literal) continue;
        ARENA_AUTO scratch = arena_create(1 << 20);
        size_t ignored;
        if (version->decisions != NULL &&
            (has_decision(version, node->call_target.text) ||
             dmn_inputs(version->decisions, node->call_target.text, scratch, &ignored) != NULL))
            continue;
        error_set(error, arena, STATUS_INVALID, "procedure.workflow",
                  N_("Bước này gọi một quyết định không có trong decisions.dmn: %s"), "%.*s calls %.*s",
                  STR_ARG(node->id), STR_ARG(node->call_target.text));
        if (error != NULL) error->argument = arena_str(arena, node->call_target.text).data;
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

enum status compile_workflow(struct arena *arena, struct str xml, struct procedure_version *version,
                             struct error *error)
{
    struct str roles[ROLE_COUNT];
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        roles[i] = str_of(role_name(1u << i));
    struct bpmn_parse_options options = {
        .key = str_of(arena_strdup(arena, version->id.text)),
        .roles = roles,
        .role_count = ROLE_COUNT,
        .limit_readable = limit_readable,
        .user = arena,
    };
    version->workflow_xml = arena_str(arena, xml);
    enum status status = bpmn_model_parse(arena, version->workflow_xml, &options, &version->workflow, error);
    if (status == STATUS_OK && bpmn_model_has_errors(version->workflow, NULL, false)) {
        for (size_t i = 0; i < version->workflow->finding_count; i++) {
            const struct bpmn_finding *finding = &version->workflow->findings[i];
            if (finding->severity != BPMN_ERROR_FINDING) continue;
            status = error_set(error, arena, STATUS_INVALID, "procedure.workflow", finding->message,
                               "%s at %.*s: %s", finding->code, STR_ARG(finding->element),
                               bpmn_finding_text(arena, finding));
            if (error != NULL) error->argument = finding->argument;
            break;
        }
    }
    if (status == STATUS_OK) status = check_called_decisions(arena, version, error);
    if (status != STATUS_OK && error != NULL) error->field = "workflow";
    return status;
}

enum status compile_template(struct arena *arena, const struct procedure_source *source,
                             struct procedure_version *version, struct error *error)
{
    struct mustache_options options = {.mode = MUSTACHE_XML};
    struct mustache_set *set = mustache_create(arena, &options);
    enum status status = mustache_add(set, "result", source->result_template, error);
    if (status == STATUS_OK) status = print_papers_add_partials(source->papers, set, error);
    if (status == STATUS_OK) status = mustache_compile(set, "result", &version->result_template, error);
    if (status != STATUS_OK && error != NULL) {
        error->field = "result_template";
        if (error->message == NULL) error->message = N_("Mẫu kết quả không hợp lệ");
    }
    return status;
}

DB_STATEMENT(version_find, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"procedure_id", DB_UUID}, {"number", DB_INT32}, {"description", DB_JSON},
                        {"form", DB_JSON}, {"workflow", DB_TEXT}, {"result_template", DB_TEXT},
                        {"decisions", DB_TEXT}),
             "SELECT procedure_id, number, description, form, workflow, result_template, decisions FROM "
             "procedure_version WHERE id = $1")

enum status procedure_version_load(struct work *work, const struct uuid *version_id,
                                   struct procedure_version **version, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &version_find,
                                     DB_VALUES(db_uuid(*version_id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "procedure.unknown",
                         N_("Không tìm thấy thủ tục này"), NULL);
    struct arena *arena = arena_create(VERSION_BYTES);
    struct procedure_version *loaded = arena_zalloc(arena, sizeof *loaded);
    loaded->id = *version_id;
    loaded->procedure_id = db_get_uuid(rows, 0, 0);
    loaded->number = db_get_int32(rows, 0, 1);
    json_t *description = db_get_json(rows, 0, 2);
    json_auto form = db_get_json(rows, 0, 3);
    struct procedure_source source = {description,
                                      form,
                                      db_get_text(rows, 0, 4),
                                      db_get_text(rows, 0, 5),
                                      work->domain->papers,
                                      db_get_text(rows, 0, 6),
                                      true};
    struct error inner = {0};
    status = procedure_compile(arena, &source, loaded, &inner);
    if (status !=
        STATUS_OK) { /* it was checked when it was published: this program is older than its data, or newer */
        status = error_set(error, work->arena, STATUS_FATAL, "procedure.version",
                           N_("Thủ tục này tạm thời chưa dùng được"), "%s: %s", loaded->code,
                           inner.detail == NULL ? inner.code : inner.detail);
        json_decref(description);
        arena_destroy(arena);
        return status;
    }
    *version = loaded;
    return STATUS_OK;
}

enum status procedure_decide(const struct procedure_version *version, struct arena *arena,
                             struct str decision, const struct feel_value *data,
                             const struct feel_value **value, struct error *error)
{
    struct feel_environment environment = {.context = data, .zones = {zone_load, NULL}};
    if (version->decisions == NULL)
        return error_set(error, arena, STATUS_NOT_FOUND, "dmn.unknown_decision", NULL, "%s has no decisions",
                         version->code);
    return dmn_evaluate(version->decisions, decision, &environment, arena, value, error);
}

static enum status evaluate(const struct feel_expression *expression, const struct feel_value *context,
                            struct arena *arena, const struct feel_value **value, struct error *error)
{
    struct feel_environment environment = {.context = context, .zones = {zone_load, NULL}};
    return feel_evaluate(expression, &environment, arena, value, error);
}

/* The answers, and by its name what each decision that the fee rule reads says to them. */
static enum status fee_context(const struct procedure_version *version, struct arena *arena,
                               const json_t *data, const struct feel_value **context, struct error *error)
{
    size_t count = 0;
    const struct feel_value *answers = feel_from_json(arena, data);
    const struct str *names = feel_variables(version->fee, &count);
    struct feel_context_builder *builder = feel_context_begin(arena);
    for (size_t i = 0; i < feel_context_count(answers); i++) {
        struct str name;
        const struct feel_value *answer = feel_context_at(answers, i, &name);
        feel_context_put(builder, name, answer);
    }
    for (size_t i = 0; i < count; i++) {
        const struct feel_value *value;
        if (!has_decision(version, names[i])) continue;
        enum status status = procedure_decide(version, arena, names[i], answers, &value, error);
        if (status != STATUS_OK) return status;
        feel_context_put(builder, names[i], value);
    }
    *context = feel_context_end(builder);
    return STATUS_OK;
}

enum status procedure_fee(const struct procedure_version *version, struct arena *arena, const json_t *data,
                          int64_t *fee, struct error *error)
{
    const struct feel_value *value;
    if (version->fee == NULL) {
        *fee = 0;
        return STATUS_OK;
    }
    const struct feel_value *context;
    enum status status = fee_context(version, arena, data, &context, error);
    if (status == STATUS_OK) status = evaluate(version->fee, context, arena, &value, error);
    if (status != STATUS_OK) return status;
    json_auto number = feel_to_json(value);
    bool whole = json_is_integer(number) && json_integer_value(number) >= 0 &&
                 json_integer_value(number) <= FEE_MAXIMUM;
    if (!whole)
        return error_set(error, arena, STATUS_INVALID, "procedure.fee",
                         N_("Chưa tính được phí, lệ phí; vui lòng kiểm tra lại các mục đã khai"),
                         "the fee rule of %s gave no amount", version->code);
    *fee = json_integer_value(number);
    return STATUS_OK;
}

bool procedure_paper_applies(const struct procedure_paper *paper, struct arena *arena, const json_t *data)
{
    const struct feel_value *value;
    struct error ignored;
    if (paper->condition == NULL) return true;
    return evaluate(paper->condition, feel_from_json(arena, data), arena, &value, &ignored) == STATUS_OK &&
           feel_is_true(value);
}

bool procedure_asks_for(const struct procedure_version *version, const char *paper_key, struct arena *arena,
                        const json_t *data)
{
    for (size_t i = 0; i < version->paper_count; i++)
        if (strcmp(version->papers[i].key, paper_key) == 0)
            return version->papers[i].upload && procedure_paper_applies(&version->papers[i], arena, data);
    return false;
}
