/* Running PostgreSQL's programs as the account of a place. Private to the layer. */
#ifndef MOTCUA_DB_PROCESS_H
#define MOTCUA_DB_PROCESS_H

#include "place.h"

/*
 * Starts program `name` of place->programs as the account, in a session of its own (so that Ctrl-C reaches
 * only the server, which then stops the database in order), output appended to the start log. -1: could not
 * fork.
 */
pid_t process_start(const struct place *place, const char *const *arguments);
/* Waits for a child; true when it ended with exit status 0. */
bool process_wait(pid_t child);
/* False for a process that is gone or a zombie, or is another program than postgres. */
bool process_is_postgres(pid_t pid);
void process_sleep_ms(int milliseconds);
/* Writes a file of the account, mode 0600, in one step (rename). */
bool process_write_file(const struct place *place, const char *path, struct str content, struct arena *arena);
/* The last lines of the start log, for an error's detail. */
const char *process_log_tail(const struct place *place, struct arena *arena);

#endif
