/* The client of clamd against a scanner that misbehaves; tests/http/scan.test.mjs has the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "motcua/adapter/clamd.h"

struct scanner {
    int listener;
    char folder[32], path[64];
    const char *answer;  /* NULL: closes without one; with its NUL */
    size_t answer_after; /* bytes of the request; 0: when the file is complete */
    bool silent;         /* never answers */
    size_t received;
    bool ended; /* the file's end has been seen */
    pthread_t thread;
};

static void *serve(void *argument)
{
    struct scanner *scanner = argument;
    char bytes[65536], tail[4] = {1, 1, 1, 1};
    int peer = accept(scanner->listener, NULL, NULL);
    for (;;) {
        ssize_t got = recv(peer, bytes, sizeof bytes, 0);
        if (got <= 0) break;
        scanner->received += (size_t)got;
        for (ssize_t i = 0; i < got; i++) {
            memmove(tail, tail + 1, 3);
            tail[3] = bytes[i];
        }
        scanner->ended = memcmp(tail, "\0\0\0\0", 4) == 0;
        bool enough = scanner->answer_after > 0 ? scanner->received >= scanner->answer_after : scanner->ended;
        if (!enough || scanner->silent) continue;
        if (scanner->answer != NULL)
            assert_true(send(peer, scanner->answer, strlen(scanner->answer) + 1, MSG_NOSIGNAL) > 0);
        break;
    }
    close(peer);
    return NULL;
}

static void start(struct scanner *scanner)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(scanner->folder, sizeof scanner->folder, "/tmp/motcua-clamd-XXXXXX");
    assert_non_null(mkdtemp(scanner->folder));
    snprintf(scanner->path, sizeof scanner->path, "%s/sock", scanner->folder);
    memcpy(address.sun_path, scanner->path, strlen(scanner->path) + 1);
    scanner->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(scanner->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(scanner->listener, 1), 0);
    assert_int_equal(pthread_create(&scanner->thread, NULL, serve, scanner), 0);
}

static void stop(struct scanner *scanner)
{
    pthread_join(scanner->thread, NULL);
    close(scanner->listener);
    unlink(scanner->path);
    rmdir(scanner->folder);
}

static enum status read_zeros(void *context, void *bytes, size_t capacity, size_t *length)
{
    size_t *left = context;
    *length = *left < capacity ? *left : capacity;
    memset(bytes, 'x', *length);
    *left -= *length;
    return STATUS_OK;
}

static enum status read_broken(void *context, void *bytes, size_t capacity, size_t *length)
{
    (void)context;
    (void)bytes;
    (void)capacity;
    (void)length;
    return STATUS_DENIED;
}

static struct arena *arena;
static struct error failure;
static enum scan_verdict verdict;
static const char *finding;

static enum status scan(struct scanner *scanner, size_t size, int64_t timeout_ms)
{
    struct clamd_settings settings = {scanner->path, timeout_ms};
    struct scan_port port = clamd_port_create(&settings);
    struct scan_source source = {&size, read_zeros};
    failure = (struct error){0};
    start(scanner);
    enum status status = port.scan(port.context, &source, arena, &verdict, &finding, &failure);
    stop(scanner);
    return status;
}

static void a_whole_file_arrives_in_chunks_and_is_judged(void **state)
{
    (void)state;
    struct scanner scanner = {.answer = "stream: OK"};
    assert_int_equal(scan(&scanner, 1000000, 5000), STATUS_OK);
    assert_int_equal(verdict, SCAN_CLEAN);
    assert_true(scanner.ended);
    assert_int_equal(scanner.received, 10 + 1000000 + 4 * (1000000 / 65536 + 1) + 4);
    struct scanner other = {.answer = "stream: Win.Test.EICAR_HDB-1 FOUND"};
    assert_int_equal(scan(&other, 0, 5000), STATUS_OK);
    assert_int_equal(verdict, SCAN_INFECTED);
    assert_string_equal(finding, "Win.Test.EICAR_HDB-1");
}

static void a_limit_of_the_scanner_is_no_virus_and_not_clean(void **state)
{
    (void)state;
    struct scanner early = {.answer = "INSTREAM size limit exceeded. ERROR", .answer_after = 200000};
    assert_int_equal(scan(&early, 30 * 1000 * 1000, 5000), STATUS_OK);
    assert_int_equal(verdict, SCAN_BEYOND_LIMITS);
    struct scanner late = {.answer = "stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND"};
    assert_int_equal(scan(&late, 10, 5000), STATUS_OK);
    assert_int_equal(verdict, SCAN_BEYOND_LIMITS);
}

static void what_is_no_verdict_is_tried_again_later(void **state)
{
    (void)state;
    struct scanner wrong = {.answer = "stream: Can't allocate memory ERROR"};
    assert_int_equal(scan(&wrong, 10, 5000), STATUS_UNAVAILABLE);
    assert_non_null(strstr(failure.detail, "allocate memory"));
    struct scanner closing = {0};
    assert_int_equal(scan(&closing, 10, 5000), STATUS_UNAVAILABLE);
    struct scanner dying = {.answer_after = 100000};
    assert_int_equal(scan(&dying, 30 * 1000 * 1000, 5000), STATUS_UNAVAILABLE);
    struct scanner silent = {.silent = true};
    assert_int_equal(scan(&silent, 10, 300), STATUS_UNAVAILABLE);
    assert_string_equal(failure.code, "scan.timeout");
}

static void a_file_that_cannot_be_read_is_never_called_clean(void **state)
{
    (void)state;
    struct scanner scanner = {.answer = "stream: OK"};
    struct clamd_settings settings = {scanner.path, 5000};
    struct scan_port port = clamd_port_create(&settings);
    struct scan_source source = {NULL, read_broken};
    start(&scanner);
    assert_int_equal(port.scan(port.context, &source, arena, &verdict, &finding, &failure),
                     STATUS_UNAVAILABLE);
    assert_false(scanner.ended);
    stop(&scanner);
}

static void nobody_there_is_said_at_once(void **state)
{
    (void)state;
    struct clamd_settings settings = {"/tmp/motcua-no-such-socket", 5000};
    struct scan_port port = clamd_port_create(&settings);
    assert_int_equal(port.ready(port.context, arena, &failure), STATUS_UNAVAILABLE);
    settings.address = "127.0.0.1:1";
    assert_int_equal(port.ready(port.context, arena, &failure), STATUS_UNAVAILABLE);
}

static void addresses_are_paths_or_hosts_with_a_port(void **state)
{
    (void)state;
    static const char *const good[] = {"/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310",
                                       "scan.local:1"};
    static const char *const bad[] = {"",           "clamd",    "host:", ":3310",   "host:0",
                                      "host:65536", "::1:3310", "[]:1",  "host:33x"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(clamd_address_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (clamd_address_valid(bad[i])) fail_msg("taken for an address: %s", bad[i]);
}

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(16 * 1024 * 1024);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_arrives_in_chunks_and_is_judged),
        cmocka_unit_test(a_limit_of_the_scanner_is_no_virus_and_not_clean),
        cmocka_unit_test(what_is_no_verdict_is_tried_again_later),
        cmocka_unit_test(a_file_that_cannot_be_read_is_never_called_clean),
        cmocka_unit_test(nobody_there_is_said_at_once),
        cmocka_unit_test(addresses_are_paths_or_hosts_with_a_port),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
