/*
 * The way of a dossier: what has been done, where it stands, what comes. The past is read from its tasks,
 * requests and consultations; the future is the shortest way through the workflow to the result and its
 * hand-over.
 */
#include "web/dossier_view.h"

#include <stdlib.h>

#include "motcua/codec/json.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"

enum step_state { STEP_DONE, STEP_CURRENT, STEP_STOPPED, STEP_AHEAD };
enum { STEPS_MAXIMUM = 400, AHEAD_MAXIMUM = 30 };

struct step {
    instant from;
    size_t order; /* keeps steps of the same moment in the order they were found */
    enum step_state state;
    const char *name, *who, *when, *note;
};

struct steps {
    struct visit *visit;
    const struct dossier_file *file;
    struct step list[STEPS_MAXIMUM];
    size_t count;
};

static void add(struct steps *steps, struct step step)
{
    if (steps->count == STEPS_MAXIMUM) return;
    step.order = steps->count;
    steps->list[steps->count++] = step;
}

static const char *span(struct visit *visit, instant from, instant to)
{
    if (to == INSTANT_NONE)
        return arena_printf(visit->arena, "%s %s", visit_text(visit, N_("từ")),
                            visit_short_moment(visit, from));
    if (civil_day_of(from) == civil_day_of(to)) return visit_date(visit, to);
    return arena_printf(visit->arena, "%s – %s", visit_date(visit, from), visit_date(visit, to));
}

static bool is_stop(const struct task *task)
{
    return strcmp(task->outcome, "refuse") == 0;
}

static const char *task_note(const struct visit *visit, const struct task *task)
{
    if (strcmp(task->outcome, "supplement") == 0) return visit_text(visit, N_("Yêu cầu bổ sung giấy tờ"));
    if (strcmp(task->outcome, "return") == 0) return visit_text(visit, N_("Chuyển lại để xem thêm"));
    return "";
}

static void add_tasks(struct steps *steps)
{
    struct visit *visit = steps->visit;
    for (size_t i = 0; i < steps->file->task_count; i++) {
        const struct task *task = &steps->file->tasks[i];
        bool done = strcmp(task->state, "done") == 0, open = strcmp(task->state, "open") == 0;
        if ((strcmp(task->kind, "workflow") != 0 && strcmp(task->kind, "hand_over") != 0) || (!done && !open))
            continue;
        enum step_state state = open ? STEP_CURRENT : is_stop(task) ? STEP_STOPPED : STEP_DONE;
        add(steps, (struct step){
                       .from = task->created_at,
                       .state = state,
                       .name = visit_pick(visit, task->name, task->name_en),
                       .who = dossier_role_text(visit, task->role),
                       .when = open ? span(visit, task->created_at, INSTANT_NONE)
                                    : visit_short_moment(visit, task->done_at),
                       .note = task_note(visit, task),
                   });
    }
}

static void add_requests(struct steps *steps)
{
    struct visit *visit = steps->visit;
    for (size_t i = 0; i < steps->file->supplement_count; i++) {
        const struct supplement_request *request = &steps->file->supplements[i];
        bool open = request->closed_at == INSTANT_NONE, answered = request->answered_at != INSTANT_NONE;
        const char *note = open ? "" : answered ? N_("Đã gửi bổ sung.") : N_("Hết hạn bổ sung.");
        add(steps, (struct step){
                       .from = request->requested_at,
                       .state = open ? STEP_CURRENT : STEP_DONE,
                       .name = visit_text(visit, N_("Chờ bổ sung giấy tờ")),
                       .who = visit_text(visit, N_("Người nộp hồ sơ")),
                       .when = span(visit, request->requested_at, request->closed_at),
                       .note = note[0] == '\0' ? "" : visit_text(visit, note),
                   });
    }
    for (size_t i = 0; i < steps->file->consultation_count; i++) {
        const struct consultation *asked = &steps->file->consultations[i];
        bool open = asked->answered_at == INSTANT_NONE && dossier_is_open(&steps->file->dossier);
        add(steps, (struct step){
                       .from = asked->sent_at,
                       .state = open ? STEP_CURRENT : STEP_DONE,
                       .name = visit_text(visit, N_("Lấy ý kiến cơ quan phối hợp")),
                       .who = visit_agency_name_of(visit, &asked->other_tenant_id),
                       .when = span(visit, asked->sent_at, asked->answered_at),
                       .note = "",
                   });
    }
}

