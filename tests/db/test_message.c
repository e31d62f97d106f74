/*
 * Messages that come before the workflow waits for them: kept, delivered once, dropped twice, gone when their
 * time is over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_message"
#include "dossiers.h"

/* A dossier whose question has been sent, and whose workflow waits for something else first. */
static struct uuid busy_elsewhere(void)
{
    assert_ok(robot, city_publish_with(robot, "1.013225", city_text("tests/db/early_answer.bpmn")));
    return submitted(lan, "1.013225", DISTRICT);
}

static enum status answer_comes(const struct uuid *id, const char *answer)
{
    json_auto payload = json_object();
    json_set_cstr(payload, "consultation_id",
                  ask(with_id("SELECT id FROM consultation_sent WHERE dossier_id = ", id, "")));
    json_set_cstr(payload, "to_tenant_id", agency(DISTRICT)->id.text);
    json_set_cstr(payload, "answer", answer);
    json_set_cstr(payload, "answered_by", "Đỗ Thị Mai");
    return consultation_deliver(of(robot), &agency(DEPARTMENT)->id, payload, true, &robot->error);
}

static const char *kept(const struct uuid *id)
{
    return ask(with_id("SELECT count(*) FROM kept_message WHERE dossier_id = ", id, ""));
}

static const char *events(const struct uuid *id, const char *kind)
{
    return ask(arena_printf(city_arena, "SELECT count(*) FROM event WHERE dossier_id = '%s' AND kind = '%s'",
                            id->text, kind));
}

static bool stands_at(const struct uuid *id, const char *element)
{
    DOSSIER_FILE_AUTO file = {0};
    look(builder, DISTRICT, id, &file);
    return task_at(&file, element) != NULL;
}

static void an_early_answer_is_kept_until_the_workflow_waits_for_it(void **state)
{
    (void)state;
    struct uuid id = busy_elsewhere();
    assert_ok(robot, answer_comes(&id, "agree"));
    assert_true(stands_at(&id, "truoc"));
    assert_string_equal(kept(&id), "1");
    assert_string_equal(events(&id, "message_kept"), "1");
    assert_decided(builder, DISTRICT, &id, "truoc", "approve");
    assert_true(stands_at(&id, "sau"));
    assert_string_equal(kept(&id), "0");
    assert_string_equal(events(&id, "message_delivered"), "1");
    assert_asked(with_id("SELECT state LIKE '%\"consultation_answer\":\"agree\"%' FROM workflow_instance "
                         "WHERE dossier_id = ",
                         &id, ""),
                 "t");
}

static void the_same_message_twice_is_kept_once(void **state)
{
    (void)state;
    struct uuid id = busy_elsewhere();
    assert_ok(robot, answer_comes(&id, "agree"));
    /* as if the first delivery had not been written down on our side */
    database_execute(city_database.url, with_id("UPDATE consultation_sent SET answered_at = NULL WHERE "
                                                "dossier_id = ",
                                                &id, ""));
    assert_ok(robot, answer_comes(&id, "disagree"));
    assert_string_equal(kept(&id), "1");
    assert_string_equal(events(&id, "message_kept"), "1");
    assert_decided(builder, DISTRICT, &id, "truoc", "approve");
    assert_asked(with_id("SELECT state LIKE '%\"consultation_answer\":\"agree\"%' FROM workflow_instance "
                         "WHERE dossier_id = ",
                         &id, ""),
                 "t");
}

static void a_kept_message_nobody_waits_for_in_time_goes_and_says_so(void **state)
{
    (void)state;
    size_t done;
    struct uuid id = busy_elsewhere();
    assert_ok(robot, answer_comes(&id, "agree"));
    now += 29 * DAY_US;
    assert_ok(robot, message_expire_due(of(robot), 10, &done, &robot->error));
    assert_string_equal(kept(&id), "1");
    now += 2 * DAY_US;
    /* over, though nobody has swept yet */
    assert_decided(builder, DISTRICT, &id, "truoc", "approve");
    assert_false(stands_at(&id, "sau"));
    assert_ok(robot, message_expire_due(of(robot), 10, &done, &robot->error));
    assert_true(done >= 1);
    assert_string_equal(kept(&id), "0");
    assert_string_equal(events(&id, "message_expired"), "1");
    assert_ok(robot, message_expire_due(of(robot), 10, &done, &robot->error));
    assert_int_equal(done, 0);
}

static void papers_sent_while_another_branch_works_reach_the_workflow_later(void **state)
{
    (void)state;
    struct uuid id = busy_elsewhere();
    assert_ok(robot, answer_comes(&id, "agree"));
    /* the model asks for papers, and waits for them two steps later */
    assert_decided(builder, DISTRICT, &id, "truoc", "supplement");
    assert_ok(
        lan, dossier_answer_supplement(of(lan), &agency(DISTRICT)->id, &id, NULL, STR("Đây ạ"), &lan->error));
    assert_true(stands_at(&id, "sau"));
    assert_string_equal(kept(&id), "1");
    assert_decided(builder, DISTRICT, &id, "sau", "approve");
    assert_true(stands_at(&id, "cuoi"));
    assert_string_equal(kept(&id), "0");
    assert_decided(builder, DISTRICT, &id, "cuoi", "approve");
    assert_nothing_left(&id);
}

static void what_is_kept_goes_with_the_end_of_the_workflow(void **state)
{
    (void)state;
    struct uuid id = busy_elsewhere();
    assert_ok(robot, answer_comes(&id, "agree"));
    assert_string_equal(kept(&id), "1");
    assert_ok(lan, dossier_withdraw(of(lan), &agency(DISTRICT)->id, &id, STR("Không cần nữa"), &lan->error));
    assert_string_equal(kept(&id), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_early_answer_is_kept_until_the_workflow_waits_for_it),
        TEST(the_same_message_twice_is_kept_once),
        TEST(a_kept_message_nobody_waits_for_in_time_goes_and_says_so),
        TEST(papers_sent_while_another_branch_works_reach_the_workflow_later),
        TEST(what_is_kept_goes_with_the_end_of_the_workflow),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
