/*
 * motcua user: accounts and roles. A password is asked for on the terminal, or is the first line of standard
 * input; it never stands on the command line, where other users of the machine could read it.
 */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "motcua/codec/json.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/tenant.h"
#include "program.h"
#include "terminal.h"

enum { KEY_NAME = 0x400, KEY_EMAIL, KEY_PHONE, KEY_LANGUAGE, KEY_AGENCY, KEY_UNIT, KEY_ROLE, KEY_TITLE };

struct options {
    struct program_options program; /* input of program_argp */
    const char *action, *identifier;
    const char *name, *email, *phone, *language;
    const char *agency, *unit, *title;
    unsigned roles;
};

static const struct argp_option option_table[] = {
    {NULL, 0, NULL, 0, "For add:", 1},
    {"name", KEY_NAME, "TEXT", 0, "Full name", 1},
    {"email", KEY_EMAIL, "ADDRESS", 0, "E-mail address to sign in with", 1},
    {"phone", KEY_PHONE, "NUMBER", 0, "Telephone number to sign in with", 1},
    {"language", KEY_LANGUAGE, "vi|en", 0, "Language of mails (default: vi)", 1},
    {NULL, 0, NULL, 0, "For grant:", 2},
    {"agency", KEY_AGENCY, "SLUG", 0, "The agency, as `motcua tenant list` shows it", 2},
    {"unit", KEY_UNIT, "CODE", 0, "Code of the unit in that agency", 2},
    {"role", KEY_ROLE, "ROLE", 0,
     "reception_clerk, processing_officer, head_of_unit, signing_leader, records_clerk, cashier, "
     "tenant_admin or city_supervisor; may be repeated",
     2},
    {"title", KEY_TITLE, "TEXT", 0, "Title, printed below a signature", 2},
    {0},
};

static void parse_role(struct options *options, const char *value, struct argp_state *state)
{
    unsigned role = role_parse(str_of(value));
    if (role == 0) argp_error(state, "there is no role \"%s\"", value);
    options->roles |= role;
}

static void check(const struct options *options, struct argp_state *state)
{
    const char *action = options->action;
    if (action == NULL) argp_error(state, "say what to do: add, passwd or grant");
    bool add = strcmp(action, "add") == 0, grant = strcmp(action, "grant") == 0;
    if (!add && !grant && strcmp(action, "passwd") != 0)
        argp_error(state, "cannot \"%s\": add, passwd or grant", action);
    if (add && (options->name == NULL || (options->email == NULL && options->phone == NULL)))
        argp_error(state, "--name and one of --email and --phone are needed");
    if (!add && options->identifier == NULL)
        argp_error(state, "whose? Give the e-mail address or telephone number");
    if (grant && (options->agency == NULL || options->unit == NULL || options->roles == 0))
        argp_error(state, "--agency, --unit and at least one --role are needed");
}

