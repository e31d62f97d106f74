/* Configuration: three sources and a table of knobs become one checked structure. */
#include "motcua/base/config.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/buf.h"
#include "value.h"

enum { SOURCE_NONE, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_OPTION };
enum { DESCRIPTION_MAXIMUM = 256 * 1024, NAME_SHOWN = 64 };

struct setting {
    const char *text;
    int source;
    const char *where; /* for the sentence: "--port", "MOTCUA_PORT", "motcua.ini line 3" */
};

struct config {
    struct arena *arena;
    const struct config_knob *knobs;
    size_t count;
    struct setting *settings;
    struct argp_option *options;
    void *target;
    /* while a file is read */
    FILE *file;
    const char *path;
    int line;
    const char *problem;
};

static const char *environment_name(struct config *config, const struct config_knob *knob)
{
    if (knob->environment != NULL) return knob->environment;
    char *name = arena_printf(config->arena, "MOTCUA_%s", knob->name);
    for (char *c = name; *c != '\0'; c++)
        *c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
    return name;
}

static const char *argument_name(const struct config_knob *knob)
{
    static const char *const names[] = {
        [CONFIG_INTEGER] = "NUMBER", [CONFIG_BYTES] = "SIZE",      [CONFIG_DURATION] = "TIME",
        [CONFIG_BOOLEAN] = "yes|no", [CONFIG_CHOICE] = "WORD",     [CONFIG_TEXT] = "TEXT",
        [CONFIG_PATH] = "PATH",      [CONFIG_ADDRESS] = "ADDRESS", [CONFIG_ADDRESS_LIST] = "ADDRESSES",
        [CONFIG_URL] = "URL",        [CONFIG_SECRET] = "SECRET",
    };
    return knob->argument == NULL ? names[knob->type] : knob->argument;
}

/* "help text (1 to 64; default 4; MOTCUA_WORKERS)" */
static const char *help_line(struct config *config, const struct config_knob *knob)
{
    BUF_AUTO line = BUF_WITH_MAXIMUM(4096);
    buf_printf(&line, "%s (", knob->help);
    value_append_range(&line, knob);
    if (knob->fallback != NULL && knob->type != CONFIG_SECRET)
        buf_printf(&line, "default %s; ", knob->fallback[0] == '\0' ? "empty" : knob->fallback);
    buf_printf(&line, "%s)", environment_name(config, knob));
    return buf_copy(&line, config->arena).data;
}

/* Grouped: argp shows a heading before the knobs of a group, in the order of the table. */
static void make_options(struct config *config)
{
    config->options = arena_array(config->arena, config->count * 2 + 1, sizeof *config->options);
    size_t at = 0;
    const char *group = NULL;
    for (size_t i = 0; i < config->count; i++) {
        const struct config_knob *knob = &config->knobs[i];
        if (knob->group != NULL && (group == NULL || strcmp(group, knob->group) != 0)) {
            group = knob->group;
            config->options[at++] = (struct argp_option){.doc = arena_printf(config->arena, "%s:", group)};
        }
        config->options[at++] =
            (struct argp_option){.name = knob->name,
                                 .key = CONFIG_ARGP_KEY + (int)i,
                                 .arg = argument_name(knob),
                                 .flags = knob->type == CONFIG_BOOLEAN ? OPTION_ARG_OPTIONAL : 0,
                                 .doc = help_line(config, knob)};
    }
}

struct config *config_create(struct arena *arena, const struct config_knob *knobs, void *target)
{
    struct config *config = arena_zalloc(arena, sizeof *config);
    config->arena = arena;
    config->knobs = knobs;
    while (knobs[config->count].name != NULL)
        config->count++;
    config->settings = arena_array(arena, config->count + 1, sizeof *config->settings);
    config->target = target;
    make_options(config);
    for (size_t i = 0; i < config->count; i++) {
        const char *reason = NULL;
        if (!value_store(arena, &knobs[i], knobs[i].fallback, target, &reason)) {
            fprintf(stderr, "motcua: default of --%s: %s\n", knobs[i].name,
                    reason); /* a defect in the table */
            abort();
        }
    }
    return config;
}

