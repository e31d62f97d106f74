/* What the linter finds, and what it lets pass. */
#include "motcua/bpmn/paths.h"
#include "play.h"

static void sound_models_have_no_errors(void **state)
{
    (void)state;
    static const char *const models[] = {
        "start s\n user a\n end e\n s -> a\n a -> e",
        "start s\n xor x\n user a\n user b\n xor m\n end e\n s -> x\n x -> a : v > 1\n x -> b default\n a -> "
        "m\n b -> m\n m -> e",
        "start s\n and f\n user a\n user b\n and j\n end e\n s -> f\n f -> a\n f -> b\n a -> j\n b -> j\n j "
        "-> e",
        "start s\n or f\n user a\n user b\n or j\n end e\n s -> f\n f -> a : v > 1\n f -> b default\n a -> "
        "j\n b -> j\n j -> e",
        "start s\n xor m\n user a\n xor x\n end e\n s -> m\n m -> a\n a -> x\n x -> m : again\n x -> e "
        "default",
        "start s\n user a\n boundary t at=a timer=P1D\n user b\n end e\n s -> a\n a -> e\n t -> b\n b -> e",
        "start s\n sub box\n start bs\n user a\n end bad error=E\n bs -> a\n a -> bad\n end-sub\n boundary x "
        "at=box error=E\n"
        "end e\n s -> box\n box -> e\n x -> e",
        "start s\n sub box\n start bs\n user a\n end bad error=E\n bs -> a\n a -> bad\n end-sub\n end e\n s "
        "-> box\n box -> e\n"
        "esub h\n start hs error=E\n user fix\n hs -> fix\n end-sub",
        "start s\n events g\n catch a message=m\n catch b timer=PT1H\n end e\n s -> g\n g -> a\n g -> b\n a "
        "-> e\n b -> e",
        "start s\n user a\n boundary c at=a compensate\n task u undo\n end e\n s -> a\n a -> e\n"
        "<association sourceRef='c' targetRef='u'/>",
        "start s\n throw l link=L\n catch c link=L\n end e\n s -> l\n c -> e",
        "start s\n start m message=x\n user a\n end e\n s -> a\n m -> a\n a -> e",
        "start s\n transaction tx\n start bs\n user a\n end no cancel\n bs -> a\n a -> no\n "
        "end-transaction\n"
        "boundary c at=tx cancel\n end e\n s -> tx\n tx -> e\n c -> e",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        PLAY_AUTO play = play_open(models[i]);
        for (size_t k = 0; k < play.models[0]->finding_count; k++) {
            const struct bpmn_finding *finding = &play.models[0]->findings[k];
            if (finding->severity == BPMN_ERROR_FINDING)
                fail_msg("model %zu: %.*s %s", i, STR_ARG(finding->element), finding->code);
        }
    }
}

