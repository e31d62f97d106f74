/* Reading and writing the ISO 8601 texts of dates, times and durations, as FEEL's conversion functions take
 * them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "temporal.h"

#define MAXIMUM_ZONE_NAME 80

struct cursor {
    struct str text;
    size_t at;
};

static bool accept(struct cursor *cursor, char c)
{
    if (cursor->at >= cursor->text.length || cursor->text.data[cursor->at] != c) return false;
    cursor->at++;
    return true;
}

static bool is_digit(const struct cursor *cursor)
{
    return cursor->at < cursor->text.length && cursor->text.data[cursor->at] >= '0' &&
           cursor->text.data[cursor->at] <= '9';
}

/* Exactly `count` digits. */
static bool fixed_digits(struct cursor *cursor, int count, int64_t *value)
{
    int64_t number = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(cursor)) return false;
        number = number * 10 + (cursor->text.data[cursor->at++] - '0');
    }
    *value = number;
    return true;
}

/* One or more digits. */
static bool digits(struct cursor *cursor, int64_t *value, size_t *count)
{
    int64_t number = 0;
    size_t from = cursor->at;
    while (is_digit(cursor)) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, cursor->text.data[cursor->at] - '0', &number))
            return false;
        cursor->at++;
    }
    *count = cursor->at - from;
    *value = number;
    return *count > 0;
}

static bool fraction(struct cursor *cursor, uint32_t *nanosecond)
{
    uint32_t value = 0, scale = 100000000;
    if (!is_digit(cursor)) return false;
    for (; is_digit(cursor); cursor->at++) {
        value += (uint32_t)(cursor->text.data[cursor->at] - '0') * scale;
        scale /= 10;
    }
    *nanosecond = value;
    return true;
}

static bool date_at(struct cursor *cursor, struct feel_date *date)
{
    int64_t year, month, day;
    size_t count, from;
    bool negative = accept(cursor, '-');
    from = cursor->at;
    if (!digits(cursor, &year, &count) || count < 4 || count > 9) return false;
    if (count > 4 && cursor->text.data[from] == '0') return false;
    if (!accept(cursor, '-') || !fixed_digits(cursor, 2, &month)) return false;
    if (!accept(cursor, '-') || !fixed_digits(cursor, 2, &day)) return false;
    if (negative) year = -year;
    if (!feel_date_valid(year, month, day)) return false;
    *date = (struct feel_date){(int32_t)year, (uint8_t)month, (uint8_t)day};
    return true;
}

static bool zone_at(struct cursor *cursor, struct feel_zone *zone)
{
    int64_t hour, minute, second = 0;
    bool negative;
    *zone = (struct feel_zone){.kind = FEEL_ZONE_NONE};
    if (cursor->at == cursor->text.length) return true;
    if (accept(cursor, 'Z') || accept(cursor, 'z')) {
        zone->kind = FEEL_ZONE_OFFSET;
        return true;
    }
    if (accept(cursor, '@')) {
        size_t from = cursor->at;
        for (; cursor->at < cursor->text.length; cursor->at++) {
            unsigned char c = (unsigned char)cursor->text.data[cursor->at];
            if (!isalnum(c) && c != '/' && c != '_' && c != '-' && c != '+') return false;
        }
        if (cursor->at == from || cursor->at - from > MAXIMUM_ZONE_NAME) return false;
        zone->kind = FEEL_ZONE_NAMED;
        zone->name = str_slice(cursor->text, from, cursor->at);
        return true;
    }
    negative = accept(cursor, '-');
    if (!negative && !accept(cursor, '+')) return false;
    if (!fixed_digits(cursor, 2, &hour) || !accept(cursor, ':') || !fixed_digits(cursor, 2, &minute))
        return false;
    if (accept(cursor, ':') && !fixed_digits(cursor, 2, &second)) return false;
    if (minute > 59 || second > 59) return false;
    second += hour * 3600 + minute * 60;
    if (second > MAXIMUM_OFFSET) return false;
    zone->kind = FEEL_ZONE_OFFSET;
    zone->offset = (int32_t)(negative ? -second : second);
    return true;
}

