/* motcua workflow: checks BPMN models, lists their ways, and plays them from the command line. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "motcua/base/file.h"
#include "motcua/base/utf8.h"
#include "motcua/bpmn/paths.h"
#include "motcua/calendar/deadline.h"
#include "workflow_console.h"
#include "workflow_database.h"
#include "workflow_migrate.h"

enum {
    MAXIMUM_FILES = WORLD_MAXIMUM_MODELS,
    OPTION_PATHS = 1,
    OPTION_STORE,
    OPTION_AT,
    OPTION_TENANT,
    OPTION_SESSION
};
#define ARENA_MAXIMUM ((size_t)2 << 30)

struct arguments {
    const char *verb;
    const char *files[MAXIMUM_FILES];
    size_t file_count;
    const char *calendars[WORLD_MAXIMUM_CALENDARS];
    size_t calendar_count;
    const char *agency;
    bool database;
    const char *tenant, *session;
    const char *at;
    struct program_options program; /* input of program_argp */
    bool paths;
};

static const struct argp_option option_table[] = {
    {"paths", OPTION_PATHS, NULL, 0, "check: also list the ways to each end, and how long they take at most",
     0},
    {"store", OPTION_STORE, "KIND", 0,
     "console: where instances are kept: memory (default), which ends with the console, or database", 0},
    {"session", OPTION_SESSION, "ID", 0,
     "console: go on with what an earlier console kept in the database; the answer of deploy shows the id. "
     "Files are newer versions then",
     0},
    {"tenant", OPTION_TENANT, "SLUG", 0, "console: keep it among the rows of this agency (default: of none)",
     0},
    {"at", OPTION_AT, "TIME", 0, "console: the time at the start, 2026-11-24T08:00 (default: now)", 0},
    {"calendar", 'c', "FILE", 0,
     "console: calendar file of working time limits; may be given more than once (default: Monday to Friday, "
     "8-12 and 13-17, without days off)",
     0},
    {"agency", 'a', "CODE", 0, "console: whose calendar", 0},
    {0},
};

