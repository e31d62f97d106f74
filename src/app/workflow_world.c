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

static struct arena *english_arena;

static void forget_english(void)
{
    arena_destroy(english_arena);
}

const char *world_english(struct arena *arena, const char *message, const char *argument)
{
    static struct catalogue *english;
    static bool looked;
    if (!looked) { /* the program has one thread here; the catalogue lives as long as it */
        struct str embedded = catalogue_embedded("en");
        looked = true;
        english_arena = arena_create(CATALOGUE_MAXIMUM_SIZE * 2);
        atexit(forget_english);
        if (embedded.length > 0 && catalogue_read(english_arena, embedded, &english, NULL) != STATUS_OK)
            english = NULL;
    }
    const char *text = translate(english, message), *place = strstr(text, "%s");
    if (place == NULL) return text;
    return arena_printf(arena, "%.*s%s%s", (int)(place - text), text, argument == NULL ? "" : argument,
                        place + 2);
}

bool world_complain_of(struct complaint *complaint, struct arena *arena, const struct error *error)
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

static const struct bpmn_model *newest_version(void *user, struct str process)
{
    return world_newest(user, process);
}

struct bpmn_environment world_environment(const struct world *world)
{
    return (struct bpmn_environment){.models = {world->usable, world->usable_count},
                                     .now = world->store->now,
                                     .utc_offset = WORLD_OFFSET,
                                     .zones = {zone_load, NULL},
                                     .due = working_due,
                                     .resolve = newest_version,
                                     .user = (void *)(uintptr_t)world};
}

/* ---- models ---- */

static void add_unreadable(struct world *world, size_t file, const struct error *error)
{
    ARENA_AUTO arena = arena_create(1 << 20);
    struct complaint complaint;
    world_complain_of(&complaint, arena, error);
    world->unreadable[file] = json_pack("{s:s, s:s, s:s, s:s}", "file", world->store->files[file], "severity",
                                        "error", "code", complaint.code, "message", complaint.text);
}

/* The models before and behind one; its older versions are none. */
static void set_others(struct world *world, struct bpmn_parse_options *options,
                       const struct bpmn_model *const *first, size_t file)
{
    const struct bpmn_model **others =
        arena_array(world->models_arena, world->store->file_count, sizeof(struct bpmn_model *));
    options->others = others;
    options->other_count = 0;
    for (size_t i = 0; i < world->store->file_count; i++)
        if (i != file && first[i] != NULL) others[options->other_count++] = first[i];
}

/* Ids of all processes: a call activity may name one of any file. */
static void set_processes(struct world *world, struct bpmn_parse_options *options)
{
    size_t count = 0;
    for (size_t i = 0; i < world->usable_count; i++)
        count += world->usable[i]->process_count;
    struct str *processes = arena_array(world->models_arena, count + 1, sizeof *processes);
    for (size_t i = 0; i < world->usable_count; i++)
        for (size_t k = 0; k < world->usable[i]->process_count; k++)
            processes[options->process_count++] = world->usable[i]->processes[k]->id;
    options->processes = processes;
}

