/*
 * What a person puts into her store herself: papers of kind "stored", which belong to no dossier and lie with
 * the city. Their file has no name of its own; `title` is the one place that has it, and is emptied with
 * them.
 */
#include "document_private.h"
#include "motcua/base/utf8.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/store.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/format.h"
#include "motcua/i18n/text.h"

enum { STORE_FILES = 50 };
#define STORE_BYTES (INT64_C(500) * 1024 * 1024)

static enum status store_agency(struct work *work, const struct uuid **id, struct error *error)
{
    const struct tenants *tenants = reference_tenants(work->domain->reference);
    if (tenants == NULL || tenants->city == NULL)
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "store.no_city",
                         N_("Cổng chưa sẵn sàng để cất giấy tờ; vui lòng thử lại sau"),
                         "there is no root agency");
    *id = &tenants->city->id;
    return STATUS_OK;
}

/* --- How much there is */

DB_STATEMENT(stored_room, DB_NOTHING, DB_COLUMNS({"files", DB_INT64}, {"bytes", DB_INT64}),
             "SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes FROM document "
             "WHERE tenant_id = motcua.app_tenant() AND account_id = motcua.app_account() AND "
             "kind = 'stored' AND removed_at IS NULL")

static struct store_room read_room(const struct work *work, const struct db_result *rows)
{
    const struct domain *domain = work->domain;
    return (struct store_room){
        .files = db_get_int64(rows, 0, 0),
        .bytes = db_get_int64(rows, 0, 1),
        .most_files = domain->store_files > 0 ? domain->store_files : STORE_FILES,
        .most_bytes = domain->store_bytes > 0 ? domain->store_bytes : STORE_BYTES,
    };
}

enum status store_room(struct work *work, struct store_room *room, struct error *error)
{
    const struct uuid *agency = NULL;
    struct db_result *rows;
    enum status status = store_agency(work, &agency, error);
    if (status != STATUS_OK) return status;
    struct db_scope scope = work_scope(work, agency);
    status = db_read_one(work->db, &scope, work->arena, &stored_room, NULL, 0, &rows, error);
    if (status == STATUS_OK) *room = read_room(work, rows);
    return status;
}

static enum status check_room(struct work *work, const struct store_room *room, int64_t size,
                              struct error *error)
{
    enum status status = STATUS_OK;
    if (room->files >= room->most_files) {
        status = error_set(
            error, work->arena, STATUS_INVALID, "store.full",
            N_("Kho chỉ giữ được %s giấy tờ do bạn tự cất; vui lòng xóa bớt giấy không cần nữa"), NULL);
        if (error != NULL) error->argument = arena_printf(work->arena, "%lld", (long long)room->most_files);
    } else if (room->bytes + size > room->most_bytes) {
        status = error_set(
            error, work->arena, STATUS_INVALID, "store.full",
            N_("Giấy tờ bạn tự cất không được quá %s; vui lòng xóa bớt hoặc giảm dung lượng tệp"), NULL);
        if (error != NULL)
            error->argument = format_size_limit(work->arena, LANGUAGE_VIETNAMESE, room->most_bytes);
    }
    return status;
}

/* --- Putting in */

/* Its owner's uploads wait for one another here, so that two at once do not pass the same limit. */
DB_STATEMENT(stored_lock, DB_NOTHING, DB_COLUMNS({"id", DB_UUID}),
             "SELECT id FROM account WHERE id = motcua.app_account() FOR NO KEY UPDATE")

struct storing {
    struct work *work;
    const struct document *document;
};

static enum status write_stored(struct db_transaction *transaction, void *context, struct error *error)
{
    const struct storing *storing = context;
    struct db_batch *batch = db_batch(transaction);
    (void)db_add(batch, &stored_lock);
    struct db_result *rows = db_add(batch, &stored_room);
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    struct store_room room = read_room(storing->work, rows);
    status = check_room(storing->work, &room, storing->document->size, error);
    if (status != STATUS_OK) return status;
    batch = db_batch(transaction);
    document_insert(batch, storing->document);
    return db_commit(batch, error);
}

enum status document_add_stored(struct work *work, const struct uuid *tenant_id,
                                const struct document *document, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct storing storing = {work, document};
    return db_transaction(work->db, &scope, work->arena, write_stored, &storing, error);
}

