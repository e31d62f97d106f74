/*
 * One step: the input is applied to a copy of the state, then everything queued runs, first in first out,
 * until nothing moves. After every move the joins are looked at again, and the conditions when data has
 * changed.
 */
#include "machine.h"

enum { DEFAULT_STEPS = 10000, DEFAULT_TOKENS = 5000 };
#define MAXIMUM_WORK   ((uint64_t)400000000) /* executions looked at by joins */
#define DEFAULT_DATA   ((size_t)1 << 20)
#define DEFAULT_MEMORY ((size_t)48 << 20)

struct execution *bpmn_spawn(struct engine *engine, const struct execution *parent,
                             const struct bpmn_model *model, const struct bpmn_node *node)
{
    struct execution *execution = arena_zalloc(engine->arena, sizeof *execution);
    execution->id = engine->state->next_id++;
    execution->parent = parent == NULL ? 0 : parent->id;
    execution->model = model;
    execution->node = node;
    execution->phase = PHASE_WAIT;
    VEC_PUSH(engine->arena, &engine->state->executions, execution);
    if (++engine->live > 2 * (size_t)engine->limits.tokens) engine->overflow = true;
    return execution;
}

void bpmn_enqueue(struct engine *engine, struct execution *execution, enum phase phase)
{
    execution->phase = phase;
    VEC_PUSH(engine->arena, &engine->queue, execution->id);
}

void bpmn_remove_execution(struct engine *engine, struct execution *execution)
{
    if (execution->dead) return;
    bpmn_clear_incident(engine, execution);
    bpmn_unsubscribe_all(engine, execution);
    execution->dead = true;
    engine->live--;
}

void bpmn_trace(struct engine *engine, struct execution *execution, enum bpmn_event_kind event)
{
    execution->flags =
        event == BPMN_STARTED ? execution->flags | FLAG_STARTED : execution->flags & ~(unsigned)FLAG_STARTED;
    if (engine->environment->quiet) return;
    struct bpmn_trace entry = {.element = execution->node,
                               .event = event,
                               .execution = execution->id,
                               .instance = bpmn_instance_of(engine->state, execution)};
    VEC_PUSH(engine->arena, &engine->trace, entry);
}

void bpmn_trace_passed(struct engine *engine, struct execution *execution)
{
    if ((execution->flags & FLAG_STARTED) == 0) bpmn_trace(engine, execution, BPMN_STARTED);
    bpmn_trace(engine, execution, BPMN_COMPLETED);
}

struct bpmn_effect *bpmn_effect(struct engine *engine, enum bpmn_effect_kind kind,
                                const struct execution *execution, uint64_t id)
{
    struct bpmn_effect entry = {.kind = kind,
                                .id = id,
                                .instance = bpmn_instance_of(engine->state, execution),
                                .model = execution->model,
                                .element = execution->node};
    VEC_PUSH(engine->arena, &engine->effects, entry);
    return &engine->effects.items[engine->effects.count - 1];
}

/* ---- incidents ---- */

void bpmn_raise_incident(struct engine *engine, struct execution *execution, const char *code,
                         struct str detail)
{
    bpmn_clear_incident(engine, execution);
    struct incident *incident = arena_zalloc(engine->arena, sizeof *incident);
    incident->id = engine->state->next_id++;
    incident->code = str_of(code);
    incident->message = bpmn_incident_message(incident->code);
    incident->detail = arena_str(engine->arena, str_slice(detail, 0, 500));
    incident->raised = engine->environment->now;
    execution->incident = incident;
    struct bpmn_effect *raised = bpmn_effect(engine, BPMN_INCIDENT_RAISED, execution, incident->id);
    raised->code = incident->code;
    raised->detail = incident->detail;
}

void bpmn_raise_failure(struct engine *engine, struct execution *execution)
{
    bpmn_raise_incident(engine, execution, engine->failure.code, engine->failure.detail);
}

void bpmn_clear_incident(struct engine *engine, struct execution *execution)
{
    if (execution->incident == NULL) return;
    bpmn_effect(engine, BPMN_INCIDENT_RESOLVED, execution, execution->incident->id);
    execution->incident = NULL;
}

/* ---- the loop ---- */

bool bpmn_has_live_children(const struct engine *engine, const struct execution *execution)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = state->executions.count; i-- > 0;)
        if (state->executions.items[i]->parent == execution->id && !state->executions.items[i]->dead)
            return true;
    return false;
}

