/*
 * Sixteen people and a worker for timers at once, on one dossier and on many: each step is done once, by
 * somebody, and nobody is told anything but that somebody else was first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_together"
#include <stdatomic.h>

#include "dossiers.h"

enum { PEOPLE = 16, MANY = 12, THREAD_BYTES = 256 * 1024 * 1024 };

struct crowd {
    struct uuid ids[MANY];
    size_t count;
    struct actor actor;
};

struct worker {
    const struct crowd *crowd;
    unsigned seed;
    size_t done, late;
    const char *surprise; /* the code of an answer that nobody should get; NULL: none */
};

/* An open task of the dossier, any; NULL: it has none. */
static const struct task *any_task(struct worker *person, const struct dossier_file *file)
{
    size_t open = 0;
    for (size_t i = 0; i < file->task_count; i++)
        open += strcmp(file->tasks[i].state, "open") == 0;
    size_t wanted = open == 0 ? 0 : (size_t)rand_r(&person->seed) % open;
    for (size_t i = 0; open > 0 && i < file->task_count; i++)
        if (strcmp(file->tasks[i].state, "open") == 0 && wanted-- == 0) return &file->tasks[i];
    return NULL;
}

/* False when nothing is left to do on it. */
static bool work_on(struct worker *person, struct work *work, const struct uuid *id)
{
    DOSSIER_FILE_AUTO file = {0};
    struct error error = {0};
    enum status status = dossier_load(work, &agency(DISTRICT)->id, id, &file, &error);
    const struct task *task = status == STATUS_OK ? any_task(person, &file) : NULL;
    if (status == STATUS_OK && task == NULL) return false;
    if (task != NULL) {
        struct decision decision = {
            .task_id = task->id, .task_revision = task->revision, .outcome = STR("approve"), .note = STR("")};
        status = task_complete(work, &decision, &error);
    }
    person->done += status == STATUS_OK;
    bool late = status == STATUS_CONFLICT && error.code != NULL && strcmp(error.code, "dossier.changed") == 0;
    person->late += late;
    if (status != STATUS_OK && !late && person->surprise == NULL)
        person->surprise = error.code == NULL ? status_name(status) : error.code;
    return person->surprise == NULL;
}

static void *act(void *context)
{
    struct worker *person = context;
    ARENA_AUTO arena = arena_create(THREAD_BYTES);
    struct db_connection *db = db_connection_create(&city_database);
    size_t idle = 0, place = person->seed;
    while (idle < person->crowd->count && person->surprise == NULL) {
        struct work work = {&city_domain, db, arena, &person->crowd->actor, now};
        bool more = work_on(person, &work, &person->crowd->ids[place++ % person->crowd->count]);
        idle = more ? 0 : idle + 1;
        arena_reset(arena);
    }
    db_connection_destroy(db);
    document_thread_end();
    return NULL;
}

static atomic_bool over;

/* The reminders come due while people work. */
static void *run_timers(void *context)
{
    const char **surprise = context;
    ARENA_AUTO arena = arena_create(THREAD_BYTES);
    struct db_connection *db = db_connection_create(&city_database);
    for (bool last = false; !last && *surprise == NULL;) {
        size_t done = 0;
        last = atomic_load(&over);
        struct work work = {&city_domain, db, arena, &robot->actor, now + 2 * MICROSECONDS};
        struct error error = {0};
        if (timer_run_due(&work, 7, &done, &error) != STATUS_OK)
            *surprise = arena_strdup(city_arena, error.code == NULL ? "?" : error.code);
        last = last && done == 0;
        arena_reset(arena);
    }
    db_connection_destroy(db);
    return NULL;
}

static struct crowd crowd_of(size_t count)
{
    struct crowd crowd = {.count = count, .actor = builder->actor};
    assert_ok(robot, city_publish_with(robot, "1.013225", city_text("tests/db/together.bpmn")));
    for (size_t i = 0; i < count; i++)
        crowd.ids[i] = submitted(lan, "1.013225", DISTRICT);
    return crowd;
}

static size_t all_at_once(const struct crowd *crowd, bool with_timers)
{
    pthread_t threads[PEOPLE], timers;
    struct worker people[PEOPLE];
    const char *surprise = NULL;
    size_t done = 0;
    atomic_store(&over, false);
    if (with_timers) assert_int_equal(pthread_create(&timers, NULL, run_timers, &surprise), 0);
    for (unsigned i = 0; i < PEOPLE; i++) {
        people[i] = (struct worker){.crowd = crowd, .seed = i + 1};
        assert_int_equal(pthread_create(&threads[i], NULL, act, &people[i]), 0);
    }
    for (unsigned i = 0; i < PEOPLE; i++) {
        pthread_join(threads[i], NULL);
        if (people[i].surprise != NULL) fail_msg("somebody was told %s", people[i].surprise);
        done += people[i].done;
    }
    atomic_store(&over, true);
    if (with_timers) pthread_join(timers, NULL);
    if (surprise != NULL) fail_msg("a timer failed: %s", surprise);
    return done;
}

static const char *steps_done(const struct uuid *id)
{
    return ask(with_id("SELECT string_agg(element_id || ' ' || n, ', ' ORDER BY element_id) FROM (SELECT "
                       "element_id, count(*) AS n FROM task WHERE state = 'done' AND dossier_id = ",
                       id, " GROUP BY element_id) t"));
}

static const char *events(const struct uuid *id, const char *kind)
{
    return ask(arena_printf(city_arena, "SELECT count(*) FROM event WHERE dossier_id = '%s' AND kind = '%s'",
                            id->text, kind));
}

static void sixteen_people_on_one_dossier_do_each_step_once(void **state)
{
    (void)state;
    struct crowd crowd = crowd_of(1);
    assert_int_equal(all_at_once(&crowd, false), 2 + 12 + 4);
    assert_string_equal(steps_done(&crowd.ids[0]), "cho_gio 4, hai 1, mot 1, nhieu 12");
    assert_string_equal(events(&crowd.ids[0], "step_completed"), "18");
    assert_nothing_left(&crowd.ids[0]);
    assert_asked(with_id("SELECT max(sequence) = count(*) FROM event WHERE dossier_id = ", &crowd.ids[0], ""),
                 "t");
}

static void sixteen_people_and_timers_on_many_dossiers_do_each_step_once(void **state)
{
    (void)state;
    struct crowd crowd = crowd_of(MANY);
    size_t done = all_at_once(&crowd, true);
    done += all_at_once(&crowd, false); /* what a timer asked for after the last person had gone */
    size_t reminded = 0;
    for (size_t i = 0; i < MANY; i++) {
        int64_t fired = strtoll(events(&crowd.ids[i], "timer_fired"), NULL, 10);
        const char *wanted =
            fired == 0 ? "cho_gio 4, hai 1, mot 1, nhieu 12"
                       : arena_printf(city_arena, "cho_gio 4, duoc_nhac %lld, hai 1, mot 1, nhieu 12",
                                      (long long)fired);
        assert_string_equal(steps_done(&crowd.ids[i]), wanted);
        assert_nothing_left(&crowd.ids[i]);
        reminded += (size_t)fired;
    }
    assert_true(reminded > 0);
    assert_int_equal(done, MANY * 18 + reminded);
    assert_asked("SELECT count(*) FROM timer", "0");
    struct audit_report report;
    assert_ok(robot, audit_verify(of(robot), &agency(DISTRICT)->id, &report, &robot->error));
    assert_int_equal(report.finding_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sixteen_people_on_one_dossier_do_each_step_once),
        TEST(sixteen_people_and_timers_on_many_dossiers_do_each_step_once),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
