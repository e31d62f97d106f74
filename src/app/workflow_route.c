/* Who hears a message or a signal, and what is due when the virtual clock moves. */
#include <stdlib.h>

#include "motcua/feel/json.h"
#include "workflow_world.h"

/* ---- messages and signals ---- */

static bool correlate(struct world *world, struct str name, struct str key, const struct feel_value *data,
                      struct arena *arena, struct complaint *complaint, bool *found)
{
    *found = false;
    for (int exact = 1; exact >= 0; exact--) { /* a subscription with this very key goes before one without */
        for (size_t i = 0; i < world->store->instance_count; i++) {
            size_t count = 0;
            const struct bpmn_wait_view *waits = bpmn_state_waits(world_state(world, i), arena, &count);
            for (size_t k = 0; k < count; k++) {
                bool fits = exact != 0 ? key.length > 0 && str_equal(waits[k].key, key)
                                       : key.length == 0 || waits[k].key.length == 0;
                if (waits[k].kind != BPMN_WAIT_MESSAGE || !str_equal(waits[k].name, name) || !fits) continue;
                struct bpmn_input input = {
                    .kind = BPMN_CORRELATE, .id = waits[k].id, .name = name, .key = key, .data = data};
                *found = true;
                return world_input(world, &i, &input, arena, complaint);
            }
        }
    }
    return true;
}

static bool starts_with_message(const struct world *world, const struct bpmn_model *model, struct str name,
                                enum bpmn_trigger trigger, struct arena *arena,
                                const struct bpmn_node **process)
{
    struct bpmn_environment environment = world_environment(world);
    size_t count = 0;
    const struct bpmn_start *starts = bpmn_model_starts(&environment, model, arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (starts[i].trigger == trigger && str_equal(starts[i].name, name) &&
            world_is_newest(world, model, starts[i].process->id) &&
            !bpmn_model_has_errors(model, starts[i].process, true)) {
            *process = starts[i].process;
            return true;
        }
    }
    return false;
}

static bool keep_message(struct world *world, struct str name, struct str key, json_t *data, int64_t ttl,
                         struct complaint *complaint)
{
    struct world_store *store = world->store;
    for (size_t i = 0; i < store->message_count && key.length > 0; i++) {
        struct stored_message old;
        if (!str_equal_cstr(name, store->messages[i].name) || !str_equal_cstr(key, store->messages[i].key))
            continue;
        if (store->messages[i].until >= store->now) return true; /* a duplicate */
        store_take_message(store, i, &old);
        store_release_message(&old);
        break;
    }
    if (store->message_count >= WORLD_MAXIMUM_KEPT) store_drop_expired(store);
    if (store->message_count >= WORLD_MAXIMUM_KEPT)
        return world_complain(
            complaint, "console.too_many_messages",
            "10,000 messages are kept already: nobody waits for this one, and it is not kept");
    store->messages = world_grow(store->messages, store->message_count, sizeof *store->messages);
    store->messages[store->message_count++] =
        (struct stored_message){.number = ++store->last_message,
                                .name = world_keep_text(name),
                                .key = world_keep_text(key),
                                .data = json_incref(data),
                                .until = store->now + ttl * MICROSECONDS};
    return true;
}

bool world_message(struct world *world, struct str name, struct str key, json_t *data, int64_t ttl,
                   struct arena *arena, bool *kept, struct complaint *complaint)
{
    const struct feel_value *payload = data == NULL ? NULL : feel_from_json(arena, data);
    bool found;
    *kept = false;
    if (!correlate(world, name, key, payload, arena, complaint, &found)) return false;
    if (found) return true;
    for (size_t i = 0; i < world->usable_count; i++) {
        const struct bpmn_node *process;
        if (!starts_with_message(world, world->usable[i], name, BPMN_MESSAGE, arena, &process)) continue;
        struct bpmn_input input = {.kind = BPMN_START,
                                   .model = world->usable[i],
                                   .process = process->id,
                                   .name = name,
                                   .key = key,
                                   .data = payload};
        size_t instance = NO_INSTANCE;
        return world_input(world, &instance, &input, arena, complaint);
    }
    *kept = keep_message(world, name, key, data, ttl, complaint);
    return *kept;
}

static bool signal_starts(struct world *world, const struct bpmn_model *model, struct str name,
                          const struct feel_value *data, struct arena *arena, size_t *heard,
                          struct complaint *complaint)
{
    struct bpmn_environment environment = world_environment(world);
    bool done = true;
    size_t count = 0;
    const struct bpmn_start *starts = bpmn_model_starts(&environment, model, arena, &count);
    for (size_t k = 0; k < count; k++) {
        if (starts[k].trigger != BPMN_SIGNAL || !str_equal(starts[k].name, name) ||
            !world_is_newest(world, model, starts[k].process->id) ||
            bpmn_model_has_errors(model, starts[k].process, true))
            continue;
        struct bpmn_input input = {.kind = BPMN_START,
                                   .model = model,
                                   .process = starts[k].process->id,
                                   .element = starts[k].element->id,
                                   .name = name,
                                   .data = data};
        size_t instance = NO_INSTANCE;
        if (world_input(world, &instance, &input, arena, complaint))
            ++*heard;
        else
            done = false;
    }
    return done;
}

