/*
 * Dossiers from submission to hand-over, with what people do to each other at the same moment: submitted
 * once, decided once; the clock; who may not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_dossier"
#include "dossiers.h"

/* --- Submission */

struct submitter {
    struct uuid draft;
    struct submission submission;
    enum status status;
};

static void *submit_in_thread(void *context)
{
    struct submitter *mine = context;
    ARENA_AUTO arena = arena_create((size_t)64 * 1024 * 1024);
    struct db_connection *db = db_connection_create(&city_database);
    struct work work = {&city_domain, db, arena, &lan->actor, now};
    struct error error = {0};
    mine->status = dossier_submit(&work, &mine->draft, "counter", &mine->submission, &error);
    mine->submission.code = NULL; /* the arena ends with the thread */
    db_connection_destroy(db);
    return NULL;
}

static void a_draft_is_submitted_once_however_many_try(void **state)
{
    (void)state;
    enum { MANY = 8 };
    struct submitter all[MANY] = {0};
    pthread_t threads[MANY];
    struct uuid draft = ready_draft(lan, "2.000635", WARD);
    for (int i = 0; i < MANY; i++) {
        all[i].draft = draft;
        assert_int_equal(pthread_create(&threads[i], NULL, submit_in_thread, &all[i]), 0);
    }
    int first = 0;
    for (int i = 0; i < MANY; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(all[i].status, STATUS_OK);
        first += !all[i].submission.repeated;
    }
    assert_int_equal(first, 1);
    assert_asked(with_id("SELECT count(*) FROM dossier WHERE id = ", &draft, ""), "1");
    assert_asked(with_id("SELECT count(*) FROM event WHERE kind = 'submitted' AND dossier_id = ", &draft, ""),
                 "1");
    assert_asked(with_id("SELECT count(*) FROM task WHERE dossier_id = ", &draft, ""), "1");
}

static void an_incomplete_draft_stays_a_draft(void **state)
{
    (void)state;
    struct uuid draft = draft_of(lan, "2.000635", WARD); /* no papers */
    struct submission submission;
    assert_status(lan, dossier_submit(of(lan), &draft, "counter", &submission, &lan->error), STATUS_INVALID);
    assert_string_equal(lan->error.code, "dossier.incomplete");
    assert_asked(with_id("SELECT count(*) FROM dossier WHERE id = ", &draft, ""), "0");
}

static void nobody_submits_or_reads_the_draft_of_another(void **state)
{
    (void)state;
    struct uuid draft = ready_draft(lan, "2.000635", WARD), document;
    struct hand *other = citizen_named("Vũ Đức Minh");
    struct submission submission;
    struct draft seen;
    assert_status(other, dossier_submit(of(other), &draft, "counter", &submission, &other->error),
                  STATUS_NOT_FOUND);
    assert_status(other, draft_load(of(other), &draft, &seen, &other->error), STATUS_NOT_FOUND);
    assert_status(other, attach(other, WARD, &draft, "paper", "giay_to_tuy_than", &document),
                  STATUS_CONFLICT);
    hand_drop(other);
}

/* Papers that were checked at the submission cannot be changed behind its back. */
static void papers_stay_as_they_were_submitted(void **state)
{
    (void)state;
    struct uuid draft = draft_of(lan, "2.000635", WARD), paper, later;
    struct submission submission;
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &paper));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "quan_he", &later));
    assert_ok(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &later, &lan->error));
    assert_ok(lan, dossier_submit(of(lan), &draft, "counter", &submission, &lan->error));
    assert_status(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &paper, &lan->error),
                  STATUS_NOT_FOUND);
    assert_status(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &later), STATUS_CONFLICT);
    assert_string_equal(lan->error.code, "document.sent");
    /* For a supplement something may come and go again; what the dossier was received with stays. */
    now += 3600 * MICROSECONDS;
    assert_decided(ward, WARD, &draft, "tiep_nhan", "supplement");
    now += 3600 * MICROSECONDS;
    assert_ok(lan, attach(lan, WARD, &draft, "supplement", "giay_to_tuy_than", &later));
    assert_ok(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &later, &lan->error));
    assert_status(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &paper, &lan->error),
                  STATUS_NOT_FOUND);
}

/* --- The whole way */

