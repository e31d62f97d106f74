/*
 * motcua feel: evaluates FEEL expressions and unary tests, one JSON object a line:
 *   {"expression": TEXT, "context": FEEL text or JSON object}
 *   {"unary": TEXT, "input": FEEL text or JSON value, "context": ...}
 * and answers {"value": FEEL literal, "type": TYPE, "reason": why it is null, "error": code when it could not
 * be run}.
 */
#include <argp.h>

#include "command.h"
#include "feel_line.h"

struct options {
    const char *now;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'n':
        options->now = argument;
        return 0;
    case ARGP_KEY_ARG:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static json_t *answer(struct arena *arena, const json_t *request, void *user)
{
    const struct options *options = user;
    const json_t *unary = json_object_get(request, "unary");
    const json_t *text = unary != NULL ? unary : json_object_get(request, "expression");
    struct feel_environment environment;
    struct feel_names names = {.variables = NULL};
    const struct feel_expression *expression;
    const struct feel_value *value = NULL;
    struct error error = {.code = "line", .detail = "there is neither \"expression\" nor \"unary\" text"};
    struct str source;
    enum status status = STATUS_INVALID;
    feel_line_environment(arena, options->now, &environment);
    if (!json_is_string(text)) return feel_line_error(&error);
    source = str_make(json_string_value(text), json_string_length(text));
    status = feel_line_value(arena, json_object_get(request, "context"), &environment, &environment.context,
                             &error);
    if (status != STATUS_OK) return feel_line_error(&error);
    if (environment.context != NULL) feel_names_of(arena, environment.context, &names);
    if (unary != NULL) { /* the input may use the context */
        const json_t *input = json_object_get(request, "input");
        if (json_is_string(input)) {
            status = feel_compile(arena, str_make(json_string_value(input), json_string_length(input)),
                                  &names, &expression, &error);
            if (status == STATUS_OK)
                status = feel_evaluate(expression, &environment, arena, &environment.input, &error);
        } else {
            status = feel_line_value(arena, input, &environment, &environment.input, &error);
        }
        if (status == STATUS_OK)
            status = feel_compile_unary_tests(arena, source, &names, &expression, &error);
    } else {
        status = feel_compile(arena, source, &names, &expression, &error);
    }
    if (status == STATUS_OK) status = feel_evaluate(expression, &environment, arena, &value, &error);
    return status == STATUS_OK ? feel_line_result(arena, value) : feel_line_error(&error);
}

static int run(int argc, char **argv)
{
    static const struct argp_option option_list[] = {
        {"now", 'n', "TIME", 0, "what now() and today() give, e.g. 2026-11-24T08:00:00+07:00", 0},
        {0},
    };
    static const struct argp argp = {
        option_list,
        parse_option,
        NULL,
        "Evaluates FEEL (DMN 1.3), one JSON object a line on standard input: "
        "{\"expression\":TEXT,\"context\":...} or {\"unary\":TEXT,\"input\":...,\"context\":...}. "
        "Context and input are FEEL text (a string) or JSON. Each answer is a line "
        "{\"value\":FEEL literal,\"type\":TYPE,\"reason\":...}.",
        NULL,
        NULL,
        NULL};
    struct options options = {NULL};
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return feel_line_serve(stdin, stdout, answer, &options);
}

const struct command command_feel = {"feel", "evaluate FEEL expressions, one JSON object a line", run};
