/*
 * Creating a calendar and asking it about single days. Invariant after calendar_create(): rule sets are
 * sorted and do not overlap, special days are sorted with one entry a date, closures are sorted and
 * disjoint, and there is at least one opening hour.
 */
#include "calendar_private.h"

#include <stdlib.h>

static enum status refuse(struct arena *arena, struct error *error, const char *detail, const char *about)
{
    return error_set(
        error, arena, STATUS_INVALID, "calendar.definition",
        N_("Lịch làm việc không hợp lệ. Hãy kiểm tra giờ làm việc, ngày nghỉ và thời gian áp dụng."),
        "%s%s%s", detail, about == NULL ? "" : ": ", about == NULL ? "" : about);
}

static const char *copy(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_strdup(arena, text);
}

static bool hours_valid(const struct day_hours *hours)
{
    if (hours->count > CALENDAR_MAXIMUM_SPANS) return false;
    for (size_t i = 0; i < hours->count; i++) {
        if (hours->spans[i].from >= hours->spans[i].to || hours->spans[i].to > 1440) return false;
        if (i > 0 && hours->spans[i].from <= hours->spans[i - 1].to) return false;
    }
    return true;
}

static bool day_in_range(int32_t day)
{
    return day >= CIVIL_FIRST_DAY && day <= CIVIL_LAST_DAY;
}

static int compare_rule_sets(const void *a, const void *b)
{
    const struct rule_set *x = a, *y = b;
    return (x->valid_from > y->valid_from) - (x->valid_from < y->valid_from);
}

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static enum status take_rule_sets(struct arena *arena, const struct calendar_definition *definition,
                                  struct calendar *calendar, struct error *error)
{
    size_t count = definition->rule_set_count;
    if (count == 0 || count > CALENDAR_MAXIMUM_RULE_SETS)
        return refuse(arena, error, "needs 1 to 64 rule sets", NULL);
    struct rule_set *sets = arena_array(arena, count, sizeof *sets);
    bool opens = false;
    int64_t day_units = 1;
    for (size_t i = 0; i < count; i++) {
        sets[i] = definition->rule_sets[i];
        sets[i].id = copy(arena, sets[i].id == NULL ? "" : sets[i].id);
        sets[i].name = copy(arena, sets[i].name);
        sets[i].legal = copy(arena, sets[i].legal);
        if (sets[i].valid_from == CIVIL_DAY_NONE) sets[i].valid_from = CIVIL_FIRST_DAY;
        if (sets[i].valid_to == CIVIL_DAY_NONE) sets[i].valid_to = CIVIL_LAST_DAY;
        if (!day_in_range(sets[i].valid_from) || !day_in_range(sets[i].valid_to) ||
            sets[i].valid_from > sets[i].valid_to)
            return refuse(arena, error, "validity of rule set", sets[i].id);
        if (sets[i].minutes_per_day == 0 || sets[i].minutes_per_day > 1440)
            return refuse(arena, error, "minutes per working day of rule set", sets[i].id);
        if (sets[i].same_day_cutoff < LIMIT_NO_CUTOFF || sets[i].same_day_cutoff >= 1440)
            return refuse(arena, error, "cut-off of rule set", sets[i].id);
        bool works = false;
        for (size_t weekday = 0; weekday < 7; weekday++) {
            if (!hours_valid(&sets[i].hours[weekday]))
                return refuse(arena, error, "hours of rule set", sets[i].id);
            works = works || (sets[i].hours[weekday].count > 0 && !sets[i].hours[weekday].open_only);
        }
        opens = opens || works;
        day_units =
            day_units / greatest_common_divisor(day_units, sets[i].minutes_per_day) * sets[i].minutes_per_day;
        if (day_units > MAXIMUM_DAY_UNITS)
            return refuse(arena, error, "too many different lengths of a working day", NULL);
    }
    if (!opens) return refuse(arena, error, "no working day in any rule set", NULL);
    qsort(sets, count, sizeof *sets, compare_rule_sets);
    for (size_t i = 1; i < count; i++)
        if (sets[i].valid_from <= sets[i - 1].valid_to)
            return refuse(arena, error, "rule sets overlap", sets[i].id);
    calendar->rule_sets = sets;
    calendar->rule_set_count = count;
    calendar->day_units = day_units;
    return STATUS_OK;
}

