/* Composing mails from templates. */
#ifndef JOB_MAILER_H
#define JOB_MAILER_H

#include "motcua/job/runner.h"

struct mailer;

/* Compiles all of `folder` (<name>.txt and <name>-subject.txt) for every language. STATUS_INVALID:
 * error->detail says where. */
NODISCARD enum status mailer_create(struct arena *arena, const char *folder, const struct catalogue *english,
                                    struct mailer **mailer, struct error *error);
/* Fills to, subject and text of `mail`. STATUS_INVALID: no such template or no receiver. */
NODISCARD enum status mailer_compose(const struct mailer *mailer, struct work *work,
                                     const struct uuid *tenant_id, const json_t *payload, struct mail *mail,
                                     struct error *error);

#endif
