/* All who wait or work stand in one list in the order they came; there are no more of them than workers. */
#include "places.h"

#include <pthread.h>
#include <time.h>

#include "motcua/base/clock.h"
#include "motcua/domain/context.h"

struct places {
    unsigned count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct place *first;
};

struct places *places_create(struct arena *arena, unsigned count)
{
    struct places *places = arena_zalloc(arena, sizeof *places);
    pthread_condattr_t attributes;
    places->count = count;
    pthread_mutex_init(&places->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&places->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return places;
}

static unsigned half(unsigned count)
{
    return count > 1 ? count / 2 : 1;
}

/* What is at work, of all and of those who `place` is one of. */
struct load {
    unsigned all, shown, own, own_shown, agency, own_waiting;
};

static struct load load_of(const struct places *places, const struct place *place)
{
    struct load load = {0};
    for (const struct place *one = places->first; one != NULL; one = one->next) {
        bool own = uuid_same(&one->account, &place->account);
        load.own_waiting += own && !one->working;
        if (!one->working) continue;
        load.all++;
        load.shown += one->shows;
        load.own += own;
        load.own_shown += own && one->shows;
        load.agency += uuid_same(&one->tenant, &place->tenant);
    }
    return load;
}

static bool may_start(const struct places *places, const struct place *place, const struct load *load)
{
    unsigned shown = half(places->count);
    if (load->all >= places->count || load->own >= half(places->count)) return false;
    return !place->shows || (load->shown < shown && load->own_shown < half(shown));
}

/* Of those who may start, who has least at work; of equals, who came first. */
static bool is_next(const struct places *places, const struct place *place)
{
    const struct place *best = NULL;
    struct load least = {0};
    for (const struct place *one = places->first; one != NULL; one = one->next) {
        struct load load = load_of(places, one);
        if (one->working || !may_start(places, one, &load)) continue;
        if (best != NULL && (load.own > least.own || (load.own == least.own && load.agency >= least.agency)))
            continue;
        best = one;
        least = load;
    }
    return best == place;
}

static void add(struct places *places, struct place *place)
{
    struct place **end = &places->first;
    while (*end != NULL)
        end = &(*end)->next;
    place->working = false;
    place->next = NULL;
    *end = place;
}

static void take_out(struct places *places, const struct place *place)
{
    struct place **at = &places->first;
    while (*at != place)
        at = &(*at)->next;
    *at = place->next;
}

bool places_take(struct places *places, struct place *place, unsigned seconds)
{
    int64_t until = clock_monotonic_us() + (int64_t)seconds * 1000000;
    struct timespec deadline = {until / 1000000, until % 1000000 * 1000};
    int result = 0;
    pthread_mutex_lock(&places->lock);
    struct load load = load_of(places, place);
    bool too_many = load.own_waiting >= PLACES_WAITING_EACH;
    if (!too_many) add(places, place);
    while (!too_many && !is_next(places, place) && result == 0)
        result = pthread_cond_timedwait(&places->changed, &places->lock, &deadline);
    place->working = !too_many && is_next(places, place);
    if (!too_many && !place->working) take_out(places, place);
    pthread_cond_broadcast(&places->changed); /* another one may be next now */
    pthread_mutex_unlock(&places->lock);
    return place->working;
}

void places_give(struct places *places, struct place *place)
{
    pthread_mutex_lock(&places->lock);
    take_out(places, place);
    pthread_cond_broadcast(&places->changed);
    pthread_mutex_unlock(&places->lock);
}
