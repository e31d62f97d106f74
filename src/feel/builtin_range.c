/* Relations between points and ranges (DMN 1.3, 10.3.4.11, table 78). */
#include "builtin.h"
#include "evaluate.h"

struct end { /* one end of a range; no value: unbounded */
    const struct feel_value *value;
    bool low, closed;
};

struct relation {
    struct feel_evaluation *evaluation;
    bool incomparable;
};

static struct end low_end(const struct feel_value *value)
{
    if (value->kind != FEEL_RANGE) return (struct end){value, true, true};
    return (struct end){value->range.low, true, value->range.low_closed};
}

static struct end high_end(const struct feel_value *value)
{
    if (value->kind != FEEL_RANGE) return (struct end){value, false, true};
    return (struct end){value->range.high, false, value->range.high_closed};
}

/* Order of the values of two ends; an unbounded end is before or behind everything. */
static int order(struct relation *relation, struct end a, struct end b)
{
    int result = 0;
    if (a.value == NULL || b.value == NULL) {
        int left = a.value != NULL ? 0 : a.low ? -1 : 1, right = b.value != NULL ? 0 : b.low ? -1 : 1;
        return (left > right) - (left < right);
    }
    if (!compare_order(relation->evaluation, a.value, b.value, &result)) relation->incomparable = true;
    return result;
}

/* Is everything up to the high end `a` before everything from the low end `b` on? */
static bool ends_before(struct relation *relation, struct end a, struct end b)
{
    int compared = order(relation, a, b);
    return compared < 0 || (compared == 0 && (!a.closed || !b.closed));
}

/* Do they touch or overlap: the high end a reaches the low end b. */
static bool reaches(struct relation *relation, struct end a, struct end b)
{
    int compared = order(relation, a, b);
    return compared > 0 || (compared == 0 && a.closed && b.closed);
}

/* Does the inner low end start no earlier than the outer one? (a inside b) */
static bool low_inside(struct relation *relation, struct end a, struct end b)
{
    int compared = order(relation, a, b);
    return compared > 0 || (compared == 0 && (!a.closed || b.closed));
}

static bool high_inside(struct relation *relation, struct end a, struct end b)
{
    int compared = order(relation, a, b);
    return compared < 0 || (compared == 0 && (!a.closed || b.closed));
}

static bool low_before(struct relation *relation, struct end a, struct end b)
{
    int compared = order(relation, a, b);
    return compared < 0 || (compared == 0 && a.closed && !b.closed);
}

static bool same_end(struct relation *relation, struct end a, struct end b)
{
    return order(relation, a, b) == 0 && a.closed == b.closed;
}

typedef bool relation_test(struct relation *relation, const struct feel_value *a, const struct feel_value *b);

static bool before(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    if (a->kind != FEEL_RANGE && b->kind != FEEL_RANGE) return order(relation, high_end(a), low_end(b)) < 0;
    return ends_before(relation, high_end(a), low_end(b));
}

static bool after(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return before(relation, b, a);
}

static bool meets(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    struct end high = high_end(a), low = low_end(b);
    return order(relation, high, low) == 0 && high.closed && low.closed;
}

static bool met_by(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return meets(relation, b, a);
}

static bool overlaps(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    bool forward = reaches(relation, high_end(a), low_end(b)),
         back = reaches(relation, high_end(b), low_end(a));
    return forward && back;
}

static bool overlaps_before(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return low_before(relation, low_end(a), low_end(b)) && reaches(relation, high_end(a), low_end(b)) &&
           high_inside(relation, high_end(a), high_end(b));
}

static bool overlaps_after(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return overlaps_before(relation, b, a);
}

static bool finishes(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    if (!same_end(relation, high_end(a), high_end(b))) return false;
    return a->kind != FEEL_RANGE || low_inside(relation, low_end(a), low_end(b));
}

static bool finished_by(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return finishes(relation, b, a);
}

static bool includes(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return low_inside(relation, low_end(b), low_end(a)) && high_inside(relation, high_end(b), high_end(a));
}

static bool during(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return includes(relation, b, a);
}

static bool starts(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    if (!same_end(relation, low_end(a), low_end(b))) return false;
    return a->kind != FEEL_RANGE || high_inside(relation, high_end(a), high_end(b));
}

