/* Events: BPMN 2.0.2, 13.5. */
#include "play.h"

static void catching_events_wait(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n catch m message=hello\n catch t timer=PT2H\n catch g signal=go\n catch c cond='x > 3'\n"
        "end e\n s -> m\n m -> t\n t -> g\n g -> c\n c -> e");
    assert_trace(play_start(&play, NULL), "s+ s. m+");
    assert_trace(play_message(&play, "other", NULL, NULL), "refused");
    assert_int_equal(play.status, STATUS_NOT_FOUND);
    assert_trace(play_message(&play, "hello", NULL, "{x: 1}"), "m. t+");
    assert_string_equal(play.effects, "subscription_closed:m timer_scheduled:t");
    assert_trace(play_due(&play, "t"), "t. g+");
    assert_trace(play_signal(&play, "go"), "g. c+");
    assert_trace(play_set(&play, "{x: 3}"), "");
    assert_trace(play_set(&play, "{x: 4}"), "c. e+ e.");
}

static void a_true_condition_does_not_wait(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n catch c cond='x > 3'\n end e\n s -> c\n c -> e");
    assert_trace(play_start(&play, "{x: 4}"), "s+ s. c+ c. e+ e.");
}

static void messages_go_by_their_key(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n catch m message=hello key='=id'\n end e\n s -> m\n m -> e");
    play_start(&play, "{id: \"A7\"}");
    assert_trace(play_message(&play, "hello", "B8", NULL), "refused");
    assert_trace(play_message(&play, "hello", "A7", NULL), "m. e+ e.");
}

static void an_interrupting_boundary_event_cancels_its_activity(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n user a\n boundary t at=a timer=P1D\n boundary m at=a message=stop\n user late\n end e\n"
        "s -> a\n a -> e\n t -> late\n m -> e");
    assert_trace(play_start(&play, NULL), "s+ s. a+");
    assert_string_equal(play.effects,
                        "instance_started:p timer_scheduled:t subscription_opened:m task_created:a");
    assert_trace(play_due(&play, "t"), "a! t+ t. late+");
    assert_string_equal(play.effects, "task_cancelled:a subscription_closed:m task_created:late");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. e+ e.");
    assert_string_equal(play.effects,
                        "task_completed:a timer_cancelled:t subscription_closed:m instance_ended:e");
}

static void a_soft_boundary_event_runs_beside_its_activity(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n user a\n boundary c at=a cycle=R2/PT1H soft\n boundary m at=a message=hint soft\n"
        "user x\n end e\n s -> a\n a -> e\n c -> x\n m -> x");
    play_start(&play, NULL);
    assert_trace(play_message(&play, "hint", NULL, NULL), "m+ m. x+");
    assert_trace(play_message(&play, "hint", NULL, NULL), "m+ m. x+");
    assert_trace(play_due(&play, "c"), "c+ c. x+");
    assert_int_equal(play.now, PLAY_START + INT64_C(3600000000));
    assert_trace(play_due(&play, "c"), "c+ c. x+");
    assert_int_equal(play.now, PLAY_START + INT64_C(7200000000));
    assert_string_equal(play_due(&play, "c"), "no timer");
    assert_string_equal(play_where(&play), "a x x x x | m:m");
}

static void a_soft_condition_fires_each_time_it_becomes_true(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n user a\n boundary c at=a cond='n > 5' soft\n task x\n end e\n s -> a\n a -> e\n c -> x");
    play_start(&play, "{n: 1}");
    assert_trace(play_set(&play, "{n: 6}"), "c+ c. x+ x.");
    assert_trace(play_set(&play, "{n: 7}"), "");
    assert_trace(play_set(&play, "{n: 2}"), "");
    assert_trace(play_set(&play, "{n: 9}"), "c+ c. x+ x.");
}

/* ---- errors ---- */

static const char *const errors =
    "start s\n sub box\n start bs\n user a\n end bad error=E1\n bs -> a\n a -> bad\n end-sub\n"
    "boundary any at=box error=\n boundary one at=box error=E1\n user x\n user y\n end e\n s -> box\n box -> "
    "e\n any -> x\n"
    "one -> y";

