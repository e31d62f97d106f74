/*
 * Reading calendar definitions from JSON. Strict: an unknown key is an error, since a misspelt one would
 * silently lose a rule. The format is described in docs/clock.md.
 */
#include "motcua/calendar/calendar.h"
#include "motcua/calendar/limit.h"
#include "motcua/codec/json.h"

#define MAXIMUM_TEXT   (4 * 1024 * 1024)
#define MAXIMUM_TEXTS  1000
#define MAXIMUM_RANGE  400 /* days of one entry with from and to */
#define MAXIMUM_AGENCY 10000

static const char format_name[] = "motcua-calendar/1";

/* What is collected while reading; arrays grow by doubling in the arena. */
struct reader {
    struct arena *arena;
    struct error *error;
    struct rule_set *shared_rules, *own_rules;
    size_t shared_rule_count, own_rule_count;
    struct special_day *days;
    size_t day_count, day_capacity;
    struct special_day *own_days; /* the agency's own: after the shared ones, so that they win */
    size_t own_day_count, own_day_capacity;
    struct closure *closures;
    size_t closure_count, closure_capacity;
    struct notice *notices;
    size_t notice_count, notice_capacity;
    const char *agency, *name;
};

static enum status refuse(struct reader *reader, const char *what, const char *about)
{
    return error_set(reader->error, reader->arena, STATUS_INVALID, "calendar.json",
                     N_("Tệp lịch làm việc không đúng định dạng."), "%s%s%s", what, about == NULL ? "" : ": ",
                     about == NULL ? "" : about);
}

static void *grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) return array;
    size_t wider = *capacity == 0 ? 16 : *capacity * 2;
    void *result = arena_array(arena, wider, size);
    if (count > 0) memcpy(result, array, count * size);
    *capacity = wider;
    return result;
}

static const char *copy_text(struct arena *arena, const json_t *object, const char *key)
{
    const char *text = json_get_cstr(object, key, NULL);
    return text == NULL ? NULL : arena_strdup(arena, text);
}

/* Every key of the object is one of `keys` (NULL-terminated). */
static enum status check_keys(struct reader *reader, const json_t *object, const char *where,
                              const char *const *keys)
{
    if (!json_is_object(object)) return refuse(reader, "an object is expected in", where);
    void *iterator = json_object_iter((json_t *)(uintptr_t)object);
    for (; iterator != NULL; iterator = json_object_iter_next((json_t *)(uintptr_t)object, iterator)) {
        const char *key = json_object_iter_key(iterator);
        bool known = false;
        for (size_t i = 0; keys[i] != NULL; i++)
            known = known || strcmp(keys[i], key) == 0;
        if (!known) return refuse(reader, arena_printf(reader->arena, "unknown key in %s", where), key);
    }
    return STATUS_OK;
}

/* A date; missing or null is CIVIL_DAY_NONE. */
static bool read_date(const json_t *object, const char *key, int32_t *day)
{
    const json_t *value = json_object_get(object, key);
    *day = CIVIL_DAY_NONE;
    return value == NULL || json_is_null(value) || civil_parse_date(json_str_value(value), day) == STATUS_OK;
}

/* ["08:00-12:00", "13:00-17:00"] */
static bool read_spans(const json_t *array, struct day_hours *hours)
{
    if (!json_is_array(array) || json_array_size(array) > CALENDAR_MAXIMUM_SPANS) return false;
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct str from, to;
        int first, last;
        if (!str_split(json_str_value(json_array_get(array, i)), '-', &from, &to) ||
            civil_parse_minute(str_trim(from), &first) != STATUS_OK ||
            civil_parse_minute(str_trim(to), &last) != STATUS_OK)
            return false;
        hours->spans[i] = (struct day_span){(uint16_t)first, (uint16_t)last};
    }
    hours->count = (uint8_t)json_array_size(array);
    return true;
}

/* Spans, or {"spans": [...], "working_day": false} for hours that make no working day. */
static bool read_hours(const json_t *value, struct day_hours *hours)
{
    if (json_is_object(value)) {
        const json_t *working = json_object_get(value, "working_day");
        if (json_object_size(value) != 2 || !json_is_boolean(working)) return false;
        hours->open_only = json_is_false(working);
        return read_spans(json_object_get(value, "spans"), hours);
    }
    return read_spans(value, hours);
}

static enum status read_week(struct reader *reader, const json_t *week, struct rule_set *rules)
{
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday",    NULL};
    enum status status = check_keys(reader, week, "hours", names);
    for (size_t i = 0; status == STATUS_OK && i < 7; i++) {
        const json_t *value = json_object_get(week, names[i]);
        if (value != NULL && !read_hours(value, &rules->hours[i]))
            return refuse(reader, "hours cannot be read", names[i]);
    }
    return status;
}