static enum status check_title(struct work *work, struct str typed, const char **title, struct error *error)
{
    struct str normal;
    struct error ignored;
    if (text_normalise(work->arena, str_trim(typed), &normal, &ignored) != STATUS_OK || normal.length == 0 ||
        utf8_length(normal) > STORE_TITLE_MAXIMUM || text_has_forbidden(normal, false)) {
        enum status status = error_set(error, work->arena, STATUS_INVALID, "store.title",
                                       N_("Hãy đặt tên cho giấy tờ, không quá 100 ký tự"), NULL);
        if (error != NULL) error->field = "title";
        return status;
    }
    *title = arena_strndup(work->arena, normal.data, normal.length);
    return STATUS_OK;
}

/* The name of the file, without its ending. */
static struct str name_of_file(struct arena *arena, struct str file_name)
{
    struct str name = str_of(document_safe_name(arena, file_name, "application/pdf"));
    size_t end = name.length;
    while (end > 0 && name.data[end - 1] != '.')
        end--;
    return text_shorten(arena, str_slice(name, 0, end - 1), STORE_TITLE_MAXIMUM);
}

enum status store_put(struct work *work, struct document_spool *spool, struct str title, struct str file_name,
                      struct error *error)
{
    const struct uuid *agency = NULL, none = {""};
    struct uuid id = {""};
    struct store_room room;
    struct document_claim claim = {.kind = "stored", .file_name = STR("giay-to")};
    if (str_trim(title).length == 0) title = name_of_file(work->arena, file_name);
    enum status status = check_title(work, title, &claim.title, error);
    if (status == STATUS_OK) status = store_agency(work, &agency, error);
    if (status == STATUS_OK) status = store_room(work, &room, error);
    if (status == STATUS_OK) status = check_room(work, &room, (int64_t)document_spool_size(spool), error);
    return status == STATUS_OK ? document_attach(work, spool, agency, &none, &claim, &id, error) : status;
}

/* --- Another name, and away */

DB_STATEMENT(stored_rename, DB_PARAMETERS(DB_UUID, DB_TEXT), DB_NOTHING,
             "UPDATE document SET title = $2 WHERE tenant_id = motcua.app_tenant() AND id = $1 AND "
             "account_id = motcua.app_account() AND kind = 'stored' AND removed_at IS NULL")

static enum status unknown(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_NOT_FOUND, "store.unknown",
                     N_("Không có giấy tờ này trong kho của bạn"), NULL);
}

enum status store_rename(struct work *work, const struct store_paper *paper, struct str typed,
                         struct error *error)
{
    struct db_scope scope = work_scope(work, &paper->tenant_id);
    struct db_result *result;
    const char *title = "";
    enum status status = check_title(work, typed, &title, error);
    if (status == STATUS_OK)
        status = db_write_one(work->db, &scope, work->arena, &stored_rename,
                              DB_VALUES(db_uuid(paper->id), db_cstr(title)), &result, error);
    return status == STATUS_OK && result->affected == 0 ? unknown(work, error) : status;
}

DB_STATEMENT(stored_remove, DB_PARAMETERS(DB_UUID, DB_INSTANT),
             DB_COLUMNS({"storage_name", DB_TEXT}, {"store", DB_TEXT}),
             "UPDATE document SET removed_at = $2, title = '' WHERE tenant_id = motcua.app_tenant() AND "
             "id = $1 AND account_id = motcua.app_account() AND kind = 'stored' AND removed_at IS NULL "
             "RETURNING storage_name, store")

enum status store_remove_stored(struct work *work, const struct store_paper *paper,
                                struct removed_paper *removed, struct error *error)
{
    struct db_scope scope = work_scope(work, &paper->tenant_id);
    struct db_result *rows;
    enum status status = db_write_one(work->db, &scope, work->arena, &stored_remove,
                                      DB_VALUES(db_uuid(paper->id), db_instant(work->now)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0) return unknown(work, error);
    *removed =
        (struct removed_paper){.storage_name = db_get_cstr(rows, 0, 0), .store = db_get_cstr(rows, 0, 1)};
    return STATUS_OK;
}