static void the_code_that_fits_catches_before_the_catch_all(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(errors);
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. bad+ bad. box! one+ one. y+");
    play_start(&play, NULL);
    assert_trace(play_error(&play, "a", "E2"), "a! box! any+ any. x+");
}

static void an_error_definition_without_code_catches_every_error(void **state)
{
    (void)state;
    static const char *const model =
        "process p\n start s\n user a\n<boundaryEvent id='any' "
        "attachedToRef='a'><errorEventDefinition errorRef='plain'/>"
        "</boundaryEvent>\n boundary x at=a error=X\n user b\n user c\n user d\n s -> a\n a -> b\n any -> c\n"
        "x -> d\n end-process\n<error id='plain' name='Plain'/>";
    PLAY_AUTO play = play_open(model);
    play_start_process(&play, "p", NULL, NULL);
    assert_trace(play_error(&play, "a", "whatever"), "a! any+ any. c+");
    play_start_process(&play, "p", NULL, NULL); /* the code that fits goes first, wherever it stands */
    assert_trace(play_error(&play, "a", "X"), "a! x+ x. d+");
}

static void an_error_nobody_catches_on_a_task_is_an_incident(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user a\n end e\n s -> a\n a -> e");
    play_start(&play, NULL);
    assert_trace(play_error(&play, "a", "E"), "");
    assert_string_equal(play_where(&play), "a # a:bpmn.uncaught_error");
    assert_trace(play_complete(&play, "a", NULL), "a. e+ e.");
    assert_string_equal(play.effects, "incident_resolved:a task_completed:a instance_ended:e");
}

static void an_error_nobody_catches_at_an_end_event_ends_the_process(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n and f\n user a\n user b\n end bad error=E1\n s -> f\n f -> a\n f -> b\n a -> bad");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. bad+ bad. b!");
    assert_string_equal(play_where(&play), "ended bad E1");
}

static void errors_come_up_through_call_activities(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "process p\n start s\n call c calledElement=q\n boundary x at=c error=E1\n user fix\n end e\n"
        "s -> c\n c -> e\n x -> fix\n end-process\n process q\n start qs\n user a\n end bad error=E1\n"
        "qs -> a\n a -> bad\n end-process");
    play_start_process(&play, "p", NULL, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. bad+ bad. c! x+ x. fix+");
    assert_string_equal(play_where(&play), "fix");
}

static void an_error_event_subprocess_catches_inside_its_scope(void **state)
{
    (void)state;
    PLAY_AUTO play =
        play_open("start s\n sub box\n start bs\n user a\n end bad error=E1\n bs -> a\n a -> bad\n esub h\n"
                  "start hs error=E1\n user fix\n end he\n hs -> fix\n fix -> he\n end-sub\n end-sub\n"
                  "boundary b at=box error=E1\n end e1\n end e2\n s -> box\n box -> e1\n b -> e2");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. bad+ bad. h+ hs+ hs. fix+");
    assert_trace(play_complete(&play, "fix", NULL), "fix. he+ he. h. box. e1+ e1.");
    /* what the handler throws goes out */
    play_start(&play, NULL);
    play_complete(&play, "a", NULL);
    assert_trace(play_error(&play, "fix", "E1"), "fix! h! box! b+ b. e2+ e2.");
}

/* ---- escalations ---- */

static void a_soft_escalation_leaves_the_work_running(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub box\n start bs\n throw up escalation=U\n user a\n end be\n bs -> up\n up -> a\n"
        "a -> be\n end-sub\n boundary b at=box escalation=U soft\n user boss\n end e\n s -> box\n"
        "box -> e\n b -> boss");
    assert_trace(play_start(&play, NULL), "s+ s. box+ bs+ bs. up+ up. b+ b. a+ boss+");
    assert_trace(play_complete(&play, "a", NULL), "a. be+ be. box. e+ e.");
    assert_string_equal(play_where(&play), "boss");
}

