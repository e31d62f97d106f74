/* Accounts: an address that changed is not confirmed by a link to the old one; links work once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "city.h"

#define DATABASE "motcua_test_identity"

static struct hand *robot;

static int prepare(void **state)
{
    (void)state;
    robot = city_open(DATABASE);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    city_close(robot, DATABASE);
    return 0;
}

static const char *ask(const char *sql)
{
    return database_query(city_arena, city_database.url, sql);
}

/* Of the one mail of this kind to this address: two mails of one moment have no order. */
static const char *token_mailed_to(const char *template, const char *address)
{
    const char *url =
        ask(arena_printf(city_arena,
                         "SELECT payload #>> '{extra,url}' FROM outbox WHERE payload ->> 'to' = '%s' "
                         "AND payload ->> 'template' = '%s'",
                         address, template));
    const char *slash = strrchr(url, '/');
    assert_non_null(slash);
    return slash + 1;
}

static struct hand *registered(const char *address)
{
    struct hand *hand = city_hand(ACTOR_CITIZEN, "Nguyễn Thị Lan");
    struct registration registration = {.full_name = STR("Nguyễn Thị Lan"),
                                        .email = str_of(address),
                                        .password = STR("mot cau de nho"),
                                        .language = "vi"};
    bool created;
    assert_ok(hand,
              account_register(of(hand), &registration, &created, &hand->actor.account_id, &hand->error));
    assert_true(created);
    return hand;
}

static void move_to(struct hand *hand, const char *address)
{
    struct profile profile;
    assert_ok(hand, profile_load(of(hand), &profile, &hand->error));
    profile.email = address;
    assert_ok(hand, profile_save(of(hand), &profile, &hand->error));
}

static void a_changed_address_is_not_confirmed_by_the_old_link(void **state)
{
    (void)state;
    struct hand *lan = registered("lan@example.com");
    const char *token = token_mailed_to("register-confirm", "lan@example.com");
    move_to(lan, "other@example.com");
    assert_status(lan, confirmation_finish(of(lan), str_of(token), &lan->error), STATUS_NOT_FOUND);
    assert_string_equal(
        ask("SELECT email_confirmed_at IS NULL FROM account WHERE email = 'other@example.com'"), "t");
    hand_drop(lan);
}

static void a_confirmed_address_that_changes_is_to_be_confirmed_again(void **state)
{
    (void)state;
    struct hand *mai = registered("mai@example.com");
    assert_ok(mai, confirmation_finish(
                       of(mai), str_of(token_mailed_to("register-confirm", "mai@example.com")), &mai->error));
    move_to(mai, "mai@example.com"); /* nothing changed */
    assert_string_equal(
        ask("SELECT email_confirmed_at IS NOT NULL FROM account WHERE email = 'mai@example.com'"), "t");
    move_to(mai, "mai2@example.com");
    assert_string_equal(
        ask("SELECT email_confirmed_at IS NULL FROM account WHERE email = 'mai2@example.com'"), "t");
    hand_drop(mai);
}

static void a_link_to_a_new_password_works_once_and_ends_all_sessions(void **state)
{
    (void)state;
    struct hand *nam = registered("nam@example.com");
    struct sign_in sign_in = {.identifier = STR("Nam@Example.com"),
                              .password = STR("mot cau de nho"),
                              .token_hash = STR("0123456789abcdef0123456789abcdef"),
                              .user_agent = "",
                              .address = ""};
    struct signed_in second;
    struct person person;
    assert_ok(nam, session_sign_in(of(nam), &sign_in, &second, &nam->error));
    assert_ok(nam, session_resolve(of(nam), sign_in.token_hash, &person, &nam->error));
    assert_ok(nam, recovery_request(of(nam), STR("nam@example.com"), &nam->error));
    const char *token = token_mailed_to("recover", "nam@example.com");
    assert_ok(nam, recovery_finish(of(nam), str_of(token), STR("mot cau khac han"), &nam->error));
    assert_status(nam, session_resolve(of(nam), sign_in.token_hash, &person, &nam->error), STATUS_NOT_FOUND);
    assert_status(nam, recovery_finish(of(nam), str_of(token), STR("mot cau thu ba"), &nam->error),
                  STATUS_NOT_FOUND);
    assert_status(nam, session_sign_in(of(nam), &sign_in, &second, &nam->error), STATUS_DENIED);
    /* Whoever is unknown gets the same answer, and no mail. */
    assert_ok(nam, recovery_request(of(nam), STR("nobody@example.com"), &nam->error));
    assert_string_equal(ask("SELECT count(*) FROM outbox WHERE payload ->> 'to' = 'nobody@example.com'"),
                        "0");
    hand_drop(nam);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_address_is_not_confirmed_by_the_old_link),
        cmocka_unit_test(a_confirmed_address_that_changes_is_to_be_confirmed_again),
        cmocka_unit_test(a_link_to_a_new_password_works_once_and_ends_all_sessions),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
