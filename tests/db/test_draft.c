/*
 * Drafts: who may save over whom, how long one is kept, what happens when its procedure is published anew,
 * and papers used again at another agency.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DATABASE "motcua_test_draft"
#include "dossiers.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/list.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/share.h"
#include "motcua/domain/store.h"

static const int64_t DAY = INT64_C(86400) * MICROSECONDS;

static enum status save(struct hand *hand, const struct uuid *draft, int revision, const char *editor,
                        int *saved)
{
    json_auto answers = json_object();
    json_set_cstr(answers, "ho_ten", editor);
    struct draft_edit edit = {
        .answers = answers, .page = "nguoi_yeu_cau", .revision = revision, .editor = editor};
    return draft_save(of(hand), draft, &edit, saved, &hand->error);
}

static void a_page_may_save_again_until_another_one_has(void **state)
{
    (void)state;
    struct uuid draft = draft_of(lan, "2.000635", WARD);
    int revision = 0, ignored;
    assert_ok(lan, save(lan, &draft, 1, "a", &revision));
    assert_int_equal(revision, 2);
    assert_ok(lan, save(lan, &draft, 1, "a", &revision)); /* the answer had been lost */
    assert_int_equal(revision, 3);
    assert_status(lan, save(lan, &draft, 1, "b", &ignored), STATUS_CONFLICT);
    assert_string_equal(lan->error.code, "draft.changed");
    assert_status(lan, save(lan, &draft, 2, "", &ignored), STATUS_CONFLICT);
    assert_ok(lan, save(lan, &draft, 3, "b", &revision));
    assert_status(lan, save(lan, &draft, 3, "a", &ignored), STATUS_CONFLICT);
    assert_ok(lan, save(lan, &draft, 0, "", &revision)); /* whoever does not mind */
    assert_status(lan, save(lan, &draft, 4, "b", &ignored), STATUS_CONFLICT);
    assert_int_equal(revision, 5);
}

/* What one page takes away from another one is not brought back by a window that still shows it. */
static void what_follows_on_another_page_counts_as_saved_there(void **state)
{
    (void)state;
    struct uuid id = draft_of(lan, "2.000635", WARD);
    DRAFT_AUTO draft = {.answers = NULL};
    const struct procedure_version *version;
    int revision;
    assert_ok(lan, draft_load(of(lan), &id, &draft, &lan->error));
    assert_ok(lan, reference_procedure_version(of(lan), &draft.procedure_version_id, &version, &lan->error));
    json_auto answers = json_pack("{s:s}", "ho_ten", "Nguyễn Thị Lan");
    json_auto turned = json_pack("{s:n}", "ho_ten");
    struct draft_edit person = {.answers = answers,
                                .page = "nguoi_yeu_cau",
                                .revision = 1,
                                .editor = "a",
                                .form = version->form,
                                .form_page = (size_t)form_page_find(version->form, STR("nguoi_yeu_cau"))};
    struct draft_edit asked = person;
    asked.page = "yeu_cau";
    asked.form_page = (size_t)form_page_find(version->form, STR("yeu_cau"));
    asked.editor = "b";
    asked.turned = turned;
    asked.turned_at = 1;
    assert_ok(lan, draft_save(of(lan), &id, &person, &revision, &lan->error));
    /* It was worked out from what stood there before. */
    assert_status(lan, draft_save(of(lan), &id, &asked, &revision, &lan->error), STATUS_CONFLICT);
    asked.turned_at = revision;
    assert_ok(lan, draft_save(of(lan), &id, &asked, &revision, &lan->error));
    assert_status(lan, draft_save(of(lan), &id, &person, &revision, &lan->error), STATUS_CONFLICT);
    asked.turned = NULL;
    asked.turned_at = 0;
    assert_ok(lan, draft_save(of(lan), &id, &asked, &revision, &lan->error));
    person.revision = revision;
    assert_ok(lan, draft_save(of(lan), &id, &person, &revision, &lan->error));
}

static void keep(size_t reminded, size_t deleted)
{
    size_t told, gone;
    assert_ok(robot, draft_keep_due(of(robot), 1000, &told, &gone, &robot->error));
    assert_int_equal(told, reminded);
    assert_int_equal(gone, deleted);
}