static void an_extract_goes_its_way_and_is_handed_over_against_the_fee(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "2.000635", WARD);
    assert_decided(ward, WARD, &id, "tiep_nhan", "receive");
    assert_decided(ward, WARD, &id, "tra_cuu", "approve");
    assert_decided(ward, WARD, &id, "ky", "sign");
    assert_decided(ward, WARD, &id, "phat_hanh", "issue");
    assert_state(ward, WARD, &id, "finished", "granted");
    assert_status(ward, decide(ward, WARD, &id, "tra_ket_qua", "hand_over"), STATUS_CONFLICT);
    assert_string_equal(ward->error.code, "dossier.fee_due");
    assert_ok(ward, dossier_pay(of(ward), &id, "cash", &ward->error));
    assert_status(ward, dossier_pay(of(ward), &id, "cash", &ward->error), STATUS_CONFLICT);
    assert_decided(ward, WARD, &id, "tra_ket_qua", "hand_over");
    assert_state(ward, WARD, &id, "returned", "granted");
    assert_asked(with_id("SELECT count(*) || ':' || sum(amount) FROM payment WHERE dossier_id = ", &id, ""),
                 "1:24000");
    assert_nothing_left(&id);
}

static void a_household_business_is_registered_after_a_supplement(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "1.001612", DISTRICT);
    assert_decided(business, DISTRICT, &id, "tiep_nhan", "receive");
    assert_decided(business, DISTRICT, &id, "tham_dinh", "supplement");
    assert_ok(
        lan, dossier_answer_supplement(of(lan), &agency(DISTRICT)->id, &id, NULL, STR("đã có"), &lan->error));
    assert_decided(business, DISTRICT, &id, "tham_dinh_lai", "approve");
    assert_decided(business, DISTRICT, &id, "ky", "sign");
    assert_decided(business, DISTRICT, &id, "phat_hanh", "issue");
    assert_ok(business, dossier_pay(of(business), &id, "transfer", &business->error));
    assert_decided(business, DISTRICT, &id, "tra_ket_qua", "hand_over");
    assert_state(business, DISTRICT, &id, "returned", "granted");
    assert_nothing_left(&id);
}

static void name_contact_and_fee_follow_the_answers_of_a_supplement(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "2.000635", WARD);
    assert_decided(ward, WARD, &id, "tiep_nhan", "supplement");
    json_auto vector = city_json("tests/vectors/procedures/2.000635.json");
    json_t *answers = json_object_get(vector, "answers");
    json_object_set_new(answers, "so_ban", json_integer(5));
    json_object_set_new(answers, "ho_ten", json_string("Nguyễn Thị Ngọc Lan"));
    json_object_set_new(answers, "dien_thoai", json_string("0912345678"));
    assert_ok(lan, dossier_answer_supplement(of(lan), &agency(WARD)->id, &id, answers, STR(""), &lan->error));
    DOSSIER_FILE_AUTO file = {0};
    look(ward, WARD, &id, &file);
    assert_int_equal(file.dossier.fee_amount, 40000);
    assert_string_equal(file.dossier.fee_state, "due");
    assert_string_equal(file.dossier.applicant_name, "Nguyễn Thị Ngọc Lan");
    assert_string_equal(task_at(&file, "tiep_nhan")->applicant_name, "Nguyễn Thị Ngọc Lan");
    assert_string_equal(json_get_cstr(file.dossier.contact, "phone", ""), "0912345678");
    assert_asked(with_id("SELECT applicant_key FROM dossier WHERE id = ", &id, ""), "nguyen thi ngoc lan");

    id = submitted(lan, "2.000635", WARD);
    assert_decided(ward, WARD, &id, "tiep_nhan", "supplement");
    assert_asked(with_id("UPDATE dossier SET fee_state = 'paid' WHERE id = ", &id, " RETURNING fee_amount"),
                 "24000");
    json_object_set_new(answers, "so_ban", json_integer(1));
    assert_ok(lan, dossier_answer_supplement(of(lan), &agency(WARD)->id, &id, answers, STR(""), &lan->error));
    look(ward, WARD, &id, &file);
    assert_int_equal(file.dossier.fee_amount, 24000); /* what is paid stays as it was paid */
    assert_string_equal(file.dossier.fee_state, "paid");
}

/* --- Ends before the result */

