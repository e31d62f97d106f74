/*
 * motcua dmn: evaluates and checks decision models.
 *   motcua dmn evaluate FILE [--decision NAME]   lines {"context": ..., "decision": NAME?} in, {"value",
 * "type", "reason"?} out motcua dmn check FILE                        prints what will not work; exit status
 * 1 when there is anything
 */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "feel_line.h"
#include "motcua/dmn/model.h"

#define MAXIMUM_FILE       ((size_t)8 << 20)
#define MAXIMUM_NEIGHBOURS 24
#define MODEL_ARENA        ((size_t)256 << 20)

struct options {
    const char *action, *file, *decision, *now;
    const struct dmn_model *model;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'd':
        options->decision = argument;
        return 0;
    case 'n':
        options->now = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            options->action = argument;
        else if (state->arg_num == 1)
            options->file = argument;
        else
            argp_usage(state);
        return 0;
    case ARGP_KEY_END:
        if (options->file == NULL ||
            (strcmp(options->action, "evaluate") != 0 && strcmp(options->action, "check") != 0))
            argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The whole file, at most MAXIMUM_FILE bytes; false with a message on standard error. */
static bool read_file(const char *path, struct arena *arena, struct str *text)
{
    FILE *file = fopen(path, "rbe");
    char *data;
    size_t length, size = MAXIMUM_FILE;
    bool ok;
    if (file == NULL) {
        fprintf(stderr, "motcua dmn: %s: %s\n", path, strerror(errno));
        return false;
    }
    if (fseeko(file, 0, SEEK_END) == 0 && ftello(file) >= 0 && ftello(file) <= (off_t)MAXIMUM_FILE)
        size = (size_t)ftello(file);
    rewind(file);
    data = arena_alloc(arena, size + 1);
    length = fread(data, 1, size + 1, file);
    ok = !ferror(file) && length <= size;
    fclose(file);
    if (!ok) fprintf(stderr, "motcua dmn: %s cannot be read or is larger than 8 MiB\n", path);
    *text = str_make(data, length);
    return ok;
}

/* The other models in the folder of `path`: those that it may import. */
static size_t read_neighbours(const char *path, struct arena *arena, struct str *texts)
{
    const char *slash = strrchr(path, '/');
    const char *folder = slash == NULL   ? "."
                         : slash == path ? "/"
                                         : arena_strndup(arena, path, (size_t)(slash - path));
    DIR *directory = opendir(folder);
    struct dirent *entry;
    size_t count = 0;
    if (directory == NULL) return 0;
    while (count < MAXIMUM_NEIGHBOURS && (entry = readdir(directory)) != NULL) {
        if (!str_ends_with(str_of(entry->d_name), STR(".dmn"))) continue;
        if (strcmp(entry->d_name, slash == NULL ? path : slash + 1) == 0) continue;
        if (read_file(arena_printf(arena, "%s/%s", folder, entry->d_name), arena, &texts[count])) count++;
    }
    closedir(directory);
    return count;
}

static enum status load(struct arena *arena, struct str text, struct options *options, struct error *error)
{
    struct str neighbours[MAXIMUM_NEIGHBOURS];
    size_t count = 0;
    if (memmem(text.data, text.length, "import", 6) != NULL)
        count = read_neighbours(options->file, arena, neighbours);
    return dmn_load_with_imports(arena, text, neighbours, count, &options->model, error);
}

static json_t *answer(struct arena *arena, const json_t *request, void *user)
{
    const struct options *options = user;
    const json_t *decision = json_object_get(request, "decision");
    struct feel_environment environment;
    const struct feel_value *value;
    struct error error = {.code = "line", .detail = "no decision is named"};
    struct str name = json_is_string(decision)
                          ? str_make(json_string_value(decision), json_string_length(decision))
                          : str_of(options->decision);
    enum status status;
    if (name.length == 0) return feel_line_error(&error);
    feel_line_environment(arena, options->now, &environment);
    status = feel_line_value(arena, json_object_get(request, "context"), &environment, &environment.context,
                             &error);
    if (status == STATUS_OK) status = dmn_evaluate(options->model, name, &environment, arena, &value, &error);
    return status == STATUS_OK ? feel_line_result(arena, value) : feel_line_error(&error);
}

static int check(const struct dmn_model *model)
{
    size_t count;
    const struct dmn_finding *findings = dmn_findings(model, &count);
    for (size_t i = 0; i < count; i++)
        printf("%s: line %ld: %s %s%s%s\n", findings[i].element, findings[i].line, findings[i].code,
               findings[i].message, findings[i].detail != NULL ? " " : "",
               findings[i].detail != NULL ? findings[i].detail : "");
    return count > 0 ? 1 : 0;
}

static int run(int argc, char **argv)
{
    static const struct argp_option option_list[] = {
        {"decision", 'd', "NAME", 0, "the decision or decision service to evaluate (a line may name another)",
         0},
        {"now", 'n', "TIME", 0, "what now() and today() give, e.g. 2026-11-24T08:00:00+07:00", 0},
        {0},
    };
    static const struct argp argp = {
        option_list,
        parse_option,
        "evaluate FILE\ncheck FILE",
        "Evaluates a decision of a DMN model: one JSON object a line on standard input, {\"context\":...} "
        "with the "
        "input data by name as FEEL text (a string) or JSON; each answer is a line "
        "{\"value\":FEEL literal,\"type\":TYPE,\"reason\":...}. `check` prints what in the model will not "
        "work.",
        NULL,
        NULL,
        NULL};
    struct options options = {NULL, NULL, NULL, NULL, NULL};
    struct error error = {.detail = NULL};
    struct arena *arena;
    struct str text;
    int result = 1;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    arena = arena_create(MODEL_ARENA);
    if (read_file(options.file, arena, &text)) {
        if (load(arena, text, &options, &error) != STATUS_OK)
            fprintf(stderr, "motcua dmn: %s: %s\n", options.file,
                    error.detail != NULL ? error.detail : error.code);
        else
            result = strcmp(options.action, "check") == 0 ? check(options.model)
                                                          : feel_line_serve(stdin, stdout, answer, &options);
    }
    arena_destroy(arena);
    return result;
}

const struct command command_dmn = {"dmn", "evaluate and check DMN decision models", run};