static const char *there(const struct uuid *draft)
{
    return ask(with_id("SELECT count(*) FROM draft WHERE id = ", draft, ""));
}

static void only_this_draft(void)
{
    (void)ask(
        "WITH gone AS (DELETE FROM draft WHERE submitted_at IS NULL RETURNING 1) SELECT count(*) FROM gone");
}

static void a_draft_is_reminded_of_once_and_deleted_with_its_papers_after_its_time(void **state)
{
    (void)state;
    only_this_draft();
    struct uuid draft = ready_draft(lan, "2.000635", WARD);
    struct draft seen = {.updated_at = now, .reminded_at = INSTANT_NONE};
    assert_int_equal(draft_kept_until(&city_domain, &seen), now + 90 * DAY);
    now += 76 * DAY - MICROSECONDS;
    keep(0, 0);
    now += MICROSECONDS;
    keep(1, 0);
    keep(0, 0);
    assert_asked(
        with_id("SELECT count(*) FROM outbox WHERE payload->>'template' = 'draft-reminder' AND payload::text "
                "LIKE '%' || ",
                &draft, " || '%'"),
        "1");
    now += 14 * DAY - MICROSECONDS;
    keep(0, 0);
    assert_string_equal(there(&draft), "1");
    now += MICROSECONDS;
    keep(0, 1);
    assert_string_equal(there(&draft), "0");
    assert_asked(
        with_id("SELECT count(*) FROM document WHERE removed_at IS NULL AND dossier_id = ", &draft, ""), "0");
}

/* The server was off for half a year: nobody was told, so nothing goes before the time of notice is over. */
static void no_draft_ends_unannounced(void **state)
{
    (void)state;
    only_this_draft();
    struct uuid draft = draft_of(lan, "2.000635", WARD);
    now += 200 * DAY;
    keep(1, 0);
    now += 13 * DAY;
    keep(0, 0);
    assert_string_equal(there(&draft), "1");
    now += DAY;
    keep(0, 1);
    assert_string_equal(there(&draft), "0");
}

static void a_change_starts_the_time_anew(void **state)
{
    (void)state;
    only_this_draft();
    struct uuid draft = draft_of(lan, "2.000635", WARD);
    int revision;
    now += 80 * DAY;
    keep(1, 0);
    now += 9 * DAY;
    assert_ok(lan, save(lan, &draft, 0, "", &revision));
    now += 70 * DAY;
    keep(0, 0);
    now += 6 * DAY;
    keep(1, 0);
    assert_string_equal(there(&draft), "1");
    now += 14 * DAY;
    keep(0, 1);
}

static void what_was_handed_in_is_no_draft_any_more(void **state)
{
    (void)state;
    only_this_draft();
    struct uuid id = submitted(lan, "2.000635", WARD);
    now += 400 * DAY;
    keep(0, 0);
    assert_string_equal(there(&id), "1");
}

static void a_draft_moves_to_a_new_version_only_as_it_was_seen(void **state)
{
    (void)state;
    struct uuid id = draft_of(lan, "2.000635", WARD);
    int revision;
    DRAFT_AUTO draft = {.answers = NULL};
    DRAFT_AUTO moved = {.answers = NULL};
    json_auto answers = json_object();
    json_auto left = json_array();
    assert_ok(lan, draft_load(of(lan), &id, &draft, &lan->error));
    assert_true(uuid_same(&draft.procedure_version_id, &draft.current_version_id));
    assert_ok(lan, save(lan, &id, 0, "a", &revision));
    assert_status(
        lan, draft_take_version(of(lan), &draft, &draft.current_version_id, answers, left, now, &lan->error),
        STATUS_CONFLICT);
    draft.revision = revision;
    assert_ok(
        lan, draft_take_version(of(lan), &draft, &draft.current_version_id, answers, left, now, &lan->error));
    assert_ok(lan, draft_load(of(lan), &id, &moved, &lan->error));
    assert_int_equal(moved.revision, revision + 1);
    assert_int_equal(json_object_size(moved.answers), 0);
}

