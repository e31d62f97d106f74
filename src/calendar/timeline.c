/*
 * The line of time of an agency, piece by piece: counting, closed, paused. Everything else in this layer
 * adds up pieces. Invariant: pieces are not empty, follow each other in time and never cross midnight.
 */
#include "calendar_private.h"

/* Why a day without hours is closed. */
static void describe_day_off(const struct timeline *timeline, int32_t day, struct piece *piece)
{
    static const enum line_kind kinds[] = {
        [DAY_HOLIDAY] = LINE_HOLIDAY,
        [DAY_COMPENSATORY] = LINE_COMPENSATORY,
        [DAY_SWAPPED_OFF] = LINE_SWAPPED_OFF,
        [DAY_SWAPPED_WORK] = LINE_CLOSED, /* worked, but the rule set has no hours for it */
        [DAY_CLOSED] = LINE_CLOSED,
    };
    const struct special_day *special = calendar_special_day(timeline->calendar, day);
    piece->counts = false;
    if (special != NULL) {
        piece->kind = kinds[special->kind];
        piece->reason = special->reason;
        piece->legal = special->legal;
    } else if (calendar_rule_set(timeline->calendar, day) == NULL) {
        piece->kind = LINE_CLOSED;
    } else {
        piece->kind = LINE_WEEKEND;
    }
}

/* Hours that count on a day by the measure; false when none do. */
static bool counting_hours(const struct timeline *timeline, int32_t day, struct day_hours *hours)
{
    if (timeline->measure == MEASURE_WALL) {
        *hours = (struct day_hours){.spans = {{0, 1440}}, .count = 1};
        return true;
    }
    if (!calendar_day_hours(timeline->calendar, day, hours)) return false;
    return timeline->measure == MEASURE_WORKING || !hours->open_only;
}

/* The pause that holds at `moment` and lasts longest; *next is where the next one begins. */
static const struct pause *pause_at(const struct timeline *timeline, instant moment, instant *next)
{
    const struct pause *found = NULL;
    *next = INT64_MAX;
    for (size_t i = 0; i < timeline->pause_count; i++) {
        const struct pause *pause = &timeline->pauses[i];
        if (pause->from > moment) {
            if (pause->from < *next && pause->from != pause->to) *next = pause->from;
            continue;
        }
        if (pause->to != INSTANT_NONE && pause->to <= moment) continue;
        if (found == NULL || pause->to == INSTANT_NONE ||
            (found->to != INSTANT_NONE && pause->to > found->to))
            found = pause;
    }
    return found;
}

bool timeline_paused(const struct timeline *timeline, instant moment, bool *open)
{
    instant next;
    const struct pause *pause = pause_at(timeline, moment, &next);
    *open = pause != NULL && pause->to == INSTANT_NONE;
    return pause != NULL;
}

/* The piece at `moment`, which lies in opening hours that last until `end`. */
static void describe_open(const struct timeline *timeline, int32_t day, instant moment, instant end,
                          struct piece *piece)
{
    *piece = (struct piece){.from = moment, .to = end};
    if (timeline->measure != MEASURE_WALL) {
        const struct closure *closure = calendar_next_closure(timeline->calendar, moment);
        if (closure != NULL && closure->from <= moment) {
            piece->kind = LINE_CLOSED;
            piece->reason = closure->reason;
            piece->legal = closure->legal;
            if (closure->to < end) piece->to = closure->to;
            return;
        }
        if (closure != NULL && closure->from < piece->to) piece->to = closure->from;
    }
    instant next;
    const struct pause *pause = pause_at(timeline, moment, &next);
    if (pause != NULL) {
        piece->kind = LINE_PAUSED;
        piece->reason = pause->reason;
        piece->legal = pause->legal;
        piece->paused_open = pause->to == INSTANT_NONE;
        if (!piece->paused_open && pause->to < piece->to) piece->to = pause->to;
        return;
    }
    if (next < piece->to) piece->to = next;
    piece->counts = true;
    piece->kind = LINE_COUNTED;
    if (timeline->measure == MEASURE_WALL) {
        piece->kind = LINE_CALENDAR_DAY;
        return;
    }
    const struct special_day *special = calendar_special_day(timeline->calendar, day);
    if (special != NULL) {
        piece->kind = LINE_SWAPPED_WORK;
        piece->reason = special->reason;
        piece->legal = special->legal;
    }
}

bool timeline_next(const struct timeline *timeline, instant moment, struct piece *piece)
{
    const struct calendar *calendar = timeline->calendar;
    int32_t last = CIVIL_LAST_DAY;
    if (timeline->measure != MEASURE_WALL) last = calendar->rule_sets[calendar->rule_set_count - 1].valid_to;
    for (int32_t day = civil_day_of(moment); day <= last; day++) {
        instant midnight = civil_instant(day, 0);
        instant from = moment > midnight ? moment : midnight;
        struct day_hours hours;
        if (!counting_hours(timeline, day, &hours)) {
            *piece = (struct piece){.from = from, .to = midnight + DAY_US};
            describe_day_off(timeline, day, piece);
            return true;
        }
        for (size_t i = 0; i < hours.count; i++) {
            instant start = midnight + hours.spans[i].from * MINUTE_US;
            instant end = midnight + hours.spans[i].to * MINUTE_US;
            if (from >= end) continue;
            describe_open(timeline, day, from > start ? from : start, end, piece);
            return true;
        }
    }
    return false;
}

bool timeline_opening(const struct timeline *timeline, instant moment, instant *opening)
{
    struct timeline unpaused = *timeline;
    unpaused.pause_count = 0;
    struct piece piece;
    while (timeline_next(&unpaused, moment, &piece)) {
        if (piece.counts) {
            *opening = piece.from;
            return true;
        }
        moment = piece.to;
    }
    return false;
}

bool timeline_closing(const struct timeline *timeline, int32_t day, instant *closing)
{
    struct timeline unpaused = *timeline;
    unpaused.pause_count = 0;
    instant moment = civil_instant(day, 0), end = moment + DAY_US;
    bool found = false;
    struct piece piece;
    while (moment < end && timeline_next(&unpaused, moment, &piece) && piece.from < end) {
        if (piece.counts) {
            *closing = piece.to;
            found = true;
        }
        moment = piece.to;
    }
    return found;
}

bool timeline_closes_at(const struct timeline *timeline, instant moment)
{
    instant closing; /* may be midnight, which begins the next civil day */
    return timeline_closing(timeline, civil_day_of(moment - 1), &closing) && closing == moment;
}

int64_t timeline_rate(const struct timeline *timeline, int32_t day)
{
    if (timeline->measure != MEASURE_DAYS) return 1;
    const struct rule_set *rules = calendar_rule_set(timeline->calendar, day);
    return rules == NULL ? 1 : timeline->calendar->day_units / rules->minutes_per_day;
}

__int128 timeline_day(const struct timeline *timeline)
{
    if (timeline->measure == MEASURE_DAYS) return (__int128)timeline->calendar->day_units * MINUTE_US;
    return DAY_US;
}
