/*
 * Random models, random walks. After every step: the state saves and loads to the same bytes (play_state),
 * the step done again gives the same bytes, every completion and cancellation in the trace belongs to
 * something that was started and not yet ended, and an ended instance has nothing left. Reproducible: the
 * seed is printed.
 */
#include "play.h"

enum { MODELS = 150, STEPS = 25, MAXIMUM_LIVE = 4096 };

static uint64_t random_state;

static unsigned roll(unsigned below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % below;
}

/* ---- models ---- */

static const char *const kinds[] = {"user",   "task", "xor",     "and",   "or",    "user", "script",
                                    "events", "user", "receive", "catch", "throw", "end",  "sub"};

static void scope(struct buf *out, const char *prefix, unsigned depth, bool handler);

static void flows(struct buf *out, const char *prefix, unsigned count, const char *const *kind)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(kind[i], "end") == 0) continue;
        unsigned outgoing = strcmp(kind[i], "events") == 0 ? 0 : 1 + (roll(3) == 0) + (roll(5) == 0);
        bool gateway = strcmp(kind[i], "xor") == 0 || strcmp(kind[i], "or") == 0;
        if (gateway || strcmp(kind[i], "and") == 0) outgoing = 1 + roll(3);
        for (unsigned k = 0; k < outgoing; k++) {
            unsigned target = roll(3) == 0 ? roll(count) : i + 1 + roll(count - i);
            if (target >= count) target = count - 1;
            buf_printf(out, "%sn%u -> %sn%u", prefix, i, prefix, target);
            if (gateway && k + 1 < outgoing)
                buf_printf(out, " : v %s %u\n", roll(2) ? ">" : "<=", roll(10));
            else if (gateway)
                buf_append_cstr(out, " default\n");
            else
                buf_append_cstr(out, "\n");
        }
    }
}

static void node(struct buf *out, const char *prefix, unsigned i, const char *kind, unsigned depth)
{
    static const char *const waits[] = {"message=m1", "signal=s1", "timer=PT1H", "cond='v > 5'"};
    static const char *const throws[] = {"", "signal=s1", "message=m1", "escalation=u1", "compensate"};
    static const char *const ends[] = {"",          "", "terminate", "error=e1", "signal=s1", "escalation=u1",
                                       "compensate"};
    char name[128];
    snprintf(name, sizeof name, "%sn%u", prefix, i);
    if (strcmp(kind, "sub") == 0 && depth < 2) {
        buf_printf(out, "sub %s%s\n", name, roll(4) == 0 ? " mi='[1,2]'" : "");
        char inner[256];
        snprintf(inner, sizeof inner, "%sx", name);
        scope(out, inner, depth + 1, false);
        buf_append_cstr(out, "end-sub\n");
    } else if (strcmp(kind, "events") == 0) {
        buf_printf(out, "events %s\ncatch %sa message=m1\ncatch %sb timer=PT2H\n%s -> %sa\n%s -> %sb\n", name,
                   name, name, name, name, name, name);
        buf_printf(out, "%sa -> %sn0\n%sb -> %sn0\n", name, prefix, name, prefix);
    } else if (strcmp(kind, "catch") == 0) {
        buf_printf(out, "catch %s %s\n", name, waits[roll(4)]);
    } else if (strcmp(kind, "throw") == 0) {
        buf_printf(out, "throw %s %s\n", name, throws[roll(5)]);
    } else if (strcmp(kind, "end") == 0) {
        buf_printf(out, "end %s %s\n", name, ends[roll(7)]);
    } else if (strcmp(kind, "receive") == 0) {
        buf_printf(out, "receive %s message=m1\n", name);
    } else if (strcmp(kind, "script") == 0) {
        buf_printf(out, "script %s script='{v: modulo(v * 7 + %u, 11)}'\n", name, roll(9));
    } else {
        buf_printf(out, "%s %s%s\n", strcmp(kind, "sub") == 0 ? "user" : kind, name,
                   strcmp(kind, "user") == 0 && roll(6) == 0 ? " times=2" : "");
    }
    static const char *const boundaries[] = {
        "timer=PT3H",         "message=m2",         "error=",    "signal=s2 soft",
        "cycle=R3/PT1H soft", "escalation=u1 soft", "compensate"};
    bool host = strcmp(kind, "user") == 0 || strcmp(kind, "sub") == 0;
    if (host && roll(3) == 0) {
        unsigned which = roll(7);
        buf_printf(out, "boundary %sb at=%s %s\n", name, name, boundaries[which]);
        if (which == 6)
            buf_printf(out, "task %su undo\n<association sourceRef='%sb' targetRef='%su'/>\n", name, name,
                       name);
        else
            buf_printf(out, "%sb -> %sn%u\n", name, prefix, i);
    }
}

