/* The console's commands. Bad input is an answer with "ok": false, never an end of the program. */
#include "workflow_console.h"

#include <ctype.h>
#include <stdlib.h>

#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/feel/json.h"

enum { LINE_MAXIMUM = 4 << 20 };
#define COMMAND_ARENA ((size_t)1 << 30)

struct console {
    struct world world;
    struct arena *arena; /* of the current command */
    json_t *command;
    json_t *answer;
    struct complaint complaint;
};

static bool refuse(struct console *console, const char *code, const char *text)
{
    console->complaint = (struct complaint){code, text};
    return false;
}

/* ---- showing ---- */

static json_t *shown_str(struct str text)
{
    json_t *shown = json_stringn(text.length == 0 ? "" : text.data, text.length);
    return shown == NULL ? json_string("?") : shown;
}

static json_t *shown_time(instant when)
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
    json_object_set_new(shown, "element", shown_str(task->element->id));
    json_object_set_new(shown, "name", shown_str(task->element->name));
    json_object_set_new(shown, "type", json_string(task->element->type));
    json_t *roles = json_array();
    for (size_t i = 0; i < task->role_count; i++)
        json_array_append_new(roles, shown_str(task->roles[i]));
    json_object_set_new(shown, "roles", roles);
    if (task->assignee.length > 0) json_object_set_new(shown, "assignee", shown_str(task->assignee));
    if (task->form_key.length > 0) json_object_set_new(shown, "form", shown_str(task->form_key));
    if (task->call.length > 0) json_object_set_new(shown, "call", shown_str(task->call));
    if (task->limit.length > 0) {
        json_object_set_new(shown, "limit", shown_str(task->limit));
        json_object_set_new(shown, "due", shown_time(task->due));
    }
    return shown;
}

static json_t *shown_wait(size_t instance, const struct bpmn_wait_view *wait)
{
    json_t *shown = json_object();
    json_object_set_new(shown, "id", shown_id(instance, wait->id));
    json_object_set_new(shown, "element", shown_str(wait->element->id));
    json_object_set_new(shown, "kind", json_string(bpmn_wait_name(wait->kind)));
    if (wait->kind != BPMN_WAIT_TIMER) json_object_set_new(shown, "name", shown_str(wait->name));
    if (wait->kind == BPMN_WAIT_TIMER) json_object_set_new(shown, "due", shown_time(wait->due));
    if (wait->key.length > 0) json_object_set_new(shown, "key", shown_str(wait->key));
    return shown;
}

static json_t *shown_incident(struct arena *arena, size_t instance, const struct bpmn_incident_view *incident)
{
    json_t *shown = json_object();
    json_object_set_new(shown, "id", shown_id(instance, incident->id));
    json_object_set_new(shown, "element", shown_str(incident->element->id));
    json_object_set_new(shown, "code", shown_str(incident->code));
    json_object_set_new(shown, "message", json_string(world_english(arena, incident->message, NULL)));
    if (incident->detail.length > 0)
        json_object_set_new(shown, "detail", shown_str(arena_str(arena, incident->detail)));
    return shown;
}

