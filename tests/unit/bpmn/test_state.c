/* Saved states, migration, console-like odds and ends, and the texts of time. */
#include "bpmn/internal.h"
#include "motcua/bpmn/paths.h"
#include "play.h"

static void every_kind_of_value_survives(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user a\n end e\n s -> a\n a -> e");
    static const char data[] = "{n: 1.50, big: 12345678901234567890.123456789, tiny: "
                               "0.000000000000000000000000000001, s: \"a\\\"b\\\\c\\n\\t ễ 😀\", "
                               "t: true, z: null, l: [1, [2], {}], c: {x: {y: 1}}, d: date(\"2026-11-24\"), "
                               "h: time(\"08:15:00+07:00\"), "
                               "dt: date and time(\"2026-11-24T08:15:00.5Z\"), p: duration(\"P1DT2H\"), m: "
                               "duration(\"P1Y2M\"), r: [1..5], "
                               "\"@\": 1, \"@@\": 2, \"có dấu cách\": 3}";
    play_start(&play, data);
    const struct feel_value *expected = play_data(&play, data);
    const struct feel_value *actual = bpmn_state_data(play_state(&play), play.arena, 1);
    assert_string_equal(feel_literal(play.arena, actual, 65536), feel_literal(play.arena, expected, 65536));
    /* a function has no saved form */
    play_start(&play, "{f: function(x) x + 1}");
    assert_string_equal(play_variables(&play), "{f: null}");
}

static void more_instances_than_are_left_are_refused(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user b times=2\n end e\n s -> b\n b -> e");
    play_start(&play, NULL);
    struct bpmn_models models = {play.models, 1};
    const char *whole = buf_copy(&play.saved, play.arena).data;
    const char *begun = strstr(whole, "\"begun\":2");
    assert_non_null(begun);
    const char *text = arena_printf(play.arena, "%.*s\"begun\":2,\"completed\":1%s", (int)(begun - whole),
                                    whole, begun + strlen("\"begun\":2"));
    const struct bpmn_state *other = NULL;
    struct error error = {0};
    assert_int_equal(bpmn_state_load(play.arena, str_of(text), &models, &other, &error), STATUS_INVALID);
}

static void damaged_states_are_refused(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n and f\n user a\n user b times=2\n and j\n end e\n s -> f\n f -> "
                               "a\n f -> b\n a -> j\n b -> j\n"
                               "j -> e\n boundary t at=a timer=PT1H\n t -> e");
    play_start(&play, "{x: [1, \"y\"]}");
    play_complete(&play, "a", NULL);
    struct bpmn_models models = {play.models, 1};
    struct str whole = buf_copy(&play.saved, play.arena);
    size_t loaded = 0, same = 0;
    for (size_t i = 0; i < whole.length; i++) {
        static const char wrong[] = {'0', '9', '"', '}', 'x', ',', '\0'};
        for (size_t k = 0; k < sizeof wrong + 1; k++) {
            ARENA_AUTO arena = arena_create(64 << 20);
            char *text = arena_strndup(arena, whole.data, whole.length);
            size_t length = whole.length;
            if (k < sizeof wrong)
                text[i] = wrong[k];
            else
                length = i; /* cut off */
            const struct bpmn_state *other = NULL;
            struct error error = {0};
            if (bpmn_state_load(arena, str_make(text, length), &models, &other, &error) != STATUS_OK) {
                assert_non_null(error.code);
                continue;
            }
            loaded++;
            BUF_AUTO again = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
            assert_int_equal(bpmn_state_save(other, &again), STATUS_OK);
            same += str_equal(buf_str(&again), str_make(text, length));
        }
    }
    assert_int_equal(loaded, same);
    assert_true(loaded > 0);
}

static void a_state_names_its_models(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user a\n s -> a");
    play_start(&play, NULL);
    const struct str *keys;
    size_t count;
    assert_int_equal(bpmn_state_models(play.arena, buf_str(&play.saved), &keys, &count, NULL), STATUS_OK);
    assert_int_equal(count, 1);
    assert_true(str_equal(keys[0], STR("v1")));
    struct bpmn_models none = {NULL, 0};
    const struct bpmn_state *loaded;
    struct error error = {0};
    assert_int_equal(bpmn_state_load(play.arena, buf_str(&play.saved), &none, &loaded, &error),
                     STATUS_NOT_FOUND);
    assert_string_equal(error.argument, "v1");
}

