/* motcua documents: moves papers between stores and checks that none is lost or changed. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "motcua/calendar/civil.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/tenant.h"
#include "program.h"

enum { KEY_TO = 0x300, KEY_REMOVE, KEY_SAMPLE, KEY_ALL, KEY_CLOCK, ORPHAN_DAYS = 1, ORPHANS_LEFT = 2 };

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *agency, *to, *clock;
    int64_t sample;
    bool remove_orphans;
};

static const struct argp_option option_table[] = {
    {"agency", 'a', "SLUG", 0, "Only this agency", 0},
    {"to", KEY_TO, "STORE", 0, "move: to folder or s3", 0},
    {"all", KEY_ALL, NULL, 0, "verify: every document (the default)", 0},
    {"sample", KEY_SAMPLE, "N", 0, "verify: only N documents of each agency, chosen at random", 0},
    {"remove-orphans", KEY_REMOVE, NULL, 0,
     "verify: delete what belongs to no document and is older than a day", 0},
    {"rehearsal-clock", KEY_CLOCK, "FILE", OPTION_HIDDEN, NULL, 0}, /* as of motcua serve */
    {0},
};

static void check_options(struct argp_state *state, const struct options *options)
{
    bool move = options->action != NULL && strcmp(options->action, "move") == 0;
    if (options->action == NULL || (!move && strcmp(options->action, "verify") != 0))
        argp_error(state, "say what to do: move or verify");
    if (move && (options->to == NULL || (strcmp(options->to, DOCUMENT_STORE_FOLDER) != 0 &&
                                         strcmp(options->to, DOCUMENT_STORE_S3) != 0)))
        argp_error(state, "say where to move: --to folder or --to s3");
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    char *end = NULL;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case 'a':
        options->agency = value;
        return 0;
    case KEY_TO:
        options->to = value;
        return 0;
    case KEY_ALL:
        options->sample = 0;
        return 0;
    case KEY_SAMPLE:
        options->sample = strtoll(value, &end, 10);
        if (*end != '\0' || options->sample < 1 || options->sample > 1000000)
            argp_error(state, "--sample takes a number from 1 to 1000000");
        return 0;
    case KEY_REMOVE:
        options->remove_orphans = true;
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

static void print_problem(void *context, const struct document *document, const char *problem)
{
    const struct tenant *tenant = context;
    printf("%s: document %s of %s (%s, %s): %s\n", tenant->slug, document->id.text, document->dossier_id.text,
           document->store, document->storage_name, problem);
}

static void print_orphan(void *context, const char *store, const struct document_blob *blob, bool removed)
{
    (void)context;
    printf("%s: %s belongs to no document, %llu bytes%s\n", store, blob->name, (unsigned long long)blob->size,
           removed ? ": deleted" : "");
}

struct sum {
    int64_t agencies;
    struct document_move move;
    struct document_check check;
    struct document_orphans orphans;
};

static enum status work_on_agency(struct program *program, const struct options *options,
                                  const struct tenant *tenant, struct sum *sum, struct error *error)
{
    void *context = (void *)(uintptr_t)tenant;
    sum->agencies++;
    return options->to != NULL ? document_move_all(&program->work, &tenant->id, options->to, print_problem,
                                                   context, &sum->move, error)
                               : document_check_all(&program->work, &tenant->id, options->sample,
                                                    print_problem, context, &sum->check, error);
}

static enum status find_orphans(struct program *program, const struct options *options, struct sum *sum,
                                struct error *error)
{
    instant before = program->work.now - ORPHAN_DAYS * DAY_US;
    enum status status =
        document_orphans_find(&program->work, DOCUMENT_STORE_FOLDER, before, options->remove_orphans,
                              print_orphan, NULL, &sum->orphans, error);
    if (status == STATUS_OK && program->domain.s3 != NULL)
        status = document_orphans_find(&program->work, DOCUMENT_STORE_S3, before, options->remove_orphans,
                                       print_orphan, NULL, &sum->orphans, error);
    return status;
}

static int finish(const struct options *options, const struct sum *sum)
{
    if (options->to != NULL) {
        printf("%lld documents moved to %s, %lld cannot be moved\n", (long long)sum->move.moved, options->to,
               (long long)sum->move.damaged);
        return sum->move.damaged > 0;
    }
    printf(
        "%lld agencies, %lld documents checked: %lld faulty; %lld blobs without a document, %lld deleted\n",
        (long long)sum->agencies, (long long)sum->check.documents, (long long)sum->check.faulty,
        (long long)sum->orphans.found, (long long)sum->orphans.removed);
    if (sum->check.faulty > 0) return 1;
    if (sum->orphans.old == 0) return 0;
    printf("%lld of them are older than a day: look where they come from, then motcua documents verify "
           "--remove-orphans\n",
           (long long)sum->orphans.old);
    return ORPHANS_LEFT;
}

static int work_on_all(struct program *program, const struct options *options)
{
    const struct tenants *tenants = reference_tenants(program->domain.reference);
    struct sum sum = {0};
    struct error error = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < tenants->count; i++)
        if (options->agency == NULL || strcmp(tenants->all[i].slug, options->agency) == 0)
            status = work_on_agency(program, options, &tenants->all[i], &sum, &error);
    if (status == STATUS_OK && sum.agencies == 0 && options->agency != NULL) {
        fprintf(stderr, "motcua documents: there is no agency %s\n", options->agency);
        return 1;
    }
    if (status == STATUS_OK && options->to == NULL && options->agency == NULL)
        status = find_orphans(program, options, &sum, &error);
    if (status != STATUS_OK) return program_refuse(program, "documents", &error);
    return finish(options, &sum);
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        "move --to folder|s3\nverify",
        "Move documents from one store to the other while the portal runs, or check all of them: lost, "
        "changed, cut off, foreign, and what belongs to no document.\v"
        "Both may be stopped and started again at any time. The bucket is named by MOTCUA_S3_URL, "
        "MOTCUA_S3_REGION, MOTCUA_S3_ACCESS_KEY and MOTCUA_S3_SECRET_KEY. Exit status 0: all is well; 1: a "
        "document is faulty, or something could not be done; 2: all documents are sound, but there are blobs "
        "older than a day that belong to none.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (strcmp(options.action, "move") != 0) options.to = NULL;
    if (options.clock != NULL && clock_use_rehearsal_file(options.clock) != STATUS_OK) {
        fprintf(stderr, "motcua documents: cannot use the rehearsal clock %s\n", options.clock);
        return 1;
    }
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = work_on_all(&program, &options);
    program_close(&program);
    return result;
}

const struct command command_documents = {"documents", "move documents between stores, check them", run};
