/* Rows of documents; attaching, storing, opening. */
#include "document_private.h"

#include <unistd.h>

#include "motcua/base/log.h"
#include "motcua/base/utf8.h"
#include "motcua/domain/keys.h"
#include "motcua/domain/scan.h"
#include "motcua/i18n/text.h"

/* What both ways of keeping a new row write, in the order of insert_row(). */
#define NEW_ROW                                                                                              \
    DB_PARAMETERS(DB_UUID, DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT64, DB_BYTES,         \
                  DB_TEXT, DB_INT32, DB_BYTES, DB_INSTANT, DB_BYTES, DB_INT64, DB_INT32, DB_TEXT, DB_TEXT,   \
                  DB_TEXT)
#define INSERT_ROW                                                                                           \
    "INSERT INTO document (tenant_id, id, account_id, dossier_id, kind, paper_key, file_name, media_type, "  \
    "size, sha256, storage_name, key_version, wrapped_key, created_at, received_sha256, received_size, "     \
    "pages, remarks, store, title) SELECT motcua.app_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "    \
    "$11, $12, $13, $14, $15, $16, $17, $18, $19 "

DB_STATEMENT(document_add, NEW_ROW, DB_NOTHING, INSERT_ROW)

/*
 * Papers may be added and taken away while the draft is unsent, and what answers an open request for
 * supplement. The draft's row is locked against the submission that may run at this moment: it waits for us,
 * or we see that it was first.
 */
#define HELD_DRAFT                                                                                           \
    "WITH held AS (SELECT submitted_at FROM draft WHERE account_id = motcua.app_account() AND id = "
#define MAY_CHANGE(id)                                                                                       \
    "(EXISTS (SELECT 1 FROM held WHERE submitted_at IS NULL) OR EXISTS (SELECT 1 FROM dossier d WHERE "      \
    "d.tenant_id = motcua.app_tenant() AND d.id = " id                                                       \
    " AND d.account_id = motcua.app_account() AND d.status = 'supplement'))"

DB_STATEMENT(document_attach_own, NEW_ROW, DB_NOTHING,
             HELD_DRAFT "$3 FOR SHARE) " INSERT_ROW "WHERE " MAY_CHANGE("$3"))

DB_STATEMENT(
    document_count, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT),
    DB_COLUMNS({"total", DB_INT64}, {"pictures", DB_INT64}, {"others", DB_INT64}),
    "SELECT count(*) AS total, count(*) FILTER (WHERE counts AND is_picture) AS pictures, "
    "count(*) FILTER (WHERE counts AND NOT is_picture) AS others FROM (SELECT media_type LIKE 'image/%' AS "
    "is_picture, paper_key = $2 AND scan_state <> 'infected' AND created_at > $3 AS counts FROM document "
    "WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 AND removed_at IS NULL) held")

static struct db_result *insert_row(struct db_batch *batch, const struct db_statement *statement,
                                    const struct document *document)
{
    struct db_value received_size =
        document->received_sha256.data == NULL ? db_null() : db_int64(document->received_size);
    return db_add(batch, statement, db_uuid(document->id), db_uuid(document->account_id),
                  db_uuid(document->dossier_id), db_cstr(document->kind), db_cstr(document->paper_key),
                  db_cstr(document->file_name), db_cstr(document->media_type), db_int64(document->size),
                  db_bytes(document->sha256), db_cstr(document->storage_name),
                  db_int32(document->key_version), db_bytes(document->wrapped_key),
                  db_instant(document->created_at), db_bytes(document->received_sha256), received_size,
                  db_int32(document->pages), db_cstr(document->remarks), db_cstr(document->store),
                  db_cstr(document->title == NULL ? "" : document->title));
}

void document_insert(struct db_batch *batch, const struct document *document)
{
    insert_row(batch, &document_add, document);
}

