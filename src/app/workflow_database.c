/* The console's store in the database. */
#include "workflow_database.h"

#include <stdlib.h>

#include "motcua/codec/json.h"
#include "motcua/domain/tenant.h"

#define STORED_JSON ((size_t)1 << 30)
enum { STORED_DEPTH = 1000 };
#define NO_TENANT "00000000-0000-0000-0000-000000000000"

/* The work of one command: its own arena, its own moment. */
static struct work work_in(const struct database_store *database, struct arena *arena)
{
    struct work work = database->program->work;
    work.arena = arena;
    work.now = clock_now();
    return work;
}

static bool database_complain(struct complaint *complaint, struct arena *arena, const struct error *error)
{
    if (error->status == STATUS_CONFLICT) return world_complain(complaint, "store.conflict", STORE_CONFLICT);
    world_complain_of(complaint, arena, error);
    if (error->message == NULL && error->detail != NULL) complaint->text = error->detail;
    return false;
}

/* ---- reading ---- */

static json_t *json_of(struct arena *arena, struct str text)
{
    json_t *json = NULL;
    if (text.length == 0) return NULL;
    if (json_parse(arena, text, STORED_JSON, STORED_DEPTH, &json, NULL) != STATUS_OK) abort(); /* our own */
    return json;
}

static void take_instances(struct world_store *store, struct arena *arena, const struct process_rows *rows)
{
    for (size_t i = 0; i < rows->instance_count; i++) {
        const struct process_instance *row = &rows->instances[i];
        store->instances = world_grow(store->instances, store->instance_count, sizeof *store->instances);
        store->instances[store->instance_count++] =
            (struct stored_instance){.state = world_keep_text(row->state),
                                     .ended = json_of(arena, row->ended_calls),
                                     .revision = row->revision,
                                     .had_waits = !row->ended};
    }
}

static void take_messages(struct world_store *store, struct arena *arena, const struct process_rows *rows)
{
    for (size_t i = 0; i < rows->message_count; i++) {
        const struct process_message *row = &rows->messages[i];
        store->messages = world_grow(store->messages, store->message_count, sizeof *store->messages);
        store->messages[store->message_count++] = (struct stored_message){.number = row->number,
                                                                          .name = world_keep_text(row->name),
                                                                          .key = world_keep_text(row->key),
                                                                          .data = json_of(arena, row->data),
                                                                          .until = row->until,
                                                                          .saved = true};
        store->last_message = row->number;
    }
}

static void take_starts(struct world_store *store, const struct process_rows *rows)
{
    for (size_t i = 0; i < rows->start_count; i++) {
        const struct process_start *row = &rows->starts[i];
        store->timers = world_grow(store->timers, store->timer_count, sizeof *store->timers);
        store->timers[store->timer_count++] = (struct stored_timer){.model = (size_t)row->model - 1,
                                                                    .element = world_keep_text(row->element),
                                                                    .from = row->from,
                                                                    .due = row->due,
                                                                    .repetitions = row->repetitions,
                                                                    .repeated = row->repeated,
                                                                    .over = row->over};
    }
}

static bool load(struct world_store *store, struct arena *arena, struct complaint *complaint)
{
    struct database_store *database = store->context;
    struct work work = work_in(database, arena);
    struct process_rows rows;
    struct error error = {0};
    if (process_load(&work, &database->session.tenant, &database->session.id, &rows, &error) != STATUS_OK)
        return database_complain(complaint, arena, &error);
    store_release_rows(store);
    for (size_t i = 0; i < rows.model_count; i++)
        store_add_file(store, arena_strndup(arena, rows.models[i].file.data, rows.models[i].file.length),
                       rows.models[i].xml, rows.models[i].generation);
    store->saved_file_count = store->file_count;
    store_set_calendars(store, rows.session.calendars, rows.session.calendar_count,
                        arena_strndup(arena, rows.session.agency.data, rows.session.agency.length));
    take_instances(store, arena, &rows);
    take_messages(store, arena, &rows);
    take_starts(store, &rows);
    store->now = store->saved_now = rows.session.now;
    database->session.revision = rows.session.revision;
    database->session.history_count = rows.session.history_count;
    return true;
}

