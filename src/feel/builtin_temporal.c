/* Date and time functions (DMN 1.3, 10.3.4.7 and 10.3.4.9). */
#include "builtin.h"
#include "evaluate.h"

static const struct feel_value *now(struct feel_evaluation *evaluation,
                                    const struct feel_value *const *arguments, size_t count)
{
    const struct feel_value *value = evaluation->environment->now;
    (void)arguments;
    (void)count;
    if (value == NULL || value->kind != FEEL_DATE_TIME)
        return NULL_BECAUSE(evaluation, "the present time is not given");
    return value;
}

static const struct feel_value *today(struct feel_evaluation *evaluation,
                                      const struct feel_value *const *arguments, size_t count)
{
    const struct feel_value *value = now(evaluation, arguments, count);
    return value->kind == FEEL_DATE_TIME ? feel_date(evaluation->arena, value->date_time.date) : value;
}

static const struct feel_value *day_of_year(struct feel_evaluation *evaluation,
                                            const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return feel_integer(evaluation->arena, temporal_day_of_year(arguments[0]->date));
}

static const struct feel_value *day_of_week(struct feel_evaluation *evaluation,
                                            const struct feel_value *const *arguments, size_t count)
{
    static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
    (void)count;
    return feel_string(evaluation->arena, str_of(names[temporal_weekday(arguments[0]->date) - 1]));
}

static const struct feel_value *month_of_year(struct feel_evaluation *evaluation,
                                              const struct feel_value *const *arguments, size_t count)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    (void)count;
    return feel_string(evaluation->arena, str_of(names[arguments[0]->date.month - 1]));
}

static const struct feel_value *week_of_year(struct feel_evaluation *evaluation,
                                             const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return feel_integer(evaluation->arena, temporal_iso_week(arguments[0]->date));
}

static bool is_same_clock(const struct feel_time *a, const struct feel_time *b)
{
    return a->nanosecond == b->nanosecond && temporal_same_zone(&a->zone, &b->zone);
}

/* The same in the semantic domain: also the same offset or zone, and to the fraction of a second. */
static const struct feel_value *is(struct feel_evaluation *evaluation,
                                   const struct feel_value *const *arguments, size_t count)
{
    const struct feel_value *a = arguments[0], *b = arguments[1];
    bool same;
    (void)count;
    if (a->kind != b->kind) return feel_boolean(false);
    same = compare_equal(evaluation, a, b) == 1;
    if (a->kind == FEEL_TIME) same = same && is_same_clock(&a->time, &b->time);
    if (a->kind == FEEL_DATE_TIME) same = same && is_same_clock(&a->date_time.time, &b->date_time.time);
    return feel_boolean(same);
}

#define OF_DATE                                                                                              \
    {                                                                                                        \
        1, 1, false,                                                                                         \
        {                                                                                                    \
            PARAMETER("date", TAKES_DATE)                                                                    \
        }                                                                                                    \
    }

const struct builtin builtins_temporal[] = {
    BUILTIN("now", now, {0, 0, false, {PARAMETER("", TAKES_ANY)}}),
    BUILTIN("today", today, {0, 0, false, {PARAMETER("", TAKES_ANY)}}),
    BUILTIN("day of year", day_of_year, OF_DATE),
    BUILTIN("day of week", day_of_week, OF_DATE),
    BUILTIN("month of year", month_of_year, OF_DATE),
    BUILTIN("week of year", week_of_year, OF_DATE),
    BUILTIN("is", is,
            {2, 2, false, {PARAMETER_OR_NULL("value1", TAKES_ANY), PARAMETER_OR_NULL("value2", TAKES_ANY)}}),
    END_OF_BUILTINS,
};
