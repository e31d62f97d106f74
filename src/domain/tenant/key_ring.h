/* Inside the ring: shared by keys.c, which answers, and key_rotation.c, which renews. */
#ifndef DOMAIN_KEY_RING_H
#define DOMAIN_KEY_RING_H

#include <pthread.h>

#include "motcua/crypto/token.h"
#include "motcua/domain/keys.h"

enum { RING_SLOTS = 1024, KEY_PURPOSES = 2, FINGERPRINT_SIZE = 9 };

struct ring_entry {
    struct uuid tenant_id;
    int version;
    uint64_t generation; /* of the ring when it was read */
    struct secret_key key;
    struct ring_entry *next;
};

struct key_ring {
    pthread_mutex_t lock;
    const char *path; /* of the master key */
    struct secret_key master;
    struct hash mark;                         /* of that master key */
    bool unfinished;                          /* it lies in the file beside `path` */
    bool outdated;                            /* the database knows another one, which is in no file here */
    struct secret_key purposes[KEY_PURPOSES]; /* in the order of key_purposes */
    uint64_t generation;                      /* grows when the database may know newer keys */
    struct ring_entry *slots[RING_SLOTS];
};

extern const char *const key_purposes[KEY_PURPOSES];

/* What a database is marked with: derived from the master key, tells nothing of it. */
struct hash key_mark_of(const struct secret_key *master);
/* The first eight digits of the mark, to tell key files apart. */
void key_fingerprint(const struct hash *mark, char text[static FINGERPRINT_SIZE]);
struct str key_tenant_context(struct arena *arena, const struct uuid *tenant_id);
struct str key_purpose_context(struct arena *arena, const char *purpose);
/* Where the next master key lies until the database has taken it. */
const char *key_next_path(struct arena *arena, const char *path);
/* Forgets which versions are the newest; those known stay. */
void key_ring_expire(struct key_ring *ring);

#endif
