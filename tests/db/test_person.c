/*
 * What is kept about a person, table by table: each table is named with what becomes of its rows
 * (personal_tables.def), an account that its owner closes leaves nothing but dossiers, and nothing of others
 * goes with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_person"
#include "dossiers.h"
#include "motcua/crypto/totp.h"
#include "motcua/domain/api_token.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/retention.h"
#include "motcua/domain/share.h"
#include "motcua/domain/store.h"

static const int64_t DAY = INT64_C(86400) * MICROSECONDS;
static const struct str password = {"mot cau de nho", 14};

/* clang-format off */
static const struct { const char *table, *erased, *closed, *archive; } personal[] = {
#define PERSONAL(table, erased, closed, archive) {#table, erased, closed, archive},
#include "personal_tables.def"
#undef PERSONAL
};
/* clang-format on */

static void every_table_says_what_becomes_of_a_person_in_it(void **state)
{
    (void)state;
    const char *tables =
        ask("SELECT string_agg(' ' || relname || ' ', '' ORDER BY relname) FROM pg_class WHERE "
            "relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace");
    size_t count = 0;
    for (const char *at = tables; (at = strchr(at, ' ')) != NULL; at++)
        count++;
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++)
        if (strstr(tables, arena_printf(city_arena, " %s ", personal[i].table)) == NULL)
            fail_msg("personal_tables.def names %s, which does not exist", personal[i].table);
    if (count / 2 != sizeof personal / sizeof personal[0])
        fail_msg("tables are missing in personal_tables.def; there are:%s", tables);
}

/* Tables with a row that has this text somewhere. */
static const char *tables_with(const char *text)
{
    return ask(arena_printf(
        city_arena,
        "SELECT coalesce(string_agg(t, ' ' ORDER BY t), '') FROM (SELECT c.relname AS t, "
        "(xpath('/row/n/text()', "
        "query_to_xml(format('SELECT count(*) AS n FROM %%I x WHERE to_jsonb(x)::text LIKE %%L', c.relname, "
        "'%%%s%%'), false, true, '')))[1]::text AS n FROM pg_class c WHERE relkind = 'r' AND relnamespace = "
        "'public'::regnamespace) q WHERE n <> '0'",
        text));
}

static struct str mailed_token(const char *template, const char *address)
{
    const char *url =
        ask(arena_printf(city_arena,
                         "SELECT payload->'extra'->>'url' FROM outbox WHERE payload->>'template' "
                         "= '%s' AND payload->>'to' = '%s'",
                         template, address));
    return str_of(strrchr(url, '/') + 1);
}

static const char *address_of(struct hand *hand)
{
    return ask(with_id("SELECT email FROM account WHERE id = ", &hand->actor.account_id, ""));
}

/* `host` invites, `guest` takes the part. */
static struct uuid share_part(struct hand *host, struct hand *guest, const struct uuid *id)
{
    static const struct str pages[] = {{"nguoi_yeu_cau", 13}};
    DRAFT_AUTO draft = {.answers = NULL};
    struct draft_share wanted = {.email = address_of(guest), .label = "Người cùng khai", .fill = {pages, 1}},
                       taken;
    assert_ok(host, draft_load(of(host), id, &draft, &host->error));
    assert_ok(host, share_invite(of(host), &draft, &wanted, &host->error));
    assert_ok(guest, share_answer(of(guest), mailed_token("draft-invitation", wanted.email), true, &taken,
                                  &guest->error));
    return taken.id;
}

static struct uuid sign_in(struct hand *hand, struct signed_in *signed_in)
{
    static int number;
    struct sign_in wanted = {.identifier = str_of(address_of(hand)),
                             .password = password,
                             .token_hash = str_of(arena_printf(city_arena, "%032d", ++number)),
                             .user_agent = "Trình duyệt",
                             .address = "192.0.2.7"};
    struct person person;
    assert_ok(hand, session_sign_in(of(hand), &wanted, signed_in, &hand->error));
    assert_ok(hand, session_resolve(of(hand), wanted.token_hash, &person, &hand->error));
    return person.session_id;
}

