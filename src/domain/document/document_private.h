/* Shared inside document. */
#ifndef DOCUMENT_PRIVATE_H
#define DOCUMENT_PRIVATE_H

#include "motcua/crypto/filecrypt.h"
#include "motcua/crypto/keys.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/document.h"

enum { DOCUMENT_PATH_SIZE = 4096, DOCUMENT_HEAD = 64 * 1024 };

struct document_spool {
    char path[DOCUMENT_PATH_SIZE];
    int file;
    struct secret_key key;
    struct filecrypt_writer *writer; /* NULL once closed */
    struct hash_stream hash;
    struct hash sha256;
    uint64_t size;
    bool complete, moved;
    size_t head_length;
    char head[DOCUMENT_HEAD]; /* the beginning, in the clear, to tell the type by */
};

/* Makes <data>/spool and <data>/documents. */
NODISCARD enum status document_folders(const char *data_folder);
/* The path of a stored file; makes its folder. STATUS_INVALID for a name that is none of ours. */
NODISCARD enum status document_place(const char *data_folder, const char *storage_name,
                                     char path[DOCUMENT_PATH_SIZE]);
/* Moves the complete file to its place; *storage_name is part of the spool. */
NODISCARD enum status document_spool_keep(struct document_spool *spool, const char *data_folder,
                                          const char **storage_name);
/* After that, when its row could not be made: the file is the spool's again. */
void document_spool_take_back(struct document_spool *spool, const char *data_folder);
/* Media type by content, static text; NULL when it is none that we take. */
const char *document_media_type(const char *head, size_t length);

#endif
