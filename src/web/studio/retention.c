/* The plan of keeping: what falls due, what is held back, the agency's own rules, and what was done. */
#include "motcua/domain/retention.h"

#include "studio.h"
#include "web/account/fields.h"
#include "web/routes.h"

enum { DAYS_SHOWN = 180, HOLD_FIELDS = 2, RULE_FIELDS = 5, MONTHS_MAXIMUM = 1000 };

static const struct text_field hold_fields[HOLD_FIELDS] = {
    {"code", N_("Mã hồ sơ"), "text", N_("Ghi đủ mã, ví dụ 000.00.01.H26-170214-0012."), NULL, 60, false},
    {"hold_reason", N_("Lý do giữ lại"), "text",
     N_("Ví dụ: đang có khiếu nại, tố cáo, thanh tra hoặc kiện tụng."), NULL, 300, false},
};

static const struct text_field rule_fields[RULE_FIELDS] = {
    {"procedure", N_("Mã thủ tục"), "text", NULL, NULL, 32, false},
    {"archive_months", N_("Đưa vào lưu trữ sau (tháng)"), "text",
     N_("Để trống nếu không tự đưa vào lưu trữ."), NULL, 4, true},
    {"erase_months", N_("Xóa sau (tháng)"), "text", N_("Để trống nếu giữ vĩnh viễn."), NULL, 4, true},
    {"warn_days", N_("Báo trước khi xóa (ngày)"), "text", NULL, NULL, 4, true},
    {"reason", N_("Căn cứ, lý do"), "text", N_("Ví dụ: số quyết định quy định thời hạn bảo quản."), NULL, 300,
     false},
};

struct typed {
    const char *hold[HOLD_FIELDS], *rule[RULE_FIELDS];
    bool deletes;
    const struct retention_preview *preview; /* of the rule as it was typed; NULL: none */
};

static const char *action_text(struct visit *visit, const char *action)
{
    static const char *const texts[][2] = {
        {"archive", N_("Đưa vào lưu trữ")},
        {"warn", N_("Báo trước")},
        {"anonymise", N_("Xóa thông tin cá nhân")},
        {"delete", N_("Xóa hẳn hồ sơ")},
        {"hold", N_("Giữ lại")},
        {"release", N_("Thôi giữ lại")},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i][0], action) == 0) return visit_text(visit, texts[i][1]);
    return action;
}

static const char *source_text(struct visit *visit, const char *source)
{
    if (strcmp(source, "procedure") == 0) return visit_text(visit, N_("quy định của thủ tục"));
    if (strcmp(source, "agency") == 0) return visit_text(visit, N_("quy định riêng của cơ quan"));
    return strcmp(source, "default") == 0 ? visit_text(visit, N_("quy định chung")) : "";
}

static const char *period_text(struct visit *visit, struct retention_period period)
{
    if (period.unit == RETENTION_DAYS) return visit_format(visit, N_("%d ngày"), period.count);
    if (period.unit == RETENTION_MONTHS) return visit_format(visit, N_("%d tháng"), period.count);
    return visit_format(visit, N_("%d năm"), period.count);
}

static const char *joined(struct visit *visit, const char *before, const char *clause)
{
    return before[0] == '\0' ? clause : arena_printf(visit->arena, "%s; %s", before, clause);
}

static const char *rule_words(struct visit *visit, const char *text)
{
    struct retention_rule rule;
    const char *words = "";
    if (!retention_rule_parse(str_of(text), &rule)) return text;
    if (rule.archive.count > 0)
        words = joined(visit, words,
                       visit_format(visit, N_("đưa vào lưu trữ sau %s"), period_text(visit, rule.archive)));
    if (rule.erase.count > 0)
        words = joined(visit, words,
                       visit_format(visit,
                                    rule.deletes ? N_("xóa hẳn sau %s") : N_("xóa thông tin cá nhân sau %s"),
                                    period_text(visit, rule.erase)));
    if (rule.warn_days > 0)
        words = joined(visit, words, visit_format(visit, N_("báo trước %d ngày"), rule.warn_days));
    return words[0] == '\0' ? visit_text(visit, N_("giữ vĩnh viễn")) : words;
}

static const char *rule_text(struct visit *visit, const char *rule, const char *source)
{
    if (rule[0] == '\0') return "";
    const char *words = rule_words(visit, rule);
    const char *from = source_text(visit, source);
    return from[0] == '\0' ? words : arena_printf(visit->arena, "%s (%s)", words, from);
}

static const char *number_text(struct visit *visit, int64_t number)
{
    return format_integer(visit->arena, visit->language, number);
}

