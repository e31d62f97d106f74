/*
 * A small part of the sample city for tests of the domain: a few agencies with their units, calendars, the
 * four complete procedures, and people made as they are needed. Include after cmocka.h. The clock of a test
 * is `now`, which it moves.
 */
#ifndef MOTCUA_TESTS_CITY_H
#define MOTCUA_TESTS_CITY_H

#include <dirent.h>
#include <ftw.h>
#include <pthread.h>
#include <unistd.h>

#include "app/papers.c" /* the print templates; the program itself is not linked */
#include "database.h"
#include "motcua/calendar/civil.h"
#include "motcua/codec/json.h"
#include "motcua/crypto/password.h"
#include "motcua/crypto/secret.h"
#include "motcua/domain/audit.h"
#include "motcua/domain/document.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/keys.h"
#include "motcua/domain/outbox.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/tenant.h"
#include "motcua/print/print.h"

enum { CITY_BYTES = 1024 * 1024 * 1024, CITY_FILE = 8 * 1024 * 1024, CITY_UNITS = 40 };

static struct arena *city_arena;
static struct domain city_domain;
static struct db_settings city_database;
static char city_folder[64];
static instant now;
static int city_people;

struct hand { /* somebody who acts, with a connection of his own */
    struct actor actor;
    struct db_connection *db;
    struct work work;
    struct error error;
};

#define assert_ok(hand, call)             city_expect((hand), (call), STATUS_OK, __FILE__, __LINE__)
#define assert_status(hand, call, wanted) city_expect((hand), (call), (wanted), __FILE__, __LINE__)

static inline void city_expect(const struct hand *hand, enum status status, enum status wanted,
                               const char *file, int line)
{
    if (status == wanted) return;
    const struct error *error = &hand->error;
    print_error("%s instead of %s: %s %s\n", status_name(status), status_name(wanted),
                error->code == NULL ? "" : error->code, error->detail == NULL ? "" : error->detail);
    _fail(file, line);
}

static inline instant at(const char *text)
{
    instant moment = 0;
    if (civil_parse_instant(str_of(text), &moment) != STATUS_OK) fail_msg("no moment: %s", text);
    return moment;
}

/* The hand's work at this moment of the test. */
static inline struct work *of(struct hand *hand)
{
    hand->work = (struct work){&city_domain, hand->db, city_arena, &hand->actor, now};
    hand->error = (struct error){0};
    return &hand->work;
}

static inline struct hand *city_hand(enum actor_kind kind, const char *name)
{
    struct hand *hand = arena_zalloc(city_arena, sizeof *hand);
    hand->actor =
        (struct actor){.kind = kind, .name = name, .title = "", .unit_name = "", .address = "192.0.2.7"};
    hand->db = db_connection_create(&city_database);
    return hand;
}

static inline void hand_drop(struct hand *hand)
{
    db_connection_destroy(hand->db);
}

static inline struct str city_text(const char *path)
{
    struct str text;
    const char *full = arena_printf(city_arena, "%s/%s", MOTCUA_SOURCE_DIR, path);
    if (file_read(city_arena, full, CITY_FILE, &text) != STATUS_OK) fail_msg("cannot read %s", path);
    return text;
}

static inline json_t *city_json(const char *path)
{
    json_t *json = NULL;
    struct error error;
    if (json_parse(city_arena, city_text(path), CITY_FILE, 0, &json, &error) != STATUS_OK)
        fail_msg("cannot read %s", path);
    return json;
}

static inline void city_load_calendars(struct hand *system)
{
    json_auto texts = json_array();
    json_auto agencies = json_incref(json_null());
    DIR *directory = opendir(MOTCUA_SOURCE_DIR "/samples/calendars");
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (!str_ends_with(str_of(entry->d_name), STR(".json"))) continue;
        json_t *text = city_json(arena_printf(city_arena, "samples/calendars/%s", entry->d_name));
        if (json_get_array(text, "agencies") != NULL) {
            json_decref(agencies);
            agencies = json_incref(json_object_get(text, "agencies"));
        }
        json_array_append_new(texts, text);
    }
    closedir(directory);
    for (size_t i = 0; i < json_array_size(agencies); i++) {
        const json_t *agency = json_array_get(agencies, i);
        int revision;
        assert_ok(system,
                  calendar_publish(of(system), json_get_cstr(agency, "id", ""),
                                   json_get_cstr(agency, "name", ""), "", texts, &revision, &system->error));
    }
}

