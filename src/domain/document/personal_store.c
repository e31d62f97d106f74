/* The personal store: over all agencies by one function that answers for the person who asks, and copies. */
#include "motcua/domain/store.h"

#include <unistd.h>

#include "document_private.h"
#include "motcua/domain/dossier.h"

DB_STATEMENT(
    store_own, DB_PARAMETERS(DB_UUID, DB_INT32, DB_INT32),
    DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}, {"dossier_id", DB_UUID}, {"code", DB_TEXT},
               {"procedure_version_id", DB_UUID}, {"kind", DB_TEXT}, {"paper_key", DB_TEXT},
               {"title", DB_TEXT}, {"file_name", DB_TEXT}, {"media_type", DB_TEXT}, {"size", DB_INT64},
               {"at", DB_INSTANT}, {"removable", DB_BOOL}, {"scan_state", DB_TEXT}, {"remarks", DB_TEXT}),
    "SELECT tenant_id, id, dossier_id, code, procedure_version_id, kind, paper_key, title, file_name, "
    "media_type, size, at, removable, scan_state, remarks FROM own_papers($1, $2, $3)")

bool store_paper_is_stored(const struct store_paper *paper)
{
    return strcmp(paper->kind, "stored") == 0;
}

/* What its owner put in carries her name for it, and the ending of its type. */
static const char *name_to_send(struct arena *arena, const struct store_paper *paper)
{
    return store_paper_is_stored(paper) ? document_safe_name(arena, str_of(paper->title), paper->media_type)
                                        : paper->file_name;
}

static struct store_paper read_paper(struct arena *arena, const struct db_result *rows, size_t i)
{
    struct store_paper paper = {
        .tenant_id = db_get_uuid(rows, i, 0),
        .id = db_get_uuid(rows, i, 1),
        .dossier_id = db_get_uuid(rows, i, 2),
        .code = db_get_cstr(rows, i, 3),
        .version_id = db_get_uuid(rows, i, 4),
        .kind = db_get_cstr(rows, i, 5),
        .paper_key = db_get_cstr(rows, i, 6),
        .title = db_get_cstr(rows, i, 7),
        .file_name = db_get_cstr(rows, i, 8),
        .media_type = db_get_cstr(rows, i, 9),
        .size = db_get_int64(rows, i, 10),
        .at = db_get_instant(rows, i, 11),
        .removable = db_get_bool(rows, i, 12),
        .scan_state = db_get_cstr(rows, i, 13),
        .remarks = db_get_cstr(rows, i, 14),
    };
    paper.file_name = name_to_send(arena, &paper);
    return paper;
}

enum status store_list(struct work *work, int first, int maximum, struct store_paper **papers, size_t *count,
                       bool *more, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &store_own,
                    DB_VALUES(db_null(), db_int32(first), db_int32(maximum + 1)), &rows, error);
    if (status != STATUS_OK) return status;
    struct store_paper *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = read_paper(work->arena, rows, i);
    *more = rows->row_count > (size_t)maximum;
    *papers = list;
    *count = *more ? (size_t)maximum : rows->row_count;
    return STATUS_OK;
}

enum status store_find(struct work *work, const struct uuid *id, struct store_paper *paper,
                       struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &store_own,
                                     DB_VALUES(db_uuid(*id), db_int32(0), db_int32(1)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "store.unknown",
                         N_("Không có giấy tờ này trong kho của bạn"), NULL);
    *paper = read_paper(work->arena, rows, 0);
    return STATUS_OK;
}

enum status store_document(struct work *work, const struct store_paper *paper, struct document *document,
                           struct error *error)
{
    enum status status = document_find(work, &paper->tenant_id, &paper->id, document, error);
    if (status == STATUS_OK) document->file_name = paper->file_name;
    return status;
}

DB_STATEMENT(store_own_uses, DB_PARAMETERS(DB_UUID_ARRAY),
             DB_COLUMNS({"source_id", DB_UUID}, {"document_id", DB_UUID}, {"tenant_id", DB_UUID},
                        {"dossier_id", DB_UUID}, {"code", DB_TEXT}, {"procedure_name", DB_TEXT},
                        {"used_at", DB_INSTANT}),
             "SELECT u.source_id, u.document_id, u.tenant_id, u.dossier_id, coalesce(s.code, '') AS code, "
             "coalesce(s.procedure_name, '') AS procedure_name, u.used_at FROM paper_use u "
             "LEFT JOIN dossier s ON s.tenant_id = u.tenant_id AND s.id = u.dossier_id "
             "LEFT JOIN draft d ON d.account_id = u.account_id AND d.id = u.dossier_id "
             "WHERE u.account_id = motcua.app_account() AND u.source_id = ANY ($1) AND (s.id IS NOT NULL OR "
             "d.id IS NOT NULL) "
             "ORDER BY u.used_at DESC LIMIT 1000")