/* ---- writing ---- */

/* A change with what the pointers of struct process_change point to. */
struct gathering {
    struct world *world;
    struct arena *arena;
    struct process_change *change;
    struct process_wait *waits;
    size_t wait_room;
};

static void add_wait(struct gathering *gathering, struct process_wait wait)
{
    size_t count = gathering->change->wait_count;
    if (count == gathering->wait_room) {
        size_t room = count == 0 ? 16 : 2 * count;
        struct process_wait *more = arena_array(gathering->arena, room, sizeof *more);
        if (count > 0) memcpy(more, gathering->waits, count * sizeof *more);
        gathering->waits = more;
        gathering->wait_room = room;
        gathering->change->waits = more;
    }
    gathering->waits[gathering->change->wait_count++] = wait;
}

static struct str roles_of(struct arena *arena, const struct bpmn_task_view *task)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    for (size_t i = 0; i < task->role_count; i++)
        buf_printf(&text, "%s%.*s", i > 0 ? "\n" : "", STR_ARG(task->roles[i]));
    return buf_copy(&text, arena);
}

static void gather_waits(struct gathering *gathering, size_t instance)
{
    const struct bpmn_state *state = world_state(gathering->world, instance);
    int64_t number = (int64_t)instance + 1;
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(state, gathering->arena, &count);
    for (size_t i = 0; i < count; i++)
        add_wait(gathering, (struct process_wait){.instance = number,
                                                  .number = (int64_t)tasks[i].id,
                                                  .kind = tasks[i].service ? STR("job") : STR("task"),
                                                  .element = tasks[i].element->id,
                                                  .name = tasks[i].element->name,
                                                  .roles = roles_of(gathering->arena, &tasks[i]),
                                                  .specification = tasks[i].limit,
                                                  .due = tasks[i].due});
    const struct bpmn_wait_view *waits = bpmn_state_waits(state, gathering->arena, &count);
    for (size_t i = 0; i < count; i++) {
        bool timer = waits[i].kind == BPMN_WAIT_TIMER;
        add_wait(gathering, (struct process_wait){.instance = number,
                                                  .number = (int64_t)waits[i].id,
                                                  .kind = str_of(bpmn_wait_name(waits[i].kind)),
                                                  .element = waits[i].element->id,
                                                  .name = timer ? STR_NULL : waits[i].name,
                                                  .key = waits[i].key,
                                                  .specification = timer ? waits[i].name : STR_NULL,
                                                  .due = waits[i].due});
    }
}

static struct str text_of(struct arena *arena, const json_t *json)
{
    if (json == NULL) return STR("");
    char *text = json_dumps(json, JSON_COMPACT);
    if (text == NULL) abort();
    struct str copy = arena_str(arena, str_of(text));
    free(text);
    return copy;
}

static void gather_models(struct gathering *gathering)
{
    const struct world *world = gathering->world;
    const struct world_store *store = world->store;
    size_t first = store->saved_file_count, count = store->file_count - first;
    struct process_model *models = arena_array(gathering->arena, count, sizeof *models);
    for (size_t i = 0; i < count; i++) {
        const struct bpmn_model *model = world->models[first + i];
        models[i] = (struct process_model){
            .number = (int64_t)(first + i) + 1,
            .file = str_of(store->files[first + i]),
            .name = model != NULL && model->process_count > 0 ? model->processes[0]->id : STR(""),
            .xml = str_make(store->texts[first + i], store->lengths[first + i]),
            .generation = store->generations[first + i]};
    }
    gathering->change->models = models;
    gathering->change->model_count = count;
}

