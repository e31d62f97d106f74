/* XPath regular expressions over PCRE2: the differences are rewritten, what XPath does not have is refused.
 */
#include "regex.h"

#include "motcua/base/buf.h"

#define MAXIMUM_PATTERN   4096
#define FIRST_MATCH_LIMIT 512
#define LAST_MATCH_LIMIT  2000000

struct translation {
    struct str pattern;
    size_t at;
    struct buf out;
    bool dot_all;
    unsigned depth, groups;
};

#define NAME_START     "A-Za-z_:\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\x{2FF}\\x{370}-\\x{37D}\\x{37F}-\\x{1FFF}"
#define NAME_CHARACTER NAME_START "\\-.0-9\\xB7\\x{300}-\\x{36F}"

static bool class_escape(struct translation *translation, char c, bool in_class)
{
    const char *set;
    switch (c) {
    case 'i':
        set = NAME_START;
        break;
    case 'c':
        set = NAME_CHARACTER;
        break;
    case 'w':
        set = NULL;
        break;
    case 'I':
    case 'C':
        if (in_class) return false; /* a negated set inside a set has no spelling */
        buf_printf(&translation->out, "[^%s]", c == 'I' ? NAME_START : NAME_CHARACTER);
        return true;
    case 'd':
        buf_append_cstr(&translation->out, "\\p{Nd}");
        return true;
    case 'D':
        buf_append_cstr(&translation->out, "\\P{Nd}");
        return true;
    case 's':
        buf_append_cstr(&translation->out, in_class ? " \\t\\n\\r" : "[ \\t\\n\\r]");
        return true;
    case 'S':
        if (in_class) return false;
        buf_append_cstr(&translation->out, "[^ \\t\\n\\r]");
        return true;
    case 'W':
        buf_append_cstr(&translation->out, in_class ? "\\p{P}\\p{Z}\\p{C}" : "[\\p{P}\\p{Z}\\p{C}]");
        return true;
    default:
        return false;
    }
    if (c == 'w') { /* everything but punctuation, separators and others */
        buf_append_cstr(&translation->out, in_class ? "\\p{L}\\p{M}\\p{N}\\p{S}" : "[^\\p{P}\\p{Z}\\p{C}]");
        return true;
    }
    if (in_class)
        buf_append_cstr(&translation->out, set);
    else
        buf_printf(&translation->out, "[%s]", set);
    return true;
}

/* \p{...}, \P{...}: categories as they are; some blocks as ranges. */
static bool property(struct translation *translation, char letter)
{
    static const struct {
        const char *name, *range;
    } blocks[] = {
        {"BasicLatin", "\\x{0}-\\x{7F}"},
        {"Latin-1Supplement", "\\x{80}-\\x{FF}"},
        {"LatinExtended-A", "\\x{100}-\\x{17F}"},
        {"LatinExtended-B", "\\x{180}-\\x{24F}"},
        {"IPAExtensions", "\\x{250}-\\x{2AF}"},
        {"Greek", "\\x{370}-\\x{3FF}"},
        {"GreekandCoptic", "\\x{370}-\\x{3FF}"},
        {"Cyrillic", "\\x{400}-\\x{4FF}"},
        {"Armenian", "\\x{530}-\\x{58F}"},
        {"Hebrew", "\\x{590}-\\x{5FF}"},
        {"Arabic", "\\x{600}-\\x{6FF}"},
        {"Devanagari", "\\x{900}-\\x{97F}"},
        {"Thai", "\\x{E00}-\\x{E7F}"},
        {"LatinExtendedAdditional", "\\x{1E00}-\\x{1EFF}"},
        {"GreekExtended", "\\x{1F00}-\\x{1FFF}"},
        {"GeneralPunctuation", "\\x{2000}-\\x{206F}"},
        {"CurrencySymbols", "\\x{20A0}-\\x{20CF}"},
        {"Hiragana", "\\x{3040}-\\x{309F}"},
        {"Katakana", "\\x{30A0}-\\x{30FF}"},
        {"CJKUnifiedIdeographs", "\\x{4E00}-\\x{9FFF}"},
    };
    struct str name;
    ptrdiff_t end =
        str_find_char(str_slice(translation->pattern, translation->at, translation->pattern.length), '}');
    if (translation->at >= translation->pattern.length || translation->pattern.data[translation->at] != '{' ||
        end < 2)
        return false;
    name = str_slice(translation->pattern, translation->at + 1, translation->at + (size_t)end);
    translation->at += (size_t)end + 1;
    if (!str_starts_with(name, STR("Is"))) {
        if (name.length > 2) return false;
        buf_printf(&translation->out, "\\%c{%.*s}", letter, STR_ARG(name));
        return true;
    }
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (str_equal_cstr(str_slice(name, 2, name.length), blocks[i].name)) {
            buf_printf(&translation->out, "[%s%s]", letter == 'P' ? "^" : "", blocks[i].range);
            return true;
        }
    return false;
}

