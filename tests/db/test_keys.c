/* Keys are renewed while others work: nothing becomes unreadable, whoever is killed when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define DATABASE "motcua_test_keys"
#include "dossiers.h"
#include "motcua/crypto/filecrypt.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/key_rotation.h"
#include "motcua/domain/resumable.h"

#define OWNER "motcua_test_keys_owner"

enum { MANY = 130, KILLS = 12 };

static const char *key_file, *next_file;
static struct db_settings owner_database;

/* An owner who is no superuser, as of a server of one's own: row-level security holds for it. */
static int prepare_owner(void **state)
{
    prepare(state);
    key_file = arena_printf(city_arena, "%s/master.key", city_folder);
    next_file = arena_printf(city_arena, "%s.next", key_file);
    database_execute(
        city_database.url,
        "DROP ROLE IF EXISTS " OWNER "; CREATE ROLE " OWNER " NOLOGIN NOSUPERUSER;"
        "GRANT motcua_app, motcua_lookup TO " OWNER ";"
        "ALTER TABLE tenant_key OWNER TO " OWNER "; ALTER TABLE master_key_mark OWNER TO " OWNER ";"
        "ALTER TABLE installation_key OWNER TO " OWNER "; ALTER TABLE document OWNER TO " OWNER ";"
        "ALTER TABLE resumable_upload OWNER TO " OWNER "; ALTER TABLE reference_version OWNER TO " OWNER ";");
    owner_database = city_database;
    owner_database.role = OWNER;
    return 0;
}

static int finish_owner(void **state)
{
    const char *url = database_url();
    int result = finish(state);
    database_execute(url, "DROP ROLE " OWNER);
    return result;
}

/* A process of its own: what it knows of keys and agencies is its own. */
struct process {
    struct domain domain;
    struct hand hand;
    struct work work;
};

static struct process *process_start(const struct db_settings *settings)
{
    struct process *process = arena_zalloc(city_arena, sizeof *process);
    process->domain = city_domain;
    process->domain.reference = reference_create();
    process->hand.actor = robot->actor;
    process->hand.db = db_connection_create(settings);
    process->work = (struct work){&process->domain, process->hand.db, city_arena, &process->hand.actor, now};
    assert_ok(&process->hand,
              key_ring_open(&process->work, key_file, &process->domain.keys, &process->hand.error));
    return process;
}

static void process_end(struct process *process)
{
    db_connection_destroy(process->hand.db);
    reference_destroy(process->domain.reference);
    key_ring_destroy(process->domain.keys);
}

/* Looks whether something has changed, as every request does every few seconds. */
static enum status notice(struct process *process)
{
    return reference_refresh(&process->work, true, &process->hand.error);
}

/* The version of what this process writes now. */
static int version_of(struct process *process, const char *slug)
{
    SECRET_KEY_AUTO key;
    int version;
    assert_ok(&process->hand,
              key_ring_tenant(&process->work, &agency(slug)->id, 0, &key, &version, &process->hand.error));
    return version;
}

static bool opens(struct process *process, const char *slug, const struct uuid *id)
{
    struct document document;
    struct filecrypt_reader *reader = NULL;
    struct arena_mark mark = arena_mark(city_arena);
    char head[4];
    size_t length = 0;
    int file = -1;
    bool good =
        document_find(&process->work, &agency(slug)->id, id, &document, &process->hand.error) == STATUS_OK &&
        document_open(&process->work, &agency(slug)->id, &document, &reader, &file, &process->hand.error) ==
            STATUS_OK &&
        filecrypt_read(reader, 0, head, sizeof head, &length) == STATUS_OK && length == sizeof head &&
        memcmp(head, "%PDF", 4) == 0;
    filecrypt_reader_close(reader);
    if (file >= 0) close(file);
    arena_rewind(city_arena, mark);
    return good;
}

/* Every document of the ward, with what a process that starts now knows. */
static void assert_all_open(size_t wanted)
{
    struct process *fresh = process_start(&city_database);
    const char *list = ask("SELECT string_agg(d.id::text, ' ') FROM document d JOIN tenant t ON t.id = "
                           "d.tenant_id WHERE d.removed_at IS NULL AND t.slug = '" WARD "'");
    struct str word, rest = str_of(list);
    size_t count = 0;
    for (bool more = true; more; count++) {
        struct str all = rest;
        more = str_split(all, ' ', &word, &rest);
        struct uuid id = uuid_from(more ? word : all);
        if (!opens(fresh, WARD, &id)) fail_msg("document %s does not open", id.text);
    }
    assert_true(count >= wanted);
    process_end(fresh);
}