static size_t close_due(void)
{
    size_t done;
    assert_ok(robot, account_close_due(of(robot), 100, &done, &robot->error));
    return done;
}

static enum status wish(struct hand *hand, const struct uuid *session, const char *code)
{
    instant due_at;
    return account_closing_request(of(hand), session, password, str_of(code), &due_at, &hand->error);
}

static void store_one(struct hand *person, const char *title)
{
    struct document_spool *spool;
    assert_int_equal(document_spool_open(city_domain.data_folder, &spool), STATUS_OK);
    assert_int_equal(document_spool_write(spool, STR("%PDF-1.4\n%%EOF\n")), STATUS_OK);
    assert_int_equal(document_spool_close(spool), STATUS_OK);
    assert_ok(person, store_put(of(person), spool, str_of(title), STR("quet.pdf"), &person->error));
    document_spool_destroy(spool);
}

/* A person who has left traces wherever one can. */
struct traces {
    struct hand *person, *friend;
    struct uuid session, draft, open, shared;
};

static struct traces leave_traces(void)
{
    struct traces traces = {
        citizen_named("Trịnh Thị Dấu Vết"), citizen_named("Lý Văn Bạn"), {""}, {""}, {""}, {""}};
    struct hand *person = traces.person;
    struct signed_in ignored;
    struct store_paper *papers;
    struct uuid resource;
    struct hash hash = hash_sha256(STR("x"));
    size_t count;
    bool more;
    char key[API_TOKEN_SIZE];
    traces.session = sign_in(person, &ignored);
    assert_ok(person,
              api_token_create(of(person), password, STR("Phần mềm"), API_READ, 30, key, &person->error));
    assert_ok(person, api_request_take(of(person), STR("lan-1"), &hash, &resource, &more, &person->error));
    traces.open = submitted(person, "2.000635", WARD);
    (void)submitted(person, "1.001612", DISTRICT);
    traces.draft = ready_draft(person, "2.000635", WARD);
    assert_ok(person, store_list(of(person), 0, 10, &papers, &count, &more, &person->error));
    assert_true(count > 0);
    struct document_claim claim = {.kind = "paper", .paper_key = str_of(papers[0].paper_key)};
    assert_ok(person, store_use_paper(of(person), &papers[0], &agency(WARD)->id, &traces.draft, &claim,
                                      &person->error));
    store_one(person, "Căn cước của Dấu Vết");
    (void)share_part(person, traces.friend, &traces.draft);
    struct uuid theirs = draft_of(traces.friend, "2.000635", WARD);
    traces.shared = share_part(traces.friend, person, &theirs);
    assert_ok(person, recovery_request(of(person), str_of(address_of(person)), &person->error));
    database_execute(city_database.url, "UPDATE outbox SET state = 'done'");
    return traces;
}

static void drop(struct traces *traces)
{
    hand_drop(traces->person);
    hand_drop(traces->friend);
}

