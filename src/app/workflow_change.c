/* Newer versions of processes, moving instances to them, and changed calendars. */
#include <stdlib.h>

#include "motcua/calendar/civil.h"
#include "workflow_world.h"

/* ---- versions ---- */

static size_t file_of(const struct world *world, const struct bpmn_model *model)
{
    for (size_t i = 0; i < world->store->file_count; i++)
        if (world->models[i] == model) return i;
    return NO_INSTANCE;
}

static bool has_process(const struct bpmn_model *model, struct str process)
{
    for (size_t i = 0; model != NULL && i < model->process_count; i++)
        if (str_equal(model->processes[i]->id, process)) return true;
    return false;
}

const struct bpmn_model *world_newest(const struct world *world, struct str process)
{
    const struct bpmn_model *newest = NULL;
    int64_t generation = 0;
    for (size_t i = 0; i < world->store->file_count; i++) {
        if (world->store->generations[i] <= generation || !has_process(world->models[i], process)) continue;
        newest = world->models[i];
        generation = world->store->generations[i];
    }
    return newest;
}

bool world_is_newest(const struct world *world, const struct bpmn_model *model, struct str process)
{
    const struct world_store *store = world->store;
    const struct bpmn_model *newest = world_newest(world, process);
    size_t file = file_of(world, model);
    return newest == model ||
           (file != NO_INSTANCE && store->generations[file] == store->generations[file_of(world, newest)]);
}

static void add_starts(struct world *world, size_t file)
{
    struct world_store *store = world->store;
    struct bpmn_environment environment = world_environment(world);
    const struct bpmn_model *model = world->models[file];
    size_t count = 0;
    const struct bpmn_start *starts = bpmn_model_starts(&environment, model, world->models_arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (starts[i].trigger != BPMN_TIMER || bpmn_model_has_errors(model, starts[i].process, true))
            continue;
        store->timers = world_grow(store->timers, store->timer_count, sizeof *store->timers);
        store->timers[store->timer_count++] =
            (struct stored_timer){.model = file,
                                  .element = world_keep_text(starts[i].element->id),
                                  .from = store->now,
                                  .due = starts[i].due,
                                  .repetitions = starts[i].repetitions,
                                  .changed = true};
    }
}

static const struct bpmn_node *timer_element(const struct world *world, const struct stored_timer *timer)
{
    return bpmn_model_node(world->models[timer->model], str_of(timer->element));
}

void world_register_starts(struct world *world, size_t first)
{
    struct world_store *store = world->store;
    for (size_t i = 0; i < store->timer_count; i++) {
        struct stored_timer *timer = &store->timers[i];
        const struct bpmn_model *model = world->models[timer->model];
        if (timer->over || world_is_newest(world, model, timer_element(world, timer)->process->id)) continue;
        timer->over = true;
        timer->changed = true;
    }
    for (size_t i = first; i < store->file_count; i++)
        if (world->models[i] != NULL) add_starts(world, i);
}

static bool is_there(const struct world *world, struct str text)
{
    const struct world_store *store = world->store;
    for (size_t i = 0; i < store->file_count; i++) {
        const struct bpmn_model *model = world->models[i];
        bool newest = model != NULL && str_equal(text, str_make(store->texts[i], store->lengths[i]));
        for (size_t k = 0; newest && k < model->process_count; k++)
            newest = world_is_newest(world, model, model->processes[k]->id);
        if (newest) return true;
    }
    return false;
}

bool world_add_file(struct world *world, const char *name, struct str text, bool *added,
                    struct complaint *complaint)
{
    struct world_store *store = world->store;
    *added = !is_there(world, text);
    if (!*added) return true;
    if (store->file_count == WORLD_MAXIMUM_MODELS)
        return world_complain(complaint, "console.too_many_files", "100 files are deployed already");
    int64_t generation = 1;
    for (size_t i = 0; i < store->file_count; i++)
        generation = store->generations[i] >= generation ? store->generations[i] + 1 : generation;
    store_add_file(store, name, text, generation);
    world_reload(world);
    return true;
}

