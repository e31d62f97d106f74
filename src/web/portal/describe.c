/* A procedure's description as people read it. */
#include "web/portal/procedure.h"

#include "motcua/codec/json.h"
#include "motcua/i18n/text.h"

enum { BRIEF_GRAPHEMES = 60 };

/* `key` in the person's language: its member with "_en" where there is one. */
static const char *pick(struct visit *visit, const json_t *object, const char *key)
{
    const char *english = arena_printf(visit->arena, "%s_en", key);
    return visit_pick(visit, json_get_cstr(object, key, ""), json_get_cstr(object, english, ""));
}

static const char *join_texts(struct visit *visit, const json_t *list, const char *key, const char *separator)
{
    const char *all = "";
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *text = key == NULL ? json_string_value(entry) : pick(visit, entry, key);
        if (text != NULL && text[0] != '\0')
            all = arena_printf(visit->arena, "%s%s%s", all, all[0] == '\0' ? "" : separator, text);
    }
    return all;
}

/* --- Time and money */

static void describe_limit(struct visit *visit, const json_t *description, json_t *view)
{
    const char *rule = json_get_cstr(description, "limit", ""),
               *note = pick(visit, description, "limit_note");
    const char *text = limit_rule_text(visit, rule);
    struct limit limit;
    struct error ignored;
    bool cut = note[0] == '\0' && limit_parse(visit->arena, str_of(rule), &limit, &ignored) == STATUS_OK &&
               limit.cutoff != LIMIT_NO_CUTOFF;
    if (cut)
        note = arena_printf(visit->arena, "%s %02d:%02d.",
                            visit_text(visit, N_("Tính sang ngày làm việc tiếp theo khi nhận hồ sơ sau")),
                            limit.cutoff / 60, limit.cutoff % 60);
    view_text(view, "limit_text", text[0] == '\0' ? visit_text(visit, N_("Không quy định thời hạn")) : text);
    view_text(view, "limit_note", note);
}

static const char *channel_text(const struct visit *visit, struct str channel)
{
    if (str_equal_cstr(channel, "online")) return visit_text(visit, N_("Nộp trực tuyến"));
    if (str_equal_cstr(channel, "post")) return visit_text(visit, N_("Nộp qua bưu điện"));
    return visit_text(visit, N_("Nộp trực tiếp"));
}

static void add_fee(json_t *fees, const char *name, const char *amount, const char *note)
{
    json_t *fee = json_object();
    view_text(fee, "name", name);
    view_text(fee, "amount", amount);
    view_text(fee, "note", note);
    json_array_append_new(fees, fee);
}

/* True when any way of handing in says something about money. */
static bool channels_have_fees(const json_t *channels)
{
    for (size_t i = 0; i < json_array_size(channels); i++) {
        const json_t *channel = json_array_get(channels, i);
        if (json_object_get(channel, "fee") != NULL || json_get_str(channel, "fee_note").length > 0)
            return true;
    }
    return false;
}

static const char *fee_text(struct visit *visit, const json_t *description, bool priced)
{
    const json_t *fee = json_object_get(description, "fee");
    if (json_is_integer(fee) && json_integer_value(fee) > 0)
        return visit_money(visit, json_integer_value(fee));
    if (json_is_string(fee)) return visit_text(visit, N_("Tính theo nội dung hồ sơ"));
    return visit_text(visit, priced && fee == NULL ? N_("Theo mức quy định") : N_("Không thu phí"));
}

