/*
 * Moving a running instance to another version of its process: every execution, subscription and compensation
 * record of the old process gets the element of the same (or the new) id in the new one, where that has the
 * same kind and place. What does not fit is listed; then nothing is moved.
 */
#include "machine.h"

struct migration {
    struct arena *arena;
    const struct bpmn_model *from, *to;
    const struct bpmn_node *process;
    const struct bpmn_rename *renames;
    size_t rename_count;
    VEC(struct bpmn_finding) findings;
};

static void in_the_way(struct migration *migration, const struct bpmn_node *node, const char *message)
{
    for (size_t i = 0; i < migration->findings.count; i++)
        if (str_equal(migration->findings.items[i].element, node->id)) return;
    struct bpmn_finding finding = {.severity = BPMN_ERROR_FINDING,
                                   .blocking = true,
                                   .code = "bpmn.migration",
                                   .message = message,
                                   .element = node->id,
                                   .process = node->process->id,
                                   .line = node->line};
    finding.argument = arena_strndup(migration->arena, node->id.data, node->id.length);
    VEC_PUSH(migration->arena, &migration->findings, finding);
}

static struct str new_id(const struct migration *migration, struct str id)
{
    for (size_t i = 0; i < migration->rename_count; i++)
        if (str_equal(migration->renames[i].from, id)) return migration->renames[i].to;
    return id;
}

static bool same_place(const struct migration *migration, const struct bpmn_node *old,
                       const struct bpmn_node *node)
{
    if (old->kind == BPMN_PROCESS || node->kind == BPMN_PROCESS) return node == migration->process;
    if (old->parent->kind == BPMN_PROCESS) return node->parent == migration->process;
    return node->parent != NULL && str_equal(new_id(migration, old->parent->id), node->parent->id);
}

/* The element of the new version, or NULL with a finding. */
static const struct bpmn_node *moved_node(struct migration *migration, const struct bpmn_node *old)
{
    const struct bpmn_node *node = old->kind == BPMN_PROCESS
                                       ? migration->process
                                       : bpmn_model_node(migration->to, new_id(migration, old->id));
    if (node == NULL) {
        in_the_way(migration, old, N_("Phiên bản mới không có phần tử này: %s"));
        return NULL;
    }
    if (node->kind != old->kind || node->trigger != old->trigger || !same_place(migration, old, node) ||
        node->loop.kind != old->loop.kind) {
        in_the_way(migration, old,
                   N_("Trong phiên bản mới, phần tử này thuộc loại khác hoặc ở chỗ khác: %s"));
        return NULL;
    }
    return node;
}

static bool concerns(const struct migration *migration, const struct bpmn_model *model,
                     const struct bpmn_node *node, const struct bpmn_node *process)
{
    return model == migration->from && node->process == process;
}

static void move_execution(struct migration *migration, struct execution *execution)
{
    const struct bpmn_node *node = moved_node(migration, execution->node);
    if (node == NULL) return;
    if (execution->flow != NULL) {
        const struct bpmn_flow *flow = bpmn_model_flow(migration->to, new_id(migration, execution->flow->id));
        if (flow == NULL || flow->target != node) {
            in_the_way(migration, execution->node,
                       N_("Phiên bản mới không có luồng dẫn tới phần tử này: %s"));
            return;
        }
        execution->flow = flow;
    }
    if (execution->end != NULL)
        execution->end = bpmn_model_node(migration->to, new_id(migration, execution->end->id));
    execution->node = node;
    execution->model = migration->to;
}

static void move_all(struct migration *migration, struct bpmn_state *state,
                     const struct bpmn_node *old_process)
{
    for (size_t i = 0; i < state->executions.count; i++) {
        struct execution *execution = state->executions.items[i];
        if (concerns(migration, execution->model, execution->node, old_process))
            move_execution(migration, execution);
    }
    for (size_t i = 0; i < state->subscriptions.count; i++) {
        struct subscription *subscription = state->subscriptions.items[i];
        if (!concerns(migration, subscription->model, subscription->node, old_process)) continue;
        const struct bpmn_node *node = moved_node(migration, subscription->node);
        subscription->node = node == NULL ? subscription->node : node;
        subscription->model = migration->to;
    }
    for (size_t i = 0; i < state->compensations.count; i++) {
        struct compensation *record = state->compensations.items[i];
        if (!concerns(migration, record->model, record->node, old_process)) continue;
        const struct bpmn_node *node = moved_node(migration, record->node);
        record->node = node == NULL ? record->node : node;
        record->model = migration->to;
    }
}

static bool check_moved(const struct migration *migration, const struct bpmn_state *state)
{
    BUF_AUTO saved = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    VEC(const struct bpmn_model *) models = {0};
    for (size_t i = 0; i < state->executions.count; i++) {
        bool known = false;
        for (size_t k = 0; k < models.count; k++)
            known = known || models.items[k] == state->executions.items[i]->model;
        if (!known) VEC_PUSH(migration->arena, &models, state->executions.items[i]->model);
    }
    return bpmn_state_save(state, &saved) == STATUS_OK && bpmn_state_valid(state, models.items, models.count);
}

enum status bpmn_state_migrate(struct arena *arena, struct str text, const struct bpmn_models *models,
                               const struct bpmn_model *target, struct str process,
                               const struct bpmn_rename *renames, size_t rename_count,
                               const struct bpmn_state **state, const struct bpmn_finding **findings,
                               size_t *finding_count, struct error *error)
{
    const struct bpmn_state *loaded;
    enum status status = bpmn_state_load(arena, text, models, &loaded, error);
    *findings = NULL;
    *finding_count = 0;
    if (status != STATUS_OK) return status;
    struct bpmn_state *moved = bpmn_state_copy(loaded, arena);
    struct migration migration = {.arena = arena,
                                  .from = moved->executions.items[0]->model,
                                  .to = target,
                                  .process = bpmn_model_process(target, process),
                                  .renames = renames,
                                  .rename_count = rename_count};
    if (migration.process == NULL || migration.process->kind != BPMN_PROCESS)
        return error_set(error, arena, STATUS_NOT_FOUND, "bpmn.unknown_process",
                         N_("Không có quy trình này."), NULL);
    move_all(&migration, moved, moved->executions.items[0]->node);
    *findings = migration.findings.items;
    *finding_count = migration.findings.count;
    if (migration.findings.count > 0 || !check_moved(&migration, moved))
        return error_set(error, arena, STATUS_CONFLICT, "bpmn.migration",
                         N_("Hồ sơ đang đứng ở chỗ mà phiên bản mới không có; hãy chỉ rõ phần tử tương ứng."),
                         NULL);
    *state = moved;
    return STATUS_OK;
}
