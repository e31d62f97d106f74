/*
 * Time zones: offsets by arithmetic, named zones by TZif data (RFC 8536) that the caller hands in. The data
 * is not trusted: every read is checked against its length.
 */
#include <ctype.h>
#include <stdlib.h>

#include "evaluate.h"
#include "zone_rule.h"

struct zone_data {
    const unsigned char *bytes;
    size_t length;
    size_t times, indexes, types; /* offsets of the 64-bit block's tables */
    uint32_t time_count, type_count;
    struct str footer;
};

static uint32_t read_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_i64(const unsigned char *at)
{
    return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

struct header {
    uint32_t utc_count, standard_count, leap_count, time_count, type_count, character_count;
};

static bool read_header(const unsigned char *bytes, size_t length, size_t at, struct header *header)
{
    if (length < 44 || at > length - 44 || memcmp(bytes + at, "TZif", 4) != 0) return false;
    header->utc_count = read_u32(bytes + at + 20);
    header->standard_count = read_u32(bytes + at + 24);
    header->leap_count = read_u32(bytes + at + 28);
    header->time_count = read_u32(bytes + at + 32);
    header->type_count = read_u32(bytes + at + 36);
    header->character_count = read_u32(bytes + at + 40);
    return header->time_count < 100000 && header->type_count > 0 && header->type_count < 256 &&
           header->leap_count < 100000 && header->character_count < 100000 && header->utc_count < 256 &&
           header->standard_count < 256;
}

static size_t block_size(const struct header *header, size_t width)
{
    return header->time_count * (width + 1) + header->type_count * 6 + header->character_count +
           header->leap_count * (width + 4) + header->standard_count + header->utc_count;
}

static bool open_data(struct str tzif, struct zone_data *data)
{
    struct header header;
    size_t at = 0, width = 8, size;
    data->bytes = (const unsigned char *)tzif.data;
    data->length = tzif.length;
    if (!read_header(data->bytes, data->length, 0, &header) || data->bytes[4] < '2') return false;
    at = 44 + block_size(&header, 4); /* the old 32-bit block is skipped */
    if (!read_header(data->bytes, data->length, at, &header)) return false;
    at += 44;
    size = block_size(&header, width);
    if (size > data->length - at) return false;
    data->times = at;
    data->indexes = at + header.time_count * width;
    data->types = data->indexes + header.time_count;
    data->time_count = header.time_count;
    data->type_count = header.type_count;
    data->footer = str_trim(str_slice(tzif, at + size, tzif.length));
    for (uint32_t i = 0; i < header.time_count; i++)
        if (data->bytes[data->indexes + i] >= header.type_count) return false;
    return true;
}

static int32_t type_offset(const struct zone_data *data, uint32_t type)
{
    return (int32_t)read_u32(data->bytes + data->types + (size_t)type * 6);
}

static bool offset_at_utc(const struct zone_data *data, int64_t utc, int32_t *offset)
{
    uint32_t low = 0, high = data->time_count;
    while (low < high) { /* the number of transitions at or before the moment */
        uint32_t middle = low + (high - low) / 2;
        if (read_i64(data->bytes + data->times + (size_t)middle * 8) <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == data->time_count && data->footer.length > 0 && zone_rule_offset(data->footer, utc, offset))
        return true;
    *offset = type_offset(data, low == 0 ? 0 : data->bytes[data->indexes + low - 1]);
    return *offset > -100000 && *offset < 100000;
}

static bool is_utc(struct str name)
{
    static const char *const names[] = {"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z", "UCT", "Etc/UCT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equal_cstr(name, names[i])) return true;
    return false;
}

static bool load(struct feel_evaluation *evaluation, struct str name, struct zone_data *data)
{
    struct str tzif = STR_NULL;
    const struct feel_zone_source *source;
    if (evaluation == NULL) return false;
    source = &evaluation->environment->zones;
    evaluation_steps(evaluation, 20);
    return source->load != NULL && source->load(source->user, name, &tzif) && open_data(tzif, data);
}

bool zone_exists(struct feel_evaluation *evaluation, const struct feel_zone *zone)
{
    struct zone_data data;
    return zone->kind != FEEL_ZONE_NAMED || is_utc(zone->name) || load(evaluation, zone->name, &data);
}

bool zone_offset_at_utc(struct feel_evaluation *evaluation, const struct feel_zone *zone, int64_t utc_seconds,
                        int32_t *offset)
{
    struct zone_data data;
    if (zone->kind != FEEL_ZONE_NAMED || is_utc(zone->name)) {
        *offset = zone->kind == FEEL_ZONE_OFFSET ? zone->offset : 0;
        return true;
    }
    return load(evaluation, zone->name, &data) && offset_at_utc(&data, utc_seconds, offset);
}

/* A reading that comes twice (clocks put back) means the first; one that is skipped is read with the offset
 * before. */
bool zone_offset_at_local(struct feel_evaluation *evaluation, const struct feel_zone *zone,
                          int64_t local_seconds, int32_t *offset)
{
    struct zone_data data;
    int32_t before, after;
    if (zone->kind != FEEL_ZONE_NAMED || is_utc(zone->name)) {
        *offset = zone->kind == FEEL_ZONE_OFFSET ? zone->offset : 0;
        return true;
    }
    if (!load(evaluation, zone->name, &data)) return false;
    if (!offset_at_utc(&data, local_seconds - DAY_SECONDS, &before) ||
        !offset_at_utc(&data, local_seconds + DAY_SECONDS, &after))
        return false;
    *offset = before;
    if (before != after) {
        int32_t there;
        if (!offset_at_utc(&data, local_seconds - before, &there)) return false;
        if (there != before && offset_at_utc(&data, local_seconds - after, &there) && there == after)
            *offset = after;
    }
    return true;
}

/* ---- texts with zones ---- */

static const struct feel_value *no_zone(struct feel_evaluation *evaluation, struct str name)
{
    return NULL_BECAUSE(evaluation, "the time zone \"%.*s\" is not known", STR_ARG(name));
}

static const struct feel_value *malformed(struct feel_evaluation *evaluation, const char *what,
                                          struct str text)
{
    return NULL_BECAUSE(evaluation, "\"%.*s\" is no %s", STR_ARG(str_slice(text, 0, 60)), what);
}

const struct feel_value *date_from_string(struct feel_evaluation *evaluation, struct str text)
{
    struct feel_date date;
    return feel_date_from_text(text, &date) ? feel_date(evaluation->arena, date)
                                            : malformed(evaluation, "date", text);
}

const struct feel_value *time_from_string(struct feel_evaluation *evaluation, struct str text)
{
    struct feel_time time;
    if (!feel_time_from_text(text, &time)) return malformed(evaluation, "time", text);
    if (!zone_exists(evaluation, &time.zone)) return no_zone(evaluation, time.zone.name);
    return feel_time(evaluation->arena, time);
}

const struct feel_value *date_time_from_string(struct feel_evaluation *evaluation, struct str text)
{
    struct feel_date date;
    struct feel_time time;
    if (!feel_date_time_from_text(text, &date, &time)) return malformed(evaluation, "date and time", text);
    if (!zone_exists(evaluation, &time.zone)) return no_zone(evaluation, time.zone.name);
    return feel_date_time(evaluation->arena, date, time);
}

const struct feel_value *duration_from_string(struct feel_evaluation *evaluation, struct str text)
{
    struct feel_duration days;
    int64_t months;
    if (temporal_days_duration_from_text(text, &days)) return feel_days_duration(evaluation->arena, days);
    if (temporal_months_duration_from_text(text, &months))
        return feel_months_duration(evaluation->arena, months);
    return malformed(evaluation, "duration", text);
}

const struct feel_value *temporal_from_string(struct feel_evaluation *evaluation, struct str text)
{
    const struct feel_value *value = date_from_string(evaluation, text);
    if (feel_is_null(value)) value = time_from_string(evaluation, text);
    if (feel_is_null(value)) value = duration_from_string(evaluation, text);
    if (feel_is_null(value)) value = date_time_from_string(evaluation, text);
    return value;
}
