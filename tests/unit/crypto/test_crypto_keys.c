/* Keys and files at rest: what is changed, moved, cut or read with another key is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "motcua/crypto/checksum.h"
#include "motcua/crypto/filecrypt.h"
#include "motcua/crypto/keys.h"
#include "motcua/crypto/token.h"

static struct arena *arena;
static char folder[] = "/tmp/motcua-keys-XXXXXX";
static struct secret_key key;

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(64 * 1024 * 1024);
    secret_key_random(&key);
    return crypto_start() == STATUS_OK && mkdtemp(folder) != NULL ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return rmdir(folder);
}

static const char *path_of(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static void the_master_key_is_made_once(void **state)
{
    (void)state;
    const char *path = path_of("master.key");
    struct secret_key first, second;
    struct error error = {0};
    assert_int_equal(keys_load_master(path, false, &first, arena, &error), STATUS_NOT_FOUND);
    assert_int_equal(keys_load_master(path, true, &first, arena, &error), STATUS_OK);
    assert_int_equal(keys_load_master(path, true, &second, arena, &error), STATUS_OK);
    assert_memory_equal(first.bytes, second.bytes, SECRET_KEY_SIZE);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(keys_load_master(path, true, &second, arena, &error), STATUS_DENIED);
    assert_string_equal(error.code, "keys.exposed");
    unlink(path);
}

static void the_next_master_key_waits_beside_and_takes_the_place(void **state)
{
    (void)state;
    const char *path = path_of("master.key"), *next = path_of("next"), *kept = path_of("kept");
    struct secret_key first, waiting, again;
    struct error error = {0};
    assert_int_equal(keys_load_master(path, true, &first, arena, &error), STATUS_OK);
    assert_int_equal(keys_prepare_next(path, next, &waiting, arena, &error), STATUS_OK);
    assert_memory_not_equal(waiting.bytes, first.bytes, SECRET_KEY_SIZE);
    assert_int_equal(keys_prepare_next(path, next, &again, arena, &error), STATUS_OK);
    assert_memory_equal(again.bytes, waiting.bytes, SECRET_KEY_SIZE); /* never overwritten */
    struct stat about;
    assert_int_equal(stat(next, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(keys_put_next(path, next, kept, arena, &error), STATUS_OK);
    assert_int_equal(keys_load_master(path, false, &again, arena, &error), STATUS_OK);
    assert_memory_equal(again.bytes, waiting.bytes, SECRET_KEY_SIZE);
    assert_int_equal(keys_load_master(kept, false, &again, arena, &error), STATUS_OK);
    assert_memory_equal(again.bytes, first.bytes, SECRET_KEY_SIZE);
    assert_int_equal(keys_load_master(next, false, &again, arena, &error), STATUS_NOT_FOUND);
    assert_int_equal(keys_put_next(path, next, kept, arena, &error), STATUS_UNAVAILABLE);
    assert_int_equal(keys_load_master(path, false, &again, arena, &error), STATUS_OK);
    unlink(path);
    unlink(kept);
}

static void a_malformed_master_key_is_refused(void **state)
{
    (void)state;
    const char *path = path_of("bad.key");
    static const char *const bad[] = {"", "abc\n",
                                      "zz00000000000000000000000000000000000000000000000000000000000000\n",
                                      "0000000000000000000000000000000000000000000000000000000000000000\nx",
                                      "00000000000000000000000000000000000000000000000000000000000000000\n"};
    struct secret_key out;
    struct error error = {0};
    for (size_t i = 0; i < 5; i++) {
        int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_int_equal(write(file, bad[i], strlen(bad[i])), strlen(bad[i]));
        close(file);
        assert_int_equal(keys_load_master(path, true, &out, arena, &error), STATUS_INVALID);
        assert_string_equal(error.code, "keys.malformed");
        assert_null(strstr(error.detail, "0000"));
    }
    unlink(path);
    assert_int_equal(keys_load_master("/nonexistent/master.key", true, &out, arena, &error),
                     STATUS_UNAVAILABLE);
    assert_int_equal(keys_load_master(folder, true, &out, arena, &error), STATUS_UNAVAILABLE);
}

static void a_wrapped_key_opens_only_with_its_key_and_context(void **state)
{
    (void)state;
    struct secret_key tenant, other, back;
    struct wrapped_key wrapped;
    secret_key_random(&tenant);
    secret_key_random(&other);
    keys_wrap(&key, STR("tenant:a"), &tenant, &wrapped);
    struct str bytes = str_make((const char *)wrapped.bytes, WRAPPED_KEY_SIZE);
    assert_int_equal(keys_unwrap(&key, STR("tenant:a"), bytes, &back), STATUS_OK);
    assert_memory_equal(back.bytes, tenant.bytes, SECRET_KEY_SIZE);
    memset(back.bytes, 7, SECRET_KEY_SIZE);
    assert_int_equal(keys_unwrap(&key, STR("tenant:b"), bytes, &back), STATUS_DENIED);
    assert_int_equal(keys_unwrap(&other, STR("tenant:a"), bytes, &back), STATUS_DENIED);
    for (size_t i = 0; i < WRAPPED_KEY_SIZE; i++) {
        struct wrapped_key changed = wrapped;
        changed.bytes[i] ^= 0x40;
        assert_int_equal(keys_unwrap(&key, STR("tenant:a"),
                                     str_make((const char *)changed.bytes, WRAPPED_KEY_SIZE), &back),
                         STATUS_DENIED);
    }
    for (size_t length = 0; length < WRAPPED_KEY_SIZE; length++)
        assert_int_equal(keys_unwrap(&key, STR("tenant:a"), str_slice(bytes, 0, length), &back),
                         STATUS_DENIED);
    for (size_t i = 0; i < SECRET_KEY_SIZE; i++)
        assert_int_equal(back.bytes[i], 7); /* untouched by failures */
}

static void sealed_values_come_back_or_not_at_all(void **state)
{
    (void)state;
    static const struct str plains[] = {{"", 0}, {"x", 1}, {"một bí mật\0dài", 17}};
    for (size_t i = 0; i < 3; i++) {
        struct str sealed = seal(arena, &key, STR("totp:1"), plains[i]), plain = STR_NULL;
        assert_int_equal(unseal(arena, &key, STR("totp:1"), sealed, &plain), STATUS_OK);
        assert_true(str_equal(plain, plains[i]));
        assert_int_equal(unseal(arena, &key, STR("totp:2"), sealed, &plain), STATUS_DENIED);
        for (size_t length = 0; length < sealed.length; length++)
            assert_int_equal(unseal(arena, &key, STR("totp:1"), str_slice(sealed, 0, length), &plain),
                             STATUS_DENIED);
        struct str again = seal(arena, &key, STR("totp:1"), plains[i]);
        assert_false(str_equal(sealed, again));
    }
}

static void derived_keys_differ_by_purpose_and_number(void **state)
{
    (void)state;
    struct secret_key a, b, c, again;
    keys_derive(&key, "csrf----", 1, &a);
    keys_derive(&key, "csrf----", 2, &b);
    keys_derive(&key, "cookies-", 1, &c);
    keys_derive(&key, "csrf----", 1, &again);
    assert_memory_equal(a.bytes, again.bytes, SECRET_KEY_SIZE);
    assert_memory_not_equal(a.bytes, b.bytes, SECRET_KEY_SIZE);
    assert_memory_not_equal(a.bytes, c.bytes, SECRET_KEY_SIZE);
    assert_memory_not_equal(a.bytes, key.bytes, SECRET_KEY_SIZE);
}

static char *pattern(size_t size)
{
    char *bytes = arena_alloc(arena, size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 31 + i / 251);
    return bytes;
}

/* Writes `size` bytes in pieces; returns the open file. */
static int write_file(size_t size, size_t piece)
{
    int file = open(path_of("file"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    struct str bytes = str_make(pattern(size), size);
    struct filecrypt_writer *writer = filecrypt_writer_create(&key, file);
    while (bytes.length > 0) {
        size_t part = piece < bytes.length ? piece : bytes.length;
        assert_int_equal(filecrypt_write(writer, str_slice(bytes, 0, part)), STATUS_OK);
        bytes = str_slice(bytes, part, bytes.length);
    }
    uint64_t written = 99;
    assert_int_equal(filecrypt_writer_finish(writer, &written), STATUS_OK);
    assert_true(written == size);
    unlink(path_of("file"));
    return file;
}

static enum status read_all(const struct secret_key *with, int file, size_t size)
{
    struct filecrypt_reader *reader;
    enum status status = filecrypt_reader_open(with, file, &reader);
    if (status != STATUS_OK) return status;
    char *bytes = arena_alloc(arena, size + 100);
    size_t length = 0;
    status = filecrypt_read(reader, 0, bytes, size + 100, &length);
    if (status == STATUS_OK) {
        assert_int_equal(length, size);
        assert_int_equal(filecrypt_size(reader), size);
        assert_memory_equal(bytes, pattern(size), size);
    }
    filecrypt_reader_close(reader);
    return status;
}

static void files_of_every_size_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0,
                                   1,
                                   100,
                                   FILECRYPT_CHUNK - 1,
                                   FILECRYPT_CHUNK,
                                   FILECRYPT_CHUNK + 1,
                                   2 * FILECRYPT_CHUNK,
                                   3 * FILECRYPT_CHUNK + 5};
    static const size_t pieces[] = {4096, 1000000, 777};
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 3; j++) {
            int file = write_file(sizes[i], pieces[j]);
            assert_int_equal(read_all(&key, file, sizes[i]), STATUS_OK);
            close(file);
        }
}

