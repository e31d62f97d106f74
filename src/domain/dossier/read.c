/* Reading dossiers: one whole file in one round trip, lists, search. */
#include "dossier_private.h"

#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"

DB_STATEMENT(read_dossier, DB_PARAMETERS(DB_UUID), DB_COLUMNS(DOSSIER_COLUMNS),
             "SELECT " DOSSIER_SELECT " FROM dossier WHERE tenant_id = motcua.app_tenant() AND id = $1")

DB_STATEMENT(
    read_events, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"sequence", DB_INT32}, {"at", DB_INSTANT}, {"kind", DB_TEXT}, {"actor_kind", DB_TEXT},
               {"actor_account_id", DB_UUID}, {"actor_name", DB_TEXT}, {"actor_title", DB_TEXT},
               {"actor_unit", DB_TEXT}, {"address", DB_TEXT}, {"is_public", DB_BOOL}, {"data", DB_JSON}),
    "SELECT sequence, at, kind, actor_kind, actor_account_id, actor_name, actor_title, actor_unit, address, "
    "is_public, data FROM event WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 ORDER BY sequence "
    "LIMIT 2000")

DB_STATEMENT(read_tasks, DB_PARAMETERS(DB_UUID), DB_COLUMNS(TASK_COLUMNS),
             "SELECT " TASK_SELECT
             " FROM task WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 ORDER BY created_at, id")

DB_STATEMENT(read_pauses, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"from_at", DB_INSTANT}, {"to_at", DB_INSTANT}, {"note", DB_TEXT}),
             "SELECT from_at, to_at, note FROM pause WHERE tenant_id = motcua.app_tenant() AND dossier_id = "
             "$1 ORDER BY number")

DB_STATEMENT(
    read_supplements, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"number", DB_INT32}, {"paper_number", DB_TEXT}, {"items", DB_JSON}, {"reason", DB_TEXT},
               {"requested_by", DB_TEXT}, {"requested_at", DB_INSTANT}, {"answer_due_at", DB_INSTANT},
               {"answered_at", DB_INSTANT}, {"answer_note", DB_TEXT}, {"closed_at", DB_INSTANT}),
    "SELECT number, paper_number, items, reason, requested_by, requested_at, answer_due_at, answered_at, "
    "answer_note, closed_at FROM supplement_request WHERE tenant_id = motcua.app_tenant() AND dossier_id = "
    "$1 "
    "ORDER BY number")

DB_STATEMENT(read_apologies, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"number", DB_INT32}, {"state", DB_TEXT}, {"paper_number", DB_TEXT},
                        {"old_due_at", DB_INSTANT}, {"new_due_at", DB_INSTANT}, {"reason", DB_TEXT},
                        {"drafted_at", DB_INSTANT}, {"sent_at", DB_INSTANT}, {"signed_by", DB_TEXT},
                        {"signed_title", DB_TEXT}),
             "SELECT number, state, paper_number, old_due_at, new_due_at, reason, drafted_at, sent_at, "
             "signed_by, signed_title "
             "FROM apology WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 ORDER BY number")

DB_STATEMENT(
    read_consultations, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"id", DB_UUID}, {"to_tenant_id", DB_UUID}, {"question", DB_TEXT}, {"sent_at", DB_INSTANT},
               {"due_at", DB_INSTANT}, {"answered_at", DB_INSTANT}, {"answer", DB_TEXT},
               {"answer_note", DB_TEXT}, {"answered_by", DB_TEXT}),
    "SELECT id, to_tenant_id, question, sent_at, due_at, answered_at, answer, answer_note, answered_by "
    "FROM consultation_sent WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 ORDER BY sent_at, id")

DB_STATEMENT(read_payments, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"amount", DB_INT64}, {"method", DB_TEXT}, {"receipt_number", DB_TEXT},
                        {"paid_at", DB_INSTANT}, {"received_by", DB_TEXT}),
             "SELECT amount, method, receipt_number, paid_at, received_by FROM payment "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 ORDER BY paid_at")

DB_STATEMENT(read_result, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"kind", DB_TEXT}, {"number", DB_TEXT}, {"title", DB_TEXT}, {"issued_at", DB_INSTANT},
                        {"signed_by", DB_TEXT}, {"signed_title", DB_TEXT}, {"document_id", DB_UUID},
                        {"verification_code", DB_TEXT}, {"revoked_at", DB_INSTANT}),
             "SELECT kind, number, title, issued_at, signed_by, signed_title, document_id, "
             "verification_code, revoked_at "
             "FROM result WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1")

