/* A deadline with its explanation as JSON, as it is stored with the dossier, and back. */
#include "calendar_private.h"

#include "motcua/codec/json.h"

#define MAXIMUM_JSON (4 * 1024 * 1024)

static void set_instant(json_t *object, const char *key, instant moment)
{
    char text[CIVIL_INSTANT_SIZE];
    if (moment == INSTANT_NONE) {
        json_object_set_new(object, key, json_null());
        return;
    }
    civil_format_instant(moment, text);
    json_set_cstr(object, key, text);
}

/* Whole minutes, rounded to the nearest, with the exact microseconds beside them only when they differ. */
static void set_duration(json_t *object, const char *minutes_key, const char *exact_key, int64_t us)
{
    json_object_set_new(object, minutes_key, json_integer((us + MINUTE_US / 2) / MINUTE_US));
    if (us % MINUTE_US != 0) json_object_set_new(object, exact_key, json_integer(us));
}

static int64_t get_duration(const json_t *object, const char *minutes_key, const char *exact_key)
{
    int64_t minutes = json_get_int64(object, minutes_key, 0);
    if (minutes < 0 || minutes > INT64_C(200) * 366 * 1440) minutes = 0;
    return json_get_int64(object, exact_key, minutes * MINUTE_US);
}

static json_t *line_to_json(const struct explanation_line *line)
{
    char date[CIVIL_DATE_SIZE];
    json_t *object = json_object();
    civil_format_date(line->date, date);
    json_set_cstr(object, "date", date);
    set_instant(object, "from", line->from);
    set_instant(object, "to", line->to);
    set_duration(object, "counted_minutes", "counted_us", line->counted_us);
    if (line->day_number > 0) json_object_set_new(object, "day", json_integer(line->day_number));
    json_set_cstr(object, "kind", line_kind_name(line->kind));
    json_set_cstr(object, "text", line_kind_label(line->kind));
    json_set_cstr(object, "reason", line->reason);
    json_set_cstr(object, "legal", line->legal);
    return object;
}

char *deadline_to_json(struct arena *arena, const struct deadline *deadline, struct limit limit)
{
    json_auto root = json_object();
    json_object_set_new(root, "version", json_integer(1));
    json_set_cstr(root, "limit", limit_to_text(arena, limit));
    set_instant(root, "received", deadline->received);
    set_instant(root, "start", deadline->start);
    set_instant(root, "due", deadline->due);
    json_object_set_new(root, "paused", json_boolean(deadline->paused));
    set_duration(root, "left_minutes", "left_us", deadline->left_us);
    json_object_set_new(root, "calendar_time", json_boolean(deadline->calendar_time));
    json_object_set_new(root, "provisional", json_boolean(deadline->provisional));
    json_set_cstr(root, "rule_set", deadline->rule_set);
    json_t *lines = json_array();
    for (size_t i = 0; i < deadline->explanation.count; i++)
        json_array_append_new(lines, line_to_json(&deadline->explanation.lines[i]));
    json_object_set_new(root, "lines", lines);
    char *dump = json_dumps(root, JSON_COMPACT);
    char *text = arena_strdup(arena, dump == NULL ? "{}" : dump);
    free(dump);
    return text;
}

static bool get_instant(const json_t *object, const char *key, instant *moment)
{
    *moment = INSTANT_NONE;
    const json_t *value = json_object_get(object, key);
    return value == NULL || json_is_null(value) ||
           (json_is_string(value) && civil_parse_instant(json_str_value(value), moment) == STATUS_OK);
}

static const char *get_copy(struct arena *arena, const json_t *object, const char *key)
{
    const char *text = json_get_cstr(object, key, NULL);
    return text == NULL ? NULL : arena_strdup(arena, text);
}

static bool line_from_json(struct arena *arena, const json_t *object, struct explanation_line *line)
{
    const char *kind = json_get_cstr(object, "kind", "");
    line->kind = LINE_KIND_COUNT;
    for (int i = 0; i < LINE_KIND_COUNT; i++)
        if (strcmp(kind, line_kind_name((enum line_kind)i)) == 0) line->kind = (enum line_kind)i;
    line->counted_us = get_duration(object, "counted_minutes", "counted_us");
    int64_t number = json_get_int64(object, "day", 0);
    line->day_number = number < 0 || number > 100000 ? 0 : (int32_t)number;
    line->reason = get_copy(arena, object, "reason");
    line->legal = get_copy(arena, object, "legal");
    return line->kind != LINE_KIND_COUNT &&
           civil_parse_date(json_get_str(object, "date"), &line->date) == STATUS_OK &&
           get_instant(object, "from", &line->from) && get_instant(object, "to", &line->to);
}

enum status deadline_from_json(struct arena *arena, struct str text, struct deadline *deadline,
                               struct limit *limit, struct error *error)
{
    json_auto root = NULL;
    enum status status = json_parse(arena, text, MAXIMUM_JSON, 8, &root, error);
    if (status != STATUS_OK) return status;
    struct deadline found = {
        .paused = json_get_bool(root, "paused", false),
        .left_us = get_duration(root, "left_minutes", "left_us"),
        .calendar_time = json_get_bool(root, "calendar_time", false),
        .provisional = json_get_bool(root, "provisional", false),
        .rule_set = get_copy(arena, root, "rule_set"),
    };
    struct limit read;
    json_t *lines = json_get_array(root, "lines");
    size_t count = json_array_size(lines);
    bool good = json_get_int64(root, "version", 0) == 1 && lines != NULL &&
                get_instant(root, "received", &found.received) && get_instant(root, "start", &found.start) &&
                get_instant(root, "due", &found.due) &&
                limit_parse(arena, json_get_str(root, "limit"), &read, NULL) == STATUS_OK;
    found.explanation.lines = arena_array(arena, count, sizeof *found.explanation.lines);
    for (size_t i = 0; good && i < count; i++)
        good = line_from_json(arena, json_array_get(lines, i), &found.explanation.lines[i]);
    if (!good)
        return error_set(error, arena, STATUS_INVALID, "calendar.explanation",
                         N_("Không đọc được phần giải thích thời hạn đã lưu."),
                         "not a deadline of version 1");
    found.explanation.count = count;
    *deadline = found;
    *limit = read;
    return STATUS_OK;
}
