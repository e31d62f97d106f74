/*
 * The small world of `motcua workflow console`: deployed models, running instances, kept messages, timers and
 * a virtual clock. What lasts is in the store (texts only); everything else is made from it again by
 * world_reload, as after a restart of the server.
 */
#ifndef MOTCUA_APP_WORKFLOW_WORLD_H
#define MOTCUA_APP_WORKFLOW_WORLD_H

#include <jansson.h>

#include "motcua/bpmn/step.h"
#include "motcua/calendar/calendar.h"

enum { WORLD_MAXIMUM_MODELS = 100, WORLD_MAXIMUM_FIRINGS = 10000, WORLD_MAXIMUM_CALENDARS = 16, WORLD_OFFSET = 7 * 3600 };

/* What lasts, as rows. All strings are malloc'd. */
struct stored_instance {
    char *state;      /* saved form */
    json_t *ended;    /* list of called instances that are over, as they are shown */
    int64_t revision; /* 0: not saved yet */
    bool had_waits;   /* when it was saved last */
    bool changed;
};

struct stored_message {
    int64_t number;
    char *name, *key;
    json_t *data; /* object or NULL */
    instant until;
    bool saved;
};

struct stored_timer { /* timer start event of a deployed process */
    size_t model;
    char *element;
    instant due;
    int64_t repetitions;
    bool over;
    bool changed;
};

struct world;
struct world_store;
struct complaint;

/*
 * Where the rows last: in memory (no functions needed) or in the database (workflow_database.c). After each
 * command the rows that changed are saved as one; the world knows nothing more of it.
 */
struct store_kind {
    /* Forgets the rows and reads them again. */
    bool (*load)(struct world_store *store, struct arena *arena, struct complaint *complaint);
    /* Everything that changed, or nothing. When it fails the rows are read again. */
    bool (*save)(struct world *world, struct arena *arena, struct complaint *complaint);
    /* Whether nobody else has saved since. */
    bool (*is_fresh)(struct world_store *store, struct arena *arena, bool *fresh,
                     struct complaint *complaint);
    /* New reference: every entry so far. */
    json_t *(*history)(struct world_store *store, struct arena *arena, struct complaint *complaint);
};

struct world_store {
    char *files[WORLD_MAXIMUM_MODELS]; /* names */
    char *texts[WORLD_MAXIMUM_MODELS]; /* the XML as it came */
    size_t lengths[WORLD_MAXIMUM_MODELS];
    size_t file_count, saved_file_count;
    char *calendars[WORLD_MAXIMUM_CALENDARS]; /* the files as they came; none: the standard week */
    size_t calendar_count;
    char *agency; /* whose calendar, or NULL */
    struct stored_instance *instances;
    size_t instance_count;
    struct stored_message *messages;
    size_t message_count;
    int64_t last_message; /* number */
    int64_t *messages_gone;
    size_t messages_gone_count;
    struct stored_timer *timers;
    size_t timer_count;
    json_t *history;   /* entries: all of them in memory, those not saved yet in the database */
    instant *moments;  /* of the entries in `history`; with a kind that saves */
    size_t moment_count;
    instant now, saved_now;
    const struct store_kind *kind; /* NULL: memory */
    void *context;                 /* of the kind */
    const char *session;           /* shown by deploy, or NULL */
};

struct cached_instance {
    struct arena *arena;
    const struct bpmn_state *state;
};

struct world {
    struct world_store *store;
    const struct calendar *calendar;
    struct arena *models_arena;
    const struct bpmn_model *models[WORLD_MAXIMUM_MODELS]; /* NULL: unreadable */
    const struct bpmn_model *usable[WORLD_MAXIMUM_MODELS]; /* without gaps */
    size_t usable_count;
    json_t *unreadable; /* findings about files that are no models */
    struct cached_instance *cache;
    size_t cache_count;
    json_t *trace;    /* since the last answer */
    unsigned pending; /* depth guard of what effects set off */
};

/* What went wrong, for the answer. Static or in the arena given. */
struct complaint {
    const char *code;
    const char *text;
};

#define NO_INSTANCE ((size_t)-1)
char *world_keep_text(struct str text);                                               /* malloc'd copy */
void *world_grow(void *items, size_t count, size_t size);                             /* room for one more */
bool world_complain(struct complaint *complaint, const char *code, const char *text); /* false */
/* The English of a message of the libraries, with %s filled; in `arena` or static. */
const char *world_english(struct arena *arena, const char *message, const char *argument);

/* The calendar of the store's files. STATUS_INVALID when they are none. */
NODISCARD enum status world_calendar(struct arena *arena, const struct world_store *store,
                                     const struct calendar **calendar, struct error *error);
bool world_open(struct world *world, struct world_store *store);
void world_close(struct world *world);
void world_reload(struct world *world); /* forgets everything that is not in the store */
/* Saves what changed; when that fails the world is as it stands in the store. */
bool world_save(struct world *world, struct arena *arena, struct complaint *complaint);
/* The rows as the store has them, everything else made from them. */
bool world_restart(struct world *world, struct arena *arena, struct complaint *complaint);
void store_take_message(struct world_store *store, size_t index, struct stored_message *taken);
void store_drop_expired(struct world_store *store);
void store_release_rows(struct world_store *store); /* keeps kind, context and session */
void store_release(struct world_store *store);

struct bpmn_environment world_environment(const struct world *world);
const struct bpmn_state *world_state(struct world *world, size_t instance);
/* One input for one instance (or a start, *instance is set), with all its consequences for the others. */
bool world_input(struct world *world, size_t *instance, const struct bpmn_input *input, struct arena *arena,
                 struct complaint *complaint);
bool world_start(struct world *world, struct str process, struct str name, const struct feel_value *data,
                 struct arena *arena, size_t *instance, struct complaint *complaint);
/* Delivers, starts, or keeps it; *kept tells which. */
bool world_message(struct world *world, struct str name, struct str key, json_t *data, int64_t ttl,
                   struct arena *arena, bool *kept, struct complaint *complaint);
bool world_signal(struct world *world, struct str name, const struct feel_value *data, struct arena *arena,
                  size_t except, size_t *heard, struct complaint *complaint);
bool world_advance(struct world *world, instant to, struct arena *arena, struct complaint *complaint);

#endif
