/* motcua tenant: adds, changes and lists agencies. */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "motcua/domain/tenant.h"
#include "program.h"

enum { UNITS_MAXIMUM = 40 };
enum {
    KEY_KIND = 0x400,
    KEY_CODE,
    KEY_NAME,
    KEY_SHORT_NAME,
    KEY_NAME_EN,
    KEY_PLACE_NAME,
    KEY_HOST_NAME,
    KEY_AGENCY_IDENTIFIER,
    KEY_SAMPLE,
    KEY_ADDRESS,
    KEY_PHONE,
    KEY_EMAIL,
    KEY_CALENDAR,
    KEY_PARENT,
    KEY_SORT_ORDER,
    KEY_UNIT,
    KEY_REQUIRE_SECOND_FACTOR,
    KEY_UPLOAD_LIMIT,
};

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *slug;
    struct tenant_definition definition; /* what was given; NULL: not given */
    bool sample_given, sort_order_given, require_second_factor;
    int64_t upload_limit;
    struct unit_definition units[UNITS_MAXIMUM];
    size_t unit_count;
};

static const struct argp_option option_table[] = {
    {"kind", KEY_KIND, "KIND", 0, "city, department, district or commune", 1},
    {"name", KEY_NAME, "TEXT", 0, "Full name, e.g. \"Ủy ban nhân dân quận Cầu Giấy\"", 1},
    {"short-name", KEY_SHORT_NAME, "TEXT", 0, "Name in lists, e.g. \"Cầu Giấy\" (default: the full name)", 1},
    {"name-en", KEY_NAME_EN, "TEXT", 0, "English name", 1},
    {"parent", KEY_PARENT, "SLUG", 0, "The agency above; without it the agency is the root", 1},
    {"code", KEY_CODE, "CODE", 0, "Official code of the administrative unit", 1},
    {"agency-identifier", KEY_AGENCY_IDENTIFIER, "ID", 0,
     "Identifier after QCVN 102:2016, e.g. 000.25.05.H26; every dossier code begins with it", 1},
    {"sample", KEY_SAMPLE, "yes|no", OPTION_ARG_OPTIONAL, "The identifier is invented, and pages say so", 1},
    {"place-name", KEY_PLACE_NAME, "TEXT", 0, "Place at the head of papers (default: Hà Nội)", 1},
    {"host-name", KEY_HOST_NAME, "HOST", 0, "Host name under which the portal shows this agency", 1},
    {"address", KEY_ADDRESS, "TEXT", 0, "Where people go", 1},
    {"phone", KEY_PHONE, "TEXT", 0, "Telephone number shown to people", 1},
    {"email", KEY_EMAIL, "ADDRESS", 0, "E-mail address shown to people", 1},
    {"calendar", KEY_CALENDAR, "CODE", 0, "Working calendar (default: default)", 1},
    {"sort-order", KEY_SORT_ORDER, "NUMBER", 0, "Place among its neighbours", 1},
    {"require-second-factor", KEY_REQUIRE_SECOND_FACTOR, "yes|no", OPTION_ARG_OPTIONAL,
     "Its officials must use a one-time code to sign in", 1},
    {"upload-limit", KEY_UPLOAD_LIMIT, "MB", 0,
     "Largest attachment it takes, in megabytes, below that of the portal; 0: the portal's", 1},
    {"unit", KEY_UNIT, "KIND:CODE:NAME", 0,
     "Add or rename a unit of it; may be repeated. Kinds: reception, division, leadership, records, cashier",
     2},
    {0},
};

/* Cuts `value` in place. */
static bool parse_unit(char *value, struct unit_definition *unit)
{
    char *colon = strchr(value, ':');
    char *second = colon == NULL ? NULL : strchr(colon + 1, ':');
    if (second == NULL || colon == value || second == colon + 1 || second[1] == '\0') return false;
    *colon = *second = '\0';
    *unit = (struct unit_definition){.kind = value, .code = colon + 1, .name = second + 1, .name_en = ""};
    return true;
}

