/* motcua list: the lists agencies keep for the choices of forms. */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "motcua/base/file.h"
#include "motcua/domain/list.h"
#include "program.h"

enum { KEY_TITLE = 0x400 };

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *words[3], *title;
    size_t word_count;
};

static const struct argp_option option_table[] = {
    {"title", KEY_TITLE, "TEXT", 0, "What people call the list, e.g. \"Nghề nghiệp\" (default: its name)", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    bool import;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case KEY_TITLE:
        options->title = value;
        return 0;
    case ARGP_KEY_ARG:
        if (options->action == NULL)
            options->action = value;
        else if (options->word_count < 3)
            options->words[options->word_count++] = value;
        else
            argp_error(state, "\"%s\" is one argument too many", value);
        return 0;
    case ARGP_KEY_END:
        import = options->action != NULL && strcmp(options->action, "import") == 0;
        if (!(import && options->word_count == 3) &&
            !(options->action != NULL && strcmp(options->action, "show") == 0 && options->word_count == 1))
            argp_error(state, "import AGENCY NAME FILE, or show AGENCY");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int import(struct program *program, const struct options *options, const struct tenant *tenant)
{
    ARENA_AUTO arena = arena_create(2 * (size_t)LIST_BYTES_MAXIMUM);
    struct str table;
    struct error error = {0};
    int entries;
    const char *name = options->words[1];
    if (file_read(arena, options->words[2], LIST_BYTES_MAXIMUM, &table) != STATUS_OK) {
        fprintf(stderr, "motcua list: %s cannot be read or is larger than 16 MiB\n", options->words[2]);
        return 1;
    }
    enum status status =
        list_import(&program->work, &tenant->id, str_of(name),
                    str_of(options->title == NULL ? name : options->title), table, &entries, &error);
    if (status != STATUS_OK) return program_refuse(program, "list", &error);
    printf("%s has %d entries\n", name, entries);
    return 0;
}

static int show(struct program *program, const struct tenant *tenant)
{
    struct list_row *rows;
    size_t count;
    struct error error = {0};
    if (list_rows(&program->work, &tenant->id, &rows, &count, &error) != STATUS_OK)
        return program_refuse(program, "list", &error);
    for (size_t i = 0; i < count; i++)
        printf("%-24s %8d  %s\n", rows[i].name, rows[i].entries, rows[i].title);
    return 0;
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        "import AGENCY NAME FILE\nshow AGENCY",
        "Takes a table (CSV, docs/forms.md) as a list that the forms of an agency and of those below it "
        "choose "
        "from, or shows the lists of an agency.\v"
        "A table replaces the list of that name; nothing changes unless every line of it is good. Codes that "
        "are "
        "gone can no longer be chosen but keep their names. A running server sees the change within seconds.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    const struct tenant *tenant =
        tenant_by_slug(reference_tenants(program.domain.reference), str_of(options.words[0]));
    int result = 1;
    if (tenant == NULL)
        fprintf(stderr, "motcua list: there is no agency %s\n", options.words[0]);
    else
        result =
            strcmp(options.action, "show") == 0 ? show(&program, tenant) : import(&program, &options, tenant);
    program_close(&program);
    return result;
}

const struct command command_list = {"list", "take tables as lists for the choices of forms", run};
