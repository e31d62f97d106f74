/* Shared by the files that check one value. */
#ifndef FORM_CHECK_H
#define FORM_CHECK_H

#include "internal.h"

/* Fills *problem; true, for the caller to give back. */
static inline bool wrong(struct form_problem *problem, const char *code, const char *message,
                         const char *argument)
{
    *problem = (struct form_problem){.code = code, .message = message, .argument = argument};
    return true;
}

/* check_identity.c: what the shape of a text of a fixed kind cannot say. */
bool form_check_identifier(const struct form_field *field, const struct form_environment *environment,
                           struct arena *arena, struct str text, struct form_problem *problem);

#endif
