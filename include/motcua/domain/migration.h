/*
 * Moving running dossiers to another version of their procedure's workflow. Each is one transaction; its
 * form, papers, time limit and fee stay those under which it was received.
 */
#ifndef MOTCUA_DOMAIN_MIGRATION_H
#define MOTCUA_DOMAIN_MIGRATION_H

#include "motcua/bpmn/state.h"
#include "motcua/domain/context.h"

struct procedure_version;

/* The version `number` of the procedure with this code. STATUS_NOT_FOUND; STATUS_INVALID: it has no workflow.
 */
NODISCARD enum status migration_target(struct work *work, const char *procedure, int number,
                                       const struct procedure_version **version, struct error *error);

struct migration_candidate {
    struct uuid id;
    const char *code;
    int version; /* by which its workflow runs */
};
/* Running dossiers of the tenant by other versions of the same procedure, by id, after `after` (empty: from
 * the start). */
NODISCARD enum status migration_candidates(struct work *work, const struct uuid *tenant_id,
                                           const struct procedure_version *target, const struct uuid *after,
                                           int limit, struct migration_candidate **list, size_t *count,
                                           struct error *error);

struct migration_report {
    const struct bpmn_finding *findings; /* what is in the way; in the work's arena */
    size_t finding_count;
};
/*
 * Moves one; `preview`: only looks whether it could be. An open step that `renames` names (also with the same
 * id) takes name and outcomes of the new version, others keep theirs. STATUS_CONFLICT "bpmn.migration" with
 * the findings: it stands where the new version has nothing to match. Nothing is changed then.
 */
NODISCARD enum status dossier_migrate(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                      const struct procedure_version *target,
                                      const struct bpmn_rename *renames, size_t rename_count, bool preview,
                                      struct migration_report *report, struct error *error);

#endif