void bpmn_scope_check(struct engine *engine, struct execution *scope)
{
    if (scope == NULL || scope->dead || scope->phase != PHASE_WAIT || !bpmn_is_scope(scope->node) ||
        (scope->flags & FLAG_BODY) != 0 || bpmn_has_live_children(engine, scope))
        return;
    if (scope->node->kind == BPMN_PROCESS) {
        bpmn_end_process(engine, scope, scope->end, STR_NULL);
    } else if (scope->node->kind == BPMN_EVENT_SUBPROCESS) {
        bpmn_trace(engine, scope, BPMN_COMPLETED);
        if ((scope->flags & FLAG_HANDLER) != 0) {
            bpmn_handler_done(engine, scope);
            return;
        }
        struct execution *parent = bpmn_parent_of(engine->state, scope);
        bpmn_record_compensation(engine, scope); /* what was done in it can still be undone from outside */
        bpmn_remove_execution(engine, scope);
        bpmn_scope_check(engine, parent);
    } else {
        bpmn_activity_complete(engine, scope, NULL);
    }
}

static void run_one(struct engine *engine, struct execution *execution)
{
    engine->steps++;
    if (execution->phase == PHASE_ENTER)
        bpmn_enter(engine, execution);
    else if (execution->phase == PHASE_LEAVE)
        bpmn_leave(engine, execution);
}

static bool exhausted(const struct engine *engine)
{
    return engine->steps >= engine->limits.steps || engine->overflow || engine->work > MAXIMUM_WORK ||
           arena_used(engine->arena) - engine->memory_start > engine->limits.memory;
}

static void run(struct engine *engine)
{
    for (;;) {
        bpmn_check_joins(engine);
        bool tired = exhausted(engine);
        if (engine->data_changed && !tired) bpmn_check_conditions_of(engine);
        if (engine->queue_head == engine->queue.count) {
            if (!engine->data_changed || tired) return;
            continue;
        }
        if (tired) break;
        struct execution *execution =
            bpmn_execution_find(engine->state, engine->queue.items[engine->queue_head++]);
        if (execution != NULL && !execution->dead && execution->incident == NULL) run_one(engine, execution);
    }
    const char *code = engine->steps >= engine->limits.steps ? "bpmn.too_many_steps" : "bpmn.too_much_memory";
    while (engine->queue_head < engine->queue.count) {
        struct execution *execution =
            bpmn_execution_find(engine->state, engine->queue.items[engine->queue_head++]);
        if (execution != NULL && !execution->dead && execution->incident == NULL)
            bpmn_raise_incident(engine, execution, code, STR_NULL);
    }
}

/* ---- inputs ---- */

static enum status refuse_input(struct arena *arena, struct error *error, enum status status,
                                const char *code, const char *message)
{
    return error_set(error, arena, status, code, message, NULL);
}

static bool instantiates(const struct bpmn_node *node)
{
    return node->kind == BPMN_RECEIVE_TASK && node->instantiate && node->incoming_count == 0;
}

static bool follows_instantiating_gateway(const struct bpmn_node *node)
{
    for (size_t i = 0; i < node->incoming_count; i++)
        if (node->incoming[i]->source->kind == BPMN_EVENT_GATEWAY && node->incoming[i]->source->instantiate)
            return true;
    return false;
}

static bool starts_by(const struct bpmn_node *node, const struct bpmn_input *input)
{
    if (input->element.length > 0)
        return node->kind == BPMN_START_EVENT && str_equal(node->id, input->element);
    if (node->kind == BPMN_START_EVENT && input->name.length == 0) return node->trigger == BPMN_NONE;
    if (input->name.length == 0 || !str_equal(node->reference.text, input->name)) return false;
    if (node->kind == BPMN_START_EVENT) return node->trigger == BPMN_MESSAGE || node->trigger == BPMN_SIGNAL;
    return instantiates(node) || follows_instantiating_gateway(node);
}

static bool find_start(struct engine *engine, struct execution *process, const struct bpmn_input *input,
                       const struct bpmn_node **start)
{
    const struct bpmn_node *node = process->node;
    bool any_start = false;
    *start = NULL;
    for (size_t i = 0; i < node->child_count; i++) {
        any_start = any_start || node->children[i]->kind == BPMN_START_EVENT;
        if (starts_by(node->children[i], input)) {
            *start = node->children[i];
            return true;
        }
    }
    if (input->name.length > 0 || input->element.length > 0) return false;
    for (size_t i = 0; i < node->child_count; i++) {
        bool holds = false;
        const struct bpmn_node *child = node->children[i];
        if (child->kind == BPMN_START_EVENT && child->trigger == BPMN_CONDITIONAL &&
            bpmn_evaluate_condition(engine, process, &child->condition, &holds) && holds) {
            *start = child;
            return true;
        }
    }
    return !any_start; /* no start events at all: everything without incoming flow starts */
}

static const struct feel_value *input_data(struct arena *arena, const struct bpmn_input *input)
{
    return input->data == NULL ? NULL : bpmn_value_storable(arena, input->data);
}

