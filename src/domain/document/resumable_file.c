/*
 * The two files of a resumable upload: NAME, chunks as of a document, and NAME.state, what belongs behind
 * them. The state may be older than the chunks (the server was killed): then the chunks behind it are read
 * and hashed once more. It is never trusted where the chunks are missing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "motcua/base/file.h"
#include "motcua/calendar/civil.h"
#include "resumable_private.h"

enum { MAGIC_SIZE = 4, OFFSET_SIZE = 8, STATE_BYTES = 512 * 1024, SILENCE_US = 3 * 1000 * 1000 };

static const char magic[MAGIC_SIZE] = {'M', 'C', 'U', '1'};

enum { STATE_HEAD = MAGIC_SIZE + OFFSET_SIZE + sizeof(struct hash_stream) };

static pthread_mutex_t writers_mutex = PTHREAD_MUTEX_INITIALIZER; /* before that of a writer */
static struct resumable_writer *writers;

static void file_path(const char *data_folder, const char *name, const char *suffix,
                      char path[DOCUMENT_PATH_SIZE])
{
    snprintf(path, DOCUMENT_PATH_SIZE, "%s/spool/resumable/%s%s", data_folder, name, suffix);
}

static const char *name_of(const struct document_spool *spool)
{
    return strrchr(spool->path, '/') + 1;
}

/* --- The state */

static void state_key(const struct secret_key *key, struct secret_key *derived)
{
    keys_derive(key, "resumabl", 1, derived);
}

static bool write_file(const char *path, struct str bytes, bool durable)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return false;
    bool good = true;
    while (good && bytes.length > 0) {
        ssize_t written = write(file, bytes.data, bytes.length);
        if (written < 0 && errno == EINTR) continue;
        good = written > 0;
        if (good) bytes = str_slice(bytes, (size_t)written, bytes.length);
    }
    if (good && durable) good = fsync(file) == 0;
    return close(file) == 0 && good;
}

