/* libarchive writes, the spool encrypts. What is put in is small or compressed already, so it is stored. */
#include "zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

enum { PIECE = 64 * 1024, FILE_MODE = 0600 };

struct zip {
    struct archive *archive;
    struct document_spool *spool;
    instant now;
    char piece[PIECE];
};

static la_ssize_t write_piece(struct archive *archive, void *context, const void *bytes, size_t length)
{
    struct zip *zip = context;
    if (document_spool_write(zip->spool, str_make(bytes, length)) == STATUS_OK) return (la_ssize_t)length;
    archive_set_error(archive, ENOSPC, "the spool refuses");
    return -1;
}

void zip_abandon(struct zip *zip)
{
    if (zip == NULL) return;
    (void)archive_write_free(zip->archive);
    document_spool_destroy(zip->spool);
}

enum status zip_create(struct work *work, struct zip **result, struct error *error)
{
    struct zip *zip = arena_zalloc(work->arena, sizeof *zip);
    zip->now = work->now;
    zip->archive = archive_write_new();
    bool good = zip->archive != NULL && archive_write_set_format_zip(zip->archive) == ARCHIVE_OK &&
                archive_write_zip_set_compression_store(zip->archive) == ARCHIVE_OK &&
                archive_write_set_bytes_in_last_block(zip->archive, 1) == ARCHIVE_OK &&
                document_spool_open(work->domain->data_folder, &zip->spool) == STATUS_OK &&
                archive_write_open(zip->archive, zip, NULL, write_piece, NULL) == ARCHIVE_OK;
    if (!good) {
        zip_abandon(zip);
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                         N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), "no archive");
    }
    *result = zip;
    return STATUS_OK;
}

static enum status begin(struct zip *zip, const char *name, uint64_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, FILE_MODE);
    archive_entry_set_mtime(entry, zip->now / MICROSECONDS, 0);
    int result = archive_write_header(zip->archive, entry);
    archive_entry_free(entry);
    return result == ARCHIVE_OK ? STATUS_OK : STATUS_UNAVAILABLE;
}

static enum status put(struct zip *zip, const void *bytes, size_t length)
{
    return archive_write_data(zip->archive, bytes, length) == (la_ssize_t)length ? STATUS_OK
                                                                                 : STATUS_UNAVAILABLE;
}

enum status zip_add_text(struct zip *zip, const char *name, struct str text)
{
    enum status status = begin(zip, name, text.length);
    return status == STATUS_OK ? put(zip, text.data, text.length) : status;
}

enum status zip_add_json(struct zip *zip, const char *name, const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);
    if (text == NULL) return STATUS_FATAL;
    enum status status = zip_add_text(zip, name, str_of(text));
    free(text);
    return status;
}

enum status zip_add_document(struct zip *zip, const char *name, struct filecrypt_reader *reader)
{
    enum status status = begin(zip, name, filecrypt_size(reader));
    uint64_t at = 0;
    size_t length = 1;
    while (status == STATUS_OK && length > 0) {
        status = filecrypt_read(reader, at, zip->piece, sizeof zip->piece, &length);
        if (status == STATUS_OK && length > 0) status = put(zip, zip->piece, length);
        at += length;
    }
    return status;
}

enum status zip_finish(struct zip *zip, struct document_spool **spool)
{
    enum status status = archive_write_close(zip->archive) == ARCHIVE_OK ? STATUS_OK : STATUS_UNAVAILABLE;
    if (status == STATUS_OK) status = document_spool_close(zip->spool);
    if (status == STATUS_OK) {
        *spool = zip->spool;
        zip->spool = NULL;
    }
    zip_abandon(zip);
    return status;
}