/* "hours_per_day": 8 or 7.5, in whole minutes. */
static bool read_hours_per_day(const json_t *object, uint16_t *minutes)
{
    const json_t *value = json_object_get(object, "hours_per_day");
    *minutes = 480;
    if (value == NULL) return true;
    double exact = json_number_value(value) * 60;
    if (!json_is_number(value) || !(exact >= 1 && exact <= 1440) || exact != (double)(uint16_t)exact)
        return false;
    *minutes = (uint16_t)exact;
    return true;
}

static enum status read_rule_set(struct reader *reader, const json_t *object, struct rule_set *rules)
{
    static const char *const keys[] = {"id",    "name",          "legal",       "valid_from",      "valid_to",
                                       "hours", "hours_per_day", "working_day", "same_day_cutoff", NULL};
    enum status status = check_keys(reader, object, "rule_sets", keys);
    if (status != STATUS_OK) return status;
    struct rule_set result = {
        .id = copy_text(reader->arena, object, "id"),
        .name = copy_text(reader->arena, object, "name"),
        .legal = copy_text(reader->arena, object, "legal"),
        .same_day_cutoff = 15 * 60,
    };
    if (result.id == NULL) return refuse(reader, "a rule set needs an id", NULL);
    if (!read_date(object, "valid_from", &result.valid_from) ||
        !read_date(object, "valid_to", &result.valid_to))
        return refuse(reader, "validity cannot be read", result.id);
    if (!read_hours_per_day(object, &result.minutes_per_day))
        return refuse(reader, "hours_per_day must be up to 24 hours in whole minutes", result.id);
    const char *rule = json_get_cstr(object, "working_day", "same_time");
    if (strcmp(rule, "end_of_day") == 0)
        result.rule = WORKING_DAY_END_OF_DAY;
    else if (strcmp(rule, "same_time") != 0)
        return refuse(reader, "working_day is same_time or end_of_day", result.id);
    const json_t *cutoff = json_object_get(object, "same_day_cutoff");
    int minute;
    if (json_is_null(cutoff))
        result.same_day_cutoff = LIMIT_NO_CUTOFF;
    else if (cutoff != NULL && civil_parse_minute(json_str_value(cutoff), &minute) != STATUS_OK)
        return refuse(reader, "same_day_cutoff cannot be read", result.id);
    else if (cutoff != NULL)
        result.same_day_cutoff = (int16_t)minute;
    status = read_week(reader, json_object_get(object, "hours"), &result);
    if (status == STATUS_OK) *rules = result;
    return status;
}

static enum status read_rule_sets(struct reader *reader, const json_t *array, struct rule_set **rules,
                                  size_t *count)
{
    if (array == NULL) return STATUS_OK;
    size_t added = json_array_size(array);
    if (!json_is_array(array) || *count + added > CALENDAR_MAXIMUM_RULE_SETS)
        return refuse(reader, "rule_sets is an array of at most 64", NULL);
    struct rule_set *result = arena_array(reader->arena, *count + added, sizeof *result);
    if (*count > 0) memcpy(result, *rules, *count * sizeof *result);
    for (size_t i = 0; i < added; i++) {
        enum status status = read_rule_set(reader, json_array_get(array, i), &result[*count + i]);
        if (status != STATUS_OK) return status;
    }
    *rules = result;
    *count += added;
    return STATUS_OK;
}

static bool read_kind(const json_t *object, enum special_day_kind *kind)
{
    static const char *const names[] = {
        [DAY_HOLIDAY] = "holiday",         [DAY_COMPENSATORY] = "compensatory",
        [DAY_SWAPPED_OFF] = "swapped_off", [DAY_SWAPPED_WORK] = "swapped_work",
        [DAY_CLOSED] = "closed",
    };
    const char *text = json_get_cstr(object, "kind", "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            *kind = (enum special_day_kind)i;
            return true;
        }
    return false;
}

static void add_day(struct reader *reader, bool own, struct special_day day)
{
    if (own) {
        reader->own_days = grow(reader->arena, reader->own_days, reader->own_day_count,
                                &reader->own_day_capacity, sizeof *reader->own_days);
        reader->own_days[reader->own_day_count++] = day;
    } else {
        reader->days =
            grow(reader->arena, reader->days, reader->day_count, &reader->day_capacity, sizeof *reader->days);
        reader->days[reader->day_count++] = day;
    }
}

