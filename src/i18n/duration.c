/* Working time, what is left of a limit, and how long ago something was. */
#include <inttypes.h>

#include "motcua/i18n/format.h"

static char *counted(struct arena *arena, enum language language, int64_t count, const char *vietnamese,
                     const char *english)
{
    if (language == LANGUAGE_ENGLISH)
        return arena_printf(arena, "%" PRId64 " %s%s", count, english, count == 1 ? "" : "s");
    return arena_printf(arena, "%" PRId64 " %s", count, vietnamese);
}

/* The two greatest units that are not zero. */
char *format_working_time(struct arena *arena, enum language language, struct working_time time)
{
    int64_t minutes = time.rest_us / MINUTE_US, hours = minutes / 60;
    minutes %= 60;
    const char *day_text = counted(arena, language, time.days, "ngày", "day");
    const char *hour_text = counted(arena, language, hours, "giờ", "hour");
    const char *minute_text = counted(arena, language, minutes, "phút", "minute");
    const char *first = time.days > 0 ? day_text : hours > 0 ? hour_text : minute_text, *second = NULL;
    if (time.days > 0 && hours > 0)
        second = hour_text;
    else if ((time.days > 0 || hours > 0) && minutes > 0)
        second = minute_text;
    return second == NULL ? arena_strdup(arena, first) : arena_printf(arena, "%s %s", first, second);
}

static char *phrase(struct arena *arena, enum language language, const char *time,
                    const char *vietnamese_before, const char *english_behind)
{
    if (language == LANGUAGE_ENGLISH)
        return arena_printf(arena, "%s of working time %s", time, english_behind);
    return arena_printf(arena, "%s %s làm việc", vietnamese_before, time);
}

char *format_remaining(struct arena *arena, enum language language, struct remaining remaining)
{
    static const struct {
        const char *plain[LANGUAGE_COUNT]; /* when there is less than a minute */
        const char *before;
        const char *behind;
    } texts[] = {
        [DEADLINE_NONE] = {{"Không quy định thời hạn", "No fixed limit"}, NULL, NULL},
        [DEADLINE_PAUSED] = {{"Đang tạm dừng tính thời gian", "Paused"}, "Tạm dừng, còn", "left, paused"},
        [DEADLINE_RUNNING] = {{"Đến hạn", "Due now"}, "Còn", "left"},
        [DEADLINE_LATE] = {{"Quá hạn", "Overdue"}, "Quá hạn", "overdue"},
        [DEADLINE_BEFORE] = {{"Trước hạn", "Ahead of time"}, "Trước hạn", "ahead"},
        [DEADLINE_ON_TIME] = {{"Đúng hạn", "On time"}, NULL, NULL},
        [DEADLINE_MISSED] = {{"Trả quá hạn", "Finished late"}, "Trả quá hạn", "late"},
    };
    struct working_time time = remaining.time;
    bool some = time.days > 0 || time.rest_us >= MINUTE_US;
    if (!some || texts[remaining.state].before == NULL)
        return arena_strdup(arena, texts[remaining.state].plain[language]);
    return phrase(arena, language, format_working_time(arena, language, time), texts[remaining.state].before,
                  texts[remaining.state].behind);
}

char *format_ago(struct arena *arena, enum language language, instant moment, instant now)
{
    bool english = language == LANGUAGE_ENGLISH;
    int64_t minutes = (now - moment) / MINUTE_US;
    int32_t days = civil_day_of(now) - civil_day_of(moment);
    if (now < moment || days > 1) return format_date_time(arena, moment);
    if (minutes < 1) return arena_strdup(arena, english ? "just now" : "vừa xong");
    if (minutes < 60)
        return arena_printf(arena, english ? "%s ago" : "%s trước",
                            counted(arena, language, minutes, "phút", "minute"));
    if (days == 1)
        return arena_printf(arena, english ? "yesterday at %s" : "hôm qua lúc %s",
                            format_time(arena, moment));
    return arena_printf(arena, english ? "today at %s" : "hôm nay lúc %s", format_time(arena, moment));
}
