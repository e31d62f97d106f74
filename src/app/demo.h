/* The sample city: samples/ loaded into the database. */
#ifndef MOTCUA_APP_DEMO_H
#define MOTCUA_APP_DEMO_H

#include <stdio.h>

#include "program.h"

/* Loads samples/city.json, calendars, the catalogue and the procedure packages; may be repeated (updates what
 * differs). */
NODISCARD enum status demo_load(struct program *program, struct error *error);
/* Only when there is no tenant yet. */
NODISCARD enum status demo_load_when_empty(struct program *program, struct error *error);
/* A table of the sample accounts with their password. */
void demo_print_accounts(FILE *out, const char *share);

#endif
