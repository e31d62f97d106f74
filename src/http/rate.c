/*
 * Token buckets in a table of fixed size: a key hashes (SipHash, random key) to a set of eight places; when
 * all are taken, the bucket that is full soonest makes room, so whoever is being held back stays held back.
 */
#include "motcua/http/rate.h"

#include <math.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACES = 8, SHARDS = 64 };

struct bucket {
    uint64_t key; /* 0: free */
    double tokens;
    int64_t updated_us;
    uint32_t rate_class;
};

struct set {
    struct bucket places[PLACES];
};

struct rate_limiter {
    struct rate_class *classes;
    size_t class_count;
    struct set *sets;
    size_t set_count; /* a power of two */
    pthread_mutex_t locks[SHARDS];
    unsigned char hash_key[crypto_shorthash_KEYBYTES];
};

static void *must(void *memory)
{
    if (memory == NULL) {
        fputs("motcua: out of memory\n", stderr);
        abort();
    }
    return memory;
}

struct rate_limiter *rate_limiter_create(const struct rate_class *classes, size_t count,
                                         size_t maximum_buckets)
{
    struct rate_limiter *limiter = must(calloc(1, sizeof *limiter));
    limiter->classes = must(calloc(count + 1, sizeof *classes));
    memcpy(limiter->classes, classes, count * sizeof *classes);
    limiter->class_count = count;
    limiter->set_count = 1;
    while (limiter->set_count * 2 * PLACES <= maximum_buckets)
        limiter->set_count *= 2;
    limiter->sets = must(calloc(limiter->set_count, sizeof *limiter->sets));
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_init(&limiter->locks[i], NULL);
    randombytes_buf(limiter->hash_key, sizeof limiter->hash_key);
    return limiter;
}

void rate_limiter_destroy(struct rate_limiter *limiter)
{
    if (limiter == NULL) return;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&limiter->locks[i]);
    free(limiter->sets);
    free(limiter->classes);
    free(limiter);
}

static double filled(const struct rate_limiter *limiter, const struct bucket *bucket, int64_t now_us)
{
    const struct rate_class *class = &limiter->classes[bucket->rate_class - 1];
    double elapsed = now_us > bucket->updated_us ? (double)(now_us - bucket->updated_us) / 1e6 : 0;
    return fmin(class->burst, bucket->tokens + elapsed * class->per_second);
}

/* Seconds until the bucket is full. */
static double hunger(const struct rate_limiter *limiter, const struct bucket *bucket, int64_t now_us)
{
    const struct rate_class *class = &limiter->classes[bucket->rate_class - 1];
    return (class->burst - filled(limiter, bucket, now_us)) / class->per_second;
}

static struct bucket *find(struct rate_limiter *limiter, uint64_t key, unsigned rate_class, int64_t now_us)
{
    struct set *set = &limiter->sets[key & (limiter->set_count - 1)];
    struct bucket *free_place = NULL, *fullest = NULL;
    double least = 0;
    for (size_t i = 0; i < PLACES; i++) {
        struct bucket *bucket = &set->places[i];
        if (bucket->key == key && bucket->rate_class == rate_class) return bucket;
        if (bucket->key == 0) {
            free_place = free_place == NULL ? bucket : free_place;
            continue;
        }
        double wait = hunger(limiter, bucket, now_us);
        if (fullest == NULL || wait < least) {
            fullest = bucket;
            least = wait;
        }
    }
    struct bucket *bucket = free_place != NULL ? free_place : fullest;
    *bucket = (struct bucket){key, limiter->classes[rate_class - 1].burst, now_us, rate_class};
    return bucket;
}

bool rate_limiter_take(struct rate_limiter *limiter, unsigned rate_class, struct str key,
                       int64_t monotonic_us, unsigned *retry_after_s)
{
    unsigned char hash[crypto_shorthash_BYTES];
    uint64_t number;
    if (rate_class == 0 || rate_class > limiter->class_count) return true;
    crypto_shorthash(hash, (const unsigned char *)(key.data != NULL ? key.data : ""), key.length,
                     limiter->hash_key);
    memcpy(&number, hash, sizeof number);
    number = (number ^ (rate_class * UINT64_C(0x9E3779B97F4A7C15))) | UINT64_C(1) << 63; /* 0 means free */

    pthread_mutex_t *lock = &limiter->locks[(number & (limiter->set_count - 1)) % SHARDS];
    pthread_mutex_lock(lock);
    struct bucket *bucket = find(limiter, number, rate_class, monotonic_us);
    bucket->tokens = filled(limiter, bucket, monotonic_us);
    bucket->updated_us = monotonic_us;
    bool granted = bucket->tokens >= 1;
    double missing = 1 - bucket->tokens;
    if (granted) bucket->tokens -= 1;
    pthread_mutex_unlock(lock);

    if (!granted && retry_after_s != NULL) {
        double wait = ceil(missing / limiter->classes[rate_class - 1].per_second);
        *retry_after_s = wait < 1 ? 1 : wait > 86400 ? 86400 : (unsigned)wait;
    }
    return granted;
}
