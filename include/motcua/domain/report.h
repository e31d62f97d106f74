/*
 * Figures of agencies: how many dossiers came, how many were finished before, on and after their time, how
 * satisfied people were. Counted as the national reports do (Biểu II.06, minute precision), so that always
 *   received = finished + open,   received = before + online + other,   finished = before + on time + late.
 * They say nothing about single dossiers, so anyone may read them.
 */
#ifndef MOTCUA_DOMAIN_REPORT_H
#define MOTCUA_DOMAIN_REPORT_H

#include "motcua/domain/context.h"

struct report_figures {
    struct uuid tenant_id;
    int64_t received_before; /* carried over from the time before the period */
    int64_t received_online, received_other;
    int64_t finished_before, finished_on_time, finished_late;
    int64_t open_in_time, open_late; /* at the end of the period */
    int64_t ratings, satisfied;      /* satisfied or very satisfied */
};

static inline int64_t report_received(const struct report_figures *figures)
{
    return figures->received_before + figures->received_online + figures->received_other;
}

static inline int64_t report_finished(const struct report_figures *figures)
{
    return figures->finished_before + figures->finished_on_time + figures->finished_late;
}

static inline int64_t report_open(const struct report_figures *figures)
{
    return figures->open_in_time + figures->open_late;
}

void report_add(struct report_figures *sum, const struct report_figures *figures);

/* Agencies with anything to report for from <= moment < to, in no order. Reads the database: for pages of
 * officials. */
NODISCARD enum status report_run(struct work *work, instant from, instant to, struct report_figures **rows,
                                 size_t *count, struct error *error);

enum { REPORT_RECENT_DAYS = 30 };

/*
 * The last REPORT_RECENT_DAYS days of one agency, or of all together (`tenant_id` NULL), for pages that
 * everybody opens: kept in memory for a minute, and one thread at a time reads it anew while the others take
 * what there is. False: not known yet.
 */
bool report_recent(struct work *work, const struct uuid *tenant_id, struct report_figures *figures);
/* Forgets what is kept; for tests. */
void report_forget(void);

#endif
