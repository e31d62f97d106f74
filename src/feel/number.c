/* FEEL numbers over the Intel decimal library (variant 000: by value, rounding and flags as arguments). */
#include "motcua/feel/number.h"

#include <stdio.h>
#include <stdlib.h>

#define DECIMAL_CALL_BY_REFERENCE      0
#define DECIMAL_GLOBAL_ROUNDING        0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>

#include "number_functions.h"

#define MAXIMUM_DIGITS        34
#define MAXIMUM_TEXT          400 /* longer texts of numbers are refused */
#define PLAIN_DIGITS          40
#define LARGEST_SCALE         6176
#define SMALLEST_SCALE        (-6111)
#define LARGEST_INTEGER_POWER 999999999

static BID_UINT128 to_bid(struct feel_number number)
{
    return (BID_UINT128){{number.word[0], number.word[1]}};
}

static struct feel_number from_bid(BID_UINT128 value)
{
    return (struct feel_number){{value.w[0], value.w[1]}};
}

static bool finish(BID_UINT128 value, struct feel_number *result)
{
    if (bid128_isNaN(value) || bid128_isInf(value)) return false;
    *result = from_bid(value);
    return true;
}

struct feel_number feel_number_from_int64(int64_t value)
{
    return from_bid(bid128_from_int64(value));
}

/* sign? digits with at most one point, at least one digit; then an exponent. */
static bool number_syntax(struct str text)
{
    size_t i = 0, digits = 0;
    bool point = false;
    if (i < text.length && (text.data[i] == '-' || text.data[i] == '+')) i++;
    for (; i < text.length; i++) {
        if (text.data[i] >= '0' && text.data[i] <= '9')
            digits++;
        else if (text.data[i] == '.' && !point)
            point = true;
        else
            break;
    }
    if (digits == 0) return false;
    if (i < text.length && (text.data[i] == 'e' || text.data[i] == 'E')) {
        size_t from;
        i++;
        if (i < text.length && (text.data[i] == '-' || text.data[i] == '+')) i++;
        from = i;
        while (i < text.length && text.data[i] >= '0' && text.data[i] <= '9')
            i++;
        if (i == from || i - from > 6) return false;
    }
    return i == text.length;
}

bool feel_number_from_text(struct str text, struct feel_number *number)
{
    char copy[MAXIMUM_TEXT + 1];
    unsigned flags = 0;
    if (text.length > MAXIMUM_TEXT || !number_syntax(text)) return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return finish(bid128_from_string(copy, BID_ROUNDING_TO_NEAREST, &flags), number);
}

/* The digits of |number| without leading and trailing zeros ("0" for zero) and the exponent of the last one.
 */
static bool decompose(struct feel_number number, char digits[MAXIMUM_DIGITS + 2], int *exponent)
{
    char text[FEEL_NUMBER_TEXT_SIZE];
    unsigned flags = 0;
    size_t count = 0;
    const char *at;
    bid128_to_string(text, to_bid(number), &flags); /* [+-]ddd...E[+-]ddd */
    for (at = text + 1; *at != '\0' && *at != 'E'; at++) {
        if (*at != '0' || count > 0) digits[count++] = *at;
    }
    *exponent = 0;
    if (*at == 'E') {
        for (const char *digit = at + 2; *digit != '\0'; digit++)
            *exponent = *exponent * 10 + (*digit - '0');
        if (at[1] == '-') *exponent = -*exponent;
    }
    while (count > 0 && digits[count - 1] == '0') {
        count--;
        (*exponent)++;
    }
    if (count == 0) {
        digits[count++] = '0';
        *exponent = 0;
    }
    digits[count] = '\0';
    return text[0] == '-' && digits[0] != '0';
}

