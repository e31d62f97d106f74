/* The queue of an official; taking, giving back and assigning; which membership to work under. */
#include "desk.h"

#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/codec/url.h"
#include "web/routes.h"

enum { TASKS_A_PAGE = 50 };

enum hang {
    HANG_ALL,
    HANG_MINE,
    HANG_UNASSIGNED,
    HANG_QUESTIONS,
    HANG_LATE,
    HANG_TODAY,
    HANG_LATER,
    HANG_WAITING,
    HANG_COUNT
};

static const char *const hang_names[HANG_COUNT] = {"tat-ca",  "cua-toi", "chua-nhan", "hoi-y-kien",
                                                   "qua-han", "hom-nay", "trong-han", "cho-dan"};

struct queue {
    struct visit *visit;
    enum hang hang;
    const char *role, *procedure; /* NULL: all */
    struct desk_counts counts;
};

static enum hang hang_of_query(struct visit *visit)
{
    struct str wanted = visit_query(visit, "hang");
    for (int i = 0; i < HANG_COUNT; i++)
        if (str_equal_cstr(wanted, hang_names[i])) return (enum hang)i;
    return HANG_ALL;
}

/* The address of another queue under the same filter. */
static const char *queue_url(const struct queue *queue, enum hang hang, const char *cursor)
{
    struct visit *visit = queue->visit;
    const char *url = "/can-bo", *separator = "?";
    const struct {
        const char *name, *value;
    } parts[] = {{"hang", hang == HANG_ALL ? NULL : hang_names[hang]},
                 {"vai-tro", queue->role},
                 {"thu-tuc", queue->procedure},
                 {"sau", cursor}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].value == NULL) continue;
        struct str value = url_encode_copy(visit->arena, str_of(parts[i].value));
        url = arena_printf(visit->arena, "%s%s%s=%.*s", url, separator, parts[i].name, STR_ARG(value));
        separator = "&";
    }
    return url;
}

static json_t *figures_view(const struct queue *queue)
{
    const struct {
        enum hang hang;
        int count;
        const char *label, *tone, *icon;
    } figures[] = {
        {HANG_LATE, queue->counts.late, N_("Quá hạn"), "bad", "fire"},
        {HANG_TODAY, queue->counts.today, N_("Đến hạn hôm nay"), "warn", "clock"},
        {HANG_LATER, queue->counts.later, N_("Trong hạn"), "good", "check-circle"},
        {HANG_WAITING, queue->counts.waiting, N_("Chờ người dân"), "info", "pause"},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        json_t *figure = json_object();
        view_text(figure, "value", desk_count_text(queue->visit, figures[i].count));
        view_text(figure, "label", visit_text(queue->visit, figures[i].label));
        view_text(figure, "tone", figures[i].tone);
        view_text(figure, "icon", figures[i].icon);
        view_text(figure, "url", queue_url(queue, figures[i].hang, NULL));
        view_flag(figure, "selected", queue->hang == figures[i].hang);
        json_array_append_new(list, figure);
    }
    return list;
}

static json_t *tabs_view(const struct queue *queue)
{
    const struct {
        enum hang hang;
        int count;
        const char *label;
    } tabs[] = {
        {HANG_ALL, queue->counts.all, N_("Tất cả")},
        {HANG_MINE, queue->counts.mine, N_("Của tôi")},
        {HANG_UNASSIGNED, queue->counts.unassigned, N_("Chưa ai nhận")},
        {HANG_QUESTIONS, queue->counts.questions, N_("Cơ quan khác hỏi")},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++) {
        json_t *tab = json_object();
        view_text(tab, "label", visit_text(queue->visit, tabs[i].label));
        view_text(tab, "count", desk_count_text(queue->visit, tabs[i].count));
        view_text(tab, "url", queue_url(queue, tabs[i].hang, NULL));
        view_flag(tab, "selected", queue->hang == tabs[i].hang);
        json_array_append_new(list, tab);
    }
    return list;
}

static void add_option(json_t *list, const char *value, const char *label, const char *selected)
{
    json_t *option = json_object();
    view_text(option, "value", value);
    view_text(option, "label", label);
    view_flag(option, "selected", strcmp(value, selected == NULL ? "" : selected) == 0);
    json_array_append_new(list, option);
}

