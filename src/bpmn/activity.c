/*
 * Activities from their beginning to their end: data in, boundary events, what kind of work it is, data out.
 * The life cycle is that of BPMN 2.0.2, 13.3.2; "failing" becomes an incident.
 */
#include "machine.h"

bool bpmn_is_service(const struct execution *execution)
{
    return execution->node->kind == BPMN_SERVICE_TASK || execution->node->kind == BPMN_SEND_TASK ||
           execution->node->kind == BPMN_BUSINESS_RULE_TASK || execution->node->kind == BPMN_SCRIPT_TASK;
}

/* ---- people's tasks ---- */

/* Candidate roles: a text, several with commas, or a list. */
static void add_role_texts(struct engine *engine, const struct feel_value *value, struct str *roles,
                           size_t *count, size_t maximum)
{
    if (value->kind == FEEL_LIST) {
        for (size_t i = 0; i < value->list.count; i++)
            if (value->list.items[i]->kind == FEEL_STRING && *count < maximum)
                roles[(*count)++] = arena_str(engine->arena, value->list.items[i]->string);
        return;
    }
    struct str text = value->kind == FEEL_STRING ? value->string : STR_NULL;
    while (text.length > 0 && *count < maximum) {
        struct str head, rest;
        if (!str_split(text, ',', &head, &rest)) rest = STR_NULL;
        head = str_trim(head);
        if (head.length > 0) roles[(*count)++] = arena_str(engine->arena, head);
        text = rest;
    }
}

static bool task_roles(struct engine *engine, const struct execution *execution, struct task *task)
{
    enum { MAXIMUM = 100 };
    struct str *roles = arena_array(engine->arena, MAXIMUM, sizeof *roles);
    size_t count = 0;
    for (size_t i = 0; i < execution->node->role_count; i++) {
        const struct feel_value *value;
        if (execution->node->roles[i].literal) {
            if (count < MAXIMUM) roles[count++] = execution->node->roles[i].text;
            continue;
        }
        if (!bpmn_evaluate(engine, execution, &execution->node->roles[i], &value)) return false;
        add_role_texts(engine, value, roles, &count, MAXIMUM);
    }
    task->roles = roles;
    task->role_count = count;
    return true;
}

static void tell_task(struct engine *engine, const struct execution *execution, enum bpmn_effect_kind kind)
{
    struct bpmn_task_view *view = arena_alloc(engine->arena, sizeof *view);
    *view = bpmn_task_view(engine->state, execution);
    struct bpmn_effect *told = bpmn_effect(engine, kind, execution, execution->id);
    told->task = view;
    told->name = bpmn_is_service(execution) ? view->call : view->limit;
    told->due = view->due;
    told->working = view->limit_working;
    told->data = bpmn_data_of(engine, execution);
}

static bool create_user_task(struct engine *engine, struct execution *execution)
{
    const struct bpmn_node *node = execution->node;
    struct task *task = arena_zalloc(engine->arena, sizeof *task);
    if (!task_roles(engine, execution, task) ||
        !bpmn_evaluate_text(engine, execution, &node->assignee, &task->assignee) ||
        !bpmn_evaluate_text(engine, execution, &node->form_key, &task->form_key) ||
        !bpmn_evaluate_text(engine, execution, &node->limit, &task->limit))
        return false;
    struct limit_text limit;
    task->limit_working = node->limit_working || (bpmn_limit_from_text(task->limit, &limit) && limit.working);
    task->created = engine->environment->now;
    if (task->limit.length > 0)
        task->due =
            bpmn_compute_due(engine->environment, node, task->limit, task->limit_working, task->created);
    execution->task = task;
    tell_task(engine, execution, BPMN_TASK_CREATED);
    return true;
}

/* ---- calls ---- */

void bpmn_request_call(struct engine *engine, struct execution *execution)
{
    if (execution->task != NULL) tell_task(engine, execution, BPMN_CALL_REQUESTED);
}

static bool create_call(struct engine *engine, struct execution *execution)
{
    struct task *task = arena_zalloc(engine->arena, sizeof *task);
    if (!bpmn_evaluate_text(engine, execution, &execution->node->call_target, &task->call)) return false;
    task->created = engine->environment->now;
    execution->task = task;
    bpmn_request_call(engine, execution);
    return true;
}

/* The result of an expression: into its variable, or entry by entry when it is a context. */
static bool compute(struct engine *engine, struct execution *execution,
                    const struct bpmn_expression *expression)
{
    const struct feel_value *value;
    struct str variable = execution->node->result_variable;
    if (!bpmn_evaluate(engine, execution, expression, &value)) return false;
    if (variable.length > 0) return bpmn_write_variable(engine, execution, variable, value);
    return value->kind != FEEL_CONTEXT || bpmn_write_data(engine, execution, value);
}

