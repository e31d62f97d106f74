/* Arithmetic (DMN 1.3, tables 57 to 61). What the tables do not list is null. */
#include "evaluate.h"

static const struct feel_value *undefined(struct feel_evaluation *evaluation, enum operator_kind operator,
                                          const struct feel_value * left, const struct feel_value *right)
{
    static const char *const signs[] = {"+", "-", "*", "/", "**"};
    if (feel_is_null(left) && left->reason.length > 0) return left;
    if (feel_is_null(right) && right->reason.length > 0) return right;
    return NULL_BECAUSE(evaluation, "%s %s %s is not defined", feel_kind_name(left->kind), signs[operator],
                        feel_kind_name(right->kind));
}

static const struct feel_value *numbers(struct feel_evaluation *evaluation, enum operator_kind operator,
                                        struct feel_number left, struct feel_number right)
{
    struct feel_number result;
    bool finite = false;
    switch (operator) {
    case OPERATOR_ADD:
        finite = feel_number_add(left, right, &result);
        break;
    case OPERATOR_SUBTRACT:
        finite = feel_number_subtract(left, right, &result);
        break;
    case OPERATOR_MULTIPLY:
        finite = feel_number_multiply(left, right, &result);
        break;
    case OPERATOR_DIVIDE:
        if (feel_number_sign(right) == 0) return NULL_BECAUSE(evaluation, "division by zero");
        finite = feel_number_divide(left, right, &result);
        break;
    default:
        finite = feel_number_power(left, right, &result);
        break;
    }
    return finite ? feel_number(evaluation->arena, result)
                  : NULL_BECAUSE(evaluation, "the result is no number of decimal128 size");
}

static const struct feel_value *concatenate(struct feel_evaluation *evaluation, struct str left,
                                            struct str right)
{
    char *text = evaluation_alloc(evaluation, left.length + right.length + 1);
    if (left.length > 0) memcpy(text, left.data, left.length);
    if (right.length > 0) memcpy(text + left.length, right.data, right.length);
    text[left.length + right.length] = '\0';
    return feel_string(evaluation->arena, str_make(text, left.length + right.length));
}

static const struct feel_value *overflow(struct feel_evaluation *evaluation)
{
    return NULL_BECAUSE(evaluation, "the result is too large for a date or duration");
}

static const struct feel_value *days_result(struct feel_evaluation *evaluation, bool ok,
                                            struct feel_duration duration)
{
    return ok ? feel_days_duration(evaluation->arena, duration) : overflow(evaluation);
}

/* A whole number of months, the fraction cut off. */
static const struct feel_value *months_result(struct feel_evaluation *evaluation, struct feel_number months)
{
    int64_t whole;
    if (!feel_number_round(months, 0, FEEL_ROUND_DOWN, &months) || !feel_number_to_int64(months, &whole) ||
        whole == INT64_MIN)
        return overflow(evaluation);
    return feel_months_duration(evaluation->arena, whole);
}

/* duration * number, duration / number */
static const struct feel_value *scale_duration(struct feel_evaluation *evaluation,
                                               enum operator_kind operator,
                                               const struct feel_value * duration, struct feel_number factor)
{
    struct feel_number amount = feel_number_from_int64(0);
    struct feel_duration result;
    bool ok = true;
    if (duration->kind == FEEL_MONTHS_DURATION)
        amount = feel_number_from_int64(duration->months);
    else
        ok = temporal_duration_to_number(duration->days, &amount);
    if (operator== OPERATOR_DIVIDE && feel_number_sign(factor) == 0)
        return NULL_BECAUSE(evaluation, "division by zero");
    ok = ok && (operator== OPERATOR_MULTIPLY ? feel_number_multiply(amount, factor, &amount)
                                             : feel_number_divide(amount, factor, &amount));
    if (!ok) return overflow(evaluation);
    if (duration->kind == FEEL_MONTHS_DURATION) return months_result(evaluation, amount);
    ok = temporal_duration_from_number(amount, &result);
    return days_result(evaluation, ok, result);
}

static const struct feel_value *divide_durations(struct feel_evaluation *evaluation,
                                                 const struct feel_value *left,
                                                 const struct feel_value *right)
{
    struct feel_number a, b;
    if (left->kind == FEEL_MONTHS_DURATION) {
        a = feel_number_from_int64(left->months);
        b = feel_number_from_int64(right->months);
    } else if (!temporal_duration_to_number(left->days, &a) ||
               !temporal_duration_to_number(right->days, &b)) {
        return overflow(evaluation);
    }
    return numbers(evaluation, OPERATOR_DIVIDE, a, b);
}

