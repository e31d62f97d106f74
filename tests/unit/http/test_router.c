/* The route table: what it refuses, and what it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/router.h"

static void handler(struct request *request)
{
    (void)request;
}

static enum status sink_open(struct request *request, const struct upload_part *part, void **file,
                             struct error *error)
{
    (void)request;
    (void)part;
    (void)file;
    (void)error;
    return STATUS_OK;
}
static enum status sink_write(struct request *request, void *file, const void *data, size_t length,
                              struct error *error)
{
    (void)request;
    (void)file;
    (void)data;
    (void)length;
    (void)error;
    return STATUS_OK;
}
static enum status sink_close(struct request *request, void *file, struct error *error)
{
    (void)request;
    (void)file;
    (void)error;
    return STATUS_OK;
}
static void sink_abort(struct request *request, void *file)
{
    (void)request;
    (void)file;
}

static const struct upload_sink sink = {sink_open, sink_write, sink_close, sink_abort};

static void stream_open_file(struct request *request, void **file)
{
    (void)request;
    (void)file;
}

static enum status stream_write(struct request *request, void *file, const void *data, size_t length,
                                struct error *error)
{
    (void)request;
    (void)file;
    (void)data;
    (void)length;
    (void)error;
    return STATUS_OK;
}

static void stream_release_file(struct request *request, void *file)
{
    (void)request;
    (void)file;
}

static const struct stream_sink stream = {stream_open_file, stream_write, stream_release_file};
static const struct upload_policy policy = {&sink, 1000, 100, 2};

static const struct route good_get = {.method = HTTP_GET,
                                      .pattern = "/ho-so/{code}",
                                      .handler = handler,
                                      .access = 1,
                                      .csrf = CSRF_SAFE,
                                      .body = BODY_NONE,
                                      .rate = 1};
static const struct route good_post = {.method = HTTP_POST,
                                       .pattern = "/ho-so",
                                       .handler = handler,
                                       .access = 1,
                                       .csrf = CSRF_REQUIRED,
                                       .body = BODY_FORM,
                                       .body_limit = 1000,
                                       .rate = 1};

static bool accepted(const struct route *rows, size_t count)
{
    ARENA_AUTO arena = arena_create(65536);
    struct error error = {0};
    enum status status = route_table_validate(rows, count, 2, arena, &error);
    if (status != STATUS_OK) assert_non_null(error.detail);
    return status == STATUS_OK;
}

/* A copy of `base` with one member changed must be refused. */
#define REFUSED(base, change)                                                                                \
    do {                                                                                                     \
        struct route row = base;                                                                             \
        assert_true(accepted(&row, 1));                                                                      \
        row.change;                                                                                          \
        assert_false(accepted(&row, 1));                                                                     \
    } while (0)

static void a_row_that_leaves_something_out_is_refused(void **state)
{
    (void)state;
    REFUSED(good_get, method = HTTP_METHOD_UNSET);
    REFUSED(good_get, pattern = NULL);
    REFUSED(good_get, handler = NULL);
    REFUSED(good_get, access = 0);
    REFUSED(good_get, csrf = CSRF_UNSET);
    REFUSED(good_get, body = BODY_UNSET);
    REFUSED(good_get, rate = 0);
    REFUSED(good_post, body_limit = 0);
}

static void a_row_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    REFUSED(good_get, method = HTTP_HEAD);
    REFUSED(good_get, body = BODY_STREAM);
    REFUSED(good_post, flags = ROUTE_OVERRIDE);
    REFUSED(good_post, stream = &stream);
    REFUSED(good_get, csrf = CSRF_REQUIRED);
    REFUSED(good_get, csrf = CSRF_EXEMPT);
    REFUSED(good_get, body_limit = 10);
    REFUSED(good_get, rate = 3);
    REFUSED(good_get, flags = 1u << 20);
    REFUSED(good_post, csrf = CSRF_SAFE);
    REFUSED(good_post, csrf = CSRF_EXEMPT); /* no reason */
    REFUSED(good_post, body = BODY_MULTIPART);
    REFUSED(good_post, upload = &policy);
    REFUSED(good_post, flags = ROUTE_INLINE);
    struct route upload = good_post;
    upload.body = BODY_MULTIPART;
    upload.upload = &policy;
    struct upload_policy incomplete = policy;
    incomplete.maximum_file = 0;
    REFUSED(upload, upload = &incomplete);
    const struct upload_sink broken = {sink_open, sink_write, sink_close, NULL};
    struct upload_policy lame = policy;
    lame.sink = &broken;
    REFUSED(upload, upload = &lame);
    struct route patch = good_post;
    patch.method = HTTP_PATCH;
    patch.body = BODY_STREAM;
    patch.body_limit = 0;
    patch.stream = &stream;
    patch.flags = ROUTE_OVERRIDE;
    const struct stream_sink half = {stream_open_file, stream_write, NULL};
    REFUSED(patch, stream = NULL);
    REFUSED(patch, stream = &half);
    REFUSED(patch, body_limit = 10);
    REFUSED(patch, method = HTTP_OPTIONS);
    struct route options = good_get;
    options.method = HTTP_OPTIONS;
    REFUSED(options, csrf = CSRF_REQUIRED);
}

