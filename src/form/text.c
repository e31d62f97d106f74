/* What people type, read generously, written canonically. */
#include <stdio.h>
#include <stdlib.h>

#include <uninorm.h>

#include "motcua/base/utf8.h"

#include "internal.h"

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

/* Characters nobody means to type: controls, zero-width and bidirectional formatting, byte order mark,
 * noncharacters. */
static bool is_invisible(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

enum status form_clean_text(struct arena *arena, struct str text, bool multiline, struct str *clean)
{
    if (!utf8_valid(text)) return STATUS_INVALID;
    size_t length = 0;
    uint8_t *normal = text.length
                          ? u8_normalize(UNINORM_NFC, (const uint8_t *)text.data, text.length, NULL, &length)
                          : NULL;
    if (text.length && !normal) return STATUS_UNAVAILABLE;
    struct str source = str_make((const char *)normal, length);
    char *out = arena_alloc(arena, length + 1);
    size_t used = 0, kept = 0; /* kept: length without trailing blanks */
    for (size_t i = 0; i < source.length;) {
        uint32_t c = utf8_next(source, &i);
        if (is_blank(c)) {
            bool line = multiline && (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029);
            if (c == '\r' && i < source.length && source.data[i] == '\n') continue;
            if (used > 0) out[used++] = line ? '\n' : ' ';
            continue;
        }
        if (is_invisible(c)) continue;
        used += utf8_encode(c, out + used);
        kept = used;
    }
    free(normal);
    out[kept] = 0;
    *clean = str_make(out, kept);
    return STATUS_OK;
}

struct str form_collapse_blanks(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.length + 1);
    size_t used = 0;
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != ' ' || (used > 0 && out[used - 1] != ' ')) out[used++] = text.data[i];
    if (used > 0 && out[used - 1] == ' ') used--;
    out[used] = 0;
    return str_make(out, used);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes a unit people write behind an amount off the end. */
static struct str without_unit(struct str text)
{
    static const char *const units[] = {"đồng", "Đồng", "VNĐ", "VND", "vnđ", "vnd", "đ", "₫"};
    text = str_trim(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_ends_with(text, str_of(units[i])))
            return str_trim(str_slice(text, 0, text.length - strlen(units[i])));
    return text;
}

/* Are the separators `mark` before `end` thousands separators: groups of three after the first of one to
 * three? */
static bool grouped_by(struct str text, size_t end, char mark)
{
    size_t run = 0;
    bool first = true;
    for (size_t i = 0; i <= end; i++) {
        if (i < end && is_digit(text.data[i])) {
            run++;
            continue;
        }
        if (i < end && text.data[i] != mark) return false;
        if (first ? run < 1 || run > 3 : run != 3) return false;
        first = false;
        run = 0;
    }
    return true;
}

/* Position of the decimal separator, text.length when there is none, -1 when the separators make no sense. */
static ptrdiff_t decimal_place(struct str text, bool integer)
{
    size_t commas = 0, dots = 0, comma = text.length, dot = text.length;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == ',')
            commas++, comma = i;
        else if (text.data[i] == '.')
            dots++, dot = i;
        else if (!is_digit(text.data[i]))
            return -1;
    }
    ptrdiff_t whole = (ptrdiff_t)text.length;
    if (commas == 0 && dots == 0) return whole;
    if (commas == 0) return grouped_by(text, text.length, '.') ? whole : dots == 1 ? (ptrdiff_t)dot : -1;
    if (dots == 0) /* a comma is decimal here; several can only be thousands, and so can "8,000" where no
                      fraction is possible */
        return commas == 1 && !(integer && grouped_by(text, text.length, ',')) ? (ptrdiff_t)comma
               : grouped_by(text, text.length, ',')                            ? whole
                                                                               : -1;
    if (commas == 1 && comma > dot) return grouped_by(text, comma, '.') ? (ptrdiff_t)comma : -1;
    if (dots == 1 && dot > comma) return grouped_by(text, dot, ',') ? (ptrdiff_t)dot : -1;
    return -1;
}

bool form_read_number(struct arena *arena, struct str text, bool integer, struct str *decimal)
{
    text = without_unit(text);
    bool negative = false;
    if (str_starts_with(text, STR("-")) || str_starts_with(text, STR("+"))) {
        negative = text.data[0] == '-';
        text = str_slice(text, 1, text.length);
    } else if (str_starts_with(text, STR("\xE2\x88\x92"))) { /* minus sign */
        negative = true;
        text = str_slice(text, 3, text.length);
    }
    char plain[64];
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == ' ') /* blanks between digits group */
            continue;
        if (length == sizeof plain) return false;
        plain[length++] = text.data[i];
    }
    text = str_make(plain, length);
    ptrdiff_t point = decimal_place(text, integer);
    if (point < 0 || length == 0 || !is_digit(plain[0]) || !is_digit(plain[length - 1])) return false;
    char whole[64], fraction[64];
    size_t whole_length = 0, fraction_length = 0;
    for (size_t i = 0; i < length; i++)
        if (is_digit(plain[i])) {
            if ((ptrdiff_t)i < point)
                whole[whole_length++] = plain[i];
            else
                fraction[fraction_length++] = plain[i];
        }
    size_t zeros = 0;
    while (zeros + 1 < whole_length && whole[zeros] == '0')
        zeros++;
    while (fraction_length > 0 && fraction[fraction_length - 1] == '0')
        fraction_length--;
    bool zero = whole_length - zeros == 1 && whole[zeros] == '0' && fraction_length == 0;
    *decimal =
        str_of(arena_printf(arena, "%s%.*s%s%.*s", negative && !zero ? "-" : "", (int)(whole_length - zeros),
                            whole + zeros, fraction_length ? "." : "", (int)fraction_length, fraction));
    return true;
}