static void a_refused_dossier_owes_nothing(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "2.000635", WARD);
    assert_decided(ward, WARD, &id, "tiep_nhan", "refuse");
    assert_state(ward, WARD, &id, "refused", "refused");
    assert_status(ward, dossier_pay(of(ward), &id, "cash", &ward->error), STATUS_CONFLICT);
    assert_asked(with_id("SELECT fee_state FROM dossier WHERE id = ", &id, ""), "none");
    assert_nothing_left(&id);
}

static void a_withdrawn_dossier_leaves_nothing_to_do(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "1.001612", DISTRICT);
    assert_decided(business, DISTRICT, &id, "tiep_nhan", "receive");
    assert_decided(business, DISTRICT, &id, "tham_dinh", "supplement");
    struct hand *other = citizen_named("Vũ Đức Minh");
    assert_status(other, dossier_withdraw(of(other), &agency(DISTRICT)->id, &id, STR(""), &other->error),
                  STATUS_NOT_FOUND);
    assert_ok(lan, dossier_withdraw(of(lan), &agency(DISTRICT)->id, &id, STR("đổi ý"), &lan->error));
    assert_state(lan, DISTRICT, &id, "withdrawn", "withdrawn");
    assert_status(lan, dossier_withdraw(of(lan), &agency(DISTRICT)->id, &id, STR(""), &lan->error),
                  STATUS_CONFLICT);
    assert_status(business, dossier_pay(of(business), &id, "cash", &business->error), STATUS_CONFLICT);
    assert_asked(with_id("SELECT count(*) FROM supplement_request WHERE answered_at IS NULL AND closed_at IS "
                         "NOT NULL AND dossier_id = ",
                         &id, ""),
                 "1");
    assert_nothing_left(&id);
    hand_drop(other);
}

/* --- Supplements and the clock */

static void the_clock_stands_while_papers_are_asked_for(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "1.001612", DISTRICT);
    DOSSIER_FILE_AUTO file = {0};
    assert_decided(business, DISTRICT, &id, "tiep_nhan", "receive");
    look(business, DISTRICT, &id, &file);
    assert_int_equal(file.dossier.due_at, at("2017-02-17T09:00:00+07:00"));
    now = at("2017-02-15T09:00:00+07:00");
    assert_decided(business, DISTRICT, &id, "tham_dinh", "supplement");
    look(business, DISTRICT, &id, &file);
    assert_string_equal(file.dossier.status, "supplement");
    assert_string_equal(file.dossier.step_name, "Chờ bổ sung");
    assert_int_equal(file.dossier.paused_since, now);
    now = at("2017-02-17T09:00:00+07:00"); /* two working days later */
    struct hand *other = citizen_named("Vũ Đức Minh");
    assert_status(
        other, dossier_answer_supplement(of(other), &agency(DISTRICT)->id, &id, NULL, STR(""), &other->error),
        STATUS_NOT_FOUND);
    assert_ok(lan,
              dossier_answer_supplement(of(lan), &agency(DISTRICT)->id, &id, NULL, STR(""), &lan->error));
    assert_status(lan,
                  dossier_answer_supplement(of(lan), &agency(DISTRICT)->id, &id, NULL, STR(""), &lan->error),
                  STATUS_CONFLICT);
    look(business, DISTRICT, &id, &file);
    assert_int_equal(file.dossier.paused_since, INSTANT_NONE);
    assert_int_equal(file.dossier.due_at, at("2017-02-21T09:00:00+07:00"));
    assert_int_equal(file.dossier.first_due_at, at("2017-02-17T09:00:00+07:00"));
    hand_drop(other);
}

static void papers_asked_for_before_the_receipt_cost_the_agency_no_time(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "1.001612", DISTRICT);
    DOSSIER_FILE_AUTO file = {0};
    assert_decided(business, DISTRICT, &id, "tiep_nhan", "supplement");
    now = at("2017-02-15T09:00:00+07:00");
    assert_ok(lan,
              dossier_answer_supplement(of(lan), &agency(DISTRICT)->id, &id, NULL, STR(""), &lan->error));
    now = at("2017-02-15T10:00:00+07:00");
    assert_decided(business, DISTRICT, &id, "tiep_nhan", "receive");
    look(business, DISTRICT, &id, &file);
    assert_int_equal(file.dossier.due_at, at("2017-02-20T10:00:00+07:00"));
}

