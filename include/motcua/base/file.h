/* Reading small files whole. */
#ifndef MOTCUA_BASE_FILE_H
#define MOTCUA_BASE_FILE_H

#include "motcua/base/arena.h"
#include "motcua/base/status.h"

/*
 * A regular file of at most `maximum` bytes into the arena, NUL-terminated behind. STATUS_NOT_FOUND: cannot
 * be opened; STATUS_TOO_LARGE; STATUS_UNAVAILABLE: no regular file, or reading fails.
 */
NODISCARD enum status file_read(struct arena *arena, const char *path, size_t maximum, struct str *text);

#endif