/* One date, or every date from ... to. `legal` of the notice serves where the entry has none. */
static enum status read_day(struct reader *reader, const json_t *object, bool own, const char *notice_legal)
{
    static const char *const keys[] = {"date",  "from",         "to",    "kind", "reason",
                                       "legal", "swapped_with", "hours", NULL};
    enum status status = check_keys(reader, object, "days", keys);
    if (status != STATUS_OK) return status;
    struct special_day day = {
        .reason = copy_text(reader->arena, object, "reason"),
        .legal = copy_text(reader->arena, object, "legal"),
    };
    if (day.legal == NULL) day.legal = notice_legal;
    int32_t date, from, to;
    if (!read_date(object, "date", &date) || !read_date(object, "from", &from) ||
        !read_date(object, "to", &to) || !read_date(object, "swapped_with", &day.swapped_with))
        return refuse(reader, "a date cannot be read in days", day.reason);
    if (date != CIVIL_DAY_NONE && from == CIVIL_DAY_NONE && to == CIVIL_DAY_NONE)
        from = to = date;
    else if (date != CIVIL_DAY_NONE || from == CIVIL_DAY_NONE || to == CIVIL_DAY_NONE)
        return refuse(reader, "a day has either date or from and to", day.reason);
    if (to < from || to - from >= MAXIMUM_RANGE)
        return refuse(reader, "a range of days ends before it begins or is longer than 400 days", day.reason);
    if (day.reason == NULL || !read_kind(object, &day.kind))
        return refuse(reader, "a day needs a reason and a kind", day.reason);
    const json_t *hours = json_object_get(object, "hours");
    if (hours != NULL && !read_hours(hours, &day.hours))
        return refuse(reader, "hours cannot be read", day.reason);
    for (day.date = from; day.date <= to; day.date++) {
        if (reader->day_count + reader->own_day_count >= CALENDAR_MAXIMUM_DAYS)
            return refuse(reader, "too many days", NULL);
        add_day(reader, own, day);
    }
    return STATUS_OK;
}

static enum status read_days(struct reader *reader, const json_t *array, bool own, const char *notice_legal)
{
    if (array != NULL && !json_is_array(array)) return refuse(reader, "days is an array", NULL);
    for (size_t i = 0; i < json_array_size(array); i++) {
        enum status status = read_day(reader, json_array_get(array, i), own, notice_legal);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

static enum status read_closures(struct reader *reader, const json_t *array)
{
    static const char *const keys[] = {"from", "to", "reason", "legal", NULL};
    if (array != NULL && (!json_is_array(array) || json_array_size(array) > CALENDAR_MAXIMUM_CLOSURES))
        return refuse(reader, "closures is an array of at most 20000", NULL);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *object = json_array_get(array, i);
        enum status status = check_keys(reader, object, "closures", keys);
        if (status != STATUS_OK) return status;
        struct closure closure = {
            .reason = copy_text(reader->arena, object, "reason"),
            .legal = copy_text(reader->arena, object, "legal"),
        };
        if (closure.reason == NULL ||
            civil_parse_instant(json_get_str(object, "from"), &closure.from) != STATUS_OK ||
            civil_parse_instant(json_get_str(object, "to"), &closure.to) != STATUS_OK)
            return refuse(reader, "a closure needs from, to and a reason", closure.reason);
        reader->closures = grow(reader->arena, reader->closures, reader->closure_count,
                                &reader->closure_capacity, sizeof *reader->closures);
        reader->closures[reader->closure_count++] = closure;
    }
    return STATUS_OK;
}

static enum status read_notice(struct reader *reader, const json_t *object)
{
    static const char *const keys[] = {"id",     "name",  "from", "to", "estimate",
                                       "source", "legal", "days", NULL};
    enum status status = check_keys(reader, object, "notices", keys);
    if (status != STATUS_OK) return status;
    struct notice notice = {
        .id = copy_text(reader->arena, object, "id"),
        .name = copy_text(reader->arena, object, "name"),
        .estimate = json_get_bool(object, "estimate", false),
    };
    if (notice.id == NULL || civil_parse_date(json_get_str(object, "from"), &notice.from) != STATUS_OK ||
        civil_parse_date(json_get_str(object, "to"), &notice.to) != STATUS_OK)
        return refuse(reader, "a notice needs id, from and to", notice.id);
    reader->notices = grow(reader->arena, reader->notices, reader->notice_count, &reader->notice_capacity,
                           sizeof *reader->notices);
    reader->notices[reader->notice_count++] = notice;
    return read_days(reader, json_object_get(object, "days"), false,
                     copy_text(reader->arena, object, "legal"));
}

static enum status read_agency(struct reader *reader, const json_t *object, const char *wanted)
{
    static const char *const keys[] = {"id", "name", "rule_sets", "days", "closures", NULL};
    enum status status = check_keys(reader, object, "agencies", keys);
    if (status != STATUS_OK) return status;
    const char *id = json_get_cstr(object, "id", NULL);
    if (id == NULL) return refuse(reader, "an agency needs an id", NULL);
    if (wanted != NULL && strcmp(id, wanted) != 0) return STATUS_OK;
    if (reader->agency != NULL)
        return refuse(reader,
                      wanted == NULL ? "there are several agencies; name one" : "the agency is defined twice",
                      id);
    reader->agency = arena_strdup(reader->arena, id);
    reader->name = copy_text(reader->arena, object, "name");
    status = read_rule_sets(reader, json_object_get(object, "rule_sets"), &reader->own_rules,
                            &reader->own_rule_count);
    if (status == STATUS_OK) status = read_days(reader, json_object_get(object, "days"), true, NULL);
    if (status == STATUS_OK) status = read_closures(reader, json_object_get(object, "closures"));
    return status;
}

static enum status read_text(struct reader *reader, struct str text, json_t **root)
{
    static const char *const keys[] = {"format", "comment", "notices", "rule_sets", "agencies", NULL};
    enum status status = json_parse(reader->arena, text, MAXIMUM_TEXT, 16, root, reader->error);
    if (status == STATUS_OK) status = check_keys(reader, *root, "the file", keys);
    if (status != STATUS_OK) return status;
    if (strcmp(json_get_cstr(*root, "format", ""), format_name) != 0)
        return refuse(reader, "format must be", format_name);
    const json_t *notices = json_object_get(*root, "notices"), *agencies = json_object_get(*root, "agencies");
    if ((notices != NULL && !json_is_array(notices)) || (agencies != NULL && !json_is_array(agencies)) ||
        json_array_size(agencies) > MAXIMUM_AGENCY)
        return refuse(reader, "notices and agencies are arrays", NULL);
    return STATUS_OK;
}

static enum status read_all(struct reader *reader, struct str text, const char *agency)
{
    json_auto root = NULL;
    enum status status = read_text(reader, text, &root);
    if (status == STATUS_OK)
        status = read_rule_sets(reader, json_object_get(root, "rule_sets"), &reader->shared_rules,
                                &reader->shared_rule_count);
    const json_t *notices = json_object_get(root, "notices"), *agencies = json_object_get(root, "agencies");
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(notices); i++)
        status = read_notice(reader, json_array_get(notices, i));
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(agencies); i++)
        status = read_agency(reader, json_array_get(agencies, i), agency);
    return status;
}