static bool save_state_of(struct document_spool *spool, bool durable)
{
    ARENA_AUTO arena = arena_create(STATE_BYTES);
    SECRET_KEY_AUTO key;
    struct str tail = filecrypt_writer_tail(spool->writer);
    uint64_t offset = filecrypt_writer_size(spool->writer);
    char *plain = arena_alloc(arena, STATE_HEAD + tail.length);
    memcpy(plain, magic, MAGIC_SIZE);
    for (int i = 0; i < OFFSET_SIZE; i++)
        plain[MAGIC_SIZE + i] = (char)(offset >> (8 * (OFFSET_SIZE - 1 - i)));
    memcpy(plain + MAGIC_SIZE + OFFSET_SIZE, spool->hash.state, sizeof spool->hash.state);
    memcpy(plain + STATE_HEAD, tail.data, tail.length);
    state_key(&spool->key, &key);
    struct str sealed = seal(arena, &key, str_of(name_of(spool)), str_make(plain, STATE_HEAD + tail.length));
    secret_wipe(plain, STATE_HEAD + tail.length);
    char path[DOCUMENT_PATH_SIZE + 8], fresh[DOCUMENT_PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s.state", spool->path);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    return write_file(fresh, sealed, durable) && rename(fresh, path) == 0;
}

struct state {
    uint64_t offset;
    struct hash_stream hash;
    struct str tail;
};

/* False: none, or one that does not fit the chunks; then everything is read again from the first chunk. */
static bool load_state(struct arena *arena, const char *data_folder, const char *name,
                       const struct secret_key *file_key, uint64_t whole, uint64_t length,
                       struct state *state)
{
    char path[DOCUMENT_PATH_SIZE];
    SECRET_KEY_AUTO key;
    struct str sealed, plain;
    file_path(data_folder, name, ".state", path);
    state_key(file_key, &key);
    if (file_read(arena, path, STATE_BYTES / 4, &sealed) != STATUS_OK ||
        unseal(arena, &key, str_of(name), sealed, &plain) != STATUS_OK || plain.length < STATE_HEAD ||
        plain.length > STATE_HEAD + FILECRYPT_CHUNK || memcmp(plain.data, magic, MAGIC_SIZE) != 0)
        return false;
    uint64_t offset = 0;
    for (int i = 0; i < OFFSET_SIZE; i++)
        offset = offset << 8 | (unsigned char)plain.data[MAGIC_SIZE + i];
    struct str tail = str_slice(plain, STATE_HEAD, plain.length);
    if (offset > length || offset < tail.length || (offset - tail.length) % FILECRYPT_CHUNK != 0 ||
        offset - tail.length > whole)
        return false;
    state->offset = offset;
    memcpy(state->hash.state, plain.data + MAGIC_SIZE + OFFSET_SIZE, sizeof state->hash.state);
    state->tail = tail;
    return true;
}

/* --- Opening */

static struct resumable_writer *writer_of(int file, const char *path, const struct secret_key *key,
                                          uint64_t length)
{
    struct resumable_writer *writer = calloc(1, sizeof *writer);
    struct document_spool *spool = calloc(1, sizeof *spool);
    if (writer == NULL || spool == NULL) abort();
    snprintf(spool->path, sizeof spool->path, "%s", path);
    spool->file = file;
    spool->key = *key;
    hash_stream_start(&spool->hash);
    *writer = (struct resumable_writer){
        .spool = spool, .length = length, .kept = UINT64_MAX, .heard_us = clock_monotonic_us()};
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_mutex_lock(&writers_mutex);
    writer->next = writers;
    if (writers != NULL) writers->previous = writer;
    writers = writer;
    pthread_mutex_unlock(&writers_mutex);
    return writer;
}

enum status resumable_file_create(const char *data_folder, uint64_t length, struct resumable_writer **result)
{
    enum status status = document_folders(data_folder);
    char path[DOCUMENT_PATH_SIZE];
    file_path(data_folder, "", "", path);
    if (status != STATUS_OK || (mkdir(path, 0700) != 0 && errno != EEXIST)) return STATUS_UNAVAILABLE;
    struct token name = token_create();
    SECRET_KEY_AUTO key;
    secret_key_random(&key);
    file_path(data_folder, name.text, "", path);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return STATUS_UNAVAILABLE;
    struct resumable_writer *writer = writer_of(file, path, &key, length);
    writer->spool->writer = filecrypt_writer_create(&key, file);
    if (flock(file, LOCK_EX | LOCK_NB) != 0 || resumable_keep(writer) != STATUS_OK) {
        writer->removed = true;
        resumable_close(writer);
        resumable_file_remove(data_folder, name.text, false);
        return STATUS_UNAVAILABLE;
    }
    *result = writer;
    return STATUS_OK;
}

/* Open and locked, and still the file of that name: its writer may have just moved it to the documents. */
static enum status open_locked(const char *path, int *result)
{
    struct stat held, named;
    int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE;
    enum status status = STATUS_OK;
    if (flock(file, LOCK_EX | LOCK_NB) != 0)
        status = errno == EWOULDBLOCK ? STATUS_CONFLICT : STATUS_UNAVAILABLE;
    else if (fstat(file, &held) != 0 || stat(path, &named) != 0 || held.st_ino != named.st_ino ||
             held.st_dev != named.st_dev)
        status = STATUS_NOT_FOUND;
    if (status != STATUS_OK)
        close(file);
    else
        *result = file;
    return status;
}

/*
 * Goes through the chunks behind the state, if there are any: hashes what the state has not seen, and ends at
 * the first chunk that is torn. Leaves in `state` how far the upload has really come.
 */
static void catch_up(struct filecrypt_reader *reader, struct state *state, uint64_t length)
{
    char *plain = malloc(FILECRYPT_CHUNK);
    if (plain == NULL) abort();
    uint64_t chunk = (state->offset - state->tail.length) / FILECRYPT_CHUNK;
    for (;; chunk++) {
        uint64_t begin = chunk * FILECRYPT_CHUNK, end = begin + FILECRYPT_CHUNK;
        size_t got;
        if (end > filecrypt_size(reader) || end > length ||
            filecrypt_read(reader, begin, plain, FILECRYPT_CHUNK, &got) != STATUS_OK)
            break;
        size_t known = (size_t)(state->offset - begin);
        hash_stream_add(&state->hash, str_make(plain + known, FILECRYPT_CHUNK - known));
        state->offset = end;
        state->tail = STR("");
    }
    secret_wipe(plain, FILECRYPT_CHUNK);
    free(plain);
}

/* The beginning in the clear, to tell the type by. */
static enum status load_head(struct document_spool *spool, struct filecrypt_reader *reader,
                             const struct state *state)
{
    spool->head_length = state->offset < DOCUMENT_HEAD ? (size_t)state->offset : DOCUMENT_HEAD;
    if (state->offset > state->tail.length)
        return filecrypt_read(reader, 0, spool->head, DOCUMENT_HEAD, &spool->head_length);
    memcpy(spool->head, state->tail.data, spool->head_length);
    return STATUS_OK;
}

static enum status go_on(struct resumable_writer *writer, const char *data_folder, const char *name)
{
    struct document_spool *spool = writer->spool;
    ARENA_AUTO arena = arena_create(STATE_BYTES);
    struct filecrypt_reader *reader;
    struct state state = {.tail = STR("")};
    enum status status = filecrypt_reader_open_unfinished(&spool->key, spool->file, &reader);
    if (status != STATUS_OK) return STATUS_NOT_FOUND;
    if (load_state(arena, data_folder, name, &spool->key, filecrypt_size(reader), writer->length, &state))
        writer->kept = state.offset;
    else
        hash_stream_start(&state.hash);
    catch_up(reader, &state, writer->length);
    status = load_head(spool, reader, &state);
    filecrypt_reader_close(reader);
    spool->hash = state.hash;
    if (status == STATUS_OK)
        status = filecrypt_writer_resume(&spool->key, spool->file,
                                         (uint32_t)((state.offset - state.tail.length) / FILECRYPT_CHUNK),
                                         state.tail, &spool->writer);
    secret_wipe(&state, sizeof state);
    return status == STATUS_INVALID || status == STATUS_DENIED ? STATUS_NOT_FOUND : status;
}

static void let_go(struct resumable_writer *writer);

/* Takes the file away from a writer of this process that has been silent; what it brought is kept. */
static void take_from_silent(const char *path)
{
    pthread_mutex_lock(&writers_mutex);
    for (struct resumable_writer *each = writers; each != NULL; each = each->next) {
        pthread_mutex_lock(&each->mutex);
        if (each->spool != NULL && !each->busy && strcmp(each->spool->path, path) == 0 &&
            clock_monotonic_us() - each->heard_us >= SILENCE_US)
            let_go(each);
        pthread_mutex_unlock(&each->mutex);
    }
    pthread_mutex_unlock(&writers_mutex);
}

enum status resumable_file_open(const char *data_folder, const char *name, const struct secret_key *key,
                                uint64_t length, struct resumable_writer **result)
{
    char path[DOCUMENT_PATH_SIZE], place[DOCUMENT_PATH_SIZE];
    int file = -1;
    file_path(data_folder, name, "", path);
    enum status status = open_locked(path, &file);
    /* the server died between moving the file and making the row: back with it */
    if (status == STATUS_NOT_FOUND && document_place(data_folder, name, place) == STATUS_OK &&
        rename(place, path) == 0)
        status = open_locked(path, &file);
    if (status == STATUS_CONFLICT) {
        take_from_silent(path);
        status = open_locked(path, &file);
    }
    if (status != STATUS_OK) return status;
    struct resumable_writer *writer = writer_of(file, path, key, length);
    status = go_on(writer, data_folder, name);
    if (status == STATUS_OK)
        *result = writer;
    else
        resumable_close(writer);
    return status;
}

/* --- Writing */

static int64_t offset_of(const struct document_spool *spool)
{
    if (spool == NULL) return 0;
    return (int64_t)(spool->writer != NULL ? filecrypt_writer_size(spool->writer) : spool->size);
}

int64_t resumable_offset(struct resumable_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    int64_t offset = offset_of(writer->spool);
    pthread_mutex_unlock(&writer->mutex);
    return offset;
}

enum status resumable_heard(struct resumable_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->heard_us = clock_monotonic_us();
    enum status status = writer->spool != NULL ? STATUS_OK : STATUS_CONFLICT;
    pthread_mutex_unlock(&writer->mutex);
    return status;
}

enum status resumable_write(struct resumable_writer *writer, struct str bytes)
{
    enum status status;
    pthread_mutex_lock(&writer->mutex);
    writer->heard_us = clock_monotonic_us();
    if (writer->spool == NULL) {
        status = STATUS_CONFLICT;
    } else if (bytes.length > writer->length - (uint64_t)offset_of(writer->spool)) {
        status = STATUS_TOO_LARGE;
    } else {
        writer->durable = false;
        status = document_spool_write(writer->spool, bytes);
    }
    pthread_mutex_unlock(&writer->mutex);
    return status;
}

/* From now on nobody takes the file away. */
static enum status claim(struct resumable_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->busy = true;
    enum status status = writer->spool != NULL ? STATUS_OK : STATUS_CONFLICT;
    pthread_mutex_unlock(&writer->mutex);
    return status;
}

enum status resumable_append(struct resumable_writer *writer, struct document_spool *spool)
{
    struct filecrypt_reader *reader;
    enum status status = claim(writer);
    if (status != STATUS_OK) return status;
    status = document_spool_close(spool);
    if (status == STATUS_OK) status = filecrypt_reader_open(&spool->key, spool->file, &reader);
    if (status != STATUS_OK) return STATUS_UNAVAILABLE;
    char *plain = malloc(FILECRYPT_CHUNK);
    if (plain == NULL) abort();
    size_t got = 0;
    for (uint64_t at = 0; status == STATUS_OK && at < spool->size; at += got) {
        status = filecrypt_read(reader, at, plain, FILECRYPT_CHUNK, &got);
        if (status == STATUS_OK) status = resumable_write(writer, str_make(plain, got));
    }
    secret_wipe(plain, FILECRYPT_CHUNK);
    free(plain);
    filecrypt_reader_close(reader);
    return status;
}

enum status resumable_keep(struct resumable_writer *writer)
{
    enum status status = claim(writer);
    if (status != STATUS_OK) return status;
    struct document_spool *spool = writer->spool;
    uint64_t offset = (uint64_t)offset_of(spool);
    if (spool->writer == NULL || (writer->durable && writer->kept == offset)) return STATUS_OK;
    /* the chunks first: a state that is ahead of them is worth nothing */
    if (fsync(spool->file) != 0 || !save_state_of(spool, true)) return STATUS_UNAVAILABLE;
    (void)futimens(spool->file, NULL); /* the sweeper goes by it */
    writer->kept = offset;
    writer->durable = true;
    return STATUS_OK;
}

/* Keeps what came and gives the lock back. */
static void let_go(struct resumable_writer *writer)
{
    struct document_spool *spool = writer->spool;
    writer->spool = NULL;
    if (spool == NULL) return;
    if (!writer->removed && spool->writer != NULL && writer->kept != filecrypt_writer_size(spool->writer))
        (void)save_state_of(spool, false); /* without it, the last part of a chunk has to be sent once more */
    spool->moved = true;                   /* leave the file where it is */
    document_spool_destroy(spool);
}

void resumable_close(struct resumable_writer *writer)
{
    if (writer == NULL) return;
    pthread_mutex_lock(&writers_mutex);
    if (writer->next != NULL) writer->next->previous = writer->previous;
    if (writer->previous != NULL)
        writer->previous->next = writer->next;
    else
        writers = writer->next;
    pthread_mutex_unlock(&writers_mutex);
    let_go(writer); /* nobody finds it any more */
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}

/* --- Removing */

void resumable_file_remove(const char *data_folder, const char *name, bool place)
{
    static const char *const suffixes[] = {"", ".state", ".state.new"};
    char path[DOCUMENT_PATH_SIZE];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        file_path(data_folder, name, suffixes[i], path);
        (void)unlink(path);
    }
    if (place && document_place(data_folder, name, path) == STATUS_OK) (void)unlink(path);
}

