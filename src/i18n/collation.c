/*
 * Vietnamese order as byte-comparable keys of ASCII letters. First the letters of the whole text, then the
 * tones word by word, then capitals behind small letters: blank < digits < a ă â b c d đ e ê g ... <
 * everything else
 */
#include <unicase.h>

#include "motcua/base/buf.h"
#include "motcua/base/utf8.h"
#include "motcua/i18n/text.h"
#include "text_private.h"

#define LEVEL_END '\x01' /* below everything inside a level */
#define MAXIMUM   (1 << 20)

/* One level of the key each; `capitals` comes last of all. */
struct levels {
    struct buf letters, tones, capitals;
};

/* Position of a letter of the alphabet: 'a' .. 'z' with their hats and horns, as a byte from 'A' on. */
static char letter_weight(uint32_t letter, uint32_t hat)
{
    static const struct {
        uint32_t letter, hat;
    } order[] = {
        {'a', 0}, {'a', 0x306}, {'a', 0x302}, {'b', 0}, {'c', 0}, {'d', 0},     {0x111, 0},
        {'e', 0}, {'e', 0x302}, {'f', 0},     {'g', 0}, {'h', 0}, {'i', 0},     {'j', 0},
        {'k', 0}, {'l', 0},     {'m', 0},     {'n', 0}, {'o', 0}, {'o', 0x302}, {'o', 0x31B},
        {'p', 0}, {'q', 0},     {'r', 0},     {'s', 0}, {'t', 0}, {'u', 0},     {'u', 0x31B},
        {'v', 0}, {'w', 0},     {'x', 0},     {'y', 0}, {'z', 0},
    };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i].letter == letter && order[i].hat == hat) return (char)('A' + i);
    return hat == 0 ? '\0' : letter_weight(letter, 0);
}

static bool is_hat(uint32_t code)
{
    return code == 0x302 || code == 0x306 || code == 0x31B;
}

/* The marks behind a letter: its hat or horn and its tone. */
static void read_marks(struct str text, size_t *offset, uint32_t *hat, int *tone)
{
    while (*offset < text.length) {
        size_t next = *offset;
        uint32_t code = utf8_next(text, &next);
        if (!text_is_mark(code)) return;
        if (is_hat(code)) *hat = code;
        if (text_tone(code) != 0) *tone = text_tone(code);
        *offset = next;
    }
}

static void end_word(struct levels *levels, bool *in_word, int *tone)
{
    if (*in_word) buf_append_char(&levels->tones, (char)('0' + *tone));
    *in_word = false;
    *tone = 0;
}

static void add_levels(struct arena *arena, struct str text, struct levels *levels)
{
    struct str parts = text_to_form(arena, text, false, false);
    bool in_word = false, blank = false, begun = false;
    int tone = 0;
    for (size_t offset = 0; offset < parts.length;) {
        size_t start = offset;
        uint32_t code = utf8_next(parts, &offset), lower = uc_tolower(code), hat = 0;
        if (!text_is_word(code)) {
            end_word(levels, &in_word, &tone);
            blank = begun;
            continue;
        }
        if (blank) buf_append_char(&levels->letters, ' ');
        blank = false;
        begun = true;
        in_word = true;
        read_marks(parts, &offset, &hat, &tone);
        char weight = code >= '0' && code <= '9' ? (char)code : letter_weight(lower, hat);
        if (weight != '\0') {
            buf_append_char(&levels->letters, weight);
        } else {
            buf_append_char(&levels->letters, '~');
            buf_append_str(&levels->letters, str_slice(parts, start, offset));
        }
        buf_append_char(&levels->capitals, lower == code ? '0' : '1');
    }
    end_word(levels, &in_word, &tone);
}

static struct levels open_levels(void)
{
    return (struct levels){BUF_WITH_MAXIMUM(MAXIMUM), BUF_WITH_MAXIMUM(MAXIMUM), BUF_WITH_MAXIMUM(MAXIMUM)};
}

static void close_levels(struct levels *levels)
{
    buf_release(&levels->letters);
    buf_release(&levels->tones);
    buf_release(&levels->capitals);
}

#define LEVELS_AUTO __attribute__((cleanup(close_levels))) struct levels

/* letters END tones END appended to `key`; the levels are emptied but for the capitals. */
static void flush_levels(struct levels *levels, struct buf *key)
{
    buf_append_str(key, buf_str(&levels->letters));
    buf_append_char(key, LEVEL_END);
    buf_append_str(key, buf_str(&levels->tones));
    buf_append_char(key, LEVEL_END);
    buf_clear(&levels->letters);
    buf_clear(&levels->tones);
}

static struct str finish(struct arena *arena, struct levels *levels, struct buf *key)
{
    buf_append_str(key, buf_str(&levels->capitals));
    return arena_str(arena, buf_str(key));
}

struct str text_collation_key(struct arena *arena, struct str text)
{
    LEVELS_AUTO levels = open_levels();
    BUF_AUTO key = BUF_WITH_MAXIMUM(3 * MAXIMUM);
    add_levels(arena, text, &levels);
    flush_levels(&levels, &key);
    return finish(arena, &levels, &key);
}

struct str text_name_sort_key(struct arena *arena, struct str text)
{
    struct str name = text_person_name(arena, text), family = STR_NULL, middle = STR_NULL, given = name;
    for (size_t i = name.length; i > 0; i--) {
        if (name.data[i - 1] != ' ') continue;
        given = str_slice(name, i, name.length);
        middle = str_slice(name, 0, i - 1);
        break;
    }
    str_split(middle, ' ', &family, &middle);
    LEVELS_AUTO levels = open_levels();
    BUF_AUTO key = BUF_WITH_MAXIMUM(8 * MAXIMUM);
    const struct str parts[] = {given, middle, family};
    for (size_t i = 0; i < 3; i++) {
        add_levels(arena, parts[i], &levels);
        flush_levels(&levels, &key);
    }
    return finish(arena, &levels, &key);
}
