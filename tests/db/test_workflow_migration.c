/* Running dossiers moved to another version of their workflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_workflow_migration"
#include "dossiers.h"
#include "motcua/domain/migration.h"

/* tests/db/early_answer.bpmn with every `from` written as `to`. */
static struct str changed(const char *from, const char *to)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(64 * 1024);
    const char *text = city_text("tests/db/early_answer.bpmn").data;
    for (const char *next; (next = strstr(text, from)) != NULL; text = next + strlen(from)) {
        buf_append(&out, text, (size_t)(next - text));
        buf_append_cstr(&out, to);
    }
    buf_append_cstr(&out, text);
    return buf_copy(&out, city_arena);
}

static int newest(void)
{
    return (int)strtoll(
        ask("SELECT max(number) FROM procedure_version v JOIN procedure p ON p.id = v.procedure_id "
            "WHERE p.code = '1.013225'"),
        NULL, 10);
}

static const struct procedure_version *publish(struct str workflow)
{
    const struct procedure_version *version;
    assert_ok(robot, city_publish_with(robot, "1.013225", workflow));
    assert_ok(robot, migration_target(of(robot), "1.013225", newest(), &version, &robot->error));
    return version;
}

static enum status move(const struct uuid *id, const struct procedure_version *target, const char *from,
                        const char *to, bool preview, struct migration_report *report)
{
    struct bpmn_rename rename = {str_of(from), str_of(to)};
    return dossier_migrate(of(robot), &agency(DISTRICT)->id, id, target, &rename, from == NULL ? 0 : 1,
                           preview, report, &robot->error);
}

static const char *runs_by(const struct uuid *id)
{
    return ask(with_id("SELECT v.number FROM workflow_instance w JOIN procedure_version v ON v.id = "
                       "w.procedure_version_id WHERE w.dossier_id = ",
                       id, ""));
}

static const char *numbered(int number)
{
    return arena_printf(city_arena, "%d", number);
}

static void a_running_dossier_goes_on_by_the_new_version(void **state)
{
    (void)state;
    struct migration_report report;
    (void)publish(city_text("tests/db/early_answer.bpmn"));
    struct uuid id = submitted(lan, "1.013225", DISTRICT);
    int old = newest();
    const struct procedure_version *target = publish(changed("Việc sau", "Việc sau, đã sửa"));
    assert_ok(robot, move(&id, target, NULL, NULL, true, &report));
    assert_string_equal(runs_by(&id), numbered(old));
    assert_ok(robot, move(&id, target, NULL, NULL, false, &report));
    assert_string_equal(runs_by(&id), numbered(old + 1));
    assert_asked(with_id("SELECT data->>'from' || '>' || (data->>'to') FROM event WHERE kind = "
                         "'workflow_migrated' AND dossier_id = ",
                         &id, ""),
                 arena_printf(city_arena, "%d>%d", old, old + 1));
    /* again: nothing more to do */
    assert_ok(robot, move(&id, target, NULL, NULL, false, &report));
    assert_asked(
        with_id("SELECT count(*) FROM event WHERE kind = 'workflow_migrated' AND dossier_id = ", &id, ""),
        "1");
    assert_decided(builder, DISTRICT, &id, "truoc", "approve");
    json_auto payload = json_object();
    json_set_cstr(payload, "consultation_id",
                  ask(with_id("SELECT id FROM consultation_sent WHERE dossier_id = ", &id, "")));
    json_set_cstr(payload, "to_tenant_id", agency(DISTRICT)->id.text);
    json_set_cstr(payload, "answer", "agree");
    assert_ok(robot, consultation_deliver(of(robot), &agency(DEPARTMENT)->id, payload, true, &robot->error));
    DOSSIER_FILE_AUTO file = {0};
    look(builder, DISTRICT, &id, &file);
    assert_non_null(task_at(&file, "sau"));
    assert_string_equal(task_at(&file, "sau")->name, "Việc sau, đã sửa");
    assert_string_equal(file.workflow_version_id.text, target->id.text);
    /* what the citizen handed in stays under the version it was received by */
    assert_string_not_equal(file.dossier.procedure_version_id.text, target->id.text);
}