static void add_unit(struct options *options, char *value, struct argp_state *state)
{
    if (options->unit_count == UNITS_MAXIMUM) argp_error(state, "at most %d units at once", UNITS_MAXIMUM);
    struct unit_definition *unit = &options->units[options->unit_count++];
    if (!parse_unit(value, unit))
        argp_error(state, "a unit is KIND:CODE:NAME, e.g. \"reception:mot-cua:Bộ phận một cửa\"");
    unit->sort_order = (int)options->unit_count;
}

/* Where an option that is a plain text goes; NULL for the others. */
static const char **text_of(struct tenant_definition *definition, int key)
{
    switch (key) {
    case KEY_KIND:
        return &definition->kind;
    case KEY_CODE:
        return &definition->code;
    case KEY_NAME:
        return &definition->name;
    case KEY_SHORT_NAME:
        return &definition->short_name;
    case KEY_NAME_EN:
        return &definition->name_en;
    case KEY_PLACE_NAME:
        return &definition->place_name;
    case KEY_HOST_NAME:
        return &definition->host_name;
    case KEY_AGENCY_IDENTIFIER:
        return &definition->agency_identifier;
    case KEY_ADDRESS:
        return &definition->address;
    case KEY_PHONE:
        return &definition->phone;
    case KEY_EMAIL:
        return &definition->email;
    case KEY_CALENDAR:
        return &definition->calendar_code;
    case KEY_PARENT:
        return &definition->parent_slug;
    default:
        return NULL;
    }
}

static void parse_number(struct options *options, const char *value, struct argp_state *state)
{
    int64_t number;
    if (str_to_int64(str_of(value), &number) != STATUS_OK || number < 0 || number > 1000000)
        argp_error(state, "--sort-order is a number from 0 to 1000000");
    options->definition.sort_order = (int)number;
    options->sort_order_given = true;
}