static void parse_word(struct options *options, const char *value, struct argp_state *state)
{
    if (options->action == NULL)
        options->action = value;
    else if (options->identifier == NULL && strcmp(options->action, "add") != 0)
        options->identifier = value;
    else
        argp_error(state, "\"%s\" is one argument too many", value);
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->program;
        return 0;
    case KEY_NAME:
        options->name = value;
        return 0;
    case KEY_EMAIL:
        options->email = value;
        return 0;
    case KEY_PHONE:
        options->phone = value;
        return 0;
    case KEY_LANGUAGE:
        if (strcmp(value, "vi") != 0 && strcmp(value, "en") != 0) argp_error(state, "--language is vi or en");
        options->language = value;
        return 0;
    case KEY_AGENCY:
        options->agency = value;
        return 0;
    case KEY_UNIT:
        options->unit = value;
        return 0;
    case KEY_ROLE:
        parse_role(options, value, state);
        return 0;
    case KEY_TITLE:
        options->title = value;
        return 0;
    case ARGP_KEY_ARG:
        parse_word(options, value, state);
        return 0;
    case ARGP_KEY_END:
        check(options, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int refuse(const char *sentence)
{
    fprintf(stderr, "motcua user: %s\n", sentence);
    return 1;
}

/* Before the database is opened: a person may take a while, and nothing is held meanwhile. */
static bool ask_password(struct terminal_password *password)
{
    const char *problem = terminal_read_password("New password: ", "Once more: ", password);
    if (problem != NULL) (void)refuse(problem);
    return problem == NULL;
}

static int add(struct program *program, const struct options *options,
               const struct terminal_password *password)
{
    struct registration registration = {
        .full_name = str_of(options->name),
        .email = str_of(options->email),
        .phone = str_of(options->phone),
        .password = terminal_password_view(password),
        .language = options->language == NULL ? "vi" : options->language,
    };
    struct uuid id;
    struct error error = {0};
    if (account_create(&program->work, &registration, &id, &error) != STATUS_OK)
        return program_refuse(program, "user", &error);
    printf("added %s\n", id.text);
    return 0;
}

static int set_password(struct program *program, const struct options *options,
                        const struct terminal_password *password)
{
    struct uuid id;
    struct error error = {0};
    enum status status = account_find(&program->work, str_of(options->identifier), &id, &error);
    if (status == STATUS_OK)
        status = password_set(&program->work, &id, terminal_password_view(password), &error);
    if (status != STATUS_OK) return program_refuse(program, "user", &error);
    printf("changed; all sessions of this account are over\n");
    return 0;
}

static enum status find_unit(struct program *program, const struct tenant *tenant, const char *code,
                             struct uuid *id, struct error *error)
{
    json_auto units = NULL;
    enum status status = unit_list(&program->work, &tenant->id, &units, error);
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(units); i++) {
        const json_t *unit = json_array_get(units, i);
        if (strcmp(json_get_cstr(unit, "code", ""), code) == 0) {
            *id = uuid_from(json_get_str(unit, "id"));
            return STATUS_OK;
        }
    }
    if (status != STATUS_OK) return status;
    return error_set(error, program->arena, STATUS_NOT_FOUND, "unit.unknown", NULL, "%s has no unit %s",
                     tenant->slug, code);
}

static int grant(struct program *program, const struct options *options)
{
    const struct tenant *tenant =
        tenant_by_slug(reference_tenants(program->domain.reference), str_of(options->agency));
    if (tenant == NULL) return refuse("there is no such agency; `motcua tenant list` shows all");
    struct uuid account, unit;
    struct error error = {0};
    enum status status = account_find(&program->work, str_of(options->identifier), &account, &error);
    if (status == STATUS_OK) status = find_unit(program, tenant, options->unit, &unit, &error);
    if (status == STATUS_OK)
        status = membership_grant(&program->work, &tenant->id, &account, &unit, options->roles,
                                  options->title == NULL ? "" : options->title, &error);
    if (status != STATUS_OK) return program_refuse(program, "user", &error);
    printf("granted in %s, unit %s\n", tenant->slug, options->unit);
    return 0;
}

static int run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse_option,
        "add\npasswd EMAIL|PHONE\ngrant EMAIL|PHONE",
        "Add an account, set a password, or grant roles in a unit of an agency.\v"
        "The password is asked for on the terminal; without one it is the first line of standard input. "
        "`grant` adds to the roles a person already has in that unit.",
        children,
        NULL,
        NULL};
    struct options options = {0};
    struct program program;
    struct terminal_password password = {0};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    bool is_grant = strcmp(options.action, "grant") == 0;
    if (!is_grant && !ask_password(&password)) return 1;
    int result = 1;
    if (program_open(&program, &options.program) == STATUS_OK) {
        if (is_grant)
            result = grant(&program, &options);
        else if (strcmp(options.action, "add") == 0)
            result = add(&program, &options, &password);
        else
            result = set_password(&program, &options, &password);
        program_close(&program);
    }
    terminal_forget_password(&password);
    return result;
}

const struct command command_user = {"user", "add accounts, set passwords, grant roles", run};
