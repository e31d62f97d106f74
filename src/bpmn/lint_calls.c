/*
 * The linter, part three: processes beside one another. Messages that more than one start event would take,
 * and processes that call themselves, directly or through others, on every way they can go.
 */
#include "space.h"

/* ---- start events with the same message ---- */

static bool starts_by(const struct bpmn_node *node, struct str *message)
{
    bool receives = node->kind == BPMN_RECEIVE_TASK && node->instantiate && node->incoming_count == 0;
    bool starts = node->kind == BPMN_START_EVENT && node->trigger == BPMN_MESSAGE;
    if ((!starts && !receives) || node->parent->kind != BPMN_PROCESS || !node->parent->executable ||
        !node->reference.literal)
        return false;
    *message = node->reference.text;
    return message->length > 0;
}

static bool has_process(const struct bpmn_model *model, struct str id)
{
    for (size_t i = 0; i < model->process_count; i++)
        if (str_equal(model->processes[i]->id, id)) return true;
    return false;
}

static bool taken(const struct bpmn_node *const *nodes, size_t count, const struct bpmn_model *replaced_by,
                  struct str message)
{
    struct str other;
    for (size_t i = 0; i < count; i++)
        if (starts_by(nodes[i], &other) && str_equal(other, message) &&
            (replaced_by == NULL || !has_process(replaced_by, nodes[i]->process->id)))
            return true;
    return false;
}

static void check_messages(struct builder *builder)
{
    const struct bpmn_model *model = builder->model;
    const struct bpmn_parse_options *options = builder->options;
    struct str message;
    for (size_t i = 0; i < model->node_count; i++) {
        if (!starts_by(model->nodes[i], &message)) continue;
        bool ambiguous = taken(model->nodes, i, NULL, message);
        for (size_t k = 0; k < options->other_count && !ambiguous; k++)
            ambiguous = taken(options->others[k]->nodes, options->others[k]->node_count, model, message);
        if (ambiguous)
            bpmn_warn(
                builder, model->nodes[i], "bpmn.ambiguous_message",
                N_("Một sự kiện bắt đầu khác cũng chờ thông điệp này; không rõ thông điệp sẽ khởi tạo quy "
                   "trình nào: %s"),
                message);
    }
}

/* ---- processes that call themselves for ever ---- */

struct calls {
    const struct bpmn_model *model;
    bool *ends;     /* by process: there is a way to its end */
    bool *reached;  /* by node */
    bool every_one; /* all calls come back */
    const struct bpmn_node **stack;
};

static bool comes_back(const struct calls *calls, const struct bpmn_node *call)
{
    if (calls->every_one || !call->call_target.literal || call->loop.kind != BPMN_LOOP_NONE) return true;
    for (size_t i = 0; i < calls->model->process_count; i++)
        if (str_equal(calls->model->processes[i]->id, bpmn_local_part(call->call_target.text)))
            return calls->ends[i];
    return true; /* of another file */
}

static bool scope_ends(struct calls *calls, const struct bpmn_node *scope);

static bool can_pass(struct calls *calls, const struct bpmn_node *node)
{
    if (node->kind == BPMN_CALL_ACTIVITY) return comes_back(calls, node);
    return node->kind != BPMN_SUBPROCESS || node->loop.kind != BPMN_LOOP_NONE || scope_ends(calls, node);
}

static void reach(struct calls *calls, const struct bpmn_node *node, size_t *count)
{
    if (node == NULL || calls->reached[node->index]) return;
    calls->reached[node->index] = true;
    calls->stack[(*count)++] = node;
}

/* Some token can get to where nothing follows. What an event subprocess may cut short ends, too. */
static bool scope_ends(struct calls *calls, const struct bpmn_node *scope)
{
    size_t count = 0, below;
    const struct bpmn_node **outer = calls->stack;
    bool ends = false;
    for (size_t i = 0; i < scope->child_count; i++) {
        const struct bpmn_node *node = scope->children[i];
        if (node->kind == BPMN_EVENT_SUBPROCESS) return true;
        calls->reached[node->index] = false;
        if (node->incoming_count == 0 && node->kind != BPMN_BOUNDARY_EVENT && !node->for_compensation)
            reach(calls, node, &count);
    }
    while (count > 0 && !ends) {
        const struct bpmn_node *node = outer[--count];
        below = count;
        calls->stack = outer + below;
        bool passes = can_pass(calls, node);
        calls->stack = outer;
        for (size_t i = 0; i < node->boundary_count; i++)
            reach(calls, node->boundary[i], &count);
        if (!passes) continue;
        ends = node->outgoing_count == 0 && node->link_target == NULL;
        for (size_t i = 0; i < node->outgoing_count; i++)
            reach(calls, node->outgoing[i]->target, &count);
        reach(calls, node->link_target, &count);
    }
    return ends;
}

static const struct bpmn_node *first_call(const struct calls *calls, const struct bpmn_node *process)
{
    for (size_t i = 0; i < calls->model->node_count; i++) {
        const struct bpmn_node *node = calls->model->nodes[i];
        if (node->process == process && node->kind == BPMN_CALL_ACTIVITY && !comes_back(calls, node))
            return node;
    }
    return process;
}

static void check_calls(struct builder *builder)
{
    const struct bpmn_model *model = builder->model;
    struct calls calls = {.model = model,
                          .ends = arena_array(builder->arena, model->process_count, sizeof(bool)),
                          .reached = arena_array(builder->arena, model->node_count, sizeof(bool)),
                          .stack = arena_array(builder->arena, 2 * model->node_count, sizeof(void *))};
    for (bool more = true; more;) { /* those that end are found from those that call nobody */
        more = false;
        for (size_t i = 0; i < model->process_count; i++) {
            if (calls.ends[i] || !scope_ends(&calls, model->processes[i])) continue;
            calls.ends[i] = more = true;
        }
    }
    for (size_t i = 0; i < model->process_count; i++) {
        const struct bpmn_node *process = model->processes[i];
        if (calls.ends[i] || !process->executable || process->child_count == 0) continue;
        calls.every_one = true;
        bool by_calls = scope_ends(&calls, process);
        calls.every_one = false;
        if (by_calls)
            bpmn_object(
                builder, first_call(&calls, process), "bpmn.endless_call",
                N_("Đường đi nào của quy trình cũng gọi lại chính nó, nên nó không bao giờ kết thúc."),
                STR_NULL);
    }
}

void bpmn_lint_calls(struct builder *builder)
{
    check_messages(builder);
    check_calls(builder);
}
