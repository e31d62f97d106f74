/* Tokens, splits and merges: BPMN 2.0.2, 13.4. */
#include "play.h"

static void sequence_runs_to_its_end(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n user a\n task t\n manual m\n end e\n s -> a\n a -> t\n t -> m\n m -> e");
    assert_trace(play_start(&play, NULL), "s+ s. a+");
    assert_string_equal(play.effects, "instance_started:p task_created:a");
    assert_trace(play_complete(&play, "a", NULL), "a. t+ t. m+ m. e+ e.");
    assert_string_equal(play_where(&play), "ended e");
    struct bpmn_input input = {.kind = BPMN_RETRY, .id = 1};
    play_input(&play, &input);
    assert_int_equal(play.status, STATUS_CONFLICT);
}

static const char *const exclusive = "start s\n xor g\n user a\n user b\n user c\n s -> g\n g -> a : n > 10\n"
                                     "g -> b : n > 5\n g -> c default";

static void exclusive_takes_the_first_true_flow(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(exclusive);
    assert_trace(play_start(&play, "{n: 20}"), "s+ s. g+ g. a+");
    assert_trace(play_start(&play, "{n: 7}"), "s+ s. g+ g. b+");
    assert_trace(play_start(&play, "{n: 1}"), "s+ s. g+ g. c+");
    assert_trace(play_start(&play, NULL), "s+ s. g+ g. c+"); /* null is not true */
}

static void outgoing_elements_decide_the_order(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n<exclusiveGateway id='g'><outgoing>y</outgoing><outgoing>x</outgoing>"
                  "</exclusiveGateway>\n user a\n user b\n s -> g\n"
                  "<sequenceFlow id='x' sourceRef='g' targetRef='a'><conditionExpression>true"
                  "</conditionExpression></sequenceFlow>\n"
                  "<sequenceFlow id='y' sourceRef='g' targetRef='b'><conditionExpression>true"
                  "</conditionExpression></sequenceFlow>");
    assert_trace(play_start(&play, NULL), "s+ s. g+ g. b+");
}

static void no_true_flow_is_an_incident_that_can_be_retried(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n xor g\n user a\n user b\n s -> g\n g -> a : n = 1\n g -> b : n = 2");
    assert_trace(play_start(&play, "{n: 3}"), "s+ s. g+ g.");
    assert_string_equal(play_where(&play), " # g:bpmn.no_flow");
    assert_trace(play_retry(&play), "");
    assert_string_equal(play_where(&play), " # g:bpmn.no_flow");
    play_set(&play, "{n: 2}");
    assert_trace(play_retry(&play), "b+");
    assert_string_equal(play_where(&play), "b");
}

static void a_condition_that_is_no_boolean_is_an_incident(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n xor g\n user a\n user b\n s -> g\n g -> a : n\n g -> b default");
    play_start(&play, "{n: 3}");
    assert_string_equal(play_where(&play), " # g:bpmn.condition_not_boolean");
}

static void parallel_joins_when_every_flow_has_a_token(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n and f\n user a\n user b\n user c\n and j\n end e\n s -> f\n f -> a\n f -> b\n"
                  "f -> c\n a -> j\n b -> j\n c -> j\n j -> e");
    assert_trace(play_start(&play, NULL), "s+ s. f+ f. a+ b+ c+");
    assert_trace(play_complete(&play, "b", NULL), "b.");
    assert_trace(play_complete(&play, "c", NULL), "c.");
    assert_trace(play_complete(&play, "a", NULL), "a. j+ j. e+ e.");
    assert_string_equal(play_where(&play), "ended e");
}

static void a_parallel_join_takes_one_token_of_each_flow(void **state)
{
    (void)state;
    /* two tokens come over a, one over b: the second of a stays */
    PLAY_AUTO play =
        play_open("start s\n and f\n user x\n user y\n xor m\n user b\n and j\n user z\n s -> f\n f -> x\n"
                  "f -> y\n f -> b\n x -> m\n y -> m\n m -> j\n b -> j\n j -> z");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "x", NULL), "x. m+ m.");
    assert_trace(play_complete(&play, "y", NULL), "y. m+ m.");
    assert_trace(play_complete(&play, "b", NULL), "b. j+ j. z+");
    assert_trace(play_complete(&play, "z", NULL), "z.");
    assert_string_equal(play_where(&play), "nowhere"); /* the token before the join keeps the process alive */
}

static void merges_pass_every_token(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n and f\n task a\n task b\n user m\n end e\n s -> f\n f -> a\n f -> b\n a -> m\n"
                  "b -> m\n m -> e");
    assert_trace(play_start(&play, NULL), "s+ s. f+ f. a+ a. b+ b. m+ m+");
    assert_trace(play_complete(&play, "m", NULL), "m. e+ e.");
    assert_string_equal(play_where(&play), "m");
    play_complete(&play, "m", NULL);
    assert_string_equal(play_where(&play), "ended e");
}

