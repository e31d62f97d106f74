/* Lists of officials: what waits for a signature, results to hand over, fees, search. */
#include "desk.h"

#include "motcua/calendar/civil.h"
#include "motcua/codec/url.h"
#include "motcua/i18n/text.h"
#include "web/routes.h"

enum { SIGN_OFF_A_PAGE = 20, HAND_OVER_A_PAGE = 30, SEARCH_A_PAGE = 30, PAGES_MAXIMUM = 1000 };

/* --- Sign-off */

static const char *proposed_by(struct visit *visit, const struct desk_task *row)
{
    const char *role = desk_role_text(visit, row->proposed_role);
    if (row->proposed_by[0] == '\0') return NULL;
    return role[0] == '\0' ? row->proposed_by : arena_printf(visit->arena, "%s, %s", row->proposed_by, role);
}

static json_t *sign_off_item(struct visit *visit, const struct desk_task *row)
{
    const struct task *task = &row->task;
    const char *url = desk_dossier_url(visit, &task->dossier_id);
    const char *promised = row->due_at == INSTANT_NONE
                               ? visit_text(visit, N_("không quy định thời hạn"))
                               : arena_printf(visit->arena, "%s %s", visit_text(visit, N_("hẹn trả")),
                                              visit_short_moment(visit, row->due_at));
    json_t *item = json_object();
    view_text(item, "task_id", task->id.text);
    view_number(item, "revision", task->revision);
    view_set(item, "left", desk_left_tag(visit, desk_task_due(task)));
    view_set(item, "proposal",
             row->rejects ? view_tag("bad", "stop", visit_text(visit, N_("Đề nghị từ chối")))
                          : view_tag("good", "check", visit_text(visit, N_("Đề nghị cấp"))));
    view_text(item, "url", url);
    view_text(item, "procedure_name", task->procedure_name);
    view_text(item, "code", task->dossier_code);
    view_text(item, "applicant", task->applicant_name);
    view_text(item, "due_text", promised);
    view_text(item, "proposed_by", proposed_by(visit, row));
    view_text(item, "proposal_note", row->proposal_note[0] == '\0' ? NULL : row->proposal_note);
    view_text(item, "draft_url", arena_printf(visit->arena, "%s/ket-qua/xem-truoc.pdf", url));
    return item;
}

void page_sign_off(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct task_filter filter = {.after_urgent = INSTANT_NONE, .limit = SIGN_OFF_A_PAGE + 1};
    (void)desk_read_cursor(visit, &filter.after_urgent, &filter.after_id);
    struct desk_task *rows;
    size_t count;
    enum status status = desk_sign_off(&visit->work, &filter, &rows, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    bool more = count > SIGN_OFF_A_PAGE;
    count = more ? SIGN_OFF_A_PAGE : count;
    json_t *view = desk_view(visit, visit_text(visit, N_("Ký duyệt")), "/can-bo/ky-duyet", NULL);
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, sign_off_item(visit, &rows[i]));
    view_set(view, "items", items);
    view_text(view, "next_url",
              more
                  ? arena_printf(visit->arena, "/can-bo/ky-duyet?sau=%s",
                                 desk_cursor(visit, rows[count - 1].task.urgent_at, &rows[count - 1].task.id))
                  : NULL);
    visit_render(visit, "desk/sign-off", view);
}

/* --- Handing over */

static json_t *hand_over_item(struct visit *visit, const struct desk_task *row)
{
    const struct task *task = &row->task;
    bool fee_due = strcmp(row->fee_state, "due") == 0;
    bool by_other = !uuid_is_empty(&task->assignee_account_id) &&
                    !uuid_same(&task->assignee_account_id, &visit->actor.account_id);
    json_t *item = json_object();
    view_text(item, "task_id", task->id.text);
    view_number(item, "revision", task->revision);
    view_text(item, "url", desk_dossier_url(visit, &task->dossier_id));
    view_text(item, "applicant", task->applicant_name);
    view_text(item, "procedure_name", task->procedure_name);
    view_text(item, "code", task->dossier_code);
    view_text(item, "finished_text",
              arena_printf(visit->arena, "%s %s", visit_text(visit, N_("xong")),
                           visit_short_moment(visit, row->finished_at)));
    view_text(item, "return_text", desk_return_text(visit, row->return_channel));
    view_set(
        item, "fee_due",
        fee_due ? view_tag("warn", "coins",
                           arena_printf(visit->arena, "%s %s", visit_text(visit, N_("Chưa thu phí, lệ phí:")),
                                        visit_money(visit, row->fee_amount)))
                : json_null());
    view_flag(item, "can_hand_over", !fee_due && !by_other && task_is_for(task, &visit->actor));
    return item;
}

