/*
 * The places of the children that look into files, and who gets the next one: at most half of them for pages
 * to look at, at most half of either kind for one person, and of those who wait whoever has fewest at work,
 * then whoever's agency has. So neither a file that takes long nor somebody who asks for many keeps others
 * from handing in.
 */
#ifndef DOCUMENT_PLACES_H
#define DOCUMENT_PLACES_H

#include "motcua/base/arena.h"
#include "motcua/base/uuid.h"

enum {
    PLACES_WAITING_EACH = 6
}; /* of one person: as many as a browser asks for at once. Each holds a worker */

struct places;

/* One that waits or works; the caller keeps it from places_take() to places_give(). */
struct place {
    struct uuid account, tenant;
    bool shows; /* a page to look at */
    bool working;
    struct place *next;
};

/* Lives in the arena. */
struct places *places_create(struct arena *arena, unsigned count);
/* False: none became free in `seconds`, or this person waits for too many already. */
bool places_take(struct places *places, struct place *place, unsigned seconds);
void places_give(struct places *places, struct place *place);

#endif
