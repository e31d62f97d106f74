/*
 * A changed working calendar moves the dates of what is running, says why, and leaves alone what has ended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_follow"
#include "dossiers.h"

static int notices;

/* The agency's calendar with one more day off, as a notice would have it. */
static void day_off(const char *slug, const char *date)
{
    const char *code = agency(slug)->calendar_code;
    json_auto definition = NULL;
    struct str text = str_of(ask(arena_printf(
        city_arena, "SELECT definition FROM calendar WHERE code = '%s' ORDER BY revision DESC LIMIT 1",
        code)));
    assert_int_equal(json_parse(city_arena, text, CITY_FILE, 0, &definition, &robot->error), STATUS_OK);
    json_auto notice = json_pack(
        "{s:s, s:[{s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:s}]}]}", "format", "motcua-calendar/1", "notices",
        "id", arena_printf(city_arena, "them-%d", ++notices), "name", "Nghỉ thêm", "from", date, "to", date,
        "legal", "Thông báo số 12/TB-UBND", "days", "date", date, "kind", "holiday", "reason", "Nghỉ thêm");
    assert_non_null(notice);
    json_array_append(definition, notice);
    int revision = 0;
    assert_ok(robot, calendar_publish(of(robot), code, "Lịch", "Thông báo nghỉ ngày 15/02", definition,
                                      &revision, &robot->error));
    assert_true(revision > 1);
}

static size_t follow(int batch)
{
    size_t done;
    assert_ok(robot, calendar_follow_due(of(robot), batch, &done, &robot->error));
    return done;
}

static const char *due_of(const struct uuid *id)
{
    return ask(with_id("SELECT to_char(due_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM HH24:MI') FROM dossier "
                       "WHERE id = ",
                       id, ""));
}

static const char *events(const struct uuid *id)
{
    return ask(
        with_id("SELECT count(*) FROM event WHERE kind = 'calendar_changed' AND dossier_id = ", id, ""));
}

static struct uuid received(void)
{
    struct uuid id = submitted(lan, "1.001612", DISTRICT);
    assert_decided(business, DISTRICT, &id, "tiep_nhan", "receive");
    return id;
}

static void a_day_off_moves_the_due_date_and_says_why(void **state)
{
    (void)state;
    struct uuid id = received();
    const char *task_due = with_id("SELECT dossier_due_at = d.due_at FROM task t JOIN dossier d ON d.id = "
                                   "t.dossier_id WHERE t.state = 'open' AND d.id = ",
                                   &id, "");
    assert_string_equal(due_of(&id), "17/02 09:00");
    day_off(DISTRICT, "2017-02-15");
    while (follow(1) > 0)
        ;
    assert_string_equal(due_of(&id), "20/02 09:00");
    assert_asked(task_due, "t");
    assert_string_equal(events(&id), "1");
    const char *data =
        ask(with_id("SELECT data FROM event WHERE kind = 'calendar_changed' AND dossier_id = ", &id, ""));
    assert_non_null(strstr(data, "\"old_due\": \"2017-02-17T09:00"));
    assert_non_null(strstr(data, "\"new_due\": \"2017-02-20T09:00"));
    assert_non_null(strstr(data, "Thông báo nghỉ ngày 15/02"));
    json_auto json = NULL;
    assert_int_equal(json_parse(city_arena, str_of(data), CITY_FILE, 0, &json, &robot->error), STATUS_OK);
    assert_string_equal(dossier_move_reason(city_arena, NULL, json),
                        "Thông báo nghỉ ngày 15/02; 15/02/2017: Nghỉ lễ, tết – Nghỉ thêm (Thông báo số "
                        "12/TB-UBND)");
    assert_asked(with_id("SELECT count(*) FROM outbox WHERE payload->>'template' = 'due-moved' AND "
                         "payload->>'dossier_id' = ",
                         &id, ""),
                 "1");
    assert_asked(with_id("SELECT first_due_at < due_at FROM dossier WHERE id = ", &id, ""), "t");
    assert_int_equal(follow(10), 0);
    assert_asked("SELECT count(*) FROM job_attempt", "0");
    assert_string_equal(events(&id), "1");
}