static const char *encoded(struct visit *visit, struct str text)
{
    struct str copy = url_encode_copy(visit->arena, text);
    return arena_strndup(visit->arena, copy.data == NULL ? "" : copy.data, copy.length);
}

static json_t *text_filter(struct str text)
{
    json_t *filter = json_object();
    view_str(filter, "text", text);
    return filter;
}

static struct str search_text(struct visit *visit)
{
    struct str text = visit_query(visit, "tim");
    return text.length > 400 ? STR("") : text;
}

void page_hand_over(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str text = search_text(visit);
    instant before = INSTANT_NONE;
    struct uuid before_id = {""};
    (void)desk_read_cursor(visit, &before, &before_id);
    struct desk_task *rows;
    size_t count;
    enum status status = desk_hand_over(&visit->work, text, before, &before_id, HAND_OVER_A_PAGE + 1, &rows,
                                        &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    bool more = count > HAND_OVER_A_PAGE;
    count = more ? HAND_OVER_A_PAGE : count;
    json_t *view = desk_view(visit, visit_text(visit, N_("Trả kết quả")), "/can-bo/tra-ket-qua", NULL);
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, hand_over_item(visit, &rows[i]));
    view_set(view, "filter", text_filter(text));
    view_set(view, "items", items);
    view_text(
        view, "next_url",
        more ? arena_printf(visit->arena, "/can-bo/tra-ket-qua?tim=%s&sau=%s", encoded(visit, text),
                            desk_cursor(visit, rows[count - 1].task.created_at, &rows[count - 1].task.id))
             : NULL);
    visit_render(visit, "desk/hand-over", view);
}

/* --- Fees */

static bool fits_text(struct visit *visit, const struct dossier_row *row, struct str text)
{
    if (text.length == 0) return true;
    struct str key = text_search_key(visit->arena, text),
               name = text_search_key(visit->arena, str_of(row->applicant_name));
    return str_find(str_of(row->code), text) >= 0 || (key.length > 0 && str_find(name, key) >= 0);
}

static json_t *due_items(struct visit *visit, const struct dossier_row *rows, size_t count, struct str text)
{
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        if (!fits_text(visit, &rows[i], text)) continue;
        json_t *item = json_object();
        view_text(item, "id", rows[i].id.text);
        view_number(item, "revision", rows[i].revision);
        view_text(item, "url", desk_dossier_url(visit, &rows[i].id));
        view_text(item, "procedure_name", rows[i].procedure_name);
        view_text(item, "code", rows[i].code);
        view_text(item, "applicant", rows[i].applicant_name);
        view_text(item, "amount", visit_money(visit, rows[i].fee_amount));
        json_array_append_new(items, item);
    }
    return items;
}

static void add_figure(json_t *figures, const char *label, const char *value)
{
    json_t *figure = json_object();
    view_text(figure, "label", label);
    view_text(figure, "value", value);
    json_array_append_new(figures, figure);
}

static json_t *today_view(struct visit *visit, const struct receipt_row *rows, size_t count)
{
    json_t *today = json_object(), *receipts = json_array(), *figures = json_array();
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const struct payment *payment = &rows[i].payment;
        json_t *receipt = json_object();
        sum += payment->amount;
        view_text(receipt, "number", payment->receipt_number);
        view_text(receipt, "url", desk_dossier_url(visit, &rows[i].dossier_id));
        view_text(receipt, "code", rows[i].dossier_code);
        view_text(receipt, "method_text", desk_method_text(visit, payment->method));
        view_text(receipt, "at", format_time(visit->arena, payment->paid_at));
        view_text(receipt, "amount", visit_money(visit, payment->amount));
        json_array_append_new(receipts, receipt);
    }
    add_figure(figures, visit_text(visit, N_("Đã thu")), visit_money(visit, sum));
    add_figure(figures, visit_text(visit, N_("Số biên lai")), arena_printf(visit->arena, "%zu", count));
    view_set(today, "figures", figures);
    view_list(today, "receipts", receipts);
    return today;
}

