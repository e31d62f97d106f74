/*
 * The four procedure packages of the sample city: form, papers, fee, workflow and result fit together. The
 * cases stand in tests/vectors/procedures/<code>.json.
 */
#include "support.h"

#include "motcua/bpmn/paths.h"
#include "motcua/bpmn/step.h"
#include "motcua/calendar/limit.h"
#include "motcua/codec/json.h"
#include "motcua/feel/json.h"
#include "motcua/form/form.h"

static const char *const codes[] = {"2.000635", "1.001612", "1.013225", "1.004873"};
#define CODE_COUNT (sizeof codes / sizeof *codes)

struct package {
    const char *code;
    json_t *vector, *procedure;
    struct form *form;
    const struct bpmn_model *workflow;
    struct form_environment environment;
};

static struct arena *arena;

static json_t *json_file(const char *path)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    read_source_file(path, &text);
    json_t *json = NULL;
    struct error error = {0};
    if (json_parse(arena, buf_str(&text), 0, 0, &json, &error) != STATUS_OK)
        fail_msg("%s: %s", path, error.detail);
    return json;
}

static bool limit_readable(void *user, struct str text)
{
    (void)user;
    struct limit limit;
    return limit_parse(arena, text, &limit, NULL) == STATUS_OK;
}

static void load_form(struct package *package, const char *path)
{
    struct form_findings findings = {0};
    json_auto definition = json_file(path);
    enum status status = form_compile(arena, definition, &package->form, &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_error("%s: %s: %s (%s)\n", path, findings.list[i].path, findings.list[i].code,
                    findings.list[i].argument ? findings.list[i].argument : "");
    assert_int_equal(findings.count, 0); /* not even a warning: every text is there in English too */
    assert_int_equal(status, STATUS_OK);
}

static void load_workflow(struct package *package, const char *path)
{
    static const struct str roles[] = {STR("reception_clerk"), STR("processing_officer"), STR("head_of_unit"),
                                       STR("signing_leader"),  STR("records_clerk"),      STR("cashier")};
    struct bpmn_parse_options options = {.key = str_of(package->code),
                                         .roles = roles,
                                         .role_count = sizeof roles / sizeof *roles,
                                         .limit_readable = limit_readable};
    BUF_AUTO xml = BUF_WITH_MAXIMUM(1 << 20);
    read_source_file(path, &xml);
    struct error error = {0};
    if (bpmn_model_parse(arena, buf_copy(&xml, arena), &options, &package->workflow, &error) != STATUS_OK)
        fail_msg("%s: %s", path, error.detail);
    size_t problems = 0;
    for (size_t i = 0; i < package->workflow->finding_count; i++) {
        const struct bpmn_finding *finding = &package->workflow->findings[i];
        if (finding->severity == BPMN_INFO) continue;
        problems++;
        print_error("%s: %s at %.*s: %s\n", path, finding->code, STR_ARG(finding->element),
                    bpmn_finding_text(arena, finding));
    }
    assert_int_equal(problems, 0);
}

static struct package load(const char *code)
{
    struct package package = {.code = code};
    const char *folder = arena_printf(arena, "samples/procedures/%s", code);
    package.vector = json_file(arena_printf(arena, "tests/vectors/procedures/%s.json", code));
    package.procedure = json_file(arena_printf(arena, "%s/procedure.json", folder));
    package.environment.today = json_get_cstr(package.vector, "today", NULL);
    load_form(&package, arena_printf(arena, "%s/form.json", folder));
    load_workflow(&package, arena_printf(arena, "%s/workflow.bpmn", folder));
    return package;
}

static void unload(struct package *package)
{
    json_decref(package->vector);
    json_decref(package->procedure);
}

static int setup(void **state)
{
    (void)state;
    arena = arena_create((size_t)512 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

/* The answers of the vector with some of them changed; null removes. */
static json_t *answers_with(const struct package *package, const json_t *change)
{
    json_t *answers = json_copy(json_get_object(package->vector, "answers"));
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)change, key, value)
    {
        if (json_is_null(value))
            json_object_del(answers, key);
        else
            json_object_set(answers, key, value);
    }
    return answers;
}

static const char *errors_of(const struct package *package, const json_t *answers)
{
    struct form_errors errors;
    const char *text = "";
    assert_int_equal(
        form_validate(package->form, arena, FORM_ALL_PAGES, answers, &package->environment, &errors),
        STATUS_OK);
    for (size_t i = 0; i < errors.count; i++)
        text =
            arena_printf(arena, "%s%s%s:%s", text, i ? " " : "", errors.list[i].field, errors.list[i].code);
    return text;
}

static void a_filled_in_form_is_complete_and_mistakes_are_named(void **state)
{
    (void)state;
    for (size_t c = 0; c < CODE_COUNT; c++) {
        struct package package = load(codes[c]);
        const json_t *answers = json_get_object(package.vector, "answers");
        FORM_STATE_AUTO result = {0};
        struct form_errors shape;
        assert_string_equal(errors_of(&package, answers), "");
        assert_int_equal(form_validate_shape(package.form, arena, answers, &shape), STATUS_OK);
        assert_int_equal(shape.count, 0);
        assert_int_equal(form_evaluate(package.form, arena, answers, &package.environment, &result),
                         STATUS_OK);
        assert_true(result.complete);
        assert_null(result.trouble);
        assert_null(result.exit);
        json_t *wrong = json_get_array(package.vector, "wrong");
        assert_true(json_array_size(wrong) > 0);
        for (size_t i = 0; i < json_array_size(wrong); i++) {
            json_auto changed = answers_with(&package, json_get_object(json_array_get(wrong, i), "change"));
            assert_string_equal(errors_of(&package, changed),
                                json_get_cstr(json_array_get(wrong, i), "error", ""));
        }
        json_t *exits = json_get_array(package.vector, "exits");
        for (size_t i = 0; i < json_array_size(exits); i++) {
            json_auto changed = answers_with(&package, json_array_get(exits, i));
            FORM_STATE_AUTO ended = {0};
            assert_int_equal(form_evaluate(package.form, arena, changed, &package.environment, &ended),
                             STATUS_OK);
            assert_non_null(ended.exit);
            assert_false(ended.complete);
        }
        unload(&package);
    }
}

static void every_page_has_a_view(void **state)
{
    (void)state;
    for (size_t c = 0; c < CODE_COUNT; c++) {
        struct package package = load(codes[c]);
        for (size_t page = 0; page < form_page_count(package.form); page++) {
            json_auto view = NULL;
            struct form_errors errors;
            assert_int_equal(form_validate(package.form, arena, page, NULL, &package.environment, &errors),
                             STATUS_OK);
            assert_int_equal(
                form_view(package.form, arena, page, NULL, &errors, NULL, &package.environment, &view),
                STATUS_OK);
            assert_int_equal(json_get_int64(json_get_object(view, "page"), "number", -1) > 0 ||
                                 !json_get_bool(json_get_object(view, "page"), "is_last", false),
                             1);
        }
        unload(&package);
    }
}

/* --- papers and fee --- */

static const struct feel_value *evaluate(const char *text, const json_t *data)
{
    const struct feel_value *context = feel_from_json(arena, data), *value;
    const struct feel_expression *expression;
    struct error error = {0};
    if (feel_compile(arena, str_of(text), NULL, &expression, &error) != STATUS_OK)
        fail_msg("%s: %s", text, error.argument);
    struct feel_environment environment = {.context = context};
    assert_int_equal(feel_evaluate(expression, &environment, arena, &value, &error), STATUS_OK);
    return value;
}

/* Every name of a condition is a field of the form. */
static void assert_names_known(const struct package *package, const char *text)
{
    const struct feel_expression *expression;
    size_t count;
    assert_int_equal(feel_compile(arena, str_of(text), NULL, &expression, NULL), STATUS_OK);
    const struct str *names = feel_variables(expression, &count);
    for (size_t i = 0; i < count; i++)
        if (form_page_of_field(package->form, arena_strndup(arena, names[i].data, names[i].length)) < 0)
            fail_msg("%s: %s names no field of the form", package->code, text);
}

static void papers_and_fee_follow_the_answers(void **state)
{
    (void)state;
    for (size_t c = 0; c < CODE_COUNT; c++) {
        struct package package = load(codes[c]);
        FORM_STATE_AUTO result = {0};
        assert_int_equal(form_evaluate(package.form, arena, json_get_object(package.vector, "answers"),
                                       &package.environment, &result),
                         STATUS_OK);
        json_auto asked = json_array();
        json_t *papers = json_get_array(package.procedure, "papers");
        for (size_t i = 0; i < json_array_size(papers); i++) {
            const json_t *paper = json_array_get(papers, i);
            const char *condition = json_get_cstr(paper, "condition", NULL);
            assert_non_null(json_get_cstr(paper, "name_en", NULL));
            if (condition) assert_names_known(&package, condition);
            if (!condition || feel_is_true(evaluate(condition, result.data)))
                json_array_append(asked, json_object_get(paper, "key"));
        }
        assert_true(json_equal(asked, json_get_array(package.vector, "papers")));
        const json_t *fee = json_object_get(package.procedure, "fee");
        int64_t amount = json_integer_value(fee);
        if (json_is_string(fee)) {
            assert_names_known(&package, json_string_value(fee));
            assert_true(feel_number_to_int64(evaluate(json_string_value(fee), result.data)->number, &amount));
        }
        assert_int_equal(amount, json_get_int64(package.vector, "fee", -1));
        struct limit limit;
        assert_int_equal(limit_parse(arena, json_get_str(package.procedure, "limit"), &limit, NULL),
                         STATUS_OK);
        assert_int_equal(
            limit_parse(arena, json_get_str(package.procedure, "supplement_limit"), &limit, NULL), STATUS_OK);
        unload(&package);
    }
}

/* --- workflow --- */

struct run {
    const struct package *package;
    const struct bpmn_state *state;
    const struct bpmn_model *models[1];
    const struct bpmn_node *end;
};

static bool due(void *user, const struct bpmn_due_request *request, instant *when)
{
    (void)user;
    struct limit limit;
    if (limit_parse(arena, request->text, &limit, NULL) != STATUS_OK) return false;
    *when = request->from + 86400 * MICROSECONDS;
    return true;
}

/* Runs one input; questions to other agencies are sent at once, as the portal does. */
static void step(struct run *run, struct bpmn_input input)
{
    run->models[0] = run->package->workflow;
    struct bpmn_environment environment = {.models = {run->models, 1},
                                           .now = INT64_C(1487037600) * MICROSECONDS,
                                           .utc_offset = 25200,
                                           .due = due};
    struct bpmn_result result;
    struct error error = {0};
    enum status status = bpmn_step(&environment, run->state, &input, arena, &result, &error);
    if (status != STATUS_OK)
        fail_msg("%s: %s (%s)", run->package->code, error.code, error.detail ? error.detail : "");
    run->state = result.state;
    for (size_t i = 0; i < result.effect_count; i++) {
        const struct bpmn_effect *effect = &result.effects[i];
        assert_int_not_equal(effect->kind, BPMN_INCIDENT_RAISED);
        if (effect->kind == BPMN_INSTANCE_ENDED) run->end = effect->element;
        if (effect->kind != BPMN_CALL_REQUESTED) continue;
        assert_true(str_equal_cstr(effect->name, "consult"));
        const struct feel_value *agency = feel_get(effect->data, STR("agency"));
        assert_int_equal(agency->kind, FEEL_STRING);
        step(run, (struct bpmn_input){.kind = BPMN_COMPLETE, .id = effect->id});
    }
}

static const struct feel_value *data_of(json_t *json)
{
    const struct feel_value *value = feel_from_json(arena, json);
    json_decref(json);
    return value;
}

/* "outcome" for the first open task, "element=outcome" for a certain one. */
static void complete(struct run *run, struct str text)
{
    struct str element = STR_NULL, outcome = text;
    if (str_find_char(text, '=') >= 0) str_split(text, '=', &element, &outcome);
    size_t count;
    const struct bpmn_task_view *tasks = bpmn_state_tasks(run->state, arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (element.length && !str_equal(tasks[i].element->id, element)) continue;
        struct str outcomes = bpmn_node_attribute(tasks[i].element, "outcomes");
        assert_true(tasks[i].role_count == 1);
        if (str_find(outcomes, outcome) < 0)
            fail_msg("%s: %.*s has no outcome %.*s", run->package->code, STR_ARG(tasks[i].element->id),
                     STR_ARG(outcome));
        json_t *data = json_object();
        json_set_str(data, "outcome", outcome);
        if (str_equal_cstr(outcome, "reject")) json_set_cstr(data, "decision", "reject");
        step(run, (struct bpmn_input){.kind = BPMN_COMPLETE, .id = tasks[i].id, .data = data_of(data)});
        return;
    }
    fail_msg("%s: no task for %.*s", run->package->code, STR_ARG(text));
}

static void fire(struct run *run, struct str element)
{
    size_t count;
    const struct bpmn_wait_view *waits = bpmn_state_waits(run->state, arena, &count);
    for (size_t i = 0; i < count; i++)
        if (waits[i].kind == BPMN_WAIT_TIMER && str_equal(waits[i].element->id, element)) {
            assert_true(waits[i].due > 0);
            step(run, (struct bpmn_input){.kind = BPMN_DUE, .id = waits[i].id});
            return;
        }
    fail_msg("%s: no timer %.*s", run->package->code, STR_ARG(element));
}

static void assert_variables(const struct run *run, const json_t *expected)
{
    const char *name;
    json_t *value;
    const struct feel_value *data = bpmn_state_data(run->state, arena, 1);
    json_object_foreach((json_t *)(uintptr_t)expected, name, value)
    {
        const struct feel_value *found = feel_get(data, str_of(name));
        assert_non_null(found);
        assert_string_equal(feel_text(arena, found, 100), json_string_value(value));
    }
}

static void play(const struct package *package, const json_t *script)
{
    struct run run = {.package = package};
    json_auto answers = answers_with(package, json_get_object(script, "change"));
    FORM_STATE_AUTO result = {0};
    assert_int_equal(form_evaluate(package->form, arena, answers, &package->environment, &result), STATUS_OK);
    step(&run, (struct bpmn_input){.kind = BPMN_START,
                                   .model = package->workflow,
                                   .data = data_of(json_incref(result.data))});
    json_t *steps = json_get_array(script, "steps");
    json_t *sent = json_get_object(script, "data");
    const struct feel_value *data = sent ? feel_from_json(arena, sent) : NULL;
    for (size_t i = 0; i < json_array_size(steps); i++) {
        struct str text = json_str_value(json_array_get(steps, i)), kind, rest;
        assert_null(run.end);
        if (!str_split(text, ':', &kind, &rest))
            complete(&run, text);
        else if (str_equal_cstr(kind, "timer"))
            fire(&run, rest);
        else
            step(&run, (struct bpmn_input){.kind = BPMN_CORRELATE, .name = rest, .data = data});
    }
    assert_true(bpmn_state_ended(run.state));
    struct str end = run.end ? run.end->id : STR(""); /* none: an event subprocess was the last to end */
    if (!str_equal_cstr(end, json_get_cstr(script, "end", "?")))
        fail_msg("%s ends at %.*s, not %s", package->code, STR_ARG(end), json_get_cstr(script, "end", "?"));
    assert_variables(&run, json_get_object(script, "variable"));
    json_auto decision = json_object();
    json_set_cstr(decision, "decision", json_get_cstr(script, "decision", NULL));
    assert_variables(&run, decision);
}

static void workflows_run_to_their_ends(void **state)
{
    (void)state;
    for (size_t c = 0; c < CODE_COUNT; c++) {
        struct package package = load(codes[c]);
        json_t *runs = json_get_array(package.vector, "runs");
        assert_true(json_array_size(runs) >= 5);
        for (size_t i = 0; i < json_array_size(runs); i++)
            play(&package, json_array_get(runs, i));
        unload(&package);
    }
}

static void no_state_of_a_workflow_is_a_dead_end(void **state)
{
    (void)state;
    for (size_t c = 0; c < CODE_COUNT; c++) {
        struct package package = load(codes[c]);
        const struct bpmn_paths *paths =
            bpmn_paths(package.workflow, bpmn_model_process(package.workflow, STR("")), arena);
        assert_true(paths->complete);
        assert_false(paths->unbounded);
        assert_int_equal(paths->dead_end_count, 0);
        for (size_t i = 0; i < package.workflow->node_count; i++) {
            const struct bpmn_node *node = package.workflow->nodes[i];
            if (node->kind != BPMN_PROCESS && !paths->visited[i])
                fail_msg("%s: %.*s is never reached", package.code, STR_ARG(node->id));
            if (node->kind != BPMN_USER_TASK) continue;
            assert_true(bpmn_node_attribute(node, "name_en").length > 0);
            assert_true(bpmn_node_attribute(node, "outcomes").length > 0);
            assert_true(node->limit.text.length > 0 ||
                        str_equal_cstr(bpmn_node_attribute(node, "outcomes"), "hand_over"));
        }
        unload(&package);
    }
}

/* --- result --- */

static const struct mustache_template *result_template(const struct package *package)
{
    struct mustache_options options = {.mode = MUSTACHE_XML};
    struct mustache_set *set = mustache_create(arena, &options);
    BUF_AUTO layout = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO result = BUF_WITH_MAXIMUM(1 << 20);
    read_source_file("templates/print/layouts/form.xml", &layout);
    read_source_file(arena_printf(arena, "samples/procedures/%s/result.xml", package->code), &result);
    struct error error = {0};
    const struct mustache_template *template = NULL;
    assert_int_equal(mustache_add(set, "print/layouts/form", buf_str(&layout), &error), STATUS_OK);
    if (mustache_add(set, "result", buf_str(&result), &error) != STATUS_OK ||
        mustache_compile(set, "result", &template, &error) != STATUS_OK)
        fail_msg("%s: %s", package->code, error.detail);
    return template;
}

static void observe(void *context, const char *template_name, unsigned line, const char *name, bool found)
{
    const struct package *package = context;
    if (found || strncmp(name, "answers.", 8) != 0) return;
    if (form_page_of_field(package->form, name + 8) < 0)
        fail_msg("%s:%u: %s names no field", template_name, line, name);
}

static void results_print_what_was_filled_in(void **state)
{
    (void)state;
    for (size_t c = 0; c < CODE_COUNT; c++) {
        struct package package = load(codes[c]);
        json_auto values = NULL;
        assert_int_equal(form_display(package.form, arena, json_get_object(package.vector, "answers"),
                                      &package.environment, &values),
                         STATUS_OK);
        json_auto view = json_pack(
            "{s:O,s:{s:s,s:s},s:s,s:s,s:s,s:{s:s},s:{s:s,s:s},s:{s:s,s:s}}", "answers", values, "agency",
            "parent", "Thành phố Hà Nội", "name", "Ủy ban nhân dân quận Cầu Giấy", "number", "01/KQ",
            "place_date", "Cầu Giấy, ngày 14 tháng 02 năm 2017", "code", "000.00.35.H26-170214-0001", "owner",
            "name", "Nguyễn Thị Lan", "signer", "position", "Chủ tịch", "name", "Hoàng Văn Sơn",
            "verification", "url", "http://localhost/xac-minh/x", "code", "x");
        BUF_AUTO markup = BUF_WITH_MAXIMUM(1 << 20);
        struct error error = {0};
        assert_int_equal(
            mustache_render_observed(result_template(&package), view, &markup, observe, &package, &error),
            STATUS_OK);
        BUF_AUTO pdf = BUF_WITH_MAXIMUM(8 << 20);
        BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
        make_pdf(markup.data, &pdf);
        pdf_text(&pdf, &text);
        json_t *printed = json_get_array(package.vector, "printed");
        assert_true(json_array_size(printed) > 0);
        for (size_t i = 0; i < json_array_size(printed); i++)
            assert_contains(text.data, json_string_value(json_array_get(printed, i)));
        assert_int_equal(pdf_pages(&pdf), 1);
        unload(&package);
    }
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_filled_in_form_is_complete_and_mistakes_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(every_page_has_a_view, setup, teardown),
        cmocka_unit_test_setup_teardown(papers_and_fee_follow_the_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(workflows_run_to_their_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(no_state_of_a_workflow_is_a_dead_end, setup, teardown),
        cmocka_unit_test_setup_teardown(results_print_what_was_filled_in, setup, teardown),
    };
    int failed = cmocka_run_group_tests_name("sample_procedures", tests, NULL, NULL);
    print_finish();
    return failed;
}
