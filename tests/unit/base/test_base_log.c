/* Log lines, the clock and identifiers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "motcua/base/arena.h"
#include "motcua/base/clock.h"
#include "motcua/base/log.h"
#include "motcua/base/uuid.h"

static int saved, capture;
static char text[64 * 1024];

static void begin_capture(void)
{
    char path[] = "/tmp/motcua-log-XXXXXX";
    capture = mkstemp(path);
    unlink(path);
    saved = dup(STDERR_FILENO);
    dup2(capture, STDERR_FILENO);
}

static const char *end_capture(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t length = pread(capture, text, sizeof text - 1, 0);
    close(capture);
    text[length < 0 ? 0 : length] = '\0';
    return text;
}

static void a_line_is_one_json_object(void **state)
{
    (void)state;
    begin_capture();
    log_info("dossier.received", log_cstr("code", "H26"), log_int("count", -3), log_double("seconds", 0.25),
             log_bool("late", true), log_double("odd", NAN), log_cstr("none", NULL));
    const char *line = end_capture();
    assert_non_null(strstr(
        line,
        "\"level\":\"info\",\"event\":\"dossier.received\",\"code\":\"H26\",\"count\":-3,\"seconds\":0.25,"
        "\"late\":true,\"odd\":null,\"none\":\"\"}\n"));
    assert_int_equal(strncmp(line, "{\"time\":\"20", 11), 0);
}

static void a_value_cannot_break_out_of_its_line(void **state)
{
    (void)state;
    begin_capture();
    log_info("x", log_str("v", STR("a\"b\\c\nd\x01\xff\x7f\0Ễ")));
    const char *line = end_capture();
    assert_non_null(strstr(line, "\"v\":\"a\\\"b\\\\c\\u000ad\\u0001\\ufffd\\u007f\\u0000Ễ\"}\n"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void context_is_added_and_cleared(void **state)
{
    (void)state;
    char longer[200];
    memset(longer, 'r', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    begin_capture();
    log_set_context("req-1", "tenant-1", NULL);
    log_info("with");
    log_set_context(longer, NULL, "me");
    log_info("long");
    log_set_context(NULL, NULL, NULL);
    log_info("without");
    const char *lines = end_capture();
    assert_non_null(strstr(lines, "\"event\":\"with\",\"request\":\"req-1\",\"tenant\":\"tenant-1\"}\n"));
    assert_non_null(strstr(lines, "\"account\":\"me\"}\n"));
    assert_null(strstr(lines, longer));
    assert_non_null(strstr(lines, "\"event\":\"without\"}\n"));
}

static void a_field_that_is_too_long_is_left_out(void **state)
{
    (void)state;
    size_t size = 100000;
    char *large = malloc(size);
    assert_non_null(large);
    memset(large, 'x', size);
    begin_capture();
    log_info("large", log_int("first", 1), log_str("body", str_make(large, size)), log_int("last", 2));
    const char *line = end_capture();
    free(large);
    assert_non_null(strstr(line, "\"first\":1,\"truncated\":true}\n"));
}

static void less_important_lines_are_not_written(void **state)
{
    (void)state;
    begin_capture();
    log_debug("hidden");
    log_set_level(LOG_ERROR);
    log_warning("hidden");
    log_error("shown");
    log_set_level(LOG_INFO);
    const char *lines = end_capture();
    assert_null(strstr(lines, "hidden"));
    assert_non_null(strstr(lines, "\"level\":\"error\",\"event\":\"shown\""));
}

static void identifiers_are_version_7_and_sorted_by_time(void **state)
{
    (void)state;
    struct uuid before = uuid_create(INT64_C(1511434502123000)),
                after = uuid_create(INT64_C(1511434502124000));
    assert_true(uuid_valid(str_of(before.text)));
    assert_int_equal(strncmp(before.text, "015fe884-3feb-7", 15), 0); /* 1511434502123 ms */
    assert_non_null(strchr("89ab", before.text[19]));
    assert_true(strcmp(before.text, after.text) < 0);
    struct uuid again = uuid_create(INT64_C(1511434502123000));
    assert_string_not_equal(before.text, again.text);
    static const char *const bad[] = {"",
                                      "015fe876b1ab70008000000000000000",
                                      "015fe876-b1ab-7000-8000-00000000000",
                                      "015fe876-b1ab-7000-8000-0000000000000",
                                      "015fe876-b1ab-7000-8000-00000000000g",
                                      "015fe876_b1ab-7000-8000-000000000000",
                                      "{15fe876-b1ab-7000-8000-00000000000}"};
    for (size_t i = 0; i < 7; i++)
        assert_false(uuid_valid(str_of(bad[i])));
    assert_true(uuid_valid(STR("015FE876-B1AB-7000-8000-00000000000F")));
}

static void the_rehearsal_clock_moves_the_wall_clock_only(void **state)
{
    (void)state;
    char path[] = "/tmp/motcua-clock-XXXXXX";
    int file = mkstemp(path);
    int64_t monotonic = clock_monotonic_us();
    instant real = clock_now();
    assert_int_equal(clock_use_rehearsal_file("/nonexistent/clock"), STATUS_UNAVAILABLE);
    assert_int_equal(clock_use_rehearsal_file(path), STATUS_OK);
    assert_true(clock_now() - real < 60 * MICROSECONDS);
    int64_t day = INT64_C(86400) * MICROSECONDS;
    assert_int_equal(pwrite(file, &day, sizeof day, 0), sizeof day);
    assert_true(clock_now() - real >= day && clock_now() - real < day + 60 * MICROSECONDS);
    assert_true(clock_monotonic_us() - monotonic < 60 * MICROSECONDS);
    day = 0;
    assert_int_equal(pwrite(file, &day, sizeof day, 0), sizeof day);
    assert_true(clock_now() - real < 60 * MICROSECONDS);
    close(file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_json_object),
        cmocka_unit_test(a_value_cannot_break_out_of_its_line),
        cmocka_unit_test(context_is_added_and_cleared),
        cmocka_unit_test(a_field_that_is_too_long_is_left_out),
        cmocka_unit_test(less_important_lines_are_not_written),
        cmocka_unit_test(identifiers_are_version_7_and_sorted_by_time),
        cmocka_unit_test(the_rehearsal_clock_moves_the_wall_clock_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
