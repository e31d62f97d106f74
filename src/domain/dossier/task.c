/* Queues of officials; taking, giving back and assigning tasks. */
#include "dossier_private.h"

/*
 * The queue of a person: for each of his roles the tasks of his unit and those of no unit, each an index
 * range in order of urgency, merged. $1, $2: roles and units pairwise; keyset by ($3, $4); $7, $8: urgent
 * within; $9: taken by; $10: by nobody.
 */
DB_STATEMENT(
    task_queue_page,
    DB_PARAMETERS(DB_TEXT_ARRAY, DB_UUID_ARRAY, DB_INSTANT, DB_UUID, DB_INT32, DB_TEXT, DB_INSTANT,
                  DB_INSTANT, DB_UUID, DB_BOOL, DB_BOOL),
    DB_COLUMNS(TASK_COLUMNS),
    "SELECT " TASK_SELECT_OF(
        "t") " FROM unnest($1::text[], $2::uuid[]) AS q(role, unit_id) CROSS JOIN LATERAL ("
             "SELECT * FROM task x WHERE x.tenant_id = motcua.app_tenant() AND x.role = q.role AND x.unit_id "
             "= q.unit_id "
             "AND x.state = 'open' AND x.kind <> 'hand_over' AND (x.urgent_at, x.id) > ($3, $4) "
             "AND ($6 = '' OR x.procedure_code = $6) AND ($7::timestamptz IS NULL OR x.urgent_at >= $7) "
             "AND ($8::timestamptz IS NULL OR x.urgent_at < $8) AND ($9::uuid IS NULL OR "
             "x.assignee_account_id = $9) "
             "AND (NOT $10 OR x.assignee_account_id IS NULL) AND (NOT $11 OR x.kind = 'consultation') "
             "ORDER BY x.urgent_at, x.id LIMIT $5) t ORDER BY t.urgent_at, t.id LIMIT $5")

size_t task_queue_keys(const struct work *work, const char *only_role, struct str **roles,
                       struct uuid **units)
{
    struct str *role_list = arena_array(work->arena, 2 * ROLE_COUNT, sizeof *role_list);
    struct uuid *unit_list = arena_array(work->arena, 2 * ROLE_COUNT, sizeof *unit_list);
    size_t count = 0;
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        unsigned role = 1u << i;
        if ((work->actor->roles & role) == 0 ||
            (only_role != NULL && strcmp(only_role, role_name(role)) != 0))
            continue;
        role_list[count] = role_list[count + 1] = str_of(role_name(role));
        unit_list[count] = (struct uuid){NIL_UUID};
        unit_list[count + 1] = work->actor->unit_id;
        count += 2;
    }
    *roles = role_list;
    *units = unit_list;
    return count;
}

enum status task_queue(struct work *work, const struct task_filter *filter, struct task **tasks,
                       size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    instant after = filter->after_urgent == INSTANT_NONE ? 0 : filter->after_urgent;
    struct uuid after_id = uuid_is_empty(&filter->after_id) ? (struct uuid){NIL_UUID} : filter->after_id;
    struct str *roles;
    struct uuid *units;
    size_t keys = task_queue_keys(work, filter->role, &roles, &units);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &task_queue_page,
                    DB_VALUES(db_text_array(roles, keys), db_uuid_array(units, keys), db_instant(after),
                              db_uuid(after_id), db_int32(filter->limit),
                              db_cstr(filter->procedure_code == NULL ? "" : filter->procedure_code),
                              db_instant_or_null(filter->urgent_from), db_instant_or_null(filter->urgent_to),
                              filter->mine ? db_uuid(work->actor->account_id) : db_null(),
                              db_bool(filter->unassigned), db_bool(filter->questions)),
                    &rows, error);
    if (status != STATUS_OK) return status;
    struct task *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        task_read_row(work->arena, rows, i, &list[i]);
    *tasks = list;
    *count = rows->row_count;
    return STATUS_OK;
}

DB_STATEMENT(task_by_id, DB_PARAMETERS(DB_UUID), DB_COLUMNS(TASK_COLUMNS),
             "SELECT " TASK_SELECT " FROM task WHERE tenant_id = motcua.app_tenant() AND id = $1")

enum status task_find(struct work *work, const struct uuid *id, struct task *task, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &task_by_id, DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "task.unknown",
                         N_("Không tìm thấy công việc này"), NULL);
    task_read_row(work->arena, rows, 0, task);
    return STATUS_OK;
}

DB_STATEMENT(
    task_set_assignee, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_INSTANT), DB_NOTHING,
    "UPDATE task SET assignee_account_id = $2, assignee_name = $3, taken_at = $4, revision = revision + 1 "
    "WHERE tenant_id = motcua.app_tenant() AND id = $1 AND state = 'open'")

DB_STATEMENT(task_lock, DB_PARAMETERS(DB_UUID), DB_COLUMNS(TASK_COLUMNS),
             "SELECT " TASK_SELECT
             " FROM task WHERE tenant_id = motcua.app_tenant() AND id = $1 AND state = 'open' FOR UPDATE")

struct assignment {
    const struct uuid *task_id;
    struct uuid account; /* empty: give back */
    const char *name;
    bool by_head;
};

struct assign_call {
    struct work *work;
    const struct assignment *assignment;
};