static void a_paper_of_the_store_is_copied_for_its_owner_only(void **state)
{
    (void)state;
    struct uuid id = submitted(lan, "2.000635", WARD), draft = draft_of(lan, "1.001612", DISTRICT);
    struct hand *other = citizen_named("Vũ Đức Minh");
    struct store_paper *papers, found = {0};
    struct store_use *uses;
    size_t count, use_count;
    bool more;
    struct document_claim wanted = {.kind = "paper", .paper_key = STR("giay_to")};
    assert_ok(lan, store_list(of(lan), 0, 50, &papers, &count, &more, &lan->error));
    for (size_t i = 0; i < count; i++)
        if (uuid_same(&papers[i].dossier_id, &id)) found = papers[i];
    assert_false(uuid_is_empty(&found.id));
    assert_false(found.removable);
    assert_status(other, store_find(of(other), &found.id, &found, &other->error), STATUS_NOT_FOUND);
    assert_status(other,
                  store_use_paper(of(other), &found, &agency(DISTRICT)->id, &draft, &wanted, &other->error),
                  STATUS_CONFLICT); /* not this person's draft */
    assert_ok(lan, store_use_paper(of(lan), &found, &agency(DISTRICT)->id, &draft, &wanted, &lan->error));
    assert_ok(lan, store_uses(of(lan), &found, 1, &uses, &use_count, &lan->error));
    assert_int_equal(use_count, 1);
    assert_string_equal(uses[0].code, "");
    assert_ok(other, store_uses(of(other), &found, 1, &uses, &use_count, &other->error));
    assert_int_equal(use_count, 0);
    assert_asked(
        with_id("SELECT count(DISTINCT (tenant_id, sha256)) || ':' || count(DISTINCT wrapped_key) FROM "
                "document WHERE sha256 = (SELECT sha256 FROM document WHERE id = ",
                &found.id,
                arena_printf(city_arena,
                             ") AND dossier_id IN ('%s', '%s') AND (id = '%s' OR dossier_id = '%s')", id.text,
                             draft.text, found.id.text, draft.text)),
        "2:2");
    assert_status(lan, store_remove(of(lan), &found, &lan->error), STATUS_CONFLICT);
    hand_drop(other);
}

/* Taken out of a draft: its bytes stay for a week, then they go, and nothing else does. */
static void what_was_taken_out_of_a_draft_is_swept_after_a_week(void **state)
{
    (void)state;
    struct uuid draft = draft_of(lan, "2.000635", WARD), gone, kept;
    size_t done = 0;
    now += 8 * DAY_US;
    assert_ok(robot, document_sweep_removed(of(robot), 1000, &done, &robot->error)); /* of other tests */
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &gone));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &kept));
    const char *gone_name = ask(with_id("SELECT storage_name FROM document WHERE id = ", &gone, ""));
    const char *kept_name = ask(with_id("SELECT storage_name FROM document WHERE id = ", &kept, ""));
    const char *gone_file =
        arena_printf(city_arena, "%s/documents/%.2s/%s", city_folder, gone_name, gone_name);
    const char *kept_file =
        arena_printf(city_arena, "%s/documents/%.2s/%s", city_folder, kept_name, kept_name);
    assert_ok(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &gone, &lan->error));
    instant removed = now;
    now = removed + 7 * DAY_US;
    done = 0;
    assert_ok(robot, document_sweep_removed(of(robot), 1000, &done, &robot->error));
    assert_int_equal(done, 0);
    assert_int_equal(access(gone_file, R_OK), 0);
    now = removed + 7 * DAY_US + 1;
    assert_ok(robot, document_sweep_removed(of(robot), 1000, &done, &robot->error));
    assert_int_equal(done, 1);
    assert_int_not_equal(access(gone_file, R_OK), 0);
    assert_int_equal(access(kept_file, R_OK), 0);
    assert_asked(with_id("SELECT swept_at IS NOT NULL FROM document WHERE id = ", &gone, ""), "t");
    assert_asked(with_id("SELECT swept_at IS NULL FROM document WHERE id = ", &kept, ""), "t");
    done = 0;
    now += 30 * DAY_US;
    assert_ok(robot, document_sweep_removed(of(robot), 1000, &done, &robot->error));
    assert_int_equal(done, 0);
}