bool world_signal(struct world *world, struct str name, const struct feel_value *data, struct arena *arena,
                  size_t except, size_t *heard, struct complaint *complaint)
{
    size_t count = world->store->instance_count; /* what the signal starts does not hear it again */
    bool done = true;                            /* one that fails does not keep the others from hearing it */
    for (size_t i = 0; i < count; i++) {
        if (i == except || bpmn_state_ended(world_state(world, i))) continue;
        struct bpmn_input input = {.kind = BPMN_BROADCAST, .name = name, .data = data};
        struct complaint nobody;
        size_t instance = i;
        if (world_input(world, &instance, &input, arena, &nobody)) {
            ++*heard;
        } else if (strcmp(nobody.code, "bpmn.nobody_waits") != 0) {
            world_tell_failed(world, i, &nobody);
            *complaint = nobody;
            done = false;
        }
    }
    for (size_t i = 0; i < world->usable_count; i++)
        if (!signal_starts(world, world->usable[i], name, data, arena, heard, complaint)) done = false;
    return done;
}

/* ---- the virtual clock ---- */

struct due {
    instant when;
    bool start;
    size_t index; /* of the timer, or of the instance */
    uint64_t job;
};

static bool earliest(struct world *world, struct arena *arena, instant limit, struct due *due)
{
    bool found = false;
    struct world_store *store = world->store;
    for (size_t i = 0; i < store->timer_count; i++) {
        if (store->timers[i].over || store->timers[i].due > limit ||
            (found && store->timers[i].due >= due->when))
            continue;
        *due = (struct due){store->timers[i].due, true, i, 0};
        found = true;
    }
    for (size_t i = 0; i < store->instance_count; i++) {
        size_t count = 0;
        const struct bpmn_wait_view *waits = bpmn_state_waits(world_state(world, i), arena, &count);
        for (size_t k = 0; k < count; k++) {
            if (waits[k].kind != BPMN_WAIT_TIMER || waits[k].due == 0 || waits[k].due > limit ||
                (found && waits[k].due >= due->when))
                continue;
            *due = (struct due){waits[k].due, false, i, waits[k].id};
            found = true;
        }
    }
    return found;
}

static bool fire_start(struct world *world, size_t index, struct arena *arena, struct complaint *complaint)
{
    struct stored_timer *timer = &world->store->timers[index];
    const struct bpmn_model *model = world->models[timer->model];
    const struct bpmn_node *element = bpmn_model_node(model, str_of(timer->element));
    struct bpmn_environment environment = world_environment(world);
    struct bpmn_start start = {.process = element->process,
                               .element = element,
                               .trigger = BPMN_TIMER,
                               .name = element->timer.value.text,
                               .working = element->timer.working,
                               .due = timer->due,
                               .repetitions = timer->repetitions};
    timer->from = timer->due;
    timer->repeated = true;
    timer->over = !bpmn_start_next(&environment, &start);
    timer->due = start.due;
    timer->repetitions = start.repetitions;
    timer->changed = true;
    struct bpmn_input input = {
        .kind = BPMN_START, .model = model, .process = element->process->id, .element = element->id};
    size_t instance = NO_INSTANCE;
    return world_input(world, &instance, &input, arena, complaint);
}

bool world_advance(struct world *world, instant to, struct arena *arena, struct complaint *complaint)
{
    struct world_store *store = world->store;
    for (unsigned fired = 0;; fired++) {
        ARENA_AUTO scratch = arena_create((size_t)1 << 30);
        struct due due;
        if (!earliest(world, scratch, to, &due)) break;
        if (fired >= WORLD_MAXIMUM_FIRINGS)
            return world_complain(
                complaint, "console.too_many_timers",
                "10,000 timers were due; the clock stands at the last one, advance again to go on");
        store->now = due.when > store->now ? due.when : store->now;
        struct bpmn_input input = {.kind = BPMN_DUE, .id = due.job};
        bool done = due.start ? fire_start(world, due.index, scratch, complaint)
                              : world_input(world, &due.index, &input, scratch, complaint);
        if (!done) {
            complaint->text = arena_strdup(arena, complaint->text);
            return false;
        }
    }
    store->now = to > store->now ? to : store->now;
    store_drop_expired(store);
    return true;
}
