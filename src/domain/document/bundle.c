/* The papers of a dossier behind its print-out, made by the child process that looks into uploads. */
#include "child.h"
#include "rows.h"

static enum status not_now(struct work *work, struct error *error, const char *detail)
{
    return error_set(
        error, work->arena, STATUS_UNAVAILABLE, "document.bundle",
        N_("Tạm thời chưa ghép được giấy tờ vào bản in; vui lòng tải bản in không kèm giấy tờ rồi tải "
           "từng giấy tờ"),
        "%s", detail);
}

enum status document_bundle(struct work *work, const struct uuid *tenant_id, struct str lead,
                            const struct document *const *papers, size_t count, struct document_spool **pdf,
                            unsigned *left_out, struct error *error)
{
    struct paper_rows rows = {.work = work,
                              .tenant_id = tenant_id,
                              .papers = papers,
                              .count = count,
                              .leaves_out = true,
                              .error = error,
                              .line =
                                  str_of(arena_printf(work->arena, "%d %zu\n", (int)MEDIA_PDF, lead.length)),
                              .lead = lead};
    struct child_job job = {.account = work->actor->account_id,
                            .tenant = *tenant_id,
                            .kind = MEDIA_BUNDLE,
                            .context = &rows,
                            .read = paper_rows_read,
                            .write = paper_rows_write};
    struct media_report report;
    *pdf = NULL;
    *left_out = 0;
    if (work->domain->inspector == NULL) return not_now(work, error, "there is no inspector");
    enum status status = child_run(work->domain->inspector, &job, &report, work->arena, error);
    paper_rows_close(&rows);
    if (status != STATUS_OK && rows.damaged > 0) {
        *left_out = 1U << (rows.damaged - 1);
        document_spool_destroy(rows.out);
        return STATUS_OK;
    }
    if (status == STATUS_OK && report.problem != MEDIA_GOOD)
        status = not_now(work, error, "the papers are too much");
    if (status == STATUS_OK) *left_out = report.remarks;
    if (status == STATUS_OK && *left_out == 0 &&
        (rows.out == NULL || document_spool_close(rows.out) != STATUS_OK))
        status = not_now(work, error, "no bytes came back");
    if (status == STATUS_OK && *left_out == 0)
        *pdf = rows.out;
    else
        document_spool_destroy(rows.out);
    return status;
}