static bool send_message(struct engine *engine, struct execution *execution)
{
    struct str name, key;
    if (!bpmn_evaluate_text(engine, execution, &execution->node->reference, &name) ||
        !bpmn_evaluate_text(engine, execution, &execution->node->correlation_key, &key))
        return false;
    struct bpmn_effect *sent = bpmn_effect(engine, BPMN_MESSAGE_SENT, execution, execution->id);
    sent->name = name;
    sent->key = key;
    sent->data = execution->data;
    for (size_t i = 0; i < execution->model->message_flow_count; i++)
        if (execution->model->message_flows[i].source == execution->node)
            sent->message_flow = &execution->model->message_flows[i];
    return true;
}

/* ---- called processes ---- */

static const struct bpmn_model *find_model(struct engine *engine, const struct execution *execution,
                                           struct str *process)
{
    const struct bpmn_environment *environment = engine->environment;
    const struct bpmn_model *model =
        environment->resolve == NULL ? NULL : environment->resolve(environment->user, *process);
    if (model != NULL) return model;
    for (int pass = 0; pass < 2; pass++) {
        if (bpmn_model_process(execution->model, *process) != NULL) return execution->model;
        for (size_t i = 0; i < environment->models.count; i++)
            if (bpmn_model_process(environment->models.items[i], *process) != NULL)
                return environment->models.items[i];
        *process = bpmn_local_part(*process);
    }
    return NULL;
}

static unsigned call_depth(const struct engine *engine, const struct execution *execution)
{
    unsigned depth = 0;
    for (; execution != NULL; execution = bpmn_parent_of(engine->state, execution))
        depth += execution->node->kind == BPMN_PROCESS;
    return depth;
}

static bool called_data(struct engine *engine, const struct execution *execution,
                        const struct feel_value **data)
{
    const struct bpmn_node *node = execution->node;
    const struct feel_value *visible = bpmn_data_of(engine, execution);
    struct feel_context_builder *builder = feel_context_begin(engine->arena);
    bool all = node->propagate_all_in;
    for (size_t i = 0; i < node->input_count; i++)
        all = all || node->inputs[i].all;
    for (size_t i = 0; all && i < feel_context_count(visible); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(visible, i, &name);
        feel_context_put(builder, name, value);
    }
    for (size_t i = 0; i < node->input_count; i++) {
        const struct feel_value *value;
        if (node->inputs[i].all) continue;
        if (!bpmn_evaluate(engine, execution, &node->inputs[i].value, &value)) return false;
        feel_context_put(builder, node->inputs[i].target, bpmn_value_storable(engine->arena, value));
    }
    *data = feel_context_end(builder);
    return true;
}

static bool fail_call(struct engine *engine, const char *code, struct str detail)
{
    engine->failure = (struct failure){code, detail};
    return false;
}

/* A called process begins at its plain start event; one without any start event where nothing leads in. */
static bool starts_plainly(const struct bpmn_node *process)
{
    bool any = false;
    for (size_t i = 0; i < process->child_count; i++) {
        const struct bpmn_node *child = process->children[i];
        any = any || child->kind == BPMN_START_EVENT;
        if (child->kind == BPMN_START_EVENT && child->trigger == BPMN_NONE) return true;
    }
    return !any;
}

static bool call_process(struct engine *engine, struct execution *execution)
{
    struct str id;
    const struct feel_value *data;
    if (!bpmn_evaluate_text(engine, execution, &execution->node->call_target, &id)) return false;
    struct str wanted = id;
    const struct bpmn_model *model = find_model(engine, execution, &id);
    const struct bpmn_node *process = model == NULL || id.length == 0 ? NULL : bpmn_model_process(model, id);
    if (process == NULL) return fail_call(engine, "bpmn.unknown_process", wanted);
    if (bpmn_model_has_errors(model, process, true)) return fail_call(engine, "bpmn.model_refused", wanted);
    if (!starts_plainly(process)) return fail_call(engine, "bpmn.no_such_start", wanted);
    if (call_depth(engine, execution) >= BPMN_MAXIMUM_NESTING)
        return fail_call(engine, "bpmn.too_deep", wanted);
    if (!called_data(engine, execution, &data)) return false;
    execution->phase = PHASE_WAIT;
    struct execution *called = bpmn_spawn(engine, execution, model, process);
    called->data = data;
    bpmn_effect(engine, BPMN_CALL_STARTED, execution, called->id);
    bpmn_effect(engine, BPMN_INSTANCE_STARTED, called, called->id)->data = data;
    bpmn_start_scope(engine, called, NULL);
    return true;
}

/* ---- beginning ---- */

