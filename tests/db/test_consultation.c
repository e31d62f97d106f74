/*
 * Questions between agencies: asked, carried by the outbox, answered once, late or never; what could not be
 * carried.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_consultation"
#include "dossiers.h"

/* --- Consultations, carried by the outbox */

/* Delivers what waits for other agencies, each row `times` times over. */
static void carry(int times)
{
    struct outbox_row *rows;
    size_t count;
    assert_ok(robot, outbox_claim(of(robot), 1000, 60, &rows, &count, &robot->error));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].kind, "mail") != 0) {
            bool answer = strcmp(rows[i].kind, "consultation_answer") == 0;
            for (int k = 0; k < times; k++)
                assert_ok(robot, consultation_deliver(of(robot), &rows[i].tenant_id, rows[i].payload, answer,
                                                      &robot->error));
        }
        assert_ok(robot, outbox_done(of(robot), &rows[i], &robot->error));
        json_decref(rows[i].payload);
    }
}

static struct uuid question_about(const struct uuid *id)
{
    return uuid_from(str_of(ask(with_id("SELECT id FROM consultation_sent WHERE dossier_id = ", id, ""))));
}

static struct uuid permit_waiting_for_the_department(void)
{
    struct uuid id = submitted(lan, "1.013225", DISTRICT);
    assert_decided(builder, DISTRICT, &id, "tiep_nhan", "receive");
    assert_decided(builder, DISTRICT, &id, "tham_dinh", "approve");
    return id;
}

static void finish_permit(const struct uuid *id)
{
    assert_decided(builder, DISTRICT, id, "du_thao", "approve");
    assert_decided(builder, DISTRICT, id, "trinh_duyet", "approve");
    assert_decided(builder, DISTRICT, id, "ky", "sign");
    assert_decided(builder, DISTRICT, id, "phat_hanh", "issue");
    assert_ok(builder, dossier_pay(of(builder), id, "cash", &builder->error));
    assert_decided(builder, DISTRICT, id, "tra_ket_qua", "hand_over");
    assert_state(builder, DISTRICT, id, "returned", "granted");
    assert_nothing_left(id);
}

static void a_permit_waits_for_the_opinion_which_counts_once(void **state)
{
    (void)state;
    struct uuid id = permit_waiting_for_the_department();
    carry(2);
    struct uuid question = question_about(&id);
    assert_asked(with_id("SELECT count(*) FROM task WHERE kind = 'consultation' AND id = ", &question, ""),
                 "1");
    struct hand *first =
        official_named("Đỗ Thị Mai", DEPARTMENT, "phong-chuyen-mon", ROLE_PROCESSING_OFFICER);
    struct hand *second =
        official_named("Hồ Văn Nam", DEPARTMENT, "phong-chuyen-mon", ROLE_PROCESSING_OFFICER);
    assert_ok(first, task_take(of(first), &question, &first->error));
    assert_status(second, consultation_answer(of(second), &question, STR("agree"), STR(""), &second->error),
                  STATUS_CONFLICT);
    assert_string_equal(second->error.argument, "Đỗ Thị Mai");
    /* The asking agency cannot answer itself. */
    assert_status(builder,
                  consultation_answer(of(builder), &question, STR("agree"), STR(""), &builder->error),
                  STATUS_NOT_FOUND);
    assert_ok(first, consultation_answer(of(first), &question, STR("agree"), STR(""), &first->error));
    assert_status(first, consultation_answer(of(first), &question, STR("disagree"), STR("x"), &first->error),
                  STATUS_CONFLICT);
    carry(3);
    assert_asked(
        with_id("SELECT count(*) FROM event WHERE kind = 'consultation_answered' AND dossier_id = ", &id, ""),
        "1");
    assert_decided(builder, DISTRICT, &id, "thuc_dia", "approve");
    finish_permit(&id);
    hand_drop(first);
    hand_drop(second);
}

struct delivery {
    const json_t *payload;
    enum status status;
};

static void *deliver_in_thread(void *context)
{
    struct delivery *mine = context;
    ARENA_AUTO arena = arena_create((size_t)64 * 1024 * 1024);
    struct db_connection *db = db_connection_create(&city_database);
    struct work work = {&city_domain, db, arena, &robot->actor, now};
    struct error error = {0};
    mine->status = consultation_deliver(&work, &agency(DEPARTMENT)->id, mine->payload, true, &error);
    db_connection_destroy(db);
    return NULL;
}

