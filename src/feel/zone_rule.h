/* The rule at the end of TZif data: a POSIX TZ string for all times behind the last transition. */
#ifndef MOTCUA_FEEL_ZONE_RULE_H
#define MOTCUA_FEEL_ZONE_RULE_H

#include "motcua/base/str.h"

/* Offset from UTC in seconds at a moment; false when the rule is malformed. */
bool zone_rule_offset(struct str rule, int64_t utc_seconds, int32_t *offset);

#endif
