/* Writing a change of a session: everything in the round trip that commits. */
#include "motcua/crypto/token.h"
#include "motcua/domain/process.h"

DB_STATEMENT(
    process_session_insert, DB_PARAMETERS(DB_UUID, DB_UUID, DB_INSTANT), DB_NOTHING,
    "INSERT INTO process_session (tenant_id, id, writer, now_at) VALUES (motcua.app_tenant(), $1, $2, $3)")

DB_STATEMENT(process_session_step,
             DB_PARAMETERS(DB_UUID, DB_INT64, DB_UUID, DB_INSTANT, DB_TEXT_ARRAY, DB_TEXT, DB_INT64),
             DB_COLUMNS({"demand", DB_BOOL}),
             "WITH stepped AS (UPDATE process_session SET revision = revision + 1, writer = $3, now_at = $4, "
             "calendars = coalesce($5, calendars), agency = coalesce($6, agency), history_count = $7 "
             "WHERE tenant_id = motcua.app_tenant() AND id = $1 AND revision = $2 RETURNING 1) "
             "SELECT motcua.demand(EXISTS (SELECT FROM stepped), 'process.session') AS demand")

/* Which transaction wrote last: known to this one alone. */
DB_STATEMENT(process_session_writer, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"writer", DB_UUID}),
             "SELECT writer FROM process_session WHERE tenant_id = motcua.app_tenant() AND id = $1")

/* Versions of one name are numbered one after the other. */
DB_STATEMENT(
    process_definition_lock, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"locked", DB_TEXT}),
    "SELECT pg_advisory_xact_lock(hashtextextended(motcua.app_tenant()::text || ' process ' || $1, 0))"
    "::text AS locked")

DB_STATEMENT(process_definition_insert, DB_PARAMETERS(DB_BYTES, DB_TEXT, DB_BYTES), DB_NOTHING,
             "INSERT INTO process_definition (tenant_id, sha256, name, version, xml) "
             "SELECT motcua.app_tenant(), $1, $2, coalesce(max(version), 0) + 1, $3 FROM process_definition "
             "WHERE tenant_id = motcua.app_tenant() AND name = $2 ON CONFLICT (tenant_id, sha256) DO NOTHING")

DB_STATEMENT(process_model_insert, DB_PARAMETERS(DB_UUID, DB_INT64, DB_TEXT, DB_INT64, DB_BYTES), DB_NOTHING,
             "INSERT INTO process_model (tenant_id, session_id, number, file, generation, sha256) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5)")

DB_STATEMENT(
    process_instance_insert,
    DB_PARAMETERS(DB_UUID, DB_INT64_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_INT64_ARRAY, DB_INSTANT),
    DB_NOTHING,
    "INSERT INTO process_instance (tenant_id, session_id, number, state, ended_calls, ended, "
    "started_at, changed_at) SELECT motcua.app_tenant(), $1, number, state, calls, ended <> 0, $6, $6 "
    "FROM unnest($2, $3, $4, $5) AS added (number, state, calls, ended)")

DB_STATEMENT(
    process_instance_update,
    DB_PARAMETERS(DB_UUID, DB_INT64_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_INT64_ARRAY, DB_INT64_ARRAY,
                  DB_INSTANT),
    DB_COLUMNS({"demand", DB_BOOL}),
    "WITH given AS (SELECT * FROM unnest($2, $3, $4, $5, $6) AS g (number, state, calls, ended, revision)), "
    "changed AS (UPDATE process_instance i SET state = g.state, ended_calls = g.calls, "
    "ended = g.ended <> 0, revision = i.revision + 1, changed_at = $7 FROM given g "
    "WHERE i.tenant_id = motcua.app_tenant() AND i.session_id = $1 AND i.number = g.number "
    "AND i.revision = g.revision RETURNING 1) "
    "SELECT motcua.demand((SELECT count(*) FROM changed) = (SELECT count(*) FROM given), "
    "'process.instance') AS demand")

DB_STATEMENT(process_wait_delete, DB_PARAMETERS(DB_UUID, DB_INT64_ARRAY), DB_NOTHING,
             "DELETE FROM process_wait WHERE tenant_id = motcua.app_tenant() AND session_id = $1 "
             "AND instance = ANY ($2::integer[])")

DB_STATEMENT(process_wait_insert,
             DB_PARAMETERS(DB_UUID, DB_INT64_ARRAY, DB_INT64_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY,
                           DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_TEXT_ARRAY, DB_INT64_ARRAY),
             DB_NOTHING,
             "INSERT INTO process_wait (tenant_id, session_id, instance, number, kind, element, name, key, "
             "roles, specification, due_at) SELECT motcua.app_tenant(), $1, w.instance, w.number, w.kind, "
             "w.element, w.name, w.key, w.roles, w.specification, "
             "timestamptz 'epoch' + nullif(w.due, 0) * interval '1 microsecond' "
             "FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) AS w "
             "(instance, number, kind, element, name, key, roles, specification, due)")

