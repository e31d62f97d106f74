/* Which store: the one of a row, and the one that new documents go to. */
#include <unistd.h>

#include "document_private.h"

bool document_storage_name_valid(const char *name)
{
    if (strlen(name) != DOCUMENT_NAME_LENGTH) return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-' ||
              *c == '_'))
            return false;
    return true;
}

static enum status find_store(struct work *work, const char *store, const char *name,
                              struct document_store *found, struct error *error)
{
    if (name != NULL && !document_storage_name_valid(name))
        return error_set(error, work->arena, STATUS_INVALID, "document.name", NULL,
                         "%s is no name of a stored document", name);
    if (strcmp(store, DOCUMENT_STORE_FOLDER) == 0) {
        *found = document_folder_store(work->domain->data_folder);
        return STATUS_OK;
    }
    if (work->domain->s3 == NULL)
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.store", NULL,
                         "the store \"%s\" is not set up (s3-url)", store);
    *found = *work->domain->s3;
    return STATUS_OK;
}

enum status document_store_open(struct work *work, const char *store, const char *name,
                                const struct document_window *window, int *file, struct error *error)
{
    struct document_store found = {0};
    enum status status = find_store(work, store, name, &found, error);
    return status == STATUS_OK ? found.open(found.context, work->arena, name, window, file, error) : status;
}

enum status document_store_put(struct work *work, const char *store, const char *name, int file,
                               struct error *error)
{
    struct document_store found = {0};
    enum status status = find_store(work, store, name, &found, error);
    return status == STATUS_OK ? found.put(found.context, work->arena, name, file, error) : status;
}

enum status document_store_remove(struct work *work, const char *store, const char *name, struct error *error)
{
    struct document_store found = {0};
    enum status status = find_store(work, store, name, &found, error);
    return status == STATUS_OK ? found.remove(found.context, work->arena, name, error) : status;
}

enum status document_store_list(struct work *work, const char *store, document_blob_visitor *visit,
                                void *visiting, struct error *error)
{
    struct document_store found = {0};
    enum status status = find_store(work, store, NULL, &found, error);
    return status == STATUS_OK ? found.list(found.context, work->arena, visit, visiting, error) : status;
}

enum status document_store_keep(struct work *work, struct document_spool *spool, const char **store,
                                const char **name, struct error *error)
{
    if (work->domain->s3 == NULL || !work->domain->keep_in_s3) {
        *store = DOCUMENT_STORE_FOLDER;
        if (document_spool_keep(spool, work->domain->data_folder, name) == STATUS_OK) return STATUS_OK;
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk", NULL, "cannot move %s",
                         spool->path);
    }
    *store = DOCUMENT_STORE_S3;
    *name = strrchr(spool->path, '/') + 1;
    return document_store_put(work, *store, *name, spool->file, error);
}