static void scope(struct buf *out, const char *prefix, unsigned depth, bool handler)
{
    static const char *const starts[] = {"message=m3", "signal=s3 soft", "error=", "timer=PT5H soft",
                                         "escalation= soft"};
    unsigned count = 3 + roll(depth == 0 ? 8 : 4);
    const char *kind[16];
    for (unsigned i = 0; i < count; i++)
        kind[i] = kinds[roll(sizeof kinds / sizeof *kinds)];
    kind[count - 1] = "end";
    if (strcmp(kind[0], "end") == 0) kind[0] = "user";
    buf_printf(out, "start %ss %s\n", prefix, handler ? starts[roll(5)] : "");
    for (unsigned i = 0; i < count; i++)
        node(out, prefix, i, kind[i], depth);
    buf_printf(out, "%ss -> %sn0\n", prefix, prefix);
    flows(out, prefix, count, kind);
    if (!handler && depth < 2 && roll(3) == 0) {
        char inner[256];
        snprintf(inner, sizeof inner, "%sh", prefix);
        buf_printf(out, "esub %s\n", inner);
        scope(out, inner, depth + 1, true);
        buf_append_cstr(out, "end-sub\n");
    }
}

/* ---- walks ---- */

struct live {
    uint64_t keys[MAXIMUM_LIVE];
    const struct bpmn_node *nodes[MAXIMUM_LIVE];
    size_t count;
};

static void follow_trace(struct live *live, const struct bpmn_result *result)
{
    for (size_t i = 0; i < result->trace_count; i++) {
        const struct bpmn_trace *entry = &result->trace[i];
        size_t at = 0;
        while (at < live->count && (live->keys[at] != entry->execution || live->nodes[at] != entry->element))
            at++;
        if (entry->event == BPMN_STARTED) {
            assert_true(at == live->count); /* never twice at once */
            assert_true(live->count < MAXIMUM_LIVE);
            live->keys[live->count] = entry->execution;
            live->nodes[live->count++] = entry->element;
        } else {
            assert_true(at < live->count);
            live->keys[at] = live->keys[live->count - 1];
            live->nodes[at] = live->nodes[--live->count];
        }
    }
}