static void an_account_leaves_nothing_but_its_dossiers(void **state)
{
    (void)state;
    struct traces traces = leave_traces();
    struct hand *person = traces.person;
    const char *address = arena_strdup(city_arena, address_of(person)), *id = person->actor.account_id.text;
    const char *friends =
        ask(with_id("SELECT count(*) FROM draft WHERE account_id = ", &traces.friend->actor.account_id, ""));
    assert_string_equal(tables_with(id),
                        "account api_request api_token document dossier draft draft_share event "
                        "one_time_token paper_use session");
    city_domain.account_grace_s = 0;
    assert_ok(person, wish(person, &traces.session, ""));
    assert_asked(with_id("SELECT count(*) FROM session WHERE account_id = ", &person->actor.account_id, ""),
                 "0");
    assert_asked(with_id("SELECT count(*) FROM api_token WHERE revoked_at IS NULL AND account_id = ",
                         &person->actor.account_id, ""),
                 "0");
    database_execute(city_database.url, "UPDATE outbox SET state = 'done'");
    assert_int_equal(close_due(), 1);
    assert_int_equal(close_due(), 0);
    assert_string_equal(tables_with(id), "account_closing event");
    assert_string_equal(tables_with("Căn cước của Dấu Vết"), "");
    assert_asked("SELECT count(*) || ' ' || bool_and(erased_at IS NOT NULL AND removed_at IS NOT NULL) FROM "
                 "document WHERE kind = 'stored'",
                 "1 true");
    /* one mail says that it is done, and waits to be sent; whom they invited is the friend's own note */
    assert_string_equal(tables_with(address), "draft_share outbox");
    assert_asked(
        arena_printf(city_arena,
                     "SELECT string_agg(payload->>'template', ' ') FROM outbox WHERE payload->>'to' = '%s'",
                     address),
        "account-closed");
    assert_asked(with_id("SELECT drafts || ' ' || dossiers FROM account_closing WHERE account_id = ",
                         &person->actor.account_id, ""),
                 "1 2");
    /* the agency goes on, with the name and the papers */
    assert_asked(
        with_id(
            "SELECT applicant_name || ' ' || status || ' ' || (account_id IS NULL) FROM dossier WHERE id = ",
            &traces.open, ""),
        "Nguyễn Thị Lan submitted true");
    assert_asked(with_id("SELECT count(*) > 0 FROM document WHERE removed_at IS NULL AND dossier_id = ",
                         &traces.open, ""),
                 "t");
    assert_asked(
        with_id("SELECT count(*) FROM document WHERE swept_at IS NULL AND dossier_id = ", &traces.draft, ""),
        "0");
    assert_decided(ward, WARD, &traces.open, "tiep_nhan", "receive");
    /* what the friend has stays, and knows that the part was given back */
    assert_asked(
        with_id("SELECT count(*) FROM draft WHERE account_id = ", &traces.friend->actor.account_id, ""),
        friends);
    assert_asked(
        with_id("SELECT state || ' ' || (guest_id IS NULL) FROM draft_share WHERE id = ", &traces.shared, ""),
        "declined true");
    struct document_check check = {0};
    assert_ok(robot, document_check_all(of(robot), &agency(WARD)->id, 0, NULL, NULL, &check, &robot->error));
    assert_int_equal(check.faulty, 0);
    struct audit_report report;
    assert_ok(robot, audit_verify(of(robot), &agency(WARD)->id, &report, &robot->error));
    assert_int_equal(report.finding_count, 0);
    drop(&traces);
}

/* What the role that erases sees, on behalf of this agency and account, of rows that belong to no account. */
static const char *eraser_sees(const char *what, const char *tenant, const struct uuid *account)
{
    return ask(arena_printf(city_arena,
                            "SET ROLE motcua_eraser; SELECT set_config('motcua.tenant', '%s', false), "
                            "set_config('motcua.account', '%s', false); SELECT count(*) FROM %s",
                            tenant, account->text, what));
}

static void who_erases_sees_the_rows_of_nobody_at_one_agency_only(void **state)
{
    (void)state;
    struct traces traces = leave_traces();
    city_domain.account_grace_s = 0;
    assert_ok(traces.person, wish(traces.person, &traces.session, ""));
    assert_int_equal(close_due(), 1);
    const struct uuid *friend = &traces.friend->actor.account_id;
    const char *ward_id = agency(WARD)->id.text, *district = agency(DISTRICT)->id.text;
    const char *of_ward =
        arena_printf(city_arena, "dossier WHERE account_id IS NULL AND tenant_id = '%s'", ward_id);
    assert_string_not_equal(eraser_sees(of_ward, ward_id, friend), "0");
    assert_string_equal(eraser_sees(of_ward, district, friend), "0");
    assert_string_equal(eraser_sees("dossier WHERE account_id IS NULL", "", friend), "0");
    assert_string_equal(eraser_sees("document WHERE account_id IS NULL", "", friend), "0");
    assert_string_equal(
        eraser_sees(
            arena_printf(city_arena, "document WHERE account_id IS NULL AND tenant_id = '%s'", ward_id),
            district, friend),
        "0");
    const char *shares = arena_printf(
        city_arena, "draft_share WHERE guest_id IS NULL AND account_id <> '%s' AND tenant_id <> '%s'",
        traces.person->actor.account_id.text, district);
    assert_string_equal(eraser_sees(shares, district, &traces.person->actor.account_id), "0");
    drop(&traces);
}

