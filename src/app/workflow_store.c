/* The rows of the console's store as they lie in memory. */
#include <stdlib.h>

#include "workflow_world.h"

void store_add_file(struct world_store *store, const char *name, struct str text, int64_t generation)
{
    size_t file = store->file_count++;
    store->files[file] = world_keep_text(str_of(name));
    store->texts[file] = world_keep_text(text);
    store->lengths[file] = text.length;
    store->generations[file] = generation;
}

void store_drop_file(struct world_store *store)
{
    size_t file = --store->file_count;
    free(store->files[file]);
    free(store->texts[file]);
}

void store_set_calendars(struct world_store *store, const struct str *texts, size_t count, const char *agency)
{
    for (size_t i = 0; i < store->calendar_count; i++)
        free(store->calendars[i]);
    free(store->agency);
    for (size_t i = 0; i < count; i++)
        store->calendars[i] = world_keep_text(texts[i]);
    store->calendar_count = count;
    store->agency = agency == NULL || agency[0] == '\0' ? NULL : world_keep_text(str_of(agency));
}

static const struct calendar *standard_calendar(struct arena *arena)
{
    struct rule_set rules = {.id = "standard",
                             .name = "standard",
                             .valid_from = CIVIL_DAY_NONE,
                             .valid_to = CIVIL_DAY_NONE,
                             .minutes_per_day = 480,
                             .rule = WORKING_DAY_SAME_TIME,
                             .same_day_cutoff = 900};
    for (int day = 0; day < 5; day++)
        rules.hours[day] = (struct day_hours){.spans = {{480, 720}, {780, 1020}}, .count = 2};
    struct calendar_definition definition = {
        .agency = "standard", .name = "standard", .rule_sets = &rules, .rule_set_count = 1};
    struct calendar *calendar = NULL;
    struct error error = {0};
    if (calendar_create(arena, &definition, &calendar, &error) != STATUS_OK) abort(); /* a constant */
    return calendar;
}

enum status world_calendar(struct arena *arena, const struct world_store *store,
                           const struct calendar **calendar, struct error *error)
{
    struct str texts[WORLD_MAXIMUM_CALENDARS];
    struct calendar_definition definition;
    struct calendar *made = NULL;
    if (store->calendar_count == 0) {
        *calendar = standard_calendar(arena);
        return STATUS_OK;
    }
    for (size_t i = 0; i < store->calendar_count; i++)
        texts[i] = str_of(store->calendars[i]);
    enum status status =
        calendar_definition_read(arena, texts, store->calendar_count, store->agency, &definition, error);
    if (status == STATUS_OK) status = calendar_create(arena, &definition, &made, error);
    *calendar = made;
    return status;
}

void store_note(struct world_store *store, json_t *entry)
{
    json_array_append(store->history, entry);
    if (store->kind == NULL) return;
    store->moments = world_grow(store->moments, store->moment_count, sizeof *store->moments);
    store->moments[store->moment_count++] = store->now;
}

void store_take_message(struct world_store *store, size_t index, struct stored_message *taken)
{
    struct stored_message *message = &store->messages[index];
    *taken = *message;
    memmove(message, message + 1, (store->message_count - index - 1) * sizeof *message);
    store->message_count--;
    if (!taken->saved) return;
    store->messages_gone =
        world_grow(store->messages_gone, store->messages_gone_count, sizeof *store->messages_gone);
    store->messages_gone[store->messages_gone_count++] = taken->number;
}

void store_release_message(struct stored_message *message)
{
    free(message->name);
    free(message->key);
    json_decref(message->data);
}

void store_drop_expired(struct world_store *store)
{
    for (size_t i = store->message_count; i-- > 0;) {
        if (store->messages[i].until >= store->now) continue;
        struct stored_message expired;
        store_take_message(store, i, &expired);
        store_release_message(&expired);
    }
}

void store_release_rows(struct world_store *store)
{
    struct world_store empty = {.kind = store->kind, .context = store->context, .session = store->session};
    while (store->file_count > 0)
        store_drop_file(store);
    store_set_calendars(store, NULL, 0, NULL);
    for (size_t i = 0; i < store->instance_count; i++) {
        free(store->instances[i].state);
        json_decref(store->instances[i].ended);
    }
    for (size_t i = 0; i < store->message_count; i++)
        store_release_message(&store->messages[i]);
    for (size_t i = 0; i < store->timer_count; i++)
        free(store->timers[i].element);
    free(store->instances);
    free(store->messages);
    free(store->messages_gone);
    free(store->timers);
    free(store->moments);
    json_decref(store->history);
    *store = empty;
    store->history = json_array();
}

void store_release(struct world_store *store)
{
    store_release_rows(store);
    json_decref(store->history);
    store->history = NULL;
}

bool world_is_changed(const struct world *world)
{
    const struct world_store *store = world->store;
    bool changed = store->file_count != store->saved_file_count || store->calendar_changed ||
                   store->messages_gone_count > 0 || store->moment_count > 0 ||
                   store->now != store->saved_now;
    for (size_t i = 0; i < store->instance_count && !changed; i++)
        changed = store->instances[i].changed;
    for (size_t i = 0; i < store->message_count && !changed; i++)
        changed = !store->messages[i].saved;
    for (size_t i = 0; i < store->timer_count && !changed; i++)
        changed = store->timers[i].changed;
    return changed;
}
