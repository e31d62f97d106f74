/* Equality and order (DMN 1.3, tables 52 and 53). */
#include "evaluate.h"

#define COMPARE_STEP(evaluation)                                                                             \
    do {                                                                                                     \
        if ((evaluation) != NULL) feel_step(evaluation);                                                     \
    } while (0)

/* Long texts cost more than one step, as in the functions on strings. */
static void pay_for_texts(struct feel_evaluation *evaluation, struct str a, struct str b)
{
    if (evaluation != NULL) evaluation_steps(evaluation, (a.length < b.length ? a.length : b.length) / 64);
}

/* The moment of a clock reading in seconds: UTC when it has a zone, local time when it has none. */
static bool moment(struct feel_evaluation *evaluation, const struct feel_time *time, int64_t local_seconds,
                   int64_t *seconds)
{
    int32_t offset = 0;
    if (time->zone.kind != FEEL_ZONE_NONE &&
        !zone_offset_at_local(evaluation, &time->zone, local_seconds, &offset))
        return false;
    *seconds = local_seconds - offset;
    return true;
}

/* Two readings of the clock: both without zone, or both with one; then the moments count, in whole seconds as
 * the value of a time is defined. Without an evaluation no named zone can be looked up. */
static bool clocks_equal(struct feel_evaluation *evaluation, const struct feel_time *a,
                         const struct feel_time *b, int64_t local_a, int64_t local_b)
{
    int64_t seconds_a, seconds_b;
    if ((a->zone.kind == FEEL_ZONE_NONE) != (b->zone.kind == FEEL_ZONE_NONE)) return false;
    if (temporal_same_zone(&a->zone, &b->zone)) return local_a == local_b;
    if (evaluation == NULL && (a->zone.kind == FEEL_ZONE_NAMED || b->zone.kind == FEEL_ZONE_NAMED))
        return false;
    return moment(evaluation, a, local_a, &seconds_a) && moment(evaluation, b, local_b, &seconds_b) &&
           seconds_a == seconds_b;
}

static int equal(struct feel_evaluation *evaluation, const struct feel_value *a, const struct feel_value *b);

static int equal_lists(struct feel_evaluation *evaluation, const struct feel_list *a,
                       const struct feel_list *b)
{
    bool unknown = false;
    if (a->count != b->count) return 0;
    for (size_t i = 0; i < a->count; i++) {
        int same = equal(evaluation, a->items[i], b->items[i]);
        if (same == 0) return 0;
        unknown |= same < 0;
    }
    return unknown ? -1 : 1;
}

static int equal_contexts(struct feel_evaluation *evaluation, const struct feel_value *a,
                          const struct feel_value *b)
{
    bool unknown = false;
    if (feel_context_count(a) != feel_context_count(b)) return 0;
    for (size_t i = 0; i < feel_context_count(a); i++) {
        struct str name;
        const struct feel_value *mine = feel_context_at(a, i, &name), *other = feel_get(b, name);
        int same = other == NULL ? 0 : equal(evaluation, mine, other);
        if (same == 0) return 0;
        unknown |= same < 0;
    }
    return unknown ? -1 : 1;
}

static int equal_ends(struct feel_evaluation *evaluation, const struct feel_value *a,
                      const struct feel_value *b)
{
    if (a == NULL || b == NULL) return a == b;
    return equal(evaluation, a, b);
}

static int equal_ranges(struct feel_evaluation *evaluation, const struct feel_range *a,
                        const struct feel_range *b)
{
    int low, high;
    if (a->low_closed != b->low_closed || a->high_closed != b->high_closed ||
        a->by_operator != b->by_operator)
        return 0;
    low = equal_ends(evaluation, a->low, b->low);
    high = equal_ends(evaluation, a->high, b->high);
    if (low == 0 || high == 0) return 0;
    return low < 0 || high < 0 ? -1 : 1;
}