static bool started_by(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return starts(relation, b, a);
}

static bool coincides(struct relation *relation, const struct feel_value *a, const struct feel_value *b)
{
    return same_end(relation, low_end(a), low_end(b)) && same_end(relation, high_end(a), high_end(b));
}

enum shape { POINTS = 1, POINT_RANGE = 2, RANGE_POINT = 4, RANGES = 8 };

/* Only the shapes of arguments that the table lists. */
static const struct feel_value *relate(struct feel_evaluation *evaluation,
                                       const struct feel_value *const *arguments, relation_test *test,
                                       unsigned shapes)
{
    struct relation relation = {evaluation, false};
    bool left = arguments[0]->kind == FEEL_RANGE, right = arguments[1]->kind == FEEL_RANGE;
    unsigned shape = left ? (right ? RANGES : RANGE_POINT) : right ? POINT_RANGE : POINTS;
    bool result;
    if (!(shapes & shape))
        return NULL_BECAUSE(evaluation, "not defined for %s and %s", feel_kind_name(arguments[0]->kind),
                            feel_kind_name(arguments[1]->kind));
    result = test(&relation, arguments[0], arguments[1]);
    return relation.incomparable ? NULL_BECAUSE(evaluation, "the values have no common order")
                                 : feel_boolean(result);
}

#define RELATION(test, shapes)                                                                               \
    static const struct feel_value *call_##test(struct feel_evaluation *evaluation,                          \
                                                const struct feel_value *const *arguments, size_t count)     \
    {                                                                                                        \
        (void)count;                                                                                         \
        return relate(evaluation, arguments, test, shapes);                                                  \
    }

RELATION(before, POINTS | POINT_RANGE | RANGE_POINT | RANGES)
RELATION(after, POINTS | POINT_RANGE | RANGE_POINT | RANGES)
RELATION(meets, RANGES)
RELATION(met_by, RANGES)
RELATION(overlaps, RANGES)
RELATION(overlaps_before, RANGES)
RELATION(overlaps_after, RANGES)
RELATION(finishes, POINT_RANGE | RANGES)
RELATION(finished_by, RANGE_POINT | RANGES)
RELATION(includes, RANGE_POINT | RANGES)
RELATION(during, POINT_RANGE | RANGES)
RELATION(starts, POINT_RANGE | RANGES)
RELATION(started_by, RANGE_POINT | RANGES)
RELATION(coincides, POINTS | RANGES)

#define PAIR(first, second)                                                                                  \
    {                                                                                                        \
        2, 2, false,                                                                                         \
        {                                                                                                    \
            PARAMETER(first, TAKES_POINT), PARAMETER(second, TAKES_POINT)                                    \
        }                                                                                                    \
    }
#define ALL_SHAPES                                                                                           \
    PAIR("point1", "point2"), PAIR("point", "range"), PAIR("range", "point"), PAIR("range1", "range2")

const struct builtin builtins_range[] = {
    BUILTIN("before", call_before, ALL_SHAPES),
    BUILTIN("after", call_after, ALL_SHAPES),
    BUILTIN("meets", call_meets, PAIR("range1", "range2")),
    BUILTIN("met by", call_met_by, PAIR("range1", "range2")),
    BUILTIN("overlaps", call_overlaps, PAIR("range1", "range2")),
    BUILTIN("overlaps before", call_overlaps_before, PAIR("range1", "range2")),
    BUILTIN("overlaps after", call_overlaps_after, PAIR("range1", "range2")),
    BUILTIN("finishes", call_finishes, PAIR("point", "range"), PAIR("range1", "range2")),
    BUILTIN("finished by", call_finished_by, PAIR("range", "point"), PAIR("range1", "range2")),
    BUILTIN("includes", call_includes, PAIR("range", "point"), PAIR("range1", "range2")),
    BUILTIN("during", call_during, PAIR("point", "range"), PAIR("range1", "range2")),
    BUILTIN("starts", call_starts, PAIR("point", "range"), PAIR("range1", "range2")),
    BUILTIN("started by", call_started_by, PAIR("range", "point"), PAIR("range1", "range2")),
    BUILTIN("coincides", call_coincides, PAIR("point1", "point2"), PAIR("range1", "range2")),
    END_OF_BUILTINS,
};
