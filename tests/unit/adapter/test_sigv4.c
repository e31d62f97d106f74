/* The signature against the worked examples of the Amazon S3 reference (header form, 24 May 2013). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter/sigv4.h"
#include "motcua/crypto/secret.h"

#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define WELCOME "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"

static struct arena *arena;
static const struct sigv4_key key = {"us-east-1", "AKIAIOSFODNN7EXAMPLE",
                                     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(1024 * 1024);
    return crypto_start() == STATUS_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static void assert_signature(struct sigv4_request request, const struct sigv4_header *headers, size_t count,
                             const char *names, const char *signature)
{
    request.time = "20130524T000000Z";
    request.headers = headers;
    request.header_count = count;
    const char *expected = arena_printf(arena,
                                        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/"
                                        "s3/aws4_request,SignedHeaders=%s,Signature=%s",
                                        names, signature);
    assert_string_equal(sigv4_authorization(arena, &key, &request), expected);
}
#define DATE                                                                                                 \
    {                                                                                                        \
        "x-amz-date", "20130524T000000Z"                                                                     \
    }

static void a_part_of_an_object_is_asked_for(void **state)
{
    (void)state;
    assert_signature(
        (struct sigv4_request){.method = "GET", .path = "/test.txt", .query = "", .payload_hash = NOTHING},
        (const struct sigv4_header[]){{"host", "examplebucket.s3.amazonaws.com"},
                                      {"range", "bytes=0-9"},
                                      {"x-amz-content-sha256", NOTHING},
                                      DATE},
        4, "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

static void an_object_is_written(void **state)
{
    (void)state;
    assert_signature(
        (struct sigv4_request){
            .method = "PUT", .path = "/test%24file.text", .query = "", .payload_hash = WELCOME},
        (const struct sigv4_header[]){{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                      {"host", "examplebucket.s3.amazonaws.com"},
                                      {"x-amz-content-sha256", WELCOME},
                                      DATE,
                                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
        5, "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

static void a_query_is_signed(void **state)
{
    (void)state;
    static const struct sigv4_header headers[] = {
        {"host", "examplebucket.s3.amazonaws.com"}, {"x-amz-content-sha256", NOTHING}, DATE};
    assert_signature(
        (struct sigv4_request){
            .method = "GET", .path = "/", .query = "max-keys=2&prefix=J", .payload_hash = NOTHING},
        headers, 3, "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    assert_signature(
        (struct sigv4_request){.method = "GET", .path = "/", .query = "lifecycle=", .payload_hash = NOTHING},
        headers, 3, "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_of_an_object_is_asked_for),
        cmocka_unit_test(an_object_is_written),
        cmocka_unit_test(a_query_is_signed),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
