/* Fees taken at the counter. */
#include "dossier_private.h"

DB_STATEMENT(
    payment_insert, DB_PARAMETERS(DB_TEXT, DB_UUID, DB_UUID, DB_INT64, DB_TEXT, DB_INSTANT, DB_TEXT),
    DB_NOTHING,
    "WITH next AS (INSERT INTO counter (tenant_id, series, value) VALUES (motcua.app_tenant(), 'receipt:' || "
    "$1, 1) "
    "ON CONFLICT (tenant_id, series) DO UPDATE SET value = counter.value + 1 RETURNING value) "
    "INSERT INTO payment (tenant_id, id, dossier_id, amount, method, receipt_number, paid_at, received_by) "
    "SELECT motcua.app_tenant(), $2, $3, $4, $5, "
    "$1 || '-' || lpad(next.value::text, greatest(6, length(next.value::text)), '0'), $6, $7 FROM next")

static enum status pay(struct command *command, void *input, struct error *error)
{
    const char *method = input;
    struct work *work = command->work;
    struct dossier *dossier = &command->dossier;
    bool undecided = strcmp(dossier->status, "refused") == 0 || strcmp(dossier->status, "withdrawn") == 0;
    if (strcmp(dossier->fee_state, "due") != 0 || undecided)
        return error_set(error, work->arena, STATUS_CONFLICT, "payment.none",
                         N_("Hồ sơ này không còn khoản phí, lệ phí nào phải thu"), NULL);
    int year = civil_date_from_day(civil_day_of(work->now)).year;
    db_add(command->write, &payment_insert, db_cstr(arena_printf(work->arena, "%d", year)),
           db_uuid(uuid_create(work->now)), db_uuid(dossier->id), db_int64(dossier->fee_amount),
           db_cstr(method), db_instant(work->now), db_cstr(work->actor->name));
    dossier->fee_state = "paid";
    json_t *data = json_object();
    json_object_set_new(data, "amount", json_integer(dossier->fee_amount));
    json_set_cstr(data, "method", method);
    command_event(command, "payment_received", true, data);
    return STATUS_OK;
}

enum status dossier_pay(struct work *work, const struct uuid *id, const char *method, struct error *error)
{
    if ((work->actor->roles & (ROLE_CASHIER | ROLE_RECEPTION_CLERK)) == 0)
        return error_set(error, work->arena, STATUS_DENIED, "payment.role",
                         N_("Chỉ thu ngân hoặc công chức tiếp nhận được thu phí"), NULL);
    if (strcmp(method, "cash") != 0 && strcmp(method, "transfer") != 0)
        return error_set(error, work->arena, STATUS_INVALID, "payment.method",
                         N_("Vui lòng chọn hình thức thanh toán"), NULL);
    char *copy = arena_strdup(work->arena, method);
    return command_run(work, &work->actor->tenant_id, id, pay, copy, error);
}
