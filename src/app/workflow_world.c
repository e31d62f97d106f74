/* The console's world: inputs go into the engine, its effects come back as inputs for others. */
#include "workflow_world.h"

#include <stdlib.h>

#include "motcua/base/zone.h"
#include "motcua/calendar/deadline.h"
#include "motcua/feel/json.h"
#include "motcua/i18n/catalogue.h"

#define STATE_ARENA   ((size_t)512 << 20)
#define STEP_ARENA    ((size_t)512 << 20)
#define MODELS_ARENA  ((size_t)2 << 30)
#define MAXIMUM_CHAIN 200 /* inputs that one input sets off, one inside the other */

char *world_keep_text(struct str text)
{
    char *copy = malloc(text.length + 1);
    if (copy == NULL) abort();
    if (text.length > 0) memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

void *world_grow(void *items, size_t count, size_t size)
{
    void *grown = realloc(items, (count + 1) * size);
    if (grown == NULL) abort();
    return grown;
}

bool world_complain(struct complaint *complaint, const char *code, const char *text)
{
    *complaint = (struct complaint){code, text};
    return false;
}

const char *world_english(struct arena *arena, const char *message, const char *argument)
{
    static struct catalogue *english;
    static bool looked;
    if (!looked) { /* the program has one thread here; the catalogue lives as long as it */
        struct str embedded = catalogue_embedded("en");
        looked = true;
        if (embedded.length > 0 &&
            catalogue_read(arena_create(CATALOGUE_MAXIMUM_SIZE * 2), embedded, &english, NULL) != STATUS_OK)
            english = NULL;
    }
    const char *text = translate(english, message), *place = strstr(text, "%s");
    if (place == NULL) return text;
    return arena_printf(arena, "%.*s%s%s", (int)(place - text), text, argument == NULL ? "" : argument,
                        place + 2);
}

static bool complain_of(struct complaint *complaint, struct arena *arena, const struct error *error)
{
    const char *text = error->message == NULL ? status_name(error->status)
                                              : world_english(arena, error->message, error->argument);
    return world_complain(complaint, error->code == NULL ? "failed" : error->code, text);
}

/* ---- time ---- */

static bool working_due(void *user, const struct bpmn_due_request *request, instant *due)
{
    const struct world *world = user;
    ARENA_AUTO arena = arena_create(64 << 20);
    struct limit limit;
    struct deadline deadline;
    struct error error = {0};
    const char *text = arena_printf(
        arena, "%.*s%s", STR_ARG(request->text),
        request->working && request->text.length > 0 && request->text.data[0] == 'P' ? " working" : "");
    if (limit_parse(arena, str_of(text), &limit, &error) != STATUS_OK || limit.unit == LIMIT_NONE)
        return false;
    struct deadline_request wanted = {
        .received = request->from, .limit = limit, .without_explanation = true, .continues = true};
    if (calendar_due(arena, world->calendar, &wanted, &deadline, &error) != STATUS_OK ||
        deadline.due == INSTANT_NONE)
        return false;
    *due = deadline.due;
    return true;
}

static bool limit_readable(void *user, struct str text)
{
    (void)user;
    ARENA_AUTO arena = arena_create(1 << 20);
    struct limit limit;
    struct error error = {0};
    return limit_parse(arena, text, &limit, &error) == STATUS_OK;
}

struct bpmn_environment world_environment(const struct world *world)
{
    return (struct bpmn_environment){.models = {world->usable, world->usable_count},
                                     .now = world->store->now,
                                     .utc_offset = WORLD_OFFSET,
                                     .zones = {zone_load, NULL},
                                     .due = working_due,
                                     .user = (void *)(uintptr_t)world};
}

/* ---- models ---- */

static void add_unreadable(struct world *world, size_t file, const struct error *error)
{
    ARENA_AUTO arena = arena_create(1 << 20);
    struct complaint complaint;
    complain_of(&complaint, arena, error);
    json_array_append_new(world->unreadable,
                          json_pack("{s:s, s:s, s:s, s:s}", "file", world->store->files[file], "severity",
                                    "error", "code", complaint.code, "message", complaint.text));
}

static void parse_models(struct world *world)
{
    struct bpmn_parse_options options = {.limit_readable = limit_readable};
    struct str *processes = arena_array(world->models_arena, 1, sizeof *processes);
    size_t process_count = 0;
    /* Twice: a call activity may name a process of any file. */
    for (int pass = 0; pass < 2; pass++) {
        world->usable_count = 0;
        options.quick = pass == 0;
        options.processes = pass == 0 ? NULL : processes;
        options.process_count = process_count;
        for (size_t i = 0; i < world->store->file_count; i++) {
            struct error error = {0};
            const struct bpmn_model *model = NULL;
            options.key = str_of(arena_printf(world->models_arena, "%zu", i + 1));
            enum status status = bpmn_model_parse(world->models_arena,
                                                  str_make(world->store->texts[i], world->store->lengths[i]),
                                                  &options, &model, &error);
            world->models[i] = model;
            if (status == STATUS_OK)
                world->usable[world->usable_count++] = model;
            else if (pass == 1)
                add_unreadable(world, i, &error);
        }
        for (size_t i = 0; i < world->usable_count && pass == 0; i++)
            process_count += world->usable[i]->process_count;
        if (pass == 1) break;
        processes = arena_array(world->models_arena, process_count, sizeof *processes);
        process_count = 0;
        for (size_t i = 0; i < world->usable_count; i++)
            for (size_t k = 0; k < world->usable[i]->process_count; k++)
                processes[process_count++] = world->usable[i]->processes[k]->id;
    }
}

/* Of the models that are new. */
static void register_timers(struct world *world)
{
    struct world_store *store = world->store;
    struct bpmn_environment environment = world_environment(world);
    for (size_t i = store->saved_file_count; i < store->file_count; i++) {
        size_t count = 0;
        if (world->models[i] == NULL) continue;
        const struct bpmn_start *starts =
            bpmn_model_starts(&environment, world->models[i], world->models_arena, &count);
        for (size_t k = 0; k < count; k++) {
            if (starts[k].trigger != BPMN_TIMER ||
                bpmn_model_has_errors(world->models[i], starts[k].process, true))
                continue;
            store->timers = world_grow(store->timers, store->timer_count, sizeof *store->timers);
            store->timers[store->timer_count++] =
                (struct stored_timer){.model = i,
                                      .element = world_keep_text(starts[k].element->id),
                                      .due = starts[k].due,
                                      .repetitions = starts[k].repetitions,
                                      .changed = true};
        }
    }
}

/* ---- opening and closing ---- */

static void forget(struct world *world)
{
    for (size_t i = 0; i < world->cache_count; i++)
        arena_destroy(world->cache[i].arena);
    free(world->cache);
    world->cache = NULL;
    world->cache_count = 0;
    arena_destroy(world->models_arena);
    world->models_arena = NULL;
    json_decref(world->unreadable);
    world->unreadable = NULL;
}

void world_reload(struct world *world)
{
    struct error error = {0};
    forget(world);
    world->models_arena = arena_create(MODELS_ARENA);
    world->unreadable = json_array();
    if (world_calendar(world->models_arena, world->store, &world->calendar, &error) != STATUS_OK) {
        fprintf(stderr, "motcua workflow: the calendar does not load again\n");
        abort(); /* it was read before it was stored */
    }
    parse_models(world);
}

bool world_open(struct world *world, struct world_store *store)
{
    *world = (struct world){.store = store, .trace = json_array()};
    if (store->history == NULL) store->history = json_array();
    world_reload(world);
    register_timers(world);
    return world->usable_count > 0;
}

void world_close(struct world *world)
{
    forget(world);
    json_decref(world->trace);
    world->trace = NULL;
}

bool world_restart(struct world *world, struct arena *arena, struct complaint *complaint)
{
    const struct store_kind *kind = world->store->kind;
    if (kind != NULL && !kind->load(world->store, arena, complaint)) return false;
    world_reload(world);
    return true;
}

bool world_save(struct world *world, struct arena *arena, struct complaint *complaint)
{
    const struct store_kind *kind = world->store->kind;
    if (kind == NULL || kind->save(world, arena, complaint)) return true;
    struct complaint again;
    json_array_clear(world->trace); /* it did not happen */
    if (!world_restart(world, arena, &again)) *complaint = again;
    return false;
}

const struct bpmn_state *world_state(struct world *world, size_t instance)
{
    while (world->cache_count <= instance) {
        world->cache = world_grow(world->cache, world->cache_count, sizeof *world->cache);
        world->cache[world->cache_count++] = (struct cached_instance){0};
    }
    struct cached_instance *cached = &world->cache[instance];
    if (cached->state != NULL) return cached->state;
    struct bpmn_models models = {world->usable, world->usable_count};
    struct error error = {0};
    cached->arena = arena_create(STATE_ARENA);
    if (bpmn_state_load(cached->arena, str_of(world->store->instances[instance].state), &models,
                        &cached->state, &error) != STATUS_OK) {
        fprintf(stderr, "motcua workflow: the state of instance %zu does not load again: %s\n", instance + 1,
                error.detail == NULL ? "" : error.detail);
        abort(); /* the engine wrote it: a defect, never the input's fault */
    }
    return cached->state;
}

/* Takes the loaded state out of the cache: effects of a step point into it until they are all followed. */
static struct arena *take_cached(struct world *world, size_t instance)
{
    if (instance >= world->cache_count) return NULL;
    struct arena *arena = world->cache[instance].arena;
    world->cache[instance] = (struct cached_instance){0};
    return arena;
}

/* ---- what a step leaves behind ---- */

static void store_note(struct world_store *store, json_t *entry)
{
    json_array_append(store->history, entry);
    if (store->kind == NULL) return;
    store->moments = world_grow(store->moments, store->moment_count, sizeof *store->moments);
    store->moments[store->moment_count++] = store->now;
}

static void keep_trace(struct world *world, const struct bpmn_result *result, size_t instance)
{
    for (size_t i = 0; i < result->trace_count; i++) {
        const struct bpmn_trace *entry = &result->trace[i];
        json_t *shown = json_object();
        json_object_set_new(shown, "element",
                            json_stringn(entry->element->id.data, entry->element->id.length));
        json_object_set_new(shown, "name",
                            json_stringn(entry->element->name.length ? entry->element->name.data : "",
                                         entry->element->name.length));
        json_object_set_new(shown, "type", json_string(entry->element->type));
        json_object_set_new(shown, "event", json_string(bpmn_event_name(entry->event)));
        char id[64];
        if (entry->instance == 1)
            snprintf(id, sizeof id, "%zu", instance + 1);
        else
            snprintf(id, sizeof id, "%zu.%llu", instance + 1, (unsigned long long)entry->instance);
        json_object_set_new(shown, "instance", json_string(id));
        store_note(world->store, shown);
        json_array_append_new(world->trace, shown);
    }
}

static void keep_ended(struct world *world, const struct bpmn_effect *effect, size_t instance)
{
    if (effect->kind != BPMN_INSTANCE_ENDED || effect->id == 1) return;
    struct stored_instance *stored = &world->store->instances[instance];
    if (json_array_size(stored->ended) >= 1000) json_array_remove(stored->ended, 0);
    char number[64];
    snprintf(number, sizeof number, "%zu.%llu", instance + 1, (unsigned long long)effect->id);
    json_t *shown = json_object();
    json_object_set_new(shown, "id", json_string(number));
    json_object_set_new(shown, "process", json_stringn(effect->name.data, effect->name.length));
    json_object_set_new(shown, "ended", json_true());
    json_object_set_new(shown, "end",
                        effect->element == NULL
                            ? json_null()
                            : json_stringn(effect->element->id.data, effect->element->id.length));
    if (effect->code.length > 0)
        json_object_set_new(shown, "code", json_stringn(effect->code.data, effect->code.length));
    const char *const lists[] = {"tasks", "waiting", "incidents"};
    for (int i = 0; i < 3; i++)
        json_object_set_new(shown, lists[i], json_array());
    json_object_set_new(shown, "data", effect->data == NULL ? json_object() : feel_to_json(effect->data));
    json_array_append_new(stored->ended, shown);
}

static bool save(struct world *world, const struct bpmn_result *result, size_t *instance, struct arena *arena,
                 struct complaint *complaint)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    if (bpmn_state_save(result->state, &text) != STATUS_OK)
        return world_complain(complaint, "bpmn.state_too_large",
                              "the state of the instance is too large to be stored");
    (void)arena;
    struct world_store *store = world->store;
    if (*instance == NO_INSTANCE) {
        store->instances = world_grow(store->instances, store->instance_count, sizeof *store->instances);
        store->instances[store->instance_count] = (struct stored_instance){.ended = json_array()};
        *instance = store->instance_count++;
    }
    free(store->instances[*instance].state);
    store->instances[*instance].state = world_keep_text(buf_str(&text));
    store->instances[*instance].changed = true;
    return true;
}