DB_STATEMENT(
    read_rating, DB_PARAMETERS(DB_UUID),
    DB_COLUMNS({"level", DB_INT32}, {"reason", DB_TEXT}, {"created_at", DB_INSTANT}),
    "SELECT level, reason, created_at FROM rating WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1")

DB_STATEMENT(read_incidents, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"id", DB_UUID}, {"kind", DB_TEXT}, {"element_id", DB_TEXT}, {"message", DB_TEXT},
                        {"created_at", DB_INSTANT}),
             "SELECT id, kind, element_id, message, created_at FROM incident "
             "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND resolved_at IS NULL "
             "ORDER BY created_at LIMIT 20")

DB_STATEMENT(read_workflow, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"procedure_version_id", DB_UUID}),
             "SELECT procedure_version_id FROM workflow_instance WHERE tenant_id = motcua.app_tenant() AND "
             "dossier_id = $1")

static void fill_incidents(struct arena *arena, const struct db_result *rows, struct dossier_file *file)
{
    file->incidents = arena_array(arena, rows->row_count, sizeof *file->incidents);
    file->incident_count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        file->incidents[i] = (struct incident){.id = db_get_uuid(rows, i, 0),
                                               .dossier_id = file->dossier.id,
                                               .kind = db_cstr_or_empty(rows, i, 1),
                                               .element_id = db_cstr_or_empty(rows, i, 2),
                                               .message = db_cstr_or_empty(rows, i, 3),
                                               .dossier_code = file->dossier.code,
                                               .created_at = db_get_instant(rows, i, 4)};
}

static void fill_events(struct arena *arena, const struct db_result *rows, struct dossier_file *file)
{
    file->events = arena_array(arena, rows->row_count, sizeof *file->events);
    file->event_count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        file->events[i] = (struct event){
            .sequence = db_get_int32(rows, i, 0),
            .at = db_get_instant(rows, i, 1),
            .kind = db_cstr_or_empty(rows, i, 2),
            .actor_kind = db_cstr_or_empty(rows, i, 3),
            .actor_account_id = db_get_uuid(rows, i, 4),
            .actor_name = db_cstr_or_empty(rows, i, 5),
            .actor_title = db_cstr_or_empty(rows, i, 6),
            .actor_unit = db_cstr_or_empty(rows, i, 7),
            .address = db_cstr_or_empty(rows, i, 8),
            .is_public = db_get_bool(rows, i, 9),
            .data = db_get_json(rows, i, 10),
        };
}

static void fill_supplements(struct arena *arena, const struct db_result *rows, struct dossier_file *file)
{
    file->supplements = arena_array(arena, rows->row_count, sizeof *file->supplements);
    file->supplement_count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        file->supplements[i] = (struct supplement_request){
            .number = db_get_int32(rows, i, 0),
            .paper_number = db_cstr_or_empty(rows, i, 1),
            .items = db_get_json(rows, i, 2),
            .reason = db_cstr_or_empty(rows, i, 3),
            .requested_by = db_cstr_or_empty(rows, i, 4),
            .requested_at = db_get_instant(rows, i, 5),
            .answer_due_at = db_optional_instant(rows, i, 6),
            .answered_at = db_optional_instant(rows, i, 7),
            .answer_note = db_cstr_or_empty(rows, i, 8),
            .closed_at = db_optional_instant(rows, i, 9),
        };
}

static struct apology read_apology(const struct db_result *rows, size_t row, size_t from)
{
    return (struct apology){
        .number = db_get_int32(rows, row, from),
        .state = db_cstr_or_empty(rows, row, from + 1),
        .paper_number = db_cstr_or_empty(rows, row, from + 2),
        .old_due_at = db_get_instant(rows, row, from + 3),
        .new_due_at = db_optional_instant(rows, row, from + 4),
        .reason = db_cstr_or_empty(rows, row, from + 5),
        .drafted_at = db_get_instant(rows, row, from + 6),
        .sent_at = db_optional_instant(rows, row, from + 7),
        .signed_by = db_cstr_or_empty(rows, row, from + 8),
        .signed_title = db_cstr_or_empty(rows, row, from + 9),
    };
}

static void fill_consultations(struct arena *arena, const struct db_result *rows, struct dossier_file *file)
{
    file->consultations = arena_array(arena, rows->row_count, sizeof *file->consultations);
    file->consultation_count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        file->consultations[i] = (struct consultation){
            .id = db_get_uuid(rows, i, 0),
            .other_tenant_id = db_get_uuid(rows, i, 1),
            .question = db_cstr_or_empty(rows, i, 2),
            .sent_at = db_get_instant(rows, i, 3),
            .due_at = db_optional_instant(rows, i, 4),
            .answered_at = db_optional_instant(rows, i, 5),
            .answer = db_cstr_or_empty(rows, i, 6),
            .answer_note = db_cstr_or_empty(rows, i, 7),
            .answered_by = db_cstr_or_empty(rows, i, 8),
        };
}

