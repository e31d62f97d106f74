/* The push parser: parts come out the same however the bytes are cut; what breaks the rules is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "motcua/base/buf.h"
#include "motcua/codec/multipart.h"

/* Writes what happens as text: "[name|filename|type]data;" */
static enum status write_begin(void *context, const struct multipart_part *part, struct error *error)
{
    struct buf *out = context;
    (void)error;
    buf_printf(out, "[%.*s|%s%.*s|%.*s]", STR_ARG(part->name), part->filename.data == NULL ? "-" : "",
               STR_ARG(part->filename), STR_ARG(part->content_type));
    return STATUS_OK;
}

static enum status write_data(void *context, struct str data, struct error *error)
{
    (void)error;
    assert_true(data.length > 0);
    buf_append_str(context, data);
    return STATUS_OK;
}

static enum status write_end(void *context, struct error *error)
{
    (void)error;
    buf_append_char(context, ';');
    return STATUS_OK;
}

static const struct multipart_callbacks callbacks = {write_begin, write_data, write_end};

static enum status run(struct str body, size_t step, const struct multipart_limits *limits, struct buf *out,
                       struct error *error)
{
    ARENA_AUTO arena = arena_create(65536);
    struct multipart *parser = multipart_create(arena, STR("bnd"), limits, &callbacks, out);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < body.length && status == STATUS_OK; i += step)
        status = multipart_feed(parser, str_slice(body, i, i + step), error);
    enum status end = multipart_finish(parser, error);
    if (status != STATUS_OK) assert_int_equal(end, status);
    if (error != NULL) error->detail = NULL; /* lies in the arena */
    return end;
}

#define FIELD(name)     "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_PART(name) "Content-Disposition: form-data; name=\"f\"; filename=\"" name "\"\r\n\r\n"

static void parse_is(struct str body, const char *expected)
{
    const struct multipart_limits limits = MULTIPART_LIMITS_DEFAULT;
    for (size_t step = 1; step <= body.length; step++) {
        BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
        assert_int_equal(run(body, step, &limits, &out, NULL), STATUS_OK);
        assert_string_equal(out.data != NULL ? out.data : "", expected);
    }
}

static void parts_come_out_whole_however_cut(void **state)
{
    (void)state;
    parse_is(STR("--bnd\r\n" FIELD("a") "1\r\n--bnd--"), "[a|-|]1;");
    parse_is(STR("--bnd\r\n" FIELD("a") "\r\n--bnd\r\n" FIELD("b") "2\r\n--bnd--\r\n"), "[a|-|];[b|-|]2;");
    parse_is(STR("pre\r\nx\r\n--bnd \t\r\n" FIELD("a") "1\r\n--bnd--epi\r\n--bnd\r\n"), "[a|-|]1;");
    parse_is(STR("--bnd\r\n" FIELD("a") "\r\n--bn\r\r\n-\r\n--\r\n\r\n--bnd--"),
             "[a|-|]\r\n--bn\r\r\n-\r\n--\r\n;");
    parse_is(STR("--bnd\r\n" FIELD("a") "--bnd\n--bnd\r\n--bnd--"), "[a|-|]--bnd\n--bnd;");
    parse_is(
        STR("--bnd\r\nX-More: 1\r\ncontent-DISPOSITION:form-data;name=a;other=\"x;y\";filename=\"b.pdf\"\r\n"
            "Content-Type: application/pdf\r\n\r\n%PDF\r\n--bnd--"),
        "[a|b.pdf|application/pdf]%PDF;");
    parse_is(STR("-\r\n--bnd--"), "");
}

static void name_is(const char *written, const char *expected)
{
    const struct multipart_limits limits = {10, 4096, 200, 20};
    char body[1024];
    int length = snprintf(
        body, sizeof body,
        "--bnd\r\nContent-Disposition: form-data; name=\"f\"; filename=\"%s\"\r\n\r\n\r\n--bnd--", written);
    BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
    assert_int_equal(run(str_make(body, (size_t)length), (size_t)length, &limits, &out, NULL), STATUS_OK);
    char wanted[256];
    snprintf(wanted, sizeof wanted, "[f|%s|];", expected);
    assert_string_equal(out.data, wanted);
}

static void file_names_are_reduced_to_their_last_part(void **state)
{
    (void)state;
    name_is("a.pdf", "a.pdf");
    name_is("", "");
    name_is("../../x", "x");
    name_is("C:\\\\a\\\\b.doc", "b.doc");
    name_is("C:\\a\\b.doc", "b.doc");
    name_is("/", "");
    name_is("a\\\"b", "a\"b");
    name_is("a%22b%0d", "a\"b%0d");
    name_is("đơn.pdf", "đơn.pdf");
    name_is("abcdefghijklmnopqrstuvwxyz.pdf", "abcdefghijklmnop.pdf");
    name_is("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrst");
    name_is("ếếếếếếếế.pdf", "ếếếếế.pdf");
    name_is(".abcdefghijklmnopqrstuvwxyz", ".abcdefghijklmnopqrs");
}

static void refused(struct str body)
{
    const struct multipart_limits limits = {3, 200, 10, 255};
    for (size_t step = 1; step <= body.length + 1; step += 3) {
        BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
        struct error error = {0};
        assert_int_equal(run(body, step, &limits, &out, &error), STATUS_INVALID);
        assert_non_null(error.code);
    }
}

