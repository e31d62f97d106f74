/*
 * Jobs that fail come back later and later, and in the end become an incident that somebody sees: how long
 * they rest and how often they try.
 */
#ifndef MOTCUA_DOMAIN_ATTEMPT_H
#define MOTCUA_DOMAIN_ATTEMPT_H

#include "motcua/base/clock.h"

enum { ATTEMPTS_MAXIMUM = 8, ATTEMPT_FIRST_PAUSE_S = 10, ATTEMPT_LONGEST_PAUSE_S = 3600 };

/* After this many attempts (1, 2, ...): twice as long each time, an hour at most; microseconds. */
static inline int64_t attempt_pause(int attempts)
{
    int64_t pause = ATTEMPT_FIRST_PAUSE_S;
    for (int i = 1; i < attempts && pause < ATTEMPT_LONGEST_PAUSE_S; i++)
        pause *= 2;
    return (pause < ATTEMPT_LONGEST_PAUSE_S ? pause : ATTEMPT_LONGEST_PAUSE_S) * MICROSECONDS;
}

#endif