size_t feel_number_text(struct feel_number number, char out[FEEL_NUMBER_TEXT_SIZE])
{
    char digits[MAXIMUM_DIGITS + 2];
    int exponent;
    bool negative = decompose(number, digits, &exponent);
    int count = (int)strlen(digits);
    const char *sign = negative ? "-" : "";
    int point = count + exponent; /* digits in front of the point */
    if (exponent >= 0 && point <= PLAIN_DIGITS)
        return (size_t)snprintf(out, FEEL_NUMBER_TEXT_SIZE, "%s%s%.*s", sign, digits, exponent,
                                "0000000000000000000000000000000000000000");
    if (exponent < 0 && point > 0)
        return (size_t)snprintf(out, FEEL_NUMBER_TEXT_SIZE, "%s%.*s.%s", sign, point, digits, digits + point);
    if (exponent < 0 && point > count - PLAIN_DIGITS - 5)
        return (size_t)snprintf(out, FEEL_NUMBER_TEXT_SIZE, "%s0.%.*s%s", sign, -point,
                                "0000000000000000000000000000000000000000", digits);
    if (count == 1) return (size_t)snprintf(out, FEEL_NUMBER_TEXT_SIZE, "%s%sE%+d", sign, digits, exponent);
    return (size_t)snprintf(out, FEEL_NUMBER_TEXT_SIZE, "%s%c.%sE%+d", sign, digits[0], digits + 1,
                            point - 1);
}

bool feel_number_to_int64(struct feel_number number, int64_t *value)
{
    unsigned flags = 0;
    BID_SINT64 integer = bid128_to_int64_xint(to_bid(number), &flags);
    if (flags & (BID_INVALID_EXCEPTION | BID_INEXACT_EXCEPTION)) return false;
    *value = integer;
    return true;
}

double feel_number_to_double(struct feel_number number)
{
    char text[FEEL_NUMBER_TEXT_SIZE];
    feel_number_text(number, text);
    return strtod(text, NULL);
}

int feel_number_compare(struct feel_number a, struct feel_number b)
{
    unsigned flags = 0;
    if (bid128_quiet_less(to_bid(a), to_bid(b), &flags)) return -1;
    return bid128_quiet_equal(to_bid(a), to_bid(b), &flags) ? 0 : 1;
}

int feel_number_sign(struct feel_number number)
{
    if (bid128_isZero(to_bid(number))) return 0;
    return bid128_isSigned(to_bid(number)) ? -1 : 1;
}

bool feel_number_add(struct feel_number a, struct feel_number b, struct feel_number *result)
{
    unsigned flags = 0;
    return finish(bid128_add(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), result);
}

bool feel_number_subtract(struct feel_number a, struct feel_number b, struct feel_number *result)
{
    unsigned flags = 0;
    return finish(bid128_sub(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), result);
}

bool feel_number_multiply(struct feel_number a, struct feel_number b, struct feel_number *result)
{
    unsigned flags = 0;
    return finish(bid128_mul(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), result);
}

bool feel_number_divide(struct feel_number a, struct feel_number b, struct feel_number *result)
{
    unsigned flags = 0;
    if (bid128_isZero(to_bid(b))) return false;
    return finish(bid128_div(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), result);
}

struct feel_number feel_number_negate(struct feel_number number)
{
    if (bid128_isZero(to_bid(number))) return number;
    return from_bid(bid128_negate(to_bid(number)));
}

/* Exact where 34 digits allow: squaring instead of the transcendental function. */
static bool integer_power(struct feel_number base, int64_t exponent, struct feel_number *result)
{
    struct feel_number power = feel_number_from_int64(1);
    uint64_t rest = exponent < 0 ? (uint64_t)-exponent : (uint64_t)exponent;
    for (;;) {
        if ((rest & 1) && !feel_number_multiply(power, base, &power)) return false;
        rest >>= 1;
        if (rest == 0) break;
        if (!feel_number_multiply(base, base, &base)) return false;
    }
    if (exponent < 0) return feel_number_divide(feel_number_from_int64(1), power, result);
    *result = power;
    return true;
}

bool feel_number_power(struct feel_number base, struct feel_number exponent, struct feel_number *result)
{
    unsigned flags = 0;
    int64_t whole;
    struct feel_number doubled;
    if (feel_number_to_int64(exponent, &whole) && whole >= -LARGEST_INTEGER_POWER &&
        whole <= LARGEST_INTEGER_POWER)
        return integer_power(base, whole, result);
    if (feel_number_multiply(exponent, feel_number_from_int64(2), &doubled) &&
        feel_number_compare(doubled, feel_number_from_int64(1)) == 0)
        return feel_number_sqrt(base, result);
    return finish(bid128_pow(to_bid(base), to_bid(exponent), BID_ROUNDING_TO_NEAREST, &flags), result);
}

