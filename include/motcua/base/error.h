/*
 * Why something failed, for two readers: `message` is for the person (a Vietnamese source text that the
 * message catalogue translates, never log detail; the optional %s in it is filled with `argument` after
 * translation), `detail` is for the log only. All strings live in the arena given or are static.
 */
#ifndef MOTCUA_BASE_ERROR_H
#define MOTCUA_BASE_ERROR_H

#include "motcua/base/arena.h"
#include "motcua/base/status.h"

/* Marks a Vietnamese source text for the message catalogue; no effect at run time. */
#ifndef N_
#define N_(text) text
#endif

struct error {
    enum status status;
    const char *code;     /* stable identifier, e.g. "form.required"; static */
    const char *field;    /* key of the field the error belongs to, or NULL */
    const char *message;  /* N_() source text or NULL */
    const char *argument; /* fills %s in message, or NULL */
    const char *detail;   /* log only, or NULL */
};

/* Fills *error (may be NULL) and returns `status`. `detail_format` may be NULL. */
enum status error_set(struct error *error, struct arena *arena, enum status status, const char *code,
                      const char *message, const char *detail_format, ...)
    __attribute__((format(printf, 6, 7)));
/* Takes what the error says into another arena, before the one it was made in ends; returns its status. */
enum status error_keep(struct error *error, struct arena *arena);

#endif