static enum status check_assignment(const struct work *work, const struct task *task,
                                    const struct assignment *assignment, struct error *error)
{
    bool own_unit =
        uuid_same(&task->unit_id, &work->actor->unit_id) || strcmp(task->unit_id.text, NIL_UUID) == 0;
    bool allowed = assignment->by_head ? (work->actor->roles & ROLE_HEAD_OF_UNIT) != 0 && own_unit
                                       : task_is_for(task, work->actor);
    if (!allowed)
        return error_set(error, work->arena, STATUS_DENIED, "task.not_yours",
                         N_("Bước này không thuộc vai trò hoặc đơn vị của bạn"), NULL);
    bool others = !uuid_is_empty(&task->assignee_account_id) &&
                  !uuid_same(&task->assignee_account_id, &work->actor->account_id);
    if (others && !assignment->by_head) {
        enum status status = error_set(error, work->arena, STATUS_CONFLICT, "task.taken",
                                       N_("Công việc này vừa được nhận bởi %s"), NULL);
        if (error != NULL) error->argument = task->assignee_name;
        return status;
    }
    return STATUS_OK;
}

static void add_assignment(struct db_batch *batch, const struct work *work,
                           const struct assignment *assignment)
{
    db_add(batch, &task_set_assignee, db_uuid(*assignment->task_id), db_uuid(assignment->account),
           db_cstr(assignment->name),
           uuid_is_empty(&assignment->account) ? db_null() : db_instant(work->now));
}

static enum status assign(struct command *command, void *input, struct error *error)
{
    const struct assignment *assignment = input;
    const struct task *task = NULL;
    for (size_t i = 0; i < command->task_count; i++)
        if (uuid_same(&command->tasks[i].id, assignment->task_id)) task = &command->tasks[i];
    if (task == NULL)
        return error_set(error, command->work->arena, STATUS_CONFLICT, "task.done",
                         N_("Công việc này đã được xử lý xong"), NULL);
    enum status status = check_assignment(command->work, task, assignment, error);
    if (status != STATUS_OK) return status;
    add_assignment(command->write, command->work, assignment);
    json_t *data = json_object();
    json_set_cstr(data, "step", task->name);
    json_set_cstr(data, "assignee", assignment->name);
    const char *kind = assignment->by_head                   ? "task_assigned"
                       : uuid_is_empty(&assignment->account) ? "task_given_back"
                                                             : "task_taken";
    command_event(command, kind, false, data);
    return STATUS_OK;
}

/* A question of another agency has no dossier here, so its row itself is what two people may contend for. */
static enum status assign_consultation(struct db_transaction *transaction, void *context, struct error *error)
{
    struct assign_call *call = context;
    struct db_batch *load = db_batch(transaction);
    struct db_result *rows = db_add(load, &task_lock, db_uuid(*call->assignment->task_id));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, call->work->arena, STATUS_CONFLICT, "task.done",
                         N_("Công việc này đã được xử lý xong"), NULL);
    struct task task;
    task_read_row(call->work->arena, rows, 0, &task);
    status = check_assignment(call->work, &task, call->assignment, error);
    if (status != STATUS_OK) return status;
    struct db_batch *write = db_batch(transaction);
    add_assignment(write, call->work, call->assignment);
    return db_commit(write, error);
}

static enum status set_assignee(struct work *work, const struct uuid *task_id, struct uuid account,
                                const char *name, bool by_head, struct error *error)
{
    struct assignment assignment = {task_id, account, name, by_head};
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct task task;
    enum status status = task_find(work, task_id, &task, error);
    if (status != STATUS_OK) return status;
    if (!uuid_is_empty(&task.dossier_id))
        return command_run(work, &work->actor->tenant_id, &task.dossier_id, assign, &assignment, error);
    struct assign_call call = {work, &assignment};
    return db_transaction(work->db, &scope, work->arena, assign_consultation, &call, error);
}

enum status task_take(struct work *work, const struct uuid *task_id, struct error *error)
{
    return set_assignee(work, task_id, work->actor->account_id, work->actor->name, false, error);
}

enum status task_give_back(struct work *work, const struct uuid *task_id, struct error *error)
{
    return set_assignee(work, task_id, (struct uuid){""}, "", false, error);
}

DB_STATEMENT(
    task_colleague, DB_PARAMETERS(DB_UUID, DB_UUID, DB_INSTANT),
    DB_COLUMNS({"full_name", DB_TEXT}, {"roles", DB_TEXT_ARRAY}),
    "SELECT a.full_name, m.roles FROM membership m JOIN account a ON a.id = m.account_id "
    "WHERE m.tenant_id = motcua.app_tenant() AND m.account_id = $1 AND m.unit_id = $2 AND m.valid_from <= $3 "
    "AND (m.valid_to IS NULL OR m.valid_to > $3)")

enum status task_assign(struct work *work, const struct uuid *task_id, const struct uuid *account_id,
                        struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    struct task task;
    enum status status = task_find(work, task_id, &task, error);
    if (status == STATUS_OK)
        status =
            db_read_one(work->db, &scope, work->arena, &task_colleague,
                        DB_VALUES(db_uuid(*account_id), db_uuid(work->actor->unit_id), db_instant(work->now)),
                        &rows, error);
    if (status != STATUS_OK) return status;
    bool has_role = false;
    for (size_t i = 0; i < rows->row_count; i++) {
        size_t count;
        struct str *roles = db_get_text_array(rows, i, 1, work->arena, &count);
        for (size_t j = 0; j < count; j++)
            has_role |= str_equal_cstr(roles[j], task.role);
    }
    if (!has_role)
        return error_set(error, work->arena, STATUS_INVALID, "task.no_colleague",
                         N_("Người được chọn không thuộc đơn vị hoặc không có vai trò của bước này"), NULL);
    return set_assignee(work, task_id, *account_id, db_cstr_or_empty(rows, 0, 0), true, error);
}