static void a_hard_escalation_cancels_it(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub box\n start bs\n and f\n user a\n end up escalation=U\n bs -> f\n f -> a\n"
        "f -> up\n end-sub\n boundary b at=box escalation=\n user boss\n end e\n s -> box\n box -> e\n"
        "b -> boss");
    assert_trace(play_start(&play, NULL), "s+ s. box+ bs+ bs. f+ f. a+ up+ up. a! box! b+ b. boss+");
}

static void an_escalation_nobody_hears_changes_nothing(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n throw up escalation=U\n user a\n end e escalation=V\n s -> up\n up -> a\n a -> e");
    assert_trace(play_start(&play, NULL), "s+ s. up+ up. a+");
    assert_trace(play_escalation(&play, "a", "X"), "refused");
    assert_int_equal(play.status, STATUS_INVALID);
    assert_trace(play_complete(&play, "a", NULL), "a. e+ e.");
}

static void a_task_can_escalate_and_go_on(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n user a\n boundary b at=a escalation=U soft\n user boss\n end e\n s -> a\n a -> e\n"
        "b -> boss");
    play_start(&play, NULL);
    assert_trace(play_escalation(&play, "a", "U"), "b+ b. boss+");
    assert_string_equal(play_where(&play), "a boss");
}

/* ---- event subprocesses ---- */

static const char *const handlers =
    "start s\n user a\n user b\n end e\n s -> a\n a -> b\n b -> e\n"
    "esub hard\n start hs message=stop\n user clean\n end he\n hs -> clean\n clean -> he\n end-sub\n"
    "esub soft\n start ss signal=ask soft\n user reply\n end se\n ss -> reply\n reply -> se\n end-sub";

static void a_soft_event_subprocess_runs_beside(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(handlers);
    play_start(&play, NULL);
    assert_trace(play_signal(&play, "ask"), "soft+ ss+ ss. reply+");
    assert_trace(play_signal(&play, "ask"), "soft+ ss+ ss. reply+");
    play_complete(&play, "a", NULL);
    assert_trace(play_complete(&play, "b", NULL), "b. e+ e.");
    assert_string_equal(play_where(&play), "reply reply | m:hs s:ss");
    play_complete(&play, "reply", NULL);
    assert_trace(play_complete(&play, "reply", NULL), "reply. se+ se. soft.");
    assert_string_equal(play_where(&play), "ended e");
}

static void a_hard_event_subprocess_takes_over(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(handlers);
    play_start(&play, NULL);
    play_signal(&play, "ask");
    assert_trace(play_message(&play, "stop", NULL, NULL), "a! reply! soft! hard+ hs+ hs. clean+");
    assert_trace(play_signal(&play, "ask"), "refused");
    assert_trace(play_complete(&play, "clean", NULL), "clean. he+ he. hard.");
    assert_string_equal(play_where(&play), "ended -");
}

static void the_boundary_timer_of_an_interrupted_subprocess_goes_on(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub box\n start bs\n user a\n bs -> a\n esub h\n start hs message=stop\n user fix\n"
        "hs -> fix\n end-sub\n end-sub\n boundary t at=box timer=P1D\n user late\n s -> box\n t -> late");
    play_start(&play, NULL);
    play_message(&play, "stop", NULL, NULL);
    assert_string_equal(play_where(&play), "fix | t:t");
    assert_trace(play_due(&play, "t"), "fix! h! box! t+ t. late+");
}

/* ---- ends, links, signals ---- */

static void terminate_ends_only_its_own_scope(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub box\n start bs\n and f\n user a\n user b\n end t terminate\n bs -> f\n f -> a\n"
        "f -> b\n a -> t\n end-sub\n user c\n end e\n s -> box\n box -> c\n c -> e");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. t+ t. b! box. c+");
    PLAY_AUTO top =
        play_open("start s\n and f\n user a\n user b\n end t terminate\n s -> f\n f -> a\n f -> b\n a -> t");
    play_start(&top, NULL);
    assert_trace(play_complete(&top, "a", NULL), "a. t+ t. b!");
    assert_string_equal(play_where(&top), "ended t");
}

static void links_jump_inside_their_scope(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n throw l link=L\n catch c link=L\n user a\n s -> l\n c -> a");
    assert_trace(play_start(&play, NULL), "s+ s. l+ l. c+ c. a+");
}

