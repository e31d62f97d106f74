/*
 * Time zone data of the system (TZif files, RFC 8536) for libraries that do no I/O themselves. A file is read
 * once and kept for the life of the process; safe from many threads.
 */
#ifndef MOTCUA_BASE_ZONE_H
#define MOTCUA_BASE_ZONE_H

#include "motcua/base/str.h"

/* The content of the zone's file ("Asia/Ho_Chi_Minh"). False when there is no such zone or no zone data on
 * this system. `unused` lets the function serve as a callback. */
bool zone_load(void *unused, struct str name, struct str *tzif);

#endif