static inline void city_load_agency(struct hand *system, const json_t *city, const json_t *agency, int order)
{
    struct tenant_definition definition = {
        .slug = json_get_cstr(agency, "slug", ""),
        .kind = json_get_cstr(agency, "kind", ""),
        .code = json_get_cstr(agency, "code", ""),
        .name = json_get_cstr(agency, "name", ""),
        .short_name = json_get_cstr(agency, "short_name", ""),
        .name_en = json_get_cstr(agency, "name_en", ""),
        .place_name = json_get_cstr(agency, "place_name", "Hà Nội"),
        .agency_identifier = json_get_cstr(agency, "agency_identifier", ""),
        .agency_identifier_is_sample = true,
        .address = "",
        .phone = "",
        .email = "",
        .calendar_code = json_get_cstr(agency, "calendar", "default"),
        .parent_slug = json_get_cstr(agency, "parent", NULL),
        .sort_order = order,
    };
    struct uuid id, ids[CITY_UNITS];
    struct unit_definition units[CITY_UNITS];
    assert_ok(system, tenant_save(of(system), &definition, &id, &system->error));
    const json_t *set = json_get_array(json_get_object(city, "unit_sets"), definition.kind);
    size_t count = json_array_size(set);
    for (size_t i = 0; i < count; i++) {
        const json_t *unit = json_array_get(set, i);
        units[i] = (struct unit_definition){json_get_cstr(unit, "code", ""), json_get_cstr(unit, "kind", ""),
                                            json_get_cstr(unit, "name", ""), "", (int)i};
    }
    assert_ok(system, unit_save_all(of(system), &id, units, count, ids, &system->error));
}

static inline void city_load_units(struct hand *system, const json_t *city)
{
    const json_t *list = json_get_array(city, "units");
    size_t count = json_array_size(list);
    struct administrative_unit *units = arena_array(city_arena, count, sizeof *units);
    for (size_t i = 0; i < count; i++) {
        const json_t *unit = json_array_get(list, i);
        units[i] =
            (struct administrative_unit){json_get_cstr(unit, "code", ""), json_get_cstr(unit, "kind", ""),
                                         json_get_cstr(unit, "parent", ""), json_get_cstr(unit, "name", ""),
                                         json_get_cstr(unit, "full_name", "")};
    }
    assert_ok(system, administrative_unit_add(of(system), units, count, &system->error));
}

static inline const struct tenant *agency(const char *slug)
{
    const struct tenant *tenant = tenant_by_slug(reference_tenants(city_domain.reference), str_of(slug));
    if (tenant == NULL) fail_msg("no agency %s", slug);
    return tenant;
}

static inline struct uuid unit_of(struct hand *hand, const char *slug, const char *code)
{
    json_auto units = NULL;
    assert_ok(hand, unit_list(of(hand), &agency(slug)->id, &units, &hand->error));
    for (size_t i = 0; i < json_array_size(units); i++)
        if (strcmp(json_get_cstr(json_array_get(units, i), "code", ""), code) == 0)
            return uuid_from(json_get_str(json_array_get(units, i), "id"));
    fail_msg("%s has no unit %s", slug, code);
    return (struct uuid){""};
}

/* The sample procedure, with this workflow instead of its own. */
static inline enum status city_publish_with(struct hand *system, const char *code, struct str workflow)
{
    const char *folder = arena_printf(city_arena, "samples/procedures/%s", code);
    json_auto description = city_json(arena_printf(city_arena, "%s/procedure.json", folder));
    json_auto form = city_json(arena_printf(city_arena, "%s/form.json", folder));
    struct procedure_package package = {
        .code = code, .description = description, .form = form, .workflow = workflow};
    struct uuid id;
    bool published;
    package.result_template = city_text(arena_printf(city_arena, "%s/result.xml", folder));
    return procedure_publish(of(system), &package, &published, &id, &system->error);
}

static inline void city_publish(struct hand *system, const char *code, const char *slug, const char *unit)
{
    struct procedure_row row;
    const char *workflow = arena_printf(city_arena, "samples/procedures/%s/workflow.bpmn", code);
    assert_ok(system, city_publish_with(system, code, city_text(workflow)));
    assert_ok(system, procedure_find(of(system), str_of(code), &row, &system->error));
    struct uuid unit_id = unit_of(system, slug, unit);
    assert_ok(system, offering_save(of(system), &agency(slug)->id, &row.id, &unit_id, true, &system->error));
}

