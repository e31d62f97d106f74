/* motcua catalogue: descriptions of procedures and whole procedure packages into the catalogue. */
#include <argp.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "motcua/domain/procedure.h"
#include "package.h"
#include "program.h"

enum { IMPORT_BYTES = 64 * 1024 * 1024 };

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *path;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case ARGP_KEY_ARG:
        if (options->path != NULL) argp_error(state, "\"%s\" is one argument too many", value);
        *(options->action == NULL ? &options->action : &options->path) = value;
        return 0;
    case ARGP_KEY_END:
        if (options->action == NULL) argp_error(state, "say what to do: import FILE|- or publish FOLDER");
        if (strcmp(options->action, "import") != 0 && strcmp(options->action, "publish") != 0)
            argp_error(state, "cannot \"%s\": import or publish", options->action);
        if (options->path == NULL)
            argp_error(state, options->action[0] == 'i' ? "import what? A file, or - for standard input"
                                                        : "publish what? The folder of a procedure package");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The whole input, pipe or file. False: a sentence has been printed. */
static bool read_input(const char *path, struct buf *text)
{
    bool standard = strcmp(path, "-") == 0;
    int file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    char block[65536];
    ssize_t got = -1;
    while (file >= 0 && (got = read(file, block, sizeof block)) > 0 && !text->overflow)
        buf_append(text, block, (size_t)got);
    if (!standard && file >= 0) close(file);
    if (got < 0) fprintf(stderr, "motcua catalogue: cannot read %s\n", path);
    if (text->overflow) fprintf(stderr, "motcua catalogue: %s is larger than 64 MiB\n", path);
    return got >= 0 && !text->overflow;
}

static int import(struct program *program, struct str text)
{
    struct procedure_import result;
    struct error error = {0};
    enum status status = procedure_import(&program->work, text, &result, &error);
    for (size_t i = 0; i < result.refused_count; i++)
        fprintf(stderr, "line %zu (%s): %s\n", result.refused[i].line,
                result.refused[i].code[0] == '\0' ? "no code" : result.refused[i].code,
                result.refused[i].reason);
    if (status != STATUS_OK && result.refused_count > 0) {
        fprintf(stderr, "motcua catalogue: %zu of %zu refused; nothing was imported\n", result.refused_count,
                result.total);
        return 1;
    }
    if (status != STATUS_OK) return program_refuse(program, "catalogue", &error);
    printf("%zu read: %zu added, %zu changed, %zu unchanged\n", result.total, result.added, result.changed,
           result.unchanged);
    return 0;
}

static int publish(struct program *program, const char *folder)
{
    const char *code;
    bool published;
    struct error error = {0};
    if (package_publish(program, folder, &code, &published, &error) != STATUS_OK)
        return program_refuse(program, "catalogue", &error);
    printf("%s: %s\n", code, published ? "a new version is published" : "unchanged");
    return 0;
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        NULL,
        parse_option,
        "import FILE|-\npublish FOLDER",
        "Import descriptions of procedures (docs/catalogue-format.md), or publish a procedure package: "
        "procedure.json, form.json, workflow.bpmn, result.xml.\v"
        "`import` takes a JSON array or JSON Lines, and either all entries or none: each refused one is "
        "named "
        "with its line and the reason. What is unchanged gets no new version, so both may be repeated. "
        "Dossiers stay on the version they were handed in under.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    bool is_import = strcmp(options.action, "import") == 0;
    BUF_AUTO text = BUF_WITH_MAXIMUM(IMPORT_BYTES);
    if (is_import && !read_input(options.path, &text)) return 1;
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = is_import ? import(&program, buf_str(&text)) : publish(&program, options.path);
    program_close(&program);
    return result;
}

const struct command command_catalogue = {"catalogue", "import descriptions, publish procedure packages",
                                          run};