static const struct feel_value *add_months(struct feel_evaluation *evaluation, const struct feel_value *point,
                                           int64_t months)
{
    struct feel_date date = point->kind == FEEL_DATE ? point->date : point->date_time.date;
    if (!temporal_add_months(date, months, &date)) return overflow(evaluation);
    return point->kind == FEEL_DATE ? feel_date(evaluation->arena, date)
                                    : feel_date_time(evaluation->arena, date, point->date_time.time);
}

/* On the time line: with a named zone the offset before and after may differ. */
static const struct feel_value *add_to_date_time(struct feel_evaluation *evaluation,
                                                 const struct feel_value *point,
                                                 struct feel_duration duration)
{
    struct feel_date date;
    struct feel_time time = point->date_time.time;
    struct feel_duration sum = {temporal_local_seconds(point->date_time.date, &time),
                                (int32_t)time.nanosecond};
    int32_t before = 0, after = 0;
    bool named = time.zone.kind == FEEL_ZONE_NAMED &&
                 zone_offset_at_local(evaluation, &time.zone, sum.second, &before);
    if (!temporal_duration_add(sum, duration, &sum)) return overflow(evaluation);
    if (named) {
        if (__builtin_sub_overflow(sum.second, before, &sum.second)) return overflow(evaluation);
        if (!zone_offset_at_utc(evaluation, &time.zone, sum.second, &after)) after = before;
        if (__builtin_add_overflow(sum.second, after, &sum.second)) return overflow(evaluation);
    }
    if (!temporal_from_local_seconds(sum.second, (uint32_t)sum.nanosecond, &date, &time))
        return overflow(evaluation);
    return feel_date_time(evaluation->arena, date, time);
}