static void what_is_received_after_three_is_due_the_next_day(void **state)
{
    (void)state;
    DOSSIER_FILE_AUTO file = {0};
    struct uuid early = submitted(lan, "2.000635", WARD), late = submitted(lan, "2.000635", WARD);
    now = at("2017-02-14T14:59:00+07:00");
    assert_decided(ward, WARD, &early, "tiep_nhan", "receive");
    now = at("2017-02-14T15:01:00+07:00");
    assert_decided(ward, WARD, &late, "tiep_nhan", "receive");
    look(ward, WARD, &early, &file);
    assert_int_equal(file.dossier.due_at, at("2017-02-14T17:00:00+07:00"));
    look(ward, WARD, &late, &file);
    assert_int_equal(civil_day_of(file.dossier.due_at), civil_day_of(now) + 1);
}

/* One dossier that cannot go on must not keep the others from their turn. */
static void a_broken_dossier_does_not_stop_the_others(void **state)
{
    (void)state;
    size_t done;
    struct uuid broken = submitted(lan, "2.000635", WARD), sound = submitted(lan, "2.000635", WARD);
    assert_decided(ward, WARD, &broken, "tiep_nhan", "supplement");
    now += MINUTE_US;
    assert_decided(ward, WARD, &sound, "tiep_nhan", "supplement");
    database_execute(city_database.url,
                     with_id("UPDATE workflow_instance SET state = 'x' WHERE dossier_id = ", &broken, ""));
    now = at("2017-03-20T09:00:00+07:00");
    assert_true(supplement_expire_due(of(robot), 100, &done, &robot->error) != STATUS_OK);
    DOSSIER_FILE_AUTO file = {0};
    look(ward, WARD, &sound, &file);
    assert_non_null(task_at(&file, "tra_lai"));
    database_execute(
        city_database.url,
        with_id("UPDATE supplement_request SET closed_at = now() WHERE dossier_id = ", &broken, ""));
}

/* --- Late */

static void *draft_in_thread(void *context)
{
    (void)context;
    ARENA_AUTO arena = arena_create((size_t)64 * 1024 * 1024);
    struct db_connection *db = db_connection_create(&city_database);
    struct work work = {&city_domain, db, arena, &robot->actor, now};
    struct error error = {0};
    size_t done;
    enum status status = apology_draft_due(&work, 100, &done, &error);
    db_connection_destroy(db);
    return status == STATUS_OK ? NULL : context;
}

static void an_apology_is_drafted_once_and_its_promise_holds(void **state)
{
    (void)state;
    enum { MANY = 4 };
    pthread_t threads[MANY];
    struct uuid id = submitted(lan, "1.001612", DISTRICT);
    DOSSIER_FILE_AUTO file = {0};
    assert_decided(business, DISTRICT, &id, "tiep_nhan", "receive");
    now = at("2017-02-17T08:00:00+07:00"); /* due at 9:00 */
    for (int i = 0; i < MANY; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, draft_in_thread, robot), 0);
    for (int i = 0; i < MANY; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    look(business, DISTRICT, &id, &file);
    assert_int_equal(file.apology_count, 1);
    /* Asking for papers moves the due time before the draft is sent. */
    assert_decided(business, DISTRICT, &id, "tham_dinh", "supplement");
    instant promised = at("2017-02-24T17:00:00+07:00");
    assert_status(business, apology_send(of(business), &id, 1, STR("Đông người"), promised, &business->error),
                  STATUS_CONFLICT);
    now = at("2017-02-21T15:00:00+07:00");
    assert_ok(lan,
              dossier_answer_supplement(of(lan), &agency(DISTRICT)->id, &id, NULL, STR(""), &lan->error));
    /* Not by the head of another unit, and not to an earlier time than was promised already. */
    assert_status(builder,
                  ((builder->actor.roles = ROLE_HEAD_OF_UNIT),
                   apology_send(of(builder), &id, 1, STR("Đông người"), promised, &builder->error)),
                  STATUS_DENIED);
    builder->actor.roles = EVERY_ROLE;
    assert_status(business,
                  apology_send(of(business), &id, 1, STR("Đông người"), now + MINUTE_US, &business->error),
                  STATUS_INVALID);
    assert_ok(business, apology_send(of(business), &id, 1, STR("Đông người"), promised, &business->error));
    look(business, DISTRICT, &id, &file);
    assert_int_equal(file.dossier.due_at, promised);
    assert_int_equal(file.apologies[0].new_due_at, promised);
    assert_status(business,
                  apology_send(of(business), &id, 1, STR("Đông người"), promised + DAY_US, &business->error),
                  STATUS_CONFLICT);
}

