/* Numeric functions (DMN 1.3, 10.3.4.5). */
#include "builtin.h"
#include "evaluate.h"
#include "number_functions.h"

static const struct feel_value *result(struct feel_evaluation *evaluation, bool finite,
                                       struct feel_number number)
{
    return finite ? feel_number(evaluation->arena, number)
                  : NULL_BECAUSE(evaluation, "the result is no finite number");
}

/* round(n, scale?) in one of the modes. */
static const struct feel_value *rounded(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, enum feel_rounding mode)
{
    struct feel_number number = arguments[0]->number, scale_number;
    int64_t scale = 0;
    if (arguments[1] != NULL) {
        if (!feel_number_round(arguments[1]->number, 0, FEEL_ROUND_DOWN, &scale_number) ||
            !feel_number_to_int64(scale_number, &scale) || scale < -6111 || scale > 6176)
            return NULL_BECAUSE(evaluation, "the scale must lie between -6111 and 6176");
    }
    {
        bool finite = feel_number_round(number, (int)scale, mode, &number);
        return result(evaluation, finite, number);
    }
}

#define ROUNDING(name, mode)                                                                                 \
    static const struct feel_value *name(struct feel_evaluation *evaluation,                                 \
                                         const struct feel_value *const *arguments, size_t count)            \
    {                                                                                                        \
        (void)count;                                                                                         \
        return rounded(evaluation, arguments, mode);                                                         \
    }

ROUNDING(decimal, FEEL_ROUND_HALF_EVEN)
ROUNDING(floor_of, FEEL_ROUND_FLOOR)
ROUNDING(ceiling_of, FEEL_ROUND_CEILING)
ROUNDING(round_up, FEEL_ROUND_UP)
ROUNDING(round_down, FEEL_ROUND_DOWN)
ROUNDING(round_half_up, FEEL_ROUND_HALF_UP)
ROUNDING(round_half_down, FEEL_ROUND_HALF_DOWN)

static const struct feel_value *absolute(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    bool negative;
    (void)count;
    switch (arguments[0]->kind) {
    case FEEL_NUMBER:
        negative = feel_number_sign(arguments[0]->number) < 0;
        break;
    case FEEL_MONTHS_DURATION:
        negative = arguments[0]->months < 0;
        break;
    case FEEL_DAYS_DURATION:
        negative = arguments[0]->days.second < 0;
        break;
    default:
        return NULL_BECAUSE(evaluation, "abs of %s is not defined", feel_kind_name(arguments[0]->kind));
    }
    return negative ? operate_negate(evaluation, arguments[0]) : arguments[0];
}

static const struct feel_value *modulo(struct feel_evaluation *evaluation,
                                       const struct feel_value *const *arguments, size_t count)
{
    struct feel_number number = arguments[0]->number;
    bool finite;
    (void)count;
    if (feel_number_sign(arguments[1]->number) == 0) return NULL_BECAUSE(evaluation, "division by zero");
    finite = feel_number_modulo(arguments[0]->number, arguments[1]->number, &number);
    return result(evaluation, finite, number);
}

#define ANALYTIC(name, function)                                                                             \
    static const struct feel_value *name(struct feel_evaluation *evaluation,                                 \
                                         const struct feel_value *const *arguments, size_t count)            \
    {                                                                                                        \
        struct feel_number number = arguments[0]->number;                                                    \
        bool finite = function(arguments[0]->number, &number);                                               \
        (void)count;                                                                                         \
        evaluation_steps(evaluation, 20);                                                                    \
        return result(evaluation, finite, number);                                                           \
    }

ANALYTIC(square_root, feel_number_sqrt)
ANALYTIC(logarithm, feel_number_log)
ANALYTIC(exponential, feel_number_exp)

static bool has_remainder(struct feel_number number, int64_t wanted)
{
    struct feel_number remainder;
    return feel_number_modulo(number, feel_number_from_int64(2), &remainder) &&
           feel_number_compare(remainder, feel_number_from_int64(wanted)) == 0;
}

static const struct feel_value *odd(struct feel_evaluation *evaluation,
                                    const struct feel_value *const *arguments, size_t count)
{
    (void)evaluation;
    (void)count;
    return feel_boolean(has_remainder(arguments[0]->number, 1));
}

static const struct feel_value *even(struct feel_evaluation *evaluation,
                                     const struct feel_value *const *arguments, size_t count)
{
    (void)evaluation;
    (void)count;
    return feel_boolean(has_remainder(arguments[0]->number, 0));
}

#define NUMBER_AND_SCALE(minimum)                                                                            \
    {                                                                                                        \
        minimum, 2, false,                                                                                   \
        {                                                                                                    \
            PARAMETER("n", TAKES_NUMBER), PARAMETER("scale", TAKES_NUMBER)                                   \
        }                                                                                                    \
    }

const struct builtin builtins_numeric[] = {
    BUILTIN("decimal", decimal, NUMBER_AND_SCALE(2)),
    BUILTIN("floor", floor_of, NUMBER_AND_SCALE(1)),
    BUILTIN("ceiling", ceiling_of, NUMBER_AND_SCALE(1)),
    BUILTIN("round up", round_up, NUMBER_AND_SCALE(2)),
    BUILTIN("round down", round_down, NUMBER_AND_SCALE(2)),
    BUILTIN("round half up", round_half_up, NUMBER_AND_SCALE(2)),
    BUILTIN("round half down", round_half_down, NUMBER_AND_SCALE(2)),
    BUILTIN("abs", absolute, {1, 1, false, {PARAMETER("n", TAKES_SCALAR)}}),
    BUILTIN("modulo", modulo,
            {2, 2, false, {PARAMETER("dividend", TAKES_NUMBER), PARAMETER("divisor", TAKES_NUMBER)}}),
    BUILTIN("sqrt", square_root, {1, 1, false, {PARAMETER("number", TAKES_NUMBER)}}),
    BUILTIN("log", logarithm, {1, 1, false, {PARAMETER("number", TAKES_NUMBER)}}),
    BUILTIN("exp", exponential, {1, 1, false, {PARAMETER("number", TAKES_NUMBER)}}),
    BUILTIN("odd", odd, {1, 1, false, {PARAMETER("number", TAKES_NUMBER)}}),
    BUILTIN("even", even, {1, 1, false, {PARAMETER("number", TAKES_NUMBER)}}),
    END_OF_BUILTINS,
};
