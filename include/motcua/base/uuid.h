/* UUID version 7 (RFC 9562): time-ordered, 74 random bits. */
#ifndef MOTCUA_BASE_UUID_H
#define MOTCUA_BASE_UUID_H

#include <stdbool.h>

#include "motcua/base/clock.h"
#include "motcua/base/str.h"

#define UUID_TEXT_SIZE 37

struct uuid {
    char text[UUID_TEXT_SIZE]; /* lower case, NUL-terminated */
};

struct uuid uuid_create(instant now);
/* True for the 8-4-4-4-12 form in either case, any version. */
bool uuid_valid(struct str text);

#endif
