/* Shared inside administration. */
#ifndef ADMINISTRATION_PRIVATE_H
#define ADMINISTRATION_PRIVATE_H

#include "motcua/domain/administration.h"

/* STATUS_DENIED unless the actor administers the tenant he acts for. */
NODISCARD enum status administration_allowed(struct work *work, struct error *error);
/* STATUS_INVALID with field and message. */
enum status administration_invalid(struct work *work, const char *field, const char *code,
                                   const char *message, struct error *error);

#endif
