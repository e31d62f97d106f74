/* Reading and writing time limits. The grammar stands in the header; nothing outside it is guessed at. */
#include "motcua/calendar/limit.h"

#include <stdio.h>

#include "motcua/calendar/civil.h"

#define MAXIMUM_TEXT 200

static const char message[] = N_("Không hiểu thời hạn này. Hãy viết như: \"3 ngày làm việc\", \"4 giờ làm "
                                 "việc\", \"15 ngày\", \"2 tháng\" hoặc "
                                 "\"trong ngày\".");

/* A word or words for a unit; the longest that fits is taken. `factor` multiplies the amount. */
static const struct unit_word {
    const char *text;
    enum limit_unit unit;
    int factor;
} unit_words[] = {
    {"working minutes", LIMIT_WORKING_MINUTES, 1},
    {"working minute", LIMIT_WORKING_MINUTES, 1},
    {"working hours", LIMIT_WORKING_HOURS, 1},
    {"working hour", LIMIT_WORKING_HOURS, 1},
    {"working days", LIMIT_WORKING_DAYS, 1},
    {"working day", LIMIT_WORKING_DAYS, 1},
    {"business days", LIMIT_WORKING_DAYS, 1},
    {"business day", LIMIT_WORKING_DAYS, 1},
    {"business hours", LIMIT_WORKING_HOURS, 1},
    {"business hour", LIMIT_WORKING_HOURS, 1},
    {"calendar days", LIMIT_DAYS, 1},
    {"calendar day", LIMIT_DAYS, 1},
    {"minutes", LIMIT_MINUTES, 1},
    {"minute", LIMIT_MINUTES, 1},
    {"hours", LIMIT_HOURS, 1},
    {"hour", LIMIT_HOURS, 1},
    {"days", LIMIT_DAYS, 1},
    {"day", LIMIT_DAYS, 1},
    {"weeks", LIMIT_DAYS, 7},
    {"week", LIMIT_DAYS, 7},
    {"months", LIMIT_MONTHS, 1},
    {"month", LIMIT_MONTHS, 1},
    {"years", LIMIT_MONTHS, 12},
    {"year", LIMIT_MONTHS, 12},
    {"phút làm việc", LIMIT_WORKING_MINUTES, 1},
    {"giờ làm việc", LIMIT_WORKING_HOURS, 1},
    {"ngày làm việc", LIMIT_WORKING_DAYS, 1},
    {"phút", LIMIT_MINUTES, 1},
    {"giờ", LIMIT_HOURS, 1},
    {"ngày", LIMIT_DAYS, 1},
    {"tuần", LIMIT_DAYS, 7},
    {"tháng", LIMIT_MONTHS, 1},
    {"năm", LIMIT_MONTHS, 12},
};

/* ASCII letters as lower case, blank runs as one blank. */
static struct str fold(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == 0xC2 && i + 1 < text.length &&
            (unsigned char)text.data[i + 1] == 0xA0) { /* no-break space */
            c = ' ';
            i++;
        }
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            if (length > 0 && out[length - 1] != ' ') out[length++] = ' ';
            continue;
        }
        out[length++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    while (length > 0 && out[length - 1] == ' ')
        length--;
    out[length] = '\0';
    return str_make(out, length);
}

static int64_t maximum_amount(enum limit_unit unit)
{
    switch (unit) {
    case LIMIT_NONE:
    case LIMIT_SAME_DAY:
        return 0;
    case LIMIT_WORKING_MINUTES:
    case LIMIT_MINUTES:
        return INT64_C(100) * 366 * 1440 * LIMIT_SCALE;
    case LIMIT_WORKING_HOURS:
    case LIMIT_HOURS:
        return INT64_C(100) * 366 * 24 * LIMIT_SCALE;
    case LIMIT_WORKING_DAYS:
    case LIMIT_DAYS:
        return INT64_C(100) * 366 * LIMIT_SCALE;
    case LIMIT_MONTHS:
        return INT64_C(1200) * LIMIT_SCALE;
    }
    return 0;
}