static bool escaped(struct translation *translation, bool in_class)
{
    char c;
    if (translation->at >= translation->pattern.length) return false;
    c = translation->pattern.data[translation->at++];
    if (strchr("nrt\\|.?*+(){}-[]^$", c) != NULL && c != '\0') {
        buf_append_char(&translation->out, '\\');
        buf_append_char(&translation->out, c);
        return true;
    }
    if (c == 'p' || c == 'P') return property(translation, c);
    if (c >= '1' && c <= '9' && !in_class) {
        unsigned group = (unsigned)(c - '0');
        if (group > translation->groups) return false;
        buf_printf(&translation->out, "(?:\\%u)", group);
        return true;
    }
    return class_escape(translation, c, in_class);
}

/* [...] with subtraction: [a-z-[aeiou]] is a character that is not in the second set but in the first. */
static bool character_class(struct translation *translation)
{
    size_t start = translation->out.length;
    bool first = true;
    if (++translation->depth > 20) return false;
    buf_append_char(&translation->out, '[');
    if (translation->at < translation->pattern.length && translation->pattern.data[translation->at] == '^') {
        buf_append_char(&translation->out, '^');
        translation->at++;
    }
    while (translation->at < translation->pattern.length) {
        char c = translation->pattern.data[translation->at++];
        char following =
            translation->at < translation->pattern.length ? translation->pattern.data[translation->at] : '\0';
        if (c == ']') {
            if (first) return false;
            buf_append_char(&translation->out, ']');
            translation->depth--;
            return true;
        }
        if (c == '-' && following == '[') {
            BUF_AUTO base = BUF_WITH_MAXIMUM(64 * MAXIMUM_PATTERN);
            if (first) return false;
            buf_append(&base, translation->out.data + start, translation->out.length - start);
            buf_append_char(&base, ']');
            translation->out.length = start;
            buf_append_cstr(&translation->out, "(?!");
            translation->at++;
            if (!character_class(translation) || translation->at >= translation->pattern.length ||
                translation->pattern.data[translation->at++] != ']')
                return false;
            buf_append_char(&translation->out, ')');
            buf_append_str(&translation->out, buf_str(&base));
            translation->depth--;
            return true;
        }
        if (c == '[') return false;
        if (c == '\\') {
            if (!escaped(translation, true)) return false;
        } else {
            if (c == '^') buf_append_char(&translation->out, '\\');
            buf_append_char(&translation->out, c);
        }
        first = false;
    }
    return false;
}

static bool translate(struct translation *translation)
{
    while (translation->at < translation->pattern.length) {
        char c = translation->pattern.data[translation->at++];
        char following =
            translation->at < translation->pattern.length ? translation->pattern.data[translation->at] : '\0';
        switch (c) {
        case '\\':
            if (!escaped(translation, false)) return false;
            break;
        case '[':
            if (!character_class(translation)) return false;
            break;
        case '.':
            buf_append_cstr(&translation->out, translation->dot_all ? "." : "[^\\n\\r]");
            break;
        case '(':
            if (following == '?') { /* only groups that are not captured */
                if (translation->at + 1 >= translation->pattern.length ||
                    translation->pattern.data[translation->at + 1] != ':')
                    return false;
            } else if (following == '*') {
                return false;
            } else {
                translation->groups++;
            }
            buf_append_char(&translation->out, c);
            break;
        case '?':
        case '*':
        case '+':
        case '}':
            buf_append_char(&translation->out, c);
            if (following == '+' || (following == '*' && c != '}') || (c == '}' && following == '{'))
                return false; /* possessive */
            break;
        default:
            buf_append_char(&translation->out, c);
        }
    }
    return !translation->out.overflow;
}

/* The flag x: white space goes before anything is read, except inside character classes. */
static struct str without_space(struct feel_evaluation *evaluation, struct str pattern)
{
    char *kept = evaluation_alloc(evaluation, pattern.length + 1);
    size_t length = 0;
    unsigned classes = 0;
    for (size_t i = 0; i < pattern.length; i++) {
        char c = pattern.data[i];
        if (classes == 0 && c != '\0' && strchr(" \t\r\n", c) != NULL) continue;
        kept[length++] = c;
        if (c == '\\' && i + 1 < pattern.length && strchr(" \t\r\n", pattern.data[i + 1]) == NULL)
            kept[length++] = pattern.data[++i];
        else if (c == '[')
            classes++;
        else if (c == ']' && classes > 0)
            classes--;
    }
    return str_make(kept, length);
}