static void check_together(const struct arguments *arguments, struct argp_state *state)
{
    bool lasting = arguments->tenant != NULL || arguments->session != NULL;
    if (strcmp(arguments->verb, "check") == 0 && (lasting || arguments->database))
        argp_error(state, "--store, --session and --tenant are options of console");
    if (lasting && !arguments->database) argp_error(state, "--session and --tenant need --store database");
    if (arguments->session != NULL &&
        (arguments->at != NULL || arguments->calendar_count > 0 || arguments->agency != NULL))
        argp_error(state, "a session that goes on has its time and calendar; see the commands advance and "
                          "calendar");
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case OPTION_PATHS:
        arguments->paths = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->program;
        return 0;
    case OPTION_STORE:
        arguments->database = strcmp(value, "database") == 0;
        if (!arguments->database && strcmp(value, "memory") != 0)
            argp_error(state, "there is no store \"%s\"; it is memory or database", value);
        return 0;
    case OPTION_TENANT:
        arguments->tenant = value;
        return 0;
    case OPTION_SESSION:
        arguments->session = value;
        return 0;
    case OPTION_AT:
        arguments->at = value;
        return 0;
    case 'c':
        if (arguments->calendar_count == WORLD_MAXIMUM_CALENDARS) argp_error(state, "too many --calendar");
        arguments->calendars[arguments->calendar_count++] = value;
        return 0;
    case 'a':
        arguments->agency = value;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->verb == NULL) {
            if (strcmp(value, "check") != 0 && strcmp(value, "console") != 0)
                argp_error(state, "there is no \"%s\"; it is check or console", value);
            arguments->verb = value;
            return 0;
        }
        if (arguments->file_count == MAXIMUM_FILES) argp_error(state, "more than %d files", MAXIMUM_FILES);
        arguments->files[arguments->file_count++] = value;
        return 0;
    case ARGP_KEY_END:
        if (arguments->verb == NULL || (arguments->file_count == 0 && arguments->session == NULL))
            argp_usage(state);
        check_together(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A file in the arena; false after a complaint. */
static bool read_file(struct arena *arena, const char *path, size_t maximum, struct str *text)
{
    enum status status = file_read(arena, path, maximum, text);
    if (status == STATUS_TOO_LARGE)
        fprintf(stderr, "motcua workflow: %s is not a file of at most %zu bytes\n", path, maximum);
    else if (status != STATUS_OK)
        fprintf(stderr, "motcua workflow: %s: %s\n", path,
                status == STATUS_NOT_FOUND ? strerror(errno) : "cannot be read");
    return status == STATUS_OK;
}

/* ---- check ---- */

static bool limit_is_readable(void *user, struct str text)
{
    (void)user;
    ARENA_AUTO arena = arena_create(1 << 20);
    struct limit limit;
    struct error error = {0};
    return limit_parse(arena, text, &limit, &error) == STATUS_OK;
}

static void print_findings(struct arena *arena, const char *path, const struct bpmn_model *model)
{
    for (size_t i = 0; i < model->finding_count; i++) {
        const struct bpmn_finding *finding = &model->findings[i];
        printf("%s:%ld: %s: %.*s [%s]\n", path, finding->line, bpmn_severity_name(finding->severity),
               STR_ARG(finding->element.length > 0 ? finding->element : STR("-")), finding->code);
        printf("    %s\n", world_english(arena, finding->message, finding->argument));
    }
}

static void print_duration(const struct bpmn_duration *duration)
{
    const char *separator = "";
    if (duration->working_seconds > 0) {
        printf("%g working days", (double)duration->working_seconds / 28800.0);
        separator = " + ";
    }
    if (duration->calendar_seconds > 0) {
        printf("%s%g hours", separator, (double)duration->calendar_seconds / 3600.0);
        separator = " + ";
    }
    if (duration->unknown) printf("%sunknown limits", separator);
    if (separator[0] == '\0' && !duration->unknown) printf("no time limits");
}

static void print_nodes(const struct bpmn_node *const *nodes, size_t count, const char *between)
{
    for (size_t i = 0; i < count; i++)
        printf("%s%.*s", i > 0 ? between : "", STR_ARG(nodes[i]->id));
}

static void print_paths(struct arena *arena, const struct bpmn_model *model)
{
    for (size_t k = 0; k < model->process_count; k++) {
        const struct bpmn_node *process = model->processes[k];
        if (!process->executable || bpmn_model_has_errors(model, process, true)) continue;
        const struct bpmn_paths *paths = bpmn_paths(model, process, arena);
        printf("process %.*s: %zu outcomes, %zu states%s\n", STR_ARG(process->id), paths->outcome_count,
               paths->states, paths->complete ? "" : " (not all were visited)");
        for (size_t i = 0; i < paths->outcome_count; i++) {
            printf("  outcome: ");
            print_nodes(paths->outcomes[i].ends, paths->outcomes[i].end_count, " and ");
            puts(paths->outcomes[i].end_count == 0 ? "(without end event)" : "");
        }
        for (size_t i = 0; i < paths->time_count; i++) {
            printf("  end %.*s: at most ", STR_ARG(paths->times[i].end->id));
            print_duration(&paths->times[i].longest);
            printf("%s: ", paths->times[i].loops ? ", loops counted once" : "");
            print_nodes(paths->times[i].path, paths->times[i].path_count, " > ");
            putchar('\n');
        }
        for (size_t i = 0; i < paths->dead_end_count; i++) {
            printf("  no end can be reached (%s) with tokens at: ",
                   paths->dead_ends[i].endless ? "endless" : "stuck");
            print_nodes(paths->dead_ends[i].tokens, paths->dead_ends[i].token_count, ", ");
            putchar('\n');
        }
        if (paths->unbounded)
            printf("  tokens can pile up without limit at: %.*s\n", STR_ARG(paths->pile->id));
        if (paths->complete && paths->dead_end_count == 0 && !paths->unbounded)
            puts("  every reachable state can reach an end");
    }
}

static int run_check(const struct arguments *arguments)
{
    ARENA_AUTO arena = arena_create(ARENA_MAXIMUM);
    bool bad = false;
    const struct bpmn_model *models[MAXIMUM_FILES] = {0}, *others[MAXIMUM_FILES];
    struct str texts[MAXIMUM_FILES];
    size_t process_count = 0;
    struct str *processes = arena_array(arena, BPMN_MAXIMUM_ELEMENTS, sizeof *processes);
    struct bpmn_parse_options options = {.limit_readable = limit_is_readable, .quick = true};
    for (int pass = 0; pass < 2; pass++) { /* twice: a call activity may name a process of any file */
        for (size_t i = 0; i < arguments->file_count; i++) {
            struct error error = {0};
            if (pass == 0 && !read_file(arena, arguments->files[i], BPMN_MAXIMUM_XML, &texts[i]))
                texts[i] = STR_NULL;
            if (texts[i].data == NULL) {
                bad = true;
                continue;
            }
            options.other_count = 0;
            for (size_t k = 0; k < arguments->file_count && pass == 1; k++)
                if (k != i && models[k] != NULL) others[options.other_count++] = models[k];
            options.others = others;
            enum status status = bpmn_model_parse(arena, texts[i], &options, &models[i], &error);
            if (status == STATUS_OK && pass == 0)
                for (size_t k = 0; k < models[i]->process_count && process_count < BPMN_MAXIMUM_ELEMENTS; k++)
                    processes[process_count++] = models[i]->processes[k]->id;
            if (pass == 0) continue;
            if (status != STATUS_OK) {
                bad = true;
                const char *message = error.message == NULL
                                          ? status_name(status)
                                          : world_english(arena, error.message, error.argument);
                printf("%s: error: - [%s]\n    %s\n", arguments->files[i],
                       error.code == NULL ? "" : error.code, message);
                continue;
            }
            print_findings(arena, arguments->files[i], models[i]);
            bad = bad || bpmn_model_has_errors(models[i], NULL, false);
            if (arguments->paths) print_paths(arena, models[i]);
        }
        options.quick = false;
        options.processes = processes;
        options.process_count = process_count;
    }
    return bad ? 1 : 0;
}

/* ---- console ---- */

static bool read_calendars(struct arena *arena, const struct arguments *arguments, struct world_store *store)
{
    struct str texts[WORLD_MAXIMUM_CALENDARS];
    const struct calendar *calendar;
    struct error error = {0};
    for (size_t i = 0; i < arguments->calendar_count; i++)
        if (!read_file(arena, arguments->calendars[i], WORLD_CALENDAR_FILE, &texts[i])) return false;
    store_set_calendars(store, texts, arguments->calendar_count, arguments->agency);
    if (world_calendar(arena, store, &calendar, &error) == STATUS_OK) return true;
    fprintf(stderr, "motcua workflow: %s\n", error.message == NULL ? "calendar unreadable" : error.message);
    return false;
}

static bool read_files(struct arena *arena, const struct arguments *arguments, struct console_files *files)
{
    for (size_t i = 0; i < arguments->file_count; i++) {
        files->names[i] = arguments->files[i];
        if (!utf8_valid(str_of(files->names[i]))) {
            fprintf(stderr, "motcua workflow: the name of file %zu is not UTF-8\n", i + 1);
            return false;
        }
        if (!read_file(arena, files->names[i], BPMN_MAXIMUM_XML, &files->texts[i])) return false;
    }
    files->count = arguments->file_count;
    return true;
}

/* The files of a new session come together; those of one that goes on are newer versions. */
static int open_console(struct arena *arena, const struct arguments *arguments, struct world_store *store)
{
    struct console_files files = {0}, later = {0};
    if (!read_files(arena, arguments, arguments->session == NULL ? &files : &later) ||
        (arguments->session == NULL && !read_calendars(arena, arguments, store)))
        return 1;
    for (size_t i = 0; i < files.count; i++)
        store_add_file(store, files.names[i], files.texts[i], 1);
    if (!arguments->database) return console_run(store, &later, stdin, stdout);
    struct program program;
    struct database_store database;
    if (program_open(&program, &arguments->program) != STATUS_OK) return 1;
    int result = 1;
    if (database_open(&database, &program, arguments->tenant, arguments->session, store))
        result = console_run(store, &later, stdin, stdout);
    program_close(&program);
    return result;
}

static int run_console(const struct arguments *arguments)
{
    ARENA_AUTO arena = arena_create(ARENA_MAXIMUM);
    struct world_store store = {.now = clock_now() / MICROSECONDS * MICROSECONDS};
    if (arguments->at != NULL && civil_parse_instant(str_of(arguments->at), &store.now) != STATUS_OK) {
        fprintf(stderr, "motcua workflow: \"%s\" is no time; write it like 2026-11-24T08:00\n",
                arguments->at);
        return 64;
    }
    int result = open_console(arena, arguments, &store);
    store_release(&store);
    return result;
}

static int run(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "migrate") == 0) return workflow_migrate_run(argc - 1, argv + 1);
    static const struct argp_child children[] = {{&program_argp, 0, "Of --store database:", 90}, {0}};
    static const struct argp parser = {option_table,
                                       parse_option,
                                       "check FILE...\nconsole FILE.bpmn...\nmigrate --help",
                                       "Checks BPMN 2.0 models and plays them.\v"
                                       "check prints what the linter found, one finding with its element and "
                                       "reason; the exit status is 1 when "
                                       "there is an error. console reads one JSON command a line and answers "
                                       "with one JSON line; time is virtual. "
                                       "docs/workflow.md describes the commands.",
                                       children,
                                       NULL,
                                       NULL};
    struct arguments arguments = {0};
    argp_err_exit_status = 64;
    if (argp_parse(&parser, argc, argv, 0, NULL, &arguments) != 0) return 64;
    return strcmp(arguments.verb, "check") == 0 ? run_check(&arguments) : run_console(&arguments);
}

const struct command command_workflow = {"workflow", "check BPMN models, play them from the command line",
                                         run};
