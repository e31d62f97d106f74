/*
 * motcua workflow migrate: moves running dossiers to another version of their procedure's workflow, one
 * transaction each, and says of each that stays why.
 */
#include "workflow_migrate.h"

#include <argp.h>
#include <stdio.h>

#include "motcua/domain/migration.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/catalogue.h"
#include "program.h"

enum { RENAMES_MAXIMUM = 200, PAGE = 100, VERSION_MAXIMUM = 1000000 };
enum { KEY_PROCEDURE = 0x400, KEY_TO, KEY_MAP, KEY_TENANT, KEY_PREVIEW };

struct options {
    struct program_options program; /* input of program_argp */
    const char *procedure, *tenant;
    int version;
    struct bpmn_rename renames[RENAMES_MAXIMUM];
    size_t rename_count;
    bool preview;
};

static const struct argp_option option_table[] = {
    {"procedure", KEY_PROCEDURE, "CODE", 0, "Whose dossiers", 0},
    {"to", KEY_TO, "VERSION", 0, "The number of the version they are to run by", 0},
    {"map", KEY_MAP, "OLD=NEW", 0,
     "Where the element OLD is in the new version; may be repeated. Elements that are not named keep their "
     "id. An open step that is named, also as X=X, takes name and outcomes of the new version; others keep "
     "what they offer",
     0},
    {"tenant", KEY_TENANT, "SLUG", 0, "Only this agency", 0},
    {"preview", KEY_PREVIEW, NULL, 0, "Only say what would happen", 0},
    {0},
};

static void add_map(struct options *options, const char *text, struct argp_state *state)
{
    struct str from, to;
    if (options->rename_count == RENAMES_MAXIMUM) argp_error(state, "too many --map");
    if (!str_split(str_of(text), '=', &from, &to) || from.length == 0 || to.length == 0)
        argp_error(state, "--map is written OLD=NEW");
    options->renames[options->rename_count++] = (struct bpmn_rename){from, to};
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    int64_t number;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case KEY_PROCEDURE:
        options->procedure = value;
        return 0;
    case KEY_TO:
        if (str_to_int64(str_of(value), &number) != STATUS_OK || number < 1 || number > VERSION_MAXIMUM)
            argp_error(state, "\"%s\" is no number of a version", value);
        options->version = (int)number;
        return 0;
    case KEY_MAP:
        add_map(options, value, state);
        return 0;
    case KEY_TENANT:
        options->tenant = value;
        return 0;
    case KEY_PREVIEW:
        options->preview = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\" is one argument too many", value);
        return 0;
    case ARGP_KEY_END:
        if (options->procedure == NULL || options->version == 0)
            argp_error(state, "say which dossiers, and where to: --procedure CODE --to VERSION");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

struct sum {
    int64_t moved, refused;
};

/* Findings in English, each with its element; else the sentence of the refusal. */
static void say_why(const struct program *program, const struct migration_report *report,
                    const struct error *error)
{
    if (report->finding_count == 0) printf("  %s\n", program_sentence(program, error));
    for (size_t i = 0; i < report->finding_count; i++)
        printf("  %.*s: %s\n", STR_ARG(report->findings[i].element),
               translate(program->domain.english, report->findings[i].message));
}

static void move_one(struct program *program, const struct options *options, const struct tenant *tenant,
                     const struct procedure_version *target, const struct migration_candidate *candidate,
                     struct sum *sum)
{
    struct migration_report report;
    struct error error = {0};
    program->work.now = clock_now();
    enum status status =
        dossier_migrate(&program->work, &tenant->id, &candidate->id, target, options->renames,
                        options->rename_count, options->preview, &report, &error);
    printf("%s: version %d: %s\n", candidate->code, candidate->version,
           status != STATUS_OK ? "refused"
           : options->preview  ? "can be moved"
                               : "moved");
    if (status == STATUS_OK)
        sum->moved++;
    else
        sum->refused++;
    if (status != STATUS_OK) say_why(program, &report, &error);
}

static enum status move_tenant(struct program *program, const struct options *options,
                               const struct tenant *tenant, const struct procedure_version *target,
                               struct sum *sum, struct error *error)
{
    struct uuid after = {""};
    for (;;) {
        struct arena_mark mark = arena_mark(program->arena);
        struct migration_candidate *list;
        size_t count;
        enum status status =
            migration_candidates(&program->work, &tenant->id, target, &after, PAGE, &list, &count, error);
        if (status != STATUS_OK || count == 0) return status;
        for (size_t i = 0; i < count; i++) {
            struct arena_mark one = arena_mark(program->arena);
            move_one(program, options, tenant, target, &list[i], sum);
            arena_rewind(program->arena, one);
        }
        after = list[count - 1].id;
        arena_rewind(program->arena, mark);
    }
}

static int migrate(struct program *program, const struct options *options)
{
    const struct tenants *tenants = reference_tenants(program->domain.reference);
    const struct procedure_version *target;
    struct sum sum = {0};
    struct error error = {0};
    bool known = options->tenant == NULL;
    enum status status =
        migration_target(&program->work, options->procedure, options->version, &target, &error);
    for (size_t i = 0; status == STATUS_OK && i < tenants->count; i++) {
        const struct tenant *tenant = &tenants->all[i];
        if (options->tenant != NULL && strcmp(tenant->slug, options->tenant) != 0) continue;
        known = true;
        status = move_tenant(program, options, tenant, target, &sum, &error);
    }
    if (status != STATUS_OK) return program_refuse(program, "workflow migrate", &error);
    if (!known) {
        fprintf(stderr, "motcua workflow migrate: there is no agency %s\n", options->tenant);
        return 1;
    }
    printf("%lld %s, %lld refused\n", (long long)sum.moved, options->preview ? "can be moved" : "moved",
           (long long)sum.refused);
    return sum.refused > 0 ? 1 : 0;
}

int workflow_migrate_run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        NULL,
        "Move running dossiers to another version of their procedure's workflow.\v"
        "Each is one transaction, with an event on its trail; form, papers, time limit and fee stay those "
        "under which it was received. The exit status is 1 when one is refused: it stays as it is, and what "
        "is in the way is printed.",
        children,
        NULL,
        NULL};
    static char name[] = "motcua workflow migrate";
    struct options options = {0};
    struct program program;
    argv[0] = name;
    argp_err_exit_status = 64;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = migrate(&program, &options);
    program_close(&program);
    return result;
}