enum status calendar_definition_read(struct arena *arena, const struct str *texts, size_t count,
                                     const char *agency, struct calendar_definition *definition,
                                     struct error *error)
{
    struct reader reader = {.arena = arena, .error = error};
    if (count > MAXIMUM_TEXTS) return refuse(&reader, "too many files", NULL);
    for (size_t i = 0; i < count; i++) {
        enum status status = read_all(&reader, texts[i], agency);
        if (status != STATUS_OK) return status;
    }
    if (reader.agency == NULL)
        return error_set(error, arena, STATUS_NOT_FOUND, "calendar.agency",
                         N_("Không có lịch làm việc của cơ quan này."), "agency %s",
                         agency == NULL ? "" : agency);
    for (size_t i = 0; i < reader.own_day_count; i++)
        add_day(&reader, false, reader.own_days[i]);
    bool own = reader.own_rule_count > 0;
    *definition = (struct calendar_definition){
        .agency = reader.agency,
        .name = reader.name,
        .rule_sets = own ? reader.own_rules : reader.shared_rules,
        .rule_set_count = own ? reader.own_rule_count : reader.shared_rule_count,
        .days = reader.days,
        .day_count = reader.day_count,
        .closures = reader.closures,
        .closure_count = reader.closure_count,
        .notices = reader.notices,
        .notice_count = reader.notice_count,
    };
    return STATUS_OK;
}

enum status calendar_list_agencies(struct arena *arena, const struct str *texts, size_t count,
                                   const char *const **agencies, size_t *agency_count, struct error *error)
{
    struct reader reader = {.arena = arena, .error = error};
    const char **names = NULL;
    size_t found = 0, capacity = 0;
    if (count > MAXIMUM_TEXTS) return refuse(&reader, "too many files", NULL);
    for (size_t i = 0; i < count; i++) {
        json_auto root = NULL;
        enum status status = read_text(&reader, texts[i], &root);
        if (status != STATUS_OK) return status;
        const json_t *array = json_object_get(root, "agencies");
        for (size_t k = 0; k < json_array_size(array); k++) {
            const char *id = copy_text(arena, json_array_get(array, k), "id");
            if (id == NULL) return refuse(&reader, "an agency needs an id", NULL);
            names = grow(arena, names, found, &capacity, sizeof *names);
            names[found++] = id;
        }
    }
    *agencies = names;
    *agency_count = found;
    return STATUS_OK;
}