static void assert_trail_fits(void)
{
    struct process *fresh = process_start(&city_database);
    struct audit_report report;
    assert_ok(&fresh->hand, audit_verify(&fresh->work, &agency(WARD)->id, &report, &fresh->hand.error));
    assert_true(report.dossiers > 0);
    assert_int_equal(report.finding_count, 0);
    process_end(fresh);
}

static struct secret_key purpose_now(const char *purpose)
{
    struct process *fresh = process_start(&city_database);
    struct secret_key key;
    key_ring_derive(fresh->domain.keys, purpose, &key);
    process_end(fresh);
    return key;
}

static int rotate(struct process *owner)
{
    int version;
    assert_ok(&owner->hand, key_rotate_tenant(&owner->work, &agency(WARD)->id, &version, &owner->hand.error));
    return version;
}

static int64_t rewrap(struct process *owner)
{
    struct key_rewrap result = {0};
    assert_ok(&owner->hand,
              key_rewrap(&owner->work, &agency(WARD)->id, NULL, NULL, &result, &owner->hand.error));
    assert_int_equal(result.damaged, 0);
    return result.done;
}

static int64_t retire(struct process *owner)
{
    int64_t retired;
    assert_ok(&owner->hand, key_retire(&owner->work, &agency(WARD)->id, &retired, &owner->hand.error));
    return retired;
}

static struct master_rotation rotate_master(struct process *owner)
{
    struct master_rotation result;
    assert_ok(&owner->hand, key_rotate_master(&owner->work, &result, &owner->hand.error));
    return result;
}

static const char *versions_in_use(void)
{
    return ask("SELECT string_agg(DISTINCT d.key_version::text, ' ') FROM document d JOIN tenant t ON t.id = "
               "d.tenant_id WHERE t.slug = '" WARD "'");
}

static void assert_mode_0600(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void a_new_version_seals_what_comes_and_another_process_notices_it(void **state)
{
    (void)state;
    struct uuid dossier = submitted(lan, "2.000635", WARD), before, after;
    struct uuid draft = draft_of(lan, "2.000635", WARD);
    assert_decided(ward, WARD, &dossier, "tiep_nhan", "receive");
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &before));
    struct process *other = process_start(&city_database), *owner = process_start(&owner_database);
    const char *secret, *again;
    assert_ok(robot, dossier_tracking_secret(of(robot), &agency(WARD)->id, &dossier, &secret, &robot->error));
    assert_int_equal(version_of(other, WARD), 1);
    assert_int_equal(rotate(owner), 2);
    assert_int_equal(version_of(other, WARD), 1); /* it has not looked yet */
    assert_ok(&other->hand, notice(other));
    assert_int_equal(version_of(other, WARD), 2);
    assert_ok(robot, reference_refresh(of(robot), true, &robot->error));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &after));
    assert_asked(with_id("SELECT key_version FROM document WHERE id = ", &after, ""), "2");
    assert_true(opens(other, WARD, &before) && opens(other, WARD, &after));
    assert_ok(robot, dossier_tracking_secret(of(robot), &agency(WARD)->id, &dossier, &again, &robot->error));
    assert_string_equal(again, secret);
    assert_trail_fits();
    process_end(other);
    process_end(owner);
}

static void an_agency_without_a_key_has_nothing_to_renew(void **state)
{
    (void)state;
    struct process *owner = process_start(&owner_database);
    int version;
    struct key_rewrap result = {0};
    assert_ok(&owner->hand,
              key_rotate_tenant(&owner->work, &agency("ha-noi")->id, &version, &owner->hand.error));
    assert_int_equal(version, 0);
    assert_ok(&owner->hand,
              key_rewrap(&owner->work, &agency("ha-noi")->id, NULL, NULL, &result, &owner->hand.error));
    assert_int_equal(result.done, 0);
    process_end(owner);
}

/* Runs it in a process that is killed after so many microseconds; true: it had ended before. */
static bool killed_after(void (*function)(void), unsigned microseconds)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        function();
        _exit(0);
    }
    usleep(microseconds);
    kill(child, SIGKILL);
    int state;
    assert_int_equal(waitpid(child, &state, 0), child);
    if (WIFEXITED(state)) assert_int_equal(WEXITSTATUS(state), 0);
    return WIFEXITED(state);
}

static void rewrap_in_child(void)
{
    struct key_rewrap result = {0};
    struct process *owner = process_start(&owner_database);
    if (key_rewrap(&owner->work, &agency(WARD)->id, NULL, NULL, &result, &owner->hand.error) != STATUS_OK)
        _exit(1);
}

