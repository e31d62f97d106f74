/* The list of what lies where in the archive, for people, in the language of the account. */
#ifndef EXPORT_CONTENTS_H
#define EXPORT_CONTENTS_H

#include "motcua/base/buf.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/identity.h"

struct contents {
    const struct catalogue *catalogue; /* NULL: Vietnamese */
    struct buf text;
    int drafts, dossiers;
};

/* The caller frees `text`. */
void contents_begin(struct contents *contents, struct work *work, const struct profile *profile);
void contents_draft(struct contents *contents, struct work *work, const struct draft *draft);
void contents_dossier(struct contents *contents, struct work *work, const struct dossier *dossier);
/* What its owner put into the personal store follows. */
void contents_stored(struct contents *contents);
/* A file that belongs to the draft, dossier or store above, at this path; `why`: left out, as the JSON says
 * it; NULL: it is there. */
void contents_file(struct contents *contents, const char *path, const char *name, const char *why);

#endif