static void a_thrown_signal_is_heard_in_the_same_instance(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n and f\n catch c signal=go\n user b\n end e1\n end e2 signal=go\n s -> f\n f -> c\n"
        "f -> b\n c -> e1\n b -> e2");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "b", NULL), "b. e2+ e2. c. e1+ e1.");
    assert_non_null(strstr(play.effects, "signal_thrown:e2"));
}

static void messages_are_sent_as_effects(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n throw m message=out\n send t message=more\n end e message=last\n s "
                               "-> m\n m -> t\n t -> e");
    assert_trace(play_start(&play, NULL), "s+ s. m+ m. t+ t. e+ e.");
    assert_string_equal(play.effects,
                        "instance_started:p message_sent:m message_sent:t message_sent:e instance_ended:e");
}

static void processes_start_by_message_and_condition(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n start m message=hello\n start c cond='x > 1'\n user a\n user b\n user d\n s -> a\n"
        "m -> b\n c -> d");
    assert_trace(play_start(&play, NULL), "s+ s. a+");
    assert_trace(play_start_process(&play, "p", "hello", "{y: 1}"), "m+ m. b+");
    assert_string_equal(play_variables(&play), "{y: 1}");
    assert_trace(play_start_process(&play, "p", "nothing", NULL), "refused");
    PLAY_AUTO only = play_open("start c cond='x > 1'\n user d\n c -> d");
    assert_trace(play_start(&only, "{x: 2}"), "c+ c. d+");
    assert_trace(play_start(&only, "{x: 1}"), "refused");
}

static void without_start_events_what_has_no_way_in_starts(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("user a\n user b\n end e\n a -> e\n b -> e");
    assert_trace(play_start(&play, NULL), "a+ b+");
}

/* ---- compensation ---- */

static void compensation_undoes_the_last_first(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n user a\n user b\n boundary ca at=a compensate\n boundary cb at=b compensate\n"
        "user ua undo\n user ub undo\n throw c compensate\n end e\n s -> a\n a -> b\n b -> c\n c -> e\n"
        "<association sourceRef='ca' targetRef='ua'/><association sourceRef='cb' targetRef='ub'/>");
    play_start(&play, NULL);
    play_complete(&play, "a", NULL);
    assert_trace(play_complete(&play, "b", NULL), "b. c+ cb+ cb. ub+");
    assert_trace(play_complete(&play, "ub", NULL), "ub. ca+ ca. ua+");
    assert_trace(play_complete(&play, "ua", NULL), "ua. c. e+ e.");
}

static void compensation_reaches_into_a_completed_subprocess(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub box\n start bs\n user a\n boundary ca at=a compensate\n task ua undo\n end be\n"
        "bs -> a\n a -> be\n <association sourceRef='ca' targetRef='ua'/>\n end-sub\n user b\n"
        "end c compensate\n s -> box\n box -> b\n b -> c");
    play_start(&play, NULL);
    play_complete(&play, "a", NULL);
    assert_trace(play_complete(&play, "b", NULL), "b. c+ ca+ ca. ua+ ua. c.");
    assert_string_equal(play_where(&play), "ended c");
}

static void the_pieces_of_a_subprocess_outlive_a_pause_while_they_are_undone(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub outer\n start os\n sub box\n start bs\n user a\n boundary ca at=a compensate\n"
        "user ua undo\n user b\n boundary cb at=b compensate\n user ub undo\n end be\n bs -> a\n a -> b\n"
        "b -> be\n<association sourceRef='ca' targetRef='ua'/><association sourceRef='cb' targetRef='ub'/>\n"
        "end-sub\n end oe\n os -> box\n box -> oe\n end-sub\n throw c compensate\n end e\n s -> outer\n"
        "outer -> c\n c -> e");
    play_start(&play, NULL);
    play_complete(&play, "a", NULL);
    assert_trace(play_complete(&play, "b", NULL), "b. be+ be. box. oe+ oe. outer. c+ cb+ cb. ub+");
    assert_trace(play_complete(&play, "ub", NULL), "ub. ca+ ca. ua+");
    assert_trace(play_complete(&play, "ua", NULL), "ua. c. e+ e.");
}

