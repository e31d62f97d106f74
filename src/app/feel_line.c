/* Lines of JSON for FEEL: used by `motcua feel` and `motcua dmn`. A bad line is answered, never fatal. */
#include "feel_line.h"

#include <stdlib.h>
#include <string.h>

#include "motcua/base/clock.h"
#include "motcua/base/zone.h"
#include "motcua/feel/json.h"

#define MAXIMUM_LITERAL ((size_t)8 << 20)
#define MAXIMUM_LINE    ((ssize_t)1 << 20)
#define VIETNAM_OFFSET  (7 * 3600)

static json_t *bad_line(const char *reason)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "value", "null", "type", "null", "reason", reason, "error",
                     "line");
}

int feel_line_serve(FILE *in, FILE *out,
                    json_t *(*answer)(struct arena *arena, const json_t *request, void *user), void *user)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    struct arena *arena = arena_create(FEEL_LINE_ARENA);
    while ((length = getline(&line, &capacity, in)) >= 0) {
        json_error_t problem;
        json_t *request, *reply;
        if (strspn(line, " \t\r\n") == (size_t)length) continue;
        request = json_loadb(line, (size_t)length, 0, &problem);
        reply = json_is_object(request)
                    ? answer(arena, request, user)
                    : bad_line(request == NULL ? problem.text : "the line is no JSON object");
        json_dumpf(reply, out, JSON_COMPACT);
        fputc('\n', out);
        fflush(out);
        json_decref(reply);
        json_decref(request);
        arena_reset(arena);
    }
    free(line);
    arena_destroy(arena);
    return ferror(in) || ferror(out) ? 1 : 0;
}

void feel_line_environment(struct arena *arena, const char *now, struct feel_environment *environment)
{
    struct feel_date date;
    struct feel_time time;
    *environment = (struct feel_environment){.zones = {.load = zone_load}};
    if (now != NULL && feel_date_time_from_text(str_of(now), &date, &time))
        environment->now = feel_date_time(arena, date, time);
    else
        environment->now = feel_date_time_from_instant(arena, clock_now(), VIETNAM_OFFSET);
}

enum status feel_line_value(struct arena *arena, const json_t *member,
                            const struct feel_environment *environment, const struct feel_value **value,
                            struct error *error)
{
    const struct feel_expression *expression;
    enum status status;
    *value = NULL;
    if (member == NULL) return STATUS_OK;
    if (!json_is_string(member)) {
        *value = feel_from_json(arena, member);
        return STATUS_OK;
    }
    status = feel_compile(arena, str_make(json_string_value(member), json_string_length(member)), NULL,
                          &expression, error);
    return status == STATUS_OK ? feel_evaluate(expression, environment, arena, value, error) : status;
}

json_t *feel_line_result(struct arena *arena, const struct feel_value *value)
{
    const char *literal = feel_literal(arena, value, MAXIMUM_LITERAL);
    json_t *reply;
    if (literal == NULL) return bad_line("the value is too large to be written");
    reply = json_pack("{s:s, s:s}", "value", literal, "type", feel_kind_name(value->kind));
    if (reply == NULL) return bad_line("the value cannot be written as UTF-8");
    if (feel_is_null(value) && value->reason.length > 0)
        json_object_set_new(reply, "reason", json_stringn(value->reason.data, value->reason.length));
    return reply;
}

json_t *feel_line_error(const struct error *error)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "value", "null", "type", "null", "reason",
                     error->detail != NULL ? error->detail : "", "error",
                     error->code != NULL ? error->code : "feel");
}
