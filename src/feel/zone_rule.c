/* POSIX TZ strings with the extension of RFC 8536 (hours from -167 to 167): "CET-1CEST,M3.5.0,M10.5.0/3". */
#include "zone_rule.h"

#include <ctype.h>

#include "temporal.h"

struct cursor {
    struct str text;
    size_t at;
};

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->text.length ? cursor->text.data[cursor->at] : '\0';
}

static bool number(struct cursor *cursor, int32_t maximum, int32_t *value)
{
    int32_t result = 0;
    if (!isdigit((unsigned char)peek(cursor))) return false;
    while (isdigit((unsigned char)peek(cursor))) {
        result = result * 10 + (peek(cursor) - '0');
        if (result > maximum) return false;
        cursor->at++;
    }
    *value = result;
    return true;
}

static bool abbreviation(struct cursor *cursor)
{
    size_t from = cursor->at;
    if (peek(cursor) == '<') {
        while (peek(cursor) != '>' && peek(cursor) != '\0')
            cursor->at++;
        if (peek(cursor) == '\0') return false;
        cursor->at++;
        return true;
    }
    while (isalpha((unsigned char)peek(cursor)))
        cursor->at++;
    return cursor->at > from;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_time(struct cursor *cursor, int32_t *seconds)
{
    bool negative = peek(cursor) == '-';
    int32_t hour, minute = 0, second = 0;
    if (negative || peek(cursor) == '+') cursor->at++;
    if (!number(cursor, 167, &hour)) return false;
    if (peek(cursor) == ':') {
        cursor->at++;
        if (!number(cursor, 59, &minute)) return false;
    }
    if (peek(cursor) == ':') {
        cursor->at++;
        if (!number(cursor, 59, &second)) return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    if (negative) *seconds = -*seconds;
    return true;
}

/* Month.week.day of the week: week 5 is the last. */
static int64_t month_week_day(int32_t year, int32_t month, int32_t week, int32_t weekday)
{
    struct feel_date first = {year, (uint8_t)month, 1}, next;
    int64_t day = feel_date_to_days(first);
    int first_weekday = temporal_weekday(first) % 7; /* Sunday 0 */
    day += (weekday - first_weekday + 7) % 7 + (week - 1) * 7;
    if (temporal_add_months(first, 1, &next))
        while (day >= feel_date_to_days(next))
            day -= 7;
    return day;
}

/* The local moment of a change in `year`, in seconds of the clock before the change. */
static bool change(struct cursor *cursor, int32_t year, int64_t *local_seconds)
{
    int32_t month, week, weekday, day, at = 7200;
    struct feel_date first = {year, 1, 1};
    int64_t days;
    if (peek(cursor) == 'M') {
        cursor->at++;
        if (!number(cursor, 12, &month) || month < 1 || peek(cursor) != '.') return false;
        cursor->at++;
        if (!number(cursor, 5, &week) || week < 1 || peek(cursor) != '.') return false;
        cursor->at++;
        if (!number(cursor, 6, &weekday)) return false;
        days = month_week_day(year, month, week, weekday);
    } else if (peek(cursor) == 'J') { /* 29 February never counted */
        cursor->at++;
        if (!number(cursor, 365, &day) || day < 1) return false;
        days = feel_date_to_days(first) + day - 1;
        if (feel_date_valid(year, 2, 29) && day >= 60) days++;
    } else {
        if (!number(cursor, 365, &day)) return false;
        days = feel_date_to_days(first) + day;
    }
    if (peek(cursor) == '/') {
        cursor->at++;
        if (!clock_time(cursor, &at)) return false;
    }
    *local_seconds = days * DAY_SECONDS + at;
    return true;
}

bool zone_rule_offset(struct str rule, int64_t utc_seconds, int32_t *offset)
{
    struct cursor cursor = {rule, 0};
    int32_t standard, summer;
    int64_t begin, end;
    struct feel_date date;
    struct feel_time time;
    if (!abbreviation(&cursor) || !clock_time(&cursor, &standard)) return false;
    standard = -standard; /* POSIX counts west of Greenwich */
    *offset = standard;
    if (peek(&cursor) == '\0') return true;
    if (!abbreviation(&cursor)) return false;
    summer = standard + 3600;
    if (peek(&cursor) != ',') {
        if (!clock_time(&cursor, &summer)) return false;
        summer = -summer;
    }
    if (peek(&cursor) != ',' || !temporal_from_local_seconds(utc_seconds + standard, 0, &date, &time))
        return false;
    cursor.at++;
    if (!change(&cursor, date.year, &begin) || peek(&cursor) != ',') return false;
    cursor.at++;
    if (!change(&cursor, date.year, &end)) return false;
    begin -= standard;
    end -= summer;
    if (begin < end ? utc_seconds >= begin && utc_seconds < end : utc_seconds >= begin || utc_seconds < end)
        *offset = summer;
    return true;
}