/* Its store does not answer: the row stays as it is, holds up no other, and the next round tries again. */
static void what_cannot_be_swept_yet_is_tried_again(void **state)
{
    (void)state;
    struct uuid draft = draft_of(lan, "2.000635", WARD), gone, other;
    size_t done = 0;
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &gone));
    assert_ok(lan, attach(lan, WARD, &draft, "paper", "giay_to_tuy_than", &other));
    assert_ok(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &gone, &lan->error));
    now += MICROSECONDS;
    assert_ok(lan, document_remove(of(lan), &agency(WARD)->id, &draft, &other, &lan->error));
    database_execute(city_database.url, with_id("UPDATE document SET store = 's3' WHERE id = ", &gone, ""));
    now += 8 * DAY_US;
    assert_status(robot, document_sweep_removed(of(robot), 1000, &done, &robot->error), STATUS_UNAVAILABLE);
    assert_int_equal(done, 1);
    assert_asked(with_id("SELECT swept_at IS NOT NULL FROM document WHERE id = ", &other, ""), "t");
    done = 0;
    database_execute(city_database.url,
                     with_id("UPDATE document SET store = 'folder' WHERE id = ", &gone, ""));
    assert_ok(robot, document_sweep_removed(of(robot), 1000, &done, &robot->error));
    assert_int_equal(done, 1);
}

/* Of the only invitation of its kind: the clock stands still here, so "the newest" would be any of them. */
static struct str mailed_token(const char *template)
{
    const char *url = ask(arena_printf(
        city_arena, "SELECT payload->'extra'->>'url' FROM outbox WHERE payload->>'template' = '%s'",
        template));
    return str_of(strrchr(url, '/') + 1);
}

static struct str invite(const struct uuid *id, bool transfer)
{
    static const struct str pages[] = {STR("nguoi_yeu_cau")};
    DRAFT_AUTO draft = {.answers = NULL};
    struct draft_share wanted = {
        .email = "mai@example.com", .label = "Mai", .transfer = transfer, .fill = {pages, 1}};
    assert_ok(lan, draft_load(of(lan), id, &draft, &lan->error));
    assert_ok(lan, share_invite(of(lan), &draft, &wanted, &lan->error));
    return mailed_token(transfer ? "draft-hand-over" : "draft-invitation");
}

static size_t shares_seen(struct hand *hand)
{
    struct draft_share *shares;
    size_t count;
    assert_ok(hand, share_list_guest(of(hand), &shares, &count, &hand->error));
    return count;
}

/* The guest's account sees the invitation, never the draft; a part that was taken back is not written. */
static void a_guest_sees_the_invitation_and_not_the_draft(void **state)
{
    (void)state;
    struct hand *guest = citizen_named("Trần Thị Mai"), *other = citizen_named("Ai Khác");
    struct uuid id = draft_of(lan, "2.000635", WARD);
    struct draft_share share, opened;
    DRAFT_AUTO draft = {.answers = NULL};
    json_auto answers = json_object();
    int revision;
    struct str token = invite(&id, false);
    assert_status(lan, share_answer(of(lan), token, true, &share, &lan->error), STATUS_CONFLICT);
    assert_int_equal(shares_seen(guest), 0);
    assert_ok(guest, share_answer(of(guest), token, true, &share, &guest->error));
    assert_status(other, share_answer(of(other), token, true, &share, &other->error), STATUS_NOT_FOUND);
    assert_int_equal(shares_seen(guest), 1);
    assert_int_equal(shares_seen(other), 0);
    assert_status(guest, draft_load(of(guest), &id, &draft, &guest->error), STATUS_NOT_FOUND);
    assert_status(other, share_open(of(other), &share.id, &opened, &other->error), STATUS_NOT_FOUND);
    assert_ok(guest, share_open(of(guest), &share.id, &opened, &guest->error));
    struct draft_edit edit = {.answers = answers, .page = "nguoi_yeu_cau", .share = &opened.id};
    assert_ok(lan, draft_save(of(lan), &id, &edit, &revision, &lan->error));
    assert_ok(lan, share_revoke(of(lan), &id, &opened.id, &lan->error));
    assert_status(lan, draft_save(of(lan), &id, &edit, &revision, &lan->error), STATUS_CONFLICT);
    assert_int_equal(shares_seen(guest), 0);
    hand_drop(guest);
    hand_drop(other);
}

