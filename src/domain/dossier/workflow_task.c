/* Tasks of a workflow as rows: whom each is for, and what can come out of it. */
#include "dossier_private.h"

DB_STATEMENT(
    shell_task_insert,
    DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT_ARRAY, DB_UUID,
                  DB_TEXT_ARRAY, DB_INSTANT, DB_INSTANT, DB_TEXT),
    DB_NOTHING,
    "INSERT INTO task (tenant_id, id, kind, dossier_id, engine_task, element_id, name, name_en, role, "
    "other_roles, "
    "unit_id, outcomes, state, dossier_code, procedure_code, procedure_name, applicant_name, created_at, "
    "step_due_at, dossier_due_at, urgent_at) "
    "SELECT d.tenant_id, $1, $13, d.id, $3, $4, $5, $6, $7, $8, $9, $10, 'open', d.code, d.procedure_code, "
    "d.procedure_name, d.applicant_name, $11, $12, d.due_at, "
    "least(coalesce($12, 'infinity'), coalesce(d.due_at, 'infinity'), $11 + interval '1 year') "
    "FROM dossier d WHERE d.tenant_id = motcua.app_tenant() AND d.id = $2")

struct str workflow_number_text(struct arena *arena, uint64_t number)
{
    return str_of(arena_printf(arena, "%llu", (unsigned long long)number));
}

/* A division's own steps go to the unit that handles the procedure; everything else to whoever has the role.
 */
static struct uuid unit_for_role(const struct dossier *dossier, unsigned role)
{
    if (role == ROLE_PROCESSING_OFFICER || role == ROLE_HEAD_OF_UNIT) return dossier->unit_id;
    return (struct uuid){NIL_UUID};
}

static size_t split_outcomes(struct arena *arena, struct str text, struct str **outcomes)
{
    size_t count = 1;
    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == ',';
    struct str *list = arena_array(arena, count, sizeof *list);
    size_t filled = 0;
    while (text.length > 0) {
        struct str item, rest;
        (void)str_split(text, ',', &item, &rest);
        item = str_trim(item);
        if (item.length > 0) list[filled++] = item;
        text = rest;
    }
    *outcomes = list;
    return filled;
}

/* As the model says them; a step that says none can be handed on. */
static size_t node_outcomes(struct arena *arena, const struct bpmn_node *node, struct str **outcomes)
{
    size_t count = split_outcomes(arena, bpmn_node_attribute(node, "outcomes"), outcomes);
    if (count > 0) return count;
    (*outcomes)[0] = STR("forward");
    return 1;
}

static struct str node_title(const struct bpmn_node *node)
{
    return node->name.length > 0 ? node->name : node->id;
}

static struct str node_title_en(const struct bpmn_node *node)
{
    struct str english = bpmn_node_attribute(node, "name_en");
    return english.data == NULL ? STR("") : english;
}

DB_STATEMENT(
    shell_task_retitle, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT_ARRAY), DB_NOTHING,
    "UPDATE task SET element_id = $3, name = $4, name_en = $5, outcomes = $6, revision = revision + 1 "
    "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND engine_task = $2 AND state IN "
    "('open', 'waiting')")

void workflow_retitle(struct command *command, const struct task *task, const struct bpmn_node *node)
{
    struct str *outcomes;
    size_t count = node_outcomes(command->work->arena, node, &outcomes);
    db_add(command->write, &shell_task_retitle, db_uuid(command->dossier.id), db_cstr(task->engine_task),
           db_text(node->id), db_text(node_title(node)), db_text(node_title_en(node)),
           db_text_array(outcomes, count));
}

void workflow_add_task(struct command *command, const struct bpmn_effect *effect)
{
    struct work *work = command->work;
    const struct bpmn_task_view *view = effect->task;
    const struct bpmn_node *node = effect->element;
    unsigned role = 0;
    struct str *others = arena_array(work->arena, view->role_count, sizeof *others);
    size_t other_count = 0;
    for (size_t i = 0; i < view->role_count; i++) {
        unsigned known = role_parse(view->roles[i]);
        if (known == 0) continue;
        if (role == 0)
            role = known;
        else
            others[other_count++] = view->roles[i];
    }
    if (role == 0) role = ROLE_PROCESSING_OFFICER;
    struct str *outcomes;
    size_t outcome_count = node_outcomes(work->arena, node, &outcomes);
    bool hand_over = outcome_count == 1 && str_equal_cstr(outcomes[0], "hand_over");
    db_add(command->write, &shell_task_insert, db_uuid(uuid_create(work->now)), db_uuid(command->dossier.id),
           db_text(workflow_number_text(work->arena, effect->id)), db_text(node->id),
           db_text(node_title(node)), db_text(node_title_en(node)), db_cstr(role_name(role)),
           db_text_array(others, other_count), db_uuid(unit_for_role(&command->dossier, role)),
           db_text_array(outcomes, outcome_count), db_instant(work->now), db_instant_or_null(view->due),
           db_cstr(hand_over ? "hand_over" : "workflow"));
}
