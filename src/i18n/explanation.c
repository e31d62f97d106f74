/* Explanation lines of the clock as sentences. One row a line, in order; the due line becomes the conclusion.
 */
#include "motcua/i18n/explanation.h"

#include <inttypes.h>

/* Whole days of a calendar-day limit, otherwise hours and minutes. */
static const char *say_amount(struct arena *arena, enum language language, int64_t us)
{
    int64_t minutes = (us + MINUTE_US / 2) / MINUTE_US, hours = minutes / 60;
    bool english = language == LANGUAGE_ENGLISH;
    minutes %= 60;
    if (hours > 0 && minutes > 0)
        return arena_printf(arena,
                            english ? "%" PRId64 " h %" PRId64 " min" : "%" PRId64 " giờ %" PRId64 " phút",
                            hours, minutes);
    if (hours > 0) return arena_printf(arena, english ? "%" PRId64 " h" : "%" PRId64 " giờ", hours);
    return arena_printf(arena, english ? "%" PRId64 " min" : "%" PRId64 " phút", minutes);
}

static const char *say_days(struct arena *arena, enum language language, int64_t days)
{
    if (language == LANGUAGE_ENGLISH)
        return arena_printf(arena, "%" PRId64 " day%s", days, days == 1 ? "" : "s");
    return arena_printf(arena, "%" PRId64 " ngày", days);
}

/* " (08:00–10:17)" for a part of a day that counts or stands still. */
static const char *say_span(struct arena *arena, const struct explanation_line *line)
{
    bool whole = line->to - line->from >= DAY_US;
    if (whole || line->to <= line->from || (line->counted_us == 0 && line->kind != LINE_PAUSED)) return "";
    struct civil_time from = civil_time_of(line->from), to = civil_time_of(line->to);
    bool midnight = to.hour == 0 && to.minute == 0;
    return arena_printf(arena, " (%02d:%02d–%02d:%02d)", from.hour, from.minute, midnight ? 24 : to.hour,
                        to.minute);
}

static const char *say_reason(struct arena *arena, const struct catalogue *catalogue, enum language language,
                              const struct explanation_line *line)
{
    const char *label = translate(catalogue, line_kind_label(line->kind)), *number = "";
    bool english = language == LANGUAGE_ENGLISH;
    if (line->day_number > 0 && line->counted_us > 0)
        number = arena_printf(arena, english ? ", day %d" : ", ngày thứ %d", line->day_number);
    if (line->kind == LINE_RECEIPT_DAY || line->kind == LINE_OUTSIDE_HOURS || line->kind == LINE_AFTER_CUTOFF)
        number = arena_printf(arena, english ? ", at %s" : ", lúc %s", format_time(arena, line->from));
    return arena_printf(arena, "%s%s%s%s%s", label, number,
                        line->kind == LINE_RECEIPT_DAY ? "" : say_span(arena, line),
                        line->reason == NULL ? "" : ": ", line->reason == NULL ? "" : line->reason);
}

static struct explanation_row describe_line(struct arena *arena, const struct catalogue *catalogue,
                                            enum language language, const struct explanation_line *line,
                                            bool calendar_days, int64_t *total_us)
{
    struct explanation_row row = {
        .date = arena_printf(arena, "%s %s", format_weekday(arena, language, line->date),
                             format_date(arena, line->date)),
        .reason = say_reason(arena, catalogue, language, line),
        .basis = line->legal,
        .kind = line->kind,
    };
    *total_us += line->counted_us;
    if (calendar_days && line->day_number > 0) {
        row.counted = say_days(arena, language, 1);
        row.total = say_days(arena, language, line->day_number);
    } else if (!calendar_days && line->counted_us > 0) {
        row.counted = say_amount(arena, language, line->counted_us);
        row.total = say_amount(arena, language, *total_us);
    }
    return row;
}

static const char *say_conclusion(struct arena *arena, enum language language,
                                  const struct deadline *deadline)
{
    bool english = language == LANGUAGE_ENGLISH;
    if (deadline->due != INSTANT_NONE) {
        const char *moment = format_moment(arena, language, deadline->due);
        return arena_printf(arena, english ? "The result is due at %s." : "Hẹn trả kết quả lúc %s.", moment);
    }
    if (!deadline->paused)
        return english ? "The law sets no limit for this procedure." : "Pháp luật không quy định thời hạn.";
    const char *left = say_amount(arena, language, deadline->left_us);
    if (deadline->calendar_time && deadline->left_us >= DAY_US)
        left = say_days(arena, language, deadline->left_us / DAY_US);
    return arena_printf(arena,
                        english ? "The clock stands still; %s are left when it goes on."
                                : "Đang tạm dừng tính thời gian; khi tính tiếp còn %s.",
                        left);
}

struct explanation_table explanation_describe(struct arena *arena, const struct catalogue *catalogue,
                                              enum language language, const struct deadline *deadline,
                                              struct limit limit)
{
    bool english = language == LANGUAGE_ENGLISH;
    bool calendar_days = limit.unit == LIMIT_DAYS || limit.unit == LIMIT_MONTHS;
    struct explanation_table table = {
        .intro = arena_printf(
            arena, english ? "Received at %s; time limit: %s." : "Tiếp nhận lúc %s; thời hạn: %s.",
            format_moment(arena, language, deadline->received), format_limit(arena, language, limit)),
        .conclusion = say_conclusion(arena, language, deadline),
        .rows = arena_array(arena, deadline->explanation.count, sizeof *table.rows),
    };
    if (deadline->provisional)
        table.warning =
            english ? "For some of these days no official notice of holidays is known yet; the date may move."
                    : "Có ngày chưa có thông báo nghỉ lễ chính thức; ngày hẹn có thể thay đổi.";
    int64_t total_us = 0;
    for (size_t i = 0; i < deadline->explanation.count; i++) {
        const struct explanation_line *line = &deadline->explanation.lines[i];
        if (line->kind != LINE_DUE)
            table.rows[table.count++] =
                describe_line(arena, catalogue, language, line, calendar_days, &total_us);
    }
    return table;
}