static enum status add_filter(const struct queue *queue, json_t *view)
{
    struct visit *visit = queue->visit;
    struct desk_procedure *procedures;
    size_t count;
    enum status status = desk_procedures(&visit->work, &procedures, &count, &visit->error);
    if (status != STATUS_OK) return status;
    json_t *filter = json_object(), *roles = json_array(), *list = json_array();
    add_option(roles, "", visit_text(visit, N_("Tất cả vai trò")), queue->role);
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        if ((visit->actor.roles & (1u << i) & ~(unsigned)(ROLE_TENANT_ADMIN | ROLE_CITY_SUPERVISOR)) != 0)
            add_option(roles, role_name(1u << i), visit_text(visit, role_title(1u << i)), queue->role);
    add_option(list, "", visit_text(visit, N_("Tất cả thủ tục")), queue->procedure);
    bool known = queue->procedure == NULL;
    for (size_t i = 0; i < count; i++) {
        add_option(list, procedures[i].code, procedures[i].name, queue->procedure);
        known |= queue->procedure != NULL && strcmp(procedures[i].code, queue->procedure) == 0;
    }
    if (!known) add_option(list, queue->procedure, queue->procedure, queue->procedure);
    view_text(filter, "queue", hang_names[queue->hang]);
    view_set(filter, "roles", roles);
    view_set(filter, "procedures", list);
    view_set(view, "filter", filter);
    return STATUS_OK;
}

static json_t *task_view(struct visit *visit, const struct task *task)
{
    bool question = strcmp(task->kind, "consultation") == 0;
    bool taken = !uuid_is_empty(&task->assignee_account_id);
    bool mine = taken && uuid_same(&task->assignee_account_id, &visit->actor.account_id);
    json_t *view = json_object();
    view_text(view, "id", task->id.text);
    view_set(view, "left", desk_left_tag(visit, desk_task_due(task)));
    view_text(view, "due_text", desk_due_text(visit, desk_task_due(task)));
    view_text(view, "procedure_name", task->procedure_name);
    view_text(view, "code", task->dossier_code);
    view_text(view, "applicant", task->applicant_name);
    view_text(view, "name", desk_task_name(visit, task));
    view_text(view, "role", desk_role_text(visit, task->role));
    view_text(view, "assignee", taken ? task->assignee_name : NULL);
    view_text(view, "url",
              question ? arena_printf(visit->arena, "/can-bo/hoi-y-kien/%s", task->id.text)
                       : desk_dossier_url(visit, &task->dossier_id));
    view_flag(view, "can_take", !taken && task_is_for(task, &visit->actor));
    view_flag(view, "can_give_back", mine && task_is_for(task, &visit->actor));
    return view;
}

/* A dossier that waits for the citizen, in the shape of a task that nobody can take. */
static json_t *waiting_view(struct visit *visit, const struct dossier_row *row)
{
    bool supplement = strcmp(row->status, "supplement") == 0;
    json_t *view = json_object();
    view_text(view, "id", row->id.text);
    view_set(view, "left", view_tag("info", "pause", visit_text(visit, N_("Tạm dừng"))));
    view_text(view, "due_text",
              arena_printf(visit->arena, "%s %s", visit_text(visit, N_("từ")),
                           visit_short_moment(visit, row->paused_since)));
    view_text(view, "procedure_name", row->procedure_name);
    view_text(view, "code", row->code);
    view_text(view, "applicant", row->applicant_name);
    view_text(view, "name",
              visit_text(visit, supplement ? N_("Chờ bổ sung giấy tờ") : N_("Chờ nộp phí, lệ phí")));
    view_text(view, "role", visit_text(visit, N_("Người nộp hồ sơ")));
    view_text(view, "assignee", row->applicant_name);
    view_text(view, "url", desk_dossier_url(visit, &row->id));
    view_flag(view, "can_take", false);
    view_flag(view, "can_give_back", false);
    return view;
}

static enum status add_waiting(const struct queue *queue, json_t *view)
{
    struct visit *visit = queue->visit;
    struct dossier_row *rows;
    size_t count;
    enum status status = desk_waiting(&visit->work, 2 * TASKS_A_PAGE, &rows, &count, &visit->error);
    if (status != STATUS_OK) return status;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (queue->procedure == NULL || strcmp(queue->procedure, rows[i].procedure_code) == 0)
            json_array_append_new(list, waiting_view(visit, &rows[i]));
    view_list(view, "tasks", list);
    view_null(view, "next_url");
    return STATUS_OK;
}

