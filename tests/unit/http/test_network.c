/* Addresses, networks, and whom to believe about X-Forwarded-For. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/network.h"

static struct address address(const char *text)
{
    struct address result;
    assert_int_equal(address_parse(str_of(text), &result), STATUS_OK);
    return result;
}

static void addresses_are_read_as_proxies_write_them(void **state)
{
    static const struct {
        const char *written;
        const char *read;
    } good[] = {{"192.0.2.1", "192.0.2.1"},          {"192.0.2.1:8080", "192.0.2.1"},
                {"2001:DB8::1", "2001:db8::1"},      {"[2001:db8::1]", "2001:db8::1"},
                {"[2001:db8::1]:80", "2001:db8::1"}, {"::ffff:192.0.2.1", "192.0.2.1"}};
    static const char *const bad[] = {
        "",   "192.0.2", "192.0.2.256", "a.b.c.d",        "192.0.2.1:x",    "[2001:db8::1",
        "[]", "unknown", "192.0.2.1 ",  "2001:db8::1::2", "[2001:db8::1]x", "192.0.2.1:123456"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char text[ADDRESS_TEXT_SIZE];
        struct address parsed = address(good[i].written);
        address_format(&parsed, text);
        assert_string_equal(text, good[i].read);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct address parsed;
        assert_int_equal(address_parse(str_of(bad[i]), &parsed), STATUS_INVALID);
    }
}

static void networks_hold_their_addresses_only(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    struct network_list list;
    struct error error;
    (void)state;
    assert_int_equal(network_list_parse(" 127.0.0.1,10.0.0.0/8  2001:db8::/33,", &list, arena, &error),
                     STATUS_OK);
    assert_int_equal(list.count, 3);
    static const char *const in[] = {"127.0.0.1", "10.255.0.1", "2001:db8:7fff::1", "::ffff:10.0.0.1"};
    static const char *const out[] = {"127.0.0.2", "11.0.0.1", "2001:db8:8000::1", "::1", "::a00:1"};
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) {
        struct address one = address(in[i]);
        assert_true(network_list_has(&list, &one));
    }
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++) {
        struct address one = address(out[i]);
        assert_false(network_list_has(&list, &one));
    }
    static const char *const bad[] = {"10.0.0.0/33", "10.0.0.0/-1",    "10.0.0.0/",
                                      "x",           "2001:db8::/129", "10.0.0.0/8x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(network_list_parse(bad[i], &list, arena, &error), STATUS_INVALID);
    assert_int_equal(network_list_parse("0.0.0.0/0", &list, arena, &error), STATUS_OK);
    struct address six = address("2001:db8::1"), four = address("1.2.3.4");
    assert_true(network_list_has(&list, &four));
    assert_false(network_list_has(&list, &six));
    assert_int_equal(network_list_parse(NULL, &list, arena, &error), STATUS_OK);
    assert_int_equal(list.count, 0);
}

static void the_client_is_the_last_address_no_proxy_vouches_for(void **state)
{
    ARENA_AUTO arena = arena_create(65536);
    struct network_list trusted;
    (void)state;
    assert_int_equal(network_list_parse("10.0.0.0/8", &trusted, arena, NULL), STATUS_OK);
    static const struct {
        const char *peer;
        const char *forwarded;
        const char *client;
    } cases[] = {{"192.0.2.1", "6.6.6.6", "192.0.2.1"},
                 {"10.0.0.1", "192.0.2.1", "192.0.2.1"},
                 {"10.0.0.1", "6.6.6.6, 192.0.2.1, 10.0.0.2", "192.0.2.1"},
                 {"10.0.0.1", "", "10.0.0.1"},
                 {"10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"},
                 {"10.0.0.1", "192.0.2.1, nonsense, 10.0.0.3", "10.0.0.3"},
                 {"10.0.0.1", ",,,", "10.0.0.1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct address peer = address(cases[i].peer);
        struct address client = network_client(&trusted, &peer, str_of(cases[i].forwarded));
        char text[ADDRESS_TEXT_SIZE];
        address_format(&client, text);
        assert_string_equal(text, cases[i].client);
    }
}

static void limits_count_a_whole_64_of_ipv6(void **state)
{
    (void)state;
    struct address one = address("2001:db8::1"), two = address("2001:db8::ffff:2"),
                   other = address("2001:db8:0:1::1");
    one = address_client(&one);
    two = address_client(&two);
    other = address_client(&other);
    assert_true(address_equal(&one, &two));
    assert_false(address_equal(&one, &other));
    struct address four = address("192.0.2.1"), same = address_client(&four);
    assert_true(address_equal(&four, &same));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_as_proxies_write_them),
        cmocka_unit_test(networks_hold_their_addresses_only),
        cmocka_unit_test(the_client_is_the_last_address_no_proxy_vouches_for),
        cmocka_unit_test(limits_count_a_whole_64_of_ipv6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