static void fill_payments(struct arena *arena, const struct db_result *rows, struct dossier_file *file)
{
    file->payments = arena_array(arena, rows->row_count, sizeof *file->payments);
    file->payment_count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        file->payments[i] = (struct payment){db_get_int64(rows, i, 0), db_cstr_or_empty(rows, i, 1),
                                             db_cstr_or_empty(rows, i, 2), db_cstr_or_empty(rows, i, 4),
                                             db_get_instant(rows, i, 3)};
}

static void fill_end(struct arena *arena, const struct db_result *result, const struct db_result *rating,
                     struct dossier_file *file)
{
    if (result->row_count > 0) {
        file->result = arena_zalloc(arena, sizeof *file->result);
        *file->result = (struct result){
            .kind = db_cstr_or_empty(result, 0, 0),
            .number = db_cstr_or_empty(result, 0, 1),
            .title = db_cstr_or_empty(result, 0, 2),
            .issued_at = db_get_instant(result, 0, 3),
            .signed_by = db_cstr_or_empty(result, 0, 4),
            .signed_title = db_cstr_or_empty(result, 0, 5),
            .document_id = db_get_uuid(result, 0, 6),
            .verification_code = db_cstr_or_empty(result, 0, 7),
            .revoked_at = db_optional_instant(result, 0, 8),
        };
    }
    if (rating->row_count > 0) {
        file->rating = arena_zalloc(arena, sizeof *file->rating);
        *file->rating = (struct rating){db_get_int32(rating, 0, 0), db_cstr_or_empty(rating, 0, 1),
                                        db_get_instant(rating, 0, 2)};
    }
}

static void fill_small(struct arena *arena, const struct db_result *tasks, const struct db_result *pauses,
                       const struct db_result *apologies, struct dossier_file *file)
{
    file->tasks = arena_array(arena, tasks->row_count, sizeof *file->tasks);
    file->task_count = tasks->row_count;
    for (size_t i = 0; i < tasks->row_count; i++)
        task_read_row(arena, tasks, i, &file->tasks[i]);
    file->pauses = arena_array(arena, pauses->row_count, sizeof *file->pauses);
    file->pause_count = pauses->row_count;
    for (size_t i = 0; i < pauses->row_count; i++)
        file->pauses[i] = (struct pause){.from = db_get_instant(pauses, i, 0),
                                         .to = db_optional_instant(pauses, i, 1),
                                         .reason = db_cstr_or_empty(pauses, i, 2)};
    file->apologies = arena_array(arena, apologies->row_count, sizeof *file->apologies);
    file->apology_count = apologies->row_count;
    for (size_t i = 0; i < apologies->row_count; i++)
        file->apologies[i] = read_apology(apologies, i, 0);
}

enum status dossier_load(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                         struct dossier_file *file, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_batch *batch = db_read(work->db, &scope, work->arena);
    struct db_result *dossier = db_add(batch, &read_dossier, db_uuid(*id));
    struct db_result *events = db_add(batch, &read_events, db_uuid(*id));
    struct db_result *tasks = db_add(batch, &read_tasks, db_uuid(*id));
    struct db_result *pauses = db_add(batch, &read_pauses, db_uuid(*id));
    struct db_result *supplements = db_add(batch, &read_supplements, db_uuid(*id));
    struct db_result *apologies = db_add(batch, &read_apologies, db_uuid(*id));
    struct db_result *consultations = db_add(batch, &read_consultations, db_uuid(*id));
    struct db_result *payments = db_add(batch, &read_payments, db_uuid(*id));
    struct db_result *result = db_add(batch, &read_result, db_uuid(*id));
    struct db_result *rating = db_add(batch, &read_rating, db_uuid(*id));
    struct db_result *incidents = db_add(batch, &read_incidents, db_uuid(*id));
    struct db_result *workflow = db_add(batch, &read_workflow, db_uuid(*id));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (dossier->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "dossier.unknown",
                         N_("Không tìm thấy hồ sơ này"), NULL);
    *file = (struct dossier_file){0};
    dossier_read_row(dossier, 0, &file->dossier);
    fill_events(work->arena, events, file);
    fill_small(work->arena, tasks, pauses, apologies, file);
    fill_supplements(work->arena, supplements, file);
    fill_consultations(work->arena, consultations, file);
    fill_payments(work->arena, payments, file);
    fill_end(work->arena, result, rating, file);
    fill_incidents(work->arena, incidents, file);
    file->workflow_version_id =
        workflow->row_count > 0 ? db_get_uuid(workflow, 0, 0) : file->dossier.procedure_version_id;
    return STATUS_OK;
}

