/*
 * The linter, part one: what the standard forbids in one place, without looking at ways through the model.
 * "refuse" marks what makes a process impossible to run; "object" what the standard or sense forbids although
 * the engine would get along with it.
 */
#include "builder.h"
#include "internal.h"

#define TRIGGERS(...)                                                                                        \
    trigger_set((const enum bpmn_trigger[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static unsigned trigger_set(const enum bpmn_trigger *triggers, size_t count)
{
    unsigned set = 0;
    for (size_t i = 0; i < count; i++)
        set |= 1u << triggers[i];
    return set;
}

static bool inside_transaction(const struct bpmn_node *node)
{
    return node->parent != NULL && node->parent->kind == BPMN_SUBPROCESS && node->parent->transaction;
}

static unsigned allowed_triggers(const struct bpmn_node *node)
{
    switch (node->kind) {
    case BPMN_START_EVENT:
        if (node->parent->kind == BPMN_PROCESS)
            return TRIGGERS(BPMN_NONE, BPMN_MESSAGE, BPMN_TIMER, BPMN_SIGNAL, BPMN_CONDITIONAL);
        if (node->parent->kind == BPMN_EVENT_SUBPROCESS)
            return TRIGGERS(BPMN_MESSAGE, BPMN_TIMER, BPMN_SIGNAL, BPMN_CONDITIONAL, BPMN_ERROR,
                            BPMN_ESCALATION, BPMN_COMPENSATION);
        return TRIGGERS(BPMN_NONE);
    case BPMN_END_EVENT:
        return TRIGGERS(BPMN_NONE, BPMN_TERMINATE, BPMN_MESSAGE, BPMN_SIGNAL, BPMN_ERROR, BPMN_ESCALATION,
                        BPMN_COMPENSATION) |
               (inside_transaction(node) ? TRIGGERS(BPMN_CANCEL) : 0);
    case BPMN_CATCH_EVENT:
        return TRIGGERS(BPMN_MESSAGE, BPMN_TIMER, BPMN_SIGNAL, BPMN_CONDITIONAL, BPMN_LINK);
    case BPMN_THROW_EVENT:
        return TRIGGERS(BPMN_NONE, BPMN_MESSAGE, BPMN_SIGNAL, BPMN_ESCALATION, BPMN_LINK, BPMN_COMPENSATION);
    case BPMN_BOUNDARY_EVENT:
        return TRIGGERS(BPMN_MESSAGE, BPMN_TIMER, BPMN_SIGNAL, BPMN_CONDITIONAL, BPMN_ERROR, BPMN_ESCALATION,
                        BPMN_COMPENSATION) |
               (node->attached_to != NULL && node->attached_to->transaction ? TRIGGERS(BPMN_CANCEL) : 0);
    default:
        return ~0u;
    }
}

static void check_event(struct builder *builder, const struct bpmn_node *node)
{
    if ((allowed_triggers(node) & (1u << node->trigger)) == 0)
        bpmn_refuse(builder, node, "bpmn.event_place", N_("Loại sự kiện này không được đặt ở đây: %s"),
                    str_of(bpmn_trigger_name(node->trigger)));
    bool catching_start = node->kind == BPMN_START_EVENT && node->parent->kind == BPMN_EVENT_SUBPROCESS;
    if ((node->kind == BPMN_BOUNDARY_EVENT || catching_start) && node->trigger == BPMN_ERROR &&
        !node->interrupting)
        bpmn_refuse(builder, node, "bpmn.error_not_interrupting", N_("Sự kiện lỗi luôn phải ngắt công việc."),
                    STR_NULL);
    if ((node->kind == BPMN_START_EVENT || node->kind == BPMN_BOUNDARY_EVENT) && node->incoming_count > 0)
        bpmn_refuse(builder, node, "bpmn.flow_into_start",
                    N_("Không luồng nào được đi vào sự kiện bắt đầu hay sự kiện biên."), STR_NULL);
    if (node->kind == BPMN_END_EVENT && node->outgoing_count > 0)
        bpmn_refuse(builder, node, "bpmn.flow_out_of_end",
                    N_("Không luồng nào được đi ra khỏi sự kiện kết thúc."), STR_NULL);
    bool compensation = node->kind == BPMN_BOUNDARY_EVENT && node->trigger == BPMN_COMPENSATION;
    if (compensation && node->handler == NULL)
        bpmn_object(builder, node, "bpmn.no_handler",
                    N_("Sự kiện hoàn tác không gắn với công việc hoàn tác nào."), STR_NULL);
    if (compensation && node->outgoing_count > 0)
        bpmn_refuse(builder, node, "bpmn.flow_out_of_compensation",
                    N_("Sự kiện hoàn tác gắn với công việc bằng đường liên kết, không bằng luồng."),
                    STR_NULL);
    if (node->kind == BPMN_BOUNDARY_EVENT && !compensation && node->outgoing_count == 0)
        bpmn_warn(builder, node, "bpmn.boundary_without_flow", N_("Sự kiện biên không dẫn tới đâu."),
                  STR_NULL);
    if (node->kind == BPMN_END_EVENT && node->trigger == BPMN_ERROR && node->reference.text.length == 0)
        bpmn_warn(builder, node, "bpmn.error_without_code",
                  N_("Sự kiện kết thúc bằng lỗi không có mã lỗi; chỉ nơi bắt mọi lỗi mới bắt được."),
                  STR_NULL);
}

static void check_links(struct builder *builder, const struct bpmn_node *node)
{
    if (node->trigger != BPMN_LINK || node->parent == NULL) return;
    size_t count = 0;
    for (size_t i = 0; i < node->parent->child_count; i++) {
        const struct bpmn_node *other = node->parent->children[i];
        if (other->kind != BPMN_CATCH_EVENT || other->trigger != BPMN_LINK ||
            !str_equal(other->reference.text, node->reference.text))
            continue;
        count++;
    }
    if (count == 0)
        bpmn_refuse(builder, node, "bpmn.unknown_link", N_("Không có điểm nối đến tên là: %s"),
                    node->reference.text);
    if (count > 1)
        bpmn_refuse(builder, node, "bpmn.ambiguous_link", N_("Có nhiều điểm nối đến cùng tên: %s"),
                    node->reference.text);
    if (node->kind == BPMN_THROW_EVENT && node->outgoing_count > 0)
        bpmn_object(builder, node, "bpmn.flow_out_of_link", N_("Điểm nối đi không có luồng ra."), STR_NULL);
    if (node->kind == BPMN_CATCH_EVENT && node->incoming_count > 0)
        bpmn_object(builder, node, "bpmn.flow_into_link", N_("Điểm nối đến không có luồng vào."), STR_NULL);
}

static bool is_event_target(const struct bpmn_node *node)
{
    if (node->kind == BPMN_RECEIVE_TASK) return node->boundary_count == 0;
    return node->kind == BPMN_CATCH_EVENT &&
           (node->trigger == BPMN_MESSAGE || node->trigger == BPMN_TIMER || node->trigger == BPMN_SIGNAL ||
            node->trigger == BPMN_CONDITIONAL);
}

static void check_event_gateway(struct builder *builder, const struct bpmn_node *node)
{
    for (size_t i = 0; i < node->outgoing_count; i++) {
        const struct bpmn_node *target = node->outgoing[i]->target;
        if (!is_event_target(target))
            bpmn_refuse(builder, node, "bpmn.event_gateway_target",
                        N_("Sau cổng theo sự kiện chỉ được là sự kiện chờ hoặc công việc nhận: %s"),
                        target->id);
        if (target->incoming_count > 1)
            bpmn_object(builder, target, "bpmn.event_gateway_target_shared",
                        N_("Sự kiện sau cổng theo sự kiện không được có luồng vào khác."), STR_NULL);
    }
    if (node->outgoing_count == 1)
        bpmn_warn(builder, node, "bpmn.event_gateway_single", N_("Cổng theo sự kiện chỉ có một lối ra."),
                  STR_NULL);
}

static void check_conditions(struct builder *builder, const struct bpmn_node *node)
{
    bool choosing = node->kind == BPMN_EXCLUSIVE_GATEWAY || node->kind == BPMN_INCLUSIVE_GATEWAY;
    size_t conditional = 0;
    for (size_t i = 0; i < node->outgoing_count; i++) {
        const struct bpmn_flow *flow = node->outgoing[i];
        bool has_condition = flow->condition.text.length > 0;
        conditional += has_condition && !flow->is_default;
        if (choosing && node->outgoing_count > 1 && !has_condition && !flow->is_default)
            bpmn_report(
                builder, node->kind == BPMN_EXCLUSIVE_GATEWAY ? BPMN_ERROR_FINDING : BPMN_WARNING, false,
                node, flow->id, flow->line, "bpmn.missing_condition",
                N_("Luồng ra khỏi cổng chọn nhánh không có điều kiện và không phải luồng mặc định: %s"),
                arena_strndup(builder->arena, flow->id.data, flow->id.length));
        if (has_condition &&
            (flow->is_default || node->kind == BPMN_PARALLEL_GATEWAY || node->kind == BPMN_EVENT_GATEWAY))
            bpmn_report(builder, BPMN_WARNING, false, node, flow->id, flow->line, "bpmn.ignored_condition",
                        N_("Điều kiện trên luồng này không được xét: %s"),
                        arena_strndup(builder->arena, flow->id.data, flow->id.length));
    }
    bool all = conditional > 0 && conditional == node->outgoing_count;
    if (all && node->default_flow == NULL && (choosing || bpmn_is_activity(node)))
        bpmn_warn(
            builder, node, "bpmn.no_default",
            N_("Không có luồng mặc định: khi không điều kiện nào đúng, hồ sơ sẽ dừng ở đây với một sự cố."),
            STR_NULL);
}

static void check_gateway(struct builder *builder, const struct bpmn_node *node)
{
    if (node->outgoing_count == 0)
        bpmn_object(builder, node, "bpmn.gateway_without_exit", N_("Cổng không có lối ra."), STR_NULL);
    if (node->kind == BPMN_EVENT_GATEWAY) check_event_gateway(builder, node);
    if (node->kind == BPMN_INCLUSIVE_GATEWAY && node->incoming_count > 1 &&
        builder->model->index->joins[node->index] == NULL)
        bpmn_refuse(builder, node, "bpmn.too_many_joins",
                    N_("Quá nhiều luồng vào các cổng gộp trong một quy trình."), STR_NULL);
}

static size_t count_starts(const struct bpmn_node *scope, bool none_only)
{
    size_t count = 0;
    for (size_t i = 0; i < scope->child_count; i++)
        count += scope->children[i]->kind == BPMN_START_EVENT &&
                 (!none_only || scope->children[i]->trigger == BPMN_NONE);
    return count;
}

static bool starts_implicitly(const struct bpmn_node *node)
{
    return node->incoming_count == 0 && node->kind != BPMN_BOUNDARY_EVENT &&
           node->kind != BPMN_EVENT_SUBPROCESS && node->kind != BPMN_START_EVENT && !node->for_compensation &&
           !(node->kind == BPMN_CATCH_EVENT && node->trigger == BPMN_LINK);
}

static void check_scope(struct builder *builder, const struct bpmn_node *scope)
{
    size_t starts = count_starts(scope, false), implicit = 0;
    for (size_t i = 0; i < scope->child_count; i++)
        implicit += starts_implicitly(scope->children[i]);
    if (scope->kind == BPMN_EVENT_SUBPROCESS) {
        if (starts != 1)
            bpmn_refuse(builder, scope, "bpmn.event_subprocess_start",
                        N_("Quy trình con theo sự kiện phải có đúng một sự kiện bắt đầu."), STR_NULL);
        if (scope->incoming_count + scope->outgoing_count > 0)
            bpmn_refuse(builder, scope, "bpmn.event_subprocess_flow",
                        N_("Quy trình con theo sự kiện không được nối luồng."), STR_NULL);
        return;
    }
    if (starts == 0 && implicit == 0)
        bpmn_refuse(builder, scope, "bpmn.no_start", N_("Không có chỗ bắt đầu."), STR_NULL);
    if (count_starts(scope, true) > 1)
        bpmn_warn(builder, scope, "bpmn.several_starts",
                  N_("Có nhiều sự kiện bắt đầu thường; khi bắt đầu, chỉ sự kiện đầu tiên được dùng."),
                  STR_NULL);
}

void bpmn_lint_structure(struct builder *builder)
{
    for (size_t i = 0; i < builder->nodes.count; i++) {
        struct bpmn_node *node = builder->nodes.items[i];
        if (node->kind == BPMN_UNSUPPORTED)
            bpmn_refuse(builder, node, "bpmn.unsupported", N_("Phần tử này chưa chạy được: %s"),
                        str_of(node->type));
        if (node->kind >= BPMN_START_EVENT && node->kind <= BPMN_BOUNDARY_EVENT) check_event(builder, node);
        check_links(builder, node);
        if (bpmn_is_scope(node) && (node->kind != BPMN_PROCESS || node->executable))
            check_scope(builder, node);
        if (node->kind >= BPMN_EXCLUSIVE_GATEWAY && node->kind <= BPMN_EVENT_GATEWAY)
            check_gateway(builder, node);
        check_conditions(builder, node);
        if (node->for_compensation && node->incoming_count + node->outgoing_count > 0)
            bpmn_refuse(builder, node, "bpmn.compensation_flow",
                        N_("Công việc hoàn tác không được nối luồng."), STR_NULL);
    }
}

/* ---- details: roles, limits, calls ---- */

static bool contains(const struct str *items, size_t count, struct str wanted)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(items[i], wanted)) return true;
    return false;
}

static void check_roles(struct builder *builder, const struct bpmn_node *node)
{
    if (node->kind == BPMN_USER_TASK && node->role_count == 0 && node->assignee.text.length == 0)
        bpmn_note(builder, node, "bpmn.no_role", N_("Công việc chưa giao cho vai trò nào."), STR_NULL);
    for (size_t i = 0; builder->options->roles != NULL && i < node->role_count; i++) {
        const struct bpmn_expression *role = &node->roles[i];
        if (role->literal && !contains(builder->options->roles, builder->options->role_count, role->text))
            bpmn_object(builder, node, "bpmn.unknown_role", N_("Đơn vị không có vai trò: %s"), role->text);
    }
}

static void check_limit(struct builder *builder, const struct bpmn_node *node)
{
    struct span span;
    struct limit_text limit;
    instant when;
    struct str text = node->limit.text;
    if (!node->limit.literal || text.length == 0 || bpmn_span_from_text(text, &span) ||
        bpmn_limit_from_text(text, &limit) || bpmn_instant_from_text(text, 0, &when))
        return;
    if (builder->options->limit_readable != NULL &&
        builder->options->limit_readable(builder->options->user, text))
        return;
    bpmn_object(builder, node, "bpmn.bad_limit", N_("Không đọc được thời hạn: %s"), text);
}

static void check_call(struct builder *builder, const struct bpmn_node *node)
{
    if (node->kind == BPMN_CALL_ACTIVITY && node->call_target.literal &&
        builder->options->processes != NULL) {
        struct str id = node->call_target.text;
        bool known =
            contains(builder->options->processes, builder->options->process_count, id) ||
            bpmn_model_process(builder->model, id) != NULL ||
            bpmn_model_process(builder->model, bpmn_local_part(id)) != NULL ||
            contains(builder->options->processes, builder->options->process_count, bpmn_local_part(id));
        if (!known)
            bpmn_object(builder, node, "bpmn.unknown_process", N_("Không có quy trình được gọi: %s"), id);
    }
    bool service = node->kind == BPMN_SERVICE_TASK || node->kind == BPMN_BUSINESS_RULE_TASK ||
                   (node->kind == BPMN_SEND_TASK && node->reference.text.length == 0);
    if (service && node->call == BPMN_CALL_NONE)
        bpmn_warn(builder, node, "bpmn.nothing_to_call",
                  N_("Công việc tự động không nói phải gọi gì; nó được đi qua ngay."), STR_NULL);
    if (service && node->call == BPMN_CALL_CODE)
        bpmn_warn(builder, node, "bpmn.foreign_code",
                  N_("Công việc gọi mã lệnh của một máy khác, ở đây không chạy được: %s"),
                  node->call_target.text);
}

void bpmn_lint_details(struct builder *builder)
{
    for (size_t i = 0; i < builder->nodes.count; i++) {
        const struct bpmn_node *node = builder->nodes.items[i];
        check_roles(builder, node);
        check_limit(builder, node);
        check_call(builder, node);
    }
}
