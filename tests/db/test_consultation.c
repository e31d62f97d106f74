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
    assert_ok(builder, incident_retry(of(builder), &incident, &builder->error));
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
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