static json_t *groups_view(struct visit *visit, const struct retention_plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->group_count; i++) {
        const struct retention_group *group = &plan->groups[i];
        json_t *row = json_object();
        view_text(row, "code", group->procedure_code);
        view_text(row, "name", group->procedure_name);
        view_text(row, "action", action_text(visit, group->action));
        view_text(row, "rule", rule_text(visit, group->rule, group->source));
        view_text(row, "count", number_text(visit, group->count));
        view_text(row, "due_now", number_text(visit, group->due_now));
        view_text(row, "first", visit_date(visit, group->first_at));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *items_view(struct visit *visit, const struct retention_plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->item_count; i++) {
        const struct retention_item *item = &plan->items[i];
        json_t *row = json_object();
        view_text(row, "code", item->code);
        view_text(row, "url", desk_dossier_url(visit, &item->id));
        view_text(row, "name", item->procedure_name);
        view_text(row, "action", action_text(visit, item->action));
        view_text(row, "due", visit_date(visit, item->due_at));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *holds_view(struct visit *visit, const struct retention_plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->hold_count; i++) {
        const struct retention_hold *hold = &plan->holds[i];
        json_t *row = json_object();
        view_text(row, "id", hold->id.text);
        view_text(row, "code", hold->code);
        view_text(row, "url", desk_dossier_url(visit, &hold->dossier_id));
        view_text(row, "reason", hold->reason);
        view_text(row, "by", hold->placed_by);
        view_text(row, "at", visit_date(visit, hold->placed_at));
        json_array_append_new(list, row);
    }
    return list;
}

static const char *day_text(struct visit *visit, const char *iso)
{
    return arena_printf(visit->arena, "%.2s/%.2s/%.4s", iso + 8, iso + 5, iso);
}

static json_t *records_view(struct visit *visit, const struct retention_plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->record_count; i++) {
        const struct retention_record *record = &plan->records[i];
        json_t *row = json_object();
        view_text(row, "day", day_text(visit, record->day));
        view_text(row, "action", action_text(visit, record->action));
        view_text(row, "rule", rule_text(visit, record->rule, record->source));
        view_text(row, "by", visit_text(visit, record->actor_name));
        view_text(row, "dossiers", number_text(visit, record->dossiers));
        view_text(row, "papers", number_text(visit, record->papers));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *exceptions_view(struct visit *visit, const struct retention_exception *exceptions,
                               size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_object();
        view_text(row, "code", exceptions[i].procedure_code);
        view_text(row, "name", exceptions[i].procedure_name);
        view_text(row, "rule", rule_text(visit, exceptions[i].rule, ""));
        view_text(row, "reason", exceptions[i].reason);
        view_text(row, "by", exceptions[i].set_by);
        view_text(row, "at", visit_date(visit, exceptions[i].set_at));
        json_array_append_new(list, row);
    }
    return list;
}

/* What is confirmed is what was shown. */
static const char *seen_text(struct visit *visit, const struct typed *typed, const char *rule)
{
    return arena_printf(visit->arena, "%s %s", typed->rule[0], rule);
}

static json_t *preview_view(struct visit *visit, const struct typed *typed)
{
    const struct retention_preview *preview = typed->preview;
    if (preview == NULL) return json_null();
    json_t *view = json_object();
    view_text(view, "name", preview->procedure_name);
    view_text(view, "rule", rule_text(visit, preview->rule, ""));
    view_text(view, "seen", seen_text(visit, typed, preview->rule));
    view_text(view, "ended", number_text(visit, preview->ended));
    view_text(view, "archived", preview->archived == 0 ? NULL : number_text(visit, preview->archived));
    view_text(view, "erased", preview->erased == 0 ? NULL : number_text(visit, preview->erased));
    view_text(view, "first",
              preview->first_erased_at == INSTANT_NONE ? NULL : visit_date(visit, preview->first_erased_at));
    return view;
}

static void show(struct visit *visit, unsigned status, const struct typed *typed)
{
    struct retention_plan plan;
    struct retention_exception *exceptions = NULL;
    size_t exception_count = 0;
    struct error wrong = visit->error;
    enum status loaded =
        retention_plan(&visit->work, &visit->actor.tenant_id, DAYS_SHOWN, &plan, &visit->error);
    if (loaded == STATUS_OK)
        loaded = retention_exceptions(&visit->work, &exceptions, &exception_count, &visit->error);
    if (loaded != STATUS_OK) {
        visit_fail(visit, loaded);
        return;
    }
    visit->error = wrong;
    json_t *view =
        studio_view(visit, visit_text(visit, N_("Lưu giữ hồ sơ")), STUDIO_RETENTION, "/quan-tri/luu-tru");
    const char *rule = visit->work.domain->retention;
    view_text(view, "default_rule", rule_text(visit, rule == NULL ? RETENTION_KEEP : rule, ""));
    view_list(view, "groups", groups_view(visit, &plan));
    view_list(view, "items", items_view(visit, &plan));
    view_list(view, "holds", holds_view(visit, &plan));
    view_list(view, "records", records_view(visit, &plan));
    view_list(view, "exceptions", exceptions_view(visit, exceptions, exception_count));
    view_set(view, "hold_fields", text_fields_view(visit, view, hold_fields, HOLD_FIELDS, typed->hold));
    view_set(view, "rule_fields", text_fields_view(visit, view, rule_fields, RULE_FIELDS, typed->rule));
    view_flag(view, "deletes", typed->deletes);
    view_set(view, "preview", preview_view(visit, typed));
    visit_render_status(visit, status, "studio/retention", view);
}

static struct typed nothing_typed(void)
{
    return (struct typed){{"", ""}, {"", "", "", "", ""}, false, NULL};
}

void page_studio_retention(struct request *request)
{
    struct typed typed = nothing_typed();
    show(visit_of(request), 200, &typed);
}

void page_studio_hold(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed typed = nothing_typed();
    for (size_t i = 0; i < HOLD_FIELDS; i++)
        typed.hold[i] = visit_form_cstr(visit, hold_fields[i].name);
    enum status status =
        retention_hold_place(&visit->work, str_of(typed.hold[0]), str_of(typed.hold[1]), &visit->error);
    bool correctable = status == STATUS_INVALID || status == STATUS_NOT_FOUND || status == STATUS_CONFLICT;
    if (status == STATUS_OK) {
        visit_redirect(visit, "held", "/quan-tri/luu-tru");
    } else if (correctable) {
        visit->error.field = status == STATUS_INVALID ? "hold_reason" : "code";
        show(visit, 422, &typed);
    } else {
        visit_fail(visit, status);
    }
}

void page_studio_release(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid id = visit_param_uuid(visit, "id");
    if (uuid_is_empty(&id)) {
        visit_not_found(visit);
        return;
    }
    enum status status = retention_hold_release(&visit->work, &id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "released", "/quan-tri/luu-tru");
}

/* An empty field is 0: never. */
static bool read_count(struct visit *visit, const struct text_field *field, const char *typed, int *count)
{
    int64_t number = 0;
    if (typed[0] != '\0' &&
        (str_to_int64(str_of(typed), &number) != STATUS_OK || number < 1 || number > MONTHS_MAXIMUM)) {
        visit->error =
            (struct error){.field = field->name, .message = N_("Vui lòng ghi một số từ 1 đến 1.000")};
        return false;
    }
    *count = (int)number;
    return true;
}

void page_studio_rule(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed typed = nothing_typed();
    for (size_t i = 0; i < RULE_FIELDS; i++)
        typed.rule[i] = visit_form_cstr(visit, rule_fields[i].name);
    typed.deletes = strcmp(visit_form_cstr(visit, "how"), "delete") == 0;
    struct retention_rule rule = {
        .archive.unit = RETENTION_MONTHS, .erase.unit = RETENTION_MONTHS, .deletes = typed.deletes};
    struct retention_preview preview;
    struct str code = str_of(typed.rule[0]), reason = str_of(typed.rule[4]);
    bool confirmed = false;
    enum status status = STATUS_INVALID;
    if (read_count(visit, &rule_fields[1], typed.rule[1], &rule.archive.count) &&
        read_count(visit, &rule_fields[2], typed.rule[2], &rule.erase.count) &&
        read_count(visit, &rule_fields[3], typed.rule[3], &rule.warn_days))
        status = retention_exception_preview(&visit->work, code, &rule, reason, &preview, &visit->error);
    if (status == STATUS_OK) {
        typed.preview = &preview;
        confirmed = strcmp(visit_form_cstr(visit, "seen"), seen_text(visit, &typed, preview.rule)) == 0;
    }
    if (confirmed) status = retention_exception_set(&visit->work, code, &rule, reason, &visit->error);
    if (status == STATUS_NOT_FOUND) visit->error.field = "procedure";
    if (status == STATUS_INVALID || status == STATUS_NOT_FOUND)
        show(visit, 422, &typed);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else if (!confirmed)
        show(visit, 200, &typed);
    else
        visit_redirect(visit, "saved", "/quan-tri/luu-tru");
}

void page_studio_rule_end(struct request *request)
{
    struct visit *visit = visit_of(request);
    enum status status =
        retention_exception_set(&visit->work, request_param(request, "code"), NULL, STR(""), &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "saved", "/quan-tri/luu-tru");
}