static void what_has_ended_never_moves(void **state)
{
    (void)state;
    struct uuid id = received();
    assert_decided(business, DISTRICT, &id, "tham_dinh", "approve");
    assert_decided(business, DISTRICT, &id, "ky", "sign");
    assert_decided(business, DISTRICT, &id, "phat_hanh", "issue");
    const char *row =
        with_id("SELECT due_at, due_explanation, calendar_revision FROM dossier WHERE id = ", &id, "");
    const char *before = ask(row);
    day_off(DISTRICT, "2017-02-16");
    (void)follow(100);
    assert_asked(row, before);
    /* also not with the next command */
    assert_ok(business, dossier_pay(of(business), &id, "cash", &business->error));
    assert_decided(business, DISTRICT, &id, "tra_ket_qua", "hand_over");
    assert_asked(row, before);
    assert_string_equal(events(&id), "0");
}

static void a_paused_dossier_keeps_its_date_and_goes_on_by_the_new_calendar(void **state)
{
    (void)state;
    now = at("2017-01-09T09:00:00+07:00");
    struct uuid id = received();
    assert_string_equal(due_of(&id), "12/01 09:00");
    assert_decided(business, DISTRICT, &id, "tham_dinh", "supplement");
    day_off(DISTRICT, "2017-01-11");
    assert_true(follow(100) >= 1);
    assert_string_equal(due_of(&id), "12/01 09:00");
    assert_string_equal(events(&id), "0");
    now = at("2017-01-10T09:00:00+07:00"); /* one working day paused, and the 11th is off */
    assert_ok(lan,
              dossier_answer_supplement(of(lan), &agency(DISTRICT)->id, &id, NULL, STR(""), &lan->error));
    assert_string_equal(due_of(&id), "16/01 09:00");
}

static void a_command_follows_the_calendar_before_the_job_comes(void **state)
{
    (void)state;
    now = at("2017-01-16T09:00:00+07:00");
    struct uuid id = received();
    assert_string_equal(due_of(&id), "19/01 09:00");
    day_off(DISTRICT, "2017-01-17");
    assert_ok(robot, reference_refresh(of(robot), true, &robot->error));
    assert_decided(business, DISTRICT, &id, "tham_dinh", "approve");
    assert_string_equal(due_of(&id), "20/01 09:00");
    assert_string_equal(events(&id), "1");
}

static const char *timer_due(const struct uuid *id)
{
    return ask(with_id("SELECT to_char(due_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM HH24:MI') FROM timer "
                       "WHERE dossier_id = ",
                       id, ""));
}

static void timers_move_and_do_not_fire_at_the_old_time(void **state)
{
    (void)state;
    size_t done;
    now = at("2017-01-03T09:00:00+07:00");
    struct uuid id = submitted(lan, "1.013225", DISTRICT);
    assert_decided(builder, DISTRICT, &id, "tiep_nhan", "receive");
    assert_decided(builder, DISTRICT, &id, "tham_dinh", "approve"); /* asks, and waits for an answer */
    const char *old = timer_due(&id);
    now = at(ask(with_id("SELECT to_char(due_at AT TIME ZONE 'Asia/Ho_Chi_Minh', "
                         "'YYYY-MM-DD\"T\"HH24:MI:SS\"+07:00\"') FROM timer WHERE dossier_id = ",
                         &id, "")));
    day_off(DISTRICT, "2017-01-16");
    assert_ok(robot, reference_refresh(of(robot), true, &robot->error));
    assert_ok(robot, timer_run_due(of(robot), 10, &done, &robot->error));
    assert_string_equal(old, "16/01 09:00"); /* twelve days, rolled off the Sunday */
    assert_string_equal(timer_due(&id), "18/01 09:00");
    assert_asked(with_id("SELECT count(*) FROM event WHERE kind = 'timer_fired' AND dossier_id = ", &id, ""),
                 "0");
    assert_string_equal(events(&id), "1");
    now += 2 * DAY_US;
    assert_ok(robot, timer_run_due(of(robot), 10, &done, &robot->error));
    assert_asked(with_id("SELECT count(*) FROM event WHERE kind = 'timer_fired' AND dossier_id = ", &id, ""),
                 "1");
}

