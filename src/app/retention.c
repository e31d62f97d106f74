/* motcua retention: what the rules of keeping will do to ended dossiers, and doing it now. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "motcua/calendar/civil.h"
#include "motcua/domain/retention.h"
#include "motcua/domain/tenant.h"
#include "program.h"

enum { KEY_DAYS = 0x300, KEY_LIMIT, KEY_RULE, KEY_CLOCK, BATCH = 100, DAYS_MAXIMUM = 36500 };

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *agency, *rule, *clock;
    int64_t days, limit;
};

static const struct argp_option option_table[] = {
    {"agency", 'a', "SLUG", 0, "Only this agency", 0},
    {"days", KEY_DAYS, "N", 0, "plan: what falls due within N days (default 180)", 0},
    {"limit", KEY_LIMIT, "N", 0, "run: at most N steps (default: all that are due)", 0},
    {"retention", KEY_RULE, "RULE", 0, "The rule where no other is; as of motcua serve (MOTCUA_RETENTION)",
     0},
    {"rehearsal-clock", KEY_CLOCK, "FILE", OPTION_HIDDEN, NULL, 0}, /* as of motcua serve */
    {0},
};

static int64_t number_of(struct argp_state *state, const char *value, int64_t maximum)
{
    char *end = NULL;
    int64_t number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || number < 1 || number > maximum)
        argp_error(state, "\"%s\" is no number from 1 to %lld", value, (long long)maximum);
    return number;
}

static void check_options(struct argp_state *state, struct options *options)
{
    struct retention_rule rule;
    if (options->action == NULL ||
        (strcmp(options->action, "plan") != 0 && strcmp(options->action, "run") != 0))
        argp_error(state, "say what to do: plan or run");
    if (options->rule == NULL) options->rule = getenv("MOTCUA_RETENTION");
    if (options->rule == NULL) options->rule = RETENTION_KEEP;
    if (!retention_rule_parse(str_of(options->rule), &rule))
        argp_error(state,
                   "\"%s\" is no rule; say keep, or like \"archive after 2 years, warn 30 days before, "
                   "anonymise after 10 years\"",
                   options->rule);
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case 'a':
        options->agency = value;
        return 0;
    case KEY_DAYS:
        options->days = number_of(state, value, DAYS_MAXIMUM);
        return 0;
    case KEY_LIMIT:
        options->limit = number_of(state, value, INT32_MAX);
        return 0;
    case KEY_RULE:
        options->rule = value;
        return 0;
    case KEY_CLOCK:
        options->clock = value;
        return 0;
    case ARGP_KEY_ARG:
        if (options->action != NULL) argp_error(state, "\"%s\" is one argument too many", value);
        options->action = value;
        return 0;
    case ARGP_KEY_END:
        check_options(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum status print_plan(struct program *program, const struct options *options,
                              const struct tenant *tenant, struct error *error)
{
    struct arena_mark mark = arena_mark(program->arena);
    struct retention_plan plan;
    enum status status = retention_plan(&program->work, &tenant->id, (int)options->days, &plan, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < plan.group_count; i++) {
        const struct retention_group *group = &plan.groups[i];
        char first[CIVIL_DATE_SIZE];
        civil_format_date(civil_day_of(group->first_at), first);
        printf("%s: %s: %s %lld, %lld of them now, the first on %s (%s: %s)\n", tenant->slug,
               group->procedure_code, group->action, (long long)group->count, (long long)group->due_now,
               first, group->source, group->rule);
    }
    if (plan.hold_count > 0) printf("%s: %zu held\n", tenant->slug, plan.hold_count);
    arena_rewind(program->arena, mark);
    return STATUS_OK;
}

/* Batch after batch, until nothing is due any more; of all agencies when `tenant` is NULL. */
static enum status run_steps(struct program *program, const struct options *options,
                             const struct tenant *tenant, int64_t *steps, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t done = 1; status == STATUS_OK && done > 0 && *steps < options->limit;) {
        struct arena_mark mark = arena_mark(program->arena);
        int64_t left = options->limit - *steps;
        status = retention_run_due(&program->work, tenant == NULL ? NULL : &tenant->id,
                                   left < BATCH ? (int)left : BATCH, &done, error);
        *steps += (int64_t)done;
        if (status == STATUS_OK) arena_rewind(program->arena, mark);
    }
    return status;
}

static int work_on_all(struct program *program, const struct options *options)
{
    const struct tenants *tenants = reference_tenants(program->domain.reference);
    const struct tenant *only =
        options->agency == NULL ? NULL : tenant_by_slug(tenants, str_of(options->agency));
    struct error error = {0};
    enum status status = STATUS_OK;
    int64_t steps = 0;
    if (options->agency != NULL && only == NULL) {
        fprintf(stderr, "motcua retention: there is no agency %s\n", options->agency);
        return 1;
    }
    if (strcmp(options->action, "run") == 0) {
        status = run_steps(program, options, only, &steps, &error);
        printf("%lld steps done\n", (long long)steps);
    } else if (only != NULL) {
        status = print_plan(program, options, only, &error);
    } else {
        for (size_t i = 0; status == STATUS_OK && i < tenants->count; i++)
            status = print_plan(program, options, &tenants->all[i], &error);
    }
    return status == STATUS_OK ? 0 : program_refuse(program, "retention", &error);
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        "plan\nrun",
        "Show what the rules of keeping will do to ended dossiers (archive, warn, anonymise, delete), or do "
        "now "
        "what is due.\v"
        "The server does the same in the background, in small batches; both may run at once, and may be "
        "stopped "
        "and started again at any time. What was done stands in the register of each agency.",
        children,
        NULL,
        NULL};
    struct options options = {.days = 180, .limit = INT32_MAX};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (options.clock != NULL && clock_use_rehearsal_file(options.clock) != STATUS_OK) {
        fprintf(stderr, "motcua retention: cannot use the rehearsal clock %s\n", options.clock);
        return 1;
    }
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    program.domain.retention = options.rule;
    int result = work_on_all(&program, &options);
    program_close(&program);
    return result;
}

const struct command command_retention = {"retention", "show and run the plan of keeping ended dossiers",
                                          run};
