/* Who gets a place among the children that look into files, when many ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "domain/document/places.h"

enum { AT_ONCE = 0, LONG = 20 };

static struct arena *arena;
static struct places *places;

static int start(void **state)
{
    (void)state;
    arena = arena_create(1 << 16);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

/* Somebody of an agency, each a letter. */
static struct place place_of(char person, char agency)
{
    struct place place = {.shows = false};
    snprintf(place.account.text, sizeof place.account.text, "%c", person);
    snprintf(place.tenant.text, sizeof place.tenant.text, "%c", agency);
    return place;
}

static struct place page_of(char person)
{
    struct place place = place_of(person, 'x');
    place.shows = true;
    return place;
}

static bool takes(struct place *place)
{
    return places_take(places, place, AT_ONCE);
}

static void one_person_leaves_half_of_the_places_to_others(void **state)
{
    (void)state;
    places = places_create(arena, 4);
    struct place a[3] = {place_of('a', 'x'), place_of('a', 'x'), place_of('a', 'x')};
    struct place b[2] = {place_of('b', 'x'), place_of('b', 'x')};
    assert_true(takes(&a[0]) && takes(&a[1]));
    assert_false(takes(&a[2]));
    assert_true(takes(&b[0]) && takes(&b[1]));
    places_give(places, &a[0]);
    assert_true(takes(&a[2]));
}

static void one_person_leaves_half_of_the_pages_to_others(void **state)
{
    (void)state;
    places = places_create(arena, 4);
    struct place a[2] = {page_of('a'), page_of('a')}, b = page_of('b'), c = page_of('c');
    struct place paper = place_of('c', 'x');
    assert_true(takes(&a[0]));
    assert_false(takes(&a[1]));
    assert_true(takes(&b));
    assert_false(takes(&c)); /* pages have half of the places */
    assert_true(takes(&paper));
    places_give(places, &a[0]);
    assert_true(takes(&c));
}

static void a_single_place_goes_round(void **state)
{
    (void)state;
    places = places_create(arena, 1);
    struct place a = page_of('a'), b = place_of('b', 'x');
    assert_true(takes(&a));
    assert_false(takes(&b));
    places_give(places, &a);
    assert_true(takes(&b));
}

struct waiter {
    struct place place;
    pthread_t thread;
    bool taken;
};

static void *wait_for_place(void *context)
{
    struct waiter *waiter = context;
    waiter->taken = places_take(places, &waiter->place, LONG);
    return NULL;
}

static void begin(struct waiter *waiter, struct place place)
{
    waiter->place = place;
    assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_place, waiter), 0);
    usleep(20000); /* so that it stands in the row before the next one */
}

static void leave(struct waiter *waiter)
{
    pthread_join(waiter->thread, NULL);
    assert_true(waiter->taken);
    places_give(places, &waiter->place);
}

static void whoever_has_less_at_work_comes_before_whoever_came_first(void **state)
{
    (void)state;
    places = places_create(arena, 4);
    struct place a = place_of('a', 'x'), b[2] = {place_of('b', 'y'), place_of('b', 'y')},
                 c = place_of('c', 'z');
    struct waiter more, other_agency, fresh;
    assert_true(takes(&a) && takes(&b[0]) && takes(&b[1]) && takes(&c));
    begin(&more, place_of('a', 'x'));
    begin(&other_agency, place_of('d', 'y')); /* nothing at work, but its agency has two */
    begin(&fresh, place_of('e', 'w'));
    places_give(places, &c);
    leave(&fresh); /* only it was free to go: the others still wait */
    leave(&other_agency);
    leave(&more);
    places_give(places, &a);
}

static void nobody_waits_for_more_than_a_browser_asks_for(void **state)
{
    (void)state;
    places = places_create(arena, 1);
    struct place first = place_of('a', 'x'), one_more = place_of('a', 'x');
    struct waiter waiting[PLACES_WAITING_EACH], other;
    assert_true(takes(&first));
    for (size_t i = 0; i < PLACES_WAITING_EACH; i++)
        begin(&waiting[i], place_of('a', 'x'));
    assert_false(places_take(places, &one_more, LONG)); /* at once: the test would not end in time */
    begin(&other, place_of('b', 'x'));
    places_give(places, &first);
    for (size_t i = 0; i < PLACES_WAITING_EACH; i++)
        leave(&waiting[i]);
    leave(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_person_leaves_half_of_the_places_to_others, start, finish),
        cmocka_unit_test_setup_teardown(one_person_leaves_half_of_the_pages_to_others, start, finish),
        cmocka_unit_test_setup_teardown(a_single_place_goes_round, start, finish),
        cmocka_unit_test_setup_teardown(whoever_has_less_at_work_comes_before_whoever_came_first, start,
                                        finish),
        cmocka_unit_test_setup_teardown(nobody_waits_for_more_than_a_browser_asks_for, start, finish),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
