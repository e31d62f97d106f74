/* What the commands `feel` and `dmn` share: lines of JSON in, lines of JSON out, the clock and zones of the
 * shell. */
#ifndef MOTCUA_APP_FEEL_LINE_H
#define MOTCUA_APP_FEEL_LINE_H

#include <jansson.h>
#include <stdio.h>

#include "motcua/feel/expression.h"

#define FEEL_LINE_ARENA ((size_t)128 << 20)

/* Calls `answer` for every line of `in` that is a JSON object; writes what it returns (new reference) as one
 * line. */
int feel_line_serve(FILE *in, FILE *out,
                    json_t *(*answer)(struct arena *arena, const json_t *request, void *user), void *user);
/* Zones of the system, the present time (or the one given by --now) with the offset of Việt Nam. */
void feel_line_environment(struct arena *arena, const char *now, struct feel_environment *environment);
/* A member that holds FEEL text (a string) or JSON (anything else) as a value; NULL when absent. On a syntax
 * error *error is filled and the status returned. */
NODISCARD enum status feel_line_value(struct arena *arena, const json_t *member,
                                      const struct feel_environment *environment,
                                      const struct feel_value **value, struct error *error);
/* {"value", "type", "reason"?} */
json_t *feel_line_result(struct arena *arena, const struct feel_value *value);
json_t *feel_line_error(const struct error *error);

#endif
