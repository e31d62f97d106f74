/* The tus protocol at two places: the papers of a draft, and those of a dossier under supplement. */
#ifndef WEB_CITIZEN_RESUMABLE_H
#define WEB_CITIZEN_RESUMABLE_H

#include "motcua/http/stream.h"
#include "motcua/web/web.h"

/* struct route.data */
struct tus_place {
    const char *kind; /* of the document */
    bool supplement;
};
extern const struct tus_place tus_draft, tus_supplement;
extern const struct stream_sink tus_creation, tus_continuation;

/* Without a session and on the event thread. */
void tus_options(struct request *request);

#endif
