/* Receiving bytes: encrypted on the way to the disk, hashed and measured, never whole in memory. */
#include "document_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "motcua/calendar/civil.h"

static enum status make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? STATUS_OK : STATUS_UNAVAILABLE;
}

enum status document_folders(const char *data_folder)
{
    char path[DOCUMENT_PATH_SIZE];
    snprintf(path, sizeof path, "%s/spool", data_folder);
    enum status status = make_folder(path);
    if (status == STATUS_OK) {
        snprintf(path, sizeof path, "%s/documents", data_folder);
        status = make_folder(path);
    }
    return status;
}

enum status document_spool_open(const char *data_folder, struct document_spool **result)
{
    enum status status = document_folders(data_folder);
    if (status != STATUS_OK) return status;
    struct document_spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL) return STATUS_UNAVAILABLE;
    struct token name = token_create();
    snprintf(spool->path, sizeof spool->path, "%s/spool/%s", data_folder, name.text);
    spool->file = open(spool->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (spool->file < 0) {
        free(spool);
        return STATUS_UNAVAILABLE;
    }
    secret_key_random(&spool->key);
    hash_stream_start(&spool->hash);
    spool->writer = filecrypt_writer_create(&spool->key, spool->file);
    *result = spool;
    return STATUS_OK;
}

enum status document_spool_write(struct document_spool *spool, struct str bytes)
{
    if (spool->writer == NULL) return STATUS_FATAL;
    size_t room = DOCUMENT_HEAD - spool->head_length;
    size_t taken = bytes.length < room ? bytes.length : room;
    memcpy(spool->head + spool->head_length, bytes.data, taken);
    spool->head_length += taken;
    hash_stream_add(&spool->hash, bytes);
    spool->size += bytes.length;
    return filecrypt_write(spool->writer, bytes);
}

enum status document_spool_close(struct document_spool *spool)
{
    if (spool->writer == NULL) return STATUS_FATAL;
    enum status status = filecrypt_writer_finish(spool->writer, &spool->size);
    spool->writer = NULL;
    spool->sha256 = hash_stream_finish(&spool->hash);
    spool->complete = status == STATUS_OK;
    return status;
}

struct hash document_spool_hash(const struct document_spool *spool)
{
    return spool->sha256;
}

enum status document_spool_reader(struct document_spool *spool, struct filecrypt_reader **reader)
{
    return filecrypt_reader_open(&spool->key, spool->file, reader);
}

uint64_t document_spool_size(const struct document_spool *spool)
{
    return spool->size;
}

void document_spool_destroy(struct document_spool *spool)
{
    if (spool == NULL) return;
    filecrypt_writer_abandon(spool->writer);
    if (spool->file >= 0) close(spool->file);
    if (!spool->moved) (void)unlink(spool->path);
    secret_wipe(spool, sizeof *spool);
    free(spool);
}

/* documents/ab/<name>: two characters of the name spread the files over folders. */
enum status document_place(const char *data_folder, const char *storage_name, char path[DOCUMENT_PATH_SIZE])
{
    if (!document_storage_name_valid(storage_name)) return STATUS_INVALID;
    snprintf(path, DOCUMENT_PATH_SIZE, "%s/documents/%.2s", data_folder, storage_name);
    enum status status = make_folder(path);
    snprintf(path, DOCUMENT_PATH_SIZE, "%s/documents/%.2s/%s", data_folder, storage_name, storage_name);
    return status;
}

/* The rename lasts only once the folder itself is on disk. */
enum status document_sync_folder(const char *path)
{
    char folder[DOCUMENT_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = '\0';
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return STATUS_UNAVAILABLE;
    enum status status = fsync(descriptor) == 0 ? STATUS_OK : STATUS_UNAVAILABLE;
    close(descriptor);
    return status;
}

enum status document_spool_keep(struct document_spool *spool, const char *data_folder,
                                const char **storage_name)
{
    char place[DOCUMENT_PATH_SIZE];
    *storage_name = strrchr(spool->path, '/') + 1;
    enum status status = document_place(data_folder, *storage_name, place);
    if (status != STATUS_OK || rename(spool->path, place) != 0) return STATUS_UNAVAILABLE;
    spool->moved = true;
    if (document_sync_folder(place) == STATUS_OK) return STATUS_OK;
    (void)unlink(place); /* no row will point to it */
    return STATUS_UNAVAILABLE;
}

void document_spool_take_back(struct document_spool *spool, const char *data_folder)
{
    char place[DOCUMENT_PATH_SIZE];
    const char *storage_name = strrchr(spool->path, '/') + 1;
    if (!spool->moved || document_place(data_folder, storage_name, place) != STATUS_OK) return;
    if (rename(place, spool->path) == 0)
        spool->moved = false;
    else
        (void)unlink(place); /* no row points to it */
}

size_t document_sweep(const char *data_folder, instant now)
{
    char folder[DOCUMENT_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s/spool", data_folder);
    DIR *directory = opendir(folder);
    size_t removed = 0;
    if (directory == NULL) return 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        struct stat about;
        bool is_file = fstatat(dirfd(directory), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
                       S_ISREG(about.st_mode);
        bool old = is_file && about.st_mtime * MICROSECONDS < now - DAY_US;
        removed += old && unlinkat(dirfd(directory), entry->d_name, 0) == 0;
    }
    closedir(directory);
    return removed;
}
