/* Hashes, encodings, tokens, passwords, one-time passwords, signatures: the vectors of the RFCs, and bad
 * input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "motcua/crypto/chain.h"
#include "motcua/crypto/password.h"
#include "motcua/crypto/secret.h"
#include "motcua/crypto/token.h"
#include "motcua/crypto/totp.h"

static struct arena *arena;

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(16 * 1024 * 1024);
    return crypto_start() == STATUS_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static struct str from_hex(const char *hex)
{
    struct str bytes = STR_NULL;
    assert_int_equal(hex_decode(arena, str_of(hex), &bytes), STATUS_OK);
    return bytes;
}

static void assert_hash(struct hash hash, const char *expected)
{
    char hex[HASH_HEX_SIZE];
    hash_hex(&hash, hex);
    assert_string_equal(hex, expected);
}

/* FIPS 180-4 examples */
static void sha_256_has_the_known_values(void **state)
{
    (void)state;
    assert_hash(hash_sha256(STR("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_hash(hash_sha256(STR_NULL), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    struct hash_stream stream;
    hash_stream_start(&stream);
    hash_stream_add(&stream, STR("a"));
    hash_stream_add(&stream, STR_NULL);
    hash_stream_add(&stream, STR("bc"));
    assert_hash(hash_stream_finish(&stream),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231 */
static void hmac_has_the_known_values(void **state)
{
    (void)state;
    assert_hash(hmac_sha256(from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), STR("Hi There")),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_hash(hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?")),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    char key[131];
    memset(key, 0xaa, sizeof key);
    assert_hash(
        hmac_sha256(str_make(key, sizeof key), STR("Test Using Larger Than Block-Size Key - Hash Key First")),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 4648 section 10 */
static void encodings_have_the_known_values(void **state)
{
    (void)state;
    static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const base64[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    static const char *const base64url[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    static const char *const base32[] = {"", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"};
    for (size_t i = 0; i < 7; i++) {
        struct str back = STR_NULL, text = str_of(plain[i]);
        assert_string_equal(base64_encode(arena, text), base64[i]);
        assert_string_equal(base64url_encode(arena, text), base64url[i]);
        assert_string_equal(base32_encode(arena, text), base32[i]);
        assert_int_equal(base64_decode(arena, str_of(base64[i]), &back), STATUS_OK);
        assert_true(str_equal(back, text));
        assert_int_equal(base64url_decode(arena, str_of(base64url[i]), &back), STATUS_OK);
        assert_true(str_equal(back, text));
        assert_int_equal(base32_decode(arena, str_of(base32[i]), &back), STATUS_OK);
        assert_true(str_equal(back, text));
    }
    struct str back = STR_NULL;
    assert_int_equal(base32_decode(arena, STR("mzxw 6ytb oi======"), &back), STATUS_OK);
    assert_true(str_equal_cstr(back, "foobar"));
}

static void encodings_refuse_what_is_not_theirs(void **state)
{
    (void)state;
    struct str back = STR("untouched");
    static const char *const bad64[] = {"Zg=", "Z", "Zg==\n", "Zm9v*", "Zh==", "Zg==Zg==", " Zg=="};
    static const char *const bad64url[] = {"Zg==", "Z", "Zm9+", "Zm9/", "Zh", "Zg\n", "Zg "};
    static const char *const bad32[] = {"M", "MZX", "MZXW6Y", "MZ1W", "M=Y", "MZ", "MYY=!", "0189"};
    static const char *const bad_hex[] = {"0", "0g", "00 11", "0x00", "00\n1"};
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(base64_decode(arena, str_of(bad64[i]), &back), STATUS_INVALID);
        assert_int_equal(base64url_decode(arena, str_of(bad64url[i]), &back), STATUS_INVALID);
    }
    for (size_t i = 0; i < 8; i++)
        if (base32_decode(arena, str_of(bad32[i]), &back) != STATUS_INVALID) fail_msg("%s", bad32[i]);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(hex_decode(arena, str_of(bad_hex[i]), &back), STATUS_INVALID);
    assert_int_equal(base64url_decode(arena, STR("Zg\0"), &back), STATUS_INVALID);
    for (int byte = 0x80; byte <= 0xFF; byte++) {
        char text[5] = {'Z', 'm', '9', (char)byte};
        assert_int_equal(base64_decode(arena, str_of(text), &back), STATUS_INVALID);
        assert_int_equal(base64url_decode(arena, str_of(text), &back), STATUS_INVALID);
    }
    assert_string_equal(back.data, "untouched");
}

static void encodings_carry_every_byte(void **state)
{
    (void)state;
    char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    for (size_t length = 0; length <= 256; length++) {
        struct str text = str_make(bytes, length), back = STR_NULL;
        assert_int_equal(base64url_decode(arena, str_of(base64url_encode(arena, text)), &back), STATUS_OK);
        assert_true(str_equal(back, text));
        assert_int_equal(base32_decode(arena, str_of(base32_encode(arena, text)), &back), STATUS_OK);
        assert_true(str_equal(back, text));
        assert_int_equal(hex_decode(arena, str_of(hex_encode(arena, text)), &back), STATUS_OK);
        assert_true(str_equal(back, text));
    }
}

static void tokens_are_long_and_differ(void **state)
{
    (void)state;
    struct token a = token_create(), b = token_create();
    assert_int_equal(strlen(a.text), 43);
    assert_string_not_equal(a.text, b.text);
    struct hash ha = token_hash(str_of(a.text)), hb = token_hash(str_of(b.text)),
                again = token_hash(str_of(a.text));
    assert_true(hash_equal(&ha, &again));
    assert_false(hash_equal(&ha, &hb));
    bool seen[256] = {false};
    for (int i = 0; i < 200; i++)
        for (const char *c = token_code(arena, 10); *c != '\0'; c++)
            seen[(unsigned char)*c] = true;
    assert_false(seen['0'] || seen['O'] || seen['1'] || seen['I'] || seen['L']);
    int kinds = 0;
    for (int i = 0; i < 256; i++)
        kinds += seen[i];
    assert_int_equal(kinds, 31);
}

static void equality_is_of_content_and_length(void **state)
{
    (void)state;
    assert_true(secret_equal(STR("abc"), STR("abc")));
    assert_false(secret_equal(STR("abc"), STR("abd")));
    assert_false(secret_equal(STR("abc"), STR("ab")));
    assert_true(secret_equal(STR_NULL, STR("")));
}

/* Known value of the reference implementation of Argon2 1.3 (test.c). */
static void a_password_of_another_program_is_known(void **state)
{
    (void)state;
    static const char stored[] =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    bool needs_rehash = false;
    assert_int_equal(password_verify(STR("password"), stored, &password_cost_test, &needs_rehash), STATUS_OK);
    assert_true(needs_rehash);
    assert_int_equal(password_verify(STR("Password"), stored, &password_cost_test, NULL), STATUS_DENIED);
}

static void passwords_are_right_or_wrong(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_SIZE], other[PASSWORD_HASH_SIZE];
    bool needs_rehash = true;
    assert_int_equal(password_hash(STR("mật khẩu dài"), &password_cost_test, hash), STATUS_OK);
    assert_int_equal(password_hash(STR("mật khẩu dài"), &password_cost_test, other), STATUS_OK);
    assert_string_not_equal(hash, other);
    assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
    assert_int_equal(password_verify(STR("mật khẩu dài"), hash, &password_cost_test, &needs_rehash),
                     STATUS_OK);
    assert_false(needs_rehash);
    struct password_cost more = {password_cost_test.operations + 1, password_cost_test.memory};
    assert_int_equal(password_verify(STR("mật khẩu dài"), hash, &more, &needs_rehash), STATUS_OK);
    assert_true(needs_rehash);
    assert_int_equal(password_verify(STR("mật khẩu dà"), hash, &password_cost_test, NULL), STATUS_DENIED);
    assert_int_equal(password_verify(STR(""), hash, &password_cost_test, NULL), STATUS_DENIED);
    assert_int_equal(password_verify(STR("mật khẩu dài\0x"), hash, &password_cost_test, NULL), STATUS_DENIED);
}

static void no_account_and_broken_hashes_are_denied(void **state)
{
    (void)state;
    assert_int_equal(password_verify(STR("x"), NULL, &password_cost_test, NULL), STATUS_DENIED);
    static const char *const broken[] = {"", "$argon2id$", "$argon2id$v=19$m=99999999999,t=1,p=1$AAAA$AAAA",
                                         "plain"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(password_verify(STR("x"), broken[i], &password_cost_test, NULL), STATUS_DENIED);
    char longer[500];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(password_verify(STR("x"), longer, &password_cost_test, NULL), STATUS_DENIED);
    char hash[PASSWORD_HASH_SIZE];
    char *endless = arena_zalloc(arena, PASSWORD_LENGTH_MAXIMUM + 1);
    struct str too_long = str_make(endless, PASSWORD_LENGTH_MAXIMUM + 1);
    assert_int_equal(password_hash(too_long, &password_cost_test, hash), STATUS_TOO_LARGE);
    assert_int_equal(password_hash(STR(""), &password_cost_test, hash), STATUS_OK);
    assert_int_equal(password_verify(STR(""), hash, &password_cost_test, NULL), STATUS_OK);
    assert_int_equal(password_verify(too_long, NULL, &password_cost_test, NULL), STATUS_DENIED);
}

/* RFC 4226, appendix D */
static void hotp_has_the_known_values(void **state)
{
    (void)state;
    static const char *const codes[] = {"755224", "287082", "359152", "969429", "338314",
                                        "254676", "287922", "162583", "399871", "520489"};
    for (uint64_t i = 0; i < 10; i++) {
        char code[9];
        hotp_code(STR("12345678901234567890"), i, 6, code);
        assert_string_equal(code, codes[i]);
    }
}

/* RFC 6238, appendix B, SHA-1 */
static void totp_has_the_known_values(void **state)
{
    (void)state;
    static const struct {
        int64_t time;
        const char *code;
    } known[] = {
        {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
        {1234567890, "89005924"}, {2000000000, "69279037"}, {INT64_C(20000000000), "65353130"},
    };
    for (size_t i = 0; i < 6; i++) {
        char code[9];
        hotp_code(STR("12345678901234567890"), (uint64_t)(known[i].time / 30), 8, code);
        assert_string_equal(code, known[i].code);
        int64_t step = 0;
        assert_int_equal(totp_verify(STR("12345678901234567890"), str_of(known[i].code + 2),
                                     known[i].time * MICROSECONDS, 0, &step),
                         STATUS_OK);
        assert_true(step == known[i].time / 30);
    }
}

static void a_totp_code_is_taken_once_and_within_a_step(void **state)
{
    (void)state;
    struct str secret = STR("12345678901234567890");
    instant now = INT64_C(1111111111) * MICROSECONDS; /* 050471 */
    int64_t step = -7;
    assert_int_equal(totp_verify(secret, STR("050 471"), now, 0, &step), STATUS_OK);
    int64_t first = step;
    assert_int_equal(totp_verify(secret, STR("050471"), now + 30 * MICROSECONDS, first, &step),
                     STATUS_DENIED);
    assert_int_equal(totp_verify(secret, STR("050471"), now + 30 * MICROSECONDS, 0, &step), STATUS_OK);
    assert_int_equal(totp_verify(secret, STR("050471"), now - 30 * MICROSECONDS, 0, &step), STATUS_OK);
    assert_int_equal(totp_verify(secret, STR("050471"), now + 60 * MICROSECONDS, 0, &step), STATUS_DENIED);
    static const char *const bad[] = {"", "05047", "0504711", "05047a", "-50471", "050471\n", "      "};
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(totp_verify(secret, str_of(bad[i]), now, 0, &step), STATUS_DENIED);
    assert_int_equal(totp_verify(secret, STR("050471"), -1, 0, &step), STATUS_DENIED);
}

static void a_totp_url_is_encoded(void **state)
{
    (void)state;
    assert_string_equal(
        totp_url(arena, STR("12345678901234567890"), STR("Một Cửa"), STR("a@b.vn")),
        "otpauth://totp/M%E1%BB%99t%20C%E1%BB%ADa:a%40b.vn?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=M%E1%BB%99t%20C%E1%BB%ADa&algorithm=SHA1&digits=6&period=30");
}

static struct hash link_of(const struct hash *previous, struct str a, struct str b, int64_t number)
{
    struct chain chain;
    chain_start(&chain, "test/1", previous);
    chain_add_text(&chain, a);
    chain_add_text(&chain, b);
    chain_add_int64(&chain, number);
    return chain_finish(&chain);
}

static void a_chain_notices_every_change(void **state)
{
    (void)state;
    struct hash first = link_of(NULL, STR("ab"), STR("c"), 1);
    struct hash others[] = {
        link_of(NULL, STR("a"), STR("bc"), 1),   link_of(NULL, STR("ab"), STR("c"), 2),
        link_of(&first, STR("ab"), STR("c"), 1), link_of(NULL, STR("abc"), STR(""), 1),
        link_of(NULL, STR("abc"), STR_NULL, 1),  link_of(NULL, STR("c"), STR("ab"), 1),
    };
    struct hash again = link_of(NULL, STR("ab"), STR("c"), 1);
    assert_true(hash_equal(&first, &again));
    for (size_t i = 0; i < 6; i++) {
        assert_false(hash_equal(&first, &others[i]));
        for (size_t j = 0; j < i; j++)
            assert_false(hash_equal(&others[i], &others[j]));
    }
    struct chain named;
    chain_start(&named, "test/2", NULL);
    chain_add_text(&named, STR("ab"));
    chain_add_text(&named, STR("c"));
    chain_add_int64(&named, 1);
    struct hash renamed = chain_finish(&named);
    assert_false(hash_equal(&first, &renamed));
}

/* The format is stored for ever: this value must never change. */
static void the_chain_format_stays(void **state)
{
    (void)state;
    assert_hash(link_of(NULL, STR("Tiếp nhận"), STR_NULL, -1),
                "c02aba5a406b89d659c8a6716ad17732e399f23fc81464ea60deee51daf16281");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha_256_has_the_known_values),
        cmocka_unit_test(hmac_has_the_known_values),
        cmocka_unit_test(encodings_have_the_known_values),
        cmocka_unit_test(encodings_refuse_what_is_not_theirs),
        cmocka_unit_test(encodings_carry_every_byte),
        cmocka_unit_test(tokens_are_long_and_differ),
        cmocka_unit_test(equality_is_of_content_and_length),
        cmocka_unit_test(a_password_of_another_program_is_known),
        cmocka_unit_test(passwords_are_right_or_wrong),
        cmocka_unit_test(no_account_and_broken_hashes_are_denied),
        cmocka_unit_test(hotp_has_the_known_values),
        cmocka_unit_test(totp_has_the_known_values),
        cmocka_unit_test(a_totp_code_is_taken_once_and_within_a_step),
        cmocka_unit_test(a_totp_url_is_encoded),
        cmocka_unit_test(a_chain_notices_every_change),
        cmocka_unit_test(the_chain_format_stays),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
