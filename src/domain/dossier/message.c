/*
 * Messages that come before the workflow waits for them. They are kept with the dossier, once by name and
 * key, and given to the workflow as soon as it waits for such a one; what nobody has waited for when its time
 * is over is put on record and goes.
 */
#include "dossier_private.h"

enum { KEPT_DAYS = 30, DATA_BYTES = 1024 * 1024 };

DB_STATEMENT(message_keep, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_JSON, DB_INSTANT, DB_INSTANT),
             DB_NOTHING,
             "INSERT INTO kept_message (tenant_id, dossier_id, name, key, data, received_at, keep_until) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING")

DB_STATEMENT(
    message_remove, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT), DB_NOTHING,
    "DELETE FROM kept_message WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND name = $2 AND "
    "key = $3")

static void remove_message(struct command *command, struct kept_message *message)
{
    message->gone = true;
    db_add(command->write, &message_remove, db_uuid(command->dossier.id), db_text(message->name),
           db_text(message->key));
}

static void tell(struct command *command, const char *kind, struct str name)
{
    json_t *data = json_object();
    json_set_str(data, "message_name", name);
    command_event(command, kind, false, data);
}

static bool is_kept(const struct command *command, struct str name, struct str key)
{
    for (size_t i = 0; i < command->message_count; i++) {
        const struct kept_message *message = &command->messages[i];
        if (!message->gone && str_equal(message->name, name) && str_equal(message->key, key)) return true;
    }
    return false;
}

enum status message_take(struct command *command, const char *name, struct str key, const json_t *data,
                         struct error *error)
{
    struct work *work = command->work;
    enum status status = workflow_message(command, name, key, data, error);
    if (status != STATUS_NOT_FOUND) return status;
    struct str key_text = key.data == NULL ? STR("") : key;
    if (is_kept(command, str_of(name), key_text)) return STATUS_OK; /* the first one counts */
    json_auto nothing = json_object();
    db_add(command->write, &message_keep, db_uuid(command->dossier.id), db_cstr(name), db_text(key_text),
           db_json(data == NULL ? nothing : data), db_instant(work->now),
           db_instant(work->now + KEPT_DAYS * DAY_US));
    tell(command, "message_kept", str_of(name));
    return STATUS_OK;
}

void message_forget(struct command *command, const char *name)
{
    for (size_t i = 0; i < command->message_count; i++)
        if (!command->messages[i].gone && str_equal_cstr(command->messages[i].name, name))
            remove_message(command, &command->messages[i]);
}

enum status message_data(struct command *command, const struct kept_message *message, json_t **data,
                         struct error *error)
{
    return json_parse(command->work->arena, message->data, DATA_BYTES, 0, data, error);
}

void message_delivered(struct command *command, struct kept_message *message)
{
    remove_message(command, message);
    tell(command, "message_delivered", message->name);
}

void message_read(struct command *command, const struct db_result *rows)
{
    command->message_count = rows->row_count;
    command->messages = arena_array(command->work->arena, rows->row_count, sizeof *command->messages);
    for (size_t i = 0; i < rows->row_count; i++)
        command->messages[i] = (struct kept_message){.name = db_get_text(rows, i, 0),
                                                     .key = db_get_text(rows, i, 1),
                                                     .data = db_get_json_text(rows, i, 2),
                                                     .until = db_get_instant(rows, i, 3)};
}

static enum status drop_expired(struct command *command, void *input, struct error *error)
{
    (void)input;
    (void)error;
    for (size_t i = 0; i < command->message_count; i++) {
        struct kept_message *message = &command->messages[i];
        if (message->until > command->work->now) continue;
        remove_message(command, message);
        tell(command, "message_expired", message->name);
    }
    return STATUS_OK;
}

DB_STATEMENT(message_expired, DB_PARAMETERS(DB_INSTANT, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM expired_messages($1, $2)")

enum status message_expire_due(struct work *work, int batch, size_t *done, struct error *error)
{
    static const struct dossier_job job = {.name = "message", .function = drop_expired, .claimed = false};
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    *done = 0;
    enum status status = db_read_one(work->db, &scope, work->arena, &message_expired,
                                     DB_VALUES(db_instant(work->now), db_int32(batch)), &rows, error);
    return status == STATUS_OK ? job_run(work, &job, rows, done, error) : status;
}
