/*
 * Between the workflow engine and the database: runs a step and turns its effects into rows of the command's
 * write batch. What a service task asks for (a question to another agency) is done here and reported back at
 * once, so that one command always ends with the workflow waiting for a person, a message or a timer.
 */
#include "dossier_private.h"

#include "motcua/domain/reference.h"
#include "motcua/feel/json.h"

/* A service task that was called for, and what is to be reported for it. */
struct pending_call {
    struct pending_call *next;
    uint64_t id;
    const char *problem;           /* NULL: done */
    const struct feel_value *data; /* what the workflow gets back */
};

struct shell {
    struct command *command;
    struct bpmn_environment environment;
    const struct bpmn_model *models[1];
    struct pending_call *calls, **last_call;
    unsigned call_count; /* of this command so far */
};

/* A loop of service tasks would never come to a wait. */
enum { CALLS_MAXIMUM = 1000 };

struct str workflow_text(const struct command *command, const char *name)
{
    struct arena *arena = command->work->arena;
    const struct feel_value *value = feel_get(bpmn_state_data(command->state, arena, 1), str_of(name));
    const char *text = value == NULL || feel_is_null(value) ? NULL : feel_text(arena, value, 20000);
    return str_of(text);
}

static bool compute_due(void *user, const struct bpmn_due_request *request, instant *due)
{
    struct shell *shell = user;
    struct arena *arena = shell->command->work->arena;
    const char *text =
        arena_printf(arena, "%.*s%s", STR_ARG(request->text),
                     request->working && str_starts_with(request->text, STR("P")) ? " working" : "");
    struct limit limit;
    struct error ignored;
    return limit_parse(arena, str_of(text), &limit, &ignored) == STATUS_OK && limit.unit != LIMIT_NONE &&
           calendar_add(shell->command->calendar, request->from, limit, due) == STATUS_OK;
}

static void shell_start(struct shell *shell, struct command *command)
{
    shell->command = command;
    shell->models[0] = command->workflow_version->workflow;
    shell->calls = NULL;
    shell->last_call = &shell->calls;
    shell->call_count = 0;
    shell->environment = (struct bpmn_environment){
        .models = {shell->models, 1},
        .now = command->work->now,
        .utc_offset = 7 * 3600,
        .due = compute_due,
        .user = shell,
    };
}

enum status workflow_load(struct command *command, struct str text, struct error *error)
{
    const struct bpmn_model *models[] = {command->workflow_version->workflow};
    struct bpmn_models known = {models, 1};
    return bpmn_state_load(command->work->arena, text, &known, &command->state, error);
}

DB_STATEMENT(shell_task_due, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "UPDATE task SET step_due_at = $3, urgent_at = least(coalesce($3, 'infinity'), "
             "coalesce(dossier_due_at, 'infinity'), created_at + interval '1 year') "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND engine_task = $2 AND state IN "
             "('open', 'waiting')")

DB_STATEMENT(shell_task_cancel, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "UPDATE task SET state = 'cancelled', done_at = $3, revision = revision + 1 "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND engine_task = $2 AND state IN "
             "('open', 'waiting')")

DB_STATEMENT(
    shell_timer_insert, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_JSON, DB_INSTANT), DB_NOTHING,
    "INSERT INTO timer (tenant_id, id, dossier_id, engine_timer, element_id, specification, due_at, next_at) "
    "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $6) "
    "ON CONFLICT (tenant_id, dossier_id, engine_timer) DO UPDATE SET due_at = EXCLUDED.due_at, "
    "next_at = EXCLUDED.next_at, attempts = 0")

DB_STATEMENT(
    shell_timer_delete, DB_PARAMETERS(DB_UUID, DB_TEXT), DB_NOTHING,
    "DELETE FROM timer WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND engine_timer = $2")

DB_STATEMENT(shell_incident_insert, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT),
             DB_NOTHING,
             "INSERT INTO incident (tenant_id, id, dossier_id, element_id, engine_incident, kind, message, "
             "created_at) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, 'workflow', $5, $6)")

DB_STATEMENT(shell_incident_resolve, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT, DB_TEXT), DB_NOTHING,
             "UPDATE incident SET resolved_at = $3, resolved_by = $4 WHERE tenant_id = motcua.app_tenant() "
             "AND dossier_id = $1 AND engine_incident = $2 AND resolved_at IS NULL")