static void activities_split_and_choose_by_themselves(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n user a\n user b\n user c\n user d\n s -> a\n a -> b\n a -> c : n > 1\n"
                  "a -> d default");
    play_start(&play, "{n: 1}");
    assert_trace(play_complete(&play, "a", NULL), "a. b+");
    play_start(&play, "{n: 2}");
    assert_trace(play_complete(&play, "a", NULL), "a. b+ c+");
    PLAY_AUTO only =
        play_open("start s\n user a\n user b\n user c\n s -> a\n a -> b : n > 1\n a -> c default");
    play_start(&only, "{n: 1}");
    assert_trace(play_complete(&only, "a", NULL), "a. c+");
}

/* ---- inclusive ---- */

static const char *const inclusive =
    "start s\n or f\n user a\n user b\n user c\n or j\n end e\n s -> f\n f -> a : n > 1\n f -> b : n > 2\n"
    "f -> c default\n a -> j\n b -> j\n c -> j\n j -> e";

static void inclusive_split_and_join_match(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(inclusive);
    assert_trace(play_start(&play, "{n: 3}"), "s+ s. f+ f. a+ b+");
    assert_trace(play_complete(&play, "a", NULL), "a.");
    assert_trace(play_complete(&play, "b", NULL), "b. j+ j. e+ e.");
    play_start(&play, "{n: 2}");
    assert_trace(play_complete(&play, "a", NULL), "a. j+ j. e+ e.");
    assert_trace(play_start(&play, "{n: 0}"), "s+ s. f+ f. c+");
}

static void an_inclusive_join_goes_on_when_the_other_branch_dies(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n and f\n user a\n user b\n xor x\n end dead\n or j\n end e\n s -> f\n f -> a\n"
                  "f -> b\n a -> j\n b -> x\n x -> j : go\n x -> dead default\n j -> e");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a.");
    assert_trace(play_complete(&play, "b", "{go: false}"), "b. x+ x. j+ j. dead+ dead. e+ e.");
}

static void a_token_that_also_reaches_a_filled_flow_does_not_hold_the_join(void **state)
{
    (void)state;
    /* b can reach both flows of the join: the empty one, and the one a token already waits on */
    PLAY_AUTO play = play_open(
        "start s\n and f\n user a\n user b\n xor x\n xor m1\n xor m2\n or j\n user z\n s -> f\n"
        "f -> a\n f -> b\n a -> m1\n b -> x\n x -> m1 : first\n x -> m2 default\n m1 -> j\n m2 -> j\n"
        "j -> z");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. m1+ m1. j+ j. z+");
    /* and a token that reaches only the empty flow does hold it */
    PLAY_AUTO other =
        play_open("start s\n and f\n user a\n user b\n or j\n user z\n s -> f\n f -> a\n f -> b\n a -> j\n"
                  "b -> j\n j -> z");
    play_start(&other, NULL);
    assert_trace(play_complete(&other, "a", NULL), "a.");
}

static void an_inclusive_join_in_a_loop_ignores_ways_through_itself(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n or j\n user a\n xor x\n end e\n s -> j\n x -> j : again\n j -> a\n a -> x\n"
                  "x -> e default");
    assert_trace(play_start(&play, NULL), "s+ s. j+ j. a+");
    assert_trace(play_complete(&play, "a", "{again: true}"), "a. x+ x. j+ j. a+");
    assert_trace(play_complete(&play, "a", "{again: false}"), "a. x+ x. e+ e.");
}

static void two_joins_in_a_circle_wait_as_the_standard_says(void **state)
{
    (void)state;
    /* each join's empty flow is fed by the other one */
    PLAY_AUTO play =
        play_open("start s\n and f\n or j1\n or j2\n user a\n user b\n xor x1\n xor x2\n end e1\n end e2\n"
                  "s -> f\n f -> j1\n f -> j2\n j1 -> a\n j2 -> b\n a -> x1\n b -> x2\n x1 -> j2 : cross\n"
                  "x1 -> e1 default\n x2 -> j1 : cross\n x2 -> e2 default");
    const char *trace = play_start(&play, NULL);
    /* by the text of the standard both wait: each holds the other; that is what the linter warns of */
    assert_trace(trace, "s+ s. f+ f.");
    assert_true(play_finds(&play, "j1", "bpmn.join_engines_differ"));
}

static void an_inclusive_join_waits_for_what_a_boundary_event_may_send(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n and f\n user a\n user b\n boundary t at=b timer=PT1H\n end done\n or j\n end e\n"
                  "s -> f\n f -> a\n f -> b\n a -> j\n b -> done\n t -> j\n j -> e");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a.");
    assert_trace(play_due(&play, "t"), "b! t+ t. j+ j. e+ e.");
}