/* "12", "0.5", "0,125" as thousandths. */
static bool read_amount(struct str *text, int64_t *amount)
{
    size_t i = 0;
    int64_t value = 0;
    while (i < text->length && text->data[i] >= '0' && text->data[i] <= '9') {
        if (i >= 9) return false;
        value = value * 10 + (text->data[i++] - '0');
    }
    if (i == 0) return false;
    value *= LIMIT_SCALE;
    if (i + 1 < text->length && (text->data[i] == '.' || text->data[i] == ',')) {
        size_t start = ++i;
        int64_t scale = LIMIT_SCALE / 10;
        while (i < text->length && text->data[i] >= '0' && text->data[i] <= '9') {
            if (i - start >= 3) return false;
            value += (text->data[i++] - '0') * scale;
            scale /= 10;
        }
        if (i == start) return false;
    }
    *amount = value;
    *text = str_slice(*text, i, text->length);
    return true;
}

static bool accept(struct limit *limit, enum limit_unit unit, int64_t amount)
{
    if (amount < 0 || amount > maximum_amount(unit)) return false;
    if (unit == LIMIT_MONTHS && amount % LIMIT_SCALE != 0) return false;
    limit->unit = unit;
    limit->amount = amount;
    return true;
}

static bool read_plain(struct str text, struct limit *limit)
{
    int64_t amount;
    if (!read_amount(&text, &amount)) return false;
    text = str_trim(text);
    for (size_t i = 0; i < sizeof unit_words / sizeof *unit_words; i++)
        if (str_equal_cstr(text, unit_words[i].text))
            return accept(limit, unit_words[i].unit, amount * unit_words[i].factor);
    return false;
}

/*
 * ISO 8601 duration. The sum must be one kind of thing: months (years, months), days (weeks, days) or
 * clock time (hours, minutes, seconds; also days with clock time, as hours).
 */
static bool read_iso(struct str text, struct limit *limit)
{
    bool working = false;
    if (str_ends_with(text, STR(" working"))) {
        working = true;
        text.length -= strlen(" working");
    }
    if (text.length < 3 || text.data[0] != 'p') return false;
    text = str_slice(text, 1, text.length);
    int64_t months = 0, days = 0, minutes = 0; /* thousandths */
    bool clock = false, any = false;
    while (text.length > 0) {
        if (text.data[0] == 't' && !clock && text.length > 1) {
            clock = true;
            text = str_slice(text, 1, text.length);
        }
        int64_t amount;
        if (!read_amount(&text, &amount) || text.length == 0) return false;
        char unit = text.data[0];
        text = str_slice(text, 1, text.length);
        any = true;
        if (!clock && unit == 'y')
            months += amount * 12;
        else if (!clock && unit == 'm')
            months += amount;
        else if (!clock && unit == 'w')
            days += amount * 7;
        else if (!clock && unit == 'd')
            days += amount;
        else if (clock && unit == 'h')
            minutes += amount * 60;
        else if (clock && unit == 'm')
            minutes += amount;
        else if (clock && unit == 's' && amount % 60 == 0)
            minutes += amount / 60;
        else
            return false;
    }
    if (!any || (months > 0 && (working || days > 0 || minutes > 0)) || (working && days > 0 && minutes > 0))
        return false;
    if (months > 0) return accept(limit, LIMIT_MONTHS, months);
    if (minutes > 0) {
        minutes += days * 1440;
        bool hours = minutes % (60 * LIMIT_SCALE) == 0;
        enum limit_unit unit = working ? (hours ? LIMIT_WORKING_HOURS : LIMIT_WORKING_MINUTES)
                                       : (hours ? LIMIT_HOURS : LIMIT_MINUTES);
        return accept(limit, unit, hours ? minutes / 60 : minutes);
    }
    return accept(limit, working ? LIMIT_WORKING_DAYS : LIMIT_DAYS, days);
}

/* Takes a trailing " cutoff 15:00" off. False when it is there and unreadable. */
static bool take_cutoff(struct str *text, int *cutoff)
{
    static const char word[] = " cutoff ";
    ptrdiff_t at = str_find(*text, STR(" cutoff "));
    if (at < 0) return true;
    int minute;
    struct str time = str_slice(*text, (size_t)at + sizeof word - 1, text->length);
    if (civil_parse_minute(time, &minute) != STATUS_OK || minute >= 1440) return false;
    *cutoff = minute;
    *text = str_slice(*text, 0, (size_t)at);
    return true;
}