/* One digest for all that is too much would let a signature stand for anything. */
static void too_much_to_be_signed_has_no_digest(void **state)
{
    (void)state;
    enum { MUCH = 5 * 1024 * 1024 };
    struct uuid id = draft_of(lan, "2.000635", WARD);
    DRAFT_AUTO draft = {.answers = NULL};
    const struct procedure_version *version;
    struct hash digest;
    struct str page = STR("nguoi_yeu_cau");
    struct draft_share share = {.see = {&page, 1}, .signed_digest = STR("")};
    char *text = arena_alloc(city_arena, MUCH);
    memset(text, 'a', MUCH);
    assert_ok(lan, draft_load(of(lan), &id, &draft, &lan->error));
    assert_ok(lan, reference_procedure_version(of(lan), &draft.procedure_version_id, &version, &lan->error));
    json_auto answers = json_pack("{s:s}", "noi_cap", "Công an thành phố Hà Nội");
    assert_true(share_digest(of(lan), &share, version->form, answers, &digest));
    json_object_set_new(answers, "noi_cap", json_stringn(text, MUCH));
    assert_false(share_digest(of(lan), &share, version->form, answers, &digest));
    assert_false(share_is_signed(of(lan), &share, version->form, answers));
}

static void a_draft_taken_over_belongs_to_the_other_with_its_papers(void **state)
{
    (void)state;
    struct hand *guest = citizen_named("Trần Thị Mai");
    struct uuid id = ready_draft(lan, "2.000635", WARD);
    struct draft_share share;
    DRAFT_AUTO draft = {.answers = NULL};
    struct str token = invite(&id, true);
    assert_ok(guest, share_answer(of(guest), token, true, &share, &guest->error));
    assert_status(lan, draft_load(of(lan), &id, &draft, &lan->error), STATUS_NOT_FOUND);
    assert_ok(guest, draft_load(of(guest), &id, &draft, &guest->error));
    assert_asked(with_id("SELECT count(*) FROM document WHERE removed_at IS NULL AND dossier_id = ", &id,
                         arena_printf(city_arena, " AND account_id <> '%s'", guest->actor.account_id.text)),
                 "0");
    assert_asked(with_id("SELECT count(*) > 0 FROM document WHERE dossier_id = ", &id, ""), "t");
    assert_asked(with_id("SELECT count(*) FROM draft_share WHERE draft_id = ", &id, ""), "0");
    assert_status(guest, share_answer(of(guest), token, true, &share, &guest->error), STATUS_NOT_FOUND);
    hand_drop(guest);
}

/* --- Codes of dossiers and results in answers, lists of an agency */

static const struct form_code *told(struct hand *hand, const char *accepts, const char *code,
                                    const char *problem)
{
    struct form *form;
    const struct form_codes *codes;
    struct form_errors errors;
    const char *text = arena_printf(city_arena,
                                    "{\"form\":\"f\",\"title\":\"F\",\"pages\":[{\"key\":\"p\",\"title\":"
                                    "\"P\",\"fields\":[{\"key\":\"ma\","
                                    "\"kind\":\"dossier\",\"label\":\"Mã\",\"accepts\":\"%s\"}]}]}",
                                    accepts);
    json_auto answers = json_object();
    json_set_cstr(answers, "ma", code);
    struct form_environment environment = {.today = "2017-02-14"};
    assert_int_equal(form_compile_text(city_arena, str_of(text), &form, NULL), STATUS_OK);
    assert_ok(hand, dossier_codes(of(hand), form, answers, &codes, &hand->error));
    environment.codes = codes;
    assert_int_equal(form_validate(form, city_arena, FORM_ALL_PAGES, answers, &environment, &errors),
                     STATUS_OK);
    assert_string_equal(errors.count == 0 ? "" : errors.list[0].code, problem);
    return codes == NULL ? NULL : codes->list;
}

