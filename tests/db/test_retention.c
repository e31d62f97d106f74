/*
 * The end of dossiers: archived, announced, made anonymous or deleted by rule, never while they are held;
 * the papers are gone, the figures and the trail stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_retention"
#include "dossiers.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/report.h"
#include "motcua/domain/retention.h"

static const int64_t DAY = INT64_C(86400) * MICROSECONDS;

static size_t run(void)
{
    size_t done;
    assert_ok(robot, retention_run_due(of(robot), NULL, 100, &done, &robot->error));
    return done;
}

static void run_all(void)
{
    while (run() > 0)
        continue;
}

static struct uuid withdrawn(void)
{
    struct uuid id = submitted(lan, "2.000635", WARD);
    assert_ok(lan, dossier_withdraw(of(lan), &agency(WARD)->id, &id, STR("Tôi đổi ý"), &lan->error));
    return id;
}

static const char *of_dossier(const char *expression, const struct uuid *id)
{
    return ask(arena_printf(city_arena, "SELECT %s FROM dossier WHERE id = '%s'", expression, id->text));
}

static const char *done_to(const struct uuid *id)
{
    return ask(with_id("SELECT coalesce(string_agg(action, ' ' ORDER BY at), '') FROM retention_entry WHERE "
                       "dossier_id = ",
                       id, ""));
}

static size_t findings(void)
{
    struct audit_report report;
    assert_ok(robot, audit_verify(of(robot), &agency(WARD)->id, &report, &robot->error));
    return report.finding_count;
}

static const char *figures(void)
{
    return ask("SELECT coalesce(string_agg(f::text, ' ' ORDER BY f::text), '') FROM "
               "report_figures('2017-01-01', '2040-01-01') f");
}

/* Of the ward's papers: how many are wrong, and how many blobs belong to none. */
static void assert_papers_clean(void)
{
    struct document_check check = {0};
    struct document_orphans orphans = {0};
    assert_ok(robot, document_check_all(of(robot), &agency(WARD)->id, 0, NULL, NULL, &check, &robot->error));
    assert_int_equal(check.faulty, 0);
    assert_ok(robot, document_orphans_find(of(robot), DOCUMENT_STORE_FOLDER, INSTANT_NONE, false, NULL, NULL,
                                           &orphans, &robot->error));
    assert_int_equal(orphans.found, 0);
}

static void set_rule(const char *rule)
{
    city_domain.retention = rule;
}

static void nothing_happens_without_a_rule(void **state)
{
    (void)state;
    set_rule(NULL);
    struct uuid id = withdrawn();
    now += 40000 * DAY;
    assert_int_equal(run(), 0);
    assert_string_equal(done_to(&id), "");
}

static void steps_come_in_order_and_each_once(void **state)
{
    (void)state;
    struct uuid id = withdrawn(), open = submitted(lan, "2.000635", WARD);
    set_rule("archive after 1 year, warn 30 days before, anonymise after 2 years");
    now = at("2018-02-14T08:59:59+07:00");
    run_all();
    assert_string_equal(done_to(&id), "");
    now = at("2018-02-14T09:00:00+07:00");
    run_all();
    assert_string_equal(done_to(&id), "archive");
    now = at("2019-01-15T09:00:00+07:00");
    run_all();
    assert_string_equal(done_to(&id), "archive warn");
    assert_asked(with_id("SELECT count(*) FROM outbox WHERE payload->>'template' = 'retention-notice' AND "
                         "payload->>'dossier_id' = ",
                         &id, ""),
                 "1");
    now = at("2019-02-14T08:59:59+07:00");
    run_all();
    assert_string_equal(done_to(&id), "archive warn");
    now = at("2019-02-14T09:00:00+07:00");
    run_all();
    assert_string_equal(done_to(&id), "archive warn anonymise");
    assert_string_equal(done_to(&open), ""); /* still open */
    assert_asked("SELECT count(*) FROM job_attempt WHERE job = 'retention'", "0");
}

/* Whoever was warned late has the whole time of notice. */
static void nobody_is_surprised(void **state)
{
    (void)state;
    struct uuid id = withdrawn();
    set_rule("warn 30 days before, delete after 100 days");
    now += 1000 * DAY;
    run_all();
    assert_string_equal(done_to(&id), "warn");
    now += 30 * DAY - MICROSECONDS;
    run_all();
    assert_string_equal(done_to(&id), "warn");
    now += MICROSECONDS;
    run_all();
    assert_string_equal(done_to(&id), "warn delete");
}

