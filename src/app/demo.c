/* motcua demo: the sample city. Facts about Hà Nội are real, agency identifiers and persons are invented and
 * say so. */
#include "demo.h"

#include <argp.h>
#include <dirent.h>
#include <stdlib.h>

#include "command.h"
#include "motcua/base/file.h"
#include "motcua/codec/json.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/procedure.h"
#include "package.h"

enum { SAMPLE_BYTES = PACKAGE_FILE_BYTES, UNITS_A_SET = 40 };

struct city {
    struct program *program;
    const char *samples; /* folder */
    json_t *json;        /* city.json */
};

/* --- Calendars: every text of samples/calendars together, one row an agency that a tenant names. */

static enum status load_calendars(struct city *city, struct error *error)
{
    struct arena *arena = city->program->arena;
    const char *folder = arena_printf(arena, "%s/calendars", city->samples);
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, arena, STATUS_NOT_FOUND, "demo.calendars", NULL, "cannot read %s", folder);
    json_auto texts = json_array();
    json_auto agencies = NULL;
    enum status status = STATUS_OK;
    for (struct dirent *entry = readdir(directory); entry != NULL && status == STATUS_OK;
         entry = readdir(directory)) {
        if (!str_ends_with(str_of(entry->d_name), STR(".json"))) continue;
        json_t *text = NULL;
        status = package_read_json(arena, arena_printf(arena, "%s/%s", folder, entry->d_name), &text, error);
        if (status != STATUS_OK) break;
        if (json_get_array(text, "agencies") != NULL) {
            json_decref(agencies);
            agencies = json_incref(json_get_array(text, "agencies"));
        }
        json_array_append_new(texts, text);
    }
    closedir(directory);
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(agencies); i++) {
        const json_t *agency = json_array_get(agencies, i);
        int revision;
        status = calendar_publish(&city->program->work, json_get_cstr(agency, "id", ""),
                                  json_get_cstr(agency, "name", ""), "", texts, &revision, error);
    }
    return status;
}

/* --- Administrative units and agencies */

static enum status load_units(struct city *city, struct error *error)
{
    const json_t *list = json_get_array(city->json, "units");
    size_t count = json_array_size(list);
    struct administrative_unit *units = arena_array(city->program->arena, count, sizeof *units);
    for (size_t i = 0; i < count; i++) {
        const json_t *unit = json_array_get(list, i);
        units[i] =
            (struct administrative_unit){json_get_cstr(unit, "code", ""), json_get_cstr(unit, "kind", ""),
                                         json_get_cstr(unit, "parent", ""), json_get_cstr(unit, "name", ""),
                                         json_get_cstr(unit, "full_name", "")};
    }
    return administrative_unit_add(&city->program->work, units, count, error);
}

static enum status save_unit_set(struct city *city, const struct uuid *tenant_id, const char *kind,
                                 struct error *error)
{
    const json_t *set = json_get_array(json_get_object(city->json, "unit_sets"), kind);
    struct unit_definition units[UNITS_A_SET];
    struct uuid ids[UNITS_A_SET];
    size_t count = json_array_size(set) < UNITS_A_SET ? json_array_size(set) : UNITS_A_SET;
    for (size_t i = 0; i < count; i++) {
        const json_t *unit = json_array_get(set, i);
        units[i] = (struct unit_definition){json_get_cstr(unit, "code", ""), json_get_cstr(unit, "kind", ""),
                                            json_get_cstr(unit, "name", ""),
                                            json_get_cstr(unit, "name_en", ""), (int)i};
    }
    return unit_save_all(&city->program->work, tenant_id, units, count, ids, error);
}

static enum status load_agencies(struct city *city, struct error *error)
{
    const json_t *list = json_get_array(city->json, "agencies");
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(list); i++) {
        const json_t *agency = json_array_get(list, i);
        struct arena_mark mark = arena_mark(city->program->arena);
        struct tenant_definition definition = {
            .slug = json_get_cstr(agency, "slug", ""),
            .kind = json_get_cstr(agency, "kind", ""),
            .code = json_get_cstr(agency, "code", ""),
            .name = json_get_cstr(agency, "name", ""),
            .short_name = json_get_cstr(agency, "short_name", ""),
            .name_en = json_get_cstr(agency, "name_en", ""),
            .place_name = json_get_cstr(agency, "place_name", "Hà Nội"),
            .agency_identifier = json_get_cstr(agency, "agency_identifier", ""),
            .agency_identifier_is_sample = json_get_bool(agency, "sample_identifier", true),
            .address = json_get_cstr(agency, "address", ""),
            .phone = json_get_cstr(agency, "phone", ""),
            .email = json_get_cstr(agency, "email", ""),
            .calendar_code = json_get_cstr(agency, "calendar", "default"),
            .parent_slug = json_get_cstr(agency, "parent", NULL),
            .sort_order = (int)i,
        };
        struct uuid id;
        status = tenant_save(&city->program->work, &definition, &id, error);
        if (status == STATUS_OK) status = save_unit_set(city, &id, definition.kind, error);
        if (status == STATUS_OK) arena_rewind(city->program->arena, mark);
    }
    return status == STATUS_OK ? reference_refresh(&city->program->work, true, error) : status;
}