static inline struct hand *city_open(const char *database)
{
    assert_int_equal(crypto_start(), STATUS_OK);
    city_arena = arena_create(CITY_BYTES);
    city_database = (struct db_settings){.url = database_create_migrated(city_arena, database),
                                         .role = DB_APPLICATION_ROLE};
    snprintf(city_folder, sizeof city_folder, "/tmp/motcua-test-city-XXXXXX");
    assert_non_null(mkdtemp(city_folder));
    struct error error = {0};
    identity_use_cost(&password_cost_test);
    city_domain = (struct domain){.reference = reference_create(),
                                  .data_folder = city_folder,
                                  .site_name = "Một Cửa",
                                  .hotline = "",
                                  .base_url = "http://localhost"};
    if (papers_load(city_arena, MOTCUA_SOURCE_DIR "/templates", &city_domain.papers, &error) != STATUS_OK)
        fail_msg("print templates: %s", error.detail);
    now = at("2017-02-14T09:00:00+07:00"); /* a Tuesday */
    struct hand *system = city_hand(ACTOR_SYSTEM, "Hệ thống");
    system->actor.address = "";
    assert_ok(system, key_ring_open(of(system), arena_printf(city_arena, "%s/master.key", city_folder),
                                    &city_domain.keys, &system->error));
    json_auto city = city_json("samples/city.json");
    city_load_calendars(system);
    city_load_units(system, city);
    static const char *const wanted[] = {"ha-noi", "so-quy-hoach-kien-truc", "cau-giay",
                                         "dich-vong-cau-giay"};
    const json_t *agencies = json_get_array(city, "agencies");
    for (size_t i = 0; i < json_array_size(agencies); i++) {
        const json_t *one = json_array_get(agencies, i);
        bool asked = strcmp(json_get_cstr(one, "code", ""), "00169") == 0; /* the ward that 1.004873 asks */
        for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++)
            asked |= strcmp(json_get_cstr(one, "slug", ""), wanted[k]) == 0;
        if (asked) city_load_agency(system, city, one, (int)i);
    }
    assert_ok(system, reference_refresh(of(system), true, &system->error));
    struct procedure_import imported;
    struct str catalogue = city_text("samples/catalogue.json");
    assert_ok(system, procedure_import(of(system), catalogue, &imported, &system->error));
    city_publish(system, "2.000635", "dich-vong-cau-giay", "tu-phap-ho-tich");
    city_publish(system, "1.004873", "dich-vong-cau-giay", "tu-phap-ho-tich");
    city_publish(system, "1.001612", "cau-giay", "tai-chinh-ke-hoach");
    city_publish(system, "1.013225", "cau-giay", "quan-ly-do-thi");
    return system;
}