DB_STATEMENT(shell_consultation_insert,
             DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_JSON, DB_INSTANT, DB_INSTANT),
             DB_NOTHING,
             "INSERT INTO consultation_sent (tenant_id, id, dossier_id, to_tenant_id, message_name, "
             "element_id, question, "
             "data, sent_at, due_at) VALUES (motcua.app_tenant(), $1, $2, $3, 'consultation_answered', $4, "
             "$5, $6, $7, $8)")

DB_STATEMENT(shell_outbox_consultation, DB_PARAMETERS(DB_UUID, DB_JSON, DB_INSTANT), DB_NOTHING,
             "INSERT INTO outbox (tenant_id, id, kind, payload, created_at, next_at) "
             "VALUES (motcua.app_tenant(), $1, 'consultation', $2, $3, $3)")

static void add_timer(struct command *command, const struct bpmn_effect *effect)
{
    struct work *work = command->work;
    json_auto specification = json_object();
    json_set_str(specification, "text", effect->name);
    json_object_set_new(specification, "working", json_boolean(effect->working));
    db_add(command->write, &shell_timer_insert, db_uuid(uuid_create(work->now)), db_uuid(command->dossier.id),
           db_text(workflow_number_text(work->arena, effect->id)), db_text(effect->element->id),
           db_json(specification), db_instant(effect->due));
}

static void add_incident(struct command *command, const struct bpmn_effect *effect)
{
    struct work *work = command->work;
    const char *message =
        arena_printf(work->arena, "%.*s: %.*s", STR_ARG(effect->code), STR_ARG(effect->detail));
    db_add(command->write, &shell_incident_insert, db_uuid(uuid_create(work->now)),
           db_uuid(command->dossier.id), db_text(effect->element->id),
           db_text(workflow_number_text(work->arena, effect->id)), db_cstr(message), db_instant(work->now));
    json_t *data = json_object();
    json_set_str(data, "element", effect->element->id);
    command_event(command, "incident_raised", false, data);
}

static struct str text_of(struct arena *arena, const struct feel_value *data, const char *name)
{
    const struct feel_value *value = data == NULL ? NULL : feel_get(data, str_of(name));
    const char *text = value == NULL || feel_is_null(value) ? NULL : feel_text(arena, value, 4000);
    return text == NULL ? STR("") : str_of(text);
}

static const struct tenant *tenant_named(const struct tenants *tenants, struct str name)
{
    const struct tenant *found = tenant_by_slug(tenants, name);
    return found != NULL ? found : tenant_by_code(tenants, name);
}

/* What the asked agency gets to see: the inputs of the task but those that steer the question itself. */
static json_t *consultation_data(struct command *command, const struct bpmn_effect *effect)
{
    json_t *data = effect->data == NULL ? json_object() : feel_to_json(effect->data);
    static const char *const steering[] = {"agency", "question", "limit"};
    json_t *kept = json_object();
    if (effect->element->input_count > 0) {
        for (size_t i = 0; i < effect->element->input_count; i++) {
            const char *key = arena_strndup(command->work->arena, effect->element->inputs[i].target.data,
                                            effect->element->inputs[i].target.length);
            bool steers = false;
            for (size_t j = 0; j < sizeof steering / sizeof steering[0]; j++)
                steers |= strcmp(steering[j], key) == 0;
            if (!steers && json_object_get(data, key) != NULL)
                json_object_set(kept, key, json_object_get(data, key));
        }
    }
    json_decref(data);
    json_set_cstr(kept, "applicant_name", command->dossier.applicant_name);
    return kept;
}

/* NULL: done, and *id is the question's; else why not. */
static const char *ask_agency(struct command *command, const struct bpmn_effect *effect, struct uuid *id)
{
    struct work *work = command->work;
    struct str agency = text_of(work->arena, effect->data, "agency");
    struct str question = text_of(work->arena, effect->data, "question");
    const struct tenant *asked = tenant_named(reference_tenants(work->domain->reference), agency);
    if (asked == NULL)
        return arena_printf(work->arena, N_("Không có cơ quan \"%.*s\" để hỏi ý kiến"), STR_ARG(agency));
    instant due = 0;
    struct str limit_text = text_of(work->arena, effect->data, "limit");
    struct limit limit;
    struct error ignored;
    if (limit_text.length > 0 && (limit_parse(work->arena, limit_text, &limit, &ignored) != STATUS_OK ||
                                  calendar_add(command->calendar, work->now, limit, &due) != STATUS_OK))
        return arena_printf(work->arena, N_("Không đọc được thời hạn trả lời \"%.*s\""), STR_ARG(limit_text));
    *id = uuid_create(work->now);
    json_auto data = consultation_data(command, effect);
    db_add(command->write, &shell_consultation_insert, db_uuid(*id), db_uuid(command->dossier.id),
           db_uuid(asked->id), db_text(effect->element->id), db_text(question), db_json(data),
           db_instant(work->now), db_instant_or_null(due));
    json_auto payload = json_object();
    json_set_cstr(payload, "consultation_id", id->text);
    db_add(command->write, &shell_outbox_consultation, db_uuid(uuid_create(work->now)), db_json(payload),
           db_instant(work->now));
    json_t *event = json_object();
    json_set_cstr(event, "agency", asked->name);
    json_set_str(event, "question", question);
    command_event(command, "consultation_sent", true, event);
    return NULL;
}

