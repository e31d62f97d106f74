/* What the parts of the library share about finished models: joins, durations, small questions. */
#ifndef MOTCUA_BPMN_INTERNAL_H
#define MOTCUA_BPMN_INTERNAL_H

#include "motcua/bpmn/model.h"

/*
 * Reachability for one inclusive join: for each of its incoming flows the set of flows (by model index) from
 * which a directed path leads to that incoming flow without visiting the gateway. A flow reaches itself.
 */
struct join {
    const struct bpmn_node *gateway;
    size_t words;                 /* of 64 flows */
    const uint64_t *const *reach; /* by incoming position */
};

/* Builds the joins of all inclusive gateways with more than one incoming flow; by node index. */
const struct join *const *bpmn_joins_build(const struct bpmn_model *model, struct arena *arena);
bool bpmn_join_reaches(const struct join *join, size_t incoming, const struct bpmn_flow *from);
const struct join *bpmn_join_of(const struct bpmn_model *model, const struct bpmn_node *gateway);

const struct bpmn_flow *bpmn_model_flow(const struct bpmn_model *model, struct str id);

/* ---- duration.c: ISO 8601 and working-time texts ---- */
struct span {
    int64_t months;
    int64_t microseconds;
    bool negative;
};
bool bpmn_span_from_text(struct str text, struct span *span); /* P1Y2M3DT4H5M6.5S, P2W */
struct cycle {
    int64_t repetitions; /* -1: endless */
    bool has_start;
    instant start;
    struct span span;
    struct str span_text;
};
/* R/PT1H, R3/PT1H, R3/2026-01-01T08:00:00Z/PT1H, PT1H */
bool bpmn_cycle_from_text(struct str text, int32_t utc_offset, struct cycle *cycle);
/* Date, or date and time; without offset: civil time with `utc_offset`. Zones only as offsets. */
bool bpmn_instant_from_text(struct str text, int32_t utc_offset, instant *when);
/* Months by the civil calendar, the day cut to the month's last. False on overflow. */
bool bpmn_instant_add_span(instant from, struct span span, int32_t utc_offset, instant *result);
enum limit_unit { LIMIT_HOURS, LIMIT_DAYS, LIMIT_MONTHS };
struct limit_text {
    int64_t amount;
    enum limit_unit unit;
    bool working;
};
/* "3 working days", "4 working hours", "15 days", "2 months", "3 ngày làm việc" */
bool bpmn_limit_from_text(struct str text, struct limit_text *limit);
bool bpmn_instant_to_text(instant when, int32_t utc_offset, char *out,
                          size_t size); /* 2026-11-24T08:00:00+07:00 */

#endif