void dossier_file_release(struct dossier_file *file)
{
    dossier_release(&file->dossier);
    for (size_t i = 0; i < file->event_count; i++)
        json_decref(file->events[i].data);
    for (size_t i = 0; i < file->supplement_count; i++)
        json_decref(file->supplements[i].items);
    file->event_count = file->supplement_count = 0;
}

DB_STATEMENT(read_id_by_code, DB_PARAMETERS(DB_TEXT), DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM dossier WHERE tenant_id = motcua.app_tenant() AND code = $1")

enum status dossier_load_by_code(struct work *work, struct str code, struct dossier_file *file,
                                 struct error *error)
{
    struct str identifier, rest;
    struct db_result *rows = NULL;
    (void)str_split(code, '-', &identifier, &rest);
    const struct tenant *tenant =
        tenant_by_agency_identifier(reference_tenants(work->domain->reference), identifier);
    if (tenant != NULL) {
        struct db_scope scope = work_scope(work, &tenant->id);
        enum status status = db_read_one(work->db, &scope, work->arena, &read_id_by_code,
                                         DB_VALUES(db_text(code)), &rows, error);
        if (status != STATUS_OK) return status;
    }
    if (rows == NULL || rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "dossier.unknown",
                         N_("Không tìm thấy hồ sơ này"), NULL);
    struct uuid id = db_get_uuid(rows, 0, 0);
    return dossier_load(work, &tenant->id, &id, file, error);
}

void dossier_fill_row(const struct db_result *rows, size_t row, struct dossier_row *out)
{
    *out = (struct dossier_row){
        .tenant_id = db_get_uuid(rows, row, 0),
        .id = db_get_uuid(rows, row, 1),
        .code = db_cstr_or_empty(rows, row, 2),
        .procedure_code = db_cstr_or_empty(rows, row, 3),
        .procedure_name = db_cstr_or_empty(rows, row, 4),
        .status = db_cstr_or_empty(rows, row, 5),
        .applicant_name = db_cstr_or_empty(rows, row, 6),
        .step_name = db_cstr_or_empty(rows, row, 7),
        .step_name_en = db_cstr_or_empty(rows, row, 8),
        .fee_state = db_cstr_or_empty(rows, row, 9),
        .outcome = db_cstr_or_empty(rows, row, 10),
        .fee_amount = db_get_int64(rows, row, 11),
        .submitted_at = db_get_instant(rows, row, 12),
        .received_at = db_optional_instant(rows, row, 13),
        .due_at = db_optional_instant(rows, row, 14),
        .finished_at = db_optional_instant(rows, row, 15),
        .returned_at = db_optional_instant(rows, row, 16),
        .paused_since = db_optional_instant(rows, row, 17),
        .revision = db_get_int32(rows, row, 18),
    };
}

struct dossier_row *dossier_fill_rows(struct arena *arena, const struct db_result *rows)
{
    struct dossier_row *list = arena_array(arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        dossier_fill_row(rows, i, &list[i]);
    return list;
}

enum { LIST_MAXIMUM = 200, EXPORT_MAXIMUM = 10000 };

DB_STATEMENT(read_own, DB_PARAMETERS(DB_UUID, DB_BOOL, DB_INT32), DB_COLUMNS(ROW_COLUMNS),
             "SELECT " ROW_SELECT " FROM dossier d WHERE d.account_id = $1 AND $1 = motcua.app_account() "
             "AND ($2 OR d.archived_at IS NULL) "
             "ORDER BY d.submitted_at DESC LIMIT $3")

static enum status list_own(struct work *work, bool archived, int limit, struct dossier_row **rows,
                            size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *found;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &read_own,
        DB_VALUES(db_uuid(work->actor->account_id), db_bool(archived), db_int32(limit)), &found, error);
    if (status != STATUS_OK) return status;
    *rows = dossier_fill_rows(work->arena, found);
    *count = found->row_count;
    return STATUS_OK;
}

enum status dossier_list_own(struct work *work, struct dossier_row **rows, size_t *count, struct error *error)
{
    return list_own(work, false, LIST_MAXIMUM, rows, count, error);
}

enum status dossier_list_own_all(struct work *work, struct dossier_row **rows, size_t *count,
                                 struct error *error)
{
    return list_own(work, true, EXPORT_MAXIMUM, rows, count, error);
}

/* $1 text, $2 folded name, $3 a part of the code or of the phone number, $4 status, $5 .. $6 received
 * between. */
DB_STATEMENT(read_search,
             DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT, DB_INSTANT, DB_INT32, DB_INT32),
             DB_COLUMNS(ROW_COLUMNS),
             "SELECT " ROW_SELECT
             " FROM dossier d WHERE d.tenant_id = motcua.app_tenant() AND " SEARCH_CONDITION
             " ORDER BY d.received_at DESC NULLS FIRST, d.id DESC LIMIT $7 OFFSET $8")

