/* Working time between two moments, what is left of a limit, and what a changed calendar does to it. */
#include "calendar_private.h"

/* Adds what counts between two moments (from <= to); `lines` may collect nothing. */
static void count_working(const struct timeline *timeline, instant from, instant to, struct line_list *lines,
                          __int128 *units)
{
    struct piece piece;
    while (from < to && timeline_next(timeline, from, &piece) && piece.from < to) {
        instant end = piece.to < to ? piece.to : to;
        if (piece.counts)
            *units += (__int128)(end - piece.from) * timeline_rate(timeline, civil_day_of(piece.from));
        line_add_piece(lines, &piece, end, piece.kind, 0);
        from = piece.to;
    }
}

/* Closings of working days after the day of `from`, up to `to`, those in a pause left out. */
static int64_t count_closings(const struct timeline *timeline, instant from, instant to)
{
    instant opening, closing;
    if (!timeline_opening(timeline, from, &opening)) return 0;
    int32_t day = civil_day_of(opening);
    if (timeline_closes_at(timeline, from)) day = civil_day_of(from - 1);
    int64_t count = 0;
    for (day++; civil_instant(day, 0) < to; day++) {
        bool open;
        if (timeline_closing(timeline, day, &closing) && closing <= to &&
            !timeline_paused(timeline, closing - 1, &open))
            count++;
    }
    return count;
}

enum status calendar_between(struct arena *arena, const struct calendar *calendar, instant from, instant to,
                             const struct pause *pauses, size_t pause_count, struct working_time *result,
                             struct error *error)
{
    if (!moment_in_range(from) || !moment_in_range(to))
        return error_set(error, arena, STATUS_INVALID, "calendar.range",
                         N_("Thời điểm nằm ngoài khoảng thời gian của lịch."), NULL);
    if (pause_count > DEADLINE_MAXIMUM_PAUSES)
        return error_set(error, arena, STATUS_TOO_LARGE, "calendar.pause", N_("Có quá nhiều lần tạm dừng."),
                         NULL);
    struct working_time found = {.negative = to < from};
    if (found.negative) {
        instant earlier = to;
        to = from;
        from = earlier;
    }
    struct line_list lines = {.arena = arena}, nothing = {.arena = NULL};
    struct timeline timeline = {calendar, MEASURE_WORKING, pauses, pause_count};
    __int128 working = 0, units = 0;
    count_working(&timeline, from, to, &lines, &working);
    timeline.measure = MEASURE_DAYS;
    count_working(&timeline, from, to, &nothing, &units);
    __int128 day = timeline_day(&timeline);
    found.working_us = (int64_t)working;
    found.days = (int64_t)(units / day);
    found.rest_us = (int64_t)(units % day / timeline_rate(&timeline, civil_day_of(to)));
    found.whole_days = count_closings(&timeline, from, to);
    found.explanation = (struct explanation){lines.lines, lines.count};
    *result = found;
    return STATUS_OK;
}

/* What a stopped clock still has to run. */
static struct working_time left_when_paused(const struct calendar *calendar, const struct deadline *deadline)
{
    int64_t day_us = DAY_US;
    if (!deadline->calendar_time) {
        const struct rule_set *rules = calendar_rule_set(calendar, civil_day_of(deadline->start));
        day_us = (rules == NULL ? 480 : rules->minutes_per_day) * MINUTE_US;
    }
    return (struct working_time){
        .working_us = deadline->left_us,
        .days = deadline->left_us / day_us,
        .rest_us = deadline->left_us % day_us,
        .whole_days = deadline->left_us / day_us,
    };
}

struct remaining calendar_remaining(const struct calendar *calendar, const struct deadline *deadline,
                                    instant now, instant ended)
{
    struct remaining remaining = {.state = DEADLINE_NONE};
    if (deadline->paused) {
        remaining.state = DEADLINE_PAUSED;
        remaining.time = left_when_paused(calendar, deadline);
        return remaining;
    }
    if (deadline->due == INSTANT_NONE) return remaining;
    instant at = ended == INSTANT_NONE ? now : ended;
    int64_t difference = civil_floor_minute(at) - civil_floor_minute(deadline->due);
    if (ended == INSTANT_NONE)
        remaining.state = difference > 0 ? DEADLINE_LATE : DEADLINE_RUNNING;
    else
        remaining.state = difference > 0    ? DEADLINE_MISSED
                          : difference == 0 ? DEADLINE_ON_TIME
                                            : DEADLINE_BEFORE;
    enum status status = calendar_between(NULL, calendar, civil_floor_minute(at),
                                          civil_floor_minute(deadline->due), NULL, 0, &remaining.time, NULL);
    if (status != STATUS_OK) remaining.time = (struct working_time){.working_us = 0};
    remaining.time.negative = false; /* the state says on which side of the due moment it lies */
    return remaining;
}

enum status calendar_reconsider(struct arena *arena, const struct calendar *calendar,
                                const struct deadline_request *request, const struct deadline *recorded,
                                instant ended, struct deadline *deadline, bool *moved, struct error *error)
{
    if (ended != INSTANT_NONE) {
        *deadline = *recorded;
        *moved = false;
        return STATUS_OK;
    }
    struct deadline fresh;
    enum status status = calendar_due(arena, calendar, request, &fresh, error);
    if (status != STATUS_OK) return status;
    *moved = fresh.due != recorded->due || fresh.paused != recorded->paused;
    *deadline = fresh;
    return STATUS_OK;
}