static json_t *shown_process(size_t instance, const struct bpmn_instance_view *view)
{
    json_t *shown = json_object();
    char number[64];
    snprintf(number, sizeof number, "%zu", instance + 1);
    json_object_set_new(shown, "id", view->id == 1 ? json_string(number) : shown_id(instance, view->id));
    json_object_set_new(shown, "process", shown_str(view->process->id));
    json_object_set_new(shown, "ended", json_boolean(view->ended));
    if (view->ended)
        json_object_set_new(shown, "end", view->end == NULL ? json_null() : shown_str(view->end->id));
    if (view->end_code.length > 0) json_object_set_new(shown, "code", shown_str(view->end_code));
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

static void show_instance(struct console *console, size_t instance, json_t *list)
{
    const struct bpmn_state *state = world_state(&console->world, instance);
    struct arena *arena = console->arena;
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
    json_array_foreach(console->world.store->instances[instance].ended, index, ended)
        json_array_append(list, ended);
}

static json_t *shown_findings(struct console *console, bool *errors)
{
    json_t *list = json_array();
    struct world *world = &console->world;
    *errors = false;
    for (size_t i = 0; i < world->store->file_count; i++) {
        const struct bpmn_model *model = world->models[i];
        for (size_t k = 0; model != NULL && k < model->finding_count; k++) {
            const struct bpmn_finding *finding = &model->findings[k];
            json_t *shown = json_object();
            json_object_set_new(shown, "file", json_string(world->store->files[i]));
            json_object_set_new(shown, "severity", json_string(bpmn_severity_name(finding->severity)));
            json_object_set_new(shown, "element", shown_str(finding->element));
            json_object_set_new(shown, "process", shown_str(finding->process));
            json_object_set_new(shown, "code", json_string(finding->code));
            json_object_set_new(
                shown, "message",
                json_string(world_english(console->arena, finding->message, finding->argument)));
            json_object_set_new(shown, "line", json_integer(finding->line));
            json_array_append_new(list, shown);
            *errors = *errors || finding->severity == BPMN_ERROR_FINDING;
        }
    }
    size_t index;
    json_t *unreadable;
    json_array_foreach(world->unreadable, index, unreadable)
    {
        json_array_append(list, unreadable);
        *errors = true;
    }
    return list;
}

/* ---- arguments ---- */

static struct str argument(const struct console *console, const char *name)
{
    return json_get_str(console->command, name);
}

static bool data_argument(struct console *console, const struct feel_value **data)
{
    const json_t *given = json_object_get(console->command, "data");
    *data = NULL;
    if (given == NULL || json_is_null(given)) return true;
    if (!json_is_object(given)) return refuse(console, "console.data", "\"data\" must be an object");
    *data = feel_from_json(console->arena, given);
    return true;
}

/* "2" or 2 → instance 1; "2.7" also → part 7. */
static bool split_id(const json_t *given, size_t *instance, uint64_t *part)
{
    int64_t number, inner = 0;
    struct str text = json_str_value(given), head = text, rest = STR_NULL;
    *part = 0;
    if (json_is_integer(given)) {
        number = json_integer_value(given);
    } else {
        bool two = str_split(text, '.', &head, &rest);
        if (text.length == 0 || str_to_int64(head, &number) != STATUS_OK) return false;
        if (two && (str_to_int64(rest, &inner) != STATUS_OK || inner <= 0)) return false;
    }
    if (number <= 0) return false;
    *instance = (size_t)number - 1;
    *part = (uint64_t)inner;
    return true;
}

static bool instance_wanted(struct console *console, size_t candidate)
{
    size_t instance;
    uint64_t part;
    const json_t *given = json_object_get(console->command, "instance");
    return given == NULL || (split_id(given, &instance, &part) && instance == candidate);
}

/* ---- commands ---- */

static bool do_deploy(struct console *console)
{
    bool errors;
    json_object_set_new(console->answer, "findings", shown_findings(console, &errors));
    json_t *processes = json_array();
    for (size_t i = 0; i < console->world.usable_count; i++)
        for (size_t k = 0; k < console->world.usable[i]->process_count; k++)
            json_array_append_new(processes, shown_str(console->world.usable[i]->processes[k]->id));
    json_object_set_new(console->answer, "processes", processes);
    if (console->world.store->session != NULL)
        json_object_set_new(console->answer, "session", json_string(console->world.store->session));
    return !errors || refuse(console, "bpmn.findings", "the linter found errors; see \"findings\"");
}

static bool do_start(struct console *console)
{
    const struct feel_value *data;
    size_t instance = 0;
    if (!data_argument(console, &data)) return false;
    if (!world_start(&console->world, argument(console, "process"), argument(console, "message"), data,
                     console->arena, &instance, &console->complaint)) {
        bool errors;
        if (strcmp(console->complaint.code, "bpmn.model_refused") == 0)
            json_object_set_new(console->answer, "findings", shown_findings(console, &errors));
        return false;
    }
    char id[32];
    snprintf(id, sizeof id, "%zu", instance + 1);
    json_object_set_new(console->answer, "instance", json_string(id));
    return true;
}

struct found_task {
    size_t instance;
    uint64_t id;
};

static bool find_task(struct console *console, struct found_task *found)
{
    const json_t *wanted = json_object_get(console->command, "task");
    int64_t nth = json_get_int64(console->command, "nth", 1);
    size_t instance;
    uint64_t part;
    struct str text = json_str_value(wanted);
    bool by_id = split_id(wanted, &instance, &part) && part != 0;
    for (int pass = by_id ? 0 : 1; pass < 3; pass++) { /* id, then element, then name */
        int64_t seen = 0;
        for (size_t i = 0; i < console->world.store->instance_count; i++) {
            size_t count;
            if (!instance_wanted(console, i)) continue;
            const struct bpmn_task_view *tasks =
                bpmn_state_tasks(world_state(&console->world, i), console->arena, &count);
            for (size_t k = 0; k < count; k++) {
                bool fits = pass == 0   ? i == instance && tasks[k].id == part
                            : pass == 1 ? str_equal(tasks[k].element->id, text)
                                        : str_equal(tasks[k].element->name, text);
                if (!fits || (pass > 0 && ++seen < nth)) continue;
                *found = (struct found_task){i, tasks[k].id};
                return true;
            }
        }
    }
    return refuse(console, "bpmn.unknown_task", "there is no such open task");
}

static bool do_complete(struct console *console)
{
    const struct feel_value *data;
    struct found_task task;
    if (!data_argument(console, &data) || !find_task(console, &task)) return false;
    struct bpmn_input input = {.kind = BPMN_COMPLETE,
                               .id = task.id,
                               .data = data,
                               .error = argument(console, "error"),
                               .escalation = argument(console, "escalation")};
    return world_input(&console->world, &task.instance, &input, console->arena, &console->complaint);
}

static bool do_fail(struct console *console)
{
    struct found_task task;
    if (!find_task(console, &task)) return false;
    struct bpmn_input input = {.kind = BPMN_FAIL, .id = task.id, .detail = argument(console, "detail")};
    return world_input(&console->world, &task.instance, &input, console->arena, &console->complaint);
}

static bool do_message(struct console *console)
{
    const struct feel_value *data;
    bool kept;
    struct str name = argument(console, "name"), key = argument(console, "key");
    const json_t *given_key = json_object_get(console->command, "key");
    if (json_is_number(given_key)) {
        const char *text = feel_text(console->arena, feel_from_json(console->arena, given_key), 100);
        key = str_of(text);
    }
    if (name.length == 0) return refuse(console, "console.name", "\"name\" is missing");
    if (!data_argument(console, &data)) return false;
    int64_t ttl = json_get_int64(console->command, "ttl", 3600);
    if (ttl < 0 || ttl > INT64_C(100) * 366 * 86400)
        return refuse(console, "console.ttl", "\"ttl\" is out of range");
    if (!world_message(&console->world, name, key, json_object_get(console->command, "data"), ttl,
                       console->arena, &kept, &console->complaint))
        return false;
    if (kept) json_object_set_new(console->answer, "kept", json_true());
    return true;
}

static bool do_signal(struct console *console)
{
    const struct feel_value *data;
    size_t heard = 0;
    struct str name = argument(console, "name");
    if (name.length == 0) return refuse(console, "console.name", "\"name\" is missing");
    if (!data_argument(console, &data)) return false;
    bool done =
        world_signal(&console->world, name, data, console->arena, (size_t)-1, &heard, &console->complaint);
    json_object_set_new(console->answer, "heard", json_integer((json_int_t)heard));
    return done;
}

static bool do_advance(struct console *console)
{
    instant to = console->world.store->now;
    struct str text = argument(console, "to");
    const json_t *seconds = json_object_get(console->command, "seconds");
    if (text.length > 0) {
        if (civil_parse_instant(text, &to) != STATUS_OK)
            return refuse(console, "console.time",
                          "\"to\" is no time; write it like 2026-11-24T08:00:00+07:00");
        if (to < console->world.store->now)
            return refuse(console, "console.time_past", "time does not go back");
    } else if (json_is_number(seconds)) {
        double amount = json_number_value(seconds);
        if (!(amount >= 0) || amount > 100.0 * 366 * 86400)
            return refuse(console, "console.time", "\"seconds\" is out of range");
        to += (instant)(amount * (double)MICROSECONDS + 0.5);
    } else {
        return refuse(console, "console.time", "\"seconds\" or \"to\" is missing");
    }
    return world_advance(&console->world, to, console->arena, &console->complaint);
}

static bool do_incident(struct console *console)
{
    size_t wanted = 0;
    uint64_t part = 0;
    const json_t *given = json_object_get(console->command, "retry");
    bool by_id = split_id(given, &wanted, &part);
    if (by_id && part == 0) part = json_is_integer(given) ? (uint64_t)json_integer_value(given) : 0;
    for (size_t i = 0; i < console->world.store->instance_count; i++) {
        size_t count;
        const struct bpmn_incident_view *incidents =
            bpmn_state_incidents(world_state(&console->world, i), console->arena, &count);
        for (size_t k = 0; k < count; k++) {
            bool fits = by_id ? incidents[k].id == part && (json_is_integer(given) || i == wanted)
                              : str_equal(incidents[k].element->id, json_str_value(given));
            if (!fits) continue;
            struct bpmn_input input = {.kind = BPMN_RETRY, .id = incidents[k].id};
            return world_input(&console->world, &i, &input, console->arena, &console->complaint);
        }
    }
    return refuse(console, "bpmn.unknown_incident", "there is no such incident");
}

static bool one_instance(struct console *console, size_t *instance, uint64_t *part)
{
    const json_t *given = json_object_get(console->command, "instance");
    *instance = 0;
    *part = 0;
    if (given != NULL && !split_id(given, instance, part))
        return refuse(console, "console.instance", "there is no such instance");
    if (*instance >= console->world.store->instance_count)
        return refuse(console, "console.instance", "there is no such instance");
    return true;
}

static bool do_data(struct console *console)
{
    size_t instance;
    struct bpmn_input input = {.kind = BPMN_DATA};
    if (!data_argument(console, &input.data) || !one_instance(console, &instance, &input.id)) return false;
    return world_input(&console->world, &instance, &input, console->arena, &console->complaint);
}

static bool do_cancel(struct console *console)
{
    size_t instance;
    struct bpmn_input input = {.kind = BPMN_CANCEL_INSTANCE};
    if (!one_instance(console, &instance, &input.id)) return false;
    return world_input(&console->world, &instance, &input, console->arena, &console->complaint);
}

static bool do_state(struct console *console)
{
    (void)console;
    return true;
}

static bool do_history(struct console *console)
{
    struct world_store *store = console->world.store;
    json_t *history = store->kind == NULL ? json_incref(store->history)
                                          : store->kind->history(store, console->arena, &console->complaint);
    if (history == NULL) return false;
    json_object_set_new(console->answer, "history", history);
    return true;
}

static bool do_restart(struct console *console)
{
    return world_restart(&console->world, console->arena, &console->complaint);
}

static const struct {
    const char *name;
    bool (*run)(struct console *console);
} commands[] = {
    {"deploy", do_deploy},     {"start", do_start},     {"state", do_state},   {"complete", do_complete},
    {"fail", do_fail},         {"message", do_message}, {"signal", do_signal}, {"advance", do_advance},
    {"incident", do_incident}, {"data", do_data},       {"cancel", do_cancel}, {"history", do_history},
    {"restart", do_restart},
};

static bool run_command(struct console *console, struct str line)
{
    struct error error = {0};
    if (json_parse(console->arena, line, LINE_MAXIMUM, 0, &console->command, &error) != STATUS_OK)
        return refuse(console, error.code == NULL ? "json" : error.code, "the line is no JSON object");
    struct str name = json_get_str(console->command, "do");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (str_equal_cstr(name, commands[i].name)) return commands[i].run(console);
    return refuse(console, "console.unknown_command", "\"do\" names no command");
}

#define CONFLICT                                                                                             \
    "another console has changed this session meanwhile; nothing was done and the session was loaded again: "  \
    "look at it and repeat the command"

/* Somebody else may have been there: what a command only looked at, or did not find, may be out of date. */
static bool catch_up(struct console *console, bool *fresh)
{
    struct world_store *store = console->world.store;
    *fresh = true;
    if (store->kind == NULL) return true;
    if (!store->kind->is_fresh(store, console->arena, fresh, &console->complaint)) return false;
    return *fresh || world_restart(&console->world, console->arena, &console->complaint);
}

/* One command: run, then saved as one. A command that fails saves too what it had done: the firings before. */
static bool run_and_save(struct console *console, struct str line)
{
    struct str name;
    bool fresh, done = run_command(console, line);
    if (!done && !world_is_changed(&console->world)) {
        struct complaint reason = console->complaint;
        if (!catch_up(console, &fresh)) return false;
        console->complaint = reason;
        return fresh ? false : refuse(console, "store.conflict", CONFLICT);
    }
    struct complaint reason = console->complaint;
    if (!world_save(&console->world, console->arena, &console->complaint)) return false;
    if (done) {
        name = json_get_str(console->command, "do");
        if (str_equal_cstr(name, "state")) return catch_up(console, &fresh);
    }
    console->complaint = reason;
    return done;
}

static void answer(struct console *console, struct str line, FILE *out)
{
    console->arena = arena_create(COMMAND_ARENA);
    console->command = NULL;
    console->answer = json_object();
    json_t *instances = json_array();
    json_object_set_new(console->answer, "ok", json_true());
    if (!run_and_save(console, line)) {
        json_object_set_new(console->answer, "ok", json_false());
        json_object_set_new(console->answer, "error", json_string(console->complaint.text));
        json_object_set_new(console->answer, "code", json_string(console->complaint.code));
    }
    for (size_t i = 0; i < console->world.store->instance_count; i++)
        show_instance(console, i, instances);
    json_object_set_new(console->answer, "instances", instances);
    json_object_set(console->answer, "trace", console->world.trace);
    json_object_set_new(console->answer, "now", shown_time(console->world.store->now));
    char *text = json_dumps(console->answer, JSON_COMPACT);
    fputs(text == NULL ? "{\"ok\":false}" : text, out);
    fputc('\n', out);
    fflush(out);
    free(text);
    json_array_clear(console->world.trace);
    json_decref(console->answer);
    json_decref(console->command);
    arena_destroy(console->arena);
}

int console_run(struct world_store *store, FILE *in, FILE *out)
{
    struct console console = {.arena = arena_create(COMMAND_ARENA)};
    (void)world_open(&console.world, store);
    bool opened = world_save(&console.world, console.arena, &console.complaint);
    if (!opened) fprintf(stderr, "motcua workflow: %s\n", console.complaint.text);
    arena_destroy(console.arena);
    if (!opened) {
        world_close(&console.world);
        return 1;
    }
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, in)) >= 0) {
        struct str text = str_trim(str_make(line, (size_t)length));
        if (text.length > 0) answer(&console, text, out);
    }
    free(line);
    world_close(&console.world);
    return 0;
}
