/* Characters, words and names of FEEL text (DMN 1.3, 10.3.1.2, grammar rules 25 to 30 and 61, 62). */
#include "motcua/base/utf8.h"

#include "builtin.h"
#include "reader.h"

static bool between(uint32_t c, uint32_t low, uint32_t high)
{
    return c >= low && c <= high;
}

bool reader_name_start(uint32_t c)
{
    if (c < 128) return c == '?' || c == '_' || between(c | 32, 'a', 'z');
    return between(c, 0xC0, 0xD6) || between(c, 0xD8, 0xF6) || between(c, 0xF8, 0x2FF) ||
           between(c, 0x370, 0x37D) || between(c, 0x37F, 0x1FFF) || between(c, 0x200C, 0x200D) ||
           between(c, 0x2070, 0x218F) || between(c, 0x2C00, 0x2FEF) || between(c, 0x3001, 0xD7FF) ||
           between(c, 0xF900, 0xFDCF) || between(c, 0xFDF0, 0xFFFD) || between(c, 0x10000, 0xEFFFF);
}

bool reader_name_part(uint32_t c)
{
    return reader_name_start(c) || between(c, '0', '9') || c == 0xB7 || between(c, 0x300, 0x36F) ||
           between(c, 0x203F, 0x2040);
}

static bool white(uint32_t c)
{
    return c == ' ' || between(c, 9, 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x180E ||
           between(c, 0x2000, 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000 || c == 0xFEFF;
}

uint32_t reader_peek(const struct reader *reader, size_t at, size_t *next)
{
    uint32_t c;
    if (at >= reader->text.length) {
        *next = at;
        return 0;
    }
    *next = at;
    c = utf8_next(reader->text, next);
    return c;
}

void *reader_fail(struct reader *reader, const char *expected)
{
    if (!reader->failed) {
        reader->failed = true;
        reader->failed_at = reader->at;
        reader->expected = expected;
    }
    return NULL;
}

static void count_work(struct reader *reader, size_t amount)
{
    reader->work += amount;
    if (reader->work > MAXIMUM_WORK && !reader->failed) {
        reader->too_long = true;
        reader_fail(reader, "a simpler expression");
    }
}

void reader_skip(struct reader *reader)
{
    size_t from = reader->at;
    for (;;) {
        size_t next;
        uint32_t c = reader_peek(reader, reader->at, &next);
        const char *here = reader->text.data + reader->at;
        size_t rest = reader->text.length - reader->at;
        if (rest > 0 && white(c)) {
            reader->at = next;
        } else if (rest >= 2 && here[0] == '/' && here[1] == '/') {
            while (reader->at < reader->text.length && reader->text.data[reader->at] != '\n')
                reader->at++;
        } else if (rest >= 2 && here[0] == '/' && here[1] == '*') {
            ptrdiff_t end = str_find(str_make(here + 2, rest - 2), STR("*/"));
            if (end < 0) {
                reader_fail(reader, "the end of the comment, */");
                reader->at = reader->text.length;
                break;
            }
            reader->at += (size_t)end + 4;
        } else {
            break;
        }
    }
    count_work(reader, reader->at - from + 1);
}

bool reader_accept(struct reader *reader, const char *symbol)
{
    size_t length = strlen(symbol);
    reader_skip(reader);
    if (reader->failed || reader->text.length - reader->at < length ||
        memcmp(reader->text.data + reader->at, symbol, length) != 0)
        return false;
    reader->at += length;
    return true;
}

struct str reader_word(struct reader *reader, size_t at)
{
    size_t next, from = at;
    if (!reader_name_start(reader_peek(reader, at, &next))) return STR_NULL;
    do {
        at = next;
    } while (reader_name_part(reader_peek(reader, at, &next)));
    count_work(reader, at - from);
    return str_make(reader->text.data + from, at - from);
}

bool reader_at_word(struct reader *reader, const char *word)
{
    reader_skip(reader);
    return !reader->failed && str_equal_cstr(reader_word(reader, reader->at), word);
}

bool reader_accept_word(struct reader *reader, const char *word)
{
    if (!reader_at_word(reader, word)) return false;
    reader->at += strlen(word);
    return true;
}

bool reader_is_keyword(struct str word)
{
    static const char *const keywords[] = {"and",      "or",  "in",       "between", "if",     "then",
                                           "else",     "for", "some",     "every",   "return", "satisfies",
                                           "instance", "of",  "function", "true",    "false",  "null"};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (str_equal_cstr(word, keywords[i])) return true;
    return false;
}

/* Length of the text at `at` that spells the name (runs of white space count as one space); 0 when it does
 * not. */
static size_t match_name(const struct reader *reader, size_t at, struct str name)
{
    size_t from = at, in_name = 0, next, name_next;
    uint32_t last = 0;
    if (name.length == 0) return 0;
    while (in_name < name.length) {
        uint32_t c = reader_peek(reader, at, &next);
        name_next = in_name;
        last = utf8_next(name, &name_next);
        if (last == ' ') {
            if (at >= reader->text.length || !white(c)) return 0;
            while (at < reader->text.length && white(reader_peek(reader, at, &next)))
                at = next;
        } else if (at < reader->text.length && c == last) {
            at = next;
        } else {
            return 0;
        }
        in_name = name_next;
    }
    if (reader_name_part(last) && reader_name_part(reader_peek(reader, at, &next))) return 0;
    return at - from;
}

struct best {
    struct str name;
    size_t length;
};

static void consider(const struct reader *reader, struct best *best, const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length;
        if (names[i].length == 0 || names[i].data[0] != reader->text.data[reader->at]) continue;
        length = match_name(reader, reader->at, names[i]);
        if (length > best->length) *best = (struct best){names[i], length};
    }
}

static void consider_members(const struct reader *reader, struct best *best)
{
    if (reader->names != NULL) consider(reader, best, reader->names->members, reader->names->member_count);
    consider(reader, best, reader->members, reader->member_count);
}

/* Identifiers side by side can only be one name, also when nobody declared it. Begins with `length` bytes at
 * the cursor; STR_NULL (and no move) when nothing follows them and `longer` is asked for. */
static struct str unknown_name(struct reader *reader, size_t length, bool longer)
{
    size_t from = reader->at, end = from + length;
    for (;;) {
        size_t at = end, next;
        struct str following;
        while (at < reader->text.length && white(reader_peek(reader, at, &next)))
            at = next;
        if (at == end) break;
        following = reader_word(reader, at);
        if (following.length == 0 || reader_is_keyword(following) || following.data[0] == '?') break;
        end = at + following.length;
    }
    if (longer && end == from + length) return STR_NULL;
    reader->at = end;
    return reader_normalise(reader->arena, str_make(reader->text.data + from, end - from));
}

struct str reader_used_name(struct reader *reader, bool member, bool *known)
{
    static const struct str properties[] = {
        {"time offset", 11}, {"start included", 14}, {"end included", 12}};
    struct best best = {STR_NULL, 0};
    const struct str *builtins;
    size_t builtin_count;
    struct str word;
    *known = false;
    reader_skip(reader);
    if (reader->failed || reader->at >= reader->text.length) return STR_NULL;
    word = reader_word(reader, reader->at);
    if (member) {
        consider_members(reader, &best);
        consider(reader, &best, properties, sizeof properties / sizeof *properties);
    } else {
        for (const struct scope *scope = reader->scope; scope != NULL; scope = scope->parent) {
            consider(reader, &best, scope->names, scope->count);
            if (scope->members) consider_members(reader, &best);
        }
        if (reader->names != NULL)
            consider(reader, &best, reader->names->variables, reader->names->variable_count);
        builtins = builtin_names(&builtin_count);
        consider(reader, &best, builtins, builtin_count);
    }
    count_work(reader, 16 + best.length);
    if (best.length >= word.length && best.length > 0 &&
        !(best.length == word.length && reader_is_keyword(word))) {
        struct str longer = unknown_name(reader, best.length, true);
        if (longer.length > 0) return longer;
        reader->at += best.length;
        *known = true;
        return best.name;
    }
    if (word.length == 0 || reader_is_keyword(word)) return STR_NULL;
    return unknown_name(reader, word.length, false);
}

static bool name_symbol(uint32_t c)
{
    return c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*';
}

struct str reader_declared_name(struct reader *reader, const char *ends, bool until_in)
{
    size_t from, end;
    reader_skip(reader);
    from = end = reader->at;
    for (size_t at = from, next; at < reader->text.length; at = next) {
        uint32_t c = reader_peek(reader, at, &next);
        bool word_start = at == from || white((unsigned char)reader->text.data[at - 1]);
        if (c < 128 && strchr(ends, (int)c) != NULL) break;
        if (until_in && word_start && str_equal_cstr(reader_word(reader, at), "in")) break;
        if (at == from ? !reader_name_start(c) : !reader_name_part(c) && !name_symbol(c) && !white(c)) {
            end = from;
            break;
        }
        if (!white(c)) end = next;
    }
    count_work(reader, end - from + 1);
    if (end == from) return STR_NULL;
    reader->at = end;
    return reader_normalise(reader->arena, str_make(reader->text.data + from, end - from));
}

struct str reader_normalise(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.length + 1);
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        size_t next = at;
        uint32_t c = utf8_next(text, &next);
        if (!white(c)) {
            memcpy(copy + length, text.data + at, next - at);
            length += next - at;
        } else if (length > 0 && copy[length - 1] != ' ') {
            copy[length++] = ' ';
        }
        at = next;
    }
    if (length > 0 && copy[length - 1] == ' ') length--;
    copy[length] = '\0';
    return str_make(copy, length);
}