/* Without a directory, and without what a file name cannot have. */
static struct str plain_name(struct arena *arena, struct str name)
{
    struct str normal;
    struct error ignored;
    for (ptrdiff_t at = str_find_char(name, '/'); at >= 0; at = str_find_char(name, '/'))
        name = str_slice(name, (size_t)at + 1, name.length);
    for (ptrdiff_t at = str_find_char(name, '\\'); at >= 0; at = str_find_char(name, '\\'))
        name = str_slice(name, (size_t)at + 1, name.length);
    if (text_normalise(arena, name, &normal, &ignored) != STATUS_OK) normal = STR("");
    normal = text_shorten(arena, str_trim(normal), 120);
    char *copy = arena_alloc(arena, normal.length + 1), *to = copy;
    for (size_t at = 0; at < normal.length;) {
        size_t from = at;
        uint32_t code = utf8_next(normal, &at);
        /* also what would turn the direction of writing, and show another ending */
        if ((code < 0x80 && strchr("<>:\"|?*", (int)code) != NULL) ||
            text_has_forbidden(str_slice(normal, from, at), false)) {
            *to++ = '_';
            continue;
        }
        memcpy(to, normal.data + from, at - from);
        to += at - from;
    }
    while (to > copy && (to[-1] == '.' || to[-1] == ' ')) /* some systems do not see them */
        to--;
    return str_make(copy, (size_t)(to - copy));
}

const char *document_safe_name(struct arena *arena, struct str name, const char *media_type)
{
    struct str plain = plain_name(arena, name), ending = str_make(NULL, 0);
    for (size_t i = plain.length; i-- > 0 && ending.data == NULL;)
        if (plain.data[i] == '.') ending = str_slice(plain, i, plain.length);
    unsigned named = document_type_of_ending(ending);
    if (named != 0) plain.length -= ending.length;
    if (plain.length == 0 || plain.data[0] == '.') plain = STR("giay-to");
    if (named == 0 || named != document_type_bit(media_type))
        ending = str_of(document_type_ending(arena, media_type));
    return arena_printf(arena, "%.*s%.*s", STR_ARG(plain), STR_ARG(ending));
}

static struct str file_context(struct arena *arena, const struct uuid *id)
{
    return str_of(arena_printf(arena, "file:%s", id->text));
}

enum status document_keep_spool(struct work *work, struct document_spool *spool, const struct uuid *tenant_id,
                                struct document *document, struct error *error)
{
    SECRET_KEY_AUTO tenant_key;
    enum status status = key_ring_tenant(work, tenant_id, 0, &tenant_key, &document->key_version, error);
    if (status != STATUS_OK) return status;
    if (uuid_is_empty(&document->id)) document->id = uuid_create(work->now);
    struct wrapped_key *wrapped = arena_alloc(work->arena, sizeof *wrapped);
    keys_wrap(&tenant_key, file_context(work->arena, &document->id), &spool->key, wrapped);
    const char *storage_name;
    status = document_store_keep(work, spool, &document->store, &storage_name, error);
    if (status != STATUS_OK) {
        if (error != NULL) error->message = N_("Tạm thời chưa lưu được tệp; vui lòng thử lại");
        return status;
    }
    document->storage_name = arena_strdup(work->arena, storage_name);
    document->wrapped_key = str_make((const char *)wrapped->bytes, sizeof wrapped->bytes);
    document->size = (int64_t)spool->size;
    document->sha256 = arena_str(work->arena, hash_view(&spool->sha256));
    document->created_at = work->now;
    return STATUS_OK;
}

void document_discard(struct work *work, const struct document *document)
{
    struct error ignored = {0}; /* `motcua documents verify` finds what stays behind */
    if (document_store_remove(work, document->store, document->storage_name, &ignored) != STATUS_OK)
        log_warning("document.left_behind", log_cstr("store", document->store),
                    log_cstr("name", document->storage_name));
}

static enum status check_spool(struct work *work, const struct document_spool *spool, struct error *error)
{
    if (!spool->complete)
        return error_set(error, work->arena, STATUS_INVALID, "document.incomplete",
                         N_("Tệp chưa tải lên xong; vui lòng tải lại"), NULL);
    if (spool->size == 0)
        return error_set(error, work->arena, STATUS_INVALID, "document.empty",
                         N_("Tệp này rỗng; vui lòng chọn tệp khác"), NULL);
    if (spool->size > DOCUMENT_MAXIMUM_SIZE)
        return error_set(error, work->arena, STATUS_TOO_LARGE, "document.size",
                         N_("Tệp lớn quá mức cho phép; vui lòng giảm dung lượng"), NULL);
    return STATUS_OK;
}

/* --- A person's own: only while the draft or the supplement is open. */

struct adding {
    struct work *work;
    const struct document *document;
    const struct document_beside *beside;
};