static void a_malformed_pattern_is_refused(void **state)
{
    (void)state;
    static const char *const patterns[] = {"",          "a",           "/a/",   "//a",      "/a//b",
                                           "/A",        "/{}",         "/{a",   "/{A}",     "/a b",
                                           "/{a...}/b", "/.git",       "/%41",  "/healthz", "/readyz",
                                           "/metrics",  "/static/{a}", "/{a}x", "/{...}"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        REFUSED(good_get, pattern = patterns[i]);
}

static void two_rows_for_the_same_requests_are_refused(void **state)
{
    (void)state;
    struct route rows[2] = {good_get, good_get};
    assert_false(accepted(rows, 2));
    rows[1].pattern = "/ho-so/{other}";
    assert_false(accepted(rows, 2));
    rows[1].pattern = "/ho-so/moi";
    assert_true(accepted(rows, 2));
    rows[1].pattern = "/ho-so/{rest...}";
    assert_true(accepted(rows, 2));
}

#define ROW(verb, path)                                                                                      \
    {                                                                                                        \
        .method = verb, .pattern = path, .handler = handler                                                  \
    }
static const struct route rows[] = {
    ROW(HTTP_GET, "/"),
    ROW(HTTP_GET, "/ho-so"),
    ROW(HTTP_POST, "/ho-so"),
    ROW(HTTP_GET, "/ho-so/{code}"),
    ROW(HTTP_GET, "/ho-so/moi"),
    ROW(HTTP_GET, "/ho-so/{code}/buoc/{page}"),
    ROW(HTTP_GET, "/ho-so/moi/xong"),
    ROW(HTTP_GET, "/tep/{path...}"),
    ROW(HTTP_GET, "/{tenant}/thu-tuc"),
};

static struct route_match match(struct arena *arena, enum http_method method, const char *path)
{
    static struct router *router;
    static struct arena *volatile own; /* lives as long as the program, where the leak checker sees it */
    if (router == NULL) {
        own = arena_create(65536);
        router = router_create(own, rows, sizeof rows / sizeof rows[0]);
    }
    struct route_match found;
    assert_int_equal(router_match(router, arena, method, str_of(path), &found), STATUS_OK);
    return found;
}

static void the_most_literal_row_is_found(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    (void)state;
    assert_int_equal(match(arena, HTTP_GET, "/").index, 0);
    assert_int_equal(match(arena, HTTP_GET, "/ho-so").index, 1);
    assert_int_equal(match(arena, HTTP_POST, "/ho-so").index, 2);
    assert_int_equal(match(arena, HTTP_HEAD, "/ho-so/x").index, 3);
    assert_int_equal(match(arena, HTTP_GET, "/ho-so/moi").index, 4);
    assert_int_equal(match(arena, HTTP_GET, "/ho-so/moi/xong").index, 6);
    assert_int_equal(match(arena, HTTP_GET, "/ho-so/moi/buoc/1").index, 5); /* steps back to the parameter */
    assert_int_equal(match(arena, HTTP_GET, "/ba-dinh/thu-tuc").index, 8);
    assert_int_equal(match(arena, HTTP_GET, "/ho-so/thu-tuc").index, 3);
}

static void parameters_are_decoded(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    (void)state;
    struct route_match found = match(arena, HTTP_GET, "/ho-so/%C4%90%201/buoc/a+b");
    assert_int_equal(found.parameter_count, 2);
    assert_true(str_equal_cstr(found.parameters[0].name, "code"));
    assert_true(str_equal_cstr(found.parameters[0].value, "Đ 1"));
    assert_true(str_equal_cstr(found.parameters[1].value, "a+b"));
    found = match(arena, HTTP_GET, "/tep/a/%20/c");
    assert_true(str_equal_cstr(found.parameters[0].name, "path"));
    assert_true(str_equal_cstr(found.parameters[0].value, "a/ /c"));
}

static void what_is_not_there_is_told_from_what_is_not_allowed(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    (void)state;
    struct route_match found = match(arena, HTTP_DELETE, "/ho-so");
    assert_null(found.route);
    assert_string_equal(router_allow(arena, found.allowed), "GET, HEAD, POST, OPTIONS");
    assert_int_equal(match(arena, HTTP_GET, "/x").allowed, 0);
    assert_int_equal(match(arena, HTTP_GET, "/tep").allowed, 0);
    assert_int_equal(match(arena, HTTP_GET, "/tep/").allowed, 0);
    assert_int_equal(match(arena, HTTP_GET, "/ho-so//buoc/1").allowed, 0);
    assert_false(match(arena, HTTP_GET, "/tep/").trailing_slash);
    assert_true(match(arena, HTTP_GET, "/ho-so/").trailing_slash);
    assert_true(match(arena, HTTP_GET, "/ho-so/x/").trailing_slash);
    assert_false(match(arena, HTTP_GET, "/ho-so//").trailing_slash);
    char deep[400];
    for (size_t i = 0; i + 2 < sizeof deep; i += 2)
        memcpy(deep + i, "/a", 3);
    assert_int_equal(match(arena, HTTP_GET, deep).allowed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_leaves_something_out_is_refused),
        cmocka_unit_test(a_row_that_contradicts_itself_is_refused),
        cmocka_unit_test(a_malformed_pattern_is_refused),
        cmocka_unit_test(two_rows_for_the_same_requests_are_refused),
        cmocka_unit_test(the_most_literal_row_is_found),
        cmocka_unit_test(parameters_are_decoded),
        cmocka_unit_test(what_is_not_there_is_told_from_what_is_not_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
