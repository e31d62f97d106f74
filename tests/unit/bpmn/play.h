/*
 * Plays a sketched model. Every step starts from the saved text of the one before, checks that loading and
 * saving again gives the same bytes, and returns the trace as text: "a+" started, "a." completed, "a!"
 * cancelled.
 */
#ifndef TEST_BPMN_PLAY_H
#define TEST_BPMN_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "motcua/bpmn/step.h"
#include "record.h"
#include "sketch.h"

#define PLAY_START INT64_C(1795482000000000) /* 2026-11-24T08:00:00+07:00 */

struct play {
    struct arena *arena; /* of the models and the answers */
    const struct bpmn_model *models[4];
    size_t model_count;
    struct buf saved;
    instant now;
    const char *trace;   /* of the last step */
    const char *effects; /* of the last step: names of effects and elements */
    enum status status;
    struct error error;
    struct bpmn_limits limits;
    struct record record;
    const char *left; /* saved by the last input */
};

static struct play play_open(const char *sketch)
{
    struct play play = {.arena = arena_create((size_t)1 << 30), .now = PLAY_START};
    play.saved = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    BUF_AUTO xml = BUF_WITH_MAXIMUM(1 << 22);
    sketch_xml(sketch, &xml);
    struct bpmn_parse_options options = {.key = STR("v1")};
    struct error error = {0};
    enum status status = bpmn_model_parse(play.arena, buf_str(&xml), &options, &play.models[0], &error);
    if (status != STATUS_OK) fail_msg("the model is not readable: %s %s", error.code, error.detail);
    play.model_count = 1;
    record_open(&play.record, buf_str(&xml), play.now);
    return play;
}

static void play_close(struct play *play)
{
    record_close(&play->record);
    buf_release(&play->saved);
    arena_destroy(play->arena);
}
#define PLAY_AUTO __attribute__((cleanup(play_close))) struct play

/* "{a: 1, b: \"x\"}" */
static const struct feel_value *play_data(struct play *play, const char *text)
{
    const struct feel_expression *expression;
    const struct feel_value *value;
    struct feel_environment environment = {0};
    if (text == NULL) return NULL;
    assert_int_equal(feel_compile(play->arena, str_of(text), NULL, &expression, NULL), STATUS_OK);
    assert_int_equal(feel_evaluate(expression, &environment, play->arena, &value, NULL), STATUS_OK);
    return value;
}

static const struct bpmn_state *play_state(struct play *play)
{
    const struct bpmn_state *state = NULL;
    struct bpmn_models models = {play->models, play->model_count};
    struct error error = {0};
    assert_true(play->saved.length > 0);
    if (bpmn_state_load(play->arena, buf_copy(&play->saved, play->arena), &models, &state, &error) !=
        STATUS_OK)
        fail_msg("the state does not load: %s\n%s", error.detail, play->saved.data);
    BUF_AUTO again = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    assert_int_equal(bpmn_state_save(state, &again), STATUS_OK);
    assert_string_equal(again.data, play->saved.data);
    return state;
}

static void play_tell(struct play *play, const struct bpmn_result *result)
{
    BUF_AUTO trace = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO effects = BUF_WITH_MAXIMUM(1 << 20);
    static const char *const marks[] = {"+", ".", "!"};
    buf_append_cstr(&trace, "");
    for (size_t i = 0; i < result->trace_count; i++)
        buf_printf(&trace, "%s%.*s%s", i > 0 ? " " : "", STR_ARG(result->trace[i].element->id),
                   marks[result->trace[i].event]);
    for (size_t i = 0; i < result->effect_count; i++)
        buf_printf(&effects, "%s%s:%.*s", i > 0 ? " " : "", bpmn_effect_name(result->effects[i].kind),
                   STR_ARG(result->effects[i].element == NULL ? STR("-") : result->effects[i].element->id));
    play->trace = trace.length == 0 ? "" : buf_copy(&trace, play->arena).data;
    play->effects = effects.length == 0 ? "" : buf_copy(&effects, play->arena).data;
}

static const char *play_input(struct play *play, const struct bpmn_input *input)
{
    struct bpmn_environment environment = {.models = {play->models, play->model_count},
                                           .now = play->now,
                                           .utc_offset = 25200,
                                           .limits = play->limits};
    struct bpmn_result result = {0};
    const struct bpmn_state *state = input->kind == BPMN_START ? NULL : play_state(play);
    if (input->kind != BPMN_START && play->left != NULL && strcmp(play->left, play->saved.data) != 0)
        record_close(&play->record); /* the test has put another state in its place */
    play->error = (struct error){0};
    play->status = bpmn_step(&environment, state, input, play->arena, &result, &play->error);
    play->trace = "refused";
    play->effects = "";
    if (play->status != STATUS_OK) return play->trace;
    play_tell(play, &result);
    if (play->limits.steps == 0 && play->limits.tokens == 0 && play->limits.data == 0)
        record_input(&play->record, play->models[0], input, play->now, play->trace);
    buf_clear(&play->saved);
    assert_int_equal(bpmn_state_save(result.state, &play->saved), STATUS_OK);
    play->left = buf_copy(&play->saved, play->arena).data;
    (void)play_state(play);
    return play->trace;
}

static inline const char *play_start(struct play *play, const char *data)
{
    struct bpmn_input input = {.kind = BPMN_START, .data = play_data(play, data)};
    return play_input(play, &input);
}

static inline const char *play_start_process(struct play *play, const char *process, const char *message,
                                             const char *data)
{
    struct bpmn_input input = {.kind = BPMN_START,
                               .process = str_of(process),
                               .name = str_of(message),
                               .data = play_data(play, data)};
    return play_input(play, &input);
}

