/* What the public pages share. */
#include "web/portal/portal.h"

#include "motcua/codec/url.h"
#include "motcua/i18n/text.h"
#include "web/dossier_view.h"

enum { FEE_NOTE_GRAPHEMES = 60 };

const char *const agency_kinds[] = {"department", "district", "commune", NULL};

const char *online_level_text(const struct visit *visit, int level)
{
    static const char *const texts[] = {N_("Mức 1: xem hướng dẫn"), N_("Mức 2: tải mẫu đơn"),
                                        N_("Mức 3: nộp hồ sơ trên mạng"), N_("Mức 4: trọn gói trên mạng")};
    return visit_text(visit, texts[level < 1 ? 0 : level > 4 ? 3 : level - 1]);
}

const char *agency_kind_text(const struct visit *visit, const char *kind)
{
    if (strcmp(kind, "city") == 0) return visit_text(visit, N_("Thành phố"));
    if (strcmp(kind, "department") == 0) return visit_text(visit, N_("Sở, ban, ngành"));
    if (strcmp(kind, "district") == 0) return visit_text(visit, N_("Quận, huyện, thị xã"));
    return visit_text(visit, N_("Phường, xã, thị trấn"));
}

const char *levels_text(struct visit *visit, const char *levels)
{
    static const struct {
        const char *kind, *text;
    } names[] = {{"city", N_("cấp thành phố")},
                 {"department", N_("cấp sở")},
                 {"district", N_("cấp huyện")},
                 {"commune", N_("cấp xã")}};
    const char *all = "";
    struct str rest = str_of(levels), one;
    while (rest.length > 0) {
        (void)str_split(rest, ',', &one, &rest);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (str_equal_cstr(one, names[i].kind))
                all = arena_printf(visit->arena, "%s%s%s", all, all[0] == '\0' ? "" : ", ",
                                   visit_text(visit, names[i].text));
    }
    struct str text = text_capitalise(visit->arena, str_of(all));
    return text.length == 0 ? "" : arena_strndup(visit->arena, text.data, text.length);
}

const char *limit_rule_text(struct visit *visit, const char *rule)
{
    struct limit limit;
    struct error ignored;
    if (rule[0] == '\0' || limit_parse(visit->arena, str_of(rule), &limit, &ignored) != STATUS_OK) return "";
    return format_limit(visit->arena, visit->language, limit);
}

const char *fee_line_text(struct visit *visit, const struct procedure_row *row)
{
    int64_t amount;
    if (str_to_int64(str_of(row->fee), &amount) == STATUS_OK)
        return amount == 0 ? visit_text(visit, N_("Không thu phí")) : visit_money(visit, amount);
    struct str note = str_of(visit_pick(visit, row->fee_note, row->fee_note_en));
    struct str brief = text_shorten(visit->arena, note, FEE_NOTE_GRAPHEMES);
    return arena_strndup(visit->arena, brief.data, brief.length);
}

json_t *procedure_line(struct visit *visit, const struct procedure_row *row, struct str query)
{
    const char *name = visit_pick(visit, row->name, row->name_en);
    json_t *line = json_object();
    view_text(line, "code", row->code);
    view_text(line, "name", name);
    view_text(line, "name_marked_html", query.length == 0 ? "" : mark_hits(visit->arena, name, query));
    view_text(line, "levels_text", levels_text(visit, row->levels));
    view_text(line, "limit_text", limit_rule_text(visit, row->limit));
    view_text(line, "fee_text", fee_line_text(visit, row));
    view_text(line, "online_text", online_level_text(visit, row->online_level));
    return line;
}

json_t *procedure_lines(struct visit *visit, const struct procedure_row *rows, size_t count, struct str query)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, procedure_line(visit, &rows[i], query));
    return list;
}

const char *url_with(struct arena *arena, const char *base, const char *name, struct str value)
{
    if (value.length == 0) return base;
    struct str escaped = url_encode_copy(arena, value);
    return arena_printf(arena, "%s%c%s=%.*s", base, strchr(base, '?') == NULL ? '?' : '&', name,
                        STR_ARG(escaped));
}

static const char *page_url(struct arena *arena, const char *base, int64_t page)
{
    return page <= 1 ? base
                     : url_with(arena, base, "trang", str_of(arena_printf(arena, "%lld", (long long)page)));
}

json_t *pagination_view(struct visit *visit, const char *base, int64_t page, int64_t size, int64_t total)
{
    if (total <= size && page <= 1) return json_null();
    int64_t from = (page - 1) * size + 1, to = page * size < total ? page * size : total;
    json_t *view = json_object();
    view_text(view, "from", format_integer(visit->arena, visit->language, from <= total ? from : 0));
    view_text(view, "to", format_integer(visit->arena, visit->language, from <= total ? to : 0));
    view_text(view, "total", format_integer(visit->arena, visit->language, total));
    int64_t last = (total + size - 1) / size;
    view_text(view, "previous_url",
              page <= 1 ? NULL : page_url(visit->arena, base, page - 1 < last ? page - 1 : last));
    view_text(view, "next_url", page < last ? page_url(visit->arena, base, page + 1) : NULL);
    return view;
}

json_t *agency_link(const struct visit *visit, const struct tenant *tenant)
{
    json_t *link = json_object();
    view_text(link, "slug", tenant->slug);
    view_text(link, "name", visit_agency_short_name(visit, tenant));
    return link;
}

void portal_crumbs(struct visit *visit, json_t *view, const char *text, const char *url)
{
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    if (text != NULL) view_crumb(view, text, url);
}