DB_STATEMENT(process_message_insert, DB_PARAMETERS(DB_UUID, DB_INT64, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT),
             DB_NOTHING,
             "INSERT INTO process_message (tenant_id, session_id, number, name, key, data, until) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6)")

DB_STATEMENT(process_message_delete, DB_PARAMETERS(DB_UUID, DB_INT64_ARRAY), DB_NOTHING,
             "DELETE FROM process_message WHERE tenant_id = motcua.app_tenant() AND session_id = $1 "
             "AND number = ANY ($2)")

DB_STATEMENT(process_start_save,
             DB_PARAMETERS(DB_UUID, DB_INT64, DB_INT64, DB_TEXT, DB_INSTANT, DB_INSTANT, DB_INT64, DB_BOOL,
                           DB_BOOL),
             DB_NOTHING,
             "INSERT INTO process_start (tenant_id, session_id, number, model, element, from_at, due_at, "
             "repetitions, repeated, over) VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9) "
             "ON CONFLICT (tenant_id, session_id, number) DO UPDATE SET from_at = EXCLUDED.from_at, "
             "due_at = EXCLUDED.due_at, repetitions = EXCLUDED.repetitions, repeated = EXCLUDED.repeated, "
             "over = EXCLUDED.over")

DB_STATEMENT(process_history_insert, DB_PARAMETERS(DB_UUID, DB_INT64, DB_INT64_ARRAY, DB_TEXT_ARRAY),
             DB_NOTHING,
             "INSERT INTO process_history (tenant_id, session_id, sequence, at, entry) "
             "SELECT motcua.app_tenant(), $1, $2 + place, "
             "timestamptz 'epoch' + at * interval '1 microsecond', entry "
             "FROM unnest($3, $4) WITH ORDINALITY AS h (at, entry, place)")

enum status process_session_create(struct work *work, struct process_session *session, struct error *error)
{
    struct db_scope scope = work_scope(work, &session->tenant);
    struct db_result *rows;
    session->id = uuid_create(work->now);
    session->revision = 0;
    session->history_count = 0;
    return db_write_one(work->db, &scope, work->arena, &process_session_insert,
                        DB_VALUES(db_uuid(session->id), db_uuid(session->id), db_instant(session->now)),
                        &rows, error);
}

/* ---- parts of a change ---- */

static void add_models(struct db_batch *batch, const struct process_change *change)
{
    for (size_t i = 0; i < change->model_count; i++) {
        const struct process_model *model = &change->models[i];
        struct hash hash = hash_sha256(model->xml);
        db_add(batch, &process_definition_lock, db_text(model->name));
        db_add(batch, &process_definition_insert, db_bytes(hash_view(&hash)), db_text(model->name),
               db_bytes(model->xml));
        db_add(batch, &process_model_insert, db_uuid(change->session->id), db_int64(model->number),
               db_text(model->file), db_int64(model->generation), db_bytes(hash_view(&hash)));
    }
}

/* The instances that are new (or those that are not), as columns. */
static void add_instances(struct db_batch *batch, struct arena *arena, const struct process_change *change,
                          bool added)
{
    size_t count = 0;
    int64_t *numbers = arena_array(arena, change->instance_count, sizeof *numbers);
    int64_t *ended = arena_array(arena, change->instance_count, sizeof *ended);
    int64_t *revisions = arena_array(arena, change->instance_count, sizeof *revisions);
    struct str *states = arena_array(arena, change->instance_count, sizeof *states);
    struct str *calls = arena_array(arena, change->instance_count, sizeof *calls);
    for (size_t i = 0; i < change->instance_count; i++) {
        const struct process_instance *instance = &change->instances[i];
        if ((instance->revision == 0) != added) continue;
        numbers[count] = instance->number;
        ended[count] = instance->ended;
        revisions[count] = instance->revision;
        states[count] = instance->state;
        calls[count++] = instance->ended_calls;
    }
    if (count == 0) return;
    struct db_value id = db_uuid(change->session->id), now = db_instant(change->session->now);
    if (added)
        db_add(batch, &process_instance_insert, id, db_int64_array(numbers, count),
               db_text_array(states, count), db_text_array(calls, count), db_int64_array(ended, count), now);
    else
        db_add(batch, &process_instance_update, id, db_int64_array(numbers, count),
               db_text_array(states, count), db_text_array(calls, count), db_int64_array(ended, count),
               db_int64_array(revisions, count), now);
}

