/* matches, replace, split (DMN 1.3, 10.3.4.3). */
#include "builtin.h"
#include "regex.h"

static const struct feel_value *no_pattern(struct feel_evaluation *evaluation, struct str pattern)
{
    return NULL_BECAUSE(evaluation, "\"%.*s\" is no regular expression, or the flags are none",
                        STR_ARG(str_slice(pattern, 0, 60)));
}

static const struct feel_value *gave_up(struct feel_evaluation *evaluation)
{
    return NULL_BECAUSE(evaluation, "the regular expression takes too long");
}

static struct str flags_of(const struct feel_value *value)
{
    return value != NULL && !feel_is_null(value) ? value->string : STR_NULL;
}

static const struct feel_value *matches(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    struct regex regex;
    int found;
    (void)count;
    if (!regex_open(evaluation, arguments[1]->string, flags_of(arguments[2]), &regex))
        return no_pattern(evaluation, arguments[1]->string);
    found = regex_find(evaluation, &regex, arguments[0]->string, 0);
    return found < 0 ? gave_up(evaluation) : feel_boolean(found == 1);
}

struct output {
    struct feel_evaluation *evaluation;
    char *data;
    size_t length, capacity;
};

static void put(struct output *out, struct str text)
{
    if (out->length + text.length > out->capacity) {
        size_t capacity = (out->length + text.length) * 2 + 64;
        char *data = evaluation_alloc(out->evaluation, capacity);
        if (out->length > 0) memcpy(data, out->data, out->length);
        out->data = data;
        out->capacity = capacity;
    }
    if (text.length > 0) memcpy(out->data + out->length, text.data, text.length);
    out->length += text.length;
}

/* $0 ... $n, \$ and \\; false when malformed. With out NULL only checks. */
static bool expand(struct output *out, struct str replacement, const struct regex *regex, struct str text)
{
    for (size_t i = 0; i < replacement.length; i++) {
        char c = replacement.data[i];
        if (c == '\\') {
            if (++i >= replacement.length || (replacement.data[i] != '\\' && replacement.data[i] != '$'))
                return false;
            if (out != NULL) put(out, str_slice(replacement, i, i + 1));
        } else if (c == '$') {
            uint32_t group;
            if (++i >= replacement.length || replacement.data[i] < '0' || replacement.data[i] > '9')
                return false;
            group = (uint32_t)(replacement.data[i] - '0');
            while (i + 1 < replacement.length && replacement.data[i + 1] >= '0' &&
                   replacement.data[i + 1] <= '9' &&
                   group * 10 + (uint32_t)(replacement.data[i + 1] - '0') <= regex->groups)
                group = group * 10 + (uint32_t)(replacement.data[++i] - '0');
            if (out != NULL && group <= regex->groups) {
                const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(regex->match);
                if (bounds[2 * group] != PCRE2_UNSET)
                    put(out, str_slice(text, bounds[2 * group], bounds[2 * group + 1]));
            }
        } else if (out != NULL) {
            put(out, str_slice(replacement, i, i + 1));
        }
    }
    return true;
}

/* A pattern that matches the empty string divides nothing and replaces nothing: an error in XPath. */
static bool matches_nothing(struct feel_evaluation *evaluation, const struct regex *regex)
{
    return regex_find(evaluation, regex, STR_NULL, 0) == 1;
}

static const struct feel_value *replace(struct feel_evaluation *evaluation,
                                        const struct feel_value *const *arguments, size_t count)
{
    struct str text = arguments[0]->string, replacement = arguments[2]->string;
    struct str flags = flags_of(arguments[3]);
    struct output out = {.evaluation = evaluation};
    struct regex regex;
    size_t at = 0;
    int found;
    bool literal = str_find_char(flags, 'q') >= 0;
    (void)count;
    if (!regex_open(evaluation, arguments[1]->string, flags, &regex))
        return no_pattern(evaluation, arguments[1]->string);
    if (!literal && !expand(NULL, replacement, &regex, text))
        return NULL_BECAUSE(evaluation,
                            "in the replacement '$' stands before a digit and '\\' before '$' or '\\'");
    if (matches_nothing(evaluation, &regex))
        return NULL_BECAUSE(evaluation, "the regular expression matches the empty string");
    while ((found = regex_find(evaluation, &regex, text, at)) == 1) {
        const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(regex.match);
        size_t from = bounds[0], to = bounds[1];
        if (to <= at && to == from) break; /* an empty match by a look at its surroundings */
        put(&out, str_slice(text, at, from));
        if (literal)
            put(&out, replacement);
        else
            expand(&out, replacement, &regex, text);
        at = to;
    }
    if (found < 0) return gave_up(evaluation);
    put(&out, str_slice(text, at, text.length));
    return feel_string(evaluation->arena, str_make(out.data, out.length));
}

static const struct feel_value *split(struct feel_evaluation *evaluation,
                                      const struct feel_value *const *arguments, size_t count)
{
    struct str text = arguments[0]->string;
    const struct feel_value **items = NULL;
    size_t parts = 0, capacity = 0, at = 0;
    struct regex regex;
    int found = 1;
    (void)count;
    if (!regex_open(evaluation, arguments[1]->string, STR_NULL, &regex))
        return no_pattern(evaluation, arguments[1]->string);
    if (matches_nothing(evaluation, &regex))
        return NULL_BECAUSE(evaluation, "the delimiter matches the empty string");
    while (found == 1) {
        size_t from = text.length, to = text.length;
        found = regex_find(evaluation, &regex, text, at);
        if (found == 1) {
            const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(regex.match);
            from = bounds[0];
            to = bounds[1];
            if (to == from) {
                found = 0;
                from = to = text.length;
            }
        }
        if (parts == capacity) {
            const struct feel_value **larger;
            capacity = capacity == 0 ? 8 : capacity * 2;
            larger = evaluation_alloc(evaluation, capacity * sizeof *larger);
            if (parts > 0) memcpy(larger, items, parts * sizeof *larger);
            items = larger;
        }
        items[parts++] = feel_string(evaluation->arena, str_slice(text, at, from));
        at = to;
    }
    return found < 0 ? gave_up(evaluation) : feel_list(evaluation->arena, items, parts);
}

const struct builtin builtins_regex[] = {
    BUILTIN("matches", matches,
            {2,
             3,
             false,
             {PARAMETER("input", TAKES_STRING), PARAMETER("pattern", TAKES_STRING),
              PARAMETER_OR_NULL("flags", TAKES_STRING)}}),
    BUILTIN("replace", replace,
            {3,
             4,
             false,
             {PARAMETER("input", TAKES_STRING), PARAMETER("pattern", TAKES_STRING),
              PARAMETER("replacement", TAKES_STRING), PARAMETER_OR_NULL("flags", TAKES_STRING)}}),
    BUILTIN("split", split,
            {2, 2, false, {PARAMETER("string", TAKES_STRING), PARAMETER("delimiter", TAKES_STRING)}}),
    END_OF_BUILTINS,
};
