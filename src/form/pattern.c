/*
 * Patterns of text fields: PCRE2 with match limits, restricted to what ECMAScript reads the same way, since
 * the pattern also stands in the JSON Schema. The compiled pattern lives in the arena; that is why it is
 * interpreted: machine code would be memory outside the arena that nobody gives back.
 */
#include "model.h"

/* What a pattern that looks at each character a few times stays far below; more with the length of the text.
 */
#define MATCHES         200000
#define MATCHES_A_BYTE  50
#define DEPTH           2000
#define DEPTH_A_BYTE    8
#define HEAP_KIB        1024
#define PATTERN_MAXIMUM 500
#define PROBE_MAXIMUM   500

/* Length of the escape at pattern[0] == '\\', 0 when it does not mean the same in ECMAScript (with the u
 * flag). */
static size_t portable_escape(const char *pattern, bool in_class)
{
    char c = pattern[1];
    if (c == 0) return 0;
    if (strchr("dDwWtnr", c)) return 2;
    if (strchr("^$\\.*+?()[]{}|/", c) || (in_class && c == '-')) return 2;
    if ((c == 'p' || c == 'P') && pattern[2] == '{') {
        size_t i = 3;
        while ((pattern[i] >= 'A' && pattern[i] <= 'Z') || (pattern[i] >= 'a' && pattern[i] <= 'z'))
            i++;
        return pattern[i] == '}' && i >= 4 && i <= 5 ? i + 1 : 0; /* \p{L}, \p{Lu}: general categories only */
    }
    return 0;
}

/* Length of the class starting at '[', 0 when not portable. */
static size_t portable_class(const char *pattern)
{
    size_t i = pattern[1] == '^' ? 2 : 1;
    if (pattern[i] == ']') return 0;
    while (pattern[i] && pattern[i] != ']') {
        if (pattern[i] == '[' || (pattern[i] == '&' && pattern[i + 1] == '&')) return 0;
        if (pattern[i] == '\\') {
            size_t length = portable_escape(pattern + i, true);
            if (length == 0) return 0;
            i += length;
        } else {
            i++;
        }
    }
    return pattern[i] == ']' ? i + 1 : 0;
}

/* Length of the quantifier braces at '{', 0 when they are none. */
static size_t portable_braces(const char *pattern)
{
    size_t i = 1, digits = 0;
    while (pattern[i] >= '0' && pattern[i] <= '9')
        i++, digits++;
    if (digits == 0) return 0;
    if (pattern[i] == ',') {
        i++;
        while (pattern[i] >= '0' && pattern[i] <= '9')
            i++;
    }
    return pattern[i] == '}' ? i + 1 : 0;
}

static size_t portable_piece(const char *pattern)
{
    switch (pattern[0]) {
    case '\\':
        return portable_escape(pattern, false);
    case '[':
        return portable_class(pattern);
    case '(':
        if (pattern[1] == '*') /* PCRE2 verbs */
            return 0;
        if (pattern[1] != '?') return 1;
        return strchr(":=!", pattern[2]) && pattern[2] ? 3 : 0;
    case '{':
    case '*':
    case '+':
    case '?': {
        size_t length = pattern[0] == '{' ? portable_braces(pattern) : 1;
        if (length == 0 || pattern[length] == '+') /* possessive */
            return 0;
        return length + (pattern[length] == '?');
    }
    case '}':
    case ']':
    case '.':
        return 0; /* what '.' leaves out differs */
    default:
        return 1;
    }
}

/* Only what matches characters is repeated: ECMAScript has no repeated assertion. */
static bool repeats(const char *pattern)
{
    return *pattern && strchr("*+?{", *pattern);
}

const char *form_pattern_unportable(const char *pattern)
{
    bool lookahead[PATTERN_MAXIMUM + 1];
    size_t depth = 0;
    if (strlen(pattern) > PATTERN_MAXIMUM) return "> 500";
    while (*pattern) {
        size_t length = portable_piece(pattern);
        if (length == 0) return pattern;
        bool assertion = *pattern == '^' || *pattern == '$';
        if (*pattern == '(')
            lookahead[depth++] = length == 3 && pattern[2] != ':';
        else if (*pattern == ')' && depth > 0)
            assertion = lookahead[--depth];
        if (assertion && repeats(pattern + length)) return pattern + length;
        pattern += length;
    }
    return NULL;
}

static void *allocate(size_t size, void *arena)
{
    return arena_alloc(arena, size);
}

static void leave(void *pointer, void *arena)
{
    (void)pointer;
    (void)arena;
}

const pcre2_code *form_pattern_compile(struct arena *arena, const char *pattern)
{
    pcre2_general_context *general = pcre2_general_context_create(allocate, leave, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    int code;
    PCRE2_SIZE offset;
    return pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern),
                         PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_NEVER_BACKSLASH_C,
                         &code, &offset, context);
}

static void release_context(pcre2_match_context **context)
{
    pcre2_match_context_free(*context);
}

static void release_match(pcre2_match_data **match)
{
    pcre2_match_data_free(*match);
}

enum pattern_result form_pattern_match(const pcre2_code *regex, struct str text)
{
    /* Outside the arena: what a match needs on its way is given back at its end. */
    __attribute__((cleanup(release_context))) pcre2_match_context *context = pcre2_match_context_create(NULL);
    __attribute__((cleanup(release_match))) pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    if (!context || !match) return PATTERN_UNDECIDED;
    uint32_t length = (uint32_t)text.length;
    pcre2_set_match_limit(context, MATCHES + MATCHES_A_BYTE * length);
    pcre2_set_depth_limit(context, DEPTH + DEPTH_A_BYTE * length);
    pcre2_set_heap_limit(context, HEAP_KIB + length / 2);
    int result =
        pcre2_match(regex, (PCRE2_SPTR)(text.data ? text.data : ""), text.length, 0, 0, match, context);
    return result >= 0                     ? PATTERN_MATCHES
           : result == PCRE2_ERROR_NOMATCH ? PATTERN_DIFFERS
                                           : PATTERN_UNDECIDED;
}

bool form_pattern_runs_away(const pcre2_code *regex, int64_t length)
{
    static const char repeated[] = "aA0 -.";
    char text[PROBE_MAXIMUM + 1];
    size_t size = length < PROBE_MAXIMUM ? (size_t)length : PROBE_MAXIMUM;
    for (const char *c = repeated; *c; c++) {
        memset(text, *c, size);
        if (form_pattern_match(regex, str_make(text, size)) == PATTERN_UNDECIDED) return true;
        text[size - 1] = '!'; /* nothing fits only at the very end */
        if (form_pattern_match(regex, str_make(text, size)) == PATTERN_UNDECIDED) return true;
    }
    return false;
}
