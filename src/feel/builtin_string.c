/* String functions (DMN 1.3, 10.3.4.3), all by code point. */
#include <stdlib.h>
#include <unicase.h>

#include "builtin.h"
#include "evaluate.h"

/* Byte offset of code point number `index` (0-based), at most the length. */
static size_t offset_of(struct str text, size_t index)
{
    size_t at = 0;
    while (index > 0 && at < text.length) {
        at++;
        while (at < text.length && ((unsigned char)text.data[at] & 0xC0) == 0x80)
            at++;
        index--;
    }
    return at;
}

static size_t length_of(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

/* A number cut to an integer. */
static bool truncated(const struct feel_value *value, int64_t *integer)
{
    struct feel_number whole;
    return feel_number_round(value->number, 0, FEEL_ROUND_DOWN, &whole) &&
           feel_number_to_int64(whole, integer);
}

static const struct feel_value *substring(struct feel_evaluation *evaluation,
                                          const struct feel_value *const *arguments, size_t count)
{
    struct str text = arguments[0]->string;
    int64_t length, start, wanted;
    size_t from;
    (void)count;
    evaluation_steps(evaluation, text.length / 64);
    length = (int64_t)length_of(text);
    if (!truncated(arguments[1], &start) || start == 0 || start > length || start < -length)
        return NULL_BECAUSE(evaluation, "the start position is outside the string");
    if (start < 0) start += length + 1;
    wanted = length - start + 1;
    if (arguments[2] != NULL && !feel_is_null(arguments[2])) {
        int64_t asked;
        if (!truncated(arguments[2], &asked) || asked < 1)
            return NULL_BECAUSE(evaluation, "the length must be at least 1");
        if (asked < wanted) wanted = asked;
    }
    from = offset_of(text, (size_t)start - 1);
    text = str_slice(text, from, text.length);
    return feel_string(evaluation->arena, str_slice(text, 0, offset_of(text, (size_t)wanted)));
}

static const struct feel_value *string_length(struct feel_evaluation *evaluation,
                                              const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    evaluation_steps(evaluation, arguments[0]->string.length / 64);
    return feel_integer(evaluation->arena, (int64_t)length_of(arguments[0]->string));
}

typedef uint8_t *case_mapping(const uint8_t *text, size_t length, const char *language, uninorm_t form,
                              uint8_t *result, size_t *result_length);

/* Full Unicode mapping (a letter may become several), independent of the locale. */
static const struct feel_value *mapped(struct feel_evaluation *evaluation, struct str text, case_mapping *map)
{
    size_t room = text.length * 3 + 16, length = room;
    uint8_t *result = evaluation_alloc(evaluation, room), *out;
    struct str kept;
    evaluation_steps(evaluation, text.length / 16);
    out = map((const uint8_t *)text.data, text.length, "", NULL, result, &length);
    if (out == NULL) return NULL_BECAUSE(evaluation, "the string cannot be mapped");
    kept = arena_str(evaluation->arena, str_make((const char *)out, length));
    if (out != result) free(out);
    return feel_string(evaluation->arena, kept);
}

static const struct feel_value *upper_case(struct feel_evaluation *evaluation,
                                           const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return mapped(evaluation, arguments[0]->string, u8_toupper);
}

static const struct feel_value *lower_case(struct feel_evaluation *evaluation,
                                           const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return mapped(evaluation, arguments[0]->string, u8_tolower);
}

static ptrdiff_t find(struct feel_evaluation *evaluation, struct str text, struct str match)
{
    evaluation_steps(evaluation, text.length / 16);
    if (match.length == 0) return 0;
    if (match.length > text.length) return -1;
    {
        const char *at = memmem(text.data, text.length, match.data, match.length);
        return at == NULL ? -1 : at - text.data;
    }
}

static const struct feel_value *substring_before(struct feel_evaluation *evaluation,
                                                 const struct feel_value *const *arguments, size_t count)
{
    ptrdiff_t at = find(evaluation, arguments[0]->string, arguments[1]->string);
    (void)count;
    return feel_string(evaluation->arena, str_slice(arguments[0]->string, 0, at < 0 ? 0 : (size_t)at));
}

static const struct feel_value *substring_after(struct feel_evaluation *evaluation,
                                                const struct feel_value *const *arguments, size_t count)
{
    struct str text = arguments[0]->string, match = arguments[1]->string;
    ptrdiff_t at = find(evaluation, text, match);
    (void)count;
    if (at < 0) return feel_string(evaluation->arena, STR_NULL);
    return feel_string(evaluation->arena, str_slice(text, (size_t)at + match.length, text.length));
}

static const struct feel_value *contains(struct feel_evaluation *evaluation,
                                         const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    return feel_boolean(find(evaluation, arguments[0]->string, arguments[1]->string) >= 0);
}

static const struct feel_value *starts_with(struct feel_evaluation *evaluation,
                                            const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    evaluation_steps(evaluation, arguments[1]->string.length / 64);
    return feel_boolean(str_starts_with(arguments[0]->string, arguments[1]->string));
}

static const struct feel_value *ends_with(struct feel_evaluation *evaluation,
                                          const struct feel_value *const *arguments, size_t count)
{
    (void)count;
    evaluation_steps(evaluation, arguments[1]->string.length / 64);
    return feel_boolean(str_ends_with(arguments[0]->string, arguments[1]->string));
}

static struct str optional(const struct feel_value *const *arguments, size_t at)
{
    return arguments[at] != NULL && !feel_is_null(arguments[at]) ? arguments[at]->string : STR_NULL;
}

/* Null items are left out. */
static const struct feel_value *string_join(struct feel_evaluation *evaluation,
                                            const struct feel_value *const *arguments, size_t count)
{
    const struct feel_list *list = &arguments[0]->list;
    struct str delimiter = optional(arguments, 1), prefix = optional(arguments, 2),
               suffix = optional(arguments, 3);
    size_t length = prefix.length + suffix.length, at = 0, joined = 0;
    char *text;
    (void)count;
    for (size_t i = 0; i < list->count; i++) {
        feel_step(evaluation);
        if (feel_is_null(list->items[i])) continue;
        if (list->items[i]->kind != FEEL_STRING) return NULL_BECAUSE(evaluation, "only strings are joined");
        length += list->items[i]->string.length + delimiter.length;
        evaluation_reserve(evaluation, length);
    }
    text = evaluation_alloc(evaluation, length + 1);
#define PUT(part)                                                                                            \
    do {                                                                                                     \
        if ((part).length > 0) memcpy(text + at, (part).data, (part).length);                                \
        at += (part).length;                                                                                 \
    } while (0)
    PUT(prefix);
    for (size_t i = 0; i < list->count; i++) {
        if (feel_is_null(list->items[i])) continue;
        if (joined++ > 0) PUT(delimiter);
        PUT(list->items[i]->string);
    }
    PUT(suffix);
#undef PUT
    text[at] = '\0';
    return feel_string(evaluation->arena, str_make(text, at));
}

#define ONE_STRING                                                                                           \
    {                                                                                                        \
        1, 1, false,                                                                                         \
        {                                                                                                    \
            PARAMETER("string", TAKES_STRING)                                                                \
        }                                                                                                    \
    }
#define STRING_AND_MATCH                                                                                     \
    {                                                                                                        \
        2, 2, false,                                                                                         \
        {                                                                                                    \
            PARAMETER("string", TAKES_STRING), PARAMETER("match", TAKES_STRING)                              \
        }                                                                                                    \
    }

const struct builtin builtins_string[] = {
    BUILTIN("substring", substring,
            {2,
             3,
             false,
             {PARAMETER("string", TAKES_STRING), PARAMETER("start position", TAKES_NUMBER),
              PARAMETER_OR_NULL("length", TAKES_NUMBER)}}),
    BUILTIN("string length", string_length, ONE_STRING),
    BUILTIN("upper case", upper_case, ONE_STRING),
    BUILTIN("lower case", lower_case, ONE_STRING),
    BUILTIN("substring before", substring_before, STRING_AND_MATCH),
    BUILTIN("substring after", substring_after, STRING_AND_MATCH),
    BUILTIN("contains", contains, STRING_AND_MATCH),
    BUILTIN("starts with", starts_with, STRING_AND_MATCH),
    BUILTIN("ends with", ends_with, STRING_AND_MATCH),
    BUILTIN("string join", string_join,
            {1,
             4,
             false,
             {PARAMETER("list", TAKES_LIST), PARAMETER_OR_NULL("delimiter", TAKES_STRING),
              PARAMETER_OR_NULL("prefix", TAKES_STRING), PARAMETER_OR_NULL("suffix", TAKES_STRING)}}),
    END_OF_BUILTINS,
};