static void a_token_before_a_link_holds_an_inclusive_join_behind_it(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n and f\n user a\n user b\n throw out link=L\n catch in link=L\n user c\n or j\n user z\n"
        "s -> f\n f -> a\n f -> b\n a -> j\n b -> out\n in -> c\n c -> j\n j -> z");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a.");
    assert_trace(play_complete(&play, "b", NULL), "b. out+ out. in+ in. c+");
    assert_trace(play_complete(&play, "c", NULL), "c. j+ j. z+");
}

static void tokens_inside_a_subprocess_hold_an_inclusive_join_outside(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n and f\n user a\n sub box\n start bs\n user b\n end be\n bs -> b\n b -> be\n"
                  "end-sub\n or j\n end e\n s -> f\n f -> a\n f -> box\n a -> j\n box -> j\n j -> e");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a.");
    assert_trace(play_complete(&play, "b", NULL), "b. be+ be. box. j+ j. e+ e.");
}

static void a_join_in_each_instance_of_a_scope_counts_its_own_tokens(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub box mi='[1,2]'\n start bs\n and f\n user a\n user b\n and j\n end be\n bs -> f\n"
        "f -> a\n f -> b\n a -> j\n b -> j\n j -> be\n end-sub\n end e\n s -> box\n box -> e");
    play_start(&play, NULL);
    assert_trace(play_complete_nth(&play, "a", 1, NULL), "a.");
    assert_trace(play_complete_nth(&play, "b", 2, NULL), "b.");
    assert_trace(play_complete_nth(&play, "a", 1, NULL), "a. j+ j. be+ be. box.");
    assert_trace(play_complete_nth(&play, "b", 1, NULL), "b. j+ j. be+ be. box. e+ e.");
}

/* ---- event gateway ---- */

static void the_first_event_decides(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n events g\n catch m message=yes\n receive r message=no\n catch t timer=P1D\n end a\n"
        "end b\n end c\n s -> g\n g -> m\n g -> r\n g -> t\n m -> a\n r -> b\n t -> c");
    assert_trace(play_start(&play, NULL), "s+ s. g+");
    assert_string_equal(play_where(&play), " | m:m m:r t:t");
    assert_trace(play_message(&play, "no", NULL, "{x: 1}"), "g. r+ r. b+ b.");
    assert_string_equal(play_variables(&play), "{x: 1}");
    play_start(&play, NULL);
    assert_trace(play_due(&play, "t"), "g. t+ t. c+ c.");
    assert_true(play.now == PLAY_START + INT64_C(86400000000));
}

/* ---- bounds ---- */

static void an_endless_loop_becomes_an_incident(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n xor m\n task t\n xor x\n end e\n s -> m\n m -> t\n t -> x\n x -> m default\n"
                  "x -> e : stop");
    play_start(&play, NULL);
    const char *where = play_where(&play);
    assert_non_null(strstr(where, "bpmn.too_many_steps"));
    play_set(&play, "{stop: true}");
    play_retry(&play);
    assert_string_equal(play_where(&play), "ended e");
}

static void tokens_without_end_become_an_incident(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n task t\n user u\n s -> t\n t -> t\n t -> u");
    play.limits = (struct bpmn_limits){.steps = 100000, .tokens = 50};
    play_start(&play, NULL);
    assert_non_null(strstr(play_where(&play), "t:bpmn.too_many_tokens"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence_runs_to_its_end),
        cmocka_unit_test(exclusive_takes_the_first_true_flow),
        cmocka_unit_test(outgoing_elements_decide_the_order),
        cmocka_unit_test(no_true_flow_is_an_incident_that_can_be_retried),
        cmocka_unit_test(a_condition_that_is_no_boolean_is_an_incident),
        cmocka_unit_test(parallel_joins_when_every_flow_has_a_token),
        cmocka_unit_test(a_parallel_join_takes_one_token_of_each_flow),
        cmocka_unit_test(merges_pass_every_token),
        cmocka_unit_test(activities_split_and_choose_by_themselves),
        cmocka_unit_test(inclusive_split_and_join_match),
        cmocka_unit_test(an_inclusive_join_goes_on_when_the_other_branch_dies),
        cmocka_unit_test(a_token_that_also_reaches_a_filled_flow_does_not_hold_the_join),
        cmocka_unit_test(an_inclusive_join_in_a_loop_ignores_ways_through_itself),
        cmocka_unit_test(two_joins_in_a_circle_wait_as_the_standard_says),
        cmocka_unit_test(an_inclusive_join_waits_for_what_a_boundary_event_may_send),
        cmocka_unit_test(a_token_before_a_link_holds_an_inclusive_join_behind_it),
        cmocka_unit_test(tokens_inside_a_subprocess_hold_an_inclusive_join_outside),
        cmocka_unit_test(a_join_in_each_instance_of_a_scope_counts_its_own_tokens),
        cmocka_unit_test(the_first_event_decides),
        cmocka_unit_test(an_endless_loop_becomes_an_incident),
        cmocka_unit_test(tokens_without_end_become_an_incident),
    };
    return cmocka_run_group_tests_name("bpmn gateways", tests, NULL, NULL);
}
