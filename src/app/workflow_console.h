/* motcua workflow console: one JSON command a line in, one JSON answer a line out. docs/workflow.md has it.
 */
#ifndef MOTCUA_APP_WORKFLOW_CONSOLE_H
#define MOTCUA_APP_WORKFLOW_CONSOLE_H

#include <stdio.h>

#include "workflow_world.h"

/* Reads `in` to its end; returns the exit status. */
int console_run(struct world_store *store, FILE *in, FILE *out);

#endif
