/* Conversion functions (DMN 1.3, 10.3.4.1) and not(). */
#include "builtin.h"
#include "evaluate.h"

#define MAXIMUM_STRING_TEXT ((size_t)1 << 20)

static const struct feel_value *wrong_kind(struct feel_evaluation *evaluation, const char *function,
                                           const struct feel_value *value)
{
    return NULL_BECAUSE(evaluation, "%s of %s is not defined", function, feel_kind_name(value->kind));
}

static bool integers(const struct feel_value *const *arguments, size_t count, int64_t *values)
{
    for (size_t i = 0; i < count; i++)
        if (!feel_number_to_int64(arguments[i]->number, &values[i])) return false;
    return true;
}

static const struct feel_value *date(struct feel_evaluation *evaluation,
                                     const struct feel_value *const *arguments, size_t count)
{
    int64_t parts[3];
    if (count == 3) {
        if (!integers(arguments, 3, parts) || !feel_date_valid(parts[0], parts[1], parts[2]))
            return NULL_BECAUSE(evaluation, "there is no such date");
        return feel_date(evaluation->arena,
                         (struct feel_date){(int32_t)parts[0], (uint8_t)parts[1], (uint8_t)parts[2]});
    }
    switch (arguments[0]->kind) {
    case FEEL_STRING:
        return date_from_string(evaluation, arguments[0]->string);
    case FEEL_DATE:
        return arguments[0];
    case FEEL_DATE_TIME:
        return feel_date(evaluation->arena, arguments[0]->date_time.date);
    default:
        return wrong_kind(evaluation, "date", arguments[0]);
    }
}

static const struct feel_value *time_from_parts(struct feel_evaluation *evaluation,
                                                const struct feel_value *const *arguments)
{
    struct feel_duration second;
    struct feel_time time = {.hour = 0};
    int64_t parts[2];
    if (!integers(arguments, 2, parts) || !temporal_duration_from_number(arguments[2]->number, &second) ||
        parts[0] < 0 || parts[0] > 23 || parts[1] < 0 || parts[1] > 59 || second.second < 0 ||
        second.second > 59)
        return NULL_BECAUSE(evaluation, "there is no such time");
    time.hour = (uint8_t)parts[0];
    time.minute = (uint8_t)parts[1];
    time.second = (uint8_t)second.second;
    time.nanosecond = (uint32_t)second.nanosecond;
    if (arguments[3] != NULL && !feel_is_null(arguments[3])) {
        struct feel_duration offset = arguments[3]->days;
        if (arguments[3]->kind != FEEL_DAYS_DURATION || offset.nanosecond != 0 ||
            offset.second > MAXIMUM_OFFSET || offset.second < -MAXIMUM_OFFSET)
            return NULL_BECAUSE(evaluation, "the offset of a time is a duration of at most 18 hours");
        time.zone = (struct feel_zone){.kind = FEEL_ZONE_OFFSET, .offset = (int32_t)offset.second};
    }
    return feel_time(evaluation->arena, time);
}

static const struct feel_value *time_of(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    if (count >= 3) return time_from_parts(evaluation, arguments);
    switch (arguments[0]->kind) {
    case FEEL_STRING:
        return time_from_string(evaluation, arguments[0]->string);
    case FEEL_TIME:
        return arguments[0];
    case FEEL_DATE_TIME:
        return feel_time(evaluation->arena, arguments[0]->date_time.time);
    case FEEL_DATE: /* a date is its midnight in UTC */
        return feel_time(evaluation->arena, (struct feel_time){.zone = {.kind = FEEL_ZONE_OFFSET}});
    default:
        return wrong_kind(evaluation, "time", arguments[0]);
    }
}

static const struct feel_value *date_and_time(struct feel_evaluation *evaluation,
                                              const struct feel_value *const *arguments, size_t count)
{
    if (count == 2) {
        if (arguments[1]->kind != FEEL_TIME) return wrong_kind(evaluation, "date and time", arguments[1]);
        return feel_date_time(evaluation->arena, arguments[0]->date, arguments[1]->time);
    }
    switch (arguments[0]->kind) {
    case FEEL_STRING:
        return date_time_from_string(evaluation, arguments[0]->string);
    case FEEL_DATE_TIME:
        return arguments[0];
    case FEEL_DATE:
        return feel_date_time(evaluation->arena, arguments[0]->date, (struct feel_time){.hour = 0});
    default:
        return wrong_kind(evaluation, "date and time", arguments[0]);
    }
}

static const struct feel_value *range(struct feel_evaluation *evaluation,
                                      const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return range_from_string(evaluation, arguments[0]->string);
}

static bool separator(const struct feel_value *value, const char *allowed, char *out)
{
    *out = '\0';
    if (value == NULL || feel_is_null(value)) return true;
    if (value->kind != FEEL_STRING || value->string.length != 1 ||
        strchr(allowed, value->string.data[0]) == NULL)
        return false;
    *out = value->string.data[0];
    return true;
}