bool regex_translate(struct feel_evaluation *evaluation, struct str pattern, struct str flags,
                     struct str *out, uint32_t *options)
{
    struct translation translation = {.pattern = pattern, .out = BUF_WITH_MAXIMUM(64 * MAXIMUM_PATTERN)};
    bool ok, extended = false;
    *options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C;
    if (pattern.length > MAXIMUM_PATTERN) return false;
    for (size_t i = 0; i < flags.length; i++) {
        switch (flags.data[i]) {
        case 's':
            translation.dot_all = true;
            *options |= PCRE2_DOTALL;
            break;
        case 'm':
            *options |= PCRE2_MULTILINE;
            break;
        case 'i':
            *options |= PCRE2_CASELESS;
            break;
        case 'x':
            extended = true;
            break;
        case 'q':
            *options |= PCRE2_LITERAL;
            break;
        default:
            return false;
        }
    }
    if (*options & PCRE2_LITERAL) {
        *options &= PCRE2_UTF | PCRE2_LITERAL | PCRE2_CASELESS | PCRE2_NO_UTF_CHECK;
        *out = pattern;
        return true;
    }
    if (extended) translation.pattern = without_space(evaluation, pattern);
    ok = translate(&translation);
    evaluation_reserve(evaluation, 0);
    if (ok) *out = buf_copy(&translation.out, evaluation->arena);
    buf_release(&translation.out);
    return ok;
}

/* PCRE2 works in the arena: what it frees is freed with the arena. */
static void *arena_malloc(PCRE2_SIZE size, void *user)
{
    return arena_alloc(user, size);
}

static void arena_free(void *block, void *user)
{
    (void)block;
    (void)user;
}

bool regex_open(struct feel_evaluation *evaluation, struct str pattern, struct str flags, struct regex *regex)
{
    pcre2_general_context *general;
    pcre2_compile_context *context;
    struct str translated;
    uint32_t options;
    int error;
    PCRE2_SIZE error_offset;
    evaluation_steps(evaluation, 16 + pattern.length / 4);
    evaluation_reserve(evaluation, 64 * 1024);
    if (!regex_translate(evaluation, pattern, flags, &translated, &options)) return false;
    general = pcre2_general_context_create(arena_malloc, arena_free, evaluation->arena);
    context = pcre2_compile_context_create(general);
    pcre2_set_parens_nest_limit(context, 100);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    regex->code = pcre2_compile((PCRE2_SPTR)(translated.data != NULL ? translated.data : ""),
                                translated.length, options, &error, &error_offset, context);
    if (regex->code == NULL) return false;
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &regex->groups);
    regex->match = pcre2_match_data_create_from_pattern(regex->code, general);
    evaluation_reserve(evaluation, 0);
    return true;
}

/* The limit grows, and every try is paid for beforehand, so that no pattern runs longer than the steps allow.
 */
int regex_find(struct feel_evaluation *evaluation, const struct regex *regex, struct str text, size_t start)
{
    pcre2_general_context *general =
        pcre2_general_context_create(arena_malloc, arena_free, evaluation->arena);
    pcre2_match_context *context = pcre2_match_context_create(general);
    int found = PCRE2_ERROR_MATCHLIMIT;
    pcre2_set_heap_limit(context, 4096); /* KiB */
    for (uint32_t limit = FIRST_MATCH_LIMIT; limit <= LAST_MATCH_LIMIT && found == PCRE2_ERROR_MATCHLIMIT;
         limit *= 16) {
        evaluation_steps(evaluation, limit / 8);
        evaluation_reserve(evaluation, 64 * 1024);
        pcre2_set_match_limit(context, limit);
        pcre2_set_depth_limit(context, limit);
        found = pcre2_match(regex->code, (PCRE2_SPTR)(text.data != NULL ? text.data : ""), text.length, start,
                            PCRE2_NO_UTF_CHECK, regex->match, context);
        if (found == PCRE2_ERROR_DEPTHLIMIT) found = PCRE2_ERROR_MATCHLIMIT;
    }
    if (found == PCRE2_ERROR_NOMATCH) return 0;
    return found >= 0 ? 1 : -1;
}