/* Cut the writing at `cut`, as a process that ends does, and go on with what was not sealed yet. */
static void a_file_goes_on_where_its_writer_ended(void **state)
{
    (void)state;
    enum { SIZE = 3 * FILECRYPT_CHUNK + 77 };
    static const size_t cuts[] = {0, 1, FILECRYPT_CHUNK - 1, FILECRYPT_CHUNK, FILECRYPT_CHUNK + 1, SIZE};
    const char *bytes = pattern(SIZE);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        int file = open(path_of("file"), O_RDWR | O_CREAT | O_TRUNC, 0600);
        struct filecrypt_writer *writer = filecrypt_writer_create(&key, file);
        assert_int_equal(filecrypt_write(writer, str_make(bytes, cuts[i])), STATUS_OK);
        struct str tail = arena_str(arena, filecrypt_writer_tail(writer));
        assert_true(filecrypt_writer_size(writer) == cuts[i]);
        filecrypt_writer_abandon(writer);
        uint32_t chunks = (uint32_t)((cuts[i] - tail.length) / FILECRYPT_CHUNK);
        /* what was torn behind the whole chunks is cut off */
        assert_true(lseek(file, 0, SEEK_END) >= 0);
        assert_int_equal(write(file, bytes, 1000), 1000);
        assert_int_equal(filecrypt_writer_resume(&key, file, chunks, tail, &writer), STATUS_OK);
        assert_int_equal(filecrypt_write(writer, str_make(bytes + cuts[i], SIZE - cuts[i])), STATUS_OK);
        assert_int_equal(filecrypt_writer_finish(writer, NULL), STATUS_OK);
        assert_int_equal(read_all(&key, file, SIZE), STATUS_OK);
        close(file);
    }
}