enum status store_uses(struct work *work, const struct store_paper *papers, size_t paper_count,
                       struct store_use **uses, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    struct uuid *ids = arena_array(work->arena, paper_count, sizeof *ids);
    for (size_t i = 0; i < paper_count; i++)
        ids[i] = papers[i].id;
    enum status status = db_read_one(work->db, &scope, work->arena, &store_own_uses,
                                     DB_VALUES(db_uuid_array(ids, paper_count)), &rows, error);
    if (status != STATUS_OK) return status;
    struct store_use *list = arena_array(work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++)
        list[i] = (struct store_use){.source_id = db_get_uuid(rows, i, 0),
                                     .copy_id = db_get_uuid(rows, i, 1),
                                     .tenant_id = db_get_uuid(rows, i, 2),
                                     .dossier_id = db_get_uuid(rows, i, 3),
                                     .code = db_get_cstr(rows, i, 4),
                                     .procedure_name = db_get_cstr(rows, i, 5),
                                     .used_at = db_get_instant(rows, i, 6)};
    *uses = list;
    *count = rows->row_count;
    return STATUS_OK;
}

/* --- Using one again */

enum { COPY_BYTES = 64 * 1024 };

static enum status copy_bytes(struct filecrypt_reader *reader, struct document_spool *spool,
                              struct arena *arena)
{
    char *piece = arena_alloc(arena, COPY_BYTES);
    enum status status = STATUS_OK;
    uint64_t at = 0;
    size_t length = 1;
    while (status == STATUS_OK && length > 0) {
        status = filecrypt_read(reader, at, piece, COPY_BYTES, &length);
        if (status == STATUS_OK && length > 0) status = document_spool_write(spool, str_make(piece, length));
        at += length;
    }
    return status == STATUS_OK ? document_spool_close(spool) : status;
}

static enum status copy_to_spool(struct work *work, const struct store_paper *paper,
                                 struct document_spool **result, struct error *error)
{
    struct document document;
    struct filecrypt_reader *reader = NULL;
    int descriptor = -1;
    enum status status = document_find(work, &paper->tenant_id, &paper->id, &document, error);
    if (status == STATUS_OK)
        status = document_open(work, &paper->tenant_id, &document, &reader, &descriptor, error);
    if (status != STATUS_OK) return status;
    struct document_spool *spool = NULL;
    status = document_spool_open(work->domain->data_folder, &spool);
    if (status == STATUS_OK) status = copy_bytes(reader, spool, work->arena);
    filecrypt_reader_close(reader);
    close(descriptor);
    if (status == STATUS_OK) {
        *result = spool;
        return STATUS_OK;
    }
    document_spool_destroy(spool);
    return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                     N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), "copy of document %s: %s",
                     paper->id.text, status_name(status));
}

DB_STATEMENT(store_note_use, DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_UUID, DB_INSTANT), DB_NOTHING,
             "INSERT INTO paper_use (account_id, document_id, source_id, tenant_id, dossier_id, used_at) "
             "VALUES (motcua.app_account(), $1, $2, $3, $4, $5)")

struct use {
    const struct uuid *tenant_id, *source_id;
};

static void note_use(struct db_batch *batch, const struct document *copy, void *context)
{
    const struct use *use = context;
    db_add(batch, &store_note_use, db_uuid(copy->id), db_uuid(*use->source_id), db_uuid(*use->tenant_id),
           db_uuid(copy->dossier_id), db_instant(copy->created_at));
}

enum status store_use_paper(struct work *work, const struct store_paper *paper, const struct uuid *tenant_id,
                            const struct uuid *draft_id, const struct document_claim *wanted,
                            struct error *error)
{
    struct document_spool *spool = NULL;
    struct uuid copy = {""};
    struct use use = {tenant_id, &paper->id};
    struct document_beside beside = {note_use, &use};
    struct document_claim claim = *wanted;
    claim.file_name = str_of(paper->file_name);
    claim.beside = &beside;
    enum status status = copy_to_spool(work, paper, &spool, error);
    if (status != STATUS_OK) return status;
    status = document_attach(work, spool, tenant_id, draft_id, &claim, &copy, error);
    document_spool_destroy(spool);
    return status;
}

/* --- Removal */

enum status store_remove(struct work *work, const struct store_paper *paper, struct error *error)
{
    struct removed_paper removed;
    enum status status = store_paper_is_stored(paper) ? store_remove_stored(work, paper, &removed, error)
                                                      : dossier_remove_paper(work, paper, &removed, error);
    if (status != STATUS_OK) return status;
    struct document document = {.storage_name = removed.storage_name, .store = removed.store};
    document_discard(work, &document);
    return STATUS_OK;
}
