/* Collecting explanation lines, one per day and reason, and naming them. */
#include "calendar_private.h"

/* Longer explanations help nobody: beyond this the rest is summed up in the last line. */
#define MAXIMUM_LINES 1000

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Joins `line` to the last one; false when they do not belong together. */
static bool join(struct line_list *list, const struct explanation_line *line)
{
    if (list->count == 0) return false;
    struct explanation_line *last = &list->lines[list->count - 1];
    bool alike =
        last->date == line->date && last->kind == line->kind && same_text(last->reason, line->reason);
    bool full = list->count >= MAXIMUM_LINES && line->kind != LINE_DUE && line->kind != LINE_EXTENDED;
    if (!alike && !full) return false;
    if (line->kind == LINE_EXTENDED) return false;
    last->to = line->to;
    last->counted_us += line->counted_us;
    if (line->day_number > last->day_number) last->day_number = line->day_number;
    return true;
}

void line_add(struct line_list *list, struct explanation_line line)
{
    if (list->arena == NULL || join(list, &line)) return;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 32 : list->capacity * 2;
        struct explanation_line *lines = arena_array(list->arena, capacity, sizeof *lines);
        if (list->count > 0) memcpy(lines, list->lines, list->count * sizeof *lines);
        list->lines = lines;
        list->capacity = capacity;
    }
    list->lines[list->count++] = line;
}

void line_add_piece(struct line_list *list, const struct piece *piece, instant to, enum line_kind kind,
                    int32_t day_number)
{
    if (to <= piece->from) return;
    line_add(list, (struct explanation_line){
                       .date = civil_day_of(piece->from),
                       .from = piece->from,
                       .to = to,
                       .counted_us = piece->counts ? to - piece->from : 0,
                       .day_number = day_number,
                       .kind = kind,
                       .reason = piece->reason,
                       .legal = piece->legal,
                   });
}

static const struct {
    const char *name;
    const char *label;
} kinds[LINE_KIND_COUNT] = {
    [LINE_COUNTED] = {"counted", N_("Ngày làm việc")},
    [LINE_SWAPPED_WORK] = {"swapped_work", N_("Ngày làm bù")},
    [LINE_CALENDAR_DAY] = {"calendar_day", N_("Tính theo ngày liên tục")},
    [LINE_RECEIPT_DAY] = {"receipt_day", N_("Ngày tiếp nhận, chưa tính là ngày thứ nhất")},
    [LINE_OUTSIDE_HOURS] = {"outside_hours",
                            N_("Tiếp nhận ngoài giờ làm việc, chuyển sang giờ làm việc kế tiếp")},
    [LINE_AFTER_CUTOFF] = {"after_cutoff", N_("Tiếp nhận sau giờ chốt, tính như ngày làm việc tiếp theo")},
    [LINE_WEEKEND] = {"weekend", N_("Nghỉ hằng tuần")},
    [LINE_HOLIDAY] = {"holiday", N_("Nghỉ lễ, tết")},
    [LINE_COMPENSATORY] = {"compensatory", N_("Nghỉ bù")},
    [LINE_SWAPPED_OFF] = {"swapped_off", N_("Nghỉ hoán đổi")},
    [LINE_CLOSED] = {"closed", N_("Cơ quan không làm việc")},
    [LINE_PAUSED] = {"paused", N_("Tạm dừng tính thời gian")},
    [LINE_ROLLED] = {"rolled", N_("Hạn rơi vào ngày nghỉ, chuyển sang ngày làm việc kế tiếp")},
    [LINE_EXTENDED] = {"extended", N_("Gia hạn")},
    [LINE_DUE] = {"due", N_("Hạn trả kết quả")},
};

const char *line_kind_name(enum line_kind kind)
{
    return kinds[kind].name;
}

const char *line_kind_label(enum line_kind kind)
{
    return kinds[kind].label;
}
