/*
 * The linter, part two: ways through the model. Unreachable parts by plain reachability; joins that cannot
 * fill, parts without end and tokens that pile up by the state space. What happens only when a boundary event
 * or an event subprocess strikes is a warning, the rest an error; neither forbids to start, for the data may
 * be such that it never happens — but a join that never fills does.
 */
#include "space.h"

#define LINT_STATES 8000

static void mark_reachable(const struct bpmn_node *scope, bool *reached, const struct bpmn_node **stack)
{
    size_t count = 0;
    bool has_start = false;
    for (size_t i = 0; i < scope->child_count; i++)
        has_start |= scope->children[i]->kind == BPMN_START_EVENT;
    for (size_t i = 0; i < scope->child_count; i++) {
        const struct bpmn_node *node = scope->children[i];
        bool handler = node->for_compensation || node->kind == BPMN_EVENT_SUBPROCESS;
        bool begins = node->kind == BPMN_START_EVENT || handler ||
                      (node->incoming_count == 0 && node->instantiate) ||
                      (!has_start && node->incoming_count == 0 && node->kind != BPMN_BOUNDARY_EVENT &&
                       !(node->kind == BPMN_CATCH_EVENT && node->trigger == BPMN_LINK));
        for (size_t k = 0; k < scope->child_count && !begins && node->incoming_count == 0; k++)
            for (size_t b = 0; b < scope->children[k]->boundary_count; b++)
                begins = begins || scope->children[k]->boundary[b]->handler == node;
        if (begins && !reached[node->index]) {
            reached[node->index] = true;
            stack[count++] = node;
        }
    }
    while (count > 0) {
        const struct bpmn_node *node = stack[--count];
        for (size_t i = 0; i < node->outgoing_count + node->boundary_count + 1; i++) {
            const struct bpmn_node *next = i < node->outgoing_count ? node->outgoing[i]->target
                                           : i < node->outgoing_count + node->boundary_count
                                               ? node->boundary[i - node->outgoing_count]
                                               : node->link_target;
            if (next == NULL || reached[next->index]) continue;
            reached[next->index] = true;
            stack[count++] = next;
        }
    }
}

static void check_reachable(struct builder *builder)
{
    bool *reached = arena_array(builder->arena, builder->nodes.count, sizeof *reached);
    const struct bpmn_node **stack = arena_array(builder->arena, builder->nodes.count, sizeof *stack);
    for (size_t i = 0; i < builder->nodes.count; i++)
        if (bpmn_is_scope(builder->nodes.items[i])) mark_reachable(builder->nodes.items[i], reached, stack);
    for (size_t i = 0; i < builder->nodes.count; i++) {
        const struct bpmn_node *node = builder->nodes.items[i];
        if (node->kind == BPMN_PROCESS || reached[i] || node->kind == BPMN_UNSUPPORTED) continue;
        bpmn_object(builder, node, "bpmn.unreachable", N_("Không có đường nào đi tới phần tử này."),
                    STR_NULL);
    }
}

/* ---- by the state space ---- */

static struct space explore(struct builder *builder, const struct bpmn_node *process, bool with_events)
{
    struct space space = {.model = builder->model,
                          .arena = builder->arena,
                          .with_events = with_events,
                          .complete = true,
                          .budget = LINT_STATES};
    space.visited = arena_array(builder->arena, builder->nodes.count, sizeof *space.visited);
    bpmn_space_explore(&space, process);
    return space;
}

static const struct bpmn_node *waiting_join(const struct space_end *stuck)
{
    for (size_t i = 0; i < stuck->count; i++)
        if (stuck->nodes[i]->kind == BPMN_PARALLEL_GATEWAY && stuck->nodes[i]->incoming_count > 1)
            return stuck->nodes[i];
    return stuck->count > 0 ? stuck->nodes[0] : NULL;
}