/* Values are at most FEEL_MAXIMUM_VALUE_DEPTH deep, so this recursion is bounded. */
static int equal(struct feel_evaluation *evaluation, const struct feel_value *a, const struct feel_value *b)
{
    COMPARE_STEP(evaluation);
    if (a->kind == FEEL_NULL || b->kind == FEEL_NULL) return a->kind == b->kind;
    if (a->kind != b->kind) return -1;
    switch (a->kind) {
    case FEEL_NULL:
        return 1;
    case FEEL_BOOLEAN:
        return a->boolean == b->boolean;
    case FEEL_NUMBER:
        return feel_number_compare(a->number, b->number) == 0;
    case FEEL_STRING:
        pay_for_texts(evaluation, a->string, b->string);
        return str_equal(a->string, b->string);
    case FEEL_DATE:
        return feel_date_to_days(a->date) == feel_date_to_days(b->date);
    case FEEL_TIME:
        return clocks_equal(evaluation, &a->time, &b->time, temporal_seconds_of_day(&a->time),
                            temporal_seconds_of_day(&b->time));
    case FEEL_DATE_TIME:
        return clocks_equal(evaluation, &a->date_time.time, &b->date_time.time,
                            temporal_local_seconds(a->date_time.date, &a->date_time.time),
                            temporal_local_seconds(b->date_time.date, &b->date_time.time));
    case FEEL_DAYS_DURATION:
        return temporal_duration_compare(a->days, b->days) == 0;
    case FEEL_MONTHS_DURATION:
        return a->months == b->months;
    case FEEL_LIST:
        return equal_lists(evaluation, &a->list, &b->list);
    case FEEL_CONTEXT:
        return equal_contexts(evaluation, a, b);
    case FEEL_RANGE:
        return equal_ranges(evaluation, &a->range, &b->range);
    case FEEL_FUNCTION:
        return a->function == b->function;
    }
    return -1;
}

int feel_equal(const struct feel_value *a, const struct feel_value *b)
{
    return equal(NULL, a, b);
}

int compare_equal(struct feel_evaluation *evaluation, const struct feel_value *left,
                  const struct feel_value *right)
{
    return equal(evaluation, left, right);
}

static int sign_of(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static bool order_clocks(struct feel_evaluation *evaluation, const struct feel_time *a,
                         const struct feel_time *b, int64_t local_a, int64_t local_b, int *order)
{
    int64_t seconds_a, seconds_b;
    if ((a->zone.kind == FEEL_ZONE_NONE) != (b->zone.kind == FEEL_ZONE_NONE)) return false;
    if (!moment(evaluation, a, local_a, &seconds_a) || !moment(evaluation, b, local_b, &seconds_b))
        return false;
    *order = sign_of(seconds_a, seconds_b);
    if (*order == 0) *order = sign_of(a->nanosecond, b->nanosecond);
    return true;
}

bool compare_order(struct feel_evaluation *evaluation, const struct feel_value *left,
                   const struct feel_value *right, int *order)
{
    if (left->kind != right->kind) return false;
    switch (left->kind) {
    case FEEL_NUMBER:
        *order = feel_number_compare(left->number, right->number);
        return true;
    case FEEL_STRING:
        pay_for_texts(evaluation, left->string, right->string);
        *order = str_compare(left->string, right->string);
        return true; /* UTF-8 sorts by code point */
    case FEEL_DATE:
        *order = sign_of(feel_date_to_days(left->date), feel_date_to_days(right->date));
        return true;
    case FEEL_DAYS_DURATION:
        *order = temporal_duration_compare(left->days, right->days);
        return true;
    case FEEL_MONTHS_DURATION:
        *order = sign_of(left->months, right->months);
        return true;
    case FEEL_TIME:
        return order_clocks(evaluation, &left->time, &right->time, temporal_seconds_of_day(&left->time),
                            temporal_seconds_of_day(&right->time), order);
    case FEEL_DATE_TIME:
        return order_clocks(evaluation, &left->date_time.time, &right->date_time.time,
                            temporal_local_seconds(left->date_time.date, &left->date_time.time),
                            temporal_local_seconds(right->date_time.date, &right->date_time.time), order);
    default:
        return false;
    }
}

const struct feel_value *compare(struct feel_evaluation *evaluation, enum operator_kind operator,
                                 const struct feel_value * left, const struct feel_value *right)
{
    int order;
    if (operator== OPERATOR_EQUAL || operator== OPERATOR_NOT_EQUAL) {
        int same = equal(evaluation, left, right);
        if (same >= 0) return feel_boolean((same == 1) == (operator== OPERATOR_EQUAL));
    } else if (compare_order(evaluation, left, right, &order)) {
        switch (operator) {
        case OPERATOR_LESS:
            return feel_boolean(order < 0);
        case OPERATOR_LESS_EQUAL:
            return feel_boolean(order <= 0);
        case OPERATOR_GREATER:
            return feel_boolean(order > 0);
        default:
            return feel_boolean(order >= 0);
        }
    }
    return NULL_BECAUSE(evaluation, "%s and %s cannot be compared", feel_kind_name(left->kind),
                        feel_kind_name(right->kind));
}

int range_includes(struct feel_evaluation *evaluation, const struct feel_range *range,
                   const struct feel_value *point)
{
    int order;
    if (range->low != NULL) {
        if (!compare_order(evaluation, point, range->low, &order)) return -1;
        if (order < 0 || (order == 0 && !range->low_closed)) return 0;
    }
    if (range->high != NULL) {
        if (!compare_order(evaluation, point, range->high, &order)) return -1;
        if (order > 0 || (order == 0 && !range->high_closed)) return 0;
    }
    return 1;
}