static const struct feel_value *number(struct feel_evaluation *evaluation,
                                       const struct feel_value *const *arguments, size_t count)
{
    struct str text;
    struct feel_number result;
    char grouping, decimal, *plain;
    size_t length = 0;
    if (arguments[0]->kind == FEEL_NUMBER && count == 1) return arguments[0];
    if (arguments[0]->kind != FEEL_STRING) return wrong_kind(evaluation, "number", arguments[0]);
    if (!separator(arguments[1], " ,.", &grouping) || !separator(arguments[2], ".,", &decimal) ||
        (grouping != '\0' && grouping == decimal))
        return NULL_BECAUSE(evaluation, "the separators of a number are ' ', ',' or '.', and '.' or ','");
    text = arguments[0]->string;
    plain = evaluation_alloc(evaluation, text.length + 1);
    for (size_t i = 0; i < text.length; i++) {
        if (grouping != '\0' && text.data[i] == grouping) continue;
        if (decimal == ',' && text.data[i] == '.') return NULL_BECAUSE(evaluation, "the text is no number");
        plain[length++] = decimal != '\0' && text.data[i] == decimal ? '.' : text.data[i];
    }
    if (!feel_number_from_text(str_make(plain, length), &result))
        return NULL_BECAUSE(evaluation, "\"%.*s\" is no number", STR_ARG(str_slice(text, 0, 60)));
    return feel_number(evaluation->arena, result);
}

static const struct feel_value *string(struct feel_evaluation *evaluation,
                                       const struct feel_value *const *arguments, size_t count)
{
    const char *text;
    (void)count;
    if (arguments[0]->kind == FEEL_STRING) return arguments[0];
    evaluation_reserve(evaluation, 4096);
    text = feel_text(evaluation->arena, arguments[0], MAXIMUM_STRING_TEXT);
    if (text == NULL) return NULL_BECAUSE(evaluation, "the text would be too long");
    evaluation_steps(evaluation, strlen(text) / 64);
    evaluation_reserve(evaluation, 0);
    return feel_string(evaluation->arena, str_of(text));
}

static const struct feel_value *duration(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    if (arguments[0]->kind == FEEL_DAYS_DURATION || arguments[0]->kind == FEEL_MONTHS_DURATION)
        return arguments[0];
    if (arguments[0]->kind != FEEL_STRING) return wrong_kind(evaluation, "duration", arguments[0]);
    return duration_from_string(evaluation, arguments[0]->string);
}

static const struct feel_value *months_duration(struct feel_evaluation *evaluation,
                                                const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return feel_months_duration(evaluation->arena,
                                temporal_months_between(arguments[0]->date, arguments[1]->date));
}

static const struct feel_value *negation(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    if (arguments[0]->kind == FEEL_BOOLEAN) return feel_boolean(!arguments[0]->boolean);
    return NULL_BECAUSE(evaluation, "not of %s is not defined", feel_kind_name(arguments[0]->kind));
}

const struct builtin builtins_conversion[] = {
    BUILTIN("date", date, {1, 1, false, {PARAMETER("from", TAKES_SCALAR)}},
            {3,
             3,
             false,
             {PARAMETER("year", TAKES_NUMBER), PARAMETER("month", TAKES_NUMBER),
              PARAMETER("day", TAKES_NUMBER)}}),
    BUILTIN("time", time_of, {1, 1, false, {PARAMETER("from", TAKES_SCALAR)}},
            {3,
             4,
             false,
             {PARAMETER("hour", TAKES_NUMBER), PARAMETER("minute", TAKES_NUMBER),
              PARAMETER("second", TAKES_NUMBER), PARAMETER_OR_NULL("offset", TAKES_ANY)}}),
    BUILTIN("date and time", date_and_time, {1, 1, false, {PARAMETER("from", TAKES_SCALAR)}},
            {2, 2, false, {PARAMETER("date", TAKES_DATE), PARAMETER("time", TAKES_SCALAR)}}),
    BUILTIN("range", range, {1, 1, false, {PARAMETER("from", TAKES_STRING)}}),
    BUILTIN("number", number,
            {1,
             3,
             false,
             {PARAMETER("from", TAKES_SCALAR), PARAMETER_OR_NULL("grouping separator", TAKES_ANY),
              PARAMETER_OR_NULL("decimal separator", TAKES_ANY)}}),
    BUILTIN("string", string, {1, 1, false, {PARAMETER("from", TAKES_ANY)}}),
    BUILTIN("duration", duration, {1, 1, false, {PARAMETER("from", TAKES_SCALAR)}}),
    BUILTIN("years and months duration", months_duration,
            {2, 2, false, {PARAMETER("from", TAKES_DATE), PARAMETER("to", TAKES_DATE)}}),
    BUILTIN("not", negation, {1, 1, false, {PARAMETER_OR_NULL("negand", TAKES_SCALAR)}}),
    END_OF_BUILTINS,
};
