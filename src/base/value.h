/* The kinds of configuration values: checking a text, storing it, saying its range. Private to config.c. */
#ifndef MOTCUA_BASE_VALUE_H
#define MOTCUA_BASE_VALUE_H

#include "motcua/base/buf.h"
#include "motcua/base/config.h"

/* False: *reason is the rest of a sentence ("\"x\" is not a number"). Secrets are never quoted in it. */
bool value_check(struct arena *arena, const struct config_knob *knob, const char *text, const char **reason);
/* Checks and stores into the target; text NULL: unset. */
bool value_store(struct arena *arena, const struct config_knob *knob, const char *text, void *target,
                 const char **reason);
/* "1 to 64; ", "vi or en; " or nothing. */
void value_append_range(struct buf *out, const struct config_knob *knob);
/* scheme://user:***@host: the password of a URL, or password=... of a connection string, is left out. */
void value_append_url_masked(struct buf *out, struct str url);

#endif