static void an_unfinished_file_shows_its_whole_chunks(void **state)
{
    (void)state;
    enum { SIZE = 2 * FILECRYPT_CHUNK + 500 };
    int file = open(path_of("file"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct filecrypt_reader *reader;
    struct filecrypt_writer *writer = filecrypt_writer_create(&key, file);
    assert_int_equal(filecrypt_write(writer, str_make(pattern(SIZE), SIZE)), STATUS_OK);
    filecrypt_writer_abandon(writer);
    assert_int_equal(filecrypt_reader_open(&key, file, &reader), STATUS_OK);
    char *bytes = arena_alloc(arena, FILECRYPT_CHUNK);
    size_t length = 0;
    /* as a finished file, its end is missing */
    assert_int_equal(filecrypt_read(reader, FILECRYPT_CHUNK, bytes, FILECRYPT_CHUNK, &length), STATUS_DENIED);
    filecrypt_reader_close(reader);
    assert_int_equal(filecrypt_reader_open_unfinished(&key, file, &reader), STATUS_OK);
    assert_int_equal(filecrypt_size(reader), 2 * FILECRYPT_CHUNK);
    assert_int_equal(filecrypt_read(reader, FILECRYPT_CHUNK, bytes, FILECRYPT_CHUNK, &length), STATUS_OK);
    assert_int_equal(length, FILECRYPT_CHUNK);
    assert_memory_equal(bytes, pattern(SIZE) + FILECRYPT_CHUNK, FILECRYPT_CHUNK);
    filecrypt_reader_close(reader);
    assert_int_equal(pwrite(file, "x", 1, FILECRYPT_HEADER_SIZE + 10), 1);
    assert_int_equal(filecrypt_reader_open_unfinished(&key, file, &reader), STATUS_OK);
    assert_int_equal(filecrypt_read(reader, 0, bytes, 10, &length), STATUS_DENIED);
    filecrypt_reader_close(reader);
    assert_int_equal(ftruncate(file, 10), 0);
    assert_int_equal(filecrypt_reader_open_unfinished(&key, file, &reader), STATUS_INVALID);
    assert_int_equal(filecrypt_writer_resume(&key, file, 0, STR(""), &writer), STATUS_INVALID);
    close(file);
}

static void a_checksum_is_that_of_all_bytes(void **state)
{
    (void)state;
    struct checksum checksum = {0};
    struct str digest;
    assert_false(checksum_start(&checksum, STR("crc32")));
    assert_true(checksum_start(&checksum, STR("sha1")));
    assert_int_equal(checksum.length, 20);
    checksum_add(&checksum, STR("a"));
    checksum_add(&checksum, STR("bc"));
    assert_int_equal(hex_decode(arena, STR("a9993e364706816aba3e25717850c26c9cd0d89d"), &digest), STATUS_OK);
    assert_true(checksum_matches(&checksum, digest));
    checksum_end(&checksum);
    assert_true(checksum_start(&checksum, STR("sha256")));
    assert_false(checksum_matches(&checksum, digest));
    checksum_end(&checksum);
    checksum_end(&checksum);
}

static void any_range_can_be_read(void **state)
{
    (void)state;
    size_t size = 2 * FILECRYPT_CHUNK + 1000;
    int file = write_file(size, 10000);
    struct filecrypt_reader *reader;
    assert_int_equal(filecrypt_reader_open(&key, file, &reader), STATUS_OK);
    const char *whole = pattern(size);
    char bytes[3000];
    static const uint64_t offsets[] = {
        0, 1, FILECRYPT_CHUNK - 1000, FILECRYPT_CHUNK, 2 * FILECRYPT_CHUNK - 1, 2 * FILECRYPT_CHUNK + 999};
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 6; i++) {
            uint64_t offset = offsets[round == 0 ? i : 5 - i];
            size_t length = 0,
                   expected = size - offset < sizeof bytes ? (size_t)(size - offset) : sizeof bytes;
            assert_int_equal(filecrypt_read(reader, offset, bytes, sizeof bytes, &length), STATUS_OK);
            assert_int_equal(length, expected);
            assert_memory_equal(bytes, whole + offset, length);
        }
    size_t length = 99;
    assert_int_equal(filecrypt_read(reader, size, bytes, sizeof bytes, &length), STATUS_OK);
    assert_int_equal(length, 0);
    assert_int_equal(filecrypt_read(reader, UINT64_MAX, bytes, sizeof bytes, &length), STATUS_OK);
    assert_int_equal(length, 0);
    filecrypt_reader_close(reader);
    close(file);
}

static void a_cut_file_is_noticed(void **state)
{
    (void)state;
    size_t size = 2 * FILECRYPT_CHUNK + 10;
    size_t stored_chunk = FILECRYPT_CHUNK + FILECRYPT_TAG;
    size_t whole = FILECRYPT_HEADER_SIZE + 2 * stored_chunk + 10 + FILECRYPT_TAG;
    const size_t cuts[] = {0,
                           1,
                           22,
                           23,
                           38,
                           39,
                           FILECRYPT_HEADER_SIZE + stored_chunk,
                           FILECRYPT_HEADER_SIZE + 2 * stored_chunk,
                           FILECRYPT_HEADER_SIZE + 2 * stored_chunk + FILECRYPT_TAG,
                           whole - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        int file = write_file(size, 100000);
        assert_int_equal(ftruncate(file, (off_t)cuts[i]), 0);
        assert_int_not_equal(read_all(&key, file, size), STATUS_OK);
        close(file);
    }
}

static void changed_and_moved_bytes_are_noticed(void **state)
{
    (void)state;
    size_t size = 2 * FILECRYPT_CHUNK;
    size_t stored_chunk = FILECRYPT_CHUNK + FILECRYPT_TAG;
    static const off_t places[] = {0, 3, 4, 22, 23, 70000, FILECRYPT_HEADER_SIZE + FILECRYPT_CHUNK};
    for (size_t i = 0; i < 7; i++) {
        int file = write_file(size, 100000);
        unsigned char byte;
        assert_int_equal(pread(file, &byte, 1, places[i]), 1);
        byte ^= 1;
        assert_int_equal(pwrite(file, &byte, 1, places[i]), 1);
        assert_int_not_equal(read_all(&key, file, size), STATUS_OK);
        close(file);
    }
    int file = write_file(size, 100000); /* both chunks have the same length: exchange them */
    char *chunks = arena_alloc(arena, 2 * stored_chunk);
    assert_int_equal(pread(file, chunks, 2 * stored_chunk, FILECRYPT_HEADER_SIZE), 2 * stored_chunk);
    assert_int_equal(pwrite(file, chunks + stored_chunk, stored_chunk, FILECRYPT_HEADER_SIZE), stored_chunk);
    assert_int_equal(pwrite(file, chunks, stored_chunk, (off_t)(FILECRYPT_HEADER_SIZE + stored_chunk)),
                     stored_chunk);
    assert_int_equal(read_all(&key, file, size), STATUS_DENIED);
    close(file);
}

static void another_key_opens_nothing(void **state)
{
    (void)state;
    struct secret_key other;
    secret_key_random(&other);
    static const size_t sizes[] = {0, 10, FILECRYPT_CHUNK + 1};
    for (size_t i = 0; i < 3; i++) {
        int file = write_file(sizes[i], 100000);
        assert_int_equal(read_all(&other, file, sizes[i]), STATUS_DENIED);
        close(file);
    }
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY);
    if (full < 0) skip();
    struct filecrypt_writer *writer = filecrypt_writer_create(&key, full);
    assert_int_equal(filecrypt_write(writer, STR("x")), STATUS_UNAVAILABLE);
    assert_int_equal(filecrypt_writer_finish(writer, NULL), STATUS_UNAVAILABLE);
    close(full);
    filecrypt_writer_abandon(NULL);
    filecrypt_reader_close(NULL);
}

