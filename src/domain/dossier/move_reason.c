/* The data of an event "calendar_changed" as a sentence's part for people. */
#include "dossier_private.h"

#include "motcua/base/buf.h"
#include "motcua/i18n/catalogue.h"
#include "motcua/i18n/format.h"

enum { REASON_BYTES = 16 * 1024 };

static bool same_day_off(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"text", "reason", "legal"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(json_get_cstr(a, keys[i], ""), json_get_cstr(b, keys[i], "")) != 0) return false;
    return json_get_bool(a, "gone", false) == json_get_bool(b, "gone", false);
}

static const char *date_of(struct arena *arena, const json_t *day)
{
    int32_t date;
    return civil_parse_date(json_get_str(day, "date"), &date) == STATUS_OK ? format_date(arena, date) : "";
}

/* "26/01/2017–01/02/2017: Nghỉ lễ, tết – Tết Nguyên đán (Điều 115 …)" */
static void say_days(struct buf *out, struct arena *arena, const struct catalogue *catalogue,
                     const json_t *first, const json_t *last)
{
    const char *reason = json_get_cstr(first, "reason", ""), *legal = json_get_cstr(first, "legal", "");
    buf_printf(out, "%s%s", out->length > 0 ? "; " : "", date_of(arena, first));
    if (first != last) buf_printf(out, "–%s", date_of(arena, last));
    buf_printf(out, ": %s%s", translate(catalogue, json_get_cstr(first, "text", "")),
               json_get_bool(first, "gone", false) ? translate(catalogue, N_(" (không còn áp dụng)")) : "");
    if (reason[0] != '\0') buf_printf(out, " – %s", reason);
    if (legal[0] != '\0') buf_printf(out, " (%s)", legal);
}

const char *dossier_move_reason(struct arena *arena, const struct catalogue *catalogue, const json_t *data)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(REASON_BYTES);
    const json_t *days = json_get_array(data, "days");
    size_t count = json_array_size(days);
    buf_printf(&out, "%s", json_get_cstr(data, "notice", ""));
    for (size_t i = 0, next; i < count; i = next) {
        const json_t *first = json_array_get(days, i);
        for (next = i + 1; next < count && same_day_off(first, json_array_get(days, next));)
            next++;
        say_days(&out, arena, catalogue, first, json_array_get(days, next - 1));
    }
    return out.length > 0 ? buf_copy(&out, arena).data
                          : translate(catalogue, N_("lịch làm việc của cơ quan thay đổi"));
}
