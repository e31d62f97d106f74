/*
 * FEEL values (DMN 1.3, chapter 10): immutable, in an arena, free to share between threads once built. `null`
 * may carry the reason why an expression had no value. Strings are UTF-8 and counted in code points.
 *
 * Ownership: constructors with an arena allocate there and keep the pointers they are given (slices, items),
 * which must live as long; feel_null() and feel_boolean() are static.
 */
#ifndef MOTCUA_FEEL_VALUE_H
#define MOTCUA_FEEL_VALUE_H

#include "motcua/base/clock.h"
#include "motcua/base/error.h"
#include "motcua/feel/number.h"

enum feel_kind {
    FEEL_NULL,
    FEEL_BOOLEAN,
    FEEL_NUMBER,
    FEEL_STRING,
    FEEL_DATE,
    FEEL_TIME,
    FEEL_DATE_TIME,
    FEEL_DAYS_DURATION,   /* days and time duration */
    FEEL_MONTHS_DURATION, /* years and months duration */
    FEEL_LIST,
    FEEL_CONTEXT,
    FEEL_RANGE,
    FEEL_FUNCTION
};

struct feel_date {
    int32_t year; /* -999999999 .. 999999999 */
    uint8_t month, day;
};

enum feel_zone_kind { FEEL_ZONE_NONE, FEEL_ZONE_OFFSET, FEEL_ZONE_NAMED };

struct feel_zone {
    enum feel_zone_kind kind;
    int32_t offset;  /* seconds east of UTC; FEEL_ZONE_OFFSET only */
    struct str name; /* IANA name; FEEL_ZONE_NAMED only */
};

struct feel_time {
    uint8_t hour, minute, second;
    uint32_t nanosecond;
    struct feel_zone zone;
};

struct feel_duration { /* seconds + nanoseconds; nanosecond is always 0 .. 999999999 */
    int64_t second;
    int32_t nanosecond;
};

struct feel_value;
struct feel_function;
struct feel_context;

struct feel_list {
    size_t count;
    const struct feel_value *const *items;
};

struct feel_range {
    const struct feel_value *low, *high; /* NULL: unbounded on that side */
    bool low_closed, high_closed;
    bool by_operator; /* written like < 5, or with an end left out: equals only such a one */
};

struct feel_value {
    enum feel_kind kind;
    uint16_t depth; /* of nesting: 0 for scalars; kept below FEEL_MAXIMUM_VALUE_DEPTH */
    union {
        struct str reason; /* FEEL_NULL; may be empty */
        bool boolean;
        struct feel_number number;
        struct str string;
        struct feel_date date;
        struct feel_time time;
        struct {
            struct feel_date date;
            struct feel_time time;
        } date_time;
        struct feel_duration days;
        int64_t months;
        struct feel_list list;
        const struct feel_context *context;
        struct feel_range range;
        const struct feel_function *function;
    };
};

#define FEEL_MAXIMUM_VALUE_DEPTH 256

/* ---- constructors ---- */
const struct feel_value *feel_null(void);
const struct feel_value *feel_null_because(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const struct feel_value *feel_boolean(bool value);
const struct feel_value *feel_number(struct arena *arena, struct feel_number number);
const struct feel_value *feel_integer(struct arena *arena, int64_t value);
const struct feel_value *feel_string(struct arena *arena,
                                     struct str text); /* the slice is kept, not copied */
const struct feel_value *feel_date(struct arena *arena, struct feel_date date);
const struct feel_value *feel_time(struct arena *arena, struct feel_time time);
const struct feel_value *feel_date_time(struct arena *arena, struct feel_date date, struct feel_time time);
/* The instant as a date and time with the given offset from UTC in seconds (Việt Nam: 25200). */
const struct feel_value *feel_date_time_from_instant(struct arena *arena, instant when, int32_t offset);
const struct feel_value *feel_days_duration(struct arena *arena, struct feel_duration duration);
const struct feel_value *feel_months_duration(struct arena *arena, int64_t months);
/* The array is kept. Null (with a reason) when nested deeper than FEEL_MAXIMUM_VALUE_DEPTH. */
const struct feel_value *feel_list(struct arena *arena, const struct feel_value *const *items, size_t count);
const struct feel_value *feel_range(struct arena *arena, struct feel_range range);

/* A context is built entry by entry; a later entry of the same name replaces the earlier one in its place.
 * The builder may go on after feel_context_end: values given out before do not see new names (but share a
 * replaced entry). */
struct feel_context_builder;
struct feel_context_builder *feel_context_begin(struct arena *arena);
void feel_context_put(struct feel_context_builder *builder, struct str name, const struct feel_value *value);
const struct feel_value *feel_context_end(struct feel_context_builder *builder);

/* ISO 8601 / FEEL texts: date, time, date and time, either duration, as the FEEL function of that name reads
 * them (zone names unchecked). False when malformed. */
bool feel_date_from_text(struct str text, struct feel_date *date);
bool feel_time_from_text(struct str text, struct feel_time *time);
bool feel_date_time_from_text(struct str text, struct feel_date *date, struct feel_time *time);
/* The text as a value of that kind (number, string, date, time, date and time, either duration); null with a
 * reason when it is none or the kind is another. The text is kept. */
const struct feel_value *feel_from_text_as(struct arena *arena, struct str text, enum feel_kind kind);
bool feel_date_valid(int64_t year, int64_t month, int64_t day);
int64_t feel_date_to_days(struct feel_date date); /* days since 1970-01-01, proleptic Gregorian */
bool feel_date_from_days(int64_t days, struct feel_date *date);

/* ---- inspectors ---- */
/* "number", "days and time duration", ... static */
const char *feel_kind_name(enum feel_kind kind);
static inline bool feel_is_null(const struct feel_value *value)
{
    return value->kind == FEEL_NULL;
}
static inline bool feel_is_true(const struct feel_value *value)
{
    return value->kind == FEEL_BOOLEAN && value->boolean;
}
/* The entry, or NULL when `context` is no context or has no such entry. */
const struct feel_value *feel_get(const struct feel_value *context, struct str name);
size_t feel_context_count(const struct feel_value *context);
/* Entry number `index` in order of definition. */
const struct feel_value *feel_context_at(const struct feel_value *context, size_t index, struct str *name);
/* FEEL `=`: 1 equal, 0 not equal, -1 not comparable (null). */
int feel_equal(const struct feel_value *a, const struct feel_value *b);

/* FEEL literal that reads back as the same value ("a \"b\"", date("2026-11-24"), [1, 2], {a: 1}); a function
 * is written as function(a, b) .... At most `maximum` bytes, else NULL. */
const char *feel_literal(struct arena *arena, const struct feel_value *value, size_t maximum);
/* What `string()` gives: like the literal, but a string is bare, and dates and durations are bare ISO texts.
 */
const char *feel_text(struct arena *arena, const struct feel_value *value, size_t maximum);

#endif
