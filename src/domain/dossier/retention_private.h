/* Shared by the parts of retention. */
#ifndef DOSSIER_RETENTION_PRIVATE_H
#define DOSSIER_RETENTION_PRIVATE_H

#include "dossier_private.h"
#include "motcua/domain/retention.h"

struct retention_step {
    const char *action, *rule, *source; /* as the register has them; rule and source "" for holds */
    instant due_at;                     /* INSTANT_NONE for holds */
    struct str reason;
};

/* The rule where no other is. */
const char *retention_default(const struct work *work);
/* Adds an entry of the register to the command. `events`: whose personal part goes. */
void retention_record(struct command *command, const struct retention_step *step, size_t events);

#endif