/* All digits, 1..4 of them; -1 otherwise. */
static int small_number(struct str text)
{
    text = str_trim(text);
    if (text.length == 0 || text.length > 4) return -1;
    int value = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_digit(text.data[i])) return -1;
        value = value * 10 + (text.data[i] - '0');
    }
    return value;
}

static bool write_date(int year, int month, int day, char out[11])
{
    if (year < 1800 || year > 2199 || month < 0 || month > 12 || day < 0 || day > 31) return false;
    if (month == 0 && day != 0) return false;
    if (month && day && !feel_date_valid(year, month, day)) return false;
    if (day)
        snprintf(out, 11, "%04d-%02d-%02d", year, month, day);
    else if (month)
        snprintf(out, 11, "%04d-%02d", year, month);
    else
        snprintf(out, 11, "%04d", year);
    return true;
}

/* Three (or fewer) numbers between '/', '-', '.' or blanks; returns how many, 0 when something else stands
 * there. */
static size_t split_numbers(struct str text, struct str parts[3])
{
    size_t count = 0, at = 0;
    text = str_trim(text);
    while (at < text.length) {
        size_t start = at;
        while (at < text.length && is_digit(text.data[at]))
            at++;
        if (at == start || count == 3) return 0;
        parts[count++] = str_slice(text, start, at);
        if (at == text.length) break;
        size_t separator = at;
        while (at < text.length && text.data[at] == ' ')
            at++;
        if (at < text.length && strchr("/-.", text.data[at])) at++;
        while (at < text.length && text.data[at] == ' ')
            at++;
        if (at == separator || at == text.length) return 0;
    }
    return count;
}

bool form_read_date(struct str text, char out[11])
{
    struct str parts[3];
    if (split_numbers(text, parts) != 3) return false;
    bool iso = parts[0].length == 4;
    int day = small_number(parts[iso ? 2 : 0]), month = small_number(parts[1]);
    int year = parts[iso ? 0 : 2].length == 4 ? small_number(parts[iso ? 0 : 2]) : -1;
    return day > 0 && month > 0 && write_date(year, month, day, out);
}

bool form_read_partial_date(struct str text, char out[11])
{
    struct str parts[3];
    size_t count = split_numbers(text, parts);
    if (count == 3) return form_read_date(text, out);
    if (count == 1) return parts[0].length == 4 && write_date(small_number(parts[0]), 0, 0, out);
    if (count != 2) return false;
    bool iso = parts[0].length == 4;
    int month = small_number(parts[iso ? 1 : 0]);
    return month > 0 && parts[iso ? 0 : 1].length == 4 &&
           write_date(small_number(parts[iso ? 0 : 1]), month, 0, out);
}

bool form_read_date_parts(struct str day, struct str month, struct str year, bool partial, char out[11])
{
    day = str_trim(day);
    month = str_trim(month);
    year = str_trim(year);
    int d = day.length == 0 && partial ? 0 : small_number(day);
    int m = month.length == 0 && partial ? 0 : small_number(month);
    bool whole = partial || (d > 0 && m > 0);
    bool typed_zero = (day.length && d == 0) || (month.length && m == 0);
    return whole && !typed_zero && d >= 0 && m >= 0 && year.length == 4 &&
           write_date(small_number(year), m, d, out);
}

bool form_read_time(struct str text, char out[6])
{
    text = str_trim(text);
    size_t at = 0;
    while (at < text.length && is_digit(text.data[at]))
        at++;
    int hour = at <= 2 ? small_number(str_slice(text, 0, at)) : -1;
    struct str rest = str_slice(text, at, text.length);
    static const char *const marks[] = {":", "h", "g", "giờ"};
    rest = str_trim(rest);
    struct str minutes = STR_NULL;
    for (size_t i = 4; i-- > 0 && !minutes.data;)
        if (str_starts_with(rest, str_of(marks[i])))
            minutes = str_trim(str_slice(rest, strlen(marks[i]), rest.length));
    if (!minutes.data) return false;
    if (str_ends_with(minutes, STR("phút")))
        minutes = str_trim(str_slice(minutes, 0, minutes.length - strlen("phút")));
    bool whole_hour = minutes.length == 0 && rest.data[0] != ':';
    int minute = whole_hour ? 0 : minutes.length <= 2 ? small_number(minutes) : -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
    snprintf(out, 6, "%02d:%02d", hour, minute);
    return true;
}
