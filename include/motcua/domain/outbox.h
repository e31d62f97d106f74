/* The outbox: what has to leave the process, written in the transaction that decided it, delivered at least
 * once. */
#ifndef MOTCUA_DOMAIN_OUTBOX_H
#define MOTCUA_DOMAIN_OUTBOX_H

#include <jansson.h>

#include "motcua/domain/context.h"

struct outbox_row {
    struct uuid tenant_id, id;
    const char *kind; /* mail, consultation, consultation_answer */
    json_t *payload;  /* owned */
    instant created_at;
    int attempts;
};

/* Claims up to `batch` rows that are due, over all tenants; each comes back by itself after `lease_s` when
 * nobody settles it. */
NODISCARD enum status outbox_claim(struct work *work, int batch, int lease_s, struct outbox_row **rows,
                                   size_t *count, struct error *error);
NODISCARD enum status outbox_done(struct work *work, const struct outbox_row *row, struct error *error);
/* Tries again later with a growing pause; after OUTBOX_ATTEMPTS it is set aside and an incident tells the
 * agency. */
enum { OUTBOX_ATTEMPTS = 12 };
NODISCARD enum status outbox_failed(struct work *work, const struct outbox_row *row, bool for_ever,
                                    const char *reason, struct error *error);

/*
 * What a mail says: payload {template, to, language, dossier_id?, extra?} → the view of the template
 * (docs/templates-views.md, "Mails"). New reference.
 */
NODISCARD enum status notify_view(struct work *work, const struct uuid *tenant_id, const json_t *payload,
                                  json_t **view, struct error *error);

#endif
