/* Shared by the papers. */
#ifndef PAPER_PRIVATE_H
#define PAPER_PRIVATE_H

#include "motcua/domain/paper.h"
#include "motcua/mustache/mustache.h"

enum { PAPER_KINDS = 5 };

struct print_papers {
    const char *const *names;
    const struct str *texts;
    size_t count;
    const struct mustache_template *forms[PAPER_KINDS];
    const struct mustache_template *rejection, *whole;
};

/* Head, code, QR and person: what every paper shares. New reference. */
json_t *paper_common_view(struct work *work, const struct tenant *tenant, const struct dossier *dossier,
                          const char *agency_name);
/* Adds the papers that the procedure asks of this dossier. */
void paper_add_wanted(struct work *work, const struct procedure_version *version,
                      const struct dossier *dossier, json_t *view);
/* "" for INSTANT_NONE. */
const char *paper_moment(struct work *work, instant when);
NODISCARD enum status paper_print(struct work *work, const struct mustache_template *template,
                                  const json_t *view, const char *title, const char *author, struct buf *pdf,
                                  struct error *error);

#endif