static enum status add_tasks(const struct queue *queue, json_t *view)
{
    struct visit *visit = queue->visit;
    instant now = visit->work.now, tomorrow = civil_instant(civil_day_of(now) + 1, 0);
    struct task_filter filter = {
        .role = queue->role,
        .procedure_code = queue->procedure,
        .mine = queue->hang == HANG_MINE,
        .unassigned = queue->hang == HANG_UNASSIGNED,
        .questions = queue->hang == HANG_QUESTIONS,
        .urgent_from = queue->hang == HANG_TODAY   ? now
                       : queue->hang == HANG_LATER ? tomorrow
                                                   : INSTANT_NONE,
        .urgent_to = queue->hang == HANG_LATE    ? now
                     : queue->hang == HANG_TODAY ? tomorrow
                                                 : INSTANT_NONE,
        .after_urgent = INSTANT_NONE,
        .limit = TASKS_A_PAGE + 1,
    };
    (void)desk_read_cursor(visit, &filter.after_urgent, &filter.after_id);
    struct task *tasks;
    size_t count;
    enum status status = task_queue(&visit->work, &filter, &tasks, &count, &visit->error);
    if (status != STATUS_OK) return status;
    bool more = count > TASKS_A_PAGE;
    count = more ? TASKS_A_PAGE : count;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, task_view(visit, &tasks[i]));
    view_list(view, "tasks", list);
    const char *cursor = more ? desk_cursor(visit, tasks[count - 1].urgent_at, &tasks[count - 1].id) : NULL;
    view_text(view, "next_url", more ? queue_url(queue, queue->hang, cursor) : NULL);
    return STATUS_OK;
}

static const char *role_of_query(struct visit *visit)
{
    unsigned role = role_parse(visit_query(visit, "vai-tro"));
    return role != 0 && (visit->actor.roles & role) != 0 ? role_name(role) : NULL;
}

void page_queue(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str procedure = visit_query(visit, "thu-tuc");
    struct queue queue = {
        .visit = visit,
        .hang = hang_of_query(visit),
        .role = role_of_query(visit),
        .procedure = procedure.length == 0 || procedure.length > 40
                         ? NULL
                         : arena_strndup(visit->arena, procedure.data, procedure.length),
    };
    enum status status = desk_count(&visit->work, queue.role, queue.procedure, &queue.counts, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    bool filtered = queue.role != NULL || queue.procedure != NULL;
    json_t *view = desk_view_with(visit, visit_text(visit, N_("Việc cần làm")), "/can-bo", NULL,
                                  filtered ? NULL : &queue.counts);
    view_set(view, "figures", figures_view(&queue));
    view_set(view, "tabs", tabs_view(&queue));
    status = add_filter(&queue, view);
    if (status == STATUS_OK)
        status = queue.hang == HANG_WAITING ? add_waiting(&queue, view) : add_tasks(&queue, view);
    if (status != STATUS_OK) {
        json_decref(view);
        visit_fail(visit, status);
        return;
    }
    visit_render(visit, "desk/queue", view);
}

/* --- Which membership */

/* The display name of a unit; "" when it cannot be read. */
static const char *unit_name(struct visit *visit, const struct uuid *tenant_id, const struct uuid *unit_id)
{
    json_auto units = NULL;
    struct error ignored;
    size_t index;
    json_t *unit;
    if (unit_list(&visit->work, tenant_id, &units, &ignored) != STATUS_OK) return "";
    json_array_foreach(units, index, unit)
    {
        if (strcmp(json_get_cstr(unit, "id", ""), unit_id->text) == 0)
            return arena_strdup(visit->arena, visit_pick(visit, json_get_cstr(unit, "name", ""),
                                                         json_get_cstr(unit, "name_en", "")));
    }
    return "";
}

void page_memberships(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct membership *memberships;
    size_t count;
    enum status status = membership_list_own(&visit->work, &memberships, &count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = desk_view(visit, visit_text(visit, N_("Chuyển vai trò")), "", NULL);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct membership *membership = &memberships[i];
        json_t *item = json_object();
        view_text(item, "id", membership->id.text);
        view_text(item, "tenant_name", visit_agency_name_of(visit, &membership->tenant_id));
        view_text(item, "unit_name", unit_name(visit, &membership->tenant_id, &membership->unit_id));
        view_text(item, "roles_text", desk_roles_text(visit, membership->roles));
        view_text(item, "title", membership->title);
        view_flag(item, "is_current", uuid_same(&membership->id, &visit->person.membership_id));
        json_array_append_new(list, item);
    }
    view_set(view, "memberships", list);
    visit_render(visit, "desk/memberships", view);
}

void page_membership_use(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid wanted = uuid_from(visit_form(visit, "membership"));
    struct membership *memberships;
    size_t count;
    enum status status = membership_list_own(&visit->work, &memberships, &count, &visit->error);
    struct uuid tenant = {""};
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        if (uuid_same(&memberships[i].id, &wanted)) tenant = memberships[i].tenant_id;
    if (status == STATUS_OK && uuid_is_empty(&tenant))
        status = error_set(&visit->error, visit->arena, STATUS_NOT_FOUND, "membership.unknown",
                           N_("Bạn không còn giữ vai trò này"), NULL);
    if (status == STATUS_OK)
        status =
            session_use_membership(&visit->work, &visit->person.session_id, &tenant, &wanted, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "switched", "/can-bo");
}
