/* The program: finds the subcommand and hands over. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command *const commands[] = {
#define COMMAND(symbol) &command_##symbol,
#include "commands.def"
#undef COMMAND
    NULL,
};

static void print_help(FILE *out)
{
    fputs("Usage: motcua COMMAND [OPTION...]\n\nMột Cửa, an e-government service portal.\n\nCommands:\n",
          out);
    for (const struct command *const *command = commands; *command != NULL; command++)
        if ((*command)->summary != NULL) fprintf(out, "  %-12s %s\n", (*command)->name, (*command)->summary);
    fputs("\n`motcua COMMAND --help` explains a command. `motcua --version` prints the version.\n", out);
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? 64 : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("motcua " MOTCUA_VERSION);
        return 0;
    }
    for (const struct command *const *command = commands; *command != NULL; command++) {
        if (strcmp(argv[1], (*command)->name) == 0) {
            static char name[64];
            snprintf(name, sizeof name, "motcua %s", (*command)->name);
            argv[1] = name;
            return (*command)->run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "motcua: there is no command \"%s\"; `motcua --help` lists them\n", argv[1]);
    return 64;
}