/* The due date moved because the calendar changed: when, from when to when, and why. */
static void add_moves(struct steps *steps)
{
    struct visit *visit = steps->visit;
    for (size_t i = 0; i < steps->file->event_count; i++) {
        const struct event *event = &steps->file->events[i];
        if (strcmp(event->kind, "calendar_changed") != 0 || !event->is_public) continue;
        add(steps, (struct step){
                       .from = event->at,
                       .state = STEP_DONE,
                       .name = visit_text(visit, N_("Ngày hẹn trả thay đổi theo lịch làm việc")),
                       .who = "",
                       .when = visit_short_moment(visit, event->at),
                       .note = dossier_move_text(visit, event->data),
                   });
    }
}

static void add_end(struct steps *steps)
{
    struct visit *visit = steps->visit;
    const struct dossier *dossier = &steps->file->dossier;
    bool withdrawn = strcmp(dossier->status, "withdrawn") == 0;
    if (!withdrawn && strcmp(dossier->status, "stopped") != 0) return;
    add(steps, (struct step){
                   .from = dossier->finished_at == INSTANT_NONE ? visit->work.now : dossier->finished_at,
                   .state = STEP_STOPPED,
                   .name = visit_text(visit, withdrawn ? N_("Người nộp rút hồ sơ") : N_("Dừng xử lý")),
                   .who = "",
                   .when = visit_short_moment(visit, dossier->finished_at),
                   .note = "",
               });
}

/* --- What comes */

static bool has_outcome(const struct bpmn_node *node, const char *outcome)
{
    struct str rest = bpmn_node_attribute(node, "outcomes"), one;
    while (rest.length > 0) {
        bool more = str_split(rest, ',', &one, &rest);
        if (str_equal_cstr(str_trim(one), outcome)) return true;
        if (!more) break;
    }
    return false;
}

/*
 * Breadth-first from `start` to the nearest user task with `outcome`; fills `way` with the user tasks on it,
 * `start` left out. NULL when it cannot be reached.
 */
static const struct bpmn_node *shortest_way(struct arena *arena, const struct bpmn_model *model,
                                            const struct bpmn_node *start, const char *outcome,
                                            const struct bpmn_node **way, size_t *count)
{
    const struct bpmn_node **queue = arena_array(arena, model->node_count, sizeof *queue);
    const struct bpmn_node **before = arena_zalloc(arena, model->node_count * sizeof *before);
    size_t head = 0, tail = 0;
    const struct bpmn_node *goal = NULL;
    queue[tail++] = start;
    before[start->index] = start;
    while (head < tail && goal == NULL) {
        const struct bpmn_node *node = queue[head++];
        for (size_t i = 0; i < node->outgoing_count && goal == NULL; i++) {
            const struct bpmn_node *next = node->outgoing[i]->target;
            if (next == NULL || before[next->index] != NULL) continue;
            before[next->index] = node;
            queue[tail++] = next;
            if (has_outcome(next, outcome)) goal = next;
        }
    }
    size_t found = 0;
    for (const struct bpmn_node *node = goal; node != NULL && node != start; node = before[node->index])
        if (strcmp(node->type, "userTask") == 0) found++;
    size_t at = found;
    for (const struct bpmn_node *node = goal; node != NULL && node != start; node = before[node->index])
        if (strcmp(node->type, "userTask") == 0 && *count + --at < AHEAD_MAXIMUM) way[*count + at] = node;
    *count = *count + found < AHEAD_MAXIMUM ? *count + found : AHEAD_MAXIMUM;
    return goal;
}