static void whoever_signs_in_in_time_keeps_the_account(void **state)
{
    (void)state;
    struct traces traces = leave_traces();
    struct hand *person = traces.person;
    struct signed_in signed_in;
    city_domain.account_grace_s = 7 * 86400;
    assert_ok(person, wish(person, &traces.session, ""));
    now += 7 * DAY - MICROSECONDS;
    assert_int_equal(close_due(), 0);
    (void)sign_in(person, &signed_in);
    assert_true(signed_in.account_kept);
    (void)sign_in(person, &signed_in);
    assert_false(signed_in.account_kept);
    now += DAY;
    assert_int_equal(close_due(), 0);
    assert_asked(with_id("SELECT count(*) FROM draft WHERE id = ", &traces.draft, ""), "1");
    assert_asked(arena_printf(city_arena,
                              "SELECT count(*) FROM outbox WHERE payload->>'template' = 'account-kept' AND "
                              "payload->>'to' = '%s'",
                              address_of(person)),
                 "1");
    /* again, to the end */
    traces.session = sign_in(person, &signed_in);
    assert_ok(person, wish(person, &traces.session, ""));
    now += 7 * DAY;
    assert_int_equal(close_due(), 1);
    city_domain.account_grace_s = 0;
    drop(&traces);
}

/* Of the second factor that was begun, or is in force. */
static const char *code_now(struct hand *hand)
{
    static struct str secret;
    static char code[9];
    const char *text, *url;
    if (second_factor_pending(of(hand), "x", &text, &url, &hand->error) == STATUS_OK ||
        second_factor_begin(of(hand), "x", &text, &url, &hand->error) == STATUS_OK)
        assert_int_equal(base32_decode(city_arena, str_of(text), &secret), STATUS_OK);
    hotp_code(secret, (uint64_t)(now / MICROSECONDS / TOTP_PERIOD_SECONDS), 6, code);
    return code;
}

/* Only with the password, and the code where there is one; never an official's. */
static void not_everybody_closes_an_account(void **state)
{
    (void)state;
    struct hand *person = citizen_named("Đỗ Văn Mã");
    struct signed_in signed_in;
    struct uuid session = sign_in(person, &signed_in);
    instant due_at;
    assert_status(person,
                  account_closing_request(of(person), &session, STR("sai"), STR(""), &due_at, &person->error),
                  STATUS_INVALID);
    assert_string_equal(person->error.field, "closing_password");
    assert_status(ward, wish(ward, &session, ""), STATUS_CONFLICT);
    assert_string_equal(ward->error.code, "account.official");
    assert_ok(person, second_factor_confirm(of(person), &session, str_of(code_now(person)), &person->error));
    assert_status(person, wish(person, &session, "000000"), STATUS_INVALID);
    assert_string_equal(person->error.field, "closing_code");
    assert_asked("SELECT count(*) FROM account_closing WHERE closed_at IS NULL", "0");
    now += 60 * MICROSECONDS;
    assert_ok(person, wish(person, &session, code_now(person)));
    /* The password alone is not signing in; and whoever works for an agency meanwhile is needed there. */
    (void)sign_in(person, &signed_in);
    assert_true(signed_in.second_factor && !signed_in.account_kept);
    struct uuid unit = unit_of(person, WARD, "tu-phap-ho-tich");
    assert_ok(person, membership_grant(of(person), &agency(WARD)->id, &person->actor.account_id, &unit,
                                       ROLE_RECEPTION_CLERK, "Cán bộ", &person->error));
    assert_int_equal(close_due(), 0);
    hand_drop(person);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_table_says_what_becomes_of_a_person_in_it, start_clock),
        cmocka_unit_test_setup(an_account_leaves_nothing_but_its_dossiers, start_clock),
        cmocka_unit_test_setup(who_erases_sees_the_rows_of_nobody_at_one_agency_only, start_clock),
        cmocka_unit_test_setup(whoever_signs_in_in_time_keeps_the_account, start_clock),
        cmocka_unit_test_setup(not_everybody_closes_an_account, start_clock),
    };
    return cmocka_run_group_tests_name("person", tests, prepare, finish);
}