static void report_stuck(struct builder *builder, const struct space *space, bool *told, bool only_warn)
{
    for (size_t i = 0; i < space->stuck.count; i++) {
        const struct bpmn_node *node = waiting_join(&space->stuck.items[i]);
        if (node == NULL || told[node->index]) continue;
        told[node->index] = true;
        bool join = node->kind == BPMN_PARALLEL_GATEWAY;
        if (only_warn)
            bpmn_warn(builder, node, "bpmn.stuck_after_event",
                      N_("Khi một sự kiện biên hay quy trình con theo sự kiện xảy ra, hồ sơ có thể dừng mãi "
                         "ở đây."),
                      STR_NULL);
        else if (join && space->complete && !space->visited[node->index])
            bpmn_refuse(builder, node, "bpmn.join_never_fills",
                        N_("Cổng gộp song song không bao giờ nhận đủ các nhánh."), STR_NULL);
        else if (join)
            bpmn_object(
                builder, node, "bpmn.join_optional_branch",
                N_("Cổng gộp song song chờ một nhánh không chắc được đi; hồ sơ có thể dừng mãi ở đây."),
                STR_NULL);
        else
            bpmn_object(builder, node, "bpmn.stuck", N_("Từ đây không còn cách nào để kết thúc."), STR_NULL);
    }
}

static void check_process(struct builder *builder, const struct bpmn_node *process)
{
    bool *told = arena_array(builder->arena, builder->nodes.count, sizeof *told);
    struct space plain = explore(builder, process, false);
    report_stuck(builder, &plain, told, false);
    if (plain.endless.count > 0 && plain.endless.items[0].count > 0)
        bpmn_object(builder, plain.endless.items[0].nodes[0], "bpmn.endless",
                    N_("Từ đây quy trình chạy mãi mà không thể kết thúc."), STR_NULL);
    if (plain.pile != NULL)
        bpmn_warn(builder, plain.pile, "bpmn.tokens_pile_up",
                  N_("Các nhánh có thể dồn lại ở đây không giới hạn."), STR_NULL);
    struct space full = explore(builder, process, true);
    report_stuck(builder, &full, told, true);
    if (!plain.complete || !full.complete)
        bpmn_note(
            builder, process, "bpmn.not_all_states",
            N_("Quy trình quá lớn để xét hết mọi khả năng; các lỗi về đường đi có thể chưa được nêu đủ."),
            STR_NULL);
}

/* Joins on which known engines differ: some look only at what can reach the gateway at all. */
static void check_joins(struct builder *builder)
{
    for (size_t i = 0; i < builder->nodes.count; i++) {
        const struct bpmn_node *node = builder->nodes.items[i];
        const struct join *join = builder->model->index->joins[i];
        bool differs = false;
        for (size_t f = 0; join != NULL && f < builder->flows.count && !differs; f++) {
            size_t reaches = 0;
            const struct bpmn_flow *flow = builder->flows.items[f];
            if (flow->source == NULL || flow->source->parent != node->parent) continue;
            for (size_t k = 0; k < node->incoming_count; k++)
                reaches += bpmn_join_reaches(join, k, flow);
            bool loops_back = flow->source == node && reaches > 0;
            bool through_event = flow->source->kind == BPMN_BOUNDARY_EVENT && reaches > 0;
            differs = loops_back || through_event ||
                      (reaches > 1 && reaches < node->incoming_count && flow->target != node);
        }
        if (differs)
            bpmn_note(builder, node, "bpmn.join_engines_differ",
                      N_("Các máy chạy quy trình khác nhau xử lý cổng gộp này không giống nhau; ở đây theo "
                         "đúng tiêu "
                         "chuẩn BPMN 2.0.2, mục 13.4.3."),
                      STR_NULL);
    }
}

void bpmn_lint_soundness(struct builder *builder)
{
    check_reachable(builder);
    check_joins(builder);
    for (size_t i = 0; i < builder->model->process_count; i++) {
        const struct bpmn_node *process = builder->model->processes[i];
        bool refused = false;
        for (size_t k = 0; k < builder->findings.count && !refused; k++)
            refused = builder->findings.items[k].blocking &&
                      (builder->findings.items[k].process.length == 0 ||
                       str_equal(builder->findings.items[k].process, process->id));
        if (process->executable && !refused) check_process(builder, process);
    }
}
