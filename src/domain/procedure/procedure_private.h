/* Shared inside the catalogue. */
#ifndef PROCEDURE_PRIVATE_H
#define PROCEDURE_PRIVATE_H

#include "motcua/domain/procedure.h"

struct procedure_source {
    const json_t *description;
    const json_t *form;                /* or NULL */
    struct str workflow;               /* data NULL: none */
    struct str result_template;        /* data NULL: none */
    const struct print_papers *papers; /* partials the template may use; NULL: none */
    struct str decisions;              /* data NULL: none */
    bool published;                    /* stands in the catalogue: rules that came after it do not stop it */
};

/* Compiles into `version` (id set by the caller); everything lives in `arena`, the description is borrowed.
 */
NODISCARD enum status procedure_compile(struct arena *arena, const struct procedure_source *source,
                                        struct procedure_version *version, struct error *error);
NODISCARD enum status compile_form(struct arena *arena, const struct procedure_source *source,
                                   struct procedure_version *version, struct error *error);
NODISCARD enum status compile_workflow(struct arena *arena, struct str xml, struct procedure_version *version,
                                       struct error *error);
NODISCARD enum status compile_decisions(struct arena *arena, struct str xml,
                                        struct procedure_version *version, struct error *error);
NODISCARD enum status compile_template(struct arena *arena, const struct procedure_source *source,
                                       struct procedure_version *version, struct error *error);

/* files.c: a file field of the form and the paper with its key. Each paper takes no more than its field says
 * as well; where the two have no kind in common (what files_check refuses) the paper's word holds. */
void files_tighten(const struct form *form, struct procedure_paper *papers, size_t count);
NODISCARD enum status files_check(const struct procedure_version *version, struct arena *arena,
                                  struct error *error);

/* Sentence for the person, or NULL when the description keeps to docs/catalogue-format.md. */
const char *description_problem(struct arena *arena, const json_t *description);

#endif
