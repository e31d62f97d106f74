/* motcua units: the official administrative units that addresses are made of. */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "motcua/base/file.h"
#include "motcua/domain/tenant.h"
#include "program.h"

enum { TABLE_BYTES = 16 * 1024 * 1024 };

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *file;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case ARGP_KEY_ARG:
        if (options->action != NULL && options->file != NULL)
            argp_error(state, "\"%s\" is one argument too many", value);
        *(options->action == NULL ? &options->action : &options->file) = value;
        return 0;
    case ARGP_KEY_END:
        if (options->action == NULL || !(options->file != NULL ? strcmp(options->action, "import") == 0
                                                               : strcmp(options->action, "export") == 0))
            argp_error(state, "import FILE, or export");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int import(struct program *program, const char *file)
{
    ARENA_AUTO arena = arena_create(2 * (size_t)TABLE_BYTES);
    struct str table;
    struct error error = {0};
    int units;
    if (file_read(arena, file, TABLE_BYTES, &table) != STATUS_OK) {
        fprintf(stderr, "motcua units: %s cannot be read or is larger than 16 MiB\n", file);
        return 1;
    }
    if (administrative_unit_import(&program->work, table, &units, &error) != STATUS_OK)
        return program_refuse(program, "units", &error);
    printf("%d units taken over\n", units);
    return 0;
}

static int export(struct program *program)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(4 * (size_t)TABLE_BYTES);
    struct error error = {0};
    if (administrative_unit_export(&program->work, &out, &error) != STATUS_OK)
        return program_refuse(program, "units", &error);
    fwrite(out.data, 1, out.length, stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        NULL,
        parse_option,
        "import FILE\nexport",
        "Takes over official administrative units from a table (CSV, docs/operations.md), or prints all "
        "there "
        "are.\v"
        "A unit is known by its code and the day it begins; those of the table replace what was known, "
        "others "
        "stay, and nothing changes unless every line is good. A unit whose last day has passed can no longer "
        "be chosen but keeps its name. A running server sees the change within seconds.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = options.file != NULL ? import(&program, options.file) : export(&program);
    program_close(&program);
    return result;
}

const struct command command_units = {"units", "take over the official administrative units of addresses",
                                      run};
