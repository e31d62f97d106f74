/* What becomes of a paper after the dossier was sent: its owner takes it away, or the scanner finds a virus
 * in it. */
#include "dossier_private.h"
#include "motcua/domain/scan.h"
#include "motcua/domain/store.h"

struct removal {
    const struct uuid *document_id;
    struct removed_paper *removed;
};

DB_STATEMENT(handed_in_remove, DB_PARAMETERS(DB_UUID, DB_UUID, DB_INSTANT),
             DB_COLUMNS({"storage_name", DB_TEXT}, {"store", DB_TEXT}, {"file_name", DB_TEXT}),
             "UPDATE document SET removed_at = $3 WHERE tenant_id = motcua.app_tenant() AND id = $1 AND "
             "dossier_id = $2 AND account_id = motcua.app_account() AND kind IN ('paper', 'supplement') AND "
             "removed_at IS NULL RETURNING storage_name, store, file_name")

static enum status remove_paper(struct command *command, void *input, struct error *error)
{
    struct removal *removal = input;
    const struct dossier *dossier = &command->dossier;
    struct work *work = command->work;
    bool own = uuid_same(&dossier->account_id, &work->actor->account_id);
    if (!own || dossier->received_at != INSTANT_NONE || dossier->finished_at == INSTANT_NONE)
        return error_set(
            error, work->arena, STATUS_CONFLICT, "store.kept",
            N_("Giấy tờ này thuộc hồ sơ đã được tiếp nhận nên cơ quan phải lưu giữ, chưa xóa được"), NULL);
    struct db_batch *batch = db_batch(command->transaction);
    struct db_result *rows = db_add(batch, &handed_in_remove, db_uuid(*removal->document_id),
                                    db_uuid(dossier->id), db_instant(work->now));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "store.unknown",
                         N_("Không có giấy tờ này trong kho của bạn"), NULL);
    *removal->removed =
        (struct removed_paper){.storage_name = db_get_cstr(rows, 0, 0), .store = db_get_cstr(rows, 0, 1)};
    json_t *data = json_object();
    json_set_cstr(data, "document_id", removal->document_id->text);
    json_set_str(data, "file", db_get_text(rows, 0, 2));
    command_event(command, "paper_removed", true, data);
    return STATUS_OK;
}

enum status dossier_remove_paper(struct work *work, const struct store_paper *paper,
                                 struct removed_paper *removed, struct error *error)
{
    struct removal removal = {&paper->id, removed};
    return command_run(work, &paper->tenant_id, &paper->dossier_id, remove_paper, &removal, error);
}

/* --- A virus */

struct infection {
    const struct document *document;
    const char *finding;
};

static enum status infected(struct command *command, void *input, struct error *error)
{
    const struct infection *infection = input;
    bool settled;
    enum status status = scan_settle_in(db_batch(command->transaction), command->work, infection->document,
                                        SCAN_INFECTED, infection->finding, &settled, error);
    if (status != STATUS_OK || !settled) return status;
    json_t *data = json_object();
    json_set_cstr(data, "document_id", infection->document->id.text);
    json_set_cstr(data, "file", infection->document->file_name);
    json_set_cstr(data, "finding", infection->finding);
    if (dossier_is_open(&command->dossier)) command_mail(command, "paper-infected", data);
    command_event(command, "paper_infected", true, data);
    return STATUS_OK;
}

enum status dossier_paper_infected(struct work *work, const struct uuid *tenant_id,
                                   const struct document *document, const char *finding, struct error *error)
{
    struct infection infection = {document, finding};
    return command_run(work, tenant_id, &document->dossier_id, infected, &infection, error);
}
