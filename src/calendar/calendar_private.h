/* What the files of the calendar layer share: the calendar's inside and the line of time drawn from it. */
#ifndef MOTCUA_CALENDAR_PRIVATE_H
#define MOTCUA_CALENDAR_PRIVATE_H

#include "motcua/calendar/calendar.h"
#include "motcua/calendar/deadline.h"

/* Bound on the least common multiple of all minutes_per_day, so that 128-bit sums never overflow. */
#define MAXIMUM_DAY_UNITS 1000000000

struct calendar {
    const char *agency;
    const char *name;
    const struct rule_set *rule_sets;
    size_t rule_set_count;
    const struct special_day *days;
    size_t day_count;
    const struct closure *closures;
    size_t closure_count;
    const struct notice *notices;
    size_t notice_count;
    int64_t day_units; /* multiple of every minutes_per_day */
};

/*
 * What is counted:
 * WORKING  opening time
 * DAYS     opening time of days that are working days, weighted so that every rule set's working day is the
 * same WALL     all time
 */
enum measure { MEASURE_WORKING, MEASURE_DAYS, MEASURE_WALL };

/* Amounts are exact, in __int128: microseconds, for MEASURE_DAYS microseconds times timeline_rate(). */

/* One line of time: a calendar, what is counted on it, and when the clock stands still. */
struct timeline {
    const struct calendar *calendar;
    enum measure measure;
    const struct pause *pauses;
    size_t pause_count;
};

/* A part of one civil day with one reason. */
struct piece {
    instant from;
    instant to;
    bool counts;
    bool paused_open; /* lies in a pause without end */
    enum line_kind kind;
    const char *reason;
    const char *legal;
};

static inline bool moment_in_range(instant moment)
{
    return moment >= (int64_t)CIVIL_FIRST_DAY * DAY_US && moment <= (int64_t)CIVIL_LAST_DAY * DAY_US;
}

/* The first closure that ends after `moment`, or NULL. */
const struct closure *calendar_next_closure(const struct calendar *calendar, instant moment);

/* The first piece that begins at or after `moment`; hours outside opening are skipped. False at the end of
 * time. */
bool timeline_next(const struct timeline *timeline, instant moment, struct piece *piece);
/* The first counting moment at or after `moment`; pauses are not looked at. */
bool timeline_opening(const struct timeline *timeline, instant moment, instant *opening);
/* When the counting time of a day ends (closures taken off, pauses not); false for a day that does not count.
 */
bool timeline_closing(const struct timeline *timeline, int32_t day, instant *closing);
/* True when the day that lies before `moment` closes at it. */
bool timeline_closes_at(const struct timeline *timeline, instant moment);
/* True when the pauses hold the clock at `moment`. */
bool timeline_paused(const struct timeline *timeline, instant moment, bool *open);
/* Units per microsecond on a day. */
int64_t timeline_rate(const struct timeline *timeline, int32_t day);
/* One working day (MEASURE_DAYS) or one day (others) in units. */
__int128 timeline_day(const struct timeline *timeline);

/* Collects explanation lines; neighbours of one day and reason become one line. */
struct line_list {
    struct arena *arena; /* NULL: nothing is collected */
    struct explanation_line *lines;
    size_t count;
    size_t capacity;
};

void line_add(struct line_list *list, struct explanation_line line);
void line_add_piece(struct line_list *list, const struct piece *piece, instant to, enum line_kind kind,
                    int32_t day_number);
#endif