struct search_terms search_terms_of(struct work *work, const struct dossier_search *search)
{
    struct str text = str_trim(search->text.data == NULL ? STR("") : search->text);
    struct str key = text_search_key(work->arena, text);
    /* "000.04.35.H26-170214-0044", "0912 345 678": what stays when people leave out what only divides. */
    char *compact = arena_alloc(work->arena, text.length + 1);
    size_t count = 0;
    bool other = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if ((c >= '0' && c <= '9') || letter)
            compact[count++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        else
            other |= strchr(" .-+()", c) == NULL;
    }
    compact[count] = '\0';
    struct search_terms terms = {
        .text = text,
        .name = key.length == 0 ? "" : arena_printf(work->arena, "%%%.*s%%", STR_ARG(key)),
        .compact = !other && count >= 3 ? compact : "",
        .status = search->status == NULL ? "" : search->status,
    };
    return terms;
}

enum status dossier_search(struct work *work, const struct dossier_search *search, struct dossier_row **rows,
                           size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct search_terms terms = search_terms_of(work, search);
    struct db_result *found;
    enum status status = db_read_one(
        work->db, &scope, work->arena, &read_search,
        DB_VALUES(db_text(terms.text), db_cstr(terms.name), db_cstr(terms.compact), db_cstr(terms.status),
                  db_instant_or_null(search->received_from), db_instant_or_null(search->received_to),
                  db_int32(search->limit), db_int32(search->offset)),
        &found, error);
    if (status != STATUS_OK) return status;
    *rows = dossier_fill_rows(work->arena, found);
    *count = found->row_count;
    return STATUS_OK;
}

DB_STATEMENT(read_fees_due, DB_NOTHING, DB_COLUMNS(ROW_COLUMNS),
             "SELECT " ROW_SELECT
             " FROM dossier d WHERE d.tenant_id = motcua.app_tenant() AND d.fee_state = 'due' "
             "AND d.status NOT IN ('refused', 'withdrawn') ORDER BY d.submitted_at LIMIT 200")

enum status payment_due_list(struct work *work, struct dossier_row **rows, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *found;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &read_fees_due, DB_VALUES(), &found, error);
    if (status != STATUS_OK) return status;
    *rows = dossier_fill_rows(work->arena, found);
    *count = found->row_count;
    return STATUS_OK;
}

DB_STATEMENT(
    read_apology_drafts, DB_NOTHING,
    DB_COLUMNS(ROW_COLUMNS, {"number", DB_INT32}, {"state", DB_TEXT}, {"paper_number", DB_TEXT},
               {"old_due_at", DB_INSTANT}, {"new_due_at", DB_INSTANT}, {"reason", DB_TEXT},
               {"drafted_at", DB_INSTANT}, {"sent_at", DB_INSTANT}, {"signed_by", DB_TEXT},
               {"signed_title", DB_TEXT}),
    "SELECT " ROW_SELECT
    ", a.number, a.state, a.paper_number, a.old_due_at, a.new_due_at, a.reason, a.drafted_at, "
    "a.sent_at, a.signed_by, a.signed_title FROM apology a JOIN dossier d ON d.tenant_id = a.tenant_id "
    "AND d.id = a.dossier_id WHERE a.tenant_id = motcua.app_tenant() AND a.state = 'draft' "
    "ORDER BY a.drafted_at LIMIT 200")

enum status apology_drafts(struct work *work, struct dossier_row **rows, struct apology **apologies,
                           size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, &work->actor->tenant_id);
    struct db_result *found;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &read_apology_drafts, DB_VALUES(), &found, error);
    if (status != STATUS_OK) return status;
    struct apology *list = arena_array(work->arena, found->row_count, sizeof *list);
    for (size_t i = 0; i < found->row_count; i++)
        list[i] = read_apology(found, i, ROW_COLUMN_COUNT);
    *rows = dossier_fill_rows(work->arena, found);
    *apologies = list;
    *count = found->row_count;
    return STATUS_OK;
}