enum status resumable_file_idle(const char *data_folder, const char *name)
{
    char path[DOCUMENT_PATH_SIZE];
    int file;
    file_path(data_folder, name, "", path);
    enum status status = open_locked(path, &file);
    if (status == STATUS_OK) close(file);
    return status == STATUS_CONFLICT ? status : STATUS_OK;
}

uint64_t resumable_file_whole(const char *data_folder, const char *name)
{
    char path[DOCUMENT_PATH_SIZE];
    struct stat about;
    file_path(data_folder, name, "", path);
    if (stat(path, &about) != 0 || about.st_size < FILECRYPT_HEADER_SIZE) return 0;
    uint64_t stored = FILECRYPT_CHUNK + FILECRYPT_TAG;
    return ((uint64_t)about.st_size - FILECRYPT_HEADER_SIZE) / stored * FILECRYPT_CHUNK;
}

size_t resumable_file_sweep(const char *data_folder, instant before)
{
    char folder[DOCUMENT_PATH_SIZE];
    file_path(data_folder, "", "", folder);
    DIR *directory = opendir(folder);
    size_t removed = 0;
    if (directory == NULL) return 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        struct stat about;
        bool old = fstatat(dirfd(directory), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
                   S_ISREG(about.st_mode) && about.st_mtime * MICROSECONDS < before;
        removed += old && unlinkat(dirfd(directory), entry->d_name, 0) == 0;
    }
    closedir(directory);
    return removed;
}
