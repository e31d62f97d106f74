/*
 * Reference data kept in memory: tenants, calendars, published procedure versions, and which keys are in the
 * ring (domain/keys.h). Each kind has a version number in the database; a worker looks at it every few
 * seconds and loads again what has changed. Old snapshots stay until the process ends (changes are rare,
 * snapshots small), so no reader ever holds a lock while it works.
 */
#ifndef MOTCUA_DOMAIN_REFERENCE_H
#define MOTCUA_DOMAIN_REFERENCE_H

#include "motcua/domain/context.h"
#include "motcua/domain/tenant.h"

struct calendar;
struct form_lists;
struct procedure_version;

struct reference_store *reference_create(void);
void reference_destroy(struct reference_store *store);
/* Loads what is missing or older than the database says; at most one look every few seconds per process,
 * unless `force`. */
NODISCARD enum status reference_refresh(struct work *work, bool force, struct error *error);

/* Never NULL after one successful refresh. */
const struct tenants *reference_tenants(const struct reference_store *store);
/* The newest calendar of this code, and its revision; NULL when unknown. */
const struct calendar *reference_calendar(const struct reference_store *store, const char *code,
                                          int *revision);

/* What its newest revision rests on, in the words of whoever published it; "" when nothing was said. */
const char *reference_calendar_notice(const struct reference_store *store, const char *code);

/* Raises the version so that every process loads again; call in the transaction that changes rows. */
void reference_touch(struct db_batch *batch, const char *name);

/* Official administrative units of this day and agencies as lists for forms, in the work's arena. Units that
 * have ended are no longer contained but keep their labels. */
const struct form_lists *reference_form_lists(const struct work *work);

/*
 * The compiled version (form, workflow, print template), from memory or loaded now. Immutable, lives as long
 * as the process. STATUS_NOT_FOUND when there is none.
 */
/* From memory only; NULL when it has not been loaded yet. */
const struct procedure_version *reference_cached_version(const struct reference_store *store,
                                                         const struct uuid *version_id);
NODISCARD enum status reference_procedure_version(struct work *work, const struct uuid *version_id,
                                                  const struct procedure_version **version,
                                                  struct error *error);

#endif