static void gather_instances(struct gathering *gathering)
{
    struct process_change *change = gathering->change;
    const struct world_store *store = gathering->world->store;
    struct process_instance *instances =
        arena_array(gathering->arena, store->instance_count, sizeof *instances);
    int64_t *had = arena_array(gathering->arena, store->instance_count, sizeof *had);
    for (size_t i = 0; i < store->instance_count; i++) {
        const struct stored_instance *instance = &store->instances[i];
        if (!instance->changed) continue;
        if (instance->had_waits) had[change->had_wait_count++] = (int64_t)i + 1;
        instances[change->instance_count++] =
            (struct process_instance){.number = (int64_t)i + 1,
                                      .state = str_of(instance->state),
                                      .ended_calls = text_of(gathering->arena, instance->ended),
                                      .revision = instance->revision,
                                      .ended = bpmn_state_ended(world_state(gathering->world, i))};
        gather_waits(gathering, i);
    }
    change->instances = instances;
    change->had_waits = had;
}

static void gather_messages(struct gathering *gathering)
{
    struct process_change *change = gathering->change;
    const struct world_store *store = gathering->world->store;
    struct process_message *messages = arena_array(gathering->arena, store->message_count, sizeof *messages);
    for (size_t i = 0; i < store->message_count; i++) {
        const struct stored_message *message = &store->messages[i];
        if (message->saved) continue;
        messages[change->message_count++] =
            (struct process_message){.number = message->number,
                                     .name = str_of(message->name),
                                     .key = str_of(message->key),
                                     .data = text_of(gathering->arena, message->data),
                                     .until = message->until};
    }
    change->messages = messages;
    change->messages_gone = store->messages_gone;
    change->messages_gone_count = store->messages_gone_count;
}

static void gather_starts(struct gathering *gathering)
{
    struct process_change *change = gathering->change;
    const struct world_store *store = gathering->world->store;
    struct process_start *starts = arena_array(gathering->arena, store->timer_count, sizeof *starts);
    for (size_t i = 0; i < store->timer_count; i++) {
        const struct stored_timer *timer = &store->timers[i];
        if (!timer->changed) continue;
        starts[change->start_count++] = (struct process_start){.number = (int64_t)i + 1,
                                                               .model = (int64_t)timer->model + 1,
                                                               .element = str_of(timer->element),
                                                               .from = timer->from,
                                                               .due = timer->due,
                                                               .repetitions = timer->repetitions,
                                                               .repeated = timer->repeated,
                                                               .over = timer->over};
    }
    change->starts = starts;
}

static void gather_history(struct gathering *gathering)
{
    const struct world_store *store = gathering->world->store;
    struct process_history *history = arena_array(gathering->arena, store->moment_count, sizeof *history);
    for (size_t i = 0; i < store->moment_count; i++)
        history[i] = (struct process_history){store->moments[i],
                                              text_of(gathering->arena, json_array_get(store->history, i))};
    gathering->change->history = history;
    gathering->change->history_count = store->moment_count;
}

/* What the session row shall say; the calendars only when they are others. */
static void gather_session(struct gathering *gathering, struct process_session *session)
{
    const struct world_store *store = gathering->world->store;
    session->now = store->now;
    session->calendars = NULL;
    gathering->change->session = session;
    if (!store->calendar_changed) return;
    session->calendar_count = store->calendar_count;
    session->calendars = arena_array(gathering->arena, store->calendar_count + 1, sizeof *session->calendars);
    for (size_t i = 0; i < store->calendar_count; i++)
        session->calendars[i] = str_of(store->calendars[i]);
    session->agency = store->agency == NULL ? STR("") : str_of(store->agency);
}