static void show_payments(struct visit *visit, unsigned http_status, const char *problem)
{
    struct str text = request_method(visit->request) == HTTP_GET ? search_text(visit) : STR("");
    instant today = civil_instant(civil_day_of(visit->work.now), 0),
            tomorrow = civil_instant(civil_day_of(visit->work.now) + 1, 0);
    struct dossier_row *rows;
    struct receipt_row *receipts;
    size_t count, receipt_count;
    enum status status = payment_due_list(&visit->work, &rows, &count, &visit->error);
    if (status == STATUS_OK)
        status = desk_receipts(&visit->work, today, tomorrow, &receipts, &receipt_count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view =
        desk_view(visit, visit_text(visit, N_("Thu phí, lệ phí")), "/can-bo/thu-phi", "/can-bo/thu-phi");
    view_set(view, "filter", text_filter(text));
    view_list(view, "items", due_items(visit, rows, count, text));
    view_set(view, "today", today_view(visit, receipts, receipt_count));
    if (problem != NULL) view_problem(view, "noi-dung", problem);
    visit_render_status(visit, http_status, "desk/payments", view);
}

void page_payments(struct request *request)
{
    show_payments(visit_of(request), 200, NULL);
}

void page_pay(struct request *request)
{
    struct visit *visit = visit_of(request);
    const char *method = visit_form_cstr(visit, "method");
    int64_t revision;
    DOSSIER_FILE_AUTO file = {0};
    if (!desk_dossier_open(visit, &file)) return;
    enum status status = STATUS_OK;
    if (str_to_int64(visit_form(visit, "revision"), &revision) != STATUS_OK ||
        revision != file.dossier.revision)
        status = error_set(&visit->error, visit->arena, STATUS_CONFLICT, "payment.changed",
                           N_("Hồ sơ vừa thay đổi; chưa thu gì. Hãy xem lại số tiền rồi thu."), NULL);
    if (status == STATUS_OK) status = dossier_pay(&visit->work, &file.dossier.id, method, &visit->error);
    if (status == STATUS_OK)
        desk_back(visit, "paid", "/can-bo/thu-phi");
    else if (status == STATUS_CONFLICT || status == STATUS_INVALID)
        show_payments(visit, status == STATUS_CONFLICT ? 409 : 422,
                      arena_printf(visit->arena, "%s: %s", file.dossier.code, visit_error_text(visit)));
    else
        visit_fail(visit, status);
}

/* --- Search */

static json_t *search_row(struct visit *visit, const struct dossier_row *row)
{
    json_t *view = json_object();
    view_set(view, "status", dossier_status_tag_of(visit, row->status, row->outcome));
    view_text(view, "url", desk_dossier_url(visit, &row->id));
    view_text(view, "procedure_name", row->procedure_name);
    view_text(view, "code", row->code);
    view_text(view, "applicant", row->applicant_name);
    view_text(view, "step_text",
              row->finished_at != INSTANT_NONE ? "" : visit_pick(visit, row->step_name, row->step_name_en));
    view_text(view, "due_text", row->due_at == INSTANT_NONE ? "–" : visit_short_moment(visit, row->due_at));
    return view;
}

static json_t *states_view(const struct visit *visit, struct str selected)
{
    static const char *const states[][2] = {
        {"", N_("Tất cả")}, {"open", N_("Đang giải quyết")}, {"closed", N_("Đã xong")}};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        json_t *state = json_object();
        view_text(state, "value", states[i][0]);
        view_text(state, "label", visit_text(visit, states[i][1]));
        view_flag(state, "selected", str_equal_cstr(selected, states[i][0]));
        json_array_append_new(list, state);
    }
    return list;
}

void page_desk_search(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str text = search_text(visit), wanted = visit_query(visit, "trang-thai");
    const char *state = str_equal_cstr(wanted, "open")     ? "open"
                        : str_equal_cstr(wanted, "closed") ? "closed"
                                                           : "";
    int page = (int)visit_query_number(visit, "trang", 1, 1, PAGES_MAXIMUM);
    struct dossier_search search = {
        .text = text,
        .status = state[0] == '\0' ? NULL : state,
        .received_from = INSTANT_NONE,
        .received_to = INSTANT_NONE,
        .offset = (page - 1) * SEARCH_A_PAGE,
        .limit = SEARCH_A_PAGE + 1,
    };
    struct dossier_row *rows;
    size_t count;
    enum status status = dossier_search(&visit->work, &search, &rows, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    bool more = count > SEARCH_A_PAGE;
    count = more ? SEARCH_A_PAGE : count;
    json_t *view = desk_view(visit, visit_text(visit, N_("Tìm hồ sơ")), "/can-bo/ho-so", NULL);
    json_t *list = json_array(), *filter = text_filter(text);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, search_row(visit, &rows[i]));
    view_set(filter, "states", states_view(visit, str_of(state)));
    view_set(view, "filter", filter);
    view_list(view, "rows", list);
    const char *base =
        arena_printf(visit->arena, "/can-bo/ho-so?tim=%s&trang-thai=%s&", encoded(visit, text), state);
    view_set(view, "pagination",
             desk_pagination(visit, base, page, SEARCH_A_PAGE, search.offset + (int)count,
                             more && page < PAGES_MAXIMUM));
    visit_render(visit, "desk/search", view);
}
