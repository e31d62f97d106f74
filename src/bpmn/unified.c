/*
 * The unified expression language (JSR 245, 1.2 and 2.2) written as FEEL: what stands in "${…}" and "#{…}". A
 * text becomes FEEL that means the same or is not taken at all; what only looks alike (an index counted from
 * 0, a method of a Java class) never passes through as it stands.
 */
#include "builder.h"

#define MAXIMUM_DEPTH   40
#define MAXIMUM_WRITTEN 32768

struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
    unsigned depth;
    size_t written; /* bytes of all parts, so that an operand named several times cannot grow without end */
    bool failed;
    bool foreign; /* a method that FEEL has no word for */
};

static struct str read_choice(struct reader *reader);

static struct str fail(struct reader *reader)
{
    reader->failed = true;
    return STR("null");
}

/* The pattern with A in place of $ and B in place of @. */
static struct str write(struct reader *reader, const char *pattern, struct str a, struct str b)
{
    size_t length = 0, at = 0;
    for (const char *p = pattern; *p != '\0'; p++)
        length += *p == '$' ? a.length : *p == '@' ? b.length : 1;
    reader->written += length;
    if (reader->written > MAXIMUM_WRITTEN) return fail(reader);
    char *out = arena_alloc(reader->arena, length + 1);
    for (const char *p = pattern; *p != '\0'; p++) {
        struct str part = *p == '$' ? a : *p == '@' ? b : str_make(p, 1);
        memcpy(out + at, part.data, part.length);
        at += part.length;
    }
    return str_make(out, length);
}

/* ---- words and signs ---- */

static char peek(const struct reader *reader, size_t ahead)
{
    return reader->at + ahead < reader->text.length ? reader->text.data[reader->at + ahead] : '\0';
}

static void skip_space(struct reader *reader)
{
    while (peek(reader, 0) == ' ' || peek(reader, 0) == '\t' || peek(reader, 0) == '\n' ||
           peek(reader, 0) == '\r')
        reader->at++;
}