static void an_answer_delivered_by_two_workers_at_once_counts_once(void **state)
{
    (void)state;
    enum { MANY = 6 };
    struct uuid id = permit_waiting_for_the_department();
    carry(1);
    json_auto payload = json_object();
    json_set_cstr(payload, "consultation_id", question_about(&id).text);
    json_set_cstr(payload, "to_tenant_id", agency(DISTRICT)->id.text);
    json_set_cstr(payload, "answer", "agree");
    json_set_cstr(payload, "answered_by", "Đỗ Thị Mai");
    struct delivery all[MANY];
    pthread_t threads[MANY];
    for (int i = 0; i < MANY; i++) {
        all[i].payload = payload;
        assert_int_equal(pthread_create(&threads[i], NULL, deliver_in_thread, &all[i]), 0);
    }
    for (int i = 0; i < MANY; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(all[i].status, STATUS_OK);
    }
    assert_asked(
        with_id("SELECT count(*) FROM event WHERE kind = 'consultation_answered' AND dossier_id = ", &id, ""),
        "1");
}

static void silence_is_consent_and_a_late_answer_changes_nothing(void **state)
{
    (void)state;
    struct uuid id = permit_waiting_for_the_department();
    carry(1);
    assert_decided(builder, DISTRICT, &id, "thuc_dia", "approve");
    size_t done;
    now = at("2017-02-27T09:00:00+07:00");
    assert_ok(robot, timer_run_due(of(robot), 100, &done, &robot->error));
    DOSSIER_FILE_AUTO file = {0};
    look(builder, DISTRICT, &id, &file);
    assert_non_null(task_at(&file, "du_thao"));
    struct hand *slow =
        official_named("Bùi Thị Thu", DEPARTMENT, "phong-chuyen-mon", ROLE_PROCESSING_OFFICER);
    struct uuid question = question_about(&id);
    assert_ok(slow,
              consultation_answer(of(slow), &question, STR("disagree"), STR("Vượt chiều cao"), &slow->error));
    carry(1);
    assert_asked(with_id("SELECT answer FROM consultation_sent WHERE dossier_id = ", &id, ""), "disagree");
    finish_permit(&id);
    hand_drop(slow);
}

static void a_marital_status_is_confirmed_by_another_ward(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "1.004873", WARD);
    assert_decided(ward, WARD, &id, "tiep_nhan", "receive");
    assert_decided(ward, WARD, &id, "tham_tra", "approve");
    carry(1);
    struct uuid question = question_about(&id);
    const char *slug = ask(
        with_id("SELECT t.slug FROM consultation_sent c JOIN tenant t ON t.id = c.to_tenant_id WHERE c.id = ",
                &question, ""));
    struct hand *asked = official_named("Ngô Văn Sơn", slug, "tu-phap-ho-tich", ROLE_PROCESSING_OFFICER);
    assert_ok(asked, consultation_answer(of(asked), &question, STR("confirmed"), STR(""), &asked->error));
    carry(1);
    assert_decided(ward, WARD, &id, "ket_luan", "approve");
    assert_decided(ward, WARD, &id, "ky", "sign");
    assert_decided(ward, WARD, &id, "phat_hanh", "issue");
    assert_decided(ward, WARD, &id, "tra_ket_qua", "hand_over");
    assert_state(ward, WARD, &id, "returned", "granted");
    assert_nothing_left(&id);
    hand_drop(asked);
}

/* --- Two questions of one dossier */

static struct uuid question_asked_at(const struct uuid *id, const char *element, const char *which)
{
    return uuid_from(str_of(ask(arena_printf(
        city_arena, "SELECT id FROM consultation_sent WHERE dossier_id = '%s' AND element_id = '%s' %s",
        id->text, element, which))));
}

static void answer(struct hand *asked, const struct uuid *question, const char *text)
{
    assert_ok(asked,
              consultation_answer(of(asked), question, str_of(text), STR("Theo hồ sơ"), &asked->error));
    carry(1);
}

static bool is_at(const struct uuid *id, const char *element)
{
    DOSSIER_FILE_AUTO file = {0};
    look(builder, DISTRICT, id, &file);
    return task_at(&file, element) != NULL;
}

