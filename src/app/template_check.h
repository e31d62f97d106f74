/* Checks of template folders for `motcua template check`. */
#ifndef MOTCUA_APP_TEMPLATE_CHECK_H
#define MOTCUA_APP_TEMPLATE_CHECK_H

#include <stdbool.h>

#include "motcua/base/buf.h"

/* Compiles every template below `folder`; prints what is wrong. Returns the exit status: 0 fine, 1 something
 * is wrong. */
int template_check(const char *folder);
bool template_read_file(const char *path, struct buf *out);

#endif