static bool choose(struct play *play, const struct bpmn_state *state, struct bpmn_input *input)
{
    size_t tasks, waits, incidents;
    const struct bpmn_task_view *task = bpmn_state_tasks(state, play->arena, &tasks);
    const struct bpmn_wait_view *wait = bpmn_state_waits(state, play->arena, &waits);
    const struct bpmn_incident_view *incident = bpmn_state_incidents(state, play->arena, &incidents);
    const char *data = roll(2) ? "{v: 3}" : "{v: 8}";
    unsigned kind = roll(10);
    *input = (struct bpmn_input){.kind = BPMN_DATA, .data = play_data(play, data)};
    if (kind < 6 && tasks > 0) {
        *input = (struct bpmn_input){
            .kind = BPMN_COMPLETE, .id = task[roll((unsigned)tasks)].id, .data = play_data(play, data)};
        unsigned how = roll(12);
        if (how == 0) input->error = STR("e1");
        if (how == 1) input->escalation = STR("u1");
    } else if (kind < 9 && waits > 0) {
        const struct bpmn_wait_view *one = &wait[roll((unsigned)waits)];
        input->id = one->id;
        input->name = one->name;
        input->kind = one->kind == BPMN_WAIT_MESSAGE  ? BPMN_CORRELATE
                      : one->kind == BPMN_WAIT_SIGNAL ? BPMN_BROADCAST
                      : one->kind == BPMN_WAIT_TIMER  ? BPMN_DUE
                                                      : BPMN_DATA;
        if (input->kind == BPMN_DATA) input->id = 0;
        if (one->kind == BPMN_WAIT_TIMER && one->due > play->now) play->now = one->due;
    } else if (incidents > 0) {
        *input = (struct bpmn_input){.kind = BPMN_RETRY, .id = incident[roll((unsigned)incidents)].id};
    }
    return tasks + waits + incidents > 0;
}

static bool step(struct play *play, const struct bpmn_state *state, const struct bpmn_input *input,
                 struct live *live)
{
    struct bpmn_environment environment = {.models = {play->models, 1},
                                           .now = play->now,
                                           .utc_offset = 25200,
                                           .limits = {.steps = 300, .tokens = 60}};
    struct bpmn_result results[2];
    BUF_AUTO first = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    enum status status = STATUS_OK;
    for (int i = 0; i < 2; i++) {
        status = bpmn_step(&environment, state, input, play->arena, &results[i], &play->error);
        if (status != STATUS_OK) break;
        buf_clear(i == 0 ? &first : &play->saved);
        assert_int_equal(bpmn_state_save(results[i].state, i == 0 ? &first : &play->saved), STATUS_OK);
    }
    if (status != STATUS_OK) return false;
    assert_string_equal(first.data, play->saved.data);
    assert_int_equal(results[0].trace_count, results[1].trace_count);
    follow_trace(live, &results[0]);
    return true;
}

static void walk(struct play *play, unsigned *steps, unsigned *ended)
{
    struct live live = {.count = 0};
    struct bpmn_input input = {.kind = BPMN_START, .data = play_data(play, "{v: 4}")};
    if (!step(play, NULL, &input, &live)) return;
    for (unsigned i = 0; i < STEPS; i++) {
        const struct bpmn_state *state = play_state(play);
        ++*steps;
        if (bpmn_state_ended(state)) {
            size_t count;
            ++*ended;
            assert_int_equal(live.count, 0); /* nothing that was started is left open */
            (void)bpmn_state_waits(state, play->arena, &count);
            assert_int_equal(count, 0);
            (void)bpmn_state_tasks(state, play->arena, &count);
            assert_int_equal(count, 0);
            return;
        }
        if (!choose(play, state, &input)) return;
        (void)step(play, state, &input, &live);
    }
}

static void random_walks_keep_the_invariants(void **state)
{
    (void)state;
    unsigned played = 0, steps = 0, ended = 0;
    for (unsigned seed = 1; seed <= MODELS; seed++) {
        random_state = seed * UINT64_C(0x9E3779B97F4A7C15);
        BUF_AUTO sketch = BUF_WITH_MAXIMUM(1 << 20);
        scope(&sketch, "", 0, false);
        PLAY_AUTO play = play_open(sketch.data);
        if (bpmn_model_has_errors(play.models[0], play.models[0]->processes[0], true)) continue;
        played++;
        for (unsigned i = 0; i < 3; i++)
            walk(&play, &steps, &ended);
    }
    print_message("# %u models played, %u steps, %u instances ended\n", played, steps, ended);
    assert_true(played > MODELS / 2);
    assert_true(steps > 4 * MODELS);
    assert_true(ended > MODELS / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_walks_keep_the_invariants)};
    return cmocka_run_group_tests_name("bpmn random walks", tests, NULL, NULL);
}
