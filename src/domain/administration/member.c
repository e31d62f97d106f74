/* The people of an agency. */
#include "administration_private.h"
#include "motcua/base/utf8.h"
#include "motcua/calendar/civil.h"

enum { TITLE_MAXIMUM = 200 };

enum status administration_allowed(struct work *work, struct error *error)
{
    if (work->actor->kind == ACTOR_OFFICIAL && (work->actor->roles & ROLE_TENANT_ADMIN) != 0 &&
        !uuid_is_empty(&work->actor->tenant_id))
        return STATUS_OK;
    return error_set(error, work->arena, STATUS_DENIED, "administration.denied",
                     N_("Chỉ người quản trị của cơ quan được làm việc này"), NULL);
}

enum status administration_invalid(struct work *work, const char *field, const char *code,
                                   const char *message, struct error *error)
{
    enum status status = error_set(error, work->arena, STATUS_INVALID, code, message, NULL);
    if (error != NULL) error->field = field;
    return status;
}

#define MEMBER_COLUMNS                                                                                       \
    {"tenant_id", DB_UUID}, {"id", DB_UUID}, {"account_id", DB_UUID}, {"unit_id", DB_UUID},                  \
        {"title", DB_TEXT}, {"roles", DB_TEXT_ARRAY}, {"valid_from", DB_INSTANT}, {"valid_to", DB_INSTANT},  \
        {"full_name", DB_TEXT}, {"identifier", DB_TEXT}, {"unit_name", DB_TEXT},                             \
    {                                                                                                        \
        "has_second_factor", DB_BOOL                                                                         \
    }
#define MEMBER_SELECT                                                                                        \
    "SELECT m.tenant_id, m.id, m.account_id, m.unit_id, m.title, m.roles, m.valid_from, m.valid_to, "        \
    "a.full_name, "                                                                                          \
    "coalesce(a.email, a.phone, '') AS identifier, u.name AS unit_name, a.totp_confirmed_at IS NOT NULL AS " \
    "has_second_factor "                                                                                     \
    "FROM membership m JOIN account a ON a.id = m.account_id JOIN unit u ON u.tenant_id = m.tenant_id AND "  \
    "u.id = m.unit_id "                                                                                      \
    "WHERE m.tenant_id = motcua.app_tenant() AND (m.valid_to IS NULL OR m.valid_to > $1) "

DB_STATEMENT(member_page, DB_PARAMETERS(DB_INSTANT, DB_INT32, DB_INT32), DB_COLUMNS(MEMBER_COLUMNS),
             MEMBER_SELECT "ORDER BY u.sort_order, u.code, a.full_name, m.id LIMIT $2 OFFSET $3")
DB_STATEMENT(member_one, DB_PARAMETERS(DB_INSTANT, DB_UUID), DB_COLUMNS(MEMBER_COLUMNS),
             MEMBER_SELECT "AND m.id = $2")

static struct member read_member(struct arena *arena, const struct db_result *rows, size_t row)
{
    struct member member = {
        .membership =
            {
                .tenant_id = db_get_uuid(rows, row, 0),
                .id = db_get_uuid(rows, row, 1),
                .account_id = db_get_uuid(rows, row, 2),
                .unit_id = db_get_uuid(rows, row, 3),
                .title = db_get_cstr(rows, row, 4),
                .valid_from = db_get_instant(rows, row, 6),
                .valid_to = db_is_null(rows, row, 7) ? INSTANT_NONE : db_get_instant(rows, row, 7),
                .full_name = db_get_cstr(rows, row, 8),
                .email = db_get_cstr(rows, row, 9),
                .unit_name = db_get_cstr(rows, row, 10),
            },
        .has_second_factor = db_get_bool(rows, row, 11),
    };
    size_t count;
    struct str *roles = db_get_text_array(rows, row, 5, arena, &count);
    for (size_t i = 0; i < count; i++)
        member.membership.roles |= role_parse(roles[i]);
    return member;
}

enum status member_list(struct work *work, int offset, int limit, struct member **list, size_t *count,
                        bool *more, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = administration_allowed(work, error);
    if (status == STATUS_OK)
        status = db_read_one(work->db, &scope, work->arena, &member_page,
                             DB_VALUES(db_instant(work->now), db_int32(limit + 1), db_int32(offset)), &rows,
                             error);
    if (status != STATUS_OK) return status;
    *more = rows->row_count > (size_t)limit;
    *count = *more ? (size_t)limit : rows->row_count;
    *list = arena_array(work->arena, *count, sizeof **list);
    for (size_t i = 0; i < *count; i++)
        (*list)[i] = read_member(work->arena, rows, i);
    return STATUS_OK;
}

