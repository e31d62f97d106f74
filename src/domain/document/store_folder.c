/* The store that is a folder: <data>/documents/ab/<name>. Written beside, then renamed, so never half there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document_private.h"

static enum status disk_failure(struct arena *arena, const char *what, const char *path, struct error *error)
{
    return error_set(error, arena, STATUS_UNAVAILABLE, "document.disk", NULL, "cannot %s %s: %s", what, path,
                     strerror(errno));
}

static bool copy_file(int from, int to)
{
    char bytes[64 * 1024];
    off_t offset = 0;
    for (;;) {
        ssize_t got = pread(from, bytes, sizeof bytes, offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0 && fsync(to) == 0;
        for (ssize_t done = 0; done < got;) {
            ssize_t put = write(to, bytes + done, (size_t)(got - done));
            if (put < 0 && errno != EINTR) return false;
            done += put < 0 ? 0 : put;
        }
        offset += got;
    }
}

static enum status folder_put(void *context, struct arena *arena, const char *name, int file,
                              struct error *error)
{
    const char *data_folder = context;
    char place[DOCUMENT_PATH_SIZE];
    if (document_folders(data_folder) != STATUS_OK || document_place(data_folder, name, place) != STATUS_OK)
        return disk_failure(arena, "make the folder of", name, error);
    char *beside = arena_printf(arena, "%s/spool/moving-XXXXXX", data_folder);
    int copy = mkostemp(beside, O_CLOEXEC);
    if (copy < 0) return disk_failure(arena, "write", beside, error);
    bool good = copy_file(file, copy);
    close(copy);
    if (good && rename(beside, place) == 0 && document_sync_folder(place) == STATUS_OK) return STATUS_OK;
    enum status status = disk_failure(arena, "write", place, error);
    (void)unlink(beside);
    return status;
}

static enum status folder_open(void *context, struct arena *arena, const char *name,
                               const struct document_window *window, int *file, struct error *error)
{
    (void)window; /* it is all here */
    char place[DOCUMENT_PATH_SIZE];
    if (document_place(context, name, place) != STATUS_OK)
        return disk_failure(arena, "make the folder of", name, error);
    int descriptor = open(place, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT)
        return error_set(error, arena, STATUS_NOT_FOUND, "document.lost", NULL, "%s is missing", place);
    if (descriptor < 0) return disk_failure(arena, "open", place, error);
    *file = descriptor;
    return STATUS_OK;
}

static enum status folder_remove(void *context, struct arena *arena, const char *name, struct error *error)
{
    char place[DOCUMENT_PATH_SIZE];
    if (document_place(context, name, place) != STATUS_OK)
        return disk_failure(arena, "make the folder of", name, error);
    if (unlink(place) != 0 && errno != ENOENT) return disk_failure(arena, "delete", place, error);
    return STATUS_OK;
}

/* When it came to its place: a rename changes ctime, while mtime stays that of the upload. */
static instant arrival(const struct stat *about)
{
    time_t latest = about->st_mtime > about->st_ctime ? about->st_mtime : about->st_ctime;
    return latest * MICROSECONDS;
}

/* A name in the folder of other names is none of ours. */
static enum status list_part(const char *folder, document_blob_visitor *visit, void *visiting,
                             struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) return STATUS_OK; /* went away meanwhile */
    enum status status = STATUS_OK;
    for (struct dirent *entry = readdir(directory); entry != NULL && status == STATUS_OK;
         entry = readdir(directory)) {
        struct stat about;
        if (!document_storage_name_valid(entry->d_name) ||
            strncmp(entry->d_name, strrchr(folder, '/') + 1, 2) != 0 ||
            fstatat(dirfd(directory), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(about.st_mode))
            continue;
        struct document_blob blob = {entry->d_name, (uint64_t)about.st_size, arrival(&about)};
        status = visit(visiting, &blob, error);
    }
    closedir(directory);
    return status;
}

static enum status folder_list(void *context, struct arena *arena, document_blob_visitor *visit,
                               void *visiting, struct error *error)
{
    const char *root = arena_printf(arena, "%s/documents", (const char *)context);
    DIR *directory = opendir(root);
    if (directory == NULL && errno == ENOENT) return STATUS_OK;
    if (directory == NULL) return disk_failure(arena, "list", root, error);
    enum status status = STATUS_OK;
    for (struct dirent *entry = readdir(directory); entry != NULL && status == STATUS_OK;
         entry = readdir(directory))
        if (entry->d_name[0] != '.' && strlen(entry->d_name) == 2)
            status = list_part(arena_printf(arena, "%s/%s", root, entry->d_name), visit, visiting, error);
    closedir(directory);
    return status;
}

struct document_store document_folder_store(const char *data_folder)
{
    return (struct document_store){(void *)(uintptr_t)data_folder, folder_put, folder_open, folder_remove,
                                   folder_list};
}
