/*
 * The working-time clock of a dossier: when is it due, how much time lies between two moments, how much
 * is left, and why, line by line. Pure: the calendar, the receipt, the pauses and "now" come in.
 *
 * Held for every calendar, in working minutes, hours and days:
 *   due(a, x + y) = due(due(a, x), y)      between(a, due(a, x)) = x
 */
#ifndef MOTCUA_CALENDAR_DEADLINE_H
#define MOTCUA_CALENDAR_DEADLINE_H

#include "motcua/calendar/calendar.h"
#include "motcua/calendar/limit.h"

#define DEADLINE_MAXIMUM_PAUSES     1000
#define DEADLINE_MAXIMUM_EXTENSIONS 50

/* The clock stands still from `from` up to `to`; INSTANT_NONE as `to`: it still stands. */
struct pause {
    instant from;
    instant to;
    const char *reason; /* e.g. "Chờ bổ sung giấy tờ" */
    const char *legal;
};

/* The limit is lengthened; runs on from the due moment reached before it. */
struct extension {
    struct limit limit;
    const char *reason; /* required: an extension without a reason is refused */
    const char *legal;
};

struct deadline_request {
    instant received;
    struct limit limit;
    const struct pause *pauses; /* any order, may overlap */
    size_t pause_count;
    const struct extension *extensions;
    size_t extension_count;
    bool without_explanation; /* only the figures */
    bool continues; /* `received` is a due moment or a hand-over inside the process, no receipt: no cut-off */
};

enum line_kind {
    LINE_COUNTED,       /* ordinary working time */
    LINE_SWAPPED_WORK,  /* counted, on a swapped working day */
    LINE_CALENDAR_DAY,  /* counted, a day of a limit in calendar days */
    LINE_RECEIPT_DAY,   /* the day of receipt: no day of the limit yet */
    LINE_OUTSIDE_HOURS, /* received outside hours: moved to the next opening */
    LINE_AFTER_CUTOFF,  /* received after the cut-off: counts as the next working day */
    LINE_WEEKEND,
    LINE_HOLIDAY,
    LINE_COMPENSATORY,
    LINE_SWAPPED_OFF,
    LINE_CLOSED, /* closure, or a day without opening hours of the agency */
    LINE_PAUSED,
    LINE_ROLLED,   /* the end fell on a day off and moved on */
    LINE_EXTENDED, /* here an extension begins */
    LINE_DUE       /* the last line: the due moment */
};
#define LINE_KIND_COUNT 15

struct explanation_line {
    int32_t date;
    instant from; /* the part of the day the line speaks of */
    instant to;
    int64_t counted_us; /* what it adds to the limit, 0 for time that does not count */
    int32_t day_number; /* whole days of the limit reached at `to` (days limits), else 0 */
    enum line_kind kind;
    const char *reason; /* from the notice, closure, pause or extension; NULL when the kind says it all */
    const char *legal;  /* legal basis or NULL */
};

struct explanation {
    struct explanation_line *lines;
    size_t count;
};

struct deadline {
    instant received;
    instant start;      /* from where the clock runs (after opening, cut-off) */
    instant due;        /* INSTANT_NONE: no limit, or the clock stands still (see `paused`) */
    bool paused;        /* an open pause: `due` is unknown, `left_us` is what remains when it ends */
    int64_t left_us;    /* working time (or calendar time) not yet counted when paused, else 0 */
    bool calendar_time; /* left_us is calendar time, not working time */
    bool provisional;   /* runs over dates that no published notice covers */
    const char *rule_set;
    struct explanation explanation;
};

/* STATUS_INVALID: extension without reason, pause that ends before it begins, date or horizon (100 years)
 * left. */
NODISCARD enum status calendar_due(struct arena *arena, const struct calendar *calendar,
                                   const struct deadline_request *request, struct deadline *deadline,
                                   struct error *error);

/* The same for one limit and nothing else: a timer, a step of a workflow (no cut-off, no explanation). */
NODISCARD enum status calendar_add(const struct calendar *calendar, instant from, struct limit limit,
                                   instant *due);

struct working_time {
    int64_t working_us; /* opening time that counts, pauses taken off */
    int64_t days;       /* the same as working days: whole ones ... */
    int64_t rest_us;    /* ... and what is left over, in working time */
    int64_t whole_days; /* working days that closed in between, the day of `from` not counted */
    bool negative;      /* `to` lies before `from`; the figures are those of the swapped moments */
    struct explanation explanation;
};

/* Working time between two moments, and why. `arena` NULL: figures only. */
NODISCARD enum status calendar_between(struct arena *arena, const struct calendar *calendar, instant from,
                                       instant to, const struct pause *pauses, size_t pause_count,
                                       struct working_time *result, struct error *error);

enum deadline_state {
    DEADLINE_NONE, /* no limit */
    DEADLINE_PAUSED,
    DEADLINE_RUNNING, /* trong hạn */
    DEADLINE_LATE,    /* quá hạn, not finished */
    DEADLINE_BEFORE,  /* finished before the due minute: trước hạn */
    DEADLINE_ON_TIME, /* finished in the due minute: đúng hạn */
    DEADLINE_MISSED   /* finished after it: quá hạn */
};

struct remaining {
    enum deadline_state state;
    struct working_time time; /* left (RUNNING, PAUSED) or over (LATE, MISSED), or to spare (BEFORE) */
};

/* How a dossier stands at `now`; `ended` is INSTANT_NONE while it is open. Minute precision. */
struct remaining calendar_remaining(const struct calendar *calendar, const struct deadline *deadline,
                                    instant now, instant ended);

/*
 * The due moment after the calendar or a pause has changed. What has ended keeps the due moment it ended
 * under, always; `*moved` says whether an open one moved.
 */
NODISCARD enum status calendar_reconsider(struct arena *arena, const struct calendar *calendar,
                                          const struct deadline_request *request,
                                          const struct deadline *recorded, instant ended,
                                          struct deadline *deadline, bool *moved, struct error *error);

/* Stable names ("counted", "holiday", ...) and the Vietnamese label (N_ source text) of a kind. */
const char *line_kind_name(enum line_kind kind);
const char *line_kind_label(enum line_kind kind);
/*
 * Stored with the dossier: {"version":1,"received","start","due"|null,"paused","left_minutes","provisional",
 * "limit","rule_set","lines":[{"date","from","to","counted_minutes","day","kind","text","reason","legal"}]}
 */
char *deadline_to_json(struct arena *arena, const struct deadline *deadline, struct limit limit);
NODISCARD enum status deadline_from_json(struct arena *arena, struct str text, struct deadline *deadline,
                                         struct limit *limit, struct error *error);

#endif