static inline int city_remove(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void city_close(struct hand *robot, const char *database)
{
    hand_drop(robot);
    document_thread_end();
    print_finish();
    reference_destroy(city_domain.reference);
    key_ring_destroy(city_domain.keys);
    database_drop(city_arena, database);
    arena_destroy(city_arena);
    if (nftw(city_folder, city_remove, 16, FTW_DEPTH | FTW_PHYS) != 0)
        print_error("%s is left\n", city_folder);
}

/* --- People */

static inline struct hand *citizen_named(const char *name)
{
    struct hand *hand = city_hand(ACTOR_CITIZEN, name);
    struct registration registration = {
        .full_name = str_of(name),
        .email = str_of(arena_printf(city_arena, "nguoi-%d@example.com", ++city_people)),
        .password = STR("mot cau de nho"),
        .language = "vi",
    };
    assert_ok(hand, account_create(of(hand), &registration, &hand->actor.account_id, &hand->error));
    return hand;
}

static inline struct hand *official_named(const char *name, const char *slug, const char *unit,
                                          unsigned roles)
{
    struct hand *hand = citizen_named(name);
    struct uuid unit_id = unit_of(hand, slug, unit);
    assert_ok(hand, membership_grant(of(hand), &agency(slug)->id, &hand->actor.account_id, &unit_id, roles,
                                     "Cán bộ", &hand->error));
    hand->actor.kind = ACTOR_OFFICIAL;
    hand->actor.tenant_id = agency(slug)->id;
    hand->actor.unit_id = unit_id;
    hand->actor.roles = roles;
    hand->actor.title = "Cán bộ";
    hand->actor.unit_name = unit;
    return hand;
}

enum { EVERY_ROLE = (1 << ROLE_COUNT) - 1 };

/* --- Dossiers */

static inline struct uuid draft_of(struct hand *citizen, const char *code, const char *slug)
{
    json_auto vector = city_json(arena_printf(city_arena, "tests/vectors/procedures/%s.json", code));
    struct procedure_row row;
    struct uuid draft;
    assert_ok(citizen, procedure_find(of(citizen), str_of(code), &row, &citizen->error));
    assert_ok(citizen, draft_create(of(citizen), &agency(slug)->id, &row.id, &row.version_id,
                                    json_object_get(vector, "answers"), &draft, &citizen->error));
    return draft;
}

static inline enum status attach(struct hand *citizen, const char *slug, const struct uuid *id,
                                 const char *kind, const char *paper, struct uuid *document)
{
    static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    struct document_spool *spool;
    assert_int_equal(document_spool_open(city_folder, &spool), STATUS_OK);
    assert_int_equal(document_spool_write(spool, str_make(pdf, sizeof pdf - 1)), STATUS_OK);
    assert_int_equal(document_spool_close(spool), STATUS_OK);
    *document = (struct uuid){""};
    struct document_claim claim = {.kind = kind, .paper_key = str_of(paper), .file_name = STR("giay to.pdf")};
    enum status status =
        document_attach(of(citizen), spool, &agency(slug)->id, id, &claim, document, &citizen->error);
    document_spool_destroy(spool);
    return status;
}

/* A draft with the vector's answers and every paper, ready to be sent. */
static inline struct uuid ready_draft(struct hand *citizen, const char *code, const char *slug)
{
    struct uuid draft = draft_of(citizen, code, slug), document;
    struct procedure_row row;
    const struct procedure_version *version;
    assert_ok(citizen, procedure_find(of(citizen), str_of(code), &row, &citizen->error));
    assert_ok(citizen, reference_procedure_version(of(citizen), &row.version_id, &version, &citizen->error));
    for (size_t i = 0; i < version->paper_count; i++)
        if (version->papers[i].upload)
            assert_ok(citizen, attach(citizen, slug, &draft, "paper", version->papers[i].key, &document));
    return draft;
}

static inline struct uuid submitted(struct hand *citizen, const char *code, const char *slug)
{
    struct uuid draft = ready_draft(citizen, code, slug);
    struct submission submission;
    assert_ok(citizen, dossier_submit(of(citizen), &draft, "counter", &submission, &citizen->error));
    assert_false(submission.repeated);
    return submission.dossier_id;
}

static inline void look(struct hand *hand, const char *slug, const struct uuid *id, struct dossier_file *file)
{
    dossier_file_release(file);
    *file = (struct dossier_file){0};
    assert_ok(hand, dossier_load(of(hand), &agency(slug)->id, id, file, &hand->error));
}

/* The open task at this element; NULL: none. */
static inline const struct task *task_at(const struct dossier_file *file, const char *element)
{
    for (size_t i = 0; i < file->task_count; i++)
        if (strcmp(file->tasks[i].state, "open") == 0 && strcmp(file->tasks[i].element_id, element) == 0)
            return &file->tasks[i];
    return NULL;
}

/* Decides the open task at `element` of the dossier. */
static inline enum status decide(struct hand *official, const char *slug, const struct uuid *id,
                                 const char *element, const char *outcome)
{
    DOSSIER_FILE_AUTO file = {0};
    look(official, slug, id, &file);
    const struct task *task = task_at(&file, element);
    if (task == NULL) fail_msg("%s is not open at %s", file.dossier.code, element);
    const struct supplement_item item = {STR("giay_to_tuy_than"), STR("Giấy tờ tùy thân"), STR("Ảnh bị mờ")};
    struct decision decision = {.task_id = task->id,
                                .task_revision = task->revision,
                                .outcome = str_of(outcome),
                                .note = STR("Theo quy định"),
                                .items = &item,
                                .item_count = strcmp(outcome, "supplement") == 0};
    return task_complete(of(official), &decision, &official->error);
}

#define assert_decided(official, slug, id, element, outcome)                                                 \
    assert_ok((official), decide((official), (slug), (id), (element), (outcome)))

#endif
