/* motcua workflow console: one JSON command a line in, one JSON answer a line out. docs/workflow.md has it.
 */
#ifndef MOTCUA_APP_WORKFLOW_CONSOLE_H
#define MOTCUA_APP_WORKFLOW_CONSOLE_H

#include <stdio.h>

#include "workflow_world.h"

struct console_files {
    const char *names[WORLD_MAXIMUM_MODELS];
    struct str texts[WORLD_MAXIMUM_MODELS];
    size_t count;
};

/* Deploys the files and reads `in` to its end; returns the exit status. */
int console_run(struct world_store *store, const struct console_files *files, FILE *in, FILE *out);

#endif
