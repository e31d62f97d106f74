/* What is kept of an upload and on record of what came; the turns of the virus scanner. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/socket.h>

#define DATABASE "motcua_test_inspection"
#include "dossiers.h"
#include "motcua/domain/inspect.h"
#include "motcua/domain/scan.h"

#define BARE                                                                                                 \
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(x)>>>>endobj\n"               \
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"                                                     \
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

static struct uuid draft;
static struct document_claim claim = {
    .kind = "paper", .paper_key = STR("giay_to_tuy_than"), .file_name = STR("a.pdf")};

static enum status attach_bytes(struct str bytes, struct uuid *id)
{
    struct document_spool *spool;
    *id = (struct uuid){""};
    assert_int_equal(document_spool_open(city_folder, &spool), STATUS_OK);
    assert_int_equal(document_spool_write(spool, bytes), STATUS_OK);
    assert_int_equal(document_spool_close(spool), STATUS_OK);
    enum status status = document_attach(of(lan), spool, &agency(WARD)->id, &draft, &claim, id, &lan->error);
    document_spool_destroy(spool);
    return status;
}

static const char *own_path(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    assert_true(length > 0);
    return arena_strndup(city_arena, path, (size_t)length);
}

/* The program stands beside the folder of the tests. */
static void use_inspector(void)
{
    const char *path = own_path();
    const char *folder = arena_strndup(city_arena, path, (size_t)(strstr(path, "/tests/db/") - path));
    city_domain.inspector = inspector_create(city_arena, arena_printf(city_arena, "%s/motcua", folder), 2);
}

