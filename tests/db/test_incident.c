/* What stopped: seen by those who answer for it, run again, done by hand or settled, each on the trail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_incident"
#include "dossiers.h"
#include "motcua/domain/desk.h"

/* A workflow that asks an agency there is none of. */
static struct uuid stuck(void)
{
    struct str text = city_text("tests/db/early_answer.bpmn");
    const char *name = strstr(text.data, "so-quy-hoach-kien-truc");
    assert_non_null(name);
    const char *wrong = arena_printf(city_arena, "%.*skhong-co%s", (int)(name - text.data), text.data,
                                     name + strlen("so-quy-hoach-kien-truc"));
    assert_ok(robot, city_publish_with(robot, "1.013225", str_of(wrong)));
    return submitted(lan, "1.013225", DISTRICT);
}

static struct uuid incident_of(const struct uuid *id)
{
    return uuid_from(
        str_of(ask(with_id("SELECT id FROM incident WHERE resolved_at IS NULL AND dossier_id = ", id, ""))));
}

static const char *record(const struct uuid *incident)
{
    return ask(with_id(
        "SELECT resolved_by || '/' || resolution || '/' || reason FROM incident WHERE id = ", incident, ""));
}

static const char *events(const struct uuid *id, const char *kind)
{
    return ask(arena_printf(city_arena,
                            "SELECT string_agg(data->>'reason', ',') FROM event WHERE dossier_id = '%s' AND "
                            "kind = '%s'",
                            id->text, kind));
}

static enum status resolve(struct hand *hand, const struct uuid *incident, enum incident_resolution how,
                           const char *reason)
{
    return incident_resolve(of(hand), incident, how, str_of(reason), &hand->error);
}

static void a_service_that_failed_can_be_done_by_hand(void **state)
{
    (void)state;
    struct uuid id = stuck(), incident = incident_of(&id);
    DOSSIER_FILE_AUTO file = {0};
    look(builder, DISTRICT, &id, &file);
    assert_int_equal(file.incident_count, 1);
    assert_null(task_at(&file, "truoc"));
    assert_status(builder, resolve(builder, &incident, INCIDENT_COMPLETE, "  "), STATUS_INVALID);
    assert_string_equal(builder->error.field, "reason");
    assert_ok(builder, resolve(builder, &incident, INCIDENT_COMPLETE, "Đã hỏi bằng công văn"));
    look(builder, DISTRICT, &id, &file);
    assert_int_equal(file.incident_count, 0);
    assert_non_null(task_at(&file, "truoc"));
    assert_string_equal(record(&incident), "Lê Thị Hoa/completed/Đã hỏi bằng công văn");
    assert_string_equal(events(&id, "incident_completed"), "Đã hỏi bằng công văn");
    assert_status(builder, resolve(builder, &incident, INCIDENT_SETTLE, "x"), STATUS_NOT_FOUND);
}

static void a_retry_that_fails_again_is_a_new_incident(void **state)
{
    (void)state;
    struct uuid id = stuck(), incident = incident_of(&id);
    assert_ok(builder, resolve(builder, &incident, INCIDENT_RETRY, ""));
    assert_string_equal(record(&incident), "Lê Thị Hoa/retried/");
    struct uuid again = incident_of(&id);
    assert_string_not_equal(again.text, incident.text);
    assert_ok(builder, resolve(builder, &again, INCIDENT_SETTLE, "Hồ sơ thử"));
    assert_string_equal(record(&again), "Lê Thị Hoa/settled/Hồ sơ thử");
    assert_string_equal(events(&id, "incident_settled"), "Hồ sơ thử");
}

static bool sees(struct hand *hand, const struct uuid *incident)
{
    struct incident *list;
    size_t count;
    assert_ok(hand, incident_list(of(hand), &list, &count, &hand->error));
    for (size_t i = 0; i < count; i++)
        if (uuid_same(&list[i].id, incident)) return true;
    return false;
}

static int counted(struct hand *hand)
{
    struct desk_counts counts;
    assert_ok(hand, desk_count(of(hand), NULL, NULL, &counts, &hand->error));
    return counts.incidents;
}

