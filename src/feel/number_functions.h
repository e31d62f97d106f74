/* Numeric functions that only FEEL's built-in functions need. False when the result is no finite number. */
#ifndef MOTCUA_FEEL_NUMBER_FUNCTIONS_H
#define MOTCUA_FEEL_NUMBER_FUNCTIONS_H

#include "motcua/feel/number.h"

bool feel_number_sqrt(struct feel_number number, struct feel_number *result);
bool feel_number_exp(struct feel_number number, struct feel_number *result);
bool feel_number_log(struct feel_number number, struct feel_number *result);
/* The result has the sign of the divisor. */
bool feel_number_modulo(struct feel_number a, struct feel_number b, struct feel_number *result);

#endif