/* By date, the later entry of the definition first, so that the first of a date is the one that counts. */
struct indexed_day {
    struct special_day day;
    size_t index;
};

static int compare_days(const void *a, const void *b)
{
    const struct indexed_day *x = a, *y = b;
    if (x->day.date != y->day.date) return x->day.date < y->day.date ? -1 : 1;
    return (x->index < y->index) - (x->index > y->index);
}

static enum status take_days(struct arena *arena, const struct calendar_definition *definition,
                             struct calendar *calendar, struct error *error)
{
    size_t count = definition->day_count;
    if (count > CALENDAR_MAXIMUM_DAYS) return refuse(arena, error, "too many special days", NULL);
    struct indexed_day *indexed = arena_array(arena, count, sizeof *indexed);
    for (size_t i = 0; i < count; i++) {
        const struct special_day *day = &definition->days[i];
        char date[CIVIL_DATE_SIZE];
        civil_format_date(day->date, date);
        if (!day_in_range(day->date) || day->kind > DAY_CLOSED || !hours_valid(&day->hours) ||
            (day->swapped_with != CIVIL_DAY_NONE && !day_in_range(day->swapped_with)))
            return refuse(arena, error, "special day", date);
        if (day->kind != DAY_SWAPPED_WORK && day->hours.count > 0)
            return refuse(arena, error, "a day off has no hours", date);
        indexed[i] = (struct indexed_day){*day, i};
    }
    if (count > 0) qsort(indexed, count, sizeof *indexed, compare_days);
    struct special_day *days = arena_array(arena, count, sizeof *days);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && days[kept - 1].date == indexed[i].day.date) continue;
        days[kept] = indexed[i].day;
        days[kept].reason = copy(arena, days[kept].reason);
        days[kept].legal = copy(arena, days[kept].legal);
        kept++;
    }
    calendar->days = days;
    calendar->day_count = kept;
    return STATUS_OK;
}

static int compare_closures(const void *a, const void *b)
{
    const struct closure *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return (x->to < y->to) - (x->to > y->to);
}

static enum status take_closures(struct arena *arena, const struct calendar_definition *definition,
                                 struct calendar *calendar, struct error *error)
{
    size_t count = definition->closure_count, kept = 0;
    if (count > CALENDAR_MAXIMUM_CLOSURES) return refuse(arena, error, "too many closures", NULL);
    struct closure *closures = arena_array(arena, count, sizeof *closures);
    for (size_t i = 0; i < count; i++) {
        closures[i] = definition->closures[i];
        if (closures[i].from >= closures[i].to || !moment_in_range(closures[i].from) ||
            !moment_in_range(closures[i].to))
            return refuse(arena, error, "closure", closures[i].reason);
    }
    if (count > 0) qsort(closures, count, sizeof *closures, compare_closures);
    for (size_t i = 0; i < count; i++) {
        struct closure closure = closures[i];
        if (kept > 0 && closure.from < closures[kept - 1].to) closure.from = closures[kept - 1].to;
        if (closure.from >= closure.to) continue;
        closure.reason = copy(arena, closure.reason);
        closure.legal = copy(arena, closure.legal);
        closures[kept++] = closure;
    }
    calendar->closures = closures;
    calendar->closure_count = kept;
    return STATUS_OK;
}

