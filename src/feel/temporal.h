/* Calendar and clock arithmetic on FEEL's temporal values, and their ISO 8601 texts. */
#ifndef MOTCUA_FEEL_TEMPORAL_H
#define MOTCUA_FEEL_TEMPORAL_H

#include "motcua/base/buf.h"
#include "motcua/feel/value.h"

#define NANOSECONDS    INT64_C(1000000000)
#define DAY_SECONDS    INT64_C(86400)
#define MAXIMUM_YEAR   999999999
#define MAXIMUM_OFFSET (18 * 3600)

/* days and time duration / years and months duration; false when malformed or too large. */
bool temporal_days_duration_from_text(struct str text, struct feel_duration *duration);
bool temporal_months_duration_from_text(struct str text, int64_t *months);

#define TEMPORAL_TEXT_SIZE 160
/* ISO texts, NUL-terminated; return the length. Zone names are cut at 80 bytes (longer ones are never read).
 */
size_t temporal_date_text(struct feel_date date, char out[TEMPORAL_TEXT_SIZE]);
size_t temporal_time_text(const struct feel_time *time, char out[TEMPORAL_TEXT_SIZE]);
size_t temporal_days_duration_text(struct feel_duration duration, char out[TEMPORAL_TEXT_SIZE]);
size_t temporal_months_duration_text(int64_t months, char out[TEMPORAL_TEXT_SIZE]);

/* Monday 1 ... Sunday 7. */
int temporal_weekday(struct feel_date date);
int temporal_day_of_year(struct feel_date date);
int temporal_iso_week(struct feel_date date);
/* The same day of the month `months` later, or the last day of that month. False outside the calendar. */
bool temporal_add_months(struct feel_date date, int64_t months, struct feel_date *result);
/* Whole months from a to b, towards zero. */
int64_t temporal_months_between(struct feel_date a, struct feel_date b);

bool temporal_duration_add(struct feel_duration a, struct feel_duration b, struct feel_duration *result);
bool temporal_duration_negate(struct feel_duration a, struct feel_duration *result);
int temporal_duration_compare(struct feel_duration a, struct feel_duration b);
bool temporal_duration_to_number(struct feel_duration duration, struct feel_number *seconds);
bool temporal_duration_from_number(struct feel_number seconds, struct feel_duration *duration);

/* Seconds of the local clock since 1970-01-01T00:00:00, as if it were UTC. */
int64_t temporal_local_seconds(struct feel_date date, const struct feel_time *time);
int64_t temporal_seconds_of_day(const struct feel_time *time);
/* Back from there; the zone of *time is left as it is. */
bool temporal_from_local_seconds(int64_t seconds, uint32_t nanosecond, struct feel_date *date,
                                 struct feel_time *time);

bool temporal_same_zone(const struct feel_zone *a, const struct feel_zone *b);

#endif