static bool passes_at_once(const struct bpmn_node *node)
{
    switch (node->kind) {
    case BPMN_TASK:
    case BPMN_MANUAL_TASK:
        return true;
    case BPMN_SERVICE_TASK:
    case BPMN_SEND_TASK:
    case BPMN_BUSINESS_RULE_TASK:
    case BPMN_SCRIPT_TASK:
        return node->call == BPMN_CALL_NONE || node->call == BPMN_CALL_EXPRESSION;
    default:
        return false;
    }
}

static bool do_at_once(struct engine *engine, struct execution *execution)
{
    const struct bpmn_node *node = execution->node;
    if (node->call == BPMN_CALL_EXPRESSION) return compute(engine, execution, &node->call_target);
    if (node->kind == BPMN_SCRIPT_TASK && node->script.text.length > 0)
        return compute(engine, execution, &node->script);
    if (node->kind == BPMN_SEND_TASK && node->reference.text.length > 0)
        return send_message(engine, execution);
    return true;
}

static bool begin_waiting(struct engine *engine, struct execution *execution)
{
    if (!bpmn_subscribe_boundary(engine, execution)) return false;
    switch (execution->node->kind) {
    case BPMN_USER_TASK:
        return create_user_task(engine, execution);
    case BPMN_RECEIVE_TASK:
        return bpmn_subscribe(engine, execution, execution->node);
    case BPMN_CALL_ACTIVITY:
        return call_process(engine, execution);
    case BPMN_SUBPROCESS:
        bpmn_start_scope(engine, execution, NULL);
        return true;
    default:
        return create_call(engine, execution);
    }
}

void bpmn_activity_enter(struct engine *engine, struct execution *execution)
{
    if (execution->node->loop.kind != BPMN_LOOP_NONE && (execution->flags & FLAG_INSTANCE) == 0) {
        bpmn_loop_begin(engine, execution);
        return;
    }
    if (!bpmn_map_inputs(engine, execution)) {
        bpmn_raise_failure(engine, execution);
        return;
    }
    if ((execution->flags & FLAG_STARTED) == 0) bpmn_trace(engine, execution, BPMN_STARTED);
    bool at_once = passes_at_once(execution->node);
    execution->phase = at_once ? PHASE_ENTER : PHASE_WAIT;
    if (!(at_once ? do_at_once(engine, execution) : begin_waiting(engine, execution))) {
        execution->phase = PHASE_ENTER;
        bpmn_unsubscribe_all(engine, execution);
        bpmn_raise_failure(engine, execution);
        return;
    }
    if (at_once) bpmn_activity_complete(engine, execution, NULL);
}

/* ---- end ---- */

/* What somebody handed in: of a decision or service with a result variable the one value goes there. */
static bool take_data(struct engine *engine, struct execution *execution, const struct feel_value *data)
{
    if (data == NULL) return true;
    if (!execution->node->outputs_only) return bpmn_write_data(engine, execution, data);
    for (size_t i = 0; i < feel_context_count(data); i++) {
        struct str name;
        const struct feel_value *value = feel_context_at(data, i, &name);
        bpmn_set_local(engine, execution, name, value);
    }
    return bpmn_value_size(execution->data) <= engine->limits.data ||
           fail_call(engine, "bpmn.data_too_large", STR_NULL);
}

static void close_task(struct engine *engine, struct execution *execution)
{
    if (execution->task == NULL) return;
    bpmn_effect(engine, bpmn_is_service(execution) ? BPMN_CALL_COMPLETED : BPMN_TASK_COMPLETED, execution,
                execution->id);
    execution->task = NULL;
}

void bpmn_activity_complete(struct engine *engine, struct execution *execution, const struct feel_value *data)
{
    struct execution *parent = bpmn_parent_of(engine->state, execution);
    bool mapped = execution->node->kind == BPMN_CALL_ACTIVITY; /* done when the called process ended */
    /* An instance of a loop has the variable of its output for itself. */
    struct execution *target = (execution->flags & FLAG_INSTANCE) != 0 ? execution : parent;
    if (!take_data(engine, execution, data) ||
        (!mapped && !bpmn_map_outputs(engine, execution->node, execution, target))) {
        bpmn_raise_failure(engine, execution);
        return;
    }
    bpmn_clear_incident(engine, execution);
    close_task(engine, execution);
    bpmn_trace(engine, execution, BPMN_COMPLETED);
    bpmn_unsubscribe_all(engine, execution);
    bpmn_record_compensation(engine, execution);
    if ((execution->flags & FLAG_HANDLER) != 0)
        bpmn_handler_done(engine, execution);
    else if ((execution->flags & FLAG_INSTANCE) != 0)
        bpmn_loop_instance_done(engine, execution);
    else
        bpmn_enqueue(engine, execution, PHASE_LEAVE);
}