/* ---- effects that are inputs for others ---- */

static bool deliver_kept(struct world *world, size_t instance, const struct bpmn_effect *opened,
                         struct arena *arena)
{
    struct world_store *store = world->store;
    for (size_t i = 0; i < store->message_count; i++) {
        struct stored_message *message = &store->messages[i];
        bool key_fits =
            opened->key.length == 0 || message->key[0] == '\0' || str_equal_cstr(opened->key, message->key);
        if (!str_equal_cstr(opened->name, message->name) || !key_fits || message->until < store->now)
            continue;
        struct bpmn_input input = {.kind = BPMN_CORRELATE,
                                   .id = opened->id,
                                   .name = opened->name,
                                   .key = opened->key,
                                   .data =
                                       message->data == NULL ? NULL : feel_from_json(arena, message->data)};
        struct complaint ignored;
        struct stored_message taken;
        store_take_message(store, i, &taken);
        bool done = world_input(world, &instance, &input, arena, &ignored);
        free(taken.name);
        free(taken.key);
        json_decref(taken.data);
        return done;
    }
    return false;
}

static void follow(struct world *world, size_t instance, const struct bpmn_effect *effect,
                   struct arena *arena)
{
    struct complaint ignored;
    size_t heard = 0;
    bool kept;
    struct bpmn_input input = {.kind = BPMN_COMPLETE, .id = effect->id};
    switch (effect->kind) {
    case BPMN_SUBSCRIPTION_OPENED:
        if (str_equal_cstr(effect->code, "message")) (void)deliver_kept(world, instance, effect, arena);
        break;
    case BPMN_SIGNAL_THROWN:
        (void)world_signal(world, effect->name, effect->data, arena, instance, &heard, &ignored);
        break;
    case BPMN_MESSAGE_SENT:
        if (effect->message_flow != NULL && effect->message_flow->target != NULL) {
            json_t *data = effect->data == NULL ? NULL : feel_to_json(effect->data);
            (void)world_message(world, effect->name, effect->key, data, 3600, arena, &kept, &ignored);
            json_decref(data);
        }
        break;
    case BPMN_CALL_REQUESTED:
        if (effect->element->call == BPMN_CALL_CODE)
            (void)world_input(world, &instance, &input, arena, &ignored);
        break;
    default:
        break;
    }
}