static const struct bpmn_model *version(struct play *play, const char *sketch, const char *key)
{
    BUF_AUTO xml = BUF_WITH_MAXIMUM(1 << 20);
    sketch_xml(sketch, &xml);
    struct bpmn_parse_options options = {.key = str_of(key)};
    const struct bpmn_model *model = NULL;
    assert_int_equal(bpmn_model_parse(play->arena, buf_copy(&xml, play->arena), &options, &model, NULL),
                     STATUS_OK);
    return model;
}

static void instances_move_to_a_new_version(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open(
        "start s\n user a\n boundary t at=a timer=P1D\n user b\n end e\n s -> a\n a -> b\n b -> e\n t -> e");
    play_start(&play, "{x: 1}");
    play.models[play.model_count++] = version(&play,
                                              "start s\n user a2\n boundary t at=a2 timer=P2D\n user c\n end "
                                              "e\n s -> a2\n a2 -> c\n c -> e\n t -> e",
                                              "v2");
    struct bpmn_models models = {play.models, play.model_count};
    struct bpmn_rename rename = {STR("a"), STR("a2")};
    const struct bpmn_state *moved = NULL;
    const struct bpmn_finding *findings;
    size_t finding_count;
    struct error error = {0};
    assert_int_equal(bpmn_state_migrate(play.arena, buf_str(&play.saved), &models, play.models[1], STR("p"),
                                        &rename, 1, &moved, &findings, &finding_count, &error),
                     STATUS_OK);
    buf_clear(&play.saved);
    assert_int_equal(bpmn_state_save(moved, &play.saved), STATUS_OK);
    assert_string_equal(play_where(&play), "a2 | t:t");
    assert_trace(play_complete(&play, "a2", NULL), "a2. c+");
    assert_string_equal(play_variables(&play), "{x: 1}");
}

static void what_has_no_place_in_the_new_version_stands_in_the_way(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s\n user a\n end e\n s -> a\n a -> e");
    play_start(&play, NULL);
    play.models[play.model_count++] =
        version(&play, "start s\n receive a message=m\n end e\n s -> a\n a -> e", "v2");
    struct bpmn_models models = {play.models, play.model_count};
    const struct bpmn_state *moved = NULL;
    const struct bpmn_finding *findings;
    size_t count;
    struct error error = {0};
    assert_int_equal(bpmn_state_migrate(play.arena, buf_str(&play.saved), &models, play.models[1], STR("p"),
                                        NULL, 0, &moved, &findings, &count, &error),
                     STATUS_CONFLICT);
    assert_int_equal(count, 1);
    assert_true(str_equal(findings[0].element, STR("a")));
    assert_null(moved);
}

/* ---- time ---- */

static void durations_are_read_by_iso_8601(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t months, seconds;
    } good[] = {{"P1D", 0, 86400}, {"PT1H30M", 0, 5400},           {"P1Y2M", 14, 0}, {"P2W", 0, 1209600},
                {"PT0.5S", 0, 0},  {"P1Y2M3DT4H5M6S", 14, 273906}, {" PT0S ", 0, 0}};
    static const char *const bad[] = {"",
                                      "P",
                                      "PT",
                                      "1D",
                                      "P1H",
                                      "PT1D",
                                      "P1M1Y",
                                      "P1.5D",
                                      "P1DT",
                                      "PD",
                                      "P1D1D",
                                      "P-1D",
                                      "P99999999999999999D"};
    struct span span;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(bpmn_span_from_text(str_of(good[i].text), &span));
        assert_int_equal(span.months, good[i].months);
        assert_int_equal(span.microseconds / MICROSECONDS, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (bpmn_span_from_text(str_of(bad[i]), &span)) fail_msg("%s was read", bad[i]);
}

