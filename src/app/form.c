/*
 * motcua form: checks form definitions, prints their JSON Schema, validates answers.
 *   motcua form check FILE...                       the linter's findings; exit status 1 when there is an
 * error motcua form schema FILE                         JSON Schema 2020-12 of the answers motcua form
 * validate FILE [--shape] [--today D]  a line of JSON answers in, {"valid", "errors"} out
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "feel_line.h"
#include "motcua/base/clock.h"
#include "motcua/base/file.h"
#include "motcua/codec/json.h"
#include "motcua/form/form.h"

#define FORM_ARENA ((size_t)256 << 20)

struct options {
    const char *action;
    char **files;
    int file_count;
    const char *today;
    bool shape;
    const struct form *form;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 's':
        options->shape = true;
        return 0;
    case 't':
        options->today = argument;
        return 0;
    case ARGP_KEY_ARGS:
        options->action = state->argv[state->next];
        options->files = state->argv + state->next + 1;
        options->file_count = state->argc - state->next - 1;
        return 0;
    case ARGP_KEY_END: {
        bool check = options->action != NULL && strcmp(options->action, "check") == 0;
        bool other = options->action != NULL &&
                     (strcmp(options->action, "schema") == 0 || strcmp(options->action, "validate") == 0);
        if (!(check && options->file_count > 0) && !(other && options->file_count == 1)) argp_usage(state);
        return 0;
    }
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_finding(const char *path, const struct form_finding *finding)
{
    const char *place = strstr(finding->message, "%s");
    printf("%s: %s: %s: ", path, finding->path[0] ? finding->path : "-",
           finding->warning ? "warning" : "error");
    if (place && finding->argument)
        printf("%.*s%s%s", (int)(place - finding->message), finding->message, finding->argument, place + 2);
    else
        printf("%s", finding->message);
    if (finding->place[0]) printf(" (%s)", finding->place);
    printf(" [%s]\n", finding->code);
}

/* The compiled form, or NULL after the findings were printed. */
static const struct form *load(const char *path, struct arena *arena)
{
    struct str text;
    struct form *form = NULL;
    struct form_findings findings = {0};
    if (file_read(arena, path, FORM_DEFINITION_BYTES, &text) != STATUS_OK) {
        fprintf(stderr, "motcua form: %s cannot be read or is larger than 1 MiB\n", path);
        return NULL;
    }
    enum status status = form_compile_text(arena, text, &form, &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_finding(path, &findings.list[i]);
    return status == STATUS_OK ? form : NULL;
}

static int check(const struct options *options)
{
    int result = 0;
    for (int i = 0; i < options->file_count; i++) {
        ARENA_AUTO arena = arena_create(FORM_ARENA);
        if (load(options->files[i], arena) == NULL) result = 1;
    }
    return result;
}

static int schema(const struct form *form, struct arena *arena)
{
    json_auto made = NULL;
    BUF_AUTO text = BUF_WITH_MAXIMUM((size_t)16 << 20);
    if (form_json_schema(form, arena, &made) != STATUS_OK || json_pretty(made, &text) != STATUS_OK) return 1;
    puts(text.data);
    return 0;
}

static json_t *answer(struct arena *arena, const json_t *request, void *user)
{
    const struct options *options = user;
    struct form_environment environment = {.today = options->today};
    struct form_errors errors = {0};
    enum status status =
        options->shape ? form_validate_shape(options->form, arena, request, &errors)
                       : form_validate(options->form, arena, FORM_ALL_PAGES, request, &environment, &errors);
    if (status != STATUS_OK) return json_pack("{s:s}", "error", status_name(status));
    json_t *list = json_array();
    for (size_t i = 0; i < errors.count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "field", errors.list[i].field, "code",
                                              errors.list[i].code, "text", errors.list[i].text));
    return json_pack("{s:b,s:o}", "valid", errors.count == 0, "errors", list);
}

static int run(int argc, char **argv)
{
    static const struct argp_option option_list[] = {
        {"shape", 's', NULL, 0, "validate: only what the JSON Schema says", 0},
        {"today", 't', "DATE", 0, "validate: what today() gives, e.g. 2017-02-14 (default: the present day)",
         0},
        {0},
    };
    static const struct argp argp = {
        option_list,
        parse_option,
        "check FILE...\nschema FILE\nvalidate FILE",
        "Checks form definitions (docs/forms.md), prints the JSON Schema of their answers, or validates "
        "answers: one JSON object a line "
        "on standard input, {\"valid\":...,\"errors\":[{\"field\",\"code\",\"text\"}]} a line on standard "
        "output.",
        NULL,
        NULL,
        NULL};
    struct options options = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (strcmp(options.action, "check") == 0) return check(&options);
    ARENA_AUTO arena = arena_create(FORM_ARENA);
    options.form = load(options.files[0], arena);
    if (options.form == NULL) return 1;
    if (options.today == NULL) {
        struct feel_date today;
        (void)feel_date_from_days((clock_now() / MICROSECONDS + 25200) / 86400, &today);
        options.today = arena_printf(arena, "%04d-%02d-%02d", today.year, today.month, today.day);
    }
    return strcmp(options.action, "schema") == 0 ? schema(options.form, arena)
                                                 : feel_line_serve(stdin, stdout, answer, &options);
}

const struct command command_form = {"form", "check form definitions and answers, print their JSON Schema",
                                     run};