static enum status find_unit(struct city *city, const struct tenant *tenant, const char *code,
                             struct uuid *id, struct error *error)
{
    json_auto units = NULL;
    enum status status = unit_list(&city->program->work, &tenant->id, &units, error);
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(units); i++) {
        const json_t *unit = json_array_get(units, i);
        if (strcmp(json_get_cstr(unit, "code", ""), code) == 0) {
            *id = uuid_from(json_get_str(unit, "id"));
            return STATUS_OK;
        }
    }
    if (status != STATUS_OK) return status;
    return error_set(error, city->program->arena, STATUS_NOT_FOUND, "demo.unit", NULL, "%s has no unit %s",
                     tenant->slug, code);
}

static const struct tenant *find_agency(const struct city *city, const char *slug)
{
    return tenant_by_slug(reference_tenants(city->program->domain.reference), str_of(slug));
}

/* --- Procedures */

static enum status load_catalogue(struct city *city, struct error *error)
{
    struct str text;
    const char *path = arena_printf(city->program->arena, "%s/catalogue.json", city->samples);
    enum status status = file_read(city->program->arena, path, SAMPLE_BYTES, &text);
    if (status != STATUS_OK)
        return error_set(error, city->program->arena, status, "demo.file", NULL, "cannot read %s", path);
    struct procedure_import result;
    status = procedure_import(&city->program->work, text, &result, error);
    if (status != STATUS_OK && result.refused_count > 0)
        return error_set(error, city->program->arena, status, "demo.catalogue", NULL, "%s, line %zu: %s",
                         path, result.refused[0].line, result.refused[0].reason);
    return status;
}

static enum status load_packages(struct city *city, struct error *error)
{
    const char *folder = arena_printf(city->program->arena, "%s/procedures", city->samples);
    DIR *directory = opendir(folder);
    enum status status = STATUS_OK;
    if (directory == NULL)
        return error_set(error, city->program->arena, STATUS_NOT_FOUND, "demo.procedures", NULL,
                         "cannot read %s", folder);
    for (struct dirent *entry = readdir(directory); entry != NULL && status == STATUS_OK;
         entry = readdir(directory)) {
        const char *code;
        bool published;
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            status = package_publish(city->program,
                                     arena_printf(city->program->arena, "%s/%s", folder, entry->d_name),
                                     &code, &published, error);
    }
    closedir(directory);
    return status;
}

static enum status load_offerings(struct city *city, struct error *error)
{
    struct work *work = &city->program->work;
    const json_t *list = json_get_array(city->json, "offerings");
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(list); i++) {
        const json_t *offering = json_array_get(list, i);
        const json_t *agencies = json_get_array(offering, "agencies");
        struct procedure_row procedure;
        status = procedure_find(work, json_get_str(offering, "procedure"), &procedure, error);
        for (size_t k = 0; status == STATUS_OK && k < json_array_size(agencies); k++) {
            const struct tenant *tenant = find_agency(city, json_string_value(json_array_get(agencies, k)));
            struct uuid unit;
            if (tenant == NULL)
                return error_set(error, city->program->arena, STATUS_NOT_FOUND, "demo.agency", NULL,
                                 "offering %zu names an unknown agency", i + 1);
            status = find_unit(city, tenant, json_get_cstr(offering, "unit", ""), &unit, error);
            if (status == STATUS_OK)
                status = offering_save(work, &tenant->id, &procedure.id, &unit, true, error);
        }
    }
    return status;
}

/* --- People */

static enum status save_profile(struct city *city, const struct uuid *account_id, const json_t *person,
                                struct error *error)
{
    struct actor actor = city->program->system;
    struct work work = city->program->work;
    actor.kind = ACTOR_CITIZEN;
    actor.account_id = *account_id;
    work.actor = &actor;
    struct profile profile = {
        .full_name = json_get_cstr(person, "full_name", ""),
        .email = json_get_cstr(person, "email", ""),
        .phone = json_get_cstr(person, "phone", ""),
        .birth_date = json_get_cstr(person, "birth_date", ""),
        .personal_id = json_get_cstr(person, "personal_id", ""),
        .address = json_get_cstr(person, "address", ""),
        .language = "vi",
    };
    return profile_save(&work, &profile, error);
}