static void both_digests_stand_on_record(void **state)
{
    (void)state;
    struct uuid id, none;
    struct document document;
    use_inspector();
    draft = draft_of(lan, "2.000635", WARD);
    assert_ok(lan, attach_bytes(STR(BARE), &id));
    assert_ok(lan, document_find(of(lan), &agency(WARD)->id, &id, &document, &lan->error));
    assert_int_equal(document.received_size, sizeof BARE - 1);
    assert_int_equal(document.pages, 1);
    assert_true(document_has_remark(&document, "active"));
    assert_false(document_has_remark(&document, "dark"));
    assert_asked(
        with_id("SELECT received_sha256 <> sha256 AND size <> received_size FROM document WHERE id = ", &id,
                ""),
        "t");
    assert_status(lan, attach_bytes(STR("%PDF-1.4\nnothing\n"), &none), STATUS_INVALID);
    assert_string_equal(lan->error.code, "document.refused");
    city_domain.inspector = inspector_create(city_arena, "/no/such/program", 1);
    assert_status(lan, attach_bytes(STR(BARE), &none), STATUS_UNAVAILABLE);
    city_domain.inspector = inspector_create(city_arena, "/bin/false", 1);
    assert_status(lan, attach_bytes(STR(BARE), &none), STATUS_INVALID);
    city_domain.inspector = inspector_create(city_arena, own_path(), 1); /* see main() */
    assert_status(lan, attach_bytes(STR(BARE), &none), STATUS_INVALID);
    assert_string_equal(lan->error.code, "document.refused");
    assert_non_null(strstr(lan->error.message, "không kiểm tra được tệp này"));
    assert_status(lan, attach_bytes(STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x8\6\0\0\0"), &none),
                  STATUS_UNAVAILABLE);
    city_domain.inspector = NULL;
    assert_asked(with_id("SELECT count(*) FROM document WHERE dossier_id = ", &draft, ""), "1");
}

/* An inspector that a paper has taken over: it tries to reach somebody. */
static int taken_over(const char *kind)
{
    if (strcmp(kind, "png") == 0) return INSPECT_NO_SANDBOX; /* as where the kernel has no filter */
    if (!inspect_enter_sandbox(INSPECT_NO_FILES)) return 1;
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

/* --- The scanner */

static enum status answer;
static enum scan_verdict verdict;
static int scanned;

static enum status is_ready(void *context, struct arena *arena, struct error *error)
{
    (void)arena;
    (void)error;
    return context == NULL ? STATUS_OK : STATUS_UNAVAILABLE;
}

static enum status judge(void *context, const struct scan_source *source, struct arena *arena,
                         enum scan_verdict *result, const char **finding, struct error *error)
{
    char bytes[16];
    size_t length;
    (void)context;
    (void)arena;
    (void)error;
    assert_int_equal(source->read(source->context, bytes, sizeof bytes, &length), STATUS_OK);
    assert_memory_equal(bytes, "%PDF", 4);
    scanned++;
    *result = verdict;
    *finding = verdict == SCAN_CLEAN ? "" : "Test.Finding";
    return answer;
}

static size_t turn(void)
{
    static const struct scan_port port = {NULL, is_ready, judge};
    size_t done = 0;
    scanned = 0;
    assert_ok(robot, scan_run_due(of(robot), &port, 50, 600, &done, &robot->error));
    return done;
}

static void a_paper_is_scanned_once_and_what_fails_comes_again_later(void **state)
{
    (void)state;
    struct uuid id;
    struct document document;
    answer = STATUS_OK;
    verdict = SCAN_CLEAN;
    turn(); /* what other tests have left */
    draft = draft_of(lan, "2.000635", WARD);
    assert_ok(lan, attach_bytes(STR(BARE), &id));
    answer = STATUS_UNAVAILABLE;
    assert_int_equal(turn(), 0);
    assert_int_equal(scanned, 1);
    assert_int_equal(turn(), 0);
    assert_int_equal(scanned, 0); /* put off */
    now += 11 * MICROSECONDS;
    assert_int_equal(turn(), 0);
    assert_int_equal(scanned, 1);
    now += 11 * MICROSECONDS;
    turn();
    assert_int_equal(scanned, 0); /* the second pause is longer */
    now += 10 * MICROSECONDS;
    answer = STATUS_OK;
    verdict = SCAN_BEYOND_LIMITS;
    assert_int_equal(turn(), 1);
    assert_ok(lan, document_find(of(lan), &agency(WARD)->id, &id, &document, &lan->error));
    assert_string_equal(document.scan_state, "unscannable");
    now += (int64_t)7 * 3600 * MICROSECONDS;
    verdict = SCAN_INFECTED;
    assert_int_equal(turn(), 1);
    verdict = SCAN_CLEAN;
    now += (int64_t)24 * 3600 * MICROSECONDS;
    assert_int_equal(turn(), 0); /* a verdict is given once */
    assert_ok(lan, document_find(of(lan), &agency(WARD)->id, &id, &document, &lan->error));
    assert_string_equal(document.scan_state, "infected");
    assert_string_equal(document.scan_finding, "Test.Finding");
    struct filecrypt_reader *reader;
    int descriptor;
    assert_status(lan,
                  document_open(of(lan), &agency(WARD)->id, &document, &reader, &descriptor, &lan->error),
                  STATUS_DENIED);
}

static void nothing_is_claimed_while_no_scanner_answers(void **state)
{
    (void)state;
    static int gone;
    const struct scan_port port = {&gone, is_ready, judge};
    struct uuid id;
    size_t done = 0;
    draft = draft_of(lan, "2.000635", WARD);
    assert_ok(lan, attach_bytes(STR(BARE), &id));
    assert_status(robot, scan_run_due(of(robot), &port, 50, 600, &done, &robot->error), STATUS_UNAVAILABLE);
    assert_asked(with_id("SELECT scan_attempts FROM document WHERE id = ", &id, ""), "0");
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "inspect") == 0) return taken_over(argv[2]);
    const struct CMUnitTest tests[] = {
        TEST(both_digests_stand_on_record),
        TEST(a_paper_is_scanned_once_and_what_fails_comes_again_later),
        TEST(nothing_is_claimed_while_no_scanner_answers),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