static void describe_fees(struct visit *visit, const json_t *description, json_t *view)
{
    const json_t *channels = json_get_array(description, "channels");
    const char *note = pick(visit, description, "fee_note");
    bool by_channel = channels_have_fees(channels);
    const char *text = fee_text(visit, description, by_channel || note[0] != '\0');
    if (json_is_string(json_object_get(description, "fee")) && note[0] != '\0' &&
        text_grapheme_length(str_of(note)) <= BRIEF_GRAPHEMES) {
        text = note;
        note = "";
    }
    json_t *fees = json_array();
    view_text(view, "fee_text", text);
    view_text(view, "fee_note", note);
    for (size_t i = 0; by_channel && i < json_array_size(channels); i++) {
        const json_t *channel = json_array_get(channels, i), *fee = json_object_get(channel, "fee");
        add_fee(fees, channel_text(visit, json_get_str(channel, "channel")),
                json_is_integer(fee) ? json_integer_value(fee) == 0
                                           ? visit_text(visit, N_("Không thu phí"))
                                           : visit_money(visit, json_integer_value(fee))
                                     : text,
                pick(visit, channel, "fee_note"));
    }
    if (!by_channel) add_fee(fees, visit_text(visit, N_("Phí, lệ phí")), text, note);
    view_list(view, "fees", fees);
}

/* --- Papers */

static const char *count_text(struct visit *visit, int64_t count)
{
    return count <= 0 ? "–" : arena_printf(visit->arena, "%lld", (long long)count);
}

static void add_paper(struct visit *visit, json_t *papers, const char *name, const char *template_url,
                      const char *condition, const int64_t counts[3])
{
    json_t *paper = json_object();
    view_text(paper, "name", name);
    view_text(paper, "template_url", template_url);
    view_text(paper, "condition", condition);
    view_text(paper, "original", count_text(visit, counts[0]));
    view_text(paper, "certified", count_text(visit, counts[1]));
    view_text(paper, "copy", count_text(visit, counts[2]));
    json_array_append_new(papers, paper);
}

static bool is_always_needed(const json_t *paper)
{
    return json_get_bool(paper, "required", true) && json_get_str(paper, "condition").length == 0;
}

static json_t *paper_group(struct visit *visit, const struct procedure_row *row, const json_t *list,
                           bool always)
{
    json_t *papers = json_array();
    if (always && row->online)
        add_paper(visit, papers, visit_text(visit, N_("Tờ khai của thủ tục")),
                  arena_printf(visit->arena, "/thu-tuc/%s/mau/1", row->code),
                  visit_text(visit, N_("Nộp trực tuyến: điền ngay trên mạng, không cần tải lên.")),
                  (const int64_t[3]){1, 0, 0});
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *paper = json_array_get(list, i);
        if (is_always_needed(paper) != always) continue;
        const int64_t counts[3] = {json_get_int64(paper, "original", 0),
                                   json_get_int64(paper, "certified", 0), json_get_int64(paper, "copy", 0)};
        add_paper(visit, papers, pick(visit, paper, "name"), NULL, pick(visit, paper, "note"), counts);
    }
    return papers;
}

static void describe_papers(struct visit *visit, const struct procedure_row *row, const json_t *description,
                            json_t *view)
{
    const json_t *list = json_get_array(description, "papers");
    json_t *groups = json_array();
    const struct {
        bool always;
        const char *title, *note;
    } kinds[] = {
        {true, N_("Giấy tờ phải nộp"), ""},
        {false, N_("Giấy tờ chỉ cần trong một số trường hợp"),
         N_("Khi nộp trực tuyến, hệ thống chỉ hỏi những giấy tờ đúng với trường hợp của bạn.")},
    };
    size_t sizes[2] = {0, 0};
    for (size_t k = 0; k < 2; k++) {
        json_t *papers = paper_group(visit, row, list, kinds[k].always), *group = json_object();
        sizes[k] = json_array_size(papers);
        view_text(group, "title", visit_text(visit, kinds[k].title));
        view_text(group, "note",
                  kinds[k].note[0] == '\0' || !row->online ? "" : visit_text(visit, kinds[k].note));
        view_set(group, "papers", papers);
        if (sizes[k] > 0)
            json_array_append_new(groups, group);
        else
            json_decref(group);
    }
    const char *text = visit_text(visit, N_("Không cần giấy tờ nào"));
    if (sizes[0] + sizes[1] > 0)
        text = arena_printf(visit->arena, "%s %zu", visit_text(visit, N_("Số loại phải nộp:")), sizes[0]);
    if (sizes[1] > 0)
        text = arena_printf(visit->arena, "%s; %s %zu", text, visit_text(visit, N_("tuỳ trường hợp:")),
                            sizes[1]);
    view_text(view, "papers_text", text);
    view_list(view, "paper_groups", groups);
}