/* The number of single-character edits between two short names. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64];
    size_t length = strlen(b);
    if (length >= 64) return 64;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = substitute < shorter ? substitute : shorter;
        }
    }
    return row[length];
}

/* ", did you mean X?" or nothing. */
static const char *suggestion(struct config *config, const char *name)
{
    const char *best = NULL;
    size_t nearest = 4;
    for (size_t i = 0; i < config->count; i++) {
        size_t edits = distance(name, config->knobs[i].name);
        if (edits < nearest) {
            nearest = edits;
            best = config->knobs[i].name;
        }
    }
    return best == NULL ? "" : arena_printf(config->arena, "; did you mean \"%s\"?", best);
}

static bool set(struct config *config, size_t index, const char *text, int source, const char *where,
                const char **problem)
{
    const char *reason = NULL;
    const struct config_knob *knob = &config->knobs[index];
    if (!value_check(config->arena, knob, text, &reason)) {
        *problem = arena_printf(config->arena, "%s: %s", where, reason);
        return false;
    }
    struct setting *setting = &config->settings[index];
    if (source >= setting->source)
        *setting = (struct setting){arena_strdup(config->arena, text), source, where};
    return true;
}

static ptrdiff_t find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++) {
        const char *a = config->knobs[i].name, *b = name;
        while (*a != '\0' && (*a == *b || (*a == '-' && *b == '_'))) {
            a++;
            b++;
        }
        if (*a == '\0' && *b == '\0') return (ptrdiff_t)i;
    }
    return -1;
}

/* The first problem is the one to show. */
static int stop(struct config *config, const char *problem)
{
    if (config->problem == NULL) config->problem = problem;
    return 0;
}

/* inih's callback for a setting. */
static int take_setting(void *context, const char *section, const char *name, const char *value)
{
    struct config *config = context;
    const char *where =
        arena_printf(config->arena, "%s line %d, %.*s", config->path, config->line, NAME_SHOWN, name);
    if (section[0] != '\0')
        return stop(config,
                    arena_printf(config->arena, "%s: sections like [%s] are not used", where, section));
    ptrdiff_t index = find(config, name);
    if (index < 0)
        return stop(config, arena_printf(config->arena, "%s: there is no such setting%s", where,
                                         suggestion(config, name)));
    const char *problem = NULL;
    return set(config, (size_t)index, value, SOURCE_FILE, where, &problem) ? 1 : stop(config, problem);
}

/* inih's callback for a line: counts, and refuses what would be cut in two. */
static char *take_line(char *line, int size, void *context)
{
    struct config *config = context;
    char *read = fgets(line, size, config->file);
    config->line++;
    if (read != NULL && strchr(line, '\n') == NULL && !feof(config->file)) {
        (void)stop(config, arena_printf(config->arena, "%s line %d: longer than %d characters", config->path,
                                        config->line, size - 2));
        return NULL;
    }
    return read;
}

bool config_read_file(struct config *config, const char *path, const char **problem)
{
    config->path = arena_strdup(config->arena, path);
    config->problem = NULL;
    config->line = 0;
    config->file = fopen(path, "re");
    if (config->file == NULL) {
        *problem = arena_printf(config->arena, "%s: cannot be read: %s", path, strerror(errno));
        return false;
    }
    /* the handler's context is the only one inih passes on, the reader's stream can be anything */
    int line = ini_parse_stream(take_line, config, take_setting, config);
    bool broken = ferror(config->file) != 0;
    fclose(config->file);
    if (broken) (void)stop(config, arena_printf(config->arena, "%s: cannot be read", path));
    if (line != 0)
        (void)stop(config, arena_printf(config->arena, "%s line %d: expected \"name = value\"", path, line));
    *problem = config->problem;
    return config->problem == NULL;
}

extern char **environ;

/* Names with our prefix that are for scripts and tests, or say where the file is. */
static bool is_no_setting(struct str name)
{
    return str_starts_with(name, STR("MOTCUA_TEST_")) || str_equal_cstr(name, "MOTCUA_BUILD") ||
           str_equal_cstr(name, "MOTCUA_CONFIG");
}

bool config_read_environment(struct config *config, const char **problem)
{
    for (size_t i = 0; i < config->count; i++) {
        const char *name = environment_name(config, &config->knobs[i]);
        const char *text = getenv(name);
        /* an empty variable is how shells and unit files say "not set" */
        if (text != NULL && text[0] != '\0' && !set(config, i, text, SOURCE_ENVIRONMENT, name, problem))
            return false;
    }
    for (char **entry = environ; *entry != NULL; entry++) {
        struct str name, value;
        (void)str_split(str_of(*entry), '=', &name, &value);
        if (!str_starts_with(name, STR("MOTCUA_")) || is_no_setting(name)) continue;
        bool known = false;
        for (size_t i = 0; i < config->count && !known; i++)
            known = str_equal_cstr(name, environment_name(config, &config->knobs[i]));
        if (known) continue;
        char *plain = arena_strndup(config->arena, name.data + 7, name.length - 7);
        for (char *c = plain; *c != '\0'; c++)
            *c = *c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
        *problem = arena_printf(config->arena, "environment variable %.*s: there is no such setting%s",
                                STR_ARG(name), suggestion(config, plain));
        return false;
    }
    return true;
}