static bool time_at(struct cursor *cursor, struct feel_time *time)
{
    int64_t hour, minute, second;
    *time = (struct feel_time){.hour = 0};
    if (!fixed_digits(cursor, 2, &hour) || !accept(cursor, ':') || !fixed_digits(cursor, 2, &minute) ||
        !accept(cursor, ':') || !fixed_digits(cursor, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    time->hour = (uint8_t)hour;
    time->minute = (uint8_t)minute;
    time->second = (uint8_t)second;
    if (accept(cursor, '.') && !fraction(cursor, &time->nanosecond)) return false;
    return zone_at(cursor, &time->zone) && cursor->at == cursor->text.length;
}

bool feel_date_from_text(struct str text, struct feel_date *date)
{
    struct cursor cursor = {text, 0};
    struct feel_date result;
    if (!date_at(&cursor, &result) || cursor.at != text.length) return false;
    *date = result;
    return true;
}

bool feel_time_from_text(struct str text, struct feel_time *time)
{
    struct cursor cursor = {text, 0};
    struct feel_time result;
    if (!time_at(&cursor, &result)) return false;
    *time = result;
    return true;
}

bool feel_date_time_from_text(struct str text, struct feel_date *date, struct feel_time *time)
{
    struct cursor cursor = {text, 0};
    struct feel_date day;
    struct feel_time clock = {.hour = 0};
    if (!date_at(&cursor, &day)) return false;
    if (cursor.at < text.length && (!accept(&cursor, 'T') || !time_at(&cursor, &clock))) return false;
    *date = day;
    *time = clock;
    return true;
}

/* Adds `count` units of `unit` seconds. */
static bool add_units(struct feel_duration *sum, int64_t count, int64_t unit)
{
    int64_t seconds;
    return !__builtin_mul_overflow(count, unit, &seconds) &&
           !__builtin_add_overflow(sum->second, seconds, &sum->second);
}

bool temporal_days_duration_from_text(struct str text, struct feel_duration *duration)
{
    struct cursor cursor = {text, 0};
    struct feel_duration sum = {0, 0};
    bool negative = accept(&cursor, '-'), any = false;
    int64_t value;
    size_t count;
    if (!accept(&cursor, 'P')) return false;
    if (is_digit(&cursor)) {
        if (!digits(&cursor, &value, &count) || !accept(&cursor, 'D') || !add_units(&sum, value, DAY_SECONDS))
            return false;
        any = true;
    }
    if (accept(&cursor, 'T')) {
        const char *units = "HMS";
        any = false;
        while (is_digit(&cursor)) {
            uint32_t nanosecond = 0;
            bool fractional;
            const char *unit;
            if (!digits(&cursor, &value, &count)) return false;
            fractional = accept(&cursor, '.');
            if (fractional && is_digit(&cursor) && !fraction(&cursor, &nanosecond)) return false;
            if (cursor.at >= text.length) return false;
            unit = strchr(units, text.data[cursor.at]);
            if (unit == NULL || *unit == '\0' || (fractional && *unit != 'S')) return false;
            cursor.at++;
            if (!add_units(&sum, value, *unit == 'H' ? 3600 : *unit == 'M' ? 60 : 1)) return false;
            sum.nanosecond = (int32_t)nanosecond;
            units = unit + 1;
            any = true;
        }
    }
    if (!any || cursor.at != text.length) return false;
    if (negative && !temporal_duration_negate(sum, &sum)) return false;
    *duration = sum;
    return true;
}

bool temporal_months_duration_from_text(struct str text, int64_t *months)
{
    struct cursor cursor = {text, 0};
    bool negative = accept(&cursor, '-');
    int64_t value, sum = 0;
    size_t count;
    bool years = false;
    if (!accept(&cursor, 'P') || !digits(&cursor, &value, &count)) return false;
    if (accept(&cursor, 'Y')) {
        if (__builtin_mul_overflow(value, 12, &sum)) return false;
        years = true;
        if (cursor.at < text.length && !digits(&cursor, &value, &count)) return false;
    }
    if (!years || cursor.at < text.length) {
        if (!accept(&cursor, 'M') || __builtin_add_overflow(sum, value, &sum)) return false;
    }
    if (cursor.at != text.length) return false;
    *months = negative ? -sum : sum;
    return true;
}

const struct feel_value *feel_from_text_as(struct arena *arena, struct str text, enum feel_kind kind)
{
    struct feel_date date;
    struct feel_time time;
    struct feel_duration days;
    struct feel_number number;
    int64_t months;
    switch (kind) {
    case FEEL_DATE:
        if (feel_date_from_text(text, &date)) return feel_date(arena, date);
        break;
    case FEEL_TIME:
        if (feel_time_from_text(text, &time)) return feel_time(arena, time);
        break;
    case FEEL_DATE_TIME:
        if (feel_date_time_from_text(text, &date, &time)) return feel_date_time(arena, date, time);
        break;
    case FEEL_DAYS_DURATION:
        if (temporal_days_duration_from_text(text, &days)) return feel_days_duration(arena, days);
        break;
    case FEEL_MONTHS_DURATION:
        if (temporal_months_duration_from_text(text, &months)) return feel_months_duration(arena, months);
        break;
    case FEEL_NUMBER:
        if (feel_number_from_text(text, &number)) return feel_number(arena, number);
        break;
    case FEEL_STRING:
        return feel_string(arena, text);
    default:
        break;
    }
    return feel_null_because(arena, "the text is no %s", feel_kind_name(kind));
}

/* ---- writing ---- */

size_t temporal_date_text(struct feel_date date, char out[TEMPORAL_TEXT_SIZE])
{
    return (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "%s%04d-%02d-%02d", date.year < 0 ? "-" : "",
                            abs(date.year), date.month, date.day);
}

/* ".5" for 500000000; nothing for 0. */
static size_t fraction_text(uint32_t nanosecond, char *out, size_t size)
{
    size_t length;
    if (nanosecond == 0) {
        out[0] = '\0';
        return 0;
    }
    length = (size_t)snprintf(out, size, ".%09u", nanosecond);
    while (out[length - 1] == '0')
        out[--length] = '\0';
    return length;
}

size_t temporal_time_text(const struct feel_time *time, char out[TEMPORAL_TEXT_SIZE])
{
    char part[16], zone[MAXIMUM_ZONE_NAME + 8] = "";
    fraction_text(time->nanosecond, part, sizeof part);
    if (time->zone.kind == FEEL_ZONE_NAMED) {
        snprintf(
            zone, sizeof zone, "@%.*s",
            (int)(time->zone.name.length > MAXIMUM_ZONE_NAME ? MAXIMUM_ZONE_NAME : time->zone.name.length),
            time->zone.name.data);
    } else if (time->zone.kind == FEEL_ZONE_OFFSET) {
        int offset = abs(time->zone.offset);
        if (offset == 0)
            memcpy(zone, "Z", 2);
        else if (offset % 60 == 0)
            snprintf(zone, sizeof zone, "%c%02d:%02d", time->zone.offset < 0 ? '-' : '+', offset / 3600,
                     offset / 60 % 60);
        else
            snprintf(zone, sizeof zone, "%c%02d:%02d:%02d", time->zone.offset < 0 ? '-' : '+', offset / 3600,
                     offset / 60 % 60, offset % 60);
    }
    return (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "%02d:%02d:%02d%s%s", time->hour, time->minute,
                            time->second, part, zone);
}

size_t temporal_days_duration_text(struct feel_duration duration, char out[TEMPORAL_TEXT_SIZE])
{
    bool negative = duration.second < 0;
    uint64_t seconds;
    uint32_t nanosecond = (uint32_t)duration.nanosecond;
    size_t length;
    if (negative) { /* away from zero: -1.5 s is held as -2 s + 0.5 s */
        seconds = 0 - (uint64_t)duration.second;
        if (nanosecond > 0) {
            seconds--;
            nanosecond = (uint32_t)NANOSECONDS - nanosecond;
        }
    } else {
        seconds = (uint64_t)duration.second;
    }
    if (seconds == 0 && nanosecond == 0) return (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "PT0S");
    length = (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "%sP", negative ? "-" : "");
    if (seconds >= (uint64_t)DAY_SECONDS)
        length += (size_t)snprintf(out + length, TEMPORAL_TEXT_SIZE - length, "%lluD",
                                   (unsigned long long)(seconds / DAY_SECONDS));
    seconds %= DAY_SECONDS;
    if (seconds == 0 && nanosecond == 0) return length;
    out[length++] = 'T';
    if (seconds >= 3600)
        length +=
            (size_t)snprintf(out + length, TEMPORAL_TEXT_SIZE - length, "%uH", (unsigned)(seconds / 3600));
    if (seconds / 60 % 60 > 0)
        length +=
            (size_t)snprintf(out + length, TEMPORAL_TEXT_SIZE - length, "%uM", (unsigned)(seconds / 60 % 60));
    if (seconds % 60 > 0 || nanosecond > 0) {
        length += (size_t)snprintf(out + length, TEMPORAL_TEXT_SIZE - length, "%u", (unsigned)(seconds % 60));
        length += fraction_text(nanosecond, out + length, TEMPORAL_TEXT_SIZE - length);
        out[length++] = 'S';
    }
    out[length] = '\0';
    return length;
}

size_t temporal_months_duration_text(int64_t months, char out[TEMPORAL_TEXT_SIZE])
{
    uint64_t count = months < 0 ? 0 - (uint64_t)months : (uint64_t)months;
    unsigned long long years = count / 12, rest = count % 12;
    const char *sign = months < 0 ? "-" : "";
    if (count == 0) return (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "P0M");
    if (rest == 0) return (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "%sP%lluY", sign, years);
    if (years == 0) return (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "%sP%lluM", sign, rest);
    return (size_t)snprintf(out, TEMPORAL_TEXT_SIZE, "%sP%lluY%lluM", sign, years, rest);
}