static enum status grant(struct city *city, const struct uuid *account_id, const json_t *membership,
                         struct error *error)
{
    const struct tenant *tenant = find_agency(city, json_get_cstr(membership, "agency", ""));
    if (tenant == NULL)
        return error_set(error, city->program->arena, STATUS_NOT_FOUND, "demo.agency", NULL,
                         "a membership names an unknown agency");
    const json_t *names = json_get_array(membership, "roles");
    unsigned roles = 0;
    for (size_t i = 0; i < json_array_size(names); i++)
        roles |= role_parse(json_str_value(json_array_get(names, i)));
    struct uuid unit;
    enum status status = find_unit(city, tenant, json_get_cstr(membership, "unit", ""), &unit, error);
    if (status == STATUS_OK)
        status = membership_grant(&city->program->work, &tenant->id, account_id, &unit, roles,
                                  json_get_cstr(membership, "title", ""), error);
    return status;
}

static enum status load_person(struct city *city, const json_t *person, struct error *error)
{
    struct work *work = &city->program->work;
    struct registration registration = {
        .full_name = json_get_str(person, "full_name"),
        .email = json_get_str(person, "email"),
        .phone = json_get_str(person, "phone"),
        .password = json_get_str(city->json, "password"),
        .language = json_get_cstr(person, "language", "vi"),
    };
    struct uuid id;
    enum status status = account_find(work, registration.email, &id, error);
    if (status == STATUS_NOT_FOUND) status = account_create(work, &registration, &id, error);
    const json_t *memberships = json_get_array(person, "memberships");
    if (status == STATUS_OK && json_array_size(memberships) == 0)
        status = save_profile(city, &id, person, error);
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(memberships); i++)
        status = grant(city, &id, json_array_get(memberships, i), error);
    if (status != STATUS_OK)
        return error_set(error, city->program->arena, status, "demo.person", NULL, "%s: %s",
                         json_get_cstr(person, "email", ""),
                         error->detail != NULL ? error->detail : error->code);
    return status;
}

static enum status load_people(struct city *city, struct error *error)
{
    const json_t *people = json_get_array(city->json, "people");
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(people); i++)
        status = load_person(city, json_array_get(people, i), error);
    return status;
}

enum status demo_load(struct program *program, struct error *error)
{
    struct city city = {.program = program,
                        .samples = arena_printf(program->arena, "%s/samples", program->options.share)};
    enum status status = package_read_json(
        program->arena, arena_printf(program->arena, "%s/city.json", city.samples), &city.json, error);
    enum status (*const parts[])(struct city *, struct error *) = {
        load_calendars, load_units, load_agencies, load_catalogue, load_packages, load_offerings, load_people,
    };
    for (size_t i = 0; status == STATUS_OK && i < sizeof parts / sizeof parts[0]; i++)
        status = parts[i](&city, error);
    json_decref(city.json);
    return status;
}

enum status demo_load_when_empty(struct program *program, struct error *error)
{
    if (reference_tenants(program->domain.reference)->count > 0) return STATUS_OK;
    printf("Loading the sample city (once)...\n");
    fflush(stdout);
    return demo_load(program, error);
}

void demo_print_accounts(FILE *out, const char *share)
{
    ARENA_AUTO arena = arena_create((size_t)256 * 1024 * 1024);
    json_auto city = NULL;
    struct error error;
    if (package_read_json(arena, arena_printf(arena, "%s/samples/city.json", share), &city, &error) !=
        STATUS_OK)
        return;
    fprintf(out, "\nSample accounts, all with the password %s\n", json_get_cstr(city, "password", ""));
    const json_t *people = json_get_array(city, "people");
    for (size_t i = 0; i < json_array_size(people); i++) {
        const json_t *person = json_array_get(people, i);
        const json_t *membership = json_array_get(json_get_array(person, "memberships"), 0);
        const char *agency = json_get_cstr(membership, "agency", "");
        bool shown = membership == NULL || strcmp(agency, "cau-giay") == 0 ||
                     strcmp(agency, "dich-vong-cau-giay") == 0 || strcmp(agency, "ha-noi") == 0;
        if (shown)
            fprintf(out, "  %-44s %s%s%s\n", json_get_cstr(person, "email", ""),
                    json_get_cstr(person, "full_name", ""), membership == NULL ? " (citizen)" : ", ",
                    json_get_cstr(membership, "title", ""));
    }
}

static const struct argp_child children[] = {{&program_argp, 0, NULL, 0}, {0}};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    (void)value;
    if (key == ARGP_KEY_INIT) state->child_inputs[0] = state->input;
    return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {NULL,
                                     parse_option,
                                     NULL,
                                     "Load the sample city: the real agencies and administrative units of Hà "
                                     "Nội in 2017, a catalogue, four complete procedures, and "
                                     "sample accounts. May be repeated.",
                                     children,
                                     NULL,
                                     NULL};
    struct program_options options = {0};
    struct program program;
    struct error error = {0};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    if (program_open(&program, &options) != STATUS_OK) return 1;
    enum status status = demo_load(&program, &error);
    int result = status == STATUS_OK ? 0 : program_report("demo", &error);
    if (status == STATUS_OK) demo_print_accounts(stdout, program.options.share);
    program_close(&program);
    return result;
}

const struct command command_demo = {"demo", "load the sample city", run};
