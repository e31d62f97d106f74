/* Calendar arithmetic: the proleptic Gregorian calendar of ISO 8601, years -999999999 to 999999999. */
#include "temporal.h"

#define EPOCH_SHIFT INT64_C(719468) /* days from 0000-03-01 to 1970-01-01 */

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int64_t year, int64_t month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : lengths[month - 1];
}

bool feel_date_valid(int64_t year, int64_t month, int64_t day)
{
    return year >= -MAXIMUM_YEAR && year <= MAXIMUM_YEAR && month >= 1 && month <= 12 && day >= 1 &&
           day <= month_length(year, month);
}

/* The year is counted from March, so that the leap day is its last; eras of 400 years. */
int64_t feel_date_to_days(struct feel_date date)
{
    int64_t year = date.month <= 2 ? (int64_t)date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH_SHIFT;
}

bool feel_date_from_days(int64_t days, struct feel_date *date)
{
    int64_t era, day_of_era, year_of_era, day_of_year, month, year;
    if (days < INT64_C(-400000000000) || days > INT64_C(400000000000)) return false;
    days += EPOCH_SHIFT;
    era = (days >= 0 ? days : days - 146096) / 146097;
    day_of_era = days - era * 146097;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    month = (5 * day_of_year + 2) / 153;
    year = year_of_era + era * 400 + (month >= 10);
    if (year < -MAXIMUM_YEAR || year > MAXIMUM_YEAR) return false;
    date->year = (int32_t)year;
    date->month = (uint8_t)(month < 10 ? month + 3 : month - 9);
    date->day = (uint8_t)(day_of_year - (153 * month + 2) / 5 + 1);
    return true;
}

int temporal_weekday(struct feel_date date)
{
    int64_t rest = (feel_date_to_days(date) + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(rest < 0 ? rest + 7 : rest) + 1;
}

int temporal_day_of_year(struct feel_date date)
{
    struct feel_date first = {date.year, 1, 1};
    return (int)(feel_date_to_days(date) - feel_date_to_days(first)) + 1;
}

/* ISO 8601: the week belongs to the year that holds its Thursday. */
int temporal_iso_week(struct feel_date date)
{
    struct feel_date thursday;
    if (!feel_date_from_days(feel_date_to_days(date) - temporal_weekday(date) + 4, &thursday)) return 1;
    return (temporal_day_of_year(thursday) - 1) / 7 + 1;
}

bool temporal_add_months(struct feel_date date, int64_t months, struct feel_date *result)
{
    int64_t count, year, month;
    int day;
    if (__builtin_add_overflow((int64_t)date.year * 12 + date.month - 1, months, &count)) return false;
    year = count / 12;
    month = count % 12;
    if (month < 0) {
        month += 12;
        year--;
    }
    if (year < -MAXIMUM_YEAR || year > MAXIMUM_YEAR) return false;
    day = month_length(year, month + 1);
    *result =
        (struct feel_date){(int32_t)year, (uint8_t)(month + 1), date.day < day ? date.day : (uint8_t)day};
    return true;
}

int64_t temporal_months_between(struct feel_date a, struct feel_date b)
{
    int64_t months = ((int64_t)b.year * 12 + b.month) - ((int64_t)a.year * 12 + a.month);
    if (months > 0 && b.day < a.day) months--;
    if (months < 0 && b.day > a.day) months++;
    return months;
}

bool temporal_duration_add(struct feel_duration a, struct feel_duration b, struct feel_duration *result)
{
    int64_t nanosecond = (int64_t)a.nanosecond + b.nanosecond, second;
    if (__builtin_add_overflow(a.second, b.second, &second)) return false;
    if (nanosecond >= NANOSECONDS) {
        nanosecond -= NANOSECONDS;
        if (__builtin_add_overflow(second, 1, &second)) return false;
    }
    *result = (struct feel_duration){second, (int32_t)nanosecond};
    return true;
}

bool temporal_duration_negate(struct feel_duration a, struct feel_duration *result)
{
    if (a.second == INT64_MIN) return false;
    if (a.nanosecond == 0)
        *result = (struct feel_duration){-a.second, 0};
    else
        *result = (struct feel_duration){-a.second - 1, (int32_t)(NANOSECONDS - a.nanosecond)};
    return true;
}

int temporal_duration_compare(struct feel_duration a, struct feel_duration b)
{
    if (a.second != b.second) return a.second < b.second ? -1 : 1;
    if (a.nanosecond != b.nanosecond) return a.nanosecond < b.nanosecond ? -1 : 1;
    return 0;
}

bool temporal_duration_to_number(struct feel_duration duration, struct feel_number *seconds)
{
    struct feel_number part;
    return feel_number_divide(feel_number_from_int64(duration.nanosecond),
                              feel_number_from_int64(NANOSECONDS), &part) &&
           feel_number_add(feel_number_from_int64(duration.second), part, seconds);
}

bool temporal_duration_from_number(struct feel_number seconds, struct feel_duration *duration)
{
    struct feel_number whole, part;
    int64_t second, nanosecond;
    if (!feel_number_round(seconds, 0, FEEL_ROUND_FLOOR, &whole) || !feel_number_to_int64(whole, &second))
        return false;
    if (!feel_number_subtract(seconds, whole, &part) ||
        !feel_number_multiply(part, feel_number_from_int64(NANOSECONDS), &part) ||
        !feel_number_round(part, 0, FEEL_ROUND_DOWN, &part) || !feel_number_to_int64(part, &nanosecond))
        return false;
    *duration = (struct feel_duration){second, (int32_t)nanosecond};
    return true;
}

int64_t temporal_seconds_of_day(const struct feel_time *time)
{
    return time->hour * 3600 + time->minute * 60 + time->second;
}

int64_t temporal_local_seconds(struct feel_date date, const struct feel_time *time)
{
    return feel_date_to_days(date) * DAY_SECONDS + temporal_seconds_of_day(time);
}

bool temporal_from_local_seconds(int64_t seconds, uint32_t nanosecond, struct feel_date *date,
                                 struct feel_time *time)
{
    int64_t days = seconds / DAY_SECONDS, rest = seconds % DAY_SECONDS;
    if (rest < 0) {
        rest += DAY_SECONDS;
        days--;
    }
    if (!feel_date_from_days(days, date)) return false;
    time->hour = (uint8_t)(rest / 3600);
    time->minute = (uint8_t)(rest / 60 % 60);
    time->second = (uint8_t)(rest % 60);
    time->nanosecond = nanosecond;
    return true;
}

bool temporal_same_zone(const struct feel_zone *a, const struct feel_zone *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == FEEL_ZONE_OFFSET) return a->offset == b->offset;
    return a->kind == FEEL_ZONE_NONE || str_equal(a->name, b->name);
}