static enum status take_notices(struct arena *arena, const struct calendar_definition *definition,
                                struct calendar *calendar, struct error *error)
{
    size_t count = definition->notice_count;
    if (count > CALENDAR_MAXIMUM_DAYS) return refuse(arena, error, "too many notices", NULL);
    struct notice *notices = arena_array(arena, count, sizeof *notices);
    for (size_t i = 0; i < count; i++) {
        notices[i] = definition->notices[i];
        if (!day_in_range(notices[i].from) || !day_in_range(notices[i].to) || notices[i].from > notices[i].to)
            return refuse(arena, error, "notice", notices[i].id);
        notices[i].id = copy(arena, notices[i].id);
        notices[i].name = copy(arena, notices[i].name);
    }
    calendar->notices = notices;
    calendar->notice_count = count;
    return STATUS_OK;
}

enum status calendar_create(struct arena *arena, const struct calendar_definition *definition,
                            struct calendar **calendar, struct error *error)
{
    struct calendar *result = arena_zalloc(arena, sizeof *result);
    result->agency = copy(arena, definition->agency == NULL ? "" : definition->agency);
    result->name = copy(arena, definition->name == NULL ? result->agency : definition->name);
    enum status status = take_rule_sets(arena, definition, result, error);
    if (status == STATUS_OK) status = take_days(arena, definition, result, error);
    if (status == STATUS_OK) status = take_closures(arena, definition, result, error);
    if (status == STATUS_OK) status = take_notices(arena, definition, result, error);
    if (status == STATUS_OK) *calendar = result;
    return status;
}

const char *calendar_agency(const struct calendar *calendar)
{
    return calendar->agency;
}

const struct rule_set *calendar_rule_set(const struct calendar *calendar, int32_t day)
{
    size_t low = 0, high = calendar->rule_set_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (calendar->rule_sets[middle].valid_to < day)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == calendar->rule_set_count || calendar->rule_sets[low].valid_from > day) return NULL;
    return &calendar->rule_sets[low];
}

const struct special_day *calendar_special_day(const struct calendar *calendar, int32_t day)
{
    size_t low = 0, high = calendar->day_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (calendar->days[middle].date < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low < calendar->day_count && calendar->days[low].date == day ? &calendar->days[low] : NULL;
}

bool calendar_day_hours(const struct calendar *calendar, int32_t day, struct day_hours *hours)
{
    const struct rule_set *rules = calendar_rule_set(calendar, day);
    if (rules == NULL) return false;
    const struct special_day *special = calendar_special_day(calendar, day);
    const struct day_hours *found = &rules->hours[civil_weekday(day)];
    if (special != NULL) {
        if (special->kind != DAY_SWAPPED_WORK) return false;
        if (special->hours.count > 0)
            found = &special->hours;
        else
            found =
                &rules->hours[special->swapped_with == CIVIL_DAY_NONE ? MONDAY
                                                                      : civil_weekday(special->swapped_with)];
    }
    if (found->count == 0) return false;
    *hours = *found;
    return true;
}

const struct closure *calendar_next_closure(const struct calendar *calendar, instant moment)
{
    size_t low = 0, high = calendar->closure_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (calendar->closures[middle].to <= moment)
            low = middle + 1;
        else
            high = middle;
    }
    return low < calendar->closure_count ? &calendar->closures[low] : NULL;
}

bool calendar_is_working_day(const struct calendar *calendar, int32_t day)
{
    struct timeline timeline = {.calendar = calendar, .measure = MEASURE_DAYS};
    instant closing;
    return timeline_closing(&timeline, day, &closing);
}

bool calendar_is_open(const struct calendar *calendar, instant moment)
{
    struct timeline timeline = {.calendar = calendar, .measure = MEASURE_WORKING};
    struct piece piece;
    return moment_in_range(moment) && timeline_next(&timeline, moment, &piece) && piece.counts &&
           piece.from == moment;
}

bool calendar_covered(const struct calendar *calendar, int32_t from, int32_t to)
{
    int32_t covered = from;
    bool moved = true;
    while (covered <= to && moved) {
        moved = false;
        for (size_t i = 0; i < calendar->notice_count; i++) {
            const struct notice *notice = &calendar->notices[i];
            if (!notice->estimate && notice->from <= covered && notice->to >= covered) {
                covered = notice->to + 1;
                moved = true;
            }
        }
    }
    return covered > to;
}
