/* Decisions of a procedure (DMN): its fee, and the way its workflow takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_decision"
#include "dossiers.h"

/* The extract of the samples, with a fee and a workflow that ask its decisions. */
static enum status publish(struct str workflow, struct str decisions)
{
    json_auto description = city_json("samples/procedures/2.000635/procedure.json");
    json_auto form = city_json("samples/procedures/2.000635/form.json");
    json_object_set_new(description, "fee", json_string("le_phi"));
    struct procedure_package package = {.code = "2.000635",
                                        .description = description,
                                        .form = form,
                                        .workflow = workflow,
                                        .decisions = decisions};
    struct uuid id;
    bool published;
    return procedure_publish(of(robot), &package, &published, &id, &robot->error);
}

static struct uuid submitted_with(int copies)
{
    struct uuid draft = ready_draft(lan, "2.000635", WARD);
    struct submission submission;
    (void)ask(
        with_id(arena_printf(city_arena,
                             "UPDATE draft SET answers = answers || '{\"so_ban\": %d}' WHERE id = ", copies),
                &draft, " RETURNING 1"));
    assert_ok(lan, dossier_submit(of(lan), &draft, "counter", &submission, &lan->error));
    return submission.dossier_id;
}

static void the_fee_and_the_way_follow_the_decisions(void **state)
{
    (void)state;
    assert_ok(robot, publish(city_text("tests/db/decisions.bpmn"), city_text("tests/db/decisions.dmn")));
    DOSSIER_FILE_AUTO file = {0};
    struct uuid id = submitted_with(2);
    look(ward, WARD, &id, &file);
    assert_int_equal(file.dossier.fee_amount, 16000);
    assert_non_null(task_at(&file, "nhanh"));
    id = submitted_with(4);
    look(ward, WARD, &id, &file);
    assert_int_equal(file.dossier.fee_amount, 28000);
    assert_non_null(task_at(&file, "thuong"));
    assert_null(task_at(&file, "nhanh"));
}

static void a_step_that_calls_an_unknown_decision_is_not_published(void **state)
{
    (void)state;
    struct str decisions = city_text("tests/db/decisions.dmn");
    const char *workflow = city_text("tests/db/decisions.bpmn").data;
    const char *name = strstr(workflow, "duong_di");
    assert_non_null(name);
    const char *other = arena_printf(city_arena, "%.*skhong_co%s", (int)(name - workflow), workflow,
                                     name + strlen("duong_di"));
    assert_status(robot, publish(str_of(other), decisions), STATUS_INVALID);
    assert_string_equal(robot->error.field, "workflow");
    assert_string_equal(robot->error.argument, "khong_co");
    assert_status(robot, publish(str_of(workflow), STR_NULL), STATUS_INVALID);
}

static void broken_decisions_are_not_published(void **state)
{
    (void)state;
    const char *decisions = city_text("tests/db/decisions.dmn").data;
    const char *place = strstr(decisions, "so_ban * 7000");
    assert_non_null(place);
    const char *broken = arena_printf(city_arena, "%.*sso_ban * * 7000%s", (int)(place - decisions),
                                      decisions, place + strlen("so_ban * 7000"));
    assert_status(robot, publish(city_text("tests/db/decisions.bpmn"), str_of(broken)), STATUS_INVALID);
    assert_string_equal(robot->error.field, "decisions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_fee_and_the_way_follow_the_decisions),
        TEST(a_step_that_calls_an_unknown_decision_is_not_published),
        TEST(broken_decisions_are_not_published),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