static void plain_sizes_are_computed(void **state)
{
    (void)state;
    uint64_t plain = 99;
    for (uint64_t stored = 0; stored < FILECRYPT_HEADER_SIZE + FILECRYPT_TAG; stored++)
        assert_false(filecrypt_plain_size(stored, &plain));
    assert_true(filecrypt_plain_size(FILECRYPT_HEADER_SIZE + FILECRYPT_TAG, &plain));
    assert_int_equal(plain, 0);
    assert_false(filecrypt_plain_size(FILECRYPT_HEADER_SIZE + FILECRYPT_CHUNK + 2 * FILECRYPT_TAG, &plain));
    assert_true(
        filecrypt_plain_size(FILECRYPT_HEADER_SIZE + FILECRYPT_CHUNK + 2 * FILECRYPT_TAG + 1, &plain));
    assert_int_equal(plain, FILECRYPT_CHUNK + 1);
    assert_false(filecrypt_plain_size(UINT64_MAX, &plain));
    static const uint64_t sizes[] = {0,      1, FILECRYPT_CHUNK - 1, FILECRYPT_CHUNK, FILECRYPT_CHUNK + 1,
                                     3000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_true(filecrypt_plain_size(filecrypt_stored_size(sizes[i]), &plain));
        assert_int_equal(plain, sizes[i]);
    }
}