static enum status apply_start(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    const struct bpmn_node *node =
        input->model == NULL ? NULL : bpmn_model_process(input->model, input->process);
    const struct bpmn_model *model = input->model;
    for (size_t i = 0; i < engine->environment->models.count && node == NULL && input->model == NULL; i++) {
        model = engine->environment->models.items[i];
        node = bpmn_model_process(model, input->process);
    }
    if (node == NULL)
        return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.unknown_process",
                            N_("Không có quy trình này."));
    if (bpmn_model_has_errors(model, node, true))
        return refuse_input(engine->arena, error, STATUS_INVALID, "bpmn.model_refused",
                            N_("Quy trình còn lỗi nên không thể bắt đầu."));
    struct execution *process = bpmn_spawn(engine, NULL, model, node);
    const struct feel_value *data = input_data(engine->arena, input);
    process->data = data != NULL ? data : feel_context_end(feel_context_begin(engine->arena));
    const struct bpmn_node *start;
    if (!find_start(engine, process, input, &start))
        return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.no_such_start",
                            N_("Quy trình không bắt đầu được bằng cách này."));
    bpmn_effect(engine, BPMN_INSTANCE_STARTED, process, process->id)->data = process->data;
    bpmn_start_scope(engine, process, start);
    return STATUS_OK;
}

static enum status apply_complete(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    struct execution *execution = bpmn_execution_find(engine->state, input->id);
    if (execution == NULL || execution->task == NULL || execution->phase != PHASE_WAIT)
        return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.unknown_task",
                            N_("Không có công việc này, hoặc nó đã xong."));
    const struct feel_value *data = input_data(engine->arena, input);
    if (input->error.length > 0) {
        struct str code = arena_str(engine->arena, input->error);
        if (!bpmn_throw_error(engine, execution, code, data))
            bpmn_raise_incident(engine, execution, "bpmn.uncaught_error", code);
        return STATUS_OK;
    }
    if (input->escalation.length > 0) {
        if (!bpmn_throw_escalation(engine, execution, arena_str(engine->arena, input->escalation), data))
            return refuse_input(engine->arena, error, STATUS_INVALID, "bpmn.uncaught_escalation",
                                N_("Không có sự kiện nào nhận việc báo lên cấp trên này."));
        return STATUS_OK;
    }
    bpmn_activity_complete(engine, execution, data);
    return STATUS_OK;
}

static enum status apply_fail(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    struct execution *execution = bpmn_execution_find(engine->state, input->id);
    if (execution == NULL || execution->task == NULL || !bpmn_is_service(execution) ||
        execution->phase != PHASE_WAIT)
        return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.unknown_task",
                            N_("Không có công việc này, hoặc nó đã xong."));
    bpmn_raise_incident(engine, execution, "bpmn.call_failed", input->detail);
    return STATUS_OK;
}

static bool key_fits(struct str subscribed, struct str given)
{
    return subscribed.length == 0 || given.length == 0 || str_equal(subscribed, given);
}

static enum status apply_correlate(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = 0; i < state->subscriptions.count; i++) {
        struct subscription *subscription = state->subscriptions.items[i];
        if (subscription->kind != BPMN_WAIT_MESSAGE || (input->id != 0 && subscription->id != input->id) ||
            !str_equal(subscription->name, input->name) || !key_fits(subscription->key, input->key))
            continue;
        bpmn_fire(engine, subscription, input_data(engine->arena, input));
        return STATUS_OK;
    }
    return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.nobody_waits",
                        N_("Không nơi nào đang chờ thông điệp này."));
}

static enum status apply_due(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    struct subscription *subscription = bpmn_subscription_find(engine->state, input->id);
    if (subscription == NULL || subscription->kind != BPMN_WAIT_TIMER)
        return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.unknown_job",
                            N_("Không có bộ đếm giờ này, hoặc nó đã xong."));
    bpmn_fire_timer(engine, subscription);
    return STATUS_OK;
}

static enum status apply_data(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    struct execution *execution = bpmn_execution_find(engine->state, input->id == 0 ? 1 : input->id);
    if (execution == NULL)
        return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.unknown_execution",
                            N_("Không có nơi nhận dữ liệu này."));
    const struct feel_value *data = input_data(engine->arena, input);
    engine->data_changed = true;
    if (data != NULL && !bpmn_write_data(engine, execution, data))
        return refuse_input(engine->arena, error, STATUS_TOO_LARGE, "bpmn.data_too_large",
                            N_("Dữ liệu của hồ sơ quá lớn."));
    return STATUS_OK;
}