static void what_is_in_the_way_is_named_and_nothing_changes(void **state)
{
    (void)state;
    struct migration_report report;
    (void)publish(city_text("tests/db/early_answer.bpmn"));
    struct uuid id = submitted(lan, "1.013225", DISTRICT);
    const char *whole =
        with_id("SELECT state || revision FROM workflow_instance WHERE dossier_id = ", &id, "");
    const char *before = ask(whole);
    const struct procedure_version *target = publish(changed("\"truoc\"", "\"xem_truoc\""));
    for (int preview = 1; preview >= 0; preview--) {
        assert_status(robot, move(&id, target, NULL, NULL, preview == 1, &report), STATUS_CONFLICT);
        assert_string_equal(robot->error.code, "bpmn.migration");
        assert_int_equal(report.finding_count, 1);
        assert_true(str_equal_cstr(report.findings[0].element, "truoc"));
        assert_asked(whole, before);
    }
    assert_ok(robot, move(&id, target, "truoc", "xem_truoc", true, &report));
    assert_ok(robot, move(&id, target, "truoc", "xem_truoc", false, &report));
    assert_decided(builder, DISTRICT, &id, "xem_truoc", "approve");
}

static void an_open_step_keeps_what_it_offers_until_it_is_mapped(void **state)
{
    (void)state;
    struct migration_report report;
    (void)publish(city_text("tests/db/early_answer.bpmn"));
    struct uuid kept = submitted(lan, "1.013225", DISTRICT), mapped = submitted(lan, "1.013225", DISTRICT);
    const struct procedure_version *target = publish(changed("approve,supplement", "reject,return"));
    assert_ok(robot, move(&kept, target, NULL, NULL, false, &report));
    assert_ok(robot, move(&mapped, target, "truoc", "truoc", false, &report));
    const char *offers =
        "SELECT array_to_string(outcomes, ',') FROM task WHERE state = 'open' AND dossier_id = ";
    assert_asked(with_id(offers, &kept, ""), "approve,supplement");
    assert_asked(with_id(offers, &mapped, ""), "reject,return");
    assert_decided(builder, DISTRICT, &kept, "truoc", "approve");
    assert_decided(builder, DISTRICT, &mapped, "truoc", "reject");
}

static void candidates_are_the_running_ones_of_other_versions(void **state)
{
    (void)state;
    struct migration_candidate *list;
    struct migration_report report;
    size_t count, seen = 0;
    (void)publish(city_text("tests/db/early_answer.bpmn"));
    struct uuid old = submitted(lan, "1.013225", DISTRICT), ended = submitted(lan, "1.013225", DISTRICT);
    assert_ok(lan, dossier_withdraw(of(lan), &agency(DISTRICT)->id, &ended, STR("Thôi"), &lan->error));
    const struct procedure_version *target = publish(changed("Việc cuối", "Việc cuối cùng"));
    struct uuid new = submitted(lan, "1.013225", DISTRICT), after = {""};
    do { /* page by page */
        assert_ok(robot, migration_candidates(of(robot), &agency(DISTRICT)->id, target, &after, 2, &list,
                                              &count, &robot->error));
        for (size_t i = 0; i < count; i++) {
            assert_false(uuid_same(&list[i].id, &ended) || uuid_same(&list[i].id, &new));
            seen += uuid_same(&list[i].id, &old);
            after = list[i].id;
        }
    } while (count > 0);
    assert_int_equal(seen, 1);
    assert_status(robot, move(&ended, target, NULL, NULL, false, &report), STATUS_CONFLICT);
    assert_status(robot, migration_target(of(robot), "1.013225", 9999, &target, &robot->error),
                  STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_running_dossier_goes_on_by_the_new_version),
        TEST(what_is_in_the_way_is_named_and_nothing_changes),
        TEST(an_open_step_keeps_what_it_offers_until_it_is_mapped),
        TEST(candidates_are_the_running_ones_of_other_versions),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