static void a_part_needs_its_chunks_and_the_header(void **state)
{
    (void)state;
    enum { STORED = FILECRYPT_CHUNK + FILECRYPT_TAG, HEAD = FILECRYPT_HEADER_SIZE };
    uint64_t from, to;
    filecrypt_window(0, 0, &from, &to);
    assert_true(from == HEAD && to == HEAD + STORED);
    filecrypt_window(FILECRYPT_CHUNK - 1, FILECRYPT_CHUNK, &from, &to);
    assert_true(from == HEAD && to == HEAD + 2 * STORED);
    filecrypt_window(5 * FILECRYPT_CHUNK + 1, 6 * FILECRYPT_CHUNK - 1, &from, &to);
    assert_true(from == HEAD + 5 * STORED && to == HEAD + 6 * STORED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_master_key_is_made_once),
        cmocka_unit_test(the_next_master_key_waits_beside_and_takes_the_place),
        cmocka_unit_test(a_malformed_master_key_is_refused),
        cmocka_unit_test(a_wrapped_key_opens_only_with_its_key_and_context),
        cmocka_unit_test(sealed_values_come_back_or_not_at_all),
        cmocka_unit_test(derived_keys_differ_by_purpose_and_number),
        cmocka_unit_test(files_of_every_size_come_back),
        cmocka_unit_test(a_file_goes_on_where_its_writer_ended),
        cmocka_unit_test(an_unfinished_file_shows_its_whole_chunks),
        cmocka_unit_test(a_checksum_is_that_of_all_bytes),
        cmocka_unit_test(any_range_can_be_read),
        cmocka_unit_test(a_cut_file_is_noticed),
        cmocka_unit_test(changed_and_moved_bytes_are_noticed),
        cmocka_unit_test(another_key_opens_nothing),
        cmocka_unit_test(a_full_disk_is_said),
        cmocka_unit_test(plain_sizes_are_computed),
        cmocka_unit_test(a_part_needs_its_chunks_and_the_header),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
