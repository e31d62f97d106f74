/* Reading a session of the console: all it needs in one round trip. */
#include "motcua/domain/process.h"

DB_STATEMENT(process_session_row, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"revision", DB_INT64}, {"now_at", DB_INSTANT}, {"calendars", DB_TEXT_ARRAY},
                        {"agency", DB_TEXT}, {"history_count", DB_INT64}),
             "SELECT revision, now_at, calendars, agency, history_count FROM process_session "
             "WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(process_session_revision, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"revision", DB_INT64}),
             "SELECT revision FROM process_session WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(process_model_rows, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"number", DB_INT32}, {"file", DB_TEXT}, {"generation", DB_INT32}, {"name", DB_TEXT},
                        {"xml", DB_BYTES}),
             "SELECT m.number, m.file, m.generation, d.name, d.xml FROM process_model m "
             "JOIN process_definition d ON d.tenant_id = m.tenant_id AND d.sha256 = m.sha256 "
             "WHERE m.tenant_id = motcua.app_tenant() AND m.session_id = $1 ORDER BY m.number")

DB_STATEMENT(process_instance_rows, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"number", DB_INT32}, {"state", DB_TEXT}, {"ended_calls", DB_TEXT},
                        {"revision", DB_INT64}, {"ended", DB_BOOL}),
             "SELECT number, state, ended_calls, revision, ended FROM process_instance "
             "WHERE tenant_id = motcua.app_tenant() AND session_id = $1 ORDER BY number")

DB_STATEMENT(process_message_rows, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"number", DB_INT64}, {"name", DB_TEXT}, {"key", DB_TEXT}, {"data", DB_TEXT},
                        {"until", DB_INSTANT}),
             "SELECT number, name, key, data, until FROM process_message "
             "WHERE tenant_id = motcua.app_tenant() AND session_id = $1 ORDER BY number")

DB_STATEMENT(process_start_rows, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"number", DB_INT32}, {"model", DB_INT32}, {"element", DB_TEXT},
                        {"from_at", DB_INSTANT}, {"due_at", DB_INSTANT}, {"repetitions", DB_INT64},
                        {"repeated", DB_BOOL}, {"over", DB_BOOL}),
             "SELECT number, model, element, from_at, due_at, repetitions, repeated, over FROM process_start "
             "WHERE tenant_id = motcua.app_tenant() AND session_id = $1 ORDER BY number")

DB_STATEMENT(process_history_rows, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"at", DB_INSTANT}, {"entry", DB_TEXT}),
             "SELECT at, entry FROM process_history "
             "WHERE tenant_id = motcua.app_tenant() AND session_id = $1 ORDER BY sequence")

static void read_session(struct arena *arena, const struct db_result *row, struct process_session *session)
{
    session->revision = db_get_int64(row, 0, 0);
    session->now = db_get_instant(row, 0, 1);
    session->calendars = db_get_text_array(row, 0, 2, arena, &session->calendar_count);
    session->agency = db_get_text(row, 0, 3);
    session->history_count = db_get_int64(row, 0, 4);
}

static void read_models(struct arena *arena, const struct db_result *result, struct process_rows *rows)
{
    rows->model_count = result->row_count;
    rows->models = arena_array(arena, result->row_count, sizeof *rows->models);
    for (size_t i = 0; i < result->row_count; i++)
        rows->models[i] = (struct process_model){.number = db_get_int32(result, i, 0),
                                                 .file = db_get_text(result, i, 1),
                                                 .generation = db_get_int32(result, i, 2),
                                                 .name = db_get_text(result, i, 3),
                                                 .xml = db_get_bytes(result, i, 4)};
}

static void read_instances(struct arena *arena, const struct db_result *result, struct process_rows *rows)
{
    rows->instance_count = result->row_count;
    rows->instances = arena_array(arena, result->row_count, sizeof *rows->instances);
    for (size_t i = 0; i < result->row_count; i++)
        rows->instances[i] = (struct process_instance){.number = db_get_int32(result, i, 0),
                                                       .state = db_get_text(result, i, 1),
                                                       .ended_calls = db_get_text(result, i, 2),
                                                       .revision = db_get_int64(result, i, 3),
                                                       .ended = db_get_bool(result, i, 4)};
}

static void read_messages(struct arena *arena, const struct db_result *result, struct process_rows *rows)
{
    rows->message_count = result->row_count;
    rows->messages = arena_array(arena, result->row_count, sizeof *rows->messages);
    for (size_t i = 0; i < result->row_count; i++)
        rows->messages[i] = (struct process_message){.number = db_get_int64(result, i, 0),
                                                     .name = db_get_text(result, i, 1),
                                                     .key = db_get_text(result, i, 2),
                                                     .data = db_get_text(result, i, 3),
                                                     .until = db_get_instant(result, i, 4)};
}

static void read_starts(struct arena *arena, const struct db_result *result, struct process_rows *rows)
{
    rows->start_count = result->row_count;
    rows->starts = arena_array(arena, result->row_count, sizeof *rows->starts);
    for (size_t i = 0; i < result->row_count; i++)
        rows->starts[i] = (struct process_start){.number = db_get_int32(result, i, 0),
                                                 .model = db_get_int32(result, i, 1),
                                                 .element = db_get_text(result, i, 2),
                                                 .from = db_get_instant(result, i, 3),
                                                 .due = db_get_instant(result, i, 4),
                                                 .repetitions = db_get_int64(result, i, 5),
                                                 .repeated = db_get_bool(result, i, 6),
                                                 .over = db_get_bool(result, i, 7)};
}

static enum status no_session(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_NOT_FOUND, "process.session",
                     N_("Không có phiên chạy thử này."), NULL);
}

enum status process_load(struct work *work, const struct uuid *tenant, const struct uuid *id,
                         struct process_rows *rows, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant);
    scope.isolation = DB_REPEATABLE_READ; /* all of one moment */
    struct db_batch *batch = db_read(work->db, &scope, work->arena);
    struct db_value session = db_uuid(*id);
    const struct db_result *row = db_add(batch, &process_session_row, session);
    const struct db_result *models = db_add(batch, &process_model_rows, session);
    const struct db_result *instances = db_add(batch, &process_instance_rows, session);
    const struct db_result *messages = db_add(batch, &process_message_rows, session);
    const struct db_result *starts = db_add(batch, &process_start_rows, session);
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (row->row_count == 0) return no_session(work, error);
    *rows = (struct process_rows){.session = {.tenant = *tenant, .id = *id}};
    read_session(work->arena, row, &rows->session);
    read_models(work->arena, models, rows);
    read_instances(work->arena, instances, rows);
    read_messages(work->arena, messages, rows);
    read_starts(work->arena, starts, rows);
    return STATUS_OK;
}

enum status process_revision(struct work *work, const struct uuid *tenant, const struct uuid *id,
                             int64_t *revision, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant);
    struct db_result *row;
    enum status status = db_read_one(work->db, &scope, work->arena, &process_session_revision,
                                     DB_VALUES(db_uuid(*id)), &row, error);
    if (status != STATUS_OK) return status;
    if (row->row_count == 0) return no_session(work, error);
    *revision = db_get_int64(row, 0, 0);
    return STATUS_OK;
}

enum status process_history_load(struct work *work, const struct uuid *tenant, const struct uuid *id,
                                 struct process_history **history, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &process_history_rows,
                                     DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    struct process_history *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = (struct process_history){db_get_instant(rows, i, 0), db_get_text(rows, i, 1)};
    *history = list;
    *count = rows->row_count;
    return STATUS_OK;
}
