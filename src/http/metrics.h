/* Counters for /metrics: requests by route and status, durations, connections. All atomic; no locks. */
#ifndef MOTCUA_HTTP_METRICS_H
#define MOTCUA_HTTP_METRICS_H

#include <stdatomic.h>

#include "motcua/base/buf.h"
#include "motcua/http/route.h"

enum { METRIC_BUCKETS = 12, METRIC_CLASSES = 6 };
/* Rows behind the routes. */
enum { METRIC_NO_ROUTE, METRIC_REFUSED, METRIC_STATIC, METRIC_OPERATIONS, METRIC_EXTRA };

struct metric_row {
    _Atomic uint64_t by_class[METRIC_CLASSES]; /* 1xx..5xx; 0: connection broke */
    _Atomic uint64_t buckets[METRIC_BUCKETS];  /* not cumulative; the last is everything above */
    _Atomic uint64_t duration_us;
};

struct metrics {
    const struct route *rows;
    size_t row_count;
    struct metric_row *metric_rows; /* row_count + METRIC_EXTRA */
    _Atomic uint64_t connections_accepted;
    _Atomic uint64_t connections_refused; /* per-address limit */
    _Atomic int64_t connections_open;
    _Atomic uint64_t queue_full;
    _Atomic uint64_t expired;
    _Atomic uint64_t rate_limited;
    _Atomic uint64_t late_answers; /* finished after the deadline and thrown away */
    _Atomic uint64_t response_bytes;
};

struct metrics_now {
    size_t waiting;
    size_t running;
    unsigned workers;
    unsigned active;
};

struct metrics *metrics_create(struct arena *arena, const struct route *rows, size_t row_count);
void metrics_count(struct metrics *metrics, size_t row, unsigned status, int64_t duration_us, uint64_t bytes);
/* Prometheus text format 0.0.4. */
void metrics_write(const struct metrics *metrics, const struct metrics_now *now, struct buf *out);

#endif