bool reader_declared(const struct reader *reader, struct str name)
{
    for (const struct scope *scope = reader->scope; scope != NULL; scope = scope->parent)
        for (size_t i = 0; i < scope->count; i++)
            if (str_equal(scope->names[i], name)) return true;
    return false;
}

static void grow(struct arena *arena, struct str **items, size_t count, size_t *capacity)
{
    struct str *larger;
    if (count < *capacity) return;
    *capacity = *capacity == 0 ? 8 : *capacity * 2;
    larger = arena_array(arena, *capacity, sizeof *larger);
    if (count > 0) memcpy(larger, *items, count * sizeof *larger);
    *items = larger;
}

void reader_note_variable(struct reader *reader, struct str name)
{
    count_work(reader, reader->variable_count / 8);
    if (reader_declared(reader, name)) return;
    for (size_t i = 0; i < reader->variable_count; i++)
        if (str_equal(reader->variables[i], name)) return;
    grow(reader->arena, &reader->variables, reader->variable_count, &reader->variable_capacity);
    reader->variables[reader->variable_count++] = name;
}

void reader_note_member(struct reader *reader, struct str name)
{
    count_work(reader, reader->member_count / 8);
    for (size_t i = 0; i < reader->member_count; i++)
        if (str_equal(reader->members[i], name)) return;
    grow(reader->arena, &reader->members, reader->member_count, &reader->member_capacity);
    reader->members[reader->member_count++] = name;
}

void reader_push_name(struct reader *reader, struct name_list *list, struct str name)
{
    grow(reader->arena, &list->items, list->count, &list->capacity);
    list->items[list->count++] = name;
}

void reader_push(struct reader *reader, struct node_list *list, const struct node *node)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        const struct node **items = arena_array(reader->arena, capacity, sizeof *items);
        if (list->count > 0) memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = node;
}