static void a_head_sees_and_resolves_those_of_the_own_unit_only(void **state)
{
    (void)state;
    struct uuid id = stuck(), incident = incident_of(&id);
    struct hand *own = official_named("Vũ Thị Lành", DISTRICT, "quan-ly-do-thi", ROLE_HEAD_OF_UNIT);
    struct hand *other = official_named("Vũ Văn Mạnh", DISTRICT, "tai-chinh-ke-hoach", ROLE_HEAD_OF_UNIT);
    struct hand *admin = official_named("Vũ Thị Ngà", DISTRICT, "tai-chinh-ke-hoach", ROLE_TENANT_ADMIN);
    struct hand *clerk = official_named("Vũ Văn Phú", DISTRICT, "quan-ly-do-thi", ROLE_PROCESSING_OFFICER);
    assert_true(sees(own, &incident) && counted(own) > 0);
    assert_false(sees(other, &incident) || counted(other) > 0);
    assert_true(sees(admin, &incident) && counted(admin) > 0);
    assert_status(other, resolve(other, &incident, INCIDENT_SETTLE, "x"), STATUS_NOT_FOUND);
    assert_status(clerk, resolve(clerk, &incident, INCIDENT_SETTLE, "x"), STATUS_DENIED);
    assert_status(ward, resolve(ward, &incident, INCIDENT_SETTLE, "x"), STATUS_NOT_FOUND);
    assert_ok(own, resolve(own, &incident, INCIDENT_SETTLE, "x"));
    hand_drop(own);
    hand_drop(other);
    hand_drop(admin);
    hand_drop(clerk);
}

static void a_timer_that_fails_rests_longer_each_time_then_is_an_incident(void **state)
{
    (void)state;
    size_t done;
    assert_ok(robot, city_publish_with(robot, "1.013225", city_text("tests/db/two_questions.bpmn")));
    struct uuid id = submitted(lan, "1.013225", DISTRICT);
    const char *saved = ask(with_id("SELECT state FROM workflow_instance WHERE dossier_id = ", &id, ""));
    database_execute(city_database.url,
                     with_id("UPDATE workflow_instance SET state = '{}' WHERE dossier_id = ", &id, ""));
    now += 2 * DAY_US;
    const char *next =
        with_id("SELECT extract(epoch FROM next_at)::bigint FROM timer WHERE dossier_id = ", &id, "");
    int64_t last = 0;
    for (int i = 0; i < 7; i++) {
        assert_int_not_equal(timer_run_due(of(robot), 10, &done, &robot->error), STATUS_OK);
        int64_t pause = strtoll(ask(next), NULL, 10) - now / MICROSECONDS;
        assert_true(pause > last || pause == 3600);
        last = pause;
        now += pause * MICROSECONDS;
    }
    assert_int_not_equal(timer_run_due(of(robot), 10, &done, &robot->error), STATUS_OK);
    assert_asked(with_id("SELECT kind FROM incident WHERE resolved_at IS NULL AND dossier_id = ", &id, ""),
                 "timer");
    database_execute(city_database.url, arena_printf(city_arena,
                                                     "UPDATE workflow_instance SET state = '%s' WHERE "
                                                     "dossier_id = '%s'",
                                                     saved, id.text));
    now += 365 * DAY_US;
    assert_ok(robot, timer_run_due(of(robot), 10, &done, &robot->error));
    assert_int_equal(done, 0);
    struct uuid incident = incident_of(&id);
    assert_ok(builder, resolve(builder, &incident, INCIDENT_RETRY, ""));
    assert_ok(robot, timer_run_due(of(robot), 10, &done, &robot->error));
    assert_int_equal(done, 1);
    assert_asked(with_id("SELECT count(*) FROM event WHERE kind = 'timer_fired' AND dossier_id = ", &id, ""),
                 "1");
}

static void a_message_nobody_can_take_is_dropped_when_settled(void **state)
{
    (void)state;
    struct outbox_row *rows;
    size_t count;
    struct uuid id = stuck(), ours = {""};
    (void)id;
    assert_ok(robot, outbox_claim(of(robot), 1000, 60, &rows, &count, &robot->error));
    for (size_t i = 0; i < count; i++) {
        bool first = uuid_is_empty(&ours) && uuid_same(&rows[i].tenant_id, &agency(DISTRICT)->id);
        if (first) ours = rows[i].id;
        assert_ok(robot, first ? outbox_failed(of(robot), &rows[i], true, "no such receiver", &robot->error)
                               : outbox_done(of(robot), &rows[i], &robot->error));
        json_decref(rows[i].payload);
    }
    assert_false(uuid_is_empty(&ours));
    struct uuid incident =
        uuid_from(str_of(ask(with_id("SELECT id FROM incident WHERE engine_incident = ", &ours, ""))));
    assert_status(builder, resolve(builder, &incident, INCIDENT_COMPLETE, "x"), STATUS_INVALID);
    assert_ok(builder, resolve(builder, &incident, INCIDENT_SETTLE, "Địa chỉ không còn"));
    assert_asked(with_id("SELECT state FROM outbox WHERE id = ", &ours, ""), "dropped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_service_that_failed_can_be_done_by_hand),
        TEST(a_retry_that_fails_again_is_a_new_incident),
        TEST(a_head_sees_and_resolves_those_of_the_own_unit_only),
        TEST(a_timer_that_fails_rests_longer_each_time_then_is_an_incident),
        TEST(a_message_nobody_can_take_is_dropped_when_settled),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