static void cycles_are_read(void **state)
{
    (void)state;
    struct cycle cycle;
    assert_true(bpmn_cycle_from_text(STR("R3/PT1H"), 0, &cycle));
    assert_int_equal(cycle.repetitions, 3);
    assert_true(bpmn_cycle_from_text(STR("R/2026-11-24T08:00:00+07:00/P1D"), 0, &cycle));
    assert_int_equal(cycle.repetitions, -1);
    assert_true(cycle.has_start && cycle.start == PLAY_START);
    static const char *const bad[] = {
        "R", "R/", "R3", "Rx/PT1H", "R-2/PT1H", "R3/-PT1H", "0 0/5 * * * ?", "R3/PT1H/2026-11-24T08:00:00Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (bpmn_cycle_from_text(str_of(bad[i]), 0, &cycle)) fail_msg("%s was read", bad[i]);
}

static void months_end_on_the_last_day(void **state)
{
    (void)state;
    instant from, to;
    struct span span;
    char text[64];
    static const char *const short_times[] = {"2026-01-31T09:00", "2026-01-31T09:00+07:00",
                                              "2026-01-31T02:00Z"};
    for (size_t i = 0; i < sizeof short_times / sizeof *short_times; i++) {
        assert_true(bpmn_instant_from_text(str_of(short_times[i]), 25200, &from));
        assert_int_equal(from, INT64_C(1769824800) * 1000000);
    }
    assert_false(bpmn_instant_from_text(STR("2026-01-31T09"), 25200, &from));
    assert_false(bpmn_instant_from_text(STR("2026-01-31T09:0"), 25200, &from));
    assert_false(bpmn_instant_from_text(STR("2026-01-31T24:00"), 25200, &from));
    assert_true(bpmn_instant_from_text(STR("2026-01-31T09:00:00"), 25200, &from));
    assert_true(bpmn_span_from_text(STR("P1M"), &span));
    assert_true(bpmn_instant_add_span(from, span, 25200, &to));
    assert_true(bpmn_instant_to_text(to, 25200, text, sizeof text));
    assert_string_equal(text, "2026-02-28T09:00:00+07:00");
    span.months = INT64_MAX;
    assert_false(bpmn_instant_add_span(from, span, 25200, &to));
}

static void timer_starts_follow_their_cycle(void **state)
{
    (void)state;
    PLAY_AUTO play = play_open("start s cycle=R2/PT1H\n start m message=hello\n user a\n s -> a\n m -> a");
    struct bpmn_environment environment = {
        .models = {play.models, 1}, .now = PLAY_START, .utc_offset = 25200};
    size_t count;
    const struct bpmn_start *starts = bpmn_model_starts(&environment, play.models[0], play.arena, &count);
    assert_int_equal(count, 2);
    struct bpmn_start timer = starts[0];
    assert_int_equal(timer.trigger, BPMN_TIMER);
    assert_true(timer.due == PLAY_START + 3600 * MICROSECONDS);
    assert_true(bpmn_start_next(&environment, &timer));
    assert_true(timer.due == PLAY_START + 7200 * MICROSECONDS);
    assert_false(bpmn_start_next(&environment, &timer));
    assert_int_equal(starts[1].trigger, BPMN_MESSAGE);
    struct bpmn_input input = {.kind = BPMN_START, .element = STR("s")};
    assert_trace(play_input(&play, &input), "s+ s. a+");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_survives),
        cmocka_unit_test(more_instances_than_are_left_are_refused),
        cmocka_unit_test(more_instances_than_are_left_are_refused),
        cmocka_unit_test(damaged_states_are_refused),
        cmocka_unit_test(a_state_names_its_models),
        cmocka_unit_test(instances_move_to_a_new_version),
        cmocka_unit_test(what_has_no_place_in_the_new_version_stands_in_the_way),
        cmocka_unit_test(durations_are_read_by_iso_8601),
        cmocka_unit_test(cycles_are_read),
        cmocka_unit_test(months_end_on_the_last_day),
        cmocka_unit_test(timer_starts_follow_their_cycle),
    };
    return cmocka_run_group_tests_name("bpmn state", tests, NULL, NULL);
}