bool world_input(struct world *world, size_t *instance, const struct bpmn_input *input, struct arena *arena,
                 struct complaint *complaint)
{
    if (world->pending >= MAXIMUM_CHAIN)
        return world_complain(complaint, "console.chain", "instances answer each other without end");
    ARENA_AUTO step_arena = arena_create(STEP_ARENA);
    struct bpmn_environment environment = world_environment(world);
    struct bpmn_result result;
    struct error error = {0};
    const struct bpmn_state *state = *instance == NO_INSTANCE ? NULL : world_state(world, *instance);
    if (bpmn_step(&environment, state, input, step_arena, &result, &error) != STATUS_OK)
        return complain_of(complaint, arena, &error);
    if (!save(world, &result, instance, arena, complaint)) return false;
    __attribute__((unused)) ARENA_AUTO old = take_cached(world, *instance);
    keep_trace(world, &result, *instance);
    world->pending++;
    for (size_t i = 0; i < result.effect_count; i++)
        keep_ended(world, &result.effects[i], *instance);
    for (size_t i = 0; i < result.effect_count; i++)
        follow(world, *instance, &result.effects[i], arena);
    world->pending--;
    return true;
}

bool world_start(struct world *world, struct str process, struct str name, const struct feel_value *data,
                 struct arena *arena, size_t *instance, struct complaint *complaint)
{
    struct complaint last = {"bpmn.unknown_process", "there is no such process"};
    for (size_t i = 0; i < world->usable_count; i++) {
        const struct bpmn_model *model = world->usable[i];
        for (size_t k = 0; k < model->process_count; k++) {
            const struct bpmn_node *candidate = model->processes[k];
            if (process.length > 0 ? !str_equal(candidate->id, process) : !candidate->executable) continue;
            struct bpmn_input input = {
                .kind = BPMN_START, .model = model, .process = candidate->id, .name = name, .data = data};
            *instance = NO_INSTANCE;
            if (world_input(world, instance, &input, arena, &last)) return true;
            if (strcmp(last.code, "bpmn.no_such_start") != 0) {
                *complaint = last;
                return false;
            }
        }
    }
    *complaint = last;
    return false;
}
