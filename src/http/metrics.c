/* Counting and writing metrics. */
#include "metrics.h"

#include <inttypes.h>

static const int64_t bounds_us[METRIC_BUCKETS - 1] = {1000,   5000,   10000,   25000,   50000,   100000,
                                                      250000, 500000, 1000000, 2500000, 10000000};

struct metrics *metrics_create(struct arena *arena, const struct route *rows, size_t row_count)
{
    struct metrics *metrics = arena_zalloc(arena, sizeof *metrics);
    metrics->rows = rows;
    metrics->row_count = row_count;
    metrics->metric_rows = arena_array(arena, row_count + METRIC_EXTRA, sizeof *metrics->metric_rows);
    return metrics;
}

void metrics_count(struct metrics *metrics, size_t row, unsigned status, int64_t duration_us, uint64_t bytes)
{
    struct metric_row *counters = &metrics->metric_rows[row];
    size_t class = status / 100 < METRIC_CLASSES ? status / 100 : 5, bucket = 0;
    while (bucket < METRIC_BUCKETS - 1 && duration_us > bounds_us[bucket])
        bucket++;
    atomic_fetch_add_explicit(&counters->by_class[class], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->duration_us, (uint64_t)duration_us, memory_order_relaxed);
    atomic_fetch_add_explicit(&metrics->response_bytes, bytes, memory_order_relaxed);
}

static void labels(const struct metrics *metrics, size_t row, struct buf *out)
{
    static const char *const extra[METRIC_EXTRA] = {"(none)", "(refused)", "(static)", "(operations)"};
    if (row < metrics->row_count)
        buf_printf(out, "method=\"%s\",route=\"%s\"", http_method_name(metrics->rows[row].method),
                   metrics->rows[row].pattern);
    else
        buf_printf(out, "method=\"\",route=\"%s\"", extra[row - metrics->row_count]);
}

static void write_requests(const struct metrics *metrics, struct buf *out)
{
    buf_append_cstr(
        out, "# HELP motcua_http_requests_total Requests by route and status class (0: connection broke)."
             "\n# TYPE motcua_http_requests_total counter\n");
    for (size_t row = 0; row < metrics->row_count + METRIC_EXTRA; row++)
        for (size_t class = 0; class < METRIC_CLASSES; class ++) {
            uint64_t count = atomic_load(&metrics->metric_rows[row].by_class[class]);
            if (count == 0) continue;
            buf_append_cstr(out, "motcua_http_requests_total{");
            labels(metrics, row, out);
            buf_printf(out, ",status=\"%zu%s\"} %" PRIu64 "\n", class, class == 0 ? "" : "xx", count);
        }
}

static void write_durations(const struct metrics *metrics, struct buf *out)
{
    buf_append_cstr(
        out, "# HELP motcua_http_request_duration_seconds From the complete head to the end of the answer."
             "\n# TYPE motcua_http_request_duration_seconds histogram\n");
    for (size_t row = 0; row < metrics->row_count + METRIC_EXTRA; row++) {
        const struct metric_row *counters = &metrics->metric_rows[row];
        uint64_t total = 0;
        for (size_t bucket = 0; bucket < METRIC_BUCKETS; bucket++)
            total += atomic_load(&counters->buckets[bucket]);
        if (total == 0) continue;
        uint64_t sum = 0;
        for (size_t bucket = 0; bucket < METRIC_BUCKETS; bucket++) {
            sum += atomic_load(&counters->buckets[bucket]);
            buf_append_cstr(out, "motcua_http_request_duration_seconds_bucket{");
            labels(metrics, row, out);
            if (bucket < METRIC_BUCKETS - 1)
                buf_printf(out, ",le=\"%g\"} %" PRIu64 "\n", (double)bounds_us[bucket] / 1e6, sum);
            else
                buf_printf(out, ",le=\"+Inf\"} %" PRIu64 "\n", sum);
        }
        buf_append_cstr(out, "motcua_http_request_duration_seconds_sum{");
        labels(metrics, row, out);
        buf_printf(out, "} %.6f\nmotcua_http_request_duration_seconds_count{",
                   (double)atomic_load(&counters->duration_us) / 1e6);
        labels(metrics, row, out);
        buf_printf(out, "} %" PRIu64 "\n", sum);
    }
}

static void write_one(struct buf *out, const char *name, const char *kind, const char *help, int64_t value)
{
    buf_printf(out, "# HELP motcua_http_%s %s\n# TYPE motcua_http_%s %s\nmotcua_http_%s %" PRId64 "\n", name,
               help, name, kind, name, value);
}

void metrics_write(const struct metrics *metrics, const struct metrics_now *now, struct buf *out)
{
    write_requests(metrics, out);
    write_durations(metrics, out);
    write_one(out, "queue_waiting", "gauge", "Requests waiting for a worker.", (int64_t)now->waiting);
    write_one(out, "workers_busy", "gauge", "Workers with a request.", (int64_t)now->running);
    write_one(out, "workers", "gauge", "Worker threads.", now->workers);
    write_one(out, "requests_active", "gauge", "Requests in progress.", now->active);
    write_one(out, "connections_open", "gauge", "Open connections.", atomic_load(&metrics->connections_open));
    write_one(out, "connections_total", "counter", "Accepted connections.",
              (int64_t)atomic_load(&metrics->connections_accepted));
    write_one(out, "connections_refused_total", "counter", "Connections over the limit per address.",
              (int64_t)atomic_load(&metrics->connections_refused));
    write_one(out, "queue_full_total", "counter", "Requests answered 503 because the queue was full.",
              (int64_t)atomic_load(&metrics->queue_full));
    write_one(out, "deadline_total", "counter", "Requests answered 503 because their deadline passed.",
              (int64_t)atomic_load(&metrics->expired));
    write_one(out, "late_answers_total", "counter",
              "Answers that came after the deadline and were discarded.",
              (int64_t)atomic_load(&metrics->late_answers));
    write_one(out, "rate_limited_total", "counter",
              "Requests answered 429 by the route table's rate classes.",
              (int64_t)atomic_load(&metrics->rate_limited));
    write_one(out, "response_bytes_total", "counter", "Bytes of response bodies.",
              (int64_t)atomic_load(&metrics->response_bytes));
}
