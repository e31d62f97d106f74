/*
 * Moving running workflows to another version of their procedure. Only the workflow moves: form, papers, time
 * limit and fee stay as the dossier was received. A step that is open keeps what its page offers until it is
 * named by the mapping.
 */
#include "dossier_private.h"

#include "motcua/domain/migration.h"
#include "motcua/domain/reference.h"

DB_STATEMENT(migrate_version, DB_PARAMETERS(DB_TEXT, DB_INT32), DB_COLUMNS({"id", DB_UUID}),
             "SELECT v.id FROM procedure_version v JOIN procedure p ON p.id = v.procedure_id "
             "WHERE p.code = $1 AND v.number = $2")

enum status migration_target(struct work *work, const char *procedure, int number,
                             const struct procedure_version **version, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &migrate_version,
                                     DB_VALUES(db_cstr(procedure), db_int32(number)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "migration.version",
                         N_("Thủ tục không có phiên bản này"), "%s, version %d", procedure, number);
    struct uuid id = db_get_uuid(rows, 0, 0);
    status = reference_procedure_version(work, &id, version, error);
    if (status == STATUS_OK && (*version)->workflow == NULL)
        status = error_set(error, work->arena, STATUS_INVALID, "migration.no_workflow",
                           N_("Phiên bản này của thủ tục không có quy trình"), "%s, version %d", procedure,
                           number);
    return status;
}

DB_STATEMENT(migrate_running, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_INT32),
             DB_COLUMNS({"dossier_id", DB_UUID}, {"code", DB_TEXT}, {"number", DB_INT32}),
             "SELECT w.dossier_id, d.code, v.number FROM workflow_instance w "
             "JOIN dossier d ON d.tenant_id = w.tenant_id AND d.id = w.dossier_id "
             "JOIN procedure_version v ON v.id = w.procedure_version_id "
             "WHERE w.tenant_id = motcua.app_tenant() AND w.ended_at IS NULL AND d.procedure_id = $1 "
             "AND w.procedure_version_id <> $2 AND w.dossier_id > $3 ORDER BY w.dossier_id LIMIT $4")

enum status migration_candidates(struct work *work, const struct uuid *tenant_id,
                                 const struct procedure_version *target, const struct uuid *after, int limit,
                                 struct migration_candidate **list, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    struct uuid from = uuid_is_empty(after) ? (struct uuid){NIL_UUID} : *after;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &migrate_running,
        DB_VALUES(db_uuid(target->procedure_id), db_uuid(target->id), db_uuid(from), db_int32(limit)), &rows,
        error);
    if (status != STATUS_OK) return status;
    struct migration_candidate *found = arena_array(work->arena, rows->row_count, sizeof *found);
    for (size_t i = 0; i < rows->row_count; i++)
        found[i] = (struct migration_candidate){db_get_uuid(rows, i, 0), db_cstr_or_empty(rows, i, 1),
                                                db_get_int32(rows, i, 2)};
    *list = found;
    *count = rows->row_count;
    return STATUS_OK;
}

struct moving {
    const struct procedure_version *target;
    const struct bpmn_rename *renames;
    size_t rename_count;
    struct migration_report *report;
};

static struct str process_of(struct work *work, const struct bpmn_state *state,
                             const struct bpmn_model *target)
{
    size_t count;
    const struct bpmn_instance_view *instances = bpmn_state_instances(state, work->arena, &count);
    bool same = count > 0 && bpmn_model_process(target, instances[0].process->id) != NULL;
    return same ? instances[0].process->id : STR("");
}

/* The moved state; a refusal lists in the report what is in the way. */
static enum status move_state(struct work *work, struct str text, const struct bpmn_model *from,
                              const struct moving *moving, const struct bpmn_state **moved,
                              struct error *error)
{
    const struct bpmn_model *models[] = {from};
    struct bpmn_models known = {models, 1};
    const struct bpmn_state *state;
    const struct bpmn_finding *findings = NULL;
    size_t count = 0;
    *moving->report = (struct migration_report){0};
    enum status status = bpmn_state_load(work->arena, text, &known, &state, error);
    if (status == STATUS_OK)
        status = bpmn_state_migrate(work->arena, text, &known, moving->target->workflow,
                                    process_of(work, state, moving->target->workflow), moving->renames,
                                    moving->rename_count, moved, &findings, &count, error);
    moving->report->findings = findings;
    moving->report->finding_count = count;
    return status;
}

