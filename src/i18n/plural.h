/* The plural rule of a catalogue: gettext's C expression over n. */
#ifndef MOTCUA_I18N_PLURAL_H
#define MOTCUA_I18N_PLURAL_H

#include "motcua/base/arena.h"

struct plural;

/* "n != 1", "n%10==1 && n%100!=11 ? 0 : 1". False when it cannot be read (depth 40, 200 nodes at most). */
bool plural_parse(struct arena *arena, struct str text, struct plural **plural);
/* The form for n; 0 where the expression divides by zero. */
uint64_t plural_evaluate(const struct plural *plural, uint64_t n);

#endif
