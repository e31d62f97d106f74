/* Issuing the result: its number is taken first, since it is printed on the paper. */
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

enum status result_issue(struct command *command, struct error *error)
{
    struct work *work = command->work;
    struct arena *arena = work->arena;
    struct dossier *dossier = &command->dossier;
    bool rejected = str_equal_cstr(workflow_text(command, "decision"), "reject");
    const char *symbol = rejected ? RESULT_REJECTION_SYMBOL : command->version->result_symbol;
    int year = civil_date_from_day(civil_day_of(work->now)).year;
    int64_t number;
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
        .verification_code = token_code(arena, VERIFICATION_LENGTH),
    };
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(RESULT_BYTES);
    status = paper_render_result(work, &paper, &pdf, error);
    struct document *document = arena_zalloc(arena, sizeof *document);
    if (status == STATUS_OK)
        status = document_prepare(work, &dossier->tenant_id, &dossier->id, "result",
                                  arena_printf(arena, "ket-qua-%s.pdf", dossier->code), "application/pdf",
                                  buf_str(&pdf), document, error);
    if (status != STATUS_OK) return status;
    command->prepared = document;
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
