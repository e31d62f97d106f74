/*
 * How fast the pure libraries are, without database, HTTP or threads: FEEL, decision tables, steps of the
 * workflow engine, due dates. One line a case: times a second of one core, the middle of nine rounds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/buf.h"
#include "motcua/base/clock.h"
#include "motcua/base/file.h"
#include "motcua/base/zone.h"
#include "motcua/bpmn/step.h"
#include "motcua/calendar/deadline.h"
#include "motcua/dmn/model.h"
#include "motcua/feel/expression.h"

#define ROUNDS         9
#define ROUND_DURATION INT64_C(150000) /* microseconds */
#define NOON           INT64_C(1795496400000000)

struct bench {
    struct arena *kept, *scratch; /* scratch is emptied after each turn */
    struct feel_environment feel;
};

typedef void turn(struct bench *bench, void *user);

static void stop(const char *what)
{
    fprintf(stderr, "core: %s failed\n", what);
    exit(1);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void measure(struct bench *bench, const char *name, turn *run, void *user)
{
    double rates[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++) {
        int64_t start = clock_monotonic_us(), now = start;
        unsigned long count = 0;
        while (now - start < ROUND_DURATION) {
            for (unsigned i = 0; i < 16; i++, count++) {
                run(bench, user);
                arena_reset(bench->scratch);
            }
            now = clock_monotonic_us();
        }
        rates[round] = (double)count * (double)MICROSECONDS / (double)(now - start);
    }
    qsort(rates, ROUNDS, sizeof *rates, compare);
    printf("%-58s %12.0f\n", name, rates[ROUNDS / 2]);
}

/* ---- FEEL and decision tables ---- */

static const struct feel_value *value_of(struct bench *bench, const char *text)
{
    const struct feel_expression *expression;
    const struct feel_value *value;
    struct feel_environment environment = {.zones = {.load = zone_load}};
    if (feel_compile(bench->kept, str_of(text), NULL, &expression, NULL) != STATUS_OK ||
        feel_evaluate(expression, &environment, bench->kept, &value, NULL) != STATUS_OK)
        stop(text);
    return value;
}

static void evaluate(struct bench *bench, void *user)
{
    const struct feel_value *value;
    if (feel_evaluate(*(const struct feel_expression **)user, &bench->feel, bench->scratch, &value, NULL) !=
        STATUS_OK)
        stop("evaluation");
}

static void compile(struct bench *bench, void *user)
{
    const struct feel_expression *expression;
    if (feel_compile(bench->scratch, str_of(user), NULL, &expression, NULL) != STATUS_OK) stop(user);
}

static void decide(struct bench *bench, void *user)
{
    const struct feel_value *value;
    if (dmn_evaluate(*(const struct dmn_model **)user, STR("fee"), &bench->feel, bench->scratch, &value,
                     NULL) != STATUS_OK)
        stop("decision");
}

static void bench_feel(struct bench *bench)
{
    static char text[] = "if copies > 2 and kind = \"urgent\" then copies * 8000 * 1.5 else copies * 8000";
    static const char *const cases[][2] = {
        {"FEEL: a condition", "copies > 2 and kind = \"urgent\""},
        {"FEEL: a fee", text},
        {"FEEL: age from dates",
         "years and months duration(date(\"1990-05-17\"), date(\"2026-11-24\")).years >= 18"},
        {"FEEL: filter and sum over 100 items", "sum(items[paid = false].amount)"},
        {"FEEL: a loop of 100", "for i in 1..100 return i * copies"},
    };
    struct feel_names names;
    bench->feel = (struct feel_environment){.zones = {.load = zone_load}};
    bench->feel.context =
        value_of(bench, "{copies: 3, kind: \"urgent\", items: for i in 1..100 return {paid: "
                        "modulo(i, 2) = 0, amount: i * 1000}}");
    feel_names_of(bench->kept, bench->feel.context, &names);
    measure(bench, "FEEL: compile a fee", compile, text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct feel_expression *expression;
        if (feel_compile(bench->kept, str_of(cases[i][1]), &names, &expression, NULL) != STATUS_OK)
            stop(cases[i][1]);
        measure(bench, cases[i][0], evaluate, &expression);
    }
}

static void bench_dmn(struct bench *bench)
{
    BUF_AUTO xml = BUF_WITH_MAXIMUM(1 << 16);
    const struct dmn_model *model;
    buf_append_cstr(&xml, "<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' name='m' "
                          "namespace='urn:m'><inputData id='i' name='copies'/><decision id='d' name='fee'>"
                          "<informationRequirement><requiredInput href='#i'/></informationRequirement>"
                          "<decisionTable hitPolicy='UNIQUE'><input><inputExpression><text>copies</text>"
                          "</inputExpression></input><output/>");
    for (unsigned i = 0; i < 20; i++)
        buf_printf(&xml,
                   "<rule><inputEntry><text>[%u..%u)</text></inputEntry><outputEntry><text>%u * copies</text>"
                   "</outputEntry></rule>",
                   i, i + 1, 1000 * i);
    buf_append_cstr(&xml, "</decisionTable></decision></definitions>");
    if (dmn_load(bench->kept, buf_str(&xml), &model, NULL) != STATUS_OK) stop("dmn_load");
    measure(bench, "DMN: a table of 20 rules", decide, &model);
}

/* ---- the workflow engine ---- */

struct process {
    const struct bpmn_model *model;
    struct bpmn_environment environment;
    struct str saved;               /* the state a turn starts from; empty: a new instance */
    const struct bpmn_state *state; /* the same, loaded */
    struct bpmn_input input;
};

static void step(struct bench *bench, void *user)
{
    struct process *process = user;
    struct bpmn_result result;
    if (bpmn_step(&process->environment, process->state, &process->input, bench->scratch, &result, NULL) !=
        STATUS_OK)
        stop("step");
}

/* As for a stored instance: read the state, take the step, write the state. */
static void stored_step(struct bench *bench, void *user)
{
    struct process *process = user;
    const struct bpmn_state *state = NULL;
    struct bpmn_result result;
    BUF_AUTO saved = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    if (process->saved.length > 0 && bpmn_state_load(bench->scratch, process->saved,
                                                     &process->environment.models, &state, NULL) != STATUS_OK)
        stop("load");
    if (bpmn_step(&process->environment, state, &process->input, bench->scratch, &result, NULL) !=
            STATUS_OK ||
        bpmn_state_save(result.state, &saved) != STATUS_OK)
        stop("stored step");
}

static const char head[] = "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' "
                           "targetNamespace='t'><process id='p' isExecutable='true'>";

static void open_process(struct bench *bench, struct process *process, const char *body)
{
    BUF_AUTO xml = BUF_WITH_MAXIMUM(1 << 16);
    struct bpmn_parse_options options = {.key = STR("v1")};
    buf_printf(&xml, "%s%s</process></definitions>", head, body);
    *process = (struct process){.input = {.kind = BPMN_START}};
    if (bpmn_model_parse(bench->kept, buf_str(&xml), &options, &process->model, NULL) != STATUS_OK)
        stop("bpmn_model_parse");
    process->environment = (struct bpmn_environment){
        .models = {&process->model, 1}, .now = NOON, .utc_offset = 25200, .zones = {.load = zone_load}};
    process->input.data = value_of(bench, "{n: 3, name: \"Nguyễn Văn An\", approved: true}");
}

/* Takes the step for good, and aims at the first open task. */
static void go_on(struct bench *bench, struct process *process)
{
    struct bpmn_result result;
    size_t count;
    BUF_AUTO saved = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
    if (bpmn_step(&process->environment, process->state, &process->input, bench->kept, &result, NULL) !=
            STATUS_OK ||
        bpmn_state_save(result.state, &saved) != STATUS_OK)
        stop("go on");
    process->state = result.state;
    process->saved = buf_copy(&saved, bench->kept);
    const struct bpmn_task_view *tasks = bpmn_state_tasks(process->state, bench->kept, &count);
    if (count == 0) stop("the search for a task");
    process->input = (struct bpmn_input){.kind = BPMN_COMPLETE, .id = tasks[0].id};
}

static const char *chain(struct bench *bench, size_t gateways)
{
    BUF_AUTO body = BUF_WITH_MAXIMUM(1 << 16);
    buf_append_cstr(&body, "<startEvent id='s'/><userTask id='a'/><userTask id='b'/><endEvent id='e'/>"
                           "<sequenceFlow id='f0' sourceRef='s' targetRef='a'/>"
                           "<sequenceFlow id='f1' sourceRef='a' targetRef='g0'/>");
    for (size_t i = 0; i < gateways; i++)
        buf_printf(&body,
                   "<exclusiveGateway id='g%zu' default='d%zu'/><sequenceFlow id='c%zu' sourceRef='g%zu' "
                   "targetRef='e'><conditionExpression>n > 5 and not(approved)</conditionExpression>"
                   "</sequenceFlow><sequenceFlow id='d%zu' sourceRef='g%zu' targetRef='g%zu'/>",
                   i, i, i, i, i, i, i + 1);
    buf_printf(&body,
               "<task id='g%zu'/><sequenceFlow id='fl' sourceRef='g%zu' targetRef='b'/>"
               "<sequenceFlow id='fe' sourceRef='b' targetRef='e'/>",
               gateways, gateways);
    return buf_copy(&body, bench->kept).data;
}

static const char *fan(struct bench *bench, size_t width)
{
    BUF_AUTO body = BUF_WITH_MAXIMUM(1 << 16);
    buf_append_cstr(&body,
                    "<startEvent id='s'/><inclusiveGateway id='f'/><inclusiveGateway id='j'/><endEvent "
                    "id='e'/><sequenceFlow id='f0' sourceRef='s' targetRef='f'/>"
                    "<sequenceFlow id='fe' sourceRef='j' targetRef='e'/>");
    for (size_t i = 0; i < width; i++)
        buf_printf(&body,
                   "<userTask id='u%zu'/><sequenceFlow id='c%zu' sourceRef='f' targetRef='u%zu'>"
                   "<conditionExpression>n > 1</conditionExpression></sequenceFlow>"
                   "<sequenceFlow id='o%zu' sourceRef='u%zu' targetRef='j'/>",
                   i, i, i, i, i);
    return buf_copy(&body, bench->kept).data;
}

static void bench_bpmn(struct bench *bench)
{
    struct process process;
    open_process(bench, &process, chain(bench, 3));
    measure(bench, "BPMN: start an instance", step, &process);
    measure(bench, "BPMN: start an instance, save the state", stored_step, &process);
    go_on(bench, &process);
    measure(bench, "BPMN: complete a task, 3 gateways on the way", step, &process);
    measure(bench, "BPMN: the same, state loaded and saved", stored_step, &process);
    open_process(bench, &process, fan(bench, 50));
    go_on(bench, &process);
    measure(bench, "BPMN: one of 50 branches into an inclusive join", step, &process);
    measure(bench, "BPMN: the same, state loaded and saved", stored_step, &process);
}

/* ---- the working-time clock ---- */

struct dates {
    struct calendar *calendar;
    struct deadline_request request;
};

static void compute_due(struct bench *bench, void *user)
{
    const struct dates *dates = user;
    struct deadline deadline;
    if (calendar_due(bench->scratch, dates->calendar, &dates->request, &deadline, NULL) != STATUS_OK)
        stop("calendar_due");
}

static void bench_calendar(struct bench *bench, const char *folder)
{
    static const char *const names[] = {"agencies.json", "vietnam-2024.json", "vietnam-2025.json",
                                        "vietnam-2026.json", "vietnam-2027.json"};
    enum { COUNT = sizeof names / sizeof *names };
    static const char *const limits[] = {"3 working days", "20 working days", "15 days"};
    struct str texts[COUNT];
    struct calendar_definition definition;
    struct dates dates = {.request = {.received = NOON}};
    for (size_t i = 0; i < COUNT; i++)
        if (file_read(bench->kept, arena_printf(bench->kept, "%s/%s", folder, names[i]), 1 << 20,
                      &texts[i]) != STATUS_OK)
            stop(names[i]);
    if (calendar_definition_read(bench->kept, texts, COUNT, "cau-giay", &definition, NULL) != STATUS_OK ||
        calendar_create(bench->kept, &definition, &dates.calendar, NULL) != STATUS_OK)
        stop("the calendar");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (limit_parse(bench->kept, str_of(limits[i]), &dates.request.limit, NULL) != STATUS_OK)
            stop(limits[i]);
        measure(bench, arena_printf(bench->kept, "calendar: %s, due moment and explanation", limits[i]),
                compute_due, &dates);
    }
}

int main(int argc, char **argv)
{
    struct bench bench = {.kept = arena_create((size_t)64 << 20), .scratch = arena_create((size_t)128 << 20)};
    if (argc != 2) {
        fputs("usage: core_bench CALENDAR-FOLDER\n", stderr);
        return 2;
    }
    printf("%-58s %12s\n", "", "times a second");
    bench_feel(&bench);
    bench_dmn(&bench);
    bench_bpmn(&bench);
    bench_calendar(&bench, argv[1]);
    arena_destroy(bench.scratch);
    arena_destroy(bench.kept);
    return 0;
}
