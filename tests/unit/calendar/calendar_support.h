/* What the tests of the calendar share: calendars out of JSON, moments and deadlines as text. */
#ifndef CALENDAR_SUPPORT_H
#define CALENDAR_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motcua/calendar/deadline.h"

static struct arena *arena;

static inline int open_arena(void **state)
{
    (void)state;
    arena = arena_create((size_t)256 << 20);
    return 0;
}

static inline int close_arena(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

static inline struct str read_sample(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, MOTCUA_SOURCE_DIR "/samples/calendars/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = arena_alloc(arena, 1 << 20);
    size_t length = fread(text, 1, 1 << 20, file);
    fclose(file);
    return str_make(text, length);
}

/* The sample calendar of an agency, with every published notice. */
static inline struct calendar *sample_calendar(const char *agency)
{
    static const char *const names[] = {
        "agencies.json",     "vietnam-2017.json", "vietnam-2018.json", "vietnam-2019-2023.json",
        "vietnam-2024.json", "vietnam-2025.json", "vietnam-2026.json", "vietnam-2027.json",
    };
    enum { COUNT = sizeof names / sizeof *names };
    struct str texts[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        texts[i] = read_sample(names[i]);
    struct calendar_definition definition;
    struct calendar *calendar = NULL;
    struct error error = {0};
    if (calendar_definition_read(arena, texts, COUNT, agency, &definition, &error) != STATUS_OK ||
        calendar_create(arena, &definition, &calendar, &error) != STATUS_OK)
        fail_msg("%s", error.detail);
    return calendar;
}

static inline struct calendar *calendar_from(const char *json)
{
    struct str text = str_of(json);
    struct calendar_definition definition;
    struct calendar *calendar = NULL;
    struct error error = {0};
    if (calendar_definition_read(arena, &text, 1, NULL, &definition, &error) != STATUS_OK ||
        calendar_create(arena, &definition, &calendar, &error) != STATUS_OK)
        fail_msg("%s", error.detail);
    return calendar;
}

static inline instant at(const char *text)
{
    instant moment = 0;
    if (civil_parse_instant(str_of(text), &moment) != STATUS_OK) fail_msg("not a moment: %s", text);
    return moment;
}

static inline struct limit limit(const char *text)
{
    struct limit result = {0};
    if (limit_parse(arena, str_of(text), &result, NULL) != STATUS_OK) fail_msg("not a limit: %s", text);
    return result;
}

/* "2017-02-06 10:17", seconds only when there are some. */
static inline const char *shown(instant moment)
{
    if (moment == INSTANT_NONE) return "none";
    char text[CIVIL_INSTANT_SIZE];
    civil_format_instant(moment, text);
    text[10] = ' ';
    text[strcmp(text + 16, ":00+07:00") == 0 ? 16 : strlen(text) - 6] = '\0';
    return arena_strdup(arena, text);
}

static inline struct deadline deadline_of(const struct calendar *calendar, struct deadline_request request)
{
    struct deadline deadline = {0};
    struct error error = {0};
    if (calendar_due(arena, calendar, &request, &deadline, &error) != STATUS_OK) fail_msg("%s", error.code);
    return deadline;
}

static inline const char *due(const struct calendar *calendar, const char *received, const char *text)
{
    return shown(
        deadline_of(calendar, (struct deadline_request){.received = at(received), .limit = limit(text)}).due);
}

/* The whole explanation as text, a line each: "2017-01-25 receipt_day 343 0 reason". */
static inline const char *explained(const struct explanation *explanation)
{
    char *text = arena_strdup(arena, "");
    for (size_t i = 0; i < explanation->count; i++) {
        const struct explanation_line *line = &explanation->lines[i];
        char date[CIVIL_DATE_SIZE];
        civil_format_date(line->date, date);
        text = arena_printf(arena, "%s%s %s %lld %d%s%s\n", text, date, line_kind_name(line->kind),
                            (long long)(line->counted_us / MINUTE_US), line->day_number,
                            line->reason == NULL ? "" : " ", line->reason == NULL ? "" : line->reason);
    }
    return text;
}

#endif
