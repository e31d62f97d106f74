/* Reads and compiles the print templates. */
#ifndef MOTCUA_APP_PAPERS_H
#define MOTCUA_APP_PAPERS_H

#include "motcua/domain/paper.h"

/* All of <templates>/print, with layouts and partials. STATUS_INVALID: error->detail says file, line and
 * reason. */
NODISCARD enum status papers_load(struct arena *arena, const char *templates, struct print_papers **papers,
                                  struct error *error);

#endif
