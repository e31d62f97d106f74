/*
 * FEEL numbers: IEEE 754-2008 decimal128 (34 significant digits, rounding half to even), held in the binary
 * integer encoding of the Intel decimal library. A feel_number is always finite: what would be infinite or
 * not a number is reported by `false`.
 */
#ifndef MOTCUA_FEEL_NUMBER_H
#define MOTCUA_FEEL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "motcua/base/arena.h"
#include "motcua/base/str.h"

struct feel_number {
    _Alignas(16) uint64_t word[2];
};

/* Longest text of feel_number_text, with the NUL. */
#define FEEL_NUMBER_TEXT_SIZE 64

struct feel_number feel_number_from_int64(int64_t value);
/* Optional sign, digits with at most one '.', optional exponent; rounded to 34 digits. False when malformed
 * or too large. */
bool feel_number_from_text(struct str text, struct feel_number *number);
/* The decimal text, without exponent where that needs at most 40 digits, without superfluous zeros. Returns
 * its length. */
size_t feel_number_text(struct feel_number number, char out[FEEL_NUMBER_TEXT_SIZE]);
/* True when the number is an integer that fits. */
bool feel_number_to_int64(struct feel_number number, int64_t *value);
double feel_number_to_double(struct feel_number number);
/* -1, 0, 1. */
int feel_number_compare(struct feel_number a, struct feel_number b);
int feel_number_sign(struct feel_number number);

/* False when the result is no finite number (division by zero, overflow). */
bool feel_number_add(struct feel_number a, struct feel_number b, struct feel_number *result);
bool feel_number_subtract(struct feel_number a, struct feel_number b, struct feel_number *result);
bool feel_number_multiply(struct feel_number a, struct feel_number b, struct feel_number *result);
bool feel_number_divide(struct feel_number a, struct feel_number b, struct feel_number *result);
bool feel_number_power(struct feel_number base, struct feel_number exponent, struct feel_number *result);
struct feel_number feel_number_negate(struct feel_number number);

enum feel_rounding {
    FEEL_ROUND_HALF_EVEN,
    FEEL_ROUND_UP,
    FEEL_ROUND_DOWN,
    FEEL_ROUND_HALF_UP,
    FEEL_ROUND_HALF_DOWN,
    FEEL_ROUND_FLOOR,
    FEEL_ROUND_CEILING
};
/* Rounds to `scale` digits behind the point (negative: before it); "up" is away from zero, "down" towards
 * zero. */
bool feel_number_round(struct feel_number number, int scale, enum feel_rounding mode,
                       struct feel_number *result);

#endif