static enum status apply_retry(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = 0; i < state->executions.count; i++) {
        struct execution *execution = state->executions.items[i];
        if (execution->incident == NULL || execution->incident->id != input->id) continue;
        bpmn_clear_incident(engine, execution);
        if (execution->phase == PHASE_ENTER || execution->phase == PHASE_LEAVE)
            bpmn_enqueue(engine, execution, execution->phase);
        else if (bpmn_is_service(execution))
            bpmn_request_call(engine, execution);
        else if ((execution->flags & (FLAG_BODY | FLAG_INSTANCE)) != 0 && execution->task == NULL)
            bpmn_loop_retry(engine, execution);
        else
            bpmn_scope_check(engine, execution); /* its content is over, handing back its data had failed */
        return STATUS_OK;
    }
    return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.unknown_incident",
                        N_("Không có sự cố này, hoặc nó đã được giải quyết."));
}

static enum status apply_cancel(struct engine *engine)
{
    struct execution *process = bpmn_execution_find(engine->state, 1);
    bpmn_cancel_children(engine, process, NULL);
    bpmn_end_process(engine, process, NULL, STR("cancelled"));
    return STATUS_OK;
}

static enum status apply(struct engine *engine, const struct bpmn_input *input, struct error *error)
{
    switch (input->kind) {
    case BPMN_START:
        return apply_start(engine, input, error);
    case BPMN_COMPLETE:
        return apply_complete(engine, input, error);
    case BPMN_FAIL:
        return apply_fail(engine, input, error);
    case BPMN_CORRELATE:
        return apply_correlate(engine, input, error);
    case BPMN_BROADCAST:
        if (!bpmn_broadcast(engine, input->name, input_data(engine->arena, input)))
            return refuse_input(engine->arena, error, STATUS_NOT_FOUND, "bpmn.nobody_waits",
                                N_("Không nơi nào đang chờ tín hiệu này."));
        return STATUS_OK;
    case BPMN_DUE:
        return apply_due(engine, input, error);
    case BPMN_DATA:
        return apply_data(engine, input, error);
    case BPMN_RETRY:
        return apply_retry(engine, input, error);
    case BPMN_RESCHEDULE:
        bpmn_reschedule(engine);
        return STATUS_OK;
    case BPMN_CANCEL_INSTANCE:
        return apply_cancel(engine);
    }
    return refuse_input(engine->arena, error, STATUS_INVALID, "bpmn.unknown_input", NULL);
}

static enum status check_input(const struct bpmn_state *state, const struct bpmn_input *input,
                               const struct bpmn_limits *limits, struct arena *arena, struct error *error)
{
    if ((input->kind == BPMN_START) != (state == NULL))
        return refuse_input(arena, error, STATUS_INVALID, "bpmn.unknown_input", NULL);
    if (state != NULL && bpmn_state_ended(state))
        return refuse_input(arena, error, STATUS_CONFLICT, "bpmn.instance_ended",
                            N_("Quy trình của hồ sơ này đã kết thúc."));
    if (input->data != NULL && input->data->kind != FEEL_CONTEXT)
        return refuse_input(arena, error, STATUS_INVALID, "bpmn.data_no_context",
                            N_("Dữ liệu phải là một nhóm các trường có tên."));
    if (input->data != NULL && bpmn_value_size(input->data) > limits->data)
        return refuse_input(arena, error, STATUS_TOO_LARGE, "bpmn.data_too_large",
                            N_("Dữ liệu của hồ sơ quá lớn."));
    return STATUS_OK;
}

enum status bpmn_step(const struct bpmn_environment *environment, const struct bpmn_state *state,
                      const struct bpmn_input *input, struct arena *arena, struct bpmn_result *result,
                      struct error *error)
{
    struct engine engine = {.environment = environment, .arena = arena, .limits = environment->limits};
    struct bpmn_limits *limits = &engine.limits;
    limits->steps = limits->steps == 0 ? DEFAULT_STEPS : limits->steps;
    limits->tokens = limits->tokens == 0 ? DEFAULT_TOKENS : limits->tokens;
    limits->data = limits->data == 0 ? DEFAULT_DATA : limits->data;
    limits->memory = limits->memory == 0 ? DEFAULT_MEMORY : limits->memory;
    enum status status = check_input(state, input, limits, arena, error);
    if (status != STATUS_OK) return status;
    engine.memory_start = arena_used(arena);
    engine.state = bpmn_state_copy(state, arena);
    engine.live = engine.state->executions.count;
    engine.now = feel_date_time_from_instant(arena, environment->now, environment->utc_offset);
    status = apply(&engine, input, error);
    if (status != STATUS_OK) return status;
    run(&engine);
    if (engine.overflow)
        return refuse_input(arena, error, STATUS_TOO_LARGE, "bpmn.too_many_tokens",
                            N_("Quy trình sinh ra quá nhiều nhánh cùng lúc."));
    bpmn_state_compact(engine.state);
    *result = (struct bpmn_result){.state = engine.state,
                                   .effects = engine.effects.items,
                                   .effect_count = engine.effects.count,
                                   .trace = engine.trace.items,
                                   .trace_count = engine.trace.count};
    return STATUS_OK;
}