static void what_is_archived_is_read_only_and_found_by_its_code_only(void **state)
{
    (void)state;
    struct uuid id = withdrawn();
    set_rule("archive after 10 days");
    now += 10 * DAY;
    run_all();
    struct dossier_row *rows;
    size_t count;
    assert_ok(lan, dossier_list_own(of(lan), &rows, &count, &lan->error));
    for (size_t i = 0; i < count; i++)
        assert_false(uuid_same(&rows[i].id, &id));
    const char *code = of_dossier("code", &id);
    struct dossier_search search = {.text = STR("nguyen thi lan"),
                                    .received_from = INSTANT_NONE,
                                    .received_to = INSTANT_NONE,
                                    .limit = 100};
    assert_ok(ward, dossier_search(of(ward), &search, &rows, &count, &ward->error));
    for (size_t i = 0; i < count; i++)
        assert_false(uuid_same(&rows[i].id, &id));
    search.text = str_of(code);
    assert_ok(ward, dossier_search(of(ward), &search, &rows, &count, &ward->error));
    assert_int_equal(count, 1);
    DOSSIER_FILE_AUTO file = {0};
    assert_ok(lan, dossier_load_by_code(of(lan), str_of(code), &file, &lan->error));
    assert_status(lan, dossier_rate(of(lan), &agency(WARD)->id, &id, 3, STR(""), &lan->error),
                  STATUS_CONFLICT);
    assert_string_equal(lan->error.code, "dossier.archived");
    assert_int_equal(findings(), 0);
}

static const char person_in_rows[] =
    "SELECT count(*) FROM (SELECT to_jsonb(d)::text t FROM dossier d WHERE id = '%1$s' UNION ALL SELECT "
    "to_jsonb(e)::text FROM event e WHERE dossier_id = '%1$s' UNION ALL SELECT to_jsonb(k)::text FROM task k "
    "WHERE dossier_id = '%1$s' UNION ALL SELECT to_jsonb(w)::text FROM workflow_instance w WHERE dossier_id "
    "= "
    "'%1$s' UNION ALL SELECT to_jsonb(f)::text FROM document f WHERE dossier_id = '%1$s' UNION ALL SELECT "
    "to_jsonb(r)::text FROM draft r WHERE id = '%1$s' UNION ALL SELECT to_jsonb(s)::text FROM result s WHERE "
    "dossier_id = '%1$s' UNION ALL SELECT to_jsonb(o)::text FROM outbox o) x WHERE t ~ "
    "'Nguyễn Thị Lan|0912345678|Tôi đổi ý|giay to|192.0.2.7' AND t ~ '%1$s'";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static const char *rows_with_a_person(const struct uuid *id)
{
    return ask(arena_printf(city_arena, person_in_rows, id->text));
}
#pragma GCC diagnostic pop

static void an_anonymous_dossier_keeps_its_figures_and_its_trail(void **state)
{
    (void)state;
    struct uuid id = withdrawn(), other = withdrawn();
    const char *papers = ask(with_id("SELECT count(*) FROM document WHERE dossier_id = ", &id, ""));
    assert_string_not_equal(papers, "0");
    assert_string_not_equal(rows_with_a_person(&id), "0");
    const char *before = figures(), *code = of_dossier("code", &id),
               *trail =
                   ask(with_id("SELECT string_agg(kind || encode(hash, 'hex'), ' ' ORDER BY sequence) FROM "
                               "event WHERE dossier_id = ",
                               &id, ""));
    set_rule("anonymise after 100 days");
    ward->actor.roles |= ROLE_TENANT_ADMIN;
    assert_ok(ward, retention_hold_place(of(ward), str_of(of_dossier("code", &other)),
                                         STR("Đang có khiếu nại"), &ward->error));
    now += 100 * DAY;
    run_all();
    assert_string_equal(of_dossier("erased_how", &id), "anonymise");
    assert_string_equal(of_dossier("erased_at IS NULL", &other), "t");
    assert_string_equal(rows_with_a_person(&id), "0");
    assert_string_not_equal(rows_with_a_person(&other), "0");
    assert_string_equal(of_dossier("code", &id), code);
    assert_string_equal(figures(), before);
    assert_string_equal(
        ask(arena_printf(city_arena,
                         "SELECT string_agg(kind || encode(hash, 'hex'), ' ' ORDER BY sequence) "
                         "FROM event WHERE dossier_id = '%s' AND kind <> 'anonymised'",
                         id.text)),
        trail);
    assert_asked(
        with_id("SELECT papers FROM retention_entry WHERE action = 'anonymise' AND dossier_id = ", &id, ""),
        papers);
    assert_asked(with_id("SELECT count(*) FROM document WHERE swept_at IS NULL AND dossier_id = ", &id, ""),
                 "0");
    assert_papers_clean();
    assert_int_equal(findings(), 0);
    DOSSIER_FILE_AUTO file = {0};
    look(ward, WARD, &id, &file);
    assert_true(uuid_is_empty(&file.dossier.account_id));
    assert_string_equal(file.dossier.status, "withdrawn");
}

