/*
 * The working calendar of one agency: opening hours by rule set, days off, swapped working days and
 * closures. Immutable once created; any number of threads may read one. docs/clock.md states the rules.
 *
 * A definition is plain arrays (from the database or from JSON); calendar_create() checks it and copies
 * what it needs into the arena.
 */
#ifndef MOTCUA_CALENDAR_CALENDAR_H
#define MOTCUA_CALENDAR_CALENDAR_H

#include "motcua/base/error.h"
#include "motcua/calendar/civil.h"

#define CALENDAR_MAXIMUM_SPANS     6
#define CALENDAR_MAXIMUM_RULE_SETS 64
#define CALENDAR_MAXIMUM_DAYS      20000
#define CALENDAR_MAXIMUM_CLOSURES  20000

/* Open from `from` up to but not including `to`, minutes of the day, to <= 1440. */
struct day_span {
    uint16_t from;
    uint16_t to;
};

struct day_hours {
    struct day_span spans[CALENDAR_MAXIMUM_SPANS]; /* ascending, not touching */
    uint8_t count;                                 /* 0: closed */
    bool open_only; /* open for receipt and working hours, but no "working day" (e.g. Saturday mornings) */
};

/* How a limit in working days runs; see docs/clock.md. */
enum working_day_rule {
    WORKING_DAY_SAME_TIME, /* N times minutes_per_day of working time: 10:17 becomes 10:17 of the Nth working
                              day */
    WORKING_DAY_END_OF_DAY /* whole days: closing time of the Nth working day after the day of receipt */
};

struct rule_set {
    const char *id;
    const char *name;
    const char *legal;  /* the decision that sets these hours, or NULL */
    int32_t valid_from; /* civil days, both inclusive; CIVIL_DAY_NONE: without end on that side */
    int32_t valid_to;
    struct day_hours hours[7];  /* by enum weekday */
    uint16_t minutes_per_day;   /* what one working day is worth, usually 480 */
    enum working_day_rule rule; /* also decides the hour at which calendar-day limits end */
    int16_t same_day_cutoff; /* for "same day" limits that name none; LIMIT_NO_CUTOFF for none; usually 900 */
};

enum special_day_kind {
    DAY_HOLIDAY,      /* nghỉ lễ, tết */
    DAY_COMPENSATORY, /* nghỉ bù: a holiday fell on a weekly day off */
    DAY_SWAPPED_OFF,  /* nghỉ hoán đổi: worked on another day instead */
    DAY_SWAPPED_WORK, /* làm bù: a weekly day off that is worked */
    DAY_CLOSED        /* the agency itself is closed that day */
};

struct special_day {
    int32_t date;
    enum special_day_kind kind;
    const char *reason;   /* Vietnamese, for people */
    const char *legal;    /* article or notice, or NULL */
    int32_t swapped_with; /* the other day of a swap, or CIVIL_DAY_NONE */
    struct day_hours
        hours; /* DAY_SWAPPED_WORK: own hours; count 0 means those of swapped_with's weekday, else Monday's */
};

/* Closed between two moments (a move, a power cut, an afternoon for a ceremony). */
struct closure {
    instant from;
    instant to;
    const char *reason;
    const char *legal;
};

/* Which dates a published notice covers. Dates outside every notice make a result provisional. */
struct notice {
    const char *id;
    const char *name;
    int32_t from;
    int32_t to;
    bool estimate; /* published by nobody yet */
};

struct calendar_definition {
    const char *agency;
    const char *name;
    const struct rule_set *rule_sets;
    size_t rule_set_count;
    const struct special_day *days; /* two entries for one date: the later one in the array wins */
    size_t day_count;
    const struct closure *closures;
    size_t closure_count;
    const struct notice *notices;
    size_t notice_count;
};

struct calendar;

/* STATUS_INVALID: no rule set, overlapping validity, spans out of order, a date out of range, no opening
 * hours at all, ... */
NODISCARD enum status calendar_create(struct arena *arena, const struct calendar_definition *definition,
                                      struct calendar **calendar, struct error *error);

/*
 * Collects one agency's definition out of the JSON texts given (docs/clock.md has the format); what
 * stands at the top of a text is for every agency, what stands under "agencies" for that one. `agency`
 * NULL picks the only one there is. STATUS_NOT_FOUND when no text defines the agency.
 */
NODISCARD enum status calendar_definition_read(struct arena *arena, const struct str *texts, size_t count,
                                               const char *agency, struct calendar_definition *definition,
                                               struct error *error);
/* The names of the agencies the texts define, in order; *agencies is an array of *agency_count. */
NODISCARD enum status calendar_list_agencies(struct arena *arena, const struct str *texts, size_t count,
                                             const char *const **agencies, size_t *agency_count,
                                             struct error *error);

/*
 * The same as one text: a definition of this agency alone with every notice, its own rule sets or the shared
 * ones. Checked; calendar_definition_read() of it gives the same calendar. For the row of a database.
 */
NODISCARD enum status calendar_combine(struct arena *arena, const struct str *texts, size_t count,
                                       const char *agency, struct str *combined, struct error *error);

const char *calendar_agency(const struct calendar *calendar);
/* The rule set valid on a day, or NULL. */
const struct rule_set *calendar_rule_set(const struct calendar *calendar, int32_t day);
/* The notice entry for a day, or NULL for an ordinary one. */
const struct special_day *calendar_special_day(const struct calendar *calendar, int32_t day);
/* Opening hours of a day before closures are taken off; false when closed all day. */
bool calendar_day_hours(const struct calendar *calendar, int32_t day, struct day_hours *hours);
bool calendar_is_working_day(const struct calendar *calendar, int32_t day);
bool calendar_is_open(const struct calendar *calendar, instant moment); /* closures included */
/* True when every date of the range is covered by a notice that is no estimate. */
bool calendar_covered(const struct calendar *calendar, int32_t from, int32_t to);

#endif