static bool is_letter(char c)
{
    return c == '_' || (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct str peek_word(struct reader *reader)
{
    skip_space(reader);
    size_t end = reader->at;
    if (!is_letter(peek(reader, 0))) return STR_NULL;
    while (end < reader->text.length &&
           (is_letter(reader->text.data[end]) || is_digit(reader->text.data[end])))
        end++;
    return str_slice(reader->text, reader->at, end);
}

static bool take_word(struct reader *reader, const char *word)
{
    struct str found = peek_word(reader);
    if (!str_equal_cstr(found, word)) return false;
    reader->at += found.length;
    return true;
}

static bool take(struct reader *reader, const char *sign)
{
    skip_space(reader);
    struct str rest = str_slice(reader->text, reader->at, reader->text.length);
    if (!str_starts_with(rest, str_of(sign))) return false;
    reader->at += strlen(sign);
    return true;
}

/* Words that end a name: operators of this language, and what makes the text FEEL. */
static bool is_reserved(struct str word, bool *feel)
{
    static const char *const own[] = {"and", "or",  "not", "eq",   "ne",   "lt",    "gt",   "le",
                                      "ge",  "div", "mod", "true", "null", "false", "empty"};
    static const char *const others[] = {"in", "between", "instance", "if",        "then",  "else",
                                         "of", "for",     "some",     "satisfies", "every", "function"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (str_equal_cstr(word, own[i])) return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_equal_cstr(word, others[i])) return *feel = true;
    return false;
}

/* ---- values ---- */

static struct str read_string(struct reader *reader)
{
    char quote = peek(reader, 0);
    char *out = arena_alloc(reader->arena, 2 * (reader->text.length - reader->at) + 3);
    size_t length = 0;
    out[length++] = '"';
    for (reader->at++; peek(reader, 0) != quote; reader->at++) {
        if (reader->at >= reader->text.length) return fail(reader);
        char c = peek(reader, 0), next = peek(reader, 1);
        if (c == '\\' && (next == '\\' || next == '"' || next == '\'')) {
            if (next != '\'') out[length++] = c; /* an apostrophe needs no sign in FEEL */
            reader->at++;
            c = next;
        } else if (c == '"') {
            out[length++] = '\\';
        }
        out[length++] = c;
    }
    reader->at++;
    out[length++] = '"';
    reader->written += length;
    return str_make(out, length);
}

static struct str read_number(struct reader *reader)
{
    size_t from = reader->at;
    while (is_digit(peek(reader, 0)) || (peek(reader, 0) == '.' && is_digit(peek(reader, 1))))
        reader->at++;
    if ((peek(reader, 0) | 0x20) == 'e') {
        size_t sign = peek(reader, 1) == '-' || peek(reader, 1) == '+' ? 2 : 1;
        if (is_digit(peek(reader, sign))) reader->at += sign;
        while (is_digit(peek(reader, 0)))
            reader->at++;
    }
    return str_slice(reader->text, from, reader->at);
}

/* Words side by side are one name, as in FEEL. */
static struct str read_name(struct reader *reader)
{
    size_t from = reader->at, end = from;
    bool feel = false;
    for (struct str word = peek_word(reader); word.length > 0; word = peek_word(reader)) {
        if (is_reserved(word, &feel)) break;
        reader->at += word.length;
        end = reader->at;
        skip_space(reader);
        if (is_digit(peek(reader, 0))) feel = true; /* "bước 2" */
    }
    reader->at = end;
    return feel || end == from ? fail(reader) : str_slice(reader->text, from, end);
}

static struct str read_arguments(struct reader *reader, size_t *count, struct str *first)
{
    struct str all = STR("");
    *count = 0;
    if (take(reader, ")")) return all;
    do {
        struct str one = read_choice(reader);
        if ((*count)++ == 0)
            all = *first = one;
        else
            all = write(reader, "$, @", all, one);
    } while (!reader->failed && take(reader, ","));
    return take(reader, ")") ? all : fail(reader);
}

static struct str is_empty(struct reader *reader, struct str value)
{
    return write(reader,
                 "($ = null or (if $ instance of string then $ = \"\" else if $ instance of list<Any> then "
                 "$ = [] else $ = {}) = true)",
                 value, STR_NULL);
}

static bool is_plain_string(struct str text)
{
    return text.length > 2 && text.data[0] == '"' && bpmn_is_simple_name(str_slice(text, 1, text.length - 1));
}

/* value[index]: positions count from 0, a text is the name of an entry. */
static struct str at_index(struct reader *reader, struct str value, struct str index)
{
    int64_t position;
    if (is_plain_string(index)) return write(reader, "$.@", value, str_slice(index, 1, index.length - 1));
    if (str_to_int64(index, &position) == STATUS_OK && position >= 0 && position < INT32_MAX)
        return write(reader, "$[@]", value, str_of(arena_printf(reader->arena, "%d", (int)position + 1)));
    if (index.data[0] == '"') return write(reader, "get value($, @)", value, index);
    return write(reader, "(if @ instance of number then $[@ + 1] else get value($, @))", value, index);
}

/* The methods of texts, lists and maps that stand in conditions everywhere. */
static struct str call_method(struct reader *reader, struct str value, struct str method)
{
    static const struct {
        const char *name;
        size_t arguments;
        const char *pattern;
    } methods[] = {
        {"size", 0, "count($)"},
        {"length", 0, "string length($)"},
        {"toString", 0, "string($)"},
        {"toLowerCase", 0, "lower case($)"},
        {"toUpperCase", 0, "upper case($)"},
        {"equals", 1, "($ = @)"},
        {"equalsIgnoreCase", 1, "(lower case($) = lower case(@))"},
        {"startsWith", 1, "starts with($, @)"},
        {"endsWith", 1, "ends with($, @)"},
        {"contains", 1, "(if $ instance of string then contains($, @) else list contains($, @))"},
        {"containsKey", 1, "(get value($, @) != null)"},
    };
    size_t count;
    struct str argument = STR("null");
    (void)read_arguments(reader, &count, &argument);
    bool of_variables = str_equal_cstr(value, "execution") && count == 1 && is_plain_string(argument);
    if (of_variables && str_equal_cstr(method, "getVariable"))
        return str_slice(argument, 1, argument.length - 1);
    if (of_variables && str_equal_cstr(method, "hasVariable"))
        return write(reader, "($ != null)", str_slice(argument, 1, argument.length - 1), STR_NULL);
    if (count == 0 && str_equal_cstr(method, "isEmpty")) return is_empty(reader, value);
    if (count == 1 && str_equal_cstr(method, "get")) return at_index(reader, value, argument);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (str_equal_cstr(method, methods[i].name) && count == methods[i].arguments)
            return write(reader, methods[i].pattern, value, argument);
    reader->foreign = true;
    return fail(reader);
}

/* .name  .method(…)  […]  (…) behind a value */
static struct str read_path(struct reader *reader, struct str value)
{
    while (!reader->failed) {
        if (take(reader, ".")) {
            skip_space(reader);
            struct str name = read_name(reader);
            value = take(reader, "(") ? call_method(reader, value, name) : write(reader, "$.@", value, name);
        } else if (take(reader, "[")) {
            struct str index = read_choice(reader);
            value = take(reader, "]") ? at_index(reader, value, index) : fail(reader);
        } else {
            return value;
        }
    }
    return value;
}

static struct str read_value(struct reader *reader)
{
    skip_space(reader);
    char c = peek(reader, 0);
    if (c == '"' || c == '\'') return read_path(reader, read_string(reader));
    if (is_digit(c)) return read_number(reader);
    if (take(reader, "(")) {
        struct str inner = read_choice(reader);
        return take(reader, ")") ? read_path(reader, write(reader, "($)", inner, STR_NULL)) : fail(reader);
    }
    static const char *const constants[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (take_word(reader, constants[i])) return str_of(constants[i]);
    struct str name = read_name(reader);
    if (!reader->failed && take(reader, "(")) { /* a function of FEEL */
        size_t count;
        struct str first, arguments = read_arguments(reader, &count, &first);
        name = write(reader, "$(@)", name, arguments);
    }
    return read_path(reader, name);
}

/* ---- operators, the tightest first ---- */

static struct str read_unary(struct reader *reader)
{
    if (++reader->depth > MAXIMUM_DEPTH) return fail(reader);
    struct str result;
    skip_space(reader);
    if ((peek(reader, 0) == '!' && peek(reader, 1) != '=' && take(reader, "!")) || take_word(reader, "not"))
        result = write(reader, "not($)", read_unary(reader), STR_NULL);
    else if (take_word(reader, "empty"))
        result = is_empty(reader, read_unary(reader));
    else if (take(reader, "-"))
        result = write(reader, "-$", read_unary(reader), STR_NULL);
    else
        result = read_value(reader);
    reader->depth--;
    return result;
}

static struct str read_product(struct reader *reader)
{
    struct str left = read_unary(reader);
    while (!reader->failed) {
        skip_space(reader);
        if (peek(reader, 0) == '*' && peek(reader, 1) == '*') return fail(reader); /* FEEL */
        if (take(reader, "*"))
            left = write(reader, "$ * @", left, read_unary(reader));
        else if (take(reader, "/") || take_word(reader, "div"))
            left = write(reader, "$ / @", left, read_unary(reader));
        else if (take(reader, "%") || take_word(reader, "mod")) /* the sign of the dividend, as in Java */
            left = write(reader, "($ - @ * round down($ / @, 0))", write(reader, "($)", left, STR_NULL),
                         read_unary(reader));
        else
            return left;
    }
    return left;
}

static struct str read_sum(struct reader *reader)
{
    struct str left = read_product(reader);
    while (!reader->failed) {
        if (take(reader, "+"))
            left = write(reader, "$ + @", left, read_product(reader));
        else if (take(reader, "-"))
            left = write(reader, "$ - @", left, read_product(reader));
        else
            return left;
    }
    return left;
}

static const char *take_order(struct reader *reader)
{
    static const char *const pairs[][3] = {
        {"<=", "le", "$ <= @"}, {">=", "ge", "$ >= @"}, {"<", "lt", "$ < @"}, {">", "gt", "$ > @"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (take(reader, pairs[i][0]) || take_word(reader, pairs[i][1])) return pairs[i][2];
    return NULL;
}

static struct str read_comparison(struct reader *reader)
{
    struct str left = read_sum(reader);
    const char *pattern = reader->failed ? NULL : take_order(reader);
    return pattern == NULL ? left : write(reader, pattern, left, read_sum(reader));
}

static const char *take_equality(struct reader *reader)
{
    if (take(reader, "!=") || take_word(reader, "ne")) return "$ != @";
    return take(reader, "===") || take(reader, "==") || take(reader, "=") || take_word(reader, "eq") ? "$ = @"
                                                                                                     : NULL;
}

static struct str read_equality(struct reader *reader)
{
    struct str left = read_comparison(reader);
    const char *pattern = reader->failed ? NULL : take_equality(reader);
    if (pattern == NULL) return left;
    struct str right = read_comparison(reader); /* FEEL does not chain comparisons */
    return write(reader, pattern, write(reader, "($)", left, STR_NULL),
                 write(reader, "($)", right, STR_NULL));
}

static struct str read_both(struct reader *reader)
{
    struct str left = read_equality(reader);
    while (!reader->failed && (take(reader, "&&") || take_word(reader, "and")))
        left = write(reader, "$ and @", left, read_equality(reader));
    return left;
}

static struct str read_either(struct reader *reader)
{
    struct str left = read_both(reader);
    while (!reader->failed && (take(reader, "||") || take_word(reader, "or")))
        left = write(reader, "$ or @", left, read_both(reader));
    return left;
}

static struct str read_choice(struct reader *reader)
{
    if (reader->failed || ++reader->depth > MAXIMUM_DEPTH) return fail(reader);
    struct str result = read_either(reader);
    if (!reader->failed && take(reader, "?")) {
        struct str yes = read_choice(reader);
        struct str no = take(reader, ":") ? read_choice(reader) : fail(reader);
        result = write(reader, "if $ then (@) else ", result, yes);
        result = write(reader, "($(@))", result, no);
    }
    reader->depth--;
    return result;
}

enum bpmn_unified bpmn_unified_to_feel(struct arena *arena, struct str text, struct str *feel)
{
    struct reader reader = {.arena = arena, .text = text};
    struct str result = read_choice(&reader);
    skip_space(&reader);
    if (reader.foreign) return BPMN_UNIFIED_FOREIGN;
    if (reader.failed || reader.at < text.length) return BPMN_UNIFIED_NOT;
    *feel = result;
    return BPMN_UNIFIED_WRITTEN;
}