/* What is left of an erased event is sealed: whoever changes it, or erases one himself, is found. */
static void an_erased_trail_cannot_be_changed(void **state)
{
    (void)state;
    struct uuid id = withdrawn(), whole = withdrawn();
    set_rule("anonymise after 100 days");
    ward->actor.roles |= ROLE_TENANT_ADMIN;
    assert_ok(ward, retention_hold_place(of(ward), str_of(of_dossier("code", &whole)), STR("Thanh tra"),
                                         &ward->error));
    now += 100 * DAY;
    run_all();
    assert_int_equal(findings(), 0);
    static const char *const changes[] = {
        "UPDATE event SET kind = 'x' WHERE sequence = 1 AND dossier_id = ",
        "UPDATE event SET at = at - interval '1 hour' WHERE sequence = 1 AND dossier_id = ",
        "UPDATE event SET data = '{\"a\": 1}' WHERE sequence = 1 AND dossier_id = ",
        "UPDATE event SET actor_name = 'Trần Văn X' WHERE sequence = 1 AND dossier_id = ",
        "UPDATE event SET erasure_seal = NULL WHERE sequence = 1 AND dossier_id = ",
        "UPDATE event SET erasure_seal = hash WHERE sequence = 1 AND dossier_id = ",
    };
    database_execute(city_database.url, "CREATE TABLE kept AS SELECT * FROM event");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        database_execute(city_database.url, with_id(changes[i], &id, ""));
        assert_int_equal(findings(), 1);
        database_execute(city_database.url, "DELETE FROM event; INSERT INTO event SELECT * FROM kept");
    }
    database_execute(city_database.url,
                     with_id("UPDATE event SET data = '{}', actor_name = '', address = '', erasure_seal = "
                             "sha256('x') WHERE sequence = 1 AND dossier_id = ",
                             &whole, ""));
    assert_int_equal(findings(), 1);
    database_execute(city_database.url,
                     "DELETE FROM event; INSERT INTO event SELECT * FROM kept; DROP TABLE kept");
    assert_int_equal(findings(), 0);
}

static void a_broken_trail_is_not_sealed(void **state)
{
    (void)state;
    struct uuid id = withdrawn();
    set_rule("anonymise after 100 days");
    now += 100 * DAY;
    database_execute(
        city_database.url,
        with_id("UPDATE event SET data = data || '{\"x\": 1}' WHERE sequence = 1 AND dossier_id = ", &id,
                ""));
    size_t done;
    assert_status(robot, retention_run_due(of(robot), NULL, 100, &done, &robot->error), STATUS_CONFLICT);
    assert_string_equal(of_dossier("erased_at IS NULL", &id), "t");
    assert_asked(
        with_id("SELECT attempts FROM job_attempt WHERE job = 'retention' AND dossier_id = ", &id, ""), "1");
    database_execute(
        city_database.url,
        with_id("UPDATE event SET data = data - 'x' WHERE sequence = 1 AND dossier_id = ", &id, ""));
    now += DAY;
    run_all();
    assert_string_equal(of_dossier("erased_how", &id), "anonymise");
}

static void a_deleted_dossier_leaves_a_number_and_the_figures(void **state)
{
    (void)state;
    struct uuid id = withdrawn();
    const char *before = figures();
    set_rule("delete after 100 days");
    now += 100 * DAY;
    run_all();
    assert_string_equal(of_dossier("erased_how || ' ' || event_count || ' ' || answers::text", &id),
                        "delete 0 {}");
    assert_string_equal(done_to(&id), "delete");
    assert_string_equal(
        ask(arena_printf(
            city_arena,
            "SELECT (SELECT count(*) FROM event WHERE dossier_id = '%1$s') + (SELECT count(*) FROM "
            "task WHERE dossier_id = '%1$s') + (SELECT count(*) FROM draft WHERE id = '%1$s')",
            id.text)),
        "0");
    assert_string_equal(figures(), before);
    assert_papers_clean();
    assert_int_equal(findings(), 0);
    /* A trail that somebody else deletes is found, also when its count says so. */
    struct uuid stolen = withdrawn();
    database_execute(city_database.url, with_id("DELETE FROM event WHERE dossier_id = ", &stolen, ""));
    database_execute(city_database.url,
                     with_id("UPDATE dossier SET event_count = 0, event_head = '' WHERE id = ", &stolen, ""));
    assert_int_equal(findings(), 1);
    database_execute(city_database.url, with_id("DELETE FROM task WHERE dossier_id = ", &stolen, ""));
    database_execute(city_database.url,
                     with_id("DELETE FROM workflow_instance WHERE dossier_id = ", &stolen, ""));
    database_execute(city_database.url, with_id("DELETE FROM dossier WHERE id = ", &stolen, ""));
}