static void parse_models(struct world *world)
{
    struct bpmn_parse_options options = {.limit_readable = limit_readable};
    struct world_store *store = world->store;
    const struct bpmn_model *first[WORLD_MAXIMUM_MODELS];
    for (int pass = 0; pass < 2; pass++) { /* the second time each knows the others */
        world->usable_count = 0;
        options.quick = pass == 0;
        for (size_t i = 0; i < store->file_count; i++) {
            struct error error = {0};
            const struct bpmn_model *model = NULL;
            options.key = str_of(arena_printf(world->models_arena, "%zu", i + 1));
            if (pass == 1) set_others(world, &options, first, i);
            enum status status = bpmn_model_parse(
                world->models_arena, str_make(store->texts[i], store->lengths[i]), &options, &model, &error);
            if (pass == 0)
                first[i] = model;
            else
                world->models[i] = model;
            if (status == STATUS_OK)
                world->usable[world->usable_count++] = model;
            else if (pass == 1)
                add_unreadable(world, i, &error);
        }
        if (pass == 0) set_processes(world, &options);
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
    for (size_t i = 0; i < WORLD_MAXIMUM_MODELS; i++) {
        json_decref(world->unreadable[i]);
        world->unreadable[i] = NULL;
    }
}

void world_reload(struct world *world)
{
    struct error error = {0};
    forget(world);
    world->models_arena = arena_create(MODELS_ARENA);
    if (world_calendar(world->models_arena, world->store, &world->calendar, &error) != STATUS_OK) {
        fprintf(stderr, "motcua workflow: the calendar does not load again\n");
        abort(); /* it was read before it was stored */
    }
    parse_models(world);
}

void world_open(struct world *world, struct world_store *store)
{
    *world = (struct world){.store = store, .trace = json_array(), .failed = json_array()};
    if (store->history == NULL) store->history = json_array();
    world_reload(world);
    world_register_starts(world, store->saved_file_count);
}

void world_close(struct world *world)
{
    forget(world);
    json_decref(world->trace);
    json_decref(world->failed);
    json_decref(world->moved);
    *world = (struct world){0};
}

bool world_restart(struct world *world, struct arena *arena, struct complaint *complaint)
{
    struct world_store *store = world->store;
    if (store->kind != NULL && !store->kind->load(store, arena, complaint)) {
        store->stale = true;
        return false;
    }
    store->stale = false;
    world_reload(world);
    return true;
}

bool world_save(struct world *world, struct arena *arena, struct complaint *complaint)
{
    const struct store_kind *kind = world->store->kind;
    if (kind == NULL || kind->save(world, arena, complaint)) return true;
    struct complaint again;
    json_array_clear(world->trace); /* it did not happen */
    json_array_clear(world->failed);
    (void)world_restart(world, arena, &again);
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

/* ---- what a step leaves behind ---- */

void world_tell_failed(struct world *world, size_t instance, const struct complaint *complaint)
{
    char id[32];
    snprintf(id, sizeof id, "%zu", instance + 1);
    json_array_append_new(world->failed, json_pack("{s:s, s:s, s:s}", "instance", id, "code", complaint->code,
                                                   "error", complaint->text));
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

/* Takes the loaded state out of the cache: effects of a step point into it until they are all followed. */
static struct arena *take_cached(struct world *world, size_t instance)
{
    if (instance >= world->cache_count) return NULL;
    struct arena *arena = world->cache[instance].arena;
    world->cache[instance] = (struct cached_instance){0};
    return arena;
}

static bool save(struct world *world, const struct bpmn_state *state, size_t *instance,
                 struct complaint *complaint)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    if (bpmn_state_save(state, &text) != STATUS_OK)
        return world_complain(complaint, "bpmn.state_too_large",
                              "the state of the instance is too large to be stored");
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

bool world_put_state(struct world *world, size_t *instance, const struct bpmn_state *state,
                     struct complaint *complaint)
{
    if (!save(world, state, instance, complaint)) return false;
    arena_destroy(take_cached(world, *instance));
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
        struct complaint failure;
        struct stored_message taken;
        store_take_message(store, i, &taken);
        bool done = world_input(world, &instance, &input, arena, &failure);
        store_release_message(&taken);
        if (!done) world_tell_failed(world, instance, &failure);
        return done;
    }
    return false;
}

static bool send_on(struct world *world, const struct bpmn_effect *effect, struct arena *arena,
                    struct complaint *complaint)
{
    bool kept;
    if (effect->message_flow == NULL || effect->message_flow->target == NULL) return true;
    json_t *data = effect->data == NULL ? NULL : feel_to_json(effect->data);
    bool done = world_message(world, effect->name, effect->key, data, 3600, arena, &kept, complaint);
    json_decref(data);
    return done;
}

/* What others cannot take is told in the answer: the instance itself goes on. */
static void follow(struct world *world, size_t instance, const struct bpmn_effect *effect,
                   struct arena *arena)
{
    struct complaint failure;
    size_t heard = 0;
    struct bpmn_input input = {.kind = BPMN_COMPLETE, .id = effect->id};
    switch (effect->kind) {
    case BPMN_SUBSCRIPTION_OPENED:
        if (str_equal_cstr(effect->code, "message")) (void)deliver_kept(world, instance, effect, arena);
        break;
    case BPMN_SIGNAL_THROWN:
        (void)world_signal(world, effect->name, effect->data, arena, instance, &heard, &failure);
        break;
    case BPMN_MESSAGE_SENT:
        if (!send_on(world, effect, arena, &failure)) world_tell_failed(world, instance, &failure);
        break;
    case BPMN_CALL_REQUESTED:
        if (effect->element->call == BPMN_CALL_CODE &&
            !world_input(world, &instance, &input, arena, &failure))
            world_tell_failed(world, instance, &failure);
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
        return world_complain_of(complaint, arena, &error);
    if (!save(world, result.state, instance, complaint)) return false;
    __attribute__((unused)) ARENA_AUTO old = take_cached(world, *instance);
    keep_trace(world, &result, *instance);
    world->pending++;
    for (size_t i = 0; i < result.effect_count; i++) {
        keep_ended(world, &result.effects[i], *instance);
        world_tell_moved(world, &result.effects[i], *instance);
    }
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
            if (!world_is_newest(world, model, candidate->id)) continue;
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