static enum status write_own(struct db_transaction *transaction, void *context, struct error *error)
{
    const struct adding *adding = context;
    const struct document *document = adding->document;
    struct db_batch *batch = db_batch(transaction);
    struct db_result *inserted = insert_row(batch, &document_attach_own, document);
    enum status status = adding->beside == NULL ? db_commit(batch, error) : db_run(batch, error);
    if (status == STATUS_OK && inserted->affected == 0)
        return error_set(error, adding->work->arena, STATUS_CONFLICT, "document.sent",
                         N_("Hồ sơ đã được gửi đi nên không thêm, bớt giấy tờ được nữa"), NULL);
    if (status != STATUS_OK || adding->beside == NULL) return status;
    batch = db_batch(transaction);
    adding->beside->add(batch, document, adding->beside->context);
    return db_commit(batch, error);
}

enum status document_add_own(struct work *work, const struct uuid *tenant_id, const struct document *document,
                             const struct document_beside *beside, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct adding adding = {work, document, beside};
    return db_transaction(work->db, &scope, work->arena, write_own, &adding, error);
}

static enum status add_row(struct work *work, const struct uuid *tenant_id, const struct document *document,
                           const struct document_beside *beside, struct error *error)
{
    return document->title != NULL ? document_add_stored(work, tenant_id, document, error)
                                   : document_add_own(work, tenant_id, document, beside, error);
}

bool document_may_have_row(const struct error *error)
{
    return error != NULL && error->code != NULL && strcmp(error->code, "db.commit_unknown") == 0;
}

static enum status check_claim(struct work *work, const struct document_claim *claim, const char *media_type,
                               const struct db_result *held, struct error *error)
{
    unsigned type = document_type_bit(media_type), pdf = document_type_bit("application/pdf");
    bool picture = strncmp(media_type, "image/", 6) == 0,
         pages = claim->types == 0 || (claim->types & pdf) != 0;
    int64_t pictures = db_get_int64(held, 0, 1) + picture, files = db_get_int64(held, 0, 2) + !picture;
    if (db_get_int64(held, 0, 0) >= DOCUMENTS_PER_DOSSIER)
        return error_set(error, work->arena, STATUS_INVALID, "document.too_many",
                         N_("Hồ sơ đã có quá nhiều tệp; vui lòng xóa bớt"), NULL);
    enum status status = STATUS_OK;
    if (claim->types != 0 && (claim->types & type) == 0) {
        status = error_set(error, work->arena, STATUS_INVALID, "document.type",
                           N_("Giấy tờ này chỉ nhận tệp %s; vui lòng chọn tệp khác"), NULL);
        if (error != NULL) error->argument = document_type_names(work->arena, claim->types);
    } else if (claim->max_files > 0 && files + (pages ? pictures > 0 : pictures) > claim->max_files) {
        status =
            error_set(error, work->arena, STATUS_INVALID, "document.paper_full",
                      N_("Giấy tờ này chỉ nhận %s tệp; vui lòng bỏ tệp cũ trước khi tải tệp khác"), NULL);
        if (error != NULL) error->argument = arena_printf(work->arena, "%d", claim->max_files);
    }
    return status;
}

enum status document_check_begun(struct work *work, const struct document_spool *spool,
                                 const struct uuid *tenant_id, const struct uuid *dossier_id,
                                 const struct document_claim *claim, const char **media_type,
                                 struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    const char *refusal;
    *media_type = document_media_type(spool->head, spool->head_length, &refusal);
    if (*media_type == NULL)
        return error_set(error, work->arena, STATUS_INVALID, "document.type", refusal, NULL);
    enum status status = db_read_one(
        work->db, &scope, work->arena, &document_count,
        DB_VALUES(db_uuid(*dossier_id), db_text(claim->paper_key), db_instant(claim->since)), &rows, error);
    return status == STATUS_OK ? check_claim(work, claim, *media_type, rows, error) : status;
}

enum status document_attach(struct work *work, struct document_spool *spool, const struct uuid *tenant_id,
                            const struct uuid *dossier_id, const struct document_claim *claim,
                            struct uuid *id, struct error *error)
{
    struct document document = {
        .id = *id,
        .account_id = work->actor->account_id,
        .dossier_id = *dossier_id,
        .kind = claim->kind,
        .paper_key = arena_strndup(work->arena, claim->paper_key.data, claim->paper_key.length),
        .title = claim->title,
    };
    enum status status = check_spool(work, spool, error);
    if (status == STATUS_OK)
        status = document_check_begun(work, spool, tenant_id, dossier_id, claim, &document.media_type, error);
    if (status != STATUS_OK) return status;
    document.file_name = document_safe_name(work->arena, claim->file_name, document.media_type);
    struct document_spool *changed;
    status = document_inspect(work, tenant_id, spool, claim->portrait, &document, &changed, error);
    if (status == STATUS_OK)
        status = document_keep_spool(work, changed != NULL ? changed : spool, tenant_id, &document, error);
    bool gave_its_file = status == STATUS_OK && spool->moved; /* else what is stored is a file of its own */
    document_spool_destroy(changed);
    if (status != STATUS_OK) return status;
    status = add_row(work, tenant_id, &document, claim->beside, error);
    if (status == STATUS_OK)
        *id = document.id;
    else if (document_may_have_row(error))
        return status;
    else if (gave_its_file)
        document_spool_take_back(spool, work->domain->data_folder);
    else
        document_discard(work, &document);
    return status;
}

