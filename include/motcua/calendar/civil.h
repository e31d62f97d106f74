/*
 * Civil time of Viet Nam: a fixed offset of seven hours, no daylight saving (Asia/Ho_Chi_Minh since
 * 1975-06-13). A civil day is the number of days since 1970-01-01; a minute is 0..1439 within its day.
 * Years 1900 to 2999 are accepted, everything else is STATUS_INVALID.
 */
#ifndef MOTCUA_CALENDAR_CIVIL_H
#define MOTCUA_CALENDAR_CIVIL_H

#include <limits.h>

#include "motcua/base/arena.h"
#include "motcua/base/clock.h"
#include "motcua/base/str.h"

#define CIVIL_OFFSET_US    (INT64_C(7) * 3600 * MICROSECONDS)
#define MINUTE_US          (INT64_C(60) * MICROSECONDS)
#define DAY_US             (INT64_C(86400) * MICROSECONDS)
#define INSTANT_NONE       INT64_MIN /* "not yet", "open" */
#define CIVIL_DAY_NONE     INT32_MIN
#define CIVIL_FIRST_DAY    (-25567) /* 1900-01-01 */
#define CIVIL_LAST_DAY     376199   /* 2999-12-31 */
#define CIVIL_DATE_SIZE    11       /* "2017-02-05" */
#define CIVIL_INSTANT_SIZE 48       /* "2017-02-05T10:17:00.123456+07:00" */

struct civil_date {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
};

struct civil_time {
    int hour;
    int minute;
    int second;
    int microsecond;
};

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

int32_t civil_day_of(instant moment);
int64_t civil_time_of_day_us(instant moment); /* 0 .. DAY_US - 1 */
int civil_minute_of_day(instant moment);      /* seconds dropped */
instant civil_instant(int32_t day, int minute);
struct civil_time civil_time_of(instant moment);

int32_t civil_day_from_date(struct civil_date date); /* the date must be valid */
struct civil_date civil_date_from_day(int32_t day);
bool civil_date_valid(int year, int month, int day);
enum weekday civil_weekday(int32_t day);
int civil_days_in_month(int year, int month);
/* Same day `months` later; the last day of the month when that month is shorter (Civil Code 2015, Article
 * 148). */
int32_t civil_add_months(int32_t day, int months);
instant civil_floor_minute(instant moment);

/* "2017-02-05" and "05/02/2017" (also "5/2/2017"). */
NODISCARD enum status civil_parse_date(struct str text, int32_t *day);
/* "HH:MM" or "H:MM", 24:00 allowed, as minutes. */
NODISCARD enum status civil_parse_minute(struct str text, int *minute);
/*
 * ISO 8601 "2017-02-05T10:17", a blank instead of T, seconds and fraction optional, offset optional
 * ("Z", "+07:00"; without one Viet Nam time); a date alone is its 00:00.
 */
NODISCARD enum status civil_parse_instant(struct str text, instant *moment);
void civil_format_date(int32_t day, char out[CIVIL_DATE_SIZE]);
/* Offset +07:00 always written; the fraction only when it is not zero. */
void civil_format_instant(instant moment, char out[CIVIL_INSTANT_SIZE]);

#endif
