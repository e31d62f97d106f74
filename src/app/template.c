/*
 * motcua template: renders one template from the command line and checks a folder of templates. With --spec
 * it is a plain Mustache implementation, so that the test cases of the specification can be run against it.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "command.h"
#include "motcua/mustache/mustache.h"
#include "template_check.h"

enum { OPTION_PARTIAL = 1, OPTION_SPEC, OPTION_MODE, OPTION_RAW, MAXIMUM_RAW = 32, MAXIMUM_PARTIALS = 4096 };

struct arguments {
    enum mustache_mode mode;
    const char *words[3]; /* render TEMPLATE DATA, check DIR */
    size_t word_count;
    const char **partials;
    size_t partial_count;
    const char *raw[MAXIMUM_RAW + 2];
    size_t raw_count;
};

static error_t parse_mode(struct arguments *arguments, const char *text, struct argp_state *state)
{
    static const char *const names[] = {
        [MUSTACHE_HTML] = "html", [MUSTACHE_XML] = "xml", [MUSTACHE_TEXT] = "text", [MUSTACHE_SPEC] = "spec"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            arguments->mode = (enum mustache_mode)i;
            return 0;
        }
    }
    argp_error(state, "the mode is one of html, xml, text, spec");
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case OPTION_SPEC:
        arguments->mode = MUSTACHE_SPEC;
        return 0;
    case OPTION_MODE:
        return parse_mode(arguments, value, state);
    case OPTION_PARTIAL:
        if (strchr(value, '=') == NULL || value[0] == '=')
            argp_error(state, "--partial is written NAME=FILE");
        if (arguments->partial_count == MAXIMUM_PARTIALS) argp_error(state, "too many partials");
        arguments->partials[arguments->partial_count++] = value;
        return 0;
    case OPTION_RAW:
        if (arguments->raw_count == MAXIMUM_RAW) argp_error(state, "too many --raw");
        arguments->raw[arguments->raw_count++] = value;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->word_count == 3) argp_usage(state);
        arguments->words[arguments->word_count++] = value;
        return 0;
    case ARGP_KEY_END: {
        const char *verb = arguments->word_count > 0 ? arguments->words[0] : "";
        if (strcmp(verb, "render") == 0 && arguments->word_count == 3) return 0;
        if (strcmp(verb, "check") == 0 && arguments->word_count == 2) return 0;
        argp_usage(state);
        return EINVAL;
    }
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void close_file(FILE **file)
{
    if (*file != NULL) fclose(*file);
}

/* The whole file ("-": standard input) appended to `out`; complains and returns false when it cannot be read.
 */
bool template_read_file(const char *path, struct buf *out)
{
    __attribute__((cleanup(close_file))) FILE *opened = strcmp(path, "-") == 0 ? NULL : fopen(path, "rb");
    FILE *file = strcmp(path, "-") == 0 ? stdin : opened;
    if (file == NULL) {
        fprintf(stderr, "motcua template: %s: %s\n", path, strerror(errno));
        return false;
    }
    buf_append(out, "", 0);
    char block[65536];
    size_t length;
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        buf_append(out, block, length);
    if (ferror(file)) {
        fprintf(stderr, "motcua template: %s: %s\n", path, strerror(errno));
        return false;
    }
    if (out->overflow) fprintf(stderr, "motcua template: %s: the file is too large\n", path);
    return !out->overflow;
}

static void release_json(json_t **json)
{
    json_decref(*json);
}

static int complain(const struct error *error)
{
    fprintf(stderr, "motcua template: %s\n",
            error->detail != NULL ? error->detail : status_name(error->status));
    return 1;
}

static enum status add_file(struct mustache_set *set, const char *name, const char *path, struct error *error)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(2 << 20);
    if (template_read_file(path, &text)) return mustache_add(set, name, buf_str(&text), error);
    *error = (struct error){.status = STATUS_UNAVAILABLE, .detail = "a template cannot be read"};
    return STATUS_UNAVAILABLE;
}

static int render(const struct arguments *arguments)
{
    ARENA_AUTO arena = arena_create((size_t)512 << 20);
    struct mustache_options options = {.mode = arguments->mode, .raw_names = arguments->raw};
    struct mustache_set *set = mustache_create(arena, &options);
    struct error error;
    for (size_t i = 0; i < arguments->partial_count; i++) {
        const char *separator = strchr(arguments->partials[i], '=');
        char *partial =
            arena_strndup(arena, arguments->partials[i], (size_t)(separator - arguments->partials[i]));
        if (add_file(set, partial, separator + 1, &error) != STATUS_OK) return complain(&error);
    }
    /* In messages the template goes by its file name, unless a partial has taken that. */
    const char *name = arguments->words[1];
    enum status status = add_file(set, name, name, &error);
    if (status == STATUS_CONFLICT) status = add_file(set, name = "(template)", arguments->words[1], &error);
    if (status != STATUS_OK) return complain(&error);
    const struct mustache_template *template;
    if (mustache_compile(set, name, &template, &error) != STATUS_OK) return complain(&error);
    BUF_AUTO data = BUF_WITH_MAXIMUM(64 << 20);
    if (!template_read_file(arguments->words[2], &data)) return 1;
    json_error_t problem;
    __attribute__((cleanup(release_json))) json_t *view = json_loadb(
        data.data, data.length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &problem);
    if (view == NULL) {
        fprintf(stderr, "motcua template: %s:%d: %s\n", arguments->words[2], problem.line, problem.text);
        return 1;
    }
    BUF_AUTO out = BUF_WITH_MAXIMUM(256 << 20);
    if (mustache_render(template, view, &out, &error) != STATUS_OK) return complain(&error);
    if (fwrite(out.data, 1, out.length, stdout) != out.length || fflush(stdout) != 0) {
        fprintf(stderr, "motcua template: cannot write: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}

static int run_template(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"partial", OPTION_PARTIAL, "NAME=FILE", 0, "A template that may be used as partial or parent", 0},
        {"spec", OPTION_SPEC, NULL, 0, "Plain Mustache specification (same as --mode=spec)", 0},
        {"mode", OPTION_MODE, "MODE", 0, "html (default), xml, text or spec", 0},
        {"raw", OPTION_RAW, "NAME", 0, "Name that may be written {{{NAME}}} (\"*_html\": all that end so)",
         0},
        {0}};
    static const char *partials[MAXIMUM_PARTIALS];
    static const struct argp argp = {options,
                                     parse_option,
                                     "render TEMPLATE DATA.json\ncheck DIR",
                                     "Renders a Mustache template with JSON data to standard output (- reads "
                                     "standard input), or compiles every "
                                     "template of a folder.\vDIR: *.html and *.xml are compiled in their "
                                     "mode, *.txt as text; files in a folder named "
                                     "partials or layouts are compiled where they are used.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct arguments arguments = {.mode = MUSTACHE_HTML, .partials = partials};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (strcmp(arguments.words[0], "check") == 0) return template_check(arguments.words[1]);
    return render(&arguments);
}

const struct command command_template = {
    .name = "template",
    .summary = "render a Mustache template, check a folder of templates",
    .run = run_template,
};
