/* Issuing the result of a dossier: number, PDF, verification code. */
#ifndef DOSSIER_ISSUE_H
#define DOSSIER_ISSUE_H

#include "dossier_private.h"

/* Within a command: renders and stores the document, adds the rows, ends the clock. */
NODISCARD enum status result_issue(struct command *command, struct error *error);

#endif