/* --- Who may */

static void the_second_of_two_learns_who_was_first(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "2.000635", WARD);
    struct hand *colleague = official_named("Đinh Thị Ngọc", WARD, "tu-phap-ho-tich", EVERY_ROLE);
    DOSSIER_FILE_AUTO file = {0};
    look(ward, WARD, &id, &file);
    const struct task *task = task_at(&file, "tiep_nhan");
    struct decision decision = {
        .task_id = task->id, .task_revision = task->revision, .outcome = STR("receive")};
    assert_ok(colleague, task_take(of(colleague), &task->id, &colleague->error));
    assert_status(ward, task_take(of(ward), &task->id, &ward->error), STATUS_CONFLICT);
    assert_string_equal(ward->error.argument, "Đinh Thị Ngọc");
    assert_status(ward, task_complete(of(ward), &decision, &ward->error), STATUS_CONFLICT);
    assert_string_equal(ward->error.argument, "Đinh Thị Ngọc");
    decision.task_revision = 0;
    assert_ok(colleague, task_complete(of(colleague), &decision, &colleague->error));
    assert_status(ward, task_complete(of(ward), &decision, &ward->error), STATUS_CONFLICT);
    assert_string_equal(ward->error.argument, "Đinh Thị Ngọc");
    hand_drop(colleague);
}

static void role_unit_and_agency_decide_who_may_act(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "1.001612", DISTRICT);
    struct hand *clerk = official_named("Tạ Văn Long", DISTRICT, "mot-cua", ROLE_RECEPTION_CLERK);
    DOSSIER_FILE_AUTO file = {0};
    assert_decided(clerk, DISTRICT, &id, "tiep_nhan", "receive");
    look(clerk, DISTRICT, &id, &file);
    struct decision decision = {.task_id = task_at(&file, "tham_dinh")->id, .outcome = STR("approve")};
    assert_status(clerk, task_complete(of(clerk), &decision, &clerk->error),
                  STATUS_DENIED); /* another role */
    assert_status(builder, task_complete(of(builder), &decision, &builder->error),
                  STATUS_DENIED); /* another unit */
    assert_status(ward, task_complete(of(ward), &decision, &ward->error),
                  STATUS_NOT_FOUND); /* another agency */
    assert_status(ward, task_take(of(ward), &decision.task_id, &ward->error), STATUS_NOT_FOUND);
    assert_status(ward, dossier_pay(of(ward), &id, "cash", &ward->error), STATUS_NOT_FOUND);
    assert_status(ward, apology_send(of(ward), &id, 1, STR("x"), now + DAY_US, &ward->error),
                  STATUS_NOT_FOUND);
    decision.outcome = STR("sign"); /* no outcome of this step */
    assert_status(business, task_complete(of(business), &decision, &business->error), STATUS_INVALID);
    hand_drop(clerk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_draft_is_submitted_once_however_many_try),
        TEST(an_incomplete_draft_stays_a_draft),
        TEST(nobody_submits_or_reads_the_draft_of_another),
        TEST(papers_stay_as_they_were_submitted),
        TEST(an_extract_goes_its_way_and_is_handed_over_against_the_fee),
        TEST(a_household_business_is_registered_after_a_supplement),
        TEST(name_contact_and_fee_follow_the_answers_of_a_supplement),
        TEST(a_refused_dossier_owes_nothing),
        TEST(a_withdrawn_dossier_leaves_nothing_to_do),
        TEST(the_clock_stands_while_papers_are_asked_for),
        TEST(papers_asked_for_before_the_receipt_cost_the_agency_no_time),
        TEST(what_is_received_after_three_is_due_the_next_day),
        TEST(a_broken_dossier_does_not_stop_the_others),
        TEST(an_apology_is_drafted_once_and_its_promise_holds),
        TEST(the_second_of_two_learns_who_was_first),
        TEST(role_unit_and_agency_decide_who_may_act),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
