/* Asking for a password: on the terminal without echo, or from standard input when that is no terminal. */
#ifndef MOTCUA_APP_TERMINAL_H
#define MOTCUA_APP_TERMINAL_H

#include "motcua/base/str.h"

enum { TERMINAL_PASSWORD_MAXIMUM = 1024 };

struct terminal_password {
    size_t length;
    char text[TERMINAL_PASSWORD_MAXIMUM + 2];
};

/* NULL, or a sentence why there is none. On a terminal it is asked twice and must be the same. */
const char *terminal_read_password(const char *prompt, const char *again, struct terminal_password *password);
struct str terminal_password_view(const struct terminal_password *password); /* borrowed */
void terminal_forget_password(struct terminal_password *password);           /* wipes */

#endif
