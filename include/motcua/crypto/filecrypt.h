/*
 * Files at rest: chunks of 64 KiB, each XChaCha20-Poly1305 under the file's own key, the nonce made of the
 * file's random prefix and the chunk's number, the last chunk marked. So a chunk can be read without the
 * others (byte ranges), while a changed, moved, repeated or missing chunk and a cut-off file are all noticed.
 * Streaming: never more than one chunk in memory.
 *
 * Layout: "MCF1", 19 bytes nonce prefix, then chunks of 65536 + 16 bytes, the last one shorter (it may be
 * empty).
 */
#ifndef MOTCUA_CRYPTO_FILECRYPT_H
#define MOTCUA_CRYPTO_FILECRYPT_H

#include "motcua/base/arena.h"
#include "motcua/base/str.h"
#include "motcua/crypto/secret.h"

enum { FILECRYPT_HEADER_SIZE = 23, FILECRYPT_CHUNK = 65536, FILECRYPT_TAG = 16 };

struct filecrypt_writer;
struct filecrypt_reader;

/* Writes to `file` (a descriptor, not closed). Freed by filecrypt_writer_finish/abandon. */
struct filecrypt_writer *filecrypt_writer_create(const struct secret_key *key, int file);
NODISCARD enum status filecrypt_write(struct filecrypt_writer *writer, struct str bytes);
/* Writes the last chunk and fsyncs; *size: plain bytes (may be NULL). STATUS_UNAVAILABLE: disk full or
 * broken. */
NODISCARD enum status filecrypt_writer_finish(struct filecrypt_writer *writer, uint64_t *size);
void filecrypt_writer_abandon(struct filecrypt_writer *writer); /* NULL is fine */

/*
 * A file whose writer is gone goes on: behind its first `chunks` chunks, which are whole and never the last,
 * with `tail` (at most one chunk) as what was still to be sealed. What lies behind is cut off.
 * STATUS_INVALID: no such file. A chunk is sealed with the same nonce whenever it is sealed, so its bytes
 * must be the same each time: that is what `tail` is kept for.
 */
NODISCARD enum status filecrypt_writer_resume(const struct secret_key *key, int file, uint32_t chunks,
                                              struct str tail, struct filecrypt_writer **writer);
/* What is not sealed yet; borrowed until the next write. */
struct str filecrypt_writer_tail(const struct filecrypt_writer *writer);
uint64_t filecrypt_writer_size(const struct filecrypt_writer *writer); /* plain bytes so far */

/* Reads from `file` by pread (a regular file, not closed). STATUS_INVALID: not such a file or cut off. */
NODISCARD enum status filecrypt_reader_open(const struct secret_key *key, int file,
                                            struct filecrypt_reader **reader);
/* The whole chunks of a file that is not finished; a torn or changed one is STATUS_DENIED when it is read. */
NODISCARD enum status filecrypt_reader_open_unfinished(const struct secret_key *key, int file,
                                                       struct filecrypt_reader **reader);
uint64_t filecrypt_size(const struct filecrypt_reader *reader); /* plain bytes */
/*
 * Up to `capacity` plain bytes from `offset`; *length 0 at the end. Thread-safe only one reader a thread.
 * STATUS_DENIED: wrong key or changed bytes.
 */
NODISCARD enum status filecrypt_read(struct filecrypt_reader *reader, uint64_t offset, void *bytes,
                                     size_t capacity, size_t *length);
void filecrypt_reader_close(struct filecrypt_reader *reader); /* NULL is fine */
/* Plain size out of the stored size; false when no such file can exist. */
bool filecrypt_plain_size(uint64_t stored, uint64_t *plain);
uint64_t filecrypt_stored_size(uint64_t plain);
/* Where the chunks lie that hold the plain bytes first to last: *from to *to, without *to. The header, which
 * every reader needs, is the first FILECRYPT_HEADER_SIZE bytes. */
void filecrypt_window(uint64_t first, uint64_t last, uint64_t *from, uint64_t *to);

#endif
