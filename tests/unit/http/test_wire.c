/* What is let through to libmicrohttpd: the same whatever the cuts, masked, and nothing behind a refusal. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/wire.h"

static const struct wire_limits limits = {{4096, 1024}, 1024 * 1024};

struct pair {
    struct wire wire;
    int client;
    int server;
};

static void open_pair(struct pair *pair)
{
    int sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    pair->client = sockets[0];
    pair->server = sockets[1];
    fcntl(pair->server, F_SETFL, O_NONBLOCK);
    wire_start(&pair->wire, pair->server, &limits, 0);
}

static void close_pair(struct pair *pair)
{
    wire_release(&pair->wire);
    close(pair->server);
    if (pair->client >= 0) close(pair->client);
}

static void say(struct pair *pair, struct str text)
{
    assert_int_equal(write(pair->client, text.data, text.length), (ssize_t)text.length);
}

/* Reads until nothing more comes, `size` bytes at a time. */
static void hear(struct pair *pair, size_t size, struct buf *out)
{
    char buffer[8192];
    ssize_t count;
    while ((count = wire_receive(&pair->wire, buffer, size)) > 0)
        buf_append(out, buffer, (size_t)count);
}

static const char conversation[] =
    "GET /ho-so/1?secret=2 HTTP/1.1\r\nHost: Motcua.Example\r\nCookie: a=b\r\n\r\n"
    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"
    "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nT: "
    "1\r\n\r\n"
    "\r\nGET / HTTP/1.0\r\nConnection: close\r\n\r\n";

static const char masked[] =
    "GET /xxxxxxxxxxxxxxxx HTTP/1.1\r\nHost: xxxxxxxxxxxxxx\r\nxxxxxx: xxx\r\n\r\n"
    "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"
    "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nT: "
    "1\r\n\r\n"
    "\r\nGET / HTTP/1.0\r\nConnection: close\r\n\r\n";

static void verified_bytes_are_the_same_however_cut(void **state)
{
    (void)state;
    struct str text = STR_NULL;
    text = str_make(conversation, sizeof conversation - 1);
    for (size_t step = 1; step < text.length + 20; step += 7)
        for (size_t size = 16; size <= 4096; size *= 4) {
            struct pair pair;
            BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
            open_pair(&pair);
            for (size_t i = 0; i < text.length; i += step) {
                say(&pair, str_slice(text, i, i + step));
                hear(&pair, size, &out);
            }
            assert_string_equal(out.data, masked);
            static const char *const targets[] = {"/ho-so/1?secret=2", "/a", "/b", "/"};
            for (size_t i = 0; i < 4; i++) {
                struct head *head = wire_take_head(&pair.wire);
                assert_non_null(head);
                assert_int_equal(head->refusal, 0);
                assert_true(str_equal_cstr(head->target, targets[i]));
                if (i == 0) {
                    assert_true(str_equal_cstr(head->host, "motcua.example"));
                    assert_true(str_equal_cstr(head_field(head, "COOKIE"), "a=b"));
                }
                assert_int_equal(head->expect_continue, i == 1);
                assert_int_equal(head->chunked, i == 2);
                arena_destroy(head->arena);
            }
            assert_null(wire_take_head(&pair.wire));
            close_pair(&pair);
        }
}