/* The question went to another agency, with what it needed to know; that copy goes as well. */
static void the_asked_agency_forgets_too(void **state)
{
    (void)state;
    struct uuid id = withdrawn(), question = uuid_create(now);
    database_execute(
        city_database.url,
        arena_printf(
            city_arena,
            "INSERT INTO consultation_sent (tenant_id, id, dossier_id, to_tenant_id, message_name, "
            "question, data, sent_at) VALUES ('%1$s', '%2$s', '%3$s', '%4$s', 'x', 'Hỏi về Nguyễn Thị "
            "Lan', '{\"a\": 1}', now()); INSERT INTO consultation_received (tenant_id, id, "
            "from_tenant_id, dossier_code, procedure_name, question, data, received_at) VALUES ('%4$s', "
            "'%2$s', '%1$s', 'x', 'x', 'Hỏi về Nguyễn Thị Lan', '{\"a\": 1}', now())",
            agency(WARD)->id.text, question.text, id.text, agency(DISTRICT)->id.text));
    set_rule("anonymise after 100 days");
    now += 100 * DAY;
    run_all();
    assert_asked(
        with_id("SELECT question || data::text FROM consultation_received WHERE id = ", &question, ""), "{}");
    assert_asked(with_id("SELECT question || data::text FROM consultation_sent WHERE id = ", &question, ""),
                 "{}");
}

static void a_hold_stops_everything_until_it_is_released(void **state)
{
    (void)state;
    struct uuid id = withdrawn();
    struct str code = str_of(of_dossier("code", &id));
    struct retention_plan plan;
    set_rule("archive after 10 days, delete after 100 days");
    ward->actor.roles |= ROLE_TENANT_ADMIN;
    assert_status(ward, retention_hold_place(of(ward), code, STR("  "), &ward->error), STATUS_INVALID);
    assert_string_equal(ward->error.code, "retention.reason");
    assert_status(ward, retention_hold_place(of(ward), STR("x"), STR("Khiếu nại"), &ward->error),
                  STATUS_NOT_FOUND);
    assert_ok(ward, retention_hold_place(of(ward), code, STR("Khiếu nại số 12"), &ward->error));
    assert_status(ward, retention_hold_place(of(ward), code, STR("Khiếu nại"), &ward->error),
                  STATUS_CONFLICT);
    now += 400 * DAY;
    run_all();
    assert_string_equal(done_to(&id), "hold");
    assert_ok(ward, retention_plan(of(ward), &agency(WARD)->id, 30, &plan, &ward->error));
    size_t mine = plan.hold_count;
    for (size_t i = 0; i < plan.hold_count; i++)
        if (uuid_same(&plan.holds[i].dossier_id, &id)) mine = i;
    assert_true(mine < plan.hold_count);
    assert_string_equal(plan.holds[mine].reason, "Khiếu nại số 12");
    for (size_t i = 0; i < plan.item_count; i++)
        assert_false(uuid_same(&plan.items[i].id, &id));
    struct uuid hold = plan.holds[mine].id;
    now += MICROSECONDS;
    assert_ok(ward, retention_hold_release(of(ward), &hold, &ward->error));
    now += MICROSECONDS;
    assert_status(ward, retention_hold_release(of(ward), &hold, &ward->error), STATUS_NOT_FOUND);
    run_all();
    assert_string_equal(done_to(&id), "hold release archive delete");
    assert_status(ward, retention_hold_place(of(ward), code, STR("Muộn"), &ward->error), STATUS_CONFLICT);
}