/* The result: into the variable that the task names; else entry by entry, or under the decision's name. */
static void decide(struct command *command, const struct bpmn_effect *effect, struct pending_call *call)
{
    struct arena *arena = command->work->arena;
    const struct feel_value *value;
    struct error error = {0};
    if (procedure_decide(command->version, arena, effect->name, effect->data, &value, &error) != STATUS_OK) {
        call->problem = arena_printf(arena, N_("Không tính được quyết định \"%.*s\""), STR_ARG(effect->name));
        return;
    }
    struct str variable = effect->element->result_variable;
    if (variable.length == 0 && value->kind == FEEL_CONTEXT) {
        call->data = value;
        return;
    }
    struct feel_context_builder *builder = feel_context_begin(arena);
    feel_context_put(builder, variable.length > 0 ? variable : effect->name, value);
    call->data = feel_context_end(builder);
}

static void answer_call(struct shell *shell, const struct bpmn_effect *effect)
{
    struct command *command = shell->command;
    struct pending_call *call = arena_zalloc(command->work->arena, sizeof *call);
    call->id = effect->id;
    *shell->last_call = call;
    shell->last_call = &call->next;
    if (++shell->call_count > CALLS_MAXIMUM) {
        call->problem = N_("Quy trình gọi quá nhiều dịch vụ trong một bước");
        return;
    }
    if (effect->element->call == BPMN_CALL_DECISION) {
        decide(command, effect, call);
        return;
    }
    if (!str_equal_cstr(effect->name, "consult")) {
        call->problem = arena_printf(command->work->arena, N_("Không có dịch vụ \"%.*s\" cho bước này"),
                                     STR_ARG(effect->name));
        return;
    }
    struct uuid id;
    call->problem = ask_agency(command, effect, &id);
    if (call->problem != NULL) return;
    /* The event that waits for the answer takes it as its key: an answer finds its own question only. */
    json_auto data = json_object();
    json_set_cstr(data, "consultation_id", id.text);
    call->data = feel_from_json(command->work->arena, data);
}

static void apply_effect(struct shell *shell, const struct bpmn_effect *effect)
{
    struct command *command = shell->command;
    struct work *work = command->work;
    struct str id = workflow_number_text(work->arena, effect->id);
    switch (effect->kind) {
    case BPMN_TASK_CREATED:
        if (!effect->task->service) workflow_add_task(command, effect);
        break;
    case BPMN_TASK_CANCELLED:
        db_add(command->write, &shell_task_cancel, db_uuid(command->dossier.id), db_text(id),
               db_instant(work->now));
        break;
    case BPMN_TASK_CHANGED:
        db_add(command->write, &shell_task_due, db_uuid(command->dossier.id), db_text(id),
               db_instant_or_null(effect->due));
        follow_moved(command, effect);
        break;
    case BPMN_TIMER_MOVED:
        follow_moved(command, effect);
        if (effect->due != 0) add_timer(command, effect);
        break;
    case BPMN_TIMER_SCHEDULED:
        if (effect->due != 0) add_timer(command, effect);
        break;
    case BPMN_TIMER_CANCELLED:
        db_add(command->write, &shell_timer_delete, db_uuid(command->dossier.id), db_text(id));
        break;
    case BPMN_CALL_REQUESTED:
        answer_call(shell, effect);
        break;
    case BPMN_SUBSCRIPTION_OPENED:
        command->message_awaited = true;
        break;
    case BPMN_INCIDENT_RAISED:
        add_incident(command, effect);
        break;
    case BPMN_INCIDENT_RESOLVED:
        db_add(command->write, &shell_incident_resolve, db_uuid(command->dossier.id), db_text(id),
               db_instant(work->now), db_cstr(work->actor->name));
        break;
    case BPMN_INSTANCE_ENDED:
        if (effect->instance == 1 || effect->id == 1) {
            command->workflow_ended = true;
            command->workflow_end = effect->element;
        }
        break;
    default:
        break;
    }
}