static void nothing_behind_a_refused_head_is_let_through(void **state)
{
    static const char text[] =
        "GET /good HTTP/1.1\r\nHost: x\r\n\r\nGET /bad HTTP/1.1\nHost: x\r\n\r\nGET /smuggled HTTP/1.1\r\n"
        "Host: x\r\n\r\n";
    (void)state;
    for (size_t step = 1; step < sizeof text; step++) {
        struct pair pair;
        BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
        open_pair(&pair);
        for (size_t i = 0; i < sizeof text - 1; i += step) {
            say(&pair, str_slice(str_make(text, sizeof text - 1), i, i + step));
            hear(&pair, 512, &out);
        }
        struct head *good = wire_take_head(&pair.wire), *bad = wire_take_head(&pair.wire);
        assert_int_equal(good->refusal, 0);
        assert_int_equal(bad->refusal, 400);
        assert_string_equal(bad->reason, "bare LF");
        assert_null(wire_take_head(&pair.wire));
        assert_string_equal(
            out.data,
            "GET /xxxx HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        arena_destroy(good->arena);
        arena_destroy(bad->arena);
        close_pair(&pair);
    }
}

static void a_broken_body_refuses_the_head_that_is_still_here(void **state)
{
    struct pair pair;
    BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
    (void)state;
    open_pair(&pair);
    say(&pair, STR("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n"));
    hear(&pair, 512, &out);
    struct head *head = wire_take_head(&pair.wire);
    assert_int_equal(head->refusal, 400);
    assert_true(str_ends_with(buf_str(&out), STR("chunked\r\n\r\n")));
    arena_destroy(head->arena);
    close_pair(&pair);
}

static void a_broken_body_in_progress_cuts_the_connection(void **state)
{
    struct pair pair;
    BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
    char buffer[512];
    (void)state;
    open_pair(&pair);
    say(&pair, STR("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
    hear(&pair, 512, &out);
    struct head *head = wire_take_head(&pair.wire);
    say(&pair, STR("5\r\nabcdefgh"));
    assert_int_equal(wire_receive(&pair.wire, buffer, sizeof buffer), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(pair.wire.body_refusal, 400);
    arena_destroy(head->arena);
    close_pair(&pair);
}

static void the_end_of_input_is_told_after_the_last_bytes(void **state)
{
    struct pair pair;
    char buffer[512];
    (void)state;
    open_pair(&pair);
    say(&pair, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    close(pair.client);
    pair.client = -1;
    assert_int_equal(wire_receive(&pair.wire, buffer, sizeof buffer), 27);
    assert_int_equal(wire_receive(&pair.wire, buffer, sizeof buffer), 0);
    close_pair(&pair);
}

static void a_slow_head_becomes_408_and_silence_nothing(void **state)
{
    struct pair pair;
    char buffer[512];
    (void)state;
    open_pair(&pair);
    say(&pair, STR("GET / HT"));
    assert_int_equal(wire_receive(&pair.wire, buffer, sizeof buffer), -1);
    atomic_store(&pair.wire.timed_out, 408);
    shutdown(pair.server, SHUT_RD);
    assert_true(wire_receive(&pair.wire, buffer, sizeof buffer) > 0);
    struct head *head = wire_take_head(&pair.wire);
    assert_int_equal(head->refusal, 408);
    arena_destroy(head->arena);
    close_pair(&pair);

    open_pair(&pair);
    atomic_store(&pair.wire.timed_out, 408);
    shutdown(pair.server, SHUT_RD);
    assert_int_equal(wire_receive(&pair.wire, buffer, sizeof buffer), 0);
    assert_null(wire_take_head(&pair.wire));
    close_pair(&pair);
}

static unsigned refusal_of(const char *text)
{
    struct pair pair;
    BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
    open_pair(&pair);
    say(&pair, str_of(text));
    hear(&pair, 4096, &out);
    struct head *head = wire_take_head(&pair.wire);
    unsigned refusal = head != NULL ? head->refusal : 999;
    if (head != NULL) arena_destroy(head->arena);
    close_pair(&pair);
    return refusal;
}

static void limits_are_seen_before_the_end_comes(void **state)
{
    char text[8000];
    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    memcpy(text, "GET /", 5);
    assert_int_equal(refusal_of(text), 414);
    memcpy(text, "GET / HTTP/1.1\r\nHost: x\r\nA: ", 28);
    assert_int_equal(refusal_of(text), 431);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\nHost: x\r\n"), 999); /* nothing decided yet */
    assert_int_equal(refusal_of("GET / HTTP/3.0\r\n"), 505);
    assert_int_equal(refusal_of("\x16\x03\x01"), 400);
    assert_int_equal(refusal_of("get it\r\n"), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verified_bytes_are_the_same_however_cut),
        cmocka_unit_test(nothing_behind_a_refused_head_is_let_through),
        cmocka_unit_test(a_broken_body_refuses_the_head_that_is_still_here),
        cmocka_unit_test(a_broken_body_in_progress_cuts_the_connection),
        cmocka_unit_test(the_end_of_input_is_told_after_the_last_bytes),
        cmocka_unit_test(a_slow_head_becomes_408_and_silence_nothing),
        cmocka_unit_test(limits_are_seen_before_the_end_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
