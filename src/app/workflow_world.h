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
#include "motcua/calendar/civil.h"

enum {
    WORLD_MAXIMUM_MODELS = 100,
    WORLD_MAXIMUM_FIRINGS = 10000,
    WORLD_MAXIMUM_KEPT = 10000, /* messages */
    WORLD_MAXIMUM_CALENDARS = 16,
    WORLD_OFFSET = 7 * 3600
};
#define WORLD_CALENDAR_FILE ((size_t)4 << 20)

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
    instant from; /* what `due` is reckoned from: the deployment, or the start before */
    instant due;
    int64_t repetitions;
    bool repeated; /* it has fired already */
    bool over;
    bool changed;
};

struct world;
struct world_store;
struct complaint;
#define STORE_CONFLICT                                                                                       \
    "another console has changed this session meanwhile; nothing was done and the session was loaded "       \
    "again: "                                                                                                \
    "look at it and repeat the command"

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
    int64_t generations[WORLD_MAXIMUM_MODELS]; /* of a process the newest one starts */
    size_t file_count, saved_file_count;
    char *calendars[WORLD_MAXIMUM_CALENDARS]; /* the files as they came; none: the standard week */
    size_t calendar_count;
    char *agency; /* whose calendar, or NULL */
    bool calendar_changed;
    struct stored_instance *instances;
    size_t instance_count;
    struct stored_message *messages;
    size_t message_count;
    int64_t last_message; /* number */
    int64_t *messages_gone;
    size_t messages_gone_count;
    struct stored_timer *timers;
    size_t timer_count;
    json_t *history;  /* entries: all of them in memory, those not saved yet in the database */
    instant *moments; /* of the entries in `history`; with a kind that saves */
    size_t moment_count;
    instant now, saved_now;
    const struct store_kind *kind; /* NULL: memory */
    void *context;                 /* of the kind */
    const char *session;           /* shown by deploy, or NULL */
    bool stale; /* what is here is not what was saved: to be read again before anything else */
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
    json_t *unreadable[WORLD_MAXIMUM_MODELS]; /* the finding about a file that is no model */
    struct cached_instance *cache;
    size_t cache_count;
    json_t *trace;    /* since the last answer */
    json_t *failed;   /* what instances could not take since the last answer */
    json_t *moved;    /* dates that moved; NULL: nobody asks */
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
void world_open(struct world *world, struct world_store *store);
void world_close(struct world *world);
void world_reload(struct world *world); /* forgets everything that is not in the store */
/* Saves what changed; when that fails the world is as it stands in the store. */
bool world_save(struct world *world, struct arena *arena, struct complaint *complaint);
/* The rows as the store has them, everything else made from them. */
bool world_restart(struct world *world, struct arena *arena, struct complaint *complaint);
bool world_is_changed(const struct world *world); /* since it was saved */
void store_add_file(struct world_store *store, const char *name, struct str text, int64_t generation);
void store_drop_file(struct world_store *store); /* the last one */
void store_set_calendars(struct world_store *store, const struct str *texts, size_t count,
                         const char *agency);
/* An entry of the history, of this moment. */
void store_note(struct world_store *store, json_t *entry);
void store_take_message(struct world_store *store, size_t index, struct stored_message *taken);
void store_release_message(struct stored_message *message);
void store_drop_expired(struct world_store *store); /* kept messages whose time is over */
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
/* Everybody hears it, also behind one that fails (see world->failed); false with the last complaint when one
 * did. */
bool world_signal(struct world *world, struct str name, const struct feel_value *data, struct arena *arena,
                  size_t except, size_t *heard, struct complaint *complaint);
bool world_advance(struct world *world, instant to, struct arena *arena, struct complaint *complaint);

/* ---- workflow_change.c: versions and calendars ---- */

/* The version by which a process of this id starts now, or NULL. */
const struct bpmn_model *world_newest(const struct world *world, struct str process);
bool world_is_newest(const struct world *world, const struct bpmn_model *model, struct str process);
/* Registers timer starts of the files from `first`; those of versions that are not the newest are over. */
void world_register_starts(struct world *world, size_t first);
/* Adds a file as the newest version of its processes; *added false: these bytes are it already. */
bool world_add_file(struct world *world, const char *name, struct str text, bool *added,
                    struct complaint *complaint);
void world_drop_file(struct world *world); /* takes the last one back, before it has started anything */
struct migration_wish {
    size_t instance; /* NO_INSTANCE: all that run */
    size_t model;    /* index of the file; NO_INSTANCE: the newest version of each process */
    const struct bpmn_rename *renames;
    size_t rename_count;
    bool preview;
};
/* What moved and what stays, by instance, go to the lists; false with a complaint when something stays. */
bool world_migrate(struct world *world, const struct migration_wish *wish, struct arena *arena, json_t *moved,
                   json_t *refused, struct complaint *complaint);
/* Other calendar files; dates of everything that waits are reckoned anew, and world->moved has them. */
bool world_change_calendar(struct world *world, const struct str *texts, size_t count, const char *agency,
                           const char *reason, struct arena *arena, struct complaint *complaint);
/* Puts another state in an instance's place. */
bool world_put_state(struct world *world, size_t *instance, const struct bpmn_state *state,
                     struct complaint *complaint);
/* A line of world->moved when the effect moved a date. */
void world_tell_moved(struct world *world, const struct bpmn_effect *effect, size_t instance);

/* ---- workflow_show.c ---- */
json_t *world_shown_str(struct str text);
json_t *world_shown_time(instant when); /* null for 0 */
/* Appends the instance and those it has called. */
void world_show_instance(struct world *world, size_t instance, struct arena *arena, json_t *list);
/* A line of world->failed. */
void world_tell_failed(struct world *world, size_t instance, const struct complaint *complaint);
bool world_complain_of(struct complaint *complaint, struct arena *arena, const struct error *error);

#endif
