/* Marks search hits. All HTML of a name is made here: every byte of it is escaped, whatever the catalogue or
 * the query holds. */
#include "web/portal/portal.h"

#include "motcua/i18n/text.h"
#include "motcua/mustache/mustache.h"

enum { QUERY_WORDS = 32, MARKED_MAXIMUM = 64 * 1024 };

struct words {
    struct str list[QUERY_WORDS];
    size_t count;
};

static void split_words(struct str key, struct words *words)
{
    words->count = 0;
    while (key.length > 0 && words->count < QUERY_WORDS) {
        struct str word;
        (void)str_split(key, ' ', &word, &key);
        if (word.length > 0) words->list[words->count++] = word;
    }
}

const char *escape_html(struct arena *arena, const char *text)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(MARKED_MAXIMUM);
    mustache_escape_html(&out, str_of(text));
    return out.overflow || out.length == 0 ? "" : buf_copy(&out, arena).data;
}

/* Bytes of the character at the start; malformed bytes count one by one. */
static size_t character_length(struct str text)
{
    unsigned char c = (unsigned char)text.data[0];
    size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    return length <= text.length ? length : 1;
}

/* ASCII letters and digits, and everything beyond ASCII but general punctuation (U+2000 to U+207F). */
static bool is_word_character(struct str text)
{
    unsigned char c = (unsigned char)text.data[0];
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    unsigned char second = text.length > 1 ? (unsigned char)text.data[1] : 0;
    return !(c == 0xe2 && (second == 0x80 || second == 0x81));
}

/* Length of the run of characters at the start that all are, or all are not, of words. */
static size_t run_length(struct str text, bool of_words)
{
    size_t length = 0;
    while (length < text.length && is_word_character(str_slice(text, length, text.length)) == of_words)
        length += character_length(str_slice(text, length, text.length));
    return length;
}

static bool is_hit(struct arena *arena, struct str word, const struct words *words)
{
    struct str key = text_search_key(arena, word);
    for (size_t i = 0; i < words->count; i++)
        if (str_starts_with(key, words->list[i])) return true;
    return false;
}

const char *mark_hits(struct arena *arena, const char *text, struct str query)
{
    struct words words;
    split_words(text_search_key(arena, query), &words);
    BUF_AUTO out = BUF_WITH_MAXIMUM(MARKED_MAXIMUM);
    struct str rest = str_of(text), between = STR("");
    bool open = false, any = false;
    while (rest.length > 0) {
        size_t length = run_length(rest, false);
        if (length > 0) { /* what stands between words goes inside the mark only when a hit follows it */
            between = str_slice(rest, 0, length);
            rest = str_slice(rest, length, rest.length);
            continue;
        }
        length = run_length(rest, true);
        struct str word = str_slice(rest, 0, length);
        bool hit = is_hit(arena, word, &words);
        if (open && !(hit && str_equal(between, STR(" ")))) {
            buf_append_cstr(&out, "</mark>");
            open = false;
        }
        mustache_escape_html(&out, between);
        between = STR("");
        if (hit && !open) buf_append_cstr(&out, "<mark>");
        open = open || hit;
        any = any || hit;
        mustache_escape_html(&out, word);
        rest = str_slice(rest, length, rest.length);
    }
    if (open) buf_append_cstr(&out, "</mark>");
    mustache_escape_html(&out, between);
    if (!any || out.overflow) return "";
    return buf_copy(&out, arena).data;
}
