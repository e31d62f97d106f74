/*
 * Any bytes as a calendar definition, a limit and a stored explanation. The first line is a limit, the second
 * a moment, the rest JSON. What is accepted must keep its laws.
 */
#include <stdlib.h>

#include "motcua/calendar/deadline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) abort();
}

static void fuzz_due(struct arena *arena, const struct calendar *calendar, instant from, struct limit limit)
{
    struct pause pause = {.from = from + DAY_US, .to = from + 3 * DAY_US, .reason = "x"};
    struct deadline_request request = {.received = from, .limit = limit, .pauses = &pause, .pause_count = 1};
    struct deadline deadline, again;
    struct error error;
    if (calendar_due(arena, calendar, &request, &deadline, &error) == STATUS_OK) {
        struct limit read;
        char *json = deadline_to_json(arena, &deadline, limit);
        require(deadline_from_json(arena, str_of(json), &again, &read, &error) == STATUS_OK);
        require(again.due == deadline.due && limit_equal(read, limit));
        require(deadline.due == INSTANT_NONE || deadline.due >= from);
        (void)calendar_remaining(calendar, &deadline, from + 5 * DAY_US, INSTANT_NONE);
    }
    instant first, both;
    struct limit twice = limit;
    twice.amount *= 2;
    if ((limit.unit == LIMIT_WORKING_HOURS || limit.unit == LIMIT_WORKING_MINUTES) &&
        calendar_add(calendar, from, limit, &first) == STATUS_OK &&
        calendar_add(calendar, from, twice, &both) == STATUS_OK)
        require(calendar_add(calendar, first, limit, &first) == STATUS_OK && first == both);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 16384) return 0;
    ARENA_AUTO arena = arena_create((size_t)256 << 20);
    struct str text = {(const char *)data, size}, limit_text, moment_text, json, rest;
    str_split(text, '\n', &limit_text, &rest);
    str_split(rest, '\n', &moment_text, &json);
    struct limit limit;
    struct error error;
    bool limited = limit_parse(arena, limit_text, &limit, &error) == STATUS_OK;
    if (limited) {
        struct limit again;
        require(limit_parse(arena, str_of(limit_to_text(arena, limit)), &again, &error) == STATUS_OK);
        require(limit_equal(limit, again));
        (void)limit_to_vietnamese(arena, limit);
    }
    instant from;
    bool timed = civil_parse_instant(moment_text, &from) == STATUS_OK;
    struct deadline stored;
    struct limit stored_limit;
    (void)!deadline_from_json(arena, json, &stored, &stored_limit, &error);
    struct calendar_definition definition;
    struct calendar *calendar;
    if (calendar_definition_read(arena, &json, 1, NULL, &definition, &error) == STATUS_OK &&
        calendar_create(arena, &definition, &calendar, &error) == STATUS_OK && limited && timed)
        fuzz_due(arena, calendar, from, limit);
    return 0;
}