static void an_agency_has_its_own_rule_and_the_plan_says_so(void **state)
{
    (void)state;
    struct uuid id = withdrawn();
    struct retention_plan plan;
    struct retention_rule rule = {.erase = {200, RETENTION_DAYS}, .warn_days = 20},
                          nonsense = {.warn_days = 5};
    set_rule("archive after 10 days");
    ward->actor.roles |= ROLE_TENANT_ADMIN;
    assert_status(ward,
                  retention_exception_set(of(ward), STR("2.000635"), &nonsense, STR("Hồ sơ"), &ward->error),
                  STATUS_INVALID);
    assert_status(ward, retention_exception_set(of(ward), STR("9.9"), &rule, STR("Hồ sơ"), &ward->error),
                  STATUS_NOT_FOUND);
    assert_ok(ward,
              retention_exception_set(of(ward), STR("2.000635"), &rule, STR("Quyết định 5"), &ward->error));
    now += 100 * DAY;
    run_all();
    assert_string_equal(done_to(&id), "");
    assert_ok(ward, retention_plan(of(ward), &agency(WARD)->id, 120, &plan, &ward->error));
    bool found = false;
    for (size_t i = 0; i < plan.group_count; i++)
        found |= strcmp(plan.groups[i].source, "agency") == 0 &&
                 strcmp(plan.groups[i].action, "anonymise") == 0 && plan.groups[i].due_now == 0;
    assert_true(found);
    assert_ok(ward, retention_exception_set(of(ward), STR("2.000635"), NULL, STR(""), &ward->error));
    run_all();
    assert_string_equal(done_to(&id), "archive");
}

/* A notice that was given under another rule is none under this one: whoever sets it by mistake has time. */
static void another_rule_warns_anew(void **state)
{
    (void)state;
    struct uuid id = withdrawn();
    struct retention_rule shorter = {.erase = {50, RETENTION_DAYS}, .warn_days = 20}, hasty = shorter;
    struct retention_preview preview;
    hasty.warn_days = RETENTION_NOTICE_DAYS - 1;
    set_rule("warn 10 days before, anonymise after 100 days");
    ward->actor.roles |= ROLE_TENANT_ADMIN;
    now += 95 * DAY;
    run_all();
    assert_string_equal(done_to(&id), "warn");
    assert_status(ward, retention_exception_set(of(ward), STR("2.000635"), &hasty, STR("x"), &ward->error),
                  STATUS_INVALID);
    assert_string_equal(ward->error.code, "retention.notice");
    assert_ok(ward, retention_exception_preview(of(ward), STR("2.000635"), &shorter, STR("Quyết định 6"),
                                                &preview, &ward->error));
    assert_true(preview.ended > 0 && preview.erased > 0);
    assert_true(preview.first_erased_at == now + 20 * DAY);
    assert_ok(ward, retention_exception_preview(of(ward), STR("1.013225"), &shorter, STR("Quyết định 6"),
                                                &preview, &ward->error));
    assert_true(preview.ended == 0 && preview.erased == 0 && preview.first_erased_at == INSTANT_NONE);
    now += DAY;
    assert_ok(ward, retention_exception_set(of(ward), STR("2.000635"), &shorter, STR("Quyết định 6"),
                                            &ward->error));
    now += MICROSECONDS;
    run_all();
    assert_string_equal(done_to(&id), "warn warn");
    now += 19 * DAY;
    run_all();
    assert_string_equal(done_to(&id), "warn warn");
    now += DAY;
    run_all();
    assert_string_equal(done_to(&id), "warn warn anonymise");
    assert_ok(ward, retention_exception_set(of(ward), STR("2.000635"), NULL, STR(""), &ward->error));
}

/* The functions that may erase look themselves, whoever calls them. */
static void the_application_alone_cannot_erase_what_is_open_or_held(void **state)
{
    (void)state;
    struct uuid open = submitted(lan, "2.000635", WARD);
    assert_asked(arena_printf(city_arena, "SET motcua.tenant = '%s'; SELECT retention_may_erase('%s')",
                              agency(WARD)->id.text, open.text),
                 "f");
    assert_asked(
        "SELECT string_agg(t || ':' || p, ' ') FROM unnest(ARRAY['retention_entry', "
        "'retention_hold', 'retention_exception']) t, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p "
        "WHERE has_table_privilege('motcua_app', t, p)",
        "");
    assert_asked("SELECT has_column_privilege('motcua_app', 'event', 'data', 'UPDATE')", "f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_happens_without_a_rule),
        TEST(steps_come_in_order_and_each_once),
        TEST(nobody_is_surprised),
        TEST(what_is_archived_is_read_only_and_found_by_its_code_only),
        TEST(an_anonymous_dossier_keeps_its_figures_and_its_trail),
        TEST(an_erased_trail_cannot_be_changed),
        TEST(a_broken_trail_is_not_sealed),
        TEST(a_deleted_dossier_leaves_a_number_and_the_figures),
        TEST(the_asked_agency_forgets_too),
        TEST(a_hold_stops_everything_until_it_is_released),
        TEST(an_agency_has_its_own_rule_and_the_plan_says_so),
        TEST(another_rule_warns_anew),
        TEST(the_application_alone_cannot_erase_what_is_open_or_held),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
