/*
 * Catching events: subscriptions and timers, and what happens when they fire: a waiting event goes on, a
 * boundary event takes over from its activity or runs beside it, an event subprocess begins
 * (BPMN 2.0.2, 13.5).
 */
#include "machine.h"

static bool fail(struct engine *engine, const char *code, struct str detail)
{
    engine->failure = (struct failure){code, detail};
    return false;
}

/* ---- subscribing ---- */

bool bpmn_wait_of(const struct bpmn_node *event, enum bpmn_wait *kind)
{
    enum bpmn_trigger trigger = event->kind == BPMN_RECEIVE_TASK ? BPMN_MESSAGE : event->trigger;
    switch (trigger) {
    case BPMN_MESSAGE:
        *kind = BPMN_WAIT_MESSAGE;
        return true;
    case BPMN_TIMER:
        *kind = BPMN_WAIT_TIMER;
        return true;
    case BPMN_SIGNAL:
        *kind = BPMN_WAIT_SIGNAL;
        return true;
    case BPMN_CONDITIONAL:
        *kind = BPMN_WAIT_CONDITION;
        return true;
    default:
        return false; /* errors, escalations, compensation: found when they are thrown */
    }
}

instant bpmn_compute_due(const struct bpmn_environment *environment, const struct bpmn_node *node,
                         struct str text, bool working, instant from)
{
    struct span span;
    instant when;
    bool date = bpmn_instant_from_text(text, environment->utc_offset, &when);
    if (date) return when;
    bool iso = bpmn_span_from_text(text, &span);
    struct bpmn_due_request request = {.text = text, .working = working, .from = from, .element = node};
    if ((working || !iso) && environment->due != NULL && environment->due(environment->user, &request, &when))
        return when;
    struct limit_text limit;
    if (!iso && bpmn_limit_from_text(text, &limit) && !limit.working) {
        span = (struct span){.months = limit.unit == LIMIT_MONTHS ? limit.amount : 0};
        if (limit.unit != LIMIT_MONTHS)
            span.microseconds = limit.amount * (limit.unit == LIMIT_DAYS ? 86400 : 3600) * MICROSECONDS;
        iso = true;
    }
    if (working || !iso || !bpmn_instant_add_span(from, span, environment->utc_offset, &when)) return 0;
    return when;
}

/* A date and time with a zone of this country or UTC gets its offset; others cannot be told without a table.
 */
static struct str without_zone(struct engine *engine, struct str text)
{
    ptrdiff_t at = str_find_char(text, '@');
    if (at <= 0) return text;
    struct str zone = str_slice(text, (size_t)at + 1, text.length), moment = str_slice(text, 0, (size_t)at);
    bool local = str_equal_cstr(zone, "Asia/Ho_Chi_Minh") || str_equal_cstr(zone, "Asia/Saigon") ||
                 str_equal_cstr(zone, "Asia/Bangkok");
    bool utc = str_equal_cstr(zone, "UTC") || str_equal_cstr(zone, "Etc/UTC") || str_equal_cstr(zone, "GMT");
    if (!local && !utc) return text;
    return str_of(arena_printf(engine->arena, "%.*s%s", STR_ARG(moment), local ? "+07:00" : "Z"));
}

static bool set_timer(struct engine *engine, const struct execution *owner, const struct bpmn_node *event,
                      struct subscription *timer)
{
    const struct bpmn_environment *environment = engine->environment;
    struct str text;
    struct cycle cycle;
    if (!bpmn_evaluate_text(engine, owner, &event->timer.value, &text)) return false;
    text = without_zone(engine, str_trim(text));
    timer->name = text;
    timer->from = environment->now;
    struct limit_text limit;
    timer->working = event->timer.working || (bpmn_limit_from_text(text, &limit) && limit.working);
    if (!bpmn_cycle_from_text(text, environment->utc_offset, &cycle) || text.data[0] != 'R') {
        instant when;
        struct span span;
        bool readable = bpmn_span_from_text(text, &span) ||
                        bpmn_instant_from_text(text, environment->utc_offset, &when) ||
                        bpmn_limit_from_text(text, &limit);
        timer->due = bpmn_compute_due(environment, event, text, timer->working, timer->from);
        if (event->timer.kind == BPMN_TIMER_CYCLE && bpmn_span_from_text(text, &span)) {
            timer->repetitions = -1;
            timer->interval = text;
        }
        return readable || timer->due != 0 || fail(engine, "bpmn.bad_timer", text);
    }
    timer->interval = cycle.span_text;
    timer->repetitions = cycle.repetitions < 0 ? -1 : cycle.repetitions - 1;
    timer->due = cycle.has_start && cycle.start > timer->from
                     ? cycle.start
                     : bpmn_compute_due(environment, event, cycle.span_text, timer->working, timer->from);
    return true;
}

