/* Construction and inspection of FEEL values. Invariant: a value never changes once a caller has seen it. */
#include "motcua/feel/value.h"

#include <stdio.h>
#include <stdlib.h>

#include "context.h"

#define INDEX_FROM     8 /* contexts with more entries get a sorted index */
#define MAXIMUM_REASON 300

static const struct feel_value null_value = {.kind = FEEL_NULL};
static const struct feel_value true_value = {.kind = FEEL_BOOLEAN, .boolean = true};
static const struct feel_value false_value = {.kind = FEEL_BOOLEAN, .boolean = false};

const struct feel_value *feel_null(void)
{
    return &null_value;
}

const struct feel_value *feel_boolean(bool value)
{
    return value ? &true_value : &false_value;
}

static struct feel_value *make(struct arena *arena, enum feel_kind kind)
{
    struct feel_value *value = arena_zalloc(arena, sizeof *value);
    value->kind = kind;
    return value;
}

const struct feel_value *feel_null_because(struct arena *arena, const char *format, ...)
{
    struct feel_value *value = make(arena, FEEL_NULL);
    char text[MAXIMUM_REASON + 4];
    int length;
    va_list arguments;
    va_start(arguments, format);
    length = vsnprintf(text, MAXIMUM_REASON, format, arguments);
    va_end(arguments);
    if (length >= MAXIMUM_REASON) { /* cut at the start of a code point */
        size_t end = MAXIMUM_REASON - 1;
        while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
            end--;
        if (end > 0 && (unsigned char)text[end - 1] >= 0xC0) end--;
        memcpy(text + end, "...", 4);
    }
    value->reason = str_of(arena_strdup(arena, text));
    return value;
}

const struct feel_value *feel_number(struct arena *arena, struct feel_number number)
{
    struct feel_value *value = make(arena, FEEL_NUMBER);
    value->number = number;
    return value;
}

const struct feel_value *feel_integer(struct arena *arena, int64_t integer)
{
    return feel_number(arena, feel_number_from_int64(integer));
}

const struct feel_value *feel_string(struct arena *arena, struct str text)
{
    struct feel_value *value = make(arena, FEEL_STRING);
    value->string = text.data != NULL ? text : str_make("", 0);
    return value;
}

const struct feel_value *feel_date(struct arena *arena, struct feel_date date)
{
    struct feel_value *value = make(arena, FEEL_DATE);
    value->date = date;
    return value;
}

const struct feel_value *feel_time(struct arena *arena, struct feel_time time)
{
    struct feel_value *value = make(arena, FEEL_TIME);
    value->time = time;
    return value;
}

const struct feel_value *feel_date_time(struct arena *arena, struct feel_date date, struct feel_time time)
{
    struct feel_value *value = make(arena, FEEL_DATE_TIME);
    value->date_time.date = date;
    value->date_time.time = time;
    return value;
}

const struct feel_value *feel_date_time_from_instant(struct arena *arena, instant when, int32_t offset)
{
    int64_t microseconds = when % MICROSECONDS, seconds = when / MICROSECONDS, days, rest;
    struct feel_date date;
    struct feel_time time = {.zone = {.kind = FEEL_ZONE_OFFSET, .offset = offset}};
    if (microseconds < 0) {
        microseconds += MICROSECONDS;
        seconds--;
    }
    seconds += offset;
    days = seconds / 86400;
    rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    if (!feel_date_from_days(days, &date))
        return feel_null_because(arena, "the instant is outside the calendar");
    time.hour = (uint8_t)(rest / 3600);
    time.minute = (uint8_t)(rest / 60 % 60);
    time.second = (uint8_t)(rest % 60);
    time.nanosecond = (uint32_t)(microseconds * 1000);
    return feel_date_time(arena, date, time);
}

const struct feel_value *feel_days_duration(struct arena *arena, struct feel_duration duration)
{
    struct feel_value *value = make(arena, FEEL_DAYS_DURATION);
    value->days = duration;
    return value;
}

const struct feel_value *feel_months_duration(struct arena *arena, int64_t months)
{
    struct feel_value *value = make(arena, FEEL_MONTHS_DURATION);
    value->months = months;
    return value;
}

static const struct feel_value *too_deep(struct arena *arena)
{
    return feel_null_because(arena, "values may be nested at most %d deep", FEEL_MAXIMUM_VALUE_DEPTH);
}

const struct feel_value *feel_list(struct arena *arena, const struct feel_value *const *items, size_t count)
{
    unsigned depth = 0;
    struct feel_value *value;
    for (size_t i = 0; i < count; i++)
        if (items[i]->depth > depth) depth = items[i]->depth;
    if (depth + 1 > FEEL_MAXIMUM_VALUE_DEPTH) return too_deep(arena);
    value = make(arena, FEEL_LIST);
    value->depth = (uint16_t)(depth + 1);
    value->list.items = items;
    value->list.count = count;
    return value;
}

const struct feel_value *feel_range(struct arena *arena, struct feel_range range)
{
    struct feel_value *value;
    unsigned depth = 0;
    if (range.low != NULL) depth = range.low->depth;
    if (range.high != NULL && range.high->depth > depth) depth = range.high->depth;
    if (depth + 1 > FEEL_MAXIMUM_VALUE_DEPTH) return too_deep(arena);
    value = make(arena, FEEL_RANGE);
    value->depth = (uint16_t)(depth + 1);
    value->range = range;
    return value;
}