bool config_set_option(struct config *config, const char *name, const char *value, const char **problem)
{
    ptrdiff_t index = find(config, name);
    if (index < 0) {
        *problem =
            arena_printf(config->arena, "--%s: there is no such setting%s", name, suggestion(config, name));
        return false;
    }
    return set(config, (size_t)index, value, SOURCE_OPTION, arena_printf(config->arena, "--%s", name),
               problem);
}

const struct argp_option *config_argp_options(const struct config *config)
{
    return config->options;
}

bool config_argp_key(struct config *config, int key, const char *value, const char **problem)
{
    if (key < CONFIG_ARGP_KEY || (size_t)(key - CONFIG_ARGP_KEY) >= config->count) return false;
    const struct config_knob *knob = &config->knobs[key - CONFIG_ARGP_KEY];
    (void)config_set_option(config, knob->name, value == NULL ? "yes" : value, problem);
    return true;
}

bool config_finish(struct config *config, const char **problem)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct setting *setting = &config->settings[i];
        const char *reason = NULL;
        if (setting->source != SOURCE_NONE &&
            !value_store(config->arena, &config->knobs[i], setting->text, config->target, &reason)) {
            *problem = arena_printf(config->arena, "%s: %s", setting->where, reason);
            return false;
        }
    }
    return true;
}

struct str config_describe(const struct config *config, struct arena *arena)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(DESCRIPTION_MAXIMUM);
    for (size_t i = 0; i < config->count; i++) {
        const struct config_knob *knob = &config->knobs[i];
        const struct setting *setting = &config->settings[i];
        const char *text = setting->source == SOURCE_NONE ? knob->fallback : setting->text;
        bool hidden = knob->type == CONFIG_SECRET && text != NULL;
        BUF_AUTO masked = BUF_WITH_MAXIMUM(8192);
        if (knob->type == CONFIG_URL && text != NULL) {
            value_append_url_masked(&masked, str_of(text));
            text = masked.data;
        }
        buf_printf(&out, "%-28s = %-32s (%s)\n", knob->name,
                   hidden         ? "(set)"
                   : text == NULL ? ""
                                  : text,
                   setting->source == SOURCE_NONE ? "default" : setting->where);
    }
    return buf_copy(&out, arena);
}

struct str config_document(const struct config *config, struct arena *arena)
{
    /* names of variables and help lines were made by the same functions as --help */
    struct config copy = *config;
    BUF_AUTO out = BUF_WITH_MAXIMUM(DESCRIPTION_MAXIMUM);
    const char *group = "";
    for (size_t i = 0; i < config->count; i++) {
        const struct config_knob *knob = &config->knobs[i];
        if (knob->group != NULL && strcmp(group, knob->group) != 0) {
            group = knob->group;
            buf_printf(&out,
                       "\n### %s\n\n| option | environment | value | default | |\n|---|---|---|---|---|\n",
                       group);
        }
        BUF_AUTO range = BUF_WITH_MAXIMUM(4096);
        value_append_range(&range, knob);
        struct str limits = str_trim(buf_str(&range));
        if (str_ends_with(limits, STR(";"))) limits.length--;
        buf_printf(&out, "| `--%s` | `%s` | ", knob->name, environment_name(&copy, knob));
        for (const char *c = argument_name(knob); *c != '\0'; c++) {
            if (*c == '|') buf_append_char(&out, '\\'); /* else it would end the cell */
            buf_append_char(&out, *c);
        }
        buf_printf(&out, "%s%.*s | %s%s%s | %s |\n", limits.length > 0 ? ", " : "", STR_ARG(limits),
                   knob->fallback == NULL || knob->fallback[0] == '\0' ? "" : "`",
                   knob->fallback == NULL ? "" : knob->fallback,
                   knob->fallback == NULL || knob->fallback[0] == '\0' ? "" : "`", knob->help);
    }
    return buf_copy(&out, arena);
}