static void mark_saved(struct gathering *gathering, struct world_store *store)
{
    for (size_t i = 0; i < store->instance_count; i++) {
        struct stored_instance *instance = &store->instances[i];
        if (!instance->changed) continue;
        instance->revision++;
        instance->changed = false;
        instance->had_waits = !bpmn_state_ended(world_state(gathering->world, i));
    }
    for (size_t i = 0; i < store->message_count; i++)
        store->messages[i].saved = true;
    for (size_t i = 0; i < store->timer_count; i++)
        store->timers[i].changed = false;
    store->messages_gone_count = 0;
    store->moment_count = 0;
    json_array_clear(store->history);
    store->saved_file_count = store->file_count;
    store->saved_now = store->now;
    store->calendar_changed = false;
}

static bool save(struct world *world, struct arena *arena, struct complaint *complaint)
{
    struct database_store *database = world->store->context;
    struct work work = work_in(database, arena);
    struct process_change change = {0};
    struct gathering gathering = {.world = world, .arena = arena, .change = &change};
    struct error error = {0};
    if (!world_is_changed(world)) return true;
    gather_session(&gathering, &database->session);
    gather_models(&gathering);
    gather_instances(&gathering);
    gather_messages(&gathering);
    gather_starts(&gathering);
    gather_history(&gathering);
    if (process_save(&work, &change, &error) != STATUS_OK) return database_complain(complaint, arena, &error);
    database->session.revision++;
    database->session.history_count += (int64_t)change.history_count;
    mark_saved(&gathering, world->store);
    return true;
}

static bool is_fresh(struct world_store *store, struct arena *arena, bool *fresh, struct complaint *complaint)
{
    struct database_store *database = store->context;
    struct work work = work_in(database, arena);
    struct error error = {0};
    int64_t revision;
    if (process_revision(&work, &database->session.tenant, &database->session.id, &revision, &error) !=
        STATUS_OK)
        return database_complain(complaint, arena, &error);
    *fresh = revision == database->session.revision;
    return true;
}

static json_t *history(struct world_store *store, struct arena *arena, struct complaint *complaint)
{
    struct database_store *database = store->context;
    struct work work = work_in(database, arena);
    struct process_history *entries;
    struct error error = {0};
    size_t count;
    if (process_history_load(&work, &database->session.tenant, &database->session.id, &entries, &count,
                             &error) != STATUS_OK) {
        database_complain(complaint, arena, &error);
        return NULL;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_of(arena, entries[i].entry));
    return list;
}

/* ---- opening ---- */

static bool find_tenant(struct database_store *database, const char *slug)
{
    database->session.tenant = (struct uuid){NO_TENANT};
    if (slug == NULL) return true;
    const struct tenant *tenant =
        tenant_by_slug(reference_tenants(database->program->domain.reference), str_of(slug));
    if (tenant == NULL)
        fprintf(stderr, "motcua workflow: there is no agency %s\n", slug);
    else
        database->session.tenant = tenant->id;
    return tenant != NULL;
}

bool database_open(struct database_store *database, struct program *program, const char *tenant,
                   const char *session, struct world_store *store)
{
    static const struct store_kind kind = {load, save, is_fresh, history};
    struct complaint complaint = {0};
    struct error error = {0};
    ARENA_AUTO arena = arena_create((size_t)1 << 30);
    *database = (struct database_store){.program = program};
    if (!find_tenant(database, tenant)) return false;
    struct work work = work_in(database, arena);
    store->kind = &kind;
    store->context = database;
    store->session = database->session.id.text;
    database->session.now = store->now;
    if (session != NULL) {
        database->session.id = uuid_from(str_of(session));
        bool known = database->session.id.text[0] != '\0' && load(store, arena, &complaint);
        if (!known)
            fprintf(stderr, "motcua workflow: %s\n",
                    complaint.text == NULL ? "--session takes the id that the answer of deploy has shown"
                                           : complaint.text);
        return known;
    }
    if (process_session_create(&work, &database->session, &error) == STATUS_OK) {
        store->saved_now = store->now;
        store->calendar_changed = store->calendar_count > 0;
        return true;
    }
    database_complain(&complaint, arena, &error);
    fprintf(stderr, "motcua workflow: %s\n", complaint.text);
    return false;
}