/* ---- contexts ---- */

struct feel_context_builder {
    struct arena *arena;
    struct feel_entry *entries;
    size_t count, capacity;
    uint32_t *buckets; /* open addressing over the entries, once there are many: index + 1 */
    size_t bucket_count;
};

struct feel_context_builder *feel_context_begin(struct arena *arena)
{
    struct feel_context_builder *builder = arena_zalloc(arena, sizeof *builder);
    builder->arena = arena;
    return builder;
}

static uint32_t *find_bucket(uint32_t *buckets, size_t bucket_count, const struct feel_entry *entries,
                             struct str name)
{
    size_t at = (size_t)(str_hash(name) & (bucket_count - 1));
    while (buckets[at] != 0 && !str_equal(entries[buckets[at] - 1].name, name))
        at = (at + 1) & (bucket_count - 1);
    return &buckets[at];
}

static void rebuild_buckets(struct feel_context_builder *builder)
{
    size_t wanted = 32;
    while (wanted < builder->capacity * 2)
        wanted *= 2;
    builder->buckets = arena_array(builder->arena, wanted, sizeof *builder->buckets);
    builder->bucket_count = wanted;
    for (size_t i = 0; i < builder->count; i++)
        *find_bucket(builder->buckets, wanted, builder->entries, builder->entries[i].name) =
            (uint32_t)(i + 1);
}

static struct feel_entry *find_entry(struct feel_context_builder *builder, struct str name)
{
    if (builder->buckets != NULL) {
        uint32_t index = *find_bucket(builder->buckets, builder->bucket_count, builder->entries, name);
        return index == 0 ? NULL : &builder->entries[index - 1];
    }
    for (size_t i = 0; i < builder->count; i++)
        if (str_equal(builder->entries[i].name, name)) return &builder->entries[i];
    return NULL;
}

void feel_context_put(struct feel_context_builder *builder, struct str name, const struct feel_value *value)
{
    struct feel_entry *entry = find_entry(builder, name);
    if (entry != NULL) {
        entry->value = value;
        return;
    }
    if (builder->count == builder->capacity) {
        size_t capacity = builder->capacity == 0 ? 4 : builder->capacity * 2;
        struct feel_entry *entries = arena_array(builder->arena, capacity, sizeof *entries);
        if (builder->count > 0) memcpy(entries, builder->entries, builder->count * sizeof *entries);
        builder->entries = entries;
        builder->capacity = capacity;
        if (capacity > INDEX_FROM) rebuild_buckets(builder);
    }
    builder->entries[builder->count++] = (struct feel_entry){name, value};
    if (builder->buckets != NULL)
        *find_bucket(builder->buckets, builder->bucket_count, builder->entries, name) =
            (uint32_t)builder->count;
}

const struct feel_value *feel_context_end(struct feel_context_builder *builder)
{
    struct feel_context *context;
    struct feel_value *value;
    unsigned depth = 0;
    for (size_t i = 0; i < builder->count; i++)
        if (builder->entries[i].value->depth > depth) depth = builder->entries[i].value->depth;
    if (depth + 1 > FEEL_MAXIMUM_VALUE_DEPTH) return too_deep(builder->arena);
    context = arena_zalloc(builder->arena, sizeof *context);
    context->entries = builder->entries;
    context->count = builder->count;
    context->buckets = builder->buckets;
    context->bucket_count = builder->bucket_count;
    value = make(builder->arena, FEEL_CONTEXT);
    value->depth = (uint16_t)(depth + 1);
    value->context = context;
    return value;
}

const struct feel_value *feel_get(const struct feel_value *value, struct str name)
{
    const struct feel_context *context;
    if (value->kind != FEEL_CONTEXT) return NULL;
    context = value->context;
    if (context->buckets != NULL) {
        uint32_t index = *find_bucket(context->buckets, context->bucket_count, context->entries, name);
        /* the builder may have gone on since: its later entries are not ours */
        return index == 0 || index > context->count ? NULL : context->entries[index - 1].value;
    }
    for (size_t i = 0; i < context->count; i++)
        if (str_equal(context->entries[i].name, name)) return context->entries[i].value;
    return NULL;
}

size_t feel_context_count(const struct feel_value *value)
{
    return value->kind == FEEL_CONTEXT ? value->context->count : 0;
}

const struct feel_value *feel_context_at(const struct feel_value *value, size_t index, struct str *name)
{
    *name = value->context->entries[index].name;
    return value->context->entries[index].value;
}

const char *feel_kind_name(enum feel_kind kind)
{
    static const char *const names[] = {
        [FEEL_NULL] = "null",
        [FEEL_BOOLEAN] = "boolean",
        [FEEL_NUMBER] = "number",
        [FEEL_STRING] = "string",
        [FEEL_DATE] = "date",
        [FEEL_TIME] = "time",
        [FEEL_DATE_TIME] = "date and time",
        [FEEL_DAYS_DURATION] = "days and time duration",
        [FEEL_MONTHS_DURATION] = "years and months duration",
        [FEEL_LIST] = "list",
        [FEEL_CONTEXT] = "context",
        [FEEL_RANGE] = "range",
        [FEEL_FUNCTION] = "function",
    };
    return names[kind];
}
