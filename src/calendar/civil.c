/* Civil time of Viet Nam: proleptic Gregorian arithmetic in whole days, fixed offset, no tables. */
#include "motcua/calendar/civil.h"

#include <stdio.h>

static int64_t floor_divide(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

int32_t civil_day_of(instant moment)
{
    return (int32_t)floor_divide(moment + CIVIL_OFFSET_US, DAY_US);
}

int64_t civil_time_of_day_us(instant moment)
{
    return moment + CIVIL_OFFSET_US - (int64_t)civil_day_of(moment) * DAY_US;
}

int civil_minute_of_day(instant moment)
{
    return (int)(civil_time_of_day_us(moment) / MINUTE_US);
}

instant civil_instant(int32_t day, int minute)
{
    return (int64_t)day * DAY_US + (int64_t)minute * MINUTE_US - CIVIL_OFFSET_US;
}

instant civil_floor_minute(instant moment)
{
    return floor_divide(moment, MINUTE_US) * MINUTE_US;
}

struct civil_time civil_time_of(instant moment)
{
    int64_t us = civil_time_of_day_us(moment);
    return (struct civil_time){
        .hour = (int)(us / (60 * MINUTE_US)),
        .minute = (int)(us / MINUTE_US % 60),
        .second = (int)(us / MICROSECONDS % 60),
        .microsecond = (int)(us % MICROSECONDS),
    };
}

static bool leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int civil_days_in_month(int year, int month)
{
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap_year(year) ? 29 : days[month - 1];
}

bool civil_date_valid(int year, int month, int day)
{
    return year >= 1900 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= civil_days_in_month(year, month);
}

/* Years are counted from March, so that the leap day is the last day of a year. */
int32_t civil_day_from_date(struct civil_date date)
{
    int year = date.month <= 2 ? date.year - 1 : date.year;
    int era = (int)floor_divide(year, 400);
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct civil_date civil_date_from_day(int32_t day)
{
    int64_t shifted = (int64_t)day + 719468;
    int64_t era = floor_divide(shifted, 146097);
    int day_of_era = (int)(shifted - era * 146097);
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = (5 * day_of_year + 2) / 153;
    int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return (struct civil_date){
        .year = (int)(year_of_era + era * 400) + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * shifted_month + 2) / 5 + 1,
    };
}

enum weekday civil_weekday(int32_t day)
{
    /* 1970-01-01 was a Thursday. */
    int64_t index = ((int64_t)day + THURSDAY) % 7;
    return (enum weekday)(index < 0 ? index + 7 : index);
}

int32_t civil_add_months(int32_t day, int months)
{
    struct civil_date date = civil_date_from_day(day);
    int64_t index = (int64_t)date.year * 12 + date.month - 1 + months;
    date.year = (int)floor_divide(index, 12);
    date.month = (int)(index - (int64_t)date.year * 12) + 1;
    int last = civil_days_in_month(date.year, date.month);
    if (date.day > last) date.day = last;
    return civil_day_from_date(date);
}

/* Reads `minimum`..`maximum` digits at *offset. */
static bool read_digits(struct str text, size_t *offset, size_t minimum, size_t maximum, int *value)
{
    size_t count = 0;
    int number = 0;
    while (count < maximum && *offset + count < text.length) {
        char c = text.data[*offset + count];
        if (c < '0' || c > '9') break;
        number = number * 10 + (c - '0');
        count++;
    }
    if (count < minimum) return false;
    *offset += count;
    *value = number;
    return true;
}

static bool read_char(struct str text, size_t *offset, char expected)
{
    if (*offset >= text.length || text.data[*offset] != expected) return false;
    (*offset)++;
    return true;
}

static bool read_date(struct str text, size_t *offset, int32_t *day)
{
    struct civil_date date;
    size_t at = *offset;
    bool iso = read_digits(text, &at, 4, 4, &date.year) && read_char(text, &at, '-') &&
               read_digits(text, &at, 2, 2, &date.month) && read_char(text, &at, '-') &&
               read_digits(text, &at, 2, 2, &date.day);
    if (!iso) {
        at = *offset;
        if (!(read_digits(text, &at, 1, 2, &date.day) && read_char(text, &at, '/') &&
              read_digits(text, &at, 1, 2, &date.month) && read_char(text, &at, '/') &&
              read_digits(text, &at, 4, 4, &date.year)))
            return false;
    }
    if (!civil_date_valid(date.year, date.month, date.day)) return false;
    *offset = at;
    *day = civil_day_from_date(date);
    return true;
}

enum status civil_parse_date(struct str text, int32_t *day)
{
    size_t offset = 0;
    int32_t result;
    if (!read_date(text, &offset, &result) || offset != text.length) return STATUS_INVALID;
    *day = result;
    return STATUS_OK;
}

enum status civil_parse_minute(struct str text, int *minute)
{
    size_t offset = 0;
    int hour, rest;
    if (!read_digits(text, &offset, 1, 2, &hour) || !read_char(text, &offset, ':') ||
        !read_digits(text, &offset, 2, 2, &rest) || offset != text.length || rest > 59 ||
        hour * 60 + rest > 24 * 60)
        return STATUS_INVALID;
    *minute = hour * 60 + rest;
    return STATUS_OK;
}

/* "HH:MM[:SS[.f{1,9}]]" as microseconds of the day; digits behind the sixth are dropped. */
static bool read_time(struct str text, size_t *offset, int64_t *us)
{
    int hour, minute, second = 0;
    if (!read_digits(text, offset, 2, 2, &hour) || !read_char(text, offset, ':') ||
        !read_digits(text, offset, 2, 2, &minute))
        return false;
    int64_t fraction = 0;
    if (read_char(text, offset, ':')) {
        if (!read_digits(text, offset, 2, 2, &second)) return false;
        if (read_char(text, offset, '.') || read_char(text, offset, ',')) {
            size_t start = *offset;
            int64_t scale = 100000;
            while (*offset < text.length && *offset - start < 9 && text.data[*offset] >= '0' &&
                   text.data[*offset] <= '9') {
                fraction += (text.data[*offset] - '0') * scale;
                scale /= 10;
                (*offset)++;
            }
            if (*offset == start) return false;
        }
    }
    bool midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    if ((hour > 23 && !midnight) || minute > 59 || second > 59) return false;
    *us = (int64_t)(hour * 3600 + minute * 60 + second) * MICROSECONDS + fraction;
    return true;
}

/* The offset east of Greenwich; Viet Nam's when none is written. */
static bool read_offset(struct str text, size_t *offset, int64_t *us)
{
    *us = CIVIL_OFFSET_US;
    if (*offset == text.length) return true;
    if (read_char(text, offset, 'Z') || read_char(text, offset, 'z')) {
        *us = 0;
        return true;
    }
    int sign = read_char(text, offset, '+') ? 1 : read_char(text, offset, '-') ? -1 : 0;
    int hour, minute = 0;
    if (sign == 0 || !read_digits(text, offset, 2, 2, &hour)) return false;
    bool colon = read_char(text, offset, ':');
    if (!read_digits(text, offset, 2, 2, &minute) && colon) return false;
    if (hour > 18 || minute > 59) return false;
    *us = sign * (int64_t)(hour * 60 + minute) * MINUTE_US;
    return true;
}

enum status civil_parse_instant(struct str text, instant *moment)
{
    size_t offset = 0;
    int32_t day;
    int64_t time = 0, zone = CIVIL_OFFSET_US;
    if (!read_date(text, &offset, &day)) return STATUS_INVALID;
    if (offset < text.length) {
        if (!read_char(text, &offset, 'T') && !read_char(text, &offset, 't') &&
            !read_char(text, &offset, ' '))
            return STATUS_INVALID;
        if (!read_time(text, &offset, &time) || !read_offset(text, &offset, &zone) || offset != text.length)
            return STATUS_INVALID;
    }
    *moment = (int64_t)day * DAY_US + time - zone;
    return STATUS_OK;
}

void civil_format_date(int32_t day, char out[CIVIL_DATE_SIZE])
{
    struct civil_date date = civil_date_from_day(day);
    if (day < CIVIL_FIRST_DAY || day > CIVIL_LAST_DAY) date = (struct civil_date){0, 0, 0};
    snprintf(out, CIVIL_DATE_SIZE, "%04u-%02u-%02u", (unsigned)date.year % 10000, (unsigned)date.month % 100,
             (unsigned)date.day % 100);
}

void civil_format_instant(instant moment, char out[CIVIL_INSTANT_SIZE])
{
    char date[CIVIL_DATE_SIZE];
    civil_format_date(civil_day_of(moment), date);
    struct civil_time time = civil_time_of(moment);
    char fraction[16] = "";
    if (time.microsecond != 0)
        snprintf(fraction, sizeof fraction, ".%06u", (unsigned)time.microsecond % 1000000);
    snprintf(out, CIVIL_INSTANT_SIZE, "%sT%02u:%02u:%02u%s+07:00", date, (unsigned)time.hour % 100,
             (unsigned)time.minute % 100, (unsigned)time.second % 100, fraction);
}