static void parse_sample(struct options *options, const char *value, struct argp_state *state)
{
    if (value != NULL && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        argp_error(state, "--sample is yes or no");
    options->definition.agency_identifier_is_sample = value == NULL || strcmp(value, "yes") == 0;
    options->sample_given = true;
}

static void parse_second_factor(struct options *options, const char *value, struct argp_state *state)
{
    if (value != NULL && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        argp_error(state, "--require-second-factor is yes or no");
    options->require_second_factor = value == NULL || strcmp(value, "yes") == 0;
    options->definition.require_second_factor = &options->require_second_factor;
}

static void parse_upload_limit(struct options *options, const char *value, struct argp_state *state)
{
    enum { MEGABYTE = 1024 * 1024, LARGEST = 2047 };
    int64_t megabytes = 0;
    if (str_to_int64(str_of(value), &megabytes) != STATUS_OK || megabytes < 0 || megabytes > LARGEST)
        argp_error(state, "--upload-limit is a number of megabytes from 0 to %d", LARGEST);
    options->upload_limit = megabytes * MEGABYTE;
    options->definition.upload_limit = &options->upload_limit;
}

static void parse_word(struct options *options, const char *value, struct argp_state *state)
{
    bool list = options->action != NULL && strcmp(options->action, "list") == 0;
    if (options->action == NULL)
        options->action = value;
    else if (options->slug == NULL && !list)
        options->slug = value;
    else
        argp_error(state, "\"%s\" is one argument too many", value);
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    const char **text = text_of(&options->definition, key);
    if (text != NULL) {
        *text = value;
        return 0;
    }
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case KEY_SAMPLE:
        parse_sample(options, value, state);
        return 0;
    case KEY_REQUIRE_SECOND_FACTOR:
        parse_second_factor(options, value, state);
        return 0;
    case KEY_UPLOAD_LIMIT:
        parse_upload_limit(options, value, state);
        return 0;
    case KEY_SORT_ORDER:
        parse_number(options, value, state);
        return 0;
    case KEY_UNIT:
        add_unit(options, value, state);
        return 0;
    case ARGP_KEY_ARG:
        parse_word(options, value, state);
        return 0;
    case ARGP_KEY_END:
        if (options->action == NULL) argp_error(state, "say what to do: add, change or list");
        if (strcmp(options->action, "list") != 0 && options->slug == NULL)
            argp_error(state, "which agency? Give its slug, e.g. cau-giay");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_tree(const struct tenants *tenants, const struct tenant *parent, int depth)
{
    for (size_t i = 0; i < tenants->count; i++) {
        const struct tenant *tenant = &tenants->all[i];
        if (tenant->parent != parent) continue;
        printf("%*s%-10s  %-5s  %-28s %s%s  %s\n", 2 * depth, "", tenant->kind,
               tenant->code[0] == '\0' ? "-" : tenant->code, tenant->slug,
               tenant->agency_identifier[0] == '\0' ? "-" : tenant->agency_identifier,
               tenant->agency_identifier_is_sample && tenant->agency_identifier[0] != '\0' ? " (sample)" : "",
               tenant->name);
        print_tree(tenants, tenant, depth + 1);
    }
}

/* What was not given stays as it is (`old`), or gets its default. */
static void complete(struct tenant_definition *d, const struct tenant *old, const struct options *options)
{
    static const struct tenant nothing = {.calendar_code = "default", .place_name = "Hà Nội"};
    const struct tenant *base = old == NULL ? &nothing : old;
    const struct {
        const char **wanted;
        const char *otherwise;
    } texts[] = {
        {&d->kind, base->kind},           {&d->code, base->code},
        {&d->name, base->name},           {&d->short_name, base->short_name},
        {&d->name_en, base->name_en},     {&d->place_name, base->place_name},
        {&d->host_name, base->host_name}, {&d->agency_identifier, base->agency_identifier},
        {&d->address, base->address},     {&d->phone, base->phone},
        {&d->email, base->email},         {&d->calendar_code, base->calendar_code},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (*texts[i].wanted == NULL) *texts[i].wanted = texts[i].otherwise;
    if (d->short_name == NULL) d->short_name = d->name;
    if (d->parent_slug == NULL && base->parent != NULL) d->parent_slug = base->parent->slug;
    if (!options->sample_given && old != NULL)
        d->agency_identifier_is_sample = old->agency_identifier_is_sample;
}

static int refuse(const char *sentence, const char *argument)
{
    fprintf(stderr, "motcua tenant: %s%s\n", sentence, argument);
    return 1;
}

static int save(struct program *program, struct options *options)
{
    bool add = strcmp(options->action, "add") == 0;
    const struct tenant *old =
        tenant_by_slug(reference_tenants(program->domain.reference), str_of(options->slug));
    if (add && old != NULL) return refuse("there is already an agency ", options->slug);
    if (!add && old == NULL) return refuse("there is no agency ", options->slug);
    struct tenant_definition *definition = &options->definition;
    definition->slug = options->slug;
    complete(definition, old, options);
    if (definition->kind == NULL || definition->name == NULL || definition->name[0] == '\0')
        return refuse("--kind and --name are needed", "");
    struct uuid id, units[UNITS_MAXIMUM];
    struct error error = {0};
    enum status status = tenant_save(&program->work, definition, &id, &error);
    if (status == STATUS_OK && options->unit_count > 0)
        status = unit_save_all(&program->work, &id, options->units, options->unit_count, units, &error);
    if (status != STATUS_OK) return program_refuse(program, "tenant", &error);
    printf("%s %s\n", add ? "added" : "changed", options->slug);
    return 0;
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        "add SLUG\nchange SLUG\nlist",
        "Add or change an agency, or show the tree of agencies with kind, code, slug and identifier.\v"
        "The slug is the agency's name in addresses: small letters, digits and hyphens. `change` leaves "
        "alone "
        "what is not given. A running server sees the change within seconds.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    bool list = strcmp(options.action, "list") == 0;
    if (!list && strcmp(options.action, "add") != 0 && strcmp(options.action, "change") != 0) {
        fprintf(stderr, "motcua tenant: cannot \"%s\": add, change or list\n", options.action);
        return 64;
    }
    if (program_open(&program, &options.program) != STATUS_OK) return 1;
    int result = 0;
    if (list)
        print_tree(reference_tenants(program.domain.reference), NULL, 0);
    else
        result = save(&program, &options);
    program_close(&program);
    return result;
}

const struct command command_tenant = {"tenant", "add, change and list agencies", run};