static const struct feel_value *add_days(struct feel_evaluation *evaluation, const struct feel_value *point,
                                         struct feel_duration duration)
{
    struct feel_date date;
    struct feel_time time = {.hour = 0};
    struct feel_duration sum;
    if (point->kind == FEEL_DATE_TIME) return add_to_date_time(evaluation, point, duration);
    if (point->kind == FEEL_TIME) { /* round the clock */
        int64_t second =
            (temporal_seconds_of_day(&point->time) + duration.second % DAY_SECONDS) % DAY_SECONDS;
        int64_t nanosecond = (int64_t)point->time.nanosecond + duration.nanosecond;
        time = point->time;
        second += nanosecond / NANOSECONDS;
        second = (second % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
        temporal_from_local_seconds(second, (uint32_t)(nanosecond % NANOSECONDS), &date, &time);
        return feel_time(evaluation->arena, time);
    }
    sum =
        (struct feel_duration){feel_date_to_days(point->date) * DAY_SECONDS, 0}; /* a date is its midnight */
    if (!temporal_duration_add(sum, duration, &sum) ||
        !temporal_from_local_seconds(sum.second, 0, &date, &time))
        return overflow(evaluation);
    return feel_date(evaluation->arena, date);
}

static bool is_point(const struct feel_value *value)
{
    return value->kind == FEEL_DATE || value->kind == FEEL_DATE_TIME;
}

static const struct feel_value *add_duration(struct feel_evaluation *evaluation, enum operator_kind operator,
                                             const struct feel_value * point,
                                             const struct feel_value *duration)
{
    struct feel_duration days;
    if (duration->kind == FEEL_MONTHS_DURATION) {
        if (point->kind == FEEL_TIME) return undefined(evaluation, operator, point, duration);
        return add_months(evaluation, point, operator== OPERATOR_ADD ? duration->months : - duration->months);
    }
    days = duration->days;
    if (operator== OPERATOR_SUBTRACT && !temporal_duration_negate(days, &days)) return overflow(evaluation);
    return add_days(evaluation, point, days);
}

/* Seconds on the time line (UTC), or of the local clock when there is no zone; a date is midnight UTC. */
static bool on_time_line(struct feel_evaluation *evaluation, const struct feel_value *value,
                         struct feel_duration *moment, bool *zoned)
{
    const struct feel_time *time;
    int64_t local;
    int32_t offset = 0;
    *zoned = true;
    if (value->kind == FEEL_DATE) {
        *moment = (struct feel_duration){feel_date_to_days(value->date) * DAY_SECONDS, 0};
        return true;
    }
    time = value->kind == FEEL_TIME ? &value->time : &value->date_time.time;
    local = value->kind == FEEL_TIME ? temporal_seconds_of_day(time)
                                     : temporal_local_seconds(value->date_time.date, time);
    *zoned = time->zone.kind != FEEL_ZONE_NONE;
    if (*zoned && !zone_offset_at_local(evaluation, &time->zone, local, &offset)) return false;
    *moment = (struct feel_duration){local - offset, (int32_t)time->nanosecond};
    return true;
}

static const struct feel_value *distance(struct feel_evaluation *evaluation, const struct feel_value *left,
                                         const struct feel_value *right)
{
    struct feel_duration a, b;
    bool zoned_a, zoned_b, ok;
    if (!on_time_line(evaluation, left, &a, &zoned_a) || !on_time_line(evaluation, right, &b, &zoned_b))
        return NULL_BECAUSE(evaluation, "the rules of the time zone are not known");
    if (zoned_a != zoned_b) return NULL_BECAUSE(evaluation, "one has a time zone and the other has none");
    ok = temporal_duration_negate(b, &b) && temporal_duration_add(a, b, &a);
    return days_result(evaluation, ok, a);
}

static const struct feel_value *add(struct feel_evaluation *evaluation, enum operator_kind operator,
                                    const struct feel_value * left, const struct feel_value *right)
{
    bool plus = operator== OPERATOR_ADD;
    bool right_duration = right->kind == FEEL_DAYS_DURATION || right->kind == FEEL_MONTHS_DURATION;
    bool left_duration = left->kind == FEEL_DAYS_DURATION || left->kind == FEEL_MONTHS_DURATION;
    if (left->kind == FEEL_STRING && right->kind == FEEL_STRING && plus)
        return concatenate(evaluation, left->string, right->string);
    if (left->kind == FEEL_DAYS_DURATION && right->kind == FEEL_DAYS_DURATION) {
        struct feel_duration other = right->days, sum = {0, 0};
        bool ok = (plus || temporal_duration_negate(other, &other)) &&
                  temporal_duration_add(left->days, other, &sum);
        return days_result(evaluation, ok, sum);
    }
    if (left->kind == FEEL_MONTHS_DURATION && right->kind == FEEL_MONTHS_DURATION) {
        int64_t sum;
        if (plus ? __builtin_add_overflow(left->months, right->months, &sum)
                 : __builtin_sub_overflow(left->months, right->months, &sum))
            return overflow(evaluation);
        return sum == INT64_MIN ? overflow(evaluation) : feel_months_duration(evaluation->arena, sum);
    }
    if ((is_point(left) || left->kind == FEEL_TIME) && right_duration)
        return add_duration(evaluation, operator, left, right);
    if ((is_point(right) || right->kind == FEEL_TIME) && left_duration && plus)
        return add_duration(evaluation, operator, right, left);
    if (!plus &&
        ((is_point(left) && is_point(right)) || (left->kind == FEEL_TIME && right->kind == FEEL_TIME)))
        return distance(evaluation, left, right);
    return undefined(evaluation, operator, left, right);
}

const struct feel_value *operate(struct feel_evaluation *evaluation, enum operator_kind operator,
                                 const struct feel_value * left, const struct feel_value *right)
{
    bool left_duration = left->kind == FEEL_DAYS_DURATION || left->kind == FEEL_MONTHS_DURATION;
    bool right_duration = right->kind == FEEL_DAYS_DURATION || right->kind == FEEL_MONTHS_DURATION;
    if (left->kind == FEEL_NUMBER && right->kind == FEEL_NUMBER)
        return numbers(evaluation, operator, left->number, right->number);
    switch (operator) {
    case OPERATOR_ADD:
    case OPERATOR_SUBTRACT:
        return add(evaluation, operator, left, right);
    case OPERATOR_MULTIPLY:
        if (left_duration && right->kind == FEEL_NUMBER)
            return scale_duration(evaluation, operator, left, right->number);
        if (right_duration && left->kind == FEEL_NUMBER)
            return scale_duration(evaluation, operator, right, left->number);
        break;
    case OPERATOR_DIVIDE:
        if (left_duration && right->kind == FEEL_NUMBER)
            return scale_duration(evaluation, operator, left, right->number);
        if (left_duration && left->kind == right->kind) return divide_durations(evaluation, left, right);
        break;
    default:
        break;
    }
    return undefined(evaluation, operator, left, right);
}

const struct feel_value *operate_negate(struct feel_evaluation *evaluation, const struct feel_value *value)
{
    struct feel_duration duration = {0, 0};
    bool ok;
    switch (value->kind) {
    case FEEL_NUMBER:
        return feel_number(evaluation->arena, feel_number_negate(value->number));
    case FEEL_MONTHS_DURATION:
        return feel_months_duration(evaluation->arena, -value->months);
    case FEEL_DAYS_DURATION:
        ok = temporal_duration_negate(value->days, &duration);
        return days_result(evaluation, ok, duration);
    case FEEL_NULL:
        return value;
    default:
        return NULL_BECAUSE(evaluation, "- %s is not defined", feel_kind_name(value->kind));
    }
}