bool feel_number_sqrt(struct feel_number number, struct feel_number *result)
{
    unsigned flags = 0;
    if (feel_number_sign(number) < 0) return false;
    return finish(bid128_sqrt(to_bid(number), BID_ROUNDING_TO_NEAREST, &flags), result);
}

bool feel_number_exp(struct feel_number number, struct feel_number *result)
{
    unsigned flags = 0;
    return finish(bid128_exp(to_bid(number), BID_ROUNDING_TO_NEAREST, &flags), result);
}

bool feel_number_log(struct feel_number number, struct feel_number *result)
{
    unsigned flags = 0;
    if (feel_number_sign(number) <= 0) return false;
    return finish(bid128_log(to_bid(number), BID_ROUNDING_TO_NEAREST, &flags), result);
}

static BID_UINT128 round_integral(BID_UINT128 value, enum feel_rounding mode)
{
    unsigned flags = 0;
    bool negative = bid128_isSigned(value);
    BID_UINT128 near, difference, half;
    switch (mode) {
    case FEEL_ROUND_HALF_EVEN:
        return bid128_round_integral_nearest_even(value, &flags);
    case FEEL_ROUND_HALF_UP:
        return bid128_round_integral_nearest_away(value, &flags);
    case FEEL_ROUND_DOWN:
        return bid128_round_integral_zero(value, &flags);
    case FEEL_ROUND_FLOOR:
        return bid128_round_integral_negative(value, &flags);
    case FEEL_ROUND_CEILING:
        return bid128_round_integral_positive(value, &flags);
    case FEEL_ROUND_UP:
        return negative ? bid128_round_integral_negative(value, &flags)
                        : bid128_round_integral_positive(value, &flags);
    case FEEL_ROUND_HALF_DOWN:
        break;
    }
    near = bid128_round_integral_zero(value, &flags); /* away only when more than half remains */
    difference = bid128_abs(bid128_sub(value, near, BID_ROUNDING_TO_NEAREST, &flags));
    half = bid128_div(bid128_from_int64(1), bid128_from_int64(2), BID_ROUNDING_TO_NEAREST, &flags);
    if (!bid128_quiet_greater(difference, half, &flags)) return near;
    return bid128_add(near, bid128_from_int64(negative ? -1 : 1), BID_ROUNDING_TO_NEAREST, &flags);
}

bool feel_number_round(struct feel_number number, int scale, enum feel_rounding mode,
                       struct feel_number *result)
{
    unsigned flags = 0;
    BID_UINT128 value = to_bid(number), rounded;
    char digits[MAXIMUM_DIGITS + 2];
    int exponent;
    if (scale < SMALLEST_SCALE || scale > LARGEST_SCALE) return false;
    decompose(number, digits, &exponent);
    if (exponent >= -scale) { /* nothing behind that digit; the exact value stays as it is */
        *result = number;
        return true;
    }
    rounded = bid128_scalbn(value, scale, BID_ROUNDING_TO_NEAREST, &flags);
    if (bid128_isInf(rounded)) return false;
    rounded = round_integral(rounded, mode);
    return finish(bid128_scalbn(rounded, -scale, BID_ROUNDING_TO_NEAREST, &flags), result);
}

bool feel_number_modulo(struct feel_number a, struct feel_number b, struct feel_number *result)
{
    /* a - b * floor(a / b), without the error of the division: the truncated remainder is exact. */
    unsigned flags = 0;
    BID_UINT128 remainder;
    if (bid128_isZero(to_bid(b))) return false;
    remainder = bid128_fmod(to_bid(a), to_bid(b), &flags);
    if (!bid128_isZero(remainder) && !!bid128_isSigned(remainder) != !!bid128_isSigned(to_bid(b)))
        remainder = bid128_add(remainder, to_bid(b), BID_ROUNDING_TO_NEAREST, &flags);
    return finish(remainder, result);
}