static void a_compensation_event_subprocess_undoes_its_subprocess(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n sub box\n start bs\n user a\n end be\n bs -> a\n a -> be\n esub h\n start hs compensate\n"
        "user undo1\n hs -> undo1\n end-sub\n end-sub\n throw c compensate=box\n end e\n s -> box\n"
        "box -> c\n c -> e");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. be+ be. box. c+ h+ hs+ hs. undo1+");
    assert_trace(play_complete(&play, "undo1", NULL), "undo1. h. c. e+ e.");
}

static void nothing_to_compensate_goes_on(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n throw c compensate\n end e\n s -> c\n c -> e");
    assert_trace(play_start(&play, NULL), "s+ s. c+ c. e+ e.");
}

static void a_cancelled_transaction_undoes_and_leaves_by_its_cancel_event(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n transaction tx\n start bs\n and f\n user a\n user w\n boundary ca at=a compensate\n"
        "task ua undo\n end no cancel\n bs -> f\n f -> a\n f -> w\n a -> no\n"
        "<association sourceRef='ca' targetRef='ua'/>\n end-transaction\n boundary b at=tx cancel\n"
        "end e1\n end e2\n s -> tx\n tx -> e1\n b -> e2");
    play_start(&play, NULL);
    assert_trace(play_complete(&play, "a", NULL), "a. no+ w! ca+ ca. ua+ ua. no. tx! b+ b. e2+ e2.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catching_events_wait),
        cmocka_unit_test(a_true_condition_does_not_wait),
        cmocka_unit_test(messages_go_by_their_key),
        cmocka_unit_test(an_interrupting_boundary_event_cancels_its_activity),
        cmocka_unit_test(a_soft_boundary_event_runs_beside_its_activity),
        cmocka_unit_test(a_soft_condition_fires_each_time_it_becomes_true),
        cmocka_unit_test(the_code_that_fits_catches_before_the_catch_all),
        cmocka_unit_test(an_error_definition_without_code_catches_every_error),
        cmocka_unit_test(an_error_nobody_catches_on_a_task_is_an_incident),
        cmocka_unit_test(an_error_nobody_catches_at_an_end_event_ends_the_process),
        cmocka_unit_test(errors_come_up_through_call_activities),
        cmocka_unit_test(an_error_event_subprocess_catches_inside_its_scope),
        cmocka_unit_test(a_soft_escalation_leaves_the_work_running),
        cmocka_unit_test(a_hard_escalation_cancels_it),
        cmocka_unit_test(an_escalation_nobody_hears_changes_nothing),
        cmocka_unit_test(a_task_can_escalate_and_go_on),
        cmocka_unit_test(a_soft_event_subprocess_runs_beside),
        cmocka_unit_test(a_hard_event_subprocess_takes_over),
        cmocka_unit_test(the_boundary_timer_of_an_interrupted_subprocess_goes_on),
        cmocka_unit_test(terminate_ends_only_its_own_scope),
        cmocka_unit_test(links_jump_inside_their_scope),
        cmocka_unit_test(a_thrown_signal_is_heard_in_the_same_instance),
        cmocka_unit_test(messages_are_sent_as_effects),
        cmocka_unit_test(processes_start_by_message_and_condition),
        cmocka_unit_test(without_start_events_what_has_no_way_in_starts),
        cmocka_unit_test(compensation_undoes_the_last_first),
        cmocka_unit_test(compensation_reaches_into_a_completed_subprocess),
        cmocka_unit_test(the_pieces_of_a_subprocess_outlive_a_pause_while_they_are_undone),
        cmocka_unit_test(a_compensation_event_subprocess_undoes_its_subprocess),
        cmocka_unit_test(nothing_to_compensate_goes_on),
        cmocka_unit_test(a_cancelled_transaction_undoes_and_leaves_by_its_cancel_event),
    };
    return cmocka_run_group_tests_name("bpmn events", tests, NULL, NULL);
}
