/* The trail of a dossier: what was touched is found, and what is fixed the application may not touch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_trail"
#include "dossiers.h"

/* --- The trail */

static size_t findings_of(const char *slug)
{
    struct audit_report report;
    assert_ok(robot, audit_verify(of(robot), &agency(slug)->id, &report, &robot->error));
    assert_true(report.dossiers > 0 && report.events >= report.dossiers);
    return report.finding_count;
}

/* Does it as the owner of the database, who is bound by no privilege; what was changed is put back. */
static void assert_found(const char *slug, const char *change, const char *back)
{
    assert_int_equal(findings_of(slug), 0);
    database_execute(city_database.url, change);
    assert_true(findings_of(slug) > 0);
    database_execute(city_database.url, back);
    assert_int_equal(findings_of(slug), 0);
}

static void a_trail_that_was_touched_is_found(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "2.000635", WARD), sound = submitted(lan, "2.000635", WARD);
    assert_decided(ward, WARD, &sound, "tiep_nhan", "receive"); /* stays as it is beside the other */
    assert_decided(ward, WARD, &id, "tiep_nhan", "receive");
    assert_decided(ward, WARD, &id, "tra_cuu", "approve");
    const char *where = with_id(" WHERE dossier_id = ", &id, "");
    const char *keep = arena_printf(city_arena, "CREATE TABLE kept AS SELECT * FROM event%s; ", where);
    const char *back = arena_printf(
        city_arena, "DELETE FROM event%s; INSERT INTO event SELECT * FROM kept; DROP TABLE kept", where);
    static const char *const changes[] = {
        "UPDATE event SET actor_name = 'X'%s AND sequence = 2",
        "UPDATE event SET at = at + interval '1 day'%s AND sequence = 1",
        "UPDATE event SET data = '{}', kind = 'x'%s AND sequence = 2",
        "UPDATE event SET is_public = NOT is_public%s AND sequence = 3",
        "DELETE FROM event%s AND sequence = 2", /* removed */
        "DELETE FROM event%s AND sequence = 3", /* cut off */
        "DELETE FROM event%s",
        "INSERT INTO event SELECT (jsonb_populate_record(event, '{\"sequence\": 4}')).* FROM event%s AND "
        "sequence = 3", /* inserted */
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *place = strstr(changes[i], "%s");
        assert_found(WARD,
                     arena_printf(city_arena, "%s%.*s%s%s", keep, (int)(place - changes[i]), changes[i],
                                  where, place + 2),
                     back);
    }
    /* Cut short, with a head that fits: the seal shows it. */
    assert_found(
        WARD,
        arena_printf(
            city_arena,
            "%sCREATE TABLE kept_dossier AS SELECT event_count, event_head FROM dossier WHERE id = '%s';"
            "DELETE FROM event%s AND sequence = 3; UPDATE dossier SET event_count = 2, event_head = "
            "(SELECT hash FROM event%s AND sequence = 2) WHERE id = '%s'",
            keep, id.text, where, where, id.text),
        arena_printf(city_arena,
                     "%s; UPDATE dossier d SET event_count = k.event_count, event_head = k.event_head FROM "
                     "kept_dossier k "
                     "WHERE d.id = '%s'; DROP TABLE kept_dossier",
                     back, id.text));
}

static void *work_in_thread(void *context)
{
    ARENA_AUTO arena = arena_create((size_t)256 * 1024 * 1024);
    struct db_connection *db = db_connection_create(&city_database);
    struct work work = {&city_domain, db, arena, &ward->actor, now};
    struct error error = {0};
    struct uuid task = uuid_from(str_of(context));
    bool failed = false;
    for (int i = 0; i < 40 && !failed; i++)
        failed =
            task_take(&work, &task, &error) != STATUS_OK || task_give_back(&work, &task, &error) != STATUS_OK;
    db_connection_destroy(db);
    return failed ? context : NULL;
}

static void a_trail_that_grows_meanwhile_is_not_broken(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "2.000635", WARD);
    const char *task = ask(with_id("SELECT id FROM task WHERE dossier_id = ", &id, ""));
    pthread_t thread;
    void *failed;
    assert_int_equal(pthread_create(&thread, NULL, work_in_thread, (void *)(uintptr_t)task), 0);
    size_t found = 0;
    for (int i = 0; i < 15; i++)
        found += findings_of(WARD);
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(found, 0);
}

/* What was written stays, even for the server itself. */
static void the_application_may_not_rewrite_what_is_fixed(void **state)
{
    (void)state;
    assert_asked("SELECT string_agg(t || ':' || p, ' ') FROM unnest(ARRAY['event', 'payment', 'rating', "
                 "'document', 'result', 'pause', "
                 "'supplement_request', 'procedure_version', 'calendar']) t, unnest(ARRAY['UPDATE', "
                 "'DELETE', 'TRUNCATE']) p "
                 "WHERE has_table_privilege('motcua_app', t, p)",
                 "");
    assert_asked("SELECT has_column_privilege('motcua_app', 'document', 'sha256', 'UPDATE')", "f");
    assert_asked("SELECT has_column_privilege('motcua_app', 'result', 'revoked_at', 'UPDATE')", "t");
    assert_asked("SELECT count(*) FROM pg_proc WHERE prosecdef AND NOT coalesce(array_to_string(proconfig, "
                 "','), '') LIKE '%pg_temp'",
                 "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_trail_that_was_touched_is_found),
        TEST(a_trail_that_grows_meanwhile_is_not_broken),
        TEST(the_application_may_not_rewrite_what_is_fixed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
