/* Issuing the result: its number is taken first, since it is printed on the paper; the paper is in its store
 * before the transaction that commits it (struct result_paper_kept). */
#include "issue.h"

#include "motcua/domain/document.h"
#include "motcua/domain/paper.h"

DB_STATEMENT(issue_result,
             DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT, DB_TEXT, DB_TEXT, DB_UUID,
                           DB_BYTES, DB_TEXT, DB_JSON),
             DB_NOTHING,
             "INSERT INTO result (tenant_id, dossier_id, kind, number, title, issued_at, signed_by, "
             "signed_title, document_id, "
             "sha256, verification_code, public_summary) "
             "VALUES (motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")

enum { VERIFICATION_LENGTH = 16, RESULT_BYTES = 8 * 1024 * 1024 };

/* What anyone who holds the code may see: enough to compare with the paper in hand, no more. */
static json_t *public_summary(const struct command *command)
{
    json_t *summary = json_object();
    json_set_cstr(summary, "procedure", command->dossier.procedure_name);
    json_set_cstr(summary, "dossier_code", command->dossier.code);
    json_set_cstr(summary, "applicant", command->dossier.applicant_name);
    return summary;
}

static const char *or_empty(struct arena *arena, struct str text)
{
    return text.data == NULL ? "" : arena_strndup(arena, text.data, text.length);
}

/* The paper as it lies in its store, when that says the same to the last byte; else it has to get there
 * first. */
static enum status take_stored(struct command *command, struct str pdf, struct error *error)
{
    struct arena *arena = command->work->arena;
    struct result_paper_kept *kept = command->paper;
    struct hash hash = hash_sha256(pdf);
    kept->taken = kept->stored && str_equal(kept->document.sha256, hash_view(&hash));
    if (kept->taken) return STATUS_OK;
    kept->pdf = arena_str(arena, pdf);
    kept->file_name = arena_printf(arena, "ket-qua-%s.pdf", command->dossier.code);
    return error_set(
        error, arena, STATUS_CONFLICT, "result.crowded",
        N_("Cơ quan đang phát hành nhiều kết quả cùng lúc nên chưa cấp được số; vui lòng thử lại"),
        "the paper is not in its store yet");
}

enum status result_issue(struct command *command, struct error *error)
{
    struct work *work = command->work;
    struct arena *arena = work->arena;
    struct dossier *dossier = &command->dossier;
    bool rejected = str_equal_cstr(workflow_text(command, "decision"), "reject");
    const char *symbol = rejected ? RESULT_REJECTION_SYMBOL : command->version->result_symbol;
    int year = civil_date_from_day(civil_day_of(work->now)).year;
    int64_t number;
    if (command->paper->verification_code == NULL)
        command->paper->verification_code = token_code(arena, VERIFICATION_LENGTH);
    enum status status =
        command_next_number(command, arena_printf(arena, "result:%d:%s", year, symbol), &number, error);
    if (status != STATUS_OK) return status;
    struct result_paper paper = {
        .tenant = command->tenant,
        .version = command->version,
        .dossier = dossier,
        .decision = rejected ? "reject" : "grant",
        .number = arena_printf(arena, "%02lld/%d/%s", (long long)number, year, symbol),
        .signed_by = or_empty(arena, workflow_text(command, "signed_by")),
        .signed_title = or_empty(arena, workflow_text(command, "signed_title")),
        .reason = or_empty(arena, workflow_text(command, "decision_reason")),
        .verification_code = command->paper->verification_code,
    };
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(RESULT_BYTES);
    status = paper_render_result(work, &paper, &pdf, error);
    if (status == STATUS_OK) status = take_stored(command, buf_str(&pdf), error);
    if (status != STATUS_OK) return status;
    const struct document *document = &command->paper->document;
    document_insert(command->write, document);
    const char *title = rejected ? N_("Thông báo từ chối giải quyết hồ sơ") : command->version->result_title;
    json_auto summary = public_summary(command);
    db_add(command->write, &issue_result, db_uuid(dossier->id), db_cstr(rejected ? "rejected" : "granted"),
           db_cstr(paper.number), db_cstr(title), db_instant(work->now), db_cstr(paper.signed_by),
           db_cstr(paper.signed_title), db_uuid(document->id), db_bytes(document->sha256),
           db_cstr(paper.verification_code), db_json(summary));
    dossier->status = "finished";
    dossier->outcome = rejected ? "rejected" : "granted";
    dossier->finished_at = work->now;
    command_mail(command, "result-ready", NULL);
    return STATUS_OK;
}
