/* The console's commands. Bad input is an answer with "ok": false, never an end of the program. */
#include "workflow_console.h"

#include <ctype.h>
#include <stdlib.h>

#include "motcua/base/file.h"
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

/* ---- findings ---- */

static json_t *shown_finding(const struct console *console, size_t file, const struct bpmn_finding *finding)
{
    json_t *shown = json_object();
    json_object_set_new(shown, "file", json_string(console->world.store->files[file]));
    json_object_set_new(shown, "severity", json_string(bpmn_severity_name(finding->severity)));
    json_object_set_new(shown, "element", world_shown_str(finding->element));
    json_object_set_new(shown, "process", world_shown_str(finding->process));
    json_object_set_new(shown, "code", json_string(finding->code));
    json_object_set_new(shown, "message",
                        json_string(world_english(console->arena, finding->message, finding->argument)));
    json_object_set_new(shown, "line", json_integer(finding->line));
    return shown;
}

/* Of the files from `first`. */
static json_t *shown_findings(const struct console *console, size_t first, bool *errors)
{
    json_t *list = json_array();
    const struct world *world = &console->world;
    *errors = false;
    for (size_t i = first; i < world->store->file_count; i++) {
        const struct bpmn_model *model = world->models[i];
        for (size_t k = 0; model != NULL && k < model->finding_count; k++)
            json_array_append_new(list, shown_finding(console, i, &model->findings[k]));
        if (model == NULL) json_array_append(list, world->unreadable[i]);
        *errors = *errors || model == NULL || bpmn_model_has_errors(model, NULL, false);
    }
    return list;
}

/* ---- arguments ---- */

static struct str argument(const struct console *console, const char *name)
{
    return json_get_str(console->command, name);
}

/* Keys and codes are texts, but may be given as numbers. */
static struct str code_argument(const struct console *console, const char *name)
{
    const json_t *given = json_object_get(console->command, name);
    if (!json_is_number(given)) return json_str_value(given);
    return str_of(feel_text(console->arena, feel_from_json(console->arena, given), 100));
}

/* An argument of the wrong kind is not passed over: the command would do something else than what was meant.
 */
static bool arguments_fit(struct console *console)
{
    static const char *const texts[] = {"process", "message", "name", "to",    "detail",
                                        "reason",  "agency",  "key",  "error", "escalation"};
    static const char *const numbers[] = {"key", "error", "escalation"};
    const json_t *nth = json_object_get(console->command, "nth");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const json_t *given = json_object_get(console->command, texts[i]);
        bool fits = given == NULL || json_is_null(given) || json_is_string(given);
        for (size_t k = 0; !fits && k < sizeof numbers / sizeof *numbers; k++)
            fits = json_is_number(given) && strcmp(texts[i], numbers[k]) == 0;
        if (fits) continue;
        return refuse(console, "console.argument",
                      arena_printf(console->arena, "\"%s\" must be a text", texts[i]));
    }
    if (nth != NULL && !json_is_null(nth) && (!json_is_integer(nth) || json_integer_value(nth) < 1))
        return refuse(console, "console.argument", "\"nth\" must be a whole number from 1");
    return true;
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
    return given == NULL || json_is_null(given) ||
           (split_id(given, &instance, &part) && instance == candidate);
}

/* ---- commands ---- */

/* A file named by a command, in the arena of the command. */
static bool read_named(struct console *console, struct str path, size_t maximum, struct str *text)
{
    if (path.length == 0) return refuse(console, "console.file", "\"file\" names no file");
    switch (file_read(console->arena, arena_strndup(console->arena, path.data, path.length), maximum, text)) {
    case STATUS_OK:
        return true;
    case STATUS_NOT_FOUND:
        return refuse(console, "console.file", "the file cannot be opened");
    case STATUS_TOO_LARGE:
        return refuse(console, "console.file", "the file is too large");
    default:
        return refuse(console, "console.file", "the file cannot be read");
    }
}

