/* Instances as the answers of the console show them. */
#include "motcua/calendar/civil.h"
#include "motcua/feel/json.h"
#include "workflow_world.h"

json_t *world_shown_str(struct str text)
{
    json_t *shown = json_stringn(text.length == 0 ? "" : text.data, text.length);
    return shown == NULL ? json_string("?") : shown;
}

json_t *world_shown_time(instant when)
{
    char text[CIVIL_INSTANT_SIZE];
    if (when == 0) return json_null();
    civil_format_instant(when, text);
    return json_string(text);
}

static json_t *shown_id(size_t instance, uint64_t part)
{
    char text[64];
    snprintf(text, sizeof text, "%zu.%llu", instance + 1, (unsigned long long)part);
    return json_string(text);
}

static json_t *shown_task(size_t instance, const struct bpmn_task_view *task)
{
    json_t *shown = json_object();
    json_object_set_new(shown, "id", shown_id(instance, task->id));
    json_object_set_new(shown, "element", world_shown_str(task->element->id));
    json_object_set_new(shown, "name", world_shown_str(task->element->name));
    json_object_set_new(shown, "type", json_string(task->element->type));
    json_t *roles = json_array();
    for (size_t i = 0; i < task->role_count; i++)
        json_array_append_new(roles, world_shown_str(task->roles[i]));
    json_object_set_new(shown, "roles", roles);
    if (task->assignee.length > 0) json_object_set_new(shown, "assignee", world_shown_str(task->assignee));
    if (task->form_key.length > 0) json_object_set_new(shown, "form", world_shown_str(task->form_key));
    if (task->call.length > 0) json_object_set_new(shown, "call", world_shown_str(task->call));
    if (task->limit.length > 0) {
        json_object_set_new(shown, "limit", world_shown_str(task->limit));
        json_object_set_new(shown, "due", world_shown_time(task->due));
    }
    return shown;
}

static json_t *shown_wait(size_t instance, const struct bpmn_wait_view *wait)
{
    json_t *shown = json_object();
    json_object_set_new(shown, "id", shown_id(instance, wait->id));
    json_object_set_new(shown, "element", world_shown_str(wait->element->id));
    json_object_set_new(shown, "kind", json_string(bpmn_wait_name(wait->kind)));
    if (wait->kind != BPMN_WAIT_TIMER) json_object_set_new(shown, "name", world_shown_str(wait->name));
    if (wait->kind == BPMN_WAIT_TIMER) json_object_set_new(shown, "due", world_shown_time(wait->due));
    if (wait->key.length > 0) json_object_set_new(shown, "key", world_shown_str(wait->key));
    return shown;
}

static json_t *shown_incident(struct arena *arena, size_t instance, const struct bpmn_incident_view *incident)
{
    json_t *shown = json_object();
    json_object_set_new(shown, "id", shown_id(instance, incident->id));
    json_object_set_new(shown, "element", world_shown_str(incident->element->id));
    json_object_set_new(shown, "code", world_shown_str(incident->code));
    json_object_set_new(shown, "message", json_string(world_english(arena, incident->message, NULL)));
    if (incident->detail.length > 0)
        json_object_set_new(shown, "detail", world_shown_str(arena_str(arena, incident->detail)));
    return shown;
}

static json_t *shown_process(size_t instance, const struct bpmn_instance_view *view)
{
    json_t *shown = json_object();
    char number[64];
    snprintf(number, sizeof number, "%zu", instance + 1);
    json_object_set_new(shown, "id", view->id == 1 ? json_string(number) : shown_id(instance, view->id));
    json_object_set_new(shown, "process", world_shown_str(view->process->id));
    json_object_set_new(shown, "ended", json_boolean(view->ended));
    if (view->ended)
        json_object_set_new(shown, "end", view->end == NULL ? json_null() : world_shown_str(view->end->id));
    if (view->end_code.length > 0) json_object_set_new(shown, "code", world_shown_str(view->end_code));
    json_object_set_new(shown, "tasks", json_array());
    json_object_set_new(shown, "waiting", json_array());
    json_object_set_new(shown, "incidents", json_array());
    json_t *data = view->data == NULL ? NULL : feel_to_json(view->data);
    json_object_set_new(shown, "data", data == NULL ? json_object() : data);
    return shown;
}

static json_t *list_of(json_t *const *processes, const struct bpmn_instance_view *views, size_t count,
                       uint64_t id, const char *list)
{
    for (size_t i = 0; i < count; i++)
        if (views[i].id == id) return json_object_get(processes[i], list);
    return NULL;
}

void world_show_instance(struct world *world, size_t instance, struct arena *arena, json_t *list)
{
    const struct bpmn_state *state = world_state(world, instance);
    size_t count, task_count, wait_count, incident_count;
    const struct bpmn_instance_view *views = bpmn_state_instances(state, arena, &count);
    const struct bpmn_task_view *tasks = bpmn_state_tasks(state, arena, &task_count);
    const struct bpmn_wait_view *waits = bpmn_state_waits(state, arena, &wait_count);
    const struct bpmn_incident_view *incidents = bpmn_state_incidents(state, arena, &incident_count);
    json_t **processes = arena_array(arena, count, sizeof *processes);
    for (size_t i = 0; i < count; i++)
        processes[i] = shown_process(instance, &views[i]);
    for (size_t i = 0; i < task_count; i++)
        json_array_append_new(list_of(processes, views, count, tasks[i].instance, "tasks"),
                              shown_task(instance, &tasks[i]));
    for (size_t i = 0; i < wait_count; i++)
        json_array_append_new(list_of(processes, views, count, waits[i].instance, "waiting"),
                              shown_wait(instance, &waits[i]));
    for (size_t i = 0; i < incident_count; i++)
        json_array_append_new(list_of(processes, views, count, incidents[i].instance, "incidents"),
                              shown_incident(arena, instance, &incidents[i]));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, processes[i]);
    size_t index;
    json_t *ended;
    json_array_foreach(world->store->instances[instance].ended, index, ended) json_array_append(list, ended);
}
