/* Who gets a place among the children that look into files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "domain/document/child.h"

static struct inspector *inspector;
static sem_t holding, go_on;

/* Bytes that do not come before they are let go. */
static enum status read_slowly(void *context, void *bytes, size_t capacity, size_t *length)
{
    (void)context;
    (void)bytes;
    (void)capacity;
    sem_post(&holding);
    sem_wait(&go_on);
    *length = 0;
    return STATUS_OK;
}

static enum status read_nothing(void *context, void *bytes, size_t capacity, size_t *length)
{
    (void)context;
    (void)bytes;
    (void)capacity;
    *length = 0;
    return STATUS_OK;
}

static enum status write_nowhere(void *context, struct str bytes)
{
    (void)context;
    (void)bytes;
    return STATUS_OK;
}

static void *show_a_page(void *context)
{
    struct media_report report;
    struct error error = {0};
    struct arena *arena = arena_create(1 << 20);
    struct child_job job = {
        .kind = MEDIA_PDF, .page = 1, .side = 100, .read = read_slowly, .write = write_nowhere};
    *(enum status *)context = child_run(inspector, &job, &report, arena, &error);
    arena_destroy(arena);
    return NULL;
}

static void pages_that_take_long_keep_nobody_from_handing_in(void **state)
{
    enum { SHOWN = 3 };
    (void)state;
    struct arena *arena = arena_create(1 << 20);
    struct media_report report;
    struct error error = {0};
    pthread_t threads[SHOWN];
    enum status statuses[SHOWN];
    inspector = inspector_create(arena, "/bin/false", 2);
    sem_init(&holding, 0, 0);
    sem_init(&go_on, 0, 0);
    for (int i = 0; i < SHOWN; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, show_a_page, &statuses[i]), 0);
    sem_wait(&holding);
    usleep(50000); /* time for a second one to take the other place, if it may */
    struct child_job job = {
        .account = {"somebody else"}, .kind = MEDIA_PDF, .read = read_nothing, .write = write_nowhere};
    for (int i = 0; i < 3; i++)
        assert_int_equal(child_run(inspector, &job, &report, arena, &error), STATUS_OK);
    for (int i = 0; i < SHOWN; i++)
        sem_post(&go_on);
    for (int i = 0; i < SHOWN; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(statuses[i], STATUS_OK); /* they came one behind another */
    }
    sem_destroy(&go_on);
    sem_destroy(&holding);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_that_take_long_keep_nobody_from_handing_in),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