/* A further file: deployed whole, or not at all. */
static bool deploy_file(struct console *console)
{
    struct world *world = &console->world;
    size_t first = world->store->file_count;
    struct str text, path = argument(console, "file");
    bool added, errors, force = json_is_true(json_object_get(console->command, "force"));
    if (!read_named(console, path, BPMN_MAXIMUM_XML, &text) ||
        !world_add_file(world, arena_strndup(console->arena, path.data, path.length), text, &added,
                        &console->complaint))
        return false;
    json_object_set_new(console->answer, "findings", shown_findings(console, first, &errors));
    if (!added) json_object_set_new(console->answer, "unchanged", json_true());
    bool never =
        errors && (world->models[first] == NULL || bpmn_model_has_errors(world->models[first], NULL, true));
    if (errors && (never || !force)) {
        world_drop_file(world);
        return refuse(console, "bpmn.findings",
                      never ? "the linter found errors with which it cannot run; see \"findings\""
                            : "the linter found errors; see \"findings\", or deploy with \"force\": true");
    }
    if (!added) return true;
    json_object_set_new(console->answer, "version", json_integer((json_int_t)first + 1));
    world_register_starts(world, first);
    return true;
}

static void show_deployed(struct console *console)
{
    const struct world *world = &console->world;
    json_t *processes = json_array();
    for (size_t i = 0; i < world->usable_count; i++)
        for (size_t k = 0; k < world->usable[i]->process_count; k++)
            if (world_is_newest(world, world->usable[i], world->usable[i]->processes[k]->id))
                json_array_append_new(processes, world_shown_str(world->usable[i]->processes[k]->id));
    json_object_set_new(console->answer, "processes", processes);
    if (world->store->session != NULL)
        json_object_set_new(console->answer, "session", json_string(world->store->session));
}

static bool do_deploy(struct console *console)
{
    bool errors, done;
    if (json_object_get(console->command, "file") != NULL) {
        done = deploy_file(console);
    } else {
        json_object_set_new(console->answer, "findings", shown_findings(console, 0, &errors));
        done = !errors || refuse(console, "bpmn.findings", "the linter found errors; see \"findings\"");
    }
    show_deployed(console);
    return done;
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
            json_object_set_new(console->answer, "findings", shown_findings(console, 0, &errors));
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
                               .error = code_argument(console, "error"),
                               .escalation = code_argument(console, "escalation")};
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
    struct str name = argument(console, "name"), key = code_argument(console, "key");
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
    if (given != NULL && !json_is_null(given) && !split_id(given, instance, part))
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

static bool read_map(struct console *console, struct migration_wish *wish)
{
    json_t *map = json_object_get(console->command, "map"), *to;
    const char *from;
    if (map == NULL) return true;
    if (!json_is_object(map))
        return refuse(console, "console.map", "\"map\" must be an object: old id to new id");
    struct bpmn_rename *renames = arena_array(console->arena, json_object_size(map), sizeof *renames);
    json_object_foreach(map, from, to)
    {
        if (!json_is_string(to)) return refuse(console, "console.map", "\"map\" leads from ids to ids");
        renames[wish->rename_count++] = (struct bpmn_rename){str_of(from), json_str_value(to)};
    }
    wish->renames = renames;
    return true;
}

static bool do_migrate(struct console *console)
{
    struct migration_wish wish = {.instance = NO_INSTANCE,
                                  .model = NO_INSTANCE,
                                  .preview = json_is_true(json_object_get(console->command, "preview"))};
    const json_t *version = json_object_get(console->command, "version");
    uint64_t part;
    if (json_object_get(console->command, "instance") != NULL &&
        !one_instance(console, &wish.instance, &part))
        return false;
    if (version != NULL) {
        int64_t number = json_is_integer(version) ? json_integer_value(version) : 0;
        if (number < 1 || (uint64_t)number > console->world.store->file_count)
            return refuse(console, "console.version", "there is no such version");
        wish.model = (size_t)number - 1;
    }
    if (!read_map(console, &wish)) return false;
    json_t *moved = json_array(), *refused = json_array();
    json_object_set_new(console->answer, "moved", moved);
    json_object_set_new(console->answer, "refused", refused);
    return world_migrate(&console->world, &wish, console->arena, moved, refused, &console->complaint);
}