static void of_two_open_questions_each_gets_its_own_answer(void **state)
{
    (void)state;
    struct hand *asked =
        official_named("Đỗ Thị Mai", DEPARTMENT, "phong-chuyen-mon", ROLE_PROCESSING_OFFICER);
    assert_ok(robot, city_publish_with(robot, "1.013225", city_text("tests/db/two_questions.bpmn")));
    struct uuid id = submitted(lan, "1.013225", DISTRICT);
    carry(1);
    struct uuid one = question_asked_at(&id, "hoi_mot", ""), two = question_asked_at(&id, "hoi_hai", "");
    answer(asked, &two, "disagree");
    assert_true(is_at(&id, "sau_hai"));
    assert_false(is_at(&id, "sau_mot"));
    answer(asked, &one, "agree");
    assert_true(is_at(&id, "sau_mot"));
    hand_drop(asked);
}

static void a_late_answer_does_not_pass_for_that_to_the_next_question(void **state)
{
    (void)state;
    size_t done;
    struct hand *asked =
        official_named("Đỗ Thị Mai", DEPARTMENT, "phong-chuyen-mon", ROLE_PROCESSING_OFFICER);
    assert_ok(robot, city_publish_with(robot, "1.013225", city_text("tests/db/two_questions.bpmn")));
    struct uuid id = submitted(lan, "1.013225", DISTRICT);
    carry(1);
    struct uuid late = question_asked_at(&id, "hoi_mot", "");
    now += 2 * DAY_US;
    assert_ok(robot, timer_run_due(of(robot), 100, &done, &robot->error));
    assert_decided(builder, DISTRICT, &id, "hoi_lai", "approve");
    carry(1);
    struct uuid again =
        question_asked_at(&id, "hoi_mot", arena_printf(city_arena, "AND id <> '%s'", late.text));
    answer(asked, &late, "disagree");
    assert_false(is_at(&id, "sau_mot") || is_at(&id, "sau_hai"));
    assert_asked(with_id("SELECT answer FROM consultation_sent WHERE id = ", &late, ""), "disagree");
    answer(asked, &again, "agree");
    assert_true(is_at(&id, "sau_mot"));
    hand_drop(asked);
}

static void a_workflow_that_would_take_any_answer_is_not_published(void **state)
{
    (void)state;
    struct str text = city_text("tests/db/two_questions.bpmn");
    const char *key = strstr(text.data, " motcua:correlationKey");
    assert_non_null(key);
    assert_non_null(strstr(key, "/>"));
    const char *without =
        arena_printf(city_arena, "%.*s%s", (int)(key - text.data), text.data, strstr(key, "/>"));
    assert_status(robot, city_publish_with(robot, "1.013225", str_of(without)), STATUS_INVALID);
    assert_string_equal(robot->error.code, "procedure.workflow");
}

/* --- Incidents */

static void a_message_that_was_given_up_is_sent_when_retried(void **state)
{
    (void)state;
    struct outbox_row *rows;
    size_t count;
    struct uuid id = permit_waiting_for_the_department(), ours = {""};
    assert_ok(robot, outbox_claim(of(robot), 1000, 60, &rows, &count, &robot->error));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].kind, "consultation") == 0) {
            ours = rows[i].id;
            assert_ok(robot, outbox_failed(of(robot), &rows[i], true, "gone", &robot->error));
        } else {
            assert_ok(robot, outbox_done(of(robot), &rows[i], &robot->error));
        }
        json_decref(rows[i].payload);
    }
    struct uuid incident =
        uuid_from(str_of(ask(with_id("SELECT id FROM incident WHERE engine_incident = ", &ours, ""))));
    assert_ok(builder, incident_resolve(of(builder), &incident, INCIDENT_RETRY, STR(""), &builder->error));
    assert_asked(with_id("SELECT state FROM outbox WHERE id = ", &ours, ""), "waiting");
    carry(1);
    struct uuid question = question_about(&id);
    assert_asked(with_id("SELECT count(*) FROM consultation_received WHERE id = ", &question, ""), "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_permit_waits_for_the_opinion_which_counts_once),
        TEST(an_answer_delivered_by_two_workers_at_once_counts_once),
        TEST(silence_is_consent_and_a_late_answer_changes_nothing),
        TEST(a_marital_status_is_confirmed_by_another_ward),
        TEST(a_message_that_was_given_up_is_sent_when_retried),
        /* these publish another workflow */
        TEST(of_two_open_questions_each_gets_its_own_answer),
        TEST(a_late_answer_does_not_pass_for_that_to_the_next_question),
        TEST(a_workflow_that_would_take_any_answer_is_not_published),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