/*
 * The element at which a dossier waits for this message: the gateway where the first of several events
 * decides. NULL for what may happen at any time (a withdrawal): that says nothing about where it stands.
 */
static const struct bpmn_node *stands_at(const struct bpmn_wait_view *wait)
{
    const struct bpmn_node *node = wait->element;
    if (wait->kind != BPMN_WAIT_MESSAGE ||
        (node->kind != BPMN_CATCH_EVENT && node->kind != BPMN_RECEIVE_TASK))
        return NULL;
    for (size_t i = 0; i < node->incoming_count; i++)
        if (node->incoming[i]->source->kind == BPMN_EVENT_GATEWAY) return node->incoming[i]->source;
    return node;
}

/* Where the dossier stands, in words: the first open task, else what is waited for. */
void workflow_name_step(struct command *command)
{
    struct arena *arena = command->work->arena;
    struct dossier *dossier = &command->dossier;
    const struct bpmn_node *node = NULL;
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(command->state, arena, &count);
    for (size_t i = 0; i < count && node == NULL; i++)
        if (!tasks[i].service) node = tasks[i].element;
    if (node == NULL) {
        const struct bpmn_wait_view *waits = bpmn_state_waits(command->state, arena, &count);
        for (size_t i = 0; i < count && node == NULL; i++)
            node = stands_at(&waits[i]);
    }
    dossier->step_name = dossier->step_name_en = "";
    if (node != NULL) {
        struct str english = bpmn_node_attribute(node, "name_en");
        dossier->step_name = arena_strndup(arena, node->name.data, node->name.length);
        if (english.data != NULL) dossier->step_name_en = arena_strndup(arena, english.data, english.length);
    }
}

static enum status run_one_input(struct shell *shell, const struct bpmn_input *input, struct error *error)
{
    struct command *command = shell->command;
    struct bpmn_result result;
    enum status status =
        bpmn_step(&shell->environment, command->state, input, command->work->arena, &result, error);
    if (status != STATUS_OK) return status;
    command->state = result.state;
    command->state_changed = true;
    for (size_t i = 0; i < result.effect_count; i++)
        apply_effect(shell, &result.effects[i]);
    return STATUS_OK;
}

/* With what service tasks ask for on the way. */
static enum status run_input(struct shell *shell, const struct bpmn_input *input, struct error *error)
{
    enum status status = run_one_input(shell, input, error);
    while (status == STATUS_OK && shell->calls != NULL) {
        const struct pending_call *call = shell->calls;
        struct bpmn_input answer = {.kind = call->problem == NULL ? BPMN_COMPLETE : BPMN_FAIL,
                                    .id = call->id,
                                    .detail = call->problem == NULL ? STR_NULL : str_of(call->problem),
                                    .data = call->data};
        shell->calls = call->next;
        if (shell->calls == NULL) shell->last_call = &shell->calls;
        struct error cancelled = {0};
        status = run_one_input(shell, &answer, &cancelled);
        if (status == STATUS_NOT_FOUND || status == STATUS_CONFLICT)
            status = STATUS_OK; /* an earlier answer has led the workflow away from this call */
        else if (status != STATUS_OK && error != NULL)
            *error = cancelled;
    }
    return status;
}

static enum status deliver_kept(struct shell *shell, struct kept_message *message, bool *delivered,
                                struct error *error)
{
    struct command *command = shell->command;
    json_auto data = NULL;
    struct error nobody = {0};
    enum status status = message_data(command, message, &data, error);
    if (status != STATUS_OK) return status;
    struct bpmn_input input = {.kind = BPMN_CORRELATE,
                               .name = message->name,
                               .key = message->key,
                               .data = feel_from_json(command->work->arena, data)};
    status = run_input(shell, &input, &nobody);
    *delivered = status == STATUS_OK;
    if (*delivered) message_delivered(command, message);
    return status == STATUS_NOT_FOUND || status == STATUS_CONFLICT ? STATUS_OK : status;
}

/* What came before it was waited for, now that it is; what that opens may be for another one. */
static enum status deliver_messages(struct shell *shell, struct error *error)
{
    struct command *command = shell->command;
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && command->message_awaited && i < command->message_count;) {
        struct kept_message *message = &command->messages[i++];
        bool delivered = false;
        if (message->gone || message->until <= command->work->now) continue;
        status = deliver_kept(shell, message, &delivered, error);
        if (delivered) i = 0;
    }
    command->message_awaited = false;
    return status;
}