static bool do_calendar(struct console *console)
{
    struct str texts[WORLD_MAXIMUM_CALENDARS], agency = argument(console, "agency"),
                                               reason = argument(console, "reason");
    const json_t *given = json_object_get(console->command, "file");
    struct world *world = &console->world;
    size_t count = json_is_array(given) ? json_array_size(given) : 1;
    if (count == 0 || count > WORLD_MAXIMUM_CALENDARS)
        return refuse(console, "console.file", "\"file\" names one file, or a list of at most 16");
    for (size_t i = 0; i < count; i++)
        if (!read_named(console, json_str_value(json_is_array(given) ? json_array_get(given, i) : given),
                        WORLD_CALENDAR_FILE, &texts[i]))
            return false;
    world->moved = json_array();
    bool done = world_change_calendar(
        world, texts, count, arena_strndup(console->arena, agency.data, agency.length),
        arena_strndup(console->arena, reason.data, reason.length), console->arena, &console->complaint);
    json_object_set_new(console->answer, "moved", world->moved);
    world->moved = NULL;
    return done;
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
    {"deploy", do_deploy},     {"start", do_start},     {"state", do_state},       {"complete", do_complete},
    {"fail", do_fail},         {"message", do_message}, {"signal", do_signal},     {"advance", do_advance},
    {"incident", do_incident}, {"data", do_data},       {"cancel", do_cancel},     {"history", do_history},
    {"restart", do_restart},   {"migrate", do_migrate}, {"calendar", do_calendar},
};

static bool run_command(struct console *console, struct str line)
{
    struct error error = {0};
    if (json_parse(console->arena, line, LINE_MAXIMUM, 0, &console->command, &error) != STATUS_OK)
        return refuse(console, error.code == NULL ? "json" : error.code, "the line is no JSON object");
    struct str name = json_get_str(console->command, "do");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (str_equal_cstr(name, commands[i].name)) return arguments_fit(console) && commands[i].run(console);
    return refuse(console, "console.unknown_command", "\"do\" names no command");
}

/* Somebody else may have been there: what a command only looked at, or did not find, may be out of date. */
static bool catch_up(struct console *console, bool *fresh)
{
    struct world_store *store = console->world.store;
    *fresh = true;
    if (store->kind == NULL) return true;
    if (!store->kind->is_fresh(store, console->arena, fresh, &console->complaint)) return false;
    return *fresh || world_restart(&console->world, console->arena, &console->complaint);
}

/* One command: run, then saved as one. One that fails saves too what it had done: what fired before. */
static bool run_and_save(struct console *console, struct str line)
{
    struct world *world = &console->world;
    bool fresh;
    if (world->store->stale && !world_restart(world, console->arena, &console->complaint)) return false;
    bool done = run_command(console, line), changed = world_is_changed(world);
    struct complaint reason = console->complaint;
    if (!changed) { /* what was only looked at, or not found, may have been out of date */
        if (!catch_up(console, &fresh)) return false;
        console->complaint = reason;
        return fresh || done ? done : refuse(console, "store.conflict", STORE_CONFLICT);
    }
    if (!world_save(world, console->arena, &console->complaint)) return false;
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
        world_show_instance(&console->world, i, console->arena, instances);
    json_object_set_new(console->answer, "instances", instances);
    json_object_set(console->answer, "trace", console->world.trace);
    if (json_array_size(console->world.failed) > 0)
        json_object_set(console->answer, "failed", console->world.failed);
    json_object_set_new(console->answer, "now", world_shown_time(console->world.store->now));
    char *text = json_dumps(console->answer, JSON_COMPACT);
    fputs(text == NULL ? "{\"ok\":false}" : text, out);
    fputc('\n', out);
    fflush(out);
    free(text);
    json_decref(console->answer);
    json_array_clear(console->world.trace);
    json_array_clear(console->world.failed);
    json_decref(console->command);
    arena_destroy(console->arena);
}

/* The models as they stand in the files, the newest versions of a session that goes on. */
static bool add_files(struct console *console, const struct console_files *files)
{
    struct world *world = &console->world;
    for (size_t i = 0; i < files->count; i++) {
        size_t first = world->store->file_count;
        bool added;
        if (!world_add_file(world, files->names[i], files->texts[i], &added, &console->complaint))
            return false;
        if (added) world_register_starts(world, first);
    }
    return true;
}

int console_run(struct world_store *store, const struct console_files *files, FILE *in, FILE *out)
{
    struct console console = {.arena = arena_create(COMMAND_ARENA)};
    world_open(&console.world, store);
    bool opened = add_files(&console, files) && world_save(&console.world, console.arena, &console.complaint);
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