static void rewrapping_is_killed_and_goes_on_until_the_old_version_can_go(void **state)
{
    (void)state;
    struct uuid draft = {""}, document;
    for (int i = 0; i < MANY; i++) {
        if (i % 90 == 0) draft = draft_of(lan, "2.000635", WARD);
        assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &document));
    }
    struct resumable upload = {.dossier_id = draft,
                               .kind = "paper",
                               .paper_key = "giay_to_tuy_than",
                               .file_name = "a.pdf",
                               .metadata = "",
                               .length = 1000};
    assert_ok(lan, resumable_create(of(lan), &agency(WARD)->id, &upload, &lan->error));
    struct process *owner = process_start(&owner_database);
    assert_int_equal(rotate(owner), 3);
    bool ended = false;
    for (unsigned i = 1; i < 40 && !ended; i++)
        ended = killed_after(rewrap_in_child, 20000 + i * 3000);
    (void)rewrap(owner);
    assert_string_equal(versions_in_use(), "3");
    assert_int_equal(rewrap(owner), 0);
    assert_all_open(MANY);
    struct resumable found;
    struct resumable_writer *writer;
    assert_ok(lan, resumable_find(of(lan), &agency(WARD)->id, &draft, &upload.id, &found, &lan->error));
    assert_int_equal(found.key_version, 3);
    assert_ok(lan, resumable_open(of(lan), &agency(WARD)->id, &found, &writer, &lan->error));
    assert_int_equal(resumable_write(writer, STR("%PDF")), STATUS_OK);
    resumable_close(writer);
    /* some process may still write by version 2 */
    assert_int_equal(retire(owner), 0);
    database_execute(city_database.url, "UPDATE tenant_key SET created_at = created_at - interval '1 hour'");
    assert_int_equal(retire(owner), 1);
    assert_asked("SELECT string_agg(version::text, ' ' ORDER BY version) FROM tenant_key k JOIN tenant t ON "
                 "t.id = k.tenant_id WHERE t.slug = '" WARD "'",
                 "1 3");
    assert_trail_fits();
    assert_all_open(MANY);
    process_end(owner);
}

/* By a process that did not notice: the version that has gone seals nothing any more, and nothing is lost. */
static void what_is_sealed_by_a_retired_version_is_refused(void **state)
{
    (void)state;
    struct process *owner = process_start(&owner_database);
    struct uuid draft = draft_of(lan, "2.000635", WARD), document;
    assert_ok(robot, reference_refresh(of(robot), true, &robot->error));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &document)); /* by 3, the newest */
    assert_int_equal(rotate(owner), 4);
    (void)rewrap(owner);
    database_execute(city_database.url, "UPDATE tenant_key SET created_at = created_at - interval '1 hour'");
    assert_int_equal(retire(owner), 1);
    assert_status(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &document), STATUS_INVALID);
    assert_ok(robot, reference_refresh(of(robot), true, &robot->error));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &document));
    process_end(owner);
}

static void a_new_master_key_opens_everything_and_the_old_one_nothing(void **state)
{
    (void)state;
    struct process *other = process_start(&city_database), *owner = process_start(&owner_database);
    struct secret_key seal = purpose_now("totpseal"), form = purpose_now("csrfhttp"), now_seal, now_form;
    struct uuid draft = draft_of(lan, "2.000635", WARD), document;
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &document));
    struct master_rotation rotation = rotate_master(owner);
    assert_false(rotation.finished);
    assert_true(rotation.keys >= 2);
    assert_string_equal(rotation.path, key_file);
    assert_mode_0600(key_file);
    assert_mode_0600(rotation.previous);
    assert_int_not_equal(access(next_file, F_OK), 0);
    now_seal = purpose_now("totpseal");
    now_form = purpose_now("csrfhttp");
    assert_memory_equal(&now_seal, &seal, sizeof seal);
    assert_memory_equal(&now_form, &form, sizeof form);
    assert_true(opens(other, WARD, &document)); /* with what it knows */
    assert_ok(&other->hand, notice(other));
    key_ring_derive(other->domain.keys, "totpseal", &now_seal);
    assert_memory_equal(&now_seal, &seal, sizeof seal);
    assert_true(opens(other, WARD, &document));
    assert_all_open(1);
    assert_trail_fits();
    process_end(other);
    process_end(owner);
}

/* The new key's file had not come to its place: it is found beside the old one, and the rotation completed.
 */