static void what_breaks_the_rules_is_refused(void **state)
{
    (void)state;
    refused(STR(""));
    refused(STR("--bnd"));
    refused(STR("--bnd\r\n"));
    refused(STR("--bnd\r\n" FIELD("a") "1"));
    refused(STR("--bnd\r\n" FIELD("a") "1\r\n--bnd"));
    refused(STR("--bnd\r\n" FIELD("a") "1\r\n--bnd-"));
    refused(STR("--bndx\r\n" FIELD("a") "1\r\n--bnd--"));
    refused(STR("--bnd\n" FIELD("a") "1\r\n--bnd--"));
    refused(STR("--bnd\r" FIELD("a") "1\r\n--bnd--"));
    refused(STR("--bnd\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Type: text/plain\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"a\" x\r\n\r\n1\r\n--bnd--"));
    refused(
        STR("--bnd\r\nContent-Disposition: form-data; name=\"a\"; filename*=UTF-8''x\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"a\xff\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"a\tb\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"a\0b\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition: form-data; name=\"12345678901\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Disposition : form-data; name=\"a\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\n Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Type: multipart/mixed; boundary=x\r\n" FIELD("a") "1\r\n--bnd--"));
    refused(STR("--bnd\r\nContent-Transfer-Encoding: quoted-printable\r\n" FIELD("a") "1\r\n--bnd--"));
}

static void limits_are_held(void **state)
{
    const struct multipart_limits limits = {2, 120, 10, 255};
    BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
    struct error error;
    (void)state;
    struct str three =
        STR("--bnd\r\n" FIELD("a") "\r\n--bnd\r\n" FIELD("a") "\r\n--bnd\r\n" FIELD("a") "\r\n--bnd--");
    assert_int_equal(run(three, 7, &limits, &out, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "multipart.too_many");
    char body[400];
    memset(body, 'x', sizeof body);
    memcpy(body, "--bnd\r\nA: ", 10);
    assert_int_equal(run(str_make(body, sizeof body), 7, &limits, &out, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "multipart.header");
}

static enum status stop(void *context, struct str data, struct error *error)
{
    (void)context;
    (void)data;
    (void)error;
    return STATUS_UNAVAILABLE;
}

static void a_callback_stops_the_parser_for_good(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    BUF_AUTO out = BUF_WITH_MAXIMUM(65536);
    const struct multipart_callbacks stopping = {write_begin, stop, write_end};
    const struct multipart_limits limits = MULTIPART_LIMITS_DEFAULT;
    (void)state;
    struct multipart *parser = multipart_create(arena, STR("bnd"), &limits, &stopping, &out);
    assert_int_equal(multipart_feed(parser, STR("--bnd\r\n" FIELD("a") "1\r\n--bnd--"), NULL),
                     STATUS_UNAVAILABLE);
    assert_int_equal(multipart_feed(parser, STR("x"), NULL), STATUS_UNAVAILABLE);
    assert_int_equal(multipart_finish(parser, NULL), STATUS_UNAVAILABLE);
}

static void boundary_is(const char *content_type, const char *expected)
{
    struct str boundary = STR_NULL;
    enum status status = multipart_boundary(str_of(content_type), &boundary);
    assert_int_equal(status, expected == NULL ? STATUS_INVALID : STATUS_OK);
    if (expected != NULL) assert_true(str_equal_cstr(boundary, expected));
}

static void boundaries_are_checked(void **state)
{
    (void)state;
    boundary_is("multipart/form-data; boundary=abc", "abc");
    boundary_is("Multipart/Form-Data;boundary=\"a b+c\"", "a b+c");
    boundary_is("multipart/form-data; charset=utf-8; boundary=----WebKitFormBoundaryX",
                "----WebKitFormBoundaryX");
    boundary_is("multipart/form-data", NULL);
    boundary_is("multipart/form-data; boundary", NULL);
    boundary_is("multipart/form-data; boundary=", NULL);
    boundary_is("multipart/form-data; boundary=\"\"", NULL);
    boundary_is("multipart/form-data; boundary=\"abc", NULL);
    boundary_is("multipart/form-data; boundary=\"abc \"", NULL);
    boundary_is("multipart/form-data; boundary=a; boundary=a", NULL);
    boundary_is("multipart/form-data; boundary=a b", NULL);
    boundary_is("multipart/form-data; boundary=\"a\xc4\x90\"", NULL);
    boundary_is("multipart/form-data boundary=a", NULL);
    boundary_is("multipart/form-datax; boundary=a", NULL);
    boundary_is("multipart/mixed; boundary=a", NULL);
    char text[128] = "multipart/form-data; boundary=";
    memset(text + 30, 'a', 70);
    boundary_is(text, text + 30);
    text[100] = 'a';
    boundary_is(text, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_out_whole_however_cut),
        cmocka_unit_test(file_names_are_reduced_to_their_last_part),
        cmocka_unit_test(what_breaks_the_rules_is_refused),
        cmocka_unit_test(limits_are_held),
        cmocka_unit_test(a_callback_stops_the_parser_for_good),
        cmocka_unit_test(boundaries_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