enum status document_prepare(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                             const char *kind, const char *file_name, const char *media_type,
                             struct str bytes, struct document *document, struct error *error)
{
    struct document_spool *spool = NULL;
    enum status status = document_spool_open(work->domain->data_folder, &spool);
    if (status == STATUS_OK) status = document_spool_write(spool, bytes);
    if (status == STATUS_OK) status = document_spool_close(spool);
    *document = (struct document){.dossier_id = *dossier_id,
                                  .kind = kind,
                                  .paper_key = "",
                                  .file_name = file_name,
                                  .media_type = media_type,
                                  .remarks = ""};
    if (status != STATUS_OK)
        status = error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                           N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), "cannot write below %s",
                           work->domain->data_folder);
    else
        status = document_keep_spool(work, spool, tenant_id, document, error);
    document_spool_destroy(spool);
    return status;
}

struct document document_read_row(const struct db_result *rows, size_t row)
{
    return (struct document){
        .id = db_get_uuid(rows, row, 0),
        .account_id = db_get_uuid(rows, row, 1),
        .dossier_id = db_get_uuid(rows, row, 2),
        .kind = db_get_cstr(rows, row, 3),
        .paper_key = db_get_cstr(rows, row, 4),
        .file_name = db_get_cstr(rows, row, 5),
        .media_type = db_get_cstr(rows, row, 6),
        .size = db_get_int64(rows, row, 7),
        .sha256 = db_get_bytes(rows, row, 8),
        .storage_name = db_get_cstr(rows, row, 9),
        .key_version = db_get_int32(rows, row, 10),
        .wrapped_key = db_get_bytes(rows, row, 11),
        .store = db_get_cstr(rows, row, 12),
        .created_at = db_get_instant(rows, row, 13),
        .received_sha256 = db_is_null(rows, row, 14) ? STR_NULL : db_get_bytes(rows, row, 14),
        .received_size = db_is_null(rows, row, 15) ? 0 : db_get_int64(rows, row, 15),
        .pages = db_get_int32(rows, row, 16),
        .remarks = db_get_cstr(rows, row, 17),
        .scan_state = db_get_cstr(rows, row, 18),
        .scan_finding = db_get_cstr(rows, row, 19),
    };
}

DB_STATEMENT(document_of_dossier, DB_PARAMETERS(DB_UUID), DB_COLUMNS(DOCUMENT_COLUMNS),
             "SELECT " DOCUMENT_SELECT
             " FROM document WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND removed_at IS NULL ORDER BY page_order, created_at, id LIMIT 500")

enum status document_list(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                          struct document **documents, size_t *count, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &document_of_dossier,
                                     DB_VALUES(db_uuid(*dossier_id)), &rows, error);
    if (status != STATUS_OK) return status;
    *documents = arena_array(work->arena, rows->row_count, sizeof **documents);
    *count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        (*documents)[i] = document_read_row(rows, i);
    return STATUS_OK;
}

static enum status unknown(struct work *work, struct error *error)
{
    return error_set(error, work->arena, STATUS_NOT_FOUND, "document.unknown", N_("Không tìm thấy tệp này"),
                     NULL);
}

DB_STATEMENT(document_by_id, DB_PARAMETERS(DB_UUID), DB_COLUMNS(DOCUMENT_COLUMNS),
             "SELECT " DOCUMENT_SELECT
             " FROM document WHERE tenant_id = motcua.app_tenant() AND id = $1 AND removed_at IS NULL")

enum status document_find(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                          struct document *document, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *rows;
    enum status status =
        db_read_one(work->db, &scope, work->arena, &document_by_id, DB_VALUES(db_uuid(*id)), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0) return unknown(work, error);
    *document = document_read_row(rows, 0);
    return STATUS_OK;
}

DB_STATEMENT(document_whereabouts, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"store", DB_TEXT}),
             "SELECT store FROM document WHERE tenant_id = motcua.app_tenant() AND id = $1")

