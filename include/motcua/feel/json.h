/*
 * JSON (jansson) to FEEL and back. JSON has no dates: a caller that knows a value to be one asks for it by
 * kind.
 */
#ifndef MOTCUA_FEEL_JSON_H
#define MOTCUA_FEEL_JSON_H

#include <jansson.h>

#include "motcua/feel/value.h"

/* Objects become contexts, arrays lists. Integers and reals are taken by their decimal text (a real by its
 * shortest text that reads back). Strings are copied and stay strings. */
const struct feel_value *feel_from_json(struct arena *arena, const json_t *json);
/* As above, but a string becomes a date, time, date and time, number or duration when `kind` says so; null
 * with a reason when the text is not one. Other JSON kinds: as feel_from_json. */
const struct feel_value *feel_from_json_as(struct arena *arena, const json_t *json, enum feel_kind kind);
/* New reference, never NULL unless memory is out. Integers that fit become JSON integers, other numbers reals
 * when 15 digits hold them exactly, else strings of their decimal text; dates and durations become ISO
 * strings; a range or a function becomes its FEEL literal as a string. */
json_t *feel_to_json(const struct feel_value *value);

#endif
