/* Rows of dossiers and tasks as structures; names of statuses. */
#include "dossier_private.h"

instant db_optional_instant(const struct db_result *rows, size_t row, size_t column)
{
    return db_is_null(rows, row, column) ? INSTANT_NONE : db_get_instant(rows, row, column);
}

struct db_value db_instant_or_null(instant moment)
{
    return moment == INSTANT_NONE || moment == 0 ? db_null() : db_instant(moment);
}

const char *db_cstr_or_empty(const struct db_result *rows, size_t row, size_t column)
{
    const char *text = db_get_cstr(rows, row, column);
    return text == NULL ? "" : text;
}

void dossier_read_row(const struct db_result *rows, size_t row, struct dossier *dossier)
{
    *dossier = (struct dossier){
        .tenant_id = db_get_uuid(rows, row, 0),
        .id = db_get_uuid(rows, row, 1),
        .code = db_cstr_or_empty(rows, row, 2),
        .account_id = db_get_uuid(rows, row, 3),
        .procedure_id = db_get_uuid(rows, row, 4),
        .procedure_version_id = db_get_uuid(rows, row, 5),
        .procedure_code = db_cstr_or_empty(rows, row, 6),
        .procedure_name = db_cstr_or_empty(rows, row, 7),
        .unit_id = db_get_uuid(rows, row, 8),
        .channel = db_cstr_or_empty(rows, row, 9),
        .return_channel = db_cstr_or_empty(rows, row, 10),
        .status = db_cstr_or_empty(rows, row, 11),
        .outcome = db_cstr_or_empty(rows, row, 12),
        .applicant_name = db_cstr_or_empty(rows, row, 13),
        .contact = db_get_json(rows, row, 14),
        .subject = db_cstr_or_empty(rows, row, 15),
        .answers = db_get_json(rows, row, 16),
        .copies = db_get_int32(rows, row, 17),
        .limit_rule = db_cstr_or_empty(rows, row, 18),
        .calendar_code = db_cstr_or_empty(rows, row, 19),
        .calendar_revision = db_get_int32(rows, row, 20),
        .submitted_at = db_get_instant(rows, row, 21),
        .received_at = db_optional_instant(rows, row, 22),
        .first_due_at = db_optional_instant(rows, row, 23),
        .due_at = db_optional_instant(rows, row, 24),
        .due_explanation = db_get_json_text(rows, row, 25),
        .paused_since = db_optional_instant(rows, row, 26),
        .finished_at = db_optional_instant(rows, row, 27),
        .returned_at = db_optional_instant(rows, row, 28),
        .fee_amount = db_get_int64(rows, row, 29),
        .fee_state = db_cstr_or_empty(rows, row, 30),
        .step_name = db_cstr_or_empty(rows, row, 31),
        .step_name_en = db_cstr_or_empty(rows, row, 32),
        .revision = db_get_int32(rows, row, 33),
        .event_count = db_get_int32(rows, row, 34),
        .event_head = db_get_bytes(rows, row, 35),
        .archived_at = db_optional_instant(rows, row, 36),
        .erased_at = db_optional_instant(rows, row, 37),
        .erased_how = db_cstr_or_empty(rows, row, 38),
    };
}

const json_t *dossier_submitter(const struct dossier *dossier)
{
    return json_get_object(dossier->contact, "submitter");
}

bool dossier_on_behalf(const struct dossier *dossier)
{
    return dossier_submitter(dossier) != NULL;
}

void dossier_release(struct dossier *dossier)
{
    json_decref(dossier->contact);
    json_decref(dossier->answers);
    dossier->contact = dossier->answers = NULL;
}

void task_read_row(struct arena *arena, const struct db_result *rows, size_t row, struct task *task)
{
    *task = (struct task){
        .id = db_get_uuid(rows, row, 0),
        .kind = db_cstr_or_empty(rows, row, 1),
        .dossier_id = db_get_uuid(rows, row, 2),
        .consultation_id = db_get_uuid(rows, row, 3),
        .engine_task = db_cstr_or_empty(rows, row, 4),
        .element_id = db_cstr_or_empty(rows, row, 5),
        .name = db_cstr_or_empty(rows, row, 6),
        .name_en = db_cstr_or_empty(rows, row, 7),
        .role = db_cstr_or_empty(rows, row, 8),
        .unit_id = db_get_uuid(rows, row, 10),
        .state = db_cstr_or_empty(rows, row, 12),
        .dossier_code = db_cstr_or_empty(rows, row, 13),
        .procedure_code = db_cstr_or_empty(rows, row, 14),
        .procedure_name = db_cstr_or_empty(rows, row, 15),
        .applicant_name = db_cstr_or_empty(rows, row, 16),
        .created_at = db_get_instant(rows, row, 17),
        .step_due_at = db_optional_instant(rows, row, 18),
        .dossier_due_at = db_optional_instant(rows, row, 19),
        .urgent_at = db_get_instant(rows, row, 20),
        .assignee_account_id = db_get_uuid(rows, row, 21),
        .assignee_name = db_cstr_or_empty(rows, row, 22),
        .taken_at = db_optional_instant(rows, row, 23),
        .done_at = db_optional_instant(rows, row, 24),
        .done_by = db_cstr_or_empty(rows, row, 25),
        .outcome = db_cstr_or_empty(rows, row, 26),
        .note = db_cstr_or_empty(rows, row, 27),
        .revision = db_get_int32(rows, row, 28),
    };
    task->other_roles = db_get_text_array(rows, row, 9, arena, &task->other_role_count);
    task->outcomes = db_get_text_array(rows, row, 11, arena, &task->outcome_count);
}

static const struct {
    const char *status;
    const char *label;
    int number; /* of the national portal */
    bool open;
} statuses[] = {
    {"submitted", N_("Mới nộp, chờ tiếp nhận"), 1, true}, {"received", N_("Đã tiếp nhận"), 2, true},
    {"refused", N_("Không được tiếp nhận"), 3, false},    {"processing", N_("Đang xử lý"), 4, true},
    {"supplement", N_("Chờ bổ sung giấy tờ"), 5, true},   {"payment", N_("Chờ nộp phí, lệ phí"), 6, true},
    {"withdrawn", N_("Đã rút hồ sơ"), 7, false},          {"stopped", N_("Dừng xử lý"), 8, false},
    {"finished", N_("Đã có kết quả"), 9, false},          {"returned", N_("Đã trả kết quả"), 10, false},
};

enum { STATUS_KINDS = sizeof statuses / sizeof statuses[0] };

const char *dossier_status_label(const char *status)
{
    for (size_t i = 0; i < STATUS_KINDS; i++)
        if (strcmp(statuses[i].status, status) == 0) return statuses[i].label;
    return status;
}

int dossier_status_number(const char *status)
{
    for (size_t i = 0; i < STATUS_KINDS; i++)
        if (strcmp(statuses[i].status, status) == 0) return statuses[i].number;
    return 0;
}

bool dossier_is_open(const struct dossier *dossier)
{
    for (size_t i = 0; i < STATUS_KINDS; i++)
        if (strcmp(statuses[i].status, dossier->status) == 0) return statuses[i].open;
    return false;
}