/* It may have moved since its row was read; then it is in the other store. */
enum status document_open_wherever(struct work *work, const struct uuid *tenant_id, struct document *document,
                                   const struct document_window *window, int *file, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    for (;;) {
        struct db_result *rows;
        enum status status =
            document_store_open(work, document->store, document->storage_name, window, file, error);
        if (status != STATUS_NOT_FOUND) return status;
        struct error failure = {0};
        if (db_read_one(work->db, &scope, work->arena, &document_whereabouts,
                        DB_VALUES(db_uuid(document->id)), &rows, &failure) != STATUS_OK ||
            rows->row_count == 0 || strcmp(db_get_cstr(rows, 0, 0), document->store) == 0)
            return status;
        document->store = db_get_cstr(rows, 0, 0);
    }
}

enum status document_reader(struct work *work, const struct uuid *tenant_id, const struct document *document,
                            int file, struct filecrypt_reader **reader, struct error *error)
{
    SECRET_KEY_AUTO tenant_key;
    SECRET_KEY_AUTO key;
    int version;
    enum status status =
        key_ring_tenant(work, tenant_id, document->key_version, &tenant_key, &version, error);
    if (status != STATUS_OK) return status;
    status = keys_unwrap(&tenant_key, file_context(work->arena, &document->id), document->wrapped_key, &key);
    return status == STATUS_OK ? filecrypt_reader_open(&key, file, reader) : status;
}

static enum status open_window(struct work *work, const struct uuid *tenant_id,
                               const struct document *document, const struct document_window *window,
                               struct filecrypt_reader **reader, int *descriptor, struct error *error)
{
    struct document now = *document;
    int file = -1;
    struct error reason = {0};
    enum status status = document_open_wherever(work, tenant_id, &now, window, &file, &reason);
    if (status == STATUS_OK) status = document_reader(work, tenant_id, document, file, reader, &reason);
    if (status != STATUS_OK) {
        if (file >= 0) close(file);
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.damaged",
                         N_("Tệp này tạm thời không mở được; vui lòng báo cho cơ quan"), "document %s: %s",
                         document->id.text, reason.detail != NULL ? reason.detail : status_name(status));
    }
    *descriptor = file;
    return STATUS_OK;
}

enum status document_open_quarantined(struct work *work, const struct uuid *tenant_id,
                                      const struct document *document, struct filecrypt_reader **reader,
                                      int *descriptor, struct error *error)
{
    return open_window(work, tenant_id, document, NULL, reader, descriptor, error);
}

enum status document_open(struct work *work, const struct uuid *tenant_id, const struct document *document,
                          struct filecrypt_reader **reader, int *descriptor, struct error *error)
{
    enum status status = document_may_open(work, document, error);
    return status == STATUS_OK
               ? document_open_quarantined(work, tenant_id, document, reader, descriptor, error)
               : status;
}

enum status document_open_part(struct work *work, const struct uuid *tenant_id,
                               const struct document *document, uint64_t first, uint64_t last,
                               struct filecrypt_reader **reader, int *descriptor, struct error *error)
{
    struct document_window window = {.size = filecrypt_stored_size((uint64_t)document->size),
                                     .head = FILECRYPT_HEADER_SIZE};
    filecrypt_window(first, last, &window.from, &window.to);
    if (window.to > window.size) window.to = window.size;
    enum status status = document_may_open(work, document, error);
    return status == STATUS_OK ? open_window(work, tenant_id, document, &window, reader, descriptor, error)
                               : status;
}

DB_STATEMENT(document_mark_removed, DB_PARAMETERS(DB_UUID, DB_UUID, DB_INSTANT), DB_NOTHING,
             HELD_DRAFT
             "$1 FOR SHARE) "
             "UPDATE document SET removed_at = $3 WHERE tenant_id = motcua.app_tenant() AND dossier_id = $1 "
             "AND id = $2 AND account_id = motcua.app_account() AND removed_at IS NULL AND "
             "(EXISTS (SELECT 1 FROM held WHERE submitted_at IS NULL) OR kind = 'supplement' AND " MAY_CHANGE(
                 "$1") ")")

enum status document_remove(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                            const struct uuid *id, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    enum status status =
        db_write_one(work->db, &scope, work->arena, &document_mark_removed,
                     DB_VALUES(db_uuid(*dossier_id), db_uuid(*id), db_instant(work->now)), &result, error);
    if (status == STATUS_OK && result->affected == 0) return unknown(work, error);
    return status;
}
