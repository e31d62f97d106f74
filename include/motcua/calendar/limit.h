/*
 * A time limit as the law states it: an amount of a unit, and perhaps the hour after which a receipt
 * counts as the next working day.
 *
 * Text forms read by limit_parse():
 *   "3 working days"  "0.5 working day"  "4 working hours"  "30 working minutes"      working time
 *   "15 days"  "2 weeks"  "2 months"  "1 year"  "36 hours"  "20 minutes"              calendar time
 *   "same day"  "none"                                                                 special
 *   each may end in " cutoff 15:00"
 *   "P3D" "P1Y2M" "P2W" "PT4H" "PT30M"  calendar time (ISO 8601); with " working" behind it working time
 *   Vietnamese: "03 ngày làm việc", "0,5 ngày làm việc", "04 giờ làm việc", "15 ngày", "2 tháng", "1 năm",
 *   "trong ngày", "không quy định"
 */
#ifndef MOTCUA_CALENDAR_LIMIT_H
#define MOTCUA_CALENDAR_LIMIT_H

#include "motcua/base/error.h"

enum limit_unit {
    LIMIT_NONE,     /* the law sets no limit: there is no due moment */
    LIMIT_SAME_DAY, /* the end of the working day of receipt */
    LIMIT_WORKING_MINUTES,
    LIMIT_WORKING_HOURS,
    LIMIT_WORKING_DAYS,
    LIMIT_MINUTES, /* wall clock, for timers */
    LIMIT_HOURS,
    LIMIT_DAYS,  /* calendar days; the end rolls off a day off */
    LIMIT_MONTHS /* whole months; years are twelve of them */
};

#define LIMIT_SCALE     1000 /* amount is in thousandths of the unit */
#define LIMIT_NO_CUTOFF (-1)

struct limit {
    enum limit_unit unit;
    int64_t amount; /* thousandths: 3 days are 3000; 0 for NONE and SAME_DAY */
    int cutoff; /* minute of the day after which receipt counts as the next working day, or LIMIT_NO_CUTOFF */
};

static inline struct limit limit_of(enum limit_unit unit, int64_t whole)
{
    return (struct limit){.unit = unit, .amount = whole * LIMIT_SCALE, .cutoff = LIMIT_NO_CUTOFF};
}

/* At most 100 years of anything. STATUS_INVALID with a message saying which forms are understood. */
NODISCARD enum status limit_parse(struct arena *arena, struct str text, struct limit *limit,
                                  struct error *error);
bool limit_equal(struct limit a, struct limit b);
bool limit_is_working_time(struct limit limit); /* same day, working minutes, hours, days */
/* The canonical English form; limit_parse() reads it back unchanged. */
char *limit_to_text(struct arena *arena, struct limit limit);
/* As printed on papers: "03 ngày làm việc", "Trong ngày làm việc", "Không quy định", "15 ngày". */
char *limit_to_vietnamese(struct arena *arena, struct limit limit);

#endif