/* Where the way ahead begins: the newest task of the workflow, the hand-over too. */
static const struct task *newest_task(const struct dossier_file *file)
{
    const struct task *newest = NULL;
    for (size_t i = 0; i < file->task_count; i++)
        if (file->tasks[i].engine_task[0] != '\0' && strcmp(file->tasks[i].state, "cancelled") != 0)
            newest = &file->tasks[i];
    return newest;
}

static void add_ahead(struct steps *steps)
{
    struct visit *visit = steps->visit;
    const struct dossier *dossier = &steps->file->dossier;
    const struct task *task = newest_task(steps->file);
    const struct procedure_version *version;
    struct error ignored;
    bool ends = strcmp(dossier->status, "returned") == 0 ||
                (!dossier_is_open(dossier) && strcmp(dossier->status, "finished") != 0);
    if (ends || task == NULL ||
        reference_procedure_version(&visit->work, &steps->file->workflow_version_id, &version, &ignored) !=
            STATUS_OK ||
        version->workflow == NULL)
        return;
    const struct bpmn_node *node = bpmn_model_node(version->workflow, str_of(task->element_id));
    const struct bpmn_node *way[AHEAD_MAXIMUM];
    size_t count = 0;
    if (node != NULL && strcmp(dossier->status, "finished") != 0 && !has_outcome(node, "issue"))
        node = shortest_way(visit->arena, version->workflow, node, "issue", way, &count);
    if (node != NULL && !has_outcome(node, "hand_over"))
        (void)shortest_way(visit->arena, version->workflow, node, "hand_over", way, &count);
    for (size_t i = 0; i < count; i++) {
        const char *role =
            way[i]->role_count == 0 || !way[i]->roles[0].literal
                ? ""
                : arena_strndup(visit->arena, way[i]->roles[0].text.data, way[i]->roles[0].text.length);
        struct str english = bpmn_node_attribute(way[i], "name_en");
        bool last = i + 1 == count;
        const char *expected =
            last && dossier->due_at != INSTANT_NONE && dossier->paused_since == INSTANT_NONE
                ? arena_printf(visit->arena, "%s %s", visit_text(visit, N_("hẹn trả")),
                               visit_date(visit, dossier->due_at))
                : "";
        add(steps,
            (struct step){
                .from = INT64_MAX,
                .state = STEP_AHEAD,
                .name = visit_pick(
                    visit, arena_strndup(visit->arena, way[i]->name.data, way[i]->name.length),
                    english.data == NULL ? "" : arena_strndup(visit->arena, english.data, english.length)),
                .who = dossier_role_text(visit, role),
                .when = expected,
                .note = "",
            });
    }
}

static int by_time(const void *left, const void *right)
{
    const struct step *a = left, *b = right;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

json_t *dossier_steps_view(struct visit *visit, const struct dossier_file *file)
{
    static const char *const icons[] = {"check", "dot", "stop", "circle"};
    static const char *const words[] = {N_("đã xong"), N_("đang làm"), N_("đã dừng"), N_("chưa đến")};
    struct steps *steps = arena_zalloc(visit->arena, sizeof *steps);
    steps->visit = visit;
    steps->file = file;
    add(steps, (struct step){.from = INT64_MIN,
                             .state = STEP_DONE,
                             .name = visit_text(visit, N_("Nộp hồ sơ")),
                             .who = "",
                             .when = visit_short_moment(visit, file->dossier.submitted_at),
                             .note = ""});
    add_tasks(steps);
    add_requests(steps);
    add_moves(steps);
    add_end(steps);
    add_ahead(steps);
    qsort(steps->list, steps->count, sizeof steps->list[0], by_time);
    json_t *list = json_array();
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->list[i];
        json_t *view = json_object();
        view_text(view, "name", step->name);
        view_flag(view, "is_done", step->state == STEP_DONE);
        view_flag(view, "is_current", step->state == STEP_CURRENT);
        view_flag(view, "is_stopped", step->state == STEP_STOPPED);
        view_text(view, "icon", icons[step->state]);
        view_text(view, "state_text", visit_text(visit, words[step->state]));
        view_text(view, "who", step->who);
        view_text(view, "when", step->when);
        view_text(view, "note", step->note);
        json_array_append_new(list, view);
    }
    return list;
}
