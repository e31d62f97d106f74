/*
 * motcua calendar publish: makes calendar files the calendars of the agencies. An agency whose calendar says
 * something else than before gets a new revision, and the server moves the dates of its running dossiers.
 */
#include <argp.h>
#include <stdio.h>

#include "calendar_files.h"
#include "motcua/calendar/calendar.h"
#include "motcua/codec/json.h"
#include "motcua/domain/tenant.h"
#include "program.h"

enum { SOURCES_MAXIMUM = 64, CALENDAR_BYTES = 4 * 1024 * 1024, KEY_NOTICE = 0x400 };

struct options {
    struct program_options program; /* input of program_argp */
    const char *sources[SOURCES_MAXIMUM];
    size_t source_count;
    const char *agency, *notice;
};

static const struct argp_option option_table[] = {
    {"calendar", 'c', "PATH", 0,
     "Calendar file, or a folder of them (*.json); may be given more than once. What is not in the files is "
     "not in the calendar",
     0},
    {"agency", 'a', "CODE", 0, "Only this agency's calendar (default: all of the files)", 0},
    {"notice", KEY_NOTICE, "TEXT", 0,
     "What the change rests on, e.g. \"Thông báo số 7838/TB-BLĐTBXH\"; shown with every date that moves", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case 'c':
        if (options->source_count == SOURCES_MAXIMUM) argp_error(state, "too many --calendar");
        options->sources[options->source_count++] = value;
        return 0;
    case 'a':
        options->agency = value;
        return 0;
    case KEY_NOTICE:
        options->notice = value;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\" is one argument too many", value);
        return 0;
    case ARGP_KEY_END:
        if (options->source_count == 0) argp_error(state, "name the files: --calendar");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char *agency_name(const json_t *definition, const char *code)
{
    const char *name = json_get_cstr(json_array_get(json_get_array(definition, "agencies"), 0), "name", "");
    return name[0] == '\0' ? code : name;
}

static enum status publish_one(struct program *program, const struct options *options,
                               const struct calendar_files *files, const char *code, struct error *error)
{
    struct str combined;
    json_auto definition = NULL;
    int revision;
    enum status status = calendar_combine(program->arena, files->texts, files->count, code, &combined, error);
    if (status == STATUS_OK)
        status = json_parse(program->arena, combined, CALENDAR_BYTES, 16, &definition, error);
    if (status == STATUS_OK)
        status =
            calendar_publish(&program->work, code, agency_name(definition, code),
                             options->notice == NULL ? "" : options->notice, definition, &revision, error);
    if (status != STATUS_OK) return status;
    if (revision == 0)
        printf("%s: as before\n", code);
    else
        printf("%s: revision %d\n", code, revision);
    return STATUS_OK;
}

static enum status publish_all(struct program *program, const struct options *options, struct error *error)
{
    struct calendar_files *files = arena_zalloc(program->arena, sizeof *files);
    for (size_t i = 0; i < options->source_count; i++)
        if (!calendar_files_add(program->arena, options->sources[i], files)) {
            *error = (struct error){.detail = "nothing was published"};
            return STATUS_INVALID;
        }
    const char *const *agencies;
    size_t count, published = 0;
    enum status status =
        calendar_list_agencies(program->arena, files->texts, files->count, &agencies, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        if (options->agency != NULL && strcmp(options->agency, agencies[i]) != 0) continue;
        struct arena_mark mark = arena_mark(program->arena);
        status = publish_one(program, options, files, agencies[i], error);
        if (status == STATUS_OK) arena_rewind(program->arena, mark);
        published++;
    }
    if (status == STATUS_OK && published == 0)
        status = error_set(error, program->arena, STATUS_NOT_FOUND, "calendar.agency", NULL,
                           "the files say nothing of an agency %s",
                           options->agency == NULL ? "" : options->agency);
    return status;
}

int calendar_publish_run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        NULL,
        "Make calendar files the calendars of the agencies they define.\v"
        "A calendar that says what it said before stays. After another one, the server moves the due dates, "
        "limits of steps and timers of running dossiers, writes on each trail which date moved and why, and "
        "tells the applicants; what is finished never moves.",
        children,
        NULL,
        NULL};
    static char name[] = "motcua calendar publish";
    struct options options = {0};
    struct program program;
    struct error error = {0};
    argv[0] = name;
    argp_err_exit_status = 64;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = publish_all(&program, &options, &error) == STATUS_OK
                     ? 0
                     : program_refuse(&program, "calendar publish", &error);
    program_close(&program);
    return result;
}