static void what_cannot_run_is_named_with_its_element(void **state)
{
    (void)state;
    static const struct {
        const char *sketch, *element, *code;
        bool blocking;
    } cases[] = {
        {"start s\n<sequenceFlow id='f' sourceRef='s' targetRef='nowhere'/>", "f", "bpmn.unknown_reference",
         true},
        {"start s\n<boundaryEvent id='b' attachedToRef='nowhere'><errorEventDefinition/></boundaryEvent>",
         "b", "bpmn.unknown_reference", true},
        {"start s\n<endEvent id='e'><errorEventDefinition errorRef='nowhere'/></endEvent>\n s -> e", "e",
         "bpmn.unknown_reference", true},
        {"start s\n<exclusiveGateway id='g' default='nowhere'/>\n s -> g", "g", "bpmn.unknown_reference",
         true},
        {"start s\n<userTask id='a'/><userTask id='a'/>\n s -> a", "a", "bpmn.duplicate_id", true},
        {"start s\n sub box\n start bs\n user a\n bs -> a\n end-sub\n user b\n s -> box\n<sequenceFlow "
         "id='f' sourceRef='a' "
         "targetRef='b'/>",
         "f", "bpmn.flow_across_scopes", true},
        {"start s error=E\n user a\n s -> a", "s", "bpmn.event_place", true},
        {"start s\n catch c\n s -> c", "c", "bpmn.event_place", true},
        {"start s\n catch c error=E\n s -> c", "c", "bpmn.event_place", true},
        {"start s\n throw c timer=PT1H\n s -> c", "c", "bpmn.event_place", true},
        {"start s\n end c timer=PT1H\n s -> c", "c", "bpmn.event_place", true},
        {"start s\n end c cancel\n s -> c", "c", "bpmn.event_place", true},
        {"start s\n user a\n boundary b at=a\n s -> a", "b", "bpmn.event_place", true},
        {"start s\n user a\n boundary b at=a terminate\n s -> a", "b", "bpmn.event_place", true},
        {"start s\n user a\n boundary b at=a error=E soft\n s -> a", "b", "bpmn.error_not_interrupting",
         true},
        {"start s\n xor g\n boundary b at=g timer=P1D\n s -> g", "b", "bpmn.event_place", true},
        {"start s\n sub box\n start bs message=m\n user a\n bs -> a\n end-sub\n s -> box", "bs",
         "bpmn.event_place", true},
        {"start s\n user a\n s -> a\n esub h\n start hs\n user b\n hs -> b\n end-sub", "hs",
         "bpmn.event_place", true},
        {"start s\n user a\n s -> a\n esub h\n user b\n end-sub", "h", "bpmn.event_subprocess_start", true},
        {"start s\n end e\n user a\n s -> e\n e -> a", "e", "bpmn.flow_out_of_end", true},
        {"start s\n user a\n s -> a\n a -> s", "s", "bpmn.flow_into_start", true},
        {"start s\n xor g\n s -> g", "g", "bpmn.gateway_without_exit", false},
        {"start s\n complex g\n s -> g", "g", "bpmn.unsupported", true},
        {"start s\n<adHocSubProcess id='g'/>\n s -> g", "g", "bpmn.unsupported", true},
        {"start s\n events g\n user a\n user b\n s -> g\n g -> a\n g -> b", "g", "bpmn.event_gateway_target",
         true},
        {"start s\n xor g\n user a\n user b\n s -> g\n g -> a : x >\n g -> b default", "g",
         "bpmn.unreadable_expression", true},
        {"start s\n catch c timer=tomorrow\n s -> c", "c", "bpmn.bad_timer", true},
        {"start s\n catch c timer=P1X\n s -> c", "c", "bpmn.bad_timer", true},
        {"start s\n catch c cycle=R/banana\n s -> c", "c", "bpmn.bad_timer", true},
        {"start s\n catch c date=2026-13-01T00:00:00Z\n s -> c", "c", "bpmn.bad_timer", true},
        {"start s\n<intermediateCatchEvent id='c'><timerEventDefinition/></intermediateCatchEvent>\n s -> c",
         "c", "bpmn.no_timer", true},
        {"start s\n throw l link=L\n s -> l", "l", "bpmn.unknown_link", true},
        {"start s\n script x script='a' scriptFormat=javascript\n s -> x", "x", "bpmn.script_language", true},
        {"start s\n<userTask id='a'><multiInstanceLoopCharacteristics/></userTask>\n s -> a", "a",
         "bpmn.no_cardinality", true},
        {"start s\n<userTask id='a'><standardLoopCharacteristics/></userTask>\n s -> a", "a",
         "bpmn.endless_loop", true},
        {"start s\n call c\n s -> c", "c", "bpmn.no_called_element", true},
        {"start s\n user a\n call c calledElement=p\n end e\n s -> a\n a -> c\n c -> e", "c",
         "bpmn.endless_call", false},
        {"start s\n sub box\n start bs\n call c calledElement=p\n bs -> c\n end-sub\n end e\n s -> box\n box "
         "-> e",
         "c", "bpmn.endless_call", false},
        {"process p\n start s\n call c calledElement=q\n s -> c\n end-process\n process q\n start qs\n call "
         "d "
         "calledElement=p\n qs -> d\n end-process",
         "c", "bpmn.endless_call", false},
        {"start s\n xor g\n user a\n user b\n s -> g\n g -> a : x = 1\n g -> b", "f3_g_b",
         "bpmn.missing_condition", false},
        {"start s\n user a\n user b\n s -> a", "b", "bpmn.unreachable", false},
        {"start s\n xor x\n user a\n user b\n and j\n end e\n s -> x\n x -> a : v > 1\n x -> b default\n a "
         "-> j\n b -> j\n"
         "j -> e",
         "j", "bpmn.join_never_fills", true},
        {"start s\n and f\n user a\n user b\n xor x\n and j\n end e\n end e2\n s -> f\n f -> a\n f -> b\n a "
         "-> x\n"
         "x -> j : v > 1\n x -> e2 default\n b -> j\n j -> e",
         "j", "bpmn.join_optional_branch", false},
        {"start s\n user a\n user b\n s -> a\n a -> b\n b -> a", "b", "bpmn.endless", false},
        {"start s\n user a\n user b\n s -> a\n a -> a\n a -> b", "b", "bpmn.tokens_pile_up", false},
        {"start s\n<userTask id='a' motcua:limit='soon'/>\n s -> a", "a", "bpmn.bad_limit", false},
        {"start s\n<intermediateCatchEvent id='c'><timerEventDefinition><timeDuration>PT1H</timeDuration>"
         "</timerEventDefinition><signalEventDefinition/></intermediateCatchEvent>\n s -> c",
         "c", "bpmn.multiple_events", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PLAY_AUTO play = play_open(cases[i].sketch);
        if (!play_finds(&play, cases[i].element, cases[i].code)) {
            for (size_t k = 0; k < play.models[0]->finding_count; k++)
                print_message("found %.*s %s\n", STR_ARG(play.models[0]->findings[k].element),
                              play.models[0]->findings[k].code);
            fail_msg("case %zu: %s at %s is missing", i, cases[i].code, cases[i].element);
        }
        bool blocked = bpmn_model_has_errors(play.models[0], play.models[0]->processes[0], true);
        if (blocked != cases[i].blocking) fail_msg("case %zu: %s blocks: %d", i, cases[i].code, blocked);
        if (blocked) assert_string_equal(play_start(&play, NULL), "refused");
    }
}

static void what_may_not_be_meant_so_is_a_warning(void **state)
{
    (void)state;
    static const struct {
        const char *sketch, *element, *code;
    } cases[] = {
        {"start s\n xor g\n user a\n s -> g\n<sequenceFlow id='f' sourceRef='g' targetRef='a'>"
         "<conditionExpression language='groovy'>n == 1</conditionExpression></sequenceFlow>",
         "g", "bpmn.expression_language"},
        {"start s\n xor g\n user a\n s -> g\n g -> a : n > 1", "g", "bpmn.no_default"},
        {"start s\n<endEvent id='c'><compensateEventDefinition waitForCompletion='false'/></endEvent>\n s -> "
         "c",
         "c", "bpmn.waits_for_undo"},
        {"start s message=hello\n start t message=hello\n user a\n s -> a\n t -> a", "t",
         "bpmn.ambiguous_message"},
        {"process p\n start s message=hello\n end-process\n process q\n start t message=hello\n end-process",
         "t", "bpmn.ambiguous_message"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PLAY_AUTO play = play_open(cases[i].sketch);
        assert_true(play_finds(&play, cases[i].element, cases[i].code));
        assert_false(bpmn_model_has_errors(play.models[0], play.models[0]->processes[0], true));
    }
    PLAY_AUTO feel = play_open(
        "start s\n xor g\n user a\n s -> g\n<sequenceFlow id='f' sourceRef='g' "
        "targetRef='a'><conditionExpression "
        "language='https://www.omg.org/spec/DMN/20191111/FEEL/'>n = 1</conditionExpression></sequenceFlow>");
    assert_false(play_finds(&feel, "g", "bpmn.expression_language"));
}

static void calls_with_a_way_around_are_no_finding(void **state)
{
    (void)state;
    static const char *const sketches[] = {
        "start s\n xor g\n call c calledElement=p\n end e\n s -> g\n g -> c : n > 0\n g -> e default\n c -> "
        "e",
        "start s\n call c calledElement=p mi='items'\n s -> c",
        "start s\n user a\n call c calledElement=p\n boundary b at=a message=stop\n end e\n s -> a\n a -> "
        "c\n b -> e",
        "start s\n sub box\n start bs\n user a\n call c calledElement=p\n bs -> a\n a -> c\n end-sub\n "
        "boundary b "
        "at=box timer=P1D\n s -> box",
        "start s\n user a\n call c calledElement=p\n s -> a\n a -> c\n esub h\n start hs message=stop\n "
        "end-sub",
        "process p\n start s\n call c calledElement=q\n s -> c\n end-process\n process q\n start qs\n xor "
        "g\n call d "
        "calledElement=p\n end e\n qs -> g\n g -> d : n > 0\n g -> e default\n end-process",
        "start s\n call c calledElement=other\n s -> c",
    };
    for (size_t i = 0; i < sizeof sketches / sizeof *sketches; i++) {
        PLAY_AUTO play = play_open(sketches[i]);
        if (play_finds(&play, NULL, "bpmn.endless_call")) fail_msg("case %zu has a way around", i);
    }
}

/* The findings of the second model about the first, deployed beside it. */
static bool is_ambiguous_beside(const char *first, const char *second)
{
    PLAY_AUTO play = play_open(first);
    BUF_AUTO xml = BUF_WITH_MAXIMUM(1 << 20);
    sketch_xml(second, &xml);
    struct bpmn_parse_options options = {.others = play.models, .other_count = 1};
    assert_int_equal(bpmn_model_parse(play.arena, buf_str(&xml), &options, &play.models[1], NULL), STATUS_OK);
    play.models[0] = play.models[1];
    return play_finds(&play, NULL, "bpmn.ambiguous_message");
}

static void a_message_of_another_file_is_ambiguous_but_not_of_an_older_version(void **state)
{
    (void)state;
    assert_true(is_ambiguous_beside("process p\n start s message=hello\n end-process",
                                    "process q\n start t message=hello\n end-process"));
    assert_false(is_ambiguous_beside("process p\n start s message=hello\n end-process",
                                     "process q\n start t message=bye\n end-process"));
    assert_false(is_ambiguous_beside("process p\n start s message=hello\n end-process",
                                     "process p\n start t message=hello\n end-process"));
}

static void texts_say_what_is_wrong(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n catch c timer=tomorrow\n s -> c");
    for (size_t i = 0; i < play.models[0]->finding_count; i++)
        if (strcmp(play.models[0]->findings[i].code, "bpmn.bad_timer") == 0)
            assert_non_null(strstr(bpmn_finding_text(play.arena, &play.models[0]->findings[i]), "tomorrow"));
}

static void strangers_extensions_are_ignored(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n<userTask id='a' xmlns:z='urn:z' z:what='1'><extensionElements><z:thing><z:userTask/>"
        "</z:thing></extensionElements></userTask><z:other xmlns:z='urn:z'/>\n end e\n s -> a\n a -> e");
    assert_false(bpmn_model_has_errors(play.models[0], NULL, false));
    assert_string_equal(play_start(&play, NULL), "s+ s. a+");
}

static void processes_that_are_not_executable_may_be_drawn_as_they_like(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("process p\n start s\n end e\n s -> e\n end-process\n"
                               "<process id='black' isExecutable='false'><complexGateway id='x'/></process>");
    assert_false(bpmn_model_has_errors(play.models[0], NULL, false));
    assert_true(play_finds(&play, "x", "bpmn.unsupported"));
}

static enum status parse(struct arena *arena, const char *text, size_t length, struct error *error)
{
    const struct bpmn_model *model = NULL;
    return bpmn_model_parse(arena, str_make(text, length), NULL, &model, error);
}

static void files_that_are_no_models_are_refused(void **state)
{
    (void)state;
    ARENA_AUTO arena = arena_create((size_t)256 << 20);
    struct error error = {0};
    static const struct {
        const char *text, *code;
    } cases[] = {
        {"", "xml.syntax"},
        {"hello", "xml.syntax"},
        {"<a/>", "bpmn.not_bpmn"},
        {"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'/>", "bpmn.no_process"},
        {"<!DOCTYPE d [<!ENTITY a 'x'>]><definitions "
         "xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'>&a;</definitions>",
         "xml.doctype"},
        {"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'><process>", "xml.syntax"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_not_equal(parse(arena, cases[i].text, strlen(cases[i].text), &error), STATUS_OK);
        assert_string_equal(error.code, cases[i].code);
    }
    BUF_AUTO deep = BUF_WITH_MAXIMUM(1 << 20);
    for (int i = 0; i < 300; i++)
        buf_append_cstr(&deep, "<a>");
    for (int i = 0; i < 300; i++)
        buf_append_cstr(&deep, "</a>");
    assert_int_equal(parse(arena, deep.data, deep.length, &error), STATUS_TOO_LARGE);
    BUF_AUTO many = BUF_WITH_MAXIMUM(1 << 22);
    buf_append_cstr(&many,
                    "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'><process id='p'>");
    for (int i = 0; i < BPMN_MAXIMUM_ELEMENTS + 1; i++)
        buf_append_cstr(&many, "<task/>");
    buf_append_cstr(&many, "</process></definitions>");
    assert_int_equal(parse(arena, many.data, many.length, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "bpmn.too_many_elements");
    char *huge = calloc(1, BPMN_MAXIMUM_XML + 2);
    assert_int_equal(parse(arena, huge, BPMN_MAXIMUM_XML + 1, &error), STATUS_TOO_LARGE);
    free(huge);
}

/* ---- ways ---- */

static void ways_and_times_are_listed(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n<userTask id='a' motcua:limit='P2D' "
                               "motcua:clock='working'/>\n<userTask id='b' motcua:limit='3 working days'/>\n"
                               "<userTask id='c' motcua:limit='4 working hours'/>\n boundary t at=b "
                               "timer=P10D\n and f\n and j\n xor x\n xor m\n end ok\n"
                               "end late\n s -> m\n m -> f\n f -> a\n f -> b\n a -> j\n b -> j\n j -> c\n c "
                               "-> x\n x -> m : again\n x -> ok default\n"
                               "t -> late");
    const struct bpmn_paths *paths = bpmn_paths(play.models[0], play.models[0]->processes[0], play.arena);
    assert_true(paths->complete);
    assert_false(paths->unbounded);
    assert_int_equal(paths->time_count, 2);
    for (size_t i = 0; i < paths->time_count; i++) {
        const struct bpmn_end_time *time = &paths->times[i];
        if (str_equal(time->end->id, STR("ok"))) {
            assert_int_equal(time->longest.working_seconds, (3 * 8 + 4) * 3600);
            assert_true(time->loops);
        } else {
            assert_int_equal(time->longest.calendar_seconds, 10 * 86400);
            assert_int_equal(time->longest.working_seconds, 0);
        }
    }
    /* late leaves the join waiting: a dead end, said so */
    assert_int_equal(paths->outcome_count, 1);
    assert_int_equal(paths->dead_end_count, 1);
    assert_true(str_equal(paths->dead_ends[0].tokens[0]->id, STR("j")));
    assert_true(play_finds(&play, "j", "bpmn.stuck_after_event"));
}

static void outcomes_are_sets_of_ends(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n or f\n user a\n user b\n end ea\n end eb\n s -> f\n f -> a : v > 1\n f -> b : v > 2\n"
        "a -> ea\n b -> eb");
    const struct bpmn_paths *paths = bpmn_paths(play.models[0], play.models[0]->processes[0], play.arena);
    assert_int_equal(paths->outcome_count, 3); /* ea; eb; both */
    assert_int_equal(paths->dead_end_count, 0);
}

static void a_large_model_is_explored_in_bounds(void **state)
{
    (void)state;
    BUF_AUTO sketch = BUF_WITH_MAXIMUM(1 << 20);
    buf_append_cstr(&sketch, "start s\n and f\n and j\n end e\n s -> f\n j -> e\n");
    for (int i = 0; i < 40; i++)
        buf_printf(&sketch, "user a%d\n f -> a%d\n a%d -> j\n", i, i, i);
    PLAY_AUTO play = play_open(sketch.data);
    const struct bpmn_paths *paths = bpmn_paths(play.models[0], play.models[0]->processes[0], play.arena);
    assert_false(paths->complete);
    assert_true(play_finds(&play, "p", "bpmn.not_all_states"));
    assert_false(bpmn_model_has_errors(play.models[0], NULL, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_models_have_no_errors),
        cmocka_unit_test(what_cannot_run_is_named_with_its_element),
        cmocka_unit_test(what_may_not_be_meant_so_is_a_warning),
        cmocka_unit_test(calls_with_a_way_around_are_no_finding),
        cmocka_unit_test(a_message_of_another_file_is_ambiguous_but_not_of_an_older_version),
        cmocka_unit_test(texts_say_what_is_wrong),
        cmocka_unit_test(strangers_extensions_are_ignored),
        cmocka_unit_test(processes_that_are_not_executable_may_be_drawn_as_they_like),
        cmocka_unit_test(files_that_are_no_models_are_refused),
        cmocka_unit_test(ways_and_times_are_listed),
        cmocka_unit_test(outcomes_are_sets_of_ends),
        cmocka_unit_test(a_large_model_is_explored_in_bounds),
    };
    return cmocka_run_group_tests_name("bpmn lint", tests, NULL, NULL);
}