static void a_server_with_an_older_calendar_looks_again_before_it_works(void **state)
{
    (void)state;
    now = at("2017-02-13T09:00:00+07:00");
    struct uuid id = received();
    day_off(DISTRICT, "2017-02-20"); /* our memory does not know it yet */
    database_execute(city_database.url,
                     with_id("UPDATE dossier SET calendar_revision = calendar_revision + 1 WHERE id = ", &id,
                             "")); /* another server has been here */
    assert_decided(business, DISTRICT, &id, "tham_dinh", "supplement");
    assert_asked(with_id("SELECT calendar_revision = (SELECT max(revision) FROM calendar c WHERE c.code = "
                         "d.calendar_code) FROM dossier d WHERE id = ",
                         &id, ""),
                 "t");
}

static void many_are_moved_by_several_workers_each_once(void **state)
{
    (void)state;
    enum { MANY = 12 };
    struct uuid ids[MANY];
    now = at("2017-01-05T09:00:00+07:00");
    for (int i = 0; i < MANY; i++)
        ids[i] = received();
    day_off(DISTRICT, "2017-01-06");
    assert_int_equal(follow(5), 5); /* bounded; whoever stops here has lost nothing */
    while (follow(5) > 0)
        ;
    for (int i = 0; i < MANY; i++) {
        assert_string_equal(due_of(&ids[i]), "12/01 09:00");
        assert_string_equal(events(&ids[i]), "1");
    }
}

static void a_dossier_that_cannot_follow_rests_longer_each_time_then_is_an_incident(void **state)
{
    (void)state;
    size_t done;
    now = at("2017-01-12T09:00:00+07:00");
    struct uuid broken = received(), good = received();
    const char *saved = ask(with_id("SELECT state FROM workflow_instance WHERE dossier_id = ", &broken, ""));
    database_execute(city_database.url,
                     with_id("UPDATE workflow_instance SET state = '{}' WHERE dossier_id = ", &broken, ""));
    day_off(DISTRICT, "2017-01-13");
    const char *rest = with_id(
        "SELECT extract(epoch FROM next_at)::bigint FROM job_attempt WHERE dossier_id = ", &broken, "");
    int64_t last = 0;
    for (int i = 0; i < 7; i++) {
        assert_int_not_equal(calendar_follow_due(of(robot), 1000, &done, &robot->error), STATUS_OK);
        int64_t pause = strtoll(ask(rest), NULL, 10) - now / MICROSECONDS;
        assert_true(pause > last || pause == 3600);
        last = pause;
        now += pause * MICROSECONDS;
    }
    assert_string_equal(due_of(&good), "20/01 09:00");
    const char *open =
        with_id("SELECT count(*) FROM incident WHERE resolved_at IS NULL AND dossier_id = ", &broken, "");
    assert_asked(open, "0");
    assert_int_not_equal(calendar_follow_due(of(robot), 1000, &done, &robot->error), STATUS_OK);
    assert_asked(open, "1");
    now += 365 * DAY_US;
    assert_int_equal(follow(10), 0); /* it rests until somebody looks at it */
    database_execute(city_database.url, arena_printf(city_arena,
                                                     "UPDATE workflow_instance SET state = '%s' WHERE "
                                                     "dossier_id = '%s'",
                                                     saved, broken.text));
    struct uuid incident =
        uuid_from(str_of(ask(with_id("SELECT id FROM incident WHERE dossier_id = ", &broken, ""))));
    assert_ok(business, incident_resolve(of(business), &incident, INCIDENT_RETRY, STR(""), &business->error));
    assert_int_equal(follow(10), 0); /* it followed with the command that settled the incident */
    assert_asked(open, "0");
    assert_asked(with_id("SELECT count(*) FROM job_attempt WHERE dossier_id = ", &broken, ""), "0");
    assert_string_equal(due_of(&broken), "20/01 09:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_day_off_moves_the_due_date_and_says_why),
        TEST(what_has_ended_never_moves),
        TEST(a_paused_dossier_keeps_its_date_and_goes_on_by_the_new_calendar),
        TEST(a_command_follows_the_calendar_before_the_job_comes),
        TEST(timers_move_and_do_not_fire_at_the_old_time),
        TEST(a_server_with_an_older_calendar_looks_again_before_it_works),
        TEST(many_are_moved_by_several_workers_each_once),
        TEST(a_dossier_that_cannot_follow_rests_longer_each_time_then_is_an_incident),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
