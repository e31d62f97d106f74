/* Dates, numbers and money in their written forms. */
#include "motcua/i18n/format.h"

#include <inttypes.h>
#include <stdio.h>

char *format_date(struct arena *arena, int32_t day)
{
    struct civil_date date = civil_date_from_day(day);
    return arena_printf(arena, "%02d/%02d/%04d", date.day, date.month, date.year);
}

char *format_date_long(struct arena *arena, enum language language, int32_t day)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct civil_date date = civil_date_from_day(day);
    if (language == LANGUAGE_ENGLISH)
        return arena_printf(arena, "%d %s %d", date.day, months[date.month - 1], date.year);
    /* Zero before days below ten and before the months 1 and 2 only, so that nothing can be written in front.
     */
    return arena_printf(arena, "ngày %02d tháng %0*d năm %d", date.day, date.month <= 2 ? 2 : 1, date.month,
                        date.year);
}

char *format_weekday(struct arena *arena, enum language language, int32_t day)
{
    static const char *const names[LANGUAGE_COUNT][7] = {
        {"Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"},
        {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    };
    return arena_strdup(arena, names[language][civil_weekday(day)]);
}

char *format_time(struct arena *arena, instant moment)
{
    struct civil_time time = civil_time_of(moment);
    return arena_printf(arena, "%02d:%02d", time.hour, time.minute);
}

char *format_date_time(struct arena *arena, instant moment)
{
    return arena_printf(arena, "%s %s", format_time(arena, moment), format_date(arena, civil_day_of(moment)));
}

char *format_moment(struct arena *arena, enum language language, instant moment)
{
    struct civil_time time = civil_time_of(moment);
    const char *date = format_date(arena, civil_day_of(moment));
    if (language == LANGUAGE_ENGLISH)
        return arena_printf(arena, "%02d:%02d, %s", time.hour, time.minute, date);
    return arena_printf(arena, "%02d giờ %02d phút, ngày %s", time.hour, time.minute, date);
}

char *format_place_date(struct arena *arena, enum language language, const char *place, int32_t day)
{
    return arena_printf(arena, "%s, %s", place, format_date_long(arena, language, day));
}

/* `digits` (only digits) in groups of three behind `sign`. */
static char *group(struct arena *arena, const char *sign, struct str digits, char separator)
{
    char *out = arena_alloc(arena, strlen(sign) + digits.length + digits.length / 3 + 2);
    size_t length = strlen(sign);
    memcpy(out, sign, length);
    for (size_t i = 0; i < digits.length; i++) {
        if (i > 0 && (digits.length - i) % 3 == 0) out[length++] = separator;
        out[length++] = digits.data[i];
    }
    out[length] = '\0';
    return out;
}

char *format_integer(struct arena *arena, enum language language, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    const char *digits = text[0] == '-' ? text + 1 : text;
    return group(arena, text[0] == '-' ? "-" : "", str_of(digits), language == LANGUAGE_ENGLISH ? ',' : '.');
}

static size_t count_digits(struct str text)
{
    size_t count = 0;
    while (count < text.length && text.data[count] >= '0' && text.data[count] <= '9')
        count++;
    return count;
}

char *format_decimal(struct arena *arena, enum language language, const char *decimal)
{
    struct str text = str_of(decimal), rest = text;
    bool negative = rest.length > 0 && rest.data[0] == '-';
    if (negative) rest = str_slice(rest, 1, rest.length);
    struct str whole = str_slice(rest, 0, count_digits(rest));
    struct str fraction = str_slice(rest, whole.length, rest.length);
    bool plain = whole.length > 0;
    if (fraction.length > 0) {
        plain = plain && fraction.data[0] == '.' && fraction.length > 1;
        fraction = str_slice(fraction, 1, fraction.length);
        plain = plain && count_digits(fraction) == fraction.length;
    }
    if (!plain) return arena_strdup(arena, decimal);
    bool english = language == LANGUAGE_ENGLISH;
    const char *grouped = group(arena, negative ? "-" : "", whole, english ? ',' : '.');
    if (fraction.length == 0) return arena_strdup(arena, grouped);
    return arena_printf(arena, "%s%c%.*s", grouped, english ? '.' : ',', STR_ARG(fraction));
}

char *format_money(struct arena *arena, enum language language, int64_t dong)
{
    return arena_printf(arena, "%s %s", format_integer(arena, language, dong),
                        language == LANGUAGE_ENGLISH ? "VND" : "đồng");
}

/* A value in tenths, the tenth left out when it is zero. */
static char *format_tenths(struct arena *arena, enum language language, int64_t tenths)
{
    char text[32];
    snprintf(text, sizeof text, tenths % 10 == 0 ? "%" PRId64 : "%" PRId64 ".%d", tenths / 10,
             (int)(tenths % 10));
    return format_decimal(arena, language, text);
}

char *format_percent(struct arena *arena, enum language language, int64_t part, int64_t whole)
{
    if (whole <= 0 || part < 0) return arena_strdup(arena, "–");
    __int128 tenths = ((__int128)part * 2000 + whole) / ((__int128)whole * 2);
    if (tenths > INT64_MAX / 10) return arena_strdup(arena, "–");
    return arena_printf(arena, "%s%%", format_tenths(arena, language, (int64_t)tenths));
}

char *format_size(struct arena *arena, enum language language, int64_t bytes)
{
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    if (bytes < 0) bytes = 0;
    if (bytes < 1000) return arena_printf(arena, "%" PRId64 " B", bytes);
    int64_t unit = 1000;
    size_t index = 0;
    /* 999.95 of a unit would be shown as 1000. */
    while (index + 1 < sizeof units / sizeof *units && bytes >= unit * 1000 - unit / 20) {
        unit *= 1000;
        index++;
    }
    int64_t tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit;
    return arena_printf(arena, "%s %s", format_tenths(arena, language, tenths), units[index]);
}

char *format_size_limit(struct arena *arena, enum language language, int64_t bytes)
{
    int64_t megabyte = 1024 * 1024;
    return bytes % megabyte == 0 ? arena_printf(arena, "%" PRId64 " MB", bytes / megabyte)
                                 : format_size(arena, language, bytes);
}

char *format_limit(struct arena *arena, enum language language, struct limit limit)
{
    if (language == LANGUAGE_VIETNAMESE) return limit_to_vietnamese(arena, limit);
    if (limit.unit == LIMIT_NONE) return arena_strdup(arena, "No fixed limit");
    if (limit.unit == LIMIT_SAME_DAY) return arena_strdup(arena, "The same working day");
    limit.cutoff = LIMIT_NO_CUTOFF;
    return limit_to_text(arena, limit);
}
