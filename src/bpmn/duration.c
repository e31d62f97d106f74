/*
 * ISO 8601 durations, moments and repeating intervals, and the working-time texts people write. Pure integer
 * arithmetic with overflow checks; months by the proleptic Gregorian calendar of the given offset.
 */
#include "internal.h"

#include <stdio.h>

#define SECOND MICROSECONDS
#define DAY    (86400 * SECOND)

struct reader {
    struct str text;
    size_t at;
};

static bool read_digits(struct reader *reader, int64_t *value, unsigned *digits)
{
    *value = 0;
    *digits = 0;
    while (reader->at < reader->text.length) {
        char c = reader->text.data[reader->at];
        if (c < '0' || c > '9') break;
        if (*digits >= 15) return false;
        *value = *value * 10 + (c - '0');
        (*digits)++;
        reader->at++;
    }
    return *digits > 0;
}

static bool accept(struct reader *reader, char c)
{
    if (reader->at < reader->text.length && reader->text.data[reader->at] == c) {
        reader->at++;
        return true;
    }
    return false;
}

static bool add_scaled(int64_t *total, int64_t amount, int64_t unit)
{
    int64_t product;
    return !__builtin_mul_overflow(amount, unit, &product) && !__builtin_add_overflow(*total, product, total);
}

/* One "12H" part; `fraction` gets the micro part of a decimal number of seconds. */
static bool read_part(struct reader *reader, int64_t *value, int64_t *fraction, char *unit)
{
    unsigned digits;
    if (!read_digits(reader, value, &digits)) return false;
    *fraction = -1;
    if (accept(reader, '.') || accept(reader, ',')) {
        int64_t scale = 100000, part = 0;
        unsigned count = 0;
        while (reader->at < reader->text.length && reader->text.data[reader->at] >= '0' &&
               reader->text.data[reader->at] <= '9') {
            part += (reader->text.data[reader->at++] - '0') * scale;
            scale /= 10;
            count++;
        }
        if (count == 0) return false;
        *fraction = part;
    }
    if (reader->at >= reader->text.length) return false;
    *unit = reader->text.data[reader->at++];
    return true;
}

static bool add_part(struct span *span, int64_t value, int64_t fraction, char unit, bool time, int *order)
{
    static const char units[] = "YMWDhms"; /* h, m, s: of the time part */
    char key = time ? (unit == 'H' ? 'h' : unit == 'M' ? 'm' : unit == 'S' ? 's' : '?') : unit;
    const char *place = strchr(units, key);
    if (place == NULL || key == '?' || (int)(place - units) < *order || (fraction >= 0 && key != 's'))
        return false;
    *order = (int)(place - units) + 1;
    switch (key) {
    case 'Y':
        return add_scaled(&span->months, value, 12);
    case 'M':
        return add_scaled(&span->months, value, 1);
    case 'W':
        return add_scaled(&span->microseconds, value, 7 * DAY);
    case 'D':
        return add_scaled(&span->microseconds, value, DAY);
    case 'h':
        return add_scaled(&span->microseconds, value, 3600 * SECOND);
    case 'm':
        return add_scaled(&span->microseconds, value, 60 * SECOND);
    default:
        return add_scaled(&span->microseconds, value, SECOND) &&
               add_scaled(&span->microseconds, fraction < 0 ? 0 : fraction, 1);
    }
}

bool bpmn_span_from_text(struct str text, struct span *span)
{
    struct reader reader = {str_trim(text), 0};
    struct span result = {0};
    result.negative = accept(&reader, '-');
    if (!accept(&reader, 'P')) return false;
    bool time = false, any = false;
    int order = 0;
    while (reader.at < reader.text.length) {
        if (!time && accept(&reader, 'T')) {
            time = true;
            any = false;
            continue;
        }
        int64_t value, fraction;
        char unit;
        if (!read_part(&reader, &value, &fraction, &unit) ||
            !add_part(&result, value, fraction, unit, time, &order))
            return false;
        any = true;
    }
    if (!any) return false;
    *span = result;
    return true;
}

static bool day_to_instant(int64_t days, int64_t micro, int32_t offset, instant *when)
{
    int64_t result = 0;
    if (!add_scaled(&result, days, DAY) || __builtin_add_overflow(result, micro, &result) ||
        __builtin_sub_overflow(result, (int64_t)offset * SECOND, &result))
        return false;
    *when = result;
    return true;
}

/* ISO 8601 lets the seconds be left out, which FEEL does not: 2026-11-24T08:00+07:00. In `whole`, of 80
 * bytes. */
static struct str with_seconds(struct str text, char *whole)
{
    ptrdiff_t t = str_find_char(text, 'T');
    size_t end = t < 0 ? 0 : (size_t)t + sizeof "T00:00" - 1;
    if (t < 0 || end > text.length || (end < text.length && text.data[end] == ':')) return text;
    memcpy(whole, text.data, end);
    memcpy(whole + end, ":00", 3);
    memcpy(whole + end + 3, text.data + end, text.length - end);
    return str_make(whole, text.length + 3);
}