/* --- The way and the law */

static void describe_steps(struct visit *visit, const json_t *description, json_t *view)
{
    const json_t *list = json_get_array(description, "steps");
    json_t *steps = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        json_t *step = json_object();
        view_number(step, "number", (int64_t)i + 1);
        view_text(step, "name", pick(visit, entry, "name"));
        view_text(step, "who", pick(visit, entry, "who"));
        view_text(step, "time", limit_rule_text(visit, json_get_cstr(entry, "limit", "")));
        view_text(step, "note", pick(visit, entry, "note"));
        json_array_append_new(steps, step);
    }
    view_list(view, "steps", steps);
}

static void describe_conditions(struct visit *visit, const json_t *description, json_t *view)
{
    json_t *list = json_array();
    struct str rest = str_of(pick(visit, description, "conditions")), line;
    while (rest.length > 0) {
        (void)str_split(rest, '\n', &line, &rest);
        line = str_trim(line);
        if (line.length == 0) continue;
        json_t *condition = json_object();
        view_str(condition, "text", line);
        json_array_append_new(list, condition);
    }
    view_list(view, "conditions", list);
}

static void describe_laws(const json_t *description, json_t *view)
{
    const json_t *list = json_get_array(description, "legal_basis");
    json_t *laws = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        json_t *law = json_object();
        view_text(law, "number", json_get_cstr(entry, "number", ""));
        view_text(law, "name", json_get_cstr(entry, "name", ""));
        view_text(law, "issued", json_get_cstr(entry, "issued", ""));
        json_array_append_new(laws, law);
    }
    view_list(view, "laws", laws);
}

static void describe_ways(struct visit *visit, const struct procedure_row *row, const json_t *description,
                          json_t *view)
{
    const json_t *channels = json_get_array(description, "channels");
    json_t *ways = json_array();
    for (size_t i = 0; i < json_array_size(channels); i++) {
        struct str channel = json_get_str(json_array_get(channels, i), "channel");
        const char *text = str_equal_cstr(channel, "counter")
                               ? row->online ? N_("Cũng có thể nộp trực tiếp tại bộ phận một cửa")
                                             : N_("Nộp trực tiếp tại bộ phận một cửa")
                           : str_equal_cstr(channel, "post") ? N_("Có thể nộp qua dịch vụ bưu chính công ích")
                                                             : NULL;
        if (text == NULL) continue;
        json_t *way = json_object();
        view_text(way, "text", visit_text(visit, text));
        json_array_append_new(ways, way);
    }
    view_set(view, "submit_ways", ways);
}

void procedure_describe(struct visit *visit, const struct procedure_row *row, const json_t *description,
                        json_t *view)
{
    const char *authority = pick(visit, description, "authority");
    const char *audience = join_texts(visit, json_get_array(description, "audience"), NULL, ", ");
    const char *results = join_texts(visit, json_get_array(description, "results"), "name", "; ");
    view_text(view, "code", row->code);
    view_text(view, "name", visit_pick(visit, row->name, row->name_en));
    view_text(view, "field_name", visit_pick(visit, row->field_name, row->field_name_en));
    view_text(view, "online_text", online_level_text(visit, row->online_level));
    view_text(view, "summary", pick(visit, description, "summary"));
    view_text(view, "authority_text", authority[0] != '\0' ? authority : levels_text(visit, row->levels));
    view_text(view, "audience_text",
              audience[0] != '\0' ? audience : visit_text(visit, N_("Cá nhân, tổ chức có yêu cầu")));
    view_text(view, "result_text",
              results[0] != '\0' ? results : visit_text(visit, N_("Văn bản trả lời của cơ quan giải quyết")));
    describe_limit(visit, description, view);
    describe_fees(visit, description, view);
    describe_papers(visit, row, description, view);
    describe_steps(visit, description, view);
    describe_conditions(visit, description, view);
    describe_laws(description, view);
    describe_ways(visit, row, description, view);
    view_null(view, "details_html");
}