static const struct bpmn_rename *mapping_of(const struct moving *moving, const char *element)
{
    for (size_t i = 0; i < moving->rename_count; i++)
        if (str_equal_cstr(moving->renames[i].from, element)) return &moving->renames[i];
    return NULL;
}

DB_STATEMENT(migrate_timers, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT), DB_NOTHING,
             "UPDATE timer SET element_id = $3 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND element_id = $2")

DB_STATEMENT(migrate_incidents, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT), DB_NOTHING,
             "UPDATE incident SET element_id = $3 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND element_id = $2 AND resolved_at IS NULL")

static void map_rows(struct command *command, const struct moving *moving)
{
    for (size_t i = 0; i < command->task_count; i++) {
        const struct task *task = &command->tasks[i];
        const struct bpmn_rename *mapping = mapping_of(moving, task->element_id);
        const struct bpmn_node *node =
            mapping == NULL ? NULL : bpmn_model_node(moving->target->workflow, mapping->to);
        if (node != NULL) workflow_retitle(command, task, node);
    }
    for (size_t i = 0; i < moving->rename_count; i++) {
        const struct bpmn_rename *mapping = &moving->renames[i];
        db_add(command->write, &migrate_timers, db_uuid(command->dossier.id), db_text(mapping->from),
               db_text(mapping->to));
        db_add(command->write, &migrate_incidents, db_uuid(command->dossier.id), db_text(mapping->from),
               db_text(mapping->to));
    }
}

static json_t *migration_event(const struct command *command, const struct moving *moving)
{
    json_t *data = json_object(), *map = json_object();
    json_object_set_new(data, "from", json_integer(command->workflow_version->number));
    json_object_set_new(data, "to", json_integer(moving->target->number));
    for (size_t i = 0; i < moving->rename_count; i++) {
        const char *key =
            arena_strndup(command->work->arena, moving->renames[i].from.data, moving->renames[i].from.length);
        json_set_str(map, key, moving->renames[i].to);
    }
    json_object_set_new(data, "map", map);
    return data;
}

static enum status migrate(struct command *command, void *input, struct error *error)
{
    const struct moving *moving = input;
    BUF_AUTO text = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    const struct bpmn_state *moved;
    if (uuid_same(&command->workflow_version->id, &moving->target->id)) return STATUS_OK;
    if (command->state == NULL || bpmn_state_ended(command->state) ||
        !uuid_same(&command->dossier.procedure_id, &moving->target->procedure_id))
        return error_set(error, command->work->arena, STATUS_CONFLICT, "dossier.closed",
                         N_("Hồ sơ này đã giải quyết xong"), NULL);
    if (bpmn_state_save(command->state, &text) != STATUS_OK) return STATUS_TOO_LARGE;
    enum status status = move_state(command->work, buf_copy(&text, command->work->arena),
                                    command->workflow_version->workflow, moving, &moved, error);
    if (status != STATUS_OK) return status;
    command_event(command, "workflow_migrated", false, migration_event(command, moving));
    command->state = moved;
    command->state_changed = true;
    command->workflow_version = moving->target;
    map_rows(command, moving);
    workflow_name_step(command);
    return STATUS_OK;
}

DB_STATEMENT(
    migrate_state, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"state", DB_TEXT}, {"procedure_version_id", DB_UUID}),
    "SELECT state, procedure_version_id FROM workflow_instance WHERE tenant_id = motcua.app_tenant() "
    "AND dossier_id = $1 AND ended_at IS NULL")

static enum status look_ahead(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                              const struct moving *moving, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    const struct procedure_version *from;
    const struct bpmn_state *moved;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &migrate_state, DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK || rows->row_count == 0) return status; /* ended meanwhile */
    struct uuid version_id = db_get_uuid(rows, 0, 1);
    status = reference_procedure_version(work, &version_id, &from, error);
    if (status != STATUS_OK || uuid_same(&from->id, &moving->target->id)) return status;
    return move_state(work, db_get_text(rows, 0, 0), from->workflow, moving, &moved, error);
}

enum status dossier_migrate(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                            const struct procedure_version *target, const struct bpmn_rename *renames,
                            size_t rename_count, bool preview, struct migration_report *report,
                            struct error *error)
{
    struct moving moving = {target, renames, rename_count, report};
    *report = (struct migration_report){0};
    return preview ? look_ahead(work, tenant_id, id, &moving, error)
                   : command_run(work, tenant_id, id, migrate, &moving, error);
}
