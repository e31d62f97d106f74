/* motcua audit: checks the paper trail. */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "motcua/domain/audit.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/catalogue.h"
#include "program.h"

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *agency;
};

struct sum {
    int64_t agencies, dossiers, events, findings;
};

static const struct argp_option option_table[] = {
    {"agency", 'a', "SLUG", 0, "Only this agency", 0},
    {0},
};

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
    case ARGP_KEY_ARG:
        if (options->action != NULL) argp_error(state, "\"%s\" is one argument too many", value);
        options->action = value;
        return 0;
    case ARGP_KEY_END:
        if (options->action == NULL) argp_error(state, "say what to do: verify");
        if (strcmp(options->action, "verify") != 0)
            argp_error(state, "cannot \"%s\": verify", options->action);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum status verify(struct program *program, const struct tenant *tenant, struct sum *sum,
                          struct error *error)
{
    struct arena_mark mark = arena_mark(program->arena);
    struct audit_report report;
    enum status status = audit_verify(&program->work, &tenant->id, &report, error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < report.finding_count; i++) {
        const struct audit_finding *finding = &report.findings[i];
        const char *problem = translate(program->domain.english, finding->problem);
        if (finding->sequence > 0)
            printf("%s: %s, event %d: %s\n", tenant->slug, finding->dossier_code, finding->sequence, problem);
        else
            printf("%s: %s: %s\n", tenant->slug, finding->dossier_code, problem);
    }
    sum->agencies++;
    sum->dossiers += report.dossiers;
    sum->events += report.events;
    sum->findings += (int64_t)report.finding_count;
    arena_rewind(program->arena, mark);
    return STATUS_OK;
}

static int verify_all(struct program *program, const char *slug)
{
    const struct tenants *tenants = reference_tenants(program->domain.reference);
    struct sum sum = {0};
    struct error error = {0};
    for (size_t i = 0; i < tenants->count; i++) {
        const struct tenant *tenant = &tenants->all[i];
        if (slug != NULL && strcmp(tenant->slug, slug) != 0) continue;
        if (verify(program, tenant, &sum, &error) != STATUS_OK) {
            fprintf(stderr, "motcua audit: cannot check %s\n", tenant->slug);
            return program_refuse(program, "audit", &error);
        }
    }
    if (slug != NULL && sum.agencies == 0) {
        fprintf(stderr, "motcua audit: there is no agency %s\n", slug);
        return 1;
    }
    printf("%lld agencies, %lld dossiers, %lld events checked: %lld findings\n", (long long)sum.agencies,
           (long long)sum.dossiers, (long long)sum.events, (long long)sum.findings);
    return sum.findings > 0 ? 1 : 0;
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        "verify",
        "Check the paper trail of every dossier: changed, removed, inserted and reordered events.\v"
        "Exit status 0: all chains fit; 1: a finding, or something could not be checked. Needs the master "
        "key "
        "the events were written with. A dossier that is gone with all its events leaves no chain to check.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = verify_all(&program, options.agency);
    program_close(&program);
    return result;
}

const struct command command_audit = {"audit", "check the paper trail of dossiers", run};