static bool read_special(struct str text, struct limit *limit)
{
    static const char *const same_day[] = {"same day", "same working day", "trong ngày",
                                           "trong ngày làm việc"};
    static const char *const none[] = {"none", "no limit", "không quy định", "không"};
    for (size_t i = 0; i < 4; i++) {
        if (str_equal_cstr(text, same_day[i])) return accept(limit, LIMIT_SAME_DAY, 0);
        if (str_equal_cstr(text, none[i])) return accept(limit, LIMIT_NONE, 0);
    }
    return false;
}

enum status limit_parse(struct arena *arena, struct str text, struct limit *limit, struct error *error)
{
    struct limit result = {.cutoff = LIMIT_NO_CUTOFF};
    if (text.length > MAXIMUM_TEXT)
        return error_set(error, arena, STATUS_INVALID, "calendar.limit", message, "%zu bytes", text.length);
    struct str folded = fold(arena, text);
    if (!take_cutoff(&folded, &result.cutoff) ||
        !(read_special(folded, &result) || read_plain(folded, &result) || read_iso(folded, &result)))
        return error_set(error, arena, STATUS_INVALID, "calendar.limit", message,
                         "cannot read limit \"%.*s\"", STR_ARG(text));
    *limit = result;
    return STATUS_OK;
}

bool limit_equal(struct limit a, struct limit b)
{
    return a.unit == b.unit && a.amount == b.amount && a.cutoff == b.cutoff;
}

bool limit_is_working_time(struct limit limit)
{
    return limit.unit == LIMIT_SAME_DAY || limit.unit == LIMIT_WORKING_MINUTES ||
           limit.unit == LIMIT_WORKING_HOURS || limit.unit == LIMIT_WORKING_DAYS;
}

/* "3", "0.5"; two digits for whole amounts below ten when `padded`. */
static char *amount_text(struct arena *arena, int64_t amount, char point, bool padded)
{
    long long whole = (long long)(amount / LIMIT_SCALE);
    int rest = (int)(amount % LIMIT_SCALE);
    if (rest == 0) return arena_printf(arena, padded ? "%02lld" : "%lld", whole);
    int digits = 3;
    while (rest % 10 == 0) {
        rest /= 10;
        digits--;
    }
    return arena_printf(arena, "%lld%c%0*d", whole, point, digits, rest);
}

char *limit_to_text(struct arena *arena, struct limit limit)
{
    static const char *const words[] = {
        [LIMIT_NONE] = "none",
        [LIMIT_SAME_DAY] = "same day",
        [LIMIT_WORKING_MINUTES] = "working minute",
        [LIMIT_WORKING_HOURS] = "working hour",
        [LIMIT_WORKING_DAYS] = "working day",
        [LIMIT_MINUTES] = "minute",
        [LIMIT_HOURS] = "hour",
        [LIMIT_DAYS] = "day",
        [LIMIT_MONTHS] = "month",
    };
    char cutoff[24] = "";
    if (limit.cutoff != LIMIT_NO_CUTOFF)
        snprintf(cutoff, sizeof cutoff, " cutoff %02d:%02d", limit.cutoff / 60 % 24, limit.cutoff % 60);
    if (limit.unit == LIMIT_NONE || limit.unit == LIMIT_SAME_DAY)
        return arena_printf(arena, "%s%s", words[limit.unit], cutoff);
    return arena_printf(arena, "%s %s%s%s", amount_text(arena, limit.amount, '.', false), words[limit.unit],
                        limit.amount == LIMIT_SCALE ? "" : "s", cutoff);
}

char *limit_to_vietnamese(struct arena *arena, struct limit limit)
{
    static const char *const words[] = {
        [LIMIT_NONE] = "Không quy định",
        [LIMIT_SAME_DAY] = "Trong ngày làm việc",
        [LIMIT_WORKING_MINUTES] = "phút làm việc",
        [LIMIT_WORKING_HOURS] = "giờ làm việc",
        [LIMIT_WORKING_DAYS] = "ngày làm việc",
        [LIMIT_MINUTES] = "phút",
        [LIMIT_HOURS] = "giờ",
        [LIMIT_DAYS] = "ngày",
        [LIMIT_MONTHS] = "tháng",
    };
    if (limit.unit == LIMIT_NONE || limit.unit == LIMIT_SAME_DAY)
        return arena_strdup(arena, words[limit.unit]);
    return arena_printf(arena, "%s %s", amount_text(arena, limit.amount, ',', true), words[limit.unit]);
}
