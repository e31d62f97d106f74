/*
 * Numbers in words. Vietnamese: linh before a lone unit, mốt, tư and lăm behind tens, "không trăm" where a
 * group of three stands behind a higher one; tỷ repeats beyond 10^18.
 */
#include <stdlib.h>

#include "motcua/base/buf.h"
#include "motcua/i18n/format.h"

static void add_word(struct buf *out, const char *word)
{
    if (out->length > 0) buf_append_char(out, ' ');
    buf_append_cstr(out, word);
}

static const char *const vietnamese_digits[] = {"không", "một", "hai", "ba",  "bốn",
                                                "năm",   "sáu", "bảy", "tám", "chín"};

/* 1..999; `behind`: a higher group stands before it, so the hundreds are always said. */
static void vietnamese_group(struct buf *out, int value, bool behind)
{
    int hundreds = value / 100, tens = value / 10 % 10, units = value % 10;
    if (hundreds > 0 || behind) {
        add_word(out, vietnamese_digits[hundreds]);
        add_word(out, "trăm");
        if (tens == 0 && units > 0) add_word(out, "linh");
    }
    if (tens == 1) {
        add_word(out, "mười");
    } else if (tens > 1) {
        add_word(out, vietnamese_digits[tens]);
        add_word(out, "mươi");
    }
    if (units == 0) return;
    if (units == 5 && tens > 0)
        add_word(out, "lăm");
    else if (units == 1 && tens > 1)
        add_word(out, "mốt");
    else if (units == 4 && tens > 1)
        add_word(out, "tư");
    else
        add_word(out, vietnamese_digits[units]);
}

static void vietnamese_words(struct buf *out, uint64_t value, bool behind)
{
    static const struct {
        uint64_t unit;
        const char *word;
    } groups[] = {{1000000, "triệu"}, {1000, "nghìn"}, {1, NULL}};
    if (value >= 1000000000) {
        vietnamese_words(out, value / 1000000000, behind);
        add_word(out, "tỷ");
        value %= 1000000000;
        behind = true;
    }
    for (size_t i = 0; i < 3; i++) {
        int group = (int)(value / groups[i].unit % 1000);
        if (group == 0) continue;
        vietnamese_group(out, group, behind);
        if (groups[i].word != NULL) add_word(out, groups[i].word);
        behind = true;
    }
}

static void english_group(struct buf *out, int value)
{
    static const char *const small[] = {"zero",    "one",     "two",       "three",    "four",
                                        "five",    "six",     "seven",     "eight",    "nine",
                                        "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static const char *const tens[] = {"",      "",      "twenty",  "thirty", "forty",
                                       "fifty", "sixty", "seventy", "eighty", "ninety"};
    if (value >= 100) {
        add_word(out, small[value / 100]);
        add_word(out, "hundred");
        value %= 100;
        if (value > 0) add_word(out, "and");
    }
    if (value >= 20) {
        add_word(out, tens[value / 10]);
        if (value % 10 > 0) buf_printf(out, "-%s", small[value % 10]);
    } else if (value > 0) {
        add_word(out, small[value]);
    }
}

static void english_words(struct buf *out, uint64_t value)
{
    static const struct {
        uint64_t unit;
        const char *word;
    } groups[] = {
        {UINT64_C(1000000000000000000), "quintillion"},
        {UINT64_C(1000000000000000), "quadrillion"},
        {UINT64_C(1000000000000), "trillion"},
        {1000000000, "billion"},
        {1000000, "million"},
        {1000, "thousand"},
        {1, NULL},
    };
    bool behind = false;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        int group = (int)(value / groups[i].unit % 1000);
        if (group == 0) continue;
        if (groups[i].word == NULL && behind && group < 100) add_word(out, "and");
        english_group(out, group);
        if (groups[i].word != NULL) add_word(out, groups[i].word);
        behind = true;
    }
}

char *format_number_words(struct arena *arena, enum language language, int64_t value)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(4096);
    uint64_t size = value < 0 ? (uint64_t) - (value + 1) + 1 : (uint64_t)value;
    bool english = language == LANGUAGE_ENGLISH;
    if (value < 0) add_word(&out, english ? "minus" : "âm");
    if (size == 0)
        add_word(&out, english ? "zero" : "không");
    else if (english)
        english_words(&out, size);
    else
        vietnamese_words(&out, size, false);
    return arena_strndup(arena, out.data == NULL ? "" : out.data, out.length);
}

char *format_money_words(struct arena *arena, enum language language, int64_t dong, bool exact)
{
    const char *words = format_number_words(arena, language, dong);
    bool english = language == LANGUAGE_ENGLISH;
    char *text = arena_printf(arena, "%s %s%s", words, english ? "dong" : "đồng",
                              !exact    ? ""
                              : english ? " only"
                                        : " chẵn");
    if (text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 32);
    else if (str_starts_with(str_of(text), STR("â"))) /* âm -> Âm: C3 A2 -> C3 82 */
        text[1] = (char)0x82;
    return text;
}
