/* One subcommand of the program: its file in src/app defines command_<name>, commands.def lists it. */
#ifndef MOTCUA_APP_COMMAND_H
#define MOTCUA_APP_COMMAND_H

struct command {
    const char *name;    /* as typed, e.g. "serve" */
    const char *summary; /* one line for `motcua --help`; NULL: not for people, not shown */
    /* argv[0] is "motcua NAME" (for argp). Returns the process exit status: 0 done, 1 refused or failed, 64
     * usage. */
    int (*run)(int argc, char **argv);
};

#define COMMAND(symbol) extern const struct command command_##symbol;
#include "commands.def"
#undef COMMAND

#endif