static enum status not_found(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_NOT_FOUND, "membership.unknown",
                     N_("Vai trò này đã kết thúc"), NULL);
}

enum status member_find(struct work *work, const struct uuid *id, struct member *member, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *rows;
    enum status status = administration_allowed(work, error);
    if (status == STATUS_OK && uuid_is_empty(id)) return not_found(work, error);
    if (status == STATUS_OK)
        status = db_read_one(work->db, &scope, work->arena, &member_one,
                             DB_VALUES(db_instant(work->now), db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0) return not_found(work, error);
    *member = read_member(work->arena, rows, 0);
    return STATUS_OK;
}

static enum status no_roles(struct work *work, struct error *error)
{
    return administration_invalid(work, "roles", "membership.roles", N_("Vui lòng chọn ít nhất một vai trò"),
                                  error);
}

static enum status check_values(struct work *work, const struct uuid *unit_id, const char *title,
                                struct error *error)
{
    if (uuid_is_empty(unit_id))
        return administration_invalid(work, "unit", "membership.unit", N_("Vui lòng chọn phòng hoặc bộ phận"),
                                      error);
    if (utf8_length(str_of(title)) > TITLE_MAXIMUM)
        return administration_invalid(work, "title", "membership.title", N_("Chức danh quá dài"), error);
    return STATUS_OK;
}

enum status member_grant(struct work *work, struct str identifier, const struct uuid *unit_id, unsigned roles,
                         const char *title, struct error *error)
{
    struct uuid account;
    enum status status = administration_allowed(work, error);
    if (status == STATUS_OK && roles == 0) status = no_roles(work, error);
    if (status == STATUS_OK) status = check_values(work, unit_id, title, error);
    if (status != STATUS_OK) return status;
    if ((roles & ROLE_CITY_SUPERVISOR) != 0)
        return error_set(error, work->arena, STATUS_DENIED, "membership.supervisor",
                         N_("Vai trò giám sát thành phố không giao được ở đây"), NULL);
    status = account_find(work, identifier, &account, error);
    if (status == STATUS_NOT_FOUND || status == STATUS_INVALID)
        return administration_invalid(work, "identifier", "membership.account",
                                      N_("Chưa có tài khoản nào dùng đúng địa chỉ hoặc số điện thoại này"),
                                      error);
    if (status != STATUS_OK) return status;
    return membership_grant(work, &work->actor->tenant_id, &account, unit_id, roles, title, error);
}

/* --- Changing and ending */

/* Administrators, and the membership itself; locked in one order, so that two who end each other meet here.
 */
DB_STATEMENT(member_lock, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"id", DB_UUID}, {"account_id", DB_UUID}, {"roles", DB_TEXT_ARRAY}),
             "SELECT id, account_id, roles FROM membership WHERE tenant_id = motcua.app_tenant() AND "
             "valid_to IS NULL AND (id = $1 OR roles @> ARRAY['tenant_admin']) ORDER BY id FOR UPDATE")

DB_STATEMENT(member_update, DB_PARAMETERS(DB_UUID, DB_UUID, DB_TEXT, DB_TEXT_ARRAY), DB_NOTHING,
             "UPDATE membership SET unit_id = $2, title = $3, roles = $4 WHERE tenant_id = "
             "motcua.app_tenant() AND id = $1 AND valid_to IS NULL")

DB_STATEMENT(
    member_close, DB_PARAMETERS(DB_UUID, DB_INSTANT), DB_NOTHING,
    "UPDATE membership SET valid_to = $2 WHERE tenant_id = motcua.app_tenant() AND id = $1 AND valid_to IS "
    "NULL")