static void a_rotation_that_was_cut_short_is_found_and_completed(void **state)
{
    (void)state;
    const char *aside = arena_printf(city_arena, "%s/aside", city_folder);
    struct process *owner = process_start(&owner_database);
    struct master_rotation rotation = rotate_master(owner);
    const char *path, *fingerprint;
    bool unfinished;
    process_end(owner);
    assert_int_equal(rename(key_file, aside), 0);
    assert_int_equal(rename(rotation.previous, key_file), 0);
    struct key_ring *ring = NULL;
    assert_status(robot, key_ring_open(of(robot), key_file, &ring, &robot->error), STATUS_DENIED);
    assert_non_null(strstr(robot->error.detail, "another master key"));
    assert_non_null(strstr(robot->error.detail, rotation.fingerprint));
    assert_null(ring);
    assert_int_equal(rename(aside, next_file), 0);
    assert_all_open(1);
    owner = process_start(&owner_database);
    key_master_describe(&owner->work, &path, &fingerprint, &unfinished);
    assert_true(unfinished);
    struct master_rotation completed = rotate_master(owner);
    assert_true(completed.finished);
    assert_string_equal(completed.fingerprint, rotation.fingerprint);
    assert_string_equal(completed.previous, rotation.previous);
    key_master_describe(&owner->work, &path, &fingerprint, &unfinished);
    assert_false(unfinished);
    assert_int_not_equal(access(next_file, F_OK), 0);
    process_end(owner);
    assert_all_open(1);
}

/* It knows the old master key only, and its file is not there yet, as on another machine. */
static void a_process_without_the_new_master_key_makes_no_key_by_the_old_one(void **state)
{
    (void)state;
    struct process *late = process_start(&city_database), *owner = process_start(&owner_database);
    const char *real = arena_printf(city_arena, "%s/elsewhere", city_folder);
    SECRET_KEY_AUTO key;
    int version;
    int newest = version_of(late, WARD);
    struct master_rotation rotation = rotate_master(owner);
    (void)rotate(owner);
    assert_int_equal(rename(key_file, real), 0);
    assert_int_equal(rename(rotation.previous, key_file), 0);
    assert_ok(&late->hand, notice(late));
    assert_int_equal(version_of(late, WARD), newest); /* what it knows goes on */
    assert_status(&late->hand,
                  key_ring_tenant(&late->work, &agency("ha-noi")->id, 0, &key, &version, &late->hand.error),
                  STATUS_UNAVAILABLE);
    assert_asked("SELECT count(*) FROM tenant_key k JOIN tenant t ON t.id = k.tenant_id WHERE t.slug = "
                 "'ha-noi'",
                 "0");
    assert_int_equal(rename(key_file, rotation.previous), 0);
    assert_int_equal(rename(real, key_file), 0); /* somebody has brought the file */
    assert_ok(&late->hand, notice(late));
    assert_int_equal(version_of(late, WARD), newest + 1);
    assert_int_equal(version_of(late, "ha-noi"), 1);
    /* the first key of an agency between a rotation and the moment at which it is noticed */
    (void)rotate_master(owner);
    assert_int_equal(version_of(late, DEPARTMENT), 1);
    process_end(late);
    process_end(owner);
    struct process *fresh = process_start(&city_database);
    assert_int_equal(version_of(fresh, "ha-noi"), 1);
    assert_int_equal(version_of(fresh, DEPARTMENT), 1);
    process_end(fresh);
}

static void rotate_in_child(void)
{
    struct process *owner = process_start(&owner_database);
    struct master_rotation result;
    if (key_rotate_master(&owner->work, &result, &owner->hand.error) != STATUS_OK) _exit(1);
}

static void a_rotation_killed_at_any_moment_leaves_one_key_that_opens_everything(void **state)
{
    (void)state;
    struct secret_key seal = purpose_now("totpseal");
    int ended = 0;
    for (unsigned i = 0; i < KILLS; i++) {
        ended += killed_after(rotate_in_child, 12000 + i * 3000);
        struct secret_key again = purpose_now("totpseal");
        assert_memory_equal(&again, &seal, sizeof seal);
        struct process *fresh = process_start(&city_database);
        assert_true(version_of(fresh, WARD) > 1);
        process_end(fresh);
    }
    struct process *owner = process_start(&owner_database);
    struct master_rotation rotation = rotate_master(owner);
    if (rotation.finished) rotation = rotate_master(owner);
    assert_false(rotation.finished);
    process_end(owner);
    assert_true(ended < (int)KILLS);
    assert_all_open(1);
    assert_trail_fits();
}

static size_t faulty_papers(void)
{
    struct document_check check = {0};
    assert_ok(robot, document_check_all(of(robot), &agency(WARD)->id, 0, NULL, NULL, &check, &robot->error));
    return (size_t)check.faulty;
}