static void tell_subscription(struct engine *engine, const struct subscription *subscription, bool opened)
{
    const struct execution *owner = bpmn_execution_find(engine->state, subscription->execution);
    if (subscription->kind == BPMN_WAIT_CONDITION || owner == NULL) return;
    bool timer = subscription->kind == BPMN_WAIT_TIMER;
    enum bpmn_effect_kind kind = timer ? (opened ? BPMN_TIMER_SCHEDULED : BPMN_TIMER_CANCELLED)
                                       : (opened ? BPMN_SUBSCRIPTION_OPENED : BPMN_SUBSCRIPTION_CLOSED);
    struct bpmn_effect *told = bpmn_effect(engine, kind, owner, subscription->id);
    told->element = subscription->node;
    told->name = subscription->name;
    told->key = subscription->key;
    told->due = subscription->due;
    told->working = subscription->working;
    if (subscription->kind == BPMN_WAIT_SIGNAL)
        told->code = STR("signal");
    else if (!timer)
        told->code = STR("message");
}

static bool empty_cycle(const struct bpmn_node *event, const struct subscription *timer)
{
    return event->timer.kind == BPMN_TIMER_CYCLE && timer->repetitions == -2;
}

bool bpmn_subscribe(struct engine *engine, struct execution *owner, const struct bpmn_node *event)
{
    struct subscription *made = arena_zalloc(engine->arena, sizeof *made);
    if (!bpmn_wait_of(event, &made->kind)) return true;
    made->execution = owner->id;
    made->model = owner->model;
    made->node = event;
    if (made->kind == BPMN_WAIT_TIMER) {
        if (!set_timer(engine, owner, event, made)) return false;
        if (made->interval.length > 0 && made->repetitions == -1 && str_starts_with(made->name, STR("R0/")))
            made->repetitions = -2; /* R0: never */
        if (empty_cycle(event, made)) return true;
    } else if (made->kind == BPMN_WAIT_CONDITION) {
        engine->data_changed = true;
    } else {
        if (!bpmn_evaluate_text(engine, owner, &event->reference, &made->name) ||
            !bpmn_evaluate_text(engine, owner, &event->correlation_key, &made->key))
            return false;
        if (made->name.length == 0) return fail(engine, "bpmn.no_message_name", event->reference.text);
    }
    made->id = engine->state->next_id++;
    VEC_PUSH(engine->arena, &engine->state->subscriptions, made);
    tell_subscription(engine, made, true);
    return true;
}

bool bpmn_subscribe_boundary(struct engine *engine, struct execution *host)
{
    if ((host->flags & (FLAG_INSTANCE | FLAG_EVENTS)) != 0) return true;
    for (size_t i = 0; i < host->node->boundary_count; i++)
        if (!bpmn_subscribe(engine, host, host->node->boundary[i])) return false;
    host->flags |= FLAG_EVENTS;
    return true;
}

bool bpmn_subscribe_scope(struct engine *engine, struct execution *scope)
{
    for (size_t i = 0; i < scope->node->child_count; i++) {
        const struct bpmn_node *child = scope->node->children[i];
        for (size_t k = 0; child->kind == BPMN_EVENT_SUBPROCESS && k < child->child_count; k++)
            if (child->children[k]->kind == BPMN_START_EVENT &&
                !bpmn_subscribe(engine, scope, child->children[k]))
                return false;
    }
    return true;
}

static void close_subscription(struct engine *engine, struct subscription *subscription)
{
    if (subscription->dead) return;
    tell_subscription(engine, subscription, false);
    subscription->dead = true;
}

void bpmn_unsubscribe_all(struct engine *engine, const struct execution *owner)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = 0; i < state->subscriptions.count; i++)
        if (state->subscriptions.items[i]->execution == owner->id)
            close_subscription(engine, state->subscriptions.items[i]);
    struct execution *known = bpmn_execution_find(engine->state, owner->id);
    if (known != NULL) known->flags &= ~(unsigned)FLAG_EVENTS;
}

/* The event subprocesses of an interrupted scope; its own boundary events stay. */
static void unsubscribe_starts(struct engine *engine, const struct execution *scope)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = 0; i < state->subscriptions.count; i++)
        if (state->subscriptions.items[i]->execution == scope->id &&
            state->subscriptions.items[i]->node->kind == BPMN_START_EVENT)
            close_subscription(engine, state->subscriptions.items[i]);
}