/* The number of the nth open task (from 1) at an element. */
static inline uint64_t play_task(struct play *play, const char *element, int nth)
{
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(play_state(play), play->arena, &count);
    for (size_t i = 0; i < count; i++)
        if (str_equal_cstr(tasks[i].element->id, element) && --nth == 0) return tasks[i].id;
    fail_msg("no open task at %s in %s", element, play->saved.data);
    return 0;
}

static inline const char *play_complete(struct play *play, const char *element, const char *data)
{
    struct bpmn_input input = {
        .kind = BPMN_COMPLETE, .id = play_task(play, element, 1), .data = play_data(play, data)};
    return play_input(play, &input);
}

static inline const char *play_complete_nth(struct play *play, const char *element, int nth, const char *data)
{
    struct bpmn_input input = {
        .kind = BPMN_COMPLETE, .id = play_task(play, element, nth), .data = play_data(play, data)};
    return play_input(play, &input);
}

static inline const char *play_error(struct play *play, const char *element, const char *code)
{
    struct bpmn_input input = {
        .kind = BPMN_COMPLETE, .id = play_task(play, element, 1), .error = str_of(code)};
    return play_input(play, &input);
}

static inline const char *play_escalation(struct play *play, const char *element, const char *code)
{
    struct bpmn_input input = {
        .kind = BPMN_COMPLETE, .id = play_task(play, element, 1), .escalation = str_of(code)};
    return play_input(play, &input);
}

static inline const char *play_message(struct play *play, const char *name, const char *key, const char *data)
{
    struct bpmn_input input = {
        .kind = BPMN_CORRELATE, .name = str_of(name), .key = str_of(key), .data = play_data(play, data)};
    return play_input(play, &input);
}

static inline const char *play_signal(struct play *play, const char *name)
{
    struct bpmn_input input = {.kind = BPMN_BROADCAST, .name = str_of(name)};
    return play_input(play, &input);
}

static inline const char *play_set(struct play *play, const char *data)
{
    struct bpmn_input input = {.kind = BPMN_DATA, .data = play_data(play, data)};
    return play_input(play, &input);
}

/* Fires the timer of an element at its due time. */
static inline const char *play_due(struct play *play, const char *element)
{
    size_t count;
    const struct bpmn_wait_view *waits = bpmn_state_waits(play_state(play), play->arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (waits[i].kind != BPMN_WAIT_TIMER || !str_equal_cstr(waits[i].element->id, element)) continue;
        if (waits[i].due > play->now) play->now = waits[i].due;
        struct bpmn_input input = {.kind = BPMN_DUE, .id = waits[i].id};
        return play_input(play, &input);
    }
    return "no timer";
}

static inline const char *play_retry(struct play *play)
{
    size_t count;
    const struct bpmn_incident_view *incidents = bpmn_state_incidents(play_state(play), play->arena, &count);
    if (count == 0) return "no incident";
    struct bpmn_input input = {.kind = BPMN_RETRY, .id = incidents[0].id};
    return play_input(play, &input);
}

/* Open tasks, waits and incidents: "a a | m:hello t:c | x:bpmn.no_flow", or "ended END". */
static inline const char *play_where(struct play *play)
{
    static const char *const kinds[] = {"m", "t", "s", "c"};
    const struct bpmn_state *state = play_state(play);
    size_t count;
    BUF_AUTO out = BUF_WITH_MAXIMUM(1 << 20);
    if (bpmn_state_ended(state)) {
        const struct bpmn_instance_view *views = bpmn_state_instances(state, play->arena, &count);
        buf_printf(&out, "ended %.*s", STR_ARG(views[0].end == NULL ? STR("-") : views[0].end->id));
        if (views[0].end_code.length > 0) buf_printf(&out, " %.*s", STR_ARG(views[0].end_code));
        return buf_copy(&out, play->arena).data;
    }
    const struct bpmn_task_view *tasks = bpmn_state_tasks(state, play->arena, &count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%.*s", i > 0 ? " " : "", STR_ARG(tasks[i].element->id));
    const struct bpmn_wait_view *waits = bpmn_state_waits(state, play->arena, &count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%s:%.*s", i > 0 ? " " : " | ", kinds[waits[i].kind],
                   STR_ARG(waits[i].element->id));
    const struct bpmn_incident_view *incidents = bpmn_state_incidents(state, play->arena, &count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, " # %.*s:%.*s", STR_ARG(incidents[i].element->id), STR_ARG(incidents[i].code));
    return out.length == 0 ? "nowhere" : buf_copy(&out, play->arena).data;
}

/* The data of the first instance as a FEEL literal. */
static inline const char *play_variables(struct play *play)
{
    const char *text = feel_literal(play->arena, bpmn_state_data(play_state(play), play->arena, 1), 65536);
    return text == NULL ? "?" : text;
}

/* One variable as a literal. */
static inline const char *play_variable(struct play *play, const char *name)
{
    const struct feel_value *value =
        feel_get(bpmn_state_data(play_state(play), play->arena, 1), str_of(name));
    return value == NULL ? "absent" : feel_literal(play->arena, value, 65536);
}

static inline bool play_finds(const struct play *play, const char *element, const char *code)
{
    for (size_t i = 0; i < play->models[0]->finding_count; i++)
        if ((element == NULL || str_equal_cstr(play->models[0]->findings[i].element, element)) &&
            strcmp(play->models[0]->findings[i].code, code) == 0)
            return true;
    return false;
}

#define assert_trace(actual, expected) assert_string_equal(actual, expected)

#endif