void world_drop_file(struct world *world)
{
    store_drop_file(world->store);
    world_reload(world);
}

/* ---- moving instances ---- */

static json_t *shown_findings(struct arena *arena, const struct bpmn_finding *findings, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("{s:s%, s:s, s:s}", "element", findings[i].element.data,
                                        findings[i].element.length, "code", findings[i].code, "message",
                                        world_english(arena, findings[i].message, findings[i].argument)));
    return list;
}

static void note_migration(struct world *world, const struct bpmn_node *process, size_t instance, size_t from,
                           size_t to)
{
    char id[32];
    snprintf(id, sizeof id, "%zu", instance + 1);
    json_t *entry = json_pack("{s:s%, s:s%, s:s, s:s, s:s, s:I, s:I}", "element", process->id.data,
                              process->id.length, "name", process->name.length > 0 ? process->name.data : "",
                              process->name.length, "type", process->type, "event", "migrated", "instance",
                              id, "from", (json_int_t)from + 1, "to", (json_int_t)to + 1);
    store_note(world->store, entry);
    json_decref(entry);
}

/* Moves one; 1 moved, 0 it is there already, -1 refused with an entry in the list. */
static int migrate_one(struct world *world, const struct migration_wish *wish, size_t instance,
                       struct arena *arena, json_t *refused, struct complaint *complaint)
{
    size_t count;
    const struct bpmn_instance_view *views =
        bpmn_state_instances(world_state(world, instance), arena, &count);
    const struct bpmn_model *from = views[0].model;
    const struct bpmn_node *process = views[0].process;
    const struct bpmn_model *target = wish->model == NO_INSTANCE ? world_newest(world, process->id)
                                      : has_process(world->models[wish->model], process->id)
                                          ? world->models[wish->model]
                                          : NULL;
    if (target == from || (target == NULL && wish->instance == NO_INSTANCE)) return 0;
    const struct bpmn_models models = {world->usable, world->usable_count};
    const struct bpmn_state *moved = NULL;
    const struct bpmn_finding *findings = NULL;
    size_t finding_count = 0;
    struct error error = {.status = STATUS_NOT_FOUND,
                          .code = "bpmn.unknown_process",
                          .message = "the version does not have this process"};
    char id[32];
    snprintf(id, sizeof id, "%zu", instance + 1);
    if (target != NULL && bpmn_state_migrate(arena, str_of(world->store->instances[instance].state), &models,
                                             target, process->id, wish->renames, wish->rename_count, &moved,
                                             &findings, &finding_count, &error) == STATUS_OK) {
        if (wish->preview) return 1;
        size_t from_file = file_of(world, from);
        if (!world_put_state(world, &instance, moved, complaint)) return -1;
        note_migration(world, process, instance, from_file, file_of(world, target));
        return 1;
    }
    world_complain_of(complaint, arena, &error);
    json_array_append_new(refused, json_pack("{s:s, s:s, s:s, s:o}", "instance", id, "code", complaint->code,
                                             "error", complaint->text, "findings",
                                             shown_findings(arena, findings, finding_count)));
    return -1;
}

bool world_migrate(struct world *world, const struct migration_wish *wish, struct arena *arena, json_t *moved,
                   json_t *refused, struct complaint *complaint)
{
    bool done = true;
    for (size_t i = 0; i < world->store->instance_count; i++) {
        if (wish->instance != NO_INSTANCE && i != wish->instance) continue;
        bool ended = bpmn_state_ended(world_state(world, i));
        if (ended && wish->instance == i)
            return world_complain(complaint, "bpmn.instance_ended", "the instance has ended");
        if (ended) continue;
        int outcome = migrate_one(world, wish, i, arena, refused, complaint);
        char id[32];
        snprintf(id, sizeof id, "%zu", i + 1);
        if (outcome > 0) json_array_append_new(moved, json_string(id));
        done = done && outcome >= 0;
    }
    return done;
}

