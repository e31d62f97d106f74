/* The files of resumable uploads, shared by resumable.c (rows) and resumable_file.c. */
#ifndef RESUMABLE_PRIVATE_H
#define RESUMABLE_PRIVATE_H

#include <pthread.h>

#include "document_private.h"
#include "motcua/domain/resumable.h"

/*
 * Belongs to one request at a time; but a request on a line that died without a word holds the lock until the
 * server notices. So one that has been silent for long loses its file to the next that asks (in this
 * process).
 */
struct resumable_writer {
    pthread_mutex_t mutex;
    struct resumable_writer *next, *previous; /* all of this process */
    int64_t heard_us;                         /* when bytes came last */
    bool busy;                                /* its bytes have all come: not to be taken away */
    struct document_spool *spool; /* its file stays unless it became a document; NULL: taken away */
    uint64_t length;
    uint64_t kept; /* offset of the state on disk; UINT64_MAX: there is none */
    bool durable;
    bool removed;
};

/* Makes an empty file, locked, with a new key. */
NODISCARD enum status resumable_file_create(const char *data_folder, uint64_t length,
                                            struct resumable_writer **writer);
/* STATUS_CONFLICT: locked; STATUS_NOT_FOUND: no such file, or one that this key does not open. */
NODISCARD enum status resumable_file_open(const char *data_folder, const char *name,
                                          const struct secret_key *key, uint64_t length,
                                          struct resumable_writer **writer);
/* Deletes the files; with `place` also a copy that was moved to the documents but never got a row. */
void resumable_file_remove(const char *data_folder, const char *name, bool place);
/* STATUS_CONFLICT: somebody writes it. Also OK when there is no file. */
NODISCARD enum status resumable_file_idle(const char *data_folder, const char *name);
uint64_t resumable_file_whole(const char *data_folder, const char *name);
/* Deletes what nobody has touched since `before`. */
size_t resumable_file_sweep(const char *data_folder, instant before);

#endif