static void add_waits(struct db_batch *batch, struct arena *arena, const struct process_change *change)
{
    size_t count = change->wait_count;
    if (change->had_wait_count > 0)
        db_add(batch, &process_wait_delete, db_uuid(change->session->id),
               db_int64_array(change->had_waits, change->had_wait_count));
    if (count == 0) return;
    int64_t *numbers[3];
    struct str *texts[6];
    for (size_t i = 0; i < 3; i++)
        numbers[i] = arena_array(arena, count, sizeof **numbers);
    for (size_t i = 0; i < 6; i++)
        texts[i] = arena_array(arena, count, sizeof **texts);
    for (size_t i = 0; i < count; i++) {
        const struct process_wait *wait = &change->waits[i];
        numbers[0][i] = wait->instance;
        numbers[1][i] = wait->number;
        numbers[2][i] = wait->due;
        const struct str columns[] = {wait->kind, wait->element, wait->name,
                                      wait->key,  wait->roles,   wait->specification};
        for (size_t k = 0; k < 6; k++)
            texts[k][i] = columns[k].data == NULL ? STR("") : columns[k];
    }
    db_add(batch, &process_wait_insert, db_uuid(change->session->id), db_int64_array(numbers[0], count),
           db_int64_array(numbers[1], count), db_text_array(texts[0], count), db_text_array(texts[1], count),
           db_text_array(texts[2], count), db_text_array(texts[3], count), db_text_array(texts[4], count),
           db_text_array(texts[5], count), db_int64_array(numbers[2], count));
}

static void add_messages_and_starts(struct db_batch *batch, const struct process_change *change)
{
    struct db_value id = db_uuid(change->session->id);
    if (change->messages_gone_count > 0)
        db_add(batch, &process_message_delete, id,
               db_int64_array(change->messages_gone, change->messages_gone_count));
    for (size_t i = 0; i < change->message_count; i++) {
        const struct process_message *message = &change->messages[i];
        db_add(batch, &process_message_insert, id, db_int64(message->number), db_text(message->name),
               db_text(message->key), db_text(message->data), db_instant(message->until));
    }
    for (size_t i = 0; i < change->start_count; i++) {
        const struct process_start *start = &change->starts[i];
        db_add(batch, &process_start_save, id, db_int64(start->number), db_int64(start->model),
               db_text(start->element), db_instant(start->from), db_instant(start->due),
               db_int64(start->repetitions), db_bool(start->repeated), db_bool(start->over));
    }
}

static void add_history(struct db_batch *batch, struct arena *arena, const struct process_change *change)
{
    size_t count = change->history_count;
    if (count == 0) return;
    int64_t *moments = arena_array(arena, count, sizeof *moments);
    struct str *entries = arena_array(arena, count, sizeof *entries);
    for (size_t i = 0; i < count; i++) {
        moments[i] = change->history[i].at;
        entries[i] = change->history[i].entry;
    }
    db_add(batch, &process_history_insert, db_uuid(change->session->id),
           db_int64(change->session->history_count), db_int64_array(moments, count),
           db_text_array(entries, count));
}

struct saving {
    const struct process_change *change;
    struct uuid writer;
};

static enum status save(struct db_transaction *transaction, void *context, struct error *error)
{
    const struct saving *saving = context;
    const struct process_change *change = saving->change;
    const struct process_session *session = change->session;
    struct arena *arena = db_transaction_arena(transaction);
    struct db_batch *batch = db_batch(transaction);
    bool calendar = session->calendars != NULL;
    /* first: it locks the session, so that changes of one session come one after the other */
    db_add(batch, &process_session_step, db_uuid(session->id), db_int64(session->revision),
           db_uuid(saving->writer), db_instant(session->now),
           calendar ? db_text_array(session->calendars, session->calendar_count) : db_null(),
           calendar ? db_text(session->agency) : db_null(),
           db_int64(session->history_count + (int64_t)change->history_count));
    add_models(batch, change);
    add_instances(batch, arena, change, true);
    add_instances(batch, arena, change, false);
    add_waits(batch, arena, change);
    add_messages_and_starts(batch, change);
    add_history(batch, arena, change);
    return db_commit(batch, error);
}

/* The answer to COMMIT was lost: was it ours that wrote last? */
static bool was_written(struct work *work, const struct saving *saving)
{
    const struct process_session *session = saving->change->session;
    struct db_scope scope = work_scope(work, &session->tenant);
    struct db_result *row;
    struct error ignored = {0};
    if (db_read_one(work->db, &scope, work->arena, &process_session_writer, DB_VALUES(db_uuid(session->id)),
                    &row, &ignored) != STATUS_OK ||
        row->row_count == 0)
        return false;
    struct uuid writer = db_get_uuid(row, 0, 0);
    return uuid_same(&writer, &saving->writer);
}

enum status process_save(struct work *work, const struct process_change *change, struct error *error)
{
    struct db_scope scope = work_scope(work, &change->session->tenant);
    struct saving saving = {change, uuid_create(work->now)};
    enum status status = db_transaction(work->db, &scope, work->arena, save, &saving, error);
    bool unknown = status == STATUS_UNAVAILABLE && strcmp(error->code, "db.commit_unknown") == 0;
    return unknown && was_written(work, &saving) ? STATUS_OK : status;
}
