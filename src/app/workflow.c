/* motcua workflow: checks BPMN models, lists their ways, and plays them from the command line. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "command.h"
#include "motcua/bpmn/paths.h"
#include "motcua/calendar/deadline.h"
#include "workflow_console.h"
#include "workflow_migrate.h"

enum { MAXIMUM_FILES = WORLD_MAXIMUM_MODELS, OPTION_PATHS = 1, OPTION_STORE, OPTION_AT };
#define CALENDAR_FILE ((size_t)4 << 20)
#define ARENA_MAXIMUM ((size_t)2 << 30)

struct arguments {
    const char *verb;
    const char *files[MAXIMUM_FILES];
    size_t file_count;
    const char *calendars[16];
    size_t calendar_count;
    const char *agency;
    const char *store;
    const char *at;
    bool paths;
};

static const struct argp_option option_table[] = {
    {"paths", OPTION_PATHS, NULL, 0, "check: also list the ways to each end, and how long they take at most",
     0},
    {"store", OPTION_STORE, "KIND", 0, "console: where instances are kept: memory (default)", 0},
    {"at", OPTION_AT, "TIME", 0, "console: the time at the start, 2026-11-24T08:00 (default: now)", 0},
    {"calendar", 'c', "FILE", 0,
     "console: calendar file of working time limits; may be given more than once (default: Monday to Friday, "
     "8-12 and 13-17, without days off)",
     0},
    {"agency", 'a', "CODE", 0, "console: whose calendar", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case OPTION_PATHS:
        arguments->paths = true;
        return 0;
    case OPTION_STORE:
        arguments->store = value;
        return 0;
    case OPTION_AT:
        arguments->at = value;
        return 0;
    case 'c':
        if (arguments->calendar_count == 16) argp_error(state, "too many --calendar");
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
        if (arguments->verb == NULL || arguments->file_count == 0) argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void close_file(FILE **file)
{
    if (*file != NULL) fclose(*file);
}

/* The file with a NUL behind it, malloc'd; NULL after a complaint. */
static char *read_file(const char *path, size_t maximum, size_t *length)
{
    __attribute__((cleanup(close_file))) FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "motcua workflow: %s: %s\n", path, strerror(errno));
        return NULL;
    }
    char *data = malloc(maximum + 2);
    if (data == NULL) abort();
    *length = fread(data, 1, maximum + 1, file);
    if (ferror(file) || *length > maximum) {
        fprintf(stderr, "motcua workflow: %s is not a file of at most %zu bytes\n", path, maximum);
        free(data);
        return NULL;
    }
    data[*length] = '\0';
    char *fitting = realloc(data, *length + 1);
    return fitting == NULL ? data : fitting;
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
    const struct bpmn_model *models[MAXIMUM_FILES] = {0};
    struct str texts[MAXIMUM_FILES];
    size_t process_count = 0;
    struct str *processes = arena_array(arena, BPMN_MAXIMUM_ELEMENTS, sizeof *processes);
    struct bpmn_parse_options options = {.limit_readable = limit_is_readable, .quick = true};
    for (int pass = 0; pass < 2; pass++) { /* twice: a call activity may name a process of any file */
        for (size_t i = 0; i < arguments->file_count; i++) {
            size_t length;
            struct error error = {0};
            if (pass == 0) {
                char *data = read_file(arguments->files[i], BPMN_MAXIMUM_XML, &length);
                texts[i] = data == NULL ? STR_NULL : arena_str(arena, str_make(data, length));
                free(data);
            }
            if (texts[i].data == NULL) {
                bad = true;
                continue;
            }
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

static const struct calendar *read_calendar(struct arena *arena, const struct arguments *arguments)
{
    struct str texts[16];
    struct calendar_definition definition;
    struct calendar *calendar = NULL;
    struct error error = {0};
    for (size_t i = 0; i < arguments->calendar_count; i++) {
        size_t length;
        char *data = read_file(arguments->calendars[i], CALENDAR_FILE, &length);
        if (data == NULL) return NULL;
        texts[i] = arena_str(arena, str_make(data, length));
        free(data);
    }
    if (calendar_definition_read(arena, texts, arguments->calendar_count, arguments->agency, &definition,
                                 &error) == STATUS_OK &&
        calendar_create(arena, &definition, &calendar, &error) == STATUS_OK)
        return calendar;
    fprintf(stderr, "motcua workflow: %s\n", error.message == NULL ? "calendar unreadable" : error.message);
    return NULL;
}

static int run_console(const struct arguments *arguments)
{
    ARENA_AUTO arena = arena_create(ARENA_MAXIMUM);
    struct world_store store = {.now = clock_now() / MICROSECONDS * MICROSECONDS};
    if (arguments->store != NULL && strcmp(arguments->store, "memory") != 0) {
        fprintf(stderr, "motcua workflow: there is no store \"%s\"; it is memory\n", arguments->store);
        return 64;
    }
    if (arguments->at != NULL && civil_parse_instant(str_of(arguments->at), &store.now) != STATUS_OK) {
        fprintf(stderr, "motcua workflow: \"%s\" is no time; write it like 2026-11-24T08:00\n",
                arguments->at);
        return 64;
    }
    const struct calendar *calendar =
        arguments->calendar_count == 0 ? standard_calendar(arena) : read_calendar(arena, arguments);
    int result = 1;
    if (calendar != NULL) {
        result = 0;
        for (size_t i = 0; i < arguments->file_count && result == 0; i++) {
            size_t length;
            char *data = read_file(arguments->files[i], BPMN_MAXIMUM_XML, &length);
            if (data == NULL) {
                result = 1;
                break;
            }
            store.texts[store.file_count] = data;
            store.lengths[store.file_count] = length;
            store.files[store.file_count++] = strdup(arguments->files[i]);
        }
        if (result == 0) result = console_run(&store, calendar, stdin, stdout);
    }
    store_release(&store);
    return result;
}

static int run(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "migrate") == 0) return workflow_migrate_run(argc - 1, argv + 1);
    static const struct argp parser = {option_table,
                                       parse_option,
                                       "check FILE...\nconsole FILE.bpmn...\nmigrate --help",
                                       "Checks BPMN 2.0 models and plays them.\v"
                                       "check prints what the linter found, one finding with its element and "
                                       "reason; the exit status is 1 when "
                                       "there is an error. console reads one JSON command a line and answers "
                                       "with one JSON line; time is virtual. "
                                       "docs/workflow.md describes the commands.",
                                       NULL,
                                       NULL,
                                       NULL};
    struct arguments arguments = {0};
    argp_err_exit_status = 64;
    if (argp_parse(&parser, argc, argv, 0, NULL, &arguments) != 0) return 64;
    return strcmp(arguments.verb, "check") == 0 ? run_check(&arguments) : run_console(&arguments);
}

const struct command command_workflow = {"workflow", "check BPMN models, play them from the command line",
                                         run};
