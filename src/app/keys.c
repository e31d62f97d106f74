/* motcua keys: renews keys while the portal runs. No key is ever an argument or printed. */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "motcua/calendar/civil.h"
#include "motcua/domain/key_rotation.h"
#include "motcua/domain/tenant.h"
#include "program.h"

enum { KEY_ALL = 0x300, KEY_REWRAP };

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *agency;
    bool all, rewrap;
};

/* Over the agencies that were named; *done tells whether there was anything to do. */
typedef enum status agency_function(struct work *work, const struct options *options,
                                    const struct tenant *tenant, bool *faulty, struct error *error);

static void print_damaged(void *context, const char *kind, const char *id)
{
    const struct tenant *tenant = context;
    printf("%s: the key of %s %s does not open\n", tenant->slug, kind, id);
}

static enum status rewrap(struct work *work, const struct options *options, const struct tenant *tenant,
                          bool *faulty, struct error *error)
{
    struct key_rewrap result = {0};
    (void)options;
    enum status status =
        key_rewrap(work, &tenant->id, print_damaged, (void *)(uintptr_t)tenant, &result, error);
    if (result.done > 0 || result.damaged > 0)
        printf("%s: %lld keys of files wrapped anew, %lld damaged\n", tenant->slug, (long long)result.done,
               (long long)result.damaged);
    *faulty |= result.damaged > 0;
    return status;
}

static enum status rotate_tenant(struct work *work, const struct options *options,
                                 const struct tenant *tenant, bool *faulty, struct error *error)
{
    int version;
    enum status status = key_rotate_tenant(work, &tenant->id, &version, error);
    if (status != STATUS_OK) return status;
    if (version > 0)
        printf("%s: version %d from now on\n", tenant->slug, version);
    else if (options->agency != NULL)
        printf("%s has no key yet: nothing has been encrypted for it\n", tenant->slug);
    return options->rewrap ? rewrap(work, options, tenant, faulty, error) : STATUS_OK;
}

static enum status retire(struct work *work, const struct options *options, const struct tenant *tenant,
                          bool *faulty, struct error *error)
{
    int64_t retired;
    (void)faulty;
    enum status status = key_retire(work, &tenant->id, &retired, error);
    if (status == STATUS_OK && (retired > 0 || options->agency != NULL))
        printf("%s: %lld versions retired\n", tenant->slug, (long long)retired);
    return status;
}

static enum status show(struct work *work, const struct options *options, const struct tenant *tenant,
                        bool *faulty, struct error *error)
{
    struct tenant_key_state *states;
    size_t count;
    (void)options;
    (void)faulty;
    enum status status = key_list(work, &tenant->id, &states, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct civil_date day = civil_date_from_day(civil_day_of(states[i].created_at));
        const char *use = i + 1 == count ? "newest" : i == 0 ? "trail, tracking codes" : "older";
        printf("%-32s %7d  %04d-%02d-%02d %9lld %7lld  %s\n", tenant->slug, states[i].version, day.year,
               day.month, day.day, (long long)states[i].documents, (long long)states[i].uploads, use);
    }
    return status;
}

static int on_agencies(struct program *program, struct work *work, const struct options *options,
                       agency_function *function)
{
    const struct tenants *tenants = reference_tenants(program->domain.reference);
    bool found = false, faulty = false;
    struct error error = {0};
    for (size_t i = 0; i < tenants->count; i++) {
        const struct tenant *tenant = &tenants->all[i];
        if (options->agency != NULL && strcmp(tenant->slug, options->agency) != 0) continue;
        struct arena_mark mark = arena_mark(program->arena);
        found = true;
        if (function(work, options, tenant, &faulty, &error) != STATUS_OK) {
            fprintf(stderr, "motcua keys: cannot go on with %s\n", tenant->slug);
            return program_refuse(program, "keys", &error);
        }
        arena_rewind(program->arena, mark);
    }
    if (!found && options->agency != NULL) {
        fprintf(stderr, "motcua keys: there is no agency %s\n", options->agency);
        return 1;
    }
    return faulty;
}