/* Neither a copy of its bytes nor a renewal of keys brings back what was erased. */
static void keys_are_renewed_over_papers_that_were_erased(void **state)
{
    (void)state;
    const int64_t grace = (int64_t)8 * 86400 * MICROSECONDS;
    struct uuid draft = draft_of(lan, "2.000635", WARD), kept, gone, removed;
    size_t swept = 0;
    now += grace;
    assert_ok(robot, document_sweep_removed(of(robot), 1000, &swept, &robot->error)); /* of other tests */
    swept = 0;
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &kept));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &gone));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &removed));
    assert_ok(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &gone, &lan->error));
    now += grace;
    assert_ok(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &removed, &lan->error));
    assert_ok(robot, document_sweep_removed(of(robot), 10, &swept, &robot->error));
    assert_int_equal(swept, 1);
    assert_asked(with_id("SELECT length(wrapped_key) FROM document WHERE id = ", &gone, ""), "0");
    assert_asked(with_id("SELECT length(wrapped_key) > 0 FROM document WHERE id = ", &removed, ""), "t");
    struct process *owner = process_start(&owner_database);
    const char *version = arena_printf(city_arena, "%d", rotate(owner));
    assert_true(rewrap(owner) >= 2);
    assert_int_equal(rewrap(owner), 0);
    assert_string_equal(versions_in_use(), version); /* none is held back by what is gone */
    (void)rotate_master(owner);
    struct process *fresh = process_start(&city_database);
    assert_true(opens(fresh, WARD, &kept));
    assert_false(opens(fresh, WARD, &gone));
    assert_asked(with_id("SELECT length(wrapped_key) FROM document WHERE id = ", &gone, ""), "0");
    assert_int_equal(faulty_papers(), 0);
    assert_trail_fits();
    process_end(fresh);
    process_end(owner);
}

static void a_key_that_does_not_open_is_named_and_left(void **state)
{
    (void)state;
    struct process *owner = process_start(&owner_database);
    struct key_rewrap result = {0};
    (void)rotate(owner);
    database_execute(
        city_database.url,
        "UPDATE document SET wrapped_key = set_byte(wrapped_key, 30, get_byte(wrapped_key, 30) # 1) "
        "WHERE id = (SELECT min(d.id::text)::uuid FROM document d JOIN tenant t ON t.id = d.tenant_id "
        "WHERE t.slug = '" WARD "')");
    assert_ok(&owner->hand,
              key_rewrap(&owner->work, &agency(WARD)->id, NULL, NULL, &result, &owner->hand.error));
    assert_int_equal(result.damaged, 1);
    assert_true(result.done > 1);
    process_end(owner);
}

static void the_application_may_not_change_what_is_wrapped(void **state)
{
    (void)state;
    struct process *application = process_start(&city_database);
    struct master_rotation result;
    struct key_rewrap rewrapped = {0};
    int64_t retired;
    struct error error = {0};
    assert_int_equal(key_rotate_master(&application->work, &result, &error), STATUS_DENIED);
    assert_int_equal(key_retire(&application->work, &agency(WARD)->id, &retired, &error), STATUS_DENIED);
    assert_int_equal(key_rewrap(&application->work, &agency(WARD)->id, NULL, NULL, &rewrapped, &error),
                     STATUS_DENIED);
    assert_asked("SELECT count(*) FROM unnest(ARRAY['tenant_keys_wrapped()', 'tenant_key_wrap(uuid, integer, "
                 "bytea)']) f WHERE has_function_privilege('motcua_app', f, 'EXECUTE')",
                 "0");
    process_end(application);
    assert_all_open(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_version_seals_what_comes_and_another_process_notices_it),
        TEST(an_agency_without_a_key_has_nothing_to_renew),
        TEST(rewrapping_is_killed_and_goes_on_until_the_old_version_can_go),
        TEST(what_is_sealed_by_a_retired_version_is_refused),
        TEST(a_new_master_key_opens_everything_and_the_old_one_nothing),
        TEST(a_rotation_that_was_cut_short_is_found_and_completed),
        TEST(a_process_without_the_new_master_key_makes_no_key_by_the_old_one),
        TEST(a_rotation_killed_at_any_moment_leaves_one_key_that_opens_everything),
        TEST(the_application_may_not_change_what_is_wrapped),
        TEST(keys_are_renewed_over_papers_that_were_erased),
        TEST(a_key_that_does_not_open_is_named_and_left),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare_owner, finish_owner);
}
