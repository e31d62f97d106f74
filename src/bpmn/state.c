/* The state from inside (look-ups, copy) and from outside (views). */
#include "machine.h"

struct execution *bpmn_execution_find(const struct bpmn_state *state, uint64_t id)
{
    size_t low = 0, high = state->executions.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (state->executions.items[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < state->executions.count && state->executions.items[low]->id == id
               ? state->executions.items[low]
               : NULL;
}

struct execution *bpmn_parent_of(const struct bpmn_state *state, const struct execution *execution)
{
    return execution->parent == 0 ? NULL : bpmn_execution_find(state, execution->parent);
}

static const struct execution *process_execution(const struct bpmn_state *state,
                                                 const struct execution *execution)
{
    while (execution != NULL && execution->node->kind != BPMN_PROCESS)
        execution = bpmn_parent_of(state, execution);
    return execution;
}

uint64_t bpmn_instance_of(const struct bpmn_state *state, const struct execution *execution)
{
    const struct execution *process = process_execution(state, execution);
    return process == NULL ? 0 : process->id;
}

/* Everything a step changes is copied; values, models and texts are shared. */
struct bpmn_state *bpmn_state_copy(const struct bpmn_state *state, struct arena *arena)
{
    struct bpmn_state *copy = arena_zalloc(arena, sizeof *copy);
    copy->next_id = state == NULL ? 1 : state->next_id;
    for (size_t i = 0; state != NULL && i < state->executions.count; i++) {
        struct execution *execution = arena_alloc(arena, sizeof *execution);
        *execution = *state->executions.items[i];
        if (execution->loop != NULL) {
            struct loop_state *loop = arena_alloc(arena, sizeof *loop);
            *loop = *execution->loop;
            if (loop->outputs != NULL) {
                loop->outputs = arena_array(arena, (size_t)loop->total, sizeof *loop->outputs);
                memcpy(loop->outputs, execution->loop->outputs, (size_t)loop->total * sizeof *loop->outputs);
            }
            execution->loop = loop;
        }
        VEC_PUSH(arena, &copy->executions, execution);
    }
    for (size_t i = 0; state != NULL && i < state->subscriptions.count; i++) {
        struct subscription *subscription = arena_alloc(arena, sizeof *subscription);
        *subscription = *state->subscriptions.items[i];
        VEC_PUSH(arena, &copy->subscriptions, subscription);
    }
    for (size_t i = 0; state != NULL && i < state->compensations.count; i++) {
        struct compensation *record = arena_alloc(arena, sizeof *record);
        *record = *state->compensations.items[i];
        VEC_PUSH(arena, &copy->compensations, record);
    }
    return copy;
}

void bpmn_state_compact(struct bpmn_state *state)
{
    size_t kept = 0;
    for (size_t i = 0; i < state->executions.count; i++)
        if (!state->executions.items[i]->dead) state->executions.items[kept++] = state->executions.items[i];
    state->executions.count = kept;
    kept = 0;
    for (size_t i = 0; i < state->subscriptions.count; i++)
        if (!state->subscriptions.items[i]->dead)
            state->subscriptions.items[kept++] = state->subscriptions.items[i];
    state->subscriptions.count = kept;
    kept = 0;
    for (size_t i = 0; i < state->compensations.count; i++)
        if (!state->compensations.items[i]->dead)
            state->compensations.items[kept++] = state->compensations.items[i];
    state->compensations.count = kept;
}

const struct feel_value *bpmn_visible_data(const struct bpmn_state *state, struct arena *arena,
                                           const struct execution *execution)
{
    enum { DEEPEST = 256 };
    const struct feel_value *layers[DEEPEST];
    size_t count = 0;
    for (; execution != NULL && count < DEEPEST; execution = bpmn_parent_of(state, execution)) {
        if (execution->data != NULL && feel_context_count(execution->data) > 0)
            layers[count++] = execution->data;
        if (execution->node->kind == BPMN_PROCESS) break;
    }
    if (count == 1) return layers[0];
    struct feel_context_builder *builder = feel_context_begin(arena);
    while (count-- > 0) {
        for (size_t i = 0; i < feel_context_count(layers[count]); i++) {
            struct str name;
            const struct feel_value *value = feel_context_at(layers[count], i, &name);
            feel_context_put(builder, name, value);
        }
    }
    return feel_context_end(builder);
}

/* ---- views ---- */

bool bpmn_state_ended(const struct bpmn_state *state)
{
    return state->executions.items[0]->phase == PHASE_ENDED;
}

const struct bpmn_instance_view *bpmn_state_instances(const struct bpmn_state *state, struct arena *arena,
                                                      size_t *count)
{
    VEC(struct bpmn_instance_view) views = {0};
    for (size_t i = 0; i < state->executions.count; i++) {
        const struct execution *execution = state->executions.items[i];
        if (execution->node->kind != BPMN_PROCESS) continue;
        struct bpmn_instance_view view = {.id = execution->id,
                                          .caller = execution->parent,
                                          .model = execution->model,
                                          .process = execution->node,
                                          .ended = execution->phase == PHASE_ENDED,
                                          .end = execution->end,
                                          .end_code = execution->end_code,
                                          .data = execution->data};
        VEC_PUSH(arena, &views, view);
    }
    *count = views.count;
    return views.items;
}

struct bpmn_task_view bpmn_task_view(const struct bpmn_state *state, const struct execution *execution)
{
    const struct task *task = execution->task;
    return (struct bpmn_task_view){.id = execution->id,
                                   .instance = bpmn_instance_of(state, execution),
                                   .element = execution->node,
                                   .service = bpmn_is_service(execution),
                                   .roles = task->roles,
                                   .role_count = task->role_count,
                                   .assignee = task->assignee,
                                   .form_key = task->form_key,
                                   .limit = task->limit,
                                   .limit_working = task->limit_working,
                                   .created = task->created,
                                   .due = task->due,
                                   .call = task->call};
}

const struct bpmn_task_view *bpmn_state_tasks(const struct bpmn_state *state, struct arena *arena,
                                              size_t *count)
{
    VEC(struct bpmn_task_view) views = {0};
    for (size_t i = 0; i < state->executions.count; i++)
        if (state->executions.items[i]->task != NULL)
            VEC_PUSH(arena, &views, bpmn_task_view(state, state->executions.items[i]));
    *count = views.count;
    return views.items;
}

const struct bpmn_wait_view *bpmn_state_waits(const struct bpmn_state *state, struct arena *arena,
                                              size_t *count)
{
    VEC(struct bpmn_wait_view) views = {0};
    for (size_t i = 0; i < state->subscriptions.count; i++) {
        const struct subscription *subscription = state->subscriptions.items[i];
        struct bpmn_wait_view view = {
            .id = subscription->id,
            .instance = bpmn_instance_of(state, bpmn_execution_find(state, subscription->execution)),
            .kind = subscription->kind,
            .element = subscription->node,
            .name = subscription->name,
            .key = subscription->key,
            .due = subscription->due,
            .working = subscription->working};
        if (subscription->kind == BPMN_WAIT_CONDITION) view.name = subscription->node->condition.text;
        VEC_PUSH(arena, &views, view);
    }
    *count = views.count;
    return views.items;
}

const struct bpmn_incident_view *bpmn_state_incidents(const struct bpmn_state *state, struct arena *arena,
                                                      size_t *count)
{
    VEC(struct bpmn_incident_view) views = {0};
    for (size_t i = 0; i < state->executions.count; i++) {
        const struct execution *execution = state->executions.items[i];
        const struct incident *incident = execution->incident;
        if (incident == NULL) continue;
        struct bpmn_incident_view view = {.id = incident->id,
                                          .execution = execution->id,
                                          .instance = bpmn_instance_of(state, execution),
                                          .element = execution->node,
                                          .code = incident->code,
                                          .message = incident->message,
                                          .detail = incident->detail,
                                          .raised = incident->raised};
        VEC_PUSH(arena, &views, view);
    }
    *count = views.count;
    return views.items;
}

const struct feel_value *bpmn_state_data(const struct bpmn_state *state, struct arena *arena,
                                         uint64_t execution)
{
    return bpmn_visible_data(state, arena, bpmn_execution_find(state, execution));
}

const char *bpmn_incident_message(struct str code)
{
    static const struct {
        const char *code, *message;
    } texts[] = {
        {"bpmn.no_flow",
         N_("Không có nhánh nào để đi tiếp: không điều kiện nào đúng và không có luồng mặc định.")},
        {"bpmn.too_many_steps", N_("Quy trình chạy quá nhiều bước mà không dừng; có thể nó lặp vô hạn.")},
        {"bpmn.too_much_memory", N_("Quy trình cần quá nhiều bộ nhớ trong một lần chạy.")},
        {"bpmn.too_many_tokens", N_("Quy trình sinh ra quá nhiều nhánh cùng lúc.")},
        {"bpmn.too_many_instances", N_("Số lần lặp lớn hơn mức cho phép.")},
        {"bpmn.data_too_large", N_("Dữ liệu của hồ sơ quá lớn.")},
        {"bpmn.text_too_long", N_("Biểu thức cho ra một văn bản quá dài.")},
        {"bpmn.condition_not_boolean", N_("Điều kiện không cho ra đúng hay sai.")},
        {"bpmn.unreadable_expression", N_("Không đọc được biểu thức với dữ liệu hiện có.")},
        {"bpmn.collection_no_list", N_("Danh sách để lặp không phải là danh sách.")},
        {"bpmn.bad_cardinality", N_("Số lần lặp không phải là số nguyên không âm.")},
        {"bpmn.bad_timer", N_("Bộ đếm giờ không cho ra thời hạn, ngày giờ hay chu kỳ.")},
        {"bpmn.no_message_name", N_("Tên thông điệp hay tín hiệu là rỗng.")},
        {"bpmn.unknown_process", N_("Không có quy trình được gọi.")},
        {"bpmn.no_such_start", N_("Quy trình được gọi không có sự kiện bắt đầu thường.")},
        {"bpmn.model_refused", N_("Quy trình được gọi còn lỗi nên không thể bắt đầu.")},
        {"bpmn.too_deep", N_("Các quy trình gọi nhau quá sâu.")},
        {"bpmn.uncaught_error", N_("Lỗi được báo nhưng không nơi nào trong quy trình xử lý.")},
        {"bpmn.call_failed", N_("Công việc tự động không thành công.")},
        {"bpmn.unsupported", N_("Phần tử này chưa chạy được.")},
        {"feel.too_many_steps", N_("Biểu thức cần quá nhiều bước tính.")},
        {"feel.too_deep", N_("Biểu thức lồng nhau quá sâu.")},
        {"feel.too_large", N_("Biểu thức cho ra dữ liệu quá lớn.")},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_equal_cstr(code, texts[i].code)) return texts[i].message;
    return N_("Quy trình dừng lại vì một sự cố.");
}

const char *bpmn_effect_name(enum bpmn_effect_kind kind)
{
    static const char *const names[] = {
        "task_created",        "task_changed",    "task_completed",   "task_cancelled",
        "timer_scheduled",     "timer_moved",     "timer_cancelled",  "subscription_opened",
        "subscription_closed", "call_requested",  "call_cancelled",   "call_completed",
        "message_sent",        "signal_thrown",   "call_started",     "instance_started",
        "instance_ended",      "incident_raised", "incident_resolved"};
    return names[kind];
}

const char *bpmn_event_name(enum bpmn_event_kind event)
{
    static const char *const names[] = {"started", "completed", "cancelled"};
    return names[event];
}

const char *bpmn_wait_name(enum bpmn_wait kind)
{
    static const char *const names[] = {"message", "timer", "signal", "condition"};
    return names[kind];
}
