/* Memberships of officials. */
#include "identity_private.h"

#include "motcua/calendar/civil.h"

#define MEMBERSHIP_COLUMNS                                                                                   \
    {"tenant_id", DB_UUID}, {"id", DB_UUID}, {"account_id", DB_UUID}, {"unit_id", DB_UUID},                  \
        {"title", DB_TEXT}, {"roles", DB_TEXT_ARRAY}, {"valid_from", DB_INSTANT},                            \
    {                                                                                                        \
        "valid_to", DB_INSTANT                                                                               \
    }

static struct membership read_membership(struct arena *arena, const struct db_result *rows, size_t row)
{
    struct membership membership = {
        .tenant_id = db_get_uuid(rows, row, 0),
        .id = db_get_uuid(rows, row, 1),
        .account_id = db_get_uuid(rows, row, 2),
        .unit_id = db_get_uuid(rows, row, 3),
        .title = db_get_cstr(rows, row, 4),
        .valid_from = db_get_instant(rows, row, 6),
        .valid_to = db_is_null(rows, row, 7) ? INSTANT_NONE : db_get_instant(rows, row, 7),
        .full_name = "",
        .email = "",
        .unit_name = "",
    };
    size_t count;
    struct str *roles = db_get_text_array(rows, row, 5, arena, &count);
    for (size_t i = 0; i < count; i++)
        membership.roles |= role_parse(roles[i]);
    return membership;
}

DB_STATEMENT(
    membership_own, DB_PARAMETERS(DB_INSTANT), DB_COLUMNS(MEMBERSHIP_COLUMNS),
    "SELECT tenant_id, id, account_id, unit_id, title, roles, valid_from, valid_to FROM membership "
    "WHERE account_id = motcua.app_account() AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) "
    "ORDER BY created_at LIMIT 100")

enum status membership_list_own(struct work *work, struct membership **list, size_t *count,
                                struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &membership_own,
                                     DB_VALUES(db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*list)[i] = read_membership(work->arena, rows, i);
    return STATUS_OK;
}

DB_STATEMENT(
    membership_use, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_INSTANT), DB_NOTHING,
    "UPDATE session s SET tenant_id = $2, membership_id = $3 WHERE s.account_id = motcua.app_account() AND "
    "s.id = $1 "
    "AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM membership m WHERE m.tenant_id = $2 AND m.id = $3 "
    "AND m.account_id = motcua.app_account() AND m.valid_from <= $4 AND (m.valid_to IS NULL OR m.valid_to > "
    "$4)))")

enum status session_use_membership(struct work *work, const struct uuid *session_id,
                                   const struct uuid *tenant_id, const struct uuid *membership_id,
                                   struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &membership_use,
        DB_VALUES(db_uuid(*session_id), db_uuid(*tenant_id), db_uuid(*membership_id), db_instant(work->now)),
        &result, error);
    if (status == STATUS_OK && result->affected == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "membership.unknown",
                         N_("Bạn không còn giữ vai trò này"), NULL);
    return status;
}

DB_STATEMENT(
    membership_tenant, DB_PARAMETERS(DB_INSTANT),
    DB_COLUMNS(MEMBERSHIP_COLUMNS, {"full_name", DB_TEXT}, {"email", DB_TEXT}, {"unit_name", DB_TEXT}),
    "SELECT m.tenant_id, m.id, m.account_id, m.unit_id, m.title, m.roles, m.valid_from, m.valid_to, "
    "a.full_name, "
    "coalesce(a.email, a.phone, '') AS email, u.name AS unit_name FROM membership m "
    "JOIN account a ON a.id = m.account_id JOIN unit u ON u.tenant_id = m.tenant_id AND u.id = m.unit_id "
    "WHERE m.tenant_id = motcua.app_tenant() AND (m.valid_to IS NULL OR m.valid_to > $1) "
    "ORDER BY u.sort_order, a.full_name LIMIT 1000")

enum status membership_list_tenant(struct work *work, const struct uuid *tenant_id, struct membership **list,
                                   size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &membership_tenant,
                                     DB_VALUES(db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    *list = arena_array(work->arena, rows->row_count, sizeof **list);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++) {
        struct membership *membership = &(*list)[i];
        *membership = read_membership(work->arena, rows, i);
        membership->full_name = db_get_cstr(rows, i, 8);
        membership->email = db_get_cstr(rows, i, 9);
        membership->unit_name = db_get_cstr(rows, i, 10);
    }
    return STATUS_OK;
}

DB_STATEMENT(
    membership_upsert, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_TEXT, DB_TEXT_ARRAY, DB_INSTANT),
    DB_NOTHING,
    "INSERT INTO membership (tenant_id, id, account_id, unit_id, title, roles, valid_from, created_at) "
    "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $6) "
    "ON CONFLICT (tenant_id, account_id, unit_id) WHERE valid_to IS NULL DO UPDATE SET "
    "title = CASE WHEN EXCLUDED.title = '' THEN membership.title ELSE EXCLUDED.title END, "
    "roles = (SELECT array_agg(DISTINCT r ORDER BY r) FROM unnest(membership.roles || EXCLUDED.roles) r)")

enum status membership_grant(struct work *work, const struct uuid *tenant_id, const struct uuid *account_id,
                             const struct uuid *unit_id, unsigned roles, const char *title,
                             struct error *error)
{
    struct str names[ROLE_COUNT];
    size_t count = 0;
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        if ((roles & (1u << i)) != 0) names[count++] = str_of(role_name(1u << i));
    if (count == 0)
        return identity_invalid(work, error, "roles", "membership.roles",
                                N_("Vui lòng chọn ít nhất một vai trò"));
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &membership_upsert,
                        DB_VALUES(db_uuid(uuid_create(work->now)), db_uuid(*account_id), db_uuid(*unit_id),
                                  db_cstr(title), db_text_array(names, count), db_instant(work->now)),
                        &result, error);
}