/* ---- another calendar ---- */

static void note_moved(struct world *world, json_t *entry, const char *reason)
{
    json_t *noted = json_copy(entry);
    json_object_set_new(noted, "event", json_string("moved"));
    json_object_set_new(noted, "reason", json_string(reason));
    store_note(world->store, noted);
    json_decref(noted);
}

void world_tell_moved(struct world *world, const struct bpmn_effect *effect, size_t instance)
{
    if (world->moved == NULL || (effect->kind != BPMN_TASK_CHANGED && effect->kind != BPMN_TIMER_MOVED))
        return;
    char id[64];
    snprintf(id, sizeof id, "%zu.%llu", instance + 1, (unsigned long long)effect->id);
    json_array_append_new(world->moved, json_pack("{s:s, s:s%, s:o, s:o}", "id", id, "element",
                                                  effect->element->id.data, effect->element->id.length,
                                                  "from", world_shown_time(effect->previous_due), "to",
                                                  world_shown_time(effect->due)));
}

static instant start_again(const struct world *world, const struct stored_timer *timer, struct arena *arena)
{
    struct bpmn_environment environment = world_environment(world);
    const struct bpmn_model *model = world->models[timer->model];
    const struct bpmn_node *element = timer_element(world, timer);
    size_t count = 0;
    environment.now = timer->from;
    if (timer->repeated) {
        struct bpmn_start start = {.process = element->process,
                                   .element = element,
                                   .trigger = BPMN_TIMER,
                                   .name = element->timer.value.text,
                                   .working = element->timer.working,
                                   .due = timer->from,
                                   .repetitions = -1};
        return bpmn_start_next(&environment, &start) ? start.due : timer->due;
    }
    const struct bpmn_start *starts = bpmn_model_starts(&environment, model, arena, &count);
    for (size_t i = 0; i < count; i++)
        if (starts[i].element == element) return starts[i].due;
    return timer->due;
}

static void move_starts(struct world *world, struct arena *arena)
{
    struct world_store *store = world->store;
    for (size_t i = 0; i < store->timer_count; i++) {
        struct stored_timer *timer = &store->timers[i];
        if (timer->over || !timer_element(world, timer)->timer.working) continue;
        instant due = start_again(world, timer, arena);
        if (due == timer->due) continue;
        json_array_append_new(world->moved,
                              json_pack("{s:s, s:o, s:o}", "element", timer->element, "from",
                                        world_shown_time(timer->due), "to", world_shown_time(due)));
        timer->due = due;
        timer->changed = true;
    }
}

static bool calendars_readable(const struct str *texts, size_t count, const char *agency, struct arena *arena,
                               struct complaint *complaint)
{
    struct world_store trial = {0};
    const struct calendar *calendar;
    struct error error = {0};
    store_set_calendars(&trial, texts, count, agency);
    bool good = world_calendar(arena, &trial, &calendar, &error) == STATUS_OK;
    if (!good) world_complain_of(complaint, arena, &error);
    store_release(&trial);
    return good;
}

bool world_change_calendar(struct world *world, const struct str *texts, size_t count, const char *agency,
                           const char *reason, struct arena *arena, struct complaint *complaint)
{
    struct world_store *store = world->store;
    if (!calendars_readable(texts, count, agency, arena, complaint)) return false;
    store_set_calendars(store, texts, count, agency);
    store->calendar_changed = true;
    world_reload(world);
    for (size_t i = 0; i < store->instance_count; i++) {
        struct bpmn_input input = {.kind = BPMN_RESCHEDULE};
        size_t instance = i;
        if (!bpmn_state_ended(world_state(world, i)) &&
            !world_input(world, &instance, &input, arena, complaint))
            return false;
    }
    move_starts(world, arena);
    size_t index;
    json_t *entry;
    json_array_foreach(world->moved, index, entry) note_moved(world, entry, reason);
    return true;
}
