/* Photos of one paper: their order, and the PDF they become. */
#include "document_private.h"

#include <stdio.h>

#include "child.h"
#include "rows.h"

enum { PICTURES_BYTES = 240 * 1024 * 1024 }; /* below what the child reads */

/* What may be changed of a draft or a supplement is in document.c; here also the rows must be pictures of the
 * actor. */
#define OWN_PICTURES                                                                                         \
    "d.tenant_id = motcua.app_tenant() AND d.dossier_id = $1 AND d.account_id = motcua.app_account() AND "   \
    "d.removed_at IS NULL AND d.media_type LIKE 'image/%' AND (EXISTS (SELECT 1 FROM draft r WHERE "         \
    "r.account_id = motcua.app_account() AND r.id = $1 AND r.submitted_at IS NULL) OR d.kind = "             \
    "'supplement' "                                                                                          \
    "AND EXISTS (SELECT 1 FROM dossier s WHERE s.tenant_id = motcua.app_tenant() AND s.id = $1 AND "         \
    "s.account_id = motcua.app_account() AND s.status = 'supplement'))"

DB_STATEMENT(pictures_arrange, DB_PARAMETERS(DB_UUID, DB_UUID_ARRAY), DB_NOTHING,
             "UPDATE document d SET page_order = array_position($2, d.id) WHERE " OWN_PICTURES
             " AND d.id = ANY ($2)")

DB_STATEMENT(pictures_leave, DB_PARAMETERS(DB_UUID, DB_UUID_ARRAY, DB_INSTANT, DB_INT64),
             DB_COLUMNS({"all", DB_BOOL}),
             "WITH gone AS (UPDATE document d SET removed_at = $3 WHERE " OWN_PICTURES
             " AND d.id = ANY ($2) AND d.scan_state <> 'infected' RETURNING 1) "
             "SELECT motcua.demand((SELECT count(*) FROM gone) = $4, 'pictures') AS all")

static enum status changed(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_CONFLICT, "document.pages_changed",
                     N_("Các ảnh của giấy tờ này vừa thay đổi; vui lòng tải lại trang rồi làm lại"), NULL);
}

enum status document_arrange(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                             const struct uuid *ids, size_t count, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    enum status status =
        db_write_one(work->db, &scope, work->arena, &pictures_arrange,
                     DB_VALUES(db_uuid(*dossier_id), db_uuid_array(ids, count)), &result, error);
    return status == STATUS_OK && result->affected != (int64_t)count ? changed(work, error) : status;
}

/* --- One PDF */

struct joining {
    struct paper_rows rows;
    struct uuid *ids;
};

static void pictures_leave_with(struct db_batch *batch, const struct document *document, void *context)
{
    const struct joining *joining = context;
    db_add(batch, &pictures_leave, db_uuid(document->dossier_id),
           db_uuid_array(joining->ids, joining->rows.count), db_instant(document->created_at),
           db_int64((int64_t)joining->rows.count));
}

static enum status check(struct work *work, const struct document *const *pictures, size_t count,
                         struct error *error)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += pictures[i]->size;
        if (!document_is_picture(pictures[i])) return changed(work, error);
        if (strcmp(pictures[i]->scan_state, "infected") == 0)
            return error_set(error, work->arena, STATUS_DENIED, "document.infected",
                             N_("Tệp này có mã độc nên đã bị chặn; không ai mở hay tải về được"), NULL);
    }
    if (count == 0) return changed(work, error);
    if (count > MEDIA_PICTURES_MAXIMUM || bytes > PICTURES_BYTES)
        return error_set(
            error, work->arena, STATUS_INVALID, "document.pages",
            N_("Chỉ ghép được tối đa 30 ảnh, cộng lại 240 MB, thành một tệp; vui lòng bỏ bớt ảnh"), NULL);
    return STATUS_OK;
}

/* "dark@2" for what was said of the second picture. */
static const char *remarks_of(struct arena *arena, const struct document *const *pictures, size_t count)
{
    static const char *const words[] = {"dark", "blurred", "small"};
    const char *text = "";
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        for (size_t i = 0; i < count; i++)
            if (document_has_remark(pictures[i], words[w]))
                text = arena_printf(arena, "%s%s%s@%zu", text, text[0] == '\0' ? "" : ",", words[w], i + 1);
    return text;
}

static enum status make_pdf(struct joining *joining, struct media_report *report)
{
    struct paper_rows *rows = &joining->rows;
    struct work *work = rows->work;
    struct child_job job = {.account = work->actor->account_id,
                            .tenant = *rows->tenant_id,
                            .kind = MEDIA_PICTURES,
                            .context = rows,
                            .read = paper_rows_read,
                            .write = paper_rows_write};
    if (work->domain->inspector == NULL)
        return error_set(rows->error, work->arena, STATUS_UNAVAILABLE, "document.inspector",
                         N_("Tạm thời chưa ghép được ảnh; vui lòng thử lại"), "there is no inspector");
    enum status status = child_run(work->domain->inspector, &job, report, work->arena, rows->error);
    paper_rows_close(rows);
    if (status != STATUS_OK) return status;
    if (report->problem != MEDIA_GOOD || rows->out == NULL)
        return error_set(
            rows->error, work->arena, STATUS_INVALID, "document.pages",
            N_("Không ghép được các ảnh này thành một tệp; vui lòng ghép ít ảnh hơn một lần hoặc nộp "
               "từng ảnh"),
            "problem %d", (int)report->problem);
    return document_spool_close(rows->out) == STATUS_OK
               ? STATUS_OK
               : error_set(rows->error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                           N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), NULL);
}

static enum status keep_pdf(struct joining *joining, struct document *document, struct error *error)
{
    struct work *work = joining->rows.work;
    struct document_beside beside = {pictures_leave_with, joining};
    enum status status =
        document_keep_spool(work, joining->rows.out, joining->rows.tenant_id, document, error);
    if (status != STATUS_OK) return status;
    status = document_add_own(work, joining->rows.tenant_id, document, &beside, error);
    if (status == STATUS_OK || document_may_have_row(error)) return status;
    document_discard(work, document);
    return status == STATUS_CONFLICT && strcmp(error->code, "db.demand") == 0 ? changed(work, error) : status;
}

enum status document_join(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                          const struct document *const *pictures, size_t count, struct str file_name,
                          struct error *error)
{
    struct joining joining = {.rows = {.work = work,
                                       .tenant_id = tenant_id,
                                       .papers = pictures,
                                       .count = count,
                                       .quarantined = true,
                                       .error = error},
                              .ids = arena_array(work->arena, count, sizeof(struct uuid))};
    struct media_report report;
    for (size_t i = 0; i < count; i++)
        joining.ids[i] = pictures[i]->id;
    enum status status = check(work, pictures, count, error);
    if (status == STATUS_OK) status = make_pdf(&joining, &report);
    if (status == STATUS_OK) {
        struct document document = {.account_id = work->actor->account_id,
                                    .dossier_id = *dossier_id,
                                    .kind = pictures[0]->kind,
                                    .paper_key = pictures[0]->paper_key,
                                    .file_name =
                                        document_safe_name(work->arena, file_name, "application/pdf"),
                                    .media_type = "application/pdf",
                                    .pages = report.pages,
                                    .remarks = remarks_of(work->arena, pictures, count)};
        status = keep_pdf(&joining, &document, error);
    }
    document_spool_destroy(joining.rows.out);
    return status;
}
