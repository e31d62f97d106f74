/* The console's store in the database: a session of domain/workflow. */
#ifndef MOTCUA_APP_WORKFLOW_DATABASE_H
#define MOTCUA_APP_WORKFLOW_DATABASE_H

#include "motcua/domain/process.h"
#include "program.h"
#include "workflow_world.h"

struct database_store {
    struct program *program;
    struct process_session session;
};

/*
 * Makes `store` one that lasts: with `session` NULL a new one of what the store has in it by then, else that
 * one as it was left. `tenant` is the slug of an agency, NULL: none. False after a complaint to stderr.
 */
bool database_open(struct database_store *database, struct program *program, const char *tenant,
                   const char *session, struct world_store *store);

#endif