struct subscription *bpmn_subscription_find(const struct bpmn_state *state, uint64_t id)
{
    size_t low = 0, high = state->subscriptions.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (state->subscriptions.items[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == state->subscriptions.count || state->subscriptions.items[low]->id != id ||
        state->subscriptions.items[low]->dead)
        return NULL;
    return state->subscriptions.items[low];
}

/* ---- firing ---- */

static const struct feel_value *with_code(struct engine *engine, const struct bpmn_node *event,
                                          const struct feel_value *data, struct str code)
{
    if (event->code_variable.length == 0) return data;
    struct feel_context_builder *builder = feel_context_begin(engine->arena);
    for (size_t i = 0; data != NULL && i < feel_context_count(data); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(data, i, &name);
        feel_context_put(builder, name, value);
    }
    feel_context_put(builder, event->code_variable, feel_string(engine->arena, code));
    return feel_context_end(builder);
}

/* The payload of an event: through its output mappings when it has some, else as it is. */
static bool take_payload(struct engine *engine, struct execution *execution, const struct bpmn_node *event,
                         const struct feel_value *data)
{
    struct execution *scope = bpmn_parent_of(engine->state, execution);
    if (data != NULL && !event->outputs_only && !bpmn_write_data(engine, execution, data)) return false;
    if (event->output_count == 0) return true;
    for (size_t i = 0; data != NULL && event->outputs_only && i < feel_context_count(data); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(data, i, &name);
        bpmn_set_local(engine, execution, name, value);
    }
    return bpmn_map_outputs(engine, event, execution, scope);
}

static void pass_event(struct engine *engine, struct execution *execution, const struct feel_value *data)
{
    if (!take_payload(engine, execution, execution->node, data)) {
        bpmn_unsubscribe_all(engine, execution);
        execution->phase = PHASE_ENTER; /* tried again: as if it had just been reached */
        bpmn_raise_failure(engine, execution);
        return;
    }
    bpmn_trace_passed(engine, execution);
    bpmn_unsubscribe_all(engine, execution);
    bpmn_enqueue(engine, execution, PHASE_LEAVE);
}

void bpmn_fire_boundary(struct engine *engine, struct execution *host, const struct bpmn_node *event,
                        const struct feel_value *data, struct str code)
{
    struct execution *scope = bpmn_parent_of(engine->state, host);
    if (event->interrupting) bpmn_cancel(engine, host);
    struct execution *token = bpmn_spawn(engine, scope, host->model, event);
    engine->steps++;
    pass_event(engine, token, with_code(engine, event, data, code));
}

void bpmn_fire_event_subprocess(struct engine *engine, struct execution *scope, const struct bpmn_node *start,
                                const struct feel_value *data, struct str code)
{
    engine->steps++;
    if (start->interrupting) {
        bpmn_cancel_children(engine, scope, NULL);
        unsubscribe_starts(engine, scope);
        scope->flags |= FLAG_INTERRUPTED;
    }
    struct execution *inner = bpmn_spawn(engine, scope, scope->model, start->parent);
    bpmn_trace(engine, inner, BPMN_STARTED);
    data = with_code(engine, start, data, code);
    struct execution *token = bpmn_spawn(engine, inner, scope->model, start);
    if (!bpmn_subscribe_scope(engine, inner)) {
        bpmn_remove_execution(engine, token);
        bpmn_unsubscribe_all(engine, inner);
        inner->phase = PHASE_ENTER;
        bpmn_raise_failure(engine, inner);
        return;
    }
    pass_event(engine, token, data);
}

/* An event gateway: the first event decides, the others are forgotten. */
static void fire_after_gateway(struct engine *engine, struct execution *execution,
                               const struct bpmn_node *event, const struct feel_value *data)
{
    bpmn_trace(engine, execution, BPMN_COMPLETED);
    bpmn_unsubscribe_all(engine, execution);
    execution->node = event;
    engine->cached = NULL;
    if (event->kind == BPMN_RECEIVE_TASK) {
        bpmn_trace(engine, execution, BPMN_STARTED);
        execution->phase = PHASE_WAIT;
        bpmn_activity_complete(engine, execution, data);
        return;
    }
    pass_event(engine, execution, data);
}

static void fire_at(struct engine *engine, struct execution *owner, const struct bpmn_node *event,
                    const struct feel_value *data)
{
    if (event->kind == BPMN_BOUNDARY_EVENT)
        bpmn_fire_boundary(engine, owner, event, data, STR_NULL);
    else if (event->kind == BPMN_START_EVENT)
        bpmn_fire_event_subprocess(engine, owner, event, data, STR_NULL);
    else if (owner->node->kind == BPMN_EVENT_GATEWAY)
        fire_after_gateway(engine, owner, event, data);
    else if (event->kind == BPMN_RECEIVE_TASK)
        bpmn_activity_complete(engine, owner, data);
    else
        pass_event(engine, owner, data);
}

void bpmn_fire(struct engine *engine, struct subscription *subscription, const struct feel_value *data)
{
    struct execution *owner = bpmn_execution_find(engine->state, subscription->execution);
    if (owner != NULL && !owner->dead && !subscription->dead)
        fire_at(engine, owner, subscription->node, data);
}

void bpmn_fire_timer(struct engine *engine, struct subscription *timer)
{
    const struct bpmn_node *event = timer->node;
    bool repeats = !event->interrupting && timer->repetitions != 0 && timer->interval.length > 0 &&
                   (event->kind == BPMN_BOUNDARY_EVENT || event->kind == BPMN_START_EVENT);
    struct execution *owner = bpmn_execution_find(engine->state, timer->execution);
    if (repeats) {
        instant base = timer->due != 0 ? timer->due : engine->environment->now;
        instant previous = timer->due;
        timer->from = base;
        timer->due = bpmn_compute_due(engine->environment, event, timer->interval, timer->working, base);
        timer->repetitions -= timer->repetitions > 0;
        struct bpmn_effect *told = bpmn_effect(engine, BPMN_TIMER_MOVED, owner, timer->id);
        told->element = event;
        told->name = timer->name;
        told->due = timer->due;
        told->previous_due = previous;
        told->working = timer->working;
        bpmn_fire(engine, timer, NULL);
        return;
    }
    timer->dead = true; /* over once it was due: nothing to tell */
    if (owner != NULL && !owner->dead) fire_at(engine, owner, event, NULL);
}

/* ---- conditions ---- */

void bpmn_check_conditions_of(struct engine *engine)
{
    const struct bpmn_state *state = engine->state;
    engine->data_changed = false;
    size_t count = state->subscriptions.count;
    for (size_t i = 0; i < count; i++) {
        struct subscription *subscription = state->subscriptions.items[i];
        const struct execution *owner = subscription->dead || subscription->kind != BPMN_WAIT_CONDITION
                                            ? NULL
                                            : bpmn_execution_find(state, subscription->execution);
        bool holds = false;
        if (owner == NULL || owner->dead) continue;
        engine->work += 100;
        if (!bpmn_evaluate_condition(engine, owner, &subscription->node->condition, &holds)) holds = false;
        bool became_true = holds && !subscription->was_true;
        subscription->was_true = holds;
        if (became_true) bpmn_fire(engine, subscription, NULL);
    }
}

/* ---- signals ---- */

bool bpmn_broadcast(struct engine *engine, struct str name, const struct feel_value *data)
{
    const struct bpmn_state *state = engine->state;
    size_t count = state->subscriptions.count; /* those opened by what follows do not hear it */
    bool heard = false;
    for (size_t i = 0; i < count; i++) {
        struct subscription *subscription = state->subscriptions.items[i];
        if (subscription->dead || subscription->kind != BPMN_WAIT_SIGNAL ||
            !str_equal(subscription->name, name))
            continue;
        heard = true;
        bpmn_fire(engine, subscription, data);
    }
    return heard;
}

/* ---- another calendar ---- */

/* Working time, and days, weeks or months whose end rolls off a day off; ISO 8601 and dates are civil time.
 */
static bool by_calendar(struct str text, bool working)
{
    struct limit_text limit;
    return working || bpmn_limit_from_text(text, &limit);
}

static void reschedule_task(struct engine *engine, struct execution *execution)
{
    if (execution->task == NULL || !by_calendar(execution->task->limit, execution->task->limit_working))
        return;
    instant due = bpmn_compute_due(engine->environment, execution->node, execution->task->limit,
                                   execution->task->limit_working, execution->task->created);
    if (due == execution->task->due) return;
    struct task *task = arena_alloc(engine->arena, sizeof *task);
    *task = *execution->task;
    task->due = due;
    instant previous = execution->task->due;
    execution->task = task;
    struct bpmn_effect *told = bpmn_effect(engine, BPMN_TASK_CHANGED, execution, execution->id);
    told->name = task->limit;
    told->due = due;
    told->previous_due = previous;
    told->working = task->limit_working;
}

void bpmn_reschedule(struct engine *engine)
{
    const struct bpmn_state *state = engine->state;
    for (size_t i = 0; i < state->executions.count; i++)
        reschedule_task(engine, state->executions.items[i]);
    for (size_t i = 0; i < state->subscriptions.count; i++) {
        struct subscription *timer = state->subscriptions.items[i];
        struct str text = timer->interval.length > 0 ? timer->interval : timer->name;
        if (timer->kind != BPMN_WAIT_TIMER || !by_calendar(text, timer->working)) continue;
        instant due = bpmn_compute_due(engine->environment, timer->node, text, timer->working, timer->from);
        if (due == timer->due) continue;
        struct bpmn_effect *told =
            bpmn_effect(engine, BPMN_TIMER_MOVED, bpmn_execution_find(state, timer->execution), timer->id);
        told->element = timer->node;
        told->name = timer->name;
        told->due = due;
        told->previous_due = timer->due;
        told->working = timer->working;
        timer->due = due;
    }
}