static void a_code_in_an_answer_is_the_persons_own_or_of_a_result(void **state)
{
    (void)state;
    struct hand *stranger = citizen_named("Trần Thị Mai");
    struct uuid id = submitted(lan, "2.000635", WARD);
    const char *code = ask(with_id("SELECT code FROM dossier WHERE id = ", &id, ""));
    assert_decided(ward, WARD, &id, "tiep_nhan", "receive");
    assert_decided(ward, WARD, &id, "tra_cuu", "approve");
    assert_decided(ward, WARD, &id, "ky", "sign");
    assert_decided(ward, WARD, &id, "phat_hanh", "issue");
    const char *bare = ask(with_id("SELECT verification_code FROM result WHERE dossier_id = ", &id, ""));
    const char *printed = arena_printf(city_arena, "%.4s-%s", bare, bare + 4);
    (void)told(lan, "dossier", code, "");
    (void)told(lan, "either", code, "");
    (void)told(lan, "result", code, "form.dossier_unknown");
    for (int i = 0; i < 2; i++) {
        struct hand *either = i == 0 ? lan : stranger;
        (void)told(either, "result", printed, "");
        (void)told(either, "either", bare, "");
        (void)told(either, "dossier", printed, "form.dossier_unknown");
        (void)told(either, "either", "000.25.05.H26-170214-9999", "form.dossier_unknown");
    }
    /* Somebody else's is told like one nobody has. */
    const struct form_code *hers = told(stranger, "either", code, "form.dossier_unknown");
    assert_false(hers->is_own || hers->is_result);
    assert_null(told(stranger, "any", code, ""));
    (void)ask(with_id("UPDATE result SET revoked_at = now() WHERE dossier_id = ", &id, " RETURNING 1"));
    (void)told(stranger, "result", printed, "form.result_revoked");
    hand_drop(stranger);
}

static void an_agency_keeps_no_more_lists_than_servers_can_hold(void **state)
{
    (void)state;
    int entries;
    const struct uuid *tenant = &agency(WARD)->id;
    assert_ok(robot, list_import(of(robot), tenant, STR("hang"), STR("Hàng"), STR("ma,ten\n1,Gạo\n"),
                                 &entries, &robot->error));
    (void)ask(
        with_id("WITH more AS (INSERT INTO reference_list SELECT ", tenant,
                "::uuid, 'l' || n, 'L', 1, 0, now(), '' FROM generate_series(1, 99) n RETURNING 1) SELECT "
                "count(*) FROM more"));
    assert_ok(robot, list_import(of(robot), tenant, STR("hang"), STR("Hàng"), STR("ma,ten\n2,Chè\n"),
                                 &entries, &robot->error));
    assert_status(robot,
                  list_import(of(robot), tenant, STR("them"), STR("Thêm"), STR("ma,ten\n1,Gạo\n"), &entries,
                              &robot->error),
                  STATUS_INVALID);
    assert_string_equal(robot->error.code, "list.room");
    (void)ask(
        with_id("WITH more AS (INSERT INTO reference_entry SELECT ", tenant,
                "::uuid, 'hang', 'x' || n, 'X', '', NULL, '2000-01-01', n FROM generate_series(1, 300000) n "
                "RETURNING 1) SELECT count(*) FROM more"));
    assert_status(robot,
                  list_import(of(robot), tenant, STR("hang"), STR("Hàng"), STR("ma,ten\n2,Chè\n"), &entries,
                              &robot->error),
                  STATUS_INVALID);
    assert_string_equal(robot->error.code, "list.room");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        TEST(a_page_may_save_again_until_another_one_has),
        TEST(what_follows_on_another_page_counts_as_saved_there),
        TEST(a_draft_is_reminded_of_once_and_deleted_with_its_papers_after_its_time),
        TEST(no_draft_ends_unannounced),
        TEST(a_change_starts_the_time_anew),
        TEST(what_was_handed_in_is_no_draft_any_more),
        TEST(a_draft_moves_to_a_new_version_only_as_it_was_seen),
        TEST(a_paper_of_the_store_is_copied_for_its_owner_only),
        TEST(what_was_taken_out_of_a_draft_is_swept_after_a_week),
        TEST(what_cannot_be_swept_yet_is_tried_again),
        TEST(a_guest_sees_the_invitation_and_not_the_draft),
        TEST(too_much_to_be_signed_has_no_digest),
        TEST(a_draft_taken_over_belongs_to_the_other_with_its_papers),
        TEST(a_code_in_an_answer_is_the_persons_own_or_of_a_result),
        TEST(an_agency_keeps_no_more_lists_than_servers_can_hold),
    };
    return cmocka_run_group_tests_name("draft", tests, prepare, finish);
}
