/*
 * Times are microseconds since 1970-01-01T00:00:00Z (instant). The pure libraries never call this: they
 * are given the time. A rehearsal clock (a file of one little-endian int64: an offset in microseconds)
 * lets tests and trainers move the server's wall clock while it runs.
 */
#ifndef MOTCUA_BASE_CLOCK_H
#define MOTCUA_BASE_CLOCK_H

#include <stdint.h>

#include "motcua/base/status.h"

typedef int64_t instant; /* the one typedef: a scalar with a unit */

#define MICROSECONDS INT64_C(1000000)

instant clock_now(void);          /* wall clock plus the rehearsal offset */
int64_t clock_monotonic_us(void); /* for durations and deadlines; never moved */
/* Maps the rehearsal file (created with 0 when missing). STATUS_UNAVAILABLE when it cannot be opened. */
NODISCARD enum status clock_use_rehearsal_file(const char *path);

#endif