static enum status run_to_wait(struct command *command, const struct bpmn_input *input, struct error *error)
{
    struct shell shell;
    shell_start(&shell, command);
    enum status status = run_input(&shell, input, error);
    if (status == STATUS_OK) status = deliver_messages(&shell, error);
    if (status == STATUS_OK) workflow_name_step(command);
    return status;
}

static const struct feel_value *variables(struct command *command, const json_t *data)
{
    return data == NULL ? NULL : feel_from_json(command->work->arena, data);
}

enum status workflow_start(struct command *command, const json_t *data, struct error *error)
{
    struct bpmn_input input = {
        .kind = BPMN_START, .model = command->workflow_version->workflow, .data = variables(command, data)};
    return run_to_wait(command, &input, error);
}

bool workflow_number(const char *text, uint64_t *number)
{
    int64_t value;
    if (str_to_int64(str_of(text), &value) != STATUS_OK || value < 0) return false;
    *number = (uint64_t)value;
    return true;
}

enum status workflow_complete(struct command *command, const struct task *task, const json_t *data,
                              struct error *error)
{
    struct bpmn_input input = {.kind = BPMN_COMPLETE, .data = variables(command, data)};
    if (!workflow_number(task->engine_task, &input.id)) return STATUS_NOT_FOUND;
    return run_to_wait(command, &input, error);
}

enum status workflow_message(struct command *command, const char *name, struct str key, const json_t *data,
                             struct error *error)
{
    struct bpmn_input input = {
        .kind = BPMN_CORRELATE, .name = str_of(name), .key = key, .data = variables(command, data)};
    return run_to_wait(command, &input, error);
}

/* A calendar that has changed since the timer was claimed may have moved it. */
static bool runs_later(const struct command *command, uint64_t engine_timer)
{
    size_t count;
    const struct bpmn_wait_view *waits = bpmn_state_waits(command->state, command->work->arena, &count);
    for (size_t i = 0; i < count; i++)
        if (waits[i].kind == BPMN_WAIT_TIMER && waits[i].id == engine_timer)
            return waits[i].due > command->work->now;
    return false;
}

enum status workflow_timer(struct command *command, uint64_t engine_timer, struct error *error)
{
    struct bpmn_input input = {.kind = BPMN_DUE, .id = engine_timer};
    if (runs_later(command, engine_timer)) return STATUS_OK;
    db_add(command->write, &shell_timer_delete, db_uuid(command->dossier.id),
           db_text(workflow_number_text(command->work->arena, engine_timer)));
    struct error refusal = {0};
    enum status status = run_to_wait(command, &input, &refusal);
    if (status == STATUS_OK) {
        json_t *data = json_object();
        json_object_set_new(data, "timer", json_integer((json_int_t)engine_timer));
        command_event(command, "timer_fired", false, data);
    }
    /* Only the engine's own word: a tenant or a row that cannot be found just now is no reason to forget one.
     */
    bool no_longer = refusal.code != NULL && (strcmp(refusal.code, "bpmn.unknown_job") == 0 ||
                                              strcmp(refusal.code, "bpmn.instance_ended") == 0);
    if (status != STATUS_OK && no_longer) return STATUS_OK;
    if (status != STATUS_OK && error != NULL) *error = refusal;
    return status;
}

enum status workflow_reschedule(struct command *command, struct error *error)
{
    struct bpmn_input input = {.kind = BPMN_RESCHEDULE};
    return run_to_wait(command, &input, error);
}

enum status workflow_cancel(struct command *command, struct error *error)
{
    struct bpmn_input input = {.kind = BPMN_CANCEL_INSTANCE};
    return run_to_wait(command, &input, error);
}

enum status workflow_retry(struct command *command, uint64_t engine_incident, struct error *error)
{
    struct bpmn_input input = {.kind = BPMN_RETRY, .id = engine_incident};
    return run_to_wait(command, &input, error);
}

enum status workflow_complete_failed(struct command *command, uint64_t engine_incident, struct error *error)
{
    struct bpmn_input input = {.kind = BPMN_COMPLETE};
    size_t count;
    const struct bpmn_incident_view *incidents =
        bpmn_state_incidents(command->state, command->work->arena, &count);
    for (size_t i = 0; i < count; i++)
        if (incidents[i].id == engine_incident) input.id = incidents[i].execution;
    enum status status = run_to_wait(command, &input, error);
    return status == STATUS_NOT_FOUND
               ? error_set(error, command->work->arena, STATUS_INVALID, "incident.no_service",
                           N_("Chỉ bước gọi dịch vụ mới có thể coi là đã làm xong bằng tay"), NULL)
               : status;
}
