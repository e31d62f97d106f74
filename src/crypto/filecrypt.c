/*
 * The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) with XChaCha20-Poly1305: nonce = random
 * prefix (19), chunk number (4, big-endian), last flag (1).
 */
#include "motcua/crypto/filecrypt.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC_SIZE = 4, PREFIX_SIZE = 19, STORED_CHUNK = FILECRYPT_CHUNK + FILECRYPT_TAG };

_Static_assert(FILECRYPT_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag size");
_Static_assert(FILECRYPT_HEADER_SIZE == MAGIC_SIZE + PREFIX_SIZE, "header size");
_Static_assert(PREFIX_SIZE + 5 == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce size");

static const char magic[MAGIC_SIZE] = {'M', 'C', 'F', '1'};

struct filecrypt_writer {
    struct secret_key key;
    unsigned char prefix[PREFIX_SIZE];
    int file;
    bool failed;
    uint32_t chunk; /* number of the chunk that is being filled */
    uint64_t size;
    size_t filled;
    unsigned char plain[FILECRYPT_CHUNK];
    unsigned char sealed[STORED_CHUNK];
};

struct filecrypt_reader {
    struct secret_key key;
    unsigned char prefix[PREFIX_SIZE];
    int file;
    uint64_t size;
    uint64_t chunks;
    int64_t current; /* number of the chunk in `plain`, -1: none */
    size_t length;
    unsigned char plain[FILECRYPT_CHUNK];
    unsigned char sealed[STORED_CHUNK];
};

static void make_nonce(const unsigned char prefix[PREFIX_SIZE], uint32_t chunk, bool last,
                       unsigned char nonce[24])
{
    memcpy(nonce, prefix, PREFIX_SIZE);
    for (int i = 0; i < 4; i++)
        nonce[PREFIX_SIZE + i] = (unsigned char)(chunk >> (24 - 8 * i));
    nonce[PREFIX_SIZE + 4] = last;
}

static bool write_all(int file, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t written = write(file, at, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        at += written;
        length -= (size_t)written;
    }
    return true;
}

struct filecrypt_writer *filecrypt_writer_create(const struct secret_key *key, int file)
{
    struct filecrypt_writer *writer = sodium_malloc(sizeof *writer);
    if (writer == NULL) abort();
    sodium_memzero(writer, sizeof *writer);
    writer->key = *key;
    writer->file = file;
    randombytes_buf(writer->prefix, PREFIX_SIZE);
    writer->failed = !write_all(file, magic, MAGIC_SIZE) || !write_all(file, writer->prefix, PREFIX_SIZE);
    return writer;
}

static bool read_at(int file, void *bytes, size_t length, uint64_t offset)
{
    char *at = bytes;
    while (length > 0) {
        ssize_t got = pread(file, at, length, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        length -= (size_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

static uint64_t chunk_place(uint64_t chunk)
{
    return FILECRYPT_HEADER_SIZE + chunk * STORED_CHUNK;
}

enum status filecrypt_writer_resume(const struct secret_key *key, int file, uint32_t chunks, struct str tail,
                                    struct filecrypt_writer **writer)
{
    struct stat about;
    unsigned char header[FILECRYPT_HEADER_SIZE];
    if (tail.length > FILECRYPT_CHUNK || fstat(file, &about) != 0 || !S_ISREG(about.st_mode) ||
        (uint64_t)about.st_size < chunk_place(chunks) || !read_at(file, header, sizeof header, 0) ||
        memcmp(header, magic, MAGIC_SIZE) != 0)
        return STATUS_INVALID;
    off_t end = (off_t)chunk_place(chunks);
    if (ftruncate(file, end) != 0 || lseek(file, end, SEEK_SET) != end) return STATUS_UNAVAILABLE;
    struct filecrypt_writer *made = sodium_malloc(sizeof *made);
    if (made == NULL) abort();
    sodium_memzero(made, sizeof *made);
    made->key = *key;
    memcpy(made->prefix, header + MAGIC_SIZE, PREFIX_SIZE);
    made->file = file;
    made->chunk = chunks;
    made->filled = tail.length;
    if (tail.length > 0) memcpy(made->plain, tail.data, tail.length);
    made->size = (uint64_t)chunks * FILECRYPT_CHUNK + tail.length;
    *writer = made;
    return STATUS_OK;
}

struct str filecrypt_writer_tail(const struct filecrypt_writer *writer)
{
    return str_make((const char *)writer->plain, writer->filled);
}

uint64_t filecrypt_writer_size(const struct filecrypt_writer *writer)
{
    return writer->size;
}

static void flush_chunk(struct filecrypt_writer *writer, bool last)
{
    unsigned char nonce[24];
    make_nonce(writer->prefix, writer->chunk, last, nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(writer->sealed, NULL, writer->plain, writer->filled, NULL, 0,
                                               NULL, nonce, writer->key.bytes);
    if (!write_all(writer->file, writer->sealed, writer->filled + FILECRYPT_TAG)) writer->failed = true;
    writer->filled = 0;
    if (++writer->chunk == UINT32_MAX) writer->failed = true;
}

enum status filecrypt_write(struct filecrypt_writer *writer, struct str bytes)
{
    while (bytes.length > 0 && !writer->failed) {
        if (writer->filled == FILECRYPT_CHUNK) /* full, and not the last: something follows */
            flush_chunk(writer, false);
        size_t room = FILECRYPT_CHUNK - writer->filled;
        size_t part = bytes.length < room ? bytes.length : room;
        memcpy(writer->plain + writer->filled, bytes.data, part);
        writer->filled += part;
        writer->size += part;
        bytes = str_slice(bytes, part, bytes.length);
    }
    return writer->failed ? STATUS_UNAVAILABLE : STATUS_OK;
}

enum status filecrypt_writer_finish(struct filecrypt_writer *writer, uint64_t *size)
{
    if (!writer->failed) flush_chunk(writer, true);
    bool done = !writer->failed && (fsync(writer->file) == 0 || errno == EINVAL || errno == EROFS);
    if (done && size != NULL) *size = writer->size;
    sodium_free(writer);
    return done ? STATUS_OK : STATUS_UNAVAILABLE;
}

void filecrypt_writer_abandon(struct filecrypt_writer *writer)
{
    if (writer != NULL) sodium_free(writer);
}

/* chunks - 1 full ones and a last one of 0 (only when it is alone) to FILECRYPT_CHUNK bytes. */
bool filecrypt_plain_size(uint64_t stored, uint64_t *plain)
{
    if (stored < FILECRYPT_HEADER_SIZE + FILECRYPT_TAG || stored > INT64_MAX) return false;
    uint64_t body = stored - FILECRYPT_HEADER_SIZE;
    uint64_t chunks = (body + STORED_CHUNK - 1) / STORED_CHUNK;
    uint64_t last = body - (chunks - 1) * STORED_CHUNK;
    if (last < FILECRYPT_TAG || (last == FILECRYPT_TAG && chunks > 1) || chunks > UINT32_MAX) return false;
    *plain = body - chunks * FILECRYPT_TAG;
    return true;
}

uint64_t filecrypt_stored_size(uint64_t plain)
{
    uint64_t chunks = plain == 0 ? 1 : (plain + FILECRYPT_CHUNK - 1) / FILECRYPT_CHUNK;
    return FILECRYPT_HEADER_SIZE + plain + chunks * FILECRYPT_TAG;
}

void filecrypt_window(uint64_t first, uint64_t last, uint64_t *from, uint64_t *to)
{
    *from = chunk_place(first / FILECRYPT_CHUNK);
    *to = chunk_place(last / FILECRYPT_CHUNK + 1); /* behind the end, when that is the last chunk */
}

static enum status open_reader(const struct secret_key *key, int file, uint64_t size, uint64_t chunks,
                               struct filecrypt_reader **reader)
{
    unsigned char header[FILECRYPT_HEADER_SIZE];
    if (!read_at(file, header, sizeof header, 0) || memcmp(header, magic, MAGIC_SIZE) != 0)
        return STATUS_INVALID;
    struct filecrypt_reader *made = sodium_malloc(sizeof *made);
    if (made == NULL) abort();
    sodium_memzero(made, sizeof *made);
    made->key = *key;
    memcpy(made->prefix, header + MAGIC_SIZE, PREFIX_SIZE);
    made->file = file;
    made->size = size;
    made->chunks = chunks;
    made->current = -1;
    *reader = made;
    return STATUS_OK;
}

enum status filecrypt_reader_open(const struct secret_key *key, int file, struct filecrypt_reader **reader)
{
    struct stat about;
    uint64_t size;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode) ||
        !filecrypt_plain_size((uint64_t)about.st_size, &size))
        return STATUS_INVALID;
    return open_reader(key, file, size, size == 0 ? 1 : (size + FILECRYPT_CHUNK - 1) / FILECRYPT_CHUNK,
                       reader);
}

enum status filecrypt_reader_open_unfinished(const struct secret_key *key, int file,
                                             struct filecrypt_reader **reader)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size < FILECRYPT_HEADER_SIZE)
        return STATUS_INVALID;
    uint64_t whole = ((uint64_t)about.st_size - FILECRYPT_HEADER_SIZE) / STORED_CHUNK;
    /* one chunk more than there are: none of them is taken for the last */
    return open_reader(key, file, whole * FILECRYPT_CHUNK, whole + 1, reader);
}

uint64_t filecrypt_size(const struct filecrypt_reader *reader)
{
    return reader->size;
}

static enum status load_chunk(struct filecrypt_reader *reader, uint64_t chunk)
{
    if (reader->current == (int64_t)chunk) return STATUS_OK;
    bool last = chunk + 1 == reader->chunks;
    size_t length = last ? (size_t)(reader->size - chunk * FILECRYPT_CHUNK) : FILECRYPT_CHUNK;
    if (!read_at(reader->file, reader->sealed, length + FILECRYPT_TAG,
                 FILECRYPT_HEADER_SIZE + chunk * STORED_CHUNK))
        return STATUS_UNAVAILABLE;
    unsigned char nonce[24];
    make_nonce(reader->prefix, (uint32_t)chunk, last, nonce);
    reader->current = -1;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(reader->plain, NULL, NULL, reader->sealed,
                                                   length + FILECRYPT_TAG, NULL, 0, nonce,
                                                   reader->key.bytes) != 0)
        return STATUS_DENIED;
    reader->current = (int64_t)chunk;
    reader->length = length;
    return STATUS_OK;
}

enum status filecrypt_read(struct filecrypt_reader *reader, uint64_t offset, void *bytes, size_t capacity,
                           size_t *length)
{
    size_t done = 0;
    /* the last chunk is always looked at once for an empty file, so that its tag is checked, too */
    if (reader->size == 0 && load_chunk(reader, 0) != STATUS_OK) return STATUS_DENIED;
    while (done < capacity && offset < reader->size) {
        enum status status = load_chunk(reader, offset / FILECRYPT_CHUNK);
        if (status != STATUS_OK) return status;
        size_t within = (size_t)(offset % FILECRYPT_CHUNK), part = reader->length - within;
        if (part > capacity - done) part = capacity - done;
        memcpy((char *)bytes + done, reader->plain + within, part);
        done += part;
        offset += part;
    }
    *length = done;
    return STATUS_OK;
}

void filecrypt_reader_close(struct filecrypt_reader *reader)
{
    if (reader != NULL) sodium_free(reader);
}