/* What the person holds and no membership allows any more. */
DB_STATEMENT(
    member_release, DB_PARAMETERS(DB_UUID), DB_NOTHING,
    "UPDATE task t SET assignee_account_id = NULL, assignee_name = '', taken_at = NULL, revision = "
    "t.revision + 1 "
    "WHERE t.tenant_id = motcua.app_tenant() AND t.state = 'open' AND t.assignee_account_id = $1 AND NOT "
    "EXISTS ("
    "SELECT 1 FROM membership m WHERE m.tenant_id = t.tenant_id AND m.account_id = $1 AND m.valid_to IS NULL "
    "AND (m.roles @> ARRAY[t.role] OR m.roles && t.other_roles) "
    "AND t.unit_id IN (m.unit_id, '00000000-0000-0000-0000-000000000000'))")

struct change {
    struct work *work;
    const struct uuid *id, *unit_id; /* unit NULL: it ends */
    unsigned roles;
    const char *title;
};

static unsigned roles_at(const struct db_result *rows, size_t row, struct arena *arena)
{
    size_t count;
    unsigned roles = 0;
    struct str *names = db_get_text_array(rows, row, 2, arena, &count);
    for (size_t i = 0; i < count; i++)
        roles |= role_parse(names[i]);
    return roles;
}

static void add_update(struct db_batch *write, const struct change *change, unsigned roles)
{
    struct str names[ROLE_COUNT];
    size_t count = 0;
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        if ((roles & (1u << i)) != 0) names[count++] = str_of(role_name(1u << i));
    db_add(write, &member_update, db_uuid(*change->id), db_uuid(*change->unit_id), db_cstr(change->title),
           db_text_array(names, count));
}

static enum status write_change(struct db_transaction *transaction, void *context, struct error *error)
{
    struct change *change = context;
    struct arena *arena = change->work->arena;
    struct db_batch *load = db_batch(transaction);
    struct db_result *rows = db_add(load, &member_lock, db_uuid(*change->id));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    bool found = false, other_admin = false;
    unsigned old_roles = 0;
    struct uuid account = {""};
    for (size_t i = 0; i < rows->row_count; i++) {
        struct uuid id = db_get_uuid(rows, i, 0);
        if (!uuid_same(&id, change->id)) {
            other_admin = true;
            continue;
        }
        found = true;
        old_roles = roles_at(rows, i, arena);
        account = db_get_uuid(rows, i, 1);
    }
    if (!found) return not_found(change->work, error);
    /* what only the command line gives, only the command line takes */
    unsigned roles = (change->roles & ~(unsigned)ROLE_CITY_SUPERVISOR) | (old_roles & ROLE_CITY_SUPERVISOR);
    if (change->unit_id != NULL && roles == 0) return no_roles(change->work, error);
    bool stays_admin = change->unit_id != NULL && (roles & ROLE_TENANT_ADMIN) != 0;
    if ((old_roles & ROLE_TENANT_ADMIN) != 0 && !stays_admin && !other_admin)
        return error_set(error, arena, STATUS_CONFLICT, "member.last_admin",
                         N_("Đây là người quản trị cuối cùng của cơ quan. Hãy giao quyền quản trị cho người "
                            "khác trước."),
                         NULL);
    struct db_batch *write = db_batch(transaction);
    if (change->unit_id != NULL)
        add_update(write, change, roles);
    else
        db_add(write, &member_close, db_uuid(*change->id), db_instant(change->work->now));
    db_add(write, &member_release, db_uuid(account));
    return db_commit(write, error);
}

static enum status run_change(struct work *work, struct change *change, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    if (uuid_is_empty(change->id)) return not_found(work, error);
    enum status status = db_transaction(work->db, &scope, work->arena, write_change, change, error);
    if (status == STATUS_CONFLICT && error->code != NULL && strcmp(error->code, "db.unique") == 0)
        return administration_invalid(work, "unit", "membership.twice",
                                      N_("Người này đã có vai trò khác ở phòng ấy"), error);
    return status;
}

enum status member_change(struct work *work, const struct uuid *id, const struct uuid *unit_id,
                          unsigned roles, const char *title, struct error *error)
{
    struct change change = {work, id, unit_id, roles, title};
    enum status status = administration_allowed(work, error);
    if (status == STATUS_OK) status = check_values(work, unit_id, title, error);
    return status == STATUS_OK ? run_change(work, &change, error) : status;
}

enum status member_end(struct work *work, const struct uuid *id, struct error *error)
{
    struct change change = {.work = work, .id = id, .title = ""};
    enum status status = administration_allowed(work, error);
    return status == STATUS_OK ? run_change(work, &change, error) : status;
}