static int status(struct program *program, struct work *work, const struct options *options)
{
    const char *path, *fingerprint;
    bool unfinished;
    key_master_describe(work, &path, &fingerprint, &unfinished);
    printf("master key %s in %s\n", fingerprint, path);
    if (unfinished) printf("its rotation was cut short: motcua keys rotate-master completes it\n");
    printf("%-32s %7s  %-10s %9s %7s\n", "agency", "version", "since", "documents", "uploads");
    return on_agencies(program, work, options, show);
}

static int rotate_master(struct program *program, struct work *work)
{
    struct master_rotation result;
    struct error error = {0};
    if (key_rotate_master(work, &result, &error) != STATUS_OK) {
        (void)program_refuse(program, "keys", &error);
        fprintf(stderr, "motcua keys: nothing is lost; keep every file %s* and run this command again\n",
                result.path);
        return 1;
    }
    if (result.finished)
        printf("A rotation that had been cut short is complete; no further key was made.\n");
    else
        printf("%lld keys of agencies are wrapped by a new master key.\n", (long long)result.keys);
    printf("%s is master key %s: save it apart from the backups.\n"
           "%s opens the backups made until now: keep it with them, and delete it here.\n",
           result.path, result.fingerprint, result.previous);
    return 0;
}

static int act(struct program *program, const struct options *options)
{
    static const struct {
        const char *name;
        agency_function *function;
    } actions[] = {{"rotate-tenant", rotate_tenant}, {"rewrap", rewrap}, {"retire", retire}};
    /* as the owner of the database: the program as it serves may not change what is wrapped */
    struct db_settings owner = program->settings;
    owner.role = NULL;
    DB_CONNECTION_AUTO db = db_connection_create(&owner);
    struct work work = program->work;
    work.db = db;
    if (strcmp(options->action, "status") == 0) return status(program, &work, options);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(options->action, actions[i].name) == 0)
            return on_agencies(program, &work, options, actions[i].function);
    return rotate_master(program, &work);
}

static const struct argp_option option_table[] = {
    {"all", KEY_ALL, NULL, 0, "Every agency", 0},
    {"rewrap", KEY_REWRAP, NULL, 0, "rotate-tenant: wrap what is there by the new version, too", 0},
    {0},
};

static void check_options(struct argp_state *state, const struct options *options)
{
    const char *action = options->action;
    if (action == NULL)
        argp_error(state, "say what to do: status, rotate-tenant, rewrap, retire or rotate-master");
    bool rotate = strcmp(action, "rotate-tenant") == 0;
    bool of_agency = rotate || strcmp(action, "rewrap") == 0 || strcmp(action, "retire") == 0;
    if (!of_agency && strcmp(action, "status") != 0 && strcmp(action, "rotate-master") != 0)
        argp_error(state, "cannot \"%s\": status, rotate-tenant, rewrap, retire or rotate-master", action);
    if (of_agency && (options->agency != NULL) == options->all)
        argp_error(state, "say whose key: the short name of an agency, or --all");
    if (strcmp(action, "rotate-master") == 0 && (options->agency != NULL || options->all))
        argp_error(state, "there is one master key for all agencies");
    if (options->rewrap && !rotate) argp_error(state, "--rewrap belongs to rotate-tenant");
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case KEY_ALL:
        options->all = true;
        return 0;
    case KEY_REWRAP:
        options->rewrap = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->action != NULL && options->agency != NULL)
            argp_error(state, "\"%s\" is one argument too many", value);
        *(options->action == NULL ? &options->action : &options->agency) = value;
        return 0;
    case ARGP_KEY_END:
        check_options(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        "status [AGENCY]\nrotate-tenant AGENCY|--all [--rewrap]\nrewrap AGENCY|--all\nretire AGENCY|--all\n"
        "rotate-master",
        "Show and renew keys, while the portal runs.\v"
        "rotate-tenant makes a new version of an agency's key for what comes; older versions stay readable. "
        "rewrap wraps the keys of the files that are there by the newest version (the files stay as they "
        "are); "
        "retire deletes versions that wrap nothing any more. rotate-master makes a new master key and keeps "
        "the "
        "old file beside it. All may be stopped and started again at any time. Exit status 0: done; 1: "
        "refused, "
        "failed, or a damaged key was found.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = act(&program, &options);
    program_close(&program);
    return result;
}

const struct command command_keys = {"keys", "show and renew keys", run};
