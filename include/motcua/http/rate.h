/*
 * Token buckets per (class, key) in bounded memory: a fixed table in shards with a lock each; the bucket that
 * would be full soonest is dropped when a shard is full. Time is given, so tests need no waiting.
 */
#ifndef MOTCUA_HTTP_RATE_H
#define MOTCUA_HTTP_RATE_H

#include "motcua/base/str.h"

struct rate_class {
    const char *name;  /* for metrics and logs */
    double burst;      /* tokens a bucket holds, at least 1 */
    double per_second; /* tokens that come back each second, above 0 */
};

struct rate_limiter;

/* `classes` is copied. Class numbers count from 1. Never NULL (aborts when memory is out at start). */
struct rate_limiter *rate_limiter_create(const struct rate_class *classes, size_t count,
                                         size_t maximum_buckets);
void rate_limiter_destroy(struct rate_limiter *limiter);
/* True when a token was there (and takes it). Else *retry_after_s (may be NULL): whole seconds until one is,
 * at least 1. */
bool rate_limiter_take(struct rate_limiter *limiter, unsigned rate_class, struct str key,
                       int64_t monotonic_us, unsigned *retry_after_s);

#endif