bool bpmn_instant_from_text(struct str text, int32_t utc_offset, instant *when)
{
    text = str_trim(text);
    struct feel_date date;
    struct feel_time time;
    char whole[80];
    if (text.length > 64) return false;
    if (feel_date_from_text(text, &date)) return day_to_instant(feel_date_to_days(date), 0, utc_offset, when);
    text = with_seconds(text, whole);
    if (!feel_date_time_from_text(text, &date, &time) || time.zone.kind == FEEL_ZONE_NAMED) return false;
    int64_t micro =
        ((int64_t)time.hour * 3600 + time.minute * 60 + time.second) * SECOND + time.nanosecond / 1000;
    return day_to_instant(feel_date_to_days(date), micro,
                          time.zone.kind == FEEL_ZONE_OFFSET ? time.zone.offset : utc_offset, when);
}

bool bpmn_cycle_from_text(struct str text, int32_t utc_offset, struct cycle *cycle)
{
    text = str_trim(text);
    struct cycle result = {.repetitions = 1};
    if (text.length == 0 || text.data[0] != 'R') {
        if (!bpmn_span_from_text(text, &result.span) || result.span.negative) return false;
        result.repetitions = -1;
        result.span_text = text;
        *cycle = result;
        return true;
    }
    struct str head, rest;
    if (!str_split(text, '/', &head, &rest)) return false;
    result.repetitions = -1;
    struct str count = str_slice(head, 1, head.length);
    if (count.length > 0 && !str_equal_cstr(count, "-1") &&
        (str_to_int64(count, &result.repetitions) != STATUS_OK || result.repetitions < 0))
        return false;
    struct str first, second;
    if (str_split(rest, '/', &first, &second)) {
        if (bpmn_span_from_text(first, &result.span)) { /* R/PT1H/end: the end is not executed */
            return false;
        }
        if (!bpmn_instant_from_text(first, utc_offset, &result.start)) return false;
        result.has_start = true;
        rest = second;
    }
    if (!bpmn_span_from_text(rest, &result.span) || result.span.negative) return false;
    result.span_text = rest;
    *cycle = result;
    return true;
}

bool bpmn_instant_add_span(instant from, struct span span, int32_t utc_offset, instant *result)
{
    int64_t local;
    if (__builtin_add_overflow(from, (int64_t)utc_offset * SECOND, &local)) return false;
    int64_t days = local / DAY - (local % DAY < 0), micro = local - days * DAY;
    struct feel_date date;
    if (span.months != 0) {
        if (span.months > 12 * 100000 || !feel_date_from_days(days, &date)) return false;
        int64_t month =
            (int64_t)date.year * 12 + date.month - 1 + (span.negative ? -span.months : span.months);
        int64_t year = month / 12 - (month % 12 < 0);
        int64_t day = date.day;
        while (day > 28 && !feel_date_valid(year, month - year * 12 + 1, day))
            day--;
        if (!feel_date_valid(year, month - year * 12 + 1, day)) return false;
        days = feel_date_to_days(
            (struct feel_date){(int32_t)year, (uint8_t)(month - year * 12 + 1), (uint8_t)day});
    }
    instant moved;
    int64_t offset = span.negative ? -span.microseconds : span.microseconds;
    if (!day_to_instant(days, micro, utc_offset, &moved) || __builtin_add_overflow(moved, offset, &moved))
        return false;
    if (moved > INT64_C(253402300799) * SECOND || moved < INT64_C(-62135596800) * SECOND)
        return false; /* years 1 to 9999 */
    *result = moved;
    return true;
}

bool bpmn_limit_from_text(struct str text, struct limit_text *limit)
{
    static const struct {
        const char *words;
        enum limit_unit unit;
        bool working;
    } units[] = {
        {"working days", LIMIT_DAYS, true},   {"working day", LIMIT_DAYS, true},
        {"working hours", LIMIT_HOURS, true}, {"working hour", LIMIT_HOURS, true},
        {"ngày làm việc", LIMIT_DAYS, true},  {"giờ làm việc", LIMIT_HOURS, true},
        {"calendar days", LIMIT_DAYS, false}, {"calendar day", LIMIT_DAYS, false},
        {"days", LIMIT_DAYS, false},          {"day", LIMIT_DAYS, false},
        {"ngày", LIMIT_DAYS, false},          {"hours", LIMIT_HOURS, false},
        {"hour", LIMIT_HOURS, false},         {"giờ", LIMIT_HOURS, false},
        {"months", LIMIT_MONTHS, false},      {"month", LIMIT_MONTHS, false},
        {"tháng", LIMIT_MONTHS, false},
    };
    struct reader reader = {str_trim(text), 0};
    struct limit_text result;
    unsigned digits;
    if (!read_digits(&reader, &result.amount, &digits) || digits > 6) return false;
    struct str words = str_trim(str_slice(reader.text, reader.at, reader.text.length));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_equal_ignore_case(words, str_of(units[i].words))) {
            result.unit = units[i].unit;
            result.working = units[i].working;
            *limit = result;
            return true;
        }
    }
    return false;
}

bool bpmn_instant_to_text(instant when, int32_t utc_offset, char *out, size_t size)
{
    int64_t local = when + (int64_t)utc_offset * SECOND;
    int64_t days = local / DAY - (local % DAY < 0), seconds = (local - days * DAY) / SECOND;
    struct feel_date date;
    if (!feel_date_from_days(days, &date)) return false;
    int32_t offset = utc_offset < 0 ? -utc_offset : utc_offset;
    int length = snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", date.year, date.month,
                          date.day, (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
                          utc_offset < 0 ? '-' : '+', offset / 3600, offset / 60 % 60);
    return length > 0 && (size_t)length < size;
}
